"""The page of forecasts: the outlook with its record, how good such forecasts were, the ledger."""

from __future__ import annotations

from functools import partial

from elolag import plots
from elolag.forecast.ahead import Outlook
from elolag.plots.fans import forecast_title
from elolag.results.table import Result
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
    outlook, scores, ledger = found.outlook, found.scores, found.ledger
    ahead = (
        Section("outlook", "The outlook", outlook.told(), (_fan(outlook),),
                after=outlook.footnotes())
        if outlook is not None
        else _none("outlook", "The outlook", found)
    )  # fmt: skip
    parts = (
        ahead,
        _table("scores", "The record", scores, found),
        _table("ledger", "The ledger", ledger, found),
    )
    return Page(PATH, _TITLE, _STANDFIRST, parts)


def _none(key: str, title: str, found: Found) -> Section:
    return Section(key, title, (f"There is no answer: {found.missing[key]}.",))


def _table(key: str, title: str, result: Result | None, found: Found) -> Section:
    if result is None:
        return _none(key, title, found)
    return Section(key, title, result.said(), tables=(result.table(),), after=result.footnotes())


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
            f"{earlier}{outlook.record.get('en', '')}"
        ).strip(),
        draw=partial(plots.forecast, outlook),
        table=outlook.table(),
    )
