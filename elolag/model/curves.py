"""Frontier curves: the step frontier and smooth ones, in many draws at once.

A smooth curve says where a group's best models tend to be, not where the best one is; `trend`
measures the time between two of them. All are fitted anew in every draw, to the models released
in the last `_SPAN_MONTHS` months:

``quantile``
    a straight line, the `_QUANTILE` regression quantile of the models within `_NEAR` Elo of their
    group's frontier when they were released (Koenker & Bassett 1978), by iterated weights;
``linear``
    the least-squares line through the group's records;
``spline``
    a monotone piecewise-linear curve fitted to the records: slopes of `_KNOT_MONTHS` pieces, none
    negative (non-negative least squares), the last one carried on;
``local-linear``
    experimental: a local linear trend through the monthly best (statsmodels), its variances
    estimated at the first of the draws it is given; prototypes of it covered badly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from elolag.arrays import Flags, Floats
from elolag.dates import DAYS_PER_MONTH, to_day, to_iso
from elolag.errors import EstimateError, UsageError
from elolag.model.frontier import Steps

if TYPE_CHECKING:
    import pandas as pd


_SPAN_MONTHS = 36.0
_NEAR = 100.0
_QUANTILE = 0.85
_KNOT_MONTHS = 9.0
SMOOTH = ("quantile", "linear", "spline", "local-linear")
KINDS = ("step", *SMOOTH)
#: Models a group needs for a straight line.
_FEWEST = 4


@dataclass(frozen=True)
class Curves:
    """One group's frontier in D draws, as piecewise-linear functions of the date.

    Attributes
    ----------
    kind
        One of `KINDS`.
    knots
        Dates in days, shape (K,), increasing.
    values
        Height at each knot, (D, K); ratings rise by ``slope`` per day beyond the last knot and
        fall by the first piece's slope before the first.
    """

    kind: str
    knots: Floats
    values: Floats

    def at(self, dates: Floats) -> Floats:
        """Height (D, J) at J dates (days)."""
        piece = np.clip(np.searchsorted(self.knots, dates, side="right") - 1, 0, self._last)
        away = (dates - self.knots[piece]) * self._slopes[:, piece]
        return np.asarray(self.values[:, piece] + away)

    def inverse(self, levels: Floats) -> Floats:
        """First date (D,) at which each draw's curve reaches its level; inf where it never does."""
        rises = np.maximum.accumulate(self.values, axis=1)
        piece = np.clip((rises < levels[:, None]).sum(axis=1) - 1, 0, self._last)
        rows = np.arange(len(levels))
        slope = self._slopes[rows, piece]
        with np.errstate(divide="ignore", invalid="ignore"):
            away = (levels - self.values[rows, piece]) / slope
        return np.where(slope > 0, self.knots[piece] + away, np.inf)

    @property
    def _last(self) -> int:
        return len(self.knots) - 2

    @property
    def _slopes(self) -> Floats:
        return np.asarray(np.diff(self.values, axis=1) / np.diff(self.knots))


def fit(
    kind: str, ratings: Floats, counts_from: Floats, until: float, steps: Steps | None = None
) -> Curves:
    """Fit a smooth curve in each of D draws.

    Parameters
    ----------
    kind
        One of `SMOOTH`.
    ratings
        (D, M) Elo.
    counts_from
        (M,) or (D, M) days; inf never. Dates known to the month stand at the draw's own day.
    until
        As-of date in days; later models are left out.
    steps
        The step frontier of these models up to `until`, if it is at hand.

    Raises
    ------
    EstimateError
        Some draw has too few models near the frontier, or records, for the curve.
    """
    dates = np.broadcast_to(counts_from, ratings.shape)
    start = until - _SPAN_MONTHS * DAYS_PER_MONTH
    steps = Steps(ratings, counts_from, until) if steps is None else steps
    if kind == "quantile":
        recent = (dates > start) & (dates <= until)
        frontier = steps.at(np.where(recent, dates, steps.latest_first))
        return _line(kind, dates, ratings, recent & (ratings >= frontier - _NEAR), start, until)
    mine = (steps.dates > start) & np.isfinite(steps.dates)
    if kind == "linear":
        return _line(kind, steps.dates, steps.running, mine, start, until)
    if kind == "spline":
        return _spline(steps, mine, start, until)
    return _local_linear(steps, until)


def _check_enough(curve: str, models: str, counts: Flags, until: float) -> None:
    fewest = int(counts.sum(axis=1).min())
    if fewest < _FEWEST:
        raise EstimateError(
            f"a {curve} needs {_FEWEST} {models} of each group in the {_SPAN_MONTHS:.0f} months "
            f"before {to_iso(until)}; some draw has {fewest}"
        )


def _line(
    kind: str, dates: Floats, ratings: Floats, counts: Flags, start: float, until: float
) -> Curves:
    """A straight line per draw, by least squares or at a regression quantile."""
    _check_enough(f"{kind} curve", "models", counts, until)
    # Models that count in no draw only cost time.
    some = counts.any(axis=0)
    counts, dates, ratings = counts[:, some], dates[:, some], ratings[:, some]
    x = np.where(counts, (np.where(counts, dates, until) - until) / 365.2425, 0.0)
    y, weight = np.where(counts, ratings, 0.0), counts.astype(float)
    intercept, slope = _least_squares(x, y, weight)
    if kind == "quantile":
        # Majorise the check function by parabolas (Hunter & Lange 2000), then shift the line so
        # that it is the quantile exactly.
        for _ in range(20):
            residual = y - intercept[:, None] - slope[:, None] * x
            pull = np.where(residual >= 0, _QUANTILE, 1 - _QUANTILE)
            weight = counts * pull / np.maximum(np.abs(residual), 1.0)
            intercept, slope = _least_squares(x, y, weight)
        residual = np.where(counts, y - slope[:, None] * x, np.inf)
        ranked, n = np.sort(residual, axis=1), counts.sum(axis=1)
        at = np.ceil(_QUANTILE * n).astype(int) - 1
        intercept = np.take_along_axis(ranked, at[:, None], 1)[:, 0]
    knots = np.array([start, until])
    years = (knots - until) / 365.2425
    return Curves(kind, knots, intercept[:, None] + slope[:, None] * years)


def _least_squares(x: Floats, y: Floats, weight: Floats) -> tuple[Floats, Floats]:
    total = weight.sum(axis=1)
    mean_x, mean_y = (weight * x).sum(axis=1) / total, (weight * y).sum(axis=1) / total
    away = x - mean_x[:, None]
    spread = (weight * away**2).sum(axis=1)
    slope = (weight * away * (y - mean_y[:, None])).sum(axis=1) / np.maximum(spread, 1e-12)
    return mean_y - slope * mean_x, slope


def _spline(steps: Steps, counts: Flags, start: float, until: float) -> Curves:
    from scipy.optimize import nnls

    _check_enough("spline", "records", counts, until)
    pieces = int(_SPAN_MONTHS / _KNOT_MONTHS)
    knots = np.linspace(start, until, pieces + 1)
    values = np.empty((len(steps.dates), pieces + 1))
    # Share of each piece passed by each date: non-negative coefficients are the pieces' rises. The
    # base stands far below, so that its own coefficient is non-negative too.
    passed = np.clip((steps.dates[:, :, None] - knots[:-1]) / (knots[1] - knots[0]), 0, 1)
    passed = np.concatenate([np.ones((*steps.dates.shape, 1)), passed], axis=2)
    base = np.where(counts, steps.running, np.inf).min(axis=1) - 1000.0
    above = steps.running - base[:, None]
    for draw, mine in enumerate(counts):
        values[draw] = nnls(passed[draw, mine], above[draw, mine])[0]
    foot = base + values[:, 0]
    values[:, 0] = 0.0
    return Curves("spline", knots, foot[:, None] + np.cumsum(values, axis=1))


def _local_linear(steps: Steps, until: float) -> Curves:
    import warnings

    from statsmodels.tsa.statespace.structural import UnobservedComponents

    months = int(_SPAN_MONTHS)
    knots = until - DAYS_PER_MONTH * np.arange(months, -1, -1.0)
    best = steps.at(knots)
    values = np.empty_like(best)
    parameters = None
    for draw, row in enumerate(best):
        seen = np.where(np.isfinite(row), row, np.nan)
        if np.isfinite(seen).sum() < 12:
            raise EstimateError(
                f"a local-linear curve needs 12 months of models before {to_iso(until)}"
            )
        model = UnobservedComponents(seen, "local linear trend")
        if parameters is None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                parameters = model.fit(disp=False).params
        values[draw] = model.smooth(parameters).level["smoothed"]
    return Curves("local-linear", knots, values)


def trend(leader: Curves, follower: Curves, as_of: float) -> tuple[Floats, Flags]:
    """T - f_L^-1(f_F(T)) in months, or its mirror when the follower's curve is higher.

    Returns
    -------
    months, failed
        (D,); a draw whose curve never reaches the level fails.
    """
    now = np.array([as_of])
    ours, theirs = leader.at(now)[:, 0], follower.at(now)[:, 0]
    behind = theirs <= ours
    date = np.where(behind, leader.inverse(theirs), follower.inverse(ours))
    months = (as_of - date) / DAYS_PER_MONTH
    failed = ~np.isfinite(months)
    return np.where(failed, np.nan, np.where(behind, months, -months)), failed


@dataclass(frozen=True)
class Crossing:
    """When a frontier first reached a rating.

    Attributes
    ----------
    date
        ISO date.
    bound
        None: on that date. ``at-latest``: the rating is below the curve's beginning, so on that
        date or before. ``not-yet``: not by that date, the as-of date.
    """

    date: str
    bound: str | None

    def __str__(self) -> str:
        words = {"at-latest": f"by {self.date} at the latest", "not-yet": f"not by {self.date}"}
        return self.date if self.bound is None else words[self.bound]


@dataclass(frozen=True)
class FrontierCurve:
    """One group's frontier with its uncertainty, made by `elolag.frontier_curve`.

    Attributes
    ----------
    kind
        One of `KINDS`.
    point, drawn
        The curve at posterior-mean ratings (one draw) and in every draw.
    """

    group: str
    kind: str
    as_of: str
    level: float
    point: Steps | Curves
    drawn: tuple[Steps | Curves, ...]

    def at(self, date: str) -> float:
        """Height in Elo at an ISO date; -inf before the group's first model.

        Raises
        ------
        UsageError
            The date is later than the as-of date.
        """
        if to_day(date) > to_day(self.as_of):
            raise UsageError(f"{date} is later than {self.as_of}, up to which this curve is known")
        return float(self.point.at(np.array([to_day(date)]))[0, 0])

    def inverse(self, rating: float) -> Crossing:
        """When the curve first reaches a rating: a date, or a bound where it is outside.

        Raises
        ------
        UsageError
            The rating is not a finite number.
        """
        if not np.isfinite(rating):
            raise UsageError(f"{rating} is not a rating; take a finite number of Elo points")
        level = np.array([rating])
        end = to_day(self.as_of)
        if isinstance(self.point, Steps):
            date = self.point.date_of(self.point.first_reaching(level[:, None]))[0, 0]
            start, below = self.point.dates[0, 0], rating < self.point.running[0, 0]
        else:
            date, start = self.point.inverse(level)[0], self.point.knots[0]
            below = date < start
        if below:
            return Crossing(to_iso(float(start)), "at-latest")
        if date > end:
            return Crossing(self.as_of, "not-yet")
        return Crossing(to_iso(float(date)), None)

    def band(self, dates: Floats) -> tuple[Floats, Floats]:
        """Pointwise interval of the curve at dates (days), at `level`."""
        heights = np.concatenate([curve.at(dates) for curve in self.drawn])
        tail = round((1 - self.level) / 2, 12)
        low, high = np.quantile(heights, [tail, 1 - tail], axis=0, method="inverted_cdf")
        return low, high

    def to_frame(self, start: str) -> pd.DataFrame:
        """One row per month from `start` to the as-of date: ``date, rating, low, high``."""
        import pandas as pd

        end = to_day(self.as_of)
        dates = np.append(np.floor(np.arange(to_day(start), end, DAYS_PER_MONTH)), end)
        low, high = self.band(dates)
        rating = self.point.at(dates)[0]
        days = [to_iso(d) for d in dates]
        return pd.DataFrame({"date": days, "rating": rating, "low": low, "high": high})
