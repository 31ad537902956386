"""Take the new files of one folder over into another, of which it must be the continuation.

python3 -I tools/take_over.py FROM INTO
python3 -I tools/take_over.py --months FROM INTO

For the jobs that may write to the repository: FROM is what the job that read the publishers' bytes
has left, and nobody vouches for it. So only this reads it, with the standard library alone, and of
it only names and bytes. Of an archive: new snapshots (CSV and a manifest under the names an archive
gives), new forecasts, and lines added to ``log.csv`` and to lists of twins. Of published months:
new months, each of the very files of its ``SHA256SUMS``, and answers by lists that had none.
Anything else ends it, before a file is written.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_BOARD = r"[a-z0-9-]+/[a-z0-9_-]+"
_LABEL = r"\d{4}-\d{2}-\d{2}(\.r([2-9]|[1-9]\d+))?"
_SUMS = "SHA256SUMS"
_MAX_BYTES = 64 * 2**20


@dataclass(frozen=True)
class Kind:
    """What a folder holds: names of files that are written once, and of those that only grow."""

    once: re.Pattern[str]
    growing: re.Pattern[str]
    grown: Callable[[bytes, bytes], bool]
    most: int
    summed: bool = False


ARCHIVE = Kind(
    re.compile(
        rf"{_BOARD}/{_LABEL}/(datapackage\.json|(entries|models|ratings)\.csv)|"
        rf"forecasts/{_BOARD}/\d{{4}}-\d{{2}}-\d{{2}}(-[a-z0-9]+)+\.csv",
        re.ASCII,
    ),
    re.compile(rf"log\.csv|{_BOARD}/twins\.csv", re.ASCII),
    lambda before, after: after.startswith(before),
    2_000,
)
MONTHS = Kind(
    re.compile(rf"\d{{4}}-\d{{2}}/([a-z]+/)?(\w[\w.-]*)|lists/{_LABEL}\.json", re.ASCII),
    re.compile(rf"lists/{_SUMS}"),
    lambda before, after: set(before.splitlines()) <= set(after.splitlines()),
    20_000,
    summed=True,
)


class RefusedError(Exception):
    """What the job left is not a continuation of what is there."""


def take_over(source: Path, target: Path, kind: Kind = ARCHIVE) -> list[str]:
    """Copy what is new; the names of what was written.

    Raises
    ------
    RefusedError
        With the first name that is not as it should be. Nothing is written then.
    """
    found = dict(_files(source, kind))
    gone = sorted({name for name, _ in _files(target, kind)} - set(found))
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
        if before is not None and not (kind.growing.fullmatch(name) and kind.grown(before, data)):
            raise RefusedError(f"{name} has changed; it is written once, and a log only grows")
        new[name] = data
    if len(new) > kind.most:
        raise RefusedError(f"{len(new)} files are new; more than {kind.most} are no run's")
    if kind.summed:
        _check_sums(found)
    for name, data in new.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_bytes(data)
    return list(new)


def _files(folder: Path, kind: Kind) -> Iterator[tuple[str, Path]]:
    """Name and path of every file under a folder; what is neither file nor folder is refused."""
    if folder.is_symlink() or not folder.is_dir():
        raise RefusedError(f"{folder} is no folder")
    for path in sorted(folder.rglob("*")):
        name, mode = path.relative_to(folder).as_posix(), path.lstat().st_mode
        if stat.S_ISDIR(mode):
            continue
        if not stat.S_ISREG(mode) or path.lstat().st_nlink > 1:
            raise RefusedError(f"{name!r:.200} is a link or no file")
        if not (kind.once.fullmatch(name) or kind.growing.fullmatch(name)):
            raise RefusedError(f"{name!r:.200} is no file that such a folder holds")
        yield name, path


def _check_sums(found: Mapping[str, Path]) -> None:
    """Each folder is what its list of hashes says, as `sha256sum --check` reads it, and no more."""
    told: dict[str, str] = {}
    for folder in {name.partition("/")[0] for name in found}:
        sums = found.get(f"{folder}/{_SUMS}")
        if sums is None:
            raise RefusedError(f"{folder}/{_SUMS} is missing")
        for line in sums.read_text("utf-8", "replace").splitlines():
            digest, _, name = line.partition("  ")
            told[f"{folder}/{name}"] = digest
    files = {name: path for name, path in found.items() if not name.endswith(f"/{_SUMS}")}
    for name in sorted(told.keys() ^ files.keys()):
        raise RefusedError(f"{name!r:.200} is listed and not there, or there and not listed")
    for name, path in sorted(files.items()):
        if hashlib.sha256(path.read_bytes()).hexdigest() != told[name]:
            raise RefusedError(f"{name} is not what its {_SUMS} says")


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    asked.add_argument("--months", action="store_true", help="published months, not an archive")
    asked.add_argument("source", type=Path, metavar="FROM")
    asked.add_argument("target", type=Path, metavar="INTO")
    given = asked.parse_args()
    try:
        written = take_over(given.source, given.target, MONTHS if given.months else ARCHIVE)
    except RefusedError as error:
        sys.exit(f"refused: {error}")
    print("\n".join(written) or "nothing is new")
