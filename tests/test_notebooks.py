"""The notebooks run, say today what they said when they were saved, and quickly."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
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


DRAWN = """\
import matplotlib.pyplot as plt

figure, axes = plt.subplots()
axes.set_title("{title}")
axes.plot([1, 2], label="a line")
axes.set_yticks([1, 2], ["one", "two"])
axes.legend()
figure.text(0, 0, "below");
"""


@pytest.mark.fresh
def test_a_picture_is_compared_by_what_it_says(run, tmp_path: Path) -> None:
    """Its pixels are not: they differ between machines."""

    def executed(title: str) -> nbformat.NotebookNode:
        cells = [nbformat.v4.new_code_cell(DRAWN.format(title=title))]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "x.ipynb")
        return run.execute(tmp_path / "x.ipynb")

    first, again, other = map(executed, ("Now", "Now", "Then"))
    assert run.texts(first) == run.texts(again) != run.texts(other)
    (shown,) = (o for cell in first.cells for o in cell.get("outputs", []) if "data" in o)
    said = shown.metadata["image/png"]["alt"].split("; ")
    assert said[0] == "Now"
    assert {"one", "two", "a line", "below"} <= set(said)
    assert "text/plain" not in shown.data


@by_name
def test_every_picture_has_a_text_that_stands_for_it(path: Path) -> None:
    outputs = [o for c in nbformat.read(path, as_version=4).cells for o in c.get("outputs", [])]
    for output in outputs:
        if "image/png" in output.get("data", {}):
            assert len(output.metadata["image/png"]["alt"]) > 100, "stale: run make notebooks"


@by_name
def test_the_question_comes_first_and_what_it_does_not_say_last(path: Path) -> None:
    texts = [c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == "markdown"]
    title, *_ = texts[0].splitlines()
    assert title.startswith("# ")
    assert title.endswith("?")
    headings = re.findall(r"^## (.*)$", "\n".join(texts), flags=re.M)
    assert headings[-1] == "What this does not say"


@by_name
def test_its_first_code_installs_elolag_only_where_there_is_none(
    run, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from IPython.core.inputtransformer2 import TransformerManager

    code = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    assert code[0].source == run.setup(), "stale: run make notebooks"
    asked: list[tuple[str, str]] = []

    class Shell:
        def run_line_magic(self, name: str, line: str) -> None:
            asked.append((name, line))

    program = compile(TransformerManager().transform_cell(code[0].source), "cell", "exec")
    exec(program, {"get_ipython": Shell})  # noqa: S102 -- what the notebook does
    assert asked == []
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    exec(program, {"get_ipython": Shell})  # noqa: S102
    (magic, line), *more = asked
    assert (magic, more) == ("pip", [])
    assert re.fullmatch(r"install --quiet (https://\S+/)?elolag-[\d.]+-py3-none-any\.whl", line)


def test_a_notebook_that_lacks_the_cell_gets_it_once(run) -> None:
    cells = [nbformat.v4.new_markdown_cell("# Why?"), nbformat.v4.new_code_cell("1 + 1")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    for _ in range(2):
        run.begin(notebook)
        assert [cell.source for cell in notebook.cells] == ["# Why?", run.setup(), "1 + 1"]


def test_the_wheel_comes_from_its_owner_where_there_is_one(run, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(run, "FOLDER", tmp_path / "notebooks")
    (tmp_path / "elolag" / "data").mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2"\n', "utf-8")
    assert run.setup().endswith("%pip install --quiet elolag-1.2-py3-none-any.whl")
    owner = tmp_path / "elolag" / "data" / "owner.toml"
    owner.write_text('repository = ""\n', "utf-8")
    assert run.setup().endswith("--quiet elolag-1.2-py3-none-any.whl")
    owner.write_text('repository = "https://example.org/us/elolag/"\n', "utf-8")
    assert run.setup().endswith(
        "https://example.org/us/elolag/releases/download/v1.2/elolag-1.2-py3-none-any.whl"
    )


@pytest.fixture(scope="module")
def from_the_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Python of an environment with a wheel of this checkout, and what it depends on, only."""
    pytest.importorskip("hatchling", reason="hatchling is not installed")
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder / "dist"],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    venv.create(folder / "venv")
    python = folder / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    told = subprocess.run([python, "-c", where], capture_output=True, text=True, check=True)
    own = Path(told.stdout.strip())
    (wheel,) = (folder / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(own)
    # Dependencies are those of this environment; it has no way to its checkout.
    (own / "others.pth").write_text(sysconfig.get_path("purelib"), "utf-8")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    shutil.copy(ROOT / "pyproject.toml", folder)
    return python


RUN = """
import json, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import run, elolag
notebook = run.execute(Path(sys.argv[1]) / sys.argv[2])
errors = [o for c in notebook.cells for o in c.get("outputs", []) if o.output_type == "error"]
print(json.dumps({"elolag": elolag.__file__, "errors": errors, "said": run.texts(notebook)}))
"""


@pytest.mark.slow
@by_name
def test_it_runs_from_the_wheel_alone(from_the_wheel: Path, path: Path) -> None:
    folder = from_the_wheel.parents[2] / "notebooks"
    done = subprocess.run(
        [from_the_wheel, "-c", RUN, folder, path.name], capture_output=True, text=True,
        cwd=folder, env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert Path(found["elolag"]).is_relative_to(from_the_wheel.parents[1])
    assert found["errors"] == []
    assert found["said"][0] == ""  # elolag is there: nothing was installed
    assert any(found["said"])


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
