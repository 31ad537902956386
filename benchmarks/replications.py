"""What the intervals cover in known worlds: many replications, kept on disk, and their table.

A replication draws a history (`elolag.simulation.simulate`), takes its vintages through scale,
posterior, draws, re-runs and summary exactly as an estimate on a real board does, and compares. Its
seeds are (world, replication), so that a replication is the same whoever computes it and when.

Batches are kept as parts in a folder; a run that stopped goes on where it was. They run through
joblib where more than one job is asked for: within ``joblib.parallel_config(backend="dask")`` (or
any other backend) a cluster computes them, whose workers have this folder on their PYTHONPATH.

``python benchmarks/replications.py`` writes the first replication of every world to
`calibration_rows.csv`: what no change of the code may change unnamed.
"""

from __future__ import annotations

import contextlib
import csv
import functools
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from baselines import BASELINES, Baseline
from debuts import debuts, fit, votes_per_information

from elolag.errors import JOBS, EstimateError, UsageError, library
from elolag.estimate.panel import place
from elolag.model import draws, reruns
from elolag.model.early_drift import YoungDrift
from elolag.model.estimands import ESTIMANDS, TRENDS, UNBOUNDED
from elolag.model.interval import Summary, reach, summarise
from elolag.model.posterior import Field, Posterior, posterior
from elolag.simulation.simulate import History, _find_world, expected, simulate
from elolag.simulation.worlds import WORLDS

#: Histories that make up the archive of a world, and replications that share one.
ARCHIVE, DRIFT_BLOCK = 8, 50
#: Worlds that the method was changed for or that matter most: they have more replications.
DEEP = (
    "base",
    "takeover",
    "truncated-boards",
    "gauge-anchor",
    "skewed-debuts",
    "unequal-spread",
    "dense-vintages",
    "private",
)


@dataclass(frozen=True)
class Plan:
    """What to run.

    Attributes
    ----------
    replications, deep
        Replications of a world, and of one in `DEEP` if that is more.
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
    replications: int = 500
    deep: int = 0
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
            _find_world(world)
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
        return [
            (world, first, min(first + self.batch, last))
            for world in self.worlds
            for last in [max(self.replications, self.deep if world in DEEP else 0)]
            for first in range(0, last, self.batch)
        ]


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

    The real one rests on 179 debuts of two boards; `ARCHIVE` histories of a world, which are no
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
        (rerun,) = reruns.histories(data, fitted, labs, [as_of], names, None, seed, plan.histories)
    except EstimateError:
        if len(names) == 1:
            return {}
        # Refused in some re-run (a window begins before a group does): each alone, then.
        alone = [_spread(data, fitted, labs, as_of, [n], sample, plan, seed) for n in names]
        return {name: ends for one in alone for name, ends in one.items()}
    found: dict[str, tuple[float, float]] = {}
    for name in names:
        with contextlib.suppress(EstimateError):
            found[name] = reruns.interval(sample, rerun, name, plan.level)
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


ROOT = Path(__file__).parents[1]
#: Modules that decide a replication; a part on disk made by other ones is not used.
SOURCES = (
    "benchmarks/debuts.py",
    "benchmarks/replications.py",
    "elolag/estimate/field.py",
    "elolag/estimate/panel.py",
    "elolag/model/bradleyterry.py",
    "elolag/model/covariance.py",
    "elolag/model/curves.py",
    "elolag/model/draws.py",
    "elolag/model/early_drift.py",
    "elolag/model/estimands.py",
    "elolag/model/frontier.py",
    "elolag/model/interval.py",
    "elolag/model/posterior.py",
    "elolag/model/reruns.py",
    "elolag/model/scale.py",
    "elolag/simulation/simulate.py",
    "elolag/simulation/worlds.py",
)

#: Root mean squared errors of the two ways to a figure, and their columns.
_FIGURES = {"rmse_mean_of_draws": "mean", "rmse_at_posterior_means": "at_means"}
_DIGITS = 9  # of a stored number; what is beyond depends on the machine's linear algebra


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
        The rows of `replicate`, in order of world, replication, estimand, and
        ``expected``, what a sampling interval should cover. The same for any `jobs` and backend.
    """
    rivals = dict(baselines or {})
    _claim(folder, plan, list(rivals))
    columns = _columns(list(rivals))
    todo = [b for b in plan.batches() if not _part(folder, *b).is_file()]
    done = sum(b - a for _, a, b in plan.batches()) - sum(b - a for _, a, b in todo)
    total = sum(b - a for _, a, b in plan.batches())
    if tell:
        tell(done, total)
    for (world, first, last), rows in _computed(todo, plan, rivals, jobs):
        _write(_part(folder, world, first, last), rows, columns)
        done += last - first
        if tell:
            tell(done, total)
    raw = pd.concat([pd.read_csv(_part(folder, *b)) for b in plan.batches()], ignore_index=True)
    if not plan.histories:
        return raw.assign(expected=np.nan)
    wanted = pd.concat([_expected(folder, world, plan) for world in plan.worlds])
    return raw.merge(wanted, on=["world", "estimand"], how="left", validate="many_to_one")


def _computed(
    todo: list[tuple[str, int, int]], plan: Plan, baselines: Mapping[str, Baseline], jobs: int
) -> Iterable[tuple[tuple[str, int, int], list[dict[str, Any]]]]:
    if jobs == 1:
        return (_batch(b, plan, baselines) for b in todo)
    joblib = library("joblib", JOBS)
    calls = (joblib.delayed(_batch)(b, plan, baselines) for b in todo)
    found: Iterable[tuple[tuple[str, int, int], list[dict[str, Any]]]] = joblib.Parallel(
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
    """Per world, estimand and interval what was covered, and how far off the figures were.

    Columns ``world, estimand, interval, level, replications, target, coverage, mass, bias, rmse,
    width`` and ``rmse_<baseline>``. ``replications`` are those with a truth and an answer. For the
    measurement interval the target is the realised lag (its mean is shown), for the sampling
    interval the mean over re-run histories. ``bias`` and ``rmse`` are those of the figure,
    over replications where it and the truth are no bounds; ``width`` is the intervals' median
    (infinite where open). ``rmse_mean_of_draws`` and ``rmse_at_posterior_means`` are those
    of the two ways to a figure, of which each estimand has one (`interval.summarise`).
    """
    names = [str(c) for c in raw]
    rivals = {f"rmse_{c.removeprefix('baseline_')}": c for c in names if c.startswith("baseline_")}
    measured = raw[raw["state"] == "measured"]
    rows = []
    for (world, estimand), part in measured.groupby(["world", "estimand"], sort=False):
        exact = (part["truth_low"] == part["truth_high"]) & part["months"].notna()
        truth = part["truth_low"].where(exact)
        head = {"world": world, "estimand": estimand, "level": level}
        rows.append(
            head
            | {
                "interval": "measurement",
                "replications": len(part),
                "target": truth.mean(),
                "coverage": part["covered"].mean(),
                "mass": part["mass"].mean(),
                "width": (part["high"] - part["low"]).median(),
            }
            | _errors(part, truth, rivals)
        )
        wide = part[part["sampling_low"].notna() & part["expected"].notna()]
        if len(wide):
            target = wide["expected"]
            inside = (wide["sampling_low"] <= target) & (target <= wide["sampling_high"])
            rows.append(
                head
                | {
                    "interval": "sampling",
                    "replications": len(wide),
                    "target": target.iloc[0],
                    "coverage": inside.mean(),
                    "width": (wide["sampling_high"] - wide["sampling_low"]).median(),
                }
                | _errors(wide, target.where(wide["months"].notna()), rivals)
            )
    first = ["world", "estimand", "interval", "level", "replications", "target", "coverage", "mass"]
    columns = [*first, "bias", "rmse", "width", *_FIGURES, *rivals]
    return pd.DataFrame(rows, columns=columns)


def _errors(
    part: pd.DataFrame, truth: pd.Series[float], rivals: Mapping[str, str]
) -> dict[str, float]:
    """Bias and root mean squared error of the figure, and the latter of its rivals."""
    found = {"bias": float((part["months"] - truth).mean())}
    for name, column in {"rmse": "months", **_FIGURES, **rivals}.items():
        found[name] = float(np.sqrt(((part[column] - truth) ** 2).mean()))
    return found


def first(world: str) -> pd.DataFrame:
    """The first replication of a world as `make calibrate` has it, in the digits of the parts."""
    return _frame(replicate(world, 0, Plan(seed=3), BASELINES), _columns(list(BASELINES)))


def fingerprint() -> str:
    """sha256 over the modules that decide a replication."""
    digest = hashlib.sha256()
    for name in SOURCES:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def _claim(folder: Path, plan: Plan, baselines: list[str]) -> None:
    """Write down what the folder's parts are made by, or refuse those of another making."""
    folder.mkdir(parents=True, exist_ok=True)
    # How many replications of which worlds is not part of it: a run may be extended.
    wanted = {k: v for k, v in asdict(plan).items() if k not in ("worlds", "replications", "deep")}
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


def _expected(folder: Path, world: str, plan: Plan) -> pd.DataFrame:
    """Mean of each estimand over re-runs of a world, from the folder if it is there."""
    path = folder / f"{world}-expected.csv"
    if not path.is_file():
        found = expected(world, plan.estimands, plan.runs)
        rows = [{"world": world, "estimand": k, "expected": v} for k, v in found.items()]
        _write(path, rows, ["world", "estimand", "expected"])
    return pd.read_csv(path)


def _columns(baselines: list[str]) -> list[str]:
    head = ["world", "replication", "estimand", "state", "truth_low", "truth_high", "months"]
    tail = ["mean", "at_means", "low", "high", "covered", "mass", "sampling_low", "sampling_high"]
    return [*head, *tail, *(f"baseline_{b}" for b in baselines)]


def _frame(rows: list[dict[str, Any]], columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns).round(_DIGITS)


def _write(path: Path, rows: list[dict[str, Any]], columns: list[str]) -> None:
    frame = _frame(rows, columns)
    _replace(path, frame.to_csv(index=False, quoting=csv.QUOTE_MINIMAL, lineterminator="\n"))


def _replace(path: Path, text: str) -> None:
    """Write so that a stop at any moment leaves a whole file or none."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text, "utf-8")
    temporary.replace(path)


if __name__ == "__main__":
    kept = pd.concat([first(world) for world in WORLDS], ignore_index=True)
    kept.to_csv(ROOT / "benchmarks" / "calibration_rows.csv", index=False, lineterminator="\n")
