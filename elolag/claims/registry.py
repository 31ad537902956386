"""The registry of published statements: what each entry says, and that it is well formed.

A registry is a TOML file of ``[[claim]]`` tables; `FIELDS` names what they may hold and `TEMPLATE`
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

from elolag.claims.wording import range_words
from elolag.dates import parse
from elolag.errors import ElolagError, UsageError, successor
from elolag.estimate.lag import ESTIMANDS

#: What is claimed, with the unit of `low` and `high`.
KINDS = {
    "months": "months of lag, behind is positive",
    "elo": "Elo points between the two best, positive where the leader is ahead",
    "points": "the same distance in points of an index, on a board that is one",
    "percent": "the same distance in percent of the follower's score",
    "rank": "place of the worst placed of the named labs' best models, every model counted once",
    "change": "months by which the lag changed, shrinking is negative",
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
kind = "months"                   # months, elo, points, percent, rank or change
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
# change; twelve months before by default), window = 24 (months an average looks back), reading =
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

    @property
    def day(self) -> str:
        """The day it speaks of: `about`, else the day it was said."""
        return self.about or self.date

    def range_words(self) -> str:
        """The claimed range in words."""
        return range_words(self.kind, self.low, self.high)


def packaged() -> tuple[Claim, ...]:
    """The claims elolag ships."""
    text = files("elolag").joinpath("data", "claims.toml").read_text("utf-8")
    return parse_registry(text, "claims.toml")


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
    return parse_registry(text, str(path))


def parse_registry(text: str, name: str) -> tuple[Claim, ...]:
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
    "key",
    "who",
    "date",
    "where",
    "paraphrase",
    "leader",
    "follower",
    "kind",
    "why",
    "checked",
)
_OPTIONAL = ("estimand", "about", "board", "category", "index", "model", "since", "reading", "said")
_LISTS = ("models", "labs")
#: Every field of an entry.
FIELDS = (*_TEXTS, "verified", "low", "high", "window", *_OPTIONAL, *_LISTS)


def _claim(entry: Any, where: str) -> Claim:
    if not isinstance(entry, dict):
        raise ClaimError(f"{where}: not a table")
    where = f"{where} ({entry.get('key', 'no key')})"
    unknown = sorted(set(entry) - set(FIELDS))
    if unknown:
        raise ClaimError(f"{where}: unknown field {unknown[0]!r}; known: {', '.join(FIELDS)}")
    values: dict[str, Any] = {}
    for field in _TEXTS:
        values[field] = _text(entry, field, where, required=True)
    for field in _OPTIONAL:
        if field in entry:
            values[field] = _text(entry, field, where, required=True)
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
    if not claim.key.replace("-", "").isalnum() or not claim.key.isascii():
        raise ClaimError(f"{where}: key {claim.key!r} may hold letters, digits and hyphens only")
    for field in ("date", "about", "since"):
        _date(getattr(claim, field), field, where)
    if claim.kind not in KINDS:
        raise ClaimError(f"{where}: unknown kind {claim.kind!r}; known: {', '.join(KINDS)}")
    known = [e for e in ESTIMANDS if e != "gap"]
    if claim.estimand not in known:
        instead = successor(claim.estimand, known)
        raise ClaimError(f"{where}: unknown estimand {claim.estimand!r}; {instead}")
    if urlsplit(claim.where).scheme not in ("http", "https") or not urlsplit(claim.where).netloc:
        raise ClaimError(f"{where}: where must be a web address, not {claim.where!r}")
    if claim.low is None and claim.high is None:
        raise ClaimError(f"{where}: neither low nor high is given, so nothing is claimed")
    if claim.low is not None and claim.high is not None and claim.low > claim.high:
        raise ClaimError(f"{where}: low {claim.low:g} is above high {claim.high:g}")
    if claim.window is not None and (claim.window <= 0 or claim.kind not in ("months", "change")):
        raise ClaimError(f"{where}: window is a number of months above 0, of kind months or change")
    if claim.kind == "rank" and not claim.labs:
        raise ClaimError(f"{where}: a claim of rank names its labs")
    if bool(claim.model) and (claim.kind != "elo" or not claim.labs):
        raise ClaimError(f"{where}: model goes with kind elo and labs")
    if claim.day > claim.date:
        raise ClaimError(f"{where}: about {claim.about} is later than the date {claim.date}")


def _text(entry: Mapping[str, Any], field: str, where: str, *, required: bool) -> str:
    value = entry.get(field, "")
    if not isinstance(value, str) or (required and not value.strip()):
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


def _date(value: str, field: str, where: str) -> None:
    if value:
        try:
            parse(value)
        except UsageError as error:
            raise ClaimError(f"{where}: {field}: {error}") from None
