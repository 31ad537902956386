"""The engine against the slow reference, and properties any definition of a lag must have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest
import reference
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from search import search

from elolag.dates import DAYS_PER_MONTH
from elolag.errors import EstimateError
from elolag.model.estimands import (
    AT_LEAST,
    AT_MOST,
    ESTIMANDS,
    EXACT,
    UNBOUNDED,
    WINDOWS,
    Lags,
    Race,
    _crossed_levels,
    catch_up_times,
    current,
    current_at,
)
from elolag.model.frontier import _MARGIN, MATCH_RULES, MatchRule

Floats = NDArray[np.float64]

NEVER = np.inf
CODES = {None: EXACT, "at-least": AT_LEAST, "at-most": AT_MOST, "unbounded": UNBOUNDED}
#: Windows of whole days, so that releases fall on their open end.
WHOLE_DAYS = [k for k in range(1, 15) if k / DAYS_PER_MONTH * DAYS_PER_MONTH == k]
REFERENCE: dict[str, Callable[..., reference.Answer | None]] = {
    "current": lambda lead, follow, as_of, _, rule=reference.REACHED: reference.current(
        lead, follow, as_of, rule
    ),
    "average": reference.average,
    "at-release": reference.at_release,
    "catch-up": reference.catch_up,
    "levels": reference.over_levels,
}


@dataclass(frozen=True)
class Case:
    """Ratings (D, M), the days from which models count, (M,) or (D, M), T and a window."""

    ratings: Floats
    lead_from: Floats
    follow_from: Floats
    as_of: float
    window: float

    def race(self, match: MatchRule | None = None) -> Race:
        dates = self.lead_from, self.follow_from
        return Race.of(self.ratings, *dates, self.as_of, match or MatchRule())

    def groups(self, draw: int) -> tuple[reference.Group, reference.Group]:
        """Leader and follower of one draw, as the reference takes them."""
        both = []
        for dates in (self.lead_from, self.follow_from):
            of_draw = dates if dates.ndim == 1 else dates[draw]
            both.append(
                [
                    (float(rating), float(day))
                    for rating, day in zip(self.ratings[draw], of_draw, strict=True)
                    if day < NEVER
                ]
            )
        return both[0], both[1]

    def each(self, estimand: Callable[..., object]) -> list:
        """A reference estimand in every draw."""
        return [
            estimand(*self.groups(d), self.as_of, self.window) for d in range(len(self.ratings))
        ]


def months(days: float) -> float:
    return days / DAYS_PER_MONTH


def case(
    leader: list[tuple[float, float]],
    follower: list[tuple[float, float]],
    as_of: float,
    window_days: float = 10,
    shared: list[tuple[float, float]] | None = None,
) -> Case:
    """A case of one draw from lists of (rating, day)."""
    shared = shared or []
    models = [*leader, *follower, *shared]
    lead = [d for _, d in leader] + [NEVER] * len(follower) + [d for _, d in shared]
    follow = [NEVER] * len(leader) + [d for _, d in follower] + [d for _, d in shared]
    return Case(
        np.array([[r for r, _ in models]], float),
        np.array(lead, float),
        np.array(follow, float),
        as_of,
        window_days / DAYS_PER_MONTH,
    )


def random_case(rng: np.random.Generator) -> Case:
    """Few distinct days and ratings: ties, same-day releases, leads and shared models abound."""
    models, n = int(rng.integers(2, 9)), int(rng.integers(1, 5))
    last = int(rng.integers(2, 15))
    vague, growing = rng.random() < 0.4, rng.random() < 0.4
    if growing:  # many records
        models += int(rng.integers(0, 8))
    release = rng.integers(0, last, (n, models) if vague else models).astype(float)
    ratings = rng.integers(0, int(rng.integers(2, 9)), (n, models)).astype(float)
    if growing:
        ratings = np.floor(ratings / 2) + release
    elif rng.random() < 0.25:
        ratings += rng.normal(0, 0.7, ratings.shape)
    later = release + rng.integers(0, 4, release.shape) * (rng.random(release.shape) < 0.3)
    # A leader's only, a follower's only, of both, of both but later in one (weights), of none.
    kind = rng.choice(5, models, p=[0.33, 0.33, 0.15, 0.15, 0.04])
    lead = np.where(np.isin(kind, (0, 2, 3)), release, NEVER)
    follow = np.where(kind == 3, later, np.where(np.isin(kind, (1, 2)), release, NEVER))
    if rng.random() < 0.3:
        lead, follow = follow, lead
    window = float(rng.choice(WHOLE_DAYS))
    if rng.random() < 0.3:
        window += float(rng.choice([0.25, 0.5, -0.5]))
    return Case(ratings, lead, follow, float(rng.integers(1, last + 2)), window / DAYS_PER_MONTH)


def assert_equal(lags: Lags, answers: list[reference.Answer | None], what: str) -> None:
    assert lags.failed.tolist() == [a is None for a in answers], what
    assert_close(lags.months, [None if a is None else a.months for a in answers], what)
    codes = [EXACT if a is None else CODES[a.censored] for a in answers]
    assert np.where(lags.failed, EXACT, lags.censored).tolist() == codes, what


def assert_close(found: Floats, expected: list[float | None], what: str) -> None:
    """Equal to 1e-9; None is NaN."""
    wanted = np.array([np.nan if e is None else e for e in expected])
    assert np.allclose(found, wanted, rtol=0, atol=1e-9, equal_nan=True), f"{found} in {what}"


def assert_engine_equals_reference(sample: Case, seen: Counter[str]) -> None:
    """Every estimand, every by-product, every refusal. `seen` counts what was met."""
    try:
        sample.each(lambda lead, follow, as_of, _: reference.gap(lead, follow, as_of))
    except reference.Refused:
        with pytest.raises(EstimateError):
            sample.race()
        seen["no group"] += 1
        return
    race = sample.race()
    for name, engine in ESTIMANDS.items():
        try:
            answers = sample.each(REFERENCE[name])
        except reference.Refused:
            with pytest.raises(EstimateError, match="window"):
                engine(race, sample.window)
            seen[f"{name} refused"] += 1
            continue
        assert_equal(engine(race, sample.window), answers, f"{name} of {sample}")
        seen.update(f"{name} {'failed' if a is None else a.censored}" for a in answers)
    assert_by_products(sample, race, seen)


def unreached_share(race: Race, window: float) -> Floats:
    """Share of the levels of `levels` that the leader has not reached, per draw."""
    levels, width = _crossed_levels(race, window)
    never = race.leader.first_reaching(levels) == race.leader.size
    total = width.sum(axis=1)
    return np.asarray((width * never).sum(axis=1) / np.where(total > 0, total, np.nan))


def assert_by_products(sample: Case, race: Race, seen: Counter[str]) -> None:
    what = f"{sample}"
    gaps = sample.each(lambda lead, follow, as_of, _: reference.gap(lead, follow, as_of))
    assert current_at(race, np.array([race.as_of])).gap[:, 0].tolist() == gaps, what
    seen.update(f"gap {np.sign(g):+.0f}" for g in gaps)
    assert_models_named(sample, race)
    try:
        times = sample.each(reference.durations)
    except reference.Refused:
        return
    found = catch_up_times(race, sample.window)
    assert_close(found.restricted_mean, sample.each(reference.restricted_mean), what)
    assert found.records.tolist() == [len(t) for t in times], what
    assert found.caught.tolist() == [sum(d.caught for d in t) for t in times], what
    shares = sample.each(reference.unreached_share)
    assert_close(unreached_share(race, sample.window), shares, what)


def assert_models_named(sample: Case, race: Race) -> None:
    """The match and both bests are models of the right rating and day."""
    today = current_at(race, np.array([race.as_of]))
    for side, steps, group, dates in (
        (race.leader, today.lead_at[:, 0], 0, sample.lead_from),
        (race.follower, today.follow_at[:, 0], 1, sample.follow_from),
    ):
        best = side.best_model()
        reached = steps < side.size
        match = side.model_at(np.where(reached, steps, 0))
        for draw, level in enumerate(today.level[:, 0]):
            of_draw = dates if dates.ndim == 1 else dates[draw]
            models = sample.groups(draw)[group]
            frontier = reference.frontier(models, sample.as_of)
            assert sample.ratings[draw, best[draw]] == frontier
            assert of_draw[best[draw]] == reference.first_reaching(models, frontier, sample.as_of)
            assert reached[draw] == (level <= frontier)
            if reached[draw]:
                crossed = reference.first_reaching(models, level, sample.as_of)
                assert of_draw[match[draw]] == crossed
                assert sample.ratings[draw, match[draw]] == reference.frontier(models, crossed)


# Equal to the reference


def told_apart(sample: Case, rng: np.random.Generator) -> tuple[Case, Floats]:
    """The case, and the s.d. of each pair: all alike, or no two ratings of a draw alike."""
    models = sample.ratings.shape[1]
    if rng.random() < 0.5:
        return sample, np.full((models, models), float(rng.choice([0.0, 1.0, 2.5])) / _MARGIN)
    ratings = sample.ratings + rng.permuted(np.linspace(0, 0.4, models))
    apart = rng.uniform(0, 2, (models, models))
    return replace(sample, ratings=ratings), apart + apart.T


def rule_of(name: str, sample: Case, apart: Floats, draw: int) -> reference.Rule:
    def sd(one: float, other: float) -> float:
        pair = [int(np.flatnonzero(sample.ratings[draw] == rating)[0]) for rating in (one, other)]
        return float(apart[pair[0], pair[1]])

    return reference.Rule(name, sd)


def assert_rules_equal_reference(sample: Case, apart: Floats, seen: Counter[str]) -> None:
    for rule in MATCH_RULES:
        match = MatchRule(rule, apart if rule == "not-worse" else None)
        for name, engine in ESTIMANDS.items():
            try:
                race = sample.race(match)
                found = engine(race, sample.window)
            except EstimateError:
                continue  # refused whatever the rule
            answers = [
                REFERENCE[name](
                    *sample.groups(d), sample.as_of, sample.window, rule_of(rule, sample, apart, d)
                )
                for d in range(len(sample.ratings))
            ]
            assert_equal(found, answers, f"{name} by {rule} of {sample} with {apart}")
            seen.update(f"{rule} {name} {'failed' if a is None else a.censored}" for a in answers)


@pytest.mark.parametrize("cases", [200, pytest.param(1000, marks=pytest.mark.slow)])
def test_every_match_rule_equals_the_reference_on_random_inputs(cases: int) -> None:
    rng = np.random.default_rng(20260820)
    seen: Counter[str] = Counter()
    for _ in range(cases):
        assert_rules_equal_reference(*told_apart(random_case(rng), rng), seen)
    kinds = [f"{r} {e} {c}" for r in MATCH_RULES for e in ESTIMANDS for c in (None, "at-least")]
    kinds += [f"{r} {e} at-most" for r in MATCH_RULES for e in ("current", "levels", "catch-up")]
    assert not [kind for kind in kinds if not seen[kind]], "the inputs must meet every kind"


@pytest.mark.parametrize("cases", [1500, pytest.param(4000, marks=pytest.mark.slow)])
def test_engine_equals_the_reference_on_thousands_of_random_inputs(cases: int) -> None:
    rng = np.random.default_rng(20260819)
    seen: Counter[str] = Counter()
    for _ in range(cases):
        assert_engine_equals_reference(random_case(rng), seen)
    wanted = [
        *(f"gap {sign}" for sign in ("-1", "+0", "+1")),
        *(f"{e} {c}" for e in ESTIMANDS for c in (None, "at-least", "at-most")),
        # The others cannot lie below both first models: their levels are today's frontiers.
        "levels unbounded",
        *(f"{e} failed" for e in ("at-release", "catch-up", "levels")),
        *(f"{e} refused" for e in ESTIMANDS if e != "current"),
        "no group",
    ]
    assert not [kind for kind in wanted if seen[kind] < 5], "the inputs must meet every kind"


@st.composite
def cases(draw: st.DrawFn, *, exact_dates: bool = False) -> Case:
    models, n = draw(st.integers(2, 7)), draw(st.integers(1, 3))
    vague = not exact_dates and draw(st.booleans())
    shape = (n, models) if vague else (models,)

    def whole(low: int, high: int, size: tuple[int, ...]) -> Floats:
        values = draw(
            st.lists(
                st.integers(low, high), min_size=int(np.prod(size)), max_size=int(np.prod(size))
            )
        )
        return np.array(values, float).reshape(size)

    member = whole(1, 3, (models,)).astype(int)  # bit 1 leader, bit 2 follower
    released = whole(0, 9, shape)
    return Case(
        ratings=whole(0, 5, (n, models)),
        lead_from=np.where(member & 1, released, NEVER),
        follow_from=np.where(member & 2, released + whole(0, 1, shape), NEVER),
        as_of=float(draw(st.integers(0, 11))),
        window=draw(st.sampled_from(WHOLE_DAYS)) / DAYS_PER_MONTH,
    )


@search(400)
@given(cases())
def test_engine_equals_the_reference_on_searched_inputs(sample: Case) -> None:
    assert_engine_equals_reference(sample, Counter())


@search(200)
@given(cases(), st.integers(0, 2**32 - 1))
def test_every_match_rule_equals_the_reference_on_searched_inputs(sample: Case, seed: int) -> None:
    rng = np.random.default_rng(seed)
    assert_rules_equal_reference(*told_apart(sample, rng), Counter())


def test_many_draws_of_a_real_size_equal_the_reference() -> None:
    rng = np.random.default_rng(7)
    models = 120
    dates = np.floor(np.sort(rng.uniform(0, 1100, models)))
    ratings = 1000 + 0.3 * dates + rng.normal(0, 60, (6, models)).round(1)
    leads = rng.random(models) < 0.55
    leads[:2] = True, False
    sample = Case(
        ratings, np.where(leads, dates, NEVER), np.where(leads, NEVER, dates), 1100.0, 12.0
    )
    assert_engine_equals_reference(sample, Counter())
    moved = np.floor(dates + rng.uniform(-15, 15, (6, models)))
    assert_engine_equals_reference(
        replace(
            sample,
            lead_from=np.where(leads, moved, NEVER),
            follow_from=np.where(leads, NEVER, moved),
        ),
        Counter(),
    )


@pytest.mark.parametrize("rule", MATCH_RULES)
def test_the_references_own_integrals_equal_fine_sums(rule: str) -> None:
    rng = np.random.default_rng(3)
    compared = 0
    while compared < 5:
        sample, apart = told_apart(random_case(rng), rng)
        by = rule_of(rule, sample, apart, 0)
        leader, follower = sample.groups(0)
        question = leader, follower, sample.as_of, sample.window, by
        try:
            over_time, over_levels = reference.average(*question), reference.over_levels(*question)
        except reference.Refused:
            continue
        if over_levels is None:
            continue
        part = (np.arange(4_000) + 0.5) / 4_000
        days = sample.window * DAYS_PER_MONTH
        dates = sample.as_of - days + part * days
        lags = [reference.current(leader, follower, t, by).months for t in dates]
        assert over_time.months == pytest.approx(np.mean(lags), abs=1e-3)
        low, high = (reference.frontier(follower, t) for t in (sample.as_of - days, sample.as_of))
        distances = []
        for level in low + part * (high - low):
            day = reference.first_reaching(follower, level, sample.as_of)
            holder = reference.frontier(follower, day)
            led = reference.crossing(by, leader, level, holder, sample.as_of)
            distances.append(months(day - led.date))
        assert over_levels.months == pytest.approx(np.mean(distances), abs=1e-3)
        compared += 1


@pytest.mark.parametrize("name", ["current", "at-release"])
def test_between_moves_little_when_ratings_do(name: str) -> None:
    """By at most what the interpolation's slopes allow: no jump where a level meets a record."""
    leader = [(10.0, 0.0), (20.0, 30.0), (30.0, 60.0), (50.0, 70.0)]
    levels = np.linspace(10.5, 49.5, 391)
    found = {}
    for rule in ("reached", "between"):
        samples = [case(leader, [(1.0, 5.0), (x, 80.0)], 100, 60) for x in levels]
        lags = [ESTIMANDS[name](s.race(MatchRule(rule)), s.window).months[0] for s in samples]
        found[rule] = np.abs(np.diff(lags)).max()
    assert found["between"] < months(30 / 10 * 0.1) + 1e-9
    assert found["reached"] > months(9)


def test_not_worse_asks_for_the_errors_of_pairs() -> None:
    sample = case([(10.0, 0.0)], [(9.0, 0.0)], 100)
    with pytest.raises(EstimateError, match="take one of reached, below, between"):
        current(sample.race(MatchRule("not-worse")))


def test_match_rules_by_hand() -> None:
    leader = [(10.0, 0.0), (20.0, 30.0), (30.0, 60.0)]
    apart = np.full((4, 4), 2.0)  # a margin of 3.29

    def by(rule: str, level: float) -> object:
        match = MatchRule(rule, apart if rule == "not-worse" else None)
        lags = current(case(leader, [(level, 80.0)], 100).race(match))
        return pytest.approx((lags.months[0], lags.censored[0]))

    # Between two records, a quarter of the way.
    assert by("below", 12.5) == (months(100), EXACT)
    assert by("between", 12.5) == (months(92.5), EXACT)
    assert by("not-worse", 12.5) == (months(70), EXACT)
    # Just below a record, and level with it.
    assert by("not-worse", 17.0) == (months(40), EXACT)
    assert by("below", 20.0) == (months(100), EXACT)
    assert by("between", 20.0) == (months(70), EXACT)
    # Below the first record, or no better than it.
    assert by("between", 9.0) == (months(100), AT_LEAST)
    assert by("below", 10.0) == (months(100), AT_LEAST)
    assert by("not-worse", 6.0) == (months(100), AT_LEAST)
    assert by("not-worse", 9.0) == (months(70), EXACT)
    # Hardly below the leader's best, and level with it.
    assert by("not-worse", 29.0) == (0.0, EXACT)
    assert by("not-worse", 30.0) == (0.0, EXACT)
    assert by("below", 30.0) == (months(20), EXACT)
    assert by("between", 30.0) == (months(20), EXACT)
    # Ahead: the follower's one model is its first.
    assert by("below", 40.0) == (-months(20), AT_MOST)
    assert by("between", 40.0) == (-months(20), AT_MOST)
    assert by("not-worse", 32.0) == (0.0, EXACT)


# Worked examples, by hand


def one(sample: Case, name: str) -> object:
    """Months and bound of a case of one draw, to be compared."""
    lags = ESTIMANDS[name](sample.race(), sample.window)
    assert not lags.failed[0]
    return pytest.approx((lags.months[0], lags.censored[0]))


def test_current_by_hand() -> None:
    leader = [(10.0, 0.0), (20.0, 30.0), (30.0, 60.0)]
    assert one(case(leader, [(15.0, 80.0)], 100), "current") == (months(70), EXACT)
    # Level with the first listed model: reached on that day. Below it: perhaps long before.
    assert one(case(leader, [(10.0, 80.0)], 100), "current") == (months(100), EXACT)
    assert one(case(leader, [(9.0, 80.0)], 100), "current") == (months(100), AT_LEAST)
    # The follower leads.
    ahead = [(12.0, 50.0), (40.0, 90.0)]
    assert one(case(leader, ahead, 100), "current") == (-months(10), EXACT)
    assert one(case(leader, [(40.0, 90.0)], 100), "current") == (-months(10), AT_MOST)
    # A tie: who was there first, and by how much.
    assert one(case(leader, [(30.0, 95.0)], 100), "current") == (months(35), EXACT)
    assert one(case(leader, [(30.0, 50.0)], 100), "current") == (-months(10), EXACT)


def test_one_best_model_shared_by_nested_groups_is_no_lag_and_no_bound() -> None:
    both = case([], [], 100, shared=[(10.0, 0.0)])
    assert one(both, "current") == (0.0, EXACT)
    weights_later = case([(10.0, 0.0)], [(10.0, 40.0)], 100)
    assert one(weights_later, "current") == (months(40), EXACT)


def test_single_models_of_each_group() -> None:
    sample = case([(10.0, 0.0)], [(5.0, 3.0)], 30)
    assert one(sample, "current") == (months(30), AT_LEAST)
    assert one(sample, "average") == (months(25), AT_LEAST)
    for name in ("at-release", "catch-up", "levels"):
        lags = ESTIMANDS[name](sample.race(), sample.window)
        assert lags.failed[0]
        assert np.isnan(lags.months[0])


def test_windows_are_half_open() -> None:
    leader, follower = [(0.0, 0.0), (10.0, 10.0)], [(0.0, 0.0), (5.0, 20.0), (6.0, 30.0)]
    # (20, 30] holds the record of day 30 alone.
    assert one(case(leader, follower, 30, 10), "at-release") == (months(20), EXACT)
    # (19.5, 30] holds both.
    assert one(case(leader, follower, 30, 10.5), "at-release") == (months(15), EXACT)


def test_of_same_day_records_only_the_highest_counts() -> None:
    leader = [(0.0, 0.0), (5.0, 10.0), (9.0, 20.0), (12.0, 25.0)]
    follower = [(0.0, 0.0), (4.0, 30.0), (8.0, 30.0), (6.0, 30.0)]
    assert one(case(leader, follower, 30, 10), "at-release") == (months(10), EXACT)


def test_catch_up_by_hand() -> None:
    # Records at 10, 20, 30, 40; reached after 5, 12, never, never (30 and 20 days of waiting).
    leader = [(0.0, 0.0), (1.0, 10.0), (2.0, 20.0), (3.0, 30.0), (4.0, 40.0)]
    follower = [(0.0, 0.0), (1.0, 15.0), (2.0, 32.0)]
    sample = replace(case(leader, follower, 60), window=months(56))
    found = catch_up_times(sample.race(), sample.window)
    # At 5: 3/4; at 12: 1/2 of the records last longer.
    assert found.median.months[0] == pytest.approx(months(12))
    assert found.median.censored[0] == EXACT
    assert (found.records[0], found.caught[0]) == (4, 2)
    expected = (5 + 7 * 0.75) / DAYS_PER_MONTH + (18 - months(12)) * 0.5
    assert found.restricted_mean[0] == pytest.approx(expected)


def test_catch_up_not_reached_is_at_least_the_longest_follow_up() -> None:
    leader = [(0.0, 0.0), (1.0, 10.0), (2.0, 20.0), (3.0, 30.0)]
    sample = replace(case(leader, [(0.0, 0.0), (1.0, 15.0)], 60), window=months(56))
    assert one(sample, "catch-up") == (months(40), AT_LEAST)


def test_catch_up_when_the_follower_was_always_ahead_is_at_most() -> None:
    leader = [(0.0, 0.0), (1.0, 10.0), (2.0, 20.0), (3.0, 30.0)]
    sample = replace(case(leader, [(5.0, 2.0)], 60), window=months(56))
    assert one(sample, "catch-up") == (-months(18), AT_MOST)


def test_an_early_lead_that_cannot_move_the_median_is_no_bound() -> None:
    # Reached before the follower's first model, after 5 days, and never.
    leader = [(0.0, 0.0), (1.0, 10.0), (5.0, 20.0), (9.0, 30.0)]
    sample = replace(case(leader, [(2.0, 2.0), (5.0, 25.0)], 60), window=months(56))
    assert one(sample, "catch-up") == (months(5), EXACT)
    # With two such the median itself is one of theirs.
    leader[2] = (1.5, 20.0)
    sample = replace(case(leader, [(2.0, 2.0), (5.0, 25.0)], 60), window=months(56))
    assert one(sample, "catch-up") == (-months(8), AT_MOST)


def test_a_level_reached_after_as_long_as_another_was_waited_for_counts_first() -> None:
    leader = [(0.0, 0.0), (1.0, 10.0), (2.0, 20.0)]
    sample = replace(case(leader, [(0.0, 0.0), (1.0, 50.0)], 60), window=months(56))
    found = catch_up_times(sample.race(), sample.window)
    assert found.median.months[0] == pytest.approx(months(40))
    assert found.restricted_mean[0] == pytest.approx(months(40) + (18 - months(40)) / 2)


@pytest.mark.parametrize("n", range(1, 31))
def test_half_the_records_reached_is_the_median(n: int) -> None:
    """Products of fractions are to be one half where it is one half."""
    leader = [(0.0, 0.0), *((k, 2.0 * k) for k in range(1, 2 * n + 1))]
    follower = [(0.0, 0.0), *((k, 2.0 * k + 1 + k / 64) for k in range(1, n + 1))]
    sample = replace(case(leader, follower, 4.0 * n + 40), window=months(4 * n + 39))
    assert one(sample, "catch-up") == (months(1 + n / 64), EXACT)


def test_catch_up_still_running_is_no_bound_from_above_by_an_early_lead() -> None:
    # One record the follower had passed with its first model; three it has yet to reach.
    leader = [(0.0, 0.0), (1.0, 10.0), (5.0, 20.0), (6.0, 30.0), (7.0, 40.0)]
    sample = replace(case(leader, [(2.0, 2.0)], 60), window=months(56))
    assert one(sample, "catch-up") == (months(40), AT_LEAST)


def test_an_early_lead_may_raise_the_median_where_others_still_run() -> None:
    leader = [(800.0, 0.0), (900.0, 10.0), (1100.0, 20.0), (1200.0, 30.0)]
    sample = replace(case(leader, [(1000.0, 0.0)], 40), window=months(39))
    for rule, code in (("reached", AT_LEAST), ("below", UNBOUNDED)):
        race = replace(sample.race(), match=MatchRule(rule))
        assert catch_up_times(race, sample.window).median.censored[0] == code


def test_levels_by_hand() -> None:
    leader = [(0.0, 0.0), (10.0, 10.0)]
    follower = [(0.0, 0.0), (4.0, 32.0), (8.0, 36.0)]
    # Levels (0, 4] after 22 days, (4, 8] after 26.
    assert one(case(leader, follower, 40), "levels") == (months(24), EXACT)
    # Half the levels the leader has not reached: at most 22/2 - 2/2... with t_L = T.
    ahead = case([(0.0, 0.0), (4.0, 10.0)], [(0.0, 0.0), (4.0, 32.0), (8.0, 36.0)], 40)
    assert one(ahead, "levels") == (months((22 - 4) / 2), AT_MOST)
    assert unreached_share(ahead.race(), ahead.window)[0] == pytest.approx(0.5)
    # Below the leader's first model the leader may have been earlier.
    late = case([(2.0, 5.0), (10.0, 10.0)], follower, 40)
    assert one(late, "levels") == (months((27 * 2 + 22 * 2 + 26 * 4) / 8), AT_LEAST)


# Properties


def leading_lags(sample: Case) -> tuple[Race, Lags, NDArray[np.bool_]]:
    race = sample.race()
    today = current_at(race, np.array([race.as_of]))
    lags = current(race)
    return race, lags, today.gap[:, 0] > 0


def possible(sample: Case) -> bool:
    try:
        sample.race()
    except EstimateError:
        return False
    return True


@search(300)
@given(cases(), st.floats(0.1, 30))
def test_leader_dates_k_months_earlier_add_k(sample: Case, k: float) -> None:
    if not possible(sample):
        return
    _, before, leads = leading_lags(sample)
    # The same models are out by T, as none is released between T and T + k.
    lead_from = np.where(sample.lead_from <= sample.as_of, sample.lead_from, NEVER)
    earlier = replace(sample, lead_from=lead_from - k * DAYS_PER_MONTH)
    _, after, _ = leading_lags(earlier)
    exact = leads & (before.censored == EXACT)
    assert after.months[exact] == pytest.approx(before.months[exact] + k, abs=1e-9)
    assert (after.censored == before.censored).all()


@search(300)
@given(cases(exact_dates=True), st.randoms(use_true_random=False))
def test_follower_dates_do_not_move_back(sample: Case, random: object) -> None:
    if not possible(sample):
        return
    _, before, leads = leading_lags(sample)
    out = sample.follow_from <= sample.as_of
    moved = np.array(
        [random.randint(-20, int(sample.as_of)) if o else NEVER for o in out]  # type: ignore[attr-defined]
    )
    _, after, _ = leading_lags(replace(sample, follow_from=moved.astype(float)))
    assert (after.months[leads] == before.months[leads]).all()
    assert (after.censored[leads] == before.censored[leads]).all()


@search(300)
@given(cases(), st.integers(-2000, 2000))
def test_a_constant_added_to_all_ratings_changes_nothing(sample: Case, constant: int) -> None:
    if not possible(sample):
        return
    raised = replace(sample, ratings=sample.ratings + constant)
    for engine in ESTIMANDS.values():
        try:
            before = engine(sample.race(), sample.window)
        except EstimateError:
            with pytest.raises(EstimateError):
                engine(raised.race(), sample.window)
            continue
        after = engine(raised.race(), sample.window)
        assert after.months == pytest.approx(before.months, abs=1e-9, nan_ok=True)
        assert (after.censored == before.censored).all()
        assert (after.failed == before.failed).all()


@search(300)
@given(cases())
def test_swapping_the_groups_flips_the_sign(sample: Case) -> None:
    if not possible(sample):
        return
    swapped = replace(sample, lead_from=sample.follow_from, follow_from=sample.lead_from)
    for name in ("current", "average"):
        try:
            here = ESTIMANDS[name](sample.race(), sample.window)
        except EstimateError:
            continue
        there = ESTIMANDS[name](swapped.race(), sample.window)
        assert there.months == pytest.approx(-here.months, abs=1e-9)
        mirrored = np.where(np.abs(here.censored) == 1, -here.censored, here.censored)
        assert (there.censored == mirrored).all()


@search(200)
@given(cases(exact_dates=True), st.randoms(use_true_random=False))
def test_the_order_of_models_and_draws_changes_nothing(sample: Case, random: object) -> None:
    if not possible(sample):
        return
    order = list(range(sample.ratings.shape[1]))
    random.shuffle(order)  # type: ignore[attr-defined]
    shuffled = Case(
        sample.ratings[::-1][:, order],
        sample.lead_from[order],
        sample.follow_from[order],
        sample.as_of,
        sample.window,
    )
    for engine in ESTIMANDS.values():
        try:
            before = engine(sample.race(), sample.window)
        except EstimateError:
            continue
        after = engine(shuffled.race(), sample.window)
        assert after.months[::-1] == pytest.approx(before.months, abs=1e-9, nan_ok=True)
        assert (after.censored[::-1] == before.censored).all()


# Refusals


@pytest.mark.parametrize(
    ("sample", "message"),
    [
        (case([], [(1.0, 0.0)], 10), "leader group has no rated model"),
        (case([(1.0, 0.0)], [], 10), "follower group has no rated model"),
        (case([(1.0, 11.0)], [(1.0, 0.0)], 10), "leader group has no model by 1970-01-11"),
        (case([(1.0, 0.0)], [(1.0, 10.5)], 10), "follower group has no model by 1970-01-11"),
    ],
)
def test_a_group_without_models_is_refused(sample: Case, message: str) -> None:
    with pytest.raises(EstimateError, match=message):
        sample.race()


def test_a_group_absent_from_some_draws_is_refused() -> None:
    dates = np.array([[0.0, 5.0], [0.0, 12.0]])
    lead, follow = dates.copy(), dates.copy()
    lead[:, 1] = follow[:, 0] = NEVER
    with pytest.raises(EstimateError, match="follower group has no model by 1970-01-11 in some"):
        Race.of(np.ones((2, 2)), lead, follow, 10.0)


@pytest.mark.parametrize("name", [e for e in ESTIMANDS if e != "current"])
@pytest.mark.parametrize("window", [0.0, -1.0, -np.inf, np.nan])
def test_a_window_that_ends_before_it_starts_is_refused(name: str, window: float) -> None:
    race = case([(1.0, 0.0)], [(1.0, 0.0)], 10).race()
    with pytest.raises(EstimateError, match="ends before it starts"):
        ESTIMANDS[name](race, window)


@pytest.mark.parametrize("name", [e for e in ESTIMANDS if e != "current"])
@pytest.mark.parametrize("window", [1e3, 1e9, np.inf])
def test_a_window_longer_than_the_calendar_is_refused(name: str, window: float) -> None:
    race = case([(1.0, 0.0)], [(1.0, 0.0)], 10).race()
    with pytest.raises(EstimateError, match="begins before the leader group"):
        ESTIMANDS[name](race, window)


@pytest.mark.parametrize("name", [e for e in ESTIMANDS if e != "current"])
@pytest.mark.parametrize("late", ["leader", "follower"])
def test_a_window_that_starts_before_a_group_exists_is_refused(name: str, late: str) -> None:
    groups = {"leader": [(1.0, 0.0)], "follower": [(1.0, 0.0)]}
    groups[late] = [(1.0, 30.0), (2.0, 40.0)]
    sample = case(groups["leader"], groups["follower"], 50, 30)
    with pytest.raises(
        EstimateError, match=rf"begins before the {late} group.* of 1970-01-31.* at most 0.6 months"
    ):
        ESTIMANDS[name](sample.race(), sample.window)
    # A window that starts on the very day does.
    if name == "average":
        assert np.isfinite(ESTIMANDS[name](sample.race(), months(20)).months).all()


@pytest.mark.parametrize("date", [4.0, 11.0])
def test_current_at_a_date_the_race_does_not_cover_is_refused(date: float) -> None:
    race = case([(1.0, 5.0)], [(1.0, 5.0)], 10).race()
    with pytest.raises(EstimateError, match="1970-01-06 to 1970-01-11"):
        current_at(race, np.array([date]))


def test_every_estimand_has_a_window() -> None:
    assert set(WINDOWS) == set(ESTIMANDS) == set(REFERENCE)
