"""The specification curve: every estimate in order, and beneath it what was chosen."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from elolag.plots._style import CAVEAT, COLOURS, ours
from elolag.results.words import noun
from elolag.robustness import LABELS, TOGETHER, Grid, Spec

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]

_LANGUAGES = frozenset(
    ("chinese", "english", "french", "german", "japanese", "korean", "non_english", "polish",
     "russian", "spanish")
)  # fmt: skip
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
_MUTED, _FAINT = "#5a5a5a", "#d9d9d9"
_ROW, _GAP = 1.0, 0.75
#: Left edge of the figure, in widths of the axes.
_LEFT = -0.355


@ours
def specification_curve(grid: Grid, ax: Axes | None = None) -> Axes:
    """Estimates in order with their intervals; a strip beneath shows who chose what.

    Choices stand in order of their share of the variance, which is given beside each; every mark
    of a level is a specification that takes it, under its estimate.

    Parameters
    ----------
    grid
        From `elolag.sensitivity`.
    ax
        Axes for the curve, with room below for the strip; a page of their own by default.
    """
    axes = ax if ax is not None else _page()
    kept = [k for k in grid.estimated if grid.answers[k].months is not None]
    kept.sort(key=lambda k: (grid.answers[k].months, k))
    months = np.array([grid.answers[k].months for k in kept], float)
    _curve(axes, grid, kept, months)
    strip = axes.inset_axes((0, -1.86, 1, 1.8))
    _strip(strip, grid, kept)
    axes.text(
        _LEFT, 1.06, _finding(grid), transform=axes.transAxes, weight="bold", fontsize=12.5,
        va="bottom",
    )  # fmt: skip
    axes.text(
        _LEFT, -1.885, footer(grid), transform=axes.transAxes, fontsize=7, color=_MUTED, va="top",
        linespacing=1.35,
    )  # fmt: skip
    return axes


def footer(grid: Grid) -> str:
    """What stands under the figure and in its metadata."""
    result = grid.headline
    _, digest = result.snapshots[0]
    return (
        f"{len(grid.estimated):,} specifications, as of {result.as_of} or a board's nearest "
        f"publication before; bars: {result.level:.0%} measurement intervals of "
        f"{result.n_draws:,} draws, seed {result.seed}.\nShares of the variance are means over "
        f"the orders in which choices can enter (LMG); {grid.shares.get(TOGETHER, 0):.0%} is of "
        f"choices acting together. In bold: the headline's choices.\n"
        f"Source: Arena (arena.ai), CC-BY-4.0; headline {result.board} of {result.vintage}, "
        f"snapshot sha256 {digest[:16]}; elolag {result.version}.\n{CAVEAT}"
    )


def _page() -> Axes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure: Figure = Figure(figsize=(9, 10.5), layout=None)
    FigureCanvasAgg(figure)
    return figure.add_axes((0.25, 0.66, 0.68, 0.27))


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


def _curve(axes: Axes, grid: Grid, kept: list[int], months: Floats) -> None:
    place = np.arange(len(kept))
    head = kept.index(0)
    low, high = _window(months, grid)
    axes.set_ylim(low, high)
    axes.set_xlim(-0.01 * len(kept) - 1, 1.01 * len(kept))
    ends = np.array(
        [(_or(grid.answers[k].low, low - 1), _or(grid.answers[k].high, high + 1)) for k in kept]
    )
    axes.vlines(place, ends[:, 0], ends[:, 1], color="#a9bccd", linewidth=_thin(kept), zorder=1)
    middle = [_or(end, e) for end, e in zip(grid.quantiles(), (low, high), strict=True)]
    for end in middle:
        axes.axhline(end, color=_MUTED, linewidth=0.8, linestyle=(0, (4, 2)), zorder=2)
    axes.text(
        0.012, middle[1], "nine of ten estimates lie between the dashed lines",
        transform=axes.get_yaxis_transform(), ha="left", va="bottom", fontsize=7.5, color=_MUTED,
    ).set_path_effects(_halo())  # fmt: skip
    if low < 0:
        axes.axhline(0, color="#222222", linewidth=0.9, zorder=2)
    axes.plot(
        place, months, linestyle="none", marker="o", color=COLOURS[0],
        markersize=5.0 if len(kept) < 100 else 2.0, markeredgewidth=0, zorder=3,
    )  # fmt: skip
    value, size = months[head], abs(months[head])
    axes.plot(
        [head], [value], marker="D", color=COLOURS[1], markersize=8, markeredgecolor="white",
        zorder=5,
    )  # fmt: skip
    below = head > 0.35 * len(kept)
    axes.annotate(
        f"headline: {size:.1f} months {'behind' if value > 0 else 'ahead'}", (head, value),
        xytext=(52, -46) if below else (52, 46), textcoords="offset points", fontsize=9.5,
        weight="bold", color="#A63F0B", ha="center", va="center", zorder=6,
        arrowprops={"arrowstyle": "-", "color": COLOURS[1], "linewidth": 1, "shrinkB": 5},
        path_effects=_halo(),
    )  # fmt: skip
    steps = _ticks(low, high)
    axes.set_yticks(steps, [f"{abs(t):g}" for t in steps])
    axes.set_ylabel("months", fontsize=9, color=_MUTED)
    follower = noun(grid.headline.follower_group).removeprefix("the ")
    for value, words, side in ((high, "behind", "top"), (-0.2, "ahead", "top")):
        if value > 0 or low < 0:
            axes.text(
                1.012, value, f"{follower}\n{words}", transform=axes.get_yaxis_transform(),
                va=side, fontsize=8.5, weight="bold", color=_MUTED,
            )  # fmt: skip
    axes.tick_params(axis="y", labelsize=8.5, colors=_MUTED)
    axes.tick_params(axis="x", bottom=False, labelbottom=False)
    axes.grid(axis="y", color=_FAINT, linewidth=0.5, zorder=0)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "bottom"]].set_visible(False)
    axes.spines["left"].set_color(_MUTED)


def _halo() -> list[Any]:
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=2.5, foreground="white")]


def _or(value: float | None, other: float) -> float:
    return other if value is None else value


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


def _strip(strip: Axes, grid: Grid, kept: list[int]) -> None:
    """One row a level, one mark a specification, choices by share."""
    names = [n for n in grid.shares if n != TOGETHER]
    head = kept.index(0)
    at = 0.0
    width, bands = len(kept), []
    for name in names:
        levels = [_level(grid.specs[k], name) for k in kept]
        order = sorted(dict.fromkeys(levels), key=_rank(name, grid))
        top = at
        for level in order:
            mine = [x for x, other in enumerate(levels) if other == level]
            strip.vlines(
                mine, at + 0.14, at + 0.86, color=COLOURS[0], linewidth=_thin(kept), alpha=0.75
            )
            chosen = _level(grid.specs[0], name) == level
            strip.text(
                -0.012 * width, at + 0.5, level, ha="right", va="center", fontsize=7.2,
                color="#A63F0B" if chosen else "#222222", weight="bold" if chosen else "normal",
                clip_on=False,
            )  # fmt: skip
            if chosen:
                strip.plot(
                    [head], [at + 0.5], marker="D", color=COLOURS[1], markersize=4.2,
                    markeredgecolor="white", markeredgewidth=0.6, zorder=5,
                )  # fmt: skip
            at += _ROW
        bands.append((name, top, at))
        at += _GAP
    for name, top, bottom in bands:
        strip.axhspan(top, bottom, color="#f3f4f6", zorder=0, linewidth=0)
        strip.text(
            _LEFT * width, (top + bottom) / 2, LABELS[name].replace(" of the", "\nof the"),
            ha="left", va="center", fontsize=8, weight="bold", color="#222222", clip_on=False,
        )  # fmt: skip
        strip.text(
            1.02 * width, (top + bottom) / 2, _percent(grid.shares[name]), ha="left",
            va="center", fontsize=8, color="#222222", clip_on=False,
        )  # fmt: skip
    strip.text(
        1.02 * width, -0.55, "share of\nvariance", ha="left", va="bottom", fontsize=7,
        color=_MUTED, clip_on=False,
    )  # fmt: skip
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
