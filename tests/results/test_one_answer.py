"""The same result is said alike by every surface, from the files of a user and on our archive."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from elolag import compare, estimate_lag, own_board
from elolag.cite import citation
from elolag.cli import main
from elolag.plots.style import finding
from elolag.results.lag import LagResult
from elolag.site import write_report

TIE = "us-a,1300\nus-b,1400\ncn-a,1250\ncn-b,1400\n"
SIDES = {"us-a": ("US", "2025-01-10"), "us-b": ("US", "2026-03-01"), "cn-a": ("CN", "2025-03-10")}


def tie(folder: Path, released: str) -> dict[str, object]:
    """Both sides' best at exactly 1400; China's of a given day."""
    lines = [f"{line},3,9000,2026-08-19" for line in TIE.split()]
    (folder / "tie.csv").write_text("entry,rating,se,votes,date\n" + "\n".join(lines), "utf-8")
    sides = {**SIDES, "cn-b": ("CN", released)}
    rows = [f"{e},,Lab {c},{c},{day},closed" for e, (c, day) in sides.items()]
    header = "entry,model,lab,country,release_date,openness\n"
    (folder / "tags.csv").write_text(header + "\n".join(rows), "utf-8")
    return {
        "board": own_board(folder / "tie.csv"), "extra_tags": folder / "tags.csv",
        "correct_selection": False, "n_draws": 200,
    }  # fmt: skip


def surfaces(result: LagResult) -> dict[str, str]:
    facts = dict(result.rows())
    return {
        "sentence": result.sentence(), "table": facts["lag"], "title": finding(result),
        "cell": result.short(), "brief": result.brief(), "en": citation(result).sentence,
        "de": citation(result, "de").sentence,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("released", "months", "order", "verdict"),
    [
        ("2026-01-01", -1.94, "follower-first", "no-clear-lead"),
        ("2026-03-01", 0.0, "level", "level"),
    ],
)
def test_a_tie_goes_one_way_everywhere(
    tmp_path: Path,
    released: str,
    months: float,
    order: str,
    verdict: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    question = tie(tmp_path, released)
    result, headline = estimate_lag(estimand="current", **question), estimate_lag(**question)
    assert result.months == pytest.approx(months, abs=0.01)
    assert (result.order, result.verdict) == (order, verdict)
    call = ["lag", "--estimand", "current", "--ratings", str(tmp_path / "tie.csv"),
            "--tags", str(tmp_path / "tags.csv"), "--no-selection-correction",
            "--draws", "200"]  # fmt: skip
    printed = []
    for more in ([], ["--json"]):
        monkeypatch.setattr(sys, "argv", ["elolag", *call, *more])
        with pytest.raises(SystemExit):
            main()
        printed.append(capsys.readouterr().out)
    data = json.loads(printed[1])
    assert (data["headline"]["order"], data["headline"]["verdict"]) == (order, verdict)
    assert data["day"]["state"] == "tie"
    assert (headline.estimand, headline.verdict) == ("average", "at-least")
    assert headline.sentence().startswith(
        "On 19 August 2026, the best models of both sides, cn-b ("
    )
    said = {**surfaces(result), "terminal": printed[0].partition("\n\n")[0]}
    for name, text in said.items():
        assert "trails" not in text, name
        assert "-0.0" not in text, name
        assert "hinter" not in text, name
    if verdict == "level":
        assert all("level" in text for name, text in said.items() if name != "de"), said
        assert "gleichauf" in said["de"]
    else:
        assert "China ahead" in said["sentence"]
        assert "China ahead by 1.9 months" in said["table"]
        assert "1.9 months ahead" in said["cell"]
        assert "neither" in said["title"].lower()
    monkeypatch.setattr("elolag.site.month.images", lambda *_, **__: {})  # the page draws its own
    made = write_report(tmp_path / "report", full=False, **question)
    page = (made.path / "index.html").read_text("utf-8")
    assert finding(headline) in page
    assert "China trails" not in page.replace(finding(headline), "")


@pytest.mark.parametrize(
    ("board", "category", "verdict", "words"),
    [
        ("arena/text_to_video", "overall", "overtaken",
         "China was first on arena/text_to_video (overall) and was overtaken by the US on 2026-"),
        ("arena/webdev", "overall", "overtaken",
         "China was probably first on arena/webdev (overall) and was overtaken by the US on 2026-"),
        ("arena/text_style_control", "coding", "no-clear-lead", "neither China nor the US has a"),
        ("arena/text_style_control", "expert", "no-clear-lead", "neither China nor the US has a"),
        ("arena/vision_style_control", "overall", "behind", "China trails the US by 6.0 months"),
        ("arena/search", "overall", "behind", "none: only 1 rated model of China"),
    ],
)  # fmt: skip
def test_boards_of_the_archive_are_told_alike_everywhere(
    board: str, category: str, verdict: str, words: str
) -> None:
    result = estimate_lag(
        board, category=category, n_draws=2000, vintage=VINTAGES.get(board), estimand="current"
    )
    data = result.to_dict()["headline"]
    assert result.verdict == data["verdict"] == citation(result).wording == verdict
    said = surfaces(result)
    assert words in said["sentence"]
    for name, text in said.items():
        if verdict != "behind":
            assert "trails" not in text, name
        if verdict == "overtaken":
            assert "first" in text or "zuerst" in text, name
            assert "months behind" not in text, name
    if verdict == "overtaken":
        assert result.order == "follower-first"
    if verdict == "no-clear-lead":
        assert "clear lead" in said["cell"]
        assert "klaren Vorsprung" in said["de"]
    if board == "arena/search":
        assert data["low"] is None
        assert "5.5 to 5.5" not in " ".join(said.values())


#: Ratings that these sentences are about; newer ones may say other things.
VINTAGES = {
    "arena/text_to_video": "2026-08-17",
    "arena/webdev": "2026-08-19",
    "arena/vision_style_control": "2026-08-06",
    "arena/search": "2026-07-21",
    "arena/text_style_control": "2026-08-19",
}


def test_a_country_of_one_model_has_no_interval_in_lag_and_compare() -> None:
    alone = estimate_lag(follower="GB", n_draws=200, vintage="2026-08-19")
    why = "no 95% measurement interval: only 1 British model, and at least 3 rated ones are needed"
    assert f"months behind the US ({why})" in alone.sentence()
    assert "none: only 1 rated model of the UK" in dict(alone.rows())["95% measurement interval"]
    current = estimate_lag(follower="GB", n_draws=200, vintage="2026-08-19", estimand="current")
    assert "none: only 1 rated model of the UK" in current.sentence()
    found = compare("country", n_draws=60, vintage="2026-08-19")
    assert found.refused["UK"] == "1 rated model, and at least 3 are needed"
    assert all(not item.result.no_interval() for item in found.slices)
