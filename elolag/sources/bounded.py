"""Bounded reading of Parquet: what it declares is checked, then it is unpacked within bounds.

A file of 40 kB can unpack to gigabytes whatever its footer says, a footer can describe a million
columns, and damage can abort the library that reads either. So a child reads both: the footer
first, whose length, rows, row groups and columns are bounded, then the columns, with so much memory
and processor time and no more. They come back as Arrow IPC. One child serves many files, at
milliseconds each; one that ended is replaced with the next file. It is this file run as a program,
and imports nothing of elolag: `read` does when it is called.

macOS does not keep to the bound of memory: there a bomb is stopped by time alone. Windows knows
neither bound in Python: files are read in the caller's process there, and only what they declare is
bounded.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

#: What a file may declare. A footer of a thousand row groups takes two megabytes; one of four can
#: describe 300,000 columns. A longer text in any column we read is damage; it is refused before it
#: is copied to every row.
_LIMITS = {
    "footer": 4 << 20,
    "rows": 2_000_000,
    "groups": 1_000,
    "columns": 200,
    "bytes": 256 << 20,
    "text": 1_000,
}

#: Memory a file may take, beside what the child has when it starts (about 100 MB). The largest
#: file there is, 1.2 million rows, takes a third of it.
_MAX_MEMORY = 768 << 20
#: Seconds a file may take, of the processor and of the clock.
_MAX_SECONDS, _MAX_WAIT = 8, 30
#: What Arrow reports damage as, beside its own errors; OSError is bad compression.
_BUILT_IN = (OSError, ValueError, OverflowError, KeyError)

#: How the child begins, before this file's own imports.
_PROGRAM = (
    "import runpy, sys; sys.path[:] = sys.argv[2:]; "
    "runpy.run_path(sys.argv[1], run_name='__main__')"
)


class _UnpackingError(Exception):
    """A file that is damaged or cannot be read within bounds; says why."""


class _DeclaredError(Exception):
    """A file that declares too much, or what does not agree; says what."""


class _Child:
    """A process that unpacks files, and the pipes to it."""

    def __init__(self) -> None:
        question, to_child = os.pipe()
        from_child, answer = os.pipe()
        self.to_child = Connection(to_child, readable=False)
        self.from_child = Connection(from_child, writable=False)
        self.owner = os.getpid()
        # Without what `site` and the environment would run: the library and nothing else.
        paths = [str(Path(path).absolute()) for path in sys.path if path]
        try:
            self.pid = os.posix_spawn(
                sys.executable,
                [sys.executable, "-I", "-S", "-c", _PROGRAM, __file__, *paths],
                os.environ,
                file_actions=[
                    (os.POSIX_SPAWN_DUP2, question, 0),
                    (os.POSIX_SPAWN_DUP2, answer, 1),
                    # What a library says as it aborts is for nobody.
                    (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
                ],
            )
        finally:
            os.close(question)
            os.close(answer)

    @property
    def usable(self) -> bool:
        """Whether it runs, and is this process's own and not that of one it was forked from."""
        return self.owner == os.getpid() and self._ended(os.WNOHANG) is False

    def ask(self, asked: bytes, payload: bytes) -> tuple[Any, bytes]:
        """What is found in a file, and its table; an `EOFError` or `OSError` if the child ended."""
        self.to_child.send_bytes(asked)
        self.to_child.send_bytes(payload)
        if not self.from_child.poll(_MAX_WAIT):
            raise TimeoutError
        return json.loads(self.from_child.recv_bytes()), self.from_child.recv_bytes()

    def end(self) -> None:
        """Kill it."""
        self.to_child.close()
        self.from_child.close()
        if self.owner == os.getpid():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            self._ended(0)

    def _ended(self, options: int) -> bool:
        try:
            return os.waitpid(self.pid, options)[0] != 0
        except ChildProcessError:  # waited for already
            return True


class _Unpacker:
    """The child of this process, started when there is something to unpack."""

    def __init__(self) -> None:
        self.child: _Child | None = None
        self._lock = threading.Lock()

    def unpack(
        self, payload: bytes, wanted: Mapping[str, str], limits: Mapping[str, int]
    ) -> tuple[dict[str, Any], bytes | pa.Buffer]:
        """Read a file in the child, unless it needs more than that may use; see `_answered`."""
        if not hasattr(os, "posix_spawn") or not sys.executable:
            return _answered(payload, wanted, limits)
        asked = json.dumps({"wanted": dict(wanted), "limits": dict(limits)}).encode()
        with self._lock:
            if self.child is None or not self.child.usable:
                self.close()
                try:
                    self.child = _Child()
                except OSError as error:
                    raise _UnpackingError(f"no process to unpack it in: {error}") from error
            try:
                return self.child.ask(asked, payload)
            except (EOFError, OSError):
                self.close()
                raise _UnpackingError(
                    f"unpacking it ends the process, or takes more than {_MAX_MEMORY >> 20:,} MB "
                    f"or {_MAX_SECONDS} s"
                ) from None

    def close(self) -> None:
        """End the child, if there is one."""
        child, self.child = self.child, None
        if child is not None:
            child.end()


_UNPACKER = _Unpacker()


def read(payload: bytes, where: str, wanted: Mapping[str, str]) -> tuple[pa.Table, list[str]]:
    """Read the wanted columns; all must be there and of their kind: ``text, number`` or ``date``.

    Text comes as dictionary-encoded columns, so that a value repeated in a million rows is held
    once; dates come as ISO text. The rows of the file, of its row groups and of what is read must
    agree.

    Returns
    -------
    table, ignored
        The wanted columns, and the names of the others.
    """
    from elolag.errors import PayloadError
    from elolag.sources.base import looks_like, require, shown

    table = None
    try:
        found, unpacked = _UNPACKER.unpack(payload, wanted, _LIMITS)
        damage = found.get("damage")
        if len(unpacked):
            table = pa.ipc.open_stream(unpacked).read_all()
    except (pa.ArrowException, MemoryError, *_BUILT_IN, _UnpackingError) as error:
        found, damage = {}, str(error) or type(error).__name__
    if "declares" in found:
        raise PayloadError(f"{where}: declares {found['declares']}")
    if "names" in found:
        require(found["names"], tuple(wanted), where)
    for name, kind, other in found.get("misfits", ()):
        raise PayloadError(f"{where}: column {name!r} should be {kind}, found {shown(other)[1:-1]}")
    if table is None:
        raise PayloadError(
            f"{where}: not readable as Parquet ({shown(damage, 200)}){looks_like(payload)}"
        )
    return table, [name for name in found["names"] if name not in wanted]


def _answered(
    payload: bytes, wanted: Mapping[str, str], limits: Mapping[str, int]
) -> tuple[dict[str, Any], pa.Buffer]:
    """What is found in a file, and its wanted columns as an Arrow IPC stream of one table.

    Found is ``declares`` (what it declares that is refused), or ``names`` of its columns and
    ``misfits`` (name, kind wanted, type found), or ``damage``. The stream is empty unless the file
    is sound and has the wanted columns.
    """
    found: dict[str, Any] = {}
    table = pa.py_buffer(b"")
    try:
        metadata = _declared(payload, limits)
        schema = metadata.schema.to_arrow_schema()
        found["names"] = schema.names
        types = {name: schema.field(name).type for name in wanted if name in schema.names}
        found["misfits"] = [
            (name, wanted[name], str(type_)[:200])
            for name, type_ in types.items()
            if not _is_kind(type_, wanted[name])
        ]
        if len(types) == len(wanted) and not found["misfits"]:
            table = _unpacked(payload, metadata, wanted, limits)
    except _DeclaredError as error:
        found["declares"] = str(error)
    except (pa.ArrowException, _UnpackingError, *_BUILT_IN) as error:
        found["damage"] = str(error) or type(error).__name__
    return found, table


def _opened(payload: bytes, limits: Mapping[str, int], **options: Any) -> pq.ParquetFile:
    return pq.ParquetFile(
        pa.BufferReader(payload),
        thrift_string_size_limit=limits["footer"],
        thrift_container_size_limit=limits["footer"],
        **options,
    )


def _declared(payload: bytes, limits: Mapping[str, int]) -> pq.FileMetaData:
    """The footer of a file, if it declares nothing that is too much or does not agree."""
    length = int.from_bytes(payload[-8:-4], "little")
    if payload.endswith(b"PAR1") and length > limits["footer"]:
        most = limits["footer"]
        raise _DeclaredError(f"a footer of {length:,} bytes; more than {most:,} is refused")
    metadata = _opened(payload, limits).metadata
    rows, groups = metadata.num_rows, metadata.num_row_groups
    # The row limit first: it needs no row group to be looked at.
    for number, most, what in [
        (rows, limits["rows"], "rows"),
        (groups, limits["groups"], "row groups"),
        (metadata.num_columns, limits["columns"], "columns"),
    ]:
        if number > most:
            raise _DeclaredError(f"{number:,} {what}; more than {most:,} is refused")
    parts = [metadata.row_group(i) for i in range(groups)]
    counts = [part.num_rows for part in parts]
    if rows < 0 or min(counts, default=0) < 0 or sum(counts) != rows:
        raise _DeclaredError(f"{rows:,} rows, and its row groups {sum(counts):,}")
    # Not the columns' own sizes: reading a damaged column's metadata aborts the whole process.
    size, most = sum(max(0, part.total_byte_size) for part in parts), limits["bytes"]
    if size > most:
        raise _DeclaredError(f"{size:,} bytes uncompressed; more than {most:,} is refused")
    return metadata


def _is_kind(found: pa.DataType, kind: str) -> bool:
    plain = found.value_type if pa.types.is_dictionary(found) else found
    text = pa.types.is_string(plain) or pa.types.is_large_string(plain)
    fits = {
        "text": text,
        "number": pa.types.is_floating(plain) or pa.types.is_integer(plain),
        "date": text or pa.types.is_date(plain) or pa.types.is_timestamp(plain),
    }
    # A column of nulls only is written without a type.
    return bool(fits[kind] or pa.types.is_null(plain))


def _unpacked(
    payload: bytes, metadata: pq.FileMetaData, wanted: Mapping[str, str], limits: Mapping[str, int]
) -> pa.Buffer:
    """Unpack the wanted columns; text comes as dictionaries, dates as ISO text."""
    text = [name for name, kind in wanted.items() if kind != "number"]
    file = _opened(payload, limits, metadata=metadata, read_dictionary=text)
    table = file.read(columns=list(wanted), use_threads=False)
    table.validate(full=True)
    if table.num_rows != metadata.num_rows:
        raise _UnpackingError(f"declares {metadata.num_rows:,} rows and holds {table.num_rows:,}")
    for name, kind in wanted.items():
        column = table.column(name)
        if kind == "date" and not pa.types.is_dictionary(column.type):
            days = column.cast(pa.date32(), safe=False).cast(pa.string()).dictionary_encode()
            table = table.set_column(table.schema.get_field_index(name), name, days)
    table = table.unify_dictionaries()
    for name in text:
        for chunk in table.column(name).chunks:
            if isinstance(chunk, pa.DictionaryArray):
                longest = max((len(v) for v in chunk.dictionary.to_pylist() if v), default=0)
                if longest > limits["text"]:
                    raise _UnpackingError(f"a value of column {name!r} has {longest:,} characters")
    if table.nbytes > limits["bytes"]:
        raise _UnpackingError(
            f"unpacks to {table.nbytes:,} bytes; more than {limits['bytes']:,} is refused"
        )
    out = pa.BufferOutputStream()
    with pa.ipc.new_stream(out, table.schema) as writer:
        writer.write_table(table)
    return out.getvalue()


def _bound(name: str, value: int) -> None:
    """Bound what this process may use, as far as the system does."""
    try:
        import resource
    except ImportError:
        return
    kind = getattr(resource, name)
    _, hard = resource.getrlimit(kind)
    with contextlib.suppress(ValueError, OSError):  # not every system keeps to every limit
        resource.setrlimit(kind, (value if hard == -1 else min(value, hard), hard))


def _address_space() -> int:
    """Bytes of address space this process has; 1 GB where the system does not say."""
    try:
        pages = Path("/proc/self/statm").read_text("ascii").split()[0]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 1 << 30


def _main() -> None:
    """Answer the parent until it is gone: the program of the child."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Other pools of Arrow reserve more address space than they use.
    pa.set_memory_pool(pa.system_memory_pool())
    _bound("RLIMIT_CORE", 0)
    _bound("RLIMIT_AS", _address_space() + _MAX_MEMORY)
    questions, answers = Connection(0, writable=False), Connection(1, readable=False)
    while True:
        try:
            asked, payload = json.loads(questions.recv_bytes()), questions.recv_bytes()
        except EOFError:
            return
        _bound("RLIMIT_CPU", int(time.process_time()) + _MAX_SECONDS)
        try:
            found, table = _answered(payload, **asked)
        except MemoryError:
            return  # what is left of the memory is not worth keeping
        answers.send_bytes(json.dumps(found).encode())
        answers.send_bytes(memoryview(table))
        del payload, table


if __name__ == "__main__":
    _main()
