"""Dates to floats and back."""

from __future__ import annotations

import copy
import datetime as dt
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from elolag.dates import (
    DAYS_PER_MONTH,
    MonthOnly,
    between,
    known,
    parse,
    precision,
    to_day,
    to_days,
    to_iso,
    today,
    utc_now,
)
from elolag.errors import UsageError


def test_a_month_is_a_twelfth_of_a_gregorian_year() -> None:
    assert DAYS_PER_MONTH == 30.436875
    # Four hundred years repeat the calendar to the day.
    assert between(to_day("1600-01-01"), to_day("2000-01-01")) == 400 * 12


def test_known_days() -> None:
    assert to_day("1970-01-01") == 0.0
    assert to_day("1970-02-01") == 31.0
    assert to_day("1969-12-31") == -1.0
    assert to_day("2026-08-19") == 20684.0
    assert to_day(dt.date(2026, 8, 19)) == 20684.0
    # The day of the headline and of its match.
    assert float(between(to_day("2026-02-05"), to_day("2026-08-19"))) == pytest.approx(
        6.4067, abs=1e-4
    )


def test_a_day_that_stands_for_a_month_is_told_as_that_and_kept() -> None:
    vague = MonthOnly("2024-08-15")
    assert (known(vague), known("2024-08-15")) == ("2024-08", "2024-08-15")
    assert (precision(vague), precision("2024-08-15")) == ("month", "day")
    assert to_day(vague) == to_day("2024-08-15")
    assert json.dumps(vague) == '"2024-08-15"'
    again = copy.deepcopy(vague)
    assert (known(again), again) == ("2024-08", "2024-08-15")


@given(st.dates())
def test_a_date_survives_the_way_there_and_back(date: dt.date) -> None:
    day = to_day(date)
    assert day == to_day(date.isoformat()) == to_days([date])[0] == to_days(date.isoformat())
    assert to_iso(day) == date.isoformat()
    assert parse(date.isoformat()) == date


@given(st.dates(max_value=dt.date(9999, 12, 30)), st.floats(0, 1, exclude_max=True))
def test_a_moment_belongs_to_the_day_that_contains_it(date: dt.date, part: float) -> None:
    moment = to_day(date) + part
    if moment < to_day(date) + 1:
        assert to_iso(moment) == date.isoformat()


@given(st.dates(), st.dates())
def test_months_between_are_signed_and_add_up(one: dt.date, other: dt.date) -> None:
    there, back = between(to_day(one), to_day(other)), between(to_day(other), to_day(one))
    assert there == -back
    assert (there > 0) == (other > one)
    assert there * DAYS_PER_MONTH == pytest.approx((other - one).days)


def test_arrays_keep_their_shape() -> None:
    days = to_days([["2024-01-01", None], ["", dt.date(2024, 1, 2)]])
    assert days.shape == (2, 2)
    assert np.isnan(days[0, 1])
    assert np.isnan(days[1, 0])
    assert days[1, 1] - days[0, 0] == 1
    assert between(days, days[0, 0]).shape == (2, 2)
    assert to_days([]).shape == (0,)


@pytest.mark.parametrize("missing", ["", None, np.nan, float("nan"), pd.NA, pd.NaT])
def test_what_is_missing_stays_missing(missing: object) -> None:
    assert np.isnan(to_days([missing])[0])


def test_columns_of_tables_can_be_read() -> None:
    text = pd.Series(["2024-01-01", None, "2024-03-01"])
    for column in (text, text.astype("string"), pd.to_datetime(text)):
        days = to_days(column)
        assert days[0] == to_day("2024-01-01")
        assert np.isnan(days[1])
        assert days[2] - days[0] == 60
    assert to_days(np.array(["2024-01-01", "NaT"], "datetime64[D]"))[0] == days[0]
    assert to_days(np.array(["2024-01-01", "NaT"], "datetime64[ns]"))[0] == days[0]


@pytest.mark.parametrize(
    "text",
    [
        "2024-02-30", "2024-13-01", "2023-02-29", "20240101", "2024-1-1", "01.02.2024",
        "2024/01/01", "2024-01-01T00:00:00",
        " 2024-01-01", "2024-01-01\n", "0000-01-01", "nan", "٢٠٢٤-٠١-٠١", "",
    ],
)  # fmt: skip
def test_what_is_no_iso_date_is_refused_by_name(text: str) -> None:
    with pytest.raises(UsageError, match="YYYY-MM-DD"):
        parse(text)
    if text:
        with pytest.raises(UsageError, match="YYYY-MM-DD"):
            to_days(["2024-01-01", text])


@pytest.mark.parametrize("value", [20240101, 19723.0, True, np.int64(3), [1]])
def test_a_number_is_no_date_and_no_missing_value(value: object) -> None:
    column = np.empty(1, dtype=object)
    column[0] = value
    with pytest.raises(UsageError, match="YYYY-MM-DD"):
        to_days(column)


def test_the_day_now_is_that_of_source_date_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(86_400 * int(to_day("2026-10-04")) + 86_399))
    assert today() == dt.date(2026, 10, 4)
    for told in ("soon", "1e9", "9" * 30):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", told)
        with pytest.raises(UsageError, match=f"SOURCE_DATE_EPOCH is '{told}', not a number of"):
            today()
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert abs((today() - utc_now().date()).days) <= 1
