"""Where a result's figures come from: its snapshots with publisher and licence, in words and JSON.

Results of every kind are asked for what they have (board, dates, snapshots, seed); what a kind has
not is left out. One that holds others (a grid its headline, slices their rows) speaks for them.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from elolag.model.estimands import WINDOWS
from elolag.results import citing
from elolag.results.citing import choices, date, older, set_phrases, terms, whole
from elolag.results.owner import owner
from elolag.results.words import MATCHED, first_up, which_lists
from elolag.schema import ALL_LISTS, NOT_STATED, measure_of
from elolag.tags import ours
from elolag.version import RELEASED, __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: Version of the JSON object in a figure's metadata: of 2 a source has only what is not as in the
#: source before it; of 1, which older files have, it has everything.
SCHEMA = 2
#: What no figure may be read without, by the board's measure or the publisher's method.
_CAVEATS = {
    "bradley-terry": (
        "Ratings are blind preference votes, not a measure of capability.",
        "Die Wertungen sind Vorlieben in Blindabstimmungen, kein Maß der Fähigkeit.",
    ),
    "index": (
        "The index sums up benchmark scores; benchmarks are not use.",
        "Der Index fasst Ergebnisse von Benchmarks zusammen, nicht den Gebrauch.",
    ),
    "time-horizon": (
        "A time horizon sums up tasks of known length; tasks are not use.",
        "Ein Zeithorizont fasst Aufgaben bekannter Länge zusammen, nicht den Gebrauch.",
    ),
    "own": (
        "Ratings or votes of one's own; elolag has not checked what they measure.",
        "Eigene Wertungen oder Stimmen; was sie messen, hat elolag nicht geprüft.",
    ),
}
CAVEAT = _CAVEATS["bradley-terry"][0]

#: Facts that are copied into a figure's metadata, where a result has them.
_FACTS = (
    "estimand", "frontier", "interval", "board", "category", "leader_group", "follower_group",
    "as_of", "vintage", "data_through", "months", "low", "high", "censored", "level", "window",
    "n_draws", "seed",
)  # fmt: skip
#: How much of a hash stands where people read: enough to find the whole one by.
_SHORT = 16
#: Where results that hold others keep one that speaks for all.
_SPOKESMEN = ("headline", "result", "base", "results", "rows")


@dataclass(frozen=True)
class Origin:
    """One snapshot a result rests on, and on whose terms.

    Attributes
    ----------
    path, sha256
        The snapshot in the archive, and the hash of its manifest, which holds the tables' hashes.
    vintage
        ISO date of its ratings.
    source
        Name of the route it came by.
    publisher
        Whose figures they are; after ``; copied by`` who copied them.
    licence
        SPDX identifier, or plain words where there is none.
    method
        ``bradley-terry``, ``index``, ...; empty where it is not known.
    log_head
        Head of the log of the archive that holds it, when it was read (see `elolag.archive.log`);
        empty where there is none.
    tags
        SHA-256 of the tags that were installed in that archive; empty where there are none.
    """

    path: str
    sha256: str
    vintage: str
    source: str = ""
    publisher: str = ""
    title: str = ""
    homepage: str = ""
    licence: str = ""
    licence_url: str = ""
    citation: str = ""
    method: str = ""
    log_head: str = ""
    tags: str = ""

    @classmethod
    def of(cls, snapshot: Any) -> Origin:
        """Read a snapshot's manifest; a board of a user's own may have none."""
        package: Mapping[str, Any] = getattr(snapshot, "manifest", None) or {}
        facts: Mapping[str, Any] = package.get("elolag", {})
        licence: Mapping[str, Any] = next(iter(package.get("licenses", ())), {})
        makers = [m["title"] for m in package.get("contributors", ()) if "creator" in m["roles"]]
        titles = [str(s.get("title", "")) for s in package.get("sources", ())]
        return cls(
            path=str(snapshot.path),
            sha256=str(snapshot.sha256),
            vintage=str(snapshot.vintage),
            source=str(facts.get("source", "")),
            publisher=str(makers[0]) if makers else "",
            title=titles[0] if titles else "",
            homepage=str(package.get("homepage", "")),
            licence=str(licence.get("name") or licence.get("title") or ""),
            licence_url=str(licence.get("path", "")),
            citation=str(facts.get("citation", "")),
            method=str(facts.get("method", "")),
            log_head=snapshot.log_head,
            tags=snapshot.tags,
        )

    @property
    def owner(self) -> str:
        """The publisher without who copied its figures."""
        return self.publisher.partition("; ")[0]

    @property
    def copied(self) -> bool:
        """Whether the figures came by somebody else's copy."""
        return self.owner != self.publisher

    @property
    def licensed(self) -> bool:
        """Whether a licence is stated; a board of a user's own needs none."""
        return not self.publisher or not re.search(rf"{NOT_STATED}|^no licence|^$", self.licence)


@dataclass(frozen=True)
class Provenance:
    """Everything a figure says of where it comes from.

    `chosen` has, by language, the choices that are not the default ones.
    """

    facts: Mapping[str, Any]
    origins: tuple[Origin, ...]
    version: str = __version__
    sentence: str = ""
    title: str = ""
    chosen: Mapping[str, str] = field(default_factory=dict)

    def caveats(self, lang: str = "en") -> str:
        """The caveat that fits how each board was made, the first board's first."""
        found: dict[str, None] = {}
        for origin in self.origins:
            board = origin.path.rpartition("/")[0]
            kinds = (measure_of(board, origin.method, origin.source).name, origin.method)
            known = [kind for kind in kinds if kind in _CAVEATS]
            found[(known or ["own" if self.owners == "" else "bradley-terry"])[0]] = None
        return " ".join(_CAVEATS[kind][lang == "de"] for kind in found)

    @property
    def log_head(self) -> str:
        """Head of the archive's log; `elolag archive verify --head` says if it still holds."""
        return log_head(self.origins)

    @property
    def mark(self) -> tuple[str, str]:
        """What the one hash of a short footnote names (``archive`` or ``list``), and its start.

        The head of the archive's log, since it alone fixes everything: the log is a chain, each
        line holds the hash of a list, and so the head settles every list that could have been used,
        those included that a linked scale rests on. The hash of the newest list would settle that
        list only. ``elolag archive verify --head`` finds it in this archive and in every later
        state of it. Where there is no log, as on a board of one's own, it is the list's.
        """
        if self.log_head:
            return "archive", self.log_head[:_SHORT]
        return "list", self.origins[0].sha256[:_SHORT] if self.origins else ""

    def more(self, lang: str = "en", *, copies: bool = True) -> str:
        """How many lists there are beside the newest, and whose licence is not stated; or empty.

        `copies`: whether those that have a licence are told too.
        """
        newest, others = self.origins[0], self.origins[1:]
        if not others:
            return ""
        bare = [origin for origin in others if not origin.licensed]
        kind = "older" if all(o.owner == newest.owner for o in others) else "other"
        told = sum(o.copied for o in others) if copies else 0
        return older(kind, len(others), told, len(bare), sum(o.copied for o in bare), lang)

    @property
    def owners(self) -> str:
        """Publishers of the figures, each once."""
        return ", ".join(dict.fromkeys(o.owner for o in self.origins if o.owner))

    def footer(self, note: str = "", lang: str = "en") -> str:
        """Source, licence, vintage, hash and one caveat in one paragraph."""
        parts, words = [], set_phrases(lang)
        say = words.say
        if self.origins:
            newest = self.origins[0]
            board = self.facts.get("board") or newest.path.rpartition("/")[0]
            category = self.facts.get("category")
            where = f"{board} ({category})" if category else str(board)
            whose = f"{self.owners or say('own ratings', 'eigene Wertungen')}, {where}"
            day = str(self.facts.get("vintage") or newest.vintage)
            day = date(day, lang) if lang == "de" else day
            licence = newest.licence and f", {terms(newest.licence, lang)}"
            more = f"; {self.more(lang)}" if self.more() else ""
            if newest.copied:
                whose += say(", in a copy made by others", f", {words.a_copy}")
            if any(o.licence not in ("", newest.licence) for o in self.origins[1:]):
                more += say(
                    "; all licences: elolag cite FILE", "; alle Lizenzen: elolag cite DATEI"
                )
            kind, digest = self.mark
            source = say(f"Source: {whose}, ratings of", f"Quelle: {whose}, Wertungen vom")
            mark = f"{words.marks[kind]} {digest}"
            parts.append(f"{source} {day}{licence}{more}; {mark}.")
        made = f"elolag {self.version}"
        if self.facts.get("n_draws") is not None:
            drawn = whole(self.facts["n_draws"], lang), self.facts.get("seed")
            made += f", {words.drawn.format(*drawn)}"
        if chosen := self.chosen.get(lang):
            made += f", {chosen}"
        if owner().home:
            made += f" ({owner().home})"
        tags = self.facts.get("tags")
        basis = (
            *which_lists(self.facts.get("lists", ALL_LISTS), lang),
            *(which_tags(tags, lang) if tags else ()),
        )
        only = [f"{first_up(text)}." for text in basis]
        parts += [f"{made}.", *only, self.caveats(lang), note]
        return " ".join(part for part in parts if part)

    def to_dict(self) -> dict[str, Any]:
        """The JSON object in a figure's metadata."""
        return {
            "schema": SCHEMA,
            "software": "elolag",
            "version": self.version,
            **({"released": RELEASED} if self.version == __version__ else {}),
            "title": self.title,
            "sentence": self.sentence,
            "caveat": self.caveats(),
            **self.facts,
            **({"choices": told} if (told := self.chosen.get("en")) else {}),
            "log_head": self.log_head,
            "sources": _packed([asdict(origin) for origin in self.origins]),
        }


def provenance(result: Any, *, title: str = "") -> Provenance:
    """What a result of any kind says of where it comes from.

    Parameters
    ----------
    result
        A result with ``snapshots`` (and, where it has them, ``origins`` with their publishers), or
        one that holds such a result as ``headline``, ``result``, ``base``, ``results`` or ``rows``.
    title
        The figure's title, kept in its metadata.
    """
    spoken = _spokesman(result)
    told = ((name, getattr(spoken, name, None)) for name in _FACTS)
    facts = {name: value for name, value in told if isinstance(value, str | int | float)}
    facts["tags"] = tags_of(spoken)
    # "sources" is what the snapshots are called there, and all lists go without saying.
    if getattr(spoken, "sources", ALL_LISTS) != ALL_LISTS:
        facts["lists"] = spoken.sources
    # What rests on more lists than the result that speaks for it names them itself.
    origins = tuple(getattr(result, "origins", ()) or getattr(spoken, "origins", ()))
    held = getattr(spoken, "snapshots", ())
    if not origins:
        origins = tuple(Origin(path, digest, _vintage(path)) for path, digest in held)
    sentence = getattr(result, "sentence", None) or getattr(spoken, "sentence", None)
    return Provenance(
        facts=facts,
        origins=origins,
        version=str(getattr(spoken, "version", __version__)),
        sentence=str(sentence()) if callable(sentence) else "",
        title=title,
        chosen={lang: ", ".join(chosen(spoken, lang)) for lang in ("en", "de")},
    )


def chosen(result: Any, lang: str = "en") -> tuple[str, ...]:
    """What a result was asked with other than by default, each as an aside."""
    policies = getattr(result, "policies", None) or {}
    drifts = measure_of(str(getattr(result, "board", ""))).arena_constants
    told = [*choices(policies, drifts, lang), *matched(policies, lang)]
    usual = WINDOWS.get(getattr(result, "estimand", "average"))
    if usual and policies.get("window") not in (None, usual):
        told.append(citing.over_months(policies["window"], lang))
    return tuple(told)


def matched(policies: Mapping[str, Any], lang: str = "en") -> tuple[str, ...]:
    """By what levels are dated, where not by the first model to reach them, as an aside."""
    rules = citing.MATCHED if lang == "de" else MATCHED
    return tuple(text for rule, text in rules.items() if policies.get("match_rule") == rule)


def tags_of(result: Any) -> str:
    """SHA-256 of the tags a result was made with, a user's own over them left out.

    It is known from its choices, from the lists it used, or else those that came with elolag.
    """
    choices = getattr(result, "policies", None) or {}
    installed = (origin.tags for origin in getattr(result, "origins", ()))
    found = choices.get("tags") or getattr(result, "tags", "") or next(filter(None, installed), "")
    return str(found or ours().bundle)


def basis_notes(result: Any) -> tuple[str, ...]:
    """What a reader must know of the lists and tags an answer used, as lines to print."""
    notes = [*which_lists(result.sources), *which_tags(tags_of(result)), *otherwise(chosen(result))]
    return tuple(f"Note: {note}." for note in notes)


def otherwise(told: Iterable[str]) -> tuple[str, ...]:
    """What is said of choices that are not the default ones; nothing where there is none."""
    listed = ", ".join(told)
    return (f"asked with other choices than the default ones: {listed}",) if listed else ()


def which_tags(sha256: str, lang: str = "en") -> tuple[str, ...]:
    """What is said where an archive's own tags answered; nothing where those of the package."""
    if sha256 == ours().bundle:
        return ()
    own = set_phrases(lang).say(
        f"tags: not those that came with elolag {__version__} but those installed in the archive",
        f"Zuordnungen: nicht die von elolag {__version__}, sondern die im Archiv abgelegten",
    )
    return (f"{own}, sha256 {sha256[:16]}",)


def log_head(origins: Iterable[Origin]) -> str:
    """Head of the log of the archive that holds the snapshots; empty where none has one."""
    return next((origin.log_head for origin in origins if origin.log_head), "")


def _packed(sources: list[dict[str, str]]) -> list[dict[str, str]]:
    """Sources, each without what is as in the one before it, and what is said once for all."""
    once = ("log_head", "tags")
    return [
        {k: v for k, v in source.items() if k not in once and before.get(k) != v}
        for before, source in zip([{}, *sources], sources, strict=False)
    ]


def unpacked(sources: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """Sources as `Provenance.to_dict` has them, each whole again."""
    whole: list[dict[str, str]] = []
    for source in sources:
        whole.append({**(whole[-1] if whole else {}), **source})
    return whole


def _spokesman(result: Any) -> Any:
    """The result itself, or of those it holds the first that names its snapshots."""
    if hasattr(result, "snapshots"):
        return result
    for name in _SPOKESMEN:
        held = getattr(result, name, None)
        if callable(held):
            continue
        if isinstance(held, tuple | list):
            held = held[0] if held else None
        if held is not None:
            found = _spokesman(held)
            if hasattr(found, "snapshots"):
                return found
    return result


def _vintage(path: str) -> str:
    found = re.match(r"\d{4}-\d{2}-\d{2}", path.rpartition("/")[2])
    return found.group() if found else ""
