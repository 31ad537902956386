"""Every estimand side by side: other questions, other answers, from the same draws."""

from __future__ import annotations

from typing import Any

from elolag.report.content import Figure, Section
from elolag.report.drawing import COLOURS, INK, MUTED, NARROW, WIDE, data, library, specification
from elolag.report.material import Material
from elolag.results.lag import LagResult
from elolag.results.words import meaning, noun, span

#: Room for the names of estimands on the left of the chart, in pixels.
NAMES = 102


def build(material: Material) -> Section:
    """The estimands as dots with both intervals, and in a table."""
    found = material.comparison
    timed = [r for r in found.results if r.months is not None]
    first = found.results[0]
    table = found.table()
    notes = [f"{name} has no answer here: {reason}." for name, reason in found.refused.items()]
    if found.retired:
        notes.append(found.retired)
    if found.unrated:
        names = ", ".join(found.unrated)
        notes.append(f"Records of the sibling board that this board never rated: {names}.")
    values = [r.months for r in timed if r.months is not None]
    title = f"{len(timed)} ways to ask give {span(min(values), max(values))}"
    figure = Figure(
        name="estimands",
        title=title,
        alt=(
            "Dots with two intervals each, one row per estimand: "
            + "; ".join(f"{r.estimand} {r.figure()}" for r in timed)
            + ". All values are in the table below the chart."
        ),
        caption=(
            f"Dot: the estimate. Thick: {first.level:.0%} measurement interval, how well the "
            f"realised lag is measured. Thin: {first.level:.0%} sampling interval, what another "
            f"run of history would have given. Each estimand is a different question, so they need "
            f"not agree."
        ),
        wide=_chart(timed, WIDE),
        narrow=_chart(timed, NARROW),
        table=table,
        margin=NAMES + 8,
    )
    prose = (
        "Published figures differ mostly because people ask different questions without saying so. "
        "These are the questions elolag can answer, all from the same ratings and the same draws. "
        f"The headline is {material.headline.estimand}.",
    )
    points = [
        (f"{r.estimand}:", meaning(r.estimand, r.measure.points, r.window) + ".")
        for r in found.results
    ]
    return Section(
        "estimands", "The estimands side by side", prose, (figure,), points=points, after=notes
    )


def _chart(results: list[LagResult], total: int) -> dict[str, Any]:
    alt = library("altair")
    rows: list[dict[str, Any]] = []
    for r in results:
        low, high = r.ends_given
        wide = r.sampling_given
        rows.append(
            {
                "estimand": r.estimand, "months": r.months, "low": low, "high": high,
                "from": wide[0], "to": wide[1],
                "Estimand": r.estimand, "Answer": r.figure(),
                "Measurement": r.interval_words(),
                "Sampling": dict(r.rows()).get(f"{r.level:.0%} sampling interval", "–"),
            }
        )  # fmt: skip
    numbers = [float(row[k]) for row in rows for k in ("months", "low", "high", "from", "to")
               if row[k] is not None]  # fmt: skip
    domain = [min(0.0, *numbers) - 0.4, max(0.0, *numbers) + 0.4]
    first = results[0]
    follower = noun(first.follower_group).removeprefix("the ")
    title = f"months {follower} is behind"
    if domain[0] < -0.5:
        title = f"← {follower} ahead · months · {follower} behind →"
    scale = alt.Scale(domain=domain, nice=False)
    axis = alt.Axis(
        title=title, labelExpr="format(abs(datum.value), 'd')", tickMinStep=2, grid=True
    )
    x = alt.X("months:Q", scale=scale, axis=axis)
    y = alt.Y(
        "estimand:N", sort=[r.estimand for r in results],
        axis=alt.Axis(title=None, minExtent=NAMES, maxExtent=NAMES, labelColor=INK,
                      labelLimit=NAMES, labelPadding=10),
    )  # fmt: skip
    base = alt.Chart(data(rows)).encode(y=y)
    tooltip = [f"{name}:N" for name in ("Estimand", "Answer", "Measurement", "Sampling")]
    layers = [
        alt.Chart(data([{"zero": 0}])).mark_rule(color=MUTED, strokeWidth=0.9)
        .encode(x=alt.X("zero:Q", axis=axis, scale=scale)),
        base.mark_rule(strokeWidth=1.3, color=COLOURS[0])
        .encode(x=alt.X("from:Q", axis=axis, scale=scale), x2="to:Q", tooltip=tooltip),
        base.mark_rule(strokeWidth=6, opacity=0.45, color=COLOURS[0])
        .encode(x=alt.X("low:Q", axis=axis, scale=scale), x2="high:Q", tooltip=tooltip),
        base.mark_point(filled=True, size=90, opacity=1, color=COLOURS[0])
        .encode(x=x, tooltip=tooltip),
    ]  # fmt: skip
    return specification(layers, width=total - NAMES - 22, height=34 * len(rows))
