"""What another run of history would have given: the sampling interval.

The measurement draws ask how well the realised lag is measured. Here the releases themselves are
re-run: per group a trend is fitted to the ratings, the number of releases is Poisson, labs are
drawn with replacement, each release is one of theirs with its residual from the trend and its date
moved by up to `_JITTER_DAYS`, and the lag is computed anew. Plain resampling of models or labs
cannot do this: the bootstrap of a maximum repeats the same few records (Bickel, Gotze & van Zwet
1997).

What is covered is the mean over re-run histories. Three forms are tried on the same re-runs, each
widened by the measurement draws' deviations from their mean:

- normal: the mean of the measurement draws, plus or minus the normal quantile times the root of the
  variances of re-runs and draws;
- percentile: quantiles of the re-runs;
- pivotal: the mean of the measurement draws less the quantiles of the re-runs' deviations from
  their own mean.

The rule, written down before the run (`benchmarks/sampling_forms.py`): of the forms that cover 92
to 99.5% in every world for `average`, `levels`, `at-release` and `current` (two Monte-Carlo
standard errors allowed), the one with the least mean interval score (Gneiting & Raftery 2007); if
none does, the one that misses in the fewest worlds and estimands, then the least score. Quantiles
of the re-runs are the `predictive` interval too, for the lag of another history; it is offered if
it covers that within the same limits. (They did not in a first run of 60 replications, for where
the re-runs lie is uncertain itself; so a second was written down: the normal form with the variance
of the re-runs twice, once for this history and once for the other.)

The percentile form is used. In all 23 worlds (100 replications in six, 60 elsewhere;
`benchmarks/sampling_forms.csv`) it and the normal one miss the limits nowhere, the pivotal one in
four of 91 cells; mean scores are 10.6, 11.3 and 12.7 months. `predictive` covers 95% on average but
misses them once (0.83 for `current` in `settled-drift`), and is not offered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from elolag.arrays import Floats, Ints
from elolag.errors import EstimateError
from elolag.model.draws import Outcomes, join, outcomes
from elolag.model.estimands import EXACT, Lags, Race
from elolag.model.frontier import REACHED, MatchRule
from elolag.model.posterior import Field, Posterior

_HISTORIES = 2000
_JITTER_DAYS = 45.0
#: Share of draws, and of re-runs, in which an estimand must be known to be given a spread.
DEFINED = 0.9
_BLOCK = 250


@dataclass(frozen=True)
class _Release:
    """One group's releases by the as-of date, as the re-runs draw on them."""

    date: Floats
    rating: Floats
    lab: Ints


def interval(
    measured: Outcomes, rerun: Outcomes, estimand: str, level: float
) -> tuple[float, float]:
    """Sampling interval of one estimand, in months (``gap``: in Elo).

    Raises
    ------
    EstimateError
        As for `_forms`.
    """
    return _forms(measured, rerun, estimand, level)["percentile"]


def _forms(
    measured: Outcomes, rerun: Outcomes, estimand: str, level: float
) -> dict[str, tuple[float, float]]:
    """The forms of the sampling interval, and `predictive`, from the same draws and re-runs.

    Raises
    ------
    EstimateError
        Fewer than nine tenths of the re-runs, or of the draws, have the estimand and no bound.
    """
    here = _values(measured, estimand, "draws")
    there = _values(rerun, estimand, "re-runs of history")
    centre, middle = float(here.mean()), float(there.mean())
    z = NormalDist().inv_cdf((1 + level) / 2)
    again, var = float(there.var(ddof=1)), float(here.var(ddof=1))
    half, wide = z * (again + var) ** 0.5, z * (2 * again + var) ** 0.5
    # Draws and re-runs are independent, so that pairs in order are a sample of their sum.
    n = max(len(here), len(there))
    both = np.resize(there, n) + np.resize(here - centre, n)
    low, high = np.quantile(both, [(1 - level) / 2, (1 + level) / 2]).tolist()
    return {
        "normal": (centre - half, centre + half),
        "percentile": (low, high),
        "pivotal": (centre + middle - high, centre + middle - low),
        "predictive": (centre - wide, centre + wide),
    }


def _values(outcomes: Outcomes, estimand: str, what: str) -> Floats:
    """The estimand where it is more than a bound; refused where that is less than nine tenths."""
    if estimand == "gap":
        return outcomes.gap
    lags = outcomes.lags[estimand]
    known = lags.months[known_in(lags)]
    if len(known) < DEFINED * len(lags.months):
        raise EstimateError(
            f"{estimand} is known, and not only bounded, in {len(known)} of {len(lags.months)} "
            f"{what}; a sampling interval needs nine tenths: take another window"
        )
    return known


def known_in(lags: Lags) -> NDArray[np.bool_]:
    """Where a lag is defined and no bound."""
    return np.asarray(~lags.failed & (lags.censored == EXACT))


def histories(
    field: Field,
    fitted: Posterior,
    labs: Sequence[str],
    dates: Sequence[float],
    estimands: Sequence[str],
    window: float | None,
    seed: int,
    n: int = _HISTORIES,
    match: MatchRule = REACHED,
) -> list[Outcomes]:
    """The estimands in `n` re-runs of history, at each of the dates.

    Parameters
    ----------
    labs
        Lab of each model of the field.
    dates
        As-of dates in days; history is re-run as far as the last.
    """
    if np.any(np.isfinite(field.lead_from) & np.isfinite(field.follow_from)):
        raise EstimateError(
            "the groups share models, and re-runs of history draw each side by itself; a sampling "
            "interval needs groups without common models"
        )
    if match.apart is not None:
        raise EstimateError(
            f"re-runs of history draw new models, of which no posterior tells how far they are "
            f"known apart, as match rule {match.name} asks; take the measurement interval"
        )
    end = max(dates)
    sides = _releases(field, fitted, labs, end)
    parts: list[list[Outcomes]] = [[] for _ in dates]
    for block, begin in enumerate(range(0, n, _BLOCK)):
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(1, block)))
        size = min(_BLOCK, n - begin)
        ratings, lead, follow = _together([_rerun(side, end, _BLOCK, rng) for side in sides], size)
        for part, date in zip(parts, dates, strict=True):
            race = Race.of(ratings, lead, follow, date, match)
            part.append(outcomes(race, estimands, window, np.arange(ratings.shape[1])))
    return [join(part) for part in parts]


def _releases(
    field: Field, fitted: Posterior, labs: Sequence[str], as_of: float
) -> tuple[_Release, _Release]:
    """Leader's and follower's models by `as_of`, each at its best posterior-mean rating."""
    rating = field.best(fitted.mean)
    codes = np.unique(np.asarray(labs, dtype=object), return_inverse=True)[1]
    out = []
    for since in (field.lead_from, field.follow_from):
        mine = since <= as_of
        out.append(_Release(since[mine], rating[mine], codes[mine]))
    return out[0], out[1]


def _rerun(side: _Release, as_of: float, n: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Ratings and dates (n, M) of re-run releases; unused places have the date inf."""
    start = float(side.date.min())
    trend = _trend(side)
    residual = side.rating - trend(side.date)
    count = len(side.date)
    counts = np.maximum(rng.poisson(count, n), 1)
    # Labs drawn with replacement become weights of their models.
    labs = np.unique(side.lab, return_inverse=True)[1]
    times = rng.multinomial(labs.max() + 1, np.full(labs.max() + 1, 1 / (labs.max() + 1)), size=n)
    weights = np.cumsum(times[:, labs], axis=1, dtype=float)
    pick = rng.random((n, counts.max())) * weights[:, -1:]
    rows = zip(weights, pick, strict=True)
    model = np.stack([np.searchsorted(w, p, side="right") for w, p in rows])
    moved = side.date[model] + rng.uniform(-_JITTER_DAYS, _JITTER_DAYS, model.shape)
    # Reflected at both ends, so that no release leaves history.
    moved = np.abs(moved - start) + start
    date = np.floor(as_of - np.abs(as_of - moved))
    # Every history begins with a release on the day the group's began.
    date[:, 0] = start
    rating = trend(date) + residual[model]
    unused = np.arange(model.shape[1]) >= counts[:, None]
    return np.where(unused, -np.inf, rating), np.where(unused, np.inf, date)


def _trend(side: _Release) -> Callable[[Floats], Floats]:
    """A quadratic in the date; of lower degree where the dates are few."""
    end = float(side.date.max())
    degree = min(2, (len(np.unique(side.date)) - 1) // 3)
    years = (side.date - end) / 365.2425
    coefficients = np.polyfit(years, side.rating, degree) if degree else [side.rating.mean()]
    return lambda date: np.asarray(np.polyval(coefficients, (date - end) / 365.2425))


def _together(drawn: Sequence[tuple[Floats, Floats]], size: int) -> tuple[Floats, Floats, Floats]:
    """Both groups side by side: ratings, and the dates from which each counts for either."""
    never = [np.full_like(dates, np.inf) for _, dates in drawn]
    ratings = np.concatenate([rated for rated, _ in drawn], axis=1)
    lead = np.concatenate([drawn[0][1], never[1]], axis=1)
    follow = np.concatenate([never[0], drawn[1][1]], axis=1)
    return ratings[:size], lead[:size], follow[:size]
