"""Votes one by one as the counts that Bradley-Terry takes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from elolag.model.bradleyterry import PairCounts

SCORE = {"left": 1.0, "right": 0.0, "tie": 0.5}


def pair_counts(
    left: Sequence[str],
    right: Sequence[str],
    winner: Sequence[str],
    items: Sequence[str] | None = None,
) -> PairCounts:
    """A row a vote, `winner` being ``left``, ``right`` or ``tie``; the items sorted by default."""
    names = sorted({*left, *right}) if items is None else list(items)
    first, second = ([names.index(name) for name in side] for side in (left, right))
    score = [SCORE[each] for each in winner]
    return PairCounts.of(names, first, second, np.ones(len(score)), score, np.equal(score, 0.5))
