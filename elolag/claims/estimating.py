"""Our figure for a claim, from studies that claims share.

Also the one place that decides which ratings a day could have seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np

from elolag.archive import Archive, Board, Snapshot, open_archive
from elolag.arrays import Floats
from elolag.claims.registry import Claim, interval_words, quantity
from elolag.dates import DAYS_PER_MONTH, to_day, to_iso
from elolag.errors import EstimateError, UsageError
from elolag.estimate.lag import lag_key
from elolag.estimate.over_time import change_of
from elolag.estimate.panel import LONG_BLIND_DAYS
from elolag.estimate.session import (
    ASKED,
    Asked,
    Question,
    Session,
    Study,
    asking,
    assemble,
    check_numbers,
)
from elolag.model import draws
from elolag.model.estimands import ESTIMANDS
from elolag.model.interval import quantiles, reach, summarise
from elolag.question import check_names
from elolag.results.words import few, given, overtaking
from elolag.tags import Lookup

_STYLE = "_style_control"
#: A claimed range; an open end is None.
Range = tuple[float | None, float | None]
#: What claims are asked; each brings its own groups, board, category and dates.
_ASKED = ("n_draws", "seed", "level", "archive", "sources", "policies", "extra_tags", "session")


@dataclass(frozen=True)
class Choice:
    """The ratings a day could have seen, or (`vintage` empty) why there were none to use."""

    board: str
    vintage: str
    reason: str = ""


@dataclass
class Studies:
    """Studies of one archive with one set of tags, draws and seed.

    Not frozen: it remembers its studies, so that questions on the same board, vintage and groups
    share one preparation and one set of draws.
    """

    archive: Archive
    lookup: Lookup
    drawn: Question
    session: Session
    extra_tags: str | Path | None = None
    _studies: dict[tuple[str, ...], Study] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, usual: int, question: Asked) -> Studies:
        """Open the archive and the tags; `usual` is the number of draws by default.

        Raises
        ------
        UsageError
            A name or number that cannot be answered.
        """
        check_names(question, _ASKED)
        asked: Question = {**ASKED, "n_draws": usual, **question}
        check_numbers(asked["n_draws"], asked["level"])
        opened = open_archive(asked["archive"], sources=asked["sources"])
        session = asked["session"] or Session()
        lookup = session.lookup(asked["extra_tags"], asked["policies"])
        drawn = Question(n_draws=asked["n_draws"], seed=asked["seed"], level=asked["level"])
        return cls(opened, lookup, drawn, session, asked["extra_tags"])

    def study(self, board: str, vintage: str, category: str, leader: str, follower: str) -> Study:
        """Two groups on one panel; dates are asked of it afterwards."""
        key = (board, vintage, category, leader, follower)
        if key not in self._studies:
            where = self.session.board(board, self.archive)
            panel = self.session.panel(where, category, vintage, self.extra_tags)
            asked = asking(self.drawn, leader=leader, follower=follower)
            self._studies[key] = assemble(panel, self.lookup, asked)
        return self._studies[key]

    def newest(self, board: str, day: str = "") -> str:
        """The newest vintage of a board, as a question without a vintage takes it.

        Where the publisher's own lists end before `day`, the newest copy.
        """
        if board not in self.archive.boards():
            raise EstimateError(f"the archive has no board {board}")
        complete = [s for s in _usable(self.archive.board(board)) if s.completeness == "full"]
        official = [s for s in complete if s.official and s.vintage >= day]
        if not complete:
            raise EstimateError(f"{board} has no complete list of ratings")
        return (official or complete)[-1].vintage

    def in_real_time(self, board: str, category: str, day: str, *, complete: bool) -> Choice:
        """The newest usable ratings of `day` or before.

        The board itself, or, while it has none yet, its raw twin. Lags rest on models that have
        left the board, so they need a `complete` list; a distance of one day's bests does not. A
        list older than `LONG_BLIND_DAYS` says nothing of the day.
        """
        names = [board, *([board.removesuffix(_STYLE)] if board.endswith(_STYLE) else [])]
        reasons = []
        for name in names:
            if name not in self.archive.boards():
                reasons.append(f"the archive has no board {name}")
                continue
            snapshots = self.archive.board(name).snapshots
            known = [s for s in snapshots if s.vintage <= day]
            usable = [s for s in _usable(self.archive.board(name)) if s.vintage <= day]
            shown = [s for s in usable if category in s.categories]
            fine = [s for s in shown if s.completeness == "full" or not complete]
            if not known:
                reasons.append(f"{name} had no ratings by {day}")
            elif not usable:
                reasons.append(
                    f"{name} held only online Elo by {day}, which is not on the published scale"
                )
            elif not shown:
                reasons.append(f"{name} had no category {category} by {day}")
            elif not fine:
                reasons.append(f"{name} had no complete list by {day}")
            elif to_day(day) - to_day(fine[-1].vintage) > LONG_BLIND_DAYS:
                kind = "complete list" if complete else "list"
                reasons.append(
                    f"the newest {kind} of {name} by {day} in the archive, of "
                    f"{fine[-1].vintage}, is more than {LONG_BLIND_DAYS:.0f} days older"
                )
            else:
                return Choice(name, fine[-1].vintage)
        return Choice("", "", "; ".join(reasons))


def _usable(board: Board) -> list[Snapshot]:
    return [s for s in board.snapshots if s.method in ("bradley-terry", "index")]


@dataclass(frozen=True)
class Standing:
    """Every model's rating on one day: the point (1, M), the draws (D, M), -inf where not yet."""

    point: Floats
    drawn: Floats

    @classmethod
    def of(cls, study: Study, day: float) -> Standing:
        """Ratings of the models of the leader's group that count by `day`."""
        ratings = _point(study)
        parts = [
            np.where(d.lead_from <= day, d.ratings, -np.inf)
            for _, d in draws.draw(
                study.cast.field, study.fitted, study.n_draws, study.seed, everything=True
            )
        ]
        now = np.where(study.cast.field.lead_from <= day, ratings, -np.inf)
        return cls(now, np.concatenate(parts))


def bests(study: Study, day: float) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """Leader's and follower's best on a day, at the point (1,) and in the draws (D,)."""

    def both(ratings: Floats, lead: Floats, follow: Floats) -> tuple[Floats, Floats]:
        return (
            np.where(lead <= day, ratings, -np.inf).max(axis=1),
            np.where(follow <= day, ratings, -np.inf).max(axis=1),
        )

    field = study.cast.field
    parts = [
        both(d.ratings, d.lead_from, d.follow_from)
        for _, d in draws.draw(field, study.fitted, study.n_draws, study.seed)
    ]
    lead, follow = (np.concatenate(side) for side in zip(*parts, strict=True))
    return both(_point(study), field.lead_from, field.follow_from), (lead, follow)


def _point(study: Study) -> Floats:
    starts = np.flatnonzero(np.diff(study.cast.field.model, prepend=-1))
    return np.asarray(np.maximum.reduceat(study.fitted.mean, starts)[None, :])


# Our figure for one claim with one set of ratings: value, interval, probability, verdict.

CONSISTENT, UNLIKELY = "consistent", "unlikely"
TOO_SMALL, TOO_LARGE = "too small", "too large"
NOT_TESTABLE = "not testable here"
VERDICTS = (CONSISTENT, UNLIKELY, TOO_SMALL, TOO_LARGE, NOT_TESTABLE)

#: A range that holds in fewer draws is unlikely.
_LEAST_SHARE = 0.05

#: The decision rule, as it is printed.
RULE = (
    "A claim is too small if the whole of our interval lies above the claimed range, too large if "
    f"the whole of it lies below, unlikely if the range holds in under {_LEAST_SHARE:.0%} of draws "
    "(a draw that is only a bound counts for it), else consistent: these ratings do not rule it "
    "out. The probability is the share of draws surely inside the range."
)

REAL_TIME, HINDSIGHT = "real time", "hindsight"


@dataclass(frozen=True)
class Estimate:
    """Our figure for a claim, from the ratings of one vintage.

    Attributes
    ----------
    basis
        ``real time`` (ratings no later than the day) or ``hindsight`` (the newest).
    value, low, high
        In the unit of the claim's kind; `low` or `high` None where it is unbounded. All None
        where the claim cannot be tested (`why` says why).
    censored
        ``at-least`` or ``at-most`` where `value` is a bound.
    probability
        That the claimed range surely holds, over the draws.
    possible
        Share of the draws that do not rule the range out: those, and bounds that may lie inside.
    detail
        The best of both sides on the day; of several labs, where each of them stands.
    closest, closest_value
        For lags, the estimand whose figure lies nearest to the claimed range.
    passed
        Where the side that is behind was the first at its level: who overtook it, and when.
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
    snapshots: tuple[tuple[str, str], ...] = ()

    @property
    def testable(self) -> bool:
        """Whether there is a figure."""
        return self.verdict != NOT_TESTABLE

    def figure(self) -> str:
        """The value in words."""
        if self.value is None:
            return ""
        return self.passed or quantity(self.kind, self.value, self.censored)

    def interval_words(self) -> str:
        """The interval in words."""
        return interval_words(self.kind, self.low, self.high) if self.testable else ""

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON object."""
        out = {name: getattr(self, name) for name in self.__dataclass_fields__}
        out["snapshots"] = [{"path": p, "sha256": h} for p, h in self.snapshots]
        return out | given(self.low, self.high)


def _decide(low: float | None, high: float | None, possible: float, claimed: Range) -> str:
    """The verdict on a claimed range, given our interval; None is unbounded (see `RULE`)."""
    if high is not None and claimed[0] is not None and high < claimed[0]:
        return TOO_LARGE
    if low is not None and claimed[1] is not None and low > claimed[1]:
        return TOO_SMALL
    return CONSISTENT if possible >= _LEAST_SHARE else UNLIKELY


def _ends(claimed: Range) -> tuple[float, float]:
    least, most = claimed
    return -np.inf if least is None else least, np.inf if most is None else most


def held(below: Floats, above: Floats, claimed: Range) -> float:
    """Share of draws, each known to lie between `below` and `above`, inside a claimed range."""
    least, most = _ends(claimed)
    return float(np.mean((below >= least) & (above <= most)))


def _shares(below: Floats, above: Floats, claimed: Range) -> dict[str, float]:
    """What draws, each known to lie between `below` and `above`, say of a claimed range."""
    least, most = _ends(claimed)
    return {
        "probability": held(below, above, claimed),
        "possible": float(np.mean((above >= least) & (below <= most))),
    }


def estimate(
    studies: Studies, claim: Claim, basis: str, board: str, vintage: str, as_of: str
) -> Estimate:
    """Our figure for a claim with the ratings of one vintage.

    A question these ratings cannot answer comes back as ``not testable here`` with the reason.
    """
    groups = ("ALL", "CN") if claim.labs else (claim.leader, claim.follower)
    try:
        study = studies.study(board, vintage, claim.category, *groups)
        study = replace(study, window=claim.window)
        _check_models(study, claim.models, as_of)
        found = _FIGURES[claim.kind](study, claim, as_of)
    except (EstimateError, UsageError) as error:
        return untestable(basis, claim, str(error))
    verdict = _decide(found.low, found.high, found.possible or 0.0, (claim.low, claim.high))
    return replace(
        found,
        basis=basis,
        verdict=verdict,
        why=_why(claim, found, verdict),
        board=board,
        vintage=vintage,
        as_of=as_of,
        snapshots=tuple((s.path, s.sha256) for s in study.panel.snapshots),
    )


def untestable(basis: str, claim: Claim, reason: str) -> Estimate:
    """No figure, and why."""
    return Estimate(basis, claim.kind, NOT_TESTABLE, reason)


def _why(claim: Claim, found: Estimate, verdict: str) -> str:
    ours = f"{found.figure()} (interval {found.interval_words()})"
    said = claim.range_words()
    if verdict == CONSISTENT:
        return f"{said} was claimed and our interval reaches it: {ours}"
    if verdict == UNLIKELY:
        return (
            f"{said} was claimed and our interval reaches it, but under {_LEAST_SHARE:.0%} of "
            f"draws lie in it: {ours}"
        )
    side = "above" if verdict == TOO_SMALL else "below"
    return f"{said} was claimed and our whole interval lies {side} it: {ours}"


def _check_models(study: Study, models: Sequence[str], as_of: str) -> None:
    known = {tag.model: tag.released for tag in study.cast.tags}
    for model in models:
        if known.get(model, np.inf) > to_day(as_of):
            raise EstimateError(
                f"{model} is not rated on {study.panel.board} of {study.panel.vintage}"
                if model not in known
                else f"{model} was not out by {as_of}, the day of the ratings"
            )


def _months(study: Study, claim: Claim, as_of: str) -> Estimate:
    day, key = to_day(as_of), lag_key(claim.estimand, None)
    if sides := study.too_few(day):
        raise EstimateError(f"there is no interval to judge by: {few(sides)}")
    lags = study.sample([key], day).lags[key]
    found = summarise(key, study.point([key], day).lags[key], lags, study.level)
    fine = ~lags.failed
    below, above = reach(lags.months[fine], lags.censored[fine])
    closest, value = _closest(study, day, (claim.low, claim.high))
    return Estimate(
        "", "months", "", "",
        value=found.months, low=found.low, high=found.high, censored=found.censored,
        **_shares(below, above, (claim.low, claim.high)),
        detail=_best_of_day(study, day), closest=closest, closest_value=value,
        passed=passed(study, day) if key == "current" else "",
    )  # fmt: skip


def passed(study: Study, day: float) -> str:
    """Who overtook the side that is behind and when, if that side was the first at its level."""
    found = study.overtaken(day)
    if found is None:
        return ""
    first, second, passed = found
    return overtaking(first, "first,", second, to_iso(passed), (day - passed) / DAYS_PER_MONTH)


def _best_of_day(study: Study, day: float) -> str:
    """The best model of both sides at posterior-mean ratings."""
    found = study.point([], day)
    names = [study.cast.tags[i[0]].model for i in (found.leader_best, found.follower_best)]
    return f"best of the day: {names[0]} against {names[1]}"


def _closest(
    study: Study, day: float, claimed: tuple[float | None, float | None]
) -> tuple[str, float | None]:
    """The estimand whose figure lies nearest to the claimed range (in the table's order)."""
    least = -np.inf if claimed[0] is None else claimed[0]
    most = np.inf if claimed[1] is None else claimed[1]
    best: tuple[float, str, float | None] = (np.inf, "", None)
    for estimand, value in _exactly(study, list(ESTIMANDS), day).items():
        away = max(least - value, value - most, 0.0)
        if away < best[0]:
            best = (away, estimand, value)
    return best[1], best[2]


def _exactly(study: Study, estimands: Sequence[str], day: float) -> dict[str, float]:
    """The figures of estimands on a day, without those that have none, or only a bound."""
    try:
        point, sample = study.point(estimands, day), study.sample(estimands, day)
    except EstimateError:
        if len(estimands) == 1:
            return {}
        # One of them has no answer here; another may.
        each = (_exactly(study, [estimand], day) for estimand in estimands)
        return {name: value for found in each for name, value in found.items()}
    found = {
        name: summarise(name, point.lags[name], sample.lags[name], study.level)
        for name in estimands
    }
    return {name: f.months for name, f in found.items() if not f.censored}


def _summary(study: Study, claim: Claim, point: float, drawn: Floats) -> Estimate:
    low, high = quantiles(drawn, np.zeros(len(drawn), np.int8), study.level)
    shares = _shares(drawn, drawn, (claim.low, claim.high))
    return Estimate("", claim.kind, "", "", value=point, low=low, high=high, **shares)


def _distance(study: Study, claim: Claim, as_of: str) -> Estimate:
    """Points or percent between the two best, or from a model down to the lowest of the labs."""
    day = to_day(as_of)
    if claim.model:
        standing = Standing.of(study, day)
        model = [n for n, t in enumerate(study.cast.tags) if t.model == claim.model]
        if not model or not np.isfinite(standing.point[0, model[0]]):
            raise EstimateError(f"{claim.model} is not rated here by {as_of}")
        ends = [
            (s[:, model[0]] - _lab_bests(study, claim, s, as_of).min(axis=1))
            for s in (standing.point, standing.drawn)
        ]
        best = _lab_bests(study, claim, standing.point, as_of)[0]
        away = standing.point[0, model[0]] - best
        detail = ", ".join(
            f"{lab} {quantity('elo', gap)}" for lab, gap in zip(claim.labs, away, strict=True)
        )
        return replace(_summary(study, claim, float(ends[0][0]), ends[1]), detail=detail)
    ends = []
    for lead, follow in bests(study, day):
        if not (np.isfinite(lead).all() and np.isfinite(follow).all()):
            raise EstimateError(f"one of the groups has no model here by {as_of}")
        gap = lead - follow
        ends.append(100 * gap / follow if claim.kind == "percent" else gap)
    found = _summary(study, claim, float(ends[0][0]), ends[1])
    return replace(found, detail=_best_of_day(study, day))


def _rank(study: Study, claim: Claim, as_of: str) -> Estimate:
    """Place of the worst placed of the labs' best models."""
    standing = Standing.of(study, to_day(as_of))
    places = []
    for ratings in (standing.point, standing.drawn):
        bests_of_labs = _lab_bests(study, claim, ratings, as_of)
        above = [(ratings > best[:, None]).sum(axis=1) for best in bests_of_labs.T]
        places.append(1.0 + np.column_stack(above))
    point, drawn = places
    detail = ", ".join(f"{n} {p:.0f}" for n, p in zip(claim.labs, point[0], strict=True))
    found = _summary(study, claim, float(point.max()), drawn.max(axis=1))
    return replace(found, detail=f"places: {detail}")


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


def _change(study: Study, claim: Claim, as_of: str) -> Estimate:
    """The change of the claim's estimand since a date, with its sampling interval."""
    found = change_of(replace(study, as_of=to_day(as_of)), claim.since or None, claim.estimand)
    if found.too_few:
        raise EstimateError(f"there is no interval to judge by: {few(found.too_few)}")
    spread = (found.high - found.low) / 2 / NormalDist().inv_cdf((1 + found.level) / 2)
    normal = NormalDist((found.low + found.high) / 2, spread)
    upper = 1.0 if claim.high is None else normal.cdf(claim.high)
    lower = 0.0 if claim.low is None else normal.cdf(claim.low)
    return Estimate(
        "", "change", "", "",
        value=found.months, low=found.low, high=found.high,
        probability=upper - lower, possible=upper - lower, closest=claim.estimand,
    )  # fmt: skip


_FIGURES = {
    "months": _months,
    "elo": _distance,
    "points": _distance,
    "percent": _distance,
    "rank": _rank,
    "change": _change,
}
