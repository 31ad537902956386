"""``elolag compare``, ``measures``, ``dates``, ``forecast`` and the like: a question handed on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Option

from elolag.cli.archive import own_archive
from elolag.cli.options import (
    Figure,
    FigureSize,
    Frontier,
    InMonths,
    Json,
    answers,
    asks,
    check_figure,
    draw,
)
from elolag.cli.show import dump, print_age, print_facts, print_result, progress, say
from elolag.errors import UsageError
from elolag.question import SETTLED

if TYPE_CHECKING:
    from elolag.estimate.model_dates import LevelDates, ModelDates
    from elolag.forecast.ahead import Outlook


@asks()
@answers("slices")
def compare(
    question: dict[str, Any],
    by: Annotated[str, Option(help="category, board, openness, lab or country.")],
    estimand: InMonths = "average",
    frontier: Frontier = None,
    interval: Annotated[str, Option(help="measurement or sampling.")] = "measurement",
    simultaneous: Annotated[
        bool, Option("--simultaneous", help="Add intervals that all hold at once.")
    ] = False,
) -> Any:
    """The lag in every category, on every board, by openness, of every lab or country."""
    from elolag.estimate.compare import compare as compare_slices

    with progress(f"by {by}") as step:
        return compare_slices(
            by, estimand=estimand, frontier=frontier, interval=interval, simultaneous=simultaneous,
            progress=step, **question,
        )  # fmt: skip


@asks(SETTLED["revisions"], board="arena/text", n_draws=2000)
@answers("revisions")
def revisions(
    question: dict[str, Any],
    estimand: InMonths = "average",
    frontier: Frontier = None,
    settle: Annotated[
        float, Option(min=0.0, help="Months a vintage must be old for its revision to count.")
    ] = 3.0,
) -> Any:
    """What has become of the figures that could have been published on the day."""
    from elolag.estimate.revisions import estimate_revisions

    with progress("months") as step:
        return estimate_revisions(
            estimand=estimand, frontier=frontier, settle=settle, progress=step, **question
        )


@asks()
@answers("measures", whole=("measure", "as of", "ratings of"))
def measures(
    question: dict[str, Any],
    estimand: InMonths = "average",
    tasks: Annotated[
        bool, Option("--tasks", help="Add the boards of other tasks: vision, video, ...")
    ] = False,
) -> Any:
    """The same lag on arena votes, Epoch's index and METR's time horizons, and how they differ."""
    from elolag.estimate.measures import compare_measures

    return compare_measures(estimand=estimand, tasks=tasks, **question)


@asks(SETTLED["voters"])
@answers("voters", whole=("voters", "board"))
def voters(question: dict[str, Any], estimand: InMonths = "average") -> Any:
    """What voters of other languages and of another public make of the two sides."""
    from elolag.estimate.voters import compare_voters

    with progress("voters") as step:
        return compare_voters(estimand=estimand, progress=step, **question)


@asks(SETTLED["dates"])
def dates(
    question: dict[str, Any],
    model: Annotated[
        str | None, Argument(help="Key of one model, for its card; all models by default.")
    ] = None,
    figure: Figure = None,
    size: FigureSize = None,
    as_json: Json = False,
) -> None:
    """When the other side stood at each model's level; with --level 1450, at that rating.

    A --level of 1 or more is a rating, and asks when each group reached it; below 1 it is the level
    of the intervals, as everywhere. For a tier of models name its family, as in --leader
    family:sonnet.
    """
    from elolag.estimate.model_dates import level_dates, model_dates

    size = check_figure(figure, size)
    found: LevelDates | ModelDates
    if question.get("level", 0.0) >= 1:
        if model is not None or figure is not None:
            raise UsageError("a rating has no card and no figure; leave MODEL and --figure out")
        found = level_dates(question.pop("level"), **question)
    elif model is None:
        found = model_dates(**question)
        draw("dates", found, figure, size)
    elif figure is not None:
        raise UsageError("--figure shows all models; leave MODEL out")
    else:
        found = model_dates(**question).only(model)
        if not as_json:
            say(found.sentence(), "bold")
            say()
            print_facts(found.rows())
            say()
            for note in found.footnotes():
                say(note)
            return
    if as_json:
        dump(found.to_dict())
    else:
        print_result(found)


@asks(SETTLED["leads"])
@answers("leads")
def leads(
    question: dict[str, Any],
    since: Annotated[str | None, Option(help="ISO date of the first list; all by default.")] = None,
) -> Any:
    """Which side was first on each list, how sure that was, and when it changed hands."""
    from elolag.estimate.leads import who_led

    return who_led(since, **question)


@asks(SETTLED["news"])
@answers("news")
def news(
    question: dict[str, Any],
    before: Annotated[str, Argument(help="Vintage of the first figure, an ISO date.")],
    after: Annotated[str, Argument(help="Vintage of the second figure.")],
    tags_before: Annotated[
        Path | None, Option(help="Tags of then: CSV or folder, for the first vintage.")
    ] = None,
) -> Any:
    """What moved the headline and the lag of the day between two vintages, cause by cause."""
    from elolag.estimate.news import estimate_news

    return estimate_news(before, after, tags_before=tags_before, **question)


def _print_outlook(found: Outlook, **layout: Any) -> None:
    """A forecast, and how old the list is that it was made from."""
    print_result(found, **layout)
    print_age(found.vintage)


@asks(SETTLED["forecast"], n_draws=2000)
@answers("forecast", _print_outlook, whole=("target", "day"))
def forecast(
    question: dict[str, Any],
    on: Annotated[
        list[str] | None,
        Option("--on", help="ISO day of which to say who stands first; may be repeated."),
    ] = None,
    write: Annotated[
        bool, Option("--write", help="Freeze each model's forecast in your own archive's ledger.")
    ] = False,
) -> Any:
    """What may come: lag, gap and lead 1 to 12 months after the newest complete list."""
    from elolag.forecast.ahead import forecast_lag

    root = own_archive(question.get("archive"), "forecasts are frozen in") if write else None
    found = forecast_lag(on=on or (), **question)
    if root is not None:
        from elolag.dates import today
        from elolag.forecast.ledger import add

        for entry in add(root, found.rounds(today().isoformat())):
            say(f"frozen: {root / entry.path} (sha256 {entry.sha256})")
    return found
