"""How far the number rests on single models, tags and dates, and on the choice of the question."""

from __future__ import annotations

from elolag.report.content import Figure, Section
from elolag.report.drawing import NARROW, WIDE
from elolag.report.material import Material
from elolag.report.sections import _grid_chart
from elolag.report.sections._dots import Dot, dots
from elolag.results.table import Table
from elolag.results.words import directed, noun, span
from elolag.robustness.edits import Case, Influence

#: Room for the words of a change, in pixels.
NAMES = 268
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
        tables += [checks.grid.table(), _grid_chart.rules(checks.grid)]
    if checks.flip is not None:
        prose.append(
            "The flip test says how little would have to change for the day's distance (current) "
            "to be another one: the fewest models, tags, dates or points of rating."
        )
        tables.insert(0, checks.flip.table())
    notes = [f"{w}: {checks.missing[k]}." for k, w in PARTS.items() if k in checks.missing]
    if checks.grid is not None:
        said = (n for n in checks.grid.notes() if not n.startswith("left out by rule"))
        notes += [f"{note[:1].upper()}{note[1:]}." for note in said]
    return Section("sensitivity", "Sensitivity", prose, figures, tables, after=notes)


def _figure(found: Influence) -> Figure:
    headline = found.headline
    months = [c.months for c in found.top if c.months is not None]
    ends = [*months, *([] if headline.months is None else [headline.months])]
    title = "No single lab, model, vintage or date moves the headline"
    if months:
        title = f"One change of data moves the lag to {span(min(ends), max(ends))}"
    rows = [
        Dot("the headline", _short(headline.months), headline.months, *headline.ends_given,
            bare=bool(headline.no_interval()), strong=True,
            tooltip=_tooltip("none", headline.figure(), headline.interval_words())),
        *(_row(case) for case in found.top),
    ]  # fmt: skip
    who = noun(headline.follower_group).removeprefix("the ")
    spread = "; ".join(f"{c.words} {directed(c.months or 0.0)}" for c in found.top) or "none"
    return Figure(
        name="influence",
        title=title,
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
        wide=dots(rows, WIDE, NAMES, who),
        narrow=dots(rows, NARROW, NAMES, who),
        table=found.table(),
        margin=NAMES,
    )


def _row(case: Case) -> Dot:
    low, high = case.result.ends_given if case.result else (None, None)
    bare = case.result is not None and case.result.no_interval() is not None
    interval = case.result.interval_words() if case.result else "not estimated"
    words = directed(case.months or 0.0)
    return Dot(case.words, _short(case.months), case.months, low, high, bare=bare,
               tooltip=_tooltip(case.words, words, interval))  # fmt: skip


def _short(months: float | None) -> str:
    return directed(months or 0.0).replace(" months", "")


def _tooltip(change: str, lag: str, interval: str) -> dict[str, str]:
    return {"Change": change, "Lag then": lag, "Interval": interval}
