"""Reading model names: words, date stamps, versions. Pure text; nothing here knows the tables."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

#: Words that set how hard a model thinks. In brackets they never name another model.
EFFORTS = frozenset([
    "adaptive", "high", "low", "max", "medium", "minimal", "none", "thinking", "xhigh", "reasoning",
])  # fmt: skip
_EFFORT_GLUE = frozenset(["effort", "mode", "no", "non", "with"])
#: Words that tell a chat version from its base version in one family, and little else.
FILLERS = frozenset(["base", "chat", "instruct", "it"])
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

_BRACKETS = re.compile(r"\s*\(([^()]*)\)")
_PROVIDER = re.compile(r"^[A-Za-z0-9_.-]+/(?=[A-Za-z0-9])")
_WORD = re.compile(r"[a-z]+|\d+")
_MONTH_HINT = re.compile(rf"({'|'.join(_MONTHS)})[a-z]*\.?['’]?\s*'?(20)?(2\d)\b")
_SUFFIX_EFFORT = re.compile(r"_(?:high|low|max|medium|minimal|none|xhigh|thinking|\d+K)+$")


def words(name: str) -> tuple[str, ...]:
    """The letters and the numbers of a name, in order, lower-case, the serving provider removed.

    ``Claude 3.5 Sonnet`` and ``anthropic/claude-3-5-sonnet`` both read
    ``("claude", "3", "5", "sonnet")``.
    """
    text = _PROVIDER.sub("", unicodedata.normalize("NFKC", name).strip(), count=1)
    return tuple(_WORD.findall(text.lower().replace("+", " plus ")))


def without_efforts(name: str) -> str:
    """A name without brackets that only say how hard the model thinks, and suffixes like _high."""

    def drop(found: re.Match[str]) -> str:
        inside = set(_WORD.findall(found[1].lower()))
        only_effort = inside & EFFORTS and inside <= EFFORTS | _EFFORT_GLUE
        return "" if only_effort else found[0]

    return _SUFFIX_EFFORT.sub("", _BRACKETS.sub(drop, name)).strip()


def month_hint(name: str) -> str:
    """The month a display name gives in words (``(Oct '24)``) as ``2024-10``; empty if none."""
    found = _MONTH_HINT.search(name.lower())
    return f"20{found[3]}-{_MONTHS.index(found[1]) + 1:02}" if found else ""


def without_hint(name: str) -> str:
    """A name without the brackets that hold its month."""
    return _BRACKETS.sub(lambda found: "" if month_hint(found[1]) else found[0], name).strip()


@dataclass(frozen=True)
class Stamp:
    """A date inside a name. `year` or `day` is 0 where the name leaves it out."""

    year: int
    month: int
    day: int
    text: str

    def days_from(self, date: dt.date) -> int:
        """Days from the stamp to a date; a stamp without a day spans its month."""
        if not self.year:
            years = (date.year - 1, date.year, date.year + 1)
            away = [(date - _day(year, self.month, self.day)).days for year in years]
            return min(away, key=abs)
        if self.day:
            return (date - _day(self.year, self.month, self.day)).days
        first = dt.date(self.year, self.month, 1)
        last = (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
        if date < first:
            return (date - first).days
        return max((date - last).days, 0)

    def iso(self, not_after: dt.date) -> str:
        """The ISO date meant, in the last year that makes it no later than `not_after`."""
        year = self.year or not_after.year
        found = _day(year, self.month, self.day or 15)
        if not self.year and found > not_after:
            found = _day(year - 1, self.month, self.day)
        return found.isoformat()


_STAMPS = (
    re.compile(
        r"(?<!\d)(?P<y>20[12]\d)[-.]?(?P<m>0[1-9]|1[0-2])[-.]?(?P<d>0[1-9]|[12]\d|3[01])(?!\d)"
    ),
    re.compile(r"(?<!\d)(?P<yy>2[2-9])-(?P<m>0[1-9]|1[0-2])-(?P<d>0[1-9]|[12]\d|3[01])(?!\d)"),
    re.compile(r"(?<!\d)(?P<m>0[1-9]|1[0-2])-(?P<y>20[12]\d)(?!\d)"),
    re.compile(r"(?<=[-_ (])(?P<m>0[1-9]|1[0-2])[-/](?P<d>0[1-9]|[12]\d|3[01])(?![\d.])"),
    re.compile(r"(?<=[-_ (])(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?![\d.a-z])"),
    re.compile(r"(?<=[-_ (])(?P<yy>2[2-9])(?P<m>0[1-9]|1[0-2])(?![\d.a-z])"),
)


def stamp(name: str) -> Stamp | None:
    """The date a name carries: ``-20240620``, ``-2025-08-07``, ``-0528``, ``-2507``, ``-03-2025``.

    Four digits are month and day where that is a date, else year and month.
    """
    for pattern in _STAMPS:
        found = pattern.search(name.lower())
        if found:
            parts = found.groupdict()
            year = int(parts.get("y") or 0) or (2000 + int(parts["yy"]) if "yy" in parts else 0)
            day = int(parts.get("d") or 0)
            if _exists(year, int(parts["m"]), day):
                return Stamp(year, int(parts["m"]), day, found[0])
    return None


@dataclass(frozen=True)
class Parsed:
    """A name taken apart: ``gpt-4.1-mini-2025-04-14`` is gpt, (4, 1), mini, and a stamp."""

    family: tuple[str, ...]
    version: tuple[int, ...]
    rest: tuple[str, ...]
    stamp: Stamp | None


_SIZE = re.compile(r"(?:\d+x)?\d+(?:\.\d+)?[bmk]\b|\ba\d+b\b")
_PART = re.compile(r"\d+(?:[.-]\d{1,2}(?![\da-z]))*|[a-z]+")


def parse_name(name: str) -> Parsed:
    """Family, version, the other words and the stamp of a name."""
    text = without_efforts(_PROVIDER.sub("", unicodedata.normalize("NFKC", name).lower(), count=1))
    found = stamp(text)
    if found:
        text = text.replace(found.text, " ", 1)
    sizes = _SIZE.findall(text)
    parts = _PART.findall(_SIZE.sub(" ", text))
    version: tuple[int, ...] = ()
    family: list[str] = []
    rest: list[str] = []
    for part in parts:
        if part[0].isdigit():
            if version:
                rest.append(part)
            else:
                version = tuple(int(number) for number in re.split(r"[.-]", part))
        elif part != "v" or version:
            (rest if version else family).append(part)
    return Parsed(tuple(family), version, tuple(sorted([*rest, *sizes])), found)


def _day(year: int, month: int, day: int) -> dt.date:
    # 29 February of a name without a year, read in a year that lacks it.
    return dt.date(year, month, day) if _exists(year, month, day) else dt.date(year, month, 28)


def _exists(year: int, month: int, day: int) -> bool:
    try:
        dt.date(year or 2024, month, day or 1)
    except ValueError:
        return False
    return True
