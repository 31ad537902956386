"""The other clock, and the minimum of votes."""

from __future__ import annotations

import re

import numpy as np
import pytest

import elolag
from elolag import plots, tags
from elolag.cite import citation
from elolag.dates import DAYS_PER_MONTH, to_day
from elolag.errors import UsageError
from elolag.estimate.field import FIRST_LISTED, first_listed, listed_tags
from elolag.estimate.session import Session, prepare
from elolag.results.citing import aged
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


@pytest.fixture(scope="module")
def by_listing() -> dict[str, elolag.LagResult]:
    return {
        estimand: elolag.estimate_lag(estimand=estimand, clock="first-listed", n_draws=200)
        for estimand in ("average", "current", "at-release")
    }


def test_a_day_of_first_listing_is_called_so_wherever_it_is_printed(
    by_listing: dict[str, elolag.LagResult],
) -> None:
    plain = elolag.estimate_lag(estimand="current", n_draws=200)
    for result in by_listing.values():
        days = {m.model: m.counts_from for m in result.models}
        said = [result.sentence(), *(value for _, value in result.rows())]
        for text in said:
            assert not re.search(r"released \d|\((?:[^()]*, )?\d{4}-\d\d-\d\d\)", text), text
        for match in result.matches:
            assert match.listed == days[match.model]
            assert match.to_dict()["first_listed"] == match.listed
        truth = {m.model: m.release_date for m in plain.models}
        assert all(m.release_date == truth[m.model] for m in result.models if m.model in truth)
        assert "of release dates" not in result.left_out()
    current = by_listing["current"]
    match = current.matches[0]
    lag = to_day(current.as_of) - to_day(match.listed)
    assert match.months == pytest.approx(lag / DAYS_PER_MONTH)
    assert f"{match.model}, first listed {match.listed}, in" in current.sentence()
    assert ("data through", "2026-08-19 (newest first listing that counts)") in current.rows()
    assert "first_listed" not in plain.matches[0].to_dict()
    english, german = (citation(by_listing["average"], lang).sentence for lang in ("en", "de"))
    assert "(Anthropic, first listed 7 February 2026), by then listed for" in english
    assert "von Anthropic (zuerst gelistet am 7. Februar 2026), die damals" in german
    assert "Monate gelistet waren" in german
    assert (
        "über die ersten Listungen ihrer Rekorde"
        in citation(by_listing["at-release"], "de").sentence
    )


def test_charts_and_tables_say_what_their_clock_counts_from(
    by_listing: dict[str, elolag.LagResult],
) -> None:
    axes = plots.frontier(by_listing["current"])
    for lang, said in (("en", "\nfirst listed 2026-02-07"), ("de", "\nzuerst gelistet am 7. Feb")):
        axes = plots.frontier(by_listing["current"], lang=lang)
        told = re.sub("&#10;", "\n", plots.svg(axes, "x"))
        assert said in told
        assert not re.search(r"\n(released|erschienen)", told)
    curve = elolag.time_to_match(clock="first-listed", n_draws=100)
    assert plots.time_to_match(curve).get_xlabel().endswith("was first listed")
    assert curve.table().columns[0].meaning == "since the first listing"
    dates = elolag.model_dates(clock="first-listed", n_draws=100)
    assert "at its first listing" in dates.table().headings()
    assert ", first listed 16 July 2026): " in dates.sentence()
    assert dates.sentence().count("at its first listing it was") == 1
    assert plots.dates(dates).get_title(loc="left").endswith("at its first listing")
    labs = elolag.compare("lab", clock="first-listed", n_draws=60)
    assert any(why.startswith("no first listing rated") for why in labs.refused.values())


@pytest.mark.parametrize(
    ("days", "english", "german"),
    [
        ([270.0, 190.0], "listed for nine and six months", "neun und sechs Monate gelistet"),
        ([190.0, 190.0], "both listed for six months", "beide sechs Monate gelistet"),
        ([31.0, 12.0], "listed for one month and twelve days respectively",
         "einen Monat beziehungsweise zwölf Tage gelistet"),
        ([1.0], "listed for one day", "einen Tag gelistet"),
    ],
)  # fmt: skip
def test_how_long_models_had_been_listed(days: list[float], english: str, german: str) -> None:
    assert aged(days, "en", listed=True) == english
    assert aged(days, "de", listed=True) == german
