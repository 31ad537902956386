"""The drift estimated from debuts: the packaged one is the archive's; a known one is found."""

from __future__ import annotations

from dataclasses import replace

import debuts
import numpy as np
import pandas as pd
import pytest
from exact import listed

import elolag
from elolag import tags
from elolag.errors import EstimateError
from elolag.model.early_drift import _packaged_record


@pytest.mark.fresh
def test_packaged_record_is_remade_from_the_shipped_archive() -> None:
    made = debuts.estimate(elolag.open_archive(), tags.Lookup(tags.load()))
    assert made == _packaged_record()


def synthetic(rng: np.random.Generator, sds: list[float], n: int) -> pd.DataFrame:
    """Debuts whose first votes are all off by one bias, and whose later votes are not."""
    rows = []
    for low, high, sd in zip(
        debuts.BIN_EDGES[:-1], [*debuts.BIN_EDGES[1:-1], 60_000], sds, strict=True
    ):
        votes = rng.uniform(max(low, 1000), high, n)
        later = votes * rng.uniform(debuts.GROWTH, 6.0, n)
        se, se_last = 300 / np.sqrt(votes), 300 / np.sqrt(later)
        bias = rng.normal(0, sd, n)
        # All votes weigh alike in the later rating: the early ones keep their share of the bias.
        change = bias * votes / later - bias + rng.normal(0, np.sqrt(se**2 - se_last**2))
        columns = {"votes": votes, "votes_last": later, "change": change}
        rows.append(pd.DataFrame(columns | {"se_debut": se, "se_last": se_last}))
    return pd.concat(rows, ignore_index=True)


def test_a_known_drift_is_recovered() -> None:
    truth = [9.0, 7.0, 5.0, 3.0, 2.0, 1.0]
    changes = synthetic(np.random.default_rng(3), truth, 4000)
    _, sd, pairs = debuts._isotonic(changes)
    assert pairs == [4000] * 6
    assert sd == pytest.approx(truth, abs=0.35)


def test_estimate_never_rises_with_votes() -> None:
    rng = np.random.default_rng(4)
    for _ in range(50):
        _, sd, _ = debuts._isotonic(synthetic(rng, [2.0, 5.0, 1.0, 4.0, 0.0, 3.0], 8))
        assert (np.diff(sd) <= 1e-12).all()


def test_too_few_entries_are_refused() -> None:
    changes = synthetic(np.random.default_rng(5), [1.0] * 6, 4)
    with pytest.raises(EstimateError, match="too few debuts .* 4; at least 5"):
        debuts.fit(changes[:4], 1.0)


def test_bins_of_too_few_are_joined() -> None:
    votes = np.array([*[1000.0] * 3, *[4000.0] * 2, *[6000.0] * 7, 10_000.0, 20_000.0])
    # 3 and 2 make five; the last two are too few and go with what is before them.
    assert debuts._bins(votes).tolist() == [0] * 5 + [1] * 9


def test_a_board_without_settled_entries_is_compared_with_its_largest() -> None:
    names = [f"m{k}" for k in range(15)]
    votes = np.arange(15) * 100.0 + 500
    errors, moved = dict.fromkeys(names, 9.0), dict.fromkeys(names, 1010.0) | {"m0": 1025.0}
    first = listed("2026-01-01", dict.fromkeys(names, 1000.0), errors)
    later = listed("2026-02-01", moved, errors)
    rows = debuts.debuts([replace(first, votes=votes), replace(later, votes=votes * 2)])
    assert rows.set_index("identity")["change"].to_dict() == {
        name: 15.0 if name == "m0" else 0.0 for name in names
    }


def test_a_change_is_against_settled_entries_and_needs_some_and_new_votes() -> None:
    names = ["new", *(f"old{k}" for k in range(12))]
    votes = [1_000.0, *[20_000.0] * 11, 9_000.0]
    before = pd.DataFrame({"rating": 1000.0, "se": 3.0, "votes": votes}, index=names)
    after = before.assign(votes=before["votes"] * 1.5, se=2.0)
    after["rating"] += [9.0, *[4.0] * 11, 500.0]  # the last is not settled
    found = debuts.change("new", before, after)
    assert found == {
        "votes": 1_000.0, "votes_last": 1_500.0, "change": 5.0, "se_debut": 3.0, "se_last": 2.0,
    }  # fmt: skip
    assert debuts.change("new", before, after.assign(votes=before["votes"] * 1.49)) is None
    assert debuts.change("new", before[:10], after) is None
