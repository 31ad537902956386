"""What a reader takes along from a chart: images, a workbook that explains itself, an embed."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from elolag.dates import parse
from elolag.errors import REPORT, UsageError, library
from elolag.plots.files import Pixels, painted, rendered
from elolag.plots.style import dots, of_size
from elolag.results.lag import LagResult
from elolag.results.provenance import provenance
from elolag.results.table import Cell, Column, Table
from elolag.results.words import printable
from elolag.schema import NOT_STATED
from elolag.site.content import Link
from elolag.site.page import filled, template

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Sizes of every chart that is offered for download.
OFFERED = ("page", "slide", "phone")
#: Of a picture: all, and of those the ones of its areas (sides, bands, ink), which no edge changes.
_COLOURS, _AREAS = 24, 12
#: Dots of a picture that the others are taken from.
_DOTS = 40_000
#: Longer texts of a PNG are compressed, to a third.
_SHORT = 1_000
#: Dots per inch of a screen: two to a pixel of a phone's page. Print has the SVG, which scales.
_DPI = {"phone": 200, "page": 150, "slide": 120}
#: What one cell and one sheet's name can hold.
_LONGEST, _NAME = 32_767, 31
#: Height of a row in points at most.
_TALLEST = 409
_CUT = " … (cut here; whole in the CSV)"
#: Larger whole numbers are not exact in a spreadsheet.
_EXACT = 2**53
_ISO = re.compile(r"\d{4}-\d\d-\d\d")

#: What a frame needs beside the page's own style: no margins, and a title of the size of text.
_FRAME = """
body { max-width: none; padding: .5rem .75rem; }
h1 { font-size: 1.05rem; margin: 0 0 .5rem; letter-spacing: 0; }
figure { margin: 0; }
figcaption { margin: .4rem 0 0; max-width: none; }
"""


def images(
    name: str,
    draw: Callable[..., Axes],
    result: Any,
    *,
    title: str | None = None,
    sizes: Sequence[str] = OFFERED,
) -> dict[str, bytes]:
    """A chart as one SVG, which scales, and as a PNG in each size, by file name.

    ``frontier.svg``, ``frontier-page.png``, ``frontier-slide.png``, ``frontier-phone.png``.

    Parameters
    ----------
    name
        File name without size and ending.
    draw
        A figure of `elolag.plots`, to be told ``size`` and ``title``.
    result
        What was drawn; its provenance goes into the files, where `elolag cite` reads it.
    title
        In place of the finding.
    """
    files = {f"{name}.svg": b""}
    for size in dict.fromkeys(("page", *sizes)):
        with dots(dpi := _DPI.get(size, of_size(size).dpi)):
            axes = draw(size=size, title=title)
        if size == "page":
            files[f"{name}.svg"] = rendered(axes, "svg", result, pointed=False)
        if size in sizes:
            files[f"{name}-{size}.png"] = _few_colours(*painted(axes, result), dpi)
    return files


def _few_colours(pixels: Pixels, told: Mapping[str, str], dpi: float) -> bytes:
    """A PNG with a palette: under a third of the bytes, and no change of colour that is seen."""
    pillow = library("PIL.Image", REPORT)
    texts = library("PIL.PngImagePlugin", REPORT).PngInfo()
    for key, text in told.items():
        texts.add_text(key, text, zip=len(text) > _SHORT)
    picture = pillow.fromarray(np.ascontiguousarray(pixels[:, :, :3]))
    shares = sorted(picture.getcolors(picture.width * picture.height), reverse=True)
    colours = np.array([colour for _, colour in shares], np.uint8)
    number = np.zeros(1 << 24, np.uint32)
    number[_packed(colours)] = np.arange(len(colours))
    at = number[_packed(pixels)]
    # Those of areas as they are; the edges between them by the median cut of a sample.
    within = at[1:-1, 1:-1]
    solid = np.ones(within.shape, bool)
    for beside in (at[:-2, 1:-1], at[2:, 1:-1], at[1:-1, :-2], at[1:-1, 2:]):
        solid &= within == beside
    order = np.argsort(-np.bincount(within[solid], minlength=len(colours)), kind="stable")
    palette, edges = colours[order[:_AREAS]], order[_AREAS:]
    if len(edges):
        counts = np.array([n for n, _ in shares]) * _DOTS // at.size
        sample = pillow.fromarray(
            np.repeat(colours[edges], np.maximum(counts[edges], 1), axis=0)[None]
        )
        others = _COLOURS - _AREAS
        cut = sample.quantize(others, kmeans=1).getpalette()[: 3 * others]
        palette = np.vstack([palette, np.array(cut, np.uint8).reshape(-1, 3)])
    away = ((colours[:, None].astype(int) - palette) ** 2).sum(axis=2)
    few = pillow.fromarray(away.argmin(axis=1).astype(np.uint8)[at])
    few.putpalette(palette.tobytes())
    held = io.BytesIO()
    few.save(held, "PNG", compress_level=7, dpi=(dpi, dpi), pnginfo=texts)
    return held.getvalue()


def _packed(colours: Pixels) -> NDArray[np.uint32]:
    """Each colour as one number below 2**24, read off its bytes."""
    padded = np.zeros((*colours.shape[:-1], 4), np.uint8)
    padded[..., :3] = colours[..., :3]
    return np.ascontiguousarray(padded.view("<u4")[..., 0])


def about(result: LagResult, *, title: str, caption: str, command: str) -> list[tuple[str, str]]:
    """What the first sheet of a workbook says of a chart and the month it belongs to.

    Parameters
    ----------
    result
        The month's figure, on whose lists the chart rests.
    title, caption
        Of the chart: what it shows, and how to read it.
    command
        What to type to get the same again.
    """
    source = provenance(result)
    rows = [
        ("What this is", title),
        ("How to read it", caption),
        ("The month's figure", result.sentence()),
        ("Board", f"{result.board}, category {result.category}"),
        ("As of", result.as_of),
        ("Ratings of", result.vintage),
        ("What intervals leave out", result.left_out()),
        ("Caveat", source.caveats()),
        ("Footnote", source.footer()),
        ("Software", f"elolag {result.version}, {result.n_draws:,} draws, seed {result.seed}"),
        ("Command", command),
    ]
    said = dict.fromkeys((o.citation or o.publisher, o.licence) for o in result.origins)
    rows += [("Source", f"{name} Licence: {licence or NOT_STATED}") for name, licence in said]
    if result.snapshots:
        path, digest = result.snapshots[0]
        rows.append(("Newest list, short hash", f"{path} {digest[:16]}"))
    rows += [("List, SHA-256", f"{path} {digest}") for path, digest in result.snapshots]
    return rows


def xlsx(table: Table, about: Sequence[tuple[str, str]], *, made: str) -> bytes:
    """A workbook: a first sheet that explains, then the table with typed columns.

    Numbers are numbers and ISO dates dates. Text is text, whatever it begins with: no cell is a
    formula or a link.

    Parameters
    ----------
    about
        What the first sheet says, (name, text) in its order; it lists the columns after that.
    made
        ISO date, said to be that of the workbook: no clock.

    Raises
    ------
    UsageError
        A name that a sheet cannot have; or the extra ``elolag[report]`` is missing.
    """
    held = io.BytesIO()
    options = {"in_memory": True, **dict.fromkeys(
        ("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)}  # fmt: skip
    book = library("xlsxwriter", REPORT).Workbook(held, options)
    book.set_properties({"created": dt.datetime.combine(parse(made), dt.time(), dt.UTC)})
    strong = book.add_format({"bold": True})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    name = _sheet_name(table)
    _explain(book.add_worksheet("About"), name, table, about, strong, wrapped)
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(table.columns):
        sheet.set_column(place, place, 40 if column.long else 14)
        sheet.write_string(0, place, column.key, strong)
        for number, row in enumerate(table.rows, 1):
            _write(sheet, number, place, row[place], column, day)
    book.close()
    return held.getvalue()


def _explain(
    sheet: Any, name: str, table: Table, about: Sequence[tuple[str, str]], strong: Any,
    wrapped: Any,
) -> None:  # fmt: skip
    widths = (22, 28, 16, 90)
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)
    for number, (head, text) in enumerate(about):
        sheet.write_string(number, 0, _text(head), strong)
        # Over the columns of the list below; merged cells do not grow by themselves.
        sheet.merge_range(number, 1, number, 3, "", wrapped)
        sheet.write_string(number, 1, _text(text), wrapped)
        lines = sum(1 + len(line) // sum(widths[1:]) for line in text.split("\n"))
        sheet.set_row(number, min(15 * lines, _TALLEST))
    start = len(about) + 1
    for place, head in enumerate(("Sheet", "Column", "Unit", "Meaning")):
        sheet.write_string(start, place, head, strong)
    for number, column in enumerate(table.columns, start + 1):
        for place, text in enumerate((name, column.key, column.unit, column.meaning)):
            sheet.write_string(number, place, _text(text), wrapped)


def _sheet_name(table: Table) -> str:
    """The name of its sheet: short enough, of plain characters, none that is taken.

    Raises
    ------
    UsageError
        It is empty, that of the first sheet, or one that spreadsheets keep for themselves.
    """
    name = re.sub(r"[^a-z0-9-]+", "-", table.name.lower())[:_NAME]
    if name in ("", "about", "history"):
        raise UsageError(f"a workbook cannot hold two sheets {name!r}; rename {table.name!r}")
    return name


def _write(sheet: Any, row: int, place: int, cell: Cell, column: Column, day: Any) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, bool):
        sheet.write_boolean(row, place, cell)
    elif (
        isinstance(cell, str)
        and column.unit == "ISO date"
        and _ISO.fullmatch(cell)
        and cell >= "1900-03-01"
    ):
        sheet.write_datetime(row, place, dt.datetime.combine(parse(cell), dt.time()), day)
    elif isinstance(cell, str) or (isinstance(cell, int) and abs(cell) > _EXACT):
        sheet.write_string(row, place, _text(str(cell)))
    else:
        sheet.write_number(row, place, cell)


def _text(text: str) -> str:
    """Text as a cell may hold it: line breaks stay, nothing else that does not show."""
    plain = "\n".join(printable(line) for line in text.split("\n"))
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - len(_CUT)] + _CUT


def embed(
    drawings: Mapping[str, str], *, title: str, alt: str, credit: tuple[str, str], link: Link
) -> bytes:
    """The page of one chart: title, drawing, two lines of credit and one link; nothing runs.

    Parameters
    ----------
    drawings
        ``page`` and ``phone`` -> the SVG element, from `elolag.plots.files.svg`.
    alt
        What the chart shows, for those who do not see it.
    credit
        Two lines of plain text: whose figures and of when; what the interval is.
    link
        To the page that says more.
    """
    markup = library("markupsafe", REPORT).Markup
    return filled(
        "embed.html.j2", f"{template('style.css')}{_FRAME}", title=title, alt=alt, credit=credit,
        link=link, drawings={size: markup(drawing) for size, drawing in drawings.items()},
    )  # fmt: skip
