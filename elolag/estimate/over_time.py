"""The lag, or its average, over time with pointwise and simultaneous bands; and its change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Unpack

import numpy as np
from numpy.typing import NDArray

from elolag.arrays import Flags, Floats, Ints
from elolag.dates import DAYS_PER_MONTH, between, to_day, to_iso
from elolag.errors import UsageError
from elolag.estimate.session import Estimated, Question, Study, asking, prepare
from elolag.model import draws
from elolag.model.estimands import (
    AT_LEAST,
    AT_MOST,
    CENSORED,
    EXACT,
    UNBOUNDED,
    Race,
    check_groups,
    current_at,
    window_of,
)
from elolag.model.interval import BOUNDS, reach
from elolag.results.citing import on
from elolag.results.provenance import tags_of
from elolag.results.table import Column, Table, data, decimals, picked
from elolag.results.words import NO_WIDTH, TOO_FEW, bounded, lasting, months, noun, percentage

#: Level of the inner bands.
INNER = 0.5
#: Fields of a path that are ends: of the interval and the band, then of the inner ones.
_ENDS = (
    "low", "high", "band_low", "band_high",
    "inner_low", "inner_high", "inner_band_low", "inner_band_high",
)  # fmt: skip


@dataclass(frozen=True)
class LagPath(Estimated):
    """`current`, or `average`, at every day of a range, as measured with one vintage.

    Attributes
    ----------
    days
        Days since 1970, every day of the range; the lag jumps on days of releases and drifts by
        one day a day between them, so nothing happens between the points.
    estimand, window
        ``current`` (0.0), or ``average`` over so many months.
    months
        Of `current` at posterior-mean ratings; of `average` the mean of the draws, as for a day.
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
        1 where the lag is at least `months`, -1 at most, 0 exact, 2 where it may be anything.
    too_few
        Days on which a group has too few rated models for any interval; every end is NaN there.
    overtaken
        Of the first and the last day: who was first at its level, who passed it, and when (days
        since 1970); None where the side that is behind was not the first, and for an average.
    """

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
    too_few: Flags
    overtaken: tuple[tuple[str, str, str] | None, tuple[str, str, str] | None]
    estimand: str = "current"
    window: float = 0.0

    @property
    def as_of(self) -> str:
        """ISO date of the last day."""
        return to_iso(self.days[-1])

    def sentence(self) -> str:
        """Where the path began and where it ends, in one sentence."""
        whose = f"{noun(self.follower_group)} on {self.board} ({self.category})"
        ends = [self._on(at) for at in (0, -1)]
        mean = f"on average over {lasting(self.window)} " if self.estimand == "average" else ""
        return (
            f"Measured against {noun(self.leader_group)} with the ratings of {self.vintage}, "
            f"{whose} was {mean}{ends[0]} and is {ends[1]}."
        )

    def _on(self, at: int) -> str:
        """The lag on the first or the last day, with its date."""
        day, found = self.days[at], self.overtaken[at]
        if found is not None:
            first, second, passed = found
            size = months(float(between(to_day(passed), day)))
            when = f"{on(passed)}, {size} before {to_iso(day)}"
            if first == self.follower_group:
                return f"first, overtaken by {noun(second)} {when}"
            return f"ahead, having overtaken {noun(first)} {when}"
        code = CENSORED.get(int(self.censored[at]))
        return f"{bounded(float(self.months[at]), code)} on {to_iso(day)}"

    @property
    def flat(self) -> Flags:
        """Days whose interval has no width: nearly all draws give one figure."""
        return np.asarray(self.low == self.high)

    def to_dict(self) -> dict[str, Any]:
        """As one JSON object; null where the draws give only a bound."""
        days = self.to_frame().astype(object)
        ends = [
            None if found is None else {"first": found[0], "by": found[1], "on": found[2]}
            for found in self.overtaken
        ]
        plain = picked(
            self, "board", "category", "estimand", "window", "vintage", "leader_group",
            "follower_group", "level",
        )  # fmt: skip
        return {
            "schema": 1,
            **plain,
            "inner_level": INNER,
            "overtaken": dict(zip(("start", "end"), ends, strict=True)),
            "days": days.where(days.notna(), None).to_dict("records"),
            **picked(self, "n_draws", "seed", "sources"),
            "policies": dict(self.policies),
            "tags": tags_of(self),
            "snapshots": [{"path": p, "sha256": h} for p, h in self.snapshots],
            "version": self.version,
        }

    def table(self) -> Table:
        """One row per day; the reader sees the last, and the first of each month, newest first.

        `low` and `high` are empty too where the interval is none, and ``no_interval`` says why.
        """
        number, last = decimals(1), len(self.days) - 1
        dates = [to_iso(day) for day in self.days]
        none = [
            TOO_FEW if thin else NO_WIDTH if flat else None
            for thin, flat in zip(self.too_few, self.flat, strict=True)
        ]
        columns = (
            Column("date", "Date", "day", "ISO date"),
            *(
                Column(name, label, meaning, "months", number, figures=True, in_page=bool(label))
                for name, (label, meaning) in _columns(self.level).items()
            ),
            data("censored", "1: at least, -1: at most, 0: exact, 2: no bound"),
            data("no_interval", "why the interval is none"),
        )
        # To the ten-thousandth of a month, which is four minutes: a third of the bytes.
        days = {name: getattr(self, name).round(4).tolist() for name in _columns(self.level)}
        for end in ("low", "high"):
            days[end] = [None if why else v for v, why in zip(days[end], self.flat, strict=True)]
        days |= {"date": dates, "censored": self.censored.tolist(), "no_interval": none}
        rows = ({key: days[key][k] for key in days} for k in range(len(dates)))
        monthly = (k for k in range(last, -1, -1) if k == last or dates[k].endswith("-01"))
        name, what = _TABLES[self.estimand]
        caption = (
            f"{what} on the last day and the first of each month, newest first (the CSV has every "
            f"day)"
        )
        return Table.of(name, caption, columns, rows, page_rows=tuple(monthly))


#: Of each estimand's table: its name, and what begins its caption.
_TABLES = {
    "current": ("lag-path", "The lag"),
    "average": ("average-path", "The average of the months before"),
}


def _columns(level: float) -> dict[str, tuple[str, str]]:
    """What a path holds for each day: heading (none for what only the data have) and meaning."""
    return {
        "months": ("Lag", "the figure of the day; positive: the follower is behind"),
        "low": (
            "Low",
            f"lower end of the day's {percentage(level)} measurement interval; empty: unbounded",
        ),
        "high": ("High", "its upper end; empty: unbounded"),
        "band_low": (
            "Band low", f"lower end of the band that holds the whole path with {percentage(level)} "
            "probability",
        ),
        "band_high": ("Band high", "its upper end"),
        "inner_low": (
            "",
            f"lower end of the day's {percentage(INNER)} measurement interval; empty: unbounded",
        ),
        "inner_high": ("", "its upper end; empty: unbounded"),
        "inner_band_low": ("", f"lower end of the band of the whole path at {percentage(INNER)}"),
        "inner_band_high": ("", "its upper end"),
    }  # fmt: skip


def lag_path(
    start: str, end: str | None = None, *, estimand: str = "current", **question: Unpack[Question]
) -> LagPath:
    """`current`, or `average`, at every day from `start` to `end`, with hindsight ratings.

    Parameters
    ----------
    start, end
        ISO dates; `end` is the as-of date, and that of the question by default.
    estimand
        ``current``, or ``average``: at each day the mean of `current` over the window before it,
        integrated exactly.
    **question
        As for `elolag.estimate_lag` (board, groups, category, vintage, draws, seed, level, ...); a
        level is dated by the first model to reach it.

    Raises
    ------
    UsageError
        The range ends before it starts; an estimand that has no path; another match rule.
    EstimateError
        A group has no model by `start`, or by the beginning of its window.

    Examples
    --------
    >>> import elolag
    >>> path = elolag.lag_path("2026-08-01", "2026-08-19", n_draws=300)
    >>> len(path.months)
    19
    """
    if estimand not in _TABLES:
        raise UsageError(f"no path of {estimand!r}: {' or '.join(_TABLES)}")
    study = prepare(**(question if end is None else asking(question, as_of=end)))
    return path_of(study, start, estimand)


def path_of(study: Study, start: str, estimand: str) -> LagPath:
    """`lag_path` of a study, up to its as-of date."""
    study.reached_only("a path dates levels by the first model to reach them")
    first = to_day(start)
    if first > study.as_of:
        raise UsageError(f"the range ends on {to_iso(study.as_of)}, before it starts on {start}")
    field = study.cast.field
    window, mean = window_of(estimand, study.window), estimand == "average"
    found = partial(averaged, length=window * DAYS_PER_MONTH) if mean else _daily
    begins = np.floor(first - window * DAYS_PER_MONTH) if mean else first
    check_groups(field.lead_from, field.follow_from, float(begins))
    days = np.arange(first, study.as_of + 1)
    at_mean, codes = (each[0] for each in found(study.race(study.as_of), days))
    drawn = (d for _, d in study.drawn)
    ends, mean_of_draws = _bands(drawn, days, (study.level, INNER), found)
    outer, inner = ends
    # As of a single day: the figure of `current` is one model's date, the others' a mean.
    if mean:
        at_mean = np.where((codes != EXACT) | np.isnan(mean_of_draws), at_mean, mean_of_draws)
    none = np.array([bool(study.too_few(day)) for day in days])
    edges: dict[str, Any] = dict(zip(_ENDS, (*outer, *inner), strict=True))
    for edge in edges.values():
        edge[none] = np.nan
    return LagPath(
        level=study.level,
        days=days,
        months=at_mean,
        **edges,
        censored=codes,
        too_few=none,
        overtaken=(
            (None, None) if mean else (study.overtaken(first), study.overtaken(study.as_of))
        ),
        estimand=estimand,
        window=window,
        **study.told,
    )


#: From a race and days to the lag of every draw at every day, and its bounds.
_Codes = NDArray[np.int8]
_Found = Callable[[Race, Floats], tuple[Floats, _Codes]]


def _bands(
    drawn: Iterable[draws.Draw], days: Floats, levels: Sequence[float], found: _Found
) -> tuple[list[tuple[Floats, Floats, Floats, Floats]], Floats]:
    """Ends of the pointwise interval and of the simultaneous band of a lag, per level.

    With them the mean of the draws that are no bounds, NaN where those are too many for one.
    """
    races = (Race.of(d.ratings, d.lead_from, d.follow_from, float(days[-1])) for d in drawn)
    parts = [found(race, days) for race in races]
    months, codes = (np.concatenate(part) for part in zip(*parts, strict=True))
    lows, highs = reach(months, codes) if codes.any() else (months, months)
    ranked = _ranked(lows, highs)
    ends = [
        (*_pointwise(*ranked, level), *_simultaneous(lows, highs, *ranked, level))
        for level in levels
    ]
    exact = np.isfinite(lows) & np.isfinite(highs)
    enough = exact.mean(axis=0) >= 1 - BOUNDS
    total = np.where(exact, lows, 0.0).sum(axis=0)
    return ends, np.where(enough, total / np.maximum(exact.sum(axis=0), 1), np.nan)


def _ranked(lows: Floats, highs: Floats) -> tuple[Floats, Floats]:
    """Both sorted by themselves at each day; where no draw is a bound they are the same."""
    low = np.sort(lows, axis=0)
    bounded = (lows != highs).any(axis=0)
    if not bounded.any():
        return low, low
    high = low.copy()
    high[:, bounded] = np.sort(highs[:, bounded], axis=0)
    return low, high


def _daily(race: Race, days: Floats) -> tuple[Floats, _Codes]:
    """`current` at every day."""
    months, codes, _ = _growing(race, days)
    return months, codes


def _growing(race: Race, days: Floats) -> tuple[Floats, _Codes, Floats]:
    """`current` at every day, its bounds, and what it gains a month until the next day.

    Computed on days of records, carried on between them.
    """
    dates = np.concatenate([race.leader.dates.ravel(), race.follower.dates.ravel()])
    events = np.unique(np.append(dates[(dates > days[0]) & (dates <= days[-1])], days[0]))
    found = current_at(race, events)
    last = np.searchsorted(events, days, side="right") - 1
    gains = np.sign(found.gap)[:, last]
    months = found.months[:, last] + gains * between(events[last], days)
    return months, found.censored[:, last], gains


def averaged(race: Race, days: Floats, length: float) -> tuple[Floats, _Codes]:
    """Mean of `current` over the `length` days before every day, integrated exactly.

    From one day to the next `current` is linear, so that a day's integral is its middle.
    """
    before = np.arange(np.floor(days[0] - length), days[-1] + 1)
    months, codes, gains = _growing(race, before)
    whole = months + gains / (2 * DAYS_PER_MONTH)
    until = np.zeros((len(months), len(before) + 1))
    np.cumsum(whole, axis=1, out=until[:, 1:])
    end = np.searchsorted(before, days)
    # Every window begins the same part of a day after midnight.
    begin = np.searchsorted(before, np.floor(days - length))
    part = float(days[0] - length - np.floor(days[0] - length))
    cut = part * (months[:, begin] + gains[:, begin] * part / (2 * DAYS_PER_MONTH))
    total = until[:, end] - until[:, begin] - cut
    least, most = (_within(np.isin(codes, (code, UNBOUNDED)), begin, end)
                   for code in (AT_LEAST, AT_MOST))  # fmt: skip
    one = np.where(least, AT_LEAST, np.where(most, AT_MOST, EXACT))
    return total / length, np.where(least & most, UNBOUNDED, one).astype(np.int8)


def _within(held: Flags, begin: Ints, end: Ints) -> Any:
    """Whether it holds on any day from `begin` to before `end`, per draw and window."""
    count = np.zeros((len(held), held.shape[1] + 1), dtype=np.int32)
    np.cumsum(held, axis=1, out=count[:, 1:])
    return count[:, end] > count[:, begin]


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
