"""Which lists of a board are whole, told from the lists before and after.

Nothing in a payload says how long its list should be, so a list is judged beside its neighbours:
those within `_NEAR_DAYS` that name at least four fifths of the entries alike. It is *cut* when

- entries listed both before and after are missing: two or more that all rate below everything
  listed (the mark of a top-N list), or more than a source's own gaps explain (`_GAPS`); or
- it has neighbours on one side only and their lowest rows lie below it: many of an earlier one's
  (models do retire, and old ones rate low), a few of a later one's; or
- nobody names its entries alike and it has less than half the rows of the list nearest in time.

A list of a source whose lists come whole is whole unless it is cut. A list of any other source
needs a voucher besides: a whole neighbour whose lowest rows it holds, and of which, where that one
is the earlier, it has lost no more than `_LOST`. Where no whole list is near, copies vouch for each
other, but for those as short as lists that were seen cut (`_SEEN_CUT`).

The verdict is made at every reading, from the lists the archive then holds; a manifest keeps the
verdict of the day it was written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from elolag.dates import to_day
from elolag.sources import SOURCES

if TYPE_CHECKING:
    from elolag.archive.listing import Listed, Listing

#: Only lists made of votes are judged; an index lists what its publisher scored.
METHODS = ("bradley-terry", "online-elo")
_NEAR_DAYS = 120.0
#: Lists further away than this from one just come have no part in its verdict, through neighbours.
REACH_DAYS = 3 * _NEAR_DAYS
#: Two lists are comparable by name when they share this part of the shorter one.
_ALIKE_SHARE = 0.8
#: Rows (and share of rows) that a source may lack in the middle of a whole list: of a source whose
#: lists may be cut, and of one whose lists come whole (the catalog never had some old models).
_GAPS, _GAPS_SHARE, _GAPS_SHARE_WHOLE = 3, 0.02, 0.05
#: Rows (and share) of one neighbour below everything listed that make a list cut: of a later one
#: or beside a source that cuts, and of an earlier one of a source that does not.
_BELOW, _BELOW_SHARE = 2, 0.02
_BELOW_OFFICIAL, _BELOW_OFFICIAL_SHARE = 5, 0.1
#: Largest part of an earlier list that a whole one may have lost to retirement.
_LOST = 0.1
#: A list that lacks more than this part of what rates above its lowest is broken, not cut.
LOST_REFUSED = 0.5
#: Lowest rows of a voucher (and share of its rows) of which a whole list holds at least half.
_BOTTOM, _BOTTOM_SHARE = 3, 0.05
#: Lengths at which copies of pages were cut.
_SEEN_CUT = (10, 71)
#: Without names a list shorter than this part of its neighbour is cut.
_SHORT_SHARE = 0.5
#: A neighbour this close to the longest is as good as any to be compared with.
_LONG_SHARE = 0.9

_Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Row:
    """One list as it is judged.

    Attributes
    ----------
    day
        Of its vintage, days since 1970.
    entries, ratings
        Of its reference category.
    whole
        Whether its source's lists come whole (`Source.whole`).
    claimed
        What its parser said, ``full`` or ``top-N``.
    """

    day: float
    entries: Sequence[str]
    ratings: NDArray[np.float64]
    whole: bool
    claimed: str


def comes_whole(source: str) -> bool:
    """Whether lists of a source come whole; a source this version does not know is not believed."""
    return source in SOURCES and SOURCES[source].whole


def row_of(date: str, item: Listed, listing: Listing) -> Row:
    """A publication as it is judged, under the date it bears."""
    whole, claimed = comes_whole(item.source), item.claimed
    return Row(to_day(date), listing.entries, listing.ratings, whole, claimed)


def judge(rows: Sequence[Row]) -> list[str]:
    """Say of each list whether it is ``full`` or only the top of its board, ``top-N``.

    Parameters
    ----------
    rows
        Lists of one board, one method and one category, in any order.

    Returns
    -------
    list of str
        In the order of `rows`.
    """
    lists = _Lists(rows)
    sound = np.array([not lists.cut(i) for i in range(len(rows))], dtype=bool)
    full = sound & np.array([row.whole for row in rows], dtype=bool)
    _vouch(lists, full, sound)
    claimed = np.array([row.claimed == "full" for row in rows], dtype=bool)
    seen_cut = (lists.size >= _SEEN_CUT[0]) & (lists.size <= _SEEN_CUT[1])
    open_ = sound & ~full & claimed & ~seen_cut
    for i in np.flatnonzero(open_).tolist():
        full[i] = any(lists.vouches(j, i) for j in lists.near(i) if open_[j])
    _vouch(lists, full, sound)
    return ["full" if ok else f"top-{len(row.entries)}" for ok, row in zip(full, rows, strict=True)]


def _vouch(lists: _Lists, full: _Bools, sound: _Bools) -> None:
    """Let whole lists vouch for their neighbours, and those for theirs, until none is added."""
    pending = set(np.flatnonzero(sound & ~full).tolist())
    added = True
    while added:
        added = False
        for i in sorted(pending):
            if any(full[j] and lists.vouches(j, i) for j in lists.near(i)):
                full[i] = added = True
                pending.discard(i)


class _Lists:
    """The lists of one board as arrays over all names that occur."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        # Sorted, and ties broken by place: the verdict must not depend on the order of the rows.
        ids = {name: k for k, name in enumerate(sorted({n for r in rows for n in r.entries}))}
        self.rating = np.full((len(rows), len(ids)), np.nan)
        for i, row in enumerate(rows):
            self.rating[i, [ids[name] for name in row.entries]] = row.ratings
        self.listed = ~np.isnan(self.rating)
        self.size = np.array([len(row.entries) for row in rows])
        self.day = np.array([row.day for row in rows])
        self.lowest = np.array([row.ratings.min() for row in rows])
        counts = self.listed.astype(np.float32)
        common = counts @ counts.T
        shorter = np.minimum.outer(self.size, self.size)
        self.ahead = self.day[None, :] - self.day[:, None]
        self._close = (np.abs(self.ahead) <= _NEAR_DAYS) & (self.ahead != 0)
        self._alike = self._close & (common >= _ALIKE_SHARE * shorter)

    def near(self, i: int) -> list[int]:
        """Comparable neighbours, the nearest in time first."""
        return [int(j) for j in self._nearest(i, self._alike[i])]

    def cut(self, i: int) -> bool:
        """Whether the neighbours show that list `i` is cut."""
        near = self.near(i)
        if not near:
            others = self._nearest(i, self._close[i])
            if not others.size:
                return False
            j = self._long(others)
            return bool(self.size[i] < _SHORT_SHARE * self.size[j])
        before = np.array([j for j in near if self.ahead[i, j] < 0], dtype=int)
        after = np.array([j for j in near if self.ahead[i, j] > 0], dtype=int)
        if before.size and after.size:
            return self._hole(i, before, after)
        j = self._long(before if before.size else after)
        below = self._below(i, [j])
        above = self.listed[j] & ~below
        if self.listed[i, above].mean() < 1 - LOST_REFUSED:
            return False  # rows are missing without order: the check of lost rows refuses it
        under = int((self.listed[j] & ~self.listed[i] & below).sum())
        if before.size and self.rows[i].whole:
            return under >= max(_BELOW_OFFICIAL, _BELOW_OFFICIAL_SHARE * int(self.size[j]))
        return under >= max(_BELOW, _BELOW_SHARE * int(self.size[j]))

    def _hole(self, i: int, before: NDArray[np.intp], after: NDArray[np.intp]) -> bool:
        """Whether list `i` lacks what the long lists nearest before and after both have."""
        p, q = self._long(before), self._long(after)
        missing = self.listed[p] & self.listed[q] & ~self.listed[i]
        # An entry that is spelled otherwise here is missing once and new once.
        renamed = int((self.listed[i] & ~self.listed[p] & ~self.listed[q]).sum())
        lacking = int(missing.sum()) - renamed
        under = int((missing & self._below(i, [p, q])).sum())
        share = _GAPS_SHARE_WHOLE if self.rows[i].whole else _GAPS_SHARE
        return min(lacking, under) >= _BELOW or lacking > max(_GAPS, share * self.size[i])

    def vouches(self, j: int, i: int) -> bool:
        """Whether whole list `j` shows that list `i` reaches down to the end of the board."""
        number = min(int(self.size[j]), max(_BOTTOM, int(_BOTTOM_SHARE * self.size[j])))
        rating = np.where(self.listed[j], self.rating[j], np.inf)
        bottom = np.argsort(rating, kind="stable")[:number]
        if self.listed[i, bottom].mean() < 0.5:
            return False
        lost = int((self.listed[j] & ~self.listed[i]).sum())
        return bool(self.ahead[i, j] > 0 or lost <= _LOST * self.size[j])

    def _nearest(self, i: int, chosen: _Bools) -> NDArray[np.intp]:
        """Positions in `chosen`, the nearest in time to list `i` first, of two the earlier."""
        found = np.flatnonzero(chosen)
        ahead = self.ahead[i, found]
        return found[np.lexsort((ahead, np.abs(ahead)))]

    def _long(self, found: NDArray[np.intp]) -> int:
        """The first (nearest) of the neighbours that is about as long as the longest of them."""
        longest = self.size[found].max()
        return int(next(j for j in found if self.size[j] >= _LONG_SHARE * longest))

    def _below(self, i: int, others: Sequence[int]) -> _Bools:
        """Names not on list `i` that rate below all of it, by the nearest of `others` with each."""
        known = np.full(self.rating.shape[1], np.nan)
        for j in others:
            both = self.listed[i] & self.listed[j]
            shift = float(np.median(self.rating[i, both] - self.rating[j, both]))
            new = self.listed[j] & np.isnan(known)
            known[new] = self.rating[j, new] + shift
        return np.asarray(known < self.lowest[i])
