"""From a figure to bytes: what a trace names is what the files hold."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from elolag.archive.reading import default_path
from elolag.errors import UsageError
from elolag.estimate.lag import answer
from elolag.estimate.session import Session, prepare
from elolag.estimate.trace import trace
from elolag.own import own_board
from elolag.own.board import template


def test_every_line_and_hash_is_that_of_the_file() -> None:
    session = Session()
    study = prepare(vintage="2026-08-19", n_draws=200, session=session)
    result = answer(study, "current", None, "measurement")
    traced = trace(study, result, session.lookup())
    assert [m.model for m in traced.models] == [
        "kimi-k3", "gemini-3-pro", "claude-opus-4-6", "claude-fable-5",
    ]  # fmt: skip
    for model in traced.models:
        folder = default_path() / model.path
        data = (folder / "ratings.csv").read_bytes()
        assert hashlib.sha256(data).hexdigest() == model.file_sha256
        manifest = (folder / "datapackage.json").read_bytes()
        assert hashlib.sha256(manifest).hexdigest() == model.sha256
        line = data.decode().splitlines()[model.line - 1]
        assert line == model.row
        assert line.startswith(f"overall,{model.entry},")
        assert "http" in model.evidence
        assert model.alias.endswith((model.model, "effort max", "effort high", f"is {model.model}"))
    assert len(traced.to_dict()["models"]) == 4
    assert len(traced.table().rows) == 4 * len(traced.models[0].rows())


def test_a_retired_model_is_followed_to_its_last_list() -> None:
    session = Session()
    study = prepare(vintage="2026-08-19", as_of="2025-06-01", n_draws=200, session=session)
    result = answer(study, "current", None, "measurement")
    traced = trace(study, result, session.lookup())
    retired = [m for m in traced.models if m.vintage < "2026-08-19"]
    assert retired
    for model in retired:
        assert model.path.endswith(model.vintage)
        assert model.placed != pytest.approx(float(model.row.split(",")[2]), abs=1e-6)


def test_a_table_of_ones_own_is_the_data_itself(tmp_path: Path) -> None:
    ratings, tags = tmp_path / "my.csv", tmp_path / "tags.csv"
    ratings.write_text(template("ratings"), "utf-8")
    tags.write_text(template("tags"), "utf-8")
    study = prepare(board=own_board(ratings), extra_tags=tags, n_draws=100)
    result = answer(study, "current", None, "measurement")
    with pytest.raises(UsageError, match="your own table is the data"):
        trace(study, result, Session().lookup(tags))
