"""A board at one vintage: every entry identified, and where all of them stand on one scale."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from elolag.archive import Board, Snapshot, same_scale
from elolag.archive.listing import Listing
from elolag.arrays import Floats
from elolag.dates import to_day, to_days
from elolag.errors import EstimateError, UsageError
from elolag.model import scale
from elolag.model.scale import SHIPPED, Hyperparameters
from elolag.own import OwnBoard
from elolag.results.words import which_lists
from elolag.schema import ALL_LISTS, Measure, measure_of
from elolag.tags import Lookup, is_unknown

#: Columns of `Placed.table` that hold the factor of what the entries of a carry share.
ROOT = tuple(f"root_{k}" for k in range(scale.SHARED))


@dataclass(frozen=True)
class Vintage:
    """One vintage ready to be placed: its tagged entries as arrays, (N,).

    ``identities`` survive renames of display (model and effort together); ``se`` and ``votes`` may
    be NaN.
    """

    date: str
    identities: NDArray[np.object_]
    entries: NDArray[np.object_]
    models: NDArray[np.object_]
    ratings: Floats
    se: Floats
    votes: Floats

    def __len__(self) -> int:
        return len(self.identities)

    def only(self, rows: Sequence[int]) -> Vintage:
        """Some of the entries."""
        date, *arrays = (getattr(self, each.name) for each in fields(self))
        return Vintage(date, *(array[rows] for array in arrays))

    @cached_property
    def table(self) -> pd.DataFrame:
        """Columns ``entry, model, rating, se, votes``, indexed by ``identity``."""
        names = {"entry": self.entries, "model": self.models}
        return pd.DataFrame(
            {name: pd.array(values, dtype="str") for name, values in names.items()}
            | {"rating": self.ratings, "se": self.se, "votes": self.votes},
            index=pd.Index(self.identities, name="identity", dtype=object),
        )


@dataclass(frozen=True)
class Carried:
    """How the entries of one older list got onto the newest scale.

    Attributes
    ----------
    source
        The list's date.
    bridge
        Dates between which the other board's change was taken over; empty for none.
    gone
        The entries carried.
    carry
        The fit.
    """

    source: str
    bridge: tuple[str, ...]
    gone: tuple[str, ...]
    carry: scale.Carry


@dataclass(frozen=True)
class Placed:
    """Every entry ever rated on a board, on the newest vintage's scale.

    ``table`` columns: ``identity, entry, model, rating, se, votes, vintage, link, drift`` and
    `ROOT`. ``vintage`` is the list an entry is taken from, ``se`` its published error there (may
    be NaN), ``drift`` the scale of its own change since (of a t), ``link`` indexes
    ``carries`` (-1 for the newest vintage), and `ROOT` times three standard normals is the error
    that it shares with all entries of that carry.
    """

    newest: str
    table: pd.DataFrame
    carries: tuple[Carried, ...]


def place(
    vintages: Sequence[Vintage], others: Sequence[Vintage] = (), hyper: Hyperparameters = SHIPPED
) -> Placed:
    """Put every entry on the scale of the last vintage (see `elolag.model.scale`).

    Parameters
    ----------
    vintages
        Of one board, oldest first; the last is the scale.
    others
        Those of the publisher's other board of the same votes, oldest first, up to the same day.
    hyper
        What the fit takes as given.

    Raises
    ------
    EstimateError
        A vintage that holds a gone model shares too few entries with the newest.
    """
    if not vintages:
        raise EstimateError("no vintage to place entries on")
    listed = np.concatenate([vintage.identities for vintage in vintages])
    entry, unique = pd.factorize(listed)
    identities = pd.Index(unique, name="identity", dtype=object)
    model = np.empty(len(identities), object)
    # An identity is listed many times; numpy keeps the last.
    model[entry] = np.concatenate([vintage.models for vintage in vintages])
    number = pd.factorize(model)[0].astype(np.intp)
    placed = scale.place(
        _lists_of(vintages, identities),
        number,
        _lists_of(others, identities) if others else None,
        hyper,
    )
    # Of each identity the row of the list it is taken from; the newest list first, each in its
    # order: what follows is stable.
    column = np.repeat(np.arange(len(vintages)), [len(vintage) for vintage in vintages])
    at = np.flatnonzero(placed.column[entry] == column)
    at = at[np.argsort(-column[at], kind="stable")]
    rows = entry[at]
    entries, se, votes = (
        np.concatenate([getattr(vintage, name) for vintage in vintages])[at]
        for name in ("entries", "se", "votes")
    )
    table = pd.DataFrame(
        {
            "identity": unique[rows],
            "entry": entries,
            "model": model[rows],
            "rating": placed.rating[rows],
            "se": se,
            "votes": votes,
            "vintage": np.array([vintage.date for vintage in vintages], object)[column[at]],
            "link": placed.carry[rows],
            "drift": placed.drift[rows],
            **dict(zip(ROOT, placed.root[rows].T, strict=True)),
        }
    )
    carries = tuple(
        Carried(
            source=vintages[column].date,
            bridge=() if near < 0 else (others[near].date, others[last].date),
            gone=tuple(table.loc[table["link"] == index, "entry"]),
            carry=carry,
        )
        for index, (carry, (column, near, last)) in enumerate(
            zip(placed.carries, placed.steps, strict=True)
        )
    )
    return Placed(vintages[-1].date, table, carries)


def _lists_of(vintages: Sequence[Vintage], identities: pd.Index) -> scale.Lists:
    """Ratings and errors of every list, rows in the order of `identities`."""
    shape = len(identities), len(vintages)
    listed = np.concatenate([vintage.identities for vintage in vintages])
    rows = identities.get_indexer(pd.Index(listed, dtype=object))
    columns = np.repeat(np.arange(len(vintages)), [len(vintage) for vintage in vintages])
    here = rows >= 0
    rating, error = np.full(shape, np.nan), np.full(shape, np.nan)
    for name, filled in (("ratings", rating), ("se", error)):
        values = np.concatenate([getattr(vintage, name) for vintage in vintages])
        filled[rows[here], columns[here]] = values[here]
    return scale.Lists(np.array([to_day(v.date) for v in vintages]), rating, error)


# From the snapshots of one board to one table of rated, tagged entries on one scale.
#
# What happens here, in order: choose the vintage and the older ones that may be linked to it, give
# every entry its tag, fill in the standard errors a publisher did not print, link, widen the errors
# of entries too young to have settled.


#: A stretch this long without a complete list, within the last `_SEEN_DAYS`, is worth saying; one
#: of `LONG_BLIND_DAYS` is like those of the world truncated-boards, where intervals miss.
_BLIND_DAYS = 20.0
_BLIND_NAMED = 6
LONG_BLIND_DAYS = 120.0
_SEEN_DAYS = 730.0


@dataclass(frozen=True)
class Untagged:
    """An entry of the chosen vintage that nobody has tagged, as its publisher rates it.

    `se` and `votes` are NaN where there are none. `absent` is the date of the last of the older
    lists that does not show it; empty where there is no such list.
    """

    entry: str
    rating: float
    se: float
    votes: float
    absent: str

    def listed_by(self, date: str) -> bool:
        """Whether it can have been there on a date: no later list is without it."""
        return self.absent < date


@dataclass(frozen=True)
class Panel:
    """A board on the scale of one vintage, every entry tagged.

    Attributes
    ----------
    placed
        Where every entry stands; `placed.table` holds only entries with a model.
    snapshots
        The snapshots whose ratings are in the table, newest first.
    unknown, untagged
        Entries of the chosen vintage that carry the tag `unknown`, and those nobody has tagged.
    notes
        What a reader of the result must know of these data.
    rated_untagged
        Those nobody has tagged with their ratings, the highest first.
    sources
        Which lists of the archive could be used: ``all``, or ``official`` ones only.
    """

    board: str
    category: str
    vintage: str
    placed: Placed
    snapshots: tuple[Snapshot, ...]
    unknown: tuple[str, ...]
    untagged: tuple[str, ...]
    notes: tuple[str, ...]
    rated_untagged: tuple[Untagged, ...] = ()
    sources: str = ALL_LISTS

    @property
    def measure(self) -> Measure:
        """What the ratings are made of."""
        newest = self.snapshots[0]
        return measure_of(self.board, newest.method, newest.source)

    @cached_property
    def entry_votes(self) -> dict[str, int]:
        """Votes by entry, where the newest list prints them."""
        table = self.placed.table.dropna(subset="votes")
        table = table[table["link"] < 0]
        return dict(zip(table["entry"], table["votes"].astype(int), strict=True))


def build(board: Board, category: str, vintage: str | None, lookup: Lookup) -> Panel:
    """Assemble the panel of one board and category.

    Parameters
    ----------
    vintage
        Ratings of this vintage and older ones; None for the newest official one. Copies of web
        pages are only used as the newest vintage when named here.
    lookup
        It remembers the lists it has identified: panels of several vintages read each once.

    Raises
    ------
    UsageError
        The category is not on the board's vintage, or the vintage not in the archive.
    EstimateError
        No entry of the board has a standard error, or none a tag.
    """
    newest = choose(board, vintage)
    notes = [*which_lists(board.archive.sources)]
    if board.misdated:
        named = "; ".join(board.misdated.values())
        notes.append(f"set aside for an impossible day, see elolag archive verify: a list {named}")
    damaged = [*board.damaged.values()]
    if not isinstance(board, OwnBoard):
        damaged += board.archive.damaged(sibling(board.name)).values()
    if damaged:
        also = f" and {len(damaged) - 1} more" if len(damaged) > 1 else ""
        notes.append(f"set aside as damaged, see elolag archive verify: {damaged[0]}{also}")
    older = _linkable(board, newest)
    if newest.completeness != "full":
        older = []
        notes.append(
            f"the {newest.vintage} list is cut off ({newest.completeness}); it is not linked to "
            f"older vintages, so models it no longer shows do not count"
        )
    if category not in newest.categories:
        raise UsageError(
            f"no category {category!r} on {board.name} at {newest.vintage}; it has: "
            + ", ".join(sorted(newest.categories))
        )
    if category in newest.stale_categories:
        notes.append(
            f"{category} was not computed anew for the list of {newest.vintage}: its ratings are "
            f"older, and models released since do not count"
        )
    used = [s for s in (*older, newest) if category in s.categories]
    tables = vintages(used, category, lookup)
    strange = [identified(s, category, lookup)[1:] for s in used]
    unknown, untagged = (set().union(*each) for each in zip(*strange, strict=True))
    shown = [(s.vintage, names) for s, (_, names) in zip(used, strange, strict=True)]
    if not any(map(len, tables)):
        raise EstimateError(
            f"nobody has tagged an entry of {board.name} ({newest.vintage}, {category}), so that "
            f"there is no model to compare; elolag tags suggest proposes tags"
        )
    other = other_board(board, newest) if older else []
    placed = place(tables, vintages(other, category, lookup))
    notes += _blind_spots(board, category, used, placed, lookup)
    imputed = int(placed.table["se"].isna().sum())
    if imputed:
        placed = replace(placed, table=fill_errors(placed.table, tables))
        notes.append(
            f"{imputed} ratings printed without an interval take the error their model had at the "
            f"nearest vintage with one, or the 90th percentile of all where it never had one"
        )
    bridges = {date for made in placed.carries for date in made.bridge}
    contributing = set(placed.table["vintage"])
    kept = tuple(s for s in reversed(used) if s.vintage in contributing)
    notes += _regimes(used, since=kept[-1].vintage)
    kept += tuple(s for s in reversed(other) if s.vintage in bridges)
    # A user's own board lists them all itself.
    if untagged and not isinstance(board, OwnBoard):
        told = "entry has no tag and does" if len(untagged) == 1 else "entries have no tag and do"
        notes.append(f"{len(untagged)} {told} not count: {_some(sorted(untagged))}")
    return Panel(
        board=board.name,
        category=category,
        vintage=newest.vintage,
        placed=placed,
        snapshots=kept,
        unknown=tuple(sorted(unknown)),
        untagged=tuple(sorted(untagged)),
        notes=tuple(notes),
        rated_untagged=_rated_untagged(newest, category, shown),
        sources=board.archive.sources,
    )


def _rated_untagged(
    newest: Snapshot, category: str, shown: Sequence[tuple[str, set[str]]]
) -> tuple[Untagged, ...]:
    """The newest list's untagged entries, of all lists with theirs, oldest first."""
    (*earlier, (_, names)) = shown
    if not names:
        return ()
    raw = newest.listing(category)
    rows = [row for row, entry in enumerate(raw.entries) if entry in names]
    rows.sort(key=lambda row: (-raw.ratings[row], raw.entries[row]))
    figures = zip(raw.ratings[rows].tolist(), *_errors(raw, rows, newest), strict=True)
    found = []
    for entry, figure in zip((raw.entries[row] for row in rows), figures, strict=True):
        absent = max((date for date, seen in earlier if entry not in seen), default="")
        found.append(Untagged(entry, *figure, absent))
    return tuple(found)


def vintages(snapshots: Sequence[Snapshot], category: str, lookup: Lookup) -> list[Vintage]:
    """The snapshots that have a category, their entries identified, in the order given."""
    return [identified(s, category, lookup)[0] for s in snapshots if category in s.categories]


def chain(board: Board, category: str, vintage: str | None) -> list[Snapshot]:
    """The snapshots that `build` links to one vintage, oldest first, that vintage last.

    Raises
    ------
    UsageError
        The vintage is cut off, so that nothing can be linked to it, or has no such category.
    """
    newest = choose(board, vintage)
    if newest.completeness != "full":
        raise UsageError(
            f"{board.name} at {newest.vintage} is cut off ({newest.completeness}) and cannot be "
            f"linked to older vintages; choose a complete vintage"
        )
    newest.listing(category)  # refuses an unknown category with the nearest names
    return [s for s in [*_linkable(board, newest), newest] if category in s.categories]


def choose(board: Board, vintage: str | None) -> Snapshot:
    """The snapshot whose ratings are used: the one named, else the newest whole official one.

    Raises
    ------
    UsageError
        It is not in the archive, or holds online Elo.
    """
    if vintage is not None:
        chosen = board.snapshot(vintage)
        if chosen.method == "online-elo":
            raise UsageError(
                f"{board.name} at {chosen.vintage} holds online Elo, which is not on the scale of "
                f"the published ratings; choose a vintage from 2024-03-27 on"
            )
        return chosen
    scaled = board.scaled
    official = [s for s in scaled if s.official]
    # A cut-off list, official or not, is only used when named: it cannot be linked.
    whole = [s for s in official if s.completeness == "full"]
    if not scaled and board.snapshots:
        kinds = " and ".join(sorted({s.method for s in board.snapshots}))
        raise UsageError(f"{board.name} holds no ratings elolag can use, only lists of {kinds}")
    if not scaled:
        raise UsageError(
            f"{board.name} has no vintage with ratings elolag can use; lists set aside for an "
            f"impossible day are named by: elolag archive verify"
        )
    return (whole or official or scaled)[-1]


def newest_whole(board: Board, until: str | None) -> Snapshot:
    """The newest whole list by a date, copies too; one with errors before one without.

    Raises
    ------
    EstimateError
        There is none.
    UsageError
        It has no ratings at all.
    """
    lists = [s for s in board.complete() if until is None or s.vintage <= until]
    if not lists:
        choose(board, None)
        raise EstimateError("it has no whole list" + (f" by {until}" if until else ""))
    return ([s for s in lists if s.interval_kind != "none"] or lists)[-1]


def newer_copy(board: Board, category: str, vintage: str) -> Snapshot | None:
    """The newest complete list after the vintage that is a copy, of the same scale; None if none.

    The default vintage is the publisher's own newest; who wants a copy's asks for it.
    """
    chosen = board.snapshot(vintage)
    newer = (
        s for s in reversed(board.snapshots) if s.vintage > chosen.vintage
        and same_scale(s, chosen) and category in s.categories and s.completeness == "full"
    )  # fmt: skip
    return next(newer, None)


def _regimes(used: Sequence[Snapshot], *, since: str) -> list[str]:
    """What changed of the method after the oldest vintage that gives a rating."""
    return [
        f"ratings of two methods are linked: {regime['what']} (since {regime['since']})"
        for snapshot in used
        if snapshot.vintage > since and (regime := snapshot.facts.get("regime"))
    ]


def _blind_spots(
    board: Board, category: str, complete: Sequence[Snapshot], placed: Placed, lookup: Lookup
) -> list[str]:
    """What is not seen in stretches without a complete list, and what cut-off lists show of it."""
    blind = _blind_stretches([s.vintage for s in complete])
    if not blind:
        return []
    cut = [
        s
        for s in _comparable(board, complete[-1])
        if s.completeness != "full"
        and category in s.categories
        and any(start < s.vintage < end for start, end in blind)
    ]
    seen: dict[str, None] = {}
    for snapshot in cut:
        shown, _, untagged = identified(snapshot, category, lookup)
        seen |= dict.fromkeys([*shown.models, *sorted(untagged)])
    held = set(placed.table["model"])
    missed = [name for name in seen if name not in held]
    longest = sorted(blind, key=lambda gap: to_day(gap[0]) - to_day(gap[1]))[:_BLIND_NAMED]
    named = ", ".join(f"from {a} to {b}" for a, b in sorted(longest))
    if len(blind) > len(longest):
        named = f"in {len(blind)} stretches of over {_BLIND_DAYS:.0f} days, the longest {named}"
    note = f"no complete list {named}: a model listed only in between is missed"
    if any(to_day(b) - to_day(a) > LONG_BLIND_DAYS for a, b in blind):
        note += (
            f", and where such a stretch is longer than {LONG_BLIND_DAYS:.0f} days intervals of "
            f"estimands over a window hold less than their level (docs/calibration.md, world "
            f"truncated-boards)"
        )
    if cut:
        found = f"missed models: {_some(missed)}" if missed else "no missed model"
        note += f"; lists of those days that are cut off ({len(cut)}) show {found}"
    return [note]


def _some(names: Sequence[str]) -> str:
    """The first five names."""
    return ", ".join([*names[:5], *(["..."] if len(names) > 5 else [])])


def _blind_stretches(dates: Sequence[str]) -> list[tuple[str, str]]:
    """Long gaps between recent ISO dates of complete lists."""
    recent = to_day(dates[-1]) - _SEEN_DAYS
    return [
        (a, b)
        for a, b in itertools.pairwise(dates)
        if to_day(a) > recent and to_day(b) - to_day(a) > _BLIND_DAYS
    ]


def _linkable(board: Board, newest: Snapshot) -> list[Snapshot]:
    """Older vintages on which a link may rest: same method, complete, same style control."""
    return [s for s in _comparable(board, newest) if s.completeness == "full"]


def _comparable(board: Board, newest: Snapshot) -> list[Snapshot]:
    """Older vintages of the same method and style control."""
    older = (s for s in board.snapshots if s.vintage < newest.vintage)
    return [s for s in older if same_scale(s, newest)]


def other_board(board: Board, newest: Snapshot) -> list[Snapshot]:
    """Complete lists, by the same day, of the board that rates the same votes the other way."""
    name = sibling(board.name)
    if isinstance(board, OwnBoard) or name not in board.archive.boards():
        return []
    return [
        s
        for s in board.archive.board(name).snapshots
        if s.vintage <= newest.vintage and s.method == newest.method and s.completeness == "full"
    ]


def sibling(board: str) -> str:
    """A publisher with and without style control has two boards, ``x`` and ``x_style_control``."""
    end = "_style_control"
    return board.removesuffix(end) if board.endswith(end) else board + end


def identified(
    snapshot: Snapshot, category: str, lookup: Lookup
) -> tuple[Vintage, set[str], set[str]]:
    """One snapshot's entries by identity, and those unknown and untagged; from memory if there."""
    memory = lookup.identified
    key = (snapshot.folder, category)
    if key not in memory:
        unknown: set[str] = set()
        untagged: set[str] = set()
        found = _identify(snapshot.listing(category), snapshot, lookup, unknown, untagged)
        memory[key] = (found, unknown, untagged)
    kept: tuple[Vintage, set[str], set[str]] = memory[key]
    return kept


def _identify(
    raw: Listing, snapshot: Snapshot, lookup: Lookup, unknown: set[str], untagged: set[str]
) -> Vintage:
    """Give the entries their model and effort, the identity that survives renames of display."""
    rows, model, identity = [], [], []
    seen: set[str] = set()
    names: dict[str, str] | None = None
    source = snapshot.source
    for row, entry in enumerate(raw.entries):
        alias = lookup.alias(source, entry)
        if alias is None:
            names = names or dict(snapshot.entries().set_index("entry")["name"].fillna(""))
            alias = lookup.alias(source, entry, names.get(entry, ""))
        if alias is None or is_unknown(alias):
            (untagged if alias is None else unknown).add(entry)
            continue
        key = f"{alias.model}|{alias.effort}" if alias.effort else alias.model
        # Two entries of one model and effort on one board: the identity of later ones names them.
        identity.append(f"{key}|{entry}" if key in seen else key)
        seen.add(key)
        rows.append(row)
        model.append(alias.model)
    shown = [raw.entries[row] for row in rows]
    identities, entries, models = (np.array(each, object) for each in (identity, shown, model))
    figures = raw.ratings[rows], *_errors(raw, rows, snapshot)
    found = Vintage(snapshot.vintage, identities, entries, models, *figures)
    if measure_of(snapshot.board, snapshot.method, source).one_score:
        return found.only(_first_versions(found, snapshot, lookup))
    return found


def _first_versions(found: Vintage, snapshot: Snapshot, lookup: Lookup) -> list[int]:
    """Of the entries under each of the publisher's names, the one whose model came first."""
    names = dict(snapshot.entries().set_index("entry")["name"].fillna(""))
    first: dict[str, int] = {}
    released = [lookup.tag(model).released for model in found.models]
    for row in np.argsort(released, kind="stable").tolist():
        first.setdefault(names[found.entries[row]] or found.entries[row], row)
    return sorted(first.values())


def _errors(raw: Listing, rows: list[int], snapshot: Snapshot) -> tuple[Floats, Floats]:
    """Standard errors, out of intervals where none is printed and rounding included, and votes."""
    rating, lower, upper, se, votes = (
        column[rows] for column in (raw.ratings, raw.lower, raw.upper, raw.se, raw.counts)
    )
    level = snapshot.interval_level
    if level:
        half = (upper - lower) / 2 / NormalDist().inv_cdf((1 + level) / 2)
        se = np.where(np.isnan(se), half, se)
    # A rating printed to a whole point is uniform within it.
    whole = bool((rating == np.round(rating)).all())
    if whole and measure_of(snapshot.board, snapshot.method, snapshot.source).arena_constants:
        se = np.sqrt(se**2 + 1 / 12)
    return se, votes


class PrintedErrors:
    """The standard errors that some lists of a board print, to stand where others print none.

    Raises
    ------
    EstimateError
        No list prints any.
    """

    def __init__(self, lists: Sequence[Vintage]) -> None:
        self._of: dict[str, list[tuple[float, float]]] = {}
        for day, each in zip(to_days([v.date for v in lists]).tolist(), lists, strict=True):
            for identity, error in zip(each.identities, each.se.tolist(), strict=True):
                if not math.isnan(error):
                    self._of.setdefault(identity, []).append((day, error))
        if not self._of:
            raise EstimateError(
                "no rating of this board up to that vintage carries an interval or a variance; a "
                "lag without the ratings' errors cannot be given one"
            )

    @cached_property
    def _wide(self) -> float:
        return float(np.quantile([e for each in self._of.values() for _, e in each], 0.9))

    def nearest(self, identity: str, date: str) -> float:
        """The entry's own error on the nearest list that prints it, else the 90th percentile."""
        own = self._of.get(identity)
        if own is None:
            return self._wide
        day = to_day(date)
        return min(own, key=lambda known: abs(known[0] - day))[1]


def fill_errors(placed: pd.DataFrame, vintages: Sequence[Vintage]) -> pd.DataFrame:
    """Standard errors where none was printed: the entry's own at the nearest vintage that has one.

    An entry that never had one gets the 90th percentile of all known errors, which is wide.
    """
    printed = PrintedErrors(vintages)
    se = placed["se"].to_numpy(float, copy=True)
    for row in np.flatnonzero(np.isnan(se)).tolist():
        se[row] = printed.nearest(placed["identity"].iloc[row], placed["vintage"].iloc[row])
    return placed.assign(se=se)
