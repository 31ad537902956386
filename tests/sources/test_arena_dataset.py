import datetime as dt
import json
import math
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from source_payloads import OFFICIAL, parquet

from elolag.errors import PayloadError, UsageError
from elolag.schema import Origin
from elolag.sources import arena

Build = Callable[..., bytes]
ORIGIN = Origin("text", "2026-08-21")
SHA = "0123456789abcdef0123456789abcdef01234567"


def parse(payload: bytes, name: str = "text"):
    (publication,) = arena.parse_dataset(payload, Origin(name, "2026-08-21"))
    return publication


# -- addresses -----------------------------------------------------------------------------


def listing(*paths: str, sha: object = SHA) -> bytes:
    return json.dumps({"sha": sha, "siblings": [{"rfilename": p} for p in paths]}).encode()


def test_listing_gives_revision_and_latest_files():
    answer = listing(
        "README.md",
        "text/latest-00000-of-00001.parquet",
        "text/full-00000-of-00001.parquet",
        "agent_tools/latest-00000-of-00001.parquet",
        "../evil/latest-00000-of-00001.parquet",
        "a/b/latest-00000-of-00001.parquet",
    )
    assert arena.subsets(answer) == (
        SHA,
        {
            "agent_tools": "agent_tools/latest-00000-of-00001.parquet",
            "text": "text/latest-00000-of-00001.parquet",
        },
    )


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (b"[]", "the answer should be a JSON object"),
        (listing("text/latest-00000-of-00001.parquet", sha="main"), "40-digit commit"),
        (listing("text/latest-00000-of-00001.parquet", sha=None), "40-digit commit"),
        (listing("README.md"), "no file is named"),
        (listing("text/latest-00000-of-00002.parquet"), "one of several parts"),
        (json.dumps({"sha": SHA}).encode(), "'siblings' should be a JSON array"),
        (json.dumps({"sha": SHA, "siblings": ["x"]}).encode(), "should be a JSON object"),
    ],
)
def test_listing_refusals(answer: bytes, says: str):
    with pytest.raises(PayloadError, match=says):
        arena.subsets(answer)


def test_addresses_are_pinned():
    assert arena.dataset_address(SHA, "text") == (
        "https://huggingface.co/datasets/lmarena-ai/leaderboard-dataset/resolve/"
        f"{SHA}/text/latest-00000-of-00001.parquet"
    )
    assert arena.dataset_address(SHA, "text", "full").endswith("/text/full-00000-of-00001.parquet")
    for bad in [("main", "text", "latest"), (SHA, "../x", "latest"), (SHA, "text", "other")]:
        with pytest.raises(UsageError):
            arena.dataset_address(*bad)


def test_agent_boards_are_refused_by_name(official: Build):
    assert arena.refusal("text") is None
    assert "agent leaderboards" in str(arena.refusal("agent_tools"))
    with pytest.raises(PayloadError, match="arena-dataset agent: agent leaderboards publish"):
        parse(official({}), "agent")
    with pytest.raises(PayloadError, match="not the name of an Arena leaderboard"):
        parse(official({}), "../text")


# -- reading -------------------------------------------------------------------------------


def test_a_board_in_the_published_shape(official: Build):
    publication = parse(official({}, {"model_name": "beta", "rating": 1500.0, "rank": 1}))
    assert publication.board == "arena/text"
    assert (publication.vintage, publication.basis) == ("2026-08-19", "published")
    assert (publication.method, publication.style_control) == ("bradley-terry", False)
    assert (publication.interval_kind, publication.interval_level) == ("bootstrap", 0.95)
    assert publication.completeness == "full"
    row = publication.tables["ratings"].iloc[1]
    assert row[["entry", "rating", "lower", "upper", "se", "votes", "rank"]].tolist() == [
        "alpha",
        1400.0,
        1390.2,
        1409.8,
        5.0,
        1000,
        1,
    ]
    assert publication.tables["entries"].iloc[0].tolist() == ["alpha", "", "lab", "Proprietary"]


@pytest.mark.parametrize(
    ("subset", "controlled"),
    [
        ("text", False),
        ("text_style_control", True),
        ("document", False),
        ("search_style_control", True),
        ("webdev", None),
        ("text_factuality", None),
    ],
)
def test_style_control(official: Build, subset: str, controlled: bool | None):
    assert parse(official({}), subset).style_control is controlled


@pytest.mark.parametrize("rank", [3, 3.0, None])
@pytest.mark.parametrize("votes", [77, 77.0, None])
def test_rank_and_votes_may_drift_in_type(official: Build, rank: object, votes: object):
    ratings = parse(official({"rank": rank, "vote_count": votes})).tables["ratings"]
    assert ratings["rank"].tolist() == [pd.NA if rank is None else 3]
    assert ratings["votes"].tolist() == [pd.NA if votes is None else 77]


def test_intervals_may_be_null(official: Build):
    publication = parse(official({"rating_lower": None, "rating_upper": None, "variance": None}))
    assert publication.tables["ratings"][["lower", "upper", "se"]].isna().all(axis=None)
    assert (publication.interval_kind, publication.interval_level) == ("none", None)


def test_symmetric_intervals_come_from_the_variance(official: Build):
    assert parse(official({})).interval_kind == "variance"
    assert parse(official({"rating_upper": 1412.0})).interval_kind == "bootstrap"


def test_categories_of_an_older_date_stay_and_are_noted(official: Build):
    publication = parse(
        official({}, {"category": "chinese", "leaderboard_publish_date": "2026-08-02"})
    )
    assert publication.vintage == "2026-08-19"
    assert len(publication.tables["ratings"]) == 2
    assert publication.notes == ("category 'chinese' was published 2026-08-02",)


def test_two_dates_in_one_category_are_no_latest_file(official: Build):
    payload = official({}, {"model_name": "b", "leaderboard_publish_date": "2026-08-02"})
    with pytest.raises(PayloadError, match="'overall' has rows of several dates"):
        parse(payload)


def test_dates_may_come_as_dates():
    frame = pd.DataFrame([OFFICIAL])
    frame["leaderboard_publish_date"] = [dt.date(2026, 8, 19)]
    assert parse(parquet(frame)).vintage == "2026-08-19"
    frame["leaderboard_publish_date"] = pd.to_datetime(["2026-08-19"])
    assert parse(parquet(frame)).vintage == "2026-08-19"


def test_unknown_columns_are_ignored_and_noted():
    payload = parquet(pd.DataFrame([OFFICIAL | {"price": 1.5}]))
    assert parse(payload).notes == ("columns ignored: 'price'",)


def test_the_doubled_webdev_entry(official: Build):
    name = "gpt-5.3-codex (codex-harness)"
    pair = [
        {"model_name": name, "rating": 1369.6, "vote_count": 3493},
        {"model_name": name, "rating": 1408.5, "vote_count": 2525},
    ]
    ratings = parse(official(*pair), "webdev").tables["ratings"]
    assert ratings["entry"].tolist() == [name, f"{name} #2"]
    assert ratings["rating"].tolist() == [1408.5, 1369.6]
    with pytest.raises(PayloadError, match="the board is refused"):
        parse(official(*pair), "text")


# -- refusals ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"rating": float("nan")}, r"rating in row 1 \('alpha', 'overall'\) is missing"),
        ({"rating": float("inf")}, "rating in row 1 .* is not a finite number: inf"),
        ({"variance": float("inf")}, "variance in row 1"),
        ({"model_name": "a\x00b"}, r"entry in row 1 holds a control character: 'a\\x00b'"),
        ({"model_name": "a\nb"}, "control character"),
        ({"model_name": "x" * 10_000}, "a value of column 'model_name' has 10,000 characters"),
        ({"model_name": "x" * 600}, "600 characters"),
        ({"model_name": None}, "entry in row 1 is missing"),
        ({"category": None}, "category in row 1 is missing"),
        ({"leaderboard_publish_date": "19 Aug"}, "'19 Aug' is not an ISO date"),
        ({"leaderboard_publish_date": "2026-02-30"}, "not an ISO date"),
        ({"leaderboard_publish_date": "2026-08"}, "not an ISO date"),
        ({"leaderboard_publish_date": None}, "not an ISO date|not readable"),
        ({"rating": "many"}, "column 'rating' should be number, found"),
        ({"model_name": 5}, "column 'model_name' should be text, found int64"),
        ({"license": [1]}, "column 'license' should be text, found list"),
    ],
)
def test_bad_values_are_refused(official: Build, row: dict[str, object], says: str):
    with pytest.raises(PayloadError, match=says) as caught:
        parse(official(row))
    assert str(caught.value).startswith("arena-dataset text: ")


def test_missing_and_renamed_columns(official: Build):
    with pytest.raises(PayloadError, match="no column 'variance'; the payload has 'model_name'"):
        parse(official({}, drop=("variance",)))
    with pytest.raises(PayloadError, match=r"no column 'rating_lower'.*'rating_q025'"):
        parse(official({}, rating_lower="rating_q025"))


def test_an_empty_board(official: Build):
    with pytest.raises(PayloadError, match="the board is empty"):
        parse(parquet(pd.DataFrame([OFFICIAL]).iloc[:0]))


def test_not_parquet(official: Build):
    whole = official({})
    for payload, says in [
        (b"", "empty"),
        (b"<!doctype html><title>429", "web page"),
        (b"\x1f\x8b" + bytes(30), "gzip"),
        (whole[: len(whole) // 2], "not readable as Parquet"),
        (whole + b"x", "not readable as Parquet"),
    ]:
        with pytest.raises(PayloadError, match=says):
            parse(payload)


def test_a_repeated_long_text_is_not_unpacked():
    """A dictionary holds the text once, two million rows would hold it two million times."""
    n = 1_500_000
    table = pa.table(
        {
            name: pa.DictionaryArray.from_arrays(pa.nulls(n, pa.int32()).fill_null(0), ["x" * 9999])
            if isinstance(value, str)
            else pa.nulls(n, pa.float64()).fill_null(1.0)
            for name, value in OFFICIAL.items()
        }
    )
    out = pa.BufferOutputStream()
    pq.write_table(table, out, compression="zstd")
    with pytest.raises(PayloadError, match="9,999 characters"):
        parse(out.getvalue().to_pybytes())


def test_declared_sizes_are_bounded(monkeypatch: pytest.MonkeyPatch, official: Build):
    from elolag.sources import bounded

    payload = official(*({"model_name": f"m{i}"} for i in range(50)))
    for limit, value, says in [
        ("MAX_ROWS", 49, "declares 50 rows"),
        ("MAX_UNCOMPRESSED", 100, "bytes uncompressed"),
        ("MAX_COLUMNS", 10, "declares 11 columns"),
    ]:
        with monkeypatch.context() as patch:
            patch.setattr(bounded, limit, value)
            with pytest.raises(PayloadError, match=says):
                parse(payload)
    assert bounded.MAX_ROWS == 2_000_000


# -- full files ----------------------------------------------------------------------------


def test_history_gives_vintages_in_order_and_refusals_beside_them(official: Build):
    payload = official(
        {"leaderboard_publish_date": "2026-08-19"},
        {"leaderboard_publish_date": "2024-01-09", "rating": 1.0},
        {"leaderboard_publish_date": "2023-05-08", "rating_lower": None, "rating_upper": None},
        {"leaderboard_publish_date": "2024-01-09", "rating": 2.0},
    )
    first, second, third = arena.dataset_history(payload, ORIGIN)
    assert (first.vintage, first.interval_kind) == ("2023-05-08", "none")
    assert isinstance(second, PayloadError)
    assert "arena-dataset text of 2024-01-09: 1 of 1 entries" in str(second)
    assert (third.vintage, len(third.tables["ratings"])) == ("2026-08-19", 1)


def test_history_of_garbage_is_refused():
    with pytest.raises(PayloadError):
        list(arena.dataset_history(b"PAR1", ORIGIN))


# -- the real files ------------------------------------------------------------------------


def real(upstream: Path, day: str, subset: str):
    file = upstream / "huggingface/leaderboard-dataset" / day / subset
    return parse((file / "latest-00000-of-00001.parquet").read_bytes(), subset)


def test_real_boards_all_parse_but_the_broken_one(upstream: Path):
    refused, rows = [], 0
    for file in sorted((upstream / "huggingface/leaderboard-dataset").glob("*/*/latest*")):
        day, subset = file.parts[-3:-1]
        try:
            publication = parse(file.read_bytes(), subset)
        except PayloadError as error:
            refused.append((day, subset, str(error)))
            continue
        ratings = publication.tables["ratings"]
        assert len(ratings) == pq.read_metadata(file).num_rows
        assert not ratings.duplicated(["category", "entry"]).any()
        assert publication.interval_kind == "variance"
        assert set(ratings["entry"]) == set(publication.tables["entries"]["entry"])
        rows += len(ratings)
    assert [(day, subset) for day, subset, _ in refused] == [("2026-07-22", "search")]
    assert "30 of 32 entries are listed more than once" in refused[0][2]
    assert rows == 104_621


def test_real_search_was_mended(upstream: Path):
    mended = real(upstream, "2026-08-03", "search")
    assert (mended.vintage, len(mended.tables["ratings"])) == ("2026-07-21", 32)


def test_real_style_control_board(upstream: Path):
    publication = real(upstream, "2026-08-21", "text_style_control")
    ratings = publication.tables["ratings"]
    overall = ratings[ratings["category"] == "overall"].set_index("entry")
    assert publication.vintage == "2026-08-19"
    assert overall.loc["kimi-k3-max", "rating"] == pytest.approx(1489.7, abs=0.1)
    half = (overall["upper"] - overall["lower"]) / 2
    assert (half - 1.96 * overall["se"]).abs().max() < 0.02
    assert not math.isnan(overall["votes"].sum())


def test_real_webdev_pair_is_ordered_alike_everywhere(upstream: Path):
    name = "gpt-5.3-codex (codex-harness)"
    for day in ("2026-06-30", "2026-07-14", "2026-07-22", "2026-08-03", "2026-08-21"):
        ratings = real(upstream, day, "webdev").tables["ratings"].set_index(["entry", "category"])
        first, second = ratings.loc[name], ratings.loc[f"{name} #2"]
        assert sorted(second.index) == ["overall", "webdev", "webdev-html", "webdev-react"]
        assert sorted(first.index) == ["image_to_webdev", *sorted(second.index)]
        assert (first["rating"].loc[second.index] > second["rating"]).all()


def test_real_text_to_image_has_categories_with_bootstrap_intervals(upstream: Path):
    assert [n for n in real(upstream, "2026-08-21", "text_to_image").notes if "bootstrap" in n] == [
        f"intervals of category '{c}': bootstrap" for c in ("chinese", "english", "russian")
    ]
