"""The draws against a plain loop, and what the engine promises of them."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from made_field import NEVER, make_field, random_field, root
from numpy.typing import NDArray

from elolag.dates import DAYS_PER_MONTH, to_day
from elolag.errors import EstimateError
from elolag.model import draws
from elolag.model.draws import CHUNK, Draw, _contenders, draw
from elolag.model.estimands import ESTIMANDS, Race
from elolag.model.frontier import MATCH_RULES, MatchRule
from elolag.model.posterior import Field, Posterior, posterior

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


def all_draws(
    field: Field, fitted: Posterior, n: int, seed: int = 1, *, everything: bool = False
) -> tuple[Ints, Draw]:
    """All chunks as one; dates always per draw."""
    keep, parts = np.empty(0, np.intp), []
    for keep, part in draw(field, fitted, n, seed, everything=everything):  # noqa: B007
        parts.append(part)

    def joined(name: str) -> Floats:
        return np.concatenate(
            [np.broadcast_to(getattr(p, name), p.ratings.shape) for p in parts], axis=0
        )

    return keep, Draw(joined("ratings"), joined("lead_from"), joined("follow_from"))


# One draw, as a plain loop would take it


def slow_draws(field: Field, fitted: Posterior, n: int) -> list[list[float]]:
    """Per draw every model's rating: mixture, link error, best entry, one at a time."""
    source = random.Random(20260819)  # noqa: S311 -- a second source of random numbers
    out = []
    for _ in range(n):
        links = set(field.link.tolist())
        shared = {number: [source.gauss(0, 1) for _ in range(3)] for number in links}
        best = [-np.inf] * len(field.lead_from)
        doubt = fitted.doubt
        if doubt is not None:
            state = doubt.states[source.randrange(len(doubt.states))]
            error = doubt.root @ np.array([source.gauss(0, 1) for _ in range(doubt.root.shape[1])])
        for entry, model in enumerate(field.model.tolist()):
            weights = fitted.weights[entry].tolist()
            component = source.choices(range(len(weights)), weights)[0]
            mean, sd = (float(a[entry, component]) for a in (fitted.means, fitted.sd))
            rating = source.gauss(mean, sd)
            if doubt is not None:
                # As far from the mean of what may be as it was from that of what was found.
                at = entry, state[doubt.kind[entry]]
                plain, spread = (float(part[entry]) for part in fitted._plain)
                rating = float(doubt.means[at] + doubt.sd[at] * (rating - plain) / spread)
                rating += float(doubt.reach[at] * error[entry])
            if field.link[entry] >= 0:
                normals = shared[int(field.link[entry])]
                rating += float(field.link_root[entry] @ np.array(normals))
            best[model] = max(best[model], rating)
        out.append(best)
    return out


@pytest.mark.parametrize("correct_selection", [True, False])
def test_ratings_are_distributed_as_the_plain_loop_draws_them(
    correct_selection: bool,
) -> None:
    field = make_field(
        [1000, 1010, 990, 1040, 1100, 1101, 1099, 1000],
        sd=[5, 20, 9, 14, 3, 12, 25, 8],
        model=[0, 0, 1, 2, 3, 3, 3, 4],
        link=[-1, 0, 0, 1, -1, -1, 1, 1],
        link_se=[0, 6, 3, 9, 0, 0, 2, 4],
    )
    field = replace(field, drift=np.array([0.0, 9.0, 4.0, 6.0, 0.0, 0.0, 12.0, 5.0]))
    field.link_root[:, 1] = [0, 2, -3, 1, 0, 0, 4, -2]
    fitted = posterior(field, correct_selection=correct_selection)
    n = 12_000
    quick = all_draws(field, fitted, n, everything=True)[1].ratings
    slow = np.array(slow_draws(field, fitted, n))
    sd = slow.std(axis=0)
    assert (np.abs(quick.mean(axis=0) - slow.mean(axis=0)) < 5 * sd * np.sqrt(2 / n)).all()
    assert np.abs(quick.std(axis=0) / sd - 1).max() < 5 / np.sqrt(n)
    assert np.abs(np.corrcoef(quick.T) - np.corrcoef(slow.T)).max() < 5 * np.sqrt(2 / n)
    for q in (0.025, 0.5, 0.975):
        distance = np.quantile(quick, q, axis=0) - np.quantile(slow, q, axis=0)
        # Five times the error of a difference of two tail quantiles of a normal.
        assert np.abs(distance / sd).max() < 5 * 2.67 * np.sqrt(2 / n)


def test_a_posterior_says_its_own_mean_and_spread() -> None:
    field = random_field(np.random.default_rng(4), 30)
    single = replace(field, link_root=np.zeros_like(field.link_root))
    first = np.unique(single.model, return_index=True)[1]
    single = replace(
        single,
        rating=single.rating[first],
        variance=single.variance[first],
        link=single.link[first],
        link_root=single.link_root[first],
        model=single.model[first],
    )
    fitted = posterior(single)
    n = 20_000
    keep, sampled = all_draws(single, fitted, n)
    assert np.abs(
        (sampled.ratings.mean(axis=0) - fitted.mean[keep]) / fitted.spread[keep]
    ).max() < 5 / np.sqrt(n)
    assert np.abs(sampled.ratings.std(axis=0) / fitted.spread[keep] - 1).max() < 5 / np.sqrt(n)


def test_a_link_error_is_shared_by_its_entries_and_by_no_other() -> None:
    field = make_field(
        [1000.0] * 5,
        sd=1e-6,
        link=[0, 0, 1, -1, 0],
        link_se=[2.0, 4.0, 3.0, 0.0, 1.0],
        lead_from=[0.0, 0.0, 0.0, 0.0, NEVER],
        follow_from=[NEVER] * 4 + [0.0],
    )
    keep, sampled = all_draws(field, posterior(field, correct_selection=False), 20_000)
    assert keep.tolist() == [0, 1, 2, 3, 4]
    error = sampled.ratings - 1000
    assert error[:, 1] == pytest.approx(2 * error[:, 0], abs=1e-4)
    assert error[:, 4] == pytest.approx(error[:, 0] / 2, abs=1e-4)
    assert np.abs(error[:, 3]).max() < 1e-4
    assert error.std(axis=0)[[0, 1, 2, 4]] == pytest.approx([2, 4, 3, 1], rel=0.03)
    assert abs(np.corrcoef(error[:, 0], error[:, 2])[0, 1]) < 5 / np.sqrt(20_000)


# Reproducible


def test_the_same_seed_gives_the_same_draws_and_another_does_not() -> None:
    field = random_field(np.random.default_rng(6))
    fitted = posterior(field)
    once, again, other = (all_draws(field, fitted, 1500, seed)[1] for seed in (3, 3, 4))
    assert (once.ratings == again.ratings).all()
    assert (once.lead_from == again.lead_from).all()
    assert not (once.ratings == other.ratings).any()


def test_more_draws_begin_with_the_fewer() -> None:
    field = random_field(np.random.default_rng(7))
    fitted = posterior(field)
    many = all_draws(field, fitted, 2 * CHUNK + 7)[1]
    for n in (1, CHUNK - 1, CHUNK, CHUNK + 1):
        few = all_draws(field, fitted, n)[1]
        assert few.ratings.shape[0] == n
        for name in ("ratings", "lead_from", "follow_from"):
            assert (getattr(many, name)[:n] == getattr(few, name)).all()


def test_chunks_are_apart() -> None:
    field = random_field(np.random.default_rng(8))
    ratings = all_draws(field, posterior(field), 2 * CHUNK)[1].ratings
    assert not (ratings[:CHUNK] == ratings[CHUNK:]).any()


# Leaving out models that cannot matter


@pytest.mark.parametrize("seed", range(6))
def test_lags_with_and_without_pruning_are_the_same(
    seed: int,
) -> None:
    field = random_field(np.random.default_rng([11, seed]))
    fitted = posterior(field, correct_selection=seed % 2 == 0)
    keep = _contenders(field, fitted)
    assert 2 <= len(keep) < len(field.lead_from)
    everyone, sampled = all_draws(field, fitted, 3000, everything=True)
    assert len(everyone) == len(field.lead_from)
    for as_of in (880.0, 960.0):
        full = Race.of(sampled.ratings, sampled.lead_from, sampled.follow_from, as_of)
        part = Race.of(
            sampled.ratings[:, keep],
            sampled.lead_from[:, keep],
            sampled.follow_from[:, keep],
            as_of,
        )
        assert (full.leader.best_model() == keep[part.leader.best_model()]).all()
        assert (full.follower.best_model() == keep[part.follower.best_model()]).all()
        for name, estimand in ESTIMANDS.items():
            here, there = (estimand(race, 9.0) for race in (full, part))
            for what in ("months", "censored", "failed"):
                assert np.array_equal(
                    getattr(here, what), getattr(there, what), equal_nan=what == "months"
                ), name


@pytest.mark.parametrize("seed", range(4))
def test_a_model_left_out_is_a_record_in_none_of_20000_draws(
    seed: int,
) -> None:
    field = random_field(np.random.default_rng([12, seed]), 30)
    fitted = posterior(field)
    dropped = np.setdiff1d(np.arange(30), _contenders(field, fitted))
    assert len(dropped)
    sampled = all_draws(field, fitted, 20_000, everything=True)[1]
    for dates in (sampled.lead_from, sampled.follow_from):
        for model in dropped:
            mine = dates[:, model]
            earlier = (dates <= mine[:, None]) & np.isfinite(mine)[:, None]
            earlier[:, model] = False
            best = np.where(earlier, sampled.ratings, -np.inf).max(axis=1)
            assert (best > sampled.ratings[:, model])[np.isfinite(mine)].all()


def test_a_model_is_only_left_out_for_one_that_surely_came_no_later() -> None:
    high, low, months = 1500.0, 1000.0, {0: (50.0, 80.0)}
    apart = make_field([high, low, low], lead_from=[64, 90, NEVER], months=months)
    assert _contenders(apart, posterior(apart)).tolist() == [0, 1, 2]
    after = make_field([high, low, low], lead_from=[64, 130, NEVER], months=months)
    assert _contenders(after, posterior(after)).tolist() == [0, 2]
    before = make_field([high, low, low], lead_from=[64, 40, NEVER], months=months)
    assert _contenders(before, posterior(before)).tolist() == [0, 1, 2]


def test_what_errors_can_turn_round_is_kept() -> None:
    apart = make_field([1000.0, 993.0, 900.0], sd=[1, 2, 1], lead_from=[0, 10, NEVER])
    assert 1 in _contenders(apart, posterior(apart, correct_selection=False))
    linked = make_field(
        [1000.0, 960.0, 900.0],
        sd=0.01,
        link=[-1, 0, -1],
        link_se=[0, 15, 0],
        lead_from=[0, 10, NEVER],
    )
    assert 1 in _contenders(linked, posterior(linked, correct_selection=False))
    linked = replace(linked, link=np.array([0, -1, -1]), link_root=root([15.0, 0, 0]))
    assert 1 in _contenders(linked, posterior(linked, correct_selection=False))


def test_a_model_beaten_in_one_group_still_counts_in_the_other() -> None:
    field = make_field(
        [1500.0, 1000.0, 900.0], lead_from=[0, 10, NEVER], follow_from=[NEVER, 20, 5]
    )
    assert _contenders(field, posterior(field)).tolist() == [0, 1, 2]


# Dates inside their precision


@pytest.mark.parametrize("month", ["2023-02", "2024-02", "2024-04", "2025-12"])
def test_a_release_known_to_the_month_falls_on_each_of_its_days_alike(month: str) -> None:
    year, number = map(int, month.split("-"))
    start = to_day(f"{month}-01")
    end = to_day(f"{year + number // 12}-{number % 12 + 1:02d}-01")
    field = make_field(
        [1000.0, 1000.0],
        lead_from=[start + 14, NEVER],
        follow_from=[NEVER, start + 14],
        months={0: (start, end)},
    )
    n = 31_000
    sampled = all_draws(field, posterior(field), n)[1]
    days, counts = np.unique(sampled.lead_from[:, 0], return_counts=True)
    assert days.tolist() == np.arange(start, end).tolist()
    expected = n / len(days)
    assert np.abs(counts - expected).max() < 5 * np.sqrt(expected)
    # The other's day is known.
    assert (sampled.follow_from[:, 1] == start + 14).all()
    assert np.isinf(sampled.follow_from[:, 0]).all()


def test_a_release_day_is_the_same_for_both_groups() -> None:
    field = make_field(
        [1000.0, 1000.0], lead_from=[14.0, 0.0], follow_from=[14.0, NEVER], months={0: (0.0, 30.0)}
    )
    sampled = all_draws(field, posterior(field), 2000)[1]
    assert (sampled.lead_from[:, 0] == sampled.follow_from[:, 0]).all()
    assert len(np.unique(sampled.lead_from[:, 0])) == 30


@pytest.mark.parametrize("weights", [20.0, 29.0, 30.0, 400.0])
def test_the_date_of_the_weights_is_never_moved_and_the_release_is_not_after_it(
    weights: float,
) -> None:
    field = make_field(
        [1000.0, 1000.0], lead_from=[14.0, 0.0], follow_from=[weights, NEVER], months={0: (0, 30)}
    )
    sampled = all_draws(field, posterior(field), 5000)[1]
    assert (sampled.follow_from[:, 0] == weights).all()
    assert np.unique(sampled.lead_from[:, 0]).tolist() == list(range(min(30, int(weights) + 1)))


def test_dates_known_to_the_day_are_shared_by_all_draws() -> None:
    field = random_field(np.random.default_rng(13))
    known = replace(field, month_start=np.full_like(field.month_start, np.nan))
    for _, part in draw(known, posterior(known), 10, 0):
        assert part.lead_from.ndim == part.follow_from.ndim == 1


# From draws to lags


def test_point_and_sample_name_the_models_of_the_field() -> None:
    """With next to no error each draw is the point; indices survive the pruning."""
    field = make_field(
        [1500, 1000, 1010, 1600, 1650, 1200, 1550, 1400],
        sd=1e-3,
        lead_from=[0, 10, 20, 30, 60, NEVER, NEVER, NEVER],
        follow_from=[NEVER] * 5 + [5, 80, 90],
    )
    fitted = posterior(field, correct_selection=False)
    assert _contenders(field, fitted).tolist() == [0, 3, 4, 5, 6]
    names = list(ESTIMANDS)
    at_point = draws.point(field, fitted, 100.0, names, 1.0)
    sampled = draws.sample(field, fitted, 100.0, names, 1.0, 1200, 0)
    for outcomes in (at_point, sampled):
        assert set(outcomes.leader_best) == {4}
        assert set(outcomes.follower_best) == {6}
        assert set(outcomes.match) == {3}
        assert outcomes.gap == pytest.approx(100, abs=0.1)
        assert set(outcomes.lags["current"].months) == {70 / DAYS_PER_MONTH}
    for name in names:
        point = np.broadcast_to(at_point.lags[name].months, 1200)
        assert sampled.lags[name].months == pytest.approx(point, abs=1e-3, nan_ok=True)
    assert sampled.gap.shape == (1200,)


def test_the_match_is_the_followers_where_it_leads() -> None:
    field = make_field(
        [1000, 1100, 1150, 1300],
        sd=1e-3,
        lead_from=[0, 50, NEVER, NEVER],
        follow_from=[NEVER, NEVER, 40, 90],
    )
    outcomes = draws.point(field, posterior(field, correct_selection=False), 100.0, [], None)
    assert outcomes.match.tolist() == [2]
    assert outcomes.gap == pytest.approx([-200], abs=0.1)


def test_a_model_is_rated_by_the_best_of_its_entries_in_the_draw() -> None:
    field = make_field(
        [1000.0, 1000.0, 1000.0],
        sd=[10, 10, 1e-6],
        model=[0, 0, 1],
        lead_from=[0, NEVER],
        follow_from=[NEVER, 0],
    )
    fitted = posterior(field, correct_selection=False)
    outcomes = draws.sample(field, fitted, 10.0, [], None, 20_000, 0)
    # The mean of the larger of two normals of sd 10 is 10 / sqrt(pi).
    assert outcomes.gap.mean() == pytest.approx(10 / np.sqrt(np.pi), abs=0.3)


def test_how_far_models_are_known_apart_counts_shared_errors_and_the_best_of_entries() -> None:
    field = make_field(
        [1000.0, 1000.0, 1000.0, 1000.0, 1000.0],
        sd=[10, 10, 6, 8, 1e-6],
        link=[-1, -1, 0, 0, -1],
        link_se=[0.0, 0.0, 20.0, 20.0, 0.0],
        model=[0, 0, 1, 2, 3],
        lead_from=[0, 0, NEVER, NEVER],
        follow_from=[NEVER, NEVER, 0, 0],
    )
    apart = draws.apart(field, posterior(field, correct_selection=False), 0)
    # The larger of two normals of sd 10 has the variance 100 (1 - 1 / pi).
    assert apart[0, 3] == pytest.approx(10 * np.sqrt(1 - 1 / np.pi), rel=0.05)
    assert apart[1, 2] == pytest.approx(10, rel=0.05)  # the link's error is common to both
    assert apart[1, 3] == pytest.approx(np.sqrt(6**2 + 20**2), rel=0.05)
    assert (apart == apart.T).all()
    assert (np.diag(apart) == 0).all()


@pytest.mark.parametrize("rule", MATCH_RULES)
def test_draws_of_next_to_no_error_are_the_point_under_every_match_rule(rule: str) -> None:
    field = make_field(
        [1500, 1000, 1600, 1650, 1200, 1550, 1400],
        sd=1e-3,
        lead_from=[0, 10, 30, 60, NEVER, NEVER, NEVER],
        follow_from=[NEVER] * 4 + [5, 80, 90],
    )
    fitted = posterior(field, correct_selection=False)
    assert len(_contenders(field, fitted)) < 7  # the rule's pairs are renumbered with the models
    apart = np.full((7, 7), 30.0)  # a margin of 49.35: the model of day 30 is too good
    apart[5, 2] = 40.0  # a margin of 65.8: it is not
    match = MatchRule(rule, apart if rule == "not-worse" else None)
    point = draws.point(field, fitted, 100.0, ["current"], None, match).lags["current"]
    drawn = draws.sample(field, fitted, 100.0, ["current"], None, 50, 0, match).lags["current"]
    days = {"reached": 70, "below": 100, "between": 85, "not-worse": 40}[rule]
    assert point.months == pytest.approx([days / DAYS_PER_MONTH])
    assert drawn.months == pytest.approx(np.full(50, days / DAYS_PER_MONTH), abs=1e-3)


def test_a_group_without_models_is_refused_before_drawing() -> None:
    field = make_field([1000.0, 1000.0], lead_from=[NEVER, NEVER], follow_from=[0.0, 0.0])
    with pytest.raises(EstimateError, match="leader group has no rated model"):
        draws.sample(field, posterior(field), 10.0, ["current"], None, 100, 0)


def test_components_are_those_of_the_inverse_distribution_function() -> None:
    rng = np.random.default_rng(5)
    weights = rng.random((7, 90)) ** 30  # most of it in a few components, many have next to none
    weights[rng.random(weights.shape) < 0.4] = 0.0
    weights[6] = np.arange(90) == 60
    weights /= weights.sum(axis=1, keepdims=True)
    fitted = Posterior(weights, rng.normal(0, 50, weights.shape), rng.random(weights.shape))
    entries = np.array([0, 2, 3, 6])
    drawn = draws._own_errors(fitted, entries)(np.random.default_rng(1))
    same = np.random.default_rng(1)
    uniform, expected = same.random((4, CHUNK)), same.standard_normal((4, CHUNK))
    for row, entry in enumerate(entries):
        below = np.cumsum(weights[entry])
        component = np.searchsorted(below / below[-1], uniform[row], side="right")
        expected[row] *= fitted.sd[entry, component]
        expected[row] += fitted.means[entry, component]
    np.testing.assert_array_equal(drawn, expected)
