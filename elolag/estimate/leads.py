"""Who led when: the order on every list of a board, how sure it was, and when it changed."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Unpack

import numpy as np
import pandas as pd

from elolag import tags
from elolag.arrays import Floats
from elolag.dates import to_day
from elolag.errors import EstimateError
from elolag.estimate.panel import PrintedErrors, Vintage, vintages
from elolag.estimate.session import Estimated, Question, Study, asking, of_lists, prepare, rests_on
from elolag.model.frontier import Steps
from elolag.question import refuse_settled
from elolag.results.citing import date as spelled
from elolag.results.provenance import basis_notes, tags_of
from elolag.results.table import Column, Table, data, decimals, picked
from elolag.results.words import NO_CHANCE, estimated, many, noun, share

#: Points of the grid on which the two frontiers of a list are compared.
_GRID = 4001
#: How many standard errors of its own a model reaches to either side.
_REACH = 8.5
#: Entries of a side that can be its best by the list's errors; the others are too far below.
_TOP = 20
#: Dates named in a sentence, where more than one would be left out.
_NAMED = 4


@dataclass(frozen=True)
class Standing:
    """The best of each side on one list.

    Attributes
    ----------
    date, source, method, completeness
        Of the list: its vintage, where it came from, how it was rated, whether it is whole.
    leader, follower
        Model keys of the two bests as listed.
    leader_rating, follower_rating
        Their ratings there.
    listed
        Probability that the follower was first, by the list's own errors; None without errors.
    hindsight
        The same by the one fit of the newest list, for models out by that day.
    """

    date: str
    source: str
    method: str
    completeness: str
    leader: str
    follower: str
    leader_rating: float
    follower_rating: float
    listed: float | None
    hindsight: float | None

    @property
    def gap(self) -> float:
        """Leader's best less follower's best, as listed."""
        return self.leader_rating - self.follower_rating

    @property
    def order(self) -> int:
        """1 where the follower is first, -1 where the leader is, 0 at equal ratings."""
        return int(np.sign(-self.gap))

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON object."""
        return {
            **picked(self, "date", "source", "method", "completeness"),
            "leader": {"model": self.leader, "rating": self.leader_rating},
            "follower": {"model": self.follower, "rating": self.follower_rating},
            "gap": self.gap,
            "follower_first": self.order > 0,
            "probability_listed": self.listed,
            "probability_hindsight": self.hindsight,
        }


@dataclass(frozen=True)
class WhoLed(Estimated):
    """The order of two groups on every list of a board.

    Attributes
    ----------
    standings
        One per list, oldest first.
    without
        Date of each list that shows no model of one side, to the group that is missing.
    """

    standings: tuple[Standing, ...]
    without: tuple[tuple[str, str], ...]

    @property
    def first(self) -> tuple[Standing, ...]:
        """The lists on which the follower is first."""
        return tuple(s for s in self.standings if s.order > 0)

    @property
    def changes(self) -> tuple[tuple[Standing, Standing], ...]:
        """Each change of hands: the last list of the one order, and the first of the other."""
        apart = [s for s in self.standings if s.order]
        return tuple((a, b) for a, b in itertools.pairwise(apart) if a.order != b.order)

    @property
    def closest(self) -> Standing:
        """The list on which the second was nearest to the first."""
        return min(self.standings, key=lambda s: abs(s.gap))

    @property
    def days(self) -> tuple[int, int, int]:
        """Days with a list, days from the first to the last, longest stretch between two lists."""
        found = [to_day(s.date) for s in self.standings]
        gaps = [int(b - a) for a, b in itertools.pairwise(found)]
        return len(found), int(found[-1] - found[0]) + 1, max(gaps, default=0)

    def until(self, day: str) -> WhoLed:
        """The same with the lists up to a day, that day included.

        Raises
        ------
        EstimateError
            There is none.
        """
        kept = tuple(s for s in self.standings if s.date <= day)
        if not kept:
            raise EstimateError(f"no list of {self.board} by {day} shows both groups")
        return replace(self, standings=kept)

    def sentence(self) -> str:
        """How often the follower was first, or how near it came; and how many days are seen."""
        lists, days, _ = self.days
        whole = self.standings
        leader, follower = noun(self.leader_group), noun(self.follower_group)
        where, near, first = f"{self.board} ({self.category})", self.closest, len(self.first)
        best, second = (leader, follower) if near.gap > 0 else (follower, leader)
        behind = f"{second} was {abs(near.gap):.1f} {self.measure.points} behind"
        if lists == 1:
            told = f"{leader} and {follower} were level"
            told = told if near.gap == 0 else f"{best} was first; {behind}"
            return f"On the list of {where} of {spelled(near.date, 'en')} {told}."
        span = f"from {spelled(whole[0].date, 'en')} to {spelled(whole[-1].date, 'en')}"
        counted = f"{lists} lists of {where} {span}"
        if first == lists:
            told = f"{follower} was first on all"
        elif first:
            told = f"{follower} was first on {first} ({_dates([s.date for s in self.first])})"
            count = len(self.changes)
            often = {1: "once", 2: "twice"}.get(count, f"{count} times")
            told += f" and the lead changed hands {often}"
        else:
            told = f"{follower} was first on none"
        if near.gap == 0:
            told += f"; {leader} and {follower} were level on {spelled(near.date, 'en')}"
        else:
            told += (
                f"; the side that was second came closest on {spelled(near.date, 'en')}, when "
                f"{behind}"
            )
        return (
            f"Of {counted}, {told}. Lists exist for {share(lists / days)} of the days of that span."
        )

    def table(self) -> Table:
        """One row per list; the reader sees the last of each month, and all where it was close."""
        unit = self.measure.points
        columns = (
            Column("date", "List", "its date", "ISO date"),
            Column("leader", noun(self.leader_group), "its best model there", named=True),
            Column("follower", noun(self.follower_group), "its best model there", named=True),
            Column("gap", "Gap", "best less best; negative: the follower is first", unit,
                   decimals(1), figures=True),
            Column("listed", "By its errors", "that the follower was first", "probability",
                   _percent, figures=True),
            Column("hindsight", "By the newest", "that the follower was first", "probability",
                   _percent, figures=True),
            data("leader_rating", "as listed", unit),
            data("follower_rating", "as listed", unit),
            data("method", "how the list was rated"),
            data("completeness", "full, or cut off"),
            data("source", "where the list came from"),
        )  # fmt: skip
        rows = [{c.key: getattr(s, c.key) for c in columns} for s in self.standings]
        last = {s.date[:7]: k for k, s in enumerate(self.standings)}
        turned = {pair[1].date for pair in self.changes} | {s.date for s in self.first}
        turned.add(self.closest.date)
        shown = {k for k, s in enumerate(self.standings) if s.date in turned} | set(last.values())
        caption = "The best of each side on the last list of each month, and where it was close"
        return Table.of("leads", caption, columns, rows, page_rows=tuple(sorted(shown)))

    def footnotes(self) -> tuple[str, ...]:
        """Every change of hands, the days without a list, and what the two probabilities are."""
        told = []
        for before, after in self.changes:
            sides = (after.follower, after.leader)
            who, over = sides if after.order > 0 else sides[::-1]
            told.append(
                f"Change of hands between {before.date} and {after.date}: {who} stands above "
                f"{over} by {abs(after.gap):.1f} {self.measure.points}."
            )
        lists, _, longest = self.days
        if lists > 1:
            told.append(f"The longest stretch between two lists is {many(longest, 'day')}.")
        for group in dict.fromkeys(group for _, group in self.without):
            absent = [d for d, g in self.without if g == group]
            show, are = ("shows", "is") if len(absent) == 1 else ("show", "are")
            told.append(
                f"{many(len(absent), 'list')} {show} no model of {noun(group)} and {are} left out: "
                f"{_dates(absent)}."
            )
        elo = [s.date for s in self.standings if s.method == "online-elo"]
        if elo:
            told.append(
                f"Until {elo[-1]} the lists hold online Elo, which has no errors and moves from "
                f"day to day: an order, and no probability."
            )
        told.append(
            f"Percentages are probabilities that {noun(self.follower_group)} was first. By its "
            "errors: the list's own ratings and standard errors (those it does not print, of the "
            "nearest list that does), each model for itself; the best of many noisy ratings reads "
            "too high, on both sides. By the newest: the one fit of the list of "
            f"{self.vintage}, for the models that were out on that day. Both are "
            "about the days of lists only."
        )
        return (*told, *basis_notes(self))

    def to_dict(self) -> dict[str, Any]:
        """As one JSON object, unrounded."""
        plain = picked(
            self, "board", "category", "vintage", "leader_group", "follower_group", "n_draws",
            "seed", "sources", "version",
        )  # fmt: skip
        lists, days, longest = self.days
        return {
            "schema": 1,
            **plain,
            "policies": dict(self.policies),
            "tags": tags_of(self),
            "lists": [s.to_dict() for s in self.standings],
            "first_on": [s.date for s in self.first],
            "changes": [
                {"last": a.date, "first": b.date, "follower_first": b.order > 0}
                for a, b in self.changes
            ],
            "closest": self.closest.to_dict(),
            "days": {"with_list": lists, "in_all": days, "longest_between": longest},
            "without": [{"date": d, "group": g} for d, g in self.without],
            "snapshots": [{"path": p, "sha256": h} for p, h in self.snapshots],
        }


def _dates(dates: Sequence[str]) -> str:
    if len(dates) <= _NAMED + 1:
        return ", ".join(spelled(d, "en") for d in dates)
    return f"{_dates(dates[: _NAMED - 1])}, ... {spelled(dates[-1], 'en')}"


def _percent(value: Any) -> str:
    return NO_CHANCE if value is None else estimated(float(value))


def who_led(since: str | None = None, **question: Unpack[Question]) -> WhoLed:
    """Which of two groups was first on each list of a board, and how sure that was.

    Parameters
    ----------
    since
        ISO date of the first list looked at; all by default.
    **question
        As for `estimate_lag`, without `as_of`, `window`, `match_rule` and `level`: `vintage` names
        the newest list, whose fit gives the second of the two probabilities. Models are counted
        from their own dates, or by `clock` from those of their first listing.

    Returns
    -------
    WhoLed

    Raises
    ------
    UsageError
        A name, date or number that cannot be answered, or a board that is one list of your own.
    EstimateError
        No list shows models of both groups.

    Examples
    --------
    >>> import elolag
    >>> found = elolag.who_led("2025-01-01", vintage="2026-08-19", n_draws=300)
    >>> len(found.first), found.closest.date[:4]
    (0, '2025')
    """
    refuse_settled("leads", question)
    asked, session, board = of_lists(question, "it tells of one day only")
    if since is not None:
        to_day(since)
    study = prepare(**asking(question, session=session))
    category, newest = asked["category"], study.panel.vintage
    lookup = session.dated_lookup(asked)
    groups = study.cast.leader, study.cast.follower
    snapshots = [
        s for s in board.snapshots
        if (since or "") <= s.vintage <= newest and category in s.categories
    ]  # fmt: skip
    if not snapshots:
        raise EstimateError(f"no list of {board.name} ({category}) from {since} to {newest}")
    lists = vintages(snapshots, category, lookup)
    dates = np.array([to_day(v.date) for v in lists])
    later = _hindsight(study, dates)
    before = [s for s in board.snapshots if s.vintage <= newest and category in s.categories]
    printed = PrintedErrors(vintages(before, category, lookup))
    standings, without = [], []
    for snapshot, listed, chance in zip(snapshots, lists, later, strict=True):
        bests = _bests(listed, groups, lookup, asked["exclude"], asked["min_votes"])
        missing = [g.text for g, best in zip(groups, bests, strict=True) if not len(best)]
        if missing:
            without.append((listed.date, missing[0]))
            continue
        one, other = bests
        rated = snapshot.method != "online-elo"
        standings.append(Standing(
            date=listed.date,
            source=snapshot.source,
            method=snapshot.method,
            completeness=snapshot.completeness,
            leader=str(one["model"].iloc[0]),
            follower=str(other["model"].iloc[0]),
            leader_rating=float(one["rating"].iloc[0]),
            follower_rating=float(other["rating"].iloc[0]),
            listed=_listed(one, other, listed.date, printed) if rated else None,
            hindsight=float(chance) if np.isfinite(chance) else None,
        ))  # fmt: skip
    if not standings:
        raise EstimateError(
            f"no list of {board.name} ({category}) shows models of both {groups[0].text} and "
            f"{groups[1].text}"
        )
    used = {s.date for s in standings}
    kept = [s for s in reversed(snapshots) if s.vintage in used]
    return WhoLed(tuple(standings), tuple(without), **study.told | rests_on(kept))


def _bests(
    listed: Vintage,
    groups: Sequence[tags.Group],
    lookup: tags.Lookup,
    exclude: Collection[str],
    min_votes: int,
) -> list[pd.DataFrame]:
    """Of each group the entries that count by the list's day, the highest first."""
    table = listed.table[~(listed.table["votes"] < min_votes)]
    table = table[~table["model"].isin(list(exclude))]
    tagged = [lookup.tag(model) for model in table["model"]]
    stays = np.array([not lookup.dropped(tag) for tag in tagged], bool)
    day = to_day(listed.date)
    found = []
    for group in groups:
        mine = table[stays & (group.since(tagged) <= day)]
        found.append(mine.sort_values(["rating", "entry"], ascending=[False, True]))
    return found


def _listed(
    leader: pd.DataFrame, follower: pd.DataFrame, date: str, printed: PrintedErrors
) -> float:
    """Probability that the follower was first, by the errors of a list.

    What counts for both sides cannot put the follower above the leader.
    """
    own = follower[~follower.index.isin(leader.index)]
    if own.empty:
        return 0.0
    mine, other = (
        (best["rating"].to_numpy(float), _errors(best, date, printed))
        for best in (own[:_TOP], leader[:_TOP])
    )
    return _above(*mine, *other)


def _errors(best: pd.DataFrame, date: str, printed: PrintedErrors) -> Floats:
    """Standard errors of a side; those a list does not print are of the nearest that does."""
    known = zip(best.index, best["se"].to_numpy(float), strict=True)
    return np.array([printed.nearest(i, date) if np.isnan(e) else e for i, e in known])


def _above(mine: Floats, my_error: Floats, other: Floats, other_error: Floats) -> float:
    """Probability that the highest of some independent normals is above the highest of others.

    Parameters
    ----------
    mine, my_error, other, other_error
        Means and standard deviations, (n,) and (m,).
    """
    from scipy.special import ndtr

    sides = (mine, my_error), (other, other_error)
    # What can be the best of its side: within reach of the highest floor.
    floor = [float((mean - _REACH * error).max()) for mean, error in sides]
    live = [
        mean + _REACH * error >= least for (mean, error), least in zip(sides, floor, strict=True)
    ]
    sides = (mine[live[0]], my_error[live[0]]), (other[live[1]], other_error[live[1]])
    low = min(float((m - _REACH * e).min()) for m, e in sides)
    high = max(float((m + _REACH * e).max()) for m, e in sides)
    grid = np.linspace(low, high, _GRID)
    below, rival = (
        np.prod(ndtr((grid[:, None] - mean) / np.maximum(error, 1e-9)), axis=1)
        for mean, error in sides
    )
    return float((np.diff(below) * (rival[1:] + rival[:-1]) / 2).sum())


def _hindsight(study: Study, dates: Floats) -> Floats:
    """Share of draws in which the follower's frontier is above at each date; NaN before both."""
    ahead, seen = np.zeros(len(dates)), np.ones(len(dates), bool)
    inside = np.minimum(dates, study.as_of)
    for _, drawn in study.drawn:
        led, followed = (
            Steps(drawn.ratings, since, study.as_of).at(inside)
            for since in (drawn.lead_from, drawn.follow_from)
        )
        ahead += (followed > led).sum(axis=0)
        seen &= np.isfinite(led).all(axis=0) & np.isfinite(followed).all(axis=0)
    return np.where(seen, ahead / study.n_draws, np.nan)
