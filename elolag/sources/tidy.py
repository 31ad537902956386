"""From raw rows to the tables of `elolag.schema`, by one set of rules for all sources.

Out of a payload's values (`elolag.sources.base`) a parser makes a frame with the columns
``entry, rating`` and, where its publisher has them, ``category`` (else all is ``overall``),
``lower, upper, variance, votes, rank, name, organisation, licence``; `board` makes tables of it and
`rated` or `described` a publication. Every function raises `PayloadError` on anything but what it
promises.
"""

from __future__ import annotations

import datetime as dt
import math
import operator
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from elolag.arrays import Flags
from elolag.errors import PayloadError
from elolag.schema import (
    ENTRIES,
    MODELS,
    RATINGS,
    STYLED,
    Basis,
    IntervalKind,
    Method,
    Origin,
    Publication,
)
from elolag.sources.base import shown

if TYPE_CHECKING:
    import pandas as pd

_MAX_ROWS = 250_000
_MAX_CATEGORIES = 1_000
_MAX_NAME = 500
_CONFLICT_SHARE = 0.05
_DECIMALS = 2

#: Beyond these a number is damage; it also keeps counts inside 64 bits and rounding exact.
_MAX_POINTS = 1e6
_MAX_COUNT = 1e9
_NOTES_SHOWN = 20
_FIGURES = ("rating", "lower", "upper", "variance", "votes", "rank")
_TEXTS = ("name", "organisation", "licence")
# One way only to match any digits: two would try every split of a long text between them.
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
#: What no name holds: control characters, line and paragraph separators, and halves of surrogate
#: pairs (not storable as UTF-8). All else, right-to-left marks too, is the publisher's to choose.
FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?", re.ASCII)


@dataclass(frozen=True)
class Tables:
    """A board's two tables, and what was done to get them."""

    ratings: pd.DataFrame
    entries: pd.DataFrame
    notes: tuple[str, ...]


def frame(columns: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    """Columns of upstream values, types untouched."""
    import pandas as pd

    return pd.DataFrame({name: pd.Series(list(v), dtype=object) for name, v in columns.items()})


def board(raw: pd.DataFrame, where: str, *, doubled: Collection[str] = ()) -> Tables:
    """Check, deduplicate, round and sort the rows of one board.

    Parameters
    ----------
    raw
        One row per row of the payload; see the module's text for its columns.
    where
        The payload's name, for messages.
    doubled
        Entries known to be listed twice for two different things (see `_apart`).

    Raises
    ------
    PayloadError
        Naming the payload, the row and the value, or the rule that refuses the board.
    """
    rows = _checked(raw, where)
    notes: list[str] = []
    for column in _TEXTS:
        rows[column] = _texts(raw.get(column), len(rows), where, column, notes)
    rows = _without_duplicates(rows, where, doubled, notes)
    return Tables(_ratings(rows), _entries(rows, notes), tuple(notes))


def _checked(raw: pd.DataFrame, where: str) -> pd.DataFrame:
    import pandas as pd

    size(len(raw), where)
    raw = raw if "category" in raw else raw.assign(category="overall")
    index = pd.RangeIndex(1, len(raw) + 1)
    columns = {
        column: pd.Series(names(raw[column], f"{where}: {column}").to_numpy(object), index, object)
        for column in ("category", "entry")
    }
    if (categories := columns["category"].nunique()) > _MAX_CATEGORIES:
        raise PayloadError(
            f"{where}: {categories:,} categories; more than {_MAX_CATEGORIES:,} is refused"
        )
    for column in _FIGURES:
        values = raw[column] if column in raw else pd.Series(np.nan, index=raw.index)
        columns[column] = numbers(values, where, column, columns["entry"])
    rows = pd.DataFrame(columns)
    figures = {column: columns[column].to_numpy() for column in _FIGURES}
    unrated = np.isnan(figures["rating"])
    _refuse(unrated, rows, where, "rating", "missing; every row needs a rating")
    for column in ("votes", "rank"):
        counts = figures[column]
        whole = (counts >= 0) & (counts <= _MAX_COUNT) & (counts == np.floor(counts))
        _refuse(~(whole | np.isnan(counts)), rows, where, column, "not a count")
    for column in ("rating", "lower", "upper"):
        _refuse(np.abs(figures[column]) > _MAX_POINTS, rows, where, column, "out of all range")
    wide = (figures["variance"] < 0) | (figures["variance"] > _MAX_POINTS**2)
    _refuse(wide, rows, where, "variance", "no variance")
    return rows


def size(rows: int, where: str) -> None:
    """Refuse an empty or an absurdly large table."""
    if not rows:
        raise PayloadError(f"{where}: the board is empty")
    if rows > _MAX_ROWS:
        raise PayloadError(f"{where}: {rows:,} rows; a board of more than {_MAX_ROWS:,} is refused")


def vintages(number: int, most: int, where: str) -> None:
    """Refuse a file of more lists than its publisher can have published."""
    if number > most:
        raise PayloadError(f"{where}: {number:,} dates; more than {most:,} is refused")


def names(values: pd.Series, where: str) -> pd.Series:
    """Check keys: text of 1 to `_MAX_NAME` characters without control characters, kept verbatim."""
    for position, value in enumerate(values.array):
        fault = ""
        if not isinstance(value, str):
            fault = "is missing" if _missing(value) else "is not text"
        elif not value:
            fault = "is empty"
        elif len(value) > _MAX_NAME:
            fault = f"has {len(value):,} characters (at most {_MAX_NAME})"
        elif FORBIDDEN.search(value):
            fault = "holds a control character"
        if fault:
            raise PayloadError(f"{where} in row {position + 1} {fault}: {shown(value)}")
    return values


def _texts(
    values: pd.Series | None, length: int, where: str, column: str, notes: list[str]
) -> list[str]:
    """Descriptive text: missing becomes empty, control characters become spaces (noted)."""
    if values is None:
        return [""] * length
    for position, value in enumerate(values.array):
        if not _missing(value) and (not isinstance(value, str) or len(value) > _MAX_NAME):
            fault = "is not text" if not isinstance(value, str) else "is over-long"
            raise PayloadError(f"{where}: {column} in row {position + 1} {fault}: {shown(value)}")
    said = ["" if _missing(value) else value for value in values.array]
    tidied = [FORBIDDEN.sub(" ", text) for text in said]
    cleaned = sum(map(operator.ne, said, tidied))
    if cleaned:
        notes.append(f"{column}: control characters in {cleaned} cells written as spaces")
    return tidied


def numbers(values: pd.Series, where: str, column: str, entries: pd.Series) -> pd.Series:
    """Finite floats, or NaN where the publisher has nothing. Index as `entries`."""
    import pandas as pd

    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        array = values.to_numpy(dtype="float64", na_value=np.nan)
    else:
        array = np.array([_number(value) for value in values.array], dtype="float64")
    out = pd.Series(array, index=entries.index)
    # A NaN among numbers is indistinguishable from "not published"; infinity never is. Text that
    # is no number, and numbers too large for a float, were mapped to infinity by `_number`.
    bad = np.flatnonzero(np.isinf(array))
    if bad.size:
        at = int(bad[0])
        raise PayloadError(
            f"{where}: {column} in row {at + 1} ({shown(entries.iloc[at])}) is not a finite "
            f"number: {shown(values.tolist()[at])}"
        )
    return out


def _number(value: Any) -> float:
    if _missing(value) or value == "":
        return math.nan
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return math.inf
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        return math.inf
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _missing(value: Any) -> bool:
    # pandas' NA is told by its type's name: this is asked of every cell.
    is_nan = isinstance(value, float) and math.isnan(value)
    return value is None or is_nan or type(value).__name__ == "NAType"


def _refuse(bad: Flags, rows: pd.DataFrame, where: str, column: str, fault: str) -> None:
    if bad.any():
        row = rows[bad].iloc[0]
        raise PayloadError(
            f"{where}: {column} in row {row.name} ({shown(row['entry'])}, "
            f"{shown(row['category'])}) is {fault}: {row[column]}"
        )


def _without_duplicates(
    rows: pd.DataFrame, where: str, doubled: Collection[str], notes: list[str]
) -> pd.DataFrame:
    """Apply the duplicate rule of the design; `rank` is a row count and is not compared."""
    key = ["category", "entry"]
    before = len(rows)
    rows = rows.sort_values("rank", kind="stable")
    rows = rows.drop_duplicates([*key, "rating", "lower", "upper", "variance", "votes"])
    if len(rows) < before:
        notes.append(f"{before - len(rows)} repeated rows (same figures) collapsed")
    if doubled:
        rows = _apart(rows, doubled, notes)
    conflicts = rows[rows.duplicated(key, keep=False)]
    if conflicts.empty:
        return rows
    keys, total = len(conflicts.drop_duplicates(key)), len(rows.drop_duplicates(key))
    first = conflicts.sort_values([*key, "rating"]).iloc[:2]
    example = (
        f"e.g. {shown(first['entry'].iloc[0])} in {shown(first['category'].iloc[0])}: "
        f"{first['rating'].iloc[0]:.2f} and {first['rating'].iloc[1]:.2f}"
    )
    if keys > _CONFLICT_SHARE * total:
        raise PayloadError(
            f"{where}: {keys} of {total} entries are listed more than once with different figures "
            f"({example}); above {_CONFLICT_SHARE:.0%} the board is refused"
        )
    most = conflicts.groupby(key, sort=False)["votes"].transform("max")
    first_by_votes = conflicts[conflicts["votes"] == most]
    if conflicts["votes"].isna().any() or first_by_votes.duplicated(key).any():
        raise PayloadError(
            f"{where}: {keys} entries are listed more than once with different figures and votes "
            f"do not decide between them ({example}); the board is refused"
        )
    dropped = conflicts[conflicts["votes"] != most]
    said = [
        f"{row.category}: {row.entry} listed twice; the row with fewer votes left out "
        f"(rating {row.rating:.2f}, {row.votes:.0f} votes)"
        for row in dropped.itertuples()
    ]
    more = len(said) - _NOTES_SHOWN
    notes += said[:_NOTES_SHOWN]
    if more > 0:
        notes.append(f"and {more} more conflicting rows left out")
    return rows.drop(dropped.index)


def _apart(rows: pd.DataFrame, doubled: Collection[str], notes: list[str]) -> pd.DataFrame:
    """Keep both rows of an entry known to stand for two things: the lower rated becomes ``#2``."""
    rows = rows.copy()
    known = rows[rows["entry"].isin(doubled)]
    for (_, entry), pair in known.groupby(["category", "entry"], sort=True):
        if len(pair) == 2:
            order = pair.sort_values(["rating", "votes"], ascending=False, kind="stable")
            rows.loc[order.index[1], "entry"] = f"{entry} #2"
            note = f"{entry} is listed twice by the publisher; the lower rated is kept as #2"
            if note not in notes:
                notes.append(note)
    return rows


def _ratings(rows: pd.DataFrame) -> pd.DataFrame:
    out = rows.assign(se=np.sqrt(rows["variance"]))[list(RATINGS)]
    figures = ["rating", "lower", "upper", "se"]
    out[figures] = out[figures].round(_DECIMALS)
    keys = (out["category"].tolist(), (-out["rating"]).tolist(), out["entry"].tolist())
    places = [place for *_, place in sorted(zip(*keys, range(len(out)), strict=True))]
    return (
        out.iloc[places]
        .reset_index(drop=True)
        .astype({"category": str, "entry": str, "votes": "Int64", "rank": "Int64"})
    )


def _entries(rows: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    """One row per entry: what `overall` says of it, else what the first category says."""
    import pandas as pd

    # In lists: a file may hold hundreds of boards, and frames of a few hundred rows take longer.
    entries, categories = rows["entry"].tolist(), rows["category"].tolist()
    later = [category != "overall" for category in categories]
    places = sorted(zip(entries, later, categories, range(len(rows)), strict=True))
    out: dict[str, list[str]] = {"entry": sorted(set(entries))}
    for column in _TEXTS:
        cells = rows[column].tolist()
        said: dict[str, dict[str, None]] = {}
        for entry, _, _, place in places:
            if cells[place]:
                said.setdefault(entry, {})[cells[place]] = None
        differing = sum(len(texts) - 1 for texts in said.values())
        if differing:
            notes.append(f"{column} of {differing} entries differs between categories")
        out[column] = [next(iter(said.get(entry, ("",)))) for entry in out["entry"]]
    return pd.DataFrame(out, columns=list(ENTRIES), dtype=object).astype(str)


def keyed(
    columns: Mapping[str, Sequence[Any]], schema: Mapping[str, str], where: str
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Build a table without ratings (`ENTRIES`, `MODELS`): one row per entry, sorted by it.

    Columns of the schema that the publisher does not give are empty. Release dates that are no
    dates are left out and noted. Identical rows collapse; differing ones refuse the table.
    """
    import pandas as pd

    raw = frame(columns)
    size(len(raw), where)
    out = pd.DataFrame({"entry": names(raw["entry"], f"{where}: entry").to_numpy(dtype=object)})
    notes: list[str] = []
    for column in schema:
        if column != "entry":
            out[column] = _texts(raw.get(column), len(raw), where, column, notes)
    if "release_date" in schema:
        unreadable = [text for text in out["release_date"] if text and not is_date(text)]
        if unreadable:
            notes.append(
                f"{len(unreadable)} release dates are no dates and left out, "
                f"e.g. {shown(unreadable[0])}"
            )
            out["release_date"] = [text if is_date(text) else "" for text in out["release_date"]]
    distinct = out.drop_duplicates()
    if len(distinct) < len(out):
        notes.append(f"{len(out) - len(distinct)} identical rows collapsed")
    twice = distinct[distinct["entry"].duplicated()]
    if not twice.empty:
        raise PayloadError(
            f"{where}: {len(twice)} entries are listed more than once and differently, "
            f"e.g. {shown(twice['entry'].iloc[0])}; the table is refused"
        )
    table = distinct.sort_values("entry")[list(schema)].reset_index(drop=True).astype(str)
    return table, tuple(notes)


def full_date(text: str) -> dt.date | None:
    """The day a source's date names; None where it is empty, impossible, a month or a year."""
    if not _DAY.fullmatch(text):
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def is_date(text: str) -> bool:
    """Whether `text` is an ISO day, month or year."""
    if not _DATE.fullmatch(text):
        return False
    try:
        np.datetime64(text)
    except ValueError:
        return False
    return text[:4] != "0000"


def _interval_kinds(ratings: pd.DataFrame) -> tuple[IntervalKind, tuple[str, ...]]:
    """Whether full-precision intervals are symmetric ("variance") or not ("bootstrap").

    The board's kind is that of ``overall`` (else of its first category); categories of another
    kind are listed in the notes.
    """
    off = (ratings["lower"] + ratings["upper"] - 2 * ratings["rating"]).abs()
    worst = off.groupby(ratings["category"]).max()
    kinds: dict[str, IntervalKind] = {
        str(category): "none" if math.isnan(v) else "variance" if v <= 0.025 else "bootstrap"
        for category, v in worst.items()
    }
    main = kinds.get("overall", next(iter(kinds.values())))
    notes = tuple(
        f"intervals of category {shown(category)}: {kind}"
        for category, kind in kinds.items()
        if kind != main
    )
    return main, notes


# From tables to publications.


def place(source: str, origin: Origin, *, dated: bool = True) -> str:
    """What messages call a payload: its source, its name and, if `dated`, the day it is of."""
    name = f"{source} {shown(origin.name)[1:-1]}"
    return f"{name} of {origin.date}" if dated else name


def _style_control(board: str) -> bool | None:
    """Whether a board is style-controlled; None where its publisher makes no such distinction."""
    publisher, _, subset = board.partition("/")
    if publisher == "arena" and subset.endswith("_style_control"):
        return True
    return False if publisher == "arena" and subset in STYLED else None


def rated(
    board: str, vintage: str, tables: Tables, *, basis: Basis, interval: IntervalKind | None,
    level: float | None = 0.95, method: Method = "bradley-terry", completeness: str = "full",
    notes: Iterable[str] = (),
) -> Publication:  # fmt: skip
    """A board as published; without an interval of any entry its kind is "none".

    Parameters
    ----------
    interval
        What kind its intervals are; None to tell by their symmetry (`_interval_kinds`).
    notes
        The parser's own; what was done to get the tables follows them.
    """
    kinds: tuple[str, ...] = ()
    if interval is None:
        interval, kinds = _interval_kinds(tables.ratings)
    known = bool(tables.ratings[["lower", "se"]].notna().any(axis=None))
    kind = interval if known else "none"
    return Publication(
        board=board,
        vintage=vintage,
        basis=basis,
        tables={"ratings": tables.ratings, "entries": tables.entries},
        method=method,
        style_control=_style_control(board),
        interval_kind=kind,
        interval_level=None if kind == "none" else level,
        completeness=completeness,
        notes=(*notes, *tables.notes, *kinds),
    )


def described(
    board: str, vintage: str, fields: Mapping[str, Sequence[Any]], where: str, *, basis: Basis,
    table: str = "models", more: bool = False, notes: Iterable[str] = (),
) -> Publication:  # fmt: skip
    """A table without ratings, as published: ``models`` or ``entries``; `more` if it is cut."""
    rows, done = keyed(fields, MODELS if table == "models" else ENTRIES, where)
    return Publication(
        board=board,
        vintage=vintage,
        basis=basis,
        tables={table: rows},
        method="metadata",
        completeness=f"top-{len(rows)}" if more else "full",
        notes=(*notes, *done),
    )
