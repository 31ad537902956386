"""Revisions: known ones come out, parts add up, and the day knows nothing of later vintages."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import exact
import numpy as np
import pytest
from exact import WALLPAPER, vintage
from hypothesis import given
from hypothesis import strategies as st
from search import search

import elolag
from elolag import plots
from elolag.cli import main
from elolag.dates import DAYS_PER_MONTH, to_day, to_iso
from elolag.errors import EstimateError, UsageError
from elolag.estimate.known import Past, monthly
from elolag.estimate.panel import Vintage, chain
from elolag.estimate.revisions import (
    Revisions,
    _measure,
    _nine_in_ten,
    _score,
    _unusable,
    estimate_revisions,
)
from elolag.model.early_drift import _packaged_drift
from elolag.model.interval import Summary
from elolag.simulation.simulate import simulate
from elolag.simulation.worlds import WORLDS

STYLE = "arena/text_style_control"


# --- a world in which every revision is known -------------------------------------------------

DAYS = {"L0": "2024-01-01", "L1": "2024-06-01", "L2": "2024-10-01", "F0": "2024-02-01",
        "F1": "2025-01-15", "F2": "2024-03-01", "L9": "2024-08-01"}  # fmt: skip
THEN = {"L0": 1200.0, "L1": 1300.0, "L2": 1400.0, "F0": 1100.0, "F1": 1350.0, "F2": 1090.0}


def past(*vintages: Vintage) -> Past:
    return exact.past(DAYS, *vintages)


def only(found: Past):
    rows, skipped = _measure(found, "current", 40)
    assert not skipped
    return rows[0]


def since(model: str) -> float:
    return (to_day("2025-02-20") - to_day(DAYS[model])) / DAYS_PER_MONTH


def shifted(ratings: dict[str, float], by: float, **changed: float) -> dict[str, float]:
    return {**{k: v + by for k, v in {**WALLPAPER, **ratings}.items()}, **changed}


def test_a_scale_that_moves_as_a_whole_revises_nothing() -> None:
    row = only(past(vintage("2025-02-20", THEN), vintage("2025-08-01", shifted(THEN, 60))))
    assert row.real_time.months == pytest.approx(since("L2"))
    assert row.change == 0
    assert (row.scale, row.votes, row.models) == (0, 0, 0)
    assert row.held
    assert row.age == pytest.approx((to_day("2025-08-01") - to_day("2025-02-20")) / DAYS_PER_MONTH)


def test_the_scale_step_carries_the_day_onto_the_newest_scale() -> None:
    found = past(vintage("2025-02-20", THEN), vintage("2025-08-01", shifted(THEN, 60)))
    states = found.states(0)
    then, carried, now = (states[k].field.rating for k in ("real-time", "scale", "hindsight"))
    assert carried == pytest.approx(then + 60, abs=0.01)
    assert carried == pytest.approx(now, abs=0.01)


def test_a_known_change_of_votes_is_the_votes_part() -> None:
    # L1 turns out to stand above F1: the level was reached four months earlier.
    now = shifted(THEN, 60, L1=1300 + 60 + 70.0)
    row = only(past(vintage("2025-02-20", THEN), vintage("2025-08-01", now)))
    assert row.votes == pytest.approx(since("L1") - since("L2"))
    assert row.scale == pytest.approx(0)
    assert row.models == pytest.approx(0)
    assert row.change == pytest.approx(row.votes)
    assert row.held is False


def test_too_few_models_of_the_day_give_no_interval_and_no_score() -> None:
    early, late = (
        vintage("2025-02-20", {k: v for k, v in THEN.items() if k != "F2"}),
        vintage("2025-08-01", THEN),
    )
    row = only(past(early, late))
    assert (row.real_time.low, row.held) == (None, None)
    assert row.none_then == "only 2 rated models of follower, and at least 3 are needed"
    assert row.to_dict()["real_time_no_interval"] == row.none_then
    assert row.none_now == ""
    assert row.hindsight.low is not None
    named = {"board": "b", "category": "c", "vintage": "2025-08-01", "leader_group": "US"}
    found = Revisions(
        (row,), {}, 3.0, "current", "step", 0.95, 0.0, **named,
        follower_group="CN", n_draws=40, seed=0, snapshots=(),
    )  # fmt: skip
    assert found.score is None
    assert "no month is yet" not in found.sentence()
    assert "held" not in found.sentence()


def test_a_model_listed_late_is_the_models_part() -> None:
    now = shifted(THEN, -30, L9=1355.0 - 30)
    row = only(past(vintage("2025-02-20", THEN), vintage("2025-08-01", now)))
    assert row.models == pytest.approx(since("L9") - since("L2"))
    assert (row.scale, row.votes) == pytest.approx((0, 0))


def test_votes_and_models_together_are_told_apart_in_their_order() -> None:
    now = shifted(THEN, 0, L1=1380.0, L9=1500.0)
    row = only(past(vintage("2025-02-20", THEN), vintage("2025-08-01", now)))
    assert row.votes == pytest.approx(since("L1") - since("L2"))
    assert row.models == pytest.approx(0)  # L9 came after L1 had done it already


def test_a_scale_that_stretches_keeps_the_order_and_so_the_lag() -> None:
    def bend(x: float) -> float:
        return x + 0.08 * (x - 900)

    now = {k: bend(v) for k, v in {**WALLPAPER, **THEN}.items()}
    row = only(past(vintage("2025-02-20", THEN), vintage("2025-08-01", now)))
    assert (row.scale, row.votes, row.models) == pytest.approx((0, 0, 0))


# --- whole pipeline on simulated worlds ---------------------------------------------------------


@pytest.fixture(scope="module")
def simulated() -> Past:
    world = replace(WORLDS["post-debut-drift"], history=28.0, vintages=(9.4, 6.0, 3.0, 0.0))
    history = simulate(world, 1)
    return Past(tuple(history.linkable()), history.roster, _packaged_drift())


@pytest.mark.parametrize("estimand", ["levels", "trend/linear"])
def test_parts_add_up_exactly(simulated: Past, estimand: str) -> None:
    rows, _ = _measure(simulated, estimand, 40)
    whole = [r for r in rows if r.scale is not None]
    assert len(whole) >= 2
    for row in whole:
        assert row.scale + row.votes + row.models == pytest.approx(row.change, abs=1e-9)
    assert any(abs(r.change) > 0.01 for r in whole)


def test_the_day_knows_nothing_of_later_vintages(simulated: Past) -> None:
    last, rng = simulated.vintages[-1], np.random.default_rng(0)
    wild = last.ratings + rng.normal(0, 80, len(last))
    later = replace(last, date=to_iso(to_day(last.date) + 90), ratings=wild)
    after = replace(simulated, vintages=(*simulated.vintages, later))
    old, _ = _measure(simulated, "levels", 40)
    new, _ = _measure(after, "levels", 40)
    by_date = {r.date: r for r in new}
    assert len(old) >= 2
    for row in old:
        assert by_date[row.date].real_time == row.real_time
    assert any(by_date[r.date].hindsight.months != r.hindsight.months for r in old)


def test_one_vintage_a_month_and_never_the_newest() -> None:
    dates = ("2025-01-03", "2025-01-28", "2025-03-01", "2025-04-02", "2025-04-20")
    chosen = monthly([vintage(d, THEN) for d in dates])
    assert [dates[k] for k in chosen] == ["2025-01-28", "2025-03-01", "2025-04-02"]


# --- the real archive ----------------------------------------------------------------------------


THEN_NOW = "2025-11-06"


@pytest.fixture(scope="module")
def style() -> Revisions:
    return estimate_revisions(STYLE, vintage=THEN_NOW, n_draws=40)


def test_both_estimates_are_those_of_estimate_lag(style: Revisions) -> None:
    row = style.rows[1]
    then = elolag.estimate_lag(STYLE, vintage=row.date, as_of=row.date, n_draws=40)
    now = elolag.estimate_lag(STYLE, vintage=THEN_NOW, as_of=row.date, n_draws=40)
    for found, twin in ((row.real_time, then), (row.hindsight, now)):
        assert (found.months, found.low, found.high) == (twin.months, twin.low, twin.high)


def test_cut_off_lists_are_no_vintages_to_judge_by() -> None:
    board = elolag.open_archive().board(STYLE)
    used = chain(board, "overall", None)
    assert {s.completeness for s in used} == {"full"}
    assert used[-1].vintage == "2026-08-19"
    skipped = _unusable(board, "overall", used)
    assert not skipped  # every month has a complete list
    raw = elolag.open_archive().board("arena/text")
    skipped = _unusable(raw, "overall", chain(raw, "overall", None))
    assert "online-elo" in skipped["2023-06-19"]
    assert skipped["2025-10-16"] == "the list is cut off (top-100) and cannot be linked"
    with pytest.raises(UsageError, match="cut off"):
        estimate_revisions(board, vintage="2026-03-31", n_draws=40)


def test_the_sentence_says_how_far_figures_moved(style: Revisions) -> None:
    assert [r.date for r in style.rows] == [
        "2025-01-28",
        "2025-02-28",
        "2025-03-17",
        "2025-04-24",
        "2025-05-24",
        "2025-06-27",
        "2025-07-28",
        "2025-08-28",
        "2025-09-18",
        "2025-10-19",
    ]
    text = style.sentence()
    assert "in all of 7 cases (7 months with a vintage from 2025-01 to 2025-07, judged" in text
    assert f"the ratings of {THEN_NOW}" in text
    assert "if months were independent, which neighbouring ones are not" in text
    assert "models listed only later" in style.parts_sentence()
    late = replace(style, settle=6.0)
    assert [r.date for r in late.settled][-1] == "2025-04-24"
    ahead = replace(style.rows[0], real_time=Summary(-3.0, -4.0, -2.0, None, 0))
    cells = replace(style, rows=(ahead,)).table().cells()[0]
    assert cells[1] == "3.0 ahead (2.0 to 4.0 ahead)"
    still = replace(style.rows[0], real_time=style.rows[0].hindsight)
    assert (
        "has since moved by less than a tenth of a month"
        in replace(style, rows=(still,)).sentence()
    )
    never = replace(style, settle=60.0)
    assert "no month is yet 60 months old" in never.sentence()


def test_the_json_object_is_complete(style: Revisions) -> None:
    data = json.loads(json.dumps(style.to_dict(), allow_nan=False))
    assert data["seed"] == 0
    assert data["n_draws"] == 40
    assert data["snapshots"][0]["path"] == f"{STYLE}/{THEN_NOW}"
    assert len(data["months"]) == len(style.rows) == len(style.to_frame())
    assert data["score"]["n"] == 7
    assert data["spread"]["largest"] == pytest.approx(max(abs(style.changes)))


def test_what_cannot_be_answered_is_refused() -> None:
    with pytest.raises(UsageError, match="gap is in Elo"):
        estimate_revisions(STYLE, estimand="gap")
    with pytest.raises(UsageError, match="no category 'codng'"):
        estimate_revisions(STYLE, category="codng")
    with pytest.raises(EstimateError, match="single complete vintage"):
        estimate_revisions(STYLE, vintage="2025-01-28", n_draws=40)


def test_months_without_any_interval_say_why() -> None:
    first = vintage("2025-02-20", THEN)
    without = replace(first, se=np.full(len(first), np.nan))
    found = past(without, vintage("2025-08-01", THEN))
    rows, skipped = _measure(found, "current", 40)
    assert not rows
    assert "no rating of this board up to that vintage carries" in skipped["2025-02-20"]


def test_the_figure_shows_both_series_and_the_parts(style: Revisions) -> None:
    axes = plots.revisions(style)
    lower = axes.get_figure().axes[1]
    assert "in all of 7 cases" in axes.get_title(loc="left")
    labels = {t.get_text() for panel in (axes, lower) for t in panel.get_legend().get_texts()}
    assert {"on the day", "models listed only later", "revision"} <= labels
    ticks = [t.get_text() for panel in (axes, lower) for t in panel.get_yticklabels()]
    assert not any("-" in t or "\N{MINUS SIGN}" in t for t in ticks)
    foot = " ".join(" ".join(t.get_text() for t in axes.get_figure().texts).split())
    assert f"archive {style.origins[0].log_head[:16]}" in foot


@pytest.mark.parametrize("size", ["column", "page", "phone"])
def test_the_figure_fits_every_size_and_is_small(style: Revisions, size: str) -> None:
    axes = plots.revisions(style, size=size, title="")
    figure = axes.get_figure()
    for panel in figure.axes:
        assert panel.get_position().width > 0.5
        box = panel.get_tightbbox()
        assert box.x0 >= -1
        assert box.x1 <= figure.bbox.width + 1
    assert len(plots.svg(axes, "one")) < 80_000


# --- the score ---------------------------------------------------------------------------------


@search(40)
@given(st.integers(1, 60), st.data())
def test_wilson_interval_solves_its_equation(n: int, data: st.DataObject) -> None:
    held = data.draw(st.integers(0, n))
    found = _score(held, n)
    assert found is not None
    assert -1e-9 <= found.low <= found.share + 1e-9 <= found.high + 2e-9 <= 1 + 3e-9
    for p in (found.low, found.high):
        if 1e-9 < p < 1 - 1e-9:
            assert abs(found.share - p) / np.sqrt(p * (1 - p) / n) == pytest.approx(1.959963985)


@search(40)
@given(st.lists(st.floats(0, 30), min_size=1, max_size=40))
def test_nine_in_ten_do_not_exceed_it(sizes: list[float]) -> None:
    found = _nine_in_ten(np.array(sizes))
    assert found in sizes
    assert np.mean(np.array(sizes) <= found) >= 0.9
    assert np.mean(np.array(sizes) < found) < 0.9


# --- the command ----------------------------------------------------------------------------------


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["elolag", "revisions", *arguments])
    with pytest.raises(SystemExit) as exit_:
        main()
    return int(exit_.value.code or 0)


def test_the_command_prints_and_draws(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = tmp_path / "r.png"
    few = ("--board", STYLE, "--vintage", "2025-05-24", "--settle", "0", "--draws", "40")
    assert run(monkeypatch, *few, "--figure", str(picture)) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    assert captured.out.startswith(f"On {STYLE} (overall; average)")
    assert "News or noise" not in captured.out
    assert max(len(line.rstrip()) for line in captured.out.splitlines()) <= 100
    assert picture.stat().st_size > 10_000


@pytest.mark.parametrize(
    "arguments", [("--estimand", "gap"), ("--figure", "x.gif"), ("--figure", "no/such/x.png")]
)
def test_bad_requests_exit_2(
    arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, *arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("elolag: ")
