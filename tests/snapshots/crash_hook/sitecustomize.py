"""Kills its own process, as kill -9 would, at the n-th call that changes the disk.

Python imports this at start when the folder is on its path. ``CRASH_AT``: which call; 0 never.
``CRASH_COUNT``: file that gets the number of calls of a process that ended by itself.
"""

from __future__ import annotations

import atexit
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

_at = int(os.environ.get("CRASH_AT", "0"))
_count = 0
_write = os.write


def _counted(call: Callable[..., Any], *, half: Callable[..., Any] | None = None) -> Any:
    def wrapped(*arguments: Any, **named: Any) -> Any:
        global _count  # noqa: PLW0603 -- one counter for the process
        _count += 1
        if _count == _at:
            if half is not None:
                half(*arguments)
            elif _at % 2:  # half of the kills come after the call, half before it
                call(*arguments, **named)
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*arguments, **named)

    return wrapped


def _half_write(handle: int, data: Any) -> None:
    _write(handle, bytes(data)[: len(data) * (_at % 5) // 4])


if "CRASH_AT" in os.environ:
    os.write = _counted(os.write, half=_half_write)
    for _name in ("open", "mkdir", "rename", "replace", "fsync", "ftruncate", "unlink", "rmdir"):
        setattr(os, _name, _counted(getattr(os, _name)))
    if "CRASH_COUNT" in os.environ:
        atexit.register(lambda: Path(os.environ["CRASH_COUNT"]).write_text(str(_count)))
