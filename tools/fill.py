"""What one route prints and another leaves out: intervals, votes and ranks of the same figures.

The community history of early vintages holds ratings to many digits without intervals or votes;
the copies of the same publications hold whole points with both; catalog files have no votes. The
more precise ratings are kept and the columns they lack altogether come from the twin, entry by
entry, where the names agree and the rating is the same after rounding. The manifest says which
columns were filled, from where, in how many rows.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from elolag.archive.candidates import Candidate
from elolag.archive.listing import _SLACK

if TYPE_CHECKING:
    import pandas as pd

#: Columns a twin may supply; each moves with its row, never alone.
COLUMNS = ("lower", "upper", "votes", "rank")


def filled(best: Candidate, twins: Sequence[Candidate]) -> tuple[Candidate, dict[str, Any] | None]:
    """Complete `best` from the first twin that can; the candidate to store, and what was done.

    Returns
    -------
    Candidate, dict or None
        `best` itself and None where there is nothing to fill.
    """
    ratings = best.tables.get("ratings")
    if ratings is None:
        return best, None
    lacking = [column for column in COLUMNS if ratings[column].isna().all()]
    for twin in twins:
        other = twin.tables.get("ratings")
        if other is None:
            continue
        given = [column for column in lacking if other[column].notna().any()]
        if not {"lower", "votes"} & set(given):
            continue
        table, rows = _joined(ratings, _names(best), other, _names(twin), given)
        if rows:
            return _rebuilt(best, twin if "lower" in given else best, table), {
                "columns": given,
                "from": twin.source,
                "rows": rows,
            }
    return best, None


def _names(candidate: Candidate) -> dict[str, str]:
    """Human name of each entry; the entry itself where there is none."""
    entries = candidate.tables["entries"]
    return {e: n or e for e, n in zip(entries["entry"], entries["name"].fillna(""), strict=True)}


def _joined(
    ratings: pd.DataFrame,
    names: dict[str, str],
    other: pd.DataFrame,
    other_names: dict[str, str],
    given: Sequence[str],
) -> tuple[pd.DataFrame, int]:
    """`ratings` with the columns `given` by `other` where name and rounded rating agree."""
    import pandas as pd

    key, columns = ["category", "name"], ["rating", *COLUMNS]
    named = other.assign(name=other["entry"].map(other_names))[[*key, *columns]]
    # A name shown twice says nothing of which row is which.
    named = named.drop_duplicates(key, keep=False)
    mine = ratings[["category"]].assign(name=ratings["entry"].map(names))
    found = mine.merge(named, on=key, how="left", validate="many_to_one")
    shift = ratings["rating"].to_numpy(float) - found["rating"].to_numpy(float)
    same = np.abs(shift) <= 0.5 + _SLACK
    table = ratings.reset_index(drop=True)
    # A rounded interval around a rounded rating moves with it to the precise one.
    for column in {"lower", "upper"} & set(given):
        moved = (found[column].astype(float) + shift).round(2)
        table[column] = table[column].where(~same, moved)
    for column in {"votes", "rank"} & set(given):
        table[column] = pd.Series(found[column], dtype="Int64").where(same)
    return table, int(same.sum())


def _rebuilt(best: Candidate, interval: Candidate, table: pd.DataFrame) -> Candidate:
    publication = dataclasses.replace(
        best.publication,
        tables={**best.tables, "ratings": table},
        interval_kind=interval.publication.interval_kind,
        interval_level=interval.publication.interval_level,
    )
    return Candidate(best.route, publication, best.retrieval, best.checks, filled=True)
