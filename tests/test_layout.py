"""The order of the rooms: a module imports only what stands below it, and I/O has few doors."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from importlinter.cli import lint_imports

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "elolag"

#: Only these fetch (a lock may ask `socket` for the name of the machine).
NETWORK = {"requests", "urllib", "urllib3", "http", "httpx", "aiohttp", "ftplib"}


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(("elolag", *path.relative_to(PACKAGE).with_suffix("").parts))
        yield name.removesuffix(".__init__"), path


@cache
def nodes(path: Path) -> list[ast.AST]:
    """Everything that stands in a file."""
    return list(ast.walk(ast.parse(path.read_text("utf-8"))))


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """Every module a file imports, at its top or inside a function, as a full name."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.lineno


def top(name: str) -> str:
    """`elolag.sources.tidy.board` stands under `sources`."""
    return name.split(".")[1]


MODULES = dict(modules())


def test_an_import_goes_downward_only() -> None:
    """The contracts of pyproject.toml; no two modules import each other either."""
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), cache_dir=None) == 0


def test_only_one_module_talks_to_the_network() -> None:
    found = {
        name
        for name, path in MODULES.items()
        for other, _ in imported(path)
        if other.split(".")[0] in NETWORK and not other.startswith("urllib.parse")
    }
    assert found
    assert {top(name) for name in found} == {"fetch"}


def test_nothing_unpickles_evaluates_or_calls_a_shell() -> None:
    found = []
    for name, path in MODULES.items():
        for other, line in imported(path):
            if other.split(".")[0] in ("pickle", "subprocess", "marshal", "shelve", "dill"):
                found.append(f"{name}:{line} {other}")
        for node in nodes(path):
            if isinstance(node, ast.Call):
                call = ast.unparse(node.func)
                if call in ("eval", "exec", "os.system", "pd.read_pickle", "pandas.read_pickle"):
                    found.append(f"{name}:{node.lineno} {call}")
    assert not found


def test_one_module_converts_between_dates_and_floats() -> None:
    found = []
    for name, path in MODULES.items():
        if name == "elolag.dates":
            continue
        for node in nodes(path):
            if isinstance(node, ast.Attribute) and node.attr in ("toordinal", "fromordinal"):
                found.append(f"{name}:{node.lineno} {node.attr}")
            if isinstance(node, ast.Constant) and node.value in (30.4, 30.44, 30.4375, 30.436875):
                found.append(f"{name}:{node.lineno} {node.value}")
    assert not found
