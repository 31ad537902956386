"""From votes to ratings, end to end: golden scores, options, parts."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_votes import pair_counts
from votes_world import simulated

import elolag
from elolag.errors import EstimateError, UsageError
from elolag.model import bradleyterry
from elolag.model.bradleyterry import ELO


def test_equals_the_golden_scores_of_real_votes(served: Path):
    with (served / "votes" / "llmfao-golden.csv").open() as file:
        golden = {
            row["item"]: float(row["score"])
            for row in csv.DictReader(file)
            if row["algorithm"] == "bradley_terry"
        }
    rated = elolag.rate(served / "votes" / "llmfao.csv")
    assert len(golden) == 59
    wanted = [golden[item] for item in rated.ratings.items]
    rating = rated.ratings.rating
    strength = np.exp((rating - rating.max()) / ELO)
    np.testing.assert_allclose(strength / strength.sum(), wanted, rtol=1e-13, atol=0)
    assert rated.ratings.rating.mean() == pytest.approx(1000)


def test_equals_bradleyterry_on_the_same_votes():
    frame = simulated(3, 3000, 8)
    short = frame["winner"].map(
        {"model_a": "left", "model_b": "right", "tie": "tie", "tie (bothbad)": "tie"}
    )
    pairs = pair_counts(frame["model_a"].tolist(), frame["model_b"].tolist(), short.tolist())
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
    one = elolag.rate(pd.concat([frame, own.head(1)]))
    assert ("left out", "1 vote of a model against itself") in one.rows()


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
        ({"date": "19.8.2026"}, "not an ISO date"),
        ({"anchor": "gpt"}, "anchor 'gpt' is not among the 4 models"),
    ],
)
def test_bad_requests_are_refused(options, message):
    with pytest.raises(UsageError, match=message):
        elolag.rate(simulated(1, 200, 4), **options)


def test_parts_change_nothing(tmp_path: Path):
    frame = simulated(6, 1500, 7)
    whole = elolag.rate(frame)
    paths = []
    for k in range(3):
        paths.append(tmp_path / f"{k}.csv")
        frame[k::3].to_csv(paths[-1], index=False)
    parts = elolag.rate(paths)
    assert (parts.ratings.rating == whole.ratings.rating).all()
    assert (parts.ratings.covariance == whole.ratings.covariance).all()
    assert len(parts.sources) == 3
    assert all(len(digest) == 64 for _, digest in parts.sources)
    odd = tmp_path / "odd.csv"
    frame.rename(columns={"model_a": "left", "model_b": "right"}).to_csv(odd, index=False)
    with pytest.raises(UsageError, match="do not have the same columns"):
        elolag.rate([paths[0], odd])


def test_swapping_sides_changes_no_rating():
    frame = simulated(9, 1500, 5)
    other = frame.rename(
        columns={
            "model_a": "model_b", "model_b": "model_a",
        }
    ).replace({"winner": {"model_a": "model_b", "model_b": "model_a"}})  # fmt: skip
    one, two = (elolag.rate(f) for f in (frame, other))
    assert one.ratings.rating == pytest.approx(two.ratings.rating, abs=1e-6)


def test_a_newcomer_of_one_tie_is_wide():
    frame = simulated(4, 3000, 5)
    tied = {"model_a": "new", "model_b": "model-1", "winner": "tie"}
    frame = pd.concat([frame, pd.DataFrame([tied])], ignore_index=True)
    table = elolag.rate(frame).to_frame().set_index("entry")
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
