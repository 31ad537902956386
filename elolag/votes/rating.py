"""`rate`: the one way from votes to ratings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from elolag import __version__, bradleyterry
from elolag.bradleyterry import ELO
from elolag.errors import EstimateError, UsageError
from elolag.months import to_day, to_iso
from elolag.sheets import MAX_POINTS, tidy
from elolag.votes import counting, style
from elolag.votes.rated import RatedVotes, StyleEffect
from elolag.votes.reading import Columns, Part, Source, find_columns, parts

Floats = NDArray[np.float64]


def rate(
    votes: Source,
    *,
    anchor: str | None = None,
    level: float = 1000.0,
    both_bad: str = "tie",
    style_columns: Sequence[str] = (),
    columns: Mapping[str, str] | None = None,
    date: str | dt.date | None = None,
    interval_level: float = 0.95,
    jobs: int = 1,
) -> RatedVotes:
    """Bradley-Terry ratings on the Elo scale from votes between pairs of models.

    Parameters
    ----------
    votes
        A CSV or Parquet file of any length, several of them (parts of one set of votes), or a
        table in memory (pandas or pyarrow). One row is one vote: the two models, and who won
        (``model_a``, ``left``, ``model_b``, ``right``, ``tie``, ``both_bad`` and their usual
        spellings).
    anchor
        A model to hold at `level`; by default the mean of all models is held there.
    level
        In Elo points.
    both_bad
        What a vote "both are bad" counts as: ``tie``, as on the public arena, or ``drop``.
    style_columns
        Style covariates. ``tokens`` stands for the columns ``tokens_a`` and ``tokens_b`` (or
        ``_left``, ``_right``) and takes their relative difference (a - b) / (a + b); a name that
        is a column itself is taken as a difference, left minus right. Ratings then compare
        answers of equal style.
    columns
        Names of the columns ``left``, ``right`` and ``winner`` where they are not the usual ones.
    date
        Of the ratings, kept with them: an ISO date, or a `datetime.date`.
    interval_level
        Of the intervals written.
    jobs
        Workers for several files (or the row groups of one Parquet file), through joblib; the
        result is the same for any number.

    Returns
    -------
    RatedVotes

    Raises
    ------
    UsageError
        A file cannot be read, a vote names no model or no outcome; the message says which.
    EstimateError
        The votes leave a rating unknown: parts that never met (named), clean sweeps.
    """
    _check(level, both_bad, date, interval_level, jobs)
    found = parts(votes, jobs)
    chosen = [find_columns(p.header(), p.name, columns, style_columns) for p in found]
    if not all(c.anonymous for c in chosen):
        chosen = [replace(c, anonymous="") for c in chosen]
    if len(set(chosen)) > 1:
        raise UsageError(f"{found[0].name} and the other files do not have the same columns")
    tally = counting.add(counting.over(counting.tally, found, {"columns": chosen[0]}, jobs))
    tally.check_winners(found[0].name if len(found) == 1 else "the votes")
    pairs = tally.pairs(both_bad)
    anchor = None if anchor is None else tidy(anchor)
    if anchor is not None and anchor not in pairs.items:
        raise UsageError(
            f"the anchor {anchor!r} is not among the {len(pairs.items)} models voted on"
        )
    fitted = bradleyterry.rate(pairs, scale=ELO, anchor=anchor, level=level)
    effects: tuple[StyleEffect, ...] = ()
    if style_columns:
        fitted, effects = _with_style(
            fitted, tally, found, chosen[0], style_columns, both_bad, level, jobs
        )
    return RatedVotes(
        ratings=fitted,
        level=level,
        interval_level=interval_level,
        both_bad=both_bad,
        outcomes=tally.outcomes,
        itself=tally.itself,
        style=effects,
        sources=tuple(dict.fromkeys((p.name, p.sha256()) for p in found)),
        date="" if date is None else to_iso(to_day(date)),
        version=__version__,
        unrated=tuple(m for m in tally.models if m not in set(pairs.items)),
        spellings=tuple(sorted(tally.spellings)),
        known=tally.known,
    )


def _with_style(
    plain: bradleyterry.Ratings,
    tally: counting.Tally,
    found: Sequence[Part],
    columns: Columns,
    names: Sequence[str],
    both_bad: str,
    level: float,
    jobs: int,
) -> tuple[bradleyterry.Ratings, tuple[StyleEffect, ...]]:
    """Ratings at equal style, started from those without."""
    unit = np.sqrt(tally.squares / max(int(tally.counts.sum()), 1))
    flat = [name for name, size in zip(names, unit, strict=True) if not size > 0]
    if flat:
        raise EstimateError(
            f"the style covariate {flat[0]!r} is the same on both sides of every vote"
        )
    n = len(plain.items)

    def sums_at(coefficients: Floats, **more: Floats) -> style.Sums:
        arguments = {
            "columns": columns, "models": plain.items, "unit": unit,
            "coefficients": coefficients, "both_bad": both_bad, **more,
        }  # fmt: skip
        return style.add(counting.over(style.one_pass, found, arguments, jobs))

    theta = plain.rating / plain.scale
    start = np.concatenate([theta - theta.mean(), np.zeros(len(unit))])
    coefficients, covariance = style.fit(sums_at, start, n)
    rating, block = bradleyterry.on_scale(
        plain.items, coefficients[:n], covariance[:n, :n],
        scale=plain.scale, anchor=plain.anchor, level=level,
    )  # fmt: skip
    errors = np.sqrt(np.diag(covariance)[n:])
    effects = tuple(
        StyleEffect(name, float(size), float(ELO * b), float(ELO * e))
        for name, size, b, e in zip(names, unit, coefficients[n:], errors, strict=True)
    )
    return replace(plain, rating=rating, covariance=block), effects


def _check(
    level: float, both_bad: str, date: str | dt.date | None, interval_level: float, jobs: int
) -> None:
    if both_bad not in counting.BOTH_BAD:
        raise UsageError(f"both_bad {both_bad!r} is none of {', '.join(counting.BOTH_BAD)}")
    if not 0 < interval_level < 1:
        raise UsageError(f"level {interval_level} is not between 0 and 1; for 95% write 0.95")
    if not abs(level) <= MAX_POINTS:
        raise UsageError(f"ratings cannot be held at {level}; at most {MAX_POINTS:,} either way")
    if jobs < 1:
        raise UsageError(f"{jobs} jobs cannot count votes; take 1 or more")
    if date is not None:
        to_day(date)
