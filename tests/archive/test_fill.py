"""What a twin fills in: whole columns only, row by row where name and rating agree."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from fill import filled
from handmade import Row, changed, ladder, payload, rounded

from elolag.archive import Archive, take_payloads, verify
from elolag.archive.candidates import Candidate, read


def made(rows: Sequence[Row], *, by: str, **facts: object) -> Candidate:
    (found,), refusals = read([payload(rows, by=by, **facts)], private=False)
    assert refusals == []
    return found


def test_votes_alone_are_filled_and_intervals_kept() -> None:
    best = made(ladder(40, votes=False), by="arena-catalog", interval=3.0)
    twin = made(rounded(ladder(40)), by="arena-web-2026-10", basis="fetched")
    full, done = filled(best, [twin])
    assert done == {"columns": ["votes"], "from": "arena-web-2026-10", "rows": 40}
    table = full.tables["ratings"]
    assert table["votes"].tolist() == [row[2] for row in ladder(40)]
    before = best.tables["ratings"]
    for column in ("entry", "rating", "lower", "upper"):
        assert table[column].tolist() == before[column].tolist()
    assert (full.publication.interval_kind, full.publication.interval_level) == (
        best.publication.interval_kind,
        best.publication.interval_level,
    )
    assert full.route is best.route
    assert full.content != best.content
    assert before["votes"].isna().all()


def test_intervals_move_with_a_rounded_rating_and_bring_their_kind() -> None:
    best = made([("a", 1400.3), ("b", 1300.0)], by="arena-history")
    twin = made(
        [("a", 1400.0, 7), ("b", 1300.0, 8)],
        by="llm-leaderboard-csv",
        interval=4.0,
        interval_kind="bootstrap",
        interval_level=0.95,
    )
    full, done = filled(best, [twin])
    assert done == {
        "columns": ["lower", "upper", "votes"],
        "from": "llm-leaderboard-csv",
        "rows": 2,
    }
    table = full.tables["ratings"]
    assert table[["rating", "lower", "upper"]].to_numpy().tolist() == [
        [1400.3, 1396.3, 1404.3],
        [1300.0, 1296.0, 1304.0],
    ]
    assert (full.publication.interval_kind, full.publication.interval_level) == ("bootstrap", 0.95)


def test_rows_of_another_name_or_rating_stay_empty() -> None:
    best = made(ladder(40, votes=False), by="arena-catalog", interval=3.0)
    rows = changed(
        rounded(ladder(40)),
        lambda i, row: (
            ("renamed", *row[1:]) if i == 3 else (row[0], row[1] + 2, *row[2:]) if i == 5 else row
        ),
    )
    full, done = filled(best, [made(rows, by="arena-web-2026-10", basis="fetched")])
    assert done is not None
    assert done["rows"] == 38
    table = full.tables["ratings"]
    assert table.loc[table["votes"].isna(), "entry"].tolist() == ["model-003", "model-005"]


def test_what_is_there_is_never_replaced() -> None:
    rows = ladder(40)
    best = made(rows, by="arena-dataset", interval=3.0)
    other = changed(rounded(rows), lambda i, row: (*row[:2], row[2] + 1))
    assert filled(best, [made(other, by="arena-web", basis="fetched")]) == (best, None)
    # One known count is enough for the column to be the route's own.
    some: list[Row] = [rows[0], *(row[:2] for row in rows[1:])]
    partly = made(some, by="arena-dataset", interval=3.0)
    assert filled(partly, [made(rounded(rows), by="arena-web", basis="fetched")]) == (partly, None)


def test_the_first_twin_that_can_is_asked() -> None:
    best = made(ladder(40, votes=False), by="arena-catalog", interval=3.0)
    without = made(rounded(ladder(40, votes=False)), by="arena-history")
    stranger = made([("nobody", 1400.0, 3)], by="arena-web", basis="fetched")
    twin = made(rounded(ladder(40)), by="arena-web-forks", basis="fetched")
    _, done = filled(best, [without, stranger, twin])
    assert done is not None
    assert done["from"] == "arena-web-forks"
    assert filled(best, [without, stranger]) == (best, None)
    assert filled(best, []) == (best, None)


def test_a_name_shown_twice_says_nothing_of_which_row_is_which() -> None:
    best = made([("a", 1400.2), ("b", 1300.2)], by="arena-history")
    twin = made([("x", 1400.0, 7), ("y", 1400.0, 8), ("z", 1300.0, 9)], by="arena-web")
    twin.tables["entries"]["name"] = ["a", "a", "b"]
    full, done = filled(best, [twin])
    assert done == {"columns": ["votes"], "from": "arena-web", "rows": 1}
    assert full.tables["ratings"]["votes"].fillna(-1).tolist() == [-1, 9]


@pytest.mark.parametrize("again", [False, True])
def test_a_manifest_says_what_was_filled(tmp_path: Path, again: bool) -> None:
    batch = [
        payload(ladder(40, votes=False), by="arena-catalog", vintage="2025-10-01", interval=3.0),
        payload(rounded(ladder(40)), by="arena-web-2026-10", vintage="2025-10-02", basis="fetched"),
    ]
    assert [o.outcome for o in take_payloads(tmp_path, batch, complete=filled)] == ["new", "twin"]
    if again:
        assert [o.outcome for o in take_payloads(tmp_path, batch, complete=filled)] == [
            "unchanged"
        ] * 2
    snapshot = Archive(tmp_path).board("arena/text").snapshot("2025-10-01")
    assert (snapshot.source, snapshot.official) == ("arena-catalog", True)
    assert snapshot.facts["filled"] == {
        "columns": ["votes"],
        "from": "arena-web-2026-10",
        "rows": 40,
    }
    assert snapshot.ratings()["votes"].tolist() == [row[2] for row in ladder(40)]
    assert verify(Archive(tmp_path)) == []
