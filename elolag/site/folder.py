"""A folder that is there whole or not at all, with the hash of every file in it."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from elolag.archive.export import fill, swap
from elolag.archive.store import sync_folder
from elolag.errors import UsageError

#: Lists every other file with its SHA-256, as `sha256sum --check` reads it.
SUMS = "SHA256SUMS"


def summed(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Files with the list of their hashes."""
    sums = "".join(f"{hashlib.sha256(files[n]).hexdigest()}  {n}\n" for n in sorted(files))
    return {**files, SUMS: sums.encode()}


@contextmanager
def reserved(out: Path, *, force: bool) -> Iterator[Path]:
    """A temporary folder beside `out`, made before any work begins; removed whatever happens.

    Raises
    ------
    UsageError
        `out` exists and is not to be replaced, is no report, or nothing can be written beside it.
    """
    _check(out, force=force)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    except OSError as error:
        raise UsageError(f"{out}: cannot be written: {error.strerror}; name another folder") from (
            error
        )
    try:
        yield temporary
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _check(out: Path, *, force: bool) -> None:
    """Refuse an existing folder without `force`, and always one that holds what we did not write.

    Raises
    ------
    UsageError
        With the first file that would be lost.
    """
    if not out.exists() and not out.is_symlink():
        return
    if not force:
        raise UsageError(f"{out} exists; give --force to replace it, or name another folder")
    if out.is_symlink() or not out.is_dir():
        raise UsageError(f"{out} is not a folder; name another")
    known = {SUMS}
    if (out / SUMS).is_file():
        listed = (out / SUMS).read_text("utf-8").splitlines()
        known |= {line.partition("  ")[2] for line in listed}
    for path in sorted(out.rglob("*")):
        name = path.relative_to(out).as_posix()
        if not path.is_dir() and name not in known:
            raise UsageError(
                f"{out} holds {name!r}, which no report of elolag wrote; --force would lose it: "
                f"move it away, or name another folder"
            )


def write(files: Mapping[str, bytes], temporary: Path, out: Path, *, force: bool) -> None:
    """Write every file into `temporary`, flush, and put it in the place of `out` by renaming.

    Raises
    ------
    UsageError
        The disk refuses; `out` is then as it was.
    """
    new = temporary / "new"
    try:
        fill(new, summed(files))
        for folder in sorted({path.parent for path in new.rglob("*")}):
            sync_folder(folder)
        _check(out, force=force)  # again: the work took a while
        swap(new, temporary / "old", out)
        sync_folder(out.parent)
    except OSError as error:
        raise UsageError(f"{out}: cannot be written: {error.strerror}; name another folder") from (
            error
        )
