"""One HTTP session with the manners of an archive: how often it asks again, how long it waits.

What one address may take altogether is bounded by a `Deadline`, and what a server repeats of a key
is masked (`_masked`): servers are not trusted to end, nor to keep a secret.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import random
import re
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote, urljoin

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.utils import select_proxy
from urllib3.exceptions import InvalidHeader
from urllib3.util import Retry, parse_url

from elolag.errors import FetchError
from elolag.fetch import bounds
from elolag.fetch.bounds import Deadline, LateError, Pause, Watched
from elolag.sources import Source
from elolag.version import __version__

#: Seconds a server may ask us to wait; one that asks for more is told of instead.
_LONGEST_WAIT = 120.0
_LONGEST_BACKOFF = 60.0
#: How urllib3 names the connection in front of what happened to it.
_WRAPPING = re.compile(r"^(<[^>]*>|\w+\([^)]*\)): ")
_RESET_IN = re.compile(r"\bt=(\d{1,9})\b", re.ASCII)


#: Seconds one address may take, with all redirects, retries and waits.
_LONGEST = 1800.0


class _Adapter(HTTPAdapter):
    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        super().__init__(max_retries=_Patience.with_pause(deadline.pause))

    def get_connection_with_tls_context(self, *args: Any, **kw: Any) -> Any:
        """As `HTTPAdapter` has it, its connections watched, whatever their kind."""
        pool: Any = super().get_connection_with_tls_context(*args, **kw)
        kind = pool.ConnectionCls
        if not issubclass(kind, Watched):
            pool.ConnectionCls = type("Watched", (Watched, kind), {"deadline": self._deadline})
        return pool


class _Patience(Retry):
    """Retries after 429, 5xx and broken connections, waiting through an injected pause.

    Waits as long as the server asks (``Retry-After``, else the ``t=`` of ``RateLimit``), else
    as `_backoff` says.
    """

    pause: Pause

    @classmethod
    def with_pause(cls, pause: Pause) -> Self:
        """The retries elolag makes."""
        made = cls(
            total=6,
            connect=3,
            read=3,
            status=4,
            redirect=0,
            status_forcelist=(429, 500, 502, 503, 504),
            allowed_methods=("GET",),
            raise_on_status=False,
            raise_on_redirect=False,
        )
        made.pause = pause
        return made

    def new(self, **kw: Any) -> Self:
        """As `Retry.new`, keeping the pause."""
        made = super().new(**kw)
        made.pause = self.pause
        return made

    def increment(self, *args: Any, **kw: Any) -> Self:
        """As `Retry.increment`; an answer that is asked for again is closed unread.

        Otherwise urllib3 would read its body to the end, which may never come.
        """
        made = super().increment(*args, **kw)
        if (response := kw.get("response")) is not None:
            response.close()
        return made

    def sleep(self, response: urllib3.BaseHTTPResponse | None = None) -> None:
        """Wait before the next attempt.

        Raises
        ------
        FetchError
            If the server asks for more patience than `_LONGEST_WAIT`.
        """
        asked = None if response is None else self._asked(response)
        if asked is not None and asked > _LONGEST_WAIT:
            raise FetchError(f"the server asks to wait {asked:,.0f} s; run again later")
        self.pause(_backoff(len(self.history)) if asked is None else asked)

    def _asked(self, response: urllib3.BaseHTTPResponse) -> float | None:
        try:
            seconds = self.get_retry_after(response)
        except InvalidHeader:
            seconds = None
        except (ValueError, OverflowError) as error:
            # A number or a year that is too long to be one; certainly no short wait.
            wait = ascii(response.headers["Retry-After"])[:40]
            raise FetchError(
                f"the server asks to wait, with Retry-After {wait}; run again later"
            ) from error
        if seconds is None and response.status == 429:
            found = _RESET_IN.search(response.headers.get("RateLimit", ""))
            seconds = float(found[1]) if found else None
        return seconds


def _backoff(failures: int) -> float:
    """Seconds before the next attempt: doubling, capped, and jittered so that runs spread out."""
    doubled = 2.0 ** (failures - 1)
    return float(min(_LONGEST_BACKOFF, doubled) * random.uniform(0.5, 1.5))  # noqa: S311


def _reason(error: BaseException) -> str:
    """The innermost cause of a failed request in a few words, without the libraries' wrapping."""
    inner = _innermost(error)
    if isinstance(inner, urllib3.exceptions.ProtocolError) and inner.args:
        inner = inner.args[-1]  # behind words on the connection, what happened to it
    text = _WRAPPING.sub("", str(inner))
    # A refused connection is, to urllib3, a kind of timeout.
    refused = isinstance(inner, urllib3.exceptions.NewConnectionError)
    timed_out = "timed out" in text or (
        isinstance(inner, urllib3.exceptions.TimeoutError) and not refused
    )
    return "did not answer in time" if timed_out else ascii(text)[1:-1][:200]


def _innermost(error: BaseException) -> BaseException:
    inner = error
    if error.args and isinstance(error.args[0], BaseException):
        inner = error.args[0]
    while isinstance(inner, urllib3.exceptions.MaxRetryError) and inner.reason is not None:
        inner = inner.reason
    return inner


def _unreached(error: BaseException, host: str, proxy: str | None) -> str:
    """Why no answer came, in one sentence; of a name or a proxy that fails, with what to do."""
    inner = _innermost(error)
    unknown = isinstance(inner, urllib3.exceptions.NameResolutionError)
    if isinstance(inner, urllib3.exceptions.ProxyError):
        cause = inner.original_error
        unknown = isinstance(cause, urllib3.exceptions.NameResolutionError)
        said = "its name is not known" if unknown else _reason(cause)
    elif proxy and isinstance(error, requests.exceptions.InvalidURL):
        said = "that is no address of a proxy"
    elif unknown:
        return (
            f"the address of {host} cannot be found: check the network and its name server, and "
            "run again"
        )
    else:
        return _reason(error)
    return (
        f"{host} cannot be reached through the proxy {_without_user(proxy or '')} ({said}): "
        "correct HTTPS_PROXY, or name the host in NO_PROXY"
    )


def _without_user(proxy: str) -> str:
    """A proxy's address for a message: no name, no password."""
    return ascii(proxy.rpartition("@")[2].rpartition("//")[2].partition("/")[0])[1:-1][:100]


def _forms(secrets: Collection[str]) -> set[str]:
    return {form for plain in secrets for form in (plain, quote(plain, safe=""))}


def _holds(text: str, secrets: Collection[str]) -> bool:
    """Whether a text repeats a secret, in any case and as part of an address too."""
    lower = text.lower()
    return any(form.lower() in lower for form in _forms(secrets))


def _kept(etag: str | None, secrets: Collection[str] = ()) -> str | None:
    """An ETag worth keeping and sending, or none: printable, not too long, no secret in it."""
    good = etag is not None and _ETAG.fullmatch(etag) and not _holds(etag, secrets)
    return etag if good else None


def _masked(text: str, secrets: Collection[str]) -> str:
    """A text without the secrets, or the beginning of one that was cut off, in any case."""
    forms = _forms(secrets)
    starts = re.compile("|".join(re.escape(form[:_TELLING]) for form in forms), re.I | re.A)
    out, at = "", 0
    while found := starts.search(text, at):
        start = found.start()
        out += text[at:start] + _MASK
        at = start + max(_shared(form, text[start : start + len(form)]) for form in forms)
    return out + text[at:]


def _shared(one: str, other: str) -> int:
    """Characters in which two texts begin alike, in any case."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0].lower() == pair[1].lower(), pairs))


@contextlib.contextmanager
def _masking(secrets: Collection[str]) -> Iterator[None]:
    """Mask secrets in what the libraries log, and in the error that ends the block."""
    if not secrets:
        yield
        return

    def mask(record: logging.LogRecord) -> bool:
        record.msg, record.args = _masked(record.getMessage(), secrets), ()
        record.exc_info = record.exc_text = None
        return True

    loggers = [logging.getLogger(f"urllib3.{name}") for name in _LOGGING]
    for logger in loggers:
        logger.addFilter(mask)
    try:
        yield
    except FetchError as error:
        # Not `from error`: a traceback would show it.
        raise FetchError(_masked(str(error), secrets)) from None
    finally:
        for logger in loggers:
            logger.removeFilter(mask)


_USER_AGENT = f"elolag/{__version__} (leaderboard archive; a few requests a month)"

#: Seconds to connect, and of silence while reading.
_TIMEOUT = (20.0, 60.0)
_REDIRECTS = 5
_BODY_TRIES = 3


class _OtherBytesError(Exception):
    """A whole body that is not the one its publisher names; worth one more attempt."""


def _check_hash(received: str, published: str) -> None:
    if received != published:
        raise _OtherBytesError(
            f"has SHA-256 {received} and not {published}, which its publisher names; not taken"
        )


#: What may break while a body is read; the request is then made again.
_BROKEN = (
    bounds.CutOffError,
    _OtherBytesError,
    urllib3.exceptions.HTTPError,
    requests.RequestException,
)
#: Headers that follow a redirect to another host; a key does not.
_FOLLOWING = ("If-None-Match", "Range")
#: What the hub's redirect says of the file it leads to: its SHA-256, where it is a large one.
_LINKED = "X-Linked-Etag"
_SHA256 = re.compile(r'"?([0-9a-fA-F]{64})"?')

#: An ETag is printable, without blanks, and short; another is nothing to ask with.
_ETAG = re.compile(r"[\x21-\x7e]{1,256}")

_MASK = "<key>"
#: So many characters tell a secret: what is cut off in its middle is masked as well.
_TELLING = 6
#: Modules of urllib3 that log what a server sent.
_LOGGING = ("connection", "connectionpool", "response", "util.retry")

#: Reads a body, given the SHA-256 published for it if any.
_Read = Callable[[requests.Response, str | None], bytes]


@dataclass(frozen=True)
class Answer:
    """What a server answered.

    Attributes
    ----------
    url
        The address asked for, at its publisher (whatever base URL was used).
    status
        200, or 304 when the copy with the given ETag is still good (`data` is then empty).
    etag
        To be sent next time.
    hops
        Headers of every answer on the way, redirects included.
    data
        The body, decoded.
    verified
        Whether the body has the SHA-256 that its publisher names.
    """

    url: str
    status: int
    etag: str | None
    hops: tuple[Mapping[str, str], ...] = field(repr=False)
    data: bytes = field(repr=False)
    verified: bool = False

    def header(self, name: str) -> str | None:
        """A header of the first answer on the way that has it."""
        return next((hop[name] for hop in self.hops if name in hop), None)


class Client:
    """One HTTP session, to be used as a context manager.

    Parameters
    ----------
    base_urls
        Source name to the scheme and host used instead of its own (`bounds.Base`).
    pause
        Waits for the given number of seconds between attempts.
    progress
        Told of every piece received.
    max_bytes
        Largest body accepted.
    seconds
        What one address may take, with all redirects, retries and waits.

    Raises
    ------
    UsageError
        If a base URL is none.
    """

    def __init__(
        self,
        *,
        base_urls: Mapping[str, str] | None = None,
        pause: Pause = time.sleep,
        progress: bounds.Progress | None = None,
        max_bytes: int = bounds.MAX_BYTES,
        seconds: float = _LONGEST,
    ) -> None:
        self._bases = {
            name: bounds.Base.parse(name, url) for name, url in (base_urls or {}).items()
        }
        self._deadline = Deadline(pause)
        self._seconds = seconds
        self._stream = partial(bounds.stream, most=max_bytes, progress=progress)
        self._session = requests.Session()
        # Public data are asked for as anybody would: nothing out of a .netrc is sent along.
        self._session.auth = lambda request: request
        self._session.headers.update({"User-Agent": _USER_AGENT, "Accept-Encoding": "identity"})
        adapter = _Adapter(self._deadline)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def get(
        self,
        source: Source,
        url: str,
        *,
        etag: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Get one address of a source.

        Parameters
        ----------
        source
            Whose it is; its `hosts` bound where redirects may lead.
        url
            The address at its publisher.
        etag
            Of the copy at hand; the answer may then be 304.
        headers
            Sent to the first host only; their values are secrets, see `_masked`.

        Raises
        ------
        FetchError
            If there is no good answer after all retries, or in time, or if it repeats a secret.
        """
        etag = _kept(etag)
        sent = {**(headers or {}), **({"If-None-Match": etag} if etag else {})}
        secrets = tuple((headers or {}).values())

        def read(response: requests.Response, published: str | None) -> bytes:
            parts: list[bytes] = []
            self._stream(url, response.raw, parts.append)
            data = b"".join(parts)
            if published:
                _check_hash(hashlib.sha256(data).hexdigest(), published)
            return data

        with _masking(secrets):
            answer = self._tried(source, url, lambda: sent, etag, read, secrets)
            if _holds(answer.data.decode("latin-1"), secrets):
                raise FetchError(f"{url}: the answer repeats the key that was sent; not taken")
        return answer

    def download(self, source: Source, url: str, path: Path) -> Answer:
        """Download an address whose content never changes into `path`, going on where it stopped.

        What has come so far is kept beside `path`, in ``<name>.part``; `Answer.data` is empty.

        Raises
        ------
        FetchError
            As `get`; also when the file cannot be written.
        """
        part = path.with_name(f"{path.name}.part")

        def have() -> int:
            return part.stat().st_size if part.exists() else 0

        def read(response: requests.Response, published: str | None) -> bytes:
            already = have() if response.status_code == 206 else 0
            where = response.headers.get("Content-Range", "")
            if response.status_code == 416 or (already and f"bytes {already}-" not in where):
                part.unlink()
                raise bounds.CutOffError("another part of the file than asked for was offered")
            with part.open("ab" if already else "wb") as file:
                self._stream(url, response.raw, file.write, have=already)
            if published:
                with part.open("rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
                try:
                    _check_hash(digest, published)
                except _OtherBytesError:
                    part.unlink()
                    raise
            return b""

        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            answer = self._tried(
                source, url, lambda: {"Range": f"bytes={have()}-"} if have() else {}, None, read
            )
            part.replace(path)
        except OSError as error:
            raise FetchError(f"{url}: {path} could not be written: {error}") from error
        return answer

    def _tried(
        self,
        source: Source,
        url: str,
        headers: Callable[[], Mapping[str, str]],
        etag: str | None,
        read: _Read,
        secrets: Collection[str] = (),
    ) -> Answer:
        """Ask until a body has come whole; urllib3 retries only what happens before the body."""
        failures = 0
        try:
            with self._deadline.within(self._seconds):
                while True:
                    try:
                        return self._once(source, url, headers(), etag, read, secrets)
                    except _BROKEN as error:
                        # Whole but wrong is hardly chance: one fresh try, not two.
                        failures += 2 if isinstance(error, _OtherBytesError) else 1
                        if failures >= _BODY_TRIES:
                            raise FetchError(f"{url}: {_reason(error)}") from error
                    self._deadline.pause(_backoff(failures))
        except LateError as error:
            raise FetchError(f"{url}: {error}") from error

    def _once(
        self,
        source: Source,
        url: str,
        headers: Mapping[str, str],
        etag: str | None,
        read: _Read,
        secrets: Collection[str],
    ) -> Answer:
        base = self._bases.get(source.name)
        here = base.applied(url) if base else url
        good = (200, 206, 416) if "Range" in headers else (200,)
        hops: list[Mapping[str, str]] = []
        for _ in range(_REDIRECTS + 1):
            with self._send(source, url, here, headers) as response:
                self._deadline.check()  # headers that were cut off read as whole ones
                hops.append(response.headers)
                linked = next((h[_LINKED] for h in hops if _LINKED in h), None)
                if etag and (response.status_code == 304 or linked == etag):
                    return Answer(url, 304, etag, tuple(hops), b"")
                if response.status_code in good:
                    named = _SHA256.fullmatch(linked or "")
                    data = read(response, named[1].lower() if named else None)
                    return Answer(
                        url,
                        200,
                        _kept(linked, secrets) or _kept(response.headers.get("ETag"), secrets),
                        tuple(hops),
                        data,
                        verified=named is not None,
                    )
                if not response.is_redirect:
                    raise FetchError(f"{url}: answered {_status(response)}")
                location = response.headers["Location"]
                if _holds(location, secrets):
                    raise FetchError(f"{url}: redirects to an address that holds the key; refused")
                there = _joined(url, here, location)
            if there.split("/")[:3] != here.split("/")[:3]:
                headers = {name: headers[name] for name in _FOLLOWING if name in headers}
            here = there
        raise FetchError(f"{url}: redirected more than {_REDIRECTS} times")

    def _send(
        self, source: Source, url: str, here: str, headers: Mapping[str, str]
    ) -> requests.Response:
        """Send one request, if its address is one the source may use."""
        try:
            request = self._session.prepare_request(requests.Request("GET", here, headers=headers))
            target = parse_url(str(request.url))
        except (requests.RequestException, urllib3.exceptions.HTTPError, ValueError) as error:
            raise _no_address(url, here) from error
        bounds.check(source, url, target, self._bases.get(source.name))
        settings: Any = {"proxies": {}, "verify": True}
        if not bounds.is_loopback(target.host or ""):
            settings = self._session.merge_environment_settings(
                str(request.url), {}, None, None, None
            )
        proxy = select_proxy(str(request.url), settings["proxies"])
        settings = {**settings, "timeout": _TIMEOUT, "stream": True}
        try:
            # Not `Session.send`: it reads the bodies of redirects, however long and packed.
            adapter = self._session.get_adapter(str(request.url))
            return adapter.send(request, **settings)
        except FetchError as error:
            raise FetchError(f"{url}: {error}") from error
        except (OSError, urllib3.exceptions.HTTPError) as error:
            said = _unreached(error, target.host or "", proxy)
            raise FetchError(f"{url}: {said}") from error


def _joined(url: str, here: str, location: str) -> str:
    """Where a redirect of `here` leads; addresses are ASCII, other bytes mean several things."""
    if not location.isascii():
        raise _no_address(url, location)
    try:
        return urljoin(here, location)
    except ValueError as error:
        raise _no_address(url, location) from error


def _no_address(url: str, location: str) -> FetchError:
    return FetchError(f"{url}: leads to {location!a:.80}, which is no address")


def _status(response: requests.Response) -> str:
    said = {
        401: "it wants a valid key",
        403: "it refuses access",
        404: "there is nothing at this address",
        410: "there is nothing at this address any more",
        429: "too many requests; run again later",
    }.get(response.status_code, "")
    text = f"{response.status_code} {ascii(response.reason or '')[1:-1][:60]}".strip()
    return f"{text} ({said})" if said else text
