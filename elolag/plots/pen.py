"""A pen: axes of one size, from lines and marks to ticks, key, title and footer."""

from __future__ import annotations

import functools
import importlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from elolag.dates import DAYS_PER_MONTH
from elolag.plots.files import target
from elolag.plots.style import (
    FAINT,
    FOOTER,
    INK,
    MUTED,
    OWN,
    SIZES,
    Look,
    Size,
    new_axes,
    of_size,
    visible,
)
from elolag.results import charts
from elolag.results.citing import month, plain_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text


@dataclass(frozen=True)
class Pen:
    """Draws on axes in measures of their size, and writes as its `look` tells.

    A figure is ``pen = Pen.on(ax, size, look=look)``, its own drawing, and as the last step
    ``pen.finish(title, footer(result))``.
    """

    axes: Axes
    size: Size
    look: Look = field(default_factory=Look)

    @classmethod
    def on(cls, ax: Axes | None, size: str, height: float = 1.0, look: Look | None = None) -> Pen:
        """A pen for the axes that were handed in, else for new ones, higher by `height`."""
        return cls(new_axes(size, height) if ax is None else ax, of_size(size), look or Look())

    @property
    def lang(self) -> str:
        """The language of its words."""
        return self.look.get("lang", "en")

    def said(self, key: str, **filled: object) -> str:
        """A phrase of `elolag.results.charts` in that language."""
        return charts.said(key, self.lang, **filled)

    def line(self, x: Any, y: Any, width: float, colour: str = INK, **style: Any) -> Any:
        """A line, `width` times as wide as the size's."""
        style |= {"color": colour, "linewidth": width * self.size.line}
        return self.axes.plot(x, y, **style)[0]

    def zero(self, width: float = 0.5, **style: Any) -> None:
        """The line at nought."""
        self.axes.axhline(0, color=INK, linewidth=width * self.size.line, **style)

    def mark(self, x: Any, y: Any, shape: str, width: float, colour: str, **style: Any) -> Any:
        """One mark, `width` times as wide as the size's; ``linestyle="none"`` for several."""
        style |= {"color": colour, "markersize": width * self.size.marker}
        return self.axes.plot(x, y, marker=shape, **style)[0]

    def told(self, x: float, y: float, words: str, side: str = "") -> None:
        """What the pointer is told over a mark that is drawn."""
        from matplotlib.lines import Line2D

        size = self.size.marker
        target(self.axes, partial(Line2D, [x], [y], linestyle="none", marker="o", color=INK,
                                  markersize=size, markeredgewidth=0), words, side)  # fmt: skip

    def told_between(self, low: float, high: float, words: str, *, upright: bool) -> None:
        """The same over all of the axes between two x, if upright, or between two y."""
        from matplotlib.patches import Rectangle

        axes = self.axes
        corner, sides = ((low, 0), (high - low, 1)) if upright else ((0, low), (1, high - low))
        across = axes.get_xaxis_transform() if upright else axes.get_yaxis_transform()
        target(axes, partial(Rectangle, corner, *sides, transform=across, color=INK, linewidth=0),
               words)  # fmt: skip

    def tidy(self, grid: str = "y") -> None:
        """Ticks, spines and grid lines as in every figure; `grid`: x, y, both or nothing."""
        axes, measures = self.axes, self.size
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
        if self.lang == "de":
            for axis in (axes.xaxis, axes.yaxis):
                axis.set_major_formatter(_with_commas())
        if grid:
            which: Any = grid
            axes.grid(axis=which, color=FAINT, linewidth=0.35 * measures.line)
            axes.set_axisbelow(True)

    def date_axis(self, first: float, end: float) -> None:
        """Label an x axis in days since 1970: by quarter, half year or year, as there is room."""
        dates: Any = importlib.import_module("matplotlib.dates")  # untyped
        ticker: Any = importlib.import_module("matplotlib.ticker")  # untyped
        axis, months = self.axes.xaxis, (end - first) / DAYS_PER_MONTH
        # German names of months take more room.
        room = (5 if self.lang == "de" else 6) if self.size.narrow else 10
        if months <= 2 * room // 3:
            locator, style = dates.MonthLocator(), "%b %Y"
        elif months <= 2 * room:
            locator, style = dates.MonthLocator(bymonth=(1, 4, 7, 10)), "%b %Y"
        elif months <= 6 * room:
            locator, style = dates.MonthLocator(bymonth=(1, 7)), "%b %Y"
        else:
            locator, style = dates.YearLocator(), "%Y"
        axis.set_major_locator(locator)
        axis.set_major_formatter(dates.DateFormatter(style))
        if self.lang == "de" and style != "%Y":
            axis.set_major_formatter(ticker.FuncFormatter(lambda day, _: month(day)))

    def key_above(self, handles: Sequence[Any], columns: int = 5) -> None:
        """The key to what is drawn, between the axes and their title, in two columns on a phone."""
        legend = self.axes.legend(
            handles=handles, loc="lower left", bbox_to_anchor=(0, 1.0), frameon=False,
            ncols=2 if self.size == SIZES["phone"] else columns, fontsize=self.size.small,
            borderpad=0, borderaxespad=0.1, handlelength=1.4, columnspacing=0.9, handletextpad=0.5,
            labelcolor=MUTED,
        )  # fmt: skip
        # It hangs on the left edge: narrower axes would not make it fit.
        legend.set_in_layout(False)

    def finish(self, finding: str, footer: str, *, room: float = 0.0) -> Axes:
        """Set the title above and the footer below, and fit a figure of our own around them.

        Call it last; of several axes, for those under the title. On axes that were handed in
        nothing is moved: the footer hangs below them.

        Parameters
        ----------
        finding
            The title, in ten words.
        footer
            From `footer`, or other plain text; it becomes the file's description.
        room
            Points kept free between axes and title, for a legend.
        """
        title, label = self.look.get("title"), self.look.get("label", "")
        bare = title == ""
        words = "" if bare else " ".join(part for part in (label, title or finding) if part)
        axes, measures = self.axes, self.size
        figure: Any = axes.figure
        dpi = figure.figure.dpi
        own = figure.get_gid() == OWN
        pad = 0.9 * measures.font * dpi / 72
        width = (figure.bbox.width - 2 * pad) if own else axes.get_window_extent().width
        head = axes.set_title(
            visible(words), loc="left", weight="bold", fontsize=measures.title, color=INK,
            pad=0.7 * measures.font + room, y=1.0, parse_math=False,
        )  # fmt: skip
        _wrap(head, width)
        below = 0.0
        if not own:
            frame = axes.get_window_extent()
            below = frame.y0 - (axes.get_tightbbox() or frame).y0
        foot = axes.annotate(
            "" if bare else visible(footer), (0, 0), xycoords="axes fraction", va="top",
            xytext=(0, -below * 72 / dpi - measures.tiny), textcoords="offset points",
            fontsize=measures.tiny, color=MUTED, gid=FOOTER,
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
        fontsize=foot.get_fontsize(), gid=FOOTER, linespacing=1.25, parse_math=False,
    )  # fmt: skip
    floor = lowest.get_window_extent().y1 + 0.7 * pad if lowest.get_text() else 0.3 * pad
    for _ in range(4):  # labels may change with the room they have
        for each in figure.axes:
            label, room = each.yaxis.label, each.get_window_extent().height
            if label.get_window_extent().height > room:
                _wrap(label, room)
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
    """Break a text into lines of at most `width` pixels, between words only.

    A percent sign stays with its number, from which a space parts it in German.
    """
    import matplotlib as mpl

    faces = (*mpl.rcParams["font.family"], *mpl.rcParams["font.sans-serif"])
    dpi = text.get_figure(root=True).dpi  # type: ignore[union-attr]
    wide = partial(_wide, text.get_fontsize(), str(text.get_fontweight()), dpi,
                   (*faces, str(mpl.rcParams["text.hinting"])))  # fmt: skip
    space = wide("a a") - wide("aa")
    lines, at = [""], -space
    for word in re.split(r" (?!%)", " ".join(text.get_text().split())):
        if lines[-1] and at + space + wide(word) > width:
            lines, at = [*lines, ""], -space
        lines[-1] = f"{lines[-1]} {word}".lstrip()
        at += space + wide(word)
    text.set_text("\n".join(lines))


@functools.lru_cache(maxsize=10_000)
def _wide(size: float, weight: str, dpi: float, faces: tuple[str, ...], word: str) -> float:
    """Width of a word in pixels; remembered, for figures share most words.

    `faces` are the settings it depends on, which matplotlib looks up by itself.
    """
    del faces
    ruler = _ruler(dpi)
    drawn = ruler.text(0, 0, word, fontsize=size, weight=weight, parse_math=False)
    width = drawn.get_window_extent().width
    drawn.remove()
    return width


@functools.lru_cache(maxsize=8)
def _ruler(dpi: float) -> Figure:
    """A figure that nobody sees, to measure words on."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(dpi=dpi)
    FigureCanvasAgg(figure)
    return figure


def _with_commas() -> Any:
    """Tick labels as matplotlib has them, with the German decimal mark."""
    ticker: Any = importlib.import_module("matplotlib.ticker")  # untyped

    class WithCommas(ticker.ScalarFormatter):  # type: ignore[misc]
        def __call__(self, value: float, place: Any = None) -> str:
            return str(super().__call__(value, place)).replace(".", ",")

    return WithCommas()


def unsigned(axis: Any, ticks: int = 8, lang: str = "en") -> None:
    """Print tick labels without a minus sign: a direction is a word."""
    ticker: Any = importlib.import_module("matplotlib.ticker")  # untyped
    axis.set_major_locator(ticker.MaxNLocator(nbins=ticks, steps=[1, 2, 3, 5, 6, 10]))
    axis.set_major_formatter(ticker.FuncFormatter(lambda value, _: plain_number(abs(value), lang)))
