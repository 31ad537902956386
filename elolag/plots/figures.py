"""Revisions, time to match, the bridge of published figures, who led: each of its own kind."""

from __future__ import annotations

import importlib
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from elolag.claims.bridge import Bridge, Step
from elolag.dates import DAYS_PER_MONTH, parse, to_day
from elolag.estimate.catch_up import TimeToMatch
from elolag.estimate.leads import WhoLed
from elolag.estimate.revisions import MEANING, PARTS, Revision, Revisions
from elolag.model.interval import Summary
from elolag.plots.files import hover
from elolag.plots.marks import Label, place
from elolag.plots.pen import Pen, unsigned
from elolag.plots.style import (
    COLOURS,
    FAINT,
    INK,
    MUTED,
    SERIES,
    SHAPES,
    Look,
    footer,
    new_figure,
    of_size,
    ours,
    roles,
    short,
)
from elolag.results.words import adjective, bound, directed, first_up, noun

if TYPE_CHECKING:
    from matplotlib.axes import Axes


#: Marks of one month stand this many days beside each other.
_APART = 3.0
#: No line is drawn over a longer stretch without a vintage, in days.
_GAP = 75.0
_HATCHES = {"scale": "///", "votes": "", "models": "\\\\\\"}


@ours
def revisions(
    found: Revisions, ax: Axes | None = None, *, size: str = "page", **look: Unpack[Look]
) -> Axes:
    """Real-time (hollow squares) and hindsight (filled circles) lags with their intervals.

    Beneath, on a figure of its own, the revision of each month in its parts.

    Parameters
    ----------
    found
        Of `elolag.estimate_revisions`.
    ax
        Axes for the upper panel alone; a figure with both panels by default.
    size
        ``column``, ``page``, ``slide`` or ``phone``.
    """
    heights = {"height_ratios": [2.1, 1], "hspace": 0.09}
    panels: Sequence[Axes] = (
        new_figure(size, 1.3).subplots(2, 1, sharex=True, gridspec_kw=heights)
        if ax is None
        else (ax,)
    )
    pen = Pen(panels[0], of_size(size))
    axes, measures = pen.axes, pen.size
    days = [to_day(r.date) for r in found.rows]
    other, own = roles(found.leader_group, found.follower_group)
    said = f"measured with the ratings of {found.vintage}"
    x = [day - _APART for day in days]
    figures = [r.real_time for r in found.rows]
    _series(pen, x, figures, ("s", COLOURS[own], "white"), "on the day")
    x, figures = [day + _APART for day in days], [r.hindsight for r in found.rows]
    _series(pen, x, figures, ("o", COLOURS[other], COLOURS[other]), said)
    follower, leader = noun(found.follower_group), noun(found.leader_group)
    for panel in panels:
        _dates(Pen(panel, measures), days, found)
    ends = [e for r in found.rows for f in (r.real_time, r.hindsight) for e in (f.low, f.months)]
    if min(e for e in ends if e is not None) < 0:
        pen.zero()
        axes.set_ylabel(f"months ({follower} ahead below the line)")
    else:
        axes.set_ylim(bottom=0)
        axes.set_ylabel(f"months {follower} is behind {leader}")
    unsigned(axes.yaxis)
    bottom, top = axes.get_ylim()
    axes.set_ylim(top=top + (0.24 if measures.narrow else 0.12) * (top - bottom))
    columns = 1 if measures.narrow else 2
    _legend(pen, ncols=columns, borderaxespad=0.2, columnspacing=1.2)
    for lower in panels[1:]:
        axes.tick_params(labelbottom=False)
        _parts(Pen(lower, measures), found.rows)
    note = (
        f"Bars: {found.level:.0%} measurement intervals; {found.estimand} lag. Grey: less than "
        f"{found.settle:g} months old, hardly revised yet and not counted."
    )
    return pen.finish(revisions_title(found), footer(found, note), **look)


def _legend(pen: Pen, **style: Any) -> None:
    pen.axes.legend(loc="upper left", frameon=False, fontsize=pen.size.small, **style)


def revisions_title(found: Revisions) -> str:
    """How far figures of the day have moved."""
    spread = found.spread()
    if not spread["n"]:
        return "Real-time and hindsight lags"
    n, key = len(found.changes), "nine_in_ten"
    cases = "9 of 10 cases"
    if n < 10:
        key, cases = "largest", f"all of {n} cases"
    size = float(spread[key] or 0.0)
    if float(spread["largest"] or 0.0) < 0.05:
        return f"Lags of the day have not moved since in any of {n} cases"
    return f"Lags of the day have since moved by at most {size:.1f} months in {cases}"


def _series(
    pen: Pen, x: list[float], figures: Sequence[Summary], mark: tuple[str, str, str], said: str
) -> None:
    """Marks with intervals, joined where months follow each other; a bound has an arrow."""
    shape, colour, face = mark
    values = [found.months for found in figures]
    for day, found in zip(x, figures, strict=True):
        low = found.months if found.low is None else found.low
        high = found.months if found.high is None else found.high
        pen.line([day, day], [low, high], 0.8, colour, alpha=0.55, zorder=2)
        if found.censored:
            arrow, on = ("^", 0.35) if found.censored == "at-least" else ("v", -0.35)
            pen.mark(day, found.months + on, arrow, 0.8, colour, zorder=3)
    breaks = np.flatnonzero(np.diff(x) > _GAP) + 1
    for days, run in zip(np.split(x, breaks), np.split(values, breaks), strict=True):
        pen.line(days, run, 0.5, colour, alpha=0.6, zorder=2)
    pen.mark(
        x, values, shape, 1.1, colour, linestyle="none", markerfacecolor=face, label=said, zorder=4,
        markeredgewidth=0.7 * pen.size.line,
    )  # fmt: skip


def _dates(pen: Pen, days: Sequence[float], found: Revisions) -> None:
    pen.tidy()
    end = to_day(found.vintage)
    pen.axes.set_xlim(days[0] - 25, end + 10)
    young = max(end - found.settle * DAYS_PER_MONTH, days[0] - 25)
    pen.axes.axvspan(young, end + 10, color=FAINT, alpha=0.6, linewidth=0, zorder=0)
    pen.date_axis(days[0], end)


def _parts(pen: Pen, rows: Sequence[Revision]) -> None:
    """Stacked bars: what each step added; parts of opposite sign stand on opposite sides."""
    axes, measures = pen.axes, pen.size
    above, below = np.zeros(len(rows)), np.zeros(len(rows))
    days = [to_day(r.date) for r in rows]
    for part, colour in zip(PARTS, (MUTED, SERIES[2], SERIES[3]), strict=True):
        sizes = np.array([float(getattr(r, part) or 0.0) for r in rows])
        axes.bar(
            days, sizes, bottom=np.where(sizes >= 0, above, below), width=11, color=colour,
            label=MEANING[part], hatch=_HATCHES[part], edgecolor="white", linewidth=0.3, zorder=2,
        )  # fmt: skip
        above += np.maximum(sizes, 0.0)
        below += np.minimum(sizes, 0.0)
    known = [(day, r.change) for day, r in zip(days, rows, strict=True) if r.change is not None]
    pen.mark(
        [d for d, _ in known], [c for _, c in known], "D", 0.75, INK, linestyle="none",
        label="revision", zorder=4,
    )  # fmt: skip
    pen.zero(zorder=3)
    reach = 1.15 * max([1.0, *above, *-below])
    axes.set_ylim(-reach, reach)
    unsigned(axes.yaxis, 5)
    axes.set_ylabel("months revised")
    leads = sum(r.hindsight.months < 0 for r in rows) > len(rows) / 2
    words = ("now less\nahead", "now more\nahead")
    if not leads:
        words = ("now more\nbehind", "now less\nbehind")
    for y, where, word in ((1.0, "top", words[0]), (0.0, "bottom", words[1])):
        axes.text(
            1.006, y, word, transform=axes.transAxes, va=where, fontsize=measures.tiny, color=MUTED
        )
    _legend(
        pen, bbox_to_anchor=(-0.02, -0.17), ncols=1 if measures.narrow else 4,
        borderaxespad=0.0, columnspacing=1.0, handlelength=1.4,
    )  # fmt: skip


@ours
def time_to_match(
    curve: TimeToMatch, ax: Axes | None = None, *, size: str = "page", **look: Unpack[Look]
) -> Axes:
    """Share of the leader's records still unmatched, by months since each one's release.

    A step down is a match, a tick a record not matched yet; the band is the curve's pointwise
    measurement interval; a dot marks `catch-up`, the mean of the draws' medians, with its interval.

    Parameters
    ----------
    curve
        From `elolag.estimate.catch_up.time_to_match`.
    """
    pen, result, colour = Pen.on(ax, size), curve.result, COLOURS[0]
    axes, measures = pen.axes, pen.size
    start, end = float(curve.grid[0]), float(curve.grid[-1])
    axes.fill_between(curve.grid, curve.low, curve.high, color=colour, alpha=0.2, linewidth=0)
    x = np.concatenate([[start], np.repeat(curve.times, 2), [end]])
    y = np.repeat(np.concatenate([[1.0], curve.share]), 2)
    pen.line(x, y, 1, colour, zorder=3)
    heights = dict(zip(curve.times.tolist(), curve.share.tolist(), strict=True))
    open_ = [f for f in curve.follow_ups if not f.matched]
    axes.plot(
        [f.months for f in open_], [heights[f.months] for f in open_], linestyle="none",
        marker="|", color=colour, markersize=1.2 * measures.font,
        markeredgewidth=0.8 * measures.line, zorder=3.2,
    )  # fmt: skip
    pen.tidy(grid="")
    span = end - start
    axes.set_xlim(start - 0.02 * span, end + 0.04 * span)
    axes.set_ylim(-0.03, 1.12)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    axes.set_xlabel(f"months since a record of {noun(result.leader_group)} was released")
    axes.set_ylabel(f"not yet matched by {noun(result.follower_group)}")
    if start < 0:
        axes.axvline(0, color=MUTED, linewidth=0.4 * measures.line, zorder=1)
        axes.xaxis.set_major_formatter(lambda v, _: f"{-v:g} before" if v < 0 else f"{v:g}")
    median = _median(curve, pen)
    note = (
        "Curve and names: at posterior-mean ratings; dot: mean of the draws' medians; band: "
        "pointwise measurement interval; ticks: records not yet matched."
    )
    pen.finish(_match_title(curve), footer(curve, note), **look)
    low, high = result.ends_given
    between = [] if low is None or high is None else [([low, high], [0.5, 0.5])]
    names = [
        Label(
            f.model + ("" if f.matched else " (open)"), f.months, heights[f.months],
            colour if f.matched else INK, ((1, 1), (1, 0), (1, -1), (-1, -1), (-1, 0)),
        )
        for f in sorted(curve.follow_ups, key=lambda f: (f.matched, -f.months))
    ]  # fmt: skip
    shown = names if size != "column" else names[:5]
    place(pen, [*median, *shown], lines=[(x, y), *between])
    return axes


def _median(curve: TimeToMatch, pen: Pen) -> list[Label]:
    """The median at one half, with its interval; nothing where the curve does not fall so far."""
    axes, measures, result = pen.axes, pen.size, curve.result
    left = axes.get_xlim()[0]
    if result.months is None or result.censored:
        axes.axhline(0.5, color=INK, linewidth=0.4 * measures.line, linestyle=(0, (4, 3)))
        return []
    pen.line([left, result.months], [0.5, 0.5], 0.5, linestyle=(0, (4, 3)), zorder=2)
    low, high = result.ends_given
    if low is not None and high is not None:
        axes.plot(
            [low, high], [0.5, 0.5], color=INK, alpha=0.28, zorder=2.9,
            linewidth=0.62 * measures.font, solid_capstyle="butt",
        )  # fmt: skip
    pen.mark([result.months], [0.5], "o", 1, INK, zorder=4)
    return [
        Label(
            f"mean of the medians {abs(result.months):.1f}", result.months, 0.5, INK,
            ((-1, -1), (1, 1), (-1, 1), (1, -1)), "bold", 1.15,
        )
    ]  # fmt: skip


def _match_title(curve: TimeToMatch) -> str:
    """The title: where the curve that is drawn crosses one half."""
    result = curve.result
    whose = f"{adjective(result.follower_group)} models"
    leaders = adjective(result.leader_group)
    if result.verdict == "no-clear-lead":
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


#: Rows from the last step of a route to the name of the next.
_HEAD = 1.25
#: Room for labels, in points per point of type, and their characters a line.
_ROOM = {
    "column": (17.0, 29), "page": (31.5, 68), "slide": (31.5, 68), "phone": (16.5, 30),
}  # fmt: skip


@ours
def bridge(
    found: Bridge, ax: Axes | None = None, *, size: str = "page", **look: Unpack[Look]
) -> Axes:
    """A dot per step, the change as a bar from the step before, our day's distance as a band.

    Parameters
    ----------
    found
        From `elolag.claims.bridge.bridge`.
    ax
        Axes to draw on; new ones of their own by default. Labels stand in their left part.
    size
        ``column``, ``page``, ``slide`` or ``phone``.
    """
    pen = Pen.on(ax, size, {"column": 1.75, "phone": 2.4}.get(size, 1.12))
    axes, measures = pen.axes, pen.size
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
            label = textwrap.fill(step.label, _ROOM[size][1], break_on_hyphens=False)
            weight = "bold" if step.low is not None else "normal"
            indent = left + 0.8 * measures.font
            _beside(axes, label, row, indent, fontsize=measures.tiny, weight=weight, color=INK)
            _draw_step(pen, step, before, row, mark)
            before = step
        row += _HEAD
    pen.tidy(grid="x")
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
    return pen.finish(_bridge_title(found), footer(headline, note), **look)


def _beside(axes: Axes, text: str, row: float, x: float, **style: Any) -> None:
    """Words in the left part of the axes, `x` points from their edge."""
    axes.annotate(
        text, (0, row), xycoords=axes.get_yaxis_transform(), xytext=(x, 0), parse_math=False,
        textcoords="offset points", va="center", annotation_clip=False, linespacing=1.0, **style,
    )  # fmt: skip


def _draw_step(
    pen: Pen, step: Step, before: Step | None, row: float, mark: tuple[str, str]
) -> None:
    effects: Any = importlib.import_module("matplotlib.patheffects")  # untyped
    measures, (colour, shape) = pen.size, mark
    if before is not None:
        pen.line([before.months] * 2, [row - 1, row], 0.4, colour, alpha=0.45)
        ends = [before.months, step.months]
        pen.line(ends, [row, row], 1.9, colour, alpha=0.35, solid_capstyle="butt")
    pen.mark([step.months], [row], shape, 1.25, INK if step.low is not None else colour)
    up = step.change is None or step.change >= 0
    least = f"{bound(step.months, step.bound)} ".lstrip()
    change = "" if step.change is None or round(step.change, 1) == 0 else f"  {step.change:+.1f}"
    pen.axes.annotate(
        f"{least}{step.months:.1f}{change}".replace(" -", " \u2212"), (step.months, row),
        xytext=(0.9 * measures.font * (1 if up else -1), 0), textcoords="offset points",
        fontsize=measures.tiny, va="center", ha="left" if up else "right", zorder=4, color=INK,
        path_effects=[effects.withStroke(linewidth=0.3 * measures.font, foreground="white")],
    )  # fmt: skip


def _bridge_title(found: Bridge) -> str:
    starts = ", ".join(f"{n} {found.route(n)[0].months:.1f}" for n in found.routes)
    day = parse(found.date)
    return (
        f"Their way, our data, {day.day} {day:%B %Y}: {starts}, elolag "
        f"{found.headline.months or 0:.1f}"
    )


@ours
def leads(
    found: WhoLed, ax: Axes | None = None, *, size: str = "page", **look: Unpack[Look]
) -> Axes:
    """The distance of the two bests on every list; below zero the follower is first.

    Parameters
    ----------
    found
        Of `elolag.who_led`.
    """
    pen = Pen.on(ax, size)
    axes, measures = pen.axes, pen.size
    days = np.array([to_day(s.date) for s in found.standings])
    gaps = np.array([s.gap for s in found.standings])
    elo = np.array([s.method == "online-elo" for s in found.standings])
    begins, last = float(days[0]), float(max(days[-1], days[0] + 1))
    low, high = min(float(gaps.min()), 0.0), max(float(gaps.max()), 0.0)
    room = 0.08 * max(high - low, 10.0)
    axes.set_xlim(begins, last)
    axes.set_ylim(low - room, high + room)
    pen.zero(0.6)
    pen.line(days, gaps, 0.5, FAINT, zorder=1)
    colours = np.array([COLOURS[1] if gap < 0 else COLOURS[0] for gap in gaps])
    for which, filled in ((~elo, True), (elo, False)):
        if which.any():
            marks = axes.scatter(
                days[which], gaps[which], s=1.6 * measures.font, linewidths=0.6, zorder=2,
                clip_on=False, edgecolors=colours[which],
                facecolors=colours[which] if filled else "none",
            )  # fmt: skip
            told = [s for s, keep in zip(found.standings, which, strict=True) if keep]
            hover(marks, "\n".join(f"{s.date}: {s.leader} / {s.follower}" for s in told))
    pen.tidy()
    pen.date_axis(begins, last)
    axes.set_ylabel(f"{found.measure.points} between the bests")
    for text, y, side in (
        (f"{short(found.leader_group)} first", 1.0, "top"),
        (f"{short(found.follower_group)} first", 0.0, "bottom"),
    ):
        if side == "top" or low < 0:
            axes.text(
                1.0, y, text, transform=axes.transAxes, ha="right", va=side, color=MUTED,
                fontsize=measures.small, weight="bold",
            )  # fmt: skip
    note = "One mark per list, as listed."
    if elo.any():
        note += " Hollow: online Elo, of another scale."
    return pen.finish(leads_title(found), footer(found, note), **look)


def leads_title(found: WhoLed) -> str:
    """On how many lists the follower was first."""
    first, lists = len(found.first) or "none", len(found.standings)
    return first_up(f"{noun(found.follower_group)} was first on {first} of {lists} lists")
