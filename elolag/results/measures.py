"""The same question on several measures: the result, and what it says in English and German."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from elolag.question import DEFAULT_BOARD
from elolag.results import citing as language
from elolag.results.answer import Speaker
from elolag.results.lag import LagResult
from elolag.results.provenance import Origin, basis_notes
from elolag.results.table import Column, Result, Table, data, picked
from elolag.results.words import bound, first_up, noun, percentage, phrase, reads_ahead

#: Months since its newest model from which on a group counts as no longer followed by a measure.
STALE_MONTHS = 6.0
#: Boards that sentences call by what is measured, in both languages; others by their names.
_ON = {
    DEFAULT_BOARD: ("on blind votes", "in Blindabstimmungen"),
    "epoch/eci": ("on Epoch's benchmarks", "bei den Benchmarks von Epoch"),
    "metr/time-horizon": ("on METR's time horizons", "bei den Zeithorizonten von METR"),
}


@dataclass(frozen=True)
class Measured:
    """One board's answer, or why it has none.

    Attributes
    ----------
    board
        Its name.
    task
        Whether it is of another task, shown for the spread of tasks and never averaged.
    result
        The lag; None where `refused` says why.
    newest
        ISO date of the follower's newest model that counts; empty without a result.
    stale
        Whether that model is over `STALE_MONTHS` old on the as-of date asked for.
    """

    board: str
    task: bool
    result: LagResult | None
    newest: str = ""
    stale: bool = False
    refused: str = ""

    @property
    def copied(self) -> bool:
        """Whether its list is a copy made by others."""
        return self.result is not None and _copied(self.result)


@dataclass(frozen=True)
class Difference:
    """The lag on one board less that on another, on a date both can answer.

    Attributes
    ----------
    boards
        The first and the second.
    months
        Of the two figures.
    low, high
        Of the draws, taken as independent; None where the draws give no bound.
    censored
        ``at-least`` or ``at-most`` where `months` is only a bound.
    figures
        Both lags on that date.
    """

    boards: tuple[str, str]
    as_of: str
    months: float
    low: float | None
    high: float | None
    censored: str | None
    figures: tuple[float, float]

    @property
    def told(self) -> bool:
        """Whether the interval excludes that both lags are the same."""
        return (self.low or 0.0) > 0 or (self.high or 0.0) < 0

    @property
    def lead(self) -> bool:
        """Whether both are leads, whose difference has the other sign."""
        return max(self.figures) <= 0 > min(self.figures)

    @property
    def mixed(self) -> bool:
        """Whether one is a lag and the other a lead."""
        return min(self.figures) < 0 < max(self.figures)

    def as_said(self) -> Difference:
        """The difference of what is spoken of: of two leads one lead less the other."""
        if not self.lead:
            return self
        low, high = (None if end is None else -end for end in (self.high, self.low))
        turned = {"at-least": "at-most", "at-most": "at-least"}.get(self.censored or "")
        return replace(self, months=-self.months, low=low, high=high, censored=turned)


@dataclass(frozen=True)
class Measures(Result):
    """The lag on every measure, each with its interval and vintage, and how they differ.

    Attributes
    ----------
    measures
        The board asked for, then the others, then boards of other tasks.
    differences
        Of every two measures with an answer.
    no_difference
        Names of two boards to why their lags have none.
    as_of
        ISO date asked for; a measure whose newest list is older has its own.
    origins
        Every list that was used.
    """

    measures: tuple[Measured, ...]
    differences: tuple[Difference, ...]
    no_difference: Mapping[str, str]
    estimand: str
    as_of: str
    level: float
    origins: tuple[Origin, ...]

    @property
    def results(self) -> tuple[LagResult, ...]:
        """The lags there are, in their order; of other tasks too."""
        return tuple(m.result for m in self.measures if m.result)

    @property
    def answered(self) -> tuple[tuple[Measured, LagResult], ...]:
        """The measures with their lags, without other tasks."""
        return tuple((m, m.result) for m in self.measures if m.result and not m.task)

    def sentence(self, lang: str = "en") -> str:
        """The lag on each measure, and how the first two differ."""
        return " ".join(_sentences(self, lang))

    def table(self) -> Table:
        """One row per measure and task, one per difference."""
        ends = "end of the interval; empty: unbounded, or none"
        hindsight = any(r.as_of != r.vintage for r in self.results)
        columns = (
            Column("measure", "Measure", "board, or the first less the second"),
            data("kind", "measure, task or difference"),
            Column("answer", "Lag", "with its direction in words", words=True),
            Column("interval", f"{percentage(self.level)} interval", "of the draws", words=True),
            Column("as_of", "As of", "as-of date", "ISO date", in_page=hindsight),
            Column("vintage", "Ratings of", "date of the ratings", "ISO date"),
            data("newest", "newest model of the follower that counts", "ISO date"),
            Column("note", "Note", "what is to be known of it"),
            data("refused", "why it has no answer"),
            data("months", "positive: the follower is behind; of a difference: behind by more on "
                 "the first", "months"),
            data("low", f"lower {ends}", "months"),
            data("high", f"upper {ends}", "months"),
            data("censored", "at-least or at-most where the value is a bound"),
        )  # fmt: skip
        rows = [self._row(m) for m in self.measures] + [
            _difference_row(d, other_day=self.other_day(d)) for d in self.differences
        ]
        return Table.of(
            "measures", "The lag on several measures", columns, rows,
            n_draws=self.results[0].n_draws,
            snapshots=tuple((o.path, o.sha256) for o in self.origins),
        )  # fmt: skip

    def other_day(self, difference: Difference) -> bool:
        """Whether a difference is of another day than a figure of either board."""
        days = {m.result.as_of for m in self.measures if m.result and m.board in difference.boards}
        return days != {difference.as_of}

    def _row(self, item: Measured) -> dict[str, Any]:
        row: dict[str, Any] = {
            "measure": item.board,
            "kind": "task" if item.task else "measure",
            "newest": item.newest or None,
            "note": self._note(item),
            "refused": item.refused or None,
        }
        found = item.result
        if found is None:
            none = ("answer", "interval", "as_of", "vintage", "months", "low", "high", "censored")
            return row | dict.fromkeys(none)
        answer = found.short() + (", provisional" if found.provisional else "")
        cell = found.interval_cell(found.low, found.high)
        low, high = found.ends_given
        told = picked(found, "as_of", "vintage", "months", "censored")
        return row | told | {"answer": answer, "interval": cell, "low": low, "high": high}

    def _note(self, item: Measured) -> str:
        notes = ["another task"] * item.task
        if item.refused:
            notes.append("no answer: see below")
        if item.copied:
            notes.append(_from_copy("en"))
        if item.stale and item.result:
            notes.append(none_after(item.result, item.newest))
        return "; ".join(notes)

    def footnotes(self) -> tuple[str, ...]:
        """What was asked, and on what the intervals and differences rest."""
        earlier = (
            "A difference is of the earlier of both as-of dates, on which the other board's figure "
            "may not be that of its row."
        )
        first = self.results[0]
        tasks = "Boards of other tasks show how far tasks spread; no number here averages them."
        refused = [f"Not measured: {m.board}: {m.refused}." for m in self.measures if m.refused]
        refused += [f"No difference of {n}: {why}." for n, why in self.no_difference.items()]
        return (
            f"{self.estimand}: {first.asks()}.",
            "Each with the newest whole list by the date of the first. A difference takes the "
            "draws of two measures as independent: their ratings come from other people, tasks and "
            "tests; the models and their release dates are the same.",
            *([earlier] if any(map(self.other_day, self.differences)) else []),
            *([tasks] if any(m.task for m in self.measures) else []),
            *refused,
            *basis_notes(first),
        )

    def to_dict(self) -> dict[str, Any]:
        """As one JSON object; every measure with its whole result."""
        return {
            "schema": 1,
            "estimand": self.estimand,
            "as_of": self.as_of,
            "level": self.level,
            "measures": [
                {
                    **picked(m, "board", "task"),
                    "newest": m.newest or None,
                    "stale": m.stale,
                    "refused": m.refused or None,
                    "result": m.result.to_dict() if m.result else None,
                }
                for m in self.measures
            ],
            "differences": [
                {**asdict(d), "boards": list(d.boards), "figures": list(d.figures)}
                for d in self.differences
            ],
            "no_difference": dict(self.no_difference),
            "sentence": self.sentence(),
            "sentence_de": self.sentence("de"),
        }


def none_after(result: LagResult, newest: str, lang: str = "en") -> str:
    """``no Chinese model after November 2025``."""
    one = phrase(result.follower_group, lang).one
    month = language.date(newest, lang).partition(" ")[2]
    return language.set_phrases(lang).say(f"no {one} after {month}", f"kein {one} nach {month}")


def _copied(result: LagResult) -> bool:
    return bool(result.origins) and result.origins[0].copied


def _from_copy(lang: str) -> str:
    """``from a copy by others``."""
    words = language.set_phrases(lang)
    return words.say(f"from {words.a_copy}", f"aus einer {words.a_copy}")


def _on(board: str, lang: str = "en") -> str:
    """What a lag is measured on: ``on blind votes``, ``in Blindabstimmungen``."""
    if board in _ON:
        return _ON[board][lang == "de"]
    return f"{'auf' if lang == 'de' else 'on'} {language.board(board, 'overall', lang)}"


def _together(
    results: tuple[LagResult, ...], lang: str = "en", whole: LagResult | None = None
) -> str:
    """Lags of one estimand and date: ``6.9 months on blind votes and 5.1 on ...``.

    Without a date and without a full stop; directions only where they are not all "behind"; the
    interval is told of the one that is `whole`.
    """
    words = language.set_phrases(lang)
    plain = all((r.months or 0.0) > 0 and not r.censored for r in results)
    parts = []
    for number, result in enumerate(results):
        size = language.number(result.months or 0.0, lang)
        if plain:
            size += f" {words.months}" * (not number)
        else:
            size = language.lag(result.months or 0.0, result.censored, lang)
        asides = [Speaker(result, lang).interval()] * (result is whole)
        asides += [_from_copy(lang)] * _copied(result)
        told = f" ({'; '.join(asides)})" if asides else ""
        parts.append(f"{size} {_on(result.board, lang)}{told}")
    told = f"{', '.join(parts[:-1])} {words.and_} {parts[-1]}" if len(parts) > 1 else parts[0]
    return f"{told}, {_how(results[0], lang)}"


def under_headline(result: LagResult, beside: LagResult, lang: str = "en") -> str:
    """The line under a headline, whose interval is told there: the same on another measure."""
    return f"{first_up(_together((result, beside), lang, beside))}."


def _how(result: LagResult, lang: str) -> str:
    """``on average over twelve months``, ``on the day itself``; others by their name."""
    over = language.over_months(result.window, lang)
    if result.estimand == "average":
        return f"im Mittel {over}" if lang == "de" else f"on average {over}"
    if result.estimand == "current":
        return "am Tag selbst" if lang == "de" else "on the day itself"
    return result.estimand if not result.window else f"{result.estimand} {over}"


def _sentences(found: Measures, lang: str) -> list[str]:
    words, follower = language.set_phrases(lang), found.results[0].follower_group
    current = [m for m, r in found.answered if r.as_of == found.as_of and not m.stale]
    of_day = tuple(m.result for m in current if m.result)
    out = []
    if of_day:
        day = language.date(found.as_of, lang)
        who = words.say(
            f"The lag of {noun(follower)} as of {day}",
            f"Abstand, {phrase(follower, lang).models}, Stand {day}",
        )
        out.append(f"{who}: {_together(of_day, lang)}.")
    for item, result in found.answered:
        if item in current:
            continue
        size = language.lag(result.months or 0.0, result.censored, lang)
        at = f"{words.say('as of', 'Stand')} {language.date(result.as_of, lang)}"
        note = f"; {_from_copy(lang)}" if item.copied else ""
        note += f"; {none_after(result, item.newest, lang)}" if item.stale else ""
        out.append(first_up(f"{_on(result.board, lang)}: {size} ({at}{note})."))
    if found.differences:
        first = found.differences[0]
        day = first.as_of if found.other_day(first) else ""
        out.append(_difference(first, follower, found.level, day, lang))
    tasks = [m.result for m in found.measures if m.task and m.result]
    if tasks:
        out.append(_on_tasks(tasks, lang))
    return out


def _on_tasks(results: Sequence[LagResult], lang: str) -> str:
    """The spread over boards of other tasks: figures, bounds, and how many are not clear."""
    say, count = language.set_phrases(lang).say, len(results)
    exact = [r.months or 0.0 for r in results if not r.censored]
    bounds = [language.lag(r.months or 0.0, r.censored, lang) for r in results if r.censored]
    told = []
    if len(exact) > 1:
        told.append(language.between(min(exact), max(exact), lang))
    elif exact:
        told.append(language.lag(exact[0], None, lang))
    if bounds:
        told = [f"{text} {say('on', 'auf')} {len(exact)}" for text in told]
        only = say("only a bound on", "nur eine Schranke auf")
        told.append(f"{only} {len(bounds)} ({', '.join(bounds)})")
    text = ", ".join(told)
    if unclear := sum(not r.clear and r.verdict != "level" for r in results):
        text += say(f"; no clear lead on {unclear}", f"; ohne klaren Vorsprung auf {unclear}")
    where = say("boards of other tasks", "Ranglisten anderer Aufgaben")
    if count == 1:
        where = say("board of another task", "Rangliste einer anderen Aufgabe")
    return f"{say('On', 'Auf')} {count} {where}: {text}."


def _difference(found: Difference, follower: str, level: float, day: str, lang: str) -> str:
    """By how much two lags differ, and whether that is told from nothing; with the day if given."""
    say = language.set_phrases(lang).say
    first, second = (_on(board, lang) for board in found.boards)
    subject = say("the lag is", "ist der Abstand")
    if found.mixed:
        subject = say(f"{noun(follower)} is", f"liegen {phrase(follower, lang).models}")
    elif found.lead:
        subject = say("the lead is", "ist der Vorsprung")
    at, size = language.date(day, lang) if day else "", _longer(found, lang)
    if lang == "de":
        start = f"mit Stand {at} {subject} {first}" if day else f"{first} {subject}"
        text, doubt = f"{start} {size} als {second}", "; das ist kein belegter Unterschied"
    else:
        start = f"as of {at} {subject}" if day else subject
        text = f"{start} {size} {first} than {second}"
        doubt = ", which is no difference these data can tell"
    name = f"{language.percent(level, lang)}{say('interval', 'Intervall')}"
    told = f"{text} ({name}: {_longer_between(found, lang)}){'' if found.told else doubt}."
    return first_up(told)


#: One lag beside another, or one lead beside another; and a lag beside a lead.
_LONGER = {"en": ("longer", "shorter"), "de": ("größer", "kleiner")}
_FURTHER = {"en": ("further behind", "further ahead"), "de": ("weiter zurück", "weiter voraus")}


def _longer(found: Difference, lang: str) -> str:
    """A difference of lags: ``0.6 months longer``, ``at least 2.1 months shorter``."""
    said = found.as_said()
    return _apart(said.months, said.censored, lang, mixed=found.mixed)


def _apart(value: float, censored: str | None, lang: str, *, mixed: bool, unit: bool = True) -> str:
    words = language.set_phrases(lang)
    side = (_FURTHER if mixed else _LONGER)[lang][reads_ahead(value, censored)]
    said = f"{language.number(value, lang)} {f'{words.months} ' * unit}{side}"
    if not censored:
        return said
    least = words.at_least if bound(value, censored) == "at least" else words.at_most
    return f"{least} {said}"


def _longer_between(found: Difference, lang: str) -> str:
    """The interval of a difference in words, of the lead where both sides of it are leads."""
    said = found.as_said()
    return language.between(
        said.low, said.high, lang,
        lambda *ends: _apart(*ends, mixed=found.mixed, unit=ends[1] is not None),
    )  # fmt: skip


def _difference_row(found: Difference, *, other_day: bool) -> dict[str, Any]:
    none = dict.fromkeys(("vintage", "newest", "refused"))
    notes = [f"as of {language.date(found.as_of, 'en')}"] * other_day
    notes += [] if found.told else ["not told from the same"]
    return {
        **asdict(found),
        **none,
        "measure": " less ".join(found.boards),
        "kind": "difference",
        "answer": f"{'lead ' * found.lead}{_longer(found, 'en')}",
        "interval": _longer_between(found, "en"),
        "note": "; ".join(notes),
    }
