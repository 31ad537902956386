"""What the commands print with: streams, lines, tables, progress."""

from __future__ import annotations

import contextlib
import errno
import io
import json
import os
import re
import shutil
import signal
import sys
import textwrap
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from elolag.results.words import printable as plain

if TYPE_CHECKING:
    from rich.console import Console

    from elolag.results.table import Result


class _Closed(io.TextIOBase):
    """In place of a stream that was closed before we began, so that a write is an error."""

    def write(self, text: str, /) -> int:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))


def prepare() -> None:
    """Let stdout and stderr take any character; what they cannot encode is escaped."""
    if sys.stdout is None:
        sys.stdout = _Closed()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


@contextlib.contextmanager
def stopped_tidily() -> Iterator[None]:
    """SIGTERM ends the command like any error does: half-written files are removed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _stop(number: int, _: FrameType | None) -> NoReturn:
    sys.exit(128 + number)


def complain(message: str) -> None:
    """A message on stderr, in which no name from data can do anything but be read."""
    message = "\n".join(map(plain, message.split("\n")))
    # Where stderr is closed or full too, there is nowhere left to say it; the exit code remains.
    with contextlib.suppress(OSError):
        typer.echo(f"elolag: {message}", err=True)


def why(error: OSError) -> str:
    """What an error of the system says, in one line."""
    what = error.strerror or str(error)
    return f"{error.filename}: {what}" if error.filename else f"cannot write the answer: {what}"


def give_up() -> None:
    """Drop what stdout still holds, so that the end of the program does not write it again."""
    if sys.stdout is sys.__stdout__ and isinstance(sys.stdout, io.TextIOWrapper):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


# What the commands print with: every text, table and JSON object goes through one neutraliser.
#
# Nothing that came from data may do anything on a terminal but be read: what does not show itself
# (control, direction and escape characters) is escaped, and rich finds neither markup nor emoji.

_PIPE_WIDTH = 100
#: Widest terminal that is filled.
_WIDEST = 140
#: A list is old after so many days.
_OLD_DAYS = 45


def code(name: str) -> str:
    """A name from upstream as a Markdown code span, in which nothing is markup."""
    text = plain(name)
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    pad = " " if "`" in text else ""
    return f"{ticks}{pad}{text}{pad}{ticks}".replace("|", "\\|")


def line(*cells: str, err: bool = False) -> None:
    """Print one line, of whatever length; several cells with tabs between them."""
    typer.echo("\t".join(map(plain, cells)), err=err)


def lines(text: str, *, err: bool = False) -> None:
    """Print text of several lines; one that ends its last line gets no further end."""
    typer.echo(
        "\n".join(map(plain, text.split("\n"))), nl=bool(text) and not text.endswith("\n"), err=err
    )


def dump(data: Any) -> None:
    """Print one JSON object."""
    typer.echo(_as_json(data))


def _as_json(data: Any) -> str:
    """JSON for people and programs: letters as they are, what does not show itself escaped."""
    text = json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False)
    return re.sub(r"[^\n\x20-\x7e]", lambda found: _escaped(found[0]), text)


def _escaped(character: str) -> str:
    return character if character.isprintable() else json.dumps(character)[1:-1]


def _console(most: int = _WIDEST) -> Console:
    """Where results are printed: as wide as the terminal, of fixed width in a pipe."""
    from rich.console import Console

    wide = min(shutil.get_terminal_size().columns, most) if sys.stdout.isatty() else _PIPE_WIDTH
    return Console(highlight=False, markup=False, emoji=False, width=wide)


def say(text: str = "", style: str = "", most: int = _WIDEST) -> None:
    """Print one paragraph, broken where the terminal ends."""
    from rich.text import Text

    _console(most).print(Text(plain(text), style=style))


def paragraphs(*texts: str) -> None:
    """Print text that is copied out: broken between words only, and no line ends in blanks."""
    wide = _console(_PIPE_WIDTH).width
    for text in texts:
        told = plain(text)
        lines("\n".join(
            textwrap.wrap(told, wide, break_long_words=False, break_on_hyphens=False) or [""]
        ) + "\n")  # fmt: skip


def print_table(
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    whole: Sequence[str] = (),
    figures: bool = True,
    most: int = _WIDEST,
) -> None:
    """Print a table; where it is too narrow for that, one row after the other.

    No word is broken but a name after one of its hyphens, and that only where nothing else helps.

    Parameters
    ----------
    header
        Names of the columns.
    rows
        Cells, as many as columns.
    whole
        Columns that are never broken over lines.
    figures
        Whether columns of numbers are right-aligned.
    most
        Widest terminal that it fills.
    """
    from rich.table import Table
    from rich.text import Text

    cells = [[plain(str(cell)) for cell in row] for row in rows]
    console, heads = _console(most), [plain(name) for name in header]
    columns = list(zip(heads, *cells, strict=True))
    kept = [name in whole for name in header]
    widths = _widths(columns, kept, console.width - _APART * len(columns))
    if widths is None:
        for first, *rest in cells:
            told = (f"{name}: {cell}" for name, cell in zip(heads[1:], rest, strict=True) if cell)
            line(first)
            lines(textwrap.fill(
                "; ".join(told), console.width, initial_indent="  ", subsequent_indent="    ",
                break_long_words=False, break_on_hyphens=False,
            ))  # fmt: skip
        return
    table = Table(box=None, padding=(0, _APART, 0, 0), header_style="bold")
    for number, (name, width) in enumerate(zip(heads, widths, strict=True)):
        right = figures and bool(cells)
        right = right and all(re.fullmatch(r"[-+\d.,/ ]*", row[number]) for row in cells)
        style: Any = "right" if right else "left"
        table.add_column(Text(_folded(name, width)), justify=style, width=width)
    for row in cells:
        table.add_row(*(Text(_folded(*cell)) for cell in zip(row, widths, strict=True)))
    console.print(table)


#: Blanks between two columns.
_APART = 2
#: Letters from which on a name may be broken though another column could give way.
_LONG = 28
#: Where a name may be broken: after a hyphen, a stroke or an underscore, but not within a date.
_JOINT = re.compile(r"(?<=[-/_])(?!\d\d?(?:\D|$))(?=\w)")


def _widths(columns: Sequence[Sequence[str]], kept: Sequence[bool], room: int) -> list[int] | None:
    """How wide columns of these cells are, headings first; None where there is no room for them.

    The widest ones give way, as far as their longest words, or else the longest parts of these.
    """
    from rich.cells import cell_len

    wide = [max(map(cell_len, column)) for column in columns]
    for part in (_words, _parts):
        least = [
            most if whole else max((cell_len(p) for cell in column for p in part(cell)), default=0)
            for column, most, whole in zip(columns, wide, kept, strict=True)
        ]
        if sum(least) <= room:
            widths = list(wide)
            while sum(widths) > room:
                loose = [k for k, width in enumerate(widths) if width > least[k]]
                widths[max(loose, key=lambda k: widths[k])] -= 1
            return widths
    return None


def _words(text: str) -> list[str]:
    """The words of a cell; a name that is too long to stand whole in its parts."""
    return [p for w in text.split() for p in (_JOINT.split(w) if len(w) > _LONG else [w])]


def _parts(text: str) -> list[str]:
    return [part for word in text.split() for part in _JOINT.split(word)]


def _folded(text: str, width: int) -> str:
    """A cell in lines, broken between words, and within those that are wider than it."""
    from rich.cells import cell_len

    if cell_len(text) <= width:
        return text
    told = [""]
    for word in text.split():
        for number, part in enumerate(_JOINT.split(word) if cell_len(word) > width else [word]):
            between = " " if told[-1] and not number else ""
            if cell_len(told[-1] + between + part) > width:
                told.append(part)
            else:
                told[-1] += between + part
    return "\n".join(told)


def print_result(found: Result, *, whole: Sequence[str] = (), apart: bool = False) -> None:
    """Print a result: its sentence, its table, and what has to be said beneath it.

    Parameters
    ----------
    found
        The result.
    whole
        Columns that are never broken over lines.
    apart
        Whether an empty line follows each of the notes, and numbers stand to the left like words.
    """
    table = found.table()
    say(found.sentence(), "bold")
    say()
    print_table(table.headings(), table.cells(), whole=whole, figures=not apart)
    say()
    for note in found.footnotes():
        say(note)
        if apart:
            say()


def print_age(vintage: str, most: int = _WIDEST) -> None:
    """Say how many days old a list is, from the day on that this is worth saying."""
    from elolag.dates import to_day, today

    days = int(to_day(today()) - to_day(vintage))
    if days > _OLD_DAYS:
        say(f"Note: the list of {vintage} is {days} days old.", most=most)


def print_facts(rows: Iterable[tuple[str, str]], most: int = _WIDEST) -> None:
    """Print (quantity, value) pairs, one a row."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for quantity, value in rows:
        table.add_row(Text(plain(quantity)), Text(plain(value)))
    _console(most).print(table)


# A progress bar on stderr, for people only: in a pipe nothing is printed.


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], object] | None]:
    """Give a function of (done, in all) that moves a bar; None where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what)
        yield lambda done, total: bar.update(task, completed=done, total=total)
