"""Whether links hold for models they were not made from: `python benchmarks/held_out.py`.

A tenth of the models that two vintages of the style-controlled board share is taken out of the
newer one, linked from the older, and looked up in the newer; ten times, until each was taken out.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pandas as pd

import elolag
from elolag.linking import Vintage, fit_link, shared_vote_variance
from elolag.study import DEFAULT_BOARD

HERE = Path(__file__).parent
PAIRS = (
    ("2025-05-13", "2025-05-24"),
    ("2025-05-24", "2025-11-06"),
    ("2025-12-11", "2026-08-19"),
)
FOLDS, SEED, TOP = 10, 20260819, 20


def published(date: str) -> Vintage:
    """Overall ratings of a day, with the errors that its intervals say."""
    snapshot = elolag.open_archive().board(DEFAULT_BOARD).snapshot(date)
    ratings = snapshot.ratings("overall")
    reach = NormalDist().inv_cdf((1 + (snapshot.interval_level or 0.95)) / 2)
    half = (ratings["upper"] - ratings["lower"]) / 2
    table = pd.DataFrame(
        {
            "entry": ratings["entry"],
            "model": ratings["entry"],
            "rating": ratings["rating"],
            "se": ratings["se"].fillna(half / reach),
            "votes": np.nan,
        }
    )
    return Vintage(date, table.set_index(pd.Index(table["entry"], name="identity")))


def held_out(old: Vintage, new: Vintage) -> pd.DataFrame:
    """Per model both list its newer rating, whether its interval held that, and the sd it had."""
    common = np.array(sorted(set(old.table.index) & set(new.table.index)))
    folds = np.random.default_rng(SEED).permutation(len(common)) % FOLDS
    parts = []
    for fold in range(FOLDS):
        held = common[folds == fold]
        made = fit_link(old, Vintage(new.date, new.table.drop(index=held)), old.table.loc[held])
        before, after = old.table.loc[held], new.table.loc[held]
        noise = shared_vote_variance(before["se"].to_numpy(float), after["se"].to_numpy(float))
        sd = np.sqrt(made.shift_se**2 + made.drift**2 + noise)
        error = (after["rating"] - before["rating"]).to_numpy(float) - made.shift
        parts.append(
            pd.DataFrame(
                {"rating": after["rating"], "inside": np.abs(error) <= 1.96 * sd, "sd": sd}
            )
        )
    return pd.concat(parts)


def shares() -> pd.DataFrame:
    """How many of the held-out models each pair of vintages holds."""
    rows = []
    for older, newer in PAIRS:
        found = held_out(published(older), published(newer))
        rows.append(
            {
                "older": older,
                "newer": newer,
                "models": len(found),
                "inside": found["inside"].mean(),
                "inside_top": found.nlargest(TOP, "rating")["inside"].mean(),
                "median_sd": found["sd"].median(),
            }
        )
    return pd.DataFrame(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description="Held-out models inside a link's intervals.")
    parser.add_argument("--table", type=Path, default=HERE / "held_out.csv")
    chosen = parser.parse_args()
    table = shares()
    table.to_csv(chosen.table, index=False, float_format="%.4f", lineterminator="\n")
    print(table.to_string(index=False))


if __name__ == "__main__":
    main()
