"""Against which drift youth is read: `python benchmarks/youth.py` makes `youth.csv`.

An unsettled entry that left its board is thought to drift `Carry.young` times as far (in variance)
as settled ones. Read off against the drift of all levels, that is multiplied with the drift of the
entry's own level, which is larger near the top, where most young entries stand: counted twice.
The other reading is against the drift of each unsettled entry's own level.

Entries are hidden and placed as in `held_out.py`, with either reading; the rows are of those that
were unsettled on their last list. ``gain`` is that of the own level in log score, paired, all rows
of an entry resampled together; ``deviation`` is the root mean square of an error over its spread,
which for a t of four degrees of freedom is 1.41 where the spread is right. Rows of the role
``answer`` hold the average of each board's newest list under either reading, with its interval.

Written before the first run: the own level is taken if, over both boards, all horizons and both
kinds, its gain on the development lists lies above nought (95% interval), the log score on the test
list is not lower, and its 95% intervals hold 92% or more in both roles.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from unittest import mock

import held_out
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

import elolag
from elolag.dates import DAYS_PER_MONTH
from elolag.model import scale
from elolag.model.scale import SHIPPED, Carry, Hyperparameters

HERE = Path(__file__).parent
ALL, OWN = "all levels", "own level"

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
_FIT = scale.fit


def read(reference: str) -> mock._patch[object]:
    """Fits whose youth is read against one of the two."""

    def fit(
        before: Floats,
        after: Floats,
        noise: Floats,
        other: Floats | None = None,
        settled: Bools | None = None,
        hyper: Hyperparameters = SHIPPED,
    ) -> Carry:
        carry = _FIT(before, after, noise, other, settled, hyper)
        known = np.ones(len(before), bool)
        fitted, spent = len(carry.level), len(carry.coefficients)
        drift = np.full(len(before), carry.scale**2 * (fitted - spent) / fitted)
        if reference == OWN:
            drift = carry.drift(before, known) ** 2
        young = ~(known if settled is None else settled)
        left = after - before - carry.shift(before, other)
        weight = young.astype(float)[None, :]
        ratio = scale._ratio(left, noise, drift, weight, hyper.young, hyper)
        return replace(carry, young=float(ratio[0]))

    return mock.patch.object(scale, "fit", fit)


def foretold(boards: held_out.Boards, months: int, kept: str) -> pd.DataFrame:
    """One row per hidden unsettled entry and reading: its error, over its spread, and its score."""
    target = boards.target
    since = target.days[-1] - months * DAYS_PER_MONTH
    now = target.rating[:, -1]
    known = np.flatnonzero(~np.isnan(now) & (target.first <= since))
    folds = np.random.default_rng(held_out.SEED).permutation(len(known)) % held_out.FOLDS
    parts = []
    for fold in range(held_out.FOLDS if len(known) >= 2 * held_out.FOLDS else 0):
        hidden = known[folds == fold]
        seen = held_out.without(boards, hidden, since, kept)
        for reference in (ALL, OWN):
            with read(reference):
                placed = scale.place(seen.target, np.arange(len(now)), seen.other)
            unsettled = [not seen.target.settled(int(placed.column[row]))[row] for row in hidden]
            rows = hidden[np.array(unsettled, bool)]
            left = held_out.to_come(placed, rows, target.se[rows, -1], SHIPPED)
            shared = (placed.root[rows] ** 2).sum(axis=1)
            spread = np.sqrt(placed.drift[rows] ** 2 + left + shared)
            away = (now[rows] - placed.rating[rows]) / spread
            score = stats.t.logpdf(away, SHIPPED.freedom) - np.log(spread)
            columns = {"error": away * spread, "away": away, "spread": spread, "score": score}
            parts.append(pd.DataFrame({"entry": rows, "way": reference, **columns}))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def cells() -> Iterator[pd.DataFrame]:
    """Every table of `foretold`, with what it is of."""
    for newest, role in held_out.NEWEST.items():
        boards = held_out.load(newest)
        for name in held_out.BOARDS:
            for months in held_out.HORIZONS:
                for kept in held_out.KEPT:
                    found = foretold(boards[name], months, kept)
                    yield found.assign(role=role, board=name, kept=kept, newest=newest)


def summary(found: pd.DataFrame, what: dict[str, str]) -> Iterator[dict[str, object]]:
    """Both readings in numbers."""
    for way in (ALL, OWN):
        mine = found[found["way"] == way]
        yield {
            **what,
            "way": way,
            "rows": len(mine),
            "rmse": np.sqrt((mine["error"] ** 2).mean()),
            "spread": mine["spread"].median(),
            "deviation": np.sqrt((mine["away"] ** 2).mean()),
            "inside": (mine["away"].abs() <= stats.t.ppf(0.975, SHIPPED.freedom)).mean(),
            "score": mine["score"].mean(),
            **(held_out.gain(found, OWN, ALL) if way == OWN else {}),
        }


def table() -> pd.DataFrame:
    """By role, board and kind, and every role together."""
    found = pd.concat(cells(), ignore_index=True)
    rows: list[dict[str, object]] = []
    keys = ["role", "board", "kept"]
    for values, part in found.groupby(keys, sort=False):
        rows += summary(part, dict(zip(keys, map(str, values), strict=True)))
    for role, part in found.groupby("role", sort=False):
        rows += summary(part, {"role": str(role), "board": "both", "kept": "both"})
    return pd.DataFrame([*rows, *answers()])


def answers() -> Iterator[dict[str, object]]:
    """The average of each board's newest list under either reading."""
    for board in held_out.BOARDS:
        for way in (ALL, OWN):
            with read(way):
                found = elolag.estimate_lag(board, vintage=max(held_out.NEWEST))
            yield {"role": "answer", "board": board, "way": way, "figure": found.months,
                   "low": found.low, "high": found.high}  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the table."""
    parser = argparse.ArgumentParser(description="Youth of carried entries.")
    parser.add_argument("--table", type=Path, default=HERE / "youth.csv")
    made = table()
    made.to_csv(
        parser.parse_args(arguments).table, index=False, float_format="%.4f", lineterminator="\n"
    )
    print(made.to_string(index=False, float_format="%.3f"))


if __name__ == "__main__":
    main()
