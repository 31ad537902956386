"""Unpacking Parquet in a process of its own, within bounds of memory and time.

A file of 40 kB can unpack to gigabytes whatever its footer says, and damage can abort the library
that reads it. So only the footer is read in the caller's process (`elolag.sources._parquet`); the
columns are unpacked in a child that may use so much memory and processor time and no more, and
come back as Arrow IPC. One child serves many files, at milliseconds each; one that ended is
replaced with the next file.

Memory and processor time are bounded where the system bounds them. Windows has no such limits in
Python, and macOS does not keep to that of memory: there a bomb is stopped by the clock alone.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
from collections.abc import Mapping
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import ModuleType

import pyarrow as pa
import pyarrow.parquet as pq

#: Memory a file may take, beside what the child has when it starts (about 100 MB). The largest
#: file there is, 1.2 million rows, takes a third of it.
MAX_MEMORY = 768 << 20
#: Seconds a file may take, of the processor and of the clock.
MAX_SECONDS, MAX_WAIT = 8, 30

#: What Arrow reports damage as, beside its own errors; OSError is bad compression.
BUILT_IN = (OSError, ValueError, OverflowError, KeyError)


class UnpackingError(Exception):
    """A file that could not be unpacked within bounds; says why."""


class Unpacker:
    """The child of this process, and the questions put to it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: tuple[int, BaseProcess, Connection] | None = None

    def unpack(self, payload: bytes, wanted: Mapping[str, str], limits: Mapping[str, int]) -> bytes:
        """Unpack columns; see `unpacked`.

        Raises
        ------
        UnpackingError
            The file is damaged, or needs more than the child may use.
        """
        asked = json.dumps({"wanted": dict(wanted), **limits}).encode()
        with self._lock:
            process, pipe = self._started()
            try:
                pipe.send_bytes(asked)
                pipe.send_bytes(payload)
                if not pipe.poll(MAX_WAIT):
                    raise TimeoutError
                fault, table = pipe.recv_bytes().decode(), pipe.recv_bytes()
            except (EOFError, OSError):
                self._child = None
                pipe.close()
                process.kill()
                process.join()
                raise UnpackingError(
                    f"unpacking it ends the process, or takes more than {MAX_MEMORY >> 20:,} MB or "
                    f"{MAX_SECONDS} s"
                ) from None
        if fault:
            raise UnpackingError(fault)
        return table

    def _started(self) -> tuple[BaseProcess, Connection]:
        """The child; a new one where there is none, it ended, or it is that of a parent."""
        if self._child is None or self._child[0] != os.getpid() or not self._child[1].is_alive():
            context = get_context("spawn")
            ours, theirs = context.Pipe()
            process = context.Process(target=serve, args=(theirs,), daemon=True)
            # The child has no need of the caller's program, and running it again may do anything.
            program, sys.modules["__main__"] = sys.modules["__main__"], ModuleType("__main__")
            try:
                process.start()
            except OSError as error:
                raise UnpackingError(f"no process to unpack it in: {error.strerror}") from error
            finally:
                sys.modules["__main__"] = program
                theirs.close()
            self._child = (os.getpid(), process, ours)
        return self._child[1:]


UNPACKER = Unpacker()


def serve(pipe: Connection) -> None:
    """Answer the parent until it is gone: the program of the child."""
    import signal
    import time

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What a library says as it aborts is for nobody.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    # Other pools of Arrow reserve more address space than they use.
    pa.set_memory_pool(pa.system_memory_pool())
    _bound("RLIMIT_CORE", 0)
    _bound("RLIMIT_AS", _address_space() + MAX_MEMORY)
    while True:
        try:
            asked, payload = json.loads(pipe.recv_bytes()), pipe.recv_bytes()
        except (EOFError, OSError):
            return
        _bound("RLIMIT_CPU", int(time.process_time()) + MAX_SECONDS)
        fault, table = "", pa.py_buffer(b"")
        try:
            table = unpacked(payload, **asked)
        except UnpackingError as error:
            fault = str(error)
        except MemoryError:
            return  # what is left of the memory is not worth keeping
        except (pa.ArrowException, *BUILT_IN) as error:
            fault = str(error) or type(error).__name__
        pipe.send_bytes(fault.encode(errors="replace"))
        pipe.send_bytes(memoryview(table))
        del payload, table


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
