"""Against which drift youth is read: the kept table is the archive's, and the rule was followed."""

from __future__ import annotations

from pathlib import Path

import held_out
import numpy as np
import pandas as pd
import pytest
import youth

from elolag.model import scale

HERE = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return pd.read_csv(HERE / "youth.csv")


def test_the_wider_reading_stands_by_the_rule_and_the_decision_says_so(table: pd.DataFrame) -> None:
    pooled = table[(table["board"] == "both") & (table["way"] == youth.OWN)].set_index("role")
    development, test = pooled.loc["development"], pooled.loc["test"]
    taken = development["gain_low"] > 0 and test["gain"] >= 0 and pooled["inside"].min() >= 0.92
    assert not taken
    text = (HERE.parent / "docs" / "decisions" / "0004-one-scale.md").read_text("utf-8")
    text = " ".join(text.split())
    said = table[table["role"] == "answer"].set_index(["board", "way"])
    told = {
        key: f"{row.figure:.1f} ({row.low:.1f} to {row.high:.1f})" for key, row in said.iterrows()
    }
    own, raw = (told[board, youth.OWN] for board in held_out.BOARDS)
    assert f"`average` {own}; on `arena/text` {raw} for {told['arena/text', youth.ALL]}" in text


def test_the_shipped_reading_is_that_of_all_levels() -> None:
    target, other, _ = held_out.load("2025-12-11")["arena/text"]
    model = np.arange(len(target.rating))
    shipped = scale.place(target, model, other)
    drift = {}
    for way in (youth.ALL, youth.OWN):
        with youth.read(way):
            drift[way] = scale.place(target, model, other).drift
    assert drift[youth.ALL] == pytest.approx(shipped.drift, rel=1e-12, nan_ok=True)
    assert drift[youth.OWN] != pytest.approx(shipped.drift, rel=0.01, nan_ok=True)


@pytest.mark.fresh
def test_the_answers_under_either_reading_are_the_archives(
    table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scale, "fit", scale.fit)  # sessions of the tests then share no panel
    made, kept = pd.DataFrame(youth.answers()), table[table["role"] == "answer"]
    pd.testing.assert_frame_equal(
        made, kept[list(made)].reset_index(drop=True), check_dtype=False, atol=6e-5, rtol=0
    )


@pytest.mark.fresh
def test_a_cell_of_the_kept_table_is_the_archives(table: pd.DataFrame) -> None:
    board, kept = "arena/text", held_out.KEPT[1]
    boards = held_out.load("2026-08-19")[board]
    found = pd.concat([youth.foretold(boards, months, kept) for months in held_out.HORIZONS])
    what = {"role": "test", "board": board, "kept": kept}
    made = pd.DataFrame(youth.summary(found, what))
    cell = table[(table[list(what)] == pd.Series(what)).all(axis=1)].reset_index(drop=True)
    pd.testing.assert_frame_equal(made, cell[list(made)], check_dtype=False, atol=6e-5, rtol=0)
