"""What other voters make of the two sides: the result, and what it says in English and German."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from elolag.model.interval import Summary
from elolag.model.shift import Shift
from elolag.results import citing as language
from elolag.results.charts import short
from elolag.results.lag import LagResult
from elolag.results.provenance import Origin, basis_notes
from elolag.results.table import Column, Result, Table, data, picked
from elolag.results.words import TOO_FEW, bounded, compact, nought, noun, percentage, phrase

#: Models so far below the best count as the top.
TOP = 100.0
#: What the errors of a shift say nothing of.
_LEFT_OUT = (
    "A language is not a country; a shift is taken as the same at every rating, and overall holds "
    "these voters already, so that a lag moved by all of it goes further than such voters alone "
    "would."
)
_WRITING = {
    "chinese": "Chinesisch", "french": "Französisch", "german": "Deutsch", "japanese": "Japanisch",
    "korean": "Koreanisch", "polish": "Polnisch", "russian": "Russisch", "spanish": "Spanisch",
}  # fmt: skip


def signed(elo: float, lang: str = "en") -> str:
    """A shift with its sign: ``+9.2``; what rounds to nothing has none."""
    size = language.number(elo, lang)
    if nought(elo):
        return size
    return f"{'+' if elo > 0 else chr(0x2212)}{size}"


@dataclass(frozen=True)
class Voters:
    """One kind of voters on one board.

    Attributes
    ----------
    voters
        Category, or the board of another public.
    against
        Category of the board they are compared with.
    board, vintage
        Where the ratings stand that they are compared with, and the date of that list.
    other_vintage
        Date of the list of the voters in question.
    top
        Whether only models near the best are compared.
    shift
        What they add to the follower's models.
    low, high
        Interval of it, Elo.
    moved
        The lag with the shift on all of the follower's ratings; None where it is not asked for, or
        is bounded on neither side. It has no interval where the lag itself has none.
    """

    voters: str
    against: str
    board: str
    vintage: str
    other_vintage: str
    top: bool
    shift: Shift
    low: float
    high: float
    moved: Summary | None

    @property
    def side(self) -> int:
        """1 where they rate the follower's models higher by the interval, -1 lower, else 0."""
        return (self.low > 0) - (self.high < 0)


def _shift(row: Voters) -> float:
    return row.shift.elo


@dataclass(frozen=True)
class VotersReport(Result):
    """What other voters add to one side's models, and the lag if everybody voted like them.

    Attributes
    ----------
    headline
        The lag as it is.
    rows
        All models on the board asked for, then its top, then the twin's.
    refused
        Whose shift has no answer, to why.
    origins
        Every list that was used.
    """

    headline: LagResult
    rows: tuple[Voters, ...]
    refused: dict[str, str]
    level: float
    origins: tuple[Origin, ...]

    @property
    def quoted(self) -> tuple[Voters, ...]:
        """The rows the sentence is about: all models, on the board asked for."""
        return tuple(r for r in self.rows if r.board == self.headline.board and not r.top)

    @property
    def tops(self) -> tuple[Voters, ...]:
        """The same by the models near the top."""
        return tuple(r for r in self.rows if r.board == self.headline.board and r.top)

    @property
    def shown(self) -> tuple[Voters, ...]:
        """The rows of chart and page: both, on the board asked for."""
        return (*self.quoted, *self.tops)

    @property
    def kindest(self) -> Voters:
        """Who adds most to the follower's models."""
        return max(self.quoted, key=_shift)

    @property
    def kindest_near_top(self) -> Voters | None:
        """Who adds most to those near the top; None where no voters have an answer there."""
        return max(self.tops, key=_shift, default=None)

    def sentence(self, lang: str = "en") -> str:
        """Who rates them higher and who lower, and the lag if all voted like the kindest."""
        return _sentence(self, lang)

    def table(self) -> Table:
        """One row per kind of voters, board and set of models."""
        mine, theirs = short(self.headline.follower_group), short(self.headline.leader_group)
        ends = "end of its interval"
        columns = (
            Column("voters", "Voters", "category, or the board of another public"),
            data("against", "category they are compared with"),
            data("board", "board of the latter"),
            Column("which", "Models", f"all, or top: within {TOP:.0f} Elo of the best"),
            Column("counted", f"Of {mine} / {theirs}",
                   "models of the follower and of the leader", words=True),
            Column("shift_words", "Shift, Elo", "what they add to the follower's models",
                   words=True),
            Column("interval", f"{percentage(self.level)} interval", "of the shift", words=True),
            Column("lag_words", "Lag if all voted so", "months, the shift on all its ratings",
                   words=True),
            data("shift", "positive: they rate the follower higher", "Elo"),
            data("error", "its standard error", "Elo"),
            data("by_likelihood", "by the likelihood", "Elo"),
            data("by_labs", "by the jackknife over labs", "Elo"),
            data("low", f"lower {ends}", "Elo"),
            data("high", f"upper {ends}", "Elo"),
            data("slope", "points of theirs to a point of the others", "1"),
            data("spread", "s.d. of the models' own departures", "Elo"),
            data("leader_models", "models of the leader", "models"),
            data("follower_models", "models of the follower", "models"),
            data("months", "the lag moved; positive: the follower is behind", "months"),
            data("months_low", f"lower {ends}; empty: unbounded, or none", "months"),
            data("months_high", f"upper {ends}; empty: unbounded, or none", "months"),
            data("vintage", "date of the list of those they are compared with", "ISO date"),
            data("other_vintage", "date of their own list", "ISO date"),
        )  # fmt: skip
        asked = self.headline.board
        return Table.of(
            "voters", f"What other voters make of the two sides on {asked}", columns,
            self._data(),
            page_rows=tuple(k for k, row in enumerate(self.rows) if row.board == asked),
            n_draws=self.headline.n_draws,
            snapshots=tuple((o.path, o.sha256) for o in self.origins),
        )  # fmt: skip

    def _data(self) -> list[dict[str, Any]]:
        few = bool(self.headline.too_few())
        return [_cells(row, few=few) for row in self.rows]

    def footnotes(self) -> tuple[str, ...]:
        """How to read it, what it leaves out, and who is not compared."""
        n = len(self.shown)
        missed = f"{n} intervals read together {n * (1 - self.level):.1f} are expected to miss. "
        many = f"; of {missed}" if n > 1 else ". "
        twins = dict.fromkeys(r.board for r in self.rows if r.board != self.headline.board)
        also = f" Rows of {' and '.join(twins)} are in the data." if twins else ""
        return (
            f"Elo at equal rating, errors of both ratings modelled{many}{_LEFT_OUT}{also}",
            f"The lag as it is: {self.headline.figure()} ({self.headline.interval_words()}), "
            f"{self.headline.asks()}.",
            *basis_notes(self.headline),
            *(f"Not compared: {name}: {why}." for name, why in self.refused.items()),
        )

    def to_dict(self) -> dict[str, Any]:
        """As one JSON object, with the whole headline."""
        frame = self._data()
        words = {column.key for column in self.table().columns if column.words}
        return {
            "schema": 1,
            "level": self.level,
            "voters": [{k: v for k, v in row.items() if k not in words} for row in frame],
            "refused": dict(self.refused),
            "headline": self.headline.to_dict(),
            "sentence": self.sentence(),
            "sentence_de": self.sentence("de"),
        }


def _cells(row: Voters, *, few: bool) -> dict[str, Any]:
    found, moved = row.shift, row.moved
    theirs, mine = found.sides
    lag = None
    if moved:
        lag = f"{bounded(moved.months, moved.censored).replace(' months', '')} "
        lag += f"({TOO_FEW if few else compact(moved.low, moved.high)})"
    return {
        **picked(row, "voters", "against", "board"),
        "which": "top" if row.top else "all",
        "counted": f"{mine} / {theirs}",
        "shift_words": signed(found.elo),
        "interval": f"{signed(row.low)} to {signed(row.high)}",
        "lag_words": lag,
        "shift": found.elo,
        **picked(found, "error", "by_likelihood", "by_labs"),
        **picked(row, "low", "high"),
        **picked(found, "slope", "spread"),
        "leader_models": theirs,
        "follower_models": mine,
        "months": moved.months if moved else None,
        "months_low": moved.low if moved else None,
        "months_high": moved.high if moved else None,
        **picked(row, "vintage", "other_vintage"),
    }


def _sentence(found: VotersReport, lang: str) -> str:
    """Who rates the follower's models higher, and the lag if everybody voted like the kindest."""
    say = language.set_phrases(lang).say
    group, kind, top = found.headline.follower_group, found.kindest, found.kindest_near_top
    would = say(f"{noun(group)} would be", f"lägen {phrase(group, lang).models}")
    near = ""
    if top is not None:
        who = say("it is", "sind es")
        if top.voters != kind.voters:
            who = say("the kindest are ", "wertet am günstigsten") + f"{_who(top, lang)}:"
        near = say("Near the top", "Nahe der Spitze") + f" {who} {_elo(top, found, lang)}; "
        near += say("by that", "damit") + f" {would} {_lag(top.moved, found, lang)}. "
    measured = language.lag(found.headline.months or 0.0, found.headline.censored, lang)
    return (
        f"{_opening(found, lang)}: {_elo(kind, found, lang)}. "
        f"{say('If everybody voted like them,', 'Stimmten alle so ab,')} {would} "
        f"{_lag(kind.moved, found, lang)}. {near}{say('Measured', 'Gemessen')}: {measured}. "
        f"{_VERDICTS[lang][_verdict(found)]}"
    ).rstrip()


def _elo(row: Voters, of: VotersReport, lang: str) -> str:
    """A shift with its interval."""
    shift, low, high = (signed(v, lang) for v in (row.shift.elo, row.low, row.high))
    say = language.set_phrases(lang).say
    name = f"{language.percent(of.level, lang)}{say('interval', 'Intervall')}"
    return f"{shift} Elo ({name}: {low} {say('to', 'bis')} {high})"


def _opening(found: VotersReport, lang: str) -> str:
    """How many rate the follower's models higher and how many lower, as far as who is kindest."""
    mine, theirs = (
        phrase(group, lang).models
        for group in (found.headline.follower_group, found.headline.leader_group)
    )
    sides, who = [row.side for row in found.quoted], _who(found.kindest, lang)
    higher, lower, neither = (sides.count(side) for side in (1, -1, 0))
    level = language.percent(found.level, lang)
    if lang == "de" and len(sides) == 1:
        how = {1: "höher als", -1: "niedriger als", 0: "weder höher noch niedriger als"}[sides[0]]
        return (
            f"Die einzige verglichene Wählerschaft ({who.strip(', ')}) wertet {mine} {how} "
            f"gleich gute {theirs}"
        )
    if lang == "de":
        return (
            f"{len(sides)} Wählerschaften, nach ihren {level}Intervallen aus allen Modellen: "
            f"{higher} {'wertet' if higher == 1 else 'werten'} {mine} höher als gleich gute "
            f"{theirs}, {lower} niedriger, {neither} weder noch. Am günstigsten wertet{who}"
        )
    if len(sides) == 1:
        how = {1: "higher than", -1: "lower than", 0: "neither higher nor lower than"}[sides[0]]
        return f"The only voters compared ({who}) rate {mine} {how} {theirs} of equal rating"
    return (
        f"Of {len(sides)} kinds of voters {higher} rate{'s' * (higher == 1)} {mine} higher than "
        f"{theirs} of equal rating, {lower} lower and {neither} neither, by their "
        f"{level}intervals from all models. The kindest are {who}"
    )


#: What these voters leave of the lag: nothing to say, open, told near the top only, told.
_VERDICTS = {
    "en": (
        "",
        "By the intervals of these voters a lead is not excluded.",
        "Near the top, where the lag is decided, none of these voters see a lead; all models "
        "together leave it open.",
        "None of these voters see a lead.",
    ),
    "de": (
        "",
        "Nach den Intervallen dieser Wählerschaften ist ein Vorsprung nicht ausgeschlossen.",
        "Nahe der Spitze, wo sich der Abstand entscheidet, sieht keine dieser Wählerschaften "
        "einen Vorsprung; alle Modelle zusammen lassen es offen.",
        "Keine dieser Wählerschaften sieht einen Vorsprung.",
    ),
}


def _verdict(found: VotersReport) -> int:
    """Which of `_VERDICTS`; there is one only where the follower is clearly behind.

    A lead is open by all models, or near the top, where it is so for any of the voters shown.
    """
    if found.headline.too_few() or (found.headline.low or 0.0) <= 0:
        return 0
    behind = [
        all(r.moved and (r.moved.low or 0.0) > 0 for r in rows)
        for rows in (found.quoted, found.tops)
    ]
    return 3 if all(behind) else 2 if found.tops and behind[1] else 1


def _who(row: Voters, lang: str) -> str:
    """Whose votes they are; in German with what parts them from the verb before."""
    say = language.set_phrases(lang).say
    if row.voters not in _WRITING:
        return say("compar:IA's public", " das Publikum von compar:IA")
    return say(
        f"those writing in {row.voters.capitalize()}", f", wer auf {_WRITING[row.voters]} schreibt"
    )


def _lag(moved: Summary | None, of: VotersReport, lang: str) -> str:
    """A lag with its interval, where the headline has one, as the end of a sentence."""
    say = language.set_phrases(lang).say
    if moved is None:
        return say("bounded on neither side", "ohne Grenze auf beiden Seiten")
    said = language.lag(moved.months, moved.censored, lang)
    if of.headline.too_few():
        return said
    name = f"{language.percent(of.level, lang)}{say('interval', 'Intervall')}"
    return f"{said} ({name}: {language.between(moved.low, moved.high, lang)})"
