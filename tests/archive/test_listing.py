from __future__ import annotations

import itertools

import numpy as np
import pytest
from handmade import Row, changed, displayed, ladder, publication, rounded
from hypothesis import given
from hypothesis import strategies as st
from search import search

from elolag.archive import package
from elolag.archive.listing import (
    Listing,
    _contained,
    _same_figures,
    _same_publication,
    listings,
    read_listing,
)


def listing(rows: list[Row]) -> Listing:
    return listings(package.normalise("ratings", publication(rows).tables["ratings"]))["overall"]


@pytest.mark.parametrize("votes", [True, False])
def test_a_rounded_copy_under_other_names_is_the_same_publication(votes: bool) -> None:
    rows = ladder(60, votes=votes)
    assert _same_publication(listing(rows), listing(displayed(rows)))
    assert _same_publication(listing(displayed(rows[5:])), listing(rows))


def test_a_rating_rounded_twice_is_still_the_same() -> None:
    rows = [*ladder(30), ("edge", 1138.498, 77)]
    copy = [*displayed(ladder(30)), ("edge", 1139.0, 77)]
    assert _same_publication(listing(rows), listing(copy))


def test_one_other_rating_makes_it_another_publication() -> None:
    rows = ladder(60)
    other = changed(rows, lambda i, row: (row[0], row[1] + 2.0, *row[2:]) if i == 30 else row)
    assert not _same_publication(listing(rows), listing(other))


def test_other_votes_make_it_another_publication() -> None:
    rows = ladder(60)
    other = changed(rows, lambda i, row: (row[0], row[1], row[2] + 1) if i == 30 else row)
    assert not _same_publication(listing(rows), listing(other))


def test_a_short_list_without_votes_proves_nothing() -> None:
    rows = ladder(60, votes=False)
    assert not _same_publication(listing(rows), listing(displayed(rows[:20])))
    assert not _same_publication(listing(rows[:8]), listing(rows[:8]))
    with_votes = ladder(60)
    assert _same_publication(listing(with_votes), listing(displayed(with_votes[:20])))


def test_units() -> None:
    assert listing([("a", 1500.0), ("b", 1400.0)]).unit == 1.0
    assert listing([("a", 1500.1), ("b", 1400.0)]).unit == 0.1
    assert listing([("a", 1500.12), ("b", 1400.0)]).unit == 0.01


VALUES = st.lists(st.integers(0, 12), min_size=1, max_size=6)


@search(300)
@given(VALUES, VALUES, st.sampled_from([0.5, 1.0, 2.0]))
def test_containment_equals_trying_every_pairing(
    small: list[int], large: list[int], tolerance: float
) -> None:
    if len(small) > len(large):
        small, large = large, small
    brute = any(
        all(abs(a - b) <= tolerance for a, b in zip(small, chosen, strict=True))
        for chosen in itertools.permutations(large, len(small))
    )
    assert _contained(np.array(small, float), np.array(large, float), tolerance) == brute


def test_one_category_is_read_out_of_the_bytes_as_out_of_the_table() -> None:
    rows = {
        "overall": [('odd, "name"', 1500.25, 3), ("\noverall,x".strip(), 1400.0, 5)],
        "coding": [("a", 1.0, 1)],
        "overall_2": [("b", 2.0, 2)],
        "zulu": [("c", 3.0, 2)],
    }
    frame = package.normalise("ratings", publication(rows).tables["ratings"])
    data = package.encode("ratings", frame)
    for category, expected in listings(frame).items():
        found = read_listing(data, category)
        assert found is not None
        assert found.entries == expected.entries
        np.testing.assert_array_equal(found.ratings, expected.ratings)
        np.testing.assert_array_equal(found.votes, expected.votes)
    assert read_listing(data, "over") is None


# -- copies that are slightly off ----------------------------------------------------------------


def off(rows: list[Row], at: int, by: float) -> list[Row]:
    """`rows` with the first `at` rated otherwise."""
    return changed(rows, lambda i, row: (row[0], row[1] + by, *row[2:]) if i < at else row)


def recounted(rows: list[Row], at: int) -> list[Row]:
    """`rows` with the votes of the first `at` counted otherwise."""
    return changed(rows, lambda i, row: (*row[:2], row[2] + 1) if i < at else row)


def same(one: list[Row], other: list[Row], *, near: bool) -> bool:
    said = _same_publication(listing(one), listing(other), near=near)
    assert _same_publication(listing(other), listing(one), near=near) is said
    return said


@pytest.mark.parametrize("votes", [True, False])
def test_of_near_dates_two_rows_of_a_hundred_may_be_off_by_a_point(votes: bool) -> None:
    rows = ladder(100, votes=votes)
    assert same(rows, off(rows, 2, 1.0), near=True)
    assert not same(rows, off(rows, 2, 1.0), near=False)


def test_of_near_dates_three_rows_off_are_too_many() -> None:
    rows = ladder(100, votes=False)
    assert not same(rows, off(rows, 3, 1.0), near=True)
    assert not same(rows, off(rows, 1, 1.5), near=True)
    # Below fifty rows none may be off.
    assert not same(rows[:49], off(rows[:49], 1, 1.0), near=True)
    assert same(rows[:50], off(rows[:50], 1, 1.0), near=True)


def test_with_votes_a_point_is_forgiven_and_two_counts_of_a_hundred() -> None:
    rows = ladder(100)
    assert same(rows, off(rows, 100, 1.0), near=True)
    assert same(rows, recounted(rows, 2), near=True)
    assert not same(rows, recounted(rows, 2), near=False)
    assert not same(rows, recounted(rows, 3), near=True)
    assert same(rows, off(rows, 2, 50.0), near=True)
    assert not same(rows, off(rows, 3, 50.0), near=True)


def test_where_names_agree_figures_must_agree_name_by_name() -> None:
    rows = ladder(100, votes=False)
    swapped = [(rows[0][0], rows[1][1]), (rows[1][0], rows[0][1]), *rows[2:]]
    for near in (True, False):
        assert not same(rows, swapped, near=near)
    # Other names altogether: two bags of figures.
    other: list[Row] = [(f"Display {name}", rating) for name, rating in swapped]
    assert same(rows, other, near=False)


def test_an_entry_renamed_is_a_row_off() -> None:
    rows = ladder(100, votes=False)
    two = changed(rows, lambda i, row: (f"{row[0]} (new)", *row[1:]) if i < 2 else row)
    three = changed(rows, lambda i, row: (f"{row[0]} (new)", *row[1:]) if i < 3 else row)
    assert same(rows, two, near=True)
    assert not same(rows, three, near=True)
    assert not same(rows, two, near=False)


@search(60)
@given(st.data(), st.integers(1, 30), st.booleans())
def test_what_is_one_publication_is_one_of_near_dates_and_in_either_order(
    data: st.DataObject, count: int, votes: bool
) -> None:
    rows = ladder(count, votes=votes)
    drawn = data.draw(
        st.lists(st.sampled_from([0.0, 0.0, 0.4, 1.0, 2.0]), min_size=count, max_size=count)
    )
    other = changed(rows, lambda i, row: (row[0], round(row[1] + drawn[i], 2), *row[2:]))
    other = data.draw(st.permutations(other))[: data.draw(st.integers(1, count))]
    strict = same(rows, other, near=False)
    assert same(rows, other, near=True) or not strict
    enough = 3 if votes else max(10, 0.6 * count)
    if len(other) < enough:
        assert not strict
    elif not any(drawn):
        assert strict


def test_same_figures_are_of_the_same_names() -> None:
    rows = ladder(12)
    assert _same_figures(listing(rows), listing(changed(rows, lambda i, r: (*r[:2], r[2] + 1))))
    assert _same_figures(listing(rows), listing(rounded(rows)))
    assert not _same_figures(listing(rows), listing(rows[1:]))
    assert not _same_figures(listing(rows), listing(off(rows, 1, 1.0)))
    assert not _same_figures(listing(rows), listing(displayed(rows)))
