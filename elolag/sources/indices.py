"""Measures and voters beside Arena's: Epoch's index, METR's time horizons, other arenas.

Four sources. `epoch-eci` is Epoch's own table. `iaps-open-source-gap` is a public repository that
fetches Epoch's and METR's tables daily: its history is their past vintages, with errors.
`comparia` is the French government's arena. `artificial-analysis` has language models with release
dates, and media arenas with Elo; it needs a key, and its terms forbid redistribution, so it belongs
in a private archive.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np

from elolag.dates import to_day, to_iso
from elolag.errors import PayloadError, UsageError
from elolag.schema import MODELS, Origin, Publication
from elolag.sources import tidy
from elolag.sources.base import (
    PartialPayloadError,
    Source,
    columns,
    csv_columns,
    json_value,
    listed,
    mapping,
    require,
    sequence,
    shown,
)

if TYPE_CHECKING:
    import pandas as pd

_EPOCH = "epoch-eci"
_IAPS = "iaps-open-source-gap"
_COMPARIA = "comparia"
ARTIFICIAL_ANALYSIS = "artificial-analysis"

_ECI = "epoch/eci"
_TIME_HORIZON = "metr/time-horizon"
_COMPARIA_TEXT = "comparia/text"

#: Epoch publishes 90% intervals, where Arena publishes 95% ones.
_LEVEL = 0.90

_LIVE = {
    "entry": "Model",
    "name": "Display name",
    "rating": "eci",
    "lower": "eci_ci_low",
    "upper": "eci_ci_high",
    "release_date": "date",
    "organisation": "Organization",
    "country": "Country (of organization)",
    "licence": "Model accessibility",
}
_OLD = {
    "entry": "Model version",
    "name": "Model name",
    "rating": "ECI Score",
    "release_date": "Release date",
    "organisation": "Organization",
    "country": "Country",
    "licence": "Model accessibility",
}


def _epoch(payload: bytes, origin: Origin) -> list[Publication]:
    """Read the live layout (one row per model) or that of 2026-01 (one row per model version).

    Rows without a score are no part of the board; they stay in the table ``models``, which holds
    Epoch's release date, organisation and country of every row. The file names no date of its
    own: the vintage is the day it was fetched.
    """
    where = tidy.place(_EPOCH, origin)
    table = csv_columns(payload, where)
    old = _OLD["entry"] in table and _LIVE["entry"] not in table
    wanted = _OLD if old else _LIVE
    require(table, tuple(wanted.values()), where)
    fields = {ours: table[theirs] for ours, theirs in wanted.items()}
    fields["name"] = [
        name or entry for name, entry in zip(fields["name"], fields["entry"], strict=True)
    ]
    raw = tidy.frame(fields)
    scored = raw[raw["rating"] != ""]
    tables = tidy.board(scored, where)
    # A model that Epoch calls open is "true", any other whose access it describes "false".
    fields["open_weights"] = [
        "" if not access else "true" if access.startswith("Open weights") else "false"
        for access in fields["licence"]
    ]
    models, notes = tidy.keyed(fields, MODELS, where)
    unscored = len(raw) - len(scored)
    publication = tidy.rated(
        _ECI, origin.date, tables, basis="fetched", interval="published", level=_LEVEL,
        method="index",
        notes=(
            "licence is Epoch's word on accessibility; index points, not Elo",
            *((f"{unscored} rows without a score are in table models only",) * bool(unscored)),
        ),
    )  # fmt: skip
    return [
        replace(
            publication,
            tables={**publication.tables, "models": models},
            notes=(*publication.notes, *notes),
        )
    ]


#: The tables of ``data.json`` that are read: ratings by one name, errors by another.
_ECI_TABLE, _HORIZON_TABLE = "eci", "metr_time_horizon"
#: An index point, an error of one, or a task's minutes (1,900 years) beyond this is damage.
_MOST = 1e9


def _open_source_gap(payload: bytes, origin: Origin) -> list[Publication]:
    """Read Epoch's index and, where it is there, METR's time horizons from one ``data.json``.

    Whatever else the file holds is passed by; its tables may stand below ``benchmarks`` or at the
    top. The vintage is the day of the commit, from ``commit_date`` where the file names it.

    Raises
    ------
    PartialPayloadError
        One of the two tables is refused; the other is in it.
    """
    where = tidy.place(_IAPS, origin)
    document = mapping(json_value(payload, where), where, "the file")
    vintage = _commit_day(document, origin, where)
    boards = mapping(document.get("benchmarks", document), where, "'benchmarks'")
    if _ECI_TABLE not in boards:
        raise PayloadError(f"{where}: no table {_ECI_TABLE!r}; its layout has changed")
    readers: dict[str, Callable[[list[Any], str, str], Publication]] = {
        _ECI_TABLE: _index,
        _HORIZON_TABLE: _time_horizon,
    }
    publications, refusals = [], []
    for key, reader in readers.items():
        if key not in boards:
            continue
        try:
            table = mapping(boards[key], where, f"{key!r}")
            rows = sequence(table.get("trend_models"), where, f"'{key}.trend_models'")
            publications.append(reader(rows, vintage, f"{where}: {key}.trend_models"))
        except PayloadError as error:
            refusals.append(str(error))
    if refusals:
        raise PartialPayloadError(publications, refusals)
    return publications


def _commit_day(document: dict[str, Any], origin: Origin, where: str) -> str:
    day = document.get("commit_date", origin.date)
    if not isinstance(day, str) or len(day) != len("2026-08-20") or not tidy.is_date(day):
        raise PayloadError(f"{where}: commit_date is no ISO day: {shown(day)}")
    return day


def _index(rows: list[Any], vintage: str, where: str) -> Publication:
    """Epoch's index: the copy gives a standard deviation and no interval.

    It is the copy's: the width of Epoch's 90% interval over 2 x 1.645. The two models that fix
    the scale have none where Epoch gives them no interval.
    """
    wanted = {"rating": "eci", "sd": "eci_std"}
    raw, figures = _figures(rows, wanted, where)
    _within(figures["sd"], raw["entry"], where, "eci_std", 0.0)
    raw["variance"] = figures.pop("sd") ** 2
    tables = tidy.board(raw.assign(**figures).drop(columns="sd"), where)
    return tidy.rated(
        _ECI, vintage, tables, basis="commit", interval="variance", level=None, method="index",
        notes=(
            "se as copied: a standard deviation taken from the width of Epoch's 90% interval",
            "index points, not Elo",
        ),
    )  # fmt: skip


def _time_horizon(rows: list[Any], vintage: str, where: str) -> Publication:
    """METR's 50% time horizons as doublings of a minute, on which scale their trend is straight."""
    wanted = {"rating": "score", "lower": "p50_ci_low", "upper": "p50_ci_high"}
    raw, figures = _figures(rows, wanted, where)
    for ours, theirs in wanted.items():
        _within(figures[ours], raw["entry"], where, theirs, math.ulp(0.0))
        raw[ours] = np.log2(figures[ours])
    tables = tidy.board(raw, where)
    return tidy.rated(
        _TIME_HORIZON, vintage, tables, basis="commit", interval="bootstrap", method="index",
        notes=("rating, lower and upper are log2 of minutes (50% time horizon)",),
    )  # fmt: skip


def _figures(
    rows: list[Any], wanted: dict[str, str], where: str
) -> tuple[pd.DataFrame, dict[str, pd.Series]]:
    """The rows as `tidy.board` takes them, and their figures, which must be JSON numbers."""
    texts = {"entry": "model", "name": "display_name", "organisation": "organization"}
    found = columns(rows, {**texts, **wanted}, where)
    tidy.size(len(rows), where)
    raw = tidy.frame(found)
    tidy.names(raw["entry"], f"{where}: model")
    for ours, theirs in wanted.items():
        _only_numbers(found[ours], raw["entry"].tolist(), where, theirs)
    return raw, {
        ours: tidy.numbers(raw[ours], where, theirs, raw["entry"])
        for ours, theirs in wanted.items()
    }


def _only_numbers(values: Sequence[Any], entries: Sequence[str], where: str, column: str) -> None:
    """Refuse what is neither a JSON number nor null: text that reads as a number is damage too."""
    for row, (value, entry) in enumerate(zip(values, entries, strict=True), start=1):
        if value is not None and not _is_number(value):
            raise PayloadError(
                f"{where}: {column} in row {row} ({shown(entry)}) is not a number: {shown(value)}"
            )


def _is_number(value: Any) -> TypeGuard[int | float]:
    if isinstance(value, float):
        return not math.isnan(value)
    return isinstance(value, int) and not isinstance(value, bool)


def _within(values: pd.Series, entries: pd.Series, where: str, column: str, least: float) -> None:
    """Refuse a figure outside `least` to `_MOST`; a missing one passes."""
    bad = values.notna() & ~values.between(least, _MOST)
    if bad.any():
        at = int(bad.to_numpy().argmax())
        raise PayloadError(
            f"{where}: {column} in row {at + 1} ({shown(entries.iloc[at])}) is out of range: "
            f"{values.iloc[at]:g}"
        )


#: compar:IA opened to the public in 2024; no ranking of it is older.
_COMPARIA_BEGINS = dt.date(2024, 1, 1)
_DAY_SECONDS = 86_400


def _comparia(payload: bytes, origin: Origin) -> list[Publication]:
    """Read compar:IA's ranking: a list of models or, since October 2025, one with its timestamp.

    The vintage is the day of the timestamp, else that of the commit. A commit that leaves the
    figures as they are publishes nothing new: the archive finds it unchanged.
    """
    where = tidy.place(_COMPARIA, origin)
    # Shares of nothing are written as NaN; they are not read.
    value = json_value(payload, where, nan=True)
    stamped = isinstance(value, dict)
    vintage = _stamped_day(value, origin, where) if stamped else origin.date
    rows = sequence(value.get("models") if stamped else value, where, "the list of models")
    tidy.size(len(rows), where)
    wanted = {
        "entry": "model_name",
        "rating": "median",
        "lower": "p2.5",
        "upper": "p97.5",
        "votes": "n_match",
    }
    found = columns(rows, wanted, where)
    optional = {
        "rank": "rank",
        "name": "name",
        "organisation": "organization",
        "licence": "license",
    }
    found |= {ours: [row.get(theirs) for row in rows] for ours, theirs in optional.items()}
    raw = tidy.frame(found)
    tidy.names(raw["entry"], f"{where}: model_name")
    for ours, theirs in {**wanted, "rank": "rank"}.items():
        if ours != "entry":
            _only_numbers(found[ours], found["entry"], where, theirs)
    tables = tidy.board(raw, where)
    return [
        tidy.rated(
            _COMPARIA_TEXT, vintage, tables, basis="published" if stamped else "commit",
            interval="bootstrap",
            notes=(
                "rating is the bootstrap median, votes the matches of a model; most voters write "
                "French, and the roster leaves out many of the models Arena lists",
            ),
        )
    ]  # fmt: skip


def _stamped_day(value: dict[str, Any], origin: Origin, where: str) -> str:
    """Day (UTC) of the ranking's timestamp, in seconds since 1970."""
    said = value.get("timestamp")
    # A commit's day is in its author's time zone, so that of the timestamp may be one later.
    last = min(to_day(origin.date) + 1, to_day(dt.date.max))
    first, end = to_day(_COMPARIA_BEGINS) * _DAY_SECONDS, (last + 1) * _DAY_SECONDS
    if not _is_number(said) or not first <= said < end:
        raise PayloadError(
            f"{where}: timestamp {shown(said)} is no time from {_COMPARIA_BEGINS} to {to_iso(last)}"
        )
    return dt.datetime.fromtimestamp(said, dt.UTC).date().isoformat()


_PUBLIC = (
    Source(
        name=_EPOCH,
        publisher="Epoch AI",
        title="Epoch Capabilities Index",
        homepage="https://epoch.ai/eci",
        licence="CC-BY-4.0",
        licence_url="https://epoch.ai/data/eci-documentation",
        citation="Epoch AI, 'Epoch Capabilities Index'. Published online at epoch.ai. "
        "Retrieved from https://epoch.ai/eci. CC-BY-4.0.",
        hosts=("epoch.ai",),
        precedence=0,
        parse=_epoch,
        address="https://epoch.ai/data/eci_scores.csv",
    ),
    Source(
        name=_IAPS,
        publisher="Epoch AI and METR; copied daily by the Institute for AI Policy and Strategy",
        title="Open-Source-Gap, data.json",
        homepage="https://github.com/IAPS-AI/Open-Source-Gap",
        licence="figures: Epoch AI, CC-BY-4.0; METR; licence of the copy not stated",
        citation="Epoch AI, 'Epoch Capabilities Index' (CC-BY-4.0), and METR, time horizons, as "
        "collected in github.com/IAPS-AI/Open-Source-Gap.",
        hosts=("raw.githubusercontent.com",),
        precedence=3,
        parse=_open_source_gap,
        spelling=_EPOCH,
    ),
    Source(
        name=_COMPARIA,
        publisher="compar:IA, French Ministry of Culture and DINUM",
        title="compar:IA, ranking of models by the votes of its users",
        homepage="https://github.com/betagouv/ComparIA",
        licence="etalab-2.0",
        licence_url="https://huggingface.co/datasets/ministere-culture/comparia-votes",
        citation="compar:IA (French Ministry of Culture, DINUM), comparia-votes and the ranking "
        "made from them, https://comparia.beta.gouv.fr. Licence Ouverte / Etalab 2.0.",
        hosts=("raw.githubusercontent.com",),
        precedence=0,
        parse=_comparia,
    ),
)


# Artificial Analysis.

#: `Origin.name` of the language-model list; that of an arena is its name in `ARENAS`.
LANGUAGE = "llms"
#: Media arenas whose models have an Elo rating.
ARENAS = (
    "text-to-image",
    "image-editing",
    "text-to-video",
    "image-to-video",
    "text-to-video-audio",
    "image-to-video-audio",
    "text-to-speech",
    "music/instrumental",
    "music/with-vocals",
)

_BASE = "https://artificialanalysis.ai/api/v2"
_MAX_PAGES = 1_000
_PLUS_MINUS = re.compile(r"\s*-(\d{1,6}(?:\.\d+)?)\s*/\s*\+?(\d{1,6}(?:\.\d+)?)\s*", re.ASCII)


def address(name: str, page: int = 1) -> str:
    """Address of one page of a list, by its `Origin.name`."""
    if name != LANGUAGE and name not in ARENAS:
        raise UsageError(f"no media arena {name!r}; there are {', '.join(ARENAS)}")
    if not 1 <= page <= _MAX_PAGES:
        raise UsageError(f"page {page} is outside 1 to {_MAX_PAGES}")
    path = "language" if name == LANGUAGE else f"media/{name}"
    return f"{_BASE}/{path}/models/free?page={page}"


def has_more(payload: bytes) -> bool:
    """Whether another page follows this one (an answer without pagination is complete)."""
    where = f"{ARTIFICIAL_ANALYSIS} page"
    return _pagination(mapping(json_value(payload, where), where, "the answer"), where)[1]


def join_pages(pages: Sequence[bytes]) -> bytes:
    """All pages of one list, in order, as one payload for `_artificial_analysis`.

    Raises
    ------
    PayloadError
        When a page is missing, repeated or out of order.
    """
    rows: list[Any] = []
    for number, payload in enumerate(pages, start=1):
        where = f"{ARTIFICIAL_ANALYSIS} page {number}"
        answer = mapping(json_value(payload, where), where, "the answer")
        page, more = _pagination(answer, where)
        if page not in (None, number) or more != (number < len(pages)):
            raise PayloadError(
                f"{where} of {len(pages)}: says it is page {page} and that "
                f"{'more follow' if more else 'none follows'}; the list changed while it was read"
            )
        rows += sequence(answer.get("data"), where, "'data'")
    return json.dumps({"data": rows}, ensure_ascii=True).encode()


def _artificial_analysis(payload: bytes, origin: Origin) -> list[Publication]:
    """Read a (joined) answer of the API, or a regrouped list with ``meta`` and ``models``.

    `Origin.name` tells which list it is: an arena of `ARENAS`, else language models.
    """
    where = tidy.place(ARTIFICIAL_ANALYSIS, origin)
    answer = mapping(json_value(payload, where), where, "the file")
    if _pagination(answer, where)[1]:
        raise PayloadError(f"{where}: this is one page and more follow; join all pages first")
    key = "models" if "models" in answer and "data" not in answer else "data"
    rows = sequence(answer.get(key), where, f"'{key}'")
    records = [mapping(row, where, f"row {i}") for i, row in enumerate(rows, start=1)]
    if origin.name in ARENAS:
        return [_arena(records, origin, where)]
    return [_language(records, origin, where)]


def _language(records: list[dict[str, Any]], origin: Origin, where: str) -> Publication:
    for number, record in enumerate(records, start=1):
        if "slug" not in record or "release_date" not in record:
            has = listed(record)
            raise PayloadError(
                f"{where}: row {number} lacks 'slug' or 'release_date'; it has {has}"
            )
    fields = {
        "entry": [record["slug"] for record in records],
        "name": [record.get("name") for record in records],
        "organisation": [_creator(record, where) for record in records],
        "release_date": [record["release_date"] for record in records],
    }
    return tidy.described(
        f"{ARTIFICIAL_ANALYSIS}/{LANGUAGE}", origin.date, fields, where, basis="fetched",
        notes=(_PRIVATE,),
    )  # fmt: skip


def _arena(records: list[dict[str, Any]], origin: Origin, where: str) -> Publication:
    for number, record in enumerate(records, start=1):
        if "elo" not in record:
            raise PayloadError(f"{where}: row {number} has no 'elo'; it has {listed(record)}")
    raw = tidy.frame(
        {
            "entry": [record.get("slug") or record.get("id") for record in records],
            "name": [record.get("name") for record in records],
            "organisation": [_creator(record, where) for record in records],
            "rating": [record["elo"] for record in records],
            "votes": [record.get("appearances") for record in records],
        }
    )
    tidy.size(len(raw), where)
    rating = tidy.numbers(raw["rating"], where, "elo", raw["entry"])
    spans = [
        _half_widths(record.get("ci95", record.get("ci_95")), number, where)
        for number, record in enumerate(records, start=1)
    ]
    raw["lower"] = rating - [minus for minus, _ in spans]
    raw["upper"] = rating + [plus for _, plus in spans]
    tables = tidy.board(raw, where)
    return tidy.rated(
        f"{ARTIFICIAL_ANALYSIS}/{re.sub(r'[-/]', '_', origin.name)}", origin.date, tables,
        basis="fetched", interval="published",
        notes=(_PRIVATE, "the publisher says Elo; how it is fitted is not verified"),
    )  # fmt: skip


def _creator(record: dict[str, Any], where: str) -> Any:
    if "creator_name" in record:
        return record["creator_name"]
    creator = record.get("model_creator")
    return None if creator is None else mapping(creator, where, "'model_creator'").get("name")


def _half_widths(value: Any, row: int, where: str) -> tuple[float, float]:
    """Half-widths below and above, from a number or from text such as ``-8/+8``."""
    if value is None:
        return float("nan"), float("nan")
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e6:
        return float(value), float(value)
    found = _PLUS_MINUS.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise PayloadError(f"{where}: ci95 in row {row} is no interval: {shown(value)}")
    return float(found[1]), float(found[2])


def _pagination(answer: dict[str, Any], where: str) -> tuple[int | None, bool]:
    found = answer.get("pagination")
    if found is None:
        return None, False
    found = mapping(found, where, "'pagination'")
    page, more = found.get("page"), found.get("has_more")
    if not isinstance(more, bool) or isinstance(page, bool) or not isinstance(page, int):
        raise PayloadError(
            f"{where}: 'pagination' should hold a page number and has_more true or false, "
            f"found {shown(found)}"
        )
    return page, more


_PRIVATE = "attribution required, redistribution forbidden: for a private archive only"

_ARTIFICIAL_ANALYSIS_SOURCE = Source(
    name=ARTIFICIAL_ANALYSIS,
    publisher="Artificial Analysis",
    title="Artificial Analysis data API, free tier",
    homepage="https://artificialanalysis.ai",
    licence="proprietary: attribution required, no redistribution",
    licence_url="https://artificialanalysis.ai/data-api/docs",
    citation="Artificial Analysis, https://artificialanalysis.ai/.",
    hosts=("artificialanalysis.ai",),
    redistributable=False,
    precedence=0,
    parse=_artificial_analysis,
    address=_BASE,
)

SOURCES = (*_PUBLIC, _ARTIFICIAL_ANALYSIS_SOURCE)
