"""The clock, and conversion between dates and floats; nothing else in elolag does it.

Dates are ISO 8601, UTC, day precision. A date as a float is days since 1970-01-01; a month is
365.2425 / 12 = 30.436875 days.
"""

from __future__ import annotations

import calendar
import datetime as dt
import os
import re
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from elolag.errors import UsageError

DAYS_PER_MONTH = 365.2425 / 12

#: A clock.
Now = Callable[[], dt.datetime]

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")


class MonthOnly(str):
    """The ISO day that is counted with where only its month is known."""

    __slots__ = ()


def known(iso: str) -> str:
    """An ISO date as far as it is known: of a `MonthOnly` its month, ``2024-08``."""
    return iso[: len("2024-08")] if isinstance(iso, MonthOnly) else iso


def precision(iso: str) -> str:
    """To what an ISO date is known: ``day``, or of a `MonthOnly` ``month``."""
    return "month" if isinstance(iso, MonthOnly) else "day"


def utc_now() -> dt.datetime:
    """The time now, in UTC."""
    return dt.datetime.now(dt.UTC)


def today() -> dt.date:
    """The day now, in UTC; that of SOURCE_DATE_EPOCH where it is set, so that output repeats.

    Raises
    ------
    UsageError
        SOURCE_DATE_EPOCH is no number of seconds.
    """
    told = os.environ.get("SOURCE_DATE_EPOCH")
    if not told:
        return utc_now().date()
    try:
        return dt.datetime.fromtimestamp(int(told), dt.UTC).date()
    except (ValueError, OverflowError, OSError):
        raise UsageError(f"SOURCE_DATE_EPOCH is {told!r}, not a number of seconds") from None


def parse(text: str) -> dt.date:
    """Read an ISO date (``2026-08-19``); anything else is a `UsageError`."""
    if _ISO.fullmatch(text):
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            pass
    raise UsageError(f"not an ISO date: {text!r}; write it as YYYY-MM-DD, e.g. 2026-08-19")


def to_days(dates: ArrayLike) -> NDArray[np.float64]:
    """ISO strings, `datetime.date` objects or numpy dates to days since 1970-01-01, same shape.

    Missing values (``""``, None, NaN, NaT) become NaN; anything else that is no date is a
    `UsageError`.
    """
    if getattr(getattr(dates, "dtype", None), "kind", "") == "M":
        whole = np.asarray(dates).astype("datetime64[D]")
        return np.where(np.isnat(whole), np.nan, whole.astype(np.int64))
    array = np.asarray(dates, dtype=object)
    out = np.full(array.shape, np.nan)
    for index, value in np.ndenumerate(array):
        out[index] = np.nan if _is_missing(value) else to_day(value)
    return out


def _is_missing(value: object) -> bool:
    if isinstance(value, str):
        return not value
    # By their names: pandas, whose kinds of nothing these are too, is slow to import.
    return str(value) in ("None", "nan", "NaT", "<NA>")


def to_day(date: str | dt.date) -> float:
    """One ISO string or date to days since 1970-01-01; anything else is a `UsageError`."""
    if not isinstance(date, str | dt.date):
        raise UsageError(f"not a date: {date!r}; write it as YYYY-MM-DD, e.g. 2026-08-19")
    return float((parse(date) if isinstance(date, str) else date).toordinal() - _EPOCH)


def to_iso(days: float) -> str:
    """Days since 1970-01-01 to the ISO date that contains them."""
    return dt.date.fromordinal(int(np.floor(days)) + _EPOCH).isoformat()


def between(earlier: ArrayLike, later: ArrayLike) -> NDArray[np.float64]:
    """Months from `earlier` to `later`, both in days; negative when `later` comes first."""
    days = np.asarray(later, dtype=float) - np.asarray(earlier, dtype=float)
    return np.asarray(days / DAYS_PER_MONTH)


def months_after(day: str, months: int) -> str:
    """The same day of a later month, or the month's last where it has no such day.

    Examples
    --------
    >>> months_after("2026-08-31", 6)
    '2027-02-28'
    """
    date = parse(day)
    year, month = divmod(date.year * 12 + date.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return f"{year:04d}-{month + 1:02d}-{min(date.day, last):02d}"


_EPOCH = dt.date(1970, 1, 1).toordinal()
