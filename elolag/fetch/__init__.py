"""From a source's addresses to its payloads: what is asked for, in which order, at what revision.

Nothing here is written to disk. What one address fails to give is a failure of its own and stops
nothing else.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from elolag.dates import Now, utc_now
from elolag.errors import FetchError, PayloadError, UsageError, unexpected
from elolag.fetch.bounds import MAX_BYTES
from elolag.fetch.client import Answer, Client
from elolag.schema import Origin
from elolag.sources import SOURCES, Payload, Source, arena, get_source, indices
from elolag.sources.base import MAX_TEXT

#: Header in which the hub names the commit it serves a file from.
_COMMIT = "X-Repo-Commit"
#: Pages of one list; the longest has a handful.
_MOST_PAGES = 200
_KEY_VARIABLE = "ARTIFICIAL_ANALYSIS_API_KEY"
#: What a key can be. A shorter one is none, and could not be masked in what a server says.
_KEY = re.compile(r"[\w.~+/=:-]{8,512}", re.ASCII)


@dataclass(frozen=True)
class Fetch:
    """What came of fetching one source.

    Attributes
    ----------
    payloads
        What came.
    listed
        Names of everything the publisher lists, where it has a listing.
    failures
        One message per thing that should have come and did not.
    notes
        What is left out on purpose, and why.
    skipped
        Why nothing was asked for; empty otherwise.
    """

    source: Source
    payloads: tuple[Payload, ...] = ()
    listed: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    skipped: str = ""


def fetchable(names: tuple[str, ...]) -> tuple[Source, ...]:
    """The sources of these names, or all that are fetched; in the registry's order.

    Raises
    ------
    UsageError
        For an unknown source, or one that is only imported from files.
    """
    wanted = [get_source(name) for name in names]
    for source in wanted:
        if not source.address:
            raise UsageError(
                f"{source.name} is not fetched but imported from files: "
                f"elolag archive import {source.name} PATH..."
            )
    chosen = wanted or [source for source in SOURCES.values() if source.address]
    return tuple(source for source in SOURCES.values() if source in chosen)


def fetch(
    source: Source,
    client: Client,
    *,
    etags: Mapping[str, str],
    environ: Mapping[str, str],
    now: Now = utc_now,
) -> Fetch:
    """Fetch everything a source publishes.

    Parameters
    ----------
    source
        One of `fetchable`.
    client
        The session used.
    etags
        Payload name (`Origin.name`) to the ETag of the copy at hand, for what need not come again.
    environ
        Where a key is looked up.
    now
        The clock.

    Returns
    -------
    Fetch
        Failures included; whatever goes wrong is one of them.
    """
    run = _Run(source, client, etags, environ, now)
    try:
        return _PLANS.get(source.name, _one_file)(run)
    except Exception as error:
        return Fetch(source, failures=(_failure(error),))


def _failure(error: Exception) -> str:
    foreseen = isinstance(error, FetchError | PayloadError)
    return str(error) if foreseen else unexpected(error)


@dataclass(frozen=True)
class _Run:
    source: Source
    client: Client
    etags: Mapping[str, str]
    environ: Mapping[str, str]
    now: Now

    def one(self, name: str, url: str, revision: str | None = None) -> Payload:
        """Fetch one file, unless the copy at hand is still good."""
        answer = self.client.get(self.source, url, etag=self.etags.get(name))
        served = answer.header(_COMMIT)
        if revision and served and served != revision:
            raise FetchError(
                f"{url}: served from revision {served!a:.60}, not from {revision}; the dataset "
                "changed between two files and they are not mixed. Run again"
            )
        return self.made(name, (url,), answer, answer.data, revision)

    def made(
        self,
        name: str,
        urls: tuple[str, ...],
        answer: Answer,
        data: bytes,
        revision: str | None = None,
    ) -> Payload:
        """The payload of an answer."""
        time = self.now().astimezone(dt.UTC)
        return Payload(
            self.source,
            Origin(name=name, date=time.date().isoformat(), urls=urls),
            data,
            retrieved_at=time.strftime("%Y-%m-%dT%H:%M:%SZ"),
            http_status=answer.status,
            etag=answer.etag,
            revision=revision,
            verified=answer.verified,
        )

    def each(
        self,
        tasks: Mapping[str, Callable[[], Payload]],
        listed: Iterable[str] = (),
        notes: tuple[str, ...] = (),
    ) -> Fetch:
        """Do every task; one that fails leaves the others alone."""
        payloads: list[Payload] = []
        failures: list[str] = []
        size = 0
        for name, task in tasks.items():
            try:
                payload = task()
                size += len(payload.data)
                if size > MAX_BYTES:  # they are all held until the last has come
                    raise FetchError(
                        f"{self.source.name} {name}: with it the source sends more than "
                        f"{MAX_BYTES:,} bytes; refused"
                    )
                payloads.append(payload)
            except Exception as error:
                failures.append(_failure(error))
        return Fetch(self.source, tuple(payloads), tuple(listed), tuple(failures), notes)


def _arena_dataset(run: _Run) -> Fetch:
    """The listing first; then every subset in it, at the listing's revision."""
    listing = run.client.get(run.source, run.source.address)
    revision, refused = arena.subsets(listing.data)
    return run.each(
        {
            subset: partial(run.one, subset, arena.dataset_address(revision, subset), revision)
            for subset, reason in refused.items()
            if not reason
        },
        listed=refused,
        notes=tuple(filter(None, refused.values())),
    )


def _one_file(run: _Run) -> Fetch:
    """The plan of most sources."""
    name = run.source.address.rpartition("/")[2]
    return run.each({name: partial(run.one, name, run.source.address)})


def _artificial_analysis(run: _Run) -> Fetch:
    key = run.environ.get(_KEY_VARIABLE, "").strip()
    if not key:
        return Fetch(run.source, skipped=f"no key in the environment variable {_KEY_VARIABLE}")
    if not _KEY.fullmatch(key):
        raise FetchError(f"{_KEY_VARIABLE} holds characters no key has, or too few; set it anew")
    headers = {"x-api-key": key}

    def pages(name: str) -> Payload:
        bodies: list[bytes] = []
        urls: list[str] = []
        while True:
            urls.append(indices.address(name, len(urls) + 1))
            answer = run.client.get(run.source, urls[-1], headers=headers)
            bodies.append(answer.data)
            if not indices.has_more(answer.data):
                break
            if len(urls) == _MOST_PAGES or sum(map(len, bodies)) > MAX_TEXT:
                raise FetchError(f"{urls[0]}: {len(urls)} pages and no end; refused")
        joined = indices.join_pages(bodies)
        if key.encode() in joined:  # written with escapes
            raise FetchError(f"{urls[0]}: the answer repeats the key that was sent; not taken")
        data = bodies[0] if len(bodies) == 1 else joined
        return run.made(name, tuple(urls), answer, data)

    return run.each({name: partial(pages, name) for name in (indices.LANGUAGE, *indices.ARENAS)})


_PLANS: dict[str, Callable[[_Run], Fetch]] = {
    arena.DATASET: _arena_dataset,
    indices.ARTIFICIAL_ANALYSIS: _artificial_analysis,
}
