from pathlib import Path

import pytest

from elolag.errors import PayloadError
from elolag.schema import Origin
from elolag.sources import PartialPayloadError, arena_copies

HEADER = "key,Model,rating,License,Organization,date\n"
ORIGIN = Origin("alltime.csv", "2025-03-27")


def parse(*rows: str):
    return arena_copies.parse_history((HEADER + "".join(f"{r}\n" for r in rows)).encode(), ORIGIN)


def test_one_publication_per_date_oldest_first():
    rows = ["b,B,1100.126,MIT,Lab,20240327", "a,A,900,,,20240326", "a,A,901,,,20240327"]
    before, since = parse(*rows)
    assert (before.vintage, before.method) == ("2024-03-26", "online-elo")
    assert (since.vintage, since.method) == ("2024-03-27", "bradley-terry")
    for publication in (before, since):
        assert publication.board == "arena/text"
        assert (publication.basis, publication.style_control) == ("published", False)
        assert (publication.interval_kind, publication.interval_level) == ("none", None)
    ratings = since.tables["ratings"]
    assert ratings["entry"].tolist() == ["b", "a"]
    assert ratings["rating"].tolist() == [1100.13, 901.0]
    assert set(ratings["category"]) == {"overall"}
    assert ratings[["lower", "upper", "se", "votes", "rank"]].isna().all(axis=None)
    assert since.tables["entries"].iloc[1].tolist() == ["b", "B", "Lab", "MIT"]


def test_a_bad_date_does_not_take_the_others_with_it():
    with pytest.raises(
        PartialPayloadError, match=r"alltime\.csv of 2024-03-28: rating in row 1"
    ) as e:
        parse("a,A,900,,,20240327", "a,A,nan,,,20240328", "a,A,1e9,,,20240329")
    assert [p.vintage for p in e.value.publications] == ["2024-03-27"]
    assert len(e.value.refusals) == 2
    assert isinstance(e.value, PayloadError)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("a,A,900,,,2024-03-27", "date in row 1 is not YYYYMMDD: '2024-03-27'"),
        ("a,A,900,,,20240230", "not YYYYMMDD"),
        ("a,A,900,,,", "not YYYYMMDD"),
        ("a,A,900,,", "line 2 has 5 fields"),
    ],
)
def test_refusals(row: str, says: str):
    with pytest.raises(PayloadError, match=says):
        parse(row)


def test_no_rows_and_another_layout():
    with pytest.raises(PayloadError, match="no rows below the header"):
        parse()
    with pytest.raises(PayloadError, match="no column 'key', 'Model'"):
        arena_copies.parse_history(b"rank,model\n1,a\n", ORIGIN)


@pytest.fixture(scope="module")
def history(upstream: Path):
    payload = (upstream / "chatbot-arena-history/alltime.csv").read_bytes()
    return {p.vintage: p for p in arena_copies.parse_history(payload, ORIGIN)}


def test_real_vintages(history):
    assert len(history) == 105
    assert (min(history), max(history)) == ("2023-05-08", "2025-03-26")
    assert sum(p.method == "online-elo" for p in history.values()) == 21
    # yi-34b-chat is listed twice, with the same figures, from 2023-12-06 on.
    assert (
        sum("1 repeated rows (same figures) collapsed" in p.notes for p in history.values()) == 96
    )
    assert sum(len(p.tables["ratings"]) for p in history.values()) == 13_434 - 96


def test_real_gap_as_the_ai_index_printed_it(history):
    """Top US and Chinese models on 2025-02-14: 23.18 points, 1.70% of the Chinese score."""
    tables = history["2025-02-14"].tables
    best = tables["ratings"].merge(tables["entries"], on="entry").set_index("entry")
    us, cn = best.loc["gemini-2.0-flash-thinking-exp-01-21"], best.loc["deepseek-r1"]
    assert us["rating"] == best["rating"].max()
    assert (us["organisation"], cn["organisation"]) == ("Google", "DeepSeek")
    assert us["rating"] - cn["rating"] == pytest.approx(23.18, abs=0.005)
    assert 100 * (us["rating"] - cn["rating"]) / cn["rating"] == pytest.approx(1.70, abs=0.005)
