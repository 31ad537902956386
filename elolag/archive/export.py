"""One tidy table out of the snapshots of some boards and dates, as CSV or Parquet."""

from __future__ import annotations

import csv
import io
import math
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from elolag import dates
from elolag.archive import Archive, Snapshot
from elolag.archive.package import number_text
from elolag.errors import ArchiveError, UsageError
from elolag.schema import RATINGS
from elolag.sources.sheet import harmless

if TYPE_CHECKING:
    import pandas as pd

#: Columns of the table: what is said of the snapshot, of the rating, and of the entry.
_COLUMNS: dict[str, str] = {
    "board": "string",
    "vintage": "string",
    "label": "string",
    "source": "string",
    "method": "string",
    "style_control": "string",
    "completeness": "string",
    "interval_level": "number",
    **RATINGS,
    "name": "string",
    "organisation": "string",
    "licence": "string",
    "manifest_sha256": "string",
}


_FACTS = ("board", "vintage", "label", "source", "method", "completeness")


def export(
    archive: Archive,
    out: str | Path | IO[bytes],
    *,
    boards: Sequence[str] = (),
    since: str = "",
    until: str = "",
    spreadsheet: bool = False,
) -> int:
    """Write the ratings of snapshots.

    Parameters
    ----------
    archive
        Where from; every table's hash is checked.
    out
        A path ending in ``.csv`` or ``.parquet``, replaced in one step when the table is complete;
        or a binary stream, which gets CSV.
    boards
        Names; all by default.
    since, until
        ISO dates, both included; empty for no bound.
    spreadsheet
        Put an apostrophe before text that a spreadsheet would run as a formula. Numbers stay.

    Returns
    -------
    int
        Rows written.

    Raises
    ------
    UsageError
        If nothing is selected, a name is unknown, the path has another ending, or a Parquet file
        is to be for a spreadsheet.
    ArchiveError
        If a snapshot is damaged or the file cannot be written.
    """
    chosen = _chosen(archive, boards, since, until)
    if isinstance(out, str):
        out = Path(out)
    write_csv = partial(_write_csv, spreadsheet=spreadsheet)
    if not isinstance(out, Path):
        return write_csv(chosen, out)
    if out.suffix not in (".csv", ".parquet"):
        raise UsageError(f"{out}: the name should end in .csv or .parquet")
    if spreadsheet and out.suffix != ".csv":
        raise UsageError(f"{out}: a table for a spreadsheet is CSV; the name should end in .csv")
    with replacing(out) as stream:
        return (write_csv if out.suffix == ".csv" else _write_parquet)(chosen, stream)


def _chosen(archive: Archive, boards: Sequence[str], since: str, until: str) -> list[Snapshot]:
    for date in (since, until):
        if date:
            dates.parse(date)
    chosen: list[Snapshot] = []
    for name in boards or archive.boards():
        found = [
            snapshot
            for snapshot in archive.board(name).snapshots
            if since <= snapshot.vintage <= (until or "9999")
        ]
        if boards and found and not found[-1].categories:
            raise UsageError(f"{name} holds no ratings; its tables are in {archive.path / name}")
        chosen += [snapshot for snapshot in found if snapshot.categories]
    if not chosen:
        raise UsageError(
            f"no snapshot of {archive.path} is within this selection; see elolag archive list"
        )
    return chosen


def _rows(snapshot: Snapshot) -> pd.DataFrame:
    """The rows of one snapshot, with all of `_COLUMNS`."""
    ratings = snapshot.ratings()
    entries = snapshot.entries().set_index("entry")
    control, level = snapshot.style_control, snapshot.interval_level
    facts: dict[str, Any] = {
        **{name: getattr(snapshot, name) for name in _FACTS},
        "style_control": "" if control is None else str(control).lower(),
        "interval_level": math.nan if level is None else level,
        "manifest_sha256": snapshot.sha256,
    }
    said = {
        column: ratings["entry"].map(entries[column]).fillna("").astype(str)
        for column in ("name", "organisation", "licence")
    }
    return ratings.assign(**facts, **said)[list(_COLUMNS)]


def _write_csv(chosen: Sequence[Snapshot], out: IO[bytes], *, spreadsheet: bool) -> int:
    stream = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(stream, lineterminator="\n")
    text = harmless if spreadsheet else str
    writer.writerow(_COLUMNS)
    count = 0
    for snapshot in chosen:
        rows = _rows(snapshot)
        cells = [
            map(text if kind == "string" else number_text, rows[name].tolist())
            for name, kind in _COLUMNS.items()
        ]
        writer.writerows(zip(*cells, strict=True))
        count += len(rows)
    stream.detach()
    return count


def _write_parquet(chosen: Sequence[Snapshot], out: IO[bytes]) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {"string": pa.string(), "number": pa.float64(), "integer": pa.int64()}
    schema = pa.schema([(name, kinds[kind]) for name, kind in _COLUMNS.items()])
    count = 0
    with pq.ParquetWriter(out, schema, compression="zstd") as writer:
        for snapshot in chosen:
            rows = _rows(snapshot)
            writer.write_table(pa.Table.from_pandas(rows, schema=schema, preserve_index=False))
            count += len(rows)
    return count


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A stream whose content becomes the file in one step, or not at all."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        # Of its own name and made by open, not by tempfile: the file obeys the umask.
        with temporary.open("xb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except OSError as error:
        raise ArchiveError(f"{path}: could not be written: {error.strerror or error}") from error
    finally:
        temporary.unlink(missing_ok=True)


def fill(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a new folder, each flushed to the disk."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())


def swap(new: Path, old: Path, out: Path) -> None:
    """Put a folder in the place of `out`, which goes to `old` and comes back if that fails."""
    replaced = out.exists()
    if replaced:
        out.rename(old)
    try:
        new.rename(out)
    except OSError:
        if replaced:
            old.rename(out)
        raise
