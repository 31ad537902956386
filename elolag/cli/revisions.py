"""``elolag revisions``: what has become of figures that could have been published on the day."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from elolag.cli.lag import (
    ArchiveDir,
    Category,
    Drift,
    Follower,
    Json,
    Leader,
    Level,
    Seed,
    Selection,
    Sources,
    TagFile,
    Window,
)
from elolag.cli.show import dump, print_result

Figure = Annotated[Path | None, typer.Option(help="Draw to this file: .png, .svg or .pdf.")]


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("revisions")(revisions)


def revisions(
    board: Annotated[
        str,
        typer.Option(
            help="Board; the raw text board by default, whose complete vintages go back furthest."
        ),
    ] = "arena/text",
    category: Category = "overall",
    leader: Leader = "US",
    follower: Follower = "CN",
    estimand: Annotated[str, typer.Option(help="An estimand in months.")] = "average",
    frontier: Annotated[
        str | None, typer.Option(help="For trend: quantile, linear, spline or local-linear.")
    ] = None,
    vintage: Annotated[
        str | None, typer.Option(help="Ratings of hindsight; newest official by default.")
    ] = None,
    settle: Annotated[
        float, typer.Option(min=0.0, help="Months a vintage must be old for its revision to count.")
    ] = 3.0,
    window: Window = None,
    draws: Annotated[int, typer.Option(help="Number of draws.")] = 2000,
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
    """What has become of the figures that could have been published on the day."""
    from elolag.cli.show import progress
    from elolag.estimate.revisions import estimate_revisions

    check_ending(figure)
    with progress("months") as step:
        found = estimate_revisions(
            board, leader=leader, follower=follower, category=category, estimand=estimand,
            frontier=frontier, vintage=vintage, settle=settle, window=window, n_draws=draws,
            seed=seed, level=level, archive=archive, sources=sources, extra_tags=tags,
            correct_selection=selection, drift=drift, progress=step,
        )  # fmt: skip
    if figure is not None:
        from elolag import plots

        plots.save(plots.revisions(found), figure, found)
    if as_json:
        dump(found.to_dict())
    else:
        print_result(found)


def check_ending(figure: Path | None) -> None:
    """Refuse a figure's name before anything is computed for it."""
    from elolag.errors import UsageError

    if figure is None:
        return
    if figure.suffix not in (".png", ".svg", ".pdf"):
        raise UsageError(f"{figure}: a figure ends in .png, .svg or .pdf")
    if not figure.parent.is_dir():
        raise UsageError(f"{figure}: there is no folder {figure.parent}")
