"""The fewest points of rating that put one side a given number of months behind the other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from elolag.months import DAYS_PER_MONTH

Floats = NDArray[np.float64]

#: A hair: in Elo points below a level, in days around a date.
NUDGE = 1e-6


def months_behind(ratings: Floats, ahead: Floats, behind: Floats, as_of: float) -> float:
    """How long before `as_of` the side ahead first reached the best of the side behind."""
    level = ratings[behind <= as_of].max()
    return float((as_of - ahead[(ratings >= level) & (ahead <= as_of)].min()) / DAYS_PER_MONTH)


def cheapest(
    ratings: Floats, ahead: Floats, behind: Floats, as_of: float, least: float, most: float
) -> Floats | None:
    """The smallest total change of ratings after which the side behind is so many months behind.

    With x the level of its best after the change: its models above x come down to it, or its best
    goes up to it; models of the side ahead that are too old come down below it; and one of the
    right age goes up to it where none is there. The sum is convex and piecewise linear in x,
    with breaks at ratings, so its least value is at one of them.

    Parameters
    ----------
    ratings
        (M,) Elo.
    ahead, behind
        Days from which each model counts for either side, (M,), inf never; no model for both.
    least, most
        Months, 0 <= `least` <= `most`; `most` may be inf.

    Returns
    -------
    numpy.ndarray or None
        Change of each rating, (M,); None where no change of ratings can do it.
    """
    present = behind <= as_of
    right = (ahead <= as_of - least * DAYS_PER_MONTH + NUDGE) & (ahead <= as_of)
    # Infinite months have no day: nobody is too old then.
    right &= ahead >= (as_of - most * DAYS_PER_MONTH - NUDGE if np.isfinite(most) else -np.inf)
    old = (ahead <= as_of) & ~right
    old &= ahead < as_of - least * DAYS_PER_MONTH
    if not present.any() or not right.any():
        return None
    top = int(np.flatnonzero(present)[ratings[present].argmax()])
    mate = int(np.flatnonzero(right)[ratings[right].argmax()])
    found: Floats | None = None
    for level in np.unique(ratings[present | right | old]):
        moved = np.where(present, np.minimum(level - ratings, 0.0), 0.0)
        moved[top] = level - ratings[top]
        # Below the level, and not at it, for reaching it is what dates a crossing.
        moved = np.where(old & (ratings >= level), level - ratings - NUDGE, moved)
        # Above it, for on a tie a lag is told from both sides' first crossings.
        moved[mate] = max(level + NUDGE - ratings[mate], 0.0)
        if found is None or np.abs(moved).sum() < np.abs(found).sum():
            found = moved
    return found
