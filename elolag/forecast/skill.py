"""How each forecaster scored, beside no change."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from elolag.archive import Archive
from elolag.dates import to_day, to_days
from elolag.estimate.session import Session
from elolag.forecast import score
from elolag.forecast.form import DATED
from elolag.forecast.record import (
    CRPS,
    HELD_IN,
    HOW,
    PLACES,
    Scored,
    finite,
    forecast_ledger,
    quantiles,
    shown,
)
from elolag.forecast.score import CENTRAL, Difference, Stretches
from elolag.forecast.truth import OPEN
from elolag.results import citing as language
from elolag.results.charts import Both
from elolag.results.table import Column, Result, Table, data, picked
from elolag.results.words import share

#: Beside whom all are scored, and whose record is told.
REFERENCE, OURS = "elolag-no-change", "elolag-mixture"
#: Months ahead of which the sentence speaks.
_TOLD = 6


@dataclass(frozen=True)
class Line:
    """How one forecaster scored in one kind of question.

    Attributes
    ----------
    measure
        ``crps``, ``brier`` or ``log``.
    rounds, stretches
        How many were scored, and into how many stretches of time as long as their span they fall.
    since
        ISO date of the first round.
    mean
        Of the stretches' means.
    open
        Of the rounds, those whose date may still come: scored by what is known so far.
    infinite
        Rounds with an infinite score.
    coverage
        By level, the share of rounds in the central interval, as mean of the stretches.
    beside
        The comparison with no change; None where it has no such rounds.
    """

    board: str
    leader: str
    follower: str
    target: str
    level: float | None
    horizon: int | None
    measure: str
    forecaster: str
    rounds: int
    stretches: int
    since: str
    mean: float
    open: int
    infinite: int
    coverage: Mapping[float, float]
    beside: Difference | None

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON object; infinite numbers are the word."""
        beside = self.beside
        return {
            **picked(self, *_KEY, "rounds", "stretches", "since", "open", "infinite"),
            "mean": finite(self.mean),
            "coverage": {f"{level:g}": held for level, held in self.coverage.items()},
            "no_change": beside
            and {**{k: finite(value) for k, value in vars(beside).items()}, "skill": beside.skill},
        }


@dataclass(frozen=True)
class Scores(Result):
    """Mean scores of each forecaster by question and horizon, beside no change.

    Attributes
    ----------
    lines
        One per question, forecaster and measure.
    pastcast
        Whether the rounds are those of earlier lists, forecast afterwards with what was known then.
    """

    lines: tuple[Line, ...]
    pastcast: bool = False

    @classmethod
    def of(cls, scored: Iterable[Scored], *, pastcast: bool = False) -> Scores:
        """Means of answers that have a score; the least possible ones enter no mean."""
        usable = [one for one in scored if one.scores and not one.least]
        reference = {one.question: one for one in usable if one.forecaster == REFERENCE}
        groups: dict[tuple[Any, ...], list[Scored]] = {}
        for one in usable:
            asked = one.answer
            for measure in one.scores:
                key = (one.board, asked.leader, asked.follower, asked.target, asked.level,
                       asked.horizon, measure, one.forecaster)  # fmt: skip
                groups.setdefault(key, []).append(one)
        lines = [_line(key, found, reference) for key, found in groups.items()]
        lines.sort(key=lambda line: tuple(getattr(line, name) or 0 for name in _KEY))
        return cls(tuple(lines), pastcast)

    def line(
        self, board: str, target: str, forecaster: str = OURS, horizon: int | None = None
    ) -> Line | None:
        """The first line of a board, target and forecaster, of one horizon where it is given."""
        asked = (board, target, forecaster)
        found = (
            line for line in self.lines if (line.board, line.target, line.forecaster) == asked
            and horizon in (None, line.horizon)
        )  # fmt: skip
        return next(found, None)

    def sentence(self, lang: str = "en") -> str:
        """How ours did on each board beside no change."""
        boards = dict.fromkeys(line.board for line in self.lines)
        told = filter(None, (self.told(board, lang) for board in boards))
        return " ".join(told) or _RECORD[lang]["nothing"]

    def of_board(self, board: str) -> Scores:
        """Those of one board."""
        return replace(self, lines=tuple(line for line in self.lines if line.board == board))

    def _told(self, board: str) -> tuple[int, Line, Difference] | None:
        """Ours of the average, `_TOLD` months ahead or the most that there are below."""
        ours = [
            (line.horizon, line, line.beside) for line in self.lines
            if (line.board, line.target, line.forecaster) == (board, "average", OURS)
            and line.beside and line.horizon and line.horizon <= _TOLD
        ]  # fmt: skip
        return max(ours, key=lambda found: found[0], default=None)

    def told(self, board: str, lang: str = "en") -> str:
        """What the record of our mixture is on one board, in a sentence; empty where it has none.

        It is of the average six months ahead, or of the longest horizon that there is below, and
        of who is first then.
        """
        found = self._told(board)
        if found is None:
            return ""
        months, line, beside = found
        words, held = _RECORD[lang], line.coverage.get(0.9)
        first = self.line(board, "first", OURS, months)
        after = "" if held is None else words["held"].format(language.chance(held, lang))
        if first is not None and first.beside is not None:
            means = first.beside.mean, first.beside.reference
            scores = (_number(mean, lang, 3) for mean in means)
            after += words["first"].format(first.beside.rounds, *scores)
        return words["pastcast" if self.pastcast else "ledger"].format(
            board=language.board(board, "overall", lang),
            rounds=beside.rounds,
            since=language.date(line.since, lang),
        ) + words["scored"].format(
            months=words["month" if months == 1 else "months"].format(months),
            mean=_number(beside.mean, lang),
            reference=_number(beside.reference, lang),
            verdict=_verdict(beside, lang),
            after=after,
        )

    def short(self, board: str) -> str:
        """The same for the foot of a figure; empty where there is none."""
        found = self._told(board)
        if found is None:
            return ""
        months, _, beside = found
        words = ((_RECORD[lang]["short"], lang) for lang in ("en", "de"))
        return Both(*(
            text.format(
                months=months, rounds=beside.rounds, mean=_number(beside.mean, lang),
                reference=_number(beside.reference, lang),
            )
            for text, lang in words
        ))  # fmt: skip

    def table(self) -> Table:
        """One row per question, forecaster and measure.

        The reader sees those beside no change; of forecasts made afterwards ours only.
        """
        boards = {line.board for line in self.lines}
        columns = (
            Column("board", "Board", "where it is settled", in_page=len(boards) > 1),
            Column("what", "Target", "what is forecast, and the score if not the CRPS", words=True),
            data("target", "what is forecast"),
            data("measure", "crps (in months, points or days), brier or log"),
            Column("horizon", "Months", "from the round", "months", figures=True),
            data("forecaster", "whose it is"),
            Column("who", "Forecaster", "whose it is", words=True),
            Column("many", "Rounds (apart)", "rounds scored; stretches of time that do not overlap",
                   words=True),
            data("rounds", "that were scored", "rounds"),
            data("stretches", "that do not overlap", "stretches"),
            Column("shown", "Mean", "the lower, the better", words=True, figures=True),
            Column("against", "No change", "its mean on the same rounds", words=True,
                   figures=True),
            Column("skill_told", "Skill", "1 less the ratio of the means", words=True,
                   figures=True),
            Column("difference_told", "Less no change (95%)", "negative: better", words=True),
            Column("held", "In 80%", "share that the 80% interval held", words=True),
            *(data(side, "group") for side in ("leader", "follower")),
            data("level", "to be reached", "points"),
            data("mean", "empty where infinite", "of the score"),
            data("infinite", "rounds with an infinite score", "rounds"),
            data("open", "rounds scored by what is known so far", "rounds"),
            data("compared", "rounds that no change has too", "rounds"),
            data("reference", "mean of no change", "of the score"),
            data("difference", "of the means", "of the score"),
            data("low", "lower end of its interval", "of the score"),
            data("high", "upper end of its interval", "of the score"),
            data("skill", "1 less the ratio of the means", "share"),
            *(data(key, f"held by the {p:.0%} interval", "share") for p, key in HELD_IN.items()),
        )  # fmt: skip
        rows = [{c.key: found.get(c.key) for c in columns} for found in map(_cells, self.lines)]
        told = [line.beside and (not self.pastcast or line.forecaster == OURS)
                for line in self.lines]  # fmt: skip
        shown = tuple(number for number, each in enumerate(told) if each)
        caption = "Scores beside no change"
        if len(boards) == 1:
            caption += f" on {boards.pop()}"
        return Table.of("scores", caption, columns, rows, page_rows=shown)

    def footnotes(self) -> tuple[str, ...]:
        """What the scores and their interval are."""
        return (
            "The rounds are those of earlier lists, forecast afterwards with what was known then: "
            "the models were chosen knowing these years."
            if self.pastcast
            else "The rounds were said before and scored after.",
            HOW,
            "Where no change scores next to nothing the skill is a ratio to that; read the "
            "difference.",
            "Means are of stretches of time, each as long as the span of its rounds and at least a "
            "month, all of one weight: rounds whose spans overlap have the same releases in them. "
            "The interval of a difference is a t interval of the stretches, widened as their "
            f"neighbours move together; fewer than {score.FEWEST} have none. Where scores move "
            "slowly, as those of an average over twelve months a month ahead, few stretches hold "
            "less than its level (benchmarks/overlap.py, world slow).",
        )

    def to_dict(self) -> dict[str, Any]:
        """As one JSON object, unrounded."""
        return {
            "schema": 1,
            "pastcast": self.pastcast,
            "sentence": self.sentence(),
            "sentence_de": self.sentence("de"),
            "scores": [line.to_dict() for line in self.lines],
        }


#: What a line is of, in the order of its first fields.
_KEY = ("board", "leader", "follower", "target", "level", "horizon", "measure", "forecaster")


def _line(key: tuple[Any, ...], found: Sequence[Scored], reference: Mapping[Any, Scored]) -> Line:
    measure = key[6]
    days = to_days([one.round_id for one in found])
    span = float((to_days([one.answer.end for one in found]) - days).max())
    scores = np.array([one.scores[measure] for one in found])
    cut = Stretches.of(days, span)
    covered = {}
    if measure == CRPS:
        for level in CENTRAL:
            held = [one.covered.get(level) for one in found]
            if None not in held:
                covered[level] = cut.mean(np.array(held, float))
    pairs = [
        (day, *both)
        for day, one in zip(days.tolist(), found, strict=True)
        if one.forecaster != REFERENCE and one.question in reference
        and (both := _pair(one, reference[one.question], measure))
    ]  # fmt: skip
    apart = np.array(pairs).reshape(-1, 3).T
    return Line(
        **dict(zip(_KEY, key, strict=True)),
        rounds=len(found),
        stretches=len(cut.means(scores)),
        since=min(one.round_id for one in found),
        mean=cut.mean(scores),
        open=sum(one.outcome.state == OPEN for one in found),
        infinite=int(np.isinf(scores).sum()),
        coverage=covered,
        beside=score.against(apart[0], apart[1], apart[2], span) if pairs else None,
    )


def _pair(one: Scored, other: Scored, measure: str) -> tuple[float, float] | None:
    """Both scores of a round: of quantiles at the levels that both gave."""
    if measure != CRPS or one.answer.at == other.answer.at:
        return one.scores[measure], other.scores[measure]
    came = one.outcome.value if one.answer.target not in DATED else to_day(one.outcome.by)
    (mine, values), (theirs, others) = quantiles(one.answer), quantiles(other.answer)
    shared, at, to = np.intersect1d(mine, theirs, return_indices=True)
    if not len(shared) or came is None:
        return None
    both = score.crps(shared, np.stack([values[at], others[to]]), np.full(2, came))
    return float(both[0]), float(both[1])


def _cells(line: Line) -> dict[str, Any]:
    beside, places = line.beside, PLACES[line.measure]
    found: dict[str, Any] = {**vars(line), "shown": shown(line.mean, places)}
    found |= {
        "what": line.target if line.measure == CRPS else f"{line.target} ({line.measure})",
        "who": line.forecaster.removeprefix("elolag-"),
        "many": f"{line.rounds} ({line.stretches})" + (f", {line.open} open" if line.open else ""),
        "held": share(line.coverage[0.8]) if 0.8 in line.coverage else None,
    }
    found |= {HELD_IN[level]: held for level, held in line.coverage.items()}
    if beside is None:
        return found
    apart = shown(beside.difference, places)
    if beside.low is not None and beside.high is not None:
        apart = f"{apart} ({shown(beside.low, places)} to {shown(beside.high, places)})"
    return found | {
        "against": shown(beside.reference, places),
        "skill_told": shown(beside.skill) if (beside.skill or 0) > -10 else "under \u221210",
        "difference_told": apart,
        "compared": beside.rounds,
        **picked(beside, "reference", "difference", "low", "high", "skill"),
    }


def _number(value: float, lang: str, places: int = 2) -> str:
    """A size in a sentence."""
    if math.isinf(value):
        return "infinite" if lang == "en" else "unendlich"
    return language.number(value, lang, places)


def _signed(value: float, lang: str) -> str:
    text = language.number(value, lang, 2)
    return f"\u2212{text}" if value < 0 and text.strip("0,.") else text


def _verdict(beside: Difference, lang: str) -> str:
    """Whether the difference to no change can be told from chance."""
    words = _RECORD[lang]
    skill = "" if beside.skill is None else words["skill"].format(_signed(beside.skill, lang))
    if beside.low is None or beside.high is None:
        return skill + words["few"]
    which = "better" if beside.high < 0 else "worse" if beside.low > 0 else "alike"
    found = (-beside.high, -beside.low) if which == "better" else (beside.low, beside.high)
    ends = (_signed(end, lang) for end in found)
    return skill + words[which].format(_number(beside.difference, lang), *ends)


_RECORD = {
    "en": {
        "nothing": "No forecast has been scored beside no change yet.",
        "pastcast": "On {board}, made afterwards for {rounds} earlier lists (the first of {since}) "
        "with what was known then, ",
        "ledger": "On {board}, said before and scored after, for {rounds} lists since {since}, ",
        "scored": "our forecast of the average {months} ahead has a mean error (CRPS) of "
        "{mean} months, no change one of {reference}: {verdict}{after}.",
        "short": "Record {months} months ahead, at {rounds} earlier lists: error (CRPS) {mean} "
        "months, that of no change {reference}.",
        "month": "one month",
        "months": "{} months",
        "skill": "skill {}, ",
        "better": "better by {} (95%: {} to {})",
        "worse": "worse by {} (95%: {} to {})",
        "alike": "no difference that can be told from chance (95%: {1} to {2})",
        "few": "too few rounds that do not overlap to tell",
        "held": "; its 90% intervals held {} of what came",
        "first": "; of who is first ({} lists) its mean Brier score is {}, that of no change {}",
    },
    "de": {
        "nothing": "Noch wurde keine Prognose neben „keine Änderung“ bewertet.",
        "pastcast": "Auf {board}, nachträglich zu {rounds} früheren Listen (der ersten vom "
        "{since}) mit dem damals Bekannten gemacht: ",
        "ledger": "Auf {board}, vorher gesagt und nachher bewertet, zu {rounds} Listen seit dem "
        "{since}: ",
        "scored": "Unsere Prognose des Mittels {months} voraus hat einen mittleren Fehler "
        "(CRPS) von {mean} Monaten, „keine Änderung“ einen von {reference}: {verdict}{after}.",
        "short": "Bilanz {months} Monate voraus, zu {rounds} früheren Listen: Fehler (CRPS) {mean} "
        "Monate, der von „keine Änderung“ {reference}.",
        "month": "einen Monat",
        "months": "{} Monate",
        "skill": "Güte {}, ",
        "better": "besser um {} (95 %: {} bis {})",
        "worse": "schlechter um {} (95 %: {} bis {})",
        "alike": "kein Unterschied, der sich vom Zufall trennen lässt (95 %: {1} bis {2})",
        "few": "zu wenige Runden, die sich nicht überlappen, um es zu sagen",
        "held": "; ihre 90-%-Intervalle enthielten {} der späteren Werte",
        "first": "; zum ersten Platz ({} Listen) ist ihr mittlerer Brier-Wert {}, der von "
        "„keine Änderung“ {}",
    },
}


def forecast_scores(
    archive: Archive | str | Path | None = None,
    board: str | None = None,
    session: Session | None = None,
) -> Scores:
    """How each forecaster of an archive scored, beside no change.

    Parameters
    ----------
    archive, board, session
        As for `forecast_ledger`.

    Returns
    -------
    Scores

    Raises
    ------
    ArchiveError
        As for `forecast_ledger`.

    Examples
    --------
    >>> import elolag
    >>> found = elolag.forecast_scores()
    >>> found.pastcast
    False
    """
    return Scores.of(forecast_ledger(archive, board, session).scored)
