"""Smooth curves against slow twins, and what must hold of any of them."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linprog, lsq_linear

import elolag
from elolag.dates import DAYS_PER_MONTH
from elolag.errors import EstimateError, UsageError
from elolag.estimate.comparison import _unrated
from elolag.estimate.lag import ESTIMANDS
from elolag.estimate.session import prepare
from elolag.model import curves
from elolag.model.frontier import Steps

NOW = 20_000.0
SPAN = curves._SPAN_MONTHS * DAYS_PER_MONTH


def world(seed: int, draws: int = 4, models: int = 60) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    dates = np.floor(rng.uniform(NOW - SPAN - 300, NOW + 100, models))
    ratings = 1400 + 0.3 * (dates - NOW) + rng.normal(0, 35, (draws, models))
    return ratings, dates


@pytest.mark.parametrize("seed", range(5))
def test_linear_is_least_squares_through_the_records(seed: int) -> None:
    ratings, dates = world(seed)
    curve = curves.fit("linear", ratings, dates, NOW)
    for draw, row in enumerate(ratings):
        best, x, y = -np.inf, [], []
        for day in np.unique(dates[dates <= NOW]):
            top = row[dates == day].max()
            if top > best:
                best = top
                if day > NOW - SPAN:
                    x.append(day)
                    y.append(top)
        slope, intercept = np.polyfit(np.array(x) - NOW, y, 1)
        at = np.array([NOW - 500, NOW])
        assert curve.at(at)[draw] == pytest.approx(intercept + slope * (at - NOW), abs=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_quantile_line_comes_close_to_the_exact_linear_programme(seed: int) -> None:
    ratings, dates = world(seed, draws=2)
    curve = curves.fit("quantile", ratings, dates, NOW)
    steps = Steps(ratings, dates, NOW)
    for draw, row in enumerate(ratings):
        inside = (dates > NOW - SPAN) & (dates <= NOW)
        near = inside & (row >= steps.at(np.where(inside, dates, NOW))[draw] - curves._NEAR)
        x, y = (dates[near] - NOW) / 365.2425, row[near]
        loss = check_loss(y - curve.at(dates[near])[draw])
        # min tau 1'u + (1 - tau) 1'v  subject to  a + b x + u - v = y
        n, tau = len(y), curves._QUANTILE
        cost = np.concatenate([[0, 0], np.full(n, tau), np.full(n, 1 - tau)])
        system = np.column_stack([np.ones(n), x, np.eye(n), -np.eye(n)])
        bounds = [(None, None)] * 2 + [(0, None)] * 2 * n
        exact = linprog(cost, A_eq=system, b_eq=y, bounds=bounds).fun
        assert exact <= loss + 1e-9
        assert loss <= 1.05 * exact


def check_loss(residual: np.ndarray) -> float:
    tau = curves._QUANTILE
    return float(np.where(residual >= 0, tau * residual, (tau - 1) * residual).sum())


@pytest.mark.parametrize("seed", range(5))
def test_spline_is_the_monotone_least_squares_fit(seed: int) -> None:
    ratings, dates = world(seed, draws=2)
    curve = curves.fit("spline", ratings, dates, NOW)
    assert (np.diff(curve.values, axis=1) >= -1e-9).all()
    steps = Steps(ratings, dates, NOW)
    for draw in range(2):
        mine = np.isfinite(steps.dates[draw]) & (steps.dates[draw] > NOW - SPAN)
        x, y = steps.dates[draw, mine], steps.running[draw, mine]
        length = curve.knots[1] - curve.knots[0]
        inside = np.clip((x[:, None] - curve.knots[:-1]) / length, 0, 1)
        system = np.column_stack([np.ones(len(x)), inside])
        slow = lsq_linear(system, y, bounds=([-np.inf] + [0] * 4, np.inf), tol=1e-12)
        loss = ((y - curve.at(x)[draw]) ** 2).sum()
        assert loss == pytest.approx(2 * slow.cost, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("kind", ["quantile", "linear", "spline"])
def test_inverse_undoes_at_and_shifts_shift(kind: str) -> None:
    ratings, dates = world(11)
    curve = curves.fit(kind, ratings, dates, NOW)
    level = curve.at(np.array([NOW - 200]))[:, 0]
    rising = curve.at(np.array([NOW - 201]))[:, 0] < level
    assert rising.any()
    assert curve.inverse(level)[rising] == pytest.approx(NOW - 200, abs=1e-6)
    raised = curves.fit(kind, ratings + 50, dates, NOW)
    assert raised.at(np.array([NOW])) == pytest.approx(curve.at(np.array([NOW])) + 50, abs=0.2)


@pytest.mark.parametrize("kind", ["quantile", "linear", "spline", "local-linear"])
def test_trend_finds_a_known_shift_and_swaps_with_the_groups(kind: str) -> None:
    rng = np.random.default_rng(2)
    dates = np.floor(np.linspace(NOW - SPAN - 400, NOW, 150))
    ratings = 1500 + 0.3 * (dates - NOW) + rng.normal(0, 1, (2, 150))
    lag = 6.0
    late = dates + np.floor(lag * DAYS_PER_MONTH)
    leader = curves.fit(kind, ratings, dates, NOW)
    follower = curves.fit(kind, ratings, late, NOW)
    months, failed = curves.trend(leader, follower, NOW)
    assert not failed.any()
    assert months == pytest.approx(lag, abs=0.6)
    back, _ = curves.trend(follower, leader, NOW)
    assert back == pytest.approx(-months)


def test_a_flat_curve_never_reaches_a_higher_level() -> None:
    flat = curves.Curves("linear", np.array([0.0, 10.0]), np.full((1, 2), 5.0))
    assert np.isinf(flat.inverse(np.array([6.0]))).all()
    higher = curves.Curves("linear", np.array([0.0, 10.0]), np.full((1, 2), 6.0))
    _, failed = curves.trend(higher, flat, 10.0)
    assert failed.all()


@pytest.mark.parametrize("kind", ["quantile", "linear", "spline"])
def test_too_few_models_are_refused(kind: str) -> None:
    with pytest.raises(EstimateError, match="needs"):
        curves.fit(kind, np.array([[1400.0, 1410.0]]), np.array([NOW - 20, NOW - 10]), NOW)


class TestFrontierCurve:
    @pytest.mark.parametrize("kind", ["step", "linear", "spline"])
    def test_point_lies_in_its_band_and_inverse_undoes_at(self, kind: str) -> None:
        curve = elolag.frontier_curve("CN", kind, n_draws=200)
        frame = curve.to_frame("2025-01-01")
        assert frame["date"].iloc[-1] == "2026-08-19"
        assert ((frame["low"] <= frame["rating"]) & (frame["rating"] <= frame["high"])).mean() > 0.9
        height = curve.at("2026-01-15")
        reached = curve.inverse(height)
        assert reached.bound is None
        assert reached.date <= "2026-01-15"
        assert curve.at(reached.date) == pytest.approx(height, abs=0.5)

    @pytest.mark.parametrize("kind", ["step", "linear", "spline"])
    def test_what_lies_outside_a_curve_is_a_bound(self, kind: str) -> None:
        curve = elolag.frontier_curve("CN", kind, n_draws=200)
        assert str(curve.inverse(9999.0)) == "not by 2026-08-19"
        early = curve.inverse(10.0)
        assert early.bound == "at-latest"
        assert str(early) == f"by {early.date} at the latest"
        with pytest.raises(UsageError, match="finite"):
            curve.inverse(float("nan"))
        with pytest.raises(UsageError, match="later than 2026-08-19"):
            curve.at("2026-08-20")

    def test_step_curve_is_the_records(self) -> None:
        curve = elolag.frontier_curve("US", n_draws=200)
        result = elolag.estimate_lag(n_draws=200)
        for record in result.records("US")[-5:]:
            assert curve.at(record.counts_from) == record.rating
            assert curve.inverse(record.rating).date == record.counts_from

    def test_bad_requests(self) -> None:
        with pytest.raises(UsageError, match="neither"):
            elolag.frontier_curve("FR")
        with pytest.raises(UsageError, match="unknown frontier"):
            elolag.frontier_curve("US", "cubic")


def test_all_estimands_list_refusals() -> None:
    found = elolag.estimate_all(follower="KR", n_draws=200)
    names = {r.estimand for r in found.results}
    assert "current" in names
    assert set(found.refused) == set(ESTIMANDS) - names


def test_records_that_only_the_raw_board_ever_rated_are_listed(tmp_path: Path) -> None:
    # Style control rated gemini-1.5-pro-exp-0801 in its two earliest lists alone.
    assert _unrated(prepare(n_draws=200), {}) == ()
    shipped = elolag.open_archive().path
    later = ("2025-0[3-9]-*", "2025-1*", "2026-*")
    early = ("2025-01-28", "2025-02-05")
    for name, left_out in (("arena/text", later), ("arena/text_style_control", (*later, *early))):
        ignored = shutil.ignore_patterns(*left_out)
        shutil.copytree(shipped / name, tmp_path / name, ignore=ignored)
    found = elolag.estimate_all(archive=tmp_path, n_draws=200)
    assert "gemini-1.5-pro-exp-0801" in found.unrated
    assert found.to_dict()["unrated"] == list(found.unrated)


def test_what_another_board_rated_only_later_is_no_record_of_the_day() -> None:
    """Raw text lists gemini-3-pro, released that day, from the list after it on, and so does this.

    Of the newest list of the other board it read as never rated here.
    """
    asked: elolag.Question = {"vintage": "2025-11-18", "n_draws": 40}
    assert _unrated(prepare(**asked), asked) == ()
