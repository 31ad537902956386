"""Axes of lags: months without a sign, the side that is ahead named in words."""

from __future__ import annotations

import importlib
from typing import Any


def unsigned(axis: Any, ticks: int = 8) -> None:
    """Print tick labels without a minus sign: a direction is a word."""
    ticker: Any = importlib.import_module("matplotlib.ticker")  # untyped
    axis.set_major_locator(ticker.MaxNLocator(nbins=ticks, steps=[1, 2, 3, 5, 6, 10]))
    axis.set_major_formatter(ticker.FuncFormatter(lambda value, _: f"{abs(value):g}"))
