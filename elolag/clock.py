"""When a model begins to count: on its release, or on the day the archive first lists it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from elolag.archive import Archive
from elolag.errors import UsageError
from elolag.months import to_day
from elolag.tags import Lookup, Tag, is_unknown
from elolag.tags.listings import read_listings

CLOCKS = ("released", "first-listed")
NOTE = (
    "models count from the day a board of this archive first lists them, not from their release: "
    "listed late where the archive has no vintage for months, early where a lab tests in public"
)


def check_clock(clock: str) -> None:
    """Refuse a clock nobody knows."""
    if clock not in CLOCKS:
        raise UsageError(f"unknown clock {clock!r}; known: {', '.join(CLOCKS)}")


def clock_notes(clock: str) -> tuple[str, ...]:
    """What a reader of a result by this clock must know."""
    return (NOTE,) if clock == "first-listed" else ()


def first_listed(archive: Archive, lookup: Lookup) -> dict[str, float]:
    """Day of the first vintage, of any board that rates, that lists an entry of each model."""
    first: dict[str, float] = {}
    for listed in read_listings(archive):
        if not listed.rated:
            continue
        alias = lookup.alias(listed.source, listed.entry, listed.name)
        if alias is not None and not is_unknown(alias):
            day = to_day(listed.first)
            first[alias.model] = min(first.get(alias.model, np.inf), day)
    return first


def listed_tags(lookup: Lookup, first: Mapping[str, float]) -> dict[str, Tag]:
    """The tags of models with the day of their first listing in place of their release.

    Weights that came with the release count from the listing too, those that came later from
    their own date, but not before the listing. A base's tag is not asked for: its dates do not
    matter to what is built on it.
    """
    out = {}
    for model, day in first.items():
        tag = lookup.tag(model)
        opened = day if tag.opened <= tag.released else max(tag.opened, day)
        out[model] = replace(tag, released=day, opened=opened, precision="day")
    return out
