"""From bytes and rows to tables: rules for all sources."""

from __future__ import annotations

import csv
import io
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from elolag.errors import PayloadError
from elolag.schema import ENTRIES, MODELS, RATINGS
from elolag.sources import base as values
from elolag.sources import tidy

W = "a payload"


def raw(*rows: dict[str, object]) -> pd.DataFrame:
    base = {"category": "overall", "entry": "alpha", "rating": 1400.0}
    filled = [base | row for row in rows]
    keys = list(dict.fromkeys(key for row in filled for key in row))
    return tidy.frame({key: [row.get(key) for row in filled] for key in keys})


def many(n: int, **extra: object) -> list[dict[str, object]]:
    return [{"entry": f"m{i}", "rating": 1000.0 + i, "votes": 50, **extra} for i in range(n)]


def test_columns_types_order_and_rounding():
    tables = tidy.board(
        raw(
            {"category": "math", "entry": "b", "rating": 1287, "variance": 25.0, "votes": 10.0},
            {"entry": "z", "rating": 1400.126, "lower": 1390.004, "upper": None, "rank": 2.0},
            {"entry": "a", "rating": 1400.129, "rank": "1", "votes": 7},
            {"entry": "c", "rating": 1500.5},
        ),
        W,
    )
    ratings = tables.ratings
    assert list(ratings.columns) == list(RATINGS)
    assert ratings["entry"].tolist() == ["b", "c", "a", "z"]
    assert ratings["rating"].tolist() == [1287.0, 1500.5, 1400.13, 1400.13]
    assert ratings["se"].tolist()[0] == 5.0
    assert math.isnan(ratings["upper"][3])
    assert ratings["votes"].tolist() == [10, pd.NA, 7, pd.NA]
    assert [str(ratings[c].dtype) for c in ("rating", "lower", "upper", "se", "votes", "rank")] == [
        *["float64"] * 4,
        "Int64",
        "Int64",
    ]
    assert all(isinstance(v, str) for v in ratings["category"])
    assert list(tables.entries.columns) == list(ENTRIES)
    assert tables.entries["entry"].tolist() == ["a", "b", "c", "z"]
    assert tables.notes == ()


def test_types_do_not_depend_on_what_is_missing():
    bare = tidy.board(raw({}), W).ratings
    full = tidy.board(
        raw({"lower": 1.0, "upper": 2.0, "variance": 1.0, "votes": 3, "rank": 1}), W
    ).ratings
    assert bare.dtypes.equals(full.dtypes)


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "<script>alert(1)</script>", "a\u202eb", "=cmd()", " padded ", "x" * 500],
)
def test_strange_names_are_data(name: str):
    tables = tidy.board(raw({"entry": name}), W)
    assert tables.ratings["entry"].tolist() == [name]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("a\x00b", "holds a control character"),
        ("a\nb", "holds a control character"),
        ("a\x85b", "holds a control character"),
        ("a\u2028b", "holds a control character"),
        ("\ud800", "holds a control"),
        ("x" * 501, "has 501 characters"),
        ("x" * 10_000, "has 10,000 characters"),
        ("", "is empty"),
        (None, "is missing"),
        (float("nan"), "is missing"),
        (5, "is not text: 5"),
    ],
)
@pytest.mark.parametrize("column", ["entry", "category"])
def test_keys_that_cannot_be_stored_are_refused(column: str, name: object, says: str):
    with pytest.raises(PayloadError, match=f"^a payload: {column} in row 2 {says}"):
        tidy.board(raw({}, {column: name}), W)


@pytest.mark.parametrize("column", ["rating", "lower", "upper", "variance", "votes", "rank"])
@pytest.mark.parametrize(
    "value", [float("inf"), float("-inf"), "inf", "NaN", "1,234", "0x10", "1_0", True, [1], 10**400]
)
def test_figures_that_are_no_numbers_are_refused(column: str, value: object):
    with pytest.raises(PayloadError, match=rf"a payload: {column} in row 2 \('beta'\) is not a"):
        tidy.board(raw({}, {"entry": "beta", column: value}), W)


@pytest.mark.parametrize("value", [None, float("nan"), "", pd.NA])
def test_a_missing_rating_is_refused_and_other_missing_figures_are_not(value: object):
    with pytest.raises(PayloadError, match=r"rating in row 1 .* is missing"):
        tidy.board(raw({"rating": value}), W)
    ratings = tidy.board(raw({"lower": value, "votes": value}), W).ratings
    assert ratings[["lower", "votes"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("figures", "says"),
    [
        ({"rating": 1e7}, "rating in row 1 .* is out of all range"),
        ({"rating": 1e308}, "out of all range"),
        ({"lower": -1e7}, "lower"),
        ({"votes": -1}, "votes in row 1 .* is not a count: -1"),
        ({"votes": 1.5}, "not a count"),
        ({"rank": 1e300}, "not a count"),
        ({"variance": -0.1}, "no variance"),
    ],
)
def test_impossible_figures_are_refused(figures: dict[str, object], says: str):
    with pytest.raises(PayloadError, match=says):
        tidy.board(raw(figures), W)


def test_numbers_may_come_as_text():
    ratings = tidy.board(raw({"rating": "1387.5", "votes": "12", "rank": "3"}), W).ratings
    assert ratings.loc[0, ["rating", "votes", "rank"]].tolist() == [1387.5, 12, 3]


def test_empty_and_absurd_sizes_are_refused():
    with pytest.raises(PayloadError, match="the board is empty"):
        tidy.board(raw({}).iloc[:0], W)
    wide = pd.DataFrame({"category": "c", "entry": "e", "rating": np.ones(tidy._MAX_ROWS + 1)})
    with pytest.raises(PayloadError, match="250,001 rows"):
        tidy.board(wide, W)


def test_two_hundred_thousand_models_are_a_board():
    n = 200_000
    ratings = tidy.board(
        pd.DataFrame(
            {
                "category": ["overall"] * n,
                "entry": [f"m{i}" for i in range(n)],
                "rating": np.arange(n) / 100,
            }
        ),
        W,
    ).ratings
    assert len(ratings) == n
    assert ratings["entry"][0] == "m199999"


# -- duplicates ----------------------------------------------------------------------------


def test_identical_rows_collapse_whatever_their_rank():
    tables = tidy.board(
        raw({"votes": 5, "rank": 9}, {"votes": 5, "rank": 8}, {"entry": "b", "rating": 1}), W
    )
    assert tables.ratings["entry"].tolist() == ["alpha", "b"]
    assert tables.ratings["rank"].tolist() == [8, pd.NA]
    assert tables.notes == ("1 repeated rows (same figures) collapsed",)


def test_few_conflicts_are_decided_by_votes_and_noted():
    rows = [*many(20), {"entry": "m3", "rating": 900.0, "votes": 99}]
    tables = tidy.board(raw(*rows), W)
    kept = tables.ratings.set_index("entry").loc["m3"]
    assert (kept["rating"], kept["votes"]) == (900.0, 99)
    assert len(tables.ratings) == 20
    assert tables.notes == (
        "overall: m3 listed twice; the row with fewer votes left out (rating 1003.00, 50 votes)",
    )


def test_more_than_a_twentieth_in_conflict_refuses_the_board():
    rows = [*many(19), {"entry": "m3", "rating": 900.0, "votes": 99}]
    with pytest.raises(PayloadError, match=r"1 of 19 entries .*'m3' in 'overall': 900.00 and 1003"):
        tidy.board(raw(*rows), W)


@pytest.mark.parametrize("votes", [50, None])
def test_conflicts_that_votes_do_not_decide_refuse_the_board(votes: int | None):
    rows = [*many(40), {"entry": "m3", "rating": 900.0, "votes": votes}]
    with pytest.raises(PayloadError, match="votes do not decide"):
        tidy.board(raw(*rows), W)


def test_three_rows_of_one_entry_need_a_single_largest_vote_count():
    tied = [
        {"entry": "m3", "rating": 900.0, "votes": 60},
        {"entry": "m3", "rating": 901.0, "votes": 60},
    ]
    with pytest.raises(PayloadError, match="votes do not decide"):
        tidy.board(raw(*many(40), *tied), W)
    tied[1]["votes"] = 61
    tables = tidy.board(raw(*many(40), *tied), W)
    assert tables.ratings.set_index("entry").loc["m3", "rating"] == 901.0
    assert len(tables.notes) == 2


def test_the_same_entry_in_two_categories_is_no_duplicate():
    tables = tidy.board(raw({}, {"category": "math", "rating": 1}), W)
    assert len(tables.ratings) == 2
    assert len(tables.entries) == 1


def test_many_conflicts_are_noted_in_short():
    rows = many(1000) + [{"entry": f"m{i}", "rating": 5.0, "votes": 1} for i in range(30)]
    notes = tidy.board(raw(*rows), W).notes
    assert len(notes) == 21
    assert notes[-1] == "and 10 more conflicting rows left out"


def test_a_known_pair_keeps_both_rows():
    pair = [{"rating": 1369.0, "votes": 99}, {"rating": 1408.0, "votes": 5}]
    tables = tidy.board(raw(*pair, {"category": "html", "rating": 7.0}), W, doubled={"alpha"})
    got = tables.ratings.set_index(["category", "entry"])["rating"].to_dict()
    assert got == {
        ("html", "alpha"): 7.0,
        ("overall", "alpha"): 1408.0,
        ("overall", "alpha #2"): 1369.0,
    }
    assert tables.notes == (
        "alpha is listed twice by the publisher; the lower rated is kept as #2",
    )
    assert tables.entries["entry"].tolist() == ["alpha", "alpha #2"]


def test_a_known_pair_that_became_three_falls_under_the_rule():
    rows = [{"rating": float(i), "votes": i} for i in (1, 2, 3)]
    with pytest.raises(PayloadError, match="the board is refused"):
        tidy.board(raw(*rows), W, doubled={"alpha"})


# -- descriptions --------------------------------------------------------------------------


def test_descriptions_come_from_overall_and_differences_are_noted():
    tables = tidy.board(
        raw(
            {"category": "math", "organisation": "Zhipu", "licence": "MIT"},
            {"organisation": "zai", "licence": None},
        ),
        W,
    )
    assert tables.entries.iloc[0].tolist() == ["alpha", "", "zai", "MIT"]
    assert tables.notes == ("organisation of 1 entries differs between categories",)


words = st.sampled_from(["", "x", "y"])
listed = st.fixed_dictionaries(
    {
        "category": st.sampled_from(["overall", "a", "z"]),
        "entry": st.sampled_from(["m", "n", "\U0001f600"]),
        "rating": st.sampled_from([1000.0, 1001.004, 1001.006]),
        "votes": st.none() | st.just(7),
        "name": words,
        "organisation": words,
    }
)


@given(st.lists(listed, min_size=1, max_size=9, unique_by=lambda r: (r["category"], r["entry"])))
def test_tables_are_those_of_plain_loops(rows: list[dict[str, object]]):
    tables = tidy.board(raw(*rows), "a list")
    order = sorted(rows, key=lambda r: (r["category"], -round(r["rating"], 2), r["entry"]))
    figures = tables.ratings[["category", "entry", "rating", "votes"]].itertuples(index=False)
    assert [tuple(None if pd.isna(v) else v for v in row) for row in figures] == [
        (r["category"], r["entry"], round(r["rating"], 2), r["votes"]) for r in order
    ]
    rows = sorted(rows, key=lambda r: (r["category"] != "overall", r["category"]))
    described = [
        [entry, *(next((r[c] for r in rows if r["entry"] == entry and r[c]), "")
                  for c in ("name", "organisation")), ""]
        for entry in sorted({r["entry"] for r in rows})
    ]  # fmt: skip
    assert tables.entries.to_numpy().tolist() == described


def test_control_characters_in_descriptions_become_spaces_and_are_noted():
    tables = tidy.board(raw({"organisation": "a\r\nb\ud800"}), W)
    assert tables.entries["organisation"].tolist() == ["a  b "]
    assert tables.notes == ("organisation: control characters in 1 cells written as spaces",)


@pytest.mark.parametrize("value", [5, ["x"], "x" * 501])
def test_descriptions_that_are_no_short_text_are_refused(value: object):
    with pytest.raises(PayloadError, match="a payload: licence in row 1 is"):
        tidy.board(raw({"licence": value}), W)


# -- tables without ratings ----------------------------------------------------------------


def test_models_table():
    table, notes = tidy.keyed(
        {
            "entry": ["b", "a", "a"],
            "name": ["B", "A", "A"],
            "release_date": ["2025-04", "13 May", "13 May"],
        },
        MODELS,
        W,
    )
    assert list(table.columns) == list(MODELS)
    assert table["entry"].tolist() == ["a", "b"]
    assert table["release_date"].tolist() == ["", "2025-04"]
    assert notes == (
        "2 release dates are no dates and left out, e.g. '13 May'",
        "1 identical rows collapsed",
    )


def test_models_table_with_a_contradiction_is_refused():
    with pytest.raises(PayloadError, match="1 entries are listed more than once and differently"):
        tidy.keyed({"entry": ["a", "a"], "name": ["x", "y"]}, MODELS, W)


@pytest.mark.parametrize("text", ["2024-02-29", "2024-12", "2024"])
def test_dates(text: str):
    assert tidy.is_date(text)


@pytest.mark.parametrize(
    "text", ["2023-02-29", "2024-13", "0000-01-01", "24-01-01", "", "２０２４"]
)
def test_no_dates(text: str):
    assert not tidy.is_date(text)


def test_interval_kinds_follow_their_symmetry():
    ratings = tidy.board(
        raw(
            {"lower": 1390.0, "upper": 1410.0},
            {"category": "old", "lower": 1390.0, "upper": 1415.0},
            {"category": "none"},
        ),
        W,
    ).ratings
    assert tidy._interval_kinds(ratings) == (
        "variance",
        ("intervals of category 'none': none", "intervals of category 'old': bootstrap"),
    )


# reading


W_READING = "a payload"


def test_json_reads_a_value_and_drops_a_byte_order_mark():
    assert values.json_value(b'\xef\xbb\xbf{"a": [1, null, "x"]}', W_READING) == {
        "a": [1, None, "x"]
    }


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        (b"", "a payload: not JSON.*empty"),
        (b"{", "not JSON at line 1"),
        (b"\xff\xfe{", "byte 0 is not UTF-8"),
        (b'{"a": 1, "b": {"x": 1, "x": 2}}', "key 'x' occurs twice"),
        (b'{"a": NaN}', "NaN, which is no number"),
        (b'{"a": -Infinity}', "Infinity, which is no number"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"a":' * 50_000, "nested too deeply"),
        (b"1" * 10_000, "unreadable number"),
        (b"<!DOCTYPE html><p>503", "web page"),
        (b"\x1f\x8b\x08" + bytes(50), "gzip"),
    ],
)
def test_json_refusals(payload: bytes, says: str):
    with pytest.raises(PayloadError, match=says):
        values.json_value(payload, W_READING)


def test_json_shapes_are_named():
    with pytest.raises(PayloadError, match="'data' should be a JSON array, found null"):
        values.sequence(None, W_READING, "'data'")
    with pytest.raises(PayloadError, match="row 2 should be a JSON object, found text"):
        values.columns([{"a": 1}, "x"], {"ours": "a"}, W_READING)
    with pytest.raises(PayloadError, match="row 2 has no 'a'; it has 'b'"):
        values.columns([{"a": 1}, {"b": 1}], {"ours": "a"}, W_READING)


def test_csv_reads_quotes_blank_lines_and_line_breaks_in_cells():
    table = values.csv_columns(
        b'\xef\xbb\xbfa,b\r\n1,"x, ""y""\nz"\r\n\r\n2,\r\n', W_READING, ("a",)
    )
    assert table == {"a": ["1", "2"], "b": ['x, "y"\nz', ""]}


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        (b"", "the file is empty"),
        (b"\n\n", "the file is empty"),
        (b"a,a\n1,2\n", "named twice"),
        (b"b\n1\n", "no column 'a'; the payload has 'b'. Its layout has changed"),
        (b"a,b\n1\n", "line 2 has 1 fields where the header has 2"),
        (b'a,b\n"1,2\n', "not CSV"),
        (b"a\n" + b"x" * 200_000, "not CSV"),
        (b"\xff\xff", "not UTF-8"),
    ],
)
def test_csv_refusals(payload: bytes, says: str):
    with pytest.raises(PayloadError, match=says):
        values.csv_columns(payload, W_READING, ("a",))


def test_values_in_messages_are_escaped_and_cut():
    assert values.shown("a\n\x1b[31m\u202e") == r"'a\n\x1b[31m\u202e'"
    assert len(values.shown("x" * 1000)) < 100
    assert values.listed(range(30)).endswith("and 10 more")
    assert values.listed([]) == "nothing"


def slow_number(text: str) -> bool:
    """Whether a text is a number: a sign, digits with at most one point, an exponent."""
    body = text[1:] if text[:1] in ("+", "-") else text
    mantissa, e, exponent = body.replace("E", "e").partition("e")
    digits = exponent[1:] if exponent[:1] in ("+", "-") else exponent
    whole = mantissa.replace(".", "", 1)
    return (
        bool(whole)
        and set(whole) <= set("0123456789")
        and (not e or (bool(digits) and set(digits) <= set("0123456789")))
    )


@given(st.text("0123.eE+-x", max_size=9))
def test_numbers_are_told_as_the_slow_way(text: str):
    assert bool(tidy._NUMBER.fullmatch(text)) == slow_number(text)


@given(
    rows=st.lists(st.lists(st.text('ab,"\n\r ', max_size=4), min_size=3, max_size=3), max_size=6),
    crlf=st.booleans(),
)
def test_csv_columns_are_those_written(rows: list[list[str]], crlf: bool):
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n" if crlf else "\n", quoting=csv.QUOTE_ALL)
    writer.writerows([["x", "y", "z"], *rows])
    read = values.csv_columns(out.getvalue().encode(), "t", ("x", "z"))
    assert read == {name: [row[i] for row in rows] for i, name in enumerate("xyz")}
