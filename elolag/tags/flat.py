"""One flat CSV of tags: a line per entry, for models and labs the packaged tables do not know.

Columns: ``entry`` (as in the ratings), ``model`` (entries of one model share it; the entry itself
where empty), ``lab``, ``country``, ``release_date``, ``openness`` and ``note``. What is empty is
taken from the packaged tables where they know the model or the lab.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from elolag.countries import ISO_3166, codes
from elolag.errors import TagError, UsageError
from elolag.sources import sheet as sheets
from elolag.sources.sheet import iso_date
from elolag.tags.rows import Lab, Model, labs_of

COLUMNS = ("entry", "model", "lab", "country", "release_date", "openness", "note")
#: One of these beside `entry` makes a table of tags flat.
_MARKS = {"country", "release_date", "openness", "lab"}
_FROM = "the user's own tags"


#: Cells of rows of the three tables, by table, each with the line it comes from.
_Rows = dict[str, list[tuple[int, tuple[str, ...]]]]


@dataclass(frozen=True)
class _Line:
    """One line of the file, its facts settled."""

    number: int
    model: str
    lab: str
    lab_name: str
    country: str
    released: str
    precision: str
    opened: str
    note: str
    known: bool

    @property
    def facts(self) -> tuple[str, ...]:
        return self.lab, self.country, self.released, self.opened


def read(
    data: bytes, name: str, labs: Mapping[str, tuple[Lab, ...]], models: Mapping[str, Model]
) -> _Rows | None:
    """The rows of labs, models and aliases a flat table stands for; None where it is not flat.

    Parameters
    ----------
    data, name
        The file, and what messages call it.
    labs, models
        The packaged tables.

    Raises
    ------
    TagError
        A line lacks a fact nobody knows, or contradicts another; the message names both.
    """
    header = sheets.header(sheets.decode(data, name), COLUMNS)
    if "entry" not in header or not _MARKS & set(header):
        return None
    sheet = sheets.parse(data, name, COLUMNS)
    try:
        sheet.check_columns(("entry",), COLUMNS, "an example: elolag template tags")
    except UsageError as error:
        raise TagError(str(error)) from error
    out: _Rows = {"labs": [], "models": [], "aliases": []}
    lines: dict[str, _Line] = {}
    by_slug: dict[str, tuple[str, int]] = {}
    by_lab: dict[str, _Line] = {}
    columns = [sheet.column(column) for column in COLUMNS]
    for row, values in enumerate(zip(*columns, strict=True)):
        cells = dict(zip(COLUMNS, values, strict=True))
        where = sheet.where(row)
        first = lines.get(_slug(cells["model"] or cells["entry"]))
        line = _settle(cells, sheet.lines[row], where, labs, models, first)
        entry, named = cells["entry"], cells["model"]
        taken = by_slug.setdefault(line.model, (named or entry, line.number))
        if not named and taken[1] != line.number:
            raise TagError(
                f"{where}: {entry!r} would be the same model as {taken[0]!r} on line {taken[1]}; "
                f"name the model of both in the column model"
            )
        if first is not None and line.facts != first.facts:
            raise TagError(
                f"{where}: the facts of model {line.model!r} differ from those on line "
                f"{first.number}; leave them empty on all lines but one, or write them alike"
            )
        out["aliases"].append((line.number, ("*", entry, line.model, "", "")))
        if first is not None:
            continue
        lines[line.model] = line
        if not line.known:
            kind = "weights" if line.opened == line.released else "announcement"
            dated = line.released, line.precision, kind, line.opened
            model = (line.model, line.lab, *dated, "", _FROM, line.note)
            out["models"].append((line.number, model))
        other = by_lab.setdefault(line.lab, line)
        if other.country != line.country:
            raise TagError(
                f"{where}: lab {line.lab!r} is in {line.country} here and in {other.country} on "
                f"line {other.number}; a lab has one country"
            )
        # Where the packaged tables have it elsewhere at this date, or not at all.
        if other is line and line.country != _country_of(line.lab, line.released, labs):
            lab = (line.lab, line.lab_name, "", line.country, "", "", "", _FROM, "")
            out["labs"].append((line.number, lab))
    return out


def _country_of(lab: str, date: str, labs: Mapping[str, tuple[Lab, ...]]) -> str:
    return next((row.country for row in labs.get(lab, ()) if row.covers(date)), "")


def _settle(
    cells: Mapping[str, str],
    number: int,
    where: str,
    labs: Mapping[str, tuple[Lab, ...]],
    models: Mapping[str, Model],
    first: _Line | None,
) -> _Line:
    """One line with its gaps filled: from an earlier line of its model, else from our tables."""
    if not cells["entry"]:
        raise TagError(f"{where}: no entry; it is the name in the ratings")
    model = _slug(cells["model"] or cells["entry"])
    if not model or model == "unknown":
        raise TagError(f"{where}: {cells['entry']!r} makes no model key; fill in the column model")
    ours = models.get(model)
    given = any(cells[c] for c in ("lab", "country", "release_date", "openness"))
    known = ("", "", "day", "")
    if first is not None:
        known = (first.lab, first.released, first.precision, first.opened)
    elif ours is not None:
        known = (ours.lab, ours.release_date, ours.precision, ours.weights_date)
    lab, released, precision, opened = known
    if cells["lab"]:
        lab = _lab(cells["lab"], labs)
    if not lab:
        raise TagError(f"{where}: no lab for {cells['entry']!r}; say who released it")
    if cells["release_date"]:
        released, precision = _released(cells["release_date"], where)
    if not released:
        raise TagError(f"{where}: no release_date for {cells['entry']!r}; write it as 2026-08-19")
    country = _country(cells["country"], where)
    if not country:
        country = first.country if first is not None else _country_of(lab, released, labs)
    if not country:
        raise TagError(f"{where}: no country for lab {lab!r}; write its code, e.g. US or CN")
    if cells["openness"]:
        opened = _opened(cells["openness"], released, where)
    return _Line(
        number, model, lab, cells["lab"] or lab, country, released, precision, opened,
        cells["note"], known=ours is not None and not given,
    )  # fmt: skip


def _lab(text: str, labs: Mapping[str, tuple[Lab, ...]]) -> str:
    """The key of a lab: ours where we know it by this name."""
    slug = _slug(text)
    if slug in labs:
        return slug
    known = labs_of(text)
    return known[0] if len(known) == 1 else slug


def _country(text: str, where: str) -> str:
    if not text or text.upper() in ISO_3166:
        return text.upper()
    named = [part for part in text.split(",") if part.strip()]
    each = [codes(part) or codes(part.title()) or ("",) for part in named]
    found = set().union(*each)
    if len(found) == 1 and "" not in found:
        return next(iter(found))
    if len(named) > 1:
        raise TagError(
            f"{where}: country {text!r} names more than one; write the one where the lab's "
            f"controlling parent has its headquarters, e.g. US or CN"
        )
    raise TagError(
        f"{where}: country {text!r} is not an ISO 3166 two-letter code such as US, CN, FR, GB"
    )


def _released(text: str, where: str) -> tuple[str, str]:
    """ISO date and precision; a month stands for its middle, as in our tables."""
    try:
        if re.fullmatch(r"\d{4}-\d{2}", text):
            return iso_date(f"{text}-15", where), "month"
        return iso_date(text, where), "day"
    except UsageError as error:
        raise TagError(str(error)) from error


def _opened(text: str, released: str, where: str) -> str:
    state = text.lower()
    if state in ("open", "closed"):
        return released if state == "open" else ""
    try:
        return iso_date(text, where)
    except UsageError as error:
        raise TagError(
            f"{where}: openness {text!r} is neither open nor closed nor the ISO date from which "
            f"the weights could be had"
        ) from error


def _slug(text: str) -> str:
    """A key of lower-case letters, digits and ``.+_-``; other letters by their code."""
    lowered = re.sub(r"[\s/:()\[\]|,]+", "-", text.strip().lower()).strip("-")
    spelt = re.sub(r"[^a-z0-9.+_-]", lambda found: f"u{ord(found[0]):x}", lowered)
    return spelt.lstrip("._+-")
