"""What `make release` refuses to release, and that its builds can be repeated."""

from __future__ import annotations

import datetime as dt
import io
import tarfile
import zipfile
from pathlib import Path

import pytest
import release

TODAY = dt.date(2026, 11, 27)
FILES = {
    "pyproject.toml": '[project]\nversion = "0.2.0"\n',
    "elolag/version.py": '__version__ = "0.2.0"\n',
    "CITATION.cff": "cff-version: 1.2.0\nversion: 0.2.0\n",
    "CHANGELOG.md": "# Changelog\n\n## 0.2.0 (2026-11-27)\n\n- x\n\n## 0.1.0 (never released)\n",
}


def checkout(folder: Path, **changed: str) -> Path:
    for name, text in (FILES | {k.replace("_", "."): v for k, v in changed.items()}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


def test_a_version_that_stands_everywhere_and_is_dated_is_released(tmp_path: Path) -> None:
    assert release.version_of(checkout(tmp_path), TODAY) == "0.2.0"


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("CITATION_cff", "version: 0.1.0\n", "0.1.0 in CITATION.cff"),
        ("pyproject_toml", '[project]\nversion = "0.3.0"\n', "0.3.0 in pyproject.toml"),
        ("CHANGELOG_md", "## 0.3.0 (2026-11-27)\n", "0.3.0 in CHANGELOG.md"),
        ("CHANGELOG_md", "## 0.2.0 (unreleased)\n", "0.2.0 'unreleased'; write the day"),
        ("CHANGELOG_md", "## 0.2.0\n\n## 0.1.0 (2026-01-01)\n", "0.2.0 ''; write the day"),
        ("CHANGELOG_md", "## 0.2.0 (2026-11-28)\n", "which is to come"),
    ],
)
def test_other_versions_and_undated_changelogs_are_not(
    tmp_path: Path, file: str, text: str, said: str
) -> None:
    with pytest.raises(release.ReleaseError, match=said):
        release.version_of(checkout(tmp_path, **{file: text}), TODAY)


GOOD = """Metadata-Version: 2.4
Name: elolag
Version: 0.2.0
Description-Content-Type: text/markdown

# elolag
"""


def made(folder: Path, told: str = GOOD, extra: str = "elolag/x.py", less: str = "") -> list[Path]:
    """A wheel and an sdist of empty files with these metadata."""
    wheel, sdist = folder / "elolag.whl", folder / "elolag.tar.gz"
    facts = "elolag-0.2.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name in {*release.WHEEL, f"{facts}/licenses/LICENSE", extra} - {less}:
            archive.writestr(name, "")
        archive.writestr(f"{facts}/METADATA", told)
    with tarfile.open(sdist, "w:gz") as tar:
        for name in {*release.SDIST, "PKG-INFO"} - {less}:
            info = tarfile.TarInfo(f"elolag-0.2.0/{name}")
            data = told.encode() if name == "PKG-INFO" else b""
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return [wheel, sdist]


def test_good_metadata_pass(tmp_path: Path) -> None:
    wheel, sdist = made(tmp_path)
    release.check_metadata(wheel, sdist, "0.2.0")
    assert zipfile.ZipFile(wheel).testzip() is None


@pytest.mark.parametrize(
    ("faulty", "said"),
    [
        ({"told": GOOD.replace("2.4", "2.4\nColour: red")}, "colour"),
        ({"told": GOOD.replace("Name: elolag", "Name: el lag")}, "name"),
        ({"told": GOOD.replace("Version: 0.2.0", "Version: 0.3.0")}, "says it is elolag 0.3.0"),
        ({"told": GOOD.replace("Description-Content-Type: text/markdown\n", "")}, "Markdown"),
        ({"extra": "elolag/x.pyc"}, "should not hold .*x.pyc"),
        ({"extra": "elolag/_snapshots/.lock"}, "should not hold"),
        ({"less": "docs/methods.md"}, "lacks .*methods"),
        ({"less": "elolag/_snapshots/log.csv"}, "lacks .*log.csv"),
    ],
)
def test_faulty_metadata_and_contents_do_not(
    tmp_path: Path, faulty: dict[str, str], said: str
) -> None:
    wheel, sdist = made(tmp_path, **faulty)
    with pytest.raises(release.ReleaseError, match=said):
        release.check_metadata(wheel, sdist, "0.2.0")


def test_builds_that_differ_are_told(tmp_path: Path) -> None:
    for name, data in (("a", b"1"), ("b", b"2")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.whl").write_bytes(data)
    release.check_same(tmp_path / "a/x.whl", tmp_path / "a/x.whl")
    with pytest.raises(release.ReleaseError, match="cannot be repeated"):
        release.check_same(tmp_path / "a/x.whl", tmp_path / "b/x.whl")
