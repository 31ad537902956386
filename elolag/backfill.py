"""Every vintage of the official dataset, out of its ``full`` files, into an archive of one's own.

A file is downloaded to disk (going on where it stopped), held as compact columns, and unpacked
and taken one vintage at a time, so memory stays bounded. A run that is killed goes on at the
first vintage it had not stored.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from elolag.archive import Archive, Outcome, Payload, take_publications
from elolag.archive.tables import sha256
from elolag.collect import check_writable
from elolag.errors import FetchError, PayloadError, UsageError
from elolag.fetch import Now, utc_now
from elolag.http import Client
from elolag.schema import Origin, Publication
from elolag.sources import Source, arena_dataset

#: Where downloads and marks of finished files are kept, inside the archive.
WORK = ".backfill"
_COMMAND = "elolag archive backfill"

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
    outcomes: tuple[Outcome, ...] = ()
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
    now: Now = utc_now,
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
    now
        The clock.

    Raises
    ------
    UsageError
        If `into` is in the checkout, or a subset or source is not there.
    FetchError, PayloadError
        If the dataset cannot be listed.
    ArchiveError
        If the archive is locked or damaged, or the disk is full.
    """
    if source.name != arena_dataset.NAME:
        raise UsageError(f"{source.name} has no history to fetch; {arena_dataset.NAME} has")
    _outside_checkout(into)
    listing = client.get(source, arena_dataset.LISTING_URL)
    revision, paths = arena_dataset.subsets(listing.data)
    known = [subset for subset in paths if arena_dataset.refusal(subset) is None]
    for subset in subsets:
        if subset not in known:
            raise UsageError(f"no subset {subset!r}; there are: {', '.join(known)}")
    for subset in subsets or known:
        try:
            yield _subset(subset, revision, into, client, accept, progress, now)
        except (FetchError, PayloadError) as error:
            yield Filled(subset, failure=str(error))


def _subset(
    subset: str,
    revision: str,
    into: Path,
    client: Client,
    accept: Collection[str],
    progress: Progress,
    now: Now,
) -> Filled:
    file = into / WORK / f"{revision}-{subset}.parquet"
    mark = file.with_suffix(".done")
    if mark.exists():
        return Filled(subset, held=None)
    url = arena_dataset.address(revision, subset, "full")
    # Of a file that an earlier run downloaded nothing is known any more.
    verified = not file.exists() and client.download(arena_dataset.SOURCE, url, file).verified
    moment = now()
    payload = Payload(
        source=arena_dataset.SOURCE,
        origin=Origin(name=subset, date=moment.date().isoformat(), urls=(url,)),
        data=file.read_bytes(),
        retrieved_at=moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        http_status=200,
        revision=revision,
        verified=verified,
    )
    have = _held(Archive(into), f"arena/{subset}", sha256(payload.data))
    held: list[str] = []

    def wanted() -> Iterator[Publication | PayloadError]:
        for item in arena_dataset.history(payload.data, payload.origin):
            if isinstance(item, Publication) and item.vintage in have:
                held.append(item.vintage)
            else:
                yield item

    outcomes: list[Outcome] = []
    try:
        for outcome in take_publications(into, wanted(), payload, accept=accept, command=_COMMAND):
            outcomes.append(outcome)
            progress(subset, len(held) + len(outcomes))
    except PayloadError:
        file.unlink()  # it is no such file; another attempt should fetch it anew
        raise
    if not any(outcome.outcome == "held" for outcome in outcomes):  # else it is wanted again
        mark.touch()
        file.unlink()
    return Filled(subset, tuple(outcomes), len(held))


def _held(archive: Archive, board: str, raw_sha256: str) -> set[str]:
    """Vintages stored from this very file."""
    if board not in archive.boards():
        return set()
    return {
        snapshot.vintage
        for snapshot in archive.board(board).all_snapshots
        if any(raw["sha256"] == raw_sha256 for raw in snapshot.facts["raw"])
    }


def _outside_checkout(into: Path) -> None:
    check_writable(into)
    checkout = Path(__file__).resolve().parents[1]
    if (checkout / "pyproject.toml").is_file() and into.resolve().is_relative_to(checkout):
        raise UsageError(
            f"{into}: inside the checkout; a backfill is large and belongs in a folder of your "
            f"own, e.g. --into {default_folder()}"
        )
