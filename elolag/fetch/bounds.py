"""What an answer is held to: which addresses may be asked, how a body is read, when it must come.

A source's own hosts may be asked over https, and what the user named instead. Hosts are read with
urllib3's parser, the one that also picks the connection, so that no address can mean one host to
the check and another to the connection. A body is read in pieces, bounded in size, and checked
against what was declared.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import re
import socket
import threading
import time
import weakref
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import urllib3
from urllib3.connection import HTTPConnection
from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

from elolag.errors import FetchError, UsageError
from elolag.sources import Source


@dataclass(frozen=True)
class Base:
    """Scheme and host that stand in for a source's own: a mirror, or a test server."""

    scheme: str
    netloc: str
    loopback: bool

    @classmethod
    def parse(cls, source: str, url: str) -> Base:
        """Read a base URL; plain http is accepted for loopback addresses only.

        Raises
        ------
        UsageError
            If it is anything but a scheme and a host.
        """
        try:
            found = parse_url(url)
        except LocationParseError:
            found = Url()
        host = found.host or ""
        bare = not ((found.path or "").strip("/") or found.query or found.fragment or found.auth)
        loopback = is_loopback(host)
        if not (
            host and bare and (found.scheme == "https" or (found.scheme == "http" and loopback))
        ):
            raise UsageError(
                f"base URL of {source}: {url!r}; give scheme and host only, https, or http for a "
                "loopback address: https://mirror.example or http://127.0.0.1:8000"
            )
        return cls(str(found.scheme), str(found.netloc), loopback)

    def applied(self, url: str) -> str:
        """`url` with this scheme and host."""
        return urlunsplit(urlsplit(url)._replace(scheme=self.scheme, netloc=self.netloc))


def check(source: Source, url: str, target: Url, base: Base | None) -> None:
    """Raise a `FetchError` unless `target`, on the way from `url`, is the source's to use."""
    host = (target.host or "").lower()
    if target.auth is None and base is not None:
        if base.loopback and is_loopback(host) and target.scheme in ("http", "https"):
            return
        if target.scheme == "https" and target.netloc == base.netloc:
            return
    secure = target.scheme == "https" and target.auth is None and target.port in (None, 443)
    if not secure or not source.allows(host):
        port = f":{target.port}" if target.port else ""
        there = f"{target.scheme}://{host}{port}"
        raise FetchError(
            f"{url}: leads to {there!a:.120}; for {source.name} "
            f"only https to {' or '.join(source.hosts)} is followed"
        )


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


# Bodies.

MAX_BYTES = 256 << 20
_CHUNK = 1 << 16

#: Called with the address, the bytes so far and the bytes declared (None: not declared).
Progress = Callable[[str, int, int | None], None]


class CutOffError(Exception):
    """A body shorter than declared; worth another attempt."""


def stream(
    url: str,
    response: urllib3.BaseHTTPResponse,
    sink: Callable[[bytes], object],
    *,
    most: int = MAX_BYTES,
    have: int = 0,
    progress: Progress | None = None,
) -> None:
    """Hand the body on in pieces.

    Parameters
    ----------
    url
        For messages and for `progress`.
    response
        Its body must not have been read.
    sink
        Takes each decoded piece.
    most
        Largest body accepted, decoded.
    have
        Bytes of the same body that came earlier, for one that is continued.

    Raises
    ------
    FetchError
        If the body is too large or damaged, or if its end could not be recognised.
    CutOffError
        If it is shorter than declared.
    """
    declared = _declared(url, response, most - have)
    unpack = _decoder(url, response)
    received = size = 0
    for chunk in response.stream(_CHUNK, decode_content=False):
        received += len(chunk)
        piece = unpack(chunk, most + 1 - size) if unpack else chunk
        size += len(piece)
        if have + size > most:
            raise FetchError(f"{url}: sends more than {most:,} bytes; refused")
        sink(piece)
        if progress:
            progress(url, have + received, None if declared is None else have + declared)
    if declared is not None and received != declared:
        raise CutOffError(f"sent {received:,} of the {declared:,} bytes it declared")
    if unpack and not unpack.ended:
        raise CutOffError("its compressed body was cut off")


class _Gunzip:
    """Gzip, never unpacking more than asked for."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._unpack = zlib.decompressobj(wbits=31)

    def __call__(self, chunk: bytes, limit: int) -> bytes:
        if self._unpack.eof:
            raise FetchError(f"{self._url}: there is more after the end of the compressed body")
        try:
            return self._unpack.decompress(chunk, limit)
        except zlib.error as error:
            raise FetchError(f"{self._url}: the compressed body is damaged ({error})") from error

    @property
    def ended(self) -> bool:
        """Whether the end mark has come."""
        return self._unpack.eof and not self._unpack.unused_data


def _decoder(url: str, response: urllib3.BaseHTTPResponse) -> _Gunzip | None:
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding in ("identity", ""):
        return None
    if encoding == "gzip" and response.status == 200:
        return _Gunzip(url)
    raise FetchError(f"{url}: answered in encoding {encoding!a:.40}, which was not asked for")


def _declared(url: str, response: urllib3.BaseHTTPResponse, most: int) -> int | None:
    """Bytes the body should have; None for one in chunks, which mark their own end."""
    text = response.headers.get("Content-Length")
    coding = response.headers.get("Transfer-Encoding")
    if coding is not None:
        # One word, or the libraries below do not agree where the body ends.
        if coding.strip().lower() != "chunked" or text is not None:
            beside = "" if text is None else " beside a Content-Length"
            raise FetchError(f"{url}: Transfer-Encoding is {coding!a:.40}{beside}; not understood")
        return None
    if text is None:
        raise FetchError(
            f"{url}: declares no length, so a body that is cut off could not be told from a whole "
            "one; refused"
        )
    text = text.strip()
    if not re.fullmatch(r"\d{1,18}", text, re.ASCII):
        raise FetchError(f"{url}: Content-Length is {text!a:.40}, no number")
    if int(text) > most:
        raise FetchError(f"{url}: declares {int(text):,} bytes; more than {most:,} is refused")
    return int(text)


# When an answer must have come: then the sockets in use are shut, whatever a server does.

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
