"""``elolag sensitivity``: the whole grid, what the headline rests on, and what would flip it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Option

from elolag.cli.options import FigureSize, Json, asks, check_figure, draw, typed
from elolag.cli.show import dump, print_table, progress, say
from elolag.errors import UsageError
from elolag.question import SETTLED

if TYPE_CHECKING:
    from elolag.results.table import Table
    from elolag.robustness import Grid
    from elolag.robustness.edits import Influence
    from elolag.robustness.tipping_point import Flip


@asks(SETTLED["sensitivity"], n_draws=1_000)
def sensitivity(
    question: dict[str, Any],
    context: typer.Context,
    choice: Annotated[
        list[str] | None, Option(help="Keep only these levels: NAME=LEVEL,LEVEL. May be repeated.")
    ] = None,
    within: Annotated[
        str, Option("--range", help="Range of months for the flip test: LOW,HIGH.")
    ] = "3,6",
    no_grid: Annotated[bool, Option("--no-grid", help="Leave the grid out.")] = False,
    no_influence: Annotated[
        bool, Option("--no-influence", help="Leave out what the headline rests on.")
    ] = False,
    no_flip: Annotated[bool, Option("--no-flip", help="Leave the flip test out.")] = False,
    rules: Annotated[
        bool, Option("--rules", help="List the rules that leave combinations out, and end.")
    ] = False,
    jobs: Annotated[int, Option(min=1, help="Parallel workers.")] = 1,
    csv: Annotated[Path | None, Option(help="Write one row a specification here.")] = None,
    figure: Annotated[
        Path | None, Option(help="Draw the specification curve (PNG, SVG or PDF).")
    ] = None,
    size: FigureSize = None,
    as_json: Json = False,
) -> None:
    """How much the lag depends on defensible choices, on single models, dates and tags."""
    from elolag.estimate.session import Session
    from elolag.robustness import RULES
    from elolag.robustness import sensitivity as run
    from elolag.robustness.edits import influence
    from elolag.robustness.tipping_point import flip

    if rules:
        if name := typed(context, but=("rules",)):
            raise UsageError(f"--rules lists the rules and ends; leave {name} out")
        print_table(("rule", "left out because"), [(r.name, r.reason) for r in RULES])
        return
    _check_parts(context, no_grid=no_grid, no_influence=no_influence, no_flip=no_flip)
    if csv is not None and not csv.parent.is_dir():
        raise UsageError(f"{csv}: there is no folder {csv.parent}")
    size = check_figure(figure, size)
    limits = _range(within)
    question = {"n_draws": 1_000, **question}
    grid: Grid | None = None
    if not no_grid:
        with progress("specifications") as tell:
            grid = run(**question, choices=_choices(choice), jobs=jobs, tell=tell)
    question["session"] = Session()
    rests = None if no_influence else influence(**question)
    flips = None if no_flip else flip(within=limits, **question)
    if grid is not None:
        _write(grid, csv)
        draw("specification_curve", grid, figure, size)
    if as_json:
        found = {"grid": grid, "influence": rests, "flip": flips}
        data = {"schema": 1} | {k: v.to_dict() for k, v in found.items() if v is not None}
        dump(data)
    else:
        _print(grid, rests, flips)


def _check_parts(
    context: typer.Context, *, no_grid: bool, no_influence: bool, no_flip: bool
) -> None:
    """Refuse options of a part that is left out, and to leave out all of them."""
    if no_grid and no_influence and no_flip:
        raise UsageError("--no-grid, --no-influence and --no-flip leave nothing; take one away")
    grids = ("choice", "jobs", "csv", "figure")
    for left_out, part, options in (
        (no_grid, "--no-grid", grids), (no_flip, "--no-flip", ("within",)),
    ):  # fmt: skip
        if left_out and (name := typed(context, options)):
            raise UsageError(f"{name} is of what {part} leaves out; take away {part} or {name}")


def _choices(given: list[str] | None) -> dict[str, list[str]]:
    out = {}
    for text in given or ():
        name, equals, levels = text.partition("=")
        if not equals or not levels.strip():
            raise UsageError(f"--choice {text!r}: write it as NAME=LEVEL,LEVEL")
        out[name.strip()] = [level.strip() for level in levels.split(",")]
    return out


def _range(text: str) -> tuple[float, float]:
    try:
        low, high = (float(part) for part in text.split(","))
    except ValueError:
        raise UsageError(f"--range {text!r}: write two numbers of months, e.g. 3,6") from None
    if not low < high:
        raise UsageError(f"--range {text!r}: it ends before it starts; write e.g. 3,6")
    return low, high


def _write(grid: Grid, csv: Path | None) -> None:
    from elolag.sources.sheet import harmless

    try:
        if csv is not None:
            frame = grid.to_frame().map(lambda c: harmless(c) if isinstance(c, str) else c)
            frame.to_csv(csv, index=False, lineterminator="\n")
    except OSError as error:
        raise UsageError(f"cannot write {error.filename}: {error.strerror}") from error


def _print(grid: Grid | None, rests: Influence | None, flips: Flip | None) -> None:
    if grid is not None:
        say(grid.sentence())
        say()
        _table(grid.table().showing("choice", "share"))
        say()
        for note in grid.footnotes():
            say(note)
    if rests is not None:
        say()
        say(rests.sentence())
        say()
        _table(rests.table())
    if flips is not None:
        say()
        say(flips.sentence())
        say()
        table = flips.table()
        words = [column.key for column in table.columns].index("words")
        changed = [place for place, row in enumerate(table.rows) if row[words]]
        _table(table.showing("target", "words", "then", "again", rows=changed))
    told = rests or flips
    if grid is None and told is not None:  # a grid's notes have said it
        for note in told.footnotes():
            say()
            say(note)


def _table(table: Table) -> None:
    print_table(table.headings(), table.cells())
