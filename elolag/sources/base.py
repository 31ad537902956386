"""What a source is, what comes from one, and the error for what is usable only in part."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from elolag import dates
from elolag.errors import PayloadError, UsageError
from elolag.schema import Origin, Publication


class PartialPayloadError(PayloadError):
    """Some boards or vintages of one payload are usable and others are refused.

    Whoever treats it as a plain `PayloadError` takes nothing; whoever wants the good part finds
    it in `publications`, and one message per refused board in `refusals`.
    """

    def __init__(self, publications: Sequence[Publication], refusals: Sequence[str]) -> None:
        self.publications = tuple(publications)
        self.refusals = tuple(refusals)
        super().__init__("\n".join(self.refusals))


@dataclass(frozen=True)
class Source:
    """One route to boards: where it is, under which terms, and how its bytes are read.

    Attributes
    ----------
    name
        Key in `elolag.sources.SOURCES`.
    publisher
        Who publishes the figures (for a copy: whose figures they are, and who copied them).
    licence, licence_url
        SPDX identifier, or plain words where there is none, and where it is stated.
    hosts
        Hosts its addresses and redirects may use, over https only. One that starts with a dot
        stands for every host below it; `allows` applies that rule.
    whole
        Whether its lists come whole. A copy of pages that are cut short from time to time is
        believed only beside a list that vouches for it (`elolag.archive.completeness`).
    redistributable
        False: what it yields belongs in a private archive only.
    precedence
        0 official dataset, 1 official catalog, 2 and more copies: of twin publications the one
        with the smallest number gives the vintage date.
    parser_version
        Raised whenever `parse` reads the same bytes differently.
    parse
        ``parse(payload, origin)``: bytes to publications, or a `PayloadError`. It touches neither
        network nor disk, and imports pandas (and pyarrow, for Parquet) only when called.
    spelling
        The source whose entry names it uses: aliases of that source apply as well.
    """

    name: str
    publisher: str
    title: str
    homepage: str
    licence: str
    licence_url: str
    citation: str
    hosts: tuple[str, ...]
    precedence: int
    parse: Callable[[bytes, Origin], list[Publication]] = field(repr=False)
    redistributable: bool = True
    parser_version: int = 1
    whole: bool = True
    spelling: str = ""

    def allows(self, host: str) -> bool:
        """Whether an address of this source, or a redirect from it, may use `host`."""
        host = host.lower().rstrip(".")
        return any(
            host.endswith(allowed) if allowed.startswith(".") else host == allowed
            for allowed in self.hosts
        )


_WHEN = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?Z)?")


@dataclass(frozen=True)
class Payload:
    """Bytes from upstream and how they came.

    Attributes
    ----------
    source, origin
        Whose they are, and what of theirs.
    data
        The bytes; none where the server says that the copy at hand is still good (status 304).
    retrieved_at
        ISO date, or RFC 3339 time in UTC, of the retrieval.
    http_status, etag, revision
        What the server said; None for files.
    verified
        Whether the bytes have the SHA-256 that their publisher names; None for files.
    """

    source: Source
    origin: Origin
    data: bytes = field(repr=False)
    retrieved_at: str
    http_status: int | None = None
    etag: str | None = None
    revision: str | None = None
    verified: bool | None = None

    def __post_init__(self) -> None:
        if not _WHEN.fullmatch(self.retrieved_at):
            raise UsageError(
                f"retrieved_at {self.retrieved_at!r} is neither an ISO date nor a time in UTC; "
                f"write 2026-08-21 or 2026-08-21T05:00:00Z"
            )
        dates.parse(self.retrieved_at[:10])

    def retrieval(self) -> dict[str, Any]:
        """Give the facts of the retrieval as a manifest has them."""
        raw: dict[str, Any] = {
            "name": self.origin.name,
            "bytes": len(self.data),
            "sha256": hashlib.sha256(self.data).hexdigest(),
        }
        if self.verified is not None:
            raw["verified"] = self.verified
        return {
            "urls": list(self.origin.urls),
            "retrieved_at": self.retrieved_at,
            "http_status": self.http_status,
            "etag": self.etag,
            "revision": self.revision,
            "raw": [raw],
        }
