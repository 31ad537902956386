"""The words around pages: the same in both languages, each with its use."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from elolag import site
from elolag.results.pages import WAYS, WORDS, words

ROOM = Path(site.__file__).parent


def test_every_word_is_used_and_every_use_has_its_word() -> None:
    rooms = ROOM, ROOM.with_name("plots")
    code = "".join(p.read_text("utf-8") for room in rooms for p in sorted(room.rglob("*.py")))
    pages = "".join(p.read_text("utf-8") for p in sorted(ROOM.rglob("*.j2")))
    asked = set(re.findall(r"words\(\s*[\"']([a-z -]+)[\"']", code))
    asked |= set(re.findall(r"words\.([a-z]+)", pages))
    for choice in re.findall(r"words\(([^()]*) if [^()]* else ([^(),]*)", code):
        asked |= {part.strip(" \"'") for part in choice}
    asked |= {"corrected", "uncorrected"}
    known = {
        key for key in {*WORDS["en"], *WORDS["de"]} if not key.endswith((" title", " caption"))
    }
    assert asked - known <= {"corrections title"}
    assert known - asked == set()


@pytest.mark.parametrize("key", sorted(set(WORDS["en"]) & set(WORDS["de"])))
def test_both_languages_fill_in_the_same(key: str) -> None:
    fields = [
        {name for _, name, _, _ in string.Formatter().parse(each[key]) if name}
        for each in WORDS.values()
    ]
    assert fields[0] == fields[1]


def test_both_languages_lead_to_the_same_pages() -> None:
    english, german = ({path.removeprefix("de/") for path in WAYS[lang]} for lang in ("en", "de"))
    assert english == german


def test_a_word_that_is_none_is_a_fault() -> None:
    with pytest.raises(KeyError):
        words("nothing of the kind")
