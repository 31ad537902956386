"""Reading an archive: boards, vintages, tables. Nothing here writes.

Opening an archive and listing its boards reads folder names only; a manifest is read when one of
its facts is asked for, a table when it is loaded, and then its hash is checked every time.
"""

from __future__ import annotations

import difflib
import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from elolag.archive import manifest as manifests
from elolag.archive import store, tables
from elolag.errors import ArchiveError, UsageError
from elolag.schema import VINTAGE_PATTERN

if TYPE_CHECKING:
    import pandas as pd

ENVIRONMENT = "ELOLAG_ARCHIVE"


def default_path() -> Path:
    """The archive used when none is named: `ELOLAG_ARCHIVE`, else the shipped one."""
    named = os.environ.get(ENVIRONMENT)
    if named:
        return Path(named)
    package = Path(__file__).resolve().parents[1]
    checkout = package.parent / "snapshots"
    # In site-packages a neighbour called "snapshots" would be somebody else's.
    if checkout.is_dir() and (package.parent / "pyproject.toml").is_file():
        return checkout
    return package / "_snapshots"


def open_archive(path: str | Path | None = None, *, allow_empty: bool = False) -> Archive:
    """Open an archive for reading.

    Parameters
    ----------
    path
        Its folder; by default see `default_path`.
    allow_empty
        Whether one without snapshots, or absent, is fine.

    Raises
    ------
    ArchiveError
        If the archive is missing or empty.
    """
    folder = Path(path) if path is not None else default_path()
    archive = Archive(folder)
    if not allow_empty:
        if not folder.is_dir():
            raise ArchiveError(
                f"{folder}: no such archive; name one with --archive or {ENVIRONMENT}, "
                f"or make one with: elolag snapshot --archive {folder}"
            )
        if not archive.boards():
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
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def __repr__(self) -> str:
        return f"Archive({str(self.path)!r}, {len(self.boards())} boards)"

    @cached_property
    def _boards(self) -> dict[str, Board]:
        labels: dict[str, list[str]] = {}
        if self.path.is_dir():
            for name, label in store.snapshot_folders(self.path):
                labels.setdefault(name, []).append(label)
        return {name: Board(self, name, tuple(found)) for name, found in sorted(labels.items())}

    def boards(self) -> list[str]:
        """Names of all boards, sorted."""
        return list(self._boards)

    def board(self, name: str) -> Board:
        """One board; an unknown name is a `UsageError` with the nearest names."""
        try:
            return self._boards[name]
        except KeyError:
            near = difflib.get_close_matches(name, self._boards, n=3, cutoff=0.4)
            hint = f"nearest: {', '.join(near)}" if near else f"there are: {', '.join(self._boards)}"
            raise UsageError(f"no board {name!r} in {self.path}; {hint}") from None

    def vintages(self, board: str) -> list[str]:
        """ISO dates of the vintages of `board`, oldest first."""
        return [snapshot.vintage for snapshot in self.board(board).snapshots]


class Board:
    """All vintages of one board.

    Attributes
    ----------
    name
        ``arena/text``.
    labels
        Every folder of the board, older revisions and superseded copies included.
    """

    def __init__(self, archive: Archive, name: str, labels: tuple[str, ...]) -> None:
        self.archive = archive
        self.name = name
        self.labels = labels

    def __repr__(self) -> str:
        return f"Board({self.name!r}, {len(self.snapshots)} vintages)"

    @cached_property
    def late_twins(self) -> list[dict[str, str]]:
        """The lines of the board's ``twins.csv``: twins that came after what was kept."""
        return store.read_lines(self.archive.path / self.name / store.TWINS, store.TWINS_COLUMNS)

    @cached_property
    def all_snapshots(self) -> tuple[Snapshot, ...]:
        """Every folder, oldest first, revisions of a vintage in order."""
        return tuple(Snapshot(self, label) for label in sorted(self.labels, key=_label_order))

    @cached_property
    def snapshots(self) -> tuple[Snapshot, ...]:
        """The newest accepted revision of each vintage, oldest first.

        A less precise copy of a publication that came in a better form later is left out.
        """
        superseded = {
            label for twin in self.late_twins for label in twin["supersedes"].split() if label
        }
        newest: dict[str, Snapshot] = {}
        for snapshot in self.all_snapshots:
            if snapshot.label not in superseded:
                newest[snapshot.vintage] = snapshot
        return tuple(newest.values())

    def snapshot(self, vintage: str | None = None) -> Snapshot:
        """One vintage, by default the newest.

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
            return self.snapshots[-1]
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
        raise UsageError(
            f"no vintage {vintage!r} of {self.name}; nearest: {', '.join(before + after)}"
        )


class Snapshot:
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

    def __init__(self, board: Board, label: str) -> None:
        self.board = board.name
        self.label = label
        self.vintage = label[: len("2026-07-21")]
        self.path = f"{board.name}/{label}"
        self._board = board
        self._folder = board.archive.path / board.name / label

    def __repr__(self) -> str:
        return f"Snapshot({self.path!r})"

    @cached_property
    def _read(self) -> tuple[dict[str, Any], str]:
        package, digest = manifests.read(self._folder / manifests.MANIFEST)
        facts = package["elolag"]
        if facts.get("board") != self.board or facts.get("label") != self.label:
            raise ArchiveError(
                f"{self._folder / manifests.MANIFEST}: it describes "
                f"{facts.get('board')}/{facts.get('label')}, not this folder"
            )
        return package, digest

    @property
    def manifest(self) -> dict[str, Any]:
        """The content of ``datapackage.json``."""
        return self._read[0]

    @property
    def facts(self) -> dict[str, Any]:
        """The manifest's ``elolag`` part."""
        facts: dict[str, Any] = self.manifest["elolag"]
        return facts

    @property
    def sha256(self) -> str:
        """Hex SHA-256 of the bytes of ``datapackage.json``, which holds the tables' hashes."""
        return self._read[1]

    @property
    def source(self) -> str:
        """Name of the source the figures were taken from."""
        return str(self.facts["source"])

    @property
    def basis(self) -> str:
        """What the vintage's date is: ``published``, ``commit`` or ``fetched``."""
        return str(self.facts["basis"])

    @property
    def method(self) -> str:
        """``bradley-terry``, ``online-elo``, ``index`` or ``metadata``."""
        return str(self.facts["method"])

    @property
    def style_control(self) -> bool | None:
        """Whether ratings are style-controlled; None where the question makes no sense."""
        value: bool | None = self.facts["style_control"]
        return value

    @property
    def completeness(self) -> str:
        """``full`` or ``top-N``."""
        return str(self.facts["completeness"])

    @property
    def interval_kind(self) -> str:
        """``variance``, ``bootstrap``, ``published`` or ``none``."""
        return str(self.facts["interval"]["kind"])

    @property
    def interval_level(self) -> float | None:
        """Coverage of the published intervals, e.g. 0.95."""
        level: float | None = self.facts["interval"]["level"]
        return level

    @property
    def stale_categories(self) -> tuple[str, ...]:
        """Categories that were not computed anew for this vintage."""
        return tuple(self.facts["stale_categories"])

    @property
    def categories(self) -> dict[str, int]:
        """Rows by category; empty for a table without ratings."""
        return dict(self.facts["categories"])

    @property
    def twins(self) -> tuple[dict[str, Any], ...]:
        """Other routes by which this publication came, those that came later included."""
        later = [
            {**twin, "rows": int(twin["rows"]), "urls": twin["urls"].split()}
            for twin in self._board.late_twins
            if twin["kept"] == self.label
        ]
        return (*self.facts["twins"], *later)

    def read_bytes(self, table: str) -> bytes:
        """The bytes of ``<table>.csv``, checked against the manifest.

        Raises
        ------
        UsageError
            If the snapshot has no such table.
        ArchiveError
            If the file is missing or differs from what was stored, naming it.
        """
        resource = manifests.resource(self.manifest, table)
        if resource is None:
            held = ", ".join(item["name"] for item in self.manifest["resources"])
            raise UsageError(f"{self.path} has no table {table!r}; it has: {held}")
        path = self._folder / f"{table}.csv"
        try:
            data = path.read_bytes()
        except FileNotFoundError as error:
            raise ArchiveError(f"{path}: missing; restore it from a good copy") from error
        digest = f"sha256:{tables.sha256(data)}"
        if digest != resource["hash"]:
            raise ArchiveError(
                f"{path}: its bytes have changed since it was stored ({digest}, the manifest says "
                f"{resource['hash']}); restore it from a good copy"
            )
        return data

    def table(self, name: str) -> pd.DataFrame:
        """A table as a frame, its hash checked; see `read_bytes` for the errors."""
        return tables.decode(name, self.read_bytes(name), f"{self._folder / name}.csv")

    def ratings(self, category: str | None = None) -> pd.DataFrame:
        """Ratings, of one category or of all.

        Raises
        ------
        UsageError
            If the board has no such category at this vintage; the message has the nearest.
        """
        frame = self.table("ratings")
        if category is None:
            return frame
        if category not in self.categories:
            near = difflib.get_close_matches(category, self.categories, n=3, cutoff=0.4)
            hint = f"nearest: {', '.join(near)}" if near else f"it has: {', '.join(self.categories)}"
            raise UsageError(f"{self.path} has no category {category!r}; {hint}")
        return frame[frame["category"] == category].reset_index(drop=True)

    def entries(self) -> pd.DataFrame:
        """What the publisher says of each entry."""
        return self.table("entries")


def _label_order(label: str) -> tuple[str, int]:
    found = VINTAGE_PATTERN.fullmatch(label)
    if found is None:
        raise ArchiveError(f"{label!r} is not the label of a snapshot")
    return found[1], int(found[2] or 1)
