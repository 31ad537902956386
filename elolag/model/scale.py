"""One scale for all lists: where each model stands on the newest, with shared errors.

None of these is estimated with the ratings of a question. benchmarks/stability.py says how far
the answer moves when each is another.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from elolag.arrays import Floats, Ints
from elolag.dates import to_iso
from elolag.errors import EstimateError


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
        How many times as large the variance of an unsettled entry's drift is thought to be before
        a list's own unsettled entries are looked at: the median; what is taken is the mean, 8.2
        with `uneven` 1.5 (benchmarks/held_out.py, vintages up to 2026-04-10).
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


# One place for every entry that was ever listed, on the scale of one board's newest list.
#
# An entry of the newest list stands where that list puts it. One that is gone is carried there from
# its last list: what the settled entries of both lists have changed by, as a line in the level,
# plus a share of the change that the gone entry itself made since on the publisher's other board of
# the same votes (raw beside style-controlled). The line, the share and the scatter about them are
# estimated from the entries that all of these lists show, with t errors: some entries truly change,
# and fall or rise far.
#
# The constant a publisher adds to a whole list (its gauge) is part of the line, so that a rating
# the publisher holds fixed needs no rule: it is one of the entries that did not do as the others.
# Only settled entries take part in the fit where there are enough of them; what young entries drift
# by is then not taken for a movement of the scale.
#
# Lists share most of their votes: of a change between two of them the published errors explain the
# difference of their squares, if the newer votes contain the older (`vote_noise`). What entries
# scatter by beyond that is drift, larger at some levels than at others, so that its spread is taken
# from the neighbours. The errors of line and share are common to all entries carried by them.

_Bools = NDArray[np.bool_]

#: Entries that two lists must share, and that all four lists of a bridge must. Fewer than
#: `MIN_BRIDGED` settled ones do not carry a scale; all common entries do then.
MIN_COMMON, MIN_BRIDGED = 10, 20
#: Coefficients of a carry at most: constant, slope, share of the other board's change.
SHARED = 3
#: Least scale of drift, in rating points: half a hundredth is what a printed rating hides.
_LEAST = 0.005
_THOUGHT = np.array([0.0, 0.0, 1.0])  # of the coefficients, before any list is looked at
_PER = 100.0  # the slope is per hundred points
_ROUNDS, _TOLERANCE = 100, 1e-5
_SECTIONS, _CLOSE = 500, 1e-5  # of a search for the least value of a function


@dataclass(frozen=True)
class Lists:
    """All lists of one board, oldest first.

    Attributes
    ----------
    days
        Shape (V,), increasing.
    rating, se
        Shape (M, V), NaN where an entry is not listed (or has no error); the rows are the same
        M entries for every board of a publisher.
    """

    days: Floats
    rating: Floats
    se: Floats

    @cached_property
    def listed(self) -> _Bools:
        """Whether a list shows an entry, (M, V)."""
        return ~np.isnan(self.rating)

    @cached_property
    def first(self) -> Floats:
        """Day of each entry's first list, (M,); inf for one that is on none."""
        at = self.listed.argmax(axis=1)
        return np.where(self.listed.any(axis=1), self.days[at], np.inf)

    def settled(self, column: int, days: float = SHIPPED.settled_days) -> _Bools:
        """Which entries had been listed for long by a list, (M,); all of the board's first one."""
        known = self.first <= self.days[column] - days
        return np.asarray(known | (self.first == self.days[0]))


@dataclass(frozen=True)
class Carry:
    """From one list to another: what its common entries say of an entry that only one shows.

    Attributes
    ----------
    coefficients, covariance
        Of constant, slope per hundred points about `centre`, and the share of the other board's
        change where there is one; shapes (K,) and (K, K).
    scale
        Of drift: the t distribution's scale, in rating points.
    level, residual, noise
        Of the entries fitted, (N,): older rating, what the fit leaves, and the variance that votes
        explain.
    young
        How many times as large the variance of drift is for an entry that is not yet settled.
    """

    coefficients: Floats
    covariance: Floats
    scale: float
    centre: float
    level: Floats
    residual: Floats
    noise: Floats
    young: float
    hyper: Hyperparameters = SHIPPED

    @property
    def slope(self) -> float:
        """Change per point of level."""
        return float(self.coefficients[1] / _PER)

    def design(self, level: Floats, other: Floats | None = None) -> Floats:
        """Rows of the regression, (N, K)."""
        columns = [np.ones_like(level), (level - self.centre) / _PER]
        return np.column_stack(columns if other is None else [*columns, other])

    def shift(self, level: Floats, other: Floats | None = None) -> Floats:
        """Expected change at some levels of the older list, (N,)."""
        return np.asarray(self.design(level, other) @ self.coefficients)

    def root(self, level: Floats, other: Floats | None = None) -> Floats:
        """Factor of the error that the shifts share, (N, `SHARED`): it times three unit normals."""
        out = np.zeros((len(level), SHARED))
        values, vectors = np.linalg.eigh(self.covariance)
        factor = vectors * np.sqrt(np.maximum(values, 0.0))
        out[:, : factor.shape[1]] = self.design(level, other) @ factor
        return out

    def drift(self, level: Floats, settled: _Bools) -> Floats:
        """Scale of an entry's own change at some levels, (N,): of a t with `freedom`."""
        weight = _tricube(self.level, level, self.hyper.neighbours)
        ratio = _ratio(self.residual, self.noise, self.scale**2, weight, 1.0, self.hyper)
        return np.asarray(self.scale * np.sqrt(ratio * np.where(settled, 1.0, self.young)))


@dataclass(frozen=True)
class Scale:
    """Where every entry stands, and how well that is known.

    Arrays over M entries. ``column`` is the list an entry is taken from (-1: from none),
    ``rating`` its place, ``se`` its published error there, ``drift`` the t scale of its own change
    since, ``carry`` the index of its carry (-1 for the newest list) and ``root``, (M, `SHARED`),
    the factor of the error it shares with all entries of that carry.
    """

    column: Ints
    rating: Floats
    se: Floats
    drift: Floats
    carry: Ints
    root: Floats
    carries: tuple[Carry, ...]
    steps: tuple[tuple[int, int, int], ...]  # of each carry: list, and other board's near and last


def place(
    target: Lists, model: Ints, other: Lists | None = None, hyper: Hyperparameters = SHIPPED
) -> Scale:
    """Put all entries of a board on the scale of its last list.

    Parameters
    ----------
    target
        The board's lists.
    model
        Which model an entry is of, (M,). A model that the newest list shows under any entry is not
        gone; one that is gone is taken from the last list that shows it.
    other
        The lists of the same publisher's other board of the same votes.
    hyper
        What the fit takes as given.

    Raises
    ------
    EstimateError
        A list with a gone model shares too few entries with the newest.
    """
    newest = len(target.days) - 1
    column = _last_lists(target, model, hyper.same_days)
    now = column == newest
    size = len(model)
    rating = np.where(now, target.rating[:, newest], np.nan)
    se = np.where(now, target.se[:, newest], np.nan)
    drift, root = np.where(now, 0.0, np.nan), np.zeros((size, SHARED))
    carry = np.full(size, -1, np.intp)
    carries: list[Carry] = []
    steps: list[tuple[int, int, int]] = []
    gone = np.flatnonzero((column >= 0) & ~now)
    ways: dict[tuple[int, int, int], list[int]] = {}
    for row in gone[np.argsort(-column[gone], kind="stable")].tolist():
        near, last = (-1, -1) if other is None else bridge(target, other, row, int(column[row]))
        ways.setdefault((int(column[row]), near, last), []).append(row)
    for step, rows in ways.items():
        made, moved = _carry(target, other, step, hyper)
        here, seen = np.array(rows), step[0]
        level = target.rating[here, seen]
        own = None if moved is None else moved[here]
        rating[here] = level + made.shift(level, own)
        settled = target.settled(seen, hyper.settled_days)[here]
        se[here], drift[here] = target.se[here, seen], made.drift(level, settled)
        root[here], carry[here] = made.root(level, own), len(carries)
        carries.append(made)
        steps.append(step if own is not None else (seen, -1, -1))
    return Scale(column, rating, se, drift, carry, root, tuple(carries), tuple(steps))


def _last_lists(target: Lists, model: Ints, same_days: float) -> Ints:
    """The list each entry is taken from: its model's last, or a more precise one just before."""
    out = np.full(len(model), -1, np.intp)
    newest = len(target.days) - 1
    size = int(model.max(initial=-1)) + 1
    shown = np.zeros((size, newest + 1), bool)
    np.logical_or.at(shown, model, target.listed)
    for number in np.flatnonzero(shown.any(axis=1)).tolist():
        lists = np.flatnonzero(shown[number])
        last = int(lists[-1])
        mine = np.flatnonzero(model == number)
        if last != newest:
            near = lists[target.days[lists] > target.days[last] - same_days]
            error = [_precision(target, mine, int(k)) for k in near]
            last = int(near[len(near) - 1 - int(np.argmin(error[::-1]))])
        rows = mine[target.listed[mine, last]]
        out[rows] = last
    return out


def _precision(target: Lists, rows: Ints, column: int) -> float:
    """Mean published error of a model's entries in one list; inf where none is printed."""
    errors = target.se[rows, column]
    known = errors[~np.isnan(errors)]
    return float(known.mean()) if known.size else np.inf


def bridge(target: Lists, other: Lists, row: int, column: int) -> tuple[int, int]:
    """The other board's lists nearest to a day and last that show an entry; -1 for no bridge."""
    lists = np.flatnonzero(other.listed[row])
    if not lists.size or other.days[lists[-1]] <= target.days[column]:
        return -1, -1
    near = int(lists[np.argmin(np.abs(other.days[lists] - target.days[column]))])
    last = int(lists[-1])
    return (near, last) if near != last else (-1, -1)


def _carry(
    target: Lists, other: Lists | None, step: tuple[int, int, int], hyper: Hyperparameters
) -> tuple[Carry, Floats | None]:
    """Fit one carry to the newest list, and the other board's change of every entry, if used."""
    column, near, last = step
    newest = len(target.days) - 1
    common = target.listed[:, column] & target.listed[:, newest]
    moved = None
    if other is not None and last >= 0:
        moved = other.rating[:, last] - other.rating[:, near]
        bridged = common & ~np.isnan(moved)
        if bridged.sum() < MIN_BRIDGED:
            moved = None
        else:
            common = bridged
    rows = np.flatnonzero(common)
    if len(rows) < MIN_COMMON:
        then, now = (to_iso(float(target.days[k])) for k in (column, newest))
        raise EstimateError(
            f"the lists of {then} and {now} share {len(rows)} entries; carrying the models that "
            f"only the older shows needs at least {MIN_COMMON}"
        )
    return (
        fit(
            target.rating[rows, column],
            target.rating[rows, newest],
            vote_noise(target.se[rows, column], target.se[rows, newest])
            * (1.0 if moved is None else hyper.own_votes),
            None if moved is None else moved[rows],
            target.settled(column, hyper.settled_days)[rows],
            hyper,
        ),
        moved,
    )


def fit(
    before: Floats,
    after: Floats,
    noise: Floats,
    other: Floats | None = None,
    settled: _Bools | None = None,
    hyper: Hyperparameters = SHIPPED,
) -> Carry:
    """Regress the change of common entries on their level and the other board's change.

    A change is the line plus t errors with `freedom` whose squared scale is that of drift plus the
    entry's `noise`. The mode under a normal prior of the share (mean 1, sd `sure`), by reweighting
    (Lange, Little & Taylor 1989); the errors of the coefficients are from the expected information,
    and the scale is raised for the coefficients spent.

    Parameters
    ----------
    before, after, noise
        Ratings in both lists and the variance of their change that votes explain, (N,).
    other
        Change on the other board, (N,).
    settled
        Which entries are; the fit is to these where there are `MIN_BRIDGED` of them. None: all.
    hyper
        What is taken as given.

    Raises
    ------
    EstimateError
        Fewer than `MIN_COMMON` entries.
    """
    if len(before) < MIN_COMMON:
        raise EstimateError(
            f"{len(before)} entries in both lists; at least {MIN_COMMON} are needed"
        )
    settled = np.ones(len(before), bool) if settled is None else settled
    fitted = settled if settled.sum() >= MIN_BRIDGED else np.ones(len(before), bool)
    centre = float(np.median(before[fitted]))
    columns = [np.ones(len(before)), (before - centre) / _PER]
    every = np.column_stack(columns if other is None else [*columns, other])
    change, design = (after - before)[fitted], every[fitted]
    prior = np.array([0.0, 0.0, hyper.sure**-2])[: design.shape[1]]
    coefficients, variance = _regress(design, change, noise[fitted], prior, hyper.freedom)
    residual = after - before - every @ coefficients
    trust = (hyper.freedom + 1) / (hyper.freedom + 3) / (variance + noise[fitted])
    spent = fitted.sum() / max(fitted.sum() - design.shape[1], 1)
    others = (~settled).astype(float)[None, :]
    young = _ratio(residual, noise, variance, others, hyper.young, hyper)
    return Carry(
        coefficients=coefficients,
        covariance=np.linalg.pinv(design.T @ (design * trust[:, None]) + np.diag(prior)) * spent,
        scale=float(np.sqrt(variance * spent)),
        centre=centre,
        level=before[fitted],
        residual=residual[fitted],
        noise=noise[fitted],
        young=float(young[0]),
        hyper=hyper,
    )


def _ratio(
    residual: Floats,
    noise: Floats,
    variance: Floats | float,
    weight: Floats,
    centre: float,
    hyper: Hyperparameters,
) -> Floats:
    """How many times as large the variance of drift is among some entries, (L,).

    The posterior mean under a log-normal prior about `centre`, each of the N entries counting with
    its `weight`, (L, N).
    """
    ratio = np.exp(np.linspace(-3.0, 5.0, 41))
    total = variance * ratio[:, None] + noise
    misfit = _misfit(residual**2, total, hyper.freedom)
    log = -weight @ misfit.T - 0.5 * (np.log(ratio / centre) / hyper.uneven) ** 2
    chance = np.exp(log - log.max(axis=1, keepdims=True))
    return np.asarray(chance @ ratio / chance.sum(axis=1))


def _regress(
    design: Floats, change: Floats, noise: Floats, prior: Floats, freedom: float
) -> tuple[Floats, float]:
    """Coefficients and squared scale of drift of a t regression, in turn until nothing moves.

    `prior` is the precision of a normal prior of each coefficient about `_THOUGHT`.
    """
    residual = change - np.median(change)
    variance = max(1.4826 * float(np.median(np.abs(residual))), _LEAST) ** 2
    most = np.log(max(float(np.max(residual**2)), _LEAST**2) * 4)
    coefficients: Floats = np.zeros(design.shape[1])
    for _ in range(_ROUNDS):
        before, was = coefficients, variance
        total = variance + noise
        weight = (freedom + 1) / (freedom + residual**2 / total)
        scaled = design * (weight / total)[:, None]
        coefficients = np.asarray(
            np.linalg.lstsq(
                design.T @ scaled + np.diag(prior),
                scaled.T @ change + prior * _THOUGHT[: len(prior)],
                rcond=None,
            )[0]
        )
        residual = change - design @ coefficients
        squared = residual**2

        def loss(log: float, squared: Floats = squared) -> float:
            return float(_misfit(squared, np.exp(log) + noise, freedom).sum())

        variance = float(np.exp(_lowest(loss, float(2 * np.log(_LEAST)), float(most))))
        still = np.abs(coefficients - before).max() < _TOLERANCE
        if still and abs(variance - was) < _TOLERANCE * variance:
            break
    return coefficients, variance


def _lowest(loss: Callable[[float], float], low: float, high: float) -> float:
    """Where a function is least between two points, by parabolas and golden sections (Brent 1973).

    As SciPy's bounded minimizer, to the bit: importing that takes longer than what is asked of it.
    """
    golden = (3 - math.sqrt(5)) / 2
    best = second = third = low + golden * (high - low)
    least = next_least = third_least = loss(best)
    step = earlier = 0.0
    for _ in range(_SECTIONS):
        middle = 0.5 * (low + high)
        near = math.sqrt(2.2e-16) * abs(best) + _CLOSE / 3
        if abs(best - middle) <= 2 * near - 0.5 * (high - low):
            break
        section = True
        if abs(earlier) > near:
            r = (best - second) * (least - third_least)
            q = (best - third) * (least - next_least)
            p = (best - third) * q - (best - second) * r
            q = 2 * (q - r)
            p, q = (-p if q > 0 else p), abs(q)
            before, earlier = earlier, step
            if abs(p) < abs(0.5 * q * before) and q * (low - best) < p < q * (high - best):
                section = False
                step = p / q
                if min(best + step - low, high - (best + step)) < 2 * near:
                    step = near if middle >= best else -near
        if section:
            earlier = (low if best >= middle else high) - best
            step = golden * earlier
        tried = best + (1 if step >= 0 else -1) * max(abs(step), near)
        found = loss(tried)
        if found <= least:
            low, high = (best, high) if tried >= best else (low, best)
            third, third_least = second, next_least
            second, next_least = best, least
            best, least = tried, found
            continue
        low, high = (tried, high) if tried < best else (low, tried)
        if found <= next_least or second == best:
            third, third_least = second, next_least
            second, next_least = tried, found
        elif found <= third_least or third in (best, second):
            third, third_least = tried, found
    return best


def _misfit(squared: Floats, total: Floats, freedom: float) -> Floats:
    """Minus the log density of squared residuals of squared scale `total`, less a constant."""
    return 0.5 * ((freedom + 1) * np.log1p(squared / total / freedom) + np.log(total))


def vote_noise(se_old: Floats, se_new: Floats) -> Floats:
    """Variance of a rating's change when one list's votes contain the other's.

    If the newer rating averages the older votes and new ones, Var(new - old) = Var(old) -
    Var(new); independent errors would give the sum. Missing errors count as none, so that drift
    takes up the whole scatter.
    """
    noise = np.abs(np.nan_to_num(se_old) ** 2 - np.nan_to_num(se_new) ** 2)
    noise[np.isnan(se_old) | np.isnan(se_new)] = 0.0
    return noise


def _tricube(x: Floats, at: Floats, neighbours: int) -> Floats:
    """Tricube weights of points x, (N,), about levels `at`, (L,): (L, N) (Cleveland 1979)."""
    distance = np.abs(x - at[:, None])
    reach = np.sort(distance, axis=1)[:, min(neighbours, len(x)) - 1] * 1.001 + 1e-9
    return np.asarray(np.clip(1 - (distance / reach[:, None]) ** 3, 0, None) ** 3)
