"""What the sections compute by themselves, against slow and obvious twins."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report_worlds import World

from elolag.months import DAYS_PER_MONTH, to_day
from elolag.report.drawing import LETTER
from elolag.report.labels import Label, place
from elolag.report.sections.next_month import bands
from elolag.result import LagResult


def plain_lag(result: LagResult, level: float, day: float) -> float:
    """How long before `day` the leader first reached a level: by looking at every model."""
    reached = [
        to_day(m.counts_from)
        for m in result.models
        if m.group == result.leader_group and m.rating >= level
    ]
    return (day - min(reached)) / DAYS_PER_MONTH


def test_bands_are_the_lag_at_every_level(world: World) -> None:
    result = world.report.headline
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
    result = world.report.headline
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
