"""From an entry to its tag, and the policies."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from pathlib import Path

import pytest
from tags_builders import alias, lab, listed, model, small

from elolag.archive import open_archive
from elolag.dates import known, to_day
from elolag.errors import TagError
from elolag.tags import Lookup, Policies, Tables, is_unknown, untagged
from elolag.tags.listings import Listed

ROOT = Path(__file__).resolve().parents[2]


def test_a_source_s_own_row_comes_before_one_for_any() -> None:
    tables = small(
        [model("one"), model("two")], [alias("X", "one"), alias("X", "two", source="epoch-eci")]
    )
    lookup = Lookup(tables)
    found = [lookup.alias(source, "X") for source in ("arena-web", "epoch-eci")]
    assert [a.model for a in found if a] == ["one", "two"]


def test_a_release_known_to_the_month_has_no_day() -> None:
    """Nor have weights that came with it; weights that came later have theirs."""
    with_weights, later = (
        replace(model("one", date="2024-08-15", weights=day), precision="month")
        for day in ("2024-08-15", "2024-10-02")
    )
    assert [known(row.weights_date) for row in (with_weights, later)] == ["2024-08", "2024-10-02"]
    tag = Lookup(small([later], [])).tag("one")
    assert [known(tag.since(day)) for day in (tag.released, tag.opened)] == [
        "2024-08",
        "2024-10-02",
    ]
    moved = tag.moved(to_day("2024-08-20"))
    assert known(moved.release_date) == "2024-08-20"


def test_a_copy_that_spells_like_another_source_takes_its_rows() -> None:
    tables = small(
        [model("one"), model("two"), model("three")],
        [
            *(alias("X", "one"), alias("X", "two", source="epoch-eci")),
            *(alias("Y", "one"), alias("Y", "two", source="epoch-eci")),
            alias("Y", "three", source="iaps-open-source-gap"),
            alias("glob:Z*", "two", source="epoch-eci"),
        ],
    )
    lookup = Lookup(tables)

    def models(source: str) -> list[str]:
        found = [lookup.alias(source, entry) for entry in ("X", "Y", "Z9")]
        return [a.model if a else "" for a in found]

    assert models("iaps-open-source-gap") == ["two", "three", "two"]
    assert models("epoch-eci") == ["two", "two", "two"]
    assert models("comparia") == ["one", "one", ""]


def test_the_key_comes_before_the_name_and_exact_before_pattern() -> None:
    tables = small(
        [model("one"), model("two"), model("three")],
        [alias("key", "one"), alias("Name", "two"), alias("glob:k*", "three")],
    )
    lookup = Lookup(tables)
    assert lookup.alias("s", "key", "Name").model == "one"  # type: ignore[union-attr]
    assert lookup.alias("s", "other", "Name").model == "two"  # type: ignore[union-attr]
    assert lookup.alias("s", "kernel").model == "three"  # type: ignore[union-attr]
    assert lookup.alias("s", " key ").model == "one"  # type: ignore[union-attr]
    assert lookup.alias("s", "other") is None


def test_one_model_has_many_entries(lookup: Lookup) -> None:
    for entry, effort in (("kimi-k3", "max"), ("kimi-k3-max", "max")):
        found = lookup.alias("arena-dataset", entry)
        assert found is not None
        assert (found.model, found.effort) == ("kimi-k3", effort)


def test_a_tag_says_since_when_weights_can_be_had(lookup: Lookup) -> None:
    tag = lookup.tag("kimi-k3")
    assert (tag.release_date, tag.country, tag.lab) == ("2026-07-16", "CN", "moonshot")
    assert tag.released == to_day("2026-07-16")
    assert tag.opened == to_day("2026-07-27")
    assert math.isinf(lookup.tag("claude-opus-4-6").opened)


def test_an_unknown_maker_is_marked_by_name(lookup: Lookup) -> None:
    found = lookup.alias("arena-web", "shadebrook")
    assert found is not None
    assert is_unknown(found)
    assert found.note


def test_untagged_entries_are_listed_once_each(lookup: Lookup) -> None:
    rows = [("arena-web", entry, "") for entry in ("new-a", "gpt-5-high", "new-b", "new-a")]
    assert untagged(lookup, rows) == ["new-a", "new-b"]


def test_a_model_nobody_wrote_down() -> None:
    with pytest.raises(TagError, match="no model 'nothing'"):
        Lookup(small([model("one")])).tag("nothing")


TERRITORIES = small(
    [model("hk-1", "hk-lab"), model("tw-1", "tw-lab"), model("cn-1", "cn-lab")],
    None,
    lab("hk-lab", "HK"),
    lab("tw-lab", "TW"),
    lab("cn-lab", "CN"),
)


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        (Policies(), {"hk-1": "CN", "tw-1": "TW", "cn-1": "CN"}),
        (Policies(hong_kong="separate"), {"hk-1": "HK", "tw-1": "TW", "cn-1": "CN"}),
        (Policies(taiwan="CN"), {"hk-1": "CN", "tw-1": "CN", "cn-1": "CN"}),
        (
            Policies(hong_kong="separate", taiwan="CN"),
            {"hk-1": "HK", "tw-1": "CN", "cn-1": "CN"},
        ),
    ],
)
def test_hong_kong_and_taiwan(policies: Policies, expected: dict[str, str]) -> None:
    lookup = Lookup(TERRITORIES, policies)
    assert {name: lookup.tag(name).country for name in expected} == expected
    assert lookup.countries() == set(expected.values())


DERIVED = small(
    [
        model("base", "cn-lab", weights="2025-01-10"),
        model("middle", "us-lab", base="base", date="2025-02-01"),
        model("top", "fr-lab", base="middle", date="2025-03-01"),
    ],
    None,
    lab("cn-lab", "CN"),
    lab("us-lab", "US"),
    lab("fr-lab", "FR"),
)


def test_derivatives_kept_dropped_or_given_to_their_base() -> None:
    kept, dropped, given = (
        Lookup(DERIVED, Policies(derivatives=how)) for how in ("keep", "drop", "to-base")
    )
    assert [kept.tag(m).country for m in ("base", "middle", "top")] == ["CN", "US", "FR"]
    assert not any(kept.dropped(kept.tag(m)) for m in DERIVED.models)
    assert [dropped.dropped(dropped.tag(m)) for m in ("base", "middle", "top")] == [
        False,
        True,
        True,
    ]
    tag = given.tag("top")
    assert (tag.country, tag.lab, tag.base) == ("CN", "cn-lab", "middle")
    assert tag.release_date == "2025-03-01"  # its own, not the base's
    assert not given.dropped(tag)


def test_derivatives_of_the_packaged_tables(tables: Tables) -> None:
    kept, given = Lookup(tables), Lookup(tables, Policies(derivatives="to-base"))
    expected = {
        "athene-v2-chat": ("US", "CN"),
        "sonar-reasoning-pro": ("US", "CN"),
        "deepseek-r1-distill-llama-70b": ("CN", "US"),
        "intellect-3": ("US", "CN"),
    }
    for name, countries in expected.items():
        assert (kept.tag(name).country, given.tag(name).country) == countries


def test_the_shipped_archive_has_no_entry_without_a_tag(
    lookup: Lookup, shipped: list[Listed]
) -> None:
    assert len({e.board for e in shipped}) >= 15
    assert "epoch/eci" in {e.board for e in shipped}
    assert untagged(lookup, [(e.source, e.entry, e.name) for e in shipped]) == []


def test_no_effort_of_a_model_vanishes_into_another_at_its_rating(lookup: Lookup) -> None:
    """A display rename must be one identity, or the gauge between two lists loses it."""
    lists: list[tuple[str, dict[tuple[str, str], float]]] = []
    for snapshot in open_archive(ROOT / "snapshots").board("arena/text_style_control").snapshots:
        table = snapshot.ratings("overall")
        if snapshot.vintage < "2025-06" or len(table) < 150:
            continue
        seen = {}
        for entry, rating in zip(table["entry"], table["rating"], strict=True):
            found = lookup.alias(snapshot.source, entry)
            assert found is not None
            seen[found.model, found.effort] = float(rating)
        assert len(seen) == len(table), snapshot.vintage
        lists.append((snapshot.vintage, seen))
    lists.sort(key=lambda dated: dated[0])
    assert len(lists) > 100
    together = {
        (model, *pair)
        for _, seen in lists
        for model, keys in itertools.groupby(sorted(seen), key=lambda key: key[0])
        for pair in itertools.combinations([effort for _, effort in keys], 2)
    }
    renamed = [
        (day, gone, new)
        for (_, before), (day, after) in itertools.pairwise(lists)
        for gone in before.keys() - after.keys()
        for new in after.keys() - before.keys()
        if gone[0] == new[0]
        and abs(before[gone] - after[new]) <= 6
        and (gone[0], *sorted((gone[1], new[1]))) not in together
    ]
    assert renamed == []


def test_first_listed_is_a_rare_fallback(lookup: Lookup, shipped: list[Listed]) -> None:
    near, everywhere = set(), set()
    for entry in shipped:
        found = lookup.alias(entry.source, entry.entry, entry.name)
        if found is not None and not is_unknown(found):
            everywhere.add(found.model)
            if entry.gap <= 100:
                near.add(found.model)

    def share(models: set[str]) -> float:
        fallback = [m for m in models if lookup.tag(m).date_basis == "first listed"]
        return len(fallback) / len(models)

    assert len(near) > 300
    assert share(near) <= 0.03
    assert share(everywhere) <= 0.15


def test_a_small_table_lists_what_it_does_not_know() -> None:
    lookup = Lookup(small([model("one")]))
    entries = [listed("one"), listed("two")]
    assert untagged(lookup, [(e.source, e.entry, e.name) for e in entries]) == ["two"]
    assert lookup.labs == {"acme"}
