from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from handmade import changed, ladder, payload

from elolag.archive import (
    Archive,
    Board,
    Payload,
    default_path,
    open_archive,
    take_payloads,
    verify,
)
from elolag.errors import ArchiveError, UsageError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Three vintages of one board, the newest a web copy, and another board."""
    rows = {"overall": ladder(12), "coding": ladder(8)}
    moved = changed(ladder(12), lambda i, row: (row[0], row[1] + 1, row[2] + 10))
    take_payloads(
        tmp_path,
        [
            payload(rows, vintage="2026-07-12", interval=4.5),
            payload({"overall": moved, "coding": ladder(8)}, vintage="2026-08-19", interval=4.5),
            payload(ladder(9, top=1511), vintage="2026-08-22", by="arena-web", basis="fetched"),
            payload(ladder(9), board="arena/text_style_control", style_control=True),
        ],
    )
    return tmp_path


def test_boards_and_vintages(root: Path) -> None:
    archive = open_archive(root)
    assert archive.path == root
    assert archive.boards() == ["arena/text", "arena/text_style_control"]
    assert archive.vintages("arena/text") == ["2026-07-12", "2026-08-19", "2026-08-22"]


def test_the_facts_of_a_snapshot(root: Path) -> None:
    snapshot = open_archive(root).board("arena/text").snapshot("2026-07-12")
    assert snapshot.path == "arena/text/2026-07-12"
    assert (snapshot.board, snapshot.vintage, snapshot.label) == (
        "arena/text",
        "2026-07-12",
        "2026-07-12",
    )
    assert (snapshot.source, snapshot.official, snapshot.basis) == (
        "arena-dataset",
        True,
        "published",
    )
    assert (snapshot.method, snapshot.style_control) == ("bradley-terry", False)
    assert (snapshot.completeness, snapshot.interval_kind, snapshot.interval_level) == (
        "full",
        "none",
        None,
    )
    assert snapshot.categories == {"coding": 8, "overall": 12}
    assert snapshot.manifest["$schema"].endswith("2.0/datapackage.json")
    assert len(snapshot.sha256) == 64


def test_a_category_that_did_not_move_is_stale(root: Path) -> None:
    board = open_archive(root).board("arena/text")
    assert board.snapshot("2026-07-12").stale_categories == ()
    assert board.snapshot("2026-08-19").stale_categories == ("coding",)


def test_the_default_vintage_is_the_newest_official_one(root: Path) -> None:
    board = open_archive(root).board("arena/text")
    assert board.snapshot().vintage == "2026-08-19"
    assert board.snapshot("2026-08-22").source == "arena-web"


def test_tables(root: Path) -> None:
    snapshot = open_archive(root).board("arena/text").snapshot("2026-07-12")
    overall = snapshot.ratings("overall")
    assert list(overall.index) == list(range(12))
    assert overall["rating"].is_monotonic_decreasing
    assert overall["upper"].iloc[0] == 1504.5
    assert overall["votes"].dtype == "Int64"
    assert len(snapshot.ratings()) == 20
    assert list(snapshot.entries()["organisation"].unique()) == ["Lab"]


def test_unknown_names_are_answered_with_the_nearest(root: Path) -> None:
    archive = open_archive(root)
    with pytest.raises(UsageError, match="nearest: arena/text_style_control"):
        archive.board("arena/text-style-control")
    board = archive.board("arena/text")
    with pytest.raises(UsageError, match="nearest: 2026-07-12, 2026-08-19, 2026-08-22"):
        board.snapshot("2026-08-01")
    with pytest.raises(UsageError, match="not an ISO date: 'yesterday'"):
        board.snapshot("yesterday")
    with pytest.raises(UsageError, match="no vintage '2026-08-19.r9' of arena/text; nearest"):
        board.snapshot("2026-08-19.r9")
    with pytest.raises(UsageError, match="nearest: coding"):
        board.snapshot().ratings("codin")
    with pytest.raises(UsageError, match="no table 'models'"):
        board.snapshot().table("models")


@pytest.mark.parametrize("file", ["ratings.csv", "entries.csv", "datapackage.json"])
def test_a_changed_byte_is_an_error_that_names_the_file(root: Path, file: str) -> None:
    path = root / "arena" / "text" / "2026-08-19" / file
    data = bytearray(path.read_bytes())
    at = data.index(b"0")
    data[at : at + 1] = b"1"
    path.write_bytes(bytes(data))
    snapshot = Archive(root).board("arena/text").snapshot("2026-08-19")
    with pytest.raises(ArchiveError, match=file):
        snapshot.table("entries" if file.startswith("entries") else "ratings")
    assert [problem.path for problem in verify(Archive(root))] == [f"arena/text/2026-08-19/{file}"]


def test_every_load_checks_the_hash(root: Path) -> None:
    snapshot = Archive(root).board("arena/text").snapshot("2026-08-19")
    assert len(snapshot.ratings("overall")) == 12
    path = root / "arena/text/2026-08-19/ratings.csv"
    path.write_bytes(path.read_bytes().replace(b"model-003", b"model-004"))
    with pytest.raises(ArchiveError, match=r"ratings\.csv: its bytes have changed"):
        snapshot.ratings("overall")


@pytest.mark.parametrize("file", ["ratings.csv", "datapackage.json"])
def test_a_missing_file_is_named(root: Path, file: str) -> None:
    (root / "arena" / "text" / "2026-08-19" / file).unlink()
    with pytest.raises(ArchiveError, match=f"{file}: missing"):
        Archive(root).board("arena/text").snapshot("2026-08-19").ratings()


def test_a_missing_or_empty_archive_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="no such archive"):
        open_archive(tmp_path / "none")
    with pytest.raises(ArchiveError, match="is empty"):
        open_archive(tmp_path)
    with pytest.raises(ArchiveError, match="none: no such archive"):
        open_archive(tmp_path / "none", allow_empty=True)
    assert verify(open_archive(tmp_path, allow_empty=True)) == []


def test_where_the_archive_is_found(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELOLAG_ARCHIVE", str(root))
    assert open_archive().path == root
    monkeypatch.delenv("ELOLAG_ARCHIVE")
    assert default_path().name in ("snapshots", "_snapshots")


def test_importing_the_package_imports_neither_pandas_nor_pyarrow() -> None:
    code = "import sys, elolag.archive; print({'pandas', 'pyarrow'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_official_lists_only(root: Path) -> None:
    archive = open_archive(root, sources="official")
    board = archive.board("arena/text")
    assert archive.vintages("arena/text") == ["2026-07-12", "2026-08-19"]
    assert board.labels == ("2026-07-12", "2026-08-19")
    assert all(snapshot.official for snapshot in board.all_snapshots)
    with pytest.raises(UsageError, match="2026-08-22' of arena/text among its official lists"):
        board.snapshot("2026-08-22")
    assert open_archive(root).board("arena/text").labels[-1] == "2026-08-22"


def test_an_open_archive_or_board_is_narrowed_and_never_widened(root: Path) -> None:
    whole = open_archive(root)
    assert open_archive(whole) is whole
    official = open_archive(whole, sources="official")
    assert (official.sources, official.path) == ("official", root)
    assert open_archive(official) is official
    assert official.only("all").board("arena/text").labels == ("2026-07-12", "2026-08-19")
    board = whole.board("arena/text")
    assert board.only("all") is board
    assert board.only("official").labels == ("2026-07-12", "2026-08-19")


def test_a_folder_is_read_once_whatever_board_shows_it(root: Path) -> None:
    official = open_archive(root, sources="official")
    one, other = (a.board("arena/text") for a in (official, official.whole))
    (new,) = [s for s in other.snapshots if s.label == one.snapshots[-1].label]
    without = Board(official.whole, "arena/text", other.labels[1:]).snapshots
    shown = [one.snapshots[-1], new, *(s for s in without if s.label == new.label)]
    assert len({id(s) for s in shown}) == len(shown) == 3
    assert len({id(s.manifest) for s in shown}) == 1
    assert len({id(s.find("overall")) for s in shown}) == 1
    again = open_archive(root).board("arena/text").snapshot(new.label)
    assert again.manifest == new.manifest
    assert again.manifest is not new.manifest


def test_unknown_sources_are_refused_and_both_named(root: Path) -> None:
    for ask in (open_archive(root).only, open_archive(root).board("arena/text").only):
        with pytest.raises(UsageError, match="unknown sources 'oficial'; known: all, official"):
            ask("oficial")
    with pytest.raises(UsageError, match="'oficial'"):
        open_archive(root, sources="oficial")


def test_a_board_of_copies_alone_is_not_shown_and_says_why(tmp_path: Path) -> None:
    take_payloads(
        tmp_path,
        [
            payload(ladder(9)),
            payload(ladder(9), board="arena/webdev", by="arena-web", basis="fetched"),
        ],
    )
    archive = open_archive(tmp_path, sources="official")
    assert archive.boards() == ["arena/text"]
    with pytest.raises(UsageError, match="none of its lists came from its publisher"):
        archive.board("arena/webdev")


def test_an_official_list_that_copies_show_to_be_cut_is_cut_where_they_are_hidden_too(
    tmp_path: Path,
) -> None:
    def copy(day: str, by: float) -> Payload:
        moved = changed(ladder(40), lambda i, row: (row[0], round(row[1] + by * (1 + i % 3), 2)))
        return payload(moved, by="arena-history", vintage=day)

    rows = changed(ladder(40), lambda i, row: row if i < 20 else None)
    outcomes = take_payloads(
        tmp_path, [copy("2026-07-10", 1.3), payload(rows, vintage="2026-07-12")]
    )
    outcomes += take_payloads(tmp_path, [copy("2026-07-15", 2.6)])
    assert [outcome.outcome for outcome in outcomes] == ["new"] * 3
    seen = {
        sources: open_archive(tmp_path, sources=sources)
        .board("arena/text")
        .snapshot("2026-07-12")
        .completeness
        for sources in ("all", "official")
    }
    # A list that may not answer is evidence all the same.
    assert seen == {"all": "top-20", "official": "top-20"}


def test_a_copy_never_takes_an_official_list_out_of_the_official_view(tmp_path: Path) -> None:
    rounded = changed(ladder(12), lambda i, row: (row[0], round(row[1]), row[2]))
    take_payloads(tmp_path, [payload(rounded, vintage="2026-08-19")])
    precise = payload(ladder(12), by="arena-history", vintage="2026-08-20", basis="fetched")
    (outcome,) = take_payloads(tmp_path, [precise])
    every = open_archive(tmp_path).board("arena/text")
    official = open_archive(tmp_path, sources="official").board("arena/text")
    assert outcome.outcome == "revision"
    assert [(s.label, s.source) for s in every.snapshots] == [("2026-08-19.r2", "arena-history")]
    assert [(s.label, s.source) for s in official.snapshots] == [("2026-08-19", "arena-dataset")]
    assert official.snapshot("2026-08-19").official


def test_the_shipped_archive_shows_officially_what_its_manifests_call_official(
    snapshots: Path,
) -> None:
    whole, official = open_archive(snapshots), open_archive(snapshots, sources="official")
    for name in whole.boards():
        kept = [s.label for s in whole.board(name).all_snapshots if s.official]
        if kept:
            assert list(official.board(name).labels) == kept
        assert (name in official.boards()) == bool(kept)
    visible = {s.label for n in whole.boards() for s in whole.board(n).snapshots if s.official}
    shown = {s.label for n in official.boards() for s in official.board(n).snapshots}
    assert shown == visible


# -- lists of an impossible day ------------------------------------------------------------------


@pytest.fixture
def misdated(root: Path) -> Path:
    """The archive and a list of 2031, as an earlier version stored it."""
    rows = ladder(12, top=1640)
    take_payloads(root, [payload(rows, vintage="2031-01-01", interval=4.5)])
    return root


def test_a_list_dated_ahead_is_used_only_when_named(misdated: Path) -> None:
    board = open_archive(misdated).board("arena/text")
    assert board.snapshot().vintage == "2026-08-19"
    assert [s.vintage for s in board.snapshots] == ["2026-07-12", "2026-08-19", "2026-08-22"]
    assert list(board.misdated) == ["2031-01-01"]
    assert board.snapshot("2031-01-01").ratings()["rating"].max() == 1640


def test_verify_names_a_list_dated_ahead(misdated: Path) -> None:
    (problem,) = verify(Archive(misdated))
    assert problem.path == "arena/text/2031-01-01"
    assert re.fullmatch(
        r"dated 2031-01-01, [\d,]+ days after it was retrieved .*; not used unless named",
        problem.message,
    )
    assert not problem.changed


def test_a_list_dated_after_its_retrieval_stays_wrong_when_its_day_comes(root: Path) -> None:
    folder = root / "arena/text/2026-08-19"
    for file in (root / "log.csv", folder / "datapackage.json"):
        text = file.read_text("utf-8").replace("2026-08-21", "2025-08-21")
        file.write_text(text, "utf-8")
    (root / "log.csv").unlink()
    board = Archive(root, use_log=False).board("arena/text")
    assert board.misdated == {
        "2026-08-19": "dated 2026-08-19, 363 days after it was retrieved (2025-08-21)"
    }
    assert board.snapshot().vintage == "2026-07-12"


def test_the_same_list_under_its_right_date_is_news(misdated: Path) -> None:
    rows = ladder(12, top=1640)
    (outcome,) = take_payloads(misdated, [payload(rows, vintage="2026-08-21", interval=4.5)])
    assert (outcome.outcome, outcome.label) == ("new", "2026-08-21")
    assert open_archive(misdated).board("arena/text").snapshot().vintage == "2026-08-21"


def test_a_board_of_nothing_but_impossible_days_says_so(tmp_path: Path) -> None:
    take_payloads(tmp_path, [payload(ladder(12), vintage="2031-01-01")])
    board = open_archive(tmp_path).board("arena/text")
    assert board.snapshots == ()
    with pytest.raises(UsageError, match="every list says it is of an impossible day"):
        board.snapshot()
