"""Bradley-Terry: from votes between pairs of items to a rating of each, with their covariance.

The chance that item i beats item j is 1 / (1 + exp(theta_j - theta_i)); a tie is half a win for
each (Bradley & Terry 1952; the likelihood is then a quasi-likelihood, right for the mean score).
The covariance is the sandwich over votes, which holds whatever the share of ties is: ties scatter
less than wins, so that the model's own information would overstate the errors. A model of few votes
bends the fit to its own votes, and their residuals, which the sandwich squares, shrink by their
leverage; `_own_share` is given back from the model (`benchmarks/few_votes.py`).

Ratings are ``scale`` times theta; `ELO` gives the Elo scale, 1.0 plain theta.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from elolag.arrays import Flags, Floats, Ints
from elolag.errors import EstimateError, UsageError

if TYPE_CHECKING:
    import pandas as pd


#: Elo points per unit of theta: 400 points are odds of ten to one.
ELO = 400 / float(np.log(10))

_ROUNDS = 100
_TOLERANCE = 1e-8  # of the last step; Newton squares it, so what is left is rounding
_LONG = 0.5
#: Residuals worth so many times what the fit took from them stand for themselves.
_ENOUGH = 10.0


@dataclass(frozen=True)
class PairCounts:
    """Votes summed up per pair of items. A pair may stand in several rows, in either order.

    Attributes
    ----------
    items
        Names; the other arrays index them.
    first, second
        The two items of each row, shape (P,).
    votes
        Votes on the pair.
    score
        What `first` scored: its wins and half of the ties.
    ties
        How many of the votes were ties. They only matter for the covariance.
    """

    items: tuple[str, ...]
    first: Ints
    second: Ints
    votes: Floats
    score: Floats
    ties: Floats

    def __post_init__(self) -> None:
        """Refuse counts that no set of votes can have."""
        n, ends = len(self.items), np.concatenate([self.first, self.second])
        if ends.size and (ends.min() < 0 or ends.max() >= n):
            raise UsageError(
                f"pair counts index items 0 to {n - 1}; found {ends.min()} and {ends.max()}"
            )
        rows = {len(a) for a in (self.first, self.second, self.votes, self.score, self.ties)}
        if len(rows) != 1:
            raise UsageError(f"arrays of pair counts differ in length: {sorted(rows)}")
        outright = self.score - self.ties / 2
        slack = 1e-9 * np.maximum(self.votes, 1.0)
        bad = ~(
            (self.ties >= 0)
            & (outright >= -slack)
            & (outright + self.ties <= self.votes + slack)
            & np.isfinite(self.votes)
        )
        where = np.flatnonzero(bad | (self.first == self.second))
        if where.size:
            row = int(where[0])
            raise UsageError(
                f"row {row} of the pair counts: {self.votes[row]:g} votes, score "
                f"{self.score[row]:g}, {self.ties[row]:g} ties between items "
                f"{self.items[self.first[row]]!r} and {self.items[self.second[row]]!r}; items must "
                f"differ, and wins, losses and ties must be 0 or more"
            )

    @classmethod
    def of(
        cls,
        items: Sequence[str],
        first: ArrayLike,
        second: ArrayLike,
        votes: ArrayLike,
        score: ArrayLike,
        ties: ArrayLike = 0.0,
    ) -> PairCounts:
        """From anything array-like; `ties` may be one number for all rows."""
        a, b = np.asarray(first, dtype=np.intp), np.asarray(second, dtype=np.intp)
        tied = np.broadcast_to(np.asarray(ties, dtype=float), a.shape)
        return cls(
            tuple(items), a, b, np.asarray(votes, dtype=float), np.asarray(score, dtype=float), tied
        )


@dataclass(frozen=True)
class Ratings:
    """Bradley-Terry ratings, in points of `scale` per unit of theta.

    Attributes
    ----------
    rating
        Shape (n,).
    covariance
        Sandwich covariance (n, n) of the ratings as centred or anchored, with what few votes
        lack (see `_own_share`); singular by one dimension, since only differences are known.
    votes
        Votes each item took part in.
    anchor
        The item held fixed, or None when the mean is.
    """

    items: tuple[str, ...]
    rating: Floats
    covariance: Floats
    votes: Floats
    scale: float
    anchor: str | None

    @property
    def se(self) -> Floats:
        """Standard error of each rating; 0 for the anchor."""
        return np.sqrt(np.maximum(np.diag(self.covariance), 0.0))

    def interval(self, level: float = 0.95) -> tuple[Floats, Floats]:
        """Lower and upper ends of each rating's normal interval."""
        if not 0 < level < 1:
            raise UsageError(f"level {level} is not between 0 and 1; for 95% write 0.95")
        reach = NormalDist().inv_cdf((1 + level) / 2) * self.se
        return self.rating - reach, self.rating + reach

    def to_frame(self, level: float = 0.95) -> pd.DataFrame:
        """Columns ``item, rating, lower, upper, se, votes``, highest rating first."""
        import pandas as pd

        lower, upper = self.interval(level)
        table = {"item": self.items, "rating": self.rating, "lower": lower, "upper": upper}
        frame = pd.DataFrame({**table, "se": self.se, "votes": self.votes})
        return frame.sort_values(["rating", "item"], ascending=[False, True], ignore_index=True)


def rate(
    pairs: PairCounts,
    *,
    scale: float = ELO,
    anchor: str | None = None,
    level: float = 0.0,
    start: Floats | None = None,
) -> Ratings:
    """Fit Bradley-Terry ratings by Newton's method.

    Parameters
    ----------
    scale
        Points per unit of theta.
    anchor
        An item to hold at `level`; by default the mean of all ratings is held there.
    level
        In points.
    start
        Ratings to start from, shape (n,); saves time, changes nothing.

    Raises
    ------
    EstimateError
        The votes leave a difference unbounded: the comparisons fall into parts that never met, or
        one set of items won (or lost) every vote against the rest (Ford 1957).
    """
    n = len(pairs.items)
    if anchor is not None and anchor not in pairs.items:
        raise UsageError(f"anchor {anchor!r} is not among the items")
    i, j, votes, score, ties = _per_pair(pairs)
    _check_connected(pairs.items, i, j, score, votes - score)
    theta = _maximise(n, i, j, votes, score, np.zeros(n) if start is None else start / scale)
    p = 1 / (1 + np.exp(theta[j] - theta[i]))
    wins, losses = score - ties / 2, votes - score - ties / 2
    variance = p * (1 - p)
    bread = np.linalg.inv(_laplacian(n, i, j, votes * variance) + 1 / n)
    spread = bread[i, i] + bread[j, j] - 2 * bread[i, j]
    squares = wins * (1 - p) ** 2 + losses * p**2 + ties * (0.5 - p) ** 2
    taken = votes * variance**2 * spread
    lacking = _own_share(*(_per_item(n, i, j, v) for v in (squares, taken)))
    meat = _laplacian(n, i, j, squares + np.maximum(lacking[i], lacking[j]) * taken)
    covariance, held = bread @ meat @ bread, theta.mean()
    if anchor is not None:
        at = pairs.items.index(anchor)
        covariance = covariance - covariance[at] - covariance[:, [at]] + covariance[at, at]
        held = theta[at]
    return Ratings(
        items=pairs.items,
        rating=level + scale * (theta - held),
        covariance=scale**2 * (covariance + covariance.T) / 2,
        votes=_per_item(n, i, j, votes),
        scale=scale,
        anchor=anchor,
    )


def _own_share(squares: Floats, taken: Floats) -> Floats:
    """How much of what the fit took from each item's residuals is given back, 0 to 1.

    A vote of leverage h and model variance v has a squared residual of about (1 - h) v; h v is
    lacking. All of it is given back where an item's residuals say nothing, as of ties alone, and
    nothing of it where they amount to `_ENOUGH` times as much: the sandwich stands as it is.

    Parameters
    ----------
    squares, taken
        Per item the sums over its votes of squared residuals, and of h v; shape (n,).
    """
    full = np.where(taken > 0, _ENOUGH * taken, 1.0)
    return np.asarray(np.clip(1 - squares / full, 0.0, 1.0))


def _per_item(n: int, i: Ints, j: Ints, values: Floats) -> Floats:
    """Sums over both sides' votes of each item, shape (n,)."""
    return np.asarray(np.bincount(i, values, n) + np.bincount(j, values, n), dtype=float)


def _per_pair(pairs: PairCounts) -> tuple[Ints, Ints, Floats, Floats, Floats]:
    """One row per pair that met, the smaller index first."""
    n = len(pairs.items)
    swapped = pairs.first > pairs.second
    low, high = np.minimum(pairs.first, pairs.second), np.maximum(pairs.first, pairs.second)
    key = low * n + high
    met = np.flatnonzero(np.bincount(key, pairs.votes) > 0)
    votes, score, ties = (
        np.asarray(np.bincount(key, values)[met], dtype=float)
        for values in (
            pairs.votes,
            np.where(swapped, pairs.votes - pairs.score, pairs.score),
            pairs.ties,
        )
    )
    low, high = np.divmod(met, max(n, 1))
    return low, high, votes, score, ties


def _maximise(n: int, i: Ints, j: Ints, votes: Floats, score: Floats, start: Floats) -> Floats:
    """Theta (mean 0) that maximises the log-likelihood, which is concave."""
    theta = start - start.mean()
    for _ in range(_ROUNDS):
        gap = theta[i] - theta[j]
        p = 1 / (1 + np.exp(-gap))
        surplus = score - votes * p
        gradient = np.bincount(i, surplus, n) - np.bincount(j, surplus, n)
        step = np.linalg.solve(_laplacian(n, i, j, votes * p * (1 - p)) + 1 / n, gradient)
        step -= step.mean()
        size = float(np.abs(step).max(initial=0.0))
        if size > _LONG:
            step *= _shortened(gap, step[i] - step[j], votes, score)
        theta = theta + step
        if size < _TOLERANCE:
            return np.asarray(theta, dtype=float)
    raise EstimateError(
        f"Bradley-Terry did not converge in {_ROUNDS} rounds: some item's record against the rest "
        f"is all but one-sided; leave out items with only a few votes"
    )


def _shortened(gap: Floats, change: Floats, votes: Floats, score: Floats) -> float:
    """How much of a long step to take: far from the optimum a full Newton step can overshoot."""
    reached = _log_likelihood(gap, votes, score)
    part = 1.0
    while part > 1e-12 and _log_likelihood(gap + part * change, votes, score) < reached:
        part /= 2
    return part


def _log_likelihood(gap: Floats, votes: Floats, score: Floats) -> float:
    return float(score @ gap - votes @ np.logaddexp(0.0, gap))


def _laplacian(n: int, i: Ints, j: Ints, weight: Floats) -> Floats:
    """Sum over pairs of weight (e_i - e_j)(e_i - e_j)', as (n, n)."""
    out = np.zeros((n, n))
    out[i, j] = out[j, i] = -weight
    np.fill_diagonal(out, np.bincount(i, weight, n) + np.bincount(j, weight, n))
    return np.asarray(out)


def _check_connected(
    items: Sequence[str], i: Ints, j: Ints, score: Floats, conceded: Floats
) -> None:
    """Refuse comparisons from which some rating difference cannot be told.

    Finite ratings exist when from every item a chain of wins (or ties) leads to every other.
    """
    n = len(items)
    if n < 2:
        counted = f"{n} item{'' if n == 1 else 's'}"
        raise EstimateError(f"{counted} cannot be compared; votes between at least 2 are needed")
    beats = np.zeros((n, n), dtype=bool)
    beats[i, j], beats[j, i] = score > 0, conceded > 0
    reached = _reach(beats, 0)
    if reached.all() and _reach(beats.T, 0).all():
        return
    met = beats | beats.T
    left, parts = np.ones(n, dtype=bool), []
    while left.any():
        part = _reach(met, int(np.flatnonzero(left)[0]))
        parts.append(part)
        left &= ~part
    if len(parts) > 1:
        named = "; ".join(_names(items, p) for p in parts[:4]) + ("; ..." if parts[4:] else "")
        raise EstimateError(
            f"the comparisons fall into {len(parts)} parts that never met: {named}; rate each part "
            f"alone or add votes between them"
        )
    won = ~reached if not reached.all() else _reach(beats.T, 0)
    raise EstimateError(
        f"{_names(items, won)} won every vote against {_names(items, ~won)}: the distance has no "
        f"finite estimate; leave out the smaller side or add votes"
    )


def _reach(edges: Flags, start: int) -> Flags:
    """Which nodes a walk along the edges reaches from `start`."""
    seen = np.zeros(len(edges), dtype=bool)
    front = seen.copy()
    front[start] = True
    while front.any():
        seen |= front
        front = edges[front].any(axis=0) & ~seen
    return seen


def _names(items: Sequence[str], chosen: Flags) -> str:
    where = np.flatnonzero(chosen)
    named = ", ".join(repr(items[k]) for k in where[:5])
    return f"{named} and {len(where) - 5} more" if len(where) > 5 else named
