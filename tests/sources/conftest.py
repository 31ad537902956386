"""Small payloads in the publishers' shapes, and the real files where they are present."""

from __future__ import annotations

from collections.abc import Callable

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
