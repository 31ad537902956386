"""What `estimate_revisions` returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from elolag.interval import Summary
from elolag.provenance import Origin
from elolag.revisions.news import NewsOrNoise, Score, news_or_noise, nine_in_ten, score
from elolag.schema import ALL_LISTS
from elolag.words import NO_WIDTH, bound, compact, given, months, noun, share, sized

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

#: The parts a revision is split into, in the order in which they are taken.
PARTS = ("scale", "votes", "models")
MEANING = {
    "scale": "the published scale moved",
    "votes": "new votes on models listed by then",
    "models": "models listed only later",
}


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
        Whether the interval of the day holds the hindsight value.
    """

    date: str
    real_time: Summary
    hindsight: Summary
    scale: float | None
    votes: float | None
    models: float | None
    age: float
    held: bool

    @property
    def change(self) -> float | None:
        """Hindsight minus real time; positive: the follower is now found further behind."""
        if self.real_time.censored or self.hindsight.censored:
            return None
        return self.hindsight.months - self.real_time.months

    def to_dict(self) -> dict[str, Any]:
        """One row of the table."""
        row: dict[str, Any] = {"date": self.date, "age": self.age}
        for name, found in (("real_time", self.real_time), ("hindsight", self.hindsight)):
            ends = {f"{name}_{key}": end for key, end in given(found.low, found.high).items()}
            row |= {name: found.months, **ends, f"{name}_censored": found.censored}
        parts = {part: getattr(self, part) for part in PARTS}
        return row | {"change": self.change, **parts, "held": self.held}


@dataclass(frozen=True)
class Revisions:
    """Real-time and hindsight estimates month by month, and what their difference is like.

    Attributes
    ----------
    rows
        One per month with a usable vintage, oldest first.
    skipped
        The other vintages asked about, and why.
    settle
        Months a vintage must be old for its revision to count in the spread, the tests and the
        score: the newest ones have hardly had time to be revised.
    """

    rows: tuple[Revision, ...]
    skipped: Mapping[str, str]
    settle: float
    estimand: str
    frontier: str
    board: str
    category: str
    vintage: str
    leader_group: str
    follower_group: str
    level: float
    window: float
    policies: Mapping[str, Any]
    n_draws: int
    seed: int
    snapshots: tuple[tuple[str, str], ...]
    version: str
    origins: tuple[Origin, ...] = field(default=(), repr=False)
    sources: str = ALL_LISTS

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
    def tests(self) -> NewsOrNoise:
        """News or noise."""
        exact = [r for r in self.settled if r.change is not None]
        return news_or_noise(
            np.array([r.real_time.months for r in exact]),
            np.array([r.hindsight.months for r in exact]),
        )

    @cached_property
    def score(self) -> Score | None:
        """How often the real-time interval held the hindsight value."""
        return score(sum(r.held for r in self.settled), len(self.settled))

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
            "nine_in_ten": nine_in_ten(np.abs(found)),
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
        if not len(self.changes):
            return f"On {where} no month is yet {self.settle:g} months old to be judged."
        sizes, n = np.abs(self.changes), len(self.changes)
        cases = "in 9 of 10 cases" if n >= 10 else f"in all of {n} cases"
        most = nine_in_ten(sizes) if n >= 10 else float(sizes.max())
        first, last = self.settled[0].date[:7], self.settled[-1].date[:7]
        middle, largest = float(np.median(sizes)), float(sizes.max())
        moved = f"moved by at most {months(most)} {cases}"
        half = f"half moved by {months(middle)} or less" if middle >= 0.05 else "half did not move"
        rest = f"; {half}, one by {months(largest)}"
        if largest < 0.05:
            moved, rest = "moved by less than a tenth of a month in every case", ""
        text = (
            f"On {where}, a figure for {noun(self.follower_group)} against "
            f"{noun(self.leader_group)} published on the day has since {moved} ({n} months with a "
            f"vintage from {first} to {last}, judged with the ratings of {self.vintage}{rest})."
        )
        return f"{text} {self.score_sentence()}"

    def score_sentence(self) -> str:
        """The score of the intervals of the day."""
        found = self.score
        if found is None:
            return ""
        return (
            f"The {self.level:.0%} measurement interval of the day held the hindsight value in "
            f"{found.held} of {found.n} months ({share(found.share)}; 95% Wilson interval "
            f"{found.low:.0%} to {found.high:.0%} if months were independent, which neighbouring "
            f"ones are not)."
        )

    def tests_sentence(self) -> str:
        """Whether revisions are news or noise, with the two p-values."""
        found = self.tests
        if found.news is None or found.noise is None:
            return f"{found.verdict}."
        return (
            f"{found.verdict} ({found.news.n} months, Newey-West errors with {found.news.lags} "
            f"lags; p = {found.news.p:.2f} for news, {found.noise.p:.2f} for noise)."
        )

    def parts_sentence(self) -> str:
        """What revisions are made of."""
        sizes = self.part_sizes()
        if not sizes:
            return "No revision could be split into parts."
        ranked = sorted(PARTS, key=lambda part: -sizes[part])
        words = ", ".join(f"{MEANING[part]} {months(sizes[part])}" for part in ranked)
        return f"Mean size of the parts, which can offset each other: {words}."

    def rows_in_words(self) -> list[tuple[str, ...]]:
        """Cells of the table for people: directions in words."""
        out = []
        for row in self.rows:
            parts = [self._step(getattr(row, part)) for part in PARTS]
            figures = (_figure(row.real_time), _figure(row.hindsight))
            held = "yes" if row.held else "no"
            out.append((row.date, *figures, self._step(row.change), *parts, held))
        return out

    @staticmethod
    def _step(value: float | None) -> str:
        """A change with its direction, from the follower's side."""
        if value is None:
            return "not split"
        if abs(value) < 0.05:
            return "none"
        return f"{abs(value):.1f} {'more' if value > 0 else 'less'}"

    def to_frame(self) -> pd.DataFrame:
        """One row per month (see `Revision`)."""
        import pandas as pd

        return pd.DataFrame([row.to_dict() for row in self.rows])

    def to_dict(self) -> dict[str, Any]:
        """As one JSON object."""
        found = self.score
        plain = (
            "settle", "estimand", "frontier", "board", "category", "vintage", "leader_group",
            "follower_group", "level", "window", "n_draws", "seed", "version",
            "sources",
        )  # fmt: skip
        return {
            "schema": 1,
            **{name: getattr(self, name) for name in plain},
            "policies": dict(self.policies),
            "months": [row.to_dict() for row in self.rows],
            "skipped": dict(self.skipped),
            "spread": self.spread(),
            "part_sizes": self.part_sizes(),
            "news_or_noise": self.tests.to_dict(),
            "score": {**vars(found), "share": found.share} if found else None,
            "sentence": self.sentence(),
            "snapshots": [{"path": p, "sha256": h} for p, h in self.snapshots],
        }

    def __str__(self) -> str:
        return self.sentence()


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
