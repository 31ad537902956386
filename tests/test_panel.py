"""Which vintage an estimate rests on, and what is done to its entries."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import elolag
from elolag import tags
from elolag.errors import EstimateError, UsageError
from elolag.linking import Vintage
from elolag.panel import _blind_stretches, _linkable, build, choose, fill_errors, identify


def snapshot(vintage: str, **facts: object) -> SimpleNamespace:
    usual = {"method": "bradley-terry", "source": "arena-dataset", "completeness": "full"}
    return SimpleNamespace(**{"vintage": vintage, "style_control": True, **usual, **facts})


def board(*snapshots: SimpleNamespace) -> SimpleNamespace:
    return SimpleNamespace(name="arena/text", snapshots=snapshots)


def test_newest_whole_official_vintage_by_default() -> None:
    official, cut = snapshot("2026-08-01"), snapshot("2026-08-10", completeness="top-30")
    copy = snapshot("2026-08-20", source="arena-web")
    assert choose(board(official, cut, copy), None) is official
    assert choose(board(cut, copy), None) is cut
    assert choose(board(copy), None) is copy


def test_a_board_without_a_scale_is_refused() -> None:
    with pytest.raises(UsageError, match="no vintage"):
        choose(board(snapshot("2023-05-08", method="online-elo")), None)


def test_only_whole_older_vintages_of_one_kind_are_linked() -> None:
    newest = snapshot("2026-08-01")
    good = snapshot("2026-07-01")
    others = (
        snapshot("2026-06-01", completeness="top-20"),
        snapshot("2026-05-01", method="online-elo"),
        snapshot("2026-04-01", style_control=False),
        snapshot("2026-09-01"),
    )
    assert _linkable(board(good, *others, newest), newest) == [good]


def test_long_stretches_without_a_complete_list_are_said() -> None:
    close = [snapshot("2026-01-01"), snapshot("2026-04-01"), snapshot("2026-07-01")]
    assert _blind_stretches(close) == []
    (note,) = _blind_stretches([close[0], close[2]])
    assert "2026-01-01 to 2026-07-01" in note
    old = [snapshot("2020-01-01"), snapshot("2021-01-01"), snapshot("2024-08-01")]
    assert "2020" not in " ".join(_blind_stretches([*old, snapshot("2024-09-01")]))


def test_missing_errors_come_from_the_nearest_vintage() -> None:
    def table(rows: dict[str, float]) -> pd.DataFrame:
        return pd.DataFrame({"se": rows}).rename_axis("identity")

    vintages = [
        Vintage("2025-01-01", table({"a": 4.0, "b": 9.0})),
        Vintage("2025-03-01", table({"a": 2.0})),
    ]
    linked = pd.DataFrame(
        {"identity": ["a", "b", "c"], "vintage": ["2025-02-25"] * 3, "se": [np.nan] * 3}
    )
    filled = fill_errors(linked, vintages)["se"].tolist()
    assert filled[:2] == [2.0, 9.0]
    assert filled[2] == pytest.approx(pd.Series([4.0, 9.0, 2.0]).quantile(0.9))


def test_no_error_anywhere_is_refused() -> None:
    empty = pd.DataFrame({"se": [np.nan]}, index=pd.Index(["a"], name="identity"))
    linked = pd.DataFrame({"identity": ["a"], "vintage": ["2025-01-01"], "se": [np.nan]})
    with pytest.raises(EstimateError, match="interval"):
        fill_errors(linked, [Vintage("2025-01-01", empty)])


def test_identity_is_model_and_effort_and_names_doubles() -> None:
    lookup = tags.Lookup(tags.load())
    newest = elolag.open_archive().board("arena/text_style_control").snapshot("2026-08-19")
    table = identify(newest.ratings("overall"), newest, lookup, set(), set())
    assert table.index.is_unique
    assert table.loc["claude-opus-4-6|high", "entry"] == "claude-opus-4-6-high"
    assert table.loc["claude-opus-4-6", "model"] == "claude-opus-4-6"


def test_whole_point_ratings_carry_their_rounding() -> None:
    archive = elolag.open_archive().board("arena/text")
    lookup = tags.Lookup(tags.load())
    rounded = archive.snapshot("2025-08-04")
    table = identify(rounded.ratings("overall"), rounded, lookup, set(), set())
    raw = rounded.ratings("overall").set_index("entry").loc[table["entry"]]
    half = (raw["upper"] - raw["lower"]).to_numpy(float) / 2 / 1.959963984540054
    assert table["se"].to_numpy() ** 2 == pytest.approx(half**2 + 1 / 12)


def test_retired_models_stand_on_the_newest_scale_once() -> None:
    lookup = tags.Lookup(tags.load())
    panel = build(elolag.open_archive().board("arena/text"), "overall", None, lookup)
    table = panel.linked.table
    newest = set(table.loc[table["link"] < 0, "model"])
    gone = set(table.loc[table["link"] >= 0, "model"])
    assert gone
    assert not gone & newest
    assert table["se"].notna().all()
    assert panel.untagged == ()
