"""Who takes part: the models of two groups on one panel, as the numbers the draws need."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from elolag.months import parse, to_day
from elolag.panel import Panel
from elolag.posterior import Field, Posterior
from elolag.roster import Roster
from elolag.tags import Group, Lookup, Tag
from elolag.young import YoungDrift

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Cast:
    """The models of two groups on one panel: their numbers, and what names them afterwards."""

    field: Field
    entries: tuple[str, ...]
    tags: tuple[Tag, ...]
    leader: Group
    follower: Group

    @classmethod
    def of(
        cls,
        panel: Panel,
        lookup: Lookup,
        leader: Group,
        follower: Group,
        drift: YoungDrift | None,
        exclude: Collection[str] = (),
        min_votes: int = 0,
    ) -> Cast:
        """Pick the two groups' entries from the panel and widen the young ones' errors.

        Entries with fewer than `min_votes` votes are left out; one without a count of votes stays.
        """
        table = panel.placed.table
        table = table[~(table["votes"] < min_votes)]
        roster, kept = enrol(table["model"].unique(), lookup, leader, follower, exclude)
        field, rows = roster.field(table, drift)
        return cls(field, tuple(rows["entry"]), tuple(kept), leader, follower)

    def best_entries(self, fitted: Posterior) -> NDArray[np.intp]:
        """Index of each model's entry with the highest posterior mean."""
        best = np.zeros(len(self.tags), dtype=np.intp)
        order = np.argsort(fitted.mean, kind="stable")
        best[self.field.model[order]] = order
        return best


def enrol(
    models: Iterable[str],
    lookup: Lookup,
    leader: Group,
    follower: Group,
    exclude: Collection[str] = (),
) -> tuple[Roster, list[Tag]]:
    """Those of the models that count for a group at some time, by release and name."""
    tagged = [lookup.tag(m) for m in models]
    counted = np.isfinite(np.minimum(leader.since(tagged), follower.since(tagged)))
    kept = [t for t, c in zip(tagged, counted, strict=True) if c and not lookup.dropped(t)]
    kept = [t for t in kept if t.model not in exclude]
    kept.sort(key=lambda t: (t.released, t.model))
    lead_from, follow_from = leader.since(kept), follower.since(kept)
    bounds = np.array(
        [
            _month_bounds(t) if t.released == earlier else (np.nan, np.nan)
            for t, earlier in zip(kept, np.minimum(lead_from, follow_from), strict=True)
        ]
    ).reshape(-1, 2)
    names = tuple(t.model for t in kept)
    return Roster(names, lead_from, follow_from, bounds[:, 0], bounds[:, 1]), kept


def _month_bounds(tag: Tag) -> tuple[float, float]:
    """First day of the release month and of the next, in days; NaN where the day is known."""
    if tag.precision != "month":
        return np.nan, np.nan
    day = parse(tag.release_date)
    length = calendar.monthrange(day.year, day.month)[1]
    start = to_day(dt.date(day.year, day.month, 1))
    return start, start + length
