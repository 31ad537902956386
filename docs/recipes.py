"""Does what docs/recipes.md tells its readers to do, and writes the answers into it.

Commands and Python run in this process and in a folder that is thrown away, in the order of the
page; a command after which stands that it takes long is only checked. Text blocks after a line
that ends with a file's name are that file.
"""

from __future__ import annotations

import contextlib
import io
import re
import runpy
import shlex
import tempfile
from pathlib import Path
from typing import Any

import typer
from listing import escaped
from typer.testing import CliRunner

from elolag.cli import app

#: The day on which the pages print an answer, 2026-08-20: its list is not old then.
ON_DAY = "1787184000"

_BLOCK = re.compile(
    r"(?:`(?P<file>[\w.]+)`:\n\n)?^```(?P<language>\w+)\n(?P<body>.*?)^```$"
    r"(?P<answer>\n\n<!-- answer -->\n.*?<!-- end -->)?",
    flags=re.M | re.S,
)


def filled(text: str, folder: Path | None = None) -> str:
    """The page with every answer made anew; what the recipes write goes into `folder`."""
    if folder is None:
        with tempfile.TemporaryDirectory() as made:
            return filled(text, Path(made))
    with contextlib.chdir(folder):
        return _BLOCK.sub(_answered, text)


def _answered(found: re.Match[str]) -> str:
    body, printed = found["body"], ""
    match found["language"]:
        case "sh":
            for line in body.splitlines():
                check(line)
                if "# takes" not in line:
                    printed = run(line)
        case "python":
            printed = execute(body)
        case "text":
            Path(found["file"]).write_text(body, "utf-8")
    whole, answer = found[0], found["answer"]
    if answer is None:
        return whole
    parts = printed.strip().split("\n\n")
    # The headline has two lines, each a paragraph, before its table.
    lines = 2 if len(parts) > 2 and parts[2].startswith("estimand") else 1
    told = "\n>\n> ".join(escaped(" ".join(part.split())) for part in parts[:lines])
    return f"{whole.removesuffix(answer)}\n\n<!-- answer -->\n> {told}\n<!-- end -->"


def check(line: str) -> None:
    """See that a command line names a command there is, and options that it has.

    Raises
    ------
    LookupError
        It does not.
    """
    first, *words = shlex.split(line, comments=True)
    command: Any = typer.main.get_command(app)
    known = {"--help", *(o for p in command.params for o in (*p.opts, *p.secondary_opts))}
    if first != "elolag":
        raise LookupError(f"not a command of elolag: {line}")
    while words and (below := getattr(command, "commands", {})):
        if words[0].startswith("-"):
            break
        command = below.get(words.pop(0))
        if command is None:
            raise LookupError(f"no such command: {line}")
        known |= {o for p in command.params for o in (*p.opts, *p.secondary_opts)}
    unknown = [w for w in words if w.startswith("--") and w.partition("=")[0] not in known]
    if unknown:
        raise LookupError(f"no option {unknown[0]}: {line}")


def run(line: str) -> str:
    """Output of one command line that starts with `elolag`; `> FILE` is understood.

    Raises
    ------
    RuntimeError
        The command failed.
    """
    words = shlex.split(line, comments=True)
    target = words[words.index(">") + 1] if ">" in words else None
    if target is not None:
        words = words[: words.index(">")]
    result = CliRunner(env={"SOURCE_DATE_EPOCH": ON_DAY}).invoke(app, words[1:])
    if result.exit_code:
        raise RuntimeError(f"{line}: {result.output}") from result.exception
    if target is not None:
        Path(target).write_text(result.stdout, "utf-8")
    return result.stdout


def execute(source: str) -> str:
    """What a piece of Python prints, run as if it were a file."""
    printed = io.StringIO()
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "recipe.py"
        script.write_text(source, "utf-8")
        with contextlib.redirect_stdout(printed):
            runpy.run_path(str(script))
    return printed.getvalue()
