"""The form of a forecast: what is refused, with the field named; one form of bytes for each."""

from __future__ import annotations

import csv
import dataclasses
import io
import re

import made_forecast as made
import pytest
from hypothesis import given
from hypothesis import strategies as st
from search import search

from elolag.errors import ForecastError
from elolag.forecast.form import _COLUMNS, OTHER, Forecast, decode, encode

NAME = "2026-10-02-team-model.csv"
GOOD = made.forecast(
    made.lag(),
    made.lag(target="gap", kind="median", at=("0.5",), values=(-12.5,)),
    made.first(CN=0.125, other=0.875),
    made.reach(),
    made.by_day(),
)


def changed(row: int, field: str, value: str) -> bytes:
    """The good file with another value in one field; row 1 is the header."""
    rows = list(csv.reader(io.StringIO(encode(GOOD).decode())))
    rows[row - 1][_COLUMNS.index(field)] = value
    return written(rows)


def written(rows: list[list[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def test_a_file_explains_itself_and_is_read_back() -> None:
    data = encode(GOOD)
    assert data.decode().splitlines()[:2] == [
        ",".join(_COLUMNS),
        "2026-10-02,arena/text,US,CN,average,3,2027-01-02,,quantile,0.05,4.25,2026-10-02,",
    ]
    assert b",reach,,2026-12-29,162.5,quantile,0.05,2026-10-16,2026-10-02,\n" in data
    assert b",gap,3,2027-01-02,,median,,-12.5,2026-10-02,\n" in data
    assert decode(data, NAME) == GOOD
    assert GOOD.file == NAME


@given(made.forecasts())
@search(60)
def test_what_is_written_is_read_back(forecast: Forecast) -> None:
    assert decode(encode(forecast), forecast.file) == forecast


@given(made.forecasts(), st.data())
@search(200)
def test_other_bytes_are_a_forecast_with_its_one_form_or_refused(
    forecast: Forecast, data: st.DataObject
) -> None:
    good = bytearray(encode(forecast))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(good) - 1))
        length = data.draw(st.sampled_from((0, 1, 1, 5)))
        good[at : at + length] = data.draw(
            st.sampled_from((b"", b"0", b"9", b"-", b",", b'"', b"\n", b"\r", b"\0", b"\xff", b"e"))
            | st.binary(max_size=4)
        )
    try:
        found = decode(bytes(good), forecast.file)
    except ForecastError:
        return
    assert decode(encode(found), found.file) == found


@given(st.binary(max_size=300), st.text(max_size=30))
def test_bytes_and_names_of_any_kind_are_refused(data: bytes, name: str) -> None:
    for each in (name, NAME):
        with pytest.raises(ForecastError):
            decode(data, each)


def test_ways_of_writing_a_number_become_one() -> None:
    data = encode(made.forecast())
    other = data.replace(b"0.05,4.25", b'"0.0500","4.250"').replace(b"\n", b"\r\n")
    assert other != data
    assert encode(decode(other, NAME)) == data
    zero = made.forecast(made.lag(kind="median", at=("0.5",), values=(-0.0,)))
    assert b",median,,0,2026" in encode(zero)


@pytest.mark.parametrize(
    ("row", "field", "value", "why"),
    [
        (2, "target", "lag", "unknown; known: average, current"),
        (2, "output_type", "cdf", "take: quantile, median"),
        (6, "output_type", "quantile", "take: pmf"),
        (3, "output_type_id", "0.05", "said before"),
        (3, "output_type_id", "0.04", "not above 0.05"),
        (2, "output_type_id", "0", "between 0 and 1"),
        (4, "output_type_id", "1", "between 0 and 1"),
        (2, "output_type_id", "0.05001", "more than 4 decimals"),
        (3, "value", "4.2", "quantiles that cross"),
        (3, "value", "nan", "not a number"),
        (3, "value", "inf", "not a number"),
        (3, "value", "1e1", "not a number"),
        (3, "value", "٥", "not a number"),
        (3, "value", "=5", "not a number"),
        (3, "value", "5.55555", "more than 4 decimals"),
        (3, "value", "", "not a number"),
        (5, "output_type_id", "0.5", "a median has none"),
        (7, "value", "0.874", "sum to 0.999"),
        (7, "value", "-0.5", "between 0 and 1"),
        (7, "output_type_id", "CN", "said before"),
        (7, "output_type_id", "KR", "a row for other"),
        (7, "output_type_id", "nobody", "not a group"),
        (8, "value", "2026-13-01", "not an ISO date"),
        (8, "value", "5.5", "not an ISO date"),
        (9, "value", "2026-10-15", "quantiles that cross"),
        (10, "value", "1.1", "between 0 and 1"),
        (11, "value", "0.05", "that falls"),
        (11, "output_type_id", "2026-10-30", "not above 2026-11-01"),
        (11, "output_type_id", "2027-10-03", "by target_end_date"),
        (11, "output_type_id", "2027-10-01", "the last day of a cdf is target_end_date"),
        (10, "output_type_id", "2026-10-02", "not after the round"),
        (10, "output_type_id", "soon", "not an ISO date"),
        (5, "target_end_date", "2026-10-02", "not after the round"),
        (5, "target_end_date", "2027-1-2", "not an ISO date"),
        (5, "horizon", "6", "2027-01-02 is 3.0 months after"),
        (5, "horizon", "3.0", "whole number of months"),
        (5, "horizon", "0", "whole number of months"),
        (5, "level", "1400", "leave it empty"),
        (8, "level", "high", "not a number"),
        (5, "leader", "CN", "the leader as well"),
        (5, "leader", "us", "not a group"),
        (5, "leader", "US + CN", "write it as US+CN"),
        (5, "leader", "lab:", "not a group"),
        (5, "leader", "../x", "not a group"),
        (5, "leader", "", "not a group"),
        (5, "follower", "CN\x1b[31m", "not a group"),
        (3, "round_id", "2026-10-03", "a file has one round_id"),
        (3, "board", "arena/vision", "a file has one board"),
        (3, "said", "2026-10-03", "a file has one said"),
        (3, "address", "https://example.org", "a file has one address"),
    ],
)  # fmt: skip
def test_a_field_that_is_wrong_is_named(row: int, field: str, value: str, why: str) -> None:
    found = "follower" if (field, why) == ("leader", "the leader as well") else field
    with pytest.raises(ForecastError, match=re.escape(why)) as error:
        decode(changed(row, field, value), NAME)
    assert f" {found} is {value!a}"[:40] in str(error.value)
    assert str(error.value).startswith(f"{NAME}, row {row}: ")
    assert str(error.value).isascii()


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("round_id", "2026-10-03", "not the round of the file's name"),
        ("round_id", "2026-10-2", "not an ISO date"),
        ("board", "../../etc", "not the name of a board"),
        ("board", "forecasts/text", "not the name of a board"),
        ("board", "con/text", "not the name of a board"),
        ("board", "a/" + "b" * 200, "not the name of a board"),
        ("said", "2026-09-29", "before the list it used"),
        ("said", "today", "not an ISO date"),
        ("address", "javascript:alert(1)", "neither empty nor an address"),
        ("address", "https://example.org/<b>", "neither empty nor an address"),
        ("address", "https://example.org/" + "a" * 300, "neither empty nor an address"),
    ],
)
def test_what_a_whole_file_says_is_checked(field: str, value: str, why: str) -> None:
    rows = list(csv.reader(io.StringIO(encode(GOOD).decode())))
    for row in rows[1:]:
        row[_COLUMNS.index(field)] = value
    with pytest.raises(ForecastError, match=re.escape(why)) as error:
        decode(written(rows), NAME)
    assert f"row 2: {field} is " in str(error.value)


@pytest.mark.parametrize(
    "name",
    ["team.csv", "2026-10-02.csv", "2026-10-02-Team.csv", "2026-10-02-a--b.csv", "../" + NAME,
     NAME.removesuffix(".csv"), "2026-10-02-" + "a" * 100 + ".csv", "2026-10-02-a.csv.csv"],
)  # fmt: skip
def test_a_name_that_says_not_whose_it_is_is_refused(name: str) -> None:
    with pytest.raises(ForecastError, match="<round_id>-<team>-<model>.csv"):
        decode(encode(GOOD), name)


def test_a_file_is_bounded_and_has_one_header() -> None:
    data = encode(made.forecast())
    header, *rows = data.splitlines(keepends=True)
    for bad, why in (
        (b"", "its columns are"),
        (header, "0 rows; a forecast has 1 to 5,000"),
        (header + rows[0] * 5001, "5,001 rows"),
        (data + b"\n" * (1 << 20), "larger than 1 MB"),
        (data.replace(b"value", b"Value"), "row 1: its columns are"),
        (data + b"2026-10-02,arena/text\n", "row 5: 2 fields, not the 13"),
        (b"\xef\xbb\xbf" + data, "row 1: its columns are"),
        (data.decode().encode("utf-16"), "not CSV in UTF-8"),
        (data + b'"', "not CSV in UTF-8"),
    ):
        with pytest.raises(ForecastError, match=why):
            decode(bad, NAME)


def test_an_answer_stands_once_and_together() -> None:
    data = encode(made.forecast(made.lag(), made.lag(target="current")))
    header, *rows = data.splitlines(keepends=True)
    apart = [rows[k] for k in (0, 3, 1, 4, 2, 5)]
    again = [row.replace(b",average,3,", b",average,,") for row in rows[:3]]
    for bad in (apart, rows + rows[:3], rows[:3] + again):
        with pytest.raises(ForecastError, match="row .: target is '.*': answered before"):
            decode(header + b"".join(bad), NAME)


def test_two_groups_can_be_all_there_is() -> None:
    both = made.first(**{"CN": 0.25, "not:CN": 0.75})
    assert decode(encode(made.forecast(both)), NAME).answers == (both,)
    for one, other in (("CN+open", "not:CN+open"), ("CN", "US")):
        with pytest.raises(ForecastError, match=f"a row for {OTHER}"):
            encode(made.forecast(made.first(**{one: 0.25, other: 0.75})))


@pytest.mark.parametrize(
    "answer",
    [
        made.lag(values=(4.25, 5.5, float("nan"))),
        made.lag(values=(4.25, 5.5, float("inf"))),
        made.lag(values=(4.25, 5.5, 1e300)),
        made.lag(values=(4.25, 5.5, 0.1 + 5.5 + 1e-9)),
        made.lag(at=("0.05", "0.50", "0.95")),
        made.lag(at=(), values=()),
        made.lag(level=5.0),
        made.reach(values=(20820.5, 20900.0)),
        made.reach(values=(20820.0, 1e12)),
        made.reach(values=(20820.0, float("nan"))),
        made.lag(kind="median", at=("0.4",), values=(5.0,)),
        dataclasses.replace(made.lag(), follower="US"),
        dataclasses.replace(made.lag(), follower="\ud800"),
    ],
)
def test_what_would_not_be_read_back_is_not_written(answer: object) -> None:
    with pytest.raises(ForecastError, match=NAME):
        encode(made.forecast(answer))  # type: ignore[arg-type]
