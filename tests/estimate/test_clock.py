"""The other clock, and the minimum of votes."""

from __future__ import annotations

import numpy as np
import pytest

import elolag
from elolag import tags
from elolag.dates import DAYS_PER_MONTH, to_day
from elolag.errors import UsageError
from elolag.estimate.field import FIRST_LISTED, first_listed, listed_tags
from elolag.estimate.session import Session, prepare
from elolag.tags import Lookup

FEW = 100


@pytest.fixture(scope="module")
def lookup() -> Lookup:
    return Lookup(tags.load(None))


@pytest.fixture(scope="module")
def listed(lookup: Lookup) -> dict[str, float]:
    return first_listed(elolag.open_archive(), lookup)


def test_a_model_is_listed_from_the_first_vintage_of_any_rating_board(
    lookup: Lookup, listed: dict[str, float]
) -> None:
    archive = elolag.open_archive()
    days = [
        to_day(s.vintage)
        for board in archive.boards()
        for s in archive.board(board).snapshots
        if s.method != "metadata" and s.vintage > "2026-06-30"  # it came on 2026-07-16
        for entry in s.entries()["entry"]
        if (alias := lookup.alias(s.source, entry)) is not None and alias.model == "kimi-k3"
    ]
    assert listed["kimi-k3"] == min(days)
    assert "unknown" not in listed


def test_the_clock_moves_release_and_what_came_with_it(lookup: Lookup) -> None:
    closed = next(m for m in lookup.tables.models if not np.isfinite(lookup.tag(m).opened))
    together = next(
        m for m in lookup.tables.models if lookup.tag(m).opened == lookup.tag(m).released
    )
    later = "kimi-k3"
    tag = lookup.tag(later)
    assert tag.opened > tag.released
    early, late = tag.released - 10, tag.opened + 10
    found = listed_tags(lookup, {closed: 7.0, together: 7.0, later: early})
    assert (found[closed].released, found[closed].opened) == (7.0, np.inf)
    assert (found[together].released, found[together].opened) == (7.0, 7.0)
    assert (found[later].released, found[later].opened) == (early, tag.opened)
    assert found[later].release_date == tag.release_date
    assert found[later].precision == "day"
    assert listed_tags(lookup, {later: late})[later].opened == late


def test_the_headline_by_the_other_clock_counts_from_listings(listed: dict[str, float]) -> None:
    result = elolag.estimate_lag(clock="first-listed", n_draws=FEW, estimand="current")
    assert result.match is not None
    days = to_day(result.as_of) - listed[result.match.model]
    assert result.months == days / DAYS_PER_MONTH
    assert FIRST_LISTED in result.notes
    assert result.policies["clock"] == "first-listed"
    assert FIRST_LISTED not in elolag.estimate_lag(n_draws=FEW).notes
    average = elolag.estimate_lag(clock="first-listed", n_draws=FEW)
    assert average.estimand == "average"
    assert FIRST_LISTED in average.notes
    assert average.matches == result.matches
    assert average.match == result.match


def test_a_minimum_of_votes_leaves_out_entries_below_it() -> None:
    plain, settled = (
        prepare(board="arena/webdev", n_draws=FEW, min_votes=least) for least in (0, 10_000)
    )
    votes = plain.panel.placed.table.set_index("entry")["votes"]
    assert set(plain.cast.entries) - set(settled.cast.entries) == {
        e for e in plain.cast.entries if votes[e] < 10_000
    }
    assert settled.choices["min_votes"] == 10_000
    assert len(settled.cast.tags) == int(settled.cast.field.model.max()) + 1


@pytest.mark.parametrize("bad", [{"clock": "listed"}, {"min_votes": -1}])
def test_what_cannot_be_asked(bad: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="listed|0 or more"):
        prepare(**bad)


def test_a_session_builds_a_panel_once() -> None:
    session = Session()
    study = prepare(board="arena/webdev", n_draws=FEW, session=session)
    again = prepare(board="arena/webdev", n_draws=FEW, session=session)
    assert again.panel is study.panel
    np.testing.assert_array_equal(again.fitted.means, study.fitted.means)


def test_a_tag_handed_in_wins(lookup: Lookup) -> None:
    from dataclasses import replace

    other = replace(lookup.tag("kimi-k3"), country="US")
    study = prepare(board="arena/webdev", n_draws=FEW, retagged={"kimi-k3": other})
    place = [t.model for t in study.cast.tags].index("kimi-k3")
    assert np.isinf(study.cast.field.follow_from[place])
    assert study.cast.field.lead_from[place] == other.released


def test_a_match_is_told_with_the_day_from_which_its_lag_is_told() -> None:
    found = elolag.estimate_lag(
        estimand="current", clock="first-listed", vintage="2026-08-19", n_draws=FEW
    )
    for match in found.matches:
        days = to_day(found.as_of) - to_day(match.counts_from)
        assert match.months == pytest.approx(days / DAYS_PER_MONTH)
    first = found.matches[0]
    assert first.counts_from != first.release_date
    said = f"{first.model} ({first.release_date}, counts from {first.counts_from}), "
    assert dict(found.rows())["match"].startswith(said)
    assert f"first reached by {first.model} of {first.counts_from} in" in found.sentence()
