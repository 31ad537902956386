"""Figures. Every function takes ``ax=None`` and returns the axes; none touches global state."""

from __future__ import annotations

from elolag.plots._bridge import bridge
from elolag.plots._calibration import calibration
from elolag.plots._estimands import estimand, estimands
from elolag.plots._frontier import frontier
from elolag.plots._lag_path import lag_path
from elolag.plots._revisions import revisions
from elolag.plots._slices import slices
from elolag.plots._specification import specification_curve
from elolag.plots._style import CAVEAT, COLOURS, SIZES, footer, save
from elolag.plots._time_to_match import time_to_match

__all__ = [
    "CAVEAT",
    "COLOURS",
    "SIZES",
    "bridge",
    "calibration",
    "estimand",
    "estimands",
    "footer",
    "frontier",
    "lag_path",
    "revisions",
    "save",
    "slices",
    "specification_curve",
    "time_to_match",
]
