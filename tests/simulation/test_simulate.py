from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from search import search

from elolag.dates import DAYS_PER_MONTH, to_day
from elolag.errors import UsageError
from elolag.estimate.panel import place
from elolag.estimate.session import prepare
from elolag.model.estimands import ESTIMANDS
from elolag.model.posterior import posterior
from elolag.own import own_board
from elolag.simulation import benchmark
from elolag.simulation.simulate import (
    _AS_OF,
    _Drift,
    _lag,
    _shared,
    _trend,
    expected,
    release,
    simulate,
)
from elolag.simulation.worlds import WORLDS

NAMED = (
    "base",
    "noisy-newcomers",
    "unequal-groups",
    "shrinking",
    "widening",
    "takeover",
    "jump-then-drought",
    "month-precision",
    "post-debut-drift",
    "lab-effects",
    "gauge-anchor",
    "unequal-spread",
    "skewed-debuts",
    "settled-drift",
    "shared-by-lab",
    "leapfrog",
    "stagnant-leader",
    "takeover-last-month",
    "small-errors",
    "dense-vintages",
    "truncated-boards",
    "heavy-ties",
    "few-models",
    "private",
)


def same(a, b) -> bool:
    return all(
        x.date == y.date and x.table.equals(y.table)
        for x, y in zip(a.vintages, b.vintages, strict=True)
    )


@cache
def truths(world, n):
    return [release(world, s).truth() for s in range(n)]


def mean_truth(world, estimand, n=150) -> float:
    found = [truth.get(estimand) for truth in truths(world, n)]
    return float(np.mean([t.months[0] for t in found if t is not None and t.censored[0] == 0]))


def test_the_named_worlds_exist_and_say_what_they_are():
    assert tuple(WORLDS) == NAMED
    for name, world in WORLDS.items():
        assert world.name == name
        assert world.summary
        assert world.vintages[-1] == 0
        assert list(world.vintages) == sorted(world.vintages, reverse=True)
    with pytest.raises(UsageError, match="unknown world 'bass'; known: base, "):
        simulate("bass", 0)


@pytest.mark.parametrize("name", NAMED)
def test_a_history_goes_through_the_whole_pipeline(name):
    history = simulate(name, 4)
    newest = history.vintages[-1]
    assert to_day(newest.date) == history.as_of == _AS_OF
    assert history.complete[-1]
    for vintage in history.vintages:
        table = vintage.table
        assert list(table.columns) == ["entry", "model", "rating", "se", "votes"]
        assert table.index.is_unique
        assert np.isfinite(table[["rating", "se", "votes"]]).all().all()
        assert (table["se"] > 0).all()
        assert set(table["model"]) <= set(history.roster.models)
    linkable = history.linkable()
    placed = place(linkable)
    field, rows = history.roster.field(placed.table, None)
    assert len(field.rating) == len(rows) == len(placed.table)
    assert (np.diff(field.model) >= 0).all()
    assert field.model[-1] == len(field.lead_from) - 1
    assert np.isfinite(posterior(field).mean).all()
    assert set(history.truth) <= set(ESTIMANDS)
    assert {"current", "average"} <= set(history.truth)


def test_the_same_seed_gives_the_same_history_and_another_does_not():
    assert same(simulate("base", 7), simulate(WORLDS["base"], 7))
    assert not same(simulate("base", 7), simulate("base", 8))
    one, other = release("base", 7), simulate("base", 7).releases
    np.testing.assert_array_equal(one.strength, other.strength)


def test_strengths_come_back_from_many_votes():
    still = {"shift_sd": 0.0, "jump_shift": 0.0, "stretch_sd": 0.0, "whole_share": 0.0}
    world = replace(WORLDS["base"], votes_per_month=10**7, effort_share=0.0, **still)
    history = simulate(world, 1)
    run = history.releases
    strength = dict(zip(run.models, run.strength, strict=True))
    table = history.vintages[-1].table
    error = table["rating"] - table["model"].map(strength)
    assert (error - error.mean()).std() < 0.4


def test_published_errors_are_those_of_the_ratings():
    """Against the truth, and each other: the errors are of the right size and shared over time."""
    still = {"shift_sd": 0.0, "jump_shift": 0.0, "stretch_sd": 0.0, "whole_share": 0.0}
    world = replace(WORLDS["base"], effort_share=0.0, **still)
    scores, shared = [], []
    for seed in range(8):
        history = simulate(world, seed)
        run = history.releases
        strength = dict(zip(run.models, run.strength, strict=True))
        old, new = (history.vintages[k].table for k in (4, 5))
        error = new["rating"] - new["model"].map(strength)
        scores.append(((error - error.mean()) / new["se"]) ** 2)
        both = old.index.intersection(new.index)
        change = new.loc[both, "rating"] - old.loc[both, "rating"]
        expected = (old.loc[both, "se"] ** 2 - new.loc[both, "se"] ** 2).abs()
        shared.append((((change - change.mean()) ** 2).mean(), expected.mean()))
    assert np.mean(np.concatenate(scores)) == pytest.approx(1.0, abs=0.15)
    seen, wanted = np.mean(shared, axis=0)
    assert seen == pytest.approx(wanted, rel=0.3)


def test_realism_of_the_base_world():
    tables = [simulate("base", s).vintages[-1].table for s in range(5)]
    se = np.concatenate([t["se"] for t in tables])
    low, middle, high = np.quantile(se, [0.1, 0.5, 0.9])
    assert 1 < low < 2.5
    assert 1.5 < middle < 3
    assert 3 < high < 6
    runs = [release("base", s) for s in range(40)]
    recent = [(r.released > _AS_OF - 12 * DAYS_PER_MONTH) for r in runs]
    leaders = np.mean([(m & ~r.follows).sum() for m, r in zip(recent, runs, strict=True)])
    followers = np.mean([(m & r.follows).sum() for m, r in zip(recent, runs, strict=True)])
    assert leaders == pytest.approx(25, abs=2.5)
    assert followers == pytest.approx(20, abs=2.5)


def test_a_group_that_is_the_other_shifted_has_the_lags_the_design_states():
    twin = replace(WORLDS["base"], follower_rate=25.0)
    assert mean_truth(twin, "current", 400) == pytest.approx(7.5, abs=0.6)
    assert mean_truth(twin, "average", 400) == pytest.approx(7.5, abs=0.4)
    assert mean_truth(twin, "at-release", 400) == pytest.approx(6.8, abs=0.5)
    assert mean_truth(twin, "catch-up", 400) == pytest.approx(8.2, abs=0.5)
    assert mean_truth(twin, "levels", 400) == pytest.approx(7.5, abs=0.4)


def test_the_truth_of_an_earlier_day_knows_no_later_model():
    run, then = release("base", 3), _AS_OF - 365
    cut = replace(run, strength=np.where(run.released <= then, run.strength, 9999.0))
    for name in ("average", "current"):
        early = run.truth([name], then)[name].months
        assert early == cut.truth([name], then)[name].months
        assert early != run.truth([name])[name].months
        assert run.truth([name], _AS_OF)[name].months == run.truth([name])[name].months


def test_what_re_runs_give_on_average():
    truths = [release("base", 10**9 + k).truth(["current", "trend/linear"]) for k in range(4)]
    found = expected("base", ["current", "trend/linear"], 4)
    for name, mean in found.items():
        assert mean == pytest.approx(np.mean([t[name].months[0] for t in truths]))


def test_each_world_differs_in_what_it_is_named_for():
    assert mean_truth("shrinking", "current") < mean_truth("base", "current") - 1.5
    assert mean_truth("widening", "current") > mean_truth("base", "current") + 1.5
    assert mean_truth("takeover", "current") < 0
    assert release("month-precision", 0).vague.mean() > 0.4
    few, base = release("few-models", 0), release("base", 0)
    assert few.follows.sum() < base.follows.sum() / 3
    history = simulate("truncated-boards", 0)
    cut = [
        len(v.table) for v, full in zip(history.vintages, history.complete, strict=True) if not full
    ]
    assert cut
    assert max(cut) <= 71
    newest = simulate("heavy-ties", 0).vintages[-1].table["rating"]
    assert (newest == newest.round()).all()
    assert newest.head(20).duplicated().any()


def test_the_model_at_which_the_scale_is_held_stands_still_and_the_others_rise():
    """What the votes take from it, the gauge gives to everybody else."""
    history = simulate("gauge-anchor", 2)
    listed: dict[str, list[float]] = {}
    for vintage in history.vintages:
        for identity, rating in vintage.table["rating"].items():
            listed.setdefault(identity, []).append(rating)
    still = {i for i, seen in listed.items() if len(seen) == 7 and max(seen) - min(seen) <= 0.5}
    assert len(still) == 1
    first, last = history.vintages[0].table["rating"], history.vintages[6].table["rating"]
    both = first.index.intersection(last.index).difference(still)
    rise = float((last[both] - first[both]).median())
    assert rise == pytest.approx(6 * (17.4 - 14.9), abs=3)


def test_a_follower_may_spread_less_than_the_leader():
    sides: dict[bool, list[float]] = {False: [], True: []}
    for seed in range(12):
        run = release("unequal-spread", seed)
        for side, found in sides.items():
            mine = run.follows == side
            day, strength = run.released[mine], run.strength[mine]
            found.append(float(np.std(strength - np.polyval(np.polyfit(day, strength, 1), day))))
    assert np.mean(sides[False]) == pytest.approx(64, rel=0.15)
    assert np.mean(sides[True]) == pytest.approx(35, rel=0.15)


def test_errors_too_small_and_debuts_that_fall_are_published_so():
    world = WORLDS["small-errors"]
    small, base = simulate(world, 3), simulate(replace(world, error_factor=1.0), 3)
    ratio = small.vintages[-1].table["se"] / base.vintages[-1].table["se"]
    assert ratio.to_numpy() == pytest.approx(1 / 1.4, rel=1e-9)
    np.testing.assert_array_equal(
        small.vintages[-1].table["rating"], base.vintages[-1].table["rating"]
    )


def test_the_trend_jumps_and_then_rests():
    world = WORLDS["jump-then-drought"]
    before = np.array([22.0, 10.01, 9.99, 5.0, 0.0])
    level = _trend(world, before)
    assert level[1] - level[0] == pytest.approx(world.slope / 12 * 11.99)
    assert level[2] - level[1] == pytest.approx(world.jump, abs=0.2)
    assert level[3] == pytest.approx(level[2], abs=1e-9)
    assert level[4] == pytest.approx(level[2], abs=1e-9)
    np.testing.assert_allclose(
        _lag(WORLDS["takeover"], np.array([30.0, 24.0, 12.0, 0.0])), [8, 8, 2, -4]
    )


def gaps(name, seed, months):
    """True frontier of the leader minus the follower's on each of the last days."""
    run = release(name, seed)
    seen = run.ever_shown
    days = _AS_OF - np.arange(round(months * DAYS_PER_MONTH), -1, -1)

    def best(follows):
        mine = seen & (run.follows == follows)
        return np.array([run.strength[mine & (run.released <= day)].max() for day in days])

    return best(False) - best(True)


def within(values, lab):
    """Intraclass correlation: mean product of pairs of a lab over the variance (both of mean 0)."""
    same = (lab[:, None] == lab) & ~np.eye(len(lab), dtype=bool)
    return np.mean([np.outer(v, v)[same].mean() for v in values]) / np.mean(np.square(values))


def test_a_quarter_of_the_variance_of_errors_is_a_labs():
    world, lab = WORLDS["shared-by-lab"], np.repeat(np.arange(10), 6)
    rng = np.random.default_rng(0)
    debuts = [_shared(world.lab_share, lab, rng.standard_normal) for _ in range(1500)]
    assert within(debuts, lab) == pytest.approx(0.25, abs=0.03)
    assert np.var(debuts) == pytest.approx(1.0, abs=0.03)
    moved = [_Drift(world, np.zeros(60), lab, rng).until(365.0) for _ in range(4000)]
    assert within(moved, lab) == pytest.approx(0.25, abs=0.05)
    # A t of four degrees of freedom has twice the variance of its scale's square.
    assert np.var(moved) == pytest.approx(2 * world.settled_drift**2, rel=0.1)


def test_the_lead_changes_hands_again_and_again_where_both_leap():
    changes = [(np.diff(np.sign(gaps("leapfrog", s, 24))) != 0).sum() for s in range(12)]
    assert np.median(changes) >= 4
    assert min(changes) >= 3


def test_a_leader_that_stagnates_has_a_flat_trend_that_the_follower_comes_up_to():
    world = WORLDS["stagnant-leader"]
    level = _trend(world, np.array([15.0, 9.0, 4.0, 0.0]))
    assert level[1] - level[0] == pytest.approx(world.slope / 2)
    assert level[1] == level[2] == level[3]
    ends = [(gap[0], gap[-1]) for gap in (gaps("stagnant-leader", s, 9) for s in range(12))]
    then, now = np.mean(ends, axis=0)
    assert then > 60
    assert now < then - 25


@pytest.mark.parametrize("seed", range(6))
def test_a_takeover_of_the_last_month_is_one_and_is_on_the_newest_list(seed):
    gap = gaps("takeover-last-month", seed, 1)
    assert gap[0] > 0
    assert gap[-1] < -14.9
    history = simulate("takeover-last-month", seed)
    assert history.truth["current"].months[0] == pytest.approx(-0.7, abs=0.06)
    assert history.truth["average"].months[0] > 3
    run = history.releases
    best = run.models[int(np.argmax(np.where(run.follows, run.strength, -np.inf)))]
    assert best in set(history.vintages[-1].table["model"])


@search(40)
@given(seed=st.integers(0, 10**6), name=st.sampled_from(NAMED))
def test_releases_are_in_order_and_dates_inside_their_precision(seed, name):
    run = release(name, seed)
    assert (np.diff(run.tagged) >= 0).all()
    assert (run.listed >= run.released).all()
    assert (run.retired > run.listed).all()
    roster = run.roster()
    vague = run.vague
    assert (roster.month_start[vague] <= run.released[vague]).all()
    assert (run.released[vague] < roster.month_end[vague]).all()
    assert (run.tagged[~vague] == run.released[~vague]).all()
    assert np.isfinite(np.minimum(roster.lead_from, roster.follow_from)).all()


def test_own_tables_of_a_history_say_what_the_history_says(tmp_path):
    history = simulate("private", 5)
    assert history.releases.vague.any()
    ratings, tags = history.own()
    tags.to_csv(tmp_path / "tags.csv", index=False)
    study = prepare(board=own_board(ratings), extra_tags=tmp_path / "tags.csv", n_draws=400)
    field, rows = history.roster.field(place(history.linkable()).table, None)
    found, at = study.cast.field, [list(study.cast.entries).index(e) for e in rows["entry"]]
    np.testing.assert_array_equal(found.rating[at], field.rating)
    np.testing.assert_allclose(found.variance[at], field.variance, rtol=1e-12)
    for name in ("lead_from", "follow_from", "month_start", "month_end"):
        mine, its = (getattr(f, name)[f.model] for f in (found, field))
        np.testing.assert_array_equal(mine[at], its)


def test_the_kept_tables_are_those_of_the_benchmarks() -> None:
    folder = Path(__file__).resolve().parents[2] / "benchmarks"
    for name in ("calibration", "errors"):
        pd.testing.assert_frame_equal(benchmark(name), pd.read_csv(folder / f"{name}.csv"))
    with pytest.raises(UsageError, match="there are: calibration, errors"):
        benchmark("../speed")
