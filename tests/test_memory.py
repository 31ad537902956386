"""What the sessions of a run of the tests have in common, and what each reads for itself."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from elolag import estimate_lag
from elolag.archive.reading import default_path
from elolag.estimate.session import Session
from elolag.tags.rows import Lab
from elolag.tags.tables import columns

BOARD = "metr/time-horizon"


def test_the_shipped_archive_is_read_once() -> None:
    one, other = Session(), Session()
    assert one.board(BOARD) is other.board(BOARD)
    panel = one.panel(one.board(BOARD), "overall", None)
    assert other.panel(other.board(BOARD), "overall", None) is panel
    assert other.lookup() is one.lookup()


def test_what_a_test_makes_is_read_whenever_it_is_asked(tmp_path: Path) -> None:
    shutil.copytree(default_path() / BOARD, tmp_path / BOARD)
    one, other = Session(), Session()
    assert one.board(BOARD, tmp_path) is one.board(BOARD, tmp_path)
    assert one.board(BOARD, tmp_path) is not other.board(BOARD, tmp_path)
    assert one.panel(one.board(BOARD, tmp_path), "overall", None) is not other.panel(
        other.board(BOARD, tmp_path), "overall", None
    )
    assert one.lookup(archive=tmp_path).tables is not other.lookup(archive=tmp_path).tables
    own = tmp_path / "labs.csv"
    own.write_text(",".join(columns(Lab)) + "\n", "utf-8")
    assert one.lookup(own).tables is not other.lookup(own).tables
    tag = replace(one.lookup().tag("kimi-k3"), country="US")
    assert one.lookup(retagged={"kimi-k3": tag}) is not one.lookup()


@pytest.mark.parametrize("how", ["attribute", "variable"])
def test_once_a_test_changes_something_all_is_read_anew(
    how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Session().board(BOARD)
    if how == "attribute":
        monkeypatch.setattr(os, "sep", os.sep)
    else:
        monkeypatch.setenv("ELOLAG_OF_A_TEST", "1")
    session = Session()
    assert session.board(BOARD) is not before
    assert session.board(BOARD) is session.board(BOARD)
    assert session.lookup() is not Session().lookup()


def test_the_answer_is_that_of_an_archive_read_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    shared = estimate_lag("arena/webdev", n_draws=200).to_dict()
    monkeypatch.setenv("ELOLAG_OF_A_TEST", "1")
    assert estimate_lag("arena/webdev", n_draws=200).to_dict() == shared
