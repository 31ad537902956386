"""`forecast_lag`: what it says of every target, in both languages, and what it refuses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.legend import Legend

import elolag
from elolag import plots
from elolag.dates import months_after, to_day, to_iso
from elolag.errors import EstimateError, UsageError
from elolag.estimate.session import Session
from elolag.forecast.ahead import _SPAN, MIXTURE, MODELS, Outlook, answers
from elolag.forecast.form import HORIZONS, QUANTILES, TARGETS, decode, encode
from elolag.forecast.past import NO_RECORD, Fan
from elolag.forecast.projection import Projected
from elolag.plots.paths import forecast_title

VINTAGE = "2026-08-19"


@pytest.fixture(scope="module")
def outlook() -> Outlook:
    return elolag.forecast_lag(vintage=VINTAGE, n_draws=300)


def test_every_model_speaks_of_every_target(outlook: Outlook) -> None:
    assert tuple(outlook.answers) == (*MODELS, MIXTURE)
    for found in outlook.answers.values():
        assert {a.target for a in found} == set(TARGETS)
        for answer in found:
            assert answer.end == months_after(VINTAGE, answer.horizon or 0)
            assert len(answer.at) == len(answer.values)
            if answer.kind == "quantile":
                assert answer.at == tuple(map(str, QUANTILES))
                assert list(answer.values) == sorted(answer.values)
            elif answer.kind == "pmf":
                assert sum(answer.values) == pytest.approx(1, abs=1e-9)
            else:
                assert len(answer.at) == _SPAN
                assert list(answer.values) == sorted(answer.values)
                assert all(0 < p < 1 for p in answer.values)


def test_no_change_is_the_figure_of_the_day_at_every_horizon(outlook: Outlook) -> None:
    lag = elolag.estimate_lag(vintage=VINTAGE, n_draws=2000)
    for months in HORIZONS:
        middle, low, high = outlook.between("average", months, MODELS[0])
        assert low < lag.months < high
        assert middle == pytest.approx(lag.months, abs=0.3)
    assert outlook.now["average"] == pytest.approx(lag.months, abs=0.15)


def test_the_path_ends_with_the_figure_of_the_day(outlook: Outlook) -> None:
    assert outlook.days[-1] == to_day(VINTAGE)
    assert outlook.path[-1] == pytest.approx(outlook.now["average"], abs=0.1)
    path = elolag.lag_path("2026-08-01", VINTAGE, estimand="average", n_draws=300)
    assert outlook.path[-19:] == pytest.approx(path.months, abs=1e-6)


def test_answers_are_counted_from_the_draws() -> None:
    rng = np.random.default_rng(0)
    figures = {name: rng.normal(size=(99, 4)) for name in ("average", "current", "gap")}
    figures["gap"][33:] = 1.0
    dates = {
        "parity": np.where(np.arange(99) < 33, to_day("2026-03-15"), np.inf),
        "reach": np.full(99, to_day("2026-02-01")),
    }
    found = {
        (a.target, a.horizon): a
        for a in answers(Projected(figures, dates), "2026-01-31", "US", "CN")
    }
    one = found["average", 3]
    assert one.end == "2026-04-30"
    assert one.values == pytest.approx(np.quantile(figures["average"][:, 1], QUANTILES), abs=6e-5)
    first = found["first", 12]
    assert first.at == ("CN", "other")
    assert first.values[0] == pytest.approx(
        ((figures["gap"][:, 3] < 0).sum() + 0.5) / 100, abs=1e-4
    )
    parity = found["parity", _SPAN]
    assert parity.at[:3] == ("2026-02-28", "2026-03-31", "2026-04-30")
    assert parity.values[:3] == (round(1 / 124, 4), round(35 / 124, 4), round(36 / 124, 4))
    assert found["reach", _SPAN].values[0] == round(100 / 124, 4)


def test_who_stands_first_is_no_likelier_than_who_has_passed() -> None:
    """In every draw the follower is ahead; of its date a draw more lies in every later month."""
    figures = {name: np.full((99, 5), -1.0) for name in ("average", "current", "gap")}
    dates = dict.fromkeys(("parity", "reach"), np.full(99, to_day("2026-02-01")))
    found = answers(Projected(figures, dates), "2026-01-31", "US", "CN", on=("2026-03-01",))
    passed = next(a for a in found if a.target == "parity").values
    assert passed[:3] == (round(100 / 124, 4), round(101 / 124, 4), round(102 / 124, 4))
    first = {a.end: a.values for a in found if a.target == "first"}
    assert first["2026-02-28"] == (passed[0], round(1 - passed[0], 4))
    assert first["2026-03-01"][0] == passed[1]
    assert first["2027-01-31"][0] == passed[11]


def test_the_sentences_say_the_numbers_of_the_answers(outlook: Outlook) -> None:
    middle, low, high = outlook.between("average", 6)
    text = outlook.sentence()
    assert f"{middle:.1f} months behind" in text
    assert "19 February 2027" in text
    german = outlook.sentence("de")
    assert f"{middle:.1f}".replace(".", ",") + " Monate zurück" in german
    assert "19. Februar 2027" in german
    for said in (text, german):
        assert "  " not in said
        assert "{" not in said
    assert low <= middle <= high


def test_a_side_that_may_be_ahead_is_said_with_its_direction(outlook: Outlook) -> None:
    found = tuple(
        replace(a, values=tuple(v - 6 for v in a.values)) if a.target == "average" else a
        for a in outlook.answers[MIXTURE]
    )
    shifted = replace(outlook, answers={**outlook.answers, MIXTURE: found})
    places = {a.horizon: a.values for a in found if a.target == "average"}
    middle, low, high = (places[6][QUANTILES.index(q)] for q in (0.5, 0.1, 0.9))
    row = next(r for r in shifted.table().cells() if r[:2] == ["average over 12 months", "6"])
    assert row[3] == f"{abs(middle):.1f} {'ahead' if middle < 0 else 'behind'}"
    assert low < 0 < high
    assert row[4] == f"{-low:.1f} ahead to {high:.1f} behind"
    assert "ahead to" in shifted.sentence()
    assert "voraus bis" in shifted.sentence("de")


def test_a_level_that_may_never_be_reached_has_no_date(outlook: Outlook) -> None:
    found = tuple(
        replace(a, values=tuple(v * 0.3 for v in a.values)) if a.target == "reach" else a
        for a in outlook.answers[MIXTURE]
    )
    never = replace(outlook, answers={**outlook.answers, MIXTURE: found})
    assert never.by("reach", 0.5) is None
    assert "With a probability of 70% none reaches" in never.sentence()
    assert "mit einer Wahrscheinlichkeit von 70 % keines binnen 24 Monaten" in never.sentence("de")


def test_a_forecast_is_never_shown_without_its_record(outlook: Outlook) -> None:
    for lang in ("en", "de"):
        assert outlook.record[lang]
        assert outlook.sentence(lang).endswith(outlook.record[lang])
    drawn = plots.forecast(outlook)
    foot = " ".join(t.get_text() for t in drawn.figure.texts).replace("\n", " ")
    assert outlook.note
    assert outlook.note in foot
    # The fans of earlier lists were made afterwards: nobody is told that they were said before.
    labels = [t.get_text() for key in drawn.figure.findobj(Legend) for t in key.get_texts()]
    assert "earlier lists (median, 80%)" in labels


@pytest.fixture(scope="module")
def shared() -> Session:
    return Session()


def test_a_record_is_of_the_question_it_was_scored_on(shared: Session) -> None:
    for options in (
        {"leader": "lab:openai"},
        {"follower": "FR"},
        {"min_votes": 4000},
        {"policies": elolag.Policies(derivatives="drop")},
    ):
        found = elolag.forecast_lag(vintage=VINTAGE, n_draws=200, session=shared, **options)  # type: ignore[arg-type]
        assert found.past == ()
        assert (found.record, found.note) == (NO_RECORD, NO_RECORD["en"])
        with pytest.raises(UsageError, match=next(iter(options))):
            found.rounds(VINTAGE)
    same = elolag.forecast_lag(
        vintage=VINTAGE, n_draws=200, seed=1, policies=elolag.Policies(), session=shared
    )
    assert same.past
    assert same.record != NO_RECORD
    assert same.asked == ("n_draws", "seed")


def test_first_is_said_only_where_one_of_the_two_sides_stands_first(
    outlook: Outlook, shared: Session
) -> None:
    assert outlook.alone
    assert "stands alone at the top on that day on the Arena text leaderboard with style" in (
        outlook.sentence()
    )
    assert "Arena-Rangliste „Text“ mit Stilkontrolle allein an der Spitze." in outlook.sentence(
        "de"
    )
    # Anthropic's best stands above OpenAI's, and that of the US above China's and France's.
    for leader, follower in (("lab:openai", "CN"), ("US", "FR"), ("FR", "CN")):
        found = elolag.forecast_lag(
            leader=leader, follower=follower, vintage=VINTAGE, n_draws=200, session=shared
        )
        assert not found.alone
        assert "first" not in {a.target for mine in found.answers.values() for a in mine}
        assert "alone" not in found.sentence()
        assert "Alone at the top: not said" in found.footnotes()[1]
    turned = elolag.forecast_lag(
        leader="CN", follower="US", vintage=VINTAGE, n_draws=200, session=shared
    )
    assert turned.alone
    # A level that the follower stands above is not said to be reached some day.
    assert "reaches" not in turned.sentence()
    assert "erreicht" not in turned.sentence("de")


def test_one_date_is_said_once_with_its_higher_probability(outlook: Outlook) -> None:
    found = tuple(
        replace(a, values=(0.95,) * len(a.values)) if a.target == "reach" else a
        for a in outlook.answers[MIXTURE]
    )
    soon = replace(outlook, answers={**outlook.answers, MIXTURE: found})
    assert (
        "By 19 September 2026 with a probability of at least 90%, a Chinese model reaches"
        in soon.sentence()
    )
    assert (
        "Mit einer Wahrscheinlichkeit von mindestens 90 % bis zum 19. September 2026 erreicht"
        in soon.sentence("de")
    )


def test_the_table_has_ours_for_the_reader_and_all_as_data(outlook: Outlook) -> None:
    table = outlook.table()
    frame = outlook.to_frame()
    assert set(frame["model"]) == {MIXTURE, *MODELS}
    assert len(table.cells()) == (frame["model"] == MIXTURE).sum() == 26
    assert not any("-0.0" in cell for row in table.cells() for cell in row)


def test_earlier_fans_lie_before_the_list(outlook: Outlook) -> None:
    assert outlook.past
    assert all(isinstance(fan, Fan) and fan.round_id < VINTAGE for fan in outlook.past)


def test_a_round_is_in_the_form_of_the_ledger(outlook: Outlook) -> None:
    changed = replace(outlook, asked=())
    rounds = changed.rounds("2026-11-27")
    assert [r.forecaster for r in rounds] == [*MODELS, MIXTURE]
    assert {r.round_id for r in rounds} == {VINTAGE}
    with pytest.raises(UsageError, match="n_draws"):
        outlook.rounds("2026-11-27")


@pytest.mark.parametrize("name", ["as_of", "window", "match_rule", "level"])
def test_what_a_forecast_fixes_is_refused(name: str) -> None:
    value = {"as_of": "2026-01-01", "window": 6.0, "match_rule": "below", "level": 0.8}[name]
    with pytest.raises(UsageError, match=f"{name} has no place here: a forecast"):
        elolag.forecast_lag(**{name: value})  # type: ignore[arg-type]


def test_a_board_of_one_s_own_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    file.write_text("entry,rating,lower,upper\ngpt-4o-2024-05-13,1300,1290,1310\n", "utf-8")
    with pytest.raises(UsageError, match="has one list"):
        elolag.forecast_lag(board=elolag.own_board(file))


def test_groups_that_share_models_are_refused() -> None:
    with pytest.raises(EstimateError, match="groups without common models"):
        elolag.forecast_lag(leader="CN", follower="CN+open", vintage=VINTAGE, n_draws=200)


def test_a_bound_is_not_carried_on_as_a_figure(shared: Session) -> None:
    # Moonshot's first models were above Mistral's best: how far it is behind has only a bound.
    asked: elolag.Question = {
        "leader": "lab:moonshot", "follower": "lab:mistral", "vintage": "2026-10-02",
        "n_draws": 200, "session": shared,
    }  # fmt: skip
    assert elolag.estimate_lag(estimand="average", **asked).censored == "at-least"
    with pytest.raises(
        EstimateError, match=r"of the list's day: the figure is a bound only \(at-l"
    ):
        elolag.forecast_lag(**asked)


def test_days_of_a_bound_are_no_path_and_no_step(shared: Session) -> None:
    found = elolag.forecast_lag(board="epoch/eci", n_draws=200, session=shared)
    begins = to_iso(found.days[0])
    day_before = to_iso(found.days[0] - 1)
    path = elolag.lag_path(
        months_after(begins, -1), begins, estimand="average", board="epoch/eci", n_draws=200,
        session=shared,
    )  # fmt: skip
    codes = dict(zip(map(to_iso, path.days), path.censored, strict=True))
    assert codes[begins] == 0
    assert codes[day_before] != 0
    with pytest.raises(EstimateError, match="on which it is known, and there are 47: only a later"):
        elolag.forecast_lag(board="comparia/text", n_draws=200, session=shared)


def test_a_list_too_early_is_refused() -> None:
    with pytest.raises(EstimateError):
        elolag.forecast_lag(board="arena/text", vintage="2024-03-27", n_draws=200)


def test_the_title_of_the_fan_names_the_year_it_is_of(outlook: Outlook) -> None:
    _, low, high = outlook.between("average", 6)
    ends = f"{low:.1f} to {high:.1f} months behind (80%)"
    assert forecast_title(outlook) == f"China, year to February 2027: {ends}"


def test_who_stands_first_is_told_of_any_day_ahead(outlook: Outlook) -> None:
    days = ("2026-12-31", "2026-09-19")
    found = elolag.forecast_lag(vintage=VINTAGE, n_draws=300, on=(*days, days[0]))
    for model, each in found.answers.items():
        asked = [a for a in each if a.horizon is None]
        assert [(a.target, a.end) for a in asked] == [("first", day) for day in days]
        # One month ahead is the same day, however it is asked for; nothing else moves.
        assert asked[1].values == found.answer("first", 1, model).values
        assert [a for a in each if a.horizon is not None] == list(outlook.answers[model])
    (chance,) = (a.values[0] for a in found.answers[MIXTURE] if a.end == days[0])
    assert f"On 31 December 2026 it does so with a probability of {chance:.0%}." in found.sentence()
    assert (
        f"Am 31. Dezember 2026 tut es das mit einer Wahrscheinlichkeit von {100 * chance:.0f} %."
    ) in found.sentence("de")
    # In the ledger each day stands once, that of a horizon with its months.
    for one in replace(found, asked=()).rounds(VINTAGE):
        assert decode(encode(one), one.file) == one
        told = [(a.end, a.horizon) for a in one.answers if a.target == "first"]
        assert told == [*((months_after(VINTAGE, m), m) for m in HORIZONS), (days[0], None)]


def test_the_gap_stands_in_the_unit_of_its_board(shared: Session) -> None:
    for board, unit in (("metr/time-horizon", "log2 minutes"), ("epoch/eci", "ECI points")):
        found = elolag.forecast_lag(board=board, n_draws=200, session=shared)
        called = {row[0] for row in found.table().cells()}
        assert f"gap in {unit}" in called


def test_a_board_without_ratings_says_so() -> None:
    with pytest.raises(UsageError, match="arena/catalog_table holds no ratings elolag can use"):
        elolag.forecast_lag(board="arena/catalog_table")


@pytest.mark.parametrize("day", [VINTAGE, "2026-01-01", "2029-01-01"])
def test_a_day_that_is_not_ahead_is_refused(day: str) -> None:
    with pytest.raises(UsageError, match=f"{day} is not ahead of the list"):
        elolag.forecast_lag(vintage=VINTAGE, n_draws=200, on=(day,))
