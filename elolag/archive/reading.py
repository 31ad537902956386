"""Reading an archive: boards, snapshots, tables with their hashes checked on every load."""

from __future__ import annotations

import difflib
import os
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from elolag.archive import completeness, package
from elolag.archive import log as logs
from elolag.archive.listing import (
    Listed,
    Listing,
    category_bytes,
    precedence,
    read_listing,
    reference_category,
)
from elolag.dates import parse, utc_now
from elolag.errors import ArchiveError, UsageError
from elolag.schema import ALL_LISTS, BOARD_PATTERN, OFFICIAL_LISTS, VINTAGE_PATTERN, vintage_fault

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping, Sequence
    from pathlib import Path

    import pandas as pd


@dataclass
class _Kept:
    """What was read of one folder: its manifest with the hash, and figures by category."""

    manifest: tuple[dict[str, Any], str] | None = None
    listings: dict[str, Listing] = field(default_factory=dict)


class Snapshot(Listed):
    """One board at one vintage, as stored.

    Attributes
    ----------
    board
        Name of the board.
    label
        Its folder: the vintage, with ``.r2``, ``.r3`` for later revisions.
    vintage
        The vintage alone, an ISO date.
    path
        Of the folder, relative to the archive, with ``/``.
    """

    def __init__(self, root: Path, board: str, label: str, *, read_as: Board | None = None) -> None:
        self.board = board
        self.label = label
        self.vintage = label[: len("2026-07-21")]
        self.path = f"{board}/{label}"
        self._folder = root / board / label
        self._read_as = read_as
        # The same folder of one archive is read once, whatever board shows it.
        self._kept = read_as.archive.kept[self.path] if read_as else _Kept()

    def __repr__(self) -> str:
        return f"Snapshot({self.path!r})"

    @property
    def folder(self) -> Hashable:
        """What tells it from all others that are read."""
        return self._folder

    @property
    def _read(self) -> tuple[dict[str, Any], str]:
        if self._kept.manifest is None:
            self._kept.manifest = self._manifest()
        return self._kept.manifest

    def _manifest(self) -> tuple[dict[str, Any], str]:
        path = self._folder / package.MANIFEST
        manifest, digest = package.read(path)
        facts = manifest["elolag"]
        if (facts["board"], facts["label"]) != (self.board, self.label):
            raise ArchiveError(
                f"{path}: it describes {facts['board']}/{facts['label']}, not this folder"
            )
        line = self._read_as.written.get(self.label) if self._read_as else None
        if line is not None and digest != line["manifest_sha256"]:
            raise ArchiveError(
                f"{path}: its bytes have changed since it was stored (sha256 {digest}, log.csv "
                f"says {line['manifest_sha256']}); restore it from a good copy"
            )
        return manifest, digest

    @property
    def readable(self) -> bool:
        """Whether its manifest is one, and the one that was stored."""
        try:
            return bool(self.facts)
        except ArchiveError:
            return False

    @property
    def manifest(self) -> dict[str, Any]:
        """The content of ``datapackage.json``."""
        return self._read[0]

    @cached_property
    def facts(self) -> dict[str, Any]:
        """The manifest's ``elolag`` part."""
        facts: dict[str, Any] = self.manifest["elolag"]
        return facts

    @property
    def sha256(self) -> str:
        """Hex SHA-256 of the bytes of ``datapackage.json``, which holds the tables' hashes."""
        return self._read[1]

    @property
    def log_head(self) -> str:
        """Head of the chain of the archive's log when it was read; empty where there is none."""
        return self._read_as.archive.log_head if self._read_as else ""

    @property
    def tags(self) -> str:
        """SHA-256 of the tags that were installed in its archive; empty where there are none."""
        return self._read_as.archive.tags_sha256 if self._read_as else ""

    @property
    def official(self) -> bool:
        """Whether the source is the publisher's own and not a copy."""
        return bool(self.facts["official"])

    @cached_property
    def content(self) -> str:
        """Identity of the stored bytes."""
        return str(self.manifest["id"]).removeprefix("sha256:")

    def date_fault(self, today: str) -> str:
        """Why the list cannot be of its vintage; empty where it can. `today` is an ISO date.

        Lists are refused for this before they are stored; an earlier version stored them.
        """
        got = str(self.facts.get("retrieved_at", today))[: len(today)]
        return vintage_fault(self.vintage, min(got, today))

    @property
    def completeness(self) -> str:
        """``full`` or ``top-N``, told from the lists before and after that the archive holds."""
        judged = self._read_as.judged.get(self.label) if self._read_as else None
        return judged or self.completeness_then

    @property
    def completeness_then(self) -> str:
        """What was known of it when it was stored."""
        return str(self.facts["completeness"])

    @property
    def stale_categories(self) -> tuple[str, ...]:
        """Categories that were not computed anew for this vintage."""
        return tuple(self.facts["stale_categories"])

    @property
    def twins(self) -> tuple[dict[str, Any], ...]:
        """Other routes by which it came, those that came later included."""
        later = [
            {**twin, "rows": int(twin["rows"]), "urls": twin["urls"].split()}
            for twin in (self._read_as.late_twins if self._read_as else ())
            if twin["kept"] == self.label
        ]
        return (*super().twins, *later)

    def find(self, category: str) -> Listing | None:
        """The figures of one category, read once; None where there are none."""
        found = self._kept.listings
        if category not in found and category in self.categories:
            found[category] = self._listing(category)
        return found.get(category)

    def find_table(self, name: str) -> pd.DataFrame | None:
        """Load a table, or None where there is none."""
        return self.table(name) if self.has(name) else None

    def has(self, table: str) -> bool:
        """Whether it holds a table."""
        return table in self._resources

    @property
    def _resources(self) -> dict[str, dict[str, Any]]:
        return {item["name"]: item for item in self.manifest["resources"]}

    def read_bytes(self, table: str) -> bytes:
        """Read the bytes of ``<table>.csv``, checked against the manifest.

        Raises
        ------
        UsageError
            If the snapshot has no such table.
        ArchiveError
            If the file is missing or differs from what was stored, naming it.
        """
        resource = self._resources.get(table)
        if resource is None:
            held = ", ".join(self._resources)
            raise UsageError(f"{self.path} has no table {table!r}; it has: {held}")
        path = self._folder / f"{table}.csv"
        data = package.read_file(path)
        digest = f"sha256:{package.sha256(data)}"
        if digest != resource["hash"]:
            raise ArchiveError(
                f"{path}: its bytes have changed since it was stored ({digest}, the manifest says "
                f"{resource['hash']}); restore it from a good copy"
            )
        return data

    def table(self, name: str) -> pd.DataFrame:
        """Load a table as a frame, its hash checked; see `read_bytes` for the errors."""
        return package.decode(name, self.read_bytes(name), f"{self._folder / name}.csv")

    def ratings(self, category: str | None = None) -> pd.DataFrame:
        """Ratings, of one category or of all.

        Raises
        ------
        UsageError
            If the board has no such category at this vintage; the message has the nearest.
        """
        if category is None:
            return self.table("ratings")
        self._check_category(category)
        rows = category_bytes(self.read_bytes("ratings"), category)
        return package.decode("ratings", rows, f"{self._folder / 'ratings'}.csv")

    def listing(self, category: str) -> Listing:
        """The figures of one category; see `ratings` for the errors."""
        self._check_category(category)
        kept = self.reference if category == reference_category(self.categories) else None
        return kept or self._listing(category)

    def _listing(self, category: str) -> Listing:
        where = f"{self._folder / 'ratings'}.csv"
        try:
            found = read_listing(self.read_bytes("ratings"), category)
        except (ValueError, KeyError) as error:
            raise ArchiveError(f"{where}: not a table of ratings: {error}") from error
        if found is None:
            raise ArchiveError(f"{where}: it has no rows of {category!r}, the manifest says it has")
        return found

    def _check_category(self, category: str) -> None:
        if category not in self.categories:
            near = difflib.get_close_matches(category, self.categories, n=3, cutoff=0.4)
            hint = f"{'nearest' if near else 'it has'}: {', '.join(near or self.categories)}"
            raise UsageError(f"{self.path} has no category {category!r}; {hint}")

    def entries(self) -> pd.DataFrame:
        """Load what the publisher says of each entry."""
        return self.table("entries")


def same_scale(one: Snapshot, other: Snapshot) -> bool:
    """Whether ratings of two snapshots of a board may be linked: one method, one style control."""
    return one.kind == other.kind


# Reading an archive: boards, vintages, tables. Nothing here writes.
#
# Opening an archive and listing its boards reads folder names only; a manifest is read when one of
# its facts is asked for, a table when it is loaded, and then its hash is checked every time.
#
# An archive can be opened with the publishers' own lists only (``sources="official"``): its boards
# then show nothing else, so that whatever is asked of them rests on nothing else.

_ENVIRONMENT = "ELOLAG_ARCHIVE"


def default_path() -> Path:
    """Find the archive used when none is named: `ELOLAG_ARCHIVE`, else the shipped one."""
    named = os.environ.get(_ENVIRONMENT)
    return Path(named) if named else shipped_path()


def shipped_path() -> Path:
    """Find the archive that came with elolag: that of the checkout, else that of the package."""
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
        Whether one without snapshots is fine.

    Raises
    ------
    ArchiveError
        If the archive is missing or empty.
    UsageError
        If `sources` is neither.

    Examples
    --------
    >>> import elolag
    >>> archive = elolag.open_archive()
    >>> "arena/text" in archive.boards()
    True
    """
    if isinstance(path, Archive):
        return path.only(sources)
    folder = Path(path) if path is not None else default_path()
    archive = Archive(folder, sources=sources)
    if not folder.is_dir():  # a misspelt name, and none that holds nothing
        raise ArchiveError(
            f"{folder}: no such archive; name one with --archive or {_ENVIRONMENT}, "
            f"or make one with: elolag archive init {folder}"
        )
    if archive.empty and not allow_empty:
        raise ArchiveError(
            f"{folder}: the archive is empty; fill it with: elolag snapshot --archive {folder}"
        )
    return archive


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

    Examples
    --------
    >>> import elolag
    >>> board = elolag.open_archive().board("arena/text_style_control")
    >>> board.snapshot("2026-08-19").completeness
    'full'
    """

    def __init__(
        self,
        path: Path,
        *,
        use_log: bool = True,
        sources: str = ALL_LISTS,
        whole: Archive | None = None,
    ) -> None:
        self.path = path
        self.use_log = use_log
        self.sources = _known(sources)
        every = sources == ALL_LISTS
        #: The archive with all its lists.
        self.whole: Archive = self if every else whole or Archive(path, use_log=use_log)
        # What was read of its folders, by path, for all boards that show them.
        self.kept: defaultdict[str, _Kept] = defaultdict(_Kept) if every else self.whole.kept

    def __repr__(self) -> str:
        return f"Archive({str(self.path)!r}, {len(self.boards())} boards)"

    def only(self, sources: str) -> Archive:
        """The archive with the lists of `sources` only; see `open_archive`."""
        if _known(sources) in (ALL_LISTS, self.sources):
            return self
        return Archive(self.path, use_log=self.use_log, sources=sources, whole=self)

    @cached_property
    def _boards(self) -> dict[str, Board]:
        labels: dict[str, list[str]] = {}
        if self.path.is_dir():
            for name, label in logs.snapshot_folders(self.path):
                labels.setdefault(name, []).append(label)
        return {name: Board(self, name, tuple(found)) for name, found in sorted(labels.items())}

    def written(self, board: str) -> dict[str, dict[str, str]]:
        """The lines of ``log.csv`` that wrote the folders of a board, by label."""
        return {label: line for (name, label), line in self._log.written.items() if name == board}

    @property
    def log_head(self) -> str:
        """Head of the chain of ``log.csv``; empty where there is none. See `elolag.archive.log`."""
        return self._log.head

    @cached_property
    def _log(self) -> logs.Log:
        return logs.Log.read(self.path) if self.use_log else logs.Log(self.path, b"")

    @property
    def tags_sha256(self) -> str:
        """SHA-256 of the bundle of tags that was installed last; empty where there is none."""
        return next(reversed(self._log.tags), "")

    def tags(self) -> bytes | None:
        """The bundle of tags that was installed last, its hash checked; None where there is none.

        Raises
        ------
        ArchiveError
            If the file is missing or differs from what was installed.
        """
        digest = self.tags_sha256
        if not digest:
            return None
        path = logs.tags_path(self.path, digest)
        return _checked(path, digest, logs.CHANGED.replace("stored", "installed"))

    def forecasts(self) -> Iterator[tuple[Path, bytes, dict[str, str]]]:
        """Each forecast that was added, in order: its file, its bytes and the line of the log.

        Raises
        ------
        ArchiveError
            If a file is missing or differs from what was added.
        """
        for (board, label), line in self._log.forecasts.items():
            path = logs.forecast_path(self.path, board, label)
            yield path, _checked(path, line["raw_sha256"], logs.CHANGED), line

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
            if BOARD_PATTERN.fullmatch(name):
                for folder in (self.path / name.partition("/")[0], self.path / name):
                    package.require_plain(folder, folder=True)
            known = self.boards()
            near = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
            hint = f"{'nearest' if near else 'there are'}: {', '.join(near or known)}"
            raise UsageError(f"no board {name!r} in this archive; {hint}")
        if not found.labels:
            raise UsageError(
                f"{name} in this archive: none of its lists came from its publisher, all are "
                f"copies; take sources {ALL_LISTS}"
            )
        return found

    def damaged(self, name: str) -> dict[str, str]:
        """`Board.damaged`, also of a board that is not there although the log says so."""
        return (self._boards.get(name) or Board(self, name, ())).damaged

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
        return logs.read_lines(self.archive.path / self.name / logs.TWINS, logs.TWINS_COLUMNS)

    @cached_property
    def all_snapshots(self) -> tuple[Snapshot, ...]:
        """Every folder that is shown, oldest first, revisions of a vintage in order."""
        if self.archive.sources == ALL_LISTS:
            return self._every
        return tuple(s for s in self._every if s.label not in self.damaged and s.official)

    @cached_property
    def written(self) -> dict[str, dict[str, str]]:
        """The lines of ``log.csv`` that wrote its folders, by label."""
        return self.archive.written(self.name)

    @cached_property
    def _every(self) -> tuple[Snapshot, ...]:
        labels = sorted(self._folders, key=_label_order)
        _ = self.written  # now: that the log cannot be read is no fault of one list
        root = self.archive.path
        return tuple(Snapshot(root, self.name, label, read_as=self) for label in labels)

    @cached_property
    def damaged(self) -> dict[str, str]:
        """Label to what is wrong, of each list whose folder is none, or is not there as logged.

        Such a list is refused when it is named and otherwise set aside; the others are as good as
        before. That a table's bytes have changed is found when it is loaded.
        """
        found = {s.label: _damage(s, self.archive.path) for s in self._every}
        for label in self.written:
            if label not in self._folders:
                path = self.archive.path / self.name / label
                wrong = package.misplaced(path, folder=True, absent=logs.MISSING)
                found[label] = f"{self.name}/{label}: {wrong or logs.MISSING}"
        return {label: wrong for label, wrong in found.items() if wrong}

    @cached_property
    def snapshots(self) -> tuple[Snapshot, ...]:
        """The newest accepted revision of each vintage, oldest first.

        A less precise copy of a publication that came in a better form later is left out, and so
        is a list of an impossible day (see `misdated`) or in a damaged folder (see `damaged`).
        """
        usable = [
            snapshot
            for snapshot in self.all_snapshots
            if snapshot.label not in self.damaged and snapshot.label not in self.misdated
        ]
        # What a list supersedes stands in its manifest; ``twins.csv`` says it again for readers.
        given = {snapshot.label: tuple(snapshot.facts["supersedes"]) for snapshot in usable}
        for label in circular(given):
            del given[label]
        superseded = {other for others in given.values() for other in others}
        return tuple({s.vintage: s for s in usable if s.label not in superseded}.values())

    @property
    def scaled(self) -> tuple[Snapshot, ...]:
        """Its vintages on the published scale: those of votes but for online Elo, and indices."""
        return tuple(s for s in self.snapshots if s.method in ("bradley-terry", "index"))

    def complete(self, category: str = "") -> tuple[Snapshot, ...]:
        """Of these the complete ones; those that have a category, if one is named."""
        lists = (s for s in self.scaled if s.completeness == "full")
        return tuple(s for s in lists if not category or category in s.categories)

    @cached_property
    def misdated(self) -> dict[str, str]:
        """Label to what is wrong, of each list that cannot be of the day it says.

        An earlier version stored such lists. They stay where they are and are used only when
        named; otherwise one dated ahead would be the board's newest list until its day comes.
        """
        today = utc_now().date().isoformat()
        sound = [s for s in self.all_snapshots if s.label not in self.damaged]
        return {s.label: fault for s in sound if (fault := s.date_fault(today))}

    @cached_property
    def judged(self) -> dict[str, str]:
        """What the lists before and after say of each current list of votes, by label."""
        if self.archive.sources != ALL_LISTS:
            # A list that may not answer is evidence all the same.
            return Board(self.archive.whole, self.name, self._folders).judged
        alike: dict[tuple[str, bool | None], dict[str, completeness.Row]] = {}
        for snapshot in self.snapshots:
            if snapshot.method in completeness.METHODS and snapshot.reference is not None:
                row = completeness.row_of(snapshot.vintage, snapshot, snapshot.reference)
                alike.setdefault(snapshot.kind, {})[snapshot.label] = row
        return {
            label: verdict
            for rows in alike.values()
            for label, verdict in zip(rows, completeness.judge([*rows.values()]), strict=True)
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
            official = [item for item in self.snapshots if item.official]
            newest = (official or self.snapshots)[-1:]
            self._require_newest(newest)
            if not newest:
                raise UsageError(
                    f"{self.name} in this archive: every list says it is of an impossible "
                    f"day, see: elolag archive verify"
                )
            return newest[0]
        named = [s for s in self.snapshots if vintage in (s.vintage, s.label)]
        named = named or [s for s in self.all_snapshots if vintage == s.label]
        named = named or [
            s for s in self.snapshots if any(vintage == t["vintage"] for t in s.twins)
        ]
        if named:
            return named[0]
        if vintage in self.damaged:
            raise ArchiveError(str(self.archive.path / self.damaged[vintage]))
        parse(vintage.partition(".r")[0])
        known = [snapshot.vintage for snapshot in self.snapshots]
        before = [date for date in known if date < vintage][-2:]
        after = [date for date in known if date > vintage][:2]
        among = "" if self.archive.sources == ALL_LISTS else f" among its {OFFICIAL_LISTS} lists"
        near = ", ".join(before + after)
        raise UsageError(f"no vintage {vintage!r} of {self.name}{among}; nearest: {near}")

    def _require_newest(self, newest: Sequence[Snapshot]) -> None:
        """Refuse to take `newest` for the newest list where a run wrote one that is damaged."""
        lost = list(self.damaged)
        if newest:
            # A folder that no run wrote is none, and a copy is not asked for: both are set aside.
            worst = max(package.OFFICIAL, newest[0].precedence)
            lost = [
                label
                for label, line in self.written.items()
                if label in self.damaged
                and label > newest[0].label
                and precedence(line["source"]) <= worst
            ]
        if lost:
            other = f"; or ask for another vintage, e.g. {newest[0].vintage}" if newest else ""
            raise ArchiveError(f"{self.archive.path / self.damaged[max(lost)]}{other}")


def _checked(path: Path, digest: str, changed: str) -> bytes:
    data = package.read_file(path)
    if package.sha256(data) != digest:
        raise ArchiveError(f"{path}: {changed}")
    return data


def _known(sources: str) -> str:
    if sources not in (ALL_LISTS, OFFICIAL_LISTS):
        raise UsageError(f"unknown sources {sources!r}; known: {ALL_LISTS}, {OFFICIAL_LISTS}")
    return sources


def _damage(snapshot: Snapshot, root: Path) -> str:
    """Why a folder holds no snapshot; empty where it does."""
    try:
        for item in snapshot.manifest["resources"]:
            package.require_there(root / snapshot.path / item["path"])
    except ArchiveError as error:
        return ": ".join(package.told(error, root))
    return ""


def circular(given: Mapping[str, Sequence[str]]) -> list[str]:
    """Labels that supersede themselves, at once or by way of others.

    Parameters
    ----------
    given
        Label to the labels it supersedes.
    """

    def reached(label: str) -> set[str]:
        found: set[str] = set()
        ahead = set(given[label])
        while ahead:
            found |= ahead
            ahead = {other for one in ahead for other in given.get(one, ())} - found
        return found

    return [label for label in given if label in reached(label)]


def _label_order(label: str) -> tuple[str, int]:
    found = VINTAGE_PATTERN.fullmatch(label)
    if found is None:
        raise ArchiveError(f"{label!r} is not the label of a snapshot")
    return found[1], int(found[2] or 1)
