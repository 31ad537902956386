"""``elolag ledger``: what was forecast, by whom and when; forecasts are added and never change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from elolag.cli.archive import own_archive
from elolag.cli.options import (
    Archive,
    Figure,
    FigureSize,
    Json,
    OwnArchive,
    check_figure,
    group,
    is_asked,
)
from elolag.cli.show import dump, line, print_result, print_table, say
from elolag.errors import UsageError

if TYPE_CHECKING:
    from elolag.forecast.record import Ledger

app = group(
    "ledger", "Forecasts of the lag: said before, kept as they were said, and added.", answers=True
)


@app.callback(invoke_without_command=True)
def ledger(
    context: typer.Context,
    archive: Archive = None,
    answers: Annotated[
        bool, Option("--answers", help="Every answer, with what came of it and its score.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Every forecast of an archive: of which list and board, whose, and what came of it."""
    if not is_asked(context):
        return
    from elolag.forecast.record import forecast_ledger

    found = forecast_ledger(archive)
    if as_json:
        dump(found.to_dict())
    elif answers:
        print_result(found, whole=("round", "day"))
    else:
        say(found.sentence(), "bold")
        say()
        _print(found)


@app.command()
def scores(
    archive: Archive = None,
    board: Annotated[str | None, Option(help="One board, e.g. arena/text.")] = None,
    pastcast: Annotated[
        bool, Option("--pastcast", help="The same forecasts, made afterwards at earlier lists.")
    ] = False,
    figure: Figure = None,
    size: FigureSize = None,
    as_json: Json = False,
) -> None:
    """How good they were, beside saying that nothing will change."""
    from elolag.forecast import past
    from elolag.forecast.skill import forecast_scores

    size = check_figure(figure, size)
    if pastcast and archive is not None:
        raise UsageError(
            "--pastcast is of the forecasts that come with elolag; leave --archive or --pastcast "
            "out"
        )
    found = past.scores() if pastcast else forecast_scores(archive)
    if board is not None:
        boards = {line.board for line in found.lines}
        if found.lines and board not in boards:
            raise UsageError(
                f"no scores of {board!r}; there are some of: {', '.join(sorted(boards))}"
            )
        found = found.of_board(board)
    if figure is not None:
        from elolag import plots

        plots.save(plots.held(found, board=board or "arena/text", size=size), figure)
    if as_json:
        dump(found.to_dict())
    else:
        print_result(found)


@app.command()
def add(
    files: Annotated[list[Path], Argument(help="CSVs, each called <round_id>-<team>-<model>.csv.")],
    note: Annotated[str, Option(help="What the log is to say of them.")] = "",
    archive: OwnArchive = None,
) -> None:
    """Check forecasts and add them to your own archive, once and for good: all, or none."""
    from elolag.forecast.ledger import add as run
    from elolag.forecast.ledger import read_file

    root = own_archive(archive, "forecasts are added to")
    for entry in run(root, [read_file(path) for path in files], note=note):
        line(f"{root / entry.path}", f"sha256 {entry.sha256}")


def _print(found: Ledger) -> None:
    header = ("round", "board", "forecaster", "said", "answers", "settled")
    rounds: dict[tuple[str, ...], list[str]] = {}
    for one in found.scored:
        key = one.round_id, one.board, one.forecaster, one.said
        rounds.setdefault(key, []).append(one.outcome.state)
    rows = [
        (*key, str(len(states)), str(states.count("settled"))) for key, states in rounds.items()
    ]
    print_table(header, rows, whole=("round", "forecaster", "said"))
