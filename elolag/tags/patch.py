"""Proposed rows as something to review: a short table, a patch, or a folder of CSVs."""

from __future__ import annotations

import csv
import dataclasses
import difflib
import io
from collections.abc import Callable, Iterable, Sequence
from importlib import resources
from pathlib import Path

from elolag.errors import UsageError
from elolag.tags.rows import Alias, Lab, Model
from elolag.tags.suggest import Suggestion
from elolag.tags.tables import columns

_ORDER: dict[str, tuple[type[Lab | Model | Alias], Callable[[dict[str, str]], tuple[str, ...]]]] = {
    "labs": (Lab, lambda row: (row["lab"], row["from"])),
    "models": (Model, lambda row: (row["model"],)),
    "aliases": (Alias, lambda row: (row["entry"], row["source"])),
}


def as_patch(suggestions: Sequence[Suggestion]) -> str:
    """A unified diff against the packaged tables, each proposal's reason above it.

    It applies with ``git apply`` in a checkout; the lines of reasons are ignored there.
    """
    lines: list[str] = []
    for suggestion in suggestions:
        what = ", ".join(dict.fromkeys(entry for _, _, entry in suggestion.entries))
        verb = "" if suggestion.aliases else "NOT PROPOSED: "
        lines.append(f"# {_one_line(what)}: {verb}{_one_line(suggestion.reason)}\n")
    folder = resources.files("elolag.tags") / "data"
    for name, added in _rows(suggestions).items():
        if added:
            path = f"elolag/tags/data/{name}.csv"
            old = (folder / f"{name}.csv").read_text("utf-8")
            header, rows = _read(old)
            new = _written(header, sorted([*rows, *added], key=_ORDER[name][1]))
            lines += difflib.unified_diff(
                old.splitlines(keepends=True),
                new.splitlines(keepends=True),
                f"a/{path}",
                f"b/{path}",
            )
    return "".join(lines)


def write_folder(suggestions: Sequence[Suggestion], folder: Path) -> list[Path]:
    """The proposed rows alone, as CSVs that ``--tags FOLDER`` reads; the files written.

    Without a proposal there is nothing to write, and no folder is made.

    Raises
    ------
    UsageError
        The folder exists, or cannot be written: nothing is ever overwritten.
    """
    texts = {
        f"{name}.csv": _written(columns(_ORDER[name][0]), sorted(added, key=_ORDER[name][1]))
        for name, added in _rows(suggestions).items()
        if added
    }
    if not texts:
        return []
    try:
        folder.mkdir(parents=True)
    except FileExistsError as error:
        raise UsageError(f"{folder} exists; name a new folder") from error
    except OSError as error:
        raise UsageError(f"cannot make {folder}: {error.strerror or error}") from error
    try:
        for name, text in texts.items():
            with (folder / name).open("x", encoding="utf-8", newline="") as file:
                file.write(text)
    except OSError as error:
        raise UsageError(f"cannot write to {folder}: {error.strerror or error}") from error
    return [folder / name for name in texts]


def table_rows(suggestions: Sequence[Suggestion]) -> list[tuple[str, ...]]:
    """Cells for people: name (and how many more entries), lab, country, date, why."""
    return [
        (
            s.entries[0][2] + (f" (+{others})" if (others := _others(s)) else ""),
            s.maker or "?",
            s.country or "?",
            s.released or "?",
            s.why,
        )
        for s in suggestions
    ]


def _others(suggestion: Suggestion) -> int:
    return len({entry for _, _, entry in suggestion.entries}) - 1


def _rows(suggestions: Iterable[Suggestion]) -> dict[str, list[dict[str, str]]]:
    out: dict[str, list[dict[str, str]]] = {name: [] for name in _ORDER}
    for suggestion in suggestions:
        if suggestion.lab and _as_row(suggestion.lab) not in out["labs"]:
            out["labs"].append(_as_row(suggestion.lab))
        if suggestion.model:
            out["models"].append(_as_row(suggestion.model))
        out["aliases"] += [_as_row(alias) for alias in suggestion.aliases]
    return out


def _as_row(row: Lab | Model | Alias) -> dict[str, str]:
    return dict(zip(columns(type(row)), dataclasses.astuple(row), strict=True))


def _read(text: str) -> tuple[tuple[str, ...], list[dict[str, str]]]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    rows = list(reader)
    return tuple(reader.fieldnames or ()), rows


def _written(header: Sequence[str], rows: Iterable[dict[str, str]]) -> str:
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, header, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def _one_line(text: str) -> str:
    """A text that cannot end the line it stands on: names from upstream are data."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
