"""Projections: what each takes, and that each is what a slow, plain form says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from search import search

from elolag.dates import DAYS_PER_MONTH, months_after, to_day, to_iso
from elolag.errors import EstimateError
from elolag.estimate.over_time import averaged
from elolag.forecast import projection
from elolag.forecast.ahead import answers
from elolag.forecast.projection import (
    Projected,
    _first,
    _line,
    _meetings,
    _releases,
    chances,
    first_exact,
    mixed,
    no_change,
    of_day,
    probability,
    random_walk,
    reruns,
)
from elolag.model.draws import Draw
from elolag.model.estimands import Race

DAY = 20_000.0
UNTIL = DAY + 730.0


def board(
    seed: int, n: int = 40, draws: int = 30, head_start: float = 40, step: float = 0
) -> tuple[Draw, np.ndarray]:
    """Models of two sides over thirty months, rising, in a few draws, and their labs.

    Both begin level and lowest, so that no lag is a bound. Ratings are whole steps where a step is
    given, so that some are equal.
    """
    rng = np.random.default_rng(seed)
    dates = np.sort(DAY - rng.integers(0, 900, n)).astype(float)
    dates[:2] = DAY - 900
    leads = rng.random(n) < 0.6
    leads[:2] = True, False
    rated = 1000 + (dates - DAY) / 5 + head_start * leads + rng.normal(0, 30, n)
    ratings = rated + rng.normal(0, 5, (draws, n))
    ratings[:, :2] = rated.min() - 20
    ratings = np.round(ratings / step) * step if step else ratings
    lead, follow = np.where(leads, dates, np.inf), np.where(leads, np.inf, dates)
    return Draw(ratings, lead, follow), rng.integers(0, 6, n)


def seen(chunk: Draw) -> Race:
    return Race.of(chunk.ratings.mean(axis=0)[None, :], chunk.lead_from, chunk.follow_from, DAY)


@given(st.integers(0, 2**32 - 1))
@search(40)
def test_a_weighted_line_is_that_of_polyfit(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(3, 9)), rng.normal(size=(3, 9))
    weight = rng.integers(0, 4, (3, 9)).astype(float)
    weight[:, :2] += 1
    slope, level = _line(x, y, weight)
    for k in range(3):
        kept = weight[k] > 0
        plain = np.polyfit(x[k][kept], y[k][kept], 1, w=np.sqrt(weight[k][kept]))
        assert [slope[k, 0], level[k, 0]] == pytest.approx(plain, abs=1e-8)


def test_a_line_through_one_day_is_level() -> None:
    slope, level = _line(np.zeros((1, 3)), np.array([[1.0, 2.0, 6.0]]), np.ones((1, 3)))
    assert (slope[0, 0], level[0, 0]) == (0, 3)


def slow_meetings(race: Race, day: float, until: float) -> dict[str, np.ndarray]:
    """Day after day: is the follower above the leader, is it at the leader's level of `day`?"""
    out: dict[str, list[float]] = {"parity": [], "reach": []}
    for ratings, lead, follow in zip(
        race.ratings, np.broadcast_to(race.lead_from, race.ratings.shape),
        np.broadcast_to(race.follow_from, race.ratings.shape), strict=True,
    ):  # fmt: skip
        level = ratings[lead <= day].max()
        found = {"parity": np.inf, "reach": np.inf}
        for today in np.arange(day, until + 1):
            mine, other = ratings[follow <= today].max(), ratings[lead <= today].max()
            held = {"parity": mine > other, "reach": mine >= level}
            for name, since in found.items():
                if held[name] and since == np.inf:
                    found[name] = max(today, day + 1)
        for name, value in found.items():
            out[name].append(value)
    return {name: np.array(values) for name, values in out.items()}


@given(st.integers(0, 2**32 - 1))
@search(25)
def test_meetings_are_those_found_day_by_day(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ratings = rng.integers(0, 12, (4, 14)).astype(float)
    dates = DAY + rng.integers(-60, 60, (4, 14)).astype(float)
    dates[:, :2] = DAY - 60
    leads = rng.random(14) < 0.5
    leads[:2] = True, False
    lead, follow = np.where(leads, dates, np.inf), np.where(leads, np.inf, dates)
    until = DAY + 60
    race = Race.of(ratings, lead, follow, until)
    fast = _meetings(race, DAY)
    for name, slow in slow_meetings(race, DAY, until).items():
        assert fast[name].tolist() == slow.tolist(), name


def test_new_releases_lie_on_the_side_s_line_with_its_residuals() -> None:
    rng = np.random.default_rng(1)
    dates = DAY - np.arange(20) * 20.0
    off = np.tile([7.0, -7.0, -7.0, 7.0], 5)  # no line goes through these but the level one
    ratings = np.tile(1400 + 0.3 * (dates - DAY) + off, (200, 1))
    labs = np.zeros(20, dtype=int)
    new, since = _releases(ratings, dates, labs, DAY, UNTIL, rng, "leader")
    there = np.isfinite(since)
    assert np.all((since[there] > DAY) & (since[there] <= UNTIL))
    assert np.all(since[there] == np.floor(since[there]))
    assert np.all(np.isneginf(new[~there]))
    away = new[there] - 1400 - 0.3 * (since[there] - DAY)
    assert np.abs(away) == pytest.approx(7)
    assert abs(away.mean()) < 4 * 7 / np.sqrt(away.size)
    months = (UNTIL - DAY) / DAYS_PER_MONTH
    expected = 20 * months / projection._RECENT
    assert there.sum(axis=1).mean() == pytest.approx(expected, abs=4 * np.sqrt(expected / 200))


def test_old_models_are_not_drawn_on() -> None:
    rng = np.random.default_rng(2)
    recent = DAY - np.arange(10) * 30.0
    old = DAY - projection._RECENT * DAYS_PER_MONTH - np.arange(10) * 30.0
    dates = np.concatenate([recent, old])
    ratings = np.tile(np.where(dates > old.max(), 1500.0, 9000.0), (50, 1))
    new, since = _releases(ratings, dates, np.arange(20), DAY, UNTIL, rng, "leader")
    assert new[np.isfinite(since)] == pytest.approx(1500)


def test_a_lab_without_luck_is_not_drawn() -> None:
    """Labs are drawn whole: of two, some draws have only one."""
    rng = np.random.default_rng(3)
    dates = DAY - np.arange(10) * 30.0
    labs = np.arange(10) % 2
    ratings = np.tile(np.where(labs, 2000.0, 1000.0), (200, 1))
    new, since = _releases(ratings, dates, labs, DAY, UNTIL, rng, "leader")
    alone = [set(np.round(row[np.isfinite(day)], -2)) for row, day in zip(new, since, strict=True)]
    only = sum(found in ({1000.0}, {2000.0}) for found in alone)
    assert 60 < only < 140  # half of 200, by the binomial


def test_too_few_recent_releases_are_refused() -> None:
    ratings, dates = np.zeros((5, 4)), DAY - np.array([1.0, 2.0, 900.0, 1000.0])
    with pytest.raises(EstimateError, match="at least 3, and the follower group has 2"):
        _releases(
            ratings, dates, np.zeros(4, int), DAY, UNTIL, np.random.default_rng(0), "follower"
        )


def test_reruns_compute_everything_on_old_and_new_models_together() -> None:
    chunk, labs = board(4)
    ends = [DAY + 30.0, DAY + 365.0]
    found = reruns([chunk], labs, DAY, ends, UNTIL, seed=5)
    rng = np.random.default_rng(np.random.SeedSequence(5, spawn_key=(2, 2, 0)))
    sides = [
        _releases(chunk.ratings, since, labs, DAY, UNTIL, rng, "")
        for since in (chunk.lead_from, chunk.follow_from)
    ]
    for k in range(len(chunk.ratings)):
        for j, end in enumerate(ends):
            best = []
            for (new, since), old in zip(sides, (chunk.lead_from, chunk.follow_from), strict=True):
                rated = [*chunk.ratings[k][old <= end], *new[k][since[k] <= end]]
                best.append(max(rated))
            assert found.figures["gap"][k, j] == pytest.approx(best[0] - best[1])


def test_the_same_seed_gives_the_same_and_another_another() -> None:
    chunk, labs = board(6)
    one, two, other = (
        reruns([chunk], labs, DAY, [DAY + 90], UNTIL, seed).figures["gap"] for seed in (1, 1, 2)
    )
    assert one.tolist() == two.tolist()
    assert one.tolist() != other.tolist()


def test_shared_models_are_refused() -> None:
    chunk, labs = board(7)
    shared = Draw(chunk.ratings, chunk.lead_from, np.minimum(chunk.lead_from, chunk.follow_from))
    with pytest.raises(EstimateError, match="groups without common models"):
        reruns([shared], labs, DAY, [DAY + 90], UNTIL, 0)


def test_without_change_every_figure_stays() -> None:
    chunk, _ = board(8)
    now = of_day([chunk], DAY)
    found = no_change(now, DAY, 3)
    for name, values in found.figures.items():
        assert np.array_equal(values, np.tile(now[name][:, None], 3))
    ahead = now["gap"] < 0
    assert np.array_equal(np.isfinite(found.dates["parity"]), ahead)
    behind = (now["gap"] > 0) & (now["average"] * DAYS_PER_MONTH > 1)
    assert found.dates["reach"][behind] == pytest.approx(
        DAY + now["average"][behind] * DAYS_PER_MONTH
    )
    assert np.all(found.dates["reach"] > DAY)


def slow_walk(path: np.ndarray, n: int, span: int, rng: np.random.Generator) -> np.ndarray:
    steps = [path[k + 30] - path[k] for k in range(len(path) - 30)]
    picks = rng.integers(0, len(steps), (n, span))
    signs = rng.choice([-1.0, 1.0], (n, span))
    out = np.zeros((n, span))
    for i in range(n):
        total = 0.0
        for j in range(span):
            total += signs[i, j] * steps[picks[i, j]]
            out[i, j] = total
    return out


def test_a_walk_adds_changes_seen_before_of_either_sign() -> None:
    path = np.cumsum(np.random.default_rng(9).normal(size=200))
    fast = projection._walk(projection._changes(path), 20, 12, np.random.default_rng(10))
    assert fast == pytest.approx(slow_walk(path, 20, 12, np.random.default_rng(10)))


def test_a_random_walk_starts_from_the_draws_and_spreads() -> None:
    chunk, _ = board(11, draws=400)
    now = of_day([chunk], DAY)
    found = random_walk(now, seen(chunk), DAY, (1, 12), 24, seed=0)
    for name, values in found.figures.items():
        first, last = (values[:, k] - now[name] for k in (0, 1))
        assert last.std() > 2 * first.std(), name  # root of twelve, were steps alike
        assert abs(first.mean()) < 5 * first.std() / 20, name
    assert np.all(found.dates["reach"] > DAY)


def test_a_step_of_the_walk_has_come_by_its_day_of_the_calendar() -> None:
    chunk, _ = board(11, draws=400)
    found = random_walk(of_day([chunk], DAY), seen(chunk), DAY, (1, 12), 24, seed=0)
    days = [to_day(months_after(to_iso(DAY), month)) for month in range(1, 25)]
    for dates in found.dates.values():
        assert np.isin(dates[np.isfinite(dates)], [DAY + 1, *days]).all()


def test_a_walk_of_too_short_a_path_is_refused() -> None:
    chunk, _ = board(12)
    early = Draw(
        chunk.ratings,
        *(
            np.where(since >= DAY - 400, since, np.where(since == DAY - 900, DAY - 400, np.inf))
            for since in (chunk.lead_from, chunk.follow_from)
        ),
    )
    now = of_day([early], DAY)
    with pytest.raises(EstimateError, match="needs 60 days on which it is known, and there are 3"):
        random_walk(now, seen(early), DAY, (1, 12), 24, seed=0)


def bounded(passed: float) -> Draw:
    """A leader whose first model stands above the follower's best until so many days ago."""
    ages = np.array([900.0, 800, 600, 300, 900, passed, 200])
    leads = np.arange(7) < 4
    rated = np.array([1000.0, 1010, 1030, 1090, 950, 1005, 1050])
    ratings = rated + np.random.default_rng(1).normal(0, 1, (20, 7))
    dates = DAY - ages
    return Draw(ratings, np.where(leads, dates, np.inf), np.where(leads, np.inf, dates))


def test_a_walk_takes_no_step_from_a_bound() -> None:
    chunk = bounded(passed=500)
    race, now, year = seen(chunk), of_day([chunk], DAY), 365.2425
    days = np.arange(np.ceil(max(race.begins + year, DAY - 24 * DAYS_PER_MONTH)) + 1, DAY + 1)
    months, bounds = averaged(race, days, year)
    known = days > DAY - 500 + year
    assert np.array_equal(bounds[0] == 0, known)
    rng = np.random.default_rng(np.random.SeedSequence(0, spawn_key=(2, 1)))
    walked = now["average"][:, None] + slow_walk(months[0][known], 20, 24, rng)
    found = random_walk(now, race, DAY, (1, 12), 24, seed=0).figures
    assert found["average"] == pytest.approx(walked[:, [0, 11]])
    assert first_exact(bounds[0]) == np.flatnonzero(known)[0]
    assert first_exact(np.zeros(3)) == 0
    short = bounded(passed=400)
    with pytest.raises(EstimateError, match="days on which it is known, and there are 35: only"):
        random_walk(of_day([short], DAY), seen(short), DAY, (1, 12), 24, seed=0)


MONTHS = (1, 3, 6, 12)
ISO = to_iso(DAY)
AHEAD = [to_day(months_after(ISO, month)) for month in range(1, 25)]


def projected(chunk: Draw, labs: np.ndarray, seed: int) -> list[tuple[str, Projected]]:
    """What each model makes of a board, and the mixture."""
    now, ends = of_day([chunk], DAY), [AHEAD[month - 1] for month in MONTHS]
    parts = [
        ("no change", no_change(now, DAY, len(MONTHS))),
        ("random walk", random_walk(now, seen(chunk), DAY, MONTHS, 24, seed)),
        ("re-runs", reruns([chunk], labs, DAY, ends, AHEAD[-1], seed)),
    ]
    return [*parts, ("mixture", mixed([part for _, part in parts]))]


@given(st.integers(0, 2**32 - 1), st.sampled_from([-150, -40, 0, 40]), st.sampled_from([0, 10]))
@search(40)
def test_dates_gaps_and_probabilities_agree_in_every_model(
    seed: int, head_start: float, step: float
) -> None:
    """Whoever passes the leader has reached it, and who stands above it has passed it by then."""
    chunk, labs = board(seed, head_start=head_start, step=step)
    gap = of_day([chunk], DAY)["gap"]
    for name, found in projected(chunk, labs, seed):
        parity, reach = found.dates["parity"], found.dates["reach"]
        assert np.all(reach <= parity), name
        assert np.all(reach > DAY), name
        times = len(parity) // len(gap)
        assert np.all(reach[np.tile(gap, times) <= 0] == DAY + 1), name
        assert np.all(parity[np.tile(gap, times) < 0] == DAY + 1), name
        for month, drawn in zip(MONTHS, found.figures["gap"].T, strict=True):
            assert np.all(parity[drawn < 0] <= AHEAD[month - 1]), name
        told = {(a.target, a.horizon): a for a in answers(found, ISO, "US", "CN")}
        passed, reached = (np.array(told[each, 24].values) for each in ("parity", "reach"))
        assert np.all(reached >= passed), name
        for rising in (passed, reached):
            assert np.all(np.diff(rising) > 0), name
        for month, drawn in zip(MONTHS, found.figures["gap"].T, strict=True):
            first, other = told["first", month].values
            assert first <= passed[month - 1], name
            assert first + other == pytest.approx(1, abs=1e-9)
            counted = probability(drawn < 0)
            assert first in (round(counted, 4), passed[month - 1]), name
            for target in found.figures:
                assert np.all(np.diff(told[target, month].values) >= 0), (name, target)


def test_a_follower_that_is_ahead_or_level_has_reached_the_leader() -> None:
    now = {"gap": np.array([-9.0, 0.0, 9.0]), "average": np.array([4.0, 4.0, 4.0])}
    found = no_change({**now, "current": now["average"]}, DAY, 1).dates
    assert found["parity"].tolist() == [DAY + 1, np.inf, np.inf]
    assert found["reach"].tolist() == [DAY + 1, DAY + 1, DAY + 4 * DAYS_PER_MONTH]


def test_a_walk_that_passes_the_leader_has_reached_it() -> None:
    """The gap closes in some draws before the climb, a walk of its own, has come so far."""
    chunk, _ = board(11, draws=400)
    now = of_day([chunk], DAY)
    found = random_walk(now, seen(chunk), DAY, (1, 12), 24, seed=0)
    assert np.any(np.isfinite(found.dates["parity"]) & (now["gap"] > 0))
    assert np.all(found.dates["reach"] <= found.dates["parity"])


def test_the_first_month_that_holds_is_the_date() -> None:
    held = np.array([[False, True, True], [False, False, False], [True, False, False]])
    found = _first(held, np.array([10.0, 20.0, 30.0]), np.array([False, False, True]), 5.0)
    assert found.tolist() == [20.0, np.inf, 6.0]


def test_a_mixture_has_all_draws_of_each() -> None:
    parts = [
        Projected({"gap": np.full((4, 2), value)}, {"reach": np.full(4, value)})
        for value in (1.0, 2.0, 3.0)
    ]
    found = mixed(parts)
    assert sorted(found.figures["gap"][:, 0].tolist()) == [1.0] * 4 + [2.0] * 4 + [3.0] * 4
    assert found.figures["gap"].shape == (12, 2)
    assert len(found.dates["reach"]) == 12


@given(st.integers(1, 50), st.data())
def test_a_probability_is_never_nought_or_one(n: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, n))
    found = probability(np.arange(n) < k)
    assert 0 < found < 1
    assert found == pytest.approx((k + 0.5) / (n + 1))


@given(st.lists(st.integers(0, 40), min_size=1, max_size=30), st.integers(1, 8))
def test_chances_of_a_date_give_every_stretch_one_draw_more(drawn: list[int], k: int) -> None:
    days = np.arange(1.0, k + 1) * 4
    dates = np.array([float(day) if day < 35 else np.inf for day in drawn])
    found = chances(dates, days)
    for day, chance, number in zip(days, found, range(1, k + 1), strict=True):
        assert chance == pytest.approx((sum(dates <= day) + number) / (len(drawn) + k + 1))
    assert np.all(np.diff(np.concatenate([[0.0], found, [1.0]])) > 0)
