"""Rows and files in the publishers' shapes, made by hand."""

from __future__ import annotations

import io

import pandas as pd

OFFICIAL = {
    "model_name": "alpha",
    "organization": "lab",
    "license": "Proprietary",
    "rating": 1400.0,
    "rating_lower": 1390.2,
    "rating_upper": 1409.8,
    "variance": 25.0,
    "vote_count": 1000.0,
    "rank": 1,
    "category": "overall",
    "leaderboard_publish_date": "2026-08-19",
}


def parquet(frame: pd.DataFrame) -> bytes:
    out = io.BytesIO()
    frame.to_parquet(out, index=False)
    return out.getvalue()
