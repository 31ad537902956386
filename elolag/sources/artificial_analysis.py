"""Artificial Analysis: language models with release dates, and media arenas with Elo.

Needs a key (`KEY_VARIABLE`); its terms forbid redistribution, so it belongs in a private archive.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from elolag.errors import PayloadError, UsageError
from elolag.schema import MODELS, Origin, Publication
from elolag.sources._reading import json_value, listed, mapping, sequence, shown
from elolag.sources.base import Source

NAME = "artificial-analysis"
KEY_VARIABLE = "ARTIFICIAL_ANALYSIS_API_KEY"
KEY_HEADER = "x-api-key"
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


def address(page: int = 1) -> str:
    """Address of one page of the language-model list."""
    return _paged(f"{_BASE}/language/models/free", page)


def media_address(arena: str, page: int = 1) -> str:
    """Address of one page of a media arena."""
    if arena not in ARENAS:
        raise UsageError(f"no media arena {arena!r}; there are {', '.join(ARENAS)}")
    return _paged(f"{_BASE}/media/{arena}/models/free", page)


def has_more(payload: bytes) -> bool:
    """Whether another page follows this one (an answer without pagination is complete)."""
    where = f"{NAME} page"
    return _pagination(mapping(json_value(payload, where), where, "the answer"), where)[1]


def join(pages: Sequence[bytes]) -> bytes:
    """All pages of one list, in order, as one payload for `parse`.

    Raises
    ------
    PayloadError
        When a page is missing, repeated or out of order.
    """
    rows: list[Any] = []
    for number, payload in enumerate(pages, start=1):
        where = f"{NAME} page {number}"
        answer = mapping(json_value(payload, where), where, "the answer")
        page, more = _pagination(answer, where)
        if page not in (None, number) or more != (number < len(pages)):
            raise PayloadError(
                f"{where} of {len(pages)}: says it is page {page} and that "
                f"{'more follow' if more else 'none follows'}; the list changed while it was read"
            )
        rows += sequence(answer.get("data"), where, "'data'")
    return json.dumps({"data": rows}, ensure_ascii=True).encode()


def parse(payload: bytes, origin: Origin) -> list[Publication]:
    """Read a (joined) answer of the API, or a regrouped list with ``meta`` and ``models``.

    `Origin.name` tells which list it is: an arena of `ARENAS`, else language models.
    """
    where = f"{NAME} {shown(origin.name)[1:-1]} of {origin.date}"
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
    from elolag.sources import _tidy

    for number, record in enumerate(records, start=1):
        if "slug" not in record or "release_date" not in record:
            raise PayloadError(
                f"{where}: row {number} lacks 'slug' or 'release_date'; it has {listed(record)}"
            )
    fields = {
        "entry": [record["slug"] for record in records],
        "name": [record.get("name") for record in records],
        "organisation": [_creator(record, where) for record in records],
        "release_date": [record["release_date"] for record in records],
    }
    models, notes = _tidy.keyed(fields, MODELS, where)
    return Publication(
        board=f"{NAME}/{LANGUAGE}",
        vintage=origin.date,
        basis="fetched",
        tables={"models": models},
        method="metadata",
        notes=(_PRIVATE, *notes),
    )


def _arena(records: list[dict[str, Any]], origin: Origin, where: str) -> Publication:
    from elolag.sources import _tidy

    for number, record in enumerate(records, start=1):
        if "elo" not in record:
            raise PayloadError(f"{where}: row {number} has no 'elo'; it has {listed(record)}")
    raw = _tidy.frame(
        {
            "category": ["overall"] * len(records),
            "entry": [record.get("slug") or record.get("id") for record in records],
            "name": [record.get("name") for record in records],
            "organisation": [_creator(record, where) for record in records],
            "rating": [record["elo"] for record in records],
            "votes": [record.get("appearances") for record in records],
        }
    )
    _tidy.size(len(raw), where)
    rating = _tidy.numbers(raw["rating"], where, "elo", raw["entry"])
    spans = [
        _interval(record.get("ci95", record.get("ci_95")), number, where)
        for number, record in enumerate(records, start=1)
    ]
    raw["lower"] = rating - [minus for minus, _ in spans]
    raw["upper"] = rating + [plus for _, plus in spans]
    tables = _tidy.board(raw, where)
    bounded = tables.ratings["lower"].notna().any()
    return Publication(
        board=f"{NAME}/{re.sub(r'[-/]', '_', origin.name)}",
        vintage=origin.date,
        basis="fetched",
        tables=tables.as_dict(),
        method="bradley-terry",
        interval_kind="published" if bounded else "none",
        interval_level=0.95 if bounded else None,
        notes=(_PRIVATE, "the publisher says Elo; how it is fitted is not verified", *tables.notes),
    )


def _creator(record: dict[str, Any], where: str) -> Any:
    if "creator_name" in record:
        return record["creator_name"]
    creator = record.get("model_creator")
    return None if creator is None else mapping(creator, where, "'model_creator'").get("name")


def _interval(value: Any, row: int, where: str) -> tuple[float, float]:
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


def _paged(url: str, page: int) -> str:
    if not 1 <= page <= _MAX_PAGES:
        raise UsageError(f"page {page} is outside 1 to {_MAX_PAGES}")
    return f"{url}?page={page}"


_PRIVATE = "attribution required, redistribution forbidden: for a private archive only"

SOURCE = Source(
    name=NAME,
    publisher="Artificial Analysis",
    title="Artificial Analysis data API, free tier",
    homepage="https://artificialanalysis.ai",
    licence="proprietary: attribution required, no redistribution",
    licence_url="https://artificialanalysis.ai/data-api/docs",
    citation="Artificial Analysis, https://artificialanalysis.ai/.",
    hosts=("artificialanalysis.ai",),
    fetched=True,
    redistributable=False,
    precedence=0,
    parser_version=1,
    parse=parse,
)
