"""The lag over time, with both bands."""

from __future__ import annotations

from typing import Any

import numpy as np

from elolag.dates import to_iso
from elolag.estimate.over_time import INNER, LagPath
from elolag.model.estimands import AT_LEAST, UNBOUNDED
from elolag.report.content import Figure, Section
from elolag.report.drawing import (
    AXIS,
    COLOURS,
    INK,
    MUTED,
    NARROW,
    WIDE,
    data,
    date_axis,
    date_scale,
    library,
    specification,
    text,
    value_axis,
)
from elolag.report.material import Material
from elolag.results.words import NO_WIDTH, TOO_FEW, directed, noun, open_ended, span

#: Ends of the bands drawn: half of the draws, nearly all, and the whole path at once.
ENDS = ("inner_low", "inner_high", "low", "high", "band_low", "band_high")
#: Days between points that answer the pointer, beside every day on which something jumps.
EVERY = 7


def build(material: Material) -> Section:
    """The path of `current`, day by day, with hindsight."""
    path = material.path
    if path is None:
        words = "The two groups have too short a common history for a lag over time."
        return Section("path", "The lag over time", (words,))
    follower, leader = noun(path.follower_group), noun(path.leader_group)
    first, last = to_iso(path.days[0]), to_iso(path.days[-1])
    figure = Figure(
        name="lag-path",
        title=_finding(path),
        alt=(
            f"Line chart of the lag of {follower} behind {leader}, every day from {first} to "
            f"{last}. It begins at {directed(path.months[0])} and ends at "
            f"{directed(path.months[-1])}; lowest {directed(float(path.months.min()))}, highest "
            f"{directed(float(path.months.max()))}. All days are in data/lag-path.csv."
        ),
        caption=(
            f"Line: the lag at posterior-mean ratings; it grows by one day a day and falls when "
            f"{follower} sets a record. Bands, from dark to light: {INNER:.0%} and "
            f"{path.level:.0%} measurement interval of each day; what holds the whole path with "
            f"{path.level:.0%} probability. Where a band runs to the edge of the chart its end is "
            f"only a bound. Ratings are those of {path.vintage}, with hindsight."
        ),
        wide=_chart(path, WIDE, 300),
        narrow=_chart(path, NARROW, 250),
        table=path.table(),
    )
    prose = (
        "The same question asked on every day of the past, with the newest ratings. The bands say "
        "how well each day's lag is measured, not whether its movement is more than chance: "
        "the command “elolag change” answers that.",
    )
    return Section("path", "The lag over time", prose, (figure,))


def _finding(path: LagPath) -> str:
    if (found := path.overtaken[1]) is not None:
        title = f"{noun(found[0])} was first, overtaken by {noun(found[1])} on {to_iso(found[2])}"
        return title[:1].upper() + title[1:]
    low, high = float(path.months.min()), float(path.months.max())
    return f"Between {to_iso(path.days[0])[:7]} and the as-of date the lag was {span(low, high)}"


def _corners(path: LagPath) -> np.ndarray[Any, np.dtype[np.intp]]:
    """Days that carry the lines: their ends, every bend and jump, and one day a week."""
    series = np.vstack([path.months, *(getattr(path, name) for name in ENDS)])
    bend = np.zeros(len(path.days), dtype=bool)
    if len(path.days) > 2:
        second = np.abs(np.diff(np.nan_to_num(series, nan=-1e3), n=2, axis=1)) > 1e-6
        bend[1:-1] = second.any(axis=0)
    bend[:: len(path.days) - 1 or 1] = True
    bend[::EVERY] = True
    return np.flatnonzero(bend)


def _chart(path: LagPath, total: int, height: int) -> dict[str, Any]:
    alt = library("altair")
    known = np.concatenate([path.months, path.band_low, path.band_high])
    bottom, top = float(np.nanmin(known)), float(np.nanmax(known))
    bottom, top = min(0.0, np.floor(bottom)), np.ceil(top + 0.5)
    now = f"{abs(path.months[-1]):.1f}"
    width = total - AXIS - 46
    rows = []
    corners = _corners(path)
    for k, following in zip(corners, [*corners[1:], corners[-1]], strict=True):
        row = {name: float(getattr(path, name)[k]) for name in ENDS}
        # An end that is only a bound stands at the edge: the band is never closed where it is not.
        edge = {name: bottom if name.endswith("low") else top for name in ENDS}
        closed: dict[str, float | None] = {
            name: edge[name] if np.isnan(value) else value for name, value in row.items()
        }
        ends = f"{_ends(row['low'], row['high'])} ({path.level:.0%})"
        if path.too_few[k]:  # there no band is drawn at all
            closed, ends = dict.fromkeys(row), TOO_FEW
        rows.append(
            {
                "date": to_iso(path.days[k]), "until": to_iso(path.days[following]),
                "months": float(path.months[k]), **closed,
                "Date": to_iso(path.days[k]),
                "Lag": _bound(int(path.censored[k]), float(path.months[k])),
                "Interval": ends,
            }
        )  # fmt: skip
    x = alt.X(
        "date:T", title=None, axis=date_axis(total),
        scale=date_scale(float(path.days[0]), float(path.days[-1]) + 2),
    )  # fmt: skip
    scale = alt.Scale(domain=[bottom, top], nice=False)
    axis = value_axis(
        f"months {noun(path.follower_group)} is behind", labelExpr="format(abs(datum.value), 'd')",
        tickMinStep=2,
    ) if bottom >= 0 else value_axis(
        f"months {noun(path.follower_group)} is behind (below the line: ahead)",
        labelExpr="format(abs(datum.value), 'd')", tickMinStep=2,
    )  # fmt: skip
    base = alt.Chart(data(rows))
    y = alt.Y("months:Q", scale=scale, axis=axis)
    day = alt.selection_point(
        name="day", on="pointerover", fields=["Date"], empty=False, clear="pointerout"
    )
    banded = base.transform_filter("isValid(datum.low)")
    layers = [
        banded.mark_area(color=COLOURS[0], opacity=0.1, clip=True).encode(
            x=x, y=alt.Y("band_low:Q", scale=scale, axis=axis), y2="band_high:Q"
        ),
        banded.mark_area(color=COLOURS[0], opacity=0.14, clip=True).encode(
            x=x, y=alt.Y("low:Q", scale=scale), y2="high:Q"
        ),
        banded.mark_area(color=COLOURS[0], opacity=0.22, clip=True).encode(
            x=x, y=alt.Y("inner_low:Q", scale=scale), y2="inner_high:Q"
        ),
        alt.Chart(data([{"zero": 0}])).mark_rule(color=MUTED, strokeWidth=0.9).encode(
            y=alt.Y("zero:Q", scale=scale)
        ),
        base.mark_line(color=COLOURS[0], strokeWidth=1.9, clip=True).encode(x=x, y=y),
        base.mark_point(filled=True, size=60, color=INK).encode(
            x=x, y=y, opacity=alt.condition(day, alt.value(1), alt.value(0))
        ),
        # Unseen and last: each takes the pointer from its day to the next, over the whole height.
        base.mark_rect(color=INK, opacity=0)
        .encode(x=x, x2="until:T", tooltip=["Date:N", "Lag:N", "Interval:N"])
        .add_params(day),
    ]  # fmt: skip
    across, down = alt.X("across:Q", scale=None, axis=None), alt.Y("down:Q", scale=None, axis=None)
    level = (top - float(path.months[-1])) / (top - bottom) * height
    end = alt.Chart(data([{"across": width + 5, "down": level, "words": f"{now} now"}]))
    layers += text(
        end, x=across, y=down, field="words", align="left", baseline="middle",
        fontWeight="bold", color=COLOURS[0],
    )  # fmt: skip
    return specification(layers, width=width, height=height)


def _bound(censored: int, lag: float) -> str:
    if not censored:
        return directed(lag)
    if censored == UNBOUNDED:
        return open_ended(None, None)
    return open_ended(lag, None) if censored == AT_LEAST else open_ended(None, lag)


def _ends(low: float, high: float) -> str:
    if np.isnan(low) or np.isnan(high):
        return open_ended(None if np.isnan(low) else low, None if np.isnan(high) else high)
    return NO_WIDTH if low == high else span(low, high)
