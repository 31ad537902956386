"""Errors known together: the common part cancels, and both limits of the copula are exact."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from search import search

from elolag.model import covariance as correlated
from elolag.model import draws
from elolag.model.posterior import Field, Posterior, _thought, posterior
from elolag.model.scale import SHIPPED

NEVER = np.inf


def field(rating: np.ndarray, errors: np.ndarray | None, variance: np.ndarray) -> Field:
    n = len(rating)
    led = np.arange(n) % 2 == 0
    since = 10.0 * np.arange(n)
    return Field(
        rating=rating,
        variance=variance,
        link=np.full(n, -1),
        link_root=np.zeros((n, 3)),
        model=np.arange(n),
        released=since,
        country=(~led).astype(int),
        lead_from=np.where(led, since, NEVER),
        follow_from=np.where(led, NEVER, since),
        month_start=np.full(n, np.nan),
        month_end=np.full(n, np.nan),
        errors=errors,
    )


def known(rating: np.ndarray, covariance: np.ndarray) -> Field:
    errors = correlated.joined(covariance, np.diag(covariance))
    return field(rating, errors, np.diag(errors).copy())


def ratings(made: Field, fitted: Posterior, n: int = 20_000) -> np.ndarray:
    return np.concatenate([d.ratings for _, d in draws.draw(made, fitted, n, 3, everything=True)])


def covariance(seed: int, n: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    half = rng.normal(0, 4, (n, n))
    return half @ half.T / n + np.diag(rng.uniform(1, 30, n))


def differences(matrix: np.ndarray) -> np.ndarray:
    own = np.diag(matrix)
    return own[:, None] + own - 2 * matrix


def anchored(matrix: np.ndarray, item: int) -> np.ndarray:
    return matrix - matrix[item] - matrix[:, [item]] + matrix[item, item]


@search(40)
@given(seed=st.integers(0, 10**6), n=st.integers(2, 9), item=st.integers(0, 8))
def test_the_anchor_cancels_and_no_difference_changes(seed, n, item):
    free = covariance(seed, n)
    held = anchored(free, item % n)
    assert correlated._without_common(held) == pytest.approx(
        correlated._without_common(free), abs=1e-8
    )
    assert differences(correlated._without_common(held)) == pytest.approx(
        differences(free), abs=1e-8
    )


def test_quasi_variances_are_those_of_independent_errors_with_a_common_part():
    own = np.array([4.0, 9.0, 1.0, 25.0])
    assert correlated._quasi_variances(np.diag(own) + 100) == pytest.approx(own)
    slow = correlated._quasi_variances(covariance(5, 6))
    wanted = differences(covariance(5, 6))
    pairs = [(i, j) for i in range(6) for j in range(i)]
    design = np.array([[float(k in pair) for k in range(6)] for pair in pairs])
    least = np.linalg.lstsq(design, np.array([wanted[p] for p in pairs]), rcond=None)[0]
    assert slow == pytest.approx(least)


def test_drift_is_added_to_the_known_errors():
    matrix = covariance(2, 4)
    drift = np.array([0.0, 4.0, 0.0, 9.0])
    made = correlated.joined(matrix, np.diag(matrix) + drift)
    assert made - correlated.joined(matrix, np.diag(matrix)) == pytest.approx(np.diag(drift))


def test_without_a_prior_the_draws_have_the_known_covariance():
    made = known(np.linspace(1000, 1100, 6), covariance(7, 6))
    fitted = posterior(made, correct_selection=False)
    drawn = ratings(made, fitted, 40_000)
    sd = np.sqrt(np.outer(made.variance, made.variance))
    assert np.abs((np.cov(drawn.T) - made.errors) / sd).max() < 5 * np.sqrt(2 / 40_000)
    assert drawn.mean(axis=0) == pytest.approx(made.rating, abs=5 * np.sqrt(sd.max() / 40_000))


def test_independent_errors_draw_as_without_a_covariance():
    rng = np.random.default_rng(8)
    own = rng.uniform(2, 60, 30) ** 1.2
    alone = field(1000 + rng.normal(0, 40, 30) + 2 * np.arange(30), None, own)
    together = replace(alone, errors=np.diag(own))
    one, other = (posterior(made) for made in (alone, together))
    assert other.copula == pytest.approx(np.eye(30), abs=1e-9)
    first, second = (ratings(m, f) for m, f in ((alone, one), (together, other)))
    sd = one.spread
    for q in (0.005, 0.1, 0.5, 0.9, 0.995):
        apart = np.quantile(first, q, axis=0) - np.quantile(second, q, axis=0)
        assert np.abs(apart / sd).max() < (0.2 if q in (0.005, 0.995) else 0.08)
    assert np.abs((first.mean(axis=0) - second.mean(axis=0)) / sd).max() < 0.05
    assert np.abs(second.std(axis=0) / sd - 1).max() < 0.04


def test_a_normal_prior_gives_its_exact_posterior():
    errors, prior = covariance(3, 5), 20.0
    rating, centre = np.array([0.0, 12.0, -7.0, 3.0, 30.0]), np.linspace(-5, 5, 5)

    def moments(value: np.ndarray, variance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        total = prior + variance
        return (value * prior + centre * variance) / total, prior * variance / total

    value, variance, joint = correlated.propagate(
        rating, errors, moments, centre * 0, centre * 0 + 80.0
    )
    exact = np.linalg.inv(np.linalg.inv(errors) + np.eye(5) / prior)
    assert joint == pytest.approx(exact, abs=1e-4)
    wanted = exact @ (np.linalg.inv(errors) @ rating + centre / prior)
    found, spread = moments(value, variance)
    assert found == pytest.approx(wanted, abs=1e-5)
    assert spread == pytest.approx(np.diag(exact), abs=1e-5)


@search(15)
@given(rho=st.floats(-0.9, 0.9), seed=st.integers(0, 999))
def test_two_entries_of_a_prior_with_two_humps_against_a_grid(rho: float, seed: int):
    rng = np.random.default_rng(seed)
    rating, sd = rng.normal(0, 12, 2), rng.uniform(4, 12, 2)
    errors = np.array([[1, rho], [rho, 1]]) * np.outer(sd, sd)
    humps, hump_sd, weight = np.array([-10.0, 10.0]), 6.0, np.array([0.4, 0.6])

    def moments(value: np.ndarray, variance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        total = variance + hump_sd**2
        share = weight * np.exp(-((value[:, None] - humps) ** 2) / 2 / total[:, None])
        share /= share.sum(axis=1, keepdims=True)
        trust = (hump_sd**2 / total)[:, None]
        means = value[:, None] * trust + humps * (1 - trust)
        mean = (share * means).sum(axis=1)
        inside = variance * trust[:, 0]
        return mean, (share * (means - mean[:, None]) ** 2).sum(axis=1) + inside

    start = np.full(2, float(weight @ humps))
    value, variance, _ = correlated.propagate(rating, errors, moments, start, start * 0 + 132.0)
    mean, spread = moments(value, variance)
    line = np.linspace(-60, 60, 601)
    prior = (weight * np.exp(-((line[:, None] - humps) ** 2) / 2 / hump_sd**2)).sum(axis=1)
    x, y = np.meshgrid(line, line, indexing="ij")
    away = np.stack([x - rating[0], y - rating[1]], axis=-1)
    density = np.exp(-0.5 * np.einsum("...i,ij,...j", away, np.linalg.inv(errors), away))
    density *= prior[:, None] * prior
    for axis in (0, 1):
        alone = density.sum(axis=1 - axis)
        alone /= alone.sum()
        exact = float(alone @ line)
        exact_sd = float(np.sqrt(alone @ (line - exact) ** 2))
        assert abs(mean[axis] - exact) < 0.15 * exact_sd
        assert np.sqrt(spread[axis]) == pytest.approx(exact_sd, rel=0.15)


def test_the_anchor_moves_no_draw():
    free = covariance(11, 8)
    rating = np.linspace(980, 1090, 8)
    drawn = []
    for item in (0, 5):
        held = anchored(free, item)
        made = known(rating, held)
        drawn.append(ratings(made, posterior(made), 2000))
    assert drawn[0] == pytest.approx(drawn[1], abs=1e-5)


def test_ignoring_an_anchor_s_error_would_overstate_every_difference():
    own = np.full(6, 9.0)
    free = np.diag(own)
    held = anchored(free, 0)
    made = known(np.linspace(1000, 1050, 6), held)
    drawn = ratings(made, posterior(made, correct_selection=False))
    assert (drawn[:, 3] - drawn[:, 4]).var() == pytest.approx(18, rel=0.05)
    assert held[3, 3] + held[4, 4] == pytest.approx(36)


def test_normal_scores_are_the_quantiles_of_the_mixture():
    weights = np.array([[0.3, 0.7, 0.0], [1.0, 0.0, 0.0]])
    means = np.array([[-10.0, 10.0, 500.0], [3.0, 0.0, 0.0]])
    sd = np.array([[2.0] * 3, [5.0] * 3])
    levels, scores = correlated.normal_scores(weights, means, sd)
    assert (np.diff(scores, axis=1) >= 0).all()
    z = np.linspace(-6, 6, 7)
    assert np.interp(z, scores[1], levels[1]) == pytest.approx(3 + 5 * z, abs=1e-3)
    drawn = np.interp(np.random.default_rng(0).standard_normal(50_000), scores[0], levels[0])
    assert (drawn < 0).mean() == pytest.approx(0.3, abs=0.01)
    assert drawn.mean() == pytest.approx(4, abs=0.25)


def test_an_entry_without_error_stays_where_it_is():
    errors = np.diag([0.0, 4.0, 4.0])
    made = field(np.array([1000.0, 1010.0, 990.0]), errors, np.diag(errors).copy())
    drawn = ratings(made, posterior(made), 1000)
    assert np.isfinite(drawn).all()
    assert np.ptp(drawn[:, 0]) < 0.01


def test_in_doubt_every_spread_of_models_has_its_own_joint_posterior(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What others say of an entry, and how errors join them, goes by the spread that is drawn.

    Under a normal prior without an error of the trend all of it is known. The prior as found says
    that models spread little; entries would be held by what is then known of the others.
    """
    rng = np.random.default_rng(21)
    half = rng.normal(0, 30, (6, 6))
    errors = half @ half.T / 6 + np.diag(rng.uniform(100, 400, 6))
    made = field(1000 + rng.normal(0, 40, 6), errors, np.diag(errors).copy())
    prior = _thought(made)
    found = replace(
        prior, grid=np.zeros(1), weights=np.ones(1), smoothing=1.0, spread=np.full(6, 6.0),
        root=prior.root * 0,
    )  # fmt: skip
    monkeypatch.setattr("elolag.model.posterior._thought", lambda *_: found)
    monkeypatch.setattr("elolag.model.posterior._PLUGGED", 0.0)
    fitted = posterior(made)
    doubt = fitted.doubt
    assert doubt is not None
    spreads = SHIPPED.smoothing * np.exp(0.1 * np.arange(doubt.means.shape[1]))
    known = np.linalg.inv(errors)
    for number, spread in enumerate(spreads):
        joint = np.linalg.inv(known + np.eye(6) / spread**2)
        mean = joint @ (known @ made.rating + found.centre / spread**2)
        assert doubt.means[:, number] == pytest.approx(mean, abs=1e-3)
        assert doubt.sd[:, number] == pytest.approx(np.sqrt(np.diag(joint)), rel=1e-6)
    typical = np.exp(doubt.chance @ np.log(spreads))
    joint = np.linalg.inv(known + np.diag(typical**-2))
    length = np.sqrt(np.diag(joint))
    assert fitted.copula is not None
    assert fitted.copula @ fitted.copula.T == pytest.approx(joint / np.outer(length, length))
    # Were only one spread possible, the draws would be the exact posterior.
    number = 15
    one = replace(doubt, states=np.full_like(doubt.states, number))
    joint = np.linalg.inv(known + np.eye(6) / spreads[number] ** 2)
    drawn = ratings(made, replace(fitted, doubt=one, copula=correlated.root(joint)), 40_000)
    sd = np.sqrt(np.outer(np.diag(joint), np.diag(joint)))
    assert np.abs((np.cov(drawn.T) - joint) / sd).max() < 5 * np.sqrt(2 / 40_000)
