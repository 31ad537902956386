"""Frontiers: the best rating a group has reached by a date, and which model dates a level."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from elolag.arrays import Floats, Ints
from elolag.errors import EstimateError

_Kind = TypeVar("_Kind", bound=np.generic)


class Steps:
    """One group's running maximum in D draws (Deprins, Simar & Tulkens 1984: the free hull).

    Only records are kept, one row per draw, packed to the left: a draw has few of them, and
    between them nothing happens. Of models released on one day only the best can be a record.

    Parameters
    ----------
    ratings
        Shape (D, M).
    counts_from
        Date in whole days from which each model counts, (M,) or (D, M); inf never.
    until
        Models counting only after this day are left out; one at least must count by it.

    Attributes
    ----------
    dates
        (D, R): day of each record, increasing; inf beyond a draw's last.
    running
        (D, R): frontier from that day on; beyond a draw's last record that record's.
    columns
        (D, R): which of the M models set the record.
    """

    def __init__(self, ratings: Floats, counts_from: Floats, until: float) -> None:
        dates, highest, columns = _by_date(ratings, counts_from, until)
        rises = np.empty(highest.shape, dtype=bool)
        rises[0] = np.isfinite(dates[0])
        # Draws last, model by model: the inner loops are long.
        for before, rating, rise in zip(highest, highest[1:], rises[1:], strict=False):
            np.greater(rating, before, out=rise)
            np.maximum(rating, before, out=rating)
        draw, step = np.divmod(np.flatnonzero(rises.T), len(rises))
        alike = dates.ndim == 1
        day = dates.take(step if alike else step * len(ratings) + draw)
        best_of_day = np.ones(len(draw), dtype=bool)
        best_of_day[:-1] = (draw[1:] != draw[:-1]) | (day[1:] != day[:-1])
        draw, step, day = draw[best_of_day], step[best_of_day], day[best_of_day]
        here = step * len(ratings) + draw
        count = np.bincount(draw, minlength=len(ratings))
        shape = len(ratings), int(count.max(initial=1))
        first = np.arange(len(count)) * shape[1] - np.cumsum(count) + count
        place = np.arange(len(draw)) + np.repeat(first, count)
        self.dates: Floats = np.full(shape, np.inf)
        self.dates.ravel()[place] = day
        self.running: Floats = np.repeat(highest[-1], shape[1]).reshape(shape)
        self.running.ravel()[place] = highest.take(here)
        self.columns: Ints = np.zeros(shape, dtype=np.intp)
        self.columns.ravel()[place] = columns.take(step if alike else here)
        self._last = count - 1

    @property
    def size(self) -> int:
        """Number of steps, R."""
        return int(self.running.shape[1])

    @property
    def latest_first(self) -> float:
        """The day by which the group has a model in every draw; inf if some draw has none."""
        return float(self.dates[:, 0].max())

    def at(self, dates: Floats) -> Floats:
        """Frontier at each date of shape (J,) or (D, J); -inf before the first model."""
        dates = np.broadcast_to(dates, (len(self.dates), dates.shape[-1]))
        passed = _count(np.less_equal, self.dates, dates)
        value = _of_rows(self.running, np.maximum(passed - 1, 0))
        return np.where(passed > 0, value, -np.inf)

    def first_reaching(self, levels: Floats) -> Ints:
        """Step at which each level (D, J) is first reached; `size` where it never is."""
        return _count(np.less, self.running, levels)

    def date_of(self, steps: Ints) -> Floats:
        """Date of each step (D, J); inf for the step `size`, which is never."""
        return _of_rows(self._dates_or_never, steps)

    @cached_property
    def _dates_or_never(self) -> Floats:
        return np.pad(self.dates, ((0, 0), (0, 1)), constant_values=np.inf)

    def before(self, steps: Ints) -> Ints:
        """The record before each step (D, J): the last before `size`, the first before itself."""
        return np.minimum(np.maximum(steps - 1, 0), self._last[:, None])

    def columns_of(self, steps: Ints) -> Ints:
        """The models that set these records (D, J)."""
        return _of_rows(self.columns, steps)

    @property
    def first_level(self) -> Floats:
        """Frontier (D, 1) on the day of the first model; lower levels were reached unseen."""
        return self.running[:, :1]

    def records(self) -> tuple[Floats, NDArray[np.bool_]]:
        """Dates (D, R) and which of them are records, not padding."""
        return self.dates, np.isfinite(self.dates)

    def model_at(self, steps: Ints) -> Ints:
        """The model that set each draw's record (D,)."""
        return self.columns_of(steps[:, None])[:, 0]

    def best_model(self) -> Ints:
        """The best model of each draw (D,)."""
        return self.model_at(self._last)


def _by_date(ratings: Floats, counts_from: Floats, until: float) -> tuple[Floats, Floats, Ints]:
    """Dates, ratings and columns of the models that may be records, in order of date.

    All are (K, D), dates and columns (K,) if those of all draws are alike. In a draw in which a
    model counts too late its date is inf and its rating -inf.
    """
    early, late = (
        (counts_from, counts_from)
        if counts_from.ndim == 1
        else (counts_from.min(axis=0), counts_from.max(axis=0))
    )
    near = np.flatnonzero(early <= until)
    columns = near[np.argsort(early[near], kind="stable")]
    rated = ratings.T[columns]
    if rated.size:
        kept = may_rise(early[columns], late[columns], rated.min(axis=1), rated.max(axis=1))
        columns, rated = columns[kept], rated[kept]
    if counts_from.ndim == 1:
        return counts_from[columns], rated, columns
    dates = counts_from[:, columns]
    order = np.ascontiguousarray(np.argsort(dates, axis=1, kind="stable").T)
    draws = np.arange(len(dates))
    dates = dates.take(order + draws * len(columns))
    rated = rated.take(order * len(draws) + draws)
    too_late = dates > until
    dates[too_late], rated[too_late] = np.inf, -np.inf
    return dates, rated, columns.take(order)


def may_rise(early: Floats, late: Floats, low: Floats, high: Floats) -> NDArray[np.bool_]:
    """Which of some models may be records, when each counts from a day between two, (M,).

    A model is none where another, counting no later whatever the days, is rated higher whatever
    the ratings: they lie between `low` and `high`.
    """
    order = np.argsort(late, kind="stable")
    floor = np.r_[-np.inf, np.maximum.accumulate(low[order])]
    return np.asarray(high >= floor[np.searchsorted(late[order], early, side="right")])


def _of_rows(table: NDArray[_Kind], steps: Ints) -> NDArray[_Kind]:
    """Of each row of a table (D, R) what stands at its steps (D, J)."""
    rows = np.arange(len(table))[:, None] * table.shape[1]
    found: NDArray[_Kind] = table.ravel().take(steps + rows)
    return found


def _count(stands: np.ufunc, steps: Floats, values: Floats) -> Ints:
    """How many of a row's steps (D, R) stand in a relation to each of its values (D, J)."""
    # Draws last and counts of one byte: both keep the inner loop long.
    steps, values = np.ascontiguousarray(steps.T), np.ascontiguousarray(values.T)
    found = np.zeros(values.shape, dtype=np.uint8 if len(steps) < 256 else np.intp)
    stood = np.empty(values.shape, dtype=bool)
    for step in steps:
        # Seen as bytes, the answers need no conversion before they are added.
        found += stands(step, values, out=stood).view(np.uint8)
    return np.ascontiguousarray(found.T, dtype=np.intp)


# Match rules: which model of the other side dates a level, and when a side crossed it.
#
# Which model of the other side dates a level x is the *match rule* of a race. With r_1 < r_2 < ...
# the records of the side that is asked, released on d_1 < d_2 < ..., and r_k the first at or above
# x:
#
# - `reached`: d_k;
# - `below`: d_{k-1}, the last record strictly below x; a level up to r_1 has none, and d_1 bounds
# it;
# - `between`: linear in x from (r_{k-1}, d_{k-1}) to (r_k, d_k), so continuous in the ratings;
# - `not-worse`: the last day until which the frontier was at most 1.645 posterior standard
#   deviations of the pair's difference above x, the pair being the model that holds x and the
#   frontier's model of that day: the date of the record after the last such one, or the day asked
#   about. If no record is so near, d_1 bounds it. The time to catch up with a record y ends on the
# first day on which the frontier is at most so much below y: the same two are then not told apart.
#
# A level above all records so far will be dated no earlier than the day itself (`reached`,
# `not-worse`) or than the last record (`below`, `between`). Only the *other* side's crossing goes
# by the rule: a side reaches the levels of its own models when they are released. At a tie each
# best is the match of the other, under `below` too; under `not-worse` neither is worse, and the lag
# is 0.

MATCH_RULES = ("reached", "below", "between", "not-worse")
#: Standard deviations of a difference above which a model is worse (one-sided, 5%).
_MARGIN = 1.645


@dataclass(frozen=True)
class MatchRule:
    """Which model of the other side dates a level, one of `MATCH_RULES`.

    ``apart``, (M, M): standard deviation of the difference of each two models, for `not-worse`.
    """

    name: str = "reached"
    apart: Floats | None = None

    def of(self, models: Ints) -> MatchRule:
        """The rule for some of the models, in this order."""
        if self.apart is None:
            return self
        return MatchRule(self.name, self.apart[np.ix_(models, models)])

    def margin(self, holder: Ints, side: Steps) -> Floats:
        """What each record (R) of a side may be above the model that holds a level, (D, J, R)."""
        return self.within(holder[:, :, None], side.columns[:, None, :])

    def within(self, holder: Ints, above: Ints) -> Floats:
        """What models may be above those that hold a level, and not be worse."""
        if self.apart is None:
            raise EstimateError(
                f"match rule {self.name} asks for the error of each pair of models, and these have "
                f"none; take one of {', '.join(MATCH_RULES[:3])}"
            )
        return (_MARGIN * self.apart).ravel().take(holder * len(self.apart) + above)


REACHED = MatchRule()

#: A side and, per level, the step at which it first reached it.
_Reached = tuple[Steps, Ints]


def crossed(
    match: MatchRule, levels: Floats, asked: _Reached, rival: _Reached, until: Floats
) -> tuple[Floats, NDArray[np.bool_]]:
    """When a side crossed each level, (D, J), and where it may have done so unseen before.

    Parameters
    ----------
    asked, rival
        The side, and the one of which a model holds the level, with the step of each that first
        reached the level.
    until
        Day up to which releases count, (J,) or (D, J). A level not crossed by it has the date inf,
        or the earliest one that it can have.
    """
    side, at = asked
    if match.name == "not-worse":
        holders = rival[0].columns_of(np.minimum(rival[1], rival[0].size - 1))
        return _told_apart(match, levels, side, holders, until)
    return _dated(match.name, levels, side, at)


def crossed_by(
    match: MatchRule, levels: Floats, side: Steps, holders: Ints, until: Floats
) -> tuple[Floats, NDArray[np.bool_], NDArray[np.bool_]]:
    """When a side crossed the levels of any models, (D, J): `crossed` for more than records.

    Parameters
    ----------
    levels, holders
        Each level and the model that holds it, (D, J).
    until
        Day up to which releases count, (J,).

    Returns
    -------
    dates, unseen, never
        The day; where it may have been earlier, unseen; where it has not been yet, so that the day
        is the earliest that it can be.
    """
    if match.name == "not-worse":
        dates, unseen = _told_apart(match, levels, side, holders, until)
        never = ~np.isfinite(dates)
    else:
        at = side.first_reaching(levels)
        dates, unseen = _dated(match.name, levels, side, at)
        never = at == side.size
    return np.where(np.isfinite(dates), dates, until), unseen, never


def _told_apart(
    match: MatchRule, levels: Floats, side: Steps, holders: Ints, until: Floats
) -> tuple[Floats, NDArray[np.bool_]]:
    """When a side could last not be told apart from each level, and where it never could."""
    after = np.zeros(levels.shape, np.uint16)
    # Record by record: all at once are as many numbers as draws, levels and records.
    for step in range(side.size):
        near = side.running[:, step, None] <= levels + match.within(
            holders, side.columns[:, step, None]
        )
        near &= side.dates[:, step, None] <= until
        np.maximum(after, near * np.uint16(step + 1), out=after)
    return side.date_of(after.astype(np.intp)), np.asarray(after == 0)


def _dated(rule: str, levels: Floats, side: Steps, at: Ints) -> tuple[Floats, NDArray[np.bool_]]:
    """When a side crossed levels that it first reached at these steps, and where unseen before."""
    if rule == "reached":
        return side.date_of(at), np.asarray(levels < side.first_level)
    before = side.before(at)
    date = side.date_of(before)
    if rule == "below":
        return date, np.asarray(levels <= side.first_level)
    last = np.minimum(at, side.size - 1)
    low, high = (_of_rows(side.running, k) for k in (before, last))
    share = np.divide(levels - low, high - low, out=np.zeros_like(low), where=high > low)
    end = np.where(at < side.size, side.date_of(at), date)
    return date + share * (end - date), np.asarray(levels < side.first_level)


def caught(
    match: MatchRule, leader: Steps, follower: Steps, as_of: float
) -> tuple[Floats, NDArray[np.bool_], NDArray[np.bool_]]:
    """When the follower caught each of the leader's records, where unseen before, and whether.

    A record not caught by the as-of date has that date, or the earliest that it can have.
    """
    levels, at = leader.running, follower.first_reaching(leader.running)
    if match.name == "not-worse":
        lifted = follower.running[:, None, :] + match.margin(leader.columns, follower)
        near = (lifted >= levels[:, :, None]) & np.isfinite(follower.dates)[:, None, :]
        at = np.where(near.any(axis=2), near.argmax(axis=2), follower.size)
        date, unseen = follower.date_of(at), np.asarray(levels < lifted[:, :, 0])
    else:
        records = leader, np.broadcast_to(np.arange(leader.size), levels.shape)
        date, unseen = crossed(match, levels, (follower, at), records, np.array([as_of]))
    return np.where(np.isfinite(date), date, as_of), unseen, at < follower.size
