"""The estimands once more: slow, plain, one draw at a time, straight from their definitions.

A group is a list of models, each a pair (rating, date): Elo points and whole days. T is the as-of
date; a window of w months is half-open, (T - w, T]. Nothing here shares code or ideas with the
engine: no arrays, no running maxima, and survival curves in exact fractions.

`Refused` is raised where the design asks for a typed error. An `Answer` of None is a draw in which
the estimand does not exist (a failed draw).
"""

from __future__ import annotations

from collections.abc import Callable
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


# Match rules


@dataclass(frozen=True)
class Rule:
    """Which model of the other side dates a level; `sd` of a pair, by their two ratings."""

    name: str = "reached"
    sd: Callable[[float, float], float] = lambda one, other: 0.0

    def margin(self, one: float, other: float) -> float:
        return 1.645 * self.sd(one, other)


REACHED = Rule()


@dataclass(frozen=True)
class Crossing:
    """When a group crossed a level: perhaps earlier, or not yet and then not before `date`."""

    date: float
    may_be_earlier: bool = False
    not_yet: bool = False


def crossing(rule: Rule, group: Group, level: float, holder: float, until: float) -> Crossing:
    """The date a match rule gives; `holder` is the rating of the other side's model."""
    steps = records(group, float("-inf"), until)
    first = steps[0]
    under = [step for step in steps if step[0] < level]
    over = [step for step in steps if step[0] >= level]
    if rule.name == "not-worse":
        near = [k for k, (r, _) in enumerate(steps) if r <= level + rule.margin(holder, r)]
        if not near:
            return Crossing(first[1], may_be_earlier=True)
        if near[-1] == len(steps) - 1:
            return Crossing(until, not_yet=True)
        return Crossing(steps[near[-1] + 1][1])
    if not over:
        return Crossing(until if rule.name == "reached" else under[-1][1], not_yet=True)
    if not under:
        return Crossing(first[1], may_be_earlier=rule.name == "below" or level < first[0])
    (low, before), (high, at) = under[-1], over[0]
    if rule.name == "reached":
        return Crossing(at)
    if rule.name == "below":
        return Crossing(before)
    return Crossing(before + (at - before) * (level - low) / (high - low))


def caught(rule: Rule, group: Group, record: float, until: float) -> Crossing:
    """When a group caught up with a record of the leader."""
    if rule.name != "not-worse":
        return crossing(rule, group, record, record, until)
    steps = records(group, float("-inf"), until)
    near = [(r, d) for r, d in steps if r + rule.margin(record, r) >= record]
    if not near:
        return Crossing(until, not_yet=True)
    first = steps[0][0]
    return Crossing(near[0][1], may_be_earlier=record < first + rule.margin(record, first))


# Estimands


def gap(leader: Group, follower: Group, as_of: float) -> float:
    """F_L(T) - F_F(T)."""
    return frontier(leader, as_of) - frontier(follower, as_of)


def current(leader: Group, follower: Group, date: float, rule: Rule = REACHED) -> Answer:
    """How long ago the leader first reached the follower's best of the date; signed."""
    lead, follow = frontier(leader, date), frontier(follower, date)
    if lead > follow:
        crossed = crossing(rule, leader, follow, follow, date)
        return Answer((date - crossed.date) / MONTH, may_be_larger=crossed.may_be_earlier)
    if follow > lead:
        crossed = crossing(rule, follower, lead, lead, date)
        return Answer(-(date - crossed.date) / MONTH, may_be_smaller=crossed.may_be_earlier)
    if rule.name == "not-worse":
        return Answer(0.0)
    led, followed = first_reaching(leader, lead, date), first_reaching(follower, lead, date)
    assert led is not None
    assert followed is not None
    return Answer((followed - led) / MONTH)


def average(
    leader: Group, follower: Group, as_of: float, window: float, rule: Rule = REACHED
) -> Answer:
    """The mean of `current` over the window: between releases it is a straight line in time."""
    start = window_start(leader, follower, as_of, window)
    releases = {day for _, day in leader + follower if start < day < as_of}
    edges = [start, *sorted(releases), as_of]
    parts = []
    for begin, end in pairwise(edges):
        parts.append((current(leader, follower, (begin + end) / 2, rule), end - begin))
    return weighted_mean(parts)


def at_release(
    leader: Group, follower: Group, as_of: float, window: float, rule: Rule = REACHED
) -> Answer | None:
    """The mean of `current` over the days on which the follower set a record."""
    start = window_start(leader, follower, as_of, window)
    days = [day for _, day in records(follower, start, as_of)]
    parts = [(current(leader, follower, day, rule), 1.0) for day in days]
    return weighted_mean(parts) if parts else None


def over_levels(
    leader: Group, follower: Group, as_of: float, window: float, rule: Rule = REACHED
) -> Answer | None:
    """The mean of t_F(x) - t_L(x), x uniform over the levels the follower crossed."""
    parts = []
    for middle, width in crossed_slices(leader, follower, as_of, window, rule):
        followed = first_reaching(follower, middle, as_of)
        assert followed is not None
        led = crossing(rule, leader, middle, frontier(follower, followed), as_of)
        part = Answer(
            (followed - led.date) / MONTH,
            may_be_larger=led.may_be_earlier,
            may_be_smaller=led.not_yet or below_first(follower, middle),
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
    leader: Group, follower: Group, as_of: float, window: float, rule: Rule = REACHED
) -> list[tuple[float, float]]:
    """(middle, width) of slices of (F_F(T - w), F_F(T)] in which no model's rating lies.

    Nor any level at which a leader's model is just not better than a follower's.
    """
    start = window_start(leader, follower, as_of, window)
    low, high = frontier(follower, start), frontier(follower, as_of)
    ends = {rating for rating, _ in leader + follower}
    if rule.name == "not-worse":
        ends |= {r - rule.margin(f, r) for r, _ in leader for f, _ in follower}
    edges = sorted({low, high} | {level for level in ends if low < level < high})
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
    caught: bool  # else right-censored: the follower had not by T
    may_be_smaller: bool  # the follower's crossing is itself a bound


def durations(
    leader: Group, follower: Group, as_of: float, window: float, rule: Rule = REACHED
) -> list[Duration]:
    start = window_start(leader, follower, as_of, window)
    found = []
    for level, day in records(leader, start, as_of):
        reached = caught(rule, follower, level, as_of)
        found.append(Duration(reached.date - day, not reached.not_yet, reached.may_be_earlier))
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


def catch_up(
    leader: Group, follower: Group, as_of: float, window: float, rule: Rule = REACHED
) -> Answer | None:
    """The Kaplan-Meier median; where it is not reached, at least the longest follow-up."""
    times = durations(leader, follower, as_of, window, rule)
    if not times:
        return None
    median = median_days(times)
    # A crossing that may have come earlier, however much: which way does the median go?
    long_ago = [Duration(-1e9, True, True) if t.may_be_smaller else t for t in times]
    earliest = median_days(long_ago)
    if median is None:
        longest = max(t.days for t in times) / MONTH
        return Answer(longest, may_be_larger=True, may_be_smaller=earliest is not None)
    rises = earliest is None or earliest > median
    return Answer(median / MONTH, may_be_larger=rises, may_be_smaller=rises or earliest != median)


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
