"""The specification curve: every estimate in order, and beneath it what was chosen."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from elolag.arrays import Floats
from elolag.plots.marks import halo
from elolag.plots.pen import Pen
from elolag.plots.style import (
    COLOURS,
    FAINT,
    INK,
    MUTED,
    Look,
    footer,
    new_axes,
    new_figure,
    of_size,
    ours,
)
from elolag.results.words import bounded, compact, directed, noun
from elolag.robustness import LABELS, TOGETHER, Grid, Spec

if TYPE_CHECKING:
    from matplotlib.axes import Axes


_LANGUAGES = {
    "chinese", "english", "french", "german", "japanese", "korean", "non_english", "polish",
    "russian", "spanish",
}  # fmt: skip
#: Colour of the headline's choices and of its name.
_CHOSEN = "#A63F0B"
#: Levels in words, where their own name says too little.
_WORDS = {
    ("curve", "step"): "step (records)",
    ("window", 0): "none (one date)",
    ("derivatives", "to-base"): "with their base",
    ("hong_kong", "CN"): "with China",
    ("openness", "any"): "all models",
    ("openness", "follower"): "follower's open ones",
    ("openness", "both"): "open ones only",
    ("min_votes", 0): "any number",
    ("as_of", "earlier"): "one publication earlier",
    ("vintage", "at-the-time"): "at the time",
    ("match_rule", "reached"): "first to reach it",
    ("match_rule", "below"): "last below it",
    ("match_rule", "between"): "between these two",
    ("match_rule", "not-worse"): "last not told apart",
}
_ROW, _GAP = 1.0, 0.75
#: Left edge of the figure, in widths of the axes.
_LEFT = -0.42


@ours
def specification_curve(
    grid: Grid,
    ax: Axes | None = None,
    *,
    size: str = "page",
    most: int | None = None,
    **look: Unpack[Look],
) -> Axes:
    """Estimates in order with their intervals; a strip beneath shows who chose what.

    Choices stand in order of their share of the variance, which is given beside each; every mark
    of a level is a specification that takes it, under its estimate.

    Parameters
    ----------
    grid
        From `elolag.sensitivity`.
    ax
        Axes for the curve, with room below for the strip; a figure of their own by default.
    size
        ``column``, ``page``, ``slide`` or ``phone``, which has the curve alone.
    most
        Specifications drawn, evenly, the headline among them; all by default.
    """
    kept = [k for k in grid.estimated if grid.answers[k].months is not None]
    kept.sort(key=lambda k: (grid.answers[k].months, k))
    if most is not None:
        kept = [kept[n] for n in sorted({*few(len(kept), most), kept.index(0)})]
    months = np.array([grid.answers[k].months for k in kept], float)
    measures = of_size(size)
    if ax is not None:
        axes, strip = ax, ax.inset_axes((0, -1.86, 1, 1.8))
    elif size == "phone":  # the names of the levels find no room beside the strip
        axes, strip = new_axes(size), None
    else:
        rows = sum(len({_level(s, n) for s in grid.specs}) + _GAP for n in _choices(grid))
        figure = new_figure(size, max(1.2, rows * 1.45 * measures.small / 72 / measures.height + 1))
        axes, strip = figure.subplots(
            2, 1, gridspec_kw={"height_ratios": [1, max(0.1 * rows, 0.4)], "hspace": 0.04}
        )
    pen = Pen(axes, measures)
    _curve(pen, grid, kept, months)
    if strip is not None:
        _strip(Pen(strip, measures), grid, kept)
    return pen.finish(_finding(grid), footer(grid.headline, _note(grid)), **look)


def few(count: int, shown: int) -> tuple[int, ...]:
    """So many of the numbers from 0 to `count`, evenly, both ends among them."""
    if count <= shown:
        return tuple(range(count))
    return tuple(round(k * (count - 1) / (shown - 1)) for k in range(shown))


def _note(grid: Grid) -> str:
    """What the marks are, after where they come from."""
    return (
        f"{len(grid.estimated):,} specifications, as of {grid.headline.as_of} or a board's nearest "
        f"publication before; bars: {grid.headline.level:.0%} measurement intervals. Shares of the "
        f"variance are means over the orders in which choices can enter (LMG); "
        f"{grid.shares.get(TOGETHER, 0):.0%} is of choices acting together. In bold: the "
        f"headline's choices."
    )


def _choices(grid: Grid) -> list[str]:
    return [name for name in grid.shares if name != TOGETHER]


def _finding(grid: Grid) -> str:
    low, high = grid.quantiles()
    follower = noun(grid.headline.follower_group).removeprefix("the ")
    if low is None or high is None:
        return f"{len(grid.estimated):,} ways to ask: not all bound the lag of {follower}"
    if low >= 0:
        words = f"{follower} is {low:.1f} to {high:.1f} months behind"
    elif high <= 0:
        words = f"{follower} is {abs(high):.1f} to {abs(low):.1f} months ahead"
    else:
        words = f"{follower} is from {abs(low):.1f} months ahead to {high:.1f} behind"
    return f"In nine of ten of {len(grid.estimated):,} ways to ask, {words}"


def _curve(pen: Pen, grid: Grid, kept: list[int], months: Floats) -> None:
    axes, measures = pen.axes, pen.size
    place = np.arange(len(kept))
    head = kept.index(0)
    low, high = _window(months, grid)
    axes.set_ylim(low, high)
    axes.set_xlim(-0.01 * len(kept) - 1, 1.01 * len(kept))
    ends = np.array(
        [(_or(grid.answers[k].low, low - 1), _or(grid.answers[k].high, high + 1)) for k in kept]
    )
    _uprights(axes, place, ends[:, 0], ends[:, 1], color="#a9bccd", linewidth=_thin(kept), zorder=1)
    middle = [_or(end, e) for end, e in zip(grid.quantiles(), (low, high), strict=True)]
    for end in middle:
        axes.axhline(end, color=MUTED, linewidth=0.8, linestyle=(0, (4, 2)), zorder=2)
    axes.text(
        0.012, middle[1], "nine of ten estimates lie between the dashed lines", ha="left",
        transform=axes.get_yaxis_transform(), va="bottom", fontsize=measures.small, color=MUTED,
    ).set_path_effects(halo(measures))  # fmt: skip
    if low < 0:
        axes.axhline(0, color=INK, linewidth=0.9, zorder=2)
    wide = 1.1 if len(kept) < 100 else 0.45
    pen.mark(place, months, "o", wide, COLOURS[0], linestyle="none", markeredgewidth=0, zorder=3)
    value = months[head]
    for x, k in enumerate(kept):
        pen.told(x, months[x], _told(grid, k))
    pen.mark([head], [value], "D", 1.6, COLOURS[1], markeredgecolor="white", zorder=5)
    below = head > 0.35 * len(kept)
    axes.annotate(
        f"headline: {directed(float(value))}", (head, value),
        # Half-way to the zero line or to the top: on neither, and away from the curve.
        xytext=(5 * measures.font, (value + (min(0.0, value) if below else high)) / 2),
        textcoords=("offset points", "data"), fontsize=measures.font, weight="bold", color=_CHOSEN,
        ha="center", va="center", zorder=6, path_effects=halo(measures),
        arrowprops={"arrowstyle": "-", "color": COLOURS[1], "linewidth": 1, "shrinkB": 5},
    )  # fmt: skip
    steps = _ticks(low, high)
    axes.set_yticks(steps, [f"{abs(t):g}" for t in steps])
    axes.set_ylabel("months", fontsize=measures.font, color=MUTED)
    follower = noun(grid.headline.follower_group).removeprefix("the ")
    for value, words in ((high, "behind"), (-0.2, "ahead")):
        if value > 0 or low < 0:
            axes.text(
                1.012, value, f"{follower}\n{words}", transform=axes.get_yaxis_transform(),
                va="top", fontsize=measures.small, weight="bold", color=MUTED,
            )  # fmt: skip
    axes.tick_params(axis="y", labelsize=measures.small, colors=MUTED)
    axes.tick_params(axis="x", bottom=False, labelbottom=False)
    axes.grid(axis="y", color=FAINT, linewidth=0.5, zorder=0)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "bottom"]].set_visible(False)
    axes.spines["left"].set_color(MUTED)


def _told(grid: Grid, place: int) -> str:
    """What the pointer is told of one specification."""
    spec, answer = grid.specs[place], grid.answers[place]
    chosen = ", ".join(f"{LABELS[n]} {_level(spec, n)}" for n in _choices(grid))
    figure = bounded(answer.months or 0.0, answer.bound)
    return f"{figure}; {compact(answer.low, answer.high)}\n{chosen}"


def _or(value: float | None, other: float) -> float:
    return other if value is None else value


def _uprights(axes: Axes, x: Any, low: Any, high: Any, **style: Any) -> None:
    """Many upright lines as one path."""
    gaps = np.full(len(x), np.nan)
    axes.plot(
        np.column_stack([x, x, gaps]).ravel(), np.column_stack([low, high, gaps]).ravel(),
        solid_capstyle="butt", **style,
    )  # fmt: skip


def _thin(kept: list[int]) -> float:
    """Width of a bar, in points: as wide as its place allows."""
    return max(0.3, min(2.5, 330 / max(len(kept), 1)))


def _window(months: Floats, grid: Grid) -> tuple[float, float]:
    """Where the axis ends: every estimate is inside, the longest intervals are cut."""
    lows = [a.low for a in grid.answers if a.low is not None]
    highs = [a.high for a in grid.answers if a.high is not None]
    low = min(months.min(), np.quantile(lows, 0.02)) if lows else months.min()
    high = max(months.max(), np.quantile(highs, 0.98)) if highs else months.max()
    pad = 0.04 * max(high - low, 1.0)
    return float(min(low - pad, 0.0)), float(high + pad)


def _ticks(low: float, high: float) -> list[float]:
    step = next(s for s in (1, 2, 3, 6, 12, 24, 48, 96, math.inf) if (high - low) / s <= 9)
    if not math.isfinite(step):
        return [0.0]
    return [k * step for k in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _strip(pen: Pen, grid: Grid, kept: list[int]) -> None:
    """One row a level, one mark a specification, choices by share."""
    strip, measures = pen.axes, pen.size

    def write(x: float, y: float, text: str, side: str, font: float, **style: Any) -> None:
        style = {"va": "center", "color": INK, "clip_on": False, **style}
        strip.text(x * width, y, text, ha=side, fontsize=font, **style)

    head, at = kept.index(0), 0.0
    width, bands = len(kept), []
    for name in _choices(grid):
        levels = [_level(grid.specs[k], name) for k in kept]
        top = at
        for level in sorted(dict.fromkeys(levels), key=_rank(name, grid)):
            x = np.array([x for x, other in enumerate(levels) if other == level])
            _uprights(
                strip, x, x * 0 + at + 0.14, x * 0 + at + 0.86, color=COLOURS[0],
                linewidth=_thin(kept), alpha=0.75,
            )  # fmt: skip
            bold = {}
            if _level(grid.specs[0], name) == level:
                bold = {"color": _CHOSEN, "weight": "bold"}
                edge = {"markeredgecolor": "white", "markeredgewidth": 0.6}
                pen.mark([head], [at + 0.5], "D", 1, COLOURS[1], zorder=5, **edge)
            write(-0.012, at + 0.5, level, "right", measures.tiny, **bold)
            at += _ROW
        bands.append((name, top, at))
        at += _GAP
    for name, top, bottom in bands:
        strip.axhspan(top, bottom, color="#f3f4f6", zorder=0, linewidth=0)
        middle, what = (top + bottom) / 2, LABELS[name].replace(" of the", "\nof the")
        write(_LEFT, middle, what, "left", measures.small, weight="bold")
        write(1.02, middle, _percent(grid.shares[name]), "left", measures.small)
    write(1.02, -0.35, "share of\nvariance", "left", measures.tiny, va="top", color=MUTED)
    strip.set_xlim(-0.01 * width - 1, 1.01 * width)
    strip.set_ylim(max(at - _GAP, 1.0), 0)
    strip.axis("off")


def _percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.005 or share == 0 else "<1%"


def _level(spec: Spec, name: str) -> str:
    value = getattr(spec, name)
    if name == "category":
        return _category(value)
    if name == "board":
        return str(value).removeprefix("arena/").replace("_style_control", ", style-controlled")
    if name == "window" and value:
        return f"{value} months"
    if name == "min_votes" and value:
        return f"{value:,} or more"
    return str(_WORDS.get((name, value), value)).replace("_", " ")


def _category(value: str) -> str:
    """Categories fall into four kinds: there are too many to show one by one."""
    if value == "overall":
        return value
    if value.startswith("industry_"):
        return "industries"
    return "languages" if value in _LANGUAGES else "tasks"


def _rank(name: str, grid: Grid) -> Any:
    """Levels in order: the headline's first, numbers by size, else by name."""
    first = _level(grid.specs[0], name)

    def rank(level: str) -> tuple[bool, float, str]:
        digits = level.split(maxsplit=1)[0].replace(",", "")
        return level != first, float(digits) if digits.isdigit() else math.inf, level

    return rank
