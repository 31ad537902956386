"""Claimed ranges and our figures of every kind in words, their direction never a sign."""

from __future__ import annotations

from elolag.words import bounded, directed, span

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
