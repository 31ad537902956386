"""``log.csv``: append-only, a chain in which each line carries the SHA-256 of the line before it.

The hash is that of the line's bytes with its line break, so that no tool of ours is needed to
follow the chain: ``tail -n 1 log.csv | sha256sum`` gives the last one, the *head*. The first line
carries the hash of the header. Whoever notes the head can tell later that every line up to it is
still there (`Log.number_of`); without it a log that was cut at the end of a line looks whole.

Archives written before there was a chain have a log without the column ``previous``. Such a log can
be read; it is sealed once, see `Log.sealed_bytes`.
"""

from __future__ import annotations

import csv
import io
import os
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from elolag.archive.package import MANIFEST, misplaced, read_file, sha256
from elolag.errors import ArchiveError
from elolag.schema import BOARD_PATTERN, FORECAST_PATTERN, FORECASTS, VINTAGE_PATTERN

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

#: Fewest digits that a line is found by.
_SHORTEST = 12
#: Outcomes that write a folder.
_WRITTEN = ("new", "revision")
#: The outcome of installing tags, or removing them: its payload's hash names the bundle, or none.
TAGS = "tags"
#: The outcome of adding a forecast: its label is the file's name, its payload's hash the file's.
FORECAST = "forecast"

LOG_COLUMNS = (
    "run_at",
    "source",
    "board",
    "vintage",
    "label",
    "outcome",
    "rows",
    "raw_sha256",
    "manifest_sha256",
    "note",
    "previous",  # SHA-256 of the line before
)
LOG = "log.csv"
#: Of a log that is not sealed yet.
_UNSEALED_COLUMNS = LOG_COLUMNS[:-1]
_ABSENT = "absent"
NOT_SEALED = "its lines are not chained yet; seal it once with: elolag archive seal"


class Log:
    """The log of an archive, as read.

    Attributes
    ----------
    path
        Of the file.
    lines
        Bytes of each whole line with its line break, the header first; empty if there is no log.
    torn
        Whether half a line follows, as a run leaves it that is killed while writing.
    """

    def __init__(self, path: Path, data: bytes) -> None:
        self.path = path
        *whole, rest = data.split(b"\n")
        self.lines = tuple(line + b"\n" for line in whole)
        self.torn = bool(rest)

    @classmethod
    def read(cls, root: Path, *, lenient: bool = False) -> Log:
        """The log of the archive at `root`; one without lines if there is none.

        What is no plain file is an `ArchiveError`, or if `lenient` as good as none.
        """
        path = root / LOG
        wrong = misplaced(path, absent=_ABSENT)
        if wrong == _ABSENT or (lenient and wrong):
            return cls(path, b"")
        return cls(path, read_file(path))

    @property
    def sealed(self) -> bool:
        """Whether the lines carry hashes; a log without any line will."""
        return not self.lines or self.lines[0].rstrip() != _joined(_UNSEALED_COLUMNS)

    @property
    def head(self) -> str:
        """Hash of the last line; empty while there is none, or none is sealed."""
        return sha256(self.lines[-1]) if self.sealed and len(self.lines) > 1 else ""

    @property
    def next_previous(self) -> str:
        """What the next line must carry: the head, or before the first line the header's hash."""
        return sha256(self.lines[-1] if self.lines else _joined(LOG_COLUMNS) + b"\n")

    @cached_property
    def rows(self) -> list[dict[str, str]]:
        """Lines as dicts, by column.

        Raises
        ------
        ArchiveError
            If the file has other columns or a line of another length.
        """
        columns = LOG_COLUMNS if self.sealed else _UNSEALED_COLUMNS
        return _parse_lines(self.path, b"".join(self.lines), columns)

    @cached_property
    def written(self) -> dict[tuple[str, str], dict[str, str]]:
        """The line that wrote each folder, by board and label: the first, see `breaks`."""
        return self._first(*_WRITTEN)

    @cached_property
    def forecasts(self) -> dict[tuple[str, str], dict[str, str]]:
        """The line that added each forecast, by board and label, in order: the first."""
        return self._first(FORECAST)

    def _first(self, *outcomes: str) -> dict[tuple[str, str], dict[str, str]]:
        found: dict[tuple[str, str], dict[str, str]] = {}
        for row in self.rows:
            if row["outcome"] in outcomes:
                found.setdefault((row["board"], row["label"]), row)
        return found

    @cached_property
    def tags(self) -> list[str]:
        """SHA-256 of each bundle of tags that was installed, in order; empty where removed."""
        return [row["raw_sha256"] for row in self.rows if row["outcome"] == TAGS]

    def number_of(self, digest: str) -> int | None:
        """Which line (1 for the first after the header) has this hash; None if none has.

        The first `_SHORTEST` digits or more are enough, as a footnote has them.
        """
        wanted = digest.strip().lower()
        if len(wanted) < _SHORTEST:
            return None
        hashes = (sha256(line) for line in self.lines[1:])
        return next((n for n, found in enumerate(hashes, 1) if found.startswith(wanted)), None)

    def breaks(self) -> Iterator[str]:
        """Say in words where the log is not as runs write it; rows are counted header first.

        Either the chain is broken or, in a whole one, something is written a second time.
        """
        if not self.sealed:
            yield NOT_SEALED
            return
        if any(line.endswith(b"\r\n") for line in self.lines):
            yield (
                "its lines end in CR LF, which no run wrote; restore it with git's autocrlf off, "
                "or from a good copy"
            )
            return
        broken = list(self._broken())
        yield from broken or self._written_again()

    def _broken(self) -> Iterator[str]:
        hashes = [sha256(line) for line in self.lines]
        first = {digest: row for row, digest in reversed(list(enumerate(hashes, start=1)))}
        for number, line in enumerate(self.lines[1:], start=2):
            previous = line[:-1].rpartition(b",")[2].decode("ascii", "replace")
            if previous == hashes[number - 2]:
                continue
            twin, follows = first[hashes[number - 1]], first.get(previous)
            if twin == 1:
                yield f"row {number} is the header over again: the log is doubled"
            elif twin < number:
                yield f"row {number} is row {twin} over again"
            elif follows is not None:
                yield (
                    f"row {number} was written after what is row {follows} and stands after row "
                    f"{number - 1}: rows were moved, taken out or put in"
                )
            else:
                yield (
                    f"row {number} does not carry the hash of row {number - 1}: that one was "
                    f"changed, or rows before row {number} are missing"
                )

    def _written_again(self) -> Iterator[str]:
        first: dict[tuple[str, str], int] = {}
        for number, row in enumerate(self.rows, start=2):
            at, once = (row["board"], row["label"]), (*_WRITTEN, FORECAST)
            if row["outcome"] in once and first.setdefault(at, number) != number:
                what = "forecast" if row["outcome"] == FORECAST else "folder"
                yield (
                    f"row {number} writes {'/'.join(at)} again, which row {first[at]} wrote; "
                    f"a {what} is written once"
                )

    def sealed_bytes(self) -> bytes:
        """Bytes of the log with the column ``previous``, chained from the first line.

        Raises
        ------
        ArchiveError
            If there is no log, or it is sealed already.
        """
        if not self.lines:
            raise ArchiveError(f"{self.path}: no log to seal; a new one is chained from the start")
        if self.sealed:
            raise ArchiveError(f"{self.path}: sealed already, with the head {self.head}")
        lines = [_joined(LOG_COLUMNS) + b"\n"]
        for row in self.rows:
            lines.append(encode_line(LOG_COLUMNS, {**row, "previous": sha256(lines[-1])}))
        return b"".join(lines)

    def require_whole(self) -> None:
        """Raise an `ArchiveError` unless each line carries the hash of the one before."""
        for words in self.breaks():
            chained = "; restore it from a good copy (see archive verify)"
            mend = chained if self.sealed else f" --archive {self.path.parent}"
            raise ArchiveError(f"{self.path}: {words}{mend}")


def encode_line(columns: Sequence[str], values: Mapping[str, str]) -> bytes:
    """Write one line of an append-only file; line breaks inside a value become spaces."""
    out = io.StringIO(newline="")
    flat = [re.sub(r"[\r\n]+", " ", values.get(name, "")) for name in columns]
    csv.writer(out, lineterminator="\n").writerow(flat)
    return out.getvalue().encode("utf-8")


def read_lines(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """Read an append-only file as dicts; a line torn by a kill is left out.

    Raises
    ------
    ArchiveError
        If the file has other columns or a line of another length.
    """
    if misplaced(path, absent=_ABSENT) == _ABSENT:
        return []
    data = read_file(path)
    return _parse_lines(path, data[: data.rfind(b"\n") + 1], columns)


def _parse_lines(path: Path, data: bytes, columns: Sequence[str]) -> list[dict[str, str]]:
    """Parse whole lines of an append-only file; see `read_lines`."""
    try:
        rows = list(csv.reader(io.StringIO(data.decode("utf-8"), newline="")))
    except UnicodeDecodeError as error:
        raise ArchiveError(f"{path}: not UTF-8: {error}") from error
    except csv.Error as error:
        raise ArchiveError(f"{path}: not CSV: {error}") from error
    if rows and tuple(rows[0]) != tuple(columns):
        raise ArchiveError(f"{path}: its columns are {rows[0]}, not {list(columns)}")
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(columns):
            raise ArchiveError(f"{path}: row {number} has {len(row)} fields, not {len(columns)}")
    return [dict(zip(columns, row, strict=True)) for row in rows[1:]]


def _joined(columns: Sequence[str]) -> bytes:
    return ",".join(columns).encode("ascii")


# What lies in an archive, and where: folders, forecasts, tags; the log compared with it.
#
# Nothing here writes.

TWINS = "twins.csv"
TWINS_COLUMNS = (
    "kept",
    "supersedes",
    "source",
    "vintage",
    "basis",
    "rows",
    "retrieved_at",
    "content",
    "raw_sha256",
    "urls",
)
#: By what a list in ``twins.csv`` is known in the log.
ROUTE = ("source", "vintage", "raw_sha256")
INTENT = ".intent"
#: What is said of what no run wrote: of one, and where the whole log is gone.
_STRAY = (
    f"no line of {LOG} and no intent of a stopped run speaks of it; restore {LOG} from a good "
    "copy, or {}"
)
_NO_LOG = "missing or empty, though {} snapshot folders are there; restore it from a good copy"
MISSING = f"missing, though {LOG} says it was written"
CHANGED = "its bytes have changed since it was stored; restore it from a good copy"
_TORN = "its last line is cut off, and no run was stopped while writing it"
_FORGED = f"no line of {LOG} speaks of what is in row {{}}; restore it from a good copy"
#: Most rows that are named.
_NAMED = 5


def snapshot_folders(root: Path) -> list[tuple[str, str]]:
    """Every (board, label) with a folder in the archive at `root`, sorted."""
    return sorted(
        (board, label)
        for board in _boards(root)
        for label in _folders(root / board)
        if VINTAGE_PATTERN.fullmatch(label)
    )


def _boards(root: Path) -> list[str]:
    found = (f"{one}/{other}" for one in _folders(root) for other in _folders(root / one))
    return [board for board in found if BOARD_PATTERN.fullmatch(board)]


def _folders(path: Path) -> list[str]:
    """Names of the folders in a folder, links and what is hidden left out."""
    with os.scandir(path) as items:
        return [
            item.name
            for item in items
            if item.is_dir(follow_symlinks=False) and not item.name.startswith(".")
        ]


def forecast_path(root: Path, board: str, label: str) -> Path:
    """Where a forecast lies in an archive; no other name becomes a path."""
    if not BOARD_PATTERN.fullmatch(board) or not FORECAST_PATTERN.fullmatch(label):
        raise ArchiveError(f"{FORECASTS}/{board}/{label}: not the path of a forecast")
    return root / FORECASTS / board / f"{label}.csv"


def forecast_files(root: Path) -> list[tuple[str, str]]:
    """Every (board, label) with a file of a forecast in the archive at `root`, sorted."""
    top = root / FORECASTS
    if misplaced(top, folder=True, absent=FORECASTS):
        return []
    return sorted(
        (board, path.stem)
        for board in _boards(top)
        for path in (top / board).iterdir()
        if path.suffix == ".csv" and FORECAST_PATTERN.fullmatch(path.stem) and not misplaced(path)
    )


def tags_path(root: Path, digest: str) -> Path:
    """Where a bundle of tags lies in an archive."""
    return root / TAGS / f"{digest}.json"


@dataclass
class _Compared:
    """An archive's log beside its folders and its lists of twins.

    `problems` are paths in the archive, and what is wrong there. `intended` is the line that a
    stopped run meant to log of a folder that is there: its intent names board, label and the
    manifest's hash. `unfinished` are append-only files at whose end a stopped run left half a line,
    or lines that nothing speaks of yet, and the size up to which they are whole.
    """

    problems: list[tuple[str, str]]
    intended: dict[str, str] | None
    unfinished: dict[Path, int] = field(default_factory=dict)


def compared(root: Path, log: Log, *, stopped: bool) -> _Compared:
    """Compare a log with what is there; `stopped` is whether a run was killed, or is at work."""
    folders = set(snapshot_folders(root)) if root.is_dir() else set()
    strays = folders - log.written.keys()
    intended = _intended(root, strays)
    if intended is not None:
        strays.remove((intended["board"], intended["label"]))
    stray = _STRAY.format("move the folder out of the archive and import it anew")
    found = _Compared([("/".join(folder), stray) for folder in sorted(strays)], intended)
    if strays and not log.rows:
        found.problems = [(LOG, _NO_LOG.format(len(strays)))]
        return found
    found.problems += [("/".join(at), MISSING) for at in log.written if at not in folders]
    _compare_forecasts(root, log, found)
    if log.torn and stopped:
        found.unfinished[log.path] = len(b"".join(log.lines))
    elif log.torn:
        found.problems.append((LOG, _TORN))
    told = {
        (row["board"], row["label"], *(row[name] for name in ROUTE))
        for row in log.rows
        if row["outcome"] in ("twin", "unchanged")
    }
    labels: dict[str, set[str]] = {}
    for board, label in folders:
        labels.setdefault(board, set()).update(() if (board, label) in strays else (label,))
    for board, kept in sorted(labels.items()):
        path = root / board / TWINS
        try:
            rows = read_lines(path, TWINS_COLUMNS)
        except ArchiveError as error:
            found.problems.append((f"{board}/{TWINS}", str(error).removeprefix(f"{path}: ")))
            continue
        void = [
            row["kept"] not in kept
            if row["supersedes"]
            else (board, row["kept"], *(row[name] for name in ROUTE)) not in told
            for row in rows
        ]
        # What a run had no time to speak of stands at the end.
        whole = len(void)
        while stopped and whole and void[whole - 1]:
            whole -= 1
        lines = read_file(path).splitlines(keepends=True) if path.exists() else []
        torn = bool(lines) and not lines[-1].endswith(b"\n")
        if stopped and (torn or whole < len(rows)):
            found.unfinished[path] = sum(map(len, lines[: whole + 1])) if whole else 0
        elif torn:
            found.problems.append((f"{board}/{TWINS}", _TORN))
        forged = [at for at, wrong in enumerate(void[:whole], start=2) if wrong]
        if forged:
            places = ", ".join(map(str, forged[:_NAMED])) + ", ..." * (len(forged) > _NAMED)
            found.problems.append((f"{board}/{TWINS}", _FORGED.format(places)))
    return found


def _compare_forecasts(root: Path, log: Log, found: _Compared) -> None:
    """The same of the files of forecasts."""
    files = set(forecast_files(root))
    strays = files - log.forecasts.keys()
    line = _intended(root, strays, forecast=True)
    if line is not None:
        found.intended = line
        strays.remove((line["board"], line["label"]))
    stray = _STRAY.format("move the file out of the archive and add it anew")
    found.problems += [
        (f"{FORECASTS}/{board}/{label}.csv", message)
        for there, message in ((strays, stray), (log.forecasts.keys() - files, MISSING))
        for board, label in sorted(there)
    ]


def _intended(
    root: Path, found: Collection[tuple[str, str]], *, forecast: bool = False
) -> dict[str, str] | None:
    """The line that a stopped run meant to log, if it is of one of the folders or files `found`."""
    try:
        # A torn one was written before its folder was in place.
        lines = read_lines(root / INTENT, LOG_COLUMNS) if found else []
    except ArchiveError:
        return None
    if not lines or (lines[-1]["outcome"] == FORECAST) != forecast:
        return None
    line = lines[-1]
    board, label = line["board"], line["label"]
    if (board, label) not in found:
        return None
    path = forecast_path(root, board, label) if forecast else root / board / label / MANIFEST
    try:
        digest = sha256(read_file(path))
    except ArchiveError:
        return None
    return line if digest == line["raw_sha256" if forecast else "manifest_sha256"] else None
