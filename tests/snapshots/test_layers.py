"""Only `elolag.http` speaks HTTP, and what fetches knows nothing of the archive."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "elolag"
#: Lowest first; a module imports only from lines above its own.
LAYERS = (
    ("errors",),
    ("months", "schema"),
    ("sources",),
    ("http",),
    ("fetch",),
    ("archive",),
    ("tags",),
    ("collect",),
    ("imports", "backfill", "export"),
    ("linking",),
    ("changes",),
)
HEIGHT = {name: height for height, names in enumerate(LAYERS) for name in names}


def imports(path: Path) -> set[str]:
    """Modules a file imports, wherever in it the import stands."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module)
            if node.module == "elolag":
                found |= {f"elolag.{name.name}" for name in node.names}
    return found


FILES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_down_only(path: Path) -> None:
    own = path.relative_to(PACKAGE).with_suffix("").parts[0]
    for module in imports(path):
        first, _, rest = module.partition(".")
        if first in ("requests", "urllib3"):
            assert own == "http", f"{own} imports {module}"
        other = rest.partition(".")[0]
        if first == "elolag" and own in HEIGHT and other in HEIGHT and own != other:
            assert HEIGHT[other] < HEIGHT[own], f"{own} imports {module}"
