"""A user's CSV of ratings: its columns, what is refused by its line, the covariance beside it."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from elolag.arrays import Floats
from elolag.errors import UsageError
from elolag.schema import ENTRIES, RATINGS
from elolag.sources import sheet as sheets
from elolag.sources.tidy import FORBIDDEN
from elolag.votes import COVARIANCE_SUFFIX, RATINGS_FILE, RatedVotes, read_covariance

if TYPE_CHECKING:
    import pandas as pd


_REQUIRED = ("entry", "rating")
_NUMBERS = ("rating", "lower", "upper", "se", "votes")
COLUMNS = (*_REQUIRED, *_NUMBERS[1:], "category", "organisation", "licence", "date")
#: Most entries of a table: an estimate of so many takes half a minute (benchmarks/scale.csv).
_MAX_ENTRIES = 50_000
#: Points a rating may be from the median of its category.
_MAX_SPREAD = 100_000
_SPELLINGS = {"organization": "organisation", "license": "licence"}


@dataclass(frozen=True)
class OwnTable:
    """One CSV of ratings as read.

    Attributes
    ----------
    name
        The file, for messages; not part of any result.
    sha256
        Of its bytes.
    ratings, entries
        With the columns of `base.RATINGS` and `base.ENTRIES`.
    date
        ISO date of the ratings; empty where the file does not say.
    spare
        Columns that are not used.
    covariance
        Of the ratings' errors, shape (E, E), with the entries it is for; None where not known.
    covariance_sha256
        Of the file that holds it.
    """

    name: str
    sha256: str
    ratings: pd.DataFrame
    entries: pd.DataFrame
    date: str
    spare: tuple[str, ...]
    covariance: tuple[tuple[str, ...], Floats] | None = None
    covariance_sha256: str = ""

    @property
    def reads_intervals(self) -> bool:
        """Whether any rating has its error from an interval: a standard error goes before it."""
        return bool((self.ratings["se"].isna() & self.ratings["lower"].notna()).any())


def read_table(path: Path) -> OwnTable:
    """Read a CSV of ratings, and the covariance beside it where there is one."""
    if path.is_dir():
        path = path / RATINGS_FILE
    table = parse(sheets.read_bytes(path, "the ratings file"), str(path))
    # From here on it goes by its last name: results keep what is said of it, reports print it.
    table = replace(table, name=path.name)
    beside = path.with_name(path.stem + COVARIANCE_SUFFIX)
    if not beside.is_file():
        return table
    names, matrix, digest = read_covariance(beside)
    _check_covariance(table, names, matrix, str(beside))
    return replace(table, covariance=(names, matrix), covariance_sha256=digest)


def of_votes(rated: RatedVotes) -> OwnTable:
    """Rated votes as the files they would be written to."""
    files = rated.files()
    table = parse(files[RATINGS_FILE], "the rated votes")
    name = RATINGS_FILE.removesuffix(".csv") + COVARIANCE_SUFFIX
    return replace(
        table,
        covariance=(rated.ratings.items, rated.ratings.covariance),
        covariance_sha256=hashlib.sha256(files[name]).hexdigest(),
    )


def _check_covariance(table: OwnTable, names: tuple[str, ...], matrix: Floats, file: str) -> None:
    """Refuse a covariance that is not that of these ratings."""
    mend = f"write both anew with elolag rate, or remove {file}"
    if set(table.ratings["category"]) != {"overall"}:
        raise UsageError(f"{file}: a covariance goes with one category, overall; {mend}")
    entries = table.ratings["entry"].tolist()
    if set(entries) != set(names):
        odd = sorted(set(entries) ^ set(names))[0]
        raise UsageError(f"{file}: {odd!r} is not in both it and {table.name}; {mend}")
    place = {name: k for k, name in enumerate(names)}
    variance = np.diag(matrix)[[place[e] for e in entries]]
    se = table.ratings["se"].to_numpy(float)
    wrong = np.flatnonzero(~np.isclose(se**2, variance, rtol=1e-3, atol=1e-9))
    if wrong.size:
        raise UsageError(
            f"{file}: {entries[wrong[0]]!r} has a standard error of "
            f"{math.sqrt(max(variance[wrong[0]], 0)):g} here and {se[wrong[0]]:g} in {table.name}; "
            f"{mend}"
        )


def parse(data: bytes, name: str) -> OwnTable:
    """A table of ratings from the bytes of its CSV; `name` is for messages."""
    import pandas as pd

    sheet = sheets.parse(data, name, (*COLUMNS, *_SPELLINGS))
    columns = tuple(_SPELLINGS.get(c, c) for c in sheet.columns)
    sheet = sheets.renamed(sheet, columns)
    spare = sheet.check_columns(_REQUIRED, COLUMNS, "an example: elolag template ratings")
    if not sheet.cells:
        raise UsageError(f"{name}: no row below its header; one row is one entry's rating")
    numbers = sheet.numbers(c for c in _NUMBERS if c in sheet.columns)
    entries = sheet.column("entry")
    if len(set(entries)) > _MAX_ENTRIES:
        raise UsageError(
            f"{name}: {len(set(entries)):,} entries, of which at most {_MAX_ENTRIES:,} are taken; "
            f"leave out those far below the best. If it is a file of votes, see: elolag rate"
        )
    categories = [c or "overall" for c in sheet.column("category")]
    _check_rows(sheet, entries, categories, numbers)
    nothing = [math.nan] * len(entries)
    known = {c: numbers.get(c, nothing) for c in (*_NUMBERS, "rank")}
    ratings = pd.DataFrame({"category": categories, "entry": entries, **known})[list(RATINGS)]
    said = {c: sheet.column(c) for c in ("organisation", "licence")}
    described = pd.DataFrame({"entry": entries, "name": "", **said})[list(ENTRIES)]
    described = described.drop_duplicates("entry", ignore_index=True)
    return OwnTable(name, sheet.sha256, ratings, described, _date(sheet), spare)


def _check_rows(
    sheet: sheets.Sheet, entries: list[str], categories: list[str], numbers: dict[str, list[float]]
) -> None:
    """Refuse rows that are no ratings; the message names line and value."""
    first: dict[tuple[str, str], int] = {}
    errors: dict[str, bool] = {}
    nothing = [math.nan] * len(entries)
    lower, upper, se, votes = (numbers.get(c, nothing) for c in _NUMBERS[1:])
    for row, key in enumerate(zip(categories, entries, strict=True)):
        where, rating = sheet.where(row), numbers["rating"][row]
        if not key[1]:
            raise UsageError(f"{where}: no entry; name the model, or leave out the row")
        if FORBIDDEN.search(key[1]):
            raise UsageError(
                f"{where}: the entry {key[1]!r:.200} holds a control character and is no name"
            )
        if math.isnan(rating):
            raise UsageError(f"{where}: {key[1]!r} has no rating; leave out the row")
        if key in first:
            raise UsageError(
                f"{where}: {key[1]!r} stands twice in category {key[0]!r}, first on line "
                f"{sheet.lines[first[key]]}; keep one row"
            )
        first[key] = row
        if math.isnan(lower[row]) != math.isnan(upper[row]):
            raise UsageError(f"{where}: {key[1]!r} has one end of its interval; give both or none")
        if not math.isnan(lower[row]) and not lower[row] <= rating <= upper[row]:
            raise UsageError(
                f"{where}: the rating {rating:g} of {key[1]!r} lies outside its interval "
                f"{lower[row]:g} to {upper[row]:g}"
            )
        for what in ("rating", "lower", "upper", "se"):
            value = numbers.get(what, nothing)[row]
            if abs(value) >= sheets.MAX_POINTS:
                raise UsageError(
                    f"{where}: {what} {value:g} of {key[1]!r} is at or beyond "
                    f"{sheets.MAX_POINTS:,} points; is it the right column and unit?"
                )
        for what, value in (("se", se[row]), ("votes", votes[row])):
            if value < 0:
                raise UsageError(f"{where}: {what} {value:g} of {key[1]!r} is below 0")
        known = not (math.isnan(se[row]) and math.isnan(lower[row]))
        errors[key[0]] = errors.get(key[0], False) or known
    _check_spread(sheet, entries, categories, numbers["rating"])
    bare = [category for category, known in errors.items() if not known]
    if bare:
        raise UsageError(
            f"{sheet.name}: no rating of category {bare[0]!r} has an interval or standard error, "
            f"without which a lag has none; add a column se, or lower and upper"
        )


def _check_spread(
    sheet: sheets.Sheet, entries: list[str], categories: list[str], ratings: list[float]
) -> None:
    """Refuse a rating out of all relation to the others: the prior of ratings spans them all."""
    import pandas as pd

    middle = pd.Series(ratings, dtype=float).groupby(categories).median()
    for row, (category, rating) in enumerate(zip(categories, ratings, strict=True)):
        away = abs(rating - middle[category])
        if away > _MAX_SPREAD:
            raise UsageError(
                f"{sheet.where(row)}: rating {rating:g} of {entries[row]!r} is {away:,.0f} points "
                f"from the median of its category ({middle[category]:g}), more than "
                f"{_MAX_SPREAD:,}; is it the right column and unit?"
            )


def _date(sheet: sheets.Sheet) -> str:
    """The one date of the column ``date``; empty where there is none."""
    found: dict[str, int] = {}
    for row, text in enumerate(sheet.column("date")):
        if text:
            found.setdefault(sheets.iso_date(text, sheet.where(row)), row)
    if len(found) > 1:
        (one, _), (two, row) = list(found.items())[:2]
        raise UsageError(
            f"{sheet.where(row)}: date {two}, but {one} above; a file holds the ratings of one day"
        )
    return next(iter(found), "")
