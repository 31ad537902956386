import numpy as np
import pytest

from elolag.errors import EstimateError
from elolag.model.estimands import AT_LEAST, AT_MOST, EXACT, UNBOUNDED, Lags
from elolag.model.interval import quantiles, summarise


def lags(months, codes=EXACT, failed=False) -> Lags:
    months = np.asarray(months, dtype=float)
    return Lags(
        months,
        np.broadcast_to(np.asarray(codes, dtype=np.int8), months.shape),
        np.broadcast_to(np.asarray(failed), months.shape),
    )


def test_the_ends_are_values_that_occurred():
    assert quantiles(np.arange(1000.0), np.zeros(1000, np.int8), 0.95) == (24.0, 974.0)


def test_draws_that_are_bounds_open_their_end():
    months = np.arange(100.0)
    assert quantiles(months, np.where(months > 90, AT_LEAST, EXACT).astype(np.int8), 0.9) == (
        4,
        None,
    )
    assert quantiles(months, np.where(months < 9, AT_MOST, EXACT).astype(np.int8), 0.9) == (
        None,
        94,
    )
    both = np.full(100, UNBOUNDED, np.int8)
    assert quantiles(months, both, 0.9) == (None, None)


def test_a_summary_counts_failed_draws_and_its_own_mass():
    sample = lags(np.arange(200.0), failed=np.arange(200) >= 100)
    found = summarise("current", lags([7.0]), sample, 0.9)
    assert (found.months, found.low, found.high, found.censored) == (7.0, 4.0, 94.0, None)
    assert found.failed == 100
    assert found.mass(sample) == pytest.approx(0.91)


def test_the_figure_of_one_date_is_a_date_and_that_of_many_a_mean():
    sample = lags(np.arange(100.0))
    assert summarise("current", lags([7.0]), sample, 0.9).months == 7.0
    assert summarise("average", lags([7.0]), sample, 0.9).months == 49.5
    few = lags(np.arange(100.0), np.where(np.arange(100) >= 95, AT_LEAST, 0).astype(np.int8))
    found = summarise("average", lags([7.0]), few, 0.9)
    assert (found.months, found.averaged) == (47.0, True)
    many = lags(np.arange(100.0), np.where(np.arange(100) >= 94, AT_LEAST, 0).astype(np.int8))
    found = summarise("average", lags([7.0]), many, 0.9)
    assert (found.months, found.averaged) == (7.0, False)


def test_a_bounded_figure_opens_the_interval():
    found = summarise("current", lags([7.0], AT_LEAST), lags(np.arange(100.0)), 0.9)
    assert (found.low, found.high, found.censored) == (4.0, None, "at-least")
    found = summarise("current", lags([7.0], AT_MOST), lags(np.arange(100.0)), 0.9)
    assert (found.low, found.high, found.censored) == (None, 94.0, "at-most")


def test_a_bounded_truth_is_held_only_by_an_open_end():
    closed = summarise("current", lags([7.0]), lags(np.arange(100.0)), 0.9)
    open_ = summarise("current", lags([7.0], AT_LEAST), lags(np.arange(100.0)), 0.9)
    inf = np.array([np.inf])
    assert not closed.holds(np.array([50.0]), inf)[0]
    assert open_.holds(np.array([50.0]), inf)[0]
    assert not open_.holds(np.array([3.0]), inf)[0]
    assert closed.holds(np.array([4.0]), np.array([4.0]))[0]


def test_nothing_to_measure_is_refused():
    with pytest.raises(EstimateError, match="nothing to measure"):
        summarise("current", lags([np.nan], failed=True), lags(np.arange(9.0)), 0.5)
    with pytest.raises(EstimateError, match="in none of the 9 draws"):
        summarise("levels", lags([1.0]), lags(np.full(9, np.nan), failed=True), 0.5)
    with pytest.raises(EstimateError, match="neither side"):
        summarise("current", lags([1.0], UNBOUNDED), lags(np.arange(9.0)), 0.5)


@pytest.mark.parametrize("estimand", ["current", "average"])
def test_draws_that_are_bounds_open_the_interval_of_an_exact_figure(estimand: str):
    """One draw in twenty says only "at least": the figure is exact, its upper end is not."""
    codes = np.where(np.arange(100) >= 94, AT_LEAST, EXACT).astype(np.int8)
    found = summarise(estimand, lags([7.0]), lags(np.arange(100.0), codes), 0.9)
    assert (found.low, found.high, found.censored) == (4.0, None, None)
