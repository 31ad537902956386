"""What is held until a person accepts it: revisions that could move an answer, changes of method.

A publication that displaces a stored one of its date is compared with it, category by category and
against the common shift (the median change). It is held when

- over `_MOVED_SHARE` of the settled entries moved by more than the bound: `_BOUND` points on boards
  of votes, `_BOUND_SPREAD` standard deviations of the list elsewhere. An entry is settled when a
  vintage `_SETTLED_DAYS` days older or more lists it; on a board without one all entries are;
- any record moved by more than that, or is gone from a list of the same source. Without tags
  nobody can say here which entries are records of a country, so more are taken for one: the first
  `_TOP` of either list, and each entry that at its debut stood at or above all that its
  organisation had under that licence (of one debut the highest). One without an organisation
  counts as its own;
- hardly any names are common with a list of the same source. Other sources may spell otherwise.

An official list made by another rule than the last one of its source starts a regime. The rule is
its method, style control, kind and level of interval, symmetry, width of interval in standard
errors, scale (slope on the common entries) and anchor (an entry that stood still in the last
`PINNED_LISTS` lists while the others moved). A common shift alone is a gauge, no change of method.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from elolag.archive.completeness import METHODS
from elolag.archive.listing import comparable, reference_category, shared_category
from elolag.archive.package import Check
from elolag.dates import to_day, to_iso

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from elolag.archive.listing import Listed, Listing

#: Checks that hold a publication when they fail.
_REVISION, _METHOD = "revision-agrees", "same-method"
#: What `accept` holds to accept everything.
EVERYTHING = "all"

_BOUND, _BOUND_SPREAD, _MOVED_SHARE = 10.0, 0.1, 0.01
_SETTLED_DAYS, _TOP = 60.0, 20
#: An entry has moved when its change is beyond what rounding explains.
_SLACK = 0.0101
_FAULTS_SHOWN = 3

PINNED_LISTS = 4
#: Points the other entries moved, in the median, while an anchor stood still.
_PINNED_OTHERS = 0.1
#: Measured on the official lists of 2025 and 2026: the ratio moves by 0.001, the slope by 0.05 but
#: for compar:IA's two recomputations (0.87 and 0.88).
_RATIO_CHANGE, _SLOPE_CHANGE, _FEWEST_ROWS = 0.02, 0.1, 20
_SYMMETRIC, _ASYMMETRIC = 0.9, 0.5
_SYMMETRY_SLACK = 0.03
_BY_SHAPE = ("variance", "bootstrap")  # told apart by the worst row; the share of rows is steadier


@dataclass(frozen=True)
class _Known:
    """What a board knows of its entries; one with a debut after `settled_by` is not settled."""

    debuts: Mapping[str, str]
    settled_by: str

    def debut(self, name: str) -> str:
        """First vintage that lists an entry, or a day after all."""
        return self.debuts.get(name, "9999")


def waits(
    done: Iterable[Check], place: str, accept: Collection[str], *, history: bool = False
) -> str:
    """Why a publication waits until it is accepted; empty where it does not.

    Parameters
    ----------
    done
        Its checks.
    place
        Its board and date, as they are accepted.
    accept
        What is.
    history
        Whether it is history: a change of method in it is recorded, not held.
    """
    if {EVERYTHING, place} & set(accept):
        return ""
    said = {_REVISION: "figures stored under this date would change"}
    if not history:
        said[_METHOD] = "the method has changed"
    notes = [f"{said[c.name]}: {c.note}" for c in done if c.name in said and not c.passed]
    return f"{'; '.join(notes)}. To take it all the same: --accept {place}" if notes else ""


def revision(now: Listed, before: Listed, debuts: Mapping[str, str], vintage: str) -> Check | None:
    """Compare a publication of a day with the stored one that it displaces.

    `debuts` has the first vintage that lists each entry of the board. None where the two have no
    category in common.
    """
    known = _Known(debuts, to_iso(to_day(vintage) - _SETTLED_DAYS))
    labs = _labs(before) | _labs(now)
    main = shared_category(now, before)
    said, faults = "", []
    for category in sorted(set(now.categories) & set(before.categories), key=lambda c: c != main):
        mine, theirs = now.find(category), before.find(category)
        if mine is None or theirs is None:
            continue
        bound = _BOUND if now.kind[0] in METHODS else _BOUND_SPREAD * float(theirs.ratings.std())
        moves, wrong = _moves(mine, theirs, bound, known, labs, now.source == before.source)
        said = said or moves
        faults += wrong if category == main else [f"{category:.60}: {fault}" for fault in wrong]
    if not said:
        return None
    if len(faults) > _FAULTS_SHOWN:
        more = len(faults) - _FAULTS_SHOWN
        faults[_FAULTS_SHOWN:] = [f"and {more} more of the kind"]
    return Check(_REVISION, not faults, False, "; ".join([f"{said} ({before.label})", *faults]))


def _moves(
    now: Listing,
    before: Listing,
    bound: float,
    known: _Known,
    labs: Mapping[str, tuple[str, str]],
    same_source: bool,
) -> tuple[str, list[str]]:
    """What moved in one category, in words, and what of it holds the publication."""
    mine, theirs = now.by_name(), before.by_name()
    common = [name for name in before.entries if name in mine]
    if not comparable(now, before):
        said = f"only {len(common)} of {len(before)} names are on the list it displaces"
        return said, ["so it cannot be compared"] if same_source else []
    change = np.array([mine[name] - theirs[name] for name in common])
    shift = float(np.median(change))
    off = dict(zip(common, (change - shift).tolist(), strict=True))
    tolerance = _SLACK if now.unit == before.unit else max(now.unit, before.unit) / 2 + _SLACK
    moved = [name for name in common if abs(off[name]) > tolerance]
    said = f"common shift {shift:+.2f} from the list it displaces"
    if moved:
        worst = max(moved, key=lambda name: abs(off[name]))
        many = "1 entry" if len(moved) == 1 else f"{len(moved)} entries"
        said = f"{many} moved, largest {off[worst]:+.1f} ({worst:.60}); {said}"
    else:
        said = f"no entry moved; {said}"
    far = {name for name in common if abs(off[name]) > bound}
    settled = [name for name in common if known.debut(name) <= known.settled_by] or common
    beyond = far & set(settled)
    records = _records(before, known, labs) | _records(now, known, labs)
    faults = []
    if len(beyond) > _MOVED_SHARE * len(settled):
        share = f"{len(beyond)} of {len(settled)} settled entries"
        faults.append(f"{share} moved by more than {bound:.3g} against it")
    faults += [f"record {name:.60} {off[name]:+.1f}" for name in common if name in records & far]
    if same_source:
        gone = [name for name in before.entries if name in records and name not in mine]
        faults += [f"record {name:.60} is gone" for name in gone]
    return said, faults


def _records(listing: Listing, known: _Known, labs: Mapping[str, tuple[str, str]]) -> set[str]:
    """Entries that could be a record of some group: see the module's text."""
    found = set(listing.entries[:_TOP])
    best: dict[tuple[str, str], float] = {}
    rows = [(known.debut(n), -r, n) for n, r in listing.by_name().items()]
    for _, day in itertools.groupby(sorted(rows), key=lambda row: row[0]):
        for _, minus, name in day:
            lab = labs.get(name, ("", ""))
            key = lab if lab[0] else ("", name)
            if -minus >= best.get(key, -np.inf):
                found.add(name)
                best[key] = -minus
    return found


def _labs(item: Listed) -> dict[str, tuple[str, str]]:
    """Entry to organisation and licence."""
    table = item.find_table("entries")
    if table is None:
        return {}
    columns = (table[name].fillna("").tolist() for name in ("entry", "organisation", "licence"))
    return {entry: (lab, licence) for entry, lab, licence in zip(*columns, strict=True)}


def same_method(now: Listed, recent: Sequence[Listed]) -> Check | None:
    """Whether an official list is made by the rule of the last ones of its source.

    Parameters
    ----------
    now
        The new one.
    recent
        The last comparable ones of its source, the newest first; empty: nothing to say.
    """
    if not recent:
        return None
    before = recent[0]
    changes = []
    for what, new, old in zip(("method", "style control"), now.kind, before.kind, strict=True):
        if new != old:
            changes.append(f"{what}: {old} before, now {new}")
    changes += _interval_changes(now, before)
    category = shared_category(now, before)
    if category is not None:
        lists = [found for item in (now, *recent) if (found := item.find(category)) is not None]
        changes += _scale_changes(lists)
    return Check(_METHOD, not changes, False, "; ".join(changes))


def _interval_changes(now: Listed, before: Listed) -> list[str]:
    kind, level = now.interval_kind, now.interval_level
    old_kind, old_level = before.interval_kind, before.interval_level
    if "none" in (kind, old_kind):
        return []
    changes = []
    if kind != old_kind and not {kind, old_kind} <= set(_BY_SHAPE):
        changes.append(f"intervals: {old_kind} before, now {kind}")
    if level != old_level:
        changes.append(f"level of the intervals: {old_level} before, now {level}")
    (symmetric, ratio), (was_symmetric, old_ratio) = _shape(now), _shape(before)
    if was_symmetric >= _SYMMETRIC and symmetric <= _ASYMMETRIC:
        changes.append("intervals: symmetric about the rating before, now not")
    if symmetric >= _SYMMETRIC and was_symmetric <= _ASYMMETRIC:
        changes.append("intervals: not symmetric about the rating before, now so")
    if abs(ratio / old_ratio - 1) > _RATIO_CHANGE:
        changes.append(
            f"intervals: half-widths were {old_ratio:.2f} standard errors, now {ratio:.2f}"
        )
    return changes


def _shape(item: Listed) -> tuple[float, float]:
    """Share of rows with a symmetric interval, and the median half-width in standard errors.

    NaN where fewer than `_FEWEST_ROWS` rows have an interval, or a standard error beside it.
    """
    table = item.find_table("ratings")
    if table is None:
        return np.nan, np.nan
    rows = table[table["category"] == reference_category(item.categories)]
    rating, lower, upper, se = (
        rows[name].to_numpy(dtype=float, na_value=np.nan)
        for name in ("rating", "lower", "upper", "se")
    )
    listed = ~np.isnan(upper - lower)
    both = listed & (se > 0)
    off = np.abs(lower + upper - 2 * rating)[listed]
    width = (upper - lower)[both] / 2 / se[both]
    return (
        float((off <= _SYMMETRY_SLACK).mean()) if len(off) >= _FEWEST_ROWS else np.nan,
        float(np.median(width)) if len(width) >= _FEWEST_ROWS else np.nan,
    )


def _scale_changes(lists: Sequence[Listing]) -> list[str]:
    """What a list, the first, says of its scale against the ones before, the newest first."""
    now, *recent = lists
    mine = now.by_name()
    changes = []
    if recent:
        theirs = recent[0].by_name()
        common = [name for name in theirs if name in mine]
        before = np.array([theirs[name] for name in common])
        if len(common) >= _FEWEST_ROWS and before.std() > 0:
            slope = float(np.polyfit(before, [mine[name] for name in common], 1)[0])
            if abs(slope - 1) > _SLOPE_CHANGE:
                changes.append(f"scale: a point before is {slope:.2f} points now")
    held = _held_still([item.by_name() for item in recent[:PINNED_LISTS]])
    moved = {n: mine[n] for n in held if n in mine and abs(mine[n] - held[n]) > _SLACK}
    if moved and len(moved) == sum(name in mine for name in held):
        name = min(moved)
        changes.append(
            f"anchor: {name:.60} stood at {held[name]:.2f} in the last {PINNED_LISTS} lists, "
            f"now at {moved[name]:.2f}"
        )
    return changes


def _held_still(lists: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Entries whose rating was one constant in all lists while the others moved."""
    if len(lists) < PINNED_LISTS:
        return {}
    common = [name for name in lists[0] if all(name in other for other in lists)]
    spread = {n: max(x[n] for x in lists) - min(x[n] for x in lists) for n in common}
    if not spread or float(np.median(list(spread.values()))) <= _PINNED_OTHERS:
        return {}
    return {name: lists[0][name] for name in common if spread[name] < _SLACK / 2}
