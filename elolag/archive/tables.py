r"""Tables to CSV bytes and back: one deterministic text for one table.

UTF-8, ``\n``, quotes only where needed; floats in their shortest form of at most two decimals;
a missing value is an empty field. No text is read as missing: an entry may be called ``NA``.
"""

from __future__ import annotations

import csv
import hashlib
import io
import math
from typing import TYPE_CHECKING, Any

from elolag.errors import ArchiveError
from elolag.schema import ENTRIES, MODELS, RATINGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

#: Table name to its columns; the file is ``<table>.csv``.
TABLES: dict[str, dict[str, str]] = {"ratings": RATINGS, "entries": ENTRIES, "models": MODELS}

#: The key of each table.
KEYS: dict[str, list[str]] = {
    "ratings": ["category", "entry"],
    "entries": ["entry"],
    "models": ["entry"],
}

DECIMALS = 2


def sha256(data: bytes) -> str:
    """Hex SHA-256 of `data`."""
    return hashlib.sha256(data).hexdigest()


def content_id(files: Mapping[str, bytes]) -> str:
    """Hex SHA-256 over the names and hashes of `files`: equal exactly when all bytes are."""
    lines = [f"{name} {sha256(files[name])}\n" for name in sorted(files)]
    return sha256("".join(lines).encode())


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
            out[name] = out[name].astype("float64").round(DECIMALS) + 0.0
        else:
            out[name] = out[name].astype("Float64").astype("Int64")
    if table == "ratings":
        out = out.sort_values(
            ["category", "rating", "entry"], ascending=[True, False, True], kind="stable"
        )
    else:
        out = out.sort_values(KEYS[table], kind="stable")
    return out.reset_index(drop=True)


def encode(table: str, frame: pd.DataFrame) -> bytes:
    """Write a normalised `frame` as CSV bytes."""
    columns = TABLES[table]
    texts = [_column_text(frame[name].tolist(), kind) for name, kind in columns.items()]
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


def _column_text(values: Iterable[Any], kind: str) -> list[str]:
    if kind == "string":
        return [str(value) for value in values]
    if kind == "number":
        return [number_text(value) for value in values]
    return ["" if _is_missing(value) else str(int(value)) for value in values]


def number_text(value: float) -> str:
    """Write a float in its shortest form of at most two decimals; missing is empty."""
    if _is_missing(value):
        return ""
    text = f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _is_missing(value: Any) -> bool:
    if value is None:
        return True
    try:
        return math.isnan(value)
    except TypeError:  # pandas.NA
        return True
