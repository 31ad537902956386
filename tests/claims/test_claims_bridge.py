"""The bridge: every route ends at the headline, every step is what it says."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import elolag
from elolag import cite, plots
from elolag.claims.bridge import _ROUTES, Bridge, _matched_records, _read_index, bridge
from elolag.dates import DAYS_PER_MONTH
from elolag.errors import UsageError

VINTAGES = (
    "arena/text_style_control/2025-05-24", "arena/text_style_control/2025-12-11",
    "arena/text_style_control/2026-06-25", "epoch/eci/2026-01-20",
)  # fmt: skip


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive")
    for vintage in VINTAGES:
        shutil.copytree(elolag.open_archive().path / vintage, folder / vintage)
    return folder


@pytest.fixture(scope="module")
def found(archive: Path) -> Bridge:
    return bridge(archive=archive, n_draws=400)


@pytest.mark.parametrize("date", [None, "2026-06-01"])
def test_every_route_adds_up_to_the_headline(archive: Path, date: str | None) -> None:
    there = bridge(date, archive=archive, n_draws=400)
    direct = elolag.estimate_lag(as_of=there.date, archive=archive, n_draws=400, estimand="current")
    assert there.routes == tuple(_ROUTES)
    for name in there.routes:
        first, *rest = there.route(name)
        assert first.cause == "start"
        assert first.change is None
        total = first.months + sum(s.change or 0.0 for s in rest)
        assert total == pytest.approx(direct.months)
        assert rest[-1].months == direct.months
        assert (rest[-1].low, rest[-1].high) == (direct.low, direct.high)
        causes = [s.cause for s in rest]
        assert ("date" in causes) == (date == "2026-06-01" and name != "AI Index")


def test_epochs_route_begins_with_their_figure(found: Bridge, archive: Path) -> None:
    assert found.date == found.index_vintage == "2026-01-20"
    start, dated, *_ = found.route("Epoch AI")
    opened = elolag.open_archive(archive)
    for step, correct in ((start, False), (dated, True)):
        table = _read_index(opened, correct=correct)
        months, _ = _matched_records(table.race("US", "CN", table.vintage))
        assert step.months == months.mean()
    assert f"{dated.months:.1f}" == "7.0"
    assert "9 of 14" in dated.label
    causes = [s.cause for s in found.route("Epoch AI")]
    assert causes == [
        "start", "date error", "unmatched records", "window", "estimand", "index", "selection",
    ]  # fmt: skip


def test_the_waiting_mean_equals_a_plain_product_limit(found: Bridge, archive: Path) -> None:
    """Mean of min(time, 18) under Kaplan-Meier, by hand over the leader's records."""
    table = _read_index(elolag.open_archive(archive))
    race = table.race("US", "CN", table.vintage)
    dates, record = race.leader.records()
    start = max(race.leader.latest_first, race.follower.latest_first)
    times = []
    for day, level in zip(dates[0][record[0]], race.leader.running[0][record[0]], strict=True):
        if day <= start:
            continue
        reached = [
            d
            for d, r in zip(race.follower.dates[0], race.follower.running[0], strict=True)
            if r >= level
        ]
        end = min(reached, default=race.as_of)
        times.append(((end - day) / DAYS_PER_MONTH, bool(reached)))
    times.sort(key=lambda t: (t[0], not t[1]))
    area, survival, before = 0.0, 1.0, 0.0
    for number, (time, event) in enumerate(times):
        area += survival * (min(time, 18.0) - min(before, 18.0))
        before = time
        if event:
            survival *= 1 - 1 / (len(times) - number)
    area += survival * (18.0 - min(before, 18.0))
    assert found.route("Epoch AI")[2].months == pytest.approx(area)


def test_the_distance_becomes_time_at_the_leaders_pace(found: Bridge) -> None:
    start, estimand, _ = found.route("AI Index")
    assert "points a month" in start.label
    assert estimand.months == found.route("Epoch AI")[-2].months


def test_forms(found: Bridge) -> None:
    assert found.sentence().startswith("For 2026-01-20 our day's distance is ")
    assert len(found.table().cells()) == len(found.steps) == len(found.to_frame())
    data = found.to_dict()
    assert data["answer"]["seed"] == 0
    assert data["snapshots"][0]["path"] == "epoch/eci/2026-01-20"
    assert {s["route"] for s in data["steps"]} == set(_ROUTES)
    assert not any("-" in row[3] or "-" in row[4] for row in found.table().cells())


def test_dates_that_cannot_be_answered(archive: Path) -> None:
    with pytest.raises(UsageError, match="later than the newest ratings"):
        bridge("2027-01-01", archive=archive)
    with pytest.raises(UsageError, match="not an ISO date"):
        bridge("January", archive=archive)


@pytest.mark.parametrize("size", ["column", "page", "slide", "phone"])
def test_figure_shows_every_step_and_no_label_covers_another(found: Bridge, size: str) -> None:
    axes = plots.bridge(found, size=size)
    figure = axes.get_figure()
    texts = [t for t in axes.texts if t.get_text()]
    shown = [" ".join(t.get_text().split()) for t in texts]
    for step in found.steps:
        assert step.label in shown
    for route in found.routes:
        assert route in shown
    assert axes.get_xlabel() == "months China is behind the US"
    title = " ".join(axes.get_title(loc="left").split())
    assert title.startswith("Their way, our data, ")
    assert "way it is" in found.sentence()
    renderer = figure.canvas.get_renderer()
    boxes = [t.get_window_extent(renderer) for t in texts]
    for i, one in enumerate(boxes):
        for j in range(i + 1, len(boxes)):
            assert not one.overlaps(boxes[j]), (shown[i], shown[j])


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_a_saved_figure_says_where_it_comes_from(
    found: Bridge, tmp_path: Path, ending: str
) -> None:
    path = plots.save(plots.bridge(found), tmp_path / f"bridge.{ending}", found.headline)
    facts = cite.read_figure(path)
    assert facts["months"] == found.headline.months
    with pytest.raises(UsageError):
        plots.save(plots.bridge(found), tmp_path / "bridge.bmp", found.headline)


def test_a_headline_that_is_a_bound_is_told_as_one(found: Bridge) -> None:
    bound = replace(found, headline=replace(found.headline, months=8.0, high=None,
                                            censored="at-least"))  # fmt: skip
    assert "our day's distance is at least 8.0 months behind on" in bound.sentence()
    foot = " ".join(t.get_text() for t in plots.bridge(bound).get_figure().texts)
    assert "distance, at least 8.0 months behind" in " ".join(foot.split())
