"""The average over time and what may come after it; and how often such intervals held."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from elolag.dates import months_after, to_iso
from elolag.errors import EstimateError
from elolag.forecast.ahead import Outlook
from elolag.forecast.past import Fan
from elolag.forecast.skill import OURS, REFERENCE, Scores
from elolag.plots.markup import UNSEEN
from elolag.plots.paths import sides
from elolag.plots.style import (
    COLOURS,
    INK,
    MUTED,
    Look,
    date_axis,
    finish,
    first_up,
    footer,
    hover,
    key_above,
    new_axes,
    of_size,
    ours,
    tidy,
    unsigned,
)
from elolag.results.citing import month_of
from elolag.results.words import directed, noun, span

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
    axes = ax if ax is not None else new_axes(size, height=1.3 if phone else 1.0)
    now = outlook.fan()
    colour = COLOURS[0]
    handles: list[Any] = []
    for earlier in outlook.past:
        (drawn,) = axes.plot(
            earlier.days, earlier.at[0.5], color=MUTED, linewidth=0.55 * measures.line, alpha=0.8,
            label="said before (median, 80%)",
        )  # fmt: skip
        for level in (0.1, 0.9):
            axes.plot(earlier.days, earlier.at[level], color=MUTED, linewidth=0.3 * measures.line,
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
    sides(axes, outlook.follower_group, axes.get_ylim(), measures)
    tidy(axes, size)
    first = float(outlook.days[0])
    axes.set_xlim(first, now.days[-1])
    date_axis(axes, first, float(now.days[-1]), size)
    axes.set_ylabel("months")
    unsigned(axes.yaxis)
    _tell(axes, now)
    key_above(axes, [line, *handles], size)
    note = f"Shaded: what may come, three plain models in equal parts. {outlook.note}"
    room = (5.6 if phone else 1.5) * measures.small
    return finish(
        axes, forecast_title(outlook), footer(outlook, note), size=size, room=room, **look
    )


def forecast_title(outlook: Outlook) -> str:
    """The finding, in eleven words: the 80% interval of the year to half a year on."""
    _, low, high = outlook.between("average", 6)
    month = month_of(months_after(outlook.vintage, 6)[: len("2027-04")], "en")
    return first_up(f"{noun(outlook.follower_group)}, year to {month}: {span(low, high)} (80%)")


def _tell(axes: Axes, now: Fan) -> None:
    """Day, median and interval under the pointer."""
    for k, day in enumerate(now.days):
        low, middle, high = (float(now.at[q][k]) for q in (0.1, 0.5, 0.9))
        mark = axes.plot([day], [middle], marker="o", markersize=9, color=INK, alpha=UNSEEN,
                         zorder=6)[0]  # fmt: skip
        hover(mark, f"{to_iso(day)}\n{directed(middle)}\n{span(low, high)} (80%)")


#: Targets with intervals, as they are called beside a row.
_ROWS = {"average": "average", "current": "lag", "gap": "gap"}
#: Who is shown, with colour and shape, and whether filled.
_WHO = {OURS: (COLOURS[0], "o", "ours, a mixture"), REFERENCE: (MUTED, "s", "no change")}
_HELD = 0.8


@ours
def held(
    scores: Scores,
    ax: Axes | None = None,
    *,
    board: str = "arena/text",
    size: str = "page",
    **look: Unpack[Look],
) -> Axes:
    """How often 80% intervals held what came, by target and months ahead: ours and no change.

    A forecast whose intervals are right lies on the line; left of it they were too narrow, right
    of it too wide.

    Parameters
    ----------
    scores
        Of a ledger, or those of earlier lists (`elolag.forecast.past.scores`).
    board
        The one whose rounds are shown.

    Raises
    ------
    EstimateError
        No round of the board has come yet.
    """
    measures = of_size(size)
    lines = [
        (target, line)
        for target in _ROWS
        for line in scores.lines
        if (line.board, line.target) == (board, target)
        and line.forecaster in _WHO and _HELD in line.coverage
    ]  # fmt: skip
    if not lines:
        raise EstimateError(
            f"no forecast of {board} has intervals that could be held against a list"
        )
    rows = list(dict.fromkeys((target, line.horizon) for target, line in lines))
    axes = ax if ax is not None else new_axes(size, height=0.35 + 0.055 * len(rows))
    axes.axvline(_HELD, color=INK, linewidth=0.6 * measures.line)
    for who, (colour, shape, name) in _WHO.items():
        mine = [
            (rows.index((t, line.horizon)), line) for t, line in lines if line.forecaster == who
        ]
        for row, line in mine:
            share = line.coverage[_HELD]
            (mark,) = axes.plot(
                [share], [row], marker=shape, color=colour, linestyle="none", zorder=3,
                markersize=0.62 * measures.font, clip_on=False,
                markerfacecolor=colour if who == OURS else "white",
                label=name if row == mine[0][0] else "_",
            )  # fmt: skip
            hover(mark, f"{name}: {share:.0%}\n{line.rounds} rounds, {line.stretches} apart")
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(0, 1)
    tidy(axes, size, grid="x")
    axes.set_yticks(range(len(rows)), [f"{_ROWS[t]}, {months} mo." for t, months in rows])
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    key_above(axes, axes.get_legend_handles_labels()[0], size)
    note = (
        f"Share of rounds on {board} in which the 80% interval held the first figure of the day, "
        f"as mean of stretches of time that do not overlap: rounds lie days apart and are far from "
        f"independent."
    )
    return finish(
        axes, held_title(scores, board), note, size=size, room=1.5 * measures.small, **look
    )


def held_title(scores: Scores, board: str) -> str:
    """The finding: how often the intervals of both held."""
    said = []
    for who in _WHO:
        shares = [
            line.coverage[_HELD]
            for line in scores.lines
            if (line.board, line.forecaster) == (board, who)
            and line.target in _ROWS and _HELD in line.coverage
        ]  # fmt: skip
        said.append(f"{min(shares):.0%} to {max(shares):.0%}" if shares else "nothing")
    return f"80% intervals held {said[0]}; no change's {said[1]}"
