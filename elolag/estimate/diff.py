"""What differs between two vintages of one board: models, proposed renames, ratings, scale.

A rename is only ever *proposed*: an entry vanished, another appeared, both have one tag (or are of
one lab, and their names are similar), and the new rating lies where the old one would lie on the
new scale, within the noise of the fit. One entry may turn into several (ARCHITECTURE.md, trap 5).
"""

from __future__ import annotations

import difflib
import re
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from elolag.archive import Archive, Snapshot
from elolag.errors import EstimateError, UsageError
from elolag.model.scale import SHIPPED, Carry, fit, vote_noise
from elolag.tags import Lookup, is_unknown

#: Proposed when the ratings differ by less than this many standard deviations of the fit.
_RENAME_NOISE = 3.0
#: A published rating moves by this much (Elo) between vintages for reasons no error states.
_LEAST_NOISE = 3.0
#: Similarity (0 to 1) of two names that may be one model's.
_RENAME_SIMILAR = 0.7
#: Moves larger than this many standard deviations of the common entries' are listed.
_MOVE_NOISE = 3.0
#: Entries whose median change says what the top of the scale did.
_TOP = 30
#: Standard deviation of drift of unit scale.
_SD = SHIPPED.inflation**0.5

_WORDS = re.compile(r"[a-z]+|\d+(?:\.\d+)*")


@dataclass(frozen=True)
class _Rename:
    """An entry that vanished and one that appeared which may be the same model.

    ``expected`` is the old rating on the new scale, ``noise`` its standard deviation; ``basis``
    says what speaks for it beside the rating.
    """

    old: str
    new: str
    rating: float
    expected: float
    noise: float
    similarity: float
    basis: str


@dataclass(frozen=True)
class _Move:
    """A common entry whose rating changed otherwise than its neighbours'."""

    entry: str
    before: float
    after: float
    beyond: float


@dataclass(frozen=True)
class _Scale:
    """How the newer scale lies to the older: newer minus older, in Elo.

    ``median`` and ``spread`` (a standard deviation from the median absolute deviation) are over
    the common entries, ``top`` is the median of the highest 30, ``slope`` the change per Elo;
    the last two are None where fewer than 10 entries are common.
    """

    common: int
    median: float
    spread: float
    top: float | None
    slope: float | None


@dataclass(frozen=True)
class Changes:
    """What differs between two snapshots, in one category.

    Attributes
    ----------
    old, new
        Paths of the snapshots.
    added, removed
        Entry names, highest rating first, those of `renames` included.
    renames
        Proposed ones, one old name possibly with several new ones.
    moves
        Largest first.
    scale
        None when no entry is common.
    notes
        What limits the comparison.
    """

    old: str
    new: str
    category: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    renames: tuple[_Rename, ...]
    moves: tuple[_Move, ...]
    scale: _Scale | None
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        names = {"renames": "proposed_renames"}
        return {names.get(name, name): value for name, value in asdict(self).items()}


def compare(
    old: Snapshot, new: Snapshot, lookup: Lookup, *, category: str | None = None
) -> Changes:
    """What changed from `old` to `new`.

    Parameters
    ----------
    old, new
        Snapshots of one board.
    lookup
        Tags, for the lab of each entry.
    category
        By default ``overall`` (else the first one both have).

    Raises
    ------
    UsageError
        If they are of two boards, or have no category in common.
    ArchiveError
        If one is damaged.
    """
    if old.board != new.board:
        raise UsageError(f"{old.path} and {new.path} are of two boards; compare within one")
    if not old.categories and not new.categories:
        return _metadata_changes(old, new)
    both = [name for name in old.categories if name in new.categories]
    chosen = category or ("overall" if "overall" in both else min(both, default=None))
    if chosen is None or chosen not in both:
        raise UsageError(
            f"{old.path} and {new.path} do not both have the category {chosen or 'overall'!r}; "
            f"both have: {', '.join(both) or 'none'}"
        )
    before, after = _table(old, chosen, lookup), _table(new, chosen, lookup)
    gone = before[~before.index.isin(after.index)]
    come = after[~after.index.isin(before.index)]
    carry, scale = _carry(before, after)
    return Changes(
        old=old.path,
        new=new.path,
        category=chosen,
        added=tuple(come.index),
        removed=tuple(gone.index),
        renames=tuple(_renames(gone, come, carry, scale)),
        moves=tuple(_moves(before, after, scale)),
        scale=scale,
        notes=tuple(_notes(old, new)),
    )


def compare_archives(old: Archive, new: Archive, lookup: Lookup) -> list[Changes]:
    """What changed on every board whose newest vintage differs between two archives.

    A board the older archive lacks has no comparison and is left out.
    """
    changes = []
    for name in new.boards():
        if name not in old.boards():
            continue
        board = new.board(name)
        before, after = old.board(name).snapshot(), board.snapshot()
        if before.sha256 != after.sha256:
            changes.append(compare(before, after, lookup))
    return changes


def _table(snapshot: Snapshot, category: str, lookup: Lookup) -> pd.DataFrame:
    """Ratings by entry, with each entry's model and lab; highest rating first."""
    table = snapshot.ratings(category).set_index("entry")
    said = snapshot.entries().set_index("entry")
    models, labs = [], []
    for entry in table.index:
        alias = lookup.alias(snapshot.source, entry, str(said["name"].get(entry, "")))
        model = "" if alias is None or is_unknown(alias) else alias.model
        models.append(model)
        labs.append(lookup.tag(model).lab if model else "")
    organisation = [str(said["organisation"].get(entry, "")).casefold() for entry in table.index]
    out = table[["rating", "se", "votes"]].assign(model=models, lab=labs, organisation=organisation)
    out["votes"] = out["votes"].astype("float64")
    return out.sort_values("rating", ascending=False, kind="stable")


def _carry(before: pd.DataFrame, after: pd.DataFrame) -> tuple[Carry | None, _Scale | None]:
    both = before.index.intersection(after.index)
    if both.empty:
        return None, None
    then, now = before.loc[both], after.loc[both]
    change = (now["rating"] - then["rating"]).to_numpy(float)
    noise = vote_noise(then["se"].to_numpy(float), now["se"].to_numpy(float))
    # A standard deviation from the median absolute deviation, for normal data.
    spread = round(float(1.4826 * np.median(np.abs(change - np.median(change)))), 2)
    median = round(float(np.median(change)), 2)
    try:
        carry = fit(then["rating"].to_numpy(float), now["rating"].to_numpy(float), noise)
    except EstimateError:
        return None, _Scale(len(both), median, spread, None, None)
    highest = np.argsort(-(then["rating"] + now["rating"]).to_numpy(float), kind="stable")[:_TOP]
    top = round(float(np.median(change[highest])), 2)
    return carry, _Scale(len(both), median, spread, top, round(carry.slope, 5))


def _renames(
    gone: pd.DataFrame, come: pd.DataFrame, carry: Carry | None, scale: _Scale | None
) -> list[_Rename]:
    found: list[_Rename] = []
    if scale is None or gone.empty:
        return found
    level = gone["rating"].to_numpy(float)
    shifts, errors_of = np.full(len(gone), scale.median), np.full((len(gone), 1), scale.spread)
    if carry is not None:
        shifts = carry.shift(level)
        drift = carry.drift(level, np.ones(len(level), bool)) * _SD
        errors_of = np.column_stack([carry.root(level), drift])
    for number, (old, row) in enumerate(gone.iterrows()):
        for new, other in come.iterrows():
            basis = _basis(str(old), row, str(new), other)
            if not basis:
                continue
            errors = [*errors_of[number], row["se"], other["se"], _LEAST_NOISE]
            noise = float(np.sqrt(np.nansum(np.square(np.asarray(errors, dtype=float)))))
            expected = float(row["rating"] + shifts[number])
            rating, names = float(other["rating"]), (str(old), str(new))
            if abs(rating - expected) <= _RENAME_NOISE * noise:
                alike = round(_similarity(*names), 2)
                found.append(
                    _Rename(*names, rating, round(expected, 2), round(noise, 2), alike, basis)
                )
    return found


def _basis(old: str, before: pd.Series, new: str, after: pd.Series) -> str:
    """What speaks for one model under two names; empty when nothing does."""
    if before["model"] and before["model"] == after["model"]:
        return "same tag"
    same_lab = before["lab"] and before["lab"] == after["lab"]
    if not same_lab and (before["lab"] == "" or after["lab"] == ""):
        same_lab = before["organisation"] and before["organisation"] == after["organisation"]
    return "same lab, similar name" if same_lab and _similarity(old, new) >= _RENAME_SIMILAR else ""


def _similarity(one: str, other: str) -> float:
    """How alike two entry names are, 0 to 1, by their words and numbers and not by punctuation.

    Two names whose version numbers differ are never alike: ``gpt-4.1`` is not ``gpt-4.5``.
    """
    first, second = _WORDS.findall(one.casefold()), _WORDS.findall(other.casefold())
    numbers = [[word for word in words if word[0].isdigit()] for words in (first, second)]
    if numbers[0] != numbers[1]:
        return 0.0
    shared = sum(
        block.size for block in difflib.SequenceMatcher(None, first, second).get_matching_blocks()
    )
    shorter = min(len(first), len(second))
    # A name with an effort added or taken away contains the other.
    contained = shared == shorter > 1
    return 1.0 if contained else difflib.SequenceMatcher(None, one, other).ratio()


def _moves(before: pd.DataFrame, after: pd.DataFrame, scale: _Scale | None) -> list[_Move]:
    if scale is None:
        return []
    both = before.index.intersection(after.index)
    change = after.loc[both, "rating"] - before.loc[both, "rating"] - scale.median
    limit = _MOVE_NOISE * max(scale.spread, 1.0)
    far = change[change.abs() > limit].sort_values(key=np.abs, ascending=False)
    then, now = (table["rating"].astype(float) for table in (before, after))
    return [
        _Move(str(entry), float(then[entry]), float(now[entry]), round(float(value), 2))
        for entry, value in far.items()
    ]


def _notes(old: Snapshot, new: Snapshot) -> list[str]:
    notes = []
    for snapshot in (old, new):
        if snapshot.completeness != "full":
            notes.append(f"{snapshot.path} is cut off ({snapshot.completeness})")
    if old.method != new.method:
        notes.append(f"two rating methods: {old.method} and {new.method}; no common scale")
    if old.style_control != new.style_control:
        notes.append("one is style-controlled and the other is not; no common scale")
    if old.source != new.source:
        notes.append(f"two sources, which may name entries differently: {old.source}, {new.source}")
    return notes


def _metadata_changes(old: Snapshot, new: Snapshot) -> Changes:
    """Tables without ratings: only what was added and removed."""
    before, after = (
        set(snapshot.table(snapshot.manifest["resources"][0]["name"])["entry"])
        for snapshot in (old, new)
    )
    added, removed = tuple(sorted(after - before)), tuple(sorted(before - after))
    return Changes(old.path, new.path, "", added, removed, (), (), None, ("no ratings",))
