"""The client against a server that misbehaves; nothing here leaves the machine."""

from __future__ import annotations

import gzip
import hashlib
import socket
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from upstream_server import Reply, Seen, Upstream, in_turn

from elolag.errors import FetchError, UsageError
from elolag.fetch.client import Client, _backoff
from elolag.sources import get_source
from elolag.version import __version__

ECI = get_source("epoch-eci")
URL = "https://epoch.ai/data/eci_scores.csv"
PATH = "/data/eci_scores.csv"


@pytest.fixture
def client(upstream: Upstream, waits: list[float]) -> Iterator[Client]:
    bases = {ECI.name: upstream.url}
    with Client(base_urls=bases, pause=waits.append, max_bytes=1 << 20) as made:
        yield made


def test_a_plain_answer(upstream: Upstream, client: Client, waits: list[float]) -> None:
    upstream.routes[PATH] = Reply(b"a,b\n", headers={"ETag": '"one"'})
    answer = client.get(ECI, URL)
    assert (answer.status, answer.data, answer.etag, answer.url) == (200, b"a,b\n", '"one"', URL)
    assert waits == []
    sent = upstream.seen[0].headers
    assert sent["user-agent"].startswith(f"elolag/{__version__} ")
    assert socket.gethostname() not in sent["user-agent"]
    assert "authorization" not in sent
    assert "cookie" not in sent


def test_a_chunked_answer(upstream: Upstream, client: Client) -> None:
    upstream.routes[PATH] = Reply(b"x" * 50_000, chunked=True)
    assert client.get(ECI, URL).data == b"x" * 50_000


def test_an_unchanged_answer_is_304(upstream: Upstream, client: Client) -> None:
    upstream.routes[PATH] = lambda seen: Reply(
        status=304 if seen.headers.get("if-none-match") == '"one"' else 200
    )
    answer = client.get(ECI, URL, etag='"one"')
    assert (answer.status, answer.data, answer.etag) == (304, b"", '"one"')


def test_the_hubs_own_etag_on_a_redirect_saves_the_download(
    upstream: Upstream, client: Client
) -> None:
    upstream.routes[PATH] = Reply(
        status=302, headers={"Location": "/storage", "X-Linked-Etag": '"linked"'}
    )
    upstream.routes["/storage"] = Reply(b"data", headers={"ETag": '"storage"'})
    first = client.get(ECI, URL)
    assert (first.data, first.etag) == (b"data", '"linked"')
    again = client.get(ECI, URL, etag=first.etag)
    assert again.status == 304
    assert upstream.paths() == [PATH, "/storage", PATH]


# Redirects


def test_redirects_are_followed_on_the_host_that_was_named(
    upstream: Upstream, client: Client
) -> None:
    upstream.routes[PATH] = Reply(status=302, headers={"Location": "/b", "X-Repo-Commit": "c1"})
    upstream.routes["/b"] = Reply(b"data")
    answer = client.get(ECI, URL)
    assert answer.data == b"data"
    assert answer.header("x-repo-commit") == "c1"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/data",
        "http://epoch.ai/data",
        "https://epoch.ai:8443/data",
        "https://user:secret@epoch.ai/data",
        "https://epoch.ai.evil.example/data",
        "https://notepoch.ai/data",
        "//evil.example/data",
        "ftp://epoch.ai/data",
        "file:///etc/passwd",
        "http://[::ffff:10.0.0.1]/",
        "http://169.254.169.254/latest",
        "https://epoch.ai\\@evil.example/",
        "https://",
        "http://%zz/",
        "https://epoch.ai#@evil.example:1/",
    ],
)
def test_a_redirect_elsewhere_is_refused_before_anything_is_sent(
    upstream: Upstream, client: Client, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    upstream.routes[PATH] = Reply(status=302, headers={"Location": target})
    reached: list[object] = []
    real = socket.getaddrinfo

    def resolve(host: str, *rest: object, **more: object) -> object:
        if host != "127.0.0.1":
            reached.append(host)
            raise OSError("no test leaves this machine")
        return real(host, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(FetchError, match=r"eci_scores\.csv: (leads to|the server|.*no test)"):
        client.get(ECI, URL)
    assert reached in ([], ["epoch.ai"] * len(reached))
    assert "secret" not in str(upstream.seen)


def test_a_redirect_loop_ends(upstream: Upstream, client: Client) -> None:
    upstream.routes[PATH] = Reply(status=302, headers={"Location": PATH})
    with pytest.raises(FetchError, match="redirected more than 5 times"):
        client.get(ECI, URL)
    assert len(upstream.seen) == 6


@pytest.mark.parametrize(
    "target",
    [
        "http://[::1",
        "//[",
        "/caf\xe9",
        "/caf\xc3\xa9",
        "https://\xef\xac\x80.example/",  # a ligature
        "https://epoch.ai\xe2\x84\x80.example/",  # a character that holds a slash
    ],
)
def test_a_redirect_to_what_is_no_address(upstream: Upstream, client: Client, target: str) -> None:
    upstream.routes[PATH] = Reply(status=302, headers={"Location": target})
    with pytest.raises(FetchError, match=r"eci_scores\.csv: leads to .*, which is no address"):
        client.get(ECI, URL)
    assert upstream.paths() == [PATH]


BOMB = gzip.compress(bytes(64 << 20), 9, mtime=0)


@pytest.mark.parametrize(
    "unwanted",
    [
        Reply(b"x" * 4096, endless=True),
        Reply(BOMB, headers={"Content-Encoding": "gzip"}),
        Reply(BOMB, headers={"Content-Encoding": "gzip"}, endless=True),
        Reply(b"x" * 4096, length="999999999999"),
    ],
    ids=["endless", "bomb", "bombs without end", "longer than it is"],
)
@pytest.mark.parametrize("status", [302, 503, 404])
def test_a_body_nobody_wants_is_closed_unread(
    upstream: Upstream, client: Client, unwanted: Reply, status: int
) -> None:
    odd = replace(
        unwanted, status=status, headers={**unwanted.headers, "Location": "/b", "Retry-After": "1"}
    )
    upstream.routes[PATH] = in_turn(odd, Reply(b"data"))
    upstream.routes["/b"] = b"data"
    tracemalloc.start()
    try:
        if status == 404:
            with pytest.raises(FetchError, match="answered 404"):
                client.get(ECI, URL)
        else:
            assert client.get(ECI, URL).data == b"data"
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()


def test_a_key_does_not_follow_a_redirect_to_another_host(
    upstream: Upstream, client: Client
) -> None:
    port = upstream.url.rpartition(":")[2]
    upstream.routes[PATH] = Reply(
        status=307, headers={"Location": f"http://localhost:{port}/other"}
    )
    upstream.routes["/other"] = b"data"
    client.get(ECI, URL, headers={"x-api-key": "k"}, etag='"e"')
    first, second = (seen.headers for seen in upstream.seen)
    assert first["x-api-key"] == "k"
    assert "x-api-key" not in second
    assert second["if-none-match"] == '"e"'


@pytest.mark.parametrize(
    "url",
    [
        "http://mirror.example",
        "ftp://127.0.0.1",
        "https://mirror.example/path",
        "https://user@mirror.example",
        "https://mirror.example?x=1",
        "mirror.example",
        "",
        "https://",
        "http://127.0.0.1:port",
        "http://127.0.0.1.evil.example",
    ],
)
def test_a_bad_base_url_is_a_usage_error(url: str) -> None:
    with pytest.raises(UsageError, match="base URL of epoch-eci"):
        Client(base_urls={ECI.name: url})


def test_without_a_base_url_loopback_is_a_foreign_host(upstream: Upstream) -> None:
    with Client() as client, pytest.raises(FetchError, match="leads to 'http://127.0.0.1"):
        client.get(ECI, upstream.url + PATH)
    assert upstream.seen == []


# Retries


def test_429_waits_as_long_as_asked(upstream: Upstream, client: Client, waits: list[float]) -> None:
    upstream.routes[PATH] = in_turn(
        Reply(status=429, headers={"Retry-After": "7"}),
        Reply(status=429, headers={"RateLimit": '"resolvers";r=0;t=31'}),
        Reply(b"data"),
    )
    assert client.get(ECI, URL).data == b"data"
    assert waits == [7, 31]


def test_a_server_that_asks_for_an_hour_is_told_of(
    upstream: Upstream, client: Client, waits: list[float]
) -> None:
    upstream.routes[PATH] = Reply(status=503, headers={"Retry-After": "3600"})
    with pytest.raises(FetchError, match="asks to wait 3,600 s; run again later"):
        client.get(ECI, URL)
    assert waits == []


@pytest.mark.parametrize("asked", ["soon", "-1", "1e3", "Fri, 31 Dec " + "9" * 5000])
def test_a_senseless_retry_after_is_ignored(
    upstream: Upstream, client: Client, waits: list[float], asked: str
) -> None:
    upstream.routes[PATH] = in_turn(
        Reply(status=429, headers={"Retry-After": asked}), Reply(b"data")
    )
    assert client.get(ECI, URL).data == b"data"
    assert len(waits) == 1


@pytest.mark.parametrize("asked", ["9" * 5000, "Fri, 31 Dec 99999 23:59:59 GMT"])
def test_a_wait_too_long_to_be_one(
    upstream: Upstream, client: Client, waits: list[float], asked: str
) -> None:
    upstream.routes[PATH] = Reply(status=429, headers={"Retry-After": asked})
    with pytest.raises(FetchError, match="the server asks to wait.*run again later") as caught:
        client.get(ECI, URL)
    assert len(str(caught.value)) < 200
    assert waits == []


def test_certificates_that_are_not_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, waits: list[float]
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))
    with (
        Client(base_urls={ECI.name: "https://mirror.invalid"}, pause=waits.append) as client,
        pytest.raises(FetchError, match=r"eci_scores\.csv: .*TLS CA.*none\.pem"),
    ):
        client.get(ECI, URL)
    assert waits == []


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_an_error_for_ever_ends_in_a_fetch_error(
    upstream: Upstream, client: Client, waits: list[float], status: int
) -> None:
    upstream.routes[PATH] = Reply(status=status)
    with pytest.raises(FetchError, match=f"answered {status}"):
        client.get(ECI, URL)
    assert len(upstream.seen) == 5
    assert len(waits) == 4


@pytest.mark.parametrize(
    ("status", "said"),
    [(404, "nothing at this address"), (401, "valid key"), (403, "refuses access"), (204, "204")],
)
def test_other_statuses_are_not_retried(
    upstream: Upstream, client: Client, status: int, said: str
) -> None:
    upstream.routes[PATH] = Reply(status=status, length="0" if status == 204 else "")
    with pytest.raises(FetchError, match=said):
        client.get(ECI, URL)
    assert len(upstream.seen) == 1


def test_backoff_grows_and_is_capped_and_jittered() -> None:
    for failures in range(1, 30):
        waits = [_backoff(failures) for _ in range(20)]
        middle = min(60.0, 2.0 ** (failures - 1))
        assert all(0.5 * middle <= wait <= 1.5 * middle for wait in waits)
        assert len(set(waits)) > 1


def test_nobody_at_home(waits: list[float]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with (
            Client(base_urls={ECI.name: base}, pause=waits.append) as client,
            pytest.raises(FetchError, match=r"eci_scores\.csv: .*refused") as caught,
        ):
            client.get(ECI, URL)
    assert "object at 0x" not in str(caught.value)
    assert len(waits) == 3


# Bodies


def test_a_body_cut_off_once_is_asked_for_again(
    upstream: Upstream, client: Client, waits: list[float]
) -> None:
    body = b"x" * 40_000
    upstream.routes[PATH] = in_turn(Reply(body, cut=20_000), Reply(body))
    assert client.get(ECI, URL).data == body
    assert len(waits) == 1


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_always_cut_off_is_refused(
    upstream: Upstream, client: Client, chunked: bool
) -> None:
    upstream.routes[PATH] = Reply(b"x" * 40_000, cut=20_000, chunked=chunked)
    with pytest.raises(FetchError, match=r"eci_scores\.csv: "):
        client.get(ECI, URL)
    assert len(upstream.seen) == 3


def linked(upstream: Upstream, named: str, *bodies: Reply) -> None:
    """The file is in storage, and the redirect says which it is."""
    upstream.routes[PATH] = Reply(
        status=302, headers={"Location": "/storage", "X-Linked-Etag": named}
    )
    upstream.routes["/storage"] = in_turn(*bodies)


HASH = hashlib.sha256(b"data").hexdigest()


@pytest.mark.parametrize("named", [HASH, f'"{HASH}"', HASH.upper()])
@pytest.mark.parametrize("packed", [False, True])
def test_the_publishers_hash_is_checked(
    upstream: Upstream, client: Client, named: str, packed: bool
) -> None:
    body = Reply(b"data")
    if packed:
        body = Reply(gzip.compress(b"data"), headers={"Content-Encoding": "gzip"})
    linked(upstream, named, body)
    answer = client.get(ECI, URL)
    assert (answer.data, answer.etag, answer.verified) == (b"data", named, True)


@pytest.mark.parametrize("named", ["", HASH[:40], f'W/"{HASH}"', HASH + "0"])
def test_other_marks_are_no_hash(upstream: Upstream, client: Client, named: str) -> None:
    linked(upstream, named, Reply(b"other"))
    answer = client.get(ECI, URL)
    assert (answer.data, answer.verified) == (b"other", False)


def test_other_bytes_than_the_publishers_are_asked_for_once_more(
    upstream: Upstream, client: Client, waits: list[float]
) -> None:
    linked(upstream, HASH, Reply(b"dat\0"), Reply(b"data"))
    assert client.get(ECI, URL).verified
    assert len(waits) == 1


def test_other_bytes_than_the_publishers_are_refused(upstream: Upstream, client: Client) -> None:
    linked(upstream, HASH, Reply(b"dat\0"))
    received = hashlib.sha256(b"dat\0").hexdigest()
    with pytest.raises(FetchError, match=f"has SHA-256 {received} and not {HASH}"):
        client.get(ECI, URL)
    assert upstream.paths() == [PATH, "/storage"] * 2


def test_a_download_of_other_bytes_is_refused_and_begun_anew(
    upstream: Upstream, client: Client, tmp_path: Path
) -> None:
    (tmp_path / "file.part").write_bytes(b"xx")  # of another file
    upstream.routes[PATH] = lambda seen: replace(
        ranged(b"data")(seen), headers={"X-Linked-Etag": HASH, "Content-Range": "bytes 2-3/4"}
    )
    assert client.download(ECI, URL, tmp_path / "file").verified
    assert (tmp_path / "file").read_bytes() == b"data"
    upstream.routes[PATH] = Reply(b"dat\0", headers={"X-Linked-Etag": HASH})
    with pytest.raises(FetchError, match=f"not {HASH}"):
        client.download(ECI, URL, tmp_path / "other")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


PACKED = gzip.compress(b"data" * 1000, mtime=0)
GZIP = {"Content-Encoding": "gzip"}


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(status=304), "answered 304"),  # to a request without a condition
        (Reply(b"x" * 400, length=None), "declares no length"),
        (Reply(b"x", length="-1"), "Content-Length"),
        (Reply(b"x", length="many"), "Content-Length"),
        (Reply(b"x", length="99999999999999999999"), "Content-Length"),
        (Reply(b"x" * 100, length=str(1 << 30)), "declares 1,073,741,824 bytes"),
        (Reply(b"x" * (2 << 20), chunked=True), "sends more than 1,048,576 bytes"),
        (Reply(PACKED[:-6], headers=GZIP), "cut off"),
        (Reply(PACKED + b"more", headers=GZIP), "cut off"),
        (Reply(b"\x1f\x8b\x08garbage and more garbage", headers=GZIP), "damaged"),
        (Reply(b"data", headers={"Content-Encoding": "br"}), "encoding 'br'"),
    ],
)
def test_an_answer_that_is_none_is_refused(
    upstream: Upstream, client: Client, reply: Reply, said: str
) -> None:
    upstream.routes[PATH] = reply
    with pytest.raises(FetchError, match=said):
        client.get(ECI, URL)


def test_gzip_nobody_asked_for_is_understood(upstream: Upstream, client: Client) -> None:
    body = gzip.compress(b"data" * 100, mtime=0)
    upstream.routes[PATH] = Reply(body, headers={"Content-Encoding": "gzip"})
    assert client.get(ECI, URL).data == b"data" * 100
    assert upstream.seen[0].headers["accept-encoding"] == "identity"


def test_a_gzip_bomb_is_stopped_at_the_limit(upstream: Upstream, client: Client) -> None:
    bomb = gzip.compress(bytes(200 << 20), 9, mtime=0)
    upstream.routes[PATH] = Reply(bomb, headers={"Content-Encoding": "gzip"})
    with pytest.raises(FetchError, match="sends more than 1,048,576 bytes"):
        client.get(ECI, URL)


def test_progress_is_told(upstream: Upstream) -> None:
    told: list[tuple[str, int, int | None]] = []
    upstream.routes[PATH] = b"x" * 200_000
    tell: Callable[[str, int, int | None], None] = lambda *facts: told.append(facts)  # noqa: E731
    with Client(base_urls={ECI.name: upstream.url}, progress=tell) as client:
        client.get(ECI, URL)
    assert told[-1] == (URL, 200_000, 200_000)
    assert [received for _, received, _ in told] == sorted(received for _, received, _ in told)


# Downloads that go on where they stopped


def ranged(body: bytes) -> Callable[[Seen], Reply]:
    def reply(seen: Seen) -> Reply:
        wanted = seen.headers.get("range")
        if wanted is None:
            return Reply(body)
        start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        if start >= len(body):
            return Reply(status=416, headers={"Content-Range": f"bytes */{len(body)}"})
        where = f"bytes {start}-{len(body) - 1}/{len(body)}"
        return Reply(body[start:], 206, {"Content-Range": where})

    return reply


def test_a_download_goes_on_where_it_stopped(
    upstream: Upstream, client: Client, tmp_path: Path
) -> None:
    body = bytes(range(256)) * 1000
    serve = ranged(body)
    first = [True]

    def reply(seen: Seen) -> Reply:
        if first:
            first.clear()
            return Reply(body, cut=100_000)
        return serve(seen)

    upstream.routes[PATH] = reply
    target = tmp_path / "folder" / "file"
    client.download(ECI, URL, target)
    assert target.read_bytes() == body
    assert int(upstream.seen[1].headers["range"].strip("bytes=-")) > 0
    assert [path.name for path in target.parent.iterdir()] == ["file"]


@pytest.mark.parametrize("part", [b"", b"\0" * 256_000, b"\0" * 300_000])
def test_a_part_that_is_complete_or_too_long_is_fetched_anew(
    upstream: Upstream, client: Client, tmp_path: Path, part: bytes
) -> None:
    body = bytes(range(256)) * 1000
    upstream.routes[PATH] = ranged(body)
    (tmp_path / "file.part").write_bytes(part)
    client.download(ECI, URL, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == body


def test_a_server_without_ranges_sends_all_again(
    upstream: Upstream, client: Client, tmp_path: Path
) -> None:
    upstream.routes[PATH] = b"whole"
    (tmp_path / "file.part").write_bytes(b"xx")
    client.download(ECI, URL, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == b"whole"


def test_a_download_that_cannot_be_written(
    upstream: Upstream, client: Client, tmp_path: Path
) -> None:
    upstream.routes[PATH] = b"whole"
    (tmp_path / "taken").write_bytes(b"")
    with pytest.raises(FetchError, match="could not be written"):
        client.download(ECI, URL, tmp_path / "taken" / "file")
