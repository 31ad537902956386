"""How figures published on the day of each vintage read now, and by what they moved."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Unpack

import numpy as np

from elolag.archive import Board, Snapshot
from elolag.arrays import Floats
from elolag.dates import DAYS_PER_MONTH, to_day
from elolag.errors import EstimateError, UsageError
from elolag.estimate.known import BOARD, STATES, Past, State, monthly, read
from elolag.estimate.lag import HEADLINE, lag_key
from elolag.estimate.session import (
    ASKED,
    Asked,
    Estimated,
    Question,
    Session,
    check_numbers,
    choices,
    rests_on,
)
from elolag.model import draws
from elolag.model.estimands import window_of
from elolag.model.interval import Summary, summarise
from elolag.question import check_names
from elolag.results.charts import Both
from elolag.results.provenance import basis_notes, tags_of
from elolag.results.table import Cell, Column, Table, data, picked
from elolag.results.words import (
    FEWEST,
    NO_WIDTH,
    bound,
    compact,
    few,
    given,
    many,
    months,
    noun,
    percentage,
    share,
    sized,
)

# What `estimate_revisions` returns.

#: The parts a revision is split into, in the order in which they are taken.
PARTS = ("scale", "votes", "models")
MEANING = {
    "scale": Both("the published scale moved", "Skala der Listen verschoben"),
    "votes": Both("new votes on models listed by then", "neue Stimmen zu damals gelisteten"),
    "models": Both("models listed only later", "erst später gelistete Modelle"),
}


_KEY = (
    "Months behind with measurement intervals, on the day and now; changes in months more or less "
    "behind. Scale: the published scale moved; Votes: new votes on models listed by then; Models: "
    "those listed only later; the three add up, in this order, to the change. Held: whether the "
    "interval of the day holds what is measured now; it covers errors of ratings and knows nothing "
    "of models released but not yet listed."
)
_KNOWN_TODAY = (
    "Tags are today's, with openness and country as of the day, and so are the parameters of the "
    "young-entry drift."
)


@dataclass(frozen=True)
class Revision:
    """One month: what was measured on the day, and what is measured of that day now.

    Attributes
    ----------
    date
        The vintage, which is the as-of date of both.
    scale, votes, models
        Months that each step adds on the way from `real_time` to `hindsight`; they add up to
        `change`. None where one of them is a bound or not defined.
    age
        Months from the vintage to the newest.
    held
        Whether the interval of the day holds the hindsight value; None where it has none.
    none_then, none_now
        Why there is no interval of the day, or in hindsight; empty where there is one.
    """

    date: str
    real_time: Summary
    hindsight: Summary
    scale: float | None
    votes: float | None
    models: float | None
    age: float
    held: bool | None
    none_then: str = ""
    none_now: str = ""

    @property
    def change(self) -> float | None:
        """Hindsight minus real time; positive: the follower is now found further behind."""
        if self.real_time.censored or self.hindsight.censored:
            return None
        return self.hindsight.months - self.real_time.months

    def to_dict(self) -> dict[str, Any]:
        """One row of the table."""
        row: dict[str, Any] = {"date": self.date, "age": self.age}
        for name, found, none in (
            ("real_time", self.real_time, self.none_then),
            ("hindsight", self.hindsight, self.none_now),
        ):
            told = given(found.low, found.high)
            told["no_interval"] = told["no_interval"] or none or None
            ends = {f"{name}_{key}": end for key, end in told.items()}
            row |= {name: found.months, **ends, f"{name}_censored": found.censored}
        return row | {"change": self.change, **picked(self, *PARTS), "held": self.held}


@dataclass(frozen=True)
class Score:
    """How often the interval of the day held the hindsight value.

    `low` and `high` are Wilson's 95% interval of the share. It takes months as independent; they
    are not, as one model keeps its error for many months, so the true interval is wider.
    """

    held: int
    n: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """Of the months."""
        return self.held / self.n


def _score(held: int, n: int) -> Score | None:
    """Share of months held with Wilson's interval; None where there is no month."""
    from statsmodels.stats.proportion import proportion_confint

    if n == 0:
        return None
    low, high = proportion_confint(held, n, alpha=0.05, method="wilson")
    return Score(held, n, float(low), float(high))


def _nine_in_ten(sizes: Floats) -> float:
    """The size that at least nine in ten do not exceed: one that occurred."""
    return float(np.quantile(sizes, 0.9, method="inverted_cdf"))


@dataclass(frozen=True)
class Revisions(Estimated):
    """Real-time and hindsight estimates month by month, and what their difference is like.

    Attributes
    ----------
    rows
        One per month with a usable vintage, oldest first.
    skipped
        The other vintages asked about, and why.
    settle
        Months a vintage must be old for its revision to count in the spread and the score: the
        newest ones have hardly had time to be revised.
    """

    rows: tuple[Revision, ...]
    skipped: Mapping[str, str]
    settle: float
    estimand: str
    frontier: str
    level: float
    window: float

    @property
    def settled(self) -> tuple[Revision, ...]:
        """The months old enough to count."""
        return tuple(r for r in self.rows if r.age >= self.settle)

    @cached_property
    def changes(self) -> Floats:
        """Revisions of the settled months in months, bounds left out."""
        found = [r.change for r in self.settled]
        return np.array([c for c in found if c is not None])

    @cached_property
    def score(self) -> Score | None:
        """How often the real-time interval held the hindsight value."""
        judged = [r.held for r in self.settled if r.held is not None]
        return _score(sum(judged), len(judged))

    @property
    def memory(self) -> float | None:
        """Correlation of revisions of neighbouring months: why months are not independent."""
        away = self.changes - self.changes.mean() if len(self.changes) > 2 else self.changes[:0]
        total = float(away @ away)
        return float(away[1:] @ away[:-1]) / total if total > 0 else None

    def spread(self) -> dict[str, float | int | None]:
        """Size of the revisions, in months."""
        found = self.changes
        if not len(found):
            return {"n": 0}
        return {
            "n": len(found),
            "mean": float(found.mean()),
            "sd": float(found.std(ddof=1)) if len(found) > 1 else None,
            "mean_size": float(np.abs(found).mean()),
            "nine_in_ten": _nine_in_ten(np.abs(found)),
            "largest": float(np.abs(found).max()),
            "memory": self.memory,
        }

    def part_sizes(self) -> dict[str, float]:
        """Mean size of each part over the settled months that can be split, in months."""
        whole = [r for r in self.settled if r.scale is not None]
        if not whole:
            return {}
        return {part: float(np.mean([abs(getattr(r, part)) for r in whole])) for part in PARTS}

    def sentence(self) -> str:
        """How far a published figure has moved since, and whether its interval held."""
        where = f"{self.board} ({self.category}; {self.estimand})"
        if not self.settled:
            return f"On {where} no month is yet {self.settle:g} months old to be judged."
        if not len(self.changes):
            text = f"On {where} every figure of the day or of hindsight is only a bound."
            return f"{text} {self.score_sentence()}".rstrip()
        sizes, n = np.abs(self.changes), len(self.changes)
        cases = "in the one case" if n == 1 else f"in all of {n} cases"
        cases = "in 9 of 10 cases" if n >= 10 else cases
        most = _nine_in_ten(sizes) if n >= 10 else float(sizes.max())
        first, last = self.settled[0].date[:7], self.settled[-1].date[:7]
        span = f"of {first}" if first == last else f"from {first} to {last}"
        middle, largest = float(np.median(sizes)), float(sizes.max())
        moved = f"moved by at most {months(most)} {cases}"
        half = f"half moved by {months(middle)} or less" if middle >= 0.05 else "half did not move"
        rest = f"; {half}, one by {months(largest)}" if n > 1 else ""
        if largest < 0.05:
            every = "the one case" if n == 1 else "every case"
            moved, rest = f"moved by less than a tenth of a month in {every}", ""
        text = (
            f"On {where}, a figure for {noun(self.follower_group)} against "
            f"{noun(self.leader_group)} published on the day has since {moved} ({many(n, 'month')} "
            f"with a vintage {span}, judged with the ratings of {self.vintage}{rest})."
        )
        return f"{text} {self.score_sentence()}".rstrip()

    def score_sentence(self) -> str:
        """The score of the intervals of the day."""
        found = self.score
        if found is None:
            return ""
        return (
            f"The {percentage(self.level)} measurement interval of the day held the hindsight "
            f"value in {found.held} of {many(found.n, 'month')} ({share(found.share)}; 95% Wilson "
            f"interval {found.low:.0%} to {found.high:.0%} if months were independent, which "
            f"neighbouring ones are not)."
        )

    def parts_sentence(self) -> str:
        """What revisions are made of."""
        sizes = self.part_sizes()
        if not sizes:
            return "No revision could be split into parts."
        ranked = sorted(PARTS, key=lambda part: -sizes[part])
        words = ", ".join(f"{MEANING[part]} {months(sizes[part])}" for part in ranked)
        return f"Mean size of the parts, which can offset each other: {words}."

    def table(self) -> Table:
        """One row per month, on the day and now: months behind, changes more or less behind."""
        ends = "of its measurement interval; empty: unbounded, or none"
        bound = "at-least or at-most where the value is a bound"
        columns = [
            Column("date", "Day", "the vintage, the as-of date of both figures", "ISO date"),
            data("age", "from the vintage to the newest", "months"),
        ]
        for key, label in (("real_time", "Then"), ("hindsight", "Now")):
            columns += [
                Column(f"{key}_words", label, "with its interval, in words", words=True),
                data(key, "positive: the follower is behind", "months"),
                data(f"{key}_low", ends, "months"),
                data(f"{key}_high", ends, "months"),
                data(f"{key}_no_interval", "why there is no interval"),
                data(f"{key}_censored", bound),
            ]
        columns.append(Column("change", "Change", "positive: now further behind", "months", _step))
        for part in PARTS:
            columns.append(Column(part, part.capitalize(), MEANING[part], "months", _step))
        columns.append(Column("held", "Held", "whether the interval of the day holds today's"))
        rows = [
            row.to_dict()
            | {"real_time_words": _figure(row.real_time), "hindsight_words": _figure(row.hindsight)}
            for row in self.rows
        ]
        return Table.of("revisions", "Figures of the day and now", columns, rows)

    def footnotes(self) -> tuple[str, ...]:
        """How the table is read, what it rests on, and what is left out."""
        refused = (
            f"Left out, {', '.join(date for date, why in self.skipped.items() if why == reason)}: "
            f"{reason}."
            for reason in dict.fromkeys(self.skipped.values())
        )
        return (_KEY, self.parts_sentence(), _KNOWN_TODAY, *basis_notes(self), *refused)

    def to_dict(self) -> dict[str, Any]:
        """As one JSON object."""
        found = self.score
        plain = picked(
            self, "settle", "estimand", "frontier", "board", "category", "vintage", "leader_group",
            "follower_group", "level", "window", "n_draws", "seed", "version", "sources",
        )  # fmt: skip
        return {
            "schema": 1,
            **plain,
            "policies": dict(self.policies),
            "tags": tags_of(self),
            "months": [row.to_dict() for row in self.rows],
            "skipped": dict(self.skipped),
            "spread": self.spread(),
            "part_sizes": self.part_sizes(),
            "score": {**vars(found), "share": found.share} if found else None,
            "sentence": self.sentence(),
            "snapshots": [{"path": p, "sha256": h} for p, h in self.snapshots],
        }


def _step(value: Cell) -> str:
    """A change with its direction, from the follower's side."""
    if not isinstance(value, float):
        return "not split"
    if abs(value) < 0.05:
        return "none"
    return f"{abs(value):.1f} {'more' if value > 0 else 'less'}"


def _figure(found: Summary) -> str:
    """Months behind with the interval; directions are spelt out as soon as one is not that."""
    least = f"{bound(found.months, found.censored)} ".lstrip()
    ends = () if found.low is None or found.high is None else (found.low, found.high)
    if ends and ends[0] == ends[1]:
        return f"{least}{sized(found.months)} ({NO_WIDTH})"
    if min(found.months, *ends, 0.0) < 0:
        point = f"{least}{sized(found.months)}"
        return f"{point} ({compact(*ends)})" if ends else point
    if not ends:
        return f"{least}{found.months:.1f}"
    return f"{least}{found.months:.1f} ({ends[0]:.1f} to {ends[1]:.1f})"


# `estimate_revisions`: month by month from a board's vintages to what has become of a figure.

#: Months after which a figure counts as having had time to be revised.
_SETTLE = 3.0
_DRAWS = 2000


def estimate_revisions(
    board: str | Board = BOARD,
    *,
    estimand: str = HEADLINE,
    frontier: str | None = None,
    settle: float = _SETTLE,
    progress: Callable[[int, int], object] | None = None,
    **question: Unpack[Asked],
) -> Revisions:
    """What has become of the figures that could have been published on the day.

    For each month with a complete vintage: the estimate with the ratings and models listed by
    then (real time), the one with the newest ratings for the same date (hindsight), and their
    difference in three steps that add up (see `elolag.estimate.revisions`). Tags are today's, with
    dated openness and country; so are the parameters of the young-entry drift.

    Parameters
    ----------
    board
        By default the raw text board, whose vintages go back furthest.
    estimand, frontier
        As for `estimate_lag`; ``gap`` is not in months and refused.
    settle
        Months a vintage must be older than the hindsight to count in spread and score.
    progress
        Called with (months done, months in all).
    **question
        As for `estimate_lag`, without as_of: `vintage` is the date of the ratings that count as
        hindsight, and 2,000 draws are the default.

    Returns
    -------
    Revisions

    Raises
    ------
    UsageError
        A name or number that cannot be answered, or a board with a single vintage.
    EstimateError
        No month can be measured both ways.

    Examples
    --------
    >>> import elolag
    >>> found = elolag.estimate_revisions(board="arena/vision", n_draws=100)
    >>> found.rows[0].date < found.rows[-1].date
    True
    """
    check_names(question, ASKED)
    asked: Question = {**ASKED, "n_draws": _DRAWS, **question}
    n_draws, seed, level, window = asked["n_draws"], asked["seed"], asked["level"], asked["window"]
    check_numbers(n_draws, level)
    key = lag_key(estimand, frontier)
    if key == "gap":
        raise UsageError("gap is in Elo; revisions are of the estimands in months")
    category, session = asked["category"], asked["session"] or Session()
    question["session"], board = session, session.board(board, asked["archive"], asked["sources"])
    past, lookup, snapshots = read(board, **question)
    sides = asked["leader"], asked["follower"]
    rows, refused = _measure(past, key, n_draws, seed, level, window, progress, sides)
    skipped = dict(sorted({**_unusable(board, category, snapshots), **refused}.items()))
    if not rows:
        reasons = "; ".join(f"{date}: {why}" for date, why in skipped.items())
        name = snapshots[-1].board
        raise EstimateError(
            f"no month of {name} ({category}) can be measured on the day and in hindsight"
            + (f" ({reasons})" if reasons else ": it has a single complete vintage")
        )
    return Revisions(
        rows=rows,
        skipped=skipped,
        settle=settle,
        estimand=estimand,
        frontier=key.partition("/")[2] or "step",
        board=snapshots[-1].board,
        category=category,
        vintage=snapshots[-1].vintage,
        leader_group=asked["leader"],
        follower_group=asked["follower"],
        level=level,
        window=window_of(estimand, window),
        policies=choices(asked, lookup, past.drift),
        n_draws=n_draws,
        seed=seed,
        sources=board.archive.sources,
        **rests_on(reversed(snapshots)),
    )


def _unusable(board: Board, category: str, used: Sequence[Snapshot]) -> dict[str, str]:
    """The last vintage of every earlier month in which none can be used, and why."""
    months = {s.vintage[:7] for s in used}
    found: dict[str, tuple[str, str]] = {}
    for snapshot in board.snapshots:
        if snapshot.vintage >= used[-1].vintage or snapshot.vintage[:7] in months:
            continue
        reason = f"the list has no category {category}"
        if snapshot.method != used[-1].method:
            reason = f"its ratings are {snapshot.method}, not {used[-1].method}"
        elif snapshot.completeness != "full":
            reason = f"the list is cut off ({snapshot.completeness}) and cannot be linked"
        found[snapshot.vintage[:7]] = snapshot.vintage, reason
    return dict(found.values())


def _measure(
    past: Past,
    estimand: str,
    n_draws: int = 2000,
    seed: int = 0,
    level: float = 0.95,
    window: float | None = None,
    progress: Callable[[int, int], object] | None = None,
    groups: tuple[str, str] = ("leader", "follower"),
) -> tuple[tuple[Revision, ...], dict[str, str]]:
    """Every month of a past both ways; beside it the vintages that cannot be, and why."""

    def none(state: State, day: float) -> str:
        """Why there is no interval of a day; empty where there is one."""
        sides = zip(groups, (state.field.lead_from, state.field.follow_from), strict=True)
        counts = [(group, int((since <= day).sum())) for group, since in sides]
        thin = [(group, count) for group, count in counts if count < FEWEST]
        return few(thin) if thin else ""

    def summary(state: State, day: float) -> Summary:
        known = state.field, state.fitted, day, [estimand], window
        point = draws.point(*known, past.match).lags[estimand]
        drawn = draws.sample(*known, n_draws, seed, past.match).lags[estimand]
        found = summarise(estimand, point, drawn, level)
        return replace(found, low=None, high=None) if none(state, day) else found

    newest = to_day(past.vintages[-1].date)
    chosen = monthly(past.vintages)
    rows, skipped = [], {}
    for done, number in enumerate(chosen):
        date = past.vintages[number].date
        if progress is not None:
            progress(done, len(chosen))
        day = to_day(date)
        try:
            states = past.states(number)
            then, now = (summary(states[state], day) for state in ("real-time", "hindsight"))
        except EstimateError as error:
            skipped[date] = str(error)
            continue
        way = [_exact(then), None, None, _exact(now)]
        for k in (1, 2):  # those on the way nobody ever published; one may have no figure
            with suppress(EstimateError):
                way[k] = _exact(summary(states[STATES[k]], day))
        age = (newest - day) / DAYS_PER_MONTH
        none_then, none_now = (none(states[state], day) for state in ("real-time", "hindsight"))
        held = None if none_then else _held(then, now)
        rows.append(Revision(
            date, then, now, **_steps(way), age=age, held=held, none_then=none_then,
            none_now=none_now,
        ))  # fmt: skip
    return tuple(rows), skipped


def _exact(found: Summary) -> float | None:
    """The figure; None where it is only a bound."""
    return None if found.censored else found.months


def _steps(way: Sequence[float | None]) -> dict[str, float | None]:
    """What each step adds; nothing is split where one figure on the way is missing."""
    exact = [months for months in way if months is not None]
    if len(exact) < len(way):
        return dict.fromkeys(PARTS)
    added = (after - before for before, after in itertools.pairwise(exact))
    return dict(zip(PARTS, added, strict=True))


def _held(real_time: Summary, hindsight: Summary) -> bool:
    """Whether the interval of the day holds what hindsight says; a bound must lie in it wholly."""
    low = float("-inf") if hindsight.censored == "at-most" else hindsight.months
    high = float("inf") if hindsight.censored == "at-least" else hindsight.months
    least = float("-inf") if real_time.low is None else real_time.low - 1e-9
    most = float("inf") if real_time.high is None else real_time.high + 1e-9
    return least <= low and high <= most
