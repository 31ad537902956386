"""Servers that do not end, and what one address may take; nothing here leaves the machine."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
import tracemalloc
from pathlib import Path

import pytest
from upstream_server import Reply, Script, Seen, Upstream, speaking

from elolag.errors import FetchError
from elolag.fetch.client import Client
from elolag.sources import get_source

ECI = get_source("epoch-eci")
URL = "https://epoch.ai/data/eci_scores.csv"
SECONDS = 0.4
#: For what never ends, however quick the machine is.
FEW = 0.1


def for_ever(piece: bytes, first: bytes = b"", every: float = 0.02) -> Script:
    """Send something once, then one thing again and again."""

    def script(connection: socket.socket) -> None:
        connection.sendall(first)
        while True:
            connection.sendall(piece)
            time.sleep(every)

    return script


OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
ENDLESS: dict[str, Script] = {
    "nothing at all": for_ever(b""),
    "a byte of the status line a time": for_ever(b"H"),
    "a byte of a header a time": for_ever(b"x", OK + b"X-Long: "),
    "a header a time": for_ever(b"X: 1\r\n", OK),
    "100 Continue without end": for_ever(b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a byte of the body a time": for_ever(b"x", OK + b"Content-Length: 1000000\r\n\r\n"),
    "one huge chunk": for_ever(b"x", CHUNKED + b"fffffff\r\n"),
    "a chunk of one byte a time": for_ever(b"1\r\nx\r\n", CHUNKED),
    "a chunk's length without end": for_ever(b"0", CHUNKED),
    "trailers without end": for_ever(b"X: 1\r\n", CHUNKED + b"1\r\nx\r\n0\r\n"),
    "a byte of a trailer a time": for_ever(b"x", CHUNKED + b"1\r\nx\r\n0\r\nX: "),
    "a body without a length": for_ever(b"x", OK + b"\r\n"),
    "an error whose headers do not end": for_ever(b"x", b"HTTP/1.1 503 Busy\r\nX-Long: "),
    "a redirect whose headers do not end": for_ever(
        b"x", b"HTTP/1.1 302 Found\r\nLocation: /b\r\nX-Long: "
    ),
}


@pytest.mark.parametrize("case", ENDLESS)
def test_what_does_not_end_is_ended_in_time(case: str, waits: list[float]) -> None:
    refused = case == "a body without a length"
    seconds = SECONDS if refused else FEW
    with (
        speaking(ENDLESS[case]) as base,
        Client(base_urls={ECI.name: base}, pause=waits.append, seconds=seconds) as client,
    ):
        start = time.monotonic()
        with pytest.raises(FetchError) as caught:
            client.get(ECI, URL)
        assert time.monotonic() - start < seconds + 1.5
    said = "declares no length" if refused else "did not come within 0.1"
    assert said in str(caught.value)
    assert str(caught.value).startswith(f"{URL}: ")
    assert str(caught.value).count(URL) == 1


def test_a_download_ends_in_time_and_what_came_is_kept(tmp_path: Path, waits: list[float]) -> None:
    slow = for_ever(b"x", OK + b"Content-Length: 1000000\r\n\r\n" + b"y" * (1 << 17))
    with (
        speaking(slow) as base,
        Client(base_urls={ECI.name: base}, pause=waits.append, seconds=SECONDS) as client,
        pytest.raises(FetchError, match="did not come within"),
    ):
        client.download(ECI, URL, tmp_path / "file")
    assert (tmp_path / "file.part").read_bytes()[: 1 << 16] == b"y" * (1 << 16)


def test_a_handshake_ends_in_time(monkeypatch: pytest.MonkeyPatch, waits: list[float]) -> None:
    """A record of TLS is announced, and comes a byte a time."""
    real = socket.getaddrinfo
    drip = for_ever(b"\0", b"\x16\x03\x03\x40\x00")
    with speaking(drip, hears=False) as base:
        port = int(base.rpartition(":")[2])
        found = real("127.0.0.1", port, 0, socket.SOCK_STREAM)
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        start = time.monotonic()
        with (
            Client(pause=waits.append, seconds=FEW) as client,
            pytest.raises(FetchError, match="did not come within"),
        ):
            client.get(ECI, URL)
        assert time.monotonic() - start < FEW + 1.5


def test_retries_and_waits_count(upstream: Upstream) -> None:
    upstream.routes["/data/eci_scores.csv"] = Reply(status=503, headers={"Retry-After": "1"})
    waited: list[float] = []
    with (
        Client(base_urls={ECI.name: upstream.url}, pause=waited.append, seconds=0.9) as client,
        pytest.raises(FetchError, match=r"did not come within 0\.9 s; run again later"),
    ):
        client.get(ECI, URL)
    assert waited == []
    assert len(upstream.seen) == 1


def test_a_client_whose_time_was_over_can_be_asked_again(upstream: Upstream) -> None:
    def slow_once(seen: Seen) -> Reply:
        time.sleep(0.3 if len(upstream.seen) == 1 else 0.0)
        return Reply(b"data")

    upstream.routes["/data/eci_scores.csv"] = slow_once
    with Client(base_urls={ECI.name: upstream.url}) as client:
        client._seconds = 0.1
        with pytest.raises(FetchError, match="did not come within"):
            client.get(ECI, URL)
        client._seconds = 5.0
        assert client.get(ECI, URL).data == b"data"
        threads = threading.active_count()
        assert client.get(ECI, URL).data == b"data"
        assert threading.active_count() == threads


@pytest.mark.parametrize("length", [b"-1", b"-ffff", b"-0000001"])
def test_a_chunk_of_negative_length_is_not_read_to_the_end(
    length: bytes, waits: list[float]
) -> None:
    """To the library below, a length of -1 is all there is to come."""
    said = CHUNKED + length + b"\r\n" + bytes(32 << 20)
    tracemalloc.start()
    try:
        with (
            speaking(lambda connection: connection.sendall(said)) as base,
            Client(base_urls={ECI.name: base}, pause=waits.append, max_bytes=1 << 20) as client,
            pytest.raises(FetchError, match="length below 0"),
        ):
            client.get(ECI, URL)
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()


def test_a_socket_that_was_shut_lets_no_ciphertext_through() -> None:
    """Shut by its own method a TLS socket forgets that it is one."""
    from elolag.fetch.bounds import Deadline

    ours, theirs = socket.socketpair()
    context = ssl.create_default_context()
    tls = context.wrap_socket(ours, server_hostname="epoch.ai", do_handshake_on_connect=False)
    with tls, theirs:
        deadline = Deadline(lambda seconds: None)
        deadline.watch(tls)
        theirs.sendall(b"\x17\x03\x03 no plain text")
        deadline._shut()
        assert deadline.is_over
        heard = b""
        with contextlib.suppress(OSError):
            heard = tls.recv(100)
        assert heard == b""
