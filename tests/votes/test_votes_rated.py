"""What `rate` returns: words, tables, files that are written whole or not at all."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from votes_world import simulated

import elolag
from elolag.errors import ArchiveError, UsageError
from elolag.votes import RatedVotes, rating, read_covariance


@pytest.fixture(scope="module")
def made() -> RatedVotes:
    return elolag.rate(simulated(1, 800, 5), date="2026-08-19")


def test_the_result_says_what_it_rests_on(made: RatedVotes):
    assert str(made).startswith("Of 5 models rated from 800 votes, model-")
    assert "mean 1000" in made.sentence()
    held = elolag.rate(simulated(1, 800, 5), anchor="model-2", level=1200)
    assert "model-2 held at 1200" in held.sentence()
    words = dict(made.rows())
    assert words["both bad"] == "counted as ties"
    assert words["date"] == "2026-08-19"
    frame = made.to_frame()
    assert list(frame.columns) == ["entry", "rating", "lower", "upper", "se", "votes"]
    assert frame["rating"].is_monotonic_decreasing
    data = made.to_dict()
    assert json.loads(json.dumps(data)) == data
    assert data["votes"] == sum(data["outcomes"].values()) == 800


def test_a_folder_holds_all_of_it(made: RatedVotes, tmp_path: Path):
    made.write(tmp_path / "deep" / "out")
    folder = tmp_path / "deep" / "out"
    assert sorted(p.name for p in folder.iterdir()) == [
        "rate.json", "ratings.covariance.csv", "ratings.csv",
    ]  # fmt: skip
    facts = json.loads((folder / "rate.json").read_text("utf-8"))
    for name, digest in facts["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    names, matrix, digest = read_covariance(folder / "ratings.covariance.csv")
    assert names == made.ratings.items
    assert (matrix == made.ratings.covariance).all()
    assert digest == facts["files"]["ratings.covariance.csv"]
    assert [p.name for p in (tmp_path / "deep").iterdir()] == ["out"]


def test_nothing_is_replaced_unasked(made: RatedVotes, tmp_path: Path):
    made.write(tmp_path / "out")
    made.write(tmp_path / "r.csv")
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    for out in (tmp_path / "out", tmp_path / "r.csv"):
        with pytest.raises(UsageError, match="is there already"):
            made.write(out)
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before
    other = elolag.rate(simulated(2, 800, 5))
    for out in (tmp_path / "out", tmp_path / "r.csv"):
        other.write(out, force=True)
        assert elolag.own_board(out).file.covariance is not None
    foreign = tmp_path / "photos"
    foreign.mkdir()
    with pytest.raises(UsageError, match="not a folder elolag rate wrote"):
        made.write(foreign, force=True)


def test_a_stop_at_any_step_leaves_old_or_new(
    made: RatedVotes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    made.write(tmp_path / "out")
    old = (tmp_path / "out" / "ratings.csv").read_bytes()
    other = elolag.rate(simulated(2, 800, 5))

    def refuses(at: int, real):
        calls = iter(range(9))

        def moved(self: Path, target: Path) -> Path:
            if next(calls) == at:
                raise OSError(28, "No space left on device")
            return real(self, target)

        return moved

    for step in (0, 1):
        with monkeypatch.context() as disk:
            disk.setattr(Path, "rename", refuses(step, Path.rename))
            with pytest.raises(ArchiveError, match="No space left"):
                other.write(tmp_path / "out", force=True)
        assert (tmp_path / "out" / "ratings.csv").read_bytes() == old
        assert [p.name for p in tmp_path.iterdir()] == ["out"]
    made.write(tmp_path / "r.csv")
    monkeypatch.setattr(Path, "replace", refuses(1, Path.replace))
    with pytest.raises(ArchiveError, match="No space left"):
        other.write(tmp_path / "r.csv", force=True)
    # The covariance is new, the ratings are old: that is refused, not mixed.
    with pytest.raises(UsageError, match="write both anew"):
        elolag.own_board(tmp_path / "r.csv")


def test_an_unwritable_place_is_said(made: RatedVotes, tmp_path: Path):
    (tmp_path / "file").write_text("x", "utf-8")
    with pytest.raises(ArchiveError, match="could not be written"):
        made.write(tmp_path / "file" / "out")


def test_hostile_names_survive_the_files(tmp_path: Path):
    frame = simulated(1, 400, 3).replace(
        {"model-0": 'a,"b"<script>', "model-1": "=cmd|x", "model-2": "../../etc"}
    )
    elolag.rate(frame).write(tmp_path / "out")
    board = elolag.own_board(tmp_path / "out")
    assert set(board.file.ratings["entry"]) == {'a,"b"<script>', "=cmd|x", "../../etc"}
    assert board.file.covariance is not None
    assert np.isfinite(board.file.covariance[1]).all()
    assert rating._FACTS_FILE == "rate.json"


def test_no_interval_of_ratings_is_one_of_all():
    assert "(99.9% interval " in elolag.rate(simulated(1, 800, 5), interval_level=0.999).sentence()


def test_the_highest_is_not_told_alone_where_another_is_level():
    votes = {"model_a": ["a", "a", "c"], "model_b": ["b", "b", "a"], "winner": ["tie"] * 3}
    text = elolag.rate(pd.DataFrame(votes)).sentence()
    assert text.startswith("Of 3 models rated from 3 votes, a (level with b, c) stands highest at")
    assert "level with" not in elolag.rate(simulated(1, 800, 5)).sentence()
