"""``elolag compare``: the lag slice by slice, in one table and one figure."""

from __future__ import annotations

from typing import Annotated

import typer

from elolag.cli.lag import (
    ArchiveDir,
    AsOf,
    Draws,
    Drift,
    Json,
    Leader,
    Level,
    Seed,
    Selection,
    Sources,
    TagFile,
    Vintage,
    Window,
)
from elolag.cli.revisions import Figure, check_ending
from elolag.cli.show import dump, print_result


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("compare")(compare)


def compare(
    by: Annotated[str, typer.Option(help="category, board, openness, lab or country.")],
    board: Annotated[
        str | None, typer.Option(help="Board; arena/text_style_control by default.")
    ] = None,
    category: Annotated[
        str | None, typer.Option(help="Slice of the board; overall by default.")
    ] = None,
    leader: Leader = "US",
    follower: Annotated[
        str | None,
        typer.Option(help="Group that follows, CN by default; not for --by lab or country."),
    ] = None,
    estimand: Annotated[str, typer.Option(help="An estimand in months.")] = "average",
    frontier: Annotated[
        str | None, typer.Option(help="For trend: quantile, linear, spline or local-linear.")
    ] = None,
    interval: Annotated[str, typer.Option(help="measurement or sampling.")] = "measurement",
    simultaneous: Annotated[
        bool, typer.Option("--simultaneous", help="Add intervals that all hold at once.")
    ] = False,
    as_of: AsOf = None,
    vintage: Vintage = None,
    window: Window = None,
    draws: Draws = 10_000,
    seed: Seed = 0,
    level: Level = 0.95,
    selection: Selection = True,
    drift: Drift = None,
    archive: ArchiveDir = None,
    sources: Sources = "all",
    tags: TagFile = None,
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
            progress=step, board=board, category=category, leader=leader, follower=follower,
            as_of=as_of, vintage=vintage, window=window, n_draws=draws, seed=seed, level=level,
            archive=archive, sources=sources, extra_tags=tags, correct_selection=selection,
            drift=drift,
        )  # fmt: skip
    if figure is not None:
        from elolag import plots

        plots.save(plots.slices(found), figure, found)
    if as_json:
        dump(found.to_dict())
    else:
        print_result(found)
