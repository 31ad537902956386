"""Slices: each is the estimate of its own question, leads are leads, and many are not one."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import Unpack

import pytest
from matplotlib.text import Text

import elolag
from elolag import plots
from elolag.cli import main
from elolag.errors import EstimateError, UsageError
from elolag.estimate.compare import Slices, compare
from elolag.estimate.session import Question, Study, prepare
from elolag.plots.rows import slices_title
from elolag.results.words import NO_WIDTH, compact, open_ended

BOARD = "arena/webdev"
DRAWS = 400


@pytest.fixture(scope="module")
def openness() -> Slices:
    return compare("openness", board=BOARD, n_draws=DRAWS, estimand="current", simultaneous=True)


@pytest.fixture(scope="module")
def labs() -> Slices:
    return compare("lab", board=BOARD, n_draws=DRAWS, estimand="current")


@pytest.fixture(scope="module")
def categories() -> Slices:
    return compare("category", board=BOARD, n_draws=DRAWS, estimand="current")


def same(slices: Slices, **question: object) -> None:
    """Every slice is the estimate of its own question."""
    for item in slices.slices[1:3]:
        found = item.result
        twin = elolag.estimate_lag(
            found.board, leader=found.leader_group, follower=found.follower_group,
            category=found.category, n_draws=DRAWS, estimand=found.estimand, **question,
        )  # fmt: skip
        assert twin.to_dict() == found.to_dict()


def test_openness_holds_the_two_by_two_and_both_sides(openness: Slices) -> None:
    pairs = {(s.result.follower_group, s.result.leader_group) for s in openness.slices}
    assert {(f"CN+{a}", f"US+{b}") for a in ("open", "closed") for b in ("open", "closed")} <= pairs
    assert {("CN", "US"), ("open", "closed"), ("CN+open", "CN+closed")} <= pairs
    assert openness.slices[0].whole
    same(openness)


def test_only_one_slice_holds_its_draws_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """With ten thousand draws of each, forty slices would take gigabytes."""
    module = sys.modules["elolag.estimate.compare"]
    made: list[Study] = []

    def prepared(**question: Unpack[Question]) -> Study:
        assert not any(study._held for study in made)
        made.append(prepare(**question))
        return made[-1]

    monkeypatch.setattr(module, "prepare", prepared)
    for simultaneous in (False, True):
        made.clear()
        found = compare("openness", board=BOARD, n_draws=DRAWS, simultaneous=simultaneous)
        assert len(made) >= len(found.slices) > 2


def test_simultaneous_intervals_are_bonferroni(openness: Slices) -> None:
    n = len(openness.slices)
    assert openness.simultaneous_level == pytest.approx(1 - 0.05 / n)
    for item in openness.slices[:1]:
        found = item.result
        wide = elolag.estimate_lag(
            BOARD, leader=found.leader_group, follower=found.follower_group, n_draws=DRAWS,
            level=openness.simultaneous_level, estimand="current",
        )  # fmt: skip
        assert item.simultaneous == (wide.low, wide.high)
    for item in openness.slices:
        assert item.simultaneous[0] <= item.result.low
        assert item.simultaneous[1] >= item.result.high
    assert f"hold all {n} at once at 95% or more (Bonferroni" in openness.sentence()


def test_leads_are_leads(openness: Slices) -> None:
    (row,) = [s for s in openness.slices if s.name == "China open against US open"]
    assert row.result.months < 0
    words = openness.table().cells()[openness.slices.index(row)]
    assert "ahead" in words[1]
    assert "ahead" in words[2]
    assert not any(
        cell.lstrip().startswith("-") for line in openness.table().cells() for cell in line
    )


def test_a_lab_races_the_others_frontier(labs: Slices) -> None:
    rivals = {s.name: s.result.leader_group for s in labs.slices}
    assert rivals["Anthropic"] == "US+not:lab:anthropic"
    assert rivals["Moonshot AI"] == "US"
    assert labs.refused["IBM"] == "1 rated model, and at least 3 are needed"
    assert all(s.models[1] >= 3 for s in labs.slices)
    same(labs)


def test_countries_race_the_leader_and_the_leader_the_world() -> None:
    found = compare("country", board=BOARD, n_draws=DRAWS)
    assert {s.result.estimand for s in found.slices} == {found.estimand} == {"average"}
    pairs = [(s.result.follower_group, s.result.leader_group) for s in found.slices]
    assert ("CN", "US") in pairs
    assert ("US", "not:US") in pairs
    assert "South Korea" in found.refused
    same(found)


def test_the_table_says_whom_each_lab_is_compared_with(labs: Slices) -> None:
    table = labs.table()
    against = table.headings().index("against")
    told = {row[0]: row[against] for row in table.cells()}
    assert told["OpenAI"] == "other US labs"
    assert told["Alibaba"] == "the US"
    assert {s.name for s in labs.apart} == {n for n, text in told.items() if text != "the US"}
    assert slices_title(labs) == "Labs against the US; US labs, each against the others"
    foreign = replace(labs, slices=tuple(s for s in labs.slices if s not in labs.apart))
    assert slices_title(foreign) == "Each lab against the frontier of the US"


def test_a_lab_is_called_by_its_name_and_kept_by_its_key(labs: Slices) -> None:
    rows = {row["slice"]: row["follower"] for row in labs.to_dict()["slices"]}
    assert rows["Moonshot AI"] == "lab:moonshot"
    assert rows["OpenAI"] == "lab:openai"
    assert {cells[0] for cells in labs.table().cells()} == set(rows)
    assert not {key.removeprefix("lab:") for key in rows.values()} & {*rows, *labs.refused}
    for lang in ("en", "de"):
        drawn = plots.slices(labs, lang=lang).get_figure().findobj(Text)
        names = {text.get_text() for text in drawn}
        assert {"Moonshot AI", "OpenAI"} <= names


def test_without_twelve_months_a_slice_has_no_average(labs: Slices) -> None:
    found = compare("lab", board=BOARD, n_draws=DRAWS)
    young = {s.name for s in labs.slices} - {s.name for s in found.slices}
    assert "Moonshot AI" in young
    for name in young:
        assert "a window of 12 months" in found.refused[name]


def test_categories_start_with_the_whole(categories: Slices) -> None:
    assert categories.slices[0].name == "overall"
    assert {"webdev-html", "image_to_webdev"} <= {s.name for s in categories.slices}
    rest = [s.result.months for s in categories.slices[1:]]
    assert rest == sorted(rest, reverse=True)
    same(categories)


def test_many_intervals_are_not_read_as_one(categories: Slices) -> None:
    n = len(categories.slices)
    text = categories.sentence()
    assert f"among {n} read together up to {n * (1 - 0.95):.1f} are expected to miss" in text
    assert text.endswith(f"elolag compare --by {categories.by} --simultaneous.")
    data = json.loads(json.dumps(categories.to_dict(), allow_nan=False))
    assert data["simultaneous"] is None
    assert data["slices"][0]["result"]["snapshots"][0]["sha256"]
    assert len(categories.to_frame()) == n


def test_boards_are_all_asked_and_those_without_an_answer_listed(tmp_path: Path) -> None:
    shipped = elolag.open_archive().path
    # Of Epoch's index the one list without errors.
    eci = "epoch/eci/2026-01-20"
    for name in ("arena/video_edit", "arena/image_to_video", eci, "models-dev/models"):
        shutil.copytree(shipped / name, tmp_path / name)
    found = compare("board", archive=tmp_path, n_draws=DRAWS, estimand="current")
    assert {s.name for s in found.slices} == {"arena/video_edit", "arena/image_to_video"}
    assert set(found.refused) == {"epoch/eci"}
    assert all(s.result.months < 0 for s in found.slices)
    axes = plots.slices(found)
    assert "\u2190 China ahead" in {t.get_text() for t in axes.texts}
    assert "on 0 of 2 boards" in axes.get_title(loc="left")


@pytest.mark.parametrize(
    ("by", "question", "message"),
    [
        ("colour", {}, "cannot compare by 'colour'"),
        ("lab", {"estimand": "gap"}, "gap is in Elo"),
        ("lab", {"interval": "both"}, "measurement or sampling"),
        ("lab", {"follower": "FR"}, "leave follower out"),
        ("category", {"category": "overall"}, "leave category out"),
        ("openness", {"board": BOARD, "simultaneous": True, "n_draws": 100}, "at least"),
        ("openness", {"board": BOARD, "leader": "XX"}, "XX"),
        ("country", {"leader": "open"}, "every country has models of the open-weights side"),
        ("board", {"window": 0, "n_draws": 40}, r"\(a window of 0 months ends before it starts\)$"),
    ],
)
def test_what_cannot_be_compared_is_refused(by: str, question: dict, message: str) -> None:
    with pytest.raises((UsageError, EstimateError), match=message):
        compare(by, **question)


def test_a_lab_with_any_model_of_the_leader_is_compared_with_the_others() -> None:
    """Of openai's models two have open weights, and its last has none."""
    found = compare("lab", leader="open", n_draws=40)
    against = {s.name: s.result.leader_group for s in found.slices}
    for lab in ("Google", "OpenAI", "Alibaba", "Microsoft"):
        assert against[lab] == f"open+not:lab:{lab.lower()}"
    assert against["Anthropic"] == "open"
    assert not any("overlap" in why for why in found.refused.values())


def test_a_gap_is_in_the_points_of_its_board(labs: Slices) -> None:
    def unit(slices: Slices) -> str:
        return next(c.unit for c in slices.table().columns if c.key == "gap")

    assert unit(labs) == "Elo"
    first, *rest = labs.slices
    other = replace(first.result, gap=replace(first.result.gap, unit="log2 minutes"))
    assert (
        unit(replace(labs, slices=(replace(first, result=other), *rest))) == "points of its board"
    )


def test_intervals_in_few_words() -> None:
    assert compact(6.44, 9.0) == "6.4 to 9.0 behind"
    assert compact(-9.0, -6.44) == "6.4 to 9.0 ahead"
    assert compact(-0.5, 9.0) == "0.5 ahead to 9.0 behind"
    assert compact(3.0, 3.0) == NO_WIDTH
    assert compact(3.0, None) == "at least 3.0 behind"
    assert compact(None, -3.0) == "at least 3.0 ahead"
    assert compact(-3.0, None) == "at most 3.0 ahead"
    assert compact(None, 3.0) == "at most 3.0 behind"
    assert compact(None, None) == "unbounded"


def test_the_figure_labels_both_sides_and_covers_nothing(openness: Slices) -> None:
    axes = plots.slices(openness)
    texts = {t.get_text() for t in axes.texts}
    assert "\u2190 first-named ahead" in texts
    assert "first-named behind \u2192" in texts
    renderer = axes.get_figure().canvas.get_renderer()
    labels = [t for t in (*axes.texts, *axes.get_yticklabels()) if t.get_text()]
    boxes = [t.get_window_extent(renderer) for t in labels]
    for i, one in enumerate(boxes):
        assert not any(one.overlaps(other) for other in boxes[i + 1 :])
    ticks = [t.get_text() for t in axes.get_xticklabels()]
    assert ticks
    assert not any("-" in t or "\N{MINUS SIGN}" in t for t in ticks)
    foot = " ".join(t.get_text() for t in axes.get_figure().texts)
    assert "Bonferroni" in foot
    assert f"archive {openness.slices[0].result.origins[0].log_head[:16]}" in foot


def test_a_bound_is_an_arrow(openness: Slices) -> None:
    first = openness.slices[0]
    bound = replace(first, result=replace(first.result, censored="at-least", high=None),
                    simultaneous=None)  # fmt: skip
    axes = plots.slices(replace(openness, slices=(bound,), simultaneous_level=None))
    assert sum(t.arrow_patch is not None for t in axes.texts if hasattr(t, "arrow_patch")) == 1
    assert any(t.get_text().startswith("\u2265 ") for t in axes.texts)


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["elolag", *arguments])
    with pytest.raises(SystemExit) as exit_:
        main()
    return int(exit_.value.code or 0)


def test_the_command_prints_draws_and_dumps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = tmp_path / "s.png"
    few = ("--by", "country", "--board", BOARD, "--draws", "100")
    assert run(monkeypatch, "compare", *few, "--figure", str(picture)) == 0
    out = capsys.readouterr().out
    assert out.startswith("By country the lag (average over 12 months) runs from")
    assert "Not measured: South Korea" in out
    assert max(len(line.rstrip()) for line in out.splitlines()) <= 100
    assert picture.stat().st_size > 10_000
    assert run(monkeypatch, "compare", *few, "--json") == 0
    assert len(json.loads(capsys.readouterr().out)["slices"]) == 3
    assert run(monkeypatch, "compare", "--by", "colour") == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "known: category, board, openness, lab, country" in captured.err


def test_the_title_leads_with_what_is_certain(categories: Slices) -> None:
    sure = sum(item.result.low is not None and item.result.low > 0 for item in categories.slices)
    title = " ".join(plots.slices(categories).get_title(loc="left").split())
    assert f"China is behind the US in {sure} of {len(categories.slices)} categories" in title
    assert "undecided" in title


def test_a_slice_with_too_few_models_has_no_interval_and_is_undecided(categories: Slices) -> None:
    item = categories.slices[0]
    lone = item.result.follower
    models = (lone, *(m for m in item.result.models if m.group == item.result.leader_group))
    few = replace(item, result=replace(item.result, models=models))
    alone = replace(categories, slices=(few,))
    assert "none: too few models" in alone.table().cells()[0]
    assert "0 behind, 0 ahead, 1 undecided" in alone.sentence()


def test_an_open_interval_is_told_from_the_side_that_reads_so() -> None:
    """A lag of at most -41.7 is a lead of at least 41.7, never one of "41.7 or less"."""
    assert open_ended(41.7, None) == "at least 41.7 months behind"
    assert open_ended(None, 41.7) == "at most 41.7 months behind"
    assert open_ended(-41.7, None) == "at most 41.7 months ahead"
    assert open_ended(None, -41.7) == "at least 41.7 months ahead"
    assert open_ended(0.0, None) == "level or behind"
    assert open_ended(None, 0.0) == "level or ahead"
    assert open_ended(None, None) == "unbounded"
