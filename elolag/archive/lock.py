"""The lock of an archive: one writer at a time, on any machine that reaches it.

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
import socket
from typing import TYPE_CHECKING

from elolag.errors import ArchiveError

if TYPE_CHECKING:
    from pathlib import Path

    from filelock import BaseFileLock

LOCK = ".lock"
MARKER = ".lock.soft"
HOLDER = ".writer"

#: What a file system answers that has no locks.
_NO_LOCKS = {errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK}


class Lock:
    """The lock of the archive at `root`, held from the start.

    Parameters
    ----------
    root
        The archive's folder.
    command
        What is running, for the message a second writer gets.

    Raises
    ------
    ArchiveError
        If another run holds it; the message says which.
    OSError
        If the lock's files cannot be written.
    """

    def __init__(self, root: Path, command: str) -> None:
        self.root = root
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
        if self._read() != self._mine:
            raise ArchiveError(
                f"{self.root}: its lock was taken away while this run was writing, and now "
                f"{holder(self.root)} has it; nothing more is written. Run again when no other "
                f"run is at work, and leave {LOCK} and {HOLDER} where they are"
            )

    def release(self) -> None:
        """Let the next one in."""
        with contextlib.suppress(OSError):  # a name left behind is written over by the next
            if self._read() == self._mine:
                (self.root / HOLDER).unlink()
        self._lock.release()

    def _read(self) -> bytes:
        try:
            return (self.root / HOLDER).read_bytes()
        except FileNotFoundError:
            return b""

    def _write(self) -> None:
        path = self.root / HOLDER
        left = path.exists()
        # Never empty in between: what a killed run left there says that it was killed.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | BINARY, 0o644)
        try:
            write_all(handle, self._mine)
            os.ftruncate(handle, len(self._mine))
        except OSError:
            if not left:
                path.unlink()
            raise
        finally:
            os.close(handle)


def holder(root: Path) -> str:
    """Who holds the archive, or held it when killed: the first line of ``.writer``."""
    try:
        text = (root / HOLDER).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        text = ""
    return text.partition("\n")[0] or "another process"


def was_stopped(root: Path) -> bool:
    """Whether a run is at work or was killed: ``.writer`` still names it."""
    path = root / HOLDER
    return path.is_file() and path.stat().st_size > 0


#: Windows would translate line ends otherwise.
BINARY = getattr(os, "O_BINARY", 0)


def write_all(handle: int, data: bytes) -> None:
    """Write all of `data`, however little the system takes at once."""
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def _acquired(root: Path) -> BaseFileLock:
    from filelock import FileLock, SoftFileLock, Timeout

    lock: BaseFileLock = FileLock(
        root / LOCK, timeout=0, thread_local=False, fallback_to_soft=False
    )
    more = ""
    try:
        try:
            lock.acquire()
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
            lock = SoftFileLock(root / MARKER, timeout=0, thread_local=False)
            more = f"; if it is dead, remove {root / MARKER}"
            lock.acquire()
    except Timeout:
        raise ArchiveError(
            f"{root}: another run is writing to this archive ({holder(root)}); wait until it has "
            f"ended{more}"
        ) from None
    return lock
