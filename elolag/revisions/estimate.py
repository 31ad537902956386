"""`estimate_revisions`: month by month from a board's vintages to what has become of a figure."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict
from pathlib import Path

from elolag import __version__, draws, tags
from elolag.archive import Archive, Board, Snapshot, find_board
from elolag.cast import enrol
from elolag.errors import EstimateError, UsageError, without_gone
from elolag.estimate import HEADLINE, lag_key
from elolag.interval import Summary, summarise
from elolag.lag import WINDOWS
from elolag.months import DAYS_PER_MONTH, to_day
from elolag.panel import chain, other_board, vintages
from elolag.provenance import Origin
from elolag.revisions.past import STATES, Past, State, monthly
from elolag.revisions.result import PARTS, Revision, Revisions
from elolag.schema import ALL_LISTS, measure_of
from elolag.study import check_numbers
from elolag.tags import Lookup, Policies
from elolag.young import constants, drift_of

#: The raw board: its complete vintages with intervals go back to July 2024. Those of the
#: style-controlled one begin in March 2025 and are too few for a share in ten.
BOARD = "arena/text"
#: Months after which a figure counts as having had time to be revised.
SETTLE = 3.0


@without_gone
def estimate_revisions(
    board: str | Board = BOARD,
    *,
    leader: str = "US",
    follower: str = "CN",
    category: str = "overall",
    estimand: str = HEADLINE,
    frontier: str | None = None,
    vintage: str | None = None,
    n_draws: int = 2000,
    seed: int = 0,
    level: float = 0.95,
    window: float | None = None,
    settle: float = SETTLE,
    archive: Archive | str | Path | None = None,
    sources: str = ALL_LISTS,
    policies: Policies | None = None,
    extra_tags: str | Path | None = None,
    correct_selection: bool = True,
    drift: str | None = None,
    exclude: Collection[str] = (),
    progress: Callable[[int, int], object] | None = None,
) -> Revisions:
    """What has become of the figures that could have been published on the day.

    For each month with a complete vintage: the estimate with the ratings and models listed by
    then (real time), the one with the newest ratings for the same date (hindsight), and their
    difference in three steps that add up (see `elolag.revisions.past`). Tags are today's, with
    dated openness and country; so are the parameters of the young-entry drift.

    Parameters
    ----------
    board
        By default the raw text board, whose vintages go back furthest.
    estimand, frontier
        As for `estimate_lag`; ``gap`` is not in months and refused.
    vintage
        ISO date of the ratings that count as hindsight; the newest official ones by default.
    settle
        Months a vintage must be older than the hindsight to count in spread, tests and score.
    progress
        Called with (months done, months in all).

    Returns
    -------
    Revisions

    Raises
    ------
    UsageError
        A name or number that cannot be answered, or a board with a single vintage.
    EstimateError
        No month can be measured both ways.
    """
    check_numbers(n_draws, level)
    key = lag_key(estimand, frontier)
    if key == "gap":
        raise UsageError("gap is in Elo; revisions are of the estimands in months")
    board = find_board(board, archive, sources)
    past, lookup, snapshots = read(
        board, leader=leader, follower=follower, category=category, vintage=vintage,
        policies=policies, extra_tags=extra_tags,
        correct_selection=correct_selection, drift=drift, exclude=exclude,
    )  # fmt: skip
    rows, refused = measure(past, key, n_draws, seed, level, window, progress)
    skipped = dict(sorted({**_unusable(board, category, snapshots), **refused}.items()))
    if not rows:
        reasons = "; ".join(f"{date}: {why}" for date, why in skipped.items())
        name = snapshots[-1].board
        raise EstimateError(
            f"no month of {name} ({category}) can be measured on the day and in hindsight"
            + (f" ({reasons})" if reasons else ": it has a single complete vintage")
        )
    return Revisions(
        rows=rows,
        skipped=skipped,
        settle=settle,
        estimand=estimand,
        frontier=key.partition("/")[2] or "step",
        board=snapshots[-1].board,
        category=category,
        vintage=snapshots[-1].vintage,
        leader_group=leader,
        follower_group=follower,
        level=level,
        window=window or WINDOWS.get(estimand, 0.0),
        policies={
            **asdict(lookup.policies),
            "correct_selection": correct_selection,
            "drift": constants(past.drift),
            "excluded": sorted(exclude),
        },
        n_draws=n_draws,
        seed=seed,
        snapshots=tuple((s.path, s.sha256) for s in reversed(snapshots)),
        version=__version__,
        origins=tuple(Origin.of(s) for s in reversed(snapshots)),
        sources=board.archive.sources,
    )


def _unusable(board: Board, category: str, used: Sequence[Snapshot]) -> dict[str, str]:
    """The last vintage of every earlier month in which none can be used, and why."""
    months = {s.vintage[:7] for s in used}
    found: dict[str, tuple[str, str]] = {}
    for snapshot in board.snapshots:
        if snapshot.vintage >= used[-1].vintage or snapshot.vintage[:7] in months:
            continue
        reason = f"the list has no category {category}"
        if snapshot.method != used[-1].method:
            reason = f"its ratings are {snapshot.method}, not {used[-1].method}"
        elif snapshot.completeness != "full":
            reason = f"the list is cut off ({snapshot.completeness}) and cannot be linked"
        found[snapshot.vintage[:7]] = snapshot.vintage, reason
    return dict(found.values())


@without_gone
def read(
    board: str | Board,
    *,
    leader: str = "US",
    follower: str = "CN",
    category: str = "overall",
    vintage: str | None = None,
    archive: Archive | str | Path | None = None,
    sources: str = ALL_LISTS,
    policies: Policies | None = None,
    extra_tags: str | Path | None = None,
    correct_selection: bool = True,
    drift: str | None = None,
    exclude: Collection[str] = (),
) -> tuple[Past, Lookup, list[Snapshot]]:
    """A board's past for two groups, the tags it was read with, its snapshots oldest first.

    Parameters as for `estimate_revisions`.
    """
    board = find_board(board, archive, sources)
    snapshots = chain(board, category, vintage)
    lookup = Lookup(tags.load(extra_tags), policies)
    groups = [tags.parse_group(g, lookup.labs, lookup.countries()) for g in (leader, follower)]
    lists = tuple(vintages(snapshots, category, lookup))
    models = dict.fromkeys(m for v in lists for m in v.table["model"])
    roster, tagged = enrol(models, lookup, groups[0], groups[1], exclude)
    tags.check_overlap(groups[0], groups[1], tagged)
    newest = snapshots[-1]
    kind = measure_of(newest.board, newest.method, newest.source)
    young = drift_of(drift, newest.board, kind)
    others = tuple(vintages(other_board(board, newest), category, lookup))
    return Past(lists, roster, young, correct_selection, others), lookup, snapshots


def measure(
    past: Past,
    estimand: str,
    n_draws: int = 2000,
    seed: int = 0,
    level: float = 0.95,
    window: float | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> tuple[tuple[Revision, ...], dict[str, str]]:
    """Every month of a past both ways; beside it the vintages that cannot be, and why."""
    newest = to_day(past.vintages[-1].date)
    chosen = monthly(past.vintages)
    rows, skipped = [], {}
    for done, number in enumerate(chosen):
        date = past.vintages[number].date
        if progress is not None:
            progress(done, len(chosen))
        day = to_day(date)
        question = day, estimand, n_draws, seed, level, window
        try:
            states = past.states(number)
            ends = [_summary(states[state], *question) for state in ("real-time", "hindsight")]
        except EstimateError as error:
            skipped[date] = str(error)
            continue
        middle = [_figure(states[state], *question) for state in STATES[1:-1]]
        way = [_exact(ends[0]), *middle, _exact(ends[1])]
        scale, votes, models = _steps(way)
        rows.append(
            Revision(
                date=date,
                real_time=ends[0],
                hindsight=ends[1],
                scale=scale,
                votes=votes,
                models=models,
                age=(newest - day) / DAYS_PER_MONTH,
                held=_held(ends[0], ends[1]),
            )
        )
    return tuple(rows), skipped


def _summary(
    state: State,
    as_of: float,
    estimand: str,
    n_draws: int,
    seed: int,
    level: float,
    window: float | None,
) -> Summary:
    """Figure and measurement interval."""
    point = draws.point(state.field, state.fitted, as_of, [estimand], window)
    sample = draws.sample(state.field, state.fitted, as_of, [estimand], window, n_draws, seed)
    return summarise(estimand, point.lags[estimand], sample.lags[estimand], level)


def _figure(
    state: State,
    as_of: float,
    estimand: str,
    n_draws: int,
    seed: int,
    level: float,
    window: float | None,
) -> float | None:
    """The figure of a state on the way, which nobody ever published; None where it has none."""
    try:
        return _exact(_summary(state, as_of, estimand, n_draws, seed, level, window))
    except EstimateError:
        return None


def _exact(found: Summary) -> float | None:
    """The figure; None where it is only a bound."""
    return None if found.censored else found.months


def _steps(way: Sequence[float | None]) -> tuple[float | None, ...]:
    """What each step adds; nothing is split where one figure on the way is missing."""
    exact = [months for months in way if months is not None]
    if len(exact) < len(way):
        return (None,) * len(PARTS)
    return tuple(after - before for before, after in itertools.pairwise(exact))


def _held(real_time: Summary, hindsight: Summary) -> bool:
    """Whether the interval of the day holds what hindsight says; a bound must lie in it wholly."""
    low = float("-inf") if hindsight.censored == "at-most" else hindsight.months
    high = float("inf") if hindsight.censored == "at-least" else hindsight.months
    least = float("-inf") if real_time.low is None else real_time.low - 1e-9
    most = float("inf") if real_time.high is None else real_time.high + 1e-9
    return least <= low and high <= most
