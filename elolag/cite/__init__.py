"""How to cite a result: sentence, footnote and references, in English or German."""

from __future__ import annotations

from elolag.cite.citation import LANGUAGES, Citation, citation
from elolag.cite.figure import figure_references, read_figure
from elolag.cite.references import Reference

__all__ = [
    "LANGUAGES",
    "Citation",
    "Reference",
    "citation",
    "figure_references",
    "read_figure",
]
