"""A server that plays the publishers, and the archive it fills."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import hand_made
import pytest
from upstream_server import Upstream, serving

from elolag.collect import Report, Run, collect
from elolag.fetch import fetchable
from elolag.http import Client
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
    """Take a snapshot of the played publishers into ``tmp_path/archive``."""

    def run(
        *names: str,
        day: str = "2026-08-21",
        dry_run: bool = False,
        keep_raw: bool = False,
        max_bytes: int = 64 << 20,
        **environ: str,
    ) -> list[Report]:
        sources = fetchable(names or hand_made.FETCHED)
        bases = {source.name: upstream.url for source in sources}
        moment = dt.datetime.fromisoformat(f"{day}T05:43:00+00:00")
        with Client(base_urls=bases, pause=waits.append, max_bytes=max_bytes) as client:
            return collect(
                sources,
                Run(
                    archive=tmp_path / "archive",
                    client=client,
                    lookup=lookup,
                    dry_run=dry_run,
                    keep_raw=keep_raw,
                    environ=environ,
                    now=lambda: moment,
                ),
            )

    return run


def tree(folder: Path) -> dict[str, str]:
    """Every file below `folder` and the hash of its bytes; the log grows, and so is left out."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in ("log.csv", ".lock")
    }


@pytest.fixture(scope="session")
def real() -> Path:
    """Real payloads, kept outside the repository."""
    beside = Path(__file__).resolve().parents[2].parent / "shared" / "data"
    folder = Path(os.environ.get("ELOLAG_UPSTREAM_DATA", beside))
    if not (folder / "README.md").is_file():
        pytest.skip("no real payloads: neither ELOLAG_UPSTREAM_DATA nor ../shared/data")
    return folder
