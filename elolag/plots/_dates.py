"""An axis of dates: days since 1970 with as many labels as fit."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from elolag.dates import DAYS_PER_MONTH

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def date_axis(axes: Axes, first: float, end: float, size: str = "page") -> None:
    """Label an x axis in days since 1970: quarters, half years or years, by the range's length."""
    dates: Any = importlib.import_module("matplotlib.dates")  # untyped
    months = (end - first) / DAYS_PER_MONTH
    room = 6 if size == "column" else 10
    if months <= 2 * room // 3:
        locator, style = dates.MonthLocator(), "%b %Y"
    elif months <= 2 * room:
        locator, style = dates.MonthLocator(bymonth=(1, 4, 7, 10)), "%b %Y"
    elif months <= 6 * room:
        locator, style = dates.MonthLocator(bymonth=(1, 7)), "%b %Y"
    else:
        locator, style = dates.YearLocator(), "%Y"
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(dates.DateFormatter(style))
