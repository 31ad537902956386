"""What stands beside the answer: slices, sensitivity, and the claims of others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from elolag import plots
from elolag.claims import RULE, SCOPE, Assessment, ClaimsReport
from elolag.estimate.compare import Slices, size
from elolag.plots.rows import claims_title, influence_title, slices_title
from elolag.plots.specification import few
from elolag.results.lag import LagResult
from elolag.results.table import Cell, Column, Table, data, decimals
from elolag.results.words import bounded, compact, first_up, noun, percentage, span
from elolag.robustness import CHOICES, LABELS, RULES, Grid
from elolag.robustness.edits import Influence
from elolag.site.content import Figure, Section
from elolag.site.material import Checks, Material


def _checks(material: Material) -> Checks:
    if material.checks is None:
        raise ValueError("nothing was checked of this question")
    return material.checks


#: What a comparison asks the question of, and what is other there.
_ASKED_OF = {"category": "each category of the board", "openness": "open and closed models"}
_OTHER = {"category": "other prompts", "openness": "other groups"}


def _and(words: Mapping[str, str], made: Sequence[Slices]) -> str:
    return " and ".join(words[found.by] for found in made)


def slices(material: Material) -> Section:
    """Two figures, or the reason why there is none."""
    checks = _checks(material)
    made = [found for found in (checks.category, checks.openness) if found is not None]
    kinds = {"category": "By category", "openness": "By openness"}
    notes = [
        f"{words} there is no comparison: {checks.missing[kind]}."
        for kind, words in kinds.items()
        if kind in checks.missing
    ]
    for found in made:
        notes += [f"Left out: {name}: {why}." for name, why in found.refused.items()]
    prose = [
        f"The question of the headline, asked anew of {_and(_ASKED_OF, made)}: "
        f"{_and(_OTHER, made)}, each with records and draws of its own."
    ] * bool(made)
    prose += [found.sentence() for found in made]
    return Section(
        "slices", "Slices", prose, tuple(slices_figure(found) for found in made), after=notes
    )


#: What a row of a comparison is: one, and many.
_ROWS = {
    "category": ("category", "categories"), "openness": ("pair of groups", "pairs of groups"),
    "lab": ("lab", "labs"),
}  # fmt: skip


def slices_figure(found: Slices) -> Figure:
    """A comparison by category, by openness or by lab."""
    first = found.slices[0].result
    spread = "; ".join(f"{s.name} {s.result.short()}" for s in sorted(found.slices, key=size))
    rows = _count(len(found.slices), *_ROWS[found.by])
    return Figure(
        name=f"slices-{found.by}",
        title=_slices_title(found),
        alt=(
            f"Dots with intervals, a row for each of {rows}: {spread}. All values are in the table "
            f"below the chart."
        ),
        caption=(
            f"Dot: the estimate ({found.estimand}). Bar: its own {percentage(found.level)} "
            f"{first.interval} interval, from {first.n_draws:,} draws; one that runs to the edge "
            f"of the chart has no bound there. Ratings: {first.board} of {first.vintage}."
        ),
        draw=partial(plots.slices, found),
        table=found.table(),
    )


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _slices_title(found: Slices) -> str:
    months = [size(s) for s in found.slices]
    if found.by == "lab":
        return slices_title(found)
    if not found.paired:
        return f"Open and closed models of both sides: {span(min(months), max(months))}"
    if len(months) == 1:
        return f"One category: {found.slices[0].result.short()}"
    follower = noun(found.follower_group)
    ends = span(min(months), max(months))
    return first_up(f"{follower} is {ends} over {len(months)} categories")


#: Specifications drawn at most, and rows of the page's table.
DRAWN, LISTED = 200, 25


def _grid_figure(grid: Grid) -> Figure:
    """Every estimate in order of size."""
    kept = _order(grid)
    low, high = grid.quantiles()
    drawn = f"Drawn are at most {DRAWN} of them, evenly. " if len(kept) > DRAWN else ""
    return Figure(
        name="specifications",
        title=_grid_chart_title(grid),
        alt=(
            f"Dots with intervals in order of size, one for each way to ask, from "
            f"{_told(grid, kept[0])} to {_told(grid, kept[-1])}; nine of "
            f"ten lie between {compact(low, high)}; the headline, {grid.headline.figure()}, is "
            f"marked. All are in data/specifications.csv."
        ),
        caption=(
            f"Each dot is one defensible way to ask (board, category, estimand, curve, window and "
            f"more), in order of size; lines: its {percentage(grid.headline.level)} measurement "
            f"interval, cut at the edge of the chart, from {grid.headline.n_draws:,} draws. "
            f"{drawn}Nine of ten estimates lie between the dashed lines. The spread says how much "
            f"the choice of the question matters; it is no interval of measurement."
        ),
        draw=partial(plots.specification_curve, grid, most=DRAWN),
        table=_grid_chart_table(grid, kept),
    )


def _grid_chart_title(grid: Grid) -> str:
    low, high = grid.quantiles()
    count = f"{len(grid.estimated):,} ways to ask"
    if low is None or high is None:
        return f"Nine of ten of {count}: {compact(low, high)}"
    return f"Nine of ten of {count} give {span(low, high)}"


def _months(grid: Grid, place: int) -> float:
    return float(grid.answers[place].months or 0.0)


def _told(grid: Grid, place: int) -> str:
    return bounded(_months(grid, place), grid.answers[place].bound)


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


def _grid_chart_table(grid: Grid, kept: list[int]) -> Table:
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
            data(name, f"choice: {LABELS[name]}", units.get(name, ""))
            for name in CHOICES
            if name not in ("board", "category")
        ),
        data("date", "as-of date", "ISO date"),
        data("ratings_of", "date of the ratings", "ISO date"),
        data("months", "positive: the follower is behind", "months"),
        data("low", "of the interval; empty: unbounded", "months"),
        data("high", "of the interval; empty: unbounded", "months"),
        data("bound", "at-least or at-most where the value is a bound"),
        data("failed_draws", "draws without an answer", "draws"),
        data("refused", "why there is no estimate"),
        data("headline", "whether it is the headline"),
    )  # fmt: skip
    rest = [k for k in range(len(grid.specs)) if k not in set(kept)]
    every = grid.to_dict()["rows"]
    rows = []
    for k in (*kept, *rest):
        answer = grid.answers[k]
        known = answer.months is not None
        words: dict[str, Cell] = {
            "answer": _told(grid, k) if known else None,
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


def _grid_rules(grid: Grid) -> Table:
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


#: Parts of the section by name, as they are said to be missing.
_PARTS = {
    "influence": "What the headline rests on is left out",
    "flip": "The flip test is left out",
    "grid": "The grid of specifications is left out",
}


def sensitivity(material: Material) -> Section:
    """Influence, flip test and grid, each or the reason why not."""
    checks = _checks(material)
    figures: list[Figure] = []
    tables: list[Table] = []
    prose = ["How far the headline depends on single models, tags and dates, and on how one asks."]
    if checks.influence is not None:
        prose.append(checks.influence.sentence())
        figures.append(_sensitivity_figure(checks.influence))
    if checks.grid is not None:
        prose.append(checks.grid.sentence())
        figures.append(_grid_figure(checks.grid))
        tables += [checks.grid.table(), _grid_rules(checks.grid)]
    if checks.flip is not None:
        prose.append(
            "The flip test says how little would have to change for the day's distance (current) "
            "to be another one: the fewest models, tags, dates or points of rating."
        )
        tables.insert(0, checks.flip.table())
    notes = [f"{w}: {checks.missing[k]}." for k, w in _PARTS.items() if k in checks.missing]
    if checks.grid is not None:
        said = (n for n in checks.grid.notes() if not n.startswith("left out by rule"))
        notes += [f"{first_up(note)}." for note in said]
    return Section("sensitivity", "Sensitivity", prose, figures, tables, after=notes)


def _sensitivity_figure(found: Influence) -> Figure:
    headline = found.headline
    spread = "; ".join(f"{c.words} {c.figure()}" for c in found.top) or "none"
    return Figure(
        name="influence",
        title=influence_title(found),
        alt=(
            f"Dots with intervals: the headline, {headline.figure()}, and what it would be after "
            f"the single changes that move it most: {spread}. All that move it are "
            f"in data/influence.csv."
        ),
        caption=(
            f"Each row leaves out one lab, model or vintage, or moves one release by a month, and "
            f"estimates everything anew with {headline.n_draws:,} draws; bar: "
            f"{percentage(headline.level)} measurement interval. These are the "
            f"{len(found.top)} that matter most of {len(found.cases):,}; the table leaves out "
            f"those that do not move the headline."
        ),
        draw=partial(plots.influence, found),
        table=_moving(found),
    )


def _moving(found: Influence) -> Table:
    """The changes that move the headline, or have no answer: those that matter most are first."""
    table = found.table()
    cases = zip(table.rows, found.cases, strict=True)
    rows = tuple(row for row, case in cases if case.months is None or found.moves(case))
    caption = "The single changes that move the headline most (the CSV has every one that does)"
    return replace(table, caption=caption, rows=rows)


def claims(material: Material) -> Section:
    """Every packaged claim with both our figures and the verdict."""
    checks = _checks(material)
    found = checks.claims
    if found is None:
        why = checks.missing["claims"]
        return Section("claims", "Claims", (f"Published claims are left out: {why}.",))
    prose = (
        f"What others have said of the lag, tested as they most plausibly meant it: with the "
        f"ratings of their day where the archive has them, and with the newest. {found.sentence()}",
        RULE,
    )
    timed = [a for a in found.assessments if a.claim.kind == "months"]
    shown = ("who", "when", "claimed", "real_time", "hindsight", "holds", "verdict", "depends_on")
    table = found.table().showing(*shown)
    if not timed:
        return Section("claims", "Claims", prose, tables=(table,), after=(SCOPE,))
    return Section(
        "claims",
        "Claims",
        prose,
        (_claims_figure(material.headline, found, timed, table),),
        after=(SCOPE,),
    )


def _claims_figure(
    headline: LagResult, found: ClaimsReport, timed: list[Assessment], table: Table
) -> Figure:
    spread = "; ".join(f"{_who(a)} {a.claim.range_words()}, {a.verdict}" for a in timed)
    return Figure(
        name="claims",
        title=claims_title(found),
        alt=(
            f"One row for each of {len(timed)} claims in months, the claimed range as a wide bar "
            f"and our figure as a dot with its interval: {spread}. All claims are in the table "
            f"below the chart."
        ),
        caption=(
            f"Wide bar: what was claimed. Dot: our figure for the same groups, estimand and day, "
            f"with the ratings of the day, else with the newest; its bar: "
            f"{percentage(found.level)} interval from {found.n_draws:,} draws. A row without a dot "
            f"cannot be tested with this archive. Claims in Elo, percent or places are in the "
            "table."
        ),
        draw=partial(plots.claims, found, headline),
        table=table,
    )


def _who(item: Assessment) -> str:
    return f"{item.claim.who.partition(',')[0]}, {item.claim.date[:7]}"
