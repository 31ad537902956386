"""What the intervals cover in simulated worlds, as a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from elolag.plots._style import SERIES, SHAPES, new_axes

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def calibration(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Coverage by world and estimand: measurement filled, sampling hollow, the level as a line.

    Parameters
    ----------
    table
        As `elolag.calibrate.table` makes it.
    """
    axes = ax if ax is not None else new_axes(height=1.4)
    worlds = list(dict.fromkeys(table["world"]))
    estimands = list(dict.fromkeys(table["estimand"]))
    for number, estimand in enumerate(estimands):
        for kind, face in (("measurement", None), ("sampling", "white")):
            rows = table[(table["estimand"] == estimand) & (table["interval"] == kind)]
            place = [
                worlds.index(w) + (number - (len(estimands) - 1) / 2) * 0.13 for w in rows.world
            ]
            colour = SERIES[number % len(SERIES)]
            axes.plot(
                rows["coverage"], place, linestyle="none", marker=SHAPES[number % len(SHAPES)],
                markersize=5.5, color=colour, markerfacecolor=face or colour,
                label=estimand if kind == "measurement" else None,
            )  # fmt: skip
    level = float(table["level"].iloc[0])
    axes.axvline(level, color="#222222", linewidth=0.9)
    axes.axhline(-0.5, color="none")
    for edge in range(1, len(worlds)):
        axes.axhline(edge - 0.5, color="#dddddd", linewidth=0.6)
    axes.set_yticks(range(len(worlds)), worlds)
    axes.invert_yaxis()
    axes.set_xlabel(f"share of {level:.0%} intervals that hold the truth")
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_title(
        "Coverage in worlds with a known lag (filled: measurement, hollow: sampling)",
        loc="left", weight="bold", fontsize=11,
    )  # fmt: skip
    axes.legend(
        loc="upper center", bbox_to_anchor=(0.45, -0.09), ncols=5, frameon=False, fontsize=8
    )
    return axes
