from __future__ import annotations

import dataclasses

import pandas as pd
import pytest
from handmade import Row, changed, ladder, publication

from elolag.archive import checks, tables
from elolag.archive.listing import Listing, listings
from elolag.schema import Publication


def failed(publication: Publication) -> list[str]:
    return [check.name for check in checks.structure(publication) if not check.passed]


def ratings(rows: object, **facts: object) -> pd.DataFrame:
    return tables.normalise("ratings", publication(rows, **facts).tables["ratings"])  # type: ignore[arg-type]


def listing(rows: list[Row]) -> Listing:
    return listings(ratings(rows))["overall"]


def previous(rows: list[Row]) -> checks.Previous:
    frames = {"ratings": ratings(rows)}
    return checks.Previous("2026-08-02", listing(rows), frames.get)


def compared(rows: list[Row], before: list[Row], completeness: str = "full") -> dict[str, bool]:
    done = checks.comparison(
        {"ratings": ratings(rows)}, listing(rows), previous(before), completeness
    )
    return {check.name: check.passed for check in done}


def note(rows: list[Row], before: list[Row], name: str) -> str:
    done = checks.comparison({"ratings": ratings(rows)}, listing(rows), previous(before), "full")
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


class TestTopN:
    full = ladder(90)

    def test_the_upper_end_of_a_comparable_list(self) -> None:
        shifted = changed(self.full[:20], lambda i, row: (row[0], row[1] + 60, row[2]))
        assert checks.top_n(listing(shifted), listing(self.full), None, None) == 20

    def test_with_new_models_at_the_top(self) -> None:
        rows = [*((f"new-{i}", 1510.0 + i, 3) for i in range(10)), *self.full[:40]]
        assert checks.top_n(listing(rows), listing(self.full), None, None) == 50

    def test_a_list_that_lost_rows_all_over_is_none(self) -> None:
        assert checks.top_n(listing(self.full[::3]), listing(self.full), None, None) is None

    def test_a_list_that_lost_its_last_few_is_none(self) -> None:
        assert checks.top_n(listing(self.full[:86]), listing(self.full), None, None) is None

    def test_by_length_where_names_differ(self) -> None:
        short = listing(self.full[:30])
        assert checks.top_n(short, None, listing(self.full), None) == 30
        assert checks.top_n(short, None, None, listing(self.full)) == 30

    def test_a_board_that_grows_was_not_cut(self) -> None:
        eight, ninety = listing(self.full[:8]), listing(self.full)
        assert checks.top_n(eight, None, listing(self.full[:8]), ninety) is None
