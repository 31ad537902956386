"""When two publications are one, and what of a copy stands still."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from handmade import Row, changed, ladder, payload, rounded

from elolag.archive.candidates import Candidate, read
from elolag.archive.listing import frozen, holds_all, is_twin, preference, repeats_latest

Rows = Sequence[Row] | Mapping[str, Sequence[Row]]


def made(rows: Rows, *, by: str = "arena-web", **facts: object) -> Candidate:
    """A candidate as it comes out of a payload."""
    facts = {"basis": "fetched", **facts} if by.startswith(("arena-web", "ariel")) else facts
    (found,), refusals = read([payload(rows, by=by, **facts)], private=False)
    assert refusals == []
    return found


def nobody(date: str, category: str) -> set[str]:
    return set()


def moved(rows: Sequence[Row], by: float = 3.0) -> list[Row]:
    return changed(rows, lambda i, row: (row[0], round(row[1] + by * (1 + i % 3), 2), *row[2:]))


# -- one publication by two routes ---------------------------------------------------------------


@pytest.mark.parametrize(("day", "same"), [("2026-08-22", True), ("2026-08-23", False)])
def test_a_copy_of_three_days_later_may_be_off_in_a_row_of_fifty(day: str, same: bool) -> None:
    official = made(ladder(60), by="arena-dataset", vintage="2026-08-19")
    off = changed(ladder(60), lambda i, row: (row[0], row[1], row[2] + 3) if i == 30 else row)
    copy = made(off, vintage=day)
    assert is_twin(official, copy, nobody) is same
    assert is_twin(copy, official, nobody) is same


def test_lists_of_one_day_are_one_though_one_has_an_entry_more() -> None:
    official = made(ladder(60), by="arena-dataset", vintage="2026-08-19")
    more = [*ladder(60), ("debut", 1466.6, 1372)]
    assert is_twin(official, made(more, vintage="2026-08-19"), nobody)
    # Of another day it would date the newcomer back, unless it was listed before.
    later = made(more, vintage="2026-08-21")
    assert not is_twin(official, later, nobody)
    assert is_twin(official, later, lambda date, category: {"debut"})


def test_lists_of_two_kinds_or_of_one_source_are_never_one() -> None:
    one = made(ladder(60), vintage="2026-08-19")
    assert not is_twin(one, made(ladder(60), vintage="2026-08-20"), nobody)
    controlled = made(ladder(60), by="arena-dataset", style_control=True)
    assert not is_twin(one, controlled, nobody)
    online = made(ladder(60), by="arena-dataset", method="online-elo")
    assert not is_twin(one, online, nobody)
    elsewhere = made({"coding": ladder(60)}, by="arena-dataset")
    assert not is_twin(one, elsewhere, nobody)


def test_the_more_precise_then_the_more_complete_is_kept() -> None:
    whole = rounded(ladder(40))
    ordered = [
        made(whole, by="arena-dataset", interval=3.0),
        made(ladder(39, votes=False)),
        made(ladder(39)),
        made(ladder(40)),
        made(ladder(40), by="arena-dataset"),
        made({"overall": ladder(12), "coding": ladder(9)}),
        made(ladder(30, votes=False), interval=3.0),
    ]
    assert sorted(ordered, key=preference) == ordered


# -- files that repeat ---------------------------------------------------------------------------


def test_a_copy_whose_parts_alone_moved_repeats_where_parts_are_asked_for() -> None:
    before = made({"overall": ladder(12), "coding": ladder(9)}, vintage="2026-08-01")
    after = made({"overall": ladder(12), "coding": moved(ladder(9))}, vintage="2026-08-05")
    assert repeats_latest(after, [before], parts=True) is before
    assert repeats_latest(after, [before], parts=False) is None
    other = made({"overall": moved(ladder(12)), "coding": ladder(9)}, vintage="2026-08-05")
    assert repeats_latest(other, [before], parts=True) is None


@pytest.mark.parametrize("parts", [True, False])
def test_only_the_newest_earlier_file_of_the_source_can_be_repeated(parts: bool) -> None:
    one = made(ladder(12), vintage="2026-08-01")
    two = made(moved(ladder(12)), vintage="2026-08-05")
    elsewhere = made(ladder(12), by="arena-web-forks", vintage="2026-08-06")
    again = made(ladder(12), vintage="2026-08-10")
    assert repeats_latest(again, [one], parts=parts) is one
    assert repeats_latest(again, [one, two], parts=parts) is None
    assert repeats_latest(again, [two, one, elsewhere], parts=parts) is None
    assert repeats_latest(one, [again], parts=parts) is None
    assert repeats_latest(again, [elsewhere], parts=parts) is None


def test_what_is_dated_by_its_publisher_repeats_nothing() -> None:
    before = made(ladder(12), by="arena-dataset", vintage="2026-08-01")
    again = made(ladder(12), by="arena-dataset", vintage="2026-08-05")
    assert repeats_latest(again, [before], parts=True) is None


# -- categories that stand still -----------------------------------------------------------------


def test_a_category_that_stood_still_for_two_weeks_while_the_board_moved_is_frozen() -> None:
    old = made({"overall": ladder(20), "chinese": ladder(8)}, vintage="2026-08-01")
    rows = {"overall": moved(ladder(20)), "chinese": ladder(8)}
    assert frozen(made(rows, vintage="2026-08-15"), [old]) == {"chinese": "2026-08-01"}
    assert frozen(made(rows, vintage="2026-08-14"), [old]) == {}
    assert frozen(made(rows, vintage="2026-08-15"), []) == {}


def test_on_a_board_that_stands_still_nothing_is_frozen() -> None:
    rows = {"overall": ladder(20), "chinese": ladder(8)}
    old = made(rows, vintage="2026-08-01")
    assert frozen(made(rows, vintage="2026-09-01"), [old]) == {}


def test_a_category_that_moved_is_not_frozen_and_overall_never_is() -> None:
    old = made({"overall": ladder(20), "chinese": ladder(8)}, vintage="2026-08-01")
    new = made({"overall": ladder(20), "chinese": moved(ladder(8))}, vintage="2026-09-01")
    assert frozen(new, [old]) == {}
    both = made({"overall": moved(ladder(20)), "chinese": moved(ladder(8))}, vintage="2026-09-01")
    assert frozen(both, [old]) == {}


def test_a_category_is_compared_with_the_newest_list_that_is_old_enough() -> None:
    rows, later = {"overall": ladder(20), "chinese": ladder(8)}, moved(ladder(20))
    first = made(rows, vintage="2026-07-01")
    without_it = made({"overall": later}, vintage="2026-07-10")
    second = made({"overall": later, "chinese": moved(ladder(8))}, vintage="2026-07-20")
    new = made({"overall": moved(later), "chinese": ladder(8)}, vintage="2026-08-10")
    assert frozen(new, [first, without_it]) == {"chinese": "2026-07-01"}
    assert frozen(new, [first, without_it, second]) == {}
    other_kind = made(rows, vintage="2026-07-25", style_control=True)
    assert frozen(new, [first, other_kind]) == {"chinese": "2026-07-01"}


def test_rounding_does_not_unfreeze() -> None:
    old = made({"overall": ladder(20), "chinese": ladder(8)}, vintage="2026-08-01")
    whole = rounded(ladder(8))
    new = made({"overall": moved(ladder(20)), "chinese": whole}, vintage="2026-09-01")
    assert frozen(new, [old]) == {"chinese": "2026-08-01"}


# -- two forms of one list -----------------------------------------------------------------------

COLLECTOR = "arielshakaramiro-llm-leaderboard-tracker"


def test_of_two_forms_of_one_day_the_one_with_votes_holds_all() -> None:
    plain = made(ladder(30, votes=False), by=COLLECTOR, vintage="2025-10-07")
    counted = made(ladder(30), by=COLLECTOR, vintage="2025-10-07")
    assert holds_all(counted, plain)
    assert not holds_all(plain, counted)
    assert holds_all(plain, plain)


def test_intervals_and_categories_are_part_of_all() -> None:
    rows = {"overall": ladder(30), "coding": ladder(9)}
    both = made(rows, by=COLLECTOR, vintage="2025-10-07", interval=4.0)
    assert holds_all(both, made(rows, by=COLLECTOR, vintage="2025-10-07"))
    assert holds_all(both, made({"coding": ladder(9)}, by=COLLECTOR, vintage="2025-10-07"))
    bare = made(rows, by=COLLECTOR, vintage="2025-10-07")
    assert not holds_all(bare, both)
    assert not holds_all(made(ladder(30), by=COLLECTOR, vintage="2025-10-07"), bare)


def test_another_day_source_or_figure_is_not_held() -> None:
    item = made(ladder(30), by=COLLECTOR, vintage="2025-10-07")
    assert not holds_all(item, made(ladder(30), by=COLLECTOR, vintage="2025-10-08"))
    assert not holds_all(item, made(ladder(30), vintage="2025-10-07"))
    assert not holds_all(item, made(moved(ladder(30)), by=COLLECTOR, vintage="2025-10-07"))
    assert not holds_all(item, made(ladder(29), by=COLLECTOR, vintage="2025-10-07"))


def test_a_table_without_ratings_is_not_held_by_default() -> None:
    item = made(ladder(30), by=COLLECTOR, vintage="2025-10-07")
    publication = replace(item.publication, tables={"entries": item.tables["entries"]})
    entries = Candidate(item.route, publication, item.retrieval, item.checks)
    assert entries.categories == {}
    assert not holds_all(item, entries)
