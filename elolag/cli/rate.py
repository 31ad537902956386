"""``elolag rate`` and ``elolag template``: ratings from votes, and examples of own tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Option

from elolag.cli.options import Force, answers
from elolag.cli.show import line, lines, print_table
from elolag.errors import UsageError

if TYPE_CHECKING:
    from elolag.votes import RatedVotes


def _print(rated: RatedVotes) -> None:
    line(rated.sentence())
    line()
    header = ("model", "rating", "lower", "upper", "standard error", "votes")
    rows = (
        (row[0], *(f"{value:.1f}" for value in row[1:5]), f"{row[5]:,.0f}")
        for row in rated.to_frame().itertuples(index=False)
    )
    print_table(header, rows)
    line()
    for quantity, value in rated.rows():
        line(f"{quantity}: {value}")


@answers(show=_print)
def rate(
    votes: Annotated[list[Path], Argument(help="CSV or Parquet files of votes, one row a vote.")],
    anchor: Annotated[
        str | None, Option(metavar="MODEL=POINTS", help="Hold a model at so many points.")
    ] = None,
    mean: Annotated[
        float | None, Option(help="Hold the mean at so many points (1000 by default).")
    ] = None,
    columns: Annotated[
        str, Option(help="Names of columns: left=A,right=B,winner=C; usual ones are found.")
    ] = "",
    both_bad: Annotated[
        str, Option(help="What a vote that both are bad counts as: tie or drop.")
    ] = "tie",
    date: Annotated[str | None, Option(help="ISO date of the ratings.")] = None,
    level: Annotated[float, Option(help="Level of the intervals.")] = 0.95,
    out: Annotated[
        Path | None, Option(help="Folder, or a name in .csv, for elolag lag --ratings.")
    ] = None,
    force: Force = False,
) -> Any:
    """Ratings from votes: Bradley-Terry on the Elo scale, with intervals and covariance."""
    from elolag import votes as voting

    _check_force(out, force=force)
    held, points = _anchor(anchor, mean)
    rated = voting.rate(
        votes, anchor=held, level=points, both_bad=both_bad, date=date, interval_level=level,
        columns=_mapping(columns),
    )  # fmt: skip
    if out is not None:
        rated.write(out, force=force)
    return rated


def template(
    kind: Annotated[str, Argument(help="ratings, tags or votes.")],
    out: Annotated[Path | None, Option(help="A file; the terminal by default.")] = None,
    force: Force = False,
) -> None:
    """An example of your own ratings, tags or votes, which runs as it is."""
    from elolag.own.board import template as example

    _check_force(out, force=force)
    text = example(kind)
    if out is None:
        lines(text)
        return
    if out.exists() and not force:
        raise UsageError(f"{out} is there already; choose another name, or replace it (--force)")
    from elolag.archive.export import replacing

    with replacing(out) as stream:
        stream.write(text.encode())


def _check_force(out: Path | None, *, force: bool) -> None:
    if force and out is None:
        raise UsageError("--force is of what is written; name it with --out")


def _anchor(anchor: str | None, mean: float | None) -> tuple[str | None, float]:
    """The model that is held, or None for the mean, and where."""
    if anchor is None:
        return None, 1000.0 if mean is None else mean
    if mean is not None:
        raise UsageError("--anchor and --mean both set the scale; give one")
    model, equals, points = anchor.rpartition("=")
    try:
        if not (model and equals):
            raise ValueError
        return model, float(points)
    except ValueError:
        raise UsageError(
            f"--anchor {anchor!r}: write a model and its points, e.g. 'gpt-4=1000'"
        ) from None


def _mapping(columns: str) -> dict[str, str]:
    found = {}
    for part in columns.split(",") if columns else ():
        role, equals, name = part.partition("=")
        if not equals or not name:
            raise UsageError(f"--columns {columns!r}: write left=A,right=B,winner=C")
        found[role.strip()] = name
    return found
