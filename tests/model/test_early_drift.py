"""The young-entry drift, by votes or by the standard error that stands for them."""

from __future__ import annotations

import numpy as np
import pytest

from elolag.model import early_drift


def test_variance_falls_with_votes_and_follows_the_knots() -> None:
    drift = early_drift.YoungDrift((1000.0, 4000.0), (8.0, 4.0), 100_000.0)
    votes = np.array([10.0, 1000.0, 2000.0, 4000.0, 16_000.0])
    sd = np.sqrt(drift.variance(votes, np.full(5, 3.0)))
    assert sd == pytest.approx([8.0, 8.0, 6.0, 4.0, 2.0])


def test_missing_votes_are_told_from_the_error() -> None:
    drift = early_drift.YoungDrift((1000.0, 4000.0), (8.0, 4.0), 100_000.0)
    # 100,000 / 5^2 = 4,000 votes.
    assert np.sqrt(drift.variance([np.nan], [5.0])) == pytest.approx([4.0])
