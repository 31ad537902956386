import json
from pathlib import Path

import pytest

from elolag.errors import PayloadError
from elolag.schema import Origin
from elolag.sources import arena_copies


def old(n: int = 5, **extra: object) -> list[dict[str, object]]:
    base = {"vendor": "Lab", "license": "open", "ci": 9, "votes": 100}
    return [base | {"rank": i + 1, "model": f"m{i}", "score": 1500 - i} | extra for i in range(n)]


def new(n: int = 5, **extra: object) -> list[dict[str, object]]:
    rows = old(n, ci_low=7, ci_high=8, rank_spread=[1, 5], preliminary=False, signals=None)
    for row in rows:
        del row["ci"]
        row.update(extra)
    return rows


def payload(models: object, **meta: object) -> bytes:
    base = {
        "fetched_at": "2026-07-20T05:09:38+00:00",
        "last_updated": None,
        "model_count": len(models) if isinstance(models, list) else 0,
    }
    return json.dumps({"meta": base | meta, "models": models}).encode()


def parse(content: bytes, name: str = "text.json"):
    (publication,) = arena_copies.parse(content, Origin(name, "2026-07-21"))
    return publication


def test_both_layouts():
    ratings = parse(payload(old())).tables["ratings"]
    assert ratings.iloc[0].tolist()[:5] == ["overall", "m0", 1500.0, 1491.0, 1509.0]
    publication = parse(payload(new()))
    assert publication.tables["ratings"].iloc[0].tolist()[3:5] == [1493.0, 1508.0]
    assert (publication.interval_kind, publication.interval_level) == ("published", 0.95)
    assert publication.tables["entries"].iloc[0].tolist() == ["m0", "", "Lab", "open"]


@pytest.mark.parametrize(
    ("name", "board", "category", "controlled"),
    [
        ("text", "arena/text_style_control", "overall", True),
        ("vision", "arena/vision_style_control", "overall", True),
        ("code", "arena/webdev", "overall", None),
        ("code-webdev", "arena/webdev", "overall", None),
        ("code-image-to-webdev", "arena/webdev", "image_to_webdev", None),
        ("search", "arena/search", "overall", False),
        ("document", "arena/document", "overall", False),
        ("text-to-image", "arena/text_to_image", "overall", None),
        ("video-edit", "arena/video_edit", "overall", None),
    ],
)
def test_pages_and_boards(name: str, board: str, category: str, controlled: bool | None):
    publication = parse(payload(new()), f"{name}.json")
    assert (publication.board, publication.style_control) == (board, controlled)
    assert set(publication.tables["ratings"]["category"]) == {category}


def test_agent_and_other_files_are_refused_by_name():
    with pytest.raises(PayloadError, match=r"agent\.json of 2026-07-21: agent leaderboards"):
        parse(payload(new(score=None)), "agent.json")
    for name in ("_index.json", "../text.json", "text.csv"):
        with pytest.raises(PayloadError, match="not a board"):
            parse(payload(new()), name)


@pytest.mark.parametrize(
    ("models", "completeness"),
    [
        (old(19), "full"),
        (old(20), "top-20"),
        (old(71), "top-71"),
        (new(20), "full"),
        (new(9), "full"),
    ],
)
def test_completeness(models: list[dict[str, object]], completeness: str):
    assert parse(payload(models)).completeness == completeness


def test_a_list_shorter_than_announced_is_refused():
    with pytest.raises(PayloadError, match="holds 5 models and says it has 376"):
        parse(payload(new(5), model_count=376))


@pytest.mark.parametrize(
    ("said", "vintage", "basis"),
    [
        ("Jul 16, 2026", "2026-07-16", "published"),
        ("July 5, 2026", "2026-07-05", "published"),
        ("Jul 21, 2026", "2026-07-21", "published"),
        (None, "2026-07-20", "fetched"),
        ("13 days ago", "2026-07-20", "fetched"),
        ("Feb 30, 2026", "2026-07-20", "fetched"),
        (5, "2026-07-20", "fetched"),
    ],
)
def test_vintage(said: object, vintage: str, basis: str):
    publication = parse(payload(new(), last_updated=said))
    assert (publication.vintage, publication.basis) == (vintage, basis)
    unreadable = basis == "fetched" and said is not None
    assert any("last_updated is no date" in n for n in publication.notes) == unreadable


def test_the_origin_gives_the_day_when_the_page_does_not():
    assert parse(payload(new(), fetched_at=None)).vintage == "2026-07-21"


def test_updated_after_it_was_fetched_is_refused():
    with pytest.raises(PayloadError, match="last updated 2026-08-01, after it was fetched"):
        parse(payload(new(), last_updated="Aug 1, 2026"))


def test_preliminary_ratings_are_noted():
    assert "5 ratings marked preliminary" in parse(payload(new(preliminary=True))).notes


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"[]", "the file should be a JSON object"),
        (b"{}", "'meta' should be a JSON object, found null"),
        (payload([]), "the board is empty"),
        (payload({}), "'models' should be a JSON array"),
        (payload(["x"]), "row 1 should be a JSON object"),
        (payload(old(score=None)), "rating in row 1 .* is missing"),
        (payload(old(ci="9")) + b"x", "not JSON"),
        (payload([*new(), *old()]), "row 6 has no 'ci_low'"),
        (payload(old(votes=True)), "votes in row 1 .* is not a finite number: True"),
        (payload(old(model="a\nb")), "control character"),
        (payload(old(model="same")), "the board is refused"),
    ],
)
def test_refusals(content: bytes, says: str):
    with pytest.raises(PayloadError, match=says):
        parse(content)


def test_real_days(upstream: Path):
    seen: dict[str, dict[str, str]] = {}
    for file in sorted((upstream / "arena-web").glob("*/*.json")):
        if file.name in ("_index.json", "agent.json"):
            continue
        day = file.parent.name
        (publication,) = arena_copies.parse(file.read_bytes(), Origin(file.name, day))
        seen.setdefault(day, {})[file.stem] = publication.completeness
        rows = json.loads(file.read_bytes())["models"]
        assert len(publication.tables["ratings"]) == len(rows)
        assert publication.vintage <= day
    assert len(seen) == 7
    for day in ("2026-07-20", "2026-08-22"):
        assert set(seen[day].values()) == {"full"}
    text = {day: boards["text"] for day, boards in seen.items()}
    assert text == {
        "2026-03-19": "top-30",
        "2026-03-31": "top-71",
        "2026-04-19": "top-50",
        "2026-05-31": "top-20",
        "2026-06-30": "top-20",
        "2026-07-20": "full",
        "2026-08-22": "full",
    }
    assert {boards["video-edit"] for boards in seen.values()} == {"full"}
