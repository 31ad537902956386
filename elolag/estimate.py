"""`estimate_lag`: the one way in, from an archive to a result."""

from __future__ import annotations

import calendar
import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from elolag import __version__, draws, tags
from elolag.archive import Archive, Board, open_archive
from elolag.draws import Field
from elolag.errors import EstimateError, UsageError
from elolag.lag import AT_LEAST, AT_MOST, UNBOUNDED, Lags
from elolag.lag import ESTIMANDS as STEP_ESTIMANDS
from elolag.months import DAYS_PER_MONTH, parse, to_day, to_iso
from elolag.panel import Panel, build
from elolag.result import Gap, LagResult, Match, ModelPoint
from elolag.tags import Group, Lookup, Policies, Tag
from elolag.young import YoungDrift, packaged_drift

Floats = NDArray[np.float64]

DEFAULT_BOARD = "arena/text_style_control"
ESTIMANDS = (*STEP_ESTIMANDS, "gap")
FRONTIERS = ("step",)


def estimate_lag(
    board: str | Board = DEFAULT_BOARD,
    *,
    leader: str = "US",
    follower: str = "CN",
    category: str = "overall",
    estimand: str = "backward",
    frontier: str = "step",
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
        ``backward``, ``backward-mean``, ``at-release``, ``catch-up``, ``level-mean`` (months) or
        ``gap`` (Elo). Definitions stand in docs/methods.md.
    frontier
        ``step``: the running maximum of the models released so far.
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
    _check_numbers(estimand, frontier, n_draws, level)
    if isinstance(board, str):
        opened = archive if isinstance(archive, Archive) else open_archive(archive)
        board = opened.board(board)
    lookup = Lookup(tags.load(extra_tags), policies)
    groups = _parse(leader, lookup), _parse(follower, lookup)
    panel = build(board, category, vintage, lookup)
    date = _as_of(as_of, panel.vintage)
    cast = Cast.of(panel, lookup, *groups, drift=packaged_drift() if young_drift else None)
    names = [] if estimand == "gap" else [estimand]

    fitted = draws.posterior(cast.field, correct_selection=correct_selection)
    point = draws.point(cast.field, fitted, date, names, window)
    sample = draws.sample(cast.field, fitted, date, names, window, n_draws, seed)
    choices = {
        **asdict(lookup.policies),
        "correct_selection": correct_selection,
        "young_drift": young_drift,
        "window": window,
    }
    return _result(
        panel, cast, fitted, point, sample, date, estimand, level, n_draws, seed, choices
    )


@dataclass(frozen=True)
class Cast:
    """The models of two groups on one panel: their numbers, and what names them afterwards."""

    field: Field
    entries: tuple[str, ...]
    tags: tuple[Tag, ...]
    leader: Group
    follower: Group

    @classmethod
    def of(
        cls,
        panel: Panel,
        lookup: Lookup,
        leader: Group,
        follower: Group,
        drift: YoungDrift | None,
    ) -> Cast:
        """Pick the two groups' entries from the panel and widen the young ones' errors."""
        table = panel.linked.table
        tagged = [lookup.tag(m) for m in table["model"].unique()]
        counted = np.isfinite(np.minimum(leader.since(tagged), follower.since(tagged)))
        kept = [t for t, c in zip(tagged, counted, strict=True) if c and not lookup.dropped(t)]
        kept.sort(key=lambda t: (t.released, t.model))
        number = {t.model: i for i, t in enumerate(kept)}
        table = table[table["model"].isin(number)]
        table = table.assign(order=table["model"].map(number))
        table = table.sort_values(["order", "entry"], kind="stable")
        variance = (table["se"] ** 2 + table["drift"] ** 2).to_numpy(float)
        if drift is not None:
            variance = variance + drift.variance(table["votes"], table["se"])
        lead_from, follow_from = leader.since(kept), follower.since(kept)
        bounds = np.array(
            [
                _month_bounds(t) if t.released == earlier else (np.nan, np.nan)
                for t, earlier in zip(kept, np.minimum(lead_from, follow_from), strict=True)
            ]
        ).reshape(-1, 2)
        field = Field(
            rating=table["rating"].to_numpy(float),
            variance=variance,
            link=table["link"].to_numpy(np.intp),
            link_se=table["link_se"].to_numpy(float),
            model=table["order"].to_numpy(np.intp),
            lead_from=lead_from,
            follow_from=follow_from,
            month_start=bounds[:, 0],
            month_end=bounds[:, 1],
        )
        return cls(field, tuple(table["entry"]), tuple(kept), leader, follower)

    def best_entries(self, fitted: draws.Posterior) -> NDArray[np.intp]:
        """Index of each model's entry with the highest posterior mean."""
        best = np.zeros(len(self.tags), dtype=np.intp)
        order = np.argsort(fitted.mean, kind="stable")
        best[self.field.model[order]] = order
        return best


def quantiles(
    months: Floats, censored: NDArray[np.int8], level: float
) -> tuple[float | None, float | None]:
    """Percentile interval whose ends are values that occurred, so that it holds its level.

    A draw that is only a bound is taken at its worst for each end: "at least x" is x for the low
    end and unbounded for the high one. An unbounded end is None.
    """
    below, above = np.isin(censored, (AT_MOST, UNBOUNDED)), np.isin(censored, (AT_LEAST, UNBOUNDED))
    low = np.quantile(np.where(below, -np.inf, months), (1 - level) / 2, method="inverted_cdf")
    high = np.quantile(np.where(above, np.inf, months), (1 + level) / 2, method="inverted_cdf")
    return (
        float(low) if np.isfinite(low) else None,
        float(high) if np.isfinite(high) else None,
    )


def _result(
    panel: Panel,
    cast: Cast,
    fitted: draws.Posterior,
    point: draws.Outcomes,
    sample: draws.Outcomes,
    as_of: float,
    estimand: str,
    level: float,
    n_draws: int,
    seed: int,
    policies: Mapping[str, Any],
) -> LagResult:
    best, mean = cast.best_entries(fitted), fitted.mean

    spread = fitted.spread

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
    months = low = high = censored = None
    failed = 0
    if estimand != "gap":
        months, low, high, censored, failed = _summarise(
            point.lags[estimand], sample.lags[estimand], level
        )
    single = estimand == "backward"
    match = named(int(point.match[0]), cast.follower if gap < 0 else cast.leader)
    gap_low, gap_high = np.quantile(
        sample.gap, [(1 - level) / 2, (1 + level) / 2], method="inverted_cdf"
    )
    counted = np.minimum(cast.field.lead_from, cast.field.follow_from)
    return LagResult(
        estimand=estimand,
        frontier="step",
        interval="measurement",
        months=months,
        low=low,
        high=high,
        level=level,
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
        matches=_matches(cast, best, sample, as_of, n_draws) if single else None,
        gap=Gap(
            gap,
            float(gap_low),
            float(gap_high),
            100 * gap / leader_best.rating,
            100 * gap / follower_best.rating,
        ),
        censored=censored,
        policies=policies,
        n_draws=n_draws,
        failed_draws=failed,
        seed=seed,
        snapshots=tuple((s.path, s.sha256) for s in panel.snapshots),
        version=__version__,
        notes=_notes(panel, cast),
        models=tuple(
            named(int(index), group)
            for group, since in (
                (cast.leader, cast.field.lead_from),
                (cast.follower, cast.field.follow_from),
            )
            for index in np.flatnonzero(np.isfinite(since))
        ),
    )


def _summarise(
    point: Lags, sample: Lags, level: float
) -> tuple[float, float | None, float | None, str | None, int]:
    """Months, interval, censoring and failed draws of one estimand."""
    if point.failed[0]:
        raise EstimateError(
            "at posterior-mean ratings the window holds nothing to measure: no record, or no new "
            "level reached; take a longer window"
        )
    if point.censored[0] == UNBOUNDED:
        raise EstimateError("the lag is bounded on neither side by the models of this board")
    fine = ~sample.failed
    low, high = quantiles(sample.months[fine], sample.censored[fine], level)
    censored = {AT_LEAST: "at-least", AT_MOST: "at-most"}.get(int(point.censored[0]))
    if censored == "at-least":
        high = None
    elif censored == "at-most":
        low = None
    return float(point.months[0]), low, high, censored, int((~fine).sum())


def _notes(panel: Panel, cast: Cast) -> tuple[str, ...]:
    notes = list(panel.notes)
    nested = tags.check_overlap(cast.leader, cast.follower, list(cast.tags))
    if nested:
        notes.append(f"the groups are nested: {nested}")
    if panel.unknown:
        notes.append(f"{len(panel.unknown)} entries cannot be attributed to a lab and do not count")
    return tuple(notes)


def _matches(
    cast: Cast, best: NDArray[np.intp], sample: draws.Outcomes, as_of: float, n_draws: int
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
                count / n_draws,
            )
        )
    return tuple(found)


def _month_bounds(tag: Tag) -> tuple[float, float]:
    """First day of the release month and of the next, in days; NaN where the day is known."""
    if tag.precision != "month":
        return np.nan, np.nan
    day = parse(tag.release_date)
    length = calendar.monthrange(day.year, day.month)[1]
    start = to_day(dt.date(day.year, day.month, 1))
    return start, start + length


def _parse(text: str, lookup: Lookup) -> Group:
    return tags.parse_group(text, lookup.labs, lookup.countries())


def _as_of(as_of: str | None, vintage: str) -> float:
    date = vintage if as_of is None else as_of
    if to_day(date) > to_day(vintage):
        raise UsageError(
            f"as-of date {date} is later than the vintage {vintage}: the ratings know nothing of "
            f"it; take a date up to {vintage}, or a newer vintage"
        )
    return to_day(date)


def _check_numbers(estimand: str, frontier: str, n_draws: int, level: float) -> None:
    if estimand not in ESTIMANDS:
        raise UsageError(f"unknown estimand {estimand!r}; known: {', '.join(ESTIMANDS)}")
    if frontier not in FRONTIERS:
        raise UsageError(f"unknown frontier {frontier!r}; known: {', '.join(FRONTIERS)}")
    if not 0 < level < 1:
        raise UsageError(f"level {level} is not between 0 and 1; for 95% write 0.95")
    needed = int(np.ceil(2 / (1 - level)))
    if n_draws < needed:
        raise UsageError(
            f"{n_draws} draws cannot give a {level:g} interval: at least {needed} are needed"
        )
