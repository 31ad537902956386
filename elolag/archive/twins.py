"""When two publications are one, which copy of it is kept, and whose date it bears."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Protocol

from elolag.archive.listing import (
    NEAR_DAYS,
    Listing,
    reference_category,
    same_figures,
    same_publication,
)
from elolag.dates import to_day

if TYPE_CHECKING:
    import pandas as pd

#: Two lists are comparable by name when they share this part of the shorter one.
COMPARABLE_SHARE = 0.5
#: A category that has not moved for so long, while its board has, is frozen.
FROZEN_DAYS = 14.0


class Listed(Protocol):
    """A publication, stored or not yet; see `Stored` for what its parts mean."""

    # ruff: noqa: D102 -- the parts are described where they are made

    @property
    def vintage(self) -> str: ...
    @property
    def source_name(self) -> str: ...
    @property
    def kind(self) -> tuple[str, bool | None]: ...
    @property
    def interval(self) -> tuple[str, float | None]: ...
    @property
    def filled(self) -> bool: ...
    @property
    def basis(self) -> str: ...
    @property
    def completeness(self) -> str: ...
    @property
    def claimed(self) -> str: ...
    @property
    def precedence(self) -> int: ...
    @property
    def content(self) -> str: ...
    @property
    def categories(self) -> dict[str, int]: ...
    def files_of(self, source: str) -> list[tuple[str, str]]: ...
    def listing(self, category: str) -> Listing | None: ...
    def table(self, name: str) -> pd.DataFrame | None: ...


def shared_category(one: Listed, other: Listed) -> str | None:
    """Give the category in which two publications can be compared, if any."""
    return reference_category(set(one.categories) & set(other.categories))


def is_twin(one: Listed, other: Listed, known_before: Callable[[str, str], set[str]]) -> bool:
    """Whether two publications are one, reached by two routes.

    Two files of one route never are: a source that repeats figures under a new date, or takes an
    entry off its list, publishes again. Nor are two lists of the same figures of which the longer
    has an entry nobody listed before, if keeping one of them would lose that entry, or date it
    back to the day of the shorter.

    Parameters
    ----------
    one, other
        The two.
    known_before
        Date and category to the names of all entries listed before that date.
    """
    if one.kind != other.kind or one.source_name == other.source_name:
        return False
    category = shared_category(one, other)
    if category is None:
        return False
    first, second = one.listing(category), other.listing(category)
    if first is None or second is None:
        return False
    near = abs(to_day(one.vintage) - to_day(other.vintage)) <= NEAR_DAYS
    if not same_publication(first, second, near=near):
        return False
    if one.vintage == other.vintage:
        return True
    longer = one if len(first) > len(second) else other
    kept_and_dated = longer is max(one, other, key=preference) is min(one, other, key=dating)
    if len(first) == len(second) or kept_and_dated:
        return True
    short, long = sorted((set(first.entries), set(second.entries)), key=len)
    by_name = len(short & long) >= COMPARABLE_SHARE * len(short)
    # Where the routes name entries differently, names cannot tell what is new.
    return not by_name or long - short <= known_before(longer.vintage, category)


def dating(item: Listed) -> tuple[int, str]:
    """Sort key: of several twins the one with the smallest gives the date."""
    return item.precedence, item.vintage


def frozen(item: Listed, others: Iterable[Listed]) -> dict[str, str]:
    """Categories that stand still while their board moves, and since when.

    A category is frozen when its figures are, after rounding, those of two weeks before or
    earlier (a small one may see no vote for days) while the board's reference category has others.

    Returns
    -------
    dict
        Category to the vintage of the list it repeats.
    """
    reference = reference_category(item.categories)
    limit = to_day(item.vintage) - FROZEN_DAYS
    earlier = sorted(
        (o for o in others if o.kind == item.kind and to_day(o.vintage) <= limit),
        key=lambda o: o.vintage,
        reverse=True,
    )
    found = {}
    for category in item.categories:
        before = next((o for o in earlier if category in o.categories), None)
        if before is None or reference is None or category == reference:
            continue
        if _alike(item, before, category) and not _alike(item, before, reference):
            found[category] = before.vintage
    return found


def _alike(one: Listed, other: Listed, category: str) -> bool:
    first, second = one.listing(category), other.listing(category)
    return first is not None and second is not None and same_figures(first, second)


def repeats_latest(candidate: Listed, others: Iterable[Listed], *, parts: bool) -> Listed | None:
    """Find the publication a fetched or committed file merely repeats.

    The date of such a file is only the day somebody looked. When its content is that of the newest
    earlier file of the same source, nothing was published in between. That file may itself be held
    as a twin of another route's. Of a file with `parts` (a copy, whose pages move category by
    category, or one of which categories were left out) the reference category decides.
    """
    if candidate.basis == "published":
        return None
    earlier = [
        (vintage, content, item)
        for item in others
        for vintage, content in item.files_of(candidate.source_name)
        if vintage < candidate.vintage
    ]
    if not earlier:
        return None
    latest = sorted(earlier, key=lambda file: file[0])[-1]  # of one day the last to come
    category = reference_category(candidate.categories)
    stands = category is not None and _alike(candidate, latest[2], category)
    return latest[2] if latest[1] == candidate.content or (stands and parts) else None


def holds_all(item: Listed, candidate: Listed) -> bool:
    """Whether `item` has, of the same source and day, all that a candidate with ratings has.

    A collector may give one list in two forms, with and without votes.
    """
    days = [day for day, _ in item.files_of(candidate.source_name)]
    return (
        candidate.vintage in days
        and bool(candidate.categories)
        and all(
            (mine := candidate.listing(category)) is not None
            and (theirs := item.listing(category)) is not None
            and same_figures(mine, theirs)
            and mine.intervals <= theirs.intervals
            and (mine.votes is None or theirs.votes is not None)
            for category in candidate.categories
        )
    )


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
