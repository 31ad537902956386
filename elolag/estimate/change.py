"""Whether the lag is shrinking: its change since a date, with interval and probability."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, Unpack

import numpy as np

from elolag.arrays import Floats
from elolag.dates import months_after, to_day, to_iso
from elolag.errors import EstimateError, UsageError
from elolag.estimate.lag import asked_key
from elolag.estimate.session import Estimated, Question, Study, prepare
from elolag.model import draws, reruns
from elolag.model.estimands import Lags, window_of
from elolag.model.frontier import REACHED
from elolag.model.interval import summarise
from elolag.results.citing import on
from elolag.results.provenance import tags_of
from elolag.results.table import Column, Table, data, decimals, picked
from elolag.results.words import directed, estimated, few, months, nought, noun, over, percentage

#: The fields of the JSON object, in order.
_PLAIN = (
    "estimand", "since", "as_of", "before", "after", "months", "low", "high", "probability",
    "level", "board", "category", "vintage", "leader_group", "follower_group", "n_draws", "seed",
    "snapshots", "version", "sources", "window", "too_few",
)  # fmt: skip


@dataclass(frozen=True)
class Change(Estimated):
    """By how much an estimand changed between two dates; negative: the lag shrank.

    `low` and `high` bound the change over re-runs of history and errors of measurement;
    `probability` is that of a true change below zero under the same normal approximation.

    In simulated worlds 95% intervals of a twelve months' change held the mean change over re-run
    histories in 0.95 to 0.99 of cases and that of their own history always; where it was -5 months
    (world `takeover`) they left out zero in 0.61 of cases for `average`, in 0.18 for `current`; 17
    to 29% of cases had no interval for `average`, for too many re-runs gave a bound
    (`benchmarks/change_coverage.csv`, 100 histories in each of three worlds).

    `too_few` has the groups with too few rated models for an interval by `since`, and how many.

    `overtaken` has, for `current` and each of the two dates on which the side that is behind was
    the first at its level: the date, who was first, who passed it, and when.
    """

    estimand: str
    since: str
    as_of: str
    before: float
    after: float
    months: float
    low: float
    high: float
    probability: float
    level: float
    window: float = 12.0
    too_few: tuple[tuple[str, int], ...] = ()
    overtaken: tuple[tuple[str, str, str, str], ...] = ()

    def sentence(self) -> str:
        """The answer to "is it shrinking?" in one sentence."""
        # Where the follower leads at both dates it is the lead that grows or shrinks.
        leads = max(self.before, self.after) < 0
        way, what, over_whom = (-1, "lead", "over") if leads else (1, "lag", "behind")
        moved = f"{'shrank' if way * self.months < 0 else 'grew'} by {months(abs(self.months))}"
        clear = self.low > 0 or self.high < 0
        verdict = "" if clear else ", which these data cannot tell from no change"
        if nought(self.months):
            moved, verdict = "hardly changed", ""
        ends = " to ".join(
            f"{abs(end):.1f} months {'shorter' if end < 0 else 'longer'}"
            for end in sorted((way * self.low, way * self.high))
        )
        shrank = 1 - self.probability if leads else self.probability
        spread = (
            f"{percentage(self.level)} sampling interval of the change: {ends}; probability that "
            f"it shrank: {estimated(shrank)}"
        )
        if self.too_few:
            verdict, spread = "", f"no sampling interval: {self.no_interval}"
        return (
            f"From {self.since} to {self.as_of} the {what} of {noun(self.follower_group)} "
            f"{over_whom} {noun(self.leader_group)} on {self.board} ({self.category}; "
            f"{over(self.estimand, self.window)}) "
            f"{moved}, from {self._ends()}{verdict} ({spread}).{''.join(self._since())}"
        )

    @property
    def no_interval(self) -> str:
        """Why there is none; empty where there is one."""
        return f"on {self.since} {few(self.too_few)}" if self.too_few else ""

    def _since(self) -> Iterator[str]:
        """That a figure is the time since an overtaking, as sentences."""
        for date, first, second, passed in self.overtaken:
            yield (
                f" On {date} {noun(first)} was first, overtaken by {noun(second)} {on(passed)}: "
                f"the figure of that day is the time since."
            )

    def _ends(self) -> str:
        """Both lags or leads; with directions where they are one of each."""
        if min(self.before, self.after) < 0 <= max(self.before, self.after):
            return f"{directed(self.before)} to {directed(self.after)}"
        return f"{abs(self.before):.1f} to {abs(self.after):.1f}"

    def table(self) -> Table:
        """One row: the lag at both dates, its change with interval, and the probability."""
        number = decimals(1)
        ends = "end of its sampling interval; empty: there is none"
        columns = (
            Column("since", "Since", "the earlier date", "ISO date"),
            Column("as_of", "As of", "the later date", "ISO date"),
            Column("before", "Lag then", "positive: the follower is behind", "months", number),
            Column("after", "Lag now", "positive: the follower is behind", "months", number),
            Column("months", "Change", "negative: the lag shrank, a lead grew", "months", number),
            Column("low", "Low", f"lower {ends}", "months", number),
            Column("high", "High", f"upper {ends}", "months", number),
            Column(
                "probability", "Shrank", "probability that the change is negative", "", decimals(2)
            ),
            data("no_interval", "why there is no interval"),
        )
        return Table.of("change", "The change of the lag", columns, [self.to_dict()])

    def to_dict(self) -> dict[str, Any]:
        """As one JSON object."""
        out = picked(self, *_PLAIN)
        out["snapshots"] = [{"path": p, "sha256": h} for p, h in self.snapshots]
        out["no_interval"] = f"none: {self.no_interval}" if self.too_few else None
        if self.too_few:
            out |= dict.fromkeys(("low", "high", "probability"))
        return {"schema": 1, "policies": dict(self.policies), "tags": tags_of(self), **out}


def estimate_change(
    since: str | None = None, *, estimand: str = "average", **question: Unpack[Question]
) -> Change:
    """Whether the lag is shrinking: the change of an estimand since a date.

    The change is measured with one vintage at both dates. Its spread comes from re-run histories
    and measurement draws taken jointly at both dates, never from measurement draws alone, which
    take a constant lag for a changed one far too often.

    Parameters
    ----------
    since
        ISO date; twelve months before the as-of date by default.
    estimand
        Any estimand in months.
    **question
        As for `elolag.estimate_lag`.

    Raises
    ------
    UsageError
        The two dates are in the wrong order, or the estimand is unknown or not in months.
    EstimateError
        The estimand is only a bound, or not defined, at one of the dates.

    Examples
    --------
    >>> import elolag
    >>> change = elolag.estimate_change("2025-08-19", vintage="2026-08-19", n_draws=300)
    >>> change.low < change.months < change.high
    True
    """
    return change_of(prepare(**question), since, estimand)


def change_of(study: Study, since: str | None, estimand: str = "average") -> Change:
    """`estimate_change` of a study already prepared."""
    key = asked_key(estimand, None, "measurement")
    if key == "gap":
        raise UsageError("a change is told in months; take another estimand than gap")
    then = to_day(months_after(to_iso(study.as_of), -12) if since is None else since)
    if then >= study.as_of:
        raise UsageError(f"{to_iso(then)} is not before the as-of date {to_iso(study.as_of)}")
    dates = (then, study.as_of)
    measured = [study.sample([key], date) for date in dates]
    rerun = study.rerun([key], dates)
    normal = _spread_of(measured, rerun, key)
    before, after = (
        _figure(study, key, date, outcomes.lags[key])
        for date, outcomes in zip(dates, measured, strict=True)
    )
    return Change(
        estimand=estimand,
        since=to_iso(then),
        as_of=to_iso(study.as_of),
        before=before,
        after=after,
        months=after - before,
        low=normal.inv_cdf((1 - study.level) / 2),
        high=normal.inv_cdf((1 + study.level) / 2),
        probability=normal.cdf(0.0),
        level=study.level,
        too_few=study.too_few(then),  # models that there were by then are there later too
        overtaken=tuple(_overtaken(study, dates)) if key == "current" else (),
        window=window_of(estimand, study.window),
        **study.told,
    )


def _overtaken(study: Study, dates: Iterable[float]) -> Iterator[tuple[str, str, str, str]]:
    """Of each date on which the side that is behind was the first at its level: by whom passed."""
    for date in dates:
        found = study.overtaken(date) if study.match_rule == REACHED.name else None
        if found is not None:
            yield to_iso(date), *found


def _figure(study: Study, key: str, date: float, sample: Lags) -> float:
    """The figure of a date, as an estimate of that day has it."""
    found = summarise(key, study.point([key], date).lags[key], sample, study.level)
    if found.censored:
        raise EstimateError(f"on {to_iso(date)} {key.partition('/')[0]} is only a bound")
    return found.months


def _spread_of(
    measured: list[draws.Outcomes], rerun: list[draws.Outcomes], estimand: str
) -> NormalDist:
    """The normal law of the change, of the draws and re-runs of two dates."""
    known, again = _pairs(measured, estimand), _pairs(rerun, estimand)
    spread = np.sqrt(sum((later - earlier).var(ddof=1) for earlier, later in (again, known)))
    change = float((known[1] - known[0]).mean())
    return NormalDist(change, float(max(spread, 1e-9)))


def _pairs(pair: list[draws.Outcomes], estimand: str) -> tuple[Floats, Floats]:
    """Earlier and later lags in the draws that know both, which nine tenths must."""
    earlier, later = (outcome.lags[estimand] for outcome in pair)
    fine = reruns.known_in(earlier) & reruns.known_in(later)
    if fine.mean() < reruns.DEFINED:
        raise EstimateError(
            f"{estimand} is known, and not only bounded, at both dates in only {fine.mean():.0%} "
            f"of the draws, and a change needs nine tenths: take a later first date or another "
            f"estimand"
        )
    return earlier.months[fine], later.months[fine]
