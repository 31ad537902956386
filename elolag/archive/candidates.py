"""Payloads to candidates: parsed, checked on their own, in the bytes to be stored."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from elolag.archive import checks, package
from elolag.archive.listing import Listed, listings
from elolag.archive.package import OFFICIAL
from elolag.errors import PayloadError
from elolag.sources import PartialPayloadError, Payload

if TYPE_CHECKING:
    import pandas as pd

    from elolag.archive.listing import Listing
    from elolag.archive.package import Check
    from elolag.schema import Publication
    from elolag.sources import Source

#: What can become of a publication. It is ``held`` (not written) until a person accepts it, see
#: `elolag.archive.holding`; of one that ``failed`` nothing came.
_Verdict = Literal["new", "unchanged", "twin", "revision", "held", "refused", "failed"]


class Candidate(Listed):
    """One publication, ready to be compared with what the archive holds.

    Parameters
    ----------
    route
        The source it came by.
    publication
        As parsed.
    retrieval
        The facts of the retrieval, as a manifest has them.
    checks
        What it was asked on its own.
    filled
        Whether columns came from a twin.

    Attributes
    ----------
    label
        The folder it gets, once that is decided.
    """

    label = ""

    def __init__(
        self,
        route: Source,
        publication: Publication,
        retrieval: dict[str, Any],
        checks: tuple[Check, ...],
        *,
        filled: bool = False,
    ) -> None:
        self.route, self.publication, self.retrieval = route, publication, retrieval
        self.checks = checks
        self.tables = {n: package.normalise(n, table) for n, table in publication.tables.items()}
        self.files = {f"{n}.csv": package.encode(n, table) for n, table in self.tables.items()}
        self.vintage, self._filled = publication.vintage, filled
        ratings = self.tables.get("ratings")
        self._listings = {} if ratings is None else listings(ratings)

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What its manifest would say of it."""
        publication = self.publication
        entries = self.tables.get("entries", self.tables.get("models"))
        return {
            "board": publication.board,
            "basis": publication.basis,
            "method": publication.method,
            "style_control": publication.style_control,
            "interval": {"kind": publication.interval_kind, "level": publication.interval_level},
            "completeness": publication.completeness,
            "categories": {name: len(rows) for name, rows in self._listings.items()},
            "entries": 0 if entries is None else len(entries),
            "source": self.route.name,
            **self.retrieval,
            **({"filled": True} if self._filled else {}),
        }

    @cached_property
    def content(self) -> str:
        """Identity of the bytes of its tables."""
        return package.content_id({n: package.sha256(data) for n, data in self.files.items()})

    def find(self, category: str) -> Listing | None:
        """The figures of one category; None where there are none."""
        return self._listings.get(category)

    def find_table(self, name: str) -> pd.DataFrame | None:
        """A table, or None where there is none."""
        return self.tables.get(name)

    def without(self, categories: Collection[str], why: str) -> Candidate:
        """The same with categories left out; see `Publication.without`."""
        publication = self.publication.without(categories, why)
        return Candidate(self.route, publication, self.retrieval, self.checks)

    def decided(self, label: str, outcome: _Verdict, message: str = "", **more: Any) -> Decision:
        """What becomes of it; see `Decision`."""
        main = next(name for name in ("ratings", "models", "entries") if name in self.tables)
        return Decision(
            source=self.source,
            board=self.publication.board,
            vintage=self.vintage,
            label=label,
            outcome=outcome,
            rows=len(self.tables[main]),
            message=message,
            run_at=self.retrieved_at,
            raw_sha256=self.raw_sha256,
            **more,
        )


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
    outcome: _Verdict
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
        same = ("run_at", "source", "board", "vintage", "label", "outcome", "rows", "raw_sha256")
        own = {name: str(getattr(self, name)) for name in same}
        return {**own, "manifest_sha256": "", "note": self.message}


def read(payloads: Iterable[Payload], *, private: bool) -> tuple[list[Candidate], list[Decision]]:
    """Parse payloads; what fails becomes a refusal and stops nothing else.

    Raises
    ------
    UsageError
        If a source's terms forbid redistribution and the archive is not `private`.
    """
    found: list[Candidate | Decision] = []
    for payload in payloads:
        payload.source.require_redistributable(private=private)
        publications: Sequence[Publication | PayloadError]
        try:
            publications = payload.source.parse(payload.data, payload.origin)
        except PartialPayloadError as error:
            publications = [*map(PayloadError, error.refusals), *error.publications]
        except PayloadError as error:
            publications = [error]
        found += judged(payload, publications)
    candidates = [item for item in found if isinstance(item, Candidate)]
    return _merged(candidates), [item for item in found if isinstance(item, Decision)]


def judged(
    payload: Payload, publications: Iterable[Publication | PayloadError]
) -> Iterator[Candidate | Decision]:
    """Check the publications of a payload, each on its own; an error stands for a refused one."""
    retrieval = payload.retrieval()
    for item in publications:
        done: tuple[Check, ...] = ()
        board, vintage = payload.origin.name, payload.origin.date
        if isinstance(item, PayloadError):
            message = str(item)
        else:
            board, vintage = item.board, item.vintage
            plausible = checks.vintage_plausible(item, payload.retrieved_at)
            done = (*checks.structure(item), plausible)
            if payload.source.precedence <= OFFICIAL and all(check.passed for check in done):
                done += tuple(checks.consistent(item))
            message = checks.failures(done)
            if not message:
                yield Candidate(payload.source, item, retrieval, done)
                continue
        yield Decision(
            source=payload.source.name,
            board=board,
            vintage=vintage,
            label="",
            outcome="refused",
            checks=done,
            message=message,
            run_at=payload.retrieved_at,
            raw_sha256=retrieval["raw"][0]["sha256"],
        )


def _merged(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Join candidates that are different categories of one board, from one retrieval.

    A publisher that serves the categories of a board in separate files still publishes one board.
    """
    out: dict[tuple[object, ...], Candidate] = {}
    for order, item in enumerate(candidates):
        key: tuple[object, ...] = (
            item.source,
            item.publication.board,
            item.vintage,
            item.kind,
            item.retrieved_at,
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
    return Candidate(one.route, publication, retrieval, one.checks)
