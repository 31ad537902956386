"""From an entry's published name to its tag: model, lab, country, dates, base, effort."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fnmatch import translate
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from elolag.dates import to_day, to_iso
from elolag.errors import TagError
from elolag.question import Policies
from elolag.sources import SOURCES
from elolag.tags.rows import Alias, Model
from elolag.tags.tables import UNKNOWN, Tables

if TYPE_CHECKING:
    from elolag.archive import Snapshot

GLOB = "glob:"


@dataclass(frozen=True, slots=True)
class Tag:
    """What elolag knows of one model. Dates as days since 1970; `opened` is inf if never open."""

    model: str
    lab: str
    country: str
    released: float
    opened: float
    precision: str
    release_date: str
    date_basis: str
    base: str

    def moved(self, day: float) -> Tag:
        """The tag with another day of release; weights that came with it move too."""
        opened = day if self.opened == self.released else max(self.opened, day)
        return replace(self, released=day, opened=opened, release_date=to_iso(day))


class Lookup:
    """Resolves entry names under one set of tables and policies.

    Parameters
    ----------
    retagged
        Tags that stand instead of the tables', by model: another clock, or a tag in doubt.

    Attributes
    ----------
    identified
        Lists whose entries have been looked up, with those unknown and those untagged (see
        `elolag.estimate.panel`).
    """

    def __init__(
        self,
        tables: Tables,
        policies: Policies | None = None,
        retagged: Mapping[str, Tag] | None = None,
    ) -> None:
        self.tables = tables
        self.policies = policies or Policies()
        self._layers = [_Layer(rows) for rows in (tables.overrides, tables.aliases) if rows]
        self._tags: dict[str, Tag] = dict(retagged or {})
        self._asked: dict[tuple[str, str, str], Alias | None] = {}
        #: Lists whose entries have been looked up, with those unknown and those untagged (see
        #: `elolag.estimate.panel`).
        self.identified: dict[tuple[Snapshot, str], tuple[Any, set[str], set[str]]] = {}

    def alias(self, source: str, entry: str, name: str = "") -> Alias | None:
        """The alias row of an entry, by its key and then by its human name; None if untagged.

        A user's own rows are asked before ours, exact names before patterns, and a row for this
        source before one for the source whose names it uses, and that before one for any.
        """
        key = source, entry, name
        if key not in self._asked:
            found = (layer.find(source, entry, name) for layer in self._layers)
            self._asked[key] = next((alias for alias in found if alias), None)
        return self._asked[key]

    def tag(self, model: str) -> Tag:
        """The tag of a model key, the policies applied."""
        if model not in self._tags:
            try:
                row = self.tables.models[model]
            except KeyError:
                raise TagError(f"no model {model!r} in models.csv") from None
            self._tags[model] = self._build(row)
        return self._tags[model]

    def dropped(self, tag: Tag) -> bool:
        """Whether the policies leave this model out."""
        return bool(tag.base) and self.policies.derivatives == "drop"

    def countries(self) -> set[str]:
        """Every country a model of the tables counts with."""
        return {self.tag(m).country for m in self.tables.models}

    @cached_property
    def labs(self) -> set[str]:
        """Every lab key."""
        return set(self.tables.labs)

    def _build(self, row: Model) -> Tag:
        tag = Tag(
            model=row.model,
            lab=row.lab,
            country=self.policies.country(self.tables.country(row)),
            released=to_day(row.release_date),
            opened=to_day(row.weights_date) if row.weights_date else np.inf,
            precision=row.precision,
            release_date=row.release_date,
            date_basis=row.date_basis,
            base=row.base,
        )
        if row.base and self.policies.derivatives == "to-base":
            base = self.tag(row.base)
            return replace(tag, lab=base.lab, country=base.country)
        return tag


def untagged(lookup: Lookup, rows: Iterable[tuple[str, str, str]]) -> list[str]:
    """Entries (of (source, entry, name) rows) that no alias knows, in order, once each."""
    missing = (e for s, e, n in rows if lookup.alias(s, e, n) is None)
    return list(dict.fromkeys(missing))


def is_unknown(alias: Alias) -> bool:
    """Whether the alias marks a name nobody can attribute."""
    return alias.model == UNKNOWN


class _Layer:
    """Aliases of one origin, indexed."""

    def __init__(self, aliases: Iterable[Alias]) -> None:
        self._exact: dict[tuple[str, str], Alias] = {}
        self._patterns: list[tuple[Alias, re.Pattern[str]]] = []
        for alias in aliases:
            if alias.entry.startswith(GLOB):
                pattern = translate(alias.entry.removeprefix(GLOB))
                self._patterns.append((alias, re.compile(pattern)))
            else:
                self._exact[alias.source, alias.entry] = alias

    def find(self, source: str, entry: str, name: str) -> Alias | None:
        texts = tuple(dict.fromkeys(text.strip() for text in (entry, name) if text))
        spelling = SOURCES[source].spelling if source in SOURCES else ""
        sources = tuple(key for key in (source, spelling, "*") if key)
        for text in texts:
            for key in sources:
                found = self._exact.get((key, text))
                if found:
                    return found
        for alias, pattern in self._patterns:
            if alias.source in sources and any(pattern.fullmatch(text) for text in texts):
                return alias
        return None
