"""``elolag archive``: what is held, whether it is intact, and ways in and out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from elolag.cli.options import Archive as ArchiveFolder
from elolag.cli.options import MadeArchive, OneJson, Sources, Tags, group
from elolag.cli.show import code, dump, line, print_table
from elolag.cli.snapshot import Accept
from elolag.errors import UsageError
from elolag.results.words import printable as plain

if TYPE_CHECKING:
    from elolag.archive import Archive, Board, Snapshot
    from elolag.estimate.diff import Changes

app = group("archive", "List, verify, seal, compare, export and fill the archive.")


def own_archive(archive: Path | None, done: str) -> Path:
    """The archive that was named: what every answer rests on is not changed in passing.

    Parameters
    ----------
    done
        What is done there, as the beginning of the message that none was named.
    """
    import os

    from elolag.archive import open_archive
    from elolag.archive.store import check_writable

    named = archive or Path(os.environ.get("ELOLAG_ARCHIVE", ""))
    if named == Path():
        raise UsageError(
            f"{done} an archive of your own: make one with elolag archive init DIR, and name it "
            f"with --archive DIR or ELOLAG_ARCHIVE"
        )
    root = open_archive(named).path
    check_writable(root)
    return root


@app.command()
def init(folder: Annotated[Path, Argument(help="Folder to make; absent or empty.")]) -> None:
    """Make an archive of your own that goes on from the shipped one."""
    from elolag import archive as archives
    from elolag.archive.store import check_writable

    check_writable(folder)
    log = archives.init(folder)
    line(f"{folder}: the shipped archive, copied and verified; log: {len(log.lines) - 1} lines")
    line(f"log: head {log.head}")
    line("use it with --archive DIR, or for every command with ELOLAG_ARCHIVE=DIR;", err=True)
    line(f"take a snapshot into it with: elolag snapshot --archive {folder}", err=True)


@app.command("list")
def list_(
    board: Annotated[str | None, Argument(help="List the vintages of one board.")] = None,
    archive: ArchiveFolder = None,
    sources: Sources = "all",
    as_json: OneJson = False,
) -> None:
    """Boards and their vintages."""
    from elolag.archive import open_archive

    opened = open_archive(archive, sources=sources)
    rows = _vintages(opened.board(board)) if board else _boards(opened)
    for name in [board] if board else opened.boards():
        for wrong in opened.board(name).damaged.values():
            line(f"elolag: set aside: {wrong}", err=True)
    if as_json:
        dump(rows)
    elif rows:
        print_table(
            [name.replace("_", " ") for name in rows[0]], [list(row.values()) for row in rows],
            whole=("board", "vintage"),
        )  # fmt: skip


def _boards(archive: Archive) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for name in archive.boards():
        board = archive.board(name)
        first, newest = (*board.snapshots[:1], None)[0], (None, *board.snapshots)[-1]
        rows.append(
            {
                "board": name,
                "vintages": len(board.snapshots),
                "first": first.vintage if first else "",
                "newest": newest.vintage if newest else "",
                "source": newest.source if newest else "",
                "entries": newest.facts["entries"] if newest else 0,
                "categories": len(newest.categories) if newest else 0,
            }
        )
    return rows


def _vintages(board: Board) -> list[dict[str, object]]:
    from elolag.results.table import picked

    return [
        {
            "vintage": snapshot.label,
            **picked(snapshot, "source", "basis", "method", "completeness"),
            "entries": snapshot.facts["entries"],
            "rows": sum(snapshot.categories.values()) or snapshot.facts["entries"],
            "sha256": snapshot.sha256,
        }
        for snapshot in board.snapshots
    ]


@app.command()
def verify(
    archive: ArchiveFolder = None,
    head: Annotated[
        str | None,
        Option(
            metavar="HASH",
            help="Also fail unless the log extends the one that had this head (in full, or as a "
            "footnote shortens it): only so is a log found out that lost its last lines.",
        ),
    ] = None,
    news_within: Annotated[
        int | None,
        Option(min=1, metavar="DAYS", help="Also fail when nothing new came for so long."),
    ] = None,
    as_json: OneJson = False,
) -> None:
    """Re-hash everything and follow the log's chain; exit 1 naming what is not as it was stored."""
    from elolag import archive as archives
    from elolag.archive.log import compared

    opened = archives.open_archive(archive, allow_empty=True)
    problems = archives.verify(opened, head=head)
    log = archives.Log.read(opened.path, lenient=True)
    folders = [label for name in opened.boards() for label in opened.board(name).labels]
    if as_json:
        found = {
            "schema": 1,
            "snapshots": len(folders),
            "boards": len(opened.boards()),
            "log_lines": max(len(log.lines) - 1, 0),
            "log_head": log.head,
            "problems": [{"path": item.path, "message": item.message} for item in problems],
        }
        dump(found)
    for problem in problems:
        line(f"elolag: {problem}", err=True)
    if news_within is not None:
        _fresh(opened, news_within)
    if problems:
        raise typer.Exit(1)
    if not as_json:
        count = f"{len(folders)} snapshots of {len(opened.boards())} boards"
        line(f"{opened.path}: {count}, all as stored")
        if log.head:
            line(f"log: {len(log.lines) - 1} lines, head {log.head}")
        left = compared(opened.path, log, stopped=True).intended
        if left is not None:
            line(
                f"elolag: {left['board']}/{left['label']}: left by a run that was stopped; the "
                "next one will log it, and say so there",
                err=True,
            )
        if head is not None:
            line(f"log: extends the cited head, the hash of its line {log.number_of(head)}")


@app.command()
def seal(archive: ArchiveFolder = None) -> None:
    """Chain the log of an archive from before logs were chained; needed, and possible, once."""
    from elolag import archive as archives
    from elolag.archive.store import check_writable

    opened = archives.open_archive(archive)
    check_writable(opened.path)
    log = archives.seal(opened)
    line(f"{log.path}: {len(log.lines) - 1} lines sealed, head {log.head}")


def _fresh(archive: Archive, days: int) -> None:
    """Fail when no snapshot of any source was taken within `days`; an impossible day is no news."""
    from elolag import dates
    from elolag.dates import utc_now
    from elolag.errors import CheckFailed

    today = utc_now().date()
    taken = [
        min(str(snapshot.facts["retrieved_at"])[:10], today.isoformat())
        for name in archive.boards()
        for snapshot in archive.board(name).snapshots
    ]
    newest = max(taken, default="")
    age = dates.to_day(today) - dates.to_day(newest) if newest else float("inf")
    if age > days:
        when = f"since {newest} ({age:.0f} days)" if newest else "ever"
        raise CheckFailed(
            f"{archive.path}: no source had news {when}; more than {days} days. Either every "
            "publisher stopped or the fetching is broken"
        )


@app.command()
def export(
    out: Annotated[Path, Argument(help="File to write, .csv or .parquet; - for stdout.")],
    board: Annotated[list[str] | None, Option(help="Board; all by default.")] = None,
    since: Annotated[str, Option(help="First vintage, an ISO date.")] = "",
    until: Annotated[str, Option(help="Last vintage, an ISO date.")] = "",
    spreadsheet: Annotated[
        bool,
        Option(
            "--spreadsheet",
            help="Put an apostrophe before text that a spreadsheet would run as a formula (= + - @ "
            "after any blanks, a tab or a line break). Names come from outside: without this, "
            "import them as text.",
        ),
    ] = False,
    archive: ArchiveFolder = None,
    sources: Sources = "all",
) -> None:
    """Write one tidy table of ratings: a row for each entry, category, vintage and board."""
    from elolag.archive import open_archive
    from elolag.archive.export import export as write

    to_stdout = str(out) == "-"
    rows = write(
        open_archive(archive, sources=sources),
        sys.stdout.buffer if to_stdout else out,
        boards=board or (),
        since=since,
        until=until,
        spreadsheet=spreadsheet,
    )
    line(f"{rows:,} rows", err=to_stdout)


@app.command("import")
def import_(
    source: Annotated[str, Argument(help="Whose files they are, e.g. arena-catalog.")],
    paths: Annotated[list[Path], Argument(help="Files, or folders of them.")],
    archive: MadeArchive = None,
    date: Annotated[
        str, Option(help="ISO date the files stand for, where their paths do not say it.")
    ] = "",
    url: Annotated[str, Option(help="Address one file was downloaded from.")] = "",
    dry_run: Annotated[
        bool, Option("--dry-run", help="Read and check, and write nothing.")
    ] = False,
    accept: Accept = None,
    as_json: OneJson = False,
) -> None:
    """Take files that were downloaded by other means; see docs/snapshots.md."""
    from elolag.archive import Archive, default_path
    from elolag.archive.collect import import_files
    from elolag.cli.snapshot import accepted, report
    from elolag.tags import Lookup, load, untagged

    root = archive if archive is not None else default_path()
    done = import_files(
        source,
        paths,
        root,
        partial(untagged, Lookup(load(archive=Archive(root)))),
        date=date,
        url=url,
        dry_run=dry_run,
        accept=accepted(accept),
    )
    report([done], as_json=as_json, dry_run=dry_run)


_SHOWN = 20


@app.command()
def diff(
    a: Annotated[
        str,
        Argument(
            metavar="A", help="BOARD/VINTAGE; a BOARD (its last two vintages); or another archive."
        ),
    ],
    b: Annotated[
        str | None, Argument(metavar="[B]", help="BOARD/VINTAGE or VINTAGE; or the newer archive.")
    ] = None,
    category: Annotated[str | None, Option(help="Slice of the board.")] = None,
    archive: ArchiveFolder = None,
    sources: Sources = "all",
    tags: Tags = None,
    markdown: Annotated[bool, Option("--markdown", help="Print Markdown.")] = False,
    as_json: OneJson = False,
) -> None:
    """Models added and removed, proposed renames, rating shifts, and the scale link."""
    from elolag.archive import open_archive
    from elolag.estimate.diff import compare, compare_archives
    from elolag.tags import Lookup, load

    if markdown and as_json:
        raise UsageError("--markdown and --json each say what to print; take one")
    new_boards: list[str] = []
    if (Path(a) / "log.csv").is_file():
        older = open_archive(a, sources=sources, allow_empty=True)
        newer = open_archive(b or archive, sources=sources)
        changes = compare_archives(older, newer, Lookup(load(tags, newer)))
        new_boards = [name for name in newer.boards() if name not in older.boards()]
    else:
        kept = open_archive(archive, sources=sources)
        old, new = _pair(kept, a, b)
        changes = [compare(old, new, Lookup(load(tags, kept)), category=category)]
    if as_json:
        dump([change.to_dict() for change in changes])
        return
    name = code if markdown else plain
    for change in changes:
        for text in _lines(change, "### " if markdown else "", "- " if markdown else "  ", name):
            line(text)
        line()
    for board in new_boards:
        line(f"new board: {board}")
    if not changes and not new_boards:
        line("no board has news")


def _pair(archive: Archive, a: str, b: str | None) -> tuple[Snapshot, Snapshot]:
    from elolag.archive import same_scale

    board_a, vintage_a = _split(a)
    board = archive.board(board_a)
    if b is not None:
        board_b, vintage_b = _split(b) if "/" in b else (board_a, b)
        return board.snapshot(vintage_a), archive.board(board_b).snapshot(vintage_b)
    newest = board.snapshot(vintage_a)
    older = [
        snapshot
        for snapshot in board.snapshots
        if snapshot.vintage < newest.vintage
        and same_scale(snapshot, newest)
        and (snapshot.completeness == "full" or newest.completeness != "full")
    ]
    if not older:
        raise UsageError(f"{newest.path}: there is no older comparable vintage to compare it with")
    return older[-1], newest


def _split(text: str) -> tuple[str, str | None]:
    parts = text.strip("/").split("/")
    return "/".join(parts[:2]), parts[2] if len(parts) > 2 else None


def _lines(change: Changes, heading: str, item: str, name: Callable[[str], str]) -> Iterator[str]:
    category = f", {plain(change.category)}" if change.category else ""
    yield f"{heading}{change.old} to {change.new.rpartition('/')[2]}{category}"
    if heading:
        yield ""
    scale = change.scale
    if scale is not None:
        top = "" if scale.top is None else f", {scale.top:+.2f} among the top 30"
        yield (
            f"{item}scale: {scale.median:+.2f} Elo{top} ({scale.common} common entries, "
            f"spread {scale.spread:.2f})"
        )
    yield from _some(f"{item}added", change.added, name)
    yield from _some(f"{item}removed", change.removed, name)
    for rename in change.renames:
        yield (
            f"{item}renamed? {name(rename.old)} to {name(rename.new)}: {rename.rating:.2f}, "
            f"expected {rename.expected:.2f} (sd {rename.noise:.1f}); {rename.basis}"
        )
    for move in change.moves[:_SHOWN]:
        yield (
            f"{item}moved: {name(move.entry)} {move.before:.2f} to {move.after:.2f} "
            f"({move.beyond:+.2f} beyond the scale)"
        )
    if len(change.moves) > _SHOWN:
        yield f"{item}and {len(change.moves) - _SHOWN} smaller moves"
    for note in change.notes:
        yield f"{item}note: {note}"


def _some(what: str, names: Sequence[str], name: Callable[[str], str]) -> Iterator[str]:
    shown = ", ".join(map(name, names[:_SHOWN]))
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    yield f"{what}: {len(names)}" + (f" ({shown}{more})" if names else "")
