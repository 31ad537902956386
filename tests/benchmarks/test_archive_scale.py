"""The archive that the benchmark makes is as a run would leave it, and the small one answers."""

from __future__ import annotations

from pathlib import Path

import scale

import elolag
from elolag.archive import Archive, verify


def test_the_archive_it_makes_is_sound_and_answers(tmp_path: Path) -> None:
    count = scale.make(tmp_path, scale.released(), 36, 3)
    archive = Archive(tmp_path)
    assert verify(archive) == []
    assert [len(archive.board(name).snapshots) for name in archive.boards()] == [12, 12, 12]
    held = [s for name in archive.boards() for s in archive.board(name).snapshots]
    assert sum(sum(s.categories.values()) for s in held) == count
    assert elolag.estimate_lag(archive=tmp_path, n_draws=200).months > 0


def test_the_own_board_it_makes_answers(tmp_path: Path) -> None:
    _, ratings, _, tags = scale.own(tmp_path, 300)
    found = elolag.estimate_lag(elolag.own_board(ratings), extra_tags=tags, n_draws=200)
    assert found.leader_group == "US"
