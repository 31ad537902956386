"""Which lists are whole: by hand, against an obvious twin, and on the shipped archive."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from handmade import changed, ladder, payload
from hypothesis import given, settings
from hypothesis import strategies as st
from search import search

from elolag.archive import Archive, Payload, completeness, open_archive, take_payloads, verify
from elolag.archive.completeness import Row, judge
from elolag.dates import to_day
from elolag.schema import Origin
from elolag.sources import get_source


def row(
    day: float,
    names: Sequence[str],
    *,
    whole: bool = True,
    claimed: str = "full",
    top: float = 1500.0,
    ratings: Sequence[float] | None = None,
) -> Row:
    """A list of `names`, evenly below one another unless rated otherwise."""
    given_ = [top - 3.0 * i for i in range(len(names))] if ratings is None else list(ratings)
    return Row(day, tuple(names), np.array(given_, dtype=float), whole, claimed)


def names(count: int, start: int = 0) -> list[str]:
    return [f"model-{i:03}" for i in range(start, start + count)]


def kept(of: Row, count: int) -> Row:
    """The first `count` rows of a list."""
    return replace(of, entries=of.entries[:count], ratings=of.ratings[:count])


# -- by hand -------------------------------------------------------------------------------------


@search(100)
@given(size=st.integers(8, 300), data=st.data(), whole=st.booleans(), shift=st.integers(-80, 80))
def test_the_upper_end_between_two_whole_lists_is_cut_at_any_length(
    size: int, data: st.DataObject, whole: bool, shift: int
) -> None:
    long = row(0, names(size))
    count = data.draw(st.integers(1, size - 2))
    cut = kept(row(30, names(size), whole=whole, top=1500.0 + shift), count)
    assert judge([long, cut, row(60, names(size))]) == ["full", f"top-{count}", "full"]


def test_a_board_that_grows_by_a_model_a_month_is_whole() -> None:
    for whole in (True, False):
        # The newest rates highest.
        lists = [row(0, names(4, 2)), row(30, names(5, 1), whole=whole), row(60, names(6))]
        assert judge(lists) == ["full"] * 3


def test_new_models_at_the_top_do_not_hide_a_cut() -> None:
    long = names(90)
    lists = [
        row(0, long),
        row(20, [*names(10, 900), *long[:40]], whole=False, top=1530.0),
        row(40, [*names(10, 900), *long], top=1530.0),
    ]
    assert judge(lists) == ["full", "top-50", "full"]


@pytest.mark.parametrize("claimed", ["full", "top-90"])
def test_a_copy_alone_is_not_believed_until_a_whole_list_vouches(claimed: str) -> None:
    copy, later = row(0, names(90, 2), whole=False, claimed=claimed), row(30, names(92))
    assert judge([copy]) == ["top-90"]
    assert judge([copy, later]) == ["full", "full"]
    assert judge([copy, replace(later, day=completeness._NEAR_DAYS + 1)]) == ["top-90", "full"]


def test_an_earlier_whole_list_vouches_if_little_was_lost() -> None:
    long = names(100)
    top = long[: 100 - 12]
    assert judge([row(0, long), row(30, long[10:], whole=False)]) == ["full", "full"]
    # What is lost from the middle says nothing of a cut, but more than a tenth is not retirement.
    middle = long[:30] + long[42:]
    assert judge([row(0, long), row(30, middle, whole=False)]) == ["full", "top-88"]
    assert judge([row(0, long), row(30, top, whole=False)]) == ["full", "top-88"]


def test_trust_is_handed_on_from_copy_to_copy() -> None:
    far = completeness._NEAR_DAYS - 10
    lists = [row(k * far, names(90), whole=k == 3) for k in range(5)]
    assert judge(lists) == ["full"] * 5


@pytest.mark.parametrize("count", [10, 16, 71])
def test_copies_as_short_as_cut_ones_never_vouch_for_each_other(count: int) -> None:
    pair = [row(0, names(count), whole=False), row(7, names(count), whole=False)]
    assert judge(pair) == [f"top-{count}"] * 2
    assert judge([*pair, row(14, names(count))]) == ["full"] * 3


@pytest.mark.parametrize("count", [9, 72, 250])
def test_copies_of_other_lengths_vouch_for_each_other(count: int) -> None:
    pair = [row(0, names(count), whole=False), row(7, names(count), whole=False)]
    assert judge(pair) == ["full", "full"]
    claimed = [replace(one, claimed=f"top-{count}") for one in pair]
    assert judge(claimed) == [f"top-{count}"] * 2


def test_official_lists_are_whole_unless_they_are_seen_cut() -> None:
    assert judge([row(0, names(16))]) == ["full"]
    assert judge([row(0, names(90)), row(30, names(90, 400))]) == ["full", "full"]
    # Old models retire, and they rate low: an earlier list may have a few more at its end.
    assert judge([row(0, names(90)), row(30, names(82))]) == ["full", "full"]
    assert judge([row(0, names(90)), row(30, names(81))]) == ["full", "top-81"]
    # A later list with models below says that they were missing, unless they are new.
    assert judge([row(0, names(89)), row(30, names(90))]) == ["full", "full"]
    assert judge([row(0, names(88)), row(30, names(90))]) == ["top-88", "full"]
    assert judge([row(0, names(20)), row(0, names(90))]) == ["full", "full"]  # of one day


def test_a_list_that_lost_rows_all_over_is_no_upper_end() -> None:
    """It is left to the check of lost rows, which refuses it."""
    assert judge([row(0, names(90)), row(30, names(90)[::3])]) == ["full", "full"]


def test_under_other_names_length_decides() -> None:
    others = [f"Display {name}" for name in names(90)]
    for whole in (True, False):
        short = row(30, others[:30], whole=whole)
        assert judge([row(0, names(90)), short])[1] == "top-30"
        assert judge([short, row(60, names(90))])[0] == "top-30"
    assert judge([row(0, names(90)), row(30, others[:45])])[1] == "full"


@pytest.mark.parametrize(("shared", "verdict"), [(48, "top-60"), (47, "full")])
def test_lists_are_compared_by_name_where_four_of_five_are_shared(
    shared: int, verdict: str
) -> None:
    """By name 60 rows of 100 are a cut; by length alone they are not."""
    long = names(100)
    short = [*long[:shared], *names(60 - shared, 500)]
    assert judge([row(0, long), row(30, short), row(60, long)]) == ["full", verdict, "full"]


def spelled(count: int) -> list[str]:
    """250 names of which some are spelled otherwise, all over the list."""
    at = set(np.linspace(3, 240, count).astype(int).tolist())
    return [f"{name} (new)" if i in at else name for i, name in enumerate(names(250))]


@pytest.mark.parametrize("whole", [True, False])
def test_entries_spelled_otherwise_are_not_missing(whole: bool) -> None:
    lists = [row(0, names(250)), row(30, spelled(7), whole=whole), row(60, names(250))]
    assert judge(lists) == ["full"] * 3


@pytest.mark.parametrize("whole", [True, False])
def test_twenty_newcomers_missing_in_the_middle_are_a_cut(whole: bool) -> None:
    """The catalog of 2025-11-05 lists the board down to the last model, without its newest."""
    long = names(250)
    lists = [row(0, long), row(30, [*long[:100], *long[120:]], whole=whole), row(60, long)]
    assert judge(lists) == ["full", "top-230", "full"]


@pytest.mark.parametrize(
    ("whole", "missing", "verdict"),
    [(False, 3, "full"), (False, 5, "top-245"), (True, 11, "full"), (True, 13, "top-237")],
)
def test_a_source_may_lack_a_few_rows_of_its_own(whole: bool, missing: int, verdict: str) -> None:
    long = names(250)
    some = [*long[:100], *long[100 + missing :]]
    lists = [row(0, long), row(30, some, whole=whole), row(60, long)]
    assert judge(lists) == ["full", verdict, "full"]


def test_a_source_this_version_does_not_know_is_not_believed() -> None:
    assert completeness.comes_whole("arena-dataset")
    assert completeness.comes_whole("arena-catalog")
    assert not completeness.comes_whole("arena-web")
    assert not completeness.comes_whole("a-source-of-next-year")


def test_no_lists_no_verdicts() -> None:
    assert judge([]) == []


# -- random boards -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    name: str
    born: int
    retired: int
    rating: int


@st.composite
def boards(draw: st.DrawFn) -> list[Row]:
    """Lists of a board that grows and retires, some cut, with gaps, or under other names.

    Ratings are whole and all differ within a list, and no two days are equally far from a third:
    the text leaves open who of equals comes first.
    """
    entries = [
        Entry(f"m{k}", draw(st.integers(-200, 250)), draw(st.integers(0, 900)), 40 * k)
        for k in range(draw(st.integers(3, 40)))
    ]
    lists = []
    for k in range(draw(st.integers(1, 7))):
        at = draw(st.integers(0, 300))
        shown = [e for e in entries if e.born <= at < e.born + 50 + e.retired]
        shown.sort(key=lambda e: -e.rating)
        gaps = draw(st.sets(st.integers(0, 40), max_size=4))
        shown = [e for i, e in enumerate(shown) if i not in gaps]
        if draw(st.integers(0, 3)) == 0:
            shown = shown[: draw(st.integers(1, 40))]
        if not shown:
            continue
        other = draw(st.sampled_from(["", "", "", "few", "all"]))
        called = [
            f"{e.name}'" if other == "all" or (other == "few" and i % 7 == 2) else e.name
            for i, e in enumerate(shown)
        ]
        shift = draw(st.integers(-60, 60))
        noise = [draw(st.integers(-19, 19)) for _ in shown]
        ratings = [float(e.rating + shift + n) for e, n in zip(shown, noise, strict=True)]
        lists.append(
            Row(
                at + 2.0**k / 1024,
                tuple(called),
                np.array(ratings),
                draw(st.booleans()),
                draw(st.sampled_from(["full", "full", f"top-{len(shown)}"])),
            )
        )
    return lists


def slow(rows: Sequence[Row]) -> list[str]:
    """The rules of `judge` in sets, dictionaries and loops."""
    listed = [dict(zip(r.entries, r.ratings.tolist(), strict=True)) for r in rows]
    every = range(len(rows))

    def gap(i: int, j: int) -> float:
        return abs(rows[i].day - rows[j].day)

    def close(i: int) -> list[int]:
        found = [j for j in every if 0 < gap(i, j) <= completeness._NEAR_DAYS]
        return sorted(found, key=lambda j: gap(i, j))

    def near(i: int) -> list[int]:
        return [
            j
            for j in close(i)
            if len(listed[i].keys() & listed[j].keys())
            >= completeness._ALIKE_SHARE * min(len(listed[i]), len(listed[j]))
        ]

    def long(found: list[int]) -> int:
        longest = max(len(listed[j]) for j in found)
        for j in found:
            if len(listed[j]) >= completeness._LONG_SHARE * longest:
                return j
        raise AssertionError

    def expected(i: int, j: int) -> dict[str, float]:
        """Ratings of list j on the scale of list i."""
        common = listed[i].keys() & listed[j].keys()
        shift = statistics.median(listed[i][name] - listed[j][name] for name in common)
        return {name: rating + shift for name, rating in listed[j].items()}

    def is_cut(i: int) -> bool:
        mine, lowest = listed[i], min(listed[i].values())
        beside = near(i)
        if not beside:
            return bool(close(i)) and len(mine) < completeness._SHORT_SHARE * len(
                listed[long(close(i))]
            )
        before = [j for j in beside if rows[j].day < rows[i].day]
        after = [j for j in beside if rows[j].day > rows[i].day]
        if before and after:
            p, q = long(before), long(after)
            scale = {**expected(i, q), **expected(i, p)}
            missing = (listed[p].keys() & listed[q].keys()) - mine.keys()
            renamed = mine.keys() - listed[p].keys() - listed[q].keys()
            lacking = len(missing) - len(renamed)
            under = sum(scale[name] < lowest for name in missing)
            share = completeness._GAPS_SHARE_WHOLE if rows[i].whole else completeness._GAPS_SHARE
            if lacking >= completeness._BELOW and under >= completeness._BELOW:
                return True
            return lacking > completeness._GAPS and lacking > share * len(mine)
        j = long(beside)
        scale = expected(i, j)
        above = [name for name in scale if not scale[name] < lowest]
        lost = sum(name not in mine for name in above)
        if lost > completeness.LOST_REFUSED * len(above):
            return False
        under = sum(name not in mine and scale[name] < lowest for name in scale)
        least, part = completeness._BELOW, completeness._BELOW_SHARE
        if before and rows[i].whole:
            least, part = completeness._BELOW_OFFICIAL, completeness._BELOW_OFFICIAL_SHARE
        return under >= least and under >= part * len(scale)

    def vouches(j: int, i: int) -> bool:
        number = max(completeness._BOTTOM, int(completeness._BOTTOM_SHARE * len(listed[j])))
        bottom = sorted(listed[j], key=lambda name: listed[j][name])[:number]
        if 2 * sum(name in listed[i] for name in bottom) < len(bottom):
            return False
        lost = len(listed[j].keys() - listed[i].keys())
        return rows[j].day > rows[i].day or lost <= completeness._LOST * len(listed[j])

    def spread(full: set[int]) -> set[int]:
        while True:
            more = {i for i in sound - full if any(j in full and vouches(j, i) for j in near(i))}
            if not more:
                return full
            full = full | more

    sound = {i for i in every if not is_cut(i)}
    full = spread({i for i in sound if rows[i].whole})
    low, high = completeness._SEEN_CUT
    left = {
        i for i in sound - full if rows[i].claimed == "full" and not low <= len(listed[i]) <= high
    }
    full = spread(full | {i for i in left if any(j in left and vouches(j, i) for j in near(i))})
    return ["full" if i in full else f"top-{len(listed[i])}" for i in every]


@search(200)
@given(boards())
def test_verdicts_equal_those_of_sets_and_loops(rows: list[Row]) -> None:
    assert judge(rows) == slow(rows)


@search(100)
@given(boards(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows: list[Row], random: object) -> None:
    order = list(range(len(rows)))
    random.shuffle(order)  # type: ignore[attr-defined]
    said = judge([rows[i] for i in order])
    assert said == [judge(rows)[i] for i in order]


@search(100)
@given(boards(), st.integers(-20_000, 20_000), st.integers(-500, 500))
def test_neither_the_date_nor_the_zero_of_the_scale_matters(
    rows: list[Row], days: int, points: int
) -> None:
    moved = [replace(r, day=r.day + days, ratings=r.ratings + points) for r in rows]
    assert judge(moved) == judge(rows)


@pytest.mark.slow
def test_random_boards_see_every_verdict() -> None:
    """The properties above would be empty of content if all lists were whole, or none."""
    seen: dict[tuple[bool, bool], int] = {}

    # One verdict of four is rare, and which boards come depends on Python's own bytecode.
    @settings(max_examples=500)
    @given(boards())
    def look(rows: list[Row]) -> None:
        for one, verdict in zip(rows, judge(rows), strict=True):
            key = (one.whole, verdict == "full")
            seen[key] = seen.get(key, 0) + 1

    look()
    assert min(seen.values()) >= 5
    assert len(seen) == 4


# -- boards of an archive ------------------------------------------------------------------------


def test_a_manifest_keeps_what_was_known_when_it_was_stored(tmp_path: Path) -> None:
    rows = ladder(90)
    copy = payload(rows, by="arena-web", vintage="2026-08-20", basis="fetched")
    (first,) = take_payloads(tmp_path, [copy])
    assert [(c.passed, c.note) for c in first.checks if c.name == "complete"] == [
        (False, "top-90 of the board")
    ]
    alone = Archive(tmp_path).board("arena/text").snapshot("2026-08-20")
    manifest = (tmp_path / alone.path / "datapackage.json").read_bytes()
    assert (alone.completeness, alone.completeness_then) == ("top-90", "top-90")

    moved = changed(rows, lambda i, r: (r[0], round(r[1] + 1.1 * (1 + i % 3), 2), r[2] + 5))
    take_payloads(tmp_path, [payload(moved, vintage="2026-09-10")])
    snapshot = Archive(tmp_path).board("arena/text").snapshot("2026-08-20")
    assert (snapshot.completeness, snapshot.completeness_then) == ("full", "top-90")
    assert snapshot.facts["completeness"] == "top-90"
    assert (tmp_path / snapshot.path / "datapackage.json").read_bytes() == manifest
    assert verify(Archive(tmp_path)) == []


def test_a_later_list_shows_that_an_earlier_one_was_cut(tmp_path: Path) -> None:
    short = payload(ladder(90)[:50], vintage="2026-08-20")
    assert take_payloads(tmp_path, [short])[0].outcome == "new"
    assert Archive(tmp_path).board("arena/text").snapshot().completeness == "full"
    moved = changed(ladder(90), lambda i, r: (r[0], round(r[1] + 1.1 * (1 + i % 3), 2), r[2] + 5))
    take_payloads(tmp_path, [payload(moved, vintage="2026-09-10")])
    snapshot = Archive(tmp_path).board("arena/text").snapshot("2026-08-20")
    assert (snapshot.completeness, snapshot.completeness_then) == ("top-50", "full")


def test_a_cut_list_loses_nothing(tmp_path: Path) -> None:
    """Of the upper end of a board, what is not on it was not dropped."""
    take_payloads(tmp_path, [payload(ladder(90), vintage="2026-08-01")])
    cut = changed(ladder(50), lambda i, r: (r[0], round(r[1] + 1.1 * (1 + i % 3), 2), r[2] + 5))
    copy = payload([("debut", 1512.0, 40), *cut], by="arena-web", vintage="2026-08-20")
    (outcome,) = take_payloads(tmp_path, [copy])
    assert (outcome.outcome, outcome.new_entries, outcome.dropped_entries) == (
        "new",
        ("debut",),
        (),
    )
    assert {"models-lost", "rows-lost", "most-rows-kept"}.isdisjoint(
        check.name for check in outcome.checks
    )
    assert Archive(tmp_path).board("arena/text").snapshot("2026-08-20").completeness == "top-51"


def test_an_index_is_not_judged(tmp_path: Path) -> None:
    """What an index lists is what its publisher scored."""
    for day, count in (("2026-01-20", 90), ("2026-02-20", 60), ("2026-03-20", 90)):
        rows = ladder(count, top=1500 + count)
        item = payload(rows, by="epoch-eci", vintage=day, basis="fetched", method="index")
        take_payloads(tmp_path, [item])
    board = Archive(tmp_path).board("arena/text")
    assert [s.completeness for s in board.snapshots] == ["full"] * 3


# -- the shipped archive -------------------------------------------------------------------------

#: The first of their kind: they have longer lists after them only, or a cut one before.
UNSEEN = {("arena/webdev", "2026-06-21"), ("arena/text", "2024-03-27")}


@pytest.mark.parametrize(
    ("board", "every"),
    [("arena/text_style_control", 23), ("arena/webdev", 2), ("arena/text", 23)],
)
def test_every_cut_of_a_shipped_list_is_seen_and_flips_no_other(
    snapshots: Path, board: str, every: int
) -> None:
    listed = [
        (s, s.reference)
        for s in open_archive(snapshots).board(board).snapshots
        if s.method == "bradley-terry" and s.reference is not None
    ]
    rows = [
        Row(
            to_day(s.vintage),
            listing.entries,
            listing.ratings,
            completeness.comes_whole(s.source),
            s.completeness_then,
        )
        for s, listing in listed
    ]
    before = judge(rows)
    assert before == [s.completeness for s, _ in listed]
    unseen = set()
    for i in [i for i in range(0, len(rows), every) if before[i] == "full"]:
        for share in (0.2, 0.5, 0.9):
            cut = kept(rows[i], int(share * len(rows[i].entries)))
            after = judge([*rows[:i], cut, *rows[i + 1 :]])
            assert [*after[:i], *after[i + 1 :]] == [*before[:i], *before[i + 1 :]]
            if after[i] != f"top-{len(cut.entries)}":
                unseen.add((board, listed[i][0].vintage))
    assert unseen <= UNSEEN


def test_the_catalog_of_one_day_lacks_newcomers_and_no_other_official_list_is_cut(
    snapshots: Path,
) -> None:
    archive = open_archive(snapshots)
    cut = {
        (name, s.source, s.vintage)
        for name in archive.boards()
        for s in archive.board(name).snapshots
        if s.official and s.completeness != "full"
    }
    assert cut == {
        (name, "arena-catalog", "2025-11-05") for name in ("arena/text", "arena/text_style_control")
    }


def test_copies_taken_one_a_run_vouch_for_each_other_once_there_are_two(tmp_path: Path) -> None:
    """The manifest of the first keeps what was known; what its source says of it is kept too."""
    board = "arena/text_style_control"
    for number, day in enumerate(("2026-05-01", "2026-05-11", "2026-05-21")):
        rows = [
            {"model": f"m{i}", "vendor": "", "license": "", "votes": 1000 + i + number,
             "rank": i + 1, "score": 1500 - 2 * i + number, "ci_low": 5, "ci_high": 5}
            for i in range(100)
        ]  # fmt: skip
        page = {"meta": {"fetched_at": f"{day}T00:00:00Z", "model_count": 100}, "models": rows}
        origin = Origin("text.json", day)
        source = get_source("cherry-studio-docs")
        take_payloads(tmp_path, [Payload(source, origin, json.dumps(page).encode(), day)])
        stored = Archive(tmp_path).board(board).snapshots
        assert stored[0].completeness_then == "top-100"
        assert stored[0].claimed == "full"
        assert {s.completeness for s in stored} == ({"full"} if number else {"top-100"})
