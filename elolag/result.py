"""What an estimate returns: a frozen result that carries its inputs and words itself."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from elolag.months import DAYS_PER_MONTH

if TYPE_CHECKING:
    import pandas as pd

#: Version of the JSON object `LagResult.to_dict` returns.
JSON_SCHEMA = 1

LEFT_OUT = (
    "The interval covers errors of the published ratings, of linking retired models and of release "
    "dates known to the month. It leaves out: whether blind votes measure capability; which models "
    "a lab submits; how representative the voters are; and what another run of history would have "
    "given."
)

_NOUNS = {
    "US": ("US", "the US"),
    "CN": ("Chinese", "China"),
    "FR": ("French", "France"),
    "GB": ("British", "the UK"),
    "DE": ("German", "Germany"),
    "KR": ("South Korean", "South Korea"),
    "CA": ("Canadian", "Canada"),
    "JP": ("Japanese", "Japan"),
    "IL": ("Israeli", "Israel"),
    "open": ("open-weights", "open weights"),
    "closed": ("closed", "closed models"),
    "ALL": ("rated", "all models"),
}


def adjective(group: str) -> str:
    """The group before the word "model": ``CN`` -> ``Chinese``."""
    if group.startswith("lab:"):
        return group[4:]
    return _NOUNS.get(group, (group, group))[0]


def noun(group: str) -> str:
    """The group as the subject of a sentence: ``US`` -> ``the US``."""
    if group.startswith("lab:"):
        return group[4:]
    return _NOUNS.get(group, (group, group))[1]


@dataclass(frozen=True)
class ModelPoint:
    """A model as it stands in a result; `rating` is the posterior mean of its best entry."""

    group: str
    model: str
    entry: str
    release_date: str
    rating: float

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON object."""
        return {
            "group": self.group,
            "model": self.model,
            "entry": self.entry,
            "release_date": self.release_date,
            "rating": self.rating,
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
    """Distance of the two frontiers at the as-of date, leader minus follower, in Elo."""

    elo: float
    low: float
    high: float
    percent_of_leader: float
    percent_of_follower: float

    @property
    def win_rate(self) -> float:
        """Expected share of votes for the leader's best against the follower's best."""
        return win_rate(self.elo)

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON object."""
        return {
            "elo": self.elo,
            "low": self.low,
            "high": self.high,
            "win_rate": self.win_rate,
            "percent_of_leader": self.percent_of_leader,
            "percent_of_follower": self.percent_of_follower,
        }


def win_rate(gap: float) -> float:
    """Expected score of the side that is `gap` Elo points ahead."""
    return float(1 / (1 + 10 ** (-gap / 400)))


@dataclass(frozen=True)
class LagResult:
    """By how many months the follower trails the leader, with everything needed to check it.

    `months` is positive when the follower is behind and negative when it leads; it is a bound
    where `censored` is ``at-least`` or ``at-most``. `low` and `high` bound the measurement
    interval at `level`; None where the draws give only a bound. `months` is None for the
    estimand ``gap``, whose figure is ``gap.elo``.
    """

    estimand: str
    frontier: str
    interval: str
    months: float | None
    low: float | None
    high: float | None
    level: float
    as_of: str
    vintage: str
    data_through: str
    board: str
    category: str
    leader_group: str
    follower_group: str
    leader_best: ModelPoint
    follower: ModelPoint
    match: ModelPoint | None
    matches: tuple[Match, ...] | None
    gap: Gap
    censored: str | None
    policies: Mapping[str, Any]
    n_draws: int
    failed_draws: int
    seed: int
    snapshots: tuple[tuple[str, str], ...]
    version: str
    notes: tuple[str, ...] = ()

    @property
    def leads(self) -> bool:
        """Whether the follower is ahead at posterior-mean ratings."""
        return self.gap.elo < 0

    @property
    def leader(self) -> ModelPoint | None:
        """The match; when the follower leads, the leader's best."""
        return self.leader_best if self.leads else self.match

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: unrounded, in a stable order of keys."""
        return {
            "schema": JSON_SCHEMA,
            "estimand": self.estimand,
            "frontier": self.frontier,
            "interval": self.interval,
            "months": self.months,
            "low": self.low,
            "high": self.high,
            "level": self.level,
            "as_of": self.as_of,
            "vintage": self.vintage,
            "data_through": self.data_through,
            "board": self.board,
            "category": self.category,
            "leader": self.leader.to_dict() if self.leader else None,
            "match": self.match.to_dict() if self.match else None,
            "leader_best": self.leader_best.to_dict(),
            "follower": self.follower.to_dict(),
            "matches": None if self.matches is None else [m.to_dict() for m in self.matches],
            "gap": self.gap.to_dict(),
            "censored": self.censored,
            "policies": dict(self.policies),
            "n_draws": self.n_draws,
            "failed_draws": self.failed_draws,
            "seed": self.seed,
            "snapshots": [{"path": p, "sha256": h} for p, h in self.snapshots],
            "version": self.version,
            "notes": list(self.notes),
        }

    def to_frame(self) -> pd.DataFrame:
        """One row per fact: columns ``quantity`` and ``value``, as the command line shows them."""
        import pandas as pd

        return pd.DataFrame(self.rows(), columns=["quantity", "value"])

    def rows(self) -> list[tuple[str, str]]:
        """The facts of the result, in words, one (quantity, value) pair each."""
        follower, leader = noun(self.follower_group), noun(self.leader_group)
        rows = [
            ("estimand", f"{self.estimand}, {self.frontier} frontiers"),
            ("lag" if self.months is not None else "gap", self.figure()),
            (f"{self.level:.0%} measurement interval", self.interval_words()),
            (f"best of {follower}", _point(self.follower)),
            (f"best of {leader}", _point(self.leader_best)),
        ]
        for number, match in enumerate(self.likely_matches()):
            label = "match" if number == 0 else "or"
            rows.append(
                (
                    label,
                    f"{match.model} ({match.release_date}), {match.probability:.1%} of draws, "
                    f"{_months(abs(match.months))}",
                )
            )
        g = self.gap
        rows += [
            (
                "gap today",
                f"{_signed(g.elo, leader, follower)}, {self.level:.0%} interval "
                f"{g.low:.1f} to {g.high:.1f} Elo",
            ),
            (
                "as a win rate",
                f"{g.win_rate:.1%} for {leader}'s best; {g.percent_of_leader:.2f}% of its score",
            ),
            ("board", f"{self.board}, {self.category}"),
            ("as of / vintage", f"{self.as_of} / {self.vintage}"),
            ("data through", self.data_through),
            ("draws, seed", f"{self.n_draws:,}, {self.seed}"),
        ]
        rows += [
            ("snapshot" if i == 0 else "", f"{path}  sha256 {digest[:16]}")
            for i, (path, digest) in enumerate(self.snapshots)
        ]
        return rows

    def figure(self) -> str:
        """The headline figure with its direction in words."""
        if self.months is None:
            return _signed(self.gap.elo, noun(self.leader_group), noun(self.follower_group))
        size = _months(abs(self.months))
        if self.censored:
            # A bound turns round with the sign: a lag of at most -6 is a lead of at least 6.
            size = f"at least {size}"
        return f"{noun(self.follower_group)} {'ahead' if self.leads else 'behind'} by {size}"

    def interval_words(self) -> str:
        """The interval, each end with its direction."""
        if self.months is None:
            return f"{self.gap.low:.1f} to {self.gap.high:.1f} Elo"
        if self.low is None and self.high is None:
            return "not bounded by these data"
        if self.low is None:
            return f"{_directed(self.high or 0.0)} or further ahead"
        if self.high is None:
            return f"{_directed(self.low)} or more"
        if self.low == self.high:
            return (
                f"{_directed(self.low)} at both ends: at least {self.level:.0%} of the draws "
                f"give the same match"
            )
        if self.low >= 0 or self.high <= 0:
            near, far = sorted((abs(self.low), abs(self.high)))
            return f"{near:.1f} to {_months(far)} {'behind' if self.low >= 0 else 'ahead'}"
        return f"{_directed(self.low)} to {_directed(self.high)}"

    def likely_matches(self) -> tuple[Match, ...]:
        """Matches of at least 5% probability."""
        return tuple(m for m in self.matches or () if m.probability >= 0.05)

    def sentence(self) -> str:
        """The result in one quotable sentence."""
        follower, leader = noun(self.follower_group), noun(self.leader_group)
        where = f"on {self.board} ({self.category}), as of {self.as_of}"
        interval = f"{self.level:.0%} measurement interval: {self.interval_words()}"
        if self.months is None:
            return f"{_capital(where)}, the gap is {self.figure()} ({interval})."
        names = "; ".join(
            f"{m.model} of {m.release_date} in {m.probability:.0%} of draws"
            for m in self.likely_matches()
        )
        size = self.figure().split(" by ", 1)[1]
        adjectives = adjective(self.leader_group), adjective(self.follower_group)
        if self.leads:
            return (
                f"{_capital(follower)} is ahead of {leader} by {size} {where}: the best "
                f"{adjectives[0]} model, {self.leader_best.model}, stands at a level "
                f"{adjectives[1]} models had first reached that long before ({interval}; first "
                f"reached by {names})."
            )
        return (
            f"{_capital(follower)} trails {leader} by {size} {where}: its best model, "
            f"{self.follower.model} (released {self.follower.release_date}), stands at a level "
            f"{adjectives[0]} models had first reached that long before ({interval}; first reached "
            f"by {names})."
        )

    def summary(self) -> str:
        """The sentence, the facts and what the interval leaves out, as plain text."""
        rows = self.rows()
        width = max(len(q) for q, _ in rows)
        body = "\n".join(f"{q:<{width}}  {v}" for q, v in rows)
        notes = "".join(f"\nNote: {n}." for n in self.notes)
        return f"{self.sentence()}\n\n{body}\n\n{LEFT_OUT}{notes}"

    def __str__(self) -> str:
        return self.sentence()

    def _repr_html_(self) -> str:
        cells = "".join(
            f"<tr><th scope='row' style='text-align:left'>{html.escape(q)}</th>"
            f"<td style='text-align:left'>{html.escape(v)}</td></tr>"
            for q, v in self.rows()
        )
        return f"<p>{html.escape(self.sentence())}</p><table>{cells}</table>"


def _months(value: float) -> str:
    return f"{value:.1f} months"


def _directed(value: float) -> str:
    if value == 0:
        return "level"
    return f"{_months(abs(value))} {'behind' if value > 0 else 'ahead'}"


def _signed(elo: float, leader: str, follower: str) -> str:
    if elo == 0:
        return f"{leader} and {follower} level"
    return f"{leader if elo > 0 else follower} ahead by {abs(elo):.1f} Elo"


def _point(point: ModelPoint) -> str:
    return f"{point.model} ({point.release_date}), {point.rating:.1f} as {point.entry}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def months_before(as_of: float, released: float) -> float:
    """Months from a release to the as-of date, both in days."""
    return (as_of - released) / DAYS_PER_MONTH
