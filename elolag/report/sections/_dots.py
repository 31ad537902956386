"""Rows of dots with intervals, their names beside them, or above them on a phone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from elolag.report.drawing import COLOURS, INK, MUTED, NARROW, data, library, specification, text

#: Height of a row in pixels, beside its name and below it; of a line of words between rows.
STEP, TALL, HEADING = 25, 40, 26
#: Room on the right for the number in words.
ANSWER = 84


@dataclass(frozen=True)
class Dot:
    """One row.

    Attributes
    ----------
    name, answer
        Words on the left and on the right.
    value, low, high
        Months, positive where the follower is behind; an end of None is unbounded. No value: the
        row has no dot.
    bare
        Whether there is no interval, so that no bar is drawn.
    said
        Another range to draw beneath, None where there is none.
    strong
        Whether the row is the one that the others are compared with.
    heading
        Whether it is only words over the rows that follow.
    tooltip
        What the pointer shows.
    """

    name: str
    answer: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    said: tuple[float | None, float | None] | None = None
    bare: bool = False
    strong: bool = False
    heading: bool = False
    tooltip: Mapping[str, str] = field(default_factory=dict)


def dots(rows: Sequence[Dot], total: int, names: int, follower: str) -> dict[str, Any]:
    """A chart of so many pixels across, `names` of them for the names."""
    alt = library("altair")
    slim = total == NARROW
    left, right = (0, 0) if slim else (names, ANSWER)
    width = total - left - right - 8
    low, high = _domain(rows)
    scale = alt.Scale(domain=[low, high], nice=False)
    title = f"months {follower} is behind"
    if low < -0.5:
        title = f"← {follower} ahead · months · {follower} behind →"
    axis = alt.Axis(
        title=title, labelExpr="format(abs(datum.value), 'd')", tickMinStep=1, grid=True,
        tickCount=6 if slim else 10,
    )  # fmt: skip
    drawn, height = _placed(rows, low, high, slim=slim)
    ends = {"left": -left, "right": width + right, "after": width + 10}
    base = alt.Chart(data([row | ends for row in drawn]))

    def x(name: str) -> Any:
        return alt.X(f"{name}:Q", scale=scale, axis=axis)

    def at(name: str) -> Any:
        return alt.X(f"{name}:Q", scale=None, axis=None)

    def y(name: str) -> Any:
        return alt.Y(f"{name}:Q", scale=None, axis=None)

    layers = [
        alt.Chart(data([{"zero": 0}])).mark_rule(color=MUTED, strokeWidth=0.9).encode(x=x("zero")),
        base.transform_filter("isValid(datum.from)")
        .mark_rule(strokeWidth=11, opacity=0.45, color=COLOURS[1])
        .encode(x=x("from"), x2="to:Q", y=y("bar")),
        base.transform_filter("isValid(datum.low)")
        .mark_rule(strokeWidth=3, opacity=0.6, color=COLOURS[0])
        .encode(x=x("low"), x2="high:Q", y=y("bar")),
        base.transform_filter("isValid(datum.months)")
        .mark_point(filled=True, size=64, opacity=1, color=COLOURS[0])
        .encode(x=x("months"), y=y("bar")),
    ]  # fmt: skip
    room = width - 66 if slim else names - 12
    place = {"align": "left"} if slim else {"align": "right", "dx": -12}
    for condition, style in (
        ("!datum.strong && !datum.heading", {"color": INK}),
        ("datum.strong", {"color": INK, "fontWeight": "bold"}),
        ("datum.heading", {"color": MUTED, "fontStyle": "italic"}),
    ):
        mark = {"baseline": "middle", "fontSize": 11, **place, **style}
        limit = total if condition == "datum.heading" and slim else room
        # Over the line at nought, on a phone.
        layers += text(
            base.transform_filter(condition), x=alt.value(0), y=y("words"), field="name",
            limit=limit, **mark,
        )  # fmt: skip
    numbers = {"baseline": "middle", "fontSize": 11, "color": INK}
    layers.append(
        base.mark_text(align="right" if slim else "left", **numbers)
        .encode(x=alt.value(width) if slim else at("after"), y=y("words"), text="answer:N")
    )  # fmt: skip
    tooltip = list(dict.fromkeys(name for row in rows for name in row.tooltip))
    layers.append(
        # Unseen and last: takes the pointer over the whole row, and keeps every chart as wide.
        base.transform_filter("!datum.heading")
        .mark_rect(color=INK, opacity=0)
        .encode(x=at("left"), x2="right:Q", y=y("top"), y2="bottom:Q",
                tooltip=[f"{name}:N" for name in tooltip])
    )  # fmt: skip
    return specification(layers, width=width, height=height)


def _domain(rows: Sequence[Dot]) -> tuple[float, float]:
    ends = [end for row in rows for end in (row.value, row.low, row.high, *(row.said or ()))]
    known = [0.0, *(end for end in ends if end is not None)]
    pad = 0.04 * max(max(known) - min(known), 1.0)
    return min(known) - pad, max(known) + pad


def _placed(
    rows: Sequence[Dot], low: float, high: float, *, slim: bool
) -> tuple[list[dict[str, Any]], int]:
    """Rows with the pixels at which they stand, and how high they are together."""
    out: list[dict[str, Any]] = []
    top = 0
    for row in rows:
        step = HEADING if row.heading else TALL if slim else STEP
        middle = top + step / 2
        said, bare = row.said, row.bare or row.value is None
        out.append(
            {
                "name": row.name, "answer": row.answer, "strong": row.strong,
                "heading": row.heading, "top": top, "bottom": top + step,
                "words": top + 12 if slim and not row.heading else middle,
                "bar": top + 28 if slim else middle, "months": row.value,
                "low": None if bare else low if row.low is None else row.low,
                "high": None if bare else high if row.high is None else row.high,
                "from": None if said is None else low if said[0] is None else said[0],
                "to": None if said is None else high if said[1] is None else said[1],
                **row.tooltip,
            }
        )  # fmt: skip
        top += step
    return out, top
