"""Bounded reading of Parquet: what it declares is checked before anything is decompressed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq

from elolag.errors import PayloadError
from elolag.sources._reading import looks_like, require, shown

MAX_ROWS = 2_000_000
MAX_UNCOMPRESSED = 256 << 20
MAX_COLUMNS = 200
#: A longer text in any column we read is damage; refused before it is copied to every row.
MAX_TEXT = 4_000

Kind = Literal["text", "number", "date"]


def read(payload: bytes, where: str, wanted: Mapping[str, Kind]) -> tuple[pa.Table, list[str]]:
    """Read the wanted columns; all of them must be there and of their kind.

    Text comes as dictionary-encoded columns, so that a value repeated in a million rows is held
    once; dates come as ISO text.

    Returns
    -------
    table, ignored
        The wanted columns, and the names of the others.
    """
    limits = {"thrift_string_size_limit": 16 << 20, "thrift_container_size_limit": 1 << 20}
    try:
        declared = pq.ParquetFile(pa.BufferReader(payload), **limits)
        _bounded(declared.metadata, where)
        require(declared.schema_arrow.names, tuple(wanted), where)
        for name, kind in wanted.items():
            _of_kind(declared.schema_arrow.field(name), kind, where)
        file = pq.ParquetFile(
            pa.BufferReader(payload),
            metadata=declared.metadata,
            read_dictionary=[name for name, kind in wanted.items() if kind != "number"],
            **limits,
        )
        table = file.read(columns=list(wanted), use_threads=False)
        table.validate(full=True)
        table = _dates_as_text(table, wanted).unify_dictionaries()
        _short(table, wanted, where)
    except PayloadError:
        raise
    # Arrow reports damage as its own errors, as OSError (bad compression) or as built-in ones.
    except (pa.ArrowException, OSError, ValueError, MemoryError, OverflowError, KeyError) as error:
        said = shown(str(error) or type(error).__name__, 200)
        raise PayloadError(
            f"{where}: not readable as Parquet ({said}){looks_like(payload)}"
        ) from None
    return table, [name for name in declared.schema_arrow.names if name not in wanted]


def _bounded(metadata: pq.FileMetaData, where: str) -> None:
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    rows = max(metadata.num_rows, sum(group.num_rows for group in groups))
    if rows > MAX_ROWS or metadata.num_rows < 0:
        raise PayloadError(f"{where}: declares {rows:,} rows; more than {MAX_ROWS:,} is refused")
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


def _dates_as_text(table: pa.Table, wanted: Mapping[str, Kind]) -> pa.Table:
    for name, kind in wanted.items():
        column = table.column(name)
        if kind == "date" and not pa.types.is_dictionary(column.type):
            days = column.cast(pa.date32(), safe=False).cast(pa.string())
            table = table.set_column(
                table.schema.get_field_index(name), name, days.dictionary_encode()
            )
    return table


def _short(table: pa.Table, wanted: Mapping[str, Kind], where: str) -> None:
    for name in (name for name, kind in wanted.items() if kind != "number"):
        for chunk in table.column(name).chunks:
            if not isinstance(chunk, pa.DictionaryArray):
                continue
            longest = max((len(v) for v in _values(chunk) if v is not None), default=0)
            if longest > MAX_TEXT:
                raise PayloadError(
                    f"{where}: a value of column {name!r} has {longest:,} characters"
                )


def _values(chunk: pa.DictionaryArray) -> Iterable[str | None]:
    values: Iterable[str | None] = chunk.dictionary.to_pylist()
    return values
