"""What can be chosen: the words of a specification and the groups they stand for."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields
from typing import Literal

from elolag.clock import CLOCKS
from elolag.crossing import MATCH_RULES
from elolag.curves import KINDS
from elolag.estimate import ESTIMANDS, HEADLINE


@dataclass(frozen=True)
class Spec:
    """One way to ask the question. The fields are the choices; the defaults are the headline's.

    Attributes
    ----------
    estimand, curve
        ``trend`` goes with a smooth curve, the others with ``step``.
    window
        Months an estimand over a window looks back; 0 for those that look at one date.
    clock
        ``released`` or ``first-listed``.
    derivatives, hong_kong
        As in `elolag.tags.Policies`.
    openness
        Whose models must have open weights: ``any``, ``follower`` or ``both``.
    min_votes
        Entries with fewer are left out.
    selection
        ``corrected`` for the best of many noisy ratings, or ``as-published``.
    as_of
        ``latest``: the date asked for; ``earlier``: the board's publication before it.
    vintage
        ``newest`` ratings, or those ``at-the-time``: published on the as-of date.
    match_rule
        Which model of the other side dates a level (`elolag.crossing`).
    """

    board: str
    category: str
    estimand: str = HEADLINE
    curve: str = "step"
    window: int = 12
    clock: str = "released"
    derivatives: Literal["keep", "drop", "to-base"] = "keep"
    hong_kong: Literal["CN", "separate"] = "CN"
    openness: str = "any"
    min_votes: int = 0
    selection: str = "corrected"
    as_of: str = "latest"
    vintage: str = "newest"
    match_rule: str = "reached"

    @property
    def key(self) -> str:
        """The estimand as the draws know it."""
        return f"trend/{self.curve}" if self.estimand == "trend" else self.estimand

    @property
    def study(self) -> tuple[object, ...]:
        """What specifications must share to be answered by the same draws."""
        return tuple(v for n, v in zip(CHOICES, astuple(self), strict=True) if n not in ASKED)


CHOICES = tuple(field.name for field in fields(Spec))
#: Choices that are made after the draws.
ASKED = ("estimand", "curve", "window", "match_rule")
#: Levels of each choice but board and category, which the archive gives; the headline's first.
LEVELS: dict[str, tuple[str | int, ...]] = {
    "estimand": ESTIMANDS,
    "curve": KINDS,
    "window": (0, 6, 12, 24),
    "clock": CLOCKS,
    "derivatives": ("keep", "drop", "to-base"),
    "hong_kong": ("CN", "separate"),
    "openness": ("any", "follower", "both"),
    "min_votes": (0, 3_000, 10_000),
    "selection": ("corrected", "as-published"),
    "as_of": ("latest", "earlier"),
    "vintage": ("newest", "at-the-time"),
    "match_rule": MATCH_RULES,
}


def groups(leader: str, follower: str, openness: str) -> tuple[str, str]:
    """The two group expressions under a choice of openness."""
    return (
        opened(leader) if openness == "both" else leader,
        follower if openness == "any" else opened(follower),
    )


def opened(group: str) -> str:
    """The models with open weights of a group expression: ``US,GB`` -> ``US+open,GB+open``."""
    return ",".join(f"{part.strip()}+open" for part in group.split(","))
