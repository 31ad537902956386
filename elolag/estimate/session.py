"""One question on one board, from the archive to what the draws need."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from elolag import tags
from elolag.archive import Archive, Board, find_board
from elolag.dates import to_day, to_iso
from elolag.errors import EstimateError, UsageError, without_gone
from elolag.estimate.field import Cast, check_clock, clock_notes, first_listed, listed_tags
from elolag.estimate.panel import Panel, build
from elolag.model import covariance as correlated
from elolag.model import draws, reruns
from elolag.model.curves import KINDS, Curves, FrontierCurve, fit
from elolag.model.early_drift import constants, drift_of
from elolag.model.estimands import EXACT, check_groups
from elolag.model.frontier import MATCH_RULES, REACHED, MatchRule, Steps
from elolag.model.posterior import Posterior, posterior
from elolag.own import OwnBoard
from elolag.results.provenance import Origin
from elolag.results.words import FEWEST, NO_DRIFT, NOT_WORSE, noun
from elolag.schema import ALL_LISTS
from elolag.tags import Lookup, Policies, Tag

Floats = NDArray[np.float64]

DEFAULT_BOARD = "arena/text_style_control"
#: Below this a group is like the follower of the world few-models (9 or 10); the next smallest
#: group of a world has 25.
FEW_MODELS = 15


@dataclass(frozen=True)
class Study:
    """One question on one board, ready to be drawn from.

    Everything that estimands share: panel, cast, posterior, date, and the numbers of the draws.
    """

    panel: Panel
    cast: Cast
    fitted: Posterior
    as_of: float
    level: float
    window: float | None
    n_draws: int
    seed: int
    choices: Mapping[str, Any]
    notes: tuple[str, ...]
    match_rule: str = REACHED.name

    @property
    def match(self) -> MatchRule:
        """The match rule, with what it needs to know of the models."""
        return self.rule(self.match_rule)

    def rule(self, name: str) -> MatchRule:
        """Any match rule for this study's models."""
        return MatchRule(name, self._apart if name == "not-worse" else None)

    @cached_property
    def _apart(self) -> Floats:
        return draws.apart(self.cast.field, self.fitted, self.seed)

    def reached_only(self, why: str) -> None:
        """Refuse any match rule but the default, saying why."""
        if self.match_rule != REACHED.name:
            raise UsageError(f"{why}: it takes no match rule {self.match_rule!r}; leave it out")

    @property
    def origins(self) -> tuple[Origin, ...]:
        """The snapshots whose ratings are used, newest first, with publisher and licence."""
        return tuple(Origin.of(snapshot) for snapshot in self.panel.snapshots)

    def point(self, estimands: Sequence[str], as_of: float | None = None) -> draws.Outcomes:
        """The estimands at posterior-mean ratings."""
        date = self.as_of if as_of is None else as_of
        field, fitted = self.cast.field, self.fitted
        return draws.point(field, fitted, date, estimands, self.window, self.match)

    def sample(self, estimands: Sequence[str], as_of: float | None = None) -> draws.Outcomes:
        """The estimands in every draw; the same draws for every date and estimand."""
        date = self.as_of if as_of is None else as_of
        field, fitted = self.cast.field, self.fitted
        return draws.sample(
            field, fitted, date, estimands, self.window, self.n_draws, self.seed, self.match
        )

    def rerun(self, estimands: Sequence[str], dates: Sequence[float] = ()) -> list[draws.Outcomes]:
        """The estimands in re-runs of history, at each date (the as-of date by default)."""
        labs = [tag.lab for tag in self.cast.tags]
        return reruns.histories(
            self.cast.field, self.fitted, labs, dates or (self.as_of,), estimands, self.window,
            self.seed, match=self.match,
        )  # fmt: skip

    def too_few(self, day: float | None = None) -> tuple[tuple[str, int], ...]:
        """Groups with too few rated models on a day for an interval, and how many each has."""
        day, field = self.as_of if day is None else day, self.cast.field
        sides = ((self.cast.leader, field.lead_from), (self.cast.follower, field.follow_from))
        counted = ((group.text, int((since <= day).sum())) for group, since in sides)
        return tuple((group, count) for group, count in counted if count < FEWEST)

    def overtaken(self, day: float) -> tuple[str, str, float] | None:
        """The group that was first at its level, the one that passed it, and when.

        At posterior-mean ratings on a day; None where the side that is behind was not the first,
        or the level lies below the first rated model of the other.
        """
        found, field = self.point(["current"], day), self.cast.field
        first, second = self.cast.follower.text, self.cast.leader.text
        best, since, rival = int(found.follower_best[0]), field.follow_from, field.lead_from
        if found.gap[0] < 0:
            first, second = second, first
            best, since, rival = int(found.leader_best[0]), field.lead_from, field.follow_from
        passed = float(rival[int(found.match[0])])
        exact = found.lags["current"].censored[0] == EXACT
        if not exact or found.gap[0] == 0 or float(since[best]) >= passed:
            return None
        return first, second, passed


@without_gone
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
    sources: str = ALL_LISTS,
    policies: Policies | None = None,
    extra_tags: str | Path | None = None,
    correct_selection: bool = True,
    drift: str | None = None,
    exclude: Collection[str] = (),
    clock: str = "released",
    min_votes: int = 0,
    match_rule: str = REACHED.name,
    retagged: Mapping[str, Tag] | None = None,
    panel: Panel | None = None,
    lookup: Lookup | None = None,
) -> Study:
    """Everything before the draws; the parameters are those of `estimate_lag`.

    Parameters
    ----------
    retagged
        Tags, by model, that stand instead of the tables'.
    panel
        Of this board, category and vintage, if it has been built already.
    lookup
        Of these tags and policies, kept by who asks again: lists it knows are not read again.
    """
    check_numbers(n_draws, level)
    check_clock(clock)
    board = find_board(board, archive, sources)
    lookup = lookup or Lookup(tags.load(extra_tags), policies, retagged)
    own = board.settled(lookup, vintage or as_of) if isinstance(board, OwnBoard) else None
    if clock == "first-listed":
        if own is not None:
            raise UsageError("a board of your own has no history of listings; take clock released")
        listed = listed_tags(lookup, first_listed(board.archive, lookup))
        lookup = Lookup(lookup.tables, policies, listed | dict(retagged or {}))
    return assemble(
        panel or build(own or board, category, vintage, lookup), lookup, leader=leader,
        follower=follower, as_of=as_of, n_draws=n_draws, seed=seed, level=level, window=window,
        correct_selection=correct_selection, drift=drift, exclude=exclude,
        clock=clock, min_votes=min_votes, match_rule=match_rule, own=own,
        known={} if extra_tags is None else {"extra_tags": tags.digest(extra_tags)},
    )  # fmt: skip


def assemble(
    panel: Panel,
    lookup: Lookup,
    *,
    leader: str = "US",
    follower: str = "CN",
    as_of: str | None = None,
    n_draws: int = 10_000,
    seed: int = 0,
    level: float = 0.95,
    window: float | None = None,
    correct_selection: bool = True,
    drift: str | None = None,
    exclude: Collection[str] = (),
    clock: str = "released",
    min_votes: int = 0,
    match_rule: str = REACHED.name,
    own: OwnBoard | None = None,
    known: Mapping[str, Any] | None = None,
) -> Study:
    """The study of two groups on a panel already built; the parameters are those of `prepare`.

    Parameters
    ----------
    clock
        What the dates of the lookup's tags are.
    own
        The board of a user's own that the panel was built from.
    known
        More that the study's choices should say.
    """
    check_numbers(n_draws, level)
    if min_votes < 0:
        raise UsageError(f"a minimum of {min_votes} votes makes no sense; take 0 or more")
    if match_rule not in MATCH_RULES:
        raise UsageError(f"unknown match rule {match_rule!r}; known: {', '.join(MATCH_RULES)}")
    groups = [tags.parse_group(g, lookup.labs, lookup.countries()) for g in (leader, follower)]
    date = _as_of(as_of, panel.vintage)
    young = drift_of(drift, panel.board, panel.measure)
    cast = Cast.of(panel, lookup, groups[0], groups[1], young, exclude, min_votes)
    nested = tags.check_overlap(groups[0], groups[1], list(cast.tags))
    joined: dict[str, Any] = {}
    if own is not None:
        cast, joined = _with_covariance(cast, own)
    _check_both(cast, date, own, (leader, follower))
    # Everybody's, whomever one compares; then those in question.
    fitted = posterior(cast.field, correct_selection=correct_selection)
    cast, fitted = cast.counting(fitted)
    return Study(
        panel=panel,
        cast=cast,
        fitted=fitted,
        as_of=date,
        level=level,
        window=window,
        n_draws=n_draws,
        seed=seed,
        choices={
            **asdict(lookup.policies),
            "correct_selection": correct_selection,
            "drift": constants(young),
            "window": window,
            "excluded": sorted(exclude),
            "clock": clock,
            "min_votes": min_votes,
            "match_rule": match_rule,
            **joined,
            **(known or {}),
        },
        notes=(
            *_notes(panel, cast, nested, date),
            *_uncounted(panel, cast, min_votes),
            *_not_yet_out(panel, cast, fitted, date),
            *clock_notes(clock),
            *(own.notes if own else ()),
            *((NOT_WORSE,) if match_rule == "not-worse" else ()),
            *((NO_DRIFT,) if own and young is None else ()),
        ),
        match_rule=match_rule,
    )


def _with_covariance(cast: Cast, board: OwnBoard) -> tuple[Cast, dict[str, Any]]:
    """The cast with its errors joined where the board knows how, and what to say of it."""
    covariance = board.covariance(cast.entries)
    if covariance is None:
        return cast, {}
    errors = correlated.joined(covariance, cast.field.variance)
    field = replace(cast.field, variance=np.diag(errors).copy(), errors=errors)
    return replace(cast, field=field), {"covariance": board.file.covariance_sha256}


def _check_both(cast: Cast, date: float, own: OwnBoard | None, groups: Sequence[str]) -> None:
    try:
        check_groups(cast.field.lead_from, cast.field.follow_from, date)
    except EstimateError as error:
        if own is None:
            raise
        said = "; ".join((str(error), *own.notes))
        sides = f"leader {groups[0]!r}, follower {groups[1]!r}"
        raise EstimateError(f"{own.file.name}: {said} ({sides})") from None


def frontier_curve(group: str, kind: str = "step", **question: Any) -> FrontierCurve:
    """One group's frontier as a curve with a band.

    Parameters
    ----------
    group
        A group expression.
    kind
        ``step``, ``quantile``, ``linear``, ``spline`` or ``local-linear`` (docs/methods.md).
    **question
        As for `estimate_lag`: board, category, as_of, vintage, n_draws, seed, level, archive, ...;
        the posterior is that of the race between `leader` and `follower`, of which `group` must
        be one.

    Raises
    ------
    UsageError
        An unknown kind, or a group that is neither side.
    """
    if kind not in KINDS:
        raise UsageError(f"unknown frontier {kind!r}; known: {', '.join(KINDS)}")
    study = prepare(**question)
    sides = {study.cast.leader.text: "lead_from", study.cast.follower.text: "follow_from"}
    if group not in sides:
        raise UsageError(f"{group!r} is neither leader nor follower; name it as one of them")

    def curve(ratings: Floats, dates: Floats) -> Steps | Curves:
        if kind == "step":
            return Steps(ratings, dates, study.as_of)
        return fit(kind, ratings, dates, study.as_of)

    field, fitted = study.cast.field, study.fitted
    starts = np.flatnonzero(np.diff(field.model, prepend=-1))
    point = np.maximum.reduceat(fitted.mean, starts)[None, :]
    drawn = draws.draw(field, fitted, study.n_draws, study.seed, everything=kind != "step")
    return FrontierCurve(
        group=group,
        kind=kind,
        as_of=to_iso(study.as_of),
        level=study.level,
        point=curve(point, getattr(field, sides[group])),
        drawn=tuple(curve(d.ratings, getattr(d, sides[group])) for _, d in drawn),
    )


def _uncounted(panel: Panel, cast: Cast, min_votes: int) -> tuple[str, ...]:
    """How many entries stay because their list prints no votes, where a minimum is asked for."""
    table = panel.placed.table
    kept = table[table["entry"].isin(cast.entries)]
    without = int(kept["votes"].isna().sum())
    if not min_votes or not without:
        return ()
    return (
        f"entries that print no count of votes stay, whatever the least number asked for: "
        f"{without} of the {len(kept)} that are left",
    )


def _notes(panel: Panel, cast: Cast, nested: str | None, as_of: float) -> tuple[str, ...]:
    notes = list(panel.notes)
    sides = {
        cast.leader.text: int((cast.field.lead_from <= as_of).sum()),
        cast.follower.text: int((cast.field.follow_from <= as_of).sum()),
    }
    few = [f"{rated} of {group}" for group, rated in sides.items() if rated < FEW_MODELS]
    if few:
        notes.append(
            f"few rated models ({' and '.join(few)}): sampling intervals, of catch-up most, hold "
            f"less than their level there (docs/methods.md, world few-models)"
        )
    if nested:
        notes.append(f"the groups are nested: {nested}")
    if panel.unknown:
        notes.append(f"{', '.join(panel.unknown)}: cannot be attributed to a lab, so not counted")
    return tuple(notes)


def _not_yet_out(panel: Panel, cast: Cast, fitted: Posterior, as_of: float) -> list[str]:
    """Say which models on the list of the as-of date would be a side's best, were they released."""
    if as_of < to_day(panel.vintage):
        return []
    notes = []
    listed = set(panel.placed.table.loc[panel.placed.table["link"] < 0, "entry"])
    sides = ((cast.leader, cast.field.lead_from), (cast.follower, cast.field.follow_from))
    for group, since in sides:
        out_from = since[cast.field.model]
        above = fitted.mean - fitted.mean[out_from <= as_of].max()
        for row in np.flatnonzero(np.isfinite(out_from) & (out_from > as_of) & (above >= 0)):
            entry, day = cast.entries[int(row)], to_iso(float(out_from[row]))
            if entry in listed:
                notes.append(
                    f"{entry} is listed {above[row]:.0f} points above the best of "
                    f"{noun(group.text)} and does not count: it could be used by the public from "
                    f"{day}, after the as-of date"
                )
    return notes


def _as_of(as_of: str | None, vintage: str) -> float:
    date = vintage if as_of is None else as_of
    if to_day(date) > to_day(vintage):
        raise UsageError(
            f"as-of date {date} is later than the vintage {vintage}: the ratings know nothing of "
            f"it; take a date up to {vintage}, or a newer vintage"
        )
    return to_day(date)


def check_numbers(n_draws: int, level: float) -> None:
    """Refuse a level that is none, and draws too few to give it."""
    if not 0 < level < 1:
        raise UsageError(f"level {level} is not between 0 and 1; for 95% write 0.95")
    needed = int(np.ceil(2 / (1 - level) - 1e-9))
    if n_draws < needed:
        raise UsageError(
            f"{n_draws} draws cannot give a {level:g} interval: at least {needed} are needed"
        )
