"""Ratings from votes: files of votes, streamed to sums, to a board with its full covariance."""

from elolag.votes.rated import (
    COVARIANCE_SUFFIX,
    RATINGS_FILE,
    RatedVotes,
    StyleEffect,
    read_covariance,
)
from elolag.votes.rating import rate

__all__ = [
    "COVARIANCE_SUFFIX",
    "RATINGS_FILE",
    "RatedVotes",
    "StyleEffect",
    "rate",
    "read_covariance",
]
