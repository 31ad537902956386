"""What `compare` returns: slices, their intervals, and what it means to read many at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from elolag.result import LagResult
from elolag.words import noun, over

if TYPE_CHECKING:
    import pandas as pd


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
        return None if none or _flat(self.simultaneous) else self.simultaneous

    def row(self) -> dict[str, Any]:
        """One row of the table."""
        result = self.result
        (low, high), wide = result.ends_given, self.simultaneous_given or (None, None)
        return {
            "slice": self.name,
            "heading": self.heading,
            "leader": result.leader_group,
            "follower": result.follower_group,
            "board": result.board,
            "category": result.category,
            "as_of": result.as_of,
            "vintage": result.vintage,
            "months": result.months,
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
class Slices:
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
        ends = f"from {answer(first.result)} ({first.name}) to {answer(last.result)} ({last.name})"
        asked = over(self.estimand, first.result.window)
        if self.paired:
            follower, leader = noun(self.follower_group), noun(self.leader_group)
            text = f"The lag of {follower} behind {leader} ({asked}) runs {ends}"
        else:
            text = f"By {self.by} the lag ({asked}) runs {ends}"
        n = len(self.slices)
        counted = "1 slice" if n == 1 else f"{n} slices"
        return f"{text}, over {counted} ({self.certain()}). {self.multiplicity()}"

    def certain(self) -> str:
        """How many slices have an interval on one side of level."""
        ahead = sum(upper(s) < 0 for s in self.slices)
        behind = sum(lower(s) > 0 for s in self.slices)
        rest = len(self.slices) - ahead - behind
        kind = "simultaneous" if self.simultaneous_level else "own"
        return f"by their {kind} intervals {behind} behind, {ahead} ahead, {rest} undecided"

    def multiplicity(self) -> str:
        """What it means that many intervals are read at once."""
        n = len(self.slices)
        if n == 1:
            return "It is a single slice: its interval needs no correction."
        text = (
            f"Each interval holds its own lag at {self.level:.0%}; among {n} read together up to "
            f"{n * (1 - self.level):.1f} are expected to miss, and the extremes of the table are "
            f"extreme partly by chance."
        )
        if self.simultaneous_level is None:
            return f"{text} Simultaneous intervals are given on request."
        return (
            f"{text} The simultaneous intervals hold all {n} at once at {self.level:.0%} or more "
            f"(Bonferroni: {self.simultaneous_level:.2%} each, whatever the dependence of slices)."
        )

    def rows_in_words(self) -> list[tuple[str, ...]]:
        """Cells of the table for people: slice, answer, interval(s), models, as-of date."""
        out = []
        for item in self.slices:
            found = item.result
            size = answer(found) + (", provisional" if found.provisional else "")
            cells = [item.name, size, found.interval_cell(found.low, found.high)]
            if self.simultaneous_level is not None:
                cells.append(found.interval_cell(*(item.simultaneous or (None, None))))
            out.append((*cells, f"{item.models[1]} / {item.models[0]}", found.as_of))
        return out

    def to_frame(self) -> pd.DataFrame:
        """One row per slice (see `Slice.row`)."""
        import pandas as pd

        return pd.DataFrame([item.row() for item in self.slices])

    def to_dict(self) -> dict[str, Any]:
        """As one JSON object; every slice with its whole result."""
        return {
            "schema": 1,
            "by": self.by,
            "estimand": self.estimand,
            "level": self.level,
            "simultaneous": None
            if self.simultaneous_level is None
            else {"method": "bonferroni", "level_each": self.simultaneous_level},
            "slices": [{**s.row(), "result": s.result.to_dict()} for s in self.slices],
            "refused": dict(self.refused),
            "sources": self.slices[0].result.sources,
            "sentence": self.sentence(),
        }

    def __str__(self) -> str:
        return self.sentence()


def _flat(ends: tuple[float | None, float | None] | None) -> bool:
    return ends is not None and ends[0] is not None and ends[0] == ends[1]


def size(item: Slice) -> float:
    """Months behind, by which slices are ranked."""
    return item.result.months or 0.0


def answer(result: LagResult) -> str:
    """The lag of the row's follower, in the words of its verdict."""
    return result.short()


def lower(item: Slice) -> float:
    """Lower end of the widest interval there is."""
    if item.result.too_few():
        return -np.inf  # no interval: undecided
    low = item.simultaneous[0] if item.simultaneous else item.result.low
    return -np.inf if low is None else low


def upper(item: Slice) -> float:
    """Upper end of the widest interval there is."""
    if item.result.too_few():
        return np.inf
    high = item.simultaneous[1] if item.simultaneous else item.result.high
    return np.inf if high is None else high
