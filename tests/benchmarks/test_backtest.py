"""The backtest on frontiers drawn with a ruler, where every error is known."""

from __future__ import annotations

import numpy as np
import pytest
from backtest import Error, backtest, backtest_real_time, summary
from exact import WALLPAPER, past, vintage

from elolag.dates import DAYS_PER_MONTH, to_day, to_iso
from elolag.estimate.known import Past

END = to_day("2026-08-19")
LAG = 6.0
RISE = 10.0  # Elo a month


def ruler(months: int = 40) -> tuple[dict[str, str], dict[str, float]]:
    """A record a month for each side, on two straight lines `LAG` months apart."""
    days, ratings = {}, {}
    for k in range(months):
        date = to_iso(END - (months - 1 - k) * DAYS_PER_MONTH)
        days |= {f"L{k:02d}": date, f"F{k:02d}": date}
        ratings |= {f"L{k:02d}": 1000 + RISE * k, f"F{k:02d}": 1000 + RISE * (k - LAG)}
    return days, ratings


@pytest.fixture(scope="module")
def straight() -> Past:
    days, ratings = ruler()
    early = {n: r + 30 for n, r in ratings.items() if days[n] <= "2025-10-25"}
    early |= {n: r + 30 for n, r in WALLPAPER.items()}
    return past(days, vintage("2025-10-25", early), vintage("2026-08-19", ratings))


def only(errors: list[Error], quantity: str, against: str) -> dict[str, float]:
    return {e.frontier: e.error for e in errors if (e.quantity, e.against) == (quantity, against)}


def test_straight_frontiers_are_foreseen_by_every_curve_but_the_step(straight: Past) -> None:
    errors = backtest(straight, ["2025-10-25"], ("step", "quantile", "linear", "spline"))
    for side in ("leader", "follower"):
        wrong = only(errors, "level", f"{side} +3")
        assert wrong["step"] == pytest.approx(-3 * RISE)
        # A record stands for up to a month, so a line may be off by a step.
        assert all(abs(wrong[k]) <= RISE for k in ("quantile", "linear", "spline"))
    gaps = only(errors, "gap", "+6")
    assert gaps == pytest.approx(dict.fromkeys(gaps, 0.0), abs=0.5)


def test_the_lag_between_parallel_lines_is_their_distance(straight: Past) -> None:
    errors = backtest(straight, ["2025-10-25"], ("linear", "spline"))
    for against in ("centred", "average", "levels"):
        wrong = only(errors, "lag", against)
        # `current` reads half a month more on average: a level is held until the next record.
        assert all(-0.8 < error < 0.3 for error in wrong.values()), (against, wrong)


def test_curves_know_nothing_of_later_releases(straight: Past) -> None:
    days, ratings = ruler()
    wild = {n: r + 500 * (days[n] > "2026-01-01") for n, r in ratings.items()}
    other = past(days, straight.vintages[0], vintage("2026-08-19", wild))
    kinds = ("linear", "spline")
    here, there = (backtest(p, ["2025-10-25"], kinds) for p in (straight, other))
    assert only(here, "lag", "average") == only(there, "lag", "average")
    assert only(here, "level", "leader +3") != only(there, "level", "leader +3")


def test_real_time_fits_the_day_on_todays_scale(straight: Past) -> None:
    errors = backtest_real_time(straight, ("step", "linear"))
    assert {e.mode for e in errors} == {"real-time"}
    assert only(errors, "revision", "hindsight") == pytest.approx({"step": 0, "linear": 0}, abs=0.1)
    assert only(errors, "level", "leader +3")["step"] == pytest.approx(-3 * RISE, abs=0.5)


def test_horizons_beyond_the_newest_vintage_are_left_out(straight: Past) -> None:
    errors = backtest(straight, ["2026-04-19"], ("linear",))
    assert only(errors, "gap", "+3")
    assert not only(errors, "gap", "+6")
    assert not only(errors, "lag", "centred")


def test_all_curves_are_judged_by_the_same_dates() -> None:
    rows = [("2025-01-01", "linear", 1.0), ("2025-02-01", "linear", 3.0),
            ("2025-02-01", "spline", -2.0), ("2025-03-01", "spline", 9.0)]  # fmt: skip
    errors = [Error("hindsight", d, f, "gap", "+3", e) for d, f, e in rows]
    table = summary(errors).set_index("frontier")
    assert table["n"].tolist() == [1, 1]
    assert table.loc["linear", "bias"] == 3.0
    assert table.loc["spline", "rmse"] == 2.0
    assert np.allclose(table["sd"], 0.0)
