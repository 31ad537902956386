"""Which form of the sampling interval holds: `python benchmarks/sampling_forms.py`.

Normal, percentile and pivotal intervals from the same re-runs, against the mean over re-run
histories of each world; and two intervals against the lag of another history (`predictive`).
The rule that picks one stands in `elolag.model.reruns`; its verdict is printed below the table.
The table kept here has 100 replications of the six worlds below, and 60 of others; it was made
before countries' trends departed from a common one (decision 5), and has not been made again since.
The form that was picked is in `calibration.csv` with the prior as it is.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from in_worlds import DRAWS, LEVEL, RERUNS, RUNS, options, replicated, write

from elolag.errors import EstimateError
from elolag.model import draws, reruns
from elolag.model.estimands import EXACT
from elolag.model.posterior import Field, Posterior
from elolag.simulation.simulate import History, expected, release

WORLDS = ("base", "takeover", "few-models", "unequal-spread", "leapfrog", "heavy-ties")
NAMES = ("average", "levels", "at-release", "current")
LIMITS = (0.92, 0.995)
#: Seed of the other history beyond that of the replication.
OTHER = 2 * 10**9


def intervals(
    history: History, data: Field, fitted: Posterior, labs: Sequence[str], seed: int
) -> list[dict[str, Any]]:
    """Every form of every estimand that has one."""
    day, names = history.as_of, list(NAMES)
    sample = draws.sample(data, fitted, day, names, None, DRAWS, seed)
    other = release(history.world, OTHER + seed).truth(names)
    rows: list[dict[str, Any]] = []
    groups = [names]
    for group in groups:
        try:
            (again,) = reruns.histories(data, fitted, labs, [day], group, None, seed, RERUNS)
        except EstimateError:
            # A window that begins before a re-run group does: each alone, then.
            groups += [[name] for name in group] if len(group) > 1 else []
            continue
        for name in group:
            with contextlib.suppress(EstimateError):  # too often a bound
                found = reruns._forms(sample, again, name, LEVEL)
                exact = name in other and other[name].censored[0] == EXACT
                next_one = float(other[name].months[0]) if exact else np.nan
                found["predictive/percentile"] = found["percentile"]
                rows += [
                    {"estimand": name, "form": form, "low": low, "high": high, "other": next_one}
                    for form, (low, high) in found.items()
                ]
    return rows


def scored(world: str, rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Coverage, mean interval score and width by estimand and form."""
    targets = pd.Series(expected(world, NAMES, RUNS))
    for_another = rows["form"].str.startswith("predictive")
    rows = rows.assign(target=rows["other"].where(for_another, rows["estimand"].map(targets)))
    rows = rows[rows["target"].notna()]
    aim = rows["target"]
    miss = np.maximum(rows["low"] - aim, 0) + np.maximum(aim - rows["high"], 0)
    width = rows["high"] - rows["low"]
    rows = rows.assign(covered=miss == 0, score=width + 2 / (1 - LEVEL) * miss, width=width)
    keys = rows.groupby(["estimand", "form"], sort=False)
    return [
        {
            "world": world,
            "estimand": estimand,
            "form": form,
            "replications": len(part),
            **part[["target", "covered", "score", "width"]].mean(),
        }
        for (estimand, form), part in keys
    ]


def verdict(table: pd.DataFrame) -> pd.DataFrame:
    """Per form the worlds and estimands in which it misses the limits, and its mean score."""
    low, high = LIMITS
    n = table["replications"]
    under = table["covered"] < low - 2 * np.sqrt(low * (1 - low) / n)
    over = table["covered"] > high + 2 * np.sqrt(high * (1 - high) / n)
    judged = table.assign(under=under, over=over)
    return judged.groupby("form", sort=False).agg(
        cells=("covered", "size"), under=("under", "sum"), over=("over", "sum"),
        lowest=("covered", "min"), coverage=("covered", "mean"), score=("score", "mean"),
    )  # fmt: skip


def main() -> None:
    chosen = options("Forms of the sampling interval in known worlds.", WORLDS, 100,
                     "sampling_forms.csv")  # fmt: skip
    rows = []
    for world in chosen.worlds:
        rows += scored(world, replicated(world, chosen.replications, chosen.seed, intervals))
        table = write(rows, chosen.table)  # after each world, for it takes long
    print(verdict(table).to_string(float_format=lambda x: f"{x:.3f}"))


if __name__ == "__main__":
    main()
