"""The authored tables: labs, models, aliases. Reading, layering, their own rules, their bundle.

One row per line, sorted by the first column, so that a change of one fact is a change of one line.
`docs/tagging.md` states the rules the rows follow.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from elolag.archive import Archive, open_archive
from elolag.archive.package import sha256
from elolag.countries import ISO_3166
from elolag.dates import parse
from elolag.errors import TagError, UsageError
from elolag.sources import SOURCES
from elolag.sources import sheet as sheets
from elolag.sources.sheet import read_upto
from elolag.tags import flat
from elolag.tags.rows import Alias, Lab, Model, organisations

_Row = Lab | Model | Alias

UNKNOWN = "unknown"
_PRECISIONS = ("day", "month")
_DATE_BASES = ("announcement", "weights", "api", "name stamp", "first listed")


_KEY = re.compile(r"[a-z0-9][a-z0-9.+_-]*")


@dataclass(frozen=True)
class Tables:
    """All authored rows, checked against each other.

    `overrides` are the aliases of a user's own file: they are asked first. `bundle` is the SHA-256
    of what they were laid over, `packaged` whether that is what came with this version.
    """

    labs: Mapping[str, tuple[Lab, ...]]
    models: Mapping[str, Model]
    aliases: tuple[Alias, ...]
    overrides: tuple[Alias, ...] = field(default=())
    bundle: str = ""
    packaged: bool = True

    def country(self, model: Model) -> str:
        """ISO 3166 country of the model's lab on the model's release date."""
        return self.lab(model).country

    def lab(self, model: Model) -> Lab:
        """The row of the model's lab that covers the model's release date."""
        for lab in self.labs[model.lab]:
            if lab.covers(model.release_date):
                return lab
        raise TagError(
            f"no row of lab {model.lab!r} covers {model.release_date}, the release date of "
            f"{model.model!r}; extend one row's from/until"
        )


def load(extra: str | Path | None = None, archive: Archive | str | Path | None = None) -> Tables:
    """The tables of an archive, with a user's own tags layered on top.

    Parameters
    ----------
    archive
        The packaged tables, unless others were installed in this archive (``elolag tags update``);
        by default the one that answers when none is named.
    extra
        A flat CSV, one line an entry (`elolag.tags.flat`); a CSV of one of the three tables (its
        header says which); or a folder with ``labs.csv``, ``models.csv`` and ``aliases.csv`` or
        some of them. Its rows win over ours. A lab's rows replace all of ours for that lab.

    Raises
    ------
    TagError
        A row breaks a rule: the message names file, line and value.
    UsageError
        The file cannot be read.
    ArchiveError
        What was installed in the archive is gone or has changed.
    """
    try:
        return _load(extra, open_archive(archive, allow_empty=True).tags())
    except TagError as error:
        if extra is not None:  # ours alone are sound: it is the request that must change
            error.exit_code = UsageError.exit_code
        raise


def digest(extra: str | Path) -> str:
    """SHA-256 of a user's tags, of several files that of their hashes."""
    found = [sha256(sheets.read_bytes(path, "the tag file")) for path in _user_files(extra)]
    return found[0] if len(found) == 1 else sha256("".join(found).encode())


def base_cycle(models: Mapping[str, Model], start: str) -> list[str]:
    """The models of the circle of bases that `start` runs into; empty when its bases end."""
    path: list[str] = []
    name = start
    while name in models and name not in path:
        path.append(name)
        name = models[name].base
    return path[path.index(name) :] if name in path else []


@lru_cache(maxsize=1)
def ours() -> Tables:
    """The packaged tables, whatever an archive holds."""
    return _load(None, None)


def check_bundle(data: bytes, name: str) -> Tables:
    """The tables of a bundle; `name` is what the errors call it.

    Raises
    ------
    TagError
        It is no bundle, or a row breaks a rule: the message names table, line and value.
    """
    tables = _load(None, data, name)
    unknown = set(organisations().values()) - tables.labs.keys()
    if unknown:
        raise TagError(
            f"{name}, labs: there is no {min(unknown)!r}, which this version of elolag knows by "
            f"what publishers call it; take a bundle made for this version"
        )
    return tables


def _load(
    extra: str | Path | None, installed: bytes | None, name: str = "the archive's tags"
) -> Tables:
    data = installed or packaged()
    ours = _layer(data, name if installed else "")
    theirs = _Layer()
    for path in _user_files(extra) if extra is not None else ():
        theirs.read_user(path, ours)
    tables = Tables(
        labs={**ours.labs, **theirs.labs},
        models={**ours.models, **theirs.models},
        aliases=tuple(ours.aliases.values()),
        overrides=tuple(theirs.aliases.values()),
        bundle=sha256(data),
        packaged=data == packaged(),
    )
    _check_references(tables, {**ours.where, **theirs.where})
    return tables


@lru_cache(maxsize=1)
def packaged() -> bytes:
    """The bundle of the packaged tables."""
    folder = resources.files("elolag.tags") / "data"
    return _encode({name: (folder / f"{name}.csv").read_text("utf-8") for name in _TABLES})


@lru_cache(maxsize=2)
def _layer(data: bytes, name: str) -> _Layer:
    """The rows of a bundle; errors name its table, and the bundle if it is not ours."""
    ours = _Layer()
    for table, text in _decode(data, name).items():
        where = f"{name}, {table}" if name else f"{table}.csv"
        ours.take(*_rows(text, where), where)
    return ours


def _user_files(extra: str | Path) -> list[Path]:
    extra = Path(extra)
    if not extra.is_dir():
        return [extra]
    found = [extra / f"{name}.csv" for name in _TABLES if (extra / f"{name}.csv").is_file()]
    if not found:
        names = ", ".join(f"{name}.csv" for name in _TABLES)
        raise UsageError(f"cannot read the tag folder {extra}: it has none of {names}")
    return found


@dataclass
class _Layer:
    """Rows of one origin while they are read; `where` says on which line each stands."""

    labs: dict[str, tuple[Lab, ...]] = field(default_factory=dict)
    models: dict[str, Model] = field(default_factory=dict)
    aliases: dict[tuple[str, str], Alias] = field(default_factory=dict)
    where: dict[tuple[str, ...], str] = field(default_factory=dict)

    def read_user(self, path: Path, ours: _Layer) -> None:
        """Add the rows of a user's file: one of the tables, or a flat one."""
        data = sheets.read_bytes(path, "the tag file")
        found = flat.read(data, str(path), ours.labs, ours.models)
        if found is None:
            header, rows = _rows(sheets.decode(data, str(path)), str(path))
            tidied = ((line, [sheets.tidy(cell) for cell in cells]) for line, cells in rows)
            self.take(tuple(map(sheets.tidy, header)), tidied, str(path))
            return
        for kind, lines in found.items():
            self.add(kind, lines, str(path))

    def take(
        self, header: tuple[str, ...], rows: Iterable[tuple[int, Sequence[str]]], name: str
    ) -> None:
        """Add rows under the header of one of the tables."""
        kind = next((k for k, row in _TABLES.items() if header == columns(row)), None)
        if kind is None:
            raise TagError(_bad_header(header, name))
        self.add(kind, rows, name)

    def add(self, kind: str, rows: Iterable[tuple[int, Sequence[str]]], name: str) -> None:
        """Add rows of one table."""
        for line, values in rows:
            where = f"{name}, line {line}"
            row = _TABLES[kind](*values)
            key = _check_row(row, where)
            if key in self.where:
                shown = " of ".join(repr(part) for part in reversed(key[1:]) if part)
                raise TagError(
                    f"{where}: {shown} stands twice, first at {self.where[key]}; keep one row"
                )
            self.where[key] = where
            if isinstance(row, Lab):
                _check_overlap(self.labs.get(row.lab, ()), row, where)
                self.labs[row.lab] = (*self.labs.get(row.lab, ()), row)
            elif isinstance(row, Model):
                self.models[row.model] = row
            else:
                self.aliases[row.source, row.entry] = row


def _rows(text: str, name: str) -> tuple[tuple[str, ...], Iterator[tuple[int, list[str]]]]:
    """The header, and (line number, fields) of each row."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)

    def body() -> Iterator[tuple[int, list[str]]]:
        while True:
            line = reader.line_num + 1
            try:
                values = next(reader, None)
            except csv.Error as error:
                raise TagError(f"{name}, line {line}: not CSV ({error})") from error
            if values is None:
                return
            if len(values) != len(header):
                raise TagError(
                    f"{name}, line {line}: {len(values)} fields where {len(header)} belong "
                    f"({','.join(values)!r})"
                )
            yield line, values

    try:
        header = tuple(next(reader, ()))
    except csv.Error as error:
        raise TagError(f"{name}, line 1: not CSV ({error})") from error
    return header, body()


def _bad_header(header: tuple[str, ...], name: str) -> str:
    """What is wrong with a header: the column nobody knows, or the one that is missing."""
    shared = {k: len(set(header) & set(columns(row))) for k, row in _TABLES.items()}
    nearest = max(shared, key=lambda k: shared[k])
    wanted = columns(_TABLES[nearest])
    unknown = [column for column in header if column not in wanted]
    missing = [column for column in wanted if column not in header]
    if shared[nearest] < 2:
        known = "; ".join(map(",".join, [flat.COLUMNS, *map(columns, _TABLES.values())]))
        has = f"columns {','.join(header)!r} are none of" if header else "no table; it wants one of"
        return f"{name}, line 1: {has}: {known}; an example: elolag template tags"
    problem = f"column {missing[0]!r} is missing" if missing else "columns in another order"
    if unknown:
        problem = f"unknown column {unknown[0]!r}"
    return f"{name}, line 1: {problem}; a table of {nearest} has: {','.join(wanted)}"


def _check_row(row: _Row, where: str) -> tuple[str, ...]:
    """Refuse a row that breaks a rule of its own; return its key."""
    if isinstance(row, Lab):
        if not _KEY.fullmatch(row.lab):
            raise TagError(f"{where}: lab key {row.lab!r} is not a lower-case name without spaces")
        for code in (row.country, *(c.strip() for c in row.other_sites.split(",") if c)):
            if code not in ISO_3166:
                raise TagError(f"{where}: country {code!r} is not an ISO 3166 two-letter code")
        for date in (row.from_, row.until):
            _check_date(date, where, empty=True)
        return "lab", row.lab, row.from_
    if isinstance(row, Model):
        _check_model(row, where)
        return "model", row.model
    if not row.entry or not row.model:
        raise TagError(f"{where}: entry and model must not be empty")
    if row.source != "*" and row.source not in SOURCES:
        raise TagError(f"{where}: source {row.source!r} is neither * nor one of {list(SOURCES)}")
    return "alias", row.source, row.entry


def _check_model(model: Model, where: str) -> None:
    if not _KEY.fullmatch(model.model) or model.model == UNKNOWN:
        raise TagError(
            f"{where}: model key {model.model!r} is not a lower-case name without spaces"
        )
    _check_date(model.release_date, where)
    _check_date(model.weights_date, where, empty=True)
    if model.precision not in _PRECISIONS:
        raise TagError(f"{where}: precision {model.precision!r} is none of {_PRECISIONS}")
    if model.date_basis not in _DATE_BASES:
        raise TagError(f"{where}: date_basis {model.date_basis!r} is none of {_DATE_BASES}")
    if model.weights_date and model.weights_date < model.release_date:
        raise TagError(
            f"{where}: weights_date {model.weights_date} lies before release_date "
            f"{model.release_date}; weights are a release"
        )


def _check_date(text: str, where: str, *, empty: bool = False) -> None:
    if empty and not text:
        return
    try:
        parse(text)
    except UsageError as error:
        raise TagError(f"{where}: {error}") from error


def _check_overlap(rows: Iterable[Lab], new: Lab, where: str) -> None:
    for old in rows:
        starts = max(old.from_ or "0000", new.from_ or "0000")
        if starts <= min(old.until or "9999", new.until or "9999"):
            raise TagError(
                f"{where}: lab {new.lab!r} has two rows for {new.from_ or 'its first days'}; "
                f"end one (until) before the other starts (from)"
            )


def _check_references(tables: Tables, where: Mapping[tuple[str, ...], str]) -> None:
    for model in tables.models.values():
        at = where["model", model.model]
        if model.lab not in tables.labs:
            raise TagError(f"{at}: lab {model.lab!r} of {model.model!r} has no row in labs.csv")
        if model.base and model.base not in tables.models:
            raise TagError(f"{at}: base {model.base!r} of {model.model!r} has no row in models.csv")
        circle = base_cycle(tables.models, model.model)
        if circle:
            raise TagError(f"{at}: bases run in a circle: {' -> '.join([*circle, circle[0]])}")
        try:
            tables.country(model)
        except TagError as error:
            lab = where["lab", model.lab, tables.labs[model.lab][0].from_]
            raise TagError(f"{lab}: {error} ({at})") from error
    for alias in (*tables.aliases, *tables.overrides):
        if alias.model != UNKNOWN and alias.model not in tables.models:
            at = where["alias", alias.source, alias.entry]
            raise TagError(
                f"{at}: model {alias.model!r} of entry {alias.entry!r} has no row in models.csv"
            )


def columns(row: type[_Row]) -> tuple[str, ...]:
    """Header of the table that holds such rows."""
    return tuple(f.name.rstrip("_") for f in fields(row))


_TABLES: dict[str, type[_Row]] = {"labs": Lab, "models": Model, "aliases": Alias}


# The three tables as one file: what an archive of one's own can be given instead of ours.
#
# A bundle is one JSON object, each table a list of the lines of its CSV, so that a change of one
# fact is a change of one line and nothing in it is ever the name of a file. The same tables make
# the same bytes; their SHA-256 is what results name (``tags`` among their choices).

_MAX_BYTES = 16 << 20
_KIND, _SCHEMA = "elolag tags", 1


def _encode(texts: Mapping[str, str]) -> bytes:
    """The bundle of three tables, given as CSV by their names."""
    lines = {name: texts[name].removesuffix("\n").split("\n") for name in _TABLES}
    bundle = {"kind": _KIND, "schema": _SCHEMA, **lines}
    return (json.dumps(bundle, indent=0, ensure_ascii=False) + "\n").encode("utf-8")


def _decode(data: bytes, name: str) -> dict[str, str]:
    """The three tables as CSV; `name` is what the errors call the bundle.

    Raises
    ------
    TagError
        The bytes are no bundle.
    """
    try:
        found = json.loads(data.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise TagError(f"{name}: not a bundle of tags ({error}); {_HINT}") from error
    head = (found.get("kind"), found.get("schema")) if isinstance(found, dict) else (None, None)
    if head != (_KIND, _SCHEMA):
        raise TagError(f"{name}: not a bundle of tags this version reads; {_HINT}")
    wanted = {"kind", "schema", *_TABLES}
    if set(found) != wanted:
        odd = sorted(set(found) ^ wanted)[0]
        raise TagError(f"{name}: {odd!r} is {'no part' if odd in found else 'missing'}; {_HINT}")
    return {table: _text(found[table], f"{name}, {table}") for table in _TABLES}


_HINT = "make one with: elolag tags export FILE"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice")
    return found


def _text(lines: object, where: str) -> str:
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise TagError(f"{where}: not a list of lines; {_HINT}")
    for number, line in enumerate(lines, start=1):
        if "\n" in line or "\r" in line:
            raise TagError(f"{where}, line {number}: {line!r} is not one line")
    return "".join(f"{line}\n" for line in lines)


def read_bundle(path: Path, digest: str) -> bytes:
    """The bytes of a bundle, which have the SHA-256 that was told.

    Raises
    ------
    UsageError
        No SHA-256 was told, the file cannot be read or is too large, or its SHA-256 is another.
    """
    if not digest:
        raise UsageError(
            f"{path}: give its SHA-256 with --sha256 HASH: not that of this file as it is here "
            f"(sha256sum prints it) but the one its maker published, or elolag tags export printed"
        )
    data = read_upto(path, "the tags", _MAX_BYTES)
    if len(data) > _MAX_BYTES:
        raise UsageError(f"{path}: larger than {_MAX_BYTES >> 20} MB, so no bundle of tags")
    found = sha256(data)
    if found != digest.strip().lower():
        raise UsageError(
            f"{path}: its SHA-256 is {found}, not {digest}; it is another file, or was changed on "
            f"its way: get it again"
        )
    return data
