"""The grid of specifications as a curve, and what each choice matters."""

from __future__ import annotations

from typing import Any

import numpy as np

from elolag.report.content import Figure
from elolag.report.drawing import (
    AXIS,
    COLOURS,
    INK,
    MUTED,
    NARROW,
    TEXT_COLOURS,
    WIDE,
    data,
    library,
    specification,
    text,
    value_axis,
)
from elolag.report.sections._cells import few
from elolag.results.table import Cell, Column, Table, decimals
from elolag.results.words import compact, directed, noun, span
from elolag.robustness import CHOICES, LABELS, RULES, Grid

#: Specifications drawn at most, and rows of the page's table.
DRAWN, LISTED = 200, 25


def figure(grid: Grid) -> Figure:
    """Every estimate in order of size."""
    kept = _order(grid)
    low, high = grid.quantiles()
    drawn = f"Drawn are at most {DRAWN} of them, evenly. " if len(kept) > DRAWN else ""
    follower = noun(grid.headline.follower_group).removeprefix("the ")
    return Figure(
        name="specifications",
        title=_title(grid),
        alt=(
            f"Dots with intervals in order of size, one for each way to ask, from "
            f"{directed(_months(grid, kept[0]))} to {directed(_months(grid, kept[-1]))}; nine of "
            f"ten lie between {compact(low, high)}; the headline, {grid.headline.figure()}, is "
            f"marked. All are in data/specifications.csv."
        ),
        caption=(
            f"Each dot is one defensible way to ask (board, category, estimand, curve, window and "
            f"more), in order of size; lines: its {grid.headline.level:.0%} measurement interval, "
            f"cut at the edge of the chart, from {grid.headline.n_draws:,} draws. {drawn}Nine of "
            f"ten estimates lie between the dashed lines. The spread says how much the choice of "
            f"the question matters; it is no interval of measurement."
        ),
        wide=_chart(grid, kept, WIDE, 300, follower),
        narrow=_chart(grid, kept, NARROW, 250, follower),
        table=_table(grid, kept),
    )


def _title(grid: Grid) -> str:
    low, high = grid.quantiles()
    count = f"{len(grid.estimated):,} ways to ask"
    if low is None or high is None:
        return f"Nine of ten of {count}: {compact(low, high)}"
    return f"Nine of ten of {count} give {span(low, high)}"


def _months(grid: Grid, place: int) -> float:
    return float(grid.answers[place].months or 0.0)


def _order(grid: Grid) -> list[int]:
    kept = [k for k in grid.estimated if grid.answers[k].months is not None]
    return sorted(kept, key=lambda k: (_months(grid, k), k))


def _chart(grid: Grid, kept: list[int], total: int, height: int, follower: str) -> dict[str, Any]:
    alt = library("altair")
    months = np.array([_months(grid, k) for k in kept])
    bottom, top = _window(grid, months)
    places = sorted({*few(len(kept), DRAWN if total == WIDE else DRAWN // 2), kept.index(0)})
    rows = []
    for place in places:
        spec, answer = grid.specs[kept[place]], grid.answers[kept[place]]
        rows.append(
            {
                "place": place, "months": round(_months(grid, kept[place]), 3),
                "low": round(max(bottom if answer.low is None else answer.low, bottom), 3),
                "high": round(min(top if answer.high is None else answer.high, top), 3),
                "headline": kept[place] == 0,
                "Lag": directed(_months(grid, kept[place])),
                "Interval": compact(answer.low, answer.high),
                "Board": spec.board, "Category": spec.category, "Estimand": spec.key,
                "Choices": _changed(grid, kept[place]) or "as in the headline",
            }
        )  # fmt: skip
    words = f"months {follower} is behind" + (" (below the line: ahead)" if bottom < 0 else "")
    axis = value_axis(words, labelExpr="format(abs(datum.value), 'd')", tickMinStep=2)
    scale = alt.Scale(domain=[bottom, top], nice=False)
    x = alt.X(
        "place:Q", axis=None,
        scale=alt.Scale(domain=[-1, max(len(kept), 1)], nice=False),
    )  # fmt: skip
    y = alt.Y("months:Q", scale=scale, axis=axis)
    tooltip = [f"{name}:N" for name in rows[0] if name[0].isupper()]
    base = alt.Chart(data(rows))
    head = base.transform_filter("datum.headline")
    low, high = grid.quantiles()
    lines = [{"level": end} for end in (low, high) if end is not None]
    value = _months(grid, 0)
    width = total - AXIS - 12
    at_x = (kept.index(0) + 1) / (len(kept) + 1) * width
    at_y = (top - value) / (top - bottom) * height
    right = at_x < width / 2
    label = {"across": at_x + (14 if right else -14), "down": at_y + (26 if right else -26),
             "words": f"headline: {directed(value)}"}  # fmt: skip
    across, down = alt.X("across:Q", scale=None, axis=None), alt.Y("down:Q", scale=None, axis=None)
    layers = [
        base.mark_rule(strokeWidth=1.1, opacity=0.3, color=COLOURS[0])
        .encode(x=x, y=alt.Y("low:Q", scale=scale, axis=axis), y2="high:Q"),
        alt.Chart(data([{"level": 0.0}])).mark_rule(color=MUTED, strokeWidth=0.9)
        .encode(y=alt.Y("level:Q", scale=scale)),
        alt.Chart(data(lines or [{"level": value}]))
        .mark_rule(color=INK, strokeWidth=0.9, strokeDash=[5, 3])
        .encode(y=alt.Y("level:Q", scale=scale)),
        base.mark_point(filled=True, size=30 if len(rows) < 60 else 12, opacity=1,
                        color=COLOURS[0])
        .encode(x=x, y=y, tooltip=tooltip),
        head.mark_point(filled=True, shape="diamond", size=150, opacity=1, color=COLOURS[1],
                        stroke="#ffffff", strokeWidth=1)
        .encode(x=x, y=y, tooltip=tooltip),
        *text(
            alt.Chart(data([label])), x=across, y=down, field="words", fontWeight="bold",
            align="left" if right else "right", baseline="middle", color=TEXT_COLOURS[1],
        ),
    ]  # fmt: skip
    return specification(layers, width=width, height=height)


def _window(grid: Grid, months: Any) -> tuple[float, float]:
    """Where the axis ends: every estimate is inside, the longest intervals are cut."""
    lows = [a.low for a in grid.answers if a.low is not None] or [0.0]
    highs = [a.high for a in grid.answers if a.high is not None] or [0.0]
    low = min(months.min(), float(np.quantile(lows, 0.02)), 0.0)
    high = max(months.max(), float(np.quantile(highs, 0.98)), 1.0)
    pad = 0.04 * (high - low)
    return float(low - pad if low < 0 else 0.0), float(high + pad)


def _changed(grid: Grid, place: int) -> str:
    """The choices, beside board, category and estimand, that are not the headline's."""
    spec, head = grid.specs[place], grid.specs[0]
    return ", ".join(
        f"{LABELS[name]} {getattr(spec, name)}"
        for name in CHOICES
        if name not in ("board", "category", "estimand", "curve")
        and getattr(spec, name) != getattr(head, name)
    )


def _table(grid: Grid, kept: list[int]) -> Table:
    """Every specification in order of size; those without an answer last."""
    units = {"window": "months", "min_votes": "votes"}
    columns = (
        Column("answer", "Lag", "with its direction in words"),
        Column("measurement", "Interval", "measurement interval, in words"),
        Column("board", "Board", "board of the ratings"),
        Column("category", "Category", "its category"),
        Column("asked", "Estimand", "estimand, and for trend the curve"),
        Column("changed", "Other choices", "those that are not the headline's"),
        *(
            Column(name, "", f"choice: {LABELS[name]}", units.get(name, ""), in_page=False)
            for name in CHOICES
            if name not in ("board", "category")
        ),
        Column("date", "", "as-of date", "ISO date", in_page=False),
        Column("ratings_of", "", "date of the ratings", "ISO date", in_page=False),
        Column("months", "", "positive: the follower is behind", "months", in_page=False),
        Column("low", "", "of the interval; empty: unbounded", "months", in_page=False),
        Column("high", "", "of the interval; empty: unbounded", "months", in_page=False),
        Column("bound", "", "at-least or at-most where the value is a bound", in_page=False),
        Column("failed_draws", "", "draws without an answer", "draws", in_page=False),
        Column("refused", "", "why there is no estimate", in_page=False),
        Column("headline", "", "whether it is the headline", in_page=False),
    )  # fmt: skip
    rest = [k for k in range(len(grid.specs)) if k not in set(kept)]
    every = grid.to_dict()["rows"]
    rows = []
    for k in (*kept, *rest):
        answer = grid.answers[k]
        known = answer.months is not None
        words: dict[str, Cell] = {
            "answer": directed(_months(grid, k)) if known else None,
            "measurement": compact(answer.low, answer.high) if known else None,
            "asked": grid.specs[k].key,
            "changed": _changed(grid, k) or "as in the headline",
        }
        rows.append(every[k] | words)
    listed = tuple(sorted({*few(len(kept), LISTED), kept.index(0)}))
    caption = "Specifications in order of size"
    if len(rows) > len(listed):
        caption += f" (some of them, evenly; the CSV has all {len(rows):,})"
    return Table.of(
        "specifications", caption, columns, rows, page_rows=listed,
        n_draws=grid.headline.n_draws, snapshots=grid.snapshots,
    )  # fmt: skip


def rules(grid: Grid) -> Table:
    """What was not asked, and why."""
    columns = (
        Column("rule", "Rule", "its name"),
        Column("left_out", "Left out", "combinations it took out", "combinations",
               decimals(0), figures=True),
        Column("reason", "Because", "why they make no sense", long=True),
    )  # fmt: skip
    reasons = {rule.name: rule.reason for rule in RULES}
    rows = tuple((name, count, reasons[name]) for name, count in grid.left_out.items())
    return Table(
        "rules", "Combinations that were not asked, by rule", columns, rows,
        n_draws=grid.headline.n_draws, snapshots=grid.snapshots,
    )  # fmt: skip
