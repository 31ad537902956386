"""Five ways others have put a number on the lag, written plainly from their descriptions.

Each takes linked ratings with published errors (`Field`) and the as-of date in days, and gives
months for the estimands its number is quoted as.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from elolag.dates import DAYS_PER_MONTH
from elolag.errors import EstimateError
from elolag.model.estimands import ESTIMANDS, WINDOWS, Race
from elolag.model.posterior import Field

Floats = NDArray[np.float64]
#: From the linked ratings and the as-of date to months, per estimand the method speaks of.
Baseline = Callable[[Field, float], Mapping[str, float]]
RESAMPLES = 200


def best_entries(field: Field) -> tuple[Floats, Floats]:
    """Rating and standard error of each model's best entry."""
    starts = np.flatnonzero(np.diff(field.model, prepend=-1))
    top = [
        begin + int(np.argmax(field.rating[begin:end]))
        for begin, end in zip(starts, [*starts[1:], len(field.rating)], strict=True)
    ]
    variance = (field.variance + field.moved + field.shared)[top]
    return field.rating[top], np.sqrt(variance)


def records(dates: Floats, rating: Floats, as_of: float) -> list[int]:
    """Models that raised their group's best rating when released, in order."""
    found: list[int] = []
    best = -np.inf
    for k in sorted(np.flatnonzero(dates <= as_of).tolist(), key=lambda k: (dates[k], -rating[k])):
        if rating[k] > best:
            best = rating[k]
            found.append(k)
    return found


def _every_estimand(
    ratings: Floats, lead: Floats, follow: Floats, as_of: float
) -> dict[str, float]:
    """Mean over draws (D, M) of each step estimand, where it is defined."""
    found = {}
    for name, estimand in ESTIMANDS.items():
        try:
            lags = estimand(Race.of(ratings, lead, follow, as_of), WINDOWS[name])
        except EstimateError:
            continue
        fine = ~lags.failed
        if fine.any():
            found[name] = float(lags.months[fine].mean())
    return found


def plug_in(field: Field, as_of: float) -> dict[str, float]:
    """(a) The estimand at the published ratings: the running maximum as it stands."""
    rating, _ = best_entries(field)
    return _every_estimand(rating[None, :], field.lead_from, field.follow_from, as_of)


def chosen_once(field: Field, as_of: float) -> dict[str, float]:
    """(b) Frontier models chosen at the published ratings, then only their ratings resampled."""
    rating, se = best_entries(field)
    chosen = sorted(
        {
            *records(field.lead_from, rating, as_of),
            *records(field.follow_from, rating, as_of),
        }
    )
    rng = np.random.default_rng(0)
    drawn = rating[chosen] + se[chosen] * rng.standard_normal((RESAMPLES, len(chosen)))
    return _every_estimand(drawn, field.lead_from[chosen], field.follow_from[chosen], as_of)


def matched_pairs(field: Field, as_of: float) -> dict[str, float]:
    """(c) Mean time from a leader's record to the follower's first at its level; others dropped."""
    rating, _ = best_entries(field)
    follow = records(field.follow_from, rating, as_of)
    times = []
    for k in records(field.lead_from, rating, as_of):
        if field.lead_from[k] <= as_of - 24 * DAYS_PER_MONTH:
            continue
        reached = [f for f in follow if rating[f] >= rating[k]]
        if reached:
            times.append((field.follow_from[reached[0]] - field.lead_from[k]) / DAYS_PER_MONTH)
    return {"catch-up": float(np.mean(times))} if times else {}


def not_worse(field: Field, as_of: float) -> dict[str, float]:
    """(d) Daily: since when the leader has had a model significantly above the follower's best.

    The follower is level with every leader's record that does not beat its best at the 5% level.
    """
    rating, se = best_entries(field)
    lead, follow = (records(d, rating, as_of) for d in (field.lead_from, field.follow_from))
    since, own = field.lead_from[lead], field.follow_from[follow]
    window = as_of - np.arange(round(WINDOWS["average"] * DAYS_PER_MONTH))
    daily = []
    for day in window:
        standing = np.searchsorted(own, day, side="right") - 1
        if standing < 0:
            continue
        f = follow[standing]
        z = (rating[lead] - rating[f]) / np.hypot(se[lead], se[f])
        better = since[(z > 1.96) & (since <= day)]
        daily.append((day - better[0]) / DAYS_PER_MONTH if better.size else 0.0)
    if not daily:
        return {}
    return {"current": daily[0], "average": float(np.mean(daily))}


def two_lines(field: Field, as_of: float) -> dict[str, float]:
    """(e) A straight line through each group's records; the gap over the leader's slope."""
    months, _ = line_lag(field, as_of, 0.0)
    middle, _ = line_lag(field, as_of, WINDOWS["average"] / 2)
    found = {"current": months, "average": middle, "levels": middle}
    return {k: v for k, v in found.items() if np.isfinite(v)}


def line_lag(field: Field, as_of: float, before: float) -> tuple[float, float]:
    """Lag of two fitted lines some months before the as-of date, and its delta-method error."""
    rating, _ = best_entries(field)
    fits = []
    for dates in (field.lead_from, field.follow_from):
        chosen = records(dates, rating, as_of)
        if len(chosen) < 3:
            return np.nan, np.nan
        months = (dates[chosen] - as_of) / DAYS_PER_MONTH + before
        design = np.column_stack([np.ones_like(months), months])
        fitted, *_ = np.linalg.lstsq(design, rating[chosen], rcond=None)
        residual = rating[chosen] - design @ fitted
        spread = residual @ residual / (len(chosen) - 2)
        fits.append((fitted, spread * np.linalg.inv(design.T @ design)))
    (leader, lead_cov), (follower, follow_cov) = fits
    lag = (leader[0] - follower[0]) / leader[1]
    slope = np.array([1.0, -lag]) / leader[1]
    variance = slope @ lead_cov @ slope + follow_cov[0, 0] / leader[1] ** 2
    return float(lag), float(np.sqrt(variance))


BASELINES: Mapping[str, Baseline] = MappingProxyType(
    {
        "plug_in": plug_in,
        "chosen_once": chosen_once,
        "matched_pairs": matched_pairs,
        "not_worse": not_worse,
        "two_lines": two_lines,
    }
)
