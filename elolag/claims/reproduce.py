"""Figures others took from data the archive holds, made again and compared digit by digit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from elolag import tags
from elolag.archive import Snapshot
from elolag.claims.index import matched_records, mean_over_levels, read_index
from elolag.claims.registry import Claim, Reproduction
from elolag.claims.studies import Studies
from elolag.errors import EstimateError
from elolag.months import to_day


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
