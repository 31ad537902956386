"""The decision records: each in the index, short, and with figures that the tables still hold."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

import pandas as pd
import pytest

import elolag
from elolag.errors import ElolagError
from elolag.estimate.session import Session, prepare
from elolag.model import posterior
from elolag.model.frontier import MATCH_RULES

ROOT = Path(__file__).resolve().parent.parent
RECORDS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
#: Lines of a record at most, and their characters.
LONGEST, WIDEST = 22, 160


def told(number: int) -> str:
    """A record as one line."""
    (path,) = (p for p in RECORDS if p.name.startswith(f"{number:04}-"))
    return " ".join(path.read_text("utf-8").split())


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(ROOT / "benchmarks" / f"{name}.csv")


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_a_record_is_short_dated_and_in_the_index(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.startswith("# ")
    assert re.search(r"^\*\d+ [A-Z][a-z]+ \d{4}\.\* ", text, flags=re.M)
    assert len(text.splitlines()) <= LONGEST
    assert max(map(len, text.splitlines())) <= WIDEST
    assert f"(decisions/{path.name})" in (ROOT / "docs" / "index.md").read_text("utf-8")


def test_records_are_numbered_in_order() -> None:
    assert [int(p.name[:4]) for p in RECORDS] == list(range(1, len(RECORDS) + 1))


def test_the_headline_quotes_its_tables() -> None:
    text = told(7)
    lists = table("headlines")
    jumps = {name: int((lists[name].diff().abs() > 1).sum()) for name in ("average", "current")}
    assert f"jumped by over a month {jumps['current']} times" in text
    assert jumps["average"] == 0
    both = table("hindsight").query("as_of == 'all' and board == 'both'").set_index("estimand")
    average, current = both.loc["average"], both.loc["current"]
    assert f"by {average.difference:.1f} month on average" in text
    assert f"at most {average.most:.1f} in nine" in text
    assert f"`current` by {current.difference:.1f} and {current.most:.1f}" in text
    assert f"{average.months:.0f} month ends" in text
    stable = table("stability")
    windows = stable.loc[stable["kind"] == "window", "months"]
    base = stable.loc[0, "months"]
    quoted = f"reads {windows.min():.1f} to {windows.max():.1f} where twelve give {base:.1f}"
    assert quoted in text


def test_the_drift_of_carried_entries_quotes_its_table() -> None:
    once = table("stability").set_index("kind").loc["drift once"]
    quoted = f"would read {once.months:.1f} months ({once.low:.1f} to {once.high:.1f})"
    assert quoted in told(3)


@pytest.mark.fresh
def test_the_match_rules_quote_the_answers_of_today() -> None:
    text = told(8)
    lags = {
        estimand: [
            elolag.estimate_lag(estimand=estimand, match_rule=rule).months for rule in MATCH_RULES
        ]
        for estimand in ("average", "current")
    }
    average = [f"{months:.1f}" for months in lags["average"]]
    assert f"the average is {average[0]} months under `reached`" in text
    for rule, months in zip(MATCH_RULES[1:], average[1:], strict=True):
        assert f"{months} under `{rule}`" in text
    *first, last = [f"{months:.1f}" for months in lags["current"]]
    assert f"the day's distance {', '.join(first)} and {last}." in text


def test_what_is_plugged_in_quotes_its_table() -> None:
    text = told(9)
    rows = table("stability")
    base = rows.loc[0]
    drawn = rows[rows["kind"] == "drawn"].set_index("value")
    wider = (drawn["high"] - drawn["low"]) / (base.high - base.low) - 1
    assert (
        f"changes in width by {wider['estimates']:.0%} with the estimates drawn and by "
        f"{wider['estimates and hyperparameters']:.0%} with"
    ) in text
    ends = ["low_change", "high_change"]
    moved = [rows.loc[rows["kind"] == k, ends].abs().max().max() for k in ("drawn", "seed")]
    assert (
        f"moved by at most {moved[0]:.2f} month; another seed moves them by up to {moved[1]:.2f}"
        in text
    )
    at = rows["value"] == "drift of young entries, 90% point"
    (high,) = rows.loc[at, "high_change"]
    assert f"the high end is {high:.1f} month further" in text


def test_what_is_plugged_in_quotes_what_wide_errors_cost() -> None:
    rows = table("wide_errors")
    alike = rows[rows["kind"] == "alike"].set_index(["way", "estimand"]).sort_index()

    def held(way: str, estimand: str) -> str:
        part = alike.loc[(way, estimand), "coverage"]
        return f"{part.min():.0%} to {part.max():.0%}"

    text = told(9)
    gap, average = held("plugged", "gap"), held("plugged", "average")
    assert f"intervals of the gap held {gap}, of the average {average}, by kind" in text
    assert f"{held('default', 'gap')} and {held('default', 'average')}. It is done" in text
    width = rows[rows["estimand"] == "gap"].pivot_table(
        index=["kind", "models", "se"], columns="way", values="width"
    )
    wider = f"up to {(width['flat'] / width['default']).max():.1f} times as wide"
    assert wider in text
    assert wider in " ".join((ROOT / "docs" / "calibration.md").read_text("utf-8").split())
    worst = rows.loc[rows["way"] == "default", "coverage"].min()
    assert f"The lowest cell holds {worst:.0%}" in text


def test_how_alike_countries_spread_quotes_its_tables() -> None:
    text = told(5)
    likely = table("departures").set_index(["freedom", "scale"])["all"]
    assert f"with a sixth, {-likely[4.0, 0.158]:.1f} less likely" in text
    assert f"0.35 of four degrees did, but is {-likely[4.0, 0.35]:.1f} less likely" in text
    rows = table("wide_errors").query("way == 'default'")
    cell = rows.query("kind == 'unequal' and models == 100 and se == 60")["coverage"]
    gap, current, average = (f"{100 * share:.0f}" for share in cell)
    assert f"hold {gap}, {current} and {average}%, were" in text


@pytest.mark.fresh
def test_what_is_plugged_in_names_the_boards_whose_prior_is_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn, session = [], Session()
    for board in elolag.open_archive().boards():
        with contextlib.suppress(ElolagError):
            if prepare(board=board, n_draws=100, session=session).fitted.doubt is not None:
                drawn.append(board)
    text = told(9).partition("shipped boards these are ")[2]
    assert re.findall(r"`([a-z/_-]+)`", text.partition(", and lists")[0]) == drawn
    plugged = prepare(n_draws=100).fitted
    monkeypatch.setattr(posterior, "_PLUGGED", 0.0)
    free = prepare(n_draws=100).fitted
    gain = (free.spread**2 / plugged.spread**2).mean() - 1
    assert f"the default board would gain {gain:.1%}" in text


def test_the_draws_that_travel_quote_their_table() -> None:
    both = table("asked").fillna("").set_index(["route", "without"])
    page, anew = both.loc["page"], both.loc["anew"]
    assert (page["change"] - anew["change"]).abs().max() <= 0.02
    assert (page["gap"] - anew["gap"]).abs().max() < 0.55
    assert (page["current"] == anew["current"]).all()
    assert len(page) == 11
    text = told(16)
    assert "by at most 0.02 months" in text
    assert "of the gap by 0.5 points" in text


def test_the_forecasts_quote_what_the_look_cost() -> None:
    scores = table("pastcast_scores").query("target == 'reach' and forecaster == 'elolag-mixture'")
    means = scores.set_index("board")["mean"]
    raw, controlled = (f"{means[b]:.2f}" for b in ("arena/text", "arena/text_style_control"))
    text = told(19)
    assert f"`reach` {raw} instead of 2.67, with style control {controlled} instead of" in text
