"""Which smooth curve should `trend` take? `python benchmarks/backtest.py`, some minutes.

Every curve of `elolag.model.curves` is fitted at many dates of the real archive to what was
released by then, and judged by what came (`elolag.simulation.backtest` says how). Writes
`backtest.csv`: per board, mode, quantity and curve the number of dates, bias, root mean square
error and spread of the errors, in Elo for levels and gaps and in months for lags. Dates are a month
apart, and horizons and windows overlap: the errors of neighbouring dates are not independent.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from elolag.estimate.revisions import read
from elolag.simulation.backtest import backtest, backtest_real_time, summary

HERE = Path(__file__).parent
BOARDS = ("arena/text", "arena/text_style_control")
#: First of each month from when both sides have three years' worth of records to fit.
DATES = [d.strftime("%Y-%m-%d") for d in pd.date_range("2024-07-01", "2026-08-01", freq="MS")]


def run(board: str) -> pd.DataFrame:
    past, _, _ = read(board)
    table = summary([*backtest(past, DATES), *backtest_real_time(past)])
    table.insert(0, "board", board)
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description="Which smooth curve should `trend` take?")
    parser.add_argument("--table", type=Path, default=HERE / "backtest.csv")
    chosen = parser.parse_args()
    table = pd.concat([run(board) for board in BOARDS], ignore_index=True)
    table.round(3).to_csv(chosen.table, index=False, lineterminator="\n")
    print(table.round(1).to_string(index=False))


if __name__ == "__main__":
    main()
