"""First and revised figures of every month side by side, and by which method: the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Unpack

import numpy as np

from elolag.dates import DAYS_PER_MONTH, to_day, to_iso
from elolag.errors import CheckFailed, EstimateError, UsageError
from elolag.estimate.lag import HEADLINE, estimate_lag
from elolag.estimate.over_time import LagPath, lag_path
from elolag.estimate.session import Estimated, Question, Session, asking, prepare
from elolag.model.estimands import CENSORED, WINDOWS
from elolag.own import OwnBoard
from elolag.question import refuse_settled
from elolag.results.lag import LagResult
from elolag.results.table import Column, Table, decimals, picked
from elolag.results.words import bounded, compact, noun
from elolag.site.months import Frozen, Month, as_published, frozen
from elolag.site.months import months as months_of
from elolag.version import METHOD


@dataclass(frozen=True)
class Figure:
    """A lag with its interval, unrounded.

    Attributes
    ----------
    months
        Positive: the follower is behind. None: withheld.
    low, high
        Ends of the interval; None: the draws give no such end.
    bound
        How `months` is to be read: ``figure``, ``at-least``, ``at-most`` or ``withheld``.
    """

    months: float | None
    low: float | None
    high: float | None
    bound: str = "figure"

    @classmethod
    def of(cls, result: LagResult) -> Figure:
        """The figure a result states, whose ends are those it states too."""
        bound = "withheld" if result.months is None else result.censored or "figure"
        low, high = result.ends_given
        return cls(result.months, low, high, bound)


#: Below this no difference of two figures is told, in months.
_TOLD = 0.05


@dataclass(frozen=True)
class Row:
    """One month of the record.

    Attributes
    ----------
    month
        With its list.
    published
        ISO date of the first publication; empty where the month is reconstructed.
    method
        By which the first figure was made.
    first
        As it was published, or is reconstructed.
    again
        Of the same list, by the tags and the method of today.
    revised
        As of the same day by the newest list; None where that is older than the month, or has no
        twelve months before it.
    estimand
        What the first figure is: ``average``; ``current`` where twelve months were not there yet.
    """

    month: Month
    published: str
    method: str
    first: Figure
    again: Figure
    revised: Figure | None
    estimand: str = HEADLINE

    @property
    def corrected(self) -> bool:
        """Whether the same list reads otherwise today."""
        if (self.again.months is None) != (self.first.months is None):
            return True
        return abs(_size(self.again) - _size(self.first)) >= _TOLD

    @property
    def both(self) -> tuple[Figure, Figure]:
        """The first figure, and what the newest list makes of it."""
        return self.first, self.revised or self.again

    @property
    def change(self) -> float:
        """What the newest list makes of it less the first figure, in months."""
        first, now = self.both
        return _size(now) - _size(first)


def _size(figure: Figure) -> float:
    """A figure in months; nought where it is withheld."""
    return figure.months or 0.0


def in_words(figure: Figure) -> str:
    """``6.9 months behind (5.3 to 8.8 behind)``."""
    if figure.months is None:
        return "withheld"
    code = None if figure.bound == "figure" else figure.bound
    return f"{bounded(figure.months, code)} ({compact(figure.low, figure.high)})"


@dataclass(frozen=True)
class Record(Estimated):
    """The figure of every month as it was first said, and what is known of it now.

    Attributes
    ----------
    rows
        The oldest month first.
    refused
        Month -> why its list gives no figure today; one that was published keeps its own.
    vintage
        The newest list, by which figures are revised.
    """

    rows: tuple[Row, ...]
    refused: Mapping[str, str]
    level: float
    method: str = METHOD

    def sentence(self) -> str:
        """How far first figures have moved since."""
        told = [row for row in self.rows if row.revised is not None]
        number, first = len(self.rows), sum(bool(row.published) for row in self.rows)
        made = f"{first} published when new, {number - first} reconstructed"
        if first in (0, number):
            made = f"{'all ' * (number > 1)}{'published when new' if first else 'reconstructed'}"
        text = (
            f"{number} month{'s' * (number != 1)} of {noun(self.follower_group)} against "
            f"{noun(self.leader_group)} on {self.board} ({made})"
        )
        if not told:
            return f"{text}; none can be revised yet."
        worst = max(told, key=lambda row: abs(row.change))
        whose = "their figures read"
        if len(told) < number:
            few = f"figures of {len(told)} of them read"
            whose = f"the {few if len(told) > 1 else 'figure of one of them reads'}"
        if abs(worst.change) < _TOLD:
            return f"{text}: by the list of {self.vintage} {whose} the same."
        mean = sum(abs(row.change) for row in told) / len(told)
        # Both figures as the table has them: their difference may round to another number.
        became = ", now ".join(in_words(each).partition(" (")[0] for each in worst.both)
        return (
            f"{text}: by the list of {self.vintage} {whose} {mean:.1f} months otherwise on "
            f"average, most of all that of {worst.month.words()} (first {became})."
        )

    def table(self) -> Table:
        """One row a month, the newest first."""
        number = decimals(1)
        columns = (
            Column("month", "Month", "calendar month", "year and month"),
            Column("vintage", "List", "date of the list that stands for it", "ISO date"),
            Column("list", "Whose", "official, or a copy made by others"),
            Column("published", "Published", "first publication; empty: reconstructed", "ISO date"),
            Column("method", "Method", "version of the method of the first figure",
                   in_page=False),
            Column("first", "First", "the first figure; positive: the follower is behind",
                   "months", number, figures=True),
            Column("first_low", "Low", "lower end of its interval; empty: unbounded", "months",
                   number, figures=True),
            Column("first_high", "High", "upper end; empty: unbounded", "months", number,
                   figures=True),
            Column("again", "Same list today", "of the same list by today's tags and method",
                   "months", number, figures=True),
            Column("revised", "Revised", "as of the same day by the newest list", "months", number,
                   figures=True),
            Column("revised_low", "Low", "lower end of its interval; empty: unbounded", "months",
                   number, figures=True),
            Column("revised_high", "High", "upper end; empty: unbounded", "months", number,
                   figures=True),
            Column("bound", "", "figure; at-least or at-most where the first figure is a bound",
                   in_page=False),
            Column("reconstructed", "", "whether nobody published it then", in_page=False),
        )  # fmt: skip
        rows: list[dict[str, Any]] = []
        for row in self.rows[::-1]:
            revised = row.revised
            rows.append(
                {
                    "month": row.month.name, "vintage": row.month.vintage,
                    "list": "official" if row.month.official else "copy",
                    "published": row.published or None, "method": row.method,
                    "first": row.first.months, "first_low": row.first.low,
                    "first_high": row.first.high, "again": row.again.months,
                    "revised": revised and revised.months, "revised_low": revised and revised.low,
                    "revised_high": revised and revised.high, "bound": row.first.bound,
                    "reconstructed": not row.published,
                }
            )  # fmt: skip
        caption = "First and revised figures, newest month first"
        return Table.of("record", caption, columns, rows, n_draws=self.n_draws)

    def footnotes(self) -> tuple[str, ...]:
        """How the columns differ, and which months have no figure."""
        notes = [
            f"First: by the list of the month, as of its day ({HEADLINE} over the twelve months "
            f"before). Same list today: with today's tags and method {self.method}. Revised: as of "
            f"the same day, by the list of {self.vintage}."
        ]
        methods = sorted({row.method for row in self.rows} - {self.method})
        if methods:
            notes.append(
                f"First figures were made by methods {', '.join(methods)} too; the column beside "
                f"them has the same lists by method {self.method}."
            )
        early = ", ".join(row.month.name for row in self.rows if row.estimand != HEADLINE)
        if early:
            notes.append(
                f"Figures of the day, for want of twelve months to average over, which the newest "
                f"list does not revise: {early}."
            )
        notes += [f"{name} has no figure today: {why}." for name, why in self.refused.items()]
        return tuple(notes)

    def to_dict(self) -> dict[str, Any]:
        """As one JSON object, unrounded."""
        plain = picked(
            self, "board", "category", "leader_group", "follower_group", "vintage", "level",
            "n_draws", "seed", "sources", "version", "method",
        )  # fmt: skip
        return {
            "schema": 1,
            **plain,
            "months": [
                {
                    "month": row.month.name, "vintage": row.month.vintage,
                    "official": row.month.official, "published": row.published or None,
                    "method": row.method, "estimand": row.estimand, "first": asdict(row.first),
                    "again": asdict(row.again),
                    "revised": row.revised and asdict(row.revised),
                }
                for row in self.rows
            ],
            "refused": dict(self.refused),
            "sentence": self.sentence(),
            "snapshots": [{"path": p, "sha256": h} for p, h in self.snapshots],
        }  # fmt: skip


WITHHELD = Figure(None, None, None, "withheld")


def read_figure(result: Mapping[str, Any]) -> Figure:
    """The figure of a result that was written as JSON."""
    said = result["headline"]
    bound = "withheld" if said["months"] is None else said["censored"] or "figure"
    return Figure(said["months"], said["low"], said["high"], bound)


def record(kept: str | Path | None = None, **question: Unpack[Question]) -> Record:
    """First and revised figures of every month side by side.

    Parameters
    ----------
    kept
        A folder of published months, as `elolag.write_site` makes them; without one every month is
        reconstructed: what this version makes of the list of the month.
    **question
        As for `elolag.estimate_lag`, without vintage and as-of date: each month has its own.

    Raises
    ------
    UsageError
        A vintage or a day was asked for, or a board of a user's own, which has no months; or
        `kept` is not there.
    CheckFailed
        A published file was changed.

    Examples
    --------
    >>> import elolag
    >>> found = elolag.record(n_draws=50)  # doctest: +SKIP
    >>> found.rows[-1].month.name  # doctest: +SKIP
    '2026-10'
    """
    refuse_settled("months", question)
    session = question.get("session") or Session()
    asked = asking(question, session=session)
    board = session.board_of(asked)
    if isinstance(board, OwnBoard):
        raise UsageError(f"{board.name} is one list of your own and has no months")
    if kept and not Path(kept).exists():
        raise UsageError(
            f"{kept}: there is no such folder of published months; leave it out, and every month "
            f"is reconstructed"
        )
    held = frozen(Path(kept)) if kept else {}
    found = as_published(months_of(board, asked.get("category", "overall")), held)
    answers = {month.name: answer(month, asked) for month in found}
    return compiled(found, held, answers, estimate_lag(**asked), revising(found, asked))


def answer(month: Month, question: Question) -> LagResult | str:
    """The headline by a month's list, as of its day, or why there is none."""
    try:
        return estimate_lag(**asking(question, vintage=month.vintage))
    except EstimateError as error:
        return str(error)


def revising(months: Sequence[Month], question: Question) -> LagPath | None:
    """The average on every day since the first month's that has one, by the newest list."""
    study = prepare(**question)
    field = study.cast.field
    # A release known to the month may fall on any of its days.
    late = np.nan_to_num(field.month_end - field.month_start)
    both = max(float(np.min(dates + late)) for dates in (field.lead_from, field.follow_from))
    window = WINDOWS[HEADLINE] if study.window is None else study.window
    first = min((to_day(month.vintage) for month in months), default=np.inf)
    start = max(first, np.ceil(both + window * DAYS_PER_MONTH) + 1)
    if start > study.as_of:
        return None
    return lag_path(to_iso(start), estimand=HEADLINE, **question)


def compiled(
    months: Sequence[Month],
    held: Mapping[str, Frozen],
    answers: Mapping[str, LagResult | str],
    newest: LagResult,
    path: LagPath | None,
) -> Record:
    """The record out of its parts.

    Parameters
    ----------
    months
        The oldest first.
    held
        Those that are published.
    answers
        What every month's list says today, or why it says nothing.
    newest
        The headline by the newest list.
    path
        The average by the newest list on every day.

    Raises
    ------
    CheckFailed
        A published month is not one of the months, or answers another question.
    """
    check_held(months, held)
    rows, refused = [], dict[str, str]()
    for month in months:
        found = answers[month.name]
        if isinstance(found, str):
            refused[month.name] = found
        published, method = "", METHOD
        if month.name in held:
            told = held[month.name].facts
            _check_question(month, told["answer"], newest)
            first, method = read_figure(told["answer"]), str(told["method"])
            published = str(told["published"] or "")
            day, estimand = told["answer"]["as_of"], told["answer"]["headline"]["estimand"]
        elif isinstance(found, str):
            continue
        else:
            first, day, estimand = Figure.of(found), found.as_of, found.estimand
        again = WITHHELD if isinstance(found, str) else Figure.of(found)
        revised = _revised(day, path) if estimand == HEADLINE else None
        rows.append(Row(month, published, method, first, again, revised, estimand))
    shared = picked(newest, "level", *(field.name for field in fields(Estimated)))
    return Record(rows=tuple(rows), refused=refused, **shared)


def check_held(months: Sequence[Month], held: Mapping[str, Frozen]) -> None:
    """Refuse published months that are none of the archive's.

    Raises
    ------
    CheckFailed
        With the first of them.
    """
    for name in held:
        if name not in {month.name for month in months}:
            raise CheckFailed(
                f"{name} is published, and the archive has no list of that month: is it another "
                f"archive, or are lists missing (elolag archive verify)?"
            )


def _check_question(month: Month, told: Mapping[str, Any], newest: LagResult) -> None:
    """Refuse a published month that answers another question than the site."""
    for name, first, now in (
        ("board", told["board"], newest.board),
        ("category", told["category"], newest.category),
        ("leader", told["leader_best"]["group"], newest.leader_group),
        ("follower", told["follower"]["group"], newest.follower_group),
        ("sources", told["sources"], newest.sources),
    ):
        if first != now:
            raise CheckFailed(
                f"{month.name} is published with {name} {first!r}, and {now!r} is asked: one "
                f"folder keeps the months of one question; name another"
            )


def _revised(day: str, path: LagPath | None) -> Figure | None:
    """What the newest list makes of a day; None where its path does not reach that day."""
    if path is None or not path.days[0] <= to_day(day) <= path.days[-1]:
        return None
    at = int(to_day(day) - path.days[0])
    low, high = (None if np.isnan(end[at]) else float(end[at]) for end in (path.low, path.high))
    code = CENSORED.get(int(path.censored[at]), "figure")
    return Figure(float(path.months[at]), low, high, code)
