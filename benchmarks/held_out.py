"""How well places are foretold for entries that are listed today: `python benchmarks/held_out.py`.

A tenth of the entries that a board lists both on its newest list and some months before is hidden
from all its lists since then, placed, and looked up; ten times, until each was hidden. Their lists
on the publisher's other board are left in (``other board kept``), as they are for a model that one
board goes on to list, or hidden as well (``gone from both``), as for one that was retired. Five
ways to place them:

scale
    `elolag.model.scale`, which every estimate uses;
links
    links between pairs of lists of one board, used until 0.1 (`pairwise_links.py`);
three-line
    the last rating, plus the entry's own change on the other board since, plus one constant;
constant
    the last rating, plus one constant;
state-space
    all lists of both boards in one model (`state_space.py`), which is not shipped.

Rows ``state-space less scale`` hold its gain in log score over the scale, paired by entry; with
months and ``newest`` all, over all boards and newest lists of a role.

The constants of the scale (settled after 90 days, 25 neighbours, the factor of young entries) were
chosen by looking at the lists up to 2025-12-11 and 2026-04-10 (``role`` development); the newest
list (``role`` test) was then looked at once.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pairwise_links
import pandas as pd
import state_space
from numpy.typing import NDArray
from scipy import stats

import elolag
from elolag import tags
from elolag.dates import DAYS_PER_MONTH
from elolag.estimate.panel import Vintage, _lists_of, chain, vintages
from elolag.model import scale
from elolag.model.scale import SHIPPED, Hyperparameters

HERE = Path(__file__).parent

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

BOARDS = ("arena/text_style_control", "arena/text")
NEWEST = {"2025-12-11": "development", "2026-04-10": "development", "2026-08-19": "test"}
HORIZONS = (2, 5, 9, 15)
KEPT = ("other board kept", "gone from both")
WAYS = ("scale", "links", "three-line", "constant", "state-space")
FOLDS, SEED, TOP, RESAMPLES = 10, 20260819, 20, 4000


class Boards(NamedTuple):
    """The lists of a board and of the publisher's other one, rows of both the same entries."""

    target: scale.Lists
    other: scale.Lists
    lab: NDArray[np.str_]


def load(newest: str) -> dict[str, Boards]:
    """Every complete overall list up to a day, identified, of each board."""
    archive, lookup = elolag.open_archive(), tags.Lookup(tags.load())
    tables: dict[str, list[Vintage]] = {}
    for name in BOARDS:
        board = archive.board(name)
        last = max(s.vintage for s in board.snapshots if _whole(s) and s.vintage <= newest)
        tables[name] = vintages(chain(board, "overall", last), "overall", lookup)
    entries = pd.Index(sorted({i for v in tables.values() for t in v for i in t.table.index}))
    lists = {name: _lists_of(found, entries) for name, found in tables.items()}
    models = pd.concat([t.table["model"] for v in tables.values() for t in v])
    models = models[~models.index.duplicated(keep="last")].reindex(entries)
    lab = np.array([lookup.tag(model).lab for model in models])
    return {
        name: Boards(lists[name], lists[other], lab)
        for name, other in zip(BOARDS, BOARDS[::-1], strict=True)
    }


def _whole(snapshot: elolag.Snapshot) -> bool:
    return (
        snapshot.method == "bradley-terry"
        and snapshot.completeness == "full"
        and "overall" in snapshot.categories
    )


def hidden(lists: scale.Lists, rows: Ints, since: float) -> scale.Lists:
    """The lists without some entries after a day."""
    rating = lists.rating.copy()
    rating[np.ix_(rows, np.flatnonzero(lists.days > since))] = np.nan
    return replace(lists, rating=rating)


def to_come(placed: scale.Scale, rows: Ints, se: Floats, hyper: Hyperparameters) -> Floats:
    """Variance of what votes do to some entries between their last list and errors `se`."""
    bridged = np.array([step[1] >= 0 for step in placed.steps])[placed.carry[rows]]
    noise = scale.vote_noise(placed.se[rows], se)
    return np.asarray(noise * np.where(bridged, hyper.own_votes, 1.0))


def without(boards: Boards, rows: Ints, since: float, kept: str) -> Boards:
    """The lists without some entries after a day, of one board or of both."""
    other = boards.other if kept == KEPT[0] else hidden(boards.other, rows, since)
    return boards._replace(target=hidden(boards.target, rows, since), other=other)


def foretold(boards: Boards, months: int, kept: str) -> pd.DataFrame:
    """One row per entry and way: rating listed, place, its error, and the error's density."""
    target = boards.target
    since = target.days[-1] - months * DAYS_PER_MONTH
    now = target.rating[:, -1]
    known = np.flatnonzero(~np.isnan(now) & (target.first <= since))
    best = set(known[np.argsort(-now[known])][:TOP].tolist())
    folds = np.random.default_rng(SEED).permutation(len(known)) % FOLDS
    parts = []
    for fold in range(FOLDS if len(known) >= 2 * FOLDS else 0):
        rows = known[folds == fold]
        seen = without(boards, rows, since, kept)
        placed = scale.place(seen.target, np.arange(len(now)), seen.other)
        column = placed.column[rows]
        noise = scale.vote_noise(placed.se[rows], target.se[rows, -1])
        shared = (placed.root[rows] ** 2).sum(axis=1)
        left = to_come(placed, rows, target.se[rows, -1], SHIPPED)
        error = np.sqrt(placed.drift[rows] ** 2 + left + shared)
        ways = {
            "scale": (placed.rating[rows], error, SHIPPED.freedom),
            **{way: _baseline(way, seen, rows, column, noise) for way in WAYS[1:4]},
            "state-space": _full_form(seen, rows, since, noise),
        }
        for way, (place, spread, freedom) in ways.items():
            away = (now[rows] - place) / spread
            parts.append(
                pd.DataFrame(
                    {
                        "entry": rows,
                        "way": way,
                        "top": [row in best for row in rows.tolist()],
                        "error": now[rows] - place,
                        "inside": np.abs(away) <= stats.t.ppf(0.975, freedom),
                        "score": stats.t.logpdf(away, freedom) - np.log(spread),
                    }
                )
            )
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _baseline(
    way: str, seen: Boards, rows: Ints, columns: Ints, noise: Floats
) -> tuple[Floats, Floats, float]:
    """Place and error of one baseline for each row; its errors are normal."""
    target, other = seen.target, seen.other
    place, spread = np.empty(len(rows)), np.empty(len(rows))
    for k, (row, column) in enumerate(zip(rows.tolist(), columns.tolist(), strict=True)):
        old, new = target.rating[:, column], target.rating[:, -1]
        common = np.flatnonzero(~np.isnan(old) & ~np.isnan(new))
        change = (new - old)[common]
        if way == "links":
            level = (old + new)[common] / 2
            explained = scale.vote_noise(target.se[common, column], target.se[common, -1])
            shift, shared, drift = pairwise_links.link(level, change, explained, float(old[row]))
            place[k], spread[k] = old[row] + shift, np.sqrt(shared**2 + drift**2 + noise[k])
            continue
        moved = np.zeros(len(new))
        if way == "three-line":
            near, last = scale.bridge(target, other, row, column)
            if near >= 0:
                moved = other.rating[:, last] - other.rating[:, near]
        rest = change - moved[common]
        rest = rest[~np.isnan(rest)]
        place[k] = old[row] + moved[row] + np.median(rest)
        spread[k] = np.sqrt(np.mean((rest - np.median(rest)) ** 2) + 1e-4)
    return place, spread, np.inf


def _full_form(
    seen: Boards, rows: Ints, since: float, noise: Floats
) -> tuple[Floats, Floats, float]:
    """Place and error of the state-space model; the votes that it does not see are added."""
    place, variance, votes = state_space.place((seen.target, seen.other), rows, since)
    return place, np.sqrt(variance + np.maximum(noise - votes, 0)), SHIPPED.freedom


def cells() -> Iterator[tuple[dict[str, str | int], pd.DataFrame]]:
    """Every table of `foretold`, with what it is of."""
    for newest, role in NEWEST.items():
        boards = load(newest)
        for name in BOARDS:
            for months in HORIZONS:
                for kept in KEPT:
                    found = foretold(boards[name], months, kept)
                    if len(found):
                        yield (
                            {"newest": newest, "role": role, "board": name, "months": months,
                             "kept": kept},
                            found,
                        )  # fmt: skip


def gain(found: pd.DataFrame, way: str, over: str) -> dict[str, float]:
    """Gain in log score, paired by entry, all rows of an entry resampled together."""
    scores = found.pivot_table(index="entry", columns="way", values="score", aggfunc="sum")
    weight = (found["way"] == way).groupby(found["entry"]).sum().to_numpy()
    gained = (scores[way] - scores[over]).to_numpy()
    pick = np.random.default_rng(SEED).integers(0, len(gained), (RESAMPLES, len(gained)))
    low, high = np.quantile(gained[pick].sum(axis=1) / weight[pick].sum(axis=1), [0.025, 0.975])
    return {"gain": gained.sum() / weight.sum(), "gain_low": low, "gain_high": high}


def summary(found: pd.DataFrame) -> Iterator[dict[str, object]]:
    """Each way in numbers, and what it gains in score over links; the full form over the scale."""
    for way in WAYS:
        yield {"way": way, **_measures(found[found["way"] == way]), **gain(found, way, "links")}
    yield _full_less_scale(found)


def _full_less_scale(found: pd.DataFrame) -> dict[str, object]:
    return {
        "way": "state-space less scale",
        "entries": int((found["way"] == "scale").sum()),
        **gain(found, "state-space", "scale"),
    }


def _measures(mine: pd.DataFrame) -> dict[str, float]:
    top = mine[mine["top"]]
    return {
        "entries": len(mine),
        "rmse": np.sqrt((mine["error"] ** 2).mean()),
        "rmse_top": np.sqrt((top["error"] ** 2).mean()),
        "inside": mine["inside"].mean(),
        "inside_top": top["inside"].mean(),
        "score": mine["score"].mean(),
        "score_top": top["score"].mean(),
    }


def table() -> pd.DataFrame:
    """The whole table, and its last rows: everything of one role together."""
    rows, every = [], []
    for what, found in cells():
        rows += [what | row for row in summary(found)]
        every.append(found.assign(role=what["role"], kept=what["kept"], months=what["months"]))
    together = pd.concat(every)
    whole = {"newest": "all", "board": "both"}
    for (role, kept, way), part in together.groupby(["role", "kept", "way"], sort=False):
        rows.append(
            whole | {"role": role, "months": 0, "kept": kept, "way": way, **_measures(part)}
        )
    for (role, kept, months), part in together.groupby(["role", "kept", "months"], sort=False):
        rows.append(
            whole | {"role": role, "months": months, "kept": kept, **_full_less_scale(part)}
        )
    return pd.DataFrame(rows)


def left_out(name: str = BOARDS[0]) -> pd.DataFrame:
    """What becomes of places when a list that gone entries are taken from is left out.

    Columns ``list, entries`` (those taken from it that another list shows), ``moved`` (root mean
    square change of their places, Elo), ``inside`` (share that moved by less than 1.96 of the
    error that the place without the list has).
    """
    target, other, _ = load("2026-08-19")[name]
    model = np.arange(len(target.rating))
    whole = scale.place(target, model, other)
    rows = []
    for column in sorted(set(whole.column[whole.carry >= 0].tolist())):
        keep = np.arange(len(target.days)) != column
        less = scale.Lists(target.days[keep], target.rating[:, keep], target.se[:, keep])
        placed = scale.place(less, model, other)
        taken = np.flatnonzero((whole.column == column) & (placed.column >= 0))
        if not len(taken):
            continue
        moved = placed.rating[taken] - whole.rating[taken]
        error = np.sqrt(
            placed.drift[taken] ** 2 * SHIPPED.inflation
            + (placed.root[taken] ** 2).sum(axis=1)
            + scale.vote_noise(placed.se[taken], whole.se[taken])
        )
        rows.append(
            {
                "list": elolag.dates.to_iso(float(target.days[column])),
                "entries": len(taken),
                "moved": np.sqrt((moved**2).mean()),
                "inside": (np.abs(moved) < 1.96 * error).mean(),
            }
        )
    return pd.DataFrame(rows)


def main(arguments: Sequence[str] | None = None) -> None:
    """Make both tables."""
    parser = argparse.ArgumentParser(description="Places of held-out entries.")
    parser.add_argument("--table", type=Path, default=HERE / "held_out.csv")
    parser.add_argument("--left-out", type=Path, default=HERE / "left_out.csv")
    chosen = parser.parse_args(arguments)
    for found, path in ((table(), chosen.table), (left_out(), chosen.left_out)):
        found.to_csv(path, index=False, float_format="%.4f", lineterminator="\n")
        print(found.to_string(index=False, float_format="%.2f"))


if __name__ == "__main__":
    main()
