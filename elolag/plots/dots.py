"""Rows of dots: one with its intervals each, drawn from the top; a whole figure of them."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from elolag.plots.pen import Pen, unsigned
from elolag.plots.style import COLOURS, INK, MUTED, PALE, SIZES, Look, of_size, visible
from elolag.results import citing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text


#: Height of a row of dots in lines of type, and its name's characters to a line.
_ROW, _LETTERS = 2.3, 44
#: From so many characters on a name over its row may need two lines beside its answer.
_BESIDE = 56


@dataclass(frozen=True)
class Dot:
    """One row of a figure of dots.

    Attributes
    ----------
    name, answer
        Words on the left and on the right.
    value, low, high
        Months, positive where the follower is behind; an end of None is unbounded. No value: the
        row has no dot.
    outer
        A wider interval, drawn thinner.
    said
        A range to draw beneath.
    bare
        Whether there is no interval, so that no bar is drawn.
    strong
        Whether the row is the one that the others are compared with.
    heading
        Whether it is only words over the rows that follow.
    words
        What the pointer is told.
    """

    name: str
    answer: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    outer: tuple[float | None, float | None] | None = None
    said: tuple[float | None, float | None] | None = None
    bare: bool = False
    strong: bool = False
    heading: bool = False
    words: str = ""

    @property
    def ends(self) -> tuple[float | None, ...]:
        """Every value the axis must hold."""
        return (self.low, self.high, self.value, *(self.outer or ()), *(self.said or ()))


def _height(rows: Sequence[Dot], size: str, foot: str, *, over: bool) -> float:
    """How much higher than its size a figure of these rows is; narrow ones with room for `foot`."""
    measures, beside = of_size(size), 12.0
    two = over and max(len(row.name) + len(row.answer) for row in rows) > _BESIDE
    if measures.narrow:
        lines = len(foot) * 0.5 * measures.small / (72 * measures.width)
        beside = max(beside, 9 + 1.3 * lines * measures.small / measures.font)
    return ((_ROW + two) * len(rows) + beside) * measures.font / 72 / measures.height


def _dots(
    pen: Pen, rows: Sequence[Dot], who: str, *, over: bool = False, unit: str = "",
    sides: tuple[str, str] = ("behind", "ahead"),
) -> list[tuple[Text, Text]]:  # fmt: skip
    """Rows from the top, a dot with its intervals each, in months where there is no other `unit`.

    `who` is the first of the two `sides` right of zero, the second left of it: phrases of
    `elolag.results.charts`. Where `over`, the names stand over their rows: those are given back,
    each with the answer on its line.
    """
    axes, measures = pen.axes, pen.size
    low, high = _range(rows)
    pen.tidy(grid="x")
    axes.set_xlim(low, high)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    if low < 0:
        axes.axvspan(low, 0, color=PALE[1], zorder=0)
        axes.axvline(0, color=INK, linewidth=0.5 * measures.line, zorder=1)
    answers = {
        number: _dot(pen, row, number, (low, high), over=over)
        for number, row in enumerate(rows)
        if not row.heading
    }
    names = [textwrap.fill(visible(row.name), _LETTERS) for row in rows]
    axes.set_yticks(range(len(rows)), [""] * len(rows) if over else names,
                    fontsize=measures.small)  # fmt: skip
    written: list[Any] = list(axes.get_yticklabels())
    if over:
        written = [
            axes.text(
                0, number if row.heading else number - 0.25, visible(row.name),
                transform=axes.get_yaxis_transform(), va="center", fontsize=measures.small,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8}, zorder=5,
                in_layout=False,  # `dotted` breaks them once the axes have their width
            )
            for number, row in enumerate(rows)
        ]  # fmt: skip
    for text, row in zip(written, rows, strict=True):
        text.set(parse_math=False, color=INK)
        if row.heading:
            text.set(style="italic", color=MUTED)
        elif row.strong:
            text.set_fontweight("bold")
    axes.tick_params(axis="y", length=0)
    unsigned(axes.xaxis, lang=pen.lang)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(unit or citing.set_phrases(pen.lang).months)
    zero = (0 - low) / (high - low)
    for word, place, side, colour in (
        (f"\u2190 {pen.said(sides[1], who=who)}", zero - 0.012, "right", COLOURS[1]),
        (f"{pen.said(sides[0], who=who)} \u2192", zero + 0.012, "left", COLOURS[0]),
    ):
        if side == "left" or low < 0:
            axes.text(
                place, 1.0, word, transform=axes.transAxes, ha=side, va="bottom", color=colour,
                fontsize=measures.small, weight="bold",
            )  # fmt: skip
    return [(written[number], answer) for number, answer in answers.items()] if over else []


def _range(rows: Sequence[Dot]) -> tuple[float, float]:
    values = [end for row in rows for end in row.ends if end is not None]
    low, high = min(*values, 0.0, 0.0), max(*values, 0.0, 0.0)
    room = max(0.06 * (high - low), 0.3)
    # Room on the empty side too, so that its name can be read.
    least = 0.16 * (high - low)
    return (min(low - room, -least) if low < 0 else 0.0), max(high + room, least)


def _dot(pen: Pen, row: Dot, number: int, reach: tuple[float, float], *, over: bool) -> Text:
    """The row's intervals and its dot; given back is its answer."""
    axes, measures = pen.axes, pen.size
    months = row.value or 0.0
    colour = COLOURS[1] if months < 0 else COLOURS[0]
    place = number + 0.25 if over else float(number)
    if row.said is not None:
        ends = [edge if e is None else e for e, edge in zip(row.said, reach, strict=True)]
        wide: dict[str, Any] = {"linewidth": 0.9 * measures.font, "solid_capstyle": "butt"}
        axes.plot(ends, [place] * 2, color=COLOURS[1], alpha=0.45, zorder=1.5, **wide)
    if row.outer is not None:
        _bar(axes, place, months, row.outer, reach, colour, 0.6 * measures.line, 0.9)
    if row.value is not None and not row.bare:
        ends_ = (row.low, row.high)
        _bar(axes, place, months, ends_, reach, colour, 2.1 * measures.line, 0.42)
    if row.value is not None:
        edge = {"markeredgecolor": "white", "markeredgewidth": 0.7}
        shape = "s" if months < 0 else "o"
        pen.mark(months, place, shape, 1.25, colour, zorder=4, **edge)
    if row.words:
        pen.told_between(number - 0.5, number + 0.5, row.words, upright=False)
    return axes.text(
        1.0 if over else 1.015, number - 0.25 if over else place, row.answer, va="center",
        transform=axes.get_yaxis_transform(), ha="right" if over else "left",
        fontsize=measures.small, color=colour, parse_math=False,
    )  # fmt: skip


def _bar(
    axes: Axes, place: float, months: float, ends: tuple[float | None, float | None],
    reach: tuple[float, float], colour: str, width: float, alpha: float,
) -> None:  # fmt: skip
    """An interval; an end without a bound is an arrow to the edge."""
    shown = [edge if end is None else end for end, edge in zip(ends, reach, strict=True)]
    axes.plot(
        shown, [place, place], color=colour, linewidth=width, solid_capstyle="butt", alpha=alpha,
        zorder=2,
    )  # fmt: skip
    for end, edge in zip(ends, reach, strict=True):
        if end is None:
            axes.annotate(
                "", (edge, place), (months, place), zorder=3,
                arrowprops={"arrowstyle": "-|>", "color": colour, "linewidth": 1.2,
                            "shrinkA": 0, "shrinkB": 0},
            )  # fmt: skip


def dotted(
    rows: list[Dot], who: str, finding: str, foot: str, ax: Axes | None, size: str, look: Look,
    *, over: bool = False, **scale: Any,
) -> Axes:  # fmt: skip
    """A whole figure of dots; `scale` as in `_dots`, where it is not months.

    On a phone names stand `over` their rows: on one line where the answer leaves it room, else on
    two, and what these do not hold ends in an ellipsis (the pointer is told the whole).
    """
    over = over or of_size(size) == SIZES["phone"]
    pen = Pen.on(ax, size, _height(rows, size, foot, over=over), look)
    pairs = _dots(pen, rows, who, over=over, **scale)
    axes = pen.finish(finding, foot, room=1.4 * pen.size.font)
    if any(name.get_window_extent().overlaps(answer.get_window_extent()) for name, answer in pairs):
        _to_the_edge(axes)
    for name, answer in pairs:
        beside, whole = answer.get_window_extent().padded(pen.size.font), name.get_text()
        letters = len(whole)
        while name.get_window_extent().overlaps(beside):
            letters -= 1
            broken = textwrap.wrap(whole, letters, break_on_hyphens=False, max_lines=2,
                                   placeholder="\u2026")  # fmt: skip
            name.set_text("\n".join(broken))
    return axes


def _to_the_edge(axes: Axes) -> None:
    """Begin names that stand over their rows where the figure begins, left of the axes."""
    frame = axes.get_window_extent()
    tight = axes.get_tightbbox() or frame
    for text in axes.texts:
        if text.get_transform() == axes.get_yaxis_transform() and text.get_position()[0] == 0:
            text.set_x((tight.x0 - frame.x0) / frame.width)
