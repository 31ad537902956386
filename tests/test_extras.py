"""What is missing is told before the work, with the extra that holds it."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from elolag import errors, site
from elolag.errors import UsageError

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "elolag"
#: Names under which a distribution is imported, where they differ.
IMPORTED = {"pillow": "PIL"}


def held() -> dict[str, set[str]]:
    """What pyproject.toml has in each extra, as it is imported; ``""``: always."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    parts = {"": project["dependencies"], **project["optional-dependencies"]}
    found = {}
    for extra, lines in parts.items():
        names = [re.split(r"[<>=!~\[ ;]", line, maxsplit=1)[0] for line in lines]
        found[extra] = {IMPORTED.get(name, name) for name in names}
    return found


def asked() -> Iterator[tuple[str, str, str]]:
    """(where, library, extra) of every call of `errors.library` or its kin for reports."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            first = node.args[0]
            if name != "library" or not isinstance(first, ast.Constant):
                continue
            extra = errors.REPORT
            if len(node.args) > 1:
                assert isinstance(node.args[1], ast.Name)
                extra = getattr(errors, node.args[1].id)
            yield f"{path.relative_to(ROOT)}:{node.lineno}", first.value, extra


def test_every_library_is_in_the_extra_that_the_message_names() -> None:
    parts = held()
    found = list(asked())
    assert {"joblib", "jinja2", "markupsafe"} <= {name for _, name, _ in found}
    for where, name, extra in found:
        assert name.split(".")[0] in parts[extra], f"{where}: elolag[{extra}] does not hold {name}"


def test_every_hint_names_an_extra_that_there_is() -> None:
    known = set(held()) - {"", "dev"}
    for path in sorted(PACKAGE.rglob("*.py")):
        for extra in re.findall(r"elolag\[([a-z]+)\]", path.read_text("utf-8")):
            assert extra in known, f"{path}: elolag[{extra}]"


def test_nothing_outside_the_dependencies_is_imported_by_name() -> None:
    own = held()[""] | set(sys.stdlib_module_names) | {"elolag"}
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            else:
                continue
            for name in names:
                assert name.split(".")[0] in own, f"{path}:{node.lineno}: {name}"


@pytest.mark.parametrize("missing", ["joblib", "jinja2", "markupsafe"])
def test_a_report_tells_what_it_lacks_before_the_work(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, missing: str
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    monkeypatch.setattr(site.month, "gather", lambda *_, **__: pytest.fail("the work began"))
    with pytest.raises(UsageError, match=rf"{missing}, .*pip install 'elolag\[report\]'"):
        site.write_report(tmp_path / "out", jobs=2)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("extra", [errors.REPORT, errors.JOBS])
def test_a_missing_library_is_a_typed_error(monkeypatch: pytest.MonkeyPatch, extra: str) -> None:
    monkeypatch.setitem(sys.modules, "joblib", None)
    with pytest.raises(UsageError, match=rf"joblib, which is not installed.*elolag\[{extra}\]"):
        errors.library("joblib", extra)
