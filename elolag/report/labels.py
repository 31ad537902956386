"""Where the names of models stand in a chart, so that none covers another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from elolag.report.drawing import LETTER


@dataclass(frozen=True)
class Label:
    """A name to place at a point (pixels from the top left of the plot); `above` it or below."""

    text: str
    x: float
    y: float
    above: bool


@dataclass(frozen=True)
class Placed:
    """A label with its anchor, in pixels; text is right-aligned where `right` is set."""

    number: int
    x: float
    y: float
    right: bool


Box = tuple[float, float, float, float]


def place(
    labels: Sequence[Label],
    *,
    width: float,
    height: float,
    size: float,
    taken: Iterable[Box] = (),
    points: Sequence[tuple[float, float]] = (),
) -> list[Placed]:
    """Place labels in the order given; one that finds no free place is left out.

    Parameters
    ----------
    width, height
        Of the plot, in pixels.
    size
        Of the letters, in pixels.
    taken
        Boxes (left, top, right, bottom) that must stay free.
    points
        Marks no label may cover.
    """
    used = list(taken)
    placed = []
    for number, label in enumerate(labels):
        for x, y, right in _places(label, size):
            left = x - LETTER * size * len(label.text) if right else x
            box = (left, y - 0.6 * size, left + LETTER * size * len(label.text), y + 0.6 * size)
            inside = box[0] >= 0 and box[2] <= width and box[1] >= 0 and box[3] <= height
            if inside and not any(_meet(box, other) for other in used):
                if any(_holds(box, point) for point in points):
                    continue
                used.append(box)
                placed.append(Placed(number, x, y, right))
                break
    return placed


def _places(label: Label, size: float) -> Iterable[tuple[float, float, bool]]:
    """Candidates: beside the point, nearest first; the leader's go up left, others down right."""
    away = -1 if label.above else 1
    for lines in (1.0, 1.8):
        for right in (label.above, not label.above):
            yield label.x + (-6 if right else 6), label.y + away * lines * size, right


def _meet(one: Box, other: Box) -> bool:
    return (
        one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
    )  # fmt: skip


def _holds(box: Box, point: tuple[float, float], near: float = 3.0) -> bool:
    return (
        box[0] - near < point[0] < box[2] + near and box[1] - near < point[1] < box[3] + near
    )  # fmt: skip
