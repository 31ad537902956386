"""Files that were downloaded by other means, and the history of the official dataset."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from elolag.archive import Archive, Decision, Payload, take_payloads, take_publications
from elolag.archive.collect import (
    Report,
    Untagged,
    check_writable,
    finished,
    private_root,
    private_writer,
)
from elolag.archive.package import require_plain, sha256
from elolag.dates import Now, utc_now
from elolag.dates import parse as parse_date
from elolag.errors import FetchError, PayloadError, UsageError
from elolag.fetch.bodies import MAX_BYTES
from elolag.fetch.client import Client
from elolag.schema import Origin, Publication
from elolag.sources import Source, arena, arena_copies, get_source, indices

_COMMAND = "elolag archive import"
_SUFFIXES = (".csv", ".json", ".parquet")
#: Sources whose payloads name the date of every row.
_SELF_DATED = (arena.DATASET, arena_copies.HISTORY)
_DATE = re.compile(r"(?<!\d)(20\d\d)([-._]?)(\d\d)\2(\d\d)(?!\d)", re.ASCII)


def import_files(
    source: str,
    paths: Sequence[Path],
    archive: Path,
    untagged: Untagged,
    *,
    date: str = "",
    url: str = "",
    dry_run: bool = False,
    accept: Collection[str] = (),
    now: Now = utc_now,
) -> Report:
    """Take files of one source into an archive.

    Parameters
    ----------
    source
        Its name.
    paths
        Files, or folders whose ``.csv``, ``.json`` and ``.parquet`` files are taken.
    archive
        Made if absent; for a source that forbids redistribution the private one beside it is used.
    untagged
        Which of new entries have no tag, as in a run (`archive.collect`).
    date
        ISO date the files stand for; by default the date in each file's name or folder.
    url
        Where the one file was downloaded from.
    dry_run
        Read and check, and write nothing.
    accept
        ``BOARD/DATE`` of what is taken although it would be held; ``all`` for everything.
    now
        The clock, for sources whose payloads are dated themselves.

    Raises
    ------
    UsageError
        If a file cannot be read, or nothing says which date it stands for.
    ArchiveError
        If the archive is locked or damaged, or the disk is full.
    """
    found = get_source(source)
    check_writable(archive)
    files = [file for path in paths for file in _files(path)]
    if url and len(files) != 1:
        raise UsageError(f"--url is the address of one file; {len(files)} are given")
    urls = (url,) if url else ()
    payloads = [_payload(found, file, date, urls, now) for file in files]
    private = not found.redistributable
    root = private_root(archive) if private else archive
    with ExitStack() as stack:
        writer = private_writer(root, stack) if private and not dry_run else None
        outcomes = take_payloads(
            root, payloads, private=private, dry_run=dry_run, accept=accept, command=_COMMAND,
            writer=writer,
        )  # fmt: skip
    return finished(found, outcomes, root, untagged, dry_run=dry_run)


def _files(path: Path) -> Iterator[Path]:
    """The file itself, or the data files of a folder; names that start with ``_`` or ``.`` not."""
    if not path.is_dir():
        yield path
        return
    found = [f for f in sorted(path.rglob("*")) if f.suffix in _SUFFIXES and f.is_file()]
    found = [file for file in found if file.name[0] not in "._"]
    if not found:
        raise UsageError(f"{path}: no .csv, .json or .parquet file in this folder")
    yield from found


def _payload(source: Source, file: Path, date: str, urls: tuple[str, ...], now: Now) -> Payload:
    try:
        if file.stat().st_size > MAX_BYTES:
            raise UsageError(f"{file}: more than {MAX_BYTES:,} bytes; refused")
        data = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from error
    day = parse_date(date).isoformat() if date else _date_in(file)
    if not day and source.name in _SELF_DATED:
        day = now().date().isoformat()
    if not day:
        raise UsageError(
            f"{file}: neither its name nor its folder's says which date it stands for; "
            "give it with --date YYYY-MM-DD"
        )
    origin = Origin(name=_name(source, file), date=day, urls=urls)
    # A file at hand was not retrieved on a day to come, whatever its folder is called.
    retrieved = min(day, now().date().isoformat())
    return Payload(source=source, origin=origin, data=data, retrieved_at=retrieved)


def _name(source: Source, file: Path) -> str:
    """What the payload is at its publisher."""
    if source.name == arena.DATASET:
        in_subset_folder = file.name.startswith(("latest-", "full-"))
        return file.resolve().parent.name if in_subset_folder else file.stem
    if source.name == indices.ARTIFICIAL_ANALYSIS and file.stem in indices.ARENAS:
        return file.stem
    return file.name


def _date_in(file: Path) -> str:
    """The date in the file's name, else in its folder's or the one above; empty if none."""
    path = file.resolve()
    for name in (path.name, path.parent.name, path.parent.parent.name):
        for found in _DATE.finditer(name):
            try:
                return parse_date(f"{found[1]}-{found[3]}-{found[4]}").isoformat()
            except UsageError:
                continue
    return ""


# Every vintage of the official dataset, out of its ``full`` files, into an archive of one's own.
#
# A file is downloaded to disk (going on where it stopped), held as compact columns, and unpacked
# and taken one vintage at a time, so memory stays bounded. A run that is killed goes on at the
# first vintage it had not stored.

#: Where downloads and marks of finished files are kept, inside the archive.
_WORK = ".backfill"
_BACKFILL_COMMAND = "elolag archive backfill"

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
    if source.name != arena.DATASET:
        raise UsageError(f"{source.name} has no history to fetch; {arena.DATASET} has")
    _outside_checkout(into)
    listing = client.get(source, arena.LISTING_URL)
    revision, paths = arena.subsets(listing.data)
    known = [subset for subset in paths if arena.refusal(subset) is None]
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
    file = into / _WORK / f"{revision}-{subset}.parquet"
    mark = file.with_suffix(".done")
    require_plain(into / _WORK, folder=True)
    for path in (file, mark):
        require_plain(path)
    if mark.exists():
        return Filled(subset, held=None)
    url = arena.dataset_address(revision, subset, "full")
    # Of a file that an earlier run downloaded nothing is known any more.
    verified = not file.exists() and client.download(arena.DATASET_SOURCE, url, file).verified
    moment = now()
    payload = Payload(
        source=arena.DATASET_SOURCE,
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
        for item in arena.dataset_history(payload.data, payload.origin):
            if isinstance(item, Publication) and item.vintage in have:
                held.append(item.vintage)
            else:
                yield item

    outcomes: list[Decision] = []
    try:
        for outcome in take_publications(
            into, wanted(), payload, accept=accept, command=_BACKFILL_COMMAND
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


def _held(archive: Archive, board: str, raw_sha256: str) -> set[str]:
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
