"""Figures. Every function takes ``ax=None`` and returns the axes; none touches global state."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from elolag.months import DAYS_PER_MONTH, to_day
from elolag.result import LagResult, ModelPoint
from elolag.words import noun

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Leader and follower; they differ in grey print and for the colour-blind, and by marker and dash.
COLOURS = ("#12436D", "#F46A25")
#: Series that are not leader and follower: dark to light, told apart in grey by their shape.
_SERIES = ("#12436D", "#F46A25", "#28A197", "#801650", "#6b6b6b", "#A285D1", "#222222")
_SHAPES = ("o", "s", "^", "D", "v", "P", "X")
MARKERS = ("o", "s")
DASHES = ("-", (0, (5, 1.5)))
#: Where a label may stand from its point, in points: the leader's above, the follower's below.
_PLACES = (((-4, 5), (-4, 15), (-4, 26)), ((5, -5), (5, -15), (5, -26)))
CAVEAT = "Ratings are blind preference votes, not a measure of capability."


def frontier(
    result: LagResult, ax: Axes | None = None, *, since: str = "2023-03-01", labels: int = 9
) -> Axes:
    """Both frontiers as step-after lines, with the lag as a bracket at the follower's level.

    Parameters
    ----------
    result
        A result of the estimand ``backward``.
    ax
        Axes to draw on; new ones of page width by default.
    since
        First date shown (ISO).
    labels
        Most recent records to name on each side; those that would overlap are left unnamed.
    """
    dates: Any = importlib.import_module("matplotlib.dates")  # untyped
    axes = ax if ax is not None else _new_axes()
    end = to_day(result.as_of)
    sides = (result.leader_group, result.follower_group)
    shown: list[tuple[ModelPoint, int]] = []
    for side, group in enumerate(sides):
        records = result.records(group)
        others = [m for m in result.models if m.group == group and m.counts_from <= result.as_of]
        axes.scatter(
            [to_day(m.counts_from) for m in others],
            [m.rating for m in others],
            s=6, color=COLOURS[side], alpha=0.22, linewidths=0, marker=MARKERS[side],
        )  # fmt: skip
        days = [to_day(m.counts_from) for m in records] + [end]
        level = [m.rating for m in records] + [records[-1].rating]
        axes.step(
            days, level, where="post", color=COLOURS[side], linestyle=DASHES[side], linewidth=1.8
        )
        axes.errorbar(
            days[:-1], level[:-1], yerr=[1.96 * m.sd for m in records],
            fmt=MARKERS[side], color=COLOURS[side], markersize=4.5, elinewidth=0.9,
        )  # fmt: skip
        axes.annotate(
            f"{noun(group).removeprefix('the ')}", (end, level[-1]), xytext=(6, 0),
            textcoords="offset points", color=COLOURS[side], va="center", weight="bold",
        )  # fmt: skip
        shown += [(m, side) for m in records[-labels:] if m.counts_from >= since]
    axes.set_xlim(to_day(since), end + 95)
    visible = [m.rating for m in result.models if since <= m.counts_from <= result.as_of]
    best = max(visible)
    axes.set_ylim(max(min(visible), best - 420), best + 45)
    _bracket(axes, result)
    first = [p.model for p in (result.match, result.follower, result.leader_best) if p is not None]
    _label_records(axes, shown, first)
    axes.xaxis.set_major_locator(dates.MonthLocator(bymonth=(1, 7)))
    axes.xaxis.set_major_formatter(dates.DateFormatter("%b %Y"))
    axes.set_ylabel("rating (Elo points)")
    axes.grid(axis="y", alpha=0.2, linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_title(_finding(result), loc="left", weight="bold", fontsize=12)
    axes.text(0, -0.1, footer(result), transform=axes.transAxes, fontsize=6.5, color="#555555",
              va="top")  # fmt: skip
    return axes


def footer(result: LagResult) -> str:
    """Source, vintage, hash and one caveat: what stands under a figure and in its metadata."""
    _, digest = result.snapshots[0]
    return (
        f"Source: {result.board} ({result.category}), Arena (arena.ai), CC-BY-4.0; ratings of "
        f"{result.vintage}, snapshot sha256 {digest[:16]}; elolag {result.version}, "
        f"{result.n_draws:,} draws, seed {result.seed}.\n{CAVEAT} Bars: 95% of each record's "
        f"posterior; bracket: {result.estimand} lag, {result.level:.0%} measurement interval."
    )


def save(axes: Axes, path: str, result: LagResult) -> None:
    """Write the figure (PNG, SVG or PDF by its ending) with the footer in its metadata."""
    figure: Any = axes.get_figure()
    key = "Description" if path.endswith((".png", ".svg")) else "Subject"
    fixed = {"Date": None} if path.endswith(".svg") else {}
    figure.savefig(path, dpi=170, bbox_inches="tight", metadata={key: footer(result), **fixed})


def calibration(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Coverage by world and estimand: measurement filled, sampling hollow, the level as a line.

    Parameters
    ----------
    table
        As `elolag.calibrate.table` makes it.
    """
    axes = ax if ax is not None else _new_axes((9, 6.2))
    worlds = list(dict.fromkeys(table["world"]))
    estimands = list(dict.fromkeys(table["estimand"]))
    for number, estimand in enumerate(estimands):
        for kind, face in (("measurement", None), ("sampling", "white")):
            rows = table[(table["estimand"] == estimand) & (table["interval"] == kind)]
            place = [
                worlds.index(w) + (number - (len(estimands) - 1) / 2) * 0.13 for w in rows.world
            ]
            colour = _SERIES[number % len(_SERIES)]
            axes.plot(
                rows["coverage"], place, linestyle="none", marker=_SHAPES[number % len(_SHAPES)],
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


def _finding(result: LagResult) -> str:
    if result.gap.elo == 0:
        return f"{noun(result.leader_group)} and {noun(result.follower_group)} are level"
    size = f"{abs(result.months or 0):.1f} months"
    verb = "is ahead of" if result.leads else "trails"
    text = f"{noun(result.follower_group)} {verb} {noun(result.leader_group)} by {size}"
    return text[:1].upper() + text[1:]


def _bracket(axes: Axes, result: LagResult) -> None:
    """The lag as one horizontal bracket; its interval is drawn on the leader's end."""
    if result.months is None or result.match is None:
        return
    level = result.follower.rating if not result.leads else result.leader_best.rating
    end = to_day(result.as_of)

    def date(months: float) -> float:
        return end - abs(months) * DAYS_PER_MONTH

    axes.annotate(
        "", (date(result.months), level), (end, level),
        arrowprops={"arrowstyle": "|-|,widthA=0.35,widthB=0.35", "color": "#222222",
                    "linewidth": 1.1, "shrinkA": 0, "shrinkB": 0},
    )  # fmt: skip
    if result.low is not None and result.high is not None and result.low != result.high:
        axes.plot(
            [date(result.low), date(result.high)], [level, level],
            color="#222222", linewidth=3.2, alpha=0.35, solid_capstyle="butt",
        )  # fmt: skip
    axes.annotate(
        f"{abs(result.months):.1f} months", (date(result.months / 2), level), xytext=(0, 1),
        textcoords="offset points", ha="center", va="bottom", fontsize=8, weight="bold",
    )  # fmt: skip


def _label_records(axes: Axes, shown: list[tuple[ModelPoint, int]], first: list[str]) -> None:
    """Name the models of the answer, then the newest records; none may cover another."""
    figure = axes.get_figure()
    assert figure is not None  # noqa: S101 -- axes always have one
    canvas: Any = figure.canvas
    renderer = canvas.get_renderer()
    taken = [t.get_window_extent(renderer) for t in axes.texts if t.get_text()]
    points = [axes.transData.transform((to_day(m.counts_from), m.rating)) for m, _ in shown]
    newest_first = sorted(shown, key=lambda p: p[0].counts_from, reverse=True)
    for model, side in sorted(newest_first, key=lambda p: p[0].model not in first):
        for x, y in _PLACES[side]:
            text = axes.annotate(
                model.model, (to_day(model.counts_from), model.rating), xytext=(x, y),
                textcoords="offset points", fontsize=6.8, color=COLOURS[side],
                ha="right" if x < 0 else "left", va="bottom" if y > 0 else "top",
            )  # fmt: skip
            box = text.get_window_extent(renderer)
            free = not any(box.overlaps(other) for other in taken)
            free &= not any(box.padded(3).contains(*point) for point in points)
            if free and axes.bbox.x0 < box.x0 and box.x1 < axes.bbox.x1:
                taken.append(box)
                break
            text.remove()


def _new_axes(size: tuple[float, float] = (9, 5.2)) -> Axes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure: Figure = Figure(figsize=size, layout=None)
    FigureCanvasAgg(figure)
    return figure.add_subplot()
