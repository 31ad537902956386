"""Every model's date against its definition, against `current`, and on the archive."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import elolag
from elolag import plots, tags
from elolag.dates import DAYS_PER_MONTH, to_day
from elolag.errors import UsageError
from elolag.estimate.model_dates import _crossings, _ends, _point
from elolag.estimate.session import prepare
from elolag.model import draws
from elolag.model.frontier import MATCH_RULES
from elolag.model.interval import quantiles
from tests import made_study, reference

_DRAWS = 200


@pytest.fixture(scope="module")
def found() -> elolag.estimate.model_dates.ModelDates:
    return elolag.model_dates(vintage="2026-08-19", n_draws=_DRAWS)


@given(st.integers(0, 10_000), st.integers(4, 9))
def test_a_models_day_is_the_first_on_which_the_other_side_is_as_good(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    study = made_study.made(made_study.random_models(rng, n))
    numbers = study.cast.field
    follows = np.isfinite(numbers.follow_from)
    days, unseen, never, own = _crossings(study, np.arange(n), _point(study), (follows, ~follows))
    for k in range(n):
        rating = float(numbers.rating[k])
        other = [
            (float(numbers.rating[j]), float(numbers.released[j]))
            for j in range(n)
            if follows[j] != follows[k]
        ]
        first = reference.first_reaching(other, rating, study.as_of)
        assert own[0, k] == numbers.released[k]
        assert never[0, k] == (first is None)
        assert days[0, k] == (study.as_of if first is None else first)
        lowest = min(other, key=lambda model: model[1])
        assert unseen[0, k] == (rating < lowest[0])


def test_the_printed_deviation_is_that_of_the_draws() -> None:
    """Of a carried model too, whose error of the line and the share the draws add afterwards."""
    asked = {"board": "arena/vision_style_control", "vintage": "2026-08-13", "n_draws": 200}
    session = elolag.Session()
    study = prepare(**asked, session=session)
    field = study.cast.field
    drawn = draws.draw(field, study.fitted, 40_000, 7, everything=True)
    spread = np.concatenate([each.ratings for _, each in drawn]).std(axis=0)
    # Of several entries the best is wider or narrower than each.
    alone = np.flatnonzero(np.bincount(field.model) == 1)
    told = {study.cast.tags[k].model: float(spread[k]) for k in alone}
    carried = {study.cast.tags[k].model for k in field.model[field.link >= 0]} & set(told)
    printed = {m.model: m.sd for m in elolag.model_dates(**asked, session=session).models}
    assert len(carried) > 5
    for model in carried:
        assert printed[model] == pytest.approx(told[model], rel=0.016)
    result = elolag.estimate_lag(**asked, estimand="current", as_of="2025-06-01", session=session)
    best = result.leader_best
    assert best.model in carried
    assert best.sd == printed[best.model]


@given(st.integers(0, 1_000), st.sampled_from([0.5, 0.9, 0.95]))
def test_many_intervals_at_once_are_the_intervals_one_by_one(seed: int, level: float) -> None:
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 9, (int(rng.integers(40, 200)), 3)).astype(float)
    codes = rng.choice([0, 1, -1], values.shape, p=[0.8, 0.1, 0.1])
    low, high = _ends(values, codes == -1, codes == 1, level)
    for column in range(3):
        one = quantiles(values[:, column], codes[:, column].astype(np.int8), level)
        assert one == (
            low[column] if np.isfinite(low[column]) else None,
            high[column] if np.isfinite(high[column]) else None,
        )


@pytest.mark.parametrize("rule", MATCH_RULES)
def test_the_followers_best_has_the_day_of_current(rule: str) -> None:
    asked = elolag.Question(vintage="2026-08-19", n_draws=_DRAWS, match_rule=rule)
    dates = elolag.model_dates(**asked)
    lag = elolag.estimate_lag(estimand="current", **asked)
    best = next(m for m in dates.models if m.best and m.group == "CN")
    assert best.model == lag.follower.model
    assert best.reach.date is not None
    since = (to_day("2026-08-19") - to_day(best.reach.date)) / DAYS_PER_MONTH
    # A day between two is told as the whole day it falls on.
    assert since == pytest.approx(lag.months, abs=0 if rule == "reached" else 1 / DAYS_PER_MONTH)


def test_where_the_follower_leads_the_leaders_best_has_the_day_of_current() -> None:
    asked = elolag.Question(board="arena/webdev", vintage="2026-07-21", n_draws=_DRAWS)
    dates, lag = elolag.model_dates(**asked), elolag.estimate_lag(estimand="current", **asked)
    best = next(m for m in dates.models if m.best and m.group == "US")
    assert lag.leads
    assert best.reach.date is not None
    since = (to_day("2026-07-21") - to_day(best.reach.date)) / DAYS_PER_MONTH
    assert -since == lag.months


def test_a_card_names_bracket_and_evidence(found) -> None:
    card = found.only("kimi-k3")
    assert card.models[0].reach.words() == (
        "the US was there between 18 November 2025 (gemini-3-pro, below it) and 5 February 2026 "
        "(claude-opus-4-6, at or above it)"
    )
    rows = dict(card.rows())
    assert rows["the US at its level"] == "2026-02-05"
    assert "github.com/MoonshotAI" in rows["counts from"]
    assert len(card.table().cells()) == 1


def test_lab_and_group_are_called_by_their_names_and_kept_by_their_keys(found) -> None:
    card = found.only("kimi-k3")
    assert card.sentence().startswith("kimi-k3 (Moonshot AI, 16 July 2026): ")
    assert dict(card.rows())["lab"].startswith("Moonshot AI (")
    assert card.table().cells()[0][1] == "China"
    assert card.to_frame()["group"].tolist() == ["CN"]
    assert card.to_dict()["models"][0]["lab"] == "moonshot"


def test_of_a_release_known_to_the_month_no_day_is_told(found) -> None:
    """GLM-4-Plus came in August 2024; counted is with the 15th."""
    above, below = found.only("gpt-4-1106-preview"), found.one("claude-3-opus-20240229")
    text = above.sentence()
    assert "between 13 May 2024 (yi-large-preview, below it) and August 2024 (glm-4-plus" in text
    german = below.sentence("de")
    assert "zwischen August 2024 (glm-4-plus, noch darunter) und dem 15. Oktober 2024" in german
    rows = dict(above.rows())
    assert rows["China at its level"] == "2024-08"
    assert rows["passed or matched by"] == "glm-4-plus (2024-08)"
    assert above.table().cells()[0][4] == "2024-08"
    assert above.to_frame()["date"].tolist() == ["2024-08-15"]
    own = found.only("glm-4-plus")
    assert own.sentence().startswith("glm-4-plus (Z.ai, August 2024): ")
    assert dict(own.rows())["counts from"].startswith("2024-08 (")
    assert own.table().cells()[0][2] == "2024-08"
    assert own.to_dict()["models"][0]["released"] == "2024-08-15"
    reach = replace(above.models[0].reach, below=None)
    assert reach.words() == "China was there in August 2024, with glm-4-plus"
    assert reach.words("de").endswith("erreichten sein Niveau im August 2024 mit glm-4-plus")


def test_a_leader_not_reached_is_a_bound_and_says_so(found) -> None:
    model = found.one("claude-fable-5")
    assert (model.reach.state, model.reach.date, model.censored) == ("not-yet", None, "at-most")
    assert "China had not been there by 19 August 2026" in model.sentence()
    assert "at least" in model.sentence()
    assert "ahead" in model.sentence()
    assert model.months == -(to_day("2026-08-19") - to_day(model.released)) / DAYS_PER_MONTH


def test_an_overtaken_leader_says_by_whom(found) -> None:
    reach = found.one("gpt-5").reach
    assert reach.above == ("ernie-5.0-preview-1203", "2025-12-03")
    assert reach.low is not None
    assert reach.date is not None
    assert reach.high is not None
    assert reach.low <= reach.date <= reach.high


def test_a_level_below_the_first_model_is_a_bound() -> None:
    low = elolag.level_dates(500.0, vintage="2026-08-19", n_draws=_DRAWS)
    assert [reach.state for reach in low.reaches] == ["before-first"] * 2
    assert low.months is None
    assert low.to_dict()["months"] is None
    high = elolag.level_dates(1600.0, vintage="2026-08-19", n_draws=_DRAWS)
    assert [reach.state for reach in high.reaches] == ["not-yet"] * 2
    assert high.months is None
    one = elolag.level_dates(1495.0, vintage="2026-08-19", n_draws=_DRAWS)
    assert [reach.state for reach in one.reaches] == ["reached", "not-yet"]
    assert one.censored == "at-least"
    assert "at least" in one.sentence()


def test_a_levels_months_are_the_days_between(found) -> None:
    level = elolag.level_dates(1450, vintage="2026-08-19", n_draws=_DRAWS)
    first, second = (to_day(str(reach.date)) for reach in level.reaches)
    assert level.months == (second - first) / DAYS_PER_MONTH
    assert level.low is not None
    assert level.high is not None
    assert level.low <= level.months <= level.high


def test_what_cannot_be_asked_is_refused(found) -> None:
    with pytest.raises(UsageError, match="nearest: kimi-k3"):
        found.one("kimi-k33")
    with pytest.raises(UsageError, match="makes no sense"):
        elolag.level_dates(float("nan"))
    with pytest.raises(UsageError, match="a level is none"):
        elolag.level_dates(1450, match_rule="not-worse", vintage="2026-08-19", n_draws=_DRAWS)


def test_a_tier_is_a_family() -> None:
    tier = elolag.model_dates(leader="family:sonnet", vintage="2026-08-19", n_draws=_DRAWS)
    assert {m.group for m in tier.models} == {"family:sonnet", "CN"}
    assert all("sonnet" in m.model for m in tier.models if m.group == "family:sonnet")
    assert "the Sonnet family was there" in tier.one("glm-4.5").sentence()


def test_files_say_to_what_a_day_is_known(found) -> None:
    keys = [column.key for column in found.table().columns]
    rows = [dict(zip(keys, row, strict=True)) for row in found.table().rows]
    tables = tags.load().models
    to = {row["model"]: row["precision"] for row in rows if row["lab"]}
    assert set(to.values()) == {"day", "month"}
    assert to == {name: tables[name].precision for name in to}
    for row, model in zip(rows, found.models, strict=True):
        told, reach = model.to_dict(), model.reach
        assert told["precision"] == row["precision"]
        assert told["other"]["precision"] == row["date_precision"]
        assert (row["date_precision"] is None) == (row["date"] is None)
        if reach.state == "reached":
            above = tables[reach.above[0]].precision
            assert row["date_precision"] == told["other"]["above"]["precision"] == above
    assert "month" in {row["date_precision"] for row in rows}


def test_table_and_json_hold_the_same(found) -> None:
    frame, data = found.to_frame(), found.to_dict()
    assert len(frame) == len(data["models"]) == len(found.models)
    assert list(frame["model"]) == [m["model"] for m in data["models"]]
    assert frame["months"].dtype == float
    records = [m for m in found.models if m.record]
    assert len(found.table().cells()) == len(records)
    thin = replace(found, thin="only 2 rated models of China")
    assert thin.footnotes()[0].startswith("No intervals")
    assert thin.to_frame()["low"].isna().all()


def test_weights_that_came_later_are_said_to_date_a_model() -> None:
    asked = {"leader": "US+open", "follower": "CN+open", "n_draws": 60}
    found = elolag.model_dates(vintage="2026-08-19", **asked)
    later = found.one("kimi-k3")
    assert later.dated == "opened"
    assert "open since 27 July 2026" in later.sentence()
    assert "at its release as open weights" in later.sentence()
    assert "offen seit dem 27. Juli 2026" in later.sentence("de")
    others = [m for m in found.models if m.dated == "released"]
    assert others
    assert not any("open since" in m.sentence() for m in others)
    with pytest.raises(UsageError, match="kimi-k3"):
        found.one("Kimi K3")
    # Its lag is a bound: no title tells it as a point, and the footer says what dates models.
    assert (later.best, later.censored) == (True, "at-most")
    for lang, title, dated in (
        ("en", "at least 0.8 months ahead", "its release as open weights or release;"),
        ("de", "mindestens 0,8 Monate voraus", "der Freigabe seiner Gewichte oder seinem "),
    ):
        axes = plots.dates(found, lang=lang)
        said = [axes.get_title(loc="left"), *(t.get_text() for t in axes.get_figure().texts)]
        assert title in " ".join(said[0].split())
        assert dated in " ".join(" ".join(said[1:]).split())


def test_a_day_outside_its_interval_is_told(found) -> None:
    model = next(m for m in found.models if m.record and m.reach.date)
    day = model.reach.date
    for low, high, outside in ((day, day, False), ("2030-01-01", None, True), (None, "2020", True)):
        reach = replace(model.reach, low=low, high=high)
        assert reach.outside is outside
        told = replace(found, models=(replace(model, reach=reach),)).footnotes()
        assert any("Outside its interval lies the day of" in t for t in told) is outside
    never = replace(model.reach, date=None, low="2026-01-01", high=None)
    assert not never.outside
