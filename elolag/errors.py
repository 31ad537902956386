"""Typed errors. Each says what was wrong with which value of which file, and what to do.

``exit_code`` is what the command line returns: 2 for a request that cannot be answered as asked,
1 for data that failed a check.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Sequence
from typing import Any


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


class ForecastError(ElolagError):
    """A forecast breaks the rules of its form."""


#: Names and options until 0.1, and what to do instead.
_SUCCESSORS = {
    "backward": "it is called current now",
    "backward-mean": "it is called average now",
    "level-mean": "it is called levels now",
    "young_drift": "take drift='none' or drift='arena'",
    "--young-drift": "take --drift none or --drift arena",
    "--no-young-drift": "take --drift none or --drift arena",
}


def successor(name: str, known: Sequence[str]) -> str:
    """What to take instead of a name that is none, or is none any more."""
    return _SUCCESSORS.get(name, f"known: {', '.join(known)}")


def refuse_gone(options: Iterable[str]) -> None:
    """Refuse an option there was, naming its successor."""
    for name in options:
        if name in _SUCCESSORS:
            raise UsageError(f"{name} is gone: {_SUCCESSORS[name]}")


def unexpected(error: Exception) -> str:
    """One line on an error nobody foresaw, for a report that must go on without what failed."""
    said = ascii(" ".join(str(error).split()))[1:-1][:200]
    return f"unexpected: {type(error).__name__}: {said}; please report"


class EstimateError(ElolagError, ValueError):
    """The data hold no answer to this question."""

    exit_code = 2


# Libraries of the optional extras: imported when they are needed, told by name when missing.

#: What each extra is for, as the beginning of the message that it is missing.
REPORT, JOBS = "report", "calibrate"
_NEED = {REPORT: "a report needs", JOBS: "more than one job needs"}


def library(name: str, extra: str) -> Any:
    """A library of an extra of this package (pyproject.toml), imported now.

    Raises
    ------
    UsageError
        It, or something it needs itself, is not installed.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise UsageError(
            f"{_NEED[extra]} {error.name or name}, which is not installed; install it with: "
            f"pip install 'elolag[{extra}]'"
        ) from error
