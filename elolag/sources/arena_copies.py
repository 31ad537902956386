"""Community copies of Arena's web pages by day, from 2026-03: whole points, often cut short.

Completeness
------------
The pages showed only their first rows to the older collector: 20, 30, 50 or 71 of about 390 text
models, changing from day to day, and nothing in such a payload says how many there were. So a
list in the older layout (key ``ci``) counts as complete only when it is shorter than the shortest
cut ever seen (`SHORTEST_CUT`); any other is marked ``top-N``. That is cautious: on 2026-06-30, the
one day with official boards beside it, text, vision and code were cut to 20 while seven smaller
boards were complete.

The newer layout (``ci_low``, ``ci_high``) comes from the page's full data and counts as complete:
on both of its days every board had as many models as the official one nearest in time, give or
take the releases between. In both layouts the rows must be as many as ``model_count`` announces.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from elolag.errors import PayloadError
from elolag.schema import Basis, Origin, Publication
from elolag.sources import _arena
from elolag.sources._reading import columns, json_value, mapping, sequence, shown
from elolag.sources._source import Source

NAME = "arena-web"
SHORTEST_CUT = 20

_FILE = re.compile(r"([a-z-]{1,60})\.json")
#: The pages show text and vision style-controlled; the other boards are named as elsewhere.
_BOARDS = {
    "text": ("text_style_control", "overall"),
    "vision": ("vision_style_control", "overall"),
    "code": ("webdev", "overall"),
    "code-webdev": ("webdev", "overall"),
    "code-image-to-webdev": ("webdev", "image_to_webdev"),
}
_FIGURES = {
    "entry": "model",
    "rating": "score",
    "votes": "votes",
    "rank": "rank",
    "organisation": "vendor",
    "licence": "license",
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UPDATED = re.compile(rf"({'|'.join(_MONTHS)})[a-z]* (\d{{1,2}}), (\d{{4}})")


def parse(payload: bytes, origin: Origin) -> list[Publication]:
    """Read one board of one day, in either layout; see the module's text on completeness."""
    from elolag.sources import _tidy

    where = f"{NAME} {shown(origin.name)[1:-1]} of {origin.date}"
    found = _FILE.fullmatch(origin.name)
    if not found:
        raise PayloadError(f"{where}: not a board; those are files named <board>.json")
    name = found[1]
    subset, category = _BOARDS.get(name, (name.replace("-", "_"), "overall"))
    board = _arena.board(subset, where)
    answer = mapping(json_value(payload, where), where, "the file")
    meta = mapping(answer.get("meta"), where, "'meta'")
    rows = sequence(answer.get("models"), where, "'models'")
    _tidy.size(len(rows), where)
    if meta.get("model_count") != len(rows):
        raise PayloadError(
            f"{where}: holds {len(rows)} models and says it has {shown(meta.get('model_count'))}"
        )
    whole = "ci_low" in mapping(rows[0], where, "row 1")
    spans = {"minus": "ci_low", "plus": "ci_high"} if whole else {"minus": "ci", "plus": "ci"}
    fields = columns(rows, {**_FIGURES, **spans}, where)
    raw = _tidy.frame({"category": [category] * len(rows), **fields})
    figures = {
        key: _tidy.numbers(raw[key], where, key, raw["entry"])
        for key in ("rating", "minus", "plus")
    }
    raw["lower"] = figures["rating"] - figures["minus"]
    raw["upper"] = figures["rating"] + figures["plus"]
    tables = _tidy.board(raw, where, doubled=_arena.doubled(board))
    vintage, basis, notes = _vintage(meta, origin, where)
    early = sum(1 for row in rows if row.get("preliminary") is True)
    complete = whole or len(rows) < SHORTEST_CUT
    bounded = tables.ratings["lower"].notna().any()
    return [
        Publication(
            board=board,
            vintage=vintage,
            basis=basis,
            tables=tables.as_dict(),
            method="bradley-terry",
            style_control=_arena.style_control(board),
            interval_kind="published" if bounded else "none",
            interval_level=0.95 if bounded else None,
            completeness="full" if complete else f"top-{len(rows)}",
            notes=(
                "rounded to whole points",
                *((f"{early} ratings marked preliminary",) * bool(early)),
                *notes,
                *tables.notes,
            ),
        )
    ]


def _vintage(
    meta: dict[str, Any], origin: Origin, where: str
) -> tuple[str, Basis, tuple[str, ...]]:
    """Take the page's own date if it has one, else the day it was fetched."""
    from elolag.sources._tidy import is_date

    at = meta.get("fetched_at")
    day = at[:10] if isinstance(at, str) and len(at) >= 10 and is_date(at[:10]) else origin.date
    said = meta.get("last_updated")
    if said is None:
        return day, "fetched", ()
    found = _UPDATED.fullmatch(said) if isinstance(said, str) else None
    if not found:
        return day, "fetched", (f"last_updated is no date: {shown(said)}",)
    updated = f"{found[3]}-{_MONTHS.index(found[1]) + 1:02}-{int(found[2]):02}"
    if not is_date(updated):
        return day, "fetched", (f"last_updated is no date: {shown(said)}",)
    # The page's date is in its own time zone, so it may be ahead of UTC by a day.
    if dt.date.fromisoformat(updated) > dt.date.fromisoformat(day) + dt.timedelta(days=1):
        raise PayloadError(f"{where}: last updated {updated}, after it was fetched ({day})")
    return updated, "published", ()


SOURCE = Source(
    name=NAME,
    publisher="Arena (arena.ai); copied from its web pages by oolong-tea-2026",
    title="arena-ai-leaderboards",
    homepage="https://github.com/oolong-tea-2026/arena-ai-leaderboards",
    licence="MIT",
    licence_url="https://github.com/oolong-tea-2026/arena-ai-leaderboards/blob/main/LICENSE",
    citation="Arena (arena.ai), leaderboard pages as collected in "
    "github.com/oolong-tea-2026/arena-ai-leaderboards and a fork of it.",
    hosts=("raw.githubusercontent.com",),
    fetched=False,
    redistributable=True,
    precedence=4,
    parser_version=1,
    parse=parse,
)
