"""Lists of a board as tables of identified entries, and one table of where all of them stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from elolag.errors import EstimateError
from elolag.model import scale
from elolag.model.hyper import SHIPPED, Hyperparameters
from elolag.months import to_day

#: Columns of `Placed.table` that hold the factor of what the entries of a carry share.
ROOT = tuple(f"root_{k}" for k in range(scale.SHARED))
_KEPT = ["entry", "model", "rating", "se", "votes"]


@dataclass(frozen=True)
class Vintage:
    """One vintage ready to be placed.

    ``table`` is indexed by the identity that survives renames of display (model and effort
    together) and has columns ``entry, model, rating, se, votes`` (`se`, `votes` may be NaN).
    """

    date: str
    table: pd.DataFrame


@dataclass(frozen=True)
class Carried:
    """How the entries of one older list got onto the newest scale.

    Attributes
    ----------
    source
        The list's date.
    bridge
        Dates between which the other board's change was taken over; empty for none.
    gone
        The entries carried.
    carry
        The fit.
    """

    source: str
    bridge: tuple[str, ...]
    gone: tuple[str, ...]
    carry: scale.Carry


@dataclass(frozen=True)
class Placed:
    """Every entry ever rated on a board, on the newest vintage's scale.

    ``table`` columns: ``identity, entry, model, rating, se, votes, vintage, link, drift`` and
    `ROOT`. ``vintage`` is the list an entry is taken from, ``se`` its published error there (may
    be NaN), ``drift`` the scale of its own change since (of a t), ``link`` indexes
    ``carries`` (-1 for the newest vintage), and `ROOT` times three standard normals is the error
    that it shares with all entries of that carry.
    """

    newest: str
    table: pd.DataFrame
    carries: tuple[Carried, ...]


def place(
    vintages: Sequence[Vintage],
    others: Sequence[Vintage] = (),
    hyper: Hyperparameters = SHIPPED,
) -> Placed:
    """Put every entry on the scale of the last vintage (see `elolag.model.scale`).

    Parameters
    ----------
    vintages
        Of one board, oldest first; the last is the scale.
    others
        Those of the publisher's other board of the same votes, oldest first, up to the same day.
    hyper
        What the fit takes as given.

    Raises
    ------
    EstimateError
        A vintage that holds a gone model shares too few entries with the newest.
    """
    if not vintages:
        raise EstimateError("no vintage to place entries on")
    listed = np.concatenate([vintage.table.index.to_numpy(object) for vintage in vintages])
    entry, unique = pd.factorize(listed)
    identities = pd.Index(unique, name="identity", dtype=object)
    model = np.empty(len(identities), object)
    # An identity is listed many times; numpy keeps the last.
    model[entry] = np.concatenate([vintage.table["model"].to_numpy(object) for vintage in vintages])
    number = pd.factorize(model)[0].astype(np.intp)
    placed = scale.place(
        lists_of(vintages, identities),
        number,
        lists_of(others, identities) if others else None,
        hyper,
    )
    parts = []
    for column in sorted(set(placed.column.tolist()) - {-1}, reverse=True):
        rows = np.flatnonzero(placed.column == column)
        vintage = vintages[column]
        # In the order of the list: what follows is stable.
        rows = rows[np.argsort(vintage.table.index.get_indexer(identities[rows]))]
        part = vintage.table.loc[identities[rows], _KEPT].reset_index(names="identity")
        part["rating"], part["vintage"] = placed.rating[rows], vintage.date
        part["link"], part["drift"] = placed.carry[rows], placed.drift[rows]
        part[list(ROOT)] = placed.root[rows]
        parts.append(part)
    table = pd.concat(parts, ignore_index=True)
    carries = tuple(
        Carried(
            source=vintages[column].date,
            bridge=() if near < 0 else (others[near].date, others[last].date),
            gone=tuple(table.loc[table["link"] == index, "entry"]),
            carry=carry,
        )
        for index, (carry, (column, near, last)) in enumerate(
            zip(placed.carries, placed.steps, strict=True)
        )
    )
    return Placed(vintages[-1].date, table, carries)


def lists_of(vintages: Sequence[Vintage], identities: pd.Index) -> scale.Lists:
    """Ratings and errors of every list, rows in the order of `identities`."""
    shape = len(identities), len(vintages)
    tables = [vintage.table for vintage in vintages]
    listed = np.concatenate([table.index.to_numpy(object) for table in tables])
    rows = identities.get_indexer(pd.Index(listed, dtype=object))
    columns = np.repeat(np.arange(len(tables)), [len(table) for table in tables])
    here = rows >= 0
    rating, error = np.full(shape, np.nan), np.full(shape, np.nan)
    for filled, name in ((rating, "rating"), (error, "se")):
        values = np.concatenate([table[name].to_numpy(float) for table in tables])
        filled[rows[here], columns[here]] = values[here]
    return scale.Lists(np.array([to_day(v.date) for v in vintages]), rating, error)
