"""``elolag revisions``: what has become of figures that could have been published on the day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from elolag.cli.lag import list_notes
from elolag.cli.options import Figure, Frontier, InMonths, Json, asks, check_ending
from elolag.cli.show import dump, print_table, say

if TYPE_CHECKING:
    from elolag.estimate.revisions import Revisions

HEADER = ("day", "then", "now", "change", "scale", "votes", "models", "held")
KEY = (
    "Months behind with measurement intervals, on the day and now; changes in months more or less "
    "behind. scale: the published scale moved; votes: new votes on models listed by then; models: "
    "those listed only later; the three add up, in this order, to the change. held: whether the "
    "interval of the day holds what is measured now; it covers errors of ratings and knows nothing "
    "of models released but not yet listed."
)
KNOWN_TODAY = (
    "Tags are today's, with openness and country as of the day, and so are the parameters of the "
    "young-entry drift."
)


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
        _print(found)


def _print(found: Revisions) -> None:
    say(found.sentence(), "bold")
    say()
    print_table(HEADER, found.rows_in_words())
    say()
    say(KEY)
    say(found.parts_sentence())
    say(f"News or noise (Mankiw & Shapiro 1986): {found.tests_sentence()}")
    say(KNOWN_TODAY)
    for line in list_notes(found.sources):
        say(line)
    for reason in dict.fromkeys(found.skipped.values()):
        dates = ", ".join(date for date, why in found.skipped.items() if why == reason)
        say(f"Left out, {dates}: {reason}.")
