"""What the sections compute by themselves, against slow and obvious twins."""

from __future__ import annotations

import csv
import dataclasses
import json
from types import SimpleNamespace
from typing import Any, cast

import pytest
import report_worlds
from hypothesis import given, settings
from hypothesis import strategies as st
from report_worlds import World

from elolag.dates import DAYS_PER_MONTH, to_day
from elolag.estimate.lag import estimate_lag
from elolag.estimate.session import prepare
from elolag.report import checks
from elolag.report.checks import Checks, Extent
from elolag.report.drawing import LETTER
from elolag.report.labels import Label, place
from elolag.report.material import Material
from elolag.report.sections import claims, sensitivity, slices
from elolag.report.sections._cells import few
from elolag.report.sections.next_month import bands
from elolag.results.lag import LagResult
from elolag.tags import Policies


def plain_lag(result: LagResult, level: float, day: float) -> float:
    """How long before `day` the leader first reached a level: by looking at every model."""
    reached = [
        to_day(m.counts_from)
        for m in result.models
        if m.group == result.leader_group and m.rating >= level
    ]
    return (day - min(reached)) / DAYS_PER_MONTH


def test_bands_are_the_lag_at_every_level(world: World) -> None:
    result = estimate_lag(estimand="current", **world.question)
    found = bands(result)
    end = to_day(result.as_of)
    assert found[0].low is not None
    assert [b.high for b in found[:-1]] == [b.low for b in found[1:]]
    for band in found[:-1]:
        assert band.low is not None
        assert band.high is not None
        for part in (0.01, 0.5, 1.0):
            level = band.low + part * (band.high - band.low)
            assert band.now == pytest.approx(plain_lag(result, level, end))
            assert band.then == pytest.approx(plain_lag(result, level, end + DAYS_PER_MONTH))
    assert found[-1].low == result.leader_best.rating
    here = next(b for b in found if b.low < result.follower.rating <= b.high)
    assert here.match == result.match
    assert here.now == pytest.approx(result.months)
    assert sum(b.probability for b in found) == pytest.approx(1.0, abs=0.05)


def test_bands_turn_round_when_the_follower_leads(world: World) -> None:
    result = estimate_lag(estimand="current", **world.question)
    turned = dataclasses.replace(
        result,
        leader_group=result.follower_group,
        follower_group=result.leader_group,
        leader_best=result.follower,
        follower=result.leader_best,
        gap=dataclasses.replace(result.gap, elo=-result.gap.elo),
    )
    assert turned.leads
    for one, other in zip(bands(result), bands(turned), strict=True):
        assert (one.low, one.high, one.match) == (other.low, other.high, other.match)
        assert (one.now, one.then) == (-other.now, -other.then)


LABELS = st.lists(
    st.builds(
        Label,
        st.text("abcdef", min_size=1, max_size=20),
        st.floats(0, 300),
        st.floats(0, 200),
        st.booleans(),
    ),
    max_size=12,
)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(LABELS)
def test_placed_names_never_meet_and_stay_inside(wanted: list[Label]) -> None:
    size = 10.0
    taken = [(100.0, 90.0, 220.0, 110.0)]
    points = [(label.x, label.y) for label in wanted]
    placed = place(wanted, width=300, height=200, size=size, taken=taken, points=points)
    boxes = list(taken)
    for one in placed:
        wide = LETTER * size * len(wanted[one.number].text)
        left = one.x - wide if one.right else one.x
        boxes.append((left, one.y - 0.6 * size, left + wide, one.y + 0.6 * size))
    for number, (left, top, right, bottom) in enumerate(boxes):
        if number:
            assert left >= 0
            assert top >= 0
            assert right <= 300
            assert bottom <= 200
            assert not any(left < x < right and top < y < bottom for x, y in points)
        for other in boxes[number + 1 :]:
            apart = left >= other[2] or other[0] >= right or top >= other[3] or other[1] >= bottom
            assert apart


def test_the_grid_is_left_out_where_it_would_answer_another_question(world: World) -> None:
    study = prepare(**world.question)

    def why(extent: Extent = Extent(), **changed: Any) -> str:  # noqa: B008 -- frozen
        return checks._no_grid(study, {**world.question, **changed}, extent)

    assert why() == ""
    assert why(vintage=report_worlds.VINTAGE, as_of=report_worlds.VINTAGE, window=24) == ""
    assert why(Extent(full=False)) == "--quick leaves it out"
    assert "drift" in why(drift="none")
    assert "policies" in why(policies=Policies(hong_kong="separate"))


def test_claims_are_left_out_for_other_groups_and_boards_of_ones_own() -> None:
    assert checks._no_claims({}) == ""
    assert "other groups" in checks._no_claims({"leader": "closed", "follower": "open"})


@pytest.mark.parametrize(
    ("section", "names"),
    [
        (slices, ("category", "openness")),
        (sensitivity, ("influence", "flip", "grid")),
        (claims, ("claims",)),
    ],
)
def test_a_part_without_an_answer_says_why(section: Any, names: tuple[str, ...]) -> None:
    missing = {name: f"no {name} <here>" for name in names}
    made = section.build(cast("Material", SimpleNamespace(checks=Checks(missing=missing))))
    words = " ".join([*made.prose, *made.after])
    assert all(why in words for why in missing.values())
    assert not made.figures
    assert not made.tables


def test_the_tables_of_the_checks_hold_every_row(world: World) -> None:
    """What the JSON of the report says, row by row."""
    told = json.loads((world.report.path / "result.json").read_text("utf-8"))

    def rows(name: str) -> list[dict[str, str]]:
        with (world.report.path / "data" / f"{name}.csv").open(encoding="utf-8") as stream:
            return list(csv.DictReader(stream))

    for kind, said in told["slices"].items():
        assert [(r["slice"], float(r["months"])) for r in rows(f"slices-{kind}")] == [
            (s["slice"], s["months"]) for s in said["slices"]
        ]
    rests = told["sensitivity"]["influence"]["cases"]
    assert [r["words"] for r in rows("influence")] == [c["words"] for c in rests]
    flips = told["sensitivity"]["flip"]["rows"]
    assert [(r["target"], r["words"]) for r in rows("flip")] == [
        (f["target"], f["words"]) for f in flips
    ]
    grid = rows("specifications")
    assert len(grid) == told["sensitivity"]["grid"]["specifications"]
    months = [float(r["months"]) for r in grid if r["months"]]
    assert len(months) == told["sensitivity"]["grid"]["estimated"]
    assert months == sorted(months)
    (head,) = [r for r in grid if r["headline"] == "true"]
    assert float(head["months"]) == world.report.headline.months
    said = {c["key"]: c for c in told["claims"]["claims"]}
    for row in rows("claims"):
        claim = said.pop(row["key"])
        assert row["verdict"] == claim["verdict"]
        value = claim["hindsight"]["value"]
        assert row["hindsight_value"] == ("" if value is None else str(value))
    assert not said


@pytest.mark.parametrize(("count", "shown"), [(0, 5), (3, 5), (5, 5), (100, 5), (7, 6)])
def test_few_are_even_and_keep_both_ends(count: int, shown: int) -> None:
    found = few(count, shown)
    assert len(set(found)) == len(found) == min(count, shown)
    if count:
        assert (found[0], found[-1]) == (0, count - 1)
