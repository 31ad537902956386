"""Arena's own routes: the dataset, the catalog, the Space."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from source_payloads import OFFICIAL, parquet

from elolag.errors import PayloadError, UsageError
from elolag.schema import Origin
from elolag.sources import arena, arena_copies

Build = Callable[..., bytes]
ORIGIN = Origin("text", "2026-08-21")
SHA = "0123456789abcdef0123456789abcdef01234567"


def parse(payload: bytes, name: str = "text"):
    (publication,) = arena._parse_dataset(payload, Origin(name, "2026-08-21"))
    return publication


# -- addresses -----------------------------------------------------------------------------


def listing(*paths: str, sha: object = SHA) -> bytes:
    return json.dumps({"sha": sha, "siblings": [{"rfilename": p} for p in paths]}).encode()


def test_listing_gives_revision_and_subsets_with_why_one_is_not_stored():
    answer = listing(
        "README.md",
        "text/latest-00000-of-00001.parquet",
        "text/full-00000-of-00001.parquet",
        "agent_tools/latest-00000-of-00001.parquet",
        "../evil/latest-00000-of-00001.parquet",
        "a/b/latest-00000-of-00001.parquet",
    )
    revision, refused = arena.subsets(answer)
    assert (revision, list(refused)) == (SHA, ["agent_tools", "text"])
    assert refused["text"] == ""
    assert "agent leaderboards" in refused["agent_tools"]


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (b"[]", "the answer should be a JSON object"),
        (listing("text/latest-00000-of-00001.parquet", sha="main"), "40-digit commit"),
        (listing("text/latest-00000-of-00001.parquet", sha=None), "40-digit commit"),
        (listing("README.md"), "no file is named"),
        (listing("text/latest-00000-of-00002.parquet"), "one of several parts"),
        (
            listing(*(f"b{i}/latest-00000-of-00001.parquet" for i in range(201))),
            "201 boards; more than 200",
        ),
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
        ("rows", 49, "declares 50 rows"),
        ("bytes", 100, "bytes uncompressed"),
        ("columns", 10, "declares 11 columns"),
    ]:
        with monkeypatch.context() as patch:
            patch.setitem(bounded._LIMITS, limit, value)
            with pytest.raises(PayloadError, match=says):
                parse(payload)
    assert bounded._LIMITS["rows"] == 2_000_000


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


def real(served: Path, day: str, subset: str):
    file = served / "huggingface/leaderboard-dataset" / day / subset
    return parse((file / "latest-00000-of-00001.parquet").read_bytes(), subset)


def test_real_boards_all_parse_but_the_broken_one(served: Path):
    refused, rows = [], 0
    for file in sorted((served / "huggingface/leaderboard-dataset").glob("*/*/latest*")):
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


def test_real_search_was_mended(served: Path):
    mended = real(served, "2026-08-03", "search")
    assert (mended.vintage, len(mended.tables["ratings"])) == ("2026-07-21", 32)


def test_real_style_control_board(served: Path):
    publication = real(served, "2026-08-21", "text_style_control")
    ratings = publication.tables["ratings"]
    overall = ratings[ratings["category"] == "overall"].set_index("entry")
    assert publication.vintage == "2026-08-19"
    assert overall.loc["kimi-k3-max", "rating"] == pytest.approx(1489.7, abs=0.1)
    half = (overall["upper"] - overall["lower"]) / 2
    assert (half - 1.96 * overall["se"]).abs().max() < 0.02
    assert not math.isnan(overall["votes"].sum())


def test_real_webdev_pair_is_ordered_alike_everywhere(served: Path):
    name = "gpt-5.3-codex (codex-harness)"
    for day in ("2026-06-30", "2026-07-14", "2026-07-22", "2026-08-03", "2026-08-21"):
        ratings = real(served, day, "webdev").tables["ratings"].set_index(["entry", "category"])
        first, second = ratings.loc[name], ratings.loc[f"{name} #2"]
        assert sorted(second.index) == ["overall", "webdev", "webdev-html", "webdev-react"]
        assert sorted(first.index) == ["image_to_webdev", *sorted(second.index)]
        assert (first["rating"].loc[second.index] > second["rating"]).all()


def test_real_text_to_image_has_categories_with_bootstrap_intervals(served: Path):
    assert [n for n in real(served, "2026-08-21", "text_to_image").notes if "bootstrap" in n] == [
        f"intervals of category '{c}': bootstrap" for c in ("chinese", "english", "russian")
    ]


# catalog


DAY = "2025-11-06"


def entry(rating: float = 1400.0, low: float | None = None, high: float | None = None) -> dict:
    return {"rating": rating, "rating_q975": high, "rating_q025": low}


def parse_catalog(answer: object, name: str = "leaderboard-text.json", day: str = DAY):
    payload = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    (publication,) = arena._parse_catalog(payload, Origin(name, day))
    return publication


def test_categories_get_the_official_names_and_others_keep_theirs():
    renamed = {
        "full": "overall",
        "hard_6": "hard_prompts",
        "hard_english_6": "hard_prompts_english",
        "if": "instruction_following",
        "long_user": "longer_query",
        "multiturn": "multi_turn",
        "no_tie": "exclude_ties",
    }
    kept = ["coding", "no_refusal", "no_short", "creative_writing", "creative_writing_vision"]
    publication = parse_catalog({name: {"a": entry()} for name in [*renamed, *kept]})
    assert set(publication.tables["ratings"]["category"]) == {*renamed.values(), *kept}
    assert "full is overall" in publication.notes[0]
    assert "no_refusal" not in publication.notes[0]


def test_two_names_of_one_category_are_refused():
    with pytest.raises(PayloadError, match="categories 'full' and 'overall' are one"):
        parse_catalog({"full": {"a": entry()}, "overall": {"a": entry()}})


def test_intervals_are_told_apart_by_symmetry():
    assert parse_catalog({"full": {"a": entry(1400, 1390, 1410)}}).interval_kind == "variance"
    assert parse_catalog({"full": {"a": entry(1400, 1390, 1411)}}).interval_kind == "bootstrap"
    bare = parse_catalog({"full": {"a": entry()}})
    assert (bare.interval_kind, bare.interval_level) == ("none", None)


def test_a_publication_says_what_it_is():
    publication = parse_catalog({"full": {"a": entry(1400.126, 1390, 1410)}})
    assert (publication.vintage, publication.basis) == (DAY, "commit")
    assert publication.method == "bradley-terry"
    row = publication.tables["ratings"].iloc[0]
    assert row[["rating", "lower", "upper"]].tolist() == [1400.13, 1390.0, 1410.0]
    assert row[["se", "votes", "rank"]].isna().all()


@pytest.mark.parametrize(
    ("name", "board", "controlled"),
    [
        ("leaderboard-text.json", "arena/text", False),
        ("leaderboard-text-style-control.json", "arena/text_style_control", True),
        ("leaderboard-vision.json", "arena/vision", False),
        ("leaderboard-vision-style-control.json", "arena/vision_style_control", True),
        ("leaderboard-image.json", "arena/text_to_image", None),
        ("leaderboard-data.json", "arena/text", False),
        ("leaderboard-data-style-control.json", "arena/text_style_control", True),
    ],
)
def test_files_and_boards(name: str, board: str, controlled: bool | None):
    publication = parse_catalog({"full": {"a": entry()}}, name)
    assert (publication.board, publication.style_control) == (board, controlled)
    assert not any("style-controlled" in note for note in publication.notes)


@pytest.mark.parametrize(
    ("day", "board"),
    [
        ("2025-01-28", "text_style_control"),
        ("2025-02-05", "text_style_control"),
        ("2025-02-06", "text"),
        ("2025-03-04", "text"),
    ],
)
def test_the_first_two_data_files_are_style_controlled_and_say_so(day: str, board: str):
    publication = parse_catalog({"full": {"a": entry()}}, "leaderboard-data.json", day)
    controlled = board == "text_style_control"
    assert (publication.board, publication.style_control) == (f"arena/{board}", controlled)
    note = "the file's name says raw, its ratings are style-controlled"
    assert (note in publication.notes) is controlled
    for name in arena._CATALOG_BOARDS:
        other = parse_catalog({"full": {"a": entry()}}, name, day)
        assert name == "leaderboard-data.json" or note not in other.notes


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ([], "the file should be a JSON object, found an array"),
        ({}, "the board is empty"),
        ({"full": {}}, "the board is empty"),
        ({"full": []}, "category 'full' should be a JSON object"),
        ({"full": {"a": 5}}, "'full' entry 1 should be a JSON object"),
        ({"full": {"a": {"rating": 5, "rating_lower": 1}}}, "has no 'rating_q025'; it has"),
        ({"full": {"a": entry(True)}}, "rating in row 1 .* is not a finite number"),
        ({"full": {"a\x00": entry()}}, "control character"),
        (b'{"full": {"a": {"rating": NaN}}}', "NaN"),
        (b'{"full": {"a": {"rating": 1e999, "rating_q025": 1, "rating_q975": 1}}}', "finite"),
        (b'{"full": {}, "full": {}}', "occurs twice"),
    ],
)
def test_refusals(answer: object, says: str):
    with pytest.raises(PayloadError, match=says):
        parse_catalog(answer)


@pytest.mark.parametrize("name", ["visibility-data.json", "../leaderboard-text.json", ""])
def test_other_files_are_refused(name: str):
    with pytest.raises(PayloadError, match="not a file of the catalog"):
        parse_catalog({}, name)


def test_model_table():
    row = {"model_api_name": "a", "name": "A", "organization": "Lab", "license": "MIT", "x": 1}
    publication = parse_catalog([row], "scatterplot-data.json")
    assert publication.board == "arena/catalog_table"
    assert list(publication.tables) == ["entries"]
    assert publication.tables["entries"].iloc[0].tolist() == ["a", "A", "Lab", "MIT"]


# -- the real_catalog files ------------------------------------------------------------------------


def real_catalog(served: Path, day: str, name: str):
    return parse_catalog((served / "arena-catalog" / day / name).read_bytes(), name, day)


def test_real_files_all_parse_and_change_kind_in_november_2025(served: Path):
    seen = 0
    for file in sorted((served / "arena-catalog").glob("*/*.json")):
        publication = real_catalog(served, file.parent.name, file.name)
        later = publication.vintage >= "2025-11"
        assert publication.interval_kind == ("variance" if later else "bootstrap"), file
        seen += 1
    assert seen == 83


def overall(served: Path, day: str, name: str) -> pd.Series:
    ratings = real_catalog(served, day, name).tables["ratings"]
    return ratings[ratings["category"] == "overall"].set_index("entry")["rating"]


def line(of: pd.Series, on: pd.Series) -> tuple[float, float]:
    """Slope of one list on another over the entries they share, and the spread about it."""
    both = of.index.intersection(on.index)
    assert len(both) > 180
    slope, level = np.polyfit(on[both], of[both], 1)
    return slope, float((of[both] - level - slope * on[both]).std())


@pytest.mark.parametrize(
    ("day", "controlled"),
    [
        ("2025-01-28", True),
        ("2025-02-05", True),
        ("2025-02-06", False),
        ("2025-02-12", False),
        ("2025-02-21", False),
    ],
)
def test_real_data_files_lie_on_the_list_of_their_board(served: Path, day: str, controlled: bool):
    """The two lists of 2025-02-28, raw and style-controlled, tell which of them a file is."""
    publication = real_catalog(served, day, "leaderboard-data.json")
    assert publication.style_control is controlled
    own = overall(served, day, "leaderboard-data.json")
    with_style = line(own, overall(served, "2025-02-28", "leaderboard-data-style-control.json"))
    without = line(own, overall(served, "2025-02-28", "leaderboard-data.json"))
    same, other = (with_style, without) if controlled else (without, with_style)
    assert abs(same[0] - 1) < 0.01
    assert same[1] < 1
    assert abs(other[0] - 1) > 0.15
    assert other[1] > 10


def test_real_data_files_are_the_text_board_of_their_days(served: Path):
    """Under their new name three days later they hold the same models at the same ratings."""
    for style in ("", "-style-control"):
        before = overall(served, "2025-03-04", f"leaderboard-data{style}.json")
        after = overall(served, "2025-03-07", f"leaderboard-text{style}.json")
        slope, spread = line(after, before)
        assert abs(slope - 1) < 0.01
        assert spread < 1


def test_real_counts(served: Path):
    first = real_catalog(served, "2025-03-07", "leaderboard-text.json").tables["ratings"]
    assert (first["category"].nunique(), (first["category"] == "overall").sum()) == (20, 204)
    last = real_catalog(served, "2025-12-11", "leaderboard-vision.json").tables["ratings"]
    assert "creative_writing_vision" in set(last["category"])


def test_real_image_board_rates_text_to_image_models(served: Path):
    ratings = real_catalog(served, "2025-11-06", "leaderboard-image.json").tables["ratings"]
    overall = ratings[ratings["category"] == "overall"].set_index("entry")["rating"]
    assert overall["dall-e-3"] == 978.0
    assert {"imagen-3.0-generate-002", "flux-1.1-pro"} <= set(overall.index)


def test_real_march_file_is_a_twin_of_the_history(served: Path):
    """To the last digit, but the history keeps seven models that were already retired."""
    ours = real_catalog(served, "2025-03-07", "leaderboard-text.json").tables["ratings"]
    ours = ours[ours["category"] == "overall"].set_index("entry")["rating"]
    payload = (served / "chatbot-arena-history/alltime.csv").read_bytes()
    theirs = {
        p.vintage: p.tables["ratings"].set_index("entry")["rating"]
        for p in arena_copies._parse_history(payload, Origin("alltime.csv", "2025-03-27"))
    }["2025-03-03"]
    assert (len(ours), len(theirs)) == (204, 211)
    assert ours.sort_index().equals(theirs.loc[ours.index].sort_index())
    assert "gemini-1.5-pro-exp-0801" in set(theirs.index) - set(ours.index)


def test_real_model_table(served: Path):
    payload = (served / "arena-catalog/scatterplot-data.json").read_bytes()
    entries = parse_catalog(payload, "scatterplot-data.json").tables["entries"]
    assert len(entries) == 141


# space


def parse_space(text: str, name: str = "leaderboard_table_20240602.csv"):
    (publication,) = arena._parse_space(text.encode(), Origin(name, "2025-01-01"))
    return publication


def test_layouts_with_and_without_a_key():
    keyed = parse_space("key,Model,License,Organization,Link\na-1,A 1,MIT,Lab,https://x\n")
    assert (keyed.board, keyed.vintage, keyed.basis) == (
        "arena/space_table",
        "2024-06-02",
        "published",
    )
    assert list(keyed.tables) == ["entries"]
    assert keyed.tables["entries"].iloc[0].tolist() == ["a-1", "A 1", "Lab", "MIT"]
    bare = parse_space("Model,Arena Elo rating,License\nA 1,1200,MIT\n")
    assert bare.tables["entries"].iloc[0].tolist() == ["A 1", "A 1", "", "MIT"]


@pytest.mark.parametrize("name", ["table.csv", "leaderboard_table_20241301.csv", "x/" * 3])
def test_the_date_is_in_the_name(name: str):
    with pytest.raises(PayloadError, match="should be named leaderboard_table_YYYYMMDD"):
        parse_space("Model,License\nA,MIT\n", name)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Model\nA\n", "no column 'License'"),
        ("Model,License\n", "the board is empty"),
        ("Model,License\nA,MIT\nA,Apache\n", "listed more than once and differently"),
    ],
)
def test_refusals_space(text: str, says: str):
    with pytest.raises(PayloadError, match=says):
        parse_space(text)


def test_real_tables(served: Path):
    sizes = {}
    for file in (served / "arena-space").glob("*.csv"):
        publication = parse_space(file.read_text("utf-8"), file.name)
        sizes[publication.vintage] = len(publication.tables["entries"])
    assert sizes == {"2023-06-19": 31, "2023-12-06": 61, "2024-06-02": 119, "2024-10-07": 185}
