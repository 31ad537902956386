"""``elolag ledger``: forecasts are handed in as files and listed as they were said."""

from __future__ import annotations

import json
from pathlib import Path

import made_archive
import made_forecast as made
import pytest
from command import Command, runner

from elolag.forecast.form import encode


@pytest.fixture
def elolag(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    monkeypatch.delenv("ELOLAG_ARCHIVE", raising=False)
    return runner(monkeypatch, capsys)


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    made_list = made_archive.publication(
        [("gpt-4o", 1300.0, 8.0), ("qwen", 1290.0, 8.0)], made.ROUND
    )
    return made_archive.archive(tmp_path / "archive", made_list)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    forecast = made.forecast(made.lag(), made.lag(target="current"), made.reach())
    path = tmp_path / forecast.file
    path.write_bytes(encode(forecast).replace(b"\n", b"\r\n"))
    return path


def test_a_file_is_added_and_listed(elolag: Command, mine: Path, file: Path) -> None:
    done = elolag("ledger", "add", file, "--archive", mine, "--note", "by hand")
    assert (done.code, done.err) == (0, "")
    kept = mine / "forecasts" / "arena" / "text" / file.name
    assert kept.read_bytes() == file.read_bytes().replace(b"\r\n", b"\n")
    assert str(kept) in done.out
    listed = elolag("ledger", "--archive", mine)
    assert listed.code == 0
    assert "3 answers by 1 forecaster, " in listed.out
    row = next(line for line in listed.out.splitlines() if line.startswith(made.ROUND))
    assert row.split() == [made.ROUND, "arena/text", "team-model", made.ROUND, "3", "0"]
    found = json.loads(elolag("ledger", "--archive", mine, "--json").out)["answers"]
    assert [answer["forecaster"] for answer in found] == ["team-model"] * 3
    assert found[2]["values"] == ["2026-10-16", "2026-12-29"]
    assert elolag("archive", "verify", "--archive", mine).code == 0
    again = elolag("ledger", "add", file, "--archive", mine)
    assert again.code == 1
    assert f"{file.name}: exists already" in again.err


def test_a_file_that_is_wrong_is_refused_with_its_field(
    elolag: Command, mine: Path, file: Path
) -> None:
    file.write_bytes(file.read_bytes().replace(b",5.5,", b",3.5,", 1))
    done = elolag("ledger", "add", file, "--archive", mine)
    assert (done.code, done.out) == (1, "")
    assert f"{file.name}, row 3: value is '3.5': below that of the row before" in done.err
    assert not (mine / "forecasts").exists()


def test_forecasts_are_added_to_an_archive_that_was_named(
    elolag: Command, mine: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = elolag("ledger", "add", file)
    assert done.code == 2
    assert "forecasts are added to an archive of your own: make one with" in done.err
    monkeypatch.setenv("ELOLAG_ARCHIVE", str(mine))
    assert elolag("ledger", "add", file).code == 0


def test_a_changed_forecast_is_told(elolag: Command, mine: Path, file: Path) -> None:
    assert elolag("ledger", "add", file, "--archive", mine).code == 0
    kept = mine / "forecasts" / "arena" / "text" / file.name
    kept.write_bytes(kept.read_bytes().replace(b",5.5,", b",5.6,"))
    for command in (("ledger",), ("archive", "verify")):
        done = elolag(*command, "--archive", mine)
        assert done.code == 1
        assert f"{file.name}: its bytes have changed" in done.out + done.err
