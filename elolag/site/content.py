"""What a page is made of: sections of prose, figures and tables, before any HTML or Markdown."""

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
    sheet
        What a workbook has of it, if not all of it.
    toggles
        Side of the chart (`elolag.plots.style.SIDES`) -> its label: series that can be hidden.
    """

    name: str
    title: str
    alt: str
    caption: str
    draw: Callable[..., Axes]
    table: Table
    sheet: Table | None = None
    toggles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Block:
    """Text that stands exactly as it is: a citation, BibTeX, a command; folded away if long.

    `lang` is its language where that is not the page's.
    """

    label: str
    text: str
    folded: bool = False
    lang: str = ""


@dataclass(frozen=True)
class Link:
    """A way to another page.

    Attributes
    ----------
    label
        What stands there, for people.
    to
        An https address; a path within the site such as ``models/kimi-k3.html``; or a file beside
        the page, such as ``./lag.json``.
    words
        What one finds there, in a few words; may be empty.
    """

    label: str
    to: str
    words: str = ""


@dataclass(frozen=True)
class Section:
    """One part of a page.

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
    links
        Ways on from here.
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
    links: Sequence[Link] = ()
    after: Sequence[str] = ()


@dataclass(frozen=True)
class Page:
    """One page of the site.

    Attributes
    ----------
    path
        Its file within the site, such as ``models/kimi-k3.html``; never made of a name from
        upstream as it stands.
    title
        Its heading, and the title of the window.
    standfirst
        The one paragraph under the heading: what the page says.
    sections
        In their order.
    lang
        ``en`` or ``de``.
    twin
        Path of the same page in the other language; empty where there is none.
    """

    path: str
    title: str
    standfirst: str
    sections: Sequence[Section]
    lang: str = "en"
    twin: str = ""
