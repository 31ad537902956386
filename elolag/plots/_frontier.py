"""Both frontiers over time, with the lag as a bracket."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from elolag.months import DAYS_PER_MONTH, to_day
from elolag.plots._style import COLOURS, DASHES, MARKERS, finish, footer, new_axes, tidy
from elolag.result import LagResult, ModelPoint
from elolag.words import noun

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Where a label may stand from its point, in points: the leader's above, the follower's below.
_PLACES = (((-4, 5), (-4, 15), (-4, 26)), ((5, -5), (5, -15), (5, -26)))


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
    axes = ax if ax is not None else new_axes()
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
    tidy(axes)
    finish(axes, _finding(result), footer(result))
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
