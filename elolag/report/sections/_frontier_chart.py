"""The frontier chart itself: where everything stands, and what may be named."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from elolag.dates import DAYS_PER_MONTH, to_day, to_iso
from elolag.plots._titles import bracket
from elolag.report import labels as placing
from elolag.report.drawing import (
    AXIS,
    COLOURS,
    DASHES,
    INK,
    SHAPES,
    TEXT_COLOURS,
    data,
    date_axis,
    date_scale,
    library,
    specification,
    text,
    value_axis,
)
from elolag.results.lag import LagResult
from elolag.results.words import months, noun

#: Elo points below the best that still stand in the chart, at most.
DEPTH = 320.0
LETTERS = 10.5
TOGGLES = ("show_leader", "show_follower")


def _hover(row: dict[str, Any], level: float) -> dict[str, Any]:
    """A row with the words its tooltip shows."""
    counts = "" if row["date"] == row["released"] else f" (counts from {row['date']})"
    return {
        **row,
        "Model": row["model"],
        "Entry": row["entry"],
        "Lab": row["lab"] or "unknown",
        "Released": row["released"] + counts,
        "Rating": f"{row['rating']:.1f}",
        "Interval": f"{row['low']:.1f} to {row['high']:.1f} ({level:.0%})",
    }


@dataclass(frozen=True)
class _Plot:
    """The rectangle of the plot: its size in pixels and what its edges mean."""

    width: int
    height: int
    start: float
    end: float
    bottom: float
    top: float

    def pixel(self, date: str, rating: float) -> tuple[float, float]:
        """Where a point stands, from the top left."""
        across = (to_day(date) - self.start) / (self.end - self.start) * self.width
        return across, (self.top - rating) / (self.top - self.bottom) * self.height


def chart(
    result: LagResult,
    rows: list[dict[str, Any]],
    total: int,
    height: int,
    named: int,
    start: float,
) -> dict[str, Any]:
    """The chart in one width.

    Parameters
    ----------
    rows
        Every model shown.
    total, height
        Width with the axis and the names of the groups, and height of the plot, in pixels.
    named
        Newest records of a side that may be named, beside the models of the answer.
    start
        First day shown.
    """
    alt = library("altair")
    ends = [noun(g).removeprefix("the ") for g in (result.leader_group, result.follower_group)]
    room = int(10 + 12 * 0.62 * max(len(name) for name in ends))
    best = max(r["high"] for r in rows)
    floor = max(_floor(result, start), best - DEPTH)
    plot = _Plot(
        total - AXIS - room - 8, height, start, to_day(result.as_of) + 4, floor - 12, best + 16
    )

    x = alt.X(
        "date:T", title=None, axis=date_axis(total), scale=date_scale(start, plot.end)
    )  # fmt: skip
    scale = alt.Scale(domain=[plot.bottom, plot.top], nice=False, zero=False)
    y = alt.Y(
        "rating:Q", scale=scale, axis=value_axis(f"rating ({result.measure.points})", tickCount=6)
    )
    colour = alt.Color("side:N", scale=alt.Scale(domain=[0, 1], range=list(COLOURS)), legend=None)
    fill = alt.Fill("side:N", scale=alt.Scale(domain=[0, 1], range=list(COLOURS)), legend=None)
    shape = alt.Shape("side:N", scale=alt.Scale(domain=[0, 1], range=list(SHAPES)), legend=None)
    dash = alt.StrokeDash(
        "side:N", scale=alt.Scale(domain=[0, 1], range=[list(d) for d in DASHES]), legend=None
    )
    visible = f"datum.side == 0 ? {TOGGLES[0]} : {TOGGLES[1]}"
    tooltip = [f"{name}:N" for name in ("Model", "Entry", "Lab", "Released", "Rating", "Interval")]

    seen = [_hover(r, result.level) for r in rows if r["high"] > plot.bottom]
    records = [r for r in seen if r["record"]]
    steps = _steps(result, start, plot.bottom)
    base = alt.Chart(data(records)).transform_filter(visible).encode(x=x, y=y, color=colour)
    layers = [
        alt.Chart(data([r for r in seen if not r["record"]]))
        .transform_filter(visible)
        .mark_point(filled=True, size=18, opacity=0.28, clip=True)
        .encode(x=x, y=y, color=colour, shape=shape, tooltip=tooltip),
        alt.Chart(data(steps))
        .transform_filter(visible)
        .mark_line(interpolate="step-after", strokeWidth=1.9, clip=True)
        .encode(x=x, y=y, color=colour, strokeDash=dash),
        base.mark_rule(strokeWidth=1, clip=True).encode(y=alt.Y("low:Q", scale=scale), y2="high:Q"),
        *_bracket(result, x, scale, plot),
        # Last, for nothing may stand between a record and the pointer.
        base.mark_point(filled=False, size=44, opacity=1, clip=True).encode(
            shape=shape,
            fill=alt.condition("datum.early", alt.value("white"), fill),
            tooltip=tooltip,
        ),
    ]
    across = alt.X("across:Q", scale=None, axis=None)
    down = alt.Y("down:Q", scale=None, axis=None)
    names = _names(result, records, steps, plot, named)
    for side, right in itertools.product((0, 1), (False, True)):
        chosen = [n for n in names if (n["side"], n["right"]) == (side, right)]
        if chosen:
            layers += text(
                alt.Chart(data(chosen)).transform_filter(visible), x=across, y=down, field="model",
                align="right" if right else "left", baseline="middle", fontSize=LETTERS,
                color=TEXT_COLOURS[side],
            )  # fmt: skip
    heights = [plot.pixel(result.as_of, m.rating)[1] for m in (result.leader_best, result.follower)]
    apart = 14 - abs(heights[0] - heights[1])
    if apart > 0:
        upper = 0 if heights[0] <= heights[1] else 1
        heights[upper], heights[1 - upper] = (
            heights[upper] - apart / 2,
            heights[1 - upper] + apart / 2,
        )
    for side, name in enumerate(ends):
        row = {"across": plot.width + 7, "down": heights[side], "name": name}
        layers.append(
            alt.Chart(data([row]))
            .mark_text(align="left", baseline="middle", fontWeight="bold", fontSize=12,
                       color=TEXT_COLOURS[side])
            .encode(x=across, y=down, text="name:N")
        )  # fmt: skip
    params = [alt.param(name=name, value=True) for name in TOGGLES]
    return specification(layers, width=plot.width, height=height, params=params)


def _floor(result: LagResult, start: float) -> float:
    """The lower of the two frontiers where the chart begins."""
    levels = []
    for group in (result.leader_group, result.follower_group):
        records = result.records(group)
        before = [m for m in records if to_day(m.counts_from) <= start]
        levels.append((before[-1] if before else records[0]).rating)
    return min(levels)


def _steps(result: LagResult, start: float, bottom: float) -> list[dict[str, Any]]:
    """Both lines, from the left edge of the chart to the as-of date."""
    rows = []
    for side, group in enumerate((result.leader_group, result.follower_group)):
        records = result.records(group)
        before = [m for m in records if to_day(m.counts_from) < start]
        if before and before[-1].rating > bottom:
            rows.append({"side": side, "date": to_iso(start), "rating": before[-1].rating})
        rows += [
            {"side": side, "date": m.counts_from, "rating": m.rating}
            for m in records
            if to_day(m.counts_from) >= start
        ]
        rows.append({"side": side, "date": result.as_of, "rating": records[-1].rating})
    return rows


def _bracket(result: LagResult, x: Any, scale: Any, plot: _Plot) -> list[Any]:
    """The lag at the level of the side behind: a bracket, its interval, its length in words.

    Of an average, the two records that the best of that side stood between on the day.
    """
    alt = library("altair")
    if result.estimand == "average":
        return _between(result, x, y=alt.Y("rating:Q", scale=scale))
    if result.months is None or result.match is None or result.months == 0:
        return []
    level = result.leader_best.rating if result.leads else result.follower.rating
    end = to_day(result.as_of)

    def back(lag: float) -> str:
        return to_iso(end - max(abs(lag), 0.0) * DAYS_PER_MONTH)

    y = alt.Y("rating:Q", scale=scale)
    row = {"date": back(result.months), "end": result.as_of, "rating": level}
    across, down = _middle(result, plot, level)
    words = f"{result.bound} {months(abs(result.months))}".lstrip()
    middle = {"across": across, "down": down, "words": words}
    layers = []
    low, high = result.ends_given
    if low is not None and high is not None and low * high > 0:
        ends = {"date": back(high), "end": back(low), "rating": level}
        layers.append(
            alt.Chart(data([ends])).mark_rule(strokeWidth=6, opacity=0.28, color=INK, clip=True)
            .encode(x=x, x2="end:T", y=y)
        )  # fmt: skip
    ticks = data([row, {**row, "date": result.as_of}])
    return [
        *layers,
        alt.Chart(data([row])).mark_rule(strokeWidth=1.3, color=INK, clip=True)
        .encode(x=x, x2="end:T", y=y),
        alt.Chart(ticks).mark_tick(orient="vertical", size=11, thickness=1.3, color=INK, clip=True)
        .encode(x=x, y=y),
        *text(alt.Chart(data([middle])), x=alt.X("across:Q", scale=None, axis=None),
              y=alt.Y("down:Q", scale=None, axis=None), field="words",
              dy=-9, fontWeight="bold", fontSize=11.5, color=INK),
    ]  # fmt: skip


def _between(result: LagResult, x: Any, y: Any) -> list[Any]:
    """A bracket from the date of the one record to that of the other."""
    alt = library("altair")
    records = bracket(result.day)
    if records is None:
        return []
    dates = sorted(record.counts_from for record in records)
    row = {"date": dates[0], "end": dates[1], "rating": result.day.best.rating}
    return [
        alt.Chart(data([row])).mark_rule(strokeWidth=1.3, color=INK, clip=True)
        .encode(x=x, x2="end:T", y=y),
        alt.Chart(data([{**row, "date": date} for date in dates]))
        .mark_tick(orient="vertical", size=11, thickness=1.3, color=INK, clip=True)
        .encode(x=x, y=y),
    ]  # fmt: skip


def _middle(result: LagResult, plot: _Plot, level: float) -> tuple[float, float]:
    """Where the length of the bracket stands: in its middle, but never beyond the plot."""
    right, line = plot.pixel(result.as_of, level)
    left = right - abs(result.months or 0.0) * DAYS_PER_MONTH / (plot.end - plot.start) * plot.width
    return min((left + right) / 2, plot.width - 36), line


def _names(
    result: LagResult,
    records: list[dict[str, Any]],
    steps: list[dict[str, Any]],
    plot: _Plot,
    named: int,
) -> list[dict[str, Any]]:
    """Records to name: those of the answer first, then the newest of each side."""
    key = (result.match, result.day.above, result.follower, result.leader_best)
    first = [m.model for m in key if m is not None]
    newest = sorted(records, key=lambda r: r["date"], reverse=True)
    chosen = sorted(newest, key=lambda r: r["model"] not in first)
    rest = {side: [r for r in chosen if r["side"] == side] for side in (0, 1)}
    chosen = [r for r in chosen if r["model"] in first or r in rest[r["side"]][:named]]
    wanted = [
        placing.Label(_short(r["model"]), *plot.pixel(r["date"], r["rating"]), r["side"] == 0)
        for r in chosen
    ]
    placed = placing.place(
        wanted, width=plot.width, height=plot.height, size=LETTERS,
        taken=_drawn(result, records, steps, plot),
        points=[plot.pixel(r["date"], r["rating"]) for r in records],
    )  # fmt: skip
    return [
        {"side": chosen[p.number]["side"], "model": wanted[p.number].text, "across": p.x,
         "down": p.y, "right": p.right}
        for p in placed
    ]  # fmt: skip


def _drawn(
    result: LagResult, records: list[dict[str, Any]], steps: list[dict[str, Any]], plot: _Plot
) -> list[placing.Box]:
    """What names must not cover: both lines, the bars, the bracket and its length."""
    boxes = []
    for side in (0, 1):
        corners = [plot.pixel(s["date"], s["rating"]) for s in steps if s["side"] == side]
        for (left, before), (right, after) in itertools.pairwise(corners):
            boxes.append((left, before - 1, right, before + 1))
            boxes.append((right - 1, min(before, after), right + 1, max(before, after)))
    for r in records:
        (across, low), (_, high) = (plot.pixel(r["date"], r[end]) for end in ("low", "high"))
        boxes.append((across - 1, high, across + 1, low))
    between = bracket(result.day) if result.estimand == "average" else None
    if between is not None:
        sides = sorted(plot.pixel(m.counts_from, result.day.best.rating) for m in between)
        boxes.append((sides[0][0], sides[0][1] - 5, sides[1][0], sides[1][1] + 5))
    elif result.months and result.estimand != "average":
        level = result.leader_best.rating if result.leads else result.follower.rating
        right, line = plot.pixel(result.as_of, level)
        left = right - abs(result.months) * DAYS_PER_MONTH / (plot.end - plot.start) * plot.width
        middle = _middle(result, plot, level)[0]
        boxes += [(left, line - 5, right, line + 5), (middle - 36, line - 18, middle + 36, line)]
    return boxes


def _short(name: str) -> str:
    return name if len(name) <= 34 else f"{name[:32]}…"
