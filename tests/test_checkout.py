"""A clone has the bytes that were committed, also where Git ends lines as Windows does."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def git(*words: str | Path, given: str | None = None) -> str:
    done = subprocess.run(
        ["git", *words],  # noqa: S607
        input=given, capture_output=True, text=True, encoding="utf-8", check=True,
    )  # fmt: skip
    return done.stdout


def test_a_clone_with_autocrlf_changes_no_byte(tmp_path: Path) -> None:
    try:
        git("-C", ROOT, "rev-parse", "--verify", "HEAD")
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        pytest.skip(f"not a checkout that git can read: {error}")
    clone = tmp_path / "clone"
    git("-c", "core.autocrlf=true", "clone", "--quiet", "--local", ROOT, clone)
    # Mode, hash, stage, tab, name: the hashes are of the bytes as committed.
    staged = [line.split("\t") for line in git("-C", clone, "ls-files", "--stage").splitlines()]
    names = [name for _, name in staged]
    assert sum(name.startswith("snapshots/") for name in names) > 270
    found = git("-C", clone, "hash-object", "--no-filters", "--stdin-paths", given="\n".join(names))
    changed = [
        name
        for (facts, name), now in zip(staged, found.splitlines(), strict=True)
        if facts.split()[1] != now
    ]
    assert not changed
