"""Answers from the publishers' own lists only: every question takes it, every answer says it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import elolag
from elolag import plots
from elolag.archive import Archive, open_archive
from elolag.cite import citation, read_figure
from elolag.claims import check_claims
from elolag.claims.bridge import bridge
from elolag.claims.statement import check_statement
from elolag.errors import UsageError
from elolag.estimate.catch_up import time_to_match
from elolag.estimate.change import estimate_change
from elolag.estimate.compare import compare
from elolag.estimate.comparison import estimate_all
from elolag.estimate.lag import frontier_curve
from elolag.estimate.over_time import lag_path
from elolag.estimate.revisions import estimate_revisions
from elolag.estimate.session import prepare
from elolag.own import own_board
from elolag.results.provenance import provenance
from elolag.results.words import OFFICIAL_ONLY
from elolag.robustness import sensitivity
from elolag.robustness.edits import influence
from elolag.robustness.tipping_point import flip

FEW = 120
ONE_SPECIFICATION = {
    "estimand": ["current"], "board": ["arena/text_style_control"], "category": ["overall"],
    "as_of": ["latest"], "vintage": ["newest"], "clock": ["released"], "derivatives": ["keep"],
    "hong_kong": ["CN"], "openness": ["any"], "min_votes": [0], "selection": ["corrected"],
}  # fmt: skip

ASK: dict[str, Callable[..., Any]] = {
    "lag": elolag.estimate_lag,
    "all": estimate_all,
    "change": estimate_change,
    "path": lambda **asked: lag_path("2026-07-01", **asked),
    "time to match": time_to_match,
    "slices": lambda **asked: compare("openness", **asked),
    "revisions": estimate_revisions,
    "grid": lambda **asked: sensitivity(choices=ONE_SPECIFICATION, **asked),
    "influence": influence,
    "flip": flip,
    "claims": lambda **asked: check_claims(keys=["caisi-2026"], **asked),
    "statement": lambda **asked: check_statement("7 months behind", **asked),
    "bridge": bridge,
}


@pytest.fixture(scope="module")
def official() -> Archive:
    return open_archive(sources="official")


@pytest.fixture(scope="module")
def answer() -> elolag.LagResult:
    return elolag.estimate_lag(n_draws=FEW, sources="official")


def paths(found: Any) -> set[str]:
    """Every snapshot an answer names, at any depth of its JSON object."""
    if isinstance(found, dict):
        mine = {item["path"] for item in found.get("snapshots", ())}
        return mine.union(*(paths(value) for value in found.values()))
    if isinstance(found, list | tuple):
        return set().union(*map(paths, found))
    return set()


@pytest.mark.parametrize("kind", ASK)
def test_every_answer_rests_on_official_lists_and_says_so(kind: str, official: Archive) -> None:
    answer = ASK[kind](n_draws=FEW, sources="official")
    origins = provenance(answer).origins
    if kind != "bridge" and any(o.licence for o in origins):  # its figure is of its headline
        assert origins[0].licence == "CC-BY-4.0"  # the newest list's licence comes first
        assert origins[0].vintage == max(origin.vintage for origin in origins)
    elif kind not in ("bridge", "influence", "flip", "statement"):  # of these nothing is drawn
        assert all(origin.licence for origin in origins), kind
    found = answer.to_dict()
    assert found["sources"] == "official"
    for path in paths(found):
        board, _, label = path.rpartition("/")
        assert label in official.board(board).labels, path
    if kind not in ("influence", "flip"):  # these two name no snapshots
        assert paths(found)


def test_the_answer_differs_from_that_of_all_lists(answer: elolag.LagResult) -> None:
    whole = elolag.estimate_lag(n_draws=FEW)
    assert (answer.sources, whole.sources) == ("official", "all")
    assert set(answer.snapshots) != set(whole.snapshots)
    assert OFFICIAL_ONLY["en"] in answer.notes
    assert OFFICIAL_ONLY["en"] not in whole.notes
    assert whole.to_dict()["sources"] == "all"


def test_an_archive_opened_so_answers_so(answer: elolag.LagResult, official: Archive) -> None:
    board = official.board("arena/text_style_control")
    assert elolag.estimate_lag(n_draws=FEW, archive=official) == answer
    assert elolag.estimate_lag(board, n_draws=FEW) == answer
    every = open_archive().board("arena/text_style_control")
    assert elolag.estimate_lag(every, n_draws=FEW, sources="official") == answer
    assert prepare(n_draws=FEW, archive=official, clock="first-listed").panel.sources == "official"


def test_curves_take_it_too() -> None:
    question = {"n_draws": FEW, "vintage": "2026-10-02"}
    assert frontier_curve("CN", **question).as_of == "2026-10-02"
    with pytest.raises(UsageError, match="among its official lists"):
        frontier_curve("CN", sources="official", **question)


def test_citation_and_figure_say_it(answer: elolag.LagResult, tmp_path: Path) -> None:
    english, german = citation(answer), citation(answer, "de")
    assert "seed 0, official lists only, archive " in english.footnote
    assert "nur Listen, die der Herausgeber selbst veröffentlicht hat, Archiv" in german.footnote
    assert english.short[0].endswith("with no licence stated; official only.")
    assert german.short[0].endswith("ohne Lizenzangabe; nur Originallisten.")
    assert not re.search("cop(y|ies)|Kopie", " ".join((*english.short, *german.short)))
    assert english.to_dict()["sources"] == "official"
    assert "official lists only" not in citation(elolag.estimate_lag(n_draws=FEW)).footnote
    file = tmp_path / "figure.svg"
    plots.save(plots.frontier(answer), file, answer)
    assert read_figure(file)["lists"] == "official"
    assert "Official lists only" in file.read_text("utf-8")


def test_ones_own_ratings_are_no_publishers_list(tmp_path: Path) -> None:
    file = tmp_path / "ratings.csv"
    file.write_text("entry,rating,se\nkimi-k3-max,1480,5\nclaude-fable-5,1500,5\n", "utf-8")
    with pytest.raises(UsageError, match=r"ratings\.csv: ratings of your own are no publisher's"):
        elolag.estimate_lag(own_board(file), n_draws=FEW, sources="official")


def test_the_json_of_a_result_is_serialisable_with_it(answer: elolag.LagResult) -> None:
    assert json.loads(json.dumps(answer.to_dict(), allow_nan=False))["sources"] == "official"
