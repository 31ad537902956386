"""What an archive already holds of one board, as needed to judge a newcomer."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Protocol

from elolag.archive import checks
from elolag.archive.listing import Listing, read_listing, same_publication
from elolag.errors import UsageError
from elolag.sources import get_source

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from elolag.archive.candidates import Candidate
    from elolag.archive.reader import Board, Snapshot

#: A complete list further away in time says nothing about how long a list should be.
NEIGHBOUR_DAYS = 120
#: Two lists are comparable when they share this part of the shorter one.
COMPARABLE_SHARE = 0.5


class Listed(Protocol):
    """A publication, stored or not yet."""

    @property
    def vintage(self) -> str: ...
    @property
    def source_name(self) -> str: ...
    @property
    def kind(self) -> tuple[str, bool | None]: ...
    @property
    def basis(self) -> str: ...
    @property
    def complete(self) -> bool: ...
    @property
    def precedence(self) -> int: ...
    @property
    def categories(self) -> dict[str, int]: ...
    def listing(self, category: str) -> Listing | None: ...
    def table(self, name: str) -> pd.DataFrame | None: ...


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
    def basis(self) -> str:
        """Basis of the vintage."""
        return self.snapshot.basis

    @property
    def complete(self) -> bool:
        """Whether it is not a top-N list."""
        return self.snapshot.completeness == "full"

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

    def listing(self, category: str) -> Listing | None:
        """One category, or None."""
        if category not in self._listings:
            found = None
            if category in self.categories:
                found = read_listing(self.snapshot.read_bytes("ratings"), category)
            self._listings[category] = found
        return self._listings[category]

    def table(self, name: str) -> pd.DataFrame | None:
        """A table, or None."""
        if any(item["name"] == name for item in self.snapshot.manifest["resources"]):
            return self.snapshot.table(name)
        return None


class BoardIndex:
    """Everything known of one board: what is stored, and what this run accepted.

    Attributes
    ----------
    stored
        Every folder of the archive, superseded ones included.
    labels
        Labels taken.
    current
        What counts for comparisons: the newest revision of each vintage, and this run's.
    """

    def __init__(self, board: Board | None) -> None:
        self.stored = [Stored(s) for s in board.all_snapshots] if board else []
        self.labels = {item.label for item in self.stored}
        visible = {snapshot.label for snapshot in board.snapshots} if board else set()
        self.current: dict[str, Listed] = {
            item.label: item for item in self.stored if item.label in visible
        }
        self._twins = [twin for item in self.stored for twin in item.snapshot.twins]

    def holds(self, candidate: Candidate) -> str | None:
        """Label under which exactly this publication is already known, itself or as a twin."""
        for item in self.stored:
            own = item.snapshot.facts.get("own_vintage", item.vintage)
            if own == candidate.vintage and item.content == candidate.content:
                return item.label
        for item in self.stored:
            for twin in item.snapshot.twins:
                if (
                    twin["source"] == candidate.source_name
                    and twin["vintage"] == candidate.vintage
                    and twin["content"] == candidate.content
                ):
                    return item.label
        return None

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
        """The vintage, or its next free revision."""
        if vintage not in self.labels:
            return vintage
        number = 2
        while f"{vintage}.r{number}" in self.labels:
            number += 1
        return f"{vintage}.r{number}"

    def previous(self, candidate: Candidate, vintage: str) -> checks.Previous | None:
        """The newest earlier vintage of a comparable kind.

        Comparable: same method and style control, complete, and at least half the entries of the
        shorter list in common (routes that name entries differently are not comparable).
        """
        category = reference_category(candidate.categories)
        if category is None:
            return self._previous_table(candidate, vintage)
        listing = candidate.listing(category)
        if listing is None:
            return None
        names = set(listing.entries)
        for label, item in self._before(vintage):
            if item.kind != candidate.kind or not item.complete:
                continue
            other = item.listing(category)
            if other is None:
                continue
            common = len(names & set(other.entries))
            if common >= COMPARABLE_SHARE * min(len(names), len(other)):
                return checks.Previous(label, other, item.table)
        return None

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

    def neighbours(
        self, candidate: Candidate, vintage: str, pending: Iterable[Listed]
    ) -> list[Listing]:
        """The nearest complete lists of the same kind, before and after, within 120 days."""
        category = reference_category(candidate.categories)
        if category is None:
            return []
        out = []
        dated = [(label[:10], item) for label, item in self.current.items()]
        dated += [(item.vintage, item) for item in pending if item is not candidate]
        here = dt.date.fromisoformat(vintage)
        for sign in (-1, 1):
            near = sorted(
                (
                    (gap, order)
                    for order, (date, item) in enumerate(dated)
                    if item.complete
                    and item.kind == candidate.kind
                    and category in item.categories
                    and 0 < (gap := sign * (dt.date.fromisoformat(date) - here).days)
                    and gap <= NEIGHBOUR_DAYS
                ),
            )
            if near:
                listing = dated[near[0][1]][1].listing(category)
                if listing is not None:
                    out.append(listing)
        return out

    def known_before(self, vintage: str, pending: Iterable[Listed], category: str) -> set[str]:
        """Names of every entry listed on the board before `vintage`."""
        names: set[str] = set()
        for item in (*self.current.values(), *pending):
            if item.vintage < vintage:
                listing = item.listing(category)
                names |= set(listing.entries) if listing else set()
        return names


def reference_category(categories: dict[str, int]) -> str | None:
    """The category lists are compared in: `overall`, else the first; None without ratings."""
    if "overall" in categories:
        return "overall"
    return min(categories, default=None)


def shared_category(one: Listed, other: Listed) -> str | None:
    """The category in which two publications can be compared, if any."""
    both = {name: 0 for name in one.categories if name in other.categories}
    return reference_category(both)


def is_twin(one: Listed, other: Listed, known: Sequence[Listed], index: BoardIndex) -> bool:
    """Whether two publications are one, reached by two routes.

    A publisher that repeats figures under a new date publishes again; those are never twins. Nor
    is a copy that lists, beside the same figures, an entry nobody listed before: it has news.
    """
    if one.kind != other.kind:
        return False
    if one.source_name == other.source_name and (
        one.vintage == other.vintage or one.basis == other.basis == "published"
    ):
        return False
    category = shared_category(one, other)
    if category is None:
        return False
    first, second = one.listing(category), other.listing(category)
    if first is None or second is None or not same_publication(first, second):
        return False
    worse, kept = sorted((one, other), key=preference)
    extra, base = worse.listing(category), kept.listing(category)
    if extra is None or base is None or len(extra) <= len(base):
        return True
    news = set(extra.entries) - set(base.entries)
    return news <= index.known_before(worse.vintage, known, category)


def preference(item: Listed) -> tuple[Any, ...]:
    """Sort key: the twin that is kept is the one with the largest."""
    category = reference_category(item.categories)
    listing = item.listing(category) if category else None
    if listing is None:
        return (0.0, False, 0, False, 0, -item.precedence)
    return (
        -listing.unit,
        listing.intervals,
        len(item.categories),
        listing.votes is not None,
        len(listing),
        -item.precedence,
    )
