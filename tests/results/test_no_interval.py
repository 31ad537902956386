"""Where the words say that there is no interval, data and drawings have none; who was first."""

from __future__ import annotations

import csv
import dataclasses
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from elolag import estimate_lag, lag_path, own_board, plots
from elolag.cite import citation
from elolag.claims.bridge import Step
from elolag.claims.statement import Definition
from elolag.cli.lag import _print
from elolag.estimate.change import Change, estimate_change
from elolag.estimate.compare import Slice, Slices
from elolag.plots.dots import Dot, _dots
from elolag.plots.markup import SAID
from elolag.plots.pen import Pen
from elolag.results.lag import LagResult
from elolag.results.words import NO_WIDTH, TOO_FEW, compact, given

US = [("us-1", "2024-11-05", 1082), ("us-2", "2025-07-22", 1131), ("us-3", "2026-01-14", 1149)]
CN = [("cn-1", "2025-02-10", 1050), ("cn-2", "2025-09-01", 1084), ("cn-3", "2026-02-12", 1145)]
#: China reaches its level in February; no US model does before 19 May.
OVERTAKEN = [*US[:2], ("us-3", "2026-05-19", 1190)], CN


def asked(folder: Path, us: Any, cn: Any, se: float = 1.0, **more: Any) -> dict[str, Any]:
    """The question of `estimate_lag` on models given by hand, list and tags on disk."""
    with (folder / "r.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["entry", "rating", "se", "votes", "date"])
        writer.writerows([m, r, se, 9000, "2026-08-19"] for m, _, r in [*us, *cn])
    with (folder / "t.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["entry", "model", "lab", "country", "release_date", "openness"])
        for lab, country, models in (("Acme", "US", us), ("Bamboo", "CN", cn)):
            writer.writerows([m, "", lab, country, day, "closed"] for m, day, _ in models)
    return {
        "board": own_board(str(folder / "r.csv")), "extra_tags": str(folder / "t.csv"),
        "n_draws": 200, "correct_selection": False, **more,
    }  # fmt: skip


def drawn_bars(axes: Any) -> list[Any]:
    """Interval bars: translucent, thick lines along one level."""
    return [line for line in axes.lines if line.get_alpha() == pytest.approx(0.28)]


def sliced(result: LagResult) -> Slices:
    item = Slice("overall", "", True, result, (result.low, result.high), (3, 1))
    return Slices("category", (item,), {}, "current", 0.95, 0.99, "US", "CN")


@pytest.mark.parametrize(
    ("us", "cn", "se", "reason"),
    [
        (US, CN[1:2], 8.0, "only 1 rated model of China"),
        (US, [*CN[:2], ("cn-3", "2026-02-12", 1100)], 0.01, "of zero width"),
    ],
)
def test_an_interval_that_is_none_is_none_everywhere(
    tmp_path: Path, us: Any, cn: Any, se: float, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    result = estimate_lag(**asked(tmp_path, us, cn, se, estimand="current"))
    few = reason.startswith("only")
    data = result.to_dict()
    assert (data["headline"]["low"], data["headline"]["high"]) == (None, None)
    assert reason in data["headline"]["no_interval"]
    assert reason in result.sentence()
    assert reason in result.interval_words()
    _print(result)
    assert " ".join(reason.split()) in " ".join(capsys.readouterr().out.split())
    if few:
        both = dataclasses.replace(result, sampling=(1.0, 9.0))
        assert both.to_dict()["headline"]["sampling"] == {"low": None, "high": None}
        assert data["gap"]["low"] is data["gap"]["high"] is None
        assert data["gap"]["elo"] == result.gap.elo
        assert not [row for row in result.rows() if row[0] == "gap" and " to " in row[1]]
    assert not drawn_bars(plots.frontier(result))
    found = sliced(result)
    row = found.slices[0].row()
    ends = ("low", "high", "simultaneous_low", "simultaneous_high")
    assert [row[end] for end in ends] == [None] * 4
    assert reason in row["no_interval"]
    assert found.table().cells()[0][2:4] == [TOO_FEW if few else NO_WIDTH] * 2
    alphas = {line.get_alpha() for line in plots.slices(found).lines}
    assert not alphas & {0.42, 0.9}
    for lang, words in (("en", ("no 95%", "zero width")), ("de", ("kein 95", "ohne Breite"))):
        assert words[0 if few else 1] in citation(result, lang).sentence


def test_an_interval_that_is_one_stays(tmp_path: Path) -> None:
    result = estimate_lag(**asked(tmp_path, US, CN, 15.0, estimand="current"))
    data = result.to_dict()["headline"]
    assert (data["low"], data["high"], data["no_interval"]) == (result.low, result.high, None)
    assert data["low"] < data["high"]
    assert drawn_bars(plots.frontier(result))


def test_tables_of_ends_follow_the_rule() -> None:
    none = {"low": None, "high": None, "no_interval": NO_WIDTH}
    assert given(5.5, 5.5) == none
    assert given(None, 5.5) == {"low": None, "high": 5.5, "no_interval": None}
    assert compact(5.5, 5.5) == NO_WIDTH
    step = Step("", "selection", "x", 5.5, low=5.5, high=5.5)
    assert none.items() <= step.to_dict().items()
    held = Definition("current", "b", "US", "CN", 5.5, "", 5.5, 5.5, None, 1.0, 1.0, True, ())
    assert none.items() <= held.to_dict().items()
    assert held.figure() == "5.5 months behind"
    told = "China first, overtaken by the US on 2026-05-19, 3.0 months before"
    assert dataclasses.replace(held, passed=told).figure() == told
    for bare, ends in ((True, []), (False, [0.0, 10.0])):
        pen = Pen.on(None, "page")
        axes = pen.axes
        _dots(pen, [Dot("x", value=5.5, low=0.0, high=10.0, bare=bare)], "China ")
        drawn = [end for line in axes.lines if line.get_alpha() == 0.42 for end in line.get_xdata()]
        assert drawn == ends


def test_a_path_of_few_models_has_no_band(tmp_path: Path) -> None:
    path = lag_path("2026-01-20", "2026-03-01", **asked(tmp_path, US, CN, 15.0))
    frame = path.to_frame()
    early = frame["date"] < "2026-02-12"  # before the third Chinese model
    assert early.sum() == path.too_few.sum() == 23
    bands = [c for c in frame.columns if c.endswith(("low", "high"))]
    assert frame.loc[early, bands].isna().all(axis=None)
    assert (frame.loc[early, "no_interval"] == TOO_FEW).all()
    assert frame.loc[~early, "low"].notna().any()
    axes = plots.lag_path(path)
    for band in axes.collections:
        if band.get_label() in ("50%", "95% each day"):
            (polygon,) = band.get_paths()
            assert polygon.vertices[:, 0].min() >= path.days[23]
    assert (
        "Without a band: a group has fewer than 3 rated models." in axes.figure.texts[-1].get_text()
    )
    assert pd.isna(frame.loc[0, "low"])
    told = [
        gid for a in plots.lag_path(path).patches if (gid := a.get_gid() or "").startswith(SAID)
    ]
    assert all(TOO_FEW in words for words in told[: 23 // 7])
    assert not any(TOO_FEW in words for words in told[4:])
    assert path.to_dict()["days"][0]["no_interval"] == TOO_FEW


def test_a_path_whose_follower_was_first_says_so(tmp_path: Path) -> None:
    path = lag_path("2026-06-19", **asked(tmp_path, *OVERTAKEN))
    assert path.sentence().endswith(
        "was first, overtaken by the US on 2026-05-19, 1.0 months before 2026-06-19 "
        "and is first, overtaken by the US on 2026-05-19, 3.0 months before 2026-08-19."
    )
    assert "behind" not in path.sentence()
    title = plots.lag_path(path).get_title(loc="left") or plots.lag_path(path).figure.texts[0]
    assert "China was first, overtaken by the US on 19 May 2026" in str(title)
    told = {"first": "CN", "by": "US", "on": "2026-05-19"}
    assert path.to_dict()["overtaken"] == {"start": told, "end": told}
    turned = lag_path("2026-06-19", **asked(tmp_path, *OVERTAKEN, leader="CN", follower="US"))
    assert "is ahead, having overtaken China on 2026-05-19, 3.0 months before" in turned.sentence()
    before = lag_path("2026-03-01", "2026-04-01", **asked(tmp_path, *OVERTAKEN))
    assert before.sentence().endswith(
        "is ahead, having overtaken the US on 2026-02-12, 1.6 months before 2026-04-01."
    )
    usual = lag_path("2026-01-20", "2026-02-01", **asked(tmp_path, US, CN))
    assert usual.overtaken == (None, None)
    assert usual.sentence().endswith("behind on 2026-02-01.")


def test_a_change_says_which_figures_are_times_since_an_overtaking() -> None:
    question: Any = {"board": "arena/text_to_video", "vintage": "2026-08-17", "n_draws": 500}
    found = estimate_change("2026-05-01", estimand="current", **question)
    assert found.sentence().endswith(
        " On 2026-05-01 the US was first, overtaken by China on 2026-02-12: the figure of that day "
        "is the time since. On 2026-08-17 China was first, overtaken by the US on 2026-05-19: the "
        "figure of that day is the time since."
    )
    usual = estimate_change("2026-06-01", estimand="current", vintage="2026-08-19", n_draws=100)
    assert usual.overtaken == ()
    assert "the time since" not in usual.sentence()


def test_cells_of_an_overtaken_side_do_not_say_ahead(tmp_path: Path) -> None:
    us = [*US[:2], ("us-3", "2026-05-19", 1147), ("us-4", "2026-07-20", 1190)]
    result = estimate_lag(**asked(tmp_path, us, CN, 3.0, estimand="current"))
    assert result.verdict == "overtaken"
    headline = estimate_lag(**asked(tmp_path, us, CN, 3.0))
    assert headline.day.state == "overtaken"
    assert headline.sentence().startswith("On 19 August 2026, China's best, cn-3 (")
    (cells,) = sliced(result).table().cells()
    assert cells[1].startswith("China first, overtaken 3.0 months before")
    assert "overtaken 3.0 before" in cells[2]
    assert "behind" not in cells[2]
    for lang in ("en", "de"):
        sentence = citation(result, lang).sentence
        assert "behind" not in sentence
        assert "zurück" not in sentence
    # Where neither side has a clear lead, each end says which kind of time it is.
    doubtful = dataclasses.replace(result, low=-0.5)
    assert not doubtful.clear
    for lang, words in (("en", "overtaken 3.0 months before"), ("de", "3,0 Monate zuvor überholt")):
        sentence = citation(doubtful, lang).sentence
        assert words in sentence[sentence.rindex("(") :]


def test_a_change_of_few_models_has_no_interval_in_json() -> None:
    found = Change(
        "current", "2026-03-01", "2026-08-19", 6.0, 5.0, -1.0, -2.0, 0.5, 0.9, 0.95,
        too_few=(("CN", 2),), board="arena/text", category="overall", vintage="2026-08-19",
        leader_group="US", follower_group="CN", n_draws=200, seed=0, snapshots=(),
    )  # fmt: skip
    data = json.loads(json.dumps(found.to_dict()))
    assert [data[end] for end in ("low", "high", "probability")] == [None] * 3
    assert "only 2 rated models of China" in data["no_interval"]
    assert data["months"] == -1.0
    kept = dataclasses.replace(found, too_few=()).to_dict()
    assert (kept["low"], kept["high"], kept["no_interval"]) == (-2.0, 0.5, None)
