"""What is proposed as a rename, and what is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import hand_made as made
import pytest

from elolag.archive import Payload, open_archive, take_payloads
from elolag.estimate.diff import Changes, _similarity, compare
from elolag.schema import Origin
from elolag.sources import get_source
from elolag.tags import Lookup

Compare = Callable[[list[dict[str, Any]], list[dict[str, Any]]], Changes]


@pytest.fixture
def changes(tmp_path: Path, lookup: Lookup) -> Compare:
    """Store two vintages of one board and compare them."""

    def run(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> Changes:
        for rows, date in ((old, "2026-07-21"), (new, "2026-08-19")):
            dated = [row | {"leaderboard_publish_date": date} for row in rows]
            origin = Origin("text", date)
            payload = Payload(get_source("arena-dataset"), origin, made.parquet(dated), date)
            (outcome,) = take_payloads(tmp_path / "a", [payload])
            assert outcome.outcome == "new", outcome.message
        before, after = open_archive(tmp_path / "a").board("arena/text").snapshots
        return compare(before, after, lookup)

    return run


BOARD = made.board_rows()


def test_one_model_may_turn_into_two(changes: Compare) -> None:
    old = [*BOARD, made.row("lab-7-flash", 1400.0)]
    new = [*BOARD, made.row("lab-7-flash-high", 1404.0), made.row("lab-7-flash-low", 1392.0)]
    found = changes(old, new)
    assert {(r.old, r.new) for r in found.renames} == {
        ("lab-7-flash", "lab-7-flash-high"),
        ("lab-7-flash", "lab-7-flash-low"),
    }
    assert found.removed == ("lab-7-flash",)
    assert found.added == ("lab-7-flash-high", "lab-7-flash-low")


def test_the_expected_rating_follows_the_scale(changes: Compare) -> None:
    moved = made.board_rows(shift=60.0)
    old, new = made.row("lab-7-pro", 1400.0), made.row("lab-7-pro-max", 1460.0)
    (rename,) = changes([*BOARD, old], [*moved, new]).renames
    assert rename.expected == pytest.approx(1460.0, abs=0.01)


@pytest.mark.parametrize(
    "new",
    [
        made.row("lab-7-pro-high", 1460.0),  # the rating is another
        made.row("lab-7-pro-high", 1400.0, organization="other"),  # another lab
        made.row("lab-8-pro", 1400.0),  # another version
        made.row("wholly-different", 1400.0),
    ],
)
def test_what_is_not_proposed(changes: Compare, new: dict[str, Any]) -> None:
    found = changes([*BOARD, made.row("lab-7-pro", 1400.0)], [*BOARD, new])
    assert found.renames == ()
    assert found.added == (new["model_name"],)


def test_tags_prove_a_rename_that_names_do_not_show(changes: Compare) -> None:
    old = made.row("gpt-4-0314", 1400.0, organization="OpenAI")
    new = made.row("GPT-4-0314", 1401.0, organization="openai inc")
    (rename,) = changes([*BOARD, old], [*BOARD, new]).renames
    assert rename.basis == "same tag"


def test_a_move_against_the_rest_is_listed(changes: Compare) -> None:
    moved = made.board_rows(shift=10.0)
    moved[3] = moved[3] | {"rating": 1450.0, "rating_lower": 1440.0, "rating_upper": 1460.0}
    found = changes(BOARD, moved)
    (move,) = found.moves
    assert (move.entry, move.before, move.after) == ("model-03", 1485.0, 1450.0)
    assert move.beyond == pytest.approx(-45.0)
    assert found.scale is not None
    assert (found.scale.median, found.scale.common) == (10.0, 40)


def test_few_common_entries_have_a_median_and_no_link(changes: Compare) -> None:
    found = changes(BOARD[:6], [row | {"rating": row["rating"] + 2} for row in BOARD[:6]])
    assert found.scale is not None
    assert (found.scale.common, found.scale.median, found.scale.top) == (6, 2.0, None)


def test_nothing_in_common(changes: Compare) -> None:
    others = [row | {"model_name": f"x-{i}"} for i, row in enumerate(BOARD)]
    found = changes(BOARD, others)
    assert found.scale is None
    assert len(found.added) == len(found.removed) == 40
    assert found.renames == ()


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("claude-opus-4-6-thinking", "claude-opus-4-6-high", True),
        ("kimi-k3", "kimi-k3-max", True),
        ("glm-5.2 (max)", "glm-5.2-max", True),
        ("gemini-3.5-flash", "gemini-3.5-flash-medium", True),
        ("deepseek-v4-pro-thinking", "deepseek-v4-pro-high-preview", True),
        ("gpt-4.1", "gpt-4.5", False),
        ("gpt-5", "gpt-5.1", False),
        ("qwen3-32b", "qwen3-235b", False),
        ("claude-opus-4-6", "kimi-k3", False),
        ("", "x", False),
        ("模型", "模型", True),
    ],
)
def test_similarity(one: str, other: str, alike: bool) -> None:
    assert (_similarity(one, other) >= 0.7) is alike
    assert _similarity(one, other) == pytest.approx(_similarity(other, one), abs=0.1)
