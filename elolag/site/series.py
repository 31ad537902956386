"""`series.csv`: one row per month, first and revised figures side by side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from elolag.results.lag import LagResult
from elolag.results.table import Column, Table

#: How a figure in months is to be read.
BOUNDS = ("figure", "at-least", "at-most", "withheld")


@dataclass(frozen=True)
class Figure:
    """A lag with its interval, unrounded.

    Attributes
    ----------
    months
        Positive: the follower is behind. None: withheld.
    low, high
        Ends of the interval; None: the draws give no such end.
    bound
        One of `BOUNDS`: whether `months` is the figure itself or only bounds it.
    """

    months: float | None
    low: float | None
    high: float | None
    bound: str = "figure"

    @classmethod
    def of(cls, result: LagResult) -> Figure:
        """The figure a result states, whose ends are those it states too."""
        bound = "withheld" if result.months is None else result.censored or "figure"
        low, high = result.ends_given
        return cls(result.months, low, high, bound)


@dataclass(frozen=True)
class MonthRow:
    """One month as it stands in `series.csv`.

    Attributes
    ----------
    month
        ``2026-10``.
    vintage, as_of
        ISO dates of the list that was used, and of the question.
    average, current
        The average lag, which is the figure of the month, and the lag of the day; both of the
        month's own list, by the method that is named.
    level
        Of every interval of the row.
    gap, gap_low, gap_high, gap_unit
        Distance of the frontiers, leader minus follower; None where it is withheld.
    method
        Version of the method by which `average` and `current` were made; a word such as ``m1``,
        since a bare number would be read as one.
    reconstructed
        Whether the month lies before the first publication.
    sha256
        Of the month's ``lag.json``.
    first
        The average lag as it was first published; None for a reconstructed month.
    revised
        The average lag of the same day by the newest ratings; None where it was not asked.
    revised_vintage
        ISO date of those ratings; empty where there are none.
    """

    month: str
    vintage: str
    as_of: str
    average: Figure
    current: Figure
    level: float
    gap: float | None
    gap_low: float | None
    gap_high: float | None
    gap_unit: str
    method: str
    reconstructed: bool
    sha256: str
    first: Figure | None = None
    revised: Figure | None = None
    revised_vintage: str = ""

    @classmethod
    def of(
        cls,
        month: str,
        average: LagResult,
        current: LagResult,
        *,
        method: str,
        reconstructed: bool,
        sha256: str,
        first: Figure | None = None,
        revised: LagResult | None = None,
    ) -> MonthRow:
        """From the month's two results; `first` is the average itself where it was published."""
        gap = current.to_dict()["gap"] or {}
        own = Figure.of(average)
        return cls(
            month=month, vintage=average.vintage, as_of=average.as_of, average=own,
            current=Figure.of(current), level=average.level, gap=gap.get("elo"),
            gap_low=gap.get("low"), gap_high=gap.get("high"), gap_unit=current.gap.unit,
            method=method, reconstructed=reconstructed, sha256=sha256,
            first=None if reconstructed else first or own,
            revised=None if revised is None else Figure.of(revised),
            revised_vintage="" if revised is None else revised.vintage,
        )  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """One flat row by the keys of the CSV."""
        row = asdict(self)
        for name in ("average", "current", "first", "revised"):
            figure = row.pop(name) or {"months": None, "low": None, "high": None, "bound": None}
            row |= {f"{name}_{key}": value for key, value in figure.items()}
        return {**row, "revised_vintage": self.revised_vintage or None}


def _figure(name: str, label: str, what: str, note: str = "") -> tuple[Column, ...]:
    """The four columns of one `Figure`."""
    note = f"; {note}" if note else ""
    return (
        Column(f"{name}_months", label, f"{what}; positive: the follower is behind, negative: ahead"
               f"{note}", "months", figures=True),
        Column(f"{name}_low", f"{label}, low", f"lower end of the interval at the row's level of "
               f"{name}_months; empty: the draws give no such end{note}", "months", figures=True),
        Column(f"{name}_high", f"{label}, high", f"upper end of the interval at the row's level of "
               f"{name}_months; empty: the draws give no such end{note}", "months", figures=True),
        Column(f"{name}_bound", f"{label}, bound", f"figure: {name}_months is the lag; at-least, "
               f"at-most: it only bounds the lag; withheld: there is none{note}"),
    )  # fmt: skip


_EMPTY = "empty where there is none"
COLUMNS = (
    Column("month", "Month", "month of the figure", "year and month"),
    Column("vintage", "List of", "date of the list whose ratings were used", "ISO date"),
    Column("as_of", "As of", "date the question is asked for", "ISO date"),
    *_figure("average", "Average lag", "average lag over the window that ends on as_of"),
    *_figure("current", "Lag of the day", "lag on as_of itself"),
    Column("level", "Level", "share of cases an interval of this row is meant to hold", "share",
           figures=True),
    Column("gap", "Gap", "best rating of the leader minus best rating of the follower, in the unit "
           "of gap_unit; empty where it is withheld", "points", figures=True),
    Column("gap_low", "Gap, low", "lower end of the gap's interval; empty: there is none", "points",
           figures=True),
    Column("gap_high", "Gap, high", "upper end of the gap's interval; empty: there is none",
           "points", figures=True),
    Column("gap_unit", "Gap's unit", "what the gap is counted in"),
    *_figure("first", "First published", "average lag as it was first published", _EMPTY),
    *_figure("revised", "Revised", "average lag on as_of by the newest ratings", _EMPTY),
    Column("revised_vintage", "Revised by", f"date of the newest ratings; {_EMPTY}", "ISO date"),
    Column("method", "Method", "version of the method of average_months and current_months"),
    Column("reconstructed", "Reconstructed", "true: computed later, for a month before the first "
           "publication", "true or false"),
    Column("sha256", "SHA-256", "of the month's lag.json, which holds everything of the month"),
)  # fmt: skip


def series(rows: Iterable[MonthRow]) -> Table:
    """The table of `series.csv`, oldest month first; empty cells are missing."""
    ordered = sorted(rows, key=lambda row: row.month)
    caption = "The lag by month: as published, of the day, first and revised"
    return Table.of("series", caption, COLUMNS, (row.to_dict() for row in ordered))
