"""Runs the notebooks and saves them with their outputs: ``make notebooks``.

Outputs are the same from run to run: seeds are fixed, times and addresses are left out. A test
runs every notebook again and compares what it says with what is saved.
"""

from __future__ import annotations

import base64
import io
import os
import sys
import tempfile
import tomllib
from pathlib import Path

# Read when jupyter_core is imported: where its files are, without a warning of the old places.
os.environ.setdefault("JUPYTER_PLATFORM_DIRS", "1")

import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbformat import NotebookNode
from PIL import Image

FOLDER = Path(__file__).resolve().parent
SECONDS = 120
#: Enough for lines, bands and type; a quarter of the bytes.
COLOURS = 96


_SETUP = """\
# Where elolag is not installed (Colab): its wheel, from its owner or put beside this notebook.
from importlib.util import find_spec

if find_spec("elolag") is None:
    %pip install --quiet {wheel}"""


#: Run by a kernel as it starts: a figure's plain text is what it says, its titles first.
_FIGURES = """\
from matplotlib.figure import Figure


def words(figure, printer, cycle):
    from matplotlib.text import Text

    figure.canvas.draw()  # labels of ticks are written then
    titles = [axes.get_title(loc) for axes in figure.axes for loc in ("left", "center")]
    texts = [text.get_text() for text in figure.findobj(Text) if text.get_visible()]
    said = dict.fromkeys(" ".join(each.split()) for each in [*titles, *texts])
    printer.text("; ".join(filter(None, said)))


Figure._repr_pretty_ = words
del Figure, words
"""


def setup() -> str:
    """The first code cell of every notebook."""
    root = FOLDER.parent
    version = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    wheel, owner = f"elolag-{version}-py3-none-any.whl", root / "elolag" / "data" / "owner.toml"
    where = tomllib.loads(owner.read_text("utf-8"))["repository"] if owner.is_file() else ""
    if where:
        wheel = f"{where.rstrip('/')}/releases/download/v{version}/{wheel}"
    return _SETUP.format(wheel=wheel)


def begin(notebook: NotebookNode) -> None:
    """Put the cell that installs elolag where there is none before all other code."""
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")
    if not first.source.startswith(_SETUP.partition("\n")[0]):
        first = nbformat.v4.new_code_cell()
        notebook.cells.insert(1, first)
    first.source = setup()


def notebooks() -> list[Path]:
    """Every notebook, in the order of reading."""
    return sorted(FOLDER.glob("*.ipynb"))


def execute(path: Path) -> NotebookNode:
    """The notebook with the outputs of a run in a fresh kernel, in a folder that is thrown away.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        A cell failed; the message has its traceback.
    """
    notebook = nbformat.read(path, as_version=4)
    begin(notebook)
    with tempfile.TemporaryDirectory() as folder:
        startup = Path(folder) / ".ipython" / "profile_default" / "startup" / "figures.py"
        startup.parent.mkdir(parents=True)
        startup.write_text(_FIGURES, "utf-8")
        # Files in that folder carry the messages: no port is opened on the machine.
        kernel = AsyncKernelManager(
            kernel_name="python3",
            transport="ipc",
            ip=f"{folder}/kernel",
            connection_file=f"{folder}/kernel.json",
        )
        client = NotebookClient(
            notebook,
            km=kernel,
            timeout=SECONDS,
            coalesce_streams=True,
            record_timing=False,
            resources={"metadata": {"path": folder}},
        )
        client.execute(cleanup_kc=True, env=_environment(folder))
    return plain(notebook)


def _environment(folder: str) -> dict[str, str]:
    """Of the kernel: this checkout's package, nothing of the user's settings, one thread."""
    return {
        **os.environ,
        "PYTHONPATH": str(FOLDER.parent),
        "IPYTHONDIR": str(Path(folder) / ".ipython"),
        "MPLCONFIGDIR": str(Path(folder) / ".matplotlib"),
        "NO_COLOR": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


def plain(notebook: NotebookNode) -> NotebookNode:
    """Without what differs between two runs or two machines; cells numbered from the top.

    What a figure says becomes the text that stands for its picture.
    """
    notebook.metadata = NotebookNode(
        kernelspec={"display_name": "Python 3", "language": "python", "name": "python3"},
        language_info={"name": "python"},
    )
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for number, cell in enumerate(notebook.cells, 1):
        cell.id = f"cell-{number:02}"
        cell.metadata = NotebookNode()
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "image/png" in data and "text/plain" in data:
                output.metadata = NotebookNode({"image/png": {"alt": data.pop("text/plain")}})
    return notebook


def shrink(notebook: NotebookNode) -> NotebookNode:
    """The notebook with few colours in its pictures, so that the checkout stays small."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "image/png" in data:
                picture = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
                small, out = picture.convert("RGB").quantize(COLOURS), io.BytesIO()
                small.save(out, "PNG", optimize=True)
                data["image/png"] = base64.b64encode(out.getvalue()).decode()
    return notebook


def texts(notebook: NotebookNode) -> list[str]:
    """What each code cell printed and showed, in order; of a picture, the text for it."""
    out = []
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        shown = []
        for output in cell.outputs:
            data = output.get("data", {})
            pictures = [kind for kind in sorted(data) if kind.startswith("image/")]
            said = [f"{kind}: {output.metadata.get(kind, {}).get('alt', '')}" for kind in pictures]
            shown += said or [output.get("text") or data.get("text/plain", "")]
        out.append("\n".join(shown))
    return out


def main(names: list[str]) -> None:
    """Run those named, or all, and save each in place."""
    for path in notebooks():
        if not names or path.stem in names:
            nbformat.write(shrink(execute(path)), path)
            print(path.name)  # noqa: T201 -- a script


if __name__ == "__main__":
    main(sys.argv[1:])
