"""Every model's date: when the other side's frontier stood at its level; and that of any level."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Unpack

import numpy as np
from numpy.typing import NDArray

from elolag.arrays import Flags, Floats, Ints
from elolag.dates import DAYS_PER_MONTH, known, precision, to_iso
from elolag.errors import EstimateError, UsageError
from elolag.estimate.session import Estimated, Question, Session, Study, nearest, prepare
from elolag.model import draws
from elolag.model.frontier import MatchRule, Steps, crossed_by
from elolag.question import refuse_settled
from elolag.results import cards
from elolag.results.charts import short
from elolag.results.citing import date as spelled
from elolag.results.citing import dated, dative, likely, on
from elolag.results.citing import lag as told_lag
from elolag.results.provenance import tags_of
from elolag.results.table import Column, Table, data, decimals, picked
from elolag.results.words import (
    MOST_NAMED,
    TOO_FEW,
    compact,
    few,
    given,
    lab_name,
    noun,
    percentage,
    share,
)

#: States of a date: known, only known to lie before the first rated model, not come yet.
_STATES = ("reached", "before-first", "not-yet")
#: Later than any day.
_NEVER = "9999"


@dataclass(frozen=True)
class Reach:
    """When a group's frontier reached a level.

    Attributes
    ----------
    group
        The group.
    state
        ``reached``; ``before-first`` where the level lies below its first rated model; ``not-yet``.
    date
        ISO, at posterior-mean ratings; where `state` is ``before-first`` the last day it can have
        been, where it is ``not-yet`` None.
    low, high
        Earliest and latest day of the measurement interval; None: unbounded to that side.
    below, above
        The group's last record below the level, with its date, and its first at or above it.
    never
        Share of draws in which the level is not reached by the as-of date.
    until
        The as-of date.
    """

    group: str
    state: str
    date: str | None
    low: str | None
    high: str | None
    below: tuple[str, str] | None
    above: tuple[str, str] | None
    never: float
    until: str

    def words(self, lang: str = "en", named: Callable[[str], str] = str) -> str:
        """When it was, as a clause: the bracket of two records where there is one.

        `named` gives what is printed for the key of a model.
        """
        sure = self.sure(lang)
        if self.state == "not-yet":
            day = spelled(self.until, lang)
            return cards.reached("not-yet", self.group, lang, day=day, sure=sure)
        if self.above is None or self.date is None:
            who = noun(self.group)
            raise EstimateError(f"{who}: a level that was reached has no model that reached it")
        name, day = named(self.above[0]), dative(self.above[1], lang)
        if self.state == "before-first" or self.below is None:
            state = "on" if self.state == "reached" else self.state
            at = on(self.above[1], lang)
            return cards.reached(state, self.group, lang, name=name, day=day, on=at, sure=sure)
        lower, before = named(self.below[0]), dative(self.below[1], lang)
        both = {"lower": lower, "before": before, "name": name, "day": day, "sure": sure}
        return cards.reached("between", self.group, lang, **both)

    def sure(self, lang: str = "en") -> str:
        """How sure it is that the level was reached, or that it was not, as an adverb."""
        return likely(self.never if self.state == "not-yet" else 1 - self.never, lang)

    def interval(self, thin: bool = False, lang: str = "") -> str:
        """The interval of the date in words; the days as data, or spelled in a language."""
        if thin:
            return cards.said("few", lang)

        def told(iso: str) -> str:
            return spelled(iso, lang) if lang else iso

        low, high = (None if end is None else told(end) for end in (self.low, self.high))
        return cards.days(low, high, told(self.until), lang)

    @property
    def outside(self) -> bool:
        """Whether the day, or that it has not come, lies outside the interval."""
        return not (self.low or "") <= (self.date or _NEVER) <= (self.high or _NEVER)

    @property
    def _precision(self) -> str | None:
        """To what the day is known, where there is one."""
        return precision(self.date) if self.date else None

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON object."""
        ends = {
            key: pair and {"model": pair[0], "date": pair[1], "precision": precision(pair[1])}
            for key, pair in (("below", self.below), ("above", self.above))
        }
        plain = {**picked(self, "group", "state", "date"), "precision": self._precision}
        return {**plain, **given(self.low, self.high), **ends, "not_reached": self.never}

    def cells(self, thin: bool) -> dict[str, Any]:
        """Cells of a row of either table; `thin`: too few models for an interval."""
        ends = dict.fromkeys(("low", "high")) if thin else given(self.low, self.high)
        date = known(self.date or "")
        found = {"not-yet": "not yet", "before-first": f"by {date}"}
        return {
            "when": found.get(self.state, date), "interval": self.interval(thin),
            "above": self.above and self.above[0], "below": self.below and self.below[0],
            "state": self.state, "date": self.date, "date_precision": self._precision,
            "earliest": ends["low"], "latest": ends["high"], "not_reached": self.never,
        }  # fmt: skip


@dataclass(frozen=True)
class ModelDate:
    """One rated model, and when the other side's frontier stood at its level.

    Attributes
    ----------
    model, entry, lab, group
        The model, its best entry on the list, who released it, and the group it counts for.
    released
        ISO date from which it counts.
    rating, sd
        Posterior mean, and standard deviation in the draws.
    votes
        Those of the entry on the newest list; None where it is on none or prints no count.
    reach
        The other side at its level.
    months
        Lag at its release: positive, the other side was there so long before; negative, it came so
        long after. A bound where `censored`.
    low, high
        Of its measurement interval, None unbounded.
    censored
        ``at-least``, ``at-most`` or None.
    record, best
        Whether it set a record of its side, and whether it is its side's best of the as-of date, at
        posterior-mean ratings.
    evidence, lab_evidence
        What says when it was released, and who its lab is.
    clock
        What dates models: ``released``, or ``first-listed``.
    dated
        What dates this one: the clock, or ``opened`` where its weights came later.
    """

    model: str
    entry: str
    lab: str
    group: str
    released: str
    rating: float
    sd: float
    votes: int | None
    reach: Reach
    months: float
    low: float | None
    high: float | None
    censored: str | None
    record: bool
    best: bool
    evidence: str
    lab_evidence: str
    clock: str = "released"
    dated: str = "released"

    def sentence(self, lang: str = "en", named: Callable[[str], str] = str, lab: str = "") -> str:
        """When the other side stood at its level, and how long before or after its release.

        `named` gives what is printed for the key of a model, `lab` the name of who released it
        where that is not the one in our tables.
        """
        day = spelled(self.released, lang)
        if self.dated != "released":
            day = dated(self.dated, self.released, lang)
        return cards.said(
            "sentence", lang, model=named(self.model), lab=lab or self.lab_name, released=day,
            reach=self.reach.words(lang, named),
            lag=told_lag(self.months, self.censored, lang), event=self.event(lang),
        )  # fmt: skip

    @property
    def lab_name(self) -> str:
        """What its lab called itself then."""
        return lab_name(self.lab, self.released)

    def event(self, lang: str = "en") -> str:
        """What dates it, in words."""
        return cards.event(self.dated, lang)

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON object."""
        plain = {
            **picked(self, "model", "entry", "lab", "group", "released"),
            "precision": precision(self.released),
            **picked(self, "rating", "sd", "votes", "record", "best"),
        }
        lag = {"months": self.months, **given(self.low, self.high), "censored": self.censored}
        said = picked(self, "evidence", "lab_evidence")
        return {**plain, "other": self.reach.to_dict(), "at_release": lag, **said}


@dataclass(frozen=True, kw_only=True)
class _Asked(Estimated):
    """What the two results share: the question they answer, and what they rest on."""

    as_of: str
    match_rule: str
    level: float
    thin: str
    notes: tuple[str, ...]

    def footnotes(self) -> tuple[str, ...]:
        """What the intervals are, which dates lie off theirs, and which lists could be used."""
        kind = (
            f"{percentage(self.level)} measurement intervals; each holds its own date, whatever "
            f"the others are."
        )
        off = [] if self.thin else [name for name, reach in self._told() if reach.outside]
        names = ", ".join(off[:MOST_NAMED])
        more = f" and {len(off) - MOST_NAMED} more" if len(off) > MOST_NAMED else ""
        why = (
            f"Outside its interval lies the day of {names}{more}: it is taken at posterior-mean "
            f"ratings, the interval is between quantiles of the draws."
        )
        return (
            f"No intervals: {self.thin}." if self.thin else kind,
            *([why] if off else []),
            f"By {self.board} ({self.category}), ratings of {self.vintage}, as of {self.as_of}; "
            f"{self.n_draws:,} draws, seed {self.seed}.",
            *(f"Note: {note}." for note in self.notes),
        )

    @abstractmethod
    def _told(self) -> list[tuple[str, Reach]]:
        """The days that a reader sees, each with whose it is."""

    def _question(self) -> dict[str, Any]:
        plain = picked(
            self, "board", "category", "vintage", "as_of", "leader_group", "follower_group",
            "match_rule", "level", "n_draws", "seed", "sources", "version",
        )  # fmt: skip
        return {
            "schema": 1,
            **plain,
            "policies": dict(self.policies),
            "tags": tags_of(self),
            "too_few": self.thin or None,
            "notes": list(self.notes),
            "snapshots": [{"path": p, "sha256": h} for p, h in self.snapshots],
        }


@dataclass(frozen=True, kw_only=True)
class ModelDates(_Asked):
    """Every rated model of two groups, the newest first."""

    models: tuple[ModelDate, ...]

    @property
    def clock(self) -> str:
        """What dates the models: ``released``, or ``first-listed``."""
        return self.models[0].clock

    def _told(self) -> list[tuple[str, Reach]]:
        alone = len(self.models) == 1
        return [(m.model, m.reach) for m in self.models if m.record or alone]

    def one(self, model: str) -> ModelDate:
        """The model of this key.

        Raises
        ------
        UsageError
            No rated model of either group has it.
        """
        for found in self.models:
            if found.model == model:
                return found
        near = nearest(model, [found.model for found in self.models])
        raise UsageError(
            f"no model {model!r} of {noun(self.leader_group)} or {noun(self.follower_group)} is "
            f"rated on {self.board} by {self.as_of}"
            + (f"; nearest: {', '.join(near)}" if near else "; see elolag dates")
        )

    def only(self, model: str) -> ModelDates:
        """The same with one model alone: its card."""
        return replace(self, models=(self.one(model),))

    def sentence(self) -> str:
        """The best of the follower, or the only one that there is."""
        if len(self.models) == 1:
            return self.models[0].sentence()
        best = next(m for m in self.models if m.best and m.group == self.follower_group)
        where = f"{self.board} ({self.category}), {self.as_of}"
        return f"The best of {noun(self.follower_group)} on {where}: {best.sentence()}"

    def rows(self) -> list[tuple[str, str]]:
        """A single model as (quantity, value) pairs: what is known of it, and what says so."""
        (model,) = self.models
        reach, other = model.reach, noun(model.reach.group)
        standing = "best of its side" if model.best else "a record of its side when it came"
        rows = [
            ("model", f"{model.model}, as {model.entry}"),
            ("lab", f"{model.lab_name} ({model.lab_evidence})"),
            *self._dated(model),
            ("rating", f"{model.rating:.1f}, standard deviation {model.sd:.1f}"),
        ]
        if model.votes is not None:
            rows.append(("votes", f"{model.votes:,}"))
        if model.best or model.record:
            rows.append(("standing", standing))
        cells = reach.cells(bool(self.thin))
        rows.append((f"{other} at its level", cells["when"]))
        rows.append((f"{percentage(self.level)} interval of that day", cells["interval"]))
        if reach.above and reach.state == "reached":
            verb = "passed or matched by" if reach.above[1] > model.released else "first there"
            rows.append((verb, f"{reach.above[0]} ({known(reach.above[1])})"))
        if reach.below:
            rows.append(("last one below it", f"{reach.below[0]} ({known(reach.below[1])})"))
        if 0 < reach.never < 1:
            rows.append(("not reached yet", f"{share(reach.never)} of draws"))
        rows.append((f"at its {model.event()}", told_lag(model.months, model.censored, "en")))
        span = TOO_FEW if self.thin else compact(model.low, model.high)
        rows.append((f"{percentage(self.level)} interval", span))
        return rows

    def _dated(self, model: ModelDate) -> list[tuple[str, str]]:
        """The day from which it counts, and what says when it was released."""
        if model.dated == "released":
            return [("counts from", f"{known(model.released)} ({model.evidence})")]
        told = dated(model.dated, model.released, "en")
        return [("counts", told), ("of its release", model.evidence)]

    def table(self) -> Table:
        """One row per model; the reader sees those that set a record, the newest first."""
        thin, unit = bool(self.thin), self.measure.unit
        number = decimals(0 if unit == "Elo" else 1)
        event = cards.event(self.clock, "en")
        counted = "that" if event == "release" else "the release"
        counted = f"its {event}, or {counted} of its weights"
        columns = (
            Column("model", "Model", "key of the model"),
            _group("the group it counts for"),
            Column("released", "Counts from", counted, "ISO date"),
            data("precision", "to what it is known: day or month"),
            Column(
                "rating", "Rating", "posterior mean of its best entry", unit, number, figures=True
            ),
            Column("when", "Other side at its level", "the day in words", words=True),
            Column("interval", "Interval", "of that day, in words", words=True),
            Column("behind", f"At its {event}", "how far behind or ahead, in words", words=True),
            data("entry", "its best entry"),
            data("lab", "who released it"),
            data("sd", "standard deviation of that rating in the draws", unit),
            data("other", "the other group"),
            *_days("first day at its level; empty: not yet"),
            data("below", "the other side's last record below it"),
            data("above", "the other side's first at or above it"),
            data("not_reached", "share of draws without one"),
            data("months", f"lag at {event}; positive: behind", "months"),
            data("low", "lower end of its interval", "months"),
            data("high", "upper end of its interval", "months"),
            data("censored", "at-least or at-most where months is a bound"),
            data("record", "whether it set a record of its side"),
            data("best", "whether it is its side's best"),
        )
        rows = []
        for m in self.models:
            ends = dict.fromkeys(("low", "high")) if thin else given(m.low, m.high)
            behind = told_lag(m.months, m.censored, "en")
            more = {"behind": behind, "other": m.reach.group, "low": ends["low"]}
            more |= {"high": ends["high"], "precision": precision(m.released)}
            rows.append({**vars(m), **m.reach.cells(thin), **more})
        caption = "When the other side stood at each model's level (the CSV has every model)"
        records = tuple(k for k, m in enumerate(self.models) if m.record)
        shown = records if len(self.models) > 1 else None
        return Table.of("dates", caption, columns, rows, page_rows=shown)

    def to_dict(self) -> dict[str, Any]:
        """As one JSON object, unrounded."""
        return {**self._question(), "models": [model.to_dict() for model in self.models]}


@dataclass(frozen=True, kw_only=True)
class LevelDates(_Asked):
    """When each of two groups reached a level, and the time between.

    Attributes
    ----------
    rating
        The level asked about.
    reaches
        Of leader and follower.
    months
        Days of the follower less that of the leader; None where neither has been there, a bound
        where `censored`.
    low, high
        Of its measurement interval; None unbounded.
    """

    rating: float
    reaches: tuple[Reach, Reach]
    months: float | None
    low: float | None
    high: float | None
    censored: str | None

    def _told(self) -> list[tuple[str, Reach]]:
        return [(each.group, each) for each in self.reaches]

    def sentence(self) -> str:
        """When each was there, and how long one was before the other."""
        first, second = self.reaches
        told = f"At {self.rating:g} {self.measure.points}: {first.words()}; {second.words()}."
        if self.months is None:
            return told
        who = noun(self.follower_group)
        return f"{told} At that level {who} was {told_lag(self.months, self.censored, 'en')}."

    def table(self) -> Table:
        """One row per group."""
        columns = (
            _group("who reached it"),
            Column("when", "At this level", "the day in words", words=True),
            Column("interval", "Interval", "of that day, in words", words=True),
            Column("above", "First at or above", "model"),
            Column("below", "Last below", "model"),
            *_days("first day; empty: not yet"),
            data("not_reached", "share of draws without one"),
        )
        rows = [{"group": each.group, **each.cells(bool(self.thin))} for each in self.reaches]
        level = f"{self.rating:g} {self.measure.points}"
        return Table.of("level-dates", f"When each reached {level}", columns, rows)

    def to_dict(self) -> dict[str, Any]:
        """As one JSON object, unrounded."""
        return {
            **self._question(),
            "rating": self.rating,
            "groups": [reach.to_dict() for reach in self.reaches],
            "months": self.months,
            **given(self.low, self.high),
            "censored": self.censored,
        }


def _group(meaning: str) -> Column:
    """A column of groups: its expression as data, its name for the reader."""
    return Column("group", "Group", meaning, show=lambda group: short(str(group)))


def _days(first: str) -> tuple[Column, ...]:
    """Columns of a day as data."""
    ends = "of the interval; empty: unbounded"
    return (
        data("state", f"one of {', '.join(_STATES)}"),
        data("date", first, "ISO date"),
        data("date_precision", "to what date is known: day or month"),
        *(data(end, ends, "ISO date") for end in ("earliest", "latest")),
    )


def model_dates(**question: Unpack[Question]) -> ModelDates:
    """For every rated model, when the other side's frontier stood at its level.

    A model's level is its own rating, with its error, not that of its side's frontier: where it is
    the follower's best, the figure of the day is that of ``current``, and its interval takes this
    model as given.

    Parameters
    ----------
    **question
        As for `estimate_lag`, without `window`. A model of both groups is asked about as the
        follower's.

    Returns
    -------
    ModelDates

    Raises
    ------
    UsageError
        A name, date or number that cannot be answered.
    EstimateError
        The data hold no answer to this question.

    Examples
    --------
    >>> import elolag
    >>> found = elolag.model_dates(vintage="2026-08-19", n_draws=300)
    >>> kimi = found.one("kimi-k3")
    >>> kimi.reach.below, kimi.reach.above
    (('gemini-3-pro', '2025-11-18'), ('claude-opus-4-6', '2026-02-05'))
    """
    refuse_settled("dates", question)
    question["session"] = session = question.get("session") or Session()
    study = prepare(**question)
    cast, fitted, as_of = study.cast, study.fitted, study.as_of
    numbers, point = cast.field, _point(study)
    follows = numbers.follow_from <= as_of
    sides = follows, (numbers.lead_from <= as_of) & ~follows
    if not all(side.any() for side in sides):
        raise EstimateError("a group has no model of its own by the as-of date")
    parts = [
        _crossings(study, keep, drawn, sides)
        for keep, drawn in draws.draw(numbers, fitted, study.n_draws, study.seed, everything=True)
    ]
    dates, unseen, never, since = (np.concatenate(each) for each in zip(*parts, strict=True))
    at_mean = _crossings(study, np.arange(len(cast.tags)), point, sides)
    early, late = _ends(dates, unseen, never, study.level)
    # Where the model's own day is known, its lag at release runs as the other side's day does.
    low, high = (at_mean[3][0] - late) / DAYS_PER_MONTH, (at_mean[3][0] - early) / DAYS_PER_MONTH
    vague = np.flatnonzero((since != since[0]).any(axis=0))
    lag = (since[:, vague] - dates[:, vague]) / DAYS_PER_MONTH
    low[vague], high[vague] = _ends(lag, never[:, vague], unseen[:, vague], study.level)
    tables, clock = session.lookup_of(question).tables, str(study.choices.get("clock", "released"))
    best, mean, spread = cast.best_entries(fitted), fitted.mean, cast.spread(fitted)
    table = study.panel.placed.table.dropna(subset="votes")
    votes = dict(zip(table["entry"], table["votes"].astype(int), strict=True))
    frontiers = [Steps(point.ratings, since, as_of) for _, since in cast.sides]
    records = [set(f.columns[0][np.isfinite(f.dates[0])].tolist()) for f in frontiers]
    tops = [int(f.best_model()[0]) for f in frontiers]
    found = []
    for k in np.flatnonzero(sides[0] | sides[1]):
        mine, other = int(follows[k]), int(not follows[k])
        (group, since), rival = cast.sides[mine], cast.sides[other][0]
        tag, row = cast.tags[k], tables.models[cast.tags[k].model]
        day, by, not_yet, own = (each[0, k] for each in at_mean)
        reach = _reach(study, rival.text, frontiers[other], float(point.ratings[0, k]),
                       (day, by, not_yet), (early[k], late[k]), never[:, k])  # fmt: skip
        found.append(ModelDate(
            model=tag.model,
            entry=cast.entries[best[k]],
            lab=tag.lab,
            group=group.text,
            released=tag.since(float(since[k])),
            rating=float(mean[best[k]]),
            sd=float(spread[best[k]]),
            votes=votes.get(cast.entries[best[k]]),
            reach=reach,
            months=float(own - day) / DAYS_PER_MONTH + 0.0,
            low=_finite(low[k]),
            high=_finite(high[k]),
            censored="at-least" if by else "at-most" if not_yet else None,
            record=int(k) in records[mine],
            best=int(k) == tops[mine],
            evidence=f"{row.date_basis}: {row.evidence}",
            lab_evidence=tables.lab(row).evidence,
            clock=clock,
            dated="opened" if since[k] > tag.released else clock,
        ))  # fmt: skip
    found.sort(key=lambda m: (m.released, m.rating), reverse=True)
    return ModelDates(models=tuple(found), **_asked(study))


def level_dates(rating: float, **question: Unpack[Question]) -> LevelDates:
    """When each group's frontier reached a level, and the time between.

    Parameters
    ----------
    rating
        The level, in the board's points.
    **question
        As for `estimate_lag`, without `window`; match rule ``not-worse``, which compares models, is
        refused.

    Returns
    -------
    LevelDates

    Raises
    ------
    UsageError
        A level that is no number, or a match rule that asks for a model.
    EstimateError
        The data hold no answer to this question.

    Examples
    --------
    >>> import elolag
    >>> found = elolag.level_dates(1450, vintage="2026-08-19", n_draws=300)
    >>> [reach.above[0] for reach in found.reaches]
    ['gemini-2.5-pro-exp-03-25', 'kimi-k2.5']
    """
    if not np.isfinite(rating):
        raise UsageError(f"a level of {rating} points makes no sense; take a number, e.g. 1450")
    refuse_settled("dates", question)
    study = prepare(**question)
    if study.match_rule == "not-worse":
        raise UsageError("match rule not-worse compares two models, and a level is none")
    match, until = MatchRule(study.match_rule), np.array([study.as_of])

    def crossed(ratings: Floats, steps: Steps) -> list[NDArray[Any]]:
        """The day of one side, unseen, never; each (D,)."""
        levels = np.full((len(ratings), 1), float(rating))
        nobody = np.zeros(levels.shape, np.intp)
        return [each[:, 0] for each in crossed_by(match, levels, steps, nobody, until)]

    at_mean, reaches, sampled = [], [], []
    for (group, since), name in zip(study.cast.sides, ("lead_from", "follow_from"), strict=True):
        drawn = (
            crossed(d.ratings, Steps(d.ratings, getattr(d, name), study.as_of))
            for _, d in study.drawn
        )
        dates, unseen, never = (np.concatenate(each) for each in zip(*drawn, strict=True))
        steps = Steps(study.means, since, study.as_of)
        facts = [each[0] for each in crossed(study.means, steps)]
        ends = _ends(dates, unseen, never, study.level)
        at_mean.append(facts[0])
        reaches.append(_reach(study, group.text, steps, rating, facts, ends, never))
        sampled.append((dates, unseen, never))
    (led, lead_by, lead_never), (followed, follow_by, follow_never) = sampled
    apart = (followed - led) / DAYS_PER_MONTH
    low, high = _ends(apart, lead_never | follow_by, follow_never | lead_by, study.level)
    value: float | None = float(at_mean[1] - at_mean[0]) / DAYS_PER_MONTH + 0.0
    first, second = (reach.state for reach in reaches)
    least = second == "not-yet" or first == "before-first"
    most = first == "not-yet" or second == "before-first"
    if least and most:
        value = None
    return LevelDates(
        rating=float(rating),
        reaches=(reaches[0], reaches[1]),
        months=value,
        low=_finite(low) if value is not None else None,
        high=_finite(high) if value is not None else None,
        censored=None if value is None else "at-least" if least else "at-most" if most else None,
        **_asked(study),
    )


def _point(study: Study) -> draws.Draw:
    """Posterior-mean ratings and the dates as they stand: one draw of all models."""
    return draws.Draw(study.means, study.cast.field.lead_from, study.cast.field.follow_from)


def _crossings(
    study: Study, keep: Ints, drawn: draws.Draw, sides: Sequence[Flags]
) -> tuple[Floats, Flags, Flags, Floats]:
    """For every model (D, M): the other side's day, unseen, never, and its own first day.

    `sides` says which models are asked about as the follower's and as the leader's.
    """
    shape = drawn.ratings.shape
    days, own = np.zeros(shape), np.zeros(shape)
    unseen, never = np.zeros(shape, bool), np.zeros(shape, bool)
    match, until = study.match.of(keep), np.array([study.as_of])
    both = drawn.follow_from, drawn.lead_from
    for asked, mine, other in zip(sides, both, both[::-1], strict=True):
        models = np.flatnonzero(asked)
        holders = np.broadcast_to(models, (shape[0], len(models)))
        side = Steps(drawn.ratings, other, study.as_of)
        found = crossed_by(match, drawn.ratings[:, models], side, holders, until)
        days[:, models], unseen[:, models], never[:, models] = found
        own[:, models] = np.broadcast_to(mine, shape)[:, models]
    return days, unseen, never, own


def _ends(values: Floats, below: Flags, above: Flags, level: float) -> tuple[Floats, Floats]:
    """Percentile interval per column; draws marked may lie anywhere below, or above, their value.

    As `model.interval.quantiles`, for many columns at once.
    """
    tail, n = round((1 - level) / 2, 12), len(values)
    out = []
    for part, open_end, side in ((tail, below, -np.inf), (1 - tail, above, np.inf)):
        place = max(int(np.ceil(round(part * n, 9))) - 1, 0)
        columns = np.ascontiguousarray(np.where(open_end, side, values).T)
        out.append(np.partition(columns, place, axis=-1)[..., place])
    return out[0], out[1]


def _finite(value: Floats) -> float | None:
    return float(value) if np.isfinite(value) else None


def _reach(
    study: Study,
    group: str,
    steps: Steps,
    level: float,
    facts: Sequence[Any],
    ends: Sequence[Floats],
    never: Flags,
) -> Reach:
    """One group at one level, the models of the bracket named; `facts` are those of the point."""
    day, unseen, not_yet = facts
    at = steps.first_reaching(np.array([[level]]))

    def named(step: Ints) -> tuple[str, str]:
        tag = study.cast.tags[int(steps.columns_of(step)[0, 0])]
        return tag.model, tag.since(float(steps.date_of(step)[0, 0]))

    below = None if at[0, 0] == 0 else named(steps.before(at))
    above = None if at[0, 0] == steps.size else named(np.zeros_like(at) if unseen else at)
    state = "not-yet" if not_yet else "before-first" if unseen else "reached"
    known = (np.nan if not_yet else day, *ends)
    date, low, high = (to_iso(float(np.floor(d))) if np.isfinite(d) else None for d in known)
    # Where it is the day of one of the two, it is known as far as that is.
    date = next((pair[1] for pair in (above, below) if pair and pair[1] == date), date)
    return Reach(
        group, state, date, low, high, below, above, float(never.mean()), to_iso(study.as_of)
    )


def _asked(study: Study) -> dict[str, Any]:
    thin = study.too_few()
    return {
        **study.told,
        "as_of": to_iso(study.as_of),
        "match_rule": study.match_rule,
        "level": study.level,
        "thin": few(thin) if thin else "",
        "notes": study.notes,
    }
