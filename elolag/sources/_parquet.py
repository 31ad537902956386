"""Bounded reading of Parquet: what it declares is checked before anything is decompressed.

What it declares may be a lie, so decompressing is bounded too: see `elolag.sources._unpacking`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq

from elolag.errors import PayloadError
from elolag.sources._reading import looks_like, require, shown
from elolag.sources._unpacking import BUILT_IN, UNPACKER, UnpackingError

MAX_ROWS = 2_000_000
MAX_GROUPS = 1_000
MAX_UNCOMPRESSED = 256 << 20
MAX_COLUMNS = 200
#: A longer text in any column we read is damage; refused before it is copied to every row.
MAX_TEXT = 4_000

Kind = Literal["text", "number", "date"]


def read(payload: bytes, where: str, wanted: Mapping[str, Kind]) -> tuple[pa.Table, list[str]]:
    """Read the wanted columns; all of them must be there and of their kind.

    Text comes as dictionary-encoded columns, so that a value repeated in a million rows is held
    once; dates come as ISO text. The rows of the file, of its row groups and of what is read must
    agree.

    Returns
    -------
    table, ignored
        The wanted columns, and the names of the others.
    """
    limits = {"thrift_string_size_limit": 16 << 20, "thrift_container_size_limit": 1 << 20}
    try:
        declared = pq.ParquetFile(pa.BufferReader(payload), **limits)
        _bounded(declared.metadata, where)
        names = declared.schema_arrow.names
        require(names, tuple(wanted), where)
        for name, kind in wanted.items():
            _of_kind(declared.schema_arrow.field(name), kind, where)
        unpacked = UNPACKER.unpack(
            payload, wanted, {"max_bytes": MAX_UNCOMPRESSED, "max_text": MAX_TEXT}
        )
        table = pa.ipc.open_stream(pa.BufferReader(unpacked)).read_all()
    except PayloadError:
        raise
    except (pa.ArrowException, MemoryError, *BUILT_IN, UnpackingError) as error:
        said = shown(str(error) or type(error).__name__, 200)
        raise PayloadError(
            f"{where}: not readable as Parquet ({said}){looks_like(payload)}"
        ) from None
    return table, [name for name in names if name not in wanted]


def _bounded(metadata: pq.FileMetaData, where: str) -> None:
    if metadata.num_row_groups > MAX_GROUPS:
        raise PayloadError(
            f"{where}: declares {metadata.num_row_groups:,} row groups; more than {MAX_GROUPS:,} "
            "is refused"
        )
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    counts = [group.num_rows for group in groups]
    rows = max(metadata.num_rows, sum(counts))
    if rows > MAX_ROWS or metadata.num_rows < 0:
        raise PayloadError(f"{where}: declares {rows:,} rows; more than {MAX_ROWS:,} is refused")
    if min(counts, default=0) < 0 or sum(counts) != metadata.num_rows:
        raise PayloadError(
            f"{where}: declares {metadata.num_rows:,} rows, and its row groups {sum(counts):,}"
        )
    if metadata.num_columns > MAX_COLUMNS:
        raise PayloadError(f"{where}: declares {metadata.num_columns:,} columns")
    # Not the columns' own sizes: reading a damaged column's metadata aborts the whole process.
    size = sum(max(0, group.total_byte_size) for group in groups)
    if size > MAX_UNCOMPRESSED:
        raise PayloadError(
            f"{where}: declares {size:,} bytes uncompressed; more than {MAX_UNCOMPRESSED:,} "
            "is refused"
        )


def _of_kind(field: pa.Field, kind: Kind, where: str) -> None:
    plain = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
    text = pa.types.is_string(plain) or pa.types.is_large_string(plain)
    fits = {
        "text": text,
        "number": pa.types.is_floating(plain) or pa.types.is_integer(plain),
        "date": text or pa.types.is_date(plain) or pa.types.is_timestamp(plain),
    }
    # A column of nulls only is written without a type.
    if not fits[kind] and not pa.types.is_null(plain):
        raise PayloadError(f"{where}: column {field.name!r} should be {kind}, found {field.type}")
