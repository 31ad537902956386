"""The average over time, what may come after it, and what was said before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from elolag.dates import to_iso
from elolag.forecast.ahead import Outlook
from elolag.forecast.past import Fan
from elolag.plots.style import (
    COLOURS,
    INK,
    MUTED,
    UNSEEN,
    Look,
    date_axis,
    finish,
    first_up,
    footer,
    hover,
    new_axes,
    of_size,
    ours,
    tidy,
    unsigned,
)
from elolag.results.words import compact, directed, noun, span

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Shaded: levels of the central intervals, and how dark.
_SHADES = ((0.95, 0.14), (0.8, 0.24), (0.5, 0.36))


@ours
def forecast(
    outlook: Outlook, ax: Axes | None = None, *, size: str = "page", **look: Unpack[Look]
) -> Axes:
    """A fan over the path of the average, with the fans of earlier lists thin behind it.

    The path is measured with the newest list; each earlier fan begins where the average stood by
    the list of its day, so that it need not lie on the path. Under the chart stands what the
    record of such forecasts is.

    Parameters
    ----------
    outlook
        From `elolag.forecast_lag`.
    ax
        Axes to draw on; new ones of their own by default.
    size
        ``column``, ``page``, ``slide`` or ``phone``.
    """
    measures, phone = of_size(size), size == "phone"
    axes = ax if ax is not None else new_axes(size)
    now = outlook.fan()
    colour = COLOURS[0]
    handles: list[Any] = []
    for past in outlook.past:
        (drawn,) = axes.plot(
            past.days, past.at[0.5], color=MUTED, linewidth=0.55 * measures.line, alpha=0.8,
            label="said before (median, 80%)",
        )  # fmt: skip
        for level in (0.1, 0.9):
            axes.plot(past.days, past.at[level], color=MUTED, linewidth=0.3 * measures.line,
                      linestyle=(0, (2, 2)), alpha=0.7)  # fmt: skip
    if outlook.past:
        handles.append(drawn)
    for level, alpha in _SHADES:
        low, high = (now.at[round(p, 4)] for p in ((1 - level) / 2, (1 + level) / 2))
        handles.append(
            axes.fill_between(now.days, low, high, color=colour, alpha=alpha, linewidth=0,
                              label=f"{level:.0%}")
        )  # fmt: skip
    axes.plot(now.days, now.at[0.5], color=colour, linewidth=measures.line, zorder=3)
    (line,) = axes.plot(outlook.days, outlook.path, color=INK, linewidth=measures.line, zorder=3,
                        label="average")  # fmt: skip
    axes.axvline(now.days[0], color=INK, linewidth=0.4 * measures.line, linestyle=(0, (1, 2)))
    axes.axhline(0, color=INK, linewidth=0.5 * measures.line, zorder=2.5)
    tidy(axes, size)
    first = float(outlook.days[0])
    axes.set_xlim(first, now.days[-1])
    date_axis(axes, first, float(now.days[-1]), size)
    axes.set_ylabel("months")
    unsigned(axes.yaxis)
    _tell(axes, now)
    legend = axes.legend(
        handles=[line, *handles], loc="lower left", bbox_to_anchor=(0, 1.0), frameon=False,
        ncols=2 if phone else 5, fontsize=measures.small, borderpad=0, borderaxespad=0.1,
        handlelength=1.4, columnspacing=0.9, handletextpad=0.5, labelcolor=MUTED,
    )  # fmt: skip
    legend.set_in_layout(False)
    note = (
        f"Shaded: 50%, 80% and 95% of what may come after the list of {outlook.vintage}, three "
        f"plain models in equal parts; between 1, 3, 6 and 12 months straight lines. "
        f"{outlook.record.get('en', '')}"
    ).strip()
    room = (5.6 if phone else 1.5) * measures.small
    return finish(
        axes, forecast_title(outlook), footer(outlook, note), size=size, room=room, **look
    )


def forecast_title(outlook: Outlook) -> str:
    """The finding, in ten words."""
    follower, leader = noun(outlook.follower_group), noun(outlook.leader_group)
    middle, low, high = outlook.between("average", 6)
    said = f"{leader} by {abs(middle):.1f} months on average (80%: {compact(low, high)})"
    return first_up(f"in half a year {follower} may {'trail' if middle >= 0 else 'lead'} {said}")


def _tell(axes: Axes, now: Fan) -> None:
    """Day, median and interval under the pointer."""
    for k, day in enumerate(now.days):
        low, middle, high = (float(now.at[q][k]) for q in (0.1, 0.5, 0.9))
        mark = axes.plot([day], [middle], marker="o", markersize=9, color=INK, alpha=UNSEEN,
                         zorder=6)[0]  # fmt: skip
        hover(mark, f"{to_iso(day)}\n{directed(middle)}\n{span(low, high)} (80%)")
