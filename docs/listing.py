"""The reference pages: every command of the command line, every public name of the package.

Both are read off the program, so that a new command or function is on its page once
`python docs/generate.py` has run; a test fails until it has.
"""

from __future__ import annotations

import ast
import functools
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

import elolag
from elolag import cli, plots
from elolag.archive.listing import Listed


def commands() -> str:
    """Every command with its arguments, options, defaults and help, in the program's order."""
    return "\n".join(_command(typer.main.get_command(cli.app), "elolag", 2)).strip()


def _command(command: Any, path: str, depth: int) -> Iterator[str]:
    arguments = [_usage(p) for p in command.params if not p.opts[0].startswith("-")]
    inner = {n: c for n, c in getattr(command, "commands", {}).items() if not c.hidden}
    alone = getattr(command, "invoke_without_command", False)
    group = ["[COMMAND]" if alone else "COMMAND"] if inner else []
    words = (path, *["[OPTIONS]"] * (not inner or alone), *arguments, *group)
    yield from (f"{'#' * depth} {path}", "", *_help(command.help or ""))
    yield from ("```text", " ".join(words), "```", "")
    rows = [_parameter(p) for p in command.params if not p.hidden]
    if rows:
        yield from ("| argument or option | default | meaning |", "|---|---|---|", *rows, "")
    for name, below in inner.items():
        yield from _command(below, f"{path} {name}", depth + (path != "elolag"))


def _help(text: str) -> Iterator[str]:
    r"""A command's help as paragraphs; one that is to stay as it stands (``\b``) as a block."""
    for paragraph in inspect.cleandoc(text).split("\n\n"):
        first, *rest = paragraph.splitlines() or [""]
        if first.strip() == "\b":
            yield from ("```text", *rest, "```", "")
        elif paragraph:
            yield from (escaped(" ".join(paragraph.split())), "")


def _usage(argument: Any) -> str:
    name = argument.name.upper() + "..." * (argument.nargs == -1)
    return name if argument.required else f"[{name}]"


def _parameter(parameter: Any) -> str:
    names = [*parameter.opts, *parameter.secondary_opts]
    is_option = names[0].startswith("-")
    flag = is_option and parameter.is_flag
    default = parameter.default
    words = "" if default is None or default == [] or callable(default) else f"`{default}`"
    if flag:
        chosen = parameter.opts if default else parameter.secondary_opts
        words = f"`{chosen[0]}`" if parameter.secondary_opts else "off"
    elif parameter.required:
        words = "required"
    shown = names if is_option else [_usage(parameter)]
    meaning = escaped(" ".join((parameter.help or "").split()))
    if getattr(parameter, "multiple", False) and "repeated" not in meaning:
        meaning += " May be given several times."
    return f"| {', '.join(f'`{n}`' for n in shown)} | {words} | {meaning} |"


def escaped(text: str) -> str:
    """Text in which nothing is Markdown, and which keeps to its cell."""
    return re.sub(r"([\\*\[\]|])", r"\\\1", text).replace("<", "&lt;")


def modules() -> str:
    """Every module of the package by room, with the first sentence of its docstring."""
    root = Path(elolag.__file__).parent
    rooms: dict[str, list[Path]] = {}
    for path in sorted(root.rglob("*.py")):
        part = path.relative_to(root).parts
        rooms.setdefault(part[0] if len(part) > 1 else "", []).append(path)
    lines = ["| module | what it holds |", "|---|---|"]
    for room, paths in rooms.items():
        for path in paths:
            inner = path.name == "__init__.py"
            name = f"**{room or 'elolag'}**" if inner else f"{room}.{path.stem}".lstrip(".")
            said = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
            lines.append(f"| {name} | {said.splitlines()[0].rstrip('.') if said else ''} |")
    return "\n".join(lines)


def names() -> str:
    """Every public function, figure and class: in the site with signature and docstring."""
    public = {name: getattr(elolag, name) for name in elolag.__all__}
    functions = [f for f in public.values() if inspect.isfunction(f)]
    figures = [f for n in plots.__all__ if inspect.isfunction(f := getattr(plots, n))]
    classes = [c for c in public.values() if inspect.isclass(c)]
    for found in (*functions, *classes):
        _add_classes(found, classes)
    parts = (
        ("Functions", "autofunction", functions),
        ("Figures", "autofunction", figures),
        ("What they return", "autoclass", sorted(classes, key=lambda c: c.__name__)),
    )
    out = []
    for title, directive, objects in parts:
        names = {_name(found): found for found in objects}
        out += [f"## {title}", "", "| name | what it is |", "|---|---|"]
        out += [f"| `{name}` | {_first_line(found)} |" for name, found in names.items()]
        out += ["", "```{eval-rst}"]
        for name, found in names.items():
            out += [f".. {directive}:: {name}", *_members(found), ""]
        out[-1:] = ["```", ""]
    return "\n".join(out).strip()


def _members(found: Any) -> list[str]:
    """What the site shows of a class; of a stored list also what every publication is asked."""
    if not inspect.isclass(found):
        return []
    return ["   :members:", *["   :inherited-members:"] * issubclass(found, Listed)]


def _name(found: Any) -> str:
    """Where a reader imports it from: the outermost module that offers it."""
    parts = found.__module__.split(".")
    homes = [".".join(parts[:k]) for k in range(1, len(parts) + 1)]
    for home in homes:
        module, name = sys.modules[home], found.__name__
        if name in getattr(module, "__all__", ()) and getattr(module, name) is found:
            return f"{home}.{name}"
    return f"{homes[-1]}.{found.__name__}"


def _first_line(found: Any) -> str:
    return escaped(" ".join(inspect.cleandoc(found.__doc__).split("\n\n")[0].split()))


def _add_classes(found: Any, classes: list[type]) -> None:
    """The package's own classes that a function returns or a class holds or gives, and theirs."""
    fields = getattr(found, "__dataclass_fields__", {})
    members = [f for n, f in vars(found).items() if not n.startswith("_")]
    # `func` and `fget`: the functions of cached and of plain properties.
    methods = [found, *(getattr(m, "func", getattr(m, "fget", m)) for m in members)]
    mentioned = [str(field.type) for field in fields.values()]
    mentioned += [
        str(inspect.signature(m).return_annotation) for m in methods if inspect.isfunction(m)
    ]
    # The options a function takes as ``**question``, and what those name.
    mentioned += [
        str(p.annotation)
        for m in methods
        if inspect.isfunction(m)
        for p in inspect.signature(m).parameters.values()
        if p.kind is p.VAR_KEYWORD
    ]
    if hasattr(found, "__total__"):
        mentioned += [str(kind) for kind in found.__annotations__.values()]
    space = vars(sys.modules[found.__module__])
    for word in re.findall(r"[\w.]+", " ".join(mentioned)):
        first, *rest = word.split(".")
        held = functools.reduce(lambda at, part: getattr(at, part, None), rest, space.get(first))
        if inspect.isclass(held) and held.__module__.startswith("elolag.") and held not in classes:
            classes.append(held)
            _add_classes(held, classes)
