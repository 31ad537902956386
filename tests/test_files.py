"""Every file is replaced in one step and obeys the umask."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import elolag
from elolag.archive.export import replacing
from elolag.errors import ArchiveError


@pytest.fixture(params=[0o077, 0o002, 0o022])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def test_files_obey_the_umask(tmp_path: Path, umask: int):
    with replacing(tmp_path / "one.csv") as stream:
        stream.write(b"x")
    votes = pd.DataFrame({"left": ["a", "b"], "right": ["b", "a"], "winner": "left"})
    rated = elolag.rate(votes)
    rated.write(tmp_path / "u.csv")
    rated.write(tmp_path / "folder")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 6
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o666 & ~umask}
    assert stat.S_IMODE((tmp_path / "folder").stat().st_mode) == 0o777 & ~umask


def test_what_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path):
    path = tmp_path / "t.csv"
    path.write_text("old", "utf-8")

    def broken() -> None:
        with replacing(path) as stream:
            stream.write(b"half")
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        broken()
    assert path.read_text("utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]
    with (
        pytest.raises(ArchiveError, match=r"t\.csv: could not be written: No such file"),
        replacing(tmp_path / "no" / "t.csv"),
    ):
        pass
