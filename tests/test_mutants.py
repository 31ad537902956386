"""The planted faults: each can be planted, and names tests that there are."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FAULTS = tomllib.loads((ROOT / "tools" / "mutants.toml").read_text("utf-8"))["mutant"]


@pytest.fixture(scope="module")
def sources() -> str:
    return "\n".join(p.read_text("utf-8") for p in sorted((ROOT / "elolag").rglob("*.py")))


def test_every_fault_can_be_planted_in_one_place(sources: str) -> None:
    """A text that is not there exactly once is a fault that is planted nowhere, or twice."""
    assert {f["why"]: sources.count(f["text"]) for f in FAULTS} == {f["why"]: 1 for f in FAULTS}


def test_what_should_kill_it_is_there() -> None:
    names = {p.name for p in (ROOT / "tests").rglob("test_*.py")}
    told = {word.split("::")[0].split("/")[-1] for f in FAULTS for word in f["tests"].split()}
    assert told - names == set()


def test_each_reason_stands_once() -> None:
    reasons = [f["why"] for f in FAULTS]
    assert sorted(set(reasons)) == sorted(reasons)
