"""What a report is made of: sections of prose, figures and tables, before any HTML or Markdown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from elolag.results.words import printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Cell = str | float | int | bool | None


def shown(value: Cell) -> str:
    """A cell as it stands when its column says nothing else."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def decimals(places: int) -> Callable[[Cell], str]:
    """Show a number to a fixed number of decimals, thousands parted."""

    def show(value: Cell) -> str:
        return shown(value) if value is None or isinstance(value, str) else f"{value:,.{places}f}"

    return show


@dataclass(frozen=True)
class Column:
    """One column of a table: its key in the CSV, its heading, unit and meaning, how it is shown.

    `in_page` is False for columns that only the CSV has.
    """

    key: str
    label: str
    meaning: str
    unit: str = ""
    show: Callable[[Cell], str] = shown
    figures: bool = False
    in_page: bool = True
    long: bool = False

    @property
    def style(self) -> str:
        """How the page sets it: numbers to the right, dates unbroken, long text wide."""
        if self.figures:
            return "figures"
        if self.long:
            return "long"
        return "date" if self.unit == "ISO date" else "plain"


@dataclass(frozen=True)
class Table:
    """A table of the page and, with every row and column unrounded, a CSV of the folder.

    `page_rows` numbers the rows the page shows; None: all. `n_draws` and `snapshots` are said where
    they are not those of the headline.
    """

    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    page_rows: tuple[int, ...] | None = None
    n_draws: int | None = None
    snapshots: tuple[tuple[str, str], ...] = ()

    def visible(self) -> tuple[Column, ...]:
        """The columns a reader sees; the CSV has all."""
        return tuple(column for column in self.columns if column.in_page)

    def cells(self) -> list[list[str]]:
        """The visible rows as text, every name made printable."""
        return [
            [
                printable(column.show(cell))
                for column, cell in zip(self.columns, row, strict=True)
                if column.in_page
            ]
            for row in self._page()
        ]

    def _page(self) -> list[tuple[Cell, ...]]:
        if self.page_rows is None:
            return list(self.rows)
        return [self.rows[k] for k in self.page_rows]


@dataclass(frozen=True)
class Figure:
    """A chart, its words, and the table that holds the same data.

    Attributes
    ----------
    name
        File name without ending.
    title
        The finding, in about ten words.
    alt
        What the chart shows, for those who do not see it.
    caption
        How to read it, and its caveat.
    draw
        A figure of `elolag.plots`, to be told ``size`` and ``title``.
    table
        The data of the chart.
    toggles
        Side of the chart (`elolag.plots.style.SIDES`) -> its label: series that can be hidden.
    """

    name: str
    title: str
    alt: str
    caption: str
    draw: Callable[..., Axes]
    table: Table
    toggles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Block:
    """Text that stands exactly as it is: a citation, BibTeX, a command."""

    label: str
    text: str


@dataclass(frozen=True)
class Section:
    """One part of the report.

    Attributes
    ----------
    key
        Its anchor.
    title
        Its heading.
    prose
        Paragraphs above the figures.
    points
        Bulleted statements, each (lead words, text).
    after
        Paragraphs below everything: notes and limits.
    """

    key: str
    title: str
    prose: Sequence[str] = ()
    figures: Sequence[Figure] = ()
    tables: Sequence[Table] = ()
    points: Sequence[tuple[str, str]] = ()
    blocks: Sequence[Block] = ()
    after: Sequence[str] = ()
