"""The best model of each side over time, and the lag between them as a bracket."""

from __future__ import annotations

from functools import partial
from statistics import NormalDist
from typing import Any

from elolag import plots
from elolag.dates import DAYS_PER_MONTH, to_day, to_iso
from elolag.plots.style import SIDES, finding, roles
from elolag.report.content import Column, Figure, Section, Table, decimals
from elolag.report.material import Material
from elolag.results.lag import LagResult
from elolag.results.verdict import SETTLED_VOTES
from elolag.results.words import adjective, noun

#: Months shown.
SHOWN_MONTHS = 24.0


def build(material: Material) -> Section:
    """The frontier chart with its table."""
    result = material.headline
    start = to_day(result.as_of) - SHOWN_MONTHS * DAYS_PER_MONTH
    rows = _rows(material, to_iso(start))
    leader, follower = noun(result.leader_group), noun(result.follower_group)
    sides = roles(result.leader_group, result.follower_group)
    figure = Figure(
        name="frontier",
        title=finding(result),
        alt=_alt(result, rows),
        caption=(
            f"Lines: the best rating reached by each side so far; each step is a record. Bars: "
            f"{result.level:.0%} interval of a record's rating. Faint marks: the other models. "
            f"Open marks: records of under {SETTLED_VOTES:,} votes. {_bracket_words(result)} The "
            f"distance in height is the gap, not the lag."
        ),
        draw=partial(plots.frontier, result),
        table=_table(result, rows),
        toggles=dict(zip((SIDES[role] for role in sides), (leader, follower), strict=True)),
    )
    best, other = result.follower, result.leader_best
    prose = (
        f"A frontier is the highest rating any model of a group had reached by a date. The lag is "
        f"read along the horizontal: from the day the {adjective(result.leader_group)} frontier "
        f"first stood at a level to the day that is asked. The best "
        f"{adjective(result.follower_group)} model is {best.model} ({best.rating:.1f}); the best "
        f"{adjective(result.leader_group)} one {other.model} ({other.rating:.1f})."
    )
    return Section("frontier", "The two frontiers", (prose,), (figure,))


def _bracket_words(result: LagResult) -> str:
    """What the bracket of the chart is."""
    if result.estimand == "average":
        return "Bracket: the two records that the best of the side behind stood between on the day."
    return (
        f"Bracket: the lag, drawn at the level of the side that is behind; the thick part is its "
        f"{result.level:.0%} measurement interval."
    )


def _alt(result: LagResult, rows: list[dict[str, Any]]) -> str:
    return (
        f"Line chart of the best rating reached so far by {noun(result.leader_group)} and by "
        f"{noun(result.follower_group)}, {min(r['date'] for r in rows)} to {result.as_of}. "
        f"{noun(result.leader_group)} stands at {result.leader_best.rating:.0f}, "
        f"{noun(result.follower_group)} at {result.follower.rating:.0f}. {finding(result)}. "
        f"All points are in the table below the chart."
    )


def _rows(material: Material, since: str) -> list[dict[str, Any]]:
    """Every model shown, one row for each side it counts for."""
    result = material.headline
    z = NormalDist().inv_cdf((1 + result.level) / 2)
    rows = []
    for side, group in enumerate((result.leader_group, result.follower_group)):
        records = {m.model for m in result.records(group)}
        for m in result.models:
            if m.group != group or not since <= m.counts_from <= result.as_of:
                continue
            rows.append(
                {
                    "side": side, "group": noun(group), "model": m.model, "entry": m.entry,
                    "lab": material.lab(m.model), "date": m.counts_from,
                    "released": m.release_date, "rating": m.rating,
                    "low": m.rating - z * m.sd, "high": m.rating + z * m.sd,
                    "record": m.model in records,
                    "early": result.provisional_rating(m),
                }
            )  # fmt: skip
    return sorted(rows, key=lambda r: (r["date"], r["side"], r["model"]))


def _table(result: LagResult, rows: list[dict[str, Any]]) -> Table:
    rating, points = decimals(1), result.measure.points
    columns = (
        Column("group", "Group", "the group the model counts for"),
        Column("model", "Model", "the model, as tagged"),
        Column("entry", "Entry", "its highest-rated entry on the board"),
        Column("lab", "Lab", "who released it"),
        Column("released", "Released", "release date", "ISO date"),
        Column("counts_from", "Counts from", "date from which it counts for the group",
               "ISO date", in_page=False),
        Column("rating", "Rating", "posterior mean", points, rating, figures=True),
        Column("low", "Low", f"lower end of the {result.level:.0%} interval", points,
               rating, figures=True),
        Column("high", "High", f"upper end of the {result.level:.0%} interval", points,
               rating, figures=True),
        Column("record", "Record", "whether it raised its group's frontier", "true or false"),
        Column("provisional", "Provisional", f"whether it has under {SETTLED_VOTES:,} votes yet",
               "true or false"),
    )  # fmt: skip
    cells = tuple(
        (r["group"], r["model"], r["entry"], r["lab"], r["released"], r["date"], r["rating"],
         r["low"], r["high"], r["record"], r["early"])
        for r in sorted(rows, key=lambda r: (r["date"], r["side"], r["model"]), reverse=True)
    )  # fmt: skip
    return Table("frontier", "Models of the chart, newest first", columns, cells)
