"""Figures others took from data the archive holds, made again to the printed digit."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from elolag.claims import packaged
from elolag.claims.bridge import _read_index
from elolag.claims.studies import Studies
from elolag.dates import DAYS_PER_MONTH, to_day
from elolag.errors import EstimateError

PATH = Path(__file__).parents[2] / "benchmarks" / "reproduced.py"
SPEC = importlib.util.spec_from_file_location("reproduced", PATH)
reproduced = importlib.util.module_from_spec(SPEC)
sys.modules["reproduced"] = reproduced
SPEC.loader.exec_module(reproduced)


@pytest.fixture(scope="module")
def shipped_studies() -> Studies:
    return Studies.of(100, {})


def repeats(studies: Studies, key: str) -> list[reproduced.Repeat]:
    return [reproduced.repeat(studies, w) for w in reproduced.PUBLISHED if w.claim == key]


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
    february = next(w for w in reproduced.PUBLISHED if w.claim == "ai-index-2025-february-2025")
    found = reproduced.repeat(shipped_studies, replace(february, printed="1.71"))
    assert not found.met
    assert found.sentence() == (
        "1.71 (percent) does not come out: arena/text of 2025-02-14 gives 1.70."
    )
    empty = replace(february, vintage="", first="2020-01-01", last="2020-02-01")
    with pytest.raises(EstimateError, match="no list with both groups"):
        reproduced.repeat(shipped_studies, empty)


def test_every_figure_is_one_of_a_packaged_claim(shipped_studies: Studies) -> None:
    claims = {claim.key: claim for claim in packaged()}
    for wanted in reproduced.PUBLISHED:
        claim = claims[wanted.claim]
        asked = (wanted.leader, wanted.follower, wanted.category)
        assert (claim.leader, claim.follower, claim.category) == asked
    met = [reproduced.repeat(shipped_studies, wanted).met for wanted in reproduced.PUBLISHED]
    assert (sum(met), len(met)) == (9, 11)


def test_the_mean_over_levels_equals_a_fine_grid(shipped_studies: Studies) -> None:
    table = _read_index(shipped_studies.archive)
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
    race = table.race("US", "CN", table.vintage)
    assert reproduced.mean_over_levels(race) == pytest.approx(np.mean(waits), abs=0.03)
