"""Which vintage an estimate rests on, and what is done to its entries."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import made_archive
import numpy as np
import pandas as pd
import pytest
from exact import listed

import elolag
from elolag import tags
from elolag.archive import Board
from elolag.archive.reading import Snapshot
from elolag.errors import EstimateError, UsageError
from elolag.estimate.panel import (
    _blind_spots,
    _blind_stretches,
    _identify,
    _linkable,
    build,
    choose,
    fill_errors,
    newer_copy,
)
from elolag.sources import get_source


def snapshot(vintage: str, **facts: object) -> SimpleNamespace:
    usual = {"method": "bradley-terry", "source": "arena-dataset", "completeness": "full"}
    official = get_source(str(facts.get("source", usual["source"]))).precedence <= 1
    known = {"vintage": vintage, "style_control": True, "official": official}
    said = {**known, **usual, **facts}
    return SimpleNamespace(**said, kind=(said["method"], said["style_control"]))


def board(*snapshots: SimpleNamespace) -> Board:
    made = Board(elolag.open_archive(), "arena/text", ())
    made.snapshots = snapshots
    return made


def test_newest_whole_official_vintage_by_default() -> None:
    official, cut = snapshot("2026-08-01"), snapshot("2026-08-10", completeness="top-30")
    copy = snapshot("2026-08-20", source="arena-web")
    assert choose(board(official, cut, copy), None) is official
    assert choose(board(cut, copy), None) is cut
    assert choose(board(copy), None) is copy


def test_a_copy_of_an_index_waits_until_named_and_an_arena_of_its_own_does_not() -> None:
    index = snapshot("2026-01-20", source="epoch-eci", method="index")
    copy = snapshot("2026-08-20", source="iaps-open-source-gap", method="index")
    assert choose(board(index, copy), None) is index
    assert choose(board(copy), None) is copy
    votes = snapshot("2026-02-11", source="comparia")
    assert choose(board(votes, snapshot("2026-03-01", source="arena-web")), None) is votes


def test_a_board_without_a_scale_is_refused() -> None:
    for method in ("online-elo", "metadata"):
        with pytest.raises(UsageError, match=f"holds no ratings .* only lists of {method}$"):
            choose(board(snapshot("2023-05-08", method=method)), None)
    with pytest.raises(UsageError, match="set aside for an impossible day"):
        choose(board(), None)


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


def test_stretches_without_a_complete_list_are_found() -> None:
    assert _blind_stretches(["2026-01-01", "2026-01-21", "2026-02-05"]) == []
    assert _blind_stretches(["2026-01-01", "2026-01-22"]) == [("2026-01-01", "2026-01-22")]
    assert _blind_stretches(["2020-01-01", "2021-01-01", "2024-08-01", "2024-08-11"]) == []


def test_the_holes_of_the_headline_are_said_as_they_are() -> None:
    board = elolag.open_archive().board("arena/text_style_control")
    lookup = tags.Lookup(tags.load())
    (note,) = (n for n in build(board, "overall", None, lookup).notes if "no complete" in n)
    holes = _blind_stretches([s.vintage for s in board.snapshots if s.completeness == "full"])
    said = [gap for gap in holes if gap[1] <= "2026-08-19"]
    assert {("2025-05-24", "2025-06-16"), ("2025-09-18", "2025-10-09")} <= set(said)
    assert note == (
        f"no complete list {', '.join(f'from {a} to {b}' for a, b in said)}: a model listed only "
        f"in between is missed"
    )


def test_many_holes_are_counted_and_long_ones_told_for_what_they_do() -> None:
    board = elolag.open_archive().board("arena/text")
    lookup = tags.Lookup(tags.load())
    (note,) = (n for n in build(board, "coding", None, lookup).notes if "no complete" in n)
    assert "stretches of over 20 days, the longest" in note
    assert "from 2025-05-24 to 2025-11-06" in note
    assert "longer than 120 days intervals of estimands over a window hold less" in note


def test_a_blind_stretch_says_what_its_cut_off_lists_show() -> None:
    board = elolag.open_archive().board("arena/text")
    lookup = tags.Lookup(tags.load())
    (note,) = (n for n in build(board, "overall", None, lookup).notes if "no complete" in n)
    # Lists of 2025-08-21, 10-07, 10-16, 11-05, 12-23 and 2026-02-16.
    assert note.endswith(
        "lists of those days that are cut off (6) show missed models: qwen-vl-max-2025-08-13"
    )
    known = build(board, "overall", None, lookup).placed
    fewer = replace(known, table=known.table[known.table["model"] != "gemini-3-pro"])
    complete = [s for s in board.snapshots if s.completeness == "full"]
    complete = [s for s in complete if s.method == "bradley-terry"]
    (note,) = _blind_spots(board, "overall", complete, fewer, lookup)
    assert note.endswith("show missed models: qwen-vl-max-2025-08-13, gemini-3-pro")


def test_a_newer_complete_copy_is_offered_and_a_cut_one_is_not() -> None:
    board = elolag.open_archive().board("arena/text_style_control")
    newer = newer_copy(board, "overall", "2026-08-19")
    assert newer is not None
    assert (newer.vintage, newer.source) == ("2026-10-02", "arena-web-2026-10")
    assert newer_copy(board, "coding", "2026-08-19") is None
    assert newer_copy(board, "overall", "2026-10-02") is None


def test_missing_errors_come_from_the_nearest_vintage() -> None:
    errors = {"2025-01-01": {"a": 4.0, "b": 9.0}, "2025-03-01": {"a": 2.0}}
    vintages = [listed(day, of, of) for day, of in errors.items()]
    linked = pd.DataFrame(
        {"identity": ["a", "b", "c"], "vintage": ["2025-02-25"] * 3, "se": [np.nan] * 3}
    )
    filled = fill_errors(linked, vintages)["se"].tolist()
    assert filled[:2] == [2.0, 9.0]
    assert filled[2] == pytest.approx(pd.Series([4.0, 9.0, 2.0]).quantile(0.9))


def test_no_error_anywhere_is_refused() -> None:
    linked = pd.DataFrame({"identity": ["a"], "vintage": ["2025-01-01"], "se": [np.nan]})
    with pytest.raises(EstimateError, match="interval"):
        fill_errors(linked, [listed("2025-01-01", {"a": 1.0}, {"a": np.nan})])


def test_identity_is_model_and_effort_and_names_doubles() -> None:
    lookup = tags.Lookup(tags.load())
    newest = elolag.open_archive().board("arena/text_style_control").snapshot("2026-08-19")
    table = _identify(newest.listing("overall"), newest, lookup, set(), set()).table
    assert table.index.is_unique
    assert table.loc["claude-opus-4-6|high", "entry"] == "claude-opus-4-6-high"
    assert table.loc["claude-opus-4-6", "model"] == "claude-opus-4-6"


def test_versions_under_one_name_of_an_index_are_one_figure() -> None:
    lookup = tags.Lookup(tags.load())
    listed = elolag.open_archive().board("epoch/eci").snapshot("2026-01-20")
    found = _identify(listed.listing("overall"), listed, lookup, set(), set())
    names = dict(listed.table("entries").set_index("entry")["name"])
    assert len(names) == 282
    assert sorted(names[entry] for entry in found.entries) == sorted(set(names.values()))
    assert [e for e in found.entries if e.startswith("gpt-5.2-")] == ["gpt-5.2-2025-12-11_high"]
    shown = set(found.models)
    assert "kimi-k2-0711-preview" in shown
    assert "kimi-k2-0905-preview" not in shown
    # Votes are of versions: those of one model stand beside each other.
    votes = elolag.open_archive().board("arena/text_style_control").snapshot("2026-08-19")
    rated = _identify(votes.listing("overall"), votes, lookup, set(), set())
    assert len(rated) > len(set(rated.models))


def test_whole_point_ratings_carry_their_rounding() -> None:
    archive = elolag.open_archive().board("arena/text")
    lookup = tags.Lookup(tags.load())
    rounded = archive.snapshot("2025-08-04")
    found = _identify(rounded.listing("overall"), rounded, lookup, set(), set())
    raw = rounded.ratings("overall").set_index("entry").loc[found.entries]
    half = (raw["upper"] - raw["lower"]).to_numpy(float) / 2 / 1.959963984540054
    assert found.se**2 == pytest.approx(half**2 + 1 / 12)


def test_retired_models_stand_on_the_newest_scale_once() -> None:
    lookup = tags.Lookup(tags.load())
    panel = build(elolag.open_archive().board("arena/text"), "overall", None, lookup)
    table = panel.placed.table
    newest = set(table.loc[table["link"] < 0, "model"])
    gone = set(table.loc[table["link"] >= 0, "model"])
    assert gone
    assert not gone & newest
    assert table["se"].notna().all()
    assert panel.untagged == ()


@pytest.mark.parametrize("level", [0.95, 0.9])
def test_ratings_of_two_methods_are_named_when_linked(tmp_path: Path, level: float) -> None:
    """A model that has left the board is linked over a change of the intervals' level."""
    names = (
        "claude-opus-4-6", "gemini-3-pro", "claude-opus-4-5-20251101", "gpt-5.2", "kimi-k3",
        "glm-4.7", "qwen3-max-preview", "gpt-4.1-2025-04-14", "deepseek-r1-0528",
        "gpt-4o-2024-05-13", "claude-3-opus-20240229", "deepseek-v3.2",
    )  # fmt: skip
    rows = [(name, 1500.0 - 10 * i, 6.0) for i, name in enumerate(names)]
    newer = made_archive.publication([(n, r + 0.5, e) for n, r, e in rows[:-1]])
    folder = made_archive.archive(
        tmp_path,
        made_archive.publication(rows, "2026-07-21"),
        replace(newer, interval_level=level),
        accept=("arena/text/2026-08-19",),
    )
    board = elolag.open_archive(folder).board("arena/text")
    notes = build(board, "overall", None, tags.Lookup(tags.load())).notes
    said = (
        "ratings of two methods are linked: level of the intervals: 0.95 before, now 0.9 "
        "(since 2026-08-19)"
    )
    assert (said in notes) is (level == 0.9)
    later = build(board, "overall", "2026-07-21", tags.Lookup(tags.load()))
    assert said not in later.notes


def test_a_list_dated_ahead_is_told_and_moves_nothing(tmp_path: Path) -> None:
    rows: list[made_archive.Row] = [
        ("claude-opus-4-6", 1500.0, 6.0),
        ("gpt-5.2", 1440.0, 6.0),
        ("gpt-4.1-2025-04-14", 1410.0, 6.0),
        ("kimi-k3", 1480.0, 6.0),
        ("deepseek-v3.2", 1425.0, 6.0),
        ("deepseek-r1-0528", 1405.0, 6.0),
    ]
    now = made_archive.publication(rows)
    ahead = made_archive.publication([(e, r + 7, s) for e, r, s in rows], vintage="2031-08-19")
    archive = made_archive.archive(tmp_path, now)
    asked = {"board": "arena/text", "n_draws": 200, "archive": archive}
    before = elolag.estimate_lag(**asked)
    made_archive.archive(tmp_path, ahead)
    after = elolag.estimate_lag(**asked)
    assert (after.months, after.as_of, after.vintage) == (
        before.months, before.as_of, "2026-08-19",
    )  # fmt: skip
    (note,) = set(after.notes) - set(before.notes)
    assert "impossible day" in note
    assert "dated 2031-08-19" in note
    assert elolag.estimate_lag(**asked, vintage="2031-08-19").vintage == "2031-08-19"


def test_a_board_of_which_nobody_has_tagged_an_entry_is_refused(tmp_path: Path) -> None:
    listed = made_archive.publication([("nobody-1", 1300.0, 9.8), ("nobody-2", 1290.0, 9.8)])
    kept = made_archive.archive(tmp_path / "a", listed)
    lookup = tags.Lookup(tags.load())
    with pytest.raises(EstimateError, match=r"nobody has tagged an entry of arena/text \(2026-08"):
        build(elolag.open_archive(kept).board("arena/text"), "overall", None, lookup)


def test_a_category_that_stood_still_under_a_fresh_date_is_told(monkeypatch) -> None:
    monkeypatch.setattr(Snapshot, "stale_categories", property(lambda _: ("coding",)))
    board, lookup = elolag.open_archive().board("arena/text"), tags.Lookup(tags.load())
    notes = build(board, "coding", None, lookup).notes
    assert sum("coding was not computed anew for the list of 2026-08-19" in n for n in notes) == 1
    assert not any("computed anew" in n for n in build(board, "overall", None, lookup).notes)
