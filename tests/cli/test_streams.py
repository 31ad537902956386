"""Whatever stdout is, a command ends with its answer or with one line."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from elolag.cli import main
from elolag.own.board import _RATINGS, _TAGS

ELOLAG = [sys.executable, "-m", "elolag"]
UMLAUTS = "left,right,winner\nTülü 模型,b,left\nTülü 模型,b,right\n"


Said = tuple[int, str, str]


def run(*command: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    path = {"PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.run(
        command, capture_output=True, cwd=cwd, env={**os.environ, **path, **env},
        encoding="utf-8", errors="replace", check=False,
    )  # fmt: skip


#: Runs commands in forks that end as processes of their own do: loading the libraries costs most.
FORKS = """
import gc, json, os, sys
import elolag.cite, elolag.estimate.diff, elolag.estimate.lag, elolag.votes.rating, scipy.special
from elolag.cli import main
gc.freeze()
for line in sys.stdin:
    folder, command, sink, said = json.loads(line)
    process = os.fork()
    if not process:
        os.chdir(folder)
        os.dup2(os.open(said, os.O_WRONLY | os.O_CREAT), 2)
        if sink:
            os.dup2(os.open(sink, os.O_WRONLY), 1)
        else:  # what Python finds where nobody opened it
            os.close(1)
            sys.stdout = None
        sys.argv = ["elolag", *command]
        main()
        sys.exit()
    print(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), flush=True)
"""
Ended = Callable[[Path, str, str], tuple[int, str]]


@pytest.fixture(scope="module")
def ended() -> Iterator[Ended]:
    """How a command ends whose stdout is a file, or closed: its code and what it said."""
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(
        [sys.executable, "-c", FORKS], env=env, text=True, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as forks:  # fmt: skip
        assert forks.stdin is not None
        assert forks.stdout is not None
        out, back = forks.stdin, forks.stdout

        def end(folder: Path, command: str, sink: str) -> tuple[int, str]:
            said = folder / "stderr"
            said.unlink(missing_ok=True)
            print(json.dumps([str(folder), command.split(), sink, str(said)]), file=out, flush=True)
            return int(back.readline()), said.read_text("utf-8")

        yield end
    assert forks.returncode == 0


FULL = (("/dev/full", "No space left"), ("", "Bad file descriptor"))


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
def test_a_full_or_closed_stdout_is_one_line(tmp_path: Path, ended: Ended, command: str):
    (tmp_path / "v.csv").write_text(UMLAUTS, "utf-8")
    (tmp_path / "r.csv").write_text(_RATINGS, "utf-8")
    (tmp_path / "t.csv").write_text(_TAGS, "utf-8")
    for sink, said in FULL:
        code, error = ended(tmp_path, command, sink)
        if (command, sink) == ("--help", ""):  # nothing was to be answered
            assert "Traceback" not in error
            continue
        one_line(code, error, said)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_and_so_it_is_in_a_process_of_its_own(tmp_path: Path):
    for sink, said in FULL:
        shell = f"{' '.join(ELOLAG)} template votes >{sink or '&-'}"
        found = run("sh", "-c", shell, cwd=tmp_path)
        one_line(found.returncode, found.stderr, said)


def one_line(code: int, error: str, said: str) -> None:
    assert code == 1
    assert error.startswith("elolag: cannot write the answer: ")
    assert error.count("\n") == 1
    assert said in error


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
@pytest.mark.parametrize("command", ["template votes", "tags list"])
def test_without_any_stream_the_code_is_left(tmp_path: Path, command: str):
    both = run("sh", "-c", f"{' '.join(ELOLAG)} {command} >/dev/full 2>&-", cwd=tmp_path)
    assert (both.returncode, both.stderr) == (1, "")


def said_in(encoding: str, monkeypatch: pytest.MonkeyPatch, *command: str) -> Said:
    """What a command answers a terminal of an encoding, in this process."""
    out, err = io.BytesIO(), io.BytesIO()
    monkeypatch.setattr(sys, "argv", ["elolag", *command])
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out, encoding))
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(err, encoding, "backslashreplace"))
    with pytest.raises(SystemExit) as stopped:
        main()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    said = (stream.getvalue().decode("utf-8", "replace") for stream in (out, err))
    return int(stopped.value.code or 0), next(said), next(said)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "cp437", "utf-8"])
def test_any_terminal_takes_any_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
):
    monkeypatch.chdir(tmp_path)
    Path("v.csv").write_text(UMLAUTS, "utf-8")
    for more in ((), ("--json",)):
        code, out, err = said_in(encoding, monkeypatch, "rate", "v.csv", *more)
        assert (code, err) == (0, "")
        assert "1000.0" in out
    code, _, err = said_in(encoding, monkeypatch, "rate", "模型.csv")
    assert code == 2
    assert err.startswith("elolag: cannot read the votes")
    assert err.count("\n") == 1


def test_an_ascii_terminal_takes_any_name_in_a_process_of_its_own(tmp_path: Path):
    (tmp_path / "v.csv").write_text(UMLAUTS, "utf-8")
    found = run(*ELOLAG, "rate", "v.csv", cwd=tmp_path, PYTHONIOENCODING="ascii")
    assert (found.returncode, found.stderr) == (0, "")
    found = run(*ELOLAG, "rate", "模型.csv", cwd=tmp_path, PYTHONIOENCODING="ascii")
    assert (found.returncode, found.stderr.count("\n")) == (2, 1)


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
        plots.save(Figure().subplots(), "t.png")
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
