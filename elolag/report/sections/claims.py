"""Published claims, against the ratings of their day and the newest."""

from __future__ import annotations

from functools import partial
from typing import Any

from elolag import plots
from elolag.claims import RULE, SCOPE, Assessment, ClaimsReport
from elolag.plots.figures import claims_title
from elolag.report.checks import of_claims
from elolag.report.content import Column, Figure, Section, Table
from elolag.report.material import Material
from elolag.report.sections._cells import rows_of
from elolag.results.lag import LagResult
from elolag.results.words import share


def build(material: Material) -> Section:
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
    table = _table(found)
    if not timed:
        return Section("claims", "Claims", prose, tables=(table,), after=(SCOPE,))
    return Section(
        "claims",
        "Claims",
        prose,
        (_figure(material.headline, found, timed, table),),
        after=(SCOPE,),
    )


def _figure(
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


def _table(found: ClaimsReport) -> Table:
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
