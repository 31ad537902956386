"""The flip test against trying everything, and what it says of the shipped archive."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from made_study import AS_OF, made, random_models
from search import search

import elolag
from elolag.dates import DAYS_PER_MONTH
from elolag.errors import EstimateError, UsageError
from elolag.estimate.session import Study
from elolag.model.estimands import Lags
from elolag.robustness.edits import (
    Edit,
    _without_labs,
    current_states,
    effective,
    moved_dates,
    other_countries,
    other_openness,
    without_models,
)
from elolag.robustness.tipping_point import (
    _cheapest,
    _points,
    _search,
    _Target,
    _targets,
    flip,
)


def slow_lag(models: Sequence[tuple[str, float, float]]) -> tuple[float, float] | None:
    """`current` from its definition, as what it surely lies between; None with an empty side."""
    us, cn = ([(r, d) for c, r, d in models if c == who and d <= AS_OF] for who in ("US", "CN"))
    if not us or not cn:
        return None
    best_us, best_cn = max(us)[0], max(cn)[0]
    level = min(best_us, best_cn)

    def first(side: list[tuple[float, float]]) -> float:
        return min(d for r, d in side if r >= level)

    def unseen(side: list[tuple[float, float]]) -> bool:
        opening = min(d for _, d in side)
        return level < max(r for r, d in side if d == opening)

    if best_us > best_cn:
        months = (AS_OF - first(us)) / DAYS_PER_MONTH
        return (months, np.inf) if unseen(us) else (months, months)
    months = -(AS_OF - first(cn)) / DAYS_PER_MONTH
    return (-np.inf, months) if unseen(cn) else (months, months)


def changed(
    models: list[tuple[str, float, float]], edits: Sequence[Edit]
) -> list[tuple[str, float, float]]:
    out = {f"m{k}": row for k, row in enumerate(models)}
    for edit in edits:
        for model, tag in edit.tags:
            out[model] = (
                ("ZZ", 0.0, 0.0) if tag is None else (tag.country, out[model][1], tag.released)
            )
    return list(out.values())


def slow_search(
    models: list[tuple[str, float, float]], edits: list[Edit], target: _Target, most: int
) -> set[frozenset[str]]:
    """All sets, by size, tried one by one."""
    for size in range(1, most + 1):
        good = set()
        for chosen in itertools.combinations(edits, size):
            touched = [m for e in chosen for m in e.models]
            found = slow_lag(changed(models, chosen))
            if len(set(touched)) == len(touched) and found is not None:
                inside = [a - 1e-9 <= found[0] and found[1] <= b + 1e-9 for a, b in target.ranges]
                if any(inside):
                    good.add(frozenset(e.words for e in chosen))
        if good:
            return good
    return set()


@given(st.integers(0, 10_000), st.sampled_from(["models", "countries", "dates"]))
@search(60)
def test_the_search_finds_every_smallest_set(seed: int, kind: str) -> None:
    rng = np.random.default_rng(seed)
    models = random_models(rng, int(rng.integers(4, 8)))
    study = made(models)
    make = {"models": without_models, "countries": other_countries, "dates": moved_dates}[kind]
    edits = effective(study, make(study))
    most = 3 if kind == "models" else 2
    now = slow_lag(models)
    assert now is not None
    months = now[0] if np.isfinite(now[0]) else now[1]
    for target in _targets(months, (-3.0, 6.0)):
        found = {frozenset(e.words for e in s) for s in _search(study, edits, target, most)}
        assert found == slow_search(models, edits, target, most), target


@given(st.integers(0, 10_000))
@search(60)
def test_states_are_the_definition(seed: int) -> None:
    rng = np.random.default_rng(seed)
    models = random_models(rng, 7)
    study = made(models)
    sets = [(), *((e,) for e in [*without_models(study), *moved_dates(study)])]
    lags, states = current_states(study, sets)
    for k, edits in enumerate(sets):
        expected = slow_lag(changed(models, edits))
        if expected is None:
            assert lags.failed[k]
            assert states[k] == ()
        else:
            assert lags.months[k] == pytest.approx(expected[int(np.isinf(expected[0]))], abs=1e-9)
            assert lags.censored[k] == np.isinf(expected[1]) - int(np.isinf(expected[0]))


def test_a_planted_model_that_alone_decides() -> None:
    """One Chinese model is far above its fellows: only it, and its match, matter."""
    models = [("US", 10.0 * k, AS_OF - 900 + 90 * k) for k in range(10)]
    models += [("CN", 10.0 * k - 35, AS_OF - 800 + 90 * k) for k in range(5)]
    models += [("CN", 85.0, AS_OF - 20)]
    study = made(models)
    further, closer, _ = _targets(float(current_states(study, [()])[0].months[0]), (3, 6))
    (only,) = _search(study, without_models(study), further, 4)
    assert [e.name for e in only] == ["m15"]
    # Without the last US model China leads; no other set of one does.
    (only,) = _search(study, without_models(study), closer, 4)
    assert [e.name for e in only] == ["m9"]
    assert _search(study, effective(study, other_openness(study)), closer, 2) == []


def cost(models: list[tuple[str, float, float]], target: tuple[float, float], reach: int) -> float:
    """The least sum of whole points, models that are level then put in any order by hairs.

    A bound is in the range only if all it allows is.
    """
    hairs = list(itertools.permutations(0.01 * k for k in range(len(models))))
    moves = itertools.product(range(-reach, reach + 1), repeat=len(models))
    for move in sorted(moves, key=lambda m: sum(map(abs, m))):
        for hair in hairs:
            rows = [(c, r + m + h, d) for (c, r, d), m, h in zip(models, move, hair, strict=True)]
            best = {w: max(r for c, r, _ in rows if c == w) for w in ("US", "CN")}
            found = slow_lag(rows)
            if found is None or best["US"] < best["CN"]:
                continue
            if target[0] <= found[0] and found[1] <= target[1]:
                return float(sum(map(abs, move)))
    return np.inf


@given(st.integers(0, 10_000))
@example(140)  # two models are moved to the level of a third, one above and one below it
@search(12)
def test_the_fewest_points_are_those_of_trying_all(seed: int) -> None:
    rng = np.random.default_rng(seed)
    models = random_models(rng, 4, scale=4)
    low = float(rng.integers(0, 20))
    target = (low, float(rng.choice([low + 8, np.inf])))
    ratings = np.array([r for _, r, _ in models])
    ahead, behind = (
        np.array([d if c == who else np.inf for c, _, d in models]) for who in ("US", "CN")
    )
    moved = _cheapest(ratings, ahead, behind, AS_OF, *target)
    slow = cost(models, target, 3)
    if moved is None:
        assert slow == np.inf
        return
    assert np.abs(moved).sum() == pytest.approx(slow, abs=1e-4)
    found = slow_lag([(c, r, d) for (c, _, d), r in zip(models, ratings + moved, strict=True)])
    assert found is not None
    assert target[0] - 1e-6 <= found[0]
    assert found[1] <= target[1] + 1e-6


def test_a_bound_is_in_a_range_only_if_all_it_allows_is() -> None:
    lags = Lags(
        np.array([5.0, 5.0, 5.0, 5.0, 5.0]),
        np.array([0, 1, -1, 2, 0], np.int8),
        np.array([False, False, False, False, True]),
    )
    assert _Target("", ((4, 6),)).holds(lags).tolist() == [True, False, False, False, False]
    assert _Target("", ((4, np.inf),)).holds(lags).tolist() == [True, True, False, False, False]
    assert _Target("", ((-np.inf, 6),)).holds(lags).tolist() == [True, False, True, False, False]


def test_out_of_a_range_excludes_its_ends() -> None:
    _, _, out = _targets(4.0, (3, 6))
    assert out.words == "out of 3 to 6 months"
    lags = Lags(np.array([3.0, 6.0, 2.9, 6.1]), np.zeros(4, np.int8), np.zeros(4, bool))
    assert out.holds(lags).tolist() == [False, False, True, True]
    assert _targets(7.0, (3, 6))[2].words == "within 3 to 6 months"
    assert len(_targets(7.0, None)) == 2
    # A side that leads is no closer to the lead for leading more.
    assert [target.words for target in _targets(-6.4, None)] == [
        "at least a month less far ahead", "at least a month further ahead",
    ]  # fmt: skip


def test_edits_without_effect_are_left_out() -> None:
    study = made(random_models(np.random.default_rng(1), 6))
    assert effective(study, other_openness(study)) == []
    assert len(effective(study, without_models(study))) == 6
    assert [len(e.tags) for e in _without_labs(study)] == sorted(
        [sum(t.country == "CN" for t in study.cast.tags),
         sum(t.country == "US" for t in study.cast.tags)],
        key=lambda n: n != len(_without_labs(study)[0].tags),
    )  # fmt: skip


@pytest.fixture(scope="module")
def found() -> elolag.robustness.tipping_point.Flip:
    return flip(n_draws=100)


def test_the_headline_rests_on_two_models(found: elolag.robustness.tipping_point.Flip) -> None:
    by = {(r.target, r.kind): r for r in found.routes}
    assert {r.kind for r in found.routes} == {
        "models", "countries", "openness", "dates", "points",
    }  # fmt: skip
    further = by["at least a month further behind", "models"]
    assert (further.size, further.ways) == (1, 1)
    (change,) = further.changes
    assert change.words == "without kimi-k3"
    assert change.result is not None
    again = elolag.estimate_lag(n_draws=100, exclude={"kimi-k3"}, estimand="current")
    assert change.result.months == again.months
    assert (change.result.low, change.result.high) == (again.low, again.high)
    closer = by["at least a month closer to the lead", "models"]
    assert [c.words for c in closer.changes] == ["without claude-opus-4-6"]
    points = by["at least a month further behind", "points"]
    assert points.size == pytest.approx(2.1, abs=0.1)
    assert points.changes[0].words.startswith("kimi-k3 2.1 lower")
    assert by["within 3 to 6 months", "openness"].size is None


def test_the_flip_in_words_and_as_an_object(found: elolag.robustness.tipping_point.Flip) -> None:
    text = found.sentence()
    assert text.startswith(
        "The day's distance of China (on arena/text_style_control, overall, as of 2026-08-19: "
        "China behind by 6.4 months) would be at least a month"
    )
    assert "1 model left out (without kimi-k3: 9.0 months behind)" in text
    assert "points of rating" in text
    assert "openness" not in text
    data = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert len(data["rows"]) == len(found.to_frame())
    assert data["answer"] == json.loads(json.dumps(found.headline.to_dict()))


def test_a_bound_is_told_as_one_and_is_in_no_range_that_ends() -> None:
    # The first American model is from 400 days before, the best Chinese one of its level.
    models = [("US", 30.0, AS_OF - 400), ("US", 60.0, AS_OF - 200), ("CN", 40.0, AS_OF - 100)]
    study = made(models)
    further, _, within = _targets(
        float(study.point(["current"]).lags["current"].months[0]), (12, 14)
    )
    (route,) = _points(study, further)
    (change,) = route.changes
    assert change.censored == "at-least"
    assert change.months == pytest.approx(400 / DAYS_PER_MONTH)
    assert f"at least {400 / DAYS_PER_MONTH:.1f} months behind" in route.sentence()
    (none,) = _points(study, within)
    assert none.size is None


def test_what_the_flip_test_cannot_be_asked() -> None:
    with pytest.raises(UsageError, match="ends before it starts"):
        flip(within=(6, 3))
    with pytest.raises(EstimateError, match="only a bound"):
        flip(n_draws=100, leader="lab:google", as_of="2023-09-01")


def test_a_search_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("elolag.robustness.tipping_point._LIMIT", 3)
    study: Study = made(random_models(np.random.default_rng(1), 6))
    with pytest.raises(EstimateError, match="more than 3 sets"):
        _search(study, without_models(study), _Target("", ((900, 901),)), 2)
