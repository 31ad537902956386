"""The uncertainty engine: ratings from their posterior, link errors, dates inside their precision.

Selection makes the top of a board read too high: the best of many noisy ratings is more often
lucky than unlucky, the more so the more models and the fewer votes. The remedy is the posterior
under a prior the data themselves give (empirical Bayes, Efron 2014): per group a quadratic in the
release date, the residuals of both groups pooled and deconvolved by EM on a grid, smoothed as far
as their number asks. Every draw takes one rating per entry from its posterior; then everything is
recomputed: which entry is its model's best, which models are records, both frontiers, the lag.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from elolag import correlated
from elolag.lag import ESTIMANDS, TRENDS, WINDOWS, Lags, Race, backward_at, check_groups

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

CHUNK = 1000
GRID_STEP = 4.0
#: Least standard deviation of the prior's components, in Elo (see `bandwidth`).
SMOOTHING = 5.0
#: Where a normal draw is taken to end; numpy's normals reach 8.3 sd in 10^16 draws.
REACH = 8.5


@dataclass(frozen=True)
class Field:
    """Everything numeric about the models of two groups on one board.

    Arrays over E entries: ``rating``, ``variance`` (own error, Elo^2), ``link`` (index of the
    shared link error, -1 none), ``link_se``, ``model`` (index into the models, non-decreasing).
    Arrays over M models: ``lead_from``, ``follow_from`` (days from which the model counts for a
    group, inf never), ``month_start``, ``month_end`` (first day of the month and of the next where
    the earlier of the two is a release known to the month, else NaN).
    ``errors``, (E, E): covariance of the entries' own errors where it is known, its diagonal
    ``variance``; None takes them as independent (see `elolag.correlated`).
    """

    rating: Floats
    variance: Floats
    link: Ints
    link_se: Floats
    model: Ints
    lead_from: Floats
    follow_from: Floats
    month_start: Floats
    month_end: Floats
    errors: Floats | None = None


@dataclass(frozen=True)
class Posterior:
    """Per entry a mixture of normals: component weights and means (E, K), one sd (E,).

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
        return np.asarray(np.sqrt((self.weights * away**2).sum(axis=1) + self.sd**2))

    def bounds(self) -> tuple[Floats, Floats]:
        """What no draw falls below or rises above, per entry."""
        alive = self.weights > 0
        low = np.where(alive, self.means, np.inf).min(axis=1) - REACH * self.sd
        high = np.where(alive, self.means, -np.inf).max(axis=1) + REACH * self.sd
        return low, high


def posterior(field: Field, *, correct_selection: bool = True) -> Posterior:
    """Posterior of every entry's true rating.

    Without the correction (a flat prior) it is the published rating with its own error. Where the
    errors' covariance is known, the entries' posteriors are joined by it.
    """
    if not correct_selection:
        copula = None if field.errors is None else correlated.root(field.errors)
        alone = np.ones((len(field.rating), 1)), field.rating[:, None], np.sqrt(field.variance)
        return Posterior(*alone, copula)
    centre = trend(field)
    residual, variance = field.rating - centre, field.variance
    smoothing = bandwidth(residual)
    grid, prior = deconvolve(residual, variance + field.link_se**2, smoothing)

    def given(rating: Floats, variance: Floats) -> Posterior:
        """Each entry by itself: normal prior component (grid point, smoothing) times likelihood."""
        residual = rating - centre
        total = variance + smoothing**2
        log_weight = np.log(prior) - 0.5 * (residual[:, None] - grid) ** 2 / total[:, None]
        weights = np.exp(log_weight - log_weight.max(axis=1, keepdims=True))
        weights[weights < 1e-12] = 0.0
        weights /= weights.sum(axis=1, keepdims=True)
        trust = smoothing**2 / total
        means = rating[:, None] * trust[:, None] + (centre[:, None] + grid) * (1 - trust)[:, None]
        return Posterior(weights, means, np.sqrt(variance * trust))

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
    """Prior over residuals: grid points and their probabilities, by EM (Efron 2014, section 2).

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


@dataclass(frozen=True)
class Draw:
    """A chunk of draws: ratings (D, M) and the dates, (M,) where all are known to the day."""

    ratings: Floats
    lead_from: Floats
    follow_from: Floats


def contenders(field: Field, posterior: Posterior) -> Ints:
    """Models that can be a record in some draw; the others never touch a frontier.

    A model is out when another, counting no later in every group it counts in, stands higher in
    every possible draw. This saves time and changes nothing.
    """
    low, high = posterior.bounds()
    slack = REACH * field.link_se
    starts = np.flatnonzero(np.diff(field.model, prepend=-1))
    low = np.maximum.reduceat(low - slack, starts)
    high = np.maximum.reduceat(high + slack, starts)
    keep = np.zeros(len(field.lead_from), dtype=bool)
    early = np.where(np.isnan(field.month_start), 0.0, 31.0)
    for dates in (field.lead_from, field.follow_from):
        order = np.argsort(dates + early, kind="stable")
        # The best floor among models that surely count by a date...
        sure, floor = (dates + early)[order], np.maximum.accumulate(low[order])
        at = np.searchsorted(sure, dates - early, side="right") - 1
        beaten = (at >= 0) & (high < np.where(at >= 0, floor[np.maximum(at, 0)], -np.inf))
        keep |= np.isfinite(dates) & ~beaten
    return np.flatnonzero(keep)


def draw(
    field: Field, posterior: Posterior, n: int, seed: int, *, everything: bool = False
) -> Iterator[tuple[Ints, Draw]]:
    """Yield chunks of draws over the contending models, or all (their indices, and the draws).

    Chunk i has its own generator, seeded by (seed, i): the result depends on neither memory nor
    the number of workers.
    """
    every = np.arange(len(field.lead_from))
    keep = every if everything else contenders(field, posterior)
    entries = np.flatnonzero(np.isin(field.model, keep))
    starts = np.flatnonzero(np.diff(field.model[entries], prepend=-1))
    own = _own_errors(posterior, entries)
    for chunk, begin in enumerate(range(0, n, CHUNK)):
        size = min(CHUNK, n - begin)
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(chunk,)))
        ratings = own(rng)
        _add_link_errors(ratings, field, entries, rng)
        dates = _dates(field, keep, rng)
        yield (
            keep,
            Draw(
                np.ascontiguousarray(np.maximum.reduceat(ratings, starts).T[:size]),
                *(d[:size] if d.ndim == 2 else d for d in dates),
            ),
        )


def _own_errors(posterior: Posterior, entries: Ints) -> Callable[[np.random.Generator], Floats]:
    """What draws a chunk of the entries' ratings, (len(entries), CHUNK), links left out."""
    if posterior.copula is not None:
        factor = posterior.copula[entries]
        weights, means, sd = (
            a[entries] for a in (posterior.weights, posterior.means, posterior.sd)
        )
        levels, scores = correlated.normal_scores(weights, means, sd)

        def together(rng: np.random.Generator) -> Floats:
            drawn = factor @ rng.standard_normal((factor.shape[1], CHUNK))
            for j in range(len(entries)):
                drawn[j] = np.interp(drawn[j], scores[j], levels[j])
            return np.asarray(drawn)

        return together

    cumulative = np.cumsum(posterior.weights[entries], axis=1)
    cumulative /= cumulative[:, -1:]

    def apart(rng: np.random.Generator) -> Floats:
        uniform = rng.random((len(entries), CHUNK))
        ratings = rng.standard_normal((len(entries), CHUNK))
        ratings *= posterior.sd[entries][:, None]
        for j, entry in enumerate(entries):
            component = np.searchsorted(cumulative[j], uniform[j], side="right")
            ratings[j] += posterior.means[entry].take(component)
        return ratings

    return apart


def _add_link_errors(
    ratings: Floats, field: Field, entries: Ints, rng: np.random.Generator
) -> None:
    link = field.link[entries]
    for number in np.unique(link[link >= 0]):
        shared = link == number
        ratings[shared] += field.link_se[entries][shared][:, None] * rng.standard_normal(CHUNK)


def _dates(field: Field, keep: Ints, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Dates of the kept models; a release known to the month falls on each of its days alike.

    A model that counts later for one group does so from the date of its weights, which is known:
    that date stays where it is, and the release is not after it.
    """
    lead, follow = field.lead_from[keep], field.follow_from[keep]
    vague = np.flatnonzero(~np.isnan(field.month_start[keep]))
    if not vague.size:
        return lead, follow
    start, end = field.month_start[keep][vague], field.month_end[keep][vague]
    released, later = np.minimum(lead, follow)[vague], np.maximum(lead, follow)[vague]
    end = np.where(later > released, np.minimum(end, later + 1), end)
    day = rng.integers(start.astype(int), end.astype(int), (CHUNK, len(vague))).astype(float)
    out = []
    for dates in (lead, follow):
        moved = np.tile(dates, (CHUNK, 1))
        is_release = dates[vague] == released
        moved[:, vague[is_release]] = day[:, is_release]
        out.append(moved)
    return out[0], out[1]


@dataclass(frozen=True)
class Outcomes:
    """What each of D draws gave.

    Attributes
    ----------
    lags
        Per estimand.
    gap
        F_L(T) - F_F(T) in Elo, shape (D,).
    leader_best, follower_best, match
        Indices of models: each side's best at T, and the model whose release first reached the
        level (the leader's; the follower's where it leads).
    """

    lags: dict[str, Lags]
    gap: Floats
    leader_best: Ints
    follower_best: Ints
    match: Ints


def point(
    field: Field, fitted: Posterior, as_of: float, estimands: Sequence[str], window: float | None
) -> Outcomes:
    """The estimands at posterior-mean ratings: one draw."""
    starts = np.flatnonzero(np.diff(field.model, prepend=-1))
    ratings = np.maximum.reduceat(fitted.mean, starts)[None, :]
    race = Race.of(ratings, field.lead_from, field.follow_from, as_of)
    return outcomes(race, estimands, window, np.arange(ratings.shape[1]))


def sample(
    field: Field,
    fitted: Posterior,
    as_of: float,
    estimands: Sequence[str],
    window: float | None,
    n: int,
    seed: int,
) -> Outcomes:
    """The estimands in `n` draws, all from the same draws.

    Parameters
    ----------
    window
        Months; None takes each estimand's default.
    """
    check_groups(field.lead_from, field.follow_from, as_of)
    parts = [
        outcomes(Race.of(d.ratings, d.lead_from, d.follow_from, as_of), estimands, window, keep)
        for keep, d in draw(field, fitted, n, seed, everything=any(e in TRENDS for e in estimands))
    ]
    return join(parts)


def join(parts: Sequence[Outcomes]) -> Outcomes:
    """Chunks of draws, one after another."""
    names = [f.name for f in fields(Outcomes) if f.name != "lags"]
    return Outcomes(
        lags={
            estimand: Lags(
                *(
                    np.concatenate([getattr(p.lags[estimand], f.name) for p in parts])
                    for f in fields(Lags)
                )
            )
            for estimand in parts[0].lags
        },
        **{name: np.concatenate([getattr(p, name) for p in parts]) for name in names},
    )


def outcomes(race: Race, estimands: Sequence[str], window: float | None, models: Ints) -> Outcomes:
    """The estimands of one race; `models` numbers its columns in the field."""
    today = backward_at(race, np.array([race.as_of]))
    gap = today.gap[:, 0]
    followed = race.follower.model_at(today.follow_at[:, 0])
    led = race.leader.model_at(today.lead_at[:, 0])
    return Outcomes(
        lags={e: lag_of(race, e, window) for e in estimands},
        gap=gap,
        leader_best=models[race.leader.best_model()],
        follower_best=models[race.follower.best_model()],
        match=models[np.where(gap < 0, followed, led)],
    )


def lag_of(race: Race, estimand: str, window: float | None) -> Lags:
    """One estimand of a race by its name; `window` in months, None for its default."""
    if estimand in TRENDS:
        return TRENDS[estimand](race, 0.0)
    return ESTIMANDS[estimand](race, WINDOWS[estimand] if window is None else window)
