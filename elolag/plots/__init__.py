"""Figures. Every function takes ``ax=None`` and returns the axes; none touches global state."""

from __future__ import annotations

from elolag.plots.figures import bridge, leads, revisions, time_to_match
from elolag.plots.files import save, svg
from elolag.plots.frontiers import frontier
from elolag.plots.paths import forecast, held, lag_path
from elolag.plots.rows import claims, comparison, dates, influence, measures, news, slices, voters
from elolag.plots.specification import specification_curve
from elolag.plots.style import COLOURS, SIZES, footer
from elolag.results.provenance import CAVEAT

__all__ = [
    "CAVEAT",
    "COLOURS",
    "SIZES",
    "bridge",
    "claims",
    "comparison",
    "dates",
    "footer",
    "forecast",
    "frontier",
    "held",
    "influence",
    "lag_path",
    "leads",
    "measures",
    "news",
    "revisions",
    "save",
    "slices",
    "specification_curve",
    "svg",
    "time_to_match",
    "voters",
]
