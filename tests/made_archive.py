"""A small archive on disk: boards by hand, taken as if their publisher had sent them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from elolag.archive import Payload, take_payloads
from elolag.schema import ENTRIES, RATINGS, Origin, Publication
from elolag.sources import get_source

#: Entry, rating, and half of its 95% interval; then, where it matters, organisation.
Row = tuple[str, float, float] | tuple[str, float, float, str]


def publication(
    rows: Sequence[Row], vintage: str = "2026-08-19", board: str = "arena/text"
) -> Publication:
    """A list of one board with category ``overall`` alone."""
    ratings = pd.DataFrame(
        [("overall", r[0], r[1], r[1] - r[2], r[1] + r[2], None, 20_000, None) for r in rows],
        columns=list(RATINGS),
    )
    ratings["se"] = ratings["se"].astype("float64")
    for column in ("votes", "rank"):
        ratings[column] = ratings[column].astype("Int64")
    ratings = ratings.sort_values(["rating", "entry"], ascending=[False, True], ignore_index=True)
    entries = pd.DataFrame(
        sorted((r[0], "", r[3] if len(r) > 3 else "", "") for r in rows), columns=list(ENTRIES)
    )
    return Publication(
        board=board,
        vintage=vintage,
        basis="published",
        tables={"ratings": ratings, "entries": entries},
        method="bradley-terry",
        style_control=False,
        interval_kind="variance",
        interval_level=0.95,
    )


def archive(folder: Path, *publications: Publication, accept: Sequence[str] = ()) -> Path:
    """The lists in an archive of their own; `accept` as in `take_payloads`."""
    for number, made in enumerate(publications):
        source = dataclasses.replace(
            get_source("arena-dataset"), parse=lambda _, __, made=made: [made]
        )
        payload = Payload(source, Origin("text", made.vintage), bytes([number]), made.vintage)
        (outcome,) = take_payloads(folder, [payload], accept=accept)
        assert outcome.outcome == "new", outcome
    return folder
