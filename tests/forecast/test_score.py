"""Scores against their definitions, and whether the interval of a difference holds."""

from __future__ import annotations

import csv
import itertools
import math

import numpy as np
import overlap
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest, norm

from elolag.arrays import Floats
from elolag.dates import DAYS_PER_MONTH
from elolag.forecast import score
from elolag.forecast.form import QUANTILES

_LEVELS = np.array(QUANTILES)
#: Quantiles in whole steps, so that ties come up, and what came of three rounds.
_ROUNDS = st.lists(
    st.tuples(st.lists(st.integers(-4, 4), min_size=5, max_size=5), st.integers(-6, 6)),
    min_size=1, max_size=3,
)  # fmt: skip
_FIVE = np.array([0.05, 0.25, 0.5, 0.75, 0.95])


def slow_crps(levels: Floats, values: Floats, truth: float) -> float:
    losses = []
    for level, value in zip(levels, values, strict=True):
        losses.append(level * (truth - value) if truth > value else (1 - level) * (value - truth))
    return 2 * sum(losses) / len(losses)


def slow_pit(levels: Floats, values: Floats, truth: float) -> float:
    at = [level for level, value in zip(levels, values, strict=True) if value == truth]
    if at:
        return (at[0] + at[-1]) / 2
    low, high = (0.0, None), (1.0, None)
    for level, value in zip(levels, values, strict=True):
        if value < truth:
            low = (level, value)
        elif high[1] is None:
            high = (level, value)
    if low[1] is None or high[1] is None:
        return (low[0] + high[0]) / 2
    share = (truth - low[1]) / (high[1] - low[1])
    return low[0] + share * (high[0] - low[0])


@given(_ROUNDS)
def test_crps_and_pit_are_their_definitions(rounds: list[tuple[list[int], int]]) -> None:
    values = np.array([sorted(quantiles) for quantiles, _ in rounds], float)
    truth = np.array([came for _, came in rounds], float)
    slow = [slow_crps(_FIVE, v, t) for v, t in zip(values, truth, strict=True)]
    np.testing.assert_allclose(score.crps(_FIVE, values, truth), slow, atol=1e-12)
    slow = [slow_pit(_FIVE, v, t) for v, t in zip(values, truth, strict=True)]
    np.testing.assert_allclose(score.pit(_FIVE, values, truth), slow, atol=1e-12)
    held = score.within(_FIVE, values, truth)
    assert set(held) == {0.5, 0.9}
    for level, (low, high) in {0.5: (1, 3), 0.9: (0, 4)}.items():
        slow = [v[low] <= t <= v[high] for v, t in zip(values, truth, strict=True)]
        assert held[level].tolist() == slow


def test_of_many_quantiles_it_is_the_crps_of_the_normal() -> None:
    levels = (np.arange(2_000) + 0.5) / 2_000
    truth = np.array([-2.5, -0.3, 0.0, 1.0, 4.0])
    values = np.tile(norm.ppf(levels), (len(truth), 1))
    exact = truth * (2 * norm.cdf(truth) - 1) + 2 * norm.pdf(truth) - 1 / math.sqrt(math.pi)
    np.testing.assert_allclose(score.crps(levels, values, truth), exact, atol=1e-3)


def test_of_the_median_alone_it_is_the_absolute_error() -> None:
    found = score.crps(np.array([0.5]), np.array([[3.0], [3.0]]), np.array([5.0, 1.5]))
    assert found.tolist() == [2.0, 1.5]


def test_all_four_intervals_of_our_levels_and_a_uniform_pit() -> None:
    rng = np.random.default_rng(20)
    truth = rng.normal(size=4_000)
    values = np.tile(norm.ppf(_LEVELS), (len(truth), 1))
    for level, held in score.within(_LEVELS, values, truth).items():
        assert held.mean() == pytest.approx(level, abs=0.02)
    assert set(score.within(_LEVELS, values, truth)) == set(score.CENTRAL)
    assert kstest(score.pit(_LEVELS, values, truth), "uniform").statistic < 0.03
    # Of one point for every level, which no change may be: in the middle.
    assert score.pit(_LEVELS, np.full((1, 23), 2.0), np.array([2.0])).tolist() == [0.5]


@given(st.lists(st.integers(-5, 5), min_size=5, max_size=5), st.integers(-7, 7))
def test_no_truth_past_a_day_scores_less_than_the_least(quantiles: list[int], after: int) -> None:
    values = np.array(sorted(quantiles), float)
    grid = np.linspace(after, 12, 400 * (12 - after) + 1)
    slow = min(slow_crps(_FIVE, values, float(t)) for t in (*grid[::40], *values, after)
               if t >= after)  # fmt: skip
    assert score.least_crps(_FIVE, values, after) == pytest.approx(slow, abs=1e-12)


@given(st.lists(st.integers(1, 9), min_size=2, max_size=4), st.data())
def test_log_and_brier_are_their_definitions(weights: list[int], data: st.DataObject) -> None:
    chances = np.array(weights) / sum(weights)
    came = data.draw(st.integers(0, len(weights) - 1))
    slow = sum((p - (k == came)) ** 2 for k, p in enumerate(chances))
    assert score.brier(chances[None], np.array([came]))[0] == pytest.approx(slow)
    assert score.log_score(chances[[came]])[0] == pytest.approx(-math.log(chances[came]))


def test_what_was_not_named_and_what_was_held_impossible() -> None:
    certain = np.array([[1.0, 0.0]])
    assert score.brier(certain, np.array([0])).tolist() == [0.0]
    assert score.brier(certain, np.array([1])).tolist() == [2.0]
    assert score.brier(certain, np.array([-1])).tolist() == [2.0]
    assert score.log_score(np.array([1.0, 0.0])).tolist() == [0.0, math.inf]
    assert math.copysign(1, score.log_score(np.array([1.0]))[0]) == 1


def test_a_date_between_two_lists() -> None:
    days, chances = np.array([110.0, 130.0]), np.array([0.2, 0.6])
    # By 105 a tenth, by 120 four tenths; then six tenths within, and four tenths never.
    assert score._by_day(days, chances, 100, 105) == pytest.approx(0.1)
    assert score._by_day(days, chances, 100, 120) == pytest.approx(0.4)
    assert [score._by_day(days, chances, 100, day) for day in (100, 130, 500)] == [0, 0.6, 0.6]
    asked = {(100, 105): 0.1, (105, 120): 0.3, (100, 130): 0.6, (100, None): 1, (120, None): 0.6,
             (130, None): 0.4}  # fmt: skip
    for (after, by), chance in asked.items():
        found = score.date_score(days, chances, 100, after, by)
        assert found == pytest.approx(-math.log(chance))
    assert score.date_score(days, chances, 100, 130, 140) == math.inf
    assert score.date_score(days, np.zeros(2), 100, 100, 110) == math.inf
    assert score.date_score(days, np.zeros(2), 100, 140, None) == 0


def test_the_chances_of_all_that_can_come_add_up_to_one() -> None:
    """So that telling the truth is best: the lists cut time into parts, and what is left."""
    days, chances = np.array([103.0, 111.0, 140.0]), np.array([0.1, 0.45, 0.8])
    lists = [100.0, 104, 109, 125, 139]
    parts = [score.date_score(days, chances, 100, a, b) for a, b in itertools.pairwise(lists)]
    parts.append(score.date_score(days, chances, 100, lists[-1], None))
    assert sum(math.exp(-part) for part in parts) == pytest.approx(1)


@given(st.lists(st.integers(0, 400), min_size=1, max_size=30), st.integers(1, 200))
def test_stretches_are_equal_and_no_shorter_than_the_horizon(days: list[int], horizon: int) -> None:
    when = np.array(days, float)
    cut = score.Stretches.of(when, horizon)
    count = max(1, math.floor(np.ptp(when) / max(horizon, DAYS_PER_MONTH)))
    long = np.ptp(when) / count
    assert count == 1 or long >= horizon
    assert cut.number.min() == 0
    for k in range(count):
        begin = when.min() + k * long
        for day in when[cut.number == k]:
            assert begin - 1e-6 <= day <= begin + long + 1e-6
    if len(set(days)) > 1:
        assert cut.number.max() == count - 1


def test_a_month_of_daily_lists_weighs_as_much_as_a_single_one() -> None:
    days = np.array([*np.arange(30.0), 80.0])
    values = np.array([*np.full(30, 1.0), 3.0])
    cut = score.Stretches.of(days, 30.0)
    assert cut.means(values).tolist() == [1.0, 3.0]
    assert cut.mean(values) == 2.0


def slow_error(means: Floats, rho: float) -> float:
    """Standard error of the mean of a series whose k-th neighbours correlate by rho**k."""
    n = len(means)
    joint = rho ** np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
    unit = joint.mean()  # of the mean, at variance 1
    variance = ((means - means.mean()) ** 2).sum() / (n - n * unit)
    return math.sqrt(variance * unit)


def test_an_interval_is_wider_where_neighbours_move_together() -> None:
    slow = np.array([1.0, 1.2, 1.1, 0.6, 0.2, -0.1, -0.3, -0.2, 0.1, 0.4])
    apart = slow - slow.mean()
    seen = (apart[1:] * apart[:-1]).sum() / (apart**2).sum()
    rho = min(seen + (1 + 3 * seen) / 10, 0.95)
    assert rho > 0.5
    low, high = score.interval(slow)
    assert low is not None
    assert high is not None
    assert (high - low) / 2 == pytest.approx(2.262157 * slow_error(slow, rho), rel=1e-6)
    assert score.interval(np.full(5, 2.0)) == (2.0, 2.0)


def test_a_difference_has_an_interval_from_four_stretches_on() -> None:
    days = np.arange(5) * 31.0
    mine, other = np.array([1.0, 2.0, 1.5, 1.0, 2.5]), np.array([2.0, 2.0, 2.0, 3.0, 3.0])
    found = score.against(days, mine, other, 31.0)
    assert found is not None
    # The last day closes the fourth stretch.
    apart = np.array([-1.0, 0.0, -0.5, (-2.0 - 0.5) / 2])
    assert (found.rounds, found.stretches) == (5, 4)
    assert found.difference == pytest.approx(apart.mean())
    assert found.difference == pytest.approx(found.mean - found.reference)
    # Neighbours go down and up by turns, so that the least correlation is taken.
    half = 3.182446 * slow_error(apart, 0.25)
    assert found.high == pytest.approx(apart.mean() + half, rel=1e-6)
    assert found.low == pytest.approx(apart.mean() - half, rel=1e-6)
    short = score.against(days[:4], mine[:4], other[:4], 31.0)
    assert short is not None
    assert (short.stretches, short.low, short.high) == (3, None, None)


def test_skill_is_negative_where_no_change_was_better() -> None:
    days = np.array([0.0, 10.0])
    worse = score.against(days, np.array([3.0, 3.0]), np.array([2.0, 2.0]), 31.0)
    assert worse is not None
    assert worse.skill == -0.5
    none = score.against(days, np.array([3.0, 3.0]), np.zeros(2), 31.0)
    assert none is not None
    assert none.skill is None


def test_infinite_scores_stay_infinite() -> None:
    days = np.arange(6) * 31.0
    mine = np.array([1.0, math.inf, 1.0, 1.0, 1.0, math.inf])
    found = score.against(days, mine, np.array([1.0, 1, 1, 1, 1, math.inf]), 31.0)
    assert found is not None
    assert (found.rounds, found.undecided) == (5, 1)
    assert (found.mean, found.difference) == (math.inf, math.inf)
    assert (found.low, found.high, found.skill) == (None, None, None)
    both = np.full(6, math.inf)
    assert score.against(days, both, both, 31.0) is None


def test_the_interval_of_a_difference_holds_where_rounds_overlap() -> None:
    with overlap.TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {(r["world"], int(r["stretches"])) for r in rows} == {
        (world, count) for world in overlap.WORLDS for count in overlap.COUNTS
    }
    laid_down = [r for r in rows if r["world"] != "slow" and r["stretches"] != "20"]
    assert min(float(r["coverage"]) for r in laid_down) >= 0.90
    told = {(r["world"], r["stretches"]): r for r in rows}["sums", "6"]
    plain, found = overlap.coverage("sums", 6, 400)
    # Three standard errors of 400 histories.
    assert found == pytest.approx(float(told["coverage"]), abs=0.03)
    assert plain == pytest.approx(float(told["plain"]), abs=0.045)
