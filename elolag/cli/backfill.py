"""``elolag archive backfill``: the whole history of the official dataset, for those who want it."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from elolag.cli.show import dump, line, print_table
from elolag.cli.snapshot import Accept, accepted, bases
from elolag.results.words import printable as plain

if TYPE_CHECKING:
    from elolag.archive.imports import Filled
    from elolag.archive.imports import Progress as Vintages
    from elolag.fetch.bodies import Progress as Bytes


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("backfill")(backfill)


def backfill(
    source: Annotated[str, typer.Argument(help="arena-dataset, the one source with a history.")],
    into: Annotated[
        Path | None, typer.Option(help="Folder of the archive; one of the user's by default.")
    ] = None,
    subset: Annotated[
        list[str] | None, typer.Option(help="Board of the dataset, e.g. text; all by default.")
    ] = None,
    base_url: Annotated[
        list[str] | None,
        typer.Option(metavar="SOURCE=URL", help="Ask this scheme and host instead (a mirror)."),
    ] = None,
    accept: Accept = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Take every vintage since 2023 into an archive of your own; resumes where it stopped."""
    from elolag.archive import imports as backfills
    from elolag.fetch.client import Client
    from elolag.sources import get_source

    folder = into if into is not None else backfills.default_folder()
    with (
        _bars() as (of_bytes, of_vintages),
        Client(base_urls=bases(base_url), progress=of_bytes) as client,
    ):
        done = list(
            backfills.backfill(
                get_source(source),
                folder,
                client,
                subsets=tuple(subset or ()),
                accept=accepted(accept),
                progress=of_vintages,
            )
        )
    if as_json:
        dump({"archive": str(folder), "subsets": list(map(_row, done))})
    else:
        rows = [_row(item) for item in done]
        print_table(list(rows[0]) if rows else ["subset"], [list(row.values()) for row in rows])
        line(f"in {folder}; use it with --archive {folder}")
    for item in done:
        if item.failure:
            line(f"failed: {item.subset}: {item.failure}", err=True)
        for outcome in item.outcomes:
            if outcome.outcome in ("held", "refused"):
                kind = "held" if outcome.outcome == "held" else "failed"
                line(f"{kind}: {item.subset}: {outcome.message}", err=True)
    if any(item.failed for item in done):
        raise typer.Exit(1)


def _row(item: Filled) -> dict[str, object]:
    kinds = Counter(outcome.outcome for outcome in item.outcomes)
    return {
        "subset": item.subset,
        "new": kinds["new"] + kinds["revision"],
        "unchanged": "all" if item.held is None else item.held + kinds["unchanged"] + kinds["twin"],
        "failed": kinds["held"] + kinds["refused"] + bool(item.failure),
        "rows": sum(outcome.rows for outcome in item.outcomes),
    }


@contextmanager
def _bars() -> Iterator[tuple[Bytes | None, Vintages]]:
    """Bars for the download and the vintages on a terminal, nothing in a pipe."""
    if not sys.stderr.isatty():
        yield None, lambda subset, done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[amount]}", markup=False),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as progress:
        task = progress.add_task("listing", total=None, amount="")

        def of_bytes(url: str, received: int, declared: int | None) -> None:
            progress.update(
                task,
                description=plain(f"fetching {url.rsplit('/', 2)[-2]}"),
                completed=received,
                total=declared,
                amount=f"{received / 1e6:.1f} MB",
            )

        def of_vintages(subset: str, done: int) -> None:
            progress.update(
                task, description=f"storing {subset}", total=None, amount=f"{done} vintages"
            )

        yield of_bytes, of_vintages
