"""Published claims, against the ratings of their day and the newest."""

from __future__ import annotations

from elolag.claims import RULE, SCOPE, Assessment, ClaimsReport
from elolag.report.content import Figure, Section
from elolag.report.drawing import NARROW, WIDE
from elolag.report.material import Material
from elolag.report.sections._dots import Dot, dots
from elolag.results.table import Table

#: Room for who said it and when, in pixels.
NAMES = 232


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
    shown = ("who", "date", "claimed", "real_time", "hindsight", "holds", "verdict")
    table = found.table().showing(*shown)
    if not timed:
        return Section("claims", "Claims", prose, tables=(table,), after=(SCOPE,))
    return Section("claims", "Claims", prose, (_figure(found, timed, table),), after=(SCOPE,))


def _figure(found: ClaimsReport, timed: list[Assessment], table: Table) -> Figure:
    tested = [a for a in timed if a.deciding is not None]
    fine = sum(a.verdict == "consistent" for a in tested)
    title = f"Of {len(tested)} testable claims in months the ratings allow {fine}"
    rows = [_row(a) for a in timed]
    spread = "; ".join(f"{_who(a)} {a.claim.range_words()}, {a.verdict}" for a in timed)
    return Figure(
        name="claims",
        title=title if tested else "None of the claims in months can be tested here",
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
        wide=dots(rows, WIDE, NAMES, "the follower"),
        narrow=dots(rows, NARROW, NAMES, "the follower"),
        table=table,
        margin=NAMES,
    )


def _who(item: Assessment) -> str:
    return f"{item.claim.who.partition(',')[0]}, {item.claim.date[:7]}"


def _row(item: Assessment) -> Dot:
    claim, ours = item.claim, item.deciding
    return Dot(
        f"{_who(item)}: {claim.follower} / {claim.leader}",
        item.verdict if ours else "not testable",
        ours.value if ours else None,
        ours.low if ours else None,
        ours.high if ours else None,
        said=(claim.low, claim.high),
        tooltip={
            "Claim": claim.key,
            "Claimed": claim.range_words(),
            "Ours": ours.figure() if ours else "not testable",
            "Interval": ours.interval_words() if ours else "none",
            "Verdict": item.verdict,
        },
    )
