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
    FOLLOWER_TYPE,
    INK,
    MUTED,
    PALE,
    WASH,
    Look,
    footer,
    new_axes,
    new_figure,
    of_size,
    ours,
)
from elolag.results import charts, citing
from elolag.results.charts import Both, told_in
from elolag.results.words import bounded, compact, first_up, noun
from elolag.robustness import LABELS, TOGETHER, Grid, Spec

if TYPE_CHECKING:
    from matplotlib.axes import Axes


_LANGUAGES = {
    "chinese", "english", "french", "german", "japanese", "korean", "non_english", "polish",
    "russian", "spanish",
}  # fmt: skip
#: Levels in words, where their own name says too little.
_WORDS = {
    ("curve", "step"): Both("step (records)", "Stufen (Rekorde)"),
    ("curve", "quantile"): Both("quantile", "Quantil"),
    ("curve", "spline"): Both("spline", "Spline"),
    ("curve", "local-linear"): Both("local-linear", "lokal linear"),
    ("window", 0): Both("none (one date)", "keines (ein Tag)"),
    ("clock", "released"): Both("released", "Erscheinen"),
    ("clock", "first-listed"): Both("first-listed", "erster Listung"),
    ("derivatives", "keep"): Both("keep", "behalten"),
    ("derivatives", "drop"): Both("drop", "weggelassen"),
    ("derivatives", "to-base"): Both("with their base", "beim Basismodell"),
    ("hong_kong", "CN"): Both("with China", "bei China"),
    ("hong_kong", "separate"): Both("separate", "getrennt"),
    ("openness", "any"): Both("all models", "alle Modelle"),
    ("openness", "follower"): Both("follower's open ones", "beim Verfolger offene"),
    ("openness", "both"): Both("open ones only", "nur offene"),
    ("min_votes", 0): Both("any number", "beliebig viele"),
    ("selection", "corrected"): Both("corrected", "korrigiert"),
    ("selection", "as-published"): Both("as-published", "wie veröffentlicht"),
    ("as_of", "latest"): Both("latest", "neuester"),
    ("as_of", "earlier"): Both("one publication earlier", "eine Liste früher"),
    ("vintage", "newest"): Both("newest", "neueste"),
    ("vintage", "at-the-time"): Both("at the time", "damalige"),
    ("match_rule", "reached"): Both("first to reach it", "erstes auf ihm"),
    ("match_rule", "below"): Both("last below it", "letztes darunter"),
    ("match_rule", "between"): Both("between these two", "zwischen diesen"),
    ("match_rule", "not-worse"): Both("last not told apart", "letztes gleichauf"),
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
        lang = look.get("lang", "en")
        rows = sum(len({_level(s, n, lang) for s in grid.specs}) + _GAP for n in _choices(grid))
        figure = new_figure(size, max(1.2, rows * 1.45 * measures.small / 72 / measures.height + 1))
        axes, strip = figure.subplots(
            2, 1, gridspec_kw={"height_ratios": [1, max(0.1 * rows, 0.4)], "hspace": 0.04}
        )
    pen = Pen(axes, measures, look)
    _curve(pen, grid, kept, months)
    if strip is not None:
        _strip(Pen(strip, measures, look), grid, kept)
    foot = footer(grid.headline, _note(grid, pen.lang), pen.lang)
    return pen.finish(_finding(grid, pen.lang), foot)


def few(count: int, shown: int) -> tuple[int, ...]:
    """So many of the numbers from 0 to `count`, evenly, both ends among them."""
    if count <= shown:
        return tuple(range(count))
    return tuple(round(k * (count - 1) / (shown - 1)) for k in range(shown))


def _note(grid: Grid, lang: str) -> str:
    """What the marks are, after where they come from."""
    return charts.said(
        "grid note", lang, count=citing.whole(len(grid.estimated), lang),
        day=charts.day(grid.headline.as_of, lang),
        level=citing.percent(grid.headline.level, lang),
        together=charts.share(grid.shares.get(TOGETHER, 0), lang),
    )  # fmt: skip


def _choices(grid: Grid) -> list[str]:
    return [name for name in grid.shares if name != TOGETHER]


def _finding(grid: Grid, lang: str) -> str:
    low, high = grid.quantiles()
    group = grid.headline.follower_group
    follower = charts.who(group, lang).removeprefix("the ")
    count = citing.whole(len(grid.estimated), lang)
    if low is None or high is None:
        return charts.said("grid unbounded", lang, count=count, follower=charts.short(group, lang))
    key = "grid behind" if low >= 0 else "grid ahead" if high <= 0 else "grid both"
    near, far = (low, high) if high > 0 else (high, low)
    told = {"low": citing.number(near, lang), "high": citing.number(far, lang)}
    words = charts.said(key, lang, follower=follower, **told)
    return charts.said("grid", lang, count=count, said=first_up(words) if lang == "de" else words)


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
    _uprights(axes, place, ends[:, 0], ends[:, 1], color=PALE[0], linewidth=_thin(kept), zorder=1)
    middle = [_or(end, e) for end, e in zip(grid.quantiles(), (low, high), strict=True)]
    for end in middle:
        axes.axhline(end, color=MUTED, linewidth=0.8, linestyle=(0, (4, 2)), zorder=2)
    axes.text(
        0.012, middle[1], pen.said("grid dashed"), ha="left",
        transform=axes.get_yaxis_transform(), va="bottom", fontsize=measures.small, color=MUTED,
    ).set_path_effects(halo(measures))  # fmt: skip
    if low < 0:
        axes.axhline(0, color=INK, linewidth=0.9, zorder=2)
    wide = 1.1 if len(kept) < 100 else 0.45
    pen.mark(place, months, "o", wide, COLOURS[0], linestyle="none", markeredgewidth=0, zorder=3)
    value = months[head]
    for x, k in enumerate(kept):
        pen.told(x, months[x], _told(grid, k, pen.lang))
    pen.mark([head], [value], "D", 1.6, COLOURS[1], markeredgecolor="white", zorder=5)
    below = head > 0.35 * len(kept)
    lag = citing.lag(float(value), grid.answers[0].bound, pen.lang)
    axes.annotate(
        pen.said("grid headline", lag=lag), (head, value),
        # Half-way to the zero line or to the top: on neither, and away from the curve.
        xytext=(5 * measures.font, (value + (min(0.0, value) if below else high)) / 2),
        textcoords=("offset points", "data"), fontsize=measures.font, weight="bold",
        color=FOLLOWER_TYPE, ha="center", va="center", zorder=6, path_effects=halo(measures),
        arrowprops={"arrowstyle": "-", "color": COLOURS[1], "linewidth": 1, "shrinkB": 5},
    )  # fmt: skip
    steps = _ticks(low, high)
    axes.set_yticks(steps, [f"{abs(t):g}" for t in steps])
    axes.set_ylabel(citing.set_phrases(pen.lang).months, fontsize=measures.font, color=MUTED)
    follower = noun(grid.headline.follower_group).removeprefix("the ")
    if pen.lang == "de":
        follower = charts.short(grid.headline.follower_group, pen.lang)
    for value, side in ((high, "behind"), (-0.2, "ahead")):
        if value > 0 or low < 0:
            axes.text(
                1.012, value, pen.said(side, who=f"{follower}\n"), va="top",
                transform=axes.get_yaxis_transform(), fontsize=measures.small, weight="bold",
                color=MUTED,
            )  # fmt: skip
    axes.tick_params(axis="y", labelsize=measures.small, colors=MUTED)
    axes.tick_params(axis="x", bottom=False, labelbottom=False)
    axes.grid(axis="y", color=FAINT, linewidth=0.5, zorder=0)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "bottom"]].set_visible(False)
    axes.spines["left"].set_color(MUTED)


def _told(grid: Grid, place: int, lang: str) -> str:
    """What the pointer is told of one specification."""
    spec, answer = grid.specs[place], grid.answers[place]
    parted = ": " if lang == "de" else " "
    named = (f"{told_in(lang, LABELS[n])}{parted}{_level(spec, n, lang)}" for n in _choices(grid))
    chosen = ", ".join(named)
    if lang == "de":
        figure = citing.lag(answer.months or 0.0, answer.bound, lang)
        return f"{figure}; {charts.ends(answer.low, answer.high, lang)}\n{chosen}"
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
    strip, measures, lang = pen.axes, pen.size, pen.lang

    def write(x: float, y: float, text: str, side: str, font: float, **style: Any) -> None:
        style = {"va": "center", "color": INK, "clip_on": False, **style}
        strip.text(x * width, y, text, ha=side, fontsize=font, **style)

    head, at = kept.index(0), 0.0
    width, bands = len(kept), []
    for name in _choices(grid):
        levels = [_level(grid.specs[k], name, lang) for k in kept]
        top = at
        for level in sorted(dict.fromkeys(levels), key=_rank(name, grid, lang)):
            x = np.array([x for x, other in enumerate(levels) if other == level])
            _uprights(
                strip, x, x * 0 + at + 0.14, x * 0 + at + 0.86, color=COLOURS[0],
                linewidth=_thin(kept), alpha=0.75,
            )  # fmt: skip
            bold = {}
            if _level(grid.specs[0], name, lang) == level:
                bold = {"color": FOLLOWER_TYPE, "weight": "bold"}
                edge = {"markeredgecolor": "white", "markeredgewidth": 0.6}
                pen.mark([head], [at + 0.5], "D", 1, COLOURS[1], zorder=5, **edge)
            write(-0.012, at + 0.5, level, "right", measures.tiny, **bold)
            at += _ROW
        bands.append((name, top, at))
        at += _GAP
    for name, top, bottom in bands:
        strip.axhspan(top, bottom, color=WASH, zorder=0, linewidth=0)
        what = told_in(lang, LABELS[name]).replace(" of the", "\nof the").replace(" der", "\nder")
        middle = (top + bottom) / 2
        write(_LEFT, middle, what, "left", measures.small, weight="bold")
        write(1.02, middle, _percent(grid.shares[name], lang), "left", measures.small)
    write(1.02, -0.35, pen.said("grid share"), "left", measures.tiny, va="top", color=MUTED)
    strip.set_xlim(-0.01 * width - 1, 1.01 * width)
    strip.set_ylim(max(at - _GAP, 1.0), 0)
    strip.axis("off")


def _percent(share: float, lang: str) -> str:
    told = charts.share(share, lang)
    return told if share >= 0.005 or share == 0 else f"<{charts.share(0.01, lang)}"


def _level(spec: Spec, name: str, lang: str) -> str:
    value = getattr(spec, name)
    if name == "category":
        return _category(value, lang)
    if name == "board":
        plain = str(value).removeprefix("arena/").removesuffix("_style_control")
        if str(value).endswith("_style_control"):
            return charts.said("grid styled", lang, board=plain)
        return plain
    if name == "window" and value:
        return charts.said("grid months", lang, value=value)
    if name == "min_votes" and value:
        return charts.said("grid votes", lang, value=citing.whole(value, lang))
    return told_in(lang, _WORDS.get((name, value), str(value))).replace("_", " ")


def _category(value: str, lang: str) -> str:
    """Categories fall into four kinds: there are too many to show one by one."""
    if value == "overall":
        return citing.named(value) if lang == "de" else value
    if value.startswith("industry_"):
        return charts.said("industries", lang)
    return charts.said("languages" if value in _LANGUAGES else "tasks", lang)


def _rank(name: str, grid: Grid, lang: str) -> Any:
    """Levels in order: the headline's first, numbers by size, else by name."""
    first = _level(grid.specs[0], name, lang)

    def rank(level: str) -> tuple[bool, float, str]:
        digits = level.split(maxsplit=1)[0].replace("." if lang == "de" else ",", "")
        return level != first, float(digits) if digits.isdigit() else math.inf, level

    return rank
