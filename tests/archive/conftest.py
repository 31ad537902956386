from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

Tree = dict[str, bytes]


@pytest.fixture
def tree() -> Callable[[Path], Tree]:
    """Every file below a folder but the lock, by relative path."""

    def read(root: Path) -> Tree:
        return {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file() and path.name != ".lock"
        }

    return read


@pytest.fixture(scope="session")
def snapshots() -> Path:
    """The shipped archive."""
    folder = Path(__file__).resolve().parents[2] / "snapshots"
    assert folder.is_dir(), "the checkout ships its archive"
    return folder


@pytest.fixture(scope="session")
def build_archive() -> ModuleType:
    """The tool that builds the shipped archive, and replays payloads."""
    path = Path(__file__).resolve().parents[2] / "tools" / "build_archive.py"
    spec = importlib.util.spec_from_file_location("build_archive", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
