"""Everything a report needs, computed once from one question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Unpack

import numpy as np

from elolag import tags
from elolag.archive import Archive, Board
from elolag.dates import DAYS_PER_MONTH, to_iso
from elolag.errors import EstimateError
from elolag.estimate.comparison import Comparison, estimate_all
from elolag.estimate.lag import HEADLINE
from elolag.estimate.over_time import LagPath, lag_path
from elolag.estimate.session import ASKED, Question, Session, Study, prepare
from elolag.report.checks import Checks, Extent, check
from elolag.results.lag import LagResult
from elolag.tags import Tables, Tag

#: Months the lag is drawn back over; fewer where a group has no model that early.
PATH_MONTHS = 30.0
#: A release known to the month may fall this many days later than it is written.
SLACK_DAYS = 31.0


@dataclass(frozen=True)
class Material:
    """One question with all its answers.

    Attributes
    ----------
    question
        As given to `estimate_lag`.
    study
        Panel, cast, posterior.
    tables
        The authored tags.
    headline
        The average over twelve months, both intervals; ``current`` where there are not so many.
    current
        The day's distance; None where it has no answer.
    comparison
        Every estimand.
    path
        The lag over time; None where no day before the as-of date can be answered.
    checks
        Slices, claims, and on what the headline rests.
    extent
        What was asked for.
    """

    question: Mapping[str, Any]
    study: Study
    tables: Tables
    headline: LagResult
    current: LagResult | None
    comparison: Comparison
    path: LagPath | None
    checks: Checks
    extent: Extent

    def tag(self, model: str) -> Tag | None:
        """The tag of a model of this study."""
        return self._tags.get(model)

    def lab(self, model: str) -> str:
        """The name of the lab that released a model, empty where unknown."""
        tag = self.tag(model)
        if tag is None:
            return ""
        rows = self.tables.labs.get(tag.lab, ())
        return rows[0].name if rows else tag.lab

    @property
    def _tags(self) -> dict[str, Tag]:
        return {tag.model: tag for tag in self.study.cast.tags}


def gather(extent: Extent, **question: Unpack[Question]) -> Material:
    """Answer one question in every way the report shows.

    Parameters
    ----------
    extent
        How much of it.
    **question
        As for `elolag.estimate_lag`, without estimand, frontier and interval.

    Raises
    ------
    EstimateError
        The headline itself has no answer.
    """
    question.setdefault("session", Session())
    study = prepare(**question)
    comparison = estimate_all(**question)
    answers = {r.estimand: r for r in comparison.results}
    headline = answers.get(HEADLINE) or answers.get("current")
    if headline is None:
        raise EstimateError(comparison.refused["current"])
    return Material(
        question=question,
        study=study,
        tables=tags.load(question.get("extra_tags")),
        headline=headline,
        current=answers.get("current"),
        comparison=comparison,
        path=_path(study, question),
        checks=check(study, question, extent),
        extent=extent,
    )


def _path(study: Study, question: Mapping[str, Any]) -> LagPath | None:
    field = study.cast.field
    both = max(float(np.min(dates)) for dates in (field.lead_from, field.follow_from))
    start = max(study.as_of - PATH_MONTHS * DAYS_PER_MONTH, both + SLACK_DAYS)
    if start >= study.as_of:
        return None
    rest = {key: value for key, value in question.items() if key != "as_of"}
    return lag_path(to_iso(start), to_iso(study.as_of), **rest)


def describe(question: Mapping[str, Any]) -> dict[str, Any]:
    """The question with every default, as plain values, for JSON and for the command line."""
    defaults = {name: value for name, value in ASKED.items() if name != "session"}

    def plain(value: Any) -> Any:
        if isinstance(value, Archive):
            return str(value.path)
        if isinstance(value, Board):
            return value.name
        if isinstance(value, Path):
            return str(value)
        if isinstance(value, tags.Policies):
            return {name: getattr(value, name) for name in value.__dataclass_fields__}
        return sorted(value) if isinstance(value, set | frozenset) else value

    return {
        key: plain(value)
        for key, value in sorted({**defaults, **question}.items())
        if key != "session"
    }
