"""What elolag says, as files, so that two trees can be compared: for who moves or rewrites code.

    python tools/net.py DIR [--quick] [--only WORD...]        then: diff -r BEFORE AFTER

Writes the output of some fifty command lines with exit code and messages, the help of every
command, the hash of every file they wrote (report, figures, tables), and the sentences and objects
of every kind of result. `--quick` leaves out the longer half. It asks the command line and
`elolag.__all__` only, so it survives moves; run it from the root of the checkout it is to look at,
whichever checkout this file is in.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shlex
import subprocess
import sys
import tempfile
import time
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
lag --estimand catch-up --window 12 --interval both --draws 500
lag --match-rule between --draws 500
lag --as-of 2025-12-31 --draws 500
lag --vintage 2026-10-02 --draws 500
lag --follower CN+open --leader US --draws 500
lag --board arena/webdev --draws 500
lag --board epoch/eci --draws 500
lag --ratings ratings.csv --tags tags.csv --draws 500
change
compare --by openness --draws 500 --figure openness.svg
cite --draws 500
cite --lang de --draws 500
cite --full --draws 500
brief --lang de --draws 500
archive list
archive verify
archive diff arena/text
tags list --country FR
tags show kimi-k3
tags check
rate votes.csv --date 2026-08-19 --out rated
template ratings
template tags
template votes
lag --board no/such
lag --leder US
lag --exclude nobody
"""
SLOW = """
report --quick --draws 500 --out report
sensitivity --draws 60 --choice board=arena/text_style_control --choice category=overall --csv g.csv
compare --by category --draws 100 --json
compare --by board --draws 100
claims check "7 months behind" --draws 60
claims bridge --draws 60
lag --clock first-listed --min-votes 3000 --draws 500
lag --leader lab:openai --follower lab:deepseek --draws 500
lag --match-rule not-worse --draws 500
cite --bibtex --draws 500
cite --csl --draws 500
cite --lang de --estimand current --draws 500
cite --lang de --board arena/webdev --draws 500
compare --by lab --draws 300
revisions --draws 100 --figure revisions.png
"""

#: Walks the commands by the list that each help ends with.
HELP = """
import contextlib, io, re, sys
from elolag.cli import main
def walk(*words):
    sys.argv = ["elolag", *words, "--help"]
    said = io.TextIOWrapper(io.BytesIO(), "utf-8")
    with contextlib.redirect_stdout(said), contextlib.suppress(SystemExit):
        main()
    said.flush()
    text = said.buffer.getvalue().decode("utf-8")
    print("$", *sys.argv, "\\n" + text)
    for name in re.findall(r"^  ([a-z]+)  ", text.partition("Commands:")[2], re.M):
        walk(*words, name)
walk()
"""

RESULTS = """
import json, elolag
few, own = {"n_draws": 300}, elolag.own_board("ratings.csv", date="2026-08-19")
made = {
    **{e: elolag.estimate_lag(estimand=e, **few) for e in
       ("average", "current", "at-release", "catch-up", "levels", "trend", "gap")},
    "average, rule below": elolag.estimate_lag(match_rule="below", **few),
    "own board": elolag.estimate_lag(own, extra_tags="tags.csv", **few),
    "rate": elolag.rate("votes.csv"), "all": elolag.estimate_all(**few),
    "compare": elolag.compare("openness", **few), "catch-up curve": elolag.time_to_match(**few),
}
"""
SLOW_RESULTS = """
import json, elolag
made = {
    "path": elolag.lag_path("2026-08-01", "2026-08-19", n_draws=100),
    "change": elolag.estimate_change(n_draws=100), "claims": elolag.check_claims(n_draws=60),
    "revisions": elolag.estimate_revisions(n_draws=60),
}
"""
SAID = """
for name, result in made.items():
    print("##", name)
    if hasattr(result, "sentence"):
        print(result.sentence())
    print(json.dumps(result.to_dict(), sort_keys=True, indent=1, default=str))
"""


def main() -> None:
    """Write everything into the folder."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("out", type=Path, help="a folder that does not exist yet")
    parser.add_argument("--quick", action="store_true", help="without the longer half")
    parser.add_argument("--only", nargs="+", default=[""], metavar="WORD", help="what holds one")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder).resolve()
        for kind in ("ratings", "tags", "votes"):
            _run(here, *_elolag("template", kind, "--out", f"{kind}.csv"))
        lines = [*([] if asked.quick else SLOW.splitlines()), *COMMANDS.splitlines()]
        work = {"results": _python(RESULTS + SAID), "help": _python(HELP)}
        if not asked.quick:
            work = {"slow results": _python(SLOW_RESULTS + SAID)} | work
        work |= {f"elolag {line}": _elolag(*shlex.split(line)) for line in lines if line}
        work = {k: words for k, words in work.items() if any(word in k for word in asked.only)}
        with ThreadPoolExecutor(2) as pool:
            said = pool.map(lambda words: _run(here, *words), work.values())
            for name, text in zip(work, said, strict=True):
                # "x": two lines with one file's name are a fault of the list above.
                with (asked.out / f"{_name(name)}.txt").open("x", encoding="utf-8") as out:
                    out.write(f"$ {name}\n{text}")
        (asked.out / "files.txt").write_text("\n".join(_hashes(here)) + "\n", "utf-8")
    spent = sum(os.times()[2:4])
    print(f"{len(work)} outputs, {time.monotonic() - began:.0f} s, {spent:.0f} s of CPU")


def _elolag(*words: str) -> list[str]:
    return [*_python("from elolag.cli import main; main()"), *words]


def _python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def _run(here: Path, *words: str) -> str:
    """Output, messages and exit code, without a path of this machine."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("ELOLAG_")}
    env |= {"SOURCE_DATE_EPOCH": DAY, "COLUMNS": "100", "NO_COLOR": "1", "PYTHONUTF8": "1"}
    env["PYTHONPATH"] = str(Path.cwd())
    done = subprocess.run(  # noqa: S603 -- our own commands
        words, cwd=here, env=env, capture_output=True, text=True, check=False, encoding="utf-8"
    )
    text = f"{done.stdout}--\n{done.stderr}--\nexit {done.returncode}\n"
    return text.replace(str(here), "<here>").replace(str(Path.cwd()), "<checkout>")


def _name(line: str) -> str:
    return "".join(c if c.isalnum() else "_" for c in line)[:100].strip("_")


def _hashes(here: Path) -> Iterator[str]:
    """Every file that was written, with its hash."""
    for path in sorted(p for p in here.rglob("*") if p.is_file()):
        yield f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(here)}"


if __name__ == "__main__":
    main()
