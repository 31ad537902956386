"""A month of work, from a publisher's bytes to the published page, by the workflows' own commands.

The steps of both workflows are read from their files and run; the actions between them are played,
and so are the publishers, the repository and the tags.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
import os
import shutil
import subprocess
import sys
from html import unescape
from pathlib import Path
from typing import Any

import hand_made as made
import pytest
import yaml
from markdown_it import MarkdownIt
from upstream_server import Upstream, serving

from elolag.estimate.lag import estimate_lag

GIT, BASH = (shutil.which(name) or name for name in ("git", "bash"))
ROOT = Path(__file__).resolve().parents[2]
WISHING_ILL = (
    "</code></pre>[x](http://evil.example) ![y](http://evil.example/y) <img src=z> @octocat #1"
)
#: Entry of the best new model of China, which has a tag, and of one that has none.
BEST = f"cn-27 {WISHING_ILL}"
STAMPED = "qwen3-max-2026-07-28"
UNKNOWN = f"qwen9-max {WISHING_ILL}"


def models(months: int) -> list[tuple[str, str, str, float]]:
    """(model, lab, release date, rating): one release a month of each side, China six behind."""
    found = []
    for month in range(months):
        year, rest = divmod(4 + month, 12)
        date = f"{2024 + year}-{rest + 1:02d}"
        found.append((f"us-{month:02d}", "acme", f"{date}-05", 1300.0 + 13 * month))
        found.append((f"cn-{month:02d}", "dragon", f"{date}-12", 1300.0 + 13 * month - 78))
    return found


def published(months: int, date: str) -> bytes:
    """The publisher's file with the models of so many months."""
    rows = [
        made.row(BEST if m == "cn-27" else m, rating, vote_count=30_000.0,
                 leaderboard_publish_date=date)
        for m, _, _, rating in models(months)
    ]  # fmt: skip
    rows += [
        made.row(name, 1200.0, organization="Alibaba", leaderboard_publish_date=date)
        for name in (UNKNOWN, STAMPED)
    ]
    rows.sort(key=lambda r: -r["rating"])
    return made.parquet(r | {"rank": rank} for rank, r in enumerate(rows, 1))


def tags(folder: Path) -> Path:
    folder.mkdir()
    heads = {
        "labs": "lab,name,parent,country,from,until,other_sites,evidence,note",
        "models": "model,lab,release_date,precision,date_basis,weights_date,base,evidence,note",
        "aliases": "source,entry,model,effort,note",
    }
    rows: dict[str, list[list[str]]] = {
        "labs": [["acme", "Acme", "", "US", "", "", "", "a page", "unverified"],
                 ["dragon", "Dragon", "", "CN", "", "", "", "a page", "unverified"]],
        "models": [[m, lab, date, "day", "announcement", "", "", "a page", ""]
                   for m, lab, date, _ in models(28)],
        "aliases": [["*", BEST if m == "cn-27" else m, m, "", ""] for m, *_ in models(28)],
    }  # fmt: skip
    for name, head in heads.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([head.split(","), *rows[name]])
    return folder


class Host:
    """The host of the repository: it runs a workflow's jobs and plays the actions they use."""

    def __init__(self, folder: Path, upstream: Upstream) -> None:
        self.folder, self.runs = folder, 0
        self.origin, self.artifacts = folder / "origin.git", folder / "artifacts"
        self.pages, self.body = folder / "pages", ""
        self.environ = {
            "PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(ROOT),
            "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
            "GIT_CONFIG_GLOBAL": str(folder / "gitconfig"),
        }  # fmt: skip
        (folder / "gitconfig").write_text("[user]\nname = a\nemail = a@example.org\n")
        self.git(folder, "init", "--quiet", "--bare", "--initial-branch=main", str(self.origin))
        first = folder / "first"
        self.git(folder, "clone", "--quiet", str(self.origin), str(first))
        (first / "tools").mkdir()
        shutil.copy(ROOT / "tools" / "take_over.py", first / "tools")
        shutil.copy(ROOT / ".gitignore", first)
        (first / "snapshots").mkdir()
        installed = first / "played"
        installed.mkdir()
        bases = [f"--base-url={name}={upstream.url}" for name in made.FETCHED]
        (installed / "elolag").write_text(f"""#!{sys.executable}
import os, sys
asked = sys.argv[1:]
os.environ.setdefault("ELOLAG_ARCHIVE", "snapshots")
if asked[0] == "snapshot":
    asked += {bases!r}
if asked[:2] != ["archive", "verify"]:
    asked += ["--tags", {str(tags(folder / "tags"))!r}]
if asked[0] in ("lag", "news", "site"):
    asked += ["--draws", "60"]
os.execv(sys.executable, [sys.executable, "-m", "elolag", *asked])
""")
        (installed / "python").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
        for path in installed.iterdir():
            path.chmod(0o755)
        (first / "Makefile").write_text(
            ".venv/installed:\n\tmkdir -p .venv\n\tcp -p -r played .venv/bin\n"
        )
        self.push(first, "Begin", "main")

    def git(self, where: Path, *words: str) -> str:
        return subprocess.run(
            [GIT, *words], cwd=where, env=self.environ, check=True, capture_output=True, text=True
        ).stdout.strip()

    def push(self, where: Path, message: str, branch: str, *paths: str) -> None:
        self.git(where, "add", "--all", *(paths or (".",)))
        self.git(where, "commit", "--quiet", "--message", message)
        self.git(where, "push", "--quiet", "origin", f"HEAD:{branch}")

    def kept(self) -> dict[str, str]:
        """Files of the branch `months` and their hashes."""
        said = self.git(self.origin, "ls-tree", "-r", "months")
        return {line.split("\t")[1]: line.split()[2] for line in said.splitlines()}

    def run(self, workflow: str, day: str, only: str = "") -> dict[str, str]:
        """Run the jobs of a workflow (or one) in their order on a day; what they put out."""
        text = (ROOT / ".github" / "workflows" / workflow).read_text("utf-8")
        out: dict[str, str] = {}
        moment = dt.datetime.fromisoformat(f"{day}T05:43:00+00:00").timestamp()
        asked = yaml.safe_load(text)
        # What the host makes of this name.
        assert asked["defaults"] == {"run": {"shell": "bash"}}
        shell = [BASH, "--noprofile", "--norc", "-e", "-o", "pipefail", "-c"]
        for name, job in asked["jobs"].items():
            if only not in ("", name):
                continue
            self.runs += 1
            place = self.folder / f"{self.runs}-{name}"
            temporary = place / "temp"
            temporary.mkdir(parents=True)
            environ = {
                **self.environ, "SOURCE_DATE_EPOCH": f"{moment:.0f}",
                "RUNNER_TEMP": str(temporary), "GITHUB_OUTPUT": str(temporary / "output"),
                "GITHUB_STEP_SUMMARY": str(temporary / "summary"),
            }  # fmt: skip
            for step in job["steps"]:
                if "uses" in step:
                    self.play(step, place / "work", temporary)
                    continue
                more = {k: expression(v, temporary, out) for k, v in step.get("env", {}).items()}
                where = place / "work" if (place / "work").exists() else place
                done = subprocess.run(
                    [*shell, step["run"]], cwd=where, env={**environ, **more},
                    check=False, capture_output=True, text=True,
                )  # fmt: skip
                assert done.returncode == 0, (name, step["name"], done.stdout, done.stderr)
                if "id" in step:
                    lines = (temporary / "output").read_text().splitlines()
                    told = dict(line.split("=", 1) for line in lines)
                    out[f"steps.{step['id']}.outputs.code"] = told["code"]
            for key, value in job.get("outputs", {}).items():
                out[f"needs.{name}.outputs.{key}"] = expression(value, temporary, out)
        return out

    def play(self, step: dict[str, Any], work: Path, temporary: Path) -> None:
        action, given = step["uses"].partition("@")[0], step.get("with", {})
        path = Path(expression(given.get("path", "."), temporary, {}))
        if action == "actions/checkout":
            # Without all branches only the one is there.
            one = [] if given.get("fetch-depth") == 0 else ["--single-branch"]
            self.git(temporary, "clone", "--quiet", *one, str(self.origin), str(work))
        elif action == "actions/upload-artifact":
            hidden = shutil.ignore_patterns(".*")
            shutil.rmtree(self.artifacts / given["name"], ignore_errors=True)
            shutil.copytree(path, self.artifacts / given["name"], ignore=hidden)
        elif action == "actions/download-artifact":
            shutil.copytree(self.artifacts / given["name"], path)
        elif action == "peter-evans/create-pull-request":
            # Reviewed and merged.
            body = Path(expression(given["body-path"], temporary, {}))
            self.body = body.read_text("utf-8")
            self.push(work, given["commit-message"], "main", given["add-paths"])
        elif action == "actions/upload-pages-artifact":
            shutil.rmtree(self.artifacts / "pages", ignore_errors=True)
            shutil.copytree(work / path, self.artifacts / "pages")
        elif action == "actions/deploy-pages":
            shutil.rmtree(self.pages, ignore_errors=True)
            shutil.copytree(self.artifacts / "pages", self.pages)
        else:
            assert action == "actions/setup-python", action


def expression(text: Any, temporary: Path, out: dict[str, str]) -> str:
    """A value of a workflow with its expressions replaced."""
    known = {"runner.temp": str(temporary), "github.token": "none", **out}
    said = str(text)
    for name, value in known.items():
        said = said.replace(f"${{{{ {name} }}}}", value)
    assert "${{" not in said, said
    return said


def test_lists_come_in_though_there_is_no_news_between_them(tmp_path: Path) -> None:
    """Two lists that both have only bounds, say: the pull request's text says so."""
    text = (ROOT / ".github" / "workflows" / "snapshot.yml").read_text("utf-8")
    steps = yaml.safe_load(text)["jobs"]["take"]["steps"]
    (step,) = (step for step in steps if step.get("name") == "Say what changed")
    for name in ("temp", "snapshots", ".venv/bin"):
        (tmp_path / name).mkdir(parents=True)
    played = {
        "python": f'exec {sys.executable} "$@"',
        "elolag": """case "$1 $6" in
            "lag "*snapshots) echo '{"vintage": "2026-08-31"}' ;;
            "lag "*) echo '{"vintage": "2026-07-31"}' ;;
            news*) echo "error: only bounds <img>" >&2; exit 1 ;;
        esac""",
    }
    for name, said in played.items():
        path = tmp_path / ".venv" / "bin" / name
        path.write_text(f"#!/bin/sh\n{said}\n")
        path.chmod(0o755)
    for name in ("table", "failures"):
        (tmp_path / "temp" / name).write_text("")
    environ = {
        "PATH": os.environ["PATH"], "RUNNER_TEMP": str(tmp_path / "temp"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
    }  # fmt: skip
    shell = [BASH, "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]]
    done = subprocess.run(
        shell, cwd=tmp_path, env=environ, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    body = (tmp_path / "temp" / "taken" / "body.md").read_text("utf-8")
    assert "### What moved the headline\n\n    error: only bounds <img>\n" in body


@pytest.mark.slow
def test_from_bytes_to_the_published_page(tmp_path: Path) -> None:
    with serving() as upstream:
        host = Host(tmp_path, upstream)
        made.healthy(upstream, {"text_style_control": published(27, "2026-07-31")})
        first = tmp_path / "first"
        begun = subprocess.run(
            [first / "played/elolag", "snapshot", "--archive", "snapshots"], cwd=first,
            env={**host.environ, "SOURCE_DATE_EPOCH": "1785715200"}, check=False,
            capture_output=True, text=True,
        )  # fmt: skip
        assert begun.returncode == 0, begun.stderr
        host.push(first, "First list", "main")
        host.run("publish.yml", "2026-08-04")
        earlier = host.kept()
        assert {name.partition("/")[0] for name in earlier} == {"2026-07"}
        old = (host.pages / "index.html").read_text("utf-8")

        made.healthy(upstream, {"text_style_control": published(28, "2026-08-31")})
        told = host.run("snapshot.yml", "2026-09-03")
        host.run("publish.yml", "2026-09-04")
    assert told == {
        **{f"steps.{name}.outputs.code": "0" for name in ("take", "news")},
        **{f"needs.take.outputs.{name}": "0" for name in ("code", "news")},
    }

    # The pull request's text: the news and the proposed rows, and nothing in it is a link, a
    # picture or markup.
    for said in ("What moved the headline", "Nobody has tagged these yet", "cn-27", "qwen9-max"):
        assert said in host.body
    assert f"    {STAMPED},alibaba,2026-07-28,day,name stamp" in host.body
    assert f"    *,{STAMPED},{STAMPED},," in host.body
    parsed = MarkdownIt("gfm-like", {"linkify": False}).parse(host.body)
    inner = [t for token in parsed for t in (token, *(token.children or ()))]
    kinds = {token.type for token in inner}
    assert not kinds & {"link_open", "image", "html_inline", "html_block"}
    free = "".join(token.content for token in inner if token.type == "text")
    assert not [sign for sign in ("evil", "@", "octocat", "<", "#") if sign in free], free
    assert "evil.example" in "".join(t.content for t in inner if t.type == "code_block")

    # The branch of months has one more, and not a byte of the first one is another.
    now = host.kept()
    assert {name.partition("/")[0] for name in now} == {"2026-07", "2026-08"}
    assert {name: now.get(name) for name in earlier} == earlier
    # The page says the figure of the new list.
    main = tmp_path / "main"
    host.git(tmp_path, "clone", "--quiet", str(host.origin), str(main))
    result = estimate_lag(archive=str(main / "snapshots"), extra_tags=tmp_path / "tags", n_draws=60)
    assert result.vintage == "2026-08-31"
    latest = json.loads((host.pages / "latest.json").read_text("utf-8"))
    assert latest["month"] == "2026-08"
    page = unescape((host.pages / "index.html").read_text("utf-8"))
    assert result.said()[0] in page
    assert result.said()[0] not in unescape(old)
    for name in ("2026-07", "2026-08"):
        sums = (host.pages / name / "SHA256SUMS").read_text("utf-8").splitlines()
        for digest, path in (line.split("  ", 1) for line in sums):
            data = (host.pages / name / path).read_bytes()
            assert hashlib.sha256(data).hexdigest() == digest, path
    assert "<img src=z>" not in (host.pages / "index.html").read_text("utf-8")

    # Without a new month nothing is added; what is no new month is not taken.
    head = host.git(host.origin, "rev-parse", "months")
    host.run("publish.yml", "2026-09-05", only="keep")
    (host.artifacts / "months/2026-07/index.html").write_text("<p>another</p>")
    with pytest.raises(AssertionError, match="2026-07/index.html has changed"):
        host.run("publish.yml", "2026-09-05", only="keep")
    assert host.git(host.origin, "rev-parse", "months") == head
