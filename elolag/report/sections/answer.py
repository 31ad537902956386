"""The answer in one sentence, with the facts behind it."""

from __future__ import annotations

from elolag.report.content import Section
from elolag.report.material import Material
from elolag.results.table import Column, Table


def build(material: Material) -> Section:
    """The headline sentence, its facts, and what its interval leaves out."""
    result = material.headline
    facts = tuple((quantity or "", value) for quantity, value in result.rows())
    table = Table(
        "answer",
        "The facts of the headline",
        (
            Column("quantity", "Quantity", "what is stated"),
            Column("value", "Value", "in words, rounded as printed", long=True),
        ),
        facts,
    )
    return Section(
        "answer",
        "The answer",
        result.said(),
        tables=(table,),
        after=(*material.comparison.small_print, result.left_out("both")),
    )
