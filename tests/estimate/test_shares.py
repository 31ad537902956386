"""Shares of variance and the arrays, against their definitions."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from search import search

from elolag.errors import UsageError
from elolag.robustness import TOGETHER, orthogonal_array, variance_shares

LEVELS = st.lists(st.integers(1, 3), min_size=0, max_size=8)


@given(LEVELS)
@search(60)
def test_an_array_holds_all_pairs_in_proportion_and_no_run_twice(sizes: list[int]) -> None:
    runs = orthogonal_array(sizes)
    assert runs[0] == (0,) * len(sizes)
    assert len(set(runs)) == len(runs)
    for a, b in itertools.combinations(range(len(sizes)), 2):
        pairs = Counter((r[a], r[b]) for r in runs)
        first, second = Counter(r[a] for r in runs), Counter(r[b] for r in runs)
        assert len(pairs) == sizes[a] * sizes[b]
        assert all(n * len(runs) == first[i] * second[j] for (i, j), n in pairs.items())


def test_the_default_array_has_36_runs() -> None:
    assert len(orthogonal_array([2, 2, 3, 1, 2, 3, 2, 3])) == 36
    with pytest.raises(UsageError, match="1 to 3 levels, not of 4"):
        orthogonal_array([2, 4])


def r_squared(values: np.ndarray, columns: list[list[object]]) -> float:
    """R^2 of the additive model, by plain least squares."""
    design = [np.ones(len(values))]
    design += [np.array([v == level for v in c], float) for c in columns for level in set(c)]
    matrix = np.column_stack(design)
    fitted = matrix @ np.linalg.lstsq(matrix, values, rcond=None)[0]
    return float(1 - ((values - fitted) ** 2).sum() / ((values - values.mean()) ** 2).sum())


def slow_shares(values: np.ndarray, choices: dict[str, list[object]]) -> dict[str, float]:
    """The mean over every order of entry of what each choice adds."""
    gained = dict.fromkeys(choices, 0.0)
    orders = list(itertools.permutations(choices))
    for order in orders:
        before = 0.0
        for k, name in enumerate(order):
            now = r_squared(values, [choices[n] for n in order[: k + 1]])
            gained[name] += (now - before) / len(orders)
            before = now
    return gained | {TOGETHER: 1 - before}


@given(st.integers(0, 10_000))
@search(15)
def test_shares_are_the_mean_over_all_orders_of_entry(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(12, 40))
    a = rng.choice(["p", "q", "r"], n).tolist()
    choices = {
        "a": a,
        "b": [x if rng.random() < 0.7 else "other" for x in a],  # goes with a
        "c": rng.integers(0, 2, n).tolist(),
        "d": [{"p": 1}.get(x, 0) for x in a],  # told by a alone
    }
    choices = {k: v for k, v in choices.items() if len(set(v)) > 1}
    values = rng.normal(size=n) + np.array([{"p": 2.0}.get(x, 0.0) for x in a])
    fast, slow = variance_shares(values, choices), slow_shares(values, choices)
    assert set(fast) == set(slow)
    for name, share in slow.items():
        assert fast[name] == pytest.approx(share, abs=1e-9)
    assert sum(fast.values()) == pytest.approx(1.0)


def test_in_a_full_cross_shares_are_those_of_the_analysis_of_variance() -> None:
    rows = list(itertools.product([0, 1], [0, 1, 2], [0, 1]))
    values = np.array([3.0 * a + (b == 2) + 2.0 * a * c for a, b, c in rows])
    found = variance_shares(
        values, {k: [r[i] for r in rows] for i, k in enumerate(("a", "b", "c"))}
    )
    total = values.var()
    mean = {k: [values[[r[i] == v for r in rows]].mean() for v in range(n)]
            for i, (k, n) in enumerate((("a", 2), ("b", 3), ("c", 2)))}  # fmt: skip
    for name, means in mean.items():
        assert found[name] == pytest.approx(np.var(means) / total)
    assert list(found)[:3] == sorted(mean, key=lambda k: -np.var(mean[k]))
    assert found[TOGETHER] == pytest.approx(0.25 / total)


def test_what_does_not_vary_has_no_share() -> None:
    assert variance_shares(np.ones(4), {"a": [0, 0, 1, 1], "b": [5, 5, 5, 5]}) == {
        "a": 0.0,
        TOGETHER: 0.0,
    }
