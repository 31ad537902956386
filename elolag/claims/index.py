"""Lags on Epoch's Capabilities Index as Epoch's own table has it: its scores, dates, countries.

The index is no Elo scale and its table of 2026-01 prints no errors, so there are no draws here:
one race, figures without intervals. It is used to make others' figures again and in the bridge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from elolag.archive import Archive
from elolag.errors import EstimateError
from elolag.lag import Race
from elolag.months import between, to_day, to_days

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

BOARD = "epoch/eci"

#: Dates of the table that its own other rows contradict: (entry, printed) -> meant. The same
#: model by two other routes is dated a year later, the day of its release.
MISTYPED = {("Kimi-K2-Instruct-0905", "2024-09-05"): "2025-09-05"}

_COUNTRIES = {"US": "United States", "CN": "China"}


@dataclass(frozen=True)
class IndexTable:
    """The index's models, one row each.

    Attributes
    ----------
    models
        Columns ``name, score, date, country, organisation, open_weights``: best score and
        earliest date of a model's rows; a model of several countries counts with the US if one
        of them is the US.
    vintage, snapshot
        Of the table, and its path and hash.
    """

    models: pd.DataFrame
    vintage: str
    snapshot: tuple[str, str]

    def race(self, leader: str, follower: str, as_of: str | None = None) -> Race:
        """Two groups as a race of one draw, up to `as_of` (the table's own date by default)."""
        dates = to_days(self.models["date"].tolist())
        ends = [np.where(self._in(group), dates, np.inf) for group in (leader, follower)]
        scores = self.models["score"].to_numpy(float)[None, :]
        return Race.of(scores, ends[0], ends[1], to_day(as_of or self.vintage))

    def _in(self, group: str) -> NDArray[np.bool_]:
        """Membership: ``US``, ``CN``, ``open``, ``closed`` or ``lab:NAME`` as Epoch spells it."""
        table = self.models
        if group in ("open", "closed"):
            wanted = "true" if group == "open" else "false"
            return np.asarray(table["open_weights"] == wanted)
        if group.startswith("lab:"):
            return np.asarray(table["organisation"].str.lower() == group[4:].lower())
        if group not in _COUNTRIES:
            raise EstimateError(f"{BOARD} is read for US, CN, open, closed or one lab, not {group}")
        return np.asarray(table["country"] == group)


def read_index(archive: Archive, vintage: str | None = None, *, correct: bool = True) -> IndexTable:
    """Read the index from the archive.

    Parameters
    ----------
    correct
        Whether the dates of `MISTYPED` are put right.
    """
    snapshot = archive.board(BOARD).snapshot(vintage)
    table = snapshot.ratings("overall").merge(snapshot.table("models"), on="entry")
    table = table.fillna({"release_date": "", "country": "", "organisation": ""})
    if correct:
        keys = zip(table["entry"], table["release_date"], strict=True)
        table["release_date"] = [MISTYPED.get(key, key[1]) for key in keys]
    table = table[table["release_date"] != ""]
    grouped = table.groupby("name", sort=True)
    models = grouped.agg(
        score=("rating", "max"),
        date=("release_date", "min"),
        country=("country", "first"),
        organisation=("organisation", "first"),
        open_weights=("open_weights", "first"),
    ).reset_index()
    models["country"] = [_country(c) for c in models["country"]]
    return IndexTable(models, snapshot.vintage, (snapshot.path, snapshot.sha256))


def _country(words: str) -> str:
    return next((code for code, name in _COUNTRIES.items() if name in words), "")


@dataclass(frozen=True)
class Matched:
    """The leader's records and how long the follower took to reach those it has reached."""

    months: Floats
    records: int

    @property
    def mean(self) -> float:
        """Mean over the matched ones; the others, still waiting, are left out."""
        return float(self.months.mean())


def matched_records(race: Race) -> Matched:
    """Months from each leader record to the day the follower reached it (race of one draw)."""
    dates, record = race.leader.records()
    levels = race.leader.running[:, record[0]]
    reached = race.follower.date_of(race.follower.first_reaching(levels))[0]
    caught = np.isfinite(reached)
    if not caught.any():
        raise EstimateError("the follower has reached none of the leader's records")
    return Matched(between(dates[0, record[0]][caught], reached[caught]), int(record.sum()))


def mean_over_levels(race: Race) -> float:
    """Mean time between the frontiers, uniform over the levels whose crossings both are dated.

    From the higher of the two first levels (below it one side's crossing was not seen) up to the
    lower of the two best: `levels` over all of history instead of a window.
    """
    low = max(float(race.leader.first_level[0, 0]), float(race.follower.first_level[0, 0]))
    high = min(float(race.leader.running.max()), float(race.follower.running.max()))
    if high <= low:
        raise EstimateError("the two groups have no level in common")
    steps = np.concatenate([race.leader.running[0], race.follower.running[0]])
    edges = np.unique(np.clip(np.append(steps, (low, high)), low, high))
    levels = edges[None, 1:]
    led = race.leader.date_of(race.leader.first_reaching(levels))[0]
    followed = race.follower.date_of(race.follower.first_reaching(levels))[0]
    return float(np.average(between(led, followed), weights=np.diff(edges)))
