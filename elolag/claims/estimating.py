"""Our figure for a claim with one set of ratings: value, interval, probability, verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from statistics import NormalDist
from typing import Any

import numpy as np

from elolag.arrays import Floats
from elolag.claims.registry import Claim, interval_words, quantity
from elolag.claims.studies import Answer, Drawn, Key, Spans, Studies, judged
from elolag.dates import DAYS_PER_MONTH, to_day, to_iso
from elolag.errors import EstimateError, UsageError
from elolag.estimate.change import change_of
from elolag.estimate.lag import lag_key
from elolag.estimate.leads import who_led
from elolag.estimate.measures import BOARDS
from elolag.estimate.session import Question, Study
from elolag.model.estimands import ESTIMANDS, TRENDS
from elolag.model.frontier import MATCH_RULES, REACHED, Steps
from elolag.model.interval import Summary, quantiles, summarise
from elolag.results.charts import Both
from elolag.results.citing import overtaking
from elolag.results.measures import STALE_MONTHS
from elolag.results.words import few, given, share

#: A claimed range; an open end is None.
_Range = tuple[float | None, float | None]
#: Chunks of 1,000 draws, at most, for what turns no verdict: the estimand that comes nearest, other
#: match rules and measures; and for hindsight beside a verdict of the day. By `not-worse`, which is
#: slow, there are no more for the figure itself.
_ASIDE, _BESIDE = 1, 2

CONSISTENT, UNLIKELY = Both("consistent", "vereinbar"), Both("unlikely", "unwahrscheinlich")
TOO_SMALL, TOO_LARGE = Both("too small", "zu klein"), Both("too large", "zu groß")
_NOT_TESTABLE = Both("not testable here", "nicht prüfbar")
OPEN, NOT_RESOLVABLE = Both("open", "noch offen"), Both("not resolvable here", "nicht auflösbar")
_OF_FIGURES = (CONSISTENT, UNLIKELY, TOO_SMALL, TOO_LARGE)
VERDICTS = (*_OF_FIGURES, OPEN, NOT_RESOLVABLE, _NOT_TESTABLE)

#: A range that holds in fewer draws is unlikely.
LEAST_SHARE = 0.05

#: The decision rule, as it is printed.
RULE = (
    "A claim is too small if the whole of our interval lies above the claimed range, too large if "
    f"the whole of it lies below, unlikely if the range holds in under {LEAST_SHARE:.0%} of draws "
    "(a draw that is only a bound counts for it where it may lie inside), else consistent: these "
    "ratings do not rule it out. How often the lead changed hands is as listed, without an "
    "interval: there the share of draws alone decides. The probability is the share of draws "
    "inside the range; where draws are only bounds, from what is surely to what is possibly inside."
)

#: Why a count of changes of hands has no interval.
_AS_LISTED = "as listed"
REAL_TIME, HINDSIGHT = "real time", "hindsight"
_PREPOSITION = {"match rule": "by", "measure": "on"}


@dataclass(frozen=True)
class Other:
    """A claimed lag by another match rule, or on another measure (`what` says which).

    `months`, `low`, `high`, `censored` and `verdict` as of an `Estimate`; a measure is asked of
    its newest list.
    """

    what: str
    name: str
    months: float
    low: float | None
    high: float | None
    censored: str | None
    verdict: str

    @classmethod
    def of(cls, what: str, name: str, claim: Claim, found: Summary, spans: Spans) -> Other:
        """What is found, and its verdict on the claim."""
        possible = possible_in(*spans, claim.ends)
        verdict = decide(found.low, found.high, possible, claim.ends)
        return cls(what, name, found.months, found.low, found.high, found.censored, verdict)


@dataclass(frozen=True)
class Estimate:
    """Our figure for a claim, from the ratings of one vintage.

    Attributes
    ----------
    basis
        ``real time`` (ratings no later than the day) or ``hindsight`` (the newest).
    value, low, high
        In the unit of the claim's kind; `low` or `high` None where it is unbounded, both where a
        kind has no interval (`led`). All None where the claim cannot be tested (`why` says why).
    censored
        ``at-least`` or ``at-most`` where `value` is a bound.
    probability
        That the claimed range surely holds, over the draws.
    possible
        Share of the draws that do not rule the range out: those, and bounds that may lie inside.
    detail
        The best of both sides on the day; of several labs, where each of them stands.
    closest, closest_value
        For lags, where the verdict rests on it: the estimand whose figure lies nearest to the
        claimed range.
    passed
        Where the side that is behind was the first at its level: who overtook it, and when.
    months, since
        The window of an average, where the claim names one; and its first day, where that is the
        first on which both groups have a model and not the one that the claim names.
    others
        For lags, what other match rules and other measures say.
    """

    basis: str
    kind: str
    verdict: str
    why: str
    board: str = ""
    vintage: str = ""
    as_of: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    censored: str | None = None
    probability: float | None = None
    possible: float | None = None
    detail: str = ""
    closest: str = ""
    closest_value: float | None = None
    passed: str = ""
    months: float | None = None
    since: str = ""
    others: tuple[Other, ...] = ()
    snapshots: tuple[tuple[str, str], ...] = ()

    @property
    def testable(self) -> bool:
        """Whether there is a figure."""
        return self.verdict in _OF_FIGURES

    @property
    def differing(self) -> tuple[Other, ...]:
        """The other match rules and measures that give another verdict."""
        return tuple(o for o in self.others if o.verdict != self.verdict)

    @property
    def depends(self) -> str:
        """Which other match rules and measures give another verdict, and which; in words."""
        parts = [
            f"{what}: {', '.join(f'{o.verdict} {_PREPOSITION[what]} {o.name}' for o in found)}"
            for what in _PREPOSITION
            if (found := [o for o in self.differing if o.what == what])
        ]
        return "; ".join(parts)

    def figure(self) -> str:
        """The value in words."""
        if self.value is None:
            return ""
        return self.passed or quantity(self.kind, self.value, self.censored)

    def chance(self) -> str:
        """How many draws hold the range: where they are bounds, surely and possibly."""
        return chance(self.probability or 0.0, self.possible or 0.0)

    def told(self) -> str:
        """The value with its interval, in words; of a kind that has none, that it is as listed."""
        if self.kind == "led":
            return f"{self.figure()}, {_AS_LISTED}"
        return f"{self.figure()}, interval {self.interval_words()}"

    def interval_words(self) -> str:
        """The interval in words."""
        return interval_words(self.kind, self.low, self.high)

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON object."""
        out = {
            **vars(self),
            "snapshots": [{"path": p, "sha256": h} for p, h in self.snapshots],
            "others": [asdict(o) | given(o.low, o.high) for o in self.others],
            **given(self.low, self.high),
        }
        return out | {"no_interval": _AS_LISTED} if self.kind == "led" else out


def decide(low: float | None, high: float | None, possible: float, claimed: _Range) -> str:
    """The verdict on a claimed range, given our interval (see `RULE`).

    An end that is None is unbounded; where both are, the draws alone decide.
    """
    if high is not None and claimed[0] is not None and high < claimed[0]:
        return TOO_LARGE
    if low is not None and claimed[1] is not None and low > claimed[1]:
        return TOO_SMALL
    return CONSISTENT if possible >= LEAST_SHARE else UNLIKELY


def _ends(claimed: _Range) -> tuple[float, float]:
    least, most = claimed
    return -np.inf if least is None else least, np.inf if most is None else most


def chance(surely: float, possibly: float) -> str:
    """A share of draws in words; where some are bounds, from what is sure to what is possible."""
    least, most = share(surely), share(possibly)
    return least if least == most else f"{least} to {most}"


def held(below: Floats, above: Floats, claimed: _Range) -> float:
    """Share of draws, each known to lie between `below` and `above`, inside a claimed range."""
    least, most = _ends(claimed)
    return float(np.mean((below >= least) & (above <= most)))


def possible_in(below: Floats, above: Floats, claimed: _Range) -> float:
    """Share of draws, each known to lie between `below` and `above`, not outside the range."""
    least, most = _ends(claimed)
    return float(np.mean((above >= least) & (below <= most)))


def estimate(
    studies: Studies, claim: Claim, basis: str, board: str, vintage: str, as_of: str, *,
    widely: bool = False, beside: bool = False,
) -> Estimate:  # fmt: skip
    """Our figure for a claim with the ratings of one vintage.

    A question these ratings cannot answer comes back as ``not testable here`` with the reason.

    Parameters
    ----------
    widely
        Whether a lag is also asked by the other match rules, and on the other measures by their
        newest lists.
    beside
        Whether the verdict rests on another estimate: then fewer draws are enough.
    """
    chunks = _BESIDE if beside or claim.match_rule == "not-worse" else None
    groups = ("ALL", "CN") if claim.labs else (claim.leader, claim.follower)
    try:
        drawn = studies.asked(board, vintage, claim.category, *groups, chunks=chunks)
        _check_models(drawn.study, claim.models, as_of)
        if claim.kind == "months":
            found = _months(drawn, claim, as_of, widely=widely, beside=beside)
        elif claim.kind == "led":
            found = _led(studies, drawn, claim, as_of)
        else:
            asked = {"rank": _rank, "change": _change}.get(claim.kind, _distance)
            found = asked(drawn, claim, as_of)
    except (EstimateError, UsageError) as error:
        return untestable(basis, claim, str(error))
    if claim.kind != "led" and found.low is None and found.high is None:
        reason = f"{found.figure()}, and these ratings bound the lag on neither side"
        return untestable(basis, claim, reason + _covering(found))
    verdict = decide(found.low, found.high, found.possible or 0.0, claim.ends)
    measures = _on_measures(studies, claim, board, as_of) if widely else ()
    return replace(
        found,
        basis=basis,
        verdict=verdict,
        why=_why(claim, found, verdict),
        board=board,
        vintage=vintage,
        as_of=as_of,
        others=(*found.others, *measures),
        snapshots=tuple((s.path, s.sha256) for s in drawn.study.panel.snapshots),
    )


def untestable(basis: str, claim: Claim, reason: str, verdict: str = _NOT_TESTABLE) -> Estimate:
    """No figure, and why."""
    return Estimate(basis, claim.kind, verdict, reason)


def _why(claim: Claim, found: Estimate, verdict: str) -> str:
    if claim.kind == "led":
        under = f"under {LEAST_SHARE:.0%}" if verdict == UNLIKELY else found.chance()
        return f"{claim.range_words()} was claimed and holds in {under} of draws: {found.told()}"
    ours = f"{found.figure()} (interval {found.interval_words()}){_covering(found)}"
    lies: Mapping[str, str] = {
        CONSISTENT: "interval reaches it",
        UNLIKELY: f"interval reaches it, but under {LEAST_SHARE:.0%} of draws lie in it",
        TOO_SMALL: "whole interval lies above it",
        TOO_LARGE: "whole interval lies below it",
    }
    return f"{claim.range_words()} was claimed and our {lies[verdict]}: {ours}"


def _covering(found: Estimate) -> str:
    """What a window was cut to, in words; empty where it was not."""
    if not found.since:
        return ""
    return (
        f"; over {found.months:g} months, from {found.since}, the first day on which both sides "
        f"have a model"
    )


def _check_models(study: Study, models: Sequence[str], as_of: str) -> None:
    known = {tag.model: tag.released for tag in study.cast.tags}
    for model in models:
        if model not in known:
            where = f"{study.panel.board} of {study.panel.vintage}"
            raise EstimateError(f"{model} is not rated on {where}")
        if known[model] > to_day(as_of):
            raise EstimateError(f"{model} was not out by {as_of}, the day of the ratings")


def _months(drawn: Drawn, claim: Claim, as_of: str, *, widely: bool, beside: bool) -> Estimate:
    study, day = drawn.study, to_day(as_of)
    if sides := study.too_few(day):
        raise EstimateError(f"there is no interval to judge by: {few(sides)}")
    window, since = _window(study, claim, day)
    key = (lag_key(claim.estimand, None), claim.match_rule)
    near = [] if beside else [(estimand, claim.match_rule) for estimand in ESTIMANDS]
    rules = [(key[0], rule) for rule in MATCH_RULES if widely and key[0] not in TRENDS]
    found, spans = judged(key, drawn.answers([key], day, window)[key], study.level)
    answers = drawn.answers(dict.fromkeys([*near, *rules]), day, window, _ASIDE)
    others = []
    for rule in rules:
        with suppress(EstimateError):  # another rule may have no answer where this one has
            other = judged(rule, answers[rule], study.level)
            others.append(Other.of("match rule", rule[1], claim, *other))
    closest, value = _closest(answers, near, study.level, claim.ends)
    return Estimate(
        "", "months", "", "",
        value=found.months, low=found.low, high=found.high, censored=found.censored,
        probability=held(*spans, claim.ends), possible=possible_in(*spans, claim.ends),
        detail=_best_of_day(study, day), closest=closest, closest_value=value,
        passed=passed(study, day) if key == ("current", REACHED.name) else "",
        months=window, since=since, others=tuple(o for o in others if o.name != claim.match_rule),
    )  # fmt: skip


def _window(study: Study, claim: Claim, day: float) -> tuple[float | None, str]:
    """The claim's window in months and, where it is cut to what the models cover, its first day."""
    if claim.window is None:
        return None, ""
    field = study.cast.field
    # A release known to the month may fall on its last day.
    latest = [
        np.fmax(since, field.month_end - 1).min() for since in (field.lead_from, field.follow_from)
    ]
    covered = (day - max(latest)) / DAYS_PER_MONTH
    if covered >= claim.window or covered <= 0:
        return claim.window, ""
    return float(np.floor(10 * covered) / 10), to_iso(max(latest))


def passed(study: Study, day: float) -> str:
    """Who overtook the side that is behind and when, if that side was the first at its level."""
    found = study.overtaken(day)
    if found is None:
        return ""
    first, second, passed = found
    return overtaking(first, "first,", second, passed, (day - to_day(passed)) / DAYS_PER_MONTH)


def _best_of_day(study: Study, day: float) -> str:
    """The best model of both sides at posterior-mean ratings."""
    found = study.point([], day)
    best, rival = (study.cast.tags[i[0]].model for i in (found.leader_best, found.follower_best))
    return f"best of the day: {best} against {rival}"


def _closest(
    answers: Mapping[Key, Answer], keys: Iterable[Key], level: float, claimed: _Range
) -> tuple[str, float | None]:
    """The estimand whose figure lies nearest to the claimed range (in the table's order).

    Those without an answer, and those with only a bound, are passed over.
    """
    least, most = _ends(claimed)
    best: tuple[float, str, float | None] = (np.inf, "", None)
    for key in keys:
        answer = answers[key]
        if isinstance(answer, EstimateError) or answer[0].failed[0]:
            continue
        with suppress(EstimateError):  # bounded on neither side
            found = summarise(key[0], *answer, level)
            away = max(least - found.months, found.months - most, 0.0)
            if away < best[0] and not found.censored:
                best = (away, key[0], found.months)
    return best[1], best[2]


def _on_measures(studies: Studies, claim: Claim, board: str, as_of: str) -> tuple[Other, ...]:
    """The claim on the measures other than the board's, where they have the day's models."""
    if claim.kind != "months" or claim.category != "overall":
        return ()
    publisher, found = board.partition("/")[0], []
    for measure in BOARDS:
        if measure.partition("/")[0] == publisher:
            continue
        try:
            newest = studies.newest(measure, as_of)
            drawn = studies.asked(
                measure, newest, "overall", claim.leader, claim.follower, chunks=_ASIDE
            )
            day = to_day(min(as_of, newest))
            followers = drawn.study.cast.field.follow_from
            latest = followers[followers <= day].max(initial=-np.inf)
            old = to_day(as_of) - min(latest, day) > STALE_MONTHS * DAYS_PER_MONTH
            if old or drawn.study.too_few(day):
                continue
            window, _ = _window(drawn.study, claim, day)
            key = (lag_key(claim.estimand, None), claim.match_rule)
            answer = drawn.answers([key], day, window)[key]
            other = judged(key, answer, drawn.study.level)
        except (EstimateError, UsageError):
            continue  # a measure that cannot answer is no reason to leave the claim out
        found.append(Other.of("measure", measure, claim, *other))
    return tuple(found)


def _standing(drawn: Drawn, day: float) -> tuple[Floats, Floats]:
    """Ratings of the leader's models at the point (1, M) and in the draws; -inf where not yet."""
    parts = [np.where(d.lead_from <= day, d.ratings, -np.inf) for _, d in drawn.everyone()]
    since = drawn.study.cast.field.lead_from
    return np.where(since <= day, drawn.study.means, -np.inf), np.concatenate(parts)


def _bests(drawn: Drawn, day: float) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """Leader's and follower's best on a day, at the point (1,) and in the draws (D,)."""

    def both(ratings: Floats, lead: Floats, follow: Floats) -> tuple[Floats, Floats]:
        return (
            np.where(lead <= day, ratings, -np.inf).max(axis=1),
            np.where(follow <= day, ratings, -np.inf).max(axis=1),
        )

    field = drawn.study.cast.field
    parts = [both(d.ratings, d.lead_from, d.follow_from) for _, d in drawn.study.drawn]
    lead, follow = (np.concatenate(side) for side in zip(*parts, strict=True))
    return both(drawn.study.means, field.lead_from, field.follow_from), (lead, follow)


def _summary(level: float, claim: Claim, point: float, drawn: Floats, detail: str) -> Estimate:
    low, high = quantiles(drawn, np.zeros(len(drawn), np.int8), level)
    inside = held(drawn, drawn, claim.ends)
    return Estimate(
        "", claim.kind, "", "",
        value=point, low=low, high=high, probability=inside, possible=inside, detail=detail,
    )  # fmt: skip


def _distance(asked: Drawn, claim: Claim, as_of: str) -> Estimate:
    """Points or percent between the two best, or from a model down to the lowest of the labs."""
    day, study = to_day(as_of), asked.study
    if claim.model:
        standing = _standing(asked, day)
        model = [n for n, t in enumerate(study.cast.tags) if t.model == claim.model]
        if not model or not np.isfinite(standing[0][0, model[0]]):
            raise EstimateError(f"{claim.model} is not rated here by {as_of}")
        away = [s[:, model] - _lab_bests(study, claim, s, as_of) for s in standing]
        point, drawn = (each.max(axis=1) for each in away)
        gaps = zip(claim.labs, away[0][0], strict=True)
        detail = ", ".join(f"{lab} {quantity('elo', gap)}" for lab, gap in gaps)
        return _summary(study.level, claim, float(point[0]), drawn, detail)
    ends = []
    for lead, follow in _bests(asked, day):
        if not (np.isfinite(lead).all() and np.isfinite(follow).all()):
            raise EstimateError(f"one of the groups has no model here by {as_of}")
        gap = lead - follow
        ends.append(100 * gap / follow if claim.kind == "percent" else gap)
    return _summary(study.level, claim, float(ends[0][0]), ends[1], _best_of_day(study, day))


def _rank(asked: Drawn, claim: Claim, as_of: str) -> Estimate:
    """Place of the worst placed of the labs' best models."""
    study, places = asked.study, []
    for ratings in _standing(asked, to_day(as_of)):
        bests = _lab_bests(study, claim, ratings, as_of)
        above = [(ratings > best[:, None]).sum(axis=1) for best in bests.T]
        places.append(1.0 + np.column_stack(above))
    point, drawn = places
    detail = ", ".join(f"{n} {p:.0f}" for n, p in zip(claim.labs, point[0], strict=True))
    worst = float(point.max()), drawn.max(axis=1)
    return _summary(study.level, claim, *worst, f"places: {detail}")


def _lab_bests(study: Study, claim: Claim, ratings: Floats, as_of: str) -> Floats:
    """The best of each named lab, shape (D, labs)."""
    bests = []
    for lab in claim.labs:
        own = [n for n, tag in enumerate(study.cast.tags) if tag.lab == lab]
        best = ratings[:, own].max(axis=1, initial=-np.inf)
        if not np.isfinite(best).all():
            raise EstimateError(f"no model of {lab} is rated here by {as_of}")
        bests.append(best)
    return np.column_stack(bests)


def _change(asked: Drawn, claim: Claim, as_of: str) -> Estimate:
    """The change of the claim's estimand since a date, with its sampling interval."""
    study = replace(
        asked.study, as_of=to_day(as_of), window=claim.window, match_rule=claim.match_rule
    )
    found = change_of(study, claim.since or None, claim.estimand)
    if found.too_few:
        raise EstimateError(f"there is no interval to judge by: {found.no_interval}")
    spread = (found.high - found.low) / 2 / NormalDist().inv_cdf((1 + found.level) / 2)
    normal = NormalDist((found.low + found.high) / 2, spread)
    upper = 1.0 if claim.high is None else normal.cdf(claim.high)
    lower = 0.0 if claim.low is None else normal.cdf(claim.low)
    return Estimate(
        "", "change", "", "",
        value=found.months, low=found.low, high=found.high,
        probability=upper - lower, possible=upper - lower, closest=claim.estimand,
    )  # fmt: skip


def _led(studies: Studies, asked: Drawn, claim: Claim, as_of: str) -> Estimate:
    """How often the lead changed hands from list to list.

    What was listed was listed: the count has no interval. The probability is of the order of the
    ratings themselves, which every draw has anew.
    """
    study = asked.study
    # The order is told without an interval, and so without a level.
    question = Question(
        n_draws=studies.drawn["n_draws"], seed=studies.drawn["seed"], archive=studies.archive,
        board=study.panel.board, category=study.panel.category, vintage=study.panel.vintage,
        leader=claim.leader, follower=claim.follower, extra_tags=studies.extra_tags,
        session=studies.session, policies=studies.lookup.policies,
    )  # fmt: skip
    lists = who_led(claim.since, **question).until(as_of)
    days = np.array([to_day(s.date) for s in lists.standings])
    counts = []
    for _, each in study.drawn:
        sides = each.lead_from, each.follow_from
        led, followed = (Steps(each.ratings, s, study.as_of).at(days) for s in sides)
        counts.append((np.diff(followed > led, axis=1)).sum(axis=1))
    value, drawn = float(len(lists.changes)), np.concatenate(counts).astype(float)
    found = _summary(study.level, claim, value, drawn, lists.sentence())
    return replace(found, low=None, high=None)
