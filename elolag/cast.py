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
from elolag.posterior import Field, Posterior, only
from elolag.roster import Roster
from elolag.tags import Group, Lookup, Tag
from elolag.young import YoungDrift

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Cast:
    """Models on one panel and the groups they may count for: numbers, and what names them."""

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
        """Everybody rated on the panel, of the two groups or not, the young ones' errors widened.

        Entries with fewer than `min_votes` votes are left out; one without a count of votes stays.
        """
        table = panel.placed.table
        table = table[~(table["votes"] < min_votes)]
        roster, kept = enrol(table["model"].unique(), lookup, leader, follower, exclude)
        field, rows = roster.field(table, drift)
        return cls(field, tuple(rows["entry"]), tuple(kept), leader, follower)

    def counting(self, fitted: Posterior) -> tuple[Cast, Posterior]:
        """Those only that count for a group at some time, and their part of the posterior."""
        counted = np.isfinite(np.minimum(self.field.lead_from, self.field.follow_from))
        models = np.flatnonzero(counted)
        field, fitted, entries = only(self.field, fitted, models)
        names = tuple(self.entries[k] for k in entries)
        tags = tuple(self.tags[k] for k in models)
        return Cast(field, names, tags, self.leader, self.follower), fitted

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
    """The models that are not dropped or excluded, by release and name, and their tags."""
    tagged = [lookup.tag(m) for m in models]
    kept = [t for t in tagged if not lookup.dropped(t) and t.model not in exclude]
    kept.sort(key=lambda t: (t.released, t.model))
    lead_from, follow_from = leader.since(kept), follower.since(kept)
    bounds = np.array(
        [
            _month_bounds(t) if t.released == earlier else (np.nan, np.nan)
            for t, earlier in zip(kept, np.minimum(lead_from, follow_from), strict=True)
        ]
    ).reshape(-1, 2)
    names = tuple(t.model for t in kept)
    released = np.array([t.released for t in kept], float)
    numbers = {code: k for k, code in enumerate(sorted({t.country for t in kept}))}
    country = np.array([numbers[t.country] for t in kept], np.intp)
    return Roster(names, released, country, lead_from, follow_from, *bounds.T), kept


def _month_bounds(tag: Tag) -> tuple[float, float]:
    """First day of the release month and of the next, in days; NaN where the day is known."""
    if tag.precision != "month":
        return np.nan, np.nan
    day = parse(tag.release_date)
    length = calendar.monthrange(day.year, day.month)[1]
    start = to_day(dt.date(day.year, day.month, 1))
    return start, start + length
