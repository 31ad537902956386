"""The lag, or its average, over time with its bands; what may come; how often that held."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
from numpy.typing import NDArray

from elolag.dates import months_after, to_iso
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
    visible,
)
from elolag.results import cards, charts, citing
from elolag.results.charts import short, told_in
from elolag.results.citing import lag, month_of
from elolag.results.words import FEWEST, bound, first_up

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@ours
def lag_path(
    path: LagPath,
    ax: Axes | None = None,
    *,
    size: str = "page",
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
    """
    from matplotlib.ticker import MaxNLocator

    pen, days, colour = Pen.on(ax, size, look=look), path.days, COLOURS[0]
    axes, lang = pen.axes, pen.lang
    bounds = _limits(path)
    axes.set_ylim(*bounds)
    axes.set_xlim(days[0], days[-1] if len(days) > 1 else days[0] + 1)
    inner, level = (citing.percent(each, lang) for each in (INNER, path.level))
    bands = (
        (path.inner_low, path.inner_high, 0.42, pen.said("path day", level=inner)),
        (path.low, path.high, 0.22, pen.said("path day", level=level)),
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
        name = pen.said("path whole", level=held)
        for end in (low, high):
            drawn = pen.line(days[at], end[at], 0.5, colour, linestyle=dash, label=name)
        handles.append(drawn)
    name = pen.said("average" if path.estimand == "average" else "lag")
    line = pen.line(days[at], path.months[at], 1, zorder=3, label=name)
    _hatch(pen, path, bounds)
    _sides(pen, path.follower_group, right=_right_is_free(path))
    pen.tidy()
    pen.date_axis(days[0], days[-1])
    axes.set_ylabel(citing.set_phrases(lang).months)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=8, steps=[1, 2, 3, 4, 6, 10], integer=True))
    axes.yaxis.set_major_formatter(lambda value, _: citing.plain_number(abs(value), lang))
    narrow = size in ("phone", "column")
    pen.key_above([line] if path.too_few.all() else [line, *handles], 2 if narrow else 5)
    note = pen.said("path note", vintage=charts.day(path.vintage, lang))
    if path.too_few.any():
        note += pen.said("path few", fewest=FEWEST)
    if _bounded(path).any():
        note += pen.said("path open")
    room = (4.4 if narrow else 1.5) * pen.size.small
    _tell(pen, path)
    return pen.finish(_path_title(path, lang), footer(path, note, lang), room=room)


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
    lang = pen.lang
    for k in range(0, len(path.days), 7):
        low, high = (None if np.isnan(end) else float(end) for end in (path.low[k], path.high[k]))
        ends = cards.said("few", lang) if path.too_few[k] else charts.ends(low, high, lang)
        months, code = float(path.months[k]), int(path.censored[k])
        said = lag(months, None, lang)
        if code == UNBOUNDED:
            said = charts.ends(None, None, lang)
        elif code:
            open_up = code == AT_LEAST
            said = charts.ends(months if open_up else None, None if open_up else months, lang)
        week = path.days[k], path.days[min(k + 7, len(path.days) - 1)]
        words = f"{charts.day(to_iso(path.days[k]), lang)}\n{said}\n"
        words += f"{ends} ({charts.level(path.level, lang)})"
        pen.told_between(*week, words, upright=True)


def _path_title(path: LagPath, lang: str) -> str:
    sides = path.leader_group, path.follower_group
    now, then = float(path.months[-1]), float(path.months[0])
    if path.low[-1] < 0 < path.high[-1]:
        return charts.of_sides("neither", lang, *sides, kind="")
    if path.overtaken[1] is not None:
        return first_up(overtaken(*path.overtaken[1], lang=lang))
    first, last = (to_iso(day)[: len("2026-08")] for day in path.days[[0, -1]])
    alike = first != last and now != 0 and (now < 0) == (then < 0)
    if path.censored[-1] or path.censored[0] or not alike:
        words = citing.set_phrases(lang)
        code = CENSORED.get(int(path.censored[-1]))
        least = {"at least": words.at_least, "at most": words.at_most}.get(bound(now, code), "")
        size = f"{least} {charts.months(now, lang)}".lstrip()
        key = "even" if now == 0 else "leads" if now < 0 else "trails"
        return charts.of_sides(key, lang, *sides, size=size, kind="")
    said = charts.of_sides(
        "path ahead" if now < 0 else "path back", lang, *sides, size=charts.months(now, lang),
        since=month_of(first, lang), then=citing.number(then, lang),
    )  # fmt: skip
    if path.estimand == "average":
        return charts.said("path average", lang, window=f"{path.window:g}", said=said)
    return said


def _limits(path: LagPath) -> tuple[float, float]:
    """Room for every finite value, for zero, and above (below) a bound for its arrow."""
    ends = (path.months, path.low, path.high, path.band_low, path.band_high)
    finite = np.concatenate([e[np.isfinite(e)] for e in ends])
    low, high = min(float(finite.min()), 0.0), max(float(finite.max()), 0.0)
    room = max(high - low, 1.0)
    top = 0.18 if (_bounded(path) & ~_down(path)).any() or path.too_few.all() else 0.06
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
    top, bottom = (np.where(path.too_few, path.months, end) for end in (top, bottom))
    return (
        bool(top[-third:].max() <= top[:third].max()),
        bool(bottom[-third:].min() >= bottom[:third].min()),
    )


def _sides(
    pen: Pen,
    group: str,
    right: tuple[bool, bool] = (True, True),
) -> None:
    """Say in words which side of zero is which; the axis has no minus signs.

    `right`: whether it is said in the upper, and in the lower, right corner, not the left one.
    """
    measures = pen.size
    who = f"{short(group, pen.lang)} "
    pen.zero(zorder=2.5)
    bounds = pen.axes.get_ylim()  # with room for zero
    room = bounds[1] - bounds[0]
    behind, ahead = pen.said("behind", who=who), pen.said("ahead", who=who)
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
    pen, now, colour = Pen.on(ax, size, 1.3 if phone else 1.0, look), outlook.fan(), COLOURS[0]
    axes, measures, lang = pen.axes, pen.size, pen.lang
    handles: list[Any] = []
    for earlier in outlook.past:
        said = pen.said("earlier lists")
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
                              label=charts.level(level, lang))
        )  # fmt: skip
    pen.line(now.days, now.at[0.5], 1, colour, zorder=3)
    line = pen.line(outlook.days, outlook.path, 1, zorder=3, label=pen.said("average"))
    axes.axvline(now.days[0], color=INK, linewidth=0.4 * measures.line, linestyle=(0, (1, 2)))
    _sides(pen, outlook.follower_group)
    pen.tidy()
    first = float(outlook.days[0])
    axes.set_xlim(first, now.days[-1])
    pen.date_axis(first, float(now.days[-1]))
    axes.set_ylabel(citing.set_phrases(lang).months)
    unsigned(axes.yaxis, lang=pen.lang)
    _tell_fan(pen, now)
    pen.key_above([line, *handles])
    note = pen.said("fan note", note=told_in(lang, outlook.note))
    room = (5.6 if phone else 1.5) * measures.small
    return pen.finish(forecast_title(outlook, lang), footer(outlook, note, lang), room=room)


def forecast_title(outlook: Outlook, lang: str = "en") -> str:
    """The finding, in eleven words: the 80% interval of the year to half a year on."""
    _, low, high = outlook.between("average", 6)
    month = month_of(months_after(outlook.vintage, 6)[: len("2027-04")], lang)
    ends = f"{charts.spread(low, high, lang)} ({charts.share(_HELD, lang)})"
    sides = outlook.leader_group, outlook.follower_group
    return charts.of_sides("fan", lang, *sides, month=month, ends=ends)


def _tell_fan(pen: Pen, now: Fan) -> None:
    """Day, median and interval under the pointer."""
    for k, day in enumerate(now.days):
        low, middle, high = (float(now.at[q][k]) for q in (0.1, 0.5, 0.9))
        ends = f"{charts.spread(low, high, pen.lang)} ({charts.share(_HELD, pen.lang)})"
        dated = charts.day(to_iso(day), pen.lang)
        pen.told(day, middle, f"{dated}\n{lag(middle, None, pen.lang)}\n{ends}")


#: Targets with intervals, and the phrase that names each beside a row.
_ROWS = {"average": "average", "current": "lag", "gap": "gap"}
#: Who is shown, with colour, shape and the phrase that names it.
_WHO = {OURS: (COLOURS[0], "o", "ours"), REFERENCE: (MUTED, "s", "no change")}
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
    pen = Pen.on(ax, size, 0.35 + 0.055 * len(rows), look)
    axes, measures, lang = pen.axes, pen.size, pen.lang
    axes.axvline(_HELD, color=INK, linewidth=0.6 * measures.line)
    for who, (colour, shape, key) in _WHO.items():
        name = pen.said(key)
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
            told = {"rounds": line.rounds, "stretches": line.stretches}
            hover(mark, pen.said("rounds", name=name, share=charts.share(share, lang), **told))
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(0, 1)
    pen.tidy(grid="x")
    named = [pen.said("row", target=pen.said(_ROWS[t]), months=months) for t, months in rows]
    axes.set_yticks(range(len(rows)), named)
    axes.xaxis.set_major_formatter(lambda value, _: charts.share(value, lang))
    pen.key_above(axes.get_legend_handles_labels()[0])
    note = pen.said("held note", board=board)
    return pen.finish(held_title(scores, board, lang), note, room=1.5 * measures.small)


def held_title(scores: Scores, board: str, lang: str = "en") -> str:
    """The finding: how often the intervals of both held."""
    said = []
    for who in _WHO:
        shares = [
            line.coverage[_HELD]
            for line in scores.lines
            if (line.board, line.forecaster) == (board, who)
            and line.target in _ROWS and _HELD in line.coverage
        ]  # fmt: skip
        low, high = (charts.share(end(shares, default=0.0), lang) for end in (min, max))
        said.append(charts.said("from to" if shares else "nothing", lang, low=low, high=high))
    return charts.said("held", lang, ours=said[0], reference=said[1])
