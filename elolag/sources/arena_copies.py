"""Community copies of Arena's lists: of its web pages, of its catalog, of its dataset.

All hold Arena's figures, none is Arena's own route, and each is a source of its own. Two have files
of their own kind (`_parse_history`, `_parse_days`); the others are of three kinds:

Pages
    One JSON file a board and day in the layout of ``arena-ai-leaderboards``, whole points. The
    text and vision pages are style-controlled.
Catalog
    ``leaderboard-*.json`` in the catalog's layout with whole points, read off the pages as well.
Cut dataset
    Raw text to a tenth of a point, the first 150 (once 100) rows only.

Dates
-----
A copy made daily is dated by the day of fetching or committing. What the pages print as their own
last update stands still while the list below it changes (three different text lists say "Aug 12,
2026"), so it dates no copy but those of `arena-web`, which has few days and went by it from the
start.

Completeness
------------
Pages show only their first rows to some collectors: 10, 14, 16, 20, 30, 50 or 71 of about 390 text
models, changing from day to day, and nothing in such a payload says how many there were. A list in
the older layout (key ``ci``) of `_SHORTEST_CUT` rows or more is marked ``top-N`` for that reason.
The newer layout (``ci_low``, ``ci_high``) comes from the page's full data, but was cut at times
too. So no copy is taken at its word: `Source.whole` is False, and `elolag.archive.completeness`
looks for a list before or after that vouches for it. In both layouts the rows must be as many as
``model_count`` announces.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import compress
from typing import TYPE_CHECKING, Any

from elolag.dates import to_day
from elolag.errors import PayloadError
from elolag.schema import DAYS_AHEAD, NOT_STATED, Basis, IntervalKind, Origin, Publication
from elolag.sources import arena, tidy
from elolag.sources.base import (
    PartialPayloadError,
    Source,
    columns,
    csv_columns,
    json_value,
    mapping,
    sequence,
    shown,
)

if TYPE_CHECKING:
    import pandas as pd

_SHORTEST_CUT = 20
#: Part of a page's rows that may be models without a rating.
_UNRATED_SHARE = 0.02

#: The pages show text and vision style-controlled; the other boards are named as elsewhere.
_PAGES = {
    "text": ("text_style_control", "overall"),
    "vision": ("vision_style_control", "overall"),
    "code": ("webdev", "overall"),
    "code-webdev": ("webdev", "overall"),
    "code-image-to-webdev": ("webdev", "image_to_webdev"),
    "search": ("search", "overall"),
    "document": ("document", "overall"),
    "text-to-image": ("text_to_image", "overall"),
    "image-edit": ("image_edit", "overall"),
    "text-to-video": ("text_to_video", "overall"),
    "image-to-video": ("image_to_video", "overall"),
    "video-edit": ("video_edit", "overall"),
}
_FIGURES = {
    "entry": "model",
    "rating": "score",
    "votes": "votes",
    "rank": "rank",
    "organisation": "vendor",
    "licence": "license",
}
_CUT_FIGURES = {
    "entry": "entry",
    "rating": "rating",
    "lower": "rating_lower",
    "upper": "rating_upper",
    "votes": "votes",
}
_CUT_FILE = re.compile(r"text-raw-\d{4}-\d{2}-\d{2}\.csv", re.ASCII)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UPDATED = re.compile(rf"({'|'.join(_MONTHS)})[a-z]* (\d{{1,2}}), (\d{{4}})")
_ROUNDED = "rounded to whole points"

#: When a list was, what that date is, and notes on it.
_Dated = tuple[str, Basis, tuple[str, ...]]
#: Dates a page: from its ``meta``, the payload's origin, and the name for messages.
_Dating = Callable[[dict[str, Any], Origin, str], _Dated]


def _pages(name: str, dating: _Dating) -> Callable[[bytes, Origin], list[Publication]]:
    """Make the parser of a source of page copies."""

    def parse(payload: bytes, origin: Origin) -> list[Publication]:
        """Read one board of one day, in either layout; see the module's text on completeness."""
        where = tidy.place(name, origin)
        board, category = _page(origin.name, where)
        answer = mapping(json_value(payload, where), where, "the file")
        meta = mapping(answer.get("meta"), where, "'meta'")
        rows = sequence(answer.get("models"), where, "'models'")
        tidy.size(len(rows), where)
        if meta.get("model_count") != len(rows):
            count = shown(meta.get("model_count"))
            raise PayloadError(f"{where}: holds {len(rows)} models and says it has {count}")
        newer = "ci_low" in mapping(rows[0], where, "row 1")
        spans = {"minus": "ci_low", "plus": "ci_high"} if newer else {"minus": "ci", "plus": "ci"}
        fields, unrated = _rated(columns(rows, {**_FIGURES, **spans}, where))
        raw = tidy.frame({"category": [category] * len(fields["entry"]), **fields})
        figures = {
            key: tidy.numbers(raw[key], where, key, raw["entry"])
            for key in ("rating", "minus", "plus")
        }
        raw["lower"] = figures["rating"] - figures["minus"]
        raw["upper"] = figures["rating"] + figures["plus"]
        tables = tidy.board(raw, where, doubled=arena.doubled(board))
        vintage, basis, notes = dating(meta, origin, where)
        early = sum(1 for row in rows if row.get("preliminary") is True)
        preliminary = (f"{early} ratings marked preliminary",) * bool(early)
        complete = newer or len(rows) < _SHORTEST_CUT
        return [
            tidy.rated(
                board, vintage, tables, basis=basis, interval="published",
                completeness="full" if complete else f"top-{len(rows)}",
                notes=(_ROUNDED, *preliminary, *unrated, *notes),
            )
        ]  # fmt: skip

    return parse


def _rated(fields: dict[str, list[Any]]) -> tuple[dict[str, list[Any]], tuple[str, ...]]:
    """Leave out rows that name a model and do not rate it yet; more than a few are damage."""
    kept = [value is not None for value in fields["rating"]]
    gone = len(kept) - sum(kept)
    if not 0 < gone <= max(1, _UNRATED_SHARE * len(kept)):
        return fields, ()  # none, or so many that the first of them is refused with its row
    unrated = [e for e, rated in zip(fields["entry"], kept, strict=True) if not rated]
    notes = tuple(f"{shown(name)} is listed without a rating and left out" for name in unrated)
    return {name: list(compress(values, kept)) for name, values in fields.items()}, notes


def _page(file: str, where: str) -> tuple[str, str]:
    """Board and category of a page's file; an unknown name is refused, never a board of its own."""
    name = file.removesuffix(".json")
    if name != file and name.startswith("agent"):
        arena.board_id(name, where)
    if name == file or name not in _PAGES:
        boards = ", ".join(f"{page}.json" for page in _PAGES)
        raise PayloadError(f"{where}: not a board of its pages; those are {boards}")
    subset, category = _PAGES[name]
    return arena.board_id(subset, where), category


def _fetched(meta: dict[str, Any], origin: Origin, where: str) -> _Dated:
    """Date a page by the day it was fetched; `origin` has it where the page does not say."""
    at = meta.get("fetched_at")
    day = origin.date if at is None else _day_of(at)
    if at is not None and not day:
        raise PayloadError(f"{where}: fetched_at {shown(at)} does not begin with an ISO date")
    return day, "fetched", ()


def _day_of(at: Any) -> str:
    """The ISO date a time begins with; empty where it does not."""
    return at[:10] if isinstance(at, str) and len(at) >= 10 and tidy.is_date(at[:10]) else ""


def _updated(meta: dict[str, Any], origin: Origin, where: str) -> _Dated:
    """Take the page's own date if it has one, else the day it was fetched."""
    at = meta.get("fetched_at")
    day = _day_of(at) or origin.date
    if to_day(day) - to_day(origin.date) > DAYS_AHEAD:
        raise PayloadError(f"{where}: fetched_at {shown(at)} is after the day of its file")
    said = meta.get("last_updated")
    if said is None:
        return day, "fetched", ()
    found = _UPDATED.fullmatch(said) if isinstance(said, str) else None
    updated = found and f"{found[3]}-{_MONTHS.index(found[1]) + 1:02}-{int(found[2]):02}"
    if not updated or not tidy.is_date(updated):
        return day, "fetched", (f"last_updated is no date: {shown(said)}",)
    # The page's date is in its own time zone, so it may be ahead of UTC by a day.
    if to_day(updated) - to_day(day) > 1:
        raise PayloadError(f"{where}: last updated {updated}, after it was fetched ({day})")
    return updated, "published", ()


def _parse_catalog(payload: bytes, origin: Origin) -> list[Publication]:
    """Read one board of one day, whole points in the catalog's layout; dated by the commit."""
    board, tables, notes = arena.read_catalog(payload, origin, tidy.place(_CATALOG, origin))
    return [
        tidy.rated(
            board, origin.date, tables, basis="commit", interval="published",
            notes=(_ROUNDED, *notes),
        )
    ]  # fmt: skip


def _parse_cut(payload: bytes, origin: Origin) -> list[Publication]:
    """Read one day's raw text, cut: from ``leaderboard-text.json`` or ``text-raw-<day>.csv``."""
    where = tidy.place(_CUT, origin)
    board = "arena/text"
    notes: tuple[str, ...] = ()
    if _CUT_FILE.fullmatch(origin.name):
        table = csv_columns(payload, where, tuple(_CUT_FIGURES.values()))
        raw = tidy.frame({ours: table[theirs] for ours, theirs in _CUT_FIGURES.items()})
        tables = tidy.board(raw, where)
    elif origin.name == "leaderboard-text.json":
        board, tables, notes = arena.read_catalog(payload, origin, where)
    else:
        raise PayloadError(
            f"{where}: not one of its lists, which are leaderboard-text.json and text-raw-<day>.csv"
        )
    return [
        tidy.rated(
            board, origin.date, tables, basis="commit", interval="published",
            completeness=f"top-{len(tables.ratings)}", notes=notes,
        )
    ]  # fmt: skip


_RAW = ("raw.githubusercontent.com",)
_CATALOG = "smallai-llm-ranking"
_CUT = "arielshakaramiro-llm-leaderboard-tracker"


def _source(
    name: str,
    parse: Callable[[bytes, Origin], list[Publication]],
    copied: str,
    homepage: str,
    *,
    licence: str = NOT_STATED,
    hosts: tuple[str, ...] = _RAW,
) -> Source:
    return Source(
        name=name,
        publisher=f"Arena (arena.ai); {copied}",
        title=homepage.removeprefix("https://github.com/"),
        homepage=homepage,
        licence=licence,
        citation=f"Arena (arena.ai), {copied}, {homepage.removeprefix('https://')}.",
        hosts=hosts,
        precedence=5,
        parse=parse,
        whole=False,
    )


_PARTIAL = (
    Source(
        name="arena-web",
        publisher="Arena (arena.ai); copied from its web pages by oolong-tea-2026",
        title="arena-ai-leaderboards",
        homepage="https://github.com/oolong-tea-2026/arena-ai-leaderboards",
        licence="MIT",
        licence_url="https://github.com/oolong-tea-2026/arena-ai-leaderboards/blob/main/LICENSE",
        citation="Arena (arena.ai), leaderboard pages as collected in "
        "github.com/oolong-tea-2026/arena-ai-leaderboards and a fork of it.",
        hosts=_RAW,
        precedence=4,
        parse=_pages("arena-web", _updated),
        whole=False,
    ),
    _source(
        "arena-web-forks",
        _pages("arena-web-forks", _fetched),
        "leaderboard pages as copied daily by aabao325",
        "https://github.com/aabao325/arena-ai-leaderboards",
        licence="MIT",
    ),
    _source(
        "cherry-studio-docs",
        _pages("cherry-studio-docs", _fetched),
        "the text leaderboard page as copied daily into the documentation of Cherry Studio",
        "https://github.com/CherryHQ/cherry-studio-docs",
    ),
    _source(
        "kevinschaul-lmarena-leaderboard-history",
        _pages("kevinschaul-lmarena-leaderboard-history", _fetched),
        "the text leaderboard page as recorded by Kevin Schaul",
        "https://github.com/kevinschaul/lmarena-leaderboard-history",
    ),
    _source(
        "arena-web-2026-10",
        _pages("arena-web-2026-10", _fetched),
        "the text leaderboard page of 2 October 2026 as read off a third party's catalogue",
        "https://arena.ai/leaderboard/text",
        hosts=("arena.ai",),
    ),
    _source(
        _CATALOG,
        _parse_catalog,
        "catalog files with whole points as kept by SmallAi",
        "https://github.com/SmallAi-API/LLM-Ranking",
    ),
    _source(
        _CUT,
        _parse_cut,
        "the first rows of the official dataset as kept by Ariel Shakaramiro",
        "https://github.com/arielshakaramiro/llm-leaderboard-tracker",
        licence="CC-BY-4.0",
    ),
)


# Ratings of `arena/text`, 2023-05 to 2025-03, retired models included.

HISTORY = "arena-history"

#: From this date on the ratings are Bradley-Terry on one steady scale; before, online Elo.
_BRADLEY_TERRY_SINCE = "2024-03-27"

#: It has 105 and is not continued; each takes 20 ms beside its rows.
_HISTORY_DAYS = 200
_HISTORY_COLUMNS = {
    "entry": "key",
    "name": "Model",
    "rating": "rating",
    "licence": "License",
    "organisation": "Organization",
    "date": "date",
}
_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)


def _parse_history(payload: bytes, origin: Origin) -> list[Publication]:
    """Read ``alltime.csv``: one publication per date, oldest first.

    Raises
    ------
    PartialPayloadError
        When some dates are refused and others are not.
    """
    where = tidy.place(HISTORY, origin, dated=False)
    table = csv_columns(payload, where, tuple(_HISTORY_COLUMNS.values()))
    days = [_day(text, row, where) for row, text in enumerate(table["date"], start=1)]
    if not days:
        raise PayloadError(f"{where}: no rows below the header")
    tidy.vintages(len(set(days)), _HISTORY_DAYS, where)
    raw = tidy.frame({ours: table[theirs] for ours, theirs in _HISTORY_COLUMNS.items()})
    raw["date"] = days
    publications: list[Publication] = []
    refusals: list[str] = []
    for day, rows in raw.groupby("date", sort=True):
        try:
            tables = tidy.board(rows, f"{where} of {day}")
        except PayloadError as error:
            refusals.append(str(error))
            continue
        publications.append(
            tidy.rated(
                "arena/text", str(day), tables, basis="published", interval="none",
                method="online-elo" if str(day) < _BRADLEY_TERRY_SINCE else "bradley-terry",
            )
        )  # fmt: skip
    if refusals:
        raise PartialPayloadError(publications, refusals)
    return publications


def _day(text: str, row: int, where: str) -> str:
    found = _DAY.fullmatch(text)
    iso = "-".join(found.groups()) if found else ""
    if not tidy.is_date(iso):
        raise PayloadError(f"{where}: date in row {row} is not YYYYMMDD: {shown(text)}")
    return iso


_HISTORY_SOURCE = Source(
    name=HISTORY,
    publisher="Arena (arena.ai); copied by Jason Trigg",
    title="Chatbot Arena rating history",
    homepage="https://github.com/jasontrigg0/chatbot-arena-history",
    licence="no licence file known; figures published by Arena",
    citation="Arena (arena.ai), ratings 2023-05-08 to 2025-03-26 as collected in "
    "github.com/jasontrigg0/chatbot-arena-history.",
    hosts=("raw.githubusercontent.com",),
    precedence=2,
    parse=_parse_history,
)


# Boards by day, 2024-07 to 2025-08: display names, whole points.

_DAYS = "llm-leaderboard-csv"
_DAY_BOARDS = {
    "lmsys.csv": "arena/text",
    "lmarena_text.csv": "arena/text",
    "lmarena_vision.csv": "arena/vision",
    "lmarena_image.csv": "arena/text_to_image",
}

_DAY_COLUMNS = {
    "entry": "model",
    "rating": "arena_score",
    "votes": "votes",
    "rank": "rank",
    "organisation": "organization",
    "licence": "license",
}
_INTERVAL = "95_pct_ci"
_PLUS_MINUS = re.compile(r"\+(\d{1,6}(?:\.\d+)?)/-(\d{1,6}(?:\.\d+)?)", re.ASCII)


def _parse_days(payload: bytes, origin: Origin) -> list[Publication]:
    """Read one day's CSV: raw (not style-controlled) ratings, category `overall`.

    The vintage is the day of the repository's tag. Entries are the display names of the time.
    """
    where = tidy.place(_DAYS, origin)
    if origin.name not in _DAY_BOARDS:
        raise PayloadError(f"{where}: not one of its boards, which are {', '.join(_DAY_BOARDS)}")
    board = _DAY_BOARDS[origin.name]
    table = csv_columns(payload, where, (*_DAY_COLUMNS.values(), _INTERVAL))
    raw = tidy.frame({ours: table[theirs] for ours, theirs in _DAY_COLUMNS.items()})
    spans = [_plus_minus(text, row, where) for row, text in enumerate(table[_INTERVAL], start=1)]
    tidy.size(len(raw), where)
    rating = tidy.numbers(raw["rating"], where, "arena_score", raw["entry"])
    raw["upper"] = rating + [plus for plus, _ in spans]
    raw["lower"] = rating - [minus for _, minus in spans]
    tables = tidy.board(raw, where)
    return [
        tidy.rated(
            board, origin.date, tables, basis="commit", interval=_kind(tables.ratings),
            notes=("rounded to whole points; entries are display names",),
        )
    ]  # fmt: skip


def _plus_minus(text: str, row: int, where: str) -> tuple[float, float]:
    found = _PLUS_MINUS.fullmatch(text)
    if not found:
        raise PayloadError(f"{where}: {_INTERVAL} in row {row} is not +a/-b: {shown(text)}")
    return float(found[1]), float(found[2])


def _kind(ratings: pd.DataFrame) -> IntervalKind:
    """Asymmetric intervals are bootstrap ones; symmetric whole points could be either."""
    even = ratings["upper"] - ratings["rating"] == ratings["rating"] - ratings["lower"]
    return "published" if even.all() else "bootstrap"


_DAYS_SOURCE = Source(
    name=_DAYS,
    publisher="Arena (arena.ai); copied by Frederic Boulnois",
    title="llm-leaderboard-csv",
    homepage="https://github.com/fboulnois/llm-leaderboard-csv",
    licence="MPL-2.0",
    citation="Arena (arena.ai), ratings 2024-07-07 to 2025-08-04 as collected in "
    "github.com/fboulnois/llm-leaderboard-csv.",
    hosts=("raw.githubusercontent.com", "github.com"),
    precedence=3,
    parse=_parse_days,
)

SOURCES = (_HISTORY_SOURCE, _DAYS_SOURCE, *_PARTIAL)
