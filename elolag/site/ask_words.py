"""The phrases of an answer as the page's script needs them: each asked of what says it in Python.

A phrase is said once, in `elolag.results`. Here it is made to speak of values that stand out, and
these are then replaced by the names of slots. What depends on a state stands under that state.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from elolag.dates import DAYS_PER_MONTH, MonthOnly, known
from elolag.model.frontier import MATCH_RULES
from elolag.results import citing, words
from elolag.results.answer import Speaker
from elolag.results.lag import LagResult
from elolag.results.verdict import SETTLED_VOTES, Day, Gap, ModelPoint
from elolag.site.carried import CHANGES, REFUSALS, WINDOWS, Answer

#: Numbers that stand in no phrase of their own.
_SIZE, _NEAR, _FAR = 77.7, 66.6, 88.8
_SURE, _LIKELY, _DOUBTED = 0.99, 0.7, 0.3
_BIRTH = "1901-01-01"
#: Averages that say on which side the follower was.
_OF_ONE_SIDE = ("behind", "ahead", "at-least", "at-least-ahead")
_SLOTS = {f"{_SIZE}": "{size}", f"{_NEAR}": "{near}", f"{_FAR}": "{far}"}


def phrases(headline: Answer, errors: Mapping[str, str]) -> dict[str, Any]:
    """Every phrase an answer on this board can need, under the state that asks for it.

    Parameters
    ----------
    headline
        The answer to the question as it is published.
    errors
        What the engine says where there is no answer, with its slots.
    """
    average, current = headline.average, headline.current
    return {
        "refusals": dict(REFUSALS),
        "errors": dict(errors),
        "changes": dict(CHANGES),
        "rules": dict(words.MATCHED),
        "over": {w: citing.over_months(w, "en") for w in WINDOWS},
        "months_to": {w: citing.months_to(w, "en") for w in WINDOWS},
        "names_of_months": [
            citing.date(f"2001-{m:02d}-01", "en").split(" ")[1] for m in range(1, 13)
        ],
        "about": [_put(citing.about(m, "en"), {"78": "{months}"}) for m in (0.5, 1.2, _SIZE)],
        "average": _averages(average),
        "interval": _intervals(average),
        "counted": _counts(average, current),
        "day": _days(average),
        "aged": _ages(),
        "figure": _figures(current),
        "lag": _lags(current),
        "gap": _gaps(current),
        "on": [
            citing.on(_BIRTH).replace(_BIRTH, "{day}"),
            citing.on(MonthOnly(_BIRTH)).replace(known(MonthOnly(_BIRTH)), "{month}"),
        ],
        "share": [words.share(p) for p in (0.999, 0.001)],
        "rows": _rows(current),
    }


def _put(text: str, slots: Mapping[str, str]) -> str:
    """The text with slots in place of the values that stand out."""
    for value, slot in slots.items():
        text = text.replace(value, slot)
    return text


def _with(
    result: LagResult,
    months: float,
    low: float | None,
    high: float | None,
    censored: str | None = None,
    **changed: Any,
) -> LagResult:
    """A result with another figure; by the rule that dates nothing else, of enough models."""
    point = replace(result.follower, model="x", counts_from=_BIRTH)
    models = [replace(point, group=g) for g in (result.leader_group, result.follower_group)]
    usual: dict[str, Any] = {
        "gap": Gap(10.0, 5.0, 15.0, 1.0, 1.0, result.gap.unit),
        "models": tuple(models * words.FEWEST),
        "policies": {**result.policies, "match_rule": MATCH_RULES[0]},
        "window": float(WINDOWS[0]),
    }
    return replace(
        result, months=months, low=low, high=high, censored=censored, **{**usual, **changed}
    )


def _averages(result: LagResult) -> dict[str, str]:
    """The line of the average, by verdict, direction and match rule."""
    found = {}
    cases = {
        "behind": (_SIZE, _NEAR, _FAR, None),
        "ahead": (-_SIZE, -_FAR, -_NEAR, None),
        "level": (0.0, 0.0, 1.0, None),
        "no-clear-lead": (_SIZE, -_NEAR, _FAR, None),
        "no-clear-lead-ahead": (-_SIZE, -_FAR, _NEAR, None),
        "no-clear-lead-level": (0.0, None, _NEAR, "at-most"),
        "at-least": (_SIZE, _NEAR, None, "at-least"),
        "at-least-ahead": (-_SIZE, None, -_NEAR, "at-most"),
    }
    for (case, numbers), rule in itertools.product(cases.items(), MATCH_RULES):
        policies = {**result.policies, "match_rule": rule}
        said = _with(result, *numbers, policies=policies)
        speaker = Speaker(said, "en")
        slots = {
            speaker.interval(): "{interval}",
            f"{citing.months_to(WINDOWS[0], 'en')} {speaker.day}": "{to} {day}",
            citing.about(_SIZE, "en"): "{about}",
            **_SLOTS,
        }
        found[f"{case}/{rule}"] = _put(speaker.average(), slots)
        if rule == MATCH_RULES[0] and case in _OF_ONE_SIDE:
            both = Speaker(replace(said, models=_both_led(said)), "en")
            found[f"{case}/both"] = _put(both.average(), slots)
    return found


def _both_led(result: LagResult) -> tuple[ModelPoint, ...]:
    """Models of which the follower's led first, and one of the leader on the last day."""
    point = result.models[0]
    before = dt.date.fromisoformat(result.as_of) - dt.timedelta(days=1)
    last = replace(point, group=result.leader_group, rating=2.0, counts_from=before.isoformat())
    rated = {result.leader_group: 0.0, result.follower_group: 1.0}
    return (*(replace(m, rating=rated[m.group]) for m in result.models), last)


def _intervals(result: LagResult) -> dict[str, str]:
    """The interval within the line of the average."""

    def said(*numbers: Any) -> str:
        return _put(Speaker(_with(result, *numbers), "en").interval(), _SLOTS)

    unclear = Speaker(_with(result, _SIZE, -_NEAR, _FAR), "en")
    both = said(_SIZE, -_NEAR, _FAR)
    ends = both[both.index("{near}") :]
    return {
        "clear": said(_SIZE, _NEAR, _FAR),
        "open": said(_SIZE, _NEAR, None, "at-least"),
        "ends": said(_SIZE, _SIZE, _SIZE + 0.01),
        "one": said(_SIZE, _SIZE, _SIZE),
        "unclear": both.replace(ends, "{ends}"),
        "unbounded": unclear.words.unbounded,
        "at-least": unclear.words.at_least,
        "at-most": unclear.words.at_most,
        "level": unclear.words.level,
        "to": unclear.words.to,
    }


def _counts(average: LagResult, current: LagResult) -> dict[str, list[str]]:
    """Why there is no interval, by how many models each side has: in a line, a cell, the gap."""
    found = {}
    sides = average.leader_group, average.follower_group
    point = replace(average.follower, model="x", counts_from=_BIRTH)
    for counts in itertools.product(range(1, words.FEWEST + 1), repeat=2):
        if min(counts) == words.FEWEST:
            continue
        models = tuple(
            replace(point, group=g) for g, n in zip(sides, counts, strict=True) for _ in range(n)
        )
        one, other = (_with(each, _SIZE, _NEAR, _FAR, models=models) for each in (average, current))
        found["/".join(map(str, counts))] = [
            Speaker(one, "en").interval(),
            other.interval_words(),
            _row(other, "gap").partition(" (")[2].removesuffix(")"),
        ]
    return found


def _row(result: LagResult, what: str) -> str:
    return next(words for name, words in result.rows() if name == what)


def _days(result: LagResult) -> dict[str, Any]:
    """How the day's bests stood, by state, and the words for how sure that is."""
    speaker = Speaker(_with(result, _SIZE, _NEAR, _FAR), "en")
    best, rival, above, below = (
        ModelPoint(result.follower_group, f"⟦{name}⟧", "", _BIRTH, 0.0, 0.0, _BIRTH)
        for name in ("best", "rival", "above", "below")
    )
    born = citing.date(_BIRTH, "en")
    slots = {f"⟦{name}⟧ ({born})": f"{{{name}}}" for name in ("best", "rival", "above", "below")}
    itself = replace(below, model=best.model, lab="⟦lab⟧")
    slots[f"{best.model} ({itself.lab}, {born})"] = "{below}"
    today = citing.date(result.as_of, "en")
    age = (dt.date.fromisoformat(result.as_of) - dt.date.fromisoformat(_BIRTH)).days
    slots |= {citing.aged([age] * n, "en"): "{aged}" for n in (2, 1)}
    standing = {citing.stood(p, "en"): p for p in (_LIKELY, _DOUBTED)}
    first, second = standing

    def said(state: str, leading: float = 0.0, **changed: Any) -> str:
        day = Day(
            result.as_of, state, best, rival, above, below, _DOUBTED, _SURE, _SURE, leading, (), ()
        )
        text = speaker.today(replace(day, **changed)).replace(today, "{day}")
        return _put(text, slots)

    def aside(text: str, name: str, stood: str) -> str:
        """The text with its aside on the name of a best model as a slot."""
        return text.replace(f", ⟦{name}⟧, {stood}", f"{{who}}{stood}")

    maybe = said("between", 0.37).removesuffix(".").removeprefix(said("between").removesuffix("."))
    unsure = said("leads", 0.63)
    sure = said("leads", _SURE)
    not_it = unsure[len(sure.partition(";")[0].replace("stood", "probably stood")) :]
    not_it = not_it.partition(";")[0]
    leads = {}
    told: dict[str, dict[str, Any]] = {
        "leads": {}, "leads-first": {"above": None}, "leads-itself": {"below": itself},
    }  # fmt: skip
    for state, changed in told.items():
        text = aside(said("leads", _LIKELY, **changed), "rival", first)
        text = text.replace(first, "{leads}").replace(second, "{stood}")
        leads[state] = text.replace(not_it.replace("37", "30"), "{maybe}")
    states = {
        state: aside(said(state), "best", second).replace(second, "{stood}")
        for state in ("shared", "tie", "overtaken", "between", "below-first")
    }
    states["between-itself"] = aside(said("between", below=itself), "best", second).replace(
        second, "{stood}"
    )
    states["below-first"] = aside(said("below-first", above=None), "best", second).replace(
        second, "{stood}"
    )
    for state in ("overtaken", "between", "between-itself", "below-first"):
        states[state] = f"{states[state].removesuffix('.')}{{maybe}}."
    few = replace(best, votes=1), replace(above, votes=1)
    return {
        "states": states | leads,
        "maybe": maybe.replace("37", "{share}"),
        "not": not_it.replace("37", "{share}"),
        "adverbs": [citing.likely(p, "en") for p in (_SURE, _LIKELY, _DOUBTED)],
        "stood": [citing.stood(p, "en") for p in (_SURE, _LIKELY, _DOUBTED)],
        "who": [", {name}, ", " ({adverb}{name}) "],
        "provisional": _provisional(result, few),
    }


def _provisional(result: LagResult, few: tuple[ModelPoint, ModelPoint]) -> list[str]:
    """What is said of ratings of few votes, of one model and of several; nothing off Arena."""
    speaker = Speaker(result, "en")
    found = []
    for state, rival in (("shared", few[1]), ("tie", few[1])):
        day = Day(result.as_of, state, few[0], rival, None, None, 1.0, 1.0, 1.0, 0.0, (), ())
        plain = replace(day, best=replace(few[0], votes=None), rival=replace(rival, votes=None))
        text = speaker.today(day).removeprefix(speaker.today(plain))
        both = "⟦best⟧ and ⟦above⟧" if state == "tie" else "⟦best⟧"
        found.append(text.replace(both, "{names}"))
    return found


def _ages() -> dict[str, Any]:
    """How old models were: days, and whole months in words."""
    single, double = (citing.aged([DAYS_PER_MONTH, *more], "en") for more in ([], [1.0]))
    old, respectively = single[single.rindex(" ") :], double[double.rindex(" ") :]

    def age(days: float) -> str:
        return citing.aged([days], "en").removesuffix(old)

    month = [age(m * DAYS_PER_MONTH) for m in range(1, 13)]
    unit = month[-1].partition(" ")[2]
    same = citing.aged([5 * DAYS_PER_MONTH] * 2, "en").partition(month[4])[0]
    return {
        "old": old,
        "respectively": respectively,
        "days": [age(d) for d in range(16)],
        "one": month[0],
        "words": [text.removesuffix(f" {unit}") for text in month],
        "unit": unit,
        "both": same,
        "and": " and ",
    }


def _figures(result: LagResult) -> dict[str, str]:
    """The figure in a few words, by verdict and direction; of one that was overtaken, by whom."""
    found = {}
    cases = {
        "behind": (_SIZE, _NEAR, _FAR),
        "ahead": (-_SIZE, -_FAR, -_NEAR),
        "unclear": (_SIZE, -_NEAR, _FAR),
        "unclear-ahead": (-_SIZE, -_FAR, _NEAR),
        "level": (0.0, 0.0, 0.0),
    }
    tie = Gap(0.0, 0.0, 0.0, 0.0, 0.0, result.gap.unit)
    for case, numbers in cases.items():
        changed: dict[str, Any] = {"estimand": "average"}
        if case == "level":
            changed = {"gap": tie}
        text = _with(result, *numbers, **changed).figure()
        found[case] = text.replace(words.months(_SIZE), "{size}")
    sides = result.follower_group, result.leader_group
    for case, (first, second) in (("overtaken", sides), ("overtaken-leads", sides[::-1])):
        text = citing.overtaking(first, "first,", second, _BIRTH, _SIZE)
        found[case] = _put(text, {citing.on(_BIRTH): "{on}", citing.before(_SIZE): "{before}"})
    passed = _overtaken(result, clear=False).figure()
    found["doubt"] = passed.removeprefix(_overtaken(result, clear=True).figure())
    return found


def _overtaken(result: LagResult, *, clear: bool) -> LagResult:
    """A result of which the follower was first and was overtaken."""
    best = replace(result.follower, counts_from=_BIRTH)
    match = replace(best, group=result.leader_group, counts_from="1950-01-01")
    gap = Gap(10.0, 5.0 if clear else -5.0, 15.0, 1.0, 1.0, result.gap.unit)
    return _with(result, _SIZE, _NEAR, _FAR, gap=gap, follower=best, match=match)


def _lags(result: LagResult) -> dict[str, Any]:
    """Intervals of months in a few words, and what they are made of."""
    size = words.months(_SIZE)
    brief = _with(result, _SIZE, _NEAR, _FAR)
    one = _with(result, _SIZE, _SIZE, _SIZE).interval_words()
    return {
        "brief": _put(
            brief.brief(), {brief.figure(): "{figure}", brief.interval_words(): "{interval}"}
        ),
        "months": size.replace(f"{_SIZE}", "{size}"),
        "directed": {
            "behind": words.directed(_SIZE).replace(size, "{months}"),
            "ahead": words.directed(-_SIZE).replace(size, "{months}"),
            "level": words.directed(0.0),
            "passed": _put(
                _overtaken(result, clear=True).told(_SIZE), {citing.before(_SIZE): "{before}"}
            ),
        },
        "before": citing.before(_SIZE).replace(f"{_SIZE}", "{size}"),
        "just-before": citing.before(0.0),
        "span": {
            "behind": _put(words.span(_NEAR, _FAR), _SLOTS),
            "ahead": _put(words.span(-_FAR, -_NEAR), _SLOTS),
            "one": _put(words.span(_SIZE, _SIZE), {words.directed(_SIZE): "{told}"}),
            "mixed": _put(
                words.span(-_NEAR, _FAR),
                {words.directed(-_NEAR): "{low}", words.directed(_FAR): "{high}"},
            ),
        },
        "open": {
            "low": words.open_ended(0.0, None),
            "high": words.open_ended(None, 0.0),
            "none": words.open_ended(None, None),
        },
        "bounds": [words.bound(1.0, "at-least"), words.bound(1.0, "at-most")],
        "one": one,
        "leader": f"{words.noun(result.leader_group)} {{told}}",
    }


def _gaps(result: LagResult) -> dict[str, str]:
    """The gap of the day with its interval, by who is ahead."""
    found = {}
    unit = result.gap.unit
    slots = {**_SLOTS, "5.1": "{near}", "9.2": "{far}"}
    cases = {
        "leader": (_SIZE, 5.1, 9.2),
        "follower": (-_SIZE, -9.2, -5.1),
        "mixed": (0.0, -5.1, 9.2),
        "none": (0.0, 0.0, 0.0),
    }
    for case, numbers in cases.items():
        gap = Gap(*numbers, 0.0, 0.0, unit)
        text = _put(_row(_with(result, _SIZE, _NEAR, _FAR, gap=gap), "gap"), slots)
        head, _, interval = text.partition(" (")
        found["level" if case == "mixed" else case] = head
        found[f"{case}-interval"] = interval.removesuffix(")")
    return {**found, "both": "{gap} ({interval})"}


def _rows(result: LagResult) -> dict[str, str]:
    """A row of a match, and how the rows are called."""
    row = _row(result, "match")
    match = result.matches[0]
    slots = {
        f"{match.model} ({known(match.release_date)})": "{model} ({date})",
        f"{words.share(match.probability)} of": "{share} of",
        result.told(match.months): "{told}",
    }
    return {"match": _put(row, slots), "provisional": f"{SETTLED_VOTES}"}
