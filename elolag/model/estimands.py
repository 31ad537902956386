"""Estimands: from ratings and release dates to months of lag, for many draws at once.

Sign, stated once: a lag is in months and positive when the follower is behind; it is negative when
the follower leads. Dates are whole days since 1970-01-01, ratings Elo points. An estimand takes a
`Race`: both groups' step frontiers in D draws. Windows are half-open, (T - w, T].

A lag whose level lies below the first model of the group whose crossing is asked is only a bound:
that group may have been there before anyone rated it. `Lags.censored` says so per draw. Which
model of the other side dates a level is the race's match rule (`elolag.model.frontier`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from elolag.arrays import Floats, Ints
from elolag.dates import DAYS_PER_MONTH, between, to_iso
from elolag.errors import EstimateError
from elolag.model import curves
from elolag.model.frontier import REACHED, MatchRule, Steps, caught, crossed

_Codes = NDArray[np.int8]

EXACT, AT_LEAST, AT_MOST, UNBOUNDED = 0, 1, -1, 2
#: What results call a bound.
CENSORED = {AT_LEAST: "at-least", AT_MOST: "at-most"}


@dataclass(frozen=True)
class Lags:
    """One lag per draw.

    Attributes
    ----------
    months
        Shape (D,); a bound where `censored` is not 0, NaN where the draw has no lag.
    censored
        0: exact; 1: the lag is at least `months`; -1: at most; 2: parts bound it both ways.
    failed
        Draws in which the estimand is not defined (no record in the window, ...).
    """

    months: Floats
    censored: _Codes
    failed: NDArray[np.bool_]

    def first(self, n: int) -> Lags:
        """Those of the first `n` draws."""
        return Lags(self.months[:n], self.censored[:n], self.failed[:n])


@dataclass(frozen=True)
class Race:
    """Both groups' step frontiers, as far as `as_of` (days), in the same D draws.

    Smooth curves are fitted to more than records: they go back to the `ratings` (D, M) and dates.
    """

    leader: Steps
    follower: Steps
    as_of: float
    ratings: Floats
    lead_from: Floats
    follow_from: Floats
    match: MatchRule = REACHED

    @classmethod
    def of(
        cls,
        ratings: Floats,
        lead_from: Floats,
        follow_from: Floats,
        as_of: float,
        match: MatchRule = REACHED,
    ) -> Race:
        """Build from ratings (D, M) and the dates from which models count, (M,) or (D, M).

        Raises
        ------
        EstimateError
            A group has no model by `as_of`, in all draws or in some.
        """
        check_groups(lead_from, follow_from, as_of)
        leader, follower = Steps(ratings, lead_from, as_of), Steps(ratings, follow_from, as_of)
        for name, side in (("leader", leader), ("follower", follower)):
            if not np.isfinite(side.latest_first):
                raise EstimateError(
                    f"the {name} group has no model by {to_iso(as_of)} in some draws: the release "
                    f"of its first rated model is known only to the month; take a later date"
                )
        return cls(leader, follower, as_of, ratings, lead_from, follow_from, match)

    @property
    def begins(self) -> float:
        """The day by which both groups have a model in every draw."""
        return max(self.leader.latest_first, self.follower.latest_first)


def check_groups(lead_from: Floats, follow_from: Floats, date: float) -> None:
    """Refuse a date before either group's first model."""
    for name, dates in (("leader", lead_from), ("follower", follow_from)):
        first = np.min(dates, initial=np.inf)
        if not np.isfinite(first):
            raise EstimateError(f"the {name} group has no rated model on this board")
        if first > date:
            raise EstimateError(
                f"the {name} group has no model by {to_iso(date)}: its first rated model counts "
                f"from {to_iso(float(first))}; take a later date"
            )


@dataclass(frozen=True)
class _Current:
    """`current` at J dates of D draws, with what produced it (all (D, J))."""

    months: Floats
    censored: _Codes
    gap: Floats  # F_L - F_F
    level: Floats  # the level whose crossing dates the lag
    lead_at: Ints  # index into the leader's steps of the first model to reach it
    follow_at: Ints


def current_at(race: Race, dates: Floats) -> _Current:
    """How long before each date the leader first reached the follower's best of that date.

    T - t_L(F_F(T)); if the follower leads, -(T - t_F(F_L(T))); on a tie t_F(x) - t_L(x). Steps
    are those that first reached the level, whatever the match rule.
    `dates` has shape (J,) or (D, J).

    Raises
    ------
    EstimateError
        A date lies after the race's as-of date, or before a group has a model.
    """
    if dates.min() < race.begins or dates.max() > race.as_of:
        raise EstimateError(
            f"a lag was asked for outside {to_iso(race.begins)} to {to_iso(race.as_of)}, the days "
            f"from which on both groups have models and up to which releases are counted"
        )
    best_leader, best_follower = race.leader.at(dates), race.follower.at(dates)
    gap, level = best_leader - best_follower, np.minimum(best_leader, best_follower)
    lead_at, follow_at = race.leader.first_reaching(level), race.follower.first_reaching(level)
    tie = between(race.leader.date_of(lead_at), race.follower.date_of(follow_at))
    lead, follow = (race.leader, lead_at), (race.follower, follow_at)
    led, led_unseen = crossed(race.match, level, lead, follow, dates)
    followed, follow_unseen = crossed(race.match, level, follow, lead, dates)
    if race.match.name == "not-worse":
        led, followed, tie = np.minimum(led, dates), np.minimum(followed, dates), np.zeros_like(tie)
    months = np.where(gap > 0, between(led, dates), -between(followed, dates))
    months = np.where(gap == 0, tie, months)
    # A common level is never below a first model: a tie is no bound.
    censored = np.where(gap > 0, AT_LEAST * led_unseen, EXACT)
    censored = np.where(gap < 0, AT_MOST * follow_unseen, censored)
    return _Current(months, censored.astype(np.int8), gap, level, lead_at, follow_at)


def current(race: Race, window: float = 0.0) -> Lags:
    """`current` at the as-of date: the headline estimand."""
    del window  # every estimand is called alike; this one looks at one date
    found = current_at(race, np.array([race.as_of]))
    return Lags(found.months[:, 0], found.censored[:, 0], np.zeros(len(found.months), bool))


def _average(race: Race, window: float) -> Lags:
    """Mean of `current` over the window of `window` months, integrated exactly.

    Between releases `current` is linear in time under every match rule, so its value in the
    middle of each stretch times the stretch's length is the integral.

    Raises
    ------
    EstimateError
        The window begins before either group has a model.
    """
    start = window_start(race, window)
    ends = np.broadcast_to([start, race.as_of], (len(race.leader.dates), 2))
    edges = np.concatenate([ends, race.leader.dates, race.follower.dates], axis=1)
    edges = np.sort(np.clip(edges, start, race.as_of), axis=1)
    width = np.diff(edges, axis=1)
    # Most records lie before the window, in every draw.
    wide = width.any(axis=0)
    found = current_at(race, edges[:, :-1][:, wide] + width[:, wide] / 2)
    parts = np.zeros(width.shape)
    parts[:, wide] = found.months * width[:, wide]
    months = parts.sum(axis=1) / (race.as_of - start)
    return Lags(months, _combine(found.censored, width[:, wide] > 0), np.zeros(len(months), bool))


def _at_release(race: Race, window: float) -> Lags:
    """Mean over the follower's records of the window of `current` at the record's own date.

    Of records of one day only the highest counts. A draw without a record in the window fails.

    Raises
    ------
    EstimateError
        The window begins before either group has a model.
    """
    start = window_start(race, window)
    dates, record = race.follower.records()
    counts = record & (dates > start)
    # Dates that do not count are moved to the as-of date, where both groups have models.
    found = current_at(race, np.where(counts, dates, race.as_of))
    n = counts.sum(axis=1)
    with np.errstate(invalid="ignore"):
        months = (found.months * counts).sum(axis=1) / np.where(n, n, np.nan)
    return Lags(months, _combine(found.censored, counts), n == 0)


def _over_levels(race: Race, window: float) -> Lags:
    """Mean of t_F(x) - t_L(x), x uniform over the levels the follower crossed in the window.

    A level the leader has not reached by the as-of date enters with that date, or the earliest
    that the match rule can give it; the lag is then at most the mean. On each slice the crossing
    is constant or (`between`) linear in x, so its middle gives the integral. A draw in which the
    follower crossed no new level fails.

    Raises
    ------
    EstimateError
        The window begins before either group has a model.
    """
    levels, width = _crossed_levels(race, window)
    lead_at, follow_at = race.leader.first_reaching(levels), race.follower.first_reaching(levels)
    followed = race.follower.date_of(follow_at)
    lead, follow = (race.leader, lead_at), (race.follower, follow_at)
    led, unseen = crossed(race.match, levels, lead, follow, np.array([race.as_of]))
    never = ~np.isfinite(led) if race.match.name == "not-worse" else lead_at == race.leader.size
    distance = between(np.where(np.isfinite(led), led, race.as_of), followed)
    total = width.sum(axis=1)
    failed = total <= 0
    months = (distance * width).sum(axis=1) / np.where(failed, np.nan, total)
    # The follower's levels are new ones: their crossing is no bound.
    codes = np.where(never, AT_MOST, np.where(unseen, AT_LEAST, EXACT))
    return Lags(months, _combine(codes.astype(np.int8), width > 0), failed)


def _crossed_levels(race: Race, window: float) -> tuple[Floats, Floats]:
    """Middles and widths (D, B) of the level slices in which no crossing changes its model."""
    start = window_start(race, window)
    low = race.follower.at(np.array([start]))
    high = race.follower.at(np.array([race.as_of]))
    steps = [low, race.leader.running, race.follower.running, high]
    if race.match.name == "not-worse":
        within = race.match.margin(race.follower.columns, race.leader)
        steps.append((race.leader.running[:, None, :] - within).reshape(len(low), -1))
    edges = np.sort(np.clip(np.concatenate(steps, axis=1), low, high), axis=1)
    width = np.diff(edges, axis=1)
    middle = edges[:, 1:] - width / 2
    if race.match.name == "not-worse":  # most of its many edges lie outside, in every draw
        wide = width.any(axis=0)
        middle, width = middle[:, wide], width[:, wide]
    return middle, width


@dataclass(frozen=True)
class _CatchUp:
    """Kaplan-Meier summary of the times to catch up, per draw."""

    median: Lags
    times: Floats  # in order, with the survival just after each
    survival: Floats
    records: Ints
    caught: Ints

    @property
    def restricted_mean(self) -> Floats:
        """int_0^h S - int_-inf^0 (1 - S) with h = `_HORIZON`; S keeps its last value."""
        mean = _restricted_mean(self.times, self.survival, _HORIZON)
        return np.where(self.median.failed, np.nan, mean)


#: Months up to which the restricted mean of the times to catch up looks.
_HORIZON = 18.0


def catch_up_times(race: Race, window: float) -> _CatchUp:
    """Time from each leader record of the window until the follower reaches its level.

    Negative when the follower was there first; right-censored at the as-of date, or at the
    earliest that the match rule can give the level. The Kaplan-Meier median is the smallest time
    at which the survival curve is at most one half; where it is not reached the lag is at least
    the longest follow-up.

    Raises
    ------
    EstimateError
        The window begins before either group has a model.
    """
    start = window_start(race, window)
    dates, record = race.leader.records()
    counts = record & (dates > start)
    reached, unseen, met = caught(race.match, race.leader, race.follower, race.as_of)
    met &= counts
    duration = between(np.where(counts, dates, -np.inf), np.where(counts, reached, race.as_of))
    n = counts.sum(axis=1)
    failed = n == 0
    times, survival = kaplan_meier(duration, met, n)
    median, known = _median(times, survival)
    longest = np.where(counts, duration, -np.inf).max(axis=1)
    months = np.where(failed, np.nan, np.where(known, median, longest))
    codes = np.where(known, EXACT, AT_LEAST)
    # The follower may have reached levels below its first model any time before: if that could
    # lower the median, it is at most so much; with others not yet reached it may as well rise.
    unseen &= met
    if unseen.any():
        earliest, still = _median(*kaplan_meier(np.where(unseen, -np.inf, duration), met, n))
        codes = np.where(known & still & (earliest < median), AT_MOST, codes)
        codes = np.where((known != still) | (known & (earliest > median)), UNBOUNDED, codes)
    lags = Lags(months, codes.astype(np.int8), failed)
    return _CatchUp(lags, times, survival, n, met.sum(axis=1))


def catch_up(race: Race, window: float) -> Lags:
    """Kaplan-Meier median time until the follower reaches the leader's records of the window."""
    return catch_up_times(race, window).median


def kaplan_meier(duration: Floats, caught: NDArray[np.bool_], n: Ints) -> tuple[Floats, Floats]:
    """Times in order and the survival just after each, per row; only the first `n` times count.

    `duration` is inf where there is no record; of equal times events come before censorings.
    """
    order = np.lexsort((~caught, duration), axis=1)
    times, event = np.take_along_axis(duration, order, 1), np.take_along_axis(caught, order, 1)
    at_risk = np.maximum(n[:, None] - np.arange(times.shape[1]), 1)
    steps = np.where(event, 1 - 1 / at_risk, 1.0)
    return times, np.cumprod(steps, axis=1, dtype=np.float64)


def _median(times: Floats, survival: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """First time at which at most half survive, and whether there is one, per row."""
    # Products of fractions that equal one half miss it by a few units in the last place.
    half = survival <= 0.5 + 1e-12
    at = half.argmax(axis=1)[:, None]
    return np.take_along_axis(times, at, 1)[:, 0], np.asarray(half.any(axis=1))


def _restricted_mean(times: Floats, survival: Floats, horizon: float) -> Floats:
    """E[min(D, h)] from a step survival curve with jumps at the (sorted) times, per row."""
    # start + the area under S from start to h equals int_0^h S - int_start^0 (1 - S).
    start = np.minimum(times[:, :1], 0.0)
    end = np.full((len(times), 1), horizon)
    knots = np.concatenate([start, np.minimum(times, horizon), end], axis=1)
    after = np.concatenate([np.ones((len(times), 1)), survival], axis=1)
    return np.asarray(start[:, 0] + (after * np.diff(knots, axis=1)).sum(axis=1))


def check_window(window: float) -> None:
    """Refuse a window of no months."""
    if not window > 0:
        raise EstimateError(f"a window of {window:g} months ends before it starts")


def window_start(race: Race, window: float) -> float:
    """First day of a window of `window` months that ends at the as-of date, in days."""
    check_window(window)
    start = race.as_of - window * DAYS_PER_MONTH
    for name, side in (("leader", race.leader), ("follower", race.follower)):
        if side.latest_first > start:
            longest = float(between(side.latest_first, race.as_of))
            raise EstimateError(
                f"a window of {window:g} months up to {to_iso(race.as_of)} begins before the "
                f"{name} group's first rated model of {to_iso(side.latest_first)}; take a window "
                f"of at most {np.floor(10 * longest) / 10:g} months"
            )
    return start


def _combine(codes: _Codes, counts: NDArray[np.bool_]) -> _Codes:
    """The bound of a mean whose parts are bounds."""
    at_least, at_most = (
        (((codes == code) | (codes == UNBOUNDED)) & counts).any(axis=1)
        for code in (AT_LEAST, AT_MOST)
    )
    one = np.where(at_least, AT_LEAST, np.where(at_most, AT_MOST, EXACT))
    return np.where(at_least & at_most, UNBOUNDED, one).astype(np.int8)


def _trend(race: Race, window: float, *, kind: str) -> Lags:
    """T - f_L^-1(f_F(T)) between smooth frontier curves of one kind."""
    del window  # the curves have a span of their own
    leader = curves.fit(kind, race.ratings, race.lead_from, race.as_of, race.leader)
    follower = curves.fit(kind, race.ratings, race.follow_from, race.as_of, race.follower)
    months, failed = curves.trend(leader, follower, race.as_of)
    # A curve says nothing of the time before its group's first model.
    ahead = months < 0
    first = np.where(ahead, race.follow_from.min(axis=-1), race.lead_from.min(axis=-1))
    longest = (race.as_of - first) / DAYS_PER_MONTH
    beyond = ~failed & (np.abs(months) > longest)
    bounded = np.where(ahead, -longest, longest)
    code = np.where(beyond, np.where(ahead, AT_MOST, AT_LEAST), EXACT).astype(np.int8)
    return Lags(np.where(beyond, bounded, months), code, failed)


#: `_trend` by kind of curve; these need every model of a draw, not only possible records.
TRENDS: dict[str, Callable[[Race, float], Lags]] = {
    f"trend/{kind}": partial(_trend, kind=kind) for kind in curves.SMOOTH
}
#: Estimands of step frontiers, and their default windows in months.
ESTIMANDS: dict[str, Callable[[Race, float], Lags]] = {
    "current": current,
    "average": _average,
    "at-release": _at_release,
    "catch-up": catch_up,
    "levels": _over_levels,
}
WINDOWS = {"current": 0.0, "average": 12.0, "at-release": 12.0, "catch-up": 24.0, "levels": 12.0}


def window_of(estimand: str, asked: float | None) -> float:
    """The months an estimand looks back over, `asked` or its default; 0 for those of one day."""
    usual = WINDOWS.get(estimand, 0.0)
    return (asked or usual) if usual else 0.0
