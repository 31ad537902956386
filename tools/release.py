"""Make what is to be uploaded: `make release` leaves wheel, sdist and SHA256SUMS in dist/.

Nothing is left there unless the checkout is clean, its version is the same wherever it stands and
its changelog dated; two builds in different folders agree to the byte, and so does a wheel built
from the sdist; the metadata are valid; and the wheel, in an environment of its own beside the
hashed requirements, gives from an empty folder the answer that the checkout gives.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import venv
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml
from packaging.metadata import Metadata

from elolag.results.owner import read

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"
#: What must be in the wheel, and in the sdist.
WHEEL = (
    "elolag/py.typed", "elolag/_snapshots/log.csv", "elolag/tags/data/models.csv",
    "elolag/docs/methods.md",
    "elolag/data/owner.toml",
)  # fmt: skip
SDIST = (
    "docs/methods.md", "docs/conf.py", "tests/conftest.py", "snapshots/log.csv", "Makefile",
    "requirements.txt", "requirements-dev.txt", "CHANGELOG.md", "CITATION.cff", "LICENSE",
)  # fmt: skip


class ReleaseError(Exception):
    """Why this is not to be released."""


def version_of(root: Path, today: dt.date) -> str:
    """The version, which stands everywhere, under a heading of the changelog with its date.

    Raises
    ------
    ReleaseError
        It does not.
    """
    found: dict[str, str] = {
        "pyproject.toml": tomllib.loads(_read(root, "pyproject.toml"))["project"]["version"],
        "elolag/version.py": _first(r'__version__ = "(.+)"', _read(root, "elolag/version.py")),
        "CITATION.cff": _first(r"(?m)^version: (.+)$", _read(root, "CITATION.cff")),
        "CHANGELOG.md": _first(r"(?m)^## (\S+)", _read(root, "CHANGELOG.md")),
    }
    if len(set(found.values())) > 1:
        said = ", ".join(f"{value} in {file}" for file, value in found.items())
        raise ReleaseError(f"the version is {said}")
    version = found["pyproject.toml"]
    date = _first(rf"(?m)^## {re.escape(version)} \((.*)\)$", _read(root, "CHANGELOG.md"))
    try:
        day = dt.date.fromisoformat(date)
    except ValueError:
        raise ReleaseError(
            f"CHANGELOG.md dates {version} {date!r}; write the day, e.g. ({today})"
        ) from None
    if day > today:
        raise ReleaseError(f"CHANGELOG.md dates {version} {day}, which is to come")
    released = _first(r'RELEASED = "(.+)"', _read(root, "elolag/version.py"))
    if released != date:
        raise ReleaseError(f"RELEASED is {released} in elolag/version.py, {date} in CHANGELOG.md")
    check_owner(root)
    return version


def check_owner(root: Path) -> None:
    """That name, addresses and day are everywhere those of owner.toml and of the version.

    Raises
    ------
    ReleaseError
        They are not: which file says what, and what it should say.
    """
    owner = read(root / "elolag" / "data" / "owner.toml")
    project = tomllib.loads(_read(root, "pyproject.toml"))["project"]
    cited = yaml.safe_load(_read(root, "CITATION.cff"))
    addresses = {"repository-code": owner.repository, "url": owner.site, "doi": owner.doi}
    for file, found, wanted in (
        ("pyproject.toml", project.get("urls", {}), owner.urls()),
        ("pyproject.toml", project["authors"], [{"name": owner.name}]),
        ("CITATION.cff", cited["authors"], [{"name": owner.name}]),
        (
            "CITATION.cff",
            {key: cited[key] for key in addresses if key in cited},
            {key: value for key, value in addresses.items() if value},
        ),
        (
            "CITATION.cff",
            str(cited["date-released"]),
            _first(r'RELEASED = "(.+)"', _read(root, "elolag/version.py")),
        ),
    ):
        if found != wanted:
            raise ReleaseError(f"{file} says {found}, and should say {wanted}")


def check_metadata(wheel: Path, sdist: Path, version: str) -> None:
    """That both say who they are as an index asks, and hold what they should.

    Raises
    ------
    ReleaseError
        What is wrong, and in which.
    """
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        told = archive.read(f"elolag-{version}.dist-info/METADATA")
    _check_names(wheel.name, names, (*WHEEL, f"elolag-{version}.dist-info/licenses/LICENSE"))
    with tarfile.open(sdist) as tar:
        names = [name.removeprefix(f"elolag-{version}/") for name in tar.getnames()]
        info = tar.extractfile(f"elolag-{version}/PKG-INFO")
        told_too = info.read() if info else b""
    _check_names(sdist.name, names, SDIST)
    for file, data in ((wheel.name, told), (sdist.name, told_too)):
        try:
            metadata = Metadata.from_email(data, validate=True)
        except ExceptionGroup as errors:
            raise ReleaseError(f"{file}: {'; '.join(map(str, errors.exceptions))}") from errors
        if (metadata.name, str(metadata.version)) != ("elolag", version):
            raise ReleaseError(f"{file} says it is {metadata.name} {metadata.version}")
        if not metadata.description or metadata.description_content_type != "text/markdown":
            raise ReleaseError(f"{file} has no description in Markdown")


def _check_names(file: str, names: list[str], wanted: tuple[str, ...]) -> None:
    missing = [name for name in wanted if name not in names]
    odd = [
        name for name in names if re.search(r"\.pyc$|(^|/)(\.lock|\.writer|\.git/|\.venv)", name)
    ]
    if missing or odd:
        raise ReleaseError(f"{file} lacks {missing}, and should not hold {odd[:5]}")


def build(folder: Path, commit: str, epoch: str) -> Iterator[Path]:
    """Wheel and sdist of a commit, built in a clone of it at `folder`."""
    _run("git", "clone", "--quiet", "--no-checkout", str(ROOT), str(folder))
    _run("git", "-C", str(folder), "checkout", "--quiet", "--detach", commit)
    yield from _built(folder, epoch)


def _built(folder: Path, epoch: str) -> Iterator[Path]:
    out = folder / "dist"
    _run(
        sys.executable, "-m", "hatchling", "build", "--directory", str(out), cwd=folder,
        env={**os.environ, "SOURCE_DATE_EPOCH": epoch},
    )  # fmt: skip
    yield from sorted(out.iterdir(), key=lambda path: path.suffix)


def check_same(first: Path, again: Path) -> None:
    """That two files are the same bytes.

    Raises
    ------
    ReleaseError
        They are not.
    """
    if first.name != again.name or first.read_bytes() != again.read_bytes():
        raise ReleaseError(f"{first} and {again} differ: the build cannot be repeated")


def try_wheel(wheel: Path, folder: Path) -> None:
    """Install it beside the hashed requirements, and ask the headline from an empty folder.

    Raises
    ------
    ReleaseError
        The answer is not that of the checkout.
    """
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    hashed = ["--require-hashes", "--only-binary", ":all:", "--requirement"]
    _run(*install, *hashed, str(ROOT / "requirements.txt"))
    _run(*install, "--no-deps", "--no-index", str(wheel))
    empty = folder / "empty"
    empty.mkdir()
    bare = {"HOME": str(empty), "PATH": str(python.parent), "COLUMNS": "100", "LANG": "C.UTF-8"}
    command = ["-m", "elolag", "lag"]
    asked = [
        _run(str(python), "-I", *command, cwd=empty, env=bare),
        _run(sys.executable, *command, cwd=ROOT, env=bare),
    ]
    if not asked[0] or asked[0] != asked[1]:
        raise ReleaseError(f"the wheel answers\n{asked[0]}\nand the checkout\n{asked[1]}")


def release() -> list[Path]:
    """Check, build and try; then fill ``dist/``.

    Raises
    ------
    ReleaseError
        Why not. ``dist/`` is then as it was.
    """
    version = version_of(ROOT, dt.datetime.now(dt.UTC).date())
    changed = _run("git", "status", "--porcelain", cwd=ROOT)
    if changed:
        raise ReleaseError(f"the checkout has changes; commit or remove them:\n{changed}")
    commit = _run("git", "rev-parse", "HEAD", cwd=ROOT).strip()
    epoch = _run("git", "log", "-1", "--format=%ct", cwd=ROOT).strip()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sdist, wheel = build(folder / "first", commit, epoch)
        # Of another length, and under another mask of rights.
        mask = os.umask(0o077)
        again = [*build(folder / "and once more", commit, epoch)]
        os.umask(mask)
        with tarfile.open(sdist) as tar:
            tar.extractall(folder / "unpacked", filter="data")
        out = folder / "unpacked" / f"elolag-{version}"
        from_sdist = [*_built(out, epoch)]
        for one, other in zip((sdist, wheel), again, strict=True):
            check_same(one, other)
        check_same(wheel, from_sdist[1])
        check_metadata(wheel, sdist, version)
        try_wheel(wheel, folder)
        sums = "".join(
            f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
            for path in (sdist, wheel)
        )
        shutil.rmtree(DIST, ignore_errors=True)
        DIST.mkdir()
        for path in (sdist, wheel):
            shutil.copy(path, DIST)
        (DIST / "SHA256SUMS").write_text(sums, "utf-8")
    return sorted(DIST.iterdir())


def _run(*words: str, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(  # noqa: S603
        words, cwd=cwd, env=env, capture_output=True, text=True, encoding="utf-8", check=False
    )
    if done.returncode:
        raise ReleaseError(f"{' '.join(words)} ended with {done.returncode}:\n{done.stderr}")
    return done.stdout


def _read(root: Path, name: str) -> str:
    return (root / name).read_text("utf-8")


def _first(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    return found.group(1).strip("\"'") if found else ""


if __name__ == "__main__":
    try:
        made = release()
    except ReleaseError as error:
        sys.exit(f"not released: {error}")
    for path in made:
        print(path.relative_to(ROOT))
    print((DIST / "SHA256SUMS").read_text("utf-8"), end="")
