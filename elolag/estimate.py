"""`estimate_lag`: the one way in, from an archive to a result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from elolag import __version__, draws, sampling, tags
from elolag.archive import Archive, Board, open_archive
from elolag.cast import Cast
from elolag.curves import KINDS, SMOOTH
from elolag.errors import EstimateError, UsageError
from elolag.interval import summarise
from elolag.lag import ESTIMANDS as STEP_ESTIMANDS
from elolag.lag import WINDOWS, check_groups
from elolag.months import DAYS_PER_MONTH, to_day, to_iso
from elolag.panel import Panel, build
from elolag.result import Gap, LagResult, Match, ModelPoint
from elolag.tags import Group, Lookup, Policies
from elolag.young import packaged_drift

Floats = NDArray[np.float64]

DEFAULT_BOARD = "arena/text_style_control"
ESTIMANDS = (*STEP_ESTIMANDS, "trend", "gap")
FRONTIERS = KINDS
DEFAULT_SMOOTH = "spline"
#: Retired records older than this, in months, are not asked about one by one.
RETIRED_MONTHS = 24.0
INTERVALS = ("measurement", "sampling", "both")


@dataclass(frozen=True)
class Study:
    """One question on one board, ready to be drawn from.

    Everything that estimands share: panel, cast, posterior, date, and the numbers of the draws.
    """

    panel: Panel
    cast: Cast
    fitted: draws.Posterior
    as_of: float
    level: float
    window: float | None
    n_draws: int
    seed: int
    choices: Mapping[str, Any]
    notes: tuple[str, ...]

    def point(self, estimands: Sequence[str], as_of: float | None = None) -> draws.Outcomes:
        """The estimands at posterior-mean ratings."""
        date = self.as_of if as_of is None else as_of
        return draws.point(self.cast.field, self.fitted, date, estimands, self.window)

    def sample(self, estimands: Sequence[str], as_of: float | None = None) -> draws.Outcomes:
        """The estimands in every draw; the same draws for every date and estimand."""
        date = self.as_of if as_of is None else as_of
        field, fitted = self.cast.field, self.fitted
        return draws.sample(field, fitted, date, estimands, self.window, self.n_draws, self.seed)

    def rerun(self, estimands: Sequence[str], dates: Sequence[float] = ()) -> list[draws.Outcomes]:
        """The estimands in re-runs of history, at each date (the as-of date by default)."""
        labs = [tag.lab for tag in self.cast.tags]
        return sampling.histories(
            self.cast.field, self.fitted, labs, dates or (self.as_of,), estimands, self.window,
            self.seed,
        )  # fmt: skip


def prepare(
    board: str | Board = DEFAULT_BOARD,
    *,
    leader: str = "US",
    follower: str = "CN",
    category: str = "overall",
    as_of: str | None = None,
    vintage: str | None = None,
    n_draws: int = 10_000,
    seed: int = 0,
    level: float = 0.95,
    window: float | None = None,
    archive: Archive | str | Path | None = None,
    policies: Policies | None = None,
    extra_tags: Path | None = None,
    correct_selection: bool = True,
    young_drift: bool = True,
    exclude: Collection[str] = (),
) -> Study:
    """Everything before the draws; the parameters are those of `estimate_lag`."""
    _check_numbers(n_draws, level)
    if isinstance(board, str):
        opened = archive if isinstance(archive, Archive) else open_archive(archive)
        board = opened.board(board)
    lookup = Lookup(tags.load(extra_tags), policies)
    groups = [tags.parse_group(g, lookup.labs, lookup.countries()) for g in (leader, follower)]
    panel = build(board, category, vintage, lookup)
    date = _as_of(as_of, panel.vintage)
    drift = packaged_drift() if young_drift else None
    cast = Cast.of(panel, lookup, groups[0], groups[1], drift, exclude)
    nested = tags.check_overlap(groups[0], groups[1], list(cast.tags))
    check_groups(cast.field.lead_from, cast.field.follow_from, date)
    return Study(
        panel=panel,
        cast=cast,
        fitted=draws.posterior(cast.field, correct_selection=correct_selection),
        as_of=date,
        level=level,
        window=window,
        n_draws=n_draws,
        seed=seed,
        choices={
            **asdict(lookup.policies),
            "correct_selection": correct_selection,
            "young_drift": {"votes": drift.votes, "sd": drift.sd} if drift else None,
            "window": window,
            "excluded": sorted(exclude),
        },
        notes=_notes(panel, nested),
    )


def estimate_lag(
    board: str | Board = DEFAULT_BOARD,
    *,
    leader: str = "US",
    follower: str = "CN",
    category: str = "overall",
    estimand: str = "backward",
    frontier: str | None = None,
    as_of: str | None = None,
    vintage: str | None = None,
    n_draws: int = 10_000,
    seed: int = 0,
    level: float = 0.95,
    window: float | None = None,
    archive: Archive | str | Path | None = None,
    policies: Policies | None = None,
    extra_tags: Path | None = None,
    correct_selection: bool = True,
    young_drift: bool = True,
    exclude: Collection[str] = (),
    interval: str = "measurement",
) -> LagResult:
    """Estimate by how many months one group of models trails another.

    Parameters
    ----------
    board
        A board's name in the archive, or a board already opened.
    leader, follower
        Group expressions: ``US``, ``CN+open``, ``US,GB``, ``lab:openai``, ``not:CN``, ``ALL``.
    category
        Slice of the board, e.g. ``overall``, ``coding``.
    estimand
        ``backward``, ``backward-mean``, ``at-release``, ``catch-up``, ``level-mean``, ``trend``
        (months) or ``gap`` (Elo). Definitions stand in docs/methods.md.
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
    policies
        Tagging choices (Hong Kong, Taiwan, derivatives).
    extra_tags
        A CSV of tags that win over the packaged ones.
    correct_selection, young_drift
        Switches of the two corrections described in docs/methods.md.
    exclude
        Model keys to leave out, as if they had never been rated.
    interval
        ``measurement``: how well the realised lag is measured; ``sampling``: what another run of
        history would have given; ``both``: the first, with the second beside it.

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
    """
    _check_names(estimand, interval)
    key = _key(estimand, frontier)
    study = prepare(
        board, leader=leader, follower=follower, category=category, as_of=as_of, vintage=vintage,
        n_draws=n_draws, seed=seed, level=level, window=window, archive=archive,
        policies=policies, extra_tags=extra_tags, correct_selection=correct_selection,
        young_drift=young_drift, exclude=exclude,
    )  # fmt: skip
    return results(study, [key], interval)[0]


def results(
    study: Study, estimands: Sequence[str], interval: str = "measurement"
) -> list[LagResult]:
    """One result per estimand, all from the same draws (and the same re-runs).

    `trend` is asked for with its curve, e.g. ``trend/spline``.
    """
    names = [e for e in estimands if e != "gap"]
    point, sample = study.point(names), study.sample(names)
    again = study.rerun(names)[0] if interval != "measurement" else None
    return [_result(study, e, interval, point, sample, again) for e in estimands]


@dataclass(frozen=True)
class Comparison:
    """Every estimand side by side.

    Attributes
    ----------
    results
        Those the data can answer, with both intervals.
    refused
        The others, and why.
    retired
        What leaving out the retired models that made a record in the last `RETIRED_MONTHS` does
        (docs/methods.md, "Retired anchors"); empty where it moves nothing by a tenth of a month.
    """

    results: tuple[LagResult, ...]
    refused: Mapping[str, str]
    retired: str

    def to_dict(self) -> dict[str, Any]:
        """As one JSON object."""
        return {
            "schema": 1,
            "results": [result.to_dict() for result in self.results],
            "refused": dict(self.refused),
            "retired": self.retired,
        }


def estimate_all(**question: Any) -> Comparison:
    """Every estimand with both intervals, and what retired records do to them.

    Parameters
    ----------
    **question
        As for `estimate_lag`, without estimand and interval.
    """
    study = prepare(**question)
    found, refused = [], {}
    for key in (_key(estimand, None) for estimand in ESTIMANDS):
        try:
            found.append((key, results(study, [key], "both")[0]))
        except EstimateError as error:
            refused[key.partition("/")[0]] = str(error)
    return Comparison(
        tuple(result for _, result in found), refused, _retired(study, found, question)
    )


def _retired(
    study: Study, found: Sequence[tuple[str, LagResult]], question: Mapping[str, Any]
) -> str:
    """What the estimates would be without the retired models that were records of late."""
    recent = to_iso(study.as_of - RETIRED_MONTHS * DAYS_PER_MONTH)
    table = study.panel.linked.table
    gone = set(table.loc[table["link"] >= 0, "model"])
    any_result = found[0][1]
    records = [
        *any_result.records(any_result.leader_group),
        *any_result.records(any_result.follower_group),
    ]
    retired = sorted({m.model for m in records if m.model in gone and m.counts_from > recent})
    if not retired:
        return ""
    without = prepare(**{**question, "exclude": {*question.get("exclude", ()), *retired}})
    moved = []
    for key, result in found:
        if result.months is None:
            continue
        try:
            lags = without.point([key]).lags[key]
        except EstimateError:
            continue
        other = float(lags.months[0])
        if not lags.failed[0] and abs(other - result.months) >= 0.1:
            moved.append(f"{result.estimand} {abs(other):.1f}{'' if other >= 0 else ' ahead'}")
    if not moved:
        return ""
    return (
        f"Without the retired models that were records ({', '.join(retired)}), whose ratings are "
        f"linked from the last vintage that lists them, the months are: {', '.join(moved)}."
    )


def _result(
    study: Study,
    estimand: str,
    interval: str,
    point: draws.Outcomes,
    sample: draws.Outcomes,
    again: draws.Outcomes | None,
) -> LagResult:
    panel, cast, level, as_of = study.panel, study.cast, study.level, study.as_of
    best = cast.best_entries(study.fitted)
    mean, spread = study.fitted.mean, study.fitted.spread

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
            to_iso(float(since[index])),
        )

    gap = float(point.gap[0])
    leader_best = named(int(point.leader_best[0]), cast.leader)
    follower_best = named(int(point.follower_best[0]), cast.follower)
    found, low, high = None, None, None
    if estimand != "gap":
        found = summarise(point.lags[estimand], sample.lags[estimand], level)
        low, high = found.low, found.high
    rerun = None
    if again is not None:
        rerun = sampling.interval(sample, again, estimand, level)
    if interval == "sampling" and estimand != "gap" and rerun is not None:
        low, high = rerun
    single = estimand == "backward"
    match = named(int(point.match[0]), cast.follower if gap < 0 else cast.leader)
    gap_low, gap_high = np.quantile(
        sample.gap, [(1 - level) / 2, (1 + level) / 2], method="inverted_cdf"
    )
    counted = np.minimum(cast.field.lead_from, cast.field.follow_from)
    return LagResult(
        estimand=estimand.partition("/")[0],
        frontier=estimand.partition("/")[2] or "step",
        interval=interval,
        months=found.months if found else None,
        low=low,
        high=high,
        sampling=rerun if interval == "both" else None,
        level=level,
        window=study.window or WINDOWS.get(estimand, 0.0),
        as_of=to_iso(as_of),
        vintage=panel.vintage,
        data_through=to_iso(float(counted[counted <= as_of].max())),
        board=panel.board,
        category=panel.category,
        leader_group=cast.leader.text,
        follower_group=cast.follower.text,
        leader_best=leader_best,
        follower=follower_best,
        match=match if single else None,
        matches=_matches(cast, best, sample, as_of) if single else None,
        gap=Gap(
            gap,
            float(gap_low),
            float(gap_high),
            100 * gap / leader_best.rating,
            100 * gap / follower_best.rating,
        ),
        censored=found.censored if found else None,
        policies=study.choices,
        n_draws=study.n_draws,
        failed_draws=found.failed if found else 0,
        seed=study.seed,
        snapshots=tuple((s.path, s.sha256) for s in panel.snapshots),
        version=__version__,
        notes=study.notes,
        models=tuple(
            named(int(index), group)
            for group, since in (
                (cast.leader, cast.field.lead_from),
                (cast.follower, cast.field.follow_from),
            )
            for index in np.flatnonzero(np.isfinite(since))
        ),
    )


def _notes(panel: Panel, nested: str | None) -> tuple[str, ...]:
    notes = list(panel.notes)
    if nested:
        notes.append(f"the groups are nested: {nested}")
    if panel.unknown:
        notes.append(f"{len(panel.unknown)} entries cannot be attributed to a lab and do not count")
    return tuple(notes)


def _matches(
    cast: Cast, best: NDArray[np.intp], sample: draws.Outcomes, as_of: float
) -> tuple[Match, ...]:
    """Every match that occurred, most frequent first."""
    counts = Counter(zip(sample.match.tolist(), (sample.gap < 0).tolist(), strict=True))
    found = []
    for (index, leads), count in counts.most_common():
        tag = cast.tags[index]
        since = cast.field.follow_from[index] if leads else cast.field.lead_from[index]
        months = (as_of - since) / DAYS_PER_MONTH
        found.append(
            Match(
                tag.model,
                cast.entries[best[index]],
                tag.release_date,
                float(-months if leads else months),
                count / len(sample.match),
            )
        )
    return tuple(found)


def _as_of(as_of: str | None, vintage: str) -> float:
    date = vintage if as_of is None else as_of
    if to_day(date) > to_day(vintage):
        raise UsageError(
            f"as-of date {date} is later than the vintage {vintage}: the ratings know nothing of "
            f"it; take a date up to {vintage}, or a newer vintage"
        )
    return to_day(date)


def _check_names(estimand: str, interval: str) -> None:
    for kind, name, known in (
        ("estimand", estimand, ESTIMANDS),
        ("interval", interval, INTERVALS),
    ):
        if name not in known:
            raise UsageError(f"unknown {kind} {name!r}; known: {', '.join(known)}")


def _key(estimand: str, frontier: str | None) -> str:
    """The estimand as the draws know it: `trend` with its curve, the others by name."""
    if frontier is not None and frontier not in FRONTIERS:
        raise UsageError(f"unknown frontier {frontier!r}; known: {', '.join(FRONTIERS)}")
    if estimand == "trend":
        if frontier == "step":
            raise UsageError(
                f"trend is the time between smooth curves; take one of {', '.join(SMOOTH)}"
            )
        return f"trend/{frontier or DEFAULT_SMOOTH}"
    if frontier not in (None, "step"):
        raise UsageError(f"{estimand} is defined for step frontiers; {frontier} goes with trend")
    return estimand


def _check_numbers(n_draws: int, level: float) -> None:
    if not 0 < level < 1:
        raise UsageError(f"level {level} is not between 0 and 1; for 95% write 0.95")
    needed = int(np.ceil(2 / (1 - level) - 1e-9))
    if n_draws < needed:
        raise UsageError(
            f"{n_draws} draws cannot give a {level:g} interval: at least {needed} are needed"
        )
