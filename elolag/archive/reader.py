"""Reading an archive: boards, vintages, tables. Nothing here writes.

Opening an archive and listing its boards reads folder names only; a manifest is read when one of
its facts is asked for, a table when it is loaded, and then its hash is checked every time.

An archive can be opened with the publishers' own lists only (``sources="official"``): its boards
then show nothing else, so that whatever is asked of them rests on nothing else.
"""

from __future__ import annotations

import difflib
import os
from functools import cached_property
from pathlib import Path

from elolag.archive import completeness, store
from elolag.archive.log import Log, read_lines
from elolag.archive.outcomes import TWINS_COLUMNS
from elolag.archive.snapshot import Snapshot
from elolag.errors import ArchiveError, UsageError
from elolag.months import to_day, utc_now
from elolag.schema import ALL_LISTS, LISTS, OFFICIAL_LISTS, VINTAGE_PATTERN

ENVIRONMENT = "ELOLAG_ARCHIVE"


def default_path() -> Path:
    """Find the archive used when none is named: `ELOLAG_ARCHIVE`, else the shipped one."""
    named = os.environ.get(ENVIRONMENT)
    if named:
        return Path(named)
    package = Path(__file__).resolve().parents[1]
    checkout = package.parent / "snapshots"
    # In site-packages a neighbour called "snapshots" would be somebody else's.
    if checkout.is_dir() and (package.parent / "pyproject.toml").is_file():
        return checkout
    return package / "_snapshots"


def open_archive(
    path: Archive | str | Path | None = None, *, sources: str = ALL_LISTS, allow_empty: bool = False
) -> Archive:
    """Open an archive for reading.

    Parameters
    ----------
    path
        Its folder; by default see `default_path`. An archive already open is taken as it is.
    sources
        ``all``, or ``official`` for the publishers' own lists only. It narrows and never widens:
        an archive opened with ``official`` stays so.
    allow_empty
        Whether one without snapshots, or absent, is fine.

    Raises
    ------
    ArchiveError
        If the archive is missing or empty.
    UsageError
        If `sources` is neither.
    """
    if isinstance(path, Archive):
        return path.only(sources)
    folder = Path(path) if path is not None else default_path()
    archive = Archive(folder, sources=sources)
    if not allow_empty:
        if not folder.is_dir():
            raise ArchiveError(
                f"{folder}: no such archive; name one with --archive or {ENVIRONMENT}, "
                f"or make one with: elolag snapshot --archive {folder}"
            )
        if archive.empty:
            raise ArchiveError(
                f"{folder}: the archive is empty; fill it with: elolag snapshot --archive {folder}"
            )
    return archive


def find_board(
    board: str | Board, archive: Archive | str | Path | None = None, sources: str = ALL_LISTS
) -> Board:
    """The board a question is about, with the lists of `sources` only.

    Parameters
    ----------
    board
        Its name in `archive`, or the board itself.
    archive, sources
        As for `open_archive`.

    Raises
    ------
    UsageError
        If there is no such board, or none of its lists is of `sources`.
    """
    if isinstance(board, Board):
        return board.only(sources)
    return open_archive(archive, sources=sources).board(board)


class Archive:
    """A folder of snapshots.

    Attributes
    ----------
    path
        The folder.
    use_log
        Whether manifests are compared with the hashes in ``log.csv``.
    sources
        ``all``, or ``official``: its boards then show only lists that came from their publisher.
    """

    def __init__(self, path: Path, *, use_log: bool = True, sources: str = ALL_LISTS) -> None:
        self.path = path
        self.use_log = use_log
        self.sources = _known(sources)

    def __repr__(self) -> str:
        return f"Archive({str(self.path)!r}, {len(self.boards())} boards)"

    def only(self, sources: str) -> Archive:
        """The archive with the lists of `sources` only; see `open_archive`."""
        if _known(sources) in (ALL_LISTS, self.sources):
            return self
        return Archive(self.path, use_log=self.use_log, sources=sources)

    @cached_property
    def _boards(self) -> dict[str, Board]:
        labels: dict[str, list[str]] = {}
        if self.path.is_dir():
            for name, label in store.snapshot_folders(self.path):
                labels.setdefault(name, []).append(label)
        return {name: Board(self, name, tuple(found)) for name, found in sorted(labels.items())}

    @cached_property
    def manifest_hashes(self) -> dict[tuple[str, str], str]:
        """SHA-256 of each manifest as ``log.csv`` recorded it, by board and label."""
        return self._log.manifest_hashes if self.use_log else {}

    @property
    def log_head(self) -> str:
        """Head of the chain of ``log.csv``; empty where there is none. See `elolag.archive.log`."""
        return self._log.head if self.use_log else ""

    @cached_property
    def _log(self) -> Log:
        return Log.read(self.path)

    @property
    def empty(self) -> bool:
        """Whether it holds no snapshot at all, shown or not."""
        return not self._boards

    def boards(self) -> list[str]:
        """Names of all boards with a list to show, sorted."""
        return [name for name, board in self._boards.items() if board.labels]

    def board(self, name: str) -> Board:
        """One board; an unknown name is a `UsageError` with the nearest names."""
        found = self._boards.get(name)
        if found is None:
            known = self.boards()
            near = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
            hint = f"nearest: {', '.join(near)}" if near else f"there are: {', '.join(known)}"
            raise UsageError(f"no board {name!r} in {self.path}; {hint}")
        if not found.labels:
            raise UsageError(
                f"{name} in {self.path}: none of its lists came from its publisher, all are "
                f"copies; take sources {ALL_LISTS}"
            )
        return found

    def vintages(self, board: str) -> list[str]:
        """ISO dates of the vintages of `board`, oldest first."""
        return [snapshot.vintage for snapshot in self.board(board).snapshots]


class Board:
    """All vintages of one board.

    Attributes
    ----------
    name
        ``arena/text``.
    """

    def __init__(self, archive: Archive, name: str, labels: tuple[str, ...]) -> None:
        self.archive = archive
        self.name = name
        self._folders = labels

    def __repr__(self) -> str:
        return f"Board({self.name!r}, {len(self.snapshots)} vintages)"

    def only(self, sources: str) -> Board:
        """The board with the lists of `sources` only; see `open_archive`."""
        archive = self.archive.only(sources)
        return self if archive is self.archive else Board(archive, self.name, self.labels)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Every folder the archive's sources show, older revisions and superseded ones included."""
        if self.archive.sources == ALL_LISTS:
            return self._folders
        return tuple(snapshot.label for snapshot in self.all_snapshots)

    @cached_property
    def late_twins(self) -> list[dict[str, str]]:
        """The lines of the board's ``twins.csv``: twins that came after what was kept."""
        return read_lines(self.archive.path / self.name / store.TWINS, TWINS_COLUMNS)

    @cached_property
    def all_snapshots(self) -> tuple[Snapshot, ...]:
        """Every folder that is shown, oldest first, revisions of a vintage in order."""
        every = (
            Snapshot(
                self.archive.path,
                self.name,
                label,
                late_twins=self.late_twins,
                expected=self.archive.manifest_hashes.get((self.name, label)),
                judged=self._completeness,
                log_head=self.archive.log_head,
            )
            for label in sorted(self._folders, key=_label_order)
        )
        return tuple(s for s in every if self.archive.sources == ALL_LISTS or s.official)

    @cached_property
    def snapshots(self) -> tuple[Snapshot, ...]:
        """The newest accepted revision of each vintage, oldest first.

        A less precise copy of a publication that came in a better form later is left out, and so
        is a list of an impossible day (see `misdated`).
        """
        # The line is written before the folder that supersedes; without the folder, or where that
        # is not shown, it is void.
        superseded = {
            label
            for twin in self.late_twins
            if twin["kept"] in self.labels and twin["kept"] not in self.misdated
            for label in twin["supersedes"].split()
        }
        newest: dict[str, Snapshot] = {}
        for snapshot in self.all_snapshots:
            if snapshot.label not in superseded and snapshot.label not in self.misdated:
                newest[snapshot.vintage] = snapshot
        return tuple(newest.values())

    @cached_property
    def misdated(self) -> dict[str, str]:
        """Label to what is wrong, of each list that cannot be of the day it says.

        An earlier version stored such lists. They stay where they are and are used only when
        named; otherwise one dated ahead would be the board's newest list until its day comes.
        """
        today = utc_now().date().isoformat()
        found = {}
        for snapshot in self.all_snapshots:
            try:
                fault = snapshot.date_fault(today)
            except ArchiveError:
                continue  # a damaged manifest is refused where its facts are used
            if fault:
                found[snapshot.label] = fault
        return found

    def _completeness(self, snapshot: Snapshot) -> str:
        """What the lists before and after say of one list; of a hidden one, what was said then."""
        return self._judged.get(snapshot.label) or snapshot.completeness_then

    @cached_property
    def _judged(self) -> dict[str, str]:
        """Completeness of every list of votes that is current in the archive, by label."""
        if self.archive.sources != ALL_LISTS:
            # A list that may not answer is evidence all the same.
            return Board(Archive(self.archive.path), self.name, self._folders)._judged
        alike: dict[tuple[str, bool | None], list[Snapshot]] = {}
        for snapshot in self.snapshots:
            if snapshot.method in completeness.METHODS and snapshot.reference is not None:
                alike.setdefault((snapshot.method, snapshot.style_control), []).append(snapshot)
        return {
            snapshot.label: verdict
            for group in alike.values()
            for snapshot, verdict in zip(
                group, completeness.judge([_row(snapshot) for snapshot in group]), strict=True
            )
        }

    def snapshot(self, vintage: str | None = None) -> Snapshot:
        """One vintage, by default the newest official one (the newest copy if all are copies).

        Parameters
        ----------
        vintage
            An ISO date, or a label such as ``2026-07-21.r2`` for one revision. A date by which
            a copy (a twin) dated a publication finds that publication.

        Raises
        ------
        UsageError
            If there is none; the message has the nearest ones.
        """
        if vintage is None:
            if not self.snapshots:
                raise UsageError(
                    f"{self.name} in {self.archive.path}: every list says it is of an impossible "
                    f"day, see: elolag archive verify"
                )
            official = (item for item in reversed(self.snapshots) if item.official)
            return next(official, self.snapshots[-1])
        for snapshot in self.snapshots:
            if vintage in (snapshot.vintage, snapshot.label):
                return snapshot
        for snapshot in self.all_snapshots:
            if vintage == snapshot.label:
                return snapshot
        for snapshot in self.snapshots:
            if any(vintage == twin["vintage"] for twin in snapshot.twins):
                return snapshot
        known = [snapshot.vintage for snapshot in self.snapshots]
        before = [date for date in known if date < vintage][-2:]
        after = [date for date in known if date > vintage][:2]
        among = "" if self.archive.sources == ALL_LISTS else f" among its {OFFICIAL_LISTS} lists"
        raise UsageError(
            f"no vintage {vintage!r} of {self.name}{among}; nearest: {', '.join(before + after)}"
        )


def _known(sources: str) -> str:
    if sources not in LISTS:
        raise UsageError(f"unknown sources {sources!r}; known: {', '.join(LISTS)}")
    return sources


def _row(snapshot: Snapshot) -> completeness.Row:
    listing = snapshot.reference
    if listing is None:
        raise ArchiveError(f"{snapshot.path}: holds no ratings to judge")
    return completeness.Row(
        to_day(snapshot.vintage),
        listing.entries,
        listing.ratings,
        whole=completeness.comes_whole(snapshot.source),
        claimed=snapshot.claimed,
    )


def _label_order(label: str) -> tuple[str, int]:
    found = VINTAGE_PATTERN.fullmatch(label)
    if found is None:
        raise ArchiveError(f"{label!r} is not the label of a snapshot")
    return found[1], int(found[2] or 1)
