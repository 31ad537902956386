"""A community copy of Arena's boards by day, 2024-07 to 2025-08: display names, whole points."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from elolag.errors import PayloadError
from elolag.schema import IntervalKind, Origin, Publication
from elolag.sources import _arena
from elolag.sources._reading import csv_columns, shown
from elolag.sources.base import Source

if TYPE_CHECKING:
    import pandas as pd

NAME = "llm-leaderboard-csv"
BOARDS = {
    "lmsys.csv": "arena/text",
    "lmarena_text.csv": "arena/text",
    "lmarena_vision.csv": "arena/vision",
    "lmarena_image.csv": "arena/text_to_image",
}

_COLUMNS = {
    "entry": "model",
    "rating": "arena_score",
    "votes": "votes",
    "rank": "rank",
    "organisation": "organization",
    "licence": "license",
}
_INTERVAL = "95_pct_ci"
_PLUS_MINUS = re.compile(r"\+(\d{1,6}(?:\.\d+)?)/-(\d{1,6}(?:\.\d+)?)", re.ASCII)


def parse(payload: bytes, origin: Origin) -> list[Publication]:
    """Read one day's CSV: raw (not style-controlled) ratings, category `overall`.

    The vintage is the day of the repository's tag. Entries are the display names of the time.
    """
    from elolag.sources import _tidy

    where = f"{NAME} {shown(origin.name)[1:-1]} of {origin.date}"
    if origin.name not in BOARDS:
        raise PayloadError(f"{where}: not one of its boards, which are {', '.join(BOARDS)}")
    board = BOARDS[origin.name]
    table = csv_columns(payload, where, (*_COLUMNS.values(), _INTERVAL))
    raw = _tidy.frame({ours: table[theirs] for ours, theirs in _COLUMNS.items()})
    raw["category"] = "overall"
    spans = [_plus_minus(text, row, where) for row, text in enumerate(table[_INTERVAL], start=1)]
    _tidy.size(len(raw), where)
    rating = _tidy.numbers(raw["rating"], where, "arena_score", raw["entry"])
    raw["upper"] = rating + [plus for plus, _ in spans]
    raw["lower"] = rating - [minus for _, minus in spans]
    tables = _tidy.board(raw, where)
    return [
        Publication(
            board=board,
            vintage=origin.date,
            basis="commit",
            tables=tables.as_dict(),
            method="bradley-terry",
            style_control=_arena.style_control(board),
            interval_kind=_kind(tables.ratings),
            interval_level=0.95,
            notes=("rounded to whole points; entries are display names", *tables.notes),
        )
    ]


def _plus_minus(text: str, row: int, where: str) -> tuple[float, float]:
    found = _PLUS_MINUS.fullmatch(text)
    if not found:
        raise PayloadError(f"{where}: {_INTERVAL} in row {row} is not +a/-b: {shown(text)}")
    return float(found[1]), float(found[2])


def _kind(ratings: pd.DataFrame) -> IntervalKind:
    """Asymmetric intervals are bootstrap ones; symmetric whole points could be either."""
    even = ratings["upper"] - ratings["rating"] == ratings["rating"] - ratings["lower"]
    return "published" if even.all() else "bootstrap"


SOURCE = Source(
    name=NAME,
    publisher="Arena (arena.ai); copied by Frederic Boulnois",
    title="llm-leaderboard-csv",
    homepage="https://github.com/fboulnois/llm-leaderboard-csv",
    licence="MPL-2.0",
    licence_url="https://github.com/fboulnois/llm-leaderboard-csv",
    citation="Arena (arena.ai), ratings 2024-07-07 to 2025-08-04 as collected in "
    "github.com/fboulnois/llm-leaderboard-csv.",
    hosts=("raw.githubusercontent.com", "github.com"),
    fetched=False,
    redistributable=True,
    precedence=3,
    parser_version=1,
    parse=parse,
)
