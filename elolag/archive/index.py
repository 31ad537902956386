"""What an archive already holds of one board, as needed to judge a newcomer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from elolag.archive import checks
from elolag.archive.completeness import REACH_DAYS, Row, comes_whole, judge
from elolag.archive.listing import Listing, read_listing, reference_category
from elolag.archive.twins import COMPARABLE_SHARE, Listed, holds_all, shared_category
from elolag.dates import to_day
from elolag.errors import UsageError
from elolag.sources import get_source

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from elolag.archive.candidates import Candidate
    from elolag.archive.reading import Board, Snapshot


def _row(date: str, item: Listed, listing: Listing) -> Row:
    whole, claimed = comes_whole(item.source_name), item.claimed
    return Row(to_day(date), listing.entries, listing.ratings, whole, claimed)


class Stored:
    """A snapshot of the archive, read as far as needed."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.vintage = snapshot.vintage
        self.label = snapshot.label
        self._bytes: bytes | None = None
        self._listings: dict[str, Listing | None] = {}

    @property
    def source_name(self) -> str:
        """Name of the source."""
        return self.snapshot.source

    @property
    def kind(self) -> tuple[str, bool | None]:
        """Method and style control."""
        return self.snapshot.method, self.snapshot.style_control

    @property
    def interval(self) -> tuple[str, float | None]:
        """Kind and level of its intervals."""
        interval = self.snapshot.facts["interval"]
        return interval["kind"], interval["level"]

    @property
    def filled(self) -> bool:
        """Whether columns came from a twin."""
        return "filled" in self.snapshot.facts

    @property
    def basis(self) -> str:
        """Basis of the vintage."""
        return self.snapshot.basis

    @property
    def completeness(self) -> str:
        """``full`` or ``top-N``, as judged today."""
        return self.snapshot.completeness

    @property
    def claimed(self) -> str:
        """``full`` or ``top-N``, as its source says."""
        return self.snapshot.claimed

    @property
    def precedence(self) -> int:
        """Of its source; a source this version does not know comes last."""
        try:
            return get_source(self.source_name).precedence
        except UsageError:
            return 1_000

    @property
    def categories(self) -> dict[str, int]:
        """Rows by category."""
        return self.snapshot.categories

    @property
    def content(self) -> str:
        """Identity of the stored bytes."""
        return str(self.snapshot.manifest["id"]).removeprefix("sha256:")

    def files_of(self, source: str) -> list[tuple[str, str]]:
        """Date and content of every file of a source that is this publication."""
        own = self.snapshot.facts.get("own_vintage", self.vintage)
        files = [(own, self.content)] if self.source_name == source else []
        twins = (t for t in self.snapshot.twins if t["source"] == source)
        return files + [(str(twin["vintage"]), str(twin["content"])) for twin in twins]

    def as_twin(self) -> dict[str, Any]:
        """Give what is recorded of it once a better copy has come."""
        facts = self.snapshot.facts
        return {
            "source": self.source_name,
            "vintage": facts.get("own_vintage", self.vintage),
            "basis": self.basis,
            "rows": sum(self.categories.values()),
            "retrieved_at": facts["retrieved_at"],
            "content": self.content,
            "raw_sha256": " ".join(raw["sha256"] for raw in facts["raw"]),
            "urls": facts["urls"],
        }

    def listing(self, category: str) -> Listing | None:
        """One category, or None."""
        if category not in self._listings:
            found = None
            if category in self.categories:
                data = self.snapshot.read_bytes("ratings")
                found = read_listing(data, category)
            self._listings[category] = found
        return self._listings[category]

    def table(self, name: str) -> pd.DataFrame | None:
        """Give a table, or None."""
        if any(item["name"] == name for item in self.snapshot.manifest["resources"]):
            return self.snapshot.table(name)
        return None


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
            Stored(s) for s in (board.all_snapshots if board else ()) if s.label not in misdated
        ]
        visible = {snapshot.label for snapshot in board.snapshots} if board else set()
        self.current: dict[str, Listed] = {
            item.label: item for item in self.stored if item.label in visible
        }

    def holds(self, candidate: Candidate) -> str | None:
        """Label under which exactly this publication is already known, itself or as a twin."""
        for item in self.stored:
            own = item.snapshot.facts.get("own_vintage", item.vintage)
            if own == candidate.vintage and item.content == candidate.content:
                return item.label
            for twin in item.snapshot.twins:
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
        listing = candidate.listing(category)
        if listing is None:
            return None
        names = set(listing.entries)
        whole = candidate.completeness == "full"
        for label, item in self._before(vintage):
            if item.kind != candidate.kind or (whole and item.completeness != "full"):
                continue
            other = item.listing(category)
            if other is None:
                continue
            common = len(names & set(other.entries))
            if common >= COMPARABLE_SHARE * min(len(names), len(other)):
                return checks.Previous(label, other, item.table)
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
                mine, theirs = candidate.listing(category), item.listing(category)
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
            listing = item.listing(category) if category is not None else None
            for name in listing.entries if listing else ():
                first.setdefault(name, label[:10])
        return first

    def _previous_table(self, candidate: Candidate, vintage: str) -> checks.Previous | None:
        for label, item in self._before(vintage):
            if item.source_name == candidate.source_name:
                return checks.Previous(label, None, item.table)
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
            and (listing := item.listing(category)) is not None
        ]
        return judge([_row(*one) for one in lists])[0]

    def known_before(self, vintage: str, pending: Iterable[Listed], category: str) -> set[str]:
        """Names of every entry listed on the board before `vintage`."""
        names: set[str] = set()
        for item in (*self.current.values(), *pending):
            if item.vintage < vintage:
                listing = item.listing(category)
                names |= set(listing.entries) if listing else set()
        return names
