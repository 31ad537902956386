"""Libraries of the optional extras: imported when they are needed, told by name when missing."""

from __future__ import annotations

import importlib
from typing import Any

from elolag.errors import UsageError

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
