import pytest

from elolag.errors import PayloadError
from elolag.sources import tidy

W = "a payload"


def test_json_reads_a_value_and_drops_a_byte_order_mark():
    assert tidy.json_value(b'\xef\xbb\xbf{"a": [1, null, "x"]}', W) == {"a": [1, None, "x"]}


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
        tidy.json_value(payload, W)


def test_json_shapes_are_named():
    with pytest.raises(PayloadError, match="'data' should be a JSON array, found null"):
        tidy.sequence(None, W, "'data'")
    with pytest.raises(PayloadError, match="row 2 should be a JSON object, found text"):
        tidy.columns([{"a": 1}, "x"], {"ours": "a"}, W)
    with pytest.raises(PayloadError, match="row 2 has no 'a'; it has 'b'"):
        tidy.columns([{"a": 1}, {"b": 1}], {"ours": "a"}, W)


def test_csv_reads_quotes_blank_lines_and_line_breaks_in_cells():
    table = tidy.csv_columns(b'\xef\xbb\xbfa,b\r\n1,"x, ""y""\nz"\r\n\r\n2,\r\n', W, ("a",))
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
        tidy.csv_columns(payload, W, ("a",))


def test_values_in_messages_are_escaped_and_cut():
    assert tidy.shown("a\n\x1b[31m\u202e") == r"'a\n\x1b[31m\u202e'"
    assert len(tidy.shown("x" * 1000)) < 100
    assert tidy.listed(range(30)).endswith("and 10 more")
    assert tidy.listed([]) == "nothing"
