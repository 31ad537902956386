"""Where a picture came from, written into its file: JSON beside the footer's words.

PNG: text chunks ``Description`` and ``elolag``. SVG: Dublin Core ``description`` and ``source``.
PDF: ``Subject`` and ``Keywords``. `elolag.cite.read_figure` reads them back.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from elolag.errors import UsageError

if TYPE_CHECKING:
    from elolag.results.provenance import Provenance

#: Per kind of file: the fields of title, footer and JSON, and those that would hold a clock.
_FIELDS: dict[str, tuple[str, str, str, dict[str, None]]] = {
    "png": ("Title", "Description", "elolag", {}),
    "svg": ("Title", "Description", "Source", {"Date": None}),
    "pdf": ("Title", "Subject", "Keywords", {"CreationDate": None}),
}


def metadata(kind: str, source: Provenance, footer: str) -> dict[str, Any]:
    """The metadata matplotlib's `savefig` takes for a file of this kind.

    Raises
    ------
    UsageError
        Not ``png``, ``svg`` or ``pdf``.
    """
    if kind not in _FIELDS:
        raise UsageError(f"a figure cannot be written as {kind!r}; take .png, .svg or .pdf")
    title, words, data, clock = _FIELDS[kind]
    # ASCII: the same bytes whatever the format takes text for.
    packed = json.dumps(source.to_dict(), ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return {title: source.title, words: footer, data: packed, **clock}
