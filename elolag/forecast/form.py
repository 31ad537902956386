"""The form of a forecast: one round of one forecaster, as rows of a CSV in hubverse's manner.

A row is one number: for a target and a day, the value at a quantile (``quantile``; ``median`` for
one that gave no spread), the probability of an outcome (``pmf``), or that of a date by a day
(``cdf``). What each target is, and what settles it, `TARGETS` says.
"""

from __future__ import annotations

from dataclasses import dataclass

#: The columns of the file, in order; every row carries whose it is, when and where it was said.
COLUMNS = (
    "round_id",
    "board",
    "leader",
    "follower",
    "target",
    "horizon",
    "target_end_date",
    "level",
    "output_type",
    "output_type_id",
    "value",
    "said",
    "address",
)
#: Levels of the quantiles of our own forecasts, those of hubverse.
QUANTILES = (
    0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5,
    0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.975, 0.99,
)  # fmt: skip
#: Months ahead, counted from the list's day.
HORIZONS = (1, 3, 6, 12)
#: In a pmf: none of the groups that are named.
OTHER = "other"
#: What can be forecast, and what settles it.
TARGETS = {
    "average": "the average over twelve months to the day, in months, as first figured",
    "current": "the lag of the day, in months, as first figured",
    "gap": "the leader's best less the follower's best on the day, in points, as first figured",
    "first": "whose model stands alone at the top of the newest complete list of the day",
    "parity": "the day of the first complete list on which the follower's best stands above the "
    "leader's best",
    "reach": "the day of the first complete list on which the follower's best stands at or above a "
    "level: a rating, or where none is given the model that was the leader's best on the list of "
    "the round",
}
#: What may be said of each target.
_KINDS = {
    **dict.fromkeys(("average", "current", "gap"), ("quantile", "median")),
    "first": ("pmf",),
    **dict.fromkeys(("parity", "reach"), ("cdf", "quantile", "median")),
}


@dataclass(frozen=True)
class Answer:
    """What a forecast says of one target and one day.

    Attributes
    ----------
    leader, follower
        Group expressions.
    target
        One of `TARGETS`.
    horizon
        Months from the round to `end`; None where the day was not chosen so.
    end
        ISO day the target speaks of; of a date, the last day that is looked at.
    level
        Of `reach`: a rating; None for the leader's best of the round's list.
    kind
        ``quantile``, ``median``, ``pmf`` or ``cdf``.
    at
        Levels of the quantiles ("0.5"), outcomes of a pmf (group expressions and `OTHER`), or ISO
        days of a cdf.
    values
        One for each of `at`: months, points, probabilities; days since 1970 for quantiles of a
        date.
    """

    leader: str
    follower: str
    target: str
    horizon: int | None
    end: str
    level: float | None
    kind: str
    at: tuple[str, ...]
    values: tuple[float, ...]


@dataclass(frozen=True)
class Forecast:
    """One round of one forecaster.

    Attributes
    ----------
    round_id
        ISO vintage of the list it used; for others the newest complete list when they said it.
    board
        E.g. ``arena/text``; one that the archive need not hold.
    forecaster
        Team and model, e.g. ``elolag-mixture``: small letters, digits and hyphens.
    said
        ISO day on which it was said.
    address
        Where it was published; empty for one's own.
    """

    round_id: str
    board: str
    forecaster: str
    said: str
    address: str
    answers: tuple[Answer, ...]
