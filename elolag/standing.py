"""How models and groups stand in a result: a model, a possible match, the gap of two frontiers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

#: On Arena's boards a rating of fewer votes is provisional.
SETTLED_VOTES = 15_000


@dataclass(frozen=True)
class ModelPoint:
    """A model as it stands in a result.

    `rating` is the posterior mean of its best entry, `sd` that posterior's standard deviation and
    `votes` that entry's votes where its list prints them; `counts_from` is the ISO date from which
    it counts in its group, `lab` the key of who released it; `month_only` tells that of its release
    only the month is known.
    """

    group: str
    model: str
    entry: str
    release_date: str
    rating: float
    sd: float
    counts_from: str
    lab: str = ""
    votes: int | None = None
    month_only: bool = False

    @property
    def early(self) -> bool:
        """Whether its rating rests on fewer than `SETTLED_VOTES` votes."""
        return self.votes is not None and self.votes < SETTLED_VOTES

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON object."""
        return {
            "group": self.group,
            "model": self.model,
            "entry": self.entry,
            "release_date": self.release_date,
            "rating": self.rating,
            "lab": self.lab,
            "votes": self.votes,
        }


@dataclass(frozen=True)
class Contender:
    """An entry that nobody has tagged and that could be the best model of a group.

    It rates above the group's best, or within that best's interval. `low` and `high` bound its
    own interval at the result's level, None where its publisher gives no error; `groups` are those
    whose best it could be.
    """

    entry: str
    rating: float
    low: float | None
    high: float | None
    groups: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON object."""
        return {
            "entry": self.entry,
            "rating": self.rating,
            "low": self.low,
            "high": self.high,
            "groups": list(self.groups),
        }


@dataclass(frozen=True)
class Match:
    """A possible match: the model, the lag it implies, and its share of the draws."""

    model: str
    entry: str
    release_date: str
    months: float
    probability: float

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON object."""
        return {
            "model": self.model,
            "entry": self.entry,
            "release_date": self.release_date,
            "months": self.months,
            "probability": self.probability,
        }


@dataclass(frozen=True)
class Gap:
    """Distance of the two frontiers at the as-of date, leader minus follower.

    `elo`, `low` and `high` are in `unit`, which is Elo but on boards of other measures. Only a
    distance in Elo is a win rate, or is given as a percentage.
    """

    elo: float
    low: float
    high: float
    percent_of_leader: float
    percent_of_follower: float
    unit: str = "Elo"

    @property
    def win_rate(self) -> float | None:
        """Expected share of votes for the leader's best against the follower's best; Elo only."""
        return win_rate(self.elo) if self.unit == "Elo" else None

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON object."""
        return {
            "elo": self.elo,
            "low": self.low,
            "high": self.high,
            "win_rate": self.win_rate,
            "percent_of_leader": self.percent_of_leader if self.unit == "Elo" else None,
            "percent_of_follower": self.percent_of_follower if self.unit == "Elo" else None,
            "unit": self.unit,
        }


def win_rate(gap: float) -> float:
    """Expected score of the side that is `gap` Elo points ahead."""
    # Beyond 300 the power is no float; what is left of the rate is none either.
    return float(1 / (1 + 10 ** min(-gap / 400, 300.0)))
