"""A user's CSV as people really have it: read where it is unambiguous, else refused by its line.

Spreadsheet programs save tables with commas, semicolons or tabs between cells, with decimal points
or commas, and in UTF-8, UTF-16 or Windows-1252. Which of these a file uses is told from the whole
file; where two readings are possible, or a file mixes two, the error names the line and the value.
"""

from __future__ import annotations

import csv
import difflib
import hashlib
import io
import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from elolag.dates import parse as parse_date
from elolag.errors import UsageError

#: Larger files are not tables of ratings or tags; votes are read another way (`elolag.votes`).
_MAX_BYTES = 64 * 2**20

#: Ratings, errors and ends of intervals from here on are no points of any scale.
MAX_POINTS = 1_000_000

_DELIMITERS = ",;\t"
_SEPARATOR_LINE = re.compile(r"sep=([,;\t])\r?\n", re.IGNORECASE)
#: A character of several bytes in UTF-8.
_UTF8 = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_BLANKS = re.compile(r"[^\S\r\n]+")
#: Before what a spreadsheet would run: a sign, in full width too, that is the first to show in a
#: cell, or in what another separator or a line break makes a cell of its own.
_FORMULA = re.compile(
    r"^(?=[\t\r\n])|(?:^|(?<=[;\t\r\n]))(?=(?:[^\S\t\r\n]|[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u200b-\u200f"
    r"\u202a-\u202e\u2060-\u206f\ufeff])*[=+\-@\uff1d\uff0b\uff0d\uff20])"
)
_WHOLE = re.compile(r"[+-]?\d+")
#: A number with a decimal point, or with commas between thousands; the other convention by swap.
_POINT = re.compile(
    r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?|[+-]?\d{1,3}(,\d{3})+(\.\d+)?", re.IGNORECASE
)
_SWAP = str.maketrans(",.", ".,")


#: How files begin that are no table of text, and what they are.
_OTHERS = (
    (b"PK\x03\x04", "an Excel workbook or another zip file"),
    (b"\xd0\xcf\x11\xe0", "an Excel workbook"),
    (b"\x1f\x8b", "compressed with gzip; unpack it"),
    (b"PAR1", "a Parquet file"),
    (b"version https://git-lfs", "a Git LFS pointer, not the file itself; run git lfs pull"),
    (b"{", "JSON"),
    (b"[{", "JSON"),
)


def tidy(text: str) -> str:
    """A name as it is compared: in NFC, blanks of every kind as single blanks, none at its ends.

    Line breaks inside it stay.
    """
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", text)).strip()


def harmless(text: str) -> str:
    """Text as a cell that no spreadsheet runs: with an apostrophe before what could be a formula.

    That is what starts with ``= + - @``, after whatever does not show, or with a tab or a line
    break; at a semicolon, a tab or a line break a spreadsheet may start another cell.
    """
    return _FORMULA.sub("'", text)


def refuse_other(head: bytes, name: str) -> None:
    """Refuse a file that begins as something else than a table of text.

    Raises
    ------
    UsageError
        Says what it is, and what to do.
    """
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    found = next((what for magic, what in _OTHERS if start.startswith(magic)), None)
    if found is not None:
        mend = "" if ";" in found else "; save the table as CSV"
        raise UsageError(f"{name}: {found}{mend}")


@dataclass(frozen=True)
class Sheet:
    """A table as read: text cells, and the line each row starts on.

    Attributes
    ----------
    name
        The file, for messages.
    columns
        Lower-case, in the file's order.
    lines, cells
        Per row its line and its cells (see `tidy`); blank rows are left out.
    sha256
        Of the file's bytes.
    delimiter
        Between the cells.
    """

    name: str
    columns: tuple[str, ...]
    lines: tuple[int, ...]
    cells: tuple[tuple[str, ...], ...]
    sha256: str
    delimiter: str

    def column(self, name: str) -> list[str]:
        """The cells of a column; empty ones where the file has no such column."""
        if name not in self.columns:
            return [""] * len(self.cells)
        place = self.columns.index(name)
        return [row[place] for row in self.cells]

    def where(self, row: int) -> str:
        """File and line of a row, for messages."""
        return f"{self.name}, line {self.lines[row]}"

    def check_columns(
        self, required: Sequence[str], known: Sequence[str], hint: str
    ) -> tuple[str, ...]:
        """Refuse missing columns and likely misspellings; return the columns nobody asked for."""
        missing = [c for c in required if c not in self.columns]
        spare = tuple(c for c in self.columns if c not in known)
        absent = [c for c in known if c not in self.columns]
        for column in spare:
            near = difflib.get_close_matches(column, absent, n=1, cutoff=0.85)
            if near and not missing:
                raise UsageError(
                    f"{self.name}, line 1: unknown column {column!r}; did you mean {near[0]!r}? "
                    f"Rename or remove it"
                )
        if missing:
            raise UsageError(
                f"{self.name}, line 1: no column {missing[0]!r} among {', '.join(self.columns)!r}; "
                f"known columns: {', '.join(known)} ({hint})"
            )
        return spare

    def numbers(self, names: Iterable[str]) -> dict[str, list[float]]:
        """Columns of numbers, NaN where a cell is empty.

        One decimal sign holds for the whole file. A value such as ``1,489`` (a decimal or a
        thousand?) is only read where another value decides.

        Raises
        ------
        UsageError
            A cell is no number, not finite, or can be read in two ways.
        """
        texts = {name: self.column(name) for name in names}
        cells = [
            (row, name, text)
            for name, column in texts.items()
            for row, text in enumerate(column)
            if text
        ]
        swapped = self._decimal_comma(sorted(cells, key=lambda cell: cell[0]))
        return {name: [_number(text, swapped) for text in column] for name, column in texts.items()}

    def _decimal_comma(self, cells: Sequence[tuple[int, str, str]]) -> bool:
        """Whether the file's decimal sign is the comma, told from all its numbers."""
        point: list[tuple[int, str, str]] = []
        comma: list[tuple[int, str, str]] = []
        unsure: list[tuple[int, str, str]] = []
        for cell in cells:
            row, name, text = cell
            if _WHOLE.fullmatch(text):
                continue
            as_point, as_comma = _value(text, False), _value(text, True)
            if as_point is None and as_comma is None:
                raise UsageError(
                    f"{self.where(row)}: {name} {text!r} is not a number; leave the cell empty "
                    f"where there is none"
                )
            if not math.isfinite(as_point or as_comma or 0.0):
                raise UsageError(
                    f"{self.where(row)}: {name} {text!r} is not finite; leave out the row, or the "
                    f"cell where the column may be empty"
                )
            if as_point == as_comma:
                continue
            if as_point is None:
                comma.append(cell)
            elif as_comma is None:
                point.append(cell)
            elif self.delimiter != "," or "," in text:
                unsure.append(cell)
        if point and comma:
            (row, name, text), (other, beside, value) = comma[0], point[0]
            raise UsageError(
                f"{self.where(row)}: {name} {text!r} has a decimal comma, but {beside} {value!r} "
                f"on line {self.lines[other]} a decimal point; write all numbers alike"
            )
        if unsure and not point and not comma:
            row, name, text = unsure[0]
            raise UsageError(
                f"{self.where(row)}: {name} {text!r} may mean a decimal or thousands; write "
                f"numbers with a decimal point and nothing between thousands"
            )
        return bool(comma)


def _value(text: str, swapped: bool) -> float | None:
    """The number under one convention; None where it is none."""
    if text.lower().lstrip("+-") in ("nan", "inf", "infinity"):
        return float(text)
    if swapped:
        text = text.translate(_SWAP)
    if _POINT.fullmatch(text):
        return float(text.replace(",", ""))
    return None


def _number(text: str, swapped: bool) -> float:
    value = _value(text, swapped) if text else None
    return math.nan if value is None else value


def read_upto(path: Path, what: str, most: int) -> bytes:
    """The bytes of a file, one more than `most` of a larger one; `what` it is, for messages."""
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except OSError as error:
        raise UsageError(f"cannot read {what} {path}: {error.strerror or error}") from error


def read_bytes(path: Path, what: str) -> bytes:
    """The bytes of a table of bounded size; see `read_upto`."""
    data = read_upto(path, what, _MAX_BYTES)
    if len(data) > _MAX_BYTES:
        raise UsageError(f"{path}: larger than {_MAX_BYTES // 2**20} MB; is this {what}?")
    refuse_other(data[:64], str(path))
    return data


def parse(data: bytes, name: str, known: Sequence[str]) -> Sheet:
    """Read a CSV from its bytes.

    Parameters
    ----------
    name
        What messages call the file.
    known
        Names of columns; the delimiter is the one under which the header has most of them.

    Raises
    ------
    UsageError
        It is no table; the message names the line.
    """
    delimiter, text, before = _opening(decode(data, name), known)
    rows = _rows(text, delimiter, name, before)
    if not rows:
        wanted = ", ".join(known)
        raise UsageError(f"{name}: no table; its first line must name the columns: {wanted}")
    columns = tuple(cell.lower() for cell in rows[0][1])
    while columns and not columns[-1]:
        columns = columns[:-1]
    _check_names(columns, f"{name}, line {rows[0][0]}")
    kept = []
    for line, cells in rows[1:]:
        if any(cells[len(columns) :]) or len(cells) < len(columns):
            raise UsageError(
                f"{name}, line {line}: {len(cells)} cells where {len(columns)} belong "
                f"({delimiter.join(cells)[:200]!r}); quote cells that hold a {delimiter!r}"
            )
        kept.append((line, cells[: len(columns)]))
    return Sheet(
        name,
        columns,
        tuple(line for line, _ in kept),
        tuple(cells for _, cells in kept),
        hashlib.sha256(data).hexdigest(),
        delimiter,
    )


def header(text: str, known: Sequence[str]) -> tuple[str, ...]:
    """The names of the columns, nothing else of the file looked at; empty where it is no CSV."""
    delimiter, text, _ = _opening(text, known)
    lines = text.lstrip("\r\n").splitlines()[:1]
    try:
        cells = next(csv.reader(lines, delimiter=delimiter), [])
    except csv.Error:
        return ()
    return tuple(cell.strip().lower() for cell in cells)


def decode(data: bytes, name: str) -> str:
    """The text of a file in UTF-8, UTF-16 or plain Windows-1252."""
    wide = encoding_of(data[:4096])
    try:
        text = data.decode(wide)
    except UnicodeDecodeError as error:
        if wide != "utf-8-sig":
            raise UsageError(f"{name}: damaged UTF-16 ({error.reason}); save as UTF-8") from error
        text = _western(data, name, error.start)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise UsageError(f"{name}, line {line}: binary data; save the table as CSV in UTF-8")
    return text


def _western(data: bytes, name: str, start: int) -> str:
    """The text of a file that is plainly Windows-1252; its byte at `start` is not UTF-8."""
    line = data.count(b"\n", 0, start) + 1
    where = f"{name}, line {line}: byte {data[start]:#x}"
    also = _UTF8.search(data)
    if also:
        other = data.count(b"\n", 0, also.start()) + 1
        raise UsageError(
            f"{where} is not UTF-8, though line {other} is; the file mixes encodings, save all of "
            f"it as UTF-8"
        )
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        text = ""
    # Western text has single accented letters; a run of them is another encoding misread.
    if not text or re.search(r"[^\x00-\x7f]{3}", text):
        raise UsageError(
            f"{where} is neither UTF-8 nor plainly Windows-1252; save the file as UTF-8"
        )
    return text


def separator(text: str) -> str:
    """The delimiter a first line ``sep=;`` names, as spreadsheets write it; else empty."""
    named = _SEPARATOR_LINE.match(text)
    return named[1] if named else ""


def encoding_of(head: bytes) -> str:
    """UTF-16 by its byte-order mark or its zero bytes, else UTF-8 (perhaps with a mark)."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    if len(head) >= 8 and not len(head) % 2:
        even, odd = head[::2].count(0), head[1::2].count(0)
        if max(even, odd) * 4 > len(head) and min(even, odd) * 20 < max(even, odd):
            return "utf-16-le" if odd > even else "utf-16-be"
    return "utf-8-sig"


def _opening(text: str, known: Sequence[str]) -> tuple[str, str, int]:
    """The delimiter, the text after a first line that only names it, and how many lines that is."""
    named = _SEPARATOR_LINE.match(text)
    return (named[1], text[named.end() :], 1) if named else (_delimiter(text, known), text, 0)


def _delimiter(text: str, known: Sequence[str]) -> str:
    header = text.lstrip("\r\n").splitlines()[:1] or [""]

    def fits(delimiter: str) -> tuple[int, int]:
        cells = next(csv.reader(header, delimiter=delimiter), [])
        return len({c.strip().lower() for c in cells} & set(known)), len(cells)

    try:
        return max(_DELIMITERS, key=fits)
    except csv.Error:
        return ","


def _rows(text: str, delimiter: str, name: str, before: int) -> list[tuple[int, tuple[str, ...]]]:
    """(line, cells) of each row that is not blank."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    out: list[tuple[int, tuple[str, ...]]] = []
    while True:
        line = reader.line_num + 1 + before
        try:
            values = next(reader, None)
        except csv.Error as error:
            raise UsageError(f"{name}, line {line}: not CSV ({error})") from error
        if values is None:
            return out
        cells = tuple(map(tidy, values))
        if any(cells):
            out.append((line, cells))


def renamed(sheet: Sheet, columns: tuple[str, ...]) -> Sheet:
    """The sheet with other names for its columns."""
    _check_names(columns, f"{sheet.name}, line 1")
    return replace(sheet, columns=columns)


def _check_names(columns: tuple[str, ...], where: str) -> None:
    for number, column in enumerate(columns):
        if column in columns[:number]:
            raise UsageError(f"{where}: two columns are named {column!r}")


def iso_date(text: str, where: str) -> str:
    """A date written ``2026-08-19`` or, as spreadsheets may save it, ``19.8.2026``, as the former.

    Dates with slashes are refused: they may start with the day or the month.
    """
    dotted = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text)
    if dotted:
        text = f"{dotted[3]}-{int(dotted[2]):02}-{int(dotted[1]):02}"
    try:
        parse_date(text)
    except UsageError as error:
        raise UsageError(f"{where}: {error}") from error
    return text
