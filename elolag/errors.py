"""Typed errors. Each says what was wrong with which value of which file, and what to do.

``exit_code`` is what the command line returns: 2 for a request that cannot be answered as asked,
1 for data that failed a check.
"""

from __future__ import annotations


class ElolagError(Exception):
    """Base of every error elolag raises on purpose."""

    exit_code = 1


class UsageError(ElolagError, ValueError):
    """The request itself cannot be answered: an unknown name, an impossible date or number."""

    exit_code = 2


class ArchiveError(ElolagError):
    """The archive is missing, empty, damaged or locked."""


class PayloadError(ElolagError):
    """Bytes from upstream are not what their source publishes."""


class CheckFailed(ElolagError):  # noqa: N818 -- named for what happened
    """A required check refused a snapshot."""


class FetchError(ElolagError):
    """An upstream could not be reached, or answered something unusable."""


class TagError(ElolagError):
    """A tag table breaks its own rules."""


def unexpected(error: Exception) -> str:
    """One line on an error nobody foresaw, for a report that must go on without what failed."""
    said = ascii(" ".join(str(error).split()))[1:-1][:200]
    return f"unexpected: {type(error).__name__}: {said}; please report"


class EstimateError(ElolagError, ValueError):
    """The data hold no answer to this question."""

    exit_code = 2
