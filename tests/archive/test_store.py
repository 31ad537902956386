from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from handmade import ladder, payload

from elolag.archive import Archive, Log, take_payloads, verify
from elolag.archive.log import snapshot_folders
from elolag.archive.store import Writer
from elolag.errors import ArchiveError

HERE = Path(__file__).parent
KILLS = 30


def folders_only(tree: dict[str, bytes]) -> dict[str, bytes]:
    return {name: data for name, data in tree.items() if name.count("/") == 3}


def test_a_second_writer_is_told_who_holds_the_archive(tmp_path: Path) -> None:
    with (
        Writer(tmp_path, "elolag snapshot"),
        pytest.raises(ArchiveError, match=f"pid {os.getpid()} on .*: elolag snapshot"),
    ):
        take_payloads(tmp_path, [payload(ladder(5))])
    assert take_payloads(tmp_path, [payload(ladder(5))])[0].outcome == "new"
    assert (tmp_path / ".lock").read_bytes() == b""  # it may be packaged; it names nobody
    assert not (tmp_path / ".writer").exists()


def test_reading_needs_no_lock(tmp_path: Path) -> None:
    take_payloads(tmp_path, [payload(ladder(5))])
    with Writer(tmp_path, "elolag snapshot"):
        assert len(Archive(tmp_path).board("arena/text").snapshot().ratings()) == 5


@pytest.mark.parametrize("board", ["arena/../x", "a/b/c", "/x"])
def test_only_paths_of_snapshots_are_written(tmp_path: Path, board: str) -> None:
    with Writer(tmp_path, "test") as writer, pytest.raises(ArchiveError, match="not the path"):
        writer.add(board, "2026-08-19", {"datapackage.json": b""}, {})


def test_a_folder_is_never_written_twice(tmp_path: Path) -> None:
    take_payloads(tmp_path, [payload(ladder(5))])
    with Writer(tmp_path, "test") as writer, pytest.raises(ArchiveError, match="written once"):
        writer.add("arena/text", "2026-08-19", {"datapackage.json": b""}, {})


def failing(operation: Callable[..., Any], at: int, count: list[int]) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        count[0] += 1
        if count[0] == at:
            raise OSError(errno.ENOSPC, "No space left on device")
        return operation(*args, **kwargs)

    return call


def test_a_full_disk_at_any_step_leaves_the_archive_as_it_was(
    tmp_path: Path, tree: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = tmp_path / "base"
    take_payloads(base, [payload(ladder(9), vintage="2026-08-01")])
    messages: list[str] = []
    for at in range(1, 100):
        root = shutil.copytree(base, tmp_path / str(at))
        before = tree(root)
        count = [0]
        with monkeypatch.context() as patch:
            for name in ("write", "fsync", "rename", "mkdir"):
                patch.setattr(os, name, failing(getattr(os, name), at, count))
            try:
                take_payloads(root, [payload(ladder(10))])
            except ArchiveError as error:
                messages.append(str(error))
            else:
                if count[0] < at:
                    break
                continue  # the step's failure is of no consequence: the folder was there already
        assert tree(root) == before
        assert not list(root.glob(".incoming-*"))
        assert verify(Archive(root)) == []
        assert take_payloads(root, [payload(ladder(10))])[0].outcome == "new"
    # lock, temporary folder, three files and their folder, rename, board, log: two a file at least
    assert len(messages) >= 10
    assert all("the disk is full" in message for message in messages)


def test_all_is_on_the_disk_before_the_rename_and_the_rename_before_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_payloads(tmp_path, [payload(ladder(9), vintage="2026-08-01")])
    board = tmp_path / "arena" / "text"
    steps: list[int | str] = []  # what was flushed, by inode, and the rename

    def flush(handle: int, fsync: Callable[[int], None] = os.fsync) -> None:
        fsync(handle)
        steps.append(os.fstat(handle).st_ino)

    def place(source: Path, target: Path, rename: Callable[..., None] = os.rename) -> None:
        needed = [source, *source.iterdir(), tmp_path / ".intent"]
        assert {path.stat().st_ino for path in needed} <= set(steps)
        rename(source, target)
        steps.append(target.name)

    monkeypatch.setattr(os, "fsync", flush)
    monkeypatch.setattr(os, "rename", place)
    assert take_payloads(tmp_path, [payload(ladder(10))])[0].outcome == "new"
    after = steps[steps.index("2026-08-19") + 1 :]
    assert after == [board.stat().st_ino, (tmp_path / "log.csv").stat().st_ino]


def test_short_writes_are_completed(
    tmp_path: Path, tree: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_payloads(tmp_path / "a", [payload(ladder(9))])
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, bytes(data)[:7]))
    take_payloads(tmp_path / "b", [payload(ladder(9))])
    assert tree(tmp_path / "a") == tree(tmp_path / "b")


def test_a_kill_at_any_instant_leaves_the_old_state_or_the_new_one(tmp_path: Path) -> None:
    command = [sys.executable, str(HERE / "killing.py"), str(tmp_path), str(KILLS), "20260821"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), *sys.path])}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) == KILLS
    old = {"arena/text": ["2026-08-22"], "arena/search": ["2026-08-01"]}
    new = {
        "arena/text": ["2026-08-19"],
        "arena/search": ["2026-08-01.r2"],
        "arena/document": ["2026-08-19"],
    }
    for line in lines:
        assert line["killed"]
        assert line["problems"] == []
        for board, labels in line["left"].items():
            assert labels in (old.get(board), new[board])
        assert line["final"] == new
    states = {json.dumps(line["left"], sort_keys=True) for line in lines}
    assert len(states) >= 3  # some kills came early, some in between, some late
    assert any(line["late"] for line in lines)  # and some between a folder and its line


def test_what_a_killed_run_left_is_cleaned_by_the_next(tmp_path: Path) -> None:
    take_payloads(tmp_path, [payload(ladder(9))])
    log = tmp_path / "log.csv"
    whole = log.read_bytes()
    log.write_bytes(whole + b"2026-08-21,arena-data")  # half a line of a run under way
    (tmp_path / ".writer").write_bytes(b"pid 1 on somewhere: elolag snapshot")
    stale = tmp_path / ".incoming-1-1"
    stale.mkdir()
    (stale / "ratings.csv").write_bytes(b"half")
    assert verify(Archive(tmp_path)) == []
    take_payloads(tmp_path, [payload(ladder(9))])
    assert not stale.exists()
    assert log.read_bytes().startswith(whole)
    assert [(line["label"], line["outcome"]) for line in Log.read(tmp_path).rows] == [
        ("2026-08-19", "new"),
        ("2026-08-19", "unchanged"),
    ]
    assert verify(Archive(tmp_path)) == []


def test_a_damaged_log_is_named(tmp_path: Path) -> None:
    take_payloads(tmp_path, [payload(ladder(9))])
    log = tmp_path / "log.csv"
    log.write_bytes(log.read_bytes() + b"one,two\n")
    with pytest.raises(ArchiveError, match=r"log\.csv: row 3 has 2 fields"):
        take_payloads(tmp_path, [payload(ladder(9))])


def test_folders_that_are_no_snapshots_are_not_listed(tmp_path: Path) -> None:
    for name in ("arena/text/2026-08-19", "arena/text/2026-08-19.r1", "arena/Text/2026-08-19"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / ".git" / "x" / "2026-08-19").mkdir(parents=True)
    assert snapshot_folders(tmp_path) == [("arena/text", "2026-08-19")]
