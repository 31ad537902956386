"""``datapackage.json``: what a snapshot holds, where it came from, and how it was checked.

A Frictionless Data Package (version 2); what that standard has no word for is under the one key
``elolag``. The key order is fixed and no clock is read, so the same input gives the same bytes.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from elolag.archive.tables import KEYS, TABLES, content_id, sha256
from elolag.errors import ArchiveError
from elolag.schema import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from elolag.archive.checks import Check
    from elolag.sources import Source

MANIFEST = "datapackage.json"
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"

LINE = 100
#: Sources up to this precedence are the publisher's own; the others are copies.
OFFICIAL = 1

_LICENCE_ID = re.compile(r"[A-Za-z0-9._-]+")


def build(
    *,
    label: str,
    source: Source,
    description: Mapping[str, Any],
    files: Mapping[str, bytes],
    rows: Mapping[str, int],
    retrieval: Mapping[str, Any],
    twins: Sequence[Mapping[str, Any]],
    supersedes: Sequence[str],
    checks: Sequence[Check],
) -> bytes:
    """Write a manifest.

    Parameters
    ----------
    label
        The snapshot's folder, ``2026-07-21.r2``.
    source
        Whom the figures come from.
    description
        Board, vintage, basis, method, ...: facts about the publication, in the order written.
    files, rows
        File name to bytes, and to its number of rows.
    retrieval
        URLs, upstream revision, HTTP status, time and raw hashes.
    twins
        Other routes by which the same publication came.
    supersedes
        Labels of less precise snapshots of the same publication.
    checks
        Outcome of every check.
    """
    board = str(description["board"])
    revision = label.partition(".r")[2] or "1"
    package: dict[str, Any] = {
        "$schema": PROFILE,
        "name": board.replace("/", "."),
        "id": f"sha256:{content_id(files)}",
        "title": f"{board}, {description['vintage']}",
        "version": f"{revision}.0.0",
        "created": _timestamp(str(retrieval["retrieved_at"])),
        "homepage": source.homepage,
        "licenses": [_licence(source.licence, source.licence_url)],
        "sources": [
            _origin(source.title, url, retrieval.get("revision")) for url in _urls(retrieval)
        ]
        or [{"title": source.title}],
        "contributors": [
            {"title": source.publisher, "roles": ["creator"]},
            {"title": "elolag", "roles": ["dataCurator"]},
        ],
        "resources": [_resource(name, files[name], rows[name]) for name in sorted(files)],
        "elolag": {
            "schema": SCHEMA_VERSION,
            "label": label,
            **description,
            "source": source.name,
            "official": source.precedence <= OFFICIAL,
            "citation": source.citation,
            "redistributable": source.redistributable,
            "parser_version": source.parser_version,
            **retrieval,
            "twins": list(twins),
            "supersedes": list(supersedes),
            "checks": [check.to_dict() for check in checks],
        },
    }
    return (_text(package) + "\n").encode()


def read(path: Path) -> tuple[dict[str, Any], str]:
    """Read a manifest; return it and the SHA-256 of its bytes.

    Raises
    ------
    ArchiveError
        If the file is missing or is no manifest of elolag.
    """
    try:
        data = path.read_bytes()
        package = json.loads(data)
    except FileNotFoundError as error:
        raise ArchiveError(f"{path}: missing; restore this snapshot from a good copy") from error
    except ValueError as error:
        raise ArchiveError(f"{path}: not JSON ({error}); restore it from a good copy") from error
    if not isinstance(package, dict) or not isinstance(package.get("elolag"), dict):
        raise ArchiveError(f"{path}: not a manifest of elolag")
    version = package["elolag"].get("schema")
    if version != SCHEMA_VERSION:
        raise ArchiveError(
            f"{path}: written in schema {version!r}; this elolag reads {SCHEMA_VERSION}"
        )
    for item in package.get("resources", ()):
        name = item.get("name") if isinstance(item, dict) else None
        if name not in TABLES or item.get("path") != f"{name}.csv":
            raise ArchiveError(f"{path}: {name!r} is no table of elolag")
    return package, sha256(data)


def resource(package: Mapping[str, Any], table: str) -> Mapping[str, Any] | None:
    """Find the resource of `package` that holds `table`, or None."""
    for item in package.get("resources", ()):
        if item.get("name") == table:
            found: Mapping[str, Any] = item
            return found
    return None


def _text(value: Any, indent: str = "") -> str:
    """JSON with one line for whatever fits on one: a third shorter, and easier to read."""
    line = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if len(indent) + len(line) <= LINE or not isinstance(value, dict | list) or not value:
        return line
    inner = indent + " "
    if isinstance(value, dict):
        parts = [f"{json.dumps(key)}: {_text(item, inner)}" for key, item in value.items()]
        return "{\n" + ",\n".join(inner + part for part in parts) + f"\n{indent}}}"
    return "[\n" + ",\n".join(inner + _text(item, inner) for item in value) + f"\n{indent}]"


def _resource(file: str, data: bytes, rows: int) -> dict[str, Any]:
    table = file.removesuffix(".csv")
    return {
        "name": table,
        "type": "table",
        "path": file,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(data),
        "hash": f"sha256:{sha256(data)}",
        "rows": rows,
        "schema": {
            "fields": [{"name": name, "type": kind} for name, kind in TABLES[table].items()],
            "primaryKey": KEYS[table],
        },
    }


def _licence(name: str, url: str) -> dict[str, str]:
    out = {"name": name} if _LICENCE_ID.fullmatch(name) else {"title": name}
    return {**out, "path": url} if url else out


def _origin(title: str, url: str, revision: object) -> dict[str, str]:
    out = {"title": title, "path": url}
    return {**out, "version": str(revision)} if revision else out


def _urls(retrieval: Mapping[str, Any]) -> list[str]:
    return [str(url) for url in retrieval.get("urls", ())]


def _timestamp(text: str) -> str:
    """Give a date as an RFC 3339 time (its midnight); a time as it is."""
    return f"{text}T00:00:00Z" if len(text) == len("2026-08-21") else text
