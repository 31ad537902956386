"""Lags on Epoch's Capabilities Index as Epoch's own table has it: its scores, dates, countries.

The index is no Elo scale and its table of 2026-01 prints no errors, so there are no draws here:
one race, figures without intervals. It is used to make others' figures again and in the bridge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from elolag import tags
from elolag.archive import Archive, Snapshot
from elolag.claims.estimating import Studies
from elolag.claims.registry import Claim, Reproduction
from elolag.dates import between, to_day, to_days
from elolag.errors import EstimateError
from elolag.model.estimands import Race

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


# Figures others took from data the archive holds, made again and compared digit by digit.


@dataclass(frozen=True)
class Repeat:
    """What a reproduction gave.

    Attributes
    ----------
    met
        Whether the figure, printed as its author printed it, is the same.
    found, vintage
        Our figure as printed, and the list it comes from; of several lists the one that prints
        the same figure, else the nearest.
    span
        Over several lists: the least and the greatest figure.
    """

    measure: str
    printed: str
    met: bool
    found: str
    board: str
    vintage: str
    span: tuple[str, str] | None
    note: str

    def sentence(self) -> str:
        """One sentence on whether the printed figure comes out."""
        where = f"{self.board} of {self.vintage}"
        if self.met:
            text = f"{self.printed} ({self.measure}) is what {where} gives, to the printed digit."
        elif self.span is None:
            text = f"{self.printed} ({self.measure}) does not come out: {where} gives {self.found}."
        else:
            text = (
                f"{self.printed} ({self.measure}) comes out on none of the lists looked at, which "
                f"give {self.span[0]} to {self.span[1]}; the nearest, {where}, gives {self.found}."
            )
        return f"{text} {self.note}".strip()

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON object."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def repeat(studies: Studies, claim: Claim, wanted: Reproduction) -> Repeat:
    """Make one published figure again.

    Raises
    ------
    EstimateError, UsageError
        The archive does not hold the list it comes from.
    """
    digits = len(wanted.printed.partition(".")[2])
    if wanted.measure.startswith("index-"):
        found, vintage = _of_index(studies, claim, wanted, digits)
        return Repeat(
            wanted.measure, wanted.printed, found == wanted.printed, found, wanted.board, vintage,
            None, wanted.note,
        )  # fmt: skip
    board = studies.archive.board(wanted.board)
    if wanted.vintage:
        lists = [board.snapshot(wanted.vintage)]
    else:
        lists = [s for s in board.snapshots if wanted.first <= s.vintage <= wanted.last]
    every = {s.vintage: _of_list(studies, claim, wanted.measure, s) for s in lists}
    figures = {vintage: f for vintage, f in every.items() if f is not None}
    if not figures:
        raise EstimateError(f"{wanted.board} has no list with both groups on it in that time")
    target = float(wanted.printed)
    nearest = min(figures, key=lambda v: (abs(figures[v] - target), v))
    shown = {vintage: f"{f:.{digits}f}" for vintage, f in figures.items()}
    ordered = sorted(figures, key=lambda v: figures[v])
    return Repeat(
        measure=wanted.measure,
        printed=wanted.printed,
        met=shown[nearest] == wanted.printed,
        found=shown[nearest],
        board=wanted.board,
        vintage=nearest,
        span=None if wanted.vintage else (shown[ordered[0]], shown[ordered[-1]]),
        note=wanted.note,
    )


def _of_list(studies: Studies, claim: Claim, measure: str, snapshot: Snapshot) -> float | None:
    """A figure of one list as published; None where a group is not on it."""
    ratings = _published(studies, claim, snapshot)
    if not ratings["leader"] or not ratings["follower"]:
        return None
    best, follower = max(ratings["leader"]), max(ratings["follower"])
    if measure == "place":
        # One more than the number of the leader group's models above the follower's best.
        return float(1 + sum(r > follower for r in ratings["leader"]))
    gap = best - follower
    return gap if measure == "points" else 100 * gap / follower


def _published(studies: Studies, claim: Claim, snapshot: Snapshot) -> dict[str, list[float]]:
    """Each side's ratings on a list as printed. A model on a list counts, whatever its date.

    Only openness is asked for the day: weights not yet out do not make a model open.
    """
    lookup = studies.lookup
    table = snapshot.ratings(claim.category)
    names = dict(snapshot.entries().set_index("entry")["name"].fillna(""))
    day = to_day(snapshot.vintage)
    sides = {
        side: tags.parse_group(text, lookup.labs, lookup.countries())
        for side, text in (("leader", claim.leader), ("follower", claim.follower))
    }
    out: dict[str, list[float]] = {"leader": [], "follower": []}
    for entry, rating in zip(table["entry"], table["rating"], strict=True):
        alias = lookup.alias(snapshot.source, entry, names.get(entry, ""))
        if alias is None or tags.is_unknown(alias):
            continue
        tag = lookup.tag(alias.model)
        for side, group in sides.items():
            since = float(group.since([tag])[0])
            if np.isfinite(since) and (since <= tag.released or since <= day):
                out[side].append(float(rating))
    return out


def _of_index(studies: Studies, claim: Claim, wanted: Reproduction, digits: int) -> tuple[str, str]:
    table = read_index(studies.archive, wanted.vintage)
    race = table.race(claim.leader, claim.follower)
    if wanted.measure == "index-levels":
        return f"{mean_over_levels(race):.{digits}f}", table.vintage
    matched = matched_records(race)
    if wanted.measure == "index-matched":
        return f"{len(matched.months)} of {matched.records}", table.vintage
    return f"{matched.mean:.{digits}f}", table.vintage
