"""What a list must not have lost that earlier ones had: `overall`, categories, errors, order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from elolag.archive.checks import Check, some

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from elolag.archive.checks import Previous
    from elolag.archive.twins import Listed

#: More of its source's categories gone than this is a loss (the catalog of 2025-02-28 lacks 12 of
#: 20); so is a category of which most rows lost their errors.
LOST_CATEGORIES, LOST_ERRORS, ERROR_ROWS = 0.6, 0.5, 10
#: An error below this part of the median of the list before is none.
TINY_ERROR = 0.01
#: Fewer different ratings in so many rows are no ratings; honest lists have at least 15.
FEWEST_VALUES, VALUE_ROWS = 5, 20
#: Rank correlation of common entries with the list before; honest lists have at least 0.93.
ORDER_ROWS, ORDER_REFUSED = 20, 0.5


def losses(
    ratings: pd.DataFrame,
    left_out: Sequence[str],
    recent: Sequence[Listed],
    previous: Previous | None,
    *,
    whole: bool,
) -> list[Check]:
    """Check that nothing is lost that earlier lists had; all required.

    Parameters
    ----------
    ratings
        Of the publication.
    left_out
        Its categories that were left out on purpose.
    recent
        The last comparable lists of its source, the newest first.
    previous
        The newest comparable vintage of any source.
    whole
        Whether its source's lists come whole; a copy may hold any part of a board.
    """
    flat = sorted(
        str(name)
        for name, rows in ratings.groupby("category", sort=True)
        if len(rows) >= VALUE_ROWS and rows["rating"].nunique() < FEWEST_VALUES
    )
    checks = [
        Check("ratings-differ", not flat, True, f"hardly any in {some(flat)}" if flat else "")
    ]
    before = recent[0].table("ratings") if recent else None
    earlier = {} if before is None else {recent[0].vintage: before}
    newest = previous.table("ratings") if previous else None
    if previous and newest is not None:
        earlier[previous.label] = newest
    checks.append(_same_order(ratings, earlier))
    if before is None:
        return checks
    against = f"since {recent[0].vintage}"
    had, has = set(before["category"]), {*ratings["category"], *left_out}
    gone = sorted(had - has)
    if whole:
        none = f"no category overall any more {against}" if "overall" in gone else ""
        note = f"{len(gone)} of {len(had)} gone {against}: {some(gone)}" if gone else ""
        checks += [
            Check("overall-kept", not none, True, none),
            Check("categories-kept", len(gone) <= LOST_CATEGORIES * len(had), True, note),
        ]
    if not recent[0].filled:  # else its intervals were another source's
        checks.append(_errors_kept(ratings, before, against))
    return checks


def _errors_kept(now: pd.DataFrame, before: pd.DataFrame, against: str) -> Check:
    """Whether most rows of each category have what they had: intervals with a width, and errors."""
    new, old = _errors(now), _errors(before)
    lost = []
    for key in [key for key in new if key in old]:
        had = float((old[key] > 0).mean())
        has = float((new[key] > TINY_ERROR * np.median(old[key])).mean())
        if has < LOST_ERRORS <= had:
            lost.append(f"{key[1]} of {key[0]:.60} ({had:.0%} of rows, now {has:.0%})")
    return Check("errors-kept", not lost, True, f"lost {against}: {some(lost)}" if lost else "")


def _errors(ratings: pd.DataFrame) -> dict[tuple[str, str], np.ndarray]:
    """By category, the widths of its intervals and its standard errors; 0 for none."""
    return {
        (str(category), name): values.fillna(0.0).to_numpy(float)
        for category, rows in ratings.groupby("category", sort=True)
        if len(rows) >= ERROR_ROWS
        for name, values in (("interval", rows["upper"] - rows["lower"]), ("se", rows["se"]))
    }


def _same_order(now: pd.DataFrame, earlier: Mapping[str, pd.DataFrame]) -> Check:
    """Whether entries stand in about the order of earlier lists, category by category."""
    off = []
    for label, before in earlier.items():
        both = now.merge(before, on=["category", "entry"], suffixes=("", "_before"))
        for category, rows in both.groupby("category", sort=True):
            ranks = rows[["rating", "rating_before"]].rank().to_numpy()
            # Ratings that are all alike have no order; `ratings-differ` refuses them.
            if len(rows) < ORDER_ROWS or not np.ptp(ranks, axis=0).all():
                continue
            rho = float(np.corrcoef(ranks.T)[0, 1])
            if rho < ORDER_REFUSED:
                off.append(f"{category:.60} {rho:.2f} over {len(rows)} entries since {label}")
    return Check("order-kept", not off, True, f"rank correlation: {some(off)}" if off else "")
