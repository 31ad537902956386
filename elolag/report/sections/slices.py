"""The same question slice by slice: categories of the board, open and closed models."""

from __future__ import annotations

from elolag.estimate.compare import Slice, Slices, answer, size
from elolag.report.content import Figure, Section
from elolag.report.drawing import NARROW, WIDE
from elolag.report.material import Material
from elolag.report.sections._dots import Dot, dots
from elolag.results.words import noun, span

#: Room for the names of categories, and of pairs of groups, in pixels.
NAMES = {"category": 236, "openness": 224}


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
    who = noun(found.follower_group).removeprefix("the ") if paired else "first-named side"
    rows = _rows(found)
    names = NAMES[found.by]
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
        wide=dots(rows, WIDE, names, who),
        narrow=dots(rows, NARROW, names, who),
        table=found.table(),
        margin=names,
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


def _rows(found: Slices) -> list[Dot]:
    out: list[Dot] = []
    heading = ""
    for item in found.slices:
        if item.heading != heading:
            heading = item.heading
            out.append(Dot(heading, heading=True))
        result = item.result
        short = answer(result).replace(" months", "").replace("at least ", "≥ ")
        out.append(
            Dot(
                _name(item), short, result.months, *result.ends_given,
                bare=bool(result.no_interval()), strong=item.whole,
                tooltip={
                    "Slice": item.name, "Answer": answer(result),
                    "Interval": result.interval_words(),
                    "Best": f"{result.follower.model} / {result.leader_best.model}",
                },
            )
        )  # fmt: skip
    return out


def _name(item: Slice) -> str:
    return item.name.replace("_", " ")
