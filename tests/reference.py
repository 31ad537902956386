"""The estimands once more: slow, plain, one draw at a time, straight from their definitions.

A group is a list of models, each a pair (rating, date): Elo points and whole days. T is the as-of
date; a window of w months is half-open, (T - w, T]. Nothing here shares code or ideas with the
engine: no arrays, no running maxima, and survival curves in exact fractions.

`Refused` is raised where the design asks for a typed error. An `Answer` of None is a draw in which
the estimand does not exist (a failed draw).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

MONTH = 365.2425 / 12

Group = list[tuple[float, float]]


class Refused(Exception):  # noqa: N818 -- a refusal, not a fault
    """The design calls this question an error."""


@dataclass(frozen=True)
class Answer:
    """Months of lag, and whether they are only a bound: the lag may be larger, or smaller."""

    months: float
    may_be_larger: bool = False
    may_be_smaller: bool = False

    @property
    def censored(self) -> str | None:
        if self.may_be_larger and self.may_be_smaller:
            return "unbounded"
        if self.may_be_larger:
            return "at-least"
        return "at-most" if self.may_be_smaller else None


# Frontiers


def frontier(group: Group, date: float) -> float:
    """F_g(t): the highest rating among models of the group released by the date."""
    released = [rating for rating, day in group if day <= date]
    if not released:
        raise Refused("no model yet")
    return max(released)


def first_reaching(group: Group, level: float, until: float) -> float | None:
    """t_g(x): the first date t with F_g(t) >= x, as far as is known on the day `until`."""
    for date in sorted({day for _, day in group if day <= until}):
        if frontier(group, date) >= level:
            return date
    return None


def below_first(group: Group, level: float) -> bool:
    """Whether the level lies below the first listed model, so that its crossing is a bound."""
    return level < frontier(group, min(day for _, day in group))


def records(group: Group, after: float, until: float) -> list[tuple[float, float]]:
    """(level, date) of each day in (after, until] on which the group's frontier rose."""
    found = []
    for date in sorted({day for _, day in group if after < day <= until}):
        earlier = [rating for rating, day in group if day < date]
        if not earlier or frontier(group, date) > max(earlier):
            found.append((frontier(group, date), date))
    return found


def window_start(leader: Group, follower: Group, as_of: float, window: float) -> float:
    if window <= 0:
        raise Refused("the window ends before it starts")
    start = as_of - window * MONTH
    frontier(leader, start)
    frontier(follower, start)
    return start


# Estimands


def gap(leader: Group, follower: Group, as_of: float) -> float:
    """F_L(T) - F_F(T)."""
    return frontier(leader, as_of) - frontier(follower, as_of)


def current(leader: Group, follower: Group, date: float) -> Answer:
    """How long ago the leader first reached the follower's best of the date; signed."""
    lead, follow = frontier(leader, date), frontier(follower, date)
    if lead > follow:
        crossed = first_reaching(leader, follow, date)
        return Answer((date - crossed) / MONTH, may_be_larger=below_first(leader, follow))
    if follow > lead:
        crossed = first_reaching(follower, lead, date)
        return Answer(-(date - crossed) / MONTH, may_be_smaller=below_first(follower, lead))
    led, followed = first_reaching(leader, lead, date), first_reaching(follower, lead, date)
    return Answer((followed - led) / MONTH)


def average(leader: Group, follower: Group, as_of: float, window: float) -> Answer:
    """The mean of `current` over the window: between releases it is a straight line in time."""
    start = window_start(leader, follower, as_of, window)
    releases = {day for _, day in leader + follower if start < day < as_of}
    edges = [start, *sorted(releases), as_of]
    parts = []
    for begin, end in pairwise(edges):
        parts.append((current(leader, follower, (begin + end) / 2), end - begin))
    return weighted_mean(parts)


def at_release(leader: Group, follower: Group, as_of: float, window: float) -> Answer | None:
    """The mean of `current` over the days on which the follower set a record."""
    start = window_start(leader, follower, as_of, window)
    parts = [(current(leader, follower, day), 1.0) for _, day in records(follower, start, as_of)]
    return weighted_mean(parts) if parts else None


def over_levels(leader: Group, follower: Group, as_of: float, window: float) -> Answer | None:
    """The mean of t_F(x) - t_L(x), x uniform over the levels the follower crossed."""
    parts = []
    for middle, width in crossed_slices(leader, follower, as_of, window):
        followed = first_reaching(follower, middle, as_of)
        led = first_reaching(leader, middle, as_of)
        never = led is None
        part = Answer(
            (followed - (as_of if never else led)) / MONTH,
            may_be_larger=not never and below_first(leader, middle),
            may_be_smaller=never or below_first(follower, middle),
        )
        parts.append((part, width))
    return weighted_mean(parts) if parts else None


def unreached_share(leader: Group, follower: Group, as_of: float, window: float) -> float | None:
    """Share of the levels of `over_levels` that the leader has not reached by T."""
    slices = crossed_slices(leader, follower, as_of, window)
    if not slices:
        return None
    never = sum(w for x, w in slices if first_reaching(leader, x, as_of) is None)
    return never / sum(w for _, w in slices)


def crossed_slices(
    leader: Group, follower: Group, as_of: float, window: float
) -> list[tuple[float, float]]:
    """(middle, width) of slices of (F_F(T - w), F_F(T)] in which no model's rating lies."""
    start = window_start(leader, follower, as_of, window)
    low, high = frontier(follower, start), frontier(follower, as_of)
    inside = {rating for rating, _ in leader + follower if low < rating < high}
    edges = sorted({low, high} | inside)
    return [((a + b) / 2, b - a) for a, b in pairwise(edges)]


def weighted_mean(parts: list[tuple[Answer, float]]) -> Answer:
    """The mean of answers; it may be larger, or smaller, if one of its parts may."""
    total = sum(weight for _, weight in parts)
    return Answer(
        sum(answer.months * weight for answer, weight in parts) / total,
        may_be_larger=any(answer.may_be_larger for answer, _ in parts),
        may_be_smaller=any(answer.may_be_smaller for answer, _ in parts),
    )


# Catching up


@dataclass(frozen=True)
class Duration:
    """Days from a leader's record to the follower's reaching its level."""

    days: float
    caught: bool  # else the follower had not by T: right-censored
    may_be_smaller: bool  # the follower's crossing is itself a bound


def durations(leader: Group, follower: Group, as_of: float, window: float) -> list[Duration]:
    start = window_start(leader, follower, as_of, window)
    found = []
    for level, day in records(leader, start, as_of):
        reached = first_reaching(follower, level, as_of)
        if reached is None:
            found.append(Duration(as_of - day, caught=False, may_be_smaller=False))
        else:
            found.append(
                Duration(reached - day, caught=True, may_be_smaller=below_first(follower, level))
            )
    return found


def survival(times: list[Duration]) -> list[tuple[float, Fraction]]:
    """Kaplan-Meier: at each distinct time, the share that lasts longer (a step from 1 down)."""
    share, curve = Fraction(1), []
    for now in sorted({t.days for t in times}):
        at_risk = sum(t.days >= now for t in times)
        caught = sum(t.days == now and t.caught for t in times)
        share *= Fraction(at_risk - caught, at_risk)
        curve.append((now, share))
    return curve


def median_days(times: list[Duration]) -> float | None:
    """The smallest time at which the survival curve is at most one half."""
    for time, share in survival(times):
        if share <= Fraction(1, 2):
            return time
    return None


def catch_up(leader: Group, follower: Group, as_of: float, window: float) -> Answer | None:
    """The Kaplan-Meier median; where it is not reached, at least the longest follow-up."""
    times = durations(leader, follower, as_of, window)
    if not times:
        return None
    median = median_days(times)
    if median is None:
        return Answer(max(t.days for t in times) / MONTH, may_be_larger=True)
    # A crossing that may have come earlier, however much: is the median still the same?
    long_ago = [Duration(-1e9, True, True) if t.may_be_smaller else t for t in times]
    return Answer(median / MONTH, may_be_smaller=median_days(long_ago) != median)


def restricted_mean(
    leader: Group, follower: Group, as_of: float, window: float, horizon: float = 18.0
) -> float | None:
    """int_0^h S - int_-inf^0 (1 - S), in months; S keeps its last value."""
    times = durations(leader, follower, as_of, window)
    if not times:
        return None
    curve = survival(times)

    def lasting(time: float) -> float:
        passed = [share for at, share in curve if at <= time]
        return float(passed[-1]) if passed else 1.0

    end = horizon * MONTH
    edges = sorted({0.0, end} | {at for at, _ in curve if at < end})
    total = 0.0
    for a, b in pairwise(edges):
        total += (lasting(a) if a >= 0 else lasting(a) - 1) * (b - a)
    return total / MONTH
