"""Small tables, entries and facts for the tests of the tags."""

from __future__ import annotations

from elolag.tags import Alias, Lab, Model, Tables
from elolag.tags.listings import Fact, Listed


def lab(key: str, country: str = "US", from_: str = "", until: str = "") -> Lab:
    return Lab(key, key.title(), "", country, from_, until, "", "a page", "")


def model(
    key: str, by: str = "acme", date: str = "2025-01-10", weights: str = "", base: str = ""
) -> Model:
    return Model(key, by, date, "day", "announcement", weights, base, "a page", "")


def alias(entry: str, to: str, source: str = "*", effort: str = "") -> Alias:
    return Alias(source, entry, to, effort, "")


def small(models: list[Model], aliases: list[Alias] | None = None, *labs: Lab) -> Tables:
    """Tables of these models; labs are American unless given, each key is an alias unless given."""
    known = {row.lab: (row,) for row in labs}
    for row in models:
        known.setdefault(row.lab, (lab(row.lab),))
    if aliases is None:
        aliases = [alias(row.model, row.model) for row in models]
    return Tables(known, {row.model: row for row in models}, tuple(aliases))


def listed(
    entry: str,
    first: str = "2025-02-01",
    *,
    last: str = "",
    source: str = "arena-dataset",
    board: str = "arena/text",
    name: str = "",
    organisation: str = "",
    licence: str = "",
    rating: tuple[float, float] = (1400.0, 1400.0),
    votes: tuple[float, float] = (5000.0, 5000.0),
) -> Listed:
    return Listed(
        source=source,
        board=board,
        entry=entry,
        name=name,
        organisation=organisation,
        licence=licence,
        first=first,
        last=last or first,
        gap=10.0,
        rating=rating,
        votes=votes,
    )


def fact(
    entry: str,
    date: str = "",
    *,
    source: str = "models-dev",
    name: str = "",
    organisation: str = "",
    open_weights: str = "",
    country: str = "",
) -> Fact:
    return Fact(source, "2025-03-01", entry, name, organisation, date, open_weights, country)
