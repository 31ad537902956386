"""Frontiers: the best rating a group has reached by a date, and when it first reached a level."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


class Steps:
    """One group's running maximum in D draws (Deprins, Simar & Tulkens 1984: the free hull).

    Only records are kept, one row per draw, packed to the left: a draw has few of them, and
    between them nothing happens. Of models released on one day only the best can be a record.

    Parameters
    ----------
    ratings
        Shape (D, M).
    counts_from
        Date in whole days from which each model counts, (M,) or (D, M); inf never.
    until
        Models counting only after this day are left out; one at least must count by it.

    Attributes
    ----------
    dates
        (D, R): day of each record, increasing; inf beyond a draw's last.
    running
        (D, R): frontier from that day on; beyond a draw's last record that record's.
    columns
        (D, R): which of the M models set the record.
    """

    def __init__(self, ratings: Floats, counts_from: Floats, until: float) -> None:
        dates, rated, columns = _by_date(ratings, counts_from, until)
        highest = np.maximum.accumulate(rated, axis=1)
        rises = np.empty(highest.shape, dtype=bool)
        rises[:, 0] = np.isfinite(dates[..., 0])
        np.greater(highest[:, 1:], highest[:, :-1], out=rises[:, 1:])
        draw, step = np.divmod(np.flatnonzero(rises), highest.shape[1])
        day = dates[step] if dates.ndim == 1 else dates[draw, step]
        best_of_day = np.ones(len(draw), dtype=bool)
        best_of_day[:-1] = (draw[1:] != draw[:-1]) | (day[1:] != day[:-1])
        draw, step, day = draw[best_of_day], step[best_of_day], day[best_of_day]
        count = np.bincount(draw, minlength=len(ratings))
        place = draw, np.arange(len(draw)) - np.repeat(np.cumsum(count) - count, count)
        shape = len(ratings), int(count.max(initial=1))
        self.dates: Floats = np.full(shape, np.inf)
        self.dates[place] = day
        self.running: Floats = np.repeat(highest[:, -1:], shape[1], axis=1)
        self.running[place] = highest[draw, step]
        self.columns: Ints = np.zeros(shape, dtype=np.intp)
        self.columns[place] = columns[step] if columns.ndim == 1 else columns[draw, step]
        self._last = count - 1

    @property
    def size(self) -> int:
        """Number of steps, R."""
        return int(self.running.shape[1])

    @property
    def latest_first(self) -> float:
        """The day by which the group has a model in every draw; inf if some draw has none."""
        return float(self.dates[:, 0].max())

    def at(self, dates: Floats) -> Floats:
        """Frontier at each date of shape (J,) or (D, J); -inf before the first model."""
        dates = np.broadcast_to(dates, (len(self.dates), dates.shape[-1]))
        passed = _count(np.less_equal, self.dates, dates)
        value = np.take_along_axis(self.running, np.maximum(passed - 1, 0), 1)
        return np.where(passed > 0, value, -np.inf)

    def first_reaching(self, levels: Floats) -> Ints:
        """Step at which each level (D, J) is first reached; `size` where it never is."""
        return _count(np.less, self.running, levels)

    def date_of(self, steps: Ints) -> Floats:
        """Date of each step (D, J); inf for the step `size`, which is never."""
        never = np.full((len(self.dates), 1), np.inf)
        return np.take_along_axis(np.concatenate([self.dates, never], axis=1), steps, 1)

    def before(self, steps: Ints) -> Ints:
        """The record before each step (D, J): the last before `size`, the first before itself."""
        return np.minimum(np.maximum(steps - 1, 0), self._last[:, None])

    def columns_of(self, steps: Ints) -> Ints:
        """The models that set these records (D, J)."""
        return np.take_along_axis(self.columns, steps, 1)

    @property
    def first_level(self) -> Floats:
        """Frontier (D, 1) on the day of the first model; lower levels were reached unseen."""
        return self.running[:, :1]

    def records(self) -> tuple[Floats, NDArray[np.bool_]]:
        """Dates (D, R) and which of them are records, not padding."""
        return self.dates, np.isfinite(self.dates)

    def model_at(self, steps: Ints) -> Ints:
        """The model that set each draw's record (D,)."""
        return self.columns_of(steps[:, None])[:, 0]

    def best_model(self) -> Ints:
        """The best model of each draw (D,)."""
        return self.model_at(self._last)


def _by_date(ratings: Floats, counts_from: Floats, until: float) -> tuple[Floats, Floats, Ints]:
    """Dates, ratings and columns of the models that count, in order of date, in every draw.

    Dates and columns are (K,) if those of all draws are alike. In a draw in which a model counts
    too late its date is inf and its rating -inf.
    """
    earliest = counts_from if counts_from.ndim == 1 else counts_from.min(axis=0)
    near = np.flatnonzero(earliest <= until)
    columns = near[np.argsort(earliest[near], kind="stable")]
    if counts_from.ndim == 1:
        return counts_from[columns], ratings[:, columns], columns
    columns = columns[np.argsort(counts_from[:, columns], axis=1, kind="stable")]
    flat = columns + ratings.shape[1] * np.arange(len(ratings))[:, None]
    dates, rated = counts_from.ravel()[flat], ratings.ravel()[flat]
    late = dates > until
    dates[late], rated[late] = np.inf, -np.inf
    return dates, rated, columns


def _count(stands: np.ufunc, steps: Floats, values: Floats) -> Ints:
    """How many of a row's steps (D, R) stand in a relation to each of its values (D, J)."""
    # Draws last and counts of one byte: both keep the inner loop long.
    steps, values = np.ascontiguousarray(steps.T), np.ascontiguousarray(values.T)
    found = np.zeros(values.shape, dtype=np.uint8 if len(steps) < 256 else np.intp)
    for step in steps:
        found += stands(step, values)
    return np.ascontiguousarray(found.T, dtype=np.intp)
