"""What the intervals cover in simulated worlds, as a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from elolag.plots._style import (
    FAINT,
    INK,
    MUTED,
    SERIES,
    SHAPES,
    Size,
    finish,
    new_axes,
    of_size,
    ours,
    tidy,
)
from elolag.version import __version__

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

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

    measures = of_size(size)
    axes = ax if ax is not None else new_axes(size, 1.0 if size == "slide" else 1.45)
    worlds = list(dict.fromkeys(table["world"]))
    estimands = list(dict.fromkeys(table["estimand"]))
    level, usual = float(table["level"].iloc[0]), int(table["replications"].median())
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
    tidy(axes, size, grid="")
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
    note = (
        f"Filled, upper row: measurement interval; hollow, lower row: sampling interval. Grey: "
        f"two standard errors at {usual:,} replications. Simulated worlds with a known lag, "
        f"elolag {__version__}."
    )
    title = f"Coverage falls short of {level:.0%} in {short} of {len(table)} cells"
    return finish(axes, title, note, size=size, room=rows)


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
