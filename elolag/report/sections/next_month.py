"""Written down in advance: what in the next vintage would move the day's distance, and where to."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

from elolag.dates import DAYS_PER_MONTH, between, to_day, to_iso
from elolag.report.content import Figure, Section
from elolag.report.drawing import (
    AXIS,
    COLOURS,
    INK,
    NARROW,
    TEXT_COLOURS,
    WIDE,
    data,
    library,
    specification,
    text,
    value_axis,
)
from elolag.report.material import Material
from elolag.results.lag import LagResult
from elolag.results.table import Cell, Column, Table, decimals
from elolag.results.verdict import ModelPoint
from elolag.results.words import adjective, directed, months, noun, share

#: Records of the side ahead listed below the present match.
BELOW = 3


@dataclass(frozen=True)
class Band:
    """Levels that one record would match: where the best of the side behind may come to stand.

    `low` and `high` in Elo (None: unbounded); `match` None where the side behind takes the lead.
    `now` and `then` are the lags at the as-of date and a month later, in months.
    """

    low: float | None
    high: float | None
    match: ModelPoint | None
    now: float
    then: float
    probability: float


def bands(result: LagResult) -> tuple[Band, ...]:
    """The lag as a function of the level of the side behind, from low levels to the lead.

    At posterior-mean ratings of the side ahead. Levels far below the present one are left out.
    """
    ahead = result.follower_group if result.leads else result.leader_group
    sign = -1.0 if result.leads else 1.0
    records = result.records(ahead)
    level = _behind(result).rating
    here = next((k for k, m in enumerate(records) if m.rating >= level), len(records))
    end = to_day(result.as_of)
    likely = {m.model: m.probability for m in result.matches}
    found = []
    for k in range(max(here - BELOW, 0), len(records)):
        counted = to_day(records[k].counts_from)
        lag = sign * float(between(counted, end))
        found.append(
            Band(
                records[k - 1].rating if k else None, records[k].rating, records[k], lag,
                sign * float(between(counted, end + DAYS_PER_MONTH)),
                likely.get(records[k].model, 0.0),
            )
        )  # fmt: skip
    found.append(Band(records[-1].rating, None, None, 0.0, -sign, 0.0))
    return tuple(found)


def build(material: Material) -> Section:
    """What would have to happen for the day's distance, `current`, to change."""
    result = material.current
    title = "What next month's release could change"
    if (
        result is None
        or result.censored
        or result.months is None
        or result.gap.elo == 0
        or result.match is None
    ):
        words = (
            "The day's distance is a bound or a tie: any change of the two best models moves it."
        )
        return Section("next", title, (words,))
    if result.as_of < result.vintage:
        words = (
            f"This report looks back from ratings of {result.vintage} to {result.as_of}: what came "
            f"after is known, and nothing can be written down in advance."
        )
        return Section("next", title, (words,))
    found = bands(result)
    behind, ahead = _behind(result), _ahead(result)
    later = to_iso(to_day(result.as_of) + DAYS_PER_MONTH)
    here = next(b for b in found if b.match is not None and b.match.model == result.match.model)
    above = found[found.index(here) + 1]
    points = [
        (
            "Nothing new:",
            f"the match stays {result.match.model} and the day's distance grows with the calendar, "
            f"from {directed(result.months)} to {directed(here.then)} on {later}.",
        ),
        (
            f"A new {adjective(ahead.group)} model:",
            "cannot move this distance, however good it is: the level in question was reached "
            "before. It moves the gap.",
        ),
        (
            f"A new {adjective(behind.group)} model:",
            f"moves it only if it is rated above {behind.model} ({behind.rating:.1f}). Up to "
            f"{here.high:.1f} the match stays; above that it becomes {_or_lead(above, behind)}.",
        ),
        (
            "A re-rating:",
            f"the match changes if {behind.model} gains {_distance(here.high, behind)} "
            f"{result.gap.unit} on {result.match.model}"
            + (
                f", or loses {_distance(here.low, behind)} {result.gap.unit} to the record "
                f"before it."
                if here.low is not None
                else "."
            ),
        ),
    ]
    figure = Figure(
        name="next-month",
        title=f"One month on, the level of {noun(behind.group)} decides the lag",
        alt=(
            f"Step chart: rating of the best {adjective(behind.group)} model against the lag it "
            f"would mean on {later}. "
            + "; ".join(f"{_levels(b)}: {directed(b.then)}" for b in found)
            + "."
        ),
        caption=(
            f"Each step is the lag on {later} if the best {adjective(behind.group)} model stands "
            f"at that level and no other rating moves. Square: where it stands in the ratings of "
            f"{result.vintage}, with its {result.level:.0%} interval."
        ),
        wide=_chart(result, found, WIDE),
        narrow=_chart(result, found, NARROW),
        table=_table(found, behind, later, result.measure.points),
    )
    prose = (
        f"Written down before the next vintage, from ratings of {result.vintage} (snapshot sha256 "
        f"{result.snapshots[0][1][:16]}): which values would move the day's distance "
        f"(current), and to what. The average over a window moves little from month to month. Hold "
        f"the next run against it.",
    )
    return Section("next", title, prose, (figure,), points=points)


def _behind(result: LagResult) -> ModelPoint:
    return result.leader_best if result.leads else result.follower


def _ahead(result: LagResult) -> ModelPoint:
    return result.follower if result.leads else result.leader_best


def _distance(level: float | None, behind: ModelPoint) -> str:
    return "–" if level is None else f"{abs(level - behind.rating):.1f}"


def _or_lead(band: Band, behind: ModelPoint) -> str:
    if band.match is None:
        return f"none: {noun(behind.group)} leads"
    return f"{band.match.model} ({months(abs(band.then))} a month from now)"


def _levels(band: Band) -> str:
    if band.low is None:
        return f"up to {band.high:.1f}"
    if band.high is None:
        return f"above {band.low:.1f}"
    return f"{band.low:.1f} to {band.high:.1f}"


def _outcome(band: Band, behind: ModelPoint, then: bool) -> str:
    if band.match is not None:
        return directed(band.then if then else band.now)
    lead = f"{noun(behind.group)} takes the lead"
    return f"{lead}, by at most {months(abs(band.then))}" if then else lead


def _chart(result: LagResult, found: tuple[Band, ...], total: int) -> dict[str, Any]:
    alt = library("altair")
    behind = _behind(result)
    side = 0 if result.leads else 1
    reach = NormalDist().inv_cdf((1 + result.level) / 2) * behind.sd
    last = found[-1].low or behind.rating
    left = min(b.high for b in found if b.high is not None) - 14
    right = max(last, behind.rating + reach) + 14
    rows: list[dict[str, Any]] = []
    for band in found:
        low, high = max(band.low or left, left), min(band.high or right, right)
        if high > low:
            name = "takes the lead" if band.match is None else band.match.model
            rows.append(
                {"low": low, "high": high, "lag": abs(band.then) if band.match else 0.0,
                 "Level": _levels(band), "Match": name, "Lag": _outcome(band, behind, True)}
            )  # fmt: skip
    here = next(r for r in rows if r["low"] < behind.rating <= r["high"])
    top = max(float(r["lag"]) for r in rows) + 1.2
    scale = alt.Scale(domain=[0, top], nice=False)
    x = alt.X(
        "low:Q", scale=alt.Scale(domain=[left, right], nice=False, zero=False),
        axis=alt.Axis(
            title=f"rating of the best {adjective(behind.group)} model ({result.measure.points})",
            format="d", tickCount=8 if total == WIDE else 5,
        ),
    )  # fmt: skip
    axis = value_axis(f"months {noun(behind.group)} would be behind", tickMinStep=2)
    y = alt.Y("lag:Q", scale=scale, axis=axis)
    tooltip = [f"{name}:N" for name in ("Level", "Match", "Lag")]
    base = alt.Chart(data(rows))
    point = {"low": behind.rating, "from": behind.rating - reach, "to": behind.rating + reach,
             "lag": here["lag"], "Model": behind.model, "Entry": behind.entry,
             "Rating": f"{behind.rating:.1f}", "words": behind.model}  # fmt: skip
    now = alt.Chart(data([point])).encode(x=x, y=y)
    layers = [
        base.mark_rule(strokeWidth=2.4, color=COLOURS[1 - side]).encode(
            x=x, x2="high:Q", y=y, tooltip=tooltip
        ),
        now.mark_rule(strokeWidth=1.2, color=COLOURS[side]).encode(x=alt.X("from:Q"), x2="to:Q"),
        now.mark_point(filled=True, shape="square", size=60, opacity=1, color=COLOURS[side])
        .encode(tooltip=[f"{n}:N" for n in ("Model", "Entry", "Rating")]),
    ]  # fmt: skip
    layers += text(now, x=x, y=y, field="words", dy=15, fontSize=10.5, color=TEXT_COLOURS[side])
    if total == WIDE:
        layers += text(
            base.transform_calculate(middle="(datum.low + datum.high) / 2").transform_filter(
                "datum.high - datum.low > 7"
            ),
            x=alt.X("middle:Q"), y=y, field="Match", dy=-9, fontSize=10.5, color=INK,
        )  # fmt: skip
    return specification(layers, width=total - AXIS - 16, height=210)


def _share(value: Cell) -> str:
    part = float(value or 0.0)
    return "under 1%" if 0 < part < 0.005 else "none" if part == 0 else share(part)


def _table(found: tuple[Band, ...], behind: ModelPoint, later: str, points: str) -> Table:
    columns = (
        Column("low", "", "levels above this", points, decimals(1), in_page=False),
        Column("high", "", "up to this; empty: no limit", points, decimals(1),
               in_page=False),
        Column("levels", f"If {noun(behind.group)} stands at", "levels in words", points),
        Column("match", "the match is", "record that first reached the level"),
        Column("match_date", "of", "date from which the match counts", "ISO date"),
        Column("share", "Draws now", "share of draws in which this is the match now", "share",
               _share, figures=True),
        Column("months_now", "", "lag at the as-of date; positive: the follower is behind",
               "months", in_page=False),
        Column("months_then", "", f"lag on {later}; positive: the follower is behind", "months",
               in_page=False),
        Column("lag_then", f"Lag on {later}", "in words"),
    )  # fmt: skip
    rows = tuple(
        (b.low, b.high, _levels(b), b.match.model if b.match else "–",
         b.match.counts_from if b.match else "–", b.probability, b.now, b.then,
         _outcome(b, behind, True))
        for b in found
    )  # fmt: skip
    return Table(
        "next-month",
        f"The day's distance on {later}, by the level of {noun(behind.group)}",
        columns,
        rows,
    )
