"""The words parts of elolag share: boards, columns, and what a parsed publication is."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from elolag.errors import PayloadError

if TYPE_CHECKING:
    import pandas as pd

SCHEMA_VERSION = 1

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
LISTS = (ALL_LISTS, OFFICIAL_LISTS)

Basis = Literal["published", "commit", "fetched"]
Method = Literal["bradley-terry", "online-elo", "index", "metadata"]
IntervalKind = Literal["variance", "bootstrap", "published", "none"]

BOARD_PATTERN = re.compile(r"[a-z0-9-]+/[a-z0-9_-]+")
VINTAGE_PATTERN = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\.r([2-9]|[1-9]\d+))?")

#: No board elolag reads is older than this day.
FIRST_VINTAGE = "2023-01-01"
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
    if vintage < FIRST_VINTAGE:
        return f"dated {vintage}, before any list there was (first day taken: {FIRST_VINTAGE})"
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
    """

    name: str
    unit: str = "Elo"
    points: str = "Elo points"
    arena_constants: bool = False


_MEASURES = {
    "epoch/eci": Measure("index", "ECI points", "ECI points"),
    "metr/time-horizon": Measure("time-horizon", "log2 minutes", "log2 minutes"),
}


def measure_of(board: str, method: str = "bradley-terry", source: str = "") -> Measure:
    """The measure of a board, by its name, its method and the source of its ratings."""
    if source == "own":
        # Whose votes these are is not known: nothing of Arena's is assumed unless asked for.
        return Measure("own")
    if board in _MEASURES:
        return _MEASURES[board]
    if method == "index":
        return Measure("index", "index points", "index points")
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


# What a source is, and the error for a payload of which only a part was usable.


class PartialPayloadError(PayloadError):
    """Some boards or vintages of one payload are usable and others are refused.

    Whoever treats it as a plain `PayloadError` takes nothing; whoever wants the good part finds
    it in `publications`, and one message per refused board in `refusals`.
    """

    def __init__(self, publications: Sequence[Publication], refusals: Sequence[str]) -> None:
        self.publications = tuple(publications)
        self.refusals = tuple(refusals)
        super().__init__("\n".join(self.refusals))


@dataclass(frozen=True)
class Source:
    """One route to boards: where it is, under which terms, and how its bytes are read.

    Attributes
    ----------
    name
        Key in `elolag.sources.SOURCES`.
    publisher
        Who publishes the figures (for a copy: whose figures they are, and who copied them).
    licence, licence_url
        SPDX identifier, or plain words where there is none, and where it is stated.
    hosts
        Hosts its addresses and redirects may use, over https only. One that starts with a dot
        stands for every host below it; `allows` applies that rule.
    fetched
        Whether `elolag snapshot` fetches it by default; the others are imported from files.
    whole
        Whether its lists come whole. A copy of pages that are cut short from time to time is
        believed only beside a list that vouches for it (`elolag.archive.completeness`).
    redistributable
        False: what it yields belongs in a private archive only.
    precedence
        0 official dataset, 1 official catalog, 2 and more copies: of twin publications the one
        with the smallest number gives the vintage date.
    parser_version
        Raised whenever `parse` reads the same bytes differently.
    parse
        ``parse(payload, origin)``: bytes to publications, or a `PayloadError`. It touches neither
        network nor disk, and imports pandas (and pyarrow, for Parquet) only when called.
    spelling
        The source whose entry names it uses: aliases of that source apply as well.
    """

    name: str
    publisher: str
    title: str
    homepage: str
    licence: str
    licence_url: str
    citation: str
    hosts: tuple[str, ...]
    fetched: bool
    redistributable: bool
    precedence: int
    parser_version: int
    parse: Callable[[bytes, Origin], list[Publication]] = field(repr=False)
    whole: bool = True
    spelling: str = ""

    def allows(self, host: str) -> bool:
        """Whether an address of this source, or a redirect from it, may use `host`."""
        host = host.lower().rstrip(".")
        return any(
            host.endswith(allowed) if allowed.startswith(".") else host == allowed
            for allowed in self.hosts
        )
