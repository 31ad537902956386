"""Writing to an archive: one writer at a time, every write all or nothing.

A snapshot is written into a temporary folder inside the archive (so on the same disk), each file
and the folder are flushed to the disk, and one rename puts it in place. A kill at any instant
leaves the old state or the new one; temporary folders left behind are removed by the next run.

Two files are append-only: ``log.csv`` at the top (a line for every board of every run) and, per
board, ``twins.csv``: copies of a publication that was already in the archive when they arrived.
Snapshot folders are write-once without exception, so that a hash quoted from a manifest stays
true; this is why a twin that arrives later is written beside the folder and not into it.
"""

from __future__ import annotations

import contextlib
import csv
import errno
import io
import os
import shutil
import socket
from typing import TYPE_CHECKING

from elolag.archive.manifest import MANIFEST
from elolag.archive.outcomes import LOG_COLUMNS, TWINS_COLUMNS, WRITTEN, Outcome
from elolag.archive.tables import sha256
from elolag.errors import ArchiveError
from elolag.schema import BOARD_PATTERN, VINTAGE_PATTERN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

LOG = "log.csv"
TWINS = "twins.csv"
LOCK = ".lock"
TEMPORARY = ".incoming-"


class Writer:
    """The one writer of an archive; use it as a context manager, which takes the lock.

    Parameters
    ----------
    root
        The archive's folder; made if absent.
    command
        What is running, for the message a second writer gets.

    Raises
    ------
    ArchiveError
        On entry, if another process holds the lock (the message says which), and from every
        method when the disk is full or refuses a write; the archive is then as it was.
    """

    def __init__(self, root: Path, command: str) -> None:
        self.root = root
        self.command = command
        self._lock: int | None = None
        self._counter = 0

    def __enter__(self) -> Writer:
        with _disk_errors(self.root):
            self.root.mkdir(parents=True, exist_ok=True)
        self._lock = _take_lock(self.root, self.command)
        try:
            with _disk_errors(self.root):
                self._clean()
        except BaseException:
            self._release()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._release()

    def add(
        self, board: str, label: str, files: Mapping[str, bytes], line: Mapping[str, str]
    ) -> None:
        """Put a new snapshot folder in place and log it.

        Parameters
        ----------
        board, label
            ``arena/text``, ``2026-07-21.r2``.
        files
            File name to bytes, the manifest among them.
        line
            The line of ``log.csv``; the manifest's hash is filled in.
        """
        if not BOARD_PATTERN.fullmatch(board) or not VINTAGE_PATTERN.fullmatch(label):
            raise ArchiveError(f"{board}/{label}: not the path of a snapshot")
        target = self.root / board / label
        if target.exists():
            raise ArchiveError(f"{target}: exists already; a snapshot is written once")
        line = {**line, "manifest_sha256": sha256(files[MANIFEST])}
        self._counter += 1
        temporary = self.root / f"{TEMPORARY}{os.getpid()}-{self._counter}"
        with _disk_errors(target):
            try:
                temporary.mkdir()
                for name, data in files.items():
                    _write_file(temporary / name, data)
                _sync_folder(temporary)
                _make_folders(target.parent)
                os.rename(temporary, target)  # noqa: PTH104 -- the one call that must be atomic
            except BaseException:
                shutil.rmtree(temporary, ignore_errors=True)
                raise
            try:
                _sync_folder(target.parent)
                _append(self.root / LOG, LOG_COLUMNS, line)
            except OSError:
                # A snapshot without its line is a run that never happened: take it back.
                os.rename(target, temporary)  # noqa: PTH104
                shutil.rmtree(temporary, ignore_errors=True)
                raise

    def log(self, line: Mapping[str, str]) -> None:
        """Append one line to ``log.csv``."""
        with _disk_errors(self.root / LOG):
            _append(self.root / LOG, LOG_COLUMNS, line)

    def add_twin(self, board: str, line: Mapping[str, str]) -> None:
        """Append one line to the board's ``twins.csv``."""
        path = self.root / board / TWINS
        with _disk_errors(path):
            _append(path, TWINS_COLUMNS, line)

    def _clean(self) -> None:
        """Remove what a killed run left, and log the folders it had no time to log."""
        for path in self.root.glob(f"{TEMPORARY}*"):
            shutil.rmtree(path)
        for path in (self.root / LOG, *self.root.glob(f"*/*/{TWINS}")):
            if path.is_file():
                _drop_torn_line(path)
        logged = manifest_hashes(self.root)
        for board, label in snapshot_folders(self.root):
            if (board, label) in logged:
                continue
            outcome = Outcome(
                source="",
                board=board,
                vintage=label[:10],
                label=label,
                outcome="revision" if ".r" in label else "new",
                message="written by a run that was stopped before it could log it",
            )
            digest = sha256((self.root / board / label / MANIFEST).read_bytes())
            line = {**outcome.log_line("", ""), "manifest_sha256": digest}
            _append(self.root / LOG, LOG_COLUMNS, line)

    def _release(self) -> None:
        if self._lock is not None:
            with contextlib.suppress(OSError):
                os.ftruncate(self._lock, 0)  # nobody holds it now, and it may be copied somewhere
            os.close(self._lock)  # closing releases the lock
            self._lock = None


def snapshot_folders(root: Path) -> list[tuple[str, str]]:
    """Every (board, label) with a folder in the archive at `root`, sorted."""
    found = []
    for publisher in _folders(root):
        for board in _folders(publisher):
            name = f"{publisher.name}/{board.name}"
            if BOARD_PATTERN.fullmatch(name):
                found += [
                    (name, folder.name)
                    for folder in _folders(board)
                    if VINTAGE_PATTERN.fullmatch(folder.name)
                ]
    return sorted(found)


def manifest_hashes(root: Path) -> dict[tuple[str, str], str]:
    """Read from ``log.csv`` the SHA-256 of each manifest, by board and label."""
    return {
        (line["board"], line["label"]): line["manifest_sha256"]
        for line in read_lines(root / LOG, LOG_COLUMNS)
        if line["outcome"] in WRITTEN
    }


def read_lines(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """Read an append-only file as dicts; a line torn by a kill is left out.

    Raises
    ------
    ArchiveError
        If the file has other columns or a line of another length.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return []
    except UnicodeDecodeError as error:
        raise ArchiveError(f"{path}: not UTF-8: {error}") from error
    text = text[: text.rfind("\n") + 1]
    rows = list(csv.reader(io.StringIO(text, newline="")))
    if rows and tuple(rows[0]) != tuple(columns):
        raise ArchiveError(f"{path}: its columns are {rows[0]}, not {list(columns)}")
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(columns):
            raise ArchiveError(f"{path}: row {number} has {len(row)} fields, not {len(columns)}")
    return [dict(zip(columns, row, strict=True)) for row in rows[1:]]


def _folders(path: Path) -> list[Path]:
    return [p for p in path.iterdir() if p.is_dir() and not p.name.startswith(".")]


def _take_lock(root: Path, command: str) -> int:
    try:
        import fcntl
    except ImportError as error:
        raise ArchiveError(
            f"{root}: writing to an archive needs a POSIX system (file locks)"
        ) from error
    path = root / LOCK
    with _disk_errors(root):
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with _disk_errors(root):
            os.ftruncate(handle, 0)
            _write_all(handle, f"pid {os.getpid()} on {socket.gethostname()}: {command}".encode())
    except BlockingIOError:
        holder = path.read_text(encoding="utf-8", errors="replace") or "another process"
        os.close(handle)
        raise ArchiveError(
            f"{root}: another run is writing to this archive ({holder}); wait until it has ended"
        ) from None
    except BaseException:
        os.close(handle)
        raise
    return handle


@contextlib.contextmanager
def _disk_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        full = error.errno == errno.ENOSPC
        what = "the disk is full; make room and run again" if full else str(error)
        raise ArchiveError(f"{path}: not written: {what}") from error


def _write_all(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def _write_file(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    try:
        _write_all(handle, data)
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _make_folders(board: Path) -> None:
    """Make the publisher's and the board's folder, each flushed into its parent."""
    for path in (board.parent, board):
        if not path.is_dir():
            path.mkdir()
            _sync_folder(path.parent)


def _append(path: Path, columns: Sequence[str], line: Mapping[str, str]) -> None:
    """Append a line in one write; after an error the file is what it was."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        size = os.fstat(handle).st_size
        if size == 0:
            writer.writeheader()
        writer.writerow(line)
        try:
            _write_all(handle, out.getvalue().encode("utf-8"))
            os.fsync(handle)
            if size == 0:
                _sync_folder(path.parent)
        except OSError:
            os.ftruncate(handle, size)
            raise
    finally:
        os.close(handle)


def _drop_torn_line(path: Path) -> None:
    data = path.read_bytes()
    whole = data.rfind(b"\n") + 1
    if whole != len(data):
        with path.open("rb+") as stream:
            stream.truncate(whole)
