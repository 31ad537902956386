"""What no number of the report measures."""

from __future__ import annotations

from elolag.report.content import Section
from elolag.report.material import Material

_VOTES = (
    ("Preference, not capability:",
     "an arena counts which of two answers people like better. It says little of long tasks, of "
     "tools, of safety, or of what a model could do for an expert."),
    ("Voters:",
     "they are who comes to the site, with the questions they bring; other languages and trades "
     "may see another order."),
)  # fmt: skip
_INDEX = (
    ("Tests, not use:",
     "an index weighs the results of chosen benchmarks. It says little of tasks nobody tests, of "
     "safety, or of what people prefer."),
)  # fmt: skip
_ALWAYS = (
    ("Private testing:",
     "labs may try several variants unseen and publish the best one, and choose when to submit. "
     "Those who test more look better, and no published error shows it."),
    ("Distillation:",
     "a model trained on another's answers counts as its maker's own. A short lag may say how fast "
     "results spread, not how fast they are found."),
    ("Coverage:",
     "only released and submitted models are rated. What labs keep to themselves is missing on "
     "both sides, and so is whoever does not take part."),
    ("Resources and use:",
     "months say nothing of compute, cost, adoption or what a country can do with its models."),
)  # fmt: skip


def build(material: Material) -> Section:
    """The limits, the same for every question asked of one kind of board."""
    first = _INDEX if material.study.panel.snapshots[0].method == "index" else _VOTES
    prose = (
        f"The lag is a distance in time between ratings on {material.headline.board}. It leaves "
        f"out, at least:",
    )
    return Section("limits", "What this does not measure", prose, points=(*first, *_ALWAYS))
