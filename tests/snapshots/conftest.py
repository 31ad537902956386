"""A server that plays the publishers, and the archive it fills."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hand_made
import pytest
from command import Done, runner
from snapshot_runs import take
from upstream_server import Upstream, serving

from elolag.archive.collect import Report
from elolag.tags import Lookup, load


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with serving() as server:
        yield server


@pytest.fixture(scope="session")
def lookup() -> Lookup:
    return Lookup(load())


@pytest.fixture
def waits() -> list[float]:
    """Seconds a client would have waited."""
    return []


@pytest.fixture
def snapshot(
    upstream: Upstream, tmp_path: Path, lookup: Lookup, waits: list[float]
) -> Callable[..., list[Report]]:
    """Take a snapshot into ``tmp_path/archive``, of two sources unless others are named."""

    def run(*names: str, **more: Any) -> list[Report]:
        chosen = names or ("arena-dataset", "epoch-eci")
        return take(upstream, tmp_path / "archive", lookup, chosen, pause=waits.append, **more)

    return run


@pytest.fixture(scope="session")
def last_month(tmp_path_factory: pytest.TempPathFactory, lookup: Lookup) -> Path:
    """An archive with the boards of 2026-07-21; to be copied, not written to."""
    archive = tmp_path_factory.mktemp("last-month") / "archive"
    boards = {
        "text": hand_made.parquet(hand_made.board_rows(date="2026-07-21", shift=1.0)),
        "webdev": hand_made.parquet(hand_made.board_rows(25, date="2026-07-21", shift=1.0)),
    }
    with serving() as upstream:
        hand_made.healthy(upstream, boards)
        reports = take(upstream, archive, lookup, hand_made.FETCHED, day="2026-07-22")
    assert not any(report.failed for report in reports)
    return archive


@pytest.fixture
def elolag(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Done]:
    """Run the command line in this process."""
    monkeypatch.delenv("ELOLAG_ARCHIVE", raising=False)
    monkeypatch.delenv("ARTIFICIAL_ANALYSIS_API_KEY", raising=False)
    return runner(monkeypatch, capsys)
