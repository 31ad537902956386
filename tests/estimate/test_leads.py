"""Who led when: probabilities against their definition, and what the archive's lists say."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from exact import listed
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

import elolag
from elolag.errors import EstimateError, UsageError
from elolag.estimate.leads import WhoLed, _above, _dates
from elolag.estimate.panel import PrintedErrors

_DRAWS = 300


@pytest.fixture(scope="module")
def text() -> WhoLed:
    return elolag.who_led(board="arena/text", vintage="2026-08-19", n_draws=_DRAWS)


@pytest.fixture(scope="module")
def webdev() -> WhoLed:
    return elolag.who_led(board="arena/webdev", vintage="2026-08-19", n_draws=_DRAWS)


def test_of_two_models_it_is_the_normal_of_their_difference() -> None:
    for gap, one, two in ((0.0, 3.0, 4.0), (10.0, 3.0, 4.0), (-7.0, 1.0, 9.0)):
        exact = norm.cdf(gap / math.hypot(one, two))
        found = _above(np.array([gap]), np.array([one]), np.array([0.0]), np.array([two]))
        assert found == pytest.approx(exact, abs=1e-6)


@given(st.integers(0, 5_000))
def test_of_many_models_it_is_the_integral_of_the_definition(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, m = (int(k) for k in rng.integers(1, 5, 2))
    mine, other = rng.normal(0, 20, n), rng.normal(0, 20, m)
    e, f = rng.uniform(1, 9, n), rng.uniform(1, 9, m)

    def below(x: float, mean: float, error: float) -> float:
        return 0.5 * math.erfc((mean - x) / error / math.sqrt(2))

    def density(x: float) -> float:
        """Of the highest of mine at x, times the chance that all others are below."""
        each = [
            math.exp(-(((x - mine[k]) / e[k]) ** 2) / 2)
            / (e[k] * math.sqrt(2 * math.pi))
            * math.prod(below(x, mine[j], e[j]) for j in range(n) if j != k)
            for k in range(n)
        ]
        return sum(each) * math.prod(below(x, other[j], f[j]) for j in range(m))

    slow = quad(density, mine.min() - 90, mine.max() + 90, limit=400,
                points=sorted({*mine.tolist(), *other.tolist()}))[0]  # fmt: skip
    assert _above(mine, e, other, f) == pytest.approx(slow, abs=2e-5)
    assert _above(mine, e, other, f) + _above(other, f, mine, e) == pytest.approx(1, abs=1e-9)


def test_a_model_of_both_sides_cannot_put_one_above_the_other() -> None:
    asked: elolag.Question = {"board": "arena/text", "vintage": "2026-08-19", "n_draws": _DRAWS}
    nested = elolag.who_led("2026-06-25", leader="US", follower="ALL", **asked)
    apart = elolag.who_led("2026-06-25", leader="US", follower="not:US", **asked)
    assert nested.standings[-1].gap == 0.0
    for both, other in zip(nested.standings, apart.standings, strict=True):
        assert both.listed == pytest.approx(other.listed, abs=1e-9)
        assert both.hindsight == other.hindsight
    within = elolag.who_led("2026-06-25", leader="US", follower="US+open", **asked)
    assert {s.listed for s in within.standings} == {0.0}


def test_errors_are_those_of_the_nearest_list_whatever_is_looked_at() -> None:
    asked: elolag.Question = {"board": "arena/text", "vintage": "2025-02-05", "n_draws": _DRAWS}
    late = elolag.who_led("2025-01-01", **asked)
    assert late.standings == elolag.who_led(**asked).standings[-len(late.standings) :]


def test_china_is_first_on_no_list_of_text(text: WhoLed) -> None:
    assert len(text.standings) == 183
    assert not text.first
    assert not text.changes
    assert (text.closest.date, round(text.closest.gap, 1)) == ("2025-11-06", 20.5)
    assert "China was first on none" in text.sentence()
    early = text.until("2025-02-15").standings
    assert early[-1].date <= "2025-02-15" < text.standings[len(early)].date
    assert early[-1].follower == "deepseek-r1"
    with pytest.raises(EstimateError, match="no list of arena/text by 2020"):
        text.until("2020-01-01")
    lists, days, longest = text.days
    assert (lists, longest) == (183, 55)
    assert f"{lists / days:.0%}" == "15%"


def test_what_is_in_other_points_says_so() -> None:
    found = elolag.who_led(board="metr/time-horizon", n_draws=_DRAWS)
    assert "; the side that was second came closest on" in found.sentence()
    assert "log2 minutes behind. Lists" in found.sentence()
    assert "log2 minutes" in {column.unit for column in found.table().columns}
    level = elolag.level_dates(6, board="metr/time-horizon", n_draws=_DRAWS)
    assert level.sentence().startswith("At 6 log2 minutes: the US ")
    assert level.table().caption == "When each reached 6 log2 minutes"


@pytest.mark.parametrize("count", [4, 5, 6])
def test_one_date_alone_is_not_left_out(count: int) -> None:
    told = _dates([f"2025-0{k}-01" for k in range(1, count + 1)])
    assert told.count("2025") == min(count, 5) - (count > 5)
    assert ("..." in told) == (count > 5)


def test_lists_of_online_elo_give_an_order_and_no_probability(text: WhoLed) -> None:
    early = [s for s in text.standings if s.method == "online-elo"]
    assert early[-1].date < "2024-03-27"
    assert all(s.listed is None for s in early)
    late = [s for s in text.standings if s.date >= "2024-03-27"]
    assert all(s.listed is not None and 0 <= s.listed <= 1 for s in late)


def test_kimi_led_webdev_in_july(webdev: WhoLed) -> None:
    assert {"2026-07-16", "2026-07-21"} <= {s.date for s in webdev.first}
    assert {s.follower for s in webdev.first} == {"kimi-k3"}
    assert [b.date for _, b in webdev.changes] == ["2026-07-16", "2026-07-27"]
    first, second = webdev.footnotes()[:2]
    assert "kimi-k3 stands above claude-fable-5" in first
    assert "claude-opus-5 stands above kimi-k3" in second
    assert "the lead changed hands twice" in webdev.sentence()


def test_the_other_way_round_it_is_the_other_way_round(webdev: WhoLed) -> None:
    turned = elolag.who_led(
        board="arena/webdev", vintage="2026-08-19", n_draws=_DRAWS, leader="CN", follower="US"
    )
    for one, other in zip(webdev.standings, turned.standings, strict=True):
        assert one.gap == -other.gap
        assert one.listed is not None
        assert other.listed is not None
        assert one.listed + other.listed == pytest.approx(1, abs=1e-9)
    assert len(turned.first) + len(webdev.first) == len(webdev.standings)
    assert len(turned.changes) == len(webdev.changes)


def test_only_what_was_known_by_then(text: WhoLed) -> None:
    then = elolag.who_led(board="arena/text", vintage="2025-08-21", n_draws=_DRAWS)
    both = {s.date: s for s in text.standings}
    assert then.standings[-1].date == "2025-08-21"
    assert [s.gap for s in then.standings] == [both[s.date].gap for s in then.standings]


def test_all_first_and_level_are_said(webdev: WhoLed) -> None:
    ahead = tuple(s for s in webdev.standings if s.order > 0)
    assert "China was first on all" in replace(webdev, standings=ahead).sentence()
    near = replace(ahead[0], leader_rating=1500.0, follower_rating=1500.0)
    said = replace(webdev, standings=(near,)).sentence()
    assert said.endswith("of 16 July 2026 the US and China were level.")
    alone = replace(webdev, standings=ahead[:1]).sentence()
    assert "China was first; the US was " in alone
    assert "1 list" not in alone


def test_table_and_json_hold_every_list(webdev: WhoLed) -> None:
    frame, data = webdev.to_frame(), webdev.to_dict()
    assert len(frame) == len(data["lists"]) == len(webdev.standings)
    assert data["first_on"] == [s.date for s in webdev.first]
    assert frame["gap"].tolist() == [s["gap"] for s in data["lists"]]


def test_a_list_without_one_side_is_named() -> None:
    found = elolag.who_led(
        board="arena/text", vintage="2026-08-19", n_draws=_DRAWS, follower="lab:moonshot"
    )
    assert found.without
    assert {group for _, group in found.without} == {"lab:moonshot"}
    assert any("show no model of Moonshot AI" in note for note in found.footnotes())
    # A heading in the terminal begins small, but not a name.
    assert found.table().headings()[:4] == ["list", "the US", "Moonshot AI", "gap"]


def test_what_cannot_be_asked_is_refused() -> None:
    with pytest.raises(UsageError, match="as_of has no place here: the order is told"):
        elolag.who_led(as_of="2026-01-01")
    with pytest.raises(EstimateError, match="from 2099-01-01 to 2026-08-19"):
        elolag.who_led("2099-01-01", vintage="2026-08-19")
    with pytest.raises(EstimateError, match="shows models of both"):
        elolag.who_led("2026-08-01", vintage="2026-08-19", min_votes=10**9)


def test_errors_of_the_nearest_list_that_prints_them() -> None:
    days = {
        "2025-01-01": {"a": 1.0, "b": np.nan},
        "2025-03-01": {"a": 3.0},
        "2025-04-01": {"c": 5.0},
    }
    printed = PrintedErrors([listed(day, errors, errors) for day, errors in days.items()])
    assert printed.nearest("a", "2025-01-20") == 1.0
    assert printed.nearest("a", "2025-02-20") == 3.0
    assert printed.nearest("b", "2025-02-20") == float(np.quantile([1.0, 3.0, 5.0], 0.9))
    with pytest.raises(EstimateError, match="carries an interval"):
        PrintedErrors([listed("2025-01-01", {"a": 1.0}, {"a": np.nan})])


def test_all_of_the_draws_are_no_proof_of_always(webdev: WhoLed) -> None:
    one = replace(webdev.standings[-1], listed=1.0, hindsight=0.0)
    cells = replace(webdev, standings=(one,)).table().cells()[0]
    assert "over 99%" in cells
    assert "under 1%" in cells
