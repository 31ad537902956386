"""Run a take many times, each killed with SIGKILL before one of its disk operations, and the next
one again while it mends what was left.

Called by `test_store` in a process of its own, so that forking is safe. Prints one JSON line per
kill: what was left, whether it verified, and what the last run made of it.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from handmade import Row, ladder, payload, rounded

from elolag.archive import Archive, Log, Payload, take_payloads, verify
from elolag.archive.store import _STOPPED

OPERATIONS = ("write", "fsync", "rename", "mkdir", "open", "ftruncate", "unlink")
#: Operations in which the next run mends what was left; it is killed there too.
AGAIN = 12
COARSE = rounded(ladder(30))


def first() -> list[Payload]:
    """What the archive holds beforehand: a rounded copy, and another board."""
    return [
        payload(COARSE, by="arena-web", vintage="2026-08-22", basis="fetched"),
        payload(ladder(12), board="arena/search", vintage="2026-08-01"),
    ]


def second() -> list[Payload]:
    """The run that is killed: a better copy, a revision, a new board, an unchanged one."""
    revised: list[Row] = [("model-000", 1505.0, 3), *ladder(12)[1:]]
    return [
        payload(ladder(30)),
        payload(revised, board="arena/search", vintage="2026-08-01"),
        payload(ladder(9), board="arena/document"),
    ]


def state(root: Path) -> dict[str, list[str]]:
    """Labels that are listed, by board."""
    archive = Archive(root)
    return {name: [s.label for s in archive.board(name).snapshots] for name in archive.boards()}


def interrupted(operation: Callable[..., Any], at: int, count: list[int]) -> Callable[..., Any]:
    """`operation`, with the process killed before its call number `at` of all operations."""

    def call(*args: Any, **kwargs: Any) -> Any:
        count[0] += 1
        if count[0] == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return operation(*args, **kwargs)

    return call


def run_killed(root: Path, at: int) -> bool:
    """Run `second` in a child that is killed before operation `at`: whether it was."""
    child = os.fork()
    if child == 0:
        count = [0]
        for name in OPERATIONS:
            setattr(os, name, interrupted(getattr(os, name), at, count))
        take_payloads(root, second())
        (root.parent / "count").write_text(str(count[0]), encoding="ascii")
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def main(folder: Path, kills: int, seed: int) -> None:
    base = folder / "base"
    take_payloads(base, first())
    run_killed(shutil.copytree(base, folder / "whole"), 0)
    total = int((folder / "count").read_text(encoding="ascii"))
    points = sorted(random.Random(seed).sample(range(1, total + 1), kills))  # noqa: S311
    for at in points:
        root = shutil.copytree(base, folder / f"kill-{at}")
        killed = run_killed(root, at)
        left = state(root)
        problems = [str(problem) for problem in verify(Archive(root))]
        run_killed(root, at % AGAIN + 1)
        problems += [str(problem) for problem in verify(Archive(root))]
        take_payloads(root, second())
        after = [str(problem) for problem in verify(Archive(root))]
        hidden = [path.name for path in root.iterdir() if path.name[0] == "."]
        hidden.remove(".lock")
        line = {
            "at": at,
            "killed": killed,
            "left": left,
            "problems": problems + after + hidden,
            "final": state(root),
            "late": [row["note"] for row in Log.read(root).rows if _STOPPED in row["note"]],
        }
        print(json.dumps(line))  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
