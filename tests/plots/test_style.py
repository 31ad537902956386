"""Words are broken into lines that fit, and what takes the pointer is in an SVG alone."""

from __future__ import annotations

import io
from importlib import resources
from xml.etree import ElementTree

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

import elolag
from elolag import plots
from elolag.plots.files import painted, rendered, svg
from elolag.plots.markup import UNSEEN
from elolag.plots.pen import _wrap
from elolag.plots.style import dots
from elolag.results.lag import LagResult


@given(
    st.lists(st.text("abcilmw.,-0123", min_size=1, max_size=14), min_size=1, max_size=40),
    st.floats(60, 600), st.sampled_from([72, 120, 200]),
)  # fmt: skip
def test_lines_fit_and_lose_no_word(words: list[str], width: float, dpi: int) -> None:
    figure = Figure(dpi=dpi)
    FigureCanvasAgg(figure)
    text = figure.text(0, 0, " ".join(words), fontsize=8, parse_math=False)
    _wrap(text, width)
    lines = text.get_text().split("\n")
    assert " ".join(lines).split() == words
    for line, after in zip(lines, [*lines[1:], None], strict=True):
        text.set_text(line)
        # A pixel for the rounding of each line as a whole; a word that is wider stands alone.
        assert text.get_window_extent().width <= width + 1 or " " not in line
        if after is not None:
            text.set_text(f"{line} {after.split()[0]}")
            assert text.get_window_extent().width > width - 1


def test_no_line_begins_with_a_percent_sign() -> None:
    figure = Figure(dpi=72)
    FigureCanvasAgg(figure)
    for width in range(60, 120):
        text = figure.text(0, 0, "Balken: 95 % der Verteilung, 31 % davon.", fontsize=8)
        _wrap(text, float(width))
        lines = text.get_text().split("\n")
        assert len(lines) > 1
        assert not [line for line in lines if line.startswith("%")]


def test_what_takes_the_pointer_is_in_an_svg_alone(headline: LagResult) -> None:
    axes = plots.frontier(headline)
    before = axes.get_children()
    pixels, _ = painted(axes, headline)
    assert not [a for a in axes.figure.findobj() if a.get_alpha() == UNSEEN]
    told, bare = svg(axes, "a"), svg(axes, "a", pointed=False)
    assert told.count("<title>") > 100
    assert f'fill-opacity="{UNSEEN:g}"' in told
    assert "<title>" not in bare
    assert f'fill-opacity="{UNSEEN:g}"' not in bare
    assert axes.get_children() == before
    again, _ = painted(axes, headline)
    assert (again == pixels).all()


def test_the_pointer_is_told_of_one_list_at_a_time() -> None:
    led = elolag.who_led(n_draws=60)
    root = ElementTree.fromstring(svg(plots.leads(led), "a"))  # noqa: S314 -- our own
    told = [part.text for part in root.iter() if part.tag.endswith("}title")]
    assert told == [f"{s.date}: {s.leader} / {s.follower}" for s in led.standings]


def test_all_type_is_in_a_colour_that_the_dark_page_knows() -> None:
    """Those of the style sheet; black type, matplotlib's own, would stand on black."""
    sheet = (resources.files("elolag") / "site/templates/style.css").read_text("utf-8")
    axes = plots.revisions(elolag.estimate_revisions("arena/webdev", n_draws=50))
    root = ElementTree.fromstring(svg(axes, "a"))  # noqa: S314 -- our own
    inks = set()

    def walk(part: ElementTree.Element, ink: str) -> None:
        ink = part.get("fill", ink)
        if part.tag.endswith("}text"):
            inks.add(ink)
        for child in part:
            walk(child, ink)

    walk(root, "black")
    assert inks
    assert not [ink for ink in inks if f'[fill="{ink}"]' not in sheet]


def test_a_figure_may_be_laid_out_for_other_dots(headline: LagResult) -> None:
    with dots(120):
        axes = plots.frontier(headline, size="slide")
    assert painted(axes)[0].shape == (900, 1599, 4)
    whole = Image.open(io.BytesIO(rendered(axes, "png", headline))).convert("RGB")
    assert (np.asarray(whole) == painted(axes)[0][:, :, :3]).all()
    assert plots.frontier(headline, size="slide").figure.figure.dpi == 144
