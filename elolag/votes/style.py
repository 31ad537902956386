"""Ratings with style covariates: logistic regression on models and differences of style.

The chance that the left side wins is 1 / (1 + exp(theta_j - theta_i - x'beta)), x being the
differences of style between left and right; ties count half, as without covariates. Pair counts do
not suffice then, so each Newton step streams the votes once more and keeps only sums over them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from elolag.errors import EstimateError
from elolag.model.bradleyterry import own_share, per_item
from elolag.votes.counting import Columns, Part, coded

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_ROUNDS = 60
_TOLERANCE = 1e-8
_HALVINGS = 20


@dataclass(frozen=True)
class Sums:
    """What one pass over the votes keeps; n models and k covariates stand in one vector.

    Attributes
    ----------
    log_likelihood
        At the coefficients of the pass.
    gradient
        Shape (n + k,).
    bread, meat
        Minus the Hessian, and the sum of squared scores, both (n + k, n + k).
    squares, taken
        Per model the sums over its votes of squared residuals, and of what the fit took from
        them (see `elolag.model.bradleyterry.own_share`), both (n,).
    """

    log_likelihood: float
    gradient: Floats
    bread: Floats
    meat: Floats
    squares: Floats
    taken: Floats


def add(sums: Iterable[Sums]) -> Sums:
    """The sums of all parts together, in their order."""
    return reduce(
        lambda a, b: Sums(
            a.log_likelihood + b.log_likelihood,
            a.gradient + b.gradient,
            a.bread + b.bread,
            a.meat + b.meat,
            a.squares + b.squares,
            a.taken + b.taken,
        ),
        sums,
    )


def one_pass(
    part: Part,
    columns: Columns,
    models: tuple[str, ...],
    unit: Floats,
    coefficients: Floats,
    both_bad: str,
    inverse: Floats | None = None,
    lacking: Floats | None = None,
) -> Sums:
    """Stream one part.

    Parameters
    ----------
    unit
        What one unit of each covariate is, shape (k,).
    coefficients
        Theta of the models, then beta per unit.
    inverse
        Of the bread, for the leverage of each vote; without it nothing is `taken`.
    lacking
        Per model how much of that the meat is given back, (n,).
    """
    numbers = {name: k for k, name in enumerate(models)}
    n, k = len(models), len(unit)
    score = np.array([1.0, 0.0, 0.5, 0.5])
    theta, beta = coefficients[:n], coefficients[n:]
    log_likelihood = 0.0
    gradient = np.zeros(n + k)
    matrices = np.zeros((2, n + k, n + k))
    pairs = np.zeros((2, n * n))
    squares, taken = np.zeros(n), np.zeros(n)
    for batch in coded(part, columns, numbers):
        keep = batch.left != batch.right
        if both_bad == "drop":
            keep &= batch.outcome != 3
        i, j = batch.left[keep], batch.right[keep]
        x, y = batch.style[keep] / unit, score[batch.outcome[keep]]
        gap = theta[i] - theta[j] + x @ beta
        p = 1 / (1 + np.exp(-gap))
        log_likelihood += float(y @ gap - np.logaddexp(0.0, gap).sum())
        surplus = y - p
        gradient[:n] += np.bincount(i, surplus, n) - np.bincount(j, surplus, n)
        gradient[n:] += surplus @ x
        residual, variance = surplus**2, p * (1 - p)
        squares += per_item(n, i, j, residual)
        if inverse is not None:
            own = variance**2 * _spread(inverse, n, i, j, x)
            taken += per_item(n, i, j, own)
            if lacking is not None:
                residual = residual + np.maximum(lacking[i], lacking[j]) * own
        for m, weight in enumerate((variance, residual)):
            matrix = matrices[m]
            pairs[m] += np.bincount(i * n + j, weight, n * n)
            weighted = weight[:, None] * x
            for c in range(k):
                matrix[:n, n + c] += np.bincount(i, weighted[:, c], n)
                matrix[:n, n + c] -= np.bincount(j, weighted[:, c], n)
            matrix[n:, n:] += weighted.T @ x
    for matrix, pair in zip(matrices, pairs, strict=True):
        met = pair.reshape(n, n) + pair.reshape(n, n).T
        matrix[:n, :n] = np.diag(met.sum(axis=1)) - met
        matrix[n:, :n] = matrix[:n, n:].T
    return Sums(log_likelihood, gradient, matrices[0], matrices[1], squares, taken)


def _spread(inverse: Floats, n: int, i: Ints, j: Ints, x: Floats) -> Floats:
    """The form z' inverse z of each vote, z being e_i - e_j and its differences of style."""
    plain = inverse[i, i] + inverse[j, j] - 2 * inverse[i, j]
    mixed = ((inverse[i, n:] - inverse[j, n:]) * x).sum(axis=1)
    return np.asarray(plain + 2 * mixed + ((x @ inverse[n:, n:]) * x).sum(axis=1))


def fit(sums_at: Callable[..., Sums], start: Floats, models: int) -> tuple[Floats, Floats]:
    """Newton's method over streamed sums.

    Parameters
    ----------
    sums_at
        One pass over all votes at given coefficients, with `inverse` and `lacking` where given.
    start
        Coefficients to start from.

    Returns
    -------
    coefficients, covariance
        Of theta (mean 0) and beta; the covariance is the sandwich over votes, with what few votes
        lack.

    Raises
    ------
    EstimateError
        No finite estimate: a covariate splits the votes, or repeats another.
    """
    held = np.zeros_like(start)
    held[:models] = 1.0
    # Only differences of theta are known: hold their mean.
    mean = np.outer(held, held) / models
    now, sums = start, sums_at(start)
    for _ in range(_ROUNDS):
        step = _solve(sums.bread + mean, sums.gradient)
        if float(np.abs(step).max()) < _TOLERANCE:
            inverse = _solve(sums.bread + mean, np.eye(len(start)))
            last = sums_at(now, inverse=inverse)
            lacking = own_share(last.squares, last.taken)
            if lacking.any():
                last = sums_at(now, inverse=inverse, lacking=lacking)
            return now + step, inverse @ last.meat @ inverse
        for _ in range(_HALVINGS):
            found = sums_at(now + step)
            if found.log_likelihood >= sums.log_likelihood - 1e-9 * abs(sums.log_likelihood):
                break
            step = step / 2
        now, sums = now + step, found
    raise EstimateError(
        f"the ratings with style did not converge in {_ROUNDS} rounds: a style covariate all but "
        f"splits the votes; leave it out"
    )


def _solve(matrix: Floats, right: Floats) -> Floats:
    scale = np.sqrt(np.maximum(np.diag(matrix), 1e-300))
    balanced = matrix / scale / scale[:, None]
    if np.linalg.cond(balanced) > 1e12:
        raise EstimateError(
            "the style covariates cannot be told apart from each other or from the models; leave "
            "one out"
        )
    shaped = (right.T / scale).T
    return np.asarray((np.linalg.solve(balanced, shaped).T / scale).T)
