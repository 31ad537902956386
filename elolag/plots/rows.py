"""Figures of rows: a dot with its intervals each, be it a slice, a measure, a claim or a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from elolag.claims import ClaimsReport
from elolag.estimate.compare import Slice, Slices
from elolag.estimate.comparison import Comparison
from elolag.estimate.model_dates import ModelDates
from elolag.estimate.news import CAUSES, News
from elolag.plots.dots import Dot, dotted
from elolag.plots.style import Look, finding, footer, ours
from elolag.results import charts, citing
from elolag.results.answer import Speaker
from elolag.results.charts import short, told_in
from elolag.results.citing import lag
from elolag.results.lag import LagResult
from elolag.results.measures import Measures, none_after
from elolag.results.voters import VotersReport, signed
from elolag.results.words import bound, model_name, noun, percentage
from elolag.robustness.edits import Influence

if TYPE_CHECKING:
    from matplotlib.axes import Axes


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
    heading, lang = "", look.get("lang", "en")
    for item in found.slices:
        if item.heading != heading:
            heading = item.heading
            rows.append(Dot(told_in(lang, heading), heading=True))
        result = item.result
        name, value = _category(item.name, found.by, lang), result.months or 0.0
        words = (
            f"{name}: {_in_words(result, lang)}\n"
            f"{result.follower.model} / {result.leader_best.model}"
        )
        told = {"outer": item.simultaneous_given, "words": words, "strong": item.whole}
        rows.append(_of(name, result, lang, answer=_value(item, lang), value=value, **told))
    who = (
        f"{noun(found.follower_group)} "
        if lang == "en"
        else f"{short(found.follower_group, lang)} "
    )
    who = who if found.paired else charts.said(f"{found.by} who", lang)
    foot = footer(found, _note(found, lang), lang)
    return dotted(rows, who, slices_title(found, lang), foot, ax, size, look)


def _in_words(result: LagResult, lang: str) -> str:
    """Figure and interval under the pointer, where the row names the sides."""
    if lang == "en":
        return f"{result.short()}\n{percentage(result.level)} interval: {result.interval_words()}"
    figure = lag(result.months or 0.0, result.censored, lang)
    return f"{figure}\n{Speaker(result, lang).interval()}"


def _category(name: str, by: str, lang: str) -> str:
    """A slice beside its row."""
    if by == "category" and lang == "de":
        return citing.named(name)
    if by == "board" and lang == "de":
        return _board(name, lang)
    return told_in(lang, name).replace("_", " ")


def _of(name: str, result: LagResult, lang: str, **rest: Any) -> Dot:
    """A result as a row; what is given stands in place of what the result has."""
    low, high = result.ends_given
    mine = {"answer": _short(result.months, result.bound, lang), "value": result.months}
    bare = bool(result.no_interval())
    return Dot(name, **{**mine, "low": low, "high": high, "bare": bare, **rest})


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
    lang = look.get("lang", "en")
    for item in found.measures:
        if item.task and not any(row.heading for row in rows):
            rows.append(Dot(charts.said("other tasks", lang), heading=True))
        r = item.result
        if r is None:
            continue
        late = f", {charts.day(r.as_of, lang)}" if item.stale else ""
        words = f"{item.board}: {_told(r, lang)}"
        if item.stale:
            words += f"\n{none_after(r, item.newest, lang)}"
        name = f"{_board(item.board, lang)}{late}"
        rows.append(_of(name, r, lang, words=words, strong=not item.task))
    stale = (f"{m.board}: {none_after(m.result, m.newest, lang)}." for m in found.measures
             if m.stale and m.result)  # fmt: skip
    level, day = citing.percent(found.level, lang), charts.day(found.as_of, lang)
    note = charts.said("measures note", lang, day=day, level=level)
    who = f"{short(found.results[0].follower_group, lang)} "
    foot, title = footer(found, " ".join((note, *stale)), lang), measures_title(found, lang)
    return dotted(rows, who, title, foot, ax, size, look, over=size == "column")


def _board(name: str, lang: str) -> str:
    """A board beside its row."""
    plain = name.removesuffix("_style_control")
    words = plain if plain == name else charts.said("styled", lang, board=plain)
    return words.replace("_", " ")


def _told(result: LagResult, lang: str) -> str:
    """Figure and interval under the pointer."""
    if lang == "de":
        return f"{finding(result, lang)}\n{Speaker(result, lang).interval()}"
    return f"{result.figure()}\n{percentage(result.level)} interval: {result.interval_words()}"


def measures_title(found: Measures, lang: str = "en") -> str:
    """How far measures lie apart."""
    answers = [r for _, r in found.answered]
    if not answers:
        return charts.said("measures none", lang)
    months = [r.months or 0.0 for r in answers]
    if len(answers) == 1:
        return charts.said("measures one", lang, lag=lag(months[0], answers[0].censored, lang))
    bounds = sum(bool(r.censored) for r in answers)
    only = charts.said("measures bounds", lang, bounds=bounds) if bounds else ""
    ends = charts.spread(min(months), max(months), lang)
    return charts.said("measures many", lang, n=len(answers), ends=ends, only=only)


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
    lang = look.get("lang", "en")
    level = citing.percent(found.level, lang)
    for heading, part in (("voters all", found.quoted), ("voters top", found.tops)):
        if part:
            rows.append(Dot(charts.said(heading, lang), heading=True))
        for item in part:
            name = item.voters
            if item.against == "english":
                name = citing.named(name) if lang == "de" else name.capitalize()
            answer, low, high = (signed(v, lang) for v in (item.shift.elo, item.low, item.high))
            ends = charts.said("from to", lang, low=low, high=high)
            words = f"{name}: {answer} Elo\n"
            words += charts.said("interval", lang, level=level, ends=ends)
            if item.moved:
                moved = lag(item.moved.months, item.moved.censored, lang)
                words += charts.said("voters lag", lang, lag=moved)
            rows.append(Dot(name, answer, item.shift.elo, item.low, item.high, words=words))
    who, head = f"{short(found.headline.follower_group, lang)} ", voters_title(found, lang)
    foot = footer(found, charts.said("voters note", lang, level=level), lang)
    return dotted(rows, who, head, foot, ax, size, look,
                 unit="Elo", sides=("rated higher", "rated lower"))  # fmt: skip


def voters_title(found: VotersReport, lang: str = "en") -> str:
    """How far voters lie apart, of all rows that are drawn."""
    elo = sorted(row.shift.elo for row in found.shown)
    sides = found.headline.leader_group, found.headline.follower_group
    low, high = (signed(end, lang) for end in (elo[0], elo[-1]))
    return charts.of_sides("voters", lang, *sides, low=low, high=high)


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
    lang = look.get("lang", "en")
    for r in found.results:
        if r.months is None:
            continue
        wider = dict(r.rows()).get(f"{percentage(r.level)} sampling interval", "–")
        figure, interval = r.figure(), r.interval_words()
        if lang == "de":
            wider = charts.ends(*r.sampling, lang) if r.sampling and not r.too_few() else "–"
            figure = finding(r, lang)
            interval = _interval(r, lang) if r.too_few() else charts.ends(r.low, r.high, lang)
        told = {"figure": figure, "interval": interval, "wider": wider}
        words = charts.said("estimands row", lang, name=r.estimand, **told)
        outer = r.sampling_given if any(end is not None for end in r.sampling_given) else None
        rows.append(_of(r.estimand, r, lang, outer=outer, words=words))
    note = charts.said("estimands note", lang, level=citing.percent(first.level, lang))
    who, title = f"{short(first.follower_group, lang)} ", comparison_title(found, lang)
    return dotted(rows, who, title, footer(first, note, lang), ax, size, look)


def comparison_title(found: Comparison, lang: str = "en") -> str:
    """How far the estimands lie apart."""
    values = [r.months for r in found.results if r.months is not None]
    ends = charts.spread(min(values), max(values), lang)
    key = "estimand" if len(values) == 1 else "estimands"
    return charts.said(key, lang, n=len(values), ends=ends)


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
    head, lang = found.headline, look.get("lang", "en")
    figure = head.figure() if lang == "en" else finding(head, lang)
    words = f"{figure}\n{_interval(head, lang)}"
    rows = [_of(charts.said("the headline", lang), head, lang, strong=True, words=words)]
    for case in found.top:
        low, high = case.result.ends_given if case.result else (None, None)
        words = told_in(lang, case.words)
        told = f"{words}: {lag(case.months or 0.0, case.censored, lang)}"
        rows.append(
            Dot(
                words, _short(case.months, bound(case.months or 0.0, case.censored), lang),
                case.months, low, high,
                bare=case.result is None or bool(case.result.no_interval()),
                words=f"{told}\n{_interval(case.result, lang)}",
            )
        )  # fmt: skip
    note = charts.said("influence note", lang, level=citing.percent(head.level, lang))
    who, title = f"{short(head.follower_group, lang)} ", influence_title(found, lang)
    return dotted(rows, who, title, footer(head, note, lang), ax, size, look)


def _interval(result: LagResult | None, lang: str) -> str:
    """An interval alone, under the pointer."""
    if result is None:
        return charts.said("not estimated", lang)
    return result.interval_words() if lang == "en" else Speaker(result, lang).interval()


def influence_title(found: Influence, lang: str = "en") -> str:
    """How far one change of data moves the headline."""
    months = [c.months for c in found.top if c.months is not None]
    if not months:
        return charts.said("influence none", lang)
    ends = [*months, *([] if found.headline.months is None else [found.headline.months])]
    return charts.said("influence", lang, ends=charts.spread(min(ends), max(ends), lang))


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
    lang = look.get("lang", "en")
    for item in found.assessments:
        claim, mine = item.claim, item.deciding
        if claim.kind != "months":
            continue
        claimed, verdict = claim.range_words(), told_in(lang, item.verdict)
        if lang == "de":
            claimed = citing.between(claim.low, claim.high, lang)
        told = verdict.removesuffix(" here")
        words = f"{claim.key}\n{charts.said('claims claimed', lang, range=claimed)}"
        if mine is None:
            words += told
        elif lang == "de":
            figure = lag(mine.value or 0.0, mine.censored, lang)
            words += f"{figure} ({charts.ends(mine.low, mine.high, lang)})"
        else:
            words += f"{mine.figure()} ({mine.interval_words()})"
        month = citing.month_of(claim.date[:7], lang) if lang == "de" else claim.date[:7]
        follower, leader = short(claim.follower, lang), short(claim.leader, lang)
        rows.append(
            Dot(
                f"{claim.who.partition(',')[0]}, {month}: {follower} / {leader}",
                told, mine.value if mine else None,
                mine.low if mine else None, mine.high if mine else None,
                said=(claim.low, claim.high), words=f"{words}\n{verdict}",
            )
        )  # fmt: skip
    note = charts.said("claims note", lang, level=citing.percent(found.level, lang))
    who, foot = charts.said("the follower", lang), footer(headline, note, lang)
    return dotted(rows, who, claims_title(found, lang), foot, ax, size, look)


def claims_title(found: ClaimsReport, lang: str = "en") -> str:
    """How many of the claims in months the ratings allow."""
    timed = [a for a in found.assessments if a.claim.kind == "months"]
    tested = [a for a in timed if a.deciding is not None]
    fine = sum(a.verdict == "consistent" for a in tested)
    if not tested:
        return charts.said("claims none", lang)
    return charts.said("claims", lang, n=len(tested), fine=fine)


#: Signs in place of "at least" and "at most".
_SIGNS = {"at least": "\u2265 ", "at most": "\u2264 "}


def _short(months: float | None, bound: str, lang: str) -> str:
    unit = citing.set_phrases(lang).months
    return f"{_SIGNS.get(bound, '')}{lag(months or 0.0, None, lang)}".replace(f" {unit}", "")


def _note(found: Slices, lang: str) -> str:
    """What is drawn, what was left out, and how to read many intervals at once."""
    n, first = len(found.slices), found.slices[0].result
    if found.simultaneous_level is not None:
        share = charts.level(found.level, lang)
        rest = charts.said("slices wide", lang, n=n, share=share)
    else:
        missed = citing.number(n * (1 - found.level), lang)
        rest = charts.said("slices miss", lang, n=n, missed=missed)
    kind = citing.set_phrases(lang).kinds[first.interval]
    scope = charts.said(
        f"slices {found.by if found.by in ('category', 'board') else 'other'}", lang,
        board=first.board, name=first.category, day=charts.day(first.as_of, lang),
        category=citing.named(first.category) if lang == "de" else first.category,
    )  # fmt: skip
    text = charts.said(
        "slices note", lang, level=citing.percent(found.level, lang), kind=kind, rest=rest,
        estimand=found.estimand, scope=scope,
    )  # fmt: skip
    names = [told_in(lang, name) for name in found.refused]
    if lang == "de" and found.by == "category":
        names = list(map(citing.named, names))
    listed = ", ".join(names[:8])
    if len(names) > 8:
        listed = charts.said("and more", lang, names=listed, count=len(names) - 8)
    return text + (charts.said("slices out", lang, names=listed) if names else "")


def _value(item: Slice, lang: str) -> str:
    months = item.result.months or 0.0
    if months == 0 and not item.result.censored:
        return citing.set_phrases(lang).level
    least, size = _SIGNS.get(item.result.bound, ""), citing.number(months, lang)
    side = charts.said("behind" if months > 0 else "ahead", lang, who="")
    return f"{least}{size} {side}"


def slices_title(found: Slices, lang: str = "en") -> str:
    """How many slices are certain, or what is compared with what."""
    behind, ahead = found.decided
    n, sides = len(found.slices), (found.leader_group, found.follower_group)
    if found.paired:
        kind = "slices own" if found.simultaneous_level is None else "slices together"
        more = charts.said(f"ahead by {found.by}", lang, ahead=ahead) if ahead else ""
        return charts.of_sides(
            f"slices by {found.by}", lang, *sides, behind=behind, n=n, more=more,
            kind=charts.said(kind, lang), rest=n - behind - ahead,
        )  # fmt: skip
    # Whom labs are compared with: those of the leader with its other ones.
    apart = " apart" if found.by == "lab" and found.apart else ""
    return charts.of_sides(f"slices {found.by}{apart}", lang, *sides)


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
    events: dict[str, None] = {}
    lang = look.get("lang", "en")
    for group in (found.follower_group, found.leader_group):
        mine = [m for m in found.models if m.record and m.group == group][:_SHOWN]
        if mine:
            to_group = charts.to_whom(group, lang)
            rows.append(Dot(charts.said("records", lang, to_group=to_group), heading=True))
        names = [model_name(m.model) for m in mine]
        for m, name in zip(mine, names, strict=True):
            told = name if names.count(name) == 1 else f"{name} ({m.released[:7]})"
            events[m.event(lang)] = None
            low, high = (None, None) if found.thin else (m.low, m.high)
            rows.append(
                Dot(
                    told, _short(m.months, bound(m.months, m.censored), lang), m.months,
                    low, high, bare=bool(found.thin) or (low is not None and low == high),
                    strong=m.best,
                    words=m.sentence(lang, model_name),
                )
            )  # fmt: skip
    level = citing.percent(found.level, lang)
    event = charts.said("or", lang).join(events)
    note = charts.said("dates note", lang, level=level, event=event)
    foot, title = footer(found, note, lang), dates_title(found, lang)
    return dotted(rows, "", title, foot, ax, size, look, over=size == "column")


def dates_title(found: ModelDates, lang: str = "en") -> str:
    """How far behind or ahead the best of the follower was at its release."""
    best = next(m for m in found.models if m.best and m.group == found.follower_group)
    return charts.said(
        "dates", lang, model=model_name(best.model), lag=lag(best.months, best.censored, lang),
        event=best.event(lang),
    )  # fmt: skip


@ours
def news(found: News, ax: Axes | None = None, *, size: str = "page", **look: Unpack[Look]) -> Axes:
    """What each cause, and each model within it, moved the first of the figures.

    Parameters
    ----------
    found
        Of `elolag.estimate_news`.
    """
    estimand, lang = next(iter(found.figures)), look.get("lang", "en")
    rows = []
    for kind, name in CAUSES.items():
        mine = [c for c in found.causes if c.kind == kind and getattr(c, estimand) is not None]
        if not mine:
            continue
        size_of = found.of(kind, estimand)
        told = signed(size_of, lang)
        rows.append(Dot(told_in(lang, name), told, size_of, bare=True, strong=True))
        for c in sorted(mine, key=lambda c: -abs(getattr(c, estimand))):
            value = getattr(c, estimand)
            if c.model and abs(value) >= _MOVED:
                rows.append(Dot(model_name(c.model), signed(value, lang), value, bare=True))
    title = charts.said(f"news {estimand}", lang, moved=found.moved(estimand, lang))
    first, second = (charts.day(vintage, lang) for vintage in found.vintages)
    note = charts.said("news note", lang, first=first, second=second)
    who, foot = f"{short(found.follower_group, lang)} ", footer(found, note, lang)
    return dotted(rows, who, title, foot, ax, size, look, over=size == "column",
                 sides=("moves behind", "moves ahead"))  # fmt: skip
