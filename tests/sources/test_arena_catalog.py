import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from elolag.errors import PayloadError
from elolag.schema import Origin
from elolag.sources import arena, arena_copies

DAY = "2025-11-06"


def entry(rating: float = 1400.0, low: float | None = None, high: float | None = None) -> dict:
    return {"rating": rating, "rating_q975": high, "rating_q025": low}


def parse(answer: object, name: str = "leaderboard-text.json", day: str = DAY):
    payload = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    (publication,) = arena.parse_catalog(payload, Origin(name, day))
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
    publication = parse({name: {"a": entry()} for name in [*renamed, *kept]})
    assert set(publication.tables["ratings"]["category"]) == {*renamed.values(), *kept}
    assert "full is overall" in publication.notes[0]
    assert "no_refusal" not in publication.notes[0]


def test_two_names_of_one_category_are_refused():
    with pytest.raises(PayloadError, match="categories 'full' and 'overall' are one"):
        parse({"full": {"a": entry()}, "overall": {"a": entry()}})


def test_intervals_are_told_apart_by_symmetry():
    assert parse({"full": {"a": entry(1400, 1390, 1410)}}).interval_kind == "variance"
    assert parse({"full": {"a": entry(1400, 1390, 1411)}}).interval_kind == "bootstrap"
    bare = parse({"full": {"a": entry()}})
    assert (bare.interval_kind, bare.interval_level) == ("none", None)


def test_a_publication_says_what_it_is():
    publication = parse({"full": {"a": entry(1400.126, 1390, 1410)}})
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
    publication = parse({"full": {"a": entry()}}, name)
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
    publication = parse({"full": {"a": entry()}}, "leaderboard-data.json", day)
    controlled = board == "text_style_control"
    assert (publication.board, publication.style_control) == (f"arena/{board}", controlled)
    note = "the file's name says raw, its ratings are style-controlled"
    assert (note in publication.notes) is controlled
    for name in arena.CATALOG_BOARDS:
        other = parse({"full": {"a": entry()}}, name, day)
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
        parse(answer)


@pytest.mark.parametrize("name", ["visibility-data.json", "../leaderboard-text.json", ""])
def test_other_files_are_refused(name: str):
    with pytest.raises(PayloadError, match="not a file of the catalog"):
        parse({}, name)


def test_model_table():
    row = {"model_api_name": "a", "name": "A", "organization": "Lab", "license": "MIT", "x": 1}
    publication = parse([row], "scatterplot-data.json")
    assert publication.board == "arena/catalog_table"
    assert list(publication.tables) == ["entries"]
    assert publication.tables["entries"].iloc[0].tolist() == ["a", "A", "Lab", "MIT"]


# -- the real files ------------------------------------------------------------------------


def real(upstream: Path, day: str, name: str):
    return parse((upstream / "arena-catalog" / day / name).read_bytes(), name, day)


def test_real_files_all_parse_and_change_kind_in_november_2025(upstream: Path):
    seen = 0
    for file in sorted((upstream / "arena-catalog").glob("*/*.json")):
        publication = real(upstream, file.parent.name, file.name)
        later = publication.vintage >= "2025-11"
        assert publication.interval_kind == ("variance" if later else "bootstrap"), file
        seen += 1
    assert seen == 83


def overall(upstream: Path, day: str, name: str) -> pd.Series:
    ratings = real(upstream, day, name).tables["ratings"]
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
def test_real_data_files_lie_on_the_list_of_their_board(upstream: Path, day: str, controlled: bool):
    """The two lists of 2025-02-28, raw and style-controlled, tell which of them a file is."""
    publication = real(upstream, day, "leaderboard-data.json")
    assert publication.style_control is controlled
    own = overall(upstream, day, "leaderboard-data.json")
    with_style = line(own, overall(upstream, "2025-02-28", "leaderboard-data-style-control.json"))
    without = line(own, overall(upstream, "2025-02-28", "leaderboard-data.json"))
    same, other = (with_style, without) if controlled else (without, with_style)
    assert abs(same[0] - 1) < 0.01
    assert same[1] < 1
    assert abs(other[0] - 1) > 0.15
    assert other[1] > 10


def test_real_data_files_are_the_text_board_of_their_days(upstream: Path):
    """Under their new name three days later they hold the same models at the same ratings."""
    for style in ("", "-style-control"):
        before = overall(upstream, "2025-03-04", f"leaderboard-data{style}.json")
        after = overall(upstream, "2025-03-07", f"leaderboard-text{style}.json")
        slope, spread = line(after, before)
        assert abs(slope - 1) < 0.01
        assert spread < 1


def test_real_counts(upstream: Path):
    first = real(upstream, "2025-03-07", "leaderboard-text.json").tables["ratings"]
    assert (first["category"].nunique(), (first["category"] == "overall").sum()) == (20, 204)
    last = real(upstream, "2025-12-11", "leaderboard-vision.json").tables["ratings"]
    assert "creative_writing_vision" in set(last["category"])


def test_real_image_board_rates_text_to_image_models(upstream: Path):
    ratings = real(upstream, "2025-11-06", "leaderboard-image.json").tables["ratings"]
    overall = ratings[ratings["category"] == "overall"].set_index("entry")["rating"]
    assert overall["dall-e-3"] == 978.0
    assert {"imagen-3.0-generate-002", "flux-1.1-pro"} <= set(overall.index)


def test_real_march_file_is_a_twin_of_the_history(upstream: Path):
    """To the last digit, but the history keeps seven models that were already retired."""
    ours = real(upstream, "2025-03-07", "leaderboard-text.json").tables["ratings"]
    ours = ours[ours["category"] == "overall"].set_index("entry")["rating"]
    payload = (upstream / "chatbot-arena-history/alltime.csv").read_bytes()
    theirs = {
        p.vintage: p.tables["ratings"].set_index("entry")["rating"]
        for p in arena_copies.parse_history(payload, Origin("alltime.csv", "2025-03-27"))
    }["2025-03-03"]
    assert (len(ours), len(theirs)) == (204, 211)
    assert ours.sort_index().equals(theirs.loc[ours.index].sort_index())
    assert "gemini-1.5-pro-exp-0801" in set(theirs.index) - set(ours.index)


def test_real_model_table(upstream: Path):
    payload = (upstream / "arena-catalog/scatterplot-data.json").read_bytes()
    entries = parse(payload, "scatterplot-data.json").tables["entries"]
    assert len(entries) == 141
