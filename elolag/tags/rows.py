"""Rows of the tags' three tables, and the names of countries and of labs that sources print."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

from elolag.dates import MonthOnly
from elolag.errors import TagError

_GLOB = "glob:"


@dataclass(frozen=True, slots=True)
class Lab:
    """Who releases models, and the country of its controlling parent's headquarters.

    One row covers one range of dates: `from_` and `until` are ISO dates, both included, empty
    where open. `other_sites` are ISO country codes, comma-separated.
    """

    lab: str
    name: str
    parent: str
    country: str
    from_: str
    until: str
    other_sites: str
    evidence: str
    note: str

    def covers(self, date: str) -> bool:
        """Whether an ISO date lies in the row's range."""
        return (self.from_ or "0000") <= date <= (self.until or "9999")


@dataclass(frozen=True, slots=True)
class Model:
    """What was released: by whom, when, since when with weights, on whose base, says who."""

    model: str
    lab: str
    release_date: str
    precision: str
    date_basis: str
    weights_date: str
    base: str
    evidence: str
    note: str

    def __post_init__(self) -> None:
        """A day that stands for a month says so, also where weights came with the release."""
        if self.precision == "month":
            for name in ("release_date", "weights_date"):
                if getattr(self, name) == self.release_date:
                    object.__setattr__(self, name, MonthOnly(self.release_date))


@dataclass(frozen=True, slots=True)
class Alias:
    """An entry's name at a source (``*``: any) and the model it shows.

    An entry written ``glob:PATTERN`` stands for every name the shell pattern matches; exact names
    come first. The model ``unknown`` marks a name nobody can attribute; `note` says why.
    """

    source: str
    entry: str
    model: str
    effort: str
    note: str

    @property
    def pattern(self) -> str | None:
        """The shell pattern; None where one name is meant."""
        return self.entry.removeprefix(_GLOB) if self.entry.startswith(_GLOB) else None


# What publishers call the labs: from an organisation as printed to our lab keys.

_PLAIN = re.compile(r"[^a-z0-9]")


@cache
def organisations() -> Mapping[str, str]:
    """The table ``organisations.csv``: spelling without case, spaces or signs -> lab."""
    name = "organisations.csv"
    text = (resources.files("elolag.tags") / "data" / name).read_text("utf-8")
    out: dict[str, str] = {}
    for row in csv.DictReader(io.StringIO(text, newline="")):
        key = _plain(row["organisation"])
        if key in out:
            raise TagError(f"{name}: {row['organisation']!r} stands twice; keep one row")
        out[key] = row["lab"]
    return MappingProxyType(out)


def labs_of(text: str) -> tuple[str, ...]:
    """Our labs among the organisations of a published list (``Hugging Face,BigScience``).

    A university or company that is no lab here is left out, so an answer may be empty.
    """
    known = organisations()
    whole = known.get(_plain(text))
    if whole:
        return (whole,)
    return tuple(dict.fromkeys(known[_plain(p)] for p in text.split(",") if _plain(p) in known))


def _plain(text: str) -> str:
    return _PLAIN.sub("", text.lower())
