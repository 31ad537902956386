"""What a wheel holds: all that messages and notes cite, in names that every system takes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from command import runner

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "elolag"
#: Where words for people stand: code and its templates, and what is authored.
WRITTEN = (".py", ".csv", ".toml", ".j2", ".json")


def cited() -> dict[str, list[str]]:
    """Every page of docs/ that a file of the package names, with those files."""
    found: dict[str, list[str]] = {}
    for path in sorted(PACKAGE.rglob("*")):
        if path.suffix not in WRITTEN or "_snapshots" in path.parts:
            continue
        for page in re.findall(
            r"(?<![\w./])docs/((?:decisions/)?[a-z0-9-]+\.md)", path.read_text("utf-8")
        ):
            found.setdefault(page, []).append(path.relative_to(ROOT).as_posix())
    return found


def held() -> set[str]:
    """Every file of a wheel built from this checkout."""
    wheel = pytest.importorskip("hatchling.builders.wheel", reason="hatchling is not installed")
    builder = wheel.WheelBuilder(str(ROOT))
    files = [*builder.recurse_included_files()]
    return {file.distribution_path.replace("\\", "/") for file in files}


def test_every_page_that_is_cited_is_there() -> None:
    pages = cited()
    assert {"methods.md", "tagging.md", "snapshots.md"} <= set(pages)
    missing = {page: by for page, by in pages.items() if not (ROOT / "docs" / page).is_file()}
    assert missing == {}


def test_the_wheel_has_every_page_and_no_tool() -> None:
    names = held()
    pages = {p.relative_to(ROOT).as_posix() for p in (ROOT / "docs").rglob("*.md")
             if "_build" not in p.parts}  # fmt: skip
    assert {name.removeprefix("elolag/") for name in names if "/docs/" in name} == pages
    assert {"elolag/py.typed", "elolag/_snapshots/log.csv"} <= names
    assert {f"elolag/data/{table}.csv" for table in ("calibration", "errors")} <= names
    assert not [name for name in names if not name.startswith("elolag/")]


def test_a_cited_page_is_printed_by_its_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    elolag = runner(monkeypatch, capsys)
    listed = elolag("docs").out.split()
    assert {"methods", "decisions/0007-headline"} <= set(listed)
    for page in cited():
        assert page.removesuffix(".md") in listed
    text = (ROOT / "docs" / "methods.md").read_text("utf-8")
    for name in ("methods", "docs/methods.md", "methods.md", "docs/methods.md#the-draws"):
        assert elolag("docs", name).out == text
    for name in ("../README", "/etc/passwd", "methods/", "nothing"):
        done = elolag("docs", name)
        assert (done.code, done.out) == (2, "")
        assert "there is no page" in done.err
