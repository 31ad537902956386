"""The archive: leaderboard snapshots that are written once, hashed, and checked on every load.

``<publisher>/<board>/<vintage>/{ratings.csv, entries.csv, datapackage.json}``, and ``log.csv``;
forecasts lie in ``forecasts/<publisher>/<board>/<round>-<forecaster>.csv``.
"""

from __future__ import annotations

from elolag.archive.candidates import Decision
from elolag.archive.log import Log
from elolag.archive.package import Check
from elolag.archive.publish import take_payloads, take_publications
from elolag.archive.reading import (
    Archive,
    Board,
    Snapshot,
    default_path,
    open_archive,
    same_scale,
)
from elolag.archive.store import Writer
from elolag.archive.verify import Problem, init, seal, verify
from elolag.sources import Payload

__all__ = [
    "Archive",
    "Board",
    "Check",
    "Decision",
    "Log",
    "Payload",
    "Problem",
    "Snapshot",
    "Writer",
    "default_path",
    "init",
    "open_archive",
    "same_scale",
    "seal",
    "take_payloads",
    "take_publications",
    "verify",
]
