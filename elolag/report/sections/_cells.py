"""Rows of results as cells of a table."""

from __future__ import annotations


def few(count: int, shown: int) -> tuple[int, ...]:
    """So many of the numbers from 0 to `count`, evenly, both ends among them."""
    if count <= shown:
        return tuple(range(count))
    return tuple(round(k * (count - 1) / (shown - 1)) for k in range(shown))
