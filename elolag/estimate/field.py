"""Who races: models, their dates and ratings as the arrays of a `Field`, on either clock."""

from __future__ import annotations

import calendar
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from elolag.archive import Archive
from elolag.arrays import Floats
from elolag.dates import parse, to_day, to_iso
from elolag.errors import UsageError
from elolag.estimate.panel import ROOT, Panel
from elolag.model.early_drift import YoungDrift
from elolag.model.posterior import Field, Posterior, only
from elolag.tags import Group, Lookup, Tag, is_unknown
from elolag.tags.listings import read_listings


@dataclass(frozen=True)
class Roster:
    """The models of a board as their tags have them, ordered by release and name.

    Attributes
    ----------
    models
        Names, shape (M,).
    released, country
        Day of release, and a number for the country of each.
    lead_from, follow_from
        Days from which each counts for a group; inf never.
    month_start, month_end
        Bounds of a release known to the month, in days; NaN where the day is known.
    """

    models: tuple[str, ...]
    released: Floats
    country: NDArray[np.intp]
    lead_from: Floats
    follow_from: Floats
    month_start: Floats
    month_end: Floats

    def only(self, keep: NDArray[np.intp]) -> Roster:
        """The models at these positions."""
        names, *arrays = (getattr(self, each.name) for each in fields(self))
        return Roster(tuple(names[k] for k in keep), *(array[keep] for array in arrays))

    def field(
        self, table: pd.DataFrame, drift: YoungDrift | None, point: float = 1.0
    ) -> tuple[Field, pd.DataFrame]:
        """Put the linked entries of these models in order, the young ones' errors widened.

        Parameters
        ----------
        table
            Of `panel.Placed`, every ``se`` known. Entries of other models are left out, and
            models without an entry too.
        drift
            How much young entries still move; None for not at all.
        point
            What one Elo is in the unit of the ratings.

        Returns
        -------
        Field, pandas.DataFrame
            The arrays, and the rows of `table` they came from, in the same order.
        """
        rated = table["model"].tolist()
        some = set(rated)
        held = self.only(np.array([k for k, m in enumerate(self.models) if m in some], np.intp))
        number = {m: k for k, m in enumerate(held.models)}
        entries = zip(rated, table["entry"].tolist(), strict=True)
        order = [(number[m], entry, row) for row, (m, entry) in enumerate(entries) if m in number]
        order.sort()
        rows = table.iloc[[row for _, _, row in order]].reset_index(drop=True)
        variance = (rows["se"] ** 2).to_numpy(float)
        if drift is not None:
            variance = variance + drift.variance(rows["votes"], rows["se"])
        field = Field(
            rating=rows["rating"].to_numpy(float),
            variance=variance,
            link=rows["link"].to_numpy(np.intp),
            link_root=rows[list(ROOT)].to_numpy(float),
            drift=rows["drift"].to_numpy(float),
            model=np.array([model for model, _, _ in order], np.intp),
            released=held.released,
            country=held.country,
            lead_from=held.lead_from,
            follow_from=held.follow_from,
            month_start=held.month_start,
            month_end=held.month_end,
            point=point,
        )
        return field, rows


# When a model begins to count: on its release, or on the day the archive first lists it.

CLOCKS = ("released", "first-listed")
#: What a reader of a result by the second must know.
FIRST_LISTED = (
    "models count from the day a board of this archive first lists them, not from their release: "
    "listed late where the archive has no vintage for months, early where a lab tests in public"
)


def check_clock(clock: str) -> None:
    """Refuse a clock nobody knows."""
    if clock not in CLOCKS:
        raise UsageError(f"unknown clock {clock!r}; known: {', '.join(CLOCKS)}")


def first_listed(archive: Archive, lookup: Lookup) -> dict[str, float]:
    """Day of the first vintage, of any board that rates, that lists an entry of each model."""
    first: dict[str, float] = {}
    for listed in read_listings(archive):
        if not listed.rated:
            continue
        alias = lookup.alias(listed.source, listed.entry, listed.name)
        if alias is not None and not is_unknown(alias):
            day = to_day(listed.first)
            first[alias.model] = min(first.get(alias.model, np.inf), day)
    return first


def listed_tags(lookup: Lookup, first: Mapping[str, float]) -> dict[str, Tag]:
    """The tags of models with the day of their first listing in place of their release.

    Weights that came with the release count from the listing too, those that came later from
    their own date, but not before the listing. A base's tag is not asked for: its dates do not
    matter to what is built on it.
    """
    out = {}
    for model, day in first.items():
        tag = lookup.tag(model)
        opened = day if tag.opened <= tag.released else max(tag.opened, day)
        out[model] = replace(tag, released=day, opened=opened, precision="day")
    return out


# Who takes part: the models of two groups on one panel, as the numbers the draws need.


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
        field, rows = roster.field(table, drift, panel.measure.point)
        return cls(field, tuple(rows["entry"]), tuple(kept), leader, follower)

    @property
    def sides(self) -> tuple[tuple[Group, Floats], tuple[Group, Floats]]:
        """Leader and follower, each with the days from which the models count for it."""
        return (self.leader, self.field.lead_from), (self.follower, self.field.follow_from)

    def rated(self, day: float) -> list[tuple[str, int]]:
        """Leader and follower, each with how many models it has by a day."""
        return [(group.text, int((since <= day).sum())) for group, since in self.sides]

    def counting(self, fitted: Posterior) -> tuple[Cast, Posterior]:
        """Those only that count for a group at some time, and their part of the posterior."""
        counted = np.isfinite(np.minimum(self.field.lead_from, self.field.follow_from))
        models = np.flatnonzero(counted)
        field, fitted, entries = only(self.field, fitted, models)
        names = tuple(self.entries[k] for k in entries)
        tags = tuple(self.tags[k] for k in models)
        return Cast(field, names, tags, self.leader, self.follower), fitted

    def spread(self, fitted: Posterior) -> Floats:
        """Standard deviation of each entry's rating in the draws, (E,).

        Of the posterior and of what the entry shares with its carry, which the draws add to it.
        """
        return np.asarray(np.sqrt(fitted.spread**2 + self.field.shared))

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
            month_of(to_day(parse(t.release_date)))
            if t.precision == "month" and t.released == earlier
            else (np.nan, np.nan)
            for t, earlier in zip(kept, np.minimum(lead_from, follow_from), strict=True)
        ]
    ).reshape(-1, 2)
    names = tuple(t.model for t in kept)
    released = np.array([t.released for t in kept], float)
    numbers = {code: k for k, code in enumerate(sorted({t.country for t in kept}))}
    country = np.array([numbers[t.country] for t in kept], np.intp)
    return Roster(names, released, country, lead_from, follow_from, *bounds.T), kept


def month_of(day: float) -> tuple[float, float]:
    """First day of the month that holds a day, and of the next."""
    date = parse(to_iso(day))
    start = to_day(date.replace(day=1))
    return start, start + calendar.monthrange(date.year, date.month)[1]
