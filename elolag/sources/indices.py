"""Epoch AI's Capabilities Index: a benchmark index (not Elo), with release dates and countries."""

from __future__ import annotations

from typing import Any

from elolag.schema import MODELS, Origin, Publication
from elolag.sources._reading import csv_columns, shown
from elolag.sources._source import Source

NAME = "epoch-eci"
BOARD = "epoch/eci"
ADDRESS = "https://epoch.ai/data/eci_scores.csv"

#: Epoch publishes 90% intervals, where Arena publishes 95% ones.
LEVEL = 0.90

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


def parse(payload: bytes, origin: Origin) -> list[Publication]:
    """Read the live layout (one row per model) or that of 2026-01 (one row per model version).

    Rows without a score are no part of the board; they stay in the table ``models``, which holds
    Epoch's release date, organisation and country of every row. The file names no date of its
    own: the vintage is the day it was fetched.
    """
    from elolag.sources import _tidy

    where = f"{NAME} {shown(origin.name)[1:-1]} of {origin.date}"
    table = csv_columns(payload, where)
    old = _OLD["entry"] in table and _LIVE["entry"] not in table
    wanted = _OLD if old else _LIVE
    table = csv_columns(payload, where, tuple(wanted.values()))
    fields = {ours: table[theirs] for ours, theirs in wanted.items()}
    fields["name"] = [
        name or entry for name, entry in zip(fields["name"], fields["entry"], strict=True)
    ]
    raw = _tidy.frame({"category": ["overall"] * len(fields["entry"]), **fields})
    scored = raw[raw["rating"] != ""]
    tables = _tidy.board(scored, where)
    models, notes = _tidy.keyed(_models(fields), MODELS, where)
    unscored = len(raw) - len(scored)
    bounded = tables.ratings["lower"].notna().any()
    return [
        Publication(
            board=BOARD,
            vintage=origin.date,
            basis="fetched",
            tables={**tables.as_dict(), "models": models},
            method="index",
            interval_kind="published" if bounded else "none",
            interval_level=LEVEL if bounded else None,
            notes=(
                "licence is Epoch's word on accessibility; index points, not Elo",
                *((f"{unscored} rows without a score are in table models only",) * bool(unscored)),
                *tables.notes,
                *notes,
            ),
        )
    ]


def _models(fields: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Epoch's words on weights: a model it calls open is "true", any other it describes "false"."""
    weights = [
        "" if not access else "true" if access.startswith("Open weights") else "false"
        for access in fields["licence"]
    ]
    return {
        **{column: fields[column] for column in MODELS if column in fields},
        "open_weights": weights,
    }


SOURCE = Source(
    name=NAME,
    publisher="Epoch AI",
    title="Epoch Capabilities Index",
    homepage="https://epoch.ai/eci",
    licence="CC-BY-4.0",
    licence_url="https://epoch.ai/data/eci-documentation",
    citation="Epoch AI, 'Epoch Capabilities Index'. Published online at epoch.ai. "
    "Retrieved from https://epoch.ai/eci. CC-BY-4.0.",
    hosts=("epoch.ai",),
    fetched=True,
    redistributable=True,
    precedence=0,
    parser_version=1,
    parse=parse,
)
