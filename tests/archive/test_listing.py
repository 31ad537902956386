from __future__ import annotations

import itertools

import numpy as np
import pytest
from handmade import Row, changed, ladder, publication
from hypothesis import given, settings
from hypothesis import strategies as st

from elolag.archive import tables
from elolag.archive.listing import Listing, _contained, listings, read_listing, same_publication


def listing(rows: list[Row]) -> Listing:
    return listings(tables.normalise("ratings", publication(rows).tables["ratings"]))["overall"]


def rounded(rows: list[Row]) -> list[Row]:
    return [(f"Display {row[0]}", float(round(row[1])), *row[2:]) for row in rows]


@pytest.mark.parametrize("votes", [True, False])
def test_a_rounded_copy_under_other_names_is_the_same_publication(votes: bool) -> None:
    rows = ladder(60, votes=votes)
    assert same_publication(listing(rows), listing(rounded(rows)))
    assert same_publication(listing(rounded(rows[5:])), listing(rows))


def test_a_rating_rounded_twice_is_still_the_same() -> None:
    rows = [*ladder(30), ("edge", 1138.498, 77)]
    copy = [*rounded(ladder(30)), ("edge", 1139.0, 77)]
    assert same_publication(listing(rows), listing(copy))


def test_one_other_rating_makes_it_another_publication() -> None:
    rows = ladder(60)
    other = changed(rows, lambda i, row: (row[0], row[1] + 2.0, *row[2:]) if i == 30 else row)
    assert not same_publication(listing(rows), listing(other))


def test_other_votes_make_it_another_publication() -> None:
    rows = ladder(60)
    other = changed(rows, lambda i, row: (row[0], row[1], row[2] + 1) if i == 30 else row)
    assert not same_publication(listing(rows), listing(other))


def test_a_short_list_without_votes_proves_nothing() -> None:
    rows = ladder(60, votes=False)
    assert not same_publication(listing(rows), listing(rounded(rows[:20])))
    assert not same_publication(listing(rows[:8]), listing(rows[:8]))
    with_votes = ladder(60)
    assert same_publication(listing(with_votes), listing(rounded(with_votes[:20])))


def test_units() -> None:
    assert listing([("a", 1500.0), ("b", 1400.0)]).unit == 1.0
    assert listing([("a", 1500.1), ("b", 1400.0)]).unit == 0.1
    assert listing([("a", 1500.12), ("b", 1400.0)]).unit == 0.01


VALUES = st.lists(st.integers(0, 12), min_size=1, max_size=6)


@settings(derandomize=True, deadline=None, max_examples=300)
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
    frame = tables.normalise("ratings", publication(rows).tables["ratings"])
    data = tables.encode("ratings", frame)
    for category, expected in listings(frame).items():
        found = read_listing(data, category)
        assert found is not None
        assert found.entries == expected.entries
        np.testing.assert_array_equal(found.ratings, expected.ratings)
        np.testing.assert_array_equal(found.votes, expected.votes)
    assert read_listing(data, "over") is None
