"""How far spreads depart: the kept table is the archive's, and what the engine takes is its sum."""

from __future__ import annotations

import itertools
import math

import departures
import numpy as np
import pandas as pd
import pytest

from elolag.model import posterior


@pytest.fixture(scope="module")
def kept() -> pd.DataFrame:
    return pd.read_csv(departures.TABLE)


def test_the_table_has_every_case_and_board(kept: pd.DataFrame) -> None:
    cases = list(itertools.product(departures.FREEDOM, departures.SCALES))
    assert kept[["freedom", "scale"]].to_numpy().tolist() == [list(case) for case in cases]
    assert list(kept.columns[2:]) == ["all", *departures.BOARDS]
    both = kept[list(departures.BOARDS)].sum(axis=1)
    assert kept["all"].to_numpy() == pytest.approx((both - both.max()).to_numpy(), abs=1e-3)


def test_boards_are_those_of_the_script(kept: pd.DataFrame) -> None:
    boards = ["arena/image_edit", "metr/time-horizon"]
    made = pd.DataFrame(departures.rows({board: departures.evidence(board) for board in boards}))
    assert made[boards].to_numpy() == pytest.approx(kept[boards].to_numpy(), abs=2e-4)


def test_a_board_is_as_likely_as_counting_all_cases_says() -> None:
    rng = np.random.default_rng(41)
    spreads = 5 * np.exp(0.1 * np.arange(6))
    evidence = rng.normal(0, 2, (2, 2, 6))
    departs = departures.departures(0.2, 2.0)
    steps = departures.STEPS.tolist()
    total = 0.0
    for level, recent in itertools.product(range(6), steps):
        product = spreads[level] * math.exp(departs[steps.index(recent)])
        for country in evidence:
            each = 0.0
            for own in steps:
                older = min(max(level + own - recent // 2, 0), 5)
                newer = min(max(level + own + recent - recent // 2, 0), 5)
                log = country[0, older] + country[1, newer] + departs[steps.index(own)]
                each += math.exp(log)
            product *= each
        total += product
    assert departures.likely(evidence, spreads, departs) == pytest.approx(math.log(total))


def test_what_is_taken_is_what_the_boards_say(kept: pd.DataFrame) -> None:
    """To a tenth, at every departure."""
    said = departures.average(kept)
    taken = np.exp(departures.departures(posterior._DEPARTURE, posterior._FREEDOM))
    assert taken == pytest.approx(said, rel=0.1)
    assert kept.query("freedom == 2 and scale == 0.2")["all"].item() > -0.2
    assert kept.query("freedom == 4 and scale == 0.158")["all"].item() < -1.5
