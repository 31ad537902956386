"""The lag over time: its path with bands, and whether it is shrinking."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from elolag import __version__, draws, sampling
from elolag.errors import EstimateError, UsageError
from elolag.interval import summarise
from elolag.lag import AT_LEAST, AT_MOST, UNBOUNDED, Race, backward_at, check_groups
from elolag.months import DAYS_PER_MONTH, between, to_day, to_iso
from elolag.study import Study, prepare
from elolag.words import noun

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class LagPath:
    """`backward` at every day of a range, as measured with one vintage.

    Attributes
    ----------
    days
        Days since 1970, every day of the range; the lag jumps on days of releases and drifts by
        one day a day between them, so nothing happens between the points.
    months
        At posterior-mean ratings.
    low, high
        Pointwise interval; NaN where the draws give only a bound.
    band_low, band_high
        Simultaneous band: holds the whole path with probability `level` (sup-t, Montiel Olea &
        Plagborg-Moller 2019, by quantiles).
    censored
        1 where the lag is at least `months`, -1 at most, 0 exact.
    """

    board: str
    category: str
    vintage: str
    leader_group: str
    follower_group: str
    level: float
    days: Floats
    months: Floats
    low: Floats
    high: Floats
    band_low: Floats
    band_high: Floats
    censored: NDArray[np.int8]
    n_draws: int
    seed: int
    snapshots: tuple[tuple[str, str], ...]

    def to_frame(self) -> pd.DataFrame:
        """One row per day: ``date, months, low, high, band_low, band_high, censored``."""
        import pandas as pd

        return pd.DataFrame(
            {
                "date": [to_iso(d) for d in self.days],
                "months": self.months,
                "low": self.low,
                "high": self.high,
                "band_low": self.band_low,
                "band_high": self.band_high,
                "censored": self.censored,
            }
        )


def lag_path(start: str, end: str | None = None, **question: Any) -> LagPath:
    """`backward` at every day from `start` to `end`, with hindsight ratings.

    Parameters
    ----------
    start, end
        ISO dates; `end` is the as-of date by default.
    **question
        As for `elolag.estimate_lag` (board, groups, category, vintage, draws, seed, level, ...).

    Raises
    ------
    UsageError
        The range ends before it starts.
    EstimateError
        A group has no model by `start`.
    """
    study = prepare(as_of=end, **question)
    first = to_day(start)
    if first > study.as_of:
        raise UsageError(f"the range ends on {to_iso(study.as_of)}, before it starts on {start}")
    field = study.cast.field
    check_groups(field.lead_from, field.follow_from, first)
    days = np.arange(first, study.as_of + 1)
    point = _at(study.fitted.mean[None, :], field, study.as_of, days)
    low_ends, high_ends = [], []
    for _, drawn in draws.draw(field, study.fitted, study.n_draws, study.seed):
        race = Race.of(drawn.ratings, drawn.lead_from, drawn.follow_from, study.as_of)
        months, censored = _daily(race, days)
        below, above = (
            np.isin(censored, (AT_MOST, UNBOUNDED)),
            np.isin(censored, (AT_LEAST, UNBOUNDED)),
        )
        low_ends.append(np.where(below, -np.inf, months))
        high_ends.append(np.where(above, np.inf, months))
    ends = np.concatenate(low_ends), np.concatenate(high_ends)
    ranked = np.sort(ends[0], axis=0), np.sort(ends[1], axis=0)
    low, high = _pointwise(*ranked, study.level)
    band_low, band_high = _simultaneous(*ends, *ranked, study.level)
    return LagPath(
        board=study.panel.board,
        category=study.panel.category,
        vintage=study.panel.vintage,
        leader_group=study.cast.leader.text,
        follower_group=study.cast.follower.text,
        level=study.level,
        days=days,
        months=point[0],
        low=low,
        high=high,
        band_low=band_low,
        band_high=band_high,
        censored=point[1],
        n_draws=study.n_draws,
        seed=study.seed,
        snapshots=tuple((s.path, s.sha256) for s in study.panel.snapshots),
    )


def _at(
    entries: Floats, field: draws.Field, as_of: float, days: Floats
) -> tuple[Floats, NDArray[np.int8]]:
    starts = np.flatnonzero(np.diff(field.model, prepend=-1))
    ratings = np.maximum.reduceat(entries, starts, axis=1)
    months, censored = _daily(Race.of(ratings, field.lead_from, field.follow_from, as_of), days)
    return months[0], censored[0]


def _daily(race: Race, days: Floats) -> tuple[Floats, NDArray[np.int8]]:
    """`backward` at every day: computed on days of records, carried on between them."""
    dates = np.concatenate([race.leader.dates.ravel(), race.follower.dates.ravel()])
    events = np.unique(np.append(dates[(dates > days[0]) & (dates <= days[-1])], days[0]))
    found = backward_at(race, events)
    last = np.searchsorted(events, days, side="right") - 1
    months = found.months[:, last]
    months += np.sign(found.gap)[:, last] * between(events[last], days)
    return months, found.censored[:, last]


def _pointwise(lows: Floats, highs: Floats, level: float) -> tuple[Floats, Floats]:
    """Ends of the percentile interval at each day, from sorted draws; NaN where unbounded."""
    n = len(lows)
    below = max(int(np.ceil(n * (1 - level) / 2)) - 1, 0)
    above = min(int(np.ceil(n * (1 + level) / 2)) - 1, n - 1)
    return _finite(lows[below]), _finite(highs[above])


def _simultaneous(
    lows: Floats, highs: Floats, sorted_lows: Floats, sorted_highs: Floats, level: float
) -> tuple[Floats, Floats]:
    """The narrowest pair of equal-tailed quantile curves that hold `level` of whole paths."""
    n = len(lows)
    keep, drop = 0, n // 2  # `keep`: tail small enough; `drop`: too large
    while drop - keep > 1:
        tail = (keep + drop) // 2
        inside = (lows >= sorted_lows[tail]) & (highs <= sorted_highs[n - 1 - tail])
        if inside.all(axis=1).mean() >= level:
            keep = tail
        else:
            drop = tail
    return _finite(sorted_lows[keep]), _finite(sorted_highs[n - 1 - keep])


def _finite(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, np.nan)


@dataclass(frozen=True)
class Change:
    """By how much an estimand changed between two dates; negative: the lag shrank.

    `low` and `high` bound the change over re-runs of history and errors of measurement;
    `probability` is that of a true change below zero under the same normal approximation.
    """

    estimand: str
    since: str
    as_of: str
    before: float
    after: float
    months: float
    low: float
    high: float
    probability: float
    level: float
    board: str
    category: str
    vintage: str
    leader_group: str
    follower_group: str
    n_draws: int
    seed: int
    snapshots: tuple[tuple[str, str], ...]
    version: str

    def sentence(self) -> str:
        """The answer to "is it shrinking?" in one sentence."""
        direction = "shrank" if self.months < 0 else "grew"
        clear = self.low > 0 or self.high < 0
        verdict = "" if clear else ", which these data cannot tell from no change"
        ends = " to ".join(
            f"{abs(end):.1f} months {'shorter' if end < 0 else 'longer'}"
            for end in (self.low, self.high)
        )
        return (
            f"From {self.since} to {self.as_of} the lag of {noun(self.follower_group)} behind "
            f"{noun(self.leader_group)} on {self.board} ({self.category}; {self.estimand}) "
            f"{direction} by {abs(self.months):.1f} months, from {self.before:.1f} to "
            f"{self.after:.1f}{verdict} ({self.level:.0%} sampling interval of the change: {ends}; "
            f"probability that it shrank: {self.probability:.0%})."
        )

    def __str__(self) -> str:
        return self.sentence()

    def to_dict(self) -> dict[str, Any]:
        """As one JSON object."""
        out = {name: getattr(self, name) for name in self.__dataclass_fields__}
        out["snapshots"] = [{"path": p, "sha256": h} for p, h in self.snapshots]
        return {"schema": 1, **out}


def estimate_change(
    since: str | None = None, *, estimand: str = "backward-mean", **question: Any
) -> Change:
    """Whether the lag is shrinking: the change of an estimand since a date.

    The change is measured with one vintage at both dates. Its spread comes from re-run histories
    and measurement draws taken jointly at both dates, never from measurement draws alone, which
    take a constant lag for a changed one far too often.

    Parameters
    ----------
    since
        ISO date; twelve months before the as-of date by default.
    estimand
        Any estimand in months.
    **question
        As for `elolag.estimate_lag`.

    Raises
    ------
    UsageError
        The two dates are in the wrong order.
    EstimateError
        The estimand is only a bound, or not defined, at one of the dates.
    """
    study = prepare(**question)
    then = study.as_of - 12 * DAYS_PER_MONTH if since is None else to_day(since)
    then = float(np.floor(then))
    if then >= study.as_of:
        raise UsageError(f"{to_iso(then)} is not before the as-of date {to_iso(study.as_of)}")
    dates = (then, study.as_of)
    measured = [study.sample([estimand], date) for date in dates]
    before, after = (
        _exact(study, estimand, date, sample) for date, sample in zip(dates, measured, strict=True)
    )
    rerun = study.rerun([estimand], dates)
    spread = np.sqrt(_difference(rerun, estimand).var(ddof=1)
                     + _difference(measured, estimand).var(ddof=1))  # fmt: skip
    centre = float(_difference(measured, estimand).mean())
    normal = NormalDist(centre, float(max(spread, 1e-9)))
    return Change(
        estimand=estimand,
        since=to_iso(then),
        as_of=to_iso(study.as_of),
        before=before,
        after=after,
        months=after - before,
        low=normal.inv_cdf((1 - study.level) / 2),
        high=normal.inv_cdf((1 + study.level) / 2),
        probability=normal.cdf(0.0),
        level=study.level,
        board=study.panel.board,
        category=study.panel.category,
        vintage=study.panel.vintage,
        leader_group=study.cast.leader.text,
        follower_group=study.cast.follower.text,
        n_draws=study.n_draws,
        seed=study.seed,
        snapshots=tuple((s.path, s.sha256) for s in study.panel.snapshots),
        version=__version__,
    )


def _exact(study: Study, estimand: str, date: float, sample: draws.Outcomes) -> float:
    lags = study.point([estimand], date).lags[estimand]
    if lags.failed[0] or lags.censored[0]:
        raise EstimateError(
            f"{estimand} at {to_iso(date)} is only a bound or not defined; choose a later date"
        )
    return summarise(estimand, lags, sample.lags[estimand], study.level).months


def _difference(pair: list[draws.Outcomes], estimand: str) -> Floats:
    """Later minus earlier, in the draws that have both."""
    earlier, later = (outcome.lags[estimand] for outcome in pair)
    fine = ~(earlier.failed | later.failed)
    if fine.mean() < sampling.DEFINED:
        raise EstimateError(
            f"{estimand} is defined at both dates in only {fine.mean():.0%} of the draws"
        )
    return np.asarray(later.months[fine] - earlier.months[fine])
