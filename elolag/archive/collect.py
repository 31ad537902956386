"""Ways into an archive: a run of `elolag snapshot`, and files that came by other means."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from elolag.archive import Archive, Decision, Payload, Snapshot, Writer, take_payloads
from elolag.archive.checks import LOST_SHARE_NOTED
from elolag.archive.package import require_plain
from elolag.archive.publish import publish
from elolag.archive.store import check_writable
from elolag.dates import Now, utc_now
from elolag.dates import parse as parse_date
from elolag.errors import ArchiveError, ElolagError, UsageError, unexpected
from elolag.fetch import Fetch, fetch
from elolag.fetch.bounds import MAX_BYTES
from elolag.fetch.client import Client
from elolag.schema import Origin
from elolag.sources import Source, arena, arena_copies, get_source, indices

_COMMAND = "elolag snapshot"

#: Rows of source, entry and its name as printed; those that nobody has tagged, in words.
_Untagged = Callable[[Sequence[tuple[str, str, str]]], Sequence[str]]


@dataclass(frozen=True)
class Report:
    """What became of one source in one run.

    Attributes
    ----------
    source
        Its name.
    outcomes
        One per board.
    failures
        What could not be fetched or taken, besides refused outcomes.
    warnings
        What a person should look at: failed optional checks, boards gone from the listing.
    notes
        What is left out on purpose.
    skipped
        Why nothing was asked for; empty otherwise.
    archive
        Folder the outcomes are about.
    untagged
        Entries of new snapshots that have no tag.
    """

    source: str
    outcomes: tuple[Decision, ...] = ()
    failures: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    skipped: str = ""
    archive: str = ""
    untagged: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether anything that should have come was not stored."""
        return bool(self.failures) or any(o.outcome in _BAD for o in self.outcomes)

    def count(self, *kinds: str) -> int:
        """Number of boards with one of these outcomes."""
        return sum(outcome.outcome in kinds for outcome in self.outcomes)


_BAD = ("held", "refused", "failed")


@dataclass(frozen=True)
class Run:
    """How one run is made.

    Attributes
    ----------
    archive
        Folder of the archive; made if absent.
    client
        The HTTP session.
    untagged
        Which of new entries (source, entry, name as printed) have no tag.
    dry_run
        Fetch and check, and write nothing.
    accept
        ``BOARD/DATE`` of what is taken although it would be held; ``all`` for everything.
    environ
        Where keys are looked up.
    now
        The clock.
    """

    archive: Path
    client: Client
    untagged: _Untagged
    dry_run: bool = False
    accept: Collection[str] = ()
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    now: Now = utc_now


def collect(sources: Iterable[Source], run: Run) -> list[Report]:
    """Fetch the sources and take what came; one source's failure stops no other.

    Raises
    ------
    ArchiveError
        If the archive is locked by another run or cannot be written to at all.
    UsageError
        If it is the one packaged with elolag.
    """
    check_writable(run.archive)
    with ExitStack() as stack:
        writer = None if run.dry_run else stack.enter_context(Writer(run.archive, _COMMAND))
        return [_collected(source, run, writer, stack) for source in sources]


def _collected(source: Source, run: Run, writer: Writer | None, stack: ExitStack) -> Report:
    """The report on one source; whatever goes wrong with it is in there, and in the log."""
    root = run.archive
    mine = writer if source.redistributable else None
    try:
        root = run.archive if source.redistributable else _private_root(run.archive)
        held = _held(root, source)
        etags = {name: str(snapshot.facts["etag"]) for name, snapshot in held.items()}
        fetched = fetch(source, run.client, etags=etags, environ=run.environ, now=run.now)
        if fetched.skipped:
            return Report(source.name, skipped=fetched.skipped)
        if writer is not None and not source.redistributable:
            mine = _private_writer(root, stack)
        return _taken(fetched, held, root, mine, run)
    except ElolagError as error:
        failure = str(error)
    except Exception as error:
        failure = unexpected(error)
    failures = [failure]
    if mine is not None:
        try:
            _log_failures(mine, source, failures, run)
        except ArchiveError as error:  # the archive itself may be what failed
            failures += [str(error)] if str(error) != failure else []
    return Report(source.name, failures=tuple(failures), archive=str(root))


def _log_failures(writer: Writer, source: Source, failures: Iterable[str], run: Run) -> None:
    stamp = run.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    for failure in failures:
        line = Decision(source.name, "", "", "", "failed", message=failure, run_at=stamp)
        writer.log(line.log_line)


def _held(root: Path, source: Source) -> dict[str, Snapshot]:
    """Payload name to the snapshot last stored from it, where an unchanged upstream means no news.

    Left out are snapshots without an ETag, damaged ones, and those another parser version read,
    and those of an impossible day.
    """
    archive = Archive(root)
    found: dict[str, Snapshot] = {}
    for name in archive.boards():
        for snapshot in archive.board(name).all_snapshots:
            if not snapshot.readable or snapshot.source != source.name:
                continue
            raw = snapshot.facts["raw"][0]["name"]
            known = found.get(raw)
            if known is None or known.retrieved_at <= snapshot.retrieved_at:
                found[raw] = snapshot
    return {name: snapshot for name, snapshot in found.items() if _reusable(snapshot, source)}


def _reusable(snapshot: Snapshot, source: Source) -> bool:
    facts = snapshot.facts
    if not facts["etag"] or len(facts["raw"]) != 1 or snapshot.date_fault(snapshot.retrieved_at):
        return False
    try:
        for resource in snapshot.manifest["resources"]:
            snapshot.read_bytes(resource["name"])
    except ArchiveError:
        return False
    return bool(facts["parser_version"] == source.parser_version)


def _taken(
    fetched: Fetch, held: Mapping[str, Snapshot], root: Path, writer: Writer | None, run: Run
) -> Report:
    source = fetched.source
    came = [item for item in fetched.payloads if item.http_status != 304]
    outcomes = [
        Decision(
            source=source.name,
            board=snapshot.board,
            vintage=snapshot.vintage,
            label=snapshot.label,
            outcome="unchanged",
            rows=max(int(part["rows"]) for part in snapshot.manifest["resources"]),
            message="the server says it has not changed",
            run_at=item.retrieved_at,
            raw_sha256=snapshot.raw_sha256,
        )
        for item in fetched.payloads
        if item.http_status == 304
        for snapshot in [held[item.origin.name]]
    ]
    publish(outcomes, writer)
    failures = list(fetched.failures)
    try:
        outcomes += take_payloads(
            root, came, private=not source.redistributable, dry_run=run.dry_run,
            accept=run.accept, command=_COMMAND, writer=writer,
        )  # fmt: skip
    except ArchiveError as error:
        failures.append(str(error))
    if writer is not None:
        _log_failures(writer, source, fetched.failures, run)
    report = Report(
        source.name, tuple(outcomes), tuple(failures), tuple(_missing(fetched, root)),
        fetched.notes, archive=str(root),
    )  # fmt: skip
    return _finished(report, run.untagged, dry_run=run.dry_run)


def _finished(report: Report, untagged: _Untagged, *, dry_run: bool) -> Report:
    """The report with what a person should look at, and what has no tag yet."""
    archive, outcomes = Archive(Path(report.archive)), report.outcomes
    return replace(
        report,
        warnings=(*_warnings(outcomes, archive), *report.warnings),
        untagged=_untagged(outcomes, archive, untagged, dry_run=dry_run),
    )


def _warnings(outcomes: Sequence[Decision], archive: Archive) -> list[str]:
    """What of the new snapshots a person should look at."""
    found = []
    for outcome in outcomes:
        if outcome.outcome not in ("new", "revision"):
            continue
        where = f"{outcome.board}/{outcome.label}"
        failed = [check for check in outcome.checks if not check.passed and not check.required]
        found += [f"{where}: {check.name}: {check.note}" for check in failed]
        known = {check.name for check in outcome.checks}
        if (
            "previous" in known
            and outcome.board in archive.boards()
            and any(
                s.source == outcome.source and s.vintage < outcome.vintage
                for s in archive.board(outcome.board).all_snapshots
            )
        ):
            found.append(f"{where}: too few entries in common with any earlier vintage to compare")
        # Tables without ratings are compared by their entries alone.
        lost = len(outcome.dropped_entries)
        count = outcome.rows - len(outcome.new_entries) + lost
        if "models-lost" not in known and lost > LOST_SHARE_NOTED * count:
            found.append(f"{where}: {lost} of {count} entries of the vintage before are gone")
    return found


def _missing(fetched: Fetch, root: Path) -> list[str]:
    """Boards once taken from this source that its publisher does not list now."""
    if not fetched.listed:
        return []
    archive = Archive(root)
    gone = []
    for name in archive.boards():
        for newest in archive.board(name).snapshots[-1:]:
            raw = str(newest.facts["raw"][0]["name"])
            if newest.source == fetched.source.name and raw not in fetched.listed:
                gone.append(f"{name}: no longer listed by its publisher as {raw}")
    return gone


def _untagged(
    outcomes: Sequence[Decision], archive: Archive, untagged: _Untagged, *, dry_run: bool
) -> tuple[str, ...]:
    """Entries of new rating snapshots that nobody has tagged, highest rating first."""
    rows: list[tuple[str, str, str]] = []
    for outcome in outcomes:
        if outcome.outcome not in ("new", "revision") or not any(
            check.name == "interval-contains-rating" for check in outcome.checks
        ):
            continue
        if dry_run:
            rows += [(outcome.source, entry, "") for entry in outcome.new_entries]
            continue
        snapshot = archive.board(outcome.board).snapshot(outcome.label)
        names = snapshot.entries().set_index("entry")["name"]
        listed = snapshot.ratings().sort_values("rating", ascending=False, kind="stable")
        rows += [
            (outcome.source, entry, str(names[entry]))
            for entry in listed["entry"].drop_duplicates()
        ]
    return tuple(untagged(rows))


def _private_root(root: Path) -> Path:
    """The archive beside `root` for sources that forbid redistribution."""
    return root.resolve().parent / "private"


def _private_writer(root: Path, stack: ExitStack) -> Writer:
    """Open the private archive, and see to it that git leaves it alone wherever it is."""
    writer = stack.enter_context(Writer(root, _COMMAND))
    ignore = root / ".gitignore"
    require_plain(ignore)
    if not ignore.exists():
        ignore.write_text("*\n", encoding="ascii")
    return writer


# Files that were downloaded by other means.

_IMPORTING = "elolag archive import"
_SUFFIXES = (".csv", ".json", ".parquet")
#: Sources whose payloads name the date of every row.
_SELF_DATED = (arena.DATASET, arena_copies.HISTORY)
_DATE = re.compile(r"(?<!\d)(20\d\d)([-._]?)(\d\d)\2(\d\d)(?!\d)", re.ASCII)


def import_files(
    source: str,
    paths: Sequence[Path],
    archive: Path,
    untagged: _Untagged,
    *,
    date: str = "",
    url: str = "",
    dry_run: bool = False,
    accept: Collection[str] = (),
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
        Which of new entries have no tag, as in a `Run`.
    date
        ISO date the files stand for; by default the date in each file's name or folder.
    url
        Where the one file was downloaded from.
    dry_run
        Read and check, and write nothing.
    accept
        ``BOARD/DATE`` of what is taken although it would be held; ``all`` for everything.

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
    payloads = [_payload(found, file, date, url) for file in files]
    private = not found.redistributable
    root = _private_root(archive) if private else archive
    with ExitStack() as stack:
        writer = _private_writer(root, stack) if private and not dry_run else None
        outcomes = take_payloads(
            root, payloads, private=private, dry_run=dry_run, accept=accept, command=_IMPORTING,
            writer=writer,
        )  # fmt: skip
    report = Report(source, tuple(outcomes), archive=str(root))
    return _finished(report, untagged, dry_run=dry_run)


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


def _payload(source: Source, file: Path, date: str, url: str) -> Payload:
    try:
        if file.stat().st_size > MAX_BYTES:
            raise UsageError(f"{file}: more than {MAX_BYTES:,} bytes; refused")
        data = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from error
    today = utc_now().date().isoformat()
    day = parse_date(date).isoformat() if date else _date_in(file)
    if not day and source.name in _SELF_DATED:
        day = today
    if not day:
        raise UsageError(
            f"{file}: neither its name nor its folder's says which date it stands for; "
            "give it with --date YYYY-MM-DD"
        )
    origin = Origin(name=_name(source, file), date=day, urls=(url,) if url else ())
    # A file at hand was not retrieved on a day to come, whatever its folder is called.
    return Payload(source=source, origin=origin, data=data, retrieved_at=min(day, today))


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
