"""What comes next, in D draws: no change, a random walk, and releases re-run into the future.

Arrays only. Each projection gives the same figures (`Projected`): the average over twelve months,
the lag of the day and the gap at H days ahead, and the days on which the follower passes the
leader and reaches the leader's level of today. What each takes is decided in advance, see
docs/decisions/0019.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from elolag.arrays import Flags, Floats, Ints
from elolag.dates import DAYS_PER_MONTH, months_after, to_day, to_iso
from elolag.errors import EstimateError
from elolag.estimate.over_time import averaged
from elolag.model.draws import Draw, outcomes
from elolag.model.estimands import WINDOWS, Race, current_at

#: Days of one step of the random walk.
_STEP = 30
#: Months back to which its steps go.
_STEPS_BACK = 24
#: Fewest steps, overlapping ones too, that are known of a figure for it to walk.
_FEWEST_STEPS = 30
#: Months of releases that the re-runs draw on.
_RECENT = 18
#: Fewest releases of a side in that time.
_FEWEST_RELEASES = 3
_YEAR = 365.2425


@dataclass(frozen=True)
class Projected:
    """What one projection gives in each of D draws.

    Attributes
    ----------
    figures
        ``average`` and ``current`` in months, ``gap`` in points: each (D, H).
    dates
        ``parity`` and ``reach``, (D,): the day in days since 1970; inf where not by the last one.
        Who passes the leader has reached its level of today, so `reach` is never the later.
    """

    figures: dict[str, Floats]
    dates: dict[str, Floats]


def mixed(parts: Sequence[Projected]) -> Projected:
    """All draws of projections of equally many draws, so that each has the same weight."""
    return Projected(_joined([p.figures for p in parts]), _joined([p.dates for p in parts]))


def probability(held: Flags) -> float:
    """Of what held in k of n draws, (k + 1/2)/(n + 1): a finite number of draws shows no nought."""
    return (float(np.sum(held)) + 0.5) / (len(held) + 1)


def chances(dates: Floats, days: Floats) -> Floats:
    """Probability that a date has come by each of some days, (k,), increasing.

    One draw more lies between any two of the days, before the first and after the last: no stretch
    is impossible because no draw fell into it.
    """
    come = np.searchsorted(np.sort(dates), days, side="right")
    return np.asarray((come + np.arange(1, len(days) + 1)) / (len(dates) + len(days) + 1))


def of_day(chunks: Sequence[Draw], day: float) -> dict[str, Floats]:
    """The figures of the list's day in D draws, all (D,)."""
    races = (Race.of(d.ratings, d.lead_from, d.follow_from, day) for d in chunks)
    return _joined([_figures(race) for race in races])


def no_change(now: Mapping[str, Floats], day: float, ahead: int) -> Projected:
    """Every figure stays; the level of a leader that is ahead is reached after the average lag.

    Parameters
    ----------
    now
        As of `of_day`.
    day
        Of the list, in days.
    ahead
        How many days ahead are asked for, H.
    """
    figures = {name: np.repeat(value[:, None], ahead, axis=1) for name, value in now.items()}
    parity = np.where(now["gap"] < 0, day + 1, np.inf)
    lag = np.maximum(now["average"] * DAYS_PER_MONTH, 1)
    return Projected(figures, {"parity": parity, "reach": day + np.where(now["gap"] > 0, lag, 1)})


def random_walk(
    now: Mapping[str, Floats], seen: Race, day: float, months: Sequence[int], span: int, seed: int
) -> Projected:
    """Today's draws plus as many steps as months, each a change seen before, of either sign.

    Parameters
    ----------
    now
        As of `of_day`.
    seen
        The race at posterior-mean ratings, one draw, as far as the day.
    months
        Months ahead, increasing.
    span
        Months within which the dates are looked for.

    Raises
    ------
    EstimateError
        The average has been known, as more than a bound, for under two months.
    """
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(2, 1)))
    begins = max(seen.begins, day - _STEPS_BACK * DAYS_PER_MONTH)
    window = WINDOWS["average"] * DAYS_PER_MONTH
    days = np.arange(np.ceil(begins), day + 1)
    whole = np.arange(np.ceil(max(begins, seen.begins + window)) + 1, day + 1)
    average, bounds = averaged(seen, whole, window) if len(whole) else (whole[None], whole[None])
    known = average[0, first_exact(bounds[0]) :]
    if len(known) < _STEP + _FEWEST_STEPS:
        raise EstimateError(
            f"a random walk of the average needs {_STEP + _FEWEST_STEPS} days on which it is "
            f"known, and there are {len(known)}: only a later list can have them"
        )
    daily = current_at(seen, days)
    current = daily.months[0, first_exact(daily.censored[0]) :]
    paths = {"average": known, "current": current, "gap": daily.gap[0]}
    walks = {
        name: now[name][:, None] + _walk(_changes(path), len(now[name]), span, rng)
        for name, path in paths.items()
    }
    at = np.array(months) - 1
    figures = {name: walk[:, at] for name, walk in walks.items()}
    climbed = _changes(seen.follower.at(days)[0])
    gap = now["gap"]
    ups = climbed[rng.integers(0, len(climbed), (len(gap), span))]
    short = gap[:, None] - np.cumsum(ups, axis=1)
    # By the calendar, as the days of the answers: a step a day after one would count a month late.
    ends = np.array([to_day(months_after(to_iso(day), m)) for m in range(1, span + 1)])
    parity = _first(walks["gap"] < 0, ends, gap < 0, day)
    # Gap and climb walk each on its own: where the one has passed the leader, the other is there.
    reach = np.minimum(_first(short <= 0, ends, gap <= 0, day), parity)
    return Projected(figures, {"parity": parity, "reach": reach})


def first_exact(bounds: NDArray[Any]) -> int:
    """Number of the first day after all whose figure is a bound, by the codes of each, (n,)."""
    return int(np.flatnonzero(bounds).max(initial=-1)) + 1


def _changes(path: Floats) -> Floats:
    """Changes over one step, overlapping."""
    return np.asarray(path[_STEP:] - path[:-_STEP])


def _walk(steps: Floats, n: int, span: int, rng: np.random.Generator) -> Floats:
    """Sums of steps of either sign, (n, span)."""
    drawn = steps[rng.integers(0, len(steps), (n, span))]
    return np.asarray(np.cumsum(drawn * rng.choice([-1.0, 1.0], (n, span)), axis=1))


def _first(held: Flags, ends: Floats, already: Flags, day: float) -> Floats:
    """The day of the first column that holds; that after `day` where it held already; else inf."""
    found = np.where(held.any(axis=1), ends[held.argmax(axis=1)], np.inf)
    return np.where(already, day + 1, found)


def reruns(
    chunks: Sequence[Draw], labs: Ints, day: float, ends: Sequence[float], until: float, seed: int
) -> Projected:
    """New releases on both sides after the day, and everything computed as ever.

    Parameters
    ----------
    chunks
        Draws of every model: ratings (D, M).
    labs
        A number for each model's lab, (M,).
    ends
        Days ahead, increasing.
    until
        The day as far as releases are drawn, not before the last of `ends`.

    Raises
    ------
    EstimateError
        The groups share models, or one has too few recent ones to draw on.
    """
    figures, dates = [], []
    for number, chunk in enumerate(chunks):
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(2, 2, number)))
        ratings, lead, follow = chunk.ratings, chunk.lead_from, chunk.follow_from
        if np.any(np.isfinite(lead) & np.isfinite(follow)):
            raise EstimateError(
                "the groups share models, and re-runs draw each side by itself; a forecast needs "
                "groups without common models"
            )
        sides = [
            _releases(ratings, since, labs, day, until, rng, name)
            for name, since in (("leader", lead), ("follower", follow))
        ]
        never = [np.full_like(released, np.inf) for _, released in sides]
        whole = np.hstack([ratings, sides[0][0], sides[1][0]])
        lead = np.hstack([_each(lead, len(ratings)), sides[0][1], never[1]])
        follow = np.hstack([_each(follow, len(ratings)), never[0], sides[1][1]])
        races = [Race.of(whole, lead, follow, end) for end in ends]
        found = [_figures(race) for race in races]
        figures.append({name: np.stack([f[name] for f in found], axis=1) for name in found[0]})
        dates.append(_meetings(Race.of(whole, lead, follow, until), day))
    return Projected(_joined(figures), _joined(dates))


def _releases(
    ratings: Floats,
    since: Floats,
    labs: Ints,
    day: float,
    until: float,
    rng: np.random.Generator,
    name: str,
) -> tuple[Floats, Floats]:
    """Ratings and days (D, K) of a side's releases after the day; unused places have inf."""
    since = _each(since, len(ratings))
    recent = (since <= day) & (since > day - _RECENT * DAYS_PER_MONTH)
    mine = np.flatnonzero(recent.any(axis=0))
    if len(mine) < _FEWEST_RELEASES:
        raise EstimateError(
            f"re-runs draw on the releases of the last {_RECENT} months, at least "
            f"{_FEWEST_RELEASES}, and the {name} group has {len(mine)}"
        )
    n, recent, rated = len(ratings), recent[:, mine], ratings[:, mine]
    years = (since[:, mine] - day) / _YEAR
    lab = np.unique(labs[mine], return_inverse=True)[1]
    count = int(lab.max()) + 1
    drawn = rng.multinomial(count, np.full(count, 1 / count), size=n)
    weight = np.where(recent, drawn[:, lab], 0.0)
    # A draw without any model, its release being known to the month only, draws on all of them.
    weight = np.where(weight.any(axis=1, keepdims=True), weight, 1.0)
    slope, level = _line(years, rated, weight)
    residual = rated - level - slope * years
    months = (until - day) / DAYS_PER_MONTH
    new = rng.poisson(weight.sum(axis=1) * months / _RECENT)
    shape = n, max(int(new.max()), 1)
    upto = np.cumsum(weight, axis=1)
    pick = rng.random(shape) * upto[:, -1:]
    model = (pick[:, :, None] >= upto[:, None, :-1]).sum(axis=2)
    date = day + 1 + np.floor(rng.random(shape) * (until - day))
    rating = level + slope * (date - day) / _YEAR + np.take_along_axis(residual, model, axis=1)
    unused = np.arange(shape[1]) >= new[:, None]
    return np.where(unused, -np.inf, rating), np.where(unused, np.inf, date)


def _line(x: Floats, y: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Slope and level at 0, each (D, 1), by weighted least squares; slope 0 where all x are one."""
    total = weight.sum(axis=1, keepdims=True)
    middle = [(weight * v).sum(axis=1, keepdims=True) / total for v in (x, y)]
    away = x - middle[0]
    squares = (weight * away**2).sum(axis=1, keepdims=True)
    products = (weight * away * (y - middle[1])).sum(axis=1, keepdims=True)
    slope = np.divide(products, squares, out=np.zeros_like(products), where=squares > 1e-9)
    return slope, middle[1] - slope * middle[0]


def _meetings(race: Race, day: float) -> dict[str, Floats]:
    """Days on which the follower passes the leader, and reaches its level of the day."""
    leader, follower = race.leader, race.follower
    today = np.array([day])
    level, mine = leader.at(today), follower.at(today)
    later = np.isfinite(follower.dates) & (follower.dates > day)
    then = leader.at(np.where(later, follower.dates, day))
    ahead = later & (follower.running > then)
    passed = np.where(ahead, follower.dates, np.inf).min(axis=1)
    reached = follower.date_of(follower.first_reaching(level))[:, 0]
    return {
        "parity": np.where((mine > level)[:, 0], day + 1, passed),
        "reach": np.where((mine >= level)[:, 0], day + 1, reached),
    }


def _figures(race: Race) -> dict[str, Floats]:
    found = outcomes(race, ("average", "current"), None, np.arange(race.ratings.shape[1]))
    lags = {name: lag.months for name, lag in found.lags.items()}
    return {**lags, "gap": found.gap}


def _each(dates: Floats, n: int) -> Floats:
    """Dates of every draw, (n, M)."""
    return np.broadcast_to(dates, (n, dates.shape[-1]))


def _joined(parts: Sequence[dict[str, Floats]]) -> dict[str, Floats]:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
