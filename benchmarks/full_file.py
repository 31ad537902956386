"""A `full` file of the official dataset's size and shape, made from the shipped vintages."""

from __future__ import annotations

import datetime as dt
import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from elolag.archive import open_archive

ROWS = 1_200_000
VINTAGES = 247
FIRST = dt.date(2023, 5, 8)


def table(rows: int = ROWS, vintages: int = VINTAGES, seed: int = 0) -> pa.Table:
    """`vintages` dates, boards that grow, one and a half percent of the rows moved each time.

    Entries, organisations, licences, categories, ratings and votes are those of the newest
    shipped full vintages; ratings are perturbed so that no two vintages are the same.
    """
    board = open_archive().board("arena/text")
    base = max(board.snapshots, key=lambda s: sum(s.categories.values()))
    frame = base.ratings().merge(base.entries(), on="entry")
    random = np.random.default_rng(seed)
    # Boards grow: vintage k has a share of the rows of the newest, and the shares add up to `rows`.
    shares = np.linspace(0.2, 1.0, vintages)
    sizes = np.round(shares * rows / shares.sum()).astype(int)
    while len(frame) < sizes[-1]:
        raise SystemExit(f"{base.path} has {len(frame)} rows; {sizes[-1]} are needed")
    dates = [FIRST + dt.timedelta(days=round(i * 4.7)) for i in range(vintages)]
    order = random.permutation(len(frame))
    parts = []
    for size, date in zip(sizes, dates, strict=True):
        part = frame.iloc[np.sort(order[:size])]
        rating = part["rating"].to_numpy() + random.normal(0, 2, size).round(4)
        half = part["se"].fillna(5.0).to_numpy() * 1.96
        parts.append(
            pa.table(
                {
                    "model_name": part["entry"].to_numpy(),
                    "organization": part["organisation"].to_numpy(),
                    "license": part["licence"].to_numpy(),
                    "rating": rating,
                    "rating_lower": rating - half,
                    "rating_upper": rating + half,
                    "variance": (half / 1.96) ** 2,
                    "vote_count": part["votes"].astype("float64").to_numpy(),
                    "rank": part["rank"].astype("float64").to_numpy(),
                    "category": part["category"].to_numpy(),
                    "leaderboard_publish_date": [date.isoformat()] * size,
                }
            )
        )
    whole = pa.concat_tables(parts)
    return whole.set_column(8, "rank", whole.column("rank").cast(pa.float64()).fill_null(0.0))


def payload(**options: int) -> bytes:
    """The file's bytes."""
    out = io.BytesIO()
    pq.write_table(table(**options), out)
    return out.getvalue()
