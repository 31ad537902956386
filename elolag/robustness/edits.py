"""Single edits: the figure without a lab, a model or a vintage, or with a tag or date changed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Unpack

import numpy as np

from elolag.archive import Board
from elolag.dates import to_day, to_iso
from elolag.errors import ElolagError, EstimateError, UsageError
from elolag.estimate.lag import HEADLINE, lag_key, results
from elolag.estimate.session import Question, Session, Study, asking, prepare
from elolag.model.draws import lag_of
from elolag.model.estimands import CENSORED, UNBOUNDED, Lags, Race, current_at
from elolag.results.charts import Both
from elolag.results.citing import date
from elolag.results.lag import LagResult
from elolag.results.provenance import basis_notes
from elolag.results.table import Column, Result, Table, data, picked
from elolag.results.words import bounded, lab_name, noun
from elolag.tags import Group, Tag

#: "A month", in whole days, by which a date is moved.
_MONTH_DAYS = 31.0
#: A country no model has, for "counted with neither" (ISO 3166 leaves ZZ to users).
_NOWHERE = "ZZ"
_CHUNK = 256


@dataclass(frozen=True)
class Edit:
    """One change: the tags it gives to models, None where it leaves one out.

    `kind` is ``model``, ``lab``, ``country``, ``openness`` or ``date``; `words` says it in full.
    """

    kind: str
    name: str
    words: str
    tags: tuple[tuple[str, Tag | None], ...]

    @property
    def models(self) -> frozenset[str]:
        """The models it touches."""
        return frozenset(model for model, _ in self.tags)


def without_models(study: Study) -> list[Edit]:
    """Leave out each model in turn."""
    return [
        Edit("model", t.model, Both(f"without {t.model}", f"ohne {t.model}"), ((t.model, None),))
        for t in study.cast.tags
    ]


def _without_labs(study: Study) -> list[Edit]:
    """Leave out each lab in turn."""
    labs: dict[str, list[str]] = {}
    for tag in study.cast.tags:
        labs.setdefault(tag.lab, []).append(tag.model)
    return [
        Edit(
            "lab",
            lab,
            Both(f"without every model of {name}", f"ohne alle Modelle von {name}"),
            tuple((m, None) for m in models),
        )
        for lab, models, name in ((k, labs[k], lab_name(k)) for k in sorted(labs))
    ]


def moved_dates(study: Study) -> list[Edit]:
    """Move each release by a month either way; weights that came with it move too."""
    listed = study.choices.get("clock") == "first-listed"
    moves = (-_MONTH_DAYS, _MONTH_DAYS)
    return [_moved(t, days, listed=listed) for t in study.cast.tags for days in moves]


def _moved(tag: Tag, days: float, *, listed: bool) -> Edit:
    other = tag.moved(tag.released + days)
    early = days < 0
    words = Both(
        f"{tag.model} {'first listed' if listed else 'released'} {abs(days):.0f} days "
        f"{'earlier' if early else 'later'}",
        f"{tag.model} {abs(days):.0f} Tage {'früher' if early else 'später'} "
        f"{'gelistet' if listed else 'erschienen'}",
    )
    return Edit("date", tag.model, words, ((tag.model, other),))


def other_countries(study: Study) -> list[Edit]:
    """Count each model with another country that the groups name, or with none of them."""
    parts = itertools.chain(study.cast.leader.alternatives, study.cast.follower.alternatives)
    names = {name for part in parts for _, name in part}
    named = sorted(name for name in names if len(name) == 2 and name.isupper())
    edits = []
    for tag in study.cast.tags if named else ():
        for country in [*named, _NOWHERE]:
            if country != tag.country:
                side = "neither side" if country == _NOWHERE else noun(country)
                words, other = f"{tag.model} counted with {side}", replace(tag, country=country)
                edits.append(Edit("country", tag.model, words, ((tag.model, other),)))
    return edits


def other_openness(study: Study) -> list[Edit]:
    """Take each open model for closed, and each closed one for open since its release."""
    edits = []
    for tag in study.cast.tags:
        was_open = np.isfinite(tag.opened)
        other = replace(tag, opened=np.inf if was_open else tag.released)
        words = f"{tag.model} taken for {'closed' if was_open else 'open'}"
        edits.append(Edit("openness", tag.model, words, ((tag.model, other),)))
    return edits


def effective(study: Study, edits: Sequence[Edit]) -> list[Edit]:
    """The edits that change when or for whom a model counts, of those alike the first."""
    known = {tag.model: tag for tag in study.cast.tags}
    seen, out = set(), []
    for edit in edits:
        change = tuple((model, _since(study, tag)) for model, tag in edit.tags)
        before = tuple((model, _since(study, known[model])) for model, _ in edit.tags)
        if change != before and change not in seen:
            seen.add(change)
            out.append(edit)
    return out


def _since(study: Study, tag: Tag | None) -> tuple[float, float]:
    if tag is None:
        return np.inf, np.inf

    def one(group: Group) -> float:
        return float(group.since([tag])[0])

    return one(study.cast.leader), one(study.cast.follower)


def _races(study: Study, sets: Sequence[Sequence[Edit]]) -> Iterator[tuple[list[int], Race]]:
    """Races at posterior-mean ratings, the posterior as it is, one row per set of edits.

    Yields which sets a race holds, in pieces; sets that leave a group without a model by the
    as-of date are in none.
    """
    field = study.cast.field
    place = {tag.model: k for k, tag in enumerate(study.cast.tags)}
    for start in range(0, len(sets), _CHUNK):
        piece = sets[start : start + _CHUNK]
        lead = np.tile(field.lead_from, (len(piece), 1))
        follow = np.tile(field.follow_from, (len(piece), 1))
        for row, edits in enumerate(piece):
            for edit in edits:
                for model, tag in edit.tags:
                    lead[row, place[model]], follow[row, place[model]] = _since(study, tag)
        both = (lead.min(axis=1) <= study.as_of) & (follow.min(axis=1) <= study.as_of)
        rows = np.flatnonzero(both)
        if rows.size:
            ratings = np.tile(study.means, (len(rows), 1))
            race = Race.of(ratings, lead[rows], follow[rows], study.as_of, study.match)
            yield [start + int(r) for r in rows], race


def _point_lags(study: Study, sets: Sequence[Sequence[Edit]], key: str) -> Lags:
    """An estimand after each set of edits, at posterior means; failed where it has no answer."""
    out = _none(len(sets))
    for rows, race in _races(study, sets):
        try:
            _put(out, rows, lag_of(race, key, study.window))
        except EstimateError:
            # One row refuses for all of a race; each is asked alone.
            for row in rows if len(rows) > 1 else ():
                _put(out, [row], _point_lags(study, [sets[row]], key))
    return out


def _none(n: int) -> Lags:
    return Lags(np.full(n, np.nan), np.full(n, UNBOUNDED, np.int8), np.ones(n, bool))


def _put(out: Lags, rows: list[int], found: Lags) -> None:
    out.months[rows], out.censored[rows] = found.months, found.censored
    out.failed[rows] = found.failed


def current_states(
    study: Study, sets: Sequence[Sequence[Edit]]
) -> tuple[Lags, list[tuple[float, ...]]]:
    """`current` after each set of edits, and what decides it.

    That is: each side's best model at the as-of date, and on each side the model that first
    reached the lower of the two bests, with its date. Empty where a group has no model.
    """
    lags = _none(len(sets))
    states: list[tuple[float, ...]] = [()] * len(sets)
    for rows, race in _races(study, sets):
        found = current_at(race, np.array([study.as_of]))
        codes = found.censored[:, 0]
        _put(lags, rows, Lags(found.months[:, 0], codes, np.zeros(len(rows), bool)))
        columns: list[Any] = [race.leader.best_model(), race.follower.best_model()]
        for side, at in ((race.leader, found.lead_at), (race.follower, found.follow_at)):
            reached = at[:, 0] < side.size
            model = side.model_at(np.minimum(at[:, 0], side.size - 1))
            columns += [np.where(reached, model, -1), side.date_of(at)[:, 0]]
        for row, state in zip(rows, zip(*(c.tolist() for c in columns), strict=True), strict=True):
            states[row] = state
    return lags, states


def redo(study: Study, question: Question, edits: Sequence[Edit]) -> Study:
    """The study with the edits made, everything estimated anew.

    Parameters
    ----------
    question
        What `study` was prepared from.

    Raises
    ------
    EstimateError, UsageError
        Without the models the question has no answer.
    """
    tags = dict(tag for edit in edits for tag in edit.tags)
    gone = {model for model, tag in tags.items() if tag is None}
    return prepare(
        retagged={model: tag for model, tag in tags.items() if tag is not None},
        **asking(question, exclude={*question.get("exclude", ()), *gone}),
    )


# On what the figure rests: it without one lab, model or vintage, or with one date moved.

#: How many are named, and how many of the screened are estimated anew to find them.
_NAMED = 5
_CANDIDATES = 15
#: Months by which two means of draws may differ for no reason.
_NOISE = 0.05


@dataclass(frozen=True)
class _Case:
    """One thing changed.

    Attributes
    ----------
    kind, name, words
        ``lab``, ``model``, ``vintage`` or ``date``, of what, and the change in words.
    months
        The figure then: for screened cases at unchanged posterior, for those with a result as
        estimated anew. None where there is none; `refused` says why.
    censored
        ``at-least`` or ``at-most`` where the figure is only a bound.
    result
        Everything estimated anew, with its interval; None for cases that were only screened.
    """

    kind: str
    name: str
    words: str
    months: float | None
    refused: str = ""
    censored: str | None = None
    result: LagResult | None = None

    def figure(self) -> str:
        """The figure in words."""
        return bounded(self.months or 0.0, self.censored)


def asked_of(headline: LagResult) -> str:
    """What was asked of which board and day, and the figure: in brackets of a sentence."""
    return f"on {headline.board}, {headline.category}, as of {headline.as_of}: {headline.figure()}"


@dataclass(frozen=True)
class Influence(Result):
    """The headline and every change of one thing, the most moving first."""

    headline: LagResult
    cases: tuple[_Case, ...]

    def change(self, case: _Case) -> float:
        """Months by which a case moves the figure; 0 where there is none."""
        if case.months is None or self.headline.months is None:
            return 0.0
        return case.months - self.headline.months

    def moves(self, case: _Case) -> bool:
        """Whether a case moves the figure; means of draws are compared beyond their own noise."""
        if case.months is not None and case.censored != self.headline.censored:
            return True
        return abs(self.change(case)) > (_NOISE if self.headline.averaged else 1e-9)

    @property
    def top(self) -> tuple[_Case, ...]:
        """The five that matter most, estimated anew; fewer where fewer move the figure."""
        moving = [c for c in self.cases if c.result is not None and self.moves(c)]
        return tuple(moving[:_NAMED])

    def sentence(self) -> str:
        """What matters most, and what leaves no answer."""
        if not self.top:
            return (
                f"No single lab, model, vintage or date moves the lag of "
                f"{noun(self.headline.follower_group)} ({asked_of(self.headline)})."
                f"{self._unanswered()}"
            )
        named = "; ".join(f"{c.words}: {c.figure()}" for c in self.top)
        moving = sum(self.moves(c) for c in self.cases)
        return (
            f"Of {len(self.cases):,} changes of one lab, model, vintage or date {moving} move the "
            f"headline ({asked_of(self.headline)}); those that matter most are: {named}."
            f"{self._unanswered()}"
        )

    def _unanswered(self) -> str:
        """The changes after which nothing can be said: they move the figure by no number."""
        gone = [case.words for case in self.cases if case.months is None]
        if not gone:
            return ""
        more = len(gone) - _NAMED
        named = "; ".join(gone[:_NAMED]) + (f"; and {more:,} more" if more > 0 else "")
        changes = f"{len(gone):,} {'change' if len(gone) == 1 else 'changes'}"
        return f" After {changes} there is no answer: {named}."

    def table(self) -> Table:
        """One row per change; the reader sees the five that matter most."""
        ends = "end of the interval; empty: unbounded or not estimated"
        columns = (
            Column("words", "Change", "what is left out or moved"),
            Column("answer", "Lag then", "with its direction in words", words=True),
            Column("measurement", "Measurement interval", "only where estimated anew", words=True),
            data("kind", "lab, model, vintage or date"),
            data("name", "of what"),
            data("months", "positive: the follower is behind; empty: no answer", "months"),
            data("censored", "at-least or at-most where the months are only a bound"),
            data("change", "months less those of the headline", "months"),
            data("low", f"lower {ends}", "months"),
            data("high", f"upper {ends}", "months"),
            data("no_interval", "why the interval is none"),
            data("refused", "why there is no answer"),
        )  # fmt: skip
        rows = [
            self._row(case)
            | {
                "answer": None if case.months is None else case.figure(),
                "measurement": case.result and case.result.interval_words(),
            }
            for case in self.cases
        ]
        return Table.of(
            "influence",
            "The single changes that move the headline most (the CSV has every one tried)",
            columns, rows, page_rows=tuple(range(len(self.top))),
            **picked(self.headline, "n_draws", "snapshots"),
        )  # fmt: skip

    def footnotes(self) -> tuple[str, ...]:
        """Which lists could be used, where not all."""
        return basis_notes(self.headline)

    def to_dict(self) -> dict[str, Any]:
        """As one JSON object: the five with their intervals, and all that was tried."""
        return {
            "sentence": self.sentence(),
            "top": [self._row(c) for c in self.top],
            "cases": [self._row(c) for c in self.cases],
            "answer": self.headline.to_dict(),
            "sources": self.headline.sources,
        }

    def _row(self, case: _Case) -> dict[str, Any]:
        return {
            **picked(case, "kind", "name", "words", "months", "censored"),
            "change": self.change(case) if case.months is not None else None,
            **ends_of(case.result),
            "refused": case.refused,
        }


def ends_of(result: LagResult | None) -> dict[str, Any]:
    """Cells of the interval of what was estimated anew; empty where nothing was."""
    if result is None:
        return dict.fromkeys(("low", "high", "no_interval"))
    low, high = result.ends_given
    return {"low": low, "high": high, "no_interval": result.no_interval()}


def influence(
    *, estimand: str = HEADLINE, frontier: str | None = None, **question: Unpack[Question]
) -> Influence:
    """Leave out one lab, one model or one vintage, or move one release by a month either way.

    All changes of labs, models and dates are screened at posterior means with the posterior as it
    is; those that move the figure most are estimated anew, with their intervals, and so are all
    vintages whose ratings the figure uses. Without its newest vintage the question is
    asked of the one before, as of that one's date if it must.

    Parameters
    ----------
    estimand, frontier
        An estimand in months.
    **question
        As for `elolag.estimate_lag`, without interval.

    Raises
    ------
    UsageError
        The estimand is ``gap``, or the question cannot be answered.
    EstimateError
        The data hold no answer to the question.
    """
    if estimand == "gap":
        raise UsageError("influence is told in months; take another estimand than gap")
    key = lag_key(estimand, frontier)
    question.setdefault("session", Session())
    study = prepare(**question)
    headline = results(study, [key])[0]
    edits = [*_without_labs(study), *without_models(study), *moved_dates(study)]
    screened = _point_lags(study, [[edit] for edit in edits], key)
    # Screened against the same kind of figure; what it moves is then added to the headline's.
    moved = screened.months - float(study.point([key]).lags[key].months[0])
    away = np.where(screened.failed, np.inf, np.abs(moved))
    cases: list[_Case] = []
    for rank, k in enumerate(np.argsort(-away, kind="stable").tolist()):
        if rank < _CANDIDATES and away[k] > 1e-9:
            cases.append(_anew(study, question, edits[k], key))
            continue
        head, code = (edits[k].kind, edits[k].name, edits[k].words), int(screened.censored[k])
        if screened.failed[k] or code == UNBOUNDED:
            cases.append(_Case(*head, None))
        else:
            found = (headline.months or 0.0) + float(moved[k])
            cases.append(_Case(*head, found, censored=CENSORED.get(code)))
    cases += _vintages(study, question, key)
    order = Influence(headline, ())
    cases.sort(key=lambda c: (c.result is None, -abs(order.change(c))))
    return Influence(headline, tuple(cases))


def _anew(study: Study, question: Question, edit: Edit, key: str) -> _Case:
    head = (edit.kind, edit.name, edit.words)
    try:
        result = results(redo(study, question, [edit]), [key])[0]
    except (EstimateError, UsageError) as error:
        return _Case(*head, None, str(error))
    return _Case(*head, result.months, "", result.censored, result)


def _vintages(study: Study, question: Question, key: str) -> list[_Case]:
    given = (question.get("session") or Session()).board_of(question)
    cases = []
    for vintage in (s.vintage for s in study.panel.snapshots if s.board == study.panel.board):
        words = Both(f"without the vintage {vintage}", f"ohne die Liste vom {date(vintage, 'de')}")
        try:
            board, asked = _without(given, vintage, study, question)
            result = results(prepare(**asking(asked, board=board)), [key])[0]
        except ElolagError as error:
            cases.append(_Case("vintage", vintage, words, None, str(error)))
            continue
        if result.as_of != to_iso(study.as_of):
            words = Both(
                f"{words}, as of {result.as_of}",
                f"{words.german}, Stand {date(result.as_of, 'de')}",
            )
        cases.append(_Case("vintage", vintage, words, result.months, "", result.censored, result))
    return cases


def _without(
    given: Board, vintage: str, study: Study, question: Question
) -> tuple[Board, Question]:
    """The board without a vintage, and the question as it can then be asked."""
    labels = tuple(label for label in given.labels if label[:10] != vintage)
    board = Board(given.archive, given.name, labels)
    if vintage != study.panel.vintage:
        return board, asking(question, vintage=study.panel.vintage)
    before = [
        s.vintage
        for s in board.snapshots
        if s.vintage < vintage and s.official and s.completeness == "full"
    ]
    if not before:
        raise UsageError(f"no whole official list came before {vintage}")
    asked = asking(question, vintage=before[-1])
    if to_day(before[-1]) < study.as_of:
        asked["as_of"] = before[-1]
    return board, asked
