from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from handmade import changed, ladder, payload

from elolag.archive import Archive, default_path, open_archive, take_payloads, verify
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
    assert open_archive(tmp_path / "none", allow_empty=True).boards() == []
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
