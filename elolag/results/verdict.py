"""Who is ahead, and in which words: models, matches, the gap, the state of the day."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from elolag.dates import DAYS_PER_MONTH, known, precision, to_day
from elolag.results import cards
from elolag.results.citing import before, likely, overtaking
from elolag.results.provenance import Origin
from elolag.results.table import picked
from elolag.results.words import (
    FEWEST,
    NO_VOTES,
    adjective,
    bound,
    directed,
    months,
    nought,
    noun,
    reads_ahead,
    share,
)
from elolag.schema import Measure, measure_of

#: On Arena's boards a rating of fewer votes is provisional.
SETTLED_VOTES = 15_000


@dataclass(frozen=True)
class ModelPoint:
    """A model as it stands in a result.

    `rating` is the posterior mean of its best entry, `sd` its standard deviation in the draws and
    `votes` that entry's votes where its list prints them; `counts_from` is the ISO date from which
    it counts in its group, `lab` the key of who released it. `listed` is the day of its first
    listing where the clock is that.
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
    listed: str = ""

    @property
    def early(self) -> bool:
        """Whether its rating rests on fewer than `SETTLED_VOTES` votes."""
        return self.votes is not None and self.votes < SETTLED_VOTES

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON object."""
        return {
            **picked(self, "group", "model", "entry", "release_date"),
            "precision": precision(self.release_date),
            **picked(self, "rating", "lab", "votes"),
            **({"first_listed": self.listed} if self.listed else {}),
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
        return {**picked(self, "entry", "rating", "low", "high"), "groups": list(self.groups)}


@dataclass(frozen=True)
class Match:
    """A possible match: the model, the lag it implies, and its share of the draws.

    `counts_from` is the ISO date from which it counts and its lag is told, empty where that is its
    release; `listed` is the day of its first listing where the clock is that.
    """

    model: str
    entry: str
    release_date: str
    months: float
    probability: float
    listed: str = ""
    counts_from: str = ""

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON object."""
        return {
            **picked(self, "model", "entry", "release_date"),
            "precision": precision(self.release_date),
            **picked(self, "months", "probability"),
            **({"first_listed": self.listed} if self.listed else {}),
        }


def dated(found: ModelPoint | Match, before: str = "") -> str:
    """The day that dates a model, with what it is the day of where it is not of the release."""
    day, since = found.listed or found.release_date, found.counts_from
    told = f"first listed {found.listed}" if found.listed else f"{before} {known(day)}".lstrip()
    return told if since in ("", day) else f"{told}, counts from {since}"


def _shares(found: Sequence[Match]) -> str:
    return "; ".join(f"{_named(m)} in {share(m.probability)} of draws" for m in found)


def _named(match: Match) -> str:
    """A match with its day, set off by commas where that needs words."""
    plain, day = f"of {known(match.release_date)}", dated(match, "of")
    return f"{match.model} {day}" if day == plain else f"{match.model}, {day},"


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
        # Beyond 300 the power is no float; what is left of the rate is none either.
        odds = 10 ** min(-self.elo / 400, 300.0)
        return float(1 / (1 + odds)) if self.unit == "Elo" else None

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON object."""
        return {
            **picked(self, "elo", "low", "high", "win_rate"),
            "percent_of_leader": self.percent_of_leader if self.unit == "Elo" else None,
            "percent_of_follower": self.percent_of_follower if self.unit == "Elo" else None,
            "unit": self.unit,
        }


# What may be said of a result: who is ahead, whether that is clear, and who was first.

#: Least probability of a match that the sentence names.
LIKELY = 0.05
#: Of so many draws, what has no answer is not worth a word.
_NEARLY_ALL = 0.995
#: What may be said of a result, and in this order the first that holds:
#:
#: - ``withheld``: the gap, where an entry without a tag could be the best of a side;
#: - ``overtaken``: the side that is behind reached its level before the other did;
#: - ``level``: the figure reads as zero, to one decimal, and is no bound;
#: - ``no-clear-lead``: both bests are equal, or the interval of the figure or of the gap reaches
#:   into the direction that the figure does not have;
#: - ``at-least``: the figure is only a bound, the lag (or the lead) is at least so much;
#: - ``behind`` or ``ahead``: the follower, at the figure's sign.
_VERDICTS = ("withheld", "overtaken", "level", "no-clear-lead", "at-least", "behind", "ahead")
#: Who first reached the level at which the lag is dated.
_ORDERS = ("follower-first", "leader-first", "level")


#: How the bests of both sides can stand to each other on a day, at posterior-mean ratings:
#:
#: - ``shared``: one model is the best of both (of nested groups); ``tie``: two, equally good;
#: - ``leads``: the follower's best stands above every model of the leader;
#: - ``overtaken``: the side that is behind was the first at its level;
#: - ``below-first``: its level lies below the first rated model of the other side;
#: - ``between``: it stands between two records of the other side.
_STATES = ("shared", "tie", "leads", "overtaken", "below-first", "between")


@dataclass(frozen=True)
class Day:
    """How the best of the side that is behind stood among the records of the other, on one day.

    Attributes
    ----------
    date
        ISO.
    state
        One of `_STATES`.
    best, rival
        Best model of the side that is behind, and of the other.
    above, below
        The bracket: the last record of the other side below that level, and its first at or above
        it; None where there is none.
    probability
        Share of draws in which `below` is the first to reach the level of that side's best.
    best_share, rival_share
        Share of draws in which `best` and `rival` are their sides' bests.
    leading
        Share of draws in which the follower leads.
    matches
        Every model that was the first to reach the level in some draw, most frequent first.
    smallest_set
        Those of them, most frequent first, that together hold the result's level.
    """

    date: str
    state: str
    best: ModelPoint
    rival: ModelPoint
    above: ModelPoint | None
    below: ModelPoint | None
    probability: float
    best_share: float
    rival_share: float
    leading: float
    matches: tuple[Match, ...]
    smallest_set: tuple[Match, ...]

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON object."""
        told = {"above": self.above, "below": self.below}
        return {
            "date": self.date,
            "state": self.state,
            "best": {**self.best.to_dict(), "probability": self.best_share},
            "rival": {**self.rival.to_dict(), "probability": self.rival_share},
            "bracket": {
                **{name: found.to_dict() if found else None for name, found in told.items()},
                "probability": self.probability,
            },
            "follower_leads": self.leading,
            "matches": [match.to_dict() for match in self.matches],
            "set": list(dict.fromkeys(match.model for match in self.smallest_set)),
        }


@dataclass(frozen=True, kw_only=True)
class Judged:
    """The part of a result from which its verdict follows; every surface takes it from here."""

    estimand: str
    months: float | None
    low: float | None
    high: float | None
    as_of: str
    leader_group: str
    follower_group: str
    leader_best: ModelPoint
    follower: ModelPoint
    match: ModelPoint | None
    matches: tuple[Match, ...]
    gap: Gap
    censored: str | None
    interval: str
    level: float
    window: float
    board: str
    category: str
    policies: Mapping[str, Any]
    leading: float
    matched: float
    leader_best_share: float
    follower_best_share: float
    n_draws: int
    failed_draws: int
    models: tuple[ModelPoint, ...] = field(default=(), repr=False)
    origins: tuple[Origin, ...] = field(default=(), repr=False)
    provisional: tuple[Contender, ...] = ()

    @property
    def leads(self) -> bool:
        """Whether the follower is ahead at posterior-mean ratings."""
        return self.gap.elo < 0

    @property
    def ahead(self) -> bool:
        """Whether the figure in months reads ahead."""
        return reads_ahead(self.months or 0.0, self.censored)

    @property
    def clock(self) -> str:
        """From when a model counts: ``released``, or ``first-listed``."""
        return str(self.policies.get("clock", "released"))

    @property
    def event(self) -> str:
        """What dates a model, in words."""
        return cards.event(self.clock, "en")

    @property
    def answered(self) -> float | None:
        """Share of the draws that have an answer; None where that is all of them, or nearly."""
        share = 1 - self.failed_draws / self.n_draws
        return share if share < _NEARLY_ALL else None

    @property
    def match_rule(self) -> str:
        """Which model of the other side dates a level, one of `frontier.MATCH_RULES`."""
        return str(self.policies.get("match_rule", "reached"))

    @property
    def by_match(self) -> bool:
        """Whether the figure is the time to one model's release, its match."""
        return self.estimand == "current" and self.match_rule == "reached"

    @property
    def order(self) -> str | None:
        """Who first reached the level that dates the lag: one of `_ORDERS`.

        At posterior-mean ratings, for `current`; None for the other estimands, and where the level
        lies below the first rated model of the side that is asked.
        """
        if not self.by_match or self.match is None or self.censored:
            return None
        if self.gap.elo == 0:
            later = self.months or 0.0
        else:
            best = self.leader_best if self.leads else self.follower
            later = to_day(best.counts_from) - to_day(self.match.counts_from)
            later = -later if self.leads else later
        if later == 0:
            return "level"
        return "follower-first" if later < 0 else "leader-first"

    @property
    def overtaken(self) -> bool:
        """Whether the side that is behind was the first at its level."""
        first = "leader-first" if self.leads else "follower-first"
        return self.gap.elo != 0 and self.order == first

    @property
    def clear(self) -> bool:
        """Whether the errors leave no doubt which side is ahead."""
        value, low, high = self.ends()
        one_day = self.estimand in ("current", "gap")
        if one_day and (self.gap.elo == 0 or self.gap.low < 0 < self.gap.high):
            return False
        if low < 0 < high or (value > 0 and low < 0) or (value < 0 and high > 0):
            return False
        # "At most" a positive lag may be a lead: its interval is open to that side.
        return not self.censored or self.bound == "at least"

    @property
    def verdict(self) -> str:
        """What may be said of it, one of `_VERDICTS`."""
        value, _, _ = self.ends()
        if self.months is None and self.provisional:
            return "withheld"
        if self.overtaken:
            return "overtaken"
        if nought(value) and not self.censored:
            return "level"
        if not self.clear:
            return "no-clear-lead"
        if self.censored:
            return "at-least"
        return "ahead" if value < 0 else "behind"

    def ends(self) -> tuple[float, float, float]:
        """Figure and interval, an open end infinite: months, or for `gap` in its own unit."""
        if self.months is None:
            return self.gap.elo, self.gap.low, self.gap.high
        low = -math.inf if self.low is None else self.low
        return self.months, low, math.inf if self.high is None else self.high

    @property
    def bound(self) -> str:
        """``at least`` or ``at most`` before the size of the lag, empty where it is exact."""
        return bound(self.months or 0.0, self.censored)

    def size(self) -> str:
        """The lag without its direction; a bound turns round with the sign of what it bounds."""
        return f"{self.bound} {months(abs(self.months or 0.0))}".lstrip()

    def likely_matches(self) -> tuple[Match, ...]:
        """Matches of at least 5% probability."""
        return tuple(m for m in self.matches if m.probability >= LIKELY)

    def standing(self, where: str) -> str:
        """Which side is ahead and why, the middle of the sentence on `current`."""
        follower, leader = noun(self.follower_group), noun(self.leader_group)
        best, other = self.follower, self.leader_group
        if self.leads:
            best, other = self.leader_best, self.follower_group
        whose = f"the best {adjective(best.group)} model, {best.model} ({dated(best, 'released')})"
        size, verdict = self.size(), self.verdict
        if verdict == "overtaken" and self.match is not None:
            doubt = "" if self.clear else "; neither side has a clear lead"
            joined = f"was {likely(self.matched, 'en')}first {where} and was"
            return (
                f"{self.overtaking(joined)}{doubt}: {whose}, reached "
                f"its level before any {adjective(other)} model, and {self.match.model} "
                f"({dated(self.match, 'released')}) passed it"
            )
        if self.gap.elo == 0:
            one, other = self.follower.model, self.leader_best.model
            text = f"the best models of both sides, {one} and {other}, stand at the same level"
            at = ""
            if one == other:
                text, at = f"one model, {one}, is the best of both sides", " at a level"
            if verdict == "level":
                return f"{follower} is level with {leader} {where}: {text}"
            side = self.follower_group if self.ahead else self.leader_group
            text += f",{at} which {adjective(side)} models reached {size} earlier, {follower} "
            text += "ahead" if self.ahead else "behind"
            return f"neither {follower} nor {leader} has a clear lead {where}: {text}"
        if verdict == "no-clear-lead":
            return (
                f"neither {follower} nor {leader} has a clear lead {where}: {whose}, stands at a "
                f"level that {adjective(other)} models first reached {size} before, but the errors "
                f"leave open which side is ahead"
            )
        verb, by, before = "trails", f" by {size}", "that long before"
        if verdict == "level":
            verb, by, before = "is level with", "", "less than two days before"
        elif self.ahead:
            verb = "is ahead of"
        return (
            f"{follower} {verb} {leader}{by} {where}: {whose}, stands at a level that "
            f"{adjective(other)} models first reached {before}"
        )

    def overtaking(self, joined: str) -> str:
        """Who was first, by whom and when overtaken, of a result of which that is said."""
        first, second = self.follower_group, self.leader_group
        if self.leads:
            first, second = second, first
        day = self.match.counts_from if self.match is not None else self.as_of
        return overtaking(first, joined, second, day, abs(self.months or 0.0))

    def reached_by(self) -> str:
        """Which models dated the lag in the draws, each with its share."""
        likely = self.likely_matches()
        if not self.overtaken:
            return f"first reached by {_shares(likely)}"
        sign = -1.0 if self.leads else 1.0
        passed = tuple(m for m in likely if self.since_overtaking(m.months))
        # Of the same sign but older than the model they would have passed: they were there first.
        earlier = tuple(m for m in likely if m.months * sign > 0 and m not in passed)
        still = sum(m.probability for m in self.matches if m.months * sign < 0)
        told = (
            f"passed by {_shares(passed)}" if passed else "",
            f"its level first reached by {_shares(earlier)}" if earlier else "",
            f"not overtaken in {share(still)} of draws" if still >= LIKELY else "",
        )
        return "; ".join(filter(None, told))

    def told(self, value: float) -> str:
        """A lag with its direction; the time since the overtaking where that is what it is.

        Where the leader was overtaken, the lag is its own, and named as such.
        """
        if self.since_overtaking(value):
            return f"overtaken {before(value)}"
        if self.overtaken and self.leads:
            return f"{noun(self.leader_group)} {directed(-value)}"
        return directed(value)

    def since_overtaking(self, value: float) -> bool:
        """Whether a lag of this many months would be the time since the first was overtaken."""
        if not self.overtaken or self.months is None or value * self.months <= 0:
            return False
        best = self.leader_best if self.leads else self.follower
        return abs(value) * DAYS_PER_MONTH < to_day(self.as_of) - to_day(best.counts_from)

    @property
    def measure(self) -> Measure:
        """What the board's ratings are made of."""
        if not self.origins:
            return measure_of(self.board)
        return measure_of(self.board, self.origins[0].method, self.origins[0].source)

    @property
    def day(self) -> Day:
        """How the day's bests stood to each other, at posterior-mean ratings and in the draws."""
        best, rival, ahead = self.follower, self.leader_best, self.leader_group
        shares = self.follower_best_share, self.leader_best_share
        if self.leads:
            best, rival, ahead, shares = rival, best, self.follower_group, shares[::-1]
        records = self.records(ahead)
        above = [m for m in records if m.rating < best.rating]
        below = [m for m in records if m.rating >= best.rating]
        if self.gap.elo == 0:
            state = "shared" if best.model == rival.model else "tie"
        elif self.leads:
            state = "leads"
        elif not above:
            state = "below-first"
        else:
            late = bool(below) and below[0].counts_from > best.counts_from
            state = "overtaken" if late else "between"
        held, smallest = 0.0, []
        for match in self.matches:
            if held < self.level:
                smallest.append(match)
            held += match.probability
        return Day(
            self.as_of, state, best, rival, above[-1] if above else None,
            below[0] if below else None, self.matched, *shares, self.leading, self.matches,
            tuple(smallest),
        )  # fmt: skip

    def provisional_rating(self, model: ModelPoint) -> bool:
        """Whether a model's rating rests on few votes yet, which is known of Arena's boards."""
        return model.early and self.board.startswith("arena/")

    @property
    def voteless(self) -> str:
        """That a list of Arena's prints no votes, by which the provisional ratings are told."""
        if not self.board.startswith("arena/") or any(m.votes is not None for m in self.models):
            return ""
        return NO_VOTES.format(votes=f"{SETTLED_VOTES:,}")

    def records(self, group: str) -> tuple[ModelPoint, ...]:
        """Models of a group that raised its frontier when they began to count, oldest first."""
        best, found = float("-inf"), []
        mine = (m for m in self.models if m.group == group and m.counts_from <= self.as_of)
        for model in sorted(mine, key=lambda m: (m.counts_from, -m.rating)):
            if model.rating > best:
                best = model.rating
                found.append(model)
        return tuple(found)

    def both_led(self) -> bool:
        """Whether each side was ahead on some day of the window, at posterior-mean ratings."""
        end = to_day(self.as_of)
        start = end - self.window * DAYS_PER_MONTH
        lead, follow = (
            [(to_day(m.counts_from), m.rating) for m in self.records(group)]
            for group in (self.leader_group, self.follower_group)
        )
        days = {start, *(day for day, _ in (*lead, *follow) if start < day < end)}
        bests = [(_best(follow, day), _best(lead, day)) for day in days]
        return any(mine > other for mine, other in bests) and any(
            mine < other for mine, other in bests
        )

    def too_few(self) -> tuple[tuple[str, int], ...]:
        """Groups with too few rated models for an interval, and how many each has."""
        groups = dict.fromkeys((self.leader_group, self.follower_group))
        counted = [m.group for m in self.models if m.counts_from <= self.as_of]
        sides = ((group, counted.count(group)) for group in groups)
        return tuple((group, count) for group, count in sides if 0 < count < FEWEST)

    @property
    def one_match(self) -> bool:
        """Whether the interval has no width: nearly all draws give one figure."""
        _, low, high = self.ends()
        return math.isfinite(low) and low == high

    @property
    def ends_given(self) -> tuple[float | None, float | None]:
        """Ends of the interval for data and drawings: none where the words say there is none."""
        return (None, None) if self.too_few() or self.one_match else (self.low, self.high)


def _best(records: Sequence[tuple[float, float]], day: float) -> float:
    """The best rating by a day; none before the first."""
    return max((rating for since, rating in records if since <= day), default=-math.inf)
