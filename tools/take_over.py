"""Take the new files of one archive over into another, of which it must be the continuation.

python3 -I tools/take_over.py FROM INTO

For the job that may write to the repository: FROM is what the job that read the publishers' bytes
has left, and nobody vouches for it. So only this reads it, with the standard library alone, and of
it only names and bytes: new snapshots (CSV and a manifest under the names an archive gives), and
lines added to ``log.csv`` and to lists of twins. Anything else ends it, before a file is written.
"""

from __future__ import annotations

import re
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

_BOARD = r"[a-z0-9-]+/[a-z0-9_-]+"
_LABEL = r"\d{4}-\d{2}-\d{2}(\.r([2-9]|[1-9]\d+))?"
#: Written once.
_FILE = re.compile(
    rf"{_BOARD}/{_LABEL}/(datapackage\.json|(entries|models|ratings)\.csv)", re.ASCII
)
#: These only grow.
_GROWING = re.compile(rf"log\.csv|{_BOARD}/twins\.csv", re.ASCII)
_MAX_BYTES = 64 * 2**20
_MAX_FILES = 2_000


class RefusedError(Exception):
    """What the job left is not a continuation of the archive."""


def take_over(source: Path, target: Path) -> list[str]:
    """Copy what is new; the names of what was written.

    Raises
    ------
    RefusedError
        With the first name that is not as it should be. Nothing is written then.
    """
    found = dict(_files(source))
    gone = sorted({name for name, _ in _files(target)} - set(found))
    if gone:
        raise RefusedError(f"{gone[0]} is gone")
    new = {}
    for name, path in sorted(found.items()):
        if path.stat().st_size > _MAX_BYTES:
            raise RefusedError(f"{name} is larger than {_MAX_BYTES} bytes")
        data, old = path.read_bytes(), target / name
        before = old.read_bytes() if old.exists() else None
        if data == before:
            continue
        if before is not None and not (_GROWING.fullmatch(name) and data.startswith(before)):
            raise RefusedError(
                f"{name} has changed; a snapshot is written once, and a log only grows"
            )
        new[name] = data
    if len(new) > _MAX_FILES:
        raise RefusedError(f"{len(new)} files are new; more than {_MAX_FILES} are no run's")
    for name, data in new.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_bytes(data)
    return list(new)


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Name and path of every file under a folder; what is neither file nor folder is refused."""
    if not stat.S_ISDIR(folder.lstat().st_mode):
        raise RefusedError(f"{folder} is no folder")
    for path in sorted(folder.rglob("*")):
        name, mode = path.relative_to(folder).as_posix(), path.lstat().st_mode
        if stat.S_ISDIR(mode):
            continue
        if not stat.S_ISREG(mode) or path.lstat().st_nlink > 1:
            raise RefusedError(f"{name!r:.200} is a link or no file")
        if not (_FILE.fullmatch(name) or _GROWING.fullmatch(name)):
            raise RefusedError(f"{name!r:.200} is no file of an archive")
        yield name, path


if __name__ == "__main__":
    try:
        written = take_over(*map(Path, sys.argv[1:]))
    except RefusedError as error:
        sys.exit(f"refused: {error}")
    print("\n".join(written) or "nothing is new")
