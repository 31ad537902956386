"""The survival curve behind `catch-up`, against plain twins."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from search import search
from statsmodels.duration.survfunc import SurvfuncRight

import elolag
from elolag.dates import DAYS_PER_MONTH
from elolag.errors import EstimateError
from elolag.estimate.catch_up import _STEP, TimeToMatch, _follow_ups, _on_grid, time_to_match
from elolag.model.estimands import Race, catch_up, kaplan_meier

months = st.floats(0.1, 30, allow_nan=False).map(lambda x: round(x, 1))


@pytest.fixture(scope="module")
def curve() -> TimeToMatch:
    return time_to_match(n_draws=200)


@search(60)
@given(st.lists(st.tuples(months, st.booleans()), min_size=1, max_size=12))
def test_the_curve_is_statsmodels(records: list[tuple[float, bool]]) -> None:
    time, caught = (np.array(part) for part in zip(*records, strict=True))
    times, share = kaplan_meier(time[None, :], caught[None, :], np.array([len(time)]))
    grid = np.arange(0, 31, _STEP)
    found = _on_grid(times, share, grid)[0]
    twin = np.ones(len(grid))
    if caught.any():
        fitted = SurvfuncRight(time, caught.astype(int))
        for at, value in zip(fitted.surv_times, fitted.surv_prob, strict=True):
            twin[grid + 1e-9 >= at] = value
    np.testing.assert_allclose(found, twin, atol=1e-12)


@search(60)
@given(
    st.lists(st.tuples(st.integers(0, 700), st.integers(1000, 1030)), min_size=1, max_size=9),
    st.lists(st.tuples(st.integers(0, 700), st.integers(1000, 1030)), min_size=1, max_size=9),
)
def test_follow_ups_are_those_of_catch_up(
    lead: list[tuple[int, int]], follow: list[tuple[int, int]]
) -> None:
    as_of, window = 800.0, 24.0
    lead, follow = [(-1, 990), *lead], [(-1, 990), *follow]  # both begin before the window
    dates = np.array([d for d, _ in (*lead, *follow)], dtype=float)
    rated = np.array([[r for _, r in (*lead, *follow)]], dtype=float)
    leads = np.arange(len(dates)) < len(lead)
    race = Race.of(rated, np.where(leads, dates, np.inf), np.where(leads, np.inf, dates), as_of)
    found, caught, count = _follow_ups(race, window)
    expected = []
    best = 0
    for day in sorted({d for d, _ in lead}):
        level = max(r for d, r in lead if d == day)
        if level > best:
            best = level
            reached = [d for d, r in follow if r >= level]
            if day > as_of - window * DAYS_PER_MONTH:
                end = min(reached) if reached else as_of
                expected.append(((end - day) / DAYS_PER_MONTH, bool(reached)))
    is_record = np.isfinite(found[0])
    np.testing.assert_allclose(found[0][is_record], [m for m, _ in expected])
    assert caught[0][is_record].tolist() == [c for _, c in expected]
    assert count[0] == len(expected)
    if expected:
        times, share = kaplan_meier(found, caught, count)
        lags = catch_up(race, window)
        below = share[0] <= 0.5 + 1e-12
        if below.any():
            assert lags.months[0] == times[0][below][0]


def test_the_median_of_the_curve_is_that_at_posterior_means(curve: TimeToMatch) -> None:
    table = curve.to_frame()
    first = table.loc[table["share"] <= 0.5, "months"].min()
    study = elolag.estimate.session.prepare(n_draws=curve.result.n_draws)
    assert first == pytest.approx(study.point(["catch-up"]).lags["catch-up"].months[0], abs=_STEP)
    assert (table["low"] <= table["high"]).all()
    assert table["share"].is_monotonic_decreasing
    assert curve.result.estimand == "catch-up"


def test_the_curve_words_itself(curve: TimeToMatch) -> None:
    text = str(curve)
    assert f"China has matched {curve.matched}" in text
    assert "median time to match: China behind by" in text
    facts = curve.to_dict()
    assert len(facts["records"]) == len(curve.follow_ups)
    assert facts["result"]["seed"] == 0


def test_no_record_is_an_error() -> None:
    with pytest.raises(EstimateError, match="no record in the month to 2026"):
        elolag.time_to_match(n_draws=40, window=1.0)


def test_a_draw_without_a_record_has_no_curve(tmp_path: Path) -> None:
    """In a quarter of the draws the leader's second model is no record: nothing is unmatched."""
    rows = [
        "entry,rating,se,date",
        "L1,1000,1,2026-08-19",
        "L2,1014,20,2026-08-19",
        "L3,900,1,2026-08-19",
        *(f"F{k},{900 + 300 * (k == 1)},1,2026-08-19" for k in range(3)),
    ]
    tags = [
        "entry,model,lab,country,release_date,openness",
        "L1,l1,A,US,2024-01-01,closed",
        "L2,l2,A,US,2026-05-01,closed",
        "L3,l3,A,US,2024-01-01,closed",
        *(f"F{k},f{k},B,CN,{'2026-06-01' if k == 1 else '2024-01-01'},closed" for k in range(3)),
    ]
    for name, lines in (("own.csv", rows), ("tags.csv", tags)):
        (tmp_path / name).write_text("\n".join(lines))
    found = time_to_match(
        board=elolag.own_board(tmp_path / "own.csv"), extra_tags=tmp_path / "tags.csv",
        window=6.0, n_draws=1000, correct_selection=False,
    )  # fmt: skip
    assert 200 < found.result.failed_draws < 300
    assert found.times == pytest.approx([31 / DAYS_PER_MONTH])
    assert found.high[-1] == 0.0
