from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import pytest
from handmade import Row, changed, ladder, publication, source
from hypothesis import given
from hypothesis import strategies as st
from search import search

from elolag.archive import checks, package
from elolag.archive.candidates import Candidate
from elolag.schema import Publication


def failed(publication: Publication) -> list[str]:
    return [check.name for check in checks.structure(publication) if not check.passed]


def ratings(rows: object, **facts: object) -> pd.DataFrame:
    return package.normalise("ratings", publication(rows, **facts).tables["ratings"])  # type: ignore[arg-type]


def listed(rows: list[Row], label: str = "") -> Candidate:
    made = Candidate(source(), publication(rows), {}, ())
    made.label = label
    return made


def previous(rows: list[Row]) -> Candidate:
    return listed(rows, "2026-08-02")


def compared(rows: list[Row], before: list[Row], completeness: str = "full") -> dict[str, bool]:
    done = checks.comparison(listed(rows), previous(before), completeness)
    return {check.name: check.passed for check in done}


def note(rows: list[Row], before: list[Row], name: str) -> str:
    done = checks.comparison(listed(rows), previous(before), "full")
    return next(check.note for check in done if check.name == name)


def test_a_sound_publication_passes() -> None:
    done = checks.structure(publication(ladder(12), interval=4.0))
    assert [check.name for check in done] == [
        "schema",
        "duplicate-keys",
        "numeric-ranges",
        "interval-contains-rating",
    ]
    assert all(check.passed and check.required for check in done)


@pytest.mark.parametrize(
    ("column", "value", "name"),
    [
        ("rating", float("nan"), "numeric-ranges"),
        ("rating", float("inf"), "numeric-ranges"),
        ("rating", 99_999.0, "numeric-ranges"),
        ("se", -1.0, "numeric-ranges"),
        ("upper", float("inf"), "numeric-ranges"),
        ("votes", -1, "numeric-ranges"),
        ("rank", 0, "numeric-ranges"),
        ("lower", 1501.0, "interval-contains-rating"),
        ("upper", 1499.0, "interval-contains-rating"),
        ("entry", "model-001", "duplicate-keys"),
        ("entry", "a\rb", "schema"),
        ("entry", "", "schema"),
        ("entry", None, "schema"),
    ],
)
def test_one_bad_value_is_found(column: str, value: object, name: str) -> None:
    made = publication(ladder(12), interval=4.0)
    frame = made.tables["ratings"].astype({column: object})
    frame.loc[0, column] = value
    if column in ("rating", "se", "lower", "upper"):
        frame[column] = frame[column].astype("float64")
    made = dataclasses.replace(made, tables={"ratings": frame})
    assert failed(made)[0] == name


def test_what_is_no_publication_is_found() -> None:
    made = publication(ladder(3))
    for change in (
        {"board": "text"},
        {"board": "../text"},
        {"vintage": "2026-08"},
        {"vintage": "2026-08-19.r2"},
        {"tables": {}},
        {"tables": {"secrets": made.tables["entries"]}},
        {"tables": {"ratings": made.tables["ratings"].iloc[:0]}},
        {"tables": {"ratings": made.tables["ratings"].drop(columns="votes")}},
    ):
        assert failed(dataclasses.replace(made, **change)) == ["schema"]


def test_an_index_has_no_elo_range() -> None:
    assert failed(publication([("a", 99_999.0)], method="index")) == []


def test_lost_models_are_noted_and_many_refused() -> None:
    before = ladder(40)
    few = changed(before, lambda i, row: None if i in (3, 7) else row)
    assert compared(few, before) == {
        "complete": True,
        "models-lost": False,
        "rows-lost": True,
        "most-rows-kept": True,
        "scale-shift": True,
        "top-entries-stay": True,
        "differs-from-previous": True,
    }
    assert note(few, before, "models-lost") == "2 since 2026-08-02: model-003, model-007"
    assert compared(before[::3], before)["most-rows-kept"] is False
    assert compared(before[::5], before, "top-8").get("most-rows-kept") is None


def test_a_shift_of_the_scale_is_noted() -> None:
    before = ladder(40)
    after = changed(before, lambda i, row: (row[0], row[1] + 59.94 + (i % 3) / 10, row[2]))
    assert compared(after, before)["scale-shift"] is False
    assert note(after, before, "scale-shift") == (
        "median +60.04, MAD 0.10, 40 common entries since 2026-08-02"
    )


def test_the_same_figures_are_noted() -> None:
    assert compared(ladder(9), ladder(9))["differs-from-previous"] is False


def test_stale_categories() -> None:
    before = ratings({"overall": ladder(60), "chinese": ladder(8), "coding": ladder(20)})
    moved = changed(ladder(60), lambda i, row: (row[0], row[1] + 1, row[2]))
    after = ratings({"overall": moved, "chinese": ladder(8), "coding": moved[:20]})
    assert checks.stale_categories(after, before)[0] == ["chinese"]
    # A board that did not move as a whole has no stale parts.
    assert checks.stale_categories(before, before)[0] == []


def test_without_a_predecessor_a_category_without_the_top_is_stale() -> None:
    old: list[Row] = [(f"old-{i}", 1100.0 - i, 5) for i in range(8)]
    frame = ratings({"overall": [*ladder(60), *old], "chinese": old, "coding": ladder(20)})
    stale, check = checks.stale_categories(frame, None)
    assert stale == ["chinese"]
    assert (check.name, check.passed, check.required) == ("stale-categories", False, False)


def test_new_organisations() -> None:
    entries = publication(ladder(3), organisation="Zhipu AI").tables["entries"]
    (check,) = checks.new_organisations(entries, frozenset({"zai"}))
    assert (check.passed, check.note) == (False, "new: Zhipu AI")
    assert checks.new_organisations(entries, frozenset({"Zhipu AI"}))[0].passed
    assert checks.new_organisations(entries, None) == []


# -- whether ratings are the board's own computation ---------------------------------------------


def computation(
    change: Callable[[int], float], count: int = 60, completeness: str = "full"
) -> checks.Check:
    before = ladder(count)
    now = changed(before, lambda i, row: (row[0], round(row[1] + change(i), 2), row[2]))
    done = checks.comparison(listed(now), previous(before), completeness, settled=True)
    return next(check for check in done if check.name == "same-computation")


def test_places_that_all_change_are_another_computation() -> None:
    """Raw text ratings beside style-controlled ones have a MAD of 17; a recomputation up to 6."""
    check = computation(lambda i: 17.0 if i % 2 else -17.0)
    assert (check.passed, check.required) == (False, True)
    assert check.note == (
        "MAD 17.0 over 60 common entries since 2026-08-02; it reads like another computation of "
        "ratings, not this board's"
    )
    again = computation(lambda i: 6.0 if i % 2 else -6.0)
    assert (again.passed, again.note) == (True, "MAD 6.0 over 60 common entries since 2026-08-02")


def test_a_shift_of_all_is_the_same_computation_and_so_are_a_few_outliers() -> None:
    assert computation(lambda i: 60.0).passed
    assert computation(lambda i: 300.0 if i % 10 == 0 else 0.5).passed


def test_few_common_entries_say_nothing_of_the_computation() -> None:
    assert computation(lambda i: 90.0 if i % 2 else -90.0, count=checks._SPREAD_ROWS - 1).passed
    assert not computation(lambda i: 90.0 if i % 2 else -90.0, count=checks._SPREAD_ROWS).passed


def test_of_a_cut_list_the_computation_is_asked_as_well() -> None:
    assert not computation(lambda i: 17.0 if i % 2 else -17.0, completeness="top-60").passed


def test_boards_whose_ratings_do_not_settle_are_not_asked() -> None:
    done = checks.comparison(listed(ladder(9)), None, "full")
    assert [(check.name, check.note) for check in done] == [
        ("complete", ""),
        ("previous", "no comparable earlier vintage"),
    ]
    assert "same-computation" not in compared(ladder(40), ladder(40))


# -- leaving categories out ----------------------------------------------------------------------


def test_categories_are_left_out_with_the_entries_only_they_had() -> None:
    made = publication(
        {"overall": ladder(6), "coding": ladder(4), "chinese": [("only-here", 1200.0, 9)]},
        notes=("from a page",),
    )
    short = made.without(["chinese", "coding"], "they stood still")
    assert set(short.tables["ratings"]["category"]) == {"overall"}
    assert sorted(short.tables["entries"]["entry"]) == [f"model-{i:03}" for i in range(6)]
    assert list(short.tables["ratings"].index) == list(range(6))
    assert short.notes == ("from a page", "they stood still")
    assert short.left_out == ("chinese", "coding")
    assert short.without(["overall"], "again").left_out == ("chinese", "coding", "overall")
    # The one it was made from is as it was, and nothing left out is nothing done.
    assert set(made.tables["ratings"]["category"]) == {"overall", "coding", "chinese"}
    assert made.without([], "no reason") is made


# -- figures of one list with one another --------------------------------------------------------


def official(**columns: Sequence[float | None]) -> Publication:
    """A list of 40 with votes, ranks and errors, some columns replaced."""
    made = publication(ladder(40), interval=9.8)
    frame = made.tables["ratings"]
    usual = {"rank": range(1, 41), "se": [5.0] * 40}
    for name, values in (usual | columns).items():
        kind = frame[name].dtype
        frame[name] = pd.Series(list(values), dtype=kind if name != "votes" else "Int64")
    return made


def unsound(made: Publication) -> list[str]:
    return [check.name for check in checks.consistent(made) if not check.passed]


def test_ranks_of_every_honest_form_agree_with_ratings() -> None:
    for ranks in (
        range(1, 41),
        [1 + 5 * (i // 5) for i in range(40)],  # shared
        [1] * 40,
        [max(1, i - 3) for i in range(40)],  # from overlapping intervals
        [i + (2 if i % 9 == 0 else 1) for i in range(40)],  # neighbours swapped
        [None] * 40,
    ):
        assert unsound(official(rank=ranks)) == []
    assert all(check.required for check in checks.consistent(official()))


@given(st.permutations(range(1, 41)))
@search(60)
def test_ranks_that_do_not_belong_to_the_ratings_are_found(ranks: list[int]) -> None:
    against = sum(a > b for a, b in itertools.combinations(ranks, 2))
    assert unsound(official(rank=ranks)) == ["rank-agrees-with-rating"] * (against > 78)


def test_ranks_of_one_category_are_found_and_few_pairs_say_nothing() -> None:
    made = publication({"overall": ladder(40), "coding": ladder(9), "tiny": ladder(4)})
    frame = made.tables["ratings"]
    up = frame.groupby("category").cumcount() + 1
    frame["rank"] = up.astype("Int64")
    assert unsound(made) == []
    frame.loc[frame["category"] == "tiny", "rank"] = [4, 3, 2, 1]
    assert unsound(made) == []
    frame.loc[frame["category"] == "coding", "rank"] = range(9, 0, -1)
    (check,) = (check for check in checks.consistent(made) if not check.passed)
    assert check.note == "100% of the pairs of coding are ranked against ratings"


def test_a_huge_category_is_compared_in_part() -> None:
    rows = 200_000
    frame = pd.DataFrame({"rating": np.linspace(2000, 0, rows), "rank": np.arange(1.0, rows + 1)})
    assert checks._disorder(frame) == 0
    assert checks._disorder(frame.assign(rank=frame["rank"].to_numpy()[::-1])) == 1


@pytest.mark.parametrize(("without", "found"), [(0, 0), (4, 0), (5, 1), (39, 1), (40, 0)])
def test_votes_are_there_for_all_or_none(without: int, found: int) -> None:
    votes = [None] * without + [1000] * (40 - without)
    assert unsound(official(votes=votes)) == ["votes-counted"] * found


def follows(now: Publication, before: Publication | None) -> bool:
    then = None if before is None else before.tables["ratings"]
    check = checks.interval_follows_variance(now.tables["ratings"], then)
    assert check.required
    return check.passed


def test_intervals_follow_errors_where_they_did() -> None:
    good, other = official(), official(se=[2.0] * 40)
    half = official(se=[5.0] * 20 + [2.0] * 20)
    bare = official(se=[float("nan")] * 40)
    assert follows(good, good)
    assert follows(half, good)
    assert not follows(official(se=[1.0 + k for k in range(40)]), good)
    # All by one factor is another method, which is held and not refused.
    assert follows(other, good)
    # A copy without errors, a first list.
    assert follows(other, bare)
    assert follows(other, None)
    assert follows(bare, good)
