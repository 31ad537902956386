"""Publications made by hand, and a source whose payloads are JSON descriptions of them."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from elolag.archive import Payload
from elolag.errors import PayloadError
from elolag.schema import ENTRIES, RATINGS, Origin, Publication
from elolag.sources import Source, get_source

Row = tuple[str, float] | tuple[str, float, int]


def publication(
    rows: Sequence[Row] | Mapping[str, Sequence[Row]],
    *,
    vintage: str = "2026-08-19",
    board: str = "arena/text",
    interval: float | None = None,
    organisation: str = "Lab",
    **facts: Any,
) -> Publication:
    """A board of (entry, rating) or (entry, rating, votes) rows, by category or `overall`."""
    by_category = rows if isinstance(rows, Mapping) else {"overall": rows}
    table = [
        {
            "category": category,
            "entry": row[0],
            "rating": row[1],
            "lower": None if interval is None else row[1] - interval,
            "upper": None if interval is None else row[1] + interval,
            "se": None,
            "votes": row[2] if len(row) > 2 else None,
            "rank": None,
        }
        for category, listed in by_category.items()
        for row in listed
    ]
    names = sorted({str(row["entry"]) for row in table})
    ratings = pd.DataFrame(table, columns=list(RATINGS))
    for column in ("rating", "lower", "upper", "se"):
        ratings[column] = ratings[column].astype("float64")
    for column in ("votes", "rank"):
        ratings[column] = ratings[column].astype("Int64")
    described = [
        {"entry": name, "name": "", "organisation": organisation, "licence": ""} for name in names
    ]
    facts = {"basis": "published", "method": "bradley-terry", "style_control": False, **facts}
    return Publication(
        board=board,
        vintage=vintage,
        tables={"ratings": ratings, "entries": pd.DataFrame(described, columns=list(ENTRIES))},
        **facts,
    )


def source(name: str = "arena-dataset", **changes: Any) -> Source:
    """A real source whose parser reads JSON made by `payload`."""
    return dataclasses.replace(get_source(name), parse=_parse, **changes)


def payload(
    rows: Sequence[Row] | Mapping[str, Sequence[Row]],
    *,
    by: str = "arena-dataset",
    retrieved_at: str | None = None,
    **facts: Any,
) -> Payload:
    """A payload of `source` that holds one publication, by default retrieved on its day."""
    if retrieved_at is None:
        retrieved_at = max("2026-08-21", facts.get("vintage", ""))
    data = json.dumps({"rows": rows, **facts}).encode()
    origin = Origin("text", retrieved_at, (f"https://example.org/{by}/text",))
    return Payload(source(by), origin, data, retrieved_at)


def broken(by: str = "arena-dataset", name: str = "text") -> Payload:
    """A payload that is not what its source publishes."""
    return Payload(source(by), Origin(name, "2026-08-21"), b"<html>", "2026-08-21")


def ladder(count: int, *, top: float = 1500.0, step: float = 3.37, votes: bool = True) -> list[Row]:
    """`count` entries, evenly below one another, with irregular votes."""
    return [
        (f"model-{i:03}", round(top - step * i, 2), 1000 + 37 * i * i)
        if votes
        else (f"model-{i:03}", round(top - step * i, 2))
        for i in range(count)
    ]


def changed(rows: Sequence[Row], change: Callable[[int, Row], Row | None]) -> list[Row]:
    """`rows` with each changed by its position, or left out."""
    return [new for i, row in enumerate(rows) if (new := change(i, row)) is not None]


def rounded(rows: Sequence[Row], prefix: str = "") -> list[Row]:
    """`rows` as a page shows them: in whole points, and perhaps under other names."""
    return [(prefix + row[0], float(round(row[1])), *row[2:]) for row in rows]


def displayed(rows: Sequence[Row]) -> list[Row]:
    """`rounded` under display names."""
    return rounded(rows, "Display ")


def copied(
    rows: Sequence[Row] | Mapping[str, Sequence[Row]], vintage: str = "2026-08-22", **facts: Any
) -> Payload:
    """A payload of a copy, by default of a web page, that is dated by the day of fetching."""
    return payload(rows, **{"by": "arena-web", "basis": "fetched", **facts}, vintage=vintage)


def _parse(data: bytes, origin: Origin) -> list[Publication]:
    try:
        said = json.loads(data)
    except ValueError as error:
        raise PayloadError(f"{origin.name}: not JSON: {error}") from error
    rows = said.pop("rows")
    return [publication(rows, **said)]
