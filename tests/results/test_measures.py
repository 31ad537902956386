"""Boards of other measures: their units and words, and no constant of Arena's on them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import elolag
from elolag.archive import Payload, take_payloads
from elolag.errors import EstimateError, UsageError
from elolag.estimate import session
from elolag.model.early_drift import _packaged_drift
from elolag.own.board import template
from elolag.results.provenance import _CAVEATS, provenance
from elolag.results.words import left_out, meaning
from elolag.schema import Origin, measure_of
from elolag.sources import get_source

#: Epoch's names and ECI of models both sides are known for, oldest first; whole points.
INDEX = {
    "GPT-4 (Mar 2023)": 126.0,
    "Qwen2-72B": 125.0,
    "Claude 3.5 Sonnet": 130.0,
    "DeepSeek-V3": 133.0,
    "DeepSeek-R1": 140.0,
    "o3": 147.0,
    "GPT-5": 150.0,
    "Kimi K2 Thinking": 146.0,
    "Gemini 3 Pro": 153.0,
}
#: The same for entries of the text board.
TEXT = {
    "gpt-4-0314": 1287.0,
    "qwen2-72b-instruct": 1262.0,
    "claude-3-5-sonnet-20240620": 1340.0,
    "deepseek-v3": 1358.0,
    "deepseek-r1": 1397.0,
    "o3-2025-04-16": 1430.0,
    "gpt-5-high": 1436.0,
    "kimi-k2-thinking-turbo": 1429.0,
    "gemini-3-pro": 1490.0,
}
DAY = "2025-12-24"


def gap_file(eci_std: float | None = 2.0) -> bytes:
    def row(name: str, **figures: float | None) -> dict[str, Any]:
        return {"model": name, "display_name": "", "organization": "", **figures}

    horizons = [
        row(n, score=2 ** (v - 127), p50_ci_low=2 ** (v - 128), p50_ci_high=2 ** (v - 126))
        for n, v in INDEX.items()
    ]
    index = [row(n, eci=v, eci_std=eci_std) for n, v in INDEX.items()]
    tables = {"eci": {"trend_models": index}, "metr_time_horizon": {"trend_models": horizons}}
    return json.dumps(tables).encode()


def page(votes: dict[str, int | None]) -> bytes:
    rows = [
        {"rank": i, "model": n, "vendor": "", "license": "", "score": v, "ci": 6, "votes": votes[n]}
        for i, (n, v) in enumerate(TEXT.items(), start=1)
    ]
    meta = {"fetched_at": DAY, "last_updated": None, "model_count": len(rows)}
    return json.dumps({"meta": meta, "models": rows}).encode()


def comparia_file() -> bytes:
    rows = [
        {"model_name": n, "median": v, "p2.5": v - 6, "p97.5": v + 6, "n_match": 900}
        for n, v in TEXT.items()
    ]
    return json.dumps(rows).encode()


def stored(root: Path, source: str, payload: bytes) -> Path:
    outcomes = take_payloads(
        root, [Payload(get_source(source), Origin("text.json", DAY), payload, DAY)]
    )
    assert {o.outcome for o in outcomes} == {"new"}
    return root


@pytest.fixture(scope="module")
def indices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stored(tmp_path_factory.mktemp("indices"), "iaps-open-source-gap", gap_file())


def lag(archive: Path, board: str, **question: Any) -> elolag.LagResult:
    return elolag.estimate_lag(board, archive=archive, n_draws=400, **question)


@pytest.mark.parametrize(
    ("board", "method", "source", "name", "unit", "arena"),
    [
        ("arena/text", "bradley-terry", "arena-web", "votes", "Elo", True),
        ("comparia/text", "bradley-terry", "comparia", "votes", "Elo", False),
        ("artificial-analysis/text_to_image", "bradley-terry", "", "votes", "Elo", False),
        ("epoch/eci", "index", "epoch-eci", "index", "ECI points", False),
        ("other/index", "index", "", "index", "index points", False),
        ("metr/time-horizon", "index", "", "time-horizon", "log2 minutes", False),
        ("arena/mine", "bradley-terry", "own", "own", "Elo", False),
    ],
)
def test_the_measure_of_a_board(
    board: str, method: str, source: str, name: str, unit: str, arena: bool
) -> None:
    found = measure_of(board, method, source)
    assert (found.name, found.unit, found.arena_constants) == (name, unit, arena)


def test_what_an_interval_leaves_out_depends_on_the_measure() -> None:
    kinds = ("votes", "index", "time-horizon", "own")
    said = {kind: left_out("measurement", kind) for kind in kinds}
    assert len(set(said.values())) == len(kinds)
    assert [kind for kind in kinds if "vote" in said[kind]] == ["votes"]
    assert [kind for kind in kinds if "tasks" in said[kind] or "benchmarks" in said[kind]] == [
        "index",
        "time-horizon",
    ]
    for kind in kinds:
        assert said[kind].endswith("and what another run of history would have given.")
        assert left_out("both", kind) == f"{said[kind]} {left_out('sampling', kind)}"


def test_an_estimand_is_put_in_the_board_s_unit() -> None:
    assert meaning("gap").endswith("in Elo points")
    assert meaning("gap", "ECI points").endswith("in ECI points")
    assert meaning("current", "ECI points") == meaning("current")


@pytest.mark.parametrize(
    ("board", "unit", "caveat"),
    [("epoch/eci", "ECI points", "index"), ("metr/time-horizon", "log2 minutes", "time-horizon")],
)
def test_results_speak_of_their_measure(indices: Path, board: str, unit: str, caveat: str) -> None:
    found = lag(indices, board, estimand="current")
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.high
    facts = dict(found.rows())
    assert f" {unit} (" in facts["gap"]
    assert "as a win rate" not in facts
    assert ("as a factor" in facts) == (board == "metr/time-horizon")
    if board == "metr/time-horizon":
        minutes = 2**found.gap.elo
        assert facts["as a factor"].startswith(
            f"the minutes of gemini-3-pro are {minutes:.1f} times"
        )
    for asked in ("current", "average", "gap"):
        text = lag(indices, board, estimand=asked).summary()
        assert "Elo" not in text
        assert "vote" not in text
        assert "% of the score" not in text
    gap = found.to_dict()["gap"]
    assert gap["unit"] == unit
    assert gap["win_rate"] is gap["percent_of_leader"] is gap["percent_of_follower"] is None
    assert provenance(found).caveats() == _CAVEATS[caveat][0]


def test_ratings_of_ones_own_are_not_told_as_blind_votes(tmp_path: Path) -> None:
    ratings, tags = tmp_path / "ratings.csv", tmp_path / "tags.csv"
    for file in (ratings, tags):
        file.write_text(template(file.stem), "utf-8")
    found = elolag.estimate_lag(elolag.own_board(ratings), extra_tags=tags, n_draws=40)
    assert provenance(found).caveats() == _CAVEATS["own"][0]
    assert "blind" not in provenance(found).footer()
    assert "Blind" not in provenance(found).footer(lang="de")


def test_a_lag_without_any_error_is_still_refused(tmp_path: Path) -> None:
    archive = stored(tmp_path, "iaps-open-source-gap", gap_file(None))
    with pytest.raises(EstimateError, match="carries an interval or a variance"):
        lag(archive, "epoch/eci")


@pytest.mark.parametrize("board", ["epoch/eci", "metr/time-horizon"])
def test_no_constant_of_arena_s_is_added_to_an_index(indices: Path, board: str) -> None:
    """Both tables print whole points; their errors are the published ones and nothing else."""
    made = session.prepare(board=board, archive=indices)
    se = made.panel.placed.table.set_index("entry")["se"]
    assert made.choices["drift"] is None
    assert made.cast.field.variance == pytest.approx(se[list(made.cast.entries)] ** 2)
    published = {"epoch/eci": 2.0, "metr/time-horizon": 1 / 1.959964}[board]
    assert se.to_numpy() == pytest.approx(np.full(len(INDEX), published))


def test_arena_s_drift_is_refused_where_ratings_are_not_in_elo(indices: Path) -> None:
    with pytest.raises(UsageError, match="ratings of epoch/eci are in ECI points; take drift none"):
        session.prepare(board="epoch/eci", archive=indices, drift="arena")
    with pytest.raises(UsageError, match="unknown drift 'some'; known: arena, none"):
        session.prepare(board="epoch/eci", archive=indices, drift="some")


def test_nor_to_an_arena_of_other_voters(tmp_path: Path) -> None:
    made = session.prepare(
        board="comparia/text", archive=stored(tmp_path, "comparia", comparia_file())
    )
    assert made.choices["drift"] is None
    assert np.sqrt(made.cast.field.variance) == pytest.approx(6 / 1.959964)
    asked = session.prepare(board="comparia/text", archive=tmp_path, drift="arena")
    assert (asked.cast.field.variance > made.cast.field.variance).all()


@pytest.mark.parametrize("known", [0, 4, len(TEXT)])
def test_votes_may_be_absent_on_arena_s_boards(tmp_path: Path, known: int) -> None:
    """Then the drift is told from the error, for every entry or for those without a count."""
    votes = {name: 2500 if i < known else None for i, name in enumerate(TEXT)}
    made = session.prepare(
        board="arena/text_style_control", archive=stored(tmp_path, "arena-web", page(votes))
    )
    published = np.full(len(TEXT), (6 / 1.959964) ** 2 + 1 / 12)
    counted = np.array([votes[entry] for entry in made.cast.entries], float)
    drift = _packaged_drift()
    told = drift.votes_per_information / published
    expected = published + drift.variance(np.where(np.isnan(counted), told, counted), 1.0)
    assert made.cast.field.variance == pytest.approx(expected)
    assert np.isnan(counted).sum() == len(TEXT) - known


@given(
    st.lists(st.tuples(st.none() | st.integers(1, 10**6), st.floats(0.1, 60)), min_size=1),
)
def test_an_entry_without_a_count_drifts_as_one_with_the_votes_its_error_tells(
    entries: list[tuple[int | None, float]],
) -> None:
    drift = _packaged_drift()
    votes = np.array([np.nan if v is None else v for v, _ in entries])
    se = np.array([s for _, s in entries])
    told = np.where(np.isnan(votes), drift.votes_per_information / se**2, votes)
    assert drift.variance(votes, se) == pytest.approx(drift.variance(told, np.full(len(se), 1.0)))
    assert np.isfinite(drift.variance(votes, se)).all()
