"""Errors of figures, worked out by hand."""

from __future__ import annotations

import errors
import numpy as np
import pandas as pd
import pytest


def test_errors_are_counted_where_truth_and_figure_are_known() -> None:
    nan, inf = np.nan, np.inf
    rows = pd.DataFrame(
        {
            "world": "base",
            "estimand": "current",
            "state": ["measured", "measured", "measured", "measured", "refused"],
            "truth_low": [6.0, 8.0, 6.0, 5.0, 5.0],
            "truth_high": [6.0, 8.0, inf, 5.0, 5.0],
            "months": [6.0, 5.0, 6.0, nan, nan],
            "mean": [7.0, 9.0, 6.0, 5.0, nan],
            "at_means": [6.0, 5.0, 6.0, 5.0, nan],
            "baseline_plug_in": [6.01, 8.02, 6.0, 5.0, 5.0],
            "baseline_not_worse": nan,
        }
    )
    table = errors.errors(rows).set_index("figure")
    assert list(table.index) == ["months", "mean of draws", "at posterior means", "plug in"]
    assert set(table["replications"]) == {2}
    wanted = {
        "months": (-1.5, 1.5, np.sqrt(4.5), 0.5),
        "mean of draws": (1.0, 1.0, 1.0, 0.0),
        # A hundredth of a month is within the day, two are not.
        "plug in": (0.015, 0.015, np.sqrt(0.00025), 0.5),
    }
    for figure, numbers in wanted.items():
        assert table.loc[figure, ["bias", "mae", "rmse", "right"]].tolist() == pytest.approx(
            numbers
        )
