"""The same forecasts at every earlier list: `python benchmarks/pastcast.py`.

At each complete list of the raw text board from July 2024 on, and of the style-controlled one from
March 2026 (it then has twelve months of lists), the forecasts of `elolag.forecast_lag` are made
with that list as the newest: ratings, links, posterior and steps of the random walk are of that
list and those before it. Known only since: the tags, which lists were whole, how young entries
drift and what the fit takes as given. A test deletes all later lists, and all models first listed
later, and gets the same rows.

Writes `pastcast.csv`: one row per round, model, target and horizon; its `values` are the quantiles
of `forecast.form.QUANTILES`, the probability that the follower stands alone at the top, or that a
date has come by each of 24 months; the model `list` has the figure of the day, at horizon 0. Rounds
that are there are kept, so that a run that was stopped goes on. Then `pastcast_scores.csv`, what
came of them beside no change, and `elolag/data/pastcast.json`, what of it goes with the package.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Hashable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import joblib
import pandas as pd

from elolag.archive import Archive, open_archive
from elolag.dates import months_after
from elolag.errors import EstimateError
from elolag.estimate.session import Session, Study, prepare
from elolag.forecast.ahead import MIXTURE, MODELS, answers, now, projections
from elolag.forecast.form import HORIZONS, OTHER, QUANTILES, Answer, Forecast
from elolag.forecast.record import Scored
from elolag.forecast.skill import Scores
from elolag.forecast.truth import settle

HERE = Path(__file__).parent
TABLE, SCORES = HERE / "pastcast.csv", HERE / "pastcast_scores.csv"
DATA = HERE.parent / "elolag" / "data" / "pastcast.json"
#: Boards, and the first day of a round.
SINCE = {"arena/text": "2024-07-01", "arena/text_style_control": "2026-03-01"}
DRAWS, SEED = 1000, 0
COLUMNS = ("board", "round", "model", "target", "horizon", "end", "values")
#: The figure of the list's day, at horizon 0, where models have their answers.
LISTED = "list"
#: Rounds that one worker makes at a time; they share what was read of the archive.
PART = 12
#: Quantiles of the fans that go with the package.
SHOWN = (0.1, 0.5, 0.9)
#: Decimals kept of each target.
_PLACES = {"gap": 1, "average": 2, "current": 2}


def rounds(archive: Archive, board: str) -> list[str]:
    """ISO dates of the complete lists at which a forecast is made."""
    lists = archive.board(board).snapshots
    return sorted(
        {
            s.vintage
            for s in lists
            if s.vintage >= SINCE[board]
            and s.method == "bradley-terry"
            and s.completeness == "full"
            and s.interval_kind != "none"
        }
    )


def rows(study: Study) -> list[dict[str, Any]]:
    """The answers of each model at one round."""
    day, board = study.panel.vintage, study.panel.board
    groups = study.cast.leader.text, study.cast.follower.text
    out = []
    found = projections(study)
    for target, value in now(found).items():
        told = {"target": target, "horizon": 0, "end": day, "values": f"{value:.2f}"}
        out.append({"board": board, "round": day, "model": LISTED, **told})
    for model, projected in found.items():
        for answer in answers(projected, day, *groups):
            places = _PLACES.get(answer.target, 4)
            told = dict(zip(answer.at, answer.values, strict=True))
            told.pop(OTHER, None)
            out.append(
                {
                    "board": board,
                    "round": day,
                    "model": model,
                    "target": answer.target,
                    "horizon": answer.horizon,
                    "end": answer.end,
                    "values": " ".join(f"{value:.{places}f}" for value in told.values()),
                }
            )
    return out


def at(
    board: str,
    vintages: Sequence[str],
    folder: Path | None = None,
    session: Session | None = None,
) -> list[dict[str, Any]]:
    """Rows of some rounds; a round of which too little is known has none."""
    session, found = session or Session(), []
    for vintage in vintages:
        try:
            study = prepare(board=board, vintage=vintage, n_draws=DRAWS, seed=SEED,
                            archive=folder, session=session)  # fmt: skip
            found += rows(study)
        except EstimateError as error:
            print(f"{board} {vintage}: {error}", flush=True)
    return found


def made(todo: Sequence[tuple[str, list[str]]], jobs: int) -> Iterator[list[dict[str, Any]]]:
    """Rows of each part of the work, as they come."""
    with joblib.parallel_config(backend="loky", inner_max_num_threads=1):
        yield from joblib.Parallel(jobs, return_as="generator")(
            joblib.delayed(at)(board, vintages) for board, vintages in todo
        )


def forecasts(table: Path, jobs: int, archive: Archive) -> pd.DataFrame:
    """Every round, those kept in the table as they stand there."""
    kept = pd.read_csv(table, dtype=str) if table.exists() else pd.DataFrame(columns=COLUMNS)
    held = set(zip(kept["board"], kept["round"], strict=True))
    todo = []
    for board in SINCE:
        wanted = [v for v in rounds(archive, board) if (board, v) not in held]
        todo += [(board, wanted[k : k + PART]) for k in range(0, len(wanted), PART)]
    for found in made(todo, jobs):
        new = pd.DataFrame(found, columns=COLUMNS).astype(str)
        kept = pd.concat([kept, new]).sort_values(["board", "round"], kind="stable")
        part = table.with_suffix(".part")
        kept.to_csv(part, index=False, lineterminator="\n")
        part.replace(table)
    return kept


def scored(table: pd.DataFrame, archive: Archive) -> Scores:
    """What came of every answer, and how that compares with no change."""
    said: dict[tuple[str, str, str], list[Answer]] = {}
    for row in table[table["model"] != LISTED].to_dict("records"):
        said.setdefault((row["board"], row["round"], row["model"]), []).append(read(row))
    rounds = [Forecast(day, board, model, day, "", tuple(answers))
              for (board, day, model), answers in said.items()]  # fmt: skip
    found = settle(rounds, archive)
    return Scores.of(
        (
            Scored.of(one.board, one.round_id, one.forecaster, answer, outcome)
            for one, outcomes in zip(rounds, found, strict=True)
            for answer, outcome in zip(one.answers, outcomes, strict=True)
        ),
        pastcast=True,
    )


def read(row: Mapping[Hashable, Any]) -> Answer:
    """An answer as the table keeps it."""
    target, end = str(row["target"]), str(row["end"])
    given = [float(value) for value in str(row["values"]).split()]
    kind, at = "quantile", tuple(map(str, QUANTILES))
    if target == "first":
        kind, at, given = "pmf", ("CN", OTHER), [given[0], 1 - given[0]]
    elif target in ("parity", "reach"):
        months = range(1, len(given) + 1)
        kind, at = "cdf", tuple(months_after(str(row["round"]), m) for m in months)
    asked = int(row["horizon"]), end, None
    return Answer("US", "CN", target, *asked, kind, at, tuple(given))


def fans(table: pd.DataFrame) -> dict[str, dict[str, dict[str, list[float]]]]:
    """Of each board the average by our mixture at the last round of every quarter.

    On the round's own day the quantiles of no change stand, which are those of its error, and as
    the median the figure.
    """
    found: dict[str, dict[str, dict[str, list[float]]]] = {}
    mine = table[table["target"] == "average"]
    quarter = mine["round"].str[:4] + (mine["round"].str[5:7].astype(int) - 1).floordiv(3).map(str)
    last = mine.groupby([mine["board"], quarter])["round"].transform("max") == mine["round"]
    for (board, day), rows in mine[last].groupby(["board", "round"]):
        by = rows.set_index(["model", "horizon"])["values"]
        begin = by[MODELS[0], "1"].split()
        ahead = [by[MIXTURE, str(months)].split() for months in HORIZONS]
        at = {
            str(q): [float(values[k]) for values in (begin, *ahead)]
            for k, q in enumerate(QUANTILES) if q in SHOWN
        }  # fmt: skip
        at["0.5"][0] = float(by[LISTED, "0"])
        found.setdefault(str(board), {})[str(day)] = at
    return found


def shipped(table: pd.DataFrame, scores: Scores) -> str:
    """What goes with the package: earlier fans, and the lines of the scores."""
    lines = [
        {**vars(line), "coverage": dict(line.coverage), "beside": line.beside and vars(line.beside)}
        for line in scores.lines
    ]
    rounded = json.loads(json.dumps(lines), parse_float=lambda text: round(float(text), 6))
    found = {"months": HORIZONS, "fans": fans(table), "scores": rounded}
    return json.dumps(found, indent=0) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description="The same forecasts at every earlier list.")
    parser.add_argument("--jobs", type=int, default=2, help="parallel workers")
    chosen = parser.parse_args()
    begun, archive = time.perf_counter(), open_archive()
    table = forecasts(TABLE, chosen.jobs, archive)
    scores = scored(table, archive)
    SCORES.write_bytes(scores.table().to_csv())
    DATA.write_text(shipped(table, scores), "utf-8")
    print(f"{len(table)} rows, {time.perf_counter() - begun:.0f} s\n{scores.sentence()}")


if __name__ == "__main__":
    main()
