from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

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
