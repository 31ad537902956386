"""Figures: what must be in them, and that nothing global is touched."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PIL import Image

import elolag
from elolag import cite, plots

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def result() -> elolag.LagResult:
    return elolag.estimate_lag()


def test_frontier_shows_both_groups_the_answer_and_its_models(result: elolag.LagResult) -> None:
    axes = plots.frontier(result)
    texts = [t.get_text() for t in axes.texts]
    assert {"US", "China", "gemini-3-pro", "claude-opus-4-6", "kimi-k3"} <= set(texts)
    assert "between these two" in texts
    assert axes.get_title(loc="left") == "China trails the US by 6.9 months on average"
    assert axes.get_ylabel() == "rating (Elo points)"


def test_labels_do_not_cover_each_other(result: elolag.LagResult) -> None:
    axes = plots.frontier(result)
    figure = axes.get_figure()
    renderer = figure.canvas.get_renderer()
    names = {m.model for m in result.models}
    boxes = [t.get_window_extent(renderer) for t in axes.texts if t.get_text() in names]
    assert len(boxes) >= 8
    for i, one in enumerate(boxes):
        assert not any(one.overlaps(other) for other in boxes[i + 1 :])


def test_no_global_state(result: elolag.LagResult) -> None:
    plots.frontier(result)
    pyplot = sys.modules.get("matplotlib.pyplot")
    assert pyplot is None or pyplot.get_fignums() == []


def test_readme_chart_says_where_it_comes_from(result: elolag.LagResult) -> None:
    with Image.open(ROOT / "docs" / "frontier.png") as image:
        assert image.info["Description"].startswith(plots.footer(result))
    assert cite.read_figure(ROOT / "docs" / "frontier.png")["sentence"] == result.sentence()
