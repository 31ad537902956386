"""What a report is made of: sections of prose, figures and tables, before any HTML or Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from elolag.results.table import Table


@dataclass(frozen=True)
class Figure:
    """A chart in two widths, its words, and the table that holds the same data.

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
    wide, narrow
        Vega-Lite specifications, for the page and for a phone.
    toggles
        Parameter of the specification -> (label, marker class): series that can be hidden.
    margin
        Pixels left of the plot, where words under the picture begin.
    table
        The data of the chart.
    """

    name: str
    title: str
    alt: str
    caption: str
    wide: Mapping[str, Any]
    narrow: Mapping[str, Any]
    table: Table
    toggles: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    margin: int = 40


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
