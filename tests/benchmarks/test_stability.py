"""How far the headline moves: the kept table is the archive's, and the gate on drift holds."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import stability

from elolag.estimate.lag import estimate_lag
from elolag.model.scale import SHIPPED

HERE = Path(__file__).parents[2] / "benchmarks"

ENDS = ["low_change", "high_change"]
#: Months by which an end of the headline's interval may move with the drift times 0.8 or 1.2.
GATE = 0.5


@pytest.fixture(scope="module")
def kept() -> pd.DataFrame:
    return pd.read_csv(HERE / "stability.csv")


@pytest.fixture(scope="module")
def base() -> stability.Variation:
    return stability.base()


@pytest.fixture(scope="module")
def drifts(base: stability.Variation) -> pd.DataFrame:
    return stability.changed(stability.table([base, *stability.drifts(base)])).round(3)


@pytest.mark.fresh
def test_the_base_row_is_the_answer_of_today(kept: pd.DataFrame) -> None:
    answer = estimate_lag(estimand="average", window=stability.WINDOW)
    base = kept.iloc[0]
    assert base["kind"] == "base"
    figures = base[["months", "low", "high"]].tolist()
    assert figures == pytest.approx([answer.months, answer.low, answer.high], abs=6e-4)


@pytest.mark.fresh
def test_the_rows_on_drift_are_the_archives(kept: pd.DataFrame, drifts: pd.DataFrame) -> None:
    mine = kept[kept["kind"].isin(["base", "drift"])]
    pd.testing.assert_frame_equal(
        drifts.fillna({"value": ""}), mine.fillna({"value": ""}), check_dtype=False, atol=1e-9
    )


@pytest.mark.fresh
def test_the_rows_on_settled_and_dropped_entries_are_the_archives(
    kept: pd.DataFrame, base: stability.Variation
) -> None:
    asked = [base, *stability.ended(base), *stability.apart(base)]
    made = stability.changed(stability.table(asked)).round(3).iloc[1:].reset_index(drop=True)
    mine = kept[kept["kind"].isin(["drift ended", "dropped entry"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(made, mine, check_dtype=False, atol=1e-9)


def test_the_contested_call_says_what_it_is_worth(kept: pd.DataFrame) -> None:
    row = kept.set_index("kind").loc["dropped entry"]
    assert row["value"] == "gpt-5 of 2025-08-06"
    text = (HERE.parent / "docs" / "tagging.md").read_text("utf-8")
    start = f"- `gpt-5` of {row['value'][-10:]}"
    (told,) = (line for line in text.splitlines() if line.startswith(start))
    assert f"the headline {row['months']:.1f} ({row['low']:.1f} to {row['high']:.1f};" in told
    readme = " ".join((HERE.parent / "README.md").read_text("utf-8").split())
    assert f"GPT-5's test, were it counted, to {row['months']:.1f} months" in readme


def test_drift_taken_for_less_or_more_moves_no_end_far(kept: pd.DataFrame) -> None:
    moved = kept[kept["kind"] == "drift"].set_index("value")[ENDS].abs().max(axis=1)
    assert len(moved) == 3 * len(stability.FACTORS)
    lasting = kept[kept["kind"] == "lasting drift"].set_index("value")[ENDS].abs().max(axis=1)
    assert len(lasting) == len(stability.LASTING)
    moved = pd.concat([moved, lasting])
    far = moved[moved > GATE]
    assert far.empty, f"ends of the headline move by more than {GATE} month: {far.to_dict()}"


def test_a_lasting_drift_leaves_no_entry_less(base: stability.Variation) -> None:
    young = base.past.drift
    assert young is not None
    votes, se = np.geomspace(1, 1e7, 50), np.full(50, 5.0)
    for least, found in zip(stability.LASTING, stability.lasting(base), strict=True):
        drift = found.past.drift
        assert drift is not None
        moved = drift.variance(votes, se)
        assert moved.min() >= least**2 - 1e-9
        few = votes < young.votes[0]
        assert np.allclose(moved[few], young.variance(votes, se)[few])


def test_every_hyperparameter_is_tried_both_ways(kept: pd.DataFrame) -> None:
    tried = kept[kept["kind"] == "hyperparameter"]
    names = tried["value"].str.split().str[0].value_counts()
    assert names.to_dict() == dict.fromkeys((f.name for f in fields(SHIPPED)), 2)
    for value in tried["value"]:
        name, _, by = value.split()
        assert stability.scaled(name, float(by)) != getattr(SHIPPED, name)


def test_a_hyperparameter_that_is_given_reaches_the_answer(
    kept: pd.DataFrame, base: stability.Variation
) -> None:
    found = next(v for v in stability.chosen(base) if v.value.startswith("settled_days"))
    row = kept.set_index("value").loc[found.value]
    assert abs(found.summary().high - row["high"]) < 6e-4
    assert row["high_change"] != 0


def test_drawing_what_is_plugged_in_moves_no_end_by_a_quarter_of_a_month(
    kept: pd.DataFrame,
) -> None:
    drawn = kept[kept["kind"] == "drawn"]
    assert len(drawn) == 2
    assert drawn[ENDS].abs().to_numpy().max() < 0.25


def test_the_date_moves_the_average_less_than_it_moves(kept: pd.DataFrame) -> None:
    """The day's distance grows by a month a month; the average hardly."""
    dates = kept[kept["kind"] == "as of"]
    assert len(dates) == len(stability.DAYS_BACK)
    assert dates[["months_change", *ENDS]].abs().to_numpy().max() <= 0.2
