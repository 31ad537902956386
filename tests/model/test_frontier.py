"""Step frontiers against plain loops over one draw's models."""

from __future__ import annotations

import numpy as np
import pytest
import reference
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from search import search

from elolag.model.frontier import Steps

Floats = NDArray[np.float64]

UNTIL = 8.0


@st.composite
def groups(draw: st.DrawFn) -> tuple[Floats, Floats]:
    """Ratings (D, M) and dates, (M,) or (D, M), with a model by `UNTIL` in every draw."""
    n, models = draw(st.integers(1, 3)), draw(st.integers(1, 7))
    whole = st.lists(st.integers(0, 10), min_size=n * models, max_size=n * models)
    ratings = np.array(draw(whole), float).reshape(n, models)
    dates = np.array(draw(whole), float).reshape(n, models)
    dates[np.array(draw(whole)).reshape(n, models) == 10] = np.inf
    if draw(st.booleans()):
        dates = dates[0]
    dates[..., draw(st.integers(0, models - 1))] = draw(st.integers(0, 8))
    return ratings, dates


def of_draw(ratings: Floats, dates: Floats, d: int) -> reference.Group:
    days = dates if dates.ndim == 1 else dates[d]
    return [(float(r), float(t)) for r, t in zip(ratings[d], days, strict=True)]


@search(400)
@given(groups())
def test_values_and_crossings_equal_plain_loops(group: tuple[Floats, Floats]) -> None:
    ratings, dates = group
    steps = Steps(ratings, dates, UNTIL)
    days, levels = np.arange(-0.5, UNTIL + 0.5, 0.5), np.arange(-0.5, 11, 0.5)
    values = steps.at(days)
    crossed = steps.date_of(steps.first_reaching(np.tile(levels, (len(ratings), 1))))
    for d in range(len(ratings)):
        models = [(r, t) for r, t in of_draw(ratings, dates, d) if t <= UNTIL]
        for value, day in zip(values[d], days, strict=True):
            assert value == max((r for r, t in models if t <= day), default=-np.inf)
        for date, level in zip(crossed[d], levels, strict=True):
            assert date == min((t for r, t in models if r >= level), default=np.inf)


@search(400)
@given(groups())
def test_records_are_the_days_on_which_the_frontier_rose(group: tuple[Floats, Floats]) -> None:
    ratings, dates = group
    steps = Steps(ratings, dates, UNTIL)
    days, record = steps.records()
    best = steps.best_model()
    for d in range(len(ratings)):
        models = of_draw(ratings, dates, d)
        expected = reference.records(models, -1.0, UNTIL)
        assert list(zip(steps.running[d][record[d]], days[d][record[d]], strict=True)) == expected
        for step, (level, day) in enumerate(expected):
            model = steps.columns[d, step]
            assert models[model] == (level, day)
            assert steps.model_at(np.full(len(ratings), step))[d] == model
        assert models[best[d]] == expected[-1]
        assert steps.first_level[d, 0] == expected[0][0]
        # What follows a draw's last record changes nothing.
        assert (steps.running[d][~record[d]] == expected[-1][0]).all()
        assert np.isinf(days[d][~record[d]]).all()


@search(200)
@given(groups())
def test_dates_per_draw_that_are_all_alike_change_nothing(group: tuple[Floats, Floats]) -> None:
    ratings, dates = group
    if dates.ndim == 2:
        dates = dates[0]
    once, each = (
        Steps(ratings, dates, UNTIL),
        Steps(ratings, np.tile(dates, (len(ratings), 1)), UNTIL),
    )
    for name in ("dates", "running", "columns"):
        assert (getattr(once, name) == getattr(each, name)).all()


def test_a_day_counts_from_its_start_and_models_after_the_last_day_do_not() -> None:
    steps = Steps(np.array([[1.0, 2.0, 9.0]]), np.array([3.0, 5.0, 9.0]), UNTIL)
    assert steps.at(np.array([2.9, 3.0, 4.9, 5.0, 8.0])).tolist() == [[-np.inf, 1, 1, 2, 2]]
    assert steps.size == 2
    assert steps.date_of(steps.first_reaching(np.array([[2.5]]))).tolist() == [[np.inf]]


def test_of_one_day_the_best_is_the_record_and_of_equals_the_first() -> None:
    ratings, dates = np.array([[4.0, 6.0, 5.0, 6.0, 6.0]]), np.array([1.0, 1.0, 1.0, 1.0, 2.0])
    steps = Steps(ratings, dates, UNTIL)
    assert steps.columns.tolist() == [[1]]
    assert steps.best_model().tolist() == [1]


def test_a_draw_without_a_model_yet_is_told_by_its_first_day() -> None:
    steps = Steps(np.ones((2, 1)), np.array([[1.0], [9.0]]), UNTIL)
    assert steps.latest_first == np.inf
    assert steps.at(np.array([UNTIL]))[:, 0].tolist() == [1.0, -np.inf]
    assert steps.records()[1].tolist() == [[True], [False]]


def test_inputs_are_left_as_they_were() -> None:
    rng = np.random.default_rng(0)
    ratings, dates = rng.normal(size=(20, 9)), rng.integers(0, 12, (20, 9)).astype(float)
    dates[:, 0] = 0
    before = ratings.copy(), dates.copy()
    Steps(ratings, dates, UNTIL)
    assert (ratings == before[0]).all()
    assert (dates == before[1]).all()


@pytest.mark.parametrize("varying", [False, True])
def test_any_memory_layout_gives_the_same(varying: bool) -> None:
    rng = np.random.default_rng(1)
    ratings = rng.normal(size=(6, 8))
    dates = (
        rng.integers(0, 8, (6, 8)).astype(float) if varying else rng.permutation(8).astype(float)
    )
    plain = Steps(ratings, dates, UNTIL)
    strided = Steps(np.repeat(ratings, 2, axis=0)[::2], np.asfortranarray(dates), UNTIL)
    assert (plain.running == strided.running).all()
    assert (plain.dates == strided.dates).all()


def test_of_no_draws_there_is_nothing() -> None:
    none = Steps(np.zeros((0, 3)), np.array([1.0, 2.0, 3.0]), UNTIL)
    assert none.dates.shape[0] == none.running.shape[0] == none.columns.shape[0] == 0


def test_more_records_than_a_byte_counts() -> None:
    days = np.arange(300.0)
    steps = Steps(days[None, :], days, 300.0)
    assert steps.size == 300
    assert steps.first_reaching(np.array([[299.0, 300.0]])).tolist() == [[299, 300]]
    assert steps.at(np.array([255.0, 256.0, 299.0])).tolist() == [[255.0, 256.0, 299.0]]
