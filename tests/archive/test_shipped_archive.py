from __future__ import annotations

import itertools
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

from elolag.archive import Archive, Log, open_archive, take_payloads, verify
from elolag.archive.package import sha256
from elolag.dates import to_day
from elolag.errors import UsageError

#: Head of the log, and lines in it, before the dense lists were added (November 2026).
BEFORE, LINES_BEFORE, FOLDERS_BEFORE = (
    "a7919c31bc50c554e55bc2d14d98c9c12876f7ab203212813b31f01c70d603c9",
    386,
    270,
)


@pytest.fixture(scope="module")
def archive(snapshots: Path) -> Archive:
    return open_archive(snapshots)


def test_it_is_sound_and_within_its_budget(archive: Archive) -> None:
    assert verify(archive) == []
    files = [path for path in archive.path.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 30_000_000


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


@pytest.mark.parametrize(
    ("board", "counts"),
    [
        (
            "arena/text",
            {
                "arena-history": 103,
                "arielshakaramiro-llm-leaderboard-tracker": 5,
                "arena-catalog": 15,
                "llm-leaderboard-csv": 18,  # of 91; the others are twins
                "smallai-llm-ranking": 38,
                "arena-dataset": 4,  # of 5 days; `text` was absent on one
            },
        ),
        (
            "arena/text_style_control",
            {
                "arena-catalog": 20,
                "arena-dataset": 5,
                "arena-web": 6,
                "arena-web-2026-10": 1,
                "arena-web-forks": 6,
                "cherry-studio-docs": 86,
                "kevinschaul-lmarena-leaderboard-history": 9,
                "smallai-llm-ranking": 6,
            },
        ),
        ("arena/webdev", {"arena-dataset": 5, "arena-web": 5, "arena-web-forks": 13}),
        ("comparia/text", {"comparia": 20}),
        ("epoch/eci", {"epoch-eci": 2, "iaps-open-source-gap": 26}),
        ("metr/time-horizon", {"iaps-open-source-gap": 6}),
    ],
)
def test_vintages_by_source(archive: Archive, board: str, counts: dict[str, int]) -> None:
    assert Counter(snapshot.source for snapshot in archive.board(board).snapshots) == counts


def test_the_default_vintage_is_official_and_a_newer_copy_is_there(archive: Archive) -> None:
    board = archive.board("arena/text_style_control")
    assert board.snapshot().vintage == "2026-08-19"
    assert [(s.vintage, s.official) for s in board.snapshots[-2:]] == [
        ("2026-08-21", False),
        ("2026-10-02", False),
    ]


def test_the_folders_of_before_are_what_they_were(archive: Archive) -> None:
    """The log is a chain, so its old head stands for every line up to it, and those for bytes."""
    log = Log.read(archive.path)
    assert log.number_of(BEFORE) == LINES_BEFORE
    assert list(log.breaks()) == []
    old = [row for row in log.rows[:LINES_BEFORE] if row["manifest_sha256"]]
    assert len(old) == FOLDERS_BEFORE
    for row in old:
        manifest = archive.path / row["board"] / row["label"] / "datapackage.json"
        assert sha256(manifest.read_bytes()) == row["manifest_sha256"], row["label"]


def test_online_elo_is_marked(archive: Archive) -> None:
    for snapshot in archive.board("arena/text").snapshots:
        assert (snapshot.method == "online-elo") == (snapshot.vintage < "2024-03-27")


CUT = {
    "arena/document": {"2026-06-06": "top-19"},
    "arena/text": {
        "2025-08-21": "top-150",
        "2025-10-07": "top-150",
        "2025-10-16": "top-100",
        "2025-11-05": "top-242",
        "2025-12-23": "top-150",
        "2026-02-16": "top-150",
    },
    "arena/text_style_control": {
        "2025-11-05": "top-242",
        "2026-03-18": "top-30",
        "2026-03-31": "top-71",
        "2026-04-19": "top-50",
        "2026-05-31": "top-20",
    },
    "arena/vision_style_control": {
        "2026-03-13": "top-30",
        "2026-03-26": "top-50",
        "2026-04-19": "top-20",
        "2026-05-17": "top-50",
    },
    "arena/webdev": {"2026-05-24": "top-50"},
}


def test_cut_lists_by_name(archive: Archive) -> None:
    found = {
        board: {s.vintage: s.completeness for s in archive.board(board).snapshots}
        for board in archive.boards()
    }
    cut = {
        board: {day: verdict for day, verdict in lists.items() if verdict != "full"}
        for board, lists in found.items()
    }
    assert {board: lists for board, lists in cut.items() if lists} == CUT


def test_a_later_list_vouches_for_what_was_stored_as_cut(archive: Archive) -> None:
    """The web copies of spring 2026 were stored as cut; the lists on both sides say otherwise."""
    board = archive.board("arena/webdev")
    judged = {s.vintage: (s.completeness_then, s.completeness) for s in board.snapshots}
    assert judged["2026-03-18"] == ("top-55", "full")
    assert judged["2026-04-19"] == ("top-61", "full")
    assert judged["2026-05-24"] == ("top-50", "top-50")


@pytest.mark.parametrize(
    ("board", "holes"),
    [
        (
            "arena/text",
            [
                ("2025-08-04", "2025-11-06"),
                ("2025-11-06", "2025-12-11"),
                ("2025-12-11", "2026-02-26"),
                ("2026-07-12", "2026-08-02"),
            ],
        ),
        (
            "arena/text_style_control",
            [
                ("2025-05-24", "2025-06-16"),
                ("2025-07-01", "2025-07-28"),
                ("2025-08-06", "2025-08-28"),
                ("2025-09-18", "2025-10-09"),
                ("2026-08-21", "2026-10-02"),
            ],
        ),
    ],
)
def test_stretches_of_three_weeks_without_a_whole_list(
    archive: Archive, board: str, holes: list[tuple[str, str]]
) -> None:
    whole = [s.vintage for s in archive.board(board).snapshots if s.completeness == "full"]
    recent = itertools.pairwise(day for day in whole if day >= "2025-05-24")
    assert [(a, b) for a, b in recent if to_day(b) - to_day(a) >= 21] == holes


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


AGENT = {("arena-web", 3), ("arena-web-forks", 17)}
REFUSED_AGAIN = {
    ("arena-dataset", "search", "2026-07-22"),
    ("llm-leaderboard-csv", "lmarena_image.csv", "2025-07-27"),
    ("llm-leaderboard-csv", "lmarena_image.csv", "2025-07-28"),
    ("llm-leaderboard-csv", "lmarena_image.csv", "2025-08-01"),
    # Other figures than a more official list, or one that came first, holds on the day.
    ("cherry-studio-docs", "arena/text_style_control", "2025-11-06"),
    ("cherry-studio-docs", "arena/text_style_control", "2025-12-11"),
    ("cherry-studio-docs", "arena/text_style_control", "2025-12-17"),
    ("cherry-studio-docs", "arena/text_style_control", "2026-05-01"),
    ("cherry-studio-docs", "arena/text_style_control", "2026-07-21"),
    ("smallai-llm-ranking", "arena/text_to_image", "2026-03-26"),
    ("smallai-llm-ranking", "arena/text_to_image", "2026-07-10"),
}


@pytest.mark.fresh
def test_building_it_again_changes_nothing(
    snapshots: Path, served: Path, build_archive: ModuleType
) -> None:
    """A dry run compares every parsed publication with the stored bytes."""
    thinned = build_archive.thinned(build_archive.payloads(served))
    outcomes = take_payloads(snapshots, list(thinned), dry_run=True)
    assert Counter(o.outcome for o in outcomes) == {"unchanged": 879, "refused": 31}
    refused = [o for o in outcomes if o.outcome == "refused"]
    agent = Counter(o.source for o in refused if o.board == "agent.json")
    assert set(agent.items()) == AGENT
    assert {(o.source, o.board, o.vintage) for o in refused if o.board != "agent.json"} == (
        REFUSED_AGAIN
    )
    assert all(o.message for o in refused)


def test_a_folder_without_payloads_is_an_error(tmp_path: Path, build_archive: ModuleType) -> None:
    with pytest.raises(UsageError, match="no payloads there"):
        build_archive.build(tmp_path, tmp_path / "into")
    assert not (tmp_path / "into").exists()
