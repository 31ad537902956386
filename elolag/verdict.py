"""What may be said of a result: who is ahead, whether that is clear, and who was first."""

from __future__ import annotations

import math
from dataclasses import dataclass

from elolag.months import DAYS_PER_MONTH, to_day
from elolag.standing import Gap, Match, ModelPoint
from elolag.words import adjective, bound, directed, months, noun, overtaking, reads_ahead, share

#: Least probability of a match that the sentence names.
LIKELY = 0.05
#: What may be said of a result, and in this order the first that holds:
#:
#: - ``withheld``: the gap, where an entry without a tag could be the best of a side;
#: - ``overtaken``: the side that is behind reached its level before the other did;
#: - ``level``: the figure is exactly zero, and no bound;
#: - ``no-clear-lead``: both bests are equal, or the interval of the figure or of the gap reaches
#:   into the direction that the figure does not have;
#: - ``at-least``: the figure is only a bound, the lag (or the lead) is at least so much;
#: - ``behind`` or ``ahead``: the follower, at the figure's sign.
VERDICTS = ("withheld", "overtaken", "level", "no-clear-lead", "at-least", "behind", "ahead")
#: Who first reached the level at which the lag is dated.
ORDERS = ("follower-first", "leader-first", "level")


@dataclass(frozen=True)
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
    matches: tuple[Match, ...] | None
    gap: Gap
    censored: str | None

    @property
    def leads(self) -> bool:
        """Whether the follower is ahead at posterior-mean ratings."""
        return self.gap.elo < 0

    @property
    def ahead(self) -> bool:
        """Whether the figure in months reads ahead."""
        return reads_ahead(self.months or 0.0, self.censored)

    @property
    def order(self) -> str | None:
        """Who first reached the level that dates the lag: one of `ORDERS`.

        At posterior-mean ratings, for `current`; None for the other estimands, and where the level
        lies below the first rated model of the side that is asked.
        """
        if self.match is None or self.censored:
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
        """What may be said of it, one of `VERDICTS`."""
        value, _, _ = self.ends()
        if self.overtaken:
            return "overtaken"
        if value == 0 and not self.censored:
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
        return tuple(m for m in self.matches or () if m.probability >= LIKELY)

    def standing(self, where: str) -> str:
        """Which side is ahead and why, the middle of the sentence on `current`."""
        follower, leader = noun(self.follower_group), noun(self.leader_group)
        best, other = self.follower, self.leader_group
        if self.leads:
            best, other = self.leader_best, self.follower_group
        whose = f"the best {adjective(best.group)} model, {best.model} (released "
        whose += f"{best.release_date})"
        size, verdict = self.size(), self.verdict
        if verdict == "overtaken" and self.match is not None:
            doubt = "" if self.clear else "; neither side has a clear lead"
            return (
                f"{self.overtaking(f'was first {where} and was')}{doubt}: {whose}, reached "
                f"its level before any {adjective(other)} model, and {self.match.model} (released "
                f"{self.match.release_date}) passed it"
            )
        if self.gap.elo == 0:
            text = f"the best models of both sides, {self.follower.model} and "
            text += f"{self.leader_best.model}, stand at the same level"
            if verdict == "level":
                return f"{follower} is level with {leader} {where}: {text}"
            side = self.follower_group if self.ahead else self.leader_group
            text += f", which {adjective(side)} models reached {size} earlier, {follower} "
            text += "ahead" if self.ahead else "behind"
            return f"neither {follower} nor {leader} has a clear lead {where}: {text}"
        if verdict == "no-clear-lead":
            return (
                f"neither {follower} nor {leader} has a clear lead {where}: {whose}, stands at a "
                f"level that {adjective(other)} models first reached {size} before, but the errors "
                f"leave open which side is ahead"
            )
        verb = "is ahead of" if self.ahead else "trails"
        return (
            f"{follower} {verb} {leader} by {size} {where}: {whose}, stands at a level that "
            f"{adjective(other)} models first reached that long before"
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
        sign = -1.0 if self.leads else 1.0
        if self.overtaken:
            likely = tuple(m for m in likely if m.months * sign > 0)
        names = "; ".join(
            f"{m.model} of {m.release_date} in {share(m.probability)} of draws" for m in likely
        )
        if not self.overtaken:
            return f"first reached by {names}"
        still = sum(m.probability for m in self.matches or () if m.months * sign < 0)
        rest = f"; not overtaken in {share(still)} of draws" if still >= LIKELY else ""
        return f"passed by {names}{rest}"

    def told(self, value: float) -> str:
        """A lag with its direction; the time since the overtaking where that is what it is."""
        if self.since_overtaking(value):
            return f"overtaken {months(abs(value))} before"
        return directed(value)

    def since_overtaking(self, value: float) -> bool:
        """Whether a lag of this many months would be the time since the first was overtaken."""
        if not self.overtaken or self.months is None or value * self.months <= 0:
            return False
        best = self.leader_best if self.leads else self.follower
        return abs(value) * DAYS_PER_MONTH < to_day(self.as_of) - to_day(best.counts_from)
