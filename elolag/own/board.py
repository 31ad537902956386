"""A user's own ratings as a board: a private arena, an internal benchmark, or votes rated here.

One CSV is one board at one vintage. It becomes a `Board` like those of the archive, so that every
estimate takes it; its snapshot's hash is the SHA-256 of the file, and its path names no folder.
"""

from __future__ import annotations

import calendar
import datetime as dt
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from elolag.archive import Archive, Board, Snapshot
from elolag.archive.listing import Listing, listings
from elolag.arrays import Floats
from elolag.dates import Now, parse, to_day, to_iso, utc_now
from elolag.errors import UsageError
from elolag.own import table as tables
from elolag.own.table import OwnTable
from elolag.schema import DAYS_AHEAD
from elolag.tags import Lookup, Tag, is_unknown
from elolag.votes import RatedVotes

if TYPE_CHECKING:
    from collections.abc import Hashable

    import pandas as pd

# Examples of a user's own tables, which run as they are: invented models, two groups.

_RATINGS = """\
entry,rating,lower,upper,votes,category,organisation,licence,date
Alder 1,1082,1070,1094,5210,overall,Example Labs,Proprietary,2026-08-19
Alder 2,1131,1118,1144,4380,overall,Example Labs,Proprietary,2026-08-19
Alder 3 (low effort),1149,1135,1163,3900,overall,Example Labs,Proprietary,2026-08-19
Alder 3 (high effort),1168,1153,1183,3120,overall,Example Labs,Proprietary,2026-08-19
Birch Large,1104,1092,1116,5050,overall,Example Works,Proprietary,2026-08-19
Ginkgo 1,1069,1057,1081,5330,overall,Beispiel AI,Apache-2.0,2026-08-19
Ginkgo 2,1118,1105,1131,4470,overall,Beispiel AI,Apache-2.0,2026-08-19
Ginkgo 3,1142,1127,1157,3010,overall,Beispiel AI,Proprietary,2026-08-19
"""

_TAGS = """\
entry,model,lab,country,release_date,openness,note
Alder 1,,Example Labs,US,2024-11-05,closed,openness: open or closed or the date of the weights
Alder 2,,Example Labs,US,2025-07-22,closed,
Alder 3 (low effort),alder-3,Example Labs,US,2026-04-14,closed,entries of one model share it
Alder 3 (high effort),alder-3,,,,,what stands above need not be repeated
Birch Large,,Example Works,US,2025-02-18,2025-09-01,weights came later
Ginkgo 1,,Beispiel AI,CN,2025-03-04,open,
Ginkgo 2,,Beispiel AI,CN,2025-10,open,known to the month
Ginkgo 3,,Beispiel AI,CN,2026-06-30,closed,
"""

_VOTES = """\
model_a,model_b,winner
Alder 1,Ginkgo 1,model_a
Ginkgo 1,Alder 1,tie
Alder 1,Birch Large,model_b
Birch Large,Ginkgo 1,model_a
Ginkgo 1,Birch Large,model_a
Birch Large,Alder 1,tie (bothbad)
"""

#: Level of the intervals of a table that does not say another.
INTERVAL_LEVEL = 0.95
_TEMPLATES = {"ratings": _RATINGS, "tags": _TAGS, "votes": _VOTES}


def template(kind: str) -> str:
    """An example of one kind of table: ``ratings``, ``tags`` or ``votes``.

    Raises
    ------
    UsageError
        There is no such kind.
    """
    try:
        return _TEMPLATES[kind]
    except KeyError:
        raise UsageError(f"no template {kind!r}; there are: {', '.join(_TEMPLATES)}") from None


NAME = "own/ratings"
SOURCE = "own"


class OwnSnapshot(Snapshot):
    """A user's table in the shape of a stored snapshot."""

    def __init__(self, table: OwnTable, board: str, date: str, level: float) -> None:
        super().__init__(Path(), board, date)
        self.own = table
        self._level = level

    @property
    def folder(self) -> Hashable:
        """It has none, and is what it is."""
        return self

    def _manifest(self) -> tuple[dict[str, Any], str]:
        counts = self.own.ratings["category"].value_counts(sort=False)
        facts = {
            "board": self.board,
            "label": self.label,
            "source": SOURCE,
            "official": False,
            "basis": "published",
            "method": "bradley-terry",
            "style_control": None,
            "completeness": "full",
            "interval": {"kind": "published", "level": self._level},
            "stale_categories": [],
            "categories": {str(name): int(n) for name, n in counts.items()},
            "twins": [],
        }
        return {"elolag": facts, "resources": []}, self.own.sha256

    def table(self, name: str) -> pd.DataFrame:
        """The table ``ratings`` or ``entries``."""
        if name not in ("ratings", "entries"):
            raise UsageError(f"{self.path} has no table {name!r}; it has: ratings, entries")
        frame: pd.DataFrame = getattr(self.own, name)
        return frame

    def ratings(self, category: str | None = None) -> pd.DataFrame:
        """Ratings, of one category or of all; an unknown category is a `UsageError`."""
        frame = self.own.ratings
        if category is None:
            return frame
        self._check_category(category)
        return frame[frame["category"] == category].reset_index(drop=True)

    def _listing(self, category: str) -> Listing:
        return listings(self.own.ratings)[category]


class OwnBoard(Board):
    """A user's ratings as a board of one vintage.

    Attributes
    ----------
    file
        The table as read.
    date
        ISO date of the ratings; empty while nothing has said it (see `settled`).
    """

    def __init__(
        self,
        file: OwnTable,
        name: str,
        date: str,
        level: float,
        notes: tuple[str, ...],
        now: Now = utc_now,
    ) -> None:
        ahead = to_day(date) - to_day(now().date()) if date else 0.0
        if ahead > DAYS_AHEAD:
            raise UsageError(
                f"{file.name}: the ratings are of {date}, {ahead:,.0f} days from now; ratings are "
                f"of a day that was, correct the date"
            )
        super().__init__(Archive(Path(SOURCE), use_log=False), name, (date,) if date else ())
        self.file = file
        self.date = date
        self.notes = notes
        self._level = level
        self._now = now

    def __repr__(self) -> str:
        return f"OwnBoard({self.name!r}, {len(self.file.ratings)} ratings)"

    def only(self, sources: str) -> OwnBoard:
        """The board itself; one's own ratings are no publisher's list, which is all `sources` asks.

        Raises
        ------
        UsageError
            `sources` asks for the publishers' own lists.
        """
        if self.archive.only(sources) is self.archive:
            return self
        raise UsageError(
            f"{self.file.name}: ratings of your own are no publisher's list; leave out sources "
            f"{sources}, or ask about a board of the archive"
        )

    @cached_property
    def all_snapshots(self) -> tuple[Snapshot, ...]:
        """The one snapshot."""
        if not self.date:
            raise UsageError(
                f"{self.file.name}: of which day are these ratings? Add a column date, or say it: "
                f"own_board(..., date='2026-08-19')"
            )
        return (OwnSnapshot(self.file, self.name, self.date, self._level),)

    @cached_property
    def snapshots(self) -> tuple[Snapshot, ...]:
        """The same: nothing supersedes a user's file."""
        return self.all_snapshots

    @cached_property
    def damaged(self) -> dict[str, str]:
        """None: a table is refused when it is read."""
        return {}

    @cached_property
    def misdated(self) -> dict[str, str]:
        """None: ratings of a day to come are no board, and any day before may be meant."""
        return {}

    def settled(self, lookup: Lookup, date: str | None = None) -> OwnBoard:
        """The board with a date and at least one tagged entry, ready for an estimate.

        Parameters
        ----------
        date
            Of the ratings, where the file has none; else the newest release of a rated model.

        Raises
        ------
        UsageError
            No entry has a tag.
        """
        found = {e: lookup.alias(SOURCE, e) for e in self.file.ratings["entry"].unique()}
        models = [a.model for a in found.values() if a is not None and not is_unknown(a)]
        if not models:
            raise UsageError(
                f"{self.file.name}: none of its {len(found)} entries has a tag (first: "
                f"{', '.join(map(repr, list(found)[:3]))}); give a CSV of tags, for a start see: "
                f"elolag template tags"
            )
        missing = [e for e, a in found.items() if a is None]
        notes, day = [*self.notes], self.date or date
        if missing:
            notes.append(f"without a tag, so not counted: {', '.join(missing)}")
        if not day:
            day = max(_released_by(lookup.tag(m), self._now().date()) for m in models)
            notes.append(
                f"the ratings carry no date, so they count as of {day}, the newest release "
                f"among them; say another with --as-of or a column date"
            )
        return OwnBoard(self.file, self.name, day, self._level, tuple(notes), self._now)

    def covariance(self, entries: tuple[str, ...]) -> Floats | None:
        """Covariance of the errors of these entries, in this order; None where not known."""
        if self.file.covariance is None:
            return None
        names, matrix = self.file.covariance
        place = {name: k for k, name in enumerate(names)}
        rows = np.array([place[e] for e in entries], dtype=np.intp)
        return np.asarray(matrix[np.ix_(rows, rows)])


def _released_by(tag: Tag, today: dt.date) -> str:
    """ISO date by which the model was out; of a release known to the month, its last day so far."""
    if tag.precision != "month":
        return tag.release_date
    day = parse(tag.release_date)
    last = day.replace(day=calendar.monthrange(day.year, day.month)[1])
    return min(last, max(day, today)).isoformat()


def own_board(
    ratings: str | Path | pd.DataFrame | RatedVotes,
    *,
    date: str | dt.date | None = None,
    name: str = NAME,
    interval_level: float = INTERVAL_LEVEL,
    now: Now = utc_now,
) -> OwnBoard:
    """A user's own ratings as a board for `estimate_lag` and its neighbours.

    Parameters
    ----------
    ratings
        A CSV, a folder written by ``elolag rate --out``, a table with the same columns, or what
        `elolag.rate` returned. Columns: ``entry`` and ``rating``; ``se``, or ``lower`` and
        ``upper``; and if wanted ``votes``, ``category`` (``overall`` where empty),
        ``organisation``, ``licence``, ``date`` (ISO, the same in every row).
    date
        Of the ratings, an ISO date or a `datetime.date`; wins over the column. Without either,
        the as-of date that is asked for, else the newest release of a rated model, and the
        result says so.
    name
        What results call the board.
    interval_level
        Level of ``lower`` and ``upper``, which count where a rating has no ``se``.
    now
        The clock: ratings of a day to come are refused.

    Returns
    -------
    OwnBoard

    Raises
    ------
    UsageError
        The file cannot be read as such a table: the message names file, line and value; or a
        level was given where no rating has its error from an interval.

    Examples
    --------
    >>> import elolag, pathlib, tempfile
    >>> from elolag.own.board import template
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> for kind in ("ratings", "tags"):
    ...     _ = (folder / f"{kind}.csv").write_text(template(kind))
    >>> board = elolag.own_board(folder / "ratings.csv")
    >>> found = elolag.estimate_lag(board, extra_tags=folder / "tags.csv", n_draws=300)
    >>> found.leader_group, found.follower_group
    ('US', 'CN')
    """
    if not 0 < interval_level < 1:
        raise UsageError(f"interval level {interval_level} is not between 0 and 1")
    if date is not None:
        date = to_iso(to_day(date))
    if isinstance(ratings, RatedVotes):
        table = tables.of_votes(ratings)
    elif isinstance(ratings, str | Path):
        table = tables.read_table(Path(ratings))
    else:
        data = ratings.to_csv(index=False, lineterminator="\n").encode()
        table = tables.parse(data, "the table of ratings")
    if interval_level != INTERVAL_LEVEL and not table.reads_intervals:
        raise UsageError(
            f"{table.name}: no rating has its error from an interval, all from a standard error; "
            f"leave the level of the intervals out (--ratings-level, in Python interval_level)"
        )
    notes: tuple[str, ...] = ()
    if table.spare:
        notes = (f"columns of the ratings that are not used: {', '.join(table.spare)}",)
    return OwnBoard(table, name, date or table.date, interval_level, notes, now)
