"""One run of `elolag snapshot`: fetch each source, take what came into the archive, and report."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from elolag.archive import Archive, Decision, Snapshot, Writer, open_archive, take_payloads
from elolag.archive.checks import LOST_SHARE_NOTED
from elolag.archive.package import require_plain
from elolag.archive.publish import publish
from elolag.dates import Now, utc_now
from elolag.errors import ArchiveError, ElolagError, UsageError, unexpected
from elolag.fetch import Fetch, fetch
from elolag.fetch.client import Client
from elolag.sources import Source

_COMMAND = "elolag snapshot"

#: Rows of source, entry and its name as printed; those that nobody has tagged, in words.
Untagged = Callable[[Sequence[tuple[str, str, str]]], Sequence[str]]


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
    untagged: Untagged
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
        root = run.archive if source.redistributable else private_root(run.archive)
        held = _held(root, source)
        etags = {name: str(snapshot.facts["etag"]) for name, snapshot in held.items()}
        fetched = fetch(source, run.client, etags=etags, environ=run.environ, now=run.now)
        if fetched.skipped:
            return Report(source.name, skipped=fetched.skipped)
        if writer is not None and not source.redistributable:
            mine = private_writer(root, stack)
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


def check_writable(root: Path) -> None:
    """Raise a `UsageError` for the archive that is part of an installed package."""
    if root.name == "_snapshots":
        raise UsageError(
            "the archive packaged with elolag is not written to; make one of your own with "
            "`elolag archive init DIR`, and name it with --archive DIR or the environment "
            "variable ELOLAG_ARCHIVE"
        )


def _held(root: Path, source: Source) -> dict[str, Snapshot]:
    """Payload name to the snapshot last stored from it, where an unchanged upstream means no news.

    Left out are snapshots without an ETag, damaged ones, and those another parser version read,
    and those of an impossible day.
    """
    archive = open_archive(root, allow_empty=True)
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
            root,
            came,
            private=not source.redistributable,
            dry_run=run.dry_run,
            accept=run.accept,
            command=_COMMAND,
            writer=writer,
        )
    except ArchiveError as error:
        failures.append(str(error))
    if writer is not None:
        _log_failures(writer, source, fetched.failures, run)
    return finished(
        source,
        outcomes,
        root,
        run.untagged,
        dry_run=run.dry_run,
        failures=failures,
        warnings=_missing(fetched, root),
        notes=fetched.notes,
    )


def finished(
    source: Source,
    outcomes: Sequence[Decision],
    root: Path,
    untagged: Untagged,
    *,
    dry_run: bool,
    failures: Sequence[str] = (),
    warnings: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> Report:
    """The report on outcomes: what a person should look at, and what has no tag yet."""
    return Report(
        source=source.name,
        outcomes=tuple(outcomes),
        failures=tuple(failures),
        warnings=(*_warnings(outcomes, Archive(root)), *warnings),
        notes=tuple(notes),
        archive=str(root),
        untagged=_untagged(outcomes, Archive(root), untagged, dry_run=dry_run),
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
    outcomes: Sequence[Decision], archive: Archive, untagged: Untagged, *, dry_run: bool
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


def private_root(root: Path) -> Path:
    """The archive beside `root` for sources that forbid redistribution."""
    return root.resolve().parent / "private"


def private_writer(root: Path, stack: ExitStack) -> Writer:
    """Open the private archive, and see to it that git leaves it alone wherever it is."""
    writer = stack.enter_context(Writer(root, _COMMAND))
    ignore = root / ".gitignore"
    require_plain(ignore)
    if not ignore.exists():
        ignore.write_text("*\n", encoding="ascii")
    return writer
