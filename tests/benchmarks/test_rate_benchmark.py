"""The race's own pieces, on a few votes: what it simulates, and that all tables are there."""

from __future__ import annotations

import csv
import importlib.util
import sys
from pathlib import Path

import pandas as pd
import pytest

import elolag

HERE = Path(__file__).resolve().parents[2] / "benchmarks"


def load():
    spec = importlib.util.spec_from_file_location("rate_benchmark", HERE / "rate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_simulated_votes_are_rated(tmp_path: Path, suffix: str):
    path = tmp_path / f"votes{suffix}"
    load().simulate(path, 4000, 6)
    rated = elolag.rate(path)
    assert rated.votes == 4000
    assert rated.outcomes["both_bad"] > 0
    assert len(rated.ratings.items) == 6


def test_a_measured_run_is_ours(tmp_path: Path):
    bench = load()
    path = tmp_path / "votes.csv"
    bench.simulate(path, 2000, 5)
    found = bench.measured(sys.executable, "elolag", path, 1, 1)
    frame = elolag.rate(path).to_frame()
    wanted = dict(zip(frame["entry"], frame["rating"], strict=True))
    assert found["rating"] == pytest.approx(wanted)
    assert found["cores"] == 1


def test_the_published_tables_say_faster_than_both_and_flat_memory():
    with (HERE / "rate.csv").open() as file:
        rows = {row["package"]: row for row in csv.DictReader(file)}
    assert set(rows) == {"elolag", "evalica", "arena-rank"}
    ours = float(rows["elolag"]["first_cpu_s"])
    for peer in ("evalica", "arena-rank"):
        assert float(rows[peer]["best_cpu_s"]) > ours
        assert float(rows[peer]["largest_difference_elo"]) < 0.1
    memory = pd.read_csv(HERE / "rate_memory.csv")
    for _, part in memory.groupby("format"):
        peak = part.set_index("rows")["peak_mb"]
        assert peak[30_000_000] < 1.15 * peak[3_000_000]
