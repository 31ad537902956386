"""Whatever stdout is, a command ends with its answer or with one line."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from elolag.own.board import RATINGS, TAGS

ELOLAG = [sys.executable, "-m", "elolag"]
UMLAUTS = "left,right,winner\nTülü 模型,b,left\nTülü 模型,b,right\n"


def run(*command: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    path = {"PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.run(
        command, capture_output=True, cwd=cwd, env={**os.environ, **path, **env},
        encoding="utf-8", errors="replace", check=False,
    )  # fmt: skip


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
@pytest.mark.parametrize(
    "command",
    [
        "template votes",
        "archive list",
        "rate v.csv",
        "--help",
        "lag --ratings r.csv --tags t.csv --draws 60",
        "lag --ratings r.csv --tags t.csv --draws 60 --json",
        "tags list",
        "archive diff arena/webdev",
        "cite --draws 60 --board arena/webdev",
    ],
)
def test_a_full_or_closed_stdout_is_one_line(tmp_path: Path, command: str):
    (tmp_path / "v.csv").write_text(UMLAUTS, "utf-8")
    (tmp_path / "r.csv").write_text(RATINGS, "utf-8")
    (tmp_path / "t.csv").write_text(TAGS, "utf-8")
    call = f"{' '.join(ELOLAG)} {command}"
    for sink, said in ((">/dev/full", "No space left"), (">&-", "Bad file descriptor")):
        found = run("sh", "-c", f"{call} {sink}", cwd=tmp_path)
        if (command, sink) == ("--help", ">&-"):  # nothing was to be answered
            assert "Traceback" not in found.stderr
            continue
        assert found.returncode == 1
        assert found.stderr.startswith("elolag: cannot write the answer: ")
        assert found.stderr.count("\n") == 1
        assert said in found.stderr
    both = run("sh", "-c", f"{call} >/dev/full 2>&-", cwd=tmp_path)
    assert (both.returncode, both.stderr) == (1, "")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "cp437", "utf-8"])
def test_any_terminal_takes_any_name(tmp_path: Path, encoding: str):
    (tmp_path / "v.csv").write_text(UMLAUTS, "utf-8")
    for more in ((), ("--json",)):
        found = run(*ELOLAG, "rate", "v.csv", *more, cwd=tmp_path, PYTHONIOENCODING=encoding)
        assert (found.returncode, found.stderr) == (0, "")
        assert "1000.0" in found.stdout
    found = run(*ELOLAG, "rate", "模型.csv", cwd=tmp_path, PYTHONIOENCODING=encoding)
    assert found.returncode == 2
    assert found.stderr.startswith("elolag: cannot read the votes")
    assert found.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["archive list", "tags list", "tags list --json"])
def test_a_reader_that_leaves_is_no_traceback(tmp_path: Path, command: str):
    call = f"{' '.join(ELOLAG)} {command} | head -n 1"
    found = run("sh", "-c", call, cwd=tmp_path)
    assert "Traceback" not in found.stderr
    assert "Exception ignored" not in found.stderr


SLOW = """
import time
from pathlib import Path
from elolag import cli
from elolag.archive.export import replacing

def slow(what: str):
    if what == "figure":
        from elolag import plots
        from matplotlib.figure import Figure
        Figure.savefig = lambda self, stream, **how: half(stream)
        plots.save(plots.estimand("current"), "t.png")
    with replacing(Path("t.csv")) as stream:
        half(stream)

def half(stream):
    stream.write(b"half")
    print("ready", flush=True)
    time.sleep(60)

cli.app.command("slow")(slow)
cli.main()
"""


@pytest.mark.parametrize(("what", "name"), [("table", "t.csv"), ("figure", "t.png")])
def test_a_stop_from_outside_leaves_the_old_file_alone(tmp_path: Path, what: str, name: str):
    (tmp_path / name).write_text("old", "utf-8")
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(
        [sys.executable, "-c", SLOW, "slow", what], cwd=tmp_path, env=env, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    ) as command:  # fmt: skip
        assert command.stdout is not None
        assert command.stdout.readline() == "ready\n"
        begun = time.monotonic()
        command.send_signal(signal.SIGTERM)
        _, error = command.communicate(timeout=20)
    assert time.monotonic() - begun < 15
    assert (command.returncode, error) == (143, "")
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text("utf-8") == "old"
