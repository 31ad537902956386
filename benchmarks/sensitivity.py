"""Speed of the grid: `python benchmarks/sensitivity.py --help`.

The default grid of `elolag.sensitivity` on the shipped archive, 1,000 draws a specification. Wanted
are 500 specifications within 60 seconds on two cores; what is written is the time of the whole
default grid and its share for 500. CPU seconds are of all workers together. Figures of a machine
that does other work at the time are the slower of the two: seconds can double, CPU seconds less.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import time
from pathlib import Path

from joblib.externals.loky import get_reusable_executor

import elolag

HERE = Path(__file__).parent
WANTED = {"specifications": 500, "draws": 1_000, "seconds": 60.0, "jobs": 2}


def measure(jobs: int, draws: int) -> dict[str, float | int]:
    start = time.perf_counter()
    grid = elolag.sensitivity(n_draws=draws, jobs=jobs)
    seconds = time.perf_counter() - start
    # Workers that still wait are not counted among the children.
    get_reusable_executor().shutdown(wait=True)
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(u.ru_utime + u.ru_stime for u in used)
    return {
        "specifications": len(grid.specs),
        "estimated": len(grid.estimated),
        "draws": draws,
        "jobs": jobs,
        "cores": os.cpu_count() or 0,
        "seconds": round(seconds, 1),
        "cpu_seconds": round(cpu, 1),
        "seconds_per_500": round(500 * seconds / len(grid.specs), 1),
        "cpu_seconds_per_500": round(500 * cpu / len(grid.specs), 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--draws", type=int, default=1_000)
    parser.add_argument("--out", type=Path, default=HERE / "sensitivity.json")
    options = parser.parse_args()
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    load = round(os.getloadavg()[0], 1)
    found = measure(options.jobs, options.draws) | {"load_before": load}
    options.out.write_text(json.dumps({"wanted": WANTED, "measured": found}, indent=2) + "\n")
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
