"""What is installed is pinned by hash, and no job that reads foreign bytes may write."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import take_over
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from take_over import RefusedError

from elolag.archive.package import MANIFEST, TABLES

ROOT = Path(__file__).resolve().parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
FILES = ("requirements.txt", "requirements-dev.txt", "requirements-tools.txt")
PROMISED = ["3.11", "3.12", "3.13"]


# Requirement files


def pins(file: str) -> dict[str, tuple[Requirement, frozenset[str]]]:
    """By name: the line, and its hashes."""
    text = (ROOT / file).read_text("utf-8").replace("\\\n", " ")
    found = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        words, *hashes = line.split(" --hash=")
        asked = Requirement(words)
        name = canonicalize_name(asked.name)
        assert name not in found, line
        found[name] = (asked, frozenset(h.strip() for h in hashes))
    return found


def wanted(*extras: str, groups: tuple[str, ...] = ()) -> list[Requirement]:
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    lines = [*asked["project"]["dependencies"]] if extras else []
    for extra in filter(None, extras):
        lines += asked["project"]["optional-dependencies"][extra]
    for group in groups:
        lines += asked["dependency-groups"][group]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize("file", FILES)
def test_every_pin_has_hashes_and_no_file_names_an_index(file: str) -> None:
    found = pins(file)
    assert len(found) > 20
    for asked, hashes in found.values():
        assert re.fullmatch(r"==[^*,]+", str(asked.specifier)), asked
        assert asked.url is None
        assert hashes
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", item) for item in hashes), asked
    text = (ROOT / file).read_text("utf-8")
    assert not re.search(r"https?:|(?m:^\s*-)(?!-hash=)", text.replace("    --hash", "--hash"))


def test_what_the_project_asks_for_is_pinned_within_its_bounds() -> None:
    asked = {
        "requirements.txt": wanted("", "report", groups=("build",)),
        "requirements-dev.txt": wanted("", "report", "calibrate", "dev", groups=("build",)),
        "requirements-tools.txt": wanted(groups=("maintain",)),
    }
    backend = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["build-system"]
    asked["requirements.txt"] += map(Requirement, backend["requires"])
    for file, needs in asked.items():
        held = pins(file)
        for need in needs:
            pin, _ = held[canonicalize_name(need.name)]
            assert need.specifier.contains(next(iter(pin.specifier)).version), (file, need)


def test_both_files_hold_the_same_releases() -> None:
    dev = pins("requirements-dev.txt")
    assert {n: p for n, p in pins("requirements.txt").items() if dev.get(n) != p} == {}


# Workflows


def jobs() -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{path.name}: {name}", job)
        for path in WORKFLOWS
        for name, job in yaml.safe_load(path.read_text("utf-8"))["jobs"].items()
    ]


def writes(job: dict[str, Any]) -> bool:
    granted = job["permissions"]
    return granted == "write-all" or "write" in granted.values()


def test_every_job_says_its_permissions_and_ends_in_time() -> None:
    for path in WORKFLOWS:
        assert yaml.safe_load(path.read_text("utf-8"))["permissions"] == {}, path.name
    for name, job in jobs():
        assert isinstance(job["permissions"], dict), name
        assert 0 < job["timeout-minutes"] <= 60, name


def test_every_action_is_pinned_to_a_commit() -> None:
    used = 0
    for path in WORKFLOWS:
        for line in path.read_text("utf-8").splitlines():
            if re.match(r"\s*(- )?[\"']?uses\b", line):
                used += 1
                assert re.search(r"uses: [\w.-]+(/[\w.-]+)+@[0-9a-f]{40} # v\d", line), line
    assert used == sum("uses" in step for _, job in jobs() for step in job["steps"]) > 10


def test_no_job_that_may_write_runs_what_reads_foreign_bytes() -> None:
    may = {name: job for name, job in jobs() if writes(job)}
    assert {name: sorted(k for k, v in job["permissions"].items() if v == "write")
            for name, job in may.items()} == {
        "snapshot.yml: propose": ["contents", "pull-requests"],
        "publish.yml: keep": ["contents"],
        "publish.yml: deploy": ["id-token", "pages"],
    }  # fmt: skip
    run = [step["run"] for job in may.values() for step in job["steps"] if "run" in step]
    ours = [line for text in run for line in text.splitlines() if re.search("python|/made", line)]
    assert sorted(ours) == [
        'python3 -I tools/take_over.py "$RUNNER_TEMP/taken/snapshots" snapshots',
        'python3 -I tools/take_over.py --months "$RUNNER_TEMP/made" "$RUNNER_TEMP/months"',
    ]
    reads = [n for n, job in jobs() if re.search(r"elolag|make |pip", str(job["steps"]))]
    assert {"snapshot.yml: take", "publish.yml: build"} <= set(reads)
    assert not set(reads) & set(may)
    tokens = [(name, step["name"]) for name, job in jobs() for step in job["steps"]
              if "github.token" in str(step) or "secrets." in str(step)]  # fmt: skip
    assert tokens == [("publish.yml: keep", "Commit them to the branch `months`")]
    for name, job in jobs():
        for step in job["steps"]:
            if "actions/checkout@" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] is False, name
    # Text of others is never part of a script: it reaches one by a variable.
    shell = [step.get("run", "") for _, job in jobs() for step in job["steps"]]
    assert not [text for text in shell if "${{" in text]


def test_a_site_is_published_only_after_its_months_are_kept_and_from_the_default_branch() -> None:
    flow = yaml.safe_load((ROOT / ".github/workflows/publish.yml").read_text("utf-8"))
    asked = flow["jobs"]
    assert list(asked) == ["build", "keep", "deploy"]
    # The payload of an event by the clock has no repository to compare with.
    by_the_clock, _, by_name = asked["build"]["if"].partition(" || ")
    assert by_the_clock == "${{ github.event_name == 'schedule'"
    assert by_name == "github.ref_name == github.event.repository.default_branch }}"
    assert [asked[n].get("needs") for n in asked] == [None, "build", "keep"]
    # A job that says `if` itself might run after a failure.
    assert not any("if" in asked[name] for name in ("keep", "deploy"))
    # YAML reads the key `on` as true.
    assert "snapshots/**" in flow[True]["push"]["paths"]
    assert "workflow_dispatch" in flow[True]
    assert flow["concurrency"] == {"group": "publish", "cancel-in-progress": False}


def test_what_fails_within_a_pipe_fails_its_step() -> None:
    for path in WORKFLOWS:
        asked = yaml.safe_load(path.read_text("utf-8"))
        shell = [step.get("run", "") for job in asked["jobs"].values() for step in job["steps"]]
        if any(re.search(r"[^|]\|[^|]", text) for text in shell):
            assert asked["defaults"] == {"run": {"shell": "bash"}}, path.name


def test_the_promised_pythons_are_tested_and_updates_are_proposed() -> None:
    tests = yaml.safe_load((ROOT / ".github/workflows/tests.yml").read_text("utf-8"))["jobs"]
    assert tests["tests"]["strategy"]["matrix"]["python"] == PROMISED
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    kinds = [c.split(" :: ")[-1] for c in project["classifiers"] if ":: Python ::" in c]
    assert kinds == PROMISED
    assert f"for version in {' '.join(PROMISED)};" in (ROOT / ".ci/run").read_text("utf-8")
    bot = yaml.safe_load((ROOT / ".github/dependabot.yml").read_text("utf-8"))
    assert {u["package-ecosystem"] for u in bot["updates"]} == {"pip", "github-actions"}
    audit = yaml.safe_load((ROOT / ".github/workflows/audit.yml").read_text("utf-8"))
    assert audit[True]["schedule"], "YAML reads the key `on` as true"


# What the writing job takes over


SNAPSHOT = "arena/text/2026-08-19"
HERE = {
    "log.csv": "header\none\n",
    f"{SNAPSHOT}/ratings.csv": "r",
    f"{SNAPSHOT}/entries.csv": "e",
    f"{SNAPSHOT}/datapackage.json": "{}",
    "arena/text/twins.csv": "t\n",
    "forecasts/arena/text/2026-08-19-team-model.csv": "f",
}


def archive(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


@pytest.fixture
def both(tmp_path: Path) -> tuple[Path, Path]:
    return archive(tmp_path / "from", HERE), archive(tmp_path / "into", HERE)


def tree(folder: Path) -> dict[str, str]:
    found = (p for p in folder.rglob("*") if p.is_file())
    return {p.relative_to(folder).as_posix(): p.read_text("utf-8") for p in found}


def test_new_snapshots_and_added_lines_are_taken_over(both: tuple[Path, Path]) -> None:
    source, target = both
    new = {
        "log.csv": HERE["log.csv"] + "two\n",
        "arena/text/twins.csv": "t\nu\n",
        f"{SNAPSHOT}.r2/ratings.csv": "r2",
        "models-dev/models/2026-11-27/models.csv": "m",
        "forecasts/epoch/eci/2026-11-27-elolag-mixture.csv": "f",
    }
    archive(source, new)
    assert sorted(take_over.take_over(source, target)) == sorted(new)
    assert tree(target) == {**HERE, **new}
    assert take_over.take_over(source, target) == []


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ([], 2, "FROM, INTO"),
        (["--months", "from"], 2, "INTO"),
        (["from", "into", "more"], 2, "more"),
        (["from", "into"], 1, "refused: from is no folder"),
    ],
)
def test_its_command_line_is_refused_in_a_line(
    words: list[str], code: int, said: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-I", take_over.__file__, *words],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == code
    assert said in done.stderr.splitlines()[-1]


def test_every_file_of_a_snapshot_has_a_name_that_is_taken_over() -> None:
    for name in (MANIFEST, *(f"{table}.csv" for table in TABLES)):
        assert take_over.ARCHIVE.once.fullmatch(f"{SNAPSHOT}/{name}")


def changed(folder: Path) -> None:
    (folder / SNAPSHOT / "ratings.csv").write_text("other")


def forecast_changed(folder: Path) -> None:
    (folder / "forecasts/arena/text/2026-08-19-team-model.csv").write_text("other")


def log_rewritten(folder: Path) -> None:
    (folder / "log.csv").write_text("header\ntwo\none\n")


def deleted(folder: Path) -> None:
    (folder / SNAPSHOT / "entries.csv").unlink()


def linked(folder: Path) -> None:
    (folder / SNAPSHOT / "models.csv").symlink_to("/etc/hostname")


def linked_folder(folder: Path) -> None:
    (folder / "arena" / "webdev").symlink_to(folder / "arena" / "text")


def hard_linked(folder: Path) -> None:
    (folder / SNAPSHOT / "models.csv").hardlink_to(folder / "log.csv")


def pipe(folder: Path) -> None:
    os.mkfifo(folder / SNAPSHOT / "models.csv")


def other_name(name: str) -> Callable[[Path], object]:
    return lambda folder: archive(folder, {name: "x"})


@pytest.mark.parametrize(
    "attack",
    [
        changed, forecast_changed, log_rewritten, deleted, linked, linked_folder, hard_linked, pipe,
        *map(other_name, (
            "README.md", ".github/workflows/x.yml", "arena/text/2026-08-20/run.py",
            "arena/text/2026-08-20/.gitattributes", "arena/.git/2026-08-20/ratings.csv",
            "arena/text/2026-08-20.r1/ratings.csv", "arena/text/2026-08-20/a\nb.csv",
            "forecasts/arena/text/2026-08-20.csv", "forecasts/arena/text/2026-08-20-a.py",
        )),
    ],
)  # fmt: skip
def test_whatever_else_the_other_job_left_is_refused_whole(
    both: tuple[Path, Path], attack: Callable[[Path], object]
) -> None:
    source, target = both
    archive(source, {"arena/text/2026-08-18/ratings.csv": "new"})
    attack(source)
    with pytest.raises(RefusedError):
        take_over.take_over(source, target)
    assert tree(target) == HERE


# What the job that keeps published months takes over


def month(**files: str) -> dict[str, str]:
    """A folder's files with their hashes."""
    named = {name.replace("__", "/").replace("_", "."): text for name, text in files.items()}
    lines = (f"{hashlib.sha256(named[n].encode()).hexdigest()}  {n}\n" for n in sorted(named))
    return {**named, "SHA256SUMS": "".join(lines)}


def laid(**folders: dict[str, str]) -> dict[str, str]:
    return {
        f"{folder.removeprefix('m').replace('_', '-')}/{name}": text
        for folder, files in folders.items()
        for name, text in files.items()
    }


PAGES = {"index_html": "p", "lag_json": "{}", "data__answer_csv": "a", "figures__a_svg": "s"}
PUBLISHED = laid(m2026_08=month(**PAGES), lists={
    **(kept := {"2026-08-01.json": "{}"}),
    "SHA256SUMS": f"{hashlib.sha256(b'{}').hexdigest()}  {next(iter(kept))}\n",
})  # fmt: skip


@pytest.fixture
def published(tmp_path: Path) -> tuple[Path, Path]:
    return archive(tmp_path / "made", PUBLISHED), archive(tmp_path / "kept", PUBLISHED)


def test_new_months_and_answers_by_more_lists_are_taken_over(
    published: tuple[Path, Path],
) -> None:
    source, target = published
    earlier = f"{hashlib.sha256(b'[]').hexdigest()}  2025-01-01.json\n"
    new = {
        **laid(m2026_09=month(**PAGES)),
        "lists/2025-01-01.json": "[]",
        "lists/SHA256SUMS": earlier + PUBLISHED["lists/SHA256SUMS"],
    }
    archive(source, new)
    assert sorted(take_over.take_over(source, target, take_over.MONTHS)) == sorted(new)
    assert tree(target) == {**PUBLISHED, **new}
    assert take_over.take_over(source, target, take_over.MONTHS) == []


@pytest.mark.parametrize(
    ("attack", "why"),
    [
        (laid(m2026_08=month(**{**PAGES, "index_html": "other"})), "has changed"),
        ({"2026-08/index.html": "other"}, "has changed"),
        ({"2026-08/more.html": "x"}, "not listed"),
        ({"2026-09/index.html": "x"}, "2026-09/SHA256SUMS is missing"),
        ({**laid(m2026_09=month(**PAGES)), "2026-09/index.html": "x"}, "not what its SHA256SUMS"),
        ({**laid(m2026_09=month(**PAGES)), "2026-09/more.html": "x"}, "not listed"),
        ({"lists/SHA256SUMS": ""}, "has changed"),
        ({"lists/2026-08-01.json": "[]"}, "has changed"),
        ({"index.html": "x"}, "is no file"),
        (laid(m2026_09=month(_gitattributes="* filter=x")), "is no file"),
        (laid(m2026_09=month(a__b__c_html="x")), "is no file"),
        ({".github/workflows/x.yml": "x"}, "is no file"),
        ({".git": "gitdir: x"}, "is no file"),
    ],
)
def test_a_month_that_is_not_whole_or_is_published_already_is_refused(
    published: tuple[Path, Path], attack: dict[str, str], why: str
) -> None:
    source, target = published
    archive(source, laid(m2026_07=month(**PAGES)) | attack)
    with pytest.raises(RefusedError, match=why):
        take_over.take_over(source, target, take_over.MONTHS)
    assert tree(target) == PUBLISHED


def test_a_published_month_that_is_gone_is_refused(published: tuple[Path, Path]) -> None:
    source, target = published
    shutil.rmtree(source / "2026-08")
    with pytest.raises(RefusedError, match="2026-08/SHA256SUMS is gone"):
        take_over.take_over(source, target, take_over.MONTHS)
