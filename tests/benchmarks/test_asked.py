"""What is said of answers without a refit is what the kept table holds."""

from __future__ import annotations

import csv
from pathlib import Path

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
