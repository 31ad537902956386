"""References as BibTeX and CSL-JSON: the software, each snapshot, each data source."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from elolag.results.provenance import Origin

_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "_": r"\_",
    "%": r"\%",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    '"': "''",
    "@": r"{\char64}",
}
_TYPES = {"software": "software", "snapshot": "dataset", "source": "dataset"}


@dataclass(frozen=True)
class Reference:
    """One thing to cite.

    Attributes
    ----------
    kind
        ``software``, ``snapshot`` or ``source``.
    date
        ISO date, or empty where there is none.
    note
        Hash, licence and whatever else a reader needs to find the very same thing.
    """

    kind: str
    key: str
    author: str
    title: str
    date: str = ""
    version: str = ""
    url: str = ""
    note: str = ""

    def bibtex(self) -> str:
        """One BibTeX entry; everything from upstream is escaped for LaTeX."""
        fields = {
            "author": f"{{{_escape(self.author)}}}",  # braced twice: a name that is not split
            "title": f"{{{_escape(self.title)}}}",
            "year": self.date[:4],
            "date": self.date,
            "version": _escape(self.version),
            "url": _safe_url(self.url),
            "note": _escape(self.note),
        }
        body = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
        kind = "software" if self.kind == "software" else "misc"
        return f"@{kind}{{{self.key},\n{body}\n}}"

    def csl(self) -> dict[str, Any]:
        """One CSL-JSON item."""
        item: dict[str, Any] = {
            "id": self.key,
            "type": _TYPES[self.kind],
            "title": plain(self.title),
            "author": [{"literal": plain(self.author)}],
        }
        if self.date:
            item["issued"] = {"date-parts": [[int(part) for part in self.date.split("-")]]}
        for name, value in (("version", self.version), ("URL", _safe_url(self.url)),
                            ("note", self.note)):  # fmt: skip
            if value:
                item[name] = value if name == "URL" else plain(value)
        return item


def references(version: str, origins: Iterable[Origin]) -> tuple[Reference, ...]:
    """What a result of one version of elolag rests on, each thing once."""
    origins = tuple(origins)
    found = [
        Reference(
            "software", f"elolag-{_slug(version)}", "The elolag authors",
            "elolag: months between AI frontiers from public arena leaderboards",
            version=version, note="Apache-2.0",
        )
    ]  # fmt: skip
    for origin in origins:
        licence = f"; licence: {origin.licence}" if origin.licence else ""
        found.append(
            Reference(
                "snapshot", _slug(origin.path), origin.owner or "unknown",
                f"{origin.path.rpartition('/')[0]}, ratings of {origin.vintage}", origin.vintage,
                url=origin.homepage,
                note=f"elolag snapshot {origin.path}, sha256 {origin.sha256}{licence}",
            )
        )  # fmt: skip
    for origin in {o.source: o for o in origins if o.source}.values():
        found.append(
            Reference(
                "source", f"source-{_slug(origin.source)}", origin.publisher or "unknown",
                origin.title or origin.source, url=origin.homepage,
                note=_terms(origin),
            )
        )  # fmt: skip
    return tuple(found)


def _escape(text: str) -> str:
    """Text in which LaTeX and BibTeX find no markup; control characters become spaces."""
    return "".join(_LATEX.get(c, c) for c in plain(text))


def plain(text: str) -> str:
    """Text on one line without characters that do not show, such as reversals of direction."""
    kept = ("" if unicodedata.category(c) in ("Cf", "Cs", "Co", "Cn") else c for c in text)
    shown = "".join(" " if unicodedata.category(c)[:1] in "CZ" else c for c in "".join(kept))
    return " ".join(shown.split())


def _safe_url(url: str) -> str:
    """An address in which BibTeX finds no markup; anything but http(s) is dropped."""
    if not re.match(r"https?://", url):
        return ""
    return quote(plain(url), safe=":/?&=+,;@-._!*()").replace("&", "%26")


def _terms(origin: Origin) -> str:
    """The citation a source asks for, and its licence with where it is stated."""
    parts = [origin.citation.rstrip(".") + "." if origin.citation else ""]
    if origin.licence:
        stated = f" ({origin.licence_url})" if origin.licence_url else ""
        parts.append(f"Licence: {origin.licence}{stated}.")
    return " ".join(part for part in parts if part)


def _slug(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9.]+", "-", text).strip("-") or "unnamed"
