"""``elolag snapshot``: fetch every public leaderboard and keep what is new."""

from __future__ import annotations

import shlex
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from elolag.cli.options import BaseUrl, MadeArchive, OneJson, Tags
from elolag.cli.show import dump, line, print_table
from elolag.errors import UsageError
from elolag.results.words import printable as plain

if TYPE_CHECKING:
    from elolag.archive.collect import Report
    from elolag.archive.publish import Filled
    from elolag.archive.publish import Progress as Vintages
    from elolag.fetch.bounds import Progress as Bytes

_NAMES_SHOWN = 30
#: What has not become part of the archive, as it is called here.
_FAILED = {"held": "held", "refused": "failed", "failed": "failed"}

Accept = Annotated[
    list[str] | None,
    Option(
        metavar="BOARD/DATE",
        help="Take this list although it would be held: a revision that moves entries, or a change "
        "of method; `all` for every one.",
    ),
]


def snapshot(
    sources: Annotated[
        list[str] | None, Argument(help="Sources to fetch, e.g. arena-dataset; all by default.")
    ] = None,
    archive: MadeArchive = None,
    dry_run: Annotated[
        bool, Option("--dry-run", help="Fetch and check, and write nothing.")
    ] = False,
    base_url: BaseUrl = None,
    accept: Accept = None,
    tags: Tags = None,
    as_json: OneJson = False,
) -> None:
    """Fetch the leaderboards and keep a hashed, checked copy of what is new."""
    from elolag.archive import Archive, default_path
    from elolag.archive.collect import Run, collect
    from elolag.fetch import fetchable
    from elolag.fetch.client import Client
    from elolag.tags import Lookup, load, untagged

    chosen = fetchable(tuple(sources or ()))
    root = archive if archive is not None else default_path()
    with _progress() as progress, Client(base_urls=_bases(base_url), progress=progress) as client:
        run = Run(
            archive=root,
            client=client,
            untagged=partial(untagged, Lookup(load(tags, Archive(root)))),
            dry_run=dry_run,
            accept=accepted(accept),
        )
        reports = collect(chosen, run)
    report(reports, as_json=as_json, dry_run=dry_run)


def report(reports: Sequence[Report], *, as_json: bool, dry_run: bool) -> None:
    """Print what became of each source; exit 1 when something failed."""
    if as_json:
        dump([_as_dict(item) for item in reports])
    else:
        _print(reports, dry_run=dry_run)
    if any(item.failed for item in reports):
        raise typer.Exit(1)


def accepted(options: Sequence[str] | None) -> frozenset[str]:
    """Read the values of ``--accept``.

    Raises
    ------
    UsageError
        If one is neither ``BOARD/DATE`` nor ``all``.
    """
    from elolag.archive.holding import EVERYTHING
    from elolag.schema import BOARD_PATTERN, VINTAGE_PATTERN

    for text in options or ():
        board, _, date = text.rpartition("/")
        vintage = VINTAGE_PATTERN.fullmatch(date)
        if text != EVERYTHING and not (
            BOARD_PATTERN.fullmatch(board) and vintage and not vintage[2]
        ):
            raise UsageError(
                f"--accept {text}: write it as BOARD/DATE, e.g. arena/text/2026-08-19, or all"
            )
    return frozenset(options or ())


def _bases(options: Sequence[str] | None) -> dict[str, str]:
    """Read the values of ``--base-url``.

    Raises
    ------
    UsageError
        If one is not ``SOURCE=URL``.
    """
    from elolag.fetch import fetchable

    found = {}
    for text in options or ():
        name, separator, url = text.partition("=")
        if not separator:
            raise UsageError(f"--base-url {text}: write it as SOURCE=URL")
        found[fetchable((name,))[0].name] = url
    return found


@contextmanager
def _progress() -> Iterator[Bytes | None]:
    """A bar per download on a terminal, nothing in a pipe."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

    with Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as bars:
        task = bars.add_task("", total=None)

        def show(url: str, received: int, declared: int | None) -> None:
            name = url.removeprefix("https://").partition("?")[0]
            bars.update(task, description=plain(name[-50:]), completed=received, total=declared)

        yield show


#: What a report says of its source, each a list of sentences or names.
_LISTS = ("failures", "warnings", "notes", "untagged")


def _as_dict(report: Report) -> dict[str, object]:
    from elolag.results.table import picked

    return {
        **picked(report, "source", "archive", "failed", "skipped"),
        "outcomes": [
            {
                **picked(outcome, "board", "vintage", "label", "outcome", "rows"),
                "new_models": list(outcome.new_entries),
                "dropped_models": list(outcome.dropped_entries),
                "checks": [asdict(check) for check in outcome.checks],
                "message": outcome.message,
            }
            for outcome in report.outcomes
        ],
        **{k: list(v) for k, v in picked(report, *_LISTS).items()},
    }


def _print(reports: Sequence[Report], *, dry_run: bool) -> None:
    header = (
        "source", "boards", "rows", "new models", "dropped models", "unchanged/new/failed",
        "warnings",
    )  # fmt: skip
    print_table(header, [_row(item) for item in reports if not item.skipped])
    for item in reports:
        if item.skipped:
            line(f"{item.source}: skipped, {item.skipped}")
        for outcome in item.outcomes:
            if kind := _FAILED.get(outcome.outcome):
                what = f"{outcome.source} {outcome.board} of {outcome.vintage}"
                line(f"{kind}: {what}: {outcome.message}", err=True)
        for failure in item.failures:
            line(f"failed: {item.source}: {failure}", err=True)
        for warning in item.warnings:
            line(f"warning: {warning}")
        for note in item.notes:
            line(f"note: {note}")
    missing = list(dict.fromkeys(name for item in reports for name in item.untagged))
    if missing:
        line(f"{len(missing)} new entries have no tag and do not count yet:")
        for name in missing[:_NAMES_SHOWN]:
            line(f"  {name}")
        if len(missing) > _NAMES_SHOWN:
            line(f"  and {len(missing) - _NAMES_SHOWN} more (--json lists all)")
        line(f"tag them with: elolag tags suggest{_where(reports)}")
    if dry_run:
        line("dry run: nothing was written")


def _where(reports: Sequence[Report]) -> str:
    """The option that names the archive the reports are about, if it needs naming."""
    from elolag.archive import default_path

    folder = next(item.archive for item in reports if item.untagged)
    return "" if folder == str(default_path()) else f" --archive {shlex.quote(folder)}"


def _row(report: Report) -> list[object]:
    boards = [outcome for outcome in report.outcomes if outcome.outcome not in ("held", "refused")]
    failed = report.count("held", "refused", "failed") + len(report.failures)
    return [
        report.source,
        len(boards),
        f"{sum(outcome.rows for outcome in boards):,}",
        sum(len(outcome.new_entries) for outcome in boards),
        sum(len(outcome.dropped_entries) for outcome in boards),
        f"{report.count('unchanged', 'twin')}/{report.count('new', 'revision')}/{failed}",
        len(report.warnings),
    ]


def backfill(
    source: Annotated[str, Argument(help="arena-dataset, the one source with a history.")],
    into: Annotated[
        Path | None, Option(help="Folder of the archive; one of the user's by default.")
    ] = None,
    subset: Annotated[
        list[str] | None, Option(help="Board of the dataset, e.g. text; all by default.")
    ] = None,
    base_url: BaseUrl = None,
    accept: Accept = None,
    as_json: OneJson = False,
) -> None:
    """Take every vintage since 2023 into an archive of your own; resumes where it stopped."""
    from elolag.archive import publish as backfills
    from elolag.fetch.client import Client
    from elolag.sources import get_source

    folder = into if into is not None else backfills.default_folder()
    with (
        _bars() as (of_bytes, of_vintages),
        Client(base_urls=_bases(base_url), progress=of_bytes) as client,
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
        dump({"archive": str(folder), "subsets": list(map(_filled, done))})
    else:
        rows = [_filled(item) for item in done]
        print_table(list(rows[0]) if rows else ["subset"], [list(row.values()) for row in rows])
        line(f"in {folder}; use it with --archive {folder}")
    for item in done:
        if item.failure:
            line(f"failed: {item.subset}: {item.failure}", err=True)
        for outcome in item.outcomes:
            if kind := _FAILED.get(outcome.outcome):
                line(f"{kind}: {item.subset}: {outcome.message}", err=True)
    if any(item.failed for item in done):
        raise typer.Exit(1)


def _filled(item: Filled) -> dict[str, object]:
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
