"""What an archive says of models: the entries its boards list, and its metadata sources."""

from __future__ import annotations

import csv
import difflib
import io
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from elolag.errors import PayloadError, UsageError
from elolag.schema import Origin
from elolag.sources import get_source
from elolag.tags import names
from elolag.tags.lookup import Lookup
from elolag.tags.tables import UNKNOWN

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from elolag.archive import Archive, Snapshot

#: Sources with a table of models: dates, organisations, countries.
_FACT_SOURCES = ("epoch-eci", "models-dev", "openrouter", "artificial-analysis")


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry of one board as one source names it, over all vintages of the archive.

    Attributes
    ----------
    source, board, entry
        The key.
    name, organisation, licence
        As last published; empty where never.
    first, last
        ISO dates of the first and last vintage that lists it.
    rated
        Whether the board rates; other tables only describe entries, and being in one is no listing.
    gap
        Smallest distance, in points, to the best rating of a vintage and category ``overall``;
        NaN where ratings were not read or there is none.
    rating, votes
        At the first and the last of those vintages; NaN as for `gap`.
    """

    source: str
    board: str
    entry: str
    name: str
    organisation: str
    licence: str
    first: str
    last: str
    rated: bool = True
    gap: float = math.nan
    rating: tuple[float, float] = (math.nan, math.nan)
    votes: tuple[float, float] = (math.nan, math.nan)


@dataclass(frozen=True, slots=True)
class Fact:
    """One row of a metadata source. Dates and countries as published, empty where missing.

    `vintage` is the date of the table the row stands in.
    """

    source: str
    vintage: str
    entry: str
    name: str
    organisation: str
    release_date: str
    open_weights: str
    country: str


@dataclass
class _Seen:
    rated: bool
    texts: list[str] = field(default_factory=lambda: ["", "", ""])
    days: list[str] = field(default_factory=list)
    figures: list[tuple[float, float, float]] = field(default_factory=list)

    def listed(self, key: tuple[str, str, str]) -> Listed:
        name, organisation, licence = self.texts
        gaps, ratings, votes = zip(*(self.figures or [(math.nan,) * 3]), strict=True)
        return Listed(
            *key,
            name,
            organisation,
            licence,
            min(self.days),
            max(self.days),
            self.rated,
            min(gaps),
            (ratings[0], ratings[-1]),
            (votes[0], votes[-1]),
        )


def read_listings(archive: Archive, *, ratings: bool = False) -> list[Listed]:
    """Every (source, board, entry) of an archive, sorted.

    Parameters
    ----------
    archive
        Its metadata boards, which list models of other people's boards, are left out.
    ratings
        Whether to read ratings too, for `Listed.gap`, `Listed.rating` and `Listed.votes`.
    """
    seen: dict[tuple[str, str, str], _Seen] = {}
    for board in archive.boards():
        for snapshot in archive.board(board).snapshots:
            if not snapshot.has("entries"):
                continue
            figures = _figures(snapshot) if ratings else {}
            source, rated = snapshot.source, snapshot.method != "metadata"
            for entry, *texts in _entries(snapshot):
                found = seen.get((source, board, entry))
                if found is None:
                    found = seen[source, board, entry] = _Seen(rated)
                found.texts = [new or old for new, old in zip(texts, found.texts, strict=True)]
                found.days.append(snapshot.vintage)
                if entry in figures:
                    found.figures.append(figures[entry])
    return [found.listed(key) for key, found in sorted(seen.items())]


def read_facts(archive: Archive) -> list[Fact]:
    """The newest table of each metadata source of an archive."""
    facts: list[Fact] = []
    for board in archive.boards():
        snapshot = archive.board(board).snapshot()
        if snapshot.has("models"):
            facts += _table_facts(snapshot.source, snapshot.vintage, snapshot.table("models"))
    return facts


def read_fact_file(path: Path) -> list[Fact]:
    """A metadata source's file, recognised by its content.

    Raises
    ------
    UsageError
        The file cannot be read, or is of no metadata source known here.
    """
    try:
        payload = path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}") from error
    for name in _FACT_SOURCES:
        try:
            publications = get_source(name).parse(payload, Origin(path.name, "undated"))
        except PayloadError:
            continue
        for publication in publications:
            if "models" in publication.tables:
                return _table_facts(name, "undated", publication.tables["models"])
    raise UsageError(f"{path} is no table of {', '.join(_FACT_SOURCES)} that elolag can read")


def _table_facts(source: str, vintage: str, models: pd.DataFrame) -> list[Fact]:
    """The rows of a table ``models`` (columns of `elolag.schema.MODELS`)."""
    columns = ("entry", "name", "organisation", "release_date", "open_weights", "country")
    cells = (models[c].astype("object").where(models[c].notna(), "").astype(str) for c in columns)
    return [Fact(source, vintage, *row) for row in zip(*cells, strict=True)]


def _entries(snapshot: Snapshot) -> Iterator[tuple[str, ...]]:
    """Entry, name, organisation and licence of each row of ``entries.csv``, its hash checked.

    The csv module is enough for it and spares importing pandas.
    """
    rows = csv.reader(io.StringIO(snapshot.read_bytes("entries").decode("utf-8"), newline=""))
    header = next(rows)
    at = [header.index(column) for column in ("entry", "name", "organisation", "licence")]
    for row in rows:
        yield tuple(row[i] for i in at)


def _figures(snapshot: Snapshot) -> dict[str, tuple[float, float, float]]:
    """Gap to the best, rating and votes of each entry in the category overall."""
    if "overall" not in snapshot.categories:
        return {}
    table = snapshot.ratings("overall")
    rating = table["rating"].to_numpy(dtype=float)
    votes = table["votes"].astype("Float64").to_numpy(dtype=float, na_value=math.nan)
    figures = zip((rating.max() - rating).tolist(), rating.tolist(), votes.tolist(), strict=True)
    return dict(zip(table["entry"].tolist(), figures, strict=True))


# Entries of an archive with their tags, as plain records for people and for programs.


@dataclass(frozen=True, slots=True)
class Record:
    """One entry of one board of one source, and what the tags say of it.

    `model` is None where nobody has tagged the entry and ``unknown`` where nobody can say whose it
    is; all that follows is None then. `open` is whether weights were ever published, `weights_date`
    since when; `country` follows the policies of the lookup.
    """

    source: str
    board: str
    entry: str
    model: str | None = None
    lab: str | None = None
    country: str | None = None
    open: bool | None = None
    release_date: str | None = None
    precision: str | None = None
    date_basis: str | None = None
    weights_date: str | None = None
    base: str | None = None
    evidence: str | None = None


def records(lookup: Lookup, listings: Iterable[Listed]) -> list[Record]:
    """One record per entry, in the order given."""
    return [_record(lookup, listed) for listed in listings]


def find(found: Sequence[Record], lookup: Lookup, name: str) -> list[Record]:
    """All records of the models a name stands for: a model's key, an entry, or what reads like it.

    Raises
    ------
    UsageError
        Nothing is called so; the message has the nearest names.
    """
    exact = {r.model for r in found if name in (r.entry, r.model)}
    if name in lookup.tables.models:
        exact = {name}
    if not exact:
        read = names.words(name)
        exact = {r.model for r in found if read and names.words(r.entry) == read}
        exact |= {m for m in lookup.tables.models if read and names.words(m) == read}
    if not exact:
        known = {r.entry for r in found} | set(lookup.tables.models)
        near = difflib.get_close_matches(name, sorted(known), n=5, cutoff=0.5)
        hint = f"nearest: {', '.join(near)}" if near else "see `elolag tags list`"
        raise UsageError(f"no entry and no model is called {name!r}; {hint}")
    nameless = exact <= {None, UNKNOWN}
    return [r for r in found if (r.entry == name if nameless else r.model in exact)]


def _record(lookup: Lookup, listed: Listed) -> Record:
    alias = lookup.alias(listed.source, listed.entry, listed.name)
    place = (listed.source, listed.board, listed.entry)
    if alias is None or alias.model == UNKNOWN:
        return Record(*place, model=alias.model if alias else None)
    tag = lookup.tag(alias.model)
    row = lookup.tables.models[alias.model]
    return Record(
        *place,
        model=tag.model,
        lab=tag.lab,
        country=tag.country,
        open=bool(np.isfinite(tag.opened)),
        release_date=tag.release_date,
        precision=tag.precision,
        date_basis=tag.date_basis,
        weights_date=row.weights_date or None,
        base=row.base or None,
        evidence=row.evidence or None,
    )
