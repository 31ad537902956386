"""Simulated votes: who meets whom, who wins, and the ratings of all votes so far."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from elolag.bradleyterry import ELO, PairCounts, Ratings, rate
from elolag.worlds import World

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Flags = NDArray[np.bool_]

#: Elo over which the sampling of pairs falls off by e.
CLOSENESS = 250.0


class Ballots:
    """All votes so far, per pair of entries."""

    def __init__(self, entries: int) -> None:
        self.first, self.second = np.triu_indices(entries, 1)
        self.votes = np.zeros(len(self.first))
        self.score = np.zeros(len(self.first))
        self.ties = np.zeros(len(self.first))
        self.entries = entries

    def vote(
        self,
        world: World,
        strength: Floats,
        weight: Floats,
        months: float,
        rng: np.random.Generator,
    ) -> None:
        """Add a period's votes: pairs by both weights and their closeness, scores by strength."""
        able = np.flatnonzero((weight[self.first] > 0) & (weight[self.second] > 0))
        if not able.size:
            return
        i, j = self.first[able], self.second[able]
        gap = strength[i] - strength[j]
        share = weight[i] * weight[j] * np.exp(-np.abs(gap) / CLOSENESS)
        counts = rng.multinomial(round(world.votes_per_month * months), share / share.sum())
        met = np.flatnonzero(counts)
        able, counts, gap = able[met], counts[met], gap[met]
        # Ties take from both sides alike, so the expected score stays Bradley-Terry's.
        expected = 1 / (1 + np.exp(-gap / ELO))
        tie = 2 * world.tie_rate * np.minimum(expected, 1 - expected)
        ties = rng.binomial(counts, tie)
        wins = rng.binomial(counts - ties, (expected - tie / 2) / (1 - tie))
        self.votes[able] += counts
        self.ties[able] += ties
        self.score[able] += wins + ties / 2

    def rate(
        self, identity: NDArray[np.str_], able: Flags, before: Ratings | None
    ) -> tuple[Ratings, Ints]:
        """Ratings of the able entries that have votes, and which those are."""
        met = np.flatnonzero((self.votes > 0) & able[self.first] & able[self.second])
        seen = np.zeros(self.entries, dtype=bool)
        seen[self.first[met]] = seen[self.second[met]] = True
        rated = np.flatnonzero(seen)
        place = np.cumsum(seen) - 1
        pairs = PairCounts(
            tuple(identity[rated].tolist()),
            place[self.first[met]],
            place[self.second[met]],
            self.votes[met],
            self.score[met],
            self.ties[met],
        )
        start = None
        if before is not None:
            known = dict(zip(before.items, before.rating, strict=True))
            start = np.array([known.get(name, np.nan) for name in pairs.items])
            start = np.where(np.isnan(start), np.nanmax(start), start)
        return rate(pairs, start=start), rated
