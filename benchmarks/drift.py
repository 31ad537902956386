"""What the young-entry drift leaves out, and what it would change: `python benchmarks/drift.py`.

If a bias of the early votes stays in the rating, the excess change of a debut between v and V
votes is the bias times 1 - v/V: nothing where votes hardly grew, all of it where they grew much.
The first table has the excess by growth, and by the time of the debut, for the debuts behind the
packaged estimate; the second the headline with the packaged drift, and with that of the debuts
since `RECENT` divided by the part that shows.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pandas as pd

import elolag
from elolag import tags, young
from elolag.linking import shared_vote_variance

HERE = Path(__file__).parent
GROWTH = (1.5, 2.0, 3.0, 5.0, 8.0, np.inf)
RECENT = "2025-07-01"
SINCE = ("2024-03-27", "2025-03-01", "2025-07-01", "2026-01-01")


def excesses() -> pd.DataFrame:
    """One row per debut of the shipped archive: excess variance, part shown, growth, first date."""
    archive, lookup = elolag.open_archive(), tags.Lookup(tags.load())
    parts = []
    for board in young.BOARDS:
        vintages = [v for v, _ in young._vintages(archive.board(board), lookup)]
        first: dict[str, str] = {}
        for vintage in vintages:
            for identity in vintage.table.index[vintage.table["votes"].notna()]:
                first.setdefault(identity, vintage.date)
        rows = young.debuts(vintages)
        parts.append(rows.assign(since=rows["identity"].map(first)))
    found = pd.concat(parts, ignore_index=True)
    found = found[found["change"].abs() <= young.LARGEST_DRIFT]
    errors = (found[c].to_numpy(float) for c in ("se_debut", "se_last"))
    growth = found["votes_last"] / found["votes"]
    return found.assign(
        excess=found["change"] ** 2 - shared_vote_variance(*errors),
        growth=growth,
        shown=(1 - 1 / growth) ** 2,
    )


def split(found: pd.DataFrame) -> Iterator[dict[str, object]]:
    """Excess by growth of votes and by date of the debut."""
    grown = pd.cut(found["growth"], GROWTH, right=False)
    names = {i: f"votes grew {i.left:g} to {i.right:g} times" for i in grown.cat.categories}
    names[grown.cat.categories[-1]] = f"votes grew over {GROWTH[-2]:g} times"
    period = np.searchsorted(SINCE, found["since"].to_numpy(str), side="right") - 1
    for group, kind in ((grown.map(names), "growth"), (pd.Series(period, found.index), "debut")):
        for name, rows in found.groupby(group, observed=True):
            n = len(rows)
            yield {
                "by": kind,
                "whose": name if kind == "growth" else f"debut from {SINCE[name]}",
                "entries": n,
                "excess": rows["excess"].mean(),
                "standard_error": rows["excess"].std() / n**0.5,
                "shown": rows["shown"].mean(),
                "bias_variance": rows["excess"].sum() / rows["shown"].sum(),
            }


def headlines(found: pd.DataFrame) -> Iterator[dict[str, object]]:
    """The headline with the packaged drift, and with the recent one."""
    packaged = young.packaged_drift()
    late = found[found["since"] >= RECENT]
    sd = float((late["excess"].sum() / late["shown"].sum()) ** 0.5)
    recent = young.YoungDrift(
        (packaged.votes[0], packaged.votes[-1]), (sd, sd), packaged.votes_per_information
    )
    for name, drift in (
        ("packaged", packaged),
        (f"debuts since {RECENT}, over what shows", recent),
    ):
        with patch("elolag.study.packaged_drift", return_value=drift):
            result = elolag.estimate_lag()
        match = (result.matches or ())[0]
        yield {
            "drift": name,
            "sd": sd if drift is recent else None,
            "months": result.months,
            "low": result.low,
            "high": result.high,
            "match": match.model,
            "probability": match.probability,
        }


def main() -> None:
    parser = argparse.ArgumentParser(description="The excess change of debuts, taken apart.")
    parser.add_argument("--folder", type=Path, default=HERE, help="where both tables go")
    chosen = parser.parse_args()
    found = excesses()
    for name, rows in (("drift", split(found)), ("drift_headline", headlines(found))):
        table = pd.DataFrame(rows)
        path = chosen.folder / f"{name}.csv"
        table.to_csv(path, index=False, float_format="%.3f", lineterminator="\n")
        print(table.to_string(index=False))


if __name__ == "__main__":
    main()
