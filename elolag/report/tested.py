"""What stands beside the answer: slices, sensitivity, and the claims of others."""

from __future__ import annotations

from functools import partial
from typing import Any

from elolag import plots
from elolag.claims import RULE, SCOPE, Assessment, ClaimsReport
from elolag.estimate.compare import Slices, answer, size
from elolag.plots.figures import claims_title, influence_title
from elolag.plots.specification import few
from elolag.report.content import Cell, Column, Figure, Section, Table, decimals
from elolag.report.material import Material, of_claims, of_slices
from elolag.report.sections import rows_of
from elolag.results.lag import LagResult
from elolag.results.words import compact, directed, noun, share, span
from elolag.robustness import CHOICES, LABELS, RULES, TOGETHER, Grid
from elolag.robustness.edits import Influence
from elolag.robustness.tipping_point import NOUNS, Flip


def slices(material: Material) -> Section:
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
    return Section(
        "slices", "Slices", prose, tuple(_slices_figure(found) for found in made), after=notes
    )


def _slices_figure(found: Slices) -> Figure:
    first = found.slices[0].result
    paired = found.paired
    spread = "; ".join(f"{s.name} {answer(s.result)}" for s in sorted(found.slices, key=size))
    what = ("category", "categories") if paired else ("pair of groups", "pairs of groups")
    return Figure(
        name=f"slices-{found.by}",
        title=_slices_title(found),
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
        table=_slices_table(found),
    )


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _slices_title(found: Slices) -> str:
    months = [size(s) for s in found.slices]
    if not found.paired:
        return f"Open and closed models of both sides: {span(min(months), max(months))}"
    if len(months) == 1:
        return f"One category: {answer(found.slices[0].result)}"
    follower = noun(found.follower_group)
    text = f"{follower} is {span(min(months), max(months))} over {len(months)} categories"
    return text[:1].upper() + text[1:]


def _slices_table(found: Slices) -> Table:
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


def _grid_shares(grid: Grid) -> Table:
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
PARTS = {
    "influence": "What the headline rests on is left out",
    "flip": "The flip test is left out",
    "grid": "The grid of specifications is left out",
}


def sensitivity(material: Material) -> Section:
    """Influence, flip test and grid, each or the reason why not."""
    checks = material.checks
    figures: list[Figure] = []
    tables: list[Table] = []
    prose = ["How far the headline depends on single models, tags and dates, and on how one asks."]
    if checks.influence is not None:
        prose.append(checks.influence.sentence())
        figures.append(_sensitivity_figure(checks.influence))
    if checks.grid is not None:
        prose.append(checks.grid.sentence())
        figures.append(_grid_figure(checks.grid))
        tables += [_grid_shares(checks.grid), _grid_rules(checks.grid)]
    if checks.flip is not None:
        prose.append(
            "The flip test says how little would have to change for the day's distance (current) "
            "to be another one: the fewest models, tags, dates or points of rating."
        )
        tables.insert(0, _flip_table(checks.flip))
    notes = [f"{w}: {checks.missing[k]}." for k, w in PARTS.items() if k in checks.missing]
    if checks.grid is not None:
        said = (n for n in checks.grid.notes() if not n.startswith("left out by rule"))
        notes += [f"{note[:1].upper()}{note[1:]}." for note in said]
    return Section("sensitivity", "Sensitivity", prose, figures, tables, after=notes)


def _sensitivity_figure(found: Influence) -> Figure:
    headline = found.headline
    spread = "; ".join(f"{c.words} {directed(c.months or 0.0)}" for c in found.top) or "none"
    return Figure(
        name="influence",
        title=influence_title(found),
        alt=(
            f"Dots with intervals: the headline, {headline.figure()}, and what it would be after "
            f"the single changes that move it most: {spread}. All changes are in "
            f"data/influence.csv."
        ),
        caption=(
            f"Each row leaves out one lab, model or vintage, or moves one release by a month, and "
            f"estimates everything anew with {headline.n_draws:,} draws; bar: "
            f"{headline.level:.0%} measurement interval. These are the "
            f"{len(found.top)} that matter most of {len(found.cases):,}."
        ),
        draw=partial(plots.influence, found),
        table=_influence_table(found),
    )


def _influence_table(found: Influence) -> Table:
    number = decimals(1)
    columns = (
        Column("words", "Change", "what is left out or moved"),
        Column("answer", "Lag then", "with its direction in words"),
        Column("measurement", "Measurement interval", "in words; only where estimated anew"),
        Column("kind", "", "lab, model, vintage or date", in_page=False),
        Column("name", "", "of what", in_page=False),
        Column("months", "", "positive: the follower is behind; empty: no answer", "months",
               number, in_page=False),
        Column("change", "", "months less those of the headline", "months", in_page=False),
        Column("low", "", "of the interval; empty: unbounded or not estimated", "months",
               in_page=False),
        Column("high", "", "of the interval; empty: unbounded or not estimated", "months",
               in_page=False),
        Column("refused", "", "why there is no answer", in_page=False),
    )  # fmt: skip
    cases = found.to_dict()["cases"]
    for row, case in zip(cases, found.cases, strict=True):
        row["answer"] = None if case.months is None else directed(case.months)
        row["measurement"] = None if case.result is None else compact(row["low"], row["high"])
    return Table(
        "influence", "The single changes that move the headline most (the CSV has every one tried)",
        columns, rows_of(columns, cases), tuple(range(len(found.top))),
        n_draws=found.headline.n_draws, snapshots=found.headline.snapshots,
    )  # fmt: skip


def _flip_table(found: Flip) -> Table:
    columns = (
        Column("target", "Would be", "where the day's distance is to get"),
        Column("least", "It takes", "the least that does it, in this currency"),
        Column("words", "For example", "one of the smallest changes"),
        Column("answer", "Lag then", "with its direction in words"),
        Column("anew_words", "Estimated anew", "with everything estimated again"),
        Column("kind", "", "models, countries, openness, dates or points", in_page=False),
        Column("size", "", "how many, or how many points; empty: none found", in_page=False),
        Column("searched", "", "largest number searched for; empty: no limit", in_page=False),
        Column("ways", "", "how many smallest changes there are", in_page=False),
        Column("months", "", "at the posterior as it is; positive: behind", "months",
               in_page=False),
        Column("anew", "", "estimated anew; positive: behind", "months", in_page=False),
        Column("low", "", "of its measurement interval; empty: unbounded", "months",
               in_page=False),
        Column("high", "", "of its measurement interval; empty: unbounded", "months",
               in_page=False),
    )  # fmt: skip
    rows = found.rows()
    shown, seen = [], set()
    for place, row in enumerate(rows):
        one, many = NOUNS[row["kind"]]
        if row["size"] is None:
            most = row["searched"]
            row["least"] = f"no number of {many}" if most is None else (
                f"more than {most:g} {many}" if most else f"no {one} to change"
            )  # fmt: skip
        elif row["kind"] == "points":
            row["least"] = f"{row['size']:.1f} {many}"
        else:
            row["least"] = f"{row['size']:g} {one if row['size'] == 1 else many}"
        row["answer"] = None if row["months"] is None else directed(row["months"])
        row["anew_words"] = None if row["anew"] is None else directed(row["anew"])
        if (row["target"], row["kind"]) not in seen:
            seen.add((row["target"], row["kind"]))
            shown.append(place)
    return Table(
        "flip", "The least that would move the day's distance (the CSV has further ways)", columns,
        rows_of(columns, rows), tuple(shown), n_draws=found.headline.n_draws,
        snapshots=found.headline.snapshots,
    )  # fmt: skip


def claims(material: Material) -> Section:
    """Every packaged claim with both our figures and the verdict."""
    found = material.checks.claims
    if found is None:
        why = material.checks.missing["claims"]
        return Section("claims", "Claims", (f"Published claims are left out: {why}.",))
    prose = (
        f"What others have said of the lag, tested as they most plausibly meant it: with the "
        f"ratings of their day where the archive has them, and with the newest. {found.sentence()}",
        RULE,
    )
    timed = [a for a in found.assessments if a.claim.kind == "months"]
    table = _claims_table(found)
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
            f"with the ratings of the day, else with the newest; its bar: {found.level:.0%} "
            f"interval from {found.n_draws:,} draws. A row without a dot cannot be tested with "
            f"this archive. Claims in Elo, percent or places are in the table."
        ),
        draw=partial(plots.claims, found, headline),
        table=table,
    )


def _who(item: Assessment) -> str:
    return f"{item.claim.who.partition(',')[0]}, {item.claim.date[:7]}"


def _claims_table(found: ClaimsReport) -> Table:
    unit = "of the kind"
    ours = []
    for basis, words in (("real_time", "ratings of its day"), ("hindsight", "the newest ratings")):
        ours += [
            Column(f"{basis}_board", "", f"board, {words}", in_page=False),
            Column(f"{basis}_vintage", "", f"their date, {words}", "ISO date", in_page=False),
            Column(f"{basis}_value", "", f"our figure, {words}", unit, in_page=False),
            Column(f"{basis}_low", "", f"lower end, {words}; empty: unbounded", unit,
                   in_page=False),
            Column(f"{basis}_high", "", f"upper end, {words}; empty: unbounded", unit,
                   in_page=False),
            Column(f"{basis}_probability", "", f"that the range holds, {words}", in_page=False),
            Column(f"{basis}_verdict", "", f"verdict, {words}", in_page=False),
        ]  # fmt: skip
    columns = (
        Column("who", "Who", "who said it"),
        Column("date", "When", "when it was said", "ISO date"),
        Column("claimed", "Claimed", "the range as it is tested"),
        Column("real_time", "Of its day", "our figure with the ratings of the day"),
        Column("hindsight", "Newest", "our figure with the newest ratings"),
        Column("holds", "Holds", "probability that the claimed range holds"),
        Column("verdict", "Verdict", "by the rule above the figure"),
        Column("key", "", "key of the claim", in_page=False),
        Column("about", "", "the day it speaks of", "ISO date", in_page=False),
        Column("follower", "", "group said to follow", in_page=False),
        Column("leader", "", "group said to lead", in_page=False),
        Column("category", "", "category of the board", in_page=False),
        Column("kind", "", "months, elo, percent, rank or change", in_page=False),
        Column("low", "", "least that was claimed; empty: open", unit, in_page=False),
        Column("high", "", "most that was claimed; empty: open", unit, in_page=False),
        Column("meant", "", "estimand they most plausibly meant", in_page=False),
        Column("where", "", "where it is read", in_page=False),
        Column("verified", "", "whether it was read there", in_page=False),
        Column("rests_on", "", "ratings the verdict rests on", in_page=False),
        Column("why", "", "why this verdict", in_page=False),
        *ours,
    )  # fmt: skip
    frame = found.to_frame().astype(object)
    rows: list[dict[str, Any]] = []
    for values, item in zip(frame.to_numpy(), found.assessments, strict=True):
        decided = item.deciding
        rows.append(
            dict(zip(frame.columns, values, strict=True)) | {
                "claimed": item.claim.range_words(), "why": item.why,
                "real_time": item.real_time.figure() or "not testable",
                "hindsight": item.hindsight.figure() or "not testable",
                "holds": "–" if decided is None else share(decided.probability or 0.0),
            }
        )  # fmt: skip
    return Table(
        "claims", "Every claim", columns, rows_of(columns, rows), n_draws=found.n_draws,
        snapshots=of_claims(found),
    )  # fmt: skip
