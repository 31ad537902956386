"""Do intervals hold their level on boards of one's own whose errors are wide?

Where few models or wide errors leave the prior in doubt, its trend and its spreads are drawn
(`elolag.model.posterior`, decision 9). Here whole boards go through the public way in: `own_board`,
a file of tags, `prepare`, draws, interval.

Decided before the first run (2026-11-28, seed 20261129, 100 worlds a cell, 1,000 draws, 95%; the
prior's doubt was tried on 60 worlds a cell of another seed before, of kind `alike` only):

- A world has 6, 10, 20, 40 or 100 models, by turns of the US and of China, released on days drawn
  evenly from the 912 up to the list's. True ratings rise by 150 points a year, the US stand 75
  above, and each model is normal about that with deviation 30 (`alike`), or 20 in the US and 45 in
  China (`unequal`); se is 10, 30 or 60, the same for all.
- The truth is the estimand of the true ratings: `gap`, `current`, and `average` over twelve months
  where there is one. Worlds whose truth or interval is refused, or whose truth has no bound, do not
  count. A truth that is a bound is held if all it allows lies in the interval, as in
  `replications.py`. Widths are means over intervals with two ends.
- Ways: `default`; `plugged`, the prior taken as found, as all boards had it until then; and `flat`
  (`correct_selection=False`).
- `drawn` counts the worlds in which the prior is drawn by default.
- The default is right if in every cell of kind `alike` its intervals hold at least 93% less two
  Monte-Carlo standard errors (the calibration's tolerance), and over all cells of either kind at
  least 93% for each estimand. Whatever comes is kept and told; neither worlds nor the engine are
  changed for it without saying so here.

Seen: by these rules the default is right. Over all cells its intervals of the gap hold 96%, where
the prior taken as found held 86 and 89%. It holds least where spreads are unequal, models are a
hundred and errors of 60: 83 to 91%; countries are thought to spread alike. Changed after a first
run, for what epoch/eci showed and not for this table: departures of countries and of recent models
are t instead of normal, so that clear evidence is followed. Everything was run again, the same
worlds; no cell moved by over three points. Changed later, for what boards near the line showed: the
doubt sets in by degrees below it. That touches 100 models with errors of 10 alone, which were run
again; no cell moved by over one point.

Decided before a further run (2026-11-28, evening; the same worlds). On worlds of other seeds (270
of 100 models with errors of 60, `unequal`) the default held 93, 94 and 92%; of 150 of these 93, 94
and 91, and with the true spreads of both countries 95, 97 and 93. The true trend, a normal shape or
no departure of recent models did not help: what is missing is that countries are thought too much
alike. How alike is now taken from the newest lists of 13 families of boards of the archive and not
from these worlds: departures of countries and of recent models with any scale from 0.08 to 0.5 and
1 to 6 degrees of freedom, each as likely as it makes those lists by the evidence the engine itself
computes. Their average is, to a tenth of its density, a t of two degrees and scale 0.2; it was of
four with 0.158, 1.6 less likely in logarithms than the likeliest. One of four with 0.35, which
holds more here, is 1.3 less likely and is not taken. The change lands if coverage over all cells of
kind `unequal`, all estimands together, rises; if no cell of kind `alike` falls below 93% less two
Monte-Carlo standard errors; and if the widths of `alike`, relative to before and averaged over
cells, grow by at most 5% for each estimand. Else it is left.

Seen: it landed. Over all cells of kind `unequal` 96.9% are held, 96.3 before; on 100 models with
errors of 60 it is 93, 92 and 92% of the gap, `current` and `average`, where it was 88, 91 and 83.
Of kind `alike` 97.1% are held as before, the lowest cell 89% (90), in intervals 0.4, 0.6 and 1.1%
wider. What is left: where errors are wide and one country spreads twice as far as the other, they
are still drawn to each other, so that intervals that miss nearly all miss on the same side (of the
gap 7 of 8, of `average` 6 of 6, on 120 worlds of other seeds). Corrected: the plan said "to 5%
of its density", which is as seen from no departure; of the density it is a tenth.

    python benchmarks/wide_errors.py        # writes wide_errors.csv (about six minutes)
"""

from __future__ import annotations

import contextlib
import itertools
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from in_worlds import write

from elolag.dates import to_day, to_iso
from elolag.errors import EstimateError
from elolag.estimate.session import Study, prepare
from elolag.model import draws
from elolag.model.estimands import EXACT, UNBOUNDED, Lags, Race
from elolag.model.interval import Summary, quantiles, reach, summarise
from elolag.own import own_board
from elolag.votes import RatedVotes

SEED, WORLDS, DRAWS, LEVEL = 20261129, 100, 1000, 0.95
MODELS, ERRORS = (6, 10, 20, 40, 100), (10.0, 30.0, 60.0)
DAY, SPAN, RISE, AHEAD = "2026-08-19", 912, 150.0, 75.0
#: How far models of the US and of China lie about their line.
KINDS = {"alike": (30.0, 30.0), "unequal": (20.0, 45.0)}
NAMES = ("gap", "current", "average")
WAYS = ("default", "plugged", "flat")
TABLE = Path(__file__).with_suffix(".csv")


def board(kind: str, models: int, se: float, world: int) -> pd.DataFrame:
    """Entry, country, release, true and published rating of every model."""
    rng = np.random.default_rng([SEED, list(KINDS).index(kind), models, round(se), world])
    released = to_day(DAY) - rng.integers(0, SPAN, models)
    country = np.where(np.arange(models) % 2, "CN", "US")
    line = 1000 - RISE * (to_day(DAY) - released) / 365.2425 + AHEAD * (country == "US")
    true = line + rng.normal(0, np.where(country == "US", *KINDS[kind]))
    return pd.DataFrame(
        {
            "entry": [f"m{k:03}" for k in range(models)],
            "country": country,
            "release_date": [to_iso(float(day)) for day in released],
            "true": true,
            "rating": true + rng.normal(0, se, models),
            "se": se,
        }
    )


def study(made: pd.DataFrame, *, correct_selection: bool, rated: RatedVotes | None = None) -> Study:
    """The question, asked of a board of one's own: its published ratings, or rated votes."""
    with tempfile.TemporaryDirectory() as folder:
        tags = Path(folder) / "tags.csv"
        told = made[["entry", "country", "release_date"]]
        told = told.assign(model="", lab=made["country"] + " lab", openness="closed", note="")
        told.to_csv(tags, index=False)
        return prepare(
            board=own_board(rated or made[["entry", "rating", "se"]], date=DAY),
            extra_tags=tags,
            n_draws=DRAWS,
            seed=SEED,
            level=LEVEL,
            correct_selection=correct_selection,
        )


def lags(outcomes: draws.Outcomes, name: str) -> Lags:
    """One estimand, the gap in the shape of the others."""
    if name != "gap":
        return outcomes.lags[name]
    count = len(outcomes.gap)
    return Lags(outcomes.gap, np.full(count, EXACT, np.int8), np.zeros(count, dtype=bool))


def answers(made: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """A row for every estimand and way of one world that has truth and interval."""
    default = study(made, correct_selection=True)
    plugged = replace(default, fitted=replace(default.fitted, doubt=None))
    flat = study(made, correct_selection=False)
    yield from held(made, dict(zip(WAYS, (default, plugged, flat), strict=True)))


def held(made: pd.DataFrame, by_way: Mapping[str, Study]) -> Iterator[dict[str, Any]]:
    """The rows of one world; of its studies the first is the default."""
    default = by_way[WAYS[0]]
    field = default.cast.field
    true = made.set_index("entry").loc[list(default.cast.entries), "true"].to_numpy()[None, :]
    race = Race.of(true, field.lead_from, field.follow_from, default.as_of)
    for way, asked in by_way.items():
        for name in NAMES:
            names = [] if name == "gap" else [name]
            with contextlib.suppress(EstimateError):  # no answer: the world does not count here
                truth = lags(draws.outcomes(race, names, None, np.arange(true.shape[1])), name)
                if truth.failed[0] or truth.censored[0] == UNBOUNDED:
                    continue
                sample = lags(asked.sample(names), name)
                if name == "gap":
                    low, high = quantiles(sample.months, sample.censored, LEVEL)
                    found = Summary(0.0, low, high, None, 0)
                else:
                    found = summarise(name, lags(asked.point(names), name), sample, LEVEL)
                low, high = found.low, found.high
                yield {
                    "estimand": name,
                    "way": way,
                    "drawn": default.fitted.doubt is not None,
                    "held": bool(found.holds(*reach(truth.months, truth.censored))[0]),
                    "width": np.nan if low is None or high is None else high - low,
                }


def wilson(held: float, n: int) -> tuple[float, float]:
    """Ends of the 95% interval of a share (Wilson 1927)."""
    z = 1.959964
    middle, half = held + z**2 / (2 * n), z * np.sqrt(held * (1 - held) / n + z**2 / (4 * n**2))
    return (middle - half) / (1 + z**2 / n), (middle + half) / (1 + z**2 / n)


def cell(
    kind: str, models: int, se: float, worlds: Iterable[int] = range(WORLDS)
) -> list[dict[str, Any]]:
    """Rows of one kind, number of models and error, by estimand and way.

    `low` and `high` are the ends of Wilson's 95% interval of the coverage.
    """
    rows = [row for k in worlds for row in answers(board(kind, models, se, k))]
    return summed(rows, kind=kind, models=models, se=se)


def summed(rows: Sequence[dict[str, Any]], **cell: Any) -> list[dict[str, Any]]:
    """What the worlds of a cell have in common, and coverage, by estimand and way."""
    found = []
    for (name, way), part in pd.DataFrame(rows).groupby(["estimand", "way"], sort=False):
        share = part["held"].mean()
        low, high = wilson(share, len(part))
        row = cell | {"estimand": name, "way": way}
        row |= {"worlds": len(part), "drawn": int(part["drawn"].sum()), "coverage": share}
        found.append(row | {"low": low, "high": high, "width": part["width"].mean()})
    return found


def main() -> None:
    cells = itertools.product(KINDS, MODELS, ERRORS)
    write([row for each in cells for row in cell(*each)], TABLE)


if __name__ == "__main__":
    main()
