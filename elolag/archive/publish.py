"""Taking publications into an archive: read, decide, publish; and a dataset's whole history.

`elolag.archive.candidates` reads payloads, `elolag.archive.decide` says what becomes of each
publication, and `publish` is the only one that writes.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from elolag.archive.candidates import Candidate, Decision, judged, read
from elolag.archive.decide import Complete, decide
from elolag.archive.package import require_plain, sha256
from elolag.archive.reading import Archive
from elolag.archive.store import Writer, check_writable
from elolag.dates import utc_now
from elolag.errors import FetchError, PayloadError, UsageError
from elolag.schema import Origin, Publication
from elolag.sources import Payload, Source, arena

if TYPE_CHECKING:
    from elolag.fetch.client import Client


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


# Every vintage of the official dataset, out of its ``full`` files, into an archive of one's own.
#
# A file is downloaded to disk (going on where it stopped), held as compact columns, and unpacked
# and taken one vintage at a time, so memory stays bounded. A run that is killed goes on at the
# first vintage it had not stored.

#: Where downloads and marks of finished files are kept, inside the archive.
_WORK = ".backfill"
_BACKFILLING = "elolag archive backfill"

#: Called with the subset and the vintages done so far.
Progress = Callable[[str, int], None]


@dataclass(frozen=True)
class Filled:
    """What became of one subset.

    Attributes
    ----------
    subset
        Its name.
    outcomes
        One per vintage not held before.
    held
        Vintages the archive had already from this very file; None: the whole file was done.
    failure
        Why nothing came; empty otherwise.
    """

    subset: str
    outcomes: tuple[Decision, ...] = ()
    held: int | None = 0
    failure: str = ""

    @property
    def failed(self) -> bool:
        """Whether anything that should have come was not stored."""
        return bool(self.failure) or any(o.outcome in ("held", "refused") for o in self.outcomes)


def default_folder() -> Path:
    """The user's own folder for data."""
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "elolag" / "archive"


def backfill(
    source: Source,
    into: Path,
    client: Client,
    *,
    subsets: Sequence[str] = (),
    accept: Collection[str] = (),
    progress: Progress = lambda subset, done: None,
) -> Iterator[Filled]:
    """Take the whole history of a source, one subset at a time.

    Parameters
    ----------
    source
        ``arena-dataset``; no other publishes its history in one file.
    into
        The archive; made if absent. The checkout is refused: this is gigabytes of other
        people's data, and yours.
    client
        The HTTP session.
    subsets
        Which; all that hold ratings by default.
    accept
        ``BOARD/DATE`` of revisions taken although they would be held; ``all`` for every one.
    progress
        Told of every vintage.

    Raises
    ------
    UsageError
        If `into` is in the checkout, or a subset or source is not there.
    FetchError, PayloadError
        If the dataset cannot be listed.
    ArchiveError
        If the archive is locked or damaged, or the disk is full.
    """
    if source.name != arena.DATASET:
        raise UsageError(f"{source.name} has no history to fetch; {arena.DATASET} has")
    _outside_checkout(into)
    revision, refused = arena.subsets(client.get(source, source.address).data)
    known = [subset for subset, reason in refused.items() if not reason]
    for subset in subsets:
        if subset not in known:
            raise UsageError(f"no subset {subset!r}; there are: {', '.join(known)}")
    for subset in subsets or known:
        try:
            yield _subset(source, subset, revision, into, client, accept, progress)
        except (FetchError, PayloadError) as error:
            yield Filled(subset, failure=str(error))


def _subset(
    source: Source,
    subset: str,
    revision: str,
    into: Path,
    client: Client,
    accept: Collection[str],
    progress: Progress,
) -> Filled:
    file = into / _WORK / f"{revision}-{subset}.parquet"
    mark = file.with_suffix(".done")
    require_plain(into / _WORK, folder=True)
    for path in (file, mark):
        require_plain(path)
    if mark.exists():
        return Filled(subset, held=None)
    url = arena.dataset_address(revision, subset, "full")
    # Of a file that an earlier run downloaded nothing is known any more.
    verified = not file.exists() and client.download(source, url, file).verified
    moment = utc_now()
    payload = Payload(
        source=source,
        origin=Origin(name=subset, date=moment.date().isoformat(), urls=(url,)),
        data=file.read_bytes(),
        retrieved_at=moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        http_status=200,
        revision=revision,
        verified=verified,
    )
    have = _stored_from(Archive(into), f"arena/{subset}", sha256(payload.data))
    held: list[str] = []

    def wanted() -> Iterator[Publication | PayloadError]:
        for item in arena.dataset_history(payload.data, payload.origin):
            if isinstance(item, Publication) and item.vintage in have:
                held.append(item.vintage)
            else:
                yield item

    outcomes: list[Decision] = []
    try:
        for outcome in take_publications(
            into, wanted(), payload, accept=accept, command=_BACKFILLING
        ):
            outcomes.append(outcome)
            progress(subset, len(held) + len(outcomes))
    except PayloadError:
        file.unlink()  # it is no such file; another attempt should fetch it anew
        raise
    if not any(outcome.outcome == "held" for outcome in outcomes):  # else it is wanted again
        mark.touch()
        file.unlink()
    return Filled(subset, tuple(outcomes), len(held))


def _stored_from(archive: Archive, board: str, raw_sha256: str) -> set[str]:
    """Vintages stored from this very file."""
    stored = archive.board(board).all_snapshots if board in archive.boards() else ()
    return {s.vintage for s in stored if raw_sha256 in s.raw_sha256.split()}


def _outside_checkout(into: Path) -> None:
    check_writable(into)
    checkout = Path(__file__).resolve().parents[2]
    if (checkout / "pyproject.toml").is_file() and into.resolve().is_relative_to(checkout):
        raise UsageError(
            f"{into}: inside the checkout; a backfill is large and belongs in a folder of your "
            f"own, e.g. --into {default_folder()}"
        )
