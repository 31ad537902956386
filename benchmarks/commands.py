"""CPU seconds on one core: whole commands, the draws alone, and reading many lists.

Writes ``benchmarks/commands.csv``: per case the best of `REPEATS` runs (user plus system time of
the process), after one run to warm the disk cache.
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
REPEATS = 5
CASES = {
    "elolag --help": ["--help"],
    "elolag lag (10,000 draws)": ["lag"],
    "elolag lag --board arena/text": ["lag", "--board", "arena/text"],
    "elolag lag --all": ["lag", "--all"],
    "elolag change": ["change"],
    "elolag archive verify": ["archive", "verify"],
}
LIMITS = {
    "elolag --help": 0.4,
    "elolag lag (10,000 draws)": 2.5,
    "elolag archive verify": 20.0,
    "draws of current alone": 0.3,
    "150 lists of arena/text, hashes checked": 1.0,
}
ONE_CORE = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}


def cpu_of(arguments: list[str]) -> float:
    """User plus system seconds of one run of the command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-c", "from elolag.cli import main; main()", *arguments]
    subprocess.run(command, check=True, capture_output=True, env=os.environ | ONE_CORE)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def cpu_of_draws() -> float:
    """CPU seconds of 10,000 draws of `current` on the headline board."""
    from elolag.estimate.session import prepare

    study = prepare()
    start = time.process_time()
    study.sample(["current"])
    return time.process_time() - start


def cpu_of_reading() -> float:
    """CPU seconds to read `overall` of the newest 150 lists of `arena/text`, hashes checked."""
    import elolag

    board = elolag.open_archive().board("arena/text")
    start = time.process_time()
    read = [snapshot.ratings("overall") for snapshot in board.snapshots[-150:]]
    seconds = time.process_time() - start
    assert len(read) == 150
    return seconds


def main() -> None:
    rows = []
    for name, arguments in CASES.items():
        cpu_of(arguments)
        rows.append((name, min(cpu_of(arguments) for _ in range(REPEATS))))
    cpu_of_draws()
    rows.append(("draws of current alone", min(cpu_of_draws() for _ in range(REPEATS))))
    reading = "150 lists of arena/text, hashes checked"
    rows.append((reading, min(cpu_of_reading() for _ in range(REPEATS))))
    with (HERE / "commands.csv").open("w", newline="", encoding="utf-8") as out:
        table = csv.writer(out, lineterminator="\n")
        table.writerow(("case", "cpu_seconds", "limit"))
        for name, seconds in rows:
            print(f"{name:40} {seconds:6.2f} s  limit {LIMITS.get(name, '-')}")
            table.writerow((name, f"{seconds:.2f}", LIMITS.get(name, "")))


if __name__ == "__main__":
    main()
