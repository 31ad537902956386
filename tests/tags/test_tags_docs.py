"""docs/tagging.md: its numbers are those measured, its names exist, every rule is there."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType

import pytest

from elolag.tags import Lookup, Tables
from elolag.tags.listings import Listed
from elolag.tags.review import _KINDS, _load_exceptions
from elolag.tags.tables import _DATE_BASES

ROOT = Path(__file__).resolve().parents[2]
DOCS = (ROOT / "docs" / "tagging.md").read_text("utf-8")


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("a", ROOT / "benchmarks" / "tags_agreement.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def numbers() -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = json.loads(
        (ROOT / "benchmarks" / "tags_agreement.json").read_text("utf-8")
    )
    return found


@pytest.mark.fresh
def test_the_written_sections_are_those_the_script_writes(
    script: ModuleType, numbers: dict[str, dict[str, object]]
) -> None:
    for name, body in script.written(numbers).items():
        assert script.inserted(DOCS, name, body) == DOCS, (
            f"section {name} is out of date: run benchmarks/tags_agreement.py"
        )


@pytest.mark.fresh
def test_the_numbers_are_measured_again(
    script: ModuleType, numbers: dict[str, dict[str, object]], served: Path
) -> None:
    assert json.loads(json.dumps(script.collect(served))) == numbers


@pytest.mark.fresh
def test_the_numbers_from_the_archive_are_measured_again(
    script: ModuleType, numbers: dict[str, dict[str, object]], tmp_path: Path
) -> None:
    found = json.loads(json.dumps(script.collect(tmp_path)))
    assert set(found) == {"epoch-eci", "models-dev"}
    assert found == {name: numbers[name] for name in found}


def test_the_agreement_is_as_promised(numbers: dict[str, dict[str, object]]) -> None:
    agree = sum(int(str(n.get("countries_agree", 0))) for n in numbers.values())
    compared = sum(int(str(n.get("countries", 0))) for n in numbers.values())
    assert compared > 300
    assert agree / compared >= 0.99
    for name, least in {"artificial-analysis": 0.9, "consensus": 0.95}.items():
        within = int(str(numbers[name]["within_3_days"]))
        assert within / int(str(numbers[name].get("dates", numbers[name].get("models")))) >= least


def test_every_disagreement_is_explained(numbers: dict[str, dict[str, object]]) -> None:
    exceptions = _load_exceptions()
    for name, n in numbers.items():
        for kind, entry, _, _ in n.get("disagreements", []):  # type: ignore[attr-defined]
            assert (kind, f"{name}: {entry}") in exceptions


def test_the_rules_name_every_kind_and_basis() -> None:
    for word in (*_KINDS, *_DATE_BASES):
        assert f"`{word}`" in DOCS


def test_every_contested_call_says_both_sides_in_a_line() -> None:
    contested = DOCS.partition("## Contested calls")[2]
    lines = [line for line in contested.splitlines() if line.startswith("- ")]
    assert len(lines) > 150
    for line in lines:
        assert ": " in line
        assert line.endswith(".")
        assert len(line) < 420


def test_the_models_named_exist(tables: Tables, shipped: list[Listed], lookup: Lookup) -> None:
    contested = DOCS.partition("## Contested calls")[2]
    entries = {e.entry for e in shipped} | {a.entry for a in tables.aliases}
    heads = " ".join(
        line.partition(":")[0] for line in contested.splitlines() if line.startswith("- `")
    )
    for name in re.findall(r"`([^`]+)`", heads):
        if name[0] not in "-*" and "*" not in name and " entries" not in name:
            known = name in lookup.tables.models or name in entries
            assert known or any(m.startswith(name) for m in tables.models), name


def test_notes_that_send_a_reader_to_the_docs_are_answered_there(tables: Tables) -> None:
    """A row that says it is contested is named in the list, itself or by its family."""
    contested = DOCS.partition("## Contested calls")[2].lower()
    for row in tables.models.values():
        if "docs/tagging.md" in row.note:
            family = re.split(r"[-_]?\d", row.model)[0]
            assert row.model in contested or family in contested, row.model
