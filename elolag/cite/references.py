"""References as BibTeX and CSL-JSON: the software, each snapshot, each data source."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from elolag.results.owner import owner
from elolag.results.provenance import Origin
from elolag.version import RELEASED, __version__

#: Longest line of a BibTeX entry that can be broken.
_WIDTH = 100
_LATEX = {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    '"': "''", "@": r"{\char64}", **{mark: f"\\{mark}" for mark in "&%$#_{}"},
}  # fmt: skip


@dataclass(frozen=True)
class Reference:
    """One thing to cite.

    Attributes
    ----------
    kind
        ``software``, ``snapshot`` or ``source``.
    date
        ISO date: of the release, of the list, of the newest list from a source. Empty where it is
        not known: of another version of elolag, of a source without dates.
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
    doi: str = ""
    note: str = ""

    @property
    def _day(self) -> str:
        """The date, if it is one: a figure's file may say anything."""
        return self.date if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", self.date) else ""

    def bibtex(self) -> str:
        """One BibTeX entry; everything from upstream is escaped for LaTeX."""
        fields = {
            "author": f"{{{_escape(self.author)}}}",  # braced twice: a name that is not split
            "title": f"{{{_escape(self.title)}}}",
            "year": self._day[:4],
            "date": self._day,
            "version": _escape(self.version),
            "doi": _escape(self.doi),
            "url": _safe_url(self.url),
            "note": _escape(self.note),
        }
        body = ",\n".join(
            textwrap.fill(
                f"  {name} = {{{value}}}", _WIDTH, subsequent_indent="    ",
                break_long_words=False, break_on_hyphens=False,
            )
            for name, value in fields.items() if value
        )  # fmt: skip
        kind = "software" if self.kind == "software" else "misc"
        return f"@{kind}{{{self.key},\n{body}\n}}"

    def csl(self) -> dict[str, Any]:
        """One CSL-JSON item."""
        item: dict[str, Any] = {
            "id": self.key,
            "type": "software" if self.kind == "software" else "dataset",
            "title": plain(self.title),
            "author": [{"literal": plain(self.author)}],
        }
        if self._day:
            item["issued"] = {"date-parts": [[int(part) for part in self._day.split("-")]]}
        for name, value in (("version", self.version), ("DOI", self.doi),
                            ("URL", _safe_url(self.url)), ("note", self.note)):  # fmt: skip
            if value:
                item[name] = value if name == "URL" else plain(value)
        return item


def references(
    version: str, origins: Iterable[Origin], released: str = ""
) -> tuple[Reference, ...]:
    """What a result of one version of elolag rests on, each thing once, the newest list first.

    The software is dated by its release, not by the data: that is what one can find again. The day
    of another version than this is what the result's file says (`released`).
    """
    origins, publisher = tuple(origins), owner()
    found = [
        Reference(
            "software", f"elolag-{_slug(version)}", publisher.name,
            "elolag: months between AI frontiers from public arena leaderboards",
            date=RELEASED if version == __version__ else released, version=version,
            url=publisher.repository or publisher.site, doi=publisher.doi, note="Apache-2.0",
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
    for name in dict.fromkeys(o.source for o in origins if o.source):
        origin = max((o for o in origins if o.source == name), key=lambda o: o.vintage)
        found.append(
            Reference(
                "source", f"source-{_slug(name)}", origin.publisher or "unknown",
                origin.title or name, origin.vintage, url=origin.homepage, note=_terms(origin),
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
