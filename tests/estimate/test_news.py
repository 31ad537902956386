"""What moved the number: Shapley shares against their definition, and what they must add up to."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from search import search

import elolag
from elolag.errors import UsageError
from elolag.estimate.news import CAUSES, Cause, News, _Figure, _shapley, _State, _walk
from elolag.model import draws
from elolag.model.estimands import Race
from elolag.model.frontier import REACHED, MatchRule

AS_OF = 20_000.0
_ASKED: Any = {"n_draws": 100}


@pytest.fixture(scope="module")
def found() -> News:
    return elolag.estimate_news("2026-06-25", "2026-08-19", **_ASKED)


def _made(rng: np.random.Generator, leaders: int, followers: int, as_of: float) -> _State:
    """One draw: a model of each side in both states from early on, the others at random."""
    n = leaders + followers
    ratings = np.round(rng.normal(1400, 30, (1, n)))
    days = as_of - rng.integers(1, 700, n).astype(float)
    lead, follow = np.full((1, n), np.inf), np.full((1, n), np.inf)
    days[0] = days[leaders] = 19_000.0
    lead[0, :leaders], follow[0, leaders:] = days[:leaders], days[leaders:]
    return _State(ratings, lead, follow, as_of)


def _figure(state: _State, estimand: str) -> float:
    race = Race.of(state.ratings, state.lead_from, state.follow_from, state.as_of, REACHED)
    return float(draws.lag_of(race, estimand, None).months[0])


def _mixed(old: _State, new: _State, tag: np.ndarray, chosen: set[int]) -> _State:
    """The earlier state at the later date with the chosen players switched: ratings, then tags."""
    width = old.ratings.shape[1]
    out = old.rows(np.array([0]))
    for k in range(width):
        if k in chosen:
            out.ratings[0, k] = new.ratings[0, k]
        if (width + k if tag[0, k] else k) in chosen:
            out.lead_from[0, k], out.follow_from[0, k] = (
                new.lead_from[0, k], new.follow_from[0, k],
            )  # fmt: skip
    return replace(out, as_of=new.as_of)


class _EveryOrder:
    """In place of a generator: row k of the orders is the k-th permutation."""

    def permuted(self, x: np.ndarray, axis: int) -> np.ndarray:
        assert axis == 1
        return np.array(list(itertools.permutations(range(x.shape[1])))[: len(x)])


@pytest.mark.parametrize("estimand", ["current", "average"])
@pytest.mark.parametrize("seed", range(6))
def test_shares_are_the_mean_over_all_orders(seed: int, estimand: str) -> None:
    rng = np.random.default_rng(seed)
    old, new = _made(rng, 1, 1, AS_OF - 60), _made(rng, 1, 1, AS_OF)
    if seed % 2:  # a model that came between, first on the date
        new = replace(new, ratings=new.ratings + rng.normal(0, 30, new.ratings.shape))
    tag = np.array([[bool(seed % 3 == 0), False]])
    players = [0, 1, *(2 + np.flatnonzero(tag[0]))]
    slow = dict.fromkeys(players, 0.0)
    orders = list(itertools.permutations(players))
    for order in orders:
        chosen: set[int] = set()
        value = _figure(_mixed(old, new, tag, chosen), estimand)
        for player in order:
            chosen.add(player)
            after = _figure(_mixed(old, new, tag, chosen), estimand)
            slow[player] += (after - value) / len(orders)
            value = after
    many = np.zeros(24, np.intp)  # every permutation of two ratings and two tags
    every = np.ones((24, 2), bool)
    ratings, tags, time = _walk(
        old.rows(many), new.rows(many), every, np.repeat(tag, 24, axis=0),
        _Figure(estimand, None, REACHED), _EveryOrder(),  # type: ignore[arg-type]
    )  # fmt: skip
    fast = {0: ratings[:, 0], 1: ratings[:, 1], 2: tags[:, 0], 3: tags[:, 1]}
    aged = _figure(replace(old, as_of=new.as_of), estimand)
    assert time == pytest.approx(aged - _figure(old, estimand), abs=1e-12)
    for player in players:
        assert fast[player].mean() == pytest.approx(slow[player], abs=1e-10)


@search(30)
@given(st.integers(0, 10_000), st.sampled_from(["current", "average"]),
       st.sampled_from(["reached", "below", "between"]))  # fmt: skip
def test_shares_add_up_and_turn_round(seed: int, estimand: str, rule: str) -> None:
    rng = np.random.default_rng(seed)
    leaders, followers = (int(k) for k in rng.integers(1, 5, 2))
    states = [_made(rng, leaders, followers, AS_OF - back) for back in (60.0, 0.0)]
    rows = np.zeros(7, np.intp)
    old, new = (state.rows(rows) for state in states)
    retagged = rng.random(leaders + followers) < 0.3
    match = MatchRule(rule)
    figure = _Figure(estimand, None, match)
    forth = _shapley(old, new, retagged, figure, seed)
    back = _shapley(new, old, retagged, figure, seed)

    def worth(state: _State) -> float:
        race = Race.of(state.ratings, state.lead_from, state.follow_from, state.as_of, match)
        return float(draws.lag_of(race, estimand, None).months.mean())

    total = forth[0].sum() + forth[1].sum() + forth[2]
    assert total == pytest.approx(worth(new) - worth(old), abs=1e-9)
    assert back[0].sum() + back[1].sum() + back[2] == pytest.approx(-total, abs=1e-9)
    on_one_day = replace(old, as_of=new.as_of)
    forth = _shapley(on_one_day, new, retagged, figure, seed)
    back = _shapley(new, on_one_day, retagged, figure, seed)
    for one, other in zip(forth, back, strict=True):
        assert one == pytest.approx(-np.asarray(other), abs=1e-9)
    assert not forth[1][~retagged].any()


def test_a_model_far_below_moves_nothing() -> None:
    rng = np.random.default_rng(1)
    old, new = _made(rng, 2, 2, AS_OF - 60), _made(rng, 2, 2, AS_OF)
    for state, rating in ((old, 900.0), (new, 1000.0)):
        state.ratings[0, 1] = rating
    ratings, _, _ = _shapley(old, new, np.zeros(4, bool), _Figure("average", None, REACHED), 0)
    assert ratings[1] == 0.0


def test_the_shares_of_the_archive_add_up_to_both_changes(found: News) -> None:
    assert set(found.figures) == {"average", "current"}
    assert "bounds" not in {cause.kind for cause in found.causes}  # nothing takes up a remainder
    for estimand, (before, after) in found.figures.items():
        moved = sum(getattr(cause, estimand) or 0.0 for cause in found.causes)
        assert moved == pytest.approx(after - before, abs=1e-9)
        kinds = sum(found.of(kind, estimand) for kind in CAUSES)
        assert kinds == pytest.approx(after - before, abs=1e-9)


def test_the_figures_are_those_that_lag_gives(found: News) -> None:
    for vintage, place in (("2026-06-25", 0), ("2026-08-19", 1)):
        for estimand in ("average", "current"):
            lag = elolag.estimate_lag(estimand=estimand, vintage=vintage, **_ASKED)
            assert found.figures[estimand][place] == lag.months


def test_asked_the_other_way_round_it_is_the_same_with_the_other_sign(found: News) -> None:
    back = elolag.estimate_news("2026-08-19", "2026-06-25", **_ASKED)
    forth = {(c.kind, c.model): c for c in found.causes}
    assert {(c.kind, c.model) for c in back.causes} == set(forth)
    for cause in back.causes:
        other = forth[cause.kind, cause.model]
        for estimand in ("average", "current"):
            one, two = getattr(cause, estimand), getattr(other, estimand)
            assert (one is None) == (two is None)
            assert (one or 0.0) == -(two or 0.0)


def test_a_new_model_is_news_and_is_named(found: News) -> None:
    kimi = next(c for c in found.causes if c.model == "kimi-k3")
    assert kimi.kind == "new"
    assert kimi.current is not None
    assert kimi.current < -0.5
    assert "kimi-k3" in found.sentence()
    assert found.sentence().startswith("From the list of 25 June 2026 to that of 19 August 2026")
    assert found.to_dict()["figures"]["current"]["change"] == found.change("current")


def test_a_figure_that_is_not_told_has_its_reason() -> None:
    lists = "2026-05-29", "2026-08-17"
    told = elolag.estimate_news(*lists, board="arena/text_to_video", n_draws=100)
    assert set(told.figures) == {"current"}
    assert told.notes[0].startswith(
        "nothing is told of the average: with the list of 2026-05-29 there is none (a window of 12"
    )
    assert told.notes[0] in " ".join(told.footnotes())


def test_directions_are_words_and_no_signs(found: News) -> None:
    for figures, words in (
        ((7.2, 6.4), "went from 7.2 to 6.4 months behind"),
        ((1.1, -0.2), "went from 1.1 months behind to 0.2 months ahead"),
        ((-2.0, -3.0), "went from 2.0 to 3.0 months ahead"),
        ((6.44, 6.42), "stayed at 6.4 months behind"),
    ):
        said = replace(found, figures={"current": figures})
        assert said.moved("current") == words
        assert words in said.sentence()


def test_nothing_is_above_all_where_the_models_offset_each_other(found: News) -> None:
    for other, words in (
        (0.08, "0.0 by new votes (among others one \u22120.1, two +0.1)"),
        (-0.3, "0.4 by new votes (above all two \u22120.3, one \u22120.1)"),
    ):
        causes = (Cause("votes", "one", -0.1, None), Cause("votes", "two", other, None))
        said = replace(found, figures={"average": (7.0, 7.0 + other - 0.1)}, causes=causes)
        assert words in said.sentence()


def test_what_was_thought_of_a_model_then_is_a_cause_of_its_own(tmp_path) -> None:
    tags = tmp_path / "then.csv"
    tags.write_text("entry,model,lab,release_date\nkimi-k3-max,kimi-k3,openai,2026-07-16\n")
    found = elolag.estimate_news("2026-08-07", "2026-08-19", tags_before=tags, **_ASKED)
    kimi = [c for c in found.causes if c.model == "kimi-k3"]
    assert "tags" in {c.kind for c in kimi}
    for estimand, (before, after) in found.figures.items():
        moved = sum(getattr(cause, estimand) or 0.0 for cause in found.causes)
        assert moved == pytest.approx(after - before, abs=1e-9)


def test_what_cannot_be_split_is_refused() -> None:
    with pytest.raises(UsageError, match="no news between"):
        elolag.estimate_news("2026-08-19", "2026-08-19")
    with pytest.raises(UsageError, match="as_of has no place here: each figure"):
        elolag.estimate_news("2026-06-25", "2026-08-19", as_of="2026-08-01")
    with pytest.raises(UsageError, match="belong to one vintage"):
        elolag.estimate_news("2026-06-25", "2026-08-19", match_rule="not-worse")
    with pytest.raises(UsageError, match="2020-01-01"):
        elolag.estimate_news("2020-01-01", "2026-08-19")
