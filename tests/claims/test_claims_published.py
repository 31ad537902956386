"""Figures others took from data the archive holds, made again to the printed digit."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from elolag.claims import ClaimsReport, Repeat, check_claims, packaged
from elolag.claims.estimating import Studies
from elolag.claims.index import (
    MISTYPED,
    IndexTable,
    matched_records,
    mean_over_levels,
    read_index,
    repeat,
)
from elolag.claims.registry import Reproduction
from elolag.dates import DAYS_PER_MONTH, to_day
from elolag.errors import EstimateError

CLAIMS = {claim.key: claim for claim in packaged()}


def repeats(studies: Studies, key: str) -> list[Repeat]:
    return [repeat(studies, CLAIMS[key], wanted) for wanted in CLAIMS[key].reproductions]


def test_ai_index_2025_of_february(shipped_studies: Studies) -> None:
    percent, points = repeats(shipped_studies, "ai-index-2025-february-2025")
    assert (percent.met, percent.found, percent.vintage) == (True, "1.70", "2025-02-14")
    assert (points.met, points.found) == (True, "23")


def test_ai_index_2025_of_january_does_not_come_out_and_what_does(
    shipped_studies: Studies,
) -> None:
    """On no list of January 2024, nor later: 9.23% on 2024-05-01 is nearest, 9.29% on 04-11."""
    january, later, points = repeats(shipped_studies, "ai-index-2025-january-2024")
    assert not january.met
    assert january.span == ("11.13", "13.53")
    assert not later.met
    assert (later.found, later.vintage) == ("9.23", "2024-05-01")
    assert later.span == ("8.91", "9.29")
    assert "comes out on none of the lists" in later.sentence()
    # The same chart's 103 points are on a list, but of April.
    assert (points.met, points.vintage) == (True, "2024-04-09")


def test_ai_index_2026(shipped_studies: Studies) -> None:
    """39 points, 2.7%: 1504 to 1465 on the web list of 2026-03-31, which is cut off at 71."""
    points, percent = repeats(shipped_studies, "ai-index-2026")
    assert (points.met, points.found, points.vintage) == (True, "39", "2026-03-31")
    assert (percent.met, percent.found) == (True, "2.7")
    snapshot = shipped_studies.archive.board("arena/text_style_control").snapshot("2026-03-31")
    assert snapshot.completeness == "top-71"
    best = snapshot.ratings("overall")["rating"]
    assert best.max() == 1504
    assert 1465 in set(best)


def test_deepseek_v3_was_first_of_the_open_models(shipped_studies: Studies) -> None:
    (place,) = repeats(shipped_studies, "time-2025-deepseek-v3-first")
    assert (place.met, place.found) == (True, "1")


def test_epoch_us_to_china(shipped_studies: Studies) -> None:
    mean, matched, levels = repeats(shipped_studies, "epoch-2026-us-china-mean")
    assert (mean.met, mean.found) == (True, "7.0")
    assert (matched.met, matched.found) == (True, "9 of 14")
    assert (levels.met, levels.found) == (True, "7.2")


def test_a_figure_that_is_not_there_is_told_with_ours(shipped_studies: Studies) -> None:
    wanted = Reproduction("percent", "1.71", "arena/text", vintage="2025-02-14")
    found = repeat(shipped_studies, CLAIMS["ai-index-2025-february-2025"], wanted)
    assert not found.met
    assert found.sentence() == (
        "1.71 (percent) does not come out: arena/text of 2025-02-14 gives 1.70."
    )
    empty = Reproduction("percent", "1", "arena/text", first="2020-01-01", last="2020-02-01")
    with pytest.raises(EstimateError, match="no list with both groups"):
        repeat(shipped_studies, CLAIMS["ai-index-2026"], empty)


def test_the_report_counts_what_comes_out(report: ClaimsReport) -> None:
    met = [r.met for a in report.assessments for r in a.repeats]
    assert (sum(met), len(met)) == (9, 11)
    assert "Of 11 figures taken from data the archive holds, 9 come out." in report.sentence()
    assert len(report.rows()) == len(report.to_frame()) == len(packaged()) - 2
    assert report["sacks-2025"].verdict == "consistent"
    assert report["schmidt-2024"].verdict == "too large"
    assert report["lee-2025"].verdict == "too small"
    assert report["time-2025-hunyuan-large"].verdict == "not testable here"
    for found in report.assessments:
        assert found.sentence()
        assert all(value for _, value in found.rows())
        for estimate in (found.real_time, found.hindsight):
            assert estimate.why
            assert estimate.vintage <= found.claim.day or estimate.basis == "hindsight"


def test_one_claim_alone_is_as_among_all(report: ClaimsReport) -> None:
    (alone,) = check_claims(keys=["epoch-2026-us-china-range"], n_draws=200).assessments
    assert alone.to_dict() == report["epoch-2026-us-china-range"].to_dict()


# The index against a slow, plain reading of the same table.


def plain_index(table: IndexTable, leader: str, follower: str) -> tuple[list[float], int]:
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
    table = read_index(shipped_studies.archive, correct=correct)
    waits, records = plain_index(table, "US", "CN")
    found = matched_records(table.race("US", "CN"))
    assert found.records == records
    assert found.months == pytest.approx(waits)
    assert found.mean == pytest.approx(sum(waits) / len(waits))


def test_the_mean_over_levels_equals_a_fine_grid(shipped_studies: Studies) -> None:
    table = read_index(shipped_studies.archive)
    rows = [(to_day(r.date), r.score, r.country) for r in table.models.itertuples()]

    def first_at(country: str, level: float) -> float:
        return min(d for d, score, c in rows if c == country and score >= level)

    starts, tops = [], []
    for country in ("US", "CN"):
        own = [(d, score) for d, score, c in rows if c == country]
        starts.append(max(score for d, score in own if d == min(own)[0]))
        tops.append(max(score for _, score in own))
    levels = np.linspace(max(starts), min(tops), 1001)[1:]
    waits = [(first_at("CN", x) - first_at("US", x)) / DAYS_PER_MONTH for x in levels]
    assert mean_over_levels(table.race("US", "CN")) == pytest.approx(np.mean(waits), abs=0.03)


def test_the_mistyped_date_is_what_moves_the_mean(shipped_studies: Studies) -> None:
    """As printed the same mean is a month shorter."""
    raw, right = (
        matched_records(read_index(shipped_studies.archive, correct=fix).race("US", "CN"))
        for fix in (False, True)
    )
    assert right.mean - raw.mean == pytest.approx(1.0, abs=0.05)
    # Its own rows say what was meant.
    models = shipped_studies.archive.board("epoch/eci").snapshot().table("models")
    dates = dict(zip(models["entry"], models["release_date"], strict=True))
    for (entry, printed), meant in MISTYPED.items():
        assert dates[entry] == printed
        assert dates[f"fireworks/{entry}"] == meant


def test_one_row_a_model_and_us_first(shipped_studies: Studies) -> None:
    models = read_index(shipped_studies.archive).models
    assert len(models) == 142
    assert models["name"].is_unique
    deepmind = models[models["name"].str.startswith("Gemini")]
    assert set(deepmind["country"]) == {"US"}
    with pytest.raises(EstimateError, match="not FR"):
        read_index(shipped_studies.archive).race("FR", "CN")


def test_epoch_from_their_own_file() -> None:
    """The same from the file as Epoch served it, where it is at hand."""
    beside = Path(__file__).resolve().parents[2].parent / "shared" / "data"
    folder = Path(os.environ.get("ELOLAG_UPSTREAM_DATA", beside))
    if not (folder / "README.md").is_file():
        pytest.skip("no real payloads: neither ELOLAG_UPSTREAM_DATA nor ../shared/data")
    table = pd.read_csv(folder / "epoch" / "eci_scores-2026-01-20.csv")
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
    waits, records = plain_index(IndexTable(by_model, "2026-01-20", ("", "")), "US", "CN")
    assert (len(waits), records) == (9, 14)
    assert f"{sum(waits) / len(waits):.1f}" == "7.0"
