"""The three tables as one file: what an archive of one's own can be given instead of ours.

A bundle is one JSON object, each table a list of the lines of its CSV, so that a change of one fact
is a change of one line and nothing in it is ever the name of a file. The same tables make the same
bytes; their SHA-256 is what results name (``tags`` among their choices).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from elolag.archive.package import sha256
from elolag.errors import TagError, UsageError
from elolag.sources.sheet import read_upto

#: The tables, in the order in which they refer to one another.
_TABLES = ("labs", "models", "aliases")
_MAX_BYTES = 16 << 20
_KIND, _SCHEMA = "elolag tags", 1


def encode(texts: Mapping[str, str]) -> bytes:
    """The bundle of three tables, given as CSV by their names."""
    lines = {name: texts[name].removesuffix("\n").split("\n") for name in _TABLES}
    bundle = {"kind": _KIND, "schema": _SCHEMA, **lines}
    return (json.dumps(bundle, indent=0, ensure_ascii=False) + "\n").encode("utf-8")


def decode(data: bytes, name: str) -> dict[str, str]:
    """The three tables as CSV; `name` is what the errors call the bundle.

    Raises
    ------
    TagError
        The bytes are no bundle.
    """
    try:
        found = json.loads(data.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise TagError(f"{name}: not a bundle of tags ({error}); {_HINT}") from error
    head = (found.get("kind"), found.get("schema")) if isinstance(found, dict) else (None, None)
    if head != (_KIND, _SCHEMA):
        raise TagError(f"{name}: not a bundle of tags this version reads; {_HINT}")
    wanted = {"kind", "schema", *_TABLES}
    if set(found) != wanted:
        odd = sorted(set(found) ^ wanted)[0]
        raise TagError(f"{name}: {odd!r} is {'no part' if odd in found else 'missing'}; {_HINT}")
    return {table: _text(found[table], f"{name}, {table}") for table in _TABLES}


_HINT = "make one with: elolag tags export FILE"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice")
    return found


def _text(lines: object, where: str) -> str:
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise TagError(f"{where}: not a list of lines; {_HINT}")
    for number, line in enumerate(lines, start=1):
        if "\n" in line or "\r" in line:
            raise TagError(f"{where}, line {number}: {line!r} is not one line")
    return "".join(f"{line}\n" for line in lines)


def read(path: Path, digest: str) -> bytes:
    """The bytes of a bundle, which have the SHA-256 that was told.

    Raises
    ------
    UsageError
        No SHA-256 was told, the file cannot be read or is too large, or its SHA-256 is another.
    """
    if not digest:
        raise UsageError(
            f"{path}: give its SHA-256 with --sha256 HASH: not that of this file as it is here "
            f"(sha256sum prints it) but the one its maker published, or elolag tags export printed"
        )
    data = read_upto(path, "the tags", _MAX_BYTES)
    if len(data) > _MAX_BYTES:
        raise UsageError(f"{path}: larger than {_MAX_BYTES >> 20} MB, so no bundle of tags")
    found = sha256(data)
    if found != digest.strip().lower():
        raise UsageError(
            f"{path}: its SHA-256 is {found}, not {digest}; it is another file, or was changed on "
            f"its way: get it again"
        )
    return data
