"""Which model a metadata row speaks of."""

from __future__ import annotations

import pytest
from tags_builders import alias, fact, model, small

from elolag.tags import Tables
from elolag.tags.listings import Fact
from elolag.tags.review import Matcher

TABLES = small(
    [
        model("orca-3-sonnet-20250110", date="2025-01-10"),
        model("orca-3-sonnet-20250620", date="2025-06-20"),
        model("orca-3-max-preview", date="2025-03-05"),
        model("whale-2-72b", date="2024-06-07"),
        model("whale-2-72b-instruct", date="2024-06-07"),
        model("whale-3-7b-chat", "other", date="2025-05-01"),
        model("whale-3-7b", date="2025-02-01"),
    ],
    [alias("Orca 3", "orca-3-sonnet-20250110", source="epoch-eci")],
)
MATCHER = Matcher(TABLES)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (fact("acme/orca-3-sonnet-20250620"), "orca-3-sonnet-20250620"),
        (fact("orca-3-max", name="Orca 3 Max (Preview)"), "orca-3-max-preview"),
        (fact("orca-sonnet-3-20250620"), "orca-3-sonnet-20250620"),
        (fact("orca-3-max-preview_high"), "orca-3-max-preview"),
        (
            fact("x", name="Orca 3 Sonnet (June '25)", source="artificial-analysis"),
            "orca-3-sonnet-20250620",
        ),
        (fact("x", name="Orca 3 Sonnet (May '25)", source="artificial-analysis"), None),
        (fact("Whale 2 72B"), "whale-2-72b"),
        (fact("whale-2-72b-it"), "whale-2-72b"),  # two forms of one day: one release
        (fact("whale-3-7b-it"), None),  # two labs
        (fact("orca-3-sonnet"), None),  # which of the two?
        (fact("nothing-like-it"), None),
        (fact("", name=""), None),
    ],
)
def test_by_name_alone(row: Fact, expected: str | None) -> None:
    assert MATCHER.match(row) == expected


def test_a_source_s_own_alias_is_asked_first_and_only_there() -> None:
    assert MATCHER.match(fact("v", name="Orca 3", source="epoch-eci")) == "orca-3-sonnet-20250110"
    assert MATCHER.match(fact("v", name="Orca 3")) is None


def test_a_stamp_in_the_key_forbids_another_version() -> None:
    row = fact("orca-3-0620", name="Orca 3", source="epoch-eci")
    assert MATCHER.match(row) is None
    near = fact("orca-3-0125", name="Orca 3", source="epoch-eci")
    assert MATCHER.match(near) == "orca-3-sonnet-20250110"


def test_the_facts_of_a_row_take_no_part() -> None:
    wrong = fact("orca-3-max-preview", "1999-01-01", organisation="Nobody", country="Chad")
    assert MATCHER.match(wrong) == "orca-3-max-preview"


def test_on_the_shipped_metadata_labs_agree(tables: Tables, facts: list[Fact]) -> None:
    """Matching by name alone, the lab of every matched row is ours: no match is a chance one."""
    from elolag.tags.rows import labs_of

    matcher = Matcher(tables)
    compared = 0
    for row in facts:
        found = matcher.match(row)
        known = labs_of(row.organisation)
        if found and known:
            compared += 1
            assert tables.models[found].lab in known, (row.entry, found)
    assert compared > 400
