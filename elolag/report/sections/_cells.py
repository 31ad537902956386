"""Rows of results as cells of a table."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from elolag.report.content import Cell, Column


def rows_of(
    columns: Sequence[Column], rows: Sequence[Mapping[str, Any]]
) -> tuple[tuple[Cell, ...], ...]:
    """The values of the columns, plain, in their order; what is not a number is empty."""
    return tuple(tuple(_cell(row[column.key]) for column in columns) for row in rows)


def _cell(value: Any) -> Cell:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if value is None or isinstance(value, str | bool | int | float) else str(value)


def few(count: int, shown: int) -> tuple[int, ...]:
    """So many of the numbers from 0 to `count`, evenly, both ends among them."""
    if count <= shown:
        return tuple(range(count))
    return tuple(round(k * (count - 1) / (shown - 1)) for k in range(shown))
