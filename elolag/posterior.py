"""The posterior of the ratings: what the best of many noisy ratings is worth.

Selection makes the top of a board read too high: the best of many noisy ratings is more often
lucky than unlucky, the more so the more models and the fewer votes. The remedy is the posterior
under a prior the data themselves give (empirical Bayes, Efron 2014): per group a quadratic in the
release date, the residuals of both groups pooled and deconvolved by EM on a grid, smoothed as far
as their number asks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from elolag import correlated
from elolag.model.scale import FREEDOM

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

GRID_STEP = 4.0
#: Least standard deviation of the prior's components, in Elo (see `bandwidth`).
SMOOTHING = 5.0
#: Where a normal draw is taken to end; numpy's normals reach 8.3 sd in 10^16 draws.
REACH = 8.5
#: A t with `FREEDOM` as a mixture of three normals: shares and variances. Its variances are the
#: means of the inverse gamma that the t mixes over, over the smallest six tenths, the next three
#: and the last; the variance is the t's, 0.054 lies beyond its 95% ends and 0.0115 beyond 99%.
SPREADS = np.array([[0.6, 0.842], [0.3, 2.234], [0.1, 8.249]])


@dataclass(frozen=True)
class Field:
    """Everything numeric about the models of two groups on one board.

    Arrays over E entries: ``rating``, ``variance`` (own error, Elo^2), ``link`` (index of the
    carry, -1 none), ``link_root``, (E, `SHARED`) (times that many normals: the error shared by the
    entries of a carry), ``model`` (index into the models, non-decreasing).
    Arrays over M models: ``lead_from``, ``follow_from`` (days from which the model counts for a
    group, inf never), ``month_start``, ``month_end`` (first day of the month and of the next where
    the earlier of the two is a release known to the month, else NaN).
    ``drift``, (E,): scale of each entry's own change since its last list, a t with `FREEDOM`; None
    for none. ``errors``, (E, E): covariance of the entries' own errors where it is known, its
    diagonal ``variance``; None takes them as independent (see `elolag.correlated`).
    """

    rating: Floats
    variance: Floats
    link: Ints
    link_root: Floats
    model: Ints
    lead_from: Floats
    follow_from: Floats
    month_start: Floats
    month_end: Floats
    drift: Floats | None = None
    errors: Floats | None = None

    @property
    def shared(self) -> Floats:
        """Variance of the error an entry shares with its carry, (E,)."""
        return np.asarray((self.link_root**2).sum(axis=1))

    @property
    def moved(self) -> Floats:
        """Variance of an entry's own change since its last list, (E,)."""
        if self.drift is None:
            return np.zeros_like(self.variance)
        return np.asarray(self.drift**2 * (FREEDOM / (FREEDOM - 2)))


@dataclass(frozen=True)
class Posterior:
    """Per entry a mixture of normals: component weights, means and sd, all (E, K).

    ``copula``, (E, E): from independent normals to correlated normal scores of the entries; None
    where the entries are independent.
    """

    weights: Floats
    means: Floats
    sd: Floats
    copula: Floats | None = None

    @property
    def mean(self) -> Floats:
        """Posterior mean per entry."""
        return np.asarray((self.weights * self.means).sum(axis=1))

    @property
    def spread(self) -> Floats:
        """Posterior standard deviation per entry."""
        away = self.means - self.mean[:, None]
        return np.asarray(np.sqrt((self.weights * (away**2 + self.sd**2)).sum(axis=1)))

    def bounds(self) -> tuple[Floats, Floats]:
        """What no draw falls below or rises above, per entry."""
        alive = self.weights > 0
        low = np.where(alive, self.means - REACH * self.sd, np.inf).min(axis=1)
        high = np.where(alive, self.means + REACH * self.sd, -np.inf).max(axis=1)
        return low, high


def posterior(field: Field, *, correct_selection: bool = True) -> Posterior:
    """Posterior of every entry's true rating.

    Without the correction (a flat prior) it is the published rating with its own error. Where the
    errors' covariance is known, the entries' posteriors are joined by it.
    """
    if not correct_selection:
        copula = None if field.errors is None else correlated.root(field.errors)
        parts = _parts(field, field.variance)
        share = np.broadcast_to(SPREADS[:, 0], parts.shape) if parts.shape[1] > 1 else parts * 0 + 1
        means = np.repeat(field.rating[:, None], parts.shape[1], axis=1)
        return Posterior(share, means, np.sqrt(parts), copula)
    centre = trend(field)
    residual, variance = field.rating - centre, field.variance
    smoothing = bandwidth(residual)
    grid, prior = deconvolve(residual, variance + field.moved + field.shared, smoothing)

    def given(rating: Floats, variance: Floats) -> Posterior:
        """Each entry by itself: prior component (grid point, smoothing) times likelihood."""
        parts = _parts(field, variance)[:, :, None]  # (E, S, 1), beside the grid (G,)
        share = np.log(SPREADS[:, 0]) if parts.shape[1] > 1 else np.zeros(1)
        total = parts + smoothing**2
        away = (rating - centre)[:, None, None] - grid
        log_weight = np.log(prior) + share[:, None] - 0.5 * (away**2 / total + np.log(total))
        shape = len(rating), -1
        log_weight = log_weight.reshape(shape)
        weights = np.exp(log_weight - log_weight.max(axis=1, keepdims=True))
        weights[weights < 1e-12] = 0.0
        weights /= weights.sum(axis=1, keepdims=True)
        trust = smoothing**2 / total
        means = rating[:, None, None] * trust + (centre[:, None, None] + grid) * (1 - trust)
        sd = np.broadcast_to(np.sqrt(parts * trust), means.shape)
        return Posterior(weights, means.reshape(shape), sd.reshape(shape))

    if field.errors is None:
        return given(field.rating, variance)

    def moments(rating: Floats, variance: Floats) -> tuple[Floats, Floats]:
        fitted = given(rating, variance)
        return fitted.mean, fitted.spread**2

    middle = float(prior @ grid)
    width = float(prior @ (grid - middle) ** 2) + smoothing**2
    rating, variance, joint = correlated.propagate(
        field.rating, field.errors, moments, centre + middle, width
    )
    return replace(given(rating, variance), copula=correlated.root(joint))


def _parts(field: Field, variance: Floats) -> Floats:
    """Variances of the normals whose mixture an entry's error is, (E, S); shares: `SPREADS`."""
    if field.drift is None or not field.drift.any():
        return variance[:, None]
    return np.asarray(variance[:, None] + field.drift[:, None] ** 2 * SPREADS[:, 1])


def trend(field: Field) -> Floats:
    """Each entry's expected rating: a quadratic in the release date, per group.

    Models in both groups (nested groups) belong to the follower's. A group with few distinct
    dates gets a lower degree.
    """
    follows = np.isfinite(field.follow_from)
    released = np.where(follows, field.follow_from, field.lead_from)[field.model]
    follows = follows[field.model]
    out = np.empty_like(field.rating)
    for group in (follows, ~follows):
        if not group.any():
            continue
        years = (released[group] - released[group].max()) / 365.2425
        degree = min(2, (len(np.unique(years)) - 1) // 3)
        design = np.vander(years, degree + 1)
        solution = np.linalg.lstsq(design, field.rating[group], rcond=None)[0]
        out[group] = design @ solution
    return out


def bandwidth(residual: Floats) -> float:
    """How fine a prior n residuals can show, in Elo (Silverman 1986, eq. 3.31); never too fine.

    Left to itself the likelihood puts an atom on every few residuals; ratings are then drawn to
    the nearest atom, and the draws scatter too little.
    """
    upper, lower = np.quantile(residual, [0.75, 0.25])
    scatter = min(float(residual.std()), float(upper - lower) / 1.34)
    return float(max(SMOOTHING, 0.9 * scatter * len(residual) ** -0.2))


def deconvolve(
    residual: Floats, variance: Floats, smoothing: float = SMOOTHING, rounds: int = 400
) -> tuple[Floats, Floats]:
    """Prior over residuals: grid points and their probabilities, by EM (Laird 1978).

    The prior is a mixture of normals of sd `smoothing` at the grid points; `residual` is an
    observation of it with error `variance`.
    """
    low, high = residual.min() - 3 * smoothing, residual.max() + 3 * smoothing
    grid = np.arange(low, high + GRID_STEP, GRID_STEP)
    total = (variance + smoothing**2)[:, None]
    likelihood = np.exp(-0.5 * (residual[:, None] - grid) ** 2 / total) / np.sqrt(total)
    prior = np.full(len(grid), 1 / len(grid))
    for _ in range(rounds):
        share = likelihood * prior
        share /= share.sum(axis=1, keepdims=True)
        updated = share.mean(axis=0)
        if np.abs(updated - prior).max() < 1e-7:
            break
        prior = updated
    # A floor keeps every grid point possible: a logarithm follows.
    return grid, np.maximum(prior, 1e-12)
