"""How charts are drawn: colours, type, and from Vega-Lite to SVG, PNG, PDF and the page's Vega.

Altair authors each chart and vl-convert renders it, so that the page, its interactive version and
the files of the folder are one specification. All text is Liberation Sans, which vl-convert
carries with it: the same bytes on every machine.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from elolag import errors
from elolag.results.words import printable

#: Colours of the files; `templates/style.css` turns each into its dark twin in the page.
INK, MUTED, FAINT, PAPER = "#1f2328", "#59636e", "#d8dce1", "#ffffff"
COLOURS = ("#12436D", "#F46A25")
#: The same two as text: AA contrast on white.
TEXT_COLOURS = ("#12436D", "#B0430E")
SHAPES = ("circle", "square")
DASHES = ((1, 0), (5, 2))

#: Width of a chart in the page and on a phone, and of its vertical axis, in pixels.
WIDE, NARROW = 700, 322
AXIS = 40
FONT = "Liberation Sans"
#: Width of a letter of `FONT` in its size, on average (names of models, measured).
LETTER = 0.54

#: Vega counts time in milliseconds since 1970.
_MILLISECONDS = 86_400_000


def library(name: str) -> Any:
    """Altair or vl-convert, imported only when a report is made."""
    return errors.library(name, errors.REPORT)


def data(rows: Sequence[Mapping[str, Any]]) -> Any:
    """Rows as inline data of a chart, every text made printable."""
    alt = library("altair")
    return alt.Data(
        values=[
            {k: printable(v) if isinstance(v, str) else v for k, v in row.items()} for row in rows
        ]
    )


def specification(
    layers: Sequence[Any], *, width: int, height: int, params: Sequence[Any] = ()
) -> dict[str, Any]:
    """Layers of Altair as one Vega-Lite specification in the report's style."""
    alt = library("altair")
    chart = alt.layer(*layers).properties(width=width, height=height)
    if params:
        chart = chart.add_params(*params)
    with alt.data_transformers.enable("default", consolidate_datasets=False):
        spec: dict[str, Any] = chart.to_dict(validate=True)
    spec["config"] = _CONFIG
    spec["padding"] = 4
    return spec


def text(chart: Any, *, x: Any, y: Any, field: str, **mark: Any) -> list[Any]:
    """Text with a halo of paper, so that it reads over lines and points."""
    halo = {**mark, "stroke": PAPER, "strokeWidth": 4, "strokeJoin": "round", "color": PAPER}
    return [chart.mark_text(**style).encode(x=x, y=y, text=f"{field}:N") for style in (halo, mark)]


def value_axis(title: str, **axis: Any) -> Any:
    """A vertical axis whose title stands level above it, where it is read first."""
    alt = library("altair")
    return alt.Axis(
        title=title, titleAngle=0, titleAlign="left", titleBaseline="bottom", titleX=-AXIS,
        titleY=-12, minExtent=AXIS, maxExtent=AXIS, **axis,
    )  # fmt: skip


def date_axis(width: int) -> Any:
    """An axis of dates, one tick every six months."""
    alt = library("altair")
    style = {"format": "%b %Y"} if width > NARROW else {"format": "%b %y", "labelFontSize": 10}
    return alt.Axis(tickCount={"interval": "month", "step": 6}, labelOverlap=True, **style)


def date_scale(first: float, last: float) -> Any:
    """A scale of dates, from and to days since 1970, that does not know time zones."""
    domain = [round(day * _MILLISECONDS) for day in (first, last)]
    return library("altair").Scale(type="utc", domain=domain, nice=False)


def vega(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Vega-Lite to Vega, which the page runs: no compiler is needed there."""
    compiled: dict[str, Any] = library("vl_convert").vegalite_to_vega(dict(spec))
    for scale in compiled["scales"]:
        if scale["type"] == "utc":
            # Vega-Lite writes the ends as a union of signals, which Vega warns of in the console.
            said = re.findall(r"datetime\((\d+)\)", str(scale["domain"]))
            scale["domain"] = [int(said[0]), int(said[1])]
    return compiled


def svg(spec: Mapping[str, Any], *, background: str | None = None, prefix: str = "part") -> str:
    """A Vega specification as an SVG document, the same every time.

    Vega numbers the names it refers to through the life of a process; here they are numbered anew,
    after a prefix that keeps those of several drawings in one page apart.
    """
    drawn: str = library("vl_convert").vega_to_svg({**spec, "background": background})
    found = list(dict.fromkeys(re.findall(r'\bid="([^"]+)"', drawn)))
    new = {old: f"{prefix}-{number}" for number, old in enumerate(found)}
    drawn = re.sub(r'\bid="([^"]+)"', lambda m: f'id="{new[m[1]]}"', drawn)
    return re.sub(r"url\(#([^)]+)\)", lambda m: f"url(#{new[m[1]]})", drawn)


def inline_svg(spec: Mapping[str, Any], prefix: str) -> str:
    """An SVG to stand in a page, hidden from screen readers, which are given words and a table."""
    text = svg(spec, prefix=prefix)
    text = re.sub(r"(<svg\b[^>]*?)>", r'\1 aria-hidden="true" focusable="false">', text, count=1)
    return text.replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "", 1)


def png(document: str) -> bytes:
    """An SVG document as PNG, three pixels to one of the page."""
    drawn: bytes = library("vl_convert").svg_to_png(document, scale=3.0)
    return drawn


def pdf(document: str) -> bytes:
    """An SVG document as PDF, the same every time.

    vl-convert writes fonts and lists of resources in any order. It draws again until the (two)
    fonts stand by name; lines of lists are sorted, which moves nothing else, so that the file's
    table of offsets stays right.
    """
    drawn = b""
    for _ in range(_TRIES):
        drawn = library("vl_convert").svg_to_pdf(document)
        fonts = list(dict.fromkeys(re.findall(rb"/BaseFont /[A-Z]+\+(\S+)", drawn)))
        if fonts == sorted(fonts):
            break
    return _RESOURCES.sub(lambda m: b"".join(sorted(m[0].splitlines(keepends=True))), drawn)


_TRIES = 40
_RESOURCES = re.compile(rb"(?:^ +/[a-z]+\d+ \d+ 0 R\n){2,}", re.MULTILINE)

_CONFIG: dict[str, Any] = {
    "aria": False,
    "font": FONT,
    "background": None,
    "view": {"stroke": None},
    "axis": {
        "labelColor": MUTED,
        "labelFontSize": 11,
        "titleColor": MUTED,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
        "titlePadding": 10,
        "gridColor": FAINT,
        "gridWidth": 0.7,
        "domainColor": MUTED,
        "domainWidth": 0.7,
        "tickColor": MUTED,
        "tickWidth": 0.7,
        "tickSize": 4,
        "labelPadding": 5,
    },
    "axisY": {"domain": False, "ticks": False},
    "axisX": {"grid": False},
    "text": {"font": FONT, "fontSize": 11, "color": INK},
}
