"""Figures of rows: a dot with its intervals each, be it a slice, a measure, a claim or a model."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Unpack

from elolag.claims import ClaimsReport
from elolag.estimate.compare import Slice, Slices
from elolag.estimate.comparison import Comparison
from elolag.estimate.model_dates import ModelDates
from elolag.estimate.news import CAUSES, News
from elolag.estimate.news import signed as moved
from elolag.plots.pen import Pen, unsigned
from elolag.plots.style import (
    COLOURS,
    INK,
    MUTED,
    SIZES,
    Look,
    footer,
    of_size,
    ours,
    short,
    visible,
)
from elolag.results.lag import LagResult
from elolag.results.measures import Measures, none_after
from elolag.results.voters import VotersReport, signed
from elolag.results.words import (
    adjective,
    bound,
    bounded,
    directed,
    first_up,
    model_name,
    noun,
    span,
)
from elolag.robustness.edits import Influence

if TYPE_CHECKING:
    from matplotlib.axes import Axes


#: Height of a row of dots in lines of type, and its name's characters to a line.
_ROW, _LETTERS = 2.3, 44
#: Characters of a name that stands over its row.
_NARROW = 33
_TINT = "#fdebe0"


@dataclass(frozen=True)
class Dot:
    """One row of a figure of dots.

    Attributes
    ----------
    name, answer
        Words on the left and on the right.
    value, low, high
        Months, positive where the follower is behind; an end of None is unbounded. No value: the
        row has no dot.
    outer
        A wider interval, drawn thinner.
    said
        A range to draw beneath.
    bare
        Whether there is no interval, so that no bar is drawn.
    strong
        Whether the row is the one that the others are compared with.
    heading
        Whether it is only words over the rows that follow.
    words
        What the pointer is told.
    """

    name: str
    answer: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    outer: tuple[float | None, float | None] | None = None
    said: tuple[float | None, float | None] | None = None
    bare: bool = False
    strong: bool = False
    heading: bool = False
    words: str = ""

    @property
    def ends(self) -> tuple[float | None, ...]:
        """Every value the axis must hold."""
        return (self.low, self.high, self.value, *(self.outer or ()), *(self.said or ()))


def _height(rows: Sequence[Dot], size: str, foot: str) -> float:
    """How much higher than its size a figure of these rows is; narrow ones with room for `foot`."""
    measures, beside = of_size(size), 12.0
    if measures.narrow:
        lines = len(foot) * 0.5 * measures.small / (72 * measures.width)
        beside = max(beside, 9 + 1.3 * lines * measures.small / measures.font)
    return (_ROW * len(rows) + beside) * measures.font / 72 / measures.height


def _dots(
    pen: Pen, rows: Sequence[Dot], who: str, *, over: bool = False, unit: str = "months",
    sides: tuple[str, str] = ("behind", "ahead"),
) -> None:  # fmt: skip
    """Rows from the top, a dot with its intervals each.

    `who` is the first of the two `sides` right of zero, the second left of it. On a phone, or where
    `over`, the names stand over their rows.
    """
    axes, measures = pen.axes, pen.size
    low, high = _range(rows)
    pen.tidy(grid="x")
    axes.set_xlim(low, high)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    if low < 0:
        axes.axvspan(low, 0, color=_TINT, zorder=0)
        axes.axvline(0, color=INK, linewidth=0.5 * measures.line, zorder=1)
    phone = over or measures == SIZES["phone"]
    for number, row in enumerate(rows):
        if not row.heading:
            _dot(pen, row, number, (low, high), phone=phone)
    names = [textwrap.fill(visible(row.name), _LETTERS) for row in rows]
    axes.set_yticks(range(len(rows)), [""] * len(rows) if phone else names,
                    fontsize=measures.small)  # fmt: skip
    written: list[Any] = list(axes.get_yticklabels())
    if phone:
        written = [
            axes.text(
                0, number if row.heading else number - 0.25, _cut(visible(row.name)), va="center",
                transform=axes.get_yaxis_transform(), fontsize=measures.small, zorder=5,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
            )
            for number, row in enumerate(rows)
        ]  # fmt: skip
    for text, row in zip(written, rows, strict=True):
        text.set(parse_math=False, color=INK)
        if row.heading:
            text.set(style="italic", color=MUTED)
        elif row.strong:
            text.set_fontweight("bold")
    axes.tick_params(axis="y", length=0)
    unsigned(axes.xaxis)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(unit)
    zero = (0 - low) / (high - low)
    for word, place, side, colour in (
        (f"\u2190 {who}{sides[1]}", zero - 0.012, "right", COLOURS[1]),
        (f"{who}{sides[0]} \u2192", zero + 0.012, "left", COLOURS[0]),
    ):
        if side == "left" or low < 0:
            axes.text(
                place, 1.0, word, transform=axes.transAxes, ha=side, va="bottom", color=colour,
                fontsize=measures.small, weight="bold",
            )  # fmt: skip


def _cut(name: str) -> str:
    """As much of a name as stands beside its answer on a phone."""
    return name if len(name) <= _NARROW else f"{name[: _NARROW - 1].rstrip()}\u2026"


def _range(rows: Sequence[Dot]) -> tuple[float, float]:
    values = [end for row in rows for end in row.ends if end is not None]
    low, high = min(*values, 0.0, 0.0), max(*values, 0.0, 0.0)
    room = max(0.06 * (high - low), 0.3)
    # Room on the empty side too, so that its name can be read.
    least = 0.16 * (high - low)
    return (min(low - room, -least) if low < 0 else 0.0), max(high + room, least)


def _dot(pen: Pen, row: Dot, number: int, reach: tuple[float, float], *, phone: bool) -> None:
    axes, measures = pen.axes, pen.size
    months = row.value or 0.0
    colour = COLOURS[1] if months < 0 else COLOURS[0]
    place = number + 0.25 if phone else float(number)
    if row.said is not None:
        ends = [edge if e is None else e for e, edge in zip(row.said, reach, strict=True)]
        wide: dict[str, Any] = {"linewidth": 0.9 * measures.font, "solid_capstyle": "butt"}
        axes.plot(ends, [place] * 2, color=COLOURS[1], alpha=0.45, zorder=1.5, **wide)
    if row.outer is not None:
        _bar(axes, place, months, row.outer, reach, colour, 0.6 * measures.line, 0.9)
    if row.value is not None and not row.bare:
        ends_ = (row.low, row.high)
        _bar(axes, place, months, ends_, reach, colour, 2.1 * measures.line, 0.42)
    if row.value is not None:
        edge = {"markeredgecolor": "white", "markeredgewidth": 0.7}
        shape = "s" if months < 0 else "o"
        pen.mark(months, place, shape, 1.25, colour, zorder=4, **edge)
    axes.text(
        1.0 if phone else 1.015, number - 0.25 if phone else place, row.answer, va="center",
        transform=axes.get_yaxis_transform(), ha="right" if phone else "left",
        fontsize=measures.small, color=colour, parse_math=False,
    )  # fmt: skip
    if row.words:
        pen.told_between(number - 0.5, number + 0.5, row.words, upright=False)


def _bar(
    axes: Axes, place: float, months: float, ends: tuple[float | None, float | None],
    reach: tuple[float, float], colour: str, width: float, alpha: float,
) -> None:  # fmt: skip
    """An interval; an end without a bound is an arrow to the edge."""
    shown = [edge if end is None else end for end, edge in zip(ends, reach, strict=True)]
    axes.plot(
        shown, [place, place], color=colour, linewidth=width, solid_capstyle="butt", alpha=alpha,
        zorder=2,
    )  # fmt: skip
    for end, edge in zip(ends, reach, strict=True):
        if end is None:
            axes.annotate(
                "", (edge, place), (months, place), zorder=3,
                arrowprops={"arrowstyle": "-|>", "color": colour, "linewidth": 1.2,
                            "shrinkA": 0, "shrinkB": 0},
            )  # fmt: skip


@ours
def slices(
    found: Slices, ax: Axes | None = None, *, size: str = "page", **look: Unpack[Look]
) -> Axes:
    """One row per slice: dot, interval, and where asked for the simultaneous interval, thinner.

    Parameters
    ----------
    found
        Of `elolag.compare`.
    """
    rows: list[Dot] = []
    heading = ""
    for item in found.slices:
        if item.heading != heading:
            heading = item.heading
            rows.append(Dot(heading, heading=True))
        result = item.result
        words = (
            f"{item.name}: {result.short()}\n{found.level:.0%} interval: "
            f"{result.interval_words()}\n{result.follower.model} / {result.leader_best.model}"
        )
        told = {"outer": item.simultaneous_given, "words": words, "strong": item.whole}
        name, value = item.name.replace("_", " "), result.months or 0.0
        rows.append(_of(name, result, answer=_value(item), value=value, **told))
    row = {"openness": "first-named side ", "lab": "lab ", "country": "country "}
    who = f"{noun(found.follower_group)} " if found.paired else row[found.by]
    return _figure(rows, who, slices_title(found), footer(found, _note(found)), ax, size, look)


def _of(name: str, result: LagResult, **rest: Any) -> Dot:
    """A result as a row; what is given stands in place of what the result has."""
    low, high = result.ends_given
    mine = {"answer": _short(result.months, result.bound), "value": result.months}
    bare = bool(result.no_interval())
    return Dot(name, **{**mine, "low": low, "high": high, "bare": bare, **rest})


def _figure(
    rows: list[Dot], who: str, finding: str, foot: str, ax: Axes | None, size: str, look: Look,
    **scale: Any,
) -> Axes:  # fmt: skip
    """A whole figure of dots; `scale` as in `dots`, where it is not months."""
    pen = Pen.on(ax, size, _height(rows, size, foot))
    _dots(pen, rows, who, **scale)
    return pen.finish(finding, foot, room=1.4 * pen.size.font, **look)


@ours
def measures(
    found: Measures, ax: Axes | None = None, *, size: str = "page", **look: Unpack[Look]
) -> Axes:
    """One row per measure, and per board of another task where those were asked for.

    Parameters
    ----------
    found
        Of `elolag.compare_measures`.
    """
    rows: list[Dot] = []
    for item in found.measures:
        if item.task and not any(row.heading for row in rows):
            rows.append(Dot("other tasks", heading=True))
        r = item.result
        if r is None:
            continue
        late = f", {r.as_of}" if item.stale else ""
        name = item.board.replace("_style_control", " with style control").replace("_", " ")
        words = f"{item.board}: {r.figure()}\n{r.level:.0%} interval: {r.interval_words()}"
        if item.stale:
            words += f"\n{none_after(r, item.newest)}"
        rows.append(_of(f"{name}{late}", r, words=words, strong=not item.task))
    stale = (f"{m.board}: {none_after(m.result, m.newest)}." for m in found.measures
             if m.stale and m.result)  # fmt: skip
    note = (
        f"As of {found.as_of}, or of the newest list where that is older, with "
        f"{found.level:.0%} intervals."
    )
    who = f"{short(found.results[0].follower_group)} "
    foot = footer(found, " ".join((note, *stale)))
    return _figure(rows, who, measures_title(found), foot, ax, size, look, over=size == "column")


def measures_title(found: Measures) -> str:
    """How far measures lie apart."""
    answers = [r for _, r in found.answered]
    if not answers:
        return "No measure has an answer, boards of other tasks have"
    months = [r.months or 0.0 for r in answers]
    if len(answers) == 1:
        return f"The one measure gives {bounded(months[0], answers[0].censored)}"
    bounds = sum(bool(r.censored) for r in answers)
    only = f", {bounds} of them only as a bound" if bounds else ""
    return f"{len(answers)} measures give {span(min(months), max(months))}{only}"


@ours
def voters(
    found: VotersReport, ax: Axes | None = None, *, size: str = "page", **look: Unpack[Look]
) -> Axes:
    """What each kind of voters adds to the follower's models: all on the board asked for, its top.

    Parameters
    ----------
    found
        Of `elolag.compare_voters`.
    """
    rows = []
    for heading, part in (("all models", found.quoted), ("near the top", found.tops)):
        if part:
            rows.append(Dot(heading, heading=True))
        for item in part:
            name = item.voters.capitalize() if item.against == "english" else item.voters
            answer, low, high = map(signed, (item.shift.elo, item.low, item.high))
            words = f"{name}: {answer} Elo\n{found.level:.0%} interval: {low} to {high}"
            if item.moved:
                words += f"\nlag if all voted so: {directed(item.moved.months)}"
            rows.append(Dot(name, answer, item.shift.elo, item.low, item.high, words=words))
    note = (
        f"Elo above models of equal rating by English voters (compar:IA: by the arena's), with "
        f"{found.level:.0%} intervals."
    )
    who, head = f"{short(found.headline.follower_group)} ", voters_title(found)
    return _figure(rows, who, head, footer(found, note), ax, size, look,
                 unit="Elo", sides=("rated higher", "lower"))  # fmt: skip


def voters_title(found: VotersReport) -> str:
    """How far voters lie apart."""
    elo = sorted(row.shift.elo for row in found.quoted)
    models = f"{adjective(found.headline.follower_group)} models"
    return f"Other voters move {models} by {signed(elo[0])} to {signed(elo[-1])} Elo"


@ours
def comparison(
    found: Comparison, ax: Axes | None = None, *, size: str = "page", **look: Unpack[Look]
) -> Axes:
    """One row per estimand in months: thick its measurement, thin its sampling interval.

    Parameters
    ----------
    found
        Of `elolag.estimate_all`.
    """
    first = found.results[0]
    rows = []
    for r in found.results:
        if r.months is None:
            continue
        wider = dict(r.rows()).get(f"{100 * r.level:g}% sampling interval", "–")
        words = f"{r.estimand}: {r.figure()}\nmeasurement: {r.interval_words()}\nsampling: {wider}"
        outer = r.sampling_given if any(end is not None for end in r.sampling_given) else None
        rows.append(_of(r.estimand, r, outer=outer, words=words))
    note = f"Thick: {first.level:.0%} measurement interval; thin: sampling interval."
    who = f"{short(first.follower_group)} "
    return _figure(rows, who, comparison_title(found), footer(first, note), ax, size, look)


def comparison_title(found: Comparison) -> str:
    """How far the estimands lie apart."""
    values = [r.months for r in found.results if r.months is not None]
    return f"{len(values)} ways to ask give {span(min(values), max(values))}"


@ours
def influence(
    found: Influence, ax: Axes | None = None, *, size: str = "page", **look: Unpack[Look]
) -> Axes:
    """The headline, and what it would be after the single changes of data that move it most.

    Parameters
    ----------
    found
        Of `elolag.robustness.edits.influence`.
    """
    head = found.headline
    words = f"{head.figure()}\n{head.interval_words()}"
    rows = [
        _of("the headline", head, answer=_short(head.months, head.bound), strong=True, words=words)
    ]
    for case in found.top:
        low, high = case.result.ends_given if case.result else (None, None)
        interval = case.result.interval_words() if case.result else "not estimated"
        rows.append(
            Dot(
                case.words, _short(case.months, bound(case.months or 0.0, case.censored)),
                case.months, low, high,
                bare=case.result is None or bool(case.result.no_interval()),
                words=f"{case.words}: {case.figure()}\n{interval}",
            )
        )  # fmt: skip
    note = f"Bars: {head.level:.0%} measurement intervals, each estimated anew."
    who = f"{short(head.follower_group)} "
    return _figure(rows, who, influence_title(found), footer(head, note), ax, size, look)


def influence_title(found: Influence) -> str:
    """How far one change of data moves the headline."""
    months = [c.months for c in found.top if c.months is not None]
    if not months:
        return "No single lab, model, vintage or date moves the headline"
    ends = [*months, *([] if found.headline.months is None else [found.headline.months])]
    return f"One change of data moves the lag to {span(min(ends), max(ends))}"


@ours
def claims(
    found: ClaimsReport,
    headline: LagResult,
    ax: Axes | None = None,
    *,
    size: str = "page",
    **look: Unpack[Look],
) -> Axes:
    """Claims in months: the claimed range as a wide bar, our figure as a dot with its interval.

    Parameters
    ----------
    found
        Of `elolag.check_claims`.
    headline
        A result on the ratings they are tested on, whose source stands below.
    """
    rows = []
    for item in found.assessments:
        claim, mine = item.claim, item.deciding
        if claim.kind != "months":
            continue
        words = f"{claim.key}\nclaimed: {claim.range_words()}\nours: "
        none = item.verdict.removesuffix(" here")
        words += f"{mine.figure()} ({mine.interval_words()})" if mine else none
        name = f"{claim.who.partition(',')[0]}, {claim.date[:7]}"
        rows.append(
            Dot(
                f"{name}: {claim.follower} / {claim.leader}",
                item.verdict.removesuffix(" here"), mine.value if mine else None,
                mine.low if mine else None, mine.high if mine else None,
                said=(claim.low, claim.high), words=f"{words}\n{item.verdict}",
            )
        )  # fmt: skip
    note = (
        f"Wide: what was claimed. Dot: our figure with the ratings of the day, else the newest, "
        f"and its {found.level:.0%} interval."
    )
    foot = footer(headline, note)
    return _figure(rows, "the follower ", claims_title(found), foot, ax, size, look)


def claims_title(found: ClaimsReport) -> str:
    """How many of the claims in months the ratings allow."""
    timed = [a for a in found.assessments if a.claim.kind == "months"]
    tested = [a for a in timed if a.deciding is not None]
    fine = sum(a.verdict == "consistent" for a in tested)
    if not tested:
        return "None of the claims in months can be tested here"
    return f"Of {len(tested)} testable claims in months the ratings allow {fine}"


def _short(months: float | None, bound: str = "") -> str:
    sign = {"at least": "\u2265 ", "at most": "\u2264 "}.get(bound, "")
    return f"{sign}{directed(months or 0.0)}".replace(" months", "")


def _note(found: Slices) -> str:
    """What is drawn, what was left out, and how to read many intervals at once."""
    n = len(found.slices)
    bars = f"Thick bars: {found.level:.0%} {found.slices[0].result.interval} interval of each slice"
    if found.simultaneous_level is not None:
        bars += f" alone; thin: all {n} hold at once at {found.level:.0%} (Bonferroni)"
    else:
        bars += f"; of {n}, up to {n * (1 - found.level):.1f} expected to miss"
    text = f"{bars}. Lag: {found.estimand}, {_scope(found)}."
    return f"{text} {_left_out(found)}" if found.refused else text


def _scope(found: Slices) -> str:
    first = found.slices[0].result
    if found.by == "category":
        return f"{first.board}, as of {first.as_of}"
    if found.by == "board":
        return f"category {first.category}, each board as of its newest ratings (hashes: JSON)"
    return f"{first.board} ({first.category}), as of {first.as_of}"


def _left_out(found: Slices) -> str:
    names = list(found.refused)
    listed = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
    return f"Not measured, for the reasons its table gives: {listed}."


def _value(item: Slice) -> str:
    months = item.result.months or 0.0
    if months == 0 and not item.result.censored:
        return "level"
    least = {"at least": "\u2265 ", "at most": "\u2264 "}.get(item.result.bound, "")
    return f"{least}{abs(months):.1f} {'behind' if months > 0 else 'ahead'}"


def slices_title(found: Slices) -> str:
    """How many slices are certain, or what is compared with what."""
    behind, ahead = found.decided
    n = len(found.slices)
    if found.paired:
        leader, follower = noun(found.leader_group), noun(found.follower_group)
        where = {"category": ("in", "categories"), "board": ("on", "boards")}[found.by]
        kind = "interval" if found.simultaneous_level is None else "simultaneous interval"
        text = f"{follower} is behind {leader} {where[0]} {behind} of {n} {where[1]}"
        rest = f" by the whole {kind}; {n - behind - ahead} undecided"
        more = f", ahead {where[0]} {ahead}" if ahead else ""
        return first_up(f"{text}{more}{rest}")
    return {
        "openness": "Open and closed models of both sides",
        "lab": _labs_title(found),
        "country": f"Each country against {noun(found.leader_group)}",
    }[found.by]


def _labs_title(found: Slices) -> str:
    """Whom labs are compared with: those of the leader with its other ones."""
    leader = found.leader_group
    if found.apart:
        return f"Labs against {noun(leader)}; {adjective(leader)} labs each against its others"
    return f"Each lab against the frontier of {noun(leader)}"


#: Records of each side that are shown, the newest.
_SHOWN = 10
#: Months from which a model has a row of its own.
_MOVED = 0.05


@ours
def dates(
    found: ModelDates, ax: Axes | None = None, *, size: str = "page", **look: Unpack[Look]
) -> Axes:
    """How far behind or ahead the newest records of each side were at their release.

    Parameters
    ----------
    found
        Of `elolag.model_dates`.
    """
    rows: list[Dot] = []
    for group in (found.follower_group, found.leader_group):
        mine = [m for m in found.models if m.record and m.group == group][:_SHOWN]
        if mine:
            rows.append(Dot(f"records of {noun(group)}", heading=True))
        names = [model_name(m.model) for m in mine]
        for m, name in zip(mine, names, strict=True):
            told = name if names.count(name) == 1 else f"{name} ({m.released[:7]})"
            low, high = (None, None) if found.thin else (m.low, m.high)
            rows.append(
                Dot(
                    told, _short(m.months, bound(m.months, m.censored)), m.months,
                    low, high, bare=bool(found.thin) or (low is not None and low == high),
                    strong=m.best, words=m.sentence(),
                )
            )  # fmt: skip
    note = (
        f"Time from the day the other side stood at a model's level to its release; bars: "
        f"{found.level:.0%} of it. An open end: not reached yet, or before the first model rated."
    )
    foot = footer(found, note)
    return _figure(rows, "", dates_title(found), foot, ax, size, look, over=size == "column")


def dates_title(found: ModelDates) -> str:
    """How far behind or ahead the best of the follower was at its release."""
    best = next(m for m in found.models if m.best and m.group == found.follower_group)
    return f"{model_name(best.model)} was {directed(best.months)} at its release"


@ours
def news(found: News, ax: Axes | None = None, *, size: str = "page", **look: Unpack[Look]) -> Axes:
    """What each cause, and each model within it, moved the first of the figures.

    Parameters
    ----------
    found
        Of `elolag.estimate_news`.
    """
    estimand = next(iter(found.figures))
    rows = []
    for kind, name in CAUSES.items():
        mine = [c for c in found.causes if c.kind == kind and getattr(c, estimand) is not None]
        if not mine:
            continue
        size_of = found.of(kind, estimand)
        rows.append(Dot(name, moved(size_of), size_of, bare=True, strong=True))
        for c in sorted(mine, key=lambda c: -abs(getattr(c, estimand))):
            value = getattr(c, estimand)
            if c.model and abs(value) >= _MOVED:
                rows.append(Dot(model_name(c.model), moved(value), value, bare=True))
    what = {"average": "average", "current": "distance of the day"}[estimand]
    title = f"The {what} {found.moved(estimand)}"
    note = (
        f"Shares of the change from the list of {found.vintages[0]} to that of "
        f"{found.vintages[1]} (Shapley means); they add up to it."
    )
    who = f"moves {short(found.follower_group)} "
    return _figure(rows, who, title, footer(found, note), ax, size, look, over=size == "column")
