"""Forecasts in an archive: written once, hashed into the log, seen when they change."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from handmade import ladder, payload
from test_store import HERE, failing

from elolag.archive import Archive, Log, Writer, take_payloads, verify
from elolag.archive import log as logs
from elolag.archive import store as archive_store
from elolag.archive.package import sha256
from elolag.errors import ArchiveError

BOARD, LABEL = "arena/text", "2026-08-19-team-model"
FILE = f"forecasts/{BOARD}/{LABEL}.csv"
DATA = b"one\nline\n"
LINE = {"run_at": "2026-08-20", "source": "forecast", "vintage": "2026-08-19", "rows": "1"}


def add(root: Path, label: str = LABEL, data: bytes = DATA, board: str = BOARD) -> None:
    with Writer(root, "test") as writer:
        writer.add_forecast(board, label, data, LINE)


def told(root: Path) -> list[str]:
    return [str(problem) for problem in verify(Archive(root))]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    take_payloads(tmp_path / "archive", [payload(ladder(5))])
    return tmp_path / "archive"


def test_a_forecast_is_written_hashed_and_logged(root: Path) -> None:
    before = Log.read(root)
    add(root)
    log = Log.read(root)
    assert (root / FILE).read_bytes() == DATA
    assert log.lines[:-1] == before.lines
    line = log.rows[-1]
    assert line == {
        **LINE, "board": BOARD, "label": LABEL, "outcome": "forecast", "raw_sha256": sha256(DATA),
        "manifest_sha256": "", "note": "", "previous": before.head,
    }  # fmt: skip
    ((path, data, row),) = Archive(root).forecasts()
    assert (path, data, row) == (root / FILE, DATA, line)
    assert told(root) == []
    assert sorted(p.name for p in root.iterdir()) == [".lock", "arena", "forecasts", "log.csv"]


def test_a_forecast_is_written_once(root: Path, tree: Callable) -> None:
    add(root)
    before = tree(root)
    for data in (DATA, b"other\n"):
        with pytest.raises(ArchiveError, match=f"{LABEL}.csv: exists already"):
            add(root, data=data)
    assert tree(root) == before
    add(root, "2026-08-19-team-other")
    assert [path.stem for path, _, _ in Archive(root).forecasts()] == [
        LABEL, "2026-08-19-team-other",
    ]  # fmt: skip
    assert told(root) == []


@pytest.mark.parametrize(
    ("board", "label"),
    [("../x", LABEL), ("arena", LABEL), ("con/x", LABEL), ("forecasts/x", LABEL), ("a/b/c", LABEL),
     (BOARD, "2026-08-19"), (BOARD, "../2026-08-19-a"), (BOARD, "2026-08-19-A"),
     (BOARD, "2026-08-19-a/b"), (BOARD, "2026-08-19-" + "a" * 120), (BOARD, LABEL + "\n")],
)  # fmt: skip
def test_no_other_name_becomes_a_path(root: Path, board: str, label: str, tree: Callable) -> None:
    before = tree(root)
    with pytest.raises(ArchiveError, match="not the path of a forecast"):
        add(root, label, board=board)
    assert tree(root) == before


def test_what_became_of_a_forecast_is_told(root: Path) -> None:
    add(root)
    (root / FILE).write_bytes(DATA + b"\n")
    assert told(root) == [f"{FILE}: {logs.CHANGED}"]
    with pytest.raises(ArchiveError, match=f"{LABEL}.csv: its bytes have changed"):
        list(Archive(root).forecasts())
    (root / FILE).unlink()
    assert told(root) == [f"{FILE}: {logs.MISSING}"]
    with pytest.raises(ArchiveError, match=f"{LABEL}.csv: missing"):
        list(Archive(root).forecasts())
    with pytest.raises(ArchiveError, match="missing"), Writer(root, "test"):
        pass
    (root / FILE).mkdir()
    assert told(root) == [f"{FILE}: {logs.MISSING}"]
    (root / FILE).rmdir()
    (root / FILE).symlink_to(root / "log.csv")
    assert f"{FILE}: {logs.MISSING}" in told(root)
    assert any(line.startswith(f"{FILE}: a symbolic link") for line in told(root))


def test_what_no_run_wrote_is_told_and_not_read(root: Path) -> None:
    add(root)
    other = root / FILE.replace("team", "rival")
    other.write_bytes(DATA)
    (line,) = told(root)
    assert line.startswith(f"{other.relative_to(root).as_posix()}: no line of log.csv and no")
    assert len(list(Archive(root).forecasts())) == 1
    with pytest.raises(ArchiveError, match="rival.*move the file out"), Writer(root, "test"):
        pass
    other.unlink()
    places = ("x.csv", "notes.txt", "arena/x.csv", "arena/text/2026-08-19.csv", "arena/text/x/y")
    for place in places:
        path = root / "forecasts" / place
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(DATA)
    assert told(root) == sorted(f"forecasts/{place}: not a forecast" for place in places)


def test_the_folder_itself_is_one(root: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (root / "forecasts").symlink_to(tmp_path / "elsewhere")
    assert [line.partition(",")[0] for line in told(root)] == ["forecasts: a symbolic link"]
    with pytest.raises(ArchiveError, match="a symbolic link"):
        add(root)
    (root / "forecasts").unlink()
    (root / "forecasts").write_bytes(b"")
    assert told(root) == ["forecasts: not a part of an archive"]
    with pytest.raises(ArchiveError, match="a file where a folder belongs"):
        add(root)


def test_a_second_line_of_a_forecast_is_told(root: Path) -> None:
    add(root)
    with Writer(root, "test") as writer:
        again = {"board": BOARD, "label": LABEL, "outcome": "forecast", "raw_sha256": "0" * 64}
        writer.log({**LINE, **again})
    assert told(root) == [
        f"log.csv: row 4 writes {BOARD}/{LABEL} again, which row 3 wrote; a forecast is written "
        f"once"
    ]


def test_forecasts_are_no_boards(root: Path) -> None:
    # One of a board whose name is a day could be taken for a snapshot's folder.
    add(root, board="arena/2026-08-19")
    archive = Archive(root)
    assert archive.boards() == [BOARD]
    assert told(root) == []
    assert [str(snapshot.path) for snapshot in archive.board(BOARD).snapshots] == [
        f"{BOARD}/2026-08-19"
    ]
    with Writer(root, "test") as writer, pytest.raises(ArchiveError, match="not the path"):
        writer.add("forecasts/text", "2026-08-19", {"datapackage.json": b""}, {})


def test_forecasts_are_copied_with_their_archive(root: Path, tmp_path: Path) -> None:
    add(root)
    archive_store.copy(root, tmp_path / "copy", lambda path: None)
    assert [data for _, data, _ in Archive(tmp_path / "copy").forecasts()] == [DATA]
    assert told(tmp_path / "copy") == []


def test_a_full_disk_at_any_step_leaves_no_forecast(
    root: Path, tree: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused: list[str] = []
    for at in range(1, 60):
        mine = shutil.copytree(root, root.parent / str(at))
        before = tree(mine)
        count = [0]
        with monkeypatch.context() as patch:
            for name in ("write", "fsync", "rename", "mkdir"):
                patch.setattr(os, name, failing(getattr(os, name), at, count))
            try:
                add(mine)
            except ArchiveError as error:
                refused.append(str(error))
            else:
                if count[0] < at:
                    break
                continue  # a folder that was there already
        assert tree(mine) == before
        assert not list(mine.glob(".incoming-*"))
        assert told(mine) == []
        add(mine)
        assert told(mine) == []
    assert len(refused) >= 10
    assert all("the disk is full" in message for message in refused)


#: Adds the forecast to copies of an archive, each time killed one disk operation later, until it
#: is not killed; prints how often it was.
_KILLED = f"""
import os, shutil, sys
from pathlib import Path
from killing import OPERATIONS, interrupted
from elolag.archive import Writer
for at in range(1, 60):
    mine = shutil.copytree(sys.argv[1], f"{{sys.argv[1]}}-{{at}}")
    child = os.fork()
    if child == 0:
        count = [0]
        for name in OPERATIONS:
            setattr(os, name, interrupted(getattr(os, name), at, count))
        with Writer(Path(mine), "test") as writer:
            writer.add_forecast({BOARD!r}, {LABEL!r}, {DATA!r}, {LINE!r})
        os._exit(0)
    if not os.WIFSIGNALED(os.waitpid(child, 0)[1]):
        print(at - 1)
        break
"""


def test_a_kill_at_any_instant_leaves_it_there_or_not(root: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), *sys.path])}
    done = subprocess.run(
        [sys.executable, "-c", _KILLED, str(root)],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    steps = int(done.stdout)
    assert steps > 20
    late, ends = 0, set[bool]()
    for at in range(1, steps + 1):
        mine = root.parent / f"{root.name}-{at}"
        assert told(mine) == []
        there = (mine / FILE).exists()
        with Writer(mine, "test"):
            pass
        assert told(mine) == []
        assert not [p.name for p in mine.iterdir() if p.name[0] == "." and p.name != ".lock"]
        assert (mine / FILE).exists() == there
        forecasts = list(Archive(mine).forecasts())
        assert [data for _, data, _ in forecasts] == [DATA] * there
        late += sum(archive_store._STOPPED in line["note"] for _, _, line in forecasts)
        ends.add(there)
    assert ends == {True, False}
    assert late >= 1
