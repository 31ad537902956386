"""How retired entries were placed until 0.1: links between pairs of vintages of one board.

Kept unchanged in what it computes, as the baseline of `held_out.py`: a line in the level, fitted
near each gone entry to the changes of the common ones with Tukey's biweight; what the common ones
scatter by beyond the votes' share is each entry's drift.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NEIGHBOURS = 40
ROUNDING = (1 / 6) ** 0.5


@dataclass(frozen=True)
class Line:
    """A robust line ``value = middle + slope (x - centre)`` and the weights that gave it."""

    centre: float
    middle: float
    slope: float
    spread: float  # weighted variance of x about the centre
    x: Floats
    weights: Floats  # sum to 1

    def at(self, x: float | Floats) -> Floats:
        """Value of the line."""
        return np.asarray(self.middle + self.slope * (x - self.centre))

    def variance_factor(self, x: float) -> float:
        """Variance of the line at `x`, for points of unit variance."""
        tilt = (x - self.centre) / self.spread if self.spread > 0 else 0.0
        return float(np.sum((self.weights * (1 + tilt * (self.x - self.centre))) ** 2))


def robust_line(x: Floats, y: Floats, weights: Floats, rounds: int = 30) -> Line:
    """Weighted line by Tukey's biweight (c = 4.685), scale from the weighted MAD.

    It starts from the weighted median: a least-squares line would already have bent towards
    outliers at the end of the range and then found nothing odd about them.
    """
    robust = _biweight(y - weighted_median(y, weights), weights)
    for _ in range(rounds):
        w = weights * robust
        w = w / w.sum()
        centre, middle = float(w @ x), float(w @ y)
        spread = float(w @ (x - centre) ** 2)
        slope = float(w @ ((x - centre) * (y - middle)) / spread) if spread > 0 else 0.0
        line = Line(centre, middle, slope, spread, x, w)
        update = _biweight(y - line.at(x), weights)
        if np.abs(update - robust).max() < 1e-6:
            break
        robust = update
    return line


def _biweight(residual: Floats, weights: Floats) -> Floats:
    """Tukey's weights for residuals; no model within rounding of the others is an outlier."""
    scale = max(1.4826 * weighted_median(np.abs(residual), weights), ROUNDING)
    return np.asarray(np.clip(1 - (residual / (4.685 * scale)) ** 2, 0, None) ** 2)


def link(level: Floats, change: Floats, noise: Floats, x_old: float) -> tuple[float, float, float]:
    """Shift, its standard error, and the drift sd at one level of the older scale.

    Parameters
    ----------
    level, change, noise
        Of the common entries, (N,): mean of both ratings, newer less older, and the variance of
        that which votes explain.
    x_old
        The level.
    """
    shift = float(np.median(change))
    # The line is against the mean of both ratings; the mean of a gone model follows from its old
    # rating by fixed point (a contraction, as |slope| < 2).
    for _ in range(20):
        weights = tricube(level, x_old + shift / 2, NEIGHBOURS)
        line = robust_line(level, change, weights)
        line = replace(line, slope=float(np.clip(line.slope, -0.2, 0.2)))
        before, shift = shift, _new_minus_old(line, x_old)
        if abs(shift - before) < 1e-6:
            break
    # The line is robust, its scatter is not: the models that truly changed are what drift is.
    residual = change - line.at(level)
    free = weights.sum() ** 2 / (weights @ weights)
    scatter = float(weights @ residual**2 / weights.sum() * free / max(free - 2, 1))
    se = np.sqrt(scatter * line.variance_factor(x_old + shift / 2))
    expected = float(weights @ noise / weights.sum())
    return shift, float(se), float(np.sqrt(max(scatter - expected, 0.0)))


def _new_minus_old(line: Line, x_old: float) -> float:
    """Solve ``shift = line(x_old + shift / 2)``."""
    return float(line.at(x_old)) / (1 - line.slope / 2)


def tricube(x: Floats, at: float, neighbours: int) -> Floats:
    """Tricube weights over the nearest points (Cleveland 1979)."""
    distance = np.abs(x - at)
    reach = np.sort(distance)[min(neighbours, len(x)) - 1] * 1.001 + 1e-9
    return np.asarray(np.clip(1 - (distance / reach) ** 3, 0, None) ** 3)


def weighted_median(x: Floats, weights: Floats) -> float:
    """The smallest x whose cumulative weight reaches half."""
    order = np.argsort(x)
    cumulative = np.cumsum(weights[order])
    return float(x[order][np.searchsorted(cumulative, cumulative[-1] / 2)])
