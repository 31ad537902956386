"""The whole grid: the lag under every defensible combination of choices."""

from elolag.robustness.grid import (
    LABELS,
    TOGETHER,
    Answer,
    Grid,
    answer,
    sensitivity,
    variance_shares,
)
from elolag.robustness.specifications import (
    CHOICES,
    RULES,
    Facts,
    Rule,
    Spec,
    design,
    orthogonal_array,
)

__all__ = [
    "CHOICES",
    "LABELS",
    "RULES",
    "TOGETHER",
    "Answer",
    "Facts",
    "Grid",
    "Rule",
    "Spec",
    "answer",
    "design",
    "orthogonal_array",
    "sensitivity",
    "variance_shares",
]
