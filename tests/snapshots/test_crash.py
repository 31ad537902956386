"""kill -9 at any moment leaves the old archive or the new one, and a new run completes.

The real command runs against the server on loopback, in a process of its own (`nursery`). Half of
the kills come when the server has sent a seeded number of bytes, half at a seeded call that changes
the disk.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import hand_made as made
import pytest
from snapshot_runs import take, tree
from upstream_server import Upstream

from elolag.archive import open_archive, verify
from elolag.tags import Lookup

HERE = Path(__file__).resolve().parent
SOURCES = ("arena-dataset", "epoch-eci")


@dataclass
class Scale:
    """What an undisturbed run does: bytes received, calls that change the disk, files made."""

    received: int
    calls: int
    files: dict[str, str]


class Process:
    """The command in a fork of the nursery."""

    def __init__(self, nursery: subprocess.Popen[str], command: list[str], at: int, count: str):
        assert nursery.stdin is not None
        assert nursery.stdout is not None
        self._answers = nursery.stdout
        request = {"command": command, "at": at, "count": count}
        print(json.dumps(request), file=nursery.stdin, flush=True)
        self.pid = int(self._answers.readline())

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):  # it has just ended by itself
            os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        return int(self._answers.readline())


@pytest.fixture(scope="module")
def nursery() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, str(HERE / "nursery.py")],
        env={**os.environ, "PYTHONPATH": str(HERE.parents[1])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
    assert process.returncode == 0


def start(
    nursery: subprocess.Popen[str], upstream: Upstream, archive: Path, at: int, count: str = ""
) -> Process:
    bases = [f"--base-url={name}={upstream.url}" for name in SOURCES]
    command = ["snapshot", *SOURCES, "--archive", str(archive), *bases]
    return Process(nursery, command, at, count)


def tables(archive: Path) -> dict[str, str]:
    """Files whose bytes do not depend on the time of the run."""
    return {
        name: digest
        for name, digest in tree(archive).items()
        if name.endswith(("ratings.csv", "entries.csv", "models.csv"))
        and not name.startswith(".incoming-")
    }


def serve(upstream: Upstream) -> None:
    coding = [row | {"category": "coding"} for row in made.board_rows()]
    made.healthy(
        upstream,
        {
            "text": made.parquet([*made.board_rows(), *coding]),
            "webdev": made.parquet(made.board_rows(25)),
        },
    )
    upstream.routes[made.ECI] = made.eci(shift=1.0)


def undisturbed(
    nursery: subprocess.Popen[str], upstream: Upstream, last_month: Path, folder: Path
) -> Scale:
    archive = shutil.copytree(last_month, folder / "undisturbed")
    sent, count = upstream.sent, folder / "count"
    process = start(nursery, upstream, archive, 0, str(count))
    assert process.wait() == 0
    return Scale(upstream.sent - sent, int(count.read_text()), tables(archive))


def dated(files: dict[str, str]) -> dict[str, str]:
    """The day of the run, which is a vintage of `epoch/eci`, replaced."""
    return {
        "epoch/eci/today/" + name.rpartition("/")[2]
        if name.startswith("epoch/eci/") and "2026-07-22" not in name
        else name: digest
        for name, digest in files.items()
    }


def crash(
    seed: int,
    nursery: subprocess.Popen[str],
    upstream: Upstream,
    scale: Scale,
    last_month: Path,
    folder: Path,
    lookup: Lookup,
) -> bool:
    """One kill and what follows; whether the process was killed before it ended by itself."""
    random_ = random.Random(seed)  # noqa: S311
    archive = folder / "archive"
    if seed % 5:
        shutil.copytree(last_month, archive)
    before = tree(archive)
    at_bytes, at_call = 0, 0
    if seed % 2:
        at_bytes = upstream.sent + random_.randint(1, scale.received)
    else:
        at_call = random_.randint(1, scale.calls)
    process = start(nursery, upstream, archive, at_call)

    def watch(sent: int) -> None:
        if at_bytes and sent >= at_bytes:
            process.kill()

    upstream.watch = watch
    code = process.wait()
    upstream.watch = lambda sent: None
    assert code in (0, -signal.SIGKILL)
    after = tree(archive)
    assert {name: after.get(name) for name in before} == before
    assert verify(open_archive(archive, allow_empty=True)) == []

    reports = take(upstream, archive, lookup, SOURCES, day="2026-08-22")
    assert not any(report.failed for report in reports), reports
    assert verify(open_archive(archive)) == []
    assert not list(archive.glob(".incoming-*"))
    assert not (archive / ".intent").exists()
    wanted = dated(scale.files)
    got = {name: d for name, d in dated(tables(archive)).items() if name in wanted}
    if seed % 5:
        assert got == wanted
    else:  # made anew, so without last month's
        assert got == {n: d for n, d in wanted.items() if "2026-07-2" not in n}
    shutil.rmtree(archive)
    return code != 0


def crashes(
    seeds: range,
    nursery: subprocess.Popen[str],
    upstream: Upstream,
    last_month: Path,
    folder: Path,
    lookup: Lookup,
) -> None:
    serve(upstream)
    scale = undisturbed(nursery, upstream, last_month, folder)
    killed = 0
    for seed in seeds:
        try:
            killed += crash(seed, nursery, upstream, scale, last_month, folder, lookup)
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {error}") from error
    assert killed > 0.9 * len(seeds)


def test_8_kills(
    nursery: subprocess.Popen[str],
    upstream: Upstream,
    last_month: Path,
    tmp_path: Path,
    lookup: Lookup,
) -> None:
    crashes(range(8), nursery, upstream, last_month, tmp_path, lookup)


@pytest.mark.slow
def test_1000_kills(
    nursery: subprocess.Popen[str],
    upstream: Upstream,
    last_month: Path,
    tmp_path: Path,
    lookup: Lookup,
) -> None:
    crashes(range(1000, 2000), nursery, upstream, last_month, tmp_path, lookup)
