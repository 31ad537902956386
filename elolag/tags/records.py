"""Entries of an archive with their tags, as plain records for people and for programs."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from elolag.errors import UsageError
from elolag.tags import names
from elolag.tags.listings import Listed
from elolag.tags.lookup import Lookup
from elolag.tags.tables import UNKNOWN

#: Keys of a record, in order.
FIELDS = (
    "source",
    "board",
    "entry",
    "model",
    "lab",
    "country",
    "open",
    "release_date",
    "precision",
    "date_basis",
    "weights_date",
    "base",
    "evidence",
)


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

    def to_dict(self) -> dict[str, str | bool | None]:
        """The record as one JSON object, keys in the order of `FIELDS`."""
        return {field: getattr(self, field) for field in FIELDS}


def records(lookup: Lookup, listings: Iterable[Listed]) -> list[Record]:
    """One record per entry, in the order given."""
    return [_record(lookup, listed) for listed in listings]


def select(
    found: Iterable[Record],
    *,
    country: str | None = None,
    only_open: bool = False,
    unmatched: bool = False,
) -> list[Record]:
    """The records that meet every condition asked for.

    Parameters
    ----------
    country
        Code the model counts with.
    only_open
        Only models with published weights.
    unmatched
        Only entries without a tag.
    """
    return [
        record
        for record in found
        if (country is None or record.country == country)
        and (not only_open or record.open)
        and (not unmatched or record.model is None)
    ]


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
