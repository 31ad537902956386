"""The correction for selection against brute force and against worlds of known ratings."""

from __future__ import annotations

import itertools
import math
import statistics
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from made_field import NEVER, make_field, random_field
from numpy.typing import NDArray
from scipy import stats

from elolag.model.draws import draw
from elolag.model.posterior import (
    _GRID_STEP,
    Doubt,
    Field,
    Posterior,
    Prior,
    _bandwidth,
    _deconvolve,
    _mixture,
    _spreads,
    _states,
    _thought,
    _trend,
    only,
    posterior,
)
from elolag.model.scale import SHIPPED, Hyperparameters

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


def test_without_the_correction_the_posterior_is_the_published_rating() -> None:
    field = random_field(np.random.default_rng(5))
    fitted = posterior(field, correct_selection=False)
    assert (fitted.mean == field.rating).all()
    assert fitted.spread == pytest.approx(np.sqrt(field.variance))


@pytest.mark.parametrize("models", [4, 14, 60])
@pytest.mark.parametrize("exact", [1.0, 0.5])
def test_ratings_without_error_stay_what_they_are(models: int, exact: float) -> None:
    """To the last digit: of two that are level neither is above, at posterior means or drawn."""
    rng = np.random.default_rng(models)
    sd = np.where(rng.random(models) < exact, 0.0, 5.0)
    field = make_field(rng.integers(1000, 1006, models).tolist(), sd=sd.tolist())
    fitted = posterior(field)
    assert (fitted.doubt is None) == (exact == 1.0)
    sure = sd == 0
    assert (fitted.mean[sure] == field.rating[sure]).all()
    for _, drawn in draw(field, fitted, 50, 1, everything=True):
        assert (drawn.ratings[:, sure] == field.rating[sure]).all()


def test_deconvolution_recovers_a_known_prior() -> None:
    rng = np.random.default_rng(14)
    n = 6000
    second = rng.random(n) < 0.3
    truth = np.where(second, 60.0, -40.0) + rng.normal(0, 8, n)
    variance = rng.uniform(3, 15, n) ** 2
    observed = truth + rng.normal(0, np.sqrt(variance))
    grid, prior = _deconvolve(observed, variance, SHIPPED.smoothing, _GRID_STEP)
    assert prior.sum() == pytest.approx(1, abs=1e-6)
    mean = prior @ grid
    assert mean == pytest.approx(truth.mean(), abs=2)
    # The prior's own components have the smoothing's spread.
    spread = np.sqrt(prior @ (grid - mean) ** 2 + SHIPPED.smoothing**2)
    assert spread == pytest.approx(truth.std(), rel=0.05)
    for edge in (-60, -40, -20, 10, 40, 60, 80):
        assert prior[grid < edge].sum() == pytest.approx((truth < edge).mean(), abs=0.12)
    assert prior[(grid > -5) & (grid < 25)].sum() < 0.02
    assert prior[grid > 10].sum() == pytest.approx(0.3, abs=0.03)


def slow_bandwidth(residual: list[float], least: float) -> float:
    """Silverman's rule of thumb, from sorted numbers."""
    n, ranked = len(residual), sorted(residual)

    def quantile(q: float) -> float:
        below = math.floor(q * (n - 1))
        above = min(below + 1, n - 1)
        return ranked[below] + (q * (n - 1) - below) * (ranked[above] - ranked[below])

    scatter = min(statistics.pstdev(residual), (quantile(0.75) - quantile(0.25)) / 1.34)
    return max(least, 0.9 * scatter / n**0.2)


def slow_prior(
    residual: list[float], variance: list[float], smoothing: float, step: float, draws: float
) -> tuple[list[float], list[float]]:
    """The same EM, one number at a time, with the draws of a normal beside the residuals."""
    low, high = min(residual) - 3 * smoothing, max(residual) + 3 * smoothing
    grid = [low + step * k for k in range(int((high - low) / step) + 2)]
    prior = [1 / len(grid)] * len(grid)
    n = len(residual)
    scatter = sum(r**2 - v for r, v in zip(residual, variance, strict=True)) / n
    scatter = max(scatter, 2 * smoothing**2)
    normal = [normal_density(g, 0.0, scatter - smoothing**2) for g in grid]
    error = sum(v / (v + scatter) for v in variance) / n
    for _ in range(400):
        new = [draws * error * b / sum(normal) for b in normal]
        for r, v in zip(residual, variance, strict=True):
            share = [
                p * normal_density(r, g, v + smoothing**2) for p, g in zip(prior, grid, strict=True)
            ]
            for k, s in enumerate(share):
                new[k] += s / sum(share)
        new = [p / (n + draws * error) for p in new]
        if max(abs(a - b) for a, b in zip(new, prior, strict=True)) < 1e-7:
            break
        prior = new
    return grid, prior


def normal_density(x: float, mean: float, variance: float) -> float:
    return math.exp(-((x - mean) ** 2) / variance / 2) / math.sqrt(2 * math.pi * variance)


def slow_spreads(
    field: Field,
    residual: list[float],
    observed: list[float],
    free: list[float],
    hyper: Hyperparameters,
) -> list[float]:
    """Spread by country, then by recency, one entry at a time."""
    country = [int(field.country[m]) for m in field.model]
    released = [float(field.released[m]) for m in field.model]
    entries = range(len(residual))

    def log_spread(rows: list[int], unit: list[float]) -> float:
        mean = sum(free[k] * (residual[k] ** 2 - observed[k]) / unit[k] ** 2 for k in rows)
        mean /= sum(free[k] for k in rows)
        least = statistics.median(hyper.smoothing / unit[k] for k in rows)
        return math.log(max(mean, least**2)) / 2

    one = [1.0] * len(residual)
    average = log_spread(list(entries), one)
    by_country = []
    for k in entries:
        mine = [j for j in entries if country[j] == country[k]]
        trust = len(mine) / (len(mine) + hyper.average)
        by_country.append(math.exp(trust * log_spread(mine, one) + (1 - trust) * average))
    recent = [k for k in entries if released[k] > max(released) - hyper.recent_days]
    older = [k for k in entries if k not in recent]
    few = min(len(recent), len(older))
    if not few:
        return by_country
    ratio = log_spread(recent, by_country) - log_spread(older, by_country)
    ratio *= few / (few + hyper.average)
    share = len(recent) / len(residual)
    return [s * math.exp(((k in recent) - share) * ratio) for k, s in enumerate(by_country)]


@pytest.mark.parametrize("seed", range(4))
def test_spreads_are_those_of_a_slow_twin(seed: int) -> None:
    rng = np.random.default_rng([22, seed])
    field = random_field(rng, 70)
    field = replace(field, country=rng.choice(4, len(field.country), p=[0.5, 0.35, 0.1, 0.05]))
    observed = field.variance + field.shared
    residual = rng.normal(0, np.where(field.country[field.model] == 0, 60, 30))
    free = rng.uniform(0.2, 1, len(residual))
    hyper = Hyperparameters(average=30.0, recent_days=200.0) if seed else SHIPPED
    found = _spreads(field, residual, observed, free, hyper)
    assert found.tolist() == pytest.approx(
        slow_spreads(field, residual.tolist(), observed.tolist(), free.tolist(), hyper)
    )


def test_a_country_that_spreads_twice_as_far_is_found_to() -> None:
    rng = np.random.default_rng(23)
    released = np.sort(rng.uniform(0, 360, 300))
    follows = rng.random(300) < 0.5
    field = make_field(
        [0.0] * 300,
        lead_from=np.where(follows, NEVER, released).tolist(),
        follow_from=np.where(follows, released, NEVER).tolist(),
    )
    found = _spreads(
        field, rng.normal(0, np.where(follows, 30, 60)), np.full(300, 25.0), np.ones(300)
    )
    assert np.unique(found[follows]).tolist() == pytest.approx([30], rel=0.15)
    assert np.unique(found[~follows]).tolist() == pytest.approx([60], rel=0.15)


@pytest.mark.parametrize("drifts", [False, True])
@pytest.mark.parametrize("scatter", [3.0, 30.0])
def test_the_posterior_is_bayes_rule_by_brute_force(
    scatter: float, drifts: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(17)
    field = make_field(
        rng.normal(1000, scatter, 14).tolist(),
        sd=rng.uniform(2, 25, 14).tolist(),
        link=[0] * 5 + [-1] * 9,
        link_se=[12.0] * 5 + [0.0] * 9,
    )
    drift = np.where(rng.random(14) < 0.5, rng.uniform(2, 9, 14), 0.0) if drifts else None
    hyper = Hyperparameters(freedom=3.0, smoothing=7.0, normal=90.0) if scatter > 10 else SHIPPED
    monkeypatch.setattr("elolag.model.posterior._PLUGGED", np.inf)
    field = replace(field, drift=drift, freedom=hyper.freedom)
    fitted = posterior(field, hyper=hyper)
    centre, leverage, _ = _trend(field)
    free = [max(1 - h, hyper.least_free) for h in leverage.tolist()]
    observed = (field.variance + field.shared + field.moved).tolist()
    residual = [r / f**0.5 for r, f in zip((field.rating - centre).tolist(), free, strict=True)]
    spread = slow_spreads(field, residual, observed, free, hyper)
    typical = statistics.median(spread)
    scaled = [r / s for r, s in zip(residual, spread, strict=True)]
    smoothing = slow_bandwidth(scaled, hyper.smoothing / typical)
    grid, prior = slow_prior(
        scaled,
        [v / s**2 for v, s in zip(observed, spread, strict=True)],
        smoothing,
        _GRID_STEP / typical,
        hyper.normal,
    )
    for entry in range(14):
        rating, variance = float(field.rating[entry]), float(field.variance[entry])
        own = 0.0 if drift is None else float(drift[entry])
        wide = spread[entry]
        truth = [rating - 150 + 0.5 * k for k in range(601)]
        weight = [
            sum(
                share * normal_density(rating, t, variance + own**2 * v)
                for share, v in _mixture(hyper.freedom).tolist()
            )
            * sum(
                p * normal_density(t, float(centre[entry]) + wide * g, (wide * smoothing) ** 2)
                for p, g in zip(prior, grid, strict=True)
            )
            for t in truth
        ]
        mean = sum(w * t for w, t in zip(weight, truth, strict=True)) / sum(weight)
        second = sum(w * (t - mean) ** 2 for w, t in zip(weight, truth, strict=True))
        assert fitted.mean[entry] == pytest.approx(mean, abs=2e-3)
        assert fitted.spread[entry] == pytest.approx(math.sqrt(second / sum(weight)), abs=2e-3)


# The prior in doubt


def in_doubt(seed: int, *, drifts: bool = False) -> Field:
    """Twelve models of two countries over two years, with errors as wide as they differ."""
    rng = np.random.default_rng([29, seed])
    days = np.floor(rng.uniform(0, 700, 12))
    follows = np.arange(12) % 3 == 0
    field = make_field(
        rng.normal(1000 + 0.3 * days, 30).tolist(),
        sd=rng.uniform(15, 40, 12).tolist(),
        lead_from=np.where(follows, NEVER, days).tolist(),
        follow_from=np.where(follows, days, NEVER).tolist(),
        link=[0] * 4 + [-1] * 8,
        link_se=[12.0] * 4 + [0.0] * 8,
    )
    return replace(field, drift=rng.uniform(0, 20, 12)) if drifts else field


def slow_under(
    field: Field, prior: Prior, entry: int, away: float, spread: float
) -> tuple[float, float, float]:
    """An entry's posterior mean and sd under one spread, and how likely it is so far `away`."""
    errors = [(1.0, 0.0)] if field.drift is None else _mixture(field.freedom).tolist()
    drift = 0.0 if field.drift is None else float(field.drift[entry])
    rating, variance = float(field.rating[entry]), float(field.variance[entry])
    centre, own = float(prior.centre[entry]), (spread * prior.smoothing) ** 2
    parts, likely = [], 0.0
    for share, wide in errors:
        error = variance + drift**2 * wide
        for p, g in zip(prior.weights.tolist(), prior.grid.tolist(), strict=True):
            # A product of two normals is a normal, as likely as their distance says.
            at = centre + spread * g
            weight = share * p * normal_density(rating, at, own + error)
            mean = (rating * own + at * error) / (own + error)
            parts.append((weight, mean, own * error / (own + error)))
            total = own + error + float(field.shared[entry])
            likely += share * p * normal_density(away, spread * g, total)
    total = sum(w for w, _, _ in parts)
    mean = sum(w * m for w, m, _ in parts) / total
    variance = sum(w * ((m - mean) ** 2 + v) for w, m, v in parts) / total
    return mean, math.sqrt(variance), likely


def slow_chances(
    kinds: dict[tuple[int, int], list[float]], spreads: list[float]
) -> dict[tuple[int, int, int], float]:
    """How likely each spread of each class is: all cases of level, ratio and departures."""
    last = len(spreads) - 1
    # A t of two degrees of freedom, in steps of a tenth, 3.3 times as far or as near at most.
    apart = {k: float(stats.t.logpdf(0.1 * k / 0.2, 2)) for k in range(-12, 13)}
    found: dict[tuple[int, int, int], float] = {}
    everything = 0.0
    for (level, spread), ratio in itertools.product(enumerate(spreads), apart):
        cases = []
        for country, departs in itertools.product((0, 1), apart):
            places = (level + departs - ratio // 2, level + departs + ratio - ratio // 2)
            at = [min(max(place, 0), last) for place in places]
            log = sum(kinds[country, k][at[k]] for k in (0, 1) if (country, k) in kinds)
            cases.append((country, at, math.exp(log + 30 + apart[departs])))
        alone = spread * math.exp(apart[ratio])
        sums = [sum(w for c, _, w in cases if c == country) for country in (0, 1)]
        everything += alone * sums[0] * sums[1]
        for (country, at, weight), k in itertools.product(cases, (0, 1)):
            key = country, k, at[k]
            found[key] = found.get(key, 0.0) + alone * weight * sums[1 - country]
    return {key: value / everything for key, value in found.items()}


@pytest.mark.parametrize(("seed", "drifts"), [(0, False), (1, True), (2, False)])
def test_a_prior_in_doubt_is_what_counting_all_cases_gives(seed: int, drifts: bool) -> None:
    """Every spread of every class by Bayes' rule, one at a time; states are drawn of these."""
    field = in_doubt(seed, drifts=drifts)
    doubt, prior = posterior(field).doubt, _thought(field)
    assert doubt is not None
    away = ((field.rating - prior.centre) / np.sqrt(prior.free)).tolist()
    top = 3 * max(statistics.pstdev(away), statistics.median(prior.spread.tolist()))
    spreads = [SHIPPED.smoothing]
    while spreads[-1] < top:
        spreads.append(spreads[-1] * math.exp(0.1))
    assert doubt.means.shape == (12, len(spreads))
    kinds: dict[tuple[int, int], list[float]] = {}
    newest = float(field.released.max())
    for entry, (country, day) in enumerate(zip(field.country, field.released, strict=True)):
        recent = int(day > newest - SHIPPED.recent_days)
        assert doubt.kind[entry] == 2 * country + recent
        seen = kinds.setdefault((int(country), recent), [0.0] * len(spreads))
        for t, spread in enumerate(spreads):
            mean, sd, likely = slow_under(field, prior, entry, away[entry], spread)
            assert doubt.means[entry, t] == pytest.approx(mean, abs=1e-6)
            assert doubt.sd[entry, t] == pytest.approx(sd, abs=1e-6)
            seen[t] += float(prior.free[entry]) * math.log(likely)
    chances = slow_chances(kinds, spreads)
    for entry, t in itertools.product(range(12), range(len(spreads))):
        country, recent = divmod(int(doubt.kind[entry]), 2)
        p = chances.get((country, recent, t), 0.0)
        error = 5 * math.sqrt(p * (1 - p) / len(doubt.states)) + 1e-3
        assert doubt.chance[entry, t] == pytest.approx(p, abs=error)


@pytest.mark.parametrize("plugged", [0.0, 1.0])
def test_what_is_thought_does_not_depend_on_the_unit(
    plugged: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("elolag.model.posterior._PLUGGED", plugged)
    field, point = in_doubt(3, drifts=True), 0.02
    assert field.drift is not None
    other = replace(
        field,
        rating=field.rating * point,
        variance=field.variance * point**2,
        link_root=field.link_root * point,
        drift=field.drift * point,
        point=point,
    )
    one, two = posterior(field), posterior(other)
    assert two.mean == pytest.approx(one.mean * point)
    assert two.spread == pytest.approx(one.spread * point)
    drawn = (draw(*each, 50, 0, everything=True) for each in ((field, one), (other, two)))
    ratings = (next(chunks)[1].ratings for chunks in drawn)
    assert next(ratings) * point == pytest.approx(next(ratings))


def test_states_of_a_prior_are_drawn_for_countries_apart_and_for_recent_ones_together() -> None:
    """Evidence that one country spreads far and that recent ones spread little is followed."""
    log = np.log(np.exp(np.arange(30) * 0.1))
    evidence = np.zeros((2, 2, 30))
    evidence[0, :, :], evidence[1, :, :] = -2 * (log - 2.2) ** 2, -2 * (log - 1.2) ** 2
    steps = np.arange(-4, 5)
    departs = -0.5 * (steps * 0.1 / 0.158) ** 2
    states = _states(evidence, np.exp(log), steps, departs)
    far, near = states[:, :2].mean(), states[:, 2:].mean()
    assert 0 < far - near < 10  # drawn to each other: apart by less than the evidence says
    evidence = np.zeros((2, 2, 30))
    evidence[:, 0], evidence[:, 1] = -20 * (log - 2.0) ** 2, -20 * (log - 1.0) ** 2
    states = _states(evidence, np.exp(log), steps, departs)
    assert (states[:, 1::2].mean() < states[:, ::2].mean() - 1).all()
    # With one spread that alone is possible all have it.
    assert (_states(np.zeros((3, 2, 1)), np.array([5.0]), steps, departs) == 0).all()


def test_recent_models_that_clearly_spread_less_are_thought_to() -> None:
    """Sixty old ones spread by 12, sixty recent ones by none: no prior holds them together."""
    rng = np.random.default_rng(32)
    days = np.sort(rng.uniform(0, 1100, 120))
    recent = days > days.max() - SHIPPED.recent_days
    field = make_field(
        (0.02 * days + rng.normal(0, np.where(recent, 0.1, 12)) + rng.normal(0, 6, 120)).tolist(),
        sd=[6.0] * 120,
        lead_from=np.where(np.arange(120) % 2, NEVER, days).tolist(),
        follow_from=np.where(np.arange(120) % 2, days, NEVER).tolist(),
    )
    doubt = posterior(field).doubt
    assert doubt is not None
    log = np.log(SHIPPED.smoothing) + 0.1 * np.arange(doubt.means.shape[1])
    spread = np.exp((doubt.chance * log).sum(axis=1))
    assert spread[~recent].mean() == pytest.approx(12, rel=0.25)
    assert spread[recent].mean() < 0.65 * spread[~recent].mean()


def test_under_a_normal_prior_drawing_it_is_bayes_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ratings with the trend and one spread drawn have the moments of all normals together."""
    field = in_doubt(5)
    prior = _thought(field)
    one = replace(prior, grid=np.zeros(1), weights=np.ones(1), smoothing=1.0)
    monkeypatch.setattr("elolag.model.posterior._thought", lambda *_: one)
    alike = replace(prior, spread=np.full(12, 25.0))
    # The states are what the ratings say; here all are given the one spread of 25.
    fitted = posterior(field)
    assert fitted.doubt is not None
    number = round(math.log(25 / SHIPPED.smoothing) / 0.1)
    spread = SHIPPED.smoothing * math.exp(0.1 * number)
    doubt = replace(fitted.doubt, states=np.full_like(fitted.doubt.states, number))
    trust = spread**2 / (spread**2 + field.variance)
    total = spread**2 + field.variance + field.shared
    mean = trust * field.rating + (1 - trust) * alike.centre
    reach = (1 - trust) * np.sqrt(total)
    covariance = np.diag(field.variance * trust) + np.outer(reach, reach) * (
        prior.root @ prior.root.T
    )
    assert doubt.moments[0] == pytest.approx(mean)
    assert doubt.moments[1] == pytest.approx(np.sqrt(np.diag(covariance)))
    n, rng = 40_000, np.random.default_rng(6)
    plain = fitted._plain
    drawn = rng.normal(plain[0][:, None], plain[1][:, None], (12, n))
    moved = replace(fitted, doubt=doubt).doubted(drawn, np.arange(12), rng)
    error = 5 / math.sqrt(n)
    scale = np.sqrt(np.diag(covariance))
    assert np.abs((moved.mean(axis=1) - mean) / scale).max() < error
    assert np.abs((np.cov(moved) - covariance) / np.outer(scale, scale)).max() < 2 * error


def test_a_prior_that_many_show_is_plugged_in(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(30)
    field, _ = simulated(rng, 900)
    fitted = posterior(field)
    assert fitted.doubt is None
    drawn = rng.normal(0, 1, (900, 5))
    assert fitted.doubted(drawn, np.arange(900), rng) is drawn
    assert posterior(in_doubt(0)).doubt is not None
    assert posterior(in_doubt(0), correct_selection=False).doubt is None
    monkeypatch.setattr("elolag.model.posterior._PLUGGED", 0.0)
    known = posterior(field)
    assert known.doubt is not None
    # Where many show it, drawing it is the same: no rating moves by half its error, no error by 5%.
    assert np.abs((known.mean - fitted.mean) / fitted.spread).max() < 0.5
    assert np.abs(known.spread / fitted.spread - 1).max() < 0.05


def test_a_prior_in_doubt_is_drawn_by_degrees(monkeypatch: pytest.MonkeyPatch) -> None:
    """From half of what is drawn in full on: between, ratings lie between by as much."""
    field = in_doubt(3)
    prior = _thought(field)
    trust = prior.spread**2 * prior.width / (prior.spread**2 * prior.width + field.error)
    of_trend = (prior.root**2).sum(axis=1) * (1 - trust) / trust
    added = float((of_trend + 2 * trust * (1 - trust) / (trust**2).sum()).mean())
    scores = np.random.default_rng(9).standard_normal((12, 300))

    def drawn(part: float) -> tuple[Posterior, Floats]:
        monkeypatch.setattr("elolag.model.posterior._PLUGGED", added / part)
        fitted = posterior(field)
        mean, spread = fitted._plain
        drawn = mean[:, None] + spread[:, None] * scores
        return fitted, fitted.doubted(drawn, np.arange(12), np.random.default_rng(4))

    plain, full = drawn(0.49), drawn(1.0)
    assert plain[0].doubt is None
    assert full[0].doubt is not None
    assert np.abs(drawn(0.5001)[1] - plain[1]).max() < 1e-3 * np.abs(full[1] - plain[1]).max()
    assert drawn(0.9999)[1] == pytest.approx(full[1], abs=0.1)
    fitted, found = drawn(0.75)
    np.testing.assert_allclose(found, (plain[1] + full[1]) / 2, rtol=1e-12)
    assert fitted.mean == pytest.approx((plain[0].mean + full[0].mean) / 2)
    assert (drawn(3.0)[1] == full[1]).all()


def test_a_rating_without_error_stays_what_it_is_where_others_are_in_doubt() -> None:
    field = in_doubt(0)
    sure = np.arange(12) % 4 == 0
    field = replace(field, variance=np.where(sure, 0.0, field.variance))
    fitted = posterior(field)
    assert fitted.doubt is not None
    assert fitted.mean[sure] == pytest.approx(field.rating[sure])
    mean, spread = fitted._plain
    rng = np.random.default_rng(3)
    drawn = fitted.doubted(mean[:, None] + spread[:, None] * rng.normal(size=(12, 200)),
                           np.arange(12), rng)  # fmt: skip
    assert np.ptp(drawn[sure], axis=1) == pytest.approx(0, abs=1e-6)
    assert (np.ptp(drawn[~sure], axis=1) > 10).all()
    assert np.isfinite(np.concatenate(fitted.bounds())).all()


def test_all_entries_of_a_draw_are_in_one_state_each_by_its_class() -> None:
    """Two states, in which the classes change places; nothing else is uncertain."""
    kind = np.array([0, 1, 1, 0])
    places = np.tile([0.0, 1.0], (4, 1)) + 10 * np.arange(4)[:, None]
    nothing = np.zeros((4, 2))
    doubt = Doubt(np.array([[0, 1], [1, 0]]), kind, places, nothing, np.ones((4, 1)), nothing)
    drawn = doubt.ratings(np.ones((4, 2000)), np.arange(4), np.random.default_rng(2))
    spread = drawn - 10 * np.arange(4)[:, None]
    assert (spread[0] == spread[3]).all()
    assert (spread[1] == spread[2]).all()
    assert (spread[0] == 1 - spread[1]).all()
    assert spread[0].mean() == pytest.approx(0.5, abs=5 * 0.5 / math.sqrt(2000))
    assert doubt.moments[0].tolist() == [0.5, 10.5, 20.5, 30.5]
    assert doubt.moments[1].tolist() == [0.5] * 4


def test_some_entries_of_a_prior_in_doubt_are_drawn_as_among_all() -> None:
    field = in_doubt(4)
    fitted = posterior(field)
    mean, spread = fitted._plain
    drawn = np.random.default_rng(1).normal(mean[:, None], spread[:, None], (12, 50))
    some = np.array([2, 3, 9])
    every = fitted.doubted(drawn, np.arange(12), np.random.default_rng(8))
    part = fitted.doubted(drawn[some], some, np.random.default_rng(8))
    np.testing.assert_allclose(part, every[some], rtol=1e-12)
    apart = fitted.of(some).doubted(drawn[some], np.arange(3), np.random.default_rng(8))
    np.testing.assert_allclose(apart, every[some], rtol=1e-12)
    low, high = fitted.bounds()
    assert (every > low[:, None]).all()
    assert (every < high[:, None]).all()


@pytest.mark.parametrize("freedom", [4.0, 5.0, 8.0])
def test_the_mixture_has_the_variance_of_a_t_and_nearly_its_tails(freedom: float) -> None:
    share, variance = _mixture(freedom).T
    assert share @ variance == pytest.approx(freedom / (freedom - 2), abs=2e-3)
    for level in (0.05, 0.01):
        end = stats.t.ppf(1 - level / 2, freedom)
        assert 2 * share @ stats.norm.sf(end / np.sqrt(variance)) == pytest.approx(level, abs=5e-3)


def simulated(rng: np.random.Generator, models: int) -> tuple[Field, Floats]:
    """A field whose true ratings are known: a trend, scatter, and errors of different size."""
    released = np.sort(np.floor(rng.uniform(0, 800, models)))
    truth = 1000 + 0.25 * released + rng.normal(0, 30, models)
    sd = rng.choice([3.0, 10.0, 25.0], models)
    follows = rng.random(models) < 0.4
    follows[:8] = [True, False] * 4
    field = make_field(
        (truth + rng.normal(0, sd)).tolist(),
        sd=sd.tolist(),
        lead_from=np.where(follows, NEVER, released).tolist(),
        follow_from=np.where(follows, released, NEVER).tolist(),
    )
    return field, truth


def test_the_posterior_shrinks_as_a_normal_prior_would() -> None:
    field, truth = simulated(np.random.default_rng(15), 500)
    fitted = posterior(field)
    trust = 30**2 / (30**2 + field.variance)
    ideal = trust * field.rating + (1 - trust) * _trend(field)[0]
    assert np.sqrt(((fitted.mean - ideal) ** 2).mean()) < 3
    errors = [np.sqrt(((x - truth) ** 2).mean()) for x in (fitted.mean, field.rating, ideal)]
    assert errors[0] < 0.9 * errors[1]
    assert errors[0] < 1.03 * errors[2]
    inside = np.abs(truth - fitted.mean) < 1.96 * fitted.spread
    assert 0.93 < inside.mean() < 0.97


def test_the_best_of_many_reads_too_high_and_its_posterior_does_not() -> None:
    rng = np.random.default_rng(16)
    raw, corrected = [], []
    for _ in range(80):
        field, truth = simulated(rng, 80)
        fitted = posterior(field)
        top, best = field.rating.argmax(), fitted.mean.argmax()
        raw.append(field.rating[top] - truth[top])
        corrected.append(fitted.mean[best] - truth[best])
    assert np.mean(raw) > 5
    assert abs(np.mean(corrected)) < 3.5 * np.std(corrected) / np.sqrt(80)


@pytest.mark.parametrize("seed", range(4))
def test_the_trend_is_that_of_a_slow_twin(seed: int) -> None:
    """Generalised least squares and the best prediction of the departures (Henderson 1975)."""
    rng = np.random.default_rng([25, seed])
    field = random_field(rng, [4, 9, 30, 70][seed])
    country = rng.choice(4, len(field.country), p=[0.5, 0.3, 0.15, 0.05])
    field = replace(field, country=country)
    days = field.released[field.model]
    degree = min(2, (len(set(days.tolist())) - 1) // 3)
    powers = range(degree, -1, -1)
    x = np.array([[((d - days.max()) / 365.2425) ** p for p in powers] for d in days.tolist()])
    same = country[field.model][:, None] == country[field.model]
    apart = np.where(same, (x * np.array(SHIPPED.apart)[-degree - 1 :] ** 2) @ x.T, 0.0)
    inverse = np.linalg.inv(apart + np.eye(len(x)))
    common = x @ np.linalg.solve(x.T @ inverse @ x, x.T @ inverse)
    hat = common + apart @ inverse @ (np.eye(len(x)) - common)
    expected, leverage, root = _trend(field)
    assert expected == pytest.approx(hat @ field.rating, rel=1e-6)
    assert leverage == pytest.approx(np.diag(hat), abs=1e-6)
    assert root @ root.T == pytest.approx(hat, abs=1e-6)


def test_the_trend_of_many_needs_no_matrix_of_all_pairs() -> None:
    field = random_field(np.random.default_rng(31), 6000)
    tracemalloc.start()
    _, leverage, _ = _trend(field)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(leverage) > 5000
    assert peak < 50 * 2**20  # all pairs would be over 200 MB


def test_few_models_have_their_slope_from_the_others_and_keep_their_level() -> None:
    """All rise by 73 a year; the three of one country are 100 below and rated at random."""
    days = np.arange(0.0, 600.0, 20.0)
    follow_days = [500.0, 540.0, 580.0]
    field = make_field(
        [*(1000 + 0.2 * days), 1000.0, 1008.0, 1016.0 - 24.0],
        lead_from=[*days, NEVER, NEVER, NEVER],
        follow_from=[NEVER] * len(days) + follow_days,
    )
    expected, leverage, _ = _trend(field)
    assert expected[: len(days)] == pytest.approx(1000 + 0.2 * days, abs=5)
    fitted = expected[len(days) :]
    # Left to themselves they fall by 37 a year.
    assert (fitted[2] - fitted[0]) / 80 * 365.2425 == pytest.approx(73, abs=15)
    assert fitted.mean() == pytest.approx(1000, abs=10)
    assert (leverage[len(days) :] > leverage[: len(days)].mean()).all()


def test_one_model_a_group_has_a_posterior() -> None:
    field = make_field([1000.0, 1100.0])
    fitted = posterior(field)
    assert np.isfinite(fitted.mean).all()
    assert (fitted.spread > 0).all()


def test_the_prior_is_no_finer_than_the_residuals_can_show() -> None:
    rng = np.random.default_rng(21)
    residual = rng.normal(0, 33, 130)
    assert _bandwidth(residual, 5.0) == pytest.approx(0.9 * 33 * 130**-0.2, rel=0.2)
    assert _bandwidth(residual / 10, 5.0) == 5.0
    # An outlier does not widen it.
    assert _bandwidth(np.append(residual, 5000.0), 5.0) < 1.3 * _bandwidth(residual, 5.0)
    assert _bandwidth(np.zeros(1), 5.0) == 5.0


def test_few_residuals_of_wide_errors_do_not_become_atoms() -> None:
    """A normal prior and sixty ratings with errors of a third of its spread: sd as it should be."""
    rng = np.random.default_rng(26)
    squared = []
    for _ in range(60):
        truth = rng.normal(0, 1, 60)
        variance = rng.uniform(0.3, 0.5, 60) ** 2
        observed = truth + rng.normal(0, np.sqrt(variance))
        smoothing = _bandwidth(observed, 0.15)
        grid, weights = _deconvolve(observed, variance, smoothing, 0.1)
        middle = np.zeros(60)
        fitted = Prior(middle, middle + 1, grid, weights, smoothing, middle, middle[:, None]).given(
            make_field(observed.tolist()), observed, variance
        )
        squared.append((((truth - fitted.mean) / fitted.spread) ** 2).mean())
    assert np.mean(squared) < 1.13


def test_a_posterior_is_the_same_whatever_is_asked() -> None:
    """Everybody's posterior goes by country; who leads and who follows comes afterwards."""
    field = random_field(np.random.default_rng(24), 50)
    other = replace(field, lead_from=field.follow_from, follow_from=field.lead_from)
    one, two = posterior(field), posterior(other)
    np.testing.assert_array_equal(one.mean, two.mean)
    some = np.array([3, 7, 20, 41])
    part, fitted, entries = only(field, one, some)
    assert fitted.mean.tolist() == one.mean[entries].tolist()
    assert sorted(set(field.model[entries].tolist())) == some.tolist()
    assert part.model.tolist() == np.searchsorted(some, field.model[entries]).tolist()
    assert part.released.tolist() == field.released[some].tolist()
