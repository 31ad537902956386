"""``elolag claims``: streams, exit codes, JSON; commands run as a user's would."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from elolag.claims import TEMPLATE, packaged, statement
from elolag.cli import main

ROOT = Path(__file__).resolve().parents[2]


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """The command's own entry point, in this process: imports are paid for once."""

    def call(*arguments: str | Path) -> Done:
        monkeypatch.setattr(sys, "argv", ["elolag", "claims", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main()
        out, err = capsys.readouterr()
        code = left.value.code
        return Done(code if isinstance(code, int) else 0, out, err)

    return call


def test_a_process_of_its_own_ends_as_told() -> None:
    command = [sys.executable, "-c", "from elolag.cli import main; main()"]
    done = subprocess.run(
        [*command, "claims", "check", "quite far"],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("elolag: cannot read 'quite far' as a lag")


def test_table_and_json_of_ones_own(run: Callable[..., Done], small: Path, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(TEMPLATE, "utf-8")
    options = ("--add", path, "--only-added", "--archive", small, "--draws", "200")
    done = run(*options)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Of 1 claims: 1 ")
    assert "somebody-2026" in done.stdout
    assert max(len(line.rstrip()) for line in done.stdout.splitlines()) <= 100
    data = json.loads(run(*options, "--json").stdout)
    assert [c["key"] for c in data["claims"]] == ["somebody-2026"]
    assert data["claims"][0]["real_time"]["snapshots"][0]["sha256"]


def test_one_claim_in_full(run: Callable[..., Done], small: Path) -> None:
    done = run("show", "sacks-2025", "--archive", small, "--draws", "200")
    assert (done.returncode, done.stderr) == (0, "")
    for words in ("David Sacks", "read it at", "real time", "hindsight", "they meant", "verdict"):
        assert words in done.stdout


def test_a_statement(
    run: Callable[..., Done], small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statement, "_GROUPS", (("US", "CN"),))
    monkeypatch.setattr(statement, "MONTHS_BACK", 3)
    spoken = run("check", "7 months behind", "--archive", small, "--draws", "100")
    assert (spoken.returncode, spoken.stderr) == (0, "")
    assert "definitions support it" in spoken.stdout
    assert "China behind US" in spoken.stdout
    assert max(len(line.rstrip()) for line in spoken.stdout.splitlines()) <= 100
    done = run("check", "7 months behind", "--date", "2026-01-15", "--archive", small,
               "--draws", "100", "--json")  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["statement"] == {
        "text": "7 months behind", "low": 6.5, "high": 7.5,
    }  # fmt: skip


def test_the_bridge_and_its_figure(run: Callable[..., Done], small: Path, tmp_path: Path) -> None:
    figure = tmp_path / "bridge.png"
    done = run("bridge", "--archive", small, "--draws", "200", "--figure", figure)
    assert (done.returncode, done.stderr) == (0, "")
    assert "unmatched records" in done.stdout
    assert figure.stat().st_size > 20_000


def test_the_template_is_printed(run: Callable[..., Done]) -> None:
    done = run("template")
    assert (done.returncode, done.stdout) == (0, TEMPLATE)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("show", "nobody"), "no claim 'nobody'"),
        (("check", "quite far behind"), "cannot read 'quite far behind'"),
        (("--only-added",), "--only-added needs --add FILE"),
        (("--add", "absent.toml"), "absent.toml: cannot be read"),
        (("bridge", "--date", "2099-01-01"), "later than the newest ratings"),
        (("--draws", "3"), "3 draws cannot give"),
        (("--archive", "absent"), "no such archive"),
    ],
)
def test_what_cannot_be_done_is_one_message(
    run: Callable[..., Done], arguments: tuple[str, ...], words: str
) -> None:
    done = run(*arguments)
    assert done.returncode in (1, 2)
    assert done.stdout == ""
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("elolag: ")


def test_every_key_is_shown_whole() -> None:
    """Keys are typed again, so the table must have room for them beside three other columns."""
    assert max(len(c.key) for c in packaged()) <= 30
