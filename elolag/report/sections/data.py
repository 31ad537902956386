"""What the estimate was made from: snapshots and their checks, tags and their quality."""

from __future__ import annotations

from collections import Counter

from elolag.report.content import Section
from elolag.report.material import Material
from elolag.results.provenance import Origin
from elolag.results.table import Cell, Column, Table
from elolag.results.words import noun
from elolag.tags import Tag

#: What a tag's note holds where a fact could not be confirmed.
UNVERIFIED = "unverified"


def build(material: Material) -> Section:
    """Snapshots, tag counts, and the evidence behind the records of the answer."""
    panel, result = material.study.panel, material.headline
    points = [
        ("Ratings:", f"{result.board}, category {result.category}, of {result.vintage}, linked to "
         f"{len(panel.snapshots) - 1} older vintages for models that have left the board."),
        ("Models:", _models(material)),
        ("Dates:", _dates(material.study.cast.tags)),
        ("Unverified facts:", _unverified(material)),
        ("Not counted:", f"{len(panel.untagged)} entries without a tag and {len(panel.unknown)} "
         f"that cannot be attributed to a lab."),
    ]  # fmt: skip
    prose = (
        "Country is the headquarters of the controlling parent on the release date; openness is "
        "dated. Every tag is a row with its evidence; every snapshot is hashed and checked before "
        "it is kept.",
    )
    notes = [f"{note[:1].upper()}{note[1:]}." for note in result.notes]
    return Section(
        "data", "Data, tags and their quality", prose,
        tables=(_snapshots(material), _evidence(material)), points=points, after=notes,
    )  # fmt: skip


def _models(material: Material) -> str:
    result = material.headline
    parts = []
    for group in (result.leader_group, result.follower_group):
        models = {m.model for m in result.models if m.group == group}
        counted = [material.tag(m) for m in models]
        labs = {tag.lab for tag in counted if tag is not None}
        parts.append(f"{len(models)} of {noun(group)} from {len(labs)} labs")
    return " and ".join(parts) + "."


def _dates(tags: tuple[Tag, ...]) -> str:
    to_day = sum(tag.precision == "day" for tag in tags)
    basis = Counter(tag.date_basis for tag in tags)
    named = ", ".join(f"{name} {count}" for name, count in basis.most_common())
    return (
        f"{to_day} of {len(tags)} releases are known to the day, the others to the month; by "
        f"{named}."
    )


def _unverified(material: Material) -> str:
    marked = [
        tag.model
        for tag in material.study.cast.tags
        if UNVERIFIED in material.tables.models[tag.model].note.lower()
    ]
    labs = {tag.lab for tag in material.study.cast.tags}
    where = sorted(
        lab
        for lab in labs
        if any(UNVERIFIED in row.note.lower() for row in material.tables.labs.get(lab, ()))
    )
    return (
        f"{len(marked)} models and {len(where)} labs of this estimate carry the mark "
        f"“unverified” in their tags."
    )


def _snapshots(material: Material) -> Table:
    columns = (
        Column("vintage", "Vintage", "date of publication", "ISO date"),
        Column("path", "Snapshot", "board and vintage in the archive", in_page=False),
        Column("source", "Source", "route by which the board came"),
        Column("licence", "Licence", "as the source states it"),
        Column("completeness", "List", "full, or the first so many rows",
               in_page=False),
        Column("entries", "Entries", "rows that the estimate uses", "entries", figures=True),
        Column("checks", "Checks", "passed of those made", figures=True),
        Column("failed", "Not passed", "optional checks that did not pass"),
        Column("sha256", "SHA-256", "of the snapshot's manifest", "", lambda v: str(v)[:16]),
    )  # fmt: skip
    counts = Counter(material.study.panel.placed.table["vintage"])
    rows: list[tuple[Cell, ...]] = []
    for snapshot in material.study.panel.snapshots:
        checks = snapshot.facts.get("checks", [])
        failed = [str(check["name"]) for check in checks if not check["passed"]]
        passed = f"{len(checks) - len(failed)} of {len(checks)}"
        rows.append(
            (snapshot.vintage, snapshot.path, snapshot.source, Origin.of(snapshot).licence,
             snapshot.completeness, int(counts[snapshot.vintage]), passed,
             ", ".join(failed) or "none", snapshot.sha256)
        )  # fmt: skip
    return Table("snapshots", "Snapshots the ratings come from, newest first", columns, tuple(rows))


def _first(evidence: Cell) -> str:
    """The first of several references, and how many follow."""
    found = str(evidence).split(" ; ")
    return found[0] + (f" (and {len(found) - 1} more in the CSV)" if len(found) > 1 else "")


def _evidence(material: Material) -> Table:
    """The tags of both sides' best models and of every likely match."""
    result = material.headline
    named = [result.follower.model, result.leader_best.model]
    named += [match.model for match in result.likely_matches()]
    columns = (
        Column("model", "Model", "as tagged"),
        Column("lab", "Lab", "who released it"),
        Column("country", "Country", "ISO 3166, of the controlling parent at release"),
        Column("released", "Released", "release date", "ISO date"),
        Column("basis", "Known by", "what the date rests on"),
        Column("weights", "Weights", "date of open weights", "ISO date", in_page=False),
        Column(
            "evidence",
            "Evidence",
            "where the tag comes from, parted by semicolons",
            "",
            _first,
            long=True,
        ),
    )
    rows: list[tuple[Cell, ...]] = []
    for model in dict.fromkeys(named):
        tag, row = material.tag(model), material.tables.models[model]
        rows.append(
            (model, material.lab(model), tag.country if tag else None, row.release_date,
             f"{row.date_basis}, to the {row.precision}", row.weights_date or None, row.evidence)
        )  # fmt: skip
    return Table("evidence", "Tags of the models the answer names", columns, tuple(rows))
