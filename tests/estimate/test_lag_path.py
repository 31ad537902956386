"""What may be a path may be text, and what may be a date may be a date, in every estimate."""

from __future__ import annotations

import csv
import datetime as dt
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import made_archive
import pytest

import elolag
from elolag.archive.export import export
from elolag.dates import to_day
from elolag.errors import ElolagError, UsageError
from elolag.own.board import _RATINGS, _TAGS
from elolag.tags import tables

ESTIMATES: dict[str, Callable[..., Any]] = {
    "estimate_lag": elolag.estimate_lag,
    "compare": partial(elolag.compare, "openness"),
    "time_to_match": partial(elolag.time_to_match, window=12.0),
    "estimate_all": elolag.estimate_all,
    "estimate_change": partial(elolag.estimate_change, "2026-06-30", window=3.0),
    "lag_path": partial(elolag.lag_path, "2026-07-01"),
}


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    ratings, tags = tmp_path / "my.csv", tmp_path / "my_tags.csv"
    ratings.write_text(_RATINGS, "utf-8")
    tags.write_text(_TAGS, "utf-8")
    return ratings, tags


@pytest.mark.parametrize("name", ESTIMATES)
def test_tags_by_text_are_tags_by_path(name: str, files: tuple[Path, Path]):
    ratings, tags = files

    def answer(ratings: str | Path, tags: str | Path) -> str:
        try:
            board = elolag.own_board(ratings)
            found = ESTIMATES[name](board=board, extra_tags=tags, n_draws=60)
            return str(found)
        except ElolagError as error:
            return str(error)

    assert answer(str(ratings), str(tags)) == answer(ratings, tags)
    assert tables.digest(str(tags)) == tables.digest(tags)


@pytest.mark.parametrize("name", ESTIMATES)
def test_an_archive_by_text_is_one_by_path(name: str, files: tuple[Path, Path], tmp_path: Path):
    rows = [
        (row["entry"], float(row["rating"]), 12.0) for row in csv.DictReader(StringIO(_RATINGS))
    ]
    folder = made_archive.archive(tmp_path / "a", made_archive.publication(rows))

    def answer(archive: str | Path, tags: str | Path) -> str:
        question = {"board": "arena/text", "archive": archive, "extra_tags": tags, "n_draws": 60}
        try:
            return str(ESTIMATES[name](**question))
        except ElolagError as error:
            return str(error)

    assert answer(str(folder), str(files[1])) == answer(folder, files[1])


def test_the_example_of_the_documentation(files: tuple[Path, Path], monkeypatch):
    monkeypatch.chdir(files[0].parent)
    board = elolag.own_board("my.csv")
    found = elolag.estimate_lag(board, extra_tags="my_tags.csv", as_of=dt.date(2026, 8, 19))
    assert str(found).startswith(
        "Over the twelve months to 19 August 2026, China's best AI model of the day was on average "
        "at least 7.0 months behind the US ("
    )
    board = elolag.own_board("my.csv")
    day = elolag.estimate_lag(
        board, extra_tags="my_tags.csv", as_of=dt.date(2026, 8, 19), estimand="current"
    )
    assert "China trails the US by 4.2 months" in str(day)


@pytest.mark.parametrize("value", [20260819, 3.5, ("2026",)])
def test_what_is_no_date_is_refused(value: object, files: tuple[Path, Path]):
    with pytest.raises(UsageError, match="not a date"):
        to_day(value)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="not a date"):
        elolag.own_board(files[0], date=value)  # type: ignore[arg-type]


def test_an_export_by_text(tmp_path: Path):
    archive = elolag.open_archive()
    name = "arena/text"
    newest = archive.board(name).snapshot().vintage
    rows = export(archive, str(tmp_path / "t.csv"), boards=(name,), since=newest)
    assert (tmp_path / "t.csv").read_text("utf-8").count("\n") >= rows + 1


def test_python_m_elolag_is_the_command():
    found = subprocess.run(
        [sys.executable, "-m", "elolag", "--version"], capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == elolag.__version__
