"""Why published figures differ: each route from a publisher's way of counting to ours."""

from __future__ import annotations

import importlib
import textwrap
from typing import TYPE_CHECKING, Any

from elolag.claims.bridge import Bridge, Step
from elolag.dates import parse
from elolag.plots._style import (
    INK,
    MUTED,
    SERIES,
    SHAPES,
    Size,
    finish,
    footer,
    new_axes,
    of_size,
    ours,
    tidy,
)
from elolag.results.words import bound, directed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Rows from the last step of a route to the name of the next.
_HEAD = 1.25
#: Room for labels, in points per point of type, and their characters a line.
_ROOM = {"column": (17.0, 29), "page": (31.5, 68), "slide": (31.5, 68)}


@ours
def bridge(found: Bridge, ax: Axes | None = None, *, size: str = "page") -> Axes:
    """A dot per step, the change as a bar from the step before, our day's distance as a band.

    Parameters
    ----------
    found
        From `elolag.claims.bridge.bridge`.
    ax
        Axes to draw on; new ones of their own by default. Labels stand in their left part.
    size
        ``column``, ``page`` or ``slide``.
    """
    measures = of_size(size)
    axes = ax if ax is not None else new_axes(size, 1.75 if size == "column" else 1.12)
    # Labels stand inside the axes, left of zero: room for them is a share of the width.
    wide = axes.get_window_extent().width if ax is not None else axes.figure.bbox.width * 0.96
    share = _ROOM[size][0] * measures.small / (wide * 72 / axes.figure.figure.dpi)
    left = 0.0
    headline = found.headline
    values = [s.months for s in found.steps]
    start = min(0.0, *values)
    low, high = headline.ends_given
    end = max(*values, high or 0.0)
    if low is not None and high is not None:
        axes.axvspan(low, high, color="#000000", alpha=0.055, linewidth=0)
    axes.axvline(
        headline.months or 0.0, color=INK, linewidth=0.5 * measures.line, linestyle=(0, (4, 3))
    )
    said = dict(found.published)
    row = 0.0
    for number, name in enumerate(found.routes):
        mark = (SERIES[number], SHAPES[number])
        _beside(axes, name, row, left, weight="bold", fontsize=measures.font, color=mark[0])
        words = textwrap.fill(f"published: {said[name]}", _ROOM[size][1] - 8)
        indent = left + 6.0 * measures.font
        _beside(axes, words, row, indent, fontsize=measures.tiny, color=MUTED)
        before: Step | None = None
        for step in found.route(name):
            row += 1
            label = textwrap.fill(step.label, _ROOM[size][1])
            weight = "bold" if step.low is not None else "normal"
            indent = left + 0.8 * measures.font
            _beside(axes, label, row, indent, fontsize=measures.tiny, weight=weight, color=INK)
            _draw(axes, step, before, row, mark, measures)
            before = step
        row += _HEAD
    tidy(axes, size, grid="x")
    axes.set_ylim(row - _HEAD + 0.7, -0.6)
    end += 0.17 * (end - start)
    axes.set_xlim(start - share / (1 - share) * (end - start), end)
    every = 2 if end - start < 16 else 4
    axes.set_xticks([v for v in range(-40, 80, every) if start <= v <= end])
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_bounds(start, end)
    axes.set_xlabel("months China is behind the US", x=share + (1 - share) / 2)
    note = (
        "Everything but the published figures is computed from these data and Epoch's index "
        f"({found.snapshots[0][0]}, CC-BY-4.0, sha256 {found.snapshots[0][1][:16]}), which stands "
        f"for CAISI's own suite too. Dashed: our day's distance, "
        f"{directed(headline.months or 0.0)}; {'no band' if headline.no_interval() else 'band'}: "
        f"its {headline.level:.0%} measurement interval"
        f"{' is none' if headline.no_interval() else ''}."
    )
    return finish(axes, _finding(found), footer(headline, note), size=size)


def _beside(axes: Axes, text: str, row: float, x: float, **style: Any) -> None:
    """Words in the left part of the axes, `x` points from their edge."""
    axes.annotate(
        text, (0, row), xycoords=axes.get_yaxis_transform(), xytext=(x, 0), parse_math=False,
        textcoords="offset points", va="center", annotation_clip=False, linespacing=1.0, **style,
    )  # fmt: skip


def _draw(
    axes: Axes, step: Step, before: Step | None, row: float, mark: tuple[str, str], measures: Size
) -> None:
    effects: Any = importlib.import_module("matplotlib.patheffects")  # untyped
    colour, shape = mark
    if before is not None:
        axes.plot(
            [before.months] * 2, [row - 1, row], color=colour, linewidth=0.4 * measures.line,
            alpha=0.45,
        )  # fmt: skip
        axes.plot(
            [before.months, step.months], [row, row], color=colour, alpha=0.35,
            linewidth=1.9 * measures.line, solid_capstyle="butt",
        )  # fmt: skip
    fill = INK if step.low is not None else colour
    axes.plot([step.months], [row], marker=shape, markersize=1.25 * measures.marker, color=fill)
    up = step.change is None or step.change >= 0
    least = f"{bound(step.months, step.bound)} ".lstrip()
    change = "" if step.change is None or round(step.change, 1) == 0 else f"  {step.change:+.1f}"
    axes.annotate(
        f"{least}{step.months:.1f}{change}".replace(" -", " \u2212"), (step.months, row),
        xytext=(0.9 * measures.font * (1 if up else -1), 0), textcoords="offset points",
        fontsize=measures.tiny, va="center", ha="left" if up else "right", zorder=4, color=INK,
        path_effects=[effects.withStroke(linewidth=0.3 * measures.font, foreground="white")],
    )  # fmt: skip


def _finding(found: Bridge) -> str:
    starts = ", ".join(f"{n} {found.route(n)[0].months:.1f}" for n in found.routes)
    day = parse(found.date)
    return (
        f"Their way, our data, {day.day} {day:%B %Y}: {starts}, elolag "
        f"{found.headline.months or 0:.1f}"
    )
