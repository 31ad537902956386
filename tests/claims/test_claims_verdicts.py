"""Verdicts: the rule, a planted claim of each, and that real time sees nothing later."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_study import AS_OF, made

import elolag
from elolag.archive import Snapshot
from elolag.claims import RULE, Claim, ClaimError, check_claims, estimating
from elolag.claims.check import _assess, _in_hindsight, _in_real_time
from elolag.claims.estimating import (
    _NOT_TESTABLE,
    CONSISTENT,
    NOT_RESOLVABLE,
    OPEN,
    TOO_LARGE,
    TOO_SMALL,
    UNLIKELY,
    Estimate,
    _bests,
    _on_measures,
    _standing,
    decide,
    held,
    passed,
    possible_in,
)
from elolag.claims.studies import Drawn, Studies
from elolag.dates import DAYS_PER_MONTH, to_day, to_iso
from elolag.errors import EstimateError, UsageError
from elolag.model.estimands import ESTIMANDS as STEP_ESTIMANDS
from elolag.model.frontier import MATCH_RULES
from elolag.tags import Policies

CLAIM = Claim(
    key="planted", who="Nobody", date="2025-12-20", where="https://example.org",
    paraphrase="Planted.", leader="US", follower="CN", kind="months", why="Planted.",
    verified=True, checked="planted", low=0.0, high=60.0,
)  # fmt: skip

END = st.none() | st.integers(-5, 5).map(float)


@given(END, END, END, END, st.sampled_from([0.0, 0.0499, 0.05, 1.0]))
def test_the_rule_is_whether_the_two_ranges_touch(
    low: float | None, high: float | None, least: float | None, most: float | None, share: float
) -> None:
    low, high = _ordered(low, high)
    least, most = _ordered(least, most)
    ours = {v for v in range(-60, 61) if (low is None or v >= low) and (high is None or v <= high)}
    said = {
        v for v in range(-60, 61) if (least is None or v >= least) and (most is None or v <= most)
    }
    verdict = decide(low, high, share, (least, most))
    if ours & said:
        assert verdict == (CONSISTENT if share >= 0.05 else UNLIKELY)
    else:
        assert verdict == (TOO_SMALL if min(ours) > max(said) else TOO_LARGE)


def _ordered(low: float | None, high: float | None) -> tuple[float | None, float | None]:
    return (high, low) if low is not None and high is not None and low > high else (low, high)


@given(st.lists(st.tuples(st.floats(-9, 9), st.floats(0, 3)), min_size=1), END, END)
def test_the_probability_is_the_share_of_draws_surely_inside(
    draws: list[tuple[float, float]], least: float | None, most: float | None
) -> None:
    below = np.array([b for b, _ in draws])
    above = np.array([b + w for b, w in draws])
    inside = [
        (least is None or b >= least) and (most is None or a <= most)
        for b, a in zip(below, above, strict=True)
    ]
    assert held(below, above, (least, most)) == pytest.approx(np.mean(inside))
    outside = [
        (least is not None and a < least) or (most is not None and b > most)
        for b, a in zip(below, above, strict=True)
    ]
    assert possible_in(below, above, (least, most)) == pytest.approx(1 - np.mean(outside))


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(0, 60, CONSISTENT), (0, 0.5, TOO_SMALL), (50, 60, TOO_LARGE), (50, None, TOO_LARGE),
     (None, 0.5, TOO_SMALL)],
)  # fmt: skip
def test_a_planted_lag_gets_its_verdict(
    studies: Studies, low: float | None, high: float | None, verdict: str
) -> None:
    (found,) = _assess(studies, [replace(CLAIM, low=low, high=high)])
    assert found.verdict == verdict
    assert found.rests_on == "real time"
    assert found.real_time.verdict == verdict
    assert f"{verdict} with the ratings of its day (" in found.sentence()
    assert found.real_time.probability in (0.0, 1.0)
    assert found.hindsight.vintage == "2026-06-25"


def test_a_range_that_hardly_ever_holds_is_unlikely_everywhere(studies: Studies) -> None:
    """Our interval reaches the range, yet next to no draw lies in it."""
    whole = _in_real_time(studies, replace(CLAIM, kind="elo", low=-100, high=100))
    assert whole.verdict == CONSISTENT
    assert whole.high is not None
    (found,) = _assess(
        studies, [replace(CLAIM, kind="elo", low=whole.high - 0.01, high=whole.high + 0.01)]
    )
    assert found.real_time.possible is not None
    assert found.real_time.possible < 0.05
    assert found.verdict == found.row()["verdict"] == found.to_dict()["verdict"] == UNLIKELY
    assert f": {UNLIKELY} with the ratings of its day (" in found.sentence()
    assert "under 5% of draws lie in it" in found.why
    assert ("verdict", f"{UNLIKELY} (real time)") in found.rows()


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"date": "2024-01-01"}, "had no ratings by"),
        ({"date": "2026-05-01"}, "more than 120 days older"),
        ({"category": "juggling"}, "had no category juggling"),
        ({"models": ("gpt-9",)}, "gpt-9 is not rated on"),
        ({"models": ("kimi-k2.5",)}, "kimi-k2.5"),
    ],
)
def test_what_cannot_be_tested_says_why(
    studies: Studies, changed: dict[str, object], reason: str
) -> None:
    found = _in_real_time(studies, replace(CLAIM, **changed))
    assert found.verdict == _NOT_TESTABLE
    assert reason in found.why
    assert found.value is found.low is found.high is found.probability is None


def test_neither_way_testable_is_the_verdict_with_both_reasons(studies: Studies) -> None:
    (found,) = _assess(studies, [replace(CLAIM, category="juggling")])
    assert found.verdict == _NOT_TESTABLE
    assert found.rests_on == ""
    assert "had no category juggling" in found.why
    assert "no category 'juggling'" in found.why
    assert _NOT_TESTABLE in found.sentence()


def test_a_cut_off_list_serves_a_distance_and_no_lag(studies: Studies) -> None:
    gap = _in_real_time(studies, replace(CLAIM, date="2026-04-02", kind="elo", low=0, high=100))
    assert (gap.vintage, gap.verdict) == ("2026-03-31", CONSISTENT)
    lag = _in_real_time(studies, replace(CLAIM, date="2026-04-02"))
    assert lag.vintage == "2025-12-11"


def test_the_raw_board_stands_in_before_style_control_and_is_labelled(studies: Studies) -> None:
    found = _in_real_time(studies, replace(CLAIM, date="2025-05-20"))
    assert (found.board, found.vintage) == ("arena/text", "2025-05-13")
    (whole,) = _assess(studies, [replace(CLAIM, date="2025-05-20")])
    assert any("the raw board" in value for _, value in whole.rows())


def test_draws_of_the_last_few_studies_are_kept_and_no_others(small: Path) -> None:
    studies, board = Studies.of(100, {"archive": small}), "arena/text_style_control"
    made = []
    for follower in ("CN", "FR", "CN,FR", "CN+open", "FR+open", "lab:deepseek", "lab:mistral",
                     "lab:alibaba", "lab:moonshot", "lab:zai"):  # fmt: skip
        study = studies.asked(board, "2026-06-25", "overall", "US", follower).study
        assert len(study.drawn) == 1
        made.append(study)
    assert [bool(study._held) for study in made] == [False] * 2 + [True] * 8
    assert studies.asked(board, "2026-06-25", "overall", "US", "CN").study is made[0]


def test_the_newest_list_is_the_publishers_own_where_it_reaches_the_day() -> None:
    studies, board = Studies.of(100, {}), "arena/text_style_control"
    whole = [s for s in studies.archive.board(board).snapshots if s.completeness == "full"]
    official, copied = (max(s.vintage for s in whole if s.official is own) for own in (True, False))
    assert studies.newest(board) == studies.newest(board, official) == official
    assert studies.newest(board, copied) == max(official, copied)


def test_real_time_never_sees_a_later_vintage(
    planted: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same claim on an archive that ends before its day and on one that goes on."""
    board = "arena/text_style_control"
    early = (f"{board}/2025-05-24", f"{board}/2025-11-06")
    ends = Studies.of(300, {"archive": planted(early)})
    goes_on = Studies.of(300, {"archive": planted((*early, f"{board}/2026-06-25"))})
    read: list[str] = []
    listing = Snapshot.listing

    def watched(self: Snapshot, category: str) -> object:
        read.append(self.vintage)
        return listing(self, category)

    monkeypatch.setattr(Snapshot, "listing", watched)
    claims = [
        replace(CLAIM, date="2025-12-01", kind=kind, estimand="average")
        for kind in ("months", "elo", "percent")
    ]
    for claim in claims:
        before = _in_real_time(goes_on, claim)
        assert before.testable
        assert before == _in_real_time(ends, claim)
    assert set(read) == {"2025-05-24", "2025-11-06"}
    for claim in claims:
        assert _in_hindsight(goes_on, claim).value != _in_real_time(goes_on, claim).value
    assert "2026-06-25" in read


@pytest.mark.parametrize("rule", MATCH_RULES)
def test_answers_are_those_of_one_question_at_a_time(studies: Studies, rule: str) -> None:
    """One pass over all estimands and rules, and memory, against the ordinary draws."""
    study = studies.asked("arena/text_style_control", "2025-12-11", "overall", "US", "CN").study
    drawn = Drawn(replace(study, n_draws=60))
    every = [(estimand, name) for estimand in STEP_ESTIMANDS for name in MATCH_RULES]
    for date, window in (("2025-12-11", 5.0), ("2025-09-01", 60.0), ("2025-12-11", 5.0)):
        day = to_day(date)
        together = drawn.answers(every, day, window)
        alone = replace(drawn.study, match_rule=rule, window=window)
        for estimand in STEP_ESTIMANDS:
            answer = together[estimand, rule]
            if window == 60.0 and estimand != "current":
                with pytest.raises(EstimateError) as refused:
                    alone.point([estimand], day)
                assert str(answer) == str(refused.value)
                continue
            assert not isinstance(answer, EstimateError)
            for mine, ordinary in zip(
                answer, (alone.point([estimand], day), alone.sample([estimand], day)), strict=True
            ):
                for name in ("months", "censored", "failed"):
                    np.testing.assert_array_equal(
                        getattr(mine, name), getattr(ordinary.lags[estimand], name)
                    )


def test_a_day_before_the_first_model_refuses_every_estimand(studies: Studies) -> None:
    drawn = studies.asked("arena/text_style_control", "2025-12-11", "overall", "US", "CN")
    answers = drawn.answers([("current", "reached"), ("average", "below")], 0.0)
    assert len(answers) == 2
    for answer in answers.values():
        assert "the leader group has no model by 1970-01-01" in str(answer)


@pytest.mark.parametrize("rule", MATCH_RULES)
def test_a_claim_by_a_match_rule_is_the_ordinary_estimate_by_it(
    studies: Studies, rule: str
) -> None:
    claim = replace(CLAIM, match_rule=rule, estimand="average", window=5.0)
    found = _in_real_time(studies, claim)
    direct = elolag.estimate_lag(
        "arena/text_style_control", archive=studies.archive, vintage="2025-12-11",
        match_rule=rule, window=5.0, n_draws=400,
    )  # fmt: skip
    assert (found.value, found.low, found.high) == (direct.months, direct.low, direct.high)


@pytest.fixture(scope="module")
def with_index(planted: Callable[..., Path]) -> Path:
    """With a table of Epoch's that prints errors."""
    board = "arena/text_style_control"
    return planted((f"{board}/2025-12-11", f"{board}/2026-06-25", "epoch/eci/2026-05-09"))


def test_other_rules_and_measures_that_turn_the_verdict_are_named(with_index: Path) -> None:
    studies = Studies.of(400, {"archive": with_index})
    claim = replace(CLAIM, date="2026-01-10", estimand="average")
    (wide,) = _assess(studies, [claim])
    others = {(o.what, o.name): o for o in wide.hindsight.others}
    assert [name for what, name in others if what == "match rule"] == [
        "below", "between", "not-worse",
    ]  # fmt: skip
    assert ("measure", "epoch/eci") in others
    assert wide.real_time.others == ()
    assert (wide.depends, wide.row()["depends_on"]) == ("", "")
    for (what, name), other in others.items():
        board = claim.board if what == "match rule" else name
        direct = elolag.estimate_lag(
            board, archive=with_index, n_draws=400, as_of=min(claim.date, studies.newest(board)),
            vintage=studies.newest(board), match_rule=name if what == "match rule" else "reached",
        )  # fmt: skip
        assert (other.months, other.low, other.high) == (direct.months, direct.low, direct.high)
    # A range that only `below`, the longest lag, reaches.
    below = others["match rule", "below"]
    assert wide.hindsight.high is not None
    assert below.high is not None
    assert below.high > wide.hindsight.high
    narrow = replace(claim, low=(below.months + wide.hindsight.high) / 2, high=60.0)
    (found,) = _assess(studies, [narrow])
    assert found.hindsight.verdict == TOO_LARGE
    assert "match rule: consistent by below" in found.depends
    assert found.row()["depends_on"].startswith("match rule")
    assert found.depends in found.sentence()
    assert found.to_dict()["depends"] == found.depends
    assert ("another", found.depends) in found.rows()
    assert {o["name"] for o in found.to_dict()["hindsight"]["others"]} >= {"below", "epoch/eci"}


def test_a_measure_without_new_followers_is_not_asked(with_index: Path) -> None:
    """The table of May 2026 says nothing of a day after it by more than half a year."""
    studies = Studies.of(100, {"archive": with_index})
    early, late = (
        {o.name for o in _on_measures(studies, CLAIM, CLAIM.board, day)}
        for day in ("2026-05-20", "2026-12-20")
    )
    assert "epoch/eci" in early
    assert "epoch/eci" not in late


def test_a_window_is_cut_to_what_both_sides_cover_and_says_so(studies: Studies) -> None:
    claim = replace(CLAIM, estimand="average", window=6.0)
    whole = _in_real_time(studies, claim)
    assert (whole.months, whole.since) == (6.0, "")
    long = _in_real_time(studies, replace(claim, window=60.0))
    study = studies.asked("arena/text_style_control", "2025-12-11", "overall", "US", "CN").study
    field = study.cast.field
    first = max(min(field.lead_from), min(field.follow_from))
    assert long.since == to_iso(first)
    assert long.months == np.floor(10 * (to_day("2025-12-11") - first) / DAYS_PER_MONTH) / 10
    direct = elolag.estimate_lag(
        "arena/text_style_control", archive=studies.archive, vintage="2025-12-11",
        window=long.months, n_draws=400,
    )  # fmt: skip
    assert (long.value, long.low, long.high) == (direct.months, direct.low, direct.high)
    assert f"over {long.months:g} months, from {long.since}, the first day on which" in long.why


def test_a_lag_bounded_on_neither_side_is_not_testable(
    studies: Studies, monkeypatch: pytest.MonkeyPatch
) -> None:
    bound = Estimate(
        "", "months", "", "", value=4.6, censored="at-least", probability=0.0, possible=1.0,
        months=31.6, since="2023-03-01",
    )  # fmt: skip
    monkeypatch.setattr(estimating, "_months", lambda *_, **__: bound)
    found = _in_real_time(studies, CLAIM)
    assert found.verdict == _NOT_TESTABLE
    assert found.why == (
        "at least 4.6 months behind, and these ratings bound the lag on neither side; over 31.6 "
        "months, from 2023-03-01, the first day on which both sides have a model"
    )


FORECAST = replace(CLAIM, date="2025-12-01", kind="elo", low=None, high=1000.0)


@pytest.mark.parametrize(
    ("changed", "verdict", "reason"),
    [
        ({"deadline": "2026-12-03"}, OPEN, "no complete list of arena/text_style_control after"),
        ({"deadline": "2026-06-25"}, OPEN, "after 2026-06-25 is in the archive yet"),
        ({"deadline": "2026-06-24"}, CONSISTENT, "was claimed and our interval reaches it"),
        ({"deadline": "2026-06-24", "high": -500.0}, TOO_SMALL, "our whole interval lies above"),
        ({"deadline": "2026-12-03", "board": "somebody/index"}, NOT_RESOLVABLE, "has no board"),
        ({"deadline": "2026-06-24", "category": "juggling"}, OPEN, "no complete list"),
    ],
)  # fmt: skip
def test_a_forecast_stays_open_until_a_list_after_its_deadline_settles_it(
    studies: Studies, changed: dict[str, object], verdict: str, reason: str
) -> None:
    (found,) = _assess(studies, [replace(FORECAST, **changed)])
    assert found.verdict == found.row()["verdict"] == found.to_dict()["verdict"] == verdict
    assert reason in found.why
    assert f" by {changed['deadline']}: {verdict} " in found.sentence()
    assert (found.deciding is None) == (verdict in (OPEN, NOT_RESOLVABLE))
    if found.deciding is not None:
        assert (found.real_time.vintage, found.real_time.as_of) == ("2026-06-25", "2026-06-24")


def test_a_cut_off_list_settles_no_forecast(studies: Studies) -> None:
    """The list of 2026-03-31 is cut off: the next complete one is that of June."""
    (found,) = _assess(studies, [replace(FORECAST, deadline="2026-03-15")])
    assert found.real_time.vintage == "2026-06-25"


def test_claims_come_back_in_their_order(studies: Studies) -> None:
    mixed = [
        replace(CLAIM, key="a", leader="closed", follower="open"),
        replace(CLAIM, key="b", kind="elo"),
        replace(CLAIM, key="c", date="2025-11-20"),
    ]
    assert [a.claim.key for a in _assess(studies, mixed)] == ["a", "b", "c"]


def test_a_month_is_all_that_is_said_of_a_date_known_to_it(studies: Studies) -> None:
    (found,) = _assess(studies, [replace(CLAIM, precision="month")])
    assert found.sentence().startswith("Nobody (2025-12) claimed")
    assert ("who, when", "Nobody, 2025-12") in found.rows()
    assert (found.row()["when"], found.row()["date"]) == ("2025-12", "2025-12-20")


def test_a_bound_is_open_on_its_side(studies: Studies) -> None:
    """A level below the first closed model rated: "at least", so only less can be refuted."""
    wide = replace(CLAIM, leader="closed", follower="open", estimand="average", window=24.0)
    found = _in_hindsight(studies, replace(wide, low=0.0, high=1.0))
    assert found.censored == "at-least"
    assert found.high is None
    assert found.verdict == TOO_SMALL
    assert found.figure().startswith("at least ")
    assert found.interval_words().endswith(" or more")
    assert _in_hindsight(studies, replace(wide, low=50.0, high=None)).verdict == CONSISTENT


def test_distances_equal_a_plain_loop(studies: Studies) -> None:
    asked = studies.asked("arena/text_style_control", "2025-12-11", "overall", "US", "CN")
    day = to_day("2025-12-11")
    _, (lead, follow) = _bests(asked, day)
    _, drawn = _standing(
        studies.asked("arena/text_style_control", "2025-12-11", "overall", "ALL", "CN"), day
    )
    claim = replace(CLAIM, kind="percent", low=0, high=100)
    found = _in_real_time(studies, claim)
    percent = sorted(100 * (a - b) / b for a, b in zip(lead, follow, strict=True))
    n = len(percent)
    assert found.low == pytest.approx(percent[int(np.ceil(n * 0.025)) - 1])
    assert found.high == pytest.approx(percent[int(np.ceil(n * 0.975)) - 1])
    assert found.probability == 1.0
    assert drawn.shape[0] == studies.drawn["n_draws"]


def test_places_equal_a_plain_loop(studies: Studies) -> None:
    labs = ("deepseek", "alibaba")
    claim = replace(CLAIM, kind="rank", low=1, high=30, labs=labs)
    found = _in_real_time(studies, claim)
    asked = studies.asked("arena/text_style_control", "2025-12-11", "overall", "ALL", "CN")
    study, (_, drawn) = asked.study, _standing(asked, to_day("2025-12-11"))
    places = []
    for draw in drawn:
        worst = 0
        for lab in labs:
            own = max(r for r, tag in zip(draw, study.cast.tags, strict=True) if tag.lab == lab)
            worst = max(worst, 1 + sum(1 for r in draw if r > own))
        places.append(worst)
    places.sort()
    n = len(places)
    assert found.low == places[int(np.ceil(n * 0.025)) - 1]
    assert found.high == places[int(np.ceil(n * 0.975)) - 1]
    assert found.probability == pytest.approx(np.mean([1 <= p <= 30 for p in places]))
    assert found.detail.startswith("places: deepseek ")


def test_a_model_against_the_lowest_of_the_labs(studies: Studies) -> None:
    claim = replace(
        CLAIM, kind="elo", low=None, high=35, model="o1-2024-12-17", labs=("deepseek", "alibaba")
    )
    found = _in_real_time(studies, claim)
    asked = studies.asked("arena/text_style_control", "2025-12-11", "overall", "ALL", "CN")
    point = _standing(asked, to_day("2025-12-11"))[0][0]
    tags = asked.study.cast.tags
    o1 = next(r for r, t in zip(point, tags, strict=True) if t.model == "o1-2024-12-17")
    bests_of = [
        max(r for r, t in zip(point, tags, strict=True) if t.lab == lab) for lab in claim.labs
    ]
    assert found.value == pytest.approx(o1 - min(bests_of))


def test_a_change_uses_the_sampling_interval(studies: Studies) -> None:
    day = "2025-08-01"
    claim = replace(CLAIM, kind="change", low=None, high=0, estimand="average", since=day)
    found = _in_real_time(studies, claim)
    direct = elolag.estimate_change(
        day, board="arena/text_style_control", archive=studies.archive, vintage="2025-12-11",
        n_draws=400,
    )  # fmt: skip
    assert (found.value, found.low, found.high) == (direct.months, direct.low, direct.high)
    assert found.probability == pytest.approx(direct.probability)


def test_lags_equal_the_ordinary_estimate(studies: Studies) -> None:
    found = _in_real_time(studies, replace(CLAIM, estimand="levels"))
    direct = elolag.estimate_lag(
        "arena/text_style_control", archive=studies.archive, vintage="2025-12-11",
        estimand="levels", n_draws=400,
    )  # fmt: skip
    assert (found.value, found.low, found.high) == (direct.months, direct.low, direct.high)
    assert found.snapshots == direct.snapshots


def test_same_seed_same_answer_and_order_does_not_matter(small: Path) -> None:
    claims = [replace(CLAIM, key=k, estimand=e) for k, e in (("a", "current"), ("b", "catch-up"))]
    orders = []
    for order in itertools.permutations(claims):
        fresh = Studies.of(100, {"archive": small, "seed": 7})
        orders.append({a.claim.key: a.to_dict() for a in _assess(fresh, order)})
    assert orders[0] == orders[1]


def test_a_registry_of_ones_own_is_checked_after_ours(small: Path, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    text = (
        '[[claim]]\nkey = "mine"\nwho = "Me"\ndate = "2025-12-20"\nwhere = "https://example.org"\n'
        'paraphrase = "Behind."\nleader = "US"\nfollower = "{follower}"\nkind = "months"\n'
        'low = 50\nwhy = "So."\nverified = true\nchecked = "yes"\nboard = "{board}"\n'
        "labs = {labs}\n"
    )
    good = {"follower": "CN", "board": "arena/text_style_control", "labs": "[]"}
    path.write_text(text.format(**good), "utf-8")
    report = check_claims(path, only_added=True, n_draws=200, archive=small)
    assert [a.claim.key for a in report.assessments] == ["mine"]
    assert report["mine"].verdict == TOO_LARGE
    assert report.to_frame().loc[0, "verdict"] == TOO_LARGE
    assert report.to_dict()["rule"] == RULE
    for changed, words in (
        ({"follower": "XX"}, "follower: "),
        ({"board": "arena/tex"}, "board: no board 'arena/tex'"),
        ({"labs": '["deepsek"]'}, "labs: no lab 'deepsek'"),
    ):
        path.write_text(text.format(**{**good, **changed}), "utf-8")
        with pytest.raises(ClaimError, match="claim mine: ") as caught:
            check_claims(path, only_added=True, n_draws=200, archive=small)
        assert words in str(caught.value)
    path.write_text(text.format(**good).replace('"mine"', '"caisi-2026"'), "utf-8")
    with pytest.raises(ClaimError, match="one of the packaged claims"):
        check_claims(path, n_draws=200, archive=small)


def test_a_board_the_archive_lacks_is_not_testable(planted: Callable[..., Path]) -> None:
    folder = planted(("arena/text_style_control/2025-12-11",))
    report = check_claims(keys=["insikt-2025-lag"], archive=folder)
    found = report["insikt-2025-lag"]
    assert found.verdict == _NOT_TESTABLE
    assert "the archive has no board arena/text" in found.why


def test_too_few_draws_are_refused(small: Path) -> None:
    with pytest.raises(UsageError, match="3 draws cannot give"):
        check_claims(n_draws=3, archive=small)


def test_an_unknown_key_lists_the_known_ones(small: Path) -> None:
    with pytest.raises(UsageError, match="no claim 'nobody'; there are: tsai-2024"):
        check_claims(keys=["nobody"], archive=small)


def test_a_claim_is_told_who_was_overtaken() -> None:
    models = [("US", 1400.0, AS_OF - 400), ("CN", 1450.0, AS_OF - 200), ("US", 1470.0, AS_OF - 60)]
    study = made(models)
    assert passed(study, AS_OF) == (
        f"China first, overtaken by the US on {to_iso(AS_OF - 60)}, 2.0 months before"
    )
    # A level below a side's first rated model bounds the lag: who was first nobody knows.
    assert passed(study, AS_OF - 100) == ""
    older = made([*models, ("CN", 1300.0, AS_OF - 500)])
    assert passed(older, AS_OF - 100) == (
        f"the US first, overtaken by China on {to_iso(AS_OF - 200)}, 3.3 months before"
    )
    assert passed(made([*models, ("US", 1460.0, AS_OF - 300)]), AS_OF) == ""
    found = Estimate("", "months", "", "", value=2.0, passed="China first")
    assert found.figure() == "China first"


def test_who_led_is_counted_as_listed(tmp_path: Path) -> None:
    path = tmp_path / "led.toml"
    text = '[[claim]]\nkey = "x"\nwho = "X"\ndate = "2026-08-19"\nwhere = "https://example.org"\n'
    text += 'paraphrase = "p"\nleader = "US"\nfollower = "CN"\nboard = "arena/webdev"\nlow = 2\n'
    text += 'kind = "led"\nsince = "2026-03-01"\nwhy = "w"\nverified = true\nchecked = "c"\n'
    path.write_text(text, "utf-8")
    (found,) = check_claims(add=path, only_added=True, n_draws=200).assessments
    mine = found.deciding
    assert mine is not None
    assert (mine.value, mine.low, mine.high, mine.verdict) == (2.0, None, None, "consistent")
    assert mine.told() == "2 changes of hands, as listed"
    assert "China was first on 4" in mine.detail
    made = mine.to_dict()
    assert (made["low"], made["high"], made["no_interval"]) == (None, None, "as listed")
    told = (found.sentence(), found.why, *(text for row in found.rows() for text in row))
    assert not any("interval" in text or "unbounded" in text for text in told)
    assert f"holds in {mine.chance()} of draws: 2 changes of hands, as listed" in found.why
    path.write_text(text.replace("low = 2", "low = 50"), "utf-8")
    (never,) = check_claims(add=path, only_added=True, n_draws=200).assessments
    assert never.verdict == "unlikely"
    assert "was claimed and holds in under 5% of draws: 2 changes of hands" in never.why
    assert "there the share of draws alone decides" in RULE
    path.write_text(text.replace('since = "2026-03-01"\n', ""), "utf-8")
    with pytest.raises(ClaimError, match="says since when"):
        check_claims(add=path, only_added=True, n_draws=200)


def test_lists_are_counted_by_the_policies_that_are_asked(
    planted: Callable[..., Path], tmp_path: Path
) -> None:
    path = tmp_path / "led.toml"
    text = '[[claim]]\nkey = "x"\nwho = "X"\ndate = "2024-12-30"\nwhere = "https://example.org"\n'
    text += 'paraphrase = "p"\nleader = "lab:meta"\nfollower = "lab:nvidia"\nlow = 0\nhigh = 0\n'
    text += 'board = "arena/text"\nkind = "led"\nsince = "2024-09-01"\nwhy = "w"\nverified = true\n'
    path.write_text(text + 'checked = "c"\n', "utf-8")
    days = ("2024-09-15", "2024-10-15", "2024-11-04", "2024-12-30")
    folder = planted(tuple(f"arena/text/{day}" for day in days))
    led = []
    for derivatives in ("keep", "drop"):
        asked: elolag.Question = {
            "n_draws": 100, "archive": folder, "policies": Policies(derivatives=derivatives),
        }  # fmt: skip
        (found,) = check_claims(add=path, only_added=True, **asked).assessments
        changes = elolag.who_led(
            "2024-09-01", board="arena/text", leader="lab:meta", follower="lab:nvidia", **asked
        ).changes
        assert found.deciding is not None
        assert found.deciding.value == len(changes)
        led.append(len(changes))
    assert led == [1, 0]


def test_the_first_chunks_of_an_answer_are_what_they_would_be_alone(studies: Studies) -> None:
    study = studies.asked("arena/text_style_control", "2025-12-11", "overall", "US", "CN").study
    both, alone = (Drawn(replace(study, n_draws=2500)) for _ in range(2))
    keys, day = [("current", "reached"), ("current", "below")], to_day("2025-12-11")
    both.answers(keys, day)
    cut, fresh = (each.answers(keys, day, chunks=1) for each in (both, alone))
    for key in keys:
        mine, theirs = cut[key], fresh[key]
        assert not isinstance(mine, EstimateError)
        assert not isinstance(theirs, EstimateError)
        assert len(mine[1].months) == 1000
        for name in ("months", "censored", "failed"):
            np.testing.assert_array_equal(getattr(mine[1], name), getattr(theirs[1], name))
