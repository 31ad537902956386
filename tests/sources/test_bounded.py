"""Parquet that unpacks to more than it says, and the process it is unpacked in."""

from __future__ import annotations

import functools
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hostile_payloads import PAYLOADS, SETS
from source_payloads import OFFICIAL

from elolag.errors import PayloadError
from elolag.schema import Origin
from elolag.sources import arena, bounded

Costs = dict[str, tuple[str, float, int]]

ROOT = Path(__file__).parents[2]
#: Parses a file in a process of its own; prints what it said, seconds of the processor, and the
#: most memory of it and of its children. No `if __name__ == "__main__"`: many programs have none.
PROGRAM = """
import json, resource, sys, time
from pathlib import Path
from elolag.errors import PayloadError
from elolag.schema import Origin
from elolag.sources import arena, bounded
print("began")
start, said = time.process_time(), "fine"
try:
    arena._parse_dataset(Path(sys.argv[1]).read_bytes(), Origin("text", "2026-08-19"))
except PayloadError as error:
    said = str(error)
bounded._UNPACKER.close()
children = resource.getrusage(resource.RUSAGE_CHILDREN)
seconds = time.process_time() - start + children.ru_utime + children.ru_stime
# What a process used before it became this program counts in its ru_maxrss.
own = Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]
memory = [int(own) >> 10, children.ru_maxrss >> 10]
print(json.dumps([said, seconds, memory]))
"""


def written(table: pa.Table, **options: object) -> bytes:
    out = pa.BufferOutputStream()
    pq.write_table(table, out, **options)
    return out.getvalue().to_pybytes()


def columns(rows: int, **other: str) -> pa.Table:
    return pa.table({k: pa.repeat(v, rows) for k, v in (OFFICIAL | other).items()})


def varint(value: int, length: int = 0) -> bytes:
    """A number as the footer has it; in more bytes than it needs where `length` says so."""
    value *= 2  # of a signed number, zigzag
    out = bytearray()
    while value > 0x7F or len(out) + 1 < length:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def claiming(payload: bytes, *, size: int | None = None, rows: int | None = None) -> bytes:
    """The file whose row groups say they are of other sizes, or of other numbers of rows."""
    length = int.from_bytes(payload[-8:-4], "little")
    body, footer = payload[: -8 - length], payload[-8 - length : -8]
    metadata = pq.read_metadata(pa.BufferReader(payload))
    for group in map(metadata.row_group, range(metadata.num_row_groups)):
        true = [varint(group.total_byte_size), varint(group.num_rows)]
        said = [
            varint(value, len(old)) if value is not None else old
            for value, old in zip((size, rows), true, strict=True)
        ]
        old, new = (b"\x16" + b"\x16".join(pair) for pair in (true, said))
        assert footer.count(old) >= 1
        footer = footer.replace(old, new, 1)
    return body + footer + len(footer).to_bytes(4, "little") + b"PAR1"


def parse(payload: bytes) -> object:
    return arena._parse_dataset(payload, Origin("text", "2026-08-19"))


def measured(payload: bytes, folder: Path) -> tuple[str, float, list[int], list[str]]:
    """What the parser says of a file in a process of its own, what it took, and its output."""
    program, file = folder / "program.py", folder / "file.parquet"
    program.write_text(PROGRAM, "utf-8")
    file.write_bytes(payload)
    done = subprocess.run(
        [sys.executable, str(program), str(file)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    *before, last = done.stdout.splitlines()
    said, seconds, memory = json.loads(last)
    return said, seconds, memory, [*before, done.stderr]


needs_limits = pytest.mark.skipif(sys.platform != "linux", reason="memory is bounded on Linux")


def one_text(megabytes: int) -> bytes:
    table = columns(1, model_name="x" * (megabytes << 20))
    return written(table, compression="zstd", use_dictionary=False, write_statistics=False)


def repeated_groups() -> bytes:
    """A gigabyte in a hundred row groups."""
    out = pa.BufferOutputStream()
    table = columns(1, model_name="x" * (10 << 20))
    with pq.ParquetWriter(
        out, table.schema, compression="zstd", use_dictionary=False, write_statistics=False
    ) as writer:
        for _ in range(100):
            writer.write_table(table)
    return out.getvalue().to_pybytes()


@needs_limits
@pytest.mark.parametrize("bomb", [lambda: one_text(150), repeated_groups], ids=["text", "groups"])
def test_a_file_that_understates_itself_is_refused_within_bounds(
    bomb: Callable[[], bytes], tmp_path: Path
) -> None:
    payload = claiming(bomb(), size=1)
    assert len(payload) < 1 << 20
    said, seconds, memory, rest = measured(payload, tmp_path)
    assert "not readable as Parquet" in said
    assert seconds < 10
    assert sum(memory) < 1 << 10
    assert rest == ["began", ""]


@needs_limits
def test_the_process_that_unpacks_is_bounded_in_memory_and_time() -> None:
    import resource

    assert parse(written(columns(1)))
    child = bounded._UNPACKER.child
    assert child is not None
    for limit in (resource.RLIMIT_AS, resource.RLIMIT_CPU):
        assert resource.prlimit(child.pid, limit)[0] != resource.RLIM_INFINITY


@needs_limits
def test_millions_of_equal_rows_are_refused_within_bounds(tmp_path: Path) -> None:
    payload = written(columns(2_000_000))
    assert len(payload) < 1 << 20
    said, seconds, memory, _ = measured(payload, tmp_path)
    assert "2,000,000 rows; a board of more than 250,000 is refused" in said
    assert seconds < 10
    assert sum(memory) < 1 << 10


@needs_limits
def test_a_program_without_a_guard_is_not_run_again(tmp_path: Path) -> None:
    said, seconds, memory, rest = measured(written(columns(1)), tmp_path)
    assert said == "fine"
    assert seconds < 10
    assert sum(memory) < 1 << 9
    assert rest == ["began", ""]


@pytest.mark.parametrize("said", [0, 1, 49, 51, 1_000_000])
def test_counts_of_rows_agree(said: int) -> None:
    payload = claiming(written(columns(8_000), row_group_size=4_000), rows=said)
    with pytest.raises(PayloadError, match=f"declares 8,000 rows, and its row groups {2 * said:,}"):
        parse(payload)


def test_row_groups_are_bounded() -> None:
    with pytest.raises(PayloadError, match=r"declares 1,001 row groups; more than 1,000"):
        parse(written(columns(1_001), row_group_size=1))


def test_a_child_that_ended_is_replaced() -> None:
    good = written(columns(1))
    parse(good)
    child = bounded._UNPACKER.child
    assert child is not None
    parse(good)
    assert bounded._UNPACKER.child is child
    os.kill(child.pid, signal.SIGKILL)
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert parse(good)
    assert bounded._UNPACKER.child is not child


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")
def test_a_fork_has_a_child_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    good = written(columns(1))
    parse(good)
    mine = bounded._UNPACKER.child
    monkeypatch.setattr(mine, "owner", os.getppid())
    parse(good)
    other = bounded._UNPACKER.child
    assert mine is not None
    assert other is not None
    assert other.pid != mine.pid
    os.kill(mine.pid, signal.SIGKILL)
    os.waitpid(mine.pid, 0)


def test_where_no_process_can_be_started_files_are_read_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bounded._UNPACKER, "child", None)
    monkeypatch.setattr(sys, "executable", "")
    assert parse(written(columns(1)))
    assert bounded._UNPACKER.child is None


def test_a_file_that_takes_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    good = written(columns(1))
    assert parse(good)
    child = bounded._UNPACKER.child
    assert child is not None
    os.kill(child.pid, signal.SIGSTOP)  # it will not answer, whatever is asked
    with monkeypatch.context() as patch:
        patch.setattr(bounded, "_MAX_WAIT", 0.1)
        with pytest.raises(
            PayloadError, match="ends the process, or takes more than 768 MB or 8 s"
        ):
            parse(good)
    assert parse(good)


def test_what_comes_back_is_what_was_written() -> None:
    wanted = {"model_name": "text", "rating": "number"}
    table = pa.table({"model_name": ["a", None, "ü", "a"], "rating": [1.5, None, 2.0, 3.0]})
    read, ignored = bounded.read(written(table.append_column("x", [[1] * 4])), "x", wanted)
    assert read.to_pydict() == table.to_pydict()
    assert ignored == ["x"]


# Every payload of `hostile_payloads`, measured in a process of its own


@pytest.fixture(scope="module")
def costs(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Costs]:
    """What was said of each payload, seconds of the processor, and the most MB of both processes.

    Asked by the name of a set. The child's own seconds are bounded by the system
    (`bounded._MAX_SECONDS`).
    """
    program = Path(__file__).with_name("hostile_payloads.py")

    @functools.cache
    def of(names: str) -> Costs:
        folder = tmp_path_factory.mktemp("hostile")
        make, read = (
            subprocess.run(
                [sys.executable, str(program), what, str(folder), names],
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                capture_output=True,
                text=True,
                check=True,
                timeout=600,
            )
            for what in ("make", "read")
        )
        shutil.rmtree(folder)
        assert make.stdout == ""
        return {name: tuple(cost) for name, *cost in map(json.loads, read.stdout.splitlines())}

    return of


def test_every_payload_is_of_a_set() -> None:
    assert sorted(name for names in SETS.values() for name in names) == sorted(PAYLOADS)


@needs_limits
@pytest.mark.parametrize(
    ("names", "name"),
    [
        pytest.param(names, name, id=name, marks=[pytest.mark.slow] if names == "long" else [])
        for names in SETS for name in SETS[names]
    ],
)  # fmt: skip
def test_a_payload_made_to_cost_much_costs_little(
    names: str, name: str, costs: Callable[[str], Costs]
) -> None:
    said, seconds, megabytes = costs(names)[name]
    expected = PAYLOADS[name][2]
    assert expected in said if expected else said == ""
    assert said.startswith("PayloadError: ") or not expected
    assert seconds < 20
    assert megabytes < 1_500
