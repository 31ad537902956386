"""Every payload taken whole, day by day as a daily run would have, against the kept table.

The table is written by ``tools/build_archive.py PAYLOADS --into DIR --replay --verdicts FILE``.
"""

from __future__ import annotations

import csv
import importlib.util
import sys
from collections import Counter
from pathlib import Path

import pytest

from elolag.archive import open_archive, verify

TOOL = Path(__file__).parents[2] / "tools" / "build_archive.py"
SPEC = importlib.util.spec_from_file_location("build_archive", TOOL)
build_archive = importlib.util.module_from_spec(SPEC)
sys.modules[SPEC.name] = build_archive
SPEC.loader.exec_module(build_archive)

TABLE = Path(__file__).parent / "verdicts.csv"
Row = dict[str, str]

FIRST, LAST = "2026-07-08", "2026-07-16"
#: Day of 2026, source, board, vintage, label and verdict of what those days alone bring, in order.
#: Alone, lists of the first days have no neighbour that vouches for them, so are not known whole.
NINE_DAYS = """
07-08 smallai-llm-ranking arena/text 2026-07-08 2026-07-08 new,top-369
07-08 smallai-llm-ranking arena/text_style_control 2026-07-08 2026-07-08 new,top-369
07-08 cherry-studio-docs arena/text_style_control 2026-07-08 2026-07-08 twin
07-08 smallai-llm-ranking arena/text_to_image 2026-07-08 2026-07-08 new,top-71
07-08 smallai-llm-ranking arena/vision 2026-07-08 2026-07-08 new,top-133
07-08 smallai-llm-ranking arena/vision_style_control 2026-07-08 2026-07-08 new,top-133
07-08 iaps-open-source-gap epoch/eci 2026-07-08 2026-07-08 new
07-08 iaps-open-source-gap metr/time-horizon 2026-07-08 2026-07-08 new
07-09 cherry-studio-docs arena/text_style_control 2026-07-09 2026-07-08 twin
07-09 smallai-llm-ranking arena/text_to_image 2026-07-09 2026-07-09 new,top-72
07-10 smallai-llm-ranking arena/text_to_image 2026-07-10 2026-07-10 new
07-11 cherry-studio-docs arena/text_style_control 2026-07-11 2026-07-11 new
07-11 smallai-llm-ranking arena/text_to_image 2026-07-11 2026-07-11 new
07-11 iaps-open-source-gap epoch/eci 2026-07-11 2026-07-11 new
07-11 iaps-open-source-gap metr/time-horizon 2026-07-11 2026-07-08 unchanged
07-13 cherry-studio-docs arena/text_style_control 2026-07-13 2026-07-13 new
07-14 arena-dataset arena/document 2026-07-12 2026-07-12 new
07-14 arena-dataset arena/document_style_control 2026-07-12 2026-07-12 new
07-14 arena-dataset arena/image_edit 2026-07-10 2026-07-10 new
07-14 arena-dataset arena/image_to_video 2026-06-23 2026-06-23 new
07-14 arena-dataset arena/search 2026-07-12 2026-07-12 new
07-14 arena-dataset arena/search_style_control 2026-07-12 2026-07-12 new
07-14 arena-dataset arena/text 2026-07-12 2026-07-12 new
07-14 arena-dataset arena/text_style_control 2026-07-12 2026-07-12 new
07-14 arena-dataset arena/text_to_image 2026-07-10 2026-07-10.r2 revision
07-14 arena-dataset arena/text_to_video 2026-07-07 2026-07-07 new
07-14 arena-dataset arena/video_edit 2026-06-30 2026-06-30 new
07-14 arena-dataset arena/vision 2026-07-12 2026-07-12 new
07-14 smallai-llm-ranking arena/vision 2026-07-14 2026-07-12 twin
07-14 arena-dataset arena/vision_style_control 2026-07-12 2026-07-12 new
07-14 smallai-llm-ranking arena/vision_style_control 2026-07-14 2026-07-12 twin
07-14 arena-dataset arena/webdev 2026-07-12 2026-07-12 new
07-14 iaps-open-source-gap epoch/eci 2026-07-14 2026-07-14 new
07-14 iaps-open-source-gap metr/time-horizon 2026-07-14 2026-07-08 unchanged
07-15 cherry-studio-docs arena/text_style_control 2026-07-15 2026-07-15 new
07-15 iaps-open-source-gap epoch/eci 2026-07-15 2026-07-15 new
07-15 iaps-open-source-gap metr/time-horizon 2026-07-15 2026-07-08 unchanged
07-16 arena-web-forks agent.json 2026-07-16 - refused
07-16 arena-web-forks arena/document 2026-07-16 2026-07-12 twin
07-16 arena-web-forks arena/image_edit 2026-07-16 2026-07-10 twin
07-16 arena-web-forks arena/image_to_video 2026-07-16 2026-06-23 twin
07-16 arena-web-forks arena/search 2026-07-16 2026-07-16 new
07-16 arena-web-forks arena/text_style_control 2026-07-16 2026-07-15 twin
07-16 arena-web-forks arena/text_to_image 2026-07-16 2026-07-10.r2 twin
07-16 arena-web-forks arena/text_to_video 2026-07-16 2026-07-07 twin
07-16 arena-web-forks arena/vision_style_control 2026-07-16 2026-07-12 twin
07-16 arena-web-forks arena/webdev 2026-07-16 2026-07-12 twin
07-16 arena-web-forks arena/webdev 2026-07-16 2026-07-12 twin
"""

BROKEN = {
    ("arena-dataset", "search", "2026-07-22"),
    ("llm-leaderboard-csv", "lmarena_image.csv", "2025-07-27"),
    ("llm-leaderboard-csv", "lmarena_image.csv", "2025-07-28"),
    ("llm-leaderboard-csv", "lmarena_image.csv", "2025-08-01"),
}
CONTRADICTS = {
    ("llm-leaderboard-csv", "arena/text", "2025-02-06"),
    ("llm-leaderboard-csv", "arena/text", "2025-03-17"),
    ("cherry-studio-docs", "arena/text_style_control", "2025-11-06"),
    ("cherry-studio-docs", "arena/text_style_control", "2025-12-11"),
    ("cherry-studio-docs", "arena/text_style_control", "2025-12-17"),
    ("cherry-studio-docs", "arena/text_style_control", "2026-05-01"),
    ("cherry-studio-docs", "arena/text_style_control", "2026-07-21"),
}


@pytest.fixture(scope="module")
def table() -> list[Row]:
    with TABLE.open(newline="", encoding="utf-8") as stream:
        reader = csv.DictReader(stream)
        assert tuple(reader.fieldnames or ()) == build_archive.VERDICTS
        return list(reader)


def test_the_table_by_verdict(table: list[Row]) -> None:
    assert Counter(row["verdict"].partition(",")[0] for row in table) == {
        "new": 652,
        "twin": 109,
        "unchanged": 85,
        "revision": 33,
        "refused": 31,
    }
    assert [row["day"] for row in table] == sorted(row["day"] for row in table)


def test_every_revision_says_why(table: list[Row]) -> None:
    revised = [row["why"] for row in table if row["verdict"].startswith("revision")]
    assert len(revised) == 33
    assert all(revised)


def test_every_refusal_says_why(table: list[Row]) -> None:
    """Agent boards, broken upstream, and copies that contradict a list held of the same day."""
    refused = {_key(row): row["why"] for row in table if row["verdict"] == "refused"}
    agents = {key for key in refused if key[1] == "agent.json"}
    assert len(agents) == 20
    assert set(refused) - agents == BROKEN | CONTRADICTS
    for key in agents:
        assert "agent leaderboards publish task scores near 0, not Elo ratings" in refused[key]
    for key in BROKEN:
        assert "listed more than once with different figures" in refused[key]
        assert refused[key].endswith("above 5% the board is refused")
    for key in CONTRADICTS:
        holder, words, _ = refused[key].partition(" holds this date with other figures")
        assert words
        assert any(
            _key(row) == (holder, *key[1:]) and row["verdict"].partition(",")[0] in ("new", "twin")
            for row in table
        ), f"{holder} holds {key}"


def test_every_twin_is_of_a_list_that_was_taken(table: list[Row]) -> None:
    taken = {(row["board"], row["label"]): row for row in table if _is_written(row)}
    for row in table:
        if row["verdict"] == "twin":
            kept = taken[row["board"], row["label"]]
            assert row["why"] == f"the same figures as {row['label']}, {kept['source']}"
            assert kept["source"] != row["source"]
        elif row["verdict"] == "unchanged":
            assert (row["board"], row["label"]) in taken
            assert row["why"] == (
                "" if row["label"][:10] == row["vintage"] else f"as in {row['label']}"
            )


def test_nothing_official_was_held_to_be_cut(table: list[Row]) -> None:
    cut = Counter(row["source"] for row in table if ", top-" in row["verdict"])
    # A copy alone is not known to be whole; the next one vouches for it and for itself.
    assert cut == {
        "arena-web": 31,
        "arielshakaramiro-llm-leaderboard-tracker": 5,
        "arena-web-forks": 2,
        "kevinschaul-lmarena-leaderboard-history": 1,
    }


@pytest.mark.fresh
def test_nine_days_alone(tmp_path: Path, served: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [p for p in build_archive.payloads(served) if FIRST <= p.retrieved_at <= LAST]
    monkeypatch.setattr(build_archive, "payloads", lambda _: found)
    rows = list(build_archive.replay(served, tmp_path / "archive"))
    assert [_line(row) for row in rows] == NINE_DAYS.strip().splitlines()
    for row in rows:
        if row["verdict"] == "twin":
            assert row["why"].startswith(f"the same figures as {row['label']}, ")
    assert verify(open_archive(tmp_path / "archive")) == []


@pytest.mark.slow
def test_all_days(tmp_path: Path, served: Path, table: list[Row]) -> None:
    assert list(build_archive.replay(served, tmp_path / "archive")) == table
    assert verify(open_archive(tmp_path / "archive")) == []


def _key(row: Row) -> tuple[str, str, str]:
    return row["source"], row["board"], row["vintage"]


def _is_written(row: Row) -> bool:
    return row["verdict"].partition(",")[0] in ("new", "revision")


def _line(row: Row) -> str:
    verdict = row["verdict"].replace(" ", "")
    where = (row["source"], row["board"], row["vintage"], row["label"] or "-")
    return " ".join((row["day"].removeprefix("2026-"), *where, verdict))
