"""What Arena's boards and categories are called by its several publishers."""

from __future__ import annotations

import re

from elolag.errors import PayloadError
from elolag.sources._reading import shown

PUBLISHER = "arena"

#: The catalog's category names that have a twin in the official dataset. The others are kept.
CATALOG_CATEGORIES = {
    "full": "overall",
    "hard_6": "hard_prompts",
    "hard_english_6": "hard_prompts_english",
    "if": "instruction_following",
    "long_user": "longer_query",
    "multiturn": "multi_turn",
    "no_tie": "exclude_ties",
}

#: Listed twice in every vintage of `webdev`, with figures of its own each time: two systems under
#: one name. Both are kept; see `elolag.sources._tidy`.
DOUBLED = {"arena/webdev": frozenset({"gpt-5.3-codex (codex-harness)"})}

_SUBSET = re.compile(r"[a-z0-9_]{1,60}")

#: Boards of which Arena publishes a raw and a style-controlled version.
_CONTROLLED = frozenset({"text", "vision", "search", "document"})


def board(subset: str, where: str) -> str:
    """Board id of an official subset; `agent*` and names that are no subset are refused."""
    if subset.startswith("agent"):
        raise PayloadError(
            f"{where}: agent leaderboards publish task scores near 0, not Elo ratings; not stored"
        )
    if not _SUBSET.fullmatch(subset):
        raise PayloadError(f"{where}: {shown(subset)} is not the name of an Arena leaderboard")
    return f"{PUBLISHER}/{subset}"


def style_control(board_id: str) -> bool | None:
    """Whether a board is style-controlled; None where Arena makes no such distinction."""
    subset = board_id.partition("/")[2]
    if subset.endswith("_style_control"):
        return True
    return False if subset in _CONTROLLED else None


def doubled(board_id: str) -> frozenset[str]:
    """Entries of a board that are known to be listed twice."""
    return DOUBLED.get(board_id, frozenset())
