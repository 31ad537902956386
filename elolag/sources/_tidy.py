"""Raw rows of any source to the tables of `elolag.schema`, with one set of rules for all.

A parser hands over a frame with the columns ``category, entry, rating`` and, where its publisher
has them, ``lower, upper, variance, votes, rank, name, organisation, licence``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from elolag.errors import PayloadError
from elolag.schema import ENTRIES, RATINGS, IntervalKind
from elolag.sources._reading import shown

MAX_ROWS = 250_000
MAX_NAME = 500
CONFLICT_SHARE = 0.05
DECIMALS = 2

#: Beyond these a number is damage; it also keeps counts inside 64 bits and rounding exact.
_MAX_POINTS = 1e6
_MAX_COUNT = 1e9
_NOTES_SHOWN = 20
_FIGURES = ("rating", "lower", "upper", "variance", "votes", "rank")
_TEXTS = ("name", "organisation", "licence")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
# Control characters, line and paragraph separators, and halves of surrogate pairs (not storable
# as UTF-8). Everything else, right-to-left marks included, is the publisher's to choose.
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?", re.ASCII)


@dataclass(frozen=True)
class Tables:
    """A board's two tables, and what was done to get them."""

    ratings: pd.DataFrame
    entries: pd.DataFrame
    notes: tuple[str, ...]

    def as_dict(self) -> dict[str, pd.DataFrame]:
        """Give the tables as `Publication.tables` wants them."""
        return {"ratings": self.ratings, "entries": self.entries}


def frame(columns: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    """Columns of upstream values, types untouched."""
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
        rows[column], cleaned = texts(raw.get(column), len(rows), where, column)
        notes += cleaned
    rows = _without_duplicates(rows, where, doubled, notes)
    return Tables(_ratings(rows), _entries(rows, notes), tuple(notes))


def _checked(raw: pd.DataFrame, where: str) -> pd.DataFrame:
    size(len(raw), where)
    rows = pd.DataFrame(index=pd.RangeIndex(1, len(raw) + 1))
    for column in ("category", "entry"):
        rows[column] = names(raw[column], f"{where}: {column}").to_numpy(dtype=object)
    for column in _FIGURES:
        values = raw[column] if column in raw else pd.Series(np.nan, index=raw.index)
        rows[column] = numbers(values, where, column, rows["entry"])
    _refuse(rows["rating"].isna(), rows, where, "rating", "missing; every row needs a rating")
    for column in ("votes", "rank"):
        counts = rows[column]
        whole = counts.isna() | (counts.between(0, _MAX_COUNT) & (counts == np.floor(counts)))
        _refuse(~whole, rows, where, column, "not a count")
    for column in ("rating", "lower", "upper"):
        _refuse(rows[column].abs() > _MAX_POINTS, rows, where, column, "out of all range")
    wide = (rows["variance"] < 0) | (rows["variance"] > _MAX_POINTS**2)
    _refuse(wide, rows, where, "variance", "no variance")
    return rows


def size(rows: int, where: str) -> None:
    """Refuse an empty or an absurdly large table."""
    if not rows:
        raise PayloadError(f"{where}: the board is empty")
    if rows > MAX_ROWS:
        raise PayloadError(f"{where}: {rows:,} rows; a board of more than {MAX_ROWS:,} is refused")


def names(values: pd.Series, where: str) -> pd.Series:
    """Check keys: text of 1 to `MAX_NAME` characters without control characters, kept verbatim."""
    for position, value in enumerate(values.array):
        fault = ""
        if not isinstance(value, str):
            fault = "is missing" if _missing(value) else "is not text"
        elif not value:
            fault = "is empty"
        elif len(value) > MAX_NAME:
            fault = f"has {len(value):,} characters (at most {MAX_NAME})"
        elif _FORBIDDEN.search(value):
            fault = "holds a control character"
        if fault:
            raise PayloadError(f"{where} in row {position + 1} {fault}: {shown(value)}")
    return values


def texts(
    values: pd.Series | None, length: int, where: str, column: str
) -> tuple[list[str], list[str]]:
    """Descriptive text: missing becomes empty, control characters become spaces (noted)."""
    if values is None:
        return [""] * length, []
    out, cleaned = [], 0
    for position, value in enumerate(values.array):
        if _missing(value):
            out.append("")
            continue
        if not isinstance(value, str) or len(value) > MAX_NAME:
            fault = "is not text" if not isinstance(value, str) else "is over-long"
            raise PayloadError(f"{where}: {column} in row {position + 1} {fault}: {shown(value)}")
        tidy = _FORBIDDEN.sub(" ", value)
        cleaned += tidy != value
        out.append(tidy)
    return out, [f"{column}: control characters in {cleaned} cells written as spaces"] * bool(
        cleaned
    )


def numbers(values: pd.Series, where: str, column: str, entries: pd.Series) -> pd.Series:
    """Finite floats, or NaN where the publisher has nothing. Index as `entries`."""
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
    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))


def _refuse(bad: pd.Series, rows: pd.DataFrame, where: str, column: str, fault: str) -> None:
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
    if keys > CONFLICT_SHARE * total:
        raise PayloadError(
            f"{where}: {keys} of {total} entries are listed more than once with different figures "
            f"({example}); above {CONFLICT_SHARE:.0%} the board is refused"
        )
    groups = conflicts.groupby(key, sort=False)
    most = groups["votes"].transform("max")
    if (
        conflicts["votes"].isna().any()
        or (
            (conflicts["votes"] == most).groupby([conflicts["category"], conflicts["entry"]]).sum()
            > 1
        ).any()
    ):
        raise PayloadError(
            f"{where}: {keys} entries are listed more than once with different figures and votes "
            f"do not decide between them ({example}); the board is refused"
        )
    dropped = conflicts[conflicts["votes"] != most]
    for shown_rows, row in enumerate(dropped.itertuples()):
        if shown_rows == _NOTES_SHOWN:
            notes.append(f"and {len(dropped) - _NOTES_SHOWN} more conflicting rows left out")
            break
        notes.append(
            f"{row.category}: {row.entry} listed twice; the row with fewer votes left out "
            f"(rating {row.rating:.2f}, {row.votes:.0f} votes)"
        )
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
    out = rows.assign(se=np.sqrt(rows["variance"]))
    for column in ("rating", "lower", "upper", "se"):
        out[column] = out[column].round(DECIMALS)
    for column in ("votes", "rank"):
        out[column] = out[column].astype("Int64")
    for column in ("category", "entry"):
        out[column] = out[column].astype(str)
    out = out.sort_values(
        ["category", "rating", "entry"], ascending=[True, False, True], kind="stable"
    )
    return out[list(RATINGS)].reset_index(drop=True)


def _entries(rows: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    """One row per entry: what `overall` says of it, else what the first category says."""
    first = rows.assign(later=rows["category"] != "overall")
    first = first.sort_values(["entry", "later", "category"], kind="stable")
    out = pd.DataFrame({"entry": first["entry"].drop_duplicates()}).set_index("entry")
    for column in _TEXTS:
        said = first.loc[first[column] != "", ["entry", column]].drop_duplicates()
        differing = int(said["entry"].duplicated().sum())
        if differing:
            notes.append(f"{column} of {differing} entries differs between categories")
        out[column] = said.drop_duplicates("entry").set_index("entry")[column]
        out[column] = out[column].fillna("")
    return out.reset_index()[list(ENTRIES)].astype(str)


def keyed(
    columns: Mapping[str, Sequence[Any]], schema: Mapping[str, str], where: str
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Build a table without ratings (`ENTRIES`, `MODELS`): one row per entry, sorted by it.

    Columns of the schema that the publisher does not give are empty. Release dates that are no
    dates are left out and noted. Identical rows collapse; differing ones refuse the table.
    """
    raw = frame(columns)
    size(len(raw), where)
    out = pd.DataFrame({"entry": names(raw["entry"], f"{where}: entry").to_numpy(dtype=object)})
    notes: list[str] = []
    for column in schema:
        if column != "entry":
            out[column], cleaned = texts(raw.get(column), len(raw), where, column)
            notes += cleaned
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


def is_date(text: str) -> bool:
    """Whether `text` is an ISO day, month or year."""
    if not _DATE.fullmatch(text):
        return False
    try:
        np.datetime64(text)
    except ValueError:
        return False
    return text[:4] != "0000"


def interval_kinds(ratings: pd.DataFrame) -> tuple[IntervalKind, tuple[str, ...]]:
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
