"""``elolag revisions``: what has become of figures that could have been published on the day."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from elolag.cli.options import Figure, Frontier, InMonths, Json, asks, check_ending
from elolag.cli.show import dump, print_result


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("revisions")(revisions)


@asks(
    {
        "as_of": "each figure is as of the day of its own vintage",
        "ratings": "a table of your own is one list and has no past",
        "ratings_level": "a table of your own is one list and has no past",
    },
    board="arena/text",
    n_draws=2000,
)
def revisions(
    question: dict[str, Any],
    estimand: InMonths = "average",
    frontier: Frontier = None,
    settle: Annotated[
        float, typer.Option(min=0.0, help="Months a vintage must be old for its revision to count.")
    ] = 3.0,
    figure: Figure = None,
    as_json: Json = False,
) -> None:
    """What has become of the figures that could have been published on the day."""
    from elolag.cli.show import progress
    from elolag.estimate.revisions import estimate_revisions

    check_ending(figure)
    with progress("months") as step:
        found = estimate_revisions(
            estimand=estimand, frontier=frontier, settle=settle, progress=step, **question
        )
    if figure is not None:
        from elolag import plots

        plots.save(plots.revisions(found), figure, found)
    if as_json:
        dump(found.to_dict())
    else:
        print_result(found)
