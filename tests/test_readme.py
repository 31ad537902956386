"""The README's numbers are the program's."""

from __future__ import annotations

import importlib.util
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_generated_blocks_are_fresh() -> None:
    spec = importlib.util.spec_from_file_location("make_readme", ROOT / "docs" / "make_readme.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    text = (ROOT / "README.md").read_text("utf-8")
    blocks = module.generated()
    assert all(f"<!-- generated: {name} -->" in text for name in blocks)
    assert module.filled(text, blocks) == text, "stale: run make figures"
