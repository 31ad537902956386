"""Calibration of the intervals: `python benchmarks/calibrate.py --help`.

Writes the table of `replications` (default: all worlds, 2,000 replications of the eight in `DEEP`
and 500 of the others, beside this file). On a cluster, run it with ``--dask ADDRESS`` (a
scheduler's address; needs `distributed`).
"""

from __future__ import annotations

import argparse
import contextlib
from pathlib import Path

from baselines import BASELINES
from replications import Plan, run, table
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from elolag.simulation.worlds import WORLDS

HERE = Path(__file__).parent


def main() -> None:
    parser = argparse.ArgumentParser(description="What elolag's intervals cover in known worlds.")
    parser.add_argument("--worlds", nargs="*", default=list(WORLDS), metavar="WORLD")
    parser.add_argument("--replications", type=int, default=Plan.replications)
    parser.add_argument("--deep", type=int, default=2000, help="of a world in DEEP")
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--histories", type=int, default=250)
    parser.add_argument("--estimands", nargs="*", default=list(Plan.estimands), metavar="ESTIMAND")
    parser.add_argument("--level", type=float, default=0.95)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1, help="parallel workers (joblib)")
    parser.add_argument("--parts", type=Path, default=HERE / "calibration-parts")
    parser.add_argument("--table", type=Path, default=HERE / "calibration.csv")
    parser.add_argument("--dask", metavar="ADDRESS", help="scheduler of a Dask cluster")
    chosen = parser.parse_args()
    plan = Plan(
        worlds=tuple(chosen.worlds),
        replications=chosen.replications,
        deep=chosen.deep,
        draws=chosen.draws,
        histories=chosen.histories,
        level=chosen.level,
        seed=chosen.seed,
        estimands=tuple(chosen.estimands),
    )
    bar = Progress(
        TextColumn("replications"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
    with contextlib.ExitStack() as stack:
        stack.enter_context(bar)
        jobs = chosen.jobs
        if chosen.dask:
            # One job is run here and now; all workers of the cluster are -1.
            jobs = -1 if jobs == 1 else jobs
            from distributed import Client
            from joblib import parallel_config

            stack.enter_context(Client(chosen.dask))
            stack.enter_context(parallel_config(backend="dask"))
        task = bar.add_task("run", total=None)
        raw = run(
            plan,
            chosen.parts,
            baselines=BASELINES,
            jobs=jobs,
            tell=lambda done, total: bar.update(task, completed=done, total=total),
        )
    found = table(raw, plan.level)
    found.to_csv(chosen.table, index=False, float_format="%.4f", lineterminator="\n")
    print(found.to_string(index=False, float_format=lambda x: f"{x:.3f}"))


if __name__ == "__main__":
    main()
