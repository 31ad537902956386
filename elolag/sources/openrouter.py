"""OpenRouter's list of the models it serves: names, and the day each was first listed there."""

from __future__ import annotations

from typing import Any

from elolag import dates
from elolag.errors import PayloadError
from elolag.schema import MODELS, Origin, Publication
from elolag.sources._reading import columns, json_value, mapping, sequence, shown
from elolag.sources.base import Source

NAME = "openrouter"
BOARD = "openrouter/models"
ADDRESS = "https://openrouter.ai/api/v1/models"

_SECONDS_A_DAY = 86_400
#: 2100-01-01: a later day is damage (milliseconds, for instance), not a date.
_LATEST = 4_102_444_800


def parse(payload: bytes, origin: Origin) -> list[Publication]:
    """Read the model list.

    ``release_date`` is the day OpenRouter listed the model, seldom before its release and often
    after; ``organisation`` is the first part of the id. Openness is not stated.
    """
    from elolag.sources import _tidy

    where = f"{NAME} {shown(origin.name)[1:-1]} of {origin.date}"
    answer = mapping(json_value(payload, where), where, "the answer")
    rows = sequence(answer.get("data"), where, "'data'")
    fields = columns(rows, {"entry": "id", "name": "name", "created": "created"}, where)
    created = fields.pop("created")
    fields["release_date"] = [_day(value, row, where) for row, value in enumerate(created, 1)]
    fields["organisation"] = [
        entry.partition("/")[0] if isinstance(entry, str) and "/" in entry else ""
        for entry in fields["entry"]
    ]
    models, notes = _tidy.keyed(fields, MODELS, where)
    links = answer.get("links")
    more = isinstance(links, dict) and links.get("next")
    return [
        Publication(
            board=BOARD,
            vintage=origin.date,
            basis="fetched",
            tables={"models": models},
            method="metadata",
            completeness=f"top-{len(models)}" if more else "full",
            notes=("release_date is the day OpenRouter listed the model", *notes),
        )
    ]


def _day(value: Any, row: int, where: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < _LATEST:
        raise PayloadError(
            f"{where}: 'created' of row {row} should be seconds since 1970, found {shown(value)}"
        )
    return dates.to_iso(value / _SECONDS_A_DAY)


SOURCE = Source(
    name=NAME,
    publisher="OpenRouter",
    title="OpenRouter model list",
    homepage="https://openrouter.ai/models",
    licence="no licence stated; the terms of OpenRouter apply",
    licence_url="https://openrouter.ai/terms",
    citation="OpenRouter. Model list, openrouter.ai/api/v1/models.",
    hosts=("openrouter.ai",),
    fetched=True,
    redistributable=True,
    precedence=0,
    parser_version=1,
    parse=parse,
)
