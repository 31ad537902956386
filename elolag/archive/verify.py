"""Re-reading everything an archive holds and saying what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from elolag.archive import manifest as manifests
from elolag.archive import store, tables
from elolag.archive.reader import Archive
from elolag.errors import ArchiveError, ElolagError
from elolag.schema import BOARD_PATTERN, VINTAGE_PATTERN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from elolag.archive.reader import Board
    from elolag.archive.snapshot import Snapshot


@dataclass(frozen=True)
class Problem:
    """Something wrong with one file of an archive."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


def verify(archive: Archive) -> list[Problem]:
    """Re-hash every file, and look for missing, stray and contradicting ones.

    An empty or absent archive has no problems. What a killed run leaves behind (a temporary
    folder, a torn last line of the log) is none either: the next run removes it.

    Returns
    -------
    list of Problem
        Empty when all is well.
    """
    if not archive.path.is_dir():
        return []
    problems = list(_strays(archive.path))
    try:
        written = archive.manifest_hashes
    except ArchiveError as error:
        problems.append(Problem(store.LOG, _plain(error, archive.path)))
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
    for path in sorted(folder.iterdir()):
        if path.name != manifests.MANIFEST and path.name not in resources:
            yield Problem(f"{snapshot.path}/{path.name}", "not named in the manifest")
    files = {}
    for name in names:
        where = f"{snapshot.path}/{name}.csv"
        try:
            data = snapshot.read_bytes(name)
            rows = len(tables.decode(name, data, where))
        except (ElolagError, KeyError) as error:
            yield Problem(where, _plain(error, root))
            continue
        files[f"{name}.csv"] = data
        if (rows, len(data)) != (
            resources[f"{name}.csv"]["rows"],
            resources[f"{name}.csv"]["bytes"],
        ):
            yield Problem(where, "the manifest gives another number of rows or bytes")
    if len(files) == len(names) and snapshot.manifest["id"] != f"sha256:{tables.content_id(files)}":
        yield Problem(manifest, "its id is not that of its files")


def _strays(root: Path) -> Iterator[Problem]:
    """Files and folders that are no part of an archive. Hidden ones are left alone."""
    for publisher in _visible(root):
        if publisher.name == store.LOG:
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
