"""``elolag measures`` and ``elolag voters``: other measures and other voters, side by side."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from elolag.cli.options import Figure, FigureSize, InMonths, Json, asks, check_figure, draw
from elolag.cli.show import dump, print_result, progress


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command("measures")(measures)
    app.command("voters")(voters)


@asks()
def measures(
    question: dict[str, Any],
    estimand: InMonths = "average",
    tasks: Annotated[
        bool, typer.Option("--tasks", help="Add the boards of other tasks: vision, video, ...")
    ] = False,
    figure: Figure = None,
    size: FigureSize = None,
    as_json: Json = False,
) -> None:
    """The same lag on arena votes, Epoch's index and METR's time horizons, and how they differ."""
    from elolag.estimate.measures import compare_measures

    size = check_figure(figure, size)
    found = compare_measures(estimand=estimand, tasks=tasks, **question)
    draw("measures", found, figure, size)
    if as_json:
        dump(found.to_dict())
    else:
        print_result(found, whole=("measure", "as of", "ratings of"))


@asks(
    {
        "category": "the categories by language are what is compared",
        "ratings": "a table of your own has no categories by language",
        "ratings_level": "a table of your own has no categories by language",
    }
)
def voters(
    question: dict[str, Any],
    estimand: InMonths = "average",
    figure: Figure = None,
    size: FigureSize = None,
    as_json: Json = False,
) -> None:
    """What voters of other languages and of another public make of the two sides."""
    from elolag.estimate.voters import compare_voters

    size = check_figure(figure, size)
    with progress("voters") as step:
        found = compare_voters(estimand=estimand, progress=step, **question)
    draw("voters", found, figure, size)
    if as_json:
        dump(found.to_dict())
    else:
        print_result(found, whole=("voters", "board"))
