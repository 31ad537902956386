"""What the fit takes as given, in one place.

None of these is estimated with the ratings of a question. benchmarks/stability.py says how far
the answer moves when each is another.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Hyperparameters:
    """Hyperparameters of the scale and of the prior; the defaults are what every estimate uses.

    Attributes
    ----------
    freedom
        Degrees of freedom of an entry's own change (a t): some entries truly change, and far.
    settled_days
        An entry is settled this long after its board first listed it.
    same_days
        Of lists of an entry closer together than this, the more precise one counts.
    neighbours, uneven
        How many neighbours in level tell the spread of drift there, and how far (sd of the
        logarithm of its variance) it is thought to be from the average before they are looked at.
    young
        How many times as large the variance of an unsettled entry's drift is before a list's own
        unsettled entries are looked at (benchmarks/held_out.py, vintages up to 2026-04-10).
    sure
        How far (sd) the share of the other board's change is thought to be from all of it. Both
        boards rate the same votes; but small changes are mostly noise of rounding, and a fit that
        is robust against the few large ones, which both boards show, would learn from the small
        ones alone.
    own_votes
        Part of what votes explain of a change that is left when the other board's change is taken
        off: both boards count the same votes (benchmarks/drift_form.py).
    apart
        How far (sd) the trends of countries are thought to be from each other, in curvature (a
        year squared), slope (a year) and level at the newest release, before any rating is looked
        at; in units of how far models are from their trend.
    least_free
        Least part of a residual that is taken not to be the entry's own doing.
    normal
        Draws of a normal that stand beside the residuals, times the share of their variance that
        is error: about three on Arena's text boards and twenty in the world private, whose
        intervals they were chosen by.
    average
        Entries of average spread that stand beside a country's own, and beside the recent ones.
    recent_days
        An entry is recent if its model came within so many days before the newest.
    smoothing
        Least standard deviation of the prior's components, and least spread, in Elo.
    """

    freedom: float = 4.0
    settled_days: float = 90.0
    same_days: float = 3.0
    neighbours: int = 25
    uneven: float = 1.5
    young: float = 3.0
    sure: float = 0.1
    own_votes: float = 0.1
    apart: tuple[float, float, float] = (0.5, 1.0, 2.0)
    least_free: float = 0.05
    normal: float = 150.0
    average: float = 20.0
    recent_days: float = 365.2425
    smoothing: float = 5.0

    @property
    def inflation(self) -> float:
        """Variance of a t with `freedom` whose scale is one."""
        return self.freedom / (self.freedom - 2)


SHIPPED = Hyperparameters()
