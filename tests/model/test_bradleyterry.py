import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_votes import SCORE, pair_counts
from scipy.optimize import minimize
from search import search

from elolag.errors import EstimateError, UsageError
from elolag.model.bradleyterry import ELO, PairCounts, Ratings, _own_share, rate


def simulated(rng: np.random.Generator, n: int, votes: int, spread: float = 0.7):
    """Votes as a table over n items of known theta; ties at a rate that leaves the score right."""
    theta = rng.normal(0, spread, n)
    a = rng.integers(0, n, votes)
    b = (a + rng.integers(1, n, votes)) % n
    p = 1 / (1 + np.exp(theta[b] - theta[a]))
    tie = rng.random(votes) < 0.6 * np.minimum(p, 1 - p)
    sure = (p - 0.3 * np.minimum(p, 1 - p)) / (1 - 0.6 * np.minimum(p, 1 - p))
    winner = np.where(tie, "tie", np.where(rng.random(votes) < sure, "left", "right"))
    return theta, [f"m{k}" for k in a], [f"m{k}" for k in b], winner.tolist()


def slow_log_likelihood(theta, left, right, winner, index):
    total = 0.0
    for a, b, w in zip(left, right, winner, strict=True):
        d = theta[index[a]] - theta[index[b]]
        total += SCORE[w] * d - np.log1p(np.exp(d))
    return total


def slow_sandwich(theta, left, right, winner, index):
    n = len(theta)
    bread, meat = np.zeros((n, n)), np.zeros((n, n))
    for a, b, w in zip(left, right, winner, strict=True):
        e = np.zeros(n)
        e[index[a]], e[index[b]] = 1, -1
        p = 1 / (1 + np.exp(-theta @ e))
        bread += p * (1 - p) * np.outer(e, e)
        meat += (SCORE[w] - p) ** 2 * np.outer(e, e)
    inverse = np.linalg.pinv(bread, rcond=1e-10, hermitian=True)
    return inverse @ meat @ inverse


def test_equals_the_golden_scores_of_real_votes(served):
    with (served / "votes" / "llmfao.csv").open() as file:
        rows = list(csv.DictReader(file))
    with (served / "votes" / "llmfao-golden.csv").open() as file:
        golden = {
            r["item"]: float(r["score"])
            for r in csv.DictReader(file)
            if r["algorithm"] == "bradley_terry"
        }
    columns = ([r[c] for r in rows] for c in ("left", "right", "winner"))
    fitted = rate(pair_counts(*columns))
    assert len(golden) == 59
    wanted = np.array([golden[item] for item in fitted.items])
    strength = np.exp((fitted.rating - fitted.rating.max()) / ELO)
    np.testing.assert_allclose(strength / strength.sum(), wanted, rtol=1e-13, atol=0)
    assert fitted.votes.sum() == 2 * len(rows)


@search(30)
@given(seed=st.integers(0, 10**6), n=st.integers(2, 6))
def test_equals_the_plain_twin(seed, n):
    rng = np.random.default_rng(seed)
    _, left, right, winner = simulated(rng, n, 60 * n)
    fitted = rate(pair_counts(left, right, winner), scale=1.0)
    index = {item: k for k, item in enumerate(fitted.items)}
    found = minimize(
        lambda t: -slow_log_likelihood(t, left, right, winner, index),
        np.zeros(n),
        method="BFGS",
        options={"gtol": 1e-6},
    )
    np.testing.assert_allclose(fitted.rating, found.x - found.x.mean(), atol=1e-5)
    slow = slow_sandwich(fitted.rating, left, right, winner, index)
    np.testing.assert_allclose(fitted.covariance, slow, atol=1e-12, rtol=1e-8)


def test_the_optimum_by_finite_differences():
    rng = np.random.default_rng(3)
    _, left, right, winner = simulated(rng, 7, 500)
    fitted = rate(pair_counts(left, right, winner), scale=1.0)
    index = {item: k for k, item in enumerate(fitted.items)}
    h = 1e-5

    def at(shift):
        return slow_log_likelihood(fitted.rating + shift, left, right, winner, index)

    for e in np.eye(7):
        slope = (at(h * e) - at(-h * e)) / (2 * h)
        curvature = (at(h * e) - 2 * at(0 * e) + at(-h * e)) / h**2
        assert abs(slope) < 1e-5
        assert curvature < 0


def test_intervals_cover_at_their_level():
    rng = np.random.default_rng(11)
    inside = []
    for _ in range(200):
        theta, left, right, winner = simulated(rng, 12, 1500)
        items = [f"m{k}" for k in range(12)]
        fitted = rate(pair_counts(left, right, winner, items))
        truth = ELO * (theta - theta.mean())
        low, high = fitted.interval(0.95)
        inside.append((low <= truth) & (truth <= high))
    # Within a history the ratings share their errors; three of the histories' own errors.
    share = np.mean(inside, axis=1)
    assert abs(share.mean() - 0.95) < 3 * share.std() / np.sqrt(len(share))
    # Information alone, blind to ties, would be too wide here.
    assert share.mean() < 0.965


def test_anchoring_moves_the_scale_only():
    rng = np.random.default_rng(5)
    _, left, right, winner = simulated(rng, 5, 400)
    pairs = pair_counts(left, right, winner)
    centred, anchored = rate(pairs), rate(pairs, anchor="m2", level=1114.0)
    assert anchored.rating[2] == 1114.0
    assert anchored.se[2] == pytest.approx(0, abs=1e-9)
    np.testing.assert_allclose(np.diff(centred.rating), np.diff(anchored.rating), rtol=1e-12)
    contrast = np.array([1.0, 0, 0, -1, 0])
    np.testing.assert_allclose(
        contrast @ centred.covariance @ contrast, contrast @ anchored.covariance @ contrast
    )
    again = rate(pairs, start=centred.rating + 700)
    np.testing.assert_allclose(again.rating, centred.rating, atol=1e-10)
    assert centred.rating.mean() == pytest.approx(0, abs=1e-9)
    assert rate(pairs, level=1000.0).rating.mean() == pytest.approx(1000.0)


@search(30)
@given(seed=st.integers(0, 10**6))
def test_order_and_orientation_of_rows_do_not_matter(seed):
    rng = np.random.default_rng(seed)
    _, left, right, winner = simulated(rng, 4, 200)
    turned = {"left": "right", "right": "left", "tie": "tie"}
    order = rng.permutation(200)
    flip = rng.random(200) < 0.5
    rows = [
        (right[k], left[k], turned[winner[k]]) if flip[k] else (left[k], right[k], winner[k])
        for k in order
    ]
    a = rate(pair_counts(left, right, winner))
    b = rate(pair_counts(*map(list, zip(*rows, strict=True))))
    np.testing.assert_allclose(a.rating, b.rating, atol=1e-8)
    np.testing.assert_allclose(a.covariance, b.covariance, atol=1e-8)


def test_one_difference_has_a_closed_form():
    fitted = rate(PairCounts.of(["a", "b"], [0], [1], [100], [75.0]))
    assert fitted.rating[0] - fitted.rating[1] == pytest.approx(ELO * np.log(3))
    # Binomial: var(logit) = 1 / (n p (1 - p)), half of the difference on each side of the mean.
    assert fitted.se[0] == pytest.approx(ELO / np.sqrt(100 * 0.75 * 0.25) / 2)


def test_only_ties_rate_all_alike_with_an_error_of_their_own():
    fitted = rate(PairCounts.of(["a", "b", "c"], [0, 1], [1, 2], [10, 10], [5, 5], [10, 10]))
    np.testing.assert_allclose(fitted.rating, 0, atol=1e-12)
    # Each vote's leverage is a tenth: the variance is a tenth of that of ten wins and losses.
    split = rate(PairCounts.of(["a", "b", "c"], [0, 1], [1, 2], [10, 10], [5, 5]))
    np.testing.assert_allclose(fitted.se, split.se / np.sqrt(10), rtol=1e-9)
    assert fitted.se.min() > 10


def test_a_single_tie_is_as_uncertain_as_its_model_says():
    field = [(0, 1, 200.0, 110.0, 60.0), (1, 2, 200.0, 90.0, 60.0), (0, 2, 200.0, 105.0, 60.0)]
    with_newcomer = [*field, (0, 3, 1.0, 0.5, 1.0)]
    old, new = (
        rate(PairCounts.of("abcd"[:n], *map(list, zip(*rows, strict=True))), anchor="a")
        for n, rows in ((3, field), (4, with_newcomer))
    )
    assert new.rating[3] == pytest.approx(0, abs=1e-9)
    assert new.se[3] == pytest.approx(2 * ELO, rel=1e-6)
    np.testing.assert_allclose(new.covariance[:3, :3], old.covariance, rtol=1e-9, atol=1e-9)


def test_few_votes_are_wider_than_the_sandwich_and_many_are_it():
    lacking = _own_share(np.array([0.0, 1.0, 9.0, 10.0, 50.0, 0.0]), np.array([1.0] * 5 + [0.0]))
    np.testing.assert_allclose(lacking, [1, 0.9, 0.1, 0, 0, 1])


def test_lopsided_counts_converge():
    fitted = rate(PairCounts.of(["a", "b", "c"], [0, 1], [1, 2], [1e6, 1e6], [1e6 - 1, 1e6 - 1]))
    assert fitted.rating[0] - fitted.rating[2] == pytest.approx(2 * ELO * np.log(1e6 - 1), rel=1e-6)


def test_parts_that_never_met_are_named():
    pairs = PairCounts.of(["a", "b", "c", "d", "e"], [0, 2], [1, 3], [4, 4], [2, 2])
    with pytest.raises(EstimateError, match=r"3 parts that never met: 'a', 'b'; 'c', 'd'; 'e'"):
        rate(pairs)


def test_a_clean_sweep_is_refused_both_ways():
    with pytest.raises(EstimateError, match=r"^'a' won every vote against 'b', 'c'"):
        rate(PairCounts.of(["a", "b", "c"], [0, 1, 0], [1, 2, 2], [4, 4, 4], [4, 2, 4]))
    with pytest.raises(EstimateError, match=r"^'a', 'b' won every vote against 'c'"):
        rate(PairCounts.of(["a", "b", "c"], [0, 1], [1, 2], [4, 4], [2, 4]))


@pytest.mark.parametrize(
    ("votes", "score", "ties"),
    [(4, 5, 0), (4, -1, 0), (4, 2, 5), (4, 0.5, 2), (np.nan, 1, 0), (4, 2, -1)],
)
def test_impossible_counts_are_refused(votes, score, ties):
    with pytest.raises(UsageError, match="row 0 of the pair counts"):
        PairCounts.of(["a", "b"], [0], [1], [votes], [score], [ties])


def test_bad_input_is_refused():
    with pytest.raises(UsageError, match="items must differ"):
        PairCounts.of(["a", "b"], [0], [0], [4], [2])
    with pytest.raises(UsageError, match="differ in length"):
        PairCounts.of(["a", "b"], [0, 1], [1], [4], [2])
    with pytest.raises(UsageError, match="index items 0 to 1"):
        PairCounts.of(["a", "b"], [0], [2], [4], [2])
    pairs = PairCounts.of(["a", "b"], [0], [1], [4], [2])
    with pytest.raises(UsageError, match="anchor 'z'"):
        rate(pairs, anchor="z")
    with pytest.raises(UsageError, match=r"level 1\.5"):
        rate(pairs).interval(1.5)
    with pytest.raises(EstimateError, match="1 item cannot be compared"):
        rate(PairCounts.of(["a"], [], [], [], []))


def test_the_table_is_sorted_and_complete():
    fitted = rate(PairCounts.of(["b", "a"], [0], [1], [100], [40.0]), level=1000)
    assert isinstance(fitted, Ratings)
    frame = fitted.to_frame()
    assert list(frame.columns) == ["item", "rating", "lower", "upper", "se", "votes"]
    assert frame["item"].tolist() == ["a", "b"]
    assert (frame["lower"] < frame["rating"]).all()
