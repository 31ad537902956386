"""One table, one result: what every result says and shows, whoever reads it.

A `Table` is written once and read in many ways: as text, CSV, Markdown, HTML, LaTeX or a data
frame. A `Result` has a sentence, a table and notes; the rest follows from these.
"""

from __future__ import annotations

import csv
import html
import io
import math
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from elolag.dates import known
from elolag.results import provenance
from elolag.results.words import printable
from elolag.sources.sheet import harmless

if TYPE_CHECKING:
    import pandas as pd

Cell = str | float | int | bool | None

#: Characters that begin markup, an entity or an e-mail link in CommonMark and GitHub's dialect.
_MARKUP = re.compile(r"([\\`*_\[\]<>&|~$@])")
_LINK = re.compile(r"(?i)\b(https?|ftp|www)(:|\.)")
_TEX = {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "–": "--",
    **{mark: f"\\{mark}" for mark in "&%$#_{}"},
}  # fmt: skip


def _shown(value: Cell) -> str:
    """A cell as it stands when its column says nothing else."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return known(value) if isinstance(value, str) else str(value)


def decimals(places: int) -> Callable[[Cell], str]:
    """Show a number to a fixed number of decimals, thousands parted."""

    def show(value: Cell) -> str:
        return _shown(value) if value is None or isinstance(value, str) else f"{value:,.{places}f}"

    return show


def markdown(text: str) -> str:
    """A text of one line in which nothing is markup."""
    return _LINK.sub(r"\1\\\2", _MARKUP.sub(r"\\\1", printable(text)))


def _latex(text: str) -> str:
    """A text of one line in which nothing is a command."""
    return "".join(_TEX.get(character, character) for character in printable(text))


@dataclass(frozen=True)
class Column:
    """One column of a table: its key in the CSV, its heading, unit and meaning, how it is shown.

    Attributes
    ----------
    figures
        Whether its cells stand to the right, as numbers do.
    in_page
        False for columns that only the data (CSV and frame) have.
    words
        Whether it only puts into words what other columns hold as numbers; the frame has none.
    named
        Whether its heading is a name, which keeps its capital everywhere.
    """

    key: str
    label: str
    meaning: str
    unit: str = ""
    show: Callable[[Cell], str] = _shown
    figures: bool = False
    in_page: bool = True
    long: bool = False
    words: bool = False
    named: bool = False

    @property
    def style(self) -> str:
        """How the page sets it: numbers to the right, dates unbroken, long text wide."""
        if self.figures:
            return "figures"
        if self.long:
            return "long"
        return "date" if self.unit in ("ISO date", "year and month") else "plain"


def data(key: str, meaning: str, unit: str = "") -> Column:
    """A column that only the data have."""
    return Column(key, "", meaning, unit, in_page=False)


@dataclass(frozen=True, repr=False)
class Table:
    """Rows with named columns: some for the reader, all of them, unrounded, as data.

    `page_rows` numbers the rows the reader sees; None: all. ``n_draws`` and ``snapshots`` are said
    in a report where they are not those of the headline.
    """

    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    page_rows: tuple[int, ...] | None = None
    n_draws: int | None = None
    snapshots: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(
        cls,
        name: str,
        caption: str,
        columns: Iterable[Column],
        rows: Iterable[Mapping[str, Any]],
        **rest: Any,
    ) -> Table:
        """From rows by key; a number that is none (not finite) is an empty cell."""
        columns = tuple(columns)
        cells = tuple(tuple(_cell(row[column.key]) for column in columns) for row in rows)
        return cls(name, caption, columns, cells, **rest)

    def __repr__(self) -> str:
        return self.to_markdown()

    def visible(self) -> tuple[Column, ...]:
        """The columns a reader sees; the CSV has all."""
        return tuple(column for column in self.columns if column.in_page)

    def showing(self, *keys: str, rows: Iterable[int] | None = None) -> Table:
        """The same data with other columns, and other rows, for the reader."""
        columns = tuple(replace(column, in_page=column.key in keys) for column in self.columns)
        return replace(
            self, columns=columns, page_rows=self.page_rows if rows is None else tuple(rows)
        )

    def headings(self) -> list[str]:
        """Headings of the visible columns as they stand in a terminal."""
        return [
            c.label if c.named else f"{c.label[:1].lower()}{c.label[1:]}" for c in self.visible()
        ]

    def cells(self) -> list[list[str]]:
        """The visible rows as text, every name made printable."""
        numbers = range(len(self.rows)) if self.page_rows is None else self.page_rows
        return [
            [
                printable(column.show(cell))
                for column, cell in zip(self.columns, self.rows[number], strict=True)
                if column.in_page
            ]
            for number in numbers
        ]

    def to_frame(self) -> pd.DataFrame:
        """Every row with all columns that are data; numbers as numbers, missing ones as NaN."""
        import pandas as pd

        frame = pd.DataFrame(
            {
                column.key: [row[place] for row in self.rows]
                for place, column in enumerate(self.columns)
                if not column.words
            }
        )
        measured = {c.key for c in self.columns if c.unit not in ("", "ISO date")}
        empty = [key for key in frame if key in measured and frame[key].isna().all()]
        return frame.astype(dict.fromkeys(empty, float))

    def to_csv(self) -> bytes:
        """Every row and column, unrounded; text is `harmless` in a spreadsheet."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([column.key for column in self.columns])
        writer.writerows([[_csv(cell) for cell in row] for row in self.rows])
        return text.getvalue().encode()

    def to_markdown(self) -> str:
        """What a reader sees, every name escaped."""
        columns = self.visible()
        lines = [[markdown(column.label) for column in columns]]
        lines.append(["---:" if column.figures else "---" for column in columns])
        lines += [[markdown(cell) for cell in row] for row in self.cells()]
        return "".join(f"| {' | '.join(line)} |\n" for line in lines)

    def to_html(self) -> str:
        """What a reader sees, as one ``table`` element."""
        sides = ["right" if column.figures else "left" for column in self.visible()]
        head = (f"<th scope='col'>{html.escape(column.label)}</th>" for column in self.visible())
        body = (
            "".join(
                f"<td style='text-align:{side}'>{html.escape(cell)}</td>"
                for side, cell in zip(sides, row, strict=True)
            )
            for row in self.cells()
        )
        rows = "".join(f"<tr>{row}</tr>" for row in body)
        return f"<table><thead><tr>{''.join(head)}</tr></thead><tbody>{rows}</tbody></table>"

    _repr_html_ = to_html

    def to_latex(self) -> str:
        r"""What a reader sees, as a ``tabular`` with the rules of ``booktabs``."""
        columns = self.visible()
        kinds = "".join("r" if column.figures else "l" for column in columns)
        lines = [[column.label for column in columns], *self.cells()]
        head, *body = (f"{' & '.join(map(_latex, line))} \\\\" for line in lines)
        return "\n".join(
            (rf"\begin{{tabular}}{{{kinds}}}", r"\toprule", head, r"\midrule", *body,
             r"\bottomrule", r"\end{tabular}", "")
        )  # fmt: skip


def picked(found: object, *names: str) -> dict[str, Any]:
    """Attributes by their names, as a part of a JSON object or of a row."""
    return {name: getattr(found, name) for name in names}


class Result(ABC):
    """Something found: one sentence, one table, and what has to be said beneath it."""

    @abstractmethod
    def sentence(self) -> str:
        """The answer as it may be quoted."""

    @abstractmethod
    def table(self) -> Table:
        """What the sentence rests on, row by row."""

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """As one JSON object, unrounded."""

    def said(self) -> tuple[str, ...]:
        """What `sentence` says, in its paragraphs."""
        return (self.sentence(),)

    def footnotes(self) -> tuple[str, ...]:
        """Sentences that stand under the table: how to read it, and what it leaves out."""
        return ()

    @property
    def provenance(self) -> provenance.Provenance:
        """Where it comes from: its snapshots with publisher and licence."""
        return provenance.provenance(self)

    def to_frame(self) -> pd.DataFrame:
        """The table as data: one row per row, numbers as numbers (see `Table.to_frame`)."""
        return self.table().to_frame()

    def to_markdown(self) -> str:
        """Sentence, table and notes as Markdown."""
        above, below = (map(markdown, texts) for texts in (self.said(), self.footnotes()))
        return "\n\n".join((*above, self.table().to_markdown().strip(), *below)) + "\n"

    def to_latex(self) -> str:
        """The table as a ``tabular`` (see `Table.to_latex`)."""
        return self.table().to_latex()

    def _repr_html_(self) -> str:
        above, below = (
            "".join(f"<p>{html.escape(printable(text))}</p>" for text in texts)
            for texts in (self.said(), self.footnotes())
        )
        return f"{above}{self.table().to_html()}{below}"

    def __str__(self) -> str:
        return self.sentence()


def _cell(value: Any) -> Cell:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if value is None or isinstance(value, str | bool | int | float) else str(value)


def _csv(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    return harmless(cell) if isinstance(cell, str) else str(cell)
