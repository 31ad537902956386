"""``elolag archive diff``: what changed between two vintages, or two archives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from elolag.cli.options import Sources
from elolag.cli.show import code, dump, line
from elolag.results.words import printable as plain

if TYPE_CHECKING:
    from elolag.archive import Archive, Snapshot
    from elolag.estimate.diff import Changes

_SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("diff")(diff)


def diff(
    a: Annotated[
        str,
        typer.Argument(
            metavar="A", help="BOARD/VINTAGE; a BOARD (its last two vintages); or another archive."
        ),
    ],
    b: Annotated[
        str | None,
        typer.Argument(metavar="[B]", help="BOARD/VINTAGE or VINTAGE; or the newer archive."),
    ] = None,
    category: Annotated[str | None, typer.Option(help="Slice of the board.")] = None,
    archive: Annotated[
        Path | None, typer.Option(help="Folder of snapshots; the shipped one by default.")
    ] = None,
    sources: Sources = "all",
    tags: Annotated[
        Path | None, typer.Option(help="CSV of your own tags; they win over ours.")
    ] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Models added and removed, proposed renames, rating shifts, and the scale link."""
    from elolag.archive import open_archive
    from elolag.estimate.diff import compare, compare_archives
    from elolag.tags import Lookup, load

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
    from elolag.errors import UsageError

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
