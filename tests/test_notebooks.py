"""The notebooks run, say today what they said when they were saved, and quickly."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parent.parent
TOPICS = (
    "quick-start", "frontiers-and-lag", "slices", "sensitivity", "claims", "calibration",
    "snapshots-tags-revisions", "your-own-board",
)  # fmt: skip
PATHS = sorted(ROOT.glob("notebooks/*.ipynb"))
by_name = pytest.mark.parametrize("path", [pytest.param(p, id=p.stem) for p in PATHS])


@pytest.fixture(scope="module")
def run():
    spec = importlib.util.spec_from_file_location("run", ROOT / "notebooks" / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_all_are_there_and_listed() -> None:
    assert [p.stem for p in PATHS] == [f"{n:02}-{topic}" for n, topic in enumerate(TOPICS, 1)]
    page = (ROOT / "docs" / "notebooks.md").read_text("utf-8")
    assert re.findall(r"\(\.\./notebooks/(.*?)\)", page) == [p.name for p in PATHS]


@pytest.mark.fresh
@by_name
def test_it_says_what_it_said_when_it_was_saved(run, path: Path) -> None:
    saved = nbformat.read(path, as_version=4)
    assert run.texts(run.execute(path)) == run.texts(saved), "stale: run make notebooks"


@by_name
def test_the_question_comes_first_and_what_it_does_not_say_last(path: Path) -> None:
    texts = [c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == "markdown"]
    title, *_ = texts[0].splitlines()
    assert title.startswith("# ")
    assert title.endswith("?")
    headings = re.findall(r"^## (.*)$", "\n".join(texts), flags=re.M)
    assert headings[-1] == "What this does not say"


@by_name
def test_it_is_saved_whole_and_plain(run, path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert run.plain(nbformat.read(path, as_version=4)) == notebook
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell.outputs]
    assert not [o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"]
    said = "\n".join(run.texts(notebook))
    assert not re.search(r"0x[0-9a-f]{6,}|/home/|/root/|/tmp/|\bnan\b", said)
    assert path.stat().st_size < 500_000
