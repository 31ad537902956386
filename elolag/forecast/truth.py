"""What came of an answer: settled by the archive's complete lists, each by one rule.

A number is settled by its *first figure*, that of the first complete list dated on or after its
day; who is first, by the newest complete list of the day, as printed; a date lies after the last
complete list that does not show it and not after the first that does. Days without a list for
`_REACH` days settle nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from elolag.archive import Archive, Board, Snapshot
from elolag.arrays import Flags, Floats
from elolag.dates import to_day, to_days, to_iso
from elolag.errors import EstimateError, UsageError
from elolag.estimate.panel import identified
from elolag.estimate.session import Session, Study, prepare
from elolag.forecast.form import OTHER, Answer, Forecast
from elolag.model.estimands import check_groups
from elolag.model.interval import summarise
from elolag.question import DEFAULTS
from elolag.tags import Lookup, parse_group

#: Days a list may be from the day it settles.
_REACH = 45
#: Draws of a first figure, and their seed: that of the question's defaults.
_DRAWS = 1_000
_NUMBERS = ("average", "current", "gap")
_CATEGORY = DEFAULTS["category"]
OPEN, SETTLED, UNRESOLVABLE, LATE = "open", "settled", "unresolvable", "late"


@dataclass(frozen=True)
class Outcome:
    """What came of one answer.

    Attributes
    ----------
    state
        ``open``; ``settled``; ``unresolvable``, see `why`; ``late``: not said before its day.
    value
        Months or points, as first figured.
    name
        Of `first`: the outcome that came, one of those named or `OTHER`.
    after, by
        Of a date: ISO days of the last complete list that does not show it (at first the round),
        and of the first that does; `by` is empty where none does, up to `after`.
    label, sha256
        Of the list that settled it; of an open date, of the newest looked at.
    """

    state: str
    why: str = ""
    value: float | None = None
    name: str = ""
    after: str = ""
    by: str = ""
    label: str = ""
    sha256: str = ""

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON object; what is not there is null."""
        return {name: value or None if isinstance(value, str) else value
                for name, value in vars(self).items()}  # fmt: skip


class Lists:
    """The complete lists of a board as they were printed.

    It settles `first`, `parity` and `reach` without a fit; only a `reach` of a model that is no
    longer listed asks a panel where it stands.

    Attributes
    ----------
    snapshots
        Oldest first.
    days
        Their days, (n,).
    """

    def __init__(self, board: Board, lookup: Lookup, session: Session | None = None) -> None:
        self.snapshots: tuple[Snapshot, ...] = board.complete(_CATEGORY)
        self.days: Floats = to_days([s.vintage for s in self.snapshots])
        self._board, self._lookup, self._session = board, lookup, session or Session()
        self._best: dict[str, Floats] = {}
        self._first: dict[tuple[tuple[str, ...], str], tuple[Outcome, ...]] = {}
        self._top: dict[str, dict[int, tuple[str, str]]] = {}

    @cached_property
    def _rows(self) -> pd.DataFrame:
        """Every tagged entry of every list: which list (``list``), identity, entry, rating."""
        tables = [identified(s, _CATEGORY, self._lookup)[0].table for s in self.snapshots]
        rows = pd.concat([t[["entry", "model", "rating"]] for t in tables]).reset_index()
        return rows.assign(list=np.repeat(np.arange(len(tables)), [len(t) for t in tables]))

    @cached_property
    def _nameless(self) -> list[tuple[float, str]]:
        """Of each list the highest entry that no model of the tags stands for."""
        found = []
        for snapshot in self.snapshots:
            _, unknown, untagged = identified(snapshot, _CATEGORY, self._lookup)
            raw, names = snapshot.listing(_CATEGORY), unknown | untagged
            rated = zip(raw.ratings.tolist(), raw.entries, strict=True)
            found.append(max(((r, e) for r, e in rated if e in names), default=(-np.inf, "")))
        return found

    @cached_property
    def _models(self) -> tuple[Any, list[Any]]:
        numbers, names = pd.factorize(self._rows["model"])
        return numbers, [self._lookup.tag(str(name)) for name in names]

    def _members(self, group: str) -> Flags:
        """Which rows count in a group: its models from their day on, or before release if listed.

        A model whose weights came later counts among the open ones from that day.
        """
        lookup, (numbers, tags) = self._lookup, self._models
        since = parse_group(group, lookup.labs, lookup.countries()).since(tags)
        released = np.array([tag.released for tag in tags])
        day = self.days[self._rows["list"].to_numpy()]
        counts: Flags = since[numbers] <= np.maximum(day, released[numbers])
        return counts

    def best(self, group: str) -> Floats:
        """The highest printed rating of a group on each list, (n,); NaN where it has none.

        Raises
        ------
        UsageError
            The tags know no such group.
        """
        if group not in self._best:
            mine = self._rows[self._members(group)]
            highest = mine.groupby("list")["rating"].max()
            self._best[group] = highest.reindex(range(len(self.days))).to_numpy(float)
        return self._best[group]

    def newest(self, day: float) -> int:
        """Number of the newest list dated by a day; -1 where there is none."""
        return int(np.searchsorted(self.days, day, side="right")) - 1

    def next(self, day: float) -> int | None:
        """Number of the first list dated on or after a day; None where none is held yet."""
        number = int(np.searchsorted(self.days, day))
        return number if number < len(self.days) else None

    def first(self, outcomes: Sequence[str], leader: str, day: float) -> Outcome:
        """Whose model stands alone at the top of the newest list by a day.

        A tie between two outcomes counts for the one that holds the leader's model.
        """
        number, following = self.newest(day), self.next(day)
        if following is None:
            return _not_yet(day)
        if number < 0 or day - self.days[number] > _REACH:
            return Outcome(UNRESOLVABLE, why=f"no complete list in the {_REACH} days to its day")
        key = tuple(outcomes), leader
        if key not in self._first:
            self._first[key] = self._tops(tuple(o for o in outcomes if o != OTHER), leader)
        return self._first[key][number]

    def _tops(self, groups: tuple[str, ...], leader: str) -> tuple[Outcome, ...]:
        """Of every list who is first, or why that cannot be said."""
        try:
            members = np.array([self._members(g) for g in groups], bool)
            leads = self._members(leader)
        except UsageError as error:
            return (Outcome(UNRESOLVABLE, why=str(error)),) * len(self.days)
        members = members.reshape(len(groups), len(self._rows))
        # Of each row the number of its group; that of `OTHER` where it is in none.
        names = (*groups, OTHER)
        mine = members.argmax(axis=0) if groups else np.zeros(len(self._rows), np.intp)
        mine = np.where(members.any(axis=0), mine, len(groups))
        shared = members.sum(axis=0) > 1
        rating, entry = (self._rows[k].to_numpy() for k in ("rating", "entry"))
        starts = np.searchsorted(self._rows["list"].to_numpy(), np.arange(len(self.days) + 1))
        found = []
        for number, (high, nameless) in enumerate(self._nameless):
            rows = np.arange(starts[number], starts[number + 1])
            best = rating[rows].max(initial=-np.inf)
            tops = rows[rating[rows] == best]
            first = set(mine[tops].tolist())
            # A tie counts for the leader, by whichever name it goes.
            first = first if len(first) == 1 else set(mine[tops[leads[tops]]].tolist()) or first
            twice = rows[shared[rows]]
            if len(twice):
                why = f"{entry[twice[0]]} is in more than one of the groups named"
            elif high >= best:
                why = f"nobody has tagged {nameless}, which stands first"
            elif len(first) > 1:
                why = f"{' and '.join(names[k] for k in sorted(first))} share the first place"
            else:
                found.append(_by(self.snapshots[number], SETTLED, name=names[first.pop()]))
                continue
            found.append(_by(self.snapshots[number], UNRESOLVABLE, why=why))
        return tuple(found)

    def parity(
        self, leader: str, follower: str, begin: float, end: float
    ) -> tuple[float, float | None]:
        """When the follower's best stood above the leader's: days after and by which.

        Parameters
        ----------
        begin, end
            In days: lists after the one and up to the other are looked at. `by` is None where none
            shows it up to `after`.
        """
        mine, other = self.best(follower), self.best(leader)
        return _shown(self.days, lambda number: bool(mine[number] > other[number]), begin, end)

    def reach(
        self, leader: str, follower: str, level: float | None, begin: float, end: float
    ) -> tuple[float, float | None]:
        """When the follower's best stood at or above a level; as `parity`.

        Without a level it is the place, on each list, of what was the leader's best on the list of
        the round; where that entry is not listed any more, the place of its model's best.

        Raises
        ------
        EstimateError
            No complete list of the round is held, or it shows no model of the leader.
        """
        best = self.best(follower)
        if level is not None:
            return _shown(self.days, lambda number: bool(best[number] >= level), begin, end)
        number = self.newest(begin)
        if number < 0 or self.days[number] != begin:
            raise EstimateError(f"no complete list of {to_iso(begin)} is held")
        top = self._leaders(leader).get(number)
        if top is None:
            raise EstimateError(f"the list of {to_iso(begin)} shows no model of {leader}")
        return _shown(self.days, lambda later: best[later] >= self._place(later, *top), begin, end)

    def _leaders(self, leader: str) -> dict[int, tuple[str, str]]:
        """Of each list that has one, identity and model of a group's best."""
        if leader not in self._top:
            mine = self._rows[self._members(leader)]
            order = mine.sort_values(["list", "rating", "entry"], ascending=[True, False, True])
            top = order.drop_duplicates("list")
            named = zip(top["identity"], top["model"], strict=True)
            self._top[leader] = dict(zip(top["list"].tolist(), named, strict=True))
        return self._top[leader]

    def _place(self, number: int, identity: str, model: str) -> float:
        """The rating of an entry on a list; where it is not listed, its model's on that scale."""
        if (number, identity) not in self._ratings:
            vintage = self.snapshots[number].vintage
            table = self._session.panel(self._board, _CATEGORY, vintage).placed.table
            mine = table[table["model"] == model]
            if mine.empty:
                raise EstimateError(f"{model} has no place on the list of {vintage}")
            self._ratings[number, identity] = float(mine["rating"].max())
        return self._ratings[number, identity]

    @cached_property
    def _ratings(self) -> dict[tuple[int, str], float]:
        """Of each list and entry its rating; `_place` adds those that are not listed."""
        rows = self._rows
        keys = zip(rows["list"].tolist(), rows["identity"], strict=True)
        return dict(zip(keys, rows["rating"].tolist(), strict=True))


def _shown(
    days: Floats, shows: Callable[[int], bool], begin: float, end: float
) -> tuple[float, float | None]:
    """Days after and by which something is first shown by lists (n,): see `Lists.parity`."""
    after = begin
    for number in np.flatnonzero((begin < days) & (days <= end)).tolist():
        if shows(number):
            return after, float(days[number])
        after = float(days[number])
    return after, None


def figure(study: Study, target: str, end: str) -> float:
    """A figure of a study on an ISO day, as `estimate_lag` gives it for that as-of date.

    Raises
    ------
    EstimateError
        There is none, or it is a bound only.
    """
    day = to_day(end)
    if target == "gap":
        check_groups(study.cast.field.lead_from, study.cast.field.follow_from, day)
        return float(study.point([], day).gap[0]) + 0.0
    point, sample = (ask([target], day).lags[target] for ask in (study.point, study.sample))
    summary = summarise(target, point, sample, study.level)
    if summary.censored:
        raise EstimateError(f"the figure is a bound only ({summary.censored})")
    return summary.months + 0.0


def settle(
    forecasts: Sequence[Forecast],
    archive: Archive | str | Path | None = None,
    session: Session | None = None,
) -> tuple[tuple[Outcome, ...], ...]:
    """What came of every answer of some forecasts, by the lists an archive holds.

    Each list that settles a number is fitted once, whatever the number of answers.

    Returns
    -------
    tuple of tuple of Outcome
        In the order of the forecasts and their answers.

    Raises
    ------
    ArchiveError
        The archive is missing or damaged.
    """
    session = session or Session()
    boards = dict.fromkeys(forecast.board for forecast in forecasts)
    lists = {board: _lists(board, archive, session) for board in boards}
    found = [[_by_lists(one, answer, lists[one.board]) for answer in one.answers]
             for one in forecasts]  # fmt: skip
    asked: dict[_Fit, set[str]] = {}
    for forecast, made in zip(forecasts, found, strict=True):
        for answer, outcome in zip(forecast.answers, made, strict=True):
            if isinstance(outcome, _Fit):
                asked.setdefault(outcome, set()).add(answer.end)
    known = {fit: fit.figures(sorted(ends), archive, session) for fit, ends in asked.items()}

    def settled(answer: Answer, by: Outcome | _Fit) -> Outcome:
        return known[by][answer.target, answer.end] if isinstance(by, _Fit) else by

    return tuple(
        tuple(map(settled, forecast.answers, made))
        for forecast, made in zip(forecasts, found, strict=True)
    )


@dataclass(frozen=True)
class _Fit:
    """A list that has first figures of two groups."""

    board: str
    leader: str
    follower: str
    snapshot: Snapshot

    def figures(
        self, ends: Sequence[str], archive: Archive | str | Path | None, session: Session
    ) -> dict[tuple[str, str], Outcome]:
        """What came of every number on some days, from one fit."""
        asked = list(itertools.product(_NUMBERS, ends))
        try:
            study = prepare(
                board=self.board, leader=self.leader, follower=self.follower,
                vintage=self.snapshot.vintage, archive=archive, n_draws=_DRAWS, session=session,
            )  # fmt: skip
        except (EstimateError, UsageError) as error:
            return dict.fromkeys(asked, _by(self.snapshot, UNRESOLVABLE, why=str(error)))
        found = {}
        for target, end in asked:
            try:
                value = figure(study, target, end)
                found[target, end] = _by(self.snapshot, SETTLED, value=value)
            except EstimateError as error:
                found[target, end] = _by(self.snapshot, UNRESOLVABLE, why=str(error))
        return found


def _not_yet(day: float) -> Outcome:
    return Outcome(OPEN, why=f"no complete list on or after {to_iso(day)} is held yet")


def _by(snapshot: Snapshot | None, state: str, **found: Any) -> Outcome:
    """An outcome by a list, where there is one."""
    if snapshot is not None:
        found |= {"label": snapshot.label, "sha256": snapshot.sha256}
    return Outcome(state, **found)


def _lists(name: str, archive: Archive | str | Path | None, session: Session) -> Lists | str:
    """The complete lists of a board, or why there are none."""
    try:
        board = session.board(name, archive)
    except UsageError:
        return f"{name} is no board of this archive"
    found = Lists(board, session.lookup(archive=board.archive), session)
    return found if found.snapshots else f"{name} has no complete list here"


def _by_lists(forecast: Forecast, answer: Answer, held: Lists | str) -> Outcome | _Fit:
    """What the lists alone say of an answer; of a number, which fit has its first figure."""
    if answer.end <= forecast.said:
        return Outcome(LATE, why=f"said on {forecast.said}, not before its day")
    if isinstance(held, str):
        return Outcome(UNRESOLVABLE, why=held)
    end = to_day(answer.end)
    if answer.target == "first":
        return held.first(answer.at, answer.leader, end)
    sides, days = (answer.leader, answer.follower), (to_day(forecast.round_id), end)
    if answer.target in _NUMBERS:
        number = held.next(end)
        if number is None:
            return _not_yet(end)
        if held.days[number] - end > _REACH:
            why = f"no complete list in the {_REACH} days from its day on"
            return Outcome(UNRESOLVABLE, why=why)
        return _Fit(forecast.board, *sides, held.snapshots[number])
    try:
        if answer.target == "parity":
            after, by = held.parity(*sides, *days)
        else:
            after, by = held.reach(*sides, answer.level, *days)
    except (EstimateError, UsageError) as error:
        return Outcome(UNRESOLVABLE, why=str(error))
    shown_by = "" if by is None else to_iso(by)
    if shown_by and shown_by <= forecast.said:
        return Outcome(LATE, why=f"said on {forecast.said}, when the list of {shown_by} showed it")
    last = held.newest(after if by is None else by)
    return _by(
        held.snapshots[last] if last >= 0 else None,
        SETTLED if shown_by or held.next(end) is not None else OPEN,
        after=to_iso(after),
        by=shown_by,
    )
