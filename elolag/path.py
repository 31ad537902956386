"""The lag over time: `current` at every day of a range, with pointwise and simultaneous bands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from elolag import __version__, draws
from elolag.errors import UsageError
from elolag.interval import reach
from elolag.lag import AT_LEAST, AT_MOST, Race, check_groups, current_at
from elolag.months import between, to_day, to_iso
from elolag.posterior import Field
from elolag.provenance import Origin
from elolag.schema import ALL_LISTS
from elolag.study import prepare
from elolag.words import NO_WIDTH, TOO_FEW, bounded, months, noun

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

#: Level of the inner bands.
INNER = 0.5


@dataclass(frozen=True)
class LagPath:
    """`current` at every day of a range, as measured with one vintage.

    Attributes
    ----------
    days
        Days since 1970, every day of the range; the lag jumps on days of releases and drifts by
        one day a day between them, so nothing happens between the points.
    months
        At posterior-mean ratings.
    low, high
        Pointwise interval; NaN where the draws give only a bound.
    band_low, band_high
        Simultaneous band: holds the whole path with probability `level` (sup-t, Montiel Olea &
        Plagborg-Moller 2019, by quantiles). In three simulated worlds 95% bands held 0.92 to 0.97
        of true paths of twelve months, and pointwise intervals 0.99 to 1.00 of their days
        (`benchmarks/change_coverage.csv`, 100 histories each): few models can be the match, so that
        an interval holds more than its level, and a band may be the narrower of the two.
    inner_low, inner_high, inner_band_low, inner_band_high
        The same two at level `INNER`, one half.
    censored
        1 where the lag is at least `months`, -1 at most, 0 exact.
    too_few
        Days on which a group has too few rated models for any interval; every end is NaN there.
    overtaken
        Of the first and the last day: who was first at its level, who passed it, and when (days
        since 1970); None where the side that is behind was not the first.
    """

    board: str
    category: str
    vintage: str
    leader_group: str
    follower_group: str
    level: float
    days: Floats
    months: Floats
    low: Floats
    high: Floats
    band_low: Floats
    band_high: Floats
    inner_low: Floats
    inner_high: Floats
    inner_band_low: Floats
    inner_band_high: Floats
    censored: NDArray[np.int8]
    too_few: NDArray[np.bool_]
    overtaken: tuple[tuple[str, str, float] | None, tuple[str, str, float] | None]
    n_draws: int
    seed: int
    snapshots: tuple[tuple[str, str], ...]
    origins: tuple[Origin, ...] = field(default=(), repr=False)
    sources: str = ALL_LISTS
    version: str = __version__

    @property
    def as_of(self) -> str:
        """ISO date of the last day."""
        return to_iso(self.days[-1])

    def sentence(self) -> str:
        """Where the path began and where it ends, in one sentence."""
        whose = f"{noun(self.follower_group)} on {self.board} ({self.category})"
        ends = [self._on(at) for at in (0, -1)]
        return (
            f"Measured against {noun(self.leader_group)} with the ratings of {self.vintage}, "
            f"{whose} was {ends[0]} and is {ends[1]}."
        )

    def _on(self, at: int) -> str:
        """The lag on the first or the last day, with its date."""
        day, found = self.days[at], self.overtaken[at]
        if found is not None:
            first, second, passed = found
            size = months(float(between(passed, day)))
            when = f"on {to_iso(passed)}, {size} before {to_iso(day)}"
            if first == self.follower_group:
                return f"first, overtaken by {noun(second)} {when}"
            return f"ahead, having overtaken {noun(first)} {when}"
        code = {AT_LEAST: "at-least", AT_MOST: "at-most"}.get(int(self.censored[at]))
        return f"{bounded(float(self.months[at]), code)} on {to_iso(day)}"

    @property
    def flat(self) -> NDArray[np.bool_]:
        """Days whose interval has no width: one match holds nearly all draws."""
        return np.asarray(self.low == self.high)

    def to_dict(self) -> dict[str, Any]:
        """As one JSON object, unrounded; null where the draws give only a bound."""
        days = self.to_frame().astype(object)
        ends = [
            None if found is None else {"first": found[0], "by": found[1], "on": to_iso(found[2])}
            for found in self.overtaken
        ]
        return {
            "schema": 1,
            "board": self.board,
            "category": self.category,
            "vintage": self.vintage,
            "leader_group": self.leader_group,
            "follower_group": self.follower_group,
            "level": self.level,
            "inner_level": INNER,
            "overtaken": dict(zip(("start", "end"), ends, strict=True)),
            "days": days.where(days.notna(), None).to_dict("records"),
            "n_draws": self.n_draws,
            "seed": self.seed,
            "sources": self.sources,
            "snapshots": [{"path": p, "sha256": h} for p, h in self.snapshots],
            "version": self.version,
        }

    def to_frame(self) -> pd.DataFrame:
        """One row per day: ``date, months``, the ends of the bands, ``censored``, ``no_interval``.

        `low` and `high` are empty too where the interval is none, and ``no_interval`` says why.
        """
        import pandas as pd

        columns = {"date": [to_iso(d) for d in self.days]}
        frame = pd.DataFrame({**columns, **{name: getattr(self, name) for name in _COLUMNS}})
        frame.loc[self.flat, ["low", "high"]] = np.nan
        frame["no_interval"] = None
        frame.loc[self.flat, "no_interval"] = NO_WIDTH
        frame.loc[self.too_few, "no_interval"] = TOO_FEW
        return frame


#: What a path holds for each day.
_COLUMNS = (
    "months", "low", "high", "band_low", "band_high", "inner_low", "inner_high", "inner_band_low",
    "inner_band_high", "censored",
)  # fmt: skip


def lag_path(start: str, end: str | None = None, **question: Any) -> LagPath:
    """`current` at every day from `start` to `end`, with hindsight ratings.

    Parameters
    ----------
    start, end
        ISO dates; `end` is the as-of date by default.
    **question
        As for `elolag.estimate_lag` (board, groups, category, vintage, draws, seed, level, ...).

    Raises
    ------
    UsageError
        The range ends before it starts.
    EstimateError
        A group has no model by `start`.
    """
    study = prepare(as_of=end, **question)
    study.reached_only("a path dates levels by the first model to reach them")
    first = to_day(start)
    if first > study.as_of:
        raise UsageError(f"the range ends on {to_iso(study.as_of)}, before it starts on {start}")
    field = study.cast.field
    check_groups(field.lead_from, field.follow_from, first)
    days = np.arange(first, study.as_of + 1)
    point = _at(study.fitted.mean[None, :], field, study.as_of, days)
    drawn = (d for _, d in draws.draw(field, study.fitted, study.n_draws, study.seed))
    (low, high, band_low, band_high), inner = bands(drawn, days, (study.level, INNER))
    inner_low, inner_high, inner_band_low, inner_band_high = inner
    none = np.array([bool(study.too_few(day)) for day in days])
    for edge in (low, high, band_low, band_high, inner_low, inner_high, inner_band_low,
                inner_band_high):  # fmt: skip
        edge[none] = np.nan
    return LagPath(
        board=study.panel.board,
        category=study.panel.category,
        vintage=study.panel.vintage,
        leader_group=study.cast.leader.text,
        follower_group=study.cast.follower.text,
        level=study.level,
        days=days,
        months=point[0],
        low=low,
        high=high,
        band_low=band_low,
        band_high=band_high,
        inner_low=inner_low,
        inner_high=inner_high,
        inner_band_low=inner_band_low,
        inner_band_high=inner_band_high,
        censored=point[1],
        too_few=none,
        overtaken=(study.overtaken(first), study.overtaken(study.as_of)),
        n_draws=study.n_draws,
        seed=study.seed,
        snapshots=tuple((s.path, s.sha256) for s in study.panel.snapshots),
        origins=study.origins,
        sources=study.panel.sources,
    )


def bands(
    drawn: Iterable[draws.Draw], days: Floats, levels: Sequence[float]
) -> list[tuple[Floats, Floats, Floats, Floats]]:
    """Ends of the pointwise interval and of the simultaneous band of `current`, per level."""
    races = (Race.of(d.ratings, d.lead_from, d.follow_from, float(days[-1])) for d in drawn)
    parts = [reach(*daily(race, days)) for race in races]
    lows, highs = (np.concatenate(part) for part in zip(*parts, strict=True))
    ranked = np.sort(lows, axis=0), np.sort(highs, axis=0)
    return [
        (*_pointwise(*ranked, level), *_simultaneous(lows, highs, *ranked, level))
        for level in levels
    ]


def _at(
    entries: Floats, field: Field, as_of: float, days: Floats
) -> tuple[Floats, NDArray[np.int8]]:
    starts = np.flatnonzero(np.diff(field.model, prepend=-1))
    ratings = np.maximum.reduceat(entries, starts, axis=1)
    months, censored = daily(Race.of(ratings, field.lead_from, field.follow_from, as_of), days)
    return months[0], censored[0]


def daily(race: Race, days: Floats) -> tuple[Floats, NDArray[np.int8]]:
    """`current` at every day: computed on days of records, carried on between them."""
    dates = np.concatenate([race.leader.dates.ravel(), race.follower.dates.ravel()])
    events = np.unique(np.append(dates[(dates > days[0]) & (dates <= days[-1])], days[0]))
    found = current_at(race, events)
    last = np.searchsorted(events, days, side="right") - 1
    months = found.months[:, last]
    months += np.sign(found.gap)[:, last] * between(events[last], days)
    return months, found.censored[:, last]


def _pointwise(lows: Floats, highs: Floats, level: float) -> tuple[Floats, Floats]:
    """Ends of the percentile interval at each day, from sorted draws; NaN where unbounded."""
    n = len(lows)
    below = max(int(np.ceil(round(n * (1 - level) / 2, 9))) - 1, 0)
    above = min(int(np.ceil(round(n * (1 + level) / 2, 9))) - 1, n - 1)
    return _finite(lows[below]), _finite(highs[above])


def _simultaneous(
    lows: Floats, highs: Floats, sorted_lows: Floats, sorted_highs: Floats, level: float
) -> tuple[Floats, Floats]:
    """The narrowest pair of equal-tailed quantile curves that hold `level` of whole paths."""
    n = len(lows)
    keep, drop = 0, n // 2  # `keep`: tail small enough; `drop`: too large
    while drop - keep > 1:
        tail = (keep + drop) // 2
        inside = (lows >= sorted_lows[tail]) & (highs <= sorted_highs[n - 1 - tail])
        if inside.all(axis=1).mean() >= level:
            keep = tail
        else:
            drop = tail
    return _finite(sorted_lows[keep]), _finite(sorted_highs[n - 1 - keep])


def _finite(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, np.nan)
