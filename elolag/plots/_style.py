"""What all figures share: size, colours, footer, and how a file is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from elolag.result import LagResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Leader and follower; they differ in grey print and for the colour-blind, and by marker and dash.
COLOURS = ("#12436D", "#F46A25")
MARKERS = ("o", "s")
DASHES = ("-", (0, (5, 1.5)))
#: Series that are not leader and follower: dark to light, told apart in grey by their shape.
SERIES = ("#12436D", "#F46A25", "#28A197", "#801650", "#6b6b6b", "#A285D1", "#222222")
SHAPES = ("o", "s", "^", "D", "v", "P", "X")
CAVEAT = "Ratings are blind preference votes, not a measure of capability."


def footer(result: LagResult) -> str:
    """Source, vintage, hash and one caveat: what stands under a figure and in its metadata."""
    _, digest = result.snapshots[0]
    return (
        f"Source: {result.board} ({result.category}), Arena (arena.ai), CC-BY-4.0; ratings of "
        f"{result.vintage}, snapshot sha256 {digest[:16]}; elolag {result.version}, "
        f"{result.n_draws:,} draws, seed {result.seed}.\n{CAVEAT} Bars: 95% of each record's "
        f"posterior; bracket: {result.estimand} lag, {result.level:.0%} measurement interval."
    )


def save(axes: Axes, path: str, result: LagResult) -> None:
    """Write the figure (PNG, SVG or PDF by its ending) with the footer in its metadata."""
    figure: Any = axes.get_figure()
    key = "Description" if path.endswith((".png", ".svg")) else "Subject"
    fixed = {"Date": None} if path.endswith(".svg") else {}
    figure.savefig(path, dpi=170, bbox_inches="tight", metadata={key: footer(result), **fixed})


def new_axes(size: tuple[float, float] = (9, 5.2)) -> Axes:
    """Fresh axes on a figure of their own (inches), page width by default."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure: Figure = Figure(figsize=size, layout=None)
    FigureCanvasAgg(figure)
    return figure.add_subplot()
