"""Re-reading everything an archive holds and saying what is wrong with it."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from elolag.archive import log as logs
from elolag.archive import package, store
from elolag.archive.log import LOG, NOT_SEALED, TAGS, Log
from elolag.archive.package import misplaced, read_file, sha256
from elolag.archive.reading import Archive, circular, shipped_path
from elolag.dates import utc_now
from elolag.errors import ArchiveError
from elolag.schema import BOARD_PATTERN, FORECASTS, VINTAGE_PATTERN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from elolag.archive.reading import Board, Snapshot

_UNKNOWN_HEAD = (
    "no line has the cited hash {!r}: this archive does not extend the one that was cited; lines "
    "were cut off or rewritten since, or it is another archive"
)
#: Most places that are named where the chain is broken, and most of a value that is shown.
_SHOWN, _SHOWN_TEXT = 5, 100
_LOGGED = f"{LOG} says"


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
        Hash of a line of ``log.csv`` that was noted earlier, or its first twelve hexadecimal
        digits or more, as a footnote has them. That it is not in the log is a problem: the
        archive does not extend the one it was noted from. Only so is a log found out that lost
        its last lines.

    Returns
    -------
    list of Problem
        Empty when all is well.
    """
    root = archive.path
    if not root.is_dir():
        return [Problem(LOG, _UNKNOWN_HEAD.format(head))] if head is not None else []
    problems = set(_strays(root))
    log = Log.read(root, lenient=True)
    try:
        problems.update(_log(root, log, head))
        rows = log.rows
        problems.update(_tags(root, log))
        problems.update(_forecasts(root, log))
    except ArchiveError as error:
        problems.add(Problem(*package.told(error, root)))
        rows = []
    archive = Archive(root, use_log=bool(rows))
    written = log.written if rows else {}
    for name in archive.boards():
        board = archive.board(name)
        for snapshot in board.all_snapshots:
            problems.update(_snapshot(root, snapshot, written.get((name, snapshot.label))))
        told = {_route(r, "label") for r in rows if (r["outcome"], r["board"]) == ("twin", name)}
        try:
            problems.update(_twins(board, told))
        except ArchiveError as error:
            problems.add(Problem(*package.told(error, root)))
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


def init(target: Path) -> Log:
    """Make an archive of one's own: a copy of the shipped one, verified before it is in place.

    Parameters
    ----------
    target
        Its folder, absent or empty.

    Returns
    -------
    Log
        Of the copy, with the head of the shipped one; the next snapshot goes on from there.

    Raises
    ------
    ArchiveError
        If the shipped archive is not as it was stored, or the disk refuses the copy.
    UsageError
        If anything is at `target`.
    """
    source = shipped_path()
    head = Log.read(source).head

    def check(copy: Path) -> None:
        problems = [p for p in verify(Archive(copy), head=head) if p.changed]
        if problems:
            raise ArchiveError(f"{source}: not copied, it is not as stored: {problems[0]}")

    store.copy(source, target, check)
    return Log.read(target)


def _log(root: Path, log: Log, head: str | None) -> Iterator[Problem]:
    """What is wrong with the log itself, and where it and what is there do not agree."""
    found = logs.compared(root, log, stopped=store.was_stopped(root))
    breaks = list(log.breaks())
    for message in breaks[:_SHOWN]:
        yield Problem(LOG, message)
    if len(breaks) > _SHOWN:
        yield Problem(LOG, f"further breaks of the chain: {len(breaks) - _SHOWN}")
    if head is not None and log.number_of(head) is None:
        yield Problem(LOG, _UNKNOWN_HEAD.format(head))
    yield from (Problem(path, message) for path, message in found.problems)


def _tags(root: Path, log: Log) -> Iterator[Problem]:
    """Bundles of tags that are gone, or not what their names say.

    One that the log does not speak of is of a run that was stopped: it answers nothing.
    """
    folder = root / TAGS
    there = sorted(folder.iterdir()) if folder.is_dir() and not folder.is_symlink() else []
    known = {logs.tags_path(root, digest) for digest in log.tags if digest}
    for path in sorted(known - set(there)):
        yield Problem(f"{TAGS}/{path.name}", logs.MISSING)
    for path in there:
        wrong = misplaced(path)
        if not wrong and path != logs.tags_path(root, sha256(read_file(path))):
            wrong = "not what its name says: the SHA-256 of what was installed"
        if wrong and not path.name.startswith("."):
            yield Problem(f"{TAGS}/{path.name}", wrong)


def _forecasts(root: Path, log: Log) -> Iterator[Problem]:
    """Forecasts that are not as they were added, and what is none; `_log` tells what is missing."""
    if misplaced(root / FORECASTS, folder=True):
        return  # which `_strays` tells
    sound = {logs.forecast_path(root, *at): at for at in logs.forecast_files(root)}
    for path, at in sound.items():
        line = log.forecasts.get(at)
        if line is not None and sha256(read_file(path)) != line["raw_sha256"]:
            yield Problem(path.relative_to(root).as_posix(), logs.CHANGED)
    for path in (root / FORECASTS).rglob("*"):
        place = path.relative_to(root)
        hidden = any(part.startswith(".") for part in place.parts)
        if path not in sound and not hidden and misplaced(path, folder=True):
            yield Problem(place.as_posix(), misplaced(path) or "not a forecast")


def _twins(board: Board, told: set[tuple[str, ...]]) -> Iterator[Problem]:
    """Where other routes of lists, and what displaced what, are not as was logged and stored.

    `told` has label, source, vintage and payload of every twin the log speaks of.
    """
    path = f"{board.name}/{logs.TWINS}"
    sound = [item for item in board.all_snapshots if item.readable]
    given = {item.label: tuple(item.facts["supersedes"]) for item in sound}
    for label in circular(given):
        yield Problem(f"{board.name}/{label}", "supersedes itself, or what supersedes it")
    stored = {(label, other) for label, others in given.items() for other in others}
    listed = {
        (twin["kept"], other)
        for twin in board.late_twins
        for other in twin["supersedes"].split()
        if twin["kept"] in given
    }
    for label, other in sorted(stored ^ listed):
        where = path if (label, other) in listed else f"{board.name}/{label}/{package.MANIFEST}"
        lacks = "the manifest" if where == path else logs.TWINS
        yield Problem(where, f"says that {label} supersedes {other}, which {lacks} does not")
    for other in sorted({other for _, other in stored | listed} - set(board.labels)):
        yield Problem(path, f"speaks of {other}, which is not there")
    routes = {_route(twin, "kept") for twin in board.late_twins}
    routes |= {
        _route({**twin, "kept": item.label}, "kept")
        for item in sound
        for twin in item.facts["twins"]
    }
    for label, source, vintage, _ in sorted(told - routes):
        if label in given:
            yield Problem(path, f"lacks the list of {source} of {vintage} that is held as {label}")


def _route(row: Mapping[str, str], label: str) -> tuple[str, ...]:
    """A twin as the log and ``twins.csv`` know it; `label` is the column of what is kept."""
    return tuple(row[name] for name in (label, *logs.ROUTE))


def _snapshot(root: Path, snapshot: Snapshot, line: dict[str, str] | None) -> Iterator[Problem]:
    """What is wrong with one folder; `line` is the one of the log that speaks of it."""
    try:
        facts, resources = snapshot.facts, snapshot.manifest["resources"]
    except ArchiveError as error:
        yield Problem(*package.told(error, root))
        return
    fault = snapshot.date_fault(utc_now().date().isoformat())
    if fault:
        yield Problem(snapshot.path, f"{fault}; not used unless named", changed=False)
    named = {item["path"] for item in resources} | {package.MANIFEST}
    with os.scandir(root / snapshot.path) as items:
        there = {item.name for item in items}
    for name in sorted(there - named):
        yield Problem(f"{snapshot.path}/{name}", "not named in the manifest")
    hashes, rows, categories = {}, {}, {}
    for item in resources:
        name = item["name"]
        where = f"{snapshot.path}/{item['path']}"
        try:
            data = snapshot.read_bytes(name)
            rows[name], found = package.tally(name, data, where)
        except ArchiveError as error:
            yield Problem(*package.told(error, root))
            continue
        hashes[item["path"]] = item["hash"].removeprefix("sha256:")
        categories.update(found)
        if (rows[name], len(data)) != (item["rows"], item["bytes"]):
            yield Problem(where, "the manifest gives another number of rows or bytes")
    if len(hashes) < len(resources):
        return
    main = next(rows[name] for name in ("ratings", "models", "entries") if name in rows)
    manifest = f"{snapshot.path}/{package.MANIFEST}"
    counted: list[tuple[str, object, object, str]] = [
        ("id", snapshot.content, package.content_id(hashes), "its files make"),
        ("categories", facts["categories"], categories, "its ratings have"),
        ("entries", facts["entries"], rows.get("entries", rows.get("models", 0)), "it lists"),
    ]
    if line is not None:
        counted += [
            ("source", snapshot.source, line["source"], _LOGGED),
            ("vintage", snapshot.own_vintage, line["vintage"], _LOGGED),
            ("rows", str(main), line["rows"], _LOGGED),
            ("payload", snapshot.raw_sha256, line["raw_sha256"], _LOGGED),
            ("retrieval", snapshot.retrieved_at, line["run_at"], _LOGGED),
        ]
    for what, said, true, whose in counted:
        if said != true:
            yield Problem(manifest, f"its {what}: {_short(said)}, but {whose} {_short(true)}")


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN_TEXT else f"{text[:_SHOWN_TEXT]}..."


def _strays(root: Path) -> Iterator[Problem]:
    """What is no part of an archive, and every link. Other hidden things are left alone."""

    def within(folder: Path, place: str, depth: int) -> Iterator[Problem]:
        with os.scandir(folder) as found:
            items = list(found)
        for item in items:
            name = f"{place}{item.name}"
            if item.is_symlink() or (depth == 0 and item.name == LOG):
                wrong = misplaced(folder / item.name)
                if wrong:
                    yield Problem(name, wrong)
            elif item.name.startswith(".") or (depth == _BOARD and item.name == logs.TWINS):
                continue  # the log is compared with the latter
            elif name in (TAGS, FORECASTS) and item.is_dir():
                continue  # and with what is in there
            elif not item.is_dir() or not _NAMES[depth].fullmatch(name):
                yield Problem(name, _NO_PART[depth])
            elif depth < _BOARD:
                yield from within(folder / item.name, f"{name}/", depth + 1)

    return within(root, "", 0)


#: What is in the archive, in a publisher's folder and in a board's: its path there, what is said
#: of anything else.
_BOARD = 2
_NAMES = (
    re.compile(".*"),
    BOARD_PATTERN,
    re.compile(f"{BOARD_PATTERN.pattern}/{VINTAGE_PATTERN.pattern}"),
)
_NO_PART = ("not a part of an archive", "not a board", "not a snapshot")
