"""Boards of one's own with wide errors: the kept table is the code's, and the note is right."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import wide_errors

from elolag.estimate.lag import answer

HERE = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def kept() -> pd.DataFrame:
    return pd.read_csv(HERE / "wide_errors.csv")


def pooled(rows: pd.DataFrame, kind: str) -> tuple[float, float]:
    """Coverage over all cells in the worlds of a kind, and its Monte-Carlo standard error."""
    count = rows[kind].sum()
    held = (rows[kind] * rows[f"{kind}_coverage"].fillna(0)).sum() / count
    return held, (held * (1 - held) / count) ** 0.5


@pytest.mark.parametrize(("models", "se"), [(6, 10.0), (20, 30.0), (100, 60.0)])
def test_cells_are_those_of_the_script(kept: pd.DataFrame, models: int, se: float) -> None:
    made = pd.DataFrame(wide_errors.cell(models, se)).round(4)
    mine = kept[(kept["models"] == models) & (kept["se"] == se)].reset_index(drop=True)
    pd.testing.assert_frame_equal(made, mine, check_dtype=False, atol=1e-9)


def test_the_table_has_every_cell(kept: pd.DataFrame) -> None:
    cells = [len(wide_errors.MODELS), len(wide_errors.ERRORS), len(wide_errors.NAMES)]
    assert len(kept) == np.prod([*cells, len(wide_errors.WAYS)])
    assert (kept["noted"] + kept["quiet"] == kept["worlds"]).all()
    assert (kept.loc[kept["estimand"] != "average", "worlds"] == wide_errors.WORLDS).all()


def test_a_world_is_asked_as_a_user_would() -> None:
    """Rows agree with results; the truth is the running best of the true ratings."""
    made = wide_errors.board(10, 30.0, 3)
    asked = wide_errors.study(made, correct_selection=True)
    rows = {r["estimand"]: r for r in wide_errors.answers(made) if r["way"] == "corrected"}
    gap, current = (answer(asked, name, None, "measurement") for name in ("gap", "current"))
    best = made.groupby("country")["true"].max()
    truth = best["US"] - best["CN"]
    assert rows["gap"]["held"] == (gap.gap.low <= truth <= gap.gap.high)
    assert rows["gap"]["width"] == pytest.approx(gap.gap.high - gap.gap.low)
    assert current.low is not None
    assert current.high is not None
    assert rows["current"]["width"] == pytest.approx(current.high - current.low)
    assert rows["gap"]["noted"] == any(wide_errors.NOTE in note for note in asked.notes)


def test_a_drawn_trend_moves_a_side_together_and_more_where_errors_are_wide() -> None:
    size = {}
    for se in (1.0, 60.0):
        asked = wide_errors.study(wide_errors.board(20, se, 0), correct_selection=True)
        added = wide_errors.trend_drawn(asked)
        assert added.shape == (wide_errors.DRAWS, 20)
        assert (abs(added.mean(axis=0)) < 5 * added.std(axis=0) / wide_errors.DRAWS**0.5).all()
        size[se] = added.std(axis=0).mean()
        newest = asked.cast.field.released.argsort()[-8:]
        sides = asked.cast.field.country[newest]
        alike = np.corrcoef(added[:, newest].T)
        assert alike[sides[:, None] == sides].min() > 0
    assert size[60.0] > 10
    assert size[1.0] < 1


def test_the_note_is_right_as_it_was_laid_down(kept: pd.DataFrame) -> None:
    gap = kept[kept["estimand"] == "gap"].set_index("way")
    held, error = pooled(gap.loc["corrected"], "noted")
    assert held < 0.95 - 2 * error
    held, error = pooled(gap.loc["corrected"], "quiet")
    assert held >= 0.93 - 2 * error
    flat = gap.loc["flat"]
    error = (flat["coverage"] * (1 - flat["coverage"]) / flat["worlds"]) ** 0.5
    assert (flat["coverage"] >= 0.93 - 2 * error).all()


def test_few_models_hold_less_with_narrow_errors_too(kept: pd.DataFrame) -> None:
    """As docs/your-data.md says."""
    cell = kept.query("models == 6 and se == 10 and estimand == 'gap' and way == 'corrected'")
    (row,) = cell.itertuples()
    assert row.coverage < 0.93
    assert row.high < 0.95
    assert row.quiet > row.noted
