"""From a figure to bytes: where each model that decides it stands, in which file, and says who."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import Any

from elolag.archive import Snapshot
from elolag.dates import known
from elolag.errors import EstimateError, UsageError
from elolag.estimate.session import Study
from elolag.results.lag import LagResult
from elolag.results.provenance import Origin
from elolag.results.table import Column, Result, Table
from elolag.results.verdict import ModelPoint
from elolag.tags import Lookup


@dataclass(frozen=True)
class _Traced:
    """One model of a result, followed to the bytes.

    Attributes
    ----------
    role
        What it is in the result.
    model, entry
        Its key, and its best entry.
    rating, sd
        What the figure rests on: posterior mean and standard deviation.
    placed
        The entry on the newest list's scale, before the posterior.
    path, sha256
        The snapshot whose list the entry is taken from, and the hash of its manifest.
    file_sha256, line, row
        Of its ``ratings.csv``: the hash, the number of the line (the header is 1) and its text.
    vintage
        The list's date.
    tag, alias
        The rows of the tags: who, when, says who; and the one that ties the entry to the model.
    """

    role: str
    model: str
    entry: str
    rating: float
    sd: float
    placed: float
    path: str
    sha256: str
    file_sha256: str
    line: int
    row: str
    vintage: str
    tag: str
    evidence: str
    lab: str
    alias: str

    def rows(self) -> list[tuple[str, str]]:
        """As (quantity, value) pairs."""
        return [
            (self.role, f"{self.model}, as {self.entry}"),
            ("rating", f"{self.rating:.1f}, standard deviation {self.sd:.1f}"),
            ("on the newest scale", f"{self.placed:.1f}, taken from the list of {self.vintage}"),
            ("snapshot", f"{self.path}  sha256 {self.sha256}"),
            ("file", f"ratings.csv  sha256 {self.file_sha256}"),
            (f"line {self.line}", self.row),
            ("alias", self.alias),
            ("tag", self.tag),
            ("lab", self.lab),
            ("evidence", self.evidence),
        ]


@dataclass(frozen=True)
class Trace(Result):
    """The models that decide a result, each followed to the bytes and to what says who made it."""

    said_of: str
    models: tuple[_Traced, ...]
    snapshots: tuple[tuple[str, str], ...]
    origins: tuple[Origin, ...] = field(default=(), repr=False)

    def sentence(self) -> str:
        """What is traced."""
        return f"What this rests on: {self.said_of}"

    def table(self) -> Table:
        """One row per model and quantity."""
        columns = (
            Column("role", "Role", "what it is in the result", in_page=False),
            Column("model", "Model", "its key"),
            Column("what", "What", "quantity"),
            Column("value", "Value", "what is known", long=True),
        )
        rows = [
            {"role": m.role, "model": m.model, "what": what, "value": value}
            for m in self.models
            for what, value in m.rows()
        ]
        return Table.of("trace", "From the figure to bytes and evidence", columns, rows)

    def to_dict(self) -> dict[str, Any]:
        """As one JSON object."""
        return {"schema": 1, "models": [vars(m) for m in self.models]}


def trace(study: Study, result: LagResult, lookup: Lookup) -> Trace:
    """Follow the best of the side that is behind, and the bracket it stands in, to the bytes.

    Parameters
    ----------
    study
        The study that `result` comes from.
    result
        Of any estimand; the models are those of its day.
    lookup
        The tags the study was read with.

    Raises
    ------
    UsageError
        A board of one's own, whose table is what there is.
    """
    panel, day = study.panel, result.day
    lists = {s.vintage: s for s in panel.snapshots if s.board == panel.board}
    if not panel.snapshots[0].manifest["resources"]:
        raise UsageError("--explain follows a figure into the archive; your own table is the data")
    roles: list[tuple[str, ModelPoint | None]] = [
        ("best of the side behind", day.best),
        ("last one below it", day.above),
        ("first at or above it", day.below),
        ("best of the other side", day.rival),
    ]
    seen: dict[str, _Traced] = {}
    for role, point in roles:
        if point is not None and point.model not in seen:
            seen[point.model] = _followed(role, point, study, lists, lookup)
    used = {m.path: m.sha256 for m in seen.values()}
    return Trace(result.sentence(), tuple(seen.values()), tuple(used.items()), study.origins)


def _followed(
    role: str, point: ModelPoint, study: Study, lists: dict[str, Snapshot], lookup: Lookup
) -> _Traced:
    table = study.panel.placed.table
    row = table[(table["model"] == point.model) & (table["entry"] == point.entry)].iloc[0]
    snapshot = lists[str(row["vintage"])]
    data = snapshot.read_bytes("ratings")
    line, text = _line(data, study.panel.category, point.entry, snapshot.path)
    resource = next(r for r in snapshot.manifest["resources"] if r["name"] == "ratings")
    tag = lookup.tables.models[point.model]
    names = dict(snapshot.entries().set_index("entry")["name"].fillna(""))
    alias = lookup.alias(snapshot.source, point.entry, names.get(point.entry, ""))
    if alias is None:
        raise EstimateError("an entry that counts has no alias")
    effort = f", effort {alias.effort}" if alias.effort else ""
    lab = lookup.tables.lab(tag)
    return _Traced(
        role=role,
        model=point.model,
        entry=point.entry,
        rating=point.rating,
        sd=point.sd,
        placed=float(row["rating"]),
        path=snapshot.path,
        sha256=snapshot.sha256,
        file_sha256=str(resource["hash"]).removeprefix("sha256:"),
        line=line,
        row=text,
        vintage=snapshot.vintage,
        tag=(
            f"{tag.lab}, released {known(tag.release_date)} (known to the {tag.precision}, by "
            f"{tag.date_basis})"
            + (f", first listed {point.listed}" if point.listed else "")
            + (f", weights {known(tag.weights_date)}" if tag.weights_date else "")
        ),
        evidence=tag.evidence,
        lab=f"{lab.name}, {lab.country} ({lab.evidence})",
        alias=f"{alias.source}: {alias.entry} is {alias.model}{effort}",
    )


def _line(data: bytes, category: str, entry: str, path: str) -> tuple[int, str]:
    """Number and text of an entry's line in the bytes of a ``ratings.csv``."""
    for number, text in enumerate(data.decode().splitlines(), 1):
        cells = next(csv.reader(io.StringIO(text)))
        if cells[:2] == [category, entry]:
            return number, text
    raise EstimateError(f"{path}/ratings.csv: no line of {category}, {entry}")
