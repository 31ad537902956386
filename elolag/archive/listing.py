"""The listing of one publication, and whether two listings are one publication.

Two routes name entries differently and round differently, and their dates differ by days; what
they share is the figures. So two listings are one publication when every row of the shorter one
is found in the longer one: the same rating after rounding and, where both have votes, the same
votes. On the real archive every true pair passes without exception, and the closest pair that is
not one agrees in 95% of its rows (99% once, when a copy had a model added to it).
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

#: Fewer rows prove nothing: without votes, ratings alone agree by chance.
FEWEST_WITH_VOTES = 3
FEWEST_WITHOUT_VOTES = 10
#: Without votes a short list fits into any long one; it must be most of it.
SHARE_WITHOUT_VOTES = 0.6

# Ratings rounded to two decimals before they were rounded to points: 1138.498 reads 1139.
_SLACK = 0.0051
_VOTES_SCALE = 1e5


@dataclass(frozen=True, eq=False)
class Listing:
    """The rows of one category of one publication.

    Attributes
    ----------
    entries
        Names, highest rating first.
    ratings
        Ratings in the same order.
    votes
        Votes in the same order, or None unless every row has them.
    intervals
        Whether the rows have intervals.
    """

    entries: tuple[str, ...]
    ratings: NDArray[np.float64]
    votes: NDArray[np.float64] | None
    intervals: bool

    def __len__(self) -> int:
        return len(self.entries)

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
    out = {}
    for category, rows in ratings.groupby("category", sort=True):
        counts = rows["votes"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
        votes = np.asarray(counts, dtype=np.float64)
        out[str(category)] = Listing(
            entries=tuple(rows["entry"].tolist()),
            ratings=rows["rating"].to_numpy(dtype=float),
            votes=None if np.isnan(votes).any() else votes,
            intervals=bool(rows["lower"].notna().any()),
        )
    return out


def read_listing(data: bytes, category: str) -> Listing | None:
    """One category out of the bytes of ``ratings.csv``, without reading the others.

    Rows are sorted by category, so the category is one run of lines; reading only that run is
    what makes comparing with 250 vintages a matter of a tenth of a second.
    """
    field = io.StringIO()
    csv.writer(field, lineterminator="").writerow([category])
    prefix = b"\n" + field.getvalue().encode() + b","
    start = data.find(prefix)
    if start < 0:
        return None
    end = data.find(b"\n", data.rfind(prefix) + 1)
    text = (data[: data.find(b"\n")] + data[start : end + 1]).decode("utf-8")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    votes = np.array([float(row["votes"] or "nan") for row in rows])
    return Listing(
        entries=tuple(row["entry"] for row in rows),
        ratings=np.array([float(row["rating"]) for row in rows]),
        votes=None if np.isnan(votes).any() else votes,
        intervals=any(row["lower"] for row in rows),
    )


def same_publication(one: Listing, other: Listing) -> bool:
    """Whether two listings are one publication (see the module's text). Symmetric."""
    small, large = sorted((one, other), key=len)
    units = sorted((one.unit, other.unit))
    tolerance = _SLACK if units[0] == units[1] else units[1] / 2 + _SLACK
    if small.votes is not None and large.votes is not None:
        return len(small) >= FEWEST_WITH_VOTES and _contained(
            small.ratings + _VOTES_SCALE * small.votes,
            large.ratings + _VOTES_SCALE * large.votes,
            tolerance,
        )
    enough = max(FEWEST_WITHOUT_VOTES, SHARE_WITHOUT_VOTES * len(large))
    return len(small) >= enough and _contained(small.ratings, large.ratings, tolerance)


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
