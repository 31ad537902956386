"""Groups of models: from an expression such as ``CN+open`` to who is in it, and since when.

Grammar: ``,`` is or, ``+`` is and and binds before it, ``not:`` stands before any single name.
Names: a country (``US``; also ``us``, or by its English name), ``_EU``, ``open``, ``closed``,
``lab:KEY``, ``family:WORD`` (models whose key holds the word or words: ``family:sonnet``),
``ALL``. A model counts in ``open`` from the date of its weights; in ``closed`` from
its release, and for good, if it was released without weights; in every other group from its
release. ``not:open`` is ``closed``.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from elolag.countries import country_named
from elolag.errors import UsageError
from elolag.tags.lookup import Tag

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
            ``dated`` as documented above. ``open`` and ``closed`` take every model that was
            released closed and opened later as always in that one state; used to tell a true
            overlap from a model that merely moved.
        """

        def one(tag: Tag) -> float:
            either = (max(_one(*term, tag, openness) for term in t) for t in self.alternatives)
            return min(either)

        return np.array([one(tag) for tag in tags])


def parse_group(text: str, known_labs: Iterable[str], known_countries: Iterable[str]) -> Group:
    """Read a group expression; an unknown name is a `UsageError` with the nearest ones."""
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
