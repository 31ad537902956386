"""Claimed ranges and our figures of every kind in words, their direction never a sign."""

from __future__ import annotations

import re
from dataclasses import dataclass

from elolag.dates import DAYS_PER_MONTH
from elolag.errors import UsageError
from elolag.results.words import bounded, directed, span

_UNITS = {
    "months": " months",
    "elo": " Elo",
    "points": " points",
    "percent": "%",
    "change": " months",
}
_SIDES = {"change": ("longer", "shorter")}


def range_words(kind: str, low: float | None, high: float | None) -> str:
    """A claimed range in words: "3 to 6 months behind", "at most 35 Elo behind", ..."""
    if kind == "rank":
        return _span("place ", "", "", low, high)
    if kind == "change" and (low, high) in ((None, 0), (0, None)):
        return "shrinking" if low is None else "growing"
    if kind in ("elo", "points") and low is None and high == 0:
        return "level or ahead"
    unit = _UNITS[kind]
    plus, minus = _SIDES.get(kind, ("behind", "ahead"))
    if low is not None and high is not None and low < 0 < high:
        return f"{-low:g}{unit} {minus} to {high:g} {plus}"
    # Zero is without direction: which side is meant, the other end says.
    if (low is not None and low < 0) or (low is None and high is not None and high < 0):
        turned = (None if end is None else 0.0 - end for end in (high, low))
        return _span("", unit, f" {minus}", *turned)
    return _span("", unit, f" {plus}", low, high)


def _span(before: str, unit: str, after: str, low: float | None, high: float | None) -> str:
    low, high = (None if end is None else end + 0.0 for end in (low, high))  # no minus zero
    if low is None:
        size = f"at most {high:g}"
    elif high is None:
        size = f"at least {low:g}"
    else:
        size = f"{low:g}" if low == high else f"{low:g} to {high:g}"
    return f"{before}{size}{unit}{after}"


def quantity(kind: str, value: float, censored: str | None = None) -> str:
    """One value of a kind, its direction in words."""
    if kind == "months":
        return bounded(value, censored)
    if kind == "change":
        return f"{abs(value):.1f} months {'shorter' if value < 0 else 'longer'}"
    if kind == "rank":
        return f"place {value:.0f}"
    unit = _UNITS[kind]
    shown = f"{abs(value):.2f}" if kind == "percent" else f"{abs(value):.1f}"
    return f"{shown}{unit} {'behind' if value >= 0 else 'ahead'}"


def interval_words(kind: str, low: float | None, high: float | None) -> str:
    """An interval of a kind in words; an unbounded end is said."""
    if low is None and high is None:
        return "unbounded"
    if low is None or high is None:
        end = low if low is not None else high
        assert end is not None  # noqa: S101 -- one of them is given
        if kind == "months" and end < 0:
            return f"{directed(end)} or {'less' if high is None else 'more'}"
        return f"{quantity(kind, end)} or {'more' if high is None else 'less'}"
    if low == high:
        return f"of zero width at {quantity(kind, low)}"
    return (
        span(low, high) if kind == "months" else f"{quantity(kind, low)} to {quantity(kind, high)}"
    )


# A bare statement of a lag in plain English ("about 7 months behind") as a range of months.

_WORDS = {
    "half a": 0.5, "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6,
    "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "eighteen": 18,
}  # fmt: skip
_NUMBER = rf"(?:\d+(?:\.\d+)?|{'|'.join(sorted(_WORDS, key=len, reverse=True))})"
_UNITS_OF = {"day": 1 / DAYS_PER_MONTH, "week": 7 / DAYS_PER_MONTH, "month": 1.0, "year": 12.0}
_LEAST = ("at least", "more than", "over")
_MOST = ("at most", "less than", "under", "up to", "no more than", "within")
_ABOUT = ("about", "around", "roughly", "approximately", "some", "nearly", "almost", "~")
_STATEMENT = re.compile(
    rf"(?:(?P<behind1>trail(?:s|ing)?|lag(?:s|ging)?|behind)|(?P<ahead1>lead(?:s|ing)?|ahead))?"
    rf"(?:\s*by)?\s*(?P<hedge>{'|'.join((*_LEAST, *_MOST, *_ABOUT))})?\s*"
    rf"(?P<low>{_NUMBER})(?:\s*(?P<unit1>day|week|month|year)s?)?"
    rf"(?:\s*(?:to|-|–|or)\s*(?P<high>{_NUMBER}))?\s*-?(?P<unit>day|week|month|year)?s?"
    rf"\s*(?:(?P<behind2>behind|late|lag)|(?P<ahead2>ahead|early|lead))?"
)
USAGE = (
    'say how far and which way, e.g. "7 months behind", "3 to 6 months behind", "about half a year '
    'behind", "less than 3 months behind", "2-3 years behind", "1 month ahead"'
)


@dataclass(frozen=True)
class Statement:
    """A range of lags in months, behind is positive; None where it is open."""

    text: str
    low: float | None
    high: float | None

    def range_words(self) -> str:
        """As read, in words."""
        return range_words("months", *(None if v is None else round(v, 2) for v in self.ends))

    @property
    def ends(self) -> tuple[float | None, float | None]:
        """`low` and `high`."""
        return self.low, self.high


def parse_statement(text: str) -> Statement:
    """Read a bare statement of a lag.

    A single figure is taken to half a unit of its last digit ("7 months" is 6.5 to 7.5), "about"
    to a quarter either way; "at least" and the like leave an end open, "at most" ends at level.

    Raises
    ------
    UsageError
        Anything that is not such a statement.
    """
    found = _STATEMENT.fullmatch(" ".join(text.lower().replace("~", "~ ").split()).strip(" ."))
    if found is None:
        raise UsageError(f"cannot read {text!r} as a lag; {USAGE}")
    part = found.groupdict()
    unit, first_unit = part["unit"], part["unit1"]
    if unit is None and first_unit is None:
        raise UsageError(f"{text!r} names no unit; {USAGE}")
    behind = part["behind1"] or part["behind2"]
    ahead = part["ahead1"] or part["ahead2"]
    if bool(behind) == bool(ahead):
        raise UsageError(f"{text!r} must say behind or ahead, once; {USAGE}")
    scale = _UNITS_OF[unit or first_unit or ""]
    low, half = _figure(part["low"], _UNITS_OF[first_unit] if first_unit else scale)
    hedge = part["hedge"] or ""
    if part["high"] is not None:
        high, _ = _figure(part["high"], scale)
        if hedge in _LEAST or hedge in _MOST or low >= high:
            raise UsageError(f"{text!r} is no range from less to more; {USAGE}")
        widen = 0.25 if hedge in _ABOUT else 0.0
        ends: tuple[float, float | None] = (low * (1 - widen), high * (1 + widen))
    elif hedge in _LEAST:
        ends = (low, None)
    elif hedge in _MOST:
        ends = (0.0, low)
    else:
        margin = max(half, 0.25 * low) if hedge in _ABOUT else half
        ends = (max(low - margin, 0.0), low + margin)
    if behind:
        return Statement(text, *ends)
    return Statement(text, None if ends[1] is None else -ends[1], 0.0 - ends[0])


def _figure(word: str, scale: float) -> tuple[float, float]:
    """A figure in months, and half a unit of its last digit."""
    if word in _WORDS:
        half = 0.25 if word == "half a" else 0.5
        return _WORDS[word] * scale, half * scale
    digits = len(word.partition(".")[2])
    return float(word) * scale, 0.5 * 10.0**-digits * scale
