"""A clone has the bytes that were committed, and its pins install on the oldest Python."""

from __future__ import annotations

import re
import subprocess
import tomllib
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

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


def test_pins_install_on_the_oldest_python_that_is_promised() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    oldest = project["requires-python"].removeprefix(">=") + ".0"
    text = (ROOT / "requirements-dev.txt").read_text("utf-8")
    found = re.findall(r"(?m)^([\w.-]+)==(\S+)", text)
    pins = {canonicalize_name(name): pin for name, pin in found}
    installed = [d for d in distributions() if pins.get(canonicalize_name(d.name)) == d.version]
    assert len(installed) > 20
    refused = {
        f"{d.name} {d.version}: Python {wanted}"
        for d in installed
        if (wanted := d.metadata.get("Requires-Python"))
        and not SpecifierSet(wanted).contains(oldest)
    }
    assert not refused
