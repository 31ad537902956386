from pathlib import Path

import pytest

from elolag.errors import PayloadError
from elolag.schema import Origin
from elolag.sources import arena_copies

OLD = "rank,model,arena_score,95_pct_ci,votes,organization,license,knowledge_cutoff,url\n"
NEW = OLD.replace("rank,", "rank,rank_stylectrl,", 1)


def parse(text: str, name: str = "lmsys.csv", day: str = "2024-07-07"):
    (publication,) = arena_copies.parse_days(text.encode(), Origin(name, day))
    return publication


def test_both_layouts():
    row = "GPT-4o-2024-05-13,1287,+4/-3,55826,OpenAI,Proprietary,2023/10,https://example.org\n"
    for text in (OLD + "1," + row, NEW + "1,2," + row):
        publication = parse(text)
        assert publication.board == "arena/text"
        assert (publication.vintage, publication.basis) == ("2024-07-07", "commit")
        assert (publication.style_control, publication.interval_kind) == (False, "bootstrap")
        assert publication.interval_level == 0.95
        (figures,) = publication.tables["ratings"].itertuples(index=False)
        assert figures[:5] == ("overall", "GPT-4o-2024-05-13", 1287.0, 1284.0, 1291.0)
        assert figures[6:] == (55826, 1)
        assert publication.tables["entries"].iloc[0].tolist()[2:] == ["OpenAI", "Proprietary"]


def test_even_whole_point_intervals_tell_nothing_of_their_kind():
    assert parse(OLD + "1,A,1287,+4/-4,5,,,,\n").interval_kind == "published"


@pytest.mark.parametrize(
    ("name", "board"),
    [
        ("lmarena_text.csv", "arena/text"),
        ("lmarena_vision.csv", "arena/vision"),
        ("lmarena_image.csv", "arena/text_to_image"),
    ],
)
def test_files_and_boards(name: str, board: str):
    assert parse(OLD + "1,A,1,+4/-4,5,,,,\n", name).board == board


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("1,A,1287,4,5,,,,", "95_pct_ci in row 1 is not .a/-b: '4'"),
        ("1,A,1287,+9999999/-1,5,,,,", "not .a/-b"),
        ("1,A,x,+4/-4,5,,,,", r"arena_score in row 1 \('A'\) is not a finite number: 'x'"),
        ("1,A,,+4/-4,5,,,,", "rating in row 1 .* is missing"),
        ("1,A,1287,+4/-4,many,,,,", "votes in row 1"),
    ],
)
def test_refusals(row: str, says: str):
    with pytest.raises(PayloadError, match=says):
        parse(OLD + row + "\n")


def test_empty_and_unknown_files():
    with pytest.raises(PayloadError, match="the board is empty"):
        parse(OLD)
    with pytest.raises(PayloadError, match=r"not one of its boards, which are lmsys\.csv"):
        parse(OLD, "lmarena_audio.csv")


def test_real_text_boards(upstream: Path):
    files = sorted((upstream / "llm-leaderboard-csv").glob("*/lmsys.csv"))
    files += sorted((upstream / "llm-leaderboard-csv").glob("*/lmarena_text.csv"))
    vintages = []
    for file in files:
        day = file.parent.name.replace(".", "-")
        publication = parse(file.read_text(encoding="utf-8"), file.name, day)
        later = publication.vintage >= "2025-07-27"
        assert publication.interval_kind == ("published" if later else "bootstrap")
        assert any("repeated rows" in n for n in publication.notes) == later
        vintages.append(publication.vintage)
    assert len(set(vintages)) == len(vintages) == 91


@pytest.mark.parametrize("day", ["2025.07.27", "2025.07.28", "2025.08.01", "2025.08.04"])
def test_real_image_boards(upstream: Path, day: str):
    """Until it was renamed, a second model bore one name: 1 of 19, more than the rule allows."""
    text = (upstream / "llm-leaderboard-csv" / day / "lmarena_image.csv").read_text("utf-8")
    if day == "2025.08.04":
        assert len(parse(text, "lmarena_image.csv").tables["ratings"]) == 19
        return
    with pytest.raises(PayloadError, match="1 of 19 entries are listed more than once"):
        parse(text, "lmarena_image.csv")
