"""The lag slice by slice: which groups race in each slice, and the table of all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Unpack

import numpy as np

from elolag.dates import DAYS_PER_MONTH
from elolag.errors import EstimateError, UsageError
from elolag.estimate.lag import HEADLINE, lag_key, results
from elolag.estimate.session import Question, Session, Study, asking, check_numbers, prepare
from elolag.results import cards
from elolag.results.charts import Both, short
from elolag.results.lag import LagResult
from elolag.results.provenance import basis_notes
from elolag.results.table import Column, Result, Table, data, picked
from elolag.results.words import (
    FEWEST,
    adjective,
    first_up,
    german_name,
    lab_name,
    many,
    noun,
    over,
    percentage,
    phrase,
    reasons,
)
from elolag.schema import ALL_LISTS

#: Months since its last release within which a lab or country is a slice.
_ACTIVE_MONTHS = 12.0


@dataclass(frozen=True)
class _Part:
    """A slice to be asked about: what differs from the question of the whole."""

    name: str
    changed: Question
    heading: str = ""
    whole: bool = False
    refused: str = ""


def _categories(question: Question) -> list[_Part]:
    newest = prepare(**asking(question, category="overall")).panel.snapshots[0]
    stale = set(newest.stale_categories)
    why = f"it was not computed anew for the vintage {newest.vintage}"
    return [
        _Part(name, {"category": name}, "", name == "overall", why if name in stale else "")
        for name in newest.categories
    ]


def _boards(question: Question) -> list[_Part]:
    session = question.get("session") or Session()
    opened = session.archive(question.get("archive"), question.get("sources", ALL_LISTS))
    return [
        _Part(board.name, {"board": board})
        for board in map(opened.board, opened.boards())
        if board.scaled
    ]


def _openness(question: Question) -> list[_Part]:
    leader, follower = question.get("leader", "US"), question.get("follower", "CN")
    groups = (leader, follower)
    sides = {name: Both(short(name), german_name(name)) for name in groups}
    two = Both("two by two", "je zwei")
    opened = Both("open against closed", "offen gegen geschlossen")

    def against(mine: str, theirs: str, first: Both, second: Both) -> Both:
        open_ones = {"open": "offen", "closed": "geschlossen", "": ""}
        return Both(
            f"{f'{first} {mine}'.strip()} against {f'{second} {theirs}'.strip()}",
            f"{f'{first.german} {open_ones[mine]}'.strip()} gegen "
            f"{f'{second.german} {open_ones[theirs]}'.strip()}",
        )

    own, rival = sides[follower], sides[leader]
    asked = [_pair(leader, follower, against("", "", own, rival), whole=True)]
    for mine in ("open", "closed"):
        for theirs in ("open", "closed"):
            name = against(mine, theirs, own, rival)
            asked.append(_pair(_and(leader, theirs), _and(follower, mine), name, two))
    for group, side in sides.items():
        name = against("open", "closed", side, side)
        asked.append(_pair(_and(group, "closed"), _and(group, "open"), name, opened))
    every = Both("all open against all closed", "alle offenen gegen alle geschlossenen")
    asked.append(_pair("closed", "open", every, opened))
    return asked


def _labs(question: Question) -> list[_Part]:
    leader = question.get("leader", "US")
    study = _everyone(question)
    own = np.isfinite(study.cast.leader.since(study.cast.tags))
    home = {t.lab for t, mine in zip(study.cast.tags, own, strict=True) if mine}
    asked = []
    for lab, why in _active(study, "lab").items():
        rival = leader
        heading = Both(
            f"other labs, against {noun(leader)}",
            f"andere Labore, gegenüber {phrase(leader, 'de').to_models}",
        )
        if lab in home:
            rival = _and(leader, f"not:lab:{lab}")
            heading = Both(
                f"{adjective(leader)} labs, each against the others",
                f"eigene Labore ({german_name(leader)}), jedes gegenüber den übrigen",
            )
        asked.append(_pair(rival, f"lab:{lab}", lab_name(lab), heading, refused=why))
    return sorted(asked, key=lambda q: not q.heading.startswith("other labs"))


def _countries(question: Question) -> list[_Part]:
    leader = question.get("leader", "US")
    study = _everyone(question)
    own = np.isfinite(study.cast.leader.since(study.cast.tags))
    home = {t.country for t, mine in zip(study.cast.tags, own, strict=True) if mine}
    asked = [
        _pair(leader, country, Both(short(country), german_name(country)), refused=why)
        for country, why in _active(study, "country").items()
        if country not in home
    ]
    if leader in home:
        rest = Both(
            f"{short(leader)} against all others",
            f"{german_name(leader)} gegenüber allen anderen",
        )
        asked.append(_pair(f"not:{leader}", leader, rest))
    if not asked:
        raise UsageError(
            f"every country has models of {noun(leader)}, so that none can be compared with it; "
            f"take a leader from some countries only"
        )
    return asked


def _everyone(question: Question) -> Study:
    """The whole board, the leader's models and all the others."""
    leader = question.get("leader", "US")
    if question.get("follower") not in (None, "CN"):
        raise UsageError("labs and countries are each compared with the leader; leave follower out")
    return prepare(**asking(question, leader=leader, follower="ALL"))


def _active(study: Study, kind: str) -> dict[str, str]:
    """Every lab or country of a study, with why it is no slice (empty if it is one)."""
    released = [t for t in study.cast.tags if t.released <= study.as_of]
    models = Counter(getattr(t, kind) for t in released)
    last = {getattr(t, kind): t.released for t in sorted(released, key=lambda t: t.released)}
    reasons = {}
    for name in sorted(models, key=lambda name: (-models[name], name)):
        months = (study.as_of - last[name]) / DAYS_PER_MONTH
        reasons[name] = ""
        if models[name] < FEWEST:
            reasons[name] = f"{many(models[name], 'rated model')}, and at least {FEWEST} are needed"
        elif months > _ACTIVE_MONTHS:
            what = cards.event(study.choices.get("clock", "released"), "en")
            reasons[name] = f"no {what} rated here in the last {_ACTIVE_MONTHS:.0f} months"
    return reasons


def _pair(
    leader: str, follower: str, name: str, heading: str = "", whole: bool = False, refused: str = ""
) -> _Part:
    return _Part(name, {"leader": leader, "follower": follower}, heading, whole, refused)


def _and(group: str, term: str) -> str:
    """The group with one more condition on each of its alternatives."""
    return ",".join(f"{part}+{term}" for part in group.split(","))


_QUESTIONS: Mapping[str, Callable[[Question], Sequence[_Part]]] = {
    "category": _categories,
    "board": _boards,
    "openness": _openness,
    "lab": _labs,
    "country": _countries,
}


# What `compare` returns: slices, their intervals, and what it means to read many at once.


@dataclass(frozen=True)
class Slice:
    """One line of the comparison.

    Attributes
    ----------
    name
        What the slice is called in table and figure.
    heading
        Slices of one heading belong together; empty where there is only one kind.
    whole
        Whether it is the whole that the others are slices of.
    result
        Lag and pointwise interval.
    simultaneous
        Ends of the simultaneous interval, None where it is unbounded; None if not asked for.
    models
        Rated models of leader and follower that count by the as-of date.
    """

    name: str
    heading: str
    whole: bool
    result: LagResult
    simultaneous: tuple[float | None, float | None] | None
    models: tuple[int, int]

    @property
    def simultaneous_given(self) -> tuple[float | None, float | None] | None:
        """Ends of the simultaneous interval; None where it is none, or was not asked for."""
        none = self.simultaneous is None or bool(self.result.too_few())
        low, high = self.simultaneous or (None, None)
        return None if none or low == high is not None else (low, high)

    def row(self) -> dict[str, Any]:
        """One row of the table."""
        result = self.result
        (low, high), wide = result.ends_given, self.simultaneous_given or (None, None)
        return {
            "slice": self.name,
            "heading": self.heading,
            "leader": result.leader_group,
            "follower": result.follower_group,
            **picked(result, "board", "category", "as_of", "vintage", "months"),
            "low": low,
            "high": high,
            "no_interval": result.no_interval(),
            "simultaneous_low": wide[0],
            "simultaneous_high": wide[1],
            "censored": result.censored,
            "gap": None if result.provisional else result.gap.elo,
            "provisional": bool(result.provisional),
            "leader_models": self.models[0],
            "follower_models": self.models[1],
        }


@dataclass(frozen=True)
class Slices(Result):
    """The lag in every slice that can be measured, and why the others cannot.

    Attributes
    ----------
    slices
        The whole first, then by heading, the furthest behind first.
    refused
        Name of a slice to why it has no answer.
    simultaneous_level
        Level of each single simultaneous interval; None if they were not asked for.
    """

    by: str
    slices: tuple[Slice, ...]
    refused: Mapping[str, str]
    estimand: str
    level: float
    simultaneous_level: float | None
    leader_group: str
    follower_group: str

    @property
    def results(self) -> tuple[LagResult, ...]:
        """The results of the slices, in their order."""
        return tuple(item.result for item in self.slices)

    @property
    def paired(self) -> bool:
        """Whether all slices have the same two groups."""
        return self.by in ("category", "board")

    def sentence(self) -> str:
        """Range of the slices, and what their number means."""
        ranked = sorted(self.slices, key=size)
        first, last = ranked[0], ranked[-1]
        ends = [f"{end.result.short()} ({end.name})" for end in (first, last)]
        runs = f"is {ends[0]}" if len(ranked) == 1 else f"runs from {' to '.join(ends)}"
        asked = over(self.estimand, first.result.window)
        if self.paired:
            follower, leader = noun(self.follower_group), noun(self.leader_group)
            text = f"The lag of {follower} behind {leader} ({asked}) {runs}"
        else:
            text = f"By {self.by} the lag ({asked}) {runs}"
        counted = "" if len(ranked) == 1 else f", over {len(ranked)} slices"
        return f"{text}{counted} ({self.certain()}). {self.multiplicity()}"

    @property
    def where(self) -> str:
        """What every slice is of: board, category, and days where they have one of each."""
        told = {
            "on": {s.result.board for s in self.slices},
            "category": {s.result.category for s in self.slices},
            "ratings of": {s.result.vintage for s in self.slices},
            "as of": {s.result.as_of for s in self.slices},
        }
        return ", ".join(f"{what} {min(one)}" for what, one in told.items() if len(one) == 1)

    @property
    def decided(self) -> tuple[int, int]:
        """How many are behind and ahead by the widest interval there is of each."""
        known = [s for s in self.slices if not s.result.too_few()]
        ends = [s.simultaneous or (s.result.low, s.result.high) for s in known]
        behind = sum(low is not None and low > 0 for low, _ in ends)
        return behind, sum(high is not None and high < 0 for _, high in ends)

    def certain(self) -> str:
        """How many slices have an interval on one side of level."""
        behind, ahead = self.decided
        rest = len(self.slices) - ahead - behind
        kind = "simultaneous" if self.simultaneous_level else "own"
        return f"by their {kind} intervals {behind} behind, {ahead} ahead, {rest} undecided"

    def multiplicity(self) -> str:
        """What it means that many intervals are read at once."""
        n = len(self.slices)
        if n == 1:
            return "It is a single slice: its interval needs no correction."
        text = (
            f"Each interval holds its own lag at {percentage(self.level)}; among {n} read together "
            f"up to {n * (1 - self.level):.1f} are expected to miss, and the extremes of the table "
            f"are extreme partly by chance."
        )
        if self.simultaneous_level is None:
            how = f"elolag compare --by {self.by} --simultaneous"
            return f"{text} Intervals that all hold at once: {how}."
        return (
            f"{text} The simultaneous intervals hold all {n} at once at {percentage(self.level)} "
            f"or more (Bonferroni: {self.simultaneous_level:.2%} each, whatever the dependence of "
            f"slices)."
        )

    def table(self) -> Table:
        """One row per slice (see `Slice.row`), and its cells in words."""
        ends = "end of the interval; empty: unbounded, or none"
        wide = "end of the interval that holds with all others; empty: unbounded, or none"
        together = self.simultaneous_level is not None
        units = {found.gap.unit for found in self.results}
        columns = (
            Column("slice", first_up(self.by), "category, or who is compared with whom"),
            data("heading", "slices of one heading belong together"),
            Column("against", "Against", "whom it is compared with", words=True,
                   in_page=self.by == "lab"),
            Column("answer", "Lag", "with its direction in words", words=True),
            Column("measurement", f"{percentage(self.level)} interval", "of this slice alone",
                   words=True),
            Column("together", "All at once", "interval that holds with all others", words=True,
                   in_page=together),
            Column("counted", "Models", "rated models of the follower and of the leader",
                   words=True),
            Column("as_of", "As of", "as-of date", "ISO date"),
            data("leader", "group it is compared with"),
            data("follower", "group asked about"),
            data("board", "board of the ratings"),
            data("category", "its category"),
            data("vintage", "date of the ratings", "ISO date"),
            data("months", "positive: the follower is behind", "months"),
            data("low", f"lower {ends}", "months"),
            data("high", f"upper {ends}", "months"),
            data("no_interval", "why the interval is none"),
            data("simultaneous_low", f"lower {wide}", "months"),
            data("simultaneous_high", f"upper {wide}", "months"),
            data("censored", "at-least or at-most where the value is a bound"),
            data("gap", "distance of the two best on the as-of date",
                 units.pop() if len(units) == 1 else "points of its board"),
            data("provisional", "whether an entry without a tag could be the best of a side"),
            data("leader_models", "rated models of the leader", "models"),
            data("follower_models", "rated models of the follower", "models"),
        )  # fmt: skip
        rows = []
        for item in self.slices:
            found = item.result
            at_once = found.interval_cell(*(item.simultaneous or (None, None)))
            words = {
                "against": self._against(item),
                "answer": found.short() + (", provisional" if found.provisional else ""),
                "measurement": found.interval_cell(found.low, found.high),
                "together": at_once if together else None,
                "counted": f"{item.models[1]} / {item.models[0]}",
            }
            rows.append(item.row() | words)
        return Table.of(
            f"slices-{self.by}", f"The lag by {self.by}", columns, rows,
            n_draws=self.slices[0].result.n_draws,
            snapshots=tuple(dict.fromkeys(pair for r in self.results for pair in r.snapshots)),
        )  # fmt: skip

    @property
    def apart(self) -> tuple[Slice, ...]:
        """Labs of the leader, which are compared with its other labs."""
        return tuple(s for s in self.slices if self._own(s))

    def _own(self, item: Slice) -> bool:
        return self.by == "lab" and item.result.leader_group != self.leader_group

    def _against(self, item: Slice) -> str:
        """Whom a slice is compared with, in few words."""
        if self._own(item):
            return f"other {adjective(self.leader_group)} labs"
        return noun(item.result.leader_group)

    def footnotes(self) -> tuple[str, ...]:
        """What was asked, what the intervals leave out, and which slices have no answer."""
        first = self.slices[0].result
        refused = (
            f"Not measured: {', '.join(n for n, why in self.refused.items() if why == reason)}: "
            f"{reason}."
            for reason in dict.fromkeys(self.refused.values())
        )
        return (
            *([f"Throughout: {self.where}."] if self.where else []),
            f"{self.estimand}: {first.asks()}. Models: rated ones of the row's own side / of the "
            f"other.",
            first.left_out(),
            *basis_notes(first),
            *refused,
        )

    def to_dict(self) -> dict[str, Any]:
        """As one JSON object; every slice with its whole result."""
        return {
            "schema": 1,
            **picked(self, "by", "estimand", "level"),
            "simultaneous": None
            if self.simultaneous_level is None
            else {"method": "bonferroni", "level_each": self.simultaneous_level},
            "slices": [{**s.row(), "result": s.result.to_dict()} for s in self.slices],
            "refused": dict(self.refused),
            "sources": self.slices[0].result.sources,
            "sentence": self.sentence(),
        }


def size(item: Slice) -> float:
    """Months behind, by which slices are ranked."""
    return item.result.months or 0.0


# `compare`: every slice of one kind, each with its own interval or all with one that holds.


def compare(
    by: str,
    *,
    estimand: str = HEADLINE,
    frontier: str | None = None,
    interval: str = "measurement",
    simultaneous: bool = False,
    progress: Callable[[int, int], object] | None = None,
    **question: Unpack[Question],
) -> Slices:
    """The lag in every slice of one kind.

    Parameters
    ----------
    by
        ``category``, ``board``, ``openness``, ``lab`` or ``country``.
    estimand, frontier
        As for `estimate_lag`; in months, so not ``gap``.
    interval
        ``measurement`` or ``sampling``.
    simultaneous
        Whether to add Bonferroni's simultaneous intervals.
    progress
        Called with (slices done, slices in all).
    **question
        As for `estimate_lag`: board, leader, follower, category, as_of, vintage, n_draws, ...

    Raises
    ------
    UsageError
        An unknown name, or too few draws for simultaneous intervals.
    EstimateError
        No slice has an answer.

    Examples
    --------
    >>> import elolag
    >>> found = elolag.compare("openness", vintage="2026-08-19", n_draws=300)
    >>> found.slices[0].name
    'China against US'
    """
    key = lag_key(estimand, frontier)
    if by not in _QUESTIONS:
        raise UsageError(f"cannot compare by {by!r}; known: {', '.join(_QUESTIONS)}")
    if key == "gap":
        raise UsageError("gap is in Elo, which boards and categories do not share; compare months")
    if interval not in ("measurement", "sampling"):
        raise UsageError(f"the interval is measurement or sampling, not {interval!r}")
    if by in ("category", "board") and question.get(by) is not None:
        raise UsageError(f"a comparison by {by} takes every {by}; leave {by} out")
    question.setdefault("session", Session())
    asked = _QUESTIONS[by](question)
    if simultaneous:
        level = question.get("level", 0.95)
        most = sum(not item.refused for item in asked)
        check_numbers(question.get("n_draws", 10_000), 1 - (1 - level) / max(most, 1))
    found: list[tuple[_Part, Study, LagResult]] = []
    refused: dict[str, str] = {}
    for number, item in enumerate(asked):
        if progress is not None:
            progress(number, len(asked))
        if item.refused:
            refused[item.name] = item.refused
            continue
        try:
            study = prepare(**asking(question, **item.changed))
            found.append((item, study, results(study, [key], interval)[0]))
            study.let_go()
        except (EstimateError, UsageError) as error:
            if item.whole:
                raise
            refused[item.name] = str(error)
    if not found:
        raise EstimateError(f"no {by} has an answer ({reasons(refused.items())})")
    level = found[0][1].level
    each = 1 - (1 - level) / len(found) if simultaneous else None
    slices = []
    for item, study, result in found:
        # The same draws' interval, at the level that holds for all slices at once.
        wide = each and results(replace(study, level=each), [key], interval)[0]
        lead, follow = (count for _, count in study.cast.rated(study.as_of))
        ends = (wide.low, wide.high) if wide else None
        slices.append(Slice(item.name, item.heading, item.whole, result, ends, (lead, follow)))
    headings = list(dict.fromkeys(s.heading for s in slices))
    slices.sort(key=lambda s: (not s.whole, headings.index(s.heading), -size(s), s.name))
    return Slices(
        by=by,
        slices=tuple(slices),
        refused=refused,
        estimand=estimand,
        level=level,
        simultaneous_level=each,
        leader_group=question.get("leader", "US"),
        follower_group=question.get("follower", "CN"),
    )
