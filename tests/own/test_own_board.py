"""A user's own ratings: read, refused by line, and estimated like any board."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import elolag
from elolag.dates import to_day, to_iso
from elolag.errors import EstimateError, UsageError
from elolag.estimate.lag import answer
from elolag.estimate.session import prepare
from elolag.model.early_drift import _packaged_drift
from elolag.own import own_board
from elolag.own.board import _RATINGS, _TAGS
from elolag.results.verdict import Gap
from elolag.results.words import NO_DRIFT
from elolag.sources import sheet as sheets
from elolag.tags import Lookup, flat, load


@pytest.fixture
def tags(tmp_path: Path) -> Path:
    path = tmp_path / "my_tags.csv"
    path.write_text(_TAGS, "utf-8")
    return path


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "my.csv"
    path.write_text(_RATINGS, "utf-8")
    return path


def write(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(rows) + "\n", "utf-8")
    return path


def test_the_templates_run_as_they_are(mine: Path, tags: Path):
    result = elolag.estimate_lag(own_board(mine), extra_tags=tags, n_draws=400)
    assert result.as_of == result.vintage == "2026-08-19"
    assert result.board == "own/ratings"
    assert result.follower.model == "ginkgo-3"
    assert result.leader_best.entry == "Alder 3 (high effort)"
    digest = hashlib.sha256(mine.read_bytes()).hexdigest()
    assert result.snapshots == (("own/ratings/2026-08-19", digest),)
    assert result.policies["extra_tags"] == hashlib.sha256(tags.read_bytes()).hexdigest()
    assert str(mine.parent) not in json.dumps(result.to_dict())
    few, chosen, assumed = result.notes
    assert chosen == "asked with other choices than the default ones: with tags of one's own"
    assert few.startswith("few rated models (4 of US and 3 of CN)")
    assert assumed == NO_DRIFT


def test_errors_as_wide_as_models_differ_leave_an_interval_as_wide(mine: Path, tags: Path):
    """Eight models near two lines and errors of a hundred points: the prior alone tells little."""
    board = pd.read_csv(mine)[["entry", "rating"]]
    widths = {}
    for se in (0.0, 1.0, 100.0):
        for corrected in (True, False):
            asked = prepare(
                board=own_board(board.assign(se=se), date="2026-08-19"),
                extra_tags=tags,
                n_draws=400,
                correct_selection=corrected,
            )
            gap = answer(asked, "gap", None, "measurement").gap
            widths[se, corrected] = gap.high - gap.low
    assert widths[0.0, True] == widths[0.0, False] == 0
    assert widths[1.0, True] == pytest.approx(widths[1.0, False], rel=0.1)
    assert widths[100.0, False] > widths[100.0, True] > 200


def test_a_board_of_ones_own_drifts_only_when_asked(mine: Path, tags: Path):
    made = {
        drift: prepare(board=own_board(mine), extra_tags=tags, drift=drift, n_draws=400)
        for drift in (None, "none", "arena")
    }
    given = pd.read_csv(mine).set_index("entry").loc[list(made["none"].cast.entries)]
    se = (given["upper"] - given["lower"]) / 2 / 1.959964
    for drift in (None, "none"):
        assert made[drift].cast.field.variance == pytest.approx(se**2)
        assert made[drift].choices["drift"] is None
        assert NO_DRIFT in made[drift].notes
    young = _packaged_drift()
    assert made["arena"].cast.field.variance == pytest.approx(
        se**2 + young.variance(given["votes"], se)
    )
    assert made["arena"].choices["drift"] == {"votes": young.votes, "sd": young.sd}
    assert NO_DRIFT not in made["arena"].notes


def test_a_table_in_memory_is_the_same_board(mine: Path, tags: Path):
    frame = pd.read_csv(mine)
    one, two = (
        elolag.estimate_lag(own_board(source), extra_tags=tags, n_draws=400).to_dict()
        for source in (mine, frame)
    )
    assert one["headline"] == two["headline"]
    assert one["day"] == two["day"]


def test_semicolons_decimal_commas_and_utf16_change_nothing(mine: Path, tags: Path, tmp_path: Path):
    halves = _RATINGS.replace(",1082,", ",1082.5,")
    plain = tmp_path / "plain.csv"
    plain.write_text(halves, "utf-8")
    excel = tmp_path / "excel.csv"
    excel.write_text(halves.replace(",", ";").replace("1082.5", "1082,5"), "utf-16")
    one, two = (
        elolag.estimate_lag(own_board(path), extra_tags=tags, n_draws=400).to_dict()
        for path in (plain, excel)
    )
    assert one.pop("snapshots") != two.pop("snapshots")
    assert one == two


def on(day: str) -> dict[str, Any]:
    return {"now": lambda: dt.datetime.fromisoformat(f"{day}T12:00:00+00:00")}


def test_ratings_of_a_day_to_come_are_refused(mine: Path):
    assert own_board(mine, **on("2026-08-17")).date == "2026-08-19"
    with pytest.raises(
        UsageError, match=r"my\.csv: the ratings are of 2026-08-19, 3 days from now"
    ):
        own_board(mine, **on("2026-08-16"))
    with pytest.raises(UsageError, match="2031-01-01"):
        own_board(mine, date="2031-01-01")
    assert own_board(mine, date="1999-01-01").date == "1999-01-01"


def test_a_release_to_come_dates_no_ratings(tmp_path: Path, tags: Path):
    rows = [",".join(line.split(",")[:4]) for line in _RATINGS.splitlines()]
    bare = write(tmp_path / "bare.csv", *rows)
    lookup = Lookup(load(extra=tags))
    newest = own_board(bare).settled(lookup).date
    later = to_iso(to_day(newest) - 30)
    with pytest.raises(UsageError, match=f"the ratings are of {newest}, 30 days from now"):
        own_board(bare, **on(later)).settled(lookup)


def ladder(*changed: tuple[int, str]) -> list[str]:
    """Forty ordinary ratings and a line for each that is not."""
    rows = ["entry,rating,se,lower,upper,votes,date"]
    rows += [f"m{k},{1000 + 7 * k},5,,,1000,2026-08-01" for k in range(40)]
    for k, text in changed:
        rows[k + 1] = f"m{k},{text},1000,2026-08-01"
    return rows


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1000000.0,5,,", "rating 1e+06 of 'm1' is at or beyond 1,000,000 points"),
        ("-1000000,5,,", "rating -1e+06 of 'm1' is at or beyond"),
        ("1200000000,,1195000000,1205000000", "rating 1.2e+09 of 'm1' is at or beyond"),
        ("1200e150,,1195e150,1205e150", "rating 1.2e+153 of 'm1' is at or beyond"),
        ("1007,1e300,,", "se 1e+300 of 'm1' is at or beyond"),
        ("1007,,-1e9,1010", "lower -1e+09 of 'm1' is at or beyond"),
        ("1007,,1000,1e9", "upper 1e+09 of 'm1' is at or beyond"),
        ("999999,5,,", "points from the median of its category (1143.5), more than 100,000"),
        ("-999999,5,,", "points from the median of its category (1136.5), more than 100,000"),
        ("1e400,5,,", "rating '1e400' is not finite"),
    ],
)
def test_an_absurd_scale_is_refused_with_its_line(tmp_path: Path, text: str, said: str):
    with pytest.raises(UsageError, match=re.escape(said)) as raised:
        own_board(write(tmp_path / "odd.csv", *ladder((1, text))))
    assert f"{tmp_path / 'odd.csv'}, line 3: " in str(raised.value)


def test_a_large_unit_is_no_absurd_scale(tmp_path: Path, tags: Path):
    names = [line.split(",")[0] for line in _RATINGS.splitlines()[1:]]
    rows = [f"{name},{900_000 + 2_000 * k},900" for k, name in enumerate(names)]
    path = write(tmp_path / "large.csv", "entry,rating,se", *rows)
    result = elolag.estimate_lag(own_board(path), extra_tags=tags, n_draws=200)
    assert len(result.rows()) > 5


@pytest.mark.parametrize("gap", [1e5, -1e5, 2e6, -2e6])
def test_the_win_rate_of_any_gap_is_a_number(gap: float):
    assert Gap(gap, gap, gap, 0.0, 0.0).win_rate == pytest.approx(float(gap > 0), abs=1e-200)


def test_without_a_date_the_newest_rated_release_is_the_day(tmp_path: Path, tags: Path):
    rows = [",".join(line.split(",")[:4]) for line in _RATINGS.splitlines()]
    board = own_board(write(tmp_path / "bare.csv", *rows))
    with pytest.raises(UsageError, match="of which day"):
        assert board.snapshots
    result = elolag.estimate_lag(board, extra_tags=tags, n_draws=400)
    assert result.as_of == "2026-06-30"
    assert any("carry no date" in note for note in result.notes)
    dated = elolag.estimate_lag(board, extra_tags=tags, n_draws=400, as_of="2026-08-01")
    assert dated.as_of == dated.vintage == "2026-08-01"
    assert not any("carry no date" in note for note in dated.notes)
    assert own_board(tmp_path / "bare.csv", date="2026-08-02").snapshot().label == "2026-08-02"


def test_entries_the_packaged_tags_know_need_no_tags(tmp_path: Path):
    path = write(
        tmp_path / "known.csv",
        "entry,rating,se",
        "gpt-4-0314,1200,5",
        "claude-opus-4-6,1450,6",
        "kimi-k3,1400,6",
        "my own model,1500,6",
    )
    result = elolag.estimate_lag(own_board(path), n_draws=400)
    assert result.follower.model == "kimi-k3"
    assert "without a tag, so not counted: my own model" in result.notes


def test_intervals_are_read_at_their_level(tmp_path: Path, tags: Path):
    path = tmp_path / "template.csv"
    path.write_text(_RATINGS, "utf-8")
    with pytest.raises(UsageError, match="interval level 1.5"):
        own_board(path, interval_level=1.5)
    wide, narrow = (
        prepare(board=own_board(path, interval_level=level), extra_tags=tags)
        for level in (0.5, 0.95)
    )
    ratio = np.sqrt(wide.panel.placed.table["se"] / narrow.panel.placed.table["se"]) ** 2
    assert ratio.to_numpy() == pytest.approx(1.959964 / 0.6744898)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (("model,score", "a,1"), "line 1: no column 'entry' among 'model, score'"),
        (("entry,rating,se", "a,1,2", "b,nan,2"), "line 3: rating 'nan' is not finite"),
        (("entry,rating,se", "a,inf,2"), "line 2: rating 'inf'"),
        (("entry,rating,se", "a,,2"), "line 2: 'a' has no rating"),
        (("entry,rating,se", ",1,2"), "line 2: no entry"),
        (("entry,rating,se", "a\x1b[1m,1,2"), r"line 2: .*'a\\x1b\[1m' holds a control"),
        (("entry,rating,se", "a,1,2", "b,1,2", "a,3,2"), "line 4: 'a' stands twice .* line 2"),
        (("entry,rating", "a,1", "b,2"), "has an interval or standard error.*add a column se"),
        (("entry,rating,votes", "a,1,100"), "add a column se"),
        (("entry,rating,lower,upper", "a,5,1,"), "line 2: 'a' has one end"),
        (("entry,rating,lower,upper", "a,5,6,7"), "line 2: the rating 5 of 'a' lies outside"),
        (("entry,rating,se", "a,5,-1"), "line 2: se -1 of 'a' is below 0"),
        (("entry,rating,se,votes", "a,5,1,-3"), "votes -3"),
        (("entry,rating,se",), "no row below its header"),
        (("entry,rating,se,uper", "a,5,1,3"), "unknown column 'uper'; did you mean 'upper'"),
        (("entry,rating,se,date", "a,5,1,2026-13-01"), "line 2: not an ISO date"),
        (
            ("entry,rating,se,date", "a,5,1,2026-01-01", "b,5,1,2026-01-02"),
            "line 3: date 2026-01-02, but 2026-01-01",
        ),
        (("entry,rating,se,license,licence", "a,5,1,x,y"), "two columns are named 'licence'"),
        (("entry;rating;se", "a;1489,66;1.5"), "line 2: rating '1489,66' has a decimal comma"),
    ],
)
def test_bad_tables_are_refused_by_file_line_and_value(tmp_path: Path, rows, message):
    path = write(tmp_path / "bad.csv", *rows)
    with pytest.raises(UsageError, match=message) as caught:
        own_board(path)
    assert "bad.csv" in str(caught.value)


def test_more_entries_than_are_taken_are_refused_with_the_limit_named(tmp_path: Path):
    path = tmp_path / "many.csv"
    rows = "".join(f"m{i},{1000 + i % 700},5\n" for i in range(50_001))
    path.write_text(f"entry,rating,se\n{rows}", encoding="utf-8")
    with pytest.raises(UsageError, match=r"many\.csv: 50,001 entries, .*at most 50,000"):
        own_board(path)


def test_tags_of_many_models_are_read_column_by_column(monkeypatch: pytest.MonkeyPatch):
    asked: list[str] = []
    column = sheets.Sheet.column

    def counted(sheet: sheets.Sheet, name: str) -> list[str]:
        asked.append(name)
        return column(sheet, name)

    monkeypatch.setattr(sheets.Sheet, "column", counted)
    lines = "".join(f"m{i},Lab,US,2025-01-01,closed\n" for i in range(400))
    data = f"entry,lab,country,release_date,openness\n{lines}".encode()
    found = flat.read(data, "tags", {}, {})
    assert found is not None
    assert len(found["models"]) == 400
    assert len(asked) == len(set(asked))


def test_one_category_without_errors_is_named(tmp_path: Path):
    rows = ("entry,rating,se,category", "a,1,2,", "b,1,2,overall", "a,1,,coding")
    with pytest.raises(UsageError, match="no rating of category 'coding'"):
        own_board(write(tmp_path / "a.csv", *rows))


def test_categories_and_spare_columns(tmp_path: Path, tags: Path):
    rows = [
        "entry,rating,se,category,notes,organization",
        *(f"{name},{r},3,coding,x,Lab" for name, r in (("Alder 1", 1000), ("Ginkgo 2", 990))),
    ]
    board = own_board(write(tmp_path / "a.csv", *rows))
    result = elolag.estimate_lag(board, category="coding", extra_tags=tags, n_draws=400)
    assert result.category == "coding"
    assert any("not used: notes" in note for note in result.notes)
    assert board.file.entries["organisation"].tolist() == ["Lab", "Lab"]
    with pytest.raises(UsageError, match="no category 'overall'.*coding"):
        elolag.estimate_lag(board, extra_tags=tags, n_draws=400)
    with pytest.raises(UsageError, match="no table 'models'"):
        board.settled(elolag.tags.Lookup(elolag.tags.load(tags))).snapshot().table("models")


def test_no_tag_at_all_and_an_empty_group_are_refused(tmp_path: Path, tags: Path):
    untagged = write(tmp_path / "u.csv", "entry,rating,se", "nobody knows this,1000,3")
    with pytest.raises(UsageError, match=r"u\.csv: none of its 1 entries has a tag"):
        elolag.estimate_lag(own_board(untagged), n_draws=400)
    rows = ("entry,rating,se", "Alder 1,1000,3", "Alder 2,1010,3", "Ginkgo 9,1020,3")
    one = write(tmp_path / "one.csv", *rows)
    with pytest.raises(EstimateError, match=r"one\.csv: the follower group has no.*Ginkgo 9"):
        elolag.estimate_lag(own_board(one), extra_tags=tags, n_draws=400)


def test_some_missing_errors_are_filled_and_said(tmp_path: Path, tags: Path):
    rows = ("entry,rating,se", "Alder 1,1000,3", "Alder 2,1010,", "Ginkgo 1,990.5,3")
    result = elolag.estimate_lag(
        own_board(write(tmp_path / "a.csv", *rows)), extra_tags=tags, n_draws=400
    )
    assert any("1 ratings printed without an interval" in note for note in result.notes)


# With a covariance


def rated() -> elolag.votes.RatedVotes:
    names = [line.split(",")[0] for line in _RATINGS.splitlines()[1:]]
    rng = np.random.default_rng(4)
    rows = []
    for _ in range(4000):
        a, b = rng.choice(len(names), 2, replace=False)
        won = rng.random() < 1 / (1 + np.exp((b - a) * 0.08))
        rows.append((names[a], names[b], "left" if won else "right"))
    return elolag.rate(pd.DataFrame(rows, columns=["left", "right", "winner"]), date="2026-08-19")


def test_rated_votes_are_a_board_with_covariance(tmp_path: Path, tags: Path):
    made = rated()
    made.write(tmp_path / "out")
    made.write(tmp_path / "flat.csv")
    results = [
        elolag.estimate_lag(own_board(source), extra_tags=tags, n_draws=400).to_dict()
        for source in (made, tmp_path / "out", tmp_path / "flat.csv", tmp_path / "out/ratings.csv")
    ]
    assert results[0] == results[1] == results[2] == results[3]
    digest = hashlib.sha256((tmp_path / "out/ratings.covariance.csv").read_bytes()).hexdigest()
    assert results[0]["policies"]["covariance"] == digest
    study = prepare(board=own_board(made), extra_tags=tags)
    assert study.cast.field.errors is not None
    assert study.cast.field.variance == pytest.approx(np.diag(study.cast.field.errors))
    assert study.fitted.copula is not None


def test_the_anchor_moves_the_scale_and_nothing_else(tags: Path):
    names = rated().ratings.items
    frame_rows = rated_votes_frame()
    results = [
        elolag.estimate_lag(
            own_board(elolag.rate(frame_rows, anchor=anchor, date="2026-08-19")),
            extra_tags=tags,
            n_draws=400,
        )
        for anchor in (None, names[0], names[-1])
    ]
    for other in results[1:]:
        assert (other.months, other.low) == (results[0].months, results[0].low)
        assert other.high == results[0].high
        assert other.gap.elo == pytest.approx(results[0].gap.elo, abs=1e-4)
        assert other.gap.low == pytest.approx(results[0].gap.low, abs=1e-3)


def rated_votes_frame() -> pd.DataFrame:
    names = [line.split(",")[0] for line in _RATINGS.splitlines()[1:]]
    rng = np.random.default_rng(5)
    a = rng.integers(0, len(names), 3000)
    b = (a + rng.integers(1, len(names), 3000)) % len(names)
    won = rng.random(3000) < 1 / (1 + np.exp((b - a) * 0.08))
    return pd.DataFrame(
        {
            "model_a": [names[k] for k in a],
            "model_b": [names[k] for k in b],
            "winner": np.where(won, "model_a", "model_b"),
        }
    )


def test_a_covariance_of_other_ratings_is_refused(tmp_path: Path):
    made = rated()
    made.write(tmp_path / "a.csv")
    beside = tmp_path / "a.covariance.csv"
    good = beside.read_text("utf-8")
    ratings = (tmp_path / "a.csv").read_text("utf-8")
    first = made.to_frame()["entry"][0]
    cases = {
        "not a covariance: its rows": good[: len(good) // 2].rsplit("\n", 1)[0],
        "the file is damaged": good.rstrip("\n").rsplit(",", 1)[0] + "\n",
        "'x' is not in both|is not in both": good.replace("Birch Large", "x"),
        "not symmetric": good.replace("\nBirch Large,-", "\nBirch Large,-9", 1),
        "cannot read the covariance": good.replace("Birch", '"Birch'),
        "could not convert": good.replace(".", "?", 5).replace("e?", "e"),
    }
    for message, text in cases.items():
        beside.write_text(text, "utf-8")
        with pytest.raises(UsageError, match=message):
            own_board(tmp_path / "a.csv")
    beside.write_text(good, "utf-8")
    row = next(line for line in ratings.splitlines() if line.startswith(first))
    cells = row.split(",")
    cells[4] = repr(2 * float(cells[4]))
    (tmp_path / "a.csv").write_text(ratings.replace(row, ",".join(cells)), "utf-8")
    with pytest.raises(UsageError, match="has a standard error of"):
        own_board(tmp_path / "a.csv")


def test_an_indefinite_matrix_is_no_covariance(tmp_path: Path):
    text = "entry,a,b\na,1,5\nb,5,1\n"
    (tmp_path / "r.covariance.csv").write_text(text, "utf-8")
    write(tmp_path / "r.csv", "entry,rating,se", "a,1,1", "b,2,1")
    with pytest.raises(UsageError, match="negative eigenvalue"):
        own_board(tmp_path / "r.csv")
