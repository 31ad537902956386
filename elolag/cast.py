"""Who takes part: the models of two groups on one panel, as the numbers the draws need."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from elolag.draws import Field, Posterior
from elolag.months import parse, to_day
from elolag.panel import Panel
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
    ) -> Cast:
        """Pick the two groups' entries from the panel and widen the young ones' errors."""
        table = panel.linked.table
        tagged = [lookup.tag(m) for m in table["model"].unique()]
        counted = np.isfinite(np.minimum(leader.since(tagged), follower.since(tagged)))
        kept = [t for t, c in zip(tagged, counted, strict=True) if c and not lookup.dropped(t)]
        kept = [t for t in kept if t.model not in exclude]
        kept.sort(key=lambda t: (t.released, t.model))
        number = {t.model: i for i, t in enumerate(kept)}
        table = table[table["model"].isin(number)]
        table = table.assign(order=table["model"].map(number))
        table = table.sort_values(["order", "entry"], kind="stable")
        variance = (table["se"] ** 2 + table["drift"] ** 2).to_numpy(float)
        if drift is not None:
            variance = variance + drift.variance(table["votes"], table["se"])
        lead_from, follow_from = leader.since(kept), follower.since(kept)
        bounds = np.array(
            [
                _month_bounds(t) if t.released == earlier else (np.nan, np.nan)
                for t, earlier in zip(kept, np.minimum(lead_from, follow_from), strict=True)
            ]
        ).reshape(-1, 2)
        field = Field(
            rating=table["rating"].to_numpy(float),
            variance=variance,
            link=table["link"].to_numpy(np.intp),
            link_se=table["link_se"].to_numpy(float),
            model=table["order"].to_numpy(np.intp),
            lead_from=lead_from,
            follow_from=follow_from,
            month_start=bounds[:, 0],
            month_end=bounds[:, 1],
        )
        return cls(field, tuple(table["entry"]), tuple(kept), leader, follower)

    def best_entries(self, fitted: Posterior) -> NDArray[np.intp]:
        """Index of each model's entry with the highest posterior mean."""
        best = np.zeros(len(self.tags), dtype=np.intp)
        order = np.argsort(fitted.mean, kind="stable")
        best[self.field.model[order]] = order
        return best


def _month_bounds(tag: Tag) -> tuple[float, float]:
    """First day of the release month and of the next, in days; NaN where the day is known."""
    if tag.precision != "month":
        return np.nan, np.nan
    day = parse(tag.release_date)
    length = calendar.monthrange(day.year, day.month)[1]
    start = to_day(dt.date(day.year, day.month, 1))
    return start, start + length
