from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from elolag.archive import Archive, open_archive, take_payloads, verify
from elolag.archive.shipped import build_shipped, payloads
from elolag.errors import UsageError


@pytest.fixture(scope="module")
def archive(snapshots: Path) -> Archive:
    return open_archive(snapshots)


def test_it_is_sound_and_within_its_budget(archive: Archive) -> None:
    assert verify(archive) == []
    files = [path for path in archive.path.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 20_000_000


def test_nothing_in_it_forbids_redistribution(archive: Archive) -> None:
    for name in archive.boards():
        for snapshot in archive.board(name).all_snapshots:
            assert snapshot.facts["redistributable"] is True
            assert snapshot.source != "artificial-analysis"
            assert snapshot.facts["urls"]


def test_every_manifest_is_small(archive: Archive) -> None:
    sizes = [path.stat().st_size for path in archive.path.rglob("datapackage.json")]
    assert max(sizes) < 8_000


def test_one_publication_by_three_routes(archive: Archive) -> None:
    board = archive.board("arena/text")
    snapshot = board.snapshot("2025-03-07")
    assert (snapshot.source, snapshot.label) == ("arena-catalog", "2025-03-07")
    assert [(twin["source"], twin["vintage"]) for twin in snapshot.twins] == [
        ("arena-history", "2025-03-03"),
        ("llm-leaderboard-csv", "2025-03-04"),
        ("llm-leaderboard-csv", "2025-03-07"),
    ]
    assert board.snapshot("2025-03-03") is snapshot


def test_vintages_by_source(archive: Archive) -> None:
    counts = Counter(snapshot.source for snapshot in archive.board("arena/text").snapshots)
    assert counts == {
        "arena-history": 104,  # of 105; one is a twin of the catalog's
        "llm-leaderboard-csv": 24,  # of 91; the others are twins
        "arena-catalog": 7,
        "arena-dataset": 4,  # of 5 days; `text` was absent on one
    }
    assert archive.vintages("arena/text_style_control")[-2:] == ["2026-08-19", "2026-08-21"]
    assert archive.board("arena/text_style_control").snapshot().vintage == "2026-08-19"


def test_online_elo_is_marked(archive: Archive) -> None:
    for snapshot in archive.board("arena/text").snapshots:
        assert (snapshot.method == "online-elo") == (snapshot.vintage < "2024-03-27")


def test_web_lists_are_marked_as_truncated(archive: Archive) -> None:
    board = archive.board("arena/text_style_control")
    marked = {s.vintage: s.completeness for s in board.snapshots if s.completeness != "full"}
    assert marked == {
        "2026-03-18": "top-30",
        "2026-03-31": "top-71",
        "2026-04-19": "top-50",
        "2026-05-31": "top-20",
    }


def test_known_stale_categories(archive: Archive) -> None:
    image = archive.board("arena/text_to_image").snapshot()
    assert image.stale_categories == ("chinese", "english", "russian")
    assert "creative_writing" in archive.board("arena/vision").snapshot().stale_categories


def test_known_shift_of_the_style_control_scale(archive: Archive) -> None:
    snapshot = archive.board("arena/text_style_control").snapshot("2025-05-24")
    (check,) = [c for c in snapshot.facts["checks"] if c["name"] == "scale-shift"]
    assert check["passed"] is False
    assert check["note"].startswith("median +59.94, MAD 0.09, 228 common entries")


def test_the_broken_search_board_is_not_in_it(archive: Archive) -> None:
    snapshot = archive.board("arena/search").snapshot("2026-07-21")
    assert snapshot.label == "2026-07-21"
    assert snapshot.facts["retrieved_at"] == "2026-08-03"
    assert len(snapshot.ratings("overall")) == 32


def test_building_it_again_changes_nothing(snapshots: Path, upstream: Path) -> None:
    """A dry run compares every parsed publication with the stored bytes."""
    outcomes = take_payloads(snapshots, list(payloads(upstream)), dry_run=True)
    assert Counter(o.outcome for o in outcomes) == {"unchanged": 382, "refused": 4}
    assert {(o.source, o.board, o.vintage) for o in outcomes if o.outcome == "refused"} == {
        ("arena-dataset", "search", "2026-07-22"),
        ("llm-leaderboard-csv", "lmarena_image.csv", "2025-07-27"),
        ("llm-leaderboard-csv", "lmarena_image.csv", "2025-07-28"),
        ("llm-leaderboard-csv", "lmarena_image.csv", "2025-08-01"),
    }


def test_a_folder_without_payloads_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no payloads there"):
        build_shipped(tmp_path, tmp_path / "into")
    assert not (tmp_path / "into").exists()
