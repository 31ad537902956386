"""The page of forecasts: the outlook with its record, how good such forecasts were, the ledger."""

from __future__ import annotations

from functools import partial

from elolag import plots
from elolag.forecast import past
from elolag.forecast.ahead import Outlook
from elolag.forecast.skill import Scores
from elolag.plots.paths import forecast_title, held_title
from elolag.site.content import Figure, Page, Section
from elolag.site.found import Found

PATH = "forecasts/index.html"
_TITLE = "What may come, and how good such forecasts were"
_STANDFIRST = (
    "Everything else here is measured; this is not. Each forecast is frozen before its day, "
    "settled by a list and scored beside the simplest one there is: no change."
)


def forecasts(found: Found) -> Page:
    """The outlook, the record and the ledger; each says why where there is none."""
    outlook, ledger, record = found.outlook, found.ledger, past.scores()
    board = found.material.headline.board
    ahead = (
        Section("outlook", "The outlook", outlook.told(), (_fan(outlook),),
                after=outlook.footnotes())
        if outlook is not None
        else _none("outlook", "The outlook", found)
    )  # fmt: skip
    told = past.record(board) if outlook is None else outlook.record
    known = told != past.NO_RECORD and record.of_board(board).lines
    figures, after = ((_held(record, board),), record.footnotes()) if known else ((), ())
    # That of this board ends the outlook, where there is one.
    boards = dict.fromkeys(line.board for line in record.lines) if known else ()
    others = [record.told(name) for name in boards if name != board]
    prose = (told["en"], *others) if outlook is None or not others else others
    scored = Section("scores", "The record", prose, figures, after=after)
    said = (
        _none("ledger", "The ledger", found)
        if ledger is None
        else Section("ledger", "The ledger", ledger.said(), tables=(ledger.table(),),
                     after=ledger.footnotes())
    )  # fmt: skip
    return Page(PATH, _TITLE, _STANDFIRST, (ahead, scored, said))


def _none(key: str, title: str, found: Found) -> Section:
    return Section(key, title, (f"There is no answer: {found.missing[key]}.",))


def _held(record: Scores, board: str) -> Figure:
    return Figure(
        name="held",
        title=held_title(record, board),
        alt=(
            "Two marks a row, a row for each target and horizon: the share of rounds in which the "
            "80% interval of ours, and of no change, held what came; a line at 80%. All values are "
            "in the table below the chart."
        ),
        caption=(
            "Left of the line intervals were too narrow, right of it too wide. Rounds lie days "
            "apart and overlap: many rounds are few."
        ),
        draw=partial(plots.held, record, board=board),
        table=record.of_board(board).table(),
    )


def _fan(outlook: Outlook) -> Figure:
    middle, low, high = outlook.between("average", 6)
    earlier = f"{len(outlook.past)} earlier fans lie thin behind it. " if outlook.past else ""
    return Figure(
        name="forecast",
        title=forecast_title(outlook),
        alt=(
            f"A line: the average of the twelve months before each day, as far as "
            f"{outlook.vintage}. From there a fan: half a year later its middle is at "
            f"{middle:.1f} months and 80% of it between {low:.1f} and {high:.1f}. {earlier}All "
            f"values are in the table below the chart."
        ),
        caption=(
            f"Shaded: 50%, 80% and 95% of what may come, three plain models in equal parts. "
            f"{earlier}{outlook.note}"
        ),
        draw=partial(plots.forecast, outlook),
        table=outlook.table(),
    )
