"""What a source is, what comes from one, and how its bytes become plain values."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from elolag import dates
from elolag.errors import PayloadError, UsageError
from elolag.schema import Origin, Publication


class PartialPayloadError(PayloadError):
    """Some boards or vintages of one payload are usable and others are refused.

    Whoever treats it as a plain `PayloadError` takes nothing; whoever wants the good part finds
    it in `publications`, and one message per refused board in `refusals`.
    """

    def __init__(self, publications: Sequence[Publication], refusals: Sequence[str]) -> None:
        self.publications = tuple(publications)
        self.refusals = tuple(refusals)
        super().__init__("\n".join(self.refusals))


@dataclass(frozen=True)
class Source:
    """One route to boards: where it is, under which terms, and how its bytes are read.

    Attributes
    ----------
    name
        Key in `elolag.sources.SOURCES`.
    publisher
        Who publishes the figures (for a copy: whose figures they are, and who copied them).
    licence, licence_url
        SPDX identifier, or plain words where there is none, and where it is stated: empty for the
        homepage.
    hosts
        Hosts its addresses and redirects may use, over https only. One that starts with a dot
        stands for every host below it; `allows` applies that rule.
    whole
        Whether its lists come whole. A copy of pages that are cut short from time to time is
        believed only beside a list that vouches for it (`elolag.archive.completeness`).
    redistributable
        False: what it yields belongs in a private archive only.
    precedence
        0 official dataset, 1 official catalog, 2 and more copies: of twin publications the one
        with the smallest number gives the vintage date.
    parser_version
        Raised whenever `parse` reads the same bytes differently.
    parse
        ``parse(payload, origin)``: bytes to publications, or a `PayloadError`. It touches neither
        network nor disk, and imports pandas (and pyarrow, for Parquet) only when called.
    spelling
        The source whose entry names it uses: aliases of that source apply as well.
    address
        Where `elolag.fetch` begins: its one file, the listing of its files, or its API. Empty where
        files are imported only.
    """

    name: str
    publisher: str
    title: str
    homepage: str
    licence: str
    citation: str
    hosts: tuple[str, ...]
    precedence: int
    parse: Callable[[bytes, Origin], list[Publication]] = field(repr=False)
    licence_url: str = ""
    redistributable: bool = True
    parser_version: int = 1
    whole: bool = True
    spelling: str = ""
    address: str = ""

    def require_redistributable(self, *, private: bool) -> None:
        """Refuse to put into a shared archive what its publisher lets nobody redistribute."""
        if not self.redistributable and not private:
            raise UsageError(
                f"{self.name}: its terms forbid redistribution, so it is written to a private "
                f"archive only"
            )

    def allows(self, host: str) -> bool:
        """Whether an address of this source, or a redirect from it, may use `host`."""
        host = host.lower().rstrip(".")
        return any(
            host.endswith(allowed) if allowed.startswith(".") else host == allowed
            for allowed in self.hosts
        )


_WHEN = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?Z)?")


@dataclass(frozen=True)
class Payload:
    """Bytes from upstream and how they came.

    Attributes
    ----------
    source, origin
        Whose they are, and what of theirs.
    data
        The bytes; none where the server says that the copy at hand is still good (status 304).
    retrieved_at
        ISO date, or RFC 3339 time in UTC, of the retrieval.
    http_status, etag, revision
        What the server said; None for files.
    verified
        Whether the bytes have the SHA-256 that their publisher names; None for files.
    """

    source: Source
    origin: Origin
    data: bytes = field(repr=False)
    retrieved_at: str
    http_status: int | None = None
    etag: str | None = None
    revision: str | None = None
    verified: bool | None = None

    def __post_init__(self) -> None:
        if not _WHEN.fullmatch(self.retrieved_at):
            raise UsageError(
                f"retrieved_at {self.retrieved_at!r} is neither an ISO date nor a time in UTC; "
                f"write 2026-08-21 or 2026-08-21T05:00:00Z"
            )
        dates.parse(self.retrieved_at[:10])

    def retrieval(self) -> dict[str, Any]:
        """Give the facts of the retrieval as a manifest has them."""
        raw: dict[str, Any] = {
            "name": self.origin.name,
            "bytes": len(self.data),
            "sha256": hashlib.sha256(self.data).hexdigest(),
        }
        if self.verified is not None:
            raw["verified"] = self.verified
        return {
            "urls": list(self.origin.urls),
            "retrieved_at": self.retrieved_at,
            "http_status": self.http_status,
            "etag": self.etag,
            "revision": self.revision,
            "raw": [raw],
        }


# From a payload's bytes to plain values: JSON and CSV read strictly, values shown in messages.
#
# Every function raises `PayloadError` on anything but what it promises.

#: Beyond these a payload is refused before it is read: the largest there is has 1.4 MB and 80,000
#: values, and what is read takes up to two hundred bytes a value, however short it was written.
MAX_TEXT = 32 << 20
_MAX_VALUES = 3_000_000
_MAX_COLUMNS = 1_000


def _decoded(payload: bytes, where: str, marks: bytes) -> str:
    """Decode UTF-8 (a byte order mark is dropped).

    Refused if it is so long, or holds so many of the `marks` that stand between values, that
    reading it could take more memory than a leaderboard is worth.
    """
    if len(payload) > MAX_TEXT:
        raise PayloadError(
            f"{where}: {len(payload):,} bytes of text; more than {MAX_TEXT:,} is refused"
        )
    values = sum(payload.count(mark) for mark in marks)
    if values > _MAX_VALUES:
        raise PayloadError(f"{where}: some {values:,} values; more than {_MAX_VALUES:,} is refused")
    try:
        return payload.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PayloadError(
            f"{where}: byte {error.start} is not UTF-8 text{looks_like(payload)}"
        ) from None


def json_value(payload: bytes, where: str, *, nan: bool = False) -> Any:
    """Read one JSON value. Duplicate keys, Infinity and (unless `nan`) NaN are refused.

    With `nan` whoever reads a figure must refuse it: for publishers that write NaN into columns
    which are not read.
    """

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        out = dict(items)
        if len(out) != len(items):
            seen: set[str] = set()
            twice = next(key for key, _ in items if key in seen or seen.add(key))  # type: ignore[func-returns-value]
            raise PayloadError(f"{where}: the JSON key {shown(twice)} occurs twice in one object")
        return out

    def constant(name: str) -> Any:
        if nan and name == "NaN":
            return math.nan
        raise PayloadError(f"{where}: the JSON holds {name}, which is no number")

    text = _decoded(payload, where, b",[{")
    try:
        return json.loads(text, object_pairs_hook=pairs, parse_constant=constant)
    except RecursionError:
        raise PayloadError(f"{where}: the JSON is nested too deeply to be a leaderboard") from None
    except json.JSONDecodeError as error:
        raise PayloadError(
            f"{where}: not JSON at line {error.lineno}, column {error.colno}: {error.msg}"
            f"{looks_like(payload)}"
        ) from None
    except ValueError as error:  # a whole number of more digits than Python converts
        raise PayloadError(f"{where}: the JSON holds an unreadable number ({error})") from None


def mapping(value: Any, where: str, what: str) -> dict[str, Any]:
    """`value` if it is a JSON object."""
    if not isinstance(value, dict):
        raise PayloadError(f"{where}: {what} should be a JSON object, found {kind(value)}")
    return value


def sequence(value: Any, where: str, what: str) -> list[Any]:
    """`value` if it is a JSON array."""
    if not isinstance(value, list):
        raise PayloadError(f"{where}: {what} should be a JSON array, found {kind(value)}")
    return value


def columns(
    rows: list[Any], wanted: dict[str, str], where: str, *, what: str = "row"
) -> dict[str, list[Any]]:
    """Pick from JSON objects of one shape: ``{our name: their key}`` to lists of values.

    A key that is absent from a row is an error, because it means that the layout changed; a null
    value is a value.
    """
    out: dict[str, list[Any]] = {ours: [] for ours in wanted}
    for number, row in enumerate(rows, start=1):
        record = mapping(row, where, f"{what} {number}")
        for ours, theirs in wanted.items():
            if theirs not in record:
                raise PayloadError(
                    f"{where}: {what} {number} has no {theirs!r}; it has {listed(record)}"
                )
            out[ours].append(record[theirs])
    return out


def csv_columns(payload: bytes, where: str, required: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """Read CSV with a header into ``{column: values}``.

    A missing required column, a column named twice, or a row of another length is refused.
    """
    text = _decoded(payload, where, b",\n\r")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] = []
    rows: list[list[str]] = []
    try:
        for row in filter(None, reader):
            if not header:
                _check_header(row, required, where)
                header = row
            elif len(row) == len(header):
                rows.append(row)
            else:  # at once: lines of one field each would take more memory than all else here
                line, wanted = reader.line_num, len(header)
                raise PayloadError(
                    f"{where}: line {line} has {len(row)} fields where the header has {wanted}"
                )
    except csv.Error as error:
        raise PayloadError(f"{where}: not CSV at line {reader.line_num}: {error}") from None
    if not header:
        raise PayloadError(f"{where}: the file is empty")
    return {name: [row[i] for row in rows] for i, name in enumerate(header)}


def _check_header(names: list[str], required: tuple[str, ...], where: str) -> None:
    if len(names) > _MAX_COLUMNS:
        raise PayloadError(
            f"{where}: {len(names):,} columns; more than {_MAX_COLUMNS:,} is refused"
        )
    if len(set(names)) != len(names):
        raise PayloadError(f"{where}: a column is named twice in the header: {listed(names)}")
    require(names, required, where)


def require(found: Any, required: tuple[str, ...], where: str) -> None:
    """Raise unless every required column is among those found."""
    missing = [name for name in required if name not in found]
    if missing:
        raise PayloadError(
            f"{where}: no column {', '.join(map(repr, missing))}; the payload has {listed(found)}. "
            "Its layout has changed: the parser needs a look before this can be stored"
        )


def kind(value: Any) -> str:
    """Name a JSON value's type in words, for messages."""
    names = {dict: "an object", list: "an array", str: "text", bool: "true/false"}
    return "null" if value is None else names.get(type(value), "a number")


def shown(value: Any, limit: int = 80) -> str:
    """Quote, escape and cut a value from upstream for a message."""
    plain = ascii(value)
    return plain if len(plain) <= limit else plain[:limit] + "..."


def listed(names: Any, limit: int = 20) -> str:
    """List names from upstream for a message."""
    plain = [shown(name, 40) for name in names]
    more = f" and {len(plain) - limit} more" if len(plain) > limit else ""
    return (", ".join(plain[:limit]) + more) or "nothing"


def looks_like(payload: bytes) -> str:
    """Say what a payload seems to be instead, as the end of a message; empty when unclear."""
    start = payload[:256].lstrip().lower()
    if not payload:
        return "; the payload is empty"
    if start.startswith((b"<!doctype html", b"<html")):
        return "; it is a web page, probably an error page of the host"
    if payload[:2] == b"\x1f\x8b":
        return "; it is gzip-compressed, which this source does not publish"
    return ""
