"""Calibration of the intervals: `python benchmarks/calibrate.py --help`.

Writes the table of `replications` (default: all worlds, 2,000 replications of the eight in `DEEP`
and 500 of the others, 200 of the fitted curves, beside this file). On a cluster, run it with
``--dask ADDRESS`` (a scheduler's address; needs `distributed`).
"""

from __future__ import annotations

import argparse
import contextlib
from dataclasses import replace
from functools import partial
from pathlib import Path

import pandas as pd
from baselines import BASELINES
from replications import Plan, run, table
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from elolag.model.estimands import TRENDS
from elolag.simulation.worlds import WORLDS

HERE = Path(__file__).parent


def main() -> None:
    parser = argparse.ArgumentParser(description="What elolag's intervals cover in known worlds.")
    parser.add_argument("--worlds", nargs="*", default=list(WORLDS), metavar="WORLD")
    parser.add_argument("--replications", type=int, default=Plan.replications)
    parser.add_argument("--deep", type=int, default=2000, help="of a world in DEEP")
    parser.add_argument("--curves", type=int, default=200, help="replications of the trends")
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
    steps = Plan(
        worlds=tuple(chosen.worlds),
        replications=chosen.replications,
        deep=chosen.deep,
        draws=chosen.draws,
        histories=chosen.histories,
        level=chosen.level,
        seed=chosen.seed,
        estimands=tuple(e for e in chosen.estimands if e not in TRENDS),
    )
    trends = tuple(e for e in chosen.estimands if e in TRENDS)
    curves = replace(steps, replications=chosen.curves, deep=0, estimands=trends)
    plans = {name: p for name, p in {"steps": steps, "curves": curves}.items() if p.estimands}
    bar = Progress(
        TextColumn("replications, {task.description}"),
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
        made = []
        for name, plan in plans.items():
            tell = partial(_tell, bar, bar.add_task(name, total=None))
            raw = run(plan, chosen.parts / name, baselines=BASELINES, jobs=jobs, tell=tell)
            made.append(table(raw, plan.level))
    order = {world: number for number, world in enumerate(chosen.worlds)}
    found = pd.concat(made).sort_values("world", key=lambda w: w.map(order), kind="stable")
    found.to_csv(chosen.table, index=False, float_format="%.4f", lineterminator="\n")
    print(found.to_string(index=False, float_format=lambda x: f"{x:.3f}"))


def _tell(bar: Progress, task: TaskID, done: int, total: int) -> None:
    bar.update(task, completed=done, total=total)


if __name__ == "__main__":
    main()
