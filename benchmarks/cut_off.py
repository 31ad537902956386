"""What a cut-off list shows, and what that says of an interval: `python benchmarks/cut_off.py`.

A board without complete lists loses the models that come and go in between. A record of its day
stands at the top, where a cut-off list shows it. This splits the histories of the world
``truncated-boards`` by what their cut-off lists show of models that no complete list has, and
gives the coverage of the measurement intervals in each part. It reads the replications that
`benchmarks/calibrate.py` kept (``--parts``) and draws their histories anew.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd
from joblib import Parallel, delayed

from elolag.simulation.simulate import History, simulate

HERE = Path(__file__).parent
WORLD = "truncated-boards"
#: What cut-off lists show of models that no complete list has.
SHOWN = ("none", "not the best of a group", "the best of a group")


def shown(history: History) -> str:
    """The most telling thing that a history's cut-off lists show."""
    known = {model for vintage in history.linkable() for model in vintage.table["model"]}
    follows = dict(zip(history.releases.models, history.releases.follows, strict=True))
    seen = 0
    for vintage, full in zip(history.vintages, history.complete, strict=True):
        if full:
            continue
        table = vintage.table.sort_values("rating", ascending=False)
        missed = ~table["model"].isin(known)
        best = ~table["model"].map(follows).duplicated()
        seen = max(seen, int(missed.any()), 2 * int((missed & best).any()))
    return SHOWN[seen]


def split(rows: pd.DataFrame, seen: pd.Series[str]) -> pd.DataFrame:
    """Coverage and mass per estimand, by what the lists of each replication show."""
    measured = rows[rows["state"] == "measured"].assign(
        shown=lambda t: pd.Categorical(t["replication"].map(seen), SHOWN)
    )
    order = list(dict.fromkeys(rows["estimand"]))
    found = measured.groupby(["estimand", "shown"], observed=False).agg(
        replications=("covered", "size"), coverage=("covered", "mean"), mass=("mass", "mean")
    )
    return found.reindex(order, level=0).reset_index()


def main() -> None:
    parser = argparse.ArgumentParser(description="Coverage by what cut-off lists show.")
    parser.add_argument("--parts", type=Path, default=HERE / "calibration-parts" / "steps")
    parser.add_argument("--seed", type=int, default=3, help="seed of that calibration")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--table", type=Path, default=HERE / "cut_off.csv")
    chosen = parser.parse_args()
    files = sorted(chosen.parts.glob(f"{WORLD}-[0-9]*.csv"))
    if not files:
        parser.error(f"no replications of {WORLD} in {chosen.parts}; run benchmarks/calibrate.py")
    rows = pd.concat([pd.read_csv(f) for f in files], ignore_index=True)
    numbers = sorted(set(rows["replication"]))

    def one(number: int) -> str:
        return shown(simulate(WORLD, chosen.seed * 10**6 + number))

    found: list[str] = Parallel(n_jobs=chosen.jobs)(delayed(one)(n) for n in numbers)
    table = split(rows, pd.Series(dict(zip(numbers, found, strict=True))))
    table.to_csv(chosen.table, index=False, float_format="%.4f", lineterminator="\n")
    print(table.to_string(index=False, float_format=lambda x: f"{x:.3f}"))


if __name__ == "__main__":
    main()
