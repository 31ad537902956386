"""``elolag ledger``: what was forecast, by whom and when; forecasts are added and never change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from elolag.cli.archive import own_archive
from elolag.cli.show import dump, line, print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from elolag.forecast.ledger import Entry

app = typer.Typer(
    help="Forecasts of the lag: said before, kept as they were said, and added.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def register(parent: typer.Typer) -> None:
    """Add the commands to the application."""
    parent.add_typer(app, name="ledger")


@app.callback(invoke_without_command=True)
def ledger(
    context: typer.Context,
    archive: Annotated[
        Path | None, typer.Option(help="Folder of snapshots; the shipped one by default.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Every forecast of an archive: of which list and board, whose, when said, and of what."""
    if context.invoked_subcommand is not None:
        return
    from elolag.forecast.ledger import read

    entries = read(archive)
    if as_json:
        dump({"schema": 1, "entries": [entry.to_dict() for entry in entries]})
        return
    _print(entries)


@app.command()
def add(
    files: Annotated[
        list[Path],
        typer.Argument(help="CSVs, each called <round_id>-<team>-<model>.csv."),
    ],
    note: Annotated[str, typer.Option(help="What the log is to say of them.")] = "",
    archive: Annotated[
        Path | None, typer.Option(help="Your own archive (elolag archive init).")
    ] = None,
) -> None:
    """Check forecasts and add them to your own archive, once and for good: all, or none."""
    from elolag.forecast.ledger import add as run
    from elolag.forecast.ledger import read_file

    root = own_archive(archive, "forecasts are added to")
    for entry in run(root, [read_file(path) for path in files], note=note):
        line(f"{root / entry.path}", f"sha256 {entry.sha256}")


def _print(entries: Sequence[Entry]) -> None:
    header = ("round", "board", "forecaster", "said", "added", "answers")
    rows = [
        (
            entry.forecast.round_id,
            entry.forecast.board,
            entry.forecast.forecaster,
            entry.forecast.said,
            entry.run_at[:10],
            _of_what(entry),
        )
        for entry in entries
    ]
    print_table(
        header, rows, whole=("round", "board", "forecaster", "said", "added"), figures=False
    )


def _of_what(entry: Entry) -> str:
    """Targets with the number of their answers, e.g. ``average 4, first 2``."""
    targets = [answer.target for answer in entry.forecast.answers]
    return ", ".join(f"{target} {targets.count(target)}" for target in dict.fromkeys(targets))
