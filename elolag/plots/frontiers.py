"""Both frontiers over time, with the lag as a bracket."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from elolag.dates import DAYS_PER_MONTH, to_day
from elolag.errors import EstimateError, UsageError
from elolag.plots.files import hover
from elolag.plots.marks import DOWNWARD, UPWARD, Label, place
from elolag.plots.markup import SAID
from elolag.plots.pen import Pen
from elolag.plots.style import (
    COLOURS,
    DASHES,
    INK,
    MARKERS,
    SIDES,
    Look,
    bracket,
    finding,
    footer,
    note,
    of_size,
    ours,
    roles,
    visible,
)
from elolag.results import charts, citing
from elolag.results.answer import Speaker
from elolag.results.lag import LagResult
from elolag.results.verdict import SETTLED_VOTES, ModelPoint

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Months shown when nobody says since when.
_SHOWN = {"column": 18, "page": 24, "slide": 24, "phone": 24}
#: Records named on each side, by size.
_NAMED = {"column": 4, "page": 9, "slide": 8, "phone": 3}
#: Letters in a line of a group's name at the end of its line, where there is little room.
_LETTERS = 14

#: The label of the bracket, and the lines no other label may stand on.
_Answer = tuple[Label | None, list[tuple[Any, Any]]]


@ours
def frontier(
    result: LagResult,
    ax: Axes | None = None,
    *,
    since: str | None = None,
    labels: int | None = None,
    size: str = "page",
    **look: Unpack[Look],
) -> Axes:
    """Both frontiers as step-after lines, with the answer drawn where it is measured.

    For ``average`` a bracket between the two records that the best of the side that is behind
    stood between on the day, at its level. For ``current`` a horizontal bracket at the level whose
    first crossing is asked, from that crossing to the as-of date, with its interval on the
    crossing's end; an arrow where the lag is only a bound. For ``gap`` a vertical bracket. The
    other estimands are means over many places; of them the title gives the figure, and the picture
    what they are means of. Hollow marks are records of few votes.

    Parameters
    ----------
    result
        Of any estimand.
    ax
        Axes to draw on; new ones of their own by default.
    since
        First date shown (ISO); `_SHOWN` months before the as-of date by default.
    labels
        Most recent records to name on each side, beside the models of the answer, which are always
        named; those that would overlap are left unnamed.
    size
        ``column``, ``page``, ``slide`` or ``phone``.

    Raises
    ------
    UsageError
        An unknown size, or a `since` that is not before the as-of date.
    EstimateError
        The result does not hold its models, or none of them counts by the as-of date.
    """
    of_size(size)  # refuses one there is not
    end = to_day(result.as_of)
    first = end - _SHOWN[size] * DAYS_PER_MONTH if since is None else to_day(since)
    if first >= end:
        raise UsageError(f"the chart would begin on {since}, not before {result.as_of}")
    sides = (result.leader_group, result.follower_group)
    roled = roles(*sides)
    records = [result.records(group) for group in sides]
    if not all(records):
        raise EstimateError("the result holds no models of one of its groups: nothing to draw")
    pen = Pen.on(ax, size, look=look)
    axes, lang = pen.axes, pen.lang
    curves = [_steps(r, first, end) for r in records]
    for side, group in enumerate(sides):
        _draw_side(pen, result, group, roled[side], curves[side], first)
    low = min(y.min() for _, y in curves)
    high = max(y.max() for _, y in curves)
    room = max(high - low, 20.0)
    axes.set_ylim(low - 0.12 * room, high + 0.25 * room)
    axes.set_xlim(first, end)
    pen.tidy()
    pen.date_axis(first, end)
    axes.set_ylabel(pen.said("rating", points=citing.unit(result.measure.points, lang)))
    callout, drawn = _answer(pen, result, end, first)
    _name_ends(pen, result, [y[-1] for _, y in curves], end)
    hollow = any(result.provisional_rating(m) for side in records for m in side)
    told = [pen.said("bars", share=charts.level(result.level, lang))]
    told += [pen.said("hollow", votes=citing.whole(SETTLED_VOTES, lang))] if hollow else []
    told.append(Speaker(result, lang).marks() if lang == "de" else note(result))
    pen.finish(finding(result, lang), footer(result, " ".join(told), lang))
    count = _NAMED[size] if labels is None else labels
    wanted = _wanted(result, records, first, count)
    if callout is not None:  # it has more places to stand than the models of the answer
        wanted.insert(min(len(_key(result)), len(wanted)), callout)
    bars = []
    for model in (m for side in records for m in side if to_day(m.counts_from) >= first):
        day, reach = to_day(model.counts_from), _reach(result) * model.sd
        bars.append(([day, day], [model.rating - reach, model.rating + reach]))
    place(pen, wanted, lines=[*curves, *drawn, *bars])
    return axes


def _reach(result: LagResult) -> float:
    """Half an interval of the result's level, in standard deviations."""
    return NormalDist().inv_cdf((1 + result.level) / 2)


def _steps(records: tuple[ModelPoint, ...], first: float, end: float) -> tuple[Any, Any]:
    """The frontier from `first` to `end` as the corners of its steps."""
    days = np.array([to_day(m.counts_from) for m in records])
    level = np.array([m.rating for m in records])
    start = max(int(np.searchsorted(days, first, side="right")) - 1, 0)
    days, level = np.append(np.maximum(days[start:], first), end), level[start:]
    return np.repeat(days, 2)[1:-1], np.repeat(level, 2)


def _draw_side(
    pen: Pen, result: LagResult, group: str, side: int, curve: tuple[Any, Any], first: float
) -> None:
    axes, measures, colour, marker = pen.axes, pen.size, COLOURS[side], MARKERS[side]
    others = [
        m
        for m in result.models
        if m.group == group and m.counts_from <= result.as_of and to_day(m.counts_from) >= first
    ]
    faint = axes.scatter(
        [to_day(m.counts_from) for m in others], [m.rating for m in others],
        s=(0.26 * measures.font) ** 2, color=colour, alpha=0.22, linewidths=0, marker=marker,
        zorder=1,
    )  # fmt: skip
    line = pen.line(*curve, 1, colour, linestyle=DASHES[side], zorder=2.2)
    shown = [m for m in result.records(group) if to_day(m.counts_from) >= first]
    bars = axes.errorbar(
        [to_day(m.counts_from) for m in shown], [m.rating for m in shown],
        yerr=[_reach(result) * m.sd for m in shown], fmt=marker, color=colour,
        markersize=measures.marker, elinewidth=0.5 * measures.line, zorder=2.4,
    )  # fmt: skip
    for artist in (faint, line, bars[0], *bars[2]):
        hover(artist, "", SIDES[side])
    hollow = [m for m in shown if result.provisional_rating(m)]
    axes.plot(
        [to_day(m.counts_from) for m in hollow], [m.rating for m in hollow], marker,
        color=colour, markerfacecolor="white", markersize=measures.marker, zorder=2.5,
        gid=f"{SAID}{SIDES[side]}:",
    )  # fmt: skip
    for m in (*others, *shown):
        reach = _reach(result) * m.sd
        words = m.model if m.entry == m.model else m.model + pen.said("entry", name=m.entry)
        key = "first-listed" if m.listed else "released"
        day = m.listed or m.release_date
        told = {"day": charts.day(day, pen.lang), "on": citing.on(day, pen.lang)}
        words += "\n" + pen.said(key, **told)
        if m.counts_from != day:
            words += pen.said("counts from", day=charts.day(m.counts_from, pen.lang))
        ends = m.rating, m.rating - reach, m.rating + reach
        rating, low, high = (charts.decimal(end, pen.lang) for end in ends)
        level = citing.percent(result.level, pen.lang)
        words += "\n" + pen.said("rated", rating=rating, level=level, low=low, high=high)
        pen.told(to_day(m.counts_from), m.rating, words, SIDES[side])


def _name_ends(pen: Pen, result: LagResult, levels: list[float], end: float) -> None:
    """Each group's name at the end of its line, dodging the other's."""
    axes, measures = pen.axes, pen.size
    sides = result.leader_group, result.follower_group
    names = [visible(charts.short(group, pen.lang)) for group in sides]
    if measures.narrow:
        names = [textwrap.fill(name, _LETTERS, break_on_hyphens=False) for name in names]
    roled = roles(result.leader_group, result.follower_group)
    top = int(levels[1] > levels[0])
    low, high = axes.get_ylim()
    height = axes.get_window_extent().height / axes.figure.figure.dpi * 72
    apart = abs(levels[0] - levels[1]) / (high - low) * height
    lines = 1 + sum(name.count("\n") for name in names) / 2
    dodge = max(1.35 * measures.font * lines - apart, 0.0) / 2
    for at, text in enumerate(names):
        up = dodge if at == top else -dodge
        said = axes.annotate(
            text, (end, levels[at]), xytext=(0.5 * measures.font, up),
            textcoords="offset points", color=COLOURS[roled[at]], va="center", weight="bold",
            fontsize=measures.font, annotation_clip=False, parse_math=False,
        )  # fmt: skip
        hover(said, "", SIDES[roled[at]])


def _key(result: LagResult) -> set[str]:
    """The models of the answer."""
    key = [result.match, result.follower, result.leader_best]
    key += [result.day.above] if result.estimand == "average" else []
    return {point.model for point in key if point is not None}


def _wanted(
    result: LagResult, records: list[tuple[ModelPoint, ...]], first: float, count: int
) -> list[Label]:
    """The models of the answer first, then the newest records of both sides in turn."""
    key = _key(result)
    shown = [
        (model, side)
        for side, own in enumerate(records)
        for k, model in enumerate(own)
        if to_day(model.counts_from) >= first and (k >= len(own) - count or model.model in key)
    ]
    shown.sort(key=lambda p: p[0].counts_from, reverse=True)
    shown.sort(key=lambda p: p[0].model not in key)
    higher = int(result.leads)
    roled = roles(result.leader_group, result.follower_group)
    return [
        Label(
            m.model, to_day(m.counts_from), m.rating, COLOURS[roled[side]],
            (UPWARD if side == higher else DOWNWARD) if m.model not in key
            else (*UPWARD, *DOWNWARD) if side == higher else (*DOWNWARD, *UPWARD),
            needed=m.model in key,
        )
        for m, side in shown
    ]  # fmt: skip


def _answer(pen: Pen, result: LagResult, end: float, first: float) -> _Answer:
    """Draw the bracket of the estimand, if it has one place."""
    if result.estimand == "gap" and result.provisional:
        return None, []
    if result.estimand == "gap":
        return _gap(pen, result, end, first)
    if result.estimand == "average":
        return _between(pen, result, end, first)
    if result.estimand != "current" or not result.months or result.match is None:
        return None, []
    size = abs(result.months) * DAYS_PER_MONTH
    if result.gap.elo == 0:  # a tie: from the one side's crossing to the other's
        end = min(to_day(result.match.counts_from) + size, end)
    level = result.leader_best.rating if result.leads else result.follower.rating
    span = max(end - size, first), end
    _bracket(pen, result, span, level, cut=end - size < first)
    _interval(pen, result, end, level)
    text = Speaker(result, pen.lang).size()
    places = tuple(np.linspace(span[0], span[1], 21)[[6, 14, 5, 15, 7, 13, 8, 12, 4, 16, 3, 17]])
    return _callout(text, sum(span) / 2, level, places), [(list(span), [level, level])]


def _between(pen: Pen, result: LagResult, end: float, first: float) -> _Answer:
    """The day's bracket: from the one record's date to the other's."""
    records = bracket(result.day)
    if records is None:
        return None, []
    days = [to_day(record.counts_from) for record in records]
    if min(days) == max(days) or max(days) <= first:
        return None, []
    level, span = result.day.best.rating, (max(min(days), first), max(days))
    _bracket(pen, result, span, level, cut=min(days) < first)
    pen.line([span[1], end], [level, level], 0.4, linestyle=":", zorder=1.9)
    callout = _callout(pen.said("between"), sum(span) / 2, level)
    return replace(callout, scale=1.0), [(list(span), [level, level])]


def _bracket(
    pen: Pen, result: LagResult, span: tuple[float, float], level: float, *, cut: bool
) -> None:
    """Stops at both ends; an arrow where the lag is a bound or begins before the chart does."""
    open_ended = bool(result.censored) or cut
    measures = pen.size
    pen.line(span, [level, level], 0.7, zorder=3)
    for day, shape in zip(span, ("<" if open_ended else "|", "|"), strict=True):
        pen.axes.plot(
            [day], [level], marker=shape, color=INK, zorder=3.1, clip_on=False,
            markersize=(0.6 if shape == "<" else 1.1) * measures.font,
            markeredgewidth=0.7 * measures.line,
        )  # fmt: skip


def _interval(pen: Pen, result: LagResult, end: float, level: float) -> None:
    """The lag's interval as a bar on the crossing's end of the bracket; the far side is cut off."""
    low, high = result.ends_given
    if low is None or high is None:
        return
    sign = -1.0 if result.leads else 1.0
    ends = [max(sign * side, 0.0) * DAYS_PER_MONTH for side in (low, high)]
    days = np.clip([end - max(ends), end - min(ends)], pen.axes.get_xlim()[0], end)
    pen.axes.plot(
        days, [level, level], color=INK, linewidth=0.62 * pen.size.font, alpha=0.28,
        solid_capstyle="butt", zorder=2.9,
    )  # fmt: skip


def _gap(pen: Pen, result: LagResult, end: float, first: float) -> _Answer:
    """The gap as a vertical bracket shortly before the as-of date."""
    levels = sorted((result.leader_best.rating, result.follower.rating))
    day = end - 0.02 * (end - first)
    ends: dict[str, Any] = {
        "markersize": 1.1 * pen.size.font,
        "markeredgewidth": 0.7 * pen.size.line,
    }
    pen.line([day, day], levels, 0.7, marker="_", zorder=3, **ends)
    text = Speaker(result, pen.lang).size()
    if pen.lang == "en":
        text = f"{abs(result.gap.elo):.1f} {result.measure.unit}"
    return _callout(text, day, sum(levels) / 2), [([day, day], levels)]


def _callout(text: str, day: float, level: float, along: tuple[float, ...] = ()) -> Label:
    sides = ((0, 1), (0, -1), (-1, 1), (1, 1), (-1, -1), (1, -1), (-1, 0))
    return Label(text, day, level, INK, sides, "bold", 1.2, along)
