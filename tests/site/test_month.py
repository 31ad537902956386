"""The folder: the same every time, whole or not there, every name harmless in every format."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import site_worlds
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from PIL import Image
from search import search
from site_worlds import World

from elolag.cite import read_figure
from elolag.errors import UsageError
from elolag.own import own_board
from elolag.results.pages import words
from elolag.site import page, write_report
from elolag.site.folder import SUMS, reserved, write
from elolag.site.material import Extent, gather
from elolag.site.month import _elsewhere, _reproduce, _result

MAIN = "from elolag.cli import main; main()"
TITLES = [
    "The day itself",
    "Over time",
    "What moved it",
    "On another measure",
    "Other ways to ask",
    "Data, tags and their quality",
    "What this does not measure",
    "How to cite",
]


def files(path: Path) -> dict[str, bytes]:
    return {p.relative_to(path).as_posix(): p.read_bytes() for p in path.rglob("*") if p.is_file()}


def test_command_line_makes_the_same_bytes_elsewhere(world: World, tmp_path: Path) -> None:
    """Another process, hash seed, time zone and way in; other folders of everything."""
    asked = world.question
    shutil.copytree(asked["archive"], tmp_path / "else where" / "lists")
    tags = shutil.copytree(asked["extra_tags"], tmp_path / "of" / asked["extra_tags"].name)
    for name in ("home", "tmp"):
        (tmp_path / name).mkdir()
    made = subprocess.run(
        [sys.executable, "-c", MAIN, "report", "--out", "../again", "--json",
         "--board", asked["board"], "--tags", str(tags), "--draws", str(asked["n_draws"])],
        capture_output=True, text=True, check=False, cwd=tmp_path / "else where",
        env={**os.environ, "PYTHONHASHSEED": "7", "TZ": "Pacific/Auckland", "LC_ALL": "C",
             "ELOLAG_ARCHIVE": "lists", "HOME": str(tmp_path / "home"),
             "TMPDIR": str(tmp_path / "tmp"), "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert made.stderr == ""
    assert made.returncode == 0
    said = json.loads(made.stdout)
    again = files(tmp_path / "again")
    assert sorted(again) == sorted(said["files"])
    first = files(world.report.path)
    assert {n for n in first if first[n] != again.get(n)} == set()
    here = (asked["archive"], str(asked["extra_tags"].parent), str(Path.cwd()), str(Path.home()))
    assert [n for n in first for place in here if place.encode() in first[n]] == []
    assert said["answer"] == json.loads(json.dumps(world.report.headline.to_dict()))


def test_has_what_it_promises(world: World) -> None:
    found = files(world.report.path)
    assert sorted(found) == sorted(world.report.files)
    names = set(found)
    assert {"index.html", "page.md", "result.json", "reproduce.txt"} <= names
    assert {"citation.txt", "citation.de.txt", "citation.bib", "citation.json"} <= names
    assert SUMS in names
    # Charts of the checks are in their page, and their data in the folder; other sizes on demand.
    assert {name for name in names if name.startswith("figures/")} == {
        f"figures/{figure}{end}" for figure in site_worlds.ANSWER for end in (".svg", "-page.png")
    }
    for figure in site_worlds.FIGURES:
        assert f"data/{figure}.csv" in names
        assert (f"data/{figure}.xlsx" in names) == (figure in site_worlds.ANSWER)
    assert "--figure FILE" in found["checks.html"].decode()
    assert sum(map(len, found.values())) < 1_000_000
    text = found["page.md"].decode()
    places = [text.index(f"\n## {title}") for title in TITLES]
    assert places == sorted(places)
    said = world.report.sentence()
    months = world.report.headline.months
    told = f"was on average about 6 months behind the US ({months:.1f}; 95% measurement interval: "
    assert told in said
    headline = json.loads(found["result.json"])["answer"]["headline"]
    assert headline["months"] == world.report.headline.months
    sums = dict(line.split("  ")[::-1] for line in found[SUMS].decode().splitlines())
    assert sums == {
        name: hashlib.sha256(content).hexdigest() for name, content in found.items() if name != SUMS
    }


@pytest.mark.parametrize("ending", [".svg", "-page.png"])
def test_pictures_say_where_they_come_from(world: World, ending: str) -> None:
    result = world.report.headline
    for figure in site_worlds.ANSWER:
        path = world.report.path / "figures" / f"{figure}{ending}"
        said = read_figure(path)
        assert said["sentence"] == result.sentence()
        assert said["seed"] == result.seed
        assert [s["sha256"] for s in said["sources"]] == [h for _, h in result.snapshots]
    if ending.endswith("png"):
        with Image.open(path) as image:
            image.load()
            assert image.text["Title"] == said["title"]
            assert result.origins[0].log_head[:16] in image.text["Description"]
    else:
        assert result.origins[0].log_head[:16] in path.read_text("utf-8")


def test_every_table_has_its_columns_units_and_sources(world: World) -> None:
    found = files(world.report.path)
    tables = [name for name in found if name.startswith("data/") and name.endswith(".csv")]
    assert len(tables) == 6 + 8
    for name in tables:
        said = json.loads(found[name.replace(".csv", ".metadata.json")])
        rows = list(csv.reader(io.StringIO(found[name].decode())))
        assert [column["name"] for column in said["columns"]] == rows[0]
        assert all(column["description"] for column in said["columns"])
        assert said["rows"] == len(rows) - 1
        assert said["sha256"] == hashlib.sha256(found[name]).hexdigest()
        used = {snapshot["sha256"] for snapshot in said["snapshots"]}
        assert world.report.headline.snapshots[0][1] in used
        assert said["seed"] == 0
        assert said["command"].startswith("elolag report --out report")


def test_says_how_to_make_it_again(world: World) -> None:
    text = (world.report.path / "reproduce.txt").read_text("utf-8")
    assert "--as-of 2026-08-19 --vintage 2026-08-19 --draws 60 --seed 0 --level 0.95" in text
    for each in ("matplotlib", world.report.headline.snapshots[0][1]):
        assert each in text


def test_says_which_command_tells_what_moved_it(months: dict[str, Any]) -> None:
    extent = Extent(checks=False, full=False, ways=False)
    told = {
        day: _elsewhere(gather(extent, **months, min_votes=500, vintage=day))
        for day in ("2026-08-19", "2025-12-15")
    }
    asked = f"--board {months['board']} --draws 60 --min-votes 500 --tags tags”"
    command = f"“elolag news 2026-07-15 2026-08-19 {asked}"
    assert command in told["2026-08-19"]
    assert str(months["extra_tags"].parent) not in told["2026-08-19"]
    assert told["2025-12-15"] == words("unmoved")
    assert _elsewhere(gather(extent, **months, as_of="2026-08-01")) == words("still")


def test_says_what_is_missing_and_own_without_naming_a_folder(tmp_path: Path) -> None:
    tags = site_worlds.tags(tmp_path / "tags")
    rows = [f"{m},{r},5,9000,2026-08-19\n" for m, _, _, r in site_worlds.models()]
    own = tmp_path / "own.csv"
    own.write_text("entry,rating,se,votes,date\n" + "".join(rows), "utf-8")
    lists = site_worlds.archive(tmp_path / "here")
    asked: dict[str, Any] = {"extra_tags": tags, "n_draws": 60}
    said = []
    for board, archive in ((own_board(own), None), (site_worlds.BOARD, lists)):
        material = gather(Extent(full=False), board=board, archive=archive, **asked)
        # A group that no board holds: refused with the file's name.
        assert material.checks.openness is not None
        said += [_reproduce(material), json.dumps(_result(material))]
    assert "--ratings own.csv" in said[0]
    assert "own.csv: the leader group has no rated model" in said[1]
    assert not [text for text in said if str(tmp_path) in text]


def test_hostile_names_are_text_in_every_file(world: World) -> None:
    found = files(world.report.path)
    html = found["index.html"].decode()
    assert site_worlds.SCRIPT not in html
    assert site_worlds.IMAGE not in html
    assert "&lt;img src=x" in html
    assert "<script" not in html
    for name, content in found.items():
        if name.endswith((".svg", ".html")):
            assert b"<img" not in content, name
            assert b"<script>window" not in content, name
        if name.endswith((".svg", ".html", ".md")):
            assert "\u202e".encode() not in content, name
    parsed = MarkdownIt("commonmark").enable("table").parse(found["page.md"].decode())
    kinds = {child.type for token in parsed for child in token.children or []}
    assert "html_inline" not in kinds
    links = [
        child.attrs["href"]
        for token in parsed
        for child in token.children or []
        if child.type == "link_open"
    ]
    assert all(link.startswith("data/") for link in links)
    with (world.report.path / "data" / "frontier.csv").open(newline="", encoding="utf-8") as stream:
        entries = {row["entry"] for row in csv.DictReader(stream)}
    assert f"'{site_worlds.FORMULA}" in entries


def test_an_existing_folder_is_refused_before_any_work(tmp_path: Path) -> None:
    out = tmp_path / "made"
    out.mkdir()
    (out / "thesis.docx").write_text("years of work")
    with pytest.raises(UsageError, match="exists; give --force"):
        write_report(out, board="no/such")
    with pytest.raises(UsageError, match="'thesis.docx', which no report of elolag wrote"):
        write_report(out, force=True, board="no/such")
    assert (out / "thesis.docx").read_text() == "years of work"
    assert list(tmp_path.iterdir()) == [out]


def test_unwritable_places_are_refused_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        write_report(tmp_path / "file" / "out", board="no/such")
    with pytest.raises(UsageError, match="not a folder"):
        write_report(tmp_path / "file", force=True, board="no/such")


def test_a_question_without_answer_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no board 'no/such'"):
        write_report(tmp_path / "deep" / "out", board="no/such")
    assert list((tmp_path / "deep").iterdir()) == []


def make(out: Path, content: bytes, *, force: bool = False) -> None:
    with reserved(out, force=force) as temporary:
        write({"a/b.txt": content}, temporary, out, force=force)


def test_force_replaces_the_whole_folder(tmp_path: Path) -> None:
    out = tmp_path / "made"
    make(out, b"old")
    (out / "a" / "empty").mkdir()
    make(out, b"new", force=True)
    assert (out / "a" / "b.txt").read_bytes() == b"new"
    assert not (out / "a" / "empty").exists()
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize("fails", ["fsync", "rename"])
def test_a_disk_that_fails_leaves_the_old_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    out = tmp_path / "made"
    make(out, b"old")
    before = files(out)

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    if fails == "fsync":
        monkeypatch.setattr(os, "fsync", refuse)
    else:
        real = Path.rename

        def rename(self: Path, target: Path) -> Path:
            if self.name == "new":
                refuse()
            return real(self, target)

        monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(UsageError, match="No space left"):
        make(out, b"new", force=True)
    assert files(out) == before
    assert list(tmp_path.iterdir()) == [out]


@search(100)
@given(st.text(max_size=60))
def test_a_fence_holds_anything(text: str) -> None:
    tokens = MarkdownIt("commonmark").parse(page._fence(text))
    assert [token.type for token in tokens] == ["fence"]
