"""Bounded reading of Parquet: what it declares is checked, then it is unpacked within bounds.

A file of 40 kB can unpack to gigabytes whatever its footer says, and damage can abort the library
that reads it. So only the footer is read in the caller's process (`read`); the columns are unpacked
in a child that may use so much memory and processor time and no more, and come back as Arrow IPC.
One child serves many files, at milliseconds each; one that ended is replaced with the next file. It
is this file run as a program, and imports nothing of elolag: `read` does when it is called.

macOS does not keep to the bound of memory: there a bomb is stopped by time alone. Windows knows
neither bound in Python: files are unpacked in the caller's process there, and only what they
declare is bounded.
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
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq

_MAX_ROWS = 2_000_000
_MAX_GROUPS = 1_000
_MAX_UNCOMPRESSED = 256 << 20
_MAX_COLUMNS = 200
#: A longer text in any column we read is damage; refused before it is copied to every row.
_MAX_TEXT = 4_000

Kind = Literal["text", "number", "date"]

#: Memory a file may take, beside what the child has when it starts (about 100 MB). The largest
#: file there is, 1.2 million rows, takes a third of it.
_MAX_MEMORY = 768 << 20
#: Seconds a file may take, of the processor and of the clock.
MAX_SECONDS, MAX_WAIT = 8, 30
#: What Arrow reports damage as, beside its own errors; OSError is bad compression.
_BUILT_IN = (OSError, ValueError, OverflowError, KeyError)

#: How the child begins, before this file's own imports.
_PROGRAM = (
    "import runpy, sys; sys.path[:] = sys.argv[2:]; "
    "runpy.run_path(sys.argv[1], run_name='__main__')"
)


class UnpackingError(Exception):
    """A file that could not be unpacked within bounds; says why."""


class Child:
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

    def ask(self, asked: bytes, payload: bytes) -> tuple[bytes, bytes]:
        """What is wrong with a file, and its table.

        Raises
        ------
        EOFError, OSError
            The child ended, or took too long.
        """
        self.to_child.send_bytes(asked)
        self.to_child.send_bytes(payload)
        if not self.from_child.poll(MAX_WAIT):
            raise TimeoutError
        return self.from_child.recv_bytes(), self.from_child.recv_bytes()

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


class Unpacker:
    """The child of this process, started when there is something to unpack."""

    def __init__(self) -> None:
        self.child: Child | None = None
        self._lock = threading.Lock()

    def unpack(
        self, payload: bytes, wanted: Mapping[str, str], limits: Mapping[str, int]
    ) -> bytes | pa.Buffer:
        """Unpack columns; see `unpacked`.

        Raises
        ------
        UnpackingError
            The file is damaged, or needs more than the child may use.
        """
        if not hasattr(os, "posix_spawn") or not sys.executable:
            return unpacked(payload, wanted, **limits)
        asked = json.dumps({"wanted": dict(wanted), **limits}).encode()
        with self._lock:
            if self.child is None or not self.child.usable:
                self.close()
                try:
                    self.child = Child()
                except OSError as error:
                    raise UnpackingError(f"no process to unpack it in: {error}") from error
            try:
                fault, table = self.child.ask(asked, payload)
            except (EOFError, OSError):
                self.close()
                raise UnpackingError(
                    f"unpacking it ends the process, or takes more than {_MAX_MEMORY >> 20:,} MB "
                    f"or {MAX_SECONDS} s"
                ) from None
        if fault:
            raise UnpackingError(fault.decode())
        return table

    def close(self) -> None:
        """End the child, if there is one."""
        child, self.child = self.child, None
        if child is not None:
            child.end()


_UNPACKER = Unpacker()


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
    from elolag.errors import PayloadError
    from elolag.sources.tidy import looks_like, require, shown

    limits = {"thrift_string_size_limit": 16 << 20, "thrift_container_size_limit": 1 << 20}
    try:
        declared = pq.ParquetFile(pa.BufferReader(payload), **limits)
        fault = _beyond(declared.metadata)
        if fault:
            raise PayloadError(f"{where}: declares {fault}")
        names = declared.schema_arrow.names
        require(names, tuple(wanted), where)
        for name, kind in wanted.items():
            found = declared.schema_arrow.field(name).type
            if not _is_kind(found, kind):
                raise PayloadError(f"{where}: column {name!r} should be {kind}, found {found}")
        unpacked = _UNPACKER.unpack(
            payload, wanted, {"max_bytes": _MAX_UNCOMPRESSED, "max_text": _MAX_TEXT}
        )
        table = pa.ipc.open_stream(pa.BufferReader(unpacked)).read_all()
    except PayloadError:
        raise
    except (pa.ArrowException, MemoryError, *_BUILT_IN, UnpackingError) as error:
        said = shown(str(error) or type(error).__name__, 200)
        raise PayloadError(
            f"{where}: not readable as Parquet ({said}){looks_like(payload)}"
        ) from None
    return table, [name for name in names if name not in wanted]


def _beyond(metadata: pq.FileMetaData) -> str:
    """What a file declares that is too much or does not agree; empty where nothing is."""
    groups = metadata.num_row_groups
    if groups > _MAX_GROUPS:
        return f"{groups:,} row groups; more than {_MAX_GROUPS:,} is refused"
    counts = [metadata.row_group(i).num_rows for i in range(groups)]
    rows = max(metadata.num_rows, sum(counts))
    if rows > _MAX_ROWS or metadata.num_rows < 0:
        return f"{rows:,} rows; more than {_MAX_ROWS:,} is refused"
    if min(counts, default=0) < 0 or sum(counts) != metadata.num_rows:
        return f"{metadata.num_rows:,} rows, and its row groups {sum(counts):,}"
    if metadata.num_columns > _MAX_COLUMNS:
        return f"{metadata.num_columns:,} columns"
    # Not the columns' own sizes: reading a damaged column's metadata aborts the whole process.
    size = sum(max(0, metadata.row_group(i).total_byte_size) for i in range(groups))
    if size > _MAX_UNCOMPRESSED:
        return f"{size:,} bytes uncompressed; more than {_MAX_UNCOMPRESSED:,} is refused"
    return ""


def _is_kind(found: pa.DataType, kind: Kind) -> bool:
    plain = found.value_type if pa.types.is_dictionary(found) else found
    text = pa.types.is_string(plain) or pa.types.is_large_string(plain)
    fits = {
        "text": text,
        "number": pa.types.is_floating(plain) or pa.types.is_integer(plain),
        "date": text or pa.types.is_date(plain) or pa.types.is_timestamp(plain),
    }
    # A column of nulls only is written without a type.
    return bool(fits[kind] or pa.types.is_null(plain))


def unpacked(payload: bytes, wanted: Mapping[str, str], max_bytes: int, max_text: int) -> pa.Buffer:
    """Unpack the wanted columns of a file to an Arrow IPC stream of one table.

    Text comes as dictionaries, so that a value repeated in a million rows is held once; dates
    come as ISO text.

    Raises
    ------
    UnpackingError
        The columns do not have the rows of the footer, or are larger than `max_bytes`, or a text
        is longer than `max_text`.
    """
    file = pq.ParquetFile(
        pa.BufferReader(payload),
        read_dictionary=[name for name, kind in wanted.items() if kind != "number"],
        thrift_string_size_limit=16 << 20,
        thrift_container_size_limit=1 << 20,
    )
    table = file.read(columns=list(wanted), use_threads=False)
    table.validate(full=True)
    if table.num_rows != file.metadata.num_rows:
        raise UnpackingError(
            f"declares {file.metadata.num_rows:,} rows and holds {table.num_rows:,}"
        )
    for name, kind in wanted.items():
        column = table.column(name)
        if kind == "date" and not pa.types.is_dictionary(column.type):
            days = column.cast(pa.date32(), safe=False).cast(pa.string()).dictionary_encode()
            table = table.set_column(table.schema.get_field_index(name), name, days)
    table = table.unify_dictionaries()
    for name in (name for name, kind in wanted.items() if kind != "number"):
        for chunk in table.column(name).chunks:
            if isinstance(chunk, pa.DictionaryArray):
                longest = max((len(v) for v in chunk.dictionary.to_pylist() if v), default=0)
                if longest > max_text:
                    raise UnpackingError(f"a value of column {name!r} has {longest:,} characters")
    if table.nbytes > max_bytes:
        raise UnpackingError(
            f"unpacks to {table.nbytes:,} bytes; more than {max_bytes:,} is refused"
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


def main() -> None:
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
        _bound("RLIMIT_CPU", int(time.process_time()) + MAX_SECONDS)
        fault, table = "", pa.py_buffer(b"")
        try:
            table = unpacked(payload, **asked)
        except UnpackingError as error:
            fault = str(error)
        except MemoryError:
            return  # what is left of the memory is not worth keeping
        except (pa.ArrowException, *_BUILT_IN) as error:
            fault = str(error) or type(error).__name__
        answers.send_bytes(fault.encode(errors="replace"))
        answers.send_bytes(memoryview(table))
        del payload, table


if __name__ == "__main__":
    main()
