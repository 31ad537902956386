"""The rival methods on boards small enough to work out by hand."""

from dataclasses import replace

import baselines
import numpy as np
import pytest

from elolag.dates import DAYS_PER_MONTH
from elolag.model.posterior import Field

M = DAYS_PER_MONTH
AS_OF = 40 * M


def board(leader, follower, se=1.0) -> Field:
    """Models as (month, rating); the as-of date is month 40."""
    rows = sorted([(d, r, 0) for d, r in leader] + [(d, r, 1) for d, r in follower])
    when = np.array([r[0] * M for r in rows])
    follows = np.array([r[2] for r in rows], dtype=bool)
    n = len(rows)
    return Field(
        rating=np.array([float(r[1]) for r in rows]),
        variance=np.full(n, se**2),
        link=np.full(n, -1),
        link_root=np.zeros((n, 3)),
        model=np.arange(n),
        released=when,
        country=follows.astype(int),
        lead_from=np.where(follows, np.inf, when),
        follow_from=np.where(follows, when, np.inf),
        month_start=np.full(n, np.nan),
        month_end=np.full(n, np.nan),
    )


#: Ten Elo a month on both sides, the follower eight months later, a record every four months.
RACE = board([(m, 10 * m) for m in range(0, 41, 4)], [(m, 10 * (m - 8)) for m in range(8, 41, 4)])


def test_every_method_finds_a_steady_lag():
    assert baselines.plug_in(RACE, AS_OF)["current"] == pytest.approx(8)
    assert baselines.chosen_once(RACE, AS_OF)["average"] == pytest.approx(9, abs=1.2)
    assert baselines.matched_pairs(RACE, AS_OF)["catch-up"] == pytest.approx(8)
    lines = baselines.two_lines(RACE, AS_OF)
    assert lines["current"] == pytest.approx(8)
    months, error = baselines.line_lag(RACE, AS_OF, 0.0)
    assert months == pytest.approx(8)
    assert error == pytest.approx(0, abs=1e-6)


def test_not_worse_looks_for_the_first_significantly_better_record():
    # The follower's best (month 40) is level 320; the leader's 360 of month 36 is the first above.
    assert baselines.not_worse(RACE, AS_OF)["current"] == pytest.approx(4)
    # Errors so wide that nothing differs: never behind.
    wide = board([(0, 0), (30, 50)], [(5, -10), (35, 20)], se=1000.0)
    assert baselines.not_worse(wide, AS_OF) == {"current": 0.0, "average": 0.0}


def test_matched_pairs_drops_what_nobody_reached():
    race = board([(20, 100), (30, 200), (38, 500)], [(25, 150), (36, 300)])
    assert baselines.matched_pairs(race, AS_OF) == {"catch-up": pytest.approx((5 + 6) / 2)}
    assert baselines.matched_pairs(board([(30, 100)], [(35, 50)]), AS_OF) == {}


def test_chosen_once_never_looks_at_the_others():
    # The unchosen model is a hair below the record of its day: its luck is never drawn.
    race = board([(10, 100), (10.5, 99.9), (30, 200)], [(20, 150), (25, 100)], se=30.0)
    alone = board([(10, 100), (30, 200)], [(20, 150)], se=30.0)
    assert baselines.chosen_once(race, AS_OF) == baselines.chosen_once(alone, AS_OF)


def test_best_entry_of_a_model_and_its_link_error():
    field = board([(0, 5), (1, 9)], [(2, 3)])
    shared = np.array([[0.0, 0, 0], [2.0, 0, 0], [0, 0, 0]])
    field = replace(field, model=np.array([0, 0, 1]), link_root=shared)
    rating, se = baselines.best_entries(field)
    np.testing.assert_allclose(rating, [9, 3])
    np.testing.assert_allclose(se, [np.sqrt(5), 1])


def test_too_little_data_gives_no_number():
    one = board([(0, 5)], [(2, 3)])
    assert baselines.two_lines(one, AS_OF) == {}
    assert "at-release" not in baselines.plug_in(one, AS_OF)
