from pathlib import Path

import pytest

from elolag.errors import PayloadError
from elolag.schema import Origin
from elolag.sources import arena


def parse(text: str, name: str = "leaderboard_table_20240602.csv"):
    (publication,) = arena.parse_space(text.encode(), Origin(name, "2025-01-01"))
    return publication


def test_layouts_with_and_without_a_key():
    keyed = parse("key,Model,License,Organization,Link\na-1,A 1,MIT,Lab,https://x\n")
    assert (keyed.board, keyed.vintage, keyed.basis) == (
        "arena/space_table",
        "2024-06-02",
        "published",
    )
    assert list(keyed.tables) == ["entries"]
    assert keyed.tables["entries"].iloc[0].tolist() == ["a-1", "A 1", "Lab", "MIT"]
    bare = parse("Model,Arena Elo rating,License\nA 1,1200,MIT\n")
    assert bare.tables["entries"].iloc[0].tolist() == ["A 1", "A 1", "", "MIT"]


@pytest.mark.parametrize("name", ["table.csv", "leaderboard_table_20241301.csv", "x/" * 3])
def test_the_date_is_in_the_name(name: str):
    with pytest.raises(PayloadError, match="should be named leaderboard_table_YYYYMMDD"):
        parse("Model,License\nA,MIT\n", name)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Model\nA\n", "no column 'License'"),
        ("Model,License\n", "the board is empty"),
        ("Model,License\nA,MIT\nA,Apache\n", "listed more than once and differently"),
    ],
)
def test_refusals(text: str, says: str):
    with pytest.raises(PayloadError, match=says):
        parse(text)


def test_real_tables(upstream: Path):
    sizes = {}
    for file in (upstream / "arena-space").glob("*.csv"):
        publication = parse(file.read_text("utf-8"), file.name)
        sizes[publication.vintage] = len(publication.tables["entries"])
    assert sizes == {"2023-06-19": 31, "2023-12-06": 61, "2024-06-02": 119, "2024-10-07": 185}
