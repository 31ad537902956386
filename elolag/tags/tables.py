"""The three authored tables: labs, models, aliases. Reading, layering and their own rules.

One row per line, sorted by the first column, so that a change of one fact is a change of one line.
`docs/tagging.md` states the rules the rows follow.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from importlib import resources
from pathlib import Path
from typing import TypeVar

from elolag.errors import TagError, UsageError
from elolag.months import parse

UNKNOWN = "unknown"
PRECISIONS = ("day", "month")
DATE_BASES = ("announcement", "weights", "api", "name stamp", "first listed")


@dataclass(frozen=True, slots=True)
class Lab:
    """Who releases models, and the country of its controlling parent's headquarters.

    One row covers one range of dates: `from_` and `until` are ISO dates, empty where open.
    """

    lab: str
    name: str
    parent: str
    country: str
    from_: str
    until: str
    other_sites: str
    evidence: str
    note: str


@dataclass(frozen=True, slots=True)
class Model:
    """What was released: by whom, when, since when with weights, on whose base, says who."""

    model: str
    lab: str
    release_date: str
    precision: str
    date_basis: str
    weights_date: str
    base: str
    evidence: str
    note: str


@dataclass(frozen=True, slots=True)
class Alias:
    """An entry's name at a source (``*``: any) and the model it shows.

    An entry written ``glob:PATTERN`` stands for every name the shell pattern matches; exact names
    come first. The model ``unknown`` marks a name nobody can attribute; `note` says why.
    """

    source: str
    entry: str
    model: str
    effort: str
    note: str


Row = TypeVar("Row", Lab, Model, Alias)
_COUNTRY = re.compile(r"[A-Z]{2}")
_KEY = re.compile(r"[a-z0-9][a-z0-9.+_-]*")


@dataclass(frozen=True)
class Tables:
    """All authored rows, checked against each other."""

    labs: Mapping[str, tuple[Lab, ...]]
    models: Mapping[str, Model]
    aliases: tuple[Alias, ...]

    def country(self, model: Model) -> str:
        """ISO 3166 country of the model's lab on the model's release date."""
        for lab in self.labs[model.lab]:
            if (lab.from_ or "0000") <= model.release_date < (lab.until or "9999"):
                return lab.country
        raise TagError(
            f"labs.csv: no row of {model.lab!r} covers {model.release_date}, the release date of "
            f"{model.model!r}; extend one row's from/until"
        )


def load(extra: Path | None = None) -> Tables:
    """The packaged tables, with a user's own file of tags layered on top.

    Parameters
    ----------
    extra
        A CSV of one of the three tables (its header says which); its rows win over ours.

    Raises
    ------
    TagError
        A row breaks a rule: the message names file, line and value.
    """
    folder = resources.files("elolag.tags") / "data"
    labs: dict[str, list[Lab]] = {}
    models: dict[str, Model] = {}
    aliases: dict[tuple[str, str], Alias] = {}
    for text, name in [((folder / f"{t}.csv").read_text("utf-8"), f"{t}.csv") for t in _TABLES]:
        _merge(text, name, labs, models, aliases)
    if extra is not None:
        try:
            text = extra.read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"cannot read the tag file {extra}: {error}") from error
        _merge(text, str(extra), labs, models, aliases)
    tables = Tables({k: tuple(v) for k, v in labs.items()}, models, tuple(aliases.values()))
    _check_references(tables)
    return tables


def _merge(
    text: str,
    name: str,
    labs: dict[str, list[Lab]],
    models: dict[str, Model],
    aliases: dict[tuple[str, str], Alias],
) -> None:
    """Read one CSV into the dictionaries; its rows replace those with the same key."""
    header = tuple(next(csv.reader([text.split("\n", 1)[0].rstrip("\r")]), ()))
    kind = next((k for k, row in _TABLES.items() if header == _columns(row)), None)
    if kind is None:
        known = "; ".join(",".join(_columns(row)) for row in _TABLES.values())
        raise TagError(f"{name}, line 1: columns {','.join(header)!r} are none of: {known}")
    seen: set[object] = set()
    for line, values in _rows(text, name, len(header)):
        where = f"{name}, line {line}"
        key: object
        if kind == "labs":
            lab = Lab(*values)
            _check_lab(lab, where)
            key = (lab.lab, lab.from_)
            if lab.lab not in {k[0] for k in seen if isinstance(k, tuple)}:
                labs[lab.lab] = []
            labs[lab.lab].append(lab)
        elif kind == "models":
            model = Model(*values)
            _check_model(model, where)
            key = model.model
            models[model.model] = model
        else:
            alias = Alias(*values)
            if not alias.entry or not alias.model or not alias.source:
                raise TagError(f"{where}: source, entry and model must not be empty")
            key = (alias.source, alias.entry)
            aliases[alias.source, alias.entry] = alias
        if key in seen:
            raise TagError(f"{where}: {key!r} stands twice in this file; keep one row")
        seen.add(key)


def _rows(text: str, name: str, width: int) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(text.splitlines())
    next(reader, None)
    try:
        for values in reader:
            if len(values) != width:
                raise TagError(
                    f"{name}, line {reader.line_num}: {len(values)} fields where {width} belong"
                )
            yield reader.line_num, values
    except csv.Error as error:
        raise TagError(f"{name}, line {reader.line_num}: not CSV ({error})") from error


def _check_lab(lab: Lab, where: str) -> None:
    if not _KEY.fullmatch(lab.lab):
        raise TagError(f"{where}: lab key {lab.lab!r} is not lower-case kebab")
    if not _COUNTRY.fullmatch(lab.country):
        raise TagError(f"{where}: country {lab.country!r} is not an ISO 3166 two-letter code")
    for date in (lab.from_, lab.until):
        _check_date(date, where, empty=True)


def _check_model(model: Model, where: str) -> None:
    if not _KEY.fullmatch(model.model) or model.model == UNKNOWN:
        raise TagError(f"{where}: model key {model.model!r} is not a lower-case kebab name")
    _check_date(model.release_date, where)
    _check_date(model.weights_date, where, empty=True)
    if model.precision not in PRECISIONS:
        raise TagError(f"{where}: precision {model.precision!r} is none of {PRECISIONS}")
    if model.date_basis not in DATE_BASES:
        raise TagError(f"{where}: date_basis {model.date_basis!r} is none of {DATE_BASES}")
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


def _check_references(tables: Tables) -> None:
    for model in tables.models.values():
        if model.lab not in tables.labs:
            raise TagError(f"models.csv: {model.model!r} names lab {model.lab!r}, not in labs.csv")
        if model.base and model.base not in tables.models:
            raise TagError(f"models.csv: {model.model!r} names base {model.base!r}, not a model")
        tables.country(model)
    for alias in tables.aliases:
        if alias.model != UNKNOWN and alias.model not in tables.models:
            raise TagError(f"aliases.csv: {alias.entry!r} names {alias.model!r}, not a model")


def _columns(row: type[Lab | Model | Alias]) -> tuple[str, ...]:
    return tuple(f.name.rstrip("_") for f in fields(row))


_TABLES: dict[str, type[Lab | Model | Alias]] = {"labs": Lab, "models": Model, "aliases": Alias}
