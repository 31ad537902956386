"""``elolag forecast`` on the command line: what it prints, freezes and refuses."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from command import Command, runner

from elolag.archive import open_archive
from elolag.archive.verify import verify
from elolag.forecast.ledger import read


@pytest.fixture
def elolag(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return runner(monkeypatch, capsys)


def test_it_prints_the_outlook_with_its_record(elolag: Command) -> None:
    done = elolag("forecast", "--draws", 200)
    assert done.code == 0
    assert "Outlook from the list of 2 October 2026" in done.out
    assert "average 6 months ahead has a mean error (CRPS)" in " ".join(done.out.split())
    assert "average over 12 months" in done.out
    assert max(map(len, done.out.splitlines())) <= 100


def test_json_is_the_result(elolag: Command) -> None:
    done = elolag("forecast", "--draws", 200, "--json", "--seed", 3)
    found = json.loads(done.out)
    assert (found["schema"], found["vintage"], found["seed"]) == (1, "2026-10-02", 3)
    assert len(found["answers"]) == 4
    assert found["record"]["de"].startswith("Auf ")


def test_a_figure_is_drawn(elolag: Command, tmp_path: Path) -> None:
    out = tmp_path / "fan.svg"
    assert elolag("forecast", "--draws", 200, "--figure", out, "--size", "phone").code == 0
    assert "Record 6 months ahead" in " ".join(out.read_text("utf-8").split())


def test_a_forecast_is_frozen_once(elolag: Command, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    shutil.copytree(open_archive().path, mine)
    held = len(read(mine))
    board = ("--board", "arena/text", "--vintage", "2026-08-02", "--archive", mine)
    done = elolag("forecast", *board, "--write")
    assert done.code == 0
    assert done.out.count("frozen: ") == 4
    entries = read(mine)[held:]
    assert {e.forecast.round_id for e in entries} == {"2026-08-02"}
    # Days that are over are not forecast: the tests' day is 20 August 2026.
    assert {a.end for e in entries for a in e.forecast.answers} == {
        "2026-09-02", "2026-11-02", "2027-02-02", "2027-08-02", "2028-08-02",
    }  # fmt: skip
    assert verify(open_archive(mine)) == []
    again = elolag("forecast", *board, "--write")
    assert again.code != 0
    assert "2026-08-02-elolag-no-change.csv: exists already" in again.err


def test_only_the_default_question_is_frozen(elolag: Command, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    shutil.copytree(open_archive().path, mine)
    done = elolag("forecast", "--write", "--archive", mine, "--exclude", "kimi-k3", "--draws", 200)
    assert done.code == 2
    assert "has its own n_draws, exclude" in " ".join(done.err.split())


def test_the_shipped_archive_is_not_written(elolag: Command) -> None:
    done = elolag("forecast", "--write", "--draws", 200)
    assert done.code == 2
    assert "archive init" in done.err


@pytest.mark.parametrize(
    ("option", "why"),
    [(("--as-of", "2026-01-01"), "counts from the day of the list"),
     (("--window", "6"), "over twelve months"),
     (("--level", "0.9"), "gives quantiles"),
     (("--match-rule", "below"), "first model to reach them"),
     (("--board", "arena/nothing"), "arena/nothing")],
)  # fmt: skip
def test_what_it_settles_itself_is_refused(
    elolag: Command, option: tuple[str, str], why: str
) -> None:
    done = elolag("forecast", *option)
    assert done.code == 2
    assert why in " ".join(done.err.split())


def test_scores_of_the_ledger_and_of_earlier_lists(elolag: Command, tmp_path: Path) -> None:
    assert "No forecast has been scored" in elolag("ledger", "scores").out
    done = elolag("ledger", "scores", "--pastcast", "--board", "arena/text")
    assert done.code == 0
    assert "made afterwards for 68 earlier lists" in " ".join(done.out.split())
    assert "style_control" not in done.out
    refused = elolag("ledger", "scores", "--pastcast", "--board", "arena/none")
    assert refused.code == 2
    assert "there are some of: arena/text, arena/text_style_control" in refused.err
    out = tmp_path / "held.png"
    assert elolag("ledger", "scores", "--pastcast", "--figure", out).code == 0
    assert out.stat().st_size > 10_000
    refused = elolag("ledger", "scores", "--figure", tmp_path / "none.png")
    assert refused.code == 2
    assert "no forecast of arena/text has intervals" in refused.err


def test_the_ledger_in_full(elolag: Command) -> None:
    done = elolag("ledger", "--answers")
    assert done.code == 0
    assert "iaps" in done.out
    assert json.loads(elolag("ledger", "--json").out)["schema"] == 1
