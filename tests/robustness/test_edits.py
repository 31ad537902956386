"""On what the headline rests."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from made_study import AS_OF, made

import elolag
from elolag.errors import UsageError
from elolag.robustness.edits import Influence, _point_lags, influence, moved_dates, without_models

FEW = 100


@pytest.fixture(scope="module")
def found() -> Influence:
    return influence(n_draws=FEW)


def test_the_five_that_matter_most_are_estimated_anew(found: Influence) -> None:
    assert found.headline.months == elolag.estimate_lag(n_draws=FEW).months
    assert len(found.top) == 5
    moves = [abs(found.change(c)) for c in found.top]
    assert moves == sorted(moves, reverse=True)
    assert {c.kind for c in found.cases} == {"lab", "model", "date", "vintage"}
    by = {c.words: c for c in found.top}
    case = by["without gemini-2.5-pro-exp-03-25"]
    again = elolag.estimate_lag(n_draws=FEW, exclude={"gemini-2.5-pro-exp-03-25"})
    assert case.result is not None
    assert case.result.to_dict() == again.to_dict()
    assert found.top[0].words == "without every model of Google"


@pytest.fixture(scope="module")
def current() -> Influence:
    return influence(n_draws=FEW, estimand="current")


def test_the_lag_of_the_day_rests_on_its_bracket(current: Influence) -> None:
    by = {c.words: c for c in current.top}
    case = by["without kimi-k3"]
    again = elolag.estimate_lag(n_draws=FEW, exclude={"kimi-k3"}, estimand="current")
    assert case.result is not None
    assert case.result.to_dict() == again.to_dict()
    assert "without every model of Anthropic" in by
    assert "without kimi-k3: 9.0 months behind" in current.sentence()


def test_every_screened_case_is_the_figure_without_it(found: Influence, current: Influence) -> None:
    # Nothing of these decides a match, so nothing moves.
    for one in (found, current):
        by = {c.words: c for c in one.cases}
        for words in ("without gpt-4o-2024-05-13", "without every model of Meta AI"):
            assert by[words].months == pytest.approx(one.headline.months, rel=1e-12)
            assert by[words].result is None
    later = "claude-opus-4-6 released 31 days later"
    month = 31 / (365.2425 / 12)
    assert by[later].months == pytest.approx(current.headline.months - month)
    (mean,) = (c.months for c in found.cases if c.words == later)
    assert found.headline.months - month < mean < found.headline.months


def test_vintages_are_left_out_whole(found: Influence) -> None:
    by = {c.name: c for c in found.cases if c.kind == "vintage"}
    # Lists of the raw board, over which models are carried, are no vintages of this one.
    board = f"{found.headline.board}/"
    paths = [p for p, _ in found.headline.snapshots]
    assert set(by) == {p.removeprefix(board) for p in paths if p.startswith(board)}
    assert any(not p.startswith(board) for p in paths)
    newest = by["2026-08-19"]
    assert newest.words == "without the vintage 2026-08-19, as of 2026-08-02"
    real = elolag.estimate_lag(vintage="2026-08-02", n_draws=FEW)
    assert newest.months == real.months
    older = by["2025-05-24"].result
    assert older is not None
    assert not any(f"{board}2025-05-24" in path for path, _ in older.snapshots)


def test_the_words_and_the_object(found: Influence) -> None:
    text = found.sentence()
    assert text.startswith(f"Of {len(found.cases):,} changes of one lab, model, vintage or date")
    assert " move the headline (on arena/text_style_control, overall, as of 2026-08-19: " in text
    assert "those that matter most are: without every model of Google: 5.9 months behind; " in text
    data = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert len(data["top"]) == 5
    assert data["answer"] == json.loads(json.dumps(found.headline.to_dict()))
    assert data["top"][0]["low"] is not None
    assert list(found.to_frame()) == [
        "words", "kind", "name", "months", "censored", "change", "low", "high", "no_interval",
        "refused",
    ]  # fmt: skip


def test_screening_is_the_lag_without_the_model_estimand_by_estimand() -> None:
    rng = np.random.default_rng(4)
    rows = [("US" if k % 2 else "CN", float(r), AS_OF - 900 + 60.0 * k)
            for k, r in enumerate(np.sort(rng.normal(100, 40, 15)))]  # fmt: skip
    study = made(rows)
    edits = without_models(study)
    for key in ("current", "average", "levels"):
        fast = _point_lags(study, [[e] for e in edits], key)
        for k in range(len(edits)):
            rest = made(rows[:k] + rows[k + 1 :])
            slow = rest.point([key]).lags[key]
            assert fast.months[k] == pytest.approx(slow.months[0])
            assert fast.censored[k] == slow.censored[0]


def test_a_case_without_an_answer_leaves_the_others() -> None:
    """Without its only early model the follower has no window; that case alone has no answer."""
    rows = [("US", 10.0 * k, AS_OF - 900 + 90 * k) for k in range(9)]
    rows += [("CN", 5.0, AS_OF - 800), ("CN", 40.0, AS_OF - 100)]
    study = made(rows)
    found = _point_lags(study, [[e] for e in without_models(study)], "average")
    assert found.failed.tolist() == [False] * 9 + [True, False]
    lonely = made([("US", 1.0, AS_OF - 9), ("CN", 0.0, AS_OF - 5)])
    assert _point_lags(lonely, [[e] for e in without_models(lonely)], "current").failed.all()
    late = _point_lags(lonely, [[e] for e in moved_dates(lonely)], "current")
    assert late.failed.tolist() == [False, True, False, True]


def test_what_leaves_no_answer_is_told(found: Influence) -> None:
    """Without its only lab, or its only early model, a follower has no average of the year."""
    assert all(case.months is not None for case in found.cases)
    assert "no answer" not in found.sentence()
    alone = influence(n_draws=FEW, follower="lab:moonshot")
    gone = [case for case in alone.cases if case.months is None]
    assert ["no rated model" in gone[0].refused, "a window" in gone[1].refused] == [True, True]
    assert all(case.months is not None for case in alone.top)
    lab, first = "without every model of Moonshot AI", "without kimi-k2-0711-preview"
    assert alone.sentence().endswith(f"behind. After 2 changes there is no answer: {lab}; {first}.")
    many = replace(alone, cases=(gone[0],) * 7)
    assert many.sentence().startswith("No single lab, model, vintage or date moves the lag of ")
    listed = "; ".join([lab] * 5)
    assert many.sentence().endswith(f" After 7 changes there is no answer: {listed}; and 2 more.")


def test_what_influence_cannot_be_asked() -> None:
    with pytest.raises(UsageError, match="gap"):
        influence(estimand="gap")
