"""The shift of one group among other voters: against a slow twin, and where it is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize

from elolag.errors import EstimateError
from elolag.model.shift import LEAST, Pairs, Shift, shift

SHIFT = 10.0


def world(
    seed: int,
    models: tuple[int, int] = (36, 24),
    labs: int = 4,
    departure: float = 8.0,
    by_lab: float = 0.0,
    errors: tuple[float, float] = (6.0, 12.0),
    slope: float = 0.9,
) -> Pairs:
    """Ratings by two kinds of voters, of whom one rates the second group `SHIFT` higher."""
    rng = np.random.default_rng(seed)
    moved = np.repeat([False, True], models)
    lab = rng.integers(0, labs, len(moved)) + labs * moved
    true = np.where(moved, rng.normal(1330, 60, len(moved)), rng.normal(1390, 80, len(moved)))
    other = 50 + slope * true + SHIFT * moved + rng.normal(0, departure, len(moved))
    other += rng.normal(0, by_lab, 2 * labs)[lab]
    base_error, other_error = (each * rng.uniform(0.5, 1.5, len(moved)) for each in errors)
    return Pairs(
        other=rng.normal(other, other_error), other_error=other_error,
        base=rng.normal(true, base_error), base_error=base_error, moved=moved, lab=lab,
    )  # fmt: skip


def log_likelihood(pairs: Pairs, at: np.ndarray) -> float:
    """Model by model, its two ratings as one draw of a normal of two dimensions."""
    start, slope, gain, own = at[4:]
    total = 0.0
    for k, moved in enumerate(pairs.moved):
        mean, spread = (at[1], at[3]) if moved else (at[0], at[2])
        true = spread**2
        covariance = np.array(
            [
                [true + pairs.base_error[k] ** 2, slope * true],
                [slope * true, slope**2 * true + own**2 + pairs.other_error[k] ** 2],
            ]
        )
        away = np.array(
            [pairs.base[k] - mean, pairs.other[k] - start - slope * mean - gain * moved]
        )
        total -= 0.5 * (away @ np.linalg.inv(covariance) @ away + np.log(np.linalg.det(covariance)))
    return total


def slow(pairs: Pairs) -> np.ndarray:
    """Means, spreads, intercept, slope, shift and departure at the top of the likelihood."""
    centred = replace(pairs, base=pairs.base - 1350, other=pairs.other - 1270)
    start = np.array([30.0, -30.0, 80.0, 60.0, 0.0, 1.0, 0.0, 10.0])
    found = minimize(
        lambda at: -log_likelihood(centred, at), start, method="Nelder-Mead",
        options={"xatol": 1e-4, "fatol": 1e-8, "maxiter": 20_000, "maxfev": 20_000,
                 "adaptive": True},
    )  # fmt: skip
    assert found.success
    return found.x


@pytest.mark.parametrize("seed", [1, 2])
def test_it_is_the_top_of_the_likelihood(seed: int) -> None:
    pairs = world(seed, models=(14, 10))
    found, twin = shift(pairs), slow(pairs)
    assert found.elo == pytest.approx(twin[6], abs=0.01)
    assert found.slope == pytest.approx(twin[5], abs=1e-3)
    assert found.spread == pytest.approx(abs(twin[7]), abs=0.05)


def test_the_jackknife_leaves_each_lab_out_in_turn() -> None:
    pairs = world(3)
    labs = np.unique(pairs.lab)
    without = np.array([shift(pairs.only(pairs.lab != lab)).elo for lab in labs])
    variance = (len(labs) - 1) / len(labs) * ((without - without.mean()) ** 2).sum()
    assert shift(pairs).by_labs == pytest.approx(np.sqrt(variance), rel=1e-4)


@pytest.mark.parametrize(
    ("by_lab", "worlds"),
    [
        (0.0, 80),
        (6.0, 80),
        *(pytest.param(lab, 400, marks=pytest.mark.slow) for lab in (0.0, 6.0)),
    ],
)
def test_intervals_hold_a_known_shift(by_lab: float, worlds: int) -> None:
    """Of 100 worlds about 95; with traits that labs share no fewer than without."""
    found = [shift(world(seed, labs=6, by_lab=by_lab)) for seed in range(worlds)]
    away = np.array([each.elo - SHIFT for each in found])
    held = np.abs(away) <= 1.96 * np.array([each.error for each in found])
    assert 0.91 <= held.mean() <= 0.99
    assert abs(away.mean()) < 3 * away.std() / np.sqrt(len(away))
    alone = np.abs(away) <= 1.96 * np.array([each.by_likelihood for each in found])
    if by_lab:  # the likelihood alone knows nothing of labs
        assert alone.mean() < held.mean() - 0.04
    else:
        assert 0.9 <= alone.mean() <= 0.99


def test_an_error_of_the_base_is_not_read_as_a_shift() -> None:
    """A regression on the noisy rating gives the lower group what it takes from the slope."""
    found, naive = [], []
    for seed in range(60):
        pairs = world(seed, labs=2, errors=(35.0, 12.0))
        design = np.column_stack([np.ones(len(pairs.base)), pairs.base, pairs.moved])
        found.append(shift(pairs).elo)
        naive.append(np.linalg.lstsq(design, pairs.other, rcond=None)[0][2])
    assert np.mean(naive) < SHIFT - 5
    assert np.mean(found) == pytest.approx(SHIFT, abs=3 * np.std(found) / np.sqrt(60))


def same(one: Shift, other: Shift, sign: float = 1.0) -> bool:
    numbers = (other.elo * sign, other.by_likelihood, other.by_labs, other.spread)
    return (one.elo, one.by_likelihood, one.by_labs, one.spread) == pytest.approx(
        numbers, rel=1e-4, abs=1e-4
    )


def test_scales_may_begin_anywhere_and_either_side_may_be_asked_for() -> None:
    pairs = world(4)
    found = shift(pairs)
    assert same(shift(replace(pairs, other=pairs.other - 800, base=pairs.base + 300)), found)
    assert same(shift(replace(pairs, moved=~pairs.moved)), found, -1)
    order = np.random.default_rng(0).permutation(len(pairs.lab))
    assert same(shift(Pairs(**{k: v[order] for k, v in vars(pairs).items()})), found)


def test_models_that_depart_by_nothing_are_no_trouble() -> None:
    errors = [shift(world(seed, departure=0.0)).error for seed in range(20)]
    assert np.isfinite(errors).all()
    assert min(errors) > 0


def test_a_lab_that_is_a_whole_side_leaves_the_error_of_the_likelihood() -> None:
    pairs = world(5)
    found = shift(replace(pairs, lab=np.where(pairs.moved, 99, pairs.lab)))
    assert found.by_labs is None
    assert found.error == found.by_likelihood


def test_too_few_models_and_missing_errors_are_refused() -> None:
    pairs = world(6)
    few = np.cumsum(pairs.moved) < LEAST
    with pytest.raises(EstimateError, match=f"4 rated by both .* at least {LEAST}"):
        shift(pairs.only(few))
    with pytest.raises(EstimateError, match="without a standard error"):
        shift(replace(pairs, base_error=np.where(pairs.moved, np.nan, 5.0)))
