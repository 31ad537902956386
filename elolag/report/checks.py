"""What stands beside the answer: slices, claims, and how far the figure rests on choices."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from elolag.archive import find_board
from elolag.claims import ClaimsReport, check_claims
from elolag.errors import ElolagError
from elolag.estimate.compare import Slices, compare
from elolag.estimate.panel import choose
from elolag.estimate.session import ASKED as DEFAULTS
from elolag.estimate.session import Study
from elolag.own import OwnBoard
from elolag.question import DEFAULT_BOARD
from elolag.robustness import Grid, sensitivity
from elolag.robustness.edits import Influence, influence
from elolag.robustness.tipping_point import Flip, flip
from elolag.schema import ALL_LISTS

#: Draws of each study at most: of slices, claims, influence and flip; and of the grid.
DRAWS = 2_000
GRID_DRAWS = 1_000
#: The groups the packaged claims are about.
SIDES = ("US", "CN")
#: What the grid is asked; the other choices of a question it makes itself, or not at all.
ASKED = (
    "leader", "follower", "category", "as_of", "seed", "level", "archive", "sources", "extra_tags",
)  # fmt: skip


@dataclass(frozen=True)
class Extent:
    """How much a report holds.

    Attributes
    ----------
    full
        Whether the grid of specifications is estimated.
    choices, jobs
        Levels of choices the grid is kept to, and its workers (they change no number).
    tell
        Called with (specifications answered, wanted) of the grid.
    """

    full: bool = True
    choices: Mapping[str, Sequence[str | int]] | None = None
    jobs: int = 1
    tell: Callable[[int, int], object] | None = None


@dataclass(frozen=True)
class Checks:
    """The answers, or in `missing` by name why there is none."""

    category: Slices | None = None
    openness: Slices | None = None
    influence: Influence | None = None
    flip: Flip | None = None
    grid: Grid | None = None
    claims: ClaimsReport | None = None
    missing: Mapping[str, str] = field(default_factory=dict)

    @property
    def snapshots(self) -> tuple[tuple[str, str], ...]:
        """Path and hash of every snapshot one of them used, by path."""
        made = (self.category, self.openness, self.grid, self.claims)
        return tuple(sorted({pair for m in made if m for pair in m.table().snapshots}))

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON object of the report; every row of the grid is in its CSV."""
        slices = {"category": self.category, "openness": self.openness}
        grid = None if self.grid is None else self.grid.to_dict()
        return {
            "slices": {k: v and v.to_dict() for k, v in slices.items()},
            "sensitivity": {
                "influence": self.influence and self.influence.to_dict(),
                "flip": self.flip and self.flip.to_dict(),
                "grid": grid and {k: v for k, v in grid.items() if k not in ("rows", "answer")},
            },
            "claims": self.claims and self.claims.to_dict(),
            "left_out": dict(self.missing),
        }


def check(study: Study, question: Mapping[str, Any], extent: Extent) -> Checks:
    """Ask all of them; a part without an answer says why, and the others stand."""
    few = {**question, "n_draws": min(study.n_draws, DRAWS)}
    # A comparison by category is of all categories.
    whole = {k: v for k, v in few.items() if k != "category"}
    asked: dict[str, Callable[[], Any]] = {
        "category": lambda: compare("category", **whole),
        "openness": lambda: compare("openness", **few),
        "influence": lambda: influence(**few),
        "flip": lambda: flip(**few),
    }
    missing = {}
    no_grid = _no_grid(study, question, extent)
    if no_grid:
        missing["grid"] = no_grid
    else:
        asked["grid"] = lambda: _grid(study, question, extent)
    no_claims = _no_claims(question)
    if no_claims:
        missing["claims"] = no_claims
    else:
        asked["claims"] = lambda: _claims(few)
    found = {}
    for name, ask in asked.items():
        try:
            found[name] = ask()
        except ElolagError as error:
            missing[name] = str(error)
    return Checks(**found, missing=missing)


def _no_claims(question: Mapping[str, Any]) -> str:
    """Why the claims are left out, empty if they are not."""
    if isinstance(question.get("board"), OwnBoard):
        return "claims are checked on the boards of the archive, and this board is your own"
    if (question.get("leader", SIDES[0]), question.get("follower", SIDES[1])) != SIDES:
        return "the claims are about the US and China, and this report is about other groups"
    return ""


def _claims(question: Mapping[str, Any]) -> ClaimsReport:
    names = ("n_draws", "seed", "level", "archive", "sources", "policies", "extra_tags", "session")
    return check_claims(**{k: question[k] for k in names if k in question})


def _no_grid(study: Study, question: Mapping[str, Any], extent: Extent) -> str:
    """Why the grid is left out, empty if it is not."""
    if not extent.full:
        return "--quick leaves it out"
    board = question.get("board", DEFAULT_BOARD)
    if isinstance(board, OwnBoard):
        return "it crosses the boards of the archive, and this board is your own"
    free = (*ASKED, "board", "vintage", "n_draws", "window", "session")
    defaults: Mapping[str, Any] = DEFAULTS
    fixed = [k for k, v in question.items() if k not in free and v != defaults[k]]
    if fixed:
        return f"it makes its own choice of {', '.join(fixed)}, which this question has fixed"
    board = find_board(board, question.get("archive"), question.get("sources", ALL_LISTS))
    if choose(board, None).vintage != study.panel.vintage:
        return "it starts from the newest ratings, and this question from older ones"
    return ""


def _grid(study: Study, question: Mapping[str, Any], extent: Extent) -> Grid:
    asked = {k: question[k] for k in ASKED if k in question}
    return sensitivity(
        board=study.panel.board, n_draws=min(study.n_draws, GRID_DRAWS), choices=extent.choices,
        jobs=extent.jobs, tell=extent.tell, **asked,
    )  # fmt: skip
