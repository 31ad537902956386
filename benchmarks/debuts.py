"""The young-entry drift that the archive itself shows: ``python benchmarks/debuts.py`` prints it.

For every entry whose votes grew by half: the change from its first listing to its last within 180
days, against entries of over 15,000 votes, less the variance the new votes explain. The early votes
are taken to stay in the later rating, so that of a bias they carry only the part 1 - v/V shows
between v and V votes: the excess is divided by the mean square of that part. This is done in bins
of votes at first listing and made non-increasing in votes (isotonic, by pooling adjacent bins).
Copies of pages take no part: they reach into the months of 2025 in which Arena computed its boards
anew, and what moved then is not an entry's youth (docs/decisions/0003-young-drift.md has what they
would change). `elolag/data/young.json` is what this prints for the shipped archive; a test says so.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import elolag
from elolag import tags
from elolag.archive import Archive, Board
from elolag.archive.completeness import comes_whole
from elolag.dates import to_day
from elolag.errors import EstimateError
from elolag.estimate.panel import Vintage, _identify
from elolag.model.early_drift import YoungDrift
from elolag.model.scale import vote_noise
from elolag.tags import Lookup

Floats = NDArray[np.float64]

BOARDS = ("arena/text", "arena/text_style_control")
HORIZON_DAYS = 180
SETTLED_VOTES = 15_000
#: Least number of settled entries to compare with, and of entries in a bin of votes.
SETTLED, FEWEST = 10, 5
GROWTH = 1.5
#: Two entries of 2025 changed by over 50 Elo within weeks: repaired deployments, not drift.
LARGEST_DRIFT = 40.0
BIN_EDGES = (0, 3_500, 5_000, 8_000, 15_000, 30_000, np.inf)


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
        lists = whole_lists(archive.board(name), lookup, copies=copies)
        for _, sha in lists:
            digest.update(sha.encode())
        histories.append([vintage for vintage, _ in lists])
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


def whole_lists(board: Board, lookup: Lookup, *, copies: bool = False) -> list[tuple[Vintage, str]]:
    """The lists of a board that say how an entry moved, with the hashes of their manifests."""
    out = []
    for snapshot in board.snapshots:
        whole = snapshot.method == "bradley-terry" and snapshot.completeness == "full"
        wanted = whole and (copies or comes_whole(snapshot.source))
        if wanted and "overall" in snapshot.categories:
            found = _identify(snapshot.listing("overall"), snapshot, lookup, set(), set())
            if np.isfinite(found.votes).any():
                out.append((found, snapshot.sha256))
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


if __name__ == "__main__":
    found = estimate(elolag.open_archive(), Lookup(tags.load()))
    print(json.dumps(found, indent=1))
