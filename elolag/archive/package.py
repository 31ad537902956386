r"""How tables are written and read back, and the manifest that says what they are.

UTF-8, ``\n``, quotes only where needed; floats in their shortest form of at most two decimals;
a missing value is an empty field. No text is read as missing: an entry may be called ``NA``.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
import re
import stat
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from typing import TYPE_CHECKING, Any

from elolag.errors import ArchiveError
from elolag.schema import ENTRIES, MODELS, RATINGS, SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path, PurePath

    import pandas as pd

    from elolag.sources import Source

#: Table name to its columns; the file is ``<table>.csv``.
TABLES: dict[str, dict[str, str]] = {"ratings": RATINGS, "entries": ENTRIES, "models": MODELS}

#: The key of each table.
KEYS = {"ratings": ["category", "entry"], "entries": ["entry"], "models": ["entry"]}

_DECIMALS = 2


def sha256(data: bytes) -> str:
    """Hex SHA-256 of `data`."""
    return hashlib.sha256(data).hexdigest()


def misplaced(path: Path, *, folder: bool = False, absent: str = "") -> str:
    """What stands where a plain file, or a folder, belongs; empty if that does.

    Links are never followed: what is read and written is what lies in the archive itself. If
    nothing is there, the answer is `absent`.
    """
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return absent
    if stat.S_ISLNK(mode):
        return "a symbolic link, and an archive holds none; put what it points to in its place"
    if stat.S_ISDIR(mode) if folder else stat.S_ISREG(mode):
        return ""
    kinds = {stat.S_IFDIR: "a folder", stat.S_IFREG: "a file", stat.S_IFIFO: "a pipe"}
    found = kinds.get(stat.S_IFMT(mode), "a special file")
    wanted = "a folder" if folder else "a file"
    return f"{found} where {wanted} belongs; restore it from a good copy"


def require_plain(path: Path, *, folder: bool = False, absent: str = "") -> None:
    """Raise an `ArchiveError` if anything but a plain file, or a folder, is at `path`.

    Nothing at all is fine unless `absent` says what then to do.
    """
    wrong = misplaced(path, folder=folder, absent=absent)
    if wrong:
        raise ArchiveError(f"{path}: {wrong}")


def require_there(path: Path) -> None:
    """Raise an `ArchiveError` unless a plain file is at `path`."""
    require_plain(path, absent="missing; restore it from a good copy")


def told(error: ArchiveError, root: PurePath) -> tuple[str, str]:
    """Of an error that begins with its file: the path in the archive, with ``/``, and the rest."""
    file, _, message = str(error).partition(": ")
    path = type(root)(file)
    return (path.relative_to(root).as_posix() if path.is_relative_to(root) else file), message


def read_file(path: Path) -> bytes:
    """Read a plain file of an archive; nothing else is opened, so no pipe can keep it waiting.

    Raises
    ------
    ArchiveError
        If no plain file is there, or it cannot be read.
    """
    require_there(path)
    try:
        return path.read_bytes()
    except OSError as error:
        raise ArchiveError(f"{path}: cannot be read: {error.strerror}") from error


def content_id(hashes: Mapping[str, str]) -> str:
    """Hex SHA-256 over the names of files and their hashes: equal exactly when all bytes are."""
    return sha256("".join(f"{name} {hashes[name]}\n" for name in sorted(hashes)).encode())


def normalise(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` with the columns of `table` in order, rounded, sorted and renumbered.

    Ratings are sorted by category, rating (highest first), entry; other tables by their key.
    """
    columns = TABLES[table]
    out = frame.loc[:, list(columns)].copy()
    for name, kind in columns.items():
        if kind == "string":
            out[name] = out[name].astype(object).where(out[name].notna(), "").astype(str)
        elif kind == "number":
            out[name] = out[name].astype("float64").round(_DECIMALS) + 0.0
        else:
            out[name] = out[name].astype("Float64").astype("Int64")
    by = ["category", "rating", "entry"] if table == "ratings" else KEYS[table]
    ascending = [name != "rating" for name in by]
    return out.sort_values(by, ascending=ascending, kind="stable").reset_index(drop=True)


def encode(table: str, frame: pd.DataFrame) -> bytes:
    """Write a normalised `frame` as CSV bytes."""
    columns = TABLES[table]
    texts = [map(_TEXTS[kind], frame[name].tolist()) for name, kind in columns.items()]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
    writer.writerow(columns)
    writer.writerows(zip(*texts, strict=True))
    return out.getvalue().encode("utf-8")


def decode(table: str, data: bytes, where: str) -> pd.DataFrame:
    """CSV bytes of `table` as a frame with the column types of `elolag.schema`.

    Raises
    ------
    ArchiveError
        If the bytes are no such table; the message names `where`.
    """
    return _decoded(table, data, where).copy()


@lru_cache(maxsize=8)
def _decoded(table: str, data: bytes, where: str) -> pd.DataFrame:
    """The frame of these bytes: several checks of one list ask for the same."""
    import pandas as pd

    columns = TABLES[table]
    dtypes: dict[Any, Any] = {
        name: {"string": "str", "number": "float64", "integer": "Int64"}[kind]
        for name, kind in columns.items()
    }
    missing = {name: [""] for name, kind in columns.items() if kind != "string"}
    try:
        frame = pd.read_csv(
            io.BytesIO(data),
            dtype=dtypes,
            keep_default_na=False,
            na_values=missing,
            lineterminator="\n",
            encoding="utf-8",
        )
    except (ValueError, TypeError) as error:
        raise ArchiveError(f"{where}: not a table of {table}: {error}") from error
    if list(frame.columns) != list(columns):
        raise ArchiveError(f"{where}: its columns are {list(frame.columns)}, not {list(columns)}")
    return frame


def tally(table: str, data: bytes, where: str) -> tuple[int, dict[str, int]]:
    """Count the rows of a table, and those of each category, without making a frame of it.

    Raises
    ------
    ArchiveError
        If the bytes are no such table, or a key stands in it twice.
    """
    try:
        columns = _columns(data.decode("utf-8"), list(TABLES[table]))
        total = 0.0
        for name, kind in TABLES[table].items():
            if kind != "string":
                total += sum(map(int if kind == "integer" else float, filter(None, columns[name])))
    except (ValueError, csv.Error) as error:
        raise ArchiveError(f"{where}: not a table of {table}: {error}") from error
    if not math.isfinite(total):
        raise ArchiveError(f"{where}: not a table of {table}: a number in it is none, or infinite")
    keys = list(zip(*(columns[name] for name in KEYS[table]), strict=True))
    if len(set(keys)) != len(keys):
        twice = next(key for key, count in Counter(keys).items() if count > 1)
        raise ArchiveError(f"{where}: {' '.join(twice)!r} stands in it twice")
    return len(keys), dict(Counter(columns.get("category", ())))


def _columns(text: str, names: list[str]) -> dict[str, list[str]]:
    """The cells of a CSV by column. Most hold nothing quoted, and need no list for every row."""
    if '"' in text:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
        header, widths = rows[0], set(map(len, rows))
        cells = [cell for row in rows for cell in row]
    else:
        lines = text.removesuffix("\n").split("\n")
        header = lines[0].split(",")
        widths = {count + 1 for count in set(map(str.count, lines, repeat(",")))}
        cells = ",".join(lines).split(",")
    if header != names:
        raise ValueError(f"its columns are {header}, not {names}")
    if widths != {len(names)}:
        raise ValueError(f"it has rows of {sorted(widths)} fields, not {len(names)}")
    return {name: cells[len(names) + at :: len(names)] for at, name in enumerate(names)}


def number_text(value: float) -> str:
    """Write a float in its shortest form of at most two decimals; missing is empty."""
    if _is_missing(value):
        return ""
    text = f"{value:.{_DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _integer_text(value: Any) -> str:
    return "" if _is_missing(value) else str(int(value))


def _is_missing(value: Any) -> bool:
    try:
        return math.isnan(value)
    except TypeError:  # None and pandas.NA
        return True


_TEXTS: dict[str, Callable[[Any], str]] = {
    "string": str, "number": number_text, "integer": _integer_text,
}  # fmt: skip


# ``datapackage.json``: what a snapshot holds, where it came from, and how it was checked.
#
# A Frictionless Data Package (version 2); what that standard has no word for is under the one key
# ``elolag``. The key order is fixed and no clock is read, so the same input gives the same bytes.

MANIFEST = "datapackage.json"
_PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"

_LINE = 100
#: Sources up to this precedence are the publisher's own; the others are copies.
OFFICIAL = 1

_LICENCE_ID = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Check:
    """One question asked of a publication, and the answer."""

    name: str
    passed: bool
    required: bool
    note: str = ""


def build(
    label: str,
    source: Source,
    files: Mapping[str, bytes],
    rows: Mapping[str, int],
    description: Mapping[str, Any],
    account: Mapping[str, Any],
) -> bytes:
    """Write a manifest.

    Parameters
    ----------
    label
        The snapshot's folder, ``2026-07-21.r2``.
    source
        Whom the figures come from.
    files, rows
        File name to bytes, and to its number of rows.
    description, account
        What the publication is, and how it came and was checked, in the order written.
    """
    board = str(description["board"])
    got, revision = account["retrieved_at"], label.partition(".r")[2] or "1"
    licence = {"name" if _LICENCE_ID.fullmatch(source.licence) else "title": source.licence}
    version = {"version": str(account["revision"])} if account["revision"] else {}
    package: dict[str, Any] = {
        "$schema": _PROFILE,
        "name": board.replace("/", "."),
        "id": f"sha256:{content_id({name: sha256(data) for name, data in files.items()})}",
        "title": f"{board}, {description['vintage']}",
        "version": f"{revision}.0.0",
        # A date alone stands for its midnight.
        "created": got if "T" in got else f"{got}T00:00:00Z",
        "homepage": source.homepage,
        "licenses": [{**licence, "path": source.licence_url or source.homepage}],
        "sources": [{"title": source.title, "path": url, **version} for url in account["urls"]]
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
            **account,
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
        data = read_file(path)
        package = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ArchiveError(f"{path}: not JSON ({error}); restore it from a good copy") from error
    digest = sha256(data)
    if digest in _SOUND:
        return package, digest
    if not isinstance(package, dict) or not isinstance(package.get("elolag"), dict):
        raise ArchiveError(f"{path}: not a manifest of elolag")
    version = package["elolag"].get("schema")
    if version != SCHEMA_VERSION:
        raise ArchiveError(
            f"{path}: written in schema {version!r}; this elolag reads {SCHEMA_VERSION}"
        )
    wrong = _wrong_type(package, _SHAPE)
    if wrong:
        raise ArchiveError(f"{path}: {wrong}; restore it from a good copy")
    if not (package["resources"] and package["elolag"]["raw"]):
        raise ArchiveError(f"{path}: it names no table, or no payload it came from")
    for item in package["resources"]:
        if item["name"] not in TABLES or item["path"] != f"{item['name']}.csv":
            raise ArchiveError(f"{path}: {item['name']!r} is no table of elolag")
    _SOUND.add(digest)
    return package, digest


#: Hashes of manifests that were looked through: an archive is opened more than once.
_SOUND: set[str] = set()


def _wrong_type(value: Any, shape: Any, where: str = "") -> str:
    """The first field that is not what `shape` says (see `_SHAPE`), in words; empty if none."""
    if not isinstance(shape, list | dict):
        # JSON has one kind of number, and true is none.
        number = isinstance(value, int) and not isinstance(value, bool)
        if number if shape is int else isinstance(value, shape) or (number and shape == _LEVEL):
            return ""
        wanted = str(getattr(shape, "__name__", shape))
        return f"its field {where} is {json.dumps(value)[:40]}, not {_KINDS[wanted]}"
    if not isinstance(value, type(shape)):
        return f"its field {where} is {json.dumps(value)[:40]}, not {_KINDS[type(shape).__name__]}"
    if isinstance(shape, list):
        parts = [(f"{where}[{at}]", item, shape[0]) for at, item in enumerate(value)]
    elif str in shape:
        parts = [(f"{where}.{key}", value[key], shape[str]) for key in value]
    else:
        parts = []
        for key, inner in shape.items():
            name = key.removesuffix("?")
            at = f"{where}.{name}" if where else name
            if name in value:
                parts.append((at, value[name], inner))
            elif name == key:
                return f"it has no field {at}"
    return next((wrong for at, item, inner in parts if (wrong := _wrong_type(item, inner, at))), "")


_LEVEL = float | None
_KINDS = {
    "str": "text",
    "int": "a whole number",
    "bool": "true or false",
    "list": "a list",
    "dict": "an object",
    str(str | None): "text or null",
    str(bool | None): "true, false or null",
    str(_LEVEL): "a number or null",
}
#: What the fields of a manifest that are read are made of: a type, a list of one (``[str]``), a
#: dict with text as keys (``{str: int}``), or the fields of an object; those with ``?`` may lack.
_LIST = {"source": str, "vintage": str, "raw_sha256": str, "rows": int, "content": str}
_SHAPE: dict[str, Any] = {
    "id": str,
    "resources": [{"name": str, "path": str, "bytes": int, "hash": str, "rows": int}],
    "elolag": {
        "board": str,
        "label": str,
        "vintage": str,
        "basis": str,
        "own_vintage?": str,
        "method": str,
        "style_control": bool | None,
        "interval": {"kind": str, "level": _LEVEL},
        "completeness": str,
        "claimed?": str,
        "stale_categories": [str],
        "categories": {str: int},
        "entries": int,
        "notes": [str],
        "left_out?": [str],
        "filled?": {"from": str, "columns": [str]},
        "regime?": {"since": str, "what": str},
        "source": str,
        "official": bool,
        "parser_version": int,
        "urls": [str],
        "retrieved_at": str,
        "etag": str | None,
        "raw": [{"name": str, "sha256": str}],
        "twins": [{**_LIST, "basis": str, "retrieved_at": str, "urls": [str]}],
        "supersedes": [str],
        "checks": [{"name": str, "passed": bool, "required": bool, "note": str}],
    },
}


def _text(value: Any, indent: str = "") -> str:
    """JSON with one line for whatever fits on one: a third shorter, and easier to read."""
    line = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if len(indent) + len(line) <= _LINE or not isinstance(value, dict | list) or not value:
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
