"""From an entry's published name to its tag; from an expression to the group of tags it means."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fnmatch import translate
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from elolag.countries import country_named
from elolag.dates import to_day, to_iso
from elolag.errors import TagError, UsageError
from elolag.question import Policies
from elolag.sources import SOURCES
from elolag.tags.rows import Alias, Model
from elolag.tags.tables import UNKNOWN, Tables

if TYPE_CHECKING:
    from collections.abc import Hashable


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

    def since(self, day: float) -> str:
        """ISO date of a day from which it counts; a `MonthOnly` where no more is known of it."""
        vague = self.precision == "month" and day == self.released
        return self.release_date if vague else to_iso(day)

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
        self.identified: dict[tuple[Hashable, str], tuple[Any, set[str], set[str]]] = {}

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
            if alias.pattern is not None:
                self._patterns.append((alias, re.compile(translate(alias.pattern))))
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


#: Members of the European Union (since 2020).
_EU = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
    "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
})  # fmt: skip
_COUNTRY = re.compile(r"[A-Z]{2}")
_FAMILY = "family:"
_WORDS = re.compile(r"[a-z0-9][a-z0-9._]*(?:-[a-z0-9._]+)*")
_Dates = NDArray[np.float64]


@dataclass(frozen=True)
class Group:
    """A parsed group expression: alternatives, each (negated, name) of which must hold."""

    text: str
    alternatives: tuple[tuple[tuple[bool, str], ...], ...]

    def since(self, tags: Iterable[Tag], openness: str = "dated") -> _Dates:
        """The date (days) from which each model counts in the group; infinite where it never does.

        Parameters
        ----------
        tags
            One per model.
        openness
            ``dated`` as `parse_group` has it. ``open`` and ``closed`` take every model that was
            released closed and opened later as always in that one state; used to tell a true
            overlap from a model that merely moved.
        """
        tags = list(tags)
        either = [
            np.max([[_one(*term, tag, openness) for tag in tags] for term in terms], axis=0)
            for terms in self.alternatives
        ]
        return np.asarray(np.min(either, axis=0))


def parse_group(text: str, known_labs: Iterable[str], known_countries: Iterable[str]) -> Group:
    """Read a group expression; an unknown name is a `UsageError` with the nearest ones.

    Grammar: ``,`` is or, ``+`` is and and binds before it, ``not:`` stands before any single name.
    Names: a country (``US``; also ``us``, or by its English name), ``EU``, ``open``, ``closed``,
    ``lab:KEY``, ``family:WORD`` (models whose key holds the word or words: ``family:sonnet``),
    ``ALL``. A model counts in ``open`` from the date of its weights; in ``closed`` from
    its release, and for good, if it was released without weights; in every other group from its
    release. ``not:open`` is ``closed``.
    """
    labs, countries = sorted(set(known_labs)), sorted(set(known_countries))
    alternatives = []
    for part in text.split(","):
        terms = []
        for raw in part.split("+"):
            name = raw.strip()
            negated = name.startswith("not:")
            name = country_named(name.removeprefix("not:").strip())
            _check_name(name, text, labs, countries)
            terms.append((negated, name))
        alternatives.append(tuple(terms))
    named = ("+".join(f"{'not:' if n else ''}{name}" for n, name in a) for a in alternatives)
    return Group(",".join(named), tuple(alternatives))


def _check_name(name: str, text: str, labs: list[str], countries: list[str]) -> None:
    if name in ("open", "closed", "ALL", "EU") or name in countries:
        return
    if name.startswith(_FAMILY):
        if _WORDS.fullmatch(name.removeprefix(_FAMILY)):
            return
        raise UsageError(
            f"group {text!r}: {name!r} names no family; write words of its models' keys, e.g. "
            f"family:sonnet"
        )
    if name.startswith("lab:"):
        if name[4:] in labs:
            return
        near = [f"lab:{n}" for n in difflib.get_close_matches(name[4:], labs, n=3)]
        hint = f"did you mean {', '.join(near)}?" if near else "see `elolag tags list`"
        raise UsageError(f"unknown lab in group {text!r}: {name!r}; {hint}")
    near = difflib.get_close_matches(name.upper(), countries, n=3)
    names = ", ".join([*(near or countries), "open", "closed", "ALL", "lab:NAME", "family:WORD"])
    meant = [f"lab:{n}" for n in difflib.get_close_matches(name.lower(), labs, n=3, cutoff=0.8)]
    if meant:
        names = f"{names}; did you mean {', '.join(meant)}?"
    kind = "no model has the country" if _COUNTRY.fullmatch(name) else "unknown name"
    raise UsageError(f"group {text!r}: {kind} {name!r}; known here: {names}")


def _one(negated: bool, name: str, tag: Tag, openness: str) -> float:
    if name in ("open", "closed"):
        want_open = (name == "open") != negated
        moved = tag.opened > tag.released and np.isfinite(tag.opened)
        if moved and openness != "dated":
            return tag.released if (openness == "open") == want_open else np.inf
        if want_open:
            return tag.opened
        return tag.released if tag.opened > tag.released else np.inf
    if name == "ALL":
        member = True
    elif name.startswith("lab:"):
        member = tag.lab == name[4:]
    elif name.startswith(_FAMILY):
        member = f"-{name.removeprefix(_FAMILY)}-" in f"-{tag.model}-"
    else:
        member = tag.country in _EU if name == "EU" else tag.country == name
    return tag.released if member != negated else np.inf


def check_overlap(leader: Group, follower: Group, tags: list[Tag]) -> str | None:
    """What to say of nested groups; None where the groups are apart.

    Raises
    ------
    UsageError
        The groups are the same, or share models and neither strictly contains the other.
    """
    in_both = np.isfinite(leader.since(tags)) & np.isfinite(follower.since(tags))
    if not in_both.any():
        return None
    for state in ("open", "closed"):
        leads, follows = (np.isfinite(g.since(tags, state)) for g in (leader, follower))
        if not (leads & follows & in_both).any():
            continue
        if (leads & ~follows).any() and not (follows & ~leads).any():
            return f"every {follower.text} model is also in {leader.text}"
        if (follows & ~leads).any() and not (leads & ~follows).any():
            return f"every {leader.text} model is also in {follower.text}"
        if (leads == follows).all():
            raise UsageError(
                f"groups {leader.text!r} and {follower.text!r} are the same: each holds every "
                f"model of the other; name two that differ"
            )
        shared = [t.model for t, both in zip(tags, in_both, strict=True) if both][:3]
        raise UsageError(
            f"groups {leader.text!r} and {follower.text!r} overlap (e.g. {', '.join(shared)}) and "
            f"neither strictly contains the other; take them apart, e.g. with +not:"
        )
    return None
