"""How far do countries, and recent models, spread from what all do?

Where a prior is in doubt, the logarithm of a spread is that of all, plus a country's departure and
recent models' (`elolag.model.posterior`). What a departure is thought to be before the ratings are
looked at is what boards show: for t of several scales and degrees of freedom, the same for both
departures, how likely the ratings of 13 boards are, one of every family, the evidence being the
engine's own. Each scale and each number of degrees is as likely as another beforehand. The engine
takes one t near the average of all, weighted by how likely they make the ratings.

The vintages are written down, so that the table stays as the archive grows. Spreads are about the
prior as found, whose residuals are pooled in units of spreads drawn to each other; so departures
are, if anything, found too small.

    python benchmarks/departures.py        # writes departures.csv (about ten seconds)
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd
from in_worlds import write

from elolag.arrays import Floats
from elolag.estimate.session import prepare
from elolag.model import posterior

BOARDS = {
    "arena/text_style_control": "2026-08-19",
    "arena/vision_style_control": "2026-08-06",
    "arena/webdev": "2026-08-19",
    "arena/text_to_image": "2026-08-07",
    "arena/image_edit": "2026-08-18",
    "arena/text_to_video": "2026-08-17",
    "arena/image_to_video": "2026-08-17",
    "arena/document_style_control": "2026-07-30",
    "arena/search_style_control": "2026-07-21",
    "arena/video_edit": "2026-08-17",
    "comparia/text": "2026-02-11",
    "epoch/eci": "2026-01-20",
    "metr/time-horizon": "2026-05-09",
}
FREEDOM = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0)
SCALES = (0.08, 0.1, 0.13, 0.158, 0.18, 0.2, 0.22, 0.25, 0.3, 0.35, 0.4, 0.5)
STEPS = np.arange(-posterior._FAR, posterior._FAR + 1)
TABLE = Path(__file__).with_suffix(".csv")


def evidence(board: str) -> tuple[Floats, Floats]:
    """How likely each country's older and recent ratings are, (C, 2, T), by spread, (T,)."""
    seen: list[tuple[Floats, Floats]] = []
    drawn = posterior._states

    def states(evidence: Floats, spreads: Floats, *rest: Any) -> Any:
        seen.append((evidence, spreads))
        return drawn(evidence, spreads, *rest)

    with patch.multiple(posterior, _states=states, _PLUGGED=0.0):
        prepare(board=board, vintage=BOARDS[board], n_draws=100)
    return seen[0]


def departures(scale: float, freedom: float) -> Floats:
    """How likely a departure by each of `STEPS` is, as a logarithm."""
    log = -0.5 * (freedom + 1) * np.log1p((STEPS * posterior._LOG_STEP / scale) ** 2 / freedom)
    return np.asarray(log - np.logaddexp.reduce(log))


def likely(evidence: Floats, spreads: Floats, departs: Floats) -> float:
    """How likely a board's ratings are, as a logarithm less a constant of the board.

    Summed over the spread of all, recent models' departure and, each by itself, the countries'.
    """
    last = len(spreads) - 1
    level, recent, own = np.ix_(np.arange(len(spreads)), STEPS, STEPS)
    older = np.clip(level + own - recent // 2, 0, last)
    newer = np.clip(level + own + recent - recent // 2, 0, last)
    by_country = evidence[:, 0][:, older] + evidence[:, 1][:, newer] + departs
    of_all = np.logaddexp.reduce(by_country, axis=-1).sum(axis=0)
    return float(np.logaddexp.reduce((of_all + departs + np.log(spreads)[:, None]).ravel()))


def average(table: pd.DataFrame) -> Floats:
    """How likely a departure by each of `STEPS` is, over all scales and degrees of freedom."""
    every = np.exp([departures(*each) for each in table[["scale", "freedom"]].to_numpy()])
    return np.asarray(np.average(every, axis=0, weights=np.exp(table["all"])))


def rows(boards: dict[str, tuple[Floats, Floats]]) -> list[dict[str, Any]]:
    """Each scale and number of degrees, by board and of all: less the highest, in logarithms."""
    cases = list(itertools.product(FREEDOM, SCALES))
    found = pd.DataFrame(cases, columns=["freedom", "scale"])
    logs = {
        board: [likely(*seen, departures(scale, freedom)) for freedom, scale in cases]
        for board, seen in boards.items()
    }
    by_board = pd.DataFrame(logs)
    by_board.insert(0, "all", by_board.sum(axis=1))
    table = pd.concat([found, by_board - by_board.max()], axis=1)
    return [{str(name): log for name, log in row.items()} for row in table.to_dict("records")]


def main() -> None:
    table = write(rows({board: evidence(board) for board in BOARDS}), TABLE)
    taken = np.exp(departures(posterior._DEPARTURE, posterior._FREEDOM))
    said = {"departure": STEPS * posterior._LOG_STEP, "boards": average(table), "taken": taken}
    print(pd.DataFrame(said).query("departure >= 0").round(4).to_string(index=False))


if __name__ == "__main__":
    main()
