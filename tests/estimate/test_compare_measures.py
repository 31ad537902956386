"""Measures side by side: each is the estimate of its own question, and differences are of draws."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import elolag
from elolag import plots
from elolag.errors import EstimateError, UsageError
from elolag.estimate import measures as module
from elolag.estimate.known import read
from elolag.estimate.measures import BOARDS, beside, compare_measures
from elolag.estimate.session import prepare
from elolag.model.estimands import AT_LEAST, AT_MOST, EXACT, Lags
from elolag.plots.style import SIZES
from elolag.results.measures import Difference, Measures, _longer_between, under_headline
from tests.command import Command, runner
from tests.made_archive import archive, publication

VINTAGE = "2026-08-19"
ASKED: dict = {"vintage": VINTAGE, "n_draws": 400}


@pytest.fixture(scope="module")
def found() -> Measures:
    return compare_measures(**ASKED)


@pytest.fixture(scope="module")
def tasks() -> Measures:
    return compare_measures(tasks=True, **ASKED)


@pytest.fixture
def command(monkeypatch, capsys) -> Iterator[Command]:
    return runner(monkeypatch, capsys)


def test_each_measure_is_the_estimate_of_its_own_question(found: Measures) -> None:
    assert [m.board for m in found.measures] == list(BOARDS)
    for item in found.measures:
        r = item.result
        twin = elolag.estimate_lag(
            item.board, vintage=r.vintage, as_of=r.as_of, estimand="average", n_draws=400
        )
        assert twin.to_dict() == r.to_dict()
    votes, index, horizon = (m.result for m in found.measures)
    assert (votes.vintage, index.vintage, horizon.vintage) == (VINTAGE, VINTAGE, "2026-05-09")
    assert (votes.as_of, index.as_of, horizon.as_of) == (VINTAGE, VINTAGE, "2026-05-09")
    assert {o.path for o in found.origins} >= {p for r in found.results for p, _ in r.snapshots}


def test_a_measure_the_follower_has_left_is_named_as_such(found: Measures) -> None:
    horizon = found.measures[2]
    assert horizon.newest == "2025-11-06"
    assert [m.stale for m in found.measures] == [False, False, True]
    assert "no Chinese model after November 2025" in found.sentence()
    assert "kein chinesisches Modell nach November 2025" in found.sentence("de")
    (note,) = (row[3] for row in (r[-1:] * 4 for r in found.table().cells()) if "no Ch" in row[3])
    assert note == "from a copy by others; no Chinese model after November 2025"


def by_all_pairs(one: Lags, other: Lags, level: float) -> tuple[float, float]:
    """Ends of the difference of exact draws, over every pair of them."""
    away = np.sort((one.months[:, None] - other.months[None, :]).ravel())
    tail = (1 - level) / 2
    return tuple(np.quantile(away, [tail, 1 - tail], method="inverted_cdf"))


def test_a_difference_pairs_the_draws_of_both_at_random(found: Measures) -> None:
    for made in found.differences:
        studies = [prepare(**ASKED | {"board": b, "vintage": None if b == BOARDS[0] else v})
                   for b, v in zip(made.boards, vintages(found, made), strict=True)]  # fmt: skip
        day = min(study.as_of for study in studies)
        draws = [study.sample(["average"], day).lags["average"] for study in studies]
        assert all((d.censored == EXACT).all() for d in draws)
        low, high = by_all_pairs(*draws, 0.95)
        assert (made.low, made.high) == pytest.approx((low, high), abs=0.06)
        middle = draws[0].months.mean() - draws[1].months.mean()
        assert made.months == pytest.approx(middle)
    spread = found.differences[0].high - found.differences[0].low
    assert spread > max(r.high - r.low for r in found.results[:2])


def vintages(found: Measures, made: Difference) -> list[str]:
    dates = {m.board: m.result.vintage for m in found.measures}
    return [dates[board] for board in made.boards]


def made_up(months: float, code: int = EXACT, n: int = 50) -> Lags:
    return Lags(np.full(n, months), np.full(n, code, np.int8), np.zeros(n, bool))


class Fixed:
    """A study whose draws are given."""

    level, seed = 0.95, 0

    def __init__(self, lags: Lags, few: tuple[tuple[str, int], ...] = ()) -> None:
        self.lags, self.few = lags, few

    def too_few(self, day: float) -> tuple[tuple[str, int], ...]:
        return self.few

    def sample(self, names: list[str], day: float) -> Fixed.Answer:
        return self.Answer(dict.fromkeys(names, self.lags))

    def point(self, names: list[str], day: float) -> Fixed.Answer:
        one = Lags(*(values[:1] for values in vars(self.lags).values()))
        return self.Answer(dict.fromkeys(names, one))

    class Answer:
        def __init__(self, lags: dict[str, Lags]) -> None:
            self.lags = lags


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (made_up(5), made_up(3), (2.0, 2.0, 2.0, None)),
        (made_up(5, AT_LEAST), made_up(3), (2.0, 2.0, None, "at-least")),
        (made_up(5), made_up(3, AT_LEAST), (2.0, None, 2.0, "at-most")),
        (made_up(5, AT_LEAST), made_up(3, AT_MOST), (2.0, 2.0, None, "at-least")),
    ],
)
def test_a_bound_stays_a_bound(one: Lags, other: Lags, expected: tuple) -> None:
    made = module._difference(("a", "b"), (Fixed(one), Fixed(other)), "average", 20_000.0)  # type: ignore[arg-type]
    assert (made.months, made.low, made.high, made.censored) == expected


@pytest.mark.parametrize("code", [AT_LEAST, AT_MOST])
def test_two_bounds_of_one_kind_have_no_difference(code: int) -> None:
    pair = Fixed(made_up(5, code)), Fixed(made_up(3, code))
    with pytest.raises(EstimateError, match="bounds of one kind"):
        module._difference(("a", "b"), pair, "average", 20_000.0)  # type: ignore[arg-type]


def test_a_side_of_too_few_models_has_no_difference() -> None:
    pair = Fixed(made_up(5)), Fixed(made_up(3), (("lab:xai", 1),))
    with pytest.raises(
        EstimateError, match="^b has only 1 rated model of SpaceXAI, and at least 3"
    ):
        module._difference(("a", "b"), pair, "average", 20_000.0)  # type: ignore[arg-type]


def test_two_boards_of_the_same_votes_are_one_measure() -> None:
    """Their errors are not independent, as those of a difference are taken to be."""
    raw = elolag.compare_measures(board="arena/text", **ASKED)
    assert [m.board for m in raw.measures] == ["arena/text", *BOARDS[1:]]
    assert [d.boards[0] for d in raw.differences] == ["arena/text", "arena/text", BOARDS[1]]
    vision = elolag.compare_measures(board="arena/vision", vintage="2026-08-06", n_draws=400)
    assert [m.board for m in vision.measures] == ["arena/vision", *BOARDS]


def test_a_difference_of_another_day_says_so(found: Measures) -> None:
    rows = [row for row in found.table().cells() if " less " in row[0]]
    assert [row[0] for row in rows] == [" less ".join(d.boards) for d in found.differences]
    assert [row[-1].partition(";")[0] for row in rows[1:]] == ["as of 9 May 2026"] * 2
    assert "May" not in rows[0][-1]
    assert any("earlier of both as-of dates" in note for note in found.footnotes())
    moved = replace(found, differences=found.differences[1:])
    assert "As of 9 May 2026 the lag is 1." in moved.sentence()
    assert "Mit Stand 9. Mai 2026 ist der Abstand in Blindabstimmungen 1," in moved.sentence("de")


def test_doublings_are_drawn_to_their_trend_as_elo_are() -> None:
    study = prepare(board=BOARDS[2])
    left = study.fitted.spread / np.sqrt(study.cast.field.error)
    assert 0.6 < np.median(left) < 0.95
    past, _, _ = read(BOARDS[2])
    assert past.last.fitted.spread.tolist() == study.fitted.spread.tolist()


def between_leads(first: float, second: float, found: Measures) -> Measures:
    made = Difference(BOARDS[:2], VINTAGE, first - second, -4.0, 2.0, None, (first, second))
    return replace(found, differences=(made,))


def test_a_difference_of_leads_is_one_of_leads(found: Measures) -> None:
    leads = between_leads(-8.0, -7.0, found)
    assert "The lead is 1.0 months longer on blind votes than on Epoch's" in leads.sentence()
    assert "(95% interval: 2.0 shorter to 4.0 longer)" in leads.sentence()
    assert "ist der Vorsprung 1,0 Monate größer als" in leads.sentence("de")
    assert leads.table().cells()[-1][1:3] == ["lead 1.0 months longer", "2.0 shorter to 4.0 longer"]
    mixed = between_leads(-1.0, 1.0, found)
    assert "China is 2.0 months further ahead on blind votes than on Epoch's" in mixed.sentence()
    assert "liegen chinesische Modelle 2,0 Monate weiter voraus als" in mixed.sentence("de")
    bound = replace(leads.differences[0], high=None, censored="at-least")
    assert bound.as_said() == replace(bound, months=1.0, low=None, high=4.0, censored="at-most")
    assert _longer_between(bound, "en") == "at most 4.0 months longer"


def test_a_copied_list_is_named_as_one(found: Measures) -> None:
    assert [m.copied for m in found.measures] == [False, True, True]
    assert "on Epoch's benchmarks (from a copy by others), on average" in found.sentence()
    assert "Epoch (aus einer Kopie von dritter Seite), im Mittel" in found.sentence("de")
    assert "(as of 9 May 2026; from a copy by others; no Chinese" in found.sentence()
    assert found.table().cells()[1][-1] == "from a copy by others"


def test_other_tasks_are_a_spread_and_no_average(found: Measures, tasks: Measures) -> None:
    others = [m for m in tasks.measures if m.task]
    assert {"arena/webdev", "arena/text_to_video", "arena/vision_style_control"} <= {
        m.board for m in others
    }
    assert not {"arena/text", "arena/vision", "comparia/text", "models-dev/models"} & {
        m.board for m in others
    }
    assert tasks.differences == found.differences
    months = [m.result.months for m in others if m.result]
    assert f"On {len(months)} boards of other tasks: {min(months):.1f} to {max(months):.1f}" in (
        tasks.sentence()
    )
    assert f" on {len(months) - 1}, only a bound on 1 (at least 3." in tasks.sentence()
    assert "months behind); no clear lead on 1." in tasks.sentence()
    assert "nur eine Schranke auf 1 (mindestens 3," in tasks.sentence("de")
    refused = [m for m in others if m.refused]
    assert refused
    for item in refused:
        assert any(item.board in n and item.refused in n for n in tasks.footnotes())


def test_sentences_and_json(found: Measures) -> None:
    votes, index = (f"{r.months:.1f}" for r in found.results[:2])
    assert (
        f"{votes} months on blind votes and {index} on Epoch's benchmarks (from a copy by others), "
        f"on average over twelve months." in found.sentence()
    )
    german = found.sentence("de")
    comma = f"{votes} Monate in Blindabstimmungen und {index} bei den Benchmarks von Epoch"
    copy = " (aus einer Kopie von dritter Seite)"
    assert f"{comma}{copy}, im Mittel über zwölf Monate.".replace(".", ",")[:-1] in german
    said = found.to_dict()
    assert [m["board"] for m in said["measures"]] == list(BOARDS)
    assert said["differences"][0]["low"] == found.differences[0].low
    assert found.to_frame()["kind"].value_counts()["difference"] == 3
    json.dumps(said, allow_nan=False)


def test_leads_and_bounds_are_told_with_their_direction(found: Measures) -> None:
    first, second, third = found.measures
    made = (
        replace(first, result=replace(first.result, months=-2.0)),
        replace(second, result=replace(second.result, months=3.0, censored="at-least")),
        third,
    )
    text = replace(found, measures=made).sentence()
    assert "2.0 months ahead on blind votes and at least 3.0 months behind on Epoch's" in text
    open_ended = Difference(("a", "b"), VINTAGE, 1.0, None, 4.0, "at-most", (4.0, 3.0))
    assert _longer_between(open_ended, "en") == "at most 4.0 months longer"
    one_side = Difference(("a", "b"), VINTAGE, -3.0, -6.0, -1.0, None, (2.0, 5.0))
    assert _longer_between(one_side, "en") == "1.0 to 6.0 shorter"
    assert _longer_between(one_side, "de") == "1,0 bis 6,0 kleiner"
    assert one_side.told
    assert not open_ended.told


def test_the_line_under_the_headline() -> None:
    headline = elolag.estimate_lag(**ASKED)
    other = beside(headline, **ASKED)
    line = f"{headline.months:.1f} months on blind votes and {other.months:.1f} on Epoch's"
    told, german = (under_headline(headline, other, lang) for lang in ("en", "de"))
    assert told.startswith(line)
    low, high = other.ends_given
    ends = f"(95% measurement interval: {low:.1f} to {high:.1f}; from a copy by others)"
    assert f"benchmarks {ends}, on average over" in told
    assert "Monate in Blindabstimmungen und" in german
    ends = f"{low:.1f} bis {high:.1f} Monate".replace(".", ",")
    assert f"bei den Benchmarks von Epoch (95-%-Messintervall: {ends}; aus" in german
    coding = ASKED | {"category": "coding"}
    assert beside(elolag.estimate_lag(**coding), **coding) is None
    raw = ASKED | {"board": "arena/text"}
    assert beside(elolag.estimate_lag(**raw), **raw) is None
    later: dict = {"vintage": "2026-10-02", "n_draws": 100}
    assert beside(elolag.estimate_lag(**later), **later) is None


def test_a_date_before_a_measure_is_its_reason_and_no_crash() -> None:
    early = compare_measures(as_of="2024-12-01", **ASKED)
    assert early.measures[2].result is None
    assert "begins before" in early.measures[2].refused
    assert early.results[0].as_of == "2024-12-01"
    assert "METR" not in early.sentence()
    with pytest.raises(EstimateError, match="no measure has an answer.*epoch/eci"):
        compare_measures(as_of="2023-03-01", **ASKED)
    with pytest.raises(
        EstimateError, match="arena/text_style_control, epoch/eci: the leader"
    ) as no:
        compare_measures(as_of="2020-01-01", **ASKED)
    assert str(no.value).count("first rated model counts from 2023-02-24") == 1


def test_a_board_of_ones_own_stands_beside_the_measures(tmp_path: Path) -> None:
    rows, listed = ["entry,rating,se"], ["entry,lab,country,release_date,openness"]
    for year in (2024, 2025, 2026):
        level = 1000 + 40 * (year - 2024)
        rows += [f"mine-us-{year},{level},10", f"mine-cn-{year},{level - 10},10"]
        listed += [f"mine-us-{year},acme,US,{year}-01-10,closed"]
        listed += [f"mine-cn-{year},long,CN,{year}-03-10,closed"]
    ratings = tmp_path / "mine.csv"
    ratings.write_text("\n".join(rows) + "\n")
    tagged = tmp_path / "tags.csv"
    tagged.write_text("\n".join(listed) + "\n")
    mine = compare_measures(
        board=elolag.own_board(ratings), extra_tags=tagged, as_of="2026-04-01", n_draws=400
    )
    assert [m.board for m in mine.measures] == ["own/ratings", *BOARDS]
    assert mine.results[0].as_of == "2026-04-01"
    assert len(mine.results) >= 3
    assert not mine.measures[0].copied


def test_what_makes_no_sense_anywhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="compare months"):
        compare_measures(estimand="gap", **ASKED)
    with pytest.raises(UsageError, match="no-such"):
        compare_measures(board="arena/no-such", **ASKED)
    with pytest.raises(UsageError, match="no-such"):
        compare_measures(leader="no-such", **ASKED)
    rows = [("gpt-4o-2024-05-13", 1300.0, 5.0), ("deepseek-v3", 1290.0, 5.0)]
    alone = archive(tmp_path / "alone", publication(rows))
    only = compare_measures(board="arena/text", archive=alone, estimand="current", n_draws=100)
    assert len(only.results) == 1
    assert "no board 'epoch/eci'" in only.to_dict()["measures"][1]["refused"]
    assert not only.differences


@pytest.mark.parametrize("size", SIZES)
def test_the_figure_has_a_row_per_answer(tasks: Measures, size: str) -> None:
    axes = plots.measures(tasks, size=size)
    drawn = " ".join(text.get_text() for text in axes.texts)
    assert all(f"{r.months:.1f} behind" in drawn for r in tasks.results if not r.bound)
    assert "3 measures give" in axes.get_title(loc="left")
    told = [*axes.texts, *axes.get_yticklabels()]
    named = " ".join(text.get_text() for text in told)
    assert "arena/vision with style control" in named.replace("\n", " ")


@pytest.mark.parametrize("size", SIZES)
def test_few_rows_leave_room_for_a_long_footer(size: str) -> None:
    few = compare_measures(vintage=VINTAGE, n_draws=100)
    axes = plots.measures(few, size=size)
    assert axes.get_window_extent().height > 0.1 * axes.get_figure().bbox.height


def test_the_commands_print_and_draw(command: Command, tmp_path: Path) -> None:
    picture = tmp_path / "measures.svg"
    asked = ("--vintage", VINTAGE, "--draws", "400")
    done = command("measures", *asked, "--json", "--figure", picture)
    assert done.code == 0, done.err
    assert json.loads(done.out)["measures"][0]["board"] == BOARDS[0]
    assert "benchmarks are not use" in picture.read_text("utf-8")
    beside_line = command("lag", "--all", *asked)
    assert "months on blind votes and" in beside_line.out
