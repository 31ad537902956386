"""Do intervals hold their level on votes of one's own, whose errors are known together?

`elolag rate` gives ratings with their whole covariance, and estimates use it
(`elolag.model.covariance`). Here votes go through the public way in: `rate`, `own_board`, a file of
tags, `prepare`, draws, interval. Models, truth, estimands and what counts are those of
`wide_errors.py`, of its kind `alike`.

Decided before the first run (2026-11-28, seed 20261129, 100 worlds a cell, 1,000 draws, 95%):

- A world has 6, 12 or 30 models. A vote is won with the chance that Bradley-Terry gives, and never
  tied; there are 60, 240 or 960 a model (each counted for both of its models).
- Kinds: `even`, any pair as likely as another, the mean held; `hub`, one model of each vote is the
  oldest, with which all are compared and which is held, in three votes of four.
- Worlds whose votes give no finite rating do not count.
- Ways: `default`; `plugged`, the prior taken as found; `flat` (`correct_selection=False`); and
  `apart`, the default of the same ratings and standard errors without their covariance.
  (`plugged` joins the entries as the default does.)
- The default is right if in every cell its intervals hold at least 93% less two Monte-Carlo
  standard errors, and over all cells at least 93% for each estimand. Whatever comes is kept and
  told; neither worlds nor the engine are changed for it without saying so here.

Seen: by these rules the default is right, in every cell. In a first run too, in which what votes
say of a model, and how errors join the entries, stayed as under the prior as found, whatever was
drawn. That had shown against exact Bayes on boards of six, and was mended between the runs: the gap
of six models by 60 votes held 92% before and 93% after, in intervals 8% wider; elsewhere no default
moved by over one point. Leaving the covariance out (`apart`) costs no coverage. Run again when
departures of spreads were measured (`departures.py`): no default moved by over two points.

    python benchmarks/rated_votes.py        # writes rated_votes.csv (about ten minutes)
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import wide_errors
from in_worlds import write

from elolag.errors import EstimateError
from elolag.votes import RatedVotes, rate

KINDS, MODELS, VOTES = ("even", "hub"), (6, 12, 30), (60, 240, 960)
TABLE = Path(__file__).with_suffix(".csv")


def voted(kind: str, models: int, votes: int, world: int) -> tuple[pd.DataFrame, RatedVotes]:
    """A world, and what its votes say of it; the published ratings are these."""
    made = wide_errors.board("alike", models, 0.0, world)
    seed = [wide_errors.SEED, KINDS.index(kind), models, votes, world]
    rng = np.random.default_rng(seed)
    count = models * votes // 2
    oldest = int(made["release_date"].to_numpy().argmin())
    first = rng.integers(0, models, count)
    if kind == "hub":
        first = np.where(rng.random(count) < 0.75, oldest, first)
    second = (first + rng.integers(1, models, count)) % models
    true = made["true"].to_numpy()
    won = rng.random(count) < 1 / (1 + 10 ** ((true[second] - true[first]) / 400))
    names = made["entry"].to_numpy()
    told = {"model_a": names[first], "model_b": names[second]}
    told["winner"] = np.where(won, "model_a", "model_b")
    held = names[oldest] if kind == "hub" else None
    rated = rate(pd.DataFrame(told), anchor=held)
    found = rated.to_frame().set_index("entry").loc[names]
    return made.assign(rating=found["rating"].to_numpy(), se=found["se"].to_numpy()), rated


def answers(made: pd.DataFrame, rated: RatedVotes) -> Iterator[dict[str, Any]]:
    """A row for every estimand and way of one world that has truth and interval."""
    default = wide_errors.study(made, correct_selection=True, rated=rated)
    by_way = {
        "default": default,
        "plugged": replace(default, fitted=replace(default.fitted, doubt=None)),
        "flat": wide_errors.study(made, correct_selection=False, rated=rated),
        "apart": wide_errors.study(made, correct_selection=True),
    }
    yield from wide_errors.held(made, by_way)


def cell(
    kind: str, models: int, votes: int, worlds: Iterable[int] = range(wide_errors.WORLDS)
) -> list[dict[str, Any]]:
    """Rows of one kind, number of models and votes, by estimand and way."""
    rows: list[dict[str, Any]] = []
    for world in worlds:
        with contextlib.suppress(EstimateError):  # no finite rating: the world does not count
            rows += answers(*voted(kind, models, votes, world))
    return wide_errors.summed(rows, kind=kind, models=models, votes=votes)


def main() -> None:
    cells = itertools.product(KINDS, MODELS, VOTES)
    write([row for each in cells for row in cell(*each)], TABLE)


if __name__ == "__main__":
    main()
