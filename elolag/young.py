"""Young entries move more than their published errors say; this is by how much.

An entry's rating after its first few thousand votes drifts as the mix of voters, prompts and
opponents settles. The drift's standard deviation is modelled as ``sd_1000 (1000 / votes)^power``
and estimated from the archive's own vintages (`estimate`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class YoungDrift:
    """Drift still ahead of an entry, as a function of its votes.

    Attributes
    ----------
    sd_1000
        Standard deviation in Elo at 1,000 votes (and below).
    power
        How fast it falls with votes.
    votes_per_information
        Votes times squared standard error of a typical entry, to tell votes from a standard
        error where a publisher prints none.
    """

    sd_1000: float
    power: float
    votes_per_information: float

    def variance(self, votes: ArrayLike, se: ArrayLike) -> Floats:
        """Extra variance in Elo^2, of the shape of `votes`."""
        counted, error = np.asarray(votes, float), np.asarray(se, float)
        implied = self.votes_per_information / np.maximum(error, 1e-9) ** 2
        known = np.maximum(np.where(np.isnan(counted), implied, counted), 1000.0)
        return np.asarray(self.sd_1000**2 * (1000.0 / known) ** (2 * self.power))


def packaged_drift() -> YoungDrift:
    """The parameters estimated from the shipped archive (see `elolag/data/young.json`)."""
    return YoungDrift(**packaged_record()["parameters"])


def packaged_record() -> dict[str, Any]:
    """The packaged estimate with what it was made from."""
    text = (resources.files("elolag") / "data" / "young.json").read_text("utf-8")
    record: dict[str, Any] = json.loads(text)
    return record
