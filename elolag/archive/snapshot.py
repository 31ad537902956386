"""One stored snapshot: its facts, and its tables with their hashes checked on every load."""

from __future__ import annotations

import difflib
from functools import cached_property
from typing import TYPE_CHECKING, Any

from elolag.archive import manifest as manifests
from elolag.archive import tables
from elolag.archive.listing import Listing, category_bytes, read_listing, reference_category
from elolag.errors import ArchiveError, UsageError
from elolag.schema import vintage_fault

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import pandas as pd


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
    log_head
        Head of the chain of the archive's log when it was read; empty where there is none.
    """

    def __init__(
        self,
        root: Path,
        board: str,
        label: str,
        *,
        late_twins: Sequence[dict[str, str]] = (),
        expected: str | None = None,
        judged: Callable[[Snapshot], str] | None = None,
        log_head: str = "",
    ) -> None:
        self.board = board
        self.label = label
        self.vintage = label[: len("2026-07-21")]
        self.path = f"{board}/{label}"
        self._folder = root / board / label
        self._late_twins = late_twins
        self._expected = expected
        self._judged = judged
        self.log_head = log_head

    def __repr__(self) -> str:
        return f"Snapshot({self.path!r})"

    @cached_property
    def _read(self) -> tuple[dict[str, Any], str]:
        path = self._folder / manifests.MANIFEST
        package, digest = manifests.read(path)
        facts = package["elolag"]
        if facts.get("board") != self.board or facts.get("label") != self.label:
            raise ArchiveError(
                f"{path}: it describes {facts.get('board')}/{facts.get('label')}, not this folder"
            )
        if self._expected is not None and digest != self._expected:
            raise ArchiveError(
                f"{path}: its bytes have changed since it was stored (sha256 {digest}, log.csv "
                f"says {self._expected}); restore it from a good copy"
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
    def official(self) -> bool:
        """Whether the source is the publisher's own and not a copy."""
        return bool(self.facts["official"])

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

    def date_fault(self, today: str) -> str:
        """Why the list cannot be of its vintage; empty where it can. `today` is an ISO date.

        Lists are refused for this before they are stored; an earlier version stored them.
        """
        got = str(self.facts.get("retrieved_at", today))[: len(today)]
        return vintage_fault(self.vintage, min(got, today))

    @property
    def completeness(self) -> str:
        """``full`` or ``top-N``, told from the lists before and after that the archive holds."""
        return self._judged(self) if self._judged else self.completeness_then

    @property
    def completeness_then(self) -> str:
        """What was known of it when it was stored."""
        return str(self.facts["completeness"])

    @property
    def claimed(self) -> str:
        """What its source says of the list, taken alone: ``full`` or ``top-N``."""
        return str(self.facts.get("claimed", self.completeness_then))

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
            for twin in self._late_twins
            if twin["kept"] == self.label
        ]
        return (*self.facts["twins"], *later)

    def read_bytes(self, table: str) -> bytes:
        """Read the bytes of ``<table>.csv``, checked against the manifest.

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

    @cached_property
    def reference(self) -> Listing | None:
        """Its listing of `overall`, else of its first category; None without ratings."""
        category = reference_category(self.categories)
        return self._listing(category) if category else None

    def table(self, name: str) -> pd.DataFrame:
        """Load a table as a frame, its hash checked; see `read_bytes` for the errors."""
        return tables.decode(name, self.read_bytes(name), f"{self._folder / name}.csv")

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
        return tables.decode("ratings", rows, f"{self._folder / 'ratings'}.csv")

    def listing(self, category: str) -> Listing:
        """The figures of one category; see `ratings` for the errors."""
        self._check_category(category)
        if self.reference is not None and category == reference_category(self.categories):
            return self.reference
        return self._listing(category)

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
            hint = (
                f"nearest: {', '.join(near)}" if near else f"it has: {', '.join(self.categories)}"
            )
            raise UsageError(f"{self.path} has no category {category!r}; {hint}")

    def entries(self) -> pd.DataFrame:
        """Load what the publisher says of each entry."""
        return self.table("entries")


def same_scale(one: Snapshot, other: Snapshot) -> bool:
    """Whether ratings of two snapshots of a board may be linked: one method, one style control."""
    return (one.method, one.style_control) == (other.method, other.style_control)
