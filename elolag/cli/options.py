"""The options of a question on the command line, out of their one declaration in `question`."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from elolag.cli.show import dump, print_result
from elolag.errors import UsageError
from elolag.question import (
    DECLARED,
    DEFAULT_BOARD,
    DEFAULTS,
    POLICIES,
    Options,
    Policies,
    flag,
)

#: Types that the command line reads otherwise than Python.
_READ = {"exclude": list[str] | None, "extra_tags": Path | None}
_KINDS: dict[str, Any] = {**get_type_hints(Options), **_READ}


def _option(name: str) -> Any:
    """An option of `question` as typer takes it."""
    option = DECLARED[name]
    flags = (option.flags,) if option.flags else ()
    return typer.Option(*flags, help=option.help, metavar=option.metavar or None, min=option.least)


Archive = Annotated[
    Path | None, typer.Option("--archive", help="Folder of snapshots; the shipped one by default.")
]
#: What a command writes into, and what it only adds to.
MadeArchive = Annotated[
    Path | None, typer.Option("--archive", help="Folder of snapshots, made if absent.")
]
OwnArchive = Annotated[
    Path | None, typer.Option("--archive", help="Your own archive (elolag archive init).")
]
Tags = Annotated[Path | None, _option("extra_tags")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
OneJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
BaseUrl = Annotated[
    list[str] | None,
    typer.Option(metavar="SOURCE=URL", help="Ask this scheme and host instead (a mirror)."),
]
Force = Annotated[bool, typer.Option("--force", help="Replace what is there.")]
Sources = Annotated[str, _option("sources")]
Figure = Annotated[Path | None, typer.Option(help="Draw to this file: .png, .svg or .pdf.")]
FigureSize = Annotated[
    str | None,
    typer.Option(
        "--size", metavar="[phone|column|page|slide]", help="Size of the figure; page by default."
    ),
]
_SIZE = "page"
Estimand = Annotated[
    str | None,
    typer.Option(
        help="average, current, at-release, catch-up, levels, trend or gap; by default average, "
        "or current where there are not yet twelve months to average over."
    ),
]
InMonths = Annotated[str, typer.Option(help="An estimand in months.")]
Frontier = Annotated[
    str | None, typer.Option(help="For trend: quantile, linear, spline or local-linear; else step.")
]
Interval = Annotated[str, typer.Option(help="measurement, sampling or both.")]

#: Which figure is meant, and what it is asked of, as the command line has it. Python takes boards
#: and archives that are open, and policies as an object; here they are names, folders and words.
_ASKED_OF: dict[str, tuple[Any, Any]] = {
    "estimand": (Estimand, None),
    "frontier": (Frontier, None),
    "interval": (Interval, "measurement"),
    "board": (Annotated[str, typer.Option(help="Board, e.g. arena/text.")], DEFAULT_BOARD),
    "archive": (Archive, None),
    "ratings": (
        Annotated[
            Path | None,
            typer.Option(
                "--ratings",
                help="Your own ratings instead of a board: a CSV (elolag template ratings), or "
                "what elolag rate wrote.",
            ),
        ],
        None,
    ),
    "ratings_level": (
        Annotated[
            float, typer.Option("--ratings-level", help="Level of the intervals in --ratings.")
        ],
        0.95,
    ),
    **{name: (Annotated[str, _option(name)], getattr(Policies, name)) for name in POLICIES},
}
#: Which figure of a question is meant, where a command gives one.
_WHICH = ("estimand", "frontier", "interval")

_Command = Callable[..., None]


def group(name: str, said: str, *, answers: bool = False) -> typer.Typer:
    """A group of commands, and its line of help; `answers`: it is a command itself."""
    return typer.Typer(
        name=name, help=said, no_args_is_help=not answers, rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )  # fmt: skip


def typed(
    context: typer.Context, names: Collection[str] | None = None, but: Collection[str] = ()
) -> str:
    """The first option that was typed, as it is written; empty where none was.

    Parameters
    ----------
    names, but
        Of which options, by default of all; and those that are not meant.
    """
    for option in context.command.params:
        name = option.name or ""
        source = context.get_parameter_source(name)
        meant = name not in but and (names is None or name in names)
        if meant and source is not None and source.name == "COMMANDLINE":
            return "/".join((*option.opts, *option.secondary_opts))
    return ""


def is_asked(context: typer.Context) -> bool:
    """Whether a group that answers was asked itself, and not a command of it.

    Raises
    ------
    UsageError
        A command of it was, with options of the group, which it does not read.
    """
    name = context.invoked_subcommand
    if name is None:
        return True
    if option := typed(context):
        raise UsageError(
            f"{option} stands before {name}, which reads only what stands after it; put it there, "
            f"or leave it out"
        )
    return False


def asks(
    fixed: Mapping[str, str] | None = None,
    only: Collection[str] = (),
    *,
    which: bool = False,
    **defaults: Any,
) -> Callable[[_Command], _Command]:
    """Give a command every option of a question; it gets those that differ from the default.

    Parameters
    ----------
    fixed
        Options that the command settles itself, each with the reason it gives who asks; with
        ``ratings`` goes their level.
    only
        The options it has, where it does not have all.
    which
        Whether it has those too that say which figure is meant: estimand, frontier and interval.
    **defaults
        Other defaults than `question.DEFAULTS`; the estimate behind the command has the same.

    Returns
    -------
    callable
        A decorator for a function whose first parameter, ``question``, takes a
        `estimate.session.Question`.
    """
    settled = dict(fixed or {})
    if "ratings" in settled:
        settled["ratings_level"] = settled["ratings"]

    def decorate(command: _Command) -> _Command:
        mine = _parameters(command)[1:]
        names = [name for name in (*_ASKED_OF, *DEFAULTS) if not only or name in only]
        names = [name for name in names if which or name not in _WHICH]
        options = [_parameter(name, settled, defaults) for name in names]
        last = [p for p in mine if p.name == "as_json"]

        def run(**given: Any) -> None:
            asked = {name: given.pop(name) for name in names}
            for name, why in settled.items():
                if asked.pop(name) is not None:
                    raise UsageError(f"{flag(name)} has no place here: {why}")
            command(_question(asked, defaults), **given)

        return _shaped(run, command, [*(p for p in mine if p not in last), *options, *last])

    return decorate


def answers(
    figure: str = "", show: Callable[..., None] = print_result, *, source: str = "", **layout: Any
) -> Callable[[Callable[..., Any]], _Command]:
    """Make a command of a function that returns a result: drawn, and printed, or dumped as JSON.

    Parameters
    ----------
    figure
        Function of `elolag.plots` that draws it, where the command is to have --figure and --size.
    source
        Where it has a result whose provenance the figure carries; by default its own.
    show, layout
        What prints it, and what that is told beside it.
    """
    extra = {"figure": (Figure, None), "size": (FigureSize, None)} if figure else {}

    def decorate(answer: Callable[..., Any]) -> _Command:
        def run(*question: Any, as_json: bool, **given: Any) -> None:
            file, size = (given.pop(name, None) for name in ("figure", "size"))
            size = check_figure(file, size)
            found = answer(*question, **given)
            if found is None:  # a group of commands, of which another was meant
                return
            draw(figure, found, file, size, getattr(found, source) if source else None)
            if as_json:
                dump(found.to_dict())
            else:
                show(found, **layout)

        kind = inspect.Parameter.KEYWORD_ONLY
        added = [
            inspect.Parameter(name, kind, default=default, annotation=annotation)
            for name, (annotation, default) in {**extra, "as_json": (Json, False)}.items()
        ]
        return _shaped(run, answer, [*_parameters(answer), *added])

    return decorate


def _parameters(command: Callable[..., Any]) -> list[inspect.Parameter]:
    hints = get_type_hints(command, include_extras=True)
    own = inspect.signature(command).parameters.values()
    return [p.replace(annotation=hints[p.name], kind=p.KEYWORD_ONLY) for p in own]


def _shaped(
    run: _Command, command: Callable[..., Any], shown: Iterable[inspect.Parameter]
) -> _Command:
    """Give `run` the name and words of a command, and these parameters."""
    run = functools.wraps(command)(run)
    run.__signature__ = inspect.Signature(list(shown))  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in shown}
    return run


def _parameter(
    name: str, settled: Mapping[str, str], defaults: Mapping[str, Any]
) -> inspect.Parameter:
    """One option as a parameter of a command; one that is settled is taken only to be refused."""
    kind = inspect.Parameter.KEYWORD_ONLY
    if name in _ASKED_OF:
        annotation, default = _ASKED_OF[name]
    else:
        annotation = Annotated[_KINDS[name], _option(name)]
        default = _spelt(DEFAULTS[name])  # type: ignore[literal-required]
    if name in settled:
        hidden = typer.Option(*flag(name).split("/"), hidden=True)
        read = bool | None if "/" in flag(name) else str | None
        return inspect.Parameter(name, kind, default=None, annotation=Annotated[read, hidden])
    return inspect.Parameter(name, kind, default=defaults.get(name, default), annotation=annotation)


def _spelt(default: Any) -> Any:
    return None if default == () else default


def _question(asked: dict[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """What was asked for other than by default, as Python takes it."""
    own, level = asked.pop("ratings", None), asked.pop("ratings_level", None)
    if own is None and level not in (None, _ASKED_OF["ratings_level"][1]):
        raise UsageError("--ratings-level is of the intervals in --ratings; name that table too")
    policies = {name: asked.pop(name) for name in POLICIES if name in asked}
    usual = {name: default for name, (_, default) in _ASKED_OF.items()} | {**DEFAULTS, **defaults}
    question = {
        name: value
        for name, value in asked.items()
        if value != usual[name] and not (name == "exclude" and not value)
    }
    changed = {name: value for name, value in policies.items() if value != _ASKED_OF[name][1]}
    if changed:
        question["policies"] = _policies(changed)
    if own is not None:
        question["board"] = _own_board(question.get("board"), own, level)
    return question


def _policies(changed: Mapping[str, str]) -> Any:
    for name, value in changed.items():
        if value not in POLICIES[name]:
            raise UsageError(f"{flag(name)} {value!r}: known: {', '.join(POLICIES[name])}")
    return Policies(**changed)  # type: ignore[arg-type]


def _own_board(board: object, ratings: Path, level: float) -> Any:
    if board is not None:
        raise UsageError(f"--board {board} and --ratings both name a board; give one")
    from elolag.own import own_board

    return own_board(ratings, interval_level=level)


def check_figure(figure: Path | None, size: str | None) -> str:
    """Refuse a figure's name or size before anything is computed for it; give its size."""
    if figure is None:
        if size is not None:
            raise UsageError(f"--size {size} is of a figure; name its file with --figure")
        return _SIZE
    if figure.suffix not in (".png", ".svg", ".pdf"):
        raise UsageError(f"{figure}: a figure ends in .png, .svg or .pdf")
    if not figure.parent.is_dir():
        raise UsageError(f"{figure}: there is no folder {figure.parent}")
    if size is not None:
        from elolag.plots.style import of_size

        of_size(size)
    return size or _SIZE


def draw(name: str, found: Any, figure: Path | None, size: str, source: Any = None) -> None:
    """Write a figure of `elolag.plots`, where one was asked for.

    Parameters
    ----------
    name
        Of the function that draws it.
    found, source
        What is drawn, and the result whose provenance it carries, where that is another.
    """
    if figure is not None:
        from elolag import plots

        plots.save(getattr(plots, name)(found, size=size), figure, source or found)
