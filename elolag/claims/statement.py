"""A bare statement in plain English ("about 7 months behind") and which definitions support it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any, Unpack

import numpy as np

from elolag.claims.estimating import (
    CONSISTENT,
    LEAST_SHARE,
    chance,
    decide,
    held,
    passed,
    possible_in,
)
from elolag.claims.registry import interval_words, quantity, range_words
from elolag.claims.studies import Drawn, Studies, judged
from elolag.dates import DAYS_PER_MONTH, months_after, parse, to_day, to_iso
from elolag.errors import EstimateError, UsageError
from elolag.estimate.session import Asked
from elolag.model.estimands import ESTIMANDS
from elolag.model.frontier import REACHED
from elolag.model.interval import reach, summarise
from elolag.results.charts import short
from elolag.results.provenance import basis_notes
from elolag.results.table import Column, Result, Table, data, picked
from elolag.results.words import few, given, noun
from elolag.schema import ALL_LISTS

_WORDS = {
    "half a": 0.5, "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6,
    "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "eighteen": 18,
}  # fmt: skip
_NUMBER = rf"(?:\d+(?:\.\d+)?|{'|'.join(sorted(_WORDS, key=len, reverse=True))})"
_UNITS_OF = {"day": 1 / DAYS_PER_MONTH, "week": 7 / DAYS_PER_MONTH, "month": 1.0, "year": 12.0}
_LEAST = ("at least", "more than", "over")
_MOST = ("at most", "less than", "under", "up to", "no more than", "within")
_ABOUT = ("about", "around", "roughly", "approximately", "some", "nearly", "almost", "~")
_STATEMENT = re.compile(
    rf"(?:(?P<behind1>trail(?:s|ing)?|lag(?:s|ging)?|behind)|(?P<ahead1>lead(?:s|ing)?|ahead))?"
    rf"(?:\s*by)?\s*(?P<hedge>{'|'.join((*_LEAST, *_MOST, *_ABOUT))})?\s*"
    rf"(?P<low>{_NUMBER})(?:\s*(?P<unit1>day|week|month|year)s?)?"
    rf"(?:\s*(?:to|-|–|or)\s*(?P<high>{_NUMBER}))?\s*-?(?P<unit>day|week|month|year)?s?"
    rf"\s*(?:(?P<behind2>behind|late|lag)|(?P<ahead2>ahead|early|lead))?"
)
_USAGE = (
    'say how far and which way, e.g. "7 months behind", "3 to 6 months behind", "about half a year '
    'behind", "less than 3 months behind", "2-3 years behind", "1 month ahead"'
)


@dataclass(frozen=True)
class Statement:
    """A range of lags in months, behind is positive; None where it is open."""

    text: str
    low: float | None
    high: float | None

    def range_words(self) -> str:
        """As read, in words."""
        return range_words("months", *(None if v is None else round(v, 2) for v in self.ends))

    @property
    def ends(self) -> tuple[float | None, float | None]:
        """`low` and `high`."""
        return self.low, self.high


def parse_statement(text: str) -> Statement:
    """Read a bare statement of a lag.

    A single figure is taken to half a unit of its last digit ("7 months" is 6.5 to 7.5), "about"
    to a quarter either way, or half a unit where that is more; "at least" and the like leave an
    end open, "at most" ends at level.

    Raises
    ------
    UsageError
        Anything that is not such a statement.
    """
    found = _STATEMENT.fullmatch(" ".join(text.lower().replace("~", "~ ").split()).strip(" ."))
    if found is None:
        raise UsageError(f"cannot read {text!r} as a lag; {_USAGE}")
    part = found.groupdict()
    unit, first_unit = part["unit"], part["unit1"]
    if unit is None and first_unit is None:
        raise UsageError(f"{text!r} names no unit; {_USAGE}")
    behind = part["behind1"] or part["behind2"]
    ahead = part["ahead1"] or part["ahead2"]
    if bool(behind) == bool(ahead):
        raise UsageError(f"{text!r} must say behind or ahead, once; {_USAGE}")
    scale = _UNITS_OF[unit or first_unit or ""]
    low, half = _figure(part["low"], _UNITS_OF[first_unit] if first_unit else scale)
    hedge = part["hedge"] or ""
    if part["high"] is not None:
        high, _ = _figure(part["high"], scale)
        if hedge in _LEAST or hedge in _MOST or low >= high:
            raise UsageError(f"{text!r} is no range from less to more; {_USAGE}")
        widen = 0.25 if hedge in _ABOUT else 0.0
        ends: tuple[float, float | None] = (low * (1 - widen), high * (1 + widen))
    elif hedge in _LEAST:
        ends = (low, None)
    elif hedge in _MOST:
        ends = (0.0, low)
    else:
        margin = max(half, 0.25 * low) if hedge in _ABOUT else half
        ends = (max(low - margin, 0.0), low + margin)
    if behind:
        return Statement(text, *ends)
    return Statement(text, None if ends[1] is None else -ends[1], 0.0 - ends[0])


def _figure(word: str, scale: float) -> tuple[float, float]:
    """A figure in months, and half a unit of its last digit."""
    if word in _WORDS:
        half = 0.25 if word == "half a" else 0.5
        return _WORDS[word] * scale, half * scale
    digits = len(word.partition(".")[2])
    return float(word) * scale, 0.5 * 10.0**-digits * scale


# Which definitions support it.

_KEYS = tuple((estimand, REACHED.name) for estimand in ESTIMANDS)
#: What a statement without further words may be about.
_BOARDS = ("arena/text_style_control", "arena/text")
_GROUPS = (
    ("US", "CN"), ("US+closed", "CN"), ("US", "CN+open"), ("US+open", "CN"), ("closed", "open")
)  # fmt: skip
#: Other dates are looked at month by month, this many back from the newest ratings.
MONTHS_BACK = 30

_RULE = (
    "With the newest ratings, of the models out by the day. A definition supports a statement if "
    f"its measurement interval reaches the stated range and {LEAST_SHARE:.0%} or more of its draws "
    "lie in it."
)


@dataclass(frozen=True)
class Definition:
    """One way to mean a lag, and what it gives on the date.

    `passed`: who overtook the side that is behind, and when, if that side was first at its level;
    `supports`: a claim of the range would be consistent (docs/claims.md); `probability`: share of
    draws surely in it; `possible`: that of those not surely outside; `months_supported`: firsts of
    months at which the figure itself lies in the range, with the newest ratings.
    """

    estimand: str
    board: str
    leader: str
    follower: str
    months: float
    passed: str
    low: float | None
    high: float | None
    censored: str | None
    probability: float
    possible: float
    supports: bool
    months_supported: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON object."""
        return asdict(self) | given(self.low, self.high)

    def figure(self) -> str:
        """The figure in words; who was first, where the side that is behind was."""
        return self.passed or quantity("months", self.months, self.censored)


@dataclass(frozen=True)
class StatementCheck(Result):
    """A bare statement against every definition, most probable first."""

    statement: Statement
    date: str
    definitions: tuple[Definition, ...]
    refused: tuple[str, ...]
    level: float
    n_draws: int
    seed: int
    snapshots: tuple[tuple[str, str], ...]
    version: str
    sources: str = ALL_LISTS
    tags: str = ""
    policies: Mapping[str, Any] = field(default_factory=dict)

    @property
    def supporting(self) -> tuple[Definition, ...]:
        """Definitions with which the stated range is consistent."""
        return tuple(d for d in self.definitions if d.supports)

    def sentence(self) -> str:
        """How many definitions support the statement, and the likeliest."""
        head = f'"{self.statement.text}" ({self.statement.range_words()}) on {self.date}'
        if not self.supporting:
            return f"{head}: none of {len(self.definitions)} definitions supports it."
        best = self.supporting[0]
        return (
            f"{head}: {len(self.supporting)} of {len(self.definitions)} definitions support it; "
            f"the likeliest is {best.estimand} of {noun(best.follower)} behind "
            f"{noun(best.leader)} on {best.board} ({best.figure()}, probability "
            f"{chance(best.probability, best.possible)})."
        )

    def table(self) -> Table:
        """One row per definition."""
        columns = (
            Column("estimand", "Estimand", "which question"),
            Column("board", "Board", "board of the ratings"),
            Column("groups", "Groups", "who is behind whom", words=True),
            Column("gives", "Gives", "the figure in words", words=True),
            Column("interval", "Interval", "measurement interval in words", words=True),
            Column("holds", "Holds", "share of draws in the stated range", words=True),
            Column("supports", "Supports", "whether the stated range is consistent with it"),
            Column("months_supported", "Months that do", "on whose first day the figure is so"),
            data("leader", "group said to lead"),
            data("follower", "group said to follow"),
            data("months", "positive: the follower is behind", "months"),
            data("passed", "who overtook the side that is behind"),
            data("low", "lower end; empty: unbounded", "months"),
            data("high", "upper end; empty: unbounded", "months"),
            data("no_interval", "why the interval is none"),
            data("censored", "at-least or at-most where the value is a bound"),
            data("probability", "share of draws surely in the stated range"),
            data("possible", "share of draws not surely outside it"),
        )
        rows = [
            d.to_dict()
            | {
                "groups": f"{short(d.follower)} behind {short(d.leader)}",
                "gives": d.figure(),
                "interval": interval_words("months", d.low, d.high),
                "holds": chance(d.probability, d.possible),
                "months_supported": _spans(d.months_supported),
            }
            for d in self.definitions
        ]
        return Table.of("definitions", f'"{self.statement.text}"', columns, rows)

    def footnotes(self) -> tuple[str, ...]:
        """What supports a statement, and which definitions have no answer."""
        refused = (f"No answer: {reason}." for reason in self.refused)
        return (_RULE, *refused, *basis_notes(self))

    def to_dict(self) -> dict[str, Any]:
        """As one JSON object."""
        return {
            "schema": 1,
            "statement": asdict(self.statement),
            "date": self.date,
            "definitions": [d.to_dict() for d in self.definitions],
            "refused": list(self.refused),
            **picked(self, "level", "n_draws", "seed", "sources", "tags", "policies"),
            "snapshots": [{"path": p, "sha256": h} for p, h in self.snapshots],
            "version": self.version,
        }


def _spans(months: tuple[str, ...]) -> str:
    """Firsts of months as stretches: "2025-03 to 2025-05, 2025-09"."""
    runs: list[list[str]] = []
    for month in months:
        if runs and months_after(f"{runs[-1][-1]}-01", 1) == f"{month[:7]}-01":
            runs[-1].append(month[:7])
        else:
            runs.append([month[:7]])
    return ", ".join(r[0] if len(r) == 1 else f"{r[0]} to {r[-1]}" for r in runs)


def check_statement(
    text: str, date: str | None = None, **question: Unpack[Asked]
) -> StatementCheck:
    """Which definitions (estimand, board, groups) and dates support a bare statement.

    Parameters
    ----------
    text
        As `parse_statement` reads it.
    date
        ISO day of the statement; the day of the newest ratings by default. The newest ratings are
        used, of the models out by then.
    **question
        As for `check_claims`; 1,000 draws are the default.

    Raises
    ------
    UsageError
        A statement that cannot be read, or a date no ratings reach.
    """
    statement = parse_statement(text)
    if date is not None:
        parse(date)
    studies = Studies.of(1000, question)
    boards = [b for b in _BOARDS if b in studies.archive.boards()]
    newest = {board: studies.newest(board) for board in boards}
    if not boards:
        raise UsageError(f"the archive has neither {' nor '.join(_BOARDS)}")
    day = date or max(newest.values())
    if day > max(newest.values()):
        raise UsageError(
            f"{day} is later than the newest ratings, of {max(newest.values())}; take an "
            f"earlier day"
        )
    found: list[Definition] = []
    refused: list[str] = []
    snapshots: dict[str, str] = {}
    for board in boards:
        for leader, follower in _GROUPS:
            drawn = studies.asked(board, newest[board], "overall", leader, follower)
            snapshots |= {s.path: s.sha256 for s in drawn.study.panel.snapshots}
            where = board, leader, follower
            for item in _definitions(drawn, statement, min(day, newest[board]), where):
                if isinstance(item, Definition):
                    found.append(item)
                else:
                    refused.append(f"{follower} behind {leader} on {board}, {item}")
    found.sort(key=lambda d: (not d.supports, -d.probability, -d.possible))
    return StatementCheck(
        statement, day, tuple(found), tuple(refused), snapshots=tuple(snapshots.items()),
        **studies.told,
    )  # fmt: skip


def _definitions(
    drawn: Drawn, statement: Statement, date: str, where: tuple[str, str, str]
) -> Iterator[Definition | str]:
    """Each estimand's; those without an answer say why."""
    study, day = drawn.study, to_day(date)
    answers = drawn.answers(_KEYS, day)
    if sides := study.too_few(day):
        yield f"there is no interval to judge by: {few(sides)}"
        return
    months = _months_in_range(drawn, statement)
    for key in _KEYS:
        estimand = key[0]
        try:
            figure, spans = judged(key, answers[key], study.level)
        except EstimateError as error:
            yield f"{estimand}: {error}"
            continue
        possible = possible_in(*spans, statement.ends)
        yield Definition(
            estimand, *where, figure.months,
            passed(study, day) if estimand == "current" else "",
            figure.low, figure.high, figure.censored,
            held(*spans, statement.ends), possible,
            decide(figure.low, figure.high, possible, statement.ends) == CONSISTENT,
            tuple(months[estimand]),
        )  # fmt: skip


def _months_in_range(drawn: Drawn, statement: Statement) -> dict[str, list[str]]:
    """Firsts of months at which a figure lies in the stated range."""
    found: dict[str, list[str]] = {estimand: [] for estimand in ESTIMANDS}
    month = f"{to_iso(drawn.study.as_of)[:7]}-01"
    for back in range(MONTHS_BACK, -1, -1):
        first = to_day(months_after(month, -back))
        for key, answer in drawn.answers(_KEYS, first).items():
            # A month before the group or the window begins cannot be asked, and so does not count.
            if isinstance(answer, EstimateError):
                continue
            with suppress(EstimateError):
                figure = summarise(key[0], *answer, drawn.study.level)
                told = reach(np.array([figure.months]), answer[0].censored)
                if held(*told, statement.ends):
                    found[key[0]].append(to_iso(first))
    return found
