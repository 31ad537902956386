"""The record: what each answer scored, and how forecasters did beside no change."""

from __future__ import annotations

import json
import math
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import elolag
from elolag.dates import months_after, to_day
from elolag.forecast import ledger as kept
from elolag.forecast import past, score
from elolag.forecast.form import QUANTILES, Answer, Forecast
from elolag.forecast.record import CRPS, Scored
from elolag.forecast.skill import OURS, REFERENCE, Scores
from elolag.forecast.truth import Outcome
from tests.made_archive import archive, publication

US, CN, FR = "claude-opus-4-6", "glm-4.5", "mistral-large-2407"
BOARD, ROUND = "arena/text", "2026-03-01"
MINE = "https://example.org/ours"
LISTS = {
    ROUND: (1450.0, 1430.0), "2026-04-01": (1450.5, 1440.0), "2026-04-20": (1451.0, 1452.0),
}  # fmt: skip


def said(target: str, kind: str, at: tuple[str, ...], values: tuple[float, ...], **more: object):
    asked = Answer("US", "CN", target, None, "2026-04-10", None, kind, at, values)
    return replace(asked, **more)  # type: ignore[arg-type]


def first(chance: float, end: str = "2026-04-10") -> Answer:
    return said("first", "pmf", ("CN", "other"), (chance, round(1 - chance, 4)), end=end)


FIVE = ("0.05", "0.25", "0.5", "0.75", "0.95")


def parity(*chances: float) -> Answer:
    days = ("2026-04-01", "2026-05-01")
    return said("parity", "cdf", days, chances, end=days[-1])


def average(*values: float, at: tuple[str, ...] = FIVE, **more: object):
    return said("average", "quantile", at, values, **more)


def scored(answer: Answer, outcome: Outcome, forecaster: str = OURS, day: str = ROUND) -> Scored:
    return Scored.of(BOARD, day, forecaster, answer, outcome)


def settled(**found: object) -> Outcome:
    return Outcome("settled", **found)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lists = [
        publication([(US, us, 5.0), (CN, cn, 5.0), (FR, 1300.0 + k, 5.0)], vintage)
        for k, (vintage, (us, cn)) in enumerate(LISTS.items())
    ]
    folder = archive(tmp_path_factory.mktemp("archive") / "a", *lists)
    dated = {"level": 1451.0, "end": "2026-05-01"}
    days = tuple(map(to_day, ("2026-03-20", "2026-04-15", "2026-04-30")))
    external = said("reach", "quantile", ("0.05", "0.5", "0.95"), days, **dated)
    forecasts = [
        Forecast(ROUND, BOARD, REFERENCE, ROUND, MINE, (first(0.0), parity(0.0, 0.0))),
        Forecast(ROUND, BOARD, OURS, ROUND, MINE, (first(0.2), parity(0.1, 0.5))),
        Forecast(ROUND, BOARD, "some-tracker", "2026-03-10", "https://example.org/a", (external,)),
        Forecast(ROUND, "other/board", "some-tracker", ROUND, "https://example.org/b", (
            said("parity", "median", ("0.5",), (to_day("2026-12-03"),), end="2026-12-31"),
        )),
    ]  # fmt: skip
    kept.add(folder, forecasts, run_at="2026-04-15T00:00:00Z")
    return folder


def test_every_answer_of_an_archive_with_what_came_of_it(made: Path) -> None:
    found = elolag.forecast_ledger(made)
    assert [one.outcome.state for one in found.scored] == [*["settled"] * 5, "unresolvable"]
    none, never, ours, chance, tracker, elsewhere = found.scored
    assert none.scores == {"brier": 0.0, "log": 0.0}
    # It stands first from the list of 2026-04-20; by the day that was asked for it did not.
    assert ours.scores == pytest.approx({"brier": 2 * 0.2**2, "log": -math.log(0.8)})
    assert never.scores == {"log": math.inf}
    within = 0.1 + (0.5 - 0.1) * 19 / 30 - 0.1
    assert chance.scores["log"] == pytest.approx(-math.log(within))
    # The lists are 19 days apart: scored in days, by the first that shows it.
    days = [to_day(d) for d in ("2026-03-20", "2026-04-15", "2026-04-30", "2026-04-20")]
    loss = 0.05 * (days[3] - days[0]) + 0.5 * (days[3] - days[1]) + 0.05 * (days[2] - days[3])
    assert tracker.scores["crps"] == pytest.approx(2 * loss / 3)
    assert tracker.covered == {0.9: True}
    assert tracker.pit == pytest.approx(0.5 + 0.45 * 5 / 15)
    assert not elsewhere.scores
    assert elsewhere.outcome.why == "other/board is no board of this archive"
    # Added on 15 April, of a day before it.
    assert [one.entered_after for one in found.scored] == [True, False, True, *[False] * 3]
    assert elolag.forecast_ledger(made, "other/board").scored == (elsewhere,)


def test_without_an_address_it_was_said_when_it_was_added(made: Path, tmp_path: Path) -> None:
    folder = tmp_path / "a"
    shutil.copytree(made, folder)
    asked = (first(0.2), parity(0.1, 0.5))
    for name, run_at in (("in-time", ROUND), ("too-late", "2026-04-20")):
        kept.add(folder, [Forecast(ROUND, BOARD, name, ROUND, "", asked)], run_at=run_at)
    first_one, date, after, shown = elolag.forecast_ledger(folder).scored[-4:]
    assert [one.outcome.state for one in (first_one, date)] == ["settled", "settled"]
    assert [one.outcome.state for one in (after, shown)] == ["late", "late"]
    assert after.outcome.why == "said on 2026-04-20, not before its day"
    assert shown.outcome.why == "said on 2026-04-20, when the list of 2026-04-20 showed it"
    assert (after.said, after.scores, shown.scores) == (ROUND, {}, {})
    notes = elolag.forecast_ledger(folder).footnotes()
    assert notes[1] == "Added after their day, and said before it at their address: 2."


def test_the_ledger_in_words_table_and_json(made: Path) -> None:
    found = elolag.forecast_ledger(made)
    assert found.sentence() == (
        "6 answers by 3 forecasters, the first said on 1 March 2026: 5 settled, 1 not resolvable "
        "here."
    )
    assert "3 Quellen, die erste vom 1. März 2026: 5 entschieden" in found.sentence("de")
    one = replace(found, scored=found.scored[:1])
    assert one.sentence().startswith("1 answer by 1 forecaster, ")
    assert one.sentence("de").startswith("1 Angabe aus 1 Quelle, ")
    cells = [row[5:] for row in found.table().cells()]
    assert cells[1:3] == [
        ["0% by 2026-05-01", "from 2026-04-01 to 2026-04-20", "log infinite"],
        ["CN 20%, other 80%", "other", "brier 0.080, log 0.223"],
    ]
    assert cells[4] == ["2026-04-15 (2026-03-20 to 2026-04-30)", "from 2026-04-01 to 2026-04-20",
                        "3.03 days"]  # fmt: skip
    assert cells[5][1:] == ["not resolvable here", "–"]
    data = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert data["schema"] == 1
    assert data["answers"][1]["scores"] == {"log": "infinite"}
    assert data["answers"][4]["values"] == ["2026-03-20", "2026-04-15", "2026-04-30"]
    frame = found.to_frame()
    assert frame["infinite"].tolist() == [False, True, *[False] * 4]
    notes = found.footnotes()
    assert notes[0] == "Not resolved (1): other/board is no board of this archive."
    assert notes[1] == "Added after their day, and said before it at their address: 2."


def test_scores_of_an_archive_stand_beside_no_change(made: Path) -> None:
    found = elolag.forecast_scores(made)
    by = {(line.target, line.measure, line.forecaster): line for line in found.lines}
    ours = by["first", "brier", OURS]
    assert ours.beside is not None
    assert (ours.rounds, ours.stretches, ours.beside.reference) == (1, 1, 0.0)
    assert (ours.beside.low, ours.beside.skill) == (None, None)
    date = by["parity", "log", OURS].beside
    assert date is not None
    assert (date.reference, date.difference, date.skill) == (math.inf, -math.inf, None)
    # Target, months, forecaster, rounds, mean, no change, skill, difference, in 80%.
    shown = {(row[0], row[2]): row[5:8] for row in found.table().cells()}
    assert shown["parity (log)", "mixture"] == ["infinite", "–", "-infinite"]
    assert shown["first (brier)", "mixture"][2] == f"{ours.beside.difference:.3f}"
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["scores"]
    assert found.sentence() == "No forecast has been scored beside no change yet."


def test_an_empty_ledger_says_so(tmp_path: Path) -> None:
    folder = archive(tmp_path / "a", publication([(US, 1450.0, 5.0), (CN, 1440.0, 5.0)]))
    found = elolag.forecast_ledger(folder)
    assert found.sentence() == "The ledger holds no forecast."
    assert Scores.of(found.scored).lines == ()
    assert found.table().rows == ()


def test_a_date_that_did_not_come_scores_at_least_so_much() -> None:
    days = tuple(map(to_day, ("2026-03-10", "2026-03-20", "2026-04-05")))
    asked = said("parity", "quantile", ("0.05", "0.5", "0.95"), days)
    never = scored(asked, settled(after="2026-04-08"))
    late = np.array([to_day("2026-04-08")])
    levels = np.array([0.05, 0.5, 0.95])
    assert never.scores[CRPS] == pytest.approx(score.crps(levels, np.array([days]), late)[0])
    assert never.least
    assert Scores.of([never]).lines == ()
    assert Scores.of([never]).footnotes()[1].endswith("is told, and enters no mean.")
    assert scored(asked, Outcome("open", after="2026-04-08")).scores == {}
    # Of two lists 40 days apart no day can be told.
    apart = scored(asked, settled(after="2026-03-01", by="2026-04-10"))
    assert apart.scores == {}


def test_an_open_date_is_scored_by_what_is_known_so_far() -> None:
    asked = parity(0.25, 0.5)
    assert scored(asked, Outcome("open", after=ROUND)).scores == {}
    so_far = scored(asked, Outcome("open", after="2026-04-01"))
    assert so_far.scores == pytest.approx({"log": -math.log(0.75)})
    (line,) = Scores.of([so_far]).lines
    assert (line.open, line.rounds) == (1, 1)


def test_an_outcome_nobody_named_had_no_probability() -> None:
    asked = said("first", "pmf", ("US", "not:US"), (0.7, 0.3))
    assert scored(asked, settled(name="other")).scores == {
        "brier": pytest.approx(0.49 + 0.09 + 1), "log": math.inf,
    }  # fmt: skip


def test_what_cannot_be_resolved_or_came_too_late_has_no_score() -> None:
    for state in ("unresolvable", "late"):
        for asked in (parity(0.1, 0.2), first(0.1), average(1.0, 2.0, 3.0, 4.0, 5.0)):
            assert scored(asked, Outcome(state, why="so")).scores == {}


def test_added_on_its_day_is_not_after_it() -> None:
    one = Scored.of(BOARD, ROUND, OURS, first(0.1), settled(name="other"), added="2026-04-10")
    assert not one.entered_after
    assert replace(one, added="2026-04-11").entered_after


def test_rounds_three_months_ahead_fall_into_stretches_of_three() -> None:
    found = []
    for number in range(12):
        day = months_after("2024-07-01", number)
        asked = average(5.0, 6.0, 7.0, 8.0, 9.0, horizon=3, end=months_after(day, 3))
        found.append(scored(asked, settled(value=7.0), OURS, day))
    (line,) = Scores.of(found).lines
    assert (line.rounds, line.stretches, line.since) == (12, 3, "2024-07-01")


def test_a_median_is_compared_at_the_median() -> None:
    outcome = settled(value=6.0)
    plain = scored(average(4.0, 5.0, 7.0, 8.0, 9.0), outcome, REFERENCE)
    median = replace(average(5.5, at=("0.5",)), kind="median")
    (line,) = (
        found for found in Scores.of([plain, scored(median, outcome, "some-one")]).lines
        if found.forecaster == "some-one"
    )  # fmt: skip
    assert line.beside is not None
    assert (line.beside.mean, line.beside.reference, line.beside.skill) == (0.5, 1.0, 0.5)
    assert line.coverage == {}


def test_only_answers_to_the_same_question_are_compared() -> None:
    outcome = settled(name="other")
    plain = scored(first(0.1), outcome, REFERENCE)
    wider = scored(said("first", "pmf", ("CN", "US", "other"), (0.1, 0.8, 0.1)), outcome)
    later = scored(first(0.1, "2026-04-11"), outcome)
    lines = [found for found in Scores.of([plain, wider, later]).lines if found.forecaster == OURS]
    assert [found.beside for found in lines] == [None, None]
    assert [found.rounds for found in lines] == [2, 2]


def rounds(count: int, error: float) -> list[Scored]:
    """Monthly rounds of ours and no change, one month ahead, which miss by one and `error`."""
    found = []
    levels = tuple(f"{q:g}" for q in QUANTILES)
    for number in range(count):
        day = months_after("2024-07-01", number)
        truth = 7.0 + number % 3
        for who, miss in ((REFERENCE, 1.0), (OURS, error + 0.1 * (number % 2))):
            asked = average(*[truth + miss] * len(levels), at=levels, horizon=1,
                            end=months_after(day, 1))  # fmt: skip
            found.append(scored(asked, settled(value=truth), who, day))
    return found


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (0.5, "skill 0.45, better by 0.45 (95%: 0.41 to 0.49)"),
        (2.0, "skill \u22121.05, worse by 1.05 (95%: 1.01 to 1.09)"),
        (0.95, "skill 0.00, no difference that can be told from chance (95%: \u22120.04 to 0.04)"),
    ],
)
def test_the_record_is_a_sentence(error: float, told: str) -> None:
    found = Scores.of(rounds(12, error), pastcast=True)
    sentence = found.told(BOARD)
    assert sentence.startswith(
        "On the Arena text leaderboard, made afterwards for 12 earlier lists (the first of 1 July "
        "2024) with what was known then, our forecast of the average one month ahead has a mean "
    )
    assert told in sentence
    assert "no change one of 1.00:" in sentence
    assert sentence.endswith("; its 90% intervals held 0% of what came.")
    german = found.sentence("de")
    assert "„keine Änderung“ einen von 1,00: Güte" in german
    assert found.told("arena/webdev") == ""
    few = Scores.of(rounds(4, error)).sentence()
    assert ", said before and scored after, for 4 lists since 1 July 2024, our" in few
    assert "too few rounds that do not overlap to tell" in few


def test_the_record_tells_of_the_first_place_too() -> None:
    found = rounds(12, 0.5)
    for number in range(12):
        day = months_after("2024-07-01", number)
        asked = [(who, first(chance, months_after(day, 1))) for who, chance in
                 ((REFERENCE, 0.0), (OURS, 0.2))]  # fmt: skip
        found += [
            scored(replace(one, horizon=1), settled(name="other"), who, day) for who, one in asked
        ]
    told = Scores.of(found)
    assert told.sentence().endswith(
        "; of who is first (12 lists) its mean Brier score is 0.080, that of no change 0.000."
    )
    assert told.sentence("de").endswith(
        "; zum ersten Platz (12 Listen) ist ihr mittlerer Brier-Wert 0,080, der von „keine "
        "Änderung“ 0,000."
    )
    for record in past.record(BOARD).values():
        assert "Brier" in record


def test_of_the_shipped_archive_everything_has_a_state() -> None:
    found = elolag.forecast_ledger()
    states = {one.outcome.state for one in found.scored}
    assert states <= {"open", "settled", "unresolvable", "late"}
    for one in found.scored:
        if one.outcome.state in ("unresolvable", "late"):
            assert one.outcome.why
            assert not one.scores
