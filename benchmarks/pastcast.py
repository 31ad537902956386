"""The same forecasts at every earlier list: `python benchmarks/pastcast.py`.

At each complete list of the raw text board from July 2024 on, and of the style-controlled one from
March 2026 (it then has twelve months of lists), `elolag.forecast` is asked with that list as the
newest: ratings, links, posterior and steps of the random walk are of that list and those before it.
Known only since: the tags, which lists were whole, how young entries drift and what the fit takes
as given. A test deletes all later lists and all models first listed later, and gets the same rows.

Writes `pastcast.csv`: one row per round, model, target and horizon, its `values` the quantiles of
`forecast.form.QUANTILES`, the probability that the follower stands alone at the top, or that a date
has come by each of 24 months; rounds that are there already are kept, so that a run that was
stopped goes on. Then `pastcast_scores.csv`: what came of it, and how that compares with no change.
"""

from __future__ import annotations

import argparse
import multiprocessing
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from elolag.archive import Archive, open_archive
from elolag.errors import EstimateError
from elolag.estimate.session import Session, Study, prepare
from elolag.forecast.ahead import answers, projections
from elolag.forecast.form import OTHER

HERE = Path(__file__).parent
#: Boards, and the first day of a round.
SINCE = {"arena/text": "2024-07-01", "arena/text_style_control": "2026-03-01"}
DRAWS, SEED = 1000, 0
#: Decimals kept of each target.
_PLACES = {"gap": 1, "average": 2, "current": 2}


def rounds(archive: Archive, board: str) -> list[str]:
    """ISO dates of the complete lists at which a forecast is made."""
    lists = archive.board(board).snapshots
    return sorted(
        {
            s.vintage
            for s in lists
            if s.vintage >= SINCE[board]
            and s.method == "bradley-terry"
            and s.completeness == "full"
            and s.interval_kind != "none"
        }
    )


def rows(study: Study) -> list[dict[str, Any]]:
    """The answers of each model at one round."""
    day, board = study.panel.vintage, study.panel.board
    groups = study.cast.leader.text, study.cast.follower.text
    out = []
    for model, projected in projections(study).items():
        for answer in answers(projected, day, *groups):
            places = _PLACES.get(answer.target, 3)
            told = dict(zip(answer.at, answer.values, strict=True))
            told.pop(OTHER, None)
            out.append(
                {
                    "board": board,
                    "round": day,
                    "model": model,
                    "target": answer.target,
                    "horizon": answer.horizon,
                    "end": answer.end,
                    "values": " ".join(f"{value:.{places}f}" for value in told.values()),
                }
            )
    return out


def at(board: str, vintages: Sequence[str], folder: Path | None = None) -> list[dict[str, Any]]:
    """Rows of some rounds; a round of which too little is known has none."""
    session, found = Session(), []
    for vintage in vintages:
        try:
            study = prepare(board=board, vintage=vintage, n_draws=DRAWS, seed=SEED,
                            archive=folder, session=session)  # fmt: skip
            found += rows(study)
        except EstimateError as error:
            print(f"{board} {vintage}: {error}", flush=True)
    return found
