"""The scale against slow and obvious twins, on lists whose truth is known, and on random ones."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, optimize, stats
from search import search

from elolag.errors import EstimateError
from elolag.model import scale
from elolag.model.scale import (
    MIN_BRIDGED,
    MIN_COMMON,
    SHIPPED,
    Hyperparameters,
    Lists,
    _tricube,
    fit,
    place,
)


def lists(*columns: np.ndarray, days: list[float] | None = None, se: float = 0.0) -> Lists:
    """Lists a year apart unless said; every entry has the error `se` wherever it is listed."""
    rating = np.column_stack([np.asarray(c, float) for c in columns])
    dates = np.arange(rating.shape[1]) * 365.0 if days is None else np.array(days, float)
    return Lists(20_000.0 + dates, rating, np.where(np.isnan(rating), np.nan, se))


def drawn(n: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(1200, 90, n)


def without(rating: np.ndarray, *rows: int) -> np.ndarray:
    out = rating.copy()
    out[list(rows)] = np.nan
    return out


# The regression and the spreads, against twins


@given(
    st.lists(st.floats(-40, 40), min_size=1, max_size=6),
    st.lists(st.floats(0.01, 30), min_size=6, max_size=6),
    st.floats(-12, 0), st.floats(1e-3, 20), st.booleans(),
)  # fmt: skip
def test_the_least_value_is_found_as_by_scipy(
    middles: list[float], scales: list[float], low: float, width: float, flat: bool
) -> None:
    def loss(x: float) -> float:
        found = sum(math.log1p(((x - m) / s) ** 2) for m, s in zip(middles, scales, strict=False))
        return round(found, 2) if flat else found

    asked = {"bounds": (low, low + width), "method": "bounded"}
    assert scale._lowest(loss, low, low + width) == optimize.minimize_scalar(loss, **asked).x


@search(25)
@given(st.integers(0, 10**6), st.integers(12, 80), st.booleans())
def test_the_regression_is_the_mode_of_its_posterior(seed: int, n: int, bridged: bool) -> None:
    rng = np.random.default_rng(seed)
    hyper = Hyperparameters(freedom=rng.uniform(3, 6), sure=rng.uniform(0.05, 0.2))
    before, noise = rng.normal(1200, 80, n), rng.uniform(0, 9, n)
    other = rng.normal(0, 5, n) if bridged else None
    change = 5 + 0.02 * (before - 1200) + (0 if other is None else 0.8 * other)
    change = change + rng.standard_t(hyper.freedom, n) * np.sqrt(noise + 4)
    made = fit(before, before + change, noise, other, hyper=hyper)
    columns = [np.ones(n), (before - np.median(before)) / 100] + ([] if other is None else [other])

    def loss(x: np.ndarray) -> float:
        width = np.sqrt(max(np.exp(x[-1]), scale._LEAST**2) + noise)
        away = (change - sum(c * b for c, b in zip(columns, x[:-1], strict=True))) / width
        prior = 0.0 if other is None else ((x[2] - 1) / hyper.sure) ** 2 / 2
        return prior - float(np.sum(stats.t.logpdf(away, hyper.freedom) - np.log(width)))

    spent = n / (n - len(columns))
    mine = np.array([*made.coefficients, np.log(made.scale**2 / spent)])
    best = optimize.minimize(
        loss, mine, method="Nelder-Mead", options={"maxiter": 4000, "xatol": 1e-7, "fatol": 1e-9}
    )
    assert loss(mine) <= best.fun + 1e-3


@search(25)
@given(st.integers(0, 10**6))
def test_the_ratio_of_spreads_is_its_posterior_mean(seed: int) -> None:
    rng = np.random.default_rng(seed)
    hyper = Hyperparameters(freedom=rng.uniform(3, 6), uneven=rng.uniform(1, 2))
    residual, noise = rng.standard_t(4, 15) * 4, rng.uniform(0, 4, 15)
    weight, variance, centre = rng.uniform(0, 1, 15), 4.0, float(rng.choice([1.0, 3.0]))

    def density(log: float) -> float:
        width = np.sqrt(variance * np.exp(log) + noise)
        single = stats.t.logpdf(residual / width, hyper.freedom) - np.log(width)
        prior = stats.norm.logpdf(log, np.log(centre), hyper.uneven)
        return float(np.exp(weight @ single + prior + 30))

    mass, mean = (
        integrate.quad(lambda x, k=k: density(x) * np.exp(k * x), -3, 5, limit=200)[0]
        for k in (0, 1)
    )
    (found,) = scale._ratio(residual, noise, variance, weight[None, :], centre, hyper)
    assert found == pytest.approx(mean / mass, rel=0.02)


@search(30)
@given(
    st.lists(st.floats(800, 1600), min_size=1, max_size=30),
    st.lists(st.floats(700, 1700), min_size=1, max_size=3),
    st.integers(1, 40),
)
def test_tricube_weights_point_by_point(x: list[float], at: list[float], k: int) -> None:
    found = _tricube(np.array(x), np.array(at), k)
    for i, j in itertools.product(range(len(at)), range(len(x))):
        reach = sorted(abs(v - at[i]) for v in x)[min(k, len(x)) - 1] * 1.001 + 1e-9
        part = abs(x[j] - at[i]) / reach
        assert found[i, j] == pytest.approx((1 - part**3) ** 3 if part < 1 else 0.0)


def slow_place(
    target: Lists, model: np.ndarray, other: Lists | None, hyper: Hyperparameters
) -> dict[int, float]:
    """Each entry by itself, by the words of the module."""
    newest, found = len(target.days) - 1, {}
    for entry in range(len(model)):
        mine = [e for e in range(len(model)) if model[e] == model[entry]]
        shown = [
            v for v in range(newest + 1) if any(not np.isnan(target.rating[e, v]) for e in mine)
        ]
        if not shown:
            continue
        last = shown[-1]
        if last != newest:
            near = [v for v in shown if target.days[last] - target.days[v] < hyper.same_days]
            errors = {
                v: np.mean([target.se[e, v] for e in mine if not np.isnan(target.rating[e, v])])
                for v in near
            }
            least = min(errors.values())
            last = max(v for v in near if errors[v] == least)
        if np.isnan(target.rating[entry, last]):
            continue
        if last == newest:
            found[entry] = target.rating[entry, newest]
            continue
        moved = None
        if other is not None:
            there = [v for v in range(len(other.days)) if not np.isnan(other.rating[entry, v])]
            if there and other.days[there[-1]] > target.days[last]:
                near = min(there, key=lambda v: (abs(other.days[v] - target.days[last]), v))
                if near != there[-1]:
                    moved = other.rating[:, there[-1]] - other.rating[:, near]
        common = [
            e
            for e in range(len(model))
            if not np.isnan(target.rating[e, last]) and not np.isnan(target.rating[e, newest])
        ]
        if moved is not None:
            all_four = [e for e in common if not np.isnan(moved[e])]
            common, moved = (all_four, moved) if len(all_four) >= MIN_BRIDGED else (common, None)
        settled = [
            e
            for e in common
            if target.first[e] <= target.days[last] - hyper.settled_days
            or target.first[e] == target.days[0]
        ]
        rows = settled if len(settled) >= MIN_BRIDGED else common
        old, new = target.rating[rows, last], target.rating[rows, newest]
        noise = np.abs(target.se[rows, last] ** 2 - target.se[rows, newest] ** 2)
        noise = noise if moved is None else noise * hyper.own_votes
        made = fit(old, new, noise, None if moved is None else moved[rows], hyper=hyper)
        level = target.rating[[entry], last]
        found[entry] = float(
            level[0] + made.shift(level, None if moved is None else moved[[entry]])[0]
        )
    return found


@search(20)
@given(st.integers(0, 10**6))
def test_places_are_those_of_a_slow_twin(seed: int) -> None:
    rng = np.random.default_rng(seed)
    hyper = Hyperparameters(
        settled_days=rng.choice([90.0, 250.0]), same_days=rng.choice([1.0, 3.0])
    )
    n, v = 45, 6
    truth = rng.normal(1200, 90, n)
    rating = truth[:, None] + rng.normal(0, 20, v) + rng.normal(0, 3, (n, v))
    raw = truth[:, None] + rng.normal(0, 10, n)[:, None] + rng.normal(0, 3, (n, v))
    begin, end = rng.integers(0, 3, n), rng.integers(3, v, n) + 1
    end[:30] = v
    begin[:24] = 0
    for k in range(n):
        rating[k, : begin[k]] = rating[k, end[k] :] = np.nan
        raw[k, : rng.integers(0, 3)] = np.nan
        raw[k, rng.integers(2, v + 1) :] = np.nan
    days = 20_000.0 + np.array([0, 100, 200, 298, 300, 500])
    error = np.where(np.isnan(rating), np.nan, rng.uniform(1, 4, v))
    target, other = Lists(days, rating, error), Lists(days + 1, raw, error * 0 + 2)
    model = np.arange(n) - (rng.random(n) < 0.1)
    model = np.unique(model, return_inverse=True)[1]
    for board in (other, None):
        found = place(target, model, board, hyper)
        slow = slow_place(target, model, board, hyper)
        assert set(np.flatnonzero(found.column >= 0)) == set(slow)
        for entry, value in slow.items():
            assert found.rating[entry] == pytest.approx(value, abs=1e-9)


# What must be so


@pytest.mark.parametrize("shift", [0.0, 60.0, -7.25])
def test_a_gauge_moves_no_place(shift: float) -> None:
    old = drawn(40, 0)
    found = place(lists(old + shift, without(old, 0, 1)), np.arange(40))
    assert found.rating.tolist() == pytest.approx(old.tolist(), abs=1e-6)
    assert (found.drift[:2] < 0.1).all()
    assert (found.column[:2] == 0).all()
    assert (found.carry[2:] == -1).all()


def test_a_stretched_scale_is_followed_at_every_level() -> None:
    old = drawn(60, 1)
    new = 1.05 * old - 30
    found = place(lists(old, without(new, 3, 4, 5)), np.arange(60))
    assert found.rating.tolist() == pytest.approx(new.tolist(), abs=1e-6)


def test_an_entry_held_at_a_constant_is_one_that_did_otherwise() -> None:
    """The publisher holds entry 0 while the votes lower it by 20 against all others."""
    old = drawn(50, 2)
    rng = np.random.default_rng(3)
    new = old + 20 + rng.normal(0, 0.5, 50)
    new[0], new[1] = old[0], np.nan
    found = place(lists(old, new), np.arange(50))
    assert found.rating[1] == pytest.approx(old[1] + 20, abs=0.5)
    # Retired itself, it stands where its last list has it.
    gone = place(lists(old, new, without(new, 0) + 7), np.arange(50))
    assert gone.rating[0] == pytest.approx(old[0] + 7, abs=0.5)


def test_without_a_young_entry_the_prior_s_mean_is_taken() -> None:
    before = np.linspace(1000, 1200, 30)
    wobble = np.tile([0.5, -0.5, 0.1], 10)
    assert fit(before, before + wobble, np.zeros(30)).young == pytest.approx(8.2, abs=0.05)


def test_the_drift_of_young_entries_is_no_movement_of_the_scale() -> None:
    old = drawn(80, 4)
    first = without(old, *range(40, 80))
    rng = np.random.default_rng(5)
    new = old + rng.normal(0, 0.3, 80)
    new[40:] -= 25.0  # all that had just come fall
    found = place(lists(first, old, without(new, 0, 41), days=[0.0, 200.0, 400.0]), np.arange(80))
    assert found.rating[0] == pytest.approx(old[0], abs=0.5)
    assert found.drift[41] > 5 * found.drift[0]


def test_what_a_gone_entry_did_on_the_other_board_is_taken_over() -> None:
    rng = np.random.default_rng(6)
    old, move = drawn(80, 6), rng.standard_t(4, 80) * 6
    style = lists(old, without(old + 12 + move + rng.normal(0, 0.5, 80), *range(10)))
    raw = lists(old - 40, old - 35 + move + rng.normal(0, 0.5, 80), days=[1.0, 364.0])
    alone, both = (place(style, np.arange(80), board) for board in (None, raw))
    truth = old[:10] + 12 + move[:10]
    assert np.abs(both.rating[:10] - truth).max() < 3 < np.abs(alone.rating[:10] - truth).max()
    assert both.carries[0].coefficients[2] == pytest.approx(1, abs=0.05)
    assert both.drift[:10].max() < alone.drift[:10].min()
    assert both.steps == ((0, 0, 1),)


def test_another_board_that_says_nothing_more_is_no_bridge() -> None:
    old = drawn(40, 7)
    style = lists(old, without(old, 0), days=[0.0, 100.0])
    for days in ([-50.0, -1.0], [-50.0, 0.0]):
        found = place(style, np.arange(40), lists(old, old + 9, days=days))
        assert found.steps == ((0, -1, -1),)
    few = old.copy()
    few[1 + MIN_BRIDGED :] = np.nan
    found = place(style, np.arange(40), lists(few, without(few, 1), days=[0.0, 50.0]))
    assert found.steps == ((0, -1, -1),)


def test_the_more_precise_of_two_lists_of_the_same_days_counts() -> None:
    old = drawn(30, 8)
    rating = np.column_stack([old, old + 5, without(old, 0)])
    error = np.where(np.isnan(rating), np.nan, np.array([2.0, 3.0, 2.0]))
    for gap, taken in ((2.0, 0), (3.0, 1)):
        days = np.array([20_000.0, 20_000.0 + gap, 20_100.0])
        assert place(Lists(days, rating, error), np.arange(30)).column[0] == taken


def test_a_model_listed_under_any_entry_is_not_gone() -> None:
    old = drawn(30, 9)
    model = np.arange(30)
    model[1] = 0
    found = place(lists(old, without(old, 0)), model)
    assert found.column[0] == -1
    assert np.isnan(found.rating[0])
    both = place(lists(old, without(old, 0, 1)), model)
    assert both.column[:2].tolist() == [0, 0]


def test_too_few_common_entries_are_refused_by_date() -> None:
    old = drawn(MIN_COMMON, 10)
    with pytest.raises(EstimateError, match="2024-10-04 and 2025-10-04 share 9 entries.* least 10"):
        place(lists(old, without(old, 0)), np.arange(MIN_COMMON))
    with pytest.raises(EstimateError, match="9 entries"):
        fit(old[1:], old[1:], np.zeros(9))
    # Nothing is gone, so nothing is carried.
    assert place(lists(old[:3], old[:3]), np.arange(3)).carries == ()


def test_the_shared_error_is_that_of_the_coefficients() -> None:
    old, rng = drawn(40, 11), np.random.default_rng(12)
    other = rng.normal(0, 5, 40)
    made = fit(old, old + rng.normal(3, 4, 40) + other, np.ones(40), other)
    at, moved = np.array([1100.0, 1400.0]), np.array([3.0, -8.0])
    design, root = made.design(at, moved), made.root(at, moved)
    assert root @ root.T == pytest.approx(design @ made.covariance @ design.T)
    plain = fit(old, old + rng.normal(3, 4, 40), np.ones(40))
    assert plain.root(at).shape == (2, scale.SHARED)
    assert (plain.root(at)[:, 2] == 0).all()


@pytest.mark.parametrize(("above", "least"), [(2.0, 0.93), (6.0, 0.90)])
def test_intervals_hold_what_they_say(above: float, least: float) -> None:
    """Entries hidden in 60 pairs of lists with t drift, even or three times as wide at the top.

    95% should lie inside; with 900 entries two standard errors are 1.5 points, and the ends of a
    jump in level are smoothed over.
    """
    inside, wide = [], stats.t.ppf(0.975, SHIPPED.freedom)
    for seed in range(60):
        rng = np.random.default_rng([13, seed])
        old = rng.normal(1200, 90, 150)
        new = old + 8 + rng.standard_t(SHIPPED.freedom, 150) * np.where(old > 1300, above, 2.0)
        found = place(lists(old, without(new, *range(15))), np.arange(150))
        error = np.hypot(found.drift, np.sqrt((found.root**2).sum(axis=1)))[:15]
        inside += (np.abs(found.rating[:15] - new[:15]) < wide * error).tolist()
    assert least <= np.mean(inside) <= 0.97


def test_votes_that_both_boards_count_do_not_hide_drift() -> None:
    """New votes move both boards' ratings by 3, drift the one by a t of scale 2."""
    old, rng = drawn(120, 15), np.random.default_rng(16)
    votes, drift = rng.normal(0, 3, 120), 2 * rng.standard_t(SHIPPED.freedom, 120)
    board = Lists(np.array([0.0, 365.0]), *_with_errors(old, without(old + votes + drift, 0)))
    other = Lists(np.array([0.0, 365.0]), *_with_errors(old, old + votes))
    for own_votes, (least, most) in ((1.0, (0.0, 0.2)), (0.1, (1.2, 2.4))):
        hyper = replace(SHIPPED, own_votes=own_votes)
        (made,) = place(board, np.arange(120), other, hyper).carries
        assert least <= made.scale <= most
        alone, plain = (place(board, np.arange(120), None, h).carries[0] for h in (hyper, SHIPPED))
        assert alone.scale == plain.scale


def _with_errors(old: np.ndarray, new: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ratings of two lists, and their errors, whose squares differ by nine."""
    return np.column_stack([old, new]), np.tile([5.0, 4.0], (len(old), 1))


def test_no_list_is_changed() -> None:
    old = drawn(30, 14)
    board = lists(old, without(old + 3, 0), se=2.0)
    before = board.rating.copy(), board.se.copy()
    place(board, np.arange(30), lists(old, old + 1))
    np.testing.assert_array_equal(board.rating, before[0])
    np.testing.assert_array_equal(board.se, before[1])


def test_votes_explain_the_difference_of_the_squares() -> None:
    noise = scale.vote_noise(np.array([5.0, np.nan, 2.0]), np.array([3.0, 3.0, 4.0]))
    assert noise.tolist() == [16.0, 0.0, 12.0]
