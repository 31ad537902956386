"""The words parts of elolag share: boards, columns, and what a parsed publication is."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd

SCHEMA_VERSION = 1

#: Boards that Arena publishes with and without style control.
STYLED = frozenset({"document", "search", "text", "vision"})

#: Columns of ``ratings.csv``. One row is one entry in one category; (category, entry) is the key.
RATINGS: dict[str, str] = {
    "category": "string",
    "entry": "string",
    "rating": "number",  # in the unit of the board's measure, rounded to 2 decimals
    "lower": "number",  # interval as published; may be missing
    "upper": "number",
    "se": "number",  # standard error from the published variance; missing where there is none
    "votes": "integer",  # may be missing
    "rank": "integer",  # may be missing
}

#: Columns of ``entries.csv``: what the publisher says of an entry. `entry` is the key.
#: ``name`` is a second, human name where the publisher gives one, else empty.
ENTRIES: dict[str, str] = {
    "entry": "string",
    "name": "string",
    "organisation": "string",
    "licence": "string",
}

#: Columns of ``models.csv`` of a metadata source (no ratings). `entry` is the key.
MODELS: dict[str, str] = {
    "entry": "string",
    "name": "string",
    "organisation": "string",
    "release_date": "string",  # ISO day, month or year as published, or empty
    "open_weights": "string",  # "true", "false" or empty
    "country": "string",  # as published; only Epoch gives one
}

#: Licence of a copy whose maker names none.
NOT_STATED = "not stated"

#: Which lists of an archive answer: all, or those only that came from their publisher.
ALL_LISTS, OFFICIAL_LISTS = "all", "official"

Basis = Literal["published", "commit", "fetched"]
Method = Literal["bradley-terry", "online-elo", "index", "metadata"]
IntervalKind = Literal["variance", "bootstrap", "published", "none"]

#: Names that are devices on Windows, whatever their ending: no file or folder is called so.
_DEVICES = r"(?:con|prn|aux|nul|com\d|lpt\d)"

#: The folder of an archive that holds forecasts, ``forecasts/<board>/<round>-<forecaster>.csv``.
FORECASTS = "forecasts"
BOARD_PATTERN = re.compile(
    rf"(?!(?:{_DEVICES}|{FORECASTS})/)[a-z0-9-]+/(?!{_DEVICES}(?:/|$))[a-z0-9_-]+"
)
VINTAGE_PATTERN = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\.r([2-9]|[1-9]\d+))?")
#: Round and forecaster.
FORECAST_PATTERN = re.compile(r"(?!.{101})([0-9]{4}-[0-9]{2}-[0-9]{2})-([a-z0-9]+(?:-[a-z0-9]+)*)")

#: No board elolag reads is older than this day.
_FIRST_VINTAGE = "2023-01-01"
#: A list can be dated so many days after the day it was got: clocks and time zones differ.
DAYS_AHEAD = 2


def vintage_fault(vintage: str, got: str) -> str:
    """Why a list got on one day cannot be of the day it says; empty where it can.

    Parameters
    ----------
    vintage
        What the list says it is of.
    got
        ISO date, or time that begins with one, of its retrieval.
    """
    try:
        ahead = (dt.date.fromisoformat(vintage) - dt.date.fromisoformat(got[:10])).days
    except ValueError:
        return f"dated {vintage} and retrieved on {got[:10]}, which are not both days"
    if ahead > DAYS_AHEAD:
        return f"dated {vintage}, {ahead:,} days after it was retrieved ({got[:10]})"
    if vintage < _FIRST_VINTAGE:
        return f"dated {vintage}, before any list there was (first day taken: {_FIRST_VINTAGE})"
    return ""


@dataclass(frozen=True)
class Measure:
    """What a board's ratings are made of.

    Attributes
    ----------
    name
        ``votes``, ``index``, ``time-horizon`` or ``own``: what the words of results go by.
    unit, points
        Of a rating and of the gap, as it stands after a number and by itself.
    arena_constants
        Whether what was measured on Arena's boards applies: the drift of young entries, and that
        a rating printed to a whole point is uniform within it.
    point
        What is as little as one Elo. METR's models are 0.5 to 1.1 doublings from their trend,
        Arena's 30 to 70 Elo.
    one_score
        Whether the entries under one name share its score: they are then one figure, not several.
    """

    name: str
    unit: str = "Elo"
    points: str = "Elo points"
    arena_constants: bool = False
    point: float = 1.0
    one_score: bool = False


_MEASURES = {
    "epoch/eci": Measure("index", "ECI points", "ECI points", one_score=True),
    "metr/time-horizon": Measure("time-horizon", "log2 minutes", "log2 minutes", point=0.02),
}


def measure_of(board: str, method: str = "bradley-terry", source: str = "") -> Measure:
    """The measure of a board, by its name, its method and the source of its ratings."""
    if source == "own":
        # Whose votes these are is not known: nothing of Arena's is assumed unless asked for.
        return Measure("own")
    if board in _MEASURES:
        return _MEASURES[board]
    if method == "index":
        return Measure("index", "index points", "index points", one_score=True)
    return Measure("votes", arena_constants=board.partition("/")[0] == "arena")


@dataclass(frozen=True)
class Origin:
    """Where one payload came from: what a parser may know besides the bytes.

    Attributes
    ----------
    name
        What the payload is at its publisher: a subset (``text``), a file name
        (``leaderboard-text.json``, ``lmarena_text.csv``). Data, never a path.
    date
        ISO date the payload stands for when its own bytes do not say: the commit's or tag's day,
        or the day it was fetched.
    urls
        Exact addresses of the payload at its publisher.
    """

    name: str
    date: str
    urls: tuple[str, ...] = ()


@dataclass(frozen=True)
class Publication:
    """One board at one vintage, as a source's parser read it.

    ``tables`` maps a table name to its rows: ``ratings`` and ``entries`` for a board,
    ``entries`` alone for a table of organisations, ``models`` for a metadata source (and beside a
    board, where its publisher gives release dates). Column
    names and order are those of `RATINGS`, `ENTRIES`, `MODELS`; ratings are sorted by category,
    then rating (highest first), then entry.
    """

    board: str
    vintage: str
    basis: Basis
    tables: dict[str, pd.DataFrame] = field(repr=False)
    method: Method
    style_control: bool | None = None
    interval_kind: IntervalKind = "none"
    interval_level: float | None = None
    completeness: str = "full"  # or "top-N"
    notes: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()  # categories the payload has and the snapshot has not

    def without(self, categories: Collection[str], why: str) -> Publication:
        """Leave categories out, and entries that are in no other; `why` is noted."""
        if not categories:
            return self
        ratings, entries = self.tables["ratings"], self.tables["entries"]
        ratings = ratings[~ratings["category"].isin(categories)].reset_index(drop=True)
        entries = entries[entries["entry"].isin(set(ratings["entry"]))].reset_index(drop=True)
        return replace(
            self,
            tables={**self.tables, "ratings": ratings, "entries": entries},
            notes=(*self.notes, why),
            left_out=(*self.left_out, *sorted(categories)),
        )
