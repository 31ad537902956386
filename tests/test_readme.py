"""The numbers of the README and the docs are the program's."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def generate():
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.fresh
@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        "docs/calibration.md",
        "docs/claims.md",
        "docs/cli.md",
        "docs/methods.md",
        "docs/sensitivity.md",
    ],
)
def test_generated_blocks_are_fresh(generate, page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    names = re.findall(r"<!-- generated: ([\w-]+) -->", text)
    assert names
    assert set(names) <= set(generate.BLOCKS)
    assert generate.filled(text) == text, "stale: run make figures"


def test_long_answers_rest_on_the_shipped_data(generate) -> None:
    kept = generate.long_answers.kept()
    assert kept["basis"] == generate.long_answers.basis(), "stale: run make answers"
    assert kept["version"] == generate.elolag.__version__


@pytest.mark.slow
def test_long_answers_are_fresh(generate, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(generate.long_answers, "DOCS", tmp_path)
    made, kept = generate.long_answers.made(), generate.long_answers.kept()
    # The same code gives smooth curves otherwise in their last places on another processor, and so
    # the last of the four places of a share: by one unit of it, and by no more.
    units = [{k: round(share * 1e4) for k, share in x.pop("shares").items()} for x in (made, kept)]
    assert units[0] == pytest.approx(units[1], abs=1)
    assert made == kept


def test_every_page_with_blocks_is_generated(generate) -> None:
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
    with_blocks = {
        p.relative_to(ROOT).as_posix() for p in pages if "<!-- generated:" in p.read_text("utf-8")
    }
    assert with_blocks <= set(generate.PAGES)


def test_every_block_stands_on_a_page_and_in_docs_only_once(generate) -> None:
    pages = {name: (ROOT / name).read_text("utf-8") for name in generate.PAGES}
    blocks = {
        name: re.findall(r"<!-- generated: ([\w-]+) -->", text) for name, text in pages.items()
    }
    readme = blocks.pop("README.md")
    docs = [block for found in blocks.values() for block in found]
    assert sorted({*readme, *docs}) == sorted(generate.BLOCKS)
    assert len(docs) == len(set(docs))


def test_the_methods_stay_short() -> None:
    """Half of what they were in November 2026; what is long is in the calibration page."""
    text = (ROOT / "docs" / "methods.md").read_text("utf-8")
    told = re.sub(r"<!-- generated: .*?<!-- end -->", "", text, flags=re.S)
    assert len(told.split()) <= 2154


def test_the_headline_is_the_time_since_a_release_and_no_difference_of_two() -> None:
    pages = [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "notebooks").glob("*.ipynb")]
    for page in pages:
        text = " ".join(page.read_text("utf-8").split())
        assert "difference between two release" not in text, page
        assert "begin at the number itself" not in text, page
    assert "grows by a day each day" in " ".join((ROOT / "README.md").read_text("utf-8").split())


def test_no_page_shows_a_blank_that_was_to_be_filled_in() -> None:
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        assert "{window}" not in page.read_text("utf-8"), page.name


def test_the_readme_is_short_and_begins_with_the_answer_the_chart_and_two_commands() -> None:
    lines = (ROOT / "README.md").read_text("utf-8").splitlines()
    assert len(lines) < 150
    first = "\n".join(lines[:40])
    order = ["<!-- generated: answer -->", "(docs/frontier.png)", "make lag", "make test",
             "1. **Read the page.**", "2. **One command.**", "3. **Python.**"]  # fmt: skip
    places = [first.find(part) for part in order]
    assert -1 not in places
    assert places == sorted(places)


def test_the_readme_explains_a_word_where_it_first_stands() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    told = re.sub(r"<!-- generated: .*?<!-- end -->|```.*?```", "", text, flags=re.S)
    for word in ("leaderboard", "rating", "measurement interval", "estimand", "frontier", "hash",
                 "vintage", "snapshot", "tag", "sampling interval", "provisional"):  # fmt: skip
        # A path, a command or another word that holds it says nothing of it.
        plain = re.sub(r"`[^`]*`|\]\([^)]*\)", "", told)
        first = re.search(rf"\b{word}(s|es)?\b", plain)
        assert first is not None, word
        assert plain[first.start() - 1] == "*", word
