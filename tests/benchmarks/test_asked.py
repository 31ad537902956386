"""What is said of answers without a refit is what the kept table holds."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from elolag.estimate.lag import results
from elolag.estimate.session import Question, Session, prepare
from elolag.site.carried import CHANGES, DRAWS, Asked, answer
from elolag.site.travel import carry

ROOT = Path(__file__).parents[2]


def test_the_pages_say_what_the_table_holds() -> None:
    with (ROOT / "benchmarks" / "asked.csv").open(encoding="utf-8") as file:
        rows = {(r["without"], r["route"]): r for r in csv.DictReader(file)}
    names = sorted({name for name, _ in rows} - {""})
    assert len(names) == 10

    def apart(column: str) -> float:
        pairs = ((rows[n, "page"][column], rows[n, "anew"][column]) for n in names)
        return max(abs(float(a) - float(b)) for a, b in pairs)

    moved = max(abs(float(rows[name, "page"]["change"])) for name in names)
    site = " ".join((ROOT / "docs" / "site.md").read_text("utf-8").split())
    assert f"changes by up to {moved:.1f} months" in site
    assert apart("change") <= 0.02
    assert "differs by at most 0.02 from" in site
    assert apart("current") == 0
    assert apart("gap") <= 0.5
    assert "the gap differs by at most 0.5 Elo" in site


def test_ends_differ_from_the_published_ones_by_what_the_page_says() -> None:
    asked: Question = {"vintage": "2026-08-19", "session": Session()}
    study = prepare(**asked)
    said = CHANGES["none"]
    assert "by 0.2 months, those of the gap by 1 Elo, from those of 10,000 draws" in said
    published = results(study, ("average", "current"))
    here = answer(carry(prepare(**asked, n_draws=DRAWS)), Asked())
    for one, other in zip(published, (here.average, here.current), strict=True):
        assert [other.low, other.high] == pytest.approx([one.low, one.high], abs=0.2)
        ends = [other.gap.low, other.gap.high]
        assert ends == pytest.approx([one.gap.low, one.gap.high], abs=1)
        assert ends != pytest.approx([one.gap.low, one.gap.high], abs=0.2)
