"""Speed of the engine on one core: `python benchmarks/speed.py --help`.

10,000 draws of 450 models go through every step estimand, chunk by chunk as they do in use, and a
few of the same draws through the plain loops of `tests/reference.py`, in the same run. Seconds are
CPU seconds of all threads together; the ratio is the loops' time per draw over the engine's. The
loops follow the definitions to the letter (a crossing is found by asking for the frontier of one
date after the other), so a cleverer loop would stand closer. Drawing itself is not in an
estimand's time but has its own line; `lag_path` is timed on the shipped archive, draws included.
Writes a table; `peak_mb` is the process's peak memory so far.
"""

from __future__ import annotations

import argparse
import csv
import resource
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from elolag.estimate.over_time import lag_path
from elolag.model import draws
from elolag.model.estimands import ESTIMANDS, WINDOWS, Race
from elolag.model.posterior import Field, posterior

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests"))

import reference  # noqa: E402 -- stands with the tests

Floats = NDArray[np.float64]

AS_OF = 1300.0
REFERENCE: dict[str, Callable[..., object]] = {
    "current": lambda leader, follower, as_of, _: reference.current(leader, follower, as_of),
    "average": reference.average,
    "at-release": reference.at_release,
    "catch-up": reference.catch_up,
    "levels": reference.over_levels,
}
#: CPU seconds wanted for 10,000 draws of 450 models.
WANTED = {name: 0.2 if name == "current" else 1.0 for name in ESTIMANDS}
WANTED |= {"drawing": 0.3, "lag_path": 3.0}


@dataclass(frozen=True)
class Timing:
    """One line of the table; seconds are CPU seconds for all draws."""

    what: str
    dates: str
    draws: int
    models: int  # 0: the board's own
    seconds: float
    wanted: float
    peak_mb: int
    loop_seconds: float | None = None
    ratio: float | None = None

    @property
    def line(self) -> dict[str, object]:
        """As the table has it."""
        figures = {"seconds": self.seconds, "loop_seconds": self.loop_seconds, "ratio": self.ratio}
        rounded = {k: "" if v is None else f"{float(f'{v:.3g}'):g}" for k, v in figures.items()}
        return {**asdict(self), **rounded}


def world(models: int, vague: float) -> Field:
    """Two groups that grow by some 100 Elo a year; a share of releases known to the month."""
    rng = np.random.default_rng(20260819)
    released = np.floor(np.sort(rng.uniform(0, AS_OF, models)))
    leads = rng.random(models) < 0.55
    start = np.where(rng.random(models) < vague, released - 14, np.nan)
    return Field(
        rating=1000 + 0.3 * released - 30 * ~leads + rng.normal(0, 60, models),
        variance=rng.uniform(3, 12, models) ** 2,
        link=np.full(models, -1),
        link_root=np.zeros((models, 3)),
        model=np.arange(models),
        released=released,
        country=leads.astype(int),
        lead_from=np.where(leads, released, np.inf),
        follow_from=np.where(leads, np.inf, released),
        month_start=start,
        month_end=start + 30,
    )


def chunks(field: Field, n: int) -> Iterator[draws.Draw]:
    """All models' draws: none is left out, as it would be in use."""
    for _, chunk in draws.draw(field, posterior(field), n, 0, everything=True):
        yield chunk


def time_engine(field: Field, n: int) -> dict[str, float]:
    """CPU seconds per estimand over all chunks, from arrays of ratings to lags."""
    spent = dict.fromkeys(ESTIMANDS, 0.0)
    for chunk in chunks(field, n):
        for name, estimand in ESTIMANDS.items():
            begin = time.process_time()
            race = Race.of(chunk.ratings, chunk.lead_from, chunk.follow_from, AS_OF)
            estimand(race, WINDOWS[name])
            spent[name] += time.process_time() - begin
    return spent


def time_loops(field: Field, n: int) -> dict[str, float]:
    """CPU seconds per draw and estimand of the plain loops, over the first `n` draws."""
    chunk = next(chunks(field, n))
    spent = {}
    for name, estimand in REFERENCE.items():
        begin = time.process_time()
        for d in range(n):
            both = []
            for dates in (chunk.lead_from, chunk.follow_from):
                days = (dates if dates.ndim == 1 else dates[d]).tolist()
                rated = zip(chunk.ratings[d].tolist(), days, strict=True)
                both.append([(rating, day) for rating, day in rated if day < np.inf])
            estimand(both[0], both[1], AS_OF, WINDOWS[name])
        spent[name] = (time.process_time() - begin) / n
    return spent


def time_drawing(field: Field, n: int) -> float:
    fitted = posterior(field)
    begin = time.process_time()
    for _ in draws.draw(field, fitted, n, 0):
        pass
    return time.process_time() - begin


def peak_mb() -> int:
    return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def measure(n: int, models: int, loops: int) -> Iterator[Timing]:
    for dates, vague in (("day", 0.0), ("month for 1 in 10", 0.1)):
        field = world(models, vague)
        yield Timing(
            "drawing", dates, n, models, time_drawing(field, n), WANTED["drawing"], peak_mb()
        )
        slow = time_loops(field, loops)
        for name, seconds in time_engine(field, n).items():
            loop = slow[name] * n
            yield Timing(
                name, dates, n, models, seconds, WANTED[name], peak_mb(), loop, loop / seconds
            )
    begin = time.process_time()
    path = lag_path("2023-08-19", "2026-08-19", n_draws=n)
    seconds = time.process_time() - begin
    yield Timing("lag_path", f"{len(path.days)} days", n, 0, seconds, WANTED["lag_path"], peak_mb())


def main() -> None:
    parser = argparse.ArgumentParser(description="Speed of the engine on one core.")
    parser.add_argument("--draws", type=int, default=10_000)
    parser.add_argument("--models", type=int, default=450)
    parser.add_argument("--loops", type=int, default=10, help="draws for the plain loops")
    parser.add_argument("--table", type=Path, default=HERE / "speed.csv")
    chosen = parser.parse_args()
    rows = []
    for timing in measure(chosen.draws, chosen.models, chosen.loops):
        rows.append(timing)
        loop = "" if timing.ratio is None else f"{timing.ratio:7.0f} times the plain loop"
        late = "  TOO SLOW" if timing.seconds > timing.wanted else ""
        print(
            f"{timing.what:14} {timing.dates:18} {timing.seconds:6.3f} s of {timing.wanted:3.1f} s"
            f" {loop}{late}"
        )
    print(f"peak memory {peak_mb()} MB")
    with chosen.table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0].line), lineterminator="\n")
        writer.writeheader()
        writer.writerows(timing.line for timing in rows)


if __name__ == "__main__":
    main()
