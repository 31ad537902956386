"""``elolag forecast``: what may come after the newest list."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from elolag.cli.archive import own_archive
from elolag.cli.options import Figure, FigureSize, Json, asks, check_figure, draw
from elolag.cli.show import dump, print_result, say


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("forecast")(forecast)


@asks(
    {
        "as_of": "a forecast counts from the day of the list; take another --vintage",
        "window": "a forecast is of the average over twelve months",
        "match_rule": "a forecast dates levels by the first model to reach them",
        "level": "a forecast gives quantiles",
        "ratings": "a table of your own is one list, and a forecast is settled by later ones",
        "ratings_level": "a table of your own is one list, and a forecast is settled by later ones",
    },
    n_draws=2000,
)
def forecast(
    question: dict[str, Any],
    on: Annotated[
        list[str] | None,
        typer.Option("--on", help="ISO day of which to say who stands first; may be repeated."),
    ] = None,
    write: Annotated[
        bool,
        typer.Option("--write", help="Freeze each model's forecast in your own archive's ledger."),
    ] = False,
    figure: Figure = None,
    size: FigureSize = None,
    as_json: Json = False,
) -> None:
    """What may come: lag, gap and lead 1 to 12 months after the newest complete list."""
    from elolag.forecast.ahead import forecast_lag

    size = check_figure(figure, size)
    root = own_archive(question.get("archive"), "forecasts are frozen in") if write else None
    found = forecast_lag(on=on or (), **question)
    if root is not None:
        from elolag.dates import today
        from elolag.forecast.ledger import add

        for entry in add(root, found.rounds(today().isoformat())):
            say(f"frozen: {root / entry.path} (sha256 {entry.sha256})")
    draw("forecast", found, figure, size)
    if as_json:
        dump(found.to_dict())
    else:
        print_result(found, whole=("target", "day"))
