"""Each model against the other side's past, who was first on every list, what moved a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

import numpy as np

from elolag.dates import to_day
from elolag.estimate.leads import WhoLed
from elolag.estimate.model_dates import ModelDates
from elolag.estimate.news import CAUSES, News, signed
from elolag.plots.figures import dot_rows
from elolag.plots.marks import Dot
from elolag.plots.style import (
    COLOURS,
    FAINT,
    INK,
    MUTED,
    Look,
    date_axis,
    finish,
    first_up,
    footer,
    hover,
    new_axes,
    of_size,
    ours,
    short,
    tidy,
)
from elolag.results.words import directed, model_name, noun

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Records of each side that are shown, the newest.
_SHOWN = 10
#: Months from which a model has a row of its own.
_MOVED = 0.05


def _cell(value: float, censored: str | None) -> str:
    sign = {"at-least": "\u2265 ", "at-most": "\u2264 "}.get(censored or "", "")
    if value < 0 and sign:  # at most -5 is ahead by at least 5
        sign = "\u2264 " if sign.startswith("\u2265") else "\u2265 "
    return f"{sign}{directed(value)}".replace(" months", "")


@ours
def dates(
    found: ModelDates, ax: Axes | None = None, *, size: str = "page", **look: Unpack[Look]
) -> Axes:
    """How far behind or ahead the newest records of each side were at their release.

    Parameters
    ----------
    found
        Of `elolag.model_dates`.
    ax
        Axes to draw on; new ones as high as the rows need by default.
    size
        ``column``, ``page``, ``slide`` or ``phone``.
    """
    rows: list[Dot] = []
    for group in (found.follower_group, found.leader_group):
        mine = [m for m in found.models if m.record and m.group == group][:_SHOWN]
        if mine:
            rows.append(Dot(f"records of {noun(group)}", heading=True))
        names = [model_name(m.model) for m in mine]
        for m, name in zip(mine, names, strict=True):
            told = name if names.count(name) == 1 else f"{name} ({m.released[:7]})"
            low, high = (None, None) if found.thin else (m.low, m.high)
            rows.append(
                Dot(
                    told, _cell(m.months, m.censored), m.months,
                    low, high, bare=bool(found.thin) or (low is not None and low == high),
                    strong=m.best, words=m.sentence(),
                )
            )  # fmt: skip
    note = (
        f"Time from the day the other side stood at a model's level to its release; bars: "
        f"{found.level:.0%} of it. An open end: not reached yet, or before the first model rated."
    )
    foot = footer(found, note)
    return dot_rows(rows, "", dates_title(found), foot, ax, size, look, over=size == "column")


def dates_title(found: ModelDates) -> str:
    """How far behind or ahead the best of the follower was at its release."""
    best = next(m for m in found.models if m.best and m.group == found.follower_group)
    return f"{model_name(best.model)} was {directed(best.months)} at its release"


@ours
def news(found: News, ax: Axes | None = None, *, size: str = "page", **look: Unpack[Look]) -> Axes:
    """What each cause, and each model within it, moved the first of the figures.

    Parameters
    ----------
    found
        Of `elolag.estimate_news`.
    ax
        Axes to draw on; new ones as high as the rows need by default.
    size
        ``column``, ``page``, ``slide`` or ``phone``.
    """
    estimand = next(iter(found.figures))
    rows = []
    for kind, name in CAUSES.items():
        mine = [c for c in found.causes if c.kind == kind and getattr(c, estimand) is not None]
        if not mine:
            continue
        size_of = found.of(kind, estimand)
        rows.append(Dot(name, signed(size_of), size_of, bare=True, strong=True))
        for c in sorted(mine, key=lambda c: -abs(getattr(c, estimand))):
            value = getattr(c, estimand)
            if c.model and abs(value) >= _MOVED:
                rows.append(Dot(model_name(c.model), signed(value), value, bare=True))
    what = {"average": "average", "current": "distance of the day"}[estimand]
    title = f"The {what} {found.moved(estimand)}"
    note = (
        f"Shares of the change from the list of {found.vintages[0]} to that of "
        f"{found.vintages[1]} (Shapley means); they add up to it."
    )
    who = f"moves {short(found.follower_group)} "
    return dot_rows(rows, who, title, footer(found, note), ax, size, look, over=size == "column")


@ours
def leads(
    found: WhoLed, ax: Axes | None = None, *, size: str = "page", **look: Unpack[Look]
) -> Axes:
    """The distance of the two bests on every list; below zero the follower is first.

    Parameters
    ----------
    found
        Of `elolag.who_led`.
    ax
        Axes to draw on; new ones of their own by default.
    size
        ``column``, ``page``, ``slide`` or ``phone``.
    """
    measures = of_size(size)
    axes = ax if ax is not None else new_axes(size)
    days = np.array([to_day(s.date) for s in found.standings])
    gaps = np.array([s.gap for s in found.standings])
    elo = np.array([s.method == "online-elo" for s in found.standings])
    begins, last = float(days[0]), float(max(days[-1], days[0] + 1))
    low, high = min(float(gaps.min()), 0.0), max(float(gaps.max()), 0.0)
    room = 0.08 * max(high - low, 10.0)
    axes.set_xlim(begins, last)
    axes.set_ylim(low - room, high + room)
    axes.axhline(0, color=INK, linewidth=0.6 * measures.line)
    axes.plot(days, gaps, color=FAINT, linewidth=0.5 * measures.line, zorder=1)
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
    tidy(axes, size)
    date_axis(axes, begins, last, size)
    axes.set_ylabel("points between the bests")
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
    return finish(axes, leads_title(found), footer(found, note), size=size, **look)


def leads_title(found: WhoLed) -> str:
    """On how many lists the follower was first."""
    first, lists = len(found.first) or "none", len(found.standings)
    return first_up(f"{noun(found.follower_group)} was first on {first} of {lists} lists")
