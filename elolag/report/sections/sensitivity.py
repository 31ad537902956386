"""How far the number rests on single models, tags and dates, and on the choice of the question."""

from __future__ import annotations

from functools import partial

from elolag import plots
from elolag.plots.figures import influence_title
from elolag.report.content import Column, Figure, Section, Table, decimals
from elolag.report.material import Material
from elolag.report.sections import _grid_chart
from elolag.report.sections._cells import rows_of
from elolag.results.words import compact, directed
from elolag.robustness.edits import Influence
from elolag.robustness.tipping_point import NOUNS, Flip

#: Parts of the section by name, as they are said to be missing.
PARTS = {
    "influence": "What the headline rests on is left out",
    "flip": "The flip test is left out",
    "grid": "The grid of specifications is left out",
}


def build(material: Material) -> Section:
    """Influence, flip test and grid, each or the reason why not."""
    checks = material.checks
    figures: list[Figure] = []
    tables: list[Table] = []
    prose = ["How far the headline depends on single models, tags and dates, and on how one asks."]
    if checks.influence is not None:
        prose.append(checks.influence.sentence())
        figures.append(_figure(checks.influence))
    if checks.grid is not None:
        prose.append(checks.grid.sentence())
        figures.append(_grid_chart.figure(checks.grid))
        tables += [_grid_chart.shares(checks.grid), _grid_chart.rules(checks.grid)]
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


def _figure(found: Influence) -> Figure:
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
