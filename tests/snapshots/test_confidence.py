"""What is told and to whom: keys, cookies, and failures of names and proxies."""

from __future__ import annotations

import json
import logging
import socket
import traceback
from collections.abc import Callable

import hand_made as made
import pytest
from hypothesis import given
from hypothesis import strategies as st
from upstream_server import Reply, Seen, Upstream, speaking

from elolag.errors import FetchError
from elolag.fetch import Fetch, fetch
from elolag.fetch.client import Client, _kept, _masked
from elolag.sources import get_source

ECI = get_source("epoch-eci")
URL = "https://epoch.ai/data/eci_scores.csv"
PATH = "/data/eci_scores.csv"
KEY = "aa_KEY/of+tests=0123456789"


@pytest.fixture
def ask(upstream: Upstream, waits: list[float]) -> Callable[[Reply], str]:
    """What a request with a key ends in, and all that is logged of it."""

    def asked(reply: Reply) -> str:
        upstream.routes[PATH] = reply
        with (
            Client(base_urls={ECI.name: upstream.url}, pause=waits.append) as client,
            pytest.raises(FetchError) as caught,
        ):
            client.get(ECI, URL, headers={"x-api-key": KEY})
        return "".join(traceback.format_exception(caught.value))

    return asked


REPEATS = {
    "in a redirect": Reply(status=302, headers={"Location": f"/x?key={KEY}"}),
    "in a redirect, escaped": Reply(
        status=302, headers={"Location": "/x?key=aa_KEY%2Fof%2Btests%3D0123456789"}
    ),
    "as another host": Reply(status=302, headers={"Location": f"https://{KEY.lower()}.example/"}),
    "in a redirect, where it is cut off": Reply(
        status=302, headers={"Location": f"https://{'h' * 60}{KEY[:20]}.example/"}
    ),
    "in a length": Reply(b"x", length=KEY),
    "in a length, cut off": Reply(b"x", length="1" * 30 + KEY),
    "in an encoding": Reply(b"x", headers={"Content-Encoding": KEY}),
    "in a wait": Reply(status=503, headers={"Retry-After": "9" * 5000 + KEY}),
    "in a body": Reply(f"model,score\n{KEY},1".encode()),
    "in a body of another case": Reply(KEY.upper().encode()),
    "in a line that is no header": Reply(b"x", status=404, headers={f"{KEY} x": "y"}),
}


@pytest.mark.parametrize("case", REPEATS)
def test_a_key_that_comes_back_is_shown_nowhere(
    case: str, ask: Callable[[Reply], str], caplog: pytest.LogCaptureFixture, upstream: Upstream
) -> None:
    caplog.set_level(logging.DEBUG)
    said = ask(REPEATS[case]) + caplog.text
    assert upstream.seen[0].headers["x-api-key"] == KEY
    assert KEY[:8].lower() not in said.lower()
    assert "aa_KEY%2Fof".lower() not in said.lower()
    assert upstream.paths() == [PATH] * len(upstream.seen)


def test_a_reason_that_repeats_the_key_is_masked() -> None:
    with (
        speaking(lambda c: c.sendall(f"HTTP/1.1 401 bad key {KEY}\r\n\r\n".encode())) as base,
        Client(base_urls={ECI.name: base}) as client,
        pytest.raises(FetchError, match="answered 401 bad key <key> "),
    ):
        client.get(ECI, URL, headers={"x-api-key": KEY})


def test_an_etag_that_repeats_the_key_is_not_kept(upstream: Upstream) -> None:
    upstream.routes[PATH] = Reply(b"data", headers={"ETag": f'"{KEY}"'})
    with Client(base_urls={ECI.name: upstream.url}) as client:
        assert client.get(ECI, URL, headers={"x-api-key": KEY}).etag is None
        assert client.get(ECI, URL).etag == f'"{KEY}"'


def fetched(upstream: Upstream, key: str) -> Fetch:
    source = get_source("artificial-analysis")
    with Client(base_urls={source.name: upstream.url}, pause=lambda seconds: None) as client:
        return fetch(source, client, etags={}, environ={"ARTIFICIAL_ANALYSIS_API_KEY": key})


def test_a_key_written_with_escapes_is_not_taken(upstream: Upstream) -> None:
    page = json.loads(made.aa_page(1, 1))
    page["data"][0]["name"] = KEY
    for body in (json.dumps(page), json.dumps(page).replace("/", "\\/").replace("K", "\\u004b")):
        upstream.routes["/api/v2/language/models/free"] = body.encode()
        result = fetched(upstream, KEY)
        assert result.payloads == ()
        assert "the answer repeats the key that was sent; not taken" in result.failures[0]
        assert KEY not in repr(result)


@pytest.mark.parametrize("key", ["short", "two words", "quote'quote", "caf\xe9-caf\xe9", "x" * 600])
def test_what_is_no_key_is_not_sent(upstream: Upstream, key: str) -> None:
    result = fetched(upstream, key)
    assert "holds characters no key has, or too few; set it anew" in result.failures[0]
    assert key not in result.failures[0]
    assert upstream.seen == []


@given(
    secret=st.text("abcAB01_", min_size=8, max_size=12),
    before=st.text("abcAB01_ ", max_size=12),
    kept=st.integers(6, 12),
    after=st.text("abcAB01_ ", max_size=12),
)
def test_no_beginning_of_a_secret_is_left(secret: str, before: str, kept: int, after: str) -> None:
    said = _masked(f"{before}{secret[:kept]}{after}", [secret])
    assert secret[:6].lower() not in said.lower().replace("<key>", " ")
    assert "<key>" in said


@given(st.text(max_size=300))
def test_an_etag_that_is_kept_can_be_sent(etag: str) -> None:
    visible = 0 < len(etag) <= 256 and all("!" <= c <= "~" for c in etag)
    assert _kept(etag) == (etag if visible else None)


# Cookies


def test_cookies_are_not_kept(upstream: Upstream) -> None:
    cookie = {"Set-Cookie": "a=b; Path=/; Max-Age=9999"}
    upstream.routes[PATH] = Reply(status=302, headers={"Location": "/b", **cookie})
    upstream.routes["/b"] = lambda seen: Reply(b"data", headers=cookie)
    with Client(base_urls={ECI.name: upstream.url}) as client:
        client.get(ECI, URL)
        client.get(ECI, URL)
    assert upstream.paths() == [PATH, "/b"] * 2
    assert not any("cookie" in seen.headers for seen in upstream.seen)


# Names and proxies


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.getaddrinfo

    def resolve(host: str, *rest: object, **more: object) -> object:
        if host != "127.0.0.1":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real(host, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


def refused(waits: list[float]) -> str:
    with Client(pause=waits.append) as client, pytest.raises(FetchError) as caught:
        client.get(ECI, URL)
    return str(caught.value)


@pytest.mark.usefixtures("offline")
def test_a_name_that_is_not_known(waits: list[float]) -> None:
    assert refused(waits) == (
        f"{URL}: the address of epoch.ai cannot be found: check the network and its name server, "
        "and run again"
    )


PROXIED = (
    f"{URL}: epoch.ai cannot be reached through the proxy {{}} ({{}}): correct HTTPS_PROXY, or "
    "name the host in NO_PROXY"
)


@pytest.mark.usefixtures("offline")
def test_a_proxy_whose_name_is_not_known(
    monkeypatch: pytest.MonkeyPatch, waits: list[float]
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://user:secret@proxy.invalid:3128")
    assert refused(waits) == PROXIED.format("proxy.invalid:3128", "its name is not known")


@pytest.mark.usefixtures("offline")
def test_a_proxy_that_is_not_there(monkeypatch: pytest.MonkeyPatch, waits: list[float]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        there = f"127.0.0.1:{taken.getsockname()[1]}"
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:secret@{there}")
        said = refused(waits)
    assert said.startswith(PROXIED.format(there, "")[:-80].partition("()")[0])
    assert "refused): correct HTTPS_PROXY" in said
    assert "secret" not in said


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize("status", ["407 Proxy Authentication Required", "403 Forbidden"])
def test_a_proxy_that_refuses(
    monkeypatch: pytest.MonkeyPatch, waits: list[float], status: str
) -> None:
    with speaking(lambda c: c.sendall(f"HTTP/1.1 {status}\r\n\r\n".encode())) as base:
        monkeypatch.setenv("HTTPS_PROXY", base.replace("//", "//user:secret@"))
        said = refused(waits)
    there = base.removeprefix("http://")
    assert said == PROXIED.format(there, f"Tunnel connection failed: {status}")


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize("proxy", ["http://", "ftp://127.0.0.1:1", "http://[", "user:secret@"])
def test_what_is_no_address_of_a_proxy(
    monkeypatch: pytest.MonkeyPatch, waits: list[float], proxy: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    said = refused(waits)
    assert "epoch.ai cannot be reached through the proxy" in said
    assert "that is no address of a proxy" in said
    assert "secret" not in said


@pytest.mark.usefixtures("offline")
def test_a_proxy_that_does_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    with speaking(lambda c: [c.sendall(b"x") for _ in iter(int, 1)]) as base:
        monkeypatch.setenv("HTTPS_PROXY", base)
        with (
            Client(pause=lambda seconds: None, seconds=0.4) as client,
            pytest.raises(FetchError, match="did not come within|cannot be reached"),
        ):
            client.get(ECI, URL)


def test_a_loopback_mirror_is_asked_past_the_proxy(
    upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.invalid:3128")
    upstream.routes[PATH] = lambda seen: Reply(b"data" if isinstance(seen, Seen) else b"")
    with Client(base_urls={ECI.name: upstream.url}) as client:
        assert client.get(ECI, URL).data == b"data"
