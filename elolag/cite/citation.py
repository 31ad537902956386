"""The sentence and the footnote of a result.

Which wording it gets, the result itself decides (`elolag.results.verdict`). An end of the
interval that the draws leave open holds every value on that side. A lag in months for which an
entry without a tag matters keeps its wording, and its sentence begins by saying that it is
provisional, and why.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from elolag.cite.references import Reference, plain, references
from elolag.errors import UsageError
from elolag.results import citing as language
from elolag.results.answer import Speaker, lines, phrase_of
from elolag.results.lag import LagResult
from elolag.results.provenance import Origin, provenance
from elolag.results.verdict import ModelPoint
from elolag.results.words import meaning, rated
from elolag.schema import ALL_LISTS, NOT_STATED, OFFICIAL_LISTS

LANGUAGES = ("en", "de")


@dataclass(frozen=True)
class Citation:
    """A result as it may be quoted, with what must stand under it.

    Attributes
    ----------
    wording
        One of `elolag.results.verdict`.
    sentence, footnote
        In the language `lang`.
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
    sentence: str
    footnote: str
    references: tuple[Reference, ...]
    log_head: str = ""
    provisional: tuple[str, ...] = ()
    sources: str = ALL_LISTS

    def __str__(self) -> str:
        return f"{self.sentence}\n\n{self.footnote}"

    def bibtex(self) -> str:
        """All references as BibTeX; names are escaped for LaTeX."""
        return "\n\n".join(reference.bibtex() for reference in self.references) + "\n"

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


def citation(result: LagResult, lang: str = "en") -> Citation:
    """How to cite a result.

    Parameters
    ----------
    result
        Of any estimand.
    lang
        ``en`` or ``de``.

    Raises
    ------
    UsageError
        Another language.
    """
    if lang not in LANGUAGES:
        raise UsageError(f"no citation in {lang!r}; known: {', '.join(LANGUAGES)}")
    if result.match_rule != "reached" and result.estimand != "average":
        raise UsageError(
            f"a citation is worded for match rule reached, not {result.match_rule}; cite the "
            f"headline and give the other figure beside it"
        )
    speaker = _Speaker(result, lang)
    source = provenance(result)
    return Citation(
        lang=lang,
        wording=wording(result),
        sentence=plain(speaker.sentence()),
        footnote=plain(speaker.footnote(source.origins)),
        references=references(result.version, source.origins),
        log_head=source.log_head,
        provisional=tuple(entry.entry for entry in result.provisional),
        sources=result.sources,
    )


def wording(result: LagResult) -> str:
    """Which wording a result gets: its verdict."""
    return result.verdict


class _Speaker(Speaker):
    """Puts one result, and where it comes from, into the words of one language."""

    result: LagResult

    def __init__(self, result: LagResult, lang: str) -> None:
        super().__init__(result, lang)
        self.wording = wording(result)

    def sentence(self) -> str:
        if self.wording == "withheld":
            return self._withheld()
        text = self._estimate()
        if not self.result.provisional:
            return text
        why = self._untagged()
        if self.german:
            return f"Vorläufig, weil {why}: {text}"
        comma = ":" if self.result.estimand == "average" else ","
        return f"Provisionally, because {why}{comma} {text[0].lower()}{text[1:]}"

    def _estimate(self) -> str:
        if self.result.estimand == "average":
            return " ".join(lines(self.result, self.lang))
        if self.wording == "overtaken" and self.result.match is not None:
            return self._overtaken(self.result.match)
        if self.wording == "level":
            return self._level()
        if self.wording == "no-clear-lead":
            return self._no_clear_lead()
        if self.result.months is None:
            return self._gap()
        return self._current() if self.result.estimand == "current" else self._other()

    def _untagged(self) -> str:
        """Which entries have no tag and what they could be, as a clause after ``because``."""
        found = self.result.provisional
        named = [(entry.entry, entry.rating) for entry in found]
        sides = {group for entry in found for group in entry.groups}
        both = all(len(entry.groups) > 1 for entry in found)
        best = phrase_of(next(iter(sides)), self.lang).best if len(sides) == 1 else ""
        one = len(found) == 1
        if self.german:
            best = (
                best or f"das beste Modell {'einer der beiden Seiten' if both else 'einer Seite'}"
            )
            could = f"{'' if one else 'jedes davon '}{best} sein könnte"
            names = rated(named, "und", ",")
            return f"{names} noch nicht zugeordnet {'ist' if one else 'sind'} und {could}"
        best = best or f"the best model of {'either' if both else 'a'} side"
        has, could = ("has", "could") if one else ("have", "each could")
        return f"{rated(named)} {has} no tag yet and {could} be {best}"

    def _withheld(self) -> str:
        why = self._untagged()
        if self.german:
            return (
                f"Solange {why}, lässt sich der Abstand zwischen {self.follower.to_models} und "
                f"{self.leader.to_models} auf {self.board} am {self.day} nicht angeben."
            )
        return (
            f"Because {why}, the gap between {self.follower.models} and {self.leader.models} on "
            f"{self.board} on {self.day} cannot be stated."
        )

    def _size(self) -> str:
        bound = f"{self.words.at_least} " if self.wording == "at-least" else ""
        return f"{bound}{language.number(self.value, self.lang)}"

    def _current(self) -> str:
        behind, ahead = self.follower, self.leader
        leads = self.result.ahead
        if leads:
            behind, ahead = ahead, behind
        size, iv = self._size(), self.interval()
        if self.german:
            there = f"ein Niveau hatte, das {ahead.models} {size} Monate zuvor erstmals erreicht "
            if leads:
                return (
                    f"Wir schätzen, dass {ahead.models} am {self.day} auf {self.board} vorn lagen: "
                    f"{behind.best[:1].upper()}{behind.best[1:]} hatte ein Niveau, das "
                    f"{ahead.models} {size} Monate zuvor erstmals erreicht hatten ({iv})."
                )
            return (
                f"Wir schätzen, dass {behind.best} auf {self.board} am {self.day} {there}hatten "
                f"({iv})."
            )
        there = f"performed at a level {ahead.models} first reached {size} months earlier"
        if leads:
            return (
                f"We estimate that on {self.day} {ahead.models} were ahead on {self.board}: "
                f"{behind.best} {there} ({iv})."
            )
        return f"We estimate that on {self.day} {behind.best} on {self.board} {there} ({iv})."

    def _other(self) -> str:
        size, iv, how = self._size(), self.interval(), self._how()
        if self.german:
            where = "vor" if self.result.ahead else "hinter"
            return (
                f"Wir schätzen, dass {self.follower.models} auf {self.board} {size} Monate {where} "
                f"{self.leader.to_models} lagen, {how} ({iv})."
            )
        verb = "led" if self.result.ahead else "trailed"
        return (
            f"We estimate that {self.follower.models} on {self.board} {verb} {self.leader.models} "
            f"by {size} months, {how} ({iv})."
        )

    def _gap(self) -> str:
        above, below = self.leader, self.follower
        if self.value < 0:
            above, below = below, above
        size, iv = self._size(), self.interval()
        if self.german:
            return (
                f"Wir schätzen, dass {above.best} auf {self.board} am {self.day} um {size} "
                f"{self.unit} höher bewertet war als {below.best} ({iv})."
            )
        return (
            f"We estimate that on {self.day} {above.best} on {self.board} was rated {size} "
            f"{self.unit} above {below.best} ({iv})."
        )

    def _overtaken(self, match: ModelPoint) -> str:
        first, second, best = self.follower, self.leader, self.result.follower
        if self.result.leads:
            first, second, best = second, first, self.result.leader_best
        size, iv = self._size(), self.interval()
        passed, released = (language.date(m.counts_from, self.lang) for m in (match, best))
        if self.german:
            doubt = ", ohne dass eine Seite einen klaren Vorsprung hatte"
            doubt = "" if self.result.clear else doubt
            return (
                f"Wir schätzen, dass {first.models} auf {self.board} zuerst vorn lagen und am "
                f"{passed}, {size} Monate vor dem {self.day}, von {second.to_models} überholt "
                f"wurden{doubt}: {first.best[:1].upper()}{first.best[1:]}, {best.model} "
                f"({released}), hatte sein Niveau früher erreicht als {match.model} ({iv})."
            )
        doubt = "" if self.result.clear else ", though neither had a clear lead"
        return (
            f"We estimate that {first.models} were first on {self.board} and were overtaken by "
            f"{second.models} on {passed}, {size} months before {self.day}{doubt}: {first.best}, "
            f"{best.model} ({released}), reached its level before {match.model} ({iv})."
        )

    def _level(self) -> str:
        iv, how = self.interval(), self._how()
        sides = self.follower.models, self.leader.models
        if self.german:
            day = "" if how else f" am {self.day}"
            return (
                f"Wir schätzen, dass{day} {sides[0]} und {sides[1]} auf {self.board} gleichauf "
                f"lagen{f', {how}' if how else ''} ({iv})."
            )
        day = "" if how else f" on {self.day}"
        return (
            f"We estimate that{day} {sides[0]} and {sides[1]} were level on {self.board}"
            f"{f', {how}' if how else ''} ({iv})."
        )

    def _no_clear_lead(self) -> str:
        iv, how = self.interval(), self._how()
        sides = self.follower.models, self.leader.models
        if self.german:
            day = "" if how else f" am {self.day}"
            return (
                f"Wir schätzen, dass{day} auf {self.board} weder {sides[0]} noch {sides[1]} einen "
                f"klaren Vorsprung hatten{f', {how}' if how else ''} ({iv})."
            )
        day = "" if how else f" on {self.day}"
        return (
            f"We estimate that{day} neither {sides[0]} nor {sides[1]} had a clear lead on "
            f"{self.board}{f', {how}' if how else ''} ({iv})."
        )

    def _how(self) -> str:
        """What the estimand averages over; empty for those of one date."""
        text = self.words.how.get(self.result.estimand, "")
        window = language.plain_number(self.result.window, self.lang)
        leaders = self.leader.to_models if self.german else self.leader.models
        return text.format(window=window, day=self.day, leaders=leaders)

    def footnote(self, origins: tuple[Origin, ...]) -> str:
        r, german = self.result, self.german
        asks = meaning(r.estimand, r.measure.points, r.window)
        if german:
            window = language.plain_number(r.window, "de")
            asks = self.words.asks[r.estimand].format(window=window)
        kind = "sampling" if r.interval == "sampling" else "measurement"
        snapshots = "; ".join(f"{o.path} (sha256 {o.sha256})" for o in origins)
        seen = {o.source or o.path: o for o in origins}
        data = " ".join(self._source(o) for o in seen.values())
        draws = language.whole(r.n_draws, self.lang)
        vintage = language.date(r.vintage, self.lang)
        only = f", {self.words.official_only}" if r.sources == OFFICIAL_LISTS else ""
        if german:
            text = (
                f"elolag {r.version}, Schätzgröße {r.estimand} ({asks}); {r.follower_group} gegen "
                f"{r.leader_group}, {r.board}, Kategorie {r.category}, Werte vom {vintage}, "
                f"{draws} Ziehungen, Startwert {r.seed}{only}. Datenstände: {snapshots}. "
                f"Daten: {data}"
            )
        else:
            text = (
                f"elolag {r.version}, estimand {r.estimand} ({asks}); {r.follower_group} against "
                f"{r.leader_group}, {r.board}, category {r.category}, ratings of {vintage}, "
                f"{draws} draws, seed {r.seed}{only}. Snapshots: {snapshots}. Data: {data}"
            )
        return f"{text} {self.words.left_out[kind]}"

    def _source(self, origin: Origin) -> str:
        """One data source with its licence, ending in a full stop."""
        text = origin.citation or origin.publisher or origin.path
        licence = self.words.no_licence if origin.licence == NOT_STATED else origin.licence
        if licence and licence not in text:
            text = f"{text.rstrip('.')} ({licence})."
        return text if text.endswith(".") else f"{text}."
