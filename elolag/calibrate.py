"""What the intervals cover: many replications, kept on disk, and the table they make.

Batches of replications (`elolag.replications`) are kept as parts in a folder; a run that stopped
goes on where it was. They run through joblib where more than one job is asked for: within
``joblib.parallel_config(backend="dask")`` (or any other backend) a cluster computes them.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from elolag.errors import UsageError
from elolag.extras import JOBS, library
from elolag.replications import Baseline, Plan, replicate
from elolag.simulate import expected

#: Modules and data that decide a replication; a part on disk made by other ones is not used.
SOURCES = (
    "ballots.py",
    "bradleyterry.py",
    "calibrate.py",
    "correlated.py",
    "crossing.py",
    "curves.py",
    "draws.py",
    "frontier.py",
    "interval.py",
    "lag.py",
    "model/hyper.py",
    "model/scale.py",
    "posterior.py",
    "replications.py",
    "roster.py",
    "sampling.py",
    "simulate.py",
    "vintages.py",
    "worlds.py",
    "young.py",
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
        The rows of `replications.replicate`, in order of world, replication, estimand, and
        ``expected``, what a sampling interval should cover. The same for any `jobs` and backend.
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


def _write(path: Path, rows: list[dict[str, Any]], columns: list[str]) -> None:
    frame = pd.DataFrame(rows, columns=columns).round(_DIGITS)
    _replace(path, frame.to_csv(index=False, quoting=csv.QUOTE_MINIMAL, lineterminator="\n"))


def _replace(path: Path, text: str) -> None:
    """Write so that a stop at any moment leaves a whole file or none."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text, "utf-8")
    temporary.replace(path)
