"""From draws to the figure and its measurement interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from elolag.arrays import Floats
from elolag.errors import EstimateError
from elolag.model.estimands import AT_LEAST, AT_MOST, CENSORED, EXACT, UNBOUNDED, Lags

#: Share of draws that may be bounds, and are set aside, where a figure is the mean of the rest.
BOUNDS = 0.05


@dataclass(frozen=True)
class Summary:
    """One estimand: its figure and the interval of the draws.

    Attributes
    ----------
    months
        The lag; a bound where `censored` is ``at-least`` or ``at-most``.
    low, high
        Ends of the interval; None where the draws give no bound.
    failed
        Draws in which the estimand is not defined; they are left out.
    averaged
        Whether the figure is a mean of the draws, not the lag at posterior-mean ratings.
    """

    months: float
    low: float | None
    high: float | None
    censored: str | None
    failed: int
    averaged: bool = False

    def mass(self, sample: Lags) -> float:
        """Share of the defined draws that lie wholly inside the closed interval."""
        fine = ~sample.failed
        low, high = reach(sample.months[fine], sample.censored[fine])
        return float(np.mean(self.holds(low, high)))

    def holds(self, low: Floats, high: Floats) -> NDArray[np.bool_]:
        """Whether the interval holds what is known to lie between `low` and `high`."""
        least = -np.inf if self.low is None else self.low
        most = np.inf if self.high is None else self.high
        return np.asarray((low >= least) & (high <= most))


def summarise(estimand: str, point: Lags, sample: Lags, level: float) -> Summary:
    """The figure of an estimand and its measurement interval.

    `current` is one model's release date, so its figure is the lag at posterior-mean ratings. That
    of the others is the mean of the draws; where that at posterior means is a bound, or more than
    `BOUNDS` of the draws are, it is the lag at posterior-mean ratings.

    Parameters
    ----------
    estimand
        Its name.
    point
        The one draw at posterior-mean ratings.
    sample
        All draws.
    level
        Of the interval.

    Raises
    ------
    EstimateError
        At posterior-mean ratings, or in every draw, there is nothing to measure, or no bound on
        either side.
    """
    if point.failed[0]:
        raise EstimateError(
            "at posterior-mean ratings the window holds nothing to measure: no record, or no new "
            "level reached; take a longer window"
        )
    if sample.failed.all():
        raise EstimateError(
            f"in none of the {len(sample.failed)} draws the window holds anything to measure; take "
            f"a longer window or more draws"
        )
    if point.censored[0] == UNBOUNDED:
        raise EstimateError("the lag is bounded on neither side by the models of this board")
    fine = ~sample.failed
    low, high = quantiles(sample.months[fine], sample.censored[fine], level)
    censored = CENSORED.get(int(point.censored[0]))
    if censored == "at-least":
        high = None
    elif censored == "at-most":
        low = None
    failed = int((~fine).sum())
    dates = sample.months[fine & (sample.censored == EXACT)]
    if estimand != "current" and not censored and len(dates) >= (1 - BOUNDS) * fine.sum():
        return Summary(float(dates.mean()), low, high, censored, failed, averaged=True)
    return Summary(float(point.months[0]), low, high, censored, failed)


def quantiles(
    months: Floats, censored: NDArray[np.int8], level: float
) -> tuple[float | None, float | None]:
    """Percentile interval whose ends are values that occurred, so that it holds its level.

    A draw that is only a bound is taken at its worst for each end: "at least x" is x for the low
    end and unbounded for the high one. An unbounded end is None.
    """
    return ends(*reach(months, censored), level)


def ends(below: Floats, above: Floats, level: float) -> tuple[float | None, float | None]:
    """The same of draws known to lie between two values each, equal where they are exact."""
    # Rounded, for 1 - 0.95 is a hair over 0.05 and would skip a draw.
    tail = round((1 - level) / 2, 12)
    low = np.quantile(below, tail, method="inverted_cdf")
    high = np.quantile(above, 1 - tail, method="inverted_cdf")
    return (float(low) if np.isfinite(low) else None, float(high) if np.isfinite(high) else None)


def reach(months: Floats, censored: NDArray[np.int8]) -> tuple[Floats, Floats]:
    """Between what each lag lies: itself twice, or with an infinite end where it is a bound."""
    below, above = np.isin(censored, (AT_MOST, UNBOUNDED)), np.isin(censored, (AT_LEAST, UNBOUNDED))
    return np.where(below, -np.inf, months), np.where(above, np.inf, months)
