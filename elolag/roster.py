"""Who races: from linked entries and the dates of their models to the arrays of a `Field`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from elolag.posterior import Field
from elolag.vintages import ROOT
from elolag.young import YoungDrift

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Roster:
    """The models of a board as their tags have them, ordered by release and name.

    Attributes
    ----------
    models
        Names, shape (M,).
    released, country
        Day of release, and a number for the country of each.
    lead_from, follow_from
        Days from which each counts for a group; inf never.
    month_start, month_end
        Bounds of a release known to the month, in days; NaN where the day is known.
    """

    models: tuple[str, ...]
    released: Floats
    country: NDArray[np.intp]
    lead_from: Floats
    follow_from: Floats
    month_start: Floats
    month_end: Floats

    def only(self, keep: NDArray[np.intp]) -> Roster:
        """The models at these positions."""
        return Roster(
            tuple(self.models[k] for k in keep),
            self.released[keep],
            self.country[keep],
            self.lead_from[keep],
            self.follow_from[keep],
            self.month_start[keep],
            self.month_end[keep],
        )

    def field(self, table: pd.DataFrame, drift: YoungDrift | None) -> tuple[Field, pd.DataFrame]:
        """Put the linked entries of these models in order, the young ones' errors widened.

        Parameters
        ----------
        table
            Of `vintages.Placed`, every ``se`` known. Entries of other models are left out, and
            models without an entry too.
        drift
            How much young entries still move; None for not at all.

        Returns
        -------
        Field, pandas.DataFrame
            The arrays, and the rows of `table` they came from, in the same order.
        """
        rated = set(table["model"])
        held = self.only(np.array([k for k, m in enumerate(self.models) if m in rated], np.intp))
        number = {m: k for k, m in enumerate(held.models)}
        order = table["model"].map(number)
        rows = table.assign(order=order)[order.notna()]
        rows = rows.sort_values(["order", "entry"], kind="stable", ignore_index=True)
        variance = (rows["se"] ** 2).to_numpy(float)
        if drift is not None:
            variance = variance + drift.variance(rows["votes"], rows["se"])
        field = Field(
            rating=rows["rating"].to_numpy(float),
            variance=variance,
            link=rows["link"].to_numpy(np.intp),
            link_root=rows[list(ROOT)].to_numpy(float),
            drift=rows["drift"].to_numpy(float),
            model=rows["order"].to_numpy(np.intp),
            released=held.released,
            country=held.country,
            lead_from=held.lead_from,
            follow_from=held.follow_from,
            month_start=held.month_start,
            month_end=held.month_end,
        )
        return field, rows.drop(columns="order")
