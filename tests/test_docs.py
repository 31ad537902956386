"""The pages of docs/: built as a site without a warning, fresh, and true."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType

import pytest
import typer

import elolag
from elolag.cli import app

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(p.stem for p in DOCS.glob("*.md"))


@pytest.fixture
def beside_the_pages(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(DOCS))
    return importlib.import_module


@pytest.fixture
def listing(beside_the_pages) -> ModuleType:
    return beside_the_pages("listing")


@pytest.fixture
def recipes(beside_the_pages) -> ModuleType:
    return beside_the_pages("recipes")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-n", "-q", "-E"]
    built = subprocess.run(
        [*command, "-d", str(out / "doctrees"), str(DOCS), str(out / "html")],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr
    assert not built.stderr
    return out / "html"


class Loaded(HTMLParser):
    """What a browser would load with the page, beyond the page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        wanted = given.get("src") or (tag == "link" and given.get("href")) or given.get("srcset")
        if wanted:
            self.found.append(wanted)


@pytest.mark.fresh
def test_every_page_is_in_the_site_and_in_its_index(site: Path) -> None:
    assert {p.stem for p in site.glob("*.html")} >= set(PAGES)
    index = (DOCS / "index.md").read_text("utf-8")
    listed = re.findall(r"^\| \[.*?\]\((.*?)\.md\)", index, flags=re.M)
    assert sorted([*listed, "index"]) == PAGES
    first = (site / "index.html").read_text("utf-8")
    assert {f"{name}.html" for name in listed} <= set(re.findall(r'href="([^"#]+)"', first))


@pytest.mark.fresh
def test_the_site_loads_nothing_from_elsewhere(site: Path) -> None:
    pages = list(site.glob("*.html"))
    assert pages
    for page in pages:
        parser = Loaded()
        parser.feed(page.read_text("utf-8"))
        assert parser.found
        assert not [url for url in parser.found if re.match(r"(https?:)?//", url)], page.name
    styles = "".join(p.read_text("utf-8") for p in site.rglob("*.css"))
    assert not re.findall(r"url\([\"']?(?:https?:)?//", styles)


@pytest.mark.fresh
def test_the_docstrings_are_in_the_site(site: Path) -> None:
    page = (site / "python.html").read_text("utf-8")
    for name in set(elolag.__all__) - {"__version__"}:
        assert f'id="elolag.{name}"' in page


@pytest.mark.parametrize("page", ["README.md", *(f"docs/{name}.md" for name in PAGES)])
def test_links_lead_somewhere_on_a_code_host_too(page: str) -> None:
    path = ROOT / page
    for link in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", path.read_text("utf-8")):
        assert (path.parent / link).exists(), link


@pytest.mark.parametrize("page", ["README.md", *(f"docs/{name}.md" for name in PAGES)])
def test_links_into_pages_lead_to_a_heading(page: str) -> None:
    path = ROOT / page
    for link in re.findall(r"\]\((?!https?:)([^)#\s]*\.md#[^)\s]+)", path.read_text("utf-8")):
        name, _, anchor = link.partition("#")
        text = (path.parent / name).read_text("utf-8")
        headings = re.findall(r"^#+ (.*)$", text, flags=re.M)
        slugs = {re.sub(r"[^\w -]", "", h).strip().lower().replace(" ", "-") for h in headings}
        assert anchor in slugs, link


@pytest.mark.parametrize(
    ("page", "block"),
    [("docs/cli", "commands"), ("docs/python", "names"), ("ARCHITECTURE", "modules")],
)
def test_reference_pages_are_fresh(listing: ModuleType, page: str, block: str) -> None:
    text = (ROOT / f"{page}.md").read_text("utf-8")
    found = re.search(rf"<!-- generated: {block} -->\n(.*)\n<!-- end -->", text, flags=re.S)
    assert found is not None
    assert found[1] == getattr(listing, block)(), "stale: run make figures"


def commands(command, path: str) -> Iterator[tuple[str, object]]:
    yield path, command
    for name, below in getattr(command, "commands", {}).items():
        yield from commands(below, f"{path} {name}")


def test_a_stored_list_shows_what_every_list_is_asked(listing: ModuleType) -> None:
    shown = listing.names()
    assert shown.count(":inherited-members:") == 1
    assert "elolag.archive.Snapshot\n   :members:\n   :inherited-members:\n" in shown


def test_every_command_and_option_has_its_line() -> None:
    page = (DOCS / "cli.md").read_text("utf-8")
    sections = dict(re.findall(r"^#{2,3} (elolag.*)\n((?:(?!^##).*\n)*)", page, flags=re.M))
    known = {path: c for path, c in commands(typer.main.get_command(app), "elolag") if not c.hidden}
    assert list(sections) == list(known)
    for path, command in known.items():
        names = [n for p in command.params if not p.hidden for n in p.opts if n.startswith("-")]
        missing = [name for name in names if f"`{name}`" not in sections[path]]
        assert not missing, path


def test_reference_of_an_application_with_everything_in_it(
    listing: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = typer.Typer(add_completion=False)

    @one.command()
    def only(
        files: list[Path] = typer.Argument(help="Some | files."),  # noqa: B008
        names: list[str] = typer.Option([], "--name", help="A *name* <of> it."),  # noqa: B008
        fast: bool = typer.Option(True, "--fast/--slow", help="Pace."),
        level: float = typer.Option(..., help="Level."),
        secret: str = typer.Option("x", hidden=True),
    ) -> None:
        """Do it.

        \b
        a  table
        """

    monkeypatch.setattr(listing.cli, "app", one)
    assert listing.commands().splitlines() == [
        "## elolag", "", "Do it.", "", "```text", "a  table", "```", "",
        "```text", "elolag [OPTIONS] FILES...", "```", "",
        "| argument or option | default | meaning |", "|---|---|---|",
        "| `FILES...` | required | Some \\| files. |",
        "| `--name` |  | A \\*name\\* &lt;of> it. May be given several times. |",
        "| `--fast`, `--slow` | `--fast` | Pace. |",
        "| `--level` | required | Level. |",
    ]  # fmt: skip


@pytest.mark.fresh
def test_recipes_work_and_their_answers_are_fresh(recipes: ModuleType, tmp_path: Path) -> None:
    text = (DOCS / "recipes.md").read_text("utf-8")
    assert recipes.filled(text, tmp_path) == text, "stale: run make figures"
    written = {p.name for p in tmp_path.iterdir()}
    assert {"lag.json", "lag.csv", "lag_over_time.csv", "arena.csv", "frontier.svg"} <= written
    lag = json.loads((tmp_path / "lag.json").read_text("utf-8"))
    # The second recipe in R reads series.csv, which tests/test_r.py holds.
    told = text.partition("`series.csv`")[0]
    used = set(re.findall(r"lag\$(\w+)", told))
    assert used
    assert used <= set(lag)
    figures = re.search(r"with\(lag\$headline, .*?\", (.*?)\)\)", text)
    assert figures is not None
    assert set(figures[1].split(", ")) <= set(lag["headline"])
    columns = set(re.findall(r'"(\w+)"', text.split("lag$day$matches")[1].split("]")[0]))
    assert columns <= set(lag["day"]["matches"][0])


def test_a_recipe_that_fails_is_named(recipes: ModuleType) -> None:
    with pytest.raises(RuntimeError, match="(?s)elolag lag --bord x: .*--bord"):
        recipes.run("elolag lag --bord x")


def mentioned() -> Iterator[str]:
    """Every command line of the README and the docs, in blocks and in the text."""
    for path in (ROOT / "README.md", *DOCS.glob("*.md")):
        text = re.sub(r"<!-- generated: .*?<!-- end -->", "", path.read_text("utf-8"), flags=re.S)
        for block in re.findall(r"^```sh\n(.*?)^```$", text, flags=re.M | re.S):
            yield from (line for line in block.splitlines() if line.startswith("elolag "))
        yield from (line.strip() for line in re.findall(r"^    elolag .*?(?=  |$)", text, re.M))
        yield from re.findall(r"(?<!`)`(elolag [^`\n]+)`(?!`)", text)


@pytest.mark.parametrize("line", sorted(set(mentioned())))
def test_commands_that_are_mentioned_are_there(recipes: ModuleType, line: str) -> None:
    recipes.check(line)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("rm -r x", "not a command of elolag: rm -r x"),
        ("elolag lagg", "no such command: elolag lagg"),
        ("elolag archive lst", "no such command: elolag archive lst"),
        ("elolag lag --bord x", "no option --bord: elolag lag --bord x"),
    ],
)
def test_a_command_that_is_not_there_is_refused(
    recipes: ModuleType, line: str, message: str
) -> None:
    with pytest.raises(LookupError, match=message):
        recipes.check(line)
