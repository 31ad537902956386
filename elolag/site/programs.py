"""What programs read: month and newest figure as JSON, `series.csv`, tables described, a feed.

Pure functions to bytes: no clock, and the same bytes for the same values.
"""

from __future__ import annotations

import csv
import hashlib
import html
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any
from urllib.parse import urljoin

from elolag.cite import citation
from elolag.errors import UsageError
from elolag.estimate.lag import HEADLINE
from elolag.results.lag import LagResult
from elolag.results.provenance import Origin
from elolag.results.table import Column, Table
from elolag.results.words import printable
from elolag.site.history import WITHHELD, Row, read_figure
from elolag.version import __version__

#: Versions of the JSON objects, which are those of their schemas.
_LAG = _LATEST = 1
_SCHEMAS = ("lag", "latest")
_PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
_SPDX = re.compile(r"[-A-Za-z0-9.]+")
_WHOLE = re.compile(r"-?(?:0|[1-9]\d*)")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[-+]?\d+)?")
#: Types of a column's text, the first that fits every cell; units that decide before them.
_TYPES = (
    ("boolean", re.compile("true|false")), ("integer", _WHOLE), ("number", _NUMBER),
)  # fmt: skip
_DATES = {"ISO date": re.compile(r"\d{4}-\d\d-\d\d"), "year and month": re.compile(r"\d{4}-\d\d")}
_DATED = {"ISO date": "date", "year and month": "yearmonth"}
#: Columns of names: text, though all may look like numbers (method 2026.10 is not 2026.1).
_NAMES = dict.fromkeys(("method", "version", "model", "entry", "lab", "slice"), "string")
#: What `lag.json` says of each list.
_TERMS = (
    "path", "sha256", "vintage", "publisher", "licence", "licence_url", "homepage", "citation",
)  # fmt: skip
#: Authority of tag: identifiers (RFC 4151) where the site has no address; it names nobody.
_TAG = "tag:elolag.invalid,2026:"
#: What is said of a `Figure`, in JSON and in the names of columns.
_FIGURE = ("months", "low", "high", "bound")


def _figure(name: str, label: str, what: str, note: str = "") -> tuple[Column, ...]:
    """The columns of one `Figure`."""
    note = f"; {note}" if note else ""
    return (
        Column(f"{name}_months", label, f"{what}; positive: the follower is behind, negative: ahead"
               f"{note}", "months", figures=True),
        Column(f"{name}_low", f"{label}, low", f"lower end of the interval at the row's level of "
               f"{name}_months; empty: the draws give no such end{note}", "months", figures=True),
        Column(f"{name}_high", f"{label}, high", f"upper end of the interval at the row's level of "
               f"{name}_months; empty: the draws give no such end{note}", "months", figures=True),
        Column(f"{name}_bound", f"{label}, bound", f"figure: {name}_months is the lag; at-least, "
               f"at-most: it only bounds the lag; withheld: there is none{note}"),
    )  # fmt: skip


_EMPTY = "empty where there is none"
_COLUMNS = (
    Column("month", "Month", "month of the figure", "year and month"),
    Column("vintage", "List of", "date of the list whose ratings were used", "ISO date"),
    Column("as_of", "As of", "date the question is asked for", "ISO date"),
    *_figure("average", "Average lag", "average lag over the window that ends on as_of"),
    *_figure("current", "Lag of the day", "lag on as_of itself"),
    Column("level", "Level", "share of cases an interval of this row is meant to hold", "share",
           figures=True),
    Column("gap", "Gap", "best rating of the leader minus best rating of the follower, in the unit "
           "of gap_unit; empty where it is withheld", "points", figures=True),
    Column("gap_low", "Gap, low", "lower end of the gap's interval; empty: there is none", "points",
           figures=True),
    Column("gap_high", "Gap, high", "upper end of the gap's interval; empty: there is none",
           "points", figures=True),
    Column("gap_unit", "Gap's unit", "what the gap is counted in"),
    *_figure("first", "First published", "average lag as it was first published", _EMPTY),
    *_figure("revised", "Revised", "average lag on as_of by the newest ratings", _EMPTY),
    Column("revised_vintage", "Revised by", f"date of the newest ratings; {_EMPTY}", "ISO date"),
    Column("method", "Method", "version of the method of average_months and current_months"),
    Column("reconstructed", "Reconstructed", "true: computed later, for a month before the first "
           "publication", "true or false"),
    Column("sha256", "SHA-256", "of the month's lag.json, which holds everything of the month"),
)  # fmt: skip


def series(rows: Iterable[Mapping[str, Any]]) -> Table:
    """The table of `series.csv`, oldest month first; empty cells are missing."""
    caption = "The lag by month: as published, of the day, first and revised"
    return Table.of("series", caption, _COLUMNS, sorted(rows, key=lambda row: str(row["month"])))


def row_of(found: Mapping[str, Any], content: bytes, row: Row, vintage: str) -> dict[str, Any]:
    """A month in `series.csv`, by the keys of `_COLUMNS`.

    Parameters
    ----------
    found, content
        Its ``lag.json``, read and as it is.
    row
        Its place in the record.
    vintage
        The newest list.
    """
    answer, gap = found["answer"], found["answer"]["gap"] or {}
    own = read_figure(answer) if row.estimand == HEADLINE else WITHHELD
    figures = {
        "average": own, "current": read_figure(found["current"]),
        "first": None if found["reconstructed"] else own, "revised": row.revised,
    }  # fmt: skip
    return {
        "month": found["month"], "vintage": answer["vintage"], "as_of": answer["as_of"],
        "level": answer["headline"]["level"], "gap": gap.get("elo"), "gap_low": gap.get("low"),
        "gap_high": gap.get("high"), "gap_unit": gap.get("unit", ""), "method": found["method"],
        "reconstructed": found["reconstructed"], "sha256": hashlib.sha256(content).hexdigest(),
        "revised_vintage": vintage if row.revised else None,
        **{f"{name}_{key}": figure and getattr(figure, key)
           for name, figure in figures.items() for key in _FIGURE},
    }  # fmt: skip


def to_json(data: Mapping[str, Any] | Sequence[Any], *, packed: bool = False) -> bytes:
    """JSON for a file; `packed`: on one line, where few but programs read it."""
    spaces: dict[str, Any] = {"separators": (",", ":")} if packed else {"indent": 2}
    return (json.dumps(data, **spaces, ensure_ascii=False, allow_nan=False) + "\n").encode()


def lag_json(
    headline: LagResult,
    current: LagResult,
    *,
    month: str,
    method: str,
    published: str,
    official: bool,
    command: str,
) -> dict[str, Any]:
    """`<month>/lag.json`, as ``schemas/lag-1.json`` says it; not `published`: reconstructed."""
    cited = {lang: citation(headline, lang) for lang in ("en", "de")}
    return {
        "$schema": "../schemas/lag-1.json",
        "schema": _LAG,
        "month": month,
        "method": method,
        "reconstructed": not published,
        "published": published or None,
        "official": official,
        "sentence": {lang: found.sentence for lang, found in cited.items()},
        "answer": headline.to_dict(),
        "current": current.to_dict(),
        "citation": {lang: found.footnote for lang, found in cited.items()},
        "command": command,
        "snapshots": [
            {name: getattr(origin, name) for name in _TERMS} for origin in headline.origins
        ],
    }


def latest_json(
    row: Mapping[str, Any],
    headline: LagResult,
    sentence: Mapping[str, str],
    *,
    base_url: str = "",
    next_figure: str | None = None,
) -> dict[str, Any]:
    """`latest.json`, as ``schemas/latest-1.json`` says it.

    Parameters
    ----------
    row
        From `row_of`.
    headline
        The row's average.
    sentence
        What the month's ``lag.json`` says: as it was published, whatever tags say today.
    """
    month = row["month"]
    links = {
        "page": f"{month}/index.html", "lag": f"{month}/lag.json", "series": "series.csv",
        "datapackage": "datapackage.json", "feed": "feed.xml",
    }  # fmt: skip
    return {
        "$schema": "schemas/latest-1.json",
        "schema": _LATEST,
        **{key: row[key] for key in ("month", "as_of", "vintage")},
        "board": headline.board,
        "category": headline.category,
        "leader": headline.leader_group,
        "follower": headline.follower_group,
        **{key: row[key] for key in ("method", "reconstructed")},
        **{name: {key: row[f"{name}_{key}"] for key in _FIGURE} for name in ("average", "current")},
        "level": row["level"],
        "gap": {"value": row["gap"], **{key: row[f"gap_{key}"] for key in ("low", "high", "unit")}},
        "sentence": dict(sentence),
        "left_out": headline.left_out(),
        "next_figure": next_figure,
        "sha256": row["sha256"],
        "links": {name: _address(base_url, path) for name, path in links.items()},
        "version": __version__,
    }


def schemas() -> dict[str, bytes]:
    """Every schema of the site by its path: JSON Schemas, and the columns of `series.csv`."""
    folder = resources.files("elolag.site") / "schemas"
    found = {
        f"schemas/{name}-1.json": (folder / f"{name}-1.json").read_bytes() for name in _SCHEMAS
    }
    fields = [_field(column, _SERIES[column["name"]]) for column in described(_COLUMNS)]
    return {**found, "schemas/series-1.json": to_json(_table_schema(fields))}


def described(columns: Iterable[Column]) -> list[dict[str, str]]:
    """Columns of a table as its metadata have them."""
    return [
        {"name": c.key, "title": c.label or c.key, "description": c.meaning, "unit": c.unit}
        for c in columns
    ]


def resource(
    path: str, content: bytes, columns: Sequence[Mapping[str, str]], title: str
) -> dict[str, Any]:
    """A CSV of the site for `datapackage`.

    Parameters
    ----------
    path
        Within the site.
    content
        Its bytes; types of its columns are read from them.
    columns
        As in the table's metadata: `described`, or ``columns`` of a ``.metadata.json``.

    Raises
    ------
    UsageError
        The file has other columns.
    """
    head, *rows = csv.reader(io.StringIO(content.decode()))
    if head != [column["name"] for column in columns]:
        raise UsageError(f"{path}: has columns {head}, which its metadata do not describe")
    held: list[tuple[str, ...]] = list(zip(*rows, strict=True)) or [()] * len(head)
    typed = _SERIES if path == "series.csv" else _NAMES
    fields = [
        _field(column, typed.get(column["name"]) or _type(cells, column["unit"]))
        for column, cells in zip(columns, held, strict=True)
    ]
    return {
        "name": re.sub(r"[^a-z0-9.]+", "-", path.removesuffix(".csv").lower()),
        "path": path,
        "type": "table",
        "title": title,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": _table_schema(fields),
    }


def datapackage(
    tables: Sequence[Mapping[str, Any]],
    *,
    created: str,
    origins: Sequence[Origin],
    base_url: str = "",
) -> bytes:
    """One Frictionless Data Package (v2) of every table of the site.

    Parameters
    ----------
    tables
        From `resource`.
    created
        ISO date of the newest figure.
    origins
        Where the figures come from: each once, with its licence, where it has one with a name.
    """
    licences = {
        o.licence: {"name": o.licence, **({"path": o.licence_url} if o.licence_url else {})}
        for o in origins
        if _SPDX.fullmatch(o.licence)
    }
    sources = {}
    for origin in origins:
        name = origin.citation or origin.publisher or origin.path
        title = f"{name} ({origin.licence})" if origin.licence else name
        known = origin.homepage.startswith("https://")
        sources[title] = {"title": title, **({"path": origin.homepage} if known else {})}
    return to_json(
        {
            "$schema": _PROFILE,
            "name": "elolag",
            "title": "The lag between groups of AI models, by month",
            "version": __version__,
            "created": f"{created}T00:00:00Z",
            **({"homepage": base_url} if base_url else {}),
            **({"licenses": list(licences.values())} if licences else {}),
            **({"sources": list(sources.values())} if sources else {}),
            "resources": list(tables),
        }
    )


def _field(column: Mapping[str, str], kind: str) -> dict[str, Any]:
    """A field of a Table Schema; `unit` is our own property."""
    texts = {key: column[key] for key in ("title", "description", "unit") if column[key]}
    return {"name": column["name"], "type": kind, **texts}


def _table_schema(fields: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {"fields": list(fields), "missingValues": [""]}


def _type(cells: Iterable[str], unit: str) -> str:
    """What a column holds, by every cell that is not empty; of an empty one its unit decides."""
    held = [cell for cell in cells if cell]
    if not held and unit and unit not in (*_DATES, "true or false"):
        return "number"
    if unit in _DATES:
        return _DATED[unit] if all(map(_DATES[unit].fullmatch, held)) else "string"
    fits = (kind for kind, form in _TYPES if held and all(map(form.fullmatch, held)))
    return next(fits, "string")


def _series_type(key: str, unit: str) -> str:
    """Columns of `series.csv` keep their type in months where every cell is empty."""
    measured = "number" if unit in ("months", "points", "share") else "string"
    return {**_DATED, "true or false": "boolean"}.get(unit, measured)


_SERIES = {column.key: _series_type(column.key, column.unit) for column in _COLUMNS}


@dataclass(frozen=True)
class Entry:
    """A month or a correction in the feed.

    Attributes
    ----------
    key
        Never changes: ``months/2026-08``, ``corrections/2026-08/1``.
    title, summary
        Plain text.
    path
        The page, within the site; an anchor may follow.
    day
        ISO date of its publication, or of the list where it is reconstructed; it never changes
        after.
    published
        Whether it was published on that day.
    """

    key: str
    title: str
    summary: str
    path: str
    day: str
    published: bool = True


def atom(
    entries: Sequence[Entry], *, title: str, author: str, updated: str, base_url: str = ""
) -> bytes:
    """The feed of months and corrections (RFC 4287), newest first.

    Parameters
    ----------
    title, author
        Plain text; the author's name is required by the format.
    updated
        ISO date of the site, if no entry is newer.
    base_url
        Address of the site; without one identifiers are ``tag:`` URIs and links relative.

    Raises
    ------
    UsageError
        Two entries of one key.
    """
    keys = [entry.key for entry in entries]
    if len(set(keys)) < len(keys):
        twice = next(key for key in keys if keys.count(key) > 1)
        raise UsageError(f"two entries of the feed are called {twice!r}; give each its own key")
    newest = sorted(entries, key=lambda e: (e.day, e.key), reverse=True)
    parts = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">',
        _element("title", title),
        _element("id", _identity(base_url, "feed")),
        _element("updated", _moment(max([updated, *(e.day for e in entries)]))),
        f"<author>{_element('name', author)}</author>",
        _link("self", _address(base_url, "feed.xml"), "application/atom+xml"),
        _link("alternate", _address(base_url, "index.html"), "text/html"),
        f'<generator version="{html.escape(__version__)}">elolag</generator>',
    ]
    for entry in newest:
        parts += [
            '<entry xml:lang="en">',
            _element("title", entry.title, kind="text"),
            _element("id", _identity(base_url, entry.key)),
            *([_element("published", _moment(entry.day))] if entry.published else []),
            _element("updated", _moment(entry.day)),
            _link("alternate", _address(base_url, entry.path), "text/html"),
            _element("summary", entry.summary, kind="text"),
            "</entry>",
        ]
    return "\n".join([*parts, "</feed>", ""]).encode()


def _element(name: str, text: str, kind: str = "") -> str:
    """An element of plain text in which nothing is markup and nothing is hidden."""
    shape = f' type="{kind}"' if kind else ""
    return f"<{name}{shape}>{html.escape(printable(text), quote=False)}</{name}>"


def _link(rel: str, to: str, kind: str) -> str:
    return f'<link rel="{rel}" type="{kind}" href="{html.escape(to)}"/>'


def _moment(day: str) -> str:
    return f"{day}T00:00:00Z"


def _identity(base_url: str, key: str) -> str:
    """Of the feed or an entry; it stays when pages move."""
    return f"{_base(base_url)}{key}" if base_url else f"{_TAG}{key}"


def _address(base_url: str, path: str) -> str:
    return urljoin(_base(base_url), path) if base_url else path


def _base(base_url: str) -> str:
    return f"{base_url.rstrip('/')}/"
