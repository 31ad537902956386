"""What was asked other than by default stands in the notes, the object and the foot of a chart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

import elolag
from elolag.cite import citation
from elolag.claims import check_claims
from elolag.claims.statement import check_statement
from elolag.estimate.session import Session
from elolag.results.provenance import chosen, provenance

SESSION = Session()
BOARD = "arena/vision"
OUT = "qwen3.8-max"
SAID = "Note: asked with other choices than the default ones: "
#: Every way to ask that rests on draws, as little of it as answers.
ASKED: dict[str, Callable[..., Any]] = {
    "lag": elolag.estimate_lag,
    "all": elolag.estimate_all,
    "change": lambda **q: elolag.estimate_change("2026-01-01", estimand="current", **q),
    "compare": lambda **q: elolag.compare("openness", **q),
    "dates": elolag.model_dates,
    "level": lambda **q: elolag.level_dates(1200.0, **q),
    "leads": lambda **q: elolag.who_led("2026-07-25", **q),
    "measures": elolag.compare_measures,
    "news": lambda **q: elolag.estimate_news("2026-08-02", "2026-08-06", **q),
    "path": lambda **q: elolag.lag_path("2026-07-01", **q),
    "revisions": elolag.estimate_revisions,
    "forecast": elolag.forecast_lag,
    "catch-up": elolag.time_to_match,
}


def ask(name: str, **question: Any) -> Any:
    return ASKED[name](**{"board": BOARD, "n_draws": 100, "session": SESSION, **question})


def notes(found: Any) -> str:
    given = [f"Note: {note}." for note in getattr(found, "notes", ())]
    return "\n".join([*found.footnotes(), *given])


@pytest.mark.parametrize("name", ASKED)
def test_what_was_left_out_is_told_wherever_it_moves_an_answer(name: str) -> None:
    found = ask(name, exclude=[OUT], correct_selection=False)
    told = f"no selection correction, without {OUT}"
    assert f"{SAID}{told}" in notes(found)
    assert provenance(found).chosen["en"].startswith(told)
    assert OUT in str(found.to_dict())


@pytest.mark.parametrize("name", ASKED)
def test_nothing_is_told_of_the_default_choices(name: str) -> None:
    found = ask(name)
    assert SAID not in notes(found)
    assert not any(provenance(found).chosen.values())


def test_window_and_match_rule_stand_in_the_foot_of_a_chart() -> None:
    found = ask("compare", estimand="average", window=6.0, match_rule="below")
    told = provenance(found).chosen
    assert told == {
        "en": "dated by the last model below the level, over six months",
        "de": "datiert mit dem letzten Modell unter dem Niveau, über sechs Monate",
    }
    assert chosen(ask("lag", estimand="current", window=6.0)) == ()


@pytest.mark.parametrize("name", ["lag", "dates", "news", "compare", "revisions"])
def test_another_match_rule_stands_in_the_notes(name: str) -> None:
    assert f"{SAID}dated by the last model below the level" in notes(ask(name, match_rule="below"))


def test_news_say_over_which_window_their_average_is() -> None:
    assert "The average is over six months." in ask("news", window=6.0).footnotes()


def test_the_meanings_under_all_estimands_name_the_match_rule() -> None:
    groups = ask("all", match_rule="below").groups()
    (current,) = (text for text in groups[0] if text.startswith("current: "))
    assert "match rule below" in current


def test_who_led_counts_by_the_clock_it_was_asked_with() -> None:
    by = {clock: ask("leads", clock=clock).standings[0] for clock in ("released", "first-listed")}
    assert {clock: s.follower for clock, s in by.items()} == {
        "released": "kimi-k2.6",  # the list of 2 August shows qwen3.8-max a day before its release
        "first-listed": OUT,
    }


def test_an_answer_by_other_tags_is_cited_with_them(tmp_path: Any) -> None:
    found = ask("lag")
    other = {**found.policies, "tags": "0" * 64}
    said = citation(replace(found, policies=other)).footnote
    assert "not those that came with elolag" in said


@pytest.mark.parametrize("check", [check_claims, check_statement])
def test_claims_say_by_which_rules_they_were_checked(check: Callable[..., Any]) -> None:
    given = ("7 months behind",) if check is check_statement else ()
    only: dict[str, Any] = {} if given else {"keys": ["schmidt-2024"]}
    rules = elolag.Policies(derivatives="drop")
    found = check(*given, policies=rules, n_draws=100, **only)
    assert f"{SAID}without derivatives" in notes(found)
    assert found.to_dict()["policies"]["derivatives"] == "drop"
