"""Taking snapshots of the played publishers, and looking at what they left."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

from upstream_server import Upstream

from elolag.archive.collect import Report, Run, collect
from elolag.fetch import fetchable
from elolag.fetch.client import Client
from elolag.tags import Lookup, untagged


def take(
    upstream: Upstream,
    archive: Path,
    lookup: Lookup,
    names: tuple[str, ...],
    *,
    day: str = "2026-08-21",
    dry_run: bool = False,
    pause: Callable[[float], object] = lambda seconds: None,
    **environ: str,
) -> list[Report]:
    """Take a snapshot of the played publishers."""
    sources = fetchable(names)
    moment = dt.datetime.fromisoformat(f"{day}T05:43:00+00:00")
    bases = {source.name: upstream.url for source in sources}
    with Client(base_urls=bases, pause=pause, max_bytes=64 << 20) as client:
        run = Run(
            archive=archive,
            client=client,
            untagged=partial(untagged, lookup),
            dry_run=dry_run,
            environ=environ,
            now=lambda: moment,
        )
        return collect(sources, run)


def tree(folder: Path) -> dict[str, str]:
    """Every file below `folder` and the hash of its bytes; the log grows, and so is left out."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in ("log.csv", ".lock")
    }
