"""The one writer: a lock, then a folder that is there whole or not at all.

The lock itself is `filelock`'s: the system's own on ``.lock`` (``flock``, or ``LockFileEx`` on
Windows), which ends with its process however that dies. A file system that has none gets the
marker ``.lock.soft`` instead, which names the process that made it: left behind by one that is
dead, it is taken over on the same machine, and has to be removed by hand on another, or if that
process had no time to put its name in.

No lock outlives its own file: once somebody has removed that, a second run can take a new one. So
each holder writes its name and a random token into ``.writer`` and asks before every write whether
they still stand there. A run that was overtaken so writes nothing more. Between the question and
the write there is a moment in which this can fail; what the two then write can break the chain of
the log, which is seen, and cannot change a folder.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import socket
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from elolag.archive.log import (
    FORECAST,
    INTENT,
    LOG,
    LOG_COLUMNS,
    TAGS,
    TWINS,
    TWINS_COLUMNS,
    Log,
    compared,
    encode_line,
    forecast_path,
    tags_path,
)
from elolag.archive.package import MANIFEST, read_file, require_plain, sha256
from elolag.errors import ArchiveError, UsageError
from elolag.schema import BOARD_PATTERN, VINTAGE_PATTERN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from filelock import BaseFileLock

_LOCK = ".lock"
_MARKER = ".lock.soft"
_HOLDER = ".writer"

#: What a file system answers that has no locks.
_NO_LOCKS = {errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK}


class _Lock:
    """The lock of the archive at `root`, held from the start.

    An `ArchiveError` says which other run holds it; `command` is what that one would be told.
    """

    def __init__(self, root: Path, command: str) -> None:
        self.root = root
        for name in (_LOCK, _MARKER, _HOLDER, INTENT):
            require_plain(root / name)
        self._lock = _acquired(root)
        name = f"pid {os.getpid()} on {socket.gethostname()}: {command}"
        self._mine = f"{name}\n{secrets.token_hex(8)}\n".encode()
        try:
            self._write()
        except BaseException:
            self.release()
            raise

    def require(self) -> None:
        """Raise an `ArchiveError` unless this run is still the one that holds the archive."""
        if _held_by(self.root) != self._mine:
            raise ArchiveError(
                f"{self.root}: its lock was taken away while this run was writing, and now "
                f"{_holder(self.root)} has it; nothing more is written. Run again when no other "
                f"run is at work, and leave {_LOCK} and {_HOLDER} where they are"
            )

    def release(self) -> None:
        """Let the next one in."""
        with contextlib.suppress(OSError):  # a name left behind is written over by the next
            if _held_by(self.root) == self._mine:
                (self.root / _HOLDER).unlink()
        self._lock.release()

    def _write(self) -> None:
        path = self.root / _HOLDER
        left = path.exists()
        try:
            # Never empty in between: what a killed run left there says that it was killed.
            with _opened(path, 0) as handle:
                _write_all(handle, self._mine)
                os.ftruncate(handle, len(self._mine))
                os.fsync(handle)  # before any line of the log: a torn one must find a name here
        except OSError:
            if not left:
                path.unlink(missing_ok=True)
            raise


def _holder(root: Path) -> str:
    """Who holds the archive, or held it when killed: the first line of ``.writer``."""
    return _held_by(root).partition(b"\n")[0].decode("utf-8", "replace") or "another process"


def _held_by(root: Path) -> bytes:
    """What stands in ``.writer``; another run may take it away at any moment."""
    path = root / _HOLDER
    require_plain(path)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def was_stopped(root: Path) -> bool:
    """Whether a run is at work or was killed: ``.writer`` still names it."""
    path = root / _HOLDER
    return path.is_file() and not path.is_symlink() and path.stat().st_size > 0


#: Windows would translate line ends otherwise.
_BINARY = getattr(os, "O_BINARY", 0)


def _write_all(handle: int, data: bytes) -> None:
    """Write all of `data`, however little the system takes at once."""
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def _acquired(root: Path) -> BaseFileLock:
    from filelock import FileLock, SoftFileLock, Timeout

    lock: BaseFileLock = FileLock(
        root / _LOCK, timeout=0, thread_local=False, fallback_to_soft=False
    )
    more = ""
    try:
        try:
            lock.acquire()
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
            lock = SoftFileLock(root / _MARKER, timeout=0, thread_local=False)
            more = f"; if it is dead, remove {root / _MARKER}"
            lock.acquire()
    except Timeout:
        raise ArchiveError(
            f"{root}: another run is writing to this archive ({_holder(root)}); wait until it has "
            f"ended{more}"
        ) from None
    return lock


# Writing to an archive: one writer at a time, every write all or nothing.
#
# A snapshot is written into a temporary folder inside the archive (so on the same disk), each file
# and the folder are flushed to the disk, and one rename puts it in place. A kill at any instant
# leaves the old state or the new one; temporary folders left behind are removed by the next run.
#
# Two files are append-only: ``log.csv`` at the top (a line for every board of every run, chained by
# hashes, see `elolag.archive.log`) and, per board, ``twins.csv``: copies of a publication that was
# already in the archive when they arrived.
# Snapshot folders are write-once without exception, so that a hash quoted from a manifest stays
# true; this is why a twin that arrives later is written beside the folder and not into it.
#
# Between a folder's rename and its line in the log a kill leaves a folder that no line speaks of.
# So the line is first written to ``.intent``, flushed, and taken away when the log has it: the next
# run logs the folder that the intent names. Any other folder without a line was put there by no
# run, and is an error. A forecast is a file that is put in place and logged in the same way.

_TEMPORARY = ".incoming-"
#: What the log says of a folder that a later run found.
_STOPPED = "written by a run that was stopped before it could log it"


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
        On entry, if another process holds the lock (the message says which), if the log is broken
        or not sealed, or if a folder is there that no run wrote; and from every method when the
        disk is full or refuses a write, or when the lock was taken away (see
        `elolag.archive.store`); the archive is then as it was.
    """

    def __init__(self, root: Path, command: str) -> None:
        self.root = root
        self.command = command
        self._lock: _Lock | None = None
        self._stopped = False  # whether the run before was
        self._counter = 0
        self._previous = ""  # hash of the log's last line

    def __enter__(self) -> Writer:
        with _disk_errors(self.root):
            self.root.mkdir(parents=True, exist_ok=True)
            self._stopped = was_stopped(self.root)
            self._lock = _Lock(self.root, self.command)
        try:
            with _disk_errors(self.root):
                self._resume()
        except BaseException:
            self._release()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._release()

    def add(
        self,
        board: str,
        label: str,
        files: Mapping[str, bytes],
        line: Mapping[str, str],
        twins: Sequence[Mapping[str, str]] = (),
    ) -> None:
        """Put a new snapshot folder in place and log it.

        Parameters
        ----------
        board, label
            ``arena/text``, ``2026-07-21.r2``.
        files
            File name to bytes, the manifest among them.
        line
            The line of ``log.csv``; the hashes are filled in.
        twins
            Lines of the board's ``twins.csv`` that come with the folder.
        """
        if not BOARD_PATTERN.fullmatch(board) or not VINTAGE_PATTERN.fullmatch(label):
            raise ArchiveError(f"{board}/{label}: not the path of a snapshot")
        target = self.root / board / label
        if os.path.lexists(target):
            raise ArchiveError(f"{target}: exists already; a snapshot is written once")
        line = {**line, "manifest_sha256": sha256(files[MANIFEST])}
        with _disk_errors(target), self._twins(board, label, twins):
            self._place(target, files, line)

    def add_forecast(self, board: str, label: str, data: bytes, line: Mapping[str, str]) -> None:
        """Put a forecast in place and log it; one is written once.

        Parameters
        ----------
        board, label
            ``arena/text``, ``2026-10-02-elolag-mixture``.
        data
            The file, which was checked.
        line
            The line of ``log.csv``; board, label, outcome and hash are filled in.
        """
        target = forecast_path(self.root, board, label)
        if os.path.lexists(target):
            raise ArchiveError(
                f"{target}: exists already; a forecast is written once, and what was said is not "
                f"said again: wait for the next list, or take another name"
            )
        named = {"board": board, "label": label, "outcome": FORECAST, "raw_sha256": sha256(data)}
        with _disk_errors(target):
            self._require()
            _make_folders(target.parents[2], target.parents[1], target.parent)
            self._place(target, {target.name: data}, {**line, **named}, target.name)

    def _place(
        self, target: Path, files: Mapping[str, bytes], line: Mapping[str, str], only: str = ""
    ) -> None:
        """Put a folder of files in place, or `only` the one of that name, and log it."""
        self._counter += 1
        temporary = self.root / f"{_TEMPORARY}{os.getpid()}-{self._counter}"
        written = temporary / only
        try:
            temporary.mkdir()
            for name, data in files.items():
                _write_file(temporary / name, data)
            sync_folder(temporary)
            self._require()
            _write_intent(self.root, line)
            os.rename(written, target)  # noqa: PTH104 -- the one call that must be atomic
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            self._require()  # without the lock an intent is another run's
            if not target.exists():
                (self.root / INTENT).unlink(missing_ok=True)
            raise
        try:
            sync_folder(target.parent)
            self._log(line)
        except OSError:
            self._require()
            # What has no line is of a run that never happened: take it back.
            os.rename(target, written)  # noqa: PTH104
            shutil.rmtree(temporary, ignore_errors=True)
            (self.root / INTENT).unlink()
            raise
        (self.root / INTENT).unlink(missing_ok=True)
        if only:
            shutil.rmtree(temporary, ignore_errors=True)

    def install_tags(self, data: bytes | None, line: Mapping[str, str]) -> None:
        """Let a bundle of tags answer from now on, or with None those of the package again.

        The file is named by its hash and never changes; the line of the log is what counts.

        Parameters
        ----------
        data
            The bundle, which was checked.
        line
            The line of ``log.csv``; outcome and hash are filled in.
        """
        digest = sha256(data) if data is not None else ""
        if data is not None:
            target = tags_path(self.root, digest)
            with _disk_errors(target):
                self._require()
                require_plain(target.parent, folder=True)
                target.parent.mkdir(exist_ok=True)
                if not os.path.lexists(target):
                    _put(target, data, self._require)
        self.log({**line, "outcome": TAGS, "raw_sha256": digest})

    def log(self, line: Mapping[str, str], twins: Sequence[Mapping[str, str]] = ()) -> None:
        """Append one line to ``log.csv``; the hash of the line before is filled in.

        Parameters
        ----------
        line
            What it says.
        twins
            Lines of the board's ``twins.csv`` that it speaks of.
        """
        with _disk_errors(self.root / LOG), self._twins(line["board"], "", twins):
            self._log(line)

    @contextlib.contextmanager
    def _twins(self, board: str, label: str, twins: Sequence[Mapping[str, str]]) -> Iterator[None]:
        """Append to the board's ``twins.csv``; taken back if what follows is not written."""
        path = self.root / board / TWINS
        if label:
            _make_folders(path.parent.parent, path.parent)
        if twins:
            self._require()
        size = _append(path, TWINS_COLUMNS, *twins) if twins else None
        try:
            yield
        except BaseException:
            self._require()
            # A folder that is in place is logged by the next run, with what came with it.
            if size is not None and not (label and (path.parent / label).exists()):
                _cut(path, size)
            raise

    def _log(self, line: Mapping[str, str]) -> None:
        self._require()
        chained = {**line, "previous": self._previous}
        _append(self.root / LOG, LOG_COLUMNS, chained)
        self._previous = sha256(encode_line(LOG_COLUMNS, chained))

    def _require(self) -> None:
        """Raise an `ArchiveError` unless this is still the one writer."""
        if self._lock is None:
            raise ArchiveError(f"{self.root}: not open for writing; use the writer in a with block")
        self._lock.require()

    def _resume(self) -> None:
        """Remove what a killed run left, and log the folder it had no time to log.

        Nothing is touched before the log and the folders are known to be as runs leave them.
        """
        log = Log.read(self.root)
        found = compared(self.root, log, stopped=self._stopped)
        log.require_whole()
        if found.problems:
            where, message = found.problems[0]
            more = f" and {len(found.problems) - 1} more" if len(found.problems) > 1 else ""
            mend = "" if ";" in message else "; restore it from a good copy"
            raise ArchiveError(f"{self.root / where}{more}: {message}{mend}")
        left = sorted(self.root.glob(f"{_TEMPORARY}*"))
        for path in left:
            require_plain(path, folder=True)
        for path in left:
            shutil.rmtree(path)
        for path, size in found.unfinished.items():
            _cut(path, size)
        self._previous = log.next_previous
        if found.intended is not None:
            note = "; ".join(text for text in (_STOPPED, found.intended["note"]) if text)
            self._log({**found.intended, "note": note})
        (self.root / INTENT).unlink(missing_ok=True)

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.release()
            self._lock = None


def check_writable(root: Path) -> None:
    """Raise a `UsageError` for the archive that is part of an installed package."""
    if root.name == "_snapshots":
        raise UsageError(
            "the archive packaged with elolag is not written to; make one of your own with "
            "`elolag archive init DIR`, and name it with --archive DIR or the environment "
            "variable ELOLAG_ARCHIVE"
        )


def seal(root: Path, command: str) -> Log:
    """Chain the lines of a log that was written before logs were chained; done once.

    Returns
    -------
    Log
        As it is then.

    Raises
    ------
    ArchiveError
        If there is no log, it is sealed already, another process holds the lock, or the disk
        refuses the write; the old log is then there still.
    """
    with _disk_errors(root):
        lock = _Lock(root, command)
    try:
        data = Log.read(root).sealed_bytes()
        with _disk_errors(root / LOG):
            _put(root / LOG, data, lock.require)
    finally:
        lock.release()
    return Log.read(root)


def copy(source: Path, target: Path, check: Callable[[Path], object]) -> None:
    """Copy an archive to a place where there is none: whole, or not at all.

    Parameters
    ----------
    source, target
        Its folder, and that of the copy, which is absent or empty. Hidden files stay behind: they
        are of runs.
    check
        Called with the copy before it is put in place; what it raises ends the copying.

    Raises
    ------
    UsageError
        If anything is at `target`, or it lies in `source`.
    ArchiveError
        If `source` holds a link or a special file, or the disk refuses.
    """
    if target.resolve().is_relative_to(source.resolve()):
        raise UsageError(f"{target}: lies in the archive that is copied; name another folder")
    if os.path.lexists(target) and not (target.is_dir() and not any(target.iterdir())):
        raise UsageError(
            f"{target}: there is something already; name a folder that is not there yet, or empty"
        )
    target = target.resolve()  # an archive's own folder may be a link
    with _disk_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        try:
            new = beside / "new"
            _copy_folder(source, new)
            check(new)
            with contextlib.suppress(FileNotFoundError):
                target.rmdir()  # Windows renames nothing to the place of a folder
            os.rename(new, target)  # noqa: PTH104
            sync_folder(target.parent)
        finally:
            shutil.rmtree(beside, ignore_errors=True)


def _copy_folder(source: Path, target: Path) -> None:
    target.mkdir()
    for path in sorted(source.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_dir() and not path.is_symlink():
            _copy_folder(path, target / path.name)
        else:
            _write_file(target / path.name, read_file(path))
    sync_folder(target)


@contextlib.contextmanager
def _disk_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        full = error.errno == errno.ENOSPC
        what = "the disk is full; make room and run again" if full else str(error)
        raise ArchiveError(f"{path}: not written: {what}") from error


def _write_file(path: Path, data: bytes) -> None:
    with _opened(path, os.O_EXCL) as handle:
        _write_all(handle, data)
        os.fsync(handle)


def _put(path: Path, data: bytes, require: Callable[[], None]) -> None:
    """Put a whole file in its place, if `require` does not object at the last moment."""
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)  # of a run that was stopped
    _write_file(part, data)
    require()
    os.replace(part, path)  # noqa: PTH105 -- as the other renames here
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Flush a folder to the disk, so that the names in it outlast a loss of power."""
    if not hasattr(os, "O_DIRECTORY"):
        return  # Windows opens no folder, and so flushes none
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _make_folders(*paths: Path) -> None:
    """Make folders, the outer ones first, each flushed into its parent."""
    for path in paths:
        require_plain(path, folder=True)
        if not path.is_dir():
            path.mkdir()
            sync_folder(path.parent)


def _write_intent(root: Path, line: Mapping[str, str]) -> None:
    """Say durably which folder is about to be put in place, and what the log will say of it."""
    with _opened(root / INTENT, os.O_TRUNC) as handle:
        _write_all(handle, _header(LOG_COLUMNS) + encode_line(LOG_COLUMNS, line))
        os.fsync(handle)
    sync_folder(root)


def _header(columns: Sequence[str]) -> bytes:
    return encode_line(columns, {name: name for name in columns})


def _append(path: Path, columns: Sequence[str], *lines: Mapping[str, str]) -> int:
    """Append lines in one write; after an error the file is what it was. Gives its size before."""
    with _opened(path, os.O_APPEND) as handle:
        size = os.fstat(handle).st_size
        data = b"".join(encode_line(columns, line) for line in lines)
        try:
            _write_all(handle, data if size else _header(columns) + data)
            os.fsync(handle)
            if size == 0:
                sync_folder(path.parent)
        except OSError:
            os.ftruncate(handle, size)
            raise
        return size


@contextlib.contextmanager
def _opened(path: Path, flag: int) -> Iterator[int]:
    """Open a file of the archive for writing, made if absent; never through a link or a pipe."""
    require_plain(path)
    here = getattr(os, "O_NOFOLLOW", 0)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | flag | here | _BINARY, 0o644)
    try:
        yield handle
    finally:
        os.close(handle)


def _cut(path: Path, size: int) -> None:
    """Take back what was appended to a file beyond `size`; one that held nothing else goes."""
    if size:
        os.truncate(path, size)
    else:
        path.unlink()
