"""Votes of one's own: the kept table is the code's, its default is right, documents quote it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rated_votes
import wide_errors

from elolag.estimate.lag import answer

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def kept() -> pd.DataFrame:
    return pd.read_csv(rated_votes.TABLE)


def test_a_cell_is_that_of_the_script(kept: pd.DataFrame) -> None:
    made = pd.DataFrame(rated_votes.cell("even", 6, 60)).round(4)
    mine = kept.query("kind == 'even' and models == 6 and votes == 60").reset_index(drop=True)
    pd.testing.assert_frame_equal(made, mine, check_dtype=False, atol=1e-9)


def test_the_table_has_every_cell(kept: pd.DataFrame) -> None:
    r = rated_votes
    cells = [len(of) for of in (r.KINDS, r.MODELS, r.VOTES, wide_errors.NAMES)]
    assert len(kept) == np.prod(cells) * 4
    assert (kept.loc[kept["estimand"] != "average", "worlds"] >= wide_errors.WORLDS - 1).all()


def test_votes_go_the_way_of_a_user_with_their_covariance() -> None:
    made, rated = rated_votes.voted("hub", 12, 240, 3)
    oldest = made["release_date"].to_numpy().argmin()
    assert rated.ratings.anchor == made["entry"][oldest]
    assert made["se"][oldest] == 0
    assert rated.votes == 12 * 240 // 2
    met = dict(zip(rated.ratings.items, rated.ratings.votes, strict=True))
    assert met[made["entry"][oldest]] > 0.7 * rated.votes
    asked = wide_errors.study(made, correct_selection=True, rated=rated)
    assert asked.cast.field.errors is not None
    rows = {(r["estimand"], r["way"]): r for r in rated_votes.answers(made, rated)}
    gap = answer(asked, "gap", None, "measurement").gap
    assert rows["gap", "default"]["width"] == pytest.approx(gap.high - gap.low)
    best = made.groupby("country")["true"].max()
    assert rows["gap", "default"]["held"] == (gap.low <= best["US"] - best["CN"] <= gap.high)
    assert rows["gap", "apart"]["width"] != rows["gap", "default"]["width"]


def test_the_default_is_right_as_it_was_laid_down(kept: pd.DataFrame) -> None:
    mine = kept[kept["way"] == "default"]
    error = (mine["coverage"] * (1 - mine["coverage"]) / mine["worlds"]) ** 0.5
    assert (mine["coverage"] >= 0.93 - 2 * error).all()
    assert (over(kept).loc[:, "default"] >= 0.93).all()


def over(kept: pd.DataFrame) -> pd.Series:
    """Coverage over all cells, by estimand and way."""
    summed = kept.assign(held=kept["coverage"] * kept["worlds"])
    summed = summed.groupby(["estimand", "way"])[["held", "worlds"]].sum()
    return summed["held"] / summed["worlds"]


def test_the_documents_quote_the_table(kept: pd.DataFrame) -> None:
    text = " ".join((ROOT / "docs" / "calibration.md").read_text("utf-8").split())
    share = over(kept)
    told = [
        f"`{name}` {share[name, 'default']:.0%} "
        f"({share[name, 'plugged']:.0%} with the prior as found)"
        for name in wide_errors.NAMES
    ]
    assert f"hold {', '.join(told[:2])} and {told[2]}" in text
    worst = kept.loc[kept["way"] == "default", "coverage"].min()
    assert f"least of one kind {worst:.0%}" in text
