"""What all figures share: colours, marks, sizes, title and footer, and how a file is written.

A figure is ``axes = new_axes(size)``, its own drawing with fonts and lines of `of_size(size)`, then
``finish(axes, title, footer(result), size=size)`` as the last step. Nothing here touches pyplot or
leaves a changed setting behind.
"""

from __future__ import annotations

import functools
import inspect
import io
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from elolag.archive.export import replacing
from elolag.errors import ArchiveError, UsageError
from elolag.plots._metadata import metadata
from elolag.results.provenance import CAVEAT, provenance

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

P = ParamSpec("P")
R = TypeVar("R")

__all__ = ["CAVEAT", "COLOURS", "footer", "save"]

#: Leader and follower; they differ in grey print and for the colour-blind, and by marker and dash.
COLOURS = ("#12436D", "#F46A25")
MARKERS = ("o", "s")
DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)))
INK, MUTED, FAINT = "#222222", "#5a5a5a", "#d9d9d9"
#: Series that are not leader and follower: four colours, then the same ones hollow (`FILLS`).
SERIES = ("#12436D", "#F46A25", "#28A197", "#801650")
SHAPES = ("o", "s", "^", "D", "v", "P", "X")

_FOOTER = "elolag-footer"
_OWN = "elolag-own-figure"


@dataclass(frozen=True)
class Size:
    """A figure's width and height in inches, and its type and lines in points."""

    width: float
    height: float
    font: float
    line: float
    dpi: int

    @property
    def small(self) -> float:
        """Type of labels on marks."""
        return 0.86 * self.font

    @property
    def tiny(self) -> float:
        """Type of the footer."""
        return 0.74 * self.font

    @property
    def title(self) -> float:
        """Type of the title."""
        return 1.25 * self.font

    @property
    def marker(self) -> float:
        """Diameter of a mark."""
        return 0.48 * self.font


SIZES = {
    "column": Size(3.5, 3.2, 7.0, 1.2, 300),
    "page": Size(7.2, 4.6, 9.0, 1.7, 200),
    "slide": Size(13.333, 7.5, 15.5, 2.8, 144),
}


def of_size(size: str) -> Size:
    """The measures of ``column``, ``page`` or ``slide``.

    Raises
    ------
    UsageError
        Another name.
    """
    if size not in SIZES:
        raise UsageError(f"unknown size {size!r}; known: {', '.join(SIZES)}")
    return SIZES[size]


def new_figure(size: str = "page", height: float = 1.0) -> Figure:
    """A figure of its own, outside pyplot; `height` stretches the size's height."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    measures = of_size(size)
    figure = Figure(
        figsize=(measures.width, measures.height * height), layout=None, dpi=measures.dpi
    )
    figure.set_gid(_OWN)
    FigureCanvasAgg(figure)
    return figure


def new_axes(size: str = "page", height: float = 1.0) -> Axes:
    """Fresh axes on a figure of their own."""
    return new_figure(size, height).add_subplot()


def tidy(axes: Axes, size: str = "page", *, grid: str = "y") -> None:
    """Ticks, spines and grid lines as in every figure; `grid`: x, y, both or nothing."""
    measures = of_size(size)
    axes.tick_params(
        labelsize=measures.small, colors=MUTED, width=0.5 * measures.line,
        length=0.3 * measures.font, pad=0.3 * measures.font,
    )  # fmt: skip
    for axis in (axes.xaxis, axes.yaxis):
        axis.label.set(size=measures.small, color=MUTED)
        axis.offsetText.set_fontsize(measures.small)
    axes.spines[["top", "right"]].set_visible(False)
    for spine in axes.spines.values():
        spine.set(linewidth=0.5 * measures.line, color=MUTED)
    if grid:
        axes.grid(axis=grid, color=FAINT, linewidth=0.35 * measures.line)  # type: ignore[arg-type]
        axes.set_axisbelow(True)


def roles(leader: str, follower: str) -> tuple[int, int]:
    """Places of leader and follower in `COLOURS`, `MARKERS` and `DASHES`.

    The leader has the first, but the US is never drawn in China's colour, nor China in that of
    the US.
    """
    china_leads = _names("CN", leader) and not _names("CN", follower)
    us_follows = _names("US", follower) and not _names("US", leader)
    return (1, 0) if china_leads or us_follows else (0, 1)


def _names(country: str, group: str) -> bool:
    return country in group.replace("+", ",").split(",")


def visible(text: str) -> str:
    """Text as the figures' font can show it: other characters become a box, breaks a space."""
    known = _characters()
    return "".join(c if c in known else "\u25a1" for c in " ".join(text.split()))


@functools.cache
def _characters() -> frozenset[str]:
    """What the font that ships with matplotlib can show."""
    from matplotlib import font_manager

    path = font_manager.findfont("DejaVu Sans")
    return frozenset(map(chr, font_manager.get_font(path).get_charmap()))


def footer(result: Any, note: str = "") -> str:
    """Source, licence, vintage, hash, one caveat, and what the figure's marks are (`note`)."""
    return provenance(result).footer(note)


def finish(axes: Axes, title: str, footer: str, *, size: str = "page", room: float = 0.0) -> Axes:
    """Set the title above and the footer below, and fit a figure of our own around them.

    Call it last. On axes that were handed in nothing is moved: the footer hangs below them.

    Parameters
    ----------
    axes
        Any axes of the figure; of several the one under the title.
    title
        The finding, in ten words.
    footer
        From `footer`, or other plain text; it becomes the file's description.
    room
        Points kept free between axes and title, for a legend.
    """
    measures = of_size(size)
    figure: Any = axes.figure
    dpi = figure.figure.dpi
    own = figure.get_gid() == _OWN
    pad = 0.9 * measures.font * dpi / 72
    width = (figure.bbox.width - 2 * pad) if own else axes.get_window_extent().width
    head = axes.set_title(
        visible(title), loc="left", weight="bold", fontsize=measures.title, color=INK,
        pad=0.7 * measures.font + room, y=1.0, parse_math=False,
    )  # fmt: skip
    _wrap(head, width)
    below = 0.0
    if not own:
        frame = axes.get_window_extent()
        below = frame.y0 - (axes.get_tightbbox() or frame).y0
    foot = axes.annotate(
        visible(footer), (0, 0), xycoords="axes fraction", va="top",
        xytext=(0, -below * 72 / dpi - measures.tiny), textcoords="offset points",
        fontsize=measures.tiny, color=MUTED, gid=_FOOTER,
        annotation_clip=False, linespacing=1.25, parse_math=False,
    )  # fmt: skip
    _wrap(foot, width)
    if own:
        _fit(axes, figure, head, foot, pad)
    return axes


def _fit(axes: Axes, figure: Any, head: Text, foot: Text, pad: float) -> None:
    """Put all axes between the title, upper left, and the footer, lower left (`pad` in pixels)."""
    width, height = figure.bbox.width, figure.bbox.height
    foot.remove()
    lowest = figure.text(
        pad / width, pad / height, foot.get_text(), va="bottom", ha="left", color=MUTED,
        fontsize=foot.get_fontsize(), gid=_FOOTER, linespacing=1.25, parse_math=False,
    )  # fmt: skip
    floor = lowest.get_window_extent().y1 + 0.7 * pad
    for _ in range(4):  # tick labels may change with the room they have
        head.set_visible(False)  # it starts at the figure's edge and pushes nothing aside
        boxes = [a.get_tightbbox() for a in figure.axes]
        head.set_visible(True)
        top = max(head.get_window_extent().y1, *(b.y1 for b in boxes))
        moves = (
            (pad - min(b.x0 for b in boxes)) / width,
            (width - pad - max(b.x1 for b in boxes)) / width,
            (floor - min(b.y0 for b in boxes)) / height,
            (height - pad - top) / height,
        )
        if max(map(abs, moves)) * width < 1:
            break
        now = figure.subplotpars
        figure.subplots_adjust(
            left=now.left + moves[0], right=now.right + moves[1],
            bottom=now.bottom + moves[2], top=now.top + moves[3],
        )  # fmt: skip
    place = axes.get_position()
    head.set_x((pad / width - place.x0) / place.width)


def _wrap(text: Text, width: float) -> None:
    """Break a text into lines of at most `width` pixels, between words only."""
    whole = text.get_text()
    wide = text.get_window_extent().width
    columns = len(whole)
    while wide > width and columns > 8:
        columns = min(columns - 1, int(columns * max(width / wide, 0.5)) + 4)
        lines = textwrap.wrap(whole, columns, break_long_words=False, break_on_hyphens=False)
        text.set_text("\n".join(lines))
        wide = text.get_window_extent().width


@contextmanager
def _our_settings() -> Iterator[None]:
    """Matplotlib as it ships, whatever the user's style or matplotlibrc; theirs comes back."""
    import matplotlib as mpl

    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams["timezone"] = "UTC"
        yield


def ours(draw: Callable[P, R]) -> Callable[P, R]:
    """A figure of our own is drawn alike everywhere; axes that are handed in keep their style."""
    form = inspect.signature(draw)

    @functools.wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> R:
        if form.bind_partial(*args, **kwargs).arguments.get("ax") is not None:
            return draw(*args, **kwargs)
        with _our_settings():
            return draw(*args, **kwargs)

    return drawn


def save(axes: Axes, path: str | Path, result: Any = None) -> Path:
    """Write the figure (PNG, SVG or PDF by its ending), with where it comes from in its metadata.

    The same axes give the same bytes. `elolag cite FILE` reads the metadata back.

    Parameters
    ----------
    result
        What was drawn; None where there is nothing to cite but the software.

    Raises
    ------
    UsageError
        Another ending, or a folder that does not exist or cannot be written.
    """
    import matplotlib as mpl

    target = Path(path)
    kind = target.suffix.lower().removeprefix(".")
    figure: Any = axes.figure.figure
    title = axes.get_title(loc="left") or axes.get_title()
    source = provenance(result, title=" ".join(title.split()))
    marks = [*figure.texts, *(text for a in figure.axes for text in a.texts)]
    shown = [" ".join(t.get_text().split()) for t in marks if t.get_gid() == _FOOTER]
    fields = metadata(kind, source, " ".join(shown) or source.footer())
    held = io.BytesIO()
    own = figure.get_gid() == _OWN
    tight = None if own else "tight"
    # Random identifiers would make every SVG another file; the setting ends with the block.
    with (
        _our_settings() if own else nullcontext(),
        mpl.rc_context({"svg.hashsalt": "elolag", "pdf.fonttype": 42}),
    ):
        figure.savefig(
            held, format=kind, dpi=figure.dpi if tight is None else 200, bbox_inches=tight,
            metadata=fields,
        )  # fmt: skip
    try:
        with replacing(target) as stream:
            stream.write(held.getvalue())
    except ArchiveError as error:
        why = getattr(error.__cause__, "strerror", None) or error
        raise UsageError(f"{target}: cannot be written ({why})") from error
    return target
