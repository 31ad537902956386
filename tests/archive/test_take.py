from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from handmade import (
    Row,
    broken,
    changed,
    copied,
    displayed,
    ladder,
    payload,
    publication,
    rounded,
    source,
)  # fmt: skip

from elolag.archive import (
    Archive,
    Decision,
    Payload,
    open_archive,
    take_payloads,
    take_publications,
    verify,
)
from elolag.errors import ArchiveError, PayloadError, UsageError
from elolag.schema import Origin, Publication

Tree = dict[str, bytes]


def kinds(outcomes: list[Decision]) -> list[tuple[str, str, str]]:
    return [(o.vintage, o.outcome, o.label) for o in outcomes]


def without_votes(rows: list[Row]) -> list[Row]:
    return [row[:2] for row in rows]


def visible(root: Path, board: str = "arena/text") -> list[tuple[str, str, list[str]]]:
    return [
        (s.label, s.source, sorted(f"{t['source']} {t['vintage']}" for t in s.twins))
        for s in Archive(root).board(board).snapshots
    ]


def log(root: Path) -> list[dict[str, str]]:
    with (root / "log.csv").open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_a_new_board_is_a_folder_of_three_files_and_a_line(tmp_path: Path, tree: Callable) -> None:
    outcomes = take_payloads(tmp_path, [payload(ladder(12), vintage="2026-08-19")])
    assert kinds(outcomes) == [("2026-08-19", "new", "2026-08-19")]
    assert sorted(tree(tmp_path)) == [
        "arena/text/2026-08-19/datapackage.json",
        "arena/text/2026-08-19/entries.csv",
        "arena/text/2026-08-19/ratings.csv",
        "log.csv",
    ]
    assert [(line["board"], line["outcome"], line["rows"]) for line in log(tmp_path)] == [
        ("arena/text", "new", "12")
    ]
    assert verify(Archive(tmp_path)) == []


def test_the_same_bytes_again_change_nothing(tmp_path: Path, tree: Callable) -> None:
    batch = [payload(ladder(12)), payload(ladder(12), by="arena-web", board="arena/webdev")]
    take_payloads(tmp_path, batch)
    before = tree(tmp_path)
    outcomes = take_payloads(tmp_path, batch)
    after = tree(tmp_path)
    assert {o.outcome for o in outcomes} == {"unchanged"}
    assert after.pop("log.csv").startswith(before.pop("log.csv"))
    assert after == before
    assert [line["outcome"] for line in log(tmp_path)] == ["new", "new", "unchanged", "unchanged"]


def test_other_content_of_a_vintage_is_a_revision_that_loads_by_default(
    tmp_path: Path, tree: Callable
) -> None:
    rows = ladder(12)
    mended = changed(rows, lambda i, row: (row[0], row[1] + 5, row[2]) if i == 0 else row)
    take_payloads(tmp_path, [payload(rows)])
    before = tree(tmp_path)
    assert kinds(take_payloads(tmp_path, [payload(mended)])) == [
        ("2026-08-19", "revision", "2026-08-19.r2")
    ]
    third = changed(mended, lambda i, row: row if i else (row[0], row[1] + 1, row[2]))
    assert take_payloads(tmp_path, [payload(third)])[0].label == "2026-08-19.r3"
    # An old content seen again, as when old files are imported anew, is no news.
    assert kinds(take_payloads(tmp_path, [payload(rows)])) == [
        ("2026-08-19", "unchanged", "2026-08-19")
    ]
    after = tree(tmp_path)
    assert all(after[name] == data for name, data in before.items() if name != "log.csv")
    board = open_archive(tmp_path).board("arena/text")
    assert [s.label for s in board.snapshots] == ["2026-08-19.r3"]
    assert board.snapshot("2026-08-19").label == "2026-08-19.r3"
    assert board.snapshot("2026-08-19.r2").ratings()["rating"].max() == 1505


def test_two_contents_of_a_vintage_in_one_run_are_two_revisions(tmp_path: Path) -> None:
    rows = ladder(12)
    mended = changed(rows, lambda i, row: (row[0], row[1] + 5, row[2]) if i == 0 else row)
    batch = [payload(rows, retrieved_at="2026-08-20"), payload(mended)]
    for expected in ({"new", "revision"}, {"unchanged"}):
        outcomes = take_payloads(tmp_path, batch)
        assert {o.outcome for o in outcomes} == expected
        assert [o.label for o in outcomes] == ["2026-08-19", "2026-08-19.r2"]


def test_a_refused_board_does_not_stop_the_others(tmp_path: Path, tree: Callable) -> None:
    take_payloads(tmp_path, [payload(ladder(12), vintage="2026-08-01")])
    before = tree(tmp_path)
    bad = changed(ladder(12), lambda i, row: (row[0], 1e9, row[2]) if i == 3 else row)
    outcomes = take_payloads(
        tmp_path,
        [
            broken(name="document"),
            payload(bad, vintage="2026-08-20"),
            payload(ladder(12), board="arena/search"),
        ],
    )
    assert [(o.board, o.outcome) for o in outcomes] == [
        ("document", "refused"),
        ("arena/text", "refused"),
        ("arena/search", "new"),
    ]
    assert "not JSON" in outcomes[0].message
    assert "numeric-ranges" in outcomes[1].message
    assert "model-003" in outcomes[1].message
    after = tree(tmp_path)
    assert {n for n in after if n not in before} == {
        f"arena/search/2026-08-19/{name}"
        for name in ("datapackage.json", "entries.csv", "ratings.csv")
    }
    assert all(after[n] == before[n] for n in before if n != "log.csv")


def test_a_dry_run_says_the_same_and_writes_nothing(tmp_path: Path, tree: Callable) -> None:
    rows = ladder(30)
    batch = [payload(rows), payload(displayed(rows), by="arena-web", vintage="2026-08-21")]
    said = take_payloads(tmp_path / "a", batch, dry_run=True)
    assert not (tmp_path / "a").exists()
    assert kinds(said) == kinds(take_payloads(tmp_path / "a", batch))
    before = tree(tmp_path)
    take_payloads(tmp_path / "a", [payload(ladder(5))], dry_run=True)
    assert tree(tmp_path) == before


def test_a_manifest_says_how_its_payload_came(tmp_path: Path) -> None:
    one = Payload(
        source(),
        Origin("text", "2026-08-21", ("https://example.org/text",)),
        payload(ladder(12)).data,
        retrieved_at="2026-08-21T05:00:00Z",
        http_status=200,
        etag='"abc"',
        revision="f00d",
    )
    outcomes = take_payloads(tmp_path, [one])
    assert kinds(outcomes) == [("2026-08-19", "new", "2026-08-19")]
    package = Archive(tmp_path).board("arena/text").snapshot().manifest
    assert package["created"] == "2026-08-21T05:00:00Z"
    facts = package["elolag"]
    assert (facts["http_status"], facts["etag"], facts["revision"]) == (200, '"abc"', "f00d")
    assert facts["urls"] == ["https://example.org/text"]
    assert "verified" not in facts["raw"][0]


# -- twins ---------------------------------------------------------------------------------------


def routes() -> dict[str, list]:
    """One publication by three routes, with another before and one after it, as in March 2025."""
    older = ladder(40, top=1490)
    now = ladder(40)
    retired = [("retired-1", 1111.11, 500), ("retired-2", 1100.07, 600)]
    newer = ladder(41, top=1503)
    shown = displayed(now[:30])
    renamed = changed(shown, lambda i, r: ("Renamed", *r[1:]) if i == 3 else r)
    commit = {"basis": "commit", "interval": 4.0}
    near = {"basis": "commit", "interval": 5.0}
    return {
        "catalog": [payload(without_votes(now), by="arena-catalog", vintage="2025-03-07", **near)],
        "history": [
            payload(without_votes(rows), by="arena-history", vintage=vintage)
            for rows, vintage in (
                (older + retired, "2025-02-27"),
                (now + retired, "2025-03-03"),
                (newer + retired, "2025-03-11"),
            )
        ],
        "copies": [
            payload(rows, by="llm-leaderboard-csv", vintage=vintage, **commit)
            for rows, vintage in ((shown, "2025-03-04"), (renamed, "2025-03-05"))
        ],
    }


EXPECTED = [
    ("2025-02-27", "arena-history", []),
    (
        "2025-03-07",
        "arena-catalog",
        [
            "arena-history 2025-03-03",
            "llm-leaderboard-csv 2025-03-04",
            "llm-leaderboard-csv 2025-03-05",
        ],
    ),
    ("2025-03-11", "arena-history", []),
]


def test_one_publication_by_three_routes_is_one_vintage(tmp_path: Path, tree: Callable) -> None:
    by_route = routes()
    batch = [*by_route["catalog"], *by_route["history"], *by_route["copies"]]
    outcomes = take_payloads(tmp_path, batch)
    assert visible(tmp_path) == EXPECTED
    assert [o.outcome for o in outcomes].count("twin") == 3
    # All came in one run, so the manifest itself names them and no file lies beside the folder.
    assert "arena/text/twins.csv" not in tree(tmp_path)
    facts = Archive(tmp_path).board("arena/text").snapshot("2025-03-07").facts
    recorded = facts["twins"][0]
    assert recorded["source"] == "arena-history"
    assert recorded["urls"] == ["https://example.org/arena-history/text"]
    assert len(recorded["raw_sha256"]) == 64
    before = tree(tmp_path)
    assert {o.outcome for o in take_payloads(tmp_path, batch)} == {"unchanged"}
    after = tree(tmp_path)
    assert after.pop("log.csv") != before.pop("log.csv")
    assert after == before
    assert verify(Archive(tmp_path)) == []


@pytest.mark.parametrize(
    "order",
    [
        ("catalog", "history", "copies"),
        ("history", "catalog", "copies"),
        ("copies", "history", "catalog"),
        ("copies", "catalog", "history"),
    ],
)
def test_the_order_of_imports_does_not_matter(
    tmp_path: Path, tree: Callable, order: tuple[str, ...]
) -> None:
    by_route = routes()
    for route in order:
        before = tree(tmp_path)
        take_payloads(tmp_path, by_route[route])
        after = tree(tmp_path)
        folders = [name for name in before if not name.endswith(("log.csv", "twins.csv"))]
        assert all(after[name] == before[name] for name in folders)  # write-once
    names = [(label, name) for label, name, _ in visible(tmp_path)]
    assert names == [(label, name) for label, name, _ in EXPECTED]
    assert verify(Archive(tmp_path)) == []
    for route in order:
        outcomes = take_payloads(tmp_path, by_route[route])
        assert {o.outcome for o in outcomes} == {"unchanged"}


def test_a_twin_that_comes_later_is_recorded_beside_the_folder(
    tmp_path: Path, tree: Callable
) -> None:
    rows = ladder(30)
    take_payloads(tmp_path, [payload(rows)])
    before = tree(tmp_path)
    copy = copied(displayed(rows[:20]))
    assert kinds(take_payloads(tmp_path, [copy])) == [("2026-08-22", "twin", "2026-08-19")]
    after = tree(tmp_path)
    assert {name for name in after if after[name] != before.get(name)} == {
        "log.csv",
        "arena/text/twins.csv",
    }
    board = Archive(tmp_path).board("arena/text")
    (twin,) = board.snapshot().twins
    assert (twin["source"], twin["vintage"], twin["rows"]) == ("arena-web", "2026-08-22", 20)
    # The date by which the copy went finds the publication.
    assert board.snapshot("2026-08-22").label == "2026-08-19"


def test_a_better_copy_takes_the_place_of_a_worse_one_under_the_official_date(
    tmp_path: Path,
) -> None:
    rows = ladder(30)
    take_payloads(tmp_path, [copied(displayed(rows))])
    outcomes = take_payloads(tmp_path, [payload(rows)])
    assert kinds(outcomes) == [("2026-08-19", "new", "2026-08-19")]
    assert visible(tmp_path) == [("2026-08-19", "arena-dataset", ["arena-web 2026-08-22"])]
    assert Archive(tmp_path).board("arena/text").labels == ("2026-08-19", "2026-08-22")
    assert verify(Archive(tmp_path)) == []


def test_a_more_precise_copy_takes_the_official_date(tmp_path: Path) -> None:
    rows = ladder(30)
    take_payloads(tmp_path, [payload(displayed(rows))])
    outcomes = take_payloads(tmp_path, [copied(rows)])
    assert kinds(outcomes) == [("2026-08-22", "revision", "2026-08-19.r2")]
    (only,) = visible(tmp_path)
    assert only[:2] == ("2026-08-19.r2", "arena-web")
    snapshot = Archive(tmp_path).board("arena/text").snapshot()
    assert snapshot.vintage == "2026-08-19"
    assert snapshot.facts["own_vintage"] == "2026-08-22"
    assert verify(Archive(tmp_path)) == []


def test_a_copy_with_an_entry_nobody_listed_before_is_a_vintage_of_its_own(tmp_path: Path) -> None:
    rows = ladder(38)
    copy = [*rounded(rows), ("debut", 1466.0, 1372)]
    take_payloads(tmp_path, [payload(rows), copied(copy)])
    assert [label for label, *_ in visible(tmp_path)] == ["2026-08-19", "2026-08-22"]


def test_a_publisher_that_repeats_its_figures_under_a_new_date_publishes_again(
    tmp_path: Path,
) -> None:
    take_payloads(tmp_path, [payload(ladder(30), vintage="2026-06-23")])
    outcomes = take_payloads(tmp_path, [payload(ladder(30), vintage="2026-07-29")])
    assert kinds(outcomes) == [("2026-07-29", "new", "2026-07-29")]
    failed = [check.name for check in outcomes[0].checks if not check.passed]
    assert failed == ["differs-from-previous"]


def test_a_fetched_file_that_did_not_change_is_unchanged(tmp_path: Path) -> None:
    def seen(rows: list[Row], day: str) -> list[tuple[str, str, str]]:
        batch = [copied(rows, day, by="epoch-eci", method="index")]
        return kinds(take_payloads(tmp_path, batch))

    one, two = ladder(6), ladder(7)
    assert seen(one, "2026-01-20") == [("2026-01-20", "new", "2026-01-20")]
    assert seen(one, "2026-02-20") == [("2026-02-20", "unchanged", "2026-01-20")]
    assert seen(two, "2026-03-20") == [("2026-03-20", "new", "2026-03-20")]
    # Going back to what it was is a change.
    assert seen(one, "2026-04-20") == [("2026-04-20", "new", "2026-04-20")]


def test_a_less_official_source_does_not_displace_a_more_official_one(tmp_path: Path) -> None:
    take_payloads(tmp_path, [payload(ladder(30))])
    other = payload(ladder(30, top=1600), by="arena-web")
    (outcome,) = take_payloads(tmp_path, [other])
    assert (outcome.outcome, outcome.label) == ("refused", "")
    assert "arena-dataset holds this date" in outcome.message
    reverse = tmp_path / "reverse"
    take_payloads(reverse, [other])
    assert take_payloads(reverse, [payload(ladder(30))])[0].label == "2026-08-19.r2"


def test_twins_of_a_refused_publication_are_taken_on_their_own(tmp_path: Path) -> None:
    take_payloads(tmp_path, [payload(ladder(90), vintage="2026-08-01")])
    # Two thirds of August 1 are gone, without order: the official list is refused. The copy names
    # its entries otherwise, so it cannot be compared with August 1, and is taken.
    rows = ladder(90, top=1507)[::3]
    batch = [payload(rows), payload(displayed(rows), by="arena-web", vintage="2026-08-21")]
    first, second = take_payloads(tmp_path, batch)
    assert (first.source, first.outcome) == ("arena-dataset", "refused")
    assert "check most-rows-kept: 66.7% of 90 rows since 2026-08-01" in first.message
    assert (second.source, second.outcome) == ("arena-web", "new")


def test_a_longer_list_is_not_dated_back_to_a_shorter_one(tmp_path: Path) -> None:
    rows = ladder(30)
    batch = [
        payload(rows, by="arena-catalog", vintage="2025-05-20", basis="commit"),
        payload(
            [*rows, ("debut", 1477.0, 2404)], by="arena-history", vintage="2025-05-21", interval=3.0
        ),
    ]
    assert [o.outcome for o in take_payloads(tmp_path, batch)] == ["new", "new"]


def test_of_one_day_a_copy_with_an_entry_more_is_the_same_publication(tmp_path: Path) -> None:
    rows = ladder(38)
    copy = [*rounded(rows), ("debut", 1466.0, 1372)]
    take_payloads(tmp_path, [payload(rows)])
    outcomes = take_payloads(tmp_path, [copied(copy, "2026-08-19")])
    assert kinds(outcomes) == [("2026-08-19", "twin", "2026-08-19")]
    assert visible(tmp_path) == [("2026-08-19", "arena-dataset", ["arena-web 2026-08-19"])]
    assert Archive(tmp_path).board("arena/text").snapshot().categories == {"overall": 38}


def test_a_copy_off_in_a_row_of_sixty_is_a_twin_of_near_dates_only(tmp_path: Path) -> None:
    rows = ladder(60)
    off = changed(rounded(rows), lambda i, r: (*r[:2], r[2] + 1) if i == 30 else r)
    take_payloads(tmp_path, [payload(rows)])
    for day, outcome in (("2026-08-22", "twin"), ("2026-08-24", "new")):
        assert [o.outcome for o in take_payloads(tmp_path / day, [payload(rows)])] == ["new"]
        assert [o.outcome for o in take_payloads(tmp_path / day, [copied(off, day)])] == [outcome]


COLLECTOR = "arielshakaramiro-llm-leaderboard-tracker"


@pytest.mark.parametrize("together", [True, False])
def test_two_forms_of_one_list_are_one(tmp_path: Path, together: bool) -> None:
    forms = [
        copied(rows, "2025-10-07", by=COLLECTOR) for rows in (ladder(90), without_votes(ladder(90)))
    ]
    runs = [forms] if together else [[form] for form in forms]
    outcomes = [o for batch in runs for o in take_payloads(tmp_path, batch)]
    assert sorted(o.outcome for o in outcomes) == ["new", "unchanged"]
    board = Archive(tmp_path).board("arena/text")
    assert board.labels == ("2025-10-07",)
    assert board.snapshot().ratings()["votes"].notna().all()


def test_a_fuller_form_that_comes_later_is_a_revision(tmp_path: Path) -> None:
    for rows, outcome in ((without_votes(ladder(90)), "new"), (ladder(90), "revision")):
        item = copied(rows, "2025-10-07", by=COLLECTOR)
        assert [o.outcome for o in take_payloads(tmp_path, [item])] == [outcome]


# -- what stands still ---------------------------------------------------------------------------


def later(rows: list[Row], by: float = 1.1) -> list[Row]:
    return changed(rows, lambda i, row: (row[0], round(row[1] + by * (1 + i % 3), 2), row[2] + 5))


def test_a_copy_whose_board_stands_still_is_unchanged_though_a_category_moved(
    tmp_path: Path,
) -> None:
    def seen(day: str, coding: list[Row], by: str = "arena-web") -> list[tuple[str, str, str]]:
        rows = {"overall": ladder(90), "coding": coding}
        return kinds(take_payloads(tmp_path, [copied(rows, day, by=by)]))

    assert seen("2026-08-01", ladder(30)) == [("2026-08-01", "new", "2026-08-01")]
    assert seen("2026-08-05", later(ladder(30))) == [("2026-08-05", "unchanged", "2026-08-01")]
    # A source whose lists come whole publishes all its categories at once.
    assert seen("2026-09-01", ladder(30), "epoch-eci")[0][1] == "new"
    assert seen("2026-09-05", later(ladder(30)), "epoch-eci")[0][1] == "new"


@pytest.mark.parametrize(("left_out", "outcome"), [([], "new"), (["chinese"], "unchanged")])
def test_where_categories_were_left_out_the_board_itself_decides(
    tmp_path: Path, left_out: list[str], outcome: str
) -> None:
    for day, coding, expected in (
        ("2026-08-01", ladder(30), "new"),
        ("2026-08-05", later(ladder(30)), outcome),
    ):
        rows = {"overall": ladder(90), "coding": coding}
        item = payload(rows, vintage=day, basis="commit", left_out=left_out)
        assert [o.outcome for o in take_payloads(tmp_path, [item])] == [expected]


@pytest.mark.parametrize("together", [True, False])
def test_of_a_copy_a_category_that_stood_still_is_left_out_and_noted(
    tmp_path: Path, together: bool
) -> None:
    old = [("retired-1", 1210.5, 90), ("retired-2", 1200.5, 80)]
    batch = [
        copied({"overall": rows, "chinese": [*ladder(8), *old], "coding": rows[:30]}, day)
        for day, rows in (("2026-08-01", ladder(90)), ("2026-08-20", later(ladder(90))))
    ]
    for run in [batch] if together else [[item] for item in batch]:
        assert {o.outcome for o in take_payloads(tmp_path, run)} == {"new"}
    board = Archive(tmp_path).board("arena/text")
    first, second = board.snapshots
    assert first.categories == {"chinese": 10, "coding": 30, "overall": 90}
    assert "left_out" not in first.facts
    assert second.categories == {"coding": 30, "overall": 90}
    assert second.facts["left_out"] == ["chinese"]
    assert second.facts["notes"] == [
        "left out, unchanged while the board moved: chinese (as on 2026-08-01)"
    ]
    assert not set(second.entries()["entry"]) & {"retired-1", "retired-2"}
    assert second.stale_categories == ()
    again = take_payloads(tmp_path, batch)
    assert {o.outcome for o in again} == {"unchanged"}
    assert verify(Archive(tmp_path)) == []


def test_of_an_official_list_nothing_is_left_out(tmp_path: Path) -> None:
    for day, rows in (("2026-08-01", ladder(90)), ("2026-08-20", later(ladder(90)))):
        take_payloads(tmp_path, [payload({"overall": rows, "chinese": ladder(8)}, vintage=day)])
    snapshot = Archive(tmp_path).board("arena/text").snapshot("2026-08-20")
    assert snapshot.categories == {"chinese": 8, "overall": 90}
    assert snapshot.stale_categories == ("chinese",)
    assert "left_out" not in snapshot.facts


# -- what is said of it --------------------------------------------------------------------------


def test_a_revision_says_why(tmp_path: Path) -> None:
    take_payloads(tmp_path, [payload(ladder(30))])
    (mended,) = take_payloads(tmp_path, [payload(later(ladder(30)))])
    assert (mended.outcome, mended.message) == (
        "revision",
        "other figures than arena-dataset had at this date: 20 entries moved, largest -1.1 "
        "(model-000); common shift +2.20 from the list it displaces (2026-08-19)",
    )
    other = tmp_path / "other"
    copy = copied(displayed(ladder(30)), "2026-08-19")
    (first,) = take_payloads(other, [copy])
    assert (first.outcome, first.message) == ("new", "")
    (better,) = take_payloads(other, [payload(ladder(30))])
    assert (better.label, better.message) == (
        "2026-08-19.r2",
        "the figures of arena-web, more precise or more complete",
    )


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        ({}, "refused"),
        ({"board": "comparia/text"}, "new"),
        ({"method": "online-elo"}, "new"),
    ],
)
def test_ratings_of_another_computation_are_refused_under_the_name_of_a_board(
    tmp_path: Path, facts: dict[str, str], outcome: str
) -> None:
    """As raw ratings are where style-controlled ones stood: every entry has another place."""
    take_payloads(tmp_path, [payload(ladder(60), vintage="2026-08-01", **facts)])
    other = changed(ladder(60), lambda i, r: (r[0], r[1] + (17 if i % 2 else -17), r[2] + 9))
    (said,) = take_payloads(tmp_path, [payload(other, **facts)])
    assert said.outcome == outcome
    if outcome == "refused":
        assert said.message.startswith("check same-computation: MAD 17.0 over 60 common entries")
        assert Archive(tmp_path).vintages("arena/text") == ["2026-08-01"]


# -- files of many vintages ----------------------------------------------------------------------


def test_a_file_of_many_vintages_is_taken_one_at_a_time(tmp_path: Path) -> None:
    whole = payload(ladder(1))
    taken: list[str] = []

    def vintages() -> Iterator[Publication | PayloadError]:
        for day in range(10, 15):
            taken.append(f"parsed {day}")
            if day == 12:
                yield PayloadError("text of 2026-01-12: empty")
            else:
                yield publication(ladder(12, top=1500 + day), vintage=f"2026-01-{day}")

    outcomes = []
    for outcome in take_publications(tmp_path, vintages(), whole):
        taken.append(f"taken {outcome.vintage[-2:]}")
        outcomes.append(outcome.outcome)
    assert taken[:4] == ["parsed 10", "taken 10", "parsed 11", "taken 11"]
    assert outcomes == ["new", "new", "refused", "new", "new"]
    board = Archive(tmp_path).board("arena/text")
    assert [s.vintage[-2:] for s in board.snapshots] == ["10", "11", "13", "14"]
    assert [c["name"] for c in board.snapshot().facts["checks"]][-2:] == [
        "stale-categories",
        "organisations-known",
    ]
    again = take_publications(tmp_path, vintages(), whole)
    assert [outcome.outcome for outcome in again].count("unchanged") == 4
    assert verify(Archive(tmp_path)) == []


def test_a_stopped_import_gives_the_archive_back(tmp_path: Path) -> None:
    many = (publication(ladder(12, top=1500 + d), vintage=f"2026-01-{d}") for d in range(10, 15))
    run = take_publications(tmp_path, many, payload(ladder(1)))
    next(run)
    with pytest.raises(ArchiveError, match="another run"):
        take_payloads(tmp_path, [payload(ladder(9))])
    run.close()
    assert take_payloads(tmp_path, [payload(ladder(9))])[0].outcome == "new"


# -- the rest ------------------------------------------------------------------------------------


def test_categories_served_in_separate_files_are_one_publication(tmp_path: Path) -> None:
    parts = [
        payload({"overall": ladder(12)}, board="arena/webdev"),
        payload({"image_to_webdev": ladder(9)}, board="arena/webdev"),
    ]
    (outcome,) = take_payloads(tmp_path, parts)
    assert outcome.rows == 21
    snapshot = Archive(tmp_path).board("arena/webdev").snapshot()
    assert snapshot.categories == {"image_to_webdev": 9, "overall": 12}
    assert len(snapshot.facts["raw"]) == 2


def test_new_and_dropped_entries_are_named(tmp_path: Path) -> None:
    take_payloads(tmp_path, [payload(ladder(12), vintage="2026-08-01")])
    rows = [*ladder(12)[1:], ("debut", 1510.0, 99)]
    (outcome,) = take_payloads(tmp_path, [payload(rows)])
    assert outcome.new_entries == ("debut",)
    assert outcome.dropped_entries == ("model-000",)


def test_terms_that_forbid_redistribution_are_kept(tmp_path: Path) -> None:
    item = payload(ladder(12), by="artificial-analysis")
    with pytest.raises(UsageError, match="private"):
        take_payloads(tmp_path, [item])
    assert list(tmp_path.iterdir()) == [tmp_path / ".lock"]
    take_payloads(tmp_path, [item], private=True)
    facts = Archive(tmp_path).board("arena/text").snapshot().facts
    assert facts["redistributable"] is False


def test_hostile_names_are_data(tmp_path: Path) -> None:
    names = ["../../etc/passwd", "<script>alert(1)</script>", "\u202eevil", "=cmd()", "a,b", "NA"]
    rows = [(name, 1400.0 + i, 10 * i) for i, name in enumerate(names)]
    (outcome,) = take_payloads(tmp_path, [payload(rows)])
    assert outcome.outcome == "new"
    frame = Archive(tmp_path).board("arena/text").snapshot().ratings()
    assert sorted(frame["entry"]) == sorted(names)
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["arena"]


@pytest.mark.parametrize("name", ["a\x00b", "a\nb", "", "\u2028"])
def test_names_no_csv_can_carry_are_refused(tmp_path: Path, name: str) -> None:
    (outcome,) = take_payloads(tmp_path, [payload([(name, 1400.0)])])
    assert outcome.outcome == "refused"
    assert "check schema" in outcome.message


@pytest.mark.parametrize("board", ["../evil", "arena/../../x", "/etc", "arena/Text", "arena"])
def test_boards_never_become_paths(tmp_path: Path, board: str) -> None:
    root = tmp_path / "inner" / "archive"
    (outcome,) = take_payloads(root, [payload(ladder(12), board=board)])
    assert outcome.outcome == "refused"
    assert sorted(p.name for p in root.iterdir()) == [".lock", "log.csv"]


def test_the_manifest_is_the_same_whenever_it_is_made(tmp_path: Path, tree: Callable) -> None:
    for name in ("a", "b"):
        take_payloads(tmp_path / name, [payload(ladder(12), interval=3.0)])
    assert tree(tmp_path / "a") == tree(tmp_path / "b")
    text = tree(tmp_path / "a")["arena/text/2026-08-19/datapackage.json"]
    assert json.loads(text)["elolag"]["retrieved_at"] == "2026-08-21"


# -- dates ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("vintage", "got", "outcome"),
    [
        ("2031-08-19", "2026-08-21", "refused"),
        ("2026-08-24", "2026-08-21T23:59:59Z", "refused"),
        ("2026-08-23", "2026-08-21T00:00:00Z", "new"),
        ("2023-01-01", "2026-08-21", "new"),
        ("2022-12-31", "2026-08-21", "refused"),
        ("9999-12-31", "9998-12-31", "refused"),
    ],
)
def test_a_list_is_of_a_day_that_can_be(
    tmp_path: Path, vintage: str, got: str, outcome: str
) -> None:
    item = payload(ladder(12), vintage=vintage, retrieved_at=got)
    one, other = (
        payload(ladder(12), board="arena/vision"),
        payload(ladder(12), board="arena/search"),
    )
    outcomes = take_payloads(tmp_path, [one, item, other])
    assert {o.board: o.outcome for o in outcomes} == {
        "arena/text": outcome, "arena/vision": "new", "arena/search": "new",
    }  # fmt: skip
    if outcome == "refused":
        (refused,) = (o for o in outcomes if o.board == "arena/text")
        assert f"check vintage-plausible: dated {vintage}, " in refused.message


@pytest.mark.parametrize("by", ["arena-dataset", "arena-web", "arena-history", "epoch-eci"])
def test_a_file_of_many_vintages_is_held_to_the_same_days(tmp_path: Path, by: str) -> None:
    vintages = ("2022-06-01", "2026-08-19", "2026-09-19")
    publications = [publication(ladder(12), vintage=day) for day in vintages]
    outcomes = take_publications(tmp_path, publications, payload([], by=by))
    assert [o.outcome for o in outcomes] == ["refused", "new", "refused"]


@pytest.mark.parametrize(
    ("when", "said"),
    [
        *((when, "retrieved_at") for when in ("", "yesterday", "2026-08-21T05:00")),
        ("2026-08-21T05:00:00+02:00", "retrieved_at"),
        ("2026-02-30", "not an ISO date"),
        ("2026-13-01T05:00:00Z", "not an ISO date"),
    ],
)
def test_a_retrieval_is_in_utc_and_of_a_day_there_is(when: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        payload(ladder(3), retrieved_at=when)
