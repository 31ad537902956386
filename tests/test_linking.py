"""Linking on vintages whose true map is known, and on the publishers' own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import elolag
from elolag import tags
from elolag.errors import EstimateError
from elolag.linking import (
    MIN_COMMON,
    Vintage,
    find_anchors,
    fit_link,
    link,
    mad_sd,
    robust_line,
    shared_vote_variance,
    tricube,
    weighted_median,
)
from elolag.panel import vintages

Floats = NDArray[np.float64]


def vintage(
    date: str,
    rating: dict[str, float] | Floats,
    se: float | Floats = 0.0,
    model: dict[str, str] | None = None,
) -> Vintage:
    """A vintage of models `m0, m1, ...`, or of named ones; one entry a model unless said."""
    if not isinstance(rating, dict):
        rating = {f"m{i}": float(r) for i, r in enumerate(rating)}
    names = list(rating)
    table = pd.DataFrame(
        {
            "entry": names,
            "model": [(model or {}).get(n, n) for n in names],
            "rating": np.array(list(rating.values()), float),
            "se": np.broadcast_to(np.asarray(se, float), len(names)),
            "votes": np.nan,
        },
        index=pd.Index(names, name="identity"),
    )
    return Vintage(date, table)


def listed(rating: Floats, gone: Sequence[float] = ()) -> dict[str, float]:
    """Models that stay, and `g0, g1, ...` that go."""
    stay = {f"m{i}": float(r) for i, r in enumerate(rating)}
    return stay | {f"g{i}": float(r) for i, r in enumerate(gone)}


def linked_ratings(vintages: list[Vintage], anchors: Sequence[str] = ()) -> pd.Series:
    return link(vintages, anchors).table.set_index("identity")["rating"]


GONE = [1420.0, 1350.0, 1210.0, 1000.0]


def old_ratings(n: int, seed: int = 0) -> Floats:
    return np.random.default_rng(seed).normal(1200, 90, n)


# The map itself


@pytest.mark.parametrize("n", [MIN_COMMON, 25, 200])
@pytest.mark.parametrize("shift", [0.0, 60.0, -7.25])
def test_a_pure_shift_is_recovered_exactly(n: int, shift: float) -> None:
    old = old_ratings(n)
    result = link([vintage("a", listed(old, GONE)), vintage("b", old + shift)])
    made = result.links[0]
    rating = result.table.set_index("identity")["rating"]
    assert rating[["g0", "g1", "g2", "g3"]].to_numpy() == pytest.approx(np.add(GONE, shift))
    assert (made.shift_overall, made.shift_top) == pytest.approx((shift, shift))
    assert made.slope == pytest.approx(0, abs=1e-9)
    assert (made.common, made.source, made.target) == (n, "a", "b")
    assert made.gone == ("g0", "g1", "g2", "g3")
    assert np.abs([*made.shift_se, *made.drift, made.residual_sd]).max() < 1e-6


@pytest.mark.parametrize("n", [MIN_COMMON, 25, 200])
@pytest.mark.parametrize("stretch", [0.9, 1.0, 1.04, 1.15])
def test_a_slope_is_recovered_exactly_also_beyond_the_common_models(n: int, stretch: float) -> None:
    old = old_ratings(n)
    new = 1200 + stretch * (old - 1200) + 12
    found = linked_ratings([vintage("a", listed(old, GONE)), vintage("b", new)])
    expected = 1200 + stretch * (np.array(GONE) - 1200) + 12
    assert found[["g0", "g1", "g2", "g3"]].to_numpy() == pytest.approx(expected, abs=1e-6)


def test_the_link_is_local() -> None:
    """Near the top the shift is another one than below (as between 2025-05 and 2025-11)."""
    old = np.linspace(900, 1450, 300)
    new = old + np.where(old > 1300, 20.0, 5.0)
    made = link([vintage("a", listed(old, [1430.0, 950.0])), vintage("b", new)]).links[0]
    assert made.shift == pytest.approx([20, 5], abs=1e-6)
    assert (made.shift_overall, made.shift_top) == pytest.approx((5, 20))


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    st.lists(st.floats(900, 1500), min_size=MIN_COMMON, max_size=60, unique=True),
    st.integers(0, 2**32 - 1),
    st.floats(950, 1450),
)
def test_linking_there_and_back_is_where_one_was(old: list[float], seed: int, level: float) -> None:
    """Neither vintage is the regressor: the map back is the inverse, up to a curve's kinks."""
    rng = np.random.default_rng(seed)
    before = np.array(old)
    after = before + 10 + rng.normal(0, 3, len(before))
    there = fit_link(vintage("a", before), vintage("b", after), vintage("a", {"g": level}).table)
    reached = level + there.shift[0]
    back = fit_link(vintage("b", after), vintage("a", before), vintage("b", {"g": reached}).table)
    if abs(there.slope) < 0.1:
        assert back.shift[0] == pytest.approx(-there.shift[0], abs=1e-4)
        assert back.shift_se[0] == pytest.approx(there.shift_se[0], rel=1e-3)


def test_neither_order_nor_an_added_constant_matters() -> None:
    rng = np.random.default_rng(2)
    old = old_ratings(80)
    new = old + rng.normal(4, 3, 80)
    first, second = vintage("a", listed(old, GONE), 2.0), vintage("b", new, 1.5)
    plain = linked_ratings([first, second])
    shuffled = [Vintage(v.date, v.table.sample(frac=1, random_state=3)) for v in (first, second)]
    assert linked_ratings(shuffled)[plain.index].to_numpy() == pytest.approx(plain.to_numpy())
    raised = Vintage("b", second.table.assign(rating=second.table["rating"] + 500))
    assert linked_ratings([first, raised])[plain.index].to_numpy() == pytest.approx(
        plain.to_numpy() + 500, abs=1e-4
    )


# Robustness


@pytest.mark.parametrize("n", [12, 20, 40, 100, 300])
@pytest.mark.parametrize("size", [30.0, 150.0, -150.0, 1000.0])
def test_a_tenth_of_gross_outliers_does_not_move_the_link(n: int, size: float) -> None:
    for seed in range(12):
        rng = np.random.default_rng([seed, n])
        old = old_ratings(n, seed)
        new = old + 10 + rng.normal(0, 1, n)
        changed = rng.permutation(n)[: n // 10]
        new[changed] += size
        levels = np.quantile(old, [0.99, 0.75, 0.5, 0.1])
        made = link([vintage("a", listed(old, levels)), vintage("b", new)]).links[0]
        assert made.shift == pytest.approx([10] * 4, abs=3.5 if n < 40 else 2)
        # The link holds; that a model may change so much is what its drift says.
        assert np.isfinite(made.shift_se).all()
        assert abs(size) > 500 or made.drift.max() > 2


def test_the_line_does_not_bend_to_outliers_at_the_end_of_the_range() -> None:
    x = np.linspace(0, 400, 40)
    y = 10 + np.random.default_rng(5).normal(0, 1, 40)
    y[-4:] += 100
    line = robust_line(x, y, np.ones(40))
    assert line.middle + line.slope * (400 - line.centre) == pytest.approx(10, abs=1)


def test_ratings_printed_to_whole_points_do_not_tip_to_the_commonest_change() -> None:
    rng = np.random.default_rng(6)
    once, alike = [], []
    for _ in range(40):
        old = np.round(rng.normal(1200, 90, 150))
        new = {
            "rounded": np.round(old + rng.uniform(-0.5, 0.5, 150) + 3.35),
            # Seven in ten changes are the same.
            "alike": old + np.where(rng.random(150) < 0.7, 3, 4),
        }
        first = vintage("a", listed(old, [1200.0]))
        once.append(link([first, vintage("b", new["rounded"])]).links[0].shift[0])
        alike.append(link([first, vintage("b", new["alike"])]).links[0].shift[0])
    assert np.mean(once) == pytest.approx(3.35, abs=0.1)
    assert np.mean(alike) == pytest.approx(3.3, abs=0.1)


# What errors it states


def test_the_standard_error_of_a_shift_is_what_shifts_scatter_by() -> None:
    inside, z = [], []
    for seed in range(150):
        rng = np.random.default_rng([7, seed])
        old = rng.normal(1200, 90, 120)
        new = old + 15 + rng.normal(0, 4, 120)
        made = link([vintage("a", listed(old, [1250.0, 1380.0])), vintage("b", new)]).links[0]
        z.append((made.shift - 15) / made.shift_se)
        inside.append(np.abs(z[-1]) < 1.96)
    assert (np.mean(inside, axis=0) > 0.90).all()
    assert np.std(z, axis=0) == pytest.approx([1, 1], abs=0.2)


def test_vintages_that_share_votes_differ_by_the_difference_of_their_variances() -> None:
    """Where the newer rating averages the older votes and more: Var(old) - Var(new)."""
    rng = np.random.default_rng(8)
    votes, more = 400, 700
    each = rng.normal(0, 100, (4000, votes + more))
    old, new = each[:, :votes].mean(axis=1), each.mean(axis=1)
    se = np.array([100 / np.sqrt(votes)]), np.array([100 / np.sqrt(votes + more)])
    assert np.var(new - old) == pytest.approx(shared_vote_variance(*se)[0], rel=0.07)
    # Far less than two independent errors would make it.
    assert shared_vote_variance(*se)[0] < 0.5 * (se[0] ** 2 + se[1] ** 2)


def test_shared_vote_variance_is_never_negative_and_none_where_an_error_is_missing() -> None:
    old, new = np.array([3.0, 2.0, np.nan, 4.0]), np.array([2.0, 3.0, 1.0, np.nan])
    assert shared_vote_variance(old, new).tolist() == [5.0, 5.0, 0.0, 0.0]


@pytest.mark.parametrize(("drift", "expected"), [(0.0, (0.0, 1.5)), (5.0, (4.0, 6.0))])
def test_drift_is_what_shared_votes_do_not_explain(
    drift: float, expected: tuple[float, float]
) -> None:
    found = []
    for seed in range(30):
        rng = np.random.default_rng([9, seed])
        truth = rng.normal(1200, 90, 200)
        # Of the newer rating's information a quarter is new: 4^2 = 5^2 - 3^2.
        new = truth + rng.normal(0, 3, 200)
        old = new + rng.normal(0, 4, 200) + rng.normal(0, drift, 200)
        made = link([vintage("a", listed(old, [1250.0]), 5.0), vintage("b", new, 3.0)]).links[0]
        assert made.expected_sd == pytest.approx(4)
        found.append(made.drift[0])
    assert expected[0] <= np.median(found) <= expected[1]


def test_a_linked_entry_carries_its_own_error_its_drift_and_the_links() -> None:
    rng = np.random.default_rng(10)
    old = old_ratings(60)
    result = link(
        [
            vintage("a", listed(old, [1300.0, 1250.0]), 3.0),
            vintage("b", old + rng.normal(9, 4, 60), 2.0),
        ]
    )
    table = result.table.set_index("identity")
    own, gone = table.loc["m0":"m59"], table.loc[["g0", "g1"]]
    assert (own[["drift", "link_se"]] == 0).all(axis=None)
    assert (own["link"] == -1).all()
    assert (own["se"] == 2).all()
    assert (gone["se"] == 3).all()
    assert gone["drift"].tolist() == result.links[0].drift.tolist()
    assert gone["link_se"].tolist() == result.links[0].shift_se.tolist()
    assert (gone["link"] == 0).all()
    assert (gone["vintage"] == "a").all()
    assert (gone["drift"] > 1).all()


# Which vintage speaks for a model


def test_a_model_of_the_newest_vintage_keeps_that_rating_only() -> None:
    old = old_ratings(30)
    result = link([vintage("a", old), vintage("b", old + 5), vintage("c", old - 3)])
    assert result.newest == "c"
    assert result.links == ()
    assert result.table["rating"].tolist() == (old - 3).tolist()
    assert result.table["identity"].is_unique


def test_a_gone_model_is_linked_from_the_last_vintage_that_lists_it() -> None:
    old = old_ratings(40)
    result = link(
        [
            vintage("a", listed(old) | {"first": 1100.0, "both": 1000.0}),
            vintage("b", listed(old + 30) | {"both": 1400.0, "second": 1290.0}),
            vintage("c", old + 50),
        ]
    )
    table = result.table.set_index("identity")
    assert table.loc[["first", "both", "second"], "rating"].tolist() == pytest.approx(
        [1150, 1420, 1310]
    )
    assert table.loc[["first", "both", "second"], "vintage"].tolist() == ["a", "b", "b"]
    assert [made.source for made in result.links] == ["b", "a"]
    assert table.loc[["both", "first"], "link"].tolist() == [0, 1]
    # Directly to the newest, never in steps.
    assert [made.target for made in result.links] == ["c", "c"]


def test_a_gone_entry_of_a_model_that_is_listed_is_not_brought_back() -> None:
    old = old_ratings(30)
    efforts = {"x|high": "x", "x|low": "x"}
    result = link(
        [
            vintage("a", listed(old) | {"x|high": 1500.0, "x|low": 1400.0}, model=efforts),
            vintage("b", listed(old) | {"x|low": 1410.0}, model=efforts),
        ]
    )
    assert "x|high" not in set(result.table["identity"])
    # All entries of a model that is gone come from its last vintage.
    gone = link(
        [
            vintage("a", listed(old) | {"x|high": 1500.0, "x|low": 1400.0}, model=efforts),
            vintage("b", old + 1),
        ]
    )
    assert set(gone.table["identity"]) >= {"x|high", "x|low"}


def test_one_vintage_needs_no_link() -> None:
    result = link([vintage("a", {"x": 1000.0})])
    assert result.table["rating"].tolist() == [1000.0]
    assert result.links == ()


def test_too_few_common_models_are_refused_with_what_is_missing() -> None:
    old = old_ratings(MIN_COMMON)
    older = vintage("2025-01-01", listed(old, [1300.0]))
    with pytest.raises(EstimateError, match=r"2025-01-01 and 2025-06-01 share 9 models.* 2 models"):
        link([older, vintage("2025-06-01", old[:-1])])
    # Nothing is gone, so nothing needs a link.
    assert link([vintage("a", old[:3]), vintage("b", old[:5])]).links == ()
    with pytest.raises(EstimateError, match="no vintage"):
        link([])


def test_linking_leaves_its_input_alone() -> None:
    old = old_ratings(30)
    first, second = vintage("a", listed(old, GONE)), vintage("b", old + 3)
    before = first.table.copy(), second.table.copy()
    link([first, second])
    pd.testing.assert_frame_equal(first.table, before[0])
    pd.testing.assert_frame_equal(second.table, before[1])


# Anchors


def drifting(count: int, step: float = 5.0) -> list[Vintage]:
    """Vintages that move by `step` each while `pinned` stays."""
    old = old_ratings(30)
    return [
        vintage(f"2025-{k + 1:02d}-01", listed(old + step * k) | {"pinned": 1114.0})
        for k in range(count)
    ]


def test_an_entry_that_stands_while_the_others_move_is_an_anchor() -> None:
    assert find_anchors(drifting(6)) == ("pinned",)
    assert find_anchors(drifting(5)) == ()
    # Where nobody moves, standing still says nothing.
    assert find_anchors(drifting(7, step=0.5)) == ()


def test_an_anchor_need_be_neither_in_every_vintage_nor_pinned_for_good() -> None:
    moving = drifting(10)
    moving[1] = Vintage(moving[1].date, moving[1].table.drop(index="pinned"))
    for k in (7, 8, 9):
        moving[k].table.loc["pinned", "rating"] = 1114.0 + 10 * k
    assert find_anchors(moving) == ("pinned",)


def test_a_moving_entry_is_no_anchor() -> None:
    moving = drifting(8)
    moving[4].table.loc["pinned", "rating"] += 0.7
    assert find_anchors(moving) == ()
    creeping = drifting(8)
    for k, v in enumerate(creeping):
        v.table.loc["pinned", "rating"] += 0.04 * k
    assert find_anchors(creeping) == ()


def test_anchors_are_not_used_as_links_but_named() -> None:
    old = old_ratings(MIN_COMMON)
    first = vintage("a", listed(old, [1200.0]) | {f"p{k}": 1200.0 + k for k in range(8)})
    second = vintage("b", listed(old + 20) | {f"p{k}": 1200.0 + k for k in range(8)})
    pinned = [f"p{k}" for k in range(8)]
    with_them = link([first, second]).links[0]
    without = link([first, second], [*pinned, "of another board"]).links[0]
    assert without.shift[0] == pytest.approx(20)
    assert with_them.shift[0] < 15
    assert without.anchors == tuple(pinned)
    assert without.common == MIN_COMMON
    with pytest.raises(EstimateError, match="share 9 models"):
        link([first, second], [*pinned, "m0"])


def test_a_retired_anchor_stands_between_its_first_and_its_last_place() -> None:
    moving = drifting(6)
    last = Vintage("2025-07-01", moving[-1].table.drop(index="pinned").assign())
    anchors = find_anchors(moving)
    assert anchors == ("pinned",)
    table = link([*moving, last], anchors).table.set_index("identity")
    # On the last scale it stands at 1114 as last shown, and at 1114 + 25 as first shown.
    assert table.loc["pinned", "rating"] == pytest.approx(1114 + 12.5, abs=0.1)
    assert table.loc["pinned", "drift"] == pytest.approx(12.5, abs=0.1)
    assert table.loc["pinned", "vintage"] == moving[-1].date
    unpinned = link([*moving, last]).table.set_index("identity")
    assert unpinned.loc["pinned", "rating"] == pytest.approx(1114, abs=0.1)
    # While the newest vintage lists it, that is its rating.
    assert link(moving, anchors).table.set_index("identity").loc["pinned", "rating"] == 1114.0


def test_the_anchors_of_the_raw_board() -> None:
    """Mixtral stood at 1114 while it set the scale; a Gemini preview at 1446 (docs/methods.md)."""
    board = elolag.open_archive().board("arena/text")
    found = find_anchors(vintages(board, "overall", tags.Lookup(tags.load())))
    assert found == ("gemini-2.5-pro-preview-05-06", "mixtral-8x7b-instruct-v0.1")


# Small parts


def test_small_parts_by_hand() -> None:
    assert weighted_median(np.array([3.0, 1.0, 2.0]), np.array([1.0, 1.0, 1.0])) == 2
    assert weighted_median(np.array([3.0, 1.0, 2.0]), np.array([5.0, 1.0, 1.0])) == 3
    assert mad_sd(np.array([0.0, 1.0, 2.0, 3.0, 100.0])) == pytest.approx(1.4826)
    weights = tricube(np.array([0.0, 1.0, 2.0, 10.0]), 0.0, 3)
    assert weights[0] == 1
    assert weights[1] == pytest.approx((1 - 0.125) ** 3, rel=0.01)
    assert weights[2] > 0
    assert weights[3] == 0
    # More neighbours asked for than there are.
    assert (tricube(np.array([0.0, 1.0]), 0.0, 40) > 0).all()
    normal = np.random.default_rng(1).normal(5, 3, 40_000)
    assert mad_sd(normal) == pytest.approx(3, rel=0.02)
