"""``log.csv``: append-only, and a chain: each line carries the SHA-256 of the line before it.

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
import re
from functools import cached_property
from typing import TYPE_CHECKING

from elolag.archive.package import misplaced, read_file, sha256
from elolag.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
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
        #: Bytes of each whole line with its line break, the header first; empty if there is no log.
        self.lines = tuple(line + b"\n" for line in whole)
        #: Whether half a line follows, as a run leaves it that is killed while writing.
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
