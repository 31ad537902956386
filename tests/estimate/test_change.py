"""The path of the lag and its change, against plain day-by-day twins."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from search import search

import elolag
from elolag.dates import DAYS_PER_MONTH, to_day, to_iso
from elolag.errors import EstimateError, UsageError
from elolag.estimate.change import Change, estimate_change
from elolag.estimate.over_time import _pointwise, _ranked, _simultaneous, averaged, lag_path
from elolag.model.draws import lag_of
from elolag.model.estimands import Race


@pytest.fixture(scope="module")
def path():
    return lag_path("2025-06-01", n_draws=400)


def test_path_equals_the_estimate_of_each_day(path) -> None:
    for day in path.days[[0, 17, 100, 203, 311, -1]]:
        single = elolag.estimate_lag(as_of=to_iso(day), n_draws=400, estimand="current")
        at = int(day - path.days[0])
        assert path.months[at] == pytest.approx(single.months)
        assert path.low[at] == pytest.approx(single.low)
        assert path.high[at] == pytest.approx(single.high)


def test_the_path_of_the_average_equals_the_estimate_of_each_day() -> None:
    found = lag_path("2025-06-01", n_draws=400, estimand="average")
    for day in found.days[[0, 17, 100, 203, 311, -1]]:
        single = elolag.estimate_lag(as_of=to_iso(day), n_draws=400)
        at = int(day - found.days[0])
        assert found.months[at] == pytest.approx(single.months, rel=1e-12)
        assert found.low[at] == pytest.approx(single.low, rel=1e-12)
        assert found.high[at] == pytest.approx(single.high, rel=1e-12)
    assert "on average over 12 months" in found.sentence()
    with pytest.raises(UsageError, match="no path of 'levels'"):
        lag_path("2026-08-01", n_draws=40, estimand="levels")


@search(60)
@given(seed=st.integers(0, 10**6), window=st.floats(0.3, 14.0))
def test_the_average_of_every_day_is_the_estimand_of_that_day(seed: int, window: float) -> None:
    """Ties, leads on both sides, bounds, and dates that differ between draws."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 12))
    ratings = rng.integers(0, 5, (3, n)).astype(float)
    begin, last = 20_000.0, 20_600.0
    dates = rng.integers(begin - 300, last, (2, 3, n)).astype(float)
    dates[:, :, :2] = begin - 500
    own = rng.random(n) < 0.5
    own[:2] = True, False
    lead, follow = np.where(own, dates[0], np.inf), np.where(own, np.inf, dates[1])
    days = np.arange(last - 60, last + 1)
    months, codes = averaged(Race.of(ratings, lead, follow, last), days, window * DAYS_PER_MONTH)
    for k in rng.integers(0, len(days), 6):
        race = Race.of(ratings, lead, follow, float(days[k]))
        plain = lag_of(race, "average", window)
        assert months[:, k] == pytest.approx(plain.months, abs=1e-9)
        assert codes[:, k].tolist() == plain.censored.tolist()


def test_path_drifts_a_day_a_day_between_jumps(path) -> None:
    steps = np.diff(path.months)
    assert np.isclose(np.abs(steps), 1 / 30.436875).mean() > 0.9
    assert len(path.days) == to_day("2026-08-19") - to_day("2025-06-01") + 1
    frame = path.to_frame()
    assert frame["date"].iloc[0] == "2025-06-01"
    assert frame["date"].iloc[-1] == "2026-08-19"


def test_the_band_holds_the_pointwise_interval(path) -> None:
    assert (path.band_low <= path.low).all()
    assert (path.band_high >= path.high).all()


@pytest.mark.parametrize("bounded", [0.0, 0.02, 0.5])
def test_draws_are_sorted_at_each_day_whether_bounds_or_not(bounded: float) -> None:
    rng = np.random.default_rng(3)
    lows = rng.normal(size=(200, 30))
    highs = np.where(rng.random(lows.shape) < bounded, np.inf, lows)
    low, high = _ranked(lows, highs)
    assert (low == np.sort(lows, axis=0)).all()
    assert (high == np.sort(highs, axis=0)).all()


def test_simultaneous_band_holds_whole_paths_at_its_level() -> None:
    rng = np.random.default_rng(0)
    draws = np.cumsum(rng.normal(size=(2000, 40)), axis=1)
    ranked = np.sort(draws, axis=0)
    low, high = _simultaneous(draws, draws, ranked, ranked, 0.9)
    whole = ((draws >= low) & (draws <= high)).all(axis=1).mean()
    assert 0.9 <= whole < 0.91
    narrow_low, narrow_high = _pointwise(ranked, ranked, 0.9)
    assert ((narrow_high - narrow_low) < (high - low)).all()
    assert ((draws >= narrow_low) & (draws <= narrow_high)).mean() == pytest.approx(0.9, abs=0.01)


def test_change_is_the_difference_of_two_estimates() -> None:
    found = estimate_change("2025-08-19", n_draws=400)
    now = elolag.estimate_lag(estimand="average", n_draws=400)
    then = elolag.estimate_lag(estimand="average", as_of="2025-08-19", n_draws=400)
    assert found.after == now.months
    assert found.before == then.months
    assert found.months == now.months - then.months
    assert found.low < found.months < found.high
    assert 0 < found.probability < 1
    assert "cannot tell" in found.sentence()
    assert found.to_dict()["snapshots"][0]["path"] == now.snapshots[0][0]


def test_bad_ranges_are_refused() -> None:
    with pytest.raises(UsageError, match="before it starts"):
        lag_path("2026-08-01", "2026-07-01", n_draws=40)
    with pytest.raises(EstimateError, match="no model by"):
        lag_path("2019-01-01", n_draws=40)
    with pytest.raises(UsageError, match="not before"):
        estimate_change("2026-08-19", n_draws=40)
    with pytest.raises(UsageError, match="not an ISO date: ''"):  # as a script's unset variable
        estimate_change("", n_draws=40)


def test_a_change_is_of_twelve_calendar_months_unless_said() -> None:
    assert estimate_change(n_draws=40, vintage="2026-08-19").since == "2025-08-19"


@pytest.mark.parametrize("estimand", ["current", "levels", "trend"])
def test_both_figures_are_those_of_their_days(estimand: str) -> None:
    asked: elolag.Question = {"vintage": "2026-08-19", "n_draws": 100}
    found = estimate_change("2025-08-19", estimand=estimand, **asked)
    for figure, day in ((found.before, "2025-08-19"), (found.after, "2026-08-19")):
        assert figure == elolag.estimate_lag(estimand=estimand, as_of=day, **asked).months
    assert found.months == found.after - found.before


def test_a_change_is_of_estimands_in_months() -> None:
    for estimand, said in (("gap", "told in months"), ("averge", "average")):
        with pytest.raises(UsageError, match=said):
            estimate_change("2025-08-19", estimand=estimand, n_draws=40)


def test_where_the_follower_leads_it_is_the_lead_that_grows() -> None:
    found = Change(
        "average", "2025-08-19", "2026-08-19", -1.1, -7.9, -6.8, -12.9, -0.8, 0.99, 0.95,
        board="arena/text", category="overall", vintage="2026-08-19", leader_group="US",
        follower_group="CN", n_draws=1000, seed=0, snapshots=(),
    )  # fmt: skip
    text = found.sentence()
    assert "the lead of China over the US" in text
    assert "grew by 6.8 months, from 1.1 to 7.9 (" in text
    assert "0.8 months longer to 12.9 months longer; probability that it shrank: 1%" in text
    turned = replace(found, before=2.0, after=-4.8).sentence()
    assert "the lag of China behind the US" in turned
    assert "shrank by 6.8 months, from 2.0 months behind to 4.8 months ahead" in turned


def test_few_models_give_no_interval_of_a_change() -> None:
    found = Change(
        "average", "2025-08-19", "2026-08-19", 9.0, 7.0, -2.0, -4.0, 0.5, 0.93, 0.95,
        board="arena/text", category="overall", vintage="2026-08-19", leader_group="US",
        follower_group="GB", n_draws=1000, seed=0, snapshots=(),
    )  # fmt: skip
    assert "average over 12 months" in found.sentence()
    assert "probability that it shrank: 93%" in found.sentence()
    few = replace(found, too_few=(("GB", 1),))
    assert few.sentence().endswith(
        "(no sampling interval: on 2025-08-19 only 1 rated model of the UK, and at least 3 are "
        "needed)."
    )
    assert "probability" not in few.sentence()


def test_few_models_on_either_day_give_no_interval_of_a_change() -> None:
    """A lag of the earlier day has none of its own then, and so its change has none."""
    asked: elolag.Question = {"follower": "lab:moonshot", "vintage": "2026-08-19", "n_draws": 100}
    found = elolag.estimate_change("2025-08-15", estimand="current", **asked)
    then = elolag.estimate_lag(as_of="2025-08-15", estimand="current", **asked)
    assert found.too_few == then.too_few() == (("lab:moonshot", 1),)
    assert found.to_dict()["low"] is None
    later = elolag.estimate_change("2026-03-15", estimand="current", **asked)
    assert later.too_few == ()


def test_a_normal_law_makes_no_direction_certain() -> None:
    found = Change(
        "current", "2025-08-19", "2026-08-19", 6.6, 17.7, 11.1, 3.5, 18.2, 0.0019, 0.999,
        board="arena/text", category="overall", vintage="2026-08-19", leader_group="US",
        follower_group="FR", n_draws=1000, seed=0, snapshots=(),
    )  # fmt: skip
    assert "probability that it shrank: under 1%" in found.sentence()
    assert "(99.9% sampling interval of the change: " in found.sentence()
    for turned in (
        replace(found, probability=0.0),
        replace(found, before=-6.6, after=-17.7, months=-11.1, probability=1.0),
    ):
        assert "probability that it shrank: under 1%" in turned.sentence()


def test_a_path_ends_on_the_day_that_is_asked_for() -> None:
    asked: elolag.Question = {"vintage": "2026-08-19", "as_of": "2026-03-01", "n_draws": 40}
    assert lag_path("2026-02-01", **asked).as_of == "2026-03-01"
    assert lag_path("2026-02-01", "2026-02-20", **asked).as_of == "2026-02-20"


@pytest.mark.parametrize("window", [0.0, -3.0])
def test_no_window_is_no_window_of_the_usual_length(window: float) -> None:
    asked: elolag.Question = {"vintage": "2026-08-19", "window": window, "n_draws": 40}
    with pytest.raises(EstimateError, match="ends before it starts"):
        lag_path("2026-08-01", estimand="average", **asked)
    asked.pop("vintage")
    with pytest.raises(EstimateError, match="ends before it starts"):
        elolag.estimate_news("2026-06-25", "2026-08-19", **asked)
