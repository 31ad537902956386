"""What could have been published on the day, what is measured of it now, and the difference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from elolag.dates import DAYS_PER_MONTH, to_day
from elolag.estimate.revisions import MEANING, PARTS, Revision, Revisions
from elolag.model.interval import Summary
from elolag.plots._dates import date_axis
from elolag.plots._directed import unsigned
from elolag.plots._style import (
    COLOURS,
    FAINT,
    INK,
    MUTED,
    SERIES,
    finish,
    footer,
    new_figure,
    of_size,
    ours,
    roles,
    tidy,
)
from elolag.results.words import noun

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Marks of one month stand this many days beside each other.
_APART = 3.0
#: No line is drawn over a longer stretch without a vintage, in days.
_GAP = 75.0
_HATCHES = {"scale": "///", "votes": "", "models": "..."}


@ours
def revisions(found: Revisions, ax: Axes | None = None, *, size: str = "page") -> Axes:
    """Real-time (hollow squares) and hindsight (filled circles) lags with their intervals.

    Beneath, on a figure of its own, the revision of each month in its parts.

    Parameters
    ----------
    found
        Of `elolag.estimate_revisions`.
    ax
        Axes for the upper panel alone; a figure with both panels by default.
    size
        ``column``, ``page`` or ``slide``.
    """
    measures = of_size(size)
    lower: Axes | None = None
    if ax is None:
        axes, lower = _panels(size)
    else:
        axes = ax
    days = [to_day(r.date) for r in found.rows]
    other, own = roles(found.leader_group, found.follower_group)
    series = (
        ([r.real_time for r in found.rows], -_APART, COLOURS[own], "s", "white", "on the day"),
        (
            [r.hindsight for r in found.rows],
            _APART,
            COLOURS[other],
            "o",
            COLOURS[other],
            f"measured with the ratings of {found.vintage}",
        ),
    )
    for figures, aside, colour, marker, face, label in series:
        _series(axes, days, figures, aside, colour, marker, face, label, size)
    follower, leader = noun(found.follower_group), noun(found.leader_group)
    for panel in (axes, lower):
        if panel is not None:
            tidy(panel, size)
            _dates(panel, days, found, size)
    ends = [e for r in found.rows for f in (r.real_time, r.hindsight) for e in (f.low, f.months)]
    if min(e for e in ends if e is not None) < 0:
        axes.axhline(0, color=INK, linewidth=0.5 * measures.line)
        axes.set_ylabel(f"months ({follower} ahead below the line)")
    else:
        axes.set_ylim(bottom=0)
        axes.set_ylabel(f"months {follower} is behind {leader}")
    unsigned(axes.yaxis)
    bottom, top = axes.get_ylim()
    axes.set_ylim(top=top + 0.12 * (top - bottom))
    axes.legend(
        loc="upper left",
        frameon=False,
        fontsize=measures.small,
        ncols=2,
        borderaxespad=0.2,
        columnspacing=1.2,
    )
    if lower is not None:
        axes.tick_params(labelbottom=False)
        _parts(lower, found.rows, size)
    note = (
        f"Bars: {found.level:.0%} measurement intervals; {found.estimand} lag. Grey: less than "
        f"{found.settle:g} months old, hardly revised yet and not counted."
    )
    finish(axes, _finding(found), footer(found, note), size=size)
    return axes


def _panels(size: str) -> tuple[Axes, Axes]:
    figure = new_figure(size, 1.3)
    upper, lower = figure.subplots(
        2, 1, sharex=True, gridspec_kw={"height_ratios": [2.1, 1], "hspace": 0.09}
    )
    return upper, lower


def _finding(found: Revisions) -> str:
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
    axes: Axes,
    days: Sequence[float],
    figures: Sequence[Summary],
    aside: float,
    colour: str,
    marker: str,
    face: str,
    label: str,
    size: str,
) -> None:
    """Marks with intervals, joined where months follow each other; a bound has an arrow."""
    measures = of_size(size)
    x = [day + aside for day in days]
    for day, found in zip(x, figures, strict=True):
        low = found.months if found.low is None else found.low
        high = found.months if found.high is None else found.high
        axes.plot(
            [day, day],
            [low, high],
            color=colour,
            linewidth=0.8 * measures.line,
            alpha=0.55,
            zorder=2,
        )
        if found.censored:
            up = found.censored == "at-least"
            axes.plot(
                day,
                found.months + (0.35 if up else -0.35),
                marker="^" if up else "v",
                color=colour,
                markersize=0.8 * measures.marker,
                zorder=3,
            )
    runs: list[list[int]] = [[0]]
    for k in range(1, len(x)):
        if x[k] - x[k - 1] > _GAP:
            runs.append([])
        runs[-1].append(k)
    for run in runs:
        axes.plot(
            [x[k] for k in run],
            [figures[k].months for k in run],
            color=colour,
            linewidth=0.5 * measures.line,
            alpha=0.6,
            zorder=2,
        )
    axes.plot(
        x,
        [f.months for f in figures],
        linestyle="none",
        marker=marker,
        markersize=1.1 * measures.marker,
        color=colour,
        markerfacecolor=face,
        markeredgewidth=0.7 * measures.line,
        zorder=4,
        label=label,
    )


def _dates(axes: Axes, days: Sequence[float], found: Revisions, size: str) -> None:
    end = to_day(found.vintage)
    axes.set_xlim(days[0] - 25, end + 10)
    young = max(end - found.settle * DAYS_PER_MONTH, days[0] - 25)
    axes.axvspan(young, end + 10, color=FAINT, alpha=0.6, linewidth=0, zorder=0)
    date_axis(axes, days[0], end, size)


def _parts(axes: Axes, rows: Sequence[Revision], size: str) -> None:
    """Stacked bars: what each step added; parts of opposite sign stand on opposite sides."""
    measures = of_size(size)
    above, below = [0.0] * len(rows), [0.0] * len(rows)
    days = [to_day(r.date) for r in rows]
    colour = dict(zip(PARTS, (MUTED, SERIES[2], SERIES[3]), strict=True))
    for part in PARTS:
        sizes = [float(getattr(r, part) or 0.0) for r in rows]
        start = [a if s >= 0 else b for s, a, b in zip(sizes, above, below, strict=True)]
        axes.bar(
            days,
            sizes,
            bottom=start,
            width=11,
            color=colour[part],
            label=MEANING[part],
            hatch=_HATCHES[part],
            edgecolor="white",
            linewidth=0.3,
            zorder=2,
        )
        above = [a + max(s, 0.0) for s, a in zip(sizes, above, strict=True)]
        below = [b + min(s, 0.0) for s, b in zip(sizes, below, strict=True)]
    known = [(day, r.change) for day, r in zip(days, rows, strict=True) if r.change is not None]
    axes.plot(
        [d for d, _ in known],
        [c for _, c in known],
        linestyle="none",
        marker="D",
        markersize=0.75 * measures.marker,
        color=INK,
        label="revision",
        zorder=4,
    )
    axes.axhline(0, color=INK, linewidth=0.5 * measures.line, zorder=3)
    reach = 1.15 * max([1.0, *above, *(-b for b in below)])
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
    axes.legend(
        loc="upper left",
        bbox_to_anchor=(-0.02, -0.17),
        frameon=False,
        fontsize=measures.small,
        ncols=4 if size != "column" else 1,
        borderaxespad=0.0,
        columnspacing=1.0,
        handlelength=1.4,
    )
