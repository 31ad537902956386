"""The lag in every slice: dots with intervals, the side that is ahead labelled."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from elolag.estimate.compare import Slice, Slices, lower, upper
from elolag.plots._directed import unsigned
from elolag.plots._style import (
    COLOURS,
    INK,
    MUTED,
    Size,
    finish,
    footer,
    new_axes,
    of_size,
    ours,
    tidy,
)
from elolag.results.words import noun

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Height of a row, in lines of type.
_ROW = 2.3
_TINT = "#fdebe0"


@ours
def slices(found: Slices, ax: Axes | None = None, *, size: str = "page") -> Axes:
    """One row per slice: dot, interval, and where asked for the simultaneous interval, thinner.

    Parameters
    ----------
    found
        Of `elolag.compare`.
    ax
        Axes to draw on; new ones as high as the rows need by default.
    size
        ``column``, ``page`` or ``slide``.
    """
    measures = of_size(size)
    rows = _layout(found)
    inches = (_ROW * len(rows) + 12) * measures.font / 72
    axes = ax if ax is not None else new_axes(size, inches / measures.height)
    low, high = _range(found)
    tidy(axes, size, grid="x")
    axes.set_xlim(low, high)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    if low < 0:
        axes.axvspan(low, 0, color=_TINT, zorder=0)
        axes.axvline(0, color=INK, linewidth=0.5 * measures.line, zorder=1)
    for place, row in enumerate(rows):
        if isinstance(row, Slice):
            _row(axes, row, place, low, high, measures)
    axes.set_yticks(range(len(rows)), [_label(r) for r in rows], fontsize=measures.small)
    for text, row in zip(axes.get_yticklabels(), rows, strict=True):
        text.set(parse_math=False, color=INK)
        if isinstance(row, str):
            text.set(style="italic", color=MUTED)
        elif row.whole:
            text.set_fontweight("bold")
    axes.tick_params(axis="y", length=0)
    unsigned(axes.xaxis)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("months")
    _sides(axes, found, low, high, measures)
    room = 1.4 * measures.font
    return finish(axes, _finding(found), footer(found, _note(found)), size=size, room=room)


def _note(found: Slices) -> str:
    """What is drawn, what was left out, and how to read many intervals at once."""
    n = len(found.slices)
    bars = f"Thick bars: {found.level:.0%} {found.slices[0].result.interval} interval of each slice"
    if found.simultaneous_level is not None:
        bars += f" alone; thin: all {n} hold at once at {found.level:.0%} (Bonferroni)"
    else:
        bars += f"; of {n}, up to {n * (1 - found.level):.1f} expected to miss"
    text = f"{bars}. Lag: {found.estimand}, {_scope(found)}."
    return f"{text} {_left_out(found)}" if found.refused else text


def _scope(found: Slices) -> str:
    first = found.slices[0].result
    if found.by == "category":
        return f"{first.board}, as of {first.as_of}"
    if found.by == "board":
        return f"category {first.category}, each board as of its newest ratings (hashes: JSON)"
    return f"{first.board} ({first.category}), as of {first.as_of}"


def _left_out(found: Slices) -> str:
    names = list(found.refused)
    listed = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
    return f"Not measured, for the reasons its table gives: {listed}."


def _layout(found: Slices) -> list[Slice | str]:
    """Rows from the top: slices, with a line of words where a new kind begins."""
    rows: list[Slice | str] = []
    heading = ""
    for item in found.slices:
        if item.heading != heading:
            rows.append(item.heading)
            heading = item.heading
        rows.append(item)
    return rows


def _ends(item: Slice) -> Sequence[float | None]:
    wide = item.simultaneous_given or (None, None)
    return (*item.result.ends_given, item.result.months, *wide)


def _range(found: Slices) -> tuple[float, float]:
    values = [e for item in found.slices for e in _ends(item) if e is not None]
    low, high = min(*values, 0.0), max(*values, 0.0)
    room = max(0.06 * (high - low), 0.3)
    # Room on the empty side too, so that its name can be read.
    least = 0.16 * (high - low)
    return (min(low - room, -least) if low < 0 else 0.0), max(high + room, least)


def _row(axes: Axes, item: Slice, place: int, low: float, high: float, measures: Size) -> None:
    result = item.result
    months = result.months or 0.0
    colour = COLOURS[1] if months < 0 else COLOURS[0]
    wide, edges = item.simultaneous_given, (low, high)
    if wide is not None:
        _bar(axes, place, months, wide, edges, colour, 0.6 * measures.line, 0.9)
    if not result.no_interval():
        ends = result.low, result.high
        _bar(axes, place, months, ends, edges, colour, 2.1 * measures.line, 0.42)
    axes.plot(
        months,
        place,
        marker="s" if months < 0 else "o",
        markersize=1.25 * measures.marker,
        color=colour,
        markeredgecolor="white",
        markeredgewidth=0.7,
        zorder=4,
    )
    axes.text(
        1.015,
        place,
        _value(item),
        transform=axes.get_yaxis_transform(),
        va="center",
        fontsize=measures.small,
        color=colour,
    )


def _bar(
    axes: Axes,
    place: int,
    months: float,
    ends: tuple[float | None, float | None],
    reach: tuple[float, float],
    colour: str,
    width: float,
    alpha: float,
) -> None:
    """An interval; an end without a bound is an arrow to the edge."""
    shown = [edge if end is None else end for end, edge in zip(ends, reach, strict=True)]
    axes.plot(
        shown,
        [place, place],
        color=colour,
        linewidth=width,
        solid_capstyle="butt",
        alpha=alpha,
        zorder=2,
    )
    for end, edge in zip(ends, reach, strict=True):
        if end is None:
            axes.annotate(
                "",
                (edge, place),
                (months, place),
                zorder=3,
                arrowprops={
                    "arrowstyle": "-|>",
                    "color": colour,
                    "linewidth": 1.2,
                    "shrinkA": 0,
                    "shrinkB": 0,
                },
            )


def _value(item: Slice) -> str:
    months = item.result.months or 0.0
    if months == 0 and not item.result.censored:
        return "level"
    least = {"at least": "\u2265 ", "at most": "\u2264 "}.get(item.result.bound, "")
    return f"{least}{abs(months):.1f} {'behind' if months > 0 else 'ahead'}"


def _label(row: Slice | str) -> str:
    name = row if isinstance(row, str) else row.name
    return textwrap.fill(name.replace("_", " "), 44)


def _sides(axes: Axes, found: Slices, low: float, high: float, measures: Size) -> None:
    row = {"openness": "first-named side ", "lab": "lab ", "country": "country "}
    who = f"{noun(found.follower_group)} " if found.paired else row[found.by]
    zero = (0 - low) / (high - low)
    if low < 0:
        axes.text(
            zero - 0.012,
            1.0,
            f"\u2190 {who}ahead",
            transform=axes.transAxes,
            ha="right",
            va="bottom",
            fontsize=measures.small,
            color=COLOURS[1],
            weight="bold",
        )
    axes.text(
        zero + 0.012,
        1.0,
        f"{who}behind \u2192",
        transform=axes.transAxes,
        ha="left",
        va="bottom",
        fontsize=measures.small,
        color=COLOURS[0],
        weight="bold",
    )


def _finding(found: Slices) -> str:
    behind = sum(lower(s) > 0 for s in found.slices)
    ahead = sum(upper(s) < 0 for s in found.slices)
    n = len(found.slices)
    if found.paired:
        leader, follower = noun(found.leader_group), noun(found.follower_group)
        where = {"category": ("in", "categories"), "board": ("on", "boards")}[found.by]
        kind = "interval" if found.simultaneous_level is None else "simultaneous interval"
        text = f"{follower} is behind {leader} {where[0]} {behind} of {n} {where[1]}"
        rest = f" by the whole {kind}; {n - behind - ahead} undecided"
        more = f", ahead {where[0]} {ahead}" if ahead else ""
        return f"{text[:1].upper()}{text[1:]}{more}{rest}"
    return {
        "openness": "Open and closed models of both sides",
        "lab": f"Each lab against the frontier of {noun(found.leader_group)}",
        "country": f"Each country against {noun(found.leader_group)}",
    }[found.by]
