"""Which smooth curve should `trend` take? `python benchmarks/backtest.py`, some minutes.

Every curve of `elolag.model.curves` is fitted at many dates t of the real archive to what was
released by t, and judged by what came:

``level``, ``gap``
    each side's frontier at t + h and the distance of the two, against the step frontiers that
    were then reached (Elo);
``lag``
    the time between the two curves at t, against what the step frontiers say of the lag around t:
    the mean of `current` over the twelve months with t in their middle (``centred``), over those
    before t (``average``), and the mean over the levels newly reached (``levels``);
``revision``
    how far the lag at t moves when it is measured with the newest ratings.

In mode ``hindsight`` the fit has the newest ratings, in ``real-time`` those of the vintage of t,
carried onto the newest scale, and the models listed by then. What is reached is always measured
with the newest ratings. ``step`` stands beside the curves: the frontier stays as it is.

Writes `backtest.csv`: per board, mode, quantity and curve the number of dates, bias, root mean
square error and spread of the errors, in Elo for levels and gaps and in months for lags. Dates are
a month apart, and horizons and windows overlap: the errors of neighbouring dates are not
independent.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from elolag.dates import DAYS_PER_MONTH, to_day, to_iso
from elolag.errors import EstimateError
from elolag.estimate.known import Past, State, monthly, read
from elolag.model import curves
from elolag.model.estimands import ESTIMANDS, Race
from elolag.model.frontier import Steps
from elolag.model.posterior import Field

Floats = NDArray[np.float64]

HERE = Path(__file__).parent
BOARDS = ("arena/text", "arena/text_style_control")
#: First of each month from when both sides have three years' worth of records to fit.
DATES = [d.strftime("%Y-%m-%d") for d in pd.date_range("2024-07-01", "2026-08-01", freq="MS")]
HORIZONS = (3.0, 6.0)
#: Months of which half lie after t, in which `current` is averaged for ``centred``.
CENTRED = 12.0


@dataclass(frozen=True)
class Error:
    """One answer of one curve less what came; Elo for levels and gaps, months for lags."""

    mode: str
    date: str
    frontier: str
    quantity: str
    against: str
    error: float


def backtest(
    past: Past,
    dates: Sequence[str],
    frontiers: Iterable[str] = curves.KINDS,
    horizons: Sequence[float] = HORIZONS,
) -> list[Error]:
    """The errors of every curve at every date, with hindsight ratings.

    Parameters
    ----------
    dates
        ISO dates t. A horizon that ends after the newest vintage is left out.
    frontiers
        Of `elolag.model.curves.KINDS`.
    """
    found: list[Error] = []
    for date in dates:
        day = to_day(date)
        for frontier in frontiers:
            fitted = _fit(frontier, past.last, day)
            if fitted is not None:
                found += _judge("hindsight", frontier, fitted, past, day, horizons)
    return found


def backtest_real_time(
    past: Past,
    frontiers: Iterable[str] = curves.KINDS,
    horizons: Sequence[float] = HORIZONS,
) -> list[Error]:
    """The errors of every curve at the last vintage of each month, fitted to that day's ratings."""
    found: list[Error] = []
    for number in monthly(past.vintages):
        day = to_day(past.vintages[number].date)
        try:
            known = past.states(number)["scale"]
        except EstimateError:
            continue  # no rating of the day has an error: nobody could have fitted anything
        for frontier in frontiers:
            then, now = _fit(frontier, known, day), _fit(frontier, past.last, day)
            if then is None or now is None:
                continue
            found += _judge("real-time", frontier, then, past, day, horizons)
            before, after = then.lag(), now.lag()
            if before is not None and after is not None:
                change = before - after
                found.append(
                    Error("real-time", to_iso(day), frontier, "revision", "hindsight", change)
                )
    return found


def summary(errors: Sequence[Error]) -> pd.DataFrame:
    """Bias, root mean square and spread of the errors.

    Only dates at which every curve has an answer count, so that all are judged by the same.

    Returns
    -------
    pandas.DataFrame
        ``mode, quantity, against, frontier, n, bias, rmse, sd``.
    """
    table = pd.DataFrame([vars(e) for e in errors])
    by = ["mode", "quantity", "against"]
    kinds = table.groupby(by)["frontier"].transform("nunique")
    there = table.groupby([*by, "date"])["frontier"].transform("nunique")
    grouped = table[there == kinds].groupby([*by, "frontier"], sort=False)["error"]
    out = grouped.agg(
        n="size",
        bias="mean",
        rmse=lambda e: float(np.sqrt(np.mean(np.square(e)))),
        sd=lambda e: float(np.std(e)),
    )
    return out.reset_index()


@dataclass(frozen=True)
class _Pair:
    """Both sides' curves, fitted to what was released by `day`."""

    leader: Steps | curves.Curves
    follower: Steps | curves.Curves
    race: Race
    day: float

    def lag(self) -> float | None:
        """Months between the curves; None where there are none, or only a bound."""
        if isinstance(self.leader, curves.Curves) and isinstance(self.follower, curves.Curves):
            months, failed = curves.trend(self.leader, self.follower, self.day)
            return None if failed[0] else float(months[0])
        return _lag("current", self.race, 0.0)

    def at(self, side: str, day: float) -> float:
        """Height of a side's curve, carried on beyond its end; a step stays where it is."""
        return float(getattr(self, side).at(np.array([day]))[0, 0])


def _ratings(state: State) -> Floats:
    """Posterior mean of each model's best entry, as one draw."""
    return state.field.best(state.fitted.mean)[None, :]


def _race(state: State, day: float) -> Race:
    field: Field = state.field
    return Race.of(_ratings(state), field.lead_from, field.follow_from, day)


def _fit(frontier: str, state: State, day: float) -> _Pair | None:
    """Both curves; None where the data are too few for this kind."""
    try:
        race = _race(state, day)
        if frontier == "step":
            return _Pair(race.leader, race.follower, race, day)
        sides = (race.lead_from, race.follow_from)
        lead, follow = (curves.fit(frontier, race.ratings, dates, day) for dates in sides)
    except EstimateError:
        return None
    return _Pair(lead, follow, race, day)


def _judge(
    mode: str, frontier: str, fitted: _Pair, past: Past, day: float, horizons: Sequence[float]
) -> Iterator[Error]:
    end, date = to_day(past.vintages[-1].date), to_iso(day)
    for months in horizons:
        then = np.floor(day + months * DAYS_PER_MONTH)
        if then > end:
            continue
        came = _race(past.last, float(then))
        wrong = {}
        for side, steps in (("leader", came.leader), ("follower", came.follower)):
            reached = float(steps.at(np.array([then]))[0, 0])
            wrong[side] = fitted.at(side, float(then)) - reached
            yield Error(mode, date, frontier, "level", f"{side} +{months:g}", wrong[side])
        gap = wrong["leader"] - wrong["follower"]
        yield Error(mode, date, frontier, "gap", f"+{months:g}", gap)
    lag = fitted.lag()
    if lag is None:
        return
    for name, truth in _truths(past, day, end).items():
        yield Error(mode, date, frontier, "lag", name, lag - truth)


def _truths(past: Past, day: float, end: float) -> dict[str, float]:
    """What the realised step frontiers say of the lag around a date."""
    asked = [("average", "average", day, 12.0), ("levels", "levels", day, 12.0)]
    middle = float(np.floor(day + CENTRED / 2 * DAYS_PER_MONTH))
    if middle <= end:
        asked.append(("centred", "average", middle, CENTRED))
    found = {}
    for name, estimand, until, window in asked:
        try:
            months = _lag(estimand, _race(past.last, until), window)
        except EstimateError:
            continue  # the window begins before a side has a model
        if months is not None:
            found[name] = months
    return found


def _lag(estimand: str, race: Race, window: float) -> float | None:
    lags = ESTIMANDS[estimand](race, window)
    return None if lags.failed[0] or lags.censored[0] else float(lags.months[0])


def run(board: str) -> pd.DataFrame:
    past, _, _ = read(board)
    table = summary([*backtest(past, DATES), *backtest_real_time(past)])
    table.insert(0, "board", board)
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description="Which smooth curve should `trend` take?")
    parser.add_argument("--table", type=Path, default=HERE / "backtest.csv")
    chosen = parser.parse_args()
    table = pd.concat([run(board) for board in BOARDS], ignore_index=True)
    table.round(3).to_csv(chosen.table, index=False, lineterminator="\n")
    print(table.round(1).to_string(index=False))


if __name__ == "__main__":
    main()
