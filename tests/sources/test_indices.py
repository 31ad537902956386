"""Epoch, METR, compar:IA and Artificial Analysis: what is read, what is refused."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from search import search

from elolag.errors import PayloadError, UsageError
from elolag.schema import MODELS, Origin, Publication
from elolag.sources import PartialPayloadError, indices

LIVE = (
    "Model,Display name,eci,eci_ci_low,eci_ci_high,date,Organization,Country (of organization),"
    "Model accessibility,Accessibility group,model_versions\n"
)
OLD = (
    "Model version,ECI Score,Release date,Organization,Country,Model accessibility,"
    "Training compute (FLOP),Confidence,Model name,Description,Display name\n"
)


def parse(text: str):
    (publication,) = indices._epoch(text.encode(), Origin("eci_scores.csv", "2026-01-20"))
    return publication


def test_live_layout():
    publication = parse(
        LIVE
        + 'GPT-9,GPT-9 (high),166.31,163.0,171.88,2026-09-03,"A,B",United States of America,'
        + "API access,Closed weights,\n"
        + "Anchor,,100.0,,,2024-01-01,Lab,China,Open weights (unrestricted),Open weights,\n"
    )
    assert (publication.board, publication.method) == ("epoch/eci", "index")
    assert (publication.vintage, publication.basis) == ("2026-01-20", "fetched")
    assert (publication.interval_kind, publication.interval_level) == ("published", 0.90)
    first, anchor = publication.tables["ratings"].itertuples(index=False)
    assert first[:5] == ("overall", "GPT-9", 166.31, 163.0, 171.88)
    assert anchor[3] != anchor[3]
    entries = publication.tables["entries"].set_index("entry")
    assert entries["name"].to_dict() == {"Anchor": "Anchor", "GPT-9": "GPT-9 (high)"}
    assert entries.loc["GPT-9", "licence"] == "API access"
    models = publication.tables["models"]
    assert list(models.columns) == list(MODELS)
    assert models.iloc[0].tolist() == ["Anchor", "Anchor", "Lab", "2024-01-01", "true", "China"]
    assert models["open_weights"].tolist() == ["true", "false"]


def test_old_layout_has_a_row_per_version_and_rows_without_a_score():
    publication = parse(
        OLD
        + 'v1,152.418,2025-12-11,OpenAI,"US,UK",,,,GPT-5.2,,GPT-5.2 (Pro)\n'
        + "v2,151,2025-12-11,OpenAI,US,,,,GPT-5.2,,\n"
        + "v3,,2024-01,Lab,China,Open weights (non-commercial),,,,,\n"
    )
    ratings = publication.tables["ratings"]
    assert ratings["entry"].tolist() == ["v1", "v2"]
    assert ratings["rating"].tolist() == [152.42, 151.0]
    assert (publication.interval_kind, publication.interval_level) == ("none", None)
    assert publication.tables["entries"]["name"].tolist() == ["GPT-5.2", "GPT-5.2"]
    models = publication.tables["models"].set_index("entry")
    assert models.loc["v1", "country"] == "US,UK"
    assert models.loc["v3", ["name", "release_date", "open_weights"]].tolist() == [
        "v3",
        "2024-01",
        "true",
    ]
    assert models.loc["v1", "open_weights"] == ""
    assert "1 rows without a score are in table models only" in publication.notes


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a,b\n1,2\n", "no column 'Model', 'Display name'"),
        (OLD, "the board is empty"),
        (OLD + "v1,,,,,,,,,,\n", "the board is empty"),
        (OLD + "v1,high,,,,,,,,,\n", r"rating in row 1 \('v1'\) is not a finite number: 'high'"),
        (OLD + "v1,1,,,,,,,,,\nv1,2,,,,,,,,,\n", "the board is refused"),
    ],
)
def test_refusals(text: str, says: str):
    with pytest.raises(PayloadError, match=says):
        parse(text)


def test_real_live_file(served: Path):
    publication = parse((served / "epoch/eci_scores-2025-12-19.csv").read_text("utf-8"))
    ratings = publication.tables["ratings"]
    assert len(ratings) == 140
    assert ratings["lower"].notna().sum() == ratings["upper"].notna().sum() == 138
    assert (publication.interval_kind, publication.interval_level) == ("published", 0.90)
    # The two models that fix the scale have no interval.
    fixed = ratings.loc[ratings["lower"].isna(), ["entry", "rating"]].to_numpy().tolist()
    assert fixed == [["GPT-5", 150.0], ["Claude 3.5 Sonnet", 130.0]]


def test_real_file(served: Path):
    publication = parse((served / "epoch/eci_scores-2026-01-20.csv").read_text("utf-8"))
    tables = publication.tables
    assert [len(tables[name]) for name in ("ratings", "entries", "models")] == [282, 282, 498]
    assert tables["entries"]["name"].nunique() == 142
    models = tables["models"]
    # The mistyped date of the design's trap 11 is kept as published; the tags deal with it.
    assert (models["release_date"] == "2024-09-05").any()
    assert models["country"].str.contains("China").sum() == 100


DAY = "2026-08-20"


def gap_row(model: str = "M", **figures: Any) -> dict[str, Any]:
    return {
        "model": model,
        "display_name": f"{model} (high)",
        "organization": "Lab",
        "date": "2026-01-02T00:00:00",
        "is_china": False,
        **figures,
    }


def eci_row(model: str = "M", eci: Any = 150.0, eci_std: Any = 1.25) -> dict[str, Any]:
    return gap_row(model, eci=eci, eci_std=eci_std)


def horizon_row(
    model: str = "M", score: Any = 64.0, low: Any = 32.0, high: Any = 128.0
) -> dict[str, Any]:
    return gap_row(model, score=score, p50_ci_low=low, p50_ci_high=high)


def gap(eci: Any, horizon: Any = None, *, nested: bool = False, **more: Any) -> bytes:
    boards = {"eci": {"metadata": {"unit": "ECI Score"}, "trend_models": eci}}
    if horizon is not None:
        boards["metr_time_horizon"] = {"trend_models": horizon}
    return json.dumps({**({"benchmarks": boards} if nested else boards), **more}).encode()


def read_gap(payload: bytes) -> list[Publication]:
    return indices._open_source_gap(payload, Origin("data.json", DAY))


@pytest.mark.parametrize("nested", [False, True])
def test_both_measures_of_the_gap_file(nested: bool):
    index, horizon = read_gap(
        gap(
            [eci_row("GPT-9"), eci_row("Anchor", 130, None)],
            [horizon_row("gpt_9", 64.0, 30.0, 140.0)],
            nested=nested,
            commit_date="2026-08-19",
            gpqa_diamond={"trend_models": "whatever"},
        )
    )
    assert (index.board, index.vintage, index.basis) == ("epoch/eci", "2026-08-19", "commit")
    assert (index.method, index.interval_kind, index.interval_level) == ("index", "variance", None)
    ratings = index.tables["ratings"].set_index("entry")
    assert ratings["rating"].to_dict() == {"GPT-9": 150.0, "Anchor": 130.0}
    assert ratings.loc["GPT-9", "se"] == 1.25
    assert math.isnan(ratings.loc["Anchor", "se"])
    assert ratings[["lower", "upper", "votes"]].isna().all(axis=None)
    entries = index.tables["entries"].set_index("entry")
    assert entries.loc["GPT-9"].tolist() == ["GPT-9 (high)", "Lab", ""]
    assert set(index.tables) == {"ratings", "entries"}

    assert (horizon.board, horizon.vintage) == ("metr/time-horizon", "2026-08-19")
    assert (horizon.interval_kind, horizon.interval_level) == ("bootstrap", 0.95)
    row = horizon.tables["ratings"].iloc[0]
    assert row[["rating", "lower", "upper"]].tolist() == [6.0, 4.91, 7.13]
    assert any("log2 of minutes" in note for note in horizon.notes)


def test_the_day_of_the_commit_stands_in_for_one_the_file_does_not_name():
    (index,) = read_gap(gap([eci_row()]))
    assert (index.vintage, index.basis) == (DAY, "commit")


def test_without_any_error_there_is_no_interval():
    (index,) = read_gap(gap([eci_row("a", 1, None), eci_row("b", 2, None)]))
    assert index.interval_kind == "none"


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        (b"[]", "the file should be a JSON object, found an array"),
        (b'{"metr_time_horizon": {"trend_models": []}}', "no table 'eci'"),
        (b'{"benchmarks": []}', "'benchmarks' should be a JSON object"),
        (b'{"eci": []}', "'eci' should be a JSON object"),
        (b'{"eci": {"trend_models": {}}}', "'eci.trend_models' should be a JSON array"),
        (gap([]), "eci.trend_models: the board is empty"),
        (gap(["x"]), "row 1 should be a JSON object"),
        (gap([{"model": "M"}]), "row 1 has no 'display_name'"),
        (gap([eci_row("")]), "model in row 1 is empty"),
        (gap([eci_row("a\nb")]), "model in row 1 holds a control character"),
        (gap([eci_row(), eci_row("N", "151")]), r"eci in row 2 \('N'\) is not a number: '151'"),
        (gap([eci_row("N", True)]), "eci in row 1 .* is not a number: True"),
        (gap([eci_row("N", None)]), "rating in row 1 .* missing"),
        (gap([eci_row("N", 2e6)]), "rating in row 1 .* out of all range"),
        (gap([eci_row("N", 10**400)]), "eci in row 1 .* is not a finite number"),
        (gap([eci_row("N", 150, -0.5)]), "eci_std in row 1 .* is out of range: -0.5"),
        (gap([eci_row("N", 150, 1e300)]), "eci_std in row 1 .* is out of range: 1e.300"),
        (gap([eci_row("N", 150, math.nan)]), "the JSON holds NaN"),
        (gap([eci_row("N", 1), eci_row("N", 2)]), "the board is refused"),
        (gap([eci_row()], commit_date="2026-8-1"), "commit_date is no ISO day: '2026-8-1'"),
        (gap([eci_row()], commit_date="2026-13-01"), "commit_date is no ISO day"),
        (gap([eci_row()], commit_date=20260820), "commit_date is no ISO day: 20260820"),
    ],
)
def test_gap_files_that_are_refused(payload: bytes, says: str):
    with pytest.raises(PayloadError, match=says) as caught:
        read_gap(payload)
    assert str(caught.value).startswith("iaps-open-source-gap data.json of 2026-08-20")
    assert getattr(caught.value, "publications", ()) == ()


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (horizon_row(score=0), "score in row 1 .* is out of range: 0"),
        (horizon_row(score=-5.0), "score in row 1 .* is out of range: -5"),
        (horizon_row(score=2e9), "score in row 1 .* is out of range: 2e.09"),
        (horizon_row(score=None), "rating in row 1 .* missing"),
        (horizon_row(low=0.0), "p50_ci_low in row 1 .* is out of range: 0"),
        (horizon_row(high="128"), "p50_ci_high in row 1 .* is not a number: '128'"),
        (eci_row(), "row 1 has no 'score'"),
    ],
)
def test_a_refused_horizon_leaves_the_index(row: dict[str, Any], says: str):
    with pytest.raises(PartialPayloadError, match=says) as caught:
        read_gap(gap([eci_row()], [row]))
    assert [p.board for p in caught.value.publications] == ["epoch/eci"]
    (refusal,) = caught.value.refusals
    assert "metr_time_horizon.trend_models" in refusal


figures = st.floats(1e-6, 1e6)


@search(60)
@given(
    rows=st.lists(
        st.tuples(st.text("abc", min_size=1, max_size=4), figures, figures, figures),
        min_size=1,
        max_size=8,
        unique_by=lambda row: row[0],
    ),
    nested=st.booleans(),
)
def test_figures_are_kept_and_horizons_keep_their_order(
    rows: list[tuple[str, float, float, float]], nested: bool
):
    index, horizon = read_gap(
        gap(
            [eci_row(name, value, min(sd, 1e5)) for name, value, sd, _ in rows],
            [horizon_row(name, *sorted(row)[1:2], min(row), max(row)) for name, *row in rows],
            nested=nested,
        )
    )
    by_name = index.tables["ratings"].set_index("entry")
    for name, value, sd, _ in rows:
        assert by_name.loc[name, "rating"] == pytest.approx(value, abs=0.0051)
        assert by_name.loc[name, "se"] == pytest.approx(min(sd, 1e5), abs=0.0051)
    doublings = horizon.tables["ratings"].set_index("entry")
    assert (doublings["lower"] <= doublings["rating"]).all()
    assert (doublings["rating"] <= doublings["upper"]).all()
    for name, *row in rows:
        assert 2 ** doublings.loc[name, "rating"] == pytest.approx(sorted(row)[1], rel=0.004)


def comparia_row(model: str = "m", **other: Any) -> dict[str, Any]:
    row = {"model_name": model, "median": 1100.456, "p2.5": 1090, "p97.5": 1111.25, "n_match": 42}
    return {**row, "win_rate": None, **other}


def read_comparia(value: Any, day: str = "2026-02-11") -> Publication:
    payload = value if isinstance(value, bytes) else json.dumps(value).encode()
    (publication,) = indices._comparia(payload, Origin("ranking.json", day))
    return publication


def test_comparia_without_a_timestamp():
    row = comparia_row(name="M 1", organization="Lab", license="MIT")
    publication = read_comparia([row, comparia_row("n", median=1090.0)])
    assert (publication.board, publication.method) == ("comparia/text", "bradley-terry")
    assert (publication.vintage, publication.basis) == ("2026-02-11", "commit")
    assert (publication.interval_kind, publication.interval_level) == ("bootstrap", 0.95)
    assert publication.style_control is None
    first = publication.tables["ratings"].iloc[0]
    assert first[["rating", "lower", "upper", "votes"]].tolist() == [1100.46, 1090.0, 1111.25, 42]
    entries = publication.tables["entries"].set_index("entry")
    assert entries.loc["m"].tolist() == ["M 1", "Lab", "MIT"]
    assert entries.loc["n"].tolist() == ["", "", ""]


def test_comparia_with_a_timestamp():
    # 2026-02-11T04:28:26 UTC, in a file committed on the evening before in the author's zone.
    value = {"timestamp": 1770784106.0, "models": [comparia_row(rank=1)]}
    publication = read_comparia(value, "2026-02-10")
    assert (publication.vintage, publication.basis) == ("2026-02-11", "published")
    assert publication.tables["ratings"]["rank"].tolist() == [1]


def test_a_share_of_nothing_is_not_read_and_does_not_refuse_the_file():
    row = comparia_row(positive_prefs_ratio=math.nan)
    assert len(read_comparia([row]).tables["ratings"]) == 1


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (b"<!DOCTYPE html>", "it is a web page"),
        (b"[1e999]", "row 1 should be a JSON object"),
        (3, "the list of models should be a JSON array"),
        ({"models": [comparia_row()]}, "timestamp None is no time from 2024-01-01 to 2026-02-12"),
        ({"timestamp": 1770784106}, "the list of models should be a JSON array"),
        ({"timestamp": "2026", "models": [comparia_row()]}, "timestamp '2026' is no time"),
        ({"timestamp": True, "models": [comparia_row()]}, "timestamp True is no time"),
        ({"timestamp": 1e300, "models": [comparia_row()]}, "timestamp 1e.300 is no time"),
        ({"timestamp": math.nan, "models": [comparia_row()]}, "timestamp nan is no time"),
        ({"timestamp": 1771027200, "models": [comparia_row()]}, "is no time from"),  # two days on
        ([], "the board is empty"),
        ([{"model_name": "m"}], "row 1 has no 'median'"),
        ([comparia_row("a\u2028")], "model_name in row 1 holds a control character"),
        ([comparia_row(7)], "model_name in row 1 is not text"),
        ([comparia_row(median="1100")], "median in row 1 .* is not a number"),
        ([comparia_row(median=math.nan)], "median in row 1 .* is not a number: nan"),
        ([comparia_row(median=None)], "rating in row 1 .* missing"),
        ([comparia_row(median=1e9)], "rating in row 1 .* out of all range"),
        ([comparia_row(n_match=4.5)], "votes in row 1 .* not a count: 4.5"),
        ([comparia_row(n_match=-1)], "votes in row 1 .* not a count: -1"),
        ([comparia_row(**{"p2.5": False})], r"p2.5 in row 1 .* is not a number: False"),
        ([comparia_row(rank="1")], "rank in row 1 .* is not a number"),
        ([comparia_row(organization=1)], "organisation in row 1 is not text"),
    ],
)
def test_comparia_files_that_are_refused(value: Any, says: str):
    with pytest.raises(PayloadError, match=says) as caught:
        read_comparia(value)
    assert str(caught.value).startswith("comparia ranking.json of 2026-02-11")


@search(60)
@given(
    medians=st.lists(st.floats(-5000, 5000), min_size=1, max_size=9),
    seconds=st.integers(1_735_689_600, 1_770_854_399),
    data=st.data(),
)
def test_order_of_rows_and_the_hour_do_not_matter(
    medians: list[float], seconds: int, data: st.DataObject
):
    rows = [
        comparia_row(f"m{i}", median=m, **{"p2.5": m - 1, "p97.5": m + 2})
        for i, m in enumerate(medians)
    ]
    shuffled = data.draw(st.permutations(rows))
    one = read_comparia({"timestamp": seconds, "models": rows})
    other = read_comparia({"timestamp": seconds + 0.5, "models": shuffled})
    assert one.vintage == other.vintage == str(np.datetime64(seconds, "s").astype("datetime64[D]"))
    for table in one.tables:
        pd.testing.assert_frame_equal(one.tables[table], other.tables[table])


def test_every_real_gap_file(served: Path):
    index, horizon = {}, {}
    for path in sorted(served.glob("iaps-open-source-gap/*.json")):
        found = indices._open_source_gap(path.read_bytes(), Origin(path.name, path.stem))
        assert all((p.vintage, p.basis) == (path.stem, "commit") for p in found)
        index[path.stem] = found[0].tables["ratings"]
        horizon |= {p.vintage: p.tables["ratings"] for p in found[1:]}
    assert len(index) == 33
    assert min(horizon) == "2026-02-04"
    assert len(horizon) == 30
    assert [len(index[day]) for day in ("2025-12-24", DAY)] == [139, 196]
    assert [len(horizon[day]) for day in ("2026-02-04", DAY)] == [34, 40]
    # Standard deviations are there for all, or all but the two that fix the scale; one list has
    # thirty rows more without.
    without = {day: int(table["se"].isna().sum()) for day, table in index.items()}
    assert {n for day, n in without.items() if day != "2026-04-29"} == {0, 2}
    assert without["2026-04-29"] == 32
    newest = index[DAY].set_index("entry")
    assert newest["se"].quantile([0, 0.5, 1]).round(2).tolist() == [0.83, 1.96, 9.89]
    assert newest.loc["Claude Fable 5", "rating"] == newest["rating"].max() == 162.49
    longest = horizon[DAY].iloc[0]
    assert longest["entry"] == "claude_mythos_preview_early_inspect"
    assert longest[["rating", "lower", "upper"]].tolist() == [10.03, 8.99, 11.69]


def test_every_real_comparia_file(served: Path):
    found = [
        indices._comparia(path.read_bytes(), Origin(path.name, path.name[:10]))[0]
        for path in sorted(served.glob("comparia/*.json"))
    ]
    assert len(found) == 30
    states = {p.tables["ratings"].to_csv() for p in found}
    stamped = {p.tables["ratings"].to_csv() for p in found if p.basis == "published"}
    days = {p.vintage for p in found if p.basis == "published"}
    assert (len(states), len(stamped), len(days)) == (22, 15, 13)
    assert (len(found[0].tables["ratings"]), len(found[-1].tables["ratings"])) == (43, 93)
    assert (found[0].vintage, found[-1].vintage) == ("2025-08-25", "2026-02-11")
    for publication in found:
        ratings = publication.tables["ratings"]
        assert ratings["rating"].between(ratings["lower"], ratings["upper"]).all()
        assert ratings["votes"].notna().all()


# analysis


def parse_analysis(answer: object, name: str = "llms"):
    payload = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    (publication,) = indices._artificial_analysis(payload, Origin(name, "2026-08-22"))
    return publication


def model(slug: str = "m", **extra: object) -> dict[str, object]:
    creator = {"id": "1", "name": "Lab", "slug": "lab"}
    return {
        "slug": slug,
        "name": "M",
        "model_creator": creator,
        "release_date": "2026-01-02",
    } | extra


def page(number: int, more: bool, *slugs: str) -> bytes:
    pagination = {"page": number, "total_pages": 2, "has_more": more}
    return json.dumps({"data": [model(s) for s in slugs], "pagination": pagination}).encode()


def test_addresses():
    assert (
        indices.address(indices.LANGUAGE, 2)
        == "https://artificialanalysis.ai/api/v2/language/models/free?page=2"
    )
    assert indices.address("text-to-image").endswith("/media/text-to-image/models/free?page=1")
    with pytest.raises(UsageError, match="no media arena 'x'"):
        indices.address("x")
    with pytest.raises(UsageError, match="page 0"):
        indices.address(indices.LANGUAGE, 0)


def test_pages_are_joined_in_order():
    pages = [page(1, True, "a", "b"), page(2, False, "c")]
    assert [indices.has_more(p) for p in pages] == [True, False]
    assert not indices.has_more(b'{"data": []}')
    assert parse_analysis(indices.join_pages(pages)).tables["models"]["entry"].tolist() == [
        "a",
        "b",
        "c",
    ]


@pytest.mark.parametrize(
    "pages",
    [
        [page(1, True, "a")],
        [page(1, False, "a"), page(2, False, "b")],
        [page(1, True, "a"), page(1, False, "a")],
        [page(2, False, "a")],
    ],
)
def test_missing_or_repeated_pages_are_refused(pages: list[bytes]):
    with pytest.raises(PayloadError, match="the list changed while it was read"):
        indices.join_pages(pages)


def test_one_page_of_several_is_no_list():
    with pytest.raises(PayloadError, match="more follow; join all pages first"):
        parse_analysis(page(1, True, "a"))


def test_language_models_of_the_api_and_of_the_regrouped_list():
    api = parse_analysis({"data": [model(), model("n", model_creator=None, release_date=None)]})
    assert (api.board, api.method) == ("artificial-analysis/llms", "metadata")
    assert api.tables["models"].to_numpy().tolist() == [
        ["m", "M", "Lab", "2026-01-02", "", ""],
        ["n", "M", "", "", "", ""],
    ]
    row = {"slug": "m", "name": "M", "creator_name": "Lab", "release_date": "2026-01-02"}
    assert (
        parse_analysis({"meta": {}, "models": [row]})
        .tables["models"]
        .equals(api.tables["models"].iloc[:1])
    )
    assert "private archive" in api.notes[0]


@pytest.mark.parametrize(
    ("interval", "low", "high"),
    [
        ({"ci95": 8}, 992.0, 1008.0),
        ({"ci95": "-8/+9.5"}, 992.0, 1009.5),
        ({"ci_95": "-12/12"}, 988.0, 1012.0),
        ({"ci95": None}, None, None),
        ({}, None, None),
    ],
)
def test_media_arenas(interval: dict[str, object], low: float | None, high: float | None):
    publication = parse_analysis({"data": [model(elo=1000, **interval)]}, "music/with-vocals")
    assert publication.board == "artificial-analysis/music_with_vocals"
    row = publication.tables["ratings"].iloc[0]
    if low is None:
        assert row[["lower", "upper"]].isna().all()
        assert publication.interval_kind == "none"
    else:
        assert row[["lower", "upper"]].tolist() == [low, high]
        assert (publication.interval_kind, publication.interval_level) == ("published", 0.95)


def test_rows_without_a_slug_go_by_their_id():
    row = {"id": "8a99", "name": "S", "elo": 1000, "model_creator": {"name": "Lab"}}
    publication = parse_analysis({"data": [row]}, "text-to-speech")
    assert publication.tables["entries"].iloc[0].tolist() == ["8a99", "S", "Lab", ""]


@pytest.mark.parametrize(
    ("answer", "name", "says"),
    [
        ({"status": 401}, "llms", "'data' should be a JSON array, found null"),
        ({"data": []}, "llms", "the board is empty"),
        ({"data": [5]}, "llms", "row 1 should be a JSON object"),
        ({"data": [{"slug": "a"}]}, "llms", "row 1 lacks 'slug' or 'release_date'; it has 'slug'"),
        ({"data": [model(model_creator="x")]}, "llms", "'model_creator' should be a JSON object"),
        ({"data": [model()]}, "text-to-image", "row 1 has no 'elo'"),
        ({"data": [model(elo=None)]}, "text-to-image", "rating in row 1 .* is missing"),
        ({"data": [model(elo=1, ci95="+8")]}, "text-to-image", "ci95 in row 1 is no interval"),
        ({"data": [model(elo=1, ci95=True)]}, "text-to-image", "ci95 in row 1 is no interval"),
        ({"data": [], "pagination": {"page": 1}}, "llms", "'pagination' should hold"),
        ({"data": [], "pagination": []}, "llms", "'pagination' should be a JSON object"),
    ],
)
def test_refusals_analysis(answer: object, name: str, says: str):
    with pytest.raises(PayloadError, match=says):
        parse_analysis(answer, name)


def test_real_list(served: Path):
    publication = parse_analysis((served / "artificial-analysis/llms-2026-08-22.json").read_bytes())
    models = publication.tables["models"].set_index("entry")
    assert len(models) == 610
    assert models.loc["gpt-oss-20b-low", ["organisation", "release_date"]].tolist() == [
        "OpenAI",
        "2025-08-05",
    ]
