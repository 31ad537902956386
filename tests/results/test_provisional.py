"""An untagged entry that could be a side's best: named first, the answer provisional, no gap."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import made_archive
import pytest
from made_archive import Row

import elolag
from elolag import plots
from elolag.cite import citation
from elolag.cli import main
from elolag.errors import EstimateError
from elolag.estimate.compare import Slice
from elolag.estimate.panel import Untagged
from elolag.plots.style import finding, note
from elolag.results.lag import LagResult
from elolag.results.verdict import Contender
from elolag.results.words import rated, whose_best

#: Two sides as they stood in August 2026; the best are claude-opus-5 and kimi-k3.
TAGGED: list[Row] = [
    ("claude-opus-4-6", 1500.0, 6.0),
    ("claude-opus-4-5-20251101", 1470.0, 6.0),
    ("gemini-3-pro", 1485.0, 6.0),
    ("gpt-5.2", 1440.0, 6.0),
    ("gpt-4.1-2025-04-14", 1410.0, 6.0),
    ("kimi-k3", 1470.0, 6.0),
    ("glm-4.7", 1445.0, 6.0),
    ("deepseek-v3.2", 1425.0, 6.0),
    ("qwen3-max-preview", 1435.0, 6.0),
    ("deepseek-r1-0528", 1415.0, 6.0),
]
STRANGE = "zeta-9-argon-high"


def asked(folder: Path, *rows: Row, **question: object) -> LagResult:
    """The answer of an archive with one list of these entries beside the tagged ones."""
    return of(made_archive.archive(folder, made_archive.publication([*TAGGED, *rows])), **question)


def of(folder: Path, **question: object) -> LagResult:
    usual = {"board": "arena/text", "n_draws": 200, "archive": folder}
    return elolag.estimate_lag(**{**usual, **question})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def led(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive whose board is led by an entry nobody has tagged."""
    rows = [*TAGGED, (STRANGE, 1525.0, 9.0), ("zeta-1", 1300.0, 9.0)]
    folder = tmp_path_factory.mktemp("led") / "archive"
    return made_archive.archive(folder, made_archive.publication(rows))


@pytest.fixture(scope="module")
def result(led: Path) -> LagResult:
    return of(led)


@pytest.fixture(scope="module")
def current(led: Path) -> LagResult:
    return of(led, estimand="current")


def test_the_leader_is_named_first_and_the_gap_withheld(
    result: LagResult, current: LagResult
) -> None:
    why = f"Provisional, since nobody has tagged {STRANGE} (1525), which could be the best of "
    assert result.sentence().startswith(
        f"{why}either side: over the twelve months to 19 August 2026, China's best AI "
    )
    average, day = result.said()
    assert average.startswith(why)
    assert day.startswith("On 19 August 2026, China's best, Kimi K3, probably stood between two")
    assert current.sentence().startswith(
        f"{why}either side: as of 2026-08-19, China trails the US by "
    )
    rows = dict(result.rows())
    assert rows["provisional"] == (
        f"{STRANGE}, rated 1525 (95% interval 1516 to 1534): no tag, could be the best of either "
        f"side"
    )
    assert rows["gap"].startswith("withheld: an entry without a tag could be a side's best")
    assert "as a win rate" not in rows
    assert " Elo" not in result.summary()


def test_json_lists_it_and_says_why_there_is_no_gap(result: LagResult) -> None:
    data = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    assert data["gap"] is None
    assert data["gap_withheld"] == result.withheld() != ""
    (found,) = data["provisional"]
    assert (found["entry"], found["rating"], found["groups"]) == (STRANGE, 1525.0, ["US", "CN"])
    assert (found["low"], found["high"]) == pytest.approx((1516, 1534), abs=0.1)


def test_the_gap_itself_is_withheld(led: Path) -> None:
    result = of(led, estimand="gap", interval="both")
    assert result.sentence().endswith("(overall): the gap of the US and China is withheld.")
    assert result.figure().startswith("withheld: ")
    assert result.interval_words() == "withheld"
    assert dict(result.rows()).get("95% sampling interval", "withheld") == "withheld"
    assert "sampling" not in result.to_dict()
    assert finding(result) == "The gap of the US and China is withheld"
    said = f"{result.summary()}{note(result)}".replace("in Elo points", "")
    assert "Elo" not in said
    drawn = plots.frontier(result)
    words = [t.get_text() for t in drawn.findobj(lambda a: hasattr(a, "get_text"))]
    assert not [text for text in words if text.strip().endswith(" Elo")]


def test_a_chart_says_that_it_is_provisional(result: LagResult) -> None:
    assert finding(result).endswith(", provisionally")
    assert note(result).endswith(f"{result.provision()}.")


def test_a_row_of_a_comparison_is_marked(result: LagResult) -> None:
    row = Slice("overall", "", True, result, None, (1, 1)).row()
    assert (row["gap"], row["provisional"]) == (None, True)


def test_an_entry_far_below_both_changes_nothing(tmp_path: Path) -> None:
    low = asked(tmp_path / "with", ("zeta-1", 1300.0, 9.0))
    assert low.provisional == ()
    assert low.sentence().startswith("Over the twelve months to 19 August 2026, China's best AI ")
    data = low.to_dict()
    assert data["provisional"] == []
    assert "gap_withheld" not in data
    assert data["gap"]["elo"] > 0
    assert any("1 entry has no tag and does not count: zeta-1" in note for note in low.notes)
    none = asked(tmp_path / "without")
    assert (none.sentence(), none.gap) == (low.sentence(), low.gap)


def test_above_or_within_the_interval_of_the_weaker_best(tmp_path: Path) -> None:
    best = asked(tmp_path / "none").follower
    floor = best.rating - 1.959964 * best.sd
    rows = [("zeta-1", round(floor + 0.1, 2), 9.0), ("zeta-2", round(floor - 0.1, 2), 9.0)]
    found = asked(tmp_path / "some", *rows).provisional
    assert [(c.entry, c.groups) for c in found] == [("zeta-1", ("CN",))]
    wider = asked(tmp_path / "wider", *rows, level=0.99).provisional
    assert [c.entry for c in wider] == ["zeta-1", "zeta-2"]


def test_an_entry_tagged_unknown_is_no_reason(led: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.csv"
    mine.write_text(f"source,entry,model,effort,note\n*,{STRANGE},unknown,,anonymous\n", "utf-8")
    result = of(led, extra_tags=mine)
    assert result.provisional == ()
    assert any(f"{STRANGE}: cannot be attributed" in note for note in result.notes)


def test_too_few_votes_to_count_are_too_few_to_matter(led: Path) -> None:
    assert of(led, min_votes=20_000).provisional
    with pytest.raises(EstimateError):  # nobody else has more either
        of(led, min_votes=20_001)


@pytest.mark.parametrize(
    ("absent", "date", "listed"),
    [("", "2026-01-01", True), ("2026-07-20", "2026-07-21", True),
     ("2026-07-20", "2026-07-20", False), ("2026-07-20", "2026-07-01", False)],
)  # fmt: skip
def test_an_entry_may_have_been_there_unless_a_later_list_is_without_it(
    absent: str, date: str, listed: bool
) -> None:
    assert Untagged("a", 1.0, 1.0, 1.0, absent).listed_by(date) is listed


def test_what_came_after_the_day_asked_about_does_not_matter(tmp_path: Path) -> None:
    lists = [
        made_archive.publication(TAGGED, "2026-07-20"),
        made_archive.publication([*TAGGED, (STRANGE, 1525.0, 9.0)], "2026-08-19"),
    ]
    folder = made_archive.archive(tmp_path / "two", *lists)
    assert of(folder).provisional
    assert of(folder, as_of="2026-07-21").provisional  # it may have been out: no list tells
    assert of(folder, as_of="2026-07-20").provisional == ()


def test_a_board_of_one_s_own_is_treated_alike(tmp_path: Path) -> None:
    rows = [*TAGGED, (STRANGE, 1525.0, 9.0)]
    table = "\n".join(f"{e},{r},{r - h},{r + h}" for e, r, h, *_ in rows)
    mine = tmp_path / "mine.csv"
    mine.write_text(f"entry,rating,lower,upper\n{table}\n", "utf-8")
    result = elolag.estimate_lag(elolag.own_board(mine, date="2026-08-19"), n_draws=200)
    assert [c.entry for c in result.provisional] == [STRANGE]
    assert any("without a tag" in note for note in result.notes)


def test_the_command_says_it_first(
    led: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--board", "arena/text", "--draws", "100", "--archive", str(led)]
    for more in ([], ["--all"]):
        monkeypatch.setattr(sys, "argv", ["elolag", "lag", *where, *more])
        with pytest.raises(SystemExit) as stop:
            main()
        assert not stop.value.code
        printed = capsys.readouterr().out
        assert printed.startswith(f"Provisional, since nobody has tagged {STRANGE} (1525)")
        assert " Elo " not in printed.replace("in Elo points", "")


def test_names_are_neutralised_and_long_lists_end(current: LagResult) -> None:
    many = tuple(Contender(f"z{k}\u202e", 1500.0 + k / 2, None, None, ("CN",)) for k in range(13))
    changed = replace(current, provisional=many)
    assert "z0\\u202e (1500), z1\\u202e (1500.5)" in changed.sentence()
    assert " and 3 more, each of which could be the best of China: as of" in changed.sentence()
    assert sum("no tag, could be" in value for _, value in changed.rows()) == 13
    assert "\u202e" not in changed.summary()


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ([("CN",)], "which could be the best of China"),
        ([("US", "CN")], "which could be the best of either side"),
        ([("US", "CN"), ("US", "CN")], "each of which could be the best of either side"),
        ([("US", "CN"), ("CN",)], "each of which could be the best of a side"),
        ([("CN",), ("CN",)], "each of which could be the best of China"),
    ],
)
def test_whose_best(entries: list[tuple[str, ...]], words: str) -> None:
    assert whose_best(entries) == words


def test_ratings_are_named_in_the_decimals_of_the_language() -> None:
    assert rated([("a", 1500.0)]) == "a (1500)"
    assert rated([("a", 1500.25), ("b", 9.0)], "und", ",") == "a (1500,2) und b (9)"


def test_citations_of_either_language_say_it(result: LagResult, current: LagResult) -> None:
    assert citation(result).sentence.startswith(
        f"Provisionally, because {STRANGE} (1525) has no tag yet and could be the best model of "
        f"either side: over the twelve months to 19 August 2026, China's best AI model of the day"
    )
    assert citation(result, "de").sentence.startswith(
        f"Vorläufig, weil {STRANGE} (1525) noch nicht zugeordnet ist und das beste Modell einer "
        f"der beiden Seiten sein könnte: In den zwölf Monaten bis zum 19. August 2026 lag das"
    )
    english, german = citation(current), citation(current, "de")
    assert english.sentence.startswith(
        f"Provisionally, because {STRANGE} (1525) has no tag yet and could be the best model of "
        f"either side, we estimate that on 19 August 2026 the best Chinese model"
    )
    assert german.sentence.startswith(
        f"Vorläufig, weil {STRANGE} (1525) noch nicht zugeordnet ist und das beste Modell einer "
        f"der beiden Seiten sein könnte: Wir schätzen, dass das beste chinesische Modell"
    )
    assert english.wording == "behind"
    assert english.to_dict()["provisional"] == [STRANGE]


def test_a_citation_of_the_gap_states_none(result: LagResult) -> None:
    gap = replace(result, estimand="gap", months=None, low=None, high=None)
    english, german = citation(gap), citation(gap, "de")
    assert (english.wording, german.wording) == ("withheld", "withheld")
    assert english.sentence == (
        f"Because {STRANGE} (1525) has no tag yet and could be the best model of either side, the "
        f"gap between Chinese models and US models on the Arena text leaderboard on 19 August 2026 "
        f"cannot be stated."
    )
    assert german.sentence == (
        f"Solange {STRANGE} (1525) noch nicht zugeordnet ist und das beste Modell einer der beiden "
        f"Seiten sein könnte, lässt sich der Abstand zwischen chinesischen Modellen und "
        f"US-Modellen auf der Arena-Rangliste „Text“ am 19. August 2026 nicht angeben."
    )
    several = replace(
        gap,
        provisional=(
            Contender("a", 1480.0, None, None, ("CN",)),
            Contender("b", 1479.5, None, None, ("CN",)),
        ),
    )
    assert citation(several, "de").sentence.startswith(
        "Solange a (1480) und b (1479,5) noch nicht zugeordnet sind und jedes davon das beste "
        "chinesische Modell sein könnte, lässt"
    )
