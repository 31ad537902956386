"""How to cite the result and its data."""

from __future__ import annotations

from elolag.cite import citation
from elolag.report.content import Block, Section
from elolag.report.material import Material


def build(material: Material) -> Section:
    """The citation in English and German, and BibTeX for the software and every source."""
    english, german = (citation(material.headline, lang) for lang in ("en", "de"))
    prose = ("Quote the sentence whole: it names the board, the date, the interval and its kind.",)
    blocks = (
        Block("Citation", str(english)),
        Block("In German", str(german)),
        Block("BibTeX", english.bibtex().rstrip()),
    )
    return Section("cite", "How to cite", prose, blocks=blocks)
