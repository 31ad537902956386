"""An HTTP server on loopback that plays the publishers, faults included."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit


@dataclass
class Reply:
    """What the server sends: `cut` bytes of the body only, then the line goes dead."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    length: str | None = ""  # "" the true one, None none at all
    cut: int | None = None
    chunked: bool = False
    endless: bool = False  # the body again and again, until nobody listens


@dataclass
class Seen:
    """A request as it came."""

    path: str
    headers: dict[str, str]


Route = Reply | bytes | Callable[[Seen], Reply]


class Upstream:
    """Paths (with query, if any) to replies; everything else is 404."""

    def __init__(self) -> None:
        self.routes: dict[str, Route] = {}
        self.seen: list[Seen] = []
        self.sent = 0
        #: Called after every piece of a body, with the bytes sent so far by this server.
        self.watch: Callable[[int], None] = lambda sent: None
        self.url = ""

    def paths(self) -> list[str]:
        return [seen.path for seen in self.seen]

    def reply(self, seen: Seen) -> Reply:
        route = self.routes.get(seen.path, self.routes.get(urlsplit(seen.path).path))
        if route is None:
            return Reply(b"nothing here", 404)
        if isinstance(route, bytes):
            return Reply(route)
        return route if isinstance(route, Reply) else route(seen)


def in_turn(*replies: Reply) -> Callable[[Seen], Reply]:
    """Each reply once, the last for ever."""
    left = list(replies)
    return lambda seen: left.pop(0) if len(left) > 1 else left[0]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed is what some tests are about."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def serving() -> Iterator[Upstream]:
    upstream = Upstream()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            seen = Seen(self.path, {name.lower(): value for name, value in self.headers.items()})
            upstream.seen.append(seen)
            try:
                self._send(upstream.reply(seen))
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def _send(self, reply: Reply) -> None:
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            bodiless = reply.status == 304
            if reply.chunked or reply.endless:
                self.send_header("Transfer-Encoding", "chunked")
            elif reply.length is not None and not bodiless:
                self.send_header("Content-Length", reply.length or str(len(reply.body)))
            else:
                self.close_connection = not bodiless
            self.end_headers()
            while reply.endless:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(reply.body), reply.body))
                upstream.sent += len(reply.body)
            body = reply.body if reply.cut is None else reply.body[: reply.cut]
            for start in range(0, len(body), 1 << 14):
                piece = body[start : start + (1 << 14)]
                if reply.chunked:
                    piece = b"%x\r\n%s\r\n" % (len(piece), piece)
                self.wfile.write(piece)
                self.wfile.flush()
                upstream.sent += len(piece)
                upstream.watch(upstream.sent)
            if reply.cut is not None or (reply.length and reply.length != str(len(reply.body))):
                self.close_connection = True
            elif reply.chunked:
                self.wfile.write(b"0\r\n\r\n")

        def log_message(self, *_: object) -> None:
            pass

    server = _Server(("127.0.0.1", 0), Handler)
    upstream.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield upstream
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


# A server whose every byte a test decides.

Script = Callable[[socket.socket], object]


@contextmanager
def speaking(script: Script, *, hears: bool = True) -> Iterator[str]:
    """A server that says what the script says to every connection, after its request."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            heard = b""
            while hears and b"\r\n\r\n" not in heard:
                if not (piece := connection.recv(4096)):
                    return
                heard += piece
            script(connection)

    def listen() -> None:
        with suppress(OSError):
            while not over.is_set():
                connection, _ = listener.accept()
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=listen, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
