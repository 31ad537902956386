"""Match rules: which model of the other side dates a level, and when a side crossed it.

Which model of the other side dates a level x is the *match rule* of a race. With r_1 < r_2 < ...
the records of the side that is asked, released on d_1 < d_2 < ..., and r_k the first at or above x:

- `reached`: d_k;
- `below`: d_{k-1}, the last record strictly below x; a level up to r_1 has none, and d_1 bounds it;
- `between`: linear in x from (r_{k-1}, d_{k-1}) to (r_k, d_k), so continuous in the ratings;
- `not-worse`: the last day until which the frontier was at most 1.645 posterior standard
  deviations of the pair's difference above x, the pair being the model that holds x and the
  frontier's model of that day: the date of the record after the last such one, or the day asked
  about. If no record is so near, d_1 bounds it. The time to catch up with a record y ends on the
  first day on which the frontier is at most so much below y: the same two are then not told apart.

A level above all records so far will be dated no earlier than the day itself (`reached`,
`not-worse`) or than the last record (`below`, `between`). Only the *other* side's crossing goes by
the rule: a side reaches the levels of its own models when they are released. At a tie each best is
the match of the other, under `below` too; under `not-worse` neither is worse, and the lag is 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from elolag.errors import EstimateError
from elolag.frontier import Steps

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

MATCH_RULES = ("reached", "below", "between", "not-worse")
#: Standard deviations of a difference above which a model is worse (one-sided, 5%).
MARGIN = 1.645


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
        if self.apart is None:
            raise EstimateError(
                f"match rule {self.name} asks for the error of each pair of models, and these have "
                f"none; take one of {', '.join(MATCH_RULES[:3])}"
            )
        return MARGIN * self.apart[holder[:, :, None], side.columns[:, None, :]]


REACHED = MatchRule()

#: A side and, per level, the step at which it first reached it.
Reached = tuple[Steps, Ints]


def crossed(
    match: MatchRule, levels: Floats, asked: Reached, rival: Reached, until: Floats
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
    if match.name == "reached":
        return side.date_of(at), np.asarray(levels < side.first_level)
    if match.name == "not-worse":
        within = match.margin(rival[0].columns_of(np.minimum(rival[1], rival[0].size - 1)), side)
        until = np.broadcast_to(until, levels.shape)
        near = side.running[:, None, :] <= levels[:, :, None] + within
        near &= side.dates[:, None, :] <= until[:, :, None]
        unseen = ~near.any(axis=2)
        after = np.where(unseen, 0, side.size - near[:, :, ::-1].argmax(axis=2))
        return side.date_of(after), np.asarray(unseen)
    before = side.before(at)
    date = side.date_of(before)
    if match.name == "below":
        return date, np.asarray(levels <= side.first_level)
    last = np.minimum(at, side.size - 1)
    low, high = (np.take_along_axis(side.running, k, 1) for k in (before, last))
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
