"""Errors of ratings that are known together: their covariance, and draws that respect it.

Bradley-Terry knows differences only. What all ratings share (the anchor's error, or the mean's)
moves no difference, so it is taken out first, in a way that does not depend on the anchor. What
the data as a whole say of each entry comes from expectation propagation; each entry then has its
posterior under the true prior, and a Gaussian copula joins the entries.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from elolag.arrays import Floats
from elolag.errors import EstimateError

#: Points at which an entry's posterior distribution is tabulated.
_POINTS = 801
_ROUNDS = 200
_TOLERANCE = 1e-5  # Elo
_TOLERATED = 0.05


def _quasi_variances(covariance: Floats) -> Floats:
    """Variances of independent errors whose differences come nearest to the known ones.

    The least-squares solution of q_i + q_j = var(e_i - e_j) over all pairs (Firth & de Menezes
    2004, with plain squares). It does not depend on what the ratings are anchored at.

    Parameters
    ----------
    covariance
        Shape (n, n), n at least 2.
    """
    own = np.diag(covariance)
    between = own[:, None] + own - 2 * covariance
    n = len(own)
    if n == 2:
        return np.asarray(between.sum(axis=1) / 2)
    total = between.sum() / (2 * (n - 1))
    return np.asarray((between.sum(axis=1) - total) / (n - 2))


def _without_common(covariance: Floats) -> Floats:
    """The covariance of errors measured from their precision-weighted mean.

    Every difference keeps its variance. Whichever item was the anchor, the result is the same.
    """
    if len(covariance) < 2:
        return np.zeros_like(covariance)
    quasi = _quasi_variances(covariance)
    typical = float(np.median(np.abs(quasi)))
    if typical == 0:
        typical = 1.0
    # An item known better than the rest by orders must not decide alone.
    weight = 1 / np.maximum(quasi, typical / 100)
    weight /= weight.sum()
    shift = covariance @ weight
    out = covariance - shift - shift[:, None] + float(weight @ shift)
    return np.asarray((out + out.T) / 2)


def joined(covariance: Floats, variance: Floats) -> Floats:
    """The errors of a field: the common part taken out, what is beyond the covariance added.

    Parameters
    ----------
    covariance
        Of the entries' ratings as published, (E, E).
    variance
        What each entry's error was taken for, (E,): the covariance's diagonal plus drift.
    """
    extra = np.maximum(variance - np.diag(covariance), 0.0)
    return np.asarray(_without_common(covariance) + np.diag(extra))


def propagate(
    rating: Floats,
    errors: Floats,
    moments: Callable[[Floats, Floats], tuple[Floats, Floats]],
    prior_mean: Floats,
    prior_variance: Floats,
) -> tuple[Floats, Floats, Floats]:
    """What the data as a whole say of each entry, by expectation propagation (Minka 2001).

    The prior of each entry is stood in for by a normal; under these the posterior is normal and
    errors are joined exactly. Each stand-in is then chosen so that the entry's mean and variance
    are those its true prior gives, in turn until nothing changes. Where errors are independent, or
    the prior is normal, the answer is exact.

    Parameters
    ----------
    rating, errors
        Ratings (E,) and the covariance of their errors (E, E).
    moments
        From what is said of each entry, as a value with a variance, to the posterior mean and
        variance under its true prior; all (E,).
    prior_mean, prior_variance
        Moments of each entry's prior, (E,), to start from.

    Returns
    -------
    value, variance
        What the ratings say of each entry when all others are taken into account, (E,): with
        independent errors the rating and its variance.
    joint
        Covariance of the normal posterior, (E, E).

    Raises
    ------
    EstimateError
        It does not settle.
    """
    floor = _least(errors)
    precision = 1 / prior_variance
    centre = prior_mean.copy()
    value, variance, joint = rating, np.diag(errors), errors
    moved = np.inf
    for _ in range(_ROUNDS):
        before = value
        value, variance, joint = told(rating, errors, centre, 1 / precision)
        moved = float(np.abs(value - before).max())
        if moved < _TOLERANCE:
            break
        found, spread = moments(value, variance)
        # A prior of several humps may leave more than it found; it then decides nothing.
        wanted = np.maximum(1 / np.maximum(spread, floor) - 1 / variance, 1e-6 / variance)
        target = (found / np.maximum(spread, floor) - value / variance) / wanted
        target = np.where(wanted > 2e-6 / variance, target, found)
        mixed = (precision + wanted) / 2
        centre = (centre * precision + target * wanted) / (2 * mixed)
        precision = mixed
    else:
        if moved > _TOLERATED:
            raise EstimateError(
                f"the posterior of correlated ratings did not settle in {_ROUNDS} rounds; take a "
                f"flat prior (correct_selection=False, --no-selection-correction), or leave the "
                f"covariance out"
            )
    return value, variance, joint


def told(
    rating: Floats, errors: Floats, prior_mean: Floats, prior_variance: Floats
) -> tuple[Floats, Floats, Floats]:
    """What `propagate` returns, were the priors normal."""
    solved = np.linalg.solve(
        errors + np.diag(prior_variance), np.column_stack([errors, rating - prior_mean])
    )
    joint = errors - errors @ solved[:, :-1]
    mean = rating - errors @ solved[:, -1]
    width = np.maximum(np.diag(joint), _least(errors))
    variance = 1 / np.maximum(1 / width - 1 / prior_variance, 1e-6 / width)
    value = variance * (mean / width - prior_mean / prior_variance)
    return value, variance, (joint + joint.T) / 2


def _least(errors: Floats) -> float:
    """The least that a variance is taken for."""
    return 1e-9 * max(float(np.diag(errors).max(initial=0.0)), 1e-9)


def root(covariance: Floats) -> Floats:
    """Symmetric factor F of a correlation R = F F', for normal scores.

    The symmetric root, unlike other factors, has no signs to choose.
    """
    own = np.diag(covariance)
    length = np.sqrt(np.maximum(own, 1e-12 * max(float(own.max(initial=0.0)), 1e-12)))
    correlation = covariance / length / length[:, None]
    np.fill_diagonal(correlation, 1.0)
    values, vectors = np.linalg.eigh((correlation + correlation.T) / 2)
    factor = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    return np.asarray(factor / np.sqrt((factor**2).sum(axis=1, keepdims=True)))


def normal_scores(weights: Floats, means: Floats, sd: Floats) -> tuple[Floats, Floats]:
    """Tables from a normal score to the quantile of each entry's mixture of normals.

    Returns
    -------
    levels, scores
        Both (E, K), scores increasing: a standard normal z has the level interpolated at z.
    """
    from scipy.special import ndtr, ndtri

    alive = weights > 0
    low = np.where(alive, means - 9 * sd, np.inf).min(axis=1)
    high = np.where(alive, means + 9 * sd, -np.inf).max(axis=1)
    levels = low[:, None] + np.linspace(0, 1, _POINTS) * (high - low)[:, None]
    scores = np.empty_like(levels)
    for j in range(len(levels)):
        mine = alive[j]
        away = (levels[j][:, None] - means[j][mine]) / np.maximum(sd[j][mine], 1e-12)
        below, above = (ndtr(side * away) @ weights[j][mine] for side in (1, -1))
        # Each tail from its own side: 1 - 1e-17 is 1.
        tail = np.clip(np.minimum(below, above), 1e-300, 0.5)
        scores[j] = np.where(below < above, ndtri(tail), -ndtri(tail))
    return levels, np.maximum.accumulate(scores, axis=1)
