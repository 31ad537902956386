"""What an archive already holds of one board, as needed to judge a newcomer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from elolag.archive import checks
from elolag.archive.completeness import REACH_DAYS, Row, comes_whole, judge
from elolag.archive.listing import (
    COMPARABLE_SHARE,
    Listed,
    Listing,
    holds_all,
    reference_category,
    shared_category,
)
from elolag.dates import to_day

if TYPE_CHECKING:
    from collections.abc import Iterable

    from elolag.archive.candidates import Candidate
    from elolag.archive.reading import Board


def _row(date: str, item: Listed, listing: Listing) -> Row:
    whole, claimed = comes_whole(item.source_name), item.claimed
    return Row(to_day(date), listing.entries, listing.ratings, whole, claimed)


class BoardIndex:
    """Everything known of one board: what is stored, and what this run accepted.

    Attributes
    ----------
    stored
        Every folder of the archive, superseded ones included, those of an impossible day not: the
        same list under its right date is news.
    labels
        Labels taken.
    current
        What counts for comparisons: the newest revision of each vintage, and this run's.
    """

    def __init__(self, board: Board | None) -> None:
        self.labels = {s.label for s in board.all_snapshots} if board else set()
        misdated = board.misdated if board else {}
        self.stored = [
            item for item in (board.all_snapshots if board else ()) if item.label not in misdated
        ]
        visible = {snapshot.label for snapshot in board.snapshots} if board else set()
        self.current: dict[str, Listed] = {
            item.label: item for item in self.stored if item.label in visible
        }

    def holds(self, candidate: Candidate) -> str | None:
        """Label under which exactly this publication is already known, itself or as a twin."""
        for item in self.stored:
            if item.own_vintage == candidate.vintage and item.content == candidate.content:
                return item.label
            for twin in item.twins:
                if (
                    twin["source"] == candidate.source_name
                    and twin["vintage"] == candidate.vintage
                    and twin["content"] == candidate.content
                ):
                    return item.label
        return None

    def exceeds(self, candidate: Candidate) -> str | None:
        """Label under which its source's file of that day is held with all this one has."""
        return next((label for label, o in self.current.items() if holds_all(o, candidate)), None)

    def label_of(self, item: Listed | None) -> str | None:
        """Label of a current publication; None for None."""
        return next((label for label, other in self.current.items() if other is item), None)

    def at(self, vintage: str) -> Listed | None:
        """Give the current publication of a date, if any."""
        return next((item for label, item in self.current.items() if label[:10] == vintage), None)

    def accept(self, label: str, candidate: Listed, supersedes: Iterable[str]) -> None:
        """Take note of a publication this run accepted."""
        vintage = label[:10]
        for other in [other for other in self.current if other[:10] == vintage]:
            del self.current[other]
        for other in supersedes:
            self.current.pop(other, None)
        self.labels.add(label)
        self.current[label] = candidate

    def next_label(self, vintage: str) -> str:
        """Give the vintage, or its next free revision."""
        if vintage not in self.labels:
            return vintage
        number = 2
        while f"{vintage}.r{number}" in self.labels:
            number += 1
        return f"{vintage}.r{number}"

    def previous(self, candidate: Candidate, vintage: str) -> checks.Previous | None:
        """Find the newest earlier vintage of a comparable kind.

        Comparable: same method and style control, complete if the candidate is, and at least half
        the entries of the shorter list in common (routes that name entries differently are not).
        """
        category = reference_category(candidate.categories)
        if category is None:
            return self._previous_table(candidate, vintage)
        listing = candidate.find(category)
        if listing is None:
            return None
        names = set(listing.entries)
        whole = candidate.completeness == "full"
        for label, item in self._before(vintage):
            if item.kind != candidate.kind or (whole and item.completeness != "full"):
                continue
            other = item.find(category)
            if other is None:
                continue
            common = len(names & set(other.entries))
            if common >= COMPARABLE_SHARE * min(len(names), len(other)):
                return checks.Previous(label, other, item.find_table)
        return None

    def last_of_source(self, candidate: Candidate, vintage: str, count: int) -> list[Listed]:
        """Lists of the candidate's own source up to its date, of any kind, the newest first.

        Those with at least half the entries of the shorter list in common, or without a category in
        common: a payload in another layout, with other names, is no loss of what the last one had.
        """
        found: list[Listed] = []
        same_date = [(lb, item) for lb, item in self.current.items() if lb[:10] == vintage]
        for _, item in [*same_date, *self._before(vintage)]:
            if item.source_name != candidate.source_name or not item.categories:
                continue
            category = shared_category(candidate, item)
            if category is not None:
                mine, theirs = candidate.find(category), item.find(category)
                if mine is None or theirs is None:
                    continue
                common = len(set(mine.entries) & set(theirs.entries))
                if common < COMPARABLE_SHARE * min(len(mine), len(theirs)):
                    continue
            found.append(item)
            if len(found) == count:
                break
        return found

    def debuts(self, candidate: Candidate) -> dict[str, str]:
        """Entry to the first vintage that lists it in the candidate's reference category."""
        category = reference_category(candidate.categories)
        first: dict[str, str] = {}
        for label, item in sorted(self.current.items()):
            listing = item.find(category) if category is not None else None
            for name in listing.entries if listing else ():
                first.setdefault(name, label[:10])
        return first

    def _previous_table(self, candidate: Candidate, vintage: str) -> checks.Previous | None:
        for label, item in self._before(vintage):
            if item.source_name == candidate.source_name:
                return checks.Previous(label, None, item.find_table)
        return None

    def _before(self, vintage: str) -> list[tuple[str, Listed]]:
        return sorted(
            ((label, item) for label, item in self.current.items() if label[:10] < vintage),
            key=lambda pair: pair[0][:10],
            reverse=True,
        )

    def completeness(self, candidate: Candidate, vintage: str, waiting: Iterable[Listed]) -> str:
        """Tell whether a list is whole from what is stored and from what waits in this run."""
        category = reference_category(candidate.categories)
        dated = [(label[:10], item) for label, item in self.current.items()]
        dated += [(item.vintage, item) for item in waiting if item is not candidate]
        lists = [
            (date, item, listing)
            for date, item in ((vintage, candidate), *dated)
            if item.kind == candidate.kind
            and category is not None
            and abs(to_day(date) - to_day(vintage)) <= REACH_DAYS
            and (listing := item.find(category)) is not None
        ]
        return judge([_row(*one) for one in lists])[0]

    def known_before(self, vintage: str, pending: Iterable[Listed], category: str) -> set[str]:
        """Names of every entry listed on the board before `vintage`."""
        names: set[str] = set()
        for item in (*self.current.values(), *pending):
            if item.vintage < vintage:
                listing = item.find(category)
                names |= set(listing.entries) if listing else set()
        return names
