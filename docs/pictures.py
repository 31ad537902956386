"""Pictures of the pages alone: what each estimand measures, and what the intervals cover."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from elolag.dates import DAYS_PER_MONTH
from elolag.errors import UsageError
from elolag.model import estimands as lag
from elolag.plots.files import save
from elolag.plots.marks import halo
from elolag.plots.pen import Pen
from elolag.plots.style import (
    COLOURS,
    DASHES,
    FAINT,
    INK,
    MARKERS,
    MUTED,
    SERIES,
    SHAPES,
    Size,
    new_figure,
    of_size,
    ours,
)
from elolag.version import __version__

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


#: A toy race in months and points: the follower repeats the leader, later and not evenly.
LEAD = ((0.0, 10.0), (4.0, 16.0), (8.0, 25.0), (14.0, 33.0), (19.0, 42.0))
FOLLOW = ((2.0, 4.0), (7.0, 12.0), (12.0, 20.0), (17.0, 27.0), (21.0, 34.0))
#: The as-of date, the window's length and that of `catch-up`, in months.
END, WINDOW, FOLLOWED = 24.0, 12.0, 20.0

#: What is said under each picture.
_SAYS = {
    "current": "from the as-of date back to when the leader first stood there",
    "average": "the same, on every day of the window, averaged",
    "at-release": "the same, only on days of the follower's records, averaged",
    "catch-up": "from each leader record until it is reached (arrow: not yet); median",
    "levels": "mean width between the frontiers at levels new in the window",
    "trend": "between two smooth curves, at the follower's end",
    "gap": "height between the two frontiers on the as-of date, in Elo",
}


@ours
def estimand(name: str, ax: Axes | None = None, *, size: str = "column") -> Axes:
    """A toy pair of frontiers with what one estimand measures marked, for explaining it.

    The figure in the title is what `elolag.model.estimands` computes for the toy.

    Raises
    ------
    UsageError
        An unknown estimand or size.
    """
    if name not in _DRAW:
        raise UsageError(f"unknown estimand {name!r}; known: {', '.join(_DRAW)}")
    pen = Pen.on(ax, size, 0.85)
    figure = _draw(pen.axes, name, pen.size)
    return pen.finish(f"{name}: {figure}", _SAYS[name])


@ours
def estimands(path: str | Path | None = None, *, size: str = "page") -> Any:
    """All estimands in one grid; written to `path` if one is given.

    Returns
    -------
    matplotlib.figure.Figure
    """
    measures = of_size(size)
    figure = new_figure(size, 1.75)
    grid = figure.subplots(4, 2, squeeze=False).ravel()
    figure.subplots_adjust(hspace=0.55, wspace=0.14)
    for axes, name in zip(grid, _DRAW, strict=False):
        value = _draw(axes, name, measures)
        axes.set_title(
            f"{name}: {value}", loc="left", fontsize=measures.font, weight="bold", color=INK
        )
        words = _SAYS[name] if len(_SAYS[name]) < 50 else _two_lines(_SAYS[name])
        axes.set_xlabel(words, fontsize=measures.small, color=MUTED, loc="left")
    key = grid[-1]
    key.axis("off")
    for row, (side, label) in enumerate(zip((0, 1), ("leader", "follower"), strict=True)):
        y = 0.75 - 0.22 * row
        key.plot(
            [0.05, 0.3], [y, y], color=COLOURS[side], linestyle=DASHES[side],
            linewidth=measures.line, marker=MARKERS[side], markersize=measures.marker,
        )  # fmt: skip
        key.text(0.36, y, label, va="center", fontsize=measures.font, color=COLOURS[side])
    key.plot([0.05, 0.3], [0.31, 0.31], color=INK, linewidth=0.9 * measures.line)
    key.text(0.36, 0.31, "what is measured", va="center", fontsize=measures.font, color=INK)
    key.set(xlim=(0, 1), ylim=(0, 1))
    foot = (
        "A toy race, not data. Rating upwards, time to the right; the right edge is the as-of "
        "date, the grey ground the window. Figures as elolag computes them for the toy (trend: for "
        "straight lines)."
    )
    Pen(key, measures).finish("", foot)
    if path is not None:
        save(grid[0], path)
    return figure


def _two_lines(text: str) -> str:
    middle = min((i for i, c in enumerate(text) if c == " "), key=lambda i: abs(i - len(text) / 2))
    return f"{text[:middle]}\n{text[middle + 1 :]}"


def toy() -> lag.Race:
    """The toy as a race of one draw; dates in days."""
    dates = np.array([m for m, _ in (*LEAD, *FOLLOW)]) * DAYS_PER_MONTH
    ratings = np.array([[r for _, r in (*LEAD, *FOLLOW)]])
    leads = np.arange(len(dates)) < len(LEAD)
    return lag.Race.of(
        ratings, np.where(leads, dates, np.inf), np.where(leads, np.inf, dates),
        END * DAYS_PER_MONTH,
    )  # fmt: skip


def _draw(axes: Axes, name: str, measures: Size) -> str:
    """The toy with one estimand marked; returns the estimand's figure in words."""
    bold = name == "trend"
    for side, points in enumerate((LEAD, FOLLOW)):
        x, y = _corners(points)
        axes.plot(
            x, y, color=COLOURS[side], linestyle=DASHES[side],
            linewidth=(0.4 if bold else 0.9) * measures.line, alpha=0.5 if bold else 1.0, zorder=2,
        )  # fmt: skip
        axes.plot(
            *zip(*points, strict=True), linestyle="none", color=COLOURS[side],
            marker=MARKERS[side], markersize=0.8 * measures.marker, zorder=2.5,
        )  # fmt: skip
    axes.axvline(END, color=MUTED, linewidth=0.35 * measures.line, zorder=1)
    axes.set(xlim=(-0.5, END + 1.2), ylim=(0, 54), xticks=[], yticks=[])
    axes.spines[["top", "right"]].set_visible(False)
    for spine in axes.spines.values():
        spine.set(linewidth=0.5 * measures.line, color=MUTED)
    return _DRAW[name](axes, measures)


def _corners(points: tuple[tuple[float, float], ...]) -> tuple[Any, Any]:
    months, levels = (list(part) for part in zip(*points, strict=True))
    return np.repeat([*months, END], 2)[1:-1], np.repeat(levels, 2)


def _level(points: tuple[tuple[float, float], ...], month: float) -> float:
    return max(level for m, level in points if m <= month)


def _first(points: tuple[tuple[float, float], ...], level: float) -> float | None:
    return next((m for m, x in points if x >= level), None)


def _mark(
    axes: Axes, x: Any, y: Any, measures: Size, *, ends: str = "|", alpha: float = 1.0
) -> None:
    axes.plot(
        x, y, color=INK, linewidth=0.75 * measures.line, marker=ends, alpha=alpha, zorder=3,
        markersize=0.75 * measures.font, markeredgewidth=0.75 * measures.line,
    )  # fmt: skip


def _window(axes: Axes, months: float) -> None:
    axes.axvspan(END - months, END, color="#ececec", linewidth=0, zorder=0)


def _months(value: float) -> str:
    return f"{value:.1f} months"


def _of(found: lag.Lags) -> str:
    return _months(float(found.months[0]))


def _current(axes: Axes, measures: Size) -> str:
    level = _level(FOLLOW, END)
    _mark(axes, [_first(LEAD, level), END], [level, level], measures)
    return _of(lag.current(toy()))


def _average(axes: Axes, measures: Size) -> str:
    _window(axes, WINDOW)
    below: dict[float, int] = {}  # brackets of one level are stacked under it
    for day in np.linspace(END - WINDOW, END, 13).tolist():
        level = _level(FOLLOW, day)
        below[level] = below.get(level, -1) + 1
        axes.plot(
            [_first(LEAD, level) or 0.0, day], np.full(2, level - 1.1 * below[level]), color=INK,
            linewidth=0.45 * measures.line, zorder=1.8,
        )  # fmt: skip
    return _of(lag._average(toy(), WINDOW))


def _at_release(axes: Axes, measures: Size) -> str:
    _window(axes, WINDOW)
    for day, level in FOLLOW:
        if day > END - WINDOW:
            _mark(axes, [_first(LEAD, level), day], [level, level], measures)
    return _of(lag._at_release(toy(), WINDOW))


def _catch_up(axes: Axes, measures: Size) -> str:
    _window(axes, FOLLOWED)
    for day, record in LEAD:
        if day <= END - FOLLOWED:
            continue
        reached, level = _first(FOLLOW, record), record + 1.8  # clear of the frontier's own line
        _mark(axes, [day, END if reached is None else reached], [level, level], measures, ends="")
        _mark(axes, [day], [level], measures)
        _mark(axes, [END - 0.3 if reached is None else reached], [level], measures,
              ends="|" if reached else ">")  # fmt: skip
    return f"median {_of(lag.catch_up(toy(), FOLLOWED))}"


def _over_levels(axes: Axes, measures: Size) -> str:
    low, high = _level(FOLLOW, END - WINDOW), _level(FOLLOW, END)
    levels = np.linspace(low, high, 400)[1:]
    firsts = [[_first(points, x) or END for x in levels] for points in (LEAD, FOLLOW)]
    axes.fill_betweenx(levels, firsts[0], firsts[1], color=INK, alpha=0.25, linewidth=0, zorder=1.5)
    _window(axes, WINDOW)
    return _of(lag._over_levels(toy(), WINDOW))


def _trend(axes: Axes, measures: Size) -> str:
    """Smooth curves of one slope stand for those fitted to data."""
    fits = []
    for points in (LEAD, FOLLOW):
        months, levels = np.array(points).T
        fits.append(np.polyfit(months, levels, 1))
    for side, fit in enumerate(fits):
        days = np.array([0.0, END])
        axes.plot(
            days, np.polyval(fit, days), color=COLOURS[side], linestyle=DASHES[side],
            linewidth=measures.line, zorder=2.2,
        )  # fmt: skip
    level = float(np.polyval(fits[1], END))
    then = (level - fits[0][1]) / fits[0][0]
    _mark(axes, [then, END], [level, level], measures)
    return _months(END - float(then))


def _gap(axes: Axes, measures: Size) -> str:
    levels = [_level(FOLLOW, END), _level(LEAD, END)]
    _mark(axes, [END - 0.6, END - 0.6], levels, measures, ends="_")
    elo = levels[1] - levels[0]
    axes.annotate(
        f"{elo:.0f}", (END - 0.6, sum(levels) / 2), xytext=(-0.5 * measures.font, 0),
        textcoords="offset points", ha="right", va="center", fontsize=measures.small, color=INK,
        path_effects=halo(measures),
    )  # fmt: skip
    return f"{elo:.0f} Elo"


_DRAW: dict[str, Callable[[Axes, Size], str]] = {
    "current": _current,
    "average": _average,
    "at-release": _at_release,
    "catch-up": _catch_up,
    "levels": _over_levels,
    "trend": _trend,
    "gap": _gap,
}


_KINDS = ("measurement", "sampling")


@ours
def calibration(table: pd.DataFrame, ax: Axes | None = None, *, size: str = "page") -> Axes:
    """Coverage by world and estimand: measurement filled, sampling hollow, the level as a line.

    Each world has two rows of marks, one for each kind of interval; the grey ground is what
    the number of replications leaves to chance (two standard errors at the level).

    Parameters
    ----------
    table
        As `make calibrate` writes it, or a part of it.
    ax
        Axes to draw on; new ones of their own by default.
    size
        ``column``, ``page`` or ``slide``.
    """
    from matplotlib.ticker import MultipleLocator

    pen = Pen.on(ax, size, 1.0 if size == "slide" else 1.45)
    axes, measures = pen.axes, pen.size
    worlds = list(dict.fromkeys(table["world"]))
    estimands = list(dict.fromkeys(table["estimand"]))
    most = table.groupby("world")["replications"].max()
    level, usual, more = float(table["level"].iloc[0]), int(most.min()), int(most.max())
    error = 2 * (level * (1 - level) / usual) ** 0.5
    axes.axvspan(level - error, min(level + error, 1.0), color="#efefef", linewidth=0, zorder=0)
    axes.axvline(level, color=INK, linewidth=0.5 * measures.line, zorder=1)
    for row in range(len(worlds)):
        axes.axhline(row + 0.5, color=FAINT, linewidth=0.35 * measures.line, zorder=0.5)
    handles: list[Any] = []
    for number, estimand in enumerate(estimands):
        mine = table[table["estimand"] == estimand]
        handles.append(_marks(axes, mine, worlds, number, len(estimands), measures))
    axes.set_yticks(range(len(worlds)), worlds)
    axes.set_ylim(len(worlds) - 0.45, -0.55)
    low = min(float(table["coverage"].min()), level - error)
    axes.set_xlim(np.floor(low * 40) / 40 - 0.004, 1.006)
    pen.tidy(grid="")
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_locator(MultipleLocator(0.05 if low < 0.9 else 0.01))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axes.set_xlabel(f"share of {level:.0%} intervals that hold the truth")
    legend = axes.legend(
        handles, estimands, loc="lower left", bbox_to_anchor=(0, 1.0), frameon=False,
        ncols=3 if size == "column" else len(estimands), fontsize=measures.small, borderpad=0,
        borderaxespad=0.1, handletextpad=0.1, columnspacing=0.8, labelcolor=MUTED,
    )  # fmt: skip
    legend.set_in_layout(False)
    rows = legend.get_window_extent().height / axes.figure.figure.dpi * 72
    chance = 2 * (level * (1 - level) / table["replications"]) ** 0.5
    short = int((table["coverage"] < level - chance).sum())
    deep = f" ({(most > usual).sum()} worlds have up to {more:,})" if more > usual else ""
    note = (
        f"Filled, upper row: measurement interval; hollow, lower row: sampling interval. Grey: "
        f"two standard errors at {usual:,} replications{deep}. Simulated worlds with a known lag, "
        f"elolag {__version__}."
    )
    title = f"Coverage falls short of {level:.0%} in {short} of {len(table)} cells"
    return pen.finish(title, note, room=rows)


def _marks(
    axes: Axes, mine: pd.DataFrame, worlds: list[str], number: int, of: int, measures: Size
) -> Any:
    """One estimand's marks, measurement above sampling, each estimand a little lower."""
    colour, shape = SERIES[number % len(SERIES)], SHAPES[number % len(SHAPES)]
    # A slide has less room for a row than its type would ask.
    diameter = (0.85 if measures.height < 6 else 0.6) * measures.marker
    handle: Any = None
    for kind in _KINDS:
        rows = mine[mine["interval"] == kind]
        middle = -0.23 if kind == "measurement" else 0.23
        shift = (number - (of - 1) / 2) * (0.3 / max(of - 1, 1))
        (drawn,) = axes.plot(
            rows["coverage"], [worlds.index(w) + middle + shift for w in rows["world"]],
            linestyle="none", marker=shape, markersize=diameter, color=colour,
            markerfacecolor=colour if kind == "measurement" else "white",
            markeredgewidth=0.4 * measures.line, zorder=3, clip_on=False,
        )  # fmt: skip
        handle = handle or drawn
    return handle
