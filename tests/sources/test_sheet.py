"""A user's CSV in the dialects of spreadsheets, and what is refused by its line."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from search import search

from elolag.errors import UsageError
from elolag.sources import sheet as sheets
from elolag.sources.sheet import decode, parse, read_bytes

KNOWN = ("entry", "rating", "se")


def dialect(
    rows: list[tuple[str, float]], delimiter: str, comma: bool, encoding: str, ending: str
) -> bytes:
    """A table as a spreadsheet program would save it."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=ending)
    writer.writerow(["Entry", "Rating"])
    for name, value in rows:
        number = repr(value)
        writer.writerow([name, number.replace(".", ",") if comma else number])
    return text.getvalue().encode(encoding)


NAMES = st.text(
    st.characters(min_codepoint=32, max_codepoint=0x2FFF, exclude_categories=("C", "Z")),
    min_size=1,
    max_size=12,
)
#: At least one decides between point and comma: it has other than three decimals.
RATINGS = st.lists(
    st.tuples(NAMES, st.integers(-(10**6), 10**6).map(lambda n: n / 100)), max_size=8
).map(lambda rows: [*rows, ("decides", 1489.25)])


@search(150)
@given(
    rows=RATINGS,
    delimiter=st.sampled_from(",;\t"),
    comma=st.booleans(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]),
    ending=st.sampled_from(["\n", "\r\n"]),
)
@example([("Ω-1", 0.5), ("b", 1489.25)], ";", True, "utf-16", "\r\n")
def test_every_dialect_reads_as_the_same_table(rows, delimiter, comma, encoding, ending):
    data = dialect(rows, delimiter, comma, encoding, ending)
    sheet = parse(data, "my.csv", KNOWN)
    assert sheet.columns == ("entry", "rating")
    assert sheet.column("entry") == [name for name, _ in rows]
    assert sheet.numbers(["rating"])["rating"] == [value for _, value in rows]
    assert sheet.lines == tuple(range(2, len(rows) + 2))


def test_windows_1252_is_read_where_it_is_plain():
    sheet = parse("entry,rating\nPètit modèle – 2,3.5\n".encode("cp1252"), "my.csv", KNOWN)
    assert sheet.column("entry") == ["Pètit modèle – 2"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("entry,rating\nmodèle,1\n".encode() + "b,1\nmodèle 2,2\n".encode("cp1252"), "line 4.*mix"),
        ("entry,rating\n通义千问,1\n".encode("gbk"), r"line 2: byte 0x"),
        (b"entry,rating\na,1\nb\x81,2\n", "line 3: byte 0x81"),
        (b"entry,rating\na\0b,1\n", "line 2: binary"),
        (b"\xff\xfee\0n\0t", "damaged UTF-16"),
        (b"", "no table"),
        (b"entry,rating\na,1,2\n", "line 2: 3 cells where 2 belong"),
        (b"entry,rating\na\n", "line 2: 1 cells"),
        (b'entry,rating\n"a,1\n', "line 2: not CSV"),
        (b"entry,entry\na,1\n", "line 1: two columns"),
        (b"entry,rating\n" + b"x" * 200_000 + b",1\n", "line 2: not CSV"),
    ],
)
def test_what_is_no_table_is_refused_by_its_line(data, message):
    with pytest.raises(UsageError, match=message) as caught:
        parse(data, "my.csv", KNOWN)
    assert str(caught.value).startswith("my.csv")


def numbers(*values: str, delimiter: str = ";") -> list[float]:
    rows = [f"m{k}{delimiter}{v}" for k, v in enumerate(values)]
    data = "\n".join([f"entry{delimiter}rating", *rows]).encode()
    return parse(data, "my.csv", KNOWN).numbers(["rating"])["rating"]


def test_numbers_by_the_file_s_one_convention():
    assert numbers("1489,66", "1.489", "+2") == [1489.66, 1489, 2]
    assert numbers("1489.66", "1,489", "-.5") == [1489.66, 1489, -0.5]
    assert numbers("1.489,66", "7") == [1489.66, 7]
    assert numbers("1489.125", "1,489") == [1489.125, 1489]
    assert numbers("1.489", delimiter=",") == [1.489]
    assert numbers("1e3", "2E-1") == [1000, 0.2]
    assert math.isnan(numbers("", "1")[0])


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (("1489,66", "12.5"), r"line 2: rating '1489,66' has a decimal comma, but .* line 3"),
        (("3", "1.489"), "line 3: rating '1.489' may mean"),
        (("1,489",), "line 2: rating '1,489' may mean"),
        (("nan",), "line 2: rating 'nan' is not finite"),
        (("1", "-Infinity"), "line 3: rating '-Infinity' is not finite"),
        (("1e999",), "not finite"),
        (("1_000",), "'1_000' is not a number"),
        (("#N/A",), "line 2: rating '#N/A' is not a number"),
        (("12,34,5",), "not a number"),
    ],
)
def test_numbers_that_may_mean_two_things_or_none_are_refused(values, message):
    with pytest.raises(UsageError, match=message):
        numbers(*values)


def test_columns_missing_misspelt_and_spare():
    sheet = parse(b"entry,rating,notes\na,1,x\n", "my.csv", KNOWN)
    assert sheet.check_columns(("entry",), KNOWN, "hint") == ("notes",)
    with pytest.raises(UsageError, match="no column 'model' among"):
        sheet.check_columns(("model",), ("model", *KNOWN), "hint")
    odd = parse(b"entry,ratings\na,1\n", "my.csv", KNOWN)
    with pytest.raises(UsageError, match="unknown column 'ratings'; did you mean 'rating'"):
        odd.check_columns(("entry",), KNOWN, "hint")


def test_blank_rows_and_a_separator_line_are_no_rows():
    sheet = parse(b"sep=;\r\nentry;rating;\r\na;1;\r\n;;\r\n\r\nb;2;\r\n", "my.csv", KNOWN)
    assert sheet.column("entry") == ["a", "b"]
    assert sheet.lines == (3, 6)


def test_files_are_bounded_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(UsageError, match=r"cannot read the tags .*none\.csv"):
        read_bytes(tmp_path / "none.csv", "the tags")
    monkeypatch.setattr(sheets, "_MAX_BYTES", 20)
    (tmp_path / "big.csv").write_bytes(b"entry,rating\nabcdefgh,1\n")
    with pytest.raises(UsageError, match=r"big\.csv: larger than"):
        read_bytes(tmp_path / "big.csv", "the tags")


def test_dates_as_spreadsheets_write_them():
    assert sheets.iso_date("2026-08-19", "x") == "2026-08-19"
    assert sheets.iso_date("9.8.2026", "x") == "2026-08-09"
    for text in ("08/09/2026", "31.02.2026", "2026"):
        with pytest.raises(UsageError, match=r"my\.csv, line 3: not an ISO date"):
            sheets.iso_date(text, "my.csv, line 3")


@search(150)
@given(data=st.binary(max_size=60))
def test_any_bytes_are_read_or_refused_with_a_typed_error(data):
    refused, sheet = "", None
    try:
        sheet = parse(data, "my.csv", KNOWN)
        sheet.numbers(["rating"])
    except UsageError as error:
        refused = str(error)
    assert "my.csv" in refused or (sheet is not None and decode(data, "my.csv"))


HIDDEN = " \x00\x0b\xa0\u200b\u2028\u202e\ufeff"


def guarded(text: str) -> str:
    """The slow twin of `harmless`: character by character."""
    out = ""
    for place, character in enumerate(text):
        starts = place == 0 or text[place - 1] in ";\t\r\n"
        runs = text[place:].lstrip(HIDDEN)[:1] in tuple("=+-@＝＋－＠")
        odd = place == 0 and character in "\t\r\n"
        out += "'" * ((starts and runs) or odd) + character
    return out


@given(st.text(st.sampled_from("a1'\";,=+-@＝＋－＠\t\r\n" + HIDDEN), max_size=12))
def test_harmless_against_its_twin(text: str):
    safe = sheets.harmless(text)
    assert safe == guarded(text)
    assert sheets.harmless(safe) == safe


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"), ("  =1", "'  =1"), ("\t=1", "'\t'=1"), ("\rx", "'\rx"), ("\nx", "'\nx"),
        ("+a", "'+a"), ("-a", "'-a"), ("@SUM(1)", "'@SUM(1)"), ("＝1", "'＝1"),
        ("\ufeff=1", "'\ufeff=1"), ("a;=1", "a;'=1"), ("a\n@b", "a\n'@b"), ("-5", "'-5"),
        ("-5+2", "'-5+2"), ("gpt-5", "gpt-5"), ("a=b", "a=b"), ("", ""), ("CN+open", "CN+open"),
    ],
)  # fmt: skip
def test_what_a_spreadsheet_would_run_has_an_apostrophe(text: str, safe: str):
    assert sheets.harmless(text) == safe
