"""`estimate_lag`: the one way in, from an archive to a result; and a frontier as a curve."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from statistics import NormalDist
from typing import Any, Unpack

import numpy as np
from numpy.typing import NDArray

from elolag.archive import Board
from elolag.arrays import Floats
from elolag.dates import DAYS_PER_MONTH, to_iso
from elolag.errors import EstimateError, UsageError, successor
from elolag.estimate.field import Cast
from elolag.estimate.session import Asked, Question, Study, prepare
from elolag.model import draws, reruns
from elolag.model.curves import KINDS, SMOOTH, Curves, FrontierCurve, fit
from elolag.model.estimands import ESTIMANDS as STEP_ESTIMANDS
from elolag.model.estimands import TRENDS, WINDOWS, window_of
from elolag.model.frontier import Steps
from elolag.model.interval import quantiles, summarise
from elolag.question import DEFAULT_BOARD, refuse_settled
from elolag.results.lag import LagResult
from elolag.results.verdict import Contender, Gap, Match, ModelPoint
from elolag.tags import Group
from elolag.version import __version__

ESTIMANDS = (*STEP_ESTIMANDS, "trend", "gap")
HEADLINE = "average"
#: Why the other two take no match rule.
_NO_CROSSING = {
    "trend": "trend is the time between smooth curves and dates no record",
    "gap": "the gap is a distance on one day and dates no record",
}

_DEFAULT_SMOOTH = "spline"
_INTERVALS = ("measurement", "sampling", "both")


def estimate_lag(
    board: str | Board = DEFAULT_BOARD,
    *,
    estimand: str | None = None,
    frontier: str | None = None,
    interval: str = "measurement",
    **question: Unpack[Asked],
) -> LagResult:
    """Estimate by how many months one group of models trails another.

    Parameters
    ----------
    board
        A board's name in the archive, or a board already opened. Of the others, what differs from
        `elolag.question.DEFAULTS` need be given.
    leader, follower
        Group expressions: ``US``, ``CN+open``, ``US,GB``, ``lab:openai``, ``family:sonnet``,
        ``not:CN``, ``ALL``.
    category
        Slice of the board, e.g. ``overall``, ``coding``.
    estimand
        ``average``, ``current``, ``at-release``, ``catch-up``, ``levels``, ``trend``
        (months) or ``gap`` (Elo); definitions stand in docs/methods.md. By default the headline:
        ``average``, or ``current`` with a note where no window is asked for and there are not yet
        twelve months to average over.
    frontier
        ``step``, the running maximum of the models released so far, for all estimands but
        ``trend``, which takes ``quantile``, ``linear``, ``spline`` or ``local-linear``.
    as_of
        ISO date T; the vintage's date by default. Earlier than the vintage is hindsight.
    vintage
        ISO date of the ratings to use, this one and older; the newest official one by default.
    n_draws, seed, level
        Draws of the uncertainty engine, their seed, and the interval's level.
    window
        Months the estimands over a window look back; None for each one's default.
    archive
        An opened archive or its folder.
    sources
        ``all``, or ``official`` to use only lists that came from their publisher, and no copies.
    policies
        Tagging choices (Hong Kong, Taiwan, derivatives).
    extra_tags
        A CSV of tags that win over the packaged ones.
    correct_selection
        Whether the best of many noisy ratings is corrected for reading too high.
    drift
        ``arena``: entries with few votes drift as Arena's do; ``none``: they do not. By default
        ``arena`` on Arena's boards and ``none`` on all others, also on those of your own.
    exclude
        Model keys to leave out, as if they had never been rated.
    interval
        ``measurement``: how well the realised lag is measured; ``sampling``: what another run of
        history would have given; ``both``: the first, with the second beside it.
    clock
        ``released``, or ``first-listed``: models count from their first day on a board of the
        archive.
    min_votes
        Entries with fewer votes are left out; those printed without a count stay.
    match_rule
        Which model of the other side dates a level: the first at or above it (``reached``), the
        last ``below`` it, a day ``between`` the two, or ``not-worse`` (see
        `elolag.model.frontier`). `trend` and `gap` take none.
    session
        What several questions share (`elolag.estimate.session.Session`); none by default.

    Returns
    -------
    LagResult

    Raises
    ------
    UsageError
        A name, date or number that cannot be answered.
    EstimateError
        The data hold no answer to this question.
    ArchiveError
        The archive is missing or damaged.

    Examples
    --------
    >>> import elolag
    >>> found = elolag.estimate_lag(leader="US", follower="CN", vintage="2026-08-19", n_draws=1000)
    >>> found.estimand, found.board, found.as_of
    ('average', 'arena/text_style_control', '2026-08-19')
    >>> found.low < found.months < found.high
    True
    >>> [match.model for match in found.matches[:2]]
    ['claude-opus-4-6', 'gemini-3-pro']
    """
    asked_key(estimand, frontier, interval)
    study = prepare(board=board, **question)
    return answer(study, estimand, frontier, interval)


def asked_key(estimand: str | None, frontier: str | None, interval: str) -> str:
    """The estimand as the draws know it, the headline by default; the names checked."""
    estimand = HEADLINE if estimand is None else estimand
    for kind, name, known in (
        ("estimand", estimand, ESTIMANDS),
        ("interval", interval, _INTERVALS),
    ):
        if name not in known:
            raise UsageError(f"unknown {kind} {name!r}; {successor(name, known)}")
    return lag_key(estimand, frontier)


def answer(study: Study, estimand: str | None, frontier: str | None, interval: str) -> LagResult:
    """What a study says; the parameters are those of `estimate_lag`."""
    key = asked_key(estimand, frontier, interval)
    if estimand is None and study.window is None:
        return _headline(study, interval)
    return results(study, [key], interval)[0]


def _headline(study: Study, interval: str) -> LagResult:
    """The headline: `average`, or `current` with a note where the months for it are not there."""
    try:
        study.check_window(WINDOWS[HEADLINE])
    except EstimateError as error:
        found = results(study, ["current"], interval)[0]
        return replace(found, notes=(*found.notes, f"not the average of twelve months: {error}"))
    return results(study, [HEADLINE], interval)[0]


def results(
    study: Study, estimands: Sequence[str], interval: str = "measurement"
) -> list[LagResult]:
    """One result per estimand, all from the same draws (and the same re-runs).

    `trend` is asked for with its curve, e.g. ``trend/spline``. With ``both``, a sampling interval
    that cannot be given is left out with a note; with ``sampling`` that is an error.
    """
    for estimand in estimands:
        if estimand == "gap" or estimand in TRENDS:
            study.reached_only(_NO_CROSSING[estimand.partition("/")[0]])
    names = [e for e in estimands if e != "gap"]
    point, sample = study.point(names), study.sample(names)

    @cache
    def again() -> draws.Outcomes:
        (rerun,) = study.rerun(names)
        return rerun

    out = []
    for estimand in estimands:
        sampling: tuple[float, float] | None = None
        notes: tuple[str, ...] = ()
        if interval != "measurement":
            try:
                sampling = reruns.interval(sample, again(), estimand, study.level)
            except EstimateError as error:
                if interval == "sampling":
                    raise
                notes = (f"no sampling interval of {estimand}: {error}",)
        out.append(_result(study, estimand, interval, point, sample, sampling, notes))
    return out


def _result(
    study: Study,
    estimand: str,
    interval: str,
    point: draws.Outcomes,
    sample: draws.Outcomes,
    rerun: tuple[float, float] | None,
    notes: tuple[str, ...],
) -> LagResult:
    panel, cast, level, as_of = study.panel, study.cast, study.level, study.as_of
    best = cast.best_entries(study.fitted)
    mean, spread = study.fitted.mean, cast.spread(study.fitted)
    votes, listed = panel.entry_votes, study.choices.get("clock") == "first-listed"

    def named(index: int, group: Group) -> ModelPoint:
        tag, entry = cast.tags[index], best[index]
        since = cast.field.lead_from if group is cast.leader else cast.field.follow_from
        return ModelPoint(
            group.text,
            tag.model,
            cast.entries[entry],
            tag.release_date,
            float(mean[entry]),
            float(spread[entry]),
            tag.since(float(since[index])),
            tag.lab,
            votes.get(cast.entries[entry]),
            to_iso(tag.released) if listed else "",
        )

    gap = float(point.gap[0]) + 0.0
    leader_best = named(int(point.leader_best[0]), cast.leader)
    follower_best = named(int(point.follower_best[0]), cast.follower)
    found, low, high = None, None, None
    if estimand != "gap":
        found = summarise(estimand, point.lags[estimand], sample.lags[estimand], level)
        low, high = found.low, found.high
    if interval == "sampling" and estimand != "gap" and rerun is not None:
        low, high = rerun
    match = named(int(point.match[0]), cast.follower if gap < 0 else cast.leader)
    exact = np.zeros(len(sample.gap), np.int8)
    gap_low, gap_high = (float(end or 0.0) for end in quantiles(sample.gap, exact, level))
    if interval == "sampling" and estimand == "gap" and rerun is not None:
        gap_low, gap_high = rerun
    counted = np.minimum(cast.field.lead_from, cast.field.follow_from)
    newest = int(np.argmax(np.where(counted <= as_of, counted, -np.inf)))
    result = LagResult(
        estimand=estimand.partition("/")[0],
        frontier=estimand.partition("/")[2] or "step",
        interval=interval,
        months=found.months + 0.0 if found else None,  # a tie may be minus zero
        low=low,
        high=high,
        sampling=rerun if interval == "both" else None,
        level=level,
        window=window_of(estimand, study.window),
        as_of=to_iso(as_of),
        data_through=cast.tags[newest].since(float(counted[newest])),
        leader_best=leader_best,
        follower=follower_best,
        match=match,
        matches=_matches(cast, best, sample, as_of, listed=listed),
        gap=Gap(
            gap,
            gap_low,
            gap_high,
            100 * gap / leader_best.rating,
            100 * gap / follower_best.rating,
            panel.measure.unit,
        ),
        censored=found.censored if found else None,
        failed_draws=found.failed if found else 0,
        averaged=found.averaged if found else False,
        version=__version__,
        notes=(*study.notes, *notes),
        **study.told,
        **_shares(point, sample),
        provisional=_provisional(study, (leader_best, follower_best)),
        models=tuple(
            named(int(index), group)
            for group, since in cast.sides
            for index in np.flatnonzero(np.isfinite(since))
        ),
    )
    more = tuple(filter(None, (result.voteless, *result.of_draws())))
    return replace(result, notes=(*result.notes, *more)) if more else result


def _provisional(study: Study, bests: Sequence[ModelPoint]) -> tuple[Contender, ...]:
    """Untagged entries that rate above the best of a side or within its interval, highest first."""
    z = NormalDist().inv_cdf((1 + study.level) / 2)
    found = []
    for entry in study.panel.rated_untagged:
        few = entry.votes < study.choices["min_votes"]
        if few or not entry.listed_by(to_iso(study.as_of)):
            continue
        groups = tuple(b.group for b in bests if entry.rating >= b.rating - z * b.sd)
        if groups:
            low, high = (
                None if np.isnan(entry.se) else entry.rating + side * z * entry.se
                for side in (-1, 1)
            )
            found.append(Contender(entry.entry, entry.rating, low, high, groups))
    return tuple(found)


def _shares(point: draws.Outcomes, sample: draws.Outcomes) -> dict[str, Any]:
    """Shares of draws in which the day's bests and their match are those of posterior means."""
    leads = point.gap[0] < 0
    matched = ((sample.gap < 0) == leads) & (sample.match == point.match[0])
    return {
        "leading": float(np.mean(sample.gap < 0)),
        "matched": float(np.mean(matched)),
        "leader_best_share": float(np.mean(sample.leader_best == point.leader_best[0])),
        "follower_best_share": float(np.mean(sample.follower_best == point.follower_best[0])),
    }


def _matches(
    cast: Cast, best: NDArray[np.intp], sample: draws.Outcomes, as_of: float, *, listed: bool
) -> tuple[Match, ...]:
    """Every match that occurred, most frequent first.

    Where both bests are level, the lag is between the days on which they reached their level.
    """
    field, nobody = cast.field, -1
    level_with = np.where(sample.gap == 0, sample.follower_best, nobody)
    leading = (sample.gap < 0).tolist()
    counts = Counter(zip(sample.match.tolist(), leading, level_with.tolist(), strict=True))
    found = []
    for (index, leads, rival), count in counts.most_common():
        tag = cast.tags[index]
        since = field.follow_from[index] if leads else field.lead_from[index]
        until = as_of if rival == nobody else field.follow_from[rival]
        months = (until - since) / DAYS_PER_MONTH
        found.append(
            Match(
                tag.model,
                cast.entries[best[index]],
                tag.release_date,
                float(-months if leads else months),
                count / len(sample.match),
                to_iso(tag.released) if listed else "",
                tag.since(float(since)),
            )
        )
    return tuple(found)


def lag_key(estimand: str, frontier: str | None) -> str:
    """The estimand as the draws know it: `trend` with its curve, the others by name."""
    if frontier is not None and frontier not in KINDS:
        raise UsageError(f"unknown frontier {frontier!r}; known: {', '.join(KINDS)}")
    if estimand == "trend":
        if frontier == "step":
            raise UsageError(
                f"trend is the time between smooth curves; take one of {', '.join(SMOOTH)}"
            )
        return f"trend/{frontier or _DEFAULT_SMOOTH}"
    if frontier not in (None, "step"):
        raise UsageError(f"{estimand} is defined for step frontiers; {frontier} goes with trend")
    return estimand


def frontier_curve(group: str, kind: str = "step", **question: Unpack[Question]) -> FrontierCurve:
    """One group's frontier as a curve with a band.

    Parameters
    ----------
    group
        A group expression.
    kind
        ``step``, ``quantile``, ``linear``, ``spline`` or ``local-linear`` (docs/methods.md).
    **question
        As for `estimate_lag`: board, category, as_of, vintage, n_draws, seed, level, archive, ...,
        but no window and no match rule; `group` must be its `leader` or its `follower`.

    Raises
    ------
    UsageError
        An unknown kind, a group that is neither side, or a window or match rule.

    Examples
    --------
    >>> import elolag
    >>> curve = elolag.frontier_curve("CN", "linear", vintage="2026-08-19", n_draws=100)
    >>> curve.group, curve.kind, curve.as_of
    ('CN', 'linear', '2026-08-19')
    """
    if kind not in KINDS:
        raise UsageError(f"unknown frontier {kind!r}; known: {', '.join(KINDS)}")
    refuse_settled("curve", question)
    study = prepare(**question)
    sides = {study.cast.leader.text: "lead_from", study.cast.follower.text: "follow_from"}
    if group not in sides:
        raise UsageError(f"{group!r} is neither leader nor follower; name it as one of them")

    def curve(ratings: Floats, dates: Floats) -> Steps | Curves:
        if kind == "step":
            return Steps(ratings, dates, study.as_of)
        return fit(kind, ratings, dates, study.as_of)

    field, smooth = study.cast.field, kind != "step"
    drawn = draws.draw(field, study.fitted, study.n_draws, study.seed, everything=smooth)
    return FrontierCurve(
        group=group,
        kind=kind,
        as_of=to_iso(study.as_of),
        level=study.level,
        point=curve(study.means, getattr(field, sides[group])),
        drawn=tuple(curve(d.ratings, getattr(d, sides[group])) for _, d in drawn),
    )
