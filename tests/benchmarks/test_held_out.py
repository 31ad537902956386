"""Held-out entries of real lists: the kept table is the archive's and says what is claimed."""

from __future__ import annotations

from pathlib import Path

import held_out
import numpy as np
import pandas as pd
import pytest

HERE = Path(__file__).parents[2] / "benchmarks"

KEPT, GONE = held_out.KEPT


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return pd.read_csv(HERE / "held_out.csv")


@pytest.fixture(scope="module")
def boards() -> dict[str, held_out.Boards]:
    return held_out.load("2025-12-11")


@pytest.mark.fresh
def test_a_cell_of_the_kept_table_is_the_archives(
    table: pd.DataFrame, boards: dict[str, held_out.Boards]
) -> None:
    found = held_out.foretold(boards["arena/text"], 9, KEPT)
    made = pd.DataFrame(list(held_out.summary(found))).set_index("way")
    cell = table.query(
        "newest == '2025-12-11' and board == 'arena/text' and months == 9 and kept == @KEPT"
    ).set_index("way")
    pd.testing.assert_frame_equal(
        made, cell[list(made)], check_dtype=False, check_names=False, atol=6e-5, rtol=0
    )


@pytest.mark.slow
def test_every_entry_listed_before_is_held_out_once(boards: dict[str, held_out.Boards]) -> None:
    lists = boards["arena/text"].target
    found = held_out.foretold(boards["arena/text"], 2, GONE)
    since = lists.days[-1] - 2 * held_out.DAYS_PER_MONTH
    known = np.flatnonzero(~np.isnan(lists.rating[:, -1]) & (lists.first <= since))
    for way in held_out.WAYS:
        assert sorted(found.loc[found["way"] == way, "entry"]) == known.tolist()


def test_the_scale_scores_no_worse_than_links_at_any_horizon(table: pd.DataFrame) -> None:
    mine = table.query("role == 'test' and way == 'scale' and newest != 'all'")
    assert len(mine) == 2 * len(held_out.HORIZONS) * len(held_out.KEPT)
    assert (mine["gain_high"] > 0).all()
    assert (mine.query("kept == @KEPT")["gain_low"] > 0).all()


def test_a_third_better_over_fifteen_months_where_the_other_board_goes_on(
    table: pd.DataFrame,
) -> None:
    cell = table.query("role == 'test' and months == 15 and kept == @KEPT").set_index("board")
    scale, links = (cell[cell["way"] == way]["rmse"] for way in ("scale", "links"))
    assert (scale < links * 2 / 3).all()


def test_intervals_hold_what_is_wanted(table: pd.DataFrame) -> None:
    """92 to 98%; of the top twenty, all horizons together, nine in ten."""
    mine = table.query("role == 'test' and way == 'scale' and newest == 'all'").set_index("kept")
    assert mine["inside"].between(0.92, 0.98).all()
    assert (mine["inside_top"] >= 0.90).all()


def test_a_list_left_out_moves_no_place_beyond_its_error() -> None:
    kept = pd.read_csv(HERE / "left_out.csv")
    found = held_out.left_out()
    pd.testing.assert_frame_equal(found, kept, check_dtype=False, atol=6e-5, rtol=0)
    assert (found["inside"] >= 0.9).all()


def test_the_decision_quotes_the_table(table: pd.DataFrame) -> None:
    text = (HERE.parent / "docs" / "decisions" / "0004-one-scale.md").read_text("utf-8")
    text = " ".join(text.split())
    board = table.query("role == 'test' and months == 15 and board == 'arena/text_style_control'")
    kept = board[board["kept"] == KEPT].set_index("way")
    (entries,) = set(kept["entries"])
    assert f"On {entries} entries" in text
    assert (
        f"falls from {kept.loc['links', 'rmse']:.1f} to {kept.loc['scale', 'rmse']:.1f} Elo" in text
    )
    gone = table.query("role == 'test' and newest == 'all' and kept == @GONE").set_index("way")
    assert f"(RMSE {gone.loc['scale', 'rmse']:.1f} against {gone.loc['links', 'rmse']:.1f}" in text
    assert f"top twenty {gone.loc['scale', 'inside_top']:.0%} lie inside" in text
