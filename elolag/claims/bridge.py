"""Why published figures of one date differ: from each publisher's definition to ours, step by step.

Every value is computed from the archive. Epoch's own table stands for indices made of benchmarks
(it is the only one in the archive), also where CAISI used a suite of its own.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from elolag.archive import Archive
from elolag.arrays import Flags, Floats
from elolag.claims.registry import Claim, packaged, quantity
from elolag.claims.studies import Studies
from elolag.dates import DAYS_PER_MONTH, between, parse, to_day, to_days
from elolag.errors import EstimateError, UsageError
from elolag.estimate.lag import results
from elolag.estimate.session import Asked, Study
from elolag.model.estimands import CENSORED, Lags, Race, catch_up, catch_up_times, current
from elolag.model.posterior import posterior
from elolag.question import DEFAULT_BOARD
from elolag.results.charts import Both
from elolag.results.citing import date as date_of
from elolag.results.citing import number
from elolag.results.lag import LagResult
from elolag.results.provenance import basis_notes
from elolag.results.table import Cell, Column, Result, Table, data, picked
from elolag.results.words import bounded, directed, given
from elolag.version import __version__

if TYPE_CHECKING:
    import pandas as pd


#: Epoch's Capabilities Index as its own table has it. It is no Elo scale, and the table of 2026-01
#: prints no errors, so there are no draws: one race, figures without intervals.
_INDEX = "epoch/eci"

#: Dates of the table that its own other rows contradict: (entry, printed) -> meant. The same
#: model by two other routes is dated a year later, the day of its release.
_MISTYPED = {("Kimi-K2-Instruct-0905", "2024-09-05"): "2025-09-05"}

_COUNTRIES = {"US": "United States", "CN": "China"}


@dataclass(frozen=True)
class _IndexTable:
    """The index's models, one row each, with the table's date, path and hash.

    ``models`` has columns ``name, score, date, country, organisation, open_weights``: best score
    and earliest date of a model's rows; of several countries the US counts if it is one of them.
    """

    models: pd.DataFrame
    vintage: str
    snapshot: tuple[str, str]

    def race(self, leader: str, follower: str, as_of: str) -> Race:
        """Two groups as a race of one draw, up to a day."""
        dates = to_days(self.models["date"].tolist())
        ends = [np.where(self._in(group), dates, np.inf) for group in (leader, follower)]
        scores = self.models["score"].to_numpy(float)[None, :]
        return Race.of(scores, ends[0], ends[1], to_day(as_of))

    def _in(self, group: str) -> Flags:
        """Membership: ``US``, ``CN``, ``open``, ``closed`` or ``lab:NAME`` as Epoch spells it."""
        table = self.models
        if group in ("open", "closed"):
            wanted = "true" if group == "open" else "false"
            return np.asarray(table["open_weights"] == wanted)
        if group.startswith("lab:"):
            return np.asarray(table["organisation"].str.lower() == group[4:].lower())
        if group not in _COUNTRIES:
            raise EstimateError(
                f"{_INDEX} is read for US, CN, open, closed or one lab, not {group}"
            )
        return np.asarray(table["country"] == group)


def _read_index(
    archive: Archive, vintage: str | None = None, *, correct: bool = True
) -> _IndexTable:
    """Read the index from the archive; `correct`: the dates of `_MISTYPED` put right."""
    snapshot = archive.board(_INDEX).snapshot(vintage)
    table = snapshot.ratings("overall").merge(snapshot.table("models"), on="entry")
    table = table.fillna({"release_date": "", "country": "", "organisation": ""})
    if correct:
        keys = zip(table["entry"], table["release_date"], strict=True)
        table["release_date"] = [_MISTYPED.get(key, key[1]) for key in keys]
    table = table[table["release_date"] != ""]
    grouped = table.groupby("name", sort=True)
    models = grouped.agg(
        score=("rating", "max"),
        date=("release_date", "min"),
        country=("country", "first"),
        organisation=("organisation", "first"),
        open_weights=("open_weights", "first"),
    ).reset_index()
    models["country"] = [
        next((code for code, name in _COUNTRIES.items() if name in words), "")
        for words in models["country"]
    ]
    return _IndexTable(models, snapshot.vintage, (snapshot.path, snapshot.sha256))


def _matched_records(race: Race) -> tuple[Floats, int]:
    """Months from each leader record that the follower has reached to that day, and all records.

    The race is of one draw.
    """
    dates, record = race.leader.records()
    levels = race.leader.running[:, record[0]]
    reached = race.follower.date_of(race.follower.first_reaching(levels))[0]
    caught = np.isfinite(reached)
    if not caught.any():
        raise EstimateError("the follower has reached none of the leader's records")
    return between(dates[0, record[0]][caught], reached[caught]), int(record.sum())


# The routes.

#: Version of the JSON object `Bridge.to_dict` returns.
_JSON_SCHEMA = 1

#: A route and the packaged claim it begins with.
_ROUTES = {
    "Epoch AI": "epoch-2026-us-china-mean",
    "AI Index": "ai-index-2026",
    "CAISI": "caisi-2026",
}
_PACE_MONTHS = 12.0

_SCOPE = (
    "Everything but the published figures is computed from the archive with the newest ratings. "
    "Epoch's table, which prints no errors, stands for indices of benchmarks, also for CAISI's own "
    "suite, which is not public; so that route shows the kind of difference, not CAISI's number. "
    "The order of steps is one of several; another order splits the difference otherwise."
)


@dataclass(frozen=True)
class Step:
    """One step of a route.

    Attributes
    ----------
    route
        Whose figure the route begins with.
    cause
        What changes: ``start``, ``date error``, ``unmatched records``, ``window``, ``estimand``,
        ``follower``, ``index``, ``selection``, ``date``.
    label
        What is computed now, in words.
    months
        The figure; `bound` is ``at-least`` or ``at-most`` where it is only one.
    change
        Months against the step before; None at the start of a route.
    low, high
        Measurement interval, where there are draws (the last step).
    """

    route: str
    cause: str
    label: str
    months: float
    bound: str | None = None
    change: float | None = None
    low: float | None = None
    high: float | None = None
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON object."""
        return vars(self) | given(self.low, self.high)


@dataclass(frozen=True)
class Bridge(Result):
    """All routes; each ends at `headline`."""

    date: str
    index_vintage: str
    index_date: str
    headline: LagResult
    steps: tuple[Step, ...]
    published: tuple[tuple[str, str], ...]
    snapshots: tuple[tuple[str, str], ...]
    version: str

    @property
    def sources(self) -> str:
        """Which lists could be used: ``all``, or ``official`` ones only."""
        return self.headline.sources

    def route(self, name: str) -> tuple[Step, ...]:
        """The steps of one route, in order."""
        return tuple(s for s in self.steps if s.route == name)

    @property
    def routes(self) -> tuple[str, ...]:
        """Names of the routes."""
        return tuple(dict.fromkeys(s.route for s in self.steps))

    def sentence(self) -> str:
        """Where each route begins, where all end, and the largest step of each."""
        parts = []
        for name in self.routes:
            steps = self.route(name)
            largest = max(steps[1:], key=lambda s: abs(s.change or 0.0))
            parts.append(
                f"computed {name}'s way it is {directed(steps[0].months)} (largest step: "
                f"{largest.cause}, {_step(largest.change)})"
            )
        return (
            f"For {self.date} our day's distance is "
            f"{bounded(self.headline.months or 0.0, self.headline.censored)} on "
            f"{self.headline.board}; on the data of the archive {'; '.join(parts)}."
        )

    def table(self) -> Table:
        """One row per step."""
        ends = "of the measurement interval; empty: unbounded, or no draws"
        columns = (
            Column("route", "Route", "whose figure the route begins with"),
            Column("cause", "What changes", "start, or what is changed"),
            Column("label", "Now computed", "in words"),
            Column("said", "Months", "with its direction in words", words=True),
            data("months", "positive: the follower is behind", "months"),
            data("bound", "at-least or at-most where the value is a bound"),
            Column("change", "Step", "against the step before", "months", _step),
            data("low", f"lower end {ends}", "months"),
            data("high", f"upper end {ends}", "months"),
            data("note", "what is to be known of it"),
            data("no_interval", "why the interval is none"),
        )
        rows = [s.to_dict() | {"said": bounded(s.months, s.bound)} for s in self.steps]
        return Table.of("bridge", "Step by step to our distance of the day", columns, rows)

    def footnotes(self) -> tuple[str, ...]:
        """What was published, and what the steps rest on."""
        published = (f"{name} published: {said}." for name, said in self.published)
        return (*published, _SCOPE, *basis_notes(self.headline))

    def to_dict(self) -> dict[str, Any]:
        """As one JSON object."""
        return {
            "schema": _JSON_SCHEMA,
            **picked(self, "date", "index_vintage", "index_date"),
            "steps": [s.to_dict() for s in self.steps],
            "said": dict(self.published),
            "answer": self.headline.to_dict(),
            "sources": self.sources,
            "snapshots": [{"path": p, "sha256": h} for p, h in self.snapshots],
            "version": self.version,
        }


def _step(change: Cell) -> str:
    """A step in words: longer or shorter; empty where a route begins."""
    if not isinstance(change, float):
        return ""
    return "no change" if round(change, 1) == 0 else quantity("change", change)


def bridge(
    date: str | None = None, *, board: str = DEFAULT_BOARD, **question: Unpack[Asked]
) -> Bridge:
    """Why the distances of Epoch, the AI Index, CAISI and us differ for China, step by step.

    Parameters
    ----------
    date
        ISO day; that of the archive's index by default. The newest ratings are used. Index steps
        of a later date stand at the index's own; one step then moves the date.
    board
        As for `elolag.estimate_lag`.
    **question
        As for `check_claims`.

    Raises
    ------
    UsageError
        The date is later than the ratings.
    EstimateError
        A side has no model by the date.
    """
    if date is not None:
        parse(date)
    studies = Studies.of(2000, question)
    raw, table = (_read_index(studies.archive, correct=fix) for fix in (False, True))
    day = date or table.vintage
    newest = studies.newest(board)
    if day > newest:
        raise UsageError(f"{day} is later than the newest ratings of {board}, of {newest}")
    index_day = min(day, table.vintage)
    study = replace(studies.asked(board, newest, "overall", "US", "CN").study, as_of=to_day(day))
    headline = results(study, ["current"])[0]
    end = Step(
        "", "selection",
        Both("ratings corrected for selection: our day's distance",
             "Wertungen um die Auswahl korrigiert: unser Abstand des Tages"),
        headline.months or 0.0, headline.censored, low=headline.low, high=headline.high,
    )  # fmt: skip
    votes = Both(
        f"votes instead of benchmarks ({board})", f"Abstimmungen statt Benchmarks ({board})"
    )
    later = Both(f"on {day}", f"am {date_of(day, 'de')}")
    days = ((index_day, "index", votes), (day, "date", later))[: 2 if day > index_day else 1]
    deepseek = studies.asked(board, newest, "overall", "US", "lab:deepseek").study
    routes = {
        "Epoch AI": [
            *_epoch(raw, table, index_day),
            *(_published(study, at, cause, label) for at, cause, label in days),
        ],
        "AI Index": [*_ai_index(study, day)],
        "CAISI": [
            _of("start",
                Both("one lab, DeepSeek, behind the US on benchmarks (Epoch's index)",
                     "ein Labor, DeepSeek, hinter den USA bei Benchmarks (Index von Epoch)"),
                current(table.race("US", "lab:DeepSeek", index_day))),
            *(_published(deepseek, at, cause, label) for at, cause, label in days),
            _published(study, day, "follower",
                       Both("the best Chinese model instead of DeepSeek's",
                            "das beste chinesische Modell statt dem von DeepSeek")),
        ],
    }  # fmt: skip
    return Bridge(
        date=day,
        index_vintage=table.vintage,
        index_date=index_day,
        headline=headline,
        steps=tuple(s for name, route in routes.items() for s in _chained(name, [*route, end])),
        published=tuple((name, _said(key)) for name, key in _ROUTES.items()),
        snapshots=(table.snapshot, *headline.snapshots),
        version=__version__,
    )


def _chained(name: str, steps: list[Step]) -> Iterator[Step]:
    yield replace(steps[0], route=name)
    for before, step in itertools.pairwise(steps):
        yield replace(step, route=name, change=step.months - before.months)


def _said(key: str) -> str:
    claim: Claim = next(c for c in packaged() if c.key == key)
    return f"{claim.said or claim.range_words()}, {claim.when}"


def _epoch(raw: _IndexTable, table: _IndexTable, day: str) -> Iterator[Step]:
    """From the mean over matched records, with the table as printed, to `current`."""
    printed, records = _matched_records(raw.race("US", "CN", day))
    race = table.race("US", "CN", day)
    matched, of = _matched_records(race)
    yield Step(
        "", "start",
        Both(
            f"mean time until China reached a US record, {len(printed)} of {records} (Epoch's "
            f"index)",
            f"mittlere Zeit, bis China einen Rekord der USA erreichte, {len(printed)} von "
            f"{records} (Index von Epoch)",
        ),
        float(printed.mean()),
        note="Epoch's table as printed, with its mistyped date",
    )  # fmt: skip
    yield Step(
        "", "date error",
        Both(
            f"the same, a mistyped date put right ({len(matched)} of {of})",
            f"dasselbe, ein Tippfehler im Datum berichtigt ({len(matched)} von {of})",
        ),
        float(matched.mean()),
    )  # fmt: skip
    whole = (race.as_of - race.begins) / DAYS_PER_MONTH
    waiting = catch_up_times(race, whole)
    caught, records = int(waiting.caught[0]), int(waiting.records[0])
    yield Step(
        "", "unmatched records",
        Both(
            f"records since China's first model, {caught} of {records} reached, the others counted "
            f"as waiting (each up to 18 months)",
            f"Rekorde seit Chinas erstem Modell, {caught} von {records} erreicht, die übrigen als "
            f"wartend gezählt (je bis zu 18 Monate)",
        ),
        float(waiting.restricted_mean[0]),
    )  # fmt: skip
    yield _of("window",
              Both("median, records of the last 24 months (catch-up)",
                   "Median, Rekorde der letzten 24 Monate (catch-up)"),
              catch_up(race, min(24.0, whole)))  # fmt: skip
    yield _of("estimand",
              Both("how long ago the US was where China now is (current)",
                   "seit wann die USA waren, wo China jetzt ist (current)"),
              current(race))  # fmt: skip


def _ai_index(study: Study, day: str) -> Iterator[Step]:
    """From the distance of the two best, turned into time at the leader's pace, to `current`."""
    race = _race(study, day)
    dates = np.array([race.as_of - _PACE_MONTHS * DAYS_PER_MONTH, race.as_of])
    lead, follow = race.leader.at(dates)[0], race.follower.at(dates)[0]
    pace = (lead[1] - lead[0]) / _PACE_MONTHS
    if not np.isfinite(pace) or pace <= 0:
        raise EstimateError(
            f"the US made no progress on {study.panel.board} in the year to {day}, so a distance "
            f"cannot be turned into time"
        )
    gap = lead[1] - follow[1]
    yield Step(
        "", "start",
        Both(
            f"distance of the best, {abs(gap):.0f} points or {100 * abs(gap) / follow[1]:.1f}%, at "
            f"{pace:.1f} points a month",
            f"Abstand der Besten, {abs(gap):.0f} Punkte oder "
            f"{number(100 * gap / follow[1], 'de')} %, bei {number(pace, 'de')} Punkten im Monat",
        ),
        float(gap / pace),
        note="a distance holds no time; divided by the US pace of the last year it becomes one",
    )  # fmt: skip
    yield _published(
        study, day, "estimand",
        Both("time since the US was at that level (current)",
             "Zeit, seit die USA auf diesem Niveau waren (current)"),
    )  # fmt: skip


def _of(cause: str, label: str, lags: Lags) -> Step:
    bound = CENSORED.get(int(lags.censored[0]))
    return Step("", cause, label, float(lags.months[0]), bound)


def _race(study: Study, day: str) -> Race:
    """The race of the published (and linked) ratings, without the posterior."""
    field = study.cast.field
    mean = posterior(field, correct_selection=False).mean
    return Race.of(field.best(mean)[None, :], field.lead_from, field.follow_from, to_day(day))


def _published(study: Study, day: str, cause: str, label: str) -> Step:
    """`current` from the ratings as published."""
    return _of(cause, label, current(_race(study, day)))
