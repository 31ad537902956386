"""`elolag brief`, and figures in the asked size of the very answer that is printed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command import Command, runner
from PIL import Image

from elolag import plots
from elolag.cite import citation, read_figure
from elolag.estimate.lag import estimate_lag

FEW = ("--draws", "200")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return runner(monkeypatch, capsys)


@pytest.mark.parametrize("lang", ["en", "de"])
def test_the_sentence_and_two_lines_and_nothing_else(run: Command, lang: str) -> None:
    done = run("brief", *FEW, "--lang", lang)
    assert (done.code, done.err) == (0, "")
    found = citation(estimate_lag(n_draws=200), lang)
    sentence, _, footnote = done.out.partition("\n\n")
    assert " ".join(sentence.split()) == found.sentence
    assert " ".join(footnote.split()) == " ".join(found.short)
    for line in done.out.splitlines():
        assert len(line) <= 100
        assert line == line.rstrip()
    words = {word for text in (*found.said, *found.short) for word in text.split()}
    assert set(done.out.split()) <= words  # no word is broken


def test_both_intervals_or_why_there_is_one(run: Command) -> None:
    done = run("brief", *FEW, "--interval", "both")
    assert done.err == ""
    assert all(f"{kind} interval:" in done.out for kind in ("measurement", "sampling"))
    alone = run("brief", *FEW, "--interval", "both", "--match-rule", "not-worse")
    assert alone.err.startswith("elolag: no sampling interval of average: re-runs of history draw")


def test_the_default_footnote_is_two_lines(run: Command) -> None:
    assert len(run("brief").out.partition("\n\n")[2].splitlines()) == 2


@pytest.mark.parametrize("size", [None, "phone"])
def test_the_chart_in_the_asked_size_beside_the_text(
    run: Command, tmp_path: Path, size: str | None
) -> None:
    out = tmp_path / "brief"
    done = run("brief", *FEW, "--lang", "de", "--out", out, *(("--size", size) if size else ()))
    assert done.code == 0
    assert sorted(path.name for path in out.iterdir()) == ["brief.png", "brief.svg", "brief.txt"]
    text = (out / "brief.txt").read_text("utf-8")
    assert text.split() == done.out.split()
    assert len(text.splitlines()) == 5
    measures = plots.SIZES[size or "column"]
    with Image.open(out / "brief.png") as picture:
        assert abs(picture.width - measures.width * measures.dpi) <= 1
    said = citation(estimate_lag(n_draws=200)).sentence
    for kind in ("svg", "png"):
        facts = read_figure(out / f"brief.{kind}")
        assert facts["sentence"] == said
        assert text.rstrip().endswith(f"Archiv {facts['log_head'][:16]}.")


def test_nothing_is_overwritten_unless_asked(run: Command, tmp_path: Path) -> None:
    (tmp_path / "brief.txt").write_text("mine", "utf-8")
    done = run("brief", *FEW, "--out", tmp_path)
    assert (done.code, done.out) == (2, "")
    assert done.err == f"elolag: {tmp_path}: holds brief.txt; take --force to replace them\n"
    assert [path.name for path in tmp_path.iterdir()] == ["brief.txt"]
    assert run("brief", *FEW, "--out", tmp_path, "--force").code == 0
    assert (tmp_path / "brief.txt").read_text("utf-8").startswith("Over the twelve months")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("brief", "--size", "phone"), "--size and --force are of files; name their folder"),
        (("brief", "--force"), "--size and --force are of files"),
        (("brief", "--lang", "fr"), "no citation in 'fr'"),
        (("brief", "--out", "x", "--size", "poster"), "unknown size 'poster'"),
        (("brief", "--out", "none/x"), "there is no folder none"),
        (("brief", "--out", "file"), "file: is no folder"),
        (("lag", "--size", "phone"), "--size phone is of a figure; name its file with --figure"),
        (("lag", "--figure", "x.gif"), "a figure ends in .png, .svg or .pdf"),
        (("lag", "--figure", "x.png", "--size", "poster"), "known: column, page, slide, phone"),
        (("lag", "--all", "--figure", "x.png"), "--figure is of one answer"),
        (("claims", "bridge", "--figure", "none/x.png"), "there is no folder none"),
        (("compare", "--by", "lab", "--size", "page"), "--size page is of a figure"),
    ],
)
def test_what_cannot_be_drawn_is_refused_before_anything_is_computed(
    run: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").touch()
    monkeypatch.setattr("elolag.estimate.session.prepare", None)
    done = run(*arguments)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(("ending", "size"), [("svg", None), ("png", "phone"), ("pdf", "column")])
def test_lag_draws_its_very_answer(
    run: Command, tmp_path: Path, ending: str, size: str | None
) -> None:
    target = tmp_path / f"chart.{ending}"
    asked = ("--estimand", "current", "--follower", "CN+open")
    sized = ("--size", size) if size else ()
    done = run("lag", *FEW, *asked, "--figure", target, *sized, "--json")
    told, facts = json.loads(done.out), read_figure(target)
    assert facts["months"] == told["headline"]["months"]
    assert facts["follower_group"] == "CN+open"
    result = estimate_lag(estimand="current", follower="CN+open", n_draws=200)
    again = plots.save(
        plots.frontier(result, size=size or "page"), tmp_path / f"b.{ending}", result
    )
    assert target.read_bytes() == again.read_bytes()


def test_other_figures_take_a_size_too(run: Command, tmp_path: Path) -> None:
    target = tmp_path / "slices.png"
    done = run("compare", "--by", "openness", "--draws", 60, "--figure", target, "--size", "phone")
    assert done.code == 0
    with Image.open(target) as picture:
        assert abs(picture.width - plots.SIZES["phone"].width * plots.SIZES["phone"].dpi) <= 1


def test_a_figure_is_not_said_to_hold_another_language(run: Command, tmp_path: Path) -> None:
    file = tmp_path / "figure.svg"
    result = estimate_lag(n_draws=100)
    plots.save(plots.frontier(result, lang="de"), file, result)
    assert run("cite", file).code == 0
    done = run("cite", file, "--lang", "de")
    assert (done.code, done.out) == (2, "")
    assert "in English alone; leave --lang de out" in " ".join(done.err.split())
