"""The lag over time, with both bands."""

from __future__ import annotations

from functools import partial

import numpy as np

from elolag import plots
from elolag.dates import to_iso
from elolag.estimate.over_time import INNER, LagPath
from elolag.report.content import Cell, Column, Figure, Section, Table, decimals
from elolag.report.material import Material
from elolag.results.words import directed, noun, span


def build(material: Material) -> Section:
    """The path of `current`, day by day, with hindsight."""
    path = material.path
    if path is None:
        words = "The two groups have too short a common history for a lag over time."
        return Section("path", "The lag over time", (words,))
    follower, leader = noun(path.follower_group), noun(path.leader_group)
    first, last = to_iso(path.days[0]), to_iso(path.days[-1])
    figure = Figure(
        name="lag-path",
        title=_finding(path),
        alt=(
            f"Line chart of the lag of {follower} behind {leader}, every day from {first} to "
            f"{last}. It begins at {directed(path.months[0])} and ends at "
            f"{directed(path.months[-1])}; lowest {directed(float(path.months.min()))}, highest "
            f"{directed(float(path.months.max()))}. All days are in data/lag-path.csv."
        ),
        caption=(
            f"Line: the lag at posterior-mean ratings; it grows by one day a day and falls when "
            f"{follower} sets a record. Bands, from dark to light: {INNER:.0%} and "
            f"{path.level:.0%} measurement interval of each day; what holds the whole path with "
            f"{path.level:.0%} probability. Where a band runs to the edge of the chart its end is "
            f"only a bound. Ratings are those of {path.vintage}, with hindsight."
        ),
        draw=partial(plots.lag_path, path),
        table=_table(path),
    )
    prose = (
        "The same question asked on every day of the past, with the newest ratings. The bands say "
        "how well each day's lag is measured, not whether its movement is more than chance: "
        "the command “elolag change” answers that.",
    )
    return Section("path", "The lag over time", prose, (figure,))


def _finding(path: LagPath) -> str:
    if (found := path.overtaken[1]) is not None:
        title = f"{noun(found[0])} was first, overtaken by {noun(found[1])} on {to_iso(found[2])}"
        return title[:1].upper() + title[1:]
    low, high = float(path.months.min()), float(path.months.max())
    return f"Between {to_iso(path.days[0])[:7]} and the as-of date the lag was {span(low, high)}"


def _table(path: LagPath) -> Table:
    number = decimals(1)
    names = ("months", "low", "high", "band_low", "band_high", "inner_low", "inner_high")
    meanings = (
        "the lag at posterior-mean ratings; positive: the follower is behind",
        f"lower end of the day's {path.level:.0%} measurement interval; empty: unbounded",
        "its upper end; empty: unbounded",
        f"lower end of the band that holds the whole path with {path.level:.0%} probability",
        "its upper end",
        f"lower end of the day's {INNER:.0%} measurement interval; empty: unbounded",
        "its upper end; empty: unbounded",
    )
    labels = ("Lag", "Low", "High", "Band low", "Band high", "", "")
    columns = (
        Column("date", "Date", "day", "ISO date"),
        *(
            Column(key, label, meaning, "months", number, figures=True, in_page=bool(label))
            for key, label, meaning in zip(names, labels, meanings, strict=True)
        ),
        Column("censored", "Bound", "1: at least, -1: at most, 0: exact", "", in_page=False),
    )

    def cell(value: float) -> Cell:
        return None if np.isnan(value) else float(value)

    rows = tuple(
        (to_iso(path.days[k]), *(cell(getattr(path, n)[k]) for n in names), int(path.censored[k]))
        for k in range(len(path.days))
    )
    last = len(rows) - 1
    monthly = tuple(k for k in range(last, -1, -1) if k == last or str(rows[k][0]).endswith("-01"))
    caption = "The lag on the first of each month, newest first (the CSV has every day)"
    return Table("lag-path", caption, columns, rows, monthly)
