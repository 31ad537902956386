"""Puts the vintages of one board on the scale of its newest vintage.

A model the newest vintage lists has that rating and no other. A model that is gone is linked from
the last vintage that listed it, directly to the newest, through the models both list near its
level: a line fitted to the rating changes against the mean of both ratings (symmetric: neither
vintage is the regressor, Kolen & Brennan 2014, ch. 4), with Tukey's biweight so that a few models
that truly changed do not move it. Vintages share most of their votes, so the error of a linked
rating is its own published error, the link's, and a drift per model estimated from what the
common models scatter beyond the new votes' share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from elolag.errors import EstimateError

Floats = NDArray[np.float64]

#: Common models a link needs, and the number of nearest ones that weigh in at any level.
MIN_COMMON = 10
NEIGHBOURS = 40
#: A pinned rating does not move, in Elo.
STILL = 0.05
#: Standard deviation of the change between two ratings because they are printed to whole points.
ROUNDING = (1 / 6) ** 0.5


@dataclass(frozen=True)
class Vintage:
    """One vintage ready for linking.

    ``table`` is indexed by the identity that survives renames of display (model and effort
    together) and has columns ``entry, model, rating, se, votes`` (`se`, `votes` may be NaN).
    """

    date: str
    table: pd.DataFrame


@dataclass(frozen=True)
class Link:
    """How one older vintage maps onto the newest, in Elo points.

    Attributes
    ----------
    shift, shift_se
        Change at each gone entry's level, and its standard error (arrays over ``gone``).
    drift
        Standard deviation of a single model's own change beyond shared-vote noise, per gone entry.
    """

    source: str
    target: str
    common: int
    shift_overall: float
    shift_top: float
    slope: float
    residual_sd: float
    residual_sd_top: float
    expected_sd: float
    anchors: tuple[str, ...]
    gone: tuple[str, ...]
    shift: Floats
    shift_se: Floats
    drift: Floats


@dataclass(frozen=True)
class Linked:
    """Every entry ever rated on a board, on the newest vintage's scale.

    ``table`` columns: ``identity, entry, model, rating, se, votes, vintage, link, drift, link_se``.
    ``se`` is the published error (may be NaN), ``drift`` the entry's own change since its last
    vintage (sd), ``link`` indexes ``links`` (-1 for the newest vintage) and ``link_se`` is the
    error that all entries of one link share.
    """

    newest: str
    table: pd.DataFrame
    links: tuple[Link, ...]


def link(vintages: Sequence[Vintage], anchors: Sequence[str] = ()) -> Linked:
    """Link every vintage to the last one.

    Parameters
    ----------
    vintages
        Oldest first; the last is the scale.
    anchors
        Identities pinned to a constant by the publisher, never used as links (see `find_anchors`).

    Raises
    ------
    EstimateError
        A vintage that holds a gone model shares too few models with the newest.
    """
    if not vintages:
        raise EstimateError("no vintage to link")
    newest = vintages[-1]
    parts = [_own(newest.table, newest.date, -1)]
    seen = set(newest.table["model"])
    links: list[Link] = []
    for vintage in reversed(vintages[:-1]):
        gone = vintage.table[[m not in seen for m in vintage.table["model"]]]
        if gone.empty:
            continue
        made = fit_link(vintage, newest, gone, anchors)
        part = _own(gone, vintage.date, len(links))
        part["rating"] += made.shift
        part["drift"] = made.drift
        part["link_se"] = made.shift_se
        parts.append(part)
        links.append(made)
        seen |= set(gone["model"])
    return Linked(newest.date, pd.concat(parts, ignore_index=True), tuple(links))


def fit_link(old: Vintage, new: Vintage, gone: pd.DataFrame, anchors: Sequence[str] = ()) -> Link:
    """Estimate the map from `old` to `new` at the levels of the `gone` rows of `old`."""
    both = old.table.index.intersection(new.table.index)
    pinned = tuple(sorted(set(anchors) & set(both)))
    both = both.difference(pd.Index(pinned))
    if len(both) < MIN_COMMON:
        raise EstimateError(
            f"vintages {old.date} and {new.date} share {len(both)} models; linking the "
            f"{len(gone)} models that only the older lists needs at least {MIN_COMMON}"
        )
    a, b = old.table.loc[both], new.table.loc[both]
    before, after = a["rating"].to_numpy(float), b["rating"].to_numpy(float)
    level, change = (before + after) / 2, after - before
    noise = shared_vote_variance(a["se"].to_numpy(float), b["se"].to_numpy(float))
    top = np.argsort(-level)[:30]
    overall_slope = robust_line(level, change, np.ones_like(level)).slope
    levels = gone["rating"].to_numpy(float)
    fits = [_local(level, change, noise, x) for x in levels]
    return Link(
        source=old.date,
        target=new.date,
        common=len(both),
        shift_overall=float(np.median(change)),
        shift_top=float(np.median(change[top])),
        slope=overall_slope,
        residual_sd=mad_sd(change),
        residual_sd_top=mad_sd(change[top]),
        expected_sd=float(np.sqrt(noise.mean())),
        anchors=pinned,
        gone=tuple(gone["entry"]),
        shift=np.array([f[0] for f in fits]),
        shift_se=np.array([f[1] for f in fits]),
        drift=np.array([f[2] for f in fits]),
    )


def shared_vote_variance(se_old: Floats, se_new: Floats) -> Floats:
    """Variance of a rating's change when one vintage's votes contain the other's.

    If the newer rating averages the older votes and new ones, Var(new - old) = Var(old) -
    Var(new); independent errors would give the sum. Missing errors count as none, so that the
    drift takes up the whole scatter.
    """
    noise = np.abs(np.nan_to_num(se_old) ** 2 - np.nan_to_num(se_new) ** 2)
    noise[np.isnan(se_old) | np.isnan(se_new)] = 0.0
    return noise


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


def _local(
    level: Floats, change: Floats, noise: Floats, x_old: float
) -> tuple[float, float, float]:
    """Shift, its standard error, and the drift sd at one level of the older scale."""
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


def mad_sd(x: Floats) -> float:
    """Standard deviation from the median absolute deviation, for normal data."""
    return float(1.4826 * np.median(np.abs(x - np.median(x))))


def find_anchors(vintages: Sequence[Vintage], runs: int = 6) -> tuple[str, ...]:
    """Identities that stood at one constant through several vintages while the others moved.

    An entry is an anchor when over at least `runs` vintages in a row that list it its rating stays
    the same to the printed digit, while the entries listed throughout moved by more than 3 Elo in
    the median.
    """
    if len(vintages) < runs:
        return ()
    ratings = pd.DataFrame({v.date: v.table["rating"] for v in vintages})
    value = ratings.to_numpy(float)
    found = []
    for row, name in enumerate(ratings.index):
        listed = np.flatnonzero(~np.isnan(value[row]))
        breaks = np.flatnonzero(np.abs(np.diff(value[row, listed])) > STILL) + 1
        still = [run for run in np.split(listed, breaks) if len(run) >= runs]
        if any(_pinned(value, row, run) for run in still):
            found.append(str(name))
    return tuple(found)


def _pinned(value: Floats, row: int, run: NDArray[np.intp]) -> bool:
    """Whether one entry stood still through a run of vintages that moved the others."""
    if np.ptp(value[row, run]) > STILL:
        return False
    others = np.delete(value[:, run], row, axis=0)
    others = others[~np.isnan(others).any(axis=1)]
    if not len(others):
        return False
    return bool(np.ptp(np.median(others - others[:, :1], axis=0)) > 3)


def _own(table: pd.DataFrame, date: str, link_index: int) -> pd.DataFrame:
    out = table[["entry", "model", "rating", "se", "votes"]].reset_index(names="identity")
    out["vintage"] = date
    out["link"] = link_index
    out["drift"] = 0.0
    out["link_se"] = 0.0
    return out
