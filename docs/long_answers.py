"""The answers that take minutes, kept in ``docs/long-answers.json`` for the pages to quote.

``python docs/long_answers.py`` makes them anew (the grid, influence and the flip test, all claims,
the record of revisions), with the figures. The file says which ratings and tags it was made from;
a test fails when those have changed, and a slow one makes it again.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import elolag
from elolag import plots
from elolag.claims.bridge import bridge
from elolag.robustness.edits import influence
from elolag.robustness.tipping_point import flip

DOCS = Path(__file__).resolve().parent
KEPT = DOCS / "long-answers.json"
DATA = DOCS.parent / "elolag"


def basis() -> str:
    """One hash over every snapshot and every authored table that the answers rest on."""
    digest = hashlib.sha256()
    archive = elolag.open_archive()
    for board in archive.boards():
        for snapshot in archive.board(board).snapshots:
            digest.update(f"{snapshot.path} {snapshot.sha256}\n".encode())
    # Who publishes elolag, and how its forecasts did, change no answer.
    apart = ("owner.toml", "pastcast.json")
    authored = [path for path in (DATA / "data").iterdir() if path.name not in apart]
    for path in sorted([*authored, *(DATA / "tags" / "data").iterdir()]):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def made(jobs: int = 2) -> dict[str, Any]:
    """Every long answer, and its figures into docs/."""
    grid = elolag.sensitivity(jobs=jobs)
    plots.save(plots.specification_curve(grid), DOCS / "specifications.png", grid)
    claims = elolag.check_claims()
    listed = claims.table()
    rows = [dict(zip(listed.headings(), row, strict=True)) for row in listed.cells()]
    steps = bridge()
    plots.save(plots.bridge(steps), DOCS / "bridge.png", steps)
    revisions = elolag.estimate_revisions()
    plots.save(plots.revisions(revisions), DOCS / "revisions.png", revisions)
    return {
        "basis": basis(),
        "version": elolag.__version__,
        "sensitivity": grid.sentence(),
        "shares": {name: round(share, 4) for name, share in grid.shares.items()},
        "influence": influence().sentence(),
        "flip": flip().sentence(),
        "claims": {"sentence": claims.sentence(), "rows": rows},
        "bridge": steps.sentence(),
        "revisions": revisions.sentence(),
    }


def kept() -> dict[str, Any]:
    """The answers as they were last made."""
    found: dict[str, Any] = json.loads(KEPT.read_text("utf-8"))
    return found


def main() -> None:
    """Make the answers and keep them."""
    KEPT.write_text(json.dumps(made(), indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
