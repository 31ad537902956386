"""On what the figure rests: it without one lab, model or vintage, or with one date moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from elolag.archive import Board, find_board
from elolag.errors import ElolagError, EstimateError, UsageError
from elolag.estimate import HEADLINE, lag_key, results
from elolag.months import to_day, to_iso
from elolag.result import LagResult
from elolag.schema import ALL_LISTS
from elolag.study import DEFAULT_BOARD, Study, prepare
from elolag.whatif import Edit, moved_dates, point_lags, redo, without_labs, without_models
from elolag.words import directed, noun

if TYPE_CHECKING:
    import pandas as pd

#: How many are named, and how many of the screened are estimated anew to find them.
NAMED = 5
CANDIDATES = 15
#: Months by which two means of draws may differ for no reason.
NOISE = 0.05


@dataclass(frozen=True)
class Case:
    """One thing changed.

    Attributes
    ----------
    kind, name, words
        ``lab``, ``model``, ``vintage`` or ``date``, of what, and the change in words.
    months
        The figure then: for screened cases at unchanged posterior, for those with a result as
        estimated anew. None where there is none; `refused` says why.
    result
        Everything estimated anew, with its interval; None for cases that were only screened.
    """

    kind: str
    name: str
    words: str
    months: float | None
    refused: str = ""
    result: LagResult | None = None


@dataclass(frozen=True)
class Influence:
    """The headline and every change of one thing, the most moving first."""

    headline: LagResult
    cases: tuple[Case, ...]

    def change(self, case: Case) -> float:
        """Months by which a case moves the figure; 0 where there is none."""
        if case.months is None or self.headline.months is None:
            return 0.0
        return case.months - self.headline.months

    def moves(self, case: Case) -> bool:
        """Whether a case moves the figure; means of draws are compared beyond their own noise."""
        return abs(self.change(case)) > (NOISE if self.headline.averaged else 1e-9)

    @property
    def top(self) -> tuple[Case, ...]:
        """The five that matter most, estimated anew; fewer where fewer move the figure."""
        moving = [c for c in self.cases if c.result is not None and self.moves(c)]
        return tuple(moving[:NAMED])

    def sentence(self) -> str:
        """What matters most, in one sentence."""
        if not self.top:
            return (
                f"No single lab, model, vintage or date moves the lag of "
                f"{noun(self.headline.follower_group)} ({self.headline.figure()})."
            )
        named = "; ".join(f"{c.words}: {directed(c.months or 0.0)}" for c in self.top)
        moving = sum(self.moves(c) for c in self.cases)
        return (
            f"Of {len(self.cases):,} changes of one lab, model, vintage or date {moving} move the "
            f"headline ({self.headline.figure()}); those that matter most are: {named}."
        )

    def __str__(self) -> str:
        return self.sentence()

    def to_frame(self) -> pd.DataFrame:
        """One row a case: ``kind, name, words, months, change, low, high, refused``."""
        import pandas as pd

        return pd.DataFrame(
            [self._row(c) for c in self.cases],
            columns=["kind", "name", "words", "months", "change", "low", "high", "refused"],
        )

    def to_dict(self) -> dict[str, Any]:
        """As one JSON object: the five with their intervals, and all that was tried."""
        return {
            "sentence": self.sentence(),
            "top": [self._row(c) for c in self.top],
            "cases": [self._row(c) for c in self.cases],
            "sources": self.headline.sources,
        }

    def _row(self, case: Case) -> dict[str, Any]:
        return {
            "kind": case.kind,
            "name": case.name,
            "words": case.words,
            "months": case.months,
            "change": self.change(case) if case.months is not None else None,
            "low": case.result.ends_given[0] if case.result else None,
            "high": case.result.ends_given[1] if case.result else None,
            "no_interval": case.result.no_interval() if case.result else None,
            "refused": case.refused,
        }


def influence(
    *, estimand: str = HEADLINE, frontier: str | None = None, **question: Any
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
    study = prepare(**question)
    headline = results(study, [key])[0]
    edits = [*without_labs(study), *without_models(study), *moved_dates(study)]
    screened = point_lags(study, [[edit] for edit in edits], key)
    # Screened against the same kind of figure; what it moves is then added to the headline's.
    moved = screened.months - float(study.point([key]).lags[key].months[0])
    away = np.where(screened.failed, np.inf, np.abs(moved))
    cases: list[Case] = []
    for rank, k in enumerate(np.argsort(-away, kind="stable").tolist()):
        anew = rank < CANDIDATES and away[k] > 1e-9
        found = None if screened.failed[k] else (headline.months or 0.0) + float(moved[k])
        cases.append(_case(study, question, edits[k], key, found, anew))
    cases += _vintages(study, question, key)
    order = Influence(headline, ())
    cases.sort(key=lambda c: (c.result is None, -abs(order.change(c))))
    return Influence(headline, tuple(cases))


def _case(
    study: Study,
    question: Mapping[str, Any],
    edit: Edit,
    key: str,
    months: float | None,
    anew: bool,
) -> Case:
    head = (edit.kind, edit.name, edit.words)
    if not anew:
        return Case(*head, months)
    try:
        result = results(redo(study, question, [edit]), [key])[0]
    except (EstimateError, UsageError) as error:
        return Case(*head, None, str(error))
    return Case(*head, result.months, "", result)


def _vintages(study: Study, question: Mapping[str, Any], key: str) -> list[Case]:
    given = find_board(
        question.get("board", DEFAULT_BOARD),
        question.get("archive"),
        question.get("sources", ALL_LISTS),
    )
    cases = []
    for vintage in (s.vintage for s in study.panel.snapshots if s.board == study.panel.board):
        words = f"without the vintage {vintage}"
        try:
            board, asked = _without(given, vintage, study, question)
            result = results(prepare(**{**asked, "board": board}), [key])[0]
        except ElolagError as error:
            cases.append(Case("vintage", vintage, words, None, str(error)))
            continue
        if result.as_of != to_iso(study.as_of):
            words += f", as of {result.as_of}"
        cases.append(Case("vintage", vintage, words, result.months, "", result))
    return cases


def _without(
    given: Board, vintage: str, study: Study, question: Mapping[str, Any]
) -> tuple[Board, dict[str, Any]]:
    """The board without a vintage, and the question as it can then be asked.

    Raises
    ------
    UsageError
        It was the newest, and no whole official list came before it.
    """
    labels = tuple(label for label in given.labels if label[:10] != vintage)
    board = Board(given.archive, given.name, labels)
    if vintage != study.panel.vintage:
        return board, {**question, "vintage": study.panel.vintage}
    before = [
        s.vintage
        for s in board.snapshots
        if s.vintage < vintage and s.official and s.completeness == "full"
    ]
    if not before:
        raise UsageError(f"no whole official list came before {vintage}")
    asked = {**question, "vintage": before[-1]}
    if to_day(before[-1]) < study.as_of:
        asked["as_of"] = before[-1]
    return board, asked
