"""Planted faults that the tests must find: `python tools/mutants.py [--jobs N] [WORD...]`.

Each fault of tools/mutants.toml is a piece of the package with something wrong in it, found by its
text wherever it stands, and the files of tests that should notice, found by their names. Each line
says which test killed it; the end, how many were killed. Exit code 1 when one lives, when a text is
not there exactly once, or when what killed fails without a fault too. With words, only faults whose
reason holds one of them.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COPIED = ("elolag", "tests", "benchmarks", "docs", "tools")
LINKED = ("snapshots", "notebooks", "pyproject.toml", "README.md", "Makefile")
#: What pytest says of a test that failed, or of which a fixture did, parameters left out.
FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+?::\w+)", re.M)


def main() -> None:
    """Plant each fault in a copy of the tree, run its tests, and those that failed without it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("words", nargs="*", help="only faults whose reason holds one of these")
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    began = time.monotonic()
    known = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))["mutant"]
    chosen = [m for m in known if not asked.words or any(w in m["why"] for w in asked.words)]
    killers: dict[str, str] = {}
    with ThreadPoolExecutor(asked.jobs) as pool:
        for mutant, (killer, said) in zip(chosen, pool.map(_tried, chosen), strict=True):
            print(f"{mutant['why']}: {said}", flush=True)
            if killer:
                killers[mutant["why"]] = killer
    # A test that fails without a fault kills nothing.
    said = _failed(dict.fromkeys(killers.values()), {})[1] if killers else "survived"
    if said != "survived":
        print(f"what kills should pass without a fault: {said}")
    used = sum(os.times()[2:4])
    print(
        f"{len(killers)} of {len(chosen)} killed; "
        f"{time.monotonic() - began:.0f} s, {used:.0f} s of CPU"
    )
    sys.exit(said != "survived" or len(killers) < len(chosen))


def _tried(mutant: dict[str, str]) -> tuple[str | None, str]:
    """The test that kills a fault, if one does, and what to say of it."""
    text = mutant["text"]
    holders = [
        (path, code)
        for path in sorted((ROOT / "elolag").rglob("*.py"))
        if text in (code := path.read_text("utf-8"))
    ]
    times = sum(code.count(text) for _, code in holders)
    if times != 1:
        return None, f"its text is there {times} times, not once"
    named = [name.partition("::") for name in mutant["tests"].split()]
    tests = [
        f"{path.relative_to(ROOT)}{colons}{test}"
        for name, colons, test in named
        for path in (ROOT / "tests").rglob(name)
    ]
    if len(tests) != len(named):
        return None, f"tests named {mutant['tests']}: {len(tests)} files"
    path, code = holders[0]
    wrong = code.replace(text, mutant["wrong"])
    return _failed(tests, {path.relative_to(ROOT): wrong})


def _failed(tests: Iterable[str], planted: dict[Path, str]) -> tuple[str | None, str]:
    """The first of the tests to fail in a copy of the tree in which some files read otherwise."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        for name in COPIED:
            left_out = shutil.ignore_patterns("_build", "__pycache__")
            shutil.copytree(ROOT / name, tree / name, ignore=left_out)
        for name in LINKED:
            (tree / name).symlink_to(ROOT / name)
        for path, text in planted.items():
            (tree / path).write_text(text, "utf-8")
        done = subprocess.run(  # noqa: S603 -- our own tests
            [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests],
            cwd=tree,
            env={**os.environ, "PYTHONPATH": str(tree)},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode == 0:
        return None, "survived"
    found = FAILED.search(done.stdout)
    if done.returncode > 1 or found is None:
        return None, f"pytest ended with {done.returncode}: {(done.stdout + done.stderr)[-600:]}"
    return found[1], f"killed by {found[1]}"


if __name__ == "__main__":
    main()
