"""The sentence and the footnotes of a result, a short one and one that has everything.

Which wording it gets, the result itself decides (`elolag.results.verdict`). An end of the
interval that the draws leave open holds every value on that side. A lag in months for which an
entry without a tag matters keeps its wording, and its sentence begins by saying that it is
provisional, and why.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from elolag.cite.references import Reference, plain, references
from elolag.errors import UsageError
from elolag.question import DEFAULTS
from elolag.results import citing as language
from elolag.results.answer import Speaker
from elolag.results.lag import LagResult
from elolag.results.owner import owner
from elolag.results.provenance import Origin, Provenance, provenance, tags_of, which_tags
from elolag.results.words import Phrase, first_up, meaning, phrase, rated
from elolag.schema import ALL_LISTS, OFFICIAL_LISTS
from elolag.version import RELEASED, __version__

LANGUAGES = ("en", "de")


@dataclass(frozen=True)
class Citation:
    """A result as it may be quoted, with what must stand under it.

    Attributes
    ----------
    wording
        One of `elolag.results.verdict`.
    said
        The sentences in the language `lang`; those of an average are the answer's two lines.
    footnote
        Everything that is needed to do it again, with every hash.
    short
        Two lines: the data with the newest list's licence first; the software with its date and
        one hash (see `elolag.results.provenance.Provenance.mark`).
    references
        The software, each snapshot, each data source with its licence.
    sources
        Which lists could be used: ``all``, or ``official`` ones only.
    log_head
        Head of the log of the archive that holds the snapshots; empty where there is none.
    provisional
        Entries without a tag that could be the best of a side, which make the result provisional.
    """

    lang: str
    wording: str
    said: tuple[str, ...]
    footnote: str
    short: tuple[str, str]
    references: tuple[Reference, ...]
    log_head: str = ""
    provisional: tuple[str, ...] = ()
    sources: str = ALL_LISTS

    @property
    def sentence(self) -> str:
        """All that is said, in one paragraph."""
        return " ".join(self.said)

    def __str__(self) -> str:
        return f"{self.sentence}\n\n{self.footnote}"

    def brief(self) -> str:
        """Sentences and short footnote, each on one line."""
        return "\n".join((*self.said, "", *self.short))

    def bibtex(self, *, every: bool = True) -> str:
        """References as BibTeX, names escaped for LaTeX: all, or the software and newest list."""
        told = self.references if every else self.references[:2]
        return "\n\n".join(reference.bibtex() for reference in told) + "\n"

    def csl(self) -> list[dict[str, Any]]:
        """All references as CSL-JSON items."""
        return [reference.csl() for reference in self.references]

    def to_dict(self) -> dict[str, Any]:
        """As one JSON object."""
        return {
            "schema": 1,
            "lang": self.lang,
            "wording": self.wording,
            "provisional": list(self.provisional),
            "sentence": self.sentence,
            "footnote": self.footnote,
            "short_footnote": list(self.short),
            "bibtex": self.bibtex(),
            "csl": self.csl(),
            "sources": self.sources,
            "log_head": self.log_head,
        }

    def rows(self) -> list[tuple[str, str]]:
        """One (part, text) pair each for sentence, footnote and references."""
        return [
            ("sentence", self.sentence),
            ("footnote", self.footnote),
            *((reference.kind, reference.title) for reference in self.references),
        ]


def citation(result: LagResult, lang: str = "en", *, both: bool = False) -> Citation:
    """How to cite a result.

    Parameters
    ----------
    result
        Of any estimand.
    lang
        ``en`` or ``de``.
    both
        Whether the sentence gives the second interval too, of a result that has both.

    Raises
    ------
    UsageError
        Another language.
    """
    if lang not in LANGUAGES:
        raise UsageError(f"no citation in {lang!r}; known: {', '.join(LANGUAGES)}")
    if result.match_rule != "reached" and result.estimand != "average":
        raise UsageError(
            f"a citation of {result.estimand} is worded for match rule reached, not "
            f"{result.match_rule}; cite the average, or give this figure beside that of reached"
        )
    speaker = _Speaker(result, lang, both=both)
    source = provenance(result)
    return Citation(
        lang=lang,
        wording=result.verdict,
        said=tuple(map(plain, speaker.said())),
        footnote=plain(speaker.footnote(source)),
        short=(plain(speaker.data(source)), plain(speaker.software(source))),
        references=references(result.version, source.origins),
        log_head=source.log_head,
        provisional=tuple(entry.entry for entry in result.provisional),
        sources=result.sources,
    )


#: Sentences by wording, in English and German: `near` is who the sentence is about, `far` the other
#: side; `at` is the day and `how` what is averaged over, of which a sentence has one.
_SAID = {
    "withheld": (
        "Because {why}, the gap between {near.models} and {far.models} on {board} on {day} cannot "
        "be stated.",
        "Solange {why}, lässt sich der Abstand zwischen {near.to_models} und {far.to_models} auf "
        "{board} am {day} nicht angeben.",
    ),
    "current behind": (
        "We estimate that on {day} {near.best} on {board} performed at a level {far.models} first "
        "reached {size} months earlier ({iv}).",
        "Wir schätzen, dass {near.best} auf {board} am {day} ein Niveau hatte, das {far.models} "
        "{size} Monate zuvor erstmals erreicht hatten ({iv}).",
    ),
    "current ahead": (
        "We estimate that on {day} {far.models} were ahead on {board}: {near.best} performed at a "
        "level {far.models} first reached {size} months earlier ({iv}).",
        "Wir schätzen, dass {far.models} am {day} auf {board} vorn lagen: {best} hatte ein Niveau, "
        "das {far.models} {size} Monate zuvor erstmals erreicht hatten ({iv}).",
    ),
    "behind": (
        "We estimate that {near.models} on {board} trailed {far.models} by {size} months{how} "
        "({iv}).",
        "Wir schätzen, dass {near.models} auf {board} {size} Monate hinter {far.to_models} "
        "lagen{how} ({iv}).",
    ),
    "ahead": (
        "We estimate that {near.models} on {board} led {far.models} by {size} months{how} ({iv}).",
        "Wir schätzen, dass {near.models} auf {board} {size} Monate vor {far.to_models} "
        "lagen{how} ({iv}).",
    ),
    "gap": (
        "We estimate that on {day} {near.best} on {board} was rated {size} {unit} above "
        "{far.best} ({iv}).",
        "Wir schätzen, dass {near.best} auf {board} am {day} um {size} {unit} höher bewertet war "
        "als {far.best} ({iv}).",
    ),
    "overtaken": (
        "We estimate that {near.models} were {likely}first on {board} and were overtaken by "
        "{far.models} {passed}, {size} months before {day}{doubt}: {near.best}, {first} "
        "({released}), reached its level before {match} ({iv}).",
        "Wir schätzen, dass {near.models} auf {board} {likely}zuerst vorn lagen und {passed}, "
        "{size} Monate vor dem {day}, von {far.to_models} überholt wurden{doubt}: {best}, "
        "{first} ({released}), hatte sein Niveau früher erreicht als {match} ({iv}).",
    ),
    "doubt": (
        ", though neither had a clear lead",
        ", ohne dass eine Seite einen klaren Vorsprung hatte",
    ),
    "level": (
        "We estimate that{at} {near.models} and {far.models} were level on {board}{how} ({iv}).",
        "Wir schätzen, dass{at} {near.models} und {far.models} auf {board} gleichauf lagen{how} "
        "({iv}).",
    ),
    "no-clear-lead": (
        "We estimate that{at} neither {near.models} nor {far.models} had a clear lead on "
        "{board}{how} ({iv}).",
        "Wir schätzen, dass{at} auf {board} weder {near.models} noch {far.models} einen klaren "
        "Vorsprung hatten{how} ({iv}).",
    ),
}


def _sampled(result: LagResult) -> LagResult:
    """A result that has both intervals with the second in the place of the first."""
    low, high = result.sampling or (None, None)
    if result.months is None and low is not None and high is not None:
        gap = replace(result.gap, low=low, high=high)
        return replace(result, interval="sampling", gap=gap)
    return replace(result, interval="sampling", low=low, high=high)


class _Speaker(Speaker):
    """Puts one result, and where it comes from, into the words of one language."""

    result: LagResult

    def __init__(self, result: LagResult, lang: str, *, both: bool = False) -> None:
        super().__init__(result, lang)
        self.wording = result.verdict
        self.second = Speaker(_sampled(result), lang) if both and result.sampling else None

    def interval(self) -> str:
        """Level, kind and ends; of both intervals where the second is asked for."""
        if self.second is None or self.result.too_few():
            return super().interval()
        return f"{super().interval()}; {self.second.interval()}"

    def said(self) -> tuple[str, ...]:
        """What is said, first of all that it is provisional, where it is, and why."""
        if self.wording == "withheld":
            return (self._said("withheld", self.follower, self.leader, why=self._untagged()),)
        average = self.result.estimand == "average"
        text, *more = self.lines() if average else [self._of_one_date()]
        if not self.result.provisional:
            return text, *more
        why, comma = self._untagged(), ":" if average else ","
        text = self.words.say(
            f"Provisionally, because {why}{comma} {text[0].lower()}{text[1:]}",
            f"Vorläufig, weil {why}: {text}",
        )
        return text, *more

    def _of_one_date(self) -> str:
        result, near, far = self.result, self.follower, self.leader
        if self.wording == "overtaken" and result.match is not None:
            first = result.follower
            if result.leads:
                near, far, first = far, near, result.leader_best
            return self._said(
                "overtaken", near, far, first=first.model, match=result.match.model,
                passed=language.on(result.match.counts_from, self.lang),
                released=self._when(first),
                likely=language.likely(result.matched, self.lang),
                doubt="" if result.clear else _SAID["doubt"][self.german],
            )  # fmt: skip
        if self.wording in ("level", "no-clear-lead"):
            return self._said(self.wording, near, far)
        if result.months is None:
            return self._said("gap", *((near, far) if self.value < 0 else (far, near)))
        kind = "ahead" if result.ahead else "behind"
        if result.estimand != "current":
            return self._said(kind, near, far)
        return self._said(f"current {kind}", *((far, near) if result.ahead else (near, far)))

    def _said(self, kind: str, near: Phrase, far: Phrase, **more: str) -> str:
        """A sentence of `_SAID` of this result."""
        how = self._how()
        at = "" if how else f" {self.words.say('on', 'am')} {self.day}"
        size = language.elapsed if kind == "overtaken" else language.number
        bound = f"{self.words.at_least} " if self.wording == "at-least" else ""
        return _SAID[kind][self.german].format(
            near=near, far=far, best=first_up(near.best), day=self.day, at=at,
            board=self.board, size=f"{bound}{size(self.value, self.lang)}",
            unit=self.unit, iv=self.interval(), how=f", {how}" if how else "", **more,
        )  # fmt: skip

    def _untagged(self) -> str:
        """Which entries have no tag and what they could be, as a clause after ``because``."""
        found = self.result.provisional
        named = [(entry.entry, entry.rating) for entry in found]
        sides = {group for entry in found for group in entry.groups}
        both = all(len(entry.groups) > 1 for entry in found)
        if len(sides) == 1:
            best = phrase(next(iter(sides)), self.lang).best
        else:
            best = self.words.say(
                f"the best model of {'either' if both else 'a'} side",
                f"das beste Modell {'einer der beiden Seiten' if both else 'einer Seite'}",
            )
        names = self.words.say(rated(named), rated(named, "und", ","))
        if len(found) == 1:
            return self.words.say(
                f"{names} has no tag yet and could be {best}",
                f"{names} noch nicht zugeordnet ist und {best} sein könnte",
            )
        return self.words.say(
            f"{names} have no tag yet and each could be {best}",
            f"{names} noch nicht zugeordnet sind und jedes davon {best} sein könnte",
        )

    def _how(self) -> str:
        """What the estimand averages over; empty for those of one date."""
        r, text = self.result, self.words.how.get(self.result.estimand, "")
        more = {"leaders": self.leader.to_models, "events": self.words.events[r.clock]}
        return language.windowed(text, r.window, self.lang, day=self.day, **more)

    def data(self, source: Provenance) -> str:
        """The first line of the short footnote: whose lists, of which day, on whose terms."""
        newest = source.origins[0]
        whose = source.owners or self.words.own
        terms = language.terms(newest.licence, self.lang)
        told = [whose, language.date(newest.vintage, self.lang)]
        told += filter(None, (self.words.a_copy if newest.copied else "", terms))
        only = self.words.originals if self.result.sources == OFFICIAL_LISTS else ""
        more = source.more(self.lang, copies=False)
        return f"{'; '.join(filter(None, (', '.join(told), more, only)))}."

    def software(self, source: Provenance) -> str:
        """The second: what was asked of which elolag, and one hash that settles the lists."""
        r = self.result
        board = r.board if r.category == "overall" else f"{r.board} ({r.category})"
        told = [self._version(), board]
        told += self._chosen(draws=(r.n_draws, r.seed) != (DEFAULTS["n_draws"], DEFAULTS["seed"]))
        return f"{', '.join((*told, self._mark(source)))}."

    def _version(self) -> str:
        """The software, its day where this is the version that knows it, and its address."""
        known = self.result.version == __version__
        dated = [language.date(RELEASED, self.lang) if known else "", owner().home]
        asides = ", ".join(filter(None, dated))
        return f"elolag {self.result.version}{f' ({asides})' if asides else ''}"

    def _mark(self, source: Provenance) -> str:
        kind, digest = source.mark
        return f"{self.words.marks[kind]} {digest}"

    def _chosen(self, *, draws: bool) -> list[str]:
        """What was chosen other than by default; and with how many draws."""
        r, arena = self.result, self.result.measure.arena_constants
        said = self.words.drawn.format(language.whole(r.n_draws, self.lang), r.seed)
        return [
            *language.choices(r.policies, arena, self.lang),
            *which_tags(tags_of(r), self.lang),
            *([said] if draws else ()),
        ]

    def footnote(self, source: Provenance) -> str:
        r, origins = self.result, source.origins
        asks = self.words.say(
            meaning(r.estimand, r.measure.points, r.window),
            language.asks(r.estimand, r.window),
        )
        kind = "sampling" if r.interval == "sampling" else "measurement"
        snapshots = "; ".join(f"{o.path} (sha256 {o.sha256})" for o in origins)
        seen = {o.source or o.path: o for o in origins}
        data = " ".join(self._source(o) for o in seen.values())
        asked = ", ".join(self._chosen(draws=True))
        vintage = language.date(r.vintage, self.lang)
        only = f", {self.words.official_only}" if r.sources == OFFICIAL_LISTS else ""
        version, mark = self._version(), self._mark(source)
        text = self.words.say(
            f"{version}, estimand {r.estimand} ({asks}); {r.follower_group} against "
            f"{r.leader_group}, {r.board}, category {r.category}, ratings of {vintage}, "
            f"{asked}{only}, {mark}. Snapshots: {snapshots}. Data: {data}",
            f"{version}, Schätzgröße {r.estimand} ({asks}); {r.follower_group} gegen "
            f"{r.leader_group}, {r.board}, Kategorie {r.category}, Werte vom {vintage}, "
            f"{asked}{only}, {mark}. Datenstände: {snapshots}. Daten: {data}",
        )
        covered = self.words.covered[r.clock]
        left_out = {k: said.format(covered=covered) for k, said in self.words.left_out.items()}
        if self.second is None:
            return f"{text} {left_out[kind]}"
        named = ((self.words.kinds[k], said) for k, said in left_out.items())
        return " ".join((text, *(f"{first_up(k)}: {said}" for k, said in named)))

    def _source(self, origin: Origin) -> str:
        """One data source with its licence, ending in a full stop."""
        text = origin.citation or origin.publisher or origin.path
        licence = language.terms(origin.licence, self.lang)
        if licence and licence not in text:
            text = f"{text.rstrip('.')} ({licence})."
        return text if text.endswith(".") else f"{text}."
