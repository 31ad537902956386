"""Containers: what a development container and Binder set up is what the checkout has."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tomllib
from pathlib import Path

from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def test_the_container_makes_what_make_makes() -> None:
    told = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text("utf-8"))
    version = re.search(r":(\d+\.\d+)", told["image"])
    assert version
    assert SpecifierSet(PROJECT["requires-python"]).contains(version[1])
    assert f"Python :: {version[1]}" in " ".join(PROJECT["classifiers"])
    maker, target = told["postCreateCommand"].split()
    assert maker == "make"
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert f"\n{target.replace('.venv', '$(VENV)')}:" in makefile
    python = told["customizations"]["vscode"]["settings"]["python.defaultInterpreterPath"]
    assert python == "${containerWorkspaceFolder}/.venv/bin/python"


def test_binder_installs_the_pins_and_then_the_checkout() -> None:
    folder = ROOT / "binder"
    lines = (folder / "requirements.txt").read_text("utf-8").splitlines()
    (other,) = [line.split()[1] for line in lines if line.startswith("--requirement")]
    assert (folder / other).resolve() == ROOT / "requirements.txt"
    assert {"--require-hashes", "--only-binary :all:"} < set(lines)
    pins = (ROOT / "requirements.txt").read_text("utf-8")
    assert re.search(r"(?m)^hatchling==", pins)  # for --no-build-isolation
    version = (folder / "runtime.txt").read_text("utf-8").strip().removeprefix("python-")
    assert SpecifierSet(PROJECT["requires-python"]).contains(version)
    script = folder / "postBuild"
    assert os.access(script, os.X_OK)
    subprocess.run(["/bin/sh", "-n", script], check=True)
    assert "--no-build-isolation --editable ." in script.read_text("utf-8")
