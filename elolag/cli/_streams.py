"""The streams of the command line: any encoding, closed or full ones, and a stop from outside."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType
from typing import NoReturn

import typer

from elolag.words import printable


class _Closed(io.TextIOBase):
    """In place of a stream that was closed before we began, so that a write is an error."""

    def write(self, text: str, /) -> int:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))


def prepare() -> None:
    """Let stdout and stderr take any character; what they cannot encode is escaped."""
    if sys.stdout is None:
        sys.stdout = _Closed()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


@contextlib.contextmanager
def stopped_tidily() -> Iterator[None]:
    """SIGTERM ends the command like any error does: half-written files are removed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _stop(number: int, _: FrameType | None) -> NoReturn:
    sys.exit(128 + number)


def say(message: str) -> None:
    """A message on stderr, in which no name from data can do anything but be read."""
    message = "\n".join(map(printable, message.split("\n")))
    # Where stderr is closed or full too, there is nowhere left to say it; the exit code remains.
    with contextlib.suppress(OSError):
        typer.echo(f"elolag: {message}", err=True)


def why(error: OSError) -> str:
    """What an error of the system says, in one line."""
    what = error.strerror or str(error)
    return f"{error.filename}: {what}" if error.filename else f"cannot write the answer: {what}"


def give_up() -> None:
    """Drop what stdout still holds, so that the end of the program does not write it again."""
    if sys.stdout is sys.__stdout__ and isinstance(sys.stdout, io.TextIOWrapper):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
