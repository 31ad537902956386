"""How long the leader's records stay unmatched, as a survival curve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from elolag.cite import wording
from elolag.estimate.catch_up import TimeToMatch
from elolag.plots._labels import Label, place
from elolag.plots._style import COLOURS, INK, MUTED, finish, footer, new_axes, of_size, ours, tidy
from elolag.plots._titles import first_up
from elolag.results.words import adjective, noun

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@ours
def time_to_match(curve: TimeToMatch, ax: Axes | None = None, *, size: str = "page") -> Axes:
    """Share of the leader's records still unmatched, by months since each one's release.

    A step down is a match, a tick a record not matched yet; the band is the curve's pointwise
    measurement interval; a dot marks `catch-up`, the mean of the draws' medians, with its interval.

    Parameters
    ----------
    curve
        From `elolag.estimate.catch_up.time_to_match`.
    ax
        Axes to draw on; new ones of their own by default.
    size
        ``column``, ``page`` or ``slide``.
    """
    measures, result = of_size(size), curve.result
    axes = ax if ax is not None else new_axes(size)
    colour = COLOURS[0]
    start, end = float(curve.grid[0]), float(curve.grid[-1])
    axes.fill_between(curve.grid, curve.low, curve.high, color=colour, alpha=0.2, linewidth=0)
    x = np.concatenate([[start], np.repeat(curve.times, 2), [end]])
    y = np.repeat(np.concatenate([[1.0], curve.share]), 2)
    axes.plot(x, y, color=colour, linewidth=measures.line, zorder=3)
    heights = dict(zip(curve.times.tolist(), curve.share.tolist(), strict=True))
    open_ = [f for f in curve.follow_ups if not f.matched]
    axes.plot(
        [f.months for f in open_], [heights[f.months] for f in open_], linestyle="none",
        marker="|", color=colour, markersize=1.2 * measures.font,
        markeredgewidth=0.8 * measures.line, zorder=3.2,
    )  # fmt: skip
    tidy(axes, size, grid="")
    span = end - start
    axes.set_xlim(start - 0.02 * span, end + 0.04 * span)
    axes.set_ylim(-0.03, 1.12)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    axes.set_xlabel(f"months since a record of {noun(result.leader_group)} was released")
    axes.set_ylabel(f"not yet matched by {noun(result.follower_group)}")
    if start < 0:
        axes.axvline(0, color=MUTED, linewidth=0.4 * measures.line, zorder=1)
        axes.xaxis.set_major_formatter(lambda v, _: f"{-v:g} before" if v < 0 else f"{v:g}")
    median = _median(curve, axes, size)
    note = (
        "Curve and names: at posterior-mean ratings; dot: mean of the draws' medians; band: "
        "pointwise measurement interval; ticks: records not yet matched."
    )
    finish(axes, _finding(curve), footer(curve, note), size=size)
    names = [
        Label(
            f.model + ("" if f.matched else " (open)"), f.months, heights[f.months],
            colour if f.matched else INK, ((1, 1), (1, 0), (1, -1), (-1, -1), (-1, 0)),
        )
        for f in sorted(curve.follow_ups, key=lambda f: (f.matched, -f.months))
    ]  # fmt: skip
    place(
        axes,
        [*median, *(names if size != "column" else names[:5])],
        measures,
        lines=[(x, y), *_bar(curve)],
    )
    return axes


def _bar(curve: TimeToMatch) -> list[tuple[list[float], list[float]]]:
    """The median's interval as a line no name may stand on."""
    low, high = curve.result.ends_given
    return [] if low is None or high is None else [([low, high], [0.5, 0.5])]


def _median(curve: TimeToMatch, axes: Axes, size: str) -> list[Label]:
    """The median at one half, with its interval; nothing where the curve does not fall so far."""
    measures, result = of_size(size), curve.result
    left = axes.get_xlim()[0]
    if result.months is None or result.censored:
        axes.axhline(0.5, color=INK, linewidth=0.4 * measures.line, linestyle=(0, (4, 3)))
        return []
    axes.plot(
        [left, result.months], [0.5, 0.5], color=INK, linewidth=0.5 * measures.line,
        linestyle=(0, (4, 3)), zorder=2,
    )  # fmt: skip
    low, high = result.ends_given
    if low is not None and high is not None:
        axes.plot(
            [low, high], [0.5, 0.5], color=INK, alpha=0.28, zorder=2.9,
            linewidth=0.62 * measures.font, solid_capstyle="butt",
        )  # fmt: skip
    axes.plot([result.months], [0.5], marker="o", color=INK, markersize=measures.marker, zorder=4)
    return [
        Label(
            f"mean of the medians {abs(result.months):.1f}", result.months, 0.5, INK,
            ((-1, -1), (1, 1), (-1, 1), (1, -1)), "bold", 1.15,
        )
    ]  # fmt: skip


def _finding(curve: TimeToMatch) -> str:
    """The title: where the curve that is drawn crosses one half."""
    result = curve.result
    whose = f"{adjective(result.follower_group)} models"
    leaders = adjective(result.leader_group)
    if wording(result) == "no-clear-lead":
        return first_up(f"{whose} are neither clearly before nor after {leaders} records")
    if result.months is None or result.censored == "at-least":
        return first_up(f"{whose} have not yet matched half of {leaders} records")
    if result.censored:
        return first_up(f"{whose} had half of {leaders} records first")
    half = result.months if curve.half is None else curve.half
    size = f"{abs(half):.1f} months"
    if half < 0:
        return first_up(f"{whose} stood there {size} before half the records")
    return first_up(f"{whose} match half of {leaders} records within {size}")
