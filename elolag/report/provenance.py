"""Where a report comes from: the command, the versions, the hashes, and each table's columns."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import platform
import shlex
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from elolag.own import OwnBoard
from elolag.report.content import Cell, Table
from elolag.report.material import Material, describe
from elolag.schema import ALL_LISTS

#: Packages whose versions decide the bytes of a report.
PACKAGES = (
    "numpy", "scipy", "pandas", "statsmodels", "pyarrow", "matplotlib", "jinja2",
)  # fmt: skip
_OPTIONS = {
    "board": "--board", "category": "--category", "leader": "--leader", "follower": "--follower",
    "as_of": "--as-of", "vintage": "--vintage", "n_draws": "--draws", "seed": "--seed",
    "level": "--level", "window": "--window", "archive": "--archive", "sources": "--sources",
    "extra_tags": "--tags", "drift": "--drift",
}  # fmt: skip


def command(material: Material) -> str:
    """The command that makes the report again, every choice spelled out."""
    result, asked = material.headline, describe(material.question)
    whole: dict[str, Any] = {
        "board": result.board, "category": result.category, "leader": result.leader_group,
        "follower": result.follower_group, "as_of": result.as_of, "vintage": result.vintage,
        "n_draws": result.n_draws, "seed": result.seed, "level": result.level,
        **{k: asked.get(k) for k in ("window", "archive", "extra_tags", "drift")},
    }  # fmt: skip
    if result.sources != ALL_LISTS:
        whole["sources"] = result.sources
    words = ["elolag", "report", "--out", "report"]
    own = material.question.get("board")
    if isinstance(own, OwnBoard):
        whole |= {"board": None, "vintage": None}
        words += ["--ratings", own.file.name]
        words += ["--ratings-level", str(own.snapshots[0].interval_level)]
    for key, option in _OPTIONS.items():
        if whole.get(key) is not None:
            words += [option, str(whole[key])]
    if not material.extent.full:
        words += ["--quick"]
    if asked.get("correct_selection") is False:
        words += ["--no-selection-correction"]
    return shlex.join(words)


def reproduce(material: Material) -> str:
    """`reproduce.txt`: command, versions, snapshots with their hashes."""
    result = material.headline
    lines = ["command:", f"  {command(material)}", "", "versions:"]
    lines += [f"  {name} {version}" for name, version in versions().items()]
    lines += ["", "snapshots (sha256 of each manifest, which holds the hashes of its tables):"]
    lines += [f"  {digest}  {path}" for path, digest in result.snapshots]
    others = [used for used in material.checks.snapshots if used not in result.snapshots]
    if others:
        lines += ["", "further snapshots, of slices, sensitivity and claims:"]
        lines += [f"  {digest}  {path}" for path, digest in others]
    if material.checks.missing:
        lines += ["", "left out:"]
        lines += [f"  {name}: {why}" for name, why in material.checks.missing.items()]
    extra = material.question.get("extra_tags")
    if extra is not None:
        extra = Path(extra)
        files = sorted(extra.glob("*.csv")) if extra.is_dir() else [extra]
        lines += ["", "own tags (sha256):"]
        lines += [f"  {hashlib.sha256(f.read_bytes()).hexdigest()}  {f.name}" for f in files]
    choices = _not_on_the_command_line(material)
    if choices:
        lines += ["", f"choices only Python can make: {json.dumps(choices, sort_keys=True)}"]
    return "\n".join(lines) + "\n"


def versions() -> dict[str, str]:
    """Versions of elolag, Python and the packages that decide the bytes."""
    from elolag.version import __version__

    found = {"elolag": __version__, "python": platform.python_version()}
    return {**found, **{name: metadata.version(name) for name in PACKAGES}}


def to_csv(table: Table) -> bytes:
    """Every row and column, unrounded. Text that a spreadsheet would run as a formula is quoted."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.key for column in table.columns])
    writer.writerows([[_cell(cell) for cell in row] for row in table.rows])
    return text.getvalue().encode()


def describe_table(table: Table, content: bytes, material: Material) -> bytes:
    """The metadata that stand beside a table: columns, units, sources, seed, command."""
    result = material.headline
    return to_json(
        {
            "schema": 1,
            "title": table.caption,
            "path": f"{table.name}.csv",
            "sha256": hashlib.sha256(content).hexdigest(),
            "encoding": "utf-8",
            "rows": len(table.rows),
            "missing": "an empty cell",
            "quoting": "text that begins with = + - @ has an apostrophe before it",
            "columns": [
                {"name": c.key, "title": c.label or c.key, "description": c.meaning, "unit": c.unit}
                for c in table.columns
            ],
            "board": result.board,
            "category": result.category,
            "as_of": result.as_of,
            "vintage": result.vintage,
            "sources": result.sources,
            "snapshots": [{"path": p, "sha256": h} for p, h in table.snapshots or result.snapshots],
            "citations": sources(material),
            "n_draws": table.n_draws or result.n_draws,
            "seed": result.seed,
            "level": result.level,
            "command": command(material),
            "version": result.version,
        }
    )


def sources(material: Material) -> list[str]:
    """Each data source as it asks to be cited."""
    said = [f"{o.citation} ({o.licence})" for o in material.headline.origins if o.citation]
    return list(dict.fromkeys(said))


def to_json(data: Mapping[str, Any] | list[dict[str, Any]]) -> bytes:
    """JSON for a file."""
    return (json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _cell(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{cell}"
    return str(cell)


def _not_on_the_command_line(material: Material) -> dict[str, Any]:
    asked = describe(material.question)
    kept = {"choices": material.extent.choices} if material.extent.choices else {}
    return {key: asked[key] for key in ("policies", "exclude") if asked.get(key)} | kept
