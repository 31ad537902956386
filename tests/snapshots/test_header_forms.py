"""What each odd form of a header becomes: a body, a mark that is kept or dropped, or a refusal."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Callable
from typing import NamedTuple

import pytest
from upstream_server import speaking

from elolag.errors import FetchError
from elolag.fetch.client import Answer, Client
from elolag.sources import get_source

ECI = get_source("epoch-eci")
URL = "https://epoch.ai/data/eci_scores.csv"

OK = "HTTP/1.1 200 OK"
PACKED = gzip.compress(b"data", mtime=0)
TOLD = f"Content-Length: {len(PACKED)}"
CHUNKS = b"4\r\ndata\r\n0\r\n\r\n"


class Form(NamedTuple):
    """A status line with headers, the body behind them, and what must come of it."""

    head: str
    body: bytes = b"data"
    refused: str = ""  # in the message; empty where the body is taken
    etag: str | None = None
    waits: list[float] | None = None  # before the second, good, answer


def length(value: str, refused: str = "") -> Form:
    return Form(f"{OK}\nContent-Length: {value}", refused=refused)


def coded(value: str, body: bytes = CHUNKS, refused: str = "", more: str = "") -> Form:
    return Form(f"{OK}\nTransfer-Encoding: {value}{more}", body, refused)


def plain(*headers: str, etag: str | None = None, refused: str = "") -> Form:
    return Form("\n".join([OK, "Content-Length: 4", *headers]), refused=refused, etag=etag)


def packed(value: str, body: bytes = PACKED, refused: str = "") -> Form:
    return Form(f"{OK}\nContent-Length: {len(body)}\nContent-Encoding: {value}", body, refused)


def status(line: str, refused: str, *headers: str) -> Form:
    return Form("\n".join([line, "Content-Length: 4", *headers]), refused=refused)


def later(value: str, *waits: float, refused: str = "", code: int = 503) -> Form:
    head = f"HTTP/1.1 {code} Busy\nContent-Length: 4\nRetry-After: {value}"
    return Form(head, refused=refused, waits=list(waits))


def redirect(*locations: str, refused: str) -> Form:
    return status("HTTP/1.1 302 Found", refused, *(f"Location: {to}" for to in locations))


NO_NUMBER, NOT_UNDERSTOOD, BROKEN = "no number", "not understood", "eci_scores.csv: "
FORMS = {
    # Content-Length
    "length: as it is": length("4"),
    "length: blanks around": length("   4  "),
    "length: zeros before": length("0004"),
    "length: none": Form(OK, refused="declares no length"),
    "length: empty": length("", NO_NUMBER),
    "length: a sign": length("+4", NO_NUMBER),
    "length: below 0": length("-4", NO_NUMBER),
    "length: a fraction": length("4.0", NO_NUMBER),
    "length: hexadecimal": length("0x4", NO_NUMBER),
    "length: a power": length("4e0", NO_NUMBER),
    "length: an underscore": length("0_4", NO_NUMBER),
    "length: digits of another script": length("\xd9\xa4", NO_NUMBER),
    "length: in quotes": length('"4"', NO_NUMBER),
    "length: with a unit": length("4 bytes", NO_NUMBER),
    "length: 20 digits": length("9" * 20, NO_NUMBER),
    "length: 5,000 digits": length("9" * 5000, NO_NUMBER),
    "length: 18 digits": length("9" * 18, "is refused"),
    "length: one byte too many": length("5", "4 bytes read, 1 more expected"),
    "length: twice the same": Form(f"{OK}\nContent-Length: 4\nContent-Length: 4",
                                   refused=NO_NUMBER),
    "length: twice another": Form(f"{OK}\nContent-Length: 4\nContent-Length: 5",
                                  refused="Content-Length"),
    "length: a list": length("4, 4", NO_NUMBER),
    "length: folded over two lines": length("\n 4"),
    # Transfer-Encoding
    "coding: chunked": coded("chunked"),
    "coding: in capitals": coded("CHUNKED"),
    "coding: notchunked": coded("notchunked", refused=NOT_UNDERSTOOD),
    "coding: chunkedx": coded("chunkedx", refused=NOT_UNDERSTOOD),
    "coding: x chunked": coded("x chunked", refused=NOT_UNDERSTOOD),
    "coding: identity": coded("identity", b"data", NOT_UNDERSTOOD),
    "coding: gzip, then chunked": coded("gzip, chunked", refused=NOT_UNDERSTOOD),
    "coding: chunked twice": coded("chunked, chunked", refused=NOT_UNDERSTOOD),
    "coding: in two headers": coded("chunked", refused=NOT_UNDERSTOOD,
                                    more="\nTransfer-Encoding: identity"),
    "coding: a tab before": coded("\tchunked"),
    "coding: empty": coded("", refused=NOT_UNDERSTOOD),
    "coding: beside a length": coded("chunked", refused="beside a Content-Length",
                                     more="\nContent-Length: 4"),
    "coding: identity beside a length": coded("identity", b"data", NOT_UNDERSTOOD,
                                              "\nContent-Length: 4"),
    "chunks: an extension": coded("chunked", b"4;a=b\r\ndata\r\n0\r\n\r\n"),
    "chunks: a trailer": coded("chunked", b"4\r\ndata\r\n0\r\nX: 1\r\n\r\n"),
    "chunks: a length that is none": coded("chunked", b"four\r\ndata\r\n0\r\n\r\n", BROKEN),
    "chunks: a length below 0": coded("chunked", b"-1\r\ndata", "length below 0"),
    "chunks: a length of 9,000 digits": coded("chunked", b"0" * 9000 + b"4\r\ndata", BROKEN),
    "chunks: cut off": coded("chunked", b"4\r\nda", BROKEN),
    "chunks: no last one": coded("chunked", b"4\r\ndata\r\n", BROKEN),
    # Content-Encoding
    "packed: gzip": packed("gzip"),
    "packed: in capitals": packed(" GZIP "),
    "packed: identity": Form(f"{OK}\nContent-Length: 4\nContent-Encoding: identity"),
    "packed: empty": Form(f"{OK}\nContent-Length: 4\nContent-Encoding:"),
    "packed: twice": packed("gzip, gzip", refused="was not asked for"),
    "packed: x-gzip": packed("x-gzip", refused="was not asked for"),
    "packed: br": packed("br", refused="was not asked for"),
    "packed: deflate": packed("deflate", refused="was not asked for"),
    "packed: gzip that is none": packed("gzip", b"data", "is damaged"),
    "packed: two members": packed("gzip", PACKED + PACKED, "cut off"),
    "packed: more after the end": packed("gzip", PACKED + b"x", "cut off"),
    # Content-Type says nothing that is believed: the parser reads the bytes.
    "type: none": plain(),
    "type: of a web page": plain("Content-Type: text/html; charset=utf-16"),
    "type: no type": plain("Content-Type: ;;=\x01"),
    "type: 10,000 characters": plain("Content-Type: " + "x" * 10_000),
    # ETag
    "etag: strong": plain('ETag: "abc"', etag='"abc"'),
    "etag: weak": plain('ETag: W/"abc"', etag='W/"abc"'),
    "etag: without quotes": plain("ETag: abc", etag="abc"),
    "etag: empty": plain("ETag:"),
    "etag: 256 characters": plain("ETag: " + "x" * 256, etag="x" * 256),
    "etag: 257 characters": plain("ETag: " + "x" * 257),
    "etag: a blank": plain('ETag: "a b"'),
    "etag: a control character": plain('ETag: "a\x1b[2Jb"'),
    "etag: beyond ASCII": plain('ETag: "caf\xe9"'),
    "etag: twice": plain('ETag: "a"', 'ETag: "b"'),
    "etag: of the hub, too long": plain("X-Linked-Etag: " + "x" * 257, 'ETag: "b"', etag='"b"'),
    # Last-Modified is not used: a list is dated by what it says, or by the day it was fetched.
    "modified: a day": plain("Last-Modified: Fri, 27 Nov 2026 05:00:00 GMT"),
    "modified: to come": plain("Last-Modified: Fri, 31 Dec 9999 23:59:59 GMT"),
    "modified: no day": plain("Last-Modified: \x7f"),
    # Retry-After
    "after: seconds": later("3", 3),
    "after: 0": later("0", 0),
    "after: blanks around": later("  3 ", 3),
    "after: a day gone by": later("Fri, 31 Dec 1999 23:59:59 GMT", 0),
    "after: two minutes": later("120", 120),
    "after: more": later("121", refused="asks to wait 121 s; run again later"),
    "after: a day to come": later("Fri, 31 Dec 2999 23:59:59 GMT", refused="asks to wait"),
    "after: below 0": later("-1", -1),
    "after: a fraction": later("1.5", -1),
    "after: a word": later("soon", -1),
    "after: 5,000 digits": later("9" * 5000, refused="asks to wait"),
    # Location
    "to: another host": redirect("https://evil.example/", refused="leads to 'https://evil"),
    "to: another scheme": redirect("ftp://127.0.0.1/", refused="leads to 'ftp:"),
    "to: nothing": redirect("", refused="redirected more than 5 times"),
    "to: nowhere": status("HTTP/1.1 302 Found", "answered 302"),
    "to: no address": redirect("http://[", refused="is no address"),
    "to: beyond ASCII": redirect("/caf\xe9", refused="is no address"),
    "to: two": redirect("https://a.example/", "https://b.example/", refused="leads to "),
    "to: 60,000 characters": redirect("https://evil.example/" + "x" * 60_000, refused="leads to"),
    # Status lines
    "status: no words": Form("HTTP/1.1 200\nContent-Length: 4"),
    "status: HTTP/1.0": Form("HTTP/1.0 200 OK\nContent-Length: 4"),
    "status: HTTP/2": status("HTTP/2 200 OK", BROKEN),
    "status: another protocol": status("ICY 200 OK", BROKEN),
    "status: no number": status("HTTP/1.1 OK", BROKEN),
    "status: two digits": status("HTTP/1.1 20 OK", BROKEN),
    "status: 1000": status("HTTP/1.1 1000 OK", BROKEN),
    "status: below 0": status("HTTP/1.1 -200 OK", BROKEN),
    "status: early hints": status("HTTP/1.1 103 Early Hints", "answered 103"),
    "status: a part nobody asked for": status("HTTP/1.1 206 Partial", "answered 206"),
    "status: control characters": status("HTTP/1.1 404 a\x1b[2Jb", r"answered 404 a\x1b[2Jb"),
    "status: 60,000 characters": status("HTTP/1.1 404 " + "x" * 60_000, "answered 404 xxx"),
    "status: a line of 70,000": status("HTTP/1.1 404 " + "x" * 70_000, BROKEN),
    # Headers as such
    "headers: 200 of them": plain(*(f"X-{i}: 1" for i in range(200)), refused=BROKEN),
    "headers: one of 70,000 characters": plain("X: " + "x" * 70_000, refused=BROKEN),
    "headers: a name beyond ASCII": plain("X-\xe9: 1"),
}  # fmt: skip


Asked = Callable[[Form], Answer]


@pytest.fixture
def asked(waits: list[float]) -> Asked:
    def ask(form: Form) -> Answer:
        head = form.head.replace("\n", "\r\n").encode("latin-1")
        replies = [head + b"\r\n\r\n" + form.body]
        if form.waits is not None:
            replies.append(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndata")

        def script(connection: socket.socket) -> None:
            connection.sendall(replies.pop(0) if len(replies) > 1 else replies[0])

        with (
            speaking(script) as base,
            Client(base_urls={ECI.name: base}, pause=waits.append, max_bytes=1 << 20) as client,
        ):
            return client.get(ECI, URL)

    return ask


@pytest.mark.parametrize("name", FORMS)
def test_a_form_of_a_header(name: str, asked: Asked, waits: list[float]) -> None:
    form = FORMS[name]
    if form.refused:
        with pytest.raises(FetchError) as caught:
            asked(form)
        said = str(caught.value)
        assert form.refused in said
        assert said.startswith(f"{URL}: ")
        assert said.isprintable()
        assert len(said) < 400
        return
    answer = asked(form)
    assert (answer.status, answer.data, answer.etag) == (200, b"data", form.etag)
    if form.waits == [-1]:  # what is no wait is ours to choose
        assert len(waits) == 1
        assert 0.5 <= waits[0] <= 1.5
    elif form.waits is not None:
        assert waits == form.waits
