"""Names that do not collide: each beside its mark, or left out."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from elolag.arrays import Floats
from elolag.plots.files import hover
from elolag.plots.pen import Pen
from elolag.plots.style import COLOURS, SIDES, Size, visible

if TYPE_CHECKING:
    from matplotlib.axes import Axes


#: Directions a label may stand in, as unit steps; the sides a mark prefers come first.
UPWARD = ((-1, 1), (0, 1), (1, 1), (-1, 0))
DOWNWARD = ((1, -1), (0, -1), (-1, -1), (1, 0))
#: How far, in units of the type's size.
_RADII = (0.28, 0.5, 1.2, 2.1, 3.2, 4.5, 6.0, 7.5)
#: From here on a thin line leads from the name to its mark.
_FAR = 1.0


@dataclass(frozen=True)
class Label:
    """A name for the mark at (x, y) in data units; `along` are other x at which it may stand.

    One that is `needed` stands over lines and marks rather than not at all.
    """

    text: str
    x: float
    y: float
    colour: str
    directions: tuple[tuple[int, int], ...] = UPWARD
    weight: str = "normal"
    scale: float = 1.0
    along: tuple[float, ...] = ()
    needed: bool = False


def place(pen: Pen, labels: Sequence[Label], *, lines: Sequence[tuple[Any, Any]] = ()) -> list[str]:
    """Write labels in order of importance; one with no free place is left out unless needed.

    Parameters
    ----------
    labels
        The most important first.
    lines
        Curves (x, y) in data units that no label may stand on; step curves as drawn.

    Returns
    -------
    list of str
        The labels that were written. Every label lies within the axes and covers no other text;
        nor, unless it is needed, a mark or line.
    """
    axes = pen.axes
    marks = [axes.transData.transform((label.x, label.y)) for label in labels]
    rim = np.array([(x, y) for x in (-0.5, 0, 0.5) for y in (-0.5, 0, 0.5)])
    around = rim * pen.size.marker * axes.figure.figure.dpi / 72
    names = zip(labels, marks, strict=True)
    rims = [mark + around for label, mark in names if not label.along]
    solid = np.concatenate([*rims, *(_dense(axes, *c) for c in lines)])
    leads = np.empty((0, 2))
    taken = [_box(text) for text in axes.texts if text.get_text() and text.get_visible()]
    written = []
    for label, mark in zip(labels, marks, strict=True):
        found = _free_place(pen, label, mark, solid, leads, taken)
        if found is None and label.needed:
            nothing = np.empty((0, 2))
            found = _free_place(pen, label, mark, nothing, nothing, taken)
        if found is not None:
            taken.append(found[0])
            leads = np.concatenate([leads, found[1]])
            written.append(label.text)
    return written


def _free_place(
    pen: Pen, label: Label, mark: Floats, solid: Floats, leads: Floats, taken: Sequence[Floats]
) -> tuple[Floats, Floats] | None:
    """Write one label: its box, and the line that leads to it; None where there is no room."""
    axes, measures = pen.axes, pen.size
    frame, dpi = axes.get_window_extent(), axes.figure.figure.dpi
    scale = dpi / 72 * measures.small
    text = axes.annotate(
        visible(label.text), (label.x, label.y), xytext=(0, 0), textcoords="offset points",
        fontsize=label.scale * measures.small, color=label.colour, weight=label.weight, ha="left",
        va="bottom", parse_math=False, path_effects=halo(measures), zorder=5,
    )  # fmt: skip
    if label.colour in COLOURS:
        hover(text, "", SIDES[COLOURS.index(label.colour)])
    x0, y0, x1, y1 = _box(text)
    width, height = x1 - x0, y1 - y0
    pad = 0.3 * scale
    feet = [mark, *(axes.transData.transform((x, label.y)) for x in label.along)]
    for radius, foot, (right, up) in itertools.product(_RADII, feet, label.directions):
        if radius > _FAR and (not right or foot is not mark):
            continue  # a line straight up would pass for an error bar
        # The box's near side stands `radius` from the mark.
        dx = {1: radius * scale, 0: -width / 2, -1: -radius * scale - width}[right]
        dy = {1: radius * scale, 0: -height / 2, -1: -radius * scale - height}[up]
        left, low = foot[0] + dx, foot[1] + dy
        box = np.array([left, low, left + width, low + height])
        inside = frame.x0 <= box[0] and box[2] <= frame.x1
        inside = inside and frame.y0 <= box[1] and box[3] <= frame.y1
        wide = box + np.array([-pad, -pad / 2, pad, pad / 2])
        if not inside or any(_meet(wide, other) for other in taken):
            continue
        if _holds(wide, solid) or _holds(wide, leads):
            continue
        path = np.linspace(mark, _nearest(mark, box), 40 if radius > _FAR else 0)
        if any(_holds(other, path) for other in taken):
            continue
        if _close(path, leads, scale).any() or _runs_along(path, mark, solid, scale):
            continue
        text.set_position(((left - mark[0]) * 72 / dpi, (low - mark[1]) * 72 / dpi))
        if len(path):
            _lead(pen, mark, box, label)
        return _box(text), path
    text.remove()
    return None


def _lead(pen: Pen, mark: Floats, box: Floats, label: Label) -> None:
    """A thin line from the name to its mark."""
    x, y = pen.axes.transData.inverted().transform([mark, _nearest(mark, box)]).T
    style = {"alpha": 0.7, "zorder": 1.5, "scalex": False, "scaley": False}
    line = pen.line(x, y, 0.35, label.colour, **style)
    if label.colour in COLOURS:
        hover(line, "", SIDES[COLOURS.index(label.colour)])


def halo(measures: Size) -> list[Any]:
    """White around type that may stand on faint marks."""
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=0.25 * measures.font, foreground="white")]


def _nearest(mark: Floats, box: Floats) -> Floats:
    return np.array([np.clip(mark[0], box[0], box[2]), np.clip(mark[1], box[1], box[3])])


def _close(path: Floats, points: Floats, scale: float) -> NDArray[np.bool_]:
    """Which points of a path come near any of the points."""
    away = np.hypot(*(path[:, None, :] - points[None, :, :]).transpose(2, 0, 1))
    return np.asarray((away < 0.25 * scale).any(axis=1))


def _runs_along(path: Floats, mark: Floats, solid: Floats, scale: float) -> bool:
    """Whether a leading line follows other lines or marks; to cross one is no harm."""
    beyond = path[np.hypot(*(path - mark).T) > 0.8 * scale]
    return bool(_close(beyond, solid, scale).sum() > 5)


def _dense(axes: Axes, x: Any, y: Any) -> Floats:
    """A curve as points of the canvas no further apart than a character is wide."""
    corners = axes.transData.transform(np.column_stack([x, y]).astype(float))
    if len(corners) < 2:
        return np.asarray(corners)
    steps = np.abs(np.diff(corners, axis=0)).max(axis=1)
    parts = [
        np.linspace(a, b, int(min(np.ceil(step / 4), 4000)) + 1)
        for a, b, step in zip(corners[:-1], corners[1:], steps, strict=True)
    ]
    return np.concatenate(parts)


def _box(text: Any) -> Floats:
    extent = text.get_window_extent()
    return np.array([extent.x0, extent.y0, extent.x1, extent.y1])


def _holds(box: Floats, points: Floats) -> bool:
    return bool(
        (
            (points[:, 0] > box[0]) & (points[:, 0] < box[2])
            & (points[:, 1] > box[1]) & (points[:, 1] < box[3])
        ).any()
    )  # fmt: skip


def _meet(one: Floats, other: Floats) -> bool:
    return bool(one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3])
