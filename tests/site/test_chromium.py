"""The browser of the report's tests: found by any of its names, skipped or demanded without one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import chromium
import pytest

HERE = Path(__file__).resolve().parent


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with no program but those a test puts into this folder."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("ELOLAG_REQUIRE_BROWSER", raising=False)
    return tmp_path


def program(folder: Path, name: str, code: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{code}\n", "utf-8")
    path.chmod(0o755)


@pytest.mark.parametrize("name", chromium.NAMES)
def test_found_by_any_of_its_names(programs: Path, name: str) -> None:
    assert chromium.found() is None
    program(programs, name, "exit 0")
    assert chromium.found() == str(programs / name)


def test_one_that_does_not_start_is_passed_over(programs: Path) -> None:
    program(programs, "chromium-browser", "echo needs the snap >&2; exit 1")
    assert chromium.found() is None
    program(programs, "google-chrome", "exit 0")
    assert chromium.found() == str(programs / "google-chrome")


def test_root_asks_apt_for_it(
    programs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    program(programs, "apt-get", f'printf "%s\\n" "$*" >> {programs}/asked; exit 0')
    chromium.main()
    asked = (programs / "asked").read_text("utf-8").splitlines()
    assert [line.split("Retries=1 ")[1] for line in asked] == [
        "update", "install -y --no-install-recommends chromium",
    ]  # fmt: skip
    assert capsys.readouterr().err.count("\n") == 1


def test_apt_that_fails_is_told_in_one_line_and_the_tests_go_on(
    programs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    program(programs, "apt-get", "echo first >&2; echo E: Unable to locate package >&2; exit 100")
    chromium.main()
    said = capsys.readouterr().err.splitlines()
    assert said[1:] == ["apt-get install chromium failed: E: Unable to locate package"]


def test_others_do_not_ask_apt(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    program(programs, "apt-get", f"echo asked > {programs}/asked")
    chromium.main()
    assert not (programs / "asked").exists()


def test_the_gate_demands_it(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELOLAG_REQUIRE_BROWSER", "1")
    with pytest.raises(SystemExit, match="apt-get install chromium"):
        chromium.main()
    program(programs, "chromium", "exit 0")
    chromium.main()


@pytest.mark.parametrize("demanded", [False, True])
def test_without_one_the_tests_skip_in_one_line_or_fail(programs: Path, demanded: bool) -> None:
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider"),
            *("-m", "fresh", "-k", "says_nothing or stands", str(HERE / "test_site_browser.py")),
        ],
        env={**os.environ, "ELOLAG_REQUIRE_BROWSER": "1" if demanded else ""},
        capture_output=True, text=True, cwd=HERE.parents[1], check=False,
    )  # fmt: skip
    lines = [line for line in ran.stdout.splitlines() if chromium.MISSING in line]
    if demanded:
        assert ran.returncode == 1
        assert not any("skipped" in line for line in lines)
    else:
        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert lines == [f"16 skipped: {chromium.MISSING}"]
    assert lines
