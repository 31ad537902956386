from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from handmade import ladder, payload

from elolag.archive import Archive, take_payloads
from elolag.archive import package as tables
from elolag.archive.package import _text
from elolag.schema import ENTRIES, RATINGS


@pytest.fixture
def package(tmp_path: Path) -> dict[str, Any]:
    take_payloads(tmp_path, [payload(ladder(12), interval=3.0, vintage="2026-08-19")])
    path = tmp_path / "arena/text/2026-08-19/datapackage.json"
    loaded: dict[str, Any] = json.loads(path.read_bytes())
    return loaded


def test_it_is_a_data_package_of_version_2(package: dict[str, Any]) -> None:
    assert list(package) == [
        "$schema",
        "name",
        "id",
        "title",
        "version",
        "created",
        "homepage",
        "licenses",
        "sources",
        "contributors",
        "resources",
        "elolag",
    ]
    assert package["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert re.fullmatch(r"[a-z0-9._-]+", package["name"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", package["created"])
    assert all("name" in item or "path" in item for item in package["licenses"])
    assert package["sources"][0]["path"].startswith("https://")
    assert package["contributors"][0] == {"title": "Arena (arena.ai)", "roles": ["creator"]}


def test_each_resource_says_what_its_bytes_are(tmp_path: Path, package: dict[str, Any]) -> None:
    columns = {"ratings": RATINGS, "entries": ENTRIES}
    for resource in package["resources"]:
        data = (tmp_path / "arena/text/2026-08-19" / resource["path"]).read_bytes()
        assert resource["hash"] == f"sha256:{tables.sha256(data)}"
        assert resource["bytes"] == len(data)
        assert resource["rows"] == 12
        assert (resource["type"], resource["format"], resource["encoding"]) == (
            "table",
            "csv",
            "utf-8",
        )
        fields = {field["name"]: field["type"] for field in resource["schema"]["fields"]}
        assert fields == columns[resource["name"]]
        assert set(resource["schema"]["primaryKey"]) <= set(fields)


def test_it_holds_everything_the_design_asks_for(package: dict[str, Any]) -> None:
    facts = package["elolag"]
    for key in (
        "schema",
        "label",
        "board",
        "vintage",
        "basis",
        "method",
        "style_control",
        "interval",
        "completeness",
        "stale_categories",
        "source",
        "official",
        "citation",
        "redistributable",
        "parser_version",
        "urls",
        "retrieved_at",
        "http_status",
        "etag",
        "revision",
        "raw",
        "twins",
        "checks",
    ):
        assert key in facts, key
    assert facts["raw"][0]["sha256"] == tables.sha256(
        payload(ladder(12), interval=3.0, vintage="2026-08-19").data
    )
    assert all(set(check) == {"name", "passed", "required", "note"} for check in facts["checks"])


@pytest.mark.parametrize(
    "value", [{}, [], {"a": {"b": list(range(60))}}, [[1, "ü"] * 40, {"x" * 99: None}], "text", 1.5]
)
def test_any_value_is_written_as_json(value: object) -> None:
    text = _text(value)
    assert json.loads(text) == value
    assert all(len(line) <= 110 for line in text.splitlines())


def test_snapshots_read_it(tmp_path: Path, package: dict[str, Any]) -> None:
    assert Archive(tmp_path).board("arena/text").snapshot().manifest == package
