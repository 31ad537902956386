"""Held-out models of real vintages lie in their links' prediction intervals; as it is kept."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pandas as pd
import pytest

HERE = Path(__file__).parents[2] / "benchmarks"
SPEC = importlib.util.spec_from_file_location("held_out", HERE / "held_out.py")
held_out = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(held_out)


@pytest.fixture(scope="module")
def shares() -> pd.DataFrame:
    return held_out.shares()


def test_nine_in_ten_lie_inside_and_eight_of_the_top(shares: pd.DataFrame) -> None:
    assert (shares["models"] > 180).all()
    assert (shares["inside"] >= 0.90).all()
    assert (shares["inside_top"] >= 0.80).all()
    # Wide intervals would cover anything.
    assert (shares["median_sd"] < 6).all()


def test_the_kept_table_is_the_archives(shares: pd.DataFrame) -> None:
    kept = pd.read_csv(HERE / "held_out.csv")
    pd.testing.assert_frame_equal(shares, kept, check_dtype=False, atol=6e-5, rtol=0)


def test_every_common_model_is_held_out_once() -> None:
    older, newer = (held_out.published(day) for day in held_out.PAIRS[0])
    found = held_out.held_out(older, newer)
    common = set(older.table.index) & set(newer.table.index)
    assert sorted(found.index) == sorted(common)
