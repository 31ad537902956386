"""Time and peak memory of `elolag archive backfill` on a full file of 1.2 million rows.

Run from the checkout: ``python benchmarks/backfill.py``. It makes the file from the shipped
vintages, serves it on loopback, runs the real command, kills it once half way, runs it again, and
writes ``benchmarks/backfill.md``.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "tests" / "snapshots")]

import full_file  # noqa: E402
import hand_made as made  # noqa: E402
from upstream_server import serving  # noqa: E402

COMMAND = [sys.executable, "-c", "from elolag.cli import main; main()", "archive", "backfill"]
#: Runs the command and prints the peak memory of that one process, in KiB.
MEASURED = (
    "import os, resource, subprocess, sys; "
    "code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode; "
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); sys.exit(code)"
)


def main() -> None:
    payload = full_file.payload()
    with tempfile.TemporaryDirectory() as folder, serving() as upstream:
        into = Path(folder) / "archive"
        upstream.routes[made.LISTING] = made.listing(["text"])
        made.serve_subset(upstream, "text", payload, file="full")
        options = ["arena-dataset", "--into", str(into), f"--base-url=arena-dataset={upstream.url}"]
        environment = {**os.environ, "PYTHONPATH": str(HERE.parent)}
        whole, memory = measured(options, environment)
        vintages = len(list((into / "arena/text").iterdir()))
        size = sum(p.stat().st_size for p in into.rglob("*") if p.is_file())

        second = Path(folder) / "second"
        options[2] = str(second)
        process = subprocess.Popen(COMMAND + options, env=environment, stdout=subprocess.DEVNULL)
        while stored(second) < vintages // 2:
            time.sleep(0.2)
            assert process.poll() is None
        process.kill()
        process.wait()
        rest, memory_again = measured(options, environment)
        assert stored(second) == vintages
    report(
        {
            "rows in the full file": f"{full_file.ROWS:,}",
            "vintages": f"{vintages}",
            "size of the full file": f"{len(payload) / 1e6:.0f} MB",
            "size of the archive made": f"{size / 1e6:.0f} MB",
            "time, whole": f"{whole:.0f} s",
            "peak memory, whole": f"{memory / 1024:.0f} MB",
            "time, second half after kill -9": f"{rest:.0f} s",
            "peak memory, second half": f"{memory_again / 1024:.0f} MB",
        }
    )


def measured(options: list[str], environment: dict[str, str]) -> tuple[float, int]:
    start = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *COMMAND, *options],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return time.monotonic() - start, int(done.stdout)


def stored(into: Path) -> int:
    board = into / "arena/text"
    return len(list(board.iterdir())) if board.is_dir() else 0


def report(facts: dict[str, str]) -> None:
    rows = "\n".join(f"| {name} | {value} |" for name, value in facts.items())
    processor = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    machine = processor[1] if processor else platform.machine()
    text = (
        "# Backfill: time and memory\n\n"
        "`python benchmarks/backfill.py`, on one full file made from the shipped vintages; the\n"
        "limit asked for is 1 GB of memory.\n\n"
        f"| what | value |\n|---|---|\n{rows}\n\n"
        f"{machine}, {os.cpu_count()} cores, Python {platform.python_version()}.\n"
    )
    (HERE / "backfill.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
