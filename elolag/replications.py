"""One replication of a calibration: a history of a world through the whole pipeline.

A replication draws a history (`elolag.simulate`), takes its vintages through scale, posterior,
draws, re-runs and summary exactly as an estimate on a real board does, and compares. Its seeds are
(world, replication), so that a replication is the same whoever computes it and when.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from elolag import draws, sampling
from elolag.errors import EstimateError, UsageError
from elolag.interval import Summary, reach, summarise
from elolag.lag import ESTIMANDS, TRENDS, UNBOUNDED
from elolag.posterior import Field, Posterior, posterior
from elolag.simulate import WORLDS, History, find_world, simulate
from elolag.vintages import place
from elolag.young import YoungDrift, debuts, fit, votes_per_information

#: A rival method: from the linked ratings and the as-of date to months, per estimand it speaks of.
Baseline = Callable[[Field, float], Mapping[str, float]]


#: Histories that make up the archive of a world, and replications that share one.
ARCHIVE, DRIFT_BLOCK = 8, 50


@dataclass(frozen=True)
class Plan:
    """What to run.

    Attributes
    ----------
    draws, histories, level
        Draws and re-run histories per replication, and the level of the intervals.
    runs
        Re-runs of a world whose mean is what a sampling interval should cover.
    seed
        Another seed gives other histories of the same worlds.
    batch
        Replications computed and stored together.
    """

    worlds: tuple[str, ...] = tuple(WORLDS)
    replications: int = 2000
    draws: int = 1000
    histories: int = 250
    runs: int = 2000
    level: float = 0.95
    seed: int = 0
    estimands: tuple[str, ...] = (*ESTIMANDS, "trend/quantile", "trend/linear", "trend/spline")
    batch: int = 50

    def __post_init__(self) -> None:
        """Refuse what cannot be run."""
        for world in self.worlds:
            find_world(world)
        known = [*ESTIMANDS, *TRENDS]
        unknown = set(self.estimands) - set(known)
        if unknown:
            raise UsageError(f"unknown estimand {min(unknown)!r}; known: {', '.join(known)}")
        if self.replications < 1 or self.batch < 1 or not 0 <= self.seed < 10**6:
            raise UsageError("replications and batch must be 1 or more, seed 0 to 999,999")
        needed = int(np.ceil(2 / (1 - self.level))) if 0 < self.level < 1 else 0
        if not needed or self.draws < needed:
            raise UsageError(
                f"{self.draws} draws cannot give a {self.level:g} interval; at least {needed} can"
            )

    def batches(self) -> list[tuple[str, int, int]]:
        """(world, first, one past the last) of every batch."""
        ends = range(0, self.replications, self.batch)
        last = self.replications
        return [(w, k, min(k + self.batch, last)) for w in self.worlds for k in ends]


@dataclass(frozen=True)
class Measured:
    """What the pipeline says of one history; estimands it refuses are absent.

    Attributes
    ----------
    summaries, mass
        Figure with measurement interval, and the share of draws inside it.
    sampling
        Ends of the sampling interval.
    mean, at_means
        Mean of the draws, and the lag at posterior-mean ratings; the figure is one of them.
    """

    summaries: Mapping[str, Summary]
    mass: Mapping[str, float]
    mean: Mapping[str, float]
    at_means: Mapping[str, float]
    sampling: Mapping[str, tuple[float, float]]
    field: Field = field(repr=False)


@functools.lru_cache(maxsize=32)
def archive_drift(world: str, seed: int, block: int) -> YoungDrift:
    """The young-entry drift as the archive of a world shows it: an estimate, not its parameter.

    The real one rests on 178 debuts of two boards; `ARCHIVE` histories of a world, which are no
    one's replication, have about as many.
    """
    first = seed * 10**6 + 10**6 // 2 + block * ARCHIVE
    histories = [simulate(world, first + k).linkable() for k in range(ARCHIVE)]
    changes = pd.concat([debuts(h) for h in histories], ignore_index=True)
    return fit(changes, votes_per_information(histories))[0]


def fitted_field(
    history: History, drift: YoungDrift | None
) -> tuple[Field, Posterior, list[str], pd.DataFrame]:
    """A history on one scale: the field, its posterior, the models' labs, and the placed table."""
    placed = place(history.linkable()).table
    data, rows = history.roster.field(placed, drift)
    lab = dict(zip(history.releases.models, history.releases.lab, strict=True))
    return data, posterior(data), [lab[model] for model in dict.fromkeys(rows["model"])], placed


def measure(history: History, drift: YoungDrift | None, plan: Plan, seed: int) -> Measured:
    """Take a history through the pipeline of an estimate: scale, posterior, draws, summary."""
    data, fitted, labs, placed = fitted_field(history, drift)
    summaries: dict[str, Summary] = {}
    mass: dict[str, float] = {}
    mean: dict[str, float] = {}
    at_means: dict[str, float] = {}
    spread: dict[str, tuple[float, float]] = {}
    groups = _together(data, fitted, history.as_of, plan.estimands)
    for names in groups:
        try:
            points = draws.point(data, fitted, history.as_of, names, None).lags
            sample = draws.sample(data, fitted, history.as_of, names, None, plan.draws, seed)
        except EstimateError:
            if len(names) > 1:  # one that is refused in some draw must not take the others with it
                groups += [[name] for name in names]
            continue
        for name in names:
            lags = sample.lags[name]
            try:
                summaries[name] = summarise(name, points[name], lags, plan.level)
            except EstimateError:
                continue
            mass[name] = summaries[name].mass(lags)
            mean[name] = float(lags.months[~lags.failed].mean())
            at_means[name] = float(points[name].months[0])
        spread |= _spread(data, fitted, labs, history.as_of, names, sample, plan, seed)
    bare, _ = history.roster.field(placed, None)
    return Measured(summaries, mass, mean, at_means, spread, bare)


def _together(
    data: Field, fitted: Posterior, as_of: float, estimands: Sequence[str]
) -> list[list[str]]:
    """The estimands that are defined, in the two groups that share their draws.

    A smooth curve needs every model of a draw, a step only those that can be a record; and one
    estimand that is refused must not take the others with it.
    """
    defined = []
    for name in estimands:
        try:
            draws.point(data, fitted, as_of, [name], None)
        except EstimateError:
            continue
        defined.append(name)
    groups = [[e for e in defined if e in kind] for kind in (ESTIMANDS, TRENDS)]
    return [group for group in groups if group]


def _spread(
    data: Field,
    fitted: Posterior,
    labs: Sequence[str],
    as_of: float,
    names: Sequence[str],
    sample: draws.Outcomes,
    plan: Plan,
    seed: int,
) -> dict[str, tuple[float, float]]:
    """Sampling intervals of the estimands that have one."""
    if not plan.histories:
        return {}
    try:
        (rerun,) = sampling.histories(
            data, fitted, labs, [as_of], names, None, seed, plan.histories
        )
    except EstimateError:
        if len(names) == 1:
            return {}
        # Refused in some re-run (a window begins before a group does): each alone, then.
        alone = [_spread(data, fitted, labs, as_of, [n], sample, plan, seed) for n in names]
        return {name: ends for one in alone for name, ends in one.items()}
    found: dict[str, tuple[float, float]] = {}
    for name in names:
        with contextlib.suppress(EstimateError):
            found[name] = sampling.interval(sample, rerun, name, plan.level)
    return found


def replicate(
    world: str, number: int, plan: Plan, baselines: Mapping[str, Baseline]
) -> list[dict[str, Any]]:
    """One replication: a row per estimand, with the truth, the answers, and the baselines'.

    ``state`` is ``measured``; ``undefined`` where the truth holds no answer (or no bound); or
    ``refused`` where the pipeline raises a typed error.
    """
    seed = plan.seed * 10**6 + number
    history = simulate(world, seed)
    own = history.world.own
    drift = None if own else archive_drift(world, plan.seed, number // DRIFT_BLOCK)
    measured = measure(history, drift, plan, seed)
    truths = history.releases.truth(plan.estimands)
    rivals = {name: call(measured.field, history.as_of) for name, call in baselines.items()}
    rows = []
    for name in plan.estimands:
        truth, found = truths.get(name), measured.summaries.get(name)
        row: dict[str, Any] = {"world": world, "replication": number, "estimand": name}
        if truth is None or truth.censored[0] == UNBOUNDED:
            rows.append(row | {"state": "undefined"})
            continue
        low, high = reach(truth.months, truth.censored)
        row |= {"state": "refused", "truth_low": float(low[0]), "truth_high": float(high[0])}
        row |= {f"baseline_{k}": float(v.get(name, np.nan)) for k, v in rivals.items()}
        if found is not None:
            row |= {
                "state": "measured",
                "months": found.months if found.censored is None else np.nan,
                "mean": measured.mean[name],
                "at_means": measured.at_means[name],
                "low": -np.inf if found.low is None else found.low,
                "high": np.inf if found.high is None else found.high,
                "covered": int(found.holds(low, high)[0]),
                "mass": measured.mass[name],
            }
            ends = measured.sampling.get(name, (np.nan, np.nan))
            row |= {"sampling_low": ends[0], "sampling_high": ends[1]}
        rows.append(row)
    return rows
