"""One result, one path and one curve from the shipped archive, with few draws."""

from __future__ import annotations

import pytest

import elolag
from elolag.estimate.catch_up import TimeToMatch, time_to_match
from elolag.estimate.over_time import LagPath, lag_path


@pytest.fixture(scope="session")
def headline() -> elolag.LagResult:
    return elolag.estimate_lag(n_draws=200)


@pytest.fixture(scope="session")
def path() -> LagPath:
    return lag_path("2024-06-01", n_draws=200)


@pytest.fixture(scope="session")
def curve() -> TimeToMatch:
    return time_to_match(n_draws=200)
