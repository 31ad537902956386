"""The packaged tables, the shipped archive, and the upstream files where they are present."""

from __future__ import annotations

from pathlib import Path

import pytest

from elolag.archive import open_archive
from elolag.tags import Lookup, Tables, load
from elolag.tags.listings import Fact, Listed, read_facts, read_listings

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def tables() -> Tables:
    return load()


@pytest.fixture(scope="session")
def lookup(tables: Tables) -> Lookup:
    return Lookup(tables)


@pytest.fixture(scope="session")
def shipped() -> list[Listed]:
    """Every entry of the shipped archive."""
    return read_listings(open_archive(ROOT / "snapshots"), ratings=True)


@pytest.fixture(scope="session")
def facts() -> list[Fact]:
    """The metadata tables of the shipped archive."""
    return read_facts(open_archive(ROOT / "snapshots"))
