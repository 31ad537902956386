from __future__ import annotations

import pandas as pd
import pytest
from handmade import publication
from hypothesis import given
from hypothesis import strategies as st
from search import search

from elolag.archive import package
from elolag.errors import ArchiveError
from elolag.schema import RATINGS

NAMES = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=20
)
NUMBERS = st.floats(-5000, 5000) | st.none()


def ratings(rows: list[tuple[str, float]]) -> pd.DataFrame:
    return package.normalise("ratings", publication(rows).tables["ratings"])


def test_floats_are_written_in_their_shortest_form_of_two_decimals() -> None:
    texts = [1500.0, 1500.1, 1500.126, -0.001, 0.1 + 0.2, None, float("nan")]
    assert [package.number_text(x) for x in texts] == [
        "1500",
        "1500.1",
        "1500.13",
        "0",
        "0.3",
        "",
        "",
    ]


def test_rows_are_sorted_by_category_then_rating_then_entry() -> None:
    made = publication({"overall": [("b", 1.0), ("a", 1.0), ("c", 2.0)], "coding": [("a", 3.0)]})
    frame = package.normalise("ratings", made.tables["ratings"])
    assert frame["entry"].tolist() == ["a", "c", "a", "b"]


def test_the_bytes_are_plain_csv() -> None:
    made = publication([('say "hi", ok', 1500.5, 7), ("NA", 1400.0)], interval=2.25)
    frame = package.normalise("ratings", made.tables["ratings"])
    assert package.encode("ratings", frame).decode() == (
        "category,entry,rating,lower,upper,se,votes,rank\n"
        'overall,"say ""hi"", ok",1500.5,1498.25,1502.75,,7,\n'
        "overall,NA,1400,1397.75,1402.25,,,\n"
    )


@search(200)
@given(st.dictionaries(NAMES, st.tuples(st.floats(-5000, 5000), NUMBERS), min_size=1, max_size=8))
def test_reading_gives_back_what_was_written(rows: dict[str, tuple[float, float | None]]) -> None:
    frame = publication([(name, rating) for name, (rating, _) in rows.items()]).tables["ratings"]
    frame["se"] = [None if se is None else abs(se) for _, se in rows.values()]
    frame["se"] = frame["se"].astype("float64")
    normal = package.normalise("ratings", frame)
    data = package.encode("ratings", normal)
    back = package.decode("ratings", data, "here")
    pd.testing.assert_frame_equal(back, normal, check_dtype=False)
    assert package.encode("ratings", package.normalise("ratings", back)) == data


def test_no_name_is_read_as_missing() -> None:
    names = ["NA", "null", "nan", "None", "", "true", "1e5", "0012"]
    frame = pd.DataFrame({"entry": names, "name": "", "organisation": "NA", "licence": "nan"})
    data = package.encode("entries", package.normalise("entries", frame))
    back = package.decode("entries", data, "here")
    assert back["entry"].tolist() == sorted(names)
    assert set(back["organisation"]) == {"NA"}


@pytest.mark.parametrize("data", [b"", b"a,b\n1,2\n", b"\xff\xfe", b'category,entry\n"x'])
def test_bytes_that_are_no_table_are_refused_by_name(data: bytes) -> None:
    with pytest.raises(ArchiveError, match="here"):
        package.decode("ratings", data, "here")


def test_a_number_that_is_none_is_refused() -> None:
    data = (",".join(RATINGS) + "\noverall,a,high,,,,,\n").encode()
    with pytest.raises(ArchiveError, match="here"):
        package.decode("ratings", data, "here")


def test_content_id_is_of_names_and_bytes() -> None:
    assert package.content_id({"a": "1", "b": "2"}) == package.content_id({"b": "2", "a": "1"})
    assert package.content_id({"a": "1"}) != package.content_id({"b": "1"})


# No control characters: the check `schema` lets none in.
WORDS = st.text(st.sampled_from("ab,\"'é "), min_size=1, max_size=6)
ROWS = st.lists(st.tuples(WORDS, WORDS, NUMBERS), max_size=12)


@given(ROWS)
def test_a_tally_is_that_of_the_whole_table(rows: list[tuple[str, str, float | None]]) -> None:
    """The slow way: a frame of it, its groups counted, its keys compared."""
    by_key = {(category, entry): rating for category, entry, rating in rows}
    made = publication({"x": [("y", 1.0)]}).tables["ratings"]
    frame = pd.concat(
        [made.assign(category=c, entry=e, rating=r) for (c, e), r in by_key.items()] or [made[:0]]
    )
    data = package.encode("ratings", package.normalise("ratings", frame))
    read = package.decode("ratings", data, "x")
    categories = {str(k): int(n) for k, n in read.groupby("category").size().items()}
    assert package.tally("ratings", data, "x") == (len(read), categories)


HEAD = ",".join(RATINGS)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "its columns are"),
        ("category,entry\n", "its columns are"),
        (f"{HEAD}\na,b,1,,,\n", r"rows of \[6, 8\] fields, not 8"),
        (f"{HEAD}\na,b,one,,,,,\n", "could not convert"),
        (f"{HEAD}\na,b,inf,,,,,\n", "a number in it is none, or infinite"),
        (f"{HEAD}\na,b,nan,,,,,\n", "a number in it is none, or infinite"),
        (f"{HEAD}\na,b,1,,,,2.5,\n", "invalid literal for int"),
        (f"{HEAD}\na,b,1,,,,,\na,b,2,,,,,\n", "'a b' stands in it twice"),
        (f'{HEAD}\na,"b,1,,,,,\n', "not a table of ratings"),
    ],
)
def test_bytes_that_are_no_table_have_no_tally(text: str, words: str) -> None:
    with pytest.raises(ArchiveError, match=f"here: .*{words}"):
        package.tally("ratings", text.encode(), "here")
    with pytest.raises(ArchiveError, match="here: not a table"):
        package.tally("ratings", b"\xff", "here")
