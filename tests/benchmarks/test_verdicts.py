"""Which verdicts on lists came only later: the kept table is the archive's."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import verdicts

import elolag
from elolag.estimate.lag import estimate_lag

HERE = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def kept() -> pd.DataFrame:
    return pd.read_csv(HERE / "verdicts.csv")


@pytest.mark.fresh
@pytest.mark.parametrize("name", verdicts.BOARDS)
def test_the_verdicts_that_came_later_are_the_archives(kept: pd.DataFrame, name: str) -> None:
    found = list(verdicts.later(elolag.open_archive().board(name)))
    mine = kept[kept["board"] == name]
    assert found == list(mine[["vintage", "list", "then"]].itertuples(index=False, name=None))


def test_the_answers_of_now_are_those_of_the_whole_archive(kept: pd.DataFrame) -> None:
    assert kept["answered"].all()
    row = kept.iloc[0]
    found = estimate_lag(row["board"], vintage=row["vintage"])
    figures = row[["months_now", "low_now", "high_now"]].tolist()
    assert figures == pytest.approx([found.months, found.low, found.high], abs=6e-4)


def test_a_vintage_cut_off_from_its_future_reads_as_the_table_says(kept: pd.DataFrame) -> None:
    row = kept.iloc[0]
    found = verdicts.answers(row["board"], row["vintage"])
    assert found == pytest.approx(row[list(found)].to_dict(), abs=6e-4)
