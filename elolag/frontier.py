"""Frontiers: the best rating a group has reached by a date, and when it first reached a level."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


class Steps:
    """One group's running maximum in D draws (Deprins, Simar & Tulkens 1984: the free hull).

    Parameters
    ----------
    ratings
        Shape (D, M).
    counts_from
        Date in whole days from which each model counts, (M,) or (D, M); inf never.
    until
        Models counting only after this day are left out.

    Attributes
    ----------
    dates
        (K,) or (D, K), non-decreasing along the last axis; inf in draws where a model is too late.
    running
        (D, K): frontier just after each date.
    columns
        (K,) or (D, K): which of the M models stands at each step.
    """

    def __init__(self, ratings: Floats, counts_from: Floats, until: float) -> None:
        varying = counts_from.ndim == 2
        earliest = counts_from.min(axis=0) if varying else counts_from
        near = np.flatnonzero(earliest <= until)
        columns = near[np.argsort(earliest[near], kind="stable")]
        rated, dates = ratings[:, columns], counts_from[..., columns]
        if varying:
            dates = np.where(dates <= until, dates, np.inf)
            order = np.argsort(dates, axis=1, kind="stable")
            dates = np.take_along_axis(dates, order, 1)
            rated = np.take_along_axis(rated, order, 1)
            rated = np.where(np.isfinite(dates), rated, -np.inf)
            columns = columns[order]
        self.dates: Floats = dates
        self.columns: Ints = columns
        self.ratings: Floats = rated
        self.running: Floats = np.maximum.accumulate(rated, axis=1)

    @property
    def size(self) -> int:
        """Number of steps, K."""
        return int(self.running.shape[1])

    @property
    def latest_first(self) -> float:
        """The day by which the group has a model in every draw."""
        return float(np.max(self.dates[..., 0]))

    def at(self, dates: Floats) -> Floats:
        """Frontier at each date of shape (J,) or (D, J); -inf before the first model."""
        if self.dates.ndim == 1:
            step = np.searchsorted(self.dates, dates, side="right") - 1
        else:
            step = (self.dates[:, :, None] <= np.atleast_2d(dates)[:, None, :]).sum(axis=1) - 1
        step = np.broadcast_to(step, (len(self.running), step.shape[-1]))
        value = np.take_along_axis(self.running, np.maximum(step, 0), 1)
        return np.where(step >= 0, value, -np.inf)

    def first_reaching(self, levels: Floats) -> Ints:
        """Step at which each level (D, J) is first reached; `size` where it never is."""
        if levels.shape[1] == 1:
            reached = self.running >= levels
            return np.where(reached.any(1), reached.argmax(1), self.size)[:, None]
        return np.asarray((self.running[:, None, :] < levels[:, :, None]).sum(axis=2))

    def date_of(self, steps: Ints) -> Floats:
        """Date of each step (D, J); inf for the step `size`, which is never."""
        if self.dates.ndim == 1:
            return np.append(self.dates, np.inf)[steps]
        padded = np.concatenate([self.dates, np.full((len(self.dates), 1), np.inf)], axis=1)
        return np.take_along_axis(padded, steps, 1)

    def is_first(self, dates: Floats) -> NDArray[np.bool_]:
        """Whether a crossing date is that of the group's first model: a bound, not a crossing."""
        return np.asarray(dates == self.dates[..., :1])

    def records(self) -> tuple[Floats, NDArray[np.bool_]]:
        """Dates (D, K) and which steps are records; of one day only the last step counts."""
        dates = np.broadcast_to(self.dates, self.running.shape)
        following = np.concatenate([dates[:, 1:], np.full((len(dates), 1), np.inf)], axis=1)
        last_of_day = np.isfinite(dates) & (dates != following)
        before = self.at(self.dates - 0.5)
        return dates, last_of_day & (self.running > before)

    def model_at(self, steps: Ints) -> Ints:
        """The model that stands at each draw's step (D,); of one day's models the best."""
        dates = np.broadcast_to(self.dates, self.running.shape)
        same_day = dates == self.date_of(steps[:, None])
        best = np.where(same_day, self.ratings, -np.inf).argmax(axis=1)
        return self._column(best)

    def best_model(self) -> Ints:
        """The best model of each draw (D,)."""
        return self._column(self.ratings.argmax(axis=1))

    def _column(self, step: Ints) -> Ints:
        if self.columns.ndim == 1:
            return self.columns[step]
        return np.take_along_axis(self.columns, step[:, None], 1)[:, 0]
