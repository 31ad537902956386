"""The record: every forecast with what came of it, and how each forecaster scored."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from elolag.archive import Archive
from elolag.arrays import Floats
from elolag.dates import to_day, to_days, to_iso
from elolag.estimate.session import Session
from elolag.forecast import score
from elolag.forecast.form import Answer
from elolag.forecast.ledger import read
from elolag.forecast.score import CENTRAL, Difference, Stretches
from elolag.forecast.truth import LATE, OPEN, SETTLED, UNRESOLVABLE, Outcome, settle
from elolag.results import citing as language
from elolag.results.table import Column, Result, Table
from elolag.results.words import share

#: Beside whom all are scored, and whose record is told.
REFERENCE, OURS = "elolag-no-change", "elolag-mixture"
#: A date is scored in days where the lists before and after it are at most so many days apart.
EXACT = 31
#: Months ahead of which the sentence speaks.
_TOLD = 6
CRPS, BRIER, LOG = "crps", "brier", "log"
_DATED = ("parity", "reach")
_UNITS = {**dict.fromkeys(_DATED, "days"), "gap": "points"}
#: Keys of the columns of central intervals.
_IN = {level: f"in_{100 * level:g}" for level in CENTRAL}
#: Decimals of each score.
_PLACES = {CRPS: 2, BRIER: 3, LOG: 3}


@dataclass(frozen=True)
class Scored:
    """One answer, what came of it, and how it scored.

    Attributes
    ----------
    said, added
        ISO days on which it was said, and added to the archive; without an address the latter
        counts.
    scores
        ``crps`` in months, points or days; ``brier`` and ``log`` of a pmf; ``log`` of a cdf. Empty
        where nothing can be scored.
    covered
        Which central intervals held what came, by level.
    pit
        Where in the forecast it lay, 0 to 1.
    least
        Whether the score is the least possible: a date did not come in time.
    """

    board: str
    round_id: str
    forecaster: str
    said: str
    address: str
    added: str
    answer: Answer
    outcome: Outcome
    scores: Mapping[str, float] = field(default_factory=dict)
    covered: Mapping[float, bool] = field(default_factory=dict)
    pit: float | None = None
    least: bool = False

    @property
    def entered_after(self) -> bool:
        """Whether it was added after the day it speaks of, so that its address alone vouches."""
        return bool(self.added) and self.added > self.answer.end

    @property
    def question(self) -> tuple[Any, ...]:
        """What two forecasters answered alike can be compared in."""
        asked = self.answer
        outcomes = frozenset(asked.at) if asked.kind == "pmf" else asked.kind == "cdf"
        return (
            self.board, self.round_id, asked.leader, asked.follower, asked.target, asked.end,
            asked.level, outcomes,
        )  # fmt: skip

    @classmethod
    def of(
        cls,
        board: str,
        round_id: str,
        forecaster: str,
        answer: Answer,
        outcome: Outcome,
        *,
        said: str = "",
        address: str = "",
        added: str = "",
    ) -> Scored:
        """Score one answer by what came of it.

        Parameters
        ----------
        board, round_id, forecaster, answer
            Whose it is, and what it says.
        outcome
            Of `elolag.forecast.truth`.
        said
            ISO day; that of the round by default.
        """
        whose = (board, round_id, forecaster, said or round_id, address, added)
        scores: dict[str, float] = {}
        rest: dict[str, Any] = {}
        if outcome.state in (LATE, UNRESOLVABLE):
            pass
        elif answer.kind == "pmf":
            scores = _of_pmf(answer, outcome)
        elif answer.kind == "cdf":
            scores = _of_cdf(answer, outcome, to_day(round_id))
        elif answer.target not in _DATED:
            if outcome.value is not None:
                scores, rest = _of_quantiles(answer, outcome.value)
        elif outcome.by and to_day(outcome.by) - to_day(outcome.after) <= EXACT:
            scores, rest = _of_quantiles(answer, to_day(outcome.by))
        elif outcome.state == SETTLED and not outcome.by:
            least = score.least_crps(*_quantiles(answer), to_day(outcome.after))
            scores, rest = {CRPS: least}, {"least": True}
        return cls(*whose, answer, outcome, scores, **rest)

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON object; infinite scores are the word."""
        asked, names = self.answer, ("board", "round_id", "forecaster", "said")
        asks = ("leader", "follower", "target", "horizon", "end", "level", "kind")
        return {
            **{name: getattr(self, name) for name in names},
            "added": self.added or None,
            "entered_after": self.entered_after,
            "address": self.address or None,
            **{name: getattr(asked, name) for name in asks},
            "at": list(asked.at),
            "values": list(asked.stated),
            "outcome": self.outcome.to_dict(),
            "scores": {name: _finite(value) for name, value in self.scores.items()},
            "least_possible": self.least,
            "covered": {f"{level:g}": held for level, held in self.covered.items()},
            "pit": self.pit,
        }


def _quantiles(answer: Answer) -> tuple[Floats, Floats]:
    return np.array([float(at) for at in answer.at]), np.array(answer.values)


def _of_quantiles(answer: Answer, came: float) -> tuple[dict[str, float], dict[str, Any]]:
    levels, values = _quantiles(answer)
    given = levels, values[None], np.array([came])
    covered = {level: bool(held[0]) for level, held in score.within(*given).items()}
    rest = {"covered": covered, "pit": float(score.pit(*given)[0])}
    return {CRPS: float(score.crps(*given)[0])}, rest


def _of_pmf(answer: Answer, outcome: Outcome) -> dict[str, float]:
    if outcome.state != SETTLED:
        return {}
    chances = np.array([answer.values])
    came = answer.at.index(outcome.name) if outcome.name in answer.at else -1
    given = chances[:, came] if came >= 0 else np.zeros(1)
    brier = float(score.brier(chances, np.array([came]))[0])
    return {BRIER: brier, LOG: float(score.log_score(given)[0])}


def _of_cdf(answer: Answer, outcome: Outcome, start: float) -> dict[str, float]:
    """Of an open one what is known so far; none before a list after the round."""
    after, by = to_day(outcome.after), to_day(outcome.by) if outcome.by else None
    if by is None and after <= start:
        return {}
    days, chances = to_days(answer.at), np.array(answer.values)
    return {LOG: score.date_score(days, chances, start, after, by)}


def _finite(value: float | None) -> float | str | None:
    """A number for JSON; what is infinite as a word."""
    if value is None or math.isfinite(value):
        return value
    return "infinite" if value > 0 else "-infinite"


def _shown(value: float | None, places: int = 2) -> str | None:
    if value is None:
        return None
    if math.isinf(value):
        return str(_finite(value))
    return f"{round(value, places) + 0.0:.{places}f}"


@dataclass(frozen=True)
class Ledger(Result):
    """Every forecast of an archive, with what came of it and its scores.

    Attributes
    ----------
    scored
        One per answer, in the order in which they were added.
    """

    scored: tuple[Scored, ...]

    def counted(self, state: str) -> int:
        """How many answers are in a state."""
        return sum(one.outcome.state == state for one in self.scored)

    def sentence(self, lang: str = "en") -> str:
        """How much was said since when, and how much of it is settled."""
        words = _LEDGER[lang]
        if not self.scored:
            return words["none"]
        unsettled = [
            words[state].format(count) for state in (OPEN, UNRESOLVABLE, LATE)
            if (count := self.counted(state))
        ]  # fmt: skip
        settled = words[SETTLED].format(self.counted(SETTLED))
        many = len(self.scored), len({one.forecaster for one in self.scored})
        ends = ["" if count == 1 else words["many"] for count in many]
        return words["all"].format(
            *ends,
            answers=many[0],
            forecasters=many[1],
            since=language.date(min(one.said for one in self.scored), lang),
            states=", ".join([settled, *unsettled]),
        )

    def scores(self) -> Scores:
        """Means over the rounds of each forecaster, beside no change."""
        return Scores.of(self.scored)

    def table(self) -> Table:
        """One row per answer."""
        columns = (
            Column("round_id", "Round", "list it used", "ISO date"),
            Column("board", "Board", "where it is settled"),
            Column("forecaster", "Forecaster", "whose it is"),
            Column("target", "Target", "what is forecast"),
            Column("end", "Day", "the day it speaks of", "ISO date"),
            Column("told", "Said", "median and 90%, or probability", words=True),
            Column("came", "Came", "what came of it", words=True),
            Column("score", "Score", "the lower, the better", words=True),
            Column("state", "", "open, settled, unresolvable or late", in_page=False),
            Column("why", "", "why it is not settled", in_page=False),
            Column("leader", "", "group", in_page=False),
            Column("follower", "", "group", in_page=False),
            Column("horizon", "", "from the round", "months", in_page=False),
            Column("level", "", "to be reached", "points", in_page=False),
            Column("said", "", "day on which it was said", "ISO date", in_page=False),
            Column("added", "", "day on which it was added", "ISO date", in_page=False),
            Column("entered_after", "", "whether that was after its day", in_page=False),
            Column("address", "", "where it was said", in_page=False),
            Column("value", "", "that came", "months or points", in_page=False),
            Column("name", "", "outcome that came", in_page=False),
            Column("after", "", "last list without it", "ISO date", in_page=False),
            Column("by", "", "first list with it", "ISO date", in_page=False),
            Column("label", "", "list that settled it", in_page=False),
            Column("sha256", "", "of that list", in_page=False),
            Column("crps", "", "CRPS by quantiles", "months, points or days", in_page=False),
            Column("brier", "", "Brier score", "0 to 2", in_page=False),
            Column("log", "", "log score; empty where it is infinite", "nats", in_page=False),
            Column("infinite", "", "whether the log score is infinite", in_page=False),
            Column("least", "", "whether the score is the least possible", in_page=False),
            *(Column(key, "", f"held by the {level:.0%} interval", in_page=False)
              for level, key in _IN.items()),
            Column("pit", "", "where in the forecast it lay", "0 to 1", in_page=False),
        )  # fmt: skip
        rows = [{c.key: found.get(c.key) for c in columns} for found in map(_row, self.scored)]
        return Table.of("ledger", "Forecasts and what came of them", columns, rows)

    def footnotes(self) -> tuple[str, ...]:
        """Which answers cannot be resolved here and why; what the scores are."""
        reasons: dict[str, int] = {}
        for one in self.scored:
            if one.outcome.state == UNRESOLVABLE:
                reasons[one.outcome.why] = reasons.get(one.outcome.why, 0) + 1
        told = [f"Not resolved ({count}): {why}." for why, count in reasons.items()]
        after = sum(one.entered_after and one.outcome.state != LATE for one in self.scored)
        if after:
            told.append(f"Added after their day, and said before it at their address: {after}.")
        return (*told, _HOW)

    def to_dict(self) -> dict[str, Any]:
        """As one JSON object, unrounded."""
        return {
            "schema": 1,
            "sentence": self.sentence(),
            "sentence_de": self.sentence("de"),
            "answers": [one.to_dict() for one in self.scored],
        }


def _row(one: Scored) -> dict[str, Any]:
    return {
        **one.to_dict(),
        **one.outcome.to_dict(),
        **one.scores,
        **{key: one.covered.get(level) for level, key in _IN.items()},
        "address": one.address,
        "least": one.least,
        "infinite": math.isinf(one.scores.get(LOG, 0.0)),
        "told": _told(one.answer),
        "came": _came(one),
        "score": _scored(one),
    }


def _told(asked: Answer) -> str:
    """An answer in a cell: median and 90%, the probability of each outcome, or of the date."""
    if asked.kind == "pmf":
        pairs = zip(asked.at, asked.values, strict=True)
        return ", ".join(f"{name} {share(value)}" for name, value in pairs)
    if asked.kind == "cdf":
        return f"{share(asked.values[-1])} by {asked.at[-1]}"
    dated = asked.target in _DATED
    by = {float(at): value for at, value in zip(asked.at, asked.values, strict=True)}

    def said(value: float) -> str:
        return to_iso(value) if dated else f"{round(value, 1) + 0.0:.1f}"

    middle, ends = by.get(0.5), [by[q] for q in (0.05, 0.95) if q in by]
    spread = f"{said(ends[0])} to {said(ends[1])}" if len(ends) == 2 else ""
    if middle is None:
        return spread or f"{len(by)} quantiles"
    return f"{said(middle)} ({spread})" if spread else said(middle)


def _came(one: Scored) -> str:
    """What came of an answer in a cell."""
    outcome = one.outcome
    if outcome.state in (UNRESOLVABLE, LATE):
        return "not resolvable here" if outcome.state == UNRESOLVABLE else "said too late"
    if outcome.by:
        return f"from {outcome.after} to {outcome.by}"
    if one.answer.target in _DATED:
        return f"not by {outcome.after}" + (", open" if outcome.state == OPEN else "")
    if outcome.state == OPEN:
        return "open"
    return outcome.name or str(_shown(outcome.value, 1))


def _scored(one: Scored) -> str | None:
    """The scores of an answer in a cell."""
    unit = _UNITS.get(one.answer.target, "months")
    parts = []
    for name, value in one.scores.items():
        shown = _shown(value, _PLACES[name])
        size = f"{shown} {unit}" if name == CRPS else f"{name} {shown}"
        parts.append(f"at least {size}" if one.least else size)
    so_far = ", so far" if parts and one.outcome.state == OPEN else ""
    return ", ".join(parts) + so_far or None


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
        plain = (*_KEY, "rounds", "stretches", "since", "open", "infinite")
        return {
            **{name: getattr(self, name) for name in plain},
            "mean": _finite(self.mean),
            "coverage": {f"{level:g}": held for level, held in self.coverage.items()},
            "no_change": beside and {
                **{name: _finite(value) for name, value in vars(beside).items()},
                "skill": beside.skill,
            },
        }  # fmt: skip


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
        for line in self.lines:
            if (line.board, line.target, line.forecaster) == (board, target, forecaster) and (
                horizon in (None, line.horizon)
            ):
                return line
        return None

    def sentence(self, lang: str = "en") -> str:
        """How ours did on each board beside no change."""
        boards = dict.fromkeys(line.board for line in self.lines)
        told = filter(None, (self.told(board, lang) for board in boards))
        return " ".join(told) or _NOTHING[lang]

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
            after += words["first"].format(*(_number(mean, lang, 3) for mean in means))
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
        mean, reference = (_number(value, "en") for value in (beside.mean, beside.reference))
        return (
            f"Record {months} months ahead, at {beside.rounds} earlier lists: error (CRPS) {mean} "
            f"months, that of no change {reference}."
        )

    def table(self) -> Table:
        """One row per question, forecaster and measure.

        The reader sees those beside no change; of forecasts made afterwards ours only.
        """
        boards = {line.board for line in self.lines}
        columns = (
            Column("board", "Board", "where it is settled", in_page=len(boards) > 1),
            Column("what", "Target", "what is forecast, and the score if not the CRPS", words=True),
            Column("target", "", "what is forecast", in_page=False),
            Column("measure", "", "crps (in months, points or days), brier or log", in_page=False),
            Column("horizon", "Months", "from the round", "months", figures=True),
            Column("forecaster", "", "whose it is", in_page=False),
            Column("who", "Forecaster", "whose it is", words=True),
            Column("many", "Rounds (apart)", "rounds scored; stretches of time that do not overlap",
                   words=True),
            Column("rounds", "", "that were scored", "rounds", in_page=False),
            Column("stretches", "", "that do not overlap", "stretches", in_page=False),
            Column("shown", "Mean", "the lower, the better", words=True, figures=True),
            Column("against", "No change", "its mean on the same rounds", words=True,
                   figures=True),
            Column("skill_told", "Skill", "1 less the ratio of the means", words=True,
                   figures=True),
            Column("difference_told", "Less no change (95%)", "negative: better", words=True),
            Column("held", "In 80%", "share that the 80% interval held", words=True),
            Column("leader", "", "group", in_page=False),
            Column("follower", "", "group", in_page=False),
            Column("level", "", "to be reached", "points", in_page=False),
            Column("mean", "", "empty where infinite", "of the score", in_page=False),
            Column("infinite", "", "rounds with an infinite score", "rounds", in_page=False),
            Column("open", "", "rounds scored by what is known so far", "rounds", in_page=False),
            Column("compared", "", "rounds that no change has too", "rounds", in_page=False),
            Column("reference", "", "mean of no change", "of the score", in_page=False),
            Column("difference", "", "of the means", "of the score", in_page=False),
            Column("low", "", "lower end of its interval", "of the score", in_page=False),
            Column("high", "", "upper end of its interval", "of the score", in_page=False),
            Column("skill", "", "1 less the ratio of the means", "share", in_page=False),
            *(Column(key, "", f"held by the {level:.0%} interval", "share", in_page=False)
              for level, key in _IN.items()),
        )  # fmt: skip
        rows = [{c.key: found.get(c.key) for c in columns} for found in map(_cells, self.lines)]
        shown = tuple(
            number
            for number, line in enumerate(self.lines)
            if line.beside and (not self.pastcast or line.forecaster == OURS)
        )
        return Table.of("scores", "Scores beside no change", columns, rows, page_rows=shown)

    def footnotes(self) -> tuple[str, ...]:
        """What the scores and their interval are."""
        return (
            "The rounds are those of earlier lists, forecast afterwards with what was known then: "
            "the models were chosen knowing these years."
            if self.pastcast
            else "The rounds were said before and scored after.",
            _HOW,
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
    came = one.outcome.value if one.answer.target not in _DATED else to_day(one.outcome.by)
    (mine, values), (theirs, others) = _quantiles(one.answer), _quantiles(other.answer)
    shared, at, to = np.intersect1d(mine, theirs, return_indices=True)
    if not len(shared) or came is None:
        return None
    both = score.crps(shared, np.stack([values[at], others[to]]), np.full(2, came))
    return float(both[0]), float(both[1])


def _cells(line: Line) -> dict[str, Any]:
    beside, places = line.beside, _PLACES[line.measure]
    found: dict[str, Any] = {**vars(line), "shown": _shown(line.mean, places)}
    found |= {
        "what": line.target if line.measure == CRPS else f"{line.target} ({line.measure})",
        "who": line.forecaster.removeprefix("elolag-"),
        "many": f"{line.rounds} ({line.stretches})" + (f", {line.open} open" if line.open else ""),
        "held": share(line.coverage[0.8]) if 0.8 in line.coverage else None,
    }
    found |= {_IN[level]: held for level, held in line.coverage.items()}
    if beside is None:
        return found
    apart = _shown(beside.difference, places)
    if beside.low is not None and beside.high is not None:
        apart = f"{apart} ({_shown(beside.low, places)} to {_shown(beside.high, places)})"
    return found | {
        "against": _shown(beside.reference, places),
        "skill_told": _shown(beside.skill) if (beside.skill or 0) > -10 else "under -10",
        "difference_told": apart,
        "compared": beside.rounds,
        "reference": beside.reference,
        "difference": beside.difference,
        "low": beside.low,
        "high": beside.high,
        "skill": beside.skill,
    }


def _number(value: float, lang: str, places: int = 2) -> str:
    """A size in a sentence."""
    if math.isinf(value):
        return "infinite" if lang == "en" else "unendlich"
    return language.number(value, lang, places)


def _signed(value: float, lang: str) -> str:
    text = language.number(value, lang, 2)
    return f"-{text}" if value < 0 and text.strip("0,.") else text


def _verdict(beside: Difference, lang: str) -> str:
    """Whether the difference to no change can be told from chance."""
    words = _RECORD[lang]
    skill = "" if beside.skill is None else words["skill"].format(_signed(beside.skill, lang))
    if beside.low is None or beside.high is None:
        return f"{skill}{_TOO_FEW[lang]}"
    which = "better" if beside.high < 0 else "worse" if beside.low > 0 else "alike"
    found = (-beside.high, -beside.low) if which == "better" else (beside.low, beside.high)
    ends = (_signed(end, lang) for end in found)
    return skill + words[which].format(_number(beside.difference, lang), *ends)


_TOO_FEW = {
    "en": "too few rounds that do not overlap to tell",
    "de": "zu wenige Runden, die sich nicht überlappen, um es zu sagen",
}
_NOTHING = {
    "en": "No forecast has been scored beside no change yet.",
    "de": "Noch wurde keine Prognose neben „keine Änderung“ bewertet.",
}
_LEDGER = {
    "en": {
        "none": "The ledger holds no forecast.",
        "all": "{answers} answer{} by {forecasters} forecaster{}, the first said on {since}: "
        "{states}.",
        "many": "s",
        SETTLED: "{} settled",
        OPEN: "{} open",
        UNRESOLVABLE: "{} not resolvable here",
        LATE: "{} said too late",
    },
    "de": {
        "none": "Das Prognosebuch enthält keine Prognose.",
        "all": "{answers} Angabe{} aus {forecasters} Quelle{}, die erste vom {since}: {states}.",
        "many": "n",
        SETTLED: "{} entschieden",
        OPEN: "{} offen",
        UNRESOLVABLE: "{} hier nicht zu entscheiden",
        LATE: "{} zu spät gesagt",
    },
}
_RECORD = {
    "en": {
        "pastcast": "On {board}, made afterwards for {rounds} earlier lists (the first of {since}) "
        "with what was known then, ",
        "ledger": "On {board}, said before and scored after, for {rounds} lists since {since}, ",
        "scored": "our forecast of the average {months} ahead has a mean error (CRPS) of "
        "{mean} months, no change one of {reference}: {verdict}{after}.",
        "month": "one month",
        "months": "{} months",
        "skill": "skill {}, ",
        "better": "better by {} (95%: {} to {})",
        "worse": "worse by {} (95%: {} to {})",
        "alike": "no difference that can be told from chance (95%: {1} to {2})",
        "held": "; its 90% intervals held {} of what came",
        "first": "; of who is first its mean Brier score is {}, that of no change {}",
    },
    "de": {
        "pastcast": "Auf {board}, nachträglich zu {rounds} früheren Listen (der ersten vom "
        "{since}) mit dem damals Bekannten gemacht: ",
        "ledger": "Auf {board}, vorher gesagt und nachher bewertet, zu {rounds} Listen seit dem "
        "{since}: ",
        "scored": "Unsere Prognose des Mittels {months} voraus hat einen mittleren Fehler "
        "(CRPS) von {mean} Monaten, „keine Änderung“ einen von {reference}: {verdict}{after}.",
        "month": "einen Monat",
        "months": "{} Monate",
        "skill": "Güte {}, ",
        "better": "besser um {} (95 %: {} bis {})",
        "worse": "schlechter um {} (95 %: {} bis {})",
        "alike": "kein Unterschied, der sich vom Zufall trennen lässt (95 %: {1} bis {2})",
        "held": "; ihre 90-%-Intervalle enthielten {} der späteren Werte",
        "first": "; zum ersten Platz ist ihr mittlerer Brier-Wert {}, der von „keine Änderung“ {}",
    },
}
_HOW = (
    "CRPS: twice the mean pinball loss of the quantiles, at the levels both gave where two are "
    "compared; of a median alone the absolute error. Brier: over all outcomes, 0 to 2. Log: minus "
    "the logarithm of the probability of what came, infinite where that was 0; of a date, of its "
    "coming after the last complete list that does not show it and by the first that does, or not "
    f"by the last. Dates are scored in days where those lists are at most {EXACT} days apart; of a "
    "date that did not come in time the least score that it can have is told, and enters no mean."
)


def forecast_ledger(
    archive: Archive | str | Path | None = None,
    board: str | None = None,
    session: Session | None = None,
) -> Ledger:
    """Every forecast of an archive, with what came of it and its scores.

    Parameters
    ----------
    archive
        An opened archive or its folder; the shipped one by default.
    board
        Only forecasts of this board.
    session
        What several questions share; none by default.

    Returns
    -------
    Ledger

    Raises
    ------
    ArchiveError
        The archive is missing or damaged, or a forecast has changed since it was added.

    Examples
    --------
    >>> import elolag
    >>> found = elolag.forecast_ledger()
    >>> found.counted("late")
    0
    """
    entries = [e for e in read(archive) if board in (None, e.forecast.board)]
    outcomes = settle([entry.vouched for entry in entries], archive, session)
    return Ledger(
        tuple(
            Scored.of(
                entry.forecast.board, entry.forecast.round_id, entry.forecast.forecaster, answer,
                outcome, said=entry.forecast.said, address=entry.forecast.address,
                added=entry.added,
            )
            for entry, found in zip(entries, outcomes, strict=True)
            for answer, outcome in zip(entry.forecast.answers, found, strict=True)
        )
    )  # fmt: skip


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
    return forecast_ledger(archive, board, session).scores()
