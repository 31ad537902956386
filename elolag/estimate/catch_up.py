"""How long the leader's records stay unmatched: the survival curve behind `catch-up`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Unpack

import numpy as np

from elolag.arrays import Flags, Floats, Ints
from elolag.dates import between, to_iso
from elolag.errors import EstimateError
from elolag.estimate.lag import results
from elolag.estimate.session import Question, prepare
from elolag.model.estimands import WINDOWS, Race, kaplan_meier, window_start
from elolag.results.lag import LagResult
from elolag.results.provenance import basis_notes
from elolag.results.table import Column, Result, Table, decimals
from elolag.results.words import noun, percentage, stretch

#: Step, in months, of the grid on which the band is given.
_STEP = 0.1


@dataclass(frozen=True)
class FollowUp:
    """One record of the leader: months until it was matched, or for how long it has not been."""

    model: str
    date: str
    months: float
    matched: bool


@dataclass(frozen=True)
class TimeToMatch(Result):
    """Share of the leader's records still unmatched, by months since their release.

    Attributes
    ----------
    result
        The estimate `catch-up`, whose figure is the mean of the draws' medians.
    follow_ups
        The leader's records of the window at posterior-mean ratings, shortest time first.
    times, share
        Kaplan-Meier curve at posterior-mean ratings: the share from each time on; before the first
        time it is 1.
    grid, low, high
        The curve's pointwise measurement interval at the result's level, on a grid of months.
    """

    result: LagResult
    follow_ups: tuple[FollowUp, ...]
    times: Floats
    share: Floats
    grid: Floats
    low: Floats
    high: Floats

    @property
    def half(self) -> float | None:
        """Months at which the curve falls to one half; None where it does not."""
        at = self.share <= 0.5 + 1e-12
        return float(self.times[at.argmax()]) if at.any() else None

    @property
    def matched(self) -> int:
        """How many of the records have been matched."""
        return sum(f.matched for f in self.follow_ups)

    def sentence(self) -> str:
        """The median time to match in one sentence."""
        r, count = self.result, len(self.follow_ups)
        records = "one record" if count == 1 else f"{count} records"
        return (
            f"Of the {records} of {noun(r.leader_group)} in the "
            f"{stretch(r.window)} to {r.as_of} on {r.board} ({r.category}), "
            f"{noun(r.follower_group)} has matched {self.matched}; median time to match: "
            f"{r.figure()} ({percentage(r.level)} measurement interval: {r.interval_words()})."
        )

    def table(self) -> Table:
        """One row per step of the grid; the reader sees whole months."""
        share = _on_grid(self.times[None, :], self.share[None, :], self.grid)[0]
        ends = f"end of its pointwise {percentage(self.result.level)} measurement interval"
        since = f"since the {self.result.event}"
        columns = (
            Column("months", "Months", since, "months", decimals(1), figures=True),
            Column("share", "Unmatched", "share of records, 0 to 1", "", decimals(2), figures=True),
            Column("low", "Low", f"lower {ends}", "", decimals(2), figures=True),
            Column("high", "High", f"upper {ends}", "", decimals(2), figures=True),
        )
        values = zip(self.grid.tolist(), share.tolist(), self.low.tolist(), self.high.tolist(),
                     strict=True)  # fmt: skip
        whole = np.flatnonzero(np.abs(self.grid - self.grid.round()) < _STEP / 2)
        return Table(
            "time-to-match", "Records still unmatched", columns, tuple(values),
            page_rows=tuple(whole.tolist()), n_draws=self.result.n_draws,
            snapshots=self.result.snapshots,
        )  # fmt: skip

    def footnotes(self) -> tuple[str, ...]:
        """Which lists could be used, where not all."""
        return basis_notes(self.result)

    def to_dict(self) -> dict[str, Any]:
        """As one JSON object, unrounded."""
        return {
            "schema": 1,
            "sources": self.result.sources,
            "result": self.result.to_dict(),
            "records": [vars(f) for f in self.follow_ups],
            "curve": self.to_frame().to_dict("records"),
        }


def time_to_match(**question: Unpack[Question]) -> TimeToMatch:
    """How long until the follower reaches the leader's records of the window, as a curve.

    Parameters
    ----------
    **question
        As for `elolag.estimate_lag` without ``estimand``; the window is that of ``catch-up``, and
        a level is dated by the first model to reach it.

    Raises
    ------
    UsageError
        A name, date or number that cannot be answered, or another match rule.
    EstimateError
        The leader set no record in the window, or the window begins before a group has a model.

    Examples
    --------
    >>> import elolag
    >>> curve = elolag.time_to_match(vintage="2026-08-19", n_draws=300)
    >>> [record.model for record in curve.follow_ups if record.matched][:1] != []
    True
    """
    study = prepare(**question)
    study.reached_only("this curve dates levels by the first model to reach them")
    window = study.window or WINDOWS["catch-up"]
    race = study.race(study.as_of)
    months, caught, count = _follow_ups(race, window)
    if not count[0]:
        raise EstimateError(
            f"the leader set no record in the {stretch(window)} to {to_iso(study.as_of)}; take a "
            f"longer window"
        )
    times, share = kaplan_meier(months, caught, count)
    inside = np.isfinite(times[0])
    reach = float(times[0][inside].max())
    grid = np.arange(np.floor(min(times[0][0], 0.0) / _STEP), np.ceil(reach / _STEP) + 1) * _STEP
    curves = []
    for _, drawn in study.drawn:
        one = Race.of(drawn.ratings, drawn.lead_from, drawn.follow_from, study.as_of)
        followed = _follow_ups(one, window)
        # Of a draw without a record in the window there is no curve.
        curves.append(_on_grid(*kaplan_meier(*followed), grid)[followed[2] > 0])
    tail = round((1 - study.level) / 2, 12)
    tails = tail, 1 - tail
    low, high = np.quantile(np.concatenate(curves), tails, axis=0, method="inverted_cdf")
    return TimeToMatch(
        result=results(study, ["catch-up"])[0],
        follow_ups=_rows(study.cast.tags, race, months[0], caught[0]),
        times=times[0][inside],
        share=share[0][inside],
        grid=grid,
        low=low,
        high=high,
    )


def _follow_ups(race: Race, window: float) -> tuple[Floats, Flags, Ints]:
    """Months from each leader record of the window to its match, per draw.

    Returns
    -------
    months
        (D, R): until the match, negative where the follower was there first, or until the as-of
        date where it has not been; inf where there is no record.
    caught
        (D, R): which are matched.
    count
        (D,): records of the window.
    """
    dates, record = race.leader.records()
    counts = record & (dates > window_start(race, window))
    reached = race.follower.date_of(race.follower.first_reaching(race.leader.running))
    caught = np.isfinite(reached) & counts
    months = between(np.where(counts, dates, -np.inf), np.where(caught, reached, race.as_of))
    return months, caught, counts.sum(axis=1)


def _rows(tags: Any, race: Race, months: Floats, caught: Flags) -> tuple[FollowUp, ...]:
    found = [
        FollowUp(
            tags[race.leader.columns[0, i]].model,
            to_iso(float(race.leader.dates[0, i])),
            float(months[i]),
            bool(caught[i]),
        )
        for i in np.flatnonzero(np.isfinite(months))
    ]
    return tuple(sorted(found, key=lambda f: (f.months, not f.matched, f.date)))


def _on_grid(times: Floats, share: Floats, grid: Floats) -> Floats:
    """Step curves (D, R) at the points of a grid (G,): (D, G)."""
    out = np.ones((len(times), len(grid)))
    for step in range(times.shape[1]):
        passed = times[:, step : step + 1] <= grid + 1e-9
        out = np.where(passed, share[:, step : step + 1], out)
    return out
