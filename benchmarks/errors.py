"""How far off each way to a figure is: `python benchmarks/errors.py`.

Root mean squared error rewards an average over possible answers, though it may be none of them;
`current` is a date difference, which is right or wrong. So this gives, per world, estimand and
figure, the bias, the mean absolute and the root mean squared error in months, and the share that
is right to the day. It reads the replications that `benchmarks/calibrate.py` kept (``--parts``).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from elolag.dates import DAYS_PER_MONTH

HERE = Path(__file__).parent
#: Half a day, in months.
RIGHT = 0.5 / DAYS_PER_MONTH
#: Figures by their column in the replications; baselines come beside them.
FIGURES = {"months": "months", "mean": "mean of draws", "at_means": "at posterior means"}


def errors(rows: pd.DataFrame) -> pd.DataFrame:
    """Errors of every figure over the replications whose truth and figure are no bounds."""
    beside = [c for c in map(str, rows) if "baseline_" in c]
    rivals = {c: c.removeprefix("baseline_").replace("_", " ") for c in beside}
    known = rows[
        (rows["state"] == "measured")
        & (rows["truth_low"] == rows["truth_high"])
        & rows["months"].notna()
    ]
    found = []
    for (world, estimand), part in known.groupby(["world", "estimand"], sort=False):
        for column, figure in {**FIGURES, **rivals}.items():
            off = (part[column] - part["truth_low"]).dropna()
            if off.empty:
                continue
            found.append(
                {
                    "world": world,
                    "estimand": estimand,
                    "figure": figure,
                    "replications": len(off),
                    "bias": off.mean(),
                    "mae": off.abs().mean(),
                    "rmse": (off**2).mean() ** 0.5,
                    "right": (off.abs() < RIGHT).mean(),
                }
            )
    return pd.DataFrame(found)


def main() -> None:
    parser = argparse.ArgumentParser(description="Errors of the figures in known worlds.")
    parser.add_argument(
        "--parts", type=Path, nargs="*", default=[HERE / "calibration-parts" / "steps"]
    )
    parser.add_argument("--table", type=Path, default=HERE / "errors.csv")
    chosen = parser.parse_args()
    files = sorted(f for folder in chosen.parts for f in folder.glob("*-[0-9]*-[0-9]*.csv"))
    if not files:
        parser.error(f"no replications in {chosen.parts}; run benchmarks/calibrate.py first")
    table = errors(pd.concat([pd.read_csv(f) for f in files], ignore_index=True))
    table.to_csv(chosen.table, index=False, float_format="%.4f", lineterminator="\n")
    print(table.to_string(index=False, float_format=lambda x: f"{x:.3f}"))


if __name__ == "__main__":
    main()
