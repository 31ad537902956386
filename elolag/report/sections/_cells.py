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
