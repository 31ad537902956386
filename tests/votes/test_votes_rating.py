"""From votes to ratings, end to end: golden scores, options, style, parts, cluster."""

from __future__ import annotations

import csv
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from votes_world import simulated

import elolag
from elolag.errors import EstimateError, UsageError
from elolag.model import bradleyterry
from elolag.model.bradleyterry import ELO


def test_equals_the_golden_scores_of_real_votes(upstream: Path):
    with (upstream / "votes" / "llmfao-golden.csv").open() as file:
        golden = {
            row["item"]: float(row["score"])
            for row in csv.DictReader(file)
            if row["algorithm"] == "bradley_terry"
        }
    rated = elolag.rate(upstream / "votes" / "llmfao.csv")
    assert len(golden) == 59
    wanted = [golden[item] for item in rated.ratings.items]
    np.testing.assert_allclose(rated.ratings.strength, wanted, rtol=1e-13, atol=0)
    assert rated.ratings.rating.mean() == pytest.approx(1000)


def test_equals_bradleyterry_on_the_same_votes():
    frame = simulated(3, 3000, 8)
    short = frame["winner"].map(
        {"model_a": "left", "model_b": "right", "tie": "tie", "tie (bothbad)": "tie"}
    )
    pairs = bradleyterry.PairCounts.of_votes(
        frame["model_a"].tolist(), frame["model_b"].tolist(), short.tolist()
    )
    wanted = bradleyterry.rate(pairs, anchor="model-3", level=900)
    rated = elolag.rate(frame, anchor="model-3", level=900)
    assert rated.ratings.items == wanted.items
    assert rated.ratings.rating == pytest.approx(wanted.rating)
    assert rated.ratings.covariance == pytest.approx(wanted.covariance)
    assert rated.votes == 3000


def test_both_bad_is_a_tie_or_left_out():
    frame = simulated(3, 3000, 8)
    kept = frame[frame["winner"] != "tie (bothbad)"]
    dropped = elolag.rate(frame, both_bad="drop")
    assert dropped.ratings.rating == pytest.approx(elolag.rate(kept).ratings.rating)
    assert dropped.votes == len(kept)
    assert dropped.outcomes["both_bad"] == 3000 - len(kept)
    assert elolag.rate(frame).ratings.rating != pytest.approx(dropped.ratings.rating, abs=0.1)


def test_votes_of_a_model_against_itself_are_left_out_and_said():
    frame = simulated(3, 1000, 5)
    own = frame.head(7).assign(model_b=frame["model_a"].head(7))
    rated = elolag.rate(pd.concat([frame, own]))
    assert rated.itself == 7
    assert rated.ratings.rating == pytest.approx(elolag.rate(frame).ratings.rating)
    assert ("left out", "7 votes of a model against itself") in rated.rows()


def test_parts_that_never_met_are_named():
    frame = pd.DataFrame(
        {"left": ["a", "b", "c", "d"], "right": ["b", "a", "d", "c"], "winner": "left"}
    )
    with pytest.raises(EstimateError, match=r"2 parts that never met: 'a', 'b'; 'c', 'd'"):
        elolag.rate(frame)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"both_bad": "half"}, "both_bad 'half'"),
        ({"interval_level": 95}, "level 95 is not between"),
        ({"level": np.inf}, "held at inf"),
        ({"jobs": 0}, "0 jobs"),
        ({"date": "19.8.2026"}, "not an ISO date"),
        ({"anchor": "gpt"}, "anchor 'gpt' is not among the 4 models"),
        ({"style_columns": ["id_x"]}, "no column 'id_x'"),
    ],
)
def test_bad_requests_are_refused(options, message):
    with pytest.raises(UsageError, match=message):
        elolag.rate(simulated(1, 200, 4), **options)


def test_jobs_and_parts_change_nothing(tmp_path: Path):
    frame = simulated(6, 1500, 7)
    whole = elolag.rate(frame)
    styled = elolag.rate(frame, style_columns=["tokens"])
    paths = []
    for k in range(3):
        paths.append(tmp_path / f"{k}.csv")
        frame[k::3].to_csv(paths[-1], index=False)
    with joblib.parallel_config(backend="threading"):
        for jobs in (1, 2):
            parts = elolag.rate(paths, jobs=jobs)
            assert (parts.ratings.rating == whole.ratings.rating).all()
            assert (parts.ratings.covariance == whole.ratings.covariance).all()
            other = elolag.rate(paths, jobs=jobs, style_columns=["tokens"])
            assert other.ratings.rating == pytest.approx(styled.ratings.rating, abs=1e-6)
    assert len(parts.sources) == 3
    assert all(len(digest) == 64 for _, digest in parts.sources)
    odd = tmp_path / "odd.csv"
    frame.rename(columns={"model_a": "left", "model_b": "right"}).to_csv(odd, index=False)
    with pytest.raises(UsageError, match="do not have the same columns"):
        elolag.rate([paths[0], odd])


# Style


def slow_style(frame: pd.DataFrame, covariate: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Theta (mean 0) with beta, and their sandwich covariance: one dense row a vote."""
    models = sorted({*frame["model_a"], *frame["model_b"]})
    place = {name: k for k, name in enumerate(models)}
    n, k = len(models), covariate.shape[1]
    design = np.zeros((len(frame), n + k))
    rows = np.arange(len(frame))
    design[rows, [place[m] for m in frame["model_a"]]] = 1
    design[rows, [place[m] for m in frame["model_b"]]] = -1
    design[:, n:] = covariate
    y = frame["winner"].map({"model_a": 1.0, "model_b": 0.0}).fillna(0.5).to_numpy()

    def loss(x: np.ndarray) -> tuple[float, np.ndarray]:
        gap = design @ x
        return float(np.logaddexp(0, gap).sum() - y @ gap), design.T @ (1 / (1 + np.exp(-gap)) - y)

    found = minimize(loss, np.zeros(n + k), jac=True, method="BFGS", options={"gtol": 1e-7}).x
    p = 1 / (1 + np.exp(-design @ found))
    bread = np.linalg.pinv((design.T * (p * (1 - p))) @ design, rcond=1e-10)
    meat = (design.T * (y - p) ** 2) @ design
    found[:n] -= found[:n].mean()
    return found, bread @ meat @ bread


def test_style_equals_the_dense_twin(tmp_path: Path):
    frame = simulated(8, 2500, 5)
    frame["own"] = np.random.default_rng(1).normal(0.3, 2, len(frame))
    frame.to_csv(tmp_path / "v.csv", index=False)
    tokens = (frame["tokens_a"] - frame["tokens_b"]) / (frame["tokens_a"] + frame["tokens_b"])
    slow, covariance = slow_style(frame, np.column_stack([tokens, frame["own"]]))
    rated = elolag.rate(tmp_path / "v.csv", style_columns=["tokens", "own"])
    assert rated.ratings.rating == pytest.approx(1000 + ELO * slow[:5], abs=1e-3)
    assert rated.ratings.covariance == pytest.approx(ELO**2 * covariance[:5, :5], rel=1e-4)
    for k, effect in enumerate(rated.style):
        assert effect.elo == pytest.approx(ELO * slow[5 + k] * effect.unit, abs=1e-3)
        wanted = ELO * np.sqrt(covariance[5 + k, 5 + k]) * effect.unit
        assert effect.se == pytest.approx(wanted, rel=1e-4)
    assert rated.style[0].elo / rated.style[0].unit == pytest.approx(0.8 * ELO, rel=0.3)
    assert rated.style[0].unit == pytest.approx(np.sqrt((tokens**2).mean()))
    assert "at equal tokens and own" in rated.sentence()


def test_swapping_sides_changes_no_rating():
    frame = simulated(9, 1500, 5)
    other = frame.rename(
        columns={
            "model_a": "model_b", "model_b": "model_a",
            "tokens_a": "tokens_b", "tokens_b": "tokens_a",
        }
    ).replace({"winner": {"model_a": "model_b", "model_b": "model_a"}})  # fmt: skip
    one, two = (elolag.rate(f, style_columns=["tokens"]) for f in (frame, other))
    assert one.ratings.rating == pytest.approx(two.ratings.rating, abs=1e-6)
    assert one.style[0].elo == pytest.approx(two.style[0].elo, abs=1e-6)


def test_style_that_says_nothing_or_too_much_is_refused():
    frame = simulated(9, 400, 4)
    with pytest.raises(EstimateError, match="'flat' is the same on both sides"):
        elolag.rate(frame.assign(flat=0.0), style_columns=["flat"])
    twice = frame.assign(x=frame["tokens_a"] - 300, y=2 * frame["tokens_a"] - 600)
    with pytest.raises(EstimateError, match="cannot be told apart"):
        elolag.rate(twice, style_columns=["x", "y"])
    sure = frame[frame["winner"].isin(["model_a", "model_b"])]
    sign = sure.assign(z=np.where(sure["winner"] == "model_a", 1.0, -1.0))
    with pytest.raises(EstimateError, match="style"):
        elolag.rate(sign, style_columns=["z"])
    for row, value, message in (
        (2, np.nan, "vote 3: tokens_a .* no finite number"),
        (0, -5.0, "vote 1: tokens_a -5 is below 0"),
    ):
        bad = frame.copy()
        bad.loc[row, "tokens_a"] = value
        with pytest.raises(UsageError, match=message):
            elolag.rate(bad, style_columns=["tokens"])


def test_a_newcomer_of_one_tie_is_wide_with_style_as_without():
    frame = simulated(4, 3000, 5)
    tied = {"model_a": "new", "model_b": "model-1", "winner": "tie", "tokens_a": 300.0}
    frame = pd.concat([frame, pd.DataFrame([{**tied, "tokens_b": 300.0}])], ignore_index=True)
    for style in ([], ["tokens"]):
        table = elolag.rate(frame, style_columns=style).to_frame().set_index("entry")
        assert table.loc["new", "se"] == pytest.approx(2 * ELO * 5 / 6, rel=0.01)
        assert table["se"].drop("new").max() < 70


def test_intervals_of_few_votes_hold_their_level():
    strength = np.random.default_rng(5).normal(0, 0.5, 6)
    held: dict[int, list[bool]] = {1: [], 2: [], 4: []}
    for seed in range(240):
        rng = np.random.default_rng([7, seed])
        few = list(held)[seed % 3]
        a = np.append(rng.integers(0, 5, 800), np.full(few, 5))
        b = (a + rng.integers(1, 5, len(a))) % 5
        p = 1 / (1 + np.exp(strength[b] - strength[a]))
        tie = 0.6 * np.minimum(p, 1 - p)
        drawn = rng.random(len(a))
        winner = np.where(drawn < p - tie / 2, "left", "right")
        winner[(drawn >= p - tie / 2) & (drawn < p + tie / 2)] = "tie"
        frame = pd.DataFrame({"left": a.astype(str), "right": b.astype(str), "winner": winner})
        try:
            rated = elolag.rate(frame, level=0).ratings
        except EstimateError:  # the newcomer won or lost everything
            continue
        low, high = rated.interval()
        truth = ELO * (strength - strength.mean())
        held[few].append(bool(low[5] <= truth[5] <= high[5]))
    assert all(len(found) > 10 and np.mean(found) > 0.93 for found in held.values())


def test_intervals_hold_their_level_with_style():
    inside = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        strength = np.linspace(-0.8, 0.8, 6)
        a = rng.integers(0, 6, 1200)
        b = (a + rng.integers(1, 6, 1200)) % 6
        x = rng.normal(0, 1, 1200) + 0.5 * (a - b)
        won = rng.random(1200) < 1 / (1 + np.exp(strength[b] - strength[a] - 0.4 * x))
        frame = pd.DataFrame(
            {"left": a.astype(str), "right": b.astype(str), "x": x,
             "winner": np.where(won, "left", "right")}
        )  # fmt: skip
        low, high = elolag.rate(frame, level=0, style_columns=["x"]).ratings.interval()
        inside.append((low <= ELO * strength) & (ELO * strength <= high))
    assert 0.91 < np.mean(inside) < 0.98
