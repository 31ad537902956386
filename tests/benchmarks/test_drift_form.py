"""Questions to the drift of the scale: the joint density, and what the record says of the table."""

from __future__ import annotations

from pathlib import Path

import drift_form
import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats

HERE = Path(__file__).parents[2] / "benchmarks"

MATES = pd.DataFrame({"error": [2.0, 3.0, -1.0], "drift": [2.0, 1.0, 3.0], "rest": [1.0, 0.5, 2.0]})


def test_without_a_common_part_the_joint_density_is_the_product() -> None:
    error, drift, rest = MATES.to_numpy().T
    scales = np.sqrt(drift**2 + rest)
    wanted = sum(stats.t.logpdf(e, 4, scale=s) for e, s in zip(error, scales, strict=True))
    assert drift_form.together(MATES, 0.0) == pytest.approx(wanted)


@pytest.mark.parametrize("icc", [0.1, 0.25])
def test_a_common_part_is_integrated_out(icc: float) -> None:
    error, drift, rest = MATES.to_numpy().T
    scales = np.sqrt((1 - icc) * drift**2 + rest)

    def given(common: float) -> float:
        away = error - np.sqrt(icc) * drift * common
        return float(np.prod(stats.t.pdf(away, 4, scale=scales)) * stats.t.pdf(common, 4))

    wanted = np.log(integrate.quad(given, -np.inf, np.inf)[0])
    assert drift_form.together(MATES, icc) == pytest.approx(wanted, abs=1e-3)


def test_lab_mates_that_moved_alike_prefer_a_common_part() -> None:
    alike = MATES.assign(error=[4.0, 2.0, 6.0])
    against = MATES.assign(error=[4.0, -2.0, 6.0])
    gain = [drift_form.together(x, 0.25) - drift_form.together(x, 0.0) for x in (alike, against)]
    assert gain[0] > 0 > gain[1]


def test_each_lab_is_hidden_whole_and_each_entry_once() -> None:
    boards = drift_form.held_out.load("2025-12-11")["arena/text"]
    kept = drift_form.held_out.KEPT[1]
    labs = drift_form.errors(boards, 9, kept, "lab")
    counts = labs["lab"].value_counts()
    assert counts.min() >= 2
    assert not labs["entry"].duplicated().any()
    every = drift_form.errors(boards, 9, kept, "random")
    known = pd.Series(boards.lab[every["entry"]]).value_counts()
    assert counts.to_dict() == known[known > 1].to_dict()


def test_the_decision_quotes_the_tables() -> None:
    text = (HERE.parent / "docs" / "decisions" / "0010-state-space.md").read_text("utf-8")
    text = " ".join(text.split())
    pooled = pd.read_csv(HERE / "held_out.csv").query(
        "role == 'test' and newest == 'all' and way == 'state-space less scale'"
    )
    kept, gone = (
        pooled[pooled["kept"] == k].sort_values("months") for k in drift_form.held_out.KEPT
    )
    *first, last = (f"{g:.2f}" for g in kept["gain"])
    assert f"gains {', '.join(first)} and {last} per entry" in text
    *first, last = (f"{-g:.2f}" for g in gone["gain"])
    assert f"loses {', '.join(first)} and {last} (" in text
    assert (pooled["gain_low"] < 0).all()
    table = pd.read_csv(HERE / "drift_form.csv").query("role == 'test'")
    tails, top, lab = (
        table[(table["question"] == q) & (table["form"] == form)]
        for q, form in (("tails", 3.0), ("top", 1.5), ("lab", 0.1))
    )
    for asked in (tails, top):
        assert "{:.3f} and {:.3f}".format(*asked["gain"]) in text
    for row in lab.itertuples():
        assert f"{row.gain:.3f} ({row.gain_low:.3f} to {row.gain_high:.3f})" in text
