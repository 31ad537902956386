"""What an estimate returns: a frozen result that carries its inputs and words itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from elolag.dates import DAYS_PER_MONTH, known, to_day
from elolag.results.answer import lines
from elolag.results.citing import SURE, before, plain_number, set_phrases
from elolag.results.provenance import log_head
from elolag.results.table import Column, Result, Table, picked
from elolag.results.verdict import LIKELY, Judged, Match, ModelPoint, dated
from elolag.results.words import (
    MATCHED,
    MOST_NAMED,
    TOO_FEW,
    bounded,
    compact,
    few,
    left_out,
    meaning,
    nought,
    noun,
    open_ended,
    percentage,
    points,
    printable,
    rated,
    share,
    span,
    whose_best,
)
from elolag.schema import ALL_LISTS

#: Version of the JSON object `LagResult.to_dict` returns.
_JSON_SCHEMA = 2


@dataclass(frozen=True, kw_only=True)
class LagResult(Judged, Result):
    """By how many months the follower trails the leader, with everything needed to check it.

    `months` is positive when the follower is behind and negative when it leads; it is a bound
    where `censored` is ``at-least`` or ``at-most``. `low` and `high` are the ends of its interval
    at `level`, of sampling where `interval` says so, else of measurement (`sampling` has the second
    where both were asked for); None where the draws give only a bound. `months` is None for the
    estimand ``gap``, whose figure is ``gap.elo``.

    `provisional` holds entries that nobody has tagged and that could be the best of a side. Where
    there are any, `gap` (that of the tagged entries) is not stated: not in the sentence, the table,
    the JSON object, a citation or a figure.

    `sources` says which lists could be used: ``all``, or ``official`` ones only.

    `match` and `matches` are those of the as-of date, whatever the estimand. Shares of draws:
    `leading`, in which the follower leads; `matched`, `leader_best_share` and
    `follower_best_share`, in which match and bests are those at posterior-mean ratings. `day`
    puts them together.

    Examples
    --------
    >>> import elolag
    >>> found = elolag.estimate_lag(estimand="current", vintage="2026-08-19", n_draws=300)
    >>> found.verdict, found.match.model
    ('behind', 'claude-opus-4-6')
    >>> found.to_dict()["schema"]
    2
    """

    frontier: str
    sampling: tuple[float, float] | None
    vintage: str
    data_through: str
    seed: int
    snapshots: tuple[tuple[str, str], ...]
    version: str
    notes: tuple[str, ...] = ()
    averaged: bool = False
    sources: str = ALL_LISTS

    @property
    def leader(self) -> ModelPoint | None:
        """The match; when the follower leads, the leader's best."""
        return self.leader_best if self.leads else self.match

    def evidence(self) -> tuple[tuple[ModelPoint, str | None], ...]:
        """The records the estimate rests on, and when the other side reached each one's level.

        At posterior-mean ratings: the follower's records of the window (`catch-up`: the leader's),
        or for the estimands of one date the best of the side that is behind. None: not by then.
        """
        own, other = self.follower_group, self.leader_group
        if self.estimand == "catch-up":
            own, other = other, own
        used: tuple[ModelPoint, ...]
        if self.estimand in ("current", "gap", "trend"):
            used = (self.leader_best if self.leads else self.follower,)
            own, other = used[0].group, self.follower_group if self.leads else self.leader_group
        else:
            start = to_day(self.as_of) - self.window * DAYS_PER_MONTH
            used = tuple(m for m in self.records(own) if to_day(m.counts_from) > start)
        rivals = self.records(other)
        return tuple(
            (m, next((r.counts_from for r in rivals if r.rating >= m.rating), None)) for m in used
        )

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: unrounded, in a stable order of keys."""
        none = {"low": None, "high": None} if self.too_few() else {}
        return {
            "schema": _JSON_SCHEMA,
            "headline": {
                "estimand": self.estimand,
                "window": self.window or None,
                **picked(self, "frontier", "interval", "months"),
                "low": self.ends_given[0],
                "high": self.ends_given[1],
                **self._sampling_dict(),
                **picked(self, "level", "censored"),
                "no_interval": self.no_interval(),
                "figure": "mean of the draws" if self.averaged else "at posterior-mean ratings",
                **picked(self, "verdict", "order"),
                "sentence": self.sentence(),
            },
            "day": self.day.to_dict(),
            **picked(self, "as_of", "vintage", "data_through", "board", "category"),
            "leader_best": self.leader_best.to_dict(),
            "follower": self.follower.to_dict(),
            "gap": None if self.provisional else {**self.gap.to_dict(), **none},
            **({"gap_withheld": self.withheld()} if self.provisional else {}),
            "provisional": [entry.to_dict() for entry in self.provisional],
            "policies": dict(self.policies),
            **picked(self, "n_draws", "failed_draws"),
            **self._evidence_dict(),
            **picked(self, "seed", "sources"),
            "snapshots": [{"path": p, "sha256": h} for p, h in self.snapshots],
            "log_head": log_head(self.origins),
            "version": self.version,
            "notes": list(self.notes),
        }

    @property
    def _kind(self) -> str:
        """Kind of the interval that `low` and `high` bound."""
        return "sampling" if self.interval == "sampling" else "measurement"

    def _sampling_rows(self) -> list[tuple[str, str]]:
        if self.sampling is None:
            return []
        low, high = self.sampling
        words = span(low, high)
        if self.overtaken and self.leads:
            words = f"{noun(self.leader_group)} {span(-high, -low)}"
        if self.months is None:
            words = "withheld" if self.provisional else self._elo_span(*self.sampling)
        if sides := self.too_few():
            words = f"none: {few(sides)}"
        return [(f"{percentage(self.level)} sampling interval", words)]

    def _evidence_dict(self) -> dict[str, Any]:
        found = self.evidence()
        matched = sum(date is not None for _, date in found)
        return {
            "records": [{**model.to_dict(), "reached": date} for model, date in found],
            "matched": matched,
            "unmatched": len(found) - matched,
        }

    def _sampling_dict(self) -> dict[str, Any]:
        if self.sampling is None or (self.months is None and self.provisional):
            return {}
        return {"sampling": dict(zip(("low", "high"), self.sampling_given, strict=True))}

    def table(self) -> Table:
        """One row per fact, as the command line shows them."""
        columns = (
            Column("quantity", "Quantity", "what is stated"),
            Column("value", "Value", "in words, rounded as printed", long=True),
        )
        return Table("answer", "The facts of the headline", columns, tuple(self.rows()))

    def footnotes(self) -> tuple[str, ...]:
        """What the interval covers and leaves out, and what else is to be known."""
        return (self.left_out(), *(f"Note: {note}." for note in self.notes))

    def of_draws(self) -> tuple[str, ...]:
        """What is to be known of the draws: that some have no answer, or lie off a figure."""
        told = []
        if self.answered is not None:
            why = ", for their window holds nothing to measure" if self.window else ""
            told.append(
                f"{share(1 - self.answered)} of the draws have no answer{why}: figure and interval "
                f"are of the others"
            )
        kind = "for the mean over re-run histories"
        kind = kind if self._kind == "sampling" else "between quantiles of the draws"
        means = "taken at posterior-mean ratings"
        figures = [("figure", "the mean of the draws" if self.averaged else means, *self.ends())]
        if self.months is not None and not self.provisional:
            gap = self.gap
            figures.append(("gap", means, gap.elo, gap.low, gap.high))
        told += [
            f"the {name} lies outside its interval: it is {how}, the interval is {kind}"
            for name, how, value, low, high in figures
            if not self.too_few() and not round(low, 1) <= round(value, 1) <= round(high, 1)
        ]
        return tuple(told)

    def rows(self) -> list[tuple[str, str]]:
        """The facts of the result, in words, one (quantity, value) pair each."""
        follower, leader = noun(self.follower_group), noun(self.leader_group)
        rows = [
            *self._provisional_rows(),
            ("estimand", f"{self.estimand}: {self.asks()}"),
            ("gap" if self.months is None else "lag", self.figure()),
            (f"{percentage(self.level)} {self._kind} interval", self.interval_words()),
            *self._sampling_rows(),
            (f"best of {follower}", self._best(self.follower, self.follower_best_share)),
            (f"best of {leader}", self._best(self.leader_best, self.leader_best_share)),
        ]
        likely = self.likely_matches() if self.estimand in ("current", "average") else ()
        match = "match" if self.by_match else "match of the day"
        named = [("or" if number else match, found) for number, found in enumerate(likely)]
        named += [("at the interval's end", match) for match in self._unlikely_ends()]
        rows += [
            (
                what,
                f"{match.model} ({dated(match)}), {share(match.probability)} of draws: "
                f"{self.told(match.months)}",
            )
            for what, match in named
        ]
        if likely:
            held = list(dict.fromkeys(match.model for match in self.day.smallest_set))
            more = f" and {len(held) - MOST_NAMED} more" if len(held) > MOST_NAMED else ""
            rows.append((f"{percentage(self.level)} set", f"{', '.join(held[:MOST_NAMED])}{more}"))
        rows += [
            *self._gap_rows(),
            ("board", f"{self.board}, category {self.category}, {self.frontier} frontiers"),
            ("as of, ratings of", f"{self.as_of}, {self.vintage}"),
            ("data through", f"{known(self.data_through)} (newest {self.event} that counts)"),
            ("draws, seed", f"{self.n_draws:,}, {self.seed}"),
        ]
        rows += [
            ("" if number else "snapshots", f"{path}  sha256 {digest[:16]}")
            for number, (path, digest) in enumerate(self.snapshots)
        ]
        return rows

    def _best(self, point: ModelPoint, held: float) -> str:
        """A best model, with what makes it doubtful: draws of another, few votes."""
        text = f"{point.model} ({dated(point)}), {point.rating:.1f} as {point.entry}"
        if held < SURE:
            text += f"; best in {share(held)} of draws"
        if self.provisional_rating(point):
            text += f"; provisional, {point.votes:,} votes"
        return text

    def _gap_rows(self) -> list[tuple[str, str]]:
        if self.provisional:
            return [] if self.months is None else [("gap", f"withheld: {self.withheld()}")]
        rows = []
        if self.months is not None:
            rows.append(("gap", f"{self._gap_words(self.gap.elo)} ({self._gap_interval()})"))
        leader, follower = self.leader_best.model, self.follower.model
        if self.gap.win_rate is not None and leader != follower:
            won = f"{self.gap.win_rate:.1%} of votes for {leader} against {follower}"
            rows.append(("as a win rate", won))
        if self.measure.name == "time-horizon":
            times = f"{2**self.gap.elo:.1f} times those of {follower}"
            rows.append(("as a factor", f"the minutes of {leader} are {times}"))
        return rows

    def _provisional_rows(self) -> list[tuple[str, str]]:
        """One row for each untagged entry that could be a side's best."""
        rows = []
        for number, found in enumerate(self.provisional):
            text = f"{printable(found.entry)}, rated {points(found.rating)}"
            if found.low is not None and found.high is not None:
                ends = f"{points(found.low)} to {points(found.high)}"
                text += f" ({percentage(self.level)} interval {ends})"
            text += f": no tag, {whose_best([found.groups]).removeprefix('which ')}"
            rows.append(("" if number else "provisional", text))
        return rows

    def provision(self) -> str:
        """Why the answer is provisional, as the beginning of a sentence; empty where it is not."""
        if not self.provisional:
            return ""
        names = rated([(found.entry, found.rating) for found in self.provisional])
        best = whose_best([found.groups for found in self.provisional])
        return f"Provisional, since nobody has tagged {names}, {best}"

    def withheld(self) -> str:
        """Why the gap is not stated; empty where it is."""
        count = len(self.provisional)
        if not count:
            return ""
        what = "an entry" if count == 1 else f"{count} entries"
        return f"{what} without a tag could be a side's best (see elolag tags suggest)"

    def figure(self) -> str:
        """The headline figure with its direction in words."""
        if self.months is None and self.provisional:
            return f"withheld: {self.withheld()}"
        if self.months is None:
            doubt = "" if self.clear or self.verdict == "level" else "no clear lead: "
            return f"{doubt}{self._gap_words(self.gap.elo)}"
        follower = noun(self.follower_group)
        if self.verdict == "level":
            return f"{follower} level with {noun(self.leader_group)}"
        if self.verdict == "overtaken":
            doubt = "" if self.clear else "; no clear lead"
            return f"{self.overtaking('first,')}{doubt}"
        doubt = "" if self.clear else "no clear lead: "
        return f"{doubt}{follower} {'ahead' if self.ahead else 'behind'} by {self.size()}"

    def short(self) -> str:
        """The lag in a cell of a table, where its row names the sides."""
        value = self.months or 0.0
        doubt = "" if self.clear or self.verdict == "level" else ", no clear lead"
        if self.verdict == "overtaken":
            who = noun(self.leader_group if self.leads else self.follower_group)
            return f"{who} first, overtaken {before(value)}{doubt}"
        return f"{bounded(value, self.censored)}{doubt}"

    def brief(self) -> str:
        """The figure and its interval, as part of a line."""
        provisional = "provisionally, " if self.provisional else ""
        interval = f"{percentage(self.level)} interval: {self.interval_words()}"
        return f"{provisional}{self.figure()} ({interval})"

    def interval_words(self) -> str:
        """The interval, each end with its direction."""
        if self.months is None and self.provisional:
            return "withheld"
        if sides := self.too_few():
            return f"none: {few(sides)}"
        if self.months is None:
            return self._gap_interval()
        if self.low is None or self.high is None:
            return open_ended(self.low, self.high)
        if self.one_match:
            return self._one_match()
        if self.overtaken:
            return f"{self.told(self.low)} to {self.told(self.high)}"
        return span(self.low, self.high)

    def _one_match(self) -> str:
        return set_phrases("en").one_match.format(draws=plain_number(100 * self.level, "en"))

    def interval_cell(self, low: float | None, high: float | None) -> str:
        """An interval of this result in a cell of a table, in few words."""
        if self.too_few():
            return TOO_FEW
        if self.overtaken and low is not None and high is not None and low != high:
            return f"{self.told(low)} to {self.told(high)}".replace(" months", "")
        return compact(low, high)

    def no_interval(self) -> str | None:
        """Why the interval is none, in words; None where it is one."""
        return self.interval_words() if self.too_few() or self.one_match else None

    @property
    def sampling_given(self) -> tuple[float | None, float | None]:
        """Ends of the second, sampling interval in the same way; none where it was not asked."""
        if self.sampling is None or self.too_few():
            return None, None
        return self.sampling

    def _unlikely_ends(self) -> tuple[Match, ...]:
        """Matches the interval ends on, though no single one of them is likely."""
        if not self.by_match or self.one_match:
            return ()
        unlikely = (m for m in self.matches if m.probability < LIKELY)
        return tuple(m for m in unlikely if m.months in (self.low, self.high))

    def sentence(self) -> str:
        """The result as it may be quoted, which says first where it is provisional."""
        return " ".join(self.said())

    def said(self) -> tuple[str, ...]:
        """What `sentence` says, in its lines: two of the average, one of the others."""
        found = lines(self) if self.estimand == "average" else (self._sentence(),)
        if not self.provisional:
            return found
        return (f"{self.provision()}: {found[0][0].lower()}{found[0][1:]}", *found[1:])

    def _sentence(self) -> str:
        follower, leader = noun(self.follower_group), noun(self.leader_group)
        where = f"on {self.board} ({self.category})"
        interval = f"{percentage(self.level)} {self._kind} interval"
        if self.answered is not None:
            interval += set_phrases("en").answered.format(share=share(self.answered))
        interval += f": {self.interval_words()}"
        if self.months is None and self.provisional:
            return f"As of {self.as_of}, {where}: the gap of {leader} and {follower} is withheld."
        if self.months is None:
            return f"As of {self.as_of}, {where}: {self.figure()} ({interval})."
        if self.estimand != "current" or self.match_rule in MATCHED:
            return (
                f"As of {self.as_of}, {where}: {self.figure()}, as {self.estimand} "
                f"({self.asks()}; {interval})."
            )
        return f"As of {self.as_of}, {self.standing(where)} ({interval}; {self.reached_by()})."

    def asks(self) -> str:
        """What its estimand asks, with the window that was used."""
        asked = meaning(self.estimand, self.measure.points, self.window)
        rule = MATCHED.get(self.match_rule)
        return f"{asked}; match rule {self.match_rule}: {rule}" if rule else asked

    def _gap_words(self, elo: float) -> str:
        leader, follower = noun(self.leader_group), noun(self.follower_group)
        if nought(elo):
            return f"{leader} and {follower} level"
        ahead = leader if elo > 0 else follower
        return f"{ahead} ahead by {abs(elo):.1f} {self.gap.unit}"

    def _gap_interval(self) -> str:
        if sides := self.too_few():
            return f"no interval: {few(sides)}"
        words = self._elo_span(self.gap.low, self.gap.high)
        return f"{percentage(self.level)} interval {words}" if self.months is not None else words

    def _elo_span(self, low: float, high: float) -> str:
        leader, follower = noun(self.leader_group), noun(self.follower_group)
        unit = self.gap.unit
        if nought(low) and nought(high):
            return self._one_match()
        if low >= 0 or high <= 0:
            near, far = sorted((abs(low), abs(high)))
            return f"{near:.1f} to {far:.1f} {unit} for {leader if low >= 0 else follower}"
        return f"{-low:.1f} {unit} for {follower} to {high:.1f} {unit} for {leader}"

    def summary(self) -> str:
        """The sentence, the facts and what the interval leaves out, as plain text."""
        rows = self.rows()
        width = max(len(q) for q, _ in rows)
        body = "\n".join(f"{q:<{width}}  {v}" for q, v in rows)
        notes = "".join(f"\nNote: {n}." for n in self.notes)
        said = "\n\n".join(self.said())
        return f"{said}\n\n{body}\n\n{self.left_out()}{notes}"

    def left_out(self, interval: str | None = None) -> str:
        """What the interval covers and leaves out; of another kind if named."""
        return left_out(interval or self.interval, self.measure.name, self.clock)
