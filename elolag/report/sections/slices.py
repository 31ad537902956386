"""The same question slice by slice: categories of the board, open and closed models."""

from __future__ import annotations

from functools import partial

from elolag import plots
from elolag.estimate.compare import Slices, answer, size
from elolag.report.checks import of_slices
from elolag.report.content import Cell, Column, Figure, Section, Table
from elolag.report.material import Material
from elolag.report.sections._cells import rows_of
from elolag.results.words import noun, span


def build(material: Material) -> Section:
    """Two figures, or the reason why there is none."""
    checks = material.checks
    made = [found for found in (checks.category, checks.openness) if found is not None]
    kinds = {"category": "By category", "openness": "By openness"}
    notes = [
        f"{words} there is no comparison: {checks.missing[kind]}."
        for kind, words in kinds.items()
        if kind in checks.missing
    ]
    for found in made:
        notes += [f"{name} is left out: {why}." for name, why in found.refused.items()]
    prose = [
        "The question of the headline, asked anew of each category of the board, and of open and "
        "closed models: other prompts and other groups, each with records and draws of its own.",
        *(found.sentence() for found in made),
    ]
    return Section("slices", "Slices", prose, tuple(_figure(found) for found in made), after=notes)


def _figure(found: Slices) -> Figure:
    first = found.slices[0].result
    paired = found.paired
    spread = "; ".join(f"{s.name} {answer(s.result)}" for s in sorted(found.slices, key=size))
    what = ("category", "categories") if paired else ("pair of groups", "pairs of groups")
    return Figure(
        name=f"slices-{found.by}",
        title=_title(found),
        alt=(
            f"Dots with intervals, a row for each of {_count(len(found.slices), *what)}: {spread}. "
            f"All values are in the table below the chart."
        ),
        caption=(
            f"Dot: the estimate ({found.estimand}). Bar: its own {found.level:.0%} "
            f"{first.interval} interval, from {first.n_draws:,} draws; one that runs to the edge "
            f"of the chart has no bound there. Ratings: {first.board} of {first.vintage}."
        ),
        draw=partial(plots.slices, found),
        table=_table(found),
    )


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _title(found: Slices) -> str:
    months = [size(s) for s in found.slices]
    if not found.paired:
        return f"Open and closed models of both sides: {span(min(months), max(months))}"
    if len(months) == 1:
        return f"One category: {answer(found.slices[0].result)}"
    follower = noun(found.follower_group)
    text = f"{follower} is {span(min(months), max(months))} over {len(months)} categories"
    return text[:1].upper() + text[1:]


def _table(found: Slices) -> Table:
    level = f"{found.level:.0%}"
    interval = f"{level} {found.slices[0].result.interval} interval"
    unit = "months"
    columns = (
        Column("slice", "Slice", "category, or who is compared with whom"),
        Column("heading", "", "slices of one heading belong together", in_page=False),
        Column("answer", "Answer", "with its direction in words"),
        Column("measurement", interval, "of this slice alone, in words"),
        Column("counted", "Models", "rated models of the follower and of the leader"),
        Column("follower", "", "group asked about", in_page=False),
        Column("leader", "", "group it is compared with", in_page=False),
        Column("board", "", "board of the ratings", in_page=False),
        Column("category", "", "its category", in_page=False),
        Column("as_of", "", "as-of date", "ISO date", in_page=False),
        Column("vintage", "", "date of the ratings", "ISO date", in_page=False),
        Column("months", "", "positive: the follower is behind", unit, in_page=False),
        Column("low", "", "of the interval; empty: unbounded, or none", unit, in_page=False),
        Column("high", "", "of the interval; empty: unbounded", unit, in_page=False),
        Column("censored", "", "at-least or at-most where the value is a bound", in_page=False),
        Column("gap", "", "distance of the two best on the as-of date", "Elo", in_page=False),
        Column("follower_models", "", "rated models of the follower", "models", in_page=False),
        Column("leader_models", "", "rated models of the leader", "models", in_page=False),
    )  # fmt: skip
    rows = []
    for item in found.slices:
        words: dict[str, Cell] = {
            "answer": answer(item.result),
            "measurement": item.result.interval_cell(item.result.low, item.result.high),
            "counted": f"{item.models[1]} / {item.models[0]}",
        }
        rows.append(item.row() | words)
    return Table(
        f"slices-{found.by}", f"The lag by {found.by}", columns, rows_of(columns, rows),
        n_draws=found.slices[0].result.n_draws, snapshots=of_slices(found),
    )  # fmt: skip
