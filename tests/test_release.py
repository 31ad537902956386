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
PROJECT = '[project]\nversion = "0.2.0"\nauthors = [{ name = "An Author" }]\n'
CITED = """cff-version: 1.2.0
version: 0.2.0
date-released: 2026-11-27
authors:
  - name: An Author
"""
ADDRESSED = """repository-code: https://code.example/elolag
url: https://pages.example/elolag/
doi: 10.5281/zenodo.1
"""
URLS = """[project.urls]
Homepage = "https://pages.example/elolag/"
Repository = "https://code.example/elolag"
DOI = "https://doi.org/10.5281/zenodo.1"
"""
OWNER = 'name = "An Author"\nrepository = ""\nsite = ""\ndoi = ""\ncontact = ""\n'
OWNED = """name = "An Author"
repository = "https://code.example/elolag"
site = "https://pages.example/elolag/"
doi = "10.5281/zenodo.1"
contact = "desk@pages.example"
"""
FILES = {
    "pyproject.toml": PROJECT,
    "elolag/version.py": '__version__ = "0.2.0"\nRELEASED = "2026-11-27"\n',
    "elolag/data/owner.toml": OWNER,
    "CITATION.cff": CITED,
    "CHANGELOG.md": "# Changelog\n\n## 0.2.0 (2026-11-27)\n\n- x\n\n## 0.1.0 (never released)\n",
}


NAMED = {"owner": "elolag/data/owner.toml", "version": "elolag/version.py"}


def checkout(folder: Path, **changed: str) -> Path:
    named = {NAMED.get(k, k.replace("_", ".")): v for k, v in changed.items()}
    for name, text in (FILES | named).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


def test_a_version_that_stands_everywhere_and_is_dated_is_released(tmp_path: Path) -> None:
    assert release.version_of(checkout(tmp_path), TODAY) == "0.2.0"


def test_addresses_that_are_set_stand_everywhere(tmp_path: Path) -> None:
    said = {"owner": OWNED, "pyproject_toml": PROJECT + URLS, "CITATION_cff": CITED + ADDRESSED}
    assert release.version_of(checkout(tmp_path, **said), TODAY) == "0.2.0"


def test_this_checkout_says_who_publishes_it_everywhere() -> None:
    release.check_owner(release.ROOT)


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("CITATION_cff", "version: 0.1.0\n", "0.1.0 in CITATION.cff"),
        ("pyproject_toml", '[project]\nversion = "0.3.0"\n', "0.3.0 in pyproject.toml"),
        ("CHANGELOG_md", "## 0.3.0 (2026-11-27)\n", "0.3.0 in CHANGELOG.md"),
        ("CHANGELOG_md", "## 0.2.0 (unreleased)\n", "0.2.0 'unreleased'; write the day"),
        ("CHANGELOG_md", "## 0.2.0\n\n## 0.1.0 (2026-01-01)\n", "0.2.0 ''; write the day"),
        ("CHANGELOG_md", "## 0.2.0 (2026-11-28)\n", "which is to come"),
        ("CHANGELOG_md", "## 0.2.0 (2026-11-26)\n", "RELEASED is 2026-11-27 in elolag/version.py"),
        ("owner", OWNED, r"pyproject.toml says \{\}, and should say \{'Homepage'"),
        ("pyproject_toml", PROJECT + URLS, "should say \\{\\}"),
        ("pyproject_toml", PROJECT.replace("An", "Another"), "pyproject.toml says .*Another"),
        ("CITATION_cff", CITED.replace("An A", "Another A"), "CITATION.cff says .*Another"),
        ("CITATION_cff", CITED + ADDRESSED, "CITATION.cff says .*should say \\{\\}"),
        ("CITATION_cff", CITED.replace("11-27", "11-26"), "2026-11-26, and should say 2026-11-27"),
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
