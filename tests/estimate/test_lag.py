"""The pipeline on the shipped archive: what the headline must say, and what cannot change it."""

from __future__ import annotations

import dataclasses
import json
import shutil
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import elolag
from elolag import tags
from elolag.cite import citation
from elolag.dates import DAYS_PER_MONTH, to_day
from elolag.errors import EstimateError, UsageError
from elolag.estimate.comparison import estimate_all
from elolag.estimate.lag import ESTIMANDS
from elolag.estimate.session import Session, prepare
from elolag.model import draws
from elolag.results import citing
from elolag.results.words import MATCHED

FEW = 400
#: The tags, lists and panels of the shipped archive, read once.
SHARED = Session()
estimate_lag = partial(elolag.estimate_lag, session=SHARED)


@pytest.fixture(scope="module")
def headline() -> elolag.LagResult:
    return estimate_lag()


@pytest.fixture(scope="module")
def current() -> elolag.LagResult:
    return estimate_lag(estimand="current")


def test_headline_names_the_follower_and_the_match(headline: elolag.LagResult) -> None:
    assert (headline.board, headline.category) == ("arena/text_style_control", "overall")
    assert (headline.as_of, headline.vintage) == ("2026-08-19", "2026-08-19")
    assert headline.follower.entry == "kimi-k3-max"
    assert headline.follower.release_date == "2026-07-16"
    assert headline.follower.rating == pytest.approx(1486.1, abs=1.5)
    assert headline.match is not None
    assert (headline.match.model, headline.match.release_date) == ("claude-opus-4-6", "2026-02-05")
    assert headline.matches is not None
    assert headline.matches[1].model == "gemini-3-pro"
    # The "roughly nine draws of ten" holds without the young-entry drift; with it, less.
    assert headline.matches[0].probability > 0.75
    assert headline.matches[0].probability + headline.matches[1].probability > 0.95


def test_uncorrected_probabilities_are_those_of_the_published_errors() -> None:
    plain = estimate_lag(correct_selection=False, drift="none")
    assert plain.matches is not None
    assert plain.matches[0].probability == pytest.approx(0.92, abs=0.02)


def test_the_default_is_the_average_over_twelve_months(headline: elolag.LagResult) -> None:
    assert (headline.estimand, headline.window) == ("average", 12.0)
    assert round(headline.months, 1) == 6.9
    assert 5.0 < headline.low < headline.months < headline.high < 9.0
    named = estimate_lag(estimand="average")
    assert named.to_dict() == headline.to_dict()


@pytest.mark.parametrize("window", [None, 6.0])
def test_what_looks_at_one_day_has_no_window(window: float | None) -> None:
    asked: dict = {"n_draws": 100, "window": window}
    for estimand in ("current", "gap", "trend"):
        found = estimate_lag(estimand=estimand, **asked)
        assert (found.window, found.to_dict()["headline"]["window"]) == (0.0, None)
    assert elolag.estimate_change("2026-05-19", estimand="current", **asked).window == 0.0
    days = {"start": "2026-08-01", "end": "2026-08-19", **asked}
    assert elolag.lag_path(**days).window == 0.0
    assert elolag.lag_path(estimand="average", **days).window == (window or 12.0)


def test_the_day_is_the_same_whatever_the_estimand(
    headline: elolag.LagResult, current: elolag.LagResult
) -> None:
    assert headline.day == current.day
    assert headline.day.state == "between"
    above, below = headline.day.above, headline.day.below
    assert above is not None
    assert below is not None
    assert (above.model, below.model) == ("gemini-3-pro", "claude-opus-4-6")
    assert above.rating < headline.follower.rating <= below.rating
    assert headline.day.probability == headline.matches[0].probability


def test_without_twelve_months_the_day_s_lag_is_given_with_a_note() -> None:
    early = estimate_lag(as_of="2024-02-01", n_draws=FEW)
    assert early.estimand == "current"
    assert any(note.startswith("not the average of twelve months: ") for note in early.notes)
    with pytest.raises(EstimateError, match="window"):
        estimate_lag(as_of="2024-02-01", estimand="average", n_draws=FEW)
    with pytest.raises(EstimateError, match="window"):
        estimate_lag(as_of="2024-02-01", window=12.0, n_draws=FEW)


def test_a_first_release_known_to_the_month_is_too_late_if_it_is_in_some_draw() -> None:
    # The posterior means put China's first model of May 2025 in the middle of the month.
    asked: dict[str, Any] = {"board": "arena/text_to_video", "vintage": "2026-05-29"}
    found = estimate_lag(**asked, n_draws=FEW)
    assert found.estimand == "current"
    assert [n for n in found.notes if n.startswith("not the average of twelve months: a window")]
    with pytest.raises(EstimateError, match="take a window of at most 11"):
        estimate_lag(**asked, estimand="average", n_draws=FEW)


def test_months_is_the_date_difference_of_the_match(current: elolag.LagResult) -> None:
    assert current.match is not None
    days = to_day(current.as_of) - to_day(current.match.release_date)
    assert current.months == days / DAYS_PER_MONTH
    assert round(current.months, 1) == 6.4


def test_probabilities_sum_to_one_and_are_sorted(headline: elolag.LagResult) -> None:
    shares = [m.probability for m in headline.matches or ()]
    assert sum(shares) == pytest.approx(1.0, abs=1e-12)
    assert shares == sorted(shares, reverse=True)


def test_interval_ends_are_lags_of_possible_matches(current: elolag.LagResult) -> None:
    possible = {m.months for m in current.matches}
    assert {current.low, current.high} <= possible
    inside = sum(m.probability for m in current.matches if current.low <= m.months <= current.high)
    assert inside >= current.level


def test_same_seed_same_result_other_seed_same_point(headline: elolag.LagResult) -> None:
    again = elolag.estimate_lag()
    assert again.to_dict() == headline.to_dict()
    other = estimate_lag(seed=1)
    assert (other.months == headline.months) == (not headline.averaged)
    assert other.months == pytest.approx(headline.months, abs=0.05)
    assert other.gap.low != headline.gap.low


def test_result_is_frozen_and_serialises_without_nan(headline: elolag.LagResult) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        headline.months = 0.0  # type: ignore[misc]
    text = json.dumps(headline.to_dict(), allow_nan=False)
    assert json.loads(text)["follower"]["model"] == "kimi-k3"


def test_swapping_the_groups_flips_the_sign(headline: elolag.LagResult) -> None:
    swapped = estimate_lag(leader="CN", follower="US")
    assert swapped.months == -headline.months
    assert swapped.leads
    # When the follower leads, `leader` is the leader's best and the match stands beside it.
    assert swapped.leader == swapped.leader_best
    assert swapped.match is not None
    assert swapped.match.model == "claude-opus-4-6"
    assert swapped.match.group == "US"
    assert swapped.gap.elo == pytest.approx(-headline.gap.elo, abs=1.0)
    assert "ahead" in swapped.sentence()


def test_retired_models_count(headline: elolag.LagResult) -> None:
    retired = {"gemini-2.5-pro-preview-05-06", "gemini-exp-1206", "claude-1"}
    assert retired <= {m.model for m in headline.models}
    assert len(headline.snapshots) > 1


def test_as_of_alone_is_hindsight_and_vintage_is_real_time() -> None:
    hindsight = estimate_lag(as_of="2026-06-25", n_draws=FEW)
    real_time = estimate_lag(vintage="2026-06-25", n_draws=FEW)
    assert (hindsight.vintage, real_time.vintage) == ("2026-08-19", "2026-06-25")
    assert hindsight.as_of == real_time.as_of == "2026-06-25"
    assert max(p for p, _ in real_time.snapshots) == "arena/text_style_control/2026-06-25"
    assert hindsight.data_through <= "2026-06-25"


def test_web_copies_only_when_named() -> None:
    result = estimate_lag(vintage="2026-03-31", n_draws=FEW)
    assert result.as_of == "2026-03-31"
    assert len(result.snapshots) == 1
    assert any("cut off" in note for note in result.notes)


def test_openness_is_dated() -> None:
    """Kimi K3 came on 2026-07-16, its weights on 2026-07-27."""
    before = estimate_lag(follower="CN+open", as_of="2026-07-26", n_draws=FEW)
    after = estimate_lag(follower="CN+open", as_of="2026-07-27", n_draws=FEW)
    assert before.follower.model != "kimi-k3"
    assert after.follower.model == "kimi-k3"
    closed = estimate_lag(leader="US", follower="CN+closed", n_draws=FEW)
    assert closed.follower.model == "kimi-k3", "closed at release, and kept after weights appear"


def test_nested_groups_are_said_and_overlapping_ones_refused() -> None:
    nested = estimate_lag(leader="ALL", follower="CN", n_draws=FEW)
    assert any("nested" in note for note in nested.notes)
    with pytest.raises(UsageError, match="neither strictly contains"):
        estimate_lag(leader="US", follower="open", n_draws=FEW)
    apart = estimate_lag(leader="closed", follower="open", n_draws=FEW)
    assert not any("nested" in note for note in apart.notes)


def test_matches_of_level_bests_are_no_older_than_the_tie() -> None:
    shared = estimate_lag(leader="US", follower="ALL", estimand="current", n_draws=FEW)
    assert {match.months for match in shared.matches} == {0.0}
    # The same model on both sides, open from a later day than released.
    later = estimate_lag(leader="CN", follower="CN+open", estimand="current", n_draws=FEW)
    study = prepare(leader="CN", follower="CN+open", n_draws=FEW, session=SHARED)
    drawn = study.sample(["current"]).lags["current"].months
    counted = sum(match.months * match.probability for match in later.matches)
    assert counted == pytest.approx(drawn.mean())


@pytest.mark.parametrize("estimand", ESTIMANDS)
def test_every_estimand_gives_an_ordered_interval(estimand: str) -> None:
    result = estimate_lag(estimand=estimand, n_draws=FEW)
    if estimand == "gap":
        assert result.months is None
        assert result.gap.low <= result.gap.elo <= result.gap.high
    else:
        assert result.low <= result.months <= result.high
    begins = "Over the twelve months to" if estimand == "average" else "As of 2026-08-19"
    assert result.sentence().startswith(begins)
    assert sum(m.probability for m in result.matches) == pytest.approx(1.0)
    assert result.leader == result.match
    assert result.match.model == result.matches[0].model == "claude-opus-4-6"


def test_gap_percentages_and_win_rate(headline: elolag.LagResult) -> None:
    gap = headline.gap
    assert gap.elo == headline.leader_best.rating - headline.follower.rating
    assert gap.percent_of_leader == pytest.approx(100 * gap.elo / headline.leader_best.rating)
    assert gap.percent_of_follower == pytest.approx(100 * gap.elo / headline.follower.rating)
    assert gap.win_rate == pytest.approx(1 / (1 + 10 ** (-gap.elo / 400)))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"board": "arena/txt"}, "arena/text"),
        ({"category": "codng"}, "coding"),
        ({"leader": "XX"}, "XX"),
        ({"leader": "lab:opena"}, "lab:openai"),
        ({"as_of": "2026-08-20"}, "later than the vintage"),
        ({"as_of": "20260801"}, "YYYY-MM-DD"),
        ({"vintage": "2026-08-20"}, "nearest"),
        ({"n_draws": 0}, "at least 40"),
        ({"n_draws": 39}, "at least 40"),
        ({"n_draws": 200_001}, "at most 200,000"),
        ({"level": 1.5}, "between 0 and 1"),
        ({"estimand": "lag"}, "current"),
        ({"frontier": "cubic"}, "step"),
        ({"match_rule": "above"}, "reached, below, between, not-worse"),
        ({"match_rule": "below", "estimand": "trend"}, "smooth curves and dates no record"),
        ({"match_rule": "below", "estimand": "gap"}, "distance on one day"),
    ],
)
def test_bad_requests_name_the_value_and_what_to_do(arguments: dict, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        estimate_lag(**arguments)


@pytest.mark.parametrize("rule", ["below", "between", "not-worse"])
def test_another_match_rule_is_said_and_names_no_match(
    headline: elolag.LagResult, rule: str
) -> None:
    found = estimate_lag(match_rule=rule, n_draws=400)
    assert found.to_dict()["policies"]["match_rule"] == rule
    assert headline.policies["match_rule"] == "reached"
    assert f" in Arena's blind text votes, {MATCHED[rule]}. On 19 August" in found.sentence()
    assert f"match rule {rule}: {MATCHED[rule]}" in dict(found.rows())["estimand"]
    assert "match rule" not in headline.summary()
    assert not any(text in headline.summary() for text in MATCHED.values())
    day = estimate_lag(estimand="current", match_rule=rule, n_draws=400)
    assert f"match rule {rule}: {MATCHED[rule]}" in day.sentence()
    assert not day.by_match
    assert day.order is None
    assert found.gap.elo == headline.gap.elo
    longer = {"below": 1, "between": 1, "not-worse": -1}[rule]
    assert longer * (found.low or 0.0) > longer * (headline.low or 0.0)
    assert any("not calibrated" in note for note in found.notes) == (rule == "not-worse")
    assert f" in Arena's blind text votes, {MATCHED[rule]}." in citation(found).sentence
    assert f" {citing.MATCHED[rule]}. Am 19. August" in citation(found, "de").sentence
    with pytest.raises(UsageError, match=f"not {rule}"):
        citation(day)
    with pytest.raises(UsageError, match=rule):
        elolag.lag_path("2026-08-01", match_rule=rule, n_draws=400)


def test_not_worse_has_no_sampling_interval() -> None:
    with pytest.raises(EstimateError, match="match rule not-worse"):
        estimate_lag(match_rule="not-worse", interval="sampling", n_draws=400)


def test_all_estimands_under_a_match_rule_are_those_that_date_a_crossing() -> None:
    found = estimate_all(match_rule="between", n_draws=400, session=SHARED)
    assert set(found.refused) == {"trend", "gap"}
    assert {r.match_rule for r in found.results} == {"between"}


@pytest.mark.parametrize("asked", [{}, {"window": 40.0, "match_rule": "below"}])
def test_all_estimands_together_are_what_each_is_alone(asked: dict[str, Any]) -> None:
    found = estimate_all(n_draws=FEW, session=SHARED, **asked)
    for estimand in ESTIMANDS:
        ask = partial(estimate_lag, estimand=estimand, interval="both", n_draws=FEW, **asked)
        if estimand in found.refused:
            with pytest.raises((EstimateError, UsageError)) as refused:
                ask()
            assert found.refused[estimand] == str(refused.value)
        else:
            (said,) = (r for r in found.results if r.estimand == estimand)
            assert said.to_dict() == ask().to_dict()
    assert [r.estimand for r in found.results] == [e for e in ESTIMANDS if e not in found.refused]


def test_figures_without_retired_records_are_bounds_where_they_are() -> None:
    asked: dict[str, Any] = {"board": "comparia/text", "vintage": "2026-02-11", "n_draws": FEW}
    sides = {"leader": "lab:openai", "follower": "lab:google"}
    found = estimate_all(**asked, **sides, session=SHARED)
    gone = found.retired.partition("(")[2].partition(")")[0].split(", ")
    without = estimate_lag(**asked, **sides, estimand="average", exclude=gone)
    assert without.censored == "at-most"
    assert f"average {without.size().removesuffix(' months')} ahead" in found.retired
    assert "average at least" in found.retired


def test_a_note_on_the_draws_of_one_estimand_names_it() -> None:
    found = estimate_all(leader="open", follower="closed", window=3, n_draws=FEW, session=SHARED)
    told = [text for text in found.footnotes() if "of the draws have no answer" in text]
    thin = [result.estimand for result in found.results if result.answered is not None]
    assert [text.split(": ")[:2] for text in told] == [["Note", name] for name in thin] != []


def test_what_is_asked_of_the_same_draws_is_what_new_ones_say() -> None:
    """In any order, by other windows, days and match rules, on the draws that are kept."""
    study = prepare(n_draws=FEW, session=SHARED)
    for rule in ("reached", "not-worse", "below", "reached"):
        for window, back in ((None, 0.0), (6.0, 0.0), (None, 200.0), (6.0, 0.0)):
            asked = dataclasses.replace(study, match_rule=rule, window=window)
            day = study.as_of - back
            kept = asked.sample(["average", "current"], day)
            anew = draws.sample(
                study.cast.field, study.fitted, day, ["average", "current"], window, FEW,
                study.seed, asked.match,
            )  # fmt: skip
            for estimand, lags in anew.lags.items():
                assert (kept.lags[estimand].months == lags.months).all()
            assert (kept.gap == anew.gap).all()


def test_as_of_before_a_group_exists() -> None:
    with pytest.raises(EstimateError, match="no model by 2019-01-01"):
        estimate_lag(as_of="2019-01-01")
    with pytest.raises(EstimateError, match="window"):
        estimate_lag(estimand="average", as_of="2023-05-01", n_draws=FEW)


def test_board_without_errors_is_refused(tmp_path: Path) -> None:
    target = tmp_path / "epoch" / "eci"
    shipped = elolag.open_archive().path / "epoch" / "eci" / "2026-01-20"
    shutil.copytree(shipped, target / "2026-01-20")
    with pytest.raises(EstimateError, match="interval or a variance"):
        estimate_lag("epoch/eci", archive=tmp_path)


def test_a_listed_model_that_is_not_out_yet_is_named_and_does_not_count() -> None:
    result = estimate_lag(vintage="2026-10-02", n_draws=FEW)
    (note,) = (n for n in result.notes if "does not count" in n)
    assert note.startswith("the entry gemini-4-argon-high is listed ")
    assert "points above the best of the US" in note
    assert "from 2026-10-13, after the as-of date" in note
    assert result.leader_best.model != "gemini-4-argon"
    # Asked of an earlier day, every later release is out of the question and not worth a word.
    earlier = estimate_lag(vintage="2026-10-02", as_of="2026-09-01", n_draws=FEW)
    assert not any("does not count" in note for note in earlier.notes)


def test_online_elo_is_never_a_scale() -> None:
    with pytest.raises(UsageError, match="online Elo"):
        estimate_lag("arena/text", vintage="2023-06-19")


def test_policies_move_models_between_groups() -> None:
    plain = estimate_lag(n_draws=FEW)
    dropped = estimate_lag(n_draws=FEW, policies=tags.Policies(derivatives="drop"))
    assert "athene-v2-chat" in {m.model for m in plain.models}
    assert "athene-v2-chat" not in {m.model for m in dropped.models}
    moved = estimate_lag(n_draws=FEW, policies=tags.Policies(derivatives="to-base"))
    assert "CN" in {m.group for m in moved.models if m.model == "athene-v2-chat"}


def test_a_group_of_few_models_is_warned_of() -> None:
    few = estimate_lag(follower="CA", n_draws=FEW)
    rated = sum(m.group == "CA" and m.counts_from <= few.as_of for m in few.models)
    assert any(f"few rated models ({rated} of CA)" in note for note in few.notes)
    assert not any("few-models" in note for note in estimate_lag(n_draws=FEW).notes)


def test_missing_and_damaged_archives(tmp_path: Path) -> None:
    with pytest.raises(elolag.errors.ArchiveError):
        estimate_lag(archive=tmp_path / "none")


def test_point_is_one_draw_at_the_posterior_means(headline: elolag.LagResult) -> None:
    """The engine's point equals a plain search through the result's own models."""
    leaders = [m for m in headline.models if m.group == "US" and m.counts_from <= headline.as_of]
    followers = [m for m in headline.models if m.group == "CN" and m.counts_from <= headline.as_of]
    level = max(m.rating for m in followers)
    reached = min(m.counts_from for m in leaders if m.rating >= level)
    assert headline.match is not None
    assert reached == headline.match.release_date
    assert draws.CHUNK == 1000


def test_a_minimum_of_votes_says_how_many_entries_print_none() -> None:
    found = estimate_lag(n_draws=40, level=0.9, min_votes=99_999_999)
    assert any("print no count of votes" in note and "of the" in note for note in found.notes)
    assert not any("count of votes" in n for n in estimate_lag(n_draws=40, level=0.9).notes)


@pytest.mark.parametrize(
    ("old", "new"),
    [("backward", "current"), ("backward-mean", "average"), ("level-mean", "levels")],
)
def test_a_name_of_old_says_what_took_its_place(old: str, new: str) -> None:
    with pytest.raises(UsageError, match=f"unknown estimand '{old}'; it is called {new} now"):
        estimate_lag(estimand=old, n_draws=FEW)


@pytest.mark.parametrize(
    "ask",
    [
        elolag.estimate_lag, elolag.estimate_all, elolag.estimate_change, elolag.compare,
        elolag.estimate_revisions, elolag.time_to_match, prepare,
    ],
)  # fmt: skip
def test_an_option_that_is_gone_names_its_successor(ask: Any) -> None:
    with pytest.raises(UsageError, match="young_drift is gone: take drift='none' or drift='arena'"):
        ask(**({"by": "openness"} if ask is elolag.compare else {}), young_drift=False)


def test_a_seed_below_nought_is_refused_like_any_number() -> None:
    with pytest.raises(UsageError, match="seed -1 is negative; take 0 or more"):
        estimate_lag(seed=-1, n_draws=FEW)
