"""The lag, or its average, over time with its bands; what may come; how often that held."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
from numpy.typing import NDArray

from elolag.dates import months_after, parse, to_iso
from elolag.errors import EstimateError
from elolag.estimate.over_time import INNER, LagPath
from elolag.forecast.ahead import Outlook
from elolag.forecast.past import Fan
from elolag.forecast.skill import OURS, REFERENCE, Scores
from elolag.model.estimands import AT_LEAST, CENSORED, UNBOUNDED
from elolag.plots.files import hover
from elolag.plots.marks import halo
from elolag.plots.pen import Pen, unsigned
from elolag.plots.style import (
    COLOURS,
    INK,
    MUTED,
    Look,
    footer,
    of_size,
    ours,
    overtaken,
    short,
    visible,
)
from elolag.results import citing
from elolag.results.citing import month_of
from elolag.results.pages import words
from elolag.results.words import (
    FEWEST,
    NO_WIDTH,
    TOO_FEW,
    bound,
    directed,
    first_up,
    german_name,
    noun,
    open_ended,
    span,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@ours
def lag_path(
    path: LagPath,
    ax: Axes | None = None,
    *,
    size: str = "page",
    lang: str = "en",
    **look: Unpack[Look],
) -> Axes:
    """The lag at every day, its 50% interval and that of the path's level.

    Filled: pointwise intervals. Thin lines: the simultaneous (sup-t) bands, which hold the whole
    path. Where the lag or an end of its interval is only a bound, the stretch is hatched up (or
    down) to the edge and an arrow says that it goes on; the axis always holds every finite value.

    Parameters
    ----------
    path
        From `elolag.lag_path`.
    lang
        ``en`` or ``de``: of axes, legend and sides; title, footer and words under the pointer stay
        English.
    """
    from matplotlib.ticker import MaxNLocator

    pen, days, colour = Pen.on(ax, size), path.days, COLOURS[0]
    axes = pen.axes
    bounds = _limits(path)
    axes.set_ylim(*bounds)
    axes.set_xlim(days[0], days[-1] if len(days) > 1 else days[0] + 1)
    inner, level = (citing.percent(each, lang) for each in (INNER, path.level))
    bands = (
        (path.inner_low, path.inner_high, 0.42, words("path day", lang, level=inner)),
        (path.low, path.high, 0.22, words("path day", lang, level=level)),
    )
    handles: list[Any] = []
    at = _turns(path)
    for lows, highs, alpha, name in bands:
        # An end that is only a bound is drawn to the edge; `_hatch` says so.
        low = np.where(np.isnan(lows), bounds[0], lows)[at]
        high = np.where(np.isnan(highs), bounds[1], highs)[at]
        band: dict[str, Any] = {"color": colour, "alpha": alpha, "linewidth": 0, "label": name}
        enough = (~path.too_few[at]).tolist()
        handles.append(axes.fill_between(days[at], low, high, where=enough, **band))
    lines = (
        (path.inner_band_low, path.inner_band_high, (0, (1, 1.2)), inner),
        (path.band_low, path.band_high, "-", level),
    )
    for low, high, dash, held in lines:
        name = words("path whole", lang, level=held)
        for end in (low, high):
            drawn = pen.line(days[at], end[at], 0.5, colour, linestyle=dash, label=name)
        handles.append(drawn)
    name = words("path average" if path.estimand == "average" else "path lag", lang)
    line = pen.line(days[at], path.months[at], 1, zorder=3, label=name)
    _hatch(pen, path, bounds)
    _sides(pen, path.follower_group, bounds, lang, right=_right_is_free(path))
    pen.tidy()
    pen.date_axis(days[0], days[-1], lang)
    axes.set_ylabel(words("path months", lang))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=8, steps=[1, 2, 3, 4, 6, 10], integer=True))
    axes.yaxis.set_major_formatter(lambda value, _: f"{abs(value):g}")
    narrow = size in ("phone", "column")
    pen.key_above([line, *handles], 2 if narrow else 5)
    note = (
        "Filled: pointwise; thin lines: simultaneous (sup-t) bands. Measured with the ratings of "
        f"{path.vintage}, not with those of each day."
    )
    if path.too_few.any():
        note += f" Without a band: a group has fewer than {FEWEST} rated models."
    if _bounded(path).any():
        note += " Hatched with an arrow: only a bound, the lag may lie beyond."
    room = (4.4 if narrow else 1.5) * pen.size.small
    _tell(pen, path)
    return pen.finish(_path_title(path), footer(path, note), room=room, **look)


def _turns(path: LagPath) -> NDArray[np.bool_]:
    """Days to draw: where any line turns, by more than the eye sees; between them all are straight.

    The average turns a little every day; of it every seventh day is enough.
    """
    lines = np.array([
        path.months, path.low, path.high, path.inner_low, path.inner_high, path.band_low,
        path.band_high, path.inner_band_low, path.inner_band_high,
    ])  # fmt: skip
    bent = np.abs(np.diff(np.nan_to_num(lines, nan=1e6), 2, prepend=0, append=0))
    least = 1e-6 if path.estimand == "current" else 0.01
    kept = (bent > least).any(axis=0)
    kept[::7] = True
    for step in (1, -1):  # an end that opens or closes, and where a band begins or ends
        kept |= np.roll(path.too_few, step) != path.too_few
    kept[[0, -1]] = True
    return np.asarray(kept)


def _tell(pen: Pen, path: LagPath) -> None:
    """Date, lag and interval under the pointer, once a week."""
    for k in range(0, len(path.days), 7):
        low, high = float(path.low[k]), float(path.high[k])
        ends = NO_WIDTH if low == high else span(low, high)
        if np.isnan(low) or np.isnan(high):
            ends = open_ended(*(None if np.isnan(end) else end for end in (low, high)))
        if path.too_few[k]:
            ends = TOO_FEW
        lag, code = float(path.months[k]), int(path.censored[k])
        said = directed(lag)
        if code == UNBOUNDED:
            said = open_ended(None, None)
        elif code:
            said = open_ended(lag, None) if code == AT_LEAST else open_ended(None, lag)
        week = path.days[k], path.days[min(k + 7, len(path.days) - 1)]
        words = f"{to_iso(path.days[k])}\n{said}\n{ends} ({path.level:.0%})"
        pen.told_between(*week, words, upright=True)


def _path_title(path: LagPath) -> str:
    follower, leader = noun(path.follower_group), noun(path.leader_group)
    now, then = float(path.months[-1]), float(path.months[0])
    if path.low[-1] < 0 < path.high[-1]:
        return first_up(f"neither {follower} nor {leader} has a clear lead")
    if path.overtaken[1] is not None:
        return first_up(overtaken(*path.overtaken[1]))
    since = parse(to_iso(path.days[0])).strftime("%B %Y")
    if path.censored[-1] or path.censored[0] or now == 0 or (now < 0) != (then < 0):
        code = CENSORED.get(int(path.censored[-1]))
        least = f"{bound(now, code)} ".lstrip()
        verb = "is level with" if now == 0 else "is ahead of" if now < 0 else "trails"
        by = f" by {least}{abs(now):.1f} months" if now else ""
        return first_up(f"{follower} {verb} {leader}{by}")
    verb = "leads" if now < 0 else "trails"
    said = f"{follower} {verb} by {abs(now):.1f} months; in {since} by {abs(then):.1f}"
    if path.estimand == "average":
        return f"Average of {path.window:g} months: {said}"
    return first_up(said)


def _limits(path: LagPath) -> tuple[float, float]:
    """Room for every finite value, for zero, and above (below) a bound for its arrow."""
    ends = (path.months, path.low, path.high, path.band_low, path.band_high)
    finite = np.concatenate([e[np.isfinite(e)] for e in ends])
    low, high = min(float(finite.min()), 0.0), max(float(finite.max()), 0.0)
    room = max(high - low, 1.0)
    top = 0.18 if (_bounded(path) & ~_down(path)).any() else 0.06
    foot = 0.18 if (_bounded(path) & _down(path)).any() else (0.06 if low < 0 else 0.0)
    return low - foot * room, high + top * room


def _bounded(path: LagPath) -> NDArray[np.bool_]:
    """Days on which the lag or an end of its interval is only a bound."""
    ends = ~path.too_few & (np.isnan(path.low) | np.isnan(path.high))
    return np.asarray((path.censored != 0) | ends)


def _down(path: LagPath) -> NDArray[np.bool_]:
    """Days whose bound is open towards `ahead`."""
    return np.asarray((path.censored < 0) | (np.isnan(path.low) & ~np.isnan(path.high)))


def _hatch(pen: Pen, path: LagPath, bounds: tuple[float, float]) -> None:
    """Hatch stretches that are only bounded, from the path to the edge, with an arrow in each."""
    axes, measures = pen.axes, pen.size
    bounded, down = _bounded(path), _down(path)
    for way, edge in ((bounded & ~down, bounds[1]), (bounded & down, bounds[0])):
        if not way.any():
            continue
        axes.fill_between(
            path.days, path.months, edge, where=way.tolist(), step="mid", facecolor="none",
            edgecolor=MUTED, hatch="////", linewidth=0, alpha=0.55, zorder=1.5,
        )  # fmt: skip
        jumps = np.flatnonzero(np.diff(way.astype(int), prepend=0, append=0))
        room = bounds[1] - bounds[0]
        for first, last in zip(jumps[::2], jumps[1::2], strict=True):
            middle = (path.days[first] + path.days[last - 1]) / 2
            sign = 1 if edge == bounds[1] else -1
            axes.annotate(
                "", (middle, edge - sign * 0.01 * room), (middle, edge - sign * 0.13 * room),
                arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 0.7 * measures.line,
                            "mutation_scale": 1.1 * measures.font, "shrinkA": 0, "shrinkB": 0},
                zorder=4,
            )  # fmt: skip


def _right_is_free(path: LagPath) -> tuple[bool, bool]:
    """Whether the upper, and the lower, right corner is at least as free as the left one."""
    third = max(len(path.days) // 3, 1)
    top = np.where(np.isnan(path.band_high), np.inf, path.band_high)
    bottom = np.where(np.isnan(path.band_low), -np.inf, path.band_low)
    return (
        bool(top[-third:].max() <= top[:third].max()),
        bool(bottom[-third:].min() >= bottom[:third].min()),
    )


def _sides(
    pen: Pen,
    group: str,
    bounds: tuple[float, float],
    lang: str = "en",
    right: tuple[bool, bool] = (True, True),
) -> None:
    """Say in words which side of zero is which; the axis has no minus signs.

    `right`: whether it is said in the upper, and in the lower, right corner, not the left one.
    """
    measures = pen.size
    follower = (german_name if lang == "de" else short)(group)
    pen.zero(zorder=2.5)
    room = bounds[1] - bounds[0]
    behind = words("path behind", lang, follower=follower)
    ahead = words("path ahead", lang, follower=follower)
    corners = ((bounds[1], behind, True, right[0]), (bounds[0], ahead, False, right[1]))
    for edge, side, up, at_right in corners:
        if abs(edge) < 0.06 * room:
            continue
        away = (-0.3 if at_right else 0.3) * measures.font
        pen.axes.annotate(
            visible(side), (int(at_right), int(up)), xycoords="axes fraction",
            xytext=(away, (-0.5 if up else 0.4) * measures.font),
            textcoords="offset points", ha="right" if at_right else "left",
            va="top" if up else "bottom", color=INK,
            fontsize=measures.font, weight="bold", path_effects=halo(measures), zorder=5,
            parse_math=False,
        )  # fmt: skip


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
    """
    phone = size == "phone"
    pen, now, colour = Pen.on(ax, size, 1.3 if phone else 1.0), outlook.fan(), COLOURS[0]
    axes, measures = pen.axes, pen.size
    handles: list[Any] = []
    for earlier in outlook.past:
        said = "earlier lists (median, 80%)"
        drawn = pen.line(earlier.days, earlier.at[0.5], 0.55, MUTED, alpha=0.8, label=said)
        for level in (0.1, 0.9):
            dashed = {"linestyle": (0, (2, 2)), "alpha": 0.7}
            pen.line(earlier.days, earlier.at[level], 0.3, MUTED, **dashed)
    if outlook.past:
        handles.append(drawn)
    for level, alpha in _SHADES:
        low, high = (now.at[round(p, 4)] for p in ((1 - level) / 2, (1 + level) / 2))
        handles.append(
            axes.fill_between(now.days, low, high, color=colour, alpha=alpha, linewidth=0,
                              label=f"{level:.0%}")
        )  # fmt: skip
    pen.line(now.days, now.at[0.5], 1, colour, zorder=3)
    line = pen.line(outlook.days, outlook.path, 1, zorder=3, label="average")
    axes.axvline(now.days[0], color=INK, linewidth=0.4 * measures.line, linestyle=(0, (1, 2)))
    _sides(pen, outlook.follower_group, axes.get_ylim())
    pen.tidy()
    first = float(outlook.days[0])
    axes.set_xlim(first, now.days[-1])
    pen.date_axis(first, float(now.days[-1]))
    axes.set_ylabel("months")
    unsigned(axes.yaxis)
    _tell_fan(pen, now)
    pen.key_above([line, *handles])
    note = f"Shaded: what may come, three plain models in equal parts. {outlook.note}"
    room = (5.6 if phone else 1.5) * measures.small
    return pen.finish(forecast_title(outlook), footer(outlook, note), room=room, **look)


def forecast_title(outlook: Outlook) -> str:
    """The finding, in eleven words: the 80% interval of the year to half a year on."""
    _, low, high = outlook.between("average", 6)
    month = month_of(months_after(outlook.vintage, 6)[: len("2027-04")], "en")
    return first_up(f"{noun(outlook.follower_group)}, year to {month}: {span(low, high)} (80%)")


def _tell_fan(pen: Pen, now: Fan) -> None:
    """Day, median and interval under the pointer."""
    for k, day in enumerate(now.days):
        low, middle, high = (float(now.at[q][k]) for q in (0.1, 0.5, 0.9))
        pen.told(day, middle, f"{to_iso(day)}\n{directed(middle)}\n{span(low, high)} (80%)")


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
    of_size(size)  # refuses one there is not
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
    pen = Pen.on(ax, size, 0.35 + 0.055 * len(rows))
    axes, measures = pen.axes, pen.size
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
    pen.tidy(grid="x")
    axes.set_yticks(range(len(rows)), [f"{_ROWS[t]}, {months} mo." for t, months in rows])
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    pen.key_above(axes.get_legend_handles_labels()[0])
    note = (
        f"Share of rounds on {board} in which the 80% interval held the first figure of the day, "
        f"as mean of stretches of time that do not overlap: rounds lie days apart and are far from "
        f"independent."
    )
    return pen.finish(held_title(scores, board), note, room=1.5 * measures.small, **look)


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
