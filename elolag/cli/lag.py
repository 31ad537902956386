"""``elolag lag``: the headline."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from elolag.result import LagResult


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("lag")(lag)


def lag(
    board: Annotated[
        str, typer.Option(help="Board, e.g. arena/text.")
    ] = "arena/text_style_control",
    category: Annotated[str, typer.Option(help="Slice of the board, e.g. coding.")] = "overall",
    leader: Annotated[str, typer.Option(help="Group that leads: US, US+open, lab:openai.")] = "US",
    follower: Annotated[str, typer.Option(help="Group that follows: CN, not:US, CN+open.")] = "CN",
    estimand: Annotated[str, typer.Option(help="backward (months) or gap (Elo).")] = "backward",
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="ISO date; the vintage's date by default.")
    ] = None,
    vintage: Annotated[
        str | None,
        typer.Option(help="Use ratings of this date and older; newest official by default."),
    ] = None,
    draws: Annotated[int, typer.Option(help="Number of draws.")] = 10_000,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the draws.")] = 0,
    level: Annotated[float, typer.Option(help="Level of the interval.")] = 0.95,
    archive: Annotated[
        Path | None, typer.Option(help="Folder of snapshots; the shipped one by default.")
    ] = None,
    tags: Annotated[
        Path | None, typer.Option(help="CSV of your own tags; they win over ours.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """By how many months the follower trails the leader, with its interval."""
    from elolag.estimate import estimate_lag

    result = estimate_lag(
        board,
        leader=leader,
        follower=follower,
        category=category,
        estimand=estimand,
        as_of=as_of,
        vintage=vintage,
        n_draws=draws,
        seed=seed,
        level=level,
        archive=archive,
        extra_tags=tags,
    )
    if as_json:
        typer.echo(json.dumps(result.to_dict(), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        _print(result)


def _print(result: LagResult) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from elolag.result import LEFT_OUT

    console = Console(highlight=False, soft_wrap=False, width=_width())
    console.print(Text(result.sentence(), style="bold"))
    console.print()
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for quantity, value in result.rows():
        table.add_row(quantity, Text(value))
    console.print(table)
    console.print()
    console.print(Text(LEFT_OUT[result.interval]))
    for note in result.notes:
        console.print(Text(f"Note: {note}."))


def _width() -> int | None:
    """Terminal width, capped for reading; a fixed width in a pipe so that output is the same."""
    import shutil
    import sys

    return min(shutil.get_terminal_size().columns, 100) if sys.stdout.isatty() else 100
