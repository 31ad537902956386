"""Every estimand side by side, and the small print under the headline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Unpack

from elolag.dates import DAYS_PER_MONTH, to_iso
from elolag.errors import ElolagError, EstimateError, UsageError
from elolag.estimate.change import change_of
from elolag.estimate.lag import ESTIMANDS, HEADLINE, lag_key, results
from elolag.estimate.panel import newest_whole, sibling
from elolag.estimate.session import Question, Session, Study, asking, prepare
from elolag.model.estimands import TRENDS
from elolag.model.frontier import MATCH_RULES, REACHED, Steps
from elolag.model.interval import Summary, summarise
from elolag.results.lag import LagResult
from elolag.results.table import Column, Result, Table, data
from elolag.results.words import MEANING, NOT_A_FORECAST, bound, meaning, percentage, reads_ahead

#: Windows, in months, beside the one that is asked for.
_WINDOWS = (3.0, 6.0, 12.0, 18.0)


def small_print(study: Study, trend: LagResult | None = None) -> tuple[str, ...]:
    """Sentences on the average of a study: what else it could have read, and what it is not.

    Parameters
    ----------
    study
        Whose average over its own window has an answer.
    trend
        The study's result between smooth curves, if it is at hand.

    Raises
    ------
    EstimateError
        It has none.

    Examples
    --------
    >>> import elolag
    >>> study = elolag.estimate.session.prepare(n_draws=200)
    >>> print(small_print(study)[0])  # doctest: +ELLIPSIS
    Over other windows the average reads: 3 months, ...
    """
    windows = (
        (f"{months:g} months", replace(study, window=months))
        for months in _WINDOWS
        if months != (study.window or 12.0)
    )
    rules = (
        (rule, replace(study, match_rule=rule)) for rule in MATCH_RULES if rule != study.match_rule
    )
    return (
        f"Over other windows the average reads: {_read(windows)}.",
        f"Under other match rules it reads: {_read(rules)}.",
        _smooth(study, trend),
        _changed(study),
        NOT_A_FORECAST,
    )


def _changed(study: Study) -> str:
    """Whether the average has changed since a year before, as far as that can be told."""
    try:
        return change_of(study, None).sentence()
    except EstimateError as error:
        return f"Whether it has changed over a year cannot be told: {error}."


def _smooth(study: Study, trend: LagResult | None) -> str:
    """The cross-check between fitted curves, which takes no match rule."""
    reached = replace(study, match_rule=REACHED.name)
    try:
        told = (trend or results(reached, [lag_key("trend", None)])[0]).short()
    except EstimateError as error:
        told = f"no answer ({error})"
    return f"Between smooth curves through each side's best models (trend), on the day: {told}."


def _read(studies: Iterable[tuple[str, Study]]) -> str:
    told = []
    for name, study in studies:
        try:
            told.append(f"{name}, {results(study, [HEADLINE])[0].short()}")
        except EstimateError:
            told.append(f"{name}, no answer")
    return "; ".join(told)


# Every estimand side by side, with what could not be answered and what the board leaves out.

#: Retired records older than this, in months, are not asked about one by one.
_RETIRED_MONTHS = 24.0


@dataclass(frozen=True)
class Comparison(Result):
    """Every estimand side by side.

    Attributes
    ----------
    results
        Those the data can answer, with both intervals.
    refused
        The others, and why.
    retired
        What leaving out the retired models that made a record in the last `_RETIRED_MONTHS` does
        (docs/methods.md, "Retired records"); empty where it moves nothing by a tenth of a month.
    unrated
        Records of the sibling board (with or without style control) that this board never rated.
    small_print
        What else the average could have read (by the function of that name); empty where it has
        no answer.
    """

    results: tuple[LagResult, ...]
    refused: Mapping[str, str]
    retired: str
    unrated: tuple[str, ...]
    small_print: tuple[str, ...] = ()

    def sentence(self) -> str:
        """What is compared: the board, its date, and that it is provisional where it is."""
        return " ".join(self.said())

    def said(self) -> tuple[str, ...]:
        """What `sentence` says, in its paragraphs."""
        first = self.results[0]
        provision = (f"{first.provision()}.",) if first.provisional else ()
        return (
            *provision,
            f"{first.board} ({first.category}), as of {first.as_of}, ratings of {first.vintage}",
        )

    def table(self) -> Table:
        """One row per estimand, with both intervals."""
        level, points = percentage(self.results[0].level), self.results[0].measure.points
        columns = (
            Column("estimand", "Estimand", "which question"),
            data("frontier", "curve it is asked of"),
            Column("answer", "Answer", "with its direction in words", words=True),
            Column("measurement", f"{level} measurement", "interval in words", words=True),
            Column("sampling", f"{level} sampling", "interval in words", words=True),
            data("value", "positive: the follower is behind", f"months (gap: {points})"),
            data("low", "of the measurement interval; empty: unbounded", "as value"),
            data("high", "of the measurement interval; empty: unbounded", "as value"),
            data("sampling_low", "of the sampling interval", "as value"),
            data("sampling_high", "of the sampling interval", "as value"),
            data("censored", "at-least or at-most where the value is a bound"),
        )  # fmt: skip
        rows = []
        for found in self.results:
            value, (low, high), ends = found.months, found.ends_given, found.sampling_given
            if value is None and found.provisional:
                ends = (None, None)
            elif value is None:
                value = found.gap.elo
                low, high = (None, None) if found.too_few() else (found.gap.low, found.gap.high)
            sampled = dict(found.rows()).get(f"{level} sampling interval", "see the notes")
            rows.append(
                (found.estimand, found.frontier, found.figure(), found.interval_words(), sampled,
                 value, low, high, *ends, found.censored)
            )  # fmt: skip
        caption = "Every estimand with both intervals"
        return Table("estimands", caption, columns, tuple(rows))

    def groups(self) -> tuple[tuple[str, ...], ...]:
        """What stands under the table, in groups: meanings, what is left out, notes."""
        first = self.results[0]
        asked = {result.estimand: result.asks() for result in self.results}
        meanings = (
            f"{name}: {asked.get(name) or meaning(name, first.measure.points)}" for name in MEANING
        )
        refused = (f"{name} has no answer here: {why}." for name, why in self.refused.items())
        unrated = f"Records elsewhere that this board never rated: {', '.join(self.unrated)}."
        said = (*refused, self.retired, unrated if self.unrated else "", *self.small_print)
        notes = dict.fromkeys(
            f"Note: {f'{found.estimand}: ' if note in found.of_draws() else ''}{note}."
            for found in self.results
            for note in found.notes
        )
        return tuple(meanings), tuple(filter(None, said)), (first.left_out("both"), *notes)

    def footnotes(self) -> tuple[str, ...]:
        """What stands under the table (see `groups`)."""
        return tuple(text for group in self.groups() for text in group)

    def to_dict(self) -> dict[str, Any]:
        """As one JSON object."""
        return {
            "schema": 1,
            "results": [result.to_dict() for result in self.results],
            "refused": dict(self.refused),
            "retired": self.retired,
            "unrated": list(self.unrated),
            "small_print": list(self.small_print),
            "sources": self.results[0].sources,
        }


def estimate_all(**question: Unpack[Question]) -> Comparison:
    """Every estimand with both intervals, and what retired records do to them.

    Parameters
    ----------
    **question
        As for `estimate_lag`, without estimand and interval.

    Raises
    ------
    UsageError
        A name, date or number that cannot be answered.
    EstimateError
        The data hold no answer to the question, whatever the estimand.

    Examples
    --------
    >>> import elolag
    >>> found = elolag.estimate_all(vintage="2026-08-19", n_draws=300)
    >>> [result.estimand for result in found.results][:3]
    ['current', 'average', 'at-release']
    """
    question.setdefault("session", Session())
    return all_of(prepare(**question), question)


def all_of(study: Study, question: Question) -> Comparison:
    """`estimate_all` of a question whose study is prepared."""
    found, refused = _each(study)
    by_key = dict(found)
    return Comparison(
        tuple(result for _, result in found),
        refused,
        _retired(study, found, question),
        _unrated(study, question),
        small_print(study, by_key.get(lag_key("trend", None))) if HEADLINE in by_key else (),
    )


def _each(study: Study) -> tuple[list[tuple[str, LagResult]], dict[str, str]]:
    """Every estimand's result by its key, and of those without one why not."""
    found, refused = {}, {}
    keys = [lag_key(estimand, None) for estimand in ESTIMANDS]
    # From one pass over the draws and one of re-runs; a smooth one takes draws of all models.
    together = [key for key in keys if key not in TRENDS]
    try:
        found = dict(zip(together, results(study, together, "both"), strict=True))
    except (EstimateError, UsageError):
        together = []  # asked one by one, to tell which of them has no answer
    for key in keys:
        if key in together:
            continue
        try:
            found[key] = results(study, [key], "both")[0]
        except (EstimateError, UsageError) as error:
            refused[key.partition("/")[0]] = str(error)
    return [(key, found[key]) for key in keys if key in found], refused


def _unrated(study: Study, question: Question) -> tuple[str, ...]:
    """Models that by then had made a record on the sibling board and have no rating on this one."""
    twin, session = sibling(study.panel.board), question.get("session") or Session()
    try:
        newest = newest_whole(session.board_of(question, twin), study.panel.vintage).vintage
        other = prepare(**asking(question, board=twin, vintage=newest, as_of=None))
    except ElolagError:
        return ()  # no such board, or it cannot answer: then there is nothing to compare with
    rated = set(study.panel.placed.table["model"])
    names = set()
    for _, dates in other.cast.sides:
        steps = Steps(other.means, dates, study.as_of)
        names |= {other.cast.tags[i].model for i in steps.columns[0, : steps.size]}
    return tuple(sorted(names - rated))


def _without(found: Summary) -> str:
    """A number of months, as a bound where it is one, and with its direction where it is ahead."""
    side = " ahead" if reads_ahead(found.months, found.censored) else ""
    return f"{bound(found.months, found.censored)} {abs(found.months):.1f}{side}".lstrip()


def _retired(study: Study, found: Sequence[tuple[str, LagResult]], question: Question) -> str:
    """What the estimates would be without the retired models that were records of late."""
    recent = to_iso(study.as_of - _RETIRED_MONTHS * DAYS_PER_MONTH)
    table = study.panel.placed.table
    gone = set(table.loc[table["link"] >= 0, "model"])
    one = found[0][1]
    records = [*one.records(one.leader_group), *one.records(one.follower_group)]
    retired = sorted({m.model for m in records if m.model in gone and m.counts_from > recent})
    if not retired:
        return ""
    excluded = {*question.get("exclude", ()), *retired}
    without = prepare(**asking(question, exclude=excluded))
    moved = []
    for key, result in found:
        if result.months is None:
            continue
        try:
            point, sample = without.point([key]), without.sample([key])
            other = summarise(key, point.lags[key], sample.lags[key], study.level)
        except EstimateError:
            continue
        if abs(other.months - result.months) >= 0.1:
            moved.append(f"{result.estimand} {_without(other)}")
    if not moved:
        return ""
    return (
        f"Without the retired models that were records of the last {_RETIRED_MONTHS:g} months "
        f"({', '.join(retired)}), whose ratings are linked from the last vintage that lists them, "
        f"the months are: {', '.join(moved)}."
    )
