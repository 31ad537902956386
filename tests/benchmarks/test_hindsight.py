"""The archive's own test: the kept table is the archive's, and holds what is wanted of it."""

from __future__ import annotations

from pathlib import Path

import hindsight
import pandas as pd
import pytest

from elolag.estimate.known import read
from elolag.estimate.lag import estimate_lag
from elolag.estimate.revisions import _nine_in_ten

HERE = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def kept() -> pd.DataFrame:
    return pd.read_csv(HERE / "hindsight.csv")


@pytest.mark.fresh
@pytest.mark.parametrize(
    ("board", "date"), [("arena/text_style_control", "2026-01-30"), ("arena/text", "2025-05-24")]
)
def test_a_month_of_the_kept_table_is_the_archives(
    kept: pd.DataFrame, board: str, date: str
) -> None:
    past, _, _ = read(board)
    number = [vintage.date for vintage in past.vintages].index(date)
    made = pd.DataFrame(hindsight.rows(past, number)).round(3)
    mine = kept[(kept["board"] == board) & (kept["as_of"] == date)].reset_index(drop=True)
    pd.testing.assert_frame_equal(made, mine[list(made)], check_dtype=False, atol=1e-9, rtol=0)


def test_real_time_is_what_was_answered_with_the_list_of_the_day(kept: pd.DataFrame) -> None:
    row = kept.query("board == 'arena/text' and as_of == '2026-04-30' and estimand == 'average'")
    answer = estimate_lag("arena/text", estimand="average", vintage="2026-04-30", window=12.0)
    (figures,) = row[["real_time", "real_time_low", "real_time_high"]].round(3).to_numpy().tolist()
    assert figures == [round(x, 3) for x in (answer.months, answer.low, answer.high)]


def test_the_last_rows_sum_up_the_others(kept: pd.DataFrame) -> None:
    months = kept[kept["as_of"] != "all"]
    made = hindsight.summed(months).round(3)
    assert set(made["board"]) == {*hindsight.BOARDS, "both"}
    last = kept[kept["as_of"] == "all"].reset_index(drop=True)
    pd.testing.assert_frame_equal(made, last[list(made)], check_dtype=False, atol=2e-3, rtol=0)


def test_nine_in_ten_lie_within_what_is_said_of_them(kept: pd.DataFrame) -> None:
    """The rule of `elolag revisions`: a size that occurred, and that nine in ten do not exceed."""
    months = kept[kept["as_of"] != "all"]
    for row in kept[kept["as_of"] == "all"].itertuples():
        mine = months["estimand"] == row.estimand
        if row.board != "both":
            mine &= months["board"] == row.board
        sizes = months.loc[mine, "difference"].abs().to_numpy()
        assert row.most in sizes
        assert row.most == _nine_in_ten(sizes)
        assert (sizes <= row.most).mean() >= hindsight.MOST


def test_the_average_of_the_day_was_what_hindsight_says(kept: pd.DataFrame) -> None:
    """Wanted: 0.3 month on average, 0.6 at the 90% point, nine in ten intervals that hold it.

    One row misses what is wanted, here and on the page by name: the 90% point of style control.
    """
    average = kept[(kept["as_of"] == "all") & (kept["estimand"] == "average")]
    assert len(average) == 3
    assert (average["difference"] <= 0.3).all()
    over = average.loc[average["most"] > 0.6, "board"]
    assert over.tolist() == ["arena/text_style_control"]
    assert (average["held"] >= 0.9).all()
