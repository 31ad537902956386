"""`compare`: every slice of one kind, each with its own interval or all with one that holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from elolag.archive import find_board
from elolag.errors import EstimateError, UsageError
from elolag.estimate import HEADLINE, lag_key, results
from elolag.result import LagResult
from elolag.schema import ALL_LISTS
from elolag.slices.questions import BY, QUESTIONS, Question
from elolag.slices.result import Slice, Slices, size
from elolag.study import DEFAULT_BOARD, Study, check_numbers, prepare
from elolag.tags import Lookup, load


def compare(
    by: str,
    *,
    estimand: str = HEADLINE,
    frontier: str | None = None,
    interval: str = "measurement",
    simultaneous: bool = False,
    progress: Callable[[int, int], object] | None = None,
    **question: Any,
) -> Slices:
    """The lag in every slice of one kind.

    Parameters
    ----------
    by
        ``category``, ``board``, ``openness``, ``lab`` or ``country`` (see the module).
    estimand, frontier
        As for `estimate_lag`; in months, so not ``gap``.
    interval
        ``measurement`` or ``sampling``.
    simultaneous
        Whether to add Bonferroni's simultaneous intervals.
    progress
        Called with (slices done, slices in all).
    **question
        As for `estimate_lag`: board, leader, follower, category, as_of, vintage, n_draws, ...

    Raises
    ------
    UsageError
        An unknown name, or too few draws for simultaneous intervals.
    EstimateError
        No slice has an answer.
    """
    key = lag_key(estimand, frontier)
    if by not in BY:
        raise UsageError(f"cannot compare by {by!r}; known: {', '.join(BY)}")
    if key == "gap":
        raise UsageError("gap is in Elo, which boards and categories do not share; compare months")
    if interval not in ("measurement", "sampling"):
        raise UsageError(f"the interval is measurement or sampling, not {interval!r}")
    if by in ("category", "board") and question.get(by) is not None:
        raise UsageError(f"a comparison by {by} takes every {by}; leave {by} out")
    question = {k: v for k, v in question.items() if v is not None}
    if by not in ("category", "board"):  # all of one panel
        tables = load(question.get("extra_tags"))
        question["lookup"] = Lookup(tables, question.get("policies"))
        question["board"] = find_board(
            question.get("board", DEFAULT_BOARD),
            question.get("archive"),
            question.get("sources", ALL_LISTS),
        )
    asked = QUESTIONS[by](question)
    if simultaneous:
        level = question.get("level", 0.95)
        most = sum(not item.refused for item in asked)
        check_numbers(question.get("n_draws", 10_000), 1 - (1 - level) / max(most, 1))
    found: list[tuple[Question, Study, LagResult]] = []
    refused: dict[str, str] = {}
    for number, item in enumerate(asked):
        if progress is not None:
            progress(number, len(asked))
        if item.refused:
            refused[item.name] = item.refused
            continue
        try:
            study = prepare(**{**question, **item.changed})
            found.append((item, study, results(study, [key], interval)[0]))
        except (EstimateError, UsageError) as error:
            if item.whole:
                raise
            refused[item.name] = str(error)
    if not found:
        reasons = "; ".join(f"{name}: {why}" for name, why in refused.items())
        raise EstimateError(f"no {by} has an answer ({reasons})")
    level = found[0][1].level
    each = 1 - (1 - level) / len(found) if simultaneous else None
    slices = [
        Slice(item.name, item.heading, item.whole, result, _wide(study, key, interval, each),
              _count(study))
        for item, study, result in found
    ]  # fmt: skip
    headings = list(dict.fromkeys(s.heading for s in slices))
    slices.sort(key=lambda s: (not s.whole, headings.index(s.heading), -size(s), s.name))
    return Slices(
        by=by,
        slices=tuple(slices),
        refused=refused,
        estimand=estimand,
        level=level,
        simultaneous_level=each,
        leader_group=question.get("leader", "US"),
        follower_group=question.get("follower", "CN"),
    )


def _wide(
    study: Study, key: str, interval: str, each: float | None
) -> tuple[float | None, float | None] | None:
    """The same draws' interval at the level that holds for all slices at once."""
    if each is None:
        return None
    result = results(replace(study, level=each), [key], interval)[0]
    return result.low, result.high


def _count(study: Study) -> tuple[int, int]:
    field = study.cast.field
    lead, follow = ((d <= study.as_of).sum() for d in (field.lead_from, field.follow_from))
    return int(lead), int(follow)
