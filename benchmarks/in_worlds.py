"""Replications in known worlds, for the benchmarks that need more of one than the calibration."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from replications import DRIFT_BLOCK, archive_drift, fitted_field

from elolag.model.posterior import Field, Posterior
from elolag.simulation.simulate import History, simulate

HERE = Path(__file__).parent
LEVEL, DRAWS, RERUNS = 0.95, 1000, 250
#: Re-runs of a world whose mean an interval should cover.
RUNS = 2000

#: A history, its field, posterior and labs, and its seed, to rows.
One = Callable[[History, Field, Posterior, Sequence[str], int], list[dict[str, Any]]]


def options(text: str, worlds: Sequence[str], replications: int, table: str) -> argparse.Namespace:
    """Which replications, from the command line."""
    parser = argparse.ArgumentParser(description=text)
    parser.add_argument("--worlds", nargs="*", default=list(worlds), metavar="WORLD")
    parser.add_argument("--replications", type=int, default=replications)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--table", type=Path, default=HERE / table)
    return parser.parse_args()


def replicated(world: str, replications: int, seed: int, one: One) -> pd.DataFrame:
    """Rows of `one` on the histories that the calibration replicates with this seed."""
    rows = []
    for number in range(replications):
        own = seed * 10**6 + number
        history = simulate(world, own)
        drift = archive_drift(world, seed, number // DRIFT_BLOCK)
        data, fitted, labs, _ = fitted_field(history, drift)
        rows += one(history, data, fitted, labs, own)
    return pd.DataFrame(rows)


def write(rows: Sequence[dict[str, Any]], path: Path) -> pd.DataFrame:
    """Keep a table, and show it."""
    table = pd.DataFrame(rows)
    table.to_csv(path, index=False, float_format="%.4f", lineterminator="\n")
    print(table.to_string(index=False, float_format=lambda x: f"{x:.3f}"))
    return table
