"""Boards of one's own with wide errors: the kept table is the code's, and its default is right."""

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


@pytest.mark.parametrize(
    ("kind", "models", "se"), [("alike", 6, 10.0), ("alike", 20, 30.0), ("unequal", 100, 60.0)]
)
def test_cells_are_those_of_the_script(
    kept: pd.DataFrame, kind: str, models: int, se: float
) -> None:
    made = pd.DataFrame(wide_errors.cell(kind, models, se)).round(4)
    mine = kept.query("kind == @kind and models == @models and se == @se").reset_index(drop=True)
    pd.testing.assert_frame_equal(made, mine, check_dtype=False, atol=1e-9)


def test_the_table_has_every_cell(kept: pd.DataFrame) -> None:
    w = wide_errors
    cells = [len(of) for of in (w.KINDS, w.MODELS, w.ERRORS, w.NAMES, w.WAYS)]
    assert len(kept) == np.prod(cells)
    assert (kept.loc[kept["estimand"] != "average", "worlds"] == wide_errors.WORLDS).all()


def test_a_world_is_asked_as_a_user_would() -> None:
    """Rows agree with results; the truth is the running best of the true ratings."""
    made = wide_errors.board("alike", 10, 30.0, 3)
    asked = wide_errors.study(made, correct_selection=True)
    rows = {r["estimand"]: r for r in wide_errors.answers(made) if r["way"] == "default"}
    gap, current = (answer(asked, name, None, "measurement") for name in ("gap", "current"))
    best = made.groupby("country")["true"].max()
    truth = best["US"] - best["CN"]
    assert rows["gap"]["held"] == (gap.gap.low <= truth <= gap.gap.high)
    assert rows["gap"]["width"] == pytest.approx(gap.gap.high - gap.gap.low)
    assert current.low is not None
    assert current.high is not None
    assert rows["current"]["width"] == pytest.approx(current.high - current.low)
    assert rows["gap"]["drawn"] == (asked.fitted.doubt is not None)


def test_the_default_is_right_as_it_was_laid_down(kept: pd.DataFrame) -> None:
    mine = kept[kept["way"] == "default"]
    alike = mine[mine["kind"] == "alike"]
    error = (alike["coverage"] * (1 - alike["coverage"]) / alike["worlds"]) ** 0.5
    assert (alike["coverage"] >= 0.93 - 2 * error).all()
    held = (mine["coverage"] * mine["worlds"]).groupby([mine["kind"], mine["estimand"]]).sum()
    worlds = mine.groupby(["kind", "estimand"])["worlds"].sum()
    assert (held / worlds >= 0.93).all()


def test_it_was_not_so_before_the_prior_was_drawn(kept: pd.DataFrame) -> None:
    """By kind of board: a prior in doubt that is taken as found does not hold its level."""
    plugged = kept[(kept["way"] == "plugged") & (kept["drawn"] == kept["worlds"])]
    of_gap = plugged[plugged["estimand"] == "gap"]["coverage"]
    assert of_gap.mean() < 0.88
