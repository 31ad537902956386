"""The state-space benchmark: its least squares is what a Kalman filter and smoother give."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from statsmodels.tsa.statespace.kalman_smoother import KalmanSmoother

HERE = Path(__file__).parents[2] / "benchmarks"
SPEC = importlib.util.spec_from_file_location("state_space", HERE / "state_space.py")
state_space = sys.modules["state_space"] = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(state_space)

ENTRIES, DATES = 4, 6
#: Dates of the lists of each board: some shared, some of one board alone.
LISTS = ((0, 0), (0, 1), (0, 3), (0, 5), (1, 0), (1, 2), (1, 3), (1, 5))


@pytest.fixture(params=range(5))
def world(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> tuple:
    """A small random world with missing ratings, and the variances of its steps."""
    monkeypatch.setattr(state_space, "VAGUE", 400.0)
    rng = np.random.default_rng(request.param)
    board, date = np.array(LISTS).T
    order = np.argsort(date, kind="stable")
    entries = []
    for _ in range(ENTRIES):
        mine = order[rng.random(len(order)) < 0.8]
        entries.append(
            state_space.Entry(board[mine], date[mine], mine, rng.normal(0, 20, len(mine)))
        )
    made = state_space.World(
        tuple(entries),
        rng.normal(size=ENTRIES),
        rng.exponential(1.0, (ENTRIES, DATES)),
        rng.uniform(0.05, 0.5, len(LISTS)),
    )
    return made, rng.exponential(2.0, (state_space.PARTS, ENTRIES, DATES))


def twin(world: state_space.World, spread: np.ndarray) -> tuple[object, np.ndarray]:
    """A Kalman smoother's results and its design: places of both boards, then gauges and slopes."""
    size = 2 * ENTRIES
    rating = np.full((size, DATES), np.nan)
    for m, entry in enumerate(world.entries):
        rating[entry.board * ENTRIES + m, entry.date] = entry.rating
    design = np.zeros((size, size + 4))
    noise, step = np.zeros((size, size, DATES)), np.zeros((size + 4, size + 4, DATES))
    for b in range(2):
        rows = np.arange(ENTRIES) + b * ENTRIES
        design[rows, rows], design[rows, size + b], design[rows, size + 2 + b] = 1, 1, world.level
        for (board, date), variance in zip(LISTS, world.rounding, strict=True):
            if board == b:
                noise[rows, rows, date] = variance
        for other in range(2):
            step[rows, np.arange(ENTRIES) + other * ENTRIES] = spread[2] + world.votes
        step[rows, rows] += spread[b]
        step[size + b, size + b] = state_space.VAGUE
        step[size + 2 + b, size + 2 + b] = state_space.VAGUE_SLOPE
    start = step[:, :, 0].copy()
    start[np.arange(size), np.arange(size)] += state_space.VAGUE
    model = KalmanSmoother(k_endog=size, k_states=size + 4, k_posdef=size + 4)
    model.bind(np.asfortranarray(rating))
    model["design"], model["obs_cov"] = design, noise
    model["transition"] = np.diag(np.repeat([1.0, 0.0], [size, 4]))
    model["selection"] = np.eye(size + 4)
    model["state_cov"] = np.roll(step, -1, axis=2)
    model.initialize_known(np.zeros(size + 4), start)
    return model.smooth(), design


def test_places_are_the_kalman_smoothers(world: tuple) -> None:
    made, spread = world
    result, design = twin(made, spread)
    found = state_space.smooth(made, spread)
    for m in range(ENTRIES):
        for column, (board, date) in enumerate(LISTS):
            row, cov = board * ENTRIES + m, result.smoothed_state_cov[:, :, date]
            place = result.smoothed_state[row, date], cov[row, row]
            assert found.at(m, board, date) == pytest.approx(place, rel=1e-6, abs=1e-6)
            listed = design[row] @ result.smoothed_state[:, date], design[row] @ cov @ design[row]
            assert found.at(m, board, date, column) == pytest.approx(listed, rel=1e-6, abs=1e-6)


def test_places_by_a_date_are_the_kalman_filters(world: tuple) -> None:
    made, spread = world
    result, _ = twin(made, spread)
    for date in range(DATES):
        seen = [
            state_space.Entry(*(x[e.date <= date] for x in (e.board, e.date, e.list, e.rating)))
            for e in made.entries
        ]
        found = state_space.smooth(replace(made, entries=tuple(seen)), spread)
        for row in range(2 * ENTRIES):
            variance = result.filtered_state_cov[row, row, date]
            wanted = result.filtered_state[row, date], variance
            got = found.at(row % ENTRIES, row // ENTRIES, date)
            assert got == pytest.approx(wanted, rel=1e-6, abs=1e-6)


def test_squares_of_steps_are_those_of_their_joint_normal(world: tuple) -> None:
    """Each step written out as a variable of its own; gauges held, as EM holds them."""
    made, spread = world
    found = state_space.smooth(made, spread)
    square, seen = found.steps()
    for m, entry in enumerate(made.entries):
        reached = entry.date[:, None] >= np.arange(DATES)
        on = [entry.board[:, None] == b for b in range(2)]
        sums = np.hstack([reached & on[0], reached & on[1], reached, reached, *on]).astype(float)
        before = np.concatenate([*spread[:, m], made.votes[m], [state_space.VAGUE] * 2])
        listed = sums * before @ sums.T + np.diag(made.rounding[entry.list])
        trust = np.linalg.solve(listed, sums * before).T
        after = np.diag(before) - trust @ (sums * before)
        wanted = (trust @ found.residual(m)) ** 2 + np.diagonal(after)
        for part in range(state_space.PARTS):
            steps = slice(part * DATES, (part + 1) * DATES)
            assert square[part, m] == pytest.approx(wanted[steps], rel=1e-6, abs=1e-6)
            mine = entry.date[(entry.board == part) | (part == state_space.SHARED)]
            spanned = [bool(mine.size) and mine[0] < t <= mine[-1] for t in range(DATES)]
            assert seen[part, m].astype(bool).tolist() == spanned


def test_scales_are_found_again_and_hidden_entries_foretold() -> None:
    """Two hundred entries whose shared drift happens in one interval, near the top only."""
    rng = np.random.default_rng(3)
    size, days = 200, np.arange(5) * 30.0
    level = rng.uniform(1000, 1400, size)
    jump = rng.normal(0, np.where(level > 1300, 6.0, 0.1))
    rating = level[:, None] + 12.0 + np.where(days > 60, 1.0, 0.0) * jump[:, None]
    boards = tuple(
        state_space.Lists(days, rating + rng.normal(0, 0.05, rating.shape) + gauge, rating * 0 + 2)
        for gauge in (0.0, 7.0)
    )
    rows = np.arange(0, size, 10)
    hide = boards[0].rating.copy()
    hide[np.ix_(rows, [3, 4])] = np.nan
    seen = replace(boards[0], rating=hide)
    place, variance, _ = state_space.place((seen, boards[1]), rows, 65.0)
    error = boards[0].rating[rows, -1] - place
    assert np.abs(error).max() < 1.0
    gone = boards[1].rating.copy()
    gone[np.ix_(rows, [3, 4])] = np.nan
    place, wide, _ = state_space.place((seen, replace(boards[1], rating=gone)), rows, 65.0)
    top = level[rows] > 1320
    assert np.sqrt(wide[top]).min() > 2.0 > np.sqrt(wide[level[rows] < 1250]).max()
    assert (variance < wide).all()
