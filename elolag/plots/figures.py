"""Revisions, time to match, the bridge of published figures, who led: each of its own kind."""

from __future__ import annotations

import importlib
import textwrap
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from elolag.claims.bridge import Bridge, Step
from elolag.dates import DAYS_PER_MONTH, to_day
from elolag.estimate.catch_up import TimeToMatch
from elolag.estimate.leads import WhoLed
from elolag.estimate.revisions import MEANING, PARTS, Revision, Revisions
from elolag.model.interval import Summary
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
)
from elolag.results import charts, citing
from elolag.results.charts import short, told_in
from elolag.results.citing import lag
from elolag.results.words import beside, bound, noun, phrase

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
    pen = Pen(panels[0], of_size(size), look)
    axes, measures, lang = pen.axes, pen.size, pen.lang
    days = [to_day(r.date) for r in found.rows]
    other, own = roles(found.leader_group, found.follower_group)
    said = pen.said("measured with", vintage=charts.day(found.vintage, lang))
    x = [day - _APART for day in days]
    figures = [r.real_time for r in found.rows]
    _series(pen, x, figures, ("s", COLOURS[own], "white"), pen.said("on the day"))
    x, figures = [day + _APART for day in days], [r.hindsight for r in found.rows]
    _series(pen, x, figures, ("o", COLOURS[other], COLOURS[other]), said)
    follower, leader = noun(found.follower_group), noun(found.leader_group)
    if lang == "de":
        follower = short(found.follower_group, lang)
        leader = beside(found.leader_group, lang, phrase(found.leader_group, lang))
    for panel in panels:
        _dates(replace(pen, axes=panel), days, found)
    ends = [e for r in found.rows for f in (r.real_time, r.hindsight) for e in (f.low, f.months)]
    if min(e for e in ends if e is not None) < 0:
        pen.zero()
        axes.set_ylabel(pen.said("months ahead below", follower=follower))
    else:
        axes.set_ylim(bottom=0)
        axes.set_ylabel(pen.said("months behind", follower=follower, leader=leader))
    unsigned(axes.yaxis, lang=pen.lang)
    bottom, top = axes.get_ylim()
    axes.set_ylim(top=top + (0.24 if measures.narrow else 0.12) * (top - bottom))
    columns = 1 if measures.narrow else 2
    _legend(pen, ncols=columns, borderaxespad=0.2, columnspacing=1.2)
    for lower in panels[1:]:
        axes.tick_params(labelbottom=False)
        _parts(replace(pen, axes=lower), found.rows)
    note = pen.said(
        "revisions note", level=citing.percent(found.level, lang), estimand=found.estimand,
        settle=citing.plain_number(found.settle, lang),
    )  # fmt: skip
    return pen.finish(revisions_title(found, lang), footer(found, note, lang))


def _legend(pen: Pen, **style: Any) -> None:
    pen.axes.legend(
        loc="upper left", frameon=False, fontsize=pen.size.small, labelcolor=INK, **style
    )


def revisions_title(found: Revisions, lang: str = "en") -> str:
    """How far figures of the day have moved."""
    spread = found.spread()
    if not spread["n"]:
        return charts.said("revisions none", lang)
    n, few = len(found.changes), len(found.changes) < 10
    size = float(spread["largest" if few else "nine_in_ten"] or 0.0)
    cases = charts.said("all cases" if few else "nine cases", lang, n=n)
    if float(spread["largest"] or 0.0) < 0.05:
        return charts.said("revisions still", lang, n=n)
    return charts.said("revisions", lang, size=charts.months(size, lang), cases=cases)


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
            label=told_in(pen.lang, MEANING[part]), hatch=_HATCHES[part], edgecolor="white",
            linewidth=0.3, zorder=2,
        )  # fmt: skip
        above += np.maximum(sizes, 0.0)
        below += np.minimum(sizes, 0.0)
    known = [(day, r.change) for day, r in zip(days, rows, strict=True) if r.change is not None]
    pen.mark(
        [d for d, _ in known], [c for _, c in known], "D", 0.75, INK, linestyle="none",
        label=pen.said("revision"), zorder=4,
    )  # fmt: skip
    pen.zero(zorder=3)
    reach = 1.15 * max([1.0, *above, *-below])
    axes.set_ylim(-reach, reach)
    unsigned(axes.yaxis, 5, pen.lang)
    axes.set_ylabel(pen.said("months revised"))
    leads = sum(r.hindsight.months < 0 for r in rows) > len(rows) / 2
    keys = ("less ahead", "more ahead") if leads else ("more behind", "less behind")
    for y, where, key in ((1.0, "top", keys[0]), (0.0, "bottom", keys[1])):
        axes.text(
            1.006, y, pen.said(key), transform=axes.transAxes, va=where, fontsize=measures.tiny,
            color=MUTED,
        )  # fmt: skip
    _legend(
        pen, bbox_to_anchor=(-0.02, -0.27 if measures.narrow else -0.17),
        ncols=1 if measures.narrow else 4, borderaxespad=0.0, columnspacing=1.0, handlelength=1.4,
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
    pen, result, colour = Pen.on(ax, size, look=look), curve.result, COLOURS[0]
    axes, measures, lang = pen.axes, pen.size, pen.lang
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
    quarters = [0, 0.25, 0.5, 0.75, 1]
    axes.set_yticks(quarters, [charts.share(part, lang) for part in quarters])
    leader, follower = (
        charts.to_whom(g, lang) for g in (result.leader_group, result.follower_group)
    )
    axes.set_xlabel(pen.said(f"match {result.clock}", to_leader=leader))
    axes.set_ylabel(pen.said("match y", to_follower=follower))
    if start < 0:
        axes.axvline(0, color=MUTED, linewidth=0.4 * measures.line, zorder=1)
        axes.xaxis.set_major_formatter(
            lambda v, _: (
                pen.said("before", months=citing.plain_number(-v, lang))
                if v < 0
                else citing.plain_number(v, lang)
            )
        )
    median = _median(curve, pen)
    pen.finish(_match_title(curve, lang), footer(curve, pen.said("match note"), lang))
    low, high = result.ends_given
    between = [] if low is None or high is None else [([low, high], [0.5, 0.5])]
    names = [
        Label(
            f.model if f.matched else pen.said("match open", model=f.model), f.months,
            heights[f.months], colour if f.matched else INK,
            ((1, 1), (1, 0), (1, -1), (-1, -1), (-1, 0)),
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
            pen.said("match median", size=citing.number(result.months, pen.lang)), result.months,
            0.5, INK, ((-1, -1), (1, 1), (-1, 1), (1, -1)), "bold", 1.15,
        )
    ]  # fmt: skip


def _match_title(curve: TimeToMatch, lang: str) -> str:
    """The title: where the curve that is drawn crosses one half."""
    result, size = curve.result, ""
    if result.verdict == "no-clear-lead":
        key = "match unclear"
    elif result.months is None or result.censored == "at-least":
        key = "match not yet"
    elif result.censored:
        key = "match first"
    else:
        half = result.months if curve.half is None else curve.half
        key, size = "match before" if half < 0 else "match", charts.months(half, lang)
    return charts.of_sides(key, lang, result.leader_group, result.follower_group, size=size)


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
    pen = Pen.on(ax, size, {"column": 1.75, "phone": 2.4}.get(size, 1.12), look)
    axes, measures, lang = pen.axes, pen.size, pen.lang
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
        words = textwrap.fill(pen.said("published", said=said[name]), _ROOM[size][1] - 8)
        indent = left + 6.0 * measures.font
        _beside(axes, words, row, indent, fontsize=measures.tiny, color=MUTED)
        before: Step | None = None
        for step in found.route(name):
            row += 1
            label = textwrap.fill(told_in(lang, step.label), _ROOM[size][1], break_on_hyphens=False)
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
    axes.set_xlabel(pen.said("bridge x"), x=share + (1 - share) / 2)
    path, sha256 = found.snapshots[0]
    band = "bridge bare" if headline.no_interval() else "bridge band"
    note = pen.said(
        "bridge note", path=path, sha256=sha256[:16],
        lag=lag(headline.months or 0.0, headline.censored, lang),
        band=pen.said(band, level=citing.percent(headline.level, lang)),
    )  # fmt: skip
    return pen.finish(_bridge_title(found, lang), footer(headline, note, lang))


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
    say = citing.set_phrases(pen.lang)
    least = {"at least": say.at_least, "at most": say.at_most}.get(bound(step.months, step.bound))
    told = f"{least or ''} {step.months:.1f}".lstrip()
    if step.change is not None and round(step.change, 1) != 0:
        told += f"  {step.change:+.1f}"
    told = told.replace(" -", " \u2212")
    pen.axes.annotate(
        told.replace(".", ",") if pen.lang == "de" else told, (step.months, row),
        xytext=(0.9 * measures.font * (1 if up else -1), 0), textcoords="offset points",
        fontsize=measures.tiny, va="center", ha="left" if up else "right", zorder=4, color=INK,
        path_effects=[effects.withStroke(linewidth=0.3 * measures.font, foreground="white")],
    )  # fmt: skip


def _bridge_title(found: Bridge, lang: str) -> str:
    told = (f"{n} {charts.decimal(found.route(n)[0].months, lang)}" for n in found.routes)
    starts = ("; " if lang == "de" else ", ").join(told)
    ours, day = charts.decimal(found.headline.months or 0, lang), citing.date(found.date, lang)
    return charts.said("bridge", lang, day=day, starts=starts, ours=ours)


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
    pen = Pen.on(ax, size, look=look)
    axes, measures, lang = pen.axes, pen.size, pen.lang
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
            axes.scatter(
                days[which], gaps[which], s=1.6 * measures.font, linewidths=0.6, zorder=2,
                clip_on=False, edgecolors=colours[which],
                facecolors=colours[which] if filled else "none",
            )  # fmt: skip
    for day, gap, s in zip(days, gaps, found.standings, strict=True):
        pen.told(day, gap, f"{charts.day(s.date, lang)}: {s.leader} / {s.follower}")
    pen.tidy()
    pen.date_axis(begins, last)
    axes.set_ylabel(pen.said("leads y", points=citing.unit(found.measure.points, lang)))
    for group, y, side in ((found.leader_group, 1.0, "top"), (found.follower_group, 0.0, "bottom")):
        text = pen.said("first", who=short(group, lang))
        if side == "top" or low < 0:
            axes.text(
                1.0, y, text, transform=axes.transAxes, ha="right", va=side, color=MUTED,
                fontsize=measures.small, weight="bold",
            )  # fmt: skip
    note = pen.said("leads note") + (pen.said("leads elo") if elo.any() else "")
    return pen.finish(leads_title(found, lang), footer(found, note, lang))


def leads_title(found: WhoLed, lang: str = "en") -> str:
    """On how many lists the follower was first."""
    count, sides = len(found.first), (found.leader_group, found.follower_group)
    key, lists = "led some" if count else "led none", len(found.standings)
    return charts.of_sides(key, lang, *sides, count=count, lists=lists)
