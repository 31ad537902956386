"""What the intervals cover: the whole pipeline over histories whose true lag is known.

One replication draws a history of a world (`elolag.simulate`), takes its vintages through linking,
posterior, draws and summary exactly as an estimate on a real board does, and compares. Its seeds
are (world, replication), so that a replication is the same whoever computes it and when. Batches of
replications are kept on disk; a run that stopped goes on where it was.

Batches run through joblib where it is installed: within ``joblib.parallel_config(backend="dask")``
(or any other backend) a cluster computes them.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from elolag import draws
from elolag.draws import Field
from elolag.errors import EstimateError, UsageError
from elolag.interval import Summary, reach, summarise
from elolag.lag import ESTIMANDS, UNBOUNDED, Lags
from elolag.linking import find_anchors, link
from elolag.simulate import WORLDS, History, find_world, simulate
from elolag.young import packaged_drift

#: A rival method: from the linked ratings and the as-of date to months, per estimand it speaks of.
Baseline = Callable[[Field, float], Mapping[str, float]]

#: Modules and data that decide a replication; a part on disk made by other ones is not used.
SOURCES = (
    "bradleyterry.py",
    "calibrate.py",
    "data/young.json",
    "draws.py",
    "frontier.py",
    "interval.py",
    "lag.py",
    "linking.py",
    "roster.py",
    "simulate.py",
    "worlds.py",
    "young.py",
)

_DIGITS = 9  # of a stored number; what is beyond depends on the machine's linear algebra


@dataclass(frozen=True)
class Plan:
    """What to run.

    Attributes
    ----------
    draws, level
        Draws per replication, and the level of their interval.
    seed
        Another seed gives other histories of the same worlds.
    batch
        Replications computed and stored together.
    """

    worlds: tuple[str, ...] = tuple(WORLDS)
    replications: int = 2000
    draws: int = 1000
    level: float = 0.95
    seed: int = 0
    estimands: tuple[str, ...] = tuple(ESTIMANDS)
    batch: int = 50

    def __post_init__(self) -> None:
        """Refuse what cannot be run."""
        for world in self.worlds:
            find_world(world)
        unknown = set(self.estimands) - set(ESTIMANDS)
        if unknown:
            raise UsageError(f"unknown estimand {min(unknown)!r}; known: {', '.join(ESTIMANDS)}")
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
    """What the pipeline says of one history; estimands it refuses are absent."""

    summaries: Mapping[str, Summary]
    mass: Mapping[str, float]
    field: Field = field(repr=False)


def measure(
    history: History, estimands: Iterable[str], n_draws: int, level: float, seed: int
) -> Measured:
    """Take a history through the pipeline of an estimate: link, posterior, draws, summary."""
    vintages = history.linkable()
    linked = link(vintages, find_anchors(vintages))
    data, _ = history.roster.field(linked.table, packaged_drift())
    fitted = draws.posterior(data)
    lags = _sampled(data, fitted, history.as_of, list(estimands), n_draws, seed)
    summaries: dict[str, Summary] = {}
    mass: dict[str, float] = {}
    for name, (point, sample) in lags.items():
        try:
            summaries[name] = summarise(point, sample, level)
        except EstimateError:
            continue
        mass[name] = summaries[name].mass(sample)
    return Measured(summaries, mass, history.roster.field(linked.table, None)[0])


def _sampled(
    data: Field,
    fitted: draws.Posterior,
    as_of: float,
    estimands: list[str],
    n_draws: int,
    seed: int,
) -> dict[str, tuple[Lags, Lags]]:
    """Point and draws of every estimand that is defined, all from the same draws if possible."""
    try:
        points = draws.point(data, fitted, as_of, estimands, None).lags
        sample = draws.sample(data, fitted, as_of, estimands, None, n_draws, seed).lags
    except EstimateError:
        if len(estimands) <= 1:
            return {}
        found: dict[str, tuple[Lags, Lags]] = {}
        for name in estimands:
            found |= _sampled(data, fitted, as_of, [name], n_draws, seed)
        return found
    return {name: (points[name], sample[name]) for name in estimands}


def replicate(
    world: str, number: int, plan: Plan, baselines: Mapping[str, Baseline]
) -> list[dict[str, Any]]:
    """One replication: a row per estimand, with the truth, the answer, and the baselines'.

    ``state`` is ``measured``; ``undefined`` where the truth holds no answer (or no bound); or
    ``refused`` where the pipeline raises a typed error.
    """
    seed = plan.seed * 10**6 + number
    history = simulate(world, seed)
    measured = measure(history, plan.estimands, plan.draws, plan.level, seed)
    rivals = {name: call(measured.field, history.as_of) for name, call in baselines.items()}
    rows = []
    for name in plan.estimands:
        truth, found = history.truth.get(name), measured.summaries.get(name)
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
                "low": -np.inf if found.low is None else found.low,
                "high": np.inf if found.high is None else found.high,
                "covered": int(found.holds(low, high)[0]),
                "mass": measured.mass[name],
            }
        rows.append(row)
    return rows


def run(
    plan: Plan,
    folder: Path,
    *,
    baselines: Mapping[str, Baseline] | None = None,
    jobs: int = 1,
    tell: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """Every replication of the plan, those already in `folder` read from there.

    Parameters
    ----------
    folder
        Where parts are kept. Parts of other code or another plan are refused.
    jobs
        Parallel workers, through joblib if more than 1.
    tell
        Called with replications done and wanted, after each batch.

    Returns
    -------
    pandas.DataFrame
        The rows of `replicate`, in order of world, replication, estimand. The same for any `jobs`
        and any backend.
    """
    rivals = dict(baselines or {})
    _claim(folder, plan, list(rivals))
    columns = _columns(list(rivals))
    todo = [b for b in plan.batches() if not _part(folder, *b).is_file()]
    done = sum(b - a for _, a, b in plan.batches()) - sum(b - a for _, a, b in todo)
    total = plan.replications * len(plan.worlds)
    if tell:
        tell(done, total)
    for (world, first, last), rows in _computed(todo, plan, rivals, jobs):
        _write(_part(folder, world, first, last), rows, columns)
        done += last - first
        if tell:
            tell(done, total)
    parts = [pd.read_csv(_part(folder, *b)) for b in plan.batches()]
    return pd.concat(parts, ignore_index=True)


def _computed(
    todo: list[tuple[str, int, int]], plan: Plan, baselines: Mapping[str, Baseline], jobs: int
) -> Iterable[tuple[tuple[str, int, int], list[dict[str, Any]]]]:
    if jobs == 1:
        return (_batch(b, plan, baselines) for b in todo)
    try:
        from joblib import Parallel, delayed
    except ImportError:
        raise UsageError(
            "more than one job needs joblib: pip install 'elolag[calibrate]', or take one job"
        ) from None
    calls = (delayed(_batch)(b, plan, baselines) for b in todo)
    found: Iterable[tuple[tuple[str, int, int], list[dict[str, Any]]]] = Parallel(
        n_jobs=jobs, return_as="generator_unordered"
    )(calls)
    return found


def _batch(
    batch: tuple[str, int, int], plan: Plan, baselines: Mapping[str, Baseline]
) -> tuple[tuple[str, int, int], list[dict[str, Any]]]:
    world, first, last = batch
    rows = [r for k in range(first, last) for r in replicate(world, k, plan, baselines)]
    return batch, rows


def table(raw: pd.DataFrame, level: float) -> pd.DataFrame:
    """Per world and estimand what the intervals covered and how far off the figures were.

    Columns ``world, estimand, interval, level, replications, target, coverage, mass, bias, rmse,
    width`` and ``rmse_<baseline>``. ``replications`` are those with a truth and an answer;
    ``target`` is the mean realised lag; ``bias`` and ``rmse`` are over replications where figure
    and truth are no bounds; ``width`` is the median of the interval's (infinite where open).
    """
    columns = [str(c) for c in raw]
    rivals = [c.removeprefix("baseline_") for c in columns if c.startswith("baseline_")]
    measured = raw[raw["state"] == "measured"]
    rows = []
    for (world, estimand), part in measured.groupby(["world", "estimand"], sort=False):
        exact = part["truth_low"] == part["truth_high"]
        truth = part["truth_low"].where(exact)
        error = part["months"] - truth
        row = {
            "world": world,
            "estimand": estimand,
            "interval": "measurement",
            "level": level,
            "replications": len(part),
            "target": truth.mean(),
            "coverage": part["covered"].mean(),
            "mass": part["mass"].mean(),
            "bias": error.mean(),
            "rmse": np.sqrt((error**2).mean()),
            "width": (part["high"] - part["low"]).median(),
        }
        for name in rivals:
            away = (part[f"baseline_{name}"] - truth)[error.notna()]
            row[f"rmse_{name}"] = np.sqrt((away**2).mean())
        rows.append(row)
    return pd.DataFrame(rows)


def fingerprint() -> str:
    """sha256 over the modules and data that decide a replication."""
    digest = hashlib.sha256()
    for name in SOURCES:
        digest.update(resources.files("elolag").joinpath(name).read_bytes())
    return digest.hexdigest()


def _claim(folder: Path, plan: Plan, baselines: list[str]) -> None:
    """Write down what the folder's parts are made by, or refuse those of another making."""
    folder.mkdir(parents=True, exist_ok=True)
    # How many replications of which worlds is not part of it: a run may be extended.
    wanted = {k: v for k, v in asdict(plan).items() if k not in ("worlds", "replications")}
    wanted = json.loads(json.dumps(wanted | {"baselines": baselines, "code": fingerprint()}))
    note = folder / "plan.json"
    if note.is_file():
        kept = json.loads(note.read_text("utf-8"))
        other = sorted(k for k in wanted.keys() | kept.keys() if wanted.get(k) != kept.get(k))
        if other:
            raise UsageError(
                f"{note}: the parts in this folder were made with another {', '.join(other)}; "
                f"take an empty folder, or delete this one"
            )
    else:
        _replace(note, json.dumps(wanted, indent=1) + "\n")


def _part(folder: Path, world: str, first: int, last: int) -> Path:
    return folder / f"{world}-{first:05d}-{last:05d}.csv"


def _columns(baselines: list[str]) -> list[str]:
    head = ["world", "replication", "estimand", "state", "truth_low", "truth_high", "months"]
    return [*head, "low", "high", "covered", "mass", *(f"baseline_{b}" for b in baselines)]


def _write(path: Path, rows: list[dict[str, Any]], columns: list[str]) -> None:
    frame = pd.DataFrame(rows, columns=columns).round(_DIGITS)
    _replace(path, frame.to_csv(index=False, quoting=csv.QUOTE_MINIMAL, lineterminator="\n"))


def _replace(path: Path, text: str) -> None:
    """Write so that a stop at any moment leaves a whole file or none."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text, "utf-8")
    temporary.replace(path)
