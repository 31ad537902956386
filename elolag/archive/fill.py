"""What one route prints and another leaves out: intervals, votes and ranks of the same figures.

The community history of early vintages holds ratings to many digits without intervals or votes;
the copies of the same publications hold whole points with both. The precise ratings are kept and
the missing columns come from the twin, entry by entry, where the names agree and the rating is the
same after rounding. The manifest says which columns were filled, from where, in how many rows.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from elolag.archive import tables
from elolag.archive.listing import _SLACK

if TYPE_CHECKING:
    import pandas as pd

    from elolag.archive.candidates import Candidate

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
    if ratings is None or ratings[["lower", "votes"]].notna().any().any():
        return best, None
    for twin in twins:
        other = twin.tables.get("ratings")
        if other is None or not other[["lower", "votes"]].notna().any().any():
            continue
        table, rows = _joined(ratings, _names(best), other, _names(twin))
        if rows:
            return _rebuilt(best, twin, table), {
                "columns": [c for c in COLUMNS if other[c].notna().any()],
                "from": twin.source.name,
                "rows": rows,
            }
    return best, None


def _names(candidate: Candidate) -> dict[str, str]:
    """Human name of each entry; the entry itself where there is none."""
    entries = candidate.tables["entries"]
    return {e: n or e for e, n in zip(entries["entry"], entries["name"].fillna(""), strict=True)}


def _joined(
    ratings: pd.DataFrame, names: dict[str, str], other: pd.DataFrame, other_names: dict[str, str]
) -> tuple[pd.DataFrame, int]:
    """`ratings` with the columns of `other` where name and rounded rating agree."""
    rows = {
        (row.category, other_names[row.entry]): position
        for position, row in enumerate(other[["category", "entry"]].itertuples())
    }
    table, values = ratings.copy(), other["rating"].to_numpy(float)
    count = 0
    for position, row in enumerate(ratings[["category", "entry", "rating"]].itertuples()):
        found = rows.get((row.category, names[row.entry]))
        if found is None or abs(values[found] - row.rating) > 0.5 + _SLACK:
            continue
        for column in COLUMNS:
            table.iloc[position, table.columns.get_loc(column)] = other[column].iloc[found]
        # A rounded interval around a rounded rating, moved to the precise one.
        shift = row.rating - values[found]
        for column in ("lower", "upper"):
            at = table.columns.get_loc(column)
            table.iloc[position, at] = round(float(table.iloc[position, at]) + shift, 2)
        count += 1
    return table, count


def _rebuilt(best: Candidate, twin: Candidate, table: pd.DataFrame) -> Candidate:
    frames = {**best.tables, "ratings": tables.normalise("ratings", table)}
    publication = dataclasses.replace(
        best.publication,
        tables=frames,
        interval_kind=twin.publication.interval_kind,
        interval_level=twin.publication.interval_level,
    )
    files = {f"{name}.csv": tables.encode(name, frame) for name, frame in frames.items()}
    return dataclasses.replace(best, publication=publication, tables=frames, files=files)
