"""``elolag lag`` and ``elolag change``: the headline, its neighbours, and its trend."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from elolag.cli.show import dump, print_facts, print_table, say
from elolag.errors import UsageError
from elolag.results.words import list_notes

if TYPE_CHECKING:
    from elolag.estimate.comparison import Comparison
    from elolag.own import OwnBoard
    from elolag.results.lag import LagResult

Board = Annotated[str, typer.Option(help="Board, e.g. arena/text.")]
Category = Annotated[str, typer.Option(help="Slice of the board, e.g. coding.")]
Leader = Annotated[str, typer.Option(help="Group that leads: US, US+open, lab:openai.")]
Follower = Annotated[str, typer.Option(help="Group that follows: CN, not:US, CN+open.")]
Estimand = Annotated[
    str | None,
    typer.Option(
        help="average, current, at-release, catch-up, levels, trend or gap; by default average, "
        "or current where there are not yet twelve months to average over."
    ),
]
Frontier = Annotated[
    str | None,
    typer.Option(help="For trend: quantile, linear, spline or local-linear; else step."),
]
Interval = Annotated[str, typer.Option(help="measurement, sampling or both.")]
AsOf = Annotated[str | None, typer.Option(help="ISO date; the vintage's date by default.")]
Vintage = Annotated[
    str | None, typer.Option(help="Ratings of this date and older; newest official by default.")
]
Draws = Annotated[int, typer.Option(help="Number of draws.")]
Seed = Annotated[int, typer.Option(min=0, help="Seed of the draws.")]
Level = Annotated[float, typer.Option(help="Level of the interval.")]
Window = Annotated[
    float | None, typer.Option(help="Months that estimands over a window look back.")
]
ArchiveDir = Annotated[
    Path | None, typer.Option("--archive", help="Folder of snapshots; the shipped one by default.")
]
Sources = Annotated[
    str,
    typer.Option(
        metavar="[all|official]",
        help="official: only lists that came from their publisher, no copies by others.",
    ),
]
TagFile = Annotated[
    Path | None, typer.Option("--tags", help="CSV of your own tags; they win over ours.")
]
RatingsFile = Annotated[
    Path | None,
    typer.Option(
        "--ratings",
        help="Your own ratings instead of a board: a CSV (elolag template ratings), or what "
        "elolag rate wrote.",
    ),
]
RatingsLevel = Annotated[
    float, typer.Option("--ratings-level", help="Level of the intervals in --ratings.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Selection = Annotated[
    bool,
    typer.Option(
        "--selection-correction/--no-selection-correction",
        help="Correct for the best of many noisy ratings reading too high.",
    ),
]
Drift = Annotated[
    str | None,
    typer.Option(
        metavar="[arena|none]",
        help="What entries with few votes still move by: as on Arena's boards (there the "
        "default), or nothing.",
    ),
]
Clock = Annotated[
    str,
    typer.Option(help="Models count from the day they were released, or first-listed here."),
]
MatchRule = Annotated[
    str, typer.Option(help="What dates a level: model that reached it, below, between, not-worse.")
]
MinVotes = Annotated[int, typer.Option(min=0, help="Leave out entries with fewer votes.")]

DEFAULT_BOARD = "arena/text_style_control"
#: A list is old after so many days.
OLD_DAYS = 45
#: Widest lines of an answer that is read, not scanned.
_READING = 100


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command("lag")(lag)
    app.command("change")(change)


def lag(
    board: Board = DEFAULT_BOARD,
    category: Category = "overall",
    leader: Leader = "US",
    follower: Follower = "CN",
    estimand: Estimand = None,
    frontier: Frontier = None,
    every: Annotated[
        bool, typer.Option("--all", help="All estimands side by side, with both intervals.")
    ] = False,
    interval: Interval = "measurement",
    as_of: AsOf = None,
    vintage: Vintage = None,
    window: Window = None,
    draws: Draws = 10_000,
    seed: Seed = 0,
    level: Level = 0.95,
    selection: Selection = True,
    drift: Drift = None,
    clock: Clock = "released",
    min_votes: MinVotes = 0,
    match_rule: MatchRule = "reached",
    archive: ArchiveDir = None,
    sources: Sources = "all",
    tags: TagFile = None,
    ratings: RatingsFile = None,
    ratings_level: RatingsLevel = 0.95,
    as_json: Json = False,
) -> None:
    """By how many months the follower trails the leader, with its interval."""
    from elolag.archive import open_archive
    from elolag.estimate.lag import answer, asked_key
    from elolag.estimate.session import prepare
    from elolag.tags import Lookup, load

    asked: dict[str, Any] = {"estimand": estimand, "frontier": frontier, "interval": interval}
    if not every:
        asked_key(**asked)
    question: dict[str, Any] = {
        "board": chosen_board(board, ratings, ratings_level),
        "leader": leader, "follower": follower, "category": category,
        "as_of": as_of, "vintage": vintage, "n_draws": draws, "seed": seed, "level": level,
        "window": window, "archive": archive, "sources": sources, "extra_tags": tags,
        "correct_selection": selection, "drift": drift,
        "clock": clock, "min_votes": min_votes, "match_rule": match_rule,
        "lookup": Lookup(load(tags)),
    }  # fmt: skip
    if isinstance(question["board"], str):  # read once, whatever is asked of it
        question["archive"] = open_archive(archive, sources=sources)
    if every:
        from elolag.estimate.comparison import estimate_all

        found = estimate_all(**question)
        if as_json:
            dump(found.to_dict())
        else:
            _print_all(found)
            _print_newer(question, found.results[0].vintage)
        return
    study = prepare(**question)
    result = answer(study, **asked)
    if as_json:
        dump(result.to_dict())
    else:
        _print(result)
        _print_newer(question, result.vintage, **asked)


def _print_newer(
    question: dict[str, Any],
    vintage: str,
    estimand: str | None = None,
    frontier: str | None = None,
    interval: str = "measurement",
) -> None:
    """Give the answer of a complete copy newer than the publisher's own list, in one line."""
    from elolag.estimate.lag import answer
    from elolag.estimate.panel import newer_copy
    from elolag.estimate.session import prepare

    if question["vintage"] or question["as_of"] or not isinstance(question["board"], str):
        return
    board = question["archive"].board(question["board"])
    copy = newer_copy(board, question["category"], vintage)
    if copy is not None:
        study = prepare(**question | {"vintage": copy.vintage})
        newer = answer(study, estimand, frontier, interval)
        _say(
            f"A newer list, {copy.source} of {copy.vintage}, is a copy, not the publisher's own; "
            f"by it: {newer.brief()} (--vintage {copy.vintage})."
        )


def change(
    board: Board = DEFAULT_BOARD,
    category: Category = "overall",
    leader: Leader = "US",
    follower: Follower = "CN",
    estimand: Annotated[str, typer.Option(help="An estimand in months.")] = "average",
    since: Annotated[
        str | None, typer.Option(help="ISO date; twelve months before the as-of date by default.")
    ] = None,
    as_of: AsOf = None,
    vintage: Vintage = None,
    window: Window = None,
    draws: Draws = 10_000,
    seed: Seed = 0,
    level: Level = 0.95,
    archive: ArchiveDir = None,
    sources: Sources = "all",
    tags: TagFile = None,
    ratings: RatingsFile = None,
    ratings_level: RatingsLevel = 0.95,
    as_json: Json = False,
) -> None:
    """Whether the lag is shrinking: its change since a date, with interval and probability."""
    from elolag.estimate.over_time import estimate_change

    found = estimate_change(
        since, estimand=estimand, board=chosen_board(board, ratings, ratings_level),
        leader=leader, follower=follower,
        category=category, as_of=as_of, vintage=vintage, n_draws=draws, seed=seed, level=level,
        window=window, archive=archive, sources=sources, extra_tags=tags,
    )  # fmt: skip
    if as_json:
        dump(found.to_dict())
    else:
        _say(found.sentence())
        for line in list_notes(found.sources):
            _say(line)


def chosen_board(board: str, ratings: Path | None, level: float) -> str | OwnBoard:
    """The board that is asked: the user's own ratings where there are some."""
    if ratings is None:
        return board
    if board != DEFAULT_BOARD:
        raise UsageError(f"--board {board} and --ratings both name a board; give one")
    from elolag.own import own_board

    return own_board(ratings, interval_level=level)


def _old(vintage: str) -> int:
    """How many days old a list is, from the day on that this is worth saying."""
    from elolag.dates import to_day, today

    days = int(to_day(today()) - to_day(vintage))
    return days if days > OLD_DAYS else 0


def _say(text: str = "", style: str = "") -> None:
    say(text, style, most=_READING)


def _print(result: LagResult) -> None:
    for said in result.said():
        _say(said, "bold")
        _say()
    print_facts(result.rows(), most=_READING)
    _say()
    _say(result.left_out())
    if days := _old(result.vintage):
        _say(f"Note: the list of {result.vintage} is {days} days old.")
    for note in result.notes:
        _say(f"Note: {note}.")


def _print_all(found: Comparison) -> None:
    from elolag.results.words import MEANING, meaning

    first = found.results[0]
    if first.provisional:
        _say(f"{first.provision()}.", "bold")
        _say()
    heading = f"{first.board} ({first.category}), as of {first.as_of}, ratings of {first.vintage}"
    _say(heading, "bold")
    _say()
    kinds = (f"{first.level:.0%} {kind}" for kind in ("measurement", "sampling"))
    sampled = f"{first.level:.0%} sampling interval"
    rows = [
        (
            result.estimand,
            result.figure(),
            result.interval_words(),
            dict(result.rows()).get(sampled, "see the notes"),
        )
        for result in found.results
    ]
    print_table(("estimand", "answer", *kinds), rows, figures=False, most=_READING)
    _say()
    windows = {result.estimand: result.window for result in found.results}
    for name in MEANING:
        _say(f"{name}: {meaning(name, first.measure.points, windows.get(name))}")
    _say()
    for name, reason in found.refused.items():
        _say(f"{name} has no answer here: {reason}.")
    if found.retired:
        _say(found.retired)
    if found.unrated:
        _say(f"Records elsewhere that this board never rated: {', '.join(found.unrated)}.")
    for text in found.small_print:
        _say(text)
    if found.refused or found.retired or found.unrated or found.small_print:
        _say()
    _say(first.left_out("both"))
    for note in dict.fromkeys(note for result in found.results for note in result.notes):
        _say(f"Note: {note}.")
