"""Reads back where a figure came from, out of a file that may be anything.

Nothing is decompressed and nothing is executed; sizes are bounded before anything is parsed.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any
from xml.parsers import expat

from elolag.cite.references import Reference, references
from elolag.errors import UsageError
from elolag.results.provenance import SCHEMA, Origin, unpacked

#: Largest file that is read, and largest provenance in it, in bytes.
LARGEST, LONGEST = 64 * 2**20, 2**20
#: Most chunks of a PNG that are looked at.
_CHUNKS = 10_000
_PDF_STRING = re.compile(rb"/Keywords\s{0,8}\(((?:[^\\()]|\\[\s\S])*)\)")
_PDF_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def read_figure(path: str | Path) -> dict[str, Any]:
    """The provenance that elolag wrote into a PNG, SVG or PDF.

    Returns
    -------
    dict
        ``software``, ``version``, ``title``, ``sentence``, ``sources`` with hashes and licences,
        and the facts of the result. What a file says of itself is a claim: whoever wants to be
        sure makes the figure anew from the snapshots it names.

    Raises
    ------
    UsageError
        The file cannot be read, is too large, is none of these kinds, or was not made by elolag.
    """
    target = Path(path)
    try:
        with target.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise UsageError(f"{target}: cannot be read ({error.strerror})") from error
    if len(data) > LARGEST:
        raise UsageError(f"{target}: larger than {LARGEST // 2**20} MB; no figure of elolag is")
    for begins, reader in _READERS:
        if begins(data):
            found = reader(data)
            break
    else:
        raise UsageError(f"{target}: neither PNG nor SVG nor PDF")
    if found is None or len(found) > LONGEST:
        raise _foreign(target)
    try:
        facts = json.loads(found)
    except (ValueError, RecursionError) as error:
        raise _foreign(target) from error
    return _checked(facts, target)


def figure_references(facts: Mapping[str, Any]) -> tuple[Reference, ...]:
    """The references of a figure, from what `read_figure` found in it."""
    names = {field.name for field in fields(Origin)}
    needed = dict.fromkeys(("path", "sha256", "vintage"), "")
    sources = [{k: v for k, v in source.items() if k in names} for source in facts["sources"]]
    origins = [Origin(**{**needed, **source}) for source in sources]
    return references(
        str(facts.get("version", "")), origins, released=str(facts.get("released", ""))
    )


def _checked(facts: Any, target: Path) -> dict[str, Any]:
    """Only what `results.provenance` writes: texts, numbers, and a list of sources of texts."""
    if not isinstance(facts, dict) or facts.get("software") != "elolag":
        raise _foreign(target)
    schema = facts.get("schema")
    if schema not in (1, SCHEMA):
        raise UsageError(
            f"{target}: its provenance has schema {schema!r}; this elolag reads up to "
            f"{SCHEMA}; read it with elolag {facts.get('version')!r}"
        )
    sources = facts.get("sources")
    plain = [value for name, value in facts.items() if name != "sources"]
    simple = all(isinstance(value, str | int | float | None) for value in plain)
    if not simple or not isinstance(sources, list):
        raise _foreign(target)
    for source in sources:
        if not isinstance(source, dict) or not all(isinstance(v, str) for v in source.values()):
            raise _foreign(target)
    if schema == 1:
        return facts
    whole = unpacked(sources)
    if sum(len(text) for source in whole for text in source.values()) > LONGEST:
        raise _foreign(target)
    return {**facts, "sources": whole}


def _foreign(target: Path) -> UsageError:
    return UsageError(
        f"{target}: holds no provenance of elolag; it was not written by elolag.plots, or another "
        f"program has since stripped its metadata"
    )


def _png(data: bytes) -> str | None:
    """The text chunk ``elolag``; chunks are stepped over by their lengths."""
    at = 8
    for _ in range(_CHUNKS):
        length = int.from_bytes(data[at : at + 4], "big")
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        if len(body) < length or kind in (b"", b"IEND"):
            return None
        if kind == b"tEXt" and body.startswith(b"elolag\0"):
            return body[7:].decode("latin-1")
        if kind == b"iTXt" and body.startswith(b"elolag\0\0"):  # second 0: not compressed
            return body.rpartition(b"\0")[2].decode("utf-8", "replace")
        if kind == b"zTXt" and body.startswith(b"elolag\0\0"):
            return _inflated(body[8:]).decode("latin-1")
        if kind == b"iTXt" and body.startswith(b"elolag\0\1\0") and body.count(b"\0", 9) > 1:
            return _inflated(body[9:].split(b"\0", 2)[2]).decode("utf-8", "replace")
        at += 12 + length
    return None


def _inflated(data: bytes) -> bytes:
    """A compressed text, no longer than is read; empty where it is none."""
    try:
        return zlib.decompressobj().decompress(data, LONGEST + 1)
    except zlib.error:
        return b""


def _svg(data: bytes) -> str | None:
    """The Dublin Core ``source``; a document that declares entities is not read on."""
    inside: list[str] = []
    held: list[str] = []
    found: list[str] = []

    def start(name: str, _: dict[str, str]) -> None:
        inside.append(name)

    def end(name: str) -> None:
        if name == "dc:source" and inside[-2:-1] == ["cc:Work"]:
            found.append("".join(held))
        held.clear()
        inside.pop()

    def text(part: str) -> None:
        if inside and inside[-1] == "dc:source":
            held.append(part)

    def refuse(*_: object) -> None:
        raise ValueError("declares an entity")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.EntityDeclHandler = text, refuse
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError):
        return None
    return found[0] if found else None


def _pdf(data: bytes) -> str | None:
    """The document information's ``Keywords`` as matplotlib writes them, a literal string."""
    found = _PDF_STRING.search(data)
    if found is None:
        return None
    plain = re.sub(
        rb"\\(\r?\n|[0-7]{1,3}|[\s\S])", lambda m: _pdf_escape(m[1]), found[1]
    )  # a backslash and a line's end continue the string
    return plain.decode("latin-1")


def _pdf_escape(code: bytes) -> bytes:
    if code in (b"\n", b"\r\n"):
        return b""
    if code.isdigit():
        return bytes([int(code, 8) & 255])
    return _PDF_ESCAPES.get(code, code)


_READERS: tuple[tuple[Callable[[bytes], bool], Callable[[bytes], str | None]], ...] = (
    (lambda data: data.startswith(b"\x89PNG\r\n\x1a\n"), _png),
    (lambda data: data.startswith(b"%PDF-"), _pdf),
    (lambda data: data.lstrip()[:5] == b"<?xml" or data.lstrip()[:4] == b"<svg", _svg),
)
