"""How often to ask again and how long to wait before it."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Any, Self

import urllib3
from urllib3.exceptions import InvalidHeader
from urllib3.util import Retry

from elolag.errors import FetchError

Pause = Callable[[float], object]

#: Seconds a server may ask us to wait; one that asks for more is told of instead.
LONGEST_WAIT = 120.0
_LONGEST_BACKOFF = 60.0
#: How urllib3 names the connection in front of what happened to it.
_WRAPPING = re.compile(r"^(<[^>]*>|\w+\([^)]*\)): ")
_RESET_IN = re.compile(r"\bt=(\d{1,9})\b", re.ASCII)


class Patience(Retry):
    """Retries after 429, 5xx and broken connections, waiting through an injected pause.

    Waits as long as the server asks (``Retry-After``, else the ``t=`` of ``RateLimit``), else
    as `backoff` says.
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
            If the server asks for more patience than `LONGEST_WAIT`.
        """
        asked = None if response is None else self._asked(response)
        if asked is not None and asked > LONGEST_WAIT:
            raise FetchError(f"the server asks to wait {asked:,.0f} s; run again later")
        self.pause(backoff(len(self.history)) if asked is None else asked)

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


def backoff(failures: int) -> float:
    """Seconds before the next attempt: doubling, capped, and jittered so that runs spread out."""
    doubled = 2.0 ** (failures - 1)
    return float(min(_LONGEST_BACKOFF, doubled) * random.uniform(0.5, 1.5))  # noqa: S311


def reason(error: BaseException) -> str:
    """The innermost cause of a failed request in a few words, without the libraries' wrapping."""
    inner = error
    if error.args and isinstance(error.args[0], BaseException):
        inner = error.args[0]
    while isinstance(inner, urllib3.exceptions.MaxRetryError) and inner.reason is not None:
        inner = inner.reason
    text = _WRAPPING.sub("", str(inner))
    # A refused connection is, to urllib3, a kind of timeout.
    refused = isinstance(inner, urllib3.exceptions.NewConnectionError)
    timed_out = "timed out" in text or (
        isinstance(inner, urllib3.exceptions.TimeoutError) and not refused
    )
    return "did not answer in time" if timed_out else ascii(text)[1:-1][:200]
