"""The record: every forecast with what came of it and its score."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from elolag.archive import Archive
from elolag.arrays import Floats
from elolag.dates import to_day, to_days
from elolag.estimate.session import Session
from elolag.forecast import score
from elolag.forecast.form import DATED, Answer
from elolag.forecast.ledger import read
from elolag.forecast.score import CENTRAL
from elolag.forecast.truth import LATE, OPEN, SETTLED, UNRESOLVABLE, Outcome, settle
from elolag.results import citing as language
from elolag.results.table import Column, Result, Table, data, picked
from elolag.results.words import percentage, share

#: A date is scored in days where the lists before and after it are at most so many days apart.
_EXACT = 31
CRPS, BRIER, LOG = "crps", "brier", "log"
_UNITS = {**dict.fromkeys(DATED, "days"), "gap": "points"}
#: Keys of the columns of central intervals.
HELD_IN = {level: f"in_{100 * level:g}" for level in CENTRAL}
#: Decimals of each score.
PLACES = {CRPS: 2, BRIER: 3, LOG: 3}


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
        cls, board: str, round_id: str, forecaster: str, answer: Answer, outcome: Outcome, *,
        said: str = "", address: str = "", added: str = "",
    ) -> Scored:  # fmt: skip
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
        elif answer.target not in DATED:
            if outcome.value is not None:
                scores, rest = _of_quantiles(answer, outcome.value)
        elif outcome.by and to_day(outcome.by) - to_day(outcome.after) <= _EXACT:
            scores, rest = _of_quantiles(answer, to_day(outcome.by))
        elif outcome.state == SETTLED and not outcome.by:
            least = score.least_crps(*quantiles(answer), to_day(outcome.after))
            scores, rest = {CRPS: least}, {"least": True}
        return cls(*whose, answer, outcome, scores, **rest)

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON object; infinite scores are the word."""
        asked = self.answer
        return {
            **picked(self, "board", "round_id", "forecaster", "said"),
            "added": self.added or None,
            "entered_after": self.entered_after,
            "address": self.address or None,
            **picked(asked, "leader", "follower", "target", "horizon", "end", "level", "kind"),
            "at": list(asked.at),
            "values": list(asked.stated),
            "outcome": self.outcome.to_dict(),
            "scores": {name: finite(value) for name, value in self.scores.items()},
            "least_possible": self.least,
            "covered": {f"{level:g}": held for level, held in self.covered.items()},
            "pit": self.pit,
        }


def quantiles(answer: Answer) -> tuple[Floats, Floats]:
    """Levels and values of an answer by quantiles, (q,) each."""
    return np.array([float(at) for at in answer.at]), np.array(answer.values)


def _of_quantiles(answer: Answer, came: float) -> tuple[dict[str, float], dict[str, Any]]:
    levels, values = quantiles(answer)
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


def finite(value: float | None) -> float | str | None:
    """A number for JSON; what is infinite as a word."""
    if value is None or math.isfinite(value):
        return value
    return "infinite" if value > 0 else "-infinite"


def shown(value: float | None, places: int = 2) -> str | None:
    """A score in a cell; what is infinite as a word."""
    if value is None or math.isinf(value):
        return None if value is None else str(finite(value))
    return f"{round(value, places) + 0.0:.{places}f}".replace("-", "\u2212")


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

    def table(self) -> Table:
        """One row per answer."""
        columns = (
            Column("round_id", "Round", "list it used", "ISO date"),
            Column("board", "Board", "where it is settled"),
            Column("forecaster", "Forecaster", "whose it is"),
            Column("target", "Target", "what is forecast"),
            Column("end", "Day", "the day it speaks of", "ISO date"),
            Column("told", "Said (90%)", "median and 90%, or probability", words=True),
            Column("came", "Came", "what came of it", words=True),
            Column("score", "Score", "the lower, the better", words=True),
            data("state", "open, settled, unresolvable or late"),
            data("why", "why it is not settled"),
            *(data(side, "group") for side in ("leader", "follower")),
            data("horizon", "from the round", "months"),
            data("level", "to be reached", "points"),
            data("said", "day on which it was said", "ISO date"),
            data("added", "day on which it was added", "ISO date"),
            data("entered_after", "whether that was after its day"),
            data("address", "where it was said"),
            data("value", "that came", "months or points"),
            data("name", "outcome that came"),
            data("after", "last list without it", "ISO date"),
            data("by", "first list with it", "ISO date"),
            data("label", "list that settled it"),
            data("sha256", "of that list"),
            data("crps", "CRPS by quantiles", "months, points or days"),
            data("brier", "Brier score", "0 to 2"),
            data("log", "log score; empty where it is infinite", "nats"),
            data("infinite", "whether the log score is infinite"),
            data("least", "whether the score is the least possible"),
            *(data(key, f"held by the {percentage(level)} interval")
              for level, key in HELD_IN.items()),
            data("pit", "where in the forecast it lay", "0 to 1"),
        )  # fmt: skip
        rows = [{c.key: found.get(c.key) for c in columns} for found in map(_row, self.scored)]
        return Table.of("ledger", "Forecasts and what came of them", columns, rows)

    def footnotes(self) -> tuple[str, ...]:
        """Which answers cannot be resolved here and why; what the scores are."""
        outcomes = [one.outcome for one in self.scored]
        reasons = Counter(each.why for each in outcomes if each.state == UNRESOLVABLE)
        told = [f"Not resolved ({count}): {why}." for why, count in reasons.items()]
        after = sum(one.entered_after and one.outcome.state != LATE for one in self.scored)
        if after:
            told.append(f"Added after their day, and said before it at their address: {after}.")
        return (*told, HOW)

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
        **{key: one.covered.get(level) for level, key in HELD_IN.items()},
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
    by = {
        float(at): value if isinstance(value, str) else str(shown(value, 1))
        for at, value in zip(asked.at, asked.stated, strict=True)
    }
    middle, ends = by.get(0.5), [by[q] for q in (0.05, 0.95) if q in by]
    spread = " to ".join(ends) if len(ends) == 2 else ""
    if middle is None:
        return spread or f"{len(by)} quantiles"
    return f"{middle} ({spread})" if spread else middle


def _came(one: Scored) -> str:
    """What came of an answer in a cell."""
    outcome = one.outcome
    if outcome.state in (UNRESOLVABLE, LATE):
        return "not resolvable here" if outcome.state == UNRESOLVABLE else "said too late"
    if outcome.by:
        return f"from {outcome.after} to {outcome.by}"
    if one.answer.target in DATED:
        return f"not by {outcome.after}" + (", open" if outcome.state == OPEN else "")
    if outcome.state == OPEN:
        return "open"
    return outcome.name or str(shown(outcome.value, 1))


def _scored(one: Scored) -> str | None:
    """The scores of an answer in a cell."""
    unit = _UNITS.get(one.answer.target, "months")
    parts = []
    for name, value in one.scores.items():
        number = shown(value, PLACES[name])
        size = f"{number} {unit}" if name == CRPS else f"{name} {number}"
        parts.append(f"at least {size}" if one.least else size)
    so_far = ", so far" if parts and one.outcome.state == OPEN else ""
    return ", ".join(parts) + so_far or None


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
HOW = (
    "CRPS: twice the mean pinball loss of the quantiles, at the levels both gave where two are "
    "compared; of a median alone the absolute error. Brier: over all outcomes, 0 to 2. Log: minus "
    "the logarithm of the probability of what came, infinite where that was 0; of a date, of its "
    "coming after the last complete list that does not show it and by the first that does, or not "
    f"by the last. Dates are scored in days where those lists are at most {_EXACT} days apart; of "
    "a date that did not come in time the least score that it can have is told, and enters no mean."
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
    scored = []
    for entry, found in zip(entries, outcomes, strict=True):
        given = entry.forecast
        whose = given.board, given.round_id, given.forecaster
        known = {"said": given.said, "address": given.address, "added": entry.added}
        each = zip(given.answers, found, strict=True)
        scored += [Scored.of(*whose, answer, outcome, **known) for answer, outcome in each]
    return Ledger(tuple(scored))
