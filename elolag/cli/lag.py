"""``elolag lag`` and ``elolag change``: the headline, its neighbours, and its trend."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Option

from elolag.cli.options import (
    Estimand,
    Figure,
    FigureSize,
    Frontier,
    InMonths,
    Interval,
    Json,
    asks,
    check_figure,
    draw,
    typed,
)
from elolag.cli.show import dump, print_age, print_facts, print_table, say
from elolag.errors import UsageError

if TYPE_CHECKING:
    from elolag.estimate.comparison import Comparison
    from elolag.results.lag import LagResult

#: Widest lines of an answer that is read, not scanned.
_READING = 100


@asks()
def lag(
    question: dict[str, Any],
    context: typer.Context,
    estimand: Estimand = None,
    frontier: Frontier = None,
    every: Annotated[
        bool, Option("--all", help="All estimands side by side, with both intervals.")
    ] = False,
    interval: Interval = "measurement",
    explain: Annotated[
        bool,
        Option(
            "--explain", help="Follow the models of the day to file, hash, line, tag and evidence."
        ),
    ] = False,
    figure: Figure = None,
    size: FigureSize = None,
    as_json: Json = False,
) -> None:
    """By how many months the follower trails the leader, with its interval."""
    from elolag.estimate.lag import answer, asked_key
    from elolag.estimate.session import Session, prepare
    from elolag.estimate.trace import trace

    asked: dict[str, Any] = {"estimand": estimand, "frontier": frontier, "interval": interval}
    if not every:
        asked_key(**asked)
    question["session"] = Session()
    size = check_figure(figure, size)
    if every:
        if name := typed(context, (*asked, "explain", "figure")):
            raise UsageError(f"{name} is of one answer; leave --all or {name} out")
        from elolag.estimate.comparison import estimate_all

        found = estimate_all(**question)
        if as_json:
            dump(found.to_dict())
        else:
            _print_all(found, _beside(found, question))
            _print_newer(question, found.results[0])
        return
    study = prepare(**question)
    result = answer(study, **asked)
    draw("frontier", result, figure, size)
    traced = trace(study, result, question["session"].lookup_of(question)) if explain else None
    if as_json:
        dump(result.to_dict() | ({"explain": traced.to_dict()} if traced else {}))
        return
    _print(result)
    if traced is not None:
        for model in traced.models:
            _say()
            print_facts(model.rows(), most=_READING)
        _say()
    _print_newer(question, result, **asked)


def _print_newer(
    question: dict[str, Any],
    said: LagResult,
    estimand: str | None = None,
    frontier: str | None = None,
    interval: str = "measurement",
) -> None:
    """Give the answer of a complete copy newer than the publisher's own list, in one line."""
    from elolag.estimate.lag import answer
    from elolag.estimate.panel import newer_copy
    from elolag.estimate.session import prepare

    named = question.get("board", said.board)
    if question.get("vintage") or question.get("as_of") or not isinstance(named, str):
        return
    where = question.get("archive"), question.get("sources", "all")
    board = question["session"].board(named, *where)
    copy = newer_copy(board, said.category, said.vintage)
    if copy is not None:
        study = prepare(**question | {"vintage": copy.vintage})
        newer = answer(study, estimand, frontier, interval)
        _say(
            f"A newer list, {copy.source} of {copy.vintage}, is a copy, not the publisher's own; "
            f"by it: {newer.brief()} (--vintage {copy.vintage})."
        )


@asks()
def change(
    question: dict[str, Any],
    estimand: InMonths = "average",
    since: Annotated[
        str | None, Option(help="ISO date; twelve months before the as-of date by default.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Whether the lag is shrinking: its change since a date, with interval and probability."""
    from elolag.estimate.change import estimate_change

    found = estimate_change(since, estimand=estimand, **question)
    if as_json:
        dump(found.to_dict())
    else:
        _say(found.sentence())
        for note in found.footnotes():
            _say(note)


_say = partial(say, most=_READING)


def _print(result: LagResult) -> None:
    for said in result.said():
        _say(said, "bold")
        _say()
    print_facts(result.rows(), most=_READING)
    _say()
    left_out, *notes = result.footnotes()
    _say(left_out)
    print_age(result.vintage, _READING)
    for note in notes:
        _say(note)


def _beside(found: Comparison, question: dict[str, Any]) -> str:
    """The average on the board and on another measure; empty where one of them has none."""
    from elolag.estimate.lag import HEADLINE
    from elolag.estimate.measures import beside
    from elolag.results.measures import under_headline

    average = next((r for r in found.results if r.estimand == HEADLINE), None)
    other = beside(average, **question) if average else None
    return under_headline(average, other) if average and other else ""


def _print_all(found: Comparison, beside: str) -> None:
    for said in filter(None, (*found.said(), beside)):
        _say(said, "bold" if said != beside else "")
        _say()
    table = found.table()
    print_table(table.headings(), table.cells(), figures=False, most=_READING)
    print_age(found.results[0].vintage, _READING)
    for group in filter(None, found.groups()):
        _say()
        for text in group:
            _say(text)
