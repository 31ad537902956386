"""What can be asked, and a session that reads and builds everything once."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from dataclasses import field as holding
from functools import cached_property
from pathlib import Path
from typing import Any, Unpack

import numpy as np

from elolag import tags
from elolag.archive import Archive, Board, Snapshot, open_archive
from elolag.arrays import Floats, Ints
from elolag.dates import to_day, to_iso
from elolag.errors import EstimateError, UsageError
from elolag.estimate.field import FIRST_LISTED, Cast, check_clock, first_listed, listed_tags
from elolag.estimate.panel import Panel, build
from elolag.model import covariance as correlated
from elolag.model import draws, reruns
from elolag.model.early_drift import YoungDrift, constants, drift_of
from elolag.model.estimands import (
    EXACT,
    TRENDS,
    Race,
    check_groups,
    check_window,
    window_start,
)
from elolag.model.frontier import MATCH_RULES, REACHED, MatchRule
from elolag.model.posterior import Posterior, posterior
from elolag.own import OwnBoard
from elolag.question import DEFAULT_BOARD, DEFAULTS, MOST_DRAWS, Options, check_names
from elolag.results import citing
from elolag.results.provenance import Origin, basis_notes, matched, otherwise, which_tags
from elolag.results.table import Result
from elolag.results.words import FEWEST, NO_DRIFT, NOT_WORSE, noun, percentage
from elolag.schema import ALL_LISTS, Measure, measure_of
from elolag.tags import Lookup, Policies, Tag
from elolag.version import __version__

#: Below this a group is like the follower of the world few-models (9 or 10); the next smallest
#: group of a world has 24.
_FEW_MODELS = 15


@dataclass(frozen=True, kw_only=True)
class Estimated(Result):
    """What the results of a study say of it: what was asked, and what they rest on."""

    board: str
    category: str
    vintage: str
    leader_group: str
    follower_group: str
    n_draws: int
    seed: int
    snapshots: tuple[tuple[str, str], ...]
    origins: tuple[Origin, ...] = holding(default=(), repr=False)
    policies: Mapping[str, Any] = holding(default_factory=dict, repr=False)
    sources: str = ALL_LISTS
    version: str = __version__

    @property
    def measure(self) -> Measure:
        """What the board's ratings are made of."""
        if not self.origins:
            return measure_of(self.board)
        return measure_of(self.board, self.origins[0].method, self.origins[0].source)

    def footnotes(self) -> tuple[str, ...]:
        """Which lists could be used, where not all."""
        return basis_notes(self)


def rests_on(snapshots: Iterable[Snapshot]) -> dict[str, Any]:
    """The fields of `Estimated` that say on which snapshots a result rests."""
    origins = tuple(Origin.of(snapshot) for snapshot in snapshots)
    return {"snapshots": tuple((o.path, o.sha256) for o in origins), "origins": origins}


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
    #: The draws last made, and for what; a study made of this one by `replace` shares them.
    _held: list[Any] = holding(default_factory=list, repr=False, compare=False)

    @property
    def drawn(self) -> tuple[tuple[Ints, draws.Draw], ...]:
        """The draws of the models that can be records, made once for all who ask for them."""
        field, fitted, numbers = self.cast.field, self.fitted, (self.n_draws, self.seed)
        same = self._held and self._held[0] is field and self._held[1] is fitted
        if not same or self._held[2] != numbers:
            made = tuple(draws.draw(field, fitted, *numbers))
            for _, each in made:
                each.ratings.flags.writeable = False
            self._held[:] = [field, fitted, numbers, made, []]
        drawn: tuple[tuple[Ints, draws.Draw], ...] = self._held[3]
        return drawn

    def let_go(self) -> None:
        """Keep no draws; whoever asks for some again gets the same."""
        self._held.clear()

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

    @property
    def told(self) -> dict[str, Any]:
        """The fields of `Estimated`."""
        return {
            "board": self.panel.board,
            "category": self.panel.category,
            "vintage": self.panel.vintage,
            "leader_group": self.cast.leader.text,
            "follower_group": self.cast.follower.text,
            "n_draws": self.n_draws,
            "seed": self.seed,
            "policies": self.choices,
            "sources": self.panel.sources,
            **rests_on(self.panel.snapshots),
        }

    @property
    def means(self) -> Floats:
        """Posterior-mean rating of each model's best entry, (1, M)."""
        return self.cast.field.best(self.fitted.mean)[None, :]

    def race(self, day: float) -> Race:
        """The race at posterior-mean ratings, by the default match rule."""
        field = self.cast.field
        return Race.of(self.means, field.lead_from, field.follow_from, day)

    def point(self, estimands: Sequence[str], as_of: float | None = None) -> draws.Outcomes:
        """The estimands at posterior-mean ratings."""
        date = self.as_of if as_of is None else as_of
        field, fitted = self.cast.field, self.fitted
        return draws.point(field, fitted, date, estimands, self.window, self.match)

    def sample(self, estimands: Sequence[str], as_of: float | None = None) -> draws.Outcomes:
        """The estimands in every draw; the same draws for every date and estimand."""
        date = self.as_of if as_of is None else as_of
        field, fitted = self.cast.field, self.fitted
        if any(e in TRENDS for e in estimands):  # of all models, who are drawn anew
            return draws.sample(
                field, fitted, date, estimands, self.window, self.n_draws, self.seed, self.match
            )
        check_groups(field.lead_from, field.follow_from, date)
        return draws.join(
            [draws.outcomes(race, estimands, self.window, keep) for keep, race in self._raced(date)]
        )

    def _raced(self, date: float) -> tuple[tuple[Ints, Race], ...]:
        """The draws as races as of a date; those of the last date are made once for all rules."""
        drawn, rule = self.drawn, self.match
        raced: list[Any] = self._held[4]
        if not raced or raced[0] != date:
            made = (
                (keep, Race.of(d.ratings, d.lead_from, d.follow_from, date)) for keep, d in drawn
            )
            raced[:] = [date, tuple(made)]
        if rule.name == REACHED.name:
            races: tuple[tuple[Ints, Race], ...] = raced[1]
            return races
        return tuple((keep, replace(race, match=rule.of(keep))) for keep, race in raced[1])

    def check_window(self, months: float) -> None:
        """Refuse a window for which the posterior means, or any draw, have no model that early.

        A release known only to the month falls on another day of it in every draw.
        """
        for race in (self.race(self.as_of), *(race for _, race in self._raced(self.as_of))):
            window_start(race, months)

    def rerun(self, estimands: Sequence[str], dates: Sequence[float] = ()) -> list[draws.Outcomes]:
        """The estimands in re-runs of history, at each date (the as-of date by default)."""
        labs = [tag.lab for tag in self.cast.tags]
        return reruns.histories(
            self.cast.field, self.fitted, labs, dates or (self.as_of,), estimands, self.window,
            self.seed, match=self.match,
        )  # fmt: skip

    def too_few(self, day: float | None = None) -> tuple[tuple[str, int], ...]:
        """Groups with too few rated models on a day for an interval, and how many each has."""
        rated = self.cast.rated(self.as_of if day is None else day)
        return tuple((group, count) for group, count in rated if count < FEWEST)

    def overtaken(self, day: float) -> tuple[str, str, str] | None:
        """The group that was first at its level, the one that passed it, and when (ISO).

        At posterior-mean ratings on a day; None where the side that is behind was not the first,
        or the level lies below the first rated model of the other.
        """
        found, field = self.point(["current"], day), self.cast.field
        first, second = self.cast.follower.text, self.cast.leader.text
        best, since, rival = int(found.follower_best[0]), field.follow_from, field.lead_from
        if found.gap[0] < 0:
            first, second = second, first
            best, since, rival = int(found.leader_best[0]), field.lead_from, field.follow_from
        match = int(found.match[0])
        passed = float(rival[match])
        exact = found.lags["current"].censored[0] == EXACT
        if not exact or found.gap[0] == 0 or float(since[best]) >= passed:
            return None
        return first, second, self.cast.tags[match].since(passed)


class Asked(Options, total=False):
    """What can be asked of an estimate in Python beside its board."""

    archive: Archive | str | Path | None
    policies: Policies | None
    session: Session | None


class Question(Asked, total=False):
    """All that can be asked of an estimate in Python.

    Examples
    --------
    >>> import elolag
    >>> asked: elolag.Question = {"follower": "CN+open", "min_votes": 5000, "vintage": "2026-08-19"}
    >>> elolag.estimate_lag(**asked, n_draws=300).follower_group
    'CN+open'
    """

    board: str | Board


#: Every option of a question with what stands where nothing is said.
ASKED: Question = {
    **DEFAULTS,
    "board": DEFAULT_BOARD,
    "archive": None,
    "policies": None,
    "session": None,
}


def asking(question: Question, **changed: Unpack[Question]) -> Question:
    """The question with some of its options changed."""
    return {**question, **changed}


class Session:
    """What several questions share: tags, lists and panels, each read or built once.

    Estimates that ask more than one question keep one for themselves; who asks several related
    questions hands the same one to all of them (``session=``). It takes files for unchanged.

    Examples
    --------
    >>> import elolag
    >>> shared = elolag.Session()
    >>> both = [
    ...     elolag.estimate_lag(estimand=e, vintage="2026-08-19", n_draws=300, session=shared)
    ...     for e in ("current", "average")
    ... ]
    >>> both[0].snapshots == both[1].snapshots
    True
    """

    def __init__(self) -> None:
        self._tables: dict[tuple[str, str], tags.Tables] = {}
        self._lookups: dict[tuple[tuple[str, str], Policies], Lookup] = {}
        self._archives: dict[tuple[str, str, str], Archive] = {}
        self._listed: dict[tuple[str, str, str, Policies], dict[str, Tag]] = {}
        self._panels: dict[tuple[Any, ...], Panel] = {}

    def board(
        self,
        board: str | Board,
        archive: Archive | str | Path | None = None,
        sources: str = ALL_LISTS,
    ) -> Board:
        """The board itself, or the one of that name, with the lists of `sources` only."""
        if not isinstance(board, str):
            return board.only(sources)
        return self.archive(archive, sources).board(board)

    def archive(
        self, archive: Archive | str | Path | None = None, sources: str = ALL_LISTS
    ) -> Archive:
        """The archive, as `archive.open_archive` opens it."""
        narrowed = archive.sources if isinstance(archive, Archive) else ""
        path = archive.path if isinstance(archive, Archive) else archive
        key = (str(path), narrowed, sources)
        if key not in self._archives:
            self._archives[key] = open_archive(archive, sources=sources)
        return self._archives[key]

    def board_of(self, question: Question, name: str = "") -> Board:
        """The board of a question, or another one of its archive."""
        asked: Question = {**ASKED, **question}
        return self.board(name or asked["board"], asked["archive"], asked["sources"])

    def lookup(
        self,
        extra_tags: str | Path | None = None,
        policies: Policies | None = None,
        retagged: Mapping[str, Tag] | None = None,
        *,
        archive: Archive | str | Path | None = None,
    ) -> Lookup:
        """The tags of an archive, as `tags.Lookup` finds them."""
        path = archive.path if isinstance(archive, Archive) else archive
        name, policies = (str(extra_tags), str(path)), policies or Policies()
        if name not in self._tables:
            self._tables[name] = tags.load(extra_tags, archive)
        if retagged:
            return Lookup(self._tables[name], policies, retagged)
        if (name, policies) not in self._lookups:
            self._lookups[name, policies] = Lookup(self._tables[name], policies)
        return self._lookups[name, policies]

    def lookup_of(self, question: Question, retagged: Mapping[str, Tag] | None = None) -> Lookup:
        """The tags a question is asked with: those of its board's archive."""
        asked: Question = {**ASKED, **question}
        board = self.board_of(question)
        # Ratings of a user's own lie in no archive.
        where = asked["archive"] if isinstance(board, OwnBoard) else board.archive
        return self.lookup(asked["extra_tags"], asked["policies"], retagged, archive=where)

    def dated_lookup(self, question: Question, retagged: Mapping[str, Tag] | None = None) -> Lookup:
        """The same tags with the dates of the question's clock."""
        asked: Question = {**ASKED, **question}
        listed: dict[str, Tag] = {}
        if asked["clock"] == "first-listed":
            archive = self.board_of(asked).archive
            listed = self.first_listed(archive, asked["extra_tags"], asked["policies"])
        return self.lookup_of(asked, listed | dict(retagged or {}))

    def first_listed(
        self, archive: Archive, extra_tags: str | Path | None, policies: Policies | None
    ) -> dict[str, Tag]:
        """Tags with the day of a model's first listing in the archive as its release."""
        key = (str(archive.path), archive.sources, str(extra_tags), policies or Policies())
        if key not in self._listed:
            lookup = self.lookup(extra_tags, policies, archive=archive)
            self._listed[key] = listed_tags(lookup, first_listed(archive, lookup))
        return self._listed[key]

    def panel(
        self,
        board: Board,
        category: str,
        vintage: str | None,
        extra_tags: str | Path | None = None,
        archive: Archive | str | Path | None = None,
    ) -> Panel:
        """The panel, as `panel.build` makes it; policies and clocks do not change it.

        `archive` is that of the tags for a board of a user's own.
        """
        if isinstance(board, OwnBoard):
            return build(board, category, vintage, self.lookup(extra_tags, archive=archive))
        where = (str(board.archive.path), board.archive.sources, board.name, board.labels)
        key = (*where, category, vintage, str(extra_tags))
        if key not in self._panels:
            lookup = self.lookup(extra_tags, archive=board.archive)
            self._panels[key] = build(board, category, vintage, lookup)
        return self._panels[key]


def prepare(*, retagged: Mapping[str, Tag] | None = None, **question: Unpack[Question]) -> Study:
    """Everything before the draws.

    Parameters
    ----------
    retagged
        Tags, by model, that stand instead of the tables'.
    **question
        As for `estimate_lag`.

    Raises
    ------
    UsageError
        A name, date or number that cannot be answered.
    EstimateError
        The data hold no answer to this question.
    """
    check_names(question, ASKED)
    asked: Question = {**ASKED, **question}
    check_numbers(asked["n_draws"], asked["level"], asked["seed"])
    check_clock(asked["clock"])
    session = asked["session"] or Session()
    board = session.board_of(asked)
    lookup = session.lookup_of(asked, retagged)
    check_excluded(asked["exclude"], lookup)
    own = None
    if isinstance(board, OwnBoard):
        board = own = board.settled(lookup, asked["vintage"] or asked["as_of"])
    if asked["clock"] == "first-listed":
        if own is not None:
            raise UsageError("a board of your own has no history of listings; take clock released")
        lookup = session.dated_lookup(asked, retagged)
    where = asked["category"], asked["vintage"], asked["extra_tags"], asked["archive"]
    panel = session.panel(board, *where)
    return assemble(panel, lookup, asked, own)


def of_lists(question: Question, why: str) -> tuple[Question, Session, Board]:
    """A question of all lists of a board with its session; refused, saying why, of one's own."""
    check_names(question, ASKED)
    asked: Question = {**ASKED, **question}
    session = asked["session"] or Session()
    board = session.board_of(asked)
    if isinstance(board, OwnBoard):
        raise UsageError(f"{board.name} is one list of your own: {why}")
    return asked, session, board


def nearest(name: str, models: Iterable[str]) -> list[str]:
    """Keys of models like a name, also one as sentences have it: ``Kimi K3`` is kimi-k3."""
    return difflib.get_close_matches(name.lower().replace(" ", "-"), list(models), n=3)


def check_excluded(names: Collection[str], lookup: Lookup) -> None:
    """Refuse to leave out what is no model of the tags.

    Raises
    ------
    UsageError
        A name that no model has, with the nearest that there are.
    """
    known = lookup.tables.models
    for name in names:
        if name not in known:
            near = nearest(name, known)
            hint = f"nearest: {', '.join(near)}" if near else "see elolag tags list"
            raise UsageError(f"cannot leave out {name!r}: no model is called so; {hint}")


def assemble(
    panel: Panel,
    lookup: Lookup,
    question: Question,
    own: OwnBoard | None = None,
    everybody: Posterior | None = None,
) -> Study:
    """The study of two groups on a panel already built.

    Parameters
    ----------
    question
        As for `estimate_lag`; board, category and vintage are those of the panel, clock and
        policies those of the lookup.
    own
        The board of a user's own that the panel was built from.
    everybody
        The posterior of all on the panel, where it is known: that of `thought` for these options.
    """
    asked: Question = {**ASKED, **question}
    leader, follower, exclude = asked["leader"], asked["follower"], asked["exclude"]
    min_votes, match_rule = asked["min_votes"], asked["match_rule"]
    check_numbers(asked["n_draws"], asked["level"], asked["seed"])
    if min_votes < 0:
        raise UsageError(f"a minimum of {min_votes} votes makes no sense; take 0 or more")
    if asked["window"] is not None:
        check_window(asked["window"])
    if match_rule not in MATCH_RULES:
        raise UsageError(f"unknown match rule {match_rule!r}; known: {', '.join(MATCH_RULES)}")
    groups = [tags.parse_group(g, lookup.labs, lookup.countries()) for g in (leader, follower)]
    vintage, as_of = panel.vintage, asked["as_of"]
    date = to_day(vintage if as_of is None else as_of)
    if date > to_day(vintage):
        raise UsageError(
            f"as-of date {as_of} is later than the vintage {vintage}: the ratings know nothing of "
            f"it; take a date up to {vintage}, or a newer vintage"
        )
    young = drift_of(asked["drift"], panel.board, panel.measure)
    cast = Cast.of(panel, lookup, groups[0], groups[1], young, exclude, min_votes)
    nested = tags.check_overlap(groups[0], groups[1], list(cast.tags))
    joined: dict[str, Any] = {}
    if own is not None:
        cast, joined = _with_covariance(cast, own)
    _check_both(cast, date, own, (leader, follower))
    # Everybody's, whomever one compares; then those in question.
    fitted = everybody or posterior(cast.field, correct_selection=asked["correct_selection"])
    cast, fitted = cast.counting(fitted)
    chosen, arena = choices(asked, lookup, young) | joined, panel.measure.arena_constants
    return Study(
        panel=panel,
        cast=cast,
        fitted=fitted,
        as_of=date,
        level=asked["level"],
        window=asked["window"],
        n_draws=asked["n_draws"],
        seed=asked["seed"],
        choices=chosen,
        notes=(
            *_notes(panel, cast, nested, date, min_votes),
            *_not_yet_out(panel, cast, fitted, date),
            *((FIRST_LISTED,) if asked["clock"] == "first-listed" else ()),
            *which_tags(lookup.tables.bundle),
            *otherwise([*citing.choices(chosen, arena, "en"), *matched(chosen)]),
            *(own.notes if own else ()),
            *((NOT_WORSE,) if match_rule == "not-worse" else ()),
            *((NO_DRIFT,) if own and young is None else ()),
        ),
        match_rule=match_rule,
    )


def choices(asked: Question, lookup: Lookup, young: YoungDrift | None) -> dict[str, Any]:
    """What was chosen, as results name it: `Estimated.policies`."""
    extra = asked["extra_tags"]
    return {
        **asdict(lookup.policies),
        "correct_selection": asked["correct_selection"],
        "drift": constants(young),
        "window": asked["window"],
        "excluded": sorted(asked["exclude"]),
        "clock": asked["clock"],
        "min_votes": asked["min_votes"],
        "match_rule": asked["match_rule"],
        "tags": lookup.tables.bundle,
        **({} if extra is None else {"extra_tags": tags.digest(extra)}),
    }


def thought(panel: Panel, lookup: Lookup) -> Posterior:
    """The posterior of all on a panel by the default options; it depends on no group."""
    anybody = tags.parse_group("ALL", lookup.labs, lookup.countries())
    young = drift_of(ASKED["drift"], panel.board, panel.measure)
    return posterior(Cast.of(panel, lookup, anybody, anybody, young).field)


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
        where, notes = (f"{own.file.name}: ", own.notes) if own else ("", ())
        said = "; ".join((str(error), *notes))
        sides = f"leader {groups[0]!r}, follower {groups[1]!r}"
        raise EstimateError(f"{where}{said} ({sides})") from None


def _notes(panel: Panel, cast: Cast, nested: str | None, as_of: float, min_votes: int) -> list[str]:
    notes = list(panel.notes)
    rated = dict(cast.rated(as_of))
    few = [f"{count} of {group}" for group, count in rated.items() if count < _FEW_MODELS]
    if few:
        notes.append(
            f"few rated models ({' and '.join(few)}): sampling intervals, of current most, hold "
            f"less than their level there (docs/calibration.md, world few-models)"
        )
    if nested:
        notes.append(f"the groups are nested: {nested}")
    if panel.unknown:
        notes.append(f"{', '.join(panel.unknown)}: cannot be attributed to a lab, so not counted")
    if min_votes:
        table = panel.placed.table
        kept = table[table["entry"].isin(cast.entries)]
        if without := int(kept["votes"].isna().sum()):
            notes.append(
                f"entries that print no count of votes stay, whatever the least number asked for: "
                f"{without} of the {len(kept)} that are left"
            )
    return notes


def _not_yet_out(panel: Panel, cast: Cast, fitted: Posterior, as_of: float) -> list[str]:
    """Say which models on the list of the as-of date would be a side's best, were they released."""
    if as_of < to_day(panel.vintage):
        return []
    notes = []
    listed = set(panel.placed.table.loc[panel.placed.table["link"] < 0, "entry"])
    for group, since in cast.sides:
        out_from = since[cast.field.model]
        above = fitted.mean - fitted.mean[out_from <= as_of].max()
        for row in np.flatnonzero(np.isfinite(out_from) & (out_from > as_of) & (above >= 0)):
            entry, day = cast.entries[int(row)], to_iso(float(out_from[row]))
            if entry in listed:
                notes.append(
                    f"the entry {entry} is listed {above[row]:.0f} points above the best of "
                    f"{noun(group.text)} and does not count: it could be used by the public from "
                    f"{day}, after the as-of date"
                )
    return notes


def check_numbers(n_draws: int, level: float, seed: int = 0) -> None:
    """Refuse a seed or level that is none, draws too few to give it, and more than can be held."""
    if seed < 0:
        raise UsageError(f"seed {seed} is negative; take 0 or more")
    if not 0 < level < 1:
        raise UsageError(f"level {level} is not between 0 and 1; for 95% write 0.95")
    needed = int(np.ceil(2 / (1 - level) - 1e-9))
    if n_draws < needed:
        raise UsageError(
            f"{n_draws} draws cannot give an interval at {percentage(level)}: at least {needed:,} "
            f"are needed"
        )
    if n_draws > MOST_DRAWS:
        raise UsageError(
            f"{n_draws:,} draws are more than can be held in memory; take at most {MOST_DRAWS:,}"
        )
