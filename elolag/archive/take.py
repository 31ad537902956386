"""Taking publications into an archive: twins found, checks made, folders written.

The rules, in the order they are applied to each publication:

1. What is already held, as a snapshot or as a recorded twin, is ``unchanged``.
2. One publication by two routes is one vintage. The more precise is kept (finer rounding, then
   intervals, more categories, votes, more rows), under the date of the more official source; the
   other is recorded, in the manifest when both arrive in one run, else in ``twins.csv`` beside
   the folder. A copy stored earlier that turns out to be the less precise stays where it is and
   is no longer listed.
3. Other content at the same date is a revision, ``.r2``, if it is from the same source or a more
   official one; a less official source never displaces a more official one.
4. A failed required check refuses the publication, and only that one.
5. A revision that could move an answer, or an official list made by another method, is ``held``:
   not written until a person accepts it (`elolag.archive.holding`).

In one run twins are found first and folders are then written oldest first, so the outcome does
not depend on the order of payloads, but for revisions: of two contents for one vintage the later
payload is the revision.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from elolag.archive.boardrun import BoardRun
from elolag.archive.candidates import (
    Candidate,
    Payload,
    Refusal,
    candidate,
    read,
    refusal,
    require_redistributable,
)
from elolag.archive.index import BoardIndex
from elolag.archive.outcomes import Outcome
from elolag.archive.reading import Archive
from elolag.archive.store import Writer
from elolag.errors import PayloadError

if TYPE_CHECKING:
    from elolag.schema import Origin, Publication
    from elolag.sources import Source


def take(
    archive_path: str | Path,
    source: Source,
    payloads: Sequence[tuple[Origin, bytes]],
    *,
    retrieved_at: str,
    http_status: int | None = None,
    etag: str | None = None,
    revision: str | None = None,
    private: bool = False,
    dry_run: bool = False,
    accept: Collection[str] = (),
    command: str = "elolag",
) -> list[Outcome]:
    """Take payloads of one source into an archive; see `take_payloads`.

    Parameters
    ----------
    archive_path
        The archive's folder; made if absent.
    source
        Whose payloads they are.
    payloads
        Each with its origin.
    retrieved_at, http_status, etag, revision
        Of the retrieval, the same for all payloads.
    private
        Whether the archive is a private one, for sources whose terms forbid redistribution.
    dry_run
        Say what would happen and write nothing.
    accept
        ``BOARD/DATE`` of each publication to take although it would be held; ``all`` for every one.
    command
        What is running, for the lock.
    """
    batch = [
        Payload(source, origin, data, retrieved_at, http_status, etag, revision)
        for origin, data in payloads
    ]
    return take_payloads(
        archive_path, batch, private=private, dry_run=dry_run, accept=accept, command=command
    )


def take_payloads(
    archive_path: str | Path,
    payloads: Sequence[Payload],
    *,
    private: bool = False,
    dry_run: bool = False,
    accept: Collection[str] = (),
    command: str = "elolag",
    writer: Writer | None = None,
) -> list[Outcome]:
    """Take payloads of any sources, retrieved at any times, into an archive.

    Parameters
    ----------
    archive_path, private, dry_run, accept, command
        As for `take`.
    payloads
        What to take.
    writer
        The open writer of this archive, for a run that takes several times under one lock.

    Returns
    -------
    list of Outcome
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
        return _take(root, payloads, None, private=private, accept=accept)
    if writer is not None:
        return _take(root, payloads, writer, private=private, accept=accept)
    with Writer(root, command) as own:
        return _take(root, payloads, own, private=private, accept=accept)


def take_publications(
    archive_path: str | Path,
    publications: Iterable[Publication | PayloadError],
    payload: Payload,
    *,
    private: bool = False,
    dry_run: bool = False,
    accept: Collection[str] = (),
    command: str = "elolag",
) -> Iterator[Outcome]:
    """Take the publications of one large payload one at a time, as they are parsed.

    For a file of hundreds of vintages: memory holds one of them, and a run that is stopped and
    started again finds those it took unchanged. Twins among the publications themselves are not
    looked for; a file is one route.

    Parameters
    ----------
    archive_path
        The archive's folder; made if absent.
    publications
        What the payload holds, oldest first; an error stands for one that was refused.
    payload
        Where they come from.
    private, dry_run, accept, command
        As in `take`. A change of method in a file of history is recorded, not held.

    Yields
    ------
    Outcome
        One for each publication. The archive is locked until the last was taken.
    """
    root = Path(archive_path)
    require_redistributable(payload.source, private=private)
    retrieval = payload.retrieval()
    with contextlib.nullcontext() if dry_run else Writer(root, command) as writer:
        for item in publications:
            if isinstance(item, PayloadError):
                found: Candidate | Refusal = refusal(payload, retrieval, str(item))
            else:
                found = candidate(payload, item, retrieval)
            if isinstance(found, Refusal):
                yield _refuse(found, writer)
            else:
                yield from _run_board(
                    root, found.publication.board, [found], writer, accept, history=True
                )


def _take(
    root: Path,
    payloads: Sequence[Payload],
    writer: Writer | None,
    *,
    private: bool,
    accept: Collection[str],
) -> list[Outcome]:
    candidates, refusals = read(payloads, private=private)
    outcomes = [_refuse(item, writer) for item in refusals]
    by_board: dict[str, list[Candidate]] = {}
    for found in candidates:
        by_board.setdefault(found.publication.board, []).append(found)
    for name, items in sorted(by_board.items()):
        outcomes += _run_board(root, name, items, writer, accept)
    return outcomes


def _run_board(
    root: Path,
    name: str,
    candidates: Sequence[Candidate],
    writer: Writer | None,
    accept: Collection[str],
    *,
    history: bool = False,
) -> list[Outcome]:
    archive = Archive(root)
    index = BoardIndex(archive.board(name) if name in archive.boards() else None)
    return BoardRun(name, index, writer, accept=accept, history=history).run(candidates)


def _refuse(item: Refusal, writer: Writer | None) -> Outcome:
    outcome = Outcome.of_refusal(item)
    if writer is not None:
        writer.log(outcome.log_line(item.retrieved_at, item.raw_sha256))
    return outcome
