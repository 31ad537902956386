"""The real votes, where they are present."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture
def upstream() -> Path:
    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
    folder = Path(os.environ.get("ELOLAG_UPSTREAM_DATA", beside))
    if not (folder / "votes").is_dir():
        pytest.skip("no real payloads: neither ELOLAG_UPSTREAM_DATA nor ../shared/data")
    return folder
