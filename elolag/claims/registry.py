"""The registry of published statements: what each entry says, and that it is well formed.

A registry is a TOML file of ``[[claim]]`` tables; `_FIELDS` names what they may hold and `TEMPLATE`
is one to start from. The packaged one is ``elolag/data/claims.toml``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from elolag.dates import parse
from elolag.errors import ElolagError, UsageError, successor
from elolag.estimate.lag import ESTIMANDS
from elolag.model.frontier import MATCH_RULES, REACHED
from elolag.results.words import bounded, directed, span

# Claimed ranges and our figures of every kind in words, their direction never a sign.

_UNITS = {
    "months": " months",
    "elo": " Elo",
    "points": " points",
    "percent": "%",
    "change": " months",
    "led": " changes of hands",
}
_SIDES = {"change": ("longer", "shorter")}


def range_words(kind: str, low: float | None, high: float | None) -> str:
    """A claimed range in words: "3 to 6 months behind", "at most 35 Elo behind", ..."""
    if kind == "rank":
        return _span("place ", "", "", low, high)
    if kind == "led":
        return _span("", _UNITS[kind], "", low, high)
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
    if kind == "led":
        return f"{value:.0f} change{'' if value == 1 else 's'} of hands"
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


# What a registry holds.

#: What is claimed, with the unit of `low` and `high`.
KINDS = {
    "months": "months of lag, behind is positive",
    "elo": "Elo points between the two best, positive where the leader is ahead",
    "points": "the same distance in points of an index, on a board that is one",
    "percent": "the same distance in percent of the follower's score",
    "rank": "place of the worst placed of the named labs' best models, every model counted once",
    "change": "months by which the lag changed, shrinking is negative",
    "led": "how often the lead changed hands from list to list since a date",
}
TEMPLATE = """\
# A registry of statements for: elolag claims --add FILE
# Dates are ISO; low and high bound what was said, leave one out where it is open.

[[claim]]
key = "somebody-2026"             # your name for it: letters, digits, hyphens
who = "Somebody, Some Institute"
date = "2026-01-15"               # when it was said
where = "https://example.org/report"
paraphrase = "China trails the US by about half a year."   # in your words, not theirs
leader = "US"                     # groups as for elolag lag: US, CN+open, closed, lab:openai
follower = "CN"
kind = "months"                   # months, elo, points, percent, rank, change or led
low = 4.5
high = 7.5
estimand = "current"             # the one they most plausibly meant (months and change)
why = "A distance in time on the day, with no average over a window mentioned."
verified = true                   # whether you read it where it stands
checked = "read on 2026-01-16"

# Optional: about = "2025-12-31" (the day it speaks of), board = "arena/text",
# category = "coding", index = "what they measured on", models = ["deepseek-v3"] (must be rated by
# then), labs = ["deepseek", "alibaba"] (kind rank, and elo with model), model = "o1-2024-12-17"
# (kind elo: from this model down to the lowest of the labs' best), since = "2025-01-15" (kind
# change; twelve months before by default; kind led: the first list looked at), window = 24 (months
# an average looks back, cut to those for which both groups have a model), match_rule = "not-worse"
# (what dates a level; "reached" by default), precision = "month" (of the date, where its day is
# not known), deadline = "2026-12-03" (of a forecast, which is open until the board's first complete
# list after that day), reading =
# "what exactly is tested", said = "the bare figure".
"""


class ClaimError(ElolagError):
    """An entry of a registry breaks its rules; the message names file, entry and field."""

    exit_code = 2


@dataclass(frozen=True)
class Claim:
    """One published statement. Fields as in the registry (see `TEMPLATE`)."""

    key: str
    who: str
    date: str
    where: str
    paraphrase: str
    leader: str
    follower: str
    kind: str
    why: str
    verified: bool
    checked: str
    low: float | None = None
    high: float | None = None
    estimand: str = "current"
    about: str = ""
    board: str = "arena/text_style_control"
    category: str = "overall"
    index: str = ""
    models: tuple[str, ...] = ()
    labs: tuple[str, ...] = ()
    model: str = ""
    since: str = ""
    window: float | None = None
    reading: str = ""
    said: str = ""
    match_rule: str = REACHED.name
    deadline: str = ""
    precision: str = "day"

    @property
    def day(self) -> str:
        """The day it speaks of: `about` or the deadline, else the day it was said."""
        return self.about or self.deadline or self.date

    @property
    def when(self) -> str:
        """When it was said, as far as that is known."""
        return self.date if self.precision == "day" else self.date[:7]

    @property
    def ends(self) -> tuple[float | None, float | None]:
        """`low` and `high`."""
        return self.low, self.high

    def range_words(self) -> str:
        """The claimed range in words."""
        return range_words(self.kind, self.low, self.high)


def packaged() -> tuple[Claim, ...]:
    """The claims elolag ships."""
    text = files("elolag").joinpath("data", "claims.toml").read_text("utf-8")
    return _parse_registry(text, "claims.toml")


def read(path: Path) -> tuple[Claim, ...]:
    """A user's own registry.

    Raises
    ------
    ClaimError
        The file cannot be read, is not TOML, or an entry breaks the rules.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text; save it as UTF-8"
        raise ClaimError(f"{path}: cannot be read: {reason}") from None
    return _parse_registry(text, str(path))


def _parse_registry(text: str, name: str) -> tuple[Claim, ...]:
    """Read a registry; `name` stands in messages."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ClaimError(f"{name}: not TOML: {error}") from None
    entries = data.get("claim", [])
    if set(data) - {"claim"} or not isinstance(entries, list) or not entries:
        raise ClaimError(f"{name}: a registry holds [[claim]] tables and nothing else")
    claims = tuple(_claim(entry, f"{name}, claim {n}") for n, entry in enumerate(entries, 1))
    seen: set[str] = set()
    for claim in claims:
        if claim.key in seen:
            raise ClaimError(f"{name}, claim {claim.key}: the key is there twice")
        seen.add(claim.key)
    return claims


_TEXTS = (
    "key", "who", "date", "where", "paraphrase", "leader", "follower", "kind", "why", "checked",
)  # fmt: skip
_OPTIONAL = (
    "estimand", "about", "board", "category", "index", "model", "since", "reading", "said",
    "match_rule", "deadline", "precision",
)  # fmt: skip
_LISTS = ("models", "labs")
_PRECISIONS = ("day", "month")
#: Every field of an entry.
_FIELDS = (*_TEXTS, "verified", "low", "high", "window", *_OPTIONAL, *_LISTS)


def _claim(entry: Any, where: str) -> Claim:
    if not isinstance(entry, dict):
        raise ClaimError(f"{where}: not a table")
    where = f"{where} ({entry.get('key', 'no key')})"
    unknown = sorted(set(entry) - set(_FIELDS))
    if unknown:
        raise ClaimError(f"{where}: unknown field {unknown[0]!r}; known: {', '.join(_FIELDS)}")
    values: dict[str, Any] = {}
    for field in (*_TEXTS, *(f for f in _OPTIONAL if f in entry)):
        values[field] = _text(entry, field, where)
    for field in _LISTS:
        values[field] = _texts(entry.get(field, []), field, where)
    if not isinstance(entry.get("verified"), bool):
        raise ClaimError(f"{where}: verified must be true or false")
    values["verified"] = entry["verified"]
    for field in ("low", "high", "window"):
        values[field] = _number(entry.get(field), field, where)
    claim = Claim(**values)
    _check(claim, where)
    return claim


def _check(claim: Claim, where: str) -> None:
    for field in ("date", "about", "since", "deadline"):
        try:
            parse(getattr(claim, field) or claim.date)
        except UsageError as error:
            raise ClaimError(f"{where}: {field}: {error}") from None
    known = [e for e in ESTIMANDS if e != "gap"]
    address = urlsplit(claim.where)
    low, high = claim.ends
    timed = claim.kind in ("months", "change")
    dated = timed and claim.estimand != "trend"
    short = claim.window is not None and claim.window <= 0
    after = not claim.about and claim.deadline > claim.date
    # What is broken in words, and whether it is.
    rules = {
        f"key {claim.key!r} may hold letters, digits and hyphens only":
            not claim.key.replace("-", "").isalnum() or not claim.key.isascii(),
        f"unknown kind {claim.kind!r}; known: {', '.join(KINDS)}": claim.kind not in KINDS,
        f"unknown estimand {claim.estimand!r}; {successor(claim.estimand, known)}":
            claim.estimand not in known,
        f"where must be a web address, not {claim.where!r}":
            address.scheme not in ("http", "https") or not address.netloc,
        "neither low nor high is given, so nothing is claimed": low is None and high is None,
        f"low {low or 0:g} is above high {high or 0:g}":
            low is not None and high is not None and low > high,
        "window is a number of months above 0, of kind months or change":
            short or (claim.window is not None and not timed),
        "a claim of rank names its labs": claim.kind == "rank" and not claim.labs,
        "a claim of who led says since when": claim.kind == "led" and not claim.since,
        "model goes with kind elo and labs":
            bool(claim.model) and (claim.kind != "elo" or not claim.labs),
        f"about {claim.about} is later than the date {claim.date}": claim.about > claim.date,
        f"deadline {claim.deadline} is a day after the date {claim.date}, and stands for about":
            bool(claim.deadline) and not after,
        f"unknown precision {claim.precision!r}; known: {', '.join(_PRECISIONS)}":
            claim.precision not in _PRECISIONS,
        f"unknown match_rule {claim.match_rule!r}; known: {', '.join(MATCH_RULES)}":
            claim.match_rule not in MATCH_RULES,
        "match_rule goes with kind months or change, and an estimand that dates a level":
            claim.match_rule != REACHED.name and not dated,
    }  # fmt: skip
    for words, broken in rules.items():
        if broken:
            raise ClaimError(f"{where}: {words}")


def _text(entry: Mapping[str, Any], field: str, where: str) -> str:
    value = entry.get(field, "")
    if not isinstance(value, str) or not value.strip():
        raise ClaimError(f"{where}: {field} must be a text that is not empty, not {value!r}")
    return value


def _texts(value: Any, field: str, where: str) -> tuple[str, ...]:
    fine = isinstance(value, Sequence) and not isinstance(value, str)
    if not fine or not all(isinstance(v, str) and v for v in value):
        raise ClaimError(f"{where}: {field} must be a list of texts, not {value!r}")
    return tuple(value)


def _number(value: Any, field: str, where: str) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e6:
        raise ClaimError(f"{where}: {field} must be a number, not {value!r}")
    return float(value)
