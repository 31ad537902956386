"""The posterior of the ratings: what the best of many noisy ratings is worth.

Selection makes the top of a board read too high: the best of many noisy ratings is more often
lucky than unlucky, the more so the more models and the fewer votes. The remedy is the posterior
under a prior the data themselves give (empirical Bayes, Efron 2014), for every rated model at
once: what is thought of a model goes by the country of its tag and never by whom one compares.

The trend is a quadratic in the release date per country, drawn towards that of all. How far models
spread about it differs by country and by recency, both drawn towards what all together show. In
units of that spread the residuals of all are pooled and deconvolved by EM on a grid, smoothed as
far as their number asks and drawn to a normal as far as their errors hide them.

The prior so found is plugged in where many models with small errors show it. Where few or wide
errors leave it in doubt, every draw takes its own trend and spreads from what the ratings allow.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from elolag.arrays import Floats, Ints
from elolag.model import covariance
from elolag.model.scale import SHIPPED, Hyperparameters

_GRID_STEP = 4.0
#: Where a normal draw is taken to end; numpy's normals reach 8.3 sd in 10^16 draws.
REACH = 8.5
#: A prior is drawn in full where that adds this share or more to the variance of ratings, on
#: average (half a percent to their standard deviations), and taken as found under half of it.
_PLUGGED = 0.01
#: Of a prior in doubt: states drawn of its spreads, steps between these (in logarithms), the widest
#: in standard deviations of the ratings about their trend, and steps that a class may depart by.
_STATES, _LOG_STEP, _WIDEST, _FAR = 4096, 0.1, 3.0, 12
#: Of a departure, a t: scale and degrees of freedom, as boards show (benchmarks/departures.py).
_DEPARTURE, _FREEDOM = 0.2, 2.0


@dataclass(frozen=True)
class Field:
    """Everything numeric about the models of two groups on one board.

    Arrays over E entries: ``rating``, ``variance`` (own error, Elo^2), ``link`` (index of the
    carry, -1 none), ``link_root``, (E, `SHARED`) (times that many normals: the error shared by the
    entries of a carry), ``model`` (index into the models, non-decreasing).
    Arrays over M models: ``released`` (days), ``country`` (a number per country), ``lead_from``,
    ``follow_from`` (days from which the model counts for a group, inf never), ``month_start``,
    ``month_end`` (first day of the month and of the next where the earlier of the two is a release
    known to the month, else NaN).
    ``drift``, (E,): scale of each entry's own change since its last list, a t with `freedom`; None
    for none. ``errors``, (E, E): covariance of the entries' own errors where it is known, its
    diagonal ``variance``; None takes them as independent (see `elolag.model.covariance`).
    ``point``: what one Elo is, where ratings are in another unit.
    """

    rating: Floats
    variance: Floats
    link: Ints
    link_root: Floats
    model: Ints
    released: Floats
    country: Ints
    lead_from: Floats
    follow_from: Floats
    month_start: Floats
    month_end: Floats
    drift: Floats | None = None
    errors: Floats | None = None
    freedom: float = SHIPPED.freedom
    point: float = 1.0

    @property
    def shared(self) -> Floats:
        """Variance of the error an entry shares with its carry, (E,)."""
        return np.asarray((self.link_root**2).sum(axis=1))

    @property
    def moved(self) -> Floats:
        """Variance of an entry's own change since its last list, (E,)."""
        if self.drift is None:
            return np.zeros_like(self.variance)
        return np.asarray(self.drift**2 * (self.freedom / (self.freedom - 2)))

    @property
    def error(self) -> Floats:
        """Variance of a rating about the true one, whatever it is from, (E,)."""
        return np.asarray(self.variance + self.moved + self.shared)

    def best(self, ratings: Floats) -> Floats:
        """Of ratings by entry, (E,), the highest of each model, (M,)."""
        starts = np.flatnonzero(np.diff(self.model, prepend=-1))
        return np.asarray(np.maximum.reduceat(ratings, starts))


@dataclass(frozen=True)
class Posterior:
    """Per entry a mixture of normals: component weights, means and sd, all (E, K).

    ``copula``, (E, E): from independent normals to correlated normal scores of the entries; None
    where the entries are independent. ``doubt``: of the prior; None where it is plugged in.
    """

    weights: Floats
    means: Floats
    sd: Floats
    copula: Floats | None = None
    doubt: Doubt | None = None

    @property
    def mean(self) -> Floats:
        """Posterior mean per entry."""
        return self._plain[0] if self.doubt is None else self.doubt.moments[0]

    @property
    def spread(self) -> Floats:
        """Posterior standard deviation per entry."""
        return self._plain[1] if self.doubt is None else self.doubt.moments[1]

    @cached_property
    def _plain(self) -> tuple[Floats, Floats]:
        """Mean (of equal means just that, for ties) and deviation under the prior found, (E,)."""
        mean = self.means[:, 0] + (self.weights * (self.means - self.means[:, :1])).sum(axis=1)
        away = self.means - mean[:, None]
        return mean, np.sqrt((self.weights * (away**2 + self.sd**2)).sum(axis=1))

    def bounds(self) -> tuple[Floats, Floats]:
        """What no draw falls below or rises above, per entry."""
        alive = self.weights > 0
        low = np.where(alive, self.means - REACH * self.sd, np.inf).min(axis=1)
        high = np.where(alive, self.means + REACH * self.sd, -np.inf).max(axis=1)
        if self.doubt is None:
            return low, high
        every = np.arange(len(low))
        scores = (self._scores(end[:, None], every)[:, 0] for end in (low, high))
        return self.doubt.bounds(*scores)

    def doubted(self, drawn: Floats, entries: Ints, rng: np.random.Generator) -> Floats:
        """Ratings drawn under the prior that was found, (N, D), as under those that may be.

        Parameters
        ----------
        drawn
            One row for each of `entries`.
        rng
            Takes one of the priors for every draw, the same for all entries.
        """
        if self.doubt is None:
            return drawn
        return self.doubt.ratings(self._scores(drawn, entries), entries, rng)

    def _scores(self, ratings: Floats, entries: Ints) -> Floats:
        """Standard scores of some entries' ratings, (N, D), under the prior that was found."""
        mean, spread = (part[entries, None] for part in self._plain)
        return np.asarray((ratings - mean) / np.where(spread > 0, spread, 1.0))

    def of(self, entries: Ints) -> Posterior:
        """Of some entries only."""
        return Posterior(
            self.weights[entries],
            self.means[entries],
            self.sd[entries],
            None if self.copula is None else self.copula[entries],
            None if self.doubt is None else self.doubt.of(entries),
        )


@dataclass(frozen=True)
class Doubt:
    """How the prior may err: in how far models spread about their trend, and in the trend.

    A draw takes one of S states, all as likely: a spread for every class of entries. ``states``,
    (S, C), says which of T spreads each of C classes then has; ``kind``, (E,), is an entry's class;
    ``means`` and ``sd``, (E, T), are its posterior under each spread. ``root``, (E, P), times P
    unit normals is an error of the trend, of which ``reach``, (E, T), comes through to the entry.
    """

    states: Ints
    kind: Ints
    means: Floats
    sd: Floats
    root: Floats
    reach: Floats

    @cached_property
    def chance(self) -> Floats:
        """How likely each of the spreads is, by entry, (E, T)."""
        of_kinds = [np.bincount(of, minlength=self.means.shape[1]) for of in self.states.T]
        return np.stack(of_kinds)[self.kind] / len(self.states)

    @cached_property
    def moments(self) -> tuple[Floats, Floats]:
        """Posterior mean (as in `Posterior`) and standard deviation over all states, each (E,)."""
        mean = self.means[:, 0] + (self.chance * (self.means - self.means[:, :1])).sum(axis=1)
        tilt = self.reach**2 * (self.root**2).sum(axis=1)[:, None]
        away = (self.means - mean[:, None]) ** 2 + self.sd**2 + tilt
        return mean, np.sqrt((self.chance * away).sum(axis=1))

    def bounds(self, low: Floats, high: Floats) -> tuple[Floats, Floats]:
        """What no draw falls below or rises above whose standard scores lie between these, (E,)."""
        slack = REACH * self.reach * np.sqrt((self.root**2).sum(axis=1))[:, None]
        may = self.chance > 0
        below = np.where(may, self.means + self.sd * low[:, None] - slack, np.inf).min(axis=1)
        above = np.where(may, self.means + self.sd * high[:, None] + slack, -np.inf).max(axis=1)
        return below, above

    def ratings(self, scores: Floats, entries: Ints, rng: np.random.Generator) -> Floats:
        """Ratings of some entries, (N, D), of their standard scores."""
        state = rng.integers(len(self.states), size=scores.shape[1])
        tilt = self.root[entries] @ rng.standard_normal((self.root.shape[1], scores.shape[1]))
        at = entries[:, None], self.states[state][:, self.kind[entries]].T
        return np.asarray(self.means[at] + self.sd[at] * scores + self.reach[at] * tilt)

    def of(self, entries: Ints) -> Doubt:
        """Of some entries only."""
        means, sd, root, reach = (a[entries] for a in (self.means, self.sd, self.root, self.reach))
        return Doubt(self.states, self.kind[entries], means, sd, root, reach)


def posterior(
    field: Field, *, correct_selection: bool = True, hyper: Hyperparameters = SHIPPED
) -> Posterior:
    """Posterior of every entry's true rating.

    Without the correction (a flat prior) it is the published rating with its own error. Where the
    errors' covariance is known, the entries' posteriors are joined by it.
    """
    if not correct_selection:
        copula = None if field.errors is None else covariance.root(field.errors)
        share, parts = _parts(field, field.variance)
        share = np.broadcast_to(share, parts.shape)
        means = np.repeat(field.rating[:, None], parts.shape[1], axis=1)
        return Posterior(share, means, np.sqrt(parts), copula)
    prior = _thought(field, hyper)

    def moments(rating: Floats, variance: Floats) -> tuple[Floats, Floats]:
        fitted = prior.given(field, rating, variance)
        return fitted.mean, fitted.spread**2

    rating, variance, joint = field.rating, field.variance, field.errors
    if joint is not None:
        rating, variance, joint = covariance.propagate(rating, joint, moments, *prior.normal)
    fitted = prior.given(field, rating, variance)
    doubt, joint = _doubt(field, prior, fitted, rating, variance, joint, hyper)
    return replace(fitted, doubt=doubt, copula=None if joint is None else covariance.root(joint))


@dataclass(frozen=True)
class Prior:
    """What is thought of each entry before its own rating is looked at.

    A mixture of normals at ``centre + spread * grid`` with ``weights`` and the sd
    ``spread * smoothing``; ``centre`` and ``spread`` are (E,), ``grid`` and ``weights`` (G,).
    ``free``, (E,), is the part of an entry's distance from its trend that is not its own doing;
    ``root``, (E, P), times P unit normals the trend's error, in deviations of an entry about it.
    """

    centre: Floats
    spread: Floats
    grid: Floats
    weights: Floats
    smoothing: float
    free: Floats
    root: Floats

    @property
    def middle(self) -> float:
        """The prior's mean about the trend, in spreads."""
        return float(self.weights @ self.grid)

    @property
    def width(self) -> float:
        """The prior's variance, in squared spreads."""
        return float(self.weights @ (self.grid - self.middle) ** 2) + self.smoothing**2

    @property
    def normal(self) -> tuple[Floats, Floats]:
        """The prior's mean and variance, by entry, (E,)."""
        return self.centre + self.spread * self.middle, self.spread**2 * self.width

    def given(self, field: Field, rating: Floats, variance: Floats) -> Posterior:
        """Each entry by itself: prior component times likelihood.

        Parameters
        ----------
        field
            Whose drift is part of the error.
        rating, variance
            Ratings and the variance of their normal error, (E,).
        """
        parts, at, own, log_weight = self._components(field, rating, variance)
        weights = np.exp(log_weight - log_weight.max(axis=1, keepdims=True))
        weights[weights < 1e-12] = 0.0
        weights /= weights.sum(axis=1, keepdims=True)
        trust = own / (parts + own)
        means = rating[:, None, None] * trust + at * (1 - trust)
        sd = np.broadcast_to(np.sqrt(parts * trust), means.shape)
        return Posterior(weights, means.reshape(weights.shape), sd.reshape(weights.shape))

    def evidence(self, field: Field, rating: Floats, variance: Floats) -> Floats:
        """How likely each rating is, as a logarithm less a constant, (E,)."""
        log_weight = self._components(field, rating, variance)[-1]
        most = log_weight.max(axis=1)
        return np.asarray(most + np.log(np.exp(log_weight - most[:, None]).sum(axis=1)))

    def _components(
        self, field: Field, rating: Floats, variance: Floats
    ) -> tuple[Floats, Floats, Floats, Floats]:
        """Variances of error, (E, S, 1), and prior, (E, 1, 1), places, (E, 1, G), log weights."""
        share, parts = _parts(field, variance)
        parts = parts[:, :, None]  # (E, S, 1), beside the grid (G,)
        at = (self.centre[:, None] + self.spread[:, None] * self.grid)[:, None, :]
        own = (self.spread * self.smoothing)[:, None, None] ** 2
        total = parts + own
        away = rating[:, None, None] - at
        misfit = 0.5 * (away**2 / total + np.log(total))
        log_weight = np.log(self.weights) + np.log(share)[:, None] - misfit
        return parts, at, own, log_weight.reshape(len(rating), -1)


def _thought(field: Field, hyper: Hyperparameters = SHIPPED) -> Prior:
    """The prior that all entries of a field give."""
    centre, leverage, root = _trend(field, hyper)
    free = np.maximum(1 - leverage, hyper.least_free)
    # As far from the trend as if it had been fitted to others.
    residual = (field.rating - centre) / np.sqrt(free)
    observed = field.error
    spread = _spreads(field, residual, observed, free, hyper)
    typical = float(np.median(spread))
    smoothing = _bandwidth(residual / spread, hyper.smoothing * field.point / typical)
    step = _GRID_STEP * field.point / typical
    unit = residual / spread, observed / spread**2
    grid, weights = _remembered(unit[0].tobytes(), unit[1].tobytes(), smoothing, step, hyper.normal)
    return Prior(centre, spread, grid, weights, smoothing, free, root)


def _doubt(
    field: Field,
    prior: Prior,
    fitted: Posterior,
    rating: Floats,
    variance: Floats,
    joint: Floats | None,
    hyper: Hyperparameters,
) -> tuple[Doubt | None, Floats | None]:
    """How a prior may err, in `_STATES` states, and the covariance of all entries then.

    No doubt where drawing it would add less than half of `_PLUGGED`; up to that it sets in by
    degrees, lest an answer jump. The logarithm of the spread is that of all (any spread as likely
    as another before the ratings are looked at), plus a country's departure and recent ones', each
    a t, so that clear evidence is followed. The trend errs by as much as its fit shows.

    Parameters
    ----------
    fitted
        The posterior under the prior as found.
    rating, variance, joint
        What each entry by itself is given, as in `Prior.given`, and the covariance of all together,
        None where their errors are independent: under the prior as found.
    """
    observed = field.error
    trust = prior.spread**2 * prior.width / (prior.spread**2 * prior.width + observed)
    # Of the variance under a normal prior: what an error of the trend adds, and one of the spread,
    # whose logarithm is known to 1 / (2 sum trust^2).
    of_trend = (prior.root**2).sum(axis=1) * (1 - trust) / trust
    of_spread = 2 * trust * (1 - trust) / (trust**2).sum()
    added = float((of_trend + of_spread).mean())
    degree = 1.0 if added >= _PLUGGED else 2 * added / _PLUGGED - 1
    if degree <= 0:
        return None, joint
    away = (field.rating - prior.centre) / np.sqrt(prior.free)
    most = np.log(_WIDEST * max(float(away.std()), float(np.median(prior.spread))))
    least = min(np.log(hyper.smoothing * field.point), most)
    spreads = np.exp(np.arange(least, most + _LOG_STEP, _LOG_STEP))
    log, means, sd, reach = np.empty((4, len(away), len(spreads)))
    for number, spread in enumerate(spreads.tolist()):
        may = replace(prior, spread=np.full(len(away), spread))
        seen = may.evidence(field, prior.centre + away, field.variance + field.shared)
        log[:, number] = prior.free * seen
        if field.errors is not None:
            rating, variance, _ = covariance.told(field.rating, field.errors, *may.normal)
        under = may.given(field, rating, variance)
        means[:, number], sd[:, number] = under.mean, under.spread
        own, of_models = variance + field.moved, spread**2 * prior.width
        reach[:, number] = own / (of_models + own) * np.sqrt(of_models + observed)
    released = field.released[field.model]
    recent = (released > released.max() - hyper.recent_days).astype(np.intp)
    country = np.unique(field.country[field.model], return_inverse=True)[1]
    of_kinds = np.zeros((country.max() + 1, 2, len(spreads)))
    np.add.at(of_kinds, (country, recent), log)
    steps = np.arange(-_FAR, _FAR + 1)
    departs = -0.5 * (_FREEDOM + 1) * np.log1p((steps * _LOG_STEP / _DEPARTURE) ** 2 / _FREEDOM)
    states = _states(of_kinds, spreads, steps, departs)
    means, sd = (
        (1 - degree) * found[:, None] + degree * drawn
        for found, drawn in ((fitted.mean, means), (fitted.spread, sd))
    )
    doubt = Doubt(states, 2 * country + recent, means, sd, prior.root, degree * reach)
    if field.errors is not None and joint is not None:
        may = replace(prior, spread=np.exp(doubt.chance @ np.log(spreads)))
        drawn = covariance.told(field.rating, field.errors, *may.normal)[2]
        joint = (1 - degree) * joint + degree * drawn
    return doubt, joint


def _states(evidence: Floats, spreads: Floats, steps: Ints, departs: Floats) -> Ints:
    """Spreads drawn for every class of entries, (`_STATES`, 2 C): numbers among `spreads`.

    Parameters
    ----------
    evidence
        How likely the ratings of a country's older and recent entries are under each spread, as a
        logarithm, (C, 2, T).
    steps, departs
        By how many spreads a country, and recent entries, may depart, and how likely that is, as a
        logarithm, (D,).
    """
    # Of all spreads, (T, R, D): that of all, recent entries' departure, a country's departure.
    own = np.arange(len(spreads))[:, None, None] + steps
    half = (steps // 2)[:, None]
    older, newer = (
        np.clip(own + move, 0, len(spreads) - 1) for move in (-half, steps[:, None] - half)
    )
    log = evidence[:, 0][:, older] + evidence[:, 1][:, newer] + departs  # (C, T, R, D)
    most = log.max(axis=-1, keepdims=True)
    chance = np.exp(log - most)
    of_all = (most[..., 0] + np.log(chance.sum(axis=-1))).sum(axis=0)
    of_all += departs + np.log(spreads)[:, None]
    rng = np.random.default_rng(len(spreads))
    weights = np.exp(of_all - of_all.max()).ravel()
    ends = np.cumsum(weights) / weights.sum()
    chosen = np.searchsorted(ends, (np.arange(_STATES) + 0.5) / _STATES)
    level, ratio = np.unravel_index(np.minimum(chosen, len(ends) - 1), of_all.shape)
    states = np.empty((_STATES, len(evidence), 2), np.intp)
    for number, by in enumerate(chance):
        ends = np.cumsum(by[level, ratio], axis=1)
        departure = (ends < ends[:, -1:] * rng.random((_STATES, 1))).sum(axis=1)
        states[:, number, 0] = older[level, ratio, departure]
        states[:, number, 1] = newer[level, ratio, departure]
    return states.reshape(_STATES, -1)


def only(field: Field, fitted: Posterior, models: Ints) -> tuple[Field, Posterior, Ints]:
    """The models at these positions (increasing), and the numbers of their entries in the field."""
    entries = np.flatnonzero(np.isin(field.model, models))
    of_entries = ("rating", "variance", "link", "link_root")
    of_models = ("released", "country", "lead_from", "follow_from", "month_start", "month_end")
    part = replace(
        field,
        drift=None if field.drift is None else field.drift[entries],
        errors=None if field.errors is None else field.errors[np.ix_(entries, entries)],
        model=np.searchsorted(models, field.model[entries]),
        **{name: getattr(field, name)[entries] for name in of_entries},
        **{name: getattr(field, name)[models] for name in of_models},
    )
    return part, fitted.of(entries), entries


def _parts(field: Field, variance: Floats) -> tuple[Floats, Floats]:
    """Shares, (S,), and variances, (E, S), of the normals whose mixture an entry's error is."""
    if field.drift is None or not field.drift.any():
        return np.ones(1), variance[:, None]
    share, wide = _mixture(field.freedom).T
    return share, variance[:, None] + field.drift[:, None] ** 2 * wide


@cache
def _mixture(freedom: float) -> Floats:
    """A t as a mixture of three normals: shares and variances, (3, 2).

    The variances are the means of the inverse gamma that the t mixes over, over the smallest six
    tenths, the next three and the last; the variance is the t's. Of four degrees of freedom 0.054
    lies beyond the t's 95% ends and 0.0115 beyond 99%.
    """
    from scipy.special import chdtr, chdtri

    share = np.array([0.6, 0.3, 0.1])
    ends = np.array([np.inf, *chdtri(freedom, 1 - np.array([0.4, 0.1])), 0.0])
    mean = freedom / (freedom - 2) * -np.diff(chdtr(freedom - 2, ends)) / share
    return np.column_stack([share, np.round(mean, 3)])


def _trend(field: Field, hyper: Hyperparameters = SHIPPED) -> tuple[Floats, Floats, Floats]:
    """Each entry's expected rating, how much of it is the entry's own doing, and how it errs.

    A quadratic in the release date that all share (of lower degree where all have few dates), and
    each country's departure from it, drawn to none: what few models do not show of their trend,
    they have from the others. The second, (E,), is the leverage, d expected / d rating; the third,
    (E, P), times P unit normals the error of the trend, in deviations of ratings about it.
    """
    released = field.released[field.model]
    degree = min(2, (len(np.unique(released)) - 1) // 3)
    design = np.vander((released - released.max()) / 365.2425, degree + 1)
    countries = np.unique(field.country[field.model], return_inverse=True)[1]
    own = np.eye(countries.max() + 1)[countries]
    apart = (own[:, :, None] * (design * np.array(hyper.apart[2 - degree :]))[:, None, :]).reshape(
        len(own), -1
    )
    rows = np.vstack(
        [np.hstack([design, apart]), np.eye(apart.shape[1] + degree + 1)[degree + 1 :]]
    )
    # Of the hat matrix, entries by entries, only what is asked for: its product, its diagonal and
    # a root of it, for under a normal prior of the departures it is the covariance of the trend.
    every = np.linalg.pinv(rows)
    rows, inverse = rows[: len(own)], every[:, : len(own)]
    values, vectors = np.linalg.eigh(every @ every.T)
    root = rows @ (vectors * np.sqrt(np.maximum(values, 0.0)))
    return rows @ (inverse @ field.rating), np.einsum("ij,ji->i", rows, inverse), root


def _spreads(
    field: Field, residual: Floats, observed: Floats, free: Floats, hyper: Hyperparameters = SHIPPED
) -> Floats:
    """How far entries spread about their trend, (E,): a standard deviation, errors taken out.

    By country, each drawn towards the spread of all with the weight of `average` entries (in
    logarithms); then by whether they came in the last year, the ratio the same for all countries
    and drawn towards one likewise.
    """
    released, country = field.released[field.model], field.country[field.model]

    def spread(rows: NDArray[np.bool_], unit: Floats) -> float:
        """Of some entries, in logarithms and in units."""
        scaled = (residual[rows] ** 2 - observed[rows]) / unit[rows] ** 2
        least = float(np.median(hyper.smoothing * field.point / unit[rows]))
        mean = np.average(scaled, weights=free[rows])
        return 0.5 * float(np.log(max(mean, least**2)))

    one = np.ones_like(residual)
    average = spread(one > 0, one)
    log = np.full_like(residual, average)
    for number in np.unique(country):
        mine = country == number
        trust = mine.sum() / (mine.sum() + hyper.average)
        log[mine] = trust * spread(mine, one) + (1 - trust) * average
    recent = released > released.max() - hyper.recent_days
    few = min(recent.sum(), (~recent).sum())
    if few:
        ratio = spread(recent, np.exp(log)) - spread(~recent, np.exp(log))
        log += (recent - recent.mean()) * ratio * few / (few + hyper.average)
    return np.asarray(np.exp(log))


def _bandwidth(residual: Floats, least: float) -> float:
    """How fine a prior n residuals can show (Silverman 1986, eq. 3.31); at least `least`.

    Left to itself the likelihood puts an atom on every few residuals; ratings are then drawn to
    the nearest atom, and the draws scatter too little.
    """
    upper, lower = np.quantile(residual, [0.75, 0.25])
    scatter = min(float(residual.std()), float(upper - lower) / 1.34)
    return float(max(least, 0.9 * scatter * len(residual) ** -0.2))


@lru_cache(maxsize=32)
def _remembered(
    residual: bytes, variance: bytes, smoothing: float, step: float, normal: float
) -> tuple[Floats, Floats]:
    """The prior of `_deconvolve`: the same for all groups, dates and draws of one list."""
    found = _deconvolve(
        np.frombuffer(residual), np.frombuffer(variance), smoothing, step, normal=normal
    )
    for each in found:
        each.flags.writeable = False
    return found


def _deconvolve(
    residual: Floats,
    variance: Floats,
    smoothing: float,
    step: float,
    rounds: int = 400,
    normal: float = SHIPPED.normal,
) -> tuple[Floats, Floats]:
    """Prior over residuals: grid points and their probabilities, by EM (Laird 1978).

    The prior is a mixture of normals of sd `smoothing` at the grid points; `residual` is an
    observation of it with error `variance`. The likelihood puts few residuals with wide errors on
    fewer atoms still, so draws of a normal stand beside them, the more the less they show.
    """
    low, high = residual.min() - 3 * smoothing, residual.max() + 3 * smoothing
    grid = np.arange(low, high + step, step)
    total = (variance + smoothing**2)[:, None]
    likelihood = np.exp(-0.5 * (residual[:, None] - grid) ** 2 / total) / np.sqrt(total)
    scatter = max(float((residual**2 - variance).mean()), 2 * smoothing**2)
    beside = np.exp(-0.5 * grid**2 / (scatter - smoothing**2))
    beside *= normal * float((variance / (variance + scatter)).mean()) / beside.sum()
    prior = np.full(len(grid), 1 / len(grid))
    for _ in range(rounds):
        updated = prior * ((1 / (likelihood @ prior)) @ likelihood) + beside
        updated /= updated.sum()
        if np.abs(updated - prior).max() < 1e-7:
            break
        prior = updated
    # A floor keeps every grid point possible: a logarithm follows.
    return grid, np.maximum(prior, 1e-12)
