"""Runs commands that may be killed: forks of one process that has the libraries loaded already.

Each line of the standard input asks for one, as JSON: ``command`` (its arguments), ``at`` (the n-th
call that changes the disk kills it as kill -9 would; 0 never) and ``count`` (the file that gets the
number of such calls, if it ends by itself). Two lines answer: process id, and exit code.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet  # noqa: F401 -- loaded once for all
import requests  # noqa: F401

import elolag.archive.collect
import elolag.cli.snapshot
import elolag.fetch.client  # noqa: F401
from elolag.cli import main


class Crash:
    """Counts the calls that change the disk, and kills its own process at one of them."""

    def __init__(self, at: int) -> None:
        self.at, self.count = at, 0
        self._write = os.write
        os.write = self._counted(os.write, half=self._half_write)
        for name in ("open", "mkdir", "rename", "replace", "fsync", "ftruncate", "unlink", "rmdir"):
            setattr(os, name, self._counted(getattr(os, name)))

    def _counted(self, call: Callable[..., Any], half: Callable[..., Any] | None = None) -> Any:
        def wrapped(*arguments: Any, **named: Any) -> Any:
            self.count += 1
            if self.count == self.at:
                if half is not None:
                    half(*arguments)
                elif self.at % 2:  # half of the kills come after the call, half before it
                    call(*arguments, **named)
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*arguments, **named)

        return wrapped

    def _half_write(self, handle: int, data: Any) -> None:
        self._write(handle, bytes(data)[: len(data) * (self.at % 5) // 4])


def child(command: list[str], at: int, count: str | None) -> int:
    sys.argv = ["elolag", *command]
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    crash, code = Crash(at), 0
    try:
        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(bool(end.code))
    if count:
        Path(count).write_text(str(crash.count))
    return code


if __name__ == "__main__":
    for line in sys.stdin:
        process = os.fork()
        if not process:
            code = 70
            try:
                code = child(**json.loads(line))
            finally:
                os._exit(code)
        print(process, flush=True)  # noqa: T201
        _, status = os.waitpid(process, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201
