"""``elolag compare``: the lag slice by slice, in one table and one figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from elolag.cli.lag import list_notes
from elolag.cli.options import Figure, Frontier, InMonths, Json, asks, check_ending
from elolag.cli.show import dump, print_table, say

if TYPE_CHECKING:
    from elolag.estimate.compare import Slices


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("compare")(compare)


@asks()
def compare(
    question: dict[str, Any],
    by: Annotated[str, typer.Option(help="category, board, openness, lab or country.")],
    estimand: InMonths = "average",
    frontier: Frontier = None,
    interval: Annotated[str, typer.Option(help="measurement or sampling.")] = "measurement",
    simultaneous: Annotated[
        bool, typer.Option("--simultaneous", help="Add intervals that all hold at once.")
    ] = False,
    figure: Figure = None,
    as_json: Json = False,
) -> None:
    """The lag in every category, on every board, by openness, of every lab or country."""
    from elolag.cli.show import progress
    from elolag.estimate.compare import compare as compare_slices

    check_ending(figure)
    with progress(f"by {by}") as step:
        found = compare_slices(
            by, estimand=estimand, frontier=frontier, interval=interval, simultaneous=simultaneous,
            progress=step, **question,
        )  # fmt: skip
    if figure is not None:
        from elolag import plots

        plots.save(plots.slices(found), figure, found)
    if as_json:
        dump(found.to_dict())
    else:
        _print(found)


def _print(found: Slices) -> None:
    say(found.sentence(), "bold")
    say()
    intervals = [f"{found.level:.0%} interval"]
    if found.simultaneous_level is not None:
        intervals.append("all at once")
    print_table((found.by, "lag", *intervals, "models", "as of"), found.rows_in_words())
    say()
    first = found.slices[0].result
    say(
        f"{found.estimand}: {first.asks()}. models: rated ones of the row's own side / "
        f"of the other."
    )
    say(first.left_out())
    for line in list_notes(first.sources):
        say(line)
    for reason in dict.fromkeys(found.refused.values()):
        names = ", ".join(name for name, why in found.refused.items() if why == reason)
        say(f"Not measured: {names}: {reason}.")
