"""Taking publications into an archive: read, decide, publish.

`elolag.archive.candidates` reads payloads, `elolag.archive.decide` says what becomes of each
publication, and `publish` is the only one that writes.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from elolag.archive.candidates import (
    Candidate,
    Decision,
    judged,
    read,
)
from elolag.archive.decide import Complete, decide
from elolag.archive.reading import Archive
from elolag.archive.store import Writer
from elolag.errors import PayloadError
from elolag.sources import Payload

if TYPE_CHECKING:
    from elolag.schema import Publication


def take_payloads(
    archive_path: str | Path,
    payloads: Sequence[Payload],
    *,
    private: bool = False,
    dry_run: bool = False,
    accept: Collection[str] = (),
    command: str = "elolag",
    writer: Writer | None = None,
    complete: Complete | None = None,
) -> list[Decision]:
    """Take payloads of any sources, retrieved at any times, into an archive.

    Parameters
    ----------
    archive_path
        The archive's folder; made if absent.
    payloads
        What to take.
    private
        Whether the archive is a private one, for sources whose terms forbid redistribution.
    dry_run
        Say what would happen and write nothing.
    accept
        ``BOARD/DATE`` of each publication to take although it would be held; ``all`` for every one.
    command
        What is running, for the lock.
    writer
        The open writer of this archive, for a run that takes several times under one lock.
    complete
        Fills in, from its twins, what a copy that is kept lacks.

    Returns
    -------
    list of Decision
        One for every publication and every refusal, payloads nothing could be read from first,
        then by board.

    Raises
    ------
    UsageError
        If a source's terms forbid redistribution and the archive is not `private`.
    ArchiveError
        If the archive is locked or damaged, or the disk is full.
    """
    root = Path(archive_path)
    if dry_run:
        writer = None
    with contextlib.nullcontext(writer) if dry_run or writer else Writer(root, command) as open_:
        candidates, decisions = read(payloads, private=private)
        publish(decisions, open_)
        boards: dict[str, list[Candidate]] = {}
        for found in candidates:
            boards.setdefault(found.publication.board, []).append(found)
        for _, items in sorted(boards.items()):
            decisions += _board(root, items, open_, accept=accept, complete=complete)
    return decisions


def take_publications(
    archive_path: str | Path,
    publications: Iterable[Publication | PayloadError],
    payload: Payload,
    *,
    accept: Collection[str] = (),
    command: str = "elolag",
) -> Iterator[Decision]:
    """Take the publications of one large payload one at a time, as they are parsed.

    For a file of hundreds of vintages: memory holds one of them, and a run that is stopped and
    started again finds those it took unchanged. Twins among the publications themselves are not
    looked for; a file is one route. It is no private archive, and nothing is tried out.

    Parameters
    ----------
    publications
        What the payload holds, oldest first; an error stands for one that was refused.
    payload
        Where they come from.
    archive_path, accept, command
        As in `take_payloads`. A change of method in a file of history is recorded, not held.

    Yields
    ------
    Decision
        One for each publication. The archive is locked until the last was taken.
    """
    root = Path(archive_path)
    payload.source.require_redistributable(private=False)
    with Writer(root, command) as writer:
        for found in judged(payload, publications):
            if isinstance(found, Decision):
                publish([found], writer)
                yield found
            else:
                yield from _board(root, [found], writer, accept=accept, history=True)


def _board(
    root: Path, candidates: Sequence[Candidate], writer: Writer | None, **how: Any
) -> list[Decision]:
    name, archive = candidates[0].publication.board, Archive(root)
    held = archive.board(name) if name in archive.boards() else None
    decisions = decide(held, candidates, **how)
    publish(decisions, writer)
    return decisions


def publish(decisions: Iterable[Decision], writer: Writer | None) -> None:
    """Write what was decided, in its order: the only writing of snapshots; None writes nothing."""
    if writer is None:
        return
    for decision in decisions:
        line, twins = decision.log_line, decision.twins
        if decision.files:
            writer.add(decision.board, decision.label, decision.files, line, twins)
        else:
            writer.log(line, twins)
