"""What the commands share: names made safe to print, tables for terminals and pipes."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from elolag.words import printable as plain

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["code", "console", "plain", "print_table"]

_PIPE_WIDTH = 100


def code(name: str) -> str:
    """A name from upstream as a Markdown code span, in which nothing is markup."""
    text = plain(name)
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    pad = " " if "`" in text else ""
    return f"{ticks}{pad}{text}{pad}{ticks}".replace("|", "\\|")


def console() -> Console:
    """Where results are printed: as wide as the terminal, of fixed width in a pipe."""
    from rich.console import Console

    wide = min(shutil.get_terminal_size().columns, 140) if sys.stdout.isatty() else _PIPE_WIDTH
    return Console(highlight=False, markup=False, emoji=False, width=wide)


def print_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; columns of numbers are right-aligned."""
    from rich.table import Table
    from rich.text import Text

    cells = [[plain(str(cell)) for cell in row] for row in rows]
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for number, name in enumerate(header):
        figures = bool(cells) and all(re.fullmatch(r"[-+\d.,/ ]*", row[number]) for row in cells)
        table.add_column(name, justify="right" if figures else "left", overflow="fold")
    for row in cells:
        table.add_row(*(Text(cell) for cell in row))
    console().print(table)
