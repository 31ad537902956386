"""All lists of both boards in one linear Gaussian state-space model (decision 0010: not shipped).

    y[b, m, v] = theta[b, m] + gauge[b, v] + slope[b, v] * level[m] + drift[b, m](t_v) + rounding

Drift is a random walk whose steps have a part that both boards share and one of each board's own.
Both are t distributed (as normals of mixed variance), with a scale for each interval between dates
and for each level. The votes that a list adds move both boards' ratings alike. Scales are estimated
by EM (Dempster, Laird & Rubin 1977; for t errors, Lange, Little & Taylor 1989).

Given gauges and slopes the entries are independent. The smoother's answer is then one generalised
least squares problem with a block for each entry, the covariance of a random walk at two dates
being the variance gathered by the earlier. `tests/benchmarks/test_state_space.py` compares it with
a Kalman filter and smoother.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from elolag.model.scale import SHIPPED, Hyperparameters, Lists, _tricube

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

#: Prior variances of an entry's place and a list's gauge, and of a list's slope per 100 points.
VAGUE, VAGUE_SLOPE = 1e5, 100.0
#: Variance of what a printed rating hides: rounding to the point, and to the hundredth or finer.
ROUNDED, EXACT = 1 / 12, 1e-3
#: Entries of average spread that stand beside an interval's own neighbours in level.
AVERAGE = 5.0
#: Parts of drift, the last of them shared; variances to start from, and the least.
PARTS, SHARED = 3, 2
GUESS, LEAST = (0.02, 0.02, 0.1), 1e-6
ROUNDS = 20
#: Days before the first hidden list that are looked at, and least days between lists.
BEFORE, SPACING = 60.0, 7.0


@dataclass(frozen=True)
class Entry:
    """What is seen of one entry: board, date and list of each rating, by date; see `World`."""

    board: Ints
    date: Ints
    list: Ints
    rating: Floats


@dataclass(frozen=True)
class World:
    """Both boards on one calendar of T dates.

    Attributes
    ----------
    entries
        M of them.
    level
        In hundreds of points about the mean, (M,).
    votes
        Variance that new votes explain in the interval that ends at each date, (M, T); 0 at first.
    rounding
        Variance of each list's printing, (L,).
    centre
        What was taken off all ratings.
    target
        The first board's last list.
    """

    entries: tuple[Entry, ...]
    level: Floats
    votes: Floats
    rounding: Floats
    centre: float = 0.0
    target: int = 0


@dataclass(frozen=True)
class Smoothed:
    """Gauges and slopes, (2 L,) with covariance, and each entry's inverse covariance.

    ``spread`` is the variance of each step of drift, (3, M, T): each board's own, and the shared.
    """

    world: World
    spread: Floats
    gauge: Floats
    covariance: Floats
    inverse: tuple[Floats, ...]

    def residual(self, m: int) -> Floats:
        """What is left of an entry's ratings, gauges taken off."""
        entry, lists = self.world.entries[m], len(self.world.rounding)
        line = self.gauge[entry.list] + self.world.level[m] * self.gauge[lists + entry.list]
        return np.asarray(entry.rating - line)

    def at(self, m: int, board: int, date: int, column: int | None = None) -> tuple[float, float]:
        """Mean and variance of an entry's place on a date; with a list, of its unrounded rating."""
        entry, lists = self.world.entries[m], len(self.world.rounding)
        own, shared = _gathered(self.world, self.spread, m)
        same = board == entry.board
        till = np.minimum(entry.date, date)
        toward = shared[till] + same * (VAGUE + own[board, till])
        trust = self.inverse[m] @ toward
        mean = trust @ self.residual(m)
        variance = VAGUE + own[board, date] + shared[date] - trust @ toward
        design = np.zeros(2 * lists)
        np.subtract.at(design, entry.list, trust)
        np.subtract.at(design, lists + entry.list, trust * self.world.level[m])
        if column is not None:
            design[column] += 1.0
            design[lists + column] += self.world.level[m]
            mean += self.gauge[column] + self.world.level[m] * self.gauge[lists + column]
        return float(mean), float(variance + design @ self.covariance @ design)

    def steps(self) -> tuple[Floats, Floats]:
        """Mean square of each step of drift, gauges as estimated, and whether lists span it."""
        square, seen = self.spread.copy(), np.zeros(self.spread.shape)
        dates = np.arange(self.spread.shape[2])
        for m, entry in enumerate(self.world.entries):
            weight, inverse = self.inverse[m] @ self.residual(m), self.inverse[m]
            for part in range(PARTS):
                mine = np.flatnonzero((entry.board == part) | (part == SHARED))
                if not mine.size:
                    continue
                before = self.spread[part, m]
                later = np.searchsorted(entry.date[mine], dates)
                total, spent = np.zeros((2, len(mine) + 1))
                total[:-1] = weight[mine][::-1].cumsum()[::-1]
                block = inverse if part == SHARED else inverse[mine][:, mine]
                spent[:-1] = np.diagonal(block[::-1, ::-1].cumsum(0).cumsum(1))[::-1]
                total, spent = total[later], spent[later]
                square[part, m] = (before * total) ** 2 + before - before**2 * spent
                first, last = entry.date[mine[[0, -1]]]
                seen[part, m] = (dates > first) & (dates <= last)
        return square, seen


def _gathered(world: World, spread: Floats, m: int) -> tuple[Floats, Floats]:
    """Variance that an entry's own and shared steps have gathered by each date."""
    return spread[:SHARED, m].cumsum(axis=1), (spread[SHARED, m] + world.votes[m]).cumsum()


def smooth(world: World, spread: Floats) -> Smoothed:
    """The posterior of gauges, slopes and places."""
    lists = len(world.rounding)
    moments, pull = np.zeros((3, lists, lists)), np.zeros((2, lists))
    inverse = []
    for m, entry in enumerate(world.entries):
        own, shared = _gathered(world, spread, m)
        till = np.minimum(entry.date[:, None], entry.date)
        same = entry.board[:, None] == entry.board
        gathered = shared[till] + same * (VAGUE + own[entry.board[:, None], till])
        inverse.append(np.linalg.inv(gathered + np.diag(world.rounding[entry.list])))
        pairs, weight = np.ix_(entry.list, entry.list), inverse[-1] @ entry.rating
        for power in range(3):
            moments[power][pairs] += world.level[m] ** power * inverse[-1]
        for power in range(2):
            pull[power, entry.list] += world.level[m] ** power * weight
    prior = np.repeat([1 / VAGUE, 1 / VAGUE_SLOPE], lists)
    precision = np.block([[moments[0], moments[1]], [moments[1], moments[2]]])
    covariance = np.linalg.inv(precision + np.diag(prior))
    return Smoothed(world, spread, covariance @ pull.ravel(), covariance, tuple(inverse))


def estimate(world: World, young: Floats, hyper: Hyperparameters = SHIPPED) -> Smoothed:
    """Scales by EM and the posterior they give.

    `young` is how many times as large an entry's variance is thought to be, (M, T).
    """
    near = _tricube(world.level, world.level, hyper.neighbours)
    scale = np.array(GUESS)[:, None, None] * young
    spread = scale
    for _ in range(ROUNDS):
        square, seen = smooth(world, spread).steps()
        mixing = (hyper.freedom + 1) / (hyper.freedom + square / scale)
        unit = mixing * square / young * seen
        typical = (unit.sum(axis=1, keepdims=True) + LEAST) / (seen.sum(axis=1, keepdims=True) + 1)
        scale = young * (near @ unit + AVERAGE * typical) / (near @ seen + AVERAGE)
        spread = scale / mixing
    return smooth(world, spread)


def world_of(
    boards: tuple[Lists, Lists], rows: Ints, since: float, hyper: Hyperparameters = SHIPPED
) -> tuple[World, Floats, Ints]:
    """The lists since a day and some before it, factors of young entries, and rows with ratings.

    Of lists under `SPACING` days apart the later counts.
    """
    first = since - BEFORE
    for row in rows.tolist():
        shown = boards[0].days[boards[0].listed[row] & (boards[0].days <= since)]
        first = min(first, shown[-1])
    kept = []
    for board in boards:
        last = max(int(np.searchsorted(board.days, since, "right")) - 1, 0)
        start = min(first, board.days[last])
        taken: list[int] = []
        for column in np.flatnonzero(board.days >= start)[::-1].tolist():
            after = board.days[taken[-1]] if taken else np.inf
            if after - board.days[column] >= SPACING or board.days[column] <= since < after:
                taken.append(column)
        kept.append(np.array(taken[::-1]))
    dated = np.concatenate([b.days[c] for b, c in zip(boards, kept, strict=True)])
    days, date = np.unique(dated, return_inverse=True)
    every = np.concatenate([b.rating[:, c] for b, c in zip(boards, kept, strict=True)], axis=1)
    listed = ~np.isnan(every)
    number = np.repeat([0, 1], [len(c) for c in kept])
    whole = np.array([np.allclose(x[~np.isnan(x)] % 1, 0) for x in every.T])
    there = np.flatnonzero(listed.any(axis=1))
    centre = float(np.nanmean(every))
    order = np.argsort(date, kind="stable")
    entries, level = [], []
    for row in there.tolist():
        mine = order[listed[row, order]]
        entries.append(Entry(number[mine], date[mine], mine, every[row, mine] - centre))
        level.append(entries[-1].rating[0] / 100)
    votes, counted = np.zeros((len(there), len(days))), np.zeros((len(there), len(days)))
    for board, columns in zip(boards, kept, strict=True):
        for m, row in enumerate(there.tolist()):
            error = board.se[row, columns]
            known = ~np.isnan(error) & board.listed[row, columns]
            if known.sum() < 2:
                continue
            then = board.days[columns][known]
            least = np.minimum.accumulate(error[known] ** 2)
            gained = -np.diff(np.interp(days, then, least))
            votes[m, 1:] += gained
            counted[m, 1:] += (days[1:] > then[0]) & (days[1:] <= then[-1])
    votes /= np.maximum(counted, 1)
    since_first = days - np.minimum(boards[0].first, boards[1].first)[there][:, None]
    young = np.where(since_first < hyper.settled_days, hyper.young, 1.0)
    rounding = np.where(whole, ROUNDED, EXACT)
    world = World(tuple(entries), np.array(level), votes, rounding, centre, len(kept[0]) - 1)
    return world, young, there


def place(
    boards: tuple[Lists, Lists], rows: Ints, since: float, hyper: Hyperparameters = SHIPPED
) -> tuple[Floats, Floats, Floats]:
    """Place of some rows in the first board's last list, its variance, and that of votes in it."""
    world, young, there = world_of(boards, rows, since, hyper)
    found = estimate(world, young, hyper)
    date = world.votes.shape[1] - 1
    at = np.searchsorted(there, rows)
    answers = np.array([found.at(int(m), 0, date, world.target) for m in at])
    return answers[:, 0] + world.centre, answers[:, 1], world.votes[at].sum(axis=1)
