"""What a reader was told on the day, and what is known since: `python benchmarks/hindsight.py`.

At the last complete list of every month: `average` over twelve months and `current` in real time
(the ratings and models of that list and those before it, on both boards of the publisher) and in
hindsight (the same date with the newest official ratings). `held` says whether the interval of the
day holds the figure of hindsight, of the ratings of `vintage`. Tags, and how young entries drift,
are the package's on every date. Windows of neighbouring months share eleven twelfths: the rows of a
board are far from independent. The raw board's lists before July 2024 print no errors, so that
nothing could be said then.

Writes `hindsight.csv`, whose last rows (`as_of` ``all``) sum up: mean and 90% point (`most`) of the
size of the differences, and the share held; and `headlines.csv`: both in real time on every
complete list of the first board (the headline was `current` before it was `average`).
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import pandas as pd

from elolag.dates import to_day
from elolag.errors import EstimateError
from elolag.estimate.known import Past, State, monthly, read
from elolag.model import draws
from elolag.model.interval import Summary, summarise

HERE = Path(__file__).parent
BOARDS = ("arena/text_style_control", "arena/text")
ESTIMANDS = ("average", "current")
WINDOW, DRAWS, SEED, LEVEL = 12.0, 10_000, 0, 0.95
#: The share of months by which the larger differences are told.
MOST = 0.9


def summaries(state: State, day: float) -> list[Summary]:
    """Figure and interval of each of `ESTIMANDS` on a day."""
    asked = day, ESTIMANDS, WINDOW
    point = draws.point(state.field, state.fitted, *asked)
    sample = draws.sample(state.field, state.fitted, *asked, DRAWS, SEED)
    found = [summarise(e, point.lags[e], sample.lags[e], LEVEL) for e in ESTIMANDS]
    if any(one.censored for one in found):
        raise EstimateError("a figure is only a bound, which cannot be compared")
    return found


def rows(past: Past, number: int) -> list[dict[str, object]]:
    """Both estimands at one vintage of a board, in real time and in hindsight."""
    date = past.vintages[number].date
    day = to_day(date)
    then = summaries(past.state(past.real_time(number)), day)
    since = summaries(past.last, day)
    return [
        {
            "as_of": date,
            "vintage": past.vintages[-1].date,
            "estimand": estimand,
            "real_time": before.months,
            "real_time_low": before.low,
            "real_time_high": before.high,
            "hindsight": after.months,
            "hindsight_low": after.low,
            "hindsight_high": after.high,
            "difference": before.months - after.months,
            "held": float(before.holds(np.array(after.months), np.array(after.months))),
        }
        for estimand, before, after in zip(ESTIMANDS, then, since, strict=True)
    ]


def table(board: str) -> pd.DataFrame:
    """One row per month and estimand; months in which a figure cannot be given are left out."""
    past, _, _ = read(board)  # the newest panel is made once
    found: list[dict[str, object]] = []
    for number in monthly(past.vintages):
        try:
            found += rows(past, number)
        except EstimateError as error:
            print(f"{board} {past.vintages[number].date}: {error}")
    out = pd.DataFrame(found)
    out.insert(0, "board", board)
    return out


def headlines(board: str) -> pd.DataFrame:
    """Both estimands in real time, one row for every complete list that can answer."""
    past, _, _ = read(board)
    found: list[dict[str, object]] = []
    for number, vintage in enumerate(past.vintages):
        try:
            told = summaries(past.state(past.real_time(number)), to_day(vintage.date))
        except EstimateError as error:
            print(f"{board} {vintage.date}: {error}")
            continue
        row: dict[str, object] = {"vintage": vintage.date}
        for estimand, one in zip(ESTIMANDS, told, strict=True):
            ends = {"": one.months, "_low": one.low, "_high": one.high}
            row |= {f"{estimand}{end}": value for end, value in ends.items()}
        found.append(row)
    return pd.DataFrame(found)


def summed(found: pd.DataFrame) -> pd.DataFrame:
    """Per board and for both: months, size of the difference (mean, 90% point), share held."""
    out = []
    for board, part in [*found.groupby("board", sort=False), ("both", found)]:
        for estimand, mine in part.groupby("estimand", sort=False):
            size = mine["difference"].abs()
            out.append(
                {
                    "board": board,
                    "as_of": "all",
                    "estimand": estimand,
                    "months": len(mine),
                    "difference": size.mean(),
                    # One that occurred, which so many do not exceed.
                    "most": np.quantile(size, MOST, method="inverted_cdf"),
                    "held": mine["held"].mean(),
                }
            )
    return pd.DataFrame(out)


def main() -> None:
    parser = argparse.ArgumentParser(description="Figures of the day against hindsight.")
    parser.add_argument("--table", type=Path, default=HERE / "hindsight.csv")
    parser.add_argument("--headlines", type=Path, default=HERE / "headlines.csv")
    chosen = parser.parse_args()
    start = time.process_time()
    found = pd.concat([table(board) for board in BOARDS], ignore_index=True)
    every = headlines(BOARDS[0])
    every.round(3).to_csv(chosen.headlines, index=False, lineterminator="\n")
    last = summed(found)
    whole = pd.concat([found, last], ignore_index=True).astype({"months": "Int64"})
    whole.round(3).to_csv(chosen.table, index=False, lineterminator="\n")
    print(last.round(3).to_string(index=False))
    print(f"{len(found)} rows in {time.process_time() - start:.0f} s of CPU")


if __name__ == "__main__":
    main()
