from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from handmade import ladder, payload

from elolag.archive import Archive, take_payloads, verify


@pytest.fixture
def root(tmp_path: Path) -> Path:
    take_payloads(tmp_path, [payload(ladder(12)), payload(ladder(9), vintage="2026-07-12")])
    return tmp_path


def found(root: Path) -> list[str]:
    return [str(problem) for problem in verify(Archive(root))]


def test_a_sound_archive_has_no_problems(root: Path) -> None:
    assert found(root) == []


def test_an_absent_archive_has_no_problems(tmp_path: Path) -> None:
    assert found(tmp_path / "none") == []


@pytest.mark.parametrize(
    "stray",
    [
        "notes.txt",
        "arena/notes.txt",
        "arena/text/notes.txt",
        "arena/text/2026-08-19/notes.txt",
        "arena/text/2026-8-19/ratings.csv",
        "Arena/text/2026-08-19/ratings.csv",
    ],
)
def test_stray_files_are_found(root: Path, stray: str) -> None:
    path = root / stray
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    (problem,) = found(root)
    assert stray.startswith(problem.partition(":")[0])


def test_a_missing_file_is_found(root: Path) -> None:
    (root / "arena/text/2026-08-19/entries.csv").unlink()
    (problem,) = found(root)
    assert problem.startswith("arena/text/2026-08-19/entries.csv: ")


def test_a_missing_folder_is_found(root: Path) -> None:
    shutil.rmtree(root / "arena/text/2026-08-19")
    assert found(root) == ["arena/text/2026-08-19: missing, though log.csv says it was written"]


def test_a_swapped_folder_is_found(root: Path) -> None:
    target = root / "arena/text/2026-08-19"
    shutil.rmtree(target)
    shutil.copytree(root / "arena/text/2026-07-12", target)
    (problem,) = found(root)
    assert "it describes arena/text/2026-07-12, not this folder" in problem


def test_a_table_changed_together_with_its_manifest_is_found(root: Path) -> None:
    folder = root / "arena/text/2026-08-19"
    other = root.parent / "other"
    take_payloads(other, [payload(ladder(12, top=1501))])
    for name in ("ratings.csv", "datapackage.json"):
        shutil.copy(other / "arena/text/2026-08-19" / name, folder / name)
    (problem,) = found(root)
    assert problem.startswith("arena/text/2026-08-19/datapackage.json: its bytes have changed")


@pytest.mark.parametrize("text", ["{}", "[]", '{"elolag": 1}', "{", '{"elolag": {"schema": 99}}'])
def test_a_manifest_that_is_none_is_found(root: Path, text: str) -> None:
    (root / "arena/text/2026-08-19/datapackage.json").write_text(text, encoding="utf-8")
    assert [problem.partition(": ")[0] for problem in found(root)] == [
        "arena/text/2026-08-19/datapackage.json"
    ]


def test_a_damaged_log_hides_no_other_problem(root: Path) -> None:
    log = root / "log.csv"
    log.write_bytes(log.read_bytes() + b"x,y\n")
    (root / "arena/text/2026-08-19/entries.csv").unlink()
    assert [problem.partition(": ")[0] for problem in found(root)] == [
        "arena/text/2026-08-19/entries.csv",
        "log.csv",
    ]
