"""How much higher other voters rate one group: the shift, with the errors of both ratings modelled.

Every model has a rating among the voters in question and one among those they are compared with,
both with a known error. What voters make of a group is read at *equal true* rating: a regression on
the noisy rating would flatten its slope and give what is left over to the groups, whose levels
differ. So both ratings are taken together, as jointly normal, and all is found by maximum
likelihood (docs/more-questions.md, docs/decisions/0013-voters.md).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from elolag.arrays import Floats, Ints
from elolag.errors import EstimateError

#: Models that a side needs at least.
LEAST = 5
#: Elo to a unit of the fit, in which all eight numbers are of one size.
_UNIT = 100.0
#: Ends of the spreads, in units of the fit: models differ by 1 to 2000 Elo, depart by 0.1 to 1000.
_LEAST = np.array([-np.inf] * 5 + [np.log(0.01), np.log(0.01), 1e-6])
_MOST = np.array([np.inf] * 5 + [np.log(20.0), np.log(20.0), 100.0])
_ROUNDS = 200
#: Twice the gain in log likelihood that is still to be had, from which on the top is reached.
_GAIN = 1e-9


@dataclass(frozen=True)
class Pairs:
    """The models two kinds of voters both rate.

    Attributes
    ----------
    other, other_error
        Ratings among the voters in question and their standard errors, Elo, (n,).
    base, base_error
        The same among the voters they are compared with.
    moved
        Whether a model is of the group whose shift is asked for.
    lab
        A number for the lab of each.
    """

    other: Floats
    other_error: Floats
    base: Floats
    base_error: Floats
    moved: NDArray[np.bool_]
    lab: Ints

    def only(self, keep: NDArray[np.bool_]) -> Pairs:
        """Some of the models."""
        return Pairs(**{name: values[keep] for name, values in vars(self).items()})

    @property
    def sides(self) -> tuple[int, int]:
        """Models of the other group and of the one in question."""
        return int((~self.moved).sum()), int(self.moved.sum())


@dataclass(frozen=True)
class Shift:
    """What voters add to one group over the other's models of equal rating.

    Attributes
    ----------
    elo
        The shift; positive where they rate the group higher.
    by_likelihood, by_labs
        Its standard error by the expected information, and by the jackknife over labs; None where
        a lab is a whole side.
    slope
        Points of their scale to a point of the other.
    spread
        Standard deviation of the models' own departures, errors taken out.
    sides
        Models of the other group and of the one in question.
    """

    elo: float
    by_likelihood: float
    by_labs: float | None
    slope: float
    spread: float
    sides: tuple[int, int]

    @property
    def error(self) -> float:
        """The larger of both standard errors."""
        return max(self.by_likelihood, self.by_labs or 0.0)


def shift(pairs: Pairs) -> Shift:
    """Estimate the shift of one group.

    Raises
    ------
    EstimateError
        A side has fewer than `LEAST` models, a rating or error is none, or the likelihood has no
        top.
    """
    few = min(pairs.sides)
    if few < LEAST:
        raise EstimateError(
            f"{few} rated by both on one side, and at least {LEAST} are needed to tell a shift "
            f"from the models' own differences"
        )
    numbers = (pairs.other, pairs.other_error, pairs.base, pairs.base_error)
    if not all(np.isfinite(values).all() for values in numbers):
        raise EstimateError("a rating without a standard error tells nothing of a shift")
    middle = float(pairs.base.mean()), float(pairs.other.mean())
    scaled = replace(
        pairs,
        other=(pairs.other - middle[1]) / _UNIT,
        base=(pairs.base - middle[0]) / _UNIT,
        other_error=pairs.other_error / _UNIT,
        base_error=pairs.base_error / _UNIT,
    )
    best, information = _maximum(scaled, _start(scaled))
    again = _without_each_lab(scaled, best)
    by_labs = None
    if again is not None:
        by_labs = _UNIT * float(np.sqrt((len(again) - 1) * again.var()))
    return Shift(
        elo=_UNIT * float(best[4]),
        by_likelihood=_UNIT * float(np.sqrt(np.linalg.pinv(information)[4, 4])),
        by_labs=by_labs,
        slope=float(best[3]),
        spread=_UNIT * float(np.sqrt(best[7])),
        sides=pairs.sides,
    )


# The eight numbers of the fit: means of both groups, intercept, slope and shift, the logarithms of
# both groups' spreads, and the variance of the models' own departures.


def _start(pairs: Pairs) -> Floats:
    sides = [pairs.base[side] for side in (~pairs.moved, pairs.moved)]
    spreads = [np.log(max(float(side.std()), 0.05)) for side in sides]
    return np.array([*(side.mean() for side in sides), 0.0, 1.0, 0.0, *spreads, 0.01])


def _maximum(pairs: Pairs, start: Floats) -> tuple[Floats, Floats]:
    """The eight by Fisher's scoring, steps halved where they overshoot, and their information."""
    at, (height, score, information) = start, _likelihood(pairs, start)
    for _ in range(_ROUNDS):
        # A spread at its end stays there while the likelihood would have it further.
        free = ((at > _LEAST) | (score > 0)) & ((at < _MOST) | (score < 0))
        step = np.zeros_like(at)
        step[free] = np.linalg.pinv(information[np.ix_(free, free)]) @ score[free]
        if step @ score < _GAIN:
            return at, information
        best = None
        for half in 0.5 ** np.arange(30.0):  # until it no longer rises
            tried = np.clip(at + half * np.clip(step, -1.0, 1.0), _LEAST, _MOST)
            found = _likelihood(pairs, tried)
            if best is not None and found[0] <= best[1][0]:
                break
            if found[0] > height:
                best = tried, found
        if best is None:
            return at, information  # nothing higher within rounding
        at, (height, score, information) = best
    raise EstimateError("the likelihood of a shift has no top: too few models, or all alike")


def _likelihood(pairs: Pairs, at: Floats) -> tuple[float, Floats, Floats]:
    """Log likelihood, its gradient (8,) and the expected information (8, 8)."""
    moved = pairs.moved.astype(float)
    side = np.array([1 - moved, moved])
    mean = at[:2] @ side
    start, slope, shift = at[2:5]
    group, own = np.exp(2 * at[5:7]) @ side, at[7]
    variance = group + pairs.base_error**2, slope**2 * group + own + pairs.other_error**2
    joint = slope * group
    determinant = variance[0] * variance[1] - joint**2
    inverse = np.array([[variance[1], -joint], [-joint, variance[0]]]) / determinant
    away = np.array([pairs.base - mean, pairs.other - start - slope * mean - shift * moved])
    pull = (inverse * away).sum(axis=1)
    # Derivatives of the two means by the first five, and of their covariance by the slope and the
    # last three.
    means = np.zeros((5, 2, len(moved)))
    means[:2, 0], means[:2, 1] = side, slope * side
    means[2:, 1] = np.ones_like(moved), mean, moved
    covariances = np.zeros((4, 2, 2, len(moved)))
    covariances[0, 0, 1] = covariances[0, 1, 0] = group
    covariances[0, 1, 1] = 2 * slope * group
    covariances[1:3] = np.array([[1.0, slope], [slope, slope**2]])[:, :, None] * (
        2 * group * side[:, None, None]
    )
    covariances[3, 1, 1] = 1.0
    spreads = [3, 5, 6, 7]
    weighed = np.einsum("ijn,kjmn->kimn", inverse, covariances)
    score = np.zeros(8)
    score[:5] = np.einsum("kin,in->k", means, pull)
    score[spreads] += 0.5 * np.einsum("kijn,in,jn->k", covariances, pull, pull)
    score[spreads] -= 0.5 * np.einsum("kiin->k", weighed)
    information = np.zeros((8, 8))
    information[:5, :5] = np.einsum("kin,lin->kl", np.einsum("ijn,kjn->kin", inverse, means), means)
    information[np.ix_(spreads, spreads)] += 0.5 * np.einsum("kijn,ljin->kl", weighed, weighed)
    height = -0.5 * float((np.log(determinant) + (away * pull).sum(axis=0)).sum())
    return height, score, information


def _without_each_lab(pairs: Pairs, best: Floats) -> Floats | None:
    """The shift without each lab in turn; None where a side would have no two models left."""
    kept = [pairs.only(pairs.lab != lab) for lab in np.unique(pairs.lab)]
    if min(min(part.sides) for part in kept) < 2:
        return None
    return np.array([_maximum(part, best)[0][4] for part in kept])
