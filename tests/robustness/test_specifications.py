"""The specification curve and the command that draws it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import elolag
from elolag.cli import app
from elolag.errors import UsageError
from elolag.plots import SIZES, save, specification_curve
from elolag.plots.specification import few
from elolag.question import DEFAULT_BOARD
from elolag.robustness import RULES, TOGETHER, Answer, Grid, Spec

CHOICES = ("board", "estimand", "window", "clock", "derivatives", "openness", "min_votes",
           "selection", "as_of", "curve")  # fmt: skip


@pytest.fixture(scope="module")
def grid() -> Grid:
    """Four hundred made-up answers around a true headline."""
    headline = elolag.estimate_lag(n_draws=100)
    rng = np.random.default_rng(0)
    specs = [Spec(DEFAULT_BOARD, "overall")]
    specs += [
        Spec(b, c, "trend", k, clock=t, min_votes=v)
        for b in (DEFAULT_BOARD, "arena/text", "arena/webdev")
        for c in ("overall", "chinese", "coding", "industry_mathematical")
        for k in ("linear", "spline")
        for t in ("released", "first-listed")
        for v in (0, 3_000, 10_000)
    ]
    months = [headline.months, *rng.normal(4, 3, len(specs) - 1)]
    answers = [Answer("2026-08-19", "2026-08-19", m, m - 2, m + 3) for m in months]
    answers[1] = replace(answers[1], high=None, bound="at-least")
    answers[2] = Answer("2026-08-19", "2026-08-19", refused="nothing to measure")
    shares = {"curve": 0.5, "board": 0.2, "category": 0.1, "clock": 0.004, "min_votes": 0.0}
    return Grid(
        tuple(specs), tuple(answers), headline, {**shares, TOGETHER: 0.196}, {"few-models": 3},
        (("a/b", "0" * 64),),
    )  # fmt: skip


def texts(axes: Any) -> list[str]:
    figure = axes.get_figure()
    return [t.get_text() for t in figure.findobj(lambda a: hasattr(a, "get_text")) if t.get_text()]


def test_the_curve_says_what_it_shows(grid: Grid) -> None:
    axes = specification_curve(grid)
    said = texts(axes)
    low, high = grid.quantiles()
    assert high is not None
    assert any(f"of {len(grid.estimated)} ways to ask, China" in t for t in said)
    assert f"headline: {grid.headline.months:.1f} months behind" in said
    assert "China\nbehind" in said
    assert "China\nahead" in said
    assert {"50%", "20%", "<1%", "0%"} <= set(said)
    assert {"industries", "languages", "tasks", "webdev", "3,000 or more", "first-listed"} <= set(
        said
    )
    assert not any("\N{MINUS SIGN}" in t or t.startswith("-") for t in said)
    (dots,) = [line.get_ydata() for line in axes.get_lines() if line.get_linestyle() == "None"
               and len(line.get_ydata()) > 1]  # fmt: skip
    assert len(dots) == len(grid.estimated)
    assert (np.diff(dots) >= 0).all()
    assert low is not None


def test_the_curve_of_leads_and_of_open_ends(grid: Grid) -> None:
    ahead = [replace(a, months=-abs(a.months or 1) - 1, refused="") for a in grid.answers]
    said = texts(specification_curve(replace(grid, answers=tuple(ahead))))
    assert any("months ahead" in t and "ways to ask" in t for t in said)
    bounds = [replace(a, months=a.months or 1.0, bound="at-least", refused="")
              for a in grid.answers]  # fmt: skip
    said = texts(specification_curve(replace(grid, answers=tuple(bounds))))
    assert any("not all bound the lag of China" in t for t in said)
    assert any(t.startswith("headline: at least ") for t in said)


def test_the_curve_goes_on_axes_handed_in_and_into_files(grid: Grid, tmp_path: Path) -> None:
    from matplotlib.figure import Figure

    axes = Figure(figsize=(6, 9)).add_axes((0.3, 0.7, 0.6, 0.25))
    assert specification_curve(grid, axes) is axes
    save(axes, tmp_path / "curve.svg", grid)
    text = (tmp_path / "curve.svg").read_text("utf-8")
    assert "sha256" in text
    assert "LMG" in text


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["sensitivity", "--board=arena/webdev", *arguments])


SMALL = [f"--choice={n}={v}" for n, v in (
    ("board", "arena/webdev"), ("category", "overall"), ("estimand", "average"),
    ("window", "12"), ("match_rule", "reached"), ("clock", "released"),
    ("derivatives", "keep"), ("openness", "any"), ("min_votes", "0"),
    ("selection", "corrected,as-published"), ("as_of", "latest"),
)]  # fmt: skip


def test_the_command_writes_what_it_is_asked(tmp_path: Path) -> None:
    table, figure = (tmp_path / n for n in ("grid.csv", "curve.png"))
    found = run("--draws=100", *SMALL, "--no-influence", "--no-flip", "--json",
                f"--csv={table}", f"--figure={figure}")  # fmt: skip
    assert found.exit_code == 0, found.output
    data = json.loads(found.stdout)
    assert set(data) == {"schema", "grid"}
    assert data["grid"]["specifications"] == 2
    frame = pd.read_csv(table)
    assert frame["selection"].tolist() == ["corrected", "as-published"]
    assert frame["months"].tolist() == [r["months"] for r in data["grid"]["rows"]]
    assert figure.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    again = run("--draws=100", *SMALL, "--no-influence", "--no-flip")
    assert again.exit_code == 0
    assert "Over 2 specifications" in again.stdout
    assert "share of the variance" in again.stdout


def test_the_other_parts_of_the_command() -> None:
    found = run("--draws=100", "--no-grid")
    assert found.exit_code == 0, found.output
    assert "those that matter most are" in found.stdout.replace("\n", " ")
    assert "would be at least a month further behind" in found.stdout.replace("\n", " ")
    assert "measurement interval" in found.stdout
    assert "estimated anew" in found.stdout


def test_the_rules_are_listed() -> None:
    found = CliRunner().invoke(app, ["sensitivity", "--rules"])
    assert found.exit_code == 0
    assert all(rule.name in found.stdout for rule in RULES)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--range=3"], "two numbers of months"),
        (["--range=6,3"], "ends before it starts"),
        (["--choice=clock"], "NAME=LEVEL"),
        (["--choice=colour=red"], "unknown choice"),
        (["--no-grid", "--csv=x.csv"], "take away --no-grid"),
        (["--csv=/no/such/folder/x.csv"], "no folder"),
        (["--figure=x.jpeg"], ".png, .svg or .pdf"),
    ],
)
def test_what_the_command_cannot_be_asked(arguments: list[str], words: str) -> None:
    found = run("--draws=100", *arguments)
    assert isinstance(found.exception, UsageError)
    assert words in str(found.exception)


@pytest.mark.parametrize("size", ["column", "page", "slide", "phone"])
def test_the_curve_comes_in_every_size_with_its_licence(grid: Grid, size: str) -> None:
    axes = specification_curve(grid, size=size, most=40)
    figure = axes.get_figure()
    assert figure.get_figwidth() == SIZES[size].width
    assert figure.bbox.x0 - 1 <= figure.get_tightbbox().x0 * figure.dpi
    assert figure.get_tightbbox().x1 * figure.dpi <= figure.bbox.x1 + 1
    assert any("CC-BY-4.0" in t and grid.headline.vintage in t for t in texts(axes))
    (dots,) = [line.get_ydata() for line in axes.get_lines() if line.get_linestyle() == "None"
               and len(line.get_ydata()) > 1]  # fmt: skip
    assert 40 <= len(dots) <= 41
    assert grid.headline.months in dots


@pytest.mark.parametrize(("count", "shown"), [(0, 5), (3, 5), (5, 5), (100, 5), (7, 6)])
def test_few_are_even_and_keep_both_ends(count: int, shown: int) -> None:
    found = few(count, shown)
    assert len(set(found)) == len(found) == min(count, shown)
    if count:
        assert (found[0], found[-1]) == (0, count - 1)
