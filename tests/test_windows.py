"""What can be tried of Windows without it: names it refuses, paths of its kind, calls it lacks.

Nothing here ran on Windows itself.
"""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elolag.archive.package import told
from elolag.errors import ArchiveError
from elolag.schema import BOARD_PATTERN, VINTAGE_PATTERN
from elolag.sources import SOURCES
from elolag.tags import ours

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = sorted((ROOT / "elolag").rglob("*.py"))
#: As Microsoft lists them; with any ending they are the device still.
DEVICES = {"con", "prn", "aux", "nul", *(f"{p}{n}" for p in ("com", "lpt") for n in range(10))}


def refused(name: str) -> bool:
    """Whether Windows takes no file of this name: the slow, obvious rule."""
    return (
        name.lower().split(".")[0].rstrip() in DEVICES
        or name != name.rstrip(". ")
        or bool(set(name) & set('<>:"/\\|?*'))
        or any(ord(character) < 32 for character in name)
        or not name
    )


@pytest.mark.parametrize("device", sorted(DEVICES))
def test_no_board_is_called_like_a_device(device: str) -> None:
    for board in (f"arena/{device}", f"{device}/text", f"arena/{device}.txt"):
        assert not BOARD_PATTERN.fullmatch(board)
    for board in (f"arena/{device}x", f"arena/x{device}", f"{device}-/text", f"arena/{device}_x"):
        assert BOARD_PATTERN.fullmatch(board)


@given(
    st.from_regex(r"[a-z0-9_-]{1,8}(/[a-z0-9_-]{1,8})?", fullmatch=True)
    | st.sampled_from([f"{a}/{b}" for a in ("arena", "nul") for b in ("text", "aux", "com1")]),
    st.from_regex(r"\d{4}-\d{2}-\d{2}(\.[a-z0-9.]{0,4})?", fullmatch=True),
)
def test_what_becomes_a_folder_is_a_name_windows_takes(board: str, vintage: str) -> None:
    if BOARD_PATTERN.fullmatch(board):
        assert not any(map(refused, board.split("/")))
    if VINTAGE_PATTERN.fullmatch(vintage):
        assert not refused(vintage)


def test_shipped_names_are_names_windows_takes() -> None:
    listed = [*(ROOT / "snapshots").rglob("*"), *(ROOT / "elolag").rglob("*")]
    names = {part for path in listed for part in path.relative_to(ROOT).parts}
    assert len(names) > 300
    assert {name for name in names if refused(name)} == set()
    assert {name for name in SOURCES if refused(name)} == set()
    # Pages are called by models and labs.
    assert {key for key in (*ours().models, *ours().labs) if refused(f"{key}.html")} == set()
    lowered = [path.relative_to(ROOT).as_posix().lower() for path in listed]
    assert len(set(lowered)) == len(lowered)


@pytest.mark.parametrize(
    ("root", "file"),
    [
        (PureWindowsPath(r"C:\data\mine"), r"C:\data\mine\arena\text\2026-08-19\ratings.csv"),
        (PureWindowsPath("D:/mine"), r"D:\mine\arena\text\2026-08-19\ratings.csv"),
        (PurePosixPath("/data/mine"), "/data/mine/arena/text/2026-08-19/ratings.csv"),
        (PurePosixPath("mine"), "mine/arena/text/2026-08-19/ratings.csv"),
    ],
)
def test_a_problem_names_its_file_with_slashes(root: PureWindowsPath, file: str) -> None:
    error = ArchiveError(f"{file}: missing: restore it")
    assert told(error, root) == ("arena/text/2026-08-19/ratings.csv", "missing: restore it")
    elsewhere = ArchiveError(r"E:\other\log.csv: gone")
    assert told(elsewhere, root) == (r"E:\other\log.csv", "gone")


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


#: What Windows lacks in `os` and `signal`; one module asks first whether they are there.
LACKING = re.compile(
    r"\b(?:os\.(?:fork|getuid|geteuid|fchmod|chown|mkfifo|setsid|killpg|posix_spawn|waitpid"
    r"|WNOHANG|O_DIRECTORY|O_NOFOLLOW|POSIX_SPAWN_\w+)|signal\.(?:SIGKILL|SIGALRM|alarm|SIGHUP))\b"
    r"|^\s*(?:import|from) (?:fcntl|pwd|grp|resource|termios|tty|pty)\b",
    re.MULTILINE,
)


def test_what_windows_lacks_is_asked_for_where_it_is_guarded() -> None:
    using = {
        p.relative_to(ROOT).as_posix() for p in PACKAGE if LACKING.search(p.read_text("utf-8"))
    }
    assert using == {"elolag/sources/bounded.py"}
    text = (ROOT / "elolag/sources/bounded.py").read_text("utf-8")
    assert 'if not hasattr(os, "posix_spawn")' in text
    assert re.search(r"try:\s+import resource\s+except ImportError", text)


def test_a_folder_is_opened_in_one_place() -> None:
    opening = [
        f"{path.relative_to(ROOT).as_posix()}: {ast.unparse(call)}"
        for path in PACKAGE
        for call in calls(ast.parse(path.read_text("utf-8")))
        if ast.unparse(call.func) == "os.open" and "O_RDONLY" in ast.unparse(call)
    ]
    assert opening == ["elolag/archive/store.py: os.open(path, os.O_RDONLY)"]


def test_no_text_is_written_with_the_line_ends_of_the_machine() -> None:
    """Files are hashed: they are written as bytes, or with their line ends named."""
    loose = []
    for path in PACKAGE:
        for call in calls(ast.parse(path.read_text("utf-8"))):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
            given = {keyword.arg for keyword in call.keywords}
            modes = [a.value for a in call.args if isinstance(a, ast.Constant)]
            text = name == "open" and any(
                isinstance(mode, str) and re.fullmatch("[wxa]t?", mode) for mode in modes
            )
            if (text or name == "write_text") and "newline" not in given:
                loose.append(f"{path.relative_to(ROOT).as_posix()}: {ast.unparse(call)}")
    # A file for git, which takes either.
    assert loose == ["elolag/archive/collect.py: ignore.write_text('*\\n', encoding='ascii')"]


PLAYED = """
import os, signal, sys
from pathlib import Path
import elolag.cli, elolag.estimate, elolag.plots, elolag.site
from elolag.archive import Archive, init, take_payloads, verify
for module, names in ((os, "fork posix_spawn O_DIRECTORY O_NOFOLLOW WNOHANG getuid mkfifo chown"),
                      (signal, "SIGKILL SIGALRM SIGHUP")):
    for name in names.split():
        if hasattr(module, name):
            delattr(module, name)
sys.modules["resource"] = None
real = os.open
def opening(path, *rest, **more):
    if os.path.isdir(path):
        raise PermissionError(13, "Permission denied", str(path))
    return real(path, *rest, **more)
os.open = opening
renaming = os.rename
def renamed(source, target):
    if os.path.lexists(target):
        raise FileExistsError(17, "Cannot create a file when that file already exists", str(target))
    renaming(source, target)
os.rename = renamed
from handmade import ladder, payload
shipped, mine = Path(sys.argv[1]) / "shipped", Path(sys.argv[1]) / "mine"
(outcome,) = take_payloads(shipped, [payload(ladder(20))])
assert outcome.outcome == "new", outcome
sys.modules["elolag.archive.verify"].shipped_path = lambda: shipped
mine.mkdir()
init(mine)
(outcome,) = take_payloads(mine, [payload(ladder(30), board="arena/played")])
assert outcome.outcome == "new", outcome
assert verify(Archive(mine)) == []
from elolag.site import folder
with folder.reserved(mine.parent / "out", force=False) as temporary:
    folder.write({"a.txt": b"x", "b/c.txt": b"y"}, temporary, mine.parent / "out", force=False)
print(sorted(path.name for path in (mine.parent / "out").rglob("*")))
sys.argv = ["elolag", "lag", "--draws", "40", "--json"]
elolag.cli.main()
"""


def test_it_works_with_the_calls_that_windows_has(tmp_path: Path) -> None:
    """The same code on a played system: no fork, no folder that opens, no rename onto anything."""
    done = subprocess.run(
        [sys.executable, "-c", PLAYED, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests/archive")])},
        capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    listed, _, answer = done.stdout.partition("\n")
    assert listed == "['SHA256SUMS', 'a.txt', 'b', 'c.txt']"
    assert json.loads(answer)["n_draws"] == 40
