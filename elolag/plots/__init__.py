"""Figures. Every function takes ``ax=None`` and returns the axes; none touches global state."""

from __future__ import annotations

from elolag.plots._calibration import calibration
from elolag.plots._frontier import frontier
from elolag.plots._style import CAVEAT, COLOURS, SIZES, footer, save

__all__ = ["CAVEAT", "COLOURS", "SIZES", "calibration", "footer", "frontier", "save"]
