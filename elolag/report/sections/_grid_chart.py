"""The grid of specifications as a curve, and what each choice matters."""

from __future__ import annotations

from functools import partial

from elolag import plots
from elolag.plots.specification import few
from elolag.report.content import Cell, Column, Figure, Table, decimals
from elolag.report.sections._cells import rows_of
from elolag.results.words import compact, directed, span
from elolag.robustness import CHOICES, LABELS, RULES, TOGETHER, Grid

#: Specifications drawn at most, and rows of the page's table.
DRAWN, LISTED = 200, 25


def figure(grid: Grid) -> Figure:
    """Every estimate in order of size."""
    kept = _order(grid)
    low, high = grid.quantiles()
    drawn = f"Drawn are at most {DRAWN} of them, evenly. " if len(kept) > DRAWN else ""
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
        draw=partial(plots.specification_curve, grid, most=DRAWN),
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
    return Table(
        "specifications", caption, columns, rows_of(columns, rows), listed,
        n_draws=grid.headline.n_draws, snapshots=grid.snapshots,
    )  # fmt: skip


def shares(grid: Grid) -> Table:
    """Share of the variance of the estimates by choice."""

    def percent(value: Cell) -> str:
        return f"{value:.1%}" if isinstance(value, float) else "–"

    columns = (
        Column("choice", "Choice", "what is chosen"),
        Column("share", "Share of the variance", "mean over the orders in which choices can enter",
               "share from 0 to 1", percent, figures=True),
        Column("levels", "Levels", "how many of them the grid has", figures=True),
    )  # fmt: skip
    rows = tuple(
        (
            LABELS.get(name, name), float(value),
            len({getattr(s, name) for s in grid.specs}) if name != TOGETHER else None,
        )
        for name, value in grid.shares.items()
    )  # fmt: skip
    return Table(
        "choices", "What each choice contributes to the spread of the specifications", columns,
        rows, n_draws=grid.headline.n_draws, snapshots=grid.snapshots,
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
