"""One writer at a time, whatever becomes of the lock's files and whatever the file system can."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from handmade import ladder, payload

from elolag.archive import Archive, Decision, Log, store, take_payloads, verify
from elolag.archive.store import _HOLDER, _LOCK, _MARKER, Writer, seal
from elolag.errors import ArchiveError

LOST = "its lock was taken away while this run was writing.*nothing more is written"
LINE = Decision("arena-data", "arena/text", "", "", "failed", run_at="2026-08-21").log_line


@pytest.fixture(params=["ENOSYS", "ENOTSUP", "EOPNOTSUPP", "ENOLCK"])
def no_flock(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system without locks."""
    code = getattr(errno, request.param)

    def flock(handle: int, how: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(fcntl, "flock", flock)


def hidden(root: Path) -> list[str]:
    return sorted(path.name for path in root.iterdir() if path.name.startswith("."))


def test_a_run_whose_lock_was_removed_and_taken_writes_nothing_more(tmp_path: Path) -> None:
    with Writer(tmp_path, "first") as first:
        first.log(LINE)
        (tmp_path / _LOCK).unlink()
        first.log(LINE)  # nobody has it yet
        with Writer(tmp_path, "second") as second:
            second.log(LINE)
            for write in (
                lambda: first.log(LINE),
                lambda: first.log(LINE, [{}]),
                lambda: take_payloads(tmp_path, [payload(ladder(5))], writer=first),
            ):
                with pytest.raises(ArchiveError, match=f"{LOST}") as caught:
                    write()
                assert f"now pid {os.getpid()} on " in str(caught.value)
                assert ": second has it" in str(caught.value)
            second.log(LINE)
        with pytest.raises(ArchiveError, match=LOST):  # also when the second has gone again
            first.log(LINE)
    assert len(Log.read(tmp_path).rows) == 4
    assert hidden(tmp_path) == [_LOCK]
    assert verify(Archive(tmp_path)) == []


def test_the_name_of_the_holder_is_left_to_it(tmp_path: Path) -> None:
    first = Writer(tmp_path, "first").__enter__()
    (tmp_path / _LOCK).unlink()
    with Writer(tmp_path, "second") as second:
        first.__exit__()
        second.log(LINE)
        with pytest.raises(ArchiveError, match="another run is writing .*: second"):
            take_payloads(tmp_path, [payload(ladder(5))])


def test_a_run_whose_name_was_removed_writes_nothing_more(tmp_path: Path) -> None:
    with Writer(tmp_path, "first") as first:
        (tmp_path / _HOLDER).unlink()
        with pytest.raises(ArchiveError, match="another process has it"):
            first.log(LINE)
    assert take_payloads(tmp_path, [payload(ladder(5))])[0].outcome == "new"


@pytest.mark.parametrize("at", ["_make_folders", "_write_intent", "sync_folder"])
def test_a_run_overtaken_while_it_adds_a_folder_leaves_the_other_alone(
    tmp_path: Path, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real: Callable[..., object] = getattr(store, at)
    second: list[str] = []

    def overtaken(*arguments: object) -> object:
        done = real(*arguments)
        renamed = at != "sync_folder" or (tmp_path / "arena/text/2026-08-19").exists()
        if not second and renamed:
            (tmp_path / _LOCK).unlink()
            second.append("")
            monkeypatch.setattr(store, at, real)
            second[0] = take_payloads(tmp_path, [payload(ladder(5))])[0].outcome
        return done

    monkeypatch.setattr(store, at, overtaken)
    with pytest.raises(ArchiveError):
        take_payloads(tmp_path, [payload(ladder(5))], command="first")
    assert second == ["unchanged" if at == "sync_folder" else "new"]
    assert [row["outcome"] for row in Log.read(tmp_path).rows].count("new") == 1
    assert take_payloads(tmp_path, [payload(ladder(5))])[0].outcome == "unchanged"
    assert verify(Archive(tmp_path)) == []
    assert hidden(tmp_path) == [_LOCK]


def test_a_seal_that_was_overtaken_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_payloads(tmp_path, [payload(ladder(5))])
    log = tmp_path / "log.csv"
    lines = [line.rpartition(",")[0] for line in log.read_text("utf-8").splitlines()]
    log.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    before = log.read_bytes()
    write = store._write_file

    def overtaken(path: Path, data: bytes) -> None:
        write(path, data)
        (tmp_path / _HOLDER).write_bytes(b"pid 7 on elsewhere: second\n")

    monkeypatch.setattr(store, "_write_file", overtaken)
    with pytest.raises(ArchiveError, match="now pid 7 on elsewhere: second has it"):
        seal(tmp_path, "first")
    assert log.read_bytes() == before


def test_a_writer_outside_its_with_block(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="not open for writing"):
        Writer(tmp_path, "test").log(LINE)


# Killed processes

HOLD = """
import errno, fcntl, os, signal, sys
from pathlib import Path
if sys.argv[2]:
    def flock(*_): raise OSError(errno.ENOSYS, "none")
    fcntl.flock = flock
from elolag.archive.store import Writer
writer = Writer(Path(sys.argv[1]), "killed").__enter__()
os.kill(os.getpid(), signal.SIGKILL)
"""


def killed(root: Path, without_flock: str) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", HOLD, str(root), without_flock], env=environment, check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert ": killed" in (root / _HOLDER).read_text()


def test_a_killed_run_leaves_no_lock(tmp_path: Path) -> None:
    killed(tmp_path, "")
    assert take_payloads(tmp_path, [payload(ladder(5))])[0].outcome == "new"
    assert hidden(tmp_path) == [_LOCK]


def test_a_killed_run_leaves_a_marker_that_is_taken_over(tmp_path: Path, no_flock: None) -> None:
    killed(tmp_path, "yes")
    assert (tmp_path / _MARKER).exists()
    assert take_payloads(tmp_path, [payload(ladder(5))])[0].outcome == "new"
    assert hidden(tmp_path) == [_LOCK]


# File systems without locks


def test_without_locks_a_second_writer_is_told_who_holds_the_archive(
    tmp_path: Path, no_flock: None
) -> None:
    with (
        Writer(tmp_path, "elolag snapshot"),
        pytest.raises(ArchiveError, match=f"pid {os.getpid()} on .*: elolag snapshot") as caught,
    ):
        take_payloads(tmp_path, [payload(ladder(5))])
    assert f"if it is dead, remove {tmp_path / _MARKER}" in str(caught.value)
    assert take_payloads(tmp_path, [payload(ladder(5))])[0].outcome == "new"
    assert hidden(tmp_path) == [_LOCK]


def test_without_locks_a_removed_marker_is_noticed(tmp_path: Path, no_flock: None) -> None:
    with Writer(tmp_path, "first") as first:
        (tmp_path / _MARKER).unlink()
        with Writer(tmp_path, "second") as second, pytest.raises(ArchiveError, match=LOST):
            first.log(LINE)
        with pytest.raises(ArchiveError, match="not open"):
            second.log(LINE)


def test_a_marker_from_another_machine_is_not_taken_over(tmp_path: Path, no_flock: None) -> None:
    marker = tmp_path / _MARKER
    marker.write_text("1\nelsewhere\n", encoding="ascii")
    (tmp_path / _HOLDER).write_text("pid 1 on elsewhere: elolag snapshot\n", encoding="ascii")
    with pytest.raises(ArchiveError, match="pid 1 on elsewhere: elolag snapshot"):
        take_payloads(tmp_path, [payload(ladder(5))])
    assert hidden(tmp_path) == sorted([_LOCK, _MARKER, _HOLDER])
    marker.unlink()
    assert take_payloads(tmp_path, [payload(ladder(5))])[0].outcome == "new"


def test_a_folder_that_cannot_be_written_is_no_missing_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def flock(handle: int, how: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(ArchiveError, match="not written: .*Input/output error"):
        take_payloads(tmp_path, [payload(ladder(5))])
    assert not (tmp_path / _HOLDER).exists()
