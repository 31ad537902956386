import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from replications import (
    Plan,
    archive_drift,
    fingerprint,
    measure,
    replicate,
    run,
    table,
)

from elolag.errors import EstimateError, UsageError
from elolag.estimate.panel import place
from elolag.model import draws, reruns
from elolag.model.estimands import ESTIMANDS, WINDOWS
from elolag.model.interval import summarise
from elolag.model.posterior import posterior
from elolag.simulation.simulate import simulate

QUICK = {"draws": 60, "histories": 40, "runs": 5}
SMALL = Plan(("base", "few-models"), 3, batch=2, **QUICK)
#: The least that two workers can share.
TWO = Plan(("few-models",), 2, batch=1, estimands=("current",), **QUICK)
STEPS = tuple(ESTIMANDS)


def steady(field, as_of):
    return {"current": 7.5}


def test_a_replication_is_the_pipeline_by_hand():
    history = simulate("base", 5)
    placed = place(history.linkable())
    field, used = history.roster.field(placed.table, archive_drift("base", 0, 0))
    fitted = posterior(field)
    point = draws.point(field, fitted, history.as_of, list(ESTIMANDS), None).lags
    drawn = draws.sample(field, fitted, history.as_of, list(ESTIMANDS), None, 100, 5)
    sample = drawn.lags
    lab = dict(zip(history.releases.models, history.releases.lab, strict=True))
    labs = [lab[m] for m in history.roster.models if m in set(used["model"])]
    (again,) = reruns.histories(field, fitted, labs, [history.as_of], STEPS, None, 5, 50)
    plan = Plan(draws=100, histories=50, estimands=STEPS)
    rows = replicate("base", 5, plan, {"steady": steady})
    assert [r["estimand"] for r in rows] == list(ESTIMANDS)
    for row in rows:
        name = row["estimand"]
        found = summarise(name, point[name], sample[name], 0.95)
        assert row["state"] == "measured"
        assert row["months"] == found.months
        assert (row["low"], row["high"]) == (found.low, found.high)
        truth = history.truth[name].months[0]
        assert row["truth_low"] == row["truth_high"] == truth
        assert row["covered"] == int(found.low <= truth <= found.high)
        inside = (sample[name].months >= found.low) & (sample[name].months <= found.high)
        assert row["mass"] == inside.mean()
        assert row["mean"] == sample[name].months.mean()
        assert row["at_means"] == point[name].months[0]
        ends = (row["sampling_low"], row["sampling_high"])
        assert ends == reruns.interval(drawn, again, name, 0.95)
        assert np.isnan(row["baseline_steady"]) == (name != "current")


def test_an_estimand_that_is_refused_leaves_the_others(monkeypatch):
    history = simulate("base", 5)
    monkeypatch.setitem(WINDOWS, "average", 60.0)
    found = measure(history, archive_drift("base", 0, 0), SMALL, 0)
    rest = set(SMALL.estimands) - {"average"}
    assert set(found.summaries) == set(found.sampling) == rest


def test_an_estimand_that_is_refused_in_some_draw_leaves_the_others(monkeypatch):
    history, drift = simulate("base", 5), archive_drift("base", 0, 0)
    whole, sample = measure(history, drift, SMALL, 0), draws.sample
    refused = {"catch-up", "trend/linear"}

    def picky(field, fitted, as_of, estimands, *rest):
        if refused & set(estimands):
            raise EstimateError("refused in some draw")
        return sample(field, fitted, as_of, estimands, *rest)

    monkeypatch.setattr("replications.draws.sample", picky)
    found = measure(history, drift, SMALL, 0)
    assert set(found.summaries) == set(SMALL.estimands) - refused
    assert found.summaries == {e: whole.summaries[e] for e in found.summaries}
    assert found.sampling == {e: whole.sampling[e] for e in found.sampling}


def test_a_run_that_stopped_goes_on_and_gives_the_same(tmp_path):
    whole = run(SMALL, tmp_path / "a")
    assert list(whole.groupby("world", sort=False).size()) == [3 * len(SMALL.estimands)] * 2

    class Stop(Exception):  # noqa: N818
        pass

    def stop(done, total):
        assert total == 6
        if done == 3:
            raise Stop

    with pytest.raises(Stop):
        run(SMALL, tmp_path / "b", tell=stop)
    kept = {p.name: p.stat().st_mtime_ns for p in (tmp_path / "b").glob("*0*.csv")}
    assert len(kept) == 2
    seen = []
    again = run(SMALL, tmp_path / "b", tell=lambda done, total: seen.append(done))
    assert seen == [3, 5, 6]
    assert all((tmp_path / "b" / n).stat().st_mtime_ns == t for n, t in kept.items())
    pd.testing.assert_frame_equal(whole, again, check_exact=True)


@pytest.mark.parametrize("backend", [pytest.param("threading", marks=pytest.mark.slow), "loky"])
def test_any_backend_gives_the_same(tmp_path, backend):
    joblib = pytest.importorskip("joblib")
    one = run(TWO, tmp_path / "one")
    with joblib.parallel_config(backend=backend):
        two = run(TWO, tmp_path / "two", jobs=2)
    pd.testing.assert_frame_equal(one, two, check_exact=True)


@pytest.mark.slow
def test_dask_workers_give_the_same(tmp_path):
    joblib = pytest.importorskip("joblib")
    distributed = pytest.importorskip("distributed")
    one = run(TWO, tmp_path / "one")
    local = distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None
    )
    with local, distributed.Client(local), joblib.parallel_config(backend="dask"):
        two = run(TWO, tmp_path / "two", jobs=2)
    pd.testing.assert_frame_equal(one, two, check_exact=True)


def test_a_folder_of_another_making_is_refused_and_a_run_may_grow(tmp_path):
    plan = Plan(("base",), 1, batch=1, **QUICK)
    first = run(plan, tmp_path)
    more = run(replace(plan, replications=2), tmp_path)
    pd.testing.assert_frame_equal(first, more[more["replication"] == 0], check_exact=True)
    with pytest.raises(UsageError, match="made with another draws;"):
        run(replace(plan, draws=61), tmp_path)
    with pytest.raises(UsageError, match="made with another baselines;"):
        run(plan, tmp_path, baselines={"steady": steady})
    note = json.loads((tmp_path / "plan.json").read_text())
    assert note["code"] == fingerprint()
    (tmp_path / "plan.json").write_text(json.dumps(note | {"code": "0"}))
    with pytest.raises(UsageError, match="made with another code;"):
        run(plan, tmp_path)


def test_plans_that_cannot_be_run_are_refused():
    with pytest.raises(UsageError, match="unknown world 'moon'"):
        Plan(("moon",))
    with pytest.raises(UsageError, match="unknown estimand 'lead'"):
        Plan(estimands=("lead",))
    with pytest.raises(UsageError, match="at least 40 can"):
        Plan(draws=39)
    with pytest.raises(UsageError, match="cannot give a 1"):
        Plan(level=1.0)
    with pytest.raises(UsageError, match="1 or more"):
        Plan(replications=0)


def test_the_table_counts_as_documented():
    def row(k, truth, months, low, high, covered, steady, state="measured"):
        return {
            "world": "w",
            "replication": k,
            "estimand": "current",
            "state": state,
            "truth_low": truth[0],
            "truth_high": truth[1],
            "months": months,
            "mean": months,
            "at_means": months,
            "low": low,
            "high": high,
            "covered": covered,
            "mass": 0.96,
            "sampling_low": low,
            "sampling_high": min(high, 20.0),
            "baseline_steady": steady,
            "expected": 5.5,
        }

    nan, inf = np.nan, np.inf
    raw = pd.DataFrame(
        [
            row(0, (6, 6), 7, 5, 8, 1, 6),
            row(1, (8, 8), 5, 4, 6, 0, 6),
            row(2, (8, inf), nan, 6, inf, 1, 6),
            row(3, (nan, nan), nan, nan, nan, nan, nan, state="undefined"),
            row(4, (5, 5), nan, nan, nan, nan, 5, state="refused"),
        ]
    )
    found = table(raw, 0.95)
    first = "world estimand interval level replications target coverage mass bias rmse width"
    both = ["rmse_mean_of_draws", "rmse_at_posterior_means"]
    assert list(found) == [*first.split(), *both, "rmse_steady"]
    measurement, wide = found.to_dict("records")
    assert measurement == {
        "world": "w",
        "estimand": "current",
        "interval": "measurement",
        "level": 0.95,
        "replications": 3,
        "target": 7.0,
        "coverage": pytest.approx(2 / 3),
        "mass": pytest.approx(0.96),
        "bias": -1.0,
        "rmse": pytest.approx(np.sqrt(5)),
        "width": 3.0,
        "rmse_mean_of_draws": pytest.approx(np.sqrt(5)),
        "rmse_at_posterior_means": pytest.approx(np.sqrt(5)),
        "rmse_steady": pytest.approx(np.sqrt(2)),
    }
    assert (wide["interval"], wide["replications"], wide["target"]) == ("sampling", 3, 5.5)
    assert wide["coverage"] == pytest.approx(2 / 3)
    assert wide["bias"] == pytest.approx(0.5)
    assert wide["width"] == 3.0
    assert np.isnan(wide["mass"])
