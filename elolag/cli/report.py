"""``elolag report``: one question as a folder to hand on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from elolag.cli.lag import (
    DEFAULT_BOARD,
    ArchiveDir,
    AsOf,
    Board,
    Category,
    Draws,
    Drift,
    Follower,
    Json,
    Leader,
    Level,
    RatingsFile,
    RatingsLevel,
    Seed,
    Selection,
    Sources,
    TagFile,
    Vintage,
    Window,
    chosen_board,
)
from elolag.cli.show import dump, line


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("report")(report)


def report(
    out: Annotated[Path, typer.Option(help="Folder to write; it must not exist.")],
    force: Annotated[
        bool, typer.Option("--force", help="Replace an earlier report, whole.")
    ] = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="Leave out the grid of specifications (minutes).")
    ] = False,
    jobs: Annotated[int, typer.Option(min=1, help="Parallel workers of the grid.")] = 1,
    board: Board = DEFAULT_BOARD,
    category: Category = "overall",
    leader: Leader = "US",
    follower: Follower = "CN",
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
    ratings: RatingsFile = None,
    ratings_level: RatingsLevel = 0.95,
    as_json: Json = False,
) -> None:
    """Write page, Markdown, figures, tables, citation and recipe of one question to a folder."""
    from elolag.cli.show import progress
    from elolag.report import write_report

    with progress("specifications") as tell:
        made = write_report(
            out, force=force, full=not quick, jobs=jobs, tell=tell,
            board=chosen_board(board, ratings, ratings_level), leader=leader, follower=follower,
            category=category, as_of=as_of, vintage=vintage, n_draws=draws, seed=seed,
            level=level, window=window, archive=archive, sources=sources, extra_tags=tags,
            correct_selection=selection, drift=drift,
        )  # fmt: skip
    if as_json:
        dump(made.to_dict())
        return
    line(made.sentence())
    line()
    line(f"{len(made.files)} files in {made.path}; open {made.path / 'report.html'}")
