"""Small payloads in the publishers' shapes, and the real files where they are present."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from source_payloads import OFFICIAL, parquet


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
