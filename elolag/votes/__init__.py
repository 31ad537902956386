"""Ratings from votes: files of votes, streamed to sums, to a board with its full covariance."""

from elolag.votes.rating import COVARIANCE_SUFFIX, RATINGS_FILE, RatedVotes, rate, read_covariance

__all__ = ["COVARIANCE_SUFFIX", "RATINGS_FILE", "RatedVotes", "rate", "read_covariance"]
