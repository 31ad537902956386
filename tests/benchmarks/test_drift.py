"""The excess of debuts by growth and year, on rows worked out by hand; and the kept tables."""

from __future__ import annotations

from pathlib import Path

import drift
import pandas as pd
import pytest

HERE = Path(__file__).parents[2] / "benchmarks"
TABLES = {
    "drift_newcomers": lambda: drift.falls(drift.newcomers()),
    "drift": lambda: drift.split(drift.excesses()),
    "drift_later": drift.later,
    "drift_headline": lambda: drift.headlines(drift.excesses(), drift.newcomers()),
}


def test_debuts_of_like_votes_are_counted_by_growth_and_by_year() -> None:
    found = pd.DataFrame(
        {
            "since": ["2024-12-30", "2025-03-01", "2026-06-25", "2026-07-12"],
            "votes": [7_999.0, 8_000.0, 900.0, 1_000.0],
            "excess": [10.0, 30.0, 4.0, 8.0],
            "growth": [1.5, 1.9, 1.6, 40.0],
            "shown": [0.1, 0.2, 0.2, 0.95],
        }
    )
    rows = {r["whose"]: r for r in drift.split(found)}
    assert list(rows) == [
        "under 8,000 votes, grown 1.5 to 2 times",
        "under 8,000 votes, grown 8 or more times",
        "8,000 or more votes, grown 1.5 to 2 times",
        "under 8,000 votes, first listed in 2024",
        "under 8,000 votes, first listed in 2026",
        "8,000 or more votes, first listed in 2025",
    ]
    little = rows["under 8,000 votes, grown 1.5 to 2 times"]
    assert (little["entries"], little["excess"], little["shown"]) == (2, 7.0, pytest.approx(0.15))
    assert little["bias_variance"] == pytest.approx(14 / 0.3)
    assert rows["under 8,000 votes, first listed in 2026"]["excess"] == 6.0
    assert rows["under 8,000 votes, first listed in 2026"]["standard_error"] == pytest.approx(2.0)


def test_a_model_on_two_boards_is_one_newcomer_and_what_was_foreseen_is_not_left() -> None:
    found = pd.DataFrame(
        {
            "identity": ["a", "a", "b", "c"],
            "top": [True, True, True, False],
            "change": [-6.0, -2.0, -2.0, 5.0],
            "foreseen": [-1.0, -1.0, 1.0, 2.0],
        }
    )
    below, best = drift.falls(found)
    assert (best["began"], best["models"]) == ("among the best 10", 2)
    assert (best["change"], best["foreseen"], best["left"]) == (-3.0, 0.0, -3.0)
    assert best["change_error"] == pytest.approx(1.0)
    assert (below["models"], below["left"]) == (1, 3.0)


@pytest.mark.fresh
@pytest.mark.parametrize("name", sorted(TABLES))
def test_the_kept_tables_are_the_archives(name: str) -> None:
    table = pd.DataFrame(TABLES[name]())
    kept = pd.read_csv(HERE / f"{name}.csv")
    pd.testing.assert_frame_equal(table, kept, check_dtype=False, atol=6e-4, rtol=0)
