"""Small payloads in the publishers' shapes, and the real files where they are present."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from elolag.schema import Origin

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


@pytest.fixture
def official() -> Callable[..., bytes]:
    """Parquet as the official dataset publishes it, from rows that differ from `OFFICIAL`."""

    def build(*rows: dict[str, object], drop: tuple[str, ...] = (), **renamed: str) -> bytes:
        frame = pd.DataFrame([OFFICIAL | row for row in rows], columns=list(OFFICIAL))
        return parquet(frame.drop(columns=list(drop)).rename(columns=renamed))

    return build


@pytest.fixture(scope="session")
def upstream() -> Path:
    """Real payloads, kept outside the repository."""
    beside = Path(__file__).resolve().parents[2].parent / "shared" / "data"
    folder = Path(os.environ.get("ELOLAG_UPSTREAM_DATA", beside))
    if not (folder / "README.md").is_file():
        pytest.skip("no real payloads: neither ELOLAG_UPSTREAM_DATA nor ../shared/data")
    return folder


@pytest.fixture
def origin() -> Callable[..., Origin]:
    def build(name: str, date: str = "2026-08-21") -> Origin:
        return Origin(name, date)

    return build
