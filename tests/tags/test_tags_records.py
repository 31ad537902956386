"""What the archive says, and the records shown of it."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path

import pytest
from tags_builders import alias, lab, listed, model, small

from elolag.errors import UsageError
from elolag.tags import Lookup, Policies
from elolag.tags.listings import Fact, Listed, Record, find, read_fact_file, records

TABLES = small(
    [
        model("orca-1", weights="2025-02-01"),
        model("whale-1", "deep", base="orca-1"),
        model("base-only"),
    ],
    [
        alias("orca-1", "orca-1"),
        alias("Orca One", "orca-1"),
        alias("whale-1", "whale-1"),
        alias("mystery", "unknown"),
    ],
    lab("deep", "HK"),
)
LOOKUP = Lookup(TABLES)
ENTRIES = [
    listed("orca-1"),
    listed("Orca One", source="arena-web"),
    listed("whale-1"),
    listed("mystery"),
    listed("brand-new"),
]
FOUND = records(LOOKUP, ENTRIES)

FIELDS = [field.name for field in dataclasses.fields(Record)]


def test_the_keys_of_a_record() -> None:
    keys = (
        "source,board,entry,model,lab,country,open,release_date,precision,date_basis,"
        "weights_date,base,evidence"
    )
    assert ",".join(FIELDS) == keys
    assert list(dataclasses.asdict(FOUND[0])) == list(FIELDS)
    assert dataclasses.asdict(FOUND[0]) == {
        "source": "arena-dataset",
        "board": "arena/text",
        "entry": "orca-1",
        "model": "orca-1",
        "lab": "acme",
        "country": "US",
        "open": True,
        "release_date": "2025-01-10",
        "precision": "day",
        "date_basis": "announcement",
        "weights_date": "2025-02-01",
        "base": None,
        "evidence": "a page",
    }


def test_what_is_not_known_is_null() -> None:
    whale, mystery, new = (dataclasses.asdict(r) for r in FOUND[2:])
    assert (whale["open"], whale["weights_date"], whale["base"]) == (False, None, "orca-1")
    assert mystery["model"] == "unknown"
    assert new["model"] is None
    for record in (mystery, new):
        assert all(record[key] is None for key in FIELDS[4:])


def test_countries_follow_the_policies() -> None:
    assert FOUND[2].country == "CN"
    apart = records(Lookup(TABLES, Policies(hong_kong="separate")), ENTRIES)
    assert apart[2].country == "HK"


@pytest.mark.parametrize("name", ["orca-1", "Orca One", "ORCA 1", "orca_1"])
def test_a_model_is_found_by_any_of_its_names(name: str) -> None:
    assert [r.entry for r in find(FOUND, LOOKUP, name)] == ["orca-1", "Orca One"]


def test_finding_what_has_no_model() -> None:
    assert [r.entry for r in find(FOUND, LOOKUP, "mystery")] == ["mystery"]
    assert [r.entry for r in find(FOUND, LOOKUP, "brand-new")] == ["brand-new"]
    assert find(FOUND, LOOKUP, "base-only") == []
    with pytest.raises(UsageError, match="no entry and no model is called 'orka-1'.*orca-1"):
        find(FOUND, LOOKUP, "orka-1")
    with pytest.raises(UsageError, match="tags list"):
        find(FOUND, LOOKUP, "%%%")


def test_the_shipped_archive_is_read_once_per_entry(shipped: list[Listed]) -> None:
    keys = [(e.source, e.board, e.entry) for e in shipped]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)
    assert all(e.first <= e.last for e in shipped)
    assert {e.source for e in shipped if not e.rated} == {"arena-catalog", "arena-space"}
    rated = [e for e in shipped if not math.isnan(e.gap)]
    assert min(e.gap for e in rated) == 0
    assert len(rated) > 0.7 * len(shipped)


def test_metadata_is_the_newest_table_of_each_source(facts: list[Fact]) -> None:
    assert {f.source for f in facts} >= {"epoch-eci", "models-dev"}
    assert sum(bool(f.country) for f in facts) > 300


def test_a_file_of_no_known_source(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    with pytest.raises(UsageError, match="cannot read"):
        read_fact_file(path)
    path.write_text("a,b\n1,2\n")
    with pytest.raises(UsageError, match="no table of epoch-eci"):
        read_fact_file(path)
    path.write_text(json.dumps({"data": [{"id": "acme/orca", "name": "Orca", "created": 1e9}]}))
    found = read_fact_file(path)
    assert [(f.source, f.entry, f.release_date) for f in found] == [
        ("openrouter", "acme/orca", "2001-09-09")
    ]
