"""Re-reading everything an archive holds and saying what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from elolag.archive import package, store
from elolag.archive import package as manifests
from elolag.archive.log import LOG, NOT_SEALED, Log
from elolag.archive.reading import Archive
from elolag.archive.store import was_stopped
from elolag.dates import utc_now
from elolag.errors import ArchiveError, ElolagError
from elolag.schema import BOARD_PATTERN, VINTAGE_PATTERN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from elolag.archive.reading import Board, Snapshot

_UNKNOWN_HEAD = (
    "no line has the cited hash {!r}: this archive does not extend the one that was cited; lines "
    "were cut off or rewritten since, or it is another archive"
)
#: Most places that are named where the chain is broken.
_SHOWN = 5


@dataclass(frozen=True)
class Problem:
    """Something wrong with one file of an archive.

    Attributes
    ----------
    path, message
        Where, and what.
    changed
        Whether something is not as it was stored.
    """

    path: str
    message: str
    changed: bool = True

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


def verify(archive: Archive, *, head: str | None = None) -> list[Problem]:
    """Re-hash every file, follow the log's chain, look for missing, stray, contradicting files.

    A list that cannot be of the day it says (see `Board.misdated`) is a problem too.

    An empty or absent archive has no problems. What a killed run leaves behind (a temporary
    folder, a torn last line of the log, a folder that its intent names) is none either: the next
    run removes or logs it.

    Parameters
    ----------
    head
        Hash of a line of ``log.csv`` that was noted earlier, 64 hexadecimal digits. That it is
        not in the log is a problem: the archive does not extend the one it was noted from. Only
        so is a log found out that lost its last lines.

    Returns
    -------
    list of Problem
        Empty when all is well.
    """
    if not archive.path.is_dir():
        return [Problem(LOG, _UNKNOWN_HEAD.format(head))] if head is not None else []
    problems = list(_strays(archive.path))
    log = Log.read(archive.path)
    try:
        problems += _log(archive.path, log, head)
        written = log.manifest_hashes
    except ArchiveError as error:
        problems.append(Problem(LOG, _plain(error, archive.path)))
        written = {}
    archive = Archive(archive.path, use_log=bool(written))
    for name in archive.boards():
        board = archive.board(name)
        try:
            problems += _late_twins(board)
        except ArchiveError as error:
            problems.append(Problem(f"{name}/{store.TWINS}", _plain(error, archive.path)))
            continue
        for snapshot in board.all_snapshots:
            problems += _snapshot(archive.path, snapshot)
    there = {(name, label) for name in archive.boards() for label in archive.board(name).labels}
    problems += [
        Problem(f"{board}/{label}", "missing, though log.csv says it was written")
        for board, label in written
        if (board, label) not in there
    ]
    return sorted(problems, key=str)


def seal(archive: Archive) -> Log:
    """Chain the lines of a log from before there was a chain; done once.

    Raises
    ------
    ArchiveError
        If the log is sealed already, or the archive is not as it says: a seal would hide that.
    """
    Log.read(archive.path).sealed_bytes()
    problems = [p for p in verify(archive) if p.changed and p.message != NOT_SEALED]
    if problems:
        more = f" and {len(problems) - 1} more, see archive verify" if len(problems) > 1 else ""
        raise ArchiveError(f"{archive.path}: not sealed, it is not as stored: {problems[0]}{more}")
    return store.seal(archive.path, "elolag archive seal")


def _log(root: Path, log: Log, head: str | None) -> Iterator[Problem]:
    """What is wrong with the log itself, and with folders it does not know."""
    _, strays = store.unlogged(root, log)
    breaks = list(log.breaks())
    for message in breaks[:_SHOWN]:
        yield Problem(LOG, message)
    if len(breaks) > _SHOWN:
        yield Problem(LOG, f"further breaks of the chain: {len(breaks) - _SHOWN}")
    if log.torn and not was_stopped(root):
        yield Problem(LOG, "its last line is cut off, and no run was stopped while writing it")
    if head is not None and log.number_of(head) is None:
        yield Problem(LOG, _UNKNOWN_HEAD.format(head))
    if strays and not log.rows:
        yield Problem(LOG, store.NO_LOG.format(len(strays)))
    else:
        yield from (Problem(path, store.STRAY) for path in strays)


def _late_twins(board: Board) -> list[Problem]:
    return [
        Problem(f"{board.name}/{store.TWINS}", f"speaks of {label}, which is not there")
        for twin in board.late_twins
        for label in twin["supersedes"].split()
        if label not in board.labels
    ]


def _snapshot(root: Path, snapshot: Snapshot) -> Iterator[Problem]:
    folder = root / snapshot.path
    manifest = f"{snapshot.path}/{manifests.MANIFEST}"
    try:
        resources = {item["path"]: item for item in snapshot.manifest["resources"]}
        names = [item["name"] for item in resources.values()]
    except ArchiveError as error:
        yield Problem(manifest, _plain(error, root))
        return
    except (KeyError, TypeError) as error:
        yield Problem(manifest, f"not a manifest of elolag: {error!r}")
        return
    fault = snapshot.date_fault(utc_now().date().isoformat())
    if fault:
        yield Problem(snapshot.path, f"{fault}; not used unless named", changed=False)
    for path in sorted(folder.iterdir()):
        if path.name != manifests.MANIFEST and path.name not in resources:
            yield Problem(f"{snapshot.path}/{path.name}", "not named in the manifest")
    files = {}
    for name in names:
        where = f"{snapshot.path}/{name}.csv"
        try:
            data = snapshot.read_bytes(name)
            rows = len(package.decode(name, data, where))
        except (ElolagError, KeyError) as error:
            yield Problem(where, _plain(error, root))
            continue
        files[f"{name}.csv"] = data
        if (rows, len(data)) != (
            resources[f"{name}.csv"]["rows"],
            resources[f"{name}.csv"]["bytes"],
        ):
            yield Problem(where, "the manifest gives another number of rows or bytes")
    if (
        len(files) == len(names)
        and snapshot.manifest["id"] != f"sha256:{package.content_id(files)}"
    ):
        yield Problem(manifest, "its id is not that of its files")


def _strays(root: Path) -> Iterator[Problem]:
    """Files and folders that are no part of an archive. Hidden ones are left alone."""
    for publisher in _visible(root):
        if publisher.name == LOG:
            continue
        if not publisher.is_dir():
            yield Problem(publisher.name, "not a part of an archive")
            continue
        for board in _visible(publisher):
            name = f"{publisher.name}/{board.name}"
            if not board.is_dir() or not BOARD_PATTERN.fullmatch(name):
                yield Problem(name, "not a board")
                continue
            for item in _visible(board):
                known = VINTAGE_PATTERN.fullmatch(item.name) and item.is_dir()
                if not known and item.name != store.TWINS:
                    yield Problem(f"{name}/{item.name}", "not a snapshot")


def _visible(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if not path.name.startswith(".")]


def _plain(error: Exception, root: Path) -> str:
    """Give the message without the archive's folder, and without the file it begins with."""
    text = str(error).removeprefix(f"{root}/")
    first, _, rest = text.partition(": ")
    return rest if rest and " " not in first else text
