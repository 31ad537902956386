"""``elolag report``: one question as a folder to hand on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from elolag.cli.options import Json, asks
from elolag.cli.show import dump, line


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("report")(report)


@asks()
def report(
    question: dict[str, Any],
    out: Annotated[Path, typer.Option(help="Folder to write; it must not exist.")],
    force: Annotated[
        bool, typer.Option("--force", help="Replace an earlier report, whole.")
    ] = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="Leave out the grid of specifications (minutes).")
    ] = False,
    jobs: Annotated[int, typer.Option(min=1, help="Parallel workers of the grid.")] = 1,
    as_json: Json = False,
) -> None:
    """Write page, Markdown, figures, tables, citation and recipe of one question to a folder."""
    from elolag.cli.show import progress
    from elolag.report import write_report

    with progress("specifications") as tell:
        made = write_report(out, force=force, full=not quick, jobs=jobs, tell=tell, **question)
    if as_json:
        dump(made.to_dict())
        return
    line(made.sentence())
    line()
    line(f"{len(made.files)} files in {made.path}; open {made.path / 'report.html'}")
