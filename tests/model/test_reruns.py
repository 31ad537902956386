"""Re-run histories: the same pace and heights, new luck."""

from __future__ import annotations

import numpy as np
import pytest

from elolag.errors import EstimateError
from elolag.model import draws, reruns
from elolag.model.estimands import Lags
from elolag.model.posterior import Field, posterior

NOW = 20_000.0


def field(seed: int = 0, n: int = 120, lag: float = 200.0) -> Field:
    rng = np.random.default_rng(seed)
    follows = np.arange(n) % 2 == 1
    dates = np.sort(np.floor(rng.uniform(NOW - 1200, NOW, n)))
    ratings = 1400 + 0.35 * (dates - NOW) - 0.35 * lag * follows + rng.normal(0, 30, n)
    nan = np.full(n, np.nan)
    return Field(
        rating=ratings, variance=np.full(n, 9.0), link=np.full(n, -1), link_root=np.zeros((n, 3)),
        model=np.arange(n), released=dates, country=follows.astype(int),
        lead_from=np.where(follows, np.inf, dates),
        follow_from=np.where(follows, dates, np.inf), month_start=nan, month_end=nan,
    )  # fmt: skip


LABS = [f"lab{i % 7}" for i in range(120)]


def rerun(seed: int = 0, n: int = 500, dates: tuple[float, ...] = (NOW,)) -> list[draws.Outcomes]:
    data = field()
    fitted = posterior(data)
    names = ["current", "average"]
    return reruns.histories(data, fitted, LABS, dates, names, None, seed, n)


def test_same_seed_same_histories_and_prefixes() -> None:
    one, two = rerun()[0], rerun(n=250)[0]
    assert one.lags["current"].months[:250].tolist() == two.lags["current"].months.tolist()
    assert rerun(seed=1)[0].gap[0] != one.gap[0]


def test_histories_centre_on_the_true_lag() -> None:
    """Worlds whose lag is 200 days: over 24 of them the re-runs are right on average."""
    centres, spreads = [], []
    for seed in range(24):
        data = field(seed)
        fitted = posterior(data)
        again = reruns.histories(data, fitted, LABS, (NOW,), ["average"], None, seed, 250)
        centres.append(again[0].lags["average"].months.mean())
        spreads.append(again[0].lags["average"].months.std())
    error = np.std(centres) / np.sqrt(len(centres))
    assert np.mean(centres) == pytest.approx(200 / 30.436875, abs=3 * error)
    # What a re-run says another history would give is what other histories did give.
    assert np.mean(spreads) == pytest.approx(np.std(centres), rel=0.35)


def test_releases_stay_inside_history_and_keep_their_pace() -> None:
    data = field()
    side = reruns._releases(data, posterior(data), LABS, NOW)[0]
    rng = np.random.default_rng(0)
    rating, date = reruns._rerun(side, NOW, 400, rng)
    used = np.isfinite(date)
    assert date[used].min() >= side.date.min()
    assert date[used].max() <= NOW
    assert (date[:, 0] == side.date.min()).all()
    assert used.sum(axis=1).mean() == pytest.approx(len(side.date), rel=0.05)
    # Poisson: the variance of the count is its mean (known to 7% from 400 histories).
    assert used.sum(axis=1).var() == pytest.approx(len(side.date), rel=0.25)
    assert np.isneginf(rating[~used]).all()
    assert rating[used].std() == pytest.approx(side.rating.std(), rel=0.15)


def test_labs_are_drawn_whole() -> None:
    """A lab that is not drawn has no release: with many histories every lab is missing in some."""
    data = field()
    side = reruns._releases(data, posterior(data), LABS, NOW)[0]
    marked = reruns._Release(side.date, np.where(side.lab == side.lab[0], 9999.0, 0.0), side.lab)
    rating, _ = reruns._rerun(marked, NOW, 300, np.random.default_rng(1))
    has = (rating > 5000).any(axis=1)
    share = 1 - (1 - 1 / len(np.unique(side.lab))) ** len(np.unique(side.lab))
    assert has.mean() == pytest.approx(share, abs=0.08)


def outcomes(months: np.ndarray, failed: np.ndarray | None = None) -> draws.Outcomes:
    failed = np.zeros(len(months), bool) if failed is None else failed
    lags = {"current": Lags(months, np.zeros(len(months), np.int8), failed)}
    nothing = np.zeros(len(months), dtype=np.intp)
    return draws.Outcomes(lags, months, nothing, nothing, nothing)


def test_interval_is_where_the_re_runs_are_with_both_spreads() -> None:
    rng = np.random.default_rng(0)
    measured, again = outcomes(rng.normal(6, 3, 4000)), outcomes(rng.normal(2, 4, 4000))
    low, high = reruns.interval(measured, again, "current", 0.95)
    assert (low + high) / 2 == pytest.approx(2, abs=0.4)
    assert (high - low) / 2 == pytest.approx(1.96 * 5, rel=0.05)
    assert reruns.interval(measured, again, "gap", 0.95) == (low, high)


def test_forms_of_skewed_re_runs_stand_where_their_definitions_put_them() -> None:
    """Draws about 6, re-runs 2 + an exponential of mean 4: a percentile is a pivot turned over."""
    rng = np.random.default_rng(0)
    drawn, again = rng.normal(6, 0.5, 6000), 2 + rng.exponential(4, 3000)
    found = reruns._forms(outcomes(drawn), outcomes(again), "current", 0.9)
    low, high = np.quantile(again, [0.05, 0.95])
    assert found["percentile"] == pytest.approx((low, high), abs=0.4)
    mirror = drawn.mean() + again.mean()
    assert found["pivotal"] == pytest.approx((mirror - high, mirror - low), abs=0.4)
    for name, times in (("normal", 1), ("predictive", 2)):
        half = 1.645 * np.sqrt(times * again.var() + drawn.var())
        assert found[name] == pytest.approx((drawn.mean() - half, drawn.mean() + half), abs=0.01)


def test_mostly_undefined_estimands_get_no_interval() -> None:
    months = np.arange(10.0)
    failed = np.arange(10) < 2
    with pytest.raises(EstimateError, match="8 of 10"):
        reruns.interval(outcomes(months, failed), outcomes(months), "current", 0.9)
