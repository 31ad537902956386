"""Every hostile answer gives a correct snapshot or a clear refusal; all else stays as it was."""

from __future__ import annotations

import gzip
import math
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import hand_made as made
import pyarrow as pa
import pytest
from snapshot_runs import take, tree
from upstream_server import Reply, Upstream, in_turn, serving

from elolag.archive import Decision, open_archive, verify
from elolag.archive.collect import Report
from elolag.tags import Lookup

TakeSnapshot = Callable[..., list[Report]]
ROWS = made.board_rows()
WITHOUT_ERRORS = [r | {"rating_lower": None, "rating_upper": None, "variance": None} for r in ROWS]


@pytest.fixture
def archive(upstream: Upstream, last_month: Path, tmp_path: Path) -> Path:
    """An archive with last month's boards, and this month's waiting upstream."""
    made.healthy(upstream)
    return shutil.copytree(last_month, tmp_path / "archive")


def of(reports: list[Report], board: str) -> Decision:
    (found,) = [o for report in reports for o in report.outcomes if o.board == board]
    return found


def added(archive: Path, before: dict[str, str]) -> set[str]:
    """The files that are new, after seeing that nothing that was there has changed."""
    after = tree(archive)
    assert {name: after.get(name) for name in before} == before
    assert verify(open_archive(archive)) == []
    return set(after) - set(before)


def expect_refusal(archive: Path, snapshot: TakeSnapshot, said: str) -> None:
    """`text` is refused, saying why; `webdev` is taken and nothing is harmed."""
    before = tree(archive)
    reports = snapshot()
    official, *others = reports
    messages = [o.message for o in official.outcomes if o.outcome == "refused"]
    messages += official.failures
    assert len(messages) == 1
    assert said in messages[0]
    assert official.failed
    assert of(reports, "arena/webdev").outcome == "new"
    assert not any(other.failed for other in others)
    assert {name.rsplit("/", 1)[0] for name in added(archive, before)} == {
        "arena/webdev/2026-08-19"
    }
    last = [
        line for line in (archive / "log.csv").read_text().splitlines() if "2026-08-21T" in line
    ]
    assert any(",refused," in line or ",failed," in line for line in last)


def expect_text(archive: Path, snapshot: TakeSnapshot) -> Decision:
    """`text` is stored, and nothing is harmed."""
    before = tree(archive)
    reports = snapshot()
    assert not any(report.failed for report in reports), reports[0]
    folders = {name.rsplit("/", 1)[0] for name in added(archive, before)}
    assert folders - {"arena/webdev/2026-08-19"} == {"arena/text/2026-08-19"}
    return of(reports, "arena/text")


def without(*columns: str) -> list[dict[str, object]]:
    return [{k: v for k, v in r.items() if k not in columns} for r in ROWS]


def with_one(**changes: object) -> bytes:
    """The board and one more row, which is odd."""
    return made.parquet([*ROWS, made.row("odd", 1400.0) | changes])


REFUSED: dict[str, tuple[bytes, str]] = {
    "web page": (b"<!DOCTYPE html><html><title>503</title>", "web page"),
    "nothing": (b"", "empty"),
    "no parquet": (b"PAR1" + bytes(100) + b"PAR1", "not readable as Parquet"),
    "half a file": (made.parquet(ROWS)[:3000], "not readable as Parquet"),
    "a gzip bomb": (gzip.compress(bytes(64 << 20), 9), "gzip-compressed"),
    "a missing column": (made.parquet(without("vote_count")), "no column 'vote_count'"),
    "a renamed column": (
        made.parquet([r | {"rating_q025": 1.0} for r in without("rating_lower")]),
        "no column 'rating_lower'; the payload has",
    ),
    "a NaN rating": (with_one(rating=math.nan), "rating"),
    "an infinite rating": (with_one(rating=math.inf), "rating"),
    "no rating": (with_one(rating=None), "rating"),
    "an absurd rating": (with_one(rating=1e9, rating_upper=2e9), "rating"),
    "a rating outside its interval": (with_one(rating_lower=1401.0), "interval"),
    "an infinite bound": (with_one(rating_upper=math.inf), "upper"),
    "votes below 0": (with_one(vote_count=-1.0), "vote"),
    "half a vote": (with_one(vote_count=0.5), "vote"),
    "a billion votes": (with_one(vote_count=1e9 + 1), "is not a count: 1000000001"),
    "votes of few": (
        made.parquet([r | {"vote_count": None} for r in ROWS[:5]] + ROWS[5:]),
        "check votes-counted: 5 of 40 rows of overall have none",
    ),
    "shuffled ranks": (
        made.parquet([r | {"rank": 1 + 7 * i % 40} for i, r in enumerate(ROWS)]),
        "check rank-agrees-with-rating: 43% of the pairs of overall are ranked against",
    ),
    "a negative variance": (with_one(variance=-1.0), "variance"),
    "no date": (with_one(leaderboard_publish_date="soon"), "ISO date"),
    "a date that is a path": (with_one(leaderboard_publish_date="../../x"), "ISO date"),
    "ratings in words": (made.parquet([r | {"rating": "high"} for r in ROWS]), "number"),
    "an empty board": (made.empty_board(), "the board is empty"),
    "conflicts in many entries": (
        made.parquet([*ROWS, *(r | {"rating": r["rating"] + 1} for r in ROWS[:10])]),
        "listed more than once with different figures",
    ),
    "a conflict with tied votes": (
        made.parquet([*ROWS, ROWS[0] | {"rating": 1499.0}]),
        "votes do not decide",
    ),
    "a conflict without votes": (
        made.parquet([*ROWS, ROWS[0] | {"rating": 1499.0, "vote_count": None}]),
        "votes do not decide",
    ),
    "two dates in one category": (with_one(leaderboard_publish_date="2026-08-01"), "several"),
    "a name with NUL": (with_one(model_name="a\0b"), "control character"),
    "a name with a newline": (with_one(model_name="a\nb"), "control character"),
    "a name with an escape sequence": (with_one(model_name="\x1b[2Jx"), "control character"),
    "a name of 10,000 characters": (with_one(model_name="x" * 10_000), "10,000 characters"),
    "no name": (with_one(model_name=None), "missing"),
    "an empty name": (with_one(model_name=""), "empty"),
}


@dataclass
class Day:
    """A day on which the publisher served every bad file at once, one subset each."""

    outcomes: dict[str, Decision]
    before: dict[str, str]
    archive: Path


def subset(case: str) -> str:
    return f"case_{list(REFUSED).index(case)}"


@pytest.fixture(scope="module")
def bad_day(last_month: Path, lookup: Lookup, tmp_path_factory: pytest.TempPathFactory) -> Day:
    archive = shutil.copytree(last_month, tmp_path_factory.mktemp("bad-day") / "archive")
    before = tree(archive)
    boards = {subset(case): data for case, (data, _) in REFUSED.items()}
    with serving() as upstream:
        made.healthy(upstream, boards | {"text": made.parquet(ROWS)})
        (report,) = take(upstream, archive, lookup, ("arena-dataset",))
    assert report.failed
    assert report.failures == ()
    assert len(report.outcomes) == len(REFUSED) + 1
    outcomes = {o.board.removeprefix("arena/"): o for o in report.outcomes}
    return Day(outcomes, before, archive)


@pytest.mark.parametrize("case", REFUSED)
def test_a_bad_file_is_refused_and_the_message_says_why(bad_day: Day, case: str) -> None:
    outcome = bad_day.outcomes[subset(case)]
    assert outcome.outcome == "refused"
    assert REFUSED[case][1] in outcome.message
    assert "\n" not in outcome.message
    assert outcome.message.isprintable()


def test_bad_files_harm_nothing(bad_day: Day) -> None:
    assert bad_day.outcomes["text"].outcome == "new"
    new = added(bad_day.archive, bad_day.before)
    assert {name.rsplit("/", 1)[0] for name in new} == {"arena/text/2026-08-19"}
    log = (bad_day.archive / "log.csv").read_text()
    assert log.count(",refused,") == len(REFUSED)


def test_a_redirect_to_another_host(
    upstream: Upstream, snapshot: TakeSnapshot, archive: Path
) -> None:
    upstream.routes[made.resolve("text")] = Reply(
        status=302, headers={"Location": "https://evil.example/x"}
    )
    expect_refusal(archive, snapshot, "leads to 'https://evil.example'")


def test_429_then_success(
    upstream: Upstream, snapshot: TakeSnapshot, archive: Path, waits: list[float]
) -> None:
    upstream.routes[made.resolve("text")] = in_turn(
        Reply(status=429, headers={"Retry-After": "3"}), Reply(made.parquet(ROWS))
    )
    assert expect_text(archive, snapshot).outcome == "new"
    assert waits == [3]


def test_500_for_ever(upstream: Upstream, snapshot: TakeSnapshot, archive: Path) -> None:
    upstream.routes[made.resolve("text")] = Reply(status=500)
    expect_refusal(archive, snapshot, "answered 500")


def test_a_listing_that_answers_500_leaves_the_other_sources(
    upstream: Upstream, snapshot: TakeSnapshot, archive: Path
) -> None:
    before = tree(archive)
    upstream.routes[made.LISTING] = Reply(status=500)
    official, *others = snapshot()
    assert official.failed
    assert not any(other.failed for other in others)
    assert added(archive, before) == set()


def test_a_body_cut_off_half_way(upstream: Upstream, snapshot: TakeSnapshot, archive: Path) -> None:
    data = made.parquet(ROWS)
    upstream.routes[made.resolve("text")] = Reply(data, cut=len(data) // 2)
    expect_refusal(archive, snapshot, "text/latest")


def test_a_body_cut_off_once(upstream: Upstream, snapshot: TakeSnapshot, archive: Path) -> None:
    data = made.parquet(ROWS)
    upstream.routes[made.resolve("text")] = in_turn(Reply(data, cut=len(data) // 2), Reply(data))
    expect_text(archive, snapshot)


@pytest.mark.parametrize("difference", [-1, -1000, 1, 1000])
def test_a_wrong_content_length(
    upstream: Upstream, snapshot: TakeSnapshot, archive: Path, difference: int
) -> None:
    data = made.parquet(ROWS)
    upstream.routes[made.resolve("text")] = Reply(data, length=str(len(data) + difference))
    expect_refusal(archive, snapshot, "text")


@pytest.mark.parametrize("left_out", [1, 7, 60, 400])
def test_csv_cut_short_by_a_wrong_content_length(
    upstream: Upstream, snapshot: TakeSnapshot, archive: Path, left_out: int
) -> None:
    data = made.eci(shift=1.0)
    before = tree(archive)
    upstream.routes[made.ECI] = Reply(data, length=str(len(data) - left_out))
    (report,) = snapshot("epoch-eci")
    new = added(archive, before)
    if left_out <= 7:  # the last newline, or the end of a column that is not read
        assert not report.failed
        assert len(ratings(archive, "epoch/eci")) == 12
    else:
        assert report.failed
        assert new == set()


def test_a_subset_that_answers_404(
    upstream: Upstream, snapshot: TakeSnapshot, archive: Path
) -> None:
    del upstream.routes[made.resolve("text")]
    expect_refusal(archive, snapshot, "answered 404")


def test_a_subset_no_longer_listed_is_a_warning(
    upstream: Upstream, snapshot: TakeSnapshot, archive: Path
) -> None:
    upstream.routes[made.LISTING] = made.listing(["webdev"])
    official = snapshot("arena-dataset")[0]
    assert not official.failed
    assert "arena/text: no longer listed by its publisher as text" in official.warnings


def test_a_revision_that_changes_between_two_files(
    upstream: Upstream, snapshot: TakeSnapshot, archive: Path
) -> None:
    upstream.routes[made.resolve("text")] = Reply(
        made.parquet(ROWS), headers={"X-Repo-Commit": made.LATER_REVISION}
    )
    expect_refusal(archive, snapshot, "the dataset changed between two files")


# What is odd and right


def ratings(archive: Path, board: str = "arena/text") -> list[dict[str, object]]:
    newest = open_archive(archive).board(board).snapshots[-1]
    return newest.ratings().to_dict("records")  # type: ignore[return-value]


@pytest.mark.parametrize("kind", [pa.int64(), pa.float64(), pa.int32()])
def test_rank_of_any_number_type(
    upstream: Upstream, snapshot: TakeSnapshot, archive: Path, kind: pa.DataType
) -> None:
    made.serve_subset(upstream, "text", made.parquet(ROWS, rank=kind))
    expect_text(archive, snapshot)
    assert [row["rank"] for row in ratings(archive)] == list(range(1, 41))


def test_null_intervals(upstream: Upstream, snapshot: TakeSnapshot, archive: Path) -> None:
    made.serve_subset(upstream, "text", made.parquet(WITHOUT_ERRORS))
    expect_refusal(archive, snapshot, "check errors-kept: lost since 2026-07-21: interval of over")


def test_null_intervals_of_a_board_that_had_none(
    upstream: Upstream, snapshot: TakeSnapshot, tmp_path: Path
) -> None:
    made.healthy(upstream, {"text": made.parquet(WITHOUT_ERRORS)})
    assert not any(report.failed for report in snapshot())
    newest = open_archive(tmp_path / "archive").board("arena/text").snapshots[-1]
    assert newest.interval_kind == "none"
    assert newest.ratings()["lower"].isna().all()


def test_categories_of_several_dates(
    upstream: Upstream, snapshot: TakeSnapshot, archive: Path
) -> None:
    older = made.board_rows(date="2025-01-30", category="chinese")
    made.serve_subset(upstream, "text", made.parquet([*ROWS, *older]))
    assert expect_text(archive, snapshot).vintage == "2026-08-19"
    newest = open_archive(archive).board("arena/text").snapshots[-1]
    assert "category 'chinese' was published 2025-01-30" in newest.facts["notes"]


def test_a_stale_category(upstream: Upstream, snapshot: TakeSnapshot, archive: Path) -> None:
    def served(date: str, shift: float) -> bytes:
        coding = made.board_rows(date=date, category="coding")
        return made.parquet([*made.board_rows(date=date, shift=shift), *coding])

    made.serve_subset(upstream, "text", served("2026-08-01", 0.0))
    snapshot(day="2026-08-02")
    made.serve_subset(upstream, "text", served("2026-08-19", 3.0))
    outcome = expect_text(archive, snapshot)
    newest = open_archive(archive).board("arena/text").snapshots[-1]
    assert newest.stale_categories == ("coding",)
    assert any(c.name == "stale-categories" and not c.passed for c in outcome.checks)


@pytest.mark.parametrize(
    ("variance", "outcome", "check"),
    [("same", "new", ""), ("scaled", "held", "the method has changed"),
     ("shuffled", "refused", "interval-follows-variance")],
)  # fmt: skip
def test_intervals_that_no_longer_are_those_of_the_variances(
    upstream: Upstream, snapshot: TakeSnapshot, variance: str, outcome: str, check: str
) -> None:
    rows = made.board_rows(date="2026-08-01", shift=1.0)
    made.healthy(upstream, {"text": made.parquet(rows)})
    assert of(snapshot(day="2026-08-02"), "arena/text").outcome == "new"
    rows = made.board_rows(date="2026-08-19", shift=2.0)
    for number, row in enumerate(rows):
        if variance == "scaled":
            row["variance"] = float(row["variance"]) / 4
        elif variance == "shuffled":
            row["variance"] = float(row["variance"]) * (1 + number)
    made.healthy(upstream, {"text": made.parquet(rows)})
    found = of(snapshot(), "arena/text")
    assert found.outcome == outcome
    assert check in found.message if check else found.message == ""


def test_identical_rows_collapse(upstream: Upstream, snapshot: TakeSnapshot, archive: Path) -> None:
    made.serve_subset(upstream, "text", made.parquet([*ROWS, *ROWS[:5]]))
    expect_text(archive, snapshot)
    assert len(ratings(archive)) == len(ROWS)


def test_few_conflicts_go_to_the_larger_vote_count(
    upstream: Upstream, snapshot: TakeSnapshot, archive: Path
) -> None:
    twice = ROWS[0] | {"rating": 1499.0, "vote_count": 10.0}
    made.serve_subset(upstream, "text", made.parquet([*ROWS, twice]))
    expect_text(archive, snapshot)
    assert ratings(archive)[0]["rating"] == 1500.0
    newest = open_archive(archive).board("arena/text").snapshots[-1]
    assert any("fewer votes left out" in note for note in newest.facts["notes"])


def test_the_known_double_of_webdev_keeps_both_rows(
    upstream: Upstream, snapshot: TakeSnapshot, archive: Path
) -> None:
    name = "gpt-5.3-codex (codex-harness)"
    pair = [made.row(name, 1450.0, vote_count=900.0), made.row(name, 1430.0, vote_count=900.0)]
    made.serve_subset(upstream, "webdev", made.parquet([*made.board_rows(25), *pair]))
    expect_text(archive, snapshot)
    entries = {row["entry"]: row["rating"] for row in ratings(archive, "arena/webdev")}
    assert entries[name] == 1450.0
    assert entries[f"{name} #2"] == 1430.0


def test_only_the_top_of_a_board(upstream: Upstream, snapshot: TakeSnapshot, archive: Path) -> None:
    made.serve_subset(upstream, "text", made.parquet(ROWS[:10]))
    outcome = expect_text(archive, snapshot)
    assert outcome.dropped_entries == ()
    assert open_archive(archive).board("arena/text").snapshots[-1].completeness == "top-10"


NAMES = [
    "../../../etc/passwd",
    "..\\..\\x",
    "/absolute",
    "~/x",
    "$(touch pwned); `id` | x & y > z",
    "\u202eledom\u202c",
    "<script>alert(1)</script>&amp;",
    '=HYPERLINK("http://x")',
    "a,b\"c'd",
    "NA",
    "nan",
    "None",
    "x" * 500,
    "模型-1 \u00a0",
    "e\u0301",
    "\u00e9",
]


def test_names_are_data(upstream: Upstream, snapshot: TakeSnapshot, archive: Path) -> None:
    odd = [made.row(name, 1200.0 - i, rank=41 + i) for i, name in enumerate(NAMES)]
    made.serve_subset(upstream, "text", made.parquet([*ROWS, *odd]))
    expect_text(archive, snapshot)
    assert [row["entry"] for row in ratings(archive)][-len(NAMES) :] == NAMES
    assert not (archive.parent / "pwned").exists()


@pytest.mark.slow
def test_200_000_models(upstream: Upstream, snapshot: TakeSnapshot, archive: Path) -> None:
    made.serve_subset(upstream, "text", many())
    outcome = expect_text(archive, snapshot)
    assert outcome.rows == 200_000
    assert len(outcome.new_entries) == 200_000 - 40


def many(count: int = 200_000) -> bytes:
    names = [f"model-{i:02d}" for i in range(count)]
    ratings = [1500.0 - 5 * i if i < 40 else 1300.0 - 1e-3 * i for i in range(count)]
    table = {
        "model_name": names,
        "organization": ["lab"] * count,
        "license": ["x"] * count,
        "rating": ratings,
        "rating_lower": [r - 9.8 for r in ratings],
        "rating_upper": [r + 9.8 for r in ratings],
        "variance": [25.0] * count,
        "vote_count": [1000.0 + i for i in range(count)],
        "rank": list(range(1, count + 1)),
        "category": ["overall"] * count,
        "leaderboard_publish_date": ["2026-08-19"] * count,
    }
    return made.written(pa.table(table))
