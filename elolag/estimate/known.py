"""What could be known of a board on the day of each vintage, and what is known now.

Between the two lie three steps, taken in this order; each starts where the one before ended:

scale
    every rating of the day is carried onto the newest vintage's scale by the fit that retired
    models take (without the other board); their errors stay what they were;
votes
    the models listed by then get the ratings and errors that they have now;
models
    those listed only later join.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Unpack

import numpy as np
import pandas as pd

from elolag import tags
from elolag.archive import Board, Snapshot
from elolag.arrays import Flags
from elolag.estimate.field import Roster, check_clock, enrol
from elolag.estimate.panel import Vintage, chain, fill_errors, other_board, place, vintages
from elolag.estimate.session import (
    Asked,
    Question,
    check_excluded,
    of_lists,
)
from elolag.model import scale
from elolag.model.early_drift import YoungDrift, drift_of
from elolag.model.frontier import REACHED, MatchRule
from elolag.model.posterior import Field, Posterior, only, posterior
from elolag.model.scale import SHIPPED, Hyperparameters
from elolag.question import refuse_settled
from elolag.schema import measure_of
from elolag.tags import Lookup

#: The raw board: its complete vintages with intervals go back to July 2024. Those of the
#: style-controlled one begin in January 2025 and are too few for a share in ten.
BOARD = "arena/text"
#: What was known on the day, and the states that lead from it to what is known now.
STATES = ("real-time", "scale", "votes", "hindsight")


@dataclass(frozen=True)
class State:
    """Something known about the models: their numbers and posterior."""

    field: Field
    fitted: Posterior


@dataclass(frozen=True)
class Past:
    """The vintages of one board and its models.

    Attributes
    ----------
    vintages
        Complete lists of one method, oldest first; the last one is the hindsight.
    roster
        The models as tagged today, with the dates from which they count for two groups.
    drift
        How much young entries still move; None for not at all. It is estimated from the whole
        archive: like the tags, it is today's knowledge on every date.
    others
        Lists of the publisher's other board of the same votes.
    hyper
        What the fit takes as given.
    min_votes
        Entries with fewer votes do not count; those printed without a count stay.
    match
        What dates a level.
    point
        What one Elo is in the unit of the ratings.
    """

    vintages: tuple[Vintage, ...]
    roster: Roster
    drift: YoungDrift | None
    correct_selection: bool = True
    others: tuple[Vintage, ...] = ()
    hyper: Hyperparameters = SHIPPED
    min_votes: int = 0
    match: MatchRule = REACHED
    point: float = 1.0

    @cached_property
    def hindsight(self) -> pd.DataFrame:
        """Every entry ever rated, on the newest scale."""
        return self.real_time(len(self.vintages) - 1)

    def real_time(self, number: int) -> pd.DataFrame:
        """Every entry rated by vintage `number`, on its scale; later vintages are not looked at."""
        vintages = self.vintages[: number + 1]
        others = [other for other in self.others if other.date <= vintages[-1].date]
        table = place(vintages, others, self.hyper).table
        return fill_errors(table, vintages) if table["se"].isna().any() else table

    def states(self, number: int) -> dict[str, State]:
        """The entries on the way from one vintage's day to today, by the names of `STATES`.

        Raises
        ------
        EstimateError
            No rating by then has an error, or the vintage shares too few models with the newest.
        """
        known, now = self.real_time(number), self.hindsight
        tables = (known, self._carried(known, number), now[_listed(now, known)])
        way = (*(self.state(table) for table in tables), self.last)
        return dict(zip(STATES, way, strict=True))

    @cached_property
    def last(self) -> State:
        """The hindsight, ready to be drawn from."""
        return self.state(self.hindsight)

    def state(self, table: pd.DataFrame) -> State:
        """The entries of the two groups' models, ready to be drawn from."""
        table = table[~(table["votes"] < self.min_votes)]
        field, _ = self.roster.field(table, self.drift, self.point)
        field = replace(field, freedom=self.hyper.freedom)
        fitted = posterior(field, correct_selection=self.correct_selection, hyper=self.hyper)
        counted = np.isfinite(np.minimum(field.lead_from, field.follow_from))
        return State(*only(field, fitted, np.flatnonzero(counted))[:2])

    def _carried(self, known: pd.DataFrame, number: int) -> pd.DataFrame:
        """The ratings of a day on the newest scale, as far as that day's votes tell."""
        old, newest = self.vintages[number], self.vintages[-1]
        level = known["rating"].to_numpy(float)
        both = old.table.index.intersection(newest.table.index)
        then, today = (v.table.loc[both] for v in (old, newest))
        carry = scale.fit(
            then["rating"].to_numpy(float),
            today["rating"].to_numpy(float),
            scale.vote_noise(then["se"].to_numpy(float), today["se"].to_numpy(float)),
        )
        carried = level + carry.shift(level)
        # Nothing has come of a model that had left by then: it stands where it stands now.
        now = self.hindsight.set_index(["identity", "vintage"])["rating"]
        key = pd.MultiIndex.from_frame(known[["identity", "vintage"]])
        settled = now.reindex(key).to_numpy(float)
        left = (known["link"].to_numpy() >= 0) & ~np.isnan(settled)
        return known.assign(rating=np.where(left, settled, carried))


def monthly(vintages: Sequence[Vintage]) -> list[int]:
    """Numbers of the last vintage of each calendar month, the newest of all left out."""
    last = {v.date[:7]: k for k, v in enumerate(vintages[:-1])}
    return [last[month] for month in sorted(last)]


def _listed(now: pd.DataFrame, known: pd.DataFrame) -> Flags:
    """Which of today's entries belong to what was known: its entries, and renamed ones' models."""
    same = now["identity"].isin(set(known["identity"]))
    continued = set(now.loc[same, "model"])
    renamed = now["model"].isin(set(known["model"]) - continued)
    return np.asarray(same | renamed)


def read(
    board: str | Board = BOARD, **question: Unpack[Asked]
) -> tuple[Past, Lookup, list[Snapshot]]:
    """A board's past for two groups, the tags it was read with, its snapshots oldest first.

    Parameters
    ----------
    board, **question
        As for `estimate_revisions`.
    """
    refuse_settled("revisions", question)
    given: Question = {**question, "board": board}
    asked, session, board = of_lists(given, "it has no past to compare with")
    check_clock(asked["clock"])
    category = asked["category"]
    snapshots = chain(board, category, asked["vintage"])
    lookup = session.dated_lookup(asked)
    check_excluded(asked["exclude"], lookup)
    sides = asked["leader"], asked["follower"]
    groups = [tags.parse_group(g, lookup.labs, lookup.countries()) for g in sides]
    lists = tuple(vintages(snapshots, category, lookup))
    models = dict.fromkeys(m for v in lists for m in v.models)
    roster, tagged = enrol(models, lookup, groups[0], groups[1], asked["exclude"])
    tags.check_overlap(groups[0], groups[1], tagged)
    newest = snapshots[-1]
    kind = measure_of(newest.board, newest.method, newest.source)
    past = Past(
        lists,
        roster,
        drift_of(asked["drift"], newest.board, kind),
        asked["correct_selection"],
        tuple(vintages(other_board(board, newest), category, lookup)),
        min_votes=asked["min_votes"],
        match=MatchRule(asked["match_rule"]),
        point=kind.point,
    )
    return past, lookup, snapshots
