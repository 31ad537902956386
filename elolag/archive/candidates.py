"""Payloads to candidates: parsed, checked on their own, in the bytes to be stored."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from elolag import dates
from elolag.archive import checks, package
from elolag.archive.listing import Listing, listings
from elolag.archive.package import OFFICIAL
from elolag.errors import PayloadError, UsageError
from elolag.sources import PartialPayloadError

if TYPE_CHECKING:
    import pandas as pd

    from elolag.archive.package import Check
    from elolag.schema import Origin, Publication
    from elolag.sources import Source

#: What can become of a publication.
Verdict = Literal["new", "unchanged", "twin", "revision", "held", "refused", "failed"]

_WHEN = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?Z)?")


@dataclass(frozen=True)
class Payload:
    """Bytes from upstream and how they came.

    Attributes
    ----------
    source, origin
        Whose they are, and what of theirs.
    data
        The bytes.
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
            "sha256": package.sha256(self.data),
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


@dataclass(frozen=True, eq=False)
class Candidate:
    """One publication, ready to be compared with what the archive holds."""

    source: Source
    publication: Publication = field(repr=False)
    retrieval: dict[str, Any] = field(repr=False)
    tables: dict[str, pd.DataFrame] = field(repr=False)
    files: dict[str, bytes] = field(repr=False)
    checks: tuple[Check, ...] = field(repr=False)
    filled: bool = False

    @property
    def vintage(self) -> str:
        """The publication's own date."""
        return self.publication.vintage

    @property
    def source_name(self) -> str:
        """Name of the source."""
        return self.source.name

    @property
    def kind(self) -> tuple[str, bool | None]:
        """Method and style control: only publications of one kind are ever compared."""
        return self.publication.method, self.publication.style_control

    @property
    def interval(self) -> tuple[str, float | None]:
        """Kind and level of its intervals."""
        return self.publication.interval_kind, self.publication.interval_level

    @property
    def basis(self) -> str:
        """Basis of the vintage."""
        return self.publication.basis

    @property
    def completeness(self) -> str:
        """``full`` or ``top-N``, as far as known."""
        return self.publication.completeness

    @property
    def claimed(self) -> str:
        """The same; nobody but the source has said anything yet."""
        return self.publication.completeness

    @property
    def precedence(self) -> int:
        """Of the source; the smallest gives the date."""
        return self.source.precedence

    @cached_property
    def content(self) -> str:
        """Identity of the stored bytes."""
        return package.content_id(self.files)

    @cached_property
    def _listings(self) -> dict[str, Listing]:
        return listings(self.tables["ratings"]) if "ratings" in self.tables else {}

    @property
    def categories(self) -> dict[str, int]:
        """Rows by category."""
        return {name: len(rows) for name, rows in self._listings.items()}

    def find(self, category: str) -> Listing | None:
        """One category, or None."""
        return self._listings.get(category)

    def find_table(self, name: str) -> pd.DataFrame | None:
        """Give a table, or None."""
        return self.tables.get(name)

    @property
    def rows(self) -> int:
        """Rows of the ratings, else of the models, else of the entries."""
        main = next(name for name in ("ratings", "models", "entries") if name in self.tables)
        return len(self.tables[main])

    @property
    def raw_sha256(self) -> str:
        """Hashes of the raw payloads."""
        return " ".join(raw["sha256"] for raw in self.retrieval["raw"])

    def files_of(self, source: str) -> list[tuple[str, str]]:
        """Date and content of this file, if it is of that source."""
        return [(self.vintage, self.content)] if self.source_name == source else []

    def as_twin(self) -> dict[str, Any]:
        """Give what is recorded of it when another route's copy is kept."""
        return {
            "source": self.source.name,
            "vintage": self.vintage,
            "basis": self.basis,
            "rows": self.rows,
            "retrieved_at": self.retrieval["retrieved_at"],
            "content": self.content,
            "raw_sha256": self.raw_sha256,
            "urls": self.retrieval["urls"],
        }


@dataclass(frozen=True)
class Decision:
    """What becomes of one board of one payload: what the log says, and what is to be written.

    Attributes
    ----------
    source, board, vintage
        Of the publication; for a payload nothing could be read from, `board` is the payload's
        name and `vintage` the date it stands for.
    label
        Folder that holds it (of the twin that is kept); empty when refused or held.
    outcome
        ``new``, ``unchanged``, ``twin``, ``revision``, ``held`` (not written until a person accepts
        it, see `elolag.archive.holding`), ``refused``, or ``failed`` (nothing came).
    rows
        Of its ratings (or of its models, or entries).
    new_entries, dropped_entries
        Against the previous vintage of a comparable kind.
    checks
        Every check made.
    message
        Why, for a person; empty when there is nothing to say.
    run_at, raw_sha256
        When the payload was retrieved, and its hash.
    files
        The new folder's, by name, with the manifest; empty where none is made.
    twins
        Lines for the board's ``twins.csv``.
    """

    source: str
    board: str
    vintage: str
    label: str
    outcome: Verdict
    rows: int = 0
    new_entries: tuple[str, ...] = field(default=(), repr=False)
    dropped_entries: tuple[str, ...] = field(default=(), repr=False)
    checks: tuple[Check, ...] = field(default=(), repr=False)
    message: str = ""
    run_at: str = field(default="", repr=False)
    raw_sha256: str = field(default="", repr=False)
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False, compare=False)
    twins: tuple[Mapping[str, str], ...] = field(default=(), repr=False)

    @property
    def log_line(self) -> dict[str, str]:
        """The line of ``log.csv``, by column; the archive's writer fills in the hashes."""
        return {
            "run_at": self.run_at,
            "source": self.source,
            "board": self.board,
            "vintage": self.vintage,
            "label": self.label,
            "outcome": self.outcome,
            "rows": str(self.rows),
            "raw_sha256": self.raw_sha256,
            "manifest_sha256": "",
            "note": self.message,
        }


def read(payloads: Iterable[Payload], *, private: bool) -> tuple[list[Candidate], list[Decision]]:
    """Parse payloads; what fails becomes a refusal and stops nothing else.

    Raises
    ------
    UsageError
        If a source's terms forbid redistribution and the archive is not `private`.
    """
    candidates: list[Candidate] = []
    refusals: list[Decision] = []
    for payload in payloads:
        require_redistributable(payload.source, private=private)
        retrieval = payload.retrieval()
        try:
            publications: Sequence[Publication] = payload.source.parse(payload.data, payload.origin)
        except PartialPayloadError as error:
            publications = error.publications
            refusals += [refusal(payload, retrieval, text) for text in error.refusals]
        except PayloadError as error:
            publications = ()
            refusals.append(refusal(payload, retrieval, str(error)))
        for publication in publications:
            found = candidate(payload, publication, retrieval)
            if isinstance(found, Decision):
                refusals.append(found)
            else:
                candidates.append(found)
    return _merged(candidates), refusals


def require_redistributable(source: Source, *, private: bool) -> None:
    """Refuse to put into a shared archive what its publisher lets nobody redistribute."""
    if not source.redistributable and not private:
        raise UsageError(
            f"{source.name}: its terms forbid redistribution, so it is written to a private "
            f"archive only"
        )


def refusal(
    payload: Payload,
    retrieval: Mapping[str, Any],
    message: str,
    publication: Publication | None = None,
    done: tuple[Check, ...] = (),
) -> Decision:
    """Refuse a payload, or a part of it: a publication, or one nothing is known of."""
    return Decision(
        source=payload.source.name,
        board=payload.origin.name if publication is None else publication.board,
        vintage=payload.origin.date if publication is None else publication.vintage,
        label="",
        outcome="refused",
        checks=done,
        message=message,
        run_at=payload.retrieved_at,
        raw_sha256=retrieval["raw"][0]["sha256"],
    )


def candidate(
    payload: Payload, publication: Publication, retrieval: dict[str, Any]
) -> Candidate | Decision:
    """Check a publication on its own and put it into the form it would be stored in."""
    done = (
        *checks.structure(publication),
        checks.vintage_plausible(publication, payload.retrieved_at),
    )
    if payload.source.precedence <= OFFICIAL and all(check.passed for check in done):
        done += tuple(checks.consistent(publication))
    failed = checks.failures(done)
    if failed:
        return refusal(payload, retrieval, failed, publication, done)
    return _build(payload.source, publication, retrieval, done)


def _build(
    source: Source, publication: Publication, retrieval: dict[str, Any], done: tuple[Check, ...]
) -> Candidate:
    normal = {name: package.normalise(name, frame) for name, frame in publication.tables.items()}
    files = {f"{name}.csv": package.encode(name, frame) for name, frame in normal.items()}
    return Candidate(source, publication, retrieval, normal, files, done)


def without(item: Candidate, categories: Collection[str], why: str) -> Candidate:
    """Leave categories of a candidate out; see `Publication.without`."""
    return _build(
        item.source, item.publication.without(categories, why), item.retrieval, item.checks
    )


def _merged(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Join candidates that are different categories of one board, from one retrieval.

    A publisher that serves the categories of a board in separate files still publishes one board.
    """
    out: dict[tuple[object, ...], Candidate] = {}
    for order, item in enumerate(candidates):
        key: tuple[object, ...] = (
            item.source.name,
            item.publication.board,
            item.vintage,
            item.kind,
            item.retrieval["retrieved_at"],
        )
        earlier = out.get(key)
        if earlier is None:
            out[key] = item
        elif earlier.categories and not set(earlier.categories) & set(item.categories):
            out[key] = _joined(earlier, item)
        else:
            out[*key, order] = item
    return list(out.values())


def _joined(one: Candidate, other: Candidate) -> Candidate:
    import pandas as pd

    frames = {}
    for name in one.tables:
        both = pd.concat([one.tables[name], other.tables[name]], ignore_index=True)
        frames[name] = both.drop_duplicates(package.KEYS[name]) if name == "entries" else both
    publication = dataclasses.replace(
        one.publication,
        tables=frames,
        notes=tuple(dict.fromkeys((*one.publication.notes, *other.publication.notes))),
    )
    retrieval = {
        **one.retrieval,
        "urls": [*one.retrieval["urls"], *other.retrieval["urls"]],
        "raw": [*one.retrieval["raw"], *other.retrieval["raw"]],
    }
    return _build(one.source, publication, retrieval, one.checks)


def twin_line(kept: str, supersedes: str, twin: Mapping[str, Any]) -> dict[str, str]:
    """Give the line of ``twins.csv``, by column."""
    own = {name: str(value) for name, value in twin.items() if name != "urls"}
    return {"kept": kept, "supersedes": supersedes, **own, "urls": " ".join(twin["urls"])}
