"""``elolag dates``, ``leads`` and ``news``: every model's date, who led when, what moved it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from elolag.cli.options import Figure, FigureSize, Json, asks, check_figure, draw
from elolag.cli.show import dump, print_facts, print_result, say
from elolag.errors import UsageError

if TYPE_CHECKING:
    from elolag.results.table import Result


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command("dates")(dates)
    app.command("leads")(leads)
    app.command("news")(news)


@asks({"window": "a date has no window"})
def dates(
    question: dict[str, Any],
    model: Annotated[
        str | None, typer.Argument(help="Key of one model, for its card; all models by default.")
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
    found: Result
    if question.get("level", 0.0) >= 1:
        if model is not None or figure is not None:
            raise UsageError("a rating has no card and no figure; leave MODEL and --figure out")
        found = level_dates(question.pop("level"), **question)
    elif model is not None:
        if figure is not None:
            raise UsageError("--figure shows all models; leave MODEL out")
        found = model_dates(**question).only(model)
        if not as_json:
            say(found.sentence(), "bold")
            say()
            print_facts(found.rows())
            say()
            for note in found.footnotes():
                say(note)
            return
    else:
        found = model_dates(**question)
        draw("dates", found, figure, size)
    _show(found, as_json=as_json)


@asks(
    {
        "as_of": "the order is told for the day of every list",
        "window": "an order has no window",
        "match_rule": "an order has no match",
        "level": "it gives probabilities and no interval",
        "ratings": "a table of your own is one list and has no past",
        "ratings_level": "a table of your own is one list and has no past",
    }
)
def leads(
    question: dict[str, Any],
    since: Annotated[
        str | None, typer.Option(help="ISO date of the first list; all by default.")
    ] = None,
    figure: Figure = None,
    size: FigureSize = None,
    as_json: Json = False,
) -> None:
    """Which side was first on each list, how sure that was, and when it changed hands."""
    from elolag.estimate.leads import who_led

    size = check_figure(figure, size)
    found = who_led(since, **question)
    draw("leads", found, figure, size)
    _show(found, as_json=as_json)


@asks(
    {
        "as_of": "each figure is as of the day of its own vintage",
        "vintage": "the two vintages are the arguments",
        "level": "it splits two figures and has no interval",
        "ratings": "a table of your own is one list and has no past",
        "ratings_level": "a table of your own is one list and has no past",
    }
)
def news(
    question: dict[str, Any],
    before: Annotated[str, typer.Argument(help="Vintage of the first figure, an ISO date.")],
    after: Annotated[str, typer.Argument(help="Vintage of the second figure.")],
    tags_before: Annotated[
        Path | None, typer.Option(help="Tags of then: CSV or folder, for the first vintage.")
    ] = None,
    figure: Figure = None,
    size: FigureSize = None,
    as_json: Json = False,
) -> None:
    """What moved the headline and the lag of the day between two vintages, cause by cause."""
    from elolag.estimate.news import estimate_news

    size = check_figure(figure, size)
    found = estimate_news(before, after, tags_before=tags_before, **question)
    draw("news", found, figure, size)
    _show(found, as_json=as_json)


def _show(found: Result, *, as_json: bool) -> None:
    if as_json:
        dump(found.to_dict())
    else:
        print_result(found)
