"""What publishers call the labs: from an organisation as printed to our lab keys."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

from elolag.errors import TagError

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
