"""Arena's official catalog repository: boards as JSON, 2025-03 to 2025-12, without votes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from elolag.errors import PayloadError
from elolag.schema import ENTRIES, Origin, Publication
from elolag.sources import _arena
from elolag.sources._reading import columns, json_value, mapping, sequence, shown
from elolag.sources.base import Source

if TYPE_CHECKING:
    from elolag.sources._tidy import Tables

NAME = "arena-catalog"
#: Organisations and licences, without ratings.
MODELS_FILE = "scatterplot-data.json"

_FIGURES = {"rating": "rating", "lower": "rating_q025", "upper": "rating_q975"}
#: ``leaderboard-image.json`` rates text-to-image models (dall-e-3 is its anchor at 978); until
#: 2025-03 the text board was called ``data``, and see `_CONTROLLED_UNTIL`.
BOARDS = {
    "leaderboard-text.json": "text",
    "leaderboard-text-style-control.json": "text_style_control",
    "leaderboard-data.json": "text",
    "leaderboard-data-style-control.json": "text_style_control",
    "leaderboard-vision.json": "vision",
    "leaderboard-vision-style-control.json": "vision_style_control",
    "leaderboard-image.json": "text_to_image",
}

#: The first two ``leaderboard-data.json``, of 2025-01-28 and 02-05, hold style-controlled ratings:
#: they lie on the style-controlled list of 2025-02-28 (slope 1.000, spread 0.8 Elo) and not on the
#: raw one (slope 0.82, spread 14). From 2025-02-06 on the file is the raw board.
_CONTROLLED_UNTIL = "2025-02-05"


def parse(payload: bytes, origin: Origin) -> list[Publication]:
    """Read ``leaderboard-*.json`` or ``scatterplot-data.json``; the vintage is the commit's day.

    Intervals are the published 2.5% and 97.5% points: bootstrap until 2025-05, from a variance
    (symmetric to the last digit) from 2025-11; told apart by their symmetry.
    """
    from elolag.sources import _tidy

    where = f"{NAME} {shown(origin.name)[1:-1]} of {origin.date}"
    if origin.name == MODELS_FILE:
        return [_models(payload, origin, where)]
    board, tables, notes = read(payload, origin, where)
    kind, kinds = _tidy.interval_kinds(tables.ratings)
    return [
        Publication(
            board=board,
            vintage=origin.date,
            basis="commit",
            tables=tables.as_dict(),
            method="bradley-terry",
            style_control=_arena.style_control(board),
            interval_kind=kind,
            interval_level=None if kind == "none" else 0.95,
            notes=(*notes, *tables.notes, *kinds),
        )
    ]


def subset(file: str, day: str) -> str:
    """Give the board that a file of the catalog holds, by its name and the day of its commit."""
    if file == "leaderboard-data.json" and day <= _CONTROLLED_UNTIL:
        return BOARDS["leaderboard-data-style-control.json"]
    return BOARDS[file]


def read(payload: bytes, origin: Origin, where: str) -> tuple[str, Tables, tuple[str, ...]]:
    """Read a file in the catalog's layout: its board, its tables, and what was renamed.

    Raises
    ------
    PayloadError
        A file name that is none of the catalog's, or anything but its layout.
    """
    from elolag.sources import _tidy

    if origin.name not in BOARDS:
        raise PayloadError(
            f"{where}: not a file of the catalog that holds ratings; "
            f"those are {', '.join(BOARDS)}; and {MODELS_FILE} has the models"
        )
    board = _arena.board(subset(origin.name, origin.date), where)
    notes: tuple[str, ...] = ()
    if board != f"{_arena.PUBLISHER}/{BOARDS[origin.name]}":
        notes = ("the file's name says raw, its ratings are style-controlled",)
    answer = mapping(json_value(payload, where), where, "the file")
    names: dict[str, str] = {}
    figures: dict[str, list[Any]] = {key: [] for key in ("category", "entry", *_FIGURES)}
    for theirs, entries in answer.items():
        category = _arena.CATALOG_CATEGORIES.get(theirs, theirs)
        if category in names:
            raise PayloadError(
                f"{where}: categories {shown(names[category])} and {shown(theirs)} are one"
            )
        names[category] = theirs
        rated = mapping(entries, where, f"category {shown(theirs)}")
        picked = columns(list(rated.values()), _FIGURES, where, what=f"{shown(theirs)} entry")
        figures["category"] += [category] * len(rated)
        figures["entry"] += list(rated)
        for key, values in picked.items():
            figures[key] += values
    tables = _tidy.board(_tidy.frame(figures), where)
    renamed = [f"{theirs} is {ours}" for ours, theirs in sorted(names.items()) if ours != theirs]
    if renamed:
        notes += (f"categories renamed as in the official dataset: {', '.join(renamed)}",)
    return board, tables, notes


def _models(payload: bytes, origin: Origin, where: str) -> Publication:
    from elolag.sources import _tidy

    rows = sequence(json_value(payload, where), where, "the file")
    wanted = {
        "entry": "model_api_name",
        "name": "name",
        "organisation": "organization",
        "licence": "license",
    }
    entries, notes = _tidy.keyed(columns(rows, wanted, where), ENTRIES, where)
    return Publication(
        board=f"{_arena.PUBLISHER}/catalog_table",
        vintage=origin.date,
        basis="commit",
        tables={"entries": entries},
        method="metadata",
        notes=notes,
    )


SOURCE = Source(
    name=NAME,
    publisher="Arena (arena.ai)",
    title="Arena catalog",
    homepage="https://github.com/lmarena/arena-catalog",
    licence="no licence file known; figures published by Arena",
    licence_url="https://github.com/lmarena/arena-catalog",
    citation="Arena (arena.ai). Arena catalog, github.com/lmarena/arena-catalog.",
    hosts=("raw.githubusercontent.com",),
    fetched=False,
    redistributable=True,
    precedence=1,
    parser_version=1,
    parse=parse,
)
