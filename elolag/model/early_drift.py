"""Young entries move more than their published errors say; this is by how much.

An entry's rating after its first few thousand votes drifts as the mix of voters, prompts and
opponents settles. How much, `benchmarks/debuts.py` reads off the shipped archive;
`elolag/data/young.json` holds what it found (docs/decisions/0003-young-drift.md).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from elolag.arrays import Floats
from elolag.errors import UsageError
from elolag.schema import Measure

#: What may be assumed of young entries.
_DRIFTS = ("arena", "none")


@dataclass(frozen=True)
class YoungDrift:
    """Standard deviation of the drift still ahead of an entry, by its votes.

    Attributes
    ----------
    votes, sd
        Knots: votes, increasing, and the sd in Elo there; between them linear in log votes, below
        the first constant, beyond the last falling with the square root of votes like any error.
    votes_per_information
        Votes times squared standard error of a typical entry, to tell votes from a standard
        error where a publisher prints none.
    """

    votes: tuple[float, ...]
    sd: tuple[float, ...]
    votes_per_information: float

    def variance(self, votes: ArrayLike, se: ArrayLike) -> Floats:
        """Extra variance in Elo^2, of the shape of `votes` (NaN: told from `se`)."""
        counted, error = np.asarray(votes, float), np.asarray(se, float)
        implied = self.votes_per_information / np.maximum(error, 1e-9) ** 2
        known = np.maximum(np.where(np.isnan(counted), implied, counted), 1.0)
        sd = np.interp(np.log(known), np.log(self.votes), self.sd)
        return np.asarray(sd**2 * np.minimum(self.votes[-1] / known, 1.0))


def drift_of(asked: str | None, board: str, measure: Measure) -> YoungDrift | None:
    """The drift to assume on a board: the one asked for, else the board's own; None for none.

    Raises
    ------
    UsageError
        An unknown name, or Arena's drift on ratings that are not in Elo.
    """
    if asked not in (None, *_DRIFTS):
        raise UsageError(f"unknown drift {asked!r}; known: {', '.join(_DRIFTS)}")
    if asked == "arena" and measure.unit != "Elo":
        raise UsageError(
            f"the drift of Arena's entries is in Elo by votes, and ratings of {board} are in "
            f"{measure.unit}; take drift none"
        )
    taken = measure.arena_constants if asked is None else asked == "arena"
    return _packaged_drift() if taken else None


def constants(drift: YoungDrift | None) -> dict[str, Any] | None:
    """What of the drift stands among the choices of a result."""
    return None if drift is None else {"votes": drift.votes, "sd": drift.sd}


def _packaged_drift() -> YoungDrift:
    """The estimate from the shipped archive (see `elolag/data/young.json`)."""
    return _from_record(_packaged_record())


def _packaged_record() -> dict[str, Any]:
    """The packaged estimate with what it was made from."""
    text = (resources.files("elolag") / "data" / "young.json").read_text("utf-8")
    record: dict[str, Any] = json.loads(text)
    return record


def _from_record(record: Mapping[str, Any]) -> YoungDrift:
    """A record like the packaged one, as the object the draws use."""
    return YoungDrift(
        tuple(record["votes"]), tuple(record["sd"]), float(record["votes_per_information"])
    )
