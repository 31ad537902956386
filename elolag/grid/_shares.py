"""How much of the variance over specifications each choice accounts for."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from math import factorial

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: The name of what no choice accounts for alone.
TOGETHER = "choices acting together"
_TINY = 1e-9


def variance_shares(values: Floats, choices: Mapping[str, Sequence[object]]) -> dict[str, float]:
    """Share of the variance of `values` by choice, largest first, and what is left.

    The additive model, one effect per level of each choice, is fitted by least squares; its R^2 is
    shared out as the mean, over all orders in which choices can enter, of what a choice adds when
    it enters (Lindeman, Merenda & Gold 1980; Groemping 2007, "LMG"; this is the Shapley value of
    R^2). Choices that go together in the design, such as an estimand and its window, split what
    they share. What the additive model leaves is `TOGETHER`: choices whose effect depends on
    one another.

    Parameters
    ----------
    values
        Shape (N,), months.
    choices
        Levels by choice, each of length N.

    Returns
    -------
    dict
        Shares that sum to 1; all 0 where the values do not vary. A choice of one level is left
        out.
    """
    codes = {name: _codes(levels) for name, levels in choices.items()}
    names = [name for name, code in codes.items() if code.max(initial=0) > 0]
    centred = values - values.mean()
    total = float(centred @ centred)
    if total < _TINY * max(len(values), 1):
        return dict.fromkeys([*names, TOGETHER], 0.0)
    blocks = [_dummies(codes[name]) for name in names]
    # Orthogonal reduction: the same inner products in as many rows as there are columns.
    whole = np.column_stack([*blocks, centred / np.sqrt(total)])
    reduced: Floats = np.linalg.qr(whole, mode="reduced").R
    edges = np.cumsum([0, *(block.shape[1] for block in blocks)]).tolist()
    parts = [reduced[:, a:b] for a, b in itertools.pairwise(edges)]
    explained = np.zeros(2 ** len(names))
    _explain(parts, reduced[:, -1], 0, 0, 0.0, explained)
    found = dict(zip(names, _shapley(explained, len(names)), strict=True))
    found = dict(sorted(found.items(), key=lambda item: -item[1]))
    return found | {TOGETHER: max(float(1 - explained[-1]), 0.0)}


def _codes(levels: Sequence[object]) -> NDArray[np.intp]:
    known = {level: k for k, level in enumerate(dict.fromkeys(levels))}
    return np.array([known[level] for level in levels], np.intp)


def _dummies(code: NDArray[np.intp]) -> Floats:
    """One centred column per level but the first."""
    columns = (code[:, None] == np.arange(1, code.max() + 1)).astype(float)
    return np.asarray(columns - columns.mean(axis=0))


def _explain(
    parts: list[Floats], rest: Floats, at: int, chosen: int, gained: float, explained: Floats
) -> None:
    """Fill in R^2 of every set of choices: each in turn is left out, or projected away."""
    if at == len(parts):
        explained[chosen] = gained
        return
    _explain(parts, rest, at + 1, chosen, gained, explained)
    left, size, _ = np.linalg.svd(parts[at], full_matrices=False)
    basis = left[:, size > _TINY * max(1.0, float(size.max(initial=0.0)))]
    along = basis.T @ rest
    later = [part - basis @ (basis.T @ part) for part in parts[at + 1 :]]
    _explain(
        [*parts[: at + 1], *later],
        rest - basis @ along,
        at + 1,
        chosen | 1 << at,
        gained + float(along @ along),
        explained,
    )


def _shapley(worth: Floats, n: int) -> list[float]:
    """The Shapley value of each of n players, from the worth of every set (by bit mask)."""
    sets = np.arange(len(worth))
    size = np.array([int(s).bit_count() for s in sets])
    weight = np.array([factorial(k) * factorial(n - k - 1) / factorial(n) for k in range(n)])
    values = []
    for player in range(n):
        without = sets[(sets >> player) & 1 == 0]
        gain = worth[without | 1 << player] - worth[without]
        values.append(float(weight[size[without]] @ gain))
    return values
