"""Every estimand side by side: other questions, other answers, from the same draws."""

from __future__ import annotations

from functools import partial

from elolag import plots
from elolag.plots.figures import comparison_title
from elolag.report.content import Cell, Column, Figure, Section, Table
from elolag.report.material import Material
from elolag.results.lag import LagResult
from elolag.results.words import meaning


def build(material: Material) -> Section:
    """The estimands as dots with both intervals, and in a table."""
    found = material.comparison
    timed = [r for r in found.results if r.months is not None]
    first = found.results[0]
    table = _table(found.results, first.level)
    notes = [f"{name} has no answer here: {reason}." for name, reason in found.refused.items()]
    if found.retired:
        notes.append(found.retired)
    if found.unrated:
        names = ", ".join(found.unrated)
        notes.append(f"Records of the sibling board that this board never rated: {names}.")
    figure = Figure(
        name="estimands",
        title=comparison_title(found),
        alt=(
            "Dots with two intervals each, one row per estimand: "
            + "; ".join(f"{r.estimand} {r.figure()}" for r in timed)
            + ". All values are in the table below the chart."
        ),
        caption=(
            f"Dot: the estimate. Thick: {first.level:.0%} measurement interval, how well the "
            f"realised lag is measured. Thin: {first.level:.0%} sampling interval, what another "
            f"run of history would have given. Each estimand is a different question, so they need "
            f"not agree."
        ),
        draw=partial(plots.comparison, found),
        table=table,
    )
    prose = (
        "Published figures differ mostly because people ask different questions without saying so. "
        "These are the questions elolag can answer, all from the same ratings and the same draws. "
        f"The headline is {material.headline.estimand}.",
    )
    points = [
        (f"{r.estimand}:", meaning(r.estimand, r.measure.points, r.window) + ".")
        for r in found.results
    ]
    return Section(
        "estimands", "The estimands side by side", prose, (figure,), points=points, after=notes
    )


def _table(results: tuple[LagResult, ...], level: float) -> Table:
    unit = f"months (gap: {results[0].measure.points})"
    columns = (
        Column("estimand", "Estimand", "which question"),
        Column("frontier", "Frontier", "curve it is asked of", in_page=False),
        Column("answer", "Answer", "with its direction in words"),
        Column("measurement", f"{level:.0%} measurement interval", "in words"),
        Column("sampling", f"{level:.0%} sampling interval", "in words"),
        Column("value", "", "positive: the follower is behind", unit,
               in_page=False),
        Column("low", "", "of the measurement interval; empty: unbounded", "as value",
               in_page=False),
        Column("high", "", "of the measurement interval; empty: unbounded", "as value",
               in_page=False),
        Column("sampling_low", "", "of the sampling interval", "as value", in_page=False),
        Column("sampling_high", "", "of the sampling interval", "as value", in_page=False),
        Column("censored", "", "at-least or at-most where the value is a bound", in_page=False),
    )  # fmt: skip
    rows = []
    for r in results:
        value, (low, high), ends = r.months, r.ends_given, r.sampling_given
        if r.months is None and r.provisional:
            ends = (None, None)
        elif r.months is None:
            value = r.gap.elo
            low, high = (None, None) if r.too_few() else (r.gap.low, r.gap.high)
        row: tuple[Cell, ...] = (
            r.estimand, r.frontier, r.figure(), r.interval_words(), _sampling(r),
            value, low, high, *ends, r.censored,
        )  # fmt: skip
        rows.append(row)
    return Table("estimands", "Every estimand with both intervals", columns, tuple(rows))


def _sampling(result: LagResult) -> str:
    return dict(result.rows()).get(f"{result.level:.0%} sampling interval", "–")
