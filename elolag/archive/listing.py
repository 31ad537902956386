"""The listing of one publication; whether two are one, which is kept, and whose date it bears.

Routes name some entries differently and round differently, and their dates differ by days; what
they share is the figures. Two listings are one publication when every row of the shorter one is
found in the longer one: the same rating after rounding and, where both have votes, the same votes.
Where they name their entries alike, rows are compared name by name; where not, as two bags of
figures. Of two lists dated at most three days apart, as a copy and its original are, 2% of the
rows may be off by a point (or, where both have votes, may differ): on the real archive a copy
agrees with its original in 98% of its rows or more, and with the publication before or after in
95% at most.
"""

from __future__ import annotations

import abc
import csv
import io
import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from elolag.dates import to_day
from elolag.sources import SOURCES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pandas as pd
    from numpy.typing import NDArray

#: Fewer rows prove nothing: without votes, ratings alone agree by chance.
_FEWEST_WITH_VOTES = 3
_FEWEST_WITHOUT_VOTES = 10
#: Without votes a short list fits into any long one; it must be most of it.
_SHARE_WITHOUT_VOTES = 0.6
#: Names are the key when this share of the shorter list's names is on the longer one.
_ALIKE_SHARE = 0.5
#: A copy made within so many days may differ from its original in this share of its rows.
_NEAR_DAYS, _NEAR_SHARE = 3.0, 0.02

# Ratings rounded to two decimals before they were rounded to points: 1138.498 reads 1139.
_SLACK = 0.0051
_VOTES_SCALE = 1e5
_FIGURES = ("rating", "lower", "upper", "se", "votes")


@dataclass(frozen=True, eq=False)
class Listing:
    """The rows of one category of one publication.

    Attributes
    ----------
    entries
        Names, highest rating first.
    ratings, lower, upper, se, counts
        Ratings, ends of intervals, standard errors and votes in the same order; NaN for none.
    """

    entries: tuple[str, ...]
    ratings: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    se: NDArray[np.float64]
    counts: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def votes(self) -> NDArray[np.float64] | None:
        """Votes, or None unless every row has them.

        :meta private:
        """
        return None if np.isnan(self.counts).any() else self.counts

    @property
    def intervals(self) -> bool:
        """Whether the rows have intervals."""
        return not np.isnan(self.lower).all()

    @property
    def unit(self) -> float:
        """What ratings were rounded to: 1, 0.1 or 0.01 points."""
        for unit in (1.0, 0.1):
            steps = self.ratings / unit
            if bool(np.all(np.abs(steps - np.round(steps)) < 1e-6)):
                return unit
        return 0.01

    def by_name(self) -> dict[str, float]:
        """Entry to rating."""
        return dict(zip(self.entries, self.ratings.tolist(), strict=True))


def listings(ratings: pd.DataFrame) -> dict[str, Listing]:
    """Every category of a normalised ratings table as a `Listing`."""
    return {
        str(category): Listing(
            tuple(rows["entry"].tolist()),
            *(
                np.asarray(rows[name].astype("Float64").to_numpy(float, na_value=np.nan), float)
                for name in _FIGURES
            ),
        )
        for category, rows in ratings.groupby("category", sort=True)
    }


def reference_category(categories: Iterable[str]) -> str | None:
    """Give the category to compare in: `overall`, else the first; None without ratings."""
    names = set(categories)
    return "overall" if "overall" in names else min(names, default=None)


def category_bytes(data: bytes, category: str) -> bytes:
    """The header of a ``ratings.csv`` and the lines of one category.

    Rows are sorted by category, so the category is one run of lines; reading only that run is
    what makes comparing with 250 vintages a matter of a tenth of a second.
    """
    field = io.StringIO()
    csv.writer(field, lineterminator="").writerow([category])
    prefix = b"\n" + field.getvalue().encode() + b","
    header = data[: data.find(b"\n") + 1]
    start = data.find(prefix)
    if start < 0:
        return header
    end = data.find(b"\n", data.rfind(prefix) + 1)
    return header + data[start + 1 : end + 1]


def read_listing(data: bytes, category: str) -> Listing | None:
    """One category out of the bytes of ``ratings.csv``; None if it is not there."""
    text = category_bytes(data, category).decode("utf-8")
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    if not rows:
        return None
    columns = dict(zip(header, zip(*rows, strict=True), strict=True))
    return Listing(
        columns["entry"],
        *(np.array([float(text or "nan") for text in columns[name]]) for name in _FIGURES),
    )


def _same_figures(one: Listing, other: Listing) -> bool:
    """Whether two listings name the same entries with the same ratings after rounding."""
    if set(one.entries) != set(other.entries):
        return False
    theirs = other.by_name()
    off = np.abs(one.ratings - np.array([theirs[name] for name in one.entries]))
    return bool((off <= _tolerance(one, other)).all())


def _same_publication(one: Listing, other: Listing, *, near: bool = False) -> bool:
    """Whether two listings are one publication (see the module's text), of near dates or not."""
    small, large = sorted((one, other), key=len)
    tolerance = _tolerance(one, other)
    counted = small.votes is not None and large.votes is not None
    enough = _FEWEST_WITH_VOTES
    if not counted:
        enough = max(_FEWEST_WITHOUT_VOTES, math.ceil(_SHARE_WITHOUT_VOTES * len(large)))
    if len(small) < enough:
        return False
    if counted:
        mine, theirs = (x.ratings + _VOTES_SCALE * x.counts for x in (small, large))
        if _contained(mine, theirs, tolerance):
            return True
    place = {name: position for position, name in enumerate(large.entries)}
    pairs = [(i, place[name]) for i, name in enumerate(small.entries) if name in place]
    if len(pairs) >= _ALIKE_SHARE * len(small):
        return _same_by_name(small, large, np.array(pairs, dtype=np.intp), tolerance, near=near)
    return not counted and _contained(small.ratings, large.ratings, tolerance)


def _tolerance(one: Listing, other: Listing) -> float:
    """How far apart ratings of one figure can be when the two lists round differently."""
    units = sorted((one.unit, other.unit))
    return _SLACK if units[0] == units[1] else units[1] / 2 + _SLACK


def _same_by_name(
    small: Listing, large: Listing, pairs: NDArray[np.intp], tolerance: float, *, near: bool
) -> bool:
    """Whether rows of one name agree: all of them, or nearly all where the dates are near."""
    mine, theirs = pairs.T
    off = np.abs(small.ratings[mine] - large.ratings[theirs])
    wanted = (1 - _NEAR_SHARE * near) * len(small)
    if small.votes is None or large.votes is None:
        within = bool((off <= tolerance + near).all())
        return within and int((off <= tolerance).sum()) >= wanted
    same_votes = small.votes[mine] == large.votes[theirs]
    return int((same_votes & (off <= tolerance + near)).sum()) >= wanted


def _contained(small: NDArray[np.float64], large: NDArray[np.float64], tolerance: float) -> bool:
    """Whether each value of `small` has a value of `large` of its own within `tolerance`.

    With both sorted, taking the first free partner is optimal; the position of the i-th partner
    is max(first candidate of i, partner of i-1 plus 1), a running maximum.
    """
    small, large = np.sort(small), np.sort(large)
    first = np.searchsorted(large, small - tolerance, side="left")
    end = np.searchsorted(large, small + tolerance, side="right")
    order = np.arange(len(small))
    partner = order + np.maximum.accumulate(first - order)
    return bool(np.all(partner < end))


#: Two lists are comparable by name when they share this part of the shorter one.
_COMPARABLE_SHARE = 0.5
#: A category that has not moved for so long, while its board has, is frozen.
_FROZEN_DAYS = 14.0


def precedence(source: str) -> int:
    """Of a source: the smallest counts most; one this version does not know comes last."""
    return SOURCES[source].precedence if source in SOURCES else 1_000


class Listed(abc.ABC):
    """A publication, stored or not yet.

    Attributes
    ----------
    vintage
        The ISO date it bears.
    label
        Its folder: the date under which it is kept, with ``.r2``, ``.r3`` for later revisions.
    """

    vintage: str
    label: str

    @property
    def date(self) -> str:
        """The ISO date under which it is kept: `vintage` may be an earlier or a later one."""
        return self.label[: len("2026-07-21")]

    @property
    @abc.abstractmethod
    def facts(self) -> dict[str, Any]:
        """What its manifest says of it, under ``elolag``."""

    @property
    @abc.abstractmethod
    def content(self) -> str:
        """Identity of the bytes of its tables."""

    @cached_property
    def precedence(self) -> int:
        """Of its source: of several twins the smallest gives the date."""
        return precedence(self.source)

    @abc.abstractmethod
    def find(self, category: str) -> Listing | None:
        """The figures of one category; None where there are none."""

    @abc.abstractmethod
    def find_table(self, name: str) -> pd.DataFrame | None:
        """A table, or None where there is none."""

    @property
    def completeness(self) -> str:
        """``full`` or ``top-N``, as far as known."""
        return str(self.facts["completeness"])

    @property
    def source(self) -> str:
        """Name of the source the figures were taken from."""
        return str(self.facts["source"])

    @property
    def basis(self) -> str:
        """What the vintage's date is: ``published``, ``commit`` or ``fetched``."""
        return str(self.facts["basis"])

    @property
    def method(self) -> str:
        """``bradley-terry``, ``online-elo``, ``index`` or ``metadata``."""
        return str(self.facts["method"])

    @property
    def style_control(self) -> bool | None:
        """Whether ratings are style-controlled; None where the question makes no sense."""
        value: bool | None = self.facts["style_control"]
        return value

    @property
    def kind(self) -> tuple[str, bool | None]:
        """Method and style control: only publications of one kind are ever compared."""
        return self.method, self.style_control

    @property
    def interval_kind(self) -> str:
        """``variance``, ``bootstrap``, ``published`` or ``none``."""
        return str(self.facts["interval"]["kind"])

    @property
    def interval_level(self) -> float | None:
        """Coverage of the published intervals, e.g. 0.95."""
        level: float | None = self.facts["interval"]["level"]
        return level

    @property
    def filled(self) -> bool:
        """Whether columns came from a twin."""
        return "filled" in self.facts

    @property
    def own_vintage(self) -> str:
        """The date its own source gives it; `vintage` may be a more official twin's."""
        return str(self.facts.get("own_vintage", self.vintage))

    @property
    def claimed(self) -> str:
        """What its source says of the list, taken alone: ``full`` or ``top-N``."""
        return str(self.facts.get("claimed", self.facts["completeness"]))

    @property
    def categories(self) -> dict[str, int]:
        """Rows by category; empty for a table without ratings."""
        return dict(self.facts["categories"])

    @cached_property
    def reference(self) -> Listing | None:
        """Its listing of `overall`, else of its first category; None without ratings."""
        category = reference_category(self.categories)
        return self.find(category) if category else None

    @property
    def retrieved_at(self) -> str:
        """ISO date, or time in UTC, at which it was got."""
        return str(self.facts["retrieved_at"])

    @property
    def raw_sha256(self) -> str:
        """Hashes of the payloads it came from."""
        return " ".join(raw["sha256"] for raw in self.facts["raw"])

    @property
    def twins(self) -> tuple[dict[str, Any], ...]:
        """Other routes by which this publication came."""
        return tuple(self.facts.get("twins", ()))

    def files_of(self, source: str) -> list[tuple[str, str]]:
        """Date and content of every file of a source that is this publication."""
        files = [(self.own_vintage, self.content)] if self.source == source else []
        twins = (twin for twin in self.twins if twin["source"] == source)
        return files + [(str(twin["vintage"]), str(twin["content"])) for twin in twins]

    def as_twin(self) -> dict[str, Any]:
        """What is recorded of it where another route's copy is kept."""
        return {
            "source": self.source,
            "vintage": self.own_vintage,
            "basis": self.basis,
            "rows": sum(self.categories.values()),
            "retrieved_at": self.retrieved_at,
            "content": self.content,
            "raw_sha256": self.raw_sha256,
            "urls": self.facts["urls"],
        }


def comparable(one: Listing, other: Listing) -> bool:
    """Whether two lists name their entries alike: at least half of the shorter one's."""
    common = len(set(one.entries) & set(other.entries))
    return common >= _COMPARABLE_SHARE * min(len(one), len(other))


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
    if one.kind != other.kind or one.source == other.source:
        return False
    category = shared_category(one, other)
    if category is None:
        return False
    first, second = one.find(category), other.find(category)
    if first is None or second is None:
        return False
    near = abs(to_day(one.vintage) - to_day(other.vintage)) <= _NEAR_DAYS
    if not _same_publication(first, second, near=near):
        return False
    if one.vintage == other.vintage:
        return True
    longer = one if len(first) > len(second) else other
    kept_and_dated = longer is max(one, other, key=preference) is min(one, other, key=dating)
    if len(first) == len(second) or kept_and_dated:
        return True
    short, long = sorted((set(first.entries), set(second.entries)), key=len)
    by_name = len(short & long) >= _COMPARABLE_SHARE * len(short)
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
    limit = to_day(item.vintage) - _FROZEN_DAYS
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
    first, second = one.find(category), other.find(category)
    return first is not None and second is not None and _same_figures(first, second)


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
        for vintage, content in item.files_of(candidate.source)
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
    days = [day for day, _ in item.files_of(candidate.source)]
    return (
        candidate.vintage in days
        and bool(candidate.categories)
        and all(
            (mine := candidate.find(category)) is not None
            and (theirs := item.find(category)) is not None
            and _same_figures(mine, theirs)
            and mine.intervals <= theirs.intervals
            and (mine.votes is None or theirs.votes is not None)
            for category in candidate.categories
        )
    )


def preference(item: Listed) -> tuple[Any, ...]:
    """Sort key: the twin that is kept is the one with the largest."""
    listing = item.reference
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
