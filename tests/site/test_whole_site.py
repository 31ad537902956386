"""The site of the shipped archive as it would be published: every month, page and link."""

from __future__ import annotations

import json
from pathlib import Path

import checks
import pandas as pd
import pytest

from elolag import write_site
from elolag.site.months import FACTS, frozen


@pytest.mark.slow
def test_the_whole_site_of_the_shipped_archive(tmp_path: Path) -> None:
    made = write_site(tmp_path / "site", published="2026-12-03", jobs=2)
    root = made.path
    held = frozen(root)
    assert len(held) > 20
    assert list(held) == list(made.added)
    assert [name for name, month in held.items() if month.facts["published"]] == [max(held)]
    series = pd.read_csv(root / "series.csv")
    assert series["month"].tolist() == list(held)
    for name, month in held.items():
        answer = month.facts["answer"]
        row = series[series["month"] == name].iloc[0]
        assert row["average_months"] == pytest.approx(answer["headline"]["months"])
        assert len((root / name / "index.html").read_bytes()) < 450_000
        assert sum(len(content) for content in month.files.values()) < 1_000_000
        assert (name == max(held)) != ("Reconstructed" in (root / name / "index.html").read_text())
    latest = json.loads((root / "latest.json").read_bytes())
    assert latest["average"]["months"] == made.headline.months
    assert json.loads((root / latest["month"] / FACTS).read_bytes())["answer"]["vintage"] == (
        made.headline.vintage
    )
    pages = sorted(root.rglob("*.html"))
    names = {path.relative_to(root).as_posix() for path in pages}
    for name in held:
        assert {f"{name}/index.html", f"{name}/embed.html", f"corrections/{name}.html"} <= names
    cards = {name for name in names if name.startswith("models/")}
    assert len(cards) > 50
    assert {name.removeprefix("de/") for name in names if name.startswith("de/models/")} == cards
    assert len((root / "index.html").read_bytes()) < 300_000
    assert len((root / "ask" / "index.html").read_bytes()) < 600_000
    assert checks.links(root, ["https://"]) == []
    for path in pages:
        assert checks.csp(path.read_bytes()) == [], path
        assert checks.html(path.read_bytes()) == [], path
