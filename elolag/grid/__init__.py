"""The whole grid: the lag under every defensible combination of choices."""

from elolag.grid._answers import Answer, answer
from elolag.grid._design import design, orthogonal_array
from elolag.grid._facts import Facts, Question
from elolag.grid._grid import LABELS, Grid, sensitivity
from elolag.grid._rules import RULES, Rule
from elolag.grid._shares import TOGETHER, variance_shares
from elolag.grid._spec import CHOICES, Spec

__all__ = [
    "CHOICES",
    "LABELS",
    "RULES",
    "TOGETHER",
    "Answer",
    "Facts",
    "Grid",
    "Question",
    "Rule",
    "Spec",
    "answer",
    "design",
    "orthogonal_array",
    "sensitivity",
    "variance_shares",
]
