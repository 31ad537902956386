"""What elolag says, as files, so that two trees can be compared: for who moves or rewrites code.

    python tools/net.py DIR [--quick]        then: diff -r BEFORE AFTER

Writes the output of some forty command lines with exit code and messages, the report's files with
their hashes, the figures' hashes, and the sentences and objects of every kind of result. `--quick`
leaves out the report and the grid. It asks the command line and `elolag.__all__` only, so it
survives moves; run it from the root of the checkout it is to look at.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

#: The clock stands still: notes on a list's age are part of what is compared.
DAY = "1787184000"

COMMANDS = """
lag
lag --json
lag --all --draws 1000
lag --all --json --draws 500
lag --estimand current
lag --estimand trend --draws 500
lag --estimand catch-up --window 12 --interval both --draws 500
lag --estimand gap --draws 500
lag --match-rule between --draws 500
lag --as-of 2025-12-31 --draws 500
lag --vintage 2026-10-02 --draws 500
lag --follower CN+open --leader US --draws 500
lag --leader lab:openai --follower lab:deepseek --draws 500
lag --board arena/webdev --draws 500
lag --board epoch/eci --draws 500
lag --clock first-listed --min-votes 3000 --draws 500
lag --ratings ratings.csv --tags tags.csv --draws 500
change
compare --by openness --draws 500 --figure openness.svg
compare --by category --draws 300 --json
compare --by lab --draws 300
compare --by board --draws 300
revisions --draws 200 --figure revisions.svg
cite --draws 500
cite --lang de --draws 500
cite --bibtex --draws 500
claims --draws 300
claims check "7 months behind" --draws 300
claims bridge --draws 300
archive list
archive verify
archive diff arena/text
tags list --country FR
tags show kimi-k3
tags check
rate votes.csv --date 2026-08-19
template votes
lag --board no/such
lag --leder US
lag --exclude nobody
"""
SLOW = """
report --quick --draws 2000 --out report
sensitivity --draws 100 --choice board=arena/text_style_control --choice category=overall
"""
HELP = "lag change compare revisions cite report rate template sensitivity snapshot claims tags"

RESULTS = """
import json, elolag
few = {"n_draws": 300}
path = elolag.lag_path("2026-06-01", "2026-08-19", **few)
made = {
    **{e: elolag.estimate_lag(estimand=e, **few) for e in
       ("average", "current", "at-release", "catch-up", "levels", "trend", "gap")},
    "all": elolag.estimate_all(**few), "change": elolag.estimate_change(**few), "path": path,
    "compare": elolag.compare("openness", **few), "catch-up curve": elolag.time_to_match(**few),
    "revisions": elolag.estimate_revisions(n_draws=100),
    "claims": elolag.check_claims(n_draws=60),
}
for name, result in made.items():
    print("##", name)
    if hasattr(result, "sentence"):
        print(result.sentence())
    print(json.dumps(result.to_dict(), sort_keys=True, indent=1, default=str))
"""


def main() -> None:
    """Write everything into the folder."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--quick", action="store_true", help="without the report and the grid")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True)
    lines = [*COMMANDS.strip().splitlines(), *(f"{name} --help" for name in HELP.split())]
    if not asked.quick:
        lines = [*SLOW.strip().splitlines(), *lines]
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        for kind in ("ratings", "tags", "votes"):
            (here / f"{kind}.csv").write_text(_run(here, *_elolag("template", kind))[0], "utf-8")
        with ThreadPoolExecutor(2) as pool:
            for line, text in zip(
                lines, pool.map(lambda each: _said(here, each), lines), strict=True
            ):
                (asked.out / f"{_name(line)}.txt").write_text(text, "utf-8")
        (asked.out / "results.txt").write_text(
            _run(here, sys.executable, "-c", RESULTS)[0], "utf-8"
        )
        (asked.out / "files.txt").write_text("\n".join(_hashes(here)) + "\n", "utf-8")


def _said(here: Path, line: str) -> str:
    out, err, code = _run(here, *_elolag(*shlex.split(line)))
    return f"$ elolag {line}\n{out}--\n{err}--\nexit {code}\n"


def _elolag(*words: str) -> list[str]:
    return [sys.executable, "-c", "from elolag.cli import main; main()", *words]


def _run(here: Path, *words: str) -> tuple[str, str, int]:
    """Output and messages, without a path of this machine, and the exit code."""
    env = {**os.environ, "SOURCE_DATE_EPOCH": DAY, "COLUMNS": "100", "NO_COLOR": "1"}
    env["PYTHONPATH"] = str(Path.cwd())
    done = subprocess.run(  # noqa: S603 -- our own commands
        words, cwd=here, env=env, capture_output=True, text=True, check=False, encoding="utf-8"
    )
    out, err = (
        text.replace(str(here), "<here>").replace(str(Path.cwd()), "<checkout>")
        for text in (done.stdout, done.stderr)
    )
    return out, err, done.returncode


def _name(line: str) -> str:
    return "".join(c if c.isalnum() else "_" for c in line)[:80]


def _hashes(here: Path) -> Iterator[str]:
    """Every file that was written, with its hash."""
    for path in sorted(p for p in here.rglob("*") if p.is_file()):
        yield f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(here)}"


if __name__ == "__main__":
    main()
