import json
from pathlib import Path

import pytest

from elolag.errors import PayloadError, UsageError
from elolag.schema import Origin
from elolag.sources import indices


def parse(answer: object, name: str = "llms"):
    payload = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    (publication,) = indices.artificial_analysis(payload, Origin(name, "2026-08-22"))
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
        indices.language_address(2)
        == "https://artificialanalysis.ai/api/v2/language/models/free?page=2"
    )
    assert indices.media_address("text-to-image").endswith(
        "/media/text-to-image/models/free?page=1"
    )
    with pytest.raises(UsageError, match="no media arena 'x'"):
        indices.media_address("x")
    with pytest.raises(UsageError, match="page 0"):
        indices.language_address(0)


def test_pages_are_joined_in_order():
    pages = [page(1, True, "a", "b"), page(2, False, "c")]
    assert [indices.has_more(p) for p in pages] == [True, False]
    assert not indices.has_more(b'{"data": []}')
    assert parse(indices.join_pages(pages)).tables["models"]["entry"].tolist() == ["a", "b", "c"]


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
        parse(page(1, True, "a"))


def test_language_models_of_the_api_and_of_the_regrouped_list():
    api = parse({"data": [model(), model("n", model_creator=None, release_date=None)]})
    assert (api.board, api.method) == ("artificial-analysis/llms", "metadata")
    assert api.tables["models"].to_numpy().tolist() == [
        ["m", "M", "Lab", "2026-01-02", "", ""],
        ["n", "M", "", "", "", ""],
    ]
    row = {"slug": "m", "name": "M", "creator_name": "Lab", "release_date": "2026-01-02"}
    assert (
        parse({"meta": {}, "models": [row]}).tables["models"].equals(api.tables["models"].iloc[:1])
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
    publication = parse({"data": [model(elo=1000, **interval)]}, "music/with-vocals")
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
    publication = parse({"data": [row]}, "text-to-speech")
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
def test_refusals(answer: object, name: str, says: str):
    with pytest.raises(PayloadError, match=says):
        parse(answer, name)


def test_real_list(upstream: Path):
    publication = parse((upstream / "artificial-analysis/llms-2026-08-22.json").read_bytes())
    models = publication.tables["models"].set_index("entry")
    assert len(models) == 610
    assert models.loc["gpt-oss-20b-low", ["organisation", "release_date"]].tolist() == [
        "OpenAI",
        "2025-08-05",
    ]
