"""Young entries move more than their published errors say; this is by how much.

An entry's rating after its first few thousand votes drifts as the mix of voters, prompts and
opponents settles. How much is read off the archive itself: for every entry whose votes grew by
half, the change from its first listing there to its last within 180 days, against entries of over
15,000 votes, less the variance the new votes explain. The early votes are taken to stay in the
later rating, so that of a bias they carry only the part 1 - v/V shows between v and V votes: the
excess is divided by the mean square of that part. This is done in bins of votes at first listing
and made non-increasing in votes (isotonic, by pooling adjacent bins). Copies of pages take no
part: they reach into the months of 2025 in which Arena computed its boards anew, and what moved
then is not an entry's youth (docs/decisions/0003-young-drift.md has what they would change).
`elolag/data/young.json` holds the estimate from the shipped archive; a test remakes it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from elolag.archive import Archive, Board
from elolag.archive.completeness import comes_whole
from elolag.dates import to_day
from elolag.errors import EstimateError, UsageError
from elolag.estimate.panel import Vintage, identify
from elolag.model.scale import vote_noise
from elolag.schema import Measure
from elolag.tags import Lookup

Floats = NDArray[np.float64]

#: What may be assumed of young entries.
DRIFTS = ("arena", "none")
BOARDS = ("arena/text", "arena/text_style_control")
HORIZON_DAYS = 180
SETTLED_VOTES = 15_000
#: Least number of settled entries to compare with, and of entries in a bin of votes.
SETTLED, FEWEST = 10, 5
GROWTH = 1.5
#: Two entries of 2025 changed by over 50 Elo within weeks: repaired deployments, not drift.
LARGEST_DRIFT = 40.0
BIN_EDGES = (0, 3_500, 5_000, 8_000, 15_000, 30_000, np.inf)


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
    if asked not in (None, *DRIFTS):
        raise UsageError(f"unknown drift {asked!r}; known: {', '.join(DRIFTS)}")
    if asked == "arena" and measure.unit != "Elo":
        raise UsageError(
            f"the drift of Arena's entries is in Elo by votes, and ratings of {board} are in "
            f"{measure.unit}; take drift none"
        )
    taken = measure.arena_constants if asked is None else asked == "arena"
    return packaged_drift() if taken else None


def constants(drift: YoungDrift | None) -> dict[str, Any] | None:
    """What of the drift stands among the choices of a result."""
    return None if drift is None else {"votes": drift.votes, "sd": drift.sd}


def packaged_drift() -> YoungDrift:
    """The estimate from the shipped archive (see `elolag/data/young.json`)."""
    return from_record(packaged_record())


def packaged_record() -> dict[str, Any]:
    """The packaged estimate with what it was made from."""
    text = (resources.files("elolag") / "data" / "young.json").read_text("utf-8")
    record: dict[str, Any] = json.loads(text)
    return record


def from_record(record: Mapping[str, Any]) -> YoungDrift:
    """A record as `estimate` returns it, as the object the draws use."""
    return YoungDrift(
        tuple(record["votes"]), tuple(record["sd"]), float(record["votes_per_information"])
    )


def estimate(
    archive: Archive, lookup: Lookup, boards: Iterable[str] = BOARDS, *, copies: bool = False
) -> dict[str, Any]:
    """Estimate the drift from an archive's own vintages.

    Parameters
    ----------
    archive, lookup, boards
        What the vintages are of, and the tags that identify their entries.
    copies
        Whether lists of sources that do not come whole (copies of pages) take part.

    Returns
    -------
    dict
        ``votes``, ``sd`` (knots), ``votes_per_information``, and what they rest on: ``pairs`` per
        bin, ``left_out`` entries, ``boards`` and ``snapshots`` (one hash over all manifests used).

    Raises
    ------
    EstimateError
        Too few entries for a single bin of votes.
    """
    tables, digest, histories = [], hashlib.sha256(), []
    for name in boards:
        vintages = _vintages(archive.board(name), lookup, copies=copies)
        for _, sha in vintages:
            digest.update(sha.encode())
        histories.append([vintage for vintage, _ in vintages])
        tables.append(debuts(histories[-1]).assign(board=name))
    changes = pd.concat(tables, ignore_index=True)
    drift, pairs = fit(changes, votes_per_information(histories))
    repaired = changes["change"].abs() > LARGEST_DRIFT
    return {
        "votes": [round(v) for v in drift.votes],
        "sd": [round(s, 3) for s in drift.sd],
        "votes_per_information": round(drift.votes_per_information),
        "pairs": pairs,
        "left_out": sorted(set(changes.loc[repaired, "identity"])),
        "boards": list(boards),
        "snapshots": digest.hexdigest(),
    }


def fit(changes: pd.DataFrame, votes_per_information: float) -> tuple[YoungDrift, list[int]]:
    """The drift that rows of `debuts` show, and how many of them each knot rests on.

    Raises
    ------
    EstimateError
        Too few rows for a single bin of votes.
    """
    kept = changes[changes["change"].abs() <= LARGEST_DRIFT]
    votes, sd, pairs = _isotonic(kept)
    return YoungDrift(tuple(votes.tolist()), tuple(sd.tolist()), votes_per_information), pairs


def votes_per_information(histories: Iterable[Sequence[Vintage]]) -> float:
    """Median over all ratings of votes times squared standard error."""
    tables = [vintage.table for vintages in histories for vintage in vintages]
    return float(pd.concat([(t["votes"] * t["se"] ** 2).dropna() for t in tables]).median())


def _vintages(board: Board, lookup: Lookup, *, copies: bool = False) -> list[tuple[Vintage, str]]:
    out = []
    for snapshot in board.snapshots:
        whole = snapshot.method == "bradley-terry" and snapshot.completeness == "full"
        wanted = whole and (copies or comes_whole(snapshot.source))
        if wanted and "overall" in snapshot.categories:
            table = identify(snapshot.listing("overall"), snapshot, lookup, set(), set())
            if table["votes"].notna().any():
                out.append((Vintage(snapshot.vintage, table), snapshot.sha256))
    return out


def debuts(vintages: Sequence[Vintage]) -> pd.DataFrame:
    """One row per entry whose votes grew by half within the horizon.

    Columns ``identity, votes, votes_last`` (at the first listing and the last), ``change`` (against
    settled entries, Elo), ``se_debut, se_last``. Settled are the entries of over `SETTLED_VOTES`;
    on a board with fewer than `SETTLED` of those, the `SETTLED` with the most votes.
    """
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    days = [to_day(vintage.date) for vintage in vintages]
    for number, vintage in enumerate(vintages):
        for identity in vintage.table.index[vintage.table["votes"].notna()]:
            debut = first.setdefault(identity, number)
            if days[number] - days[debut] <= HORIZON_DAYS:
                last[identity] = number
    rows = []
    for identity, debut in first.items():
        before, after = vintages[debut].table, vintages[last[identity]].table
        found = change(identity, before, after)
        if found is not None:
            rows.append({"identity": identity} | found)
    columns = ["identity", "votes", "votes_last", "change", "se_debut", "se_last"]
    return pd.DataFrame(rows, columns=columns)


def change(identity: str, before: pd.DataFrame, after: pd.DataFrame) -> dict[str, float] | None:
    """How an entry changed between two vintages against settled entries; a row of `debuts`.

    None if its votes did not grow by half, or too few entries were there to compare it with.
    """
    votes, votes_last = (float(t["votes"][identity]) for t in (before, after))
    if votes_last < GROWTH * votes:
        return None
    others = before["votes"][before.index.intersection(after.index)].drop(identity)
    settled = others.index[others > SETTLED_VOTES]
    if len(settled) < SETTLED:
        settled = others.nlargest(SETTLED).index
    if len(settled) < SETTLED:
        return None
    shift = (after["rating"][settled] - before["rating"][settled]).median()
    return {
        "votes": votes,
        "votes_last": votes_last,
        "change": float(after["rating"][identity] - before["rating"][identity] - shift),
        "se_debut": float(before["se"][identity]),
        "se_last": float(after["se"][identity]),
    }


def _isotonic(changes: pd.DataFrame) -> tuple[Floats, Floats, list[int]]:
    """Variance of a debut's bias per bin of votes, pooled until it does not rise with votes."""
    expected = vote_noise(changes["se_debut"].to_numpy(float), changes["se_last"].to_numpy(float))
    excess = changes["change"].to_numpy(float) ** 2 - expected
    votes = changes["votes"].to_numpy(float)
    shown = (1 - votes / changes["votes_last"].to_numpy(float)) ** 2
    number = _bins(votes)
    pairs = np.bincount(number).tolist()
    knots = np.array([np.median(votes[number == b]) for b in range(len(pairs))])
    pools: list[list[float]] = []  # [sum of excess, sum of the share of it that shows, bins]
    for b in range(len(pairs)):
        mine = number == b
        pools.append([float(excess[mine].sum()), float(shown[mine].sum()), 1])
        while len(pools) > 1 and pools[-1][0] / pools[-1][1] > pools[-2][0] / pools[-2][1]:
            top = pools.pop()
            pools[-1] = [x + y for x, y in zip(pools[-1], top, strict=True)]
    variance = np.concatenate([np.full(int(p[2]), max(p[0] / p[1], 0.0)) for p in pools])
    return knots, np.sqrt(variance), pairs


def _bins(votes: Floats) -> NDArray[np.intp]:
    """Bin of each entry by its votes; a bin of too few is joined with the next, or the last."""
    number = np.digitize(votes, BIN_EDGES[1:-1])
    counts = np.bincount(number, minlength=len(BIN_EDGES) - 1)
    if counts.sum() < FEWEST:
        raise EstimateError(
            f"too few debuts to estimate the young-entry drift: {counts.sum()}; at least {FEWEST} "
            f"entries must have grown their votes by half within {HORIZON_DAYS} days"
        )
    joined, held, bins = [], 0, 0
    for count in counts:
        joined.append(bins)
        held += int(count)
        if held >= FEWEST:
            held, bins = 0, bins + 1
    return np.asarray(np.minimum(joined, bins - 1)[number], np.intp)
