"""`elolag tags suggest` on an archive with entries nobody has tagged: table, patch, folder."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import made_archive
import pytest
from rich.console import Console

from elolag.cli import main

LONG = "wonder-" + "of-the-world-" * 6

Tags = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows: list[made_archive.Row] = [
        ("gpt-5", 1500.0, 5.0, "OpenAI"),
        ("gpt-99-sol-max", 1560.0, 5.0, "OpenAI"),
        ("kimi-k99-0801", 1510.0, 5.0, "Moonshot"),
        (LONG, 1400.0, 5.0),
        ("claude-99-thinking", 1300.0, 5.0, "Anthropic"),
    ]
    folder = tmp_path_factory.mktemp("suggest") / "archive"
    return made_archive.archive(folder, made_archive.publication(rows))


@pytest.fixture
def tags(
    archive: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Tags:
    """`elolag tags ...` on that archive: exit code, standard output, standard error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["elolag", "tags", *arguments, "--archive", str(archive)])
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        return code, *capsys.readouterr()

    return run


def test_a_short_table_is_printed(tags: Tags) -> None:
    code, out, err = tags("suggest")
    lines = out.splitlines()
    assert code == 0
    assert lines[0].split() == ["name", "lab", "country", "date", "why"]
    assert lines[1].split() == ["gpt-99-sol-max", "openai", "US", "2026-08-19", "first", "listed"]
    assert lines[2].split() == ["kimi-k99-0801", "moonshot", "CN", "2026-08-01", "stamp", "0801"]
    assert "by hand: no lab" in out
    assert "3 of 4 new models or names have a proposal; write their rows with --into" in err


def test_the_table_fits_a_terminal_of_80_columns(
    tags: Tags, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = io.StringIO()
    narrow = Console(width=80, file=file, highlight=False, markup=False)
    monkeypatch.setattr("elolag.cli.show._console", lambda *_: narrow)
    tags("suggest")
    lines = file.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    assert sum("2026-08-" in line for line in lines) == 3


def test_a_folder_is_written_that_tags_reads(tags: Tags, tmp_path: Path) -> None:
    mine = str(tmp_path / "mine")
    code, _, err = tags("suggest", "--into", mine)
    assert (code, err.count("wrote ")) == (0, 2)
    assert tags("list", "--unmatched", "--tags", mine)[1].startswith("wonder-of-the-world-")
    code, out, err = tags("suggest", "--into", mine)
    assert (code, out) == (2, "")
    assert f"{mine} exists; name a new folder" in err


def test_dates_are_taken_from_a_file(tags: Tags, tmp_path: Path) -> None:
    api = tmp_path / "api.json"
    served = {"groq": {"models": {"openai/gpt-99-sol": {"release_date": "2026-08-12"}}}}
    api.write_text(json.dumps(served), "utf-8")
    first = json.loads(tags("suggest", str(api), "--json")[1])[0]
    assert (first["released"], first["why"], first["gap"]) == ("2026-08-12", "models-dev", 0)
