"""Taking files that were downloaded by other means into an archive."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from elolag import months
from elolag.archive import Payload, Writer, take_payloads
from elolag.collect import Report, check_writable, finished, private_root, private_writer
from elolag.errors import UsageError
from elolag.fetch import Now, utc_now
from elolag.http import MAX_BYTES
from elolag.schema import Origin
from elolag.sources import Source, arena_dataset, arena_history, artificial_analysis, get_source
from elolag.tags import Lookup

_COMMAND = "elolag archive import"
_SUFFIXES = (".csv", ".json", ".parquet")
#: Sources whose payloads name the date of every row.
_SELF_DATED = (arena_dataset.NAME, arena_history.NAME)
_DATE = re.compile(r"(?<!\d)(20\d\d)([-._]?)(\d\d)\2(\d\d)(?!\d)", re.ASCII)


def import_files(
    source: str,
    paths: Sequence[Path],
    archive: Path,
    lookup: Lookup,
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
    lookup
        The tags new entries are looked up in.
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
    root = archive if found.redistributable else private_root(archive)
    with ExitStack() as stack:
        writer = None
        if not dry_run and found.redistributable:
            writer = stack.enter_context(Writer(root, _COMMAND))
        elif not dry_run:
            writer = private_writer(root, stack)
        outcomes = take_payloads(
            root,
            payloads,
            private=not found.redistributable,
            dry_run=dry_run,
            accept=accept,
            writer=writer,
        )
    return finished(found, outcomes, root, lookup, dry_run=dry_run)


def _files(path: Path) -> Iterator[Path]:
    """The file itself, or the data files of a folder; names that start with ``_`` or ``.`` not."""
    if not path.is_dir():
        yield path
        return
    found = [
        file
        for file in sorted(path.rglob("*"))
        if file.suffix in _SUFFIXES and file.name[0] not in "._" and file.is_file()
    ]
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
    day = months.parse(date).isoformat() if date else _date_in(file)
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
    if source.name == arena_dataset.NAME:
        in_subset_folder = file.name.startswith(("latest-", "full-"))
        return file.resolve().parent.name if in_subset_folder else file.stem
    if source.name == artificial_analysis.NAME and file.stem in artificial_analysis.ARENAS:
        return file.stem
    return file.name


def _date_in(file: Path) -> str:
    """The date in the file's name, else in its folder's or the one above; empty if none."""
    path = file.resolve()
    for name in (path.name, path.parent.name, path.parent.parent.name):
        for found in _DATE.finditer(name):
            try:
                return months.parse(f"{found[1]}-{found[3]}-{found[4]}").isoformat()
            except UsageError:
                continue
    return ""
