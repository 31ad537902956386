"""The gate's own calibration: two worlds, 200 replications each, whole pipeline.

The full table is made by `benchmarks/calibrate.py`. The tolerance is binomial: two Monte-Carlo
standard errors below the 93% wanted of a 95% interval.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from replications import Plan, run, table

from elolag.model.estimands import ESTIMANDS

REPLICATIONS = 200
PLAN = Plan(
    ("base", "gauge-anchor"),
    REPLICATIONS,
    draws=400,
    histories=0,
    estimands=tuple(ESTIMANDS),
    seed=17,
)


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> pd.DataFrame:
    folder: Path = tmp_path_factory.mktemp("parts")
    return table(run(PLAN, folder), PLAN.level).set_index(["world", "estimand"])


@pytest.mark.parametrize("world", PLAN.worlds)
@pytest.mark.parametrize("estimand", PLAN.estimands)
def test_measurement_intervals_cover_the_realised_lag(found, world, estimand):
    cell = found.loc[(world, estimand)]
    error = np.sqrt(0.95 * 0.05 / cell["replications"])
    assert cell["replications"] > 0.95 * REPLICATIONS
    assert cell["coverage"] >= 0.93 - 2 * error
    # The draws believe about what comes true.
    assert abs(cell["coverage"] - cell["mass"]) <= 0.015 + 3 * error


@pytest.mark.parametrize("world", PLAN.worlds)
@pytest.mark.parametrize("estimand", ["current", "average", "levels"])
def test_figures_are_not_biased(found, world, estimand):
    cell = found.loc[(world, estimand)]
    assert abs(cell["bias"]) <= 0.25 + 2 * cell["rmse"] / np.sqrt(cell["replications"])
