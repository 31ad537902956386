"""What stands in small print under the headline: other windows and match rules, and its change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from elolag.change import change_of
from elolag.crossing import MATCH_RULES, REACHED
from elolag.errors import EstimateError
from elolag.estimate import HEADLINE, lag_key, results
from elolag.study import Study
from elolag.words import NOT_A_FORECAST

#: Windows, in months, beside the one that is asked for.
WINDOWS = (3.0, 6.0, 12.0, 18.0)


def small_print(study: Study) -> tuple[str, ...]:
    """Sentences on the average of a study: what else it could have read, and what it is not.

    Parameters
    ----------
    study
        Whose average over its own window has an answer.

    Raises
    ------
    EstimateError
        It has none.

    Examples
    --------
    >>> import elolag
    >>> study = elolag.study.prepare(n_draws=200)
    >>> print(small_print(study)[0])  # doctest: +ELLIPSIS
    Over other windows the average reads: 3 months, ...
    """
    windows = (
        (f"{months:g} months", replace(study, window=months))
        for months in WINDOWS
        if months != (study.window or 12.0)
    )
    rules = (
        (rule, replace(study, match_rule=rule)) for rule in MATCH_RULES if rule != study.match_rule
    )
    return (
        f"Over other windows the average reads: {_read(windows)}.",
        f"Under other match rules it reads: {_read(rules)}.",
        _smooth(study),
        _changed(study),
        NOT_A_FORECAST,
    )


def _changed(study: Study) -> str:
    """Whether the average has changed since a year before, as far as that can be told."""
    try:
        return change_of(study, None).sentence()
    except EstimateError as error:
        return f"Whether it has changed over a year cannot be told: {error}."


def _smooth(study: Study) -> str:
    """The cross-check between fitted curves, which takes no match rule."""
    reached = replace(study, match_rule=REACHED.name)
    try:
        told = results(reached, [lag_key("trend", None)])[0].short()
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
