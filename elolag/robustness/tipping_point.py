"""The tipping point: the fewest models, tags or points that would move the day's distance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Unpack

import numpy as np

from elolag.arrays import Flags, Floats
from elolag.dates import DAYS_PER_MONTH
from elolag.errors import EstimateError, UsageError
from elolag.estimate.lag import results
from elolag.estimate.session import Question, Session, Study, prepare
from elolag.model.estimands import CENSORED, Lags, Race, current
from elolag.model.interval import reach
from elolag.results.lag import LagResult
from elolag.results.provenance import basis_notes
from elolag.results.table import Column, Result, Table, data, picked
from elolag.results.words import bounded, noun
from elolag.robustness.edits import (
    Edit,
    asked_of,
    current_states,
    effective,
    ends_of,
    moved_dates,
    other_countries,
    other_openness,
    redo,
    without_models,
)

#: A hair: in Elo points below a level, in days around a date.
_NUDGE = 1e-6


def _cheapest(
    ratings: Floats, ahead: Floats, behind: Floats, as_of: float, least: float, most: float
) -> Floats | None:
    """The smallest total change of ratings after which the side behind is so many months behind.

    With x the level of its best after the change: its models above x come down to it, or its best
    goes up to it; models of the side ahead that are too old come down below it, and so does its
    first where the range ends, which a bound does not; and one of the right age goes up to it where
    none is there. The sum is convex and piecewise linear in x,
    with breaks at ratings, so its least value is at one of them. `ahead` and `behind` are days from
    which each model counts for either side, (M,), inf never, and none for both; None where no
    change of ratings can do it.
    """
    present = behind <= as_of
    right = (ahead <= as_of - least * DAYS_PER_MONTH + _NUDGE) & (ahead <= as_of)
    # Infinite months have no day: nobody is too old then.
    right &= ahead >= (as_of - most * DAYS_PER_MONTH - _NUDGE if np.isfinite(most) else -np.inf)
    old = (ahead <= as_of) & ~right
    old &= ahead < as_of - least * DAYS_PER_MONTH
    if np.isfinite(most):
        # A level below the first model of a side was reached unseen: a lag of at least so much.
        first = ahead == ahead.min()
        right, old = right & ~first, old | (first & (ahead <= as_of))
    if not present.any() or not right.any():
        return None
    top = int(np.flatnonzero(present)[ratings[present].argmax()])
    mate = int(np.flatnonzero(right)[ratings[right].argmax()])
    found: Floats | None = None
    for level in np.unique(ratings[present | right | old]):
        moved = np.where(present, np.minimum(level - ratings, 0.0), 0.0)
        moved[top] = level - ratings[top]
        # Below the level, and not at it, for reaching it is what dates a crossing.
        moved = np.where(old & (ratings >= level), level - ratings - _NUDGE, moved)
        # Above it, for on a tie a lag is told from both sides' first crossings.
        moved[mate] = max(level + _NUDGE - ratings[mate], 0.0)
        if found is None or np.abs(moved).sum() < np.abs(found).sum():
            found = moved
    return found


# How little would have to change for the distance of the day to be another one.
#
# Asked of `current`, which a few models decide: the follower's best, and the leader's model that
# first reached its level (the other way round where the follower leads). That makes an exact search
# possible. Everything here is at posterior-mean ratings, the posterior as it is; what was found
# is then estimated anew.
#
# The search takes one edit after another. An edit that changes neither side's best, nor the first
# model of either side to reach the lower best, nor their dates, and empties no side, changes
# nothing; and if no single edit of a set changes one of these, the whole set does not. So every
# smallest set can be put in an order in which each edit changes one of them, and it is enough to go
# on from such edits.

#: Currencies in which a flip is priced, and the largest set searched for.
_KINDS: dict[str, tuple[Callable[[Study], list[Edit]], int]] = {
    "models": (without_models, 4),
    "countries": (other_countries, 2),
    "openness": (other_openness, 2),
    "dates": (moved_dates, 2),
}
#: What each is called, one and many.
_NOUNS = {
    "models": ("model left out", "models left out"),
    "countries": ("model's country", "models' countries"),
    "openness": ("model's openness", "models' openness"),
    "dates": ("release date moved by a month", "release dates moved by a month"),
    "points": ("point of rating", "points of rating"),
}
#: Smallest sets shown, and sets a search may try before it gives up.
_SHOWN = 3
_LIMIT = 200_000


@dataclass(frozen=True)
class _Target:
    """Where the figure is to get: into one of these closed ranges of months."""

    words: str
    ranges: tuple[tuple[float, float], ...]

    def holds(self, lags: Lags) -> Flags:
        """Whether each lag surely lies in one of the ranges; a bound only if all it allows does."""
        low, high = reach(lags.months, lags.censored)
        inside = np.zeros(len(low), bool)
        for least, most in self.ranges:
            inside |= (low >= least - 1e-9) & (high <= most + 1e-9)
        return inside & ~lags.failed


def _targets(months: float, within: tuple[float, float] | None) -> list[_Target]:
    """A month further behind, a month closer, and out of (or into) a stated range."""
    later, sooner = ("further behind", "closer to the lead")
    if months < 0:
        later, sooner = ("less far ahead", "further ahead")
    out = [
        _Target(f"at least a month {later}", ((months + 1, np.inf),)),
        _Target(f"at least a month {sooner}", ((-np.inf, months - 1),)),
    ]
    if within is not None:
        low, high = within
        if low <= months <= high:
            words = f"out of {low:g} to {high:g} months"
            # Open at the ends of the range: what lies on them is inside.
            edges = (np.nextafter(low - 1e-6, -np.inf), np.nextafter(high + 1e-6, np.inf))
            out.append(_Target(words, ((-np.inf, edges[0]), (edges[1], np.inf))))
        else:
            out.append(_Target(f"within {low:g} to {high:g} months", ((low, high),)))
    return out


@dataclass(frozen=True)
class _Change:
    """One way to reach a target: what is changed, and the figure after it.

    `months` is at the posterior as it is, a bound where `censored` says so; `result` is everything
    estimated anew (None for points of rating, or where it has no answer).
    """

    words: str
    months: float | None
    censored: str | None = None
    result: LagResult | None = None


@dataclass(frozen=True)
class _Route:
    """The least that reaches a target in one currency.

    Attributes
    ----------
    kind
        ``models``, ``countries``, ``openness``, ``dates`` or ``points``.
    size
        How many, or how many Elo points; None where nothing searched reaches the target.
    searched
        The largest number searched for; 0 where no such change touches the groups, infinite for
        points of rating.
    ways
        How many smallest sets there are; `changes` shows at most `_SHOWN` of them.
    """

    target: str
    kind: str
    size: float | None
    searched: float
    ways: int
    changes: tuple[_Change, ...]

    def sentence(self) -> str:
        """As a clause."""
        if self.size is None:
            return self.least()
        first = self.changes[0]
        return f"{self.least()} ({first.words}: {bounded(first.months or 0.0, first.censored)})"

    def least(self) -> str:
        """The least it takes."""
        one, many = _NOUNS[self.kind]
        if self.size is None:
            if np.isinf(self.searched):
                return f"no number of {many}"
            if not self.searched:
                return f"no {one} to change"
            return f"more than {self.searched:g} {many if self.searched != 1 else one}"
        if self.kind == "points":
            return f"{self.size:.1f} {many}"
        return f"{self.size:g} {one if self.size == 1 else many}"


@dataclass(frozen=True)
class Flip(Result):
    """The least change that makes the distance of the day another one."""

    headline: LagResult
    routes: tuple[_Route, ...]

    def sentence(self) -> str:
        """What it takes, target by target."""
        parts = []
        for target in dict.fromkeys(r.target for r in self.routes):
            mine = [r.sentence() for r in self.routes if r.target == target and r.searched]
            parts.append(f"{target}: {'; '.join(mine)}")
        return (
            f"The day's distance of {noun(self.headline.follower_group)} "
            f"({asked_of(self.headline)}) would be " + ". It would be ".join(parts) + "."
        )

    def _rows(self) -> list[dict[str, Any]]:
        return [
            {
                **picked(route, "target", "kind", "size"),
                "searched": None if np.isinf(route.searched) else route.searched,
                "ways": route.ways,
                **picked(change, "words", "months", "censored"),
                "anew": change.result and change.result.months,
                "anew_censored": change.result and change.result.censored,
                **ends_of(change.result),
            }
            for route in self.routes
            for change in (route.changes or (_Change("", None),))
        ]

    def table(self) -> Table:
        """One row per change; the reader sees one for each target and currency."""
        ends = "end of its measurement interval; empty: unbounded"
        columns = (
            Column("target", "Would be", "where the day's distance is to get"),
            Column("least", "It takes", "the least that does it, in this currency", words=True),
            Column("words", "With", "one of the smallest changes"),
            Column("then", "Lag then", "at the posterior as it is", words=True),
            Column("again", "Estimated anew", "with everything estimated again", words=True),
            data("months", "at the posterior as it is; positive: behind", "months"),
            data("censored", "at-least or at-most where the months are only a bound"),
            data("anew", "with everything estimated again; positive: behind", "months"),
            data("anew_censored", "at-least or at-most where that is only a bound"),
            data("kind", "models, countries, openness, dates or points"),
            data("size", "how many, or how many points; empty: none found"),
            data("searched", "largest number searched for; empty: no limit"),
            data("ways", "how many smallest changes there are"),
            data("low", f"lower {ends}", "months"),
            data("high", f"upper {ends}", "months"),
            data("no_interval", "why the interval is none"),
        )  # fmt: skip
        least = {(route.target, route.kind): route.least() for route in self.routes}
        rows = [
            row
            | {
                "least": least[row["target"], row["kind"]],
                "then": _bounded(row["months"], row["censored"]),
                "again": _bounded(row["anew"], row["anew_censored"]),
            }
            for row in self._rows()
        ]
        first = {(row["target"], row["kind"]): place for place, row in reversed([*enumerate(rows)])}
        return Table.of(
            "flip", "The least that would move the day's distance (the CSV has further ways)",
            columns, rows, page_rows=tuple(sorted(first.values())),
            **picked(self.headline, "n_draws", "snapshots"),
        )  # fmt: skip

    def footnotes(self) -> tuple[str, ...]:
        """Which lists could be used, where not all."""
        return basis_notes(self.headline)

    def to_dict(self) -> dict[str, Any]:
        """As one JSON object."""
        return {
            "sentence": self.sentence(),
            "rows": self._rows(),
            "answer": self.headline.to_dict(),
            "sources": self.headline.sources,
        }


def _bounded(value: float | None, censored: str | None) -> str | None:
    return None if value is None else bounded(value, censored)


def flip(*, within: tuple[float, float] | None = (3.0, 6.0), **question: Unpack[Question]) -> Flip:
    """The fewest models, tags or points of rating whose change would move the distance of the day.

    By a month either way; and out of a stated range of months, or into it where it is outside.

    Parameters
    ----------
    within
        The range, months, negative where the follower leads; None for none.
    **question
        As for `elolag.estimate_lag`, without estimand, frontier and interval.

    Raises
    ------
    UsageError
        The range ends before it starts, or the question cannot be answered.
    EstimateError
        The distance is only a bound, or has no answer.
    """
    if within is not None and not within[0] < within[1]:
        raise UsageError(f"the range {within[0]:g} to {within[1]:g} months ends before it starts")
    question.setdefault("session", Session())
    study = prepare(**question)
    study.reached_only(
        "a flip is searched where the lag dates levels by the first model to reach them"
    )
    headline = results(study, ["current"])[0]
    if headline.months is None or headline.censored:
        raise EstimateError(
            "the day's distance is only a bound, so nothing can be said of moving it"
        )
    edits = {kind: effective(study, make(study)) for kind, (make, _) in _KINDS.items()}
    routes: list[_Route] = []
    known: dict[tuple[Edit, ...], _Change] = {}
    for target in _targets(headline.months, within):
        for kind, (_, most) in _KINDS.items():
            found = _search(study, edits[kind], target, most)
            for change in found[:_SHOWN]:
                known[change] = known.get(change) or _anew(study, question, change)
            changes = [known[change] for change in found[:_SHOWN]]
            size = float(len(found[0])) if found else None
            searched = float(most if edits[kind] else 0)
            routes.append(_Route(target.words, kind, size, searched, len(found), tuple(changes)))
        routes += _points(study, target)
    return Flip(headline, tuple(routes))


def _anew(study: Study, question: Question, edits: Sequence[Edit]) -> _Change:
    lags, _ = current_states(study, [edits])
    words = " and ".join(edit.words for edit in edits)
    try:
        result = results(redo(study, question, edits), ["current"])[0]
    except (EstimateError, UsageError):
        result = None  # told apart by being absent: without these models it has no answer
    return _Change(words, float(lags.months[0]), CENSORED.get(int(lags.censored[0])), result)


def _search(
    study: Study, edits: Sequence[Edit], target: _Target, most: int
) -> list[tuple[Edit, ...]]:
    """Every smallest set of edits, of at most `most`, after which the figure is in the target."""
    states = current_states(study, [()])[1]
    fronts: dict[frozenset[int], tuple[float, ...]] = {frozenset(): states[0]}
    tried = 0
    for _ in range(most):
        sets: dict[frozenset[int], frozenset[int]] = {}
        for chosen in fronts:
            touched = {m for k in chosen for m in edits[k].models}
            for k, edit in enumerate(edits):
                if k not in chosen and not edit.models & touched:
                    sets.setdefault(chosen | {k}, chosen)
        tried += len(sets)
        if tried > _LIMIT:
            raise EstimateError(f"the flip test would have to try more than {_LIMIT:,} sets")
        keys = list(sets)
        lags, after = current_states(study, [[edits[k] for k in sorted(s)] for s in keys])
        good = np.flatnonzero(target.holds(lags))
        if good.size:
            return [tuple(edits[k] for k in sorted(keys[g])) for g in good.tolist()]
        fronts = {
            s: state for s, state in zip(keys, after, strict=True) if state != fronts[sets[s]]
        }
    return []


def _points(study: Study, target: _Target) -> list[_Route]:
    """The least sum of rating points, moved on any models, that reaches the target."""
    field = study.cast.field
    if (np.isfinite(field.lead_from) & np.isfinite(field.follow_from)).any():
        return []  # nested groups: a rating would move on both sides
    ratings = study.means[0]
    sides = field.lead_from, field.follow_from
    best: tuple[float, Floats] | None = None
    for low, high in target.ranges:
        for sign, least, most in ((1, low, high), (-1, -high, -low)):
            if most < 0:
                continue
            ahead, behind = sides[::sign]  # the other way round where the signs are
            moved = _cheapest(ratings, ahead, behind, study.as_of, max(least, 0.0), most)
            if moved is not None and (best is None or np.abs(moved).sum() < best[0] - 1e-9):
                best = float(np.abs(moved).sum()), moved
    if best is None:
        return [_Route(target.words, "points", None, np.inf, 0, ())]
    size, moved = best
    lags = current(Race.of((ratings + moved)[None], *sides, study.as_of))
    names = [t.model for t in study.cast.tags]
    words = ", ".join(
        f"{names[k]} {abs(moved[k]):.1f} {'higher' if moved[k] > 0 else 'lower'}"
        for k in np.argsort(-np.abs(moved), kind="stable")
        if abs(moved[k]) > 2 * _NUDGE
    )
    change = _Change(words, float(lags.months[0]), CENSORED.get(int(lags.censored[0])))
    return [_Route(target.words, "points", size, np.inf, 1, (change,))]
