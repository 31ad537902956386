"""The answer in one sentence, with the facts behind it."""

from __future__ import annotations

from elolag.report.content import Section
from elolag.report.material import Material


def build(material: Material) -> Section:
    """The headline sentence, its facts, and what its interval leaves out."""
    result = material.headline
    return Section(
        "answer",
        "The answer",
        result.said(),
        tables=(result.table(),),
        after=(*material.comparison.small_print, result.left_out("both")),
    )
