"""Where a picture came from: drawn under it, and written into its file.

`elolag.cite.read_figure` reads the files back, as it does those of `elolag.plots`.
"""

from __future__ import annotations

import json
import re
import textwrap
import zlib
from collections.abc import Mapping
from html import escape
from typing import Any

from elolag.report.drawing import FONT, INK, MUTED
from elolag.results.provenance import Provenance
from elolag.results.words import printable

#: Letters to a line of the footer, and how far below the plot it begins, in pixels.
LINE, BELOW = 150, 54
_SPACES = (
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns:cc="http://creativecommons.org/ns#" xmlns:dc="http://purl.org/dc/elements/1.1/"'
)


def framed(spec: Mapping[str, Any], source: Provenance, margin: int) -> dict[str, Any]:
    """A Vega specification with its title above and its source below, `margin` left of the plot."""
    lines = textwrap.wrap(printable(source.footer()), LINE)
    place = {"x": {"value": -margin}, "y": {"signal": f"height + {BELOW}"}}
    look = {"font": {"value": FONT}, "fontSize": {"value": 9}, "fill": {"value": MUTED},
            "lineHeight": {"value": 12.5}, "baseline": {"value": "top"}}  # fmt: skip
    footer = {
        "type": "text", "interactive": False,
        "encode": {"enter": {**place, **look, "text": {"value": lines}}},
    }  # fmt: skip
    title = {
        "text": printable(source.title), "anchor": "start", "frame": "bounds", "offset": 16,
        "font": FONT, "fontSize": 15, "fontWeight": "bold", "color": INK,
    }  # fmt: skip
    return {**spec, "title": title, "marks": [*spec["marks"], footer]}


def svg(document: str, source: Provenance) -> str:
    """An SVG document with Dublin Core title, description and source."""
    parts = {"title": source.title, "description": source.footer(), "source": _packed(source)}
    work = "".join(f"<dc:{k}>{escape(printable(v))}</dc:{k}>" for k, v in parts.items())
    inside = f"<metadata><rdf:RDF {_SPACES}><cc:Work>{work}</cc:Work></rdf:RDF></metadata>"
    return re.sub(r"<svg\b[^>]*>", lambda found: found[0] + inside, document, count=1)


def png(content: bytes, source: Provenance) -> bytes:
    """A PNG with text chunks behind its header (PNG 11.3.4)."""
    parts = {"Title": source.title, "Description": source.footer(), "elolag": _packed(source)}
    chunks = b""
    for key, text in parts.items():
        body = key.encode() + b"\0\0\0\0\0" + printable(text).encode()
        checked = b"iTXt" + body
        chunks += len(body).to_bytes(4, "big") + checked + zlib.crc32(checked).to_bytes(4, "big")
    header = 8 + 25
    return content[:header] + chunks + content[header:]


def pdf(content: bytes, source: Provenance) -> bytes:
    """A PDF whose information is replaced by appending to it (PDF 32000-1, 7.5.6)."""
    number = int(_last(rb"/Info (\d+) 0 R", content))
    size, root = _last(rb"/Size (\d+)", content), _last(rb"/Root (\d+ 0 R)", content)
    before = _last(rb"startxref\s+(\d+)", content)
    fields = {"Title": source.title, "Subject": source.footer()}
    said = b"".join(b"/%s <%s>\n" % (k.encode(), _hex(v)) for k, v in fields.items())
    literal = re.sub(r"([\\()])", r"\\\1", _packed(source)).encode("ascii")
    start = len(content) + 1
    body = b"%d 0 obj\n<<\n%s/Keywords (%s)\n>>\nendobj\n" % (number, said, literal)
    table = b"xref\n0 1\n0000000000 65535 f\r\n%d 1\n%010d 00000 n\r\n" % (number, start)
    trailer = b"trailer\n<< /Size %s /Root %s /Info %d 0 R /Prev %s >>\nstartxref\n%d\n%%%%EOF\n"
    end = trailer % (size, root, number, before, start + len(body))
    return content + b"\n" + body + table + end


def _packed(source: Provenance) -> str:
    """The JSON, in ASCII: no format can take it for something else."""
    return json.dumps(source.to_dict(), ensure_ascii=True, allow_nan=False, separators=(",", ":"))


def _hex(text: str) -> bytes:
    return (b"\xfe\xff" + printable(text).encode("utf-16-be")).hex().encode()


def _last(pattern: bytes, content: bytes) -> bytes:
    found: list[bytes] = re.findall(pattern, content)
    return found[-1]
