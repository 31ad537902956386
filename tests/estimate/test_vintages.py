"""Vintages to one table: names, order and what is said of how each entry got there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from exact import listed

from elolag.errors import EstimateError
from elolag.estimate.panel import ROOT, Vintage, place


def vintage(date: str, rating: dict[str, float], model: dict[str, str] | None = None) -> Vintage:
    shown = np.array([f"{n} (shown)" for n in rating], object)
    models = np.array([(model or {}).get(n, n) for n in rating], object)
    return replace(listed(date, rating, dict.fromkeys(rating, 2.0)), entries=shown, models=models)


OLD = {f"m{k}": float(r) for k, r in enumerate(np.random.default_rng(0).normal(1200, 90, 40))}
NEW = {name: rating + 50 for name, rating in OLD.items()}


def test_a_gone_entry_comes_from_its_last_list_and_the_others_from_the_newest() -> None:
    first = vintage("2025-01-01", OLD | {"first": 1100.0, "both": 1000.0})
    second = vintage("2025-06-01", {n: r + 30 for n, r in OLD.items()} | {"both": 1400.0})
    result = place([first, second, vintage("2026-01-01", NEW)])
    table = result.table.set_index("identity")
    assert result.newest == "2026-01-01"
    assert table.loc[["first", "both"], "rating"].tolist() == pytest.approx([1150, 1420])
    assert table.loc[["m0", "both", "first"], "vintage"].tolist() == [
        "2026-01-01", "2025-06-01", "2025-01-01",
    ]  # fmt: skip
    assert table.loc[["m0", "both", "first"], "link"].tolist() == [-1, 0, 1]
    assert [made.source for made in result.carries] == ["2025-06-01", "2025-01-01"]
    assert [made.gone for made in result.carries] == [("both (shown)",), ("first (shown)",)]
    assert (table.loc["m0":"m39", [*ROOT, "drift"]] == 0).all(axis=None)
    assert (table["se"] == 2).all()
    assert list(table.index[:40]) == list(OLD)


def test_a_bridge_names_the_days_it_rests_on() -> None:
    lists = [vintage("2025-01-01", OLD | {"gone": 1300.0}), vintage("2026-01-01", NEW)]
    others = [
        vintage("2025-01-03", OLD | {"gone": 1290.0}),
        vintage("2025-07-01", NEW | {"gone": 1340.0, "elsewhere": 1000.0}),
    ]
    (made,) = place(lists, others).carries
    assert made.bridge == ("2025-01-03", "2025-07-01")
    assert "elsewhere" not in set(place(lists, others).table["identity"])
    assert place(lists).carries[0].bridge == ()


def test_a_gone_entry_of_a_model_that_is_listed_is_not_brought_back() -> None:
    efforts = {"x|high": "x", "x|low": "x"}
    first = vintage("2025-01-01", OLD | {"x|high": 1500.0, "x|low": 1400.0}, efforts)
    stays = place([first, vintage("2026-01-01", NEW | {"x|low": 1410.0}, efforts)])
    assert "x|high" not in set(stays.table["identity"])
    gone = place([first, vintage("2026-01-01", NEW)])
    assert {"x|high", "x|low"} <= set(gone.table["identity"])


def test_one_vintage_is_its_own_scale_and_none_is_refused() -> None:
    result = place([vintage("2026-01-01", {"x": 1000.0})])
    assert result.table["rating"].tolist() == [1000.0]
    assert result.carries == ()
    with pytest.raises(EstimateError, match="no vintage"):
        place([])


def test_its_input_is_left_alone() -> None:
    first, second = vintage("2025-01-01", OLD | {"g": 1.0e3}), vintage("2026-01-01", NEW)
    before = first.table.copy(), second.table.copy()
    place([first, second])
    pd.testing.assert_frame_equal(first.table, before[0])
    pd.testing.assert_frame_equal(second.table, before[1])
