"""Three questions to the drift of the scale: `python benchmarks/drift_form.py`.

Asked of the scale as it was while the votes of bridged entries counted in full (`ASKED`). Each is
decided by the log score of held-out entries (`held_out.py`), in pairs and with an interval.

lab
    Do entries of one lab drift together? All of a lab's entries are hidden at once, and the joint
    density of their errors is taken with a share `ICC` of the settled drift's variance common to
    the lab (a t of its own, integrated over its quantiles) and without. Entries of labs with one
    hidden entry say nothing and are left out. Resampled by lab.
tails, top
    Is the t heavier, or drift larger near the top, than the scale says? Places are made again with
    other `Hyperparameters.freedom`; or the variance of drift of the `TOP` highest of the last list
    an entry was in is multiplied. Resampled by entry.
votes
    Does the other board's change bring the new votes' noise with it? `Hyperparameters.own_votes`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import held_out
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from elolag.dates import DAYS_PER_MONTH
from elolag.model import scale
from elolag.model.scale import SHIPPED, Hyperparameters

HERE = Path(__file__).parent

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

ASKED = replace(SHIPPED, own_votes=1.0)
ICC = (0.05, 0.1, 0.25)
OTHER = {("tails", v): replace(ASKED, freedom=v) for v in (2.5, 3.0, 6.0)}
OTHER |= {("votes", v): replace(ASKED, own_votes=v) for v in (0.5, 0.1)}
FACTORS = (1.5, 2.0, 3.0)
#: Points at which a lab's common drift is looked at.
POINTS = 400


def errors(
    boards: held_out.Boards, months: int, kept: str, fold: str, hyper: Hyperparameters = ASKED
) -> pd.DataFrame:
    """Error of each held-out entry, the scale of its drift, and the variance of the rest.

    `fold` is ``lab`` (all of a lab's entries hidden at once) or ``random``.
    """
    target = boards.target
    since = target.days[-1] - months * DAYS_PER_MONTH
    now = target.rating[:, -1]
    known = np.flatnonzero(~np.isnan(now) & (target.first <= since))
    best = known[np.argsort(-now[known])][: held_out.TOP]
    if fold == "lab":
        folds = pd.factorize(boards.lab[known])[0]
    else:
        folds = np.random.default_rng(held_out.SEED).permutation(len(known)) % held_out.FOLDS
    parts = []
    for number in range(folds.max(initial=-1) + 1):
        rows = known[folds == number]
        if fold == "lab" and len(rows) < 2:
            continue
        seen = held_out.without(boards, rows, since, kept)
        placed = scale.place(seen.target, np.arange(len(now)), seen.other, hyper)
        column = placed.column[rows]
        before = target.rating[:, column]
        votes = held_out.to_come(placed, rows, target.se[rows, -1], hyper)
        parts.append(
            pd.DataFrame(
                {
                    "entry": rows,
                    "lab": boards.lab[rows],
                    "best": np.isin(rows, best),
                    "high": (before > before[rows, np.arange(len(rows))]).sum(axis=0)
                    < held_out.TOP,
                    "error": now[rows] - placed.rating[rows],
                    "drift": placed.drift[rows],
                    "rest": votes + (placed.root[rows] ** 2).sum(axis=1),
                }
            )
        )
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def density(error: Floats, scales: Floats, freedom: float) -> Floats:
    """Log density of t errors."""
    return np.asarray(stats.t.logpdf(error / scales, freedom) - np.log(scales))


def together(found: pd.DataFrame, icc: float) -> float:
    """Joint log density of a lab's errors when a share of the variance of drift is common."""
    common = stats.t.ppf((np.arange(POINTS) + 0.5) / POINTS, SHIPPED.freedom) if icc else [0.0]
    error, drift = found["error"].to_numpy(), found["drift"].to_numpy()
    scales = np.sqrt((1 - icc) * drift**2 + found["rest"].to_numpy())
    away = error - np.sqrt(icc) * np.outer(common, drift)
    return float(
        np.logaddexp.reduce(density(away, scales, SHIPPED.freedom).sum(axis=1))
        - np.log(len(common))
    )


def cells() -> Iterator[tuple[str, str, int, held_out.Boards]]:
    """Role, name and months of every cell of `held_out`."""
    for newest, role in held_out.NEWEST.items():
        for name, boards in held_out.load(newest).items():
            for months in held_out.HORIZONS:
                yield role, f"{newest} {name}", months, boards


def scores() -> pd.DataFrame:
    """One row per question, form and entry (or lab): log score and what it was without."""
    parts: list[object] = []
    for role, name, months, boards in cells():
        for kept in held_out.KEPT:
            what: dict[str, str | int] = {
                "role": role, "cell": name, "months": months, "kept": kept,
            }  # fmt: skip
            found = errors(boards, months, kept, "lab")
            for lab, mine in found.groupby("lab") if len(found) else ():
                without = together(mine, 0.0)
                parts += [
                    what
                    | {"question": "lab", "form": icc, "unit": lab, "entries": len(mine),
                       "score": together(mine, icc), "base": without}
                    for icc in ICC
                ]  # fmt: skip
            base = errors(boards, months, kept, "random")
            if not len(base):
                continue
            forms = {
                form: errors(boards, months, kept, "random", hyper) for form, hyper in OTHER.items()
            }
            for v in FACTORS:
                raised = base["drift"] * np.sqrt(np.where(base["high"], v, 1.0))
                forms["top", v] = base.assign(drift=raised)
            was = _scored(base, SHIPPED.freedom)
            for (question, form), table in forms.items():
                mine = _scored(table, form if question == "tails" else SHIPPED.freedom)
                parts += (
                    mine.assign(base=was["score"], base_inside=was["inside"], question=question,
                                form=form, entries=1, **what).to_dict("records")
                )  # fmt: skip
    return pd.DataFrame(parts)


def _scored(found: pd.DataFrame, freedom: float) -> pd.DataFrame:
    scales = np.sqrt(found["drift"].to_numpy() ** 2 + found["rest"].to_numpy())
    error = found["error"].to_numpy()
    return pd.DataFrame(
        {
            "unit": found["entry"],
            "best": found["best"],
            "score": density(error, scales, freedom),
            "inside": np.abs(error / scales) <= stats.t.ppf(0.975, freedom),
        }
    )


def table(every: pd.DataFrame) -> pd.DataFrame:
    """Gain per entry of each form, all cells of a role and a kind together, and of the best."""
    rows = []
    keys = ["question", "form", "role", "kept"]
    for key, part in every.groupby(keys, sort=False):
        unit = part.groupby("unit")
        gained = unit["score"].sum() - unit["base"].sum()
        weight = unit["entries"].sum().to_numpy()
        pick = np.random.default_rng(held_out.SEED).integers(
            0, len(gained), (held_out.RESAMPLES, len(gained))
        )
        means = gained.to_numpy()[pick].sum(axis=1) / weight[pick].sum(axis=1)
        low, high = np.quantile(means, [0.025, 0.975])
        best = part[part["best"] == True]  # noqa: E712 -- no such thing in the question of labs
        rows.append(
            dict(zip(keys, key, strict=True))
            | {
                "entries": int(weight.sum()),
                "gain": gained.sum() / weight.sum(), "gain_low": low, "gain_high": high,
                "gain_top": (best["score"] - best["base"]).mean(),
                "inside_top": best["inside"].astype(float).mean(),
                "base_inside_top": best["base_inside"].astype(float).mean(),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def main() -> None:
    """Make the table."""
    found = table(scores())
    found.to_csv(HERE / "drift_form.csv", index=False, float_format="%.4f", lineterminator="\n")
    print(found.to_string(index=False, float_format="%.3f"))


if __name__ == "__main__":
    main()
