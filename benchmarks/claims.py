"""Seconds of checking every packaged claim: wall clock and CPU, one core.

Writes ``benchmarks/claims.csv``: per run of ``elolag claims`` (a process of its own, so imports and
reading the archive count) the wall and CPU seconds; the limit is 20 seconds.
"""

from __future__ import annotations

import csv
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
REPEATS = 3
CASES = {
    "elolag claims (all, 2,000 draws)": ("claims",),
    "elolag claims (all, 10,000 draws)": ("claims", "--draws", "10000"),
    'elolag claims check "7 months behind"': ("claims", "check", "7 months behind"),
    "elolag claims bridge": ("claims", "bridge"),
}
LIMIT = 20.0
ONE_CORE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def seconds_of(arguments: tuple[str, ...]) -> tuple[float, float]:
    """Wall and CPU seconds of one run of the command."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-c", "from elolag.cli import main; main()", *arguments]
    subprocess.run(command, check=True, capture_output=True, env=os.environ | ONE_CORE)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main() -> None:
    with (HERE / "claims.csv").open("w", newline="", encoding="utf-8") as out:
        table = csv.writer(out, lineterminator="\n")
        table.writerow(("case", "wall_seconds", "cpu_seconds", "limit"))
        for name, arguments in CASES.items():
            wall, cpu = min(seconds_of(arguments) for _ in range(REPEATS))
            print(f"{name:40} {wall:6.1f} s wall, {cpu:6.1f} s CPU, limit {LIMIT:.0f}")
            table.writerow((name, f"{wall:.1f}", f"{cpu:.1f}", f"{LIMIT:.0f}"))


if __name__ == "__main__":
    main()
