"""Whether the lag is shrinking: its change since a date, with interval and probability."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, Unpack

import numpy as np

from elolag.arrays import Floats
from elolag.dates import months_after, to_day, to_iso
from elolag.errors import EstimateError, UsageError
from elolag.estimate.session import Estimated, Question, Study, prepare
from elolag.model import draws, reruns
from elolag.model.estimands import window_of
from elolag.results.provenance import tags_of
from elolag.results.table import Column, Table, data, decimals, picked
from elolag.results.words import directed, few, noun, over

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

    def sentence(self) -> str:
        """The answer to "is it shrinking?" in one sentence."""
        direction = "shrank" if self.months < 0 else "grew"
        clear = self.low > 0 or self.high < 0
        verdict = "" if clear else ", which these data cannot tell from no change"
        ends = " to ".join(
            f"{abs(end):.1f} months {'shorter' if end < 0 else 'longer'}"
            for end in (self.low, self.high)
        )
        spread = (
            f"{self.level:.0%} sampling interval of the change: {ends}; probability that it "
            f"shrank: {self.probability:.0%}"
        )
        if self.too_few:
            verdict, spread = "", f"no sampling interval: {few(self.too_few)}"
        return (
            f"From {self.since} to {self.as_of} the lag of {noun(self.follower_group)} behind "
            f"{noun(self.leader_group)} on {self.board} ({self.category}; "
            f"{over(self.estimand, self.window)}) "
            f"{direction} by {abs(self.months):.1f} months, from {self._ends()}{verdict} "
            f"({spread})."
        )

    def _ends(self) -> str:
        """Both lags; with directions as soon as one is a lead."""
        if min(self.before, self.after) < 0:
            return f"{directed(self.before)} to {directed(self.after)}"
        return f"{self.before:.1f} to {self.after:.1f}"

    def table(self) -> Table:
        """One row: the lag at both dates, its change with interval, and the probability."""
        number = decimals(1)
        ends = "end of its sampling interval; empty: there is none"
        columns = (
            Column("since", "Since", "the earlier date", "ISO date"),
            Column("as_of", "As of", "the later date", "ISO date"),
            Column("before", "Lag then", "positive: the follower is behind", "months", number),
            Column("after", "Lag now", "positive: the follower is behind", "months", number),
            Column("months", "Change", "negative: the lag shrank", "months", number),
            Column("low", "Low", f"lower {ends}", "months", number),
            Column("high", "High", f"upper {ends}", "months", number),
            Column("probability", "Shrank", "probability that it shrank", "", decimals(2)),
            data("no_interval", "why there is no interval"),
        )
        return Table.of("change", "The change of the lag", columns, [self.to_dict()])

    def to_dict(self) -> dict[str, Any]:
        """As one JSON object."""
        out = picked(self, *_PLAIN)
        out["snapshots"] = [{"path": p, "sha256": h} for p, h in self.snapshots]
        out["no_interval"] = f"none: {few(self.too_few)}" if self.too_few else None
        if self.too_few:
            out |= dict.fromkeys(("low", "high", "probability"))
        return {"schema": 1, "tags": tags_of(self), **out}


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
        The two dates are in the wrong order.
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
    then = to_day(months_after(to_iso(study.as_of), -12) if since is None else since)
    if then >= study.as_of:
        raise UsageError(f"{to_iso(then)} is not before the as-of date {to_iso(study.as_of)}")
    dates = (then, study.as_of)
    measured = [study.sample([estimand], date) for date in dates]
    rerun = study.rerun([estimand], dates)
    before, after, normal = _spread_of(measured, rerun, estimand)
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
        too_few=study.too_few(),
        window=window_of(estimand, study.window),
        **study.told,
    )


def _spread_of(
    measured: list[draws.Outcomes], rerun: list[draws.Outcomes], estimand: str
) -> tuple[float, float, NormalDist]:
    """Lag before and after, and the normal law of the change, at two dates by draws and re-runs."""
    known, again = _pairs(measured, estimand), _pairs(rerun, estimand)
    spread = np.sqrt(sum((later - earlier).var(ddof=1) for earlier, later in (again, known)))
    before, after = (float(values.mean()) for values in known)
    return before, after, NormalDist(after - before, float(max(spread, 1e-9)))


def _pairs(pair: list[draws.Outcomes], estimand: str) -> tuple[Floats, Floats]:
    """Earlier and later lags in the draws that know both, which nine tenths must."""
    earlier, later = (outcome.lags[estimand] for outcome in pair)
    fine = reruns.known_in(earlier) & reruns.known_in(later)
    if fine.mean() < reruns.DEFINED:
        raise EstimateError(
            f"{estimand} is known, and not only bounded, at both dates in only {fine.mean():.0%} "
            f"of the draws"
        )
    return earlier.months[fine], later.months[fine]
