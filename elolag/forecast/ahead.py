"""`forecast_lag`: what may come after the newest list, by three plain models and their mixture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any, Unpack

import numpy as np

from elolag.arrays import Floats
from elolag.dates import DAYS_PER_MONTH, months_after, to_day, to_iso
from elolag.errors import EstimateError, UsageError
from elolag.estimate.over_time import averaged
from elolag.estimate.panel import newest_whole
from elolag.estimate.session import ASKED, Estimated, Question, Session, Study, asking, prepare
from elolag.forecast import past
from elolag.forecast.form import HORIZONS, OTHER, QUANTILES, Answer, Forecast
from elolag.forecast.past import Fan
from elolag.forecast.projection import (
    Projected,
    chances,
    first_exact,
    mixed,
    no_change,
    of_day,
    probability,
    random_walk,
    reruns,
)
from elolag.forecast.skill import OURS, REFERENCE
from elolag.forecast.truth import figure
from elolag.model import draws
from elolag.model.estimands import WINDOWS, Race
from elolag.own import OwnBoard
from elolag.question import DEFAULTS, refuse_settled
from elolag.results import citing as language
from elolag.results.provenance import basis_notes, tags_of
from elolag.results.table import Column, Table, data, picked
from elolag.results.words import (
    beside,
    best_of,
    best_of_day,
    first_up,
    noun,
    one_of,
    phrase,
    share,
    sized,
)
from elolag.tags import Policies

#: Ours, and the three that it mixes, by the names of the ledger.
MIXTURE = OURS
MODELS = (REFERENCE, "elolag-random-walk", "elolag-reruns")
#: Months within which a date is looked for.
_SPAN = 24
#: Draws of each of the three models, where no other number is asked for.
_N_DRAWS = 2000
#: Months ahead of which the sentence speaks, and the level of its intervals.
_TOLD, _INNER = 6, 0.8
_EIGHTY = ("0.1", "0.5", "0.9")


def projections(study: Study, on: Sequence[str] = ()) -> dict[str, Projected]:
    """What each model and the mixture give for a study whose as-of date is its list's day.

    Parameters
    ----------
    on
        ISO days after the list's and within `_SPAN` months, whose figures stand behind those of
        `HORIZONS`.

    Raises
    ------
    EstimateError
        As for `random_walk` and `reruns`.
    """
    cast, day = study.cast, study.as_of
    known, fitted = cast.field, study.fitted
    chunks = [d for _, d in draws.draw(known, fitted, study.n_draws, study.seed, everything=True)]
    labs = np.unique(np.array([tag.lab for tag in cast.tags], dtype=str), return_inverse=True)[1]
    now = of_day(chunks, day)
    later = [months_after(to_iso(day), each) for each in range(_SPAN + 1)]
    ends, until = [to_day(d) for d in (*(later[m] for m in HORIZONS), *on)], to_day(later[-1])
    # Months ahead, begun ones too.
    months = (*HORIZONS, *(next(m for m in range(1, _SPAN + 1) if later[m] >= d) for d in on))
    parts = (
        no_change(now, day, len(months)),
        random_walk(now, study.race(day), day, months, _SPAN, study.seed),
        reruns(chunks, labs, day, ends, until, study.seed),
    )
    return {**dict(zip(MODELS, parts, strict=True)), MIXTURE: mixed(parts)}


def _alone(study: Study) -> bool:
    """Whether both sides have a model above all that are on neither."""
    best = study.panel.placed.table.groupby("model")["rating"].max()
    cast = study.cast
    rated = best.reindex([tag.model for tag in cast.tags]).to_numpy()
    rest = best.drop([tag.model for tag in cast.tags]).max()
    sides = cast.field.lead_from, cast.field.follow_from
    return not any(rated[since <= study.as_of].max(initial=-np.inf) < rest for since in sides)


def answers(
    projected: Projected,
    day: str,
    leader: str,
    follower: str,
    *,
    alone: bool = True,
    on: Sequence[str] = (),
) -> tuple[Answer, ...]:
    """What a projection says of every target, in the form of the ledger.

    Parameters
    ----------
    alone
        Whether one of the two sides stands first, so that the follower does where it is ahead.
        Without it nothing is said of `first`.
    on
        As for `projections`: days of which `first` is told beside the horizons.
    """
    said = partial(Answer, leader, follower)
    found = []
    for name, values in projected.figures.items():
        for months, drawn in zip(HORIZONS, values.T[: len(HORIZONS)], strict=True):
            end = months_after(day, months)
            at = tuple(map(str, QUANTILES))
            quantiles = np.round(np.quantile(drawn, QUANTILES), 4)
            found.append(said(name, months, end, None, "quantile", at, tuple(quantiles.tolist())))
    days = tuple(months_after(day, months) for months in range(1, _SPAN + 1))
    ends = np.array([to_day(each) for each in days])
    by = {name: np.round(chances(d, ends), 4).tolist() for name, d in projected.dates.items()}
    asked: list[tuple[int | None, str]] = [(m, months_after(day, m)) for m in HORIZONS]
    asked += [(None, each) for each in on]
    for (ahead, end), gap in zip(asked, projected.figures["gap"].T, strict=True) if alone else ():
        # Who stands first has passed by then: of that a few draws more are held to come later.
        passed = by["parity"][int(np.searchsorted(ends, to_day(end)))]
        first = min(round(probability(gap < 0), 4), passed)
        both = (first, round(1 - first, 4))
        found.append(said("first", ahead, end, None, "pmf", (follower, OTHER), both))
    found += [said(name, _SPAN, days[-1], None, "cdf", days, tuple(p)) for name, p in by.items()]
    return tuple(found)


@dataclass(frozen=True)
class Outlook(Estimated):
    """What may come after a list: each model's answers, and ours, the mixture.

    Attributes
    ----------
    vintage
        ISO date of the list, from which months ahead are counted.
    answers
        By the model's name in the ledger, the mixture last.
    now
        ``average``, ``current`` and ``gap`` of the list's day: their means over the draws.
    days, path
        Every day of the last two years, as far as they are known, and the average on each: the mean
        of the draws.
    asked
        Options that are not the default's, by name.
    past
        What ours were at earlier lists of the board, one a quarter.
    record
        What the record of such forecasts is, in one sentence per language; a forecast is never
        shown without it.
    note
        The same for the foot of a figure.
    """

    answers: Mapping[str, tuple[Answer, ...]]
    now: Mapping[str, float]
    days: Floats
    path: Floats
    asked: tuple[str, ...]
    past: tuple[Fan, ...] = ()
    record: Mapping[str, str] = field(default_factory=dict)
    note: str = ""

    def answer(self, target: str, months: int, model: str = MIXTURE) -> Answer:
        """What a model says of a target so many months ahead."""
        for found in self.answers[model]:
            if (found.target, found.horizon) == (target, months):
                return found
        raise UsageError(f"no forecast of {target!r} {months} months ahead")

    def between(self, target: str, months: int, model: str = MIXTURE) -> tuple[float, float, float]:
        """The median of a figure and both ends of its 80% interval."""
        found = self.answer(target, months, model)
        by = dict(zip(found.at, found.values, strict=True))
        low, middle, high = (by[level] for level in _EIGHTY)
        return middle, low, high

    def by(self, target: str, level: float, model: str = MIXTURE) -> str | None:
        """The first day by which a date has come with a probability; None where not in time."""
        found = self.answer(target, _SPAN, model)
        days = (day for day, p in zip(found.at, found.values, strict=True) if p >= level)
        return next(days, None)

    @property
    def alone(self) -> bool:
        """Whether a follower that is ahead stands first: no third side has a better model."""
        return any(found.target == "first" for found in self.answers[MIXTURE])

    def fan(self) -> Fan:
        """Our quantiles of the average, from the list's day on."""
        begin = self.answer("average", HORIZONS[0], MODELS[0])
        found = [begin, *(self.answer("average", months) for months in HORIZONS)]
        at = {float(q): [a.values[k] for a in found] for k, q in enumerate(begin.at)}
        at[0.5][0] = self.now["average"]
        return Fan.of(self.vintage, HORIZONS, at)

    def sentence(self, lang: str = "en") -> str:
        """Our forecast, and the record of such forecasts."""
        return " ".join(self.told(lang))

    def told(self, lang: str = "en") -> tuple[str, ...]:
        """The sentences, one by one."""
        lead, follow = (phrase(g, lang) for g in (self.leader_group, self.follower_group))
        words, never = _SAID[lang], 1 - self.answer("reach", _SPAN).values[-1]
        middle, low, high = self.between("average", _TOLD)
        # By its date, where one date has both probabilities only the higher.
        by = {date: p for p in (0.5, 0.9) if (date := self.by("reach", p))}
        dates = [
            words["by"].format(language.chance(p, lang), language.date(date, lang))
            for date, p in by.items()
        ]
        said = {
            "day": language.date(self.vintage, lang),
            "end": language.date(months_after(self.vintage, _TOLD), lang),
            "ours": best_of_day(self.follower_group, lang, follow),
            "other": beside(self.leader_group, lang, lead),
            "one": one_of(lang, follow),
            "best": best_of(self.leader_group, lang, lead),
            "where": language.board(self.board, self.category, lang),
            "lag": language.lag(middle, None, lang),
            "was": language.lag(self.now["average"], None, lang),
            "ends": language.between(low, high, lang),
            "level": language.chance(_INNER, lang),
            "dates": f" {language.set_phrases(lang).and_} ".join(dates),
            "never": language.chance(never, lang),
            "span": _SPAN,
        }
        texts = [words["outlook"]]
        if self.alone:
            said["first"] = language.chance(self.answer("first", _TOLD).values[0], lang)
            texts.append(words["first"])
            texts += [
                words["also"].format(
                    language.date(found.end, lang), language.chance(found.values[0], lang)
                )
                for found in self.answers[MIXTURE]
                if found.target == "first" and found.horizon is None
            ]
        if self.now["gap"] > 0:
            texts.append(words["reached" if dates else "unreached"])
        found = (first_up(text.format(**said)) for text in texts)
        return (*found, *filter(None, [self.record.get(lang)]))

    def table(self) -> Table:
        """One row per target and day: of the mixture for the reader, of each model as data."""
        unit = f"months; of the gap {self.measure.points}"
        columns = (
            data("model", "of the ledger"),
            Column("target", "Target", "what is forecast"),
            Column("horizon", "Months", "from the list's day", "months", figures=True),
            Column("day", "Day", "the day it speaks of", "ISO date"),
            Column("answer", "Median or chance", "median, or probability", words=True),
            Column("range", "80%", "from the 10% to the 90% quantile", words=True),
            data("median", "median of a figure", unit),
            *(data(key, f"its {q} quantile", unit) for key, q in _QUANTILES.items()),
            data("probability", "that it is so, or has come, by the day"),
        )
        rows = [row for model in (MIXTURE, *MODELS) for row in self._rows(model)]
        ours = tuple(k for k, row in enumerate(rows) if row["model"] == MIXTURE)
        caption = "Forecasts of the mixture; the data have those of each model"
        return Table.of("forecast", caption, columns, rows, page_rows=ours)

    def _rows(self, model: str) -> list[dict[str, Any]]:
        rows = []
        for found in self.answers[model]:
            held = dict(zip(found.at, found.values, strict=True))
            called = _CALLED[found.target].format(self.measure.points)
            row: dict[str, Any] = {"model": model, "target": called}
            row |= dict.fromkeys(("range", "median", *_QUANTILES, "probability"))
            if found.kind == "quantile":
                low, middle, high = (held[level] for level in _EIGHTY)
                row |= {"horizon": found.horizon, "day": found.end, "answer": _placed(middle)}
                ends = language.between(low, high, "en", lambda value, *_: _placed(value))
                row |= {"range": ends, "median": middle}
                rows.append(row | {key: held[q] for key, q in _QUANTILES.items()})
                continue
            days = {found.horizon: found.end}
            if found.kind == "cdf":
                days = {m: months_after(self.vintage, m) for m in (*HORIZONS, _SPAN)}
            for months, day in days.items():
                chance = held.get(day, found.values[0])
                told = {"horizon": months, "answer": share(chance), "probability": chance}
                rows.append({**row, **told, "day": day})
        return rows

    def footnotes(self) -> tuple[str, ...]:
        """What it takes for granted, and which lists could be used."""
        return (
            f"Counted from the list of {self.vintage}; {self.n_draws:,} draws of each model, seed "
            f"{self.seed}; no change, a random walk of steps seen before and releases re-run as in "
            f"the last 18 months, in equal parts: none was chosen by its scores.",
            f"Alone at the top: by the printed ratings of {self.board}, on the newest complete "
            f"list of the day; a tie counts for {noun(self.leader_group)}."
            if self.alone
            else "Alone at the top: not said, for a model of neither side is rated above the best "
            "of one.",
            *basis_notes(self),
        )

    def to_dict(self) -> dict[str, Any]:
        """As one JSON object."""
        return {
            "schema": 1,
            **picked(self, "board", "category", "vintage", "leader_group", "follower_group"),
            "now": dict(self.now),
            "path": [
                {"date": to_iso(day), "average": round(value, 4)}
                for day, value in zip(self.days, self.path.tolist(), strict=True)
            ],
            "answers": {name: [asdict(a) for a in found] for name, found in self.answers.items()},
            "record": dict(self.record),
            **picked(self, "n_draws", "seed", "sources"),
            "policies": dict(self.policies),
            "tags": tags_of(self),
            "snapshots": [{"path": p, "sha256": h} for p, h in self.snapshots],
            "version": self.version,
        }

    def rounds(self, said: str) -> tuple[Forecast, ...]:
        """One forecast of each model in the form of the ledger, of days that are still to come.

        Parameters
        ----------
        said
            ISO day on which it is said.

        Raises
        ------
        UsageError
            The question is not the one that is settled and scored.
        """
        if self.asked:
            raise UsageError(
                f"the ledger takes the default question only, and this one has its own "
                f"{', '.join(self.asked)}: leave that out"
            )
        # A day that was asked for and ends a horizon too is answered once.
        ends = {months_after(self.vintage, months) for months in HORIZONS}
        rounds = []
        for model, found in self.answers.items():
            told = (a for a in found if a.end > said and (a.horizon or a.end not in ends))
            rounds.append(Forecast(self.vintage, self.board, model, said, "", tuple(told)))
        return tuple(rounds)


def _placed(value: float) -> str:
    """A figure with its direction in a cell: ``2.8 behind``."""
    return "level" if f"{abs(value):.1f}" == "0.0" else sized(value)


#: Quantiles in the table, by the keys of their columns.
_QUANTILES = {
    "q025": "0.025", "q05": "0.05", "q10": "0.1", "q25": "0.25",
    "q75": "0.75", "q90": "0.9", "q95": "0.95", "q975": "0.975",
}  # fmt: skip
_CALLED = {
    "average": "average over 12 months",
    "current": "lag of the day",
    "gap": "gap in {}",
    "first": "follower alone at the top",
    "parity": "follower has passed the leader",
    "reach": "follower at the leader's level on the list",
}
#: What the sentences say; `reached` and `unreached` of the level of the leader's best, with dates,
#: and where there are none within the span.
_SAID = {
    "en": {
        "outlook": "Outlook from the list of {day}, three plain models in equal parts: over the "
        "twelve months to {end}, {ours} is on average {lag} (against {other}; {level}: {ends}; to "
        "the list's day {was}).",
        "first": "With a probability of {first}, {one} stands alone at the top on that day on "
        "{where}.",
        "also": "On {} it does so with a probability of {}.",
        "reached": "{dates}, {one} reaches the level that {best} had on {day}; the probability "
        "that none does so within {span} months is {never}.",
        "unreached": "With a probability of {never} none reaches the level that {best} had on "
        "{day} within {span} months.",
        "by": "by {1} with a probability of at least {0}",
    },
    "de": {
        "outlook": "Ausblick von der Liste vom {day}, drei einfache Modelle zu gleichen Teilen: In "
        "den zwölf Monaten bis zum {end} liegt {ours} im Mittel {lag} (verglichen mit {other}; "
        "{level}: {ends}; bis zum Tag der Liste {was}).",
        "first": "Mit einer Wahrscheinlichkeit von {first} steht {one} an diesem Tag auf {where} "
        "allein an der Spitze.",
        "also": "Am {} tut es das mit einer Wahrscheinlichkeit von {}.",
        "reached": "{dates} erreicht {one} den Stand, den {best} am {day} hatte; die "
        "Wahrscheinlichkeit, dass das binnen {span} Monaten keinem gelingt, ist {never}.",
        "unreached": "Den Stand, den {best} am {day} hatte, erreicht mit einer Wahrscheinlichkeit "
        "von {never} keines binnen {span} Monaten.",
        "by": "mit einer Wahrscheinlichkeit von mindestens {0} bis zum {1}",
    },
}


def forecast_lag(*, on: Sequence[str] = (), **question: Unpack[Question]) -> Outlook:
    """What may come after the newest complete list: three plain models and their mixture.

    The figures are those that elolag will give for days 1, 3, 6 and 12 months after the list; with
    them the probability that the follower stands alone at the top, and the day on which it reaches
    the level that the leader has on the list. Nothing is fitted to earlier scores
    (docs/decisions/0019), and the sentence ends with what the record of such forecasts is.

    Parameters
    ----------
    on
        ISO days, within 24 months of the list, on which it is also asked who stands first.
    **question
        As for `elolag.estimate_lag`, without `as_of`, `window`, `match_rule` and `level`;
        `vintage` is the newest complete list by default, a copy too, and `n_draws` 2,000 for each
        model.

    Raises
    ------
    UsageError
        An option that a forecast fixes, a day that is not ahead or too far, or a board of a user's
        own, of which no list will come.
    EstimateError
        Too little is known by the list's day, its average is a bound only, or the groups share
        models.

    Examples
    --------
    >>> import elolag
    >>> ahead = elolag.forecast_lag(vintage="2026-08-19", n_draws=300)
    >>> ahead.vintage, len(ahead.answers)
    ('2026-08-19', 4)
    """
    refuse_settled("forecast", question)
    asked: Question = {**ASKED, "n_draws": _N_DRAWS, **question}
    session = asked["session"] or Session()
    board = session.board_of(asked)
    if isinstance(board, OwnBoard):
        raise UsageError(
            f"{board.file.name}: a board of your own has one list, and a forecast is settled by "
            f"later ones; name a board of the archive"
        )
    vintage = asked["vintage"] or newest_whole(board, None).vintage
    study = prepare(**asking(asked, vintage=vintage, session=session))
    try:
        figure(study, "average", study.panel.vintage)
    except EstimateError as error:
        why = f"a forecast goes on from the average of the list's day: {error}"
        raise EstimateError(why) from error
    far, on = months_after(study.panel.vintage, _SPAN), tuple(dict.fromkeys(on))
    for each in on:
        if not study.panel.vintage < to_iso(to_day(each)) <= far:
            raise UsageError(
                f"{each} is not ahead of the list of {study.panel.vintage}, or over {_SPAN} "
                f"months: take a day up to {far}"
            )
    found = projections(study, on)
    days, path = _path(study)
    day, groups = study.panel.vintage, (study.cast.leader.text, study.cast.follower.text)
    alone, own = _alone(study), _own(asked)
    # The record is of the default question; draws, seed and tags of one's own ask no other.
    known = "" if set(own) - {"n_draws", "seed", "extra_tags"} else study.panel.board
    return Outlook(
        answers={n: answers(p, day, *groups, alone=alone, on=on) for n, p in found.items()},
        now=now(found),
        days=days,
        path=path,
        asked=own,
        past=past.fans(known, day),
        record=past.record(known),
        note=past.note(known),
        **study.told,
    )


def _own(asked: Question) -> tuple[str, ...]:
    """Options that are not the default's, but for the list and for the level, which has no part."""
    given = {**ASKED, "n_draws": _N_DRAWS, "policies": Policies()}
    asked = {**asked, "policies": asked["policies"] or Policies()}
    return tuple(
        name
        for name in (*DEFAULTS, "policies")
        if name not in ("vintage", "level") and asked.get(name) != given[name]
    )


def _path(study: Study) -> tuple[Floats, Floats]:
    """Days up to the list's from the last bound on, and the mean of the draws' averages on each."""
    races = [Race.of(d.ratings, d.lead_from, d.follow_from, study.as_of) for _, d in study.drawn]
    window = WINDOWS["average"] * DAYS_PER_MONTH
    begins = max(study.as_of - _SPAN * DAYS_PER_MONTH, max(r.begins for r in races) + window + 1)
    days = np.arange(np.ceil(begins), study.as_of + 1)
    days = days[first_exact(averaged(study.race(study.as_of), days, window)[1][0]) :]
    return days, np.concatenate([averaged(r, days, window)[0] for r in races]).mean(axis=0)


def now(found: Mapping[str, Projected]) -> dict[str, float]:
    """The figures of the list's day, which no change keeps: means of the draws."""
    figures = found[MODELS[0]].figures
    return {name: float(values[:, 0].mean()) for name, values in figures.items()}
