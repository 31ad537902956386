"""Answers to many specifications from one study: the same draws, nothing computed twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from elolag import draws
from elolag.archive import find_board
from elolag.errors import EstimateError, UsageError
from elolag.grid._facts import Question
from elolag.grid._spec import Spec, groups
from elolag.interval import summarise
from elolag.lag import TRENDS, Lags, Race
from elolag.months import to_iso
from elolag.panel import Panel, build
from elolag.study import Study, prepare
from elolag.tags import Lookup, Policies, load

Floats = NDArray[np.float64]


#: Estimand as the draws know it, window in months or None, match rule.
Asked = tuple[str, float | None, str]


@dataclass(frozen=True)
class Answer:
    """What one specification gave.

    Attributes
    ----------
    date, ratings_of
        As-of date and date of the ratings, ISO.
    months, low, high
        The estimate and its measurement interval; `months` is a bound where `bound` says
        ``at-least`` or ``at-most``, and an end of the interval that has no bound is None.
    failed_draws
        Draws in which the estimand is not defined.
    refused
        Why there is no estimate; empty where there is one.
    """

    date: str
    ratings_of: str
    months: float | None = None
    low: float | None = None
    high: float | None = None
    bound: str | None = None
    failed_draws: int = 0
    refused: str = ""


@dataclass(frozen=True)
class Batch:
    """Specifications on one panel, with the dates they need."""

    number: int
    specs: tuple[Spec, ...]
    as_of: tuple[str, ...]
    vintage: str


def answer_batch(batch: Batch, question: Question) -> tuple[Batch, list[Answer]]:
    """Answer every specification of a batch, in order."""
    board = find_board(batch.specs[0].board, question.archive, question.sources)
    category, vintage = batch.specs[0].category, batch.vintage
    try:
        panel = build(board, category, vintage, Lookup(load(question.extra_tags)))
    except (EstimateError, UsageError) as error:
        dates = batch.as_of
        return batch, [Answer(date, vintage, refused=str(error)) for date in dates]
    studies: dict[tuple[object, ...], list[int]] = {}
    for k, spec in enumerate(batch.specs):
        studies.setdefault(spec.study, []).append(k)
    found: dict[int, Answer] = {}
    known: dict[Any, list[Answer]] = {}
    for members in studies.values():
        specs = [batch.specs[k] for k in members]
        date = batch.as_of[members[0]]
        answers = _study(specs, question, panel, board, date, vintage, known)
        found.update(zip(members, answers, strict=True))
    return batch, [found[k] for k in range(len(batch.specs))]


def _study(
    specs: list[Spec],
    question: Question,
    panel: Panel,
    board: Any,
    date: str,
    vintage: str,
    known: dict[Any, list[Answer]],
) -> list[Answer]:
    spec = specs[0]
    leader, follower = groups(question.leader, question.follower, spec.openness)
    policies = Policies(derivatives=spec.derivatives, hong_kong=spec.hong_kong)
    try:
        study = prepare(
            board, leader=leader, follower=follower, category=spec.category, as_of=date,
            vintage=vintage, n_draws=question.n_draws, seed=question.seed, level=question.level,
            policies=policies, extra_tags=question.extra_tags,
            correct_selection=spec.selection == "corrected", clock=spec.clock,
            min_votes=spec.min_votes, panel=panel,
        )  # fmt: skip
    except (EstimateError, UsageError) as error:
        return [Answer(date, vintage, refused=str(error)) for _ in specs]
    asked = [(s.key, float(s.window) or None, s.match_rule) for s in specs]
    # A choice that changes no number of this study needs no draws of its own.
    field = study.cast.field
    numbers = [np.asarray(getattr(field, f.name)).tobytes() for f in fields(field)]
    same = (*numbers, study.fitted.means.tobytes(), date, tuple(asked))
    if same not in known:
        known[same] = answer(study, asked)
    return known[same]


def answer(study: Study, asked: Sequence[Asked]) -> list[Answer]:
    """Several estimands and windows from the same draws, as `estimate_lag` would answer each.

    Parameters
    ----------
    asked
        Estimand as the draws know it (``trend/spline``), window in months or None, match rule.
    """
    date, vintage = to_iso(study.as_of), study.panel.vintage
    refused: dict[int, str] = {}
    point: dict[int, Lags] = {}
    for k, (key, window, rule) in enumerate(asked):
        try:
            point[k] = draws.point(
                study.cast.field, study.fitted, study.as_of, [key], window, study.rule(rule)
            ).lags[key]
        except EstimateError as error:
            refused[k] = str(error)
    sampled: dict[int, list[Lags]] = {k: [] for k in point}
    # `estimate_lag` draws every model for smooth curves, and only possible records for steps.
    for smooth in (False, True):
        mine = [k for k in point if (asked[k][0] in TRENDS) == smooth]
        if mine:
            _sample(study, asked, mine, smooth, sampled, refused)
    out = []
    for k in range(len(asked)):
        if k not in refused:
            try:
                found = summarise(asked[k][0], point[k], _join(sampled[k]), study.level)
            except EstimateError as error:
                refused[k] = str(error)
        if k in refused:
            out.append(Answer(date, vintage, refused=refused[k]))
        else:
            out.append(
                Answer(
                    date,
                    vintage,
                    found.months,
                    found.low,
                    found.high,
                    found.censored,
                    found.failed,
                )
            )
    return out


def _sample(
    study: Study,
    asked: Sequence[Asked],
    mine: list[int],
    smooth: bool,
    sampled: dict[int, list[Lags]],
    refused: dict[int, str],
) -> None:
    field, fitted = study.cast.field, study.fitted
    rules = {k: study.rule(asked[k][2]) for k in mine}
    for models, drawn in draws.draw(field, fitted, study.n_draws, study.seed, everything=smooth):
        try:
            race = Race.of(drawn.ratings, drawn.lead_from, drawn.follow_from, study.as_of)
        except EstimateError as error:
            refused.update(dict.fromkeys(mine, str(error)))
            return
        for k in mine:
            if k not in refused:
                try:
                    by = replace(race, match=rules[k].of(models))
                    sampled[k].append(draws.lag_of(by, *asked[k][:2]))
                except EstimateError as error:
                    refused[k] = str(error)


def _join(parts: Sequence[Lags]) -> Lags:
    return Lags(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Lags)))
