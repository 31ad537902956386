"""The packaged claims, and the index table that the bridge begins with."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from elolag.claims import ClaimsReport, check_claims, estimating, packaged
from elolag.claims.bridge import _MISTYPED, _IndexTable, _matched_records, _read_index
from elolag.claims.studies import Studies
from elolag.dates import DAYS_PER_MONTH, to_day
from elolag.errors import EstimateError


@pytest.mark.fresh
def test_the_report_counts_verdicts(report: ClaimsReport) -> None:
    assert len(report.table().rows) == len(report.to_frame()) == len(packaged()) - 2
    assert report["sacks-2025"].verdict == "consistent"
    assert report["schmidt-2024"].verdict == "too large"
    assert report["lee-2025"].verdict == "too small"
    assert report["time-2025-hunyuan-large"].verdict == "not testable here"
    assert report["caisi-2026"].verdict == "unlikely"
    assert report["doubleword-2026-parity"].verdict == "not resolvable here"
    for found in report.assessments:
        assert found.sentence()
        assert all(value for _, value in found.rows())
        for estimate in (found.real_time, found.hindsight):
            assert estimate.why
            assert estimate.vintage <= found.claim.day or estimate.basis == "hindsight"


@pytest.mark.fresh
def test_epochs_mean_says_what_it_could_look_back_to(report: ClaimsReport) -> None:
    found = report["epoch-2026-us-china-mean"]
    assert found.claim.window == 36.0
    assert found.deciding is not None
    assert found.deciding.months is not None
    assert 30.0 < found.deciding.months < 36.0
    assert (
        f"from {found.deciding.since}, the first day on which both sides have a model" in found.why
    )


@pytest.mark.fresh
def test_epochs_figures_of_may_are_tested_as_they_were_made(report: ClaimsReport) -> None:
    loose, strict = (report[f"epoch-2026-open-closed{end}"].claim for end in ("", "-strict"))
    assert (loose.estimand, loose.window, loose.match_rule) == ("average", 5.0, "not-worse")
    assert (strict.estimand, strict.window, strict.match_rule) == ("average", 5.0, "reached")
    assert (loose.ends, strict.ends) == ((3.5, 4.5), (5.5, 6.5))
    assert report["epoch-2026-open-closed"].verdict == "consistent"
    assert report["epoch-2026-open-closed"].row()["depends_on"] == "match rule"
    points = report["epoch-2026-open-closed-points"]
    assert points.real_time.board == "epoch/eci"
    assert points.real_time.low is not None


@pytest.mark.fresh
def test_the_lead_was_not_traded_on_the_arenas_list(report: ClaimsReport) -> None:
    found = report["ai-index-2026-lead"]
    assert found.deciding is not None
    assert (found.deciding.value, found.deciding.low, found.deciding.high) == (0, None, None)
    # As listed it was not, but the errors of the ratings let it be so in about one draw of twenty.
    assert 0 < (found.deciding.possible or 0) < 0.2
    likely = (found.deciding.possible or 0) >= estimating.LEAST_SHARE
    assert found.verdict == ("consistent" if likely else "unlikely")


@pytest.mark.fresh
def test_one_claim_alone_is_as_among_all(report: ClaimsReport) -> None:
    (alone,) = check_claims(keys=["epoch-2026-us-china-range"], n_draws=200).assessments
    assert alone.to_dict() == report["epoch-2026-us-china-range"].to_dict()


# The index against a slow, plain reading of the same table.


def plain_index(table: _IndexTable, leader: str, follower: str) -> tuple[list[float], int]:
    """Waiting times of the leader's records by two nested loops over rows."""
    rows = [(to_day(r.date), r.score, r.country) for r in table.models.itertuples() if r.country]
    rows.sort(key=lambda row: (row[0], -row[1]))
    records, best = [], float("-inf")
    for day, score, country in rows:
        if country == leader and score > best:
            best = score
            records.append((day, score))
    waits = []
    for day, score in records:
        reached = [d for d, s, c in rows if c == follower and s >= score]
        if reached:
            waits.append((min(reached) - day) / DAYS_PER_MONTH)
    return waits, len(records)


@pytest.mark.parametrize("correct", [True, False])
def test_matched_records_equal_plain_loops(shipped_studies: Studies, correct: bool) -> None:
    table = _read_index(shipped_studies.archive, correct=correct)
    waits, records = plain_index(table, "US", "CN")
    months, found = _matched_records(table.race("US", "CN", table.vintage))
    assert found == records
    assert months == pytest.approx(waits)
    assert months.mean() == pytest.approx(sum(waits) / len(waits))


def test_the_mistyped_date_is_what_moves_the_mean(shipped_studies: Studies) -> None:
    """As printed the same mean is a month shorter."""
    tables = [_read_index(shipped_studies.archive, correct=fix) for fix in (False, True)]
    raw, right = (_matched_records(t.race("US", "CN", t.vintage))[0].mean() for t in tables)
    assert right - raw == pytest.approx(1.0, abs=0.05)
    # Its own rows say what was meant.
    models = shipped_studies.archive.board("epoch/eci").snapshot().table("models")
    dates = dict(zip(models["entry"], models["release_date"], strict=True))
    for (entry, printed), meant in _MISTYPED.items():
        assert dates[entry] == printed
        assert dates[f"fireworks/{entry}"] == meant


def test_one_row_a_model_and_us_first(shipped_studies: Studies) -> None:
    table = _read_index(shipped_studies.archive)
    models = table.models
    assert len(models) == 142
    assert models["name"].is_unique
    deepmind = models[models["name"].str.startswith("Gemini")]
    assert set(deepmind["country"]) == {"US"}
    with pytest.raises(EstimateError, match="not FR"):
        table.race("FR", "CN", table.vintage)


def test_epoch_from_their_own_file(served: Path) -> None:
    """The same from the file as Epoch served it, where it is at hand."""
    table = pd.read_csv(served / "epoch" / "eci_scores-2026-01-20.csv")
    table = table[table["ECI Score"].notna() & table["Release date"].notna()].copy()
    wrong = (table["Model version"] == "Kimi-K2-Instruct-0905") & (
        table["Release date"] == "2024-09-05"
    )
    assert wrong.sum() == 1
    table.loc[wrong, "Release date"] = "2025-09-05"
    table["side"] = [
        "US" if "United States" in str(c) else "CN" if "China" in str(c) else ""
        for c in table["Country"]
    ]
    by_model = table.groupby("Model name").agg(
        score=("ECI Score", "max"), date=("Release date", "min"), country=("side", "first")
    )
    waits, records = plain_index(_IndexTable(by_model, "2026-01-20", ("", "")), "US", "CN")
    assert (len(waits), records) == (9, 14)
    assert f"{sum(waits) / len(waits):.1f}" == "7.0"
