"""Scores of forecasts: arrays in, numbers out; the lower, the better, and infinite stays infinite.

The reference is another forecaster of the same rounds. Rounds whose spans overlap tell little each
on their own, so a mean is one of stretches of time that do not (`Stretches`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from elolag.arrays import Flags, Floats, Ints
from elolag.dates import DAYS_PER_MONTH

#: Central intervals whose coverage is told, where a forecast has both of their ends.
CENTRAL = (0.5, 0.8, 0.9, 0.95)
#: Fewer stretches give no interval.
FEWEST = 4
_LEVEL = 0.95
#: What neighbouring stretches are taken to correlate at least, as they do where a score is the sum
#: of what happens over a horizon as long as the stretch; and at most.
_NEIGHBOURS, _MOST = 0.25, 0.95


def crps(levels: Floats, values: Floats, truth: Floats) -> Floats:
    """CRPS by quantiles: twice the mean pinball loss; of the median alone the absolute error.

    Parameters
    ----------
    levels
        Of the quantiles, (q,).
    values
        The quantiles, (n, q).
    truth
        What came, (n,).
    """
    import scoringrules

    return np.asarray(scoringrules.crps_quantile(truth, values, levels, backend="numpy"), float)


def least_crps(levels: Floats, values: Floats, after: float) -> float:
    """The lowest CRPS of quantiles (q,) that is possible of a truth known to lie past a value."""
    candidates = np.append(values[values > after], after)
    return float(crps(levels, np.tile(values, (len(candidates), 1)), candidates).min())


def within(levels: Floats, values: Floats, truth: Floats) -> dict[float, Flags]:
    """Whether each central interval of `CENTRAL` that the levels hold covers the truth, ends too.

    Shapes are those of `crps`.
    """
    found = {}
    for level in CENTRAL:
        ends = [np.flatnonzero(np.isclose(levels, (1 + side * level) / 2)) for side in (-1, 1)]
        if all(len(end) for end in ends):
            low, high = (values[:, end[0]] for end in ends)
            found[level] = (low <= truth) & (truth <= high)
    return found


def pit(levels: Floats, values: Floats, truth: Floats) -> Floats:
    """Where in its forecast the truth lies, 0 to 1, without chance.

    Between two quantiles by linear interpolation; at one or several equal quantiles in the middle
    of their levels; beyond the last quantile in the middle of what is left. Shapes are those of
    `crps`.
    """
    below = (values < truth[:, None]).sum(axis=1)
    upto = (values <= truth[:, None]).sum(axis=1)
    last = len(levels) - 1
    # Number k of `edges` is the level of quantile k - 1.
    edges = np.concatenate([[0.0], levels, [1.0]])
    rows = np.arange(len(values))
    low, high = (values[rows, np.clip(k, 0, last)] for k in (below - 1, below))
    inside = (below > 0) & (below <= last)
    share = np.where(inside, (truth - low) / np.where(high > low, high - low, 1.0), 0.5)
    between = edges[below] + share * (edges[below + 1] - edges[below])
    found: Floats = np.where(upto > below, (edges[below + 1] + edges[upto]) / 2, between)
    return found


def log_score(probability: Floats) -> Floats:
    """Minus the logarithm of the probability that was given to what came; infinite at none."""
    with np.errstate(divide="ignore"):
        scores: Floats = 0.0 - np.log(probability)
    return scores


def brier(probabilities: Floats, came: Ints) -> Floats:
    """Brier score over all outcomes, 0 to 2.

    Parameters
    ----------
    probabilities
        (n, k).
    came
        Which outcome, (n,); -1 where it is none of those named.
    """
    import scoringrules

    happened = came[:, None] == np.arange(probabilities.shape[1])
    parts = scoringrules.brier_score(happened.astype(float), probabilities, backend="numpy")
    return np.asarray(parts.sum(axis=1) + (came < 0), float)


def _by_day(days: Floats, chances: Floats, start: float, day: float) -> float:
    """Probability of a date by a day, linear between those of a cdf, (k,); none by the start."""
    return float(np.interp(day, np.append(start, days), np.append(0.0, chances)))


def date_score(
    days: Floats, chances: Floats, start: float, after: float, by: float | None
) -> float:
    """Interval-censored log score of a cdf: of a date after one day and by another.

    With no `by` it is known only to lie after `after`, if it ever comes.
    """
    low = _by_day(days, chances, start, after)
    high = 1.0 if by is None else _by_day(days, chances, start, by)
    return float(log_score(np.array(high - low)))


@dataclass(frozen=True)
class Stretches:
    """Rounds cut into equal stretches of time, each at least as long as their horizon.

    Every mean is one of the stretches' means: a month of daily lists weighs no more than one with
    a single list.

    Attributes
    ----------
    number
        Of each round the stretch it lies in, (n,).
    """

    number: Ints

    @classmethod
    def of(cls, days: Floats, horizon: float) -> Stretches:
        """Cut the span of the rounds' days (n,) by a horizon in days, a month at least."""
        span = float(np.ptp(days))
        count = max(1, int(span / max(horizon, DAYS_PER_MONTH)))
        number = np.floor((days - days.min()) / (span or 1.0) * count)
        return cls(np.minimum(number, count - 1).astype(np.intp))

    def means(self, values: Floats) -> Floats:
        """The mean of each stretch that has a round, oldest first."""
        return np.array([values[self.number == k].mean() for k in np.unique(self.number)])

    def mean(self, values: Floats) -> float:
        """The mean of the stretches' means."""
        return float(self.means(values).mean())


@dataclass(frozen=True)
class Difference:
    """How a forecaster scored beside the reference on the same rounds.

    Attributes
    ----------
    rounds, stretches
        How many there are.
    mean, reference
        Mean score of both.
    difference
        Of the means, the forecaster's less the reference's: negative where it was better.
    low, high
        95% interval of `difference`; None for fewer than `FEWEST` stretches, or infinite scores.
    undecided
        Rounds left out because both scored infinite.
    """

    rounds: int
    stretches: int
    mean: float
    reference: float
    difference: float
    low: float | None
    high: float | None
    undecided: int = 0

    @property
    def skill(self) -> float | None:
        """1 less the ratio of the means; None where a mean is infinite or the reference's 0."""
        if not math.isfinite(self.mean + self.reference) or self.reference == 0:
            return None
        return 1 - self.mean / self.reference


def against(days: Floats, scores: Floats, reference: Floats, horizon: float) -> Difference | None:
    """Compare two forecasters on the same rounds; None where no round tells them apart.

    Parameters
    ----------
    days
        Of the rounds, (n,).
    scores, reference
        Of both, (n,).
    horizon
        Days over which a round's score is still open.
    """
    kept = ~(np.isinf(scores) & np.isinf(reference))
    if not kept.any():
        return None
    days, scores, reference = days[kept], scores[kept], reference[kept]
    cut = Stretches.of(days, horizon)
    found = cut.means(scores - reference)
    low, high = interval(found)
    return Difference(
        rounds=len(days),
        stretches=len(found),
        mean=cut.mean(scores),
        reference=cut.mean(reference),
        difference=float(found.mean()),
        low=low,
        high=high,
        undecided=int((~kept).sum()),
    )


def interval(
    means: Sequence[float] | Floats, neighbours: float | None = None
) -> tuple[float | None, float | None]:
    """95% interval of the mean of stretches, by t; (None, None) for fewer than `FEWEST`.

    It is widened for stretches that move with those before, ever less the further apart. What it
    holds in made-up worlds: benchmarks/overlap.py.

    Parameters
    ----------
    means
        Of the stretches, in their order.
    neighbours
        Correlation of one with the next; by default that seen, and at least `_NEIGHBOURS`.
    """
    found = np.asarray(means, float)
    count = len(found)
    if count < FEWEST or not np.isfinite(found).all():
        return None, None
    from scipy.special import stdtrit

    apart = found - found.mean()
    spread = float(apart @ apart)
    if neighbours is None:
        seen = float(apart[1:] @ apart[:-1]) / spread if spread else 0.0
        # In few stretches less is seen than there is (Marriott and Pope 1954).
        neighbours = min(max(_NEIGHBOURS, seen + (1 + 3 * seen) / count), _MOST)
    far = np.arange(1, count)
    # How often over the mean varies, against as many that are independent; their spread less.
    times = 1 + 2 * float(((1 - far / count) * neighbours**far).sum())
    error = math.sqrt(spread / (count - times) * times / count)
    half = float(stdtrit(count - 1, (1 + _LEVEL) / 2) * error)
    return float(found.mean()) - half, float(found.mean()) + half
