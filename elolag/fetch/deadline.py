"""When an answer must have come: then the sockets in use are shut, whatever a server does."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from typing import Any

from urllib3.connection import HTTPConnection

from elolag.errors import FetchError

Pause = Callable[[float], object]


class LateError(FetchError):
    """What is asked for did not come in time; the address is for whoever asked to name."""


class Deadline:
    """When what is asked for must have come; then the sockets in use are shut.

    A timeout bounds silence alone: a byte a minute, headers without end or one huge chunk would
    hold a run for ever. (A name server that does not answer is waited for as long as the system
    does; nothing is sent afterwards.)

    Parameters
    ----------
    pause
        Waits for the given number of seconds.
    """

    def __init__(self, pause: Pause) -> None:
        self.is_over = False
        self._wait = pause
        self._seconds = self._end = 0.0
        self._sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Shut everything after so many seconds, unless the block has ended.

        Raises
        ------
        LateError
            Instead of whatever else the block raises or makes of a connection that was shut.
        """
        self.is_over, self._seconds, self._end = False, seconds, time.monotonic() + seconds
        watchdog = threading.Timer(seconds, self._shut)
        watchdog.daemon = True
        watchdog.start()
        try:
            yield
        except Exception as error:
            if self.is_over:
                raise self._late() from error
            raise
        finally:
            watchdog.cancel()
            watchdog.join()
        self.check()

    def watch(self, used: socket.socket) -> None:
        """Shut this one too when it is time."""
        with self._lock:
            self.check()
            self._sockets.add(used)

    def check(self) -> None:
        """Raise a `LateError` when the time is over."""
        if self.is_over:
            raise self._late()

    def pause(self, seconds: float) -> None:
        """Wait, if what follows can still come in time."""
        self.check()
        if time.monotonic() + seconds > self._end:
            raise self._late()
        self._wait(seconds)

    def _late(self) -> LateError:
        return LateError(f"did not come within {self._seconds:,g} s; run again later")

    def _shut(self) -> None:
        with self._lock:
            self.is_over = True
            for used in self._sockets:
                with contextlib.suppress(OSError):  # closed, or the other side was faster
                    # Not the method of a TLS socket: it would let ciphertext through as text.
                    socket.socket.shutdown(used, socket.SHUT_RDWR)


class _Answered(http.client.HTTPResponse):
    """An answer in whose chunks a length below 0 is refused, not read to the end of all memory."""

    def _safe_read(self, amt: int) -> bytes:
        if amt < 0:
            raise http.client.HTTPException("a chunk has a length below 0")
        read: bytes = super()._safe_read(amt)  # type: ignore[misc]
        return read


class Watched(HTTPConnection):
    """A connection whose sockets a `Deadline` knows, from before the TLS handshake on."""

    deadline: Deadline
    response_class = _Answered
    _twin: socket.socket | None = None

    def _new_conn(self) -> socket.socket:
        made = super()._new_conn()
        try:
            # The handshake is made over a socket that nobody sees before it is over.
            self._twin = made.dup()
            self.deadline.watch(self._twin)
        except BaseException:
            made.close()
            raise
        return made

    def connect(self) -> None:
        """As `HTTPConnection.connect`."""
        try:
            super().connect()
            used: Any = self.sock
            while not isinstance(used, socket.socket):  # TLS inside the TLS of a proxy
                used = used.socket
            self.deadline.watch(used)
        finally:
            if self._twin is not None:
                self._twin.close()
                self._twin = None
