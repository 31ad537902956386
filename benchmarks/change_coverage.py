"""What intervals of a change and bands of a path hold: `python benchmarks/change_coverage.py`.

In known worlds. The change (`elolag.estimate_change`, over twelve months) is asked for the mean
change over re-run histories, which its interval is for, and for that of its own history; `told` is
the share of intervals that leave out zero. A path (`elolag.lag_path`, the same twelve months) is
asked for the lags of its own history: the pointwise interval for the share of days, the band for
whole paths. The table kept here was made before countries' trends departed from a common one
(decision 5), and has not been made again since.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from in_worlds import DRAWS, LEVEL, RERUNS, RUNS, options, replicated, write

from elolag.dates import DAYS_PER_MONTH
from elolag.errors import EstimateError
from elolag.estimate import over_time
from elolag.estimate.change import _spread_of
from elolag.model import draws, reruns
from elolag.model.interval import reach
from elolag.model.posterior import Field, Posterior
from elolag.simulation.simulate import _AS_OF, History, Releases, release

WORLDS = ("base", "takeover", "stagnant-leader")
NAMES = ("average", "current")
THEN = float(np.floor(_AS_OF - 12 * DAYS_PER_MONTH))
#: Of a month: a thousandth of a day, for dates that are sums.
SLACK = 3e-5


def true_change(run: Releases, name: str) -> float:
    """Later lag less the earlier one; NaN where either is a bound."""
    lags = [run.truth([name], date).get(name) for date in (THEN, _AS_OF)]
    known = [float(x.months[0]) if x and reruns.known_in(x)[0] else np.nan for x in lags]
    return known[1] - known[0]


def intervals(
    history: History, data: Field, fitted: Posterior, labs: Sequence[str], seed: int
) -> list[dict[str, Any]]:
    """The changes' intervals, and the share of days or of whole paths that are held."""
    rows: list[dict[str, Any]] = []
    for name in NAMES:
        with contextlib.suppress(EstimateError):  # too often a bound
            pair = [
                draws.sample(data, fitted, date, [name], None, DRAWS, seed)
                for date in (THEN, _AS_OF)
            ]
            rerun = reruns.histories(data, fitted, labs, (THEN, _AS_OF), [name], None, seed, RERUNS)
            law = _spread_of(pair, rerun, name)
            row = {"what": f"change/{name}", "own": true_change(history.releases, name)}
            row |= {"level": LEVEL, "low": law.inv_cdf((1 - LEVEL) / 2)}
            rows.append(row | {"high": law.inv_cdf((1 + LEVEL) / 2)})
    days = np.arange(THEN, _AS_OF + 1)
    least, most = (ends[0] for ends in reach(*over_time._daily(history.releases.race(), days)))
    levels = (LEVEL, over_time.INNER)
    drawn = (d for _, d in draws.draw(data, fitted, DRAWS, seed))
    bands, _ = over_time._bands(drawn, days, levels, over_time._daily)
    for level, ends in zip(levels, bands, strict=True):
        for what, (low, high) in {"pointwise": ends[:2], "band": ends[2:]}.items():
            held = ~(least < low - SLACK) & ~(most > high + SLACK)  # an open end is NaN
            wide = np.nan_to_num(high - low, nan=np.inf)
            row = {"what": f"path/{what}", "level": level, "width": float(np.median(wide))}
            rows.append(row | {"held": held.all() if what == "band" else held.mean()})
    return rows


def held(world: str, rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Coverage by kind of interval."""
    runs = [release(world, 10**9 + k) for k in range(RUNS)]
    means = {f"change/{n}": np.nanmean([true_change(r, n) for r in runs]) for n in NAMES}
    found = []
    for (what, level), part in rows.groupby(["what", "level"], sort=False):
        row = {"world": world, "what": what, "level": level, "replications": len(part)}
        if what in means:
            low, high, mean, own = part["low"], part["high"], means[what], part["own"].dropna()
            row |= {
                "target": mean,
                "coverage": ((low <= mean) & (mean <= high)).mean(),
                "own_history": ((low <= own) & (own <= high))[own.index].mean(),
                "told": ((low > 0) | (high < 0)).mean(),
                "width": (high - low).median(),
            }
        else:
            row |= {"coverage": part["held"].mean(), "width": part["width"].median()}
        found.append(row)
    return found


def main() -> None:
    chosen = options("Coverage of changes and of paths in known worlds.", WORLDS, 100,
                     "change_coverage.csv")  # fmt: skip
    rows = []
    for world in chosen.worlds:
        rows += held(world, replicated(world, chosen.replications, chosen.seed, intervals))
    write(rows, chosen.table)


if __name__ == "__main__":
    main()
