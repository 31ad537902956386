"""The order of the design: a module imports only what stands above it, and I/O has few doors."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "elolag"

#: Top-level names of the package, each above all that may import it (DESIGN section 3).
ORDER = [
    *("errors", "extras", "months", "schema", "words", "sheets"),
    *("sources", "http", "fetch", "archive", "tags"),
    *("collect", "imports", "backfill", "export"),
    *("model", "vintages"),
    *("bradleyterry", "votes", "changes", "templates", "own", "panel", "young"),
    *("frontier", "crossing", "curves", "lag", "correlated", "posterior", "draws", "interval"),
    *("roster", "clock", "cast", "sampling"),
    *("provenance", "study", "standing", "verdict", "answer", "result", "estimate"),
    *("path", "change", "matching", "small_print", "comparison"),
    *("worlds", "ballots", "simulate", "replications", "calibrate"),
    *("grid", "whatif", "influence", "points", "flip"),
    *("slices", "revisions", "backtest", "claims", "bridge"),
    *("cite", "plots", "report"),
    *("cli", "__main__"),
]

#: Only these fetch (a lock may ask `socket` for the name of the machine).
NETWORK = {"requests", "urllib", "urllib3", "http", "httpx", "aiohttp", "ftplib"}


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(("elolag", *path.relative_to(PACKAGE).with_suffix("").parts))
        yield name.removesuffix(".__init__"), path


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """Every module a file imports, at its top or inside a function, as a full name."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.lineno


def top(name: str) -> str:
    """`elolag.sources._tidy.board` stands under `sources`."""
    return name.split(".")[1]


MODULES = dict(modules())


def test_every_module_has_a_place_in_the_order() -> None:
    unknown = {top(name) for name in MODULES if name != "elolag"} - set(ORDER)
    assert not unknown, f"say in ORDER (and DESIGN section 3) where {sorted(unknown)} stand"
    assert len(ORDER) == len(set(ORDER))


@pytest.mark.parametrize("name", sorted(set(MODULES) - {"elolag"}))
def test_imports_go_downward_only(name: str) -> None:
    here = ORDER.index(top(name))
    wrong = []
    for other, line in imported(MODULES[name]):
        if not other.startswith("elolag.") or other in ("elolag.__version__",):
            continue
        if ORDER.index(top(other)) > here:
            wrong.append(f"{MODULES[name].name}:{line} imports {other}")
    assert not wrong


def test_no_two_modules_import_each_other() -> None:
    """Also inside `archive`, `sources`, `tags` and `cli`, where the order says nothing."""
    graph: dict[str, set[str]] = {}
    for name, path in MODULES.items():
        tree = ast.parse(path.read_text("utf-8"))
        skipped = {
            id(node)
            for block in ast.walk(tree)
            if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.unparse(block.test)
            for node in ast.walk(block)
        }
        found = set()
        for node in tree.body:
            if isinstance(node, ast.ImportFrom) and id(node) not in skipped and node.module:
                for alias in node.names:
                    whole = f"{node.module}.{alias.name}"
                    found.add(whole if whole in MODULES else node.module)
        graph[name] = {f for f in found if f in MODULES and f != name}

    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " -> ".join((*path, name))
        if name not in done:
            for other in sorted(graph[name]):
                visit(other, (*path, name))
            done.add(name)

    for name in graph:
        visit(name, ())


def test_only_one_module_talks_to_the_network() -> None:
    found = {
        name
        for name, path in MODULES.items()
        for other, _ in imported(path)
        if other.split(".")[0] in NETWORK and not other.startswith("urllib.parse")
    }
    assert found
    assert {top(name) for name in found} == {"http"}


def test_nothing_unpickles_evaluates_or_calls_a_shell() -> None:
    found = []
    for name, path in MODULES.items():
        for other, line in imported(path):
            if other.split(".")[0] in ("pickle", "subprocess", "marshal", "shelve", "dill"):
                found.append(f"{name}:{line} {other}")
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                call = ast.unparse(node.func)
                if call in ("eval", "exec", "os.system", "pd.read_pickle", "pandas.read_pickle"):
                    found.append(f"{name}:{node.lineno} {call}")
    assert not found


def test_one_module_converts_between_dates_and_floats() -> None:
    found = []
    for name, path in MODULES.items():
        if name == "elolag.months":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in ("toordinal", "fromordinal"):
                found.append(f"{name}:{node.lineno} {node.attr}")
            if isinstance(node, ast.Constant) and node.value in (30.4, 30.44, 30.4375, 30.436875):
                found.append(f"{name}:{node.lineno} {node.value}")
    assert not found


@pytest.mark.parametrize("path", [pytest.param(p, id=n) for n, p in MODULES.items()])
def test_a_module_can_be_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 500
