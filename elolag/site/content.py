"""What a report is made of: sections of prose, figures and tables, before any HTML or Markdown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from elolag.results.table import Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes


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
