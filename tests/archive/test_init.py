"""`elolag archive init`: an archive of one's own, whole or not at all; the next run goes on."""

from __future__ import annotations

import errno
import importlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command import runner
from handmade import ladder, payload

from elolag.archive import Archive, Log, init, take_payloads, verify
from elolag.errors import ArchiveError, UsageError


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What stands for the archive that came with elolag."""
    root = tmp_path / "shipped"
    take_payloads(root, [payload(ladder(12)), payload(ladder(9), board="arena/search")])
    # By its name the package has the function.
    module = importlib.import_module("elolag.archive.verify")
    monkeypatch.setattr(module, "shipped_path", lambda: root)
    monkeypatch.delenv("ELOLAG_ARCHIVE", raising=False)
    return root


@pytest.mark.parametrize("there", [False, True])
def test_the_copy_is_the_archive_and_the_next_run_goes_on(
    shipped: Path, tmp_path: Path, tree: Callable, there: bool
) -> None:
    mine = tmp_path / "data" / "mine"
    if there:
        mine.mkdir(parents=True)
    head = Log.read(shipped).head
    assert init(mine).head == head
    assert tree(mine) == tree(shipped)
    assert [path.name for path in mine.parent.iterdir()] == ["mine"]
    assert not (mine / ".lock").exists()  # what is hidden is of runs
    assert verify(Archive(mine), head=head) == []
    before = tree(shipped)
    (outcome,) = take_payloads(mine, [payload(ladder(12), vintage="2026-09-01")])
    assert outcome.outcome == "new"
    assert verify(Archive(mine), head=head) == []
    assert Log.read(mine).rows[-1]["previous"] == head
    assert tree(shipped) == before


def test_only_to_an_empty_place(shipped: Path, tmp_path: Path) -> None:
    file, full = tmp_path / "file", tmp_path / "full"
    file.write_bytes(b"x")
    (full / ".hidden").mkdir(parents=True)
    for place in (file, full, shipped):
        with pytest.raises(UsageError, match="something already|lies in the archive"):
            init(place)
    with pytest.raises(UsageError, match="lies in the archive"):
        init(shipped / "arena" / "mine")
    assert verify(Archive(shipped)) == []
    assert sorted(path.name for path in full.iterdir()) == [".hidden"]


def test_the_place_may_be_a_link_to_one(shipped: Path, tmp_path: Path) -> None:
    real = tmp_path / "disk"
    real.mkdir()
    (tmp_path / "link").symlink_to(real)
    init(tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert verify(Archive(real)) == []
    assert (real / "log.csv").is_file()


@pytest.mark.parametrize("harm", ["byte", "link", "stray", "log"])
def test_what_is_not_as_stored_is_not_copied(shipped: Path, tmp_path: Path, harm: str) -> None:
    table = shipped / "arena/text/2026-08-19/ratings.csv"
    match harm:
        case "byte":
            table.write_bytes(table.read_bytes().replace(b"1500", b"1501"))
        case "link":
            table.rename(tmp_path / "elsewhere")
            table.symlink_to(tmp_path / "elsewhere")
        case "stray":
            (shipped / "notes.txt").write_bytes(b"x")
        case "log":
            lines = (shipped / "log.csv").read_bytes().splitlines(keepends=True)
            (shipped / "log.csv").write_bytes(b"".join([lines[0], *lines[2:]]))
    with pytest.raises(ArchiveError, match=r"ratings\.csv|notes\.txt|log\.csv"):
        init(tmp_path / "place" / "mine")
    assert list((tmp_path / "place").iterdir()) == []


def test_a_full_disk_at_any_step_leaves_nothing(
    shipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(operation: Callable[..., Any], at: int, count: list[int]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            count[0] += 1
            if count[0] == at:
                raise OSError(errno.ENOSPC, "No space left on device")
            return operation(*args, **kwargs)

        return call

    for at in range(1, 200):
        mine = tmp_path / str(at) / "mine"
        count = [0]
        with monkeypatch.context() as patch:
            for name in ("write", "fsync", "rename", "mkdir"):
                patch.setattr(os, name, failing(getattr(os, name), at, count))
            try:
                init(mine)
            except ArchiveError as error:
                assert "the disk is full; make room" in str(error)  # noqa: PT017
        if count[0] < at:
            break
        # What fails last is flushing the folder in which the whole archive already lies.
        left = [path.name for path in mine.parent.iterdir()] if mine.parent.exists() else []
        assert left in ([], ["mine"])
        assert bool(left) == (verify(Archive(mine), head=Log.read(shipped).head) == [])
    assert at > 20


def test_the_command_says_how_to_use_it(
    shipped: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    elolag = runner(monkeypatch, capsys)
    mine = tmp_path / "mine"
    done = elolag("archive", "init", mine)
    assert done.code == 0
    assert f"head {Log.read(shipped).head}" in done.out
    assert f"elolag snapshot --archive {mine}" in done.err
    assert "ELOLAG_ARCHIVE" in done.err
    assert elolag("archive", "verify", "--archive", mine).code == 0
    again = elolag("archive", "init", mine)
    assert again.code == 2
    assert "something already" in again.err
    # The environment names where to read, never what is copied.
    monkeypatch.setenv("ELOLAG_ARCHIVE", str(tmp_path / "none"))
    assert elolag("archive", "init", tmp_path / "other").code == 0
    assert elolag("archive", "init", tmp_path / "_snapshots").code == 2
