"""What moved the number: the change of a figure between two vintages, split into its causes.

Between two vintages of one board five things change: the as-of date (time), what is known of the
models themselves (tags), who is rated (new models), the votes of those still listed (votes), and
where those stand that have left the list (places). Time comes first: what the figure would be by
then, had nothing else changed. After it each model's rating and each model's tag are the players of
a game whose worth is the figure; a player's share is the mean, over orders in which all switch from
the earlier state to the later one, of what its own switch adds (Shapley 1953). Every draw takes an
order of its own and the reverse of it, so that the shares add up to the change to the last digit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Unpack

import numpy as np

from elolag.arrays import Flags, Floats, Ints
from elolag.dates import DAYS_PER_MONTH
from elolag.errors import EstimateError, UsageError
from elolag.estimate.lag import results
from elolag.estimate.session import Estimated, Question, Study, asking, of_lists, prepare, rests_on
from elolag.model import draws
from elolag.model.estimands import Race, window_of
from elolag.model.frontier import MatchRule
from elolag.question import refuse_settled
from elolag.results.charts import Both
from elolag.results.citing import date as spelled
from elolag.results.citing import number, over_months
from elolag.results.lag import LagResult
from elolag.results.table import Cell, Column, Table, data, picked
from elolag.results.words import directed, first_up, months, nought, noun

#: Causes, in the order in which they are told, and what each is called.
CAUSES = {
    "time": Both("time passing", "vergehende Zeit"),
    "tags": Both("tags", "Zuordnungen"),
    "new": Both("new models", "neue Modelle"),
    "votes": Both("new votes", "neue Stimmen"),
    "places": Both("refit of older places", "ältere Plätze neu bestimmt"),
    "bounds": Both("draws that are bounds", "Ziehungen, die nur Schranken sind"),
}
_ESTIMANDS = ("average", "current")
#: Orders, each with its reverse, for a figure at posterior-mean ratings.
_ORDERS = 2_000
#: Rows of a race that are computed at once.
_CHUNK = 2_000
#: Months from which a share is told, and models named for one cause.
_TOLD = 0.05
_NAMED = 3


@dataclass(frozen=True)
class Cause:
    """What one thing moved, in months: positive, further behind.

    `kind` is one of `CAUSES`; `model` is empty for the date and for draws that are bounds.
    ``average`` and ``current`` are None where that estimand has no figure at both vintages.
    """

    kind: str
    model: str
    average: float | None
    current: float | None

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON object."""
        return vars(self) | {"model": self.model or None}


@dataclass(frozen=True)
class News(Estimated):
    """The change of two figures between two vintages, and what moved them.

    Attributes
    ----------
    figures
        Estimand to the figures of the first vintage and of the second.
    causes
        What moved them, by cause and model, the largest first within each cause.
    """

    figures: Mapping[str, tuple[float, float]]
    causes: tuple[Cause, ...]
    vintages: tuple[str, str]
    as_of: str
    notes: tuple[str, ...] = ()

    def change(self, estimand: str) -> float:
        """Second figure less the first, in months."""
        before, after = self.figures[estimand]
        return after - before

    def of(self, kind: str, estimand: str) -> float:
        """What all of one cause moved, in months."""
        return float(sum(getattr(c, estimand) or 0.0 for c in self.causes if c.kind == kind))

    def sentence(self) -> str:
        """What moved the figures, in one paragraph."""
        return " ".join(self._told(estimand) for estimand in self.figures)

    def moved(self, estimand: str, lang: str = "en") -> str:
        """From where to where a figure went, directions in words."""
        before, after = self.figures[estimand]
        if lang == "de" and abs(after - before) < _TOLD:
            return f"blieb bei {_stand(after, 'Monaten')}"
        if lang == "de":
            same = _stand(before, "").rpartition(" ")[2] == _stand(after, "").rpartition(" ")[2]
            start = number(before, lang) if same else _stand(before, "Monaten")
            return f"änderte sich von {start} auf {_stand(after, 'Monate')}"
        if abs(after - before) < _TOLD:
            return "stayed level" if nought(after) else f"stayed at {directed(after)}"
        if min(before, after) >= 0 or max(before, after) <= 0:
            side = "behind" if before + after >= 0 else "ahead"
            return f"went from {abs(before):.1f} to {months(abs(after))} {side}"
        return f"went from {directed(before)} to {directed(after)}"

    def _told(self, estimand: str) -> str:
        start, end = (spelled(v, "en") for v in self.vintages)
        what = {
            "average": f"the average of {noun(self.follower_group)} against "
            f"{noun(self.leader_group)}",
            "current": f"the distance of {noun(self.follower_group)} on the day",
        }[estimand]
        opening = f"From the list of {start} to that of {end}, {what}"
        if estimand != next(iter(self.figures)):
            opening = first_up(what)
        text = f"{opening} {self.moved(estimand)}"
        if min(self.figures[estimand]) < 0:
            text += " (plus: towards behind)"
        told = []
        for kind, name in CAUSES.items():
            size = self.of(kind, estimand)
            models = [
                f"{c.model} {signed(getattr(c, estimand))}"
                for c in sorted(self.causes, key=lambda c: -abs(getattr(c, estimand) or 0.0))
                if c.kind == kind and c.model and abs(getattr(c, estimand) or 0.0) >= _TOLD
            ][:_NAMED]
            if abs(size) >= _TOLD or models:
                most = "above all" if abs(size) >= _TOLD else "among others"
                inside = f" ({most} {', '.join(models)})" if models else ""
                told.append(f"{signed(size)} by {name}{inside}")
        if not told:
            return f"{text}, and nothing moved it by {_TOLD:g} months or more."
        return f"{text}: {'; '.join(told)}."

    def table(self) -> Table:
        """One row per cause and one per model; the reader sees what moved a figure."""
        columns = (
            Column("cause", "Cause", "what changed"),
            Column("model", "Model", "whose; empty: of all of the cause, or of none"),
            Column("average", "Average", "share of the change; positive: further behind",
                   "months", _shown, figures=True, in_page="average" in self.figures),
            Column("current", "Lag of the day", "share of the change; positive: further behind",
                   "months", _shown, figures=True, in_page="current" in self.figures),
            data("whole", "whether it is the sum of all of the cause"),
        )  # fmt: skip
        rows: list[dict[str, Any]] = []
        shown = []
        for kind, name in CAUSES.items():
            mine = [c for c in self.causes if c.kind == kind]
            if not mine:
                continue
            whole = {e: self.of(kind, e) if e in self.figures else None for e in _ESTIMANDS}
            shown.append(len(rows))
            rows.append({"cause": name, "model": "", "whole": True, **whole})
            for c in (c for c in mine if c.model):
                if max(abs(c.average or 0.0), abs(c.current or 0.0)) >= _TOLD:
                    shown.append(len(rows))
                rows.append({"cause": name, "model": c.model, "whole": False,
                             "average": c.average, "current": c.current})  # fmt: skip
        caption = "What moved the figures (the CSV has every model)"
        return Table.of("news", caption, columns, rows, page_rows=tuple(shown))

    def footnotes(self) -> tuple[str, ...]:
        """How the shares are made, and what they are not."""
        window = self.policies.get("window")
        return (
            "A plus is further behind, a minus less far. Time passing comes first: what the figure "
            "would be by the later date, had nothing else changed. After it each share is the "
            "mean, over orders in which everything switches from the earlier state to the later, "
            "of what its own switch adds (Shapley); the shares of a figure add up to its change "
            "(all are rounded, each for itself). "
            "Both vintages are read with today's tags unless others are given for the first. New "
            "votes: of models on the later list; refit of older places: of those that left it.",
            *(f"Note: {note}." for note in self.notes),
            *([f"The average is {over_months(window, 'en')}."] if window else []),
        )

    def to_dict(self) -> dict[str, Any]:
        """As one JSON object, unrounded."""
        return {
            "schema": 1,
            **picked(
                self, "board", "category", "leader_group", "follower_group", "n_draws", "seed",
                "sources", "version",
            ),
            "vintages": list(self.vintages),
            "policies": dict(self.policies),
            "figures": {
                name: {"before": a, "after": b, "change": b - a}
                for name, (a, b) in self.figures.items()
            },
            "causes": [c.to_dict() for c in self.causes],
            "notes": list(self.notes),
            "sentence": self.sentence(),
            "snapshots": [{"path": p, "sha256": h} for p, h in self.snapshots],
        }  # fmt: skip


def signed(value: float) -> str:
    """A change in months with its sign."""
    if abs(value) < 0.05:
        return "0.0"
    return f"{value:+.1f}".replace("-", "\u2212")


def _stand(value: float, unit: str) -> str:
    """A lag in German as a noun, with the unit in the case that is asked for."""
    size = number(value, "de")
    if float(f"{value:.1f}") == 0:
        return "Gleichstand"
    return f"{size} {unit} {'Rückstand' if value > 0 else 'Vorsprung'}"


def _shown(value: Cell) -> str:
    return "" if value is None else signed(float(value))


@dataclass(frozen=True)
class _State:
    """Everybody in every draw at one vintage, over the same columns.

    `ratings`, `lead_from` and `follow_from` are (D, K); who is not there has a rating of minus
    infinity and never counts.
    """

    ratings: Floats
    lead_from: Floats
    follow_from: Floats
    as_of: float

    def rows(self, rows: Ints) -> _State:
        """Some of the draws, copied."""
        return _State(self.ratings[rows], self.lead_from[rows], self.follow_from[rows], self.as_of)

    def columns(self, columns: Ints, alive: Flags) -> _State:
        """In each draw some of the models, (D, J), of which those not alive never count."""

        def taken(values: Floats, never: float) -> Floats:
            return np.where(alive, np.take_along_axis(values, columns, 1), never)

        ratings, lead = taken(self.ratings, -np.inf), taken(self.lead_from, np.inf)
        return _State(ratings, lead, taken(self.follow_from, np.inf), self.as_of)


@dataclass(frozen=True)
class _Figure:
    """What is split: an estimand over its window, levels dated by a match rule."""

    estimand: str
    window: float | None
    match: MatchRule

    def begins(self, *states: _State) -> float:
        """The first day on which the figure of any of the states looks at the frontiers."""
        back = window_of(self.estimand, self.window)
        return min(state.as_of for state in states) - back * DAYS_PER_MONTH

    def worth(self, state: _State, rows: Ints) -> Floats:
        """It in some of the draws."""
        part = state.rows(rows)
        race = Race.of(part.ratings, part.lead_from, part.follow_from, part.as_of, self.match)
        return draws.lag_of(race, self.estimand, self.window).months


def estimate_news(
    before: str, after: str, *, tags_before: str | Path | None = None, **question: Unpack[Question]
) -> News:
    """Split the change of the headline, and of the lag of the day, between two vintages.

    Parameters
    ----------
    before, after
        Vintages of the board; each figure is as of its own vintage. Either may be the later one.
    tags_before
        Tags that stand over the packaged ones for the vintage `before`, as `extra_tags` does for
        `after`: what was thought of a model then.
    **question
        As for `estimate_lag`, without `vintage`, `as_of` and `level`; match rule ``not-worse`` has
        errors of pairs, which are of no one vintage, and is refused.

    Returns
    -------
    News

    Raises
    ------
    UsageError
        A name, date or number that cannot be answered.
    EstimateError
        A vintage has no figure in months, only a bound.

    Examples
    --------
    >>> import elolag
    >>> found = elolag.estimate_news("2026-06-25", "2026-08-19", n_draws=200)
    >>> moved = sum(cause.average for cause in found.causes)
    >>> abs(moved - found.change("average")) < 1e-9
    True
    """
    refuse_settled("news", question)
    if before == after:
        raise UsageError(f"both vintages are {before}: there is no news between them")
    asked, session, _ = of_lists(question, "it has no past to compare with")
    if asked["match_rule"] == "not-worse":
        raise UsageError(
            "match rule not-worse takes the errors of pairs of models, which belong to one vintage"
        )
    base = asking(question, session=session)
    earlier = base if tags_before is None else asking(base, extra_tags=tags_before)
    studies = prepare(**asking(earlier, vintage=before)), prepare(**asking(base, vintage=after))
    found, without = zip(*(_figures(study) for study in studies), strict=True)
    figures = {
        e: (found[0][e].months or 0.0, found[1][e].months or 0.0)
        for e in _ESTIMANDS
        if e in found[0] and e in found[1]
    }
    if not figures:
        raise EstimateError(
            f"{before} and {after} have no figure in months in common, only bounds: nothing to "
            f"split; take vintages between which both groups are rated"
        )
    # In one order whichever way it is asked, so that the answer only changes its sign.
    forth = studies[0].as_of <= studies[1].as_of
    early, late = studies if forth else studies[::-1]
    averaged = [f["average"].averaged for f in found if "average" in f]
    shares = _split(early, late, list(figures), averaged)
    sign = 1.0 if forth else -1.0
    causes = []
    for (kind, model), moved in shares.items():
        values = {e: sign * moved[e] + 0.0 if e in moved else None for e in _ESTIMANDS}
        if any(values.values()):
            causes.append(Cause(kind, model, values["average"], values["current"]))
    for e in figures:
        first, second = (_of_bounds(study, f[e]) for study, f in zip(studies, found, strict=True))
        left = second - first
        if left:
            rest = {name: left if name == e else None for name in _ESTIMANDS}
            causes.append(Cause("bounds", "", rest["average"], rest["current"]))
    rank = {kind: k for k, kind in enumerate(CAUSES)}
    causes.sort(key=lambda c: (rank[c.kind], -abs(c.average or 0.0), -abs(c.current or 0.0)))
    panels = [study.panel for study in studies]
    left_out = [
        f"nothing is told of {_CALLED[e]}: with the list of {panel.vintage} {none[e]}"
        for panel, none in zip(panels, without, strict=True)
        for e in none
    ]
    used = {s.path: s for panel in panels[::-1] for s in panel.snapshots}
    return News(
        figures=figures,
        causes=tuple(causes),
        vintages=(panels[0].vintage, panels[1].vintage),
        as_of=panels[1].vintage,
        notes=(*left_out, *dict.fromkeys(studies[1].notes)),
        **studies[1].told | rests_on(used.values()),
    )


#: The estimands as notes call them.
_CALLED = {"average": "the average", "current": "the lag of the day"}


def _figures(study: Study) -> tuple[dict[str, LagResult], dict[str, str]]:
    """The figures of one vintage that are no bounds, and why there is none of the others."""
    out, without = {}, {}
    for estimand in _ESTIMANDS:
        try:
            (found,) = results(study, [estimand])
        except EstimateError as error:
            without[estimand] = f"there is none ({error})"
            continue
        if found.censored is None:
            out[estimand] = found
        else:
            without[estimand] = f"it is only a bound: {found.short()}"
    return out, without


def _of_bounds(study: Study, found: LagResult) -> float:
    """What a figure is more for leaving out the draws that are only bounds, which shares count."""
    if not found.averaged or found.months is None:
        return 0.0
    drawn = study.sample([found.estimand]).lags[found.estimand]
    if not drawn.censored.any():
        return 0.0
    return found.months - float(drawn.months.mean())


def _split(
    early: Study, late: Study, estimands: Sequence[str], averaged: Sequence[bool]
) -> dict[tuple[str, str], dict[str, float]]:
    """Share of every cause and model in the change of each figure, from early to late."""
    names, kinds, retagged = _players(early, late)
    out: dict[tuple[str, str], dict[str, float]] = {}
    for estimand in estimands:
        drawn = estimand == "average" and all(averaged)
        if estimand == "average" and not drawn and any(averaged):
            raise EstimateError(
                "one of the two averages is a mean of draws and the other, mostly bounds, is at "
                "posterior-mean ratings: they do not measure the same"
            )
        states = _states(early, late, names, drawn=drawn)
        if not drawn:
            many = np.zeros(_ORDERS, np.intp)
            states = states[0].rows(many), states[1].rows(many)
        figure = _Figure(estimand, late.window, MatchRule(late.match_rule))
        moved = _shapley(*states, retagged, figure, late.seed)
        for k, name in enumerate(names):
            for kind, value in ((kinds[k], moved[0][k]), ("tags", moved[1][k])):
                if value:
                    mine = out.setdefault((kind, name), {})
                    mine[estimand] = mine.get(estimand, 0.0) + float(value)
        out.setdefault(("time", ""), {})[estimand] = float(moved[2])
    return out


def _players(early: Study, late: Study) -> tuple[list[str], list[str], Flags]:
    """The models of either vintage, what moves the rating of each, and whose tag changed."""
    old, new = ({t.model: t for t in study.cast.tags} for study in (early, late))
    table = late.panel.placed.table
    listed = set(table.loc[table["link"] < 0, "model"])
    seen = early.panel.placed.table
    known = set(seen["model"]) | set(early.panel.untagged)
    entries = dict(zip(table["model"], table["entry"], strict=True))
    names = sorted(set(old) | set(new))
    kinds, changed = [], []
    for name in names:
        one, other = old.get(name), new.get(name)
        changed.append(one is not None and other is not None and one != other)
        if one is None:
            unseen = name not in known and entries.get(name) not in known
            kinds.append("new" if unseen else "tags")
        elif other is None:
            kinds.append("tags")
        else:
            kinds.append("votes" if name in listed else "places")
    return names, kinds, np.array(changed, bool)


def _states(
    early: Study, late: Study, names: Sequence[str], *, drawn: bool
) -> tuple[_State, _State]:
    """Both vintages over the same columns, the earlier one on the later one's scale.

    The draws of each are those of its own figure; models that can be no record there, whose
    ratings those draws do not hold, take theirs from draws of all.
    """
    column = {name: k for k, name in enumerate(names)}
    found = []
    for study in (early, late):
        tags = [column[t.model] for t in study.cast.tags]
        n = study.n_draws if drawn else 1
        ratings = np.full((n, len(names)), -np.inf)
        lead, follow = np.full((n, len(names)), np.inf), np.full((n, len(names)), np.inf)
        numbers = study.cast.field
        if drawn:
            for everything in (True, False):  # the second overwrites: the figure's own draws
                at, asked = 0, (numbers, study.fitted, n, study.seed)
                for keep, d in draws.draw(*asked, everything=everything):
                    rows, to = slice(at, at + len(d.ratings)), [tags[k] for k in keep]
                    ratings[rows, to], lead[rows, to], follow[rows, to] = (
                        d.ratings, d.lead_from, d.follow_from,
                    )  # fmt: skip
                    at += len(d.ratings)
        else:
            ratings[0, tags] = study.means
            lead[0, tags], follow[0, tags] = numbers.lead_from, numbers.follow_from
        found.append(_State(ratings, lead, follow, study.as_of))
    return replace(found[0], ratings=found[0].ratings + _shift(early, late)), found[1]


def _shift(early: Study, late: Study) -> float:
    """What takes the earlier scale to the later one: the median change of models on both lists."""
    levels = []
    for study in (early, late):
        table = study.panel.placed.table
        table = table[table["link"] < 0]
        levels.append(table.groupby("model")["rating"].max())
    both = levels[0].index.intersection(levels[1].index)
    if both.empty:
        raise EstimateError("the two lists have no model in common: nothing ties their scales")
    return float(np.median(levels[1][both] - levels[0][both]))


def _shapley(
    early: _State, late: _State, retagged: Flags, figure: _Figure, seed: int
) -> tuple[Floats, Floats, float]:
    """Shares of the models' ratings, (K,), of their tags, (K,), and of the date, means over draws.

    `retagged` says whose tags differ, (K,): their dates switch by themselves, with their tag; those
    of the others with their rating. `seed` is of the orders: one per draw, taken forwards and
    backwards. The sum of all is the mean change, but for rounding.
    """
    n, models = early.ratings.shape
    ratings, tags, time = np.zeros(models), np.zeros(models), 0.0
    for chunk, begin in enumerate(range(0, n, _CHUNK)):
        rows = np.arange(begin, min(begin + _CHUNK, n))
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(chunk, 1)))
        old, new = early.rows(rows), late.rows(rows)
        columns, alive = _live(old, new, figure.begins(old, new), figure.match)
        old, new = old.columns(columns, alive), new.columns(columns, alive)
        tag = retagged[columns] & alive
        moved = _walk(old, new, alive, tag, figure, rng)
        np.add.at(ratings, columns.ravel(), moved[0].ravel())
        np.add.at(tags, columns.ravel(), moved[1].ravel())
        time += float(moved[2].sum())
    return ratings / n, tags / n, time / n


def _live(old: _State, new: _State, begins: float, match: MatchRule) -> tuple[Ints, Flags]:
    """In each draw the models that can matter in some mixture of both states, and which those are.

    Those of the leader's side first, then the others, each in order of date, as many columns of a
    side as the draw with most of them has, (D, J): frontiers are read off the quicker. A model
    matters nowhere if another, out no later in either state, stands higher in both than it does in
    either; nor, under `reached`, if it stands below what both frontiers surely have from the day
    `begins` on.
    """
    high = np.maximum(old.ratings, new.ratings)
    low = np.minimum(old.ratings, new.ratings)
    sides, least = [], np.full(len(high), np.inf)
    for name in ("lead_from", "follow_from"):
        one, other = getattr(old, name), getattr(new, name)
        first, sure = np.minimum(one, other), np.maximum(one, other)
        floor = np.full(high.shape, -np.inf)
        order = np.argsort(sure, axis=1, kind="stable")
        risen = np.maximum.accumulate(np.take_along_axis(low, order, 1), axis=1)
        by = np.take_along_axis(sure, order, 1)
        for d in range(len(high)):
            at = np.searchsorted(by[d], first[d], side="right") - 1
            floor[d] = np.where(at >= 0, risen[d, np.maximum(at, 0)], -np.inf)
        sides.append(np.where(np.isfinite(first) & (high >= floor), first, np.inf))
        least = np.minimum(least, np.where(sure <= begins, low, -np.inf).max(axis=1))
    lead, follow = sides
    if match.name == "reached":
        for dates in sides:
            dates[high < least[:, None]] = np.inf
    follow[np.isfinite(lead)] = np.inf
    columns, alive = [], []
    for dates in sides:
        width = max(int(np.isfinite(dates).sum(axis=1).max()), 1)
        columns.append(np.argsort(dates, axis=1, kind="stable")[:, :width])
        alive.append(np.isfinite(np.take_along_axis(dates, columns[-1], 1)))
    return np.hstack(columns), np.hstack(alive)


def _walk(
    old: _State, new: _State, alive: Flags, tag: Flags, figure: _Figure, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """What each switch adds, (D, J), (D, J), and what the date does, (D,).

    The date first; then along one order per draw and back along it. `alive` says whose ratings are
    players and `tag` whose tags, (D, J).
    """
    n, width = old.ratings.shape
    every = np.arange(n)
    aged = replace(old, as_of=new.as_of)
    begins, match = figure.begins(aged), figure.match
    begin = figure.worth(aged, every)
    time = begin - figure.worth(old, every)
    idle = np.hstack([~alive, ~tag])
    order = rng.permuted(np.tile(np.arange(2 * width), (n, 1)), axis=1)
    count = (~idle).sum(axis=1)
    added = np.zeros(idle.shape)
    for way in (_players_first(order, idle), _players_first(order[:, ::-1], idle)):
        mix, value = aged.rows(every), begin.copy()
        for step in range(int(count.max(initial=0))):
            rows = np.flatnonzero(step < count)
            who = way[rows, step]
            rated, model = who < width, who % width
            seen = _counts(mix, rows, model, begins, match)
            mine, at = rows[rated], who[rated]
            mix.ratings[mine, at] = new.ratings[mine, at]
            # Dates switch with the rating, or with the tag where that is a player.
            alone = ~tag[mine, at]
            day = np.concatenate([mine[alone], rows[~rated]])
            of = np.concatenate([at[alone], who[~rated] - width])
            mix.lead_from[day, of] = new.lead_from[day, of]
            mix.follow_from[day, of] = new.follow_from[day, of]
            # Who is a record neither before nor after moves no frontier, and so no figure.
            seen |= _counts(mix, rows, model, begins, match)
            rows, who = rows[seen], who[seen]
            if not len(rows):
                continue
            after = figure.worth(mix, rows)
            added[rows, who] += (after - value[rows]) / 2
            value[rows] = after
    return added[:, :width], added[:, width:], time


def _counts(state: _State, rows: Ints, models: Ints, begins: float, match: MatchRule) -> Flags:
    """Whether one model of each of these draws can be seen in the figure.

    It stands above all that counted by its date; and, where a level has the date of the first at
    it, not below both frontiers of the day `begins`: lower levels are not asked about.
    """
    ratings = state.ratings[rows]
    own = np.take_along_axis(ratings, models[:, None], 1)
    found, least = np.zeros(len(rows), bool), np.full(len(rows), np.inf)
    for counts_from in (state.lead_from[rows], state.follow_from[rows]):
        day = np.take_along_axis(counts_from, models[:, None], 1)
        # The model itself is not above its own rating.
        beaten = (counts_from <= day) & (ratings >= own)
        found |= (beaten.sum(axis=1) == 1) & (day[:, 0] <= state.as_of)
        reached = np.where(counts_from <= begins, ratings, -np.inf).max(axis=1)
        least = np.minimum(least, reached)
    return found & (own[:, 0] >= least) if match.name == "reached" else found


def _players_first(order: Ints, idle: Flags) -> Ints:
    """Each draw's order with those that are no players behind the others."""
    none = np.take_along_axis(idle, order, 1)
    return np.take_along_axis(order, np.argsort(none, axis=1, kind="stable"), 1)
